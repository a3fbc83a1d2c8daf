"""Alpaca: `instruction`, `input`, `output`, and as LLaMA-Factory extends it `system`, `history` ([[question, answer]]).

The question is the instruction and, on the next line, the input (LLaMA-Factory, data/README.md). Earlier turns of the
history are learned from like the last one, which is what LLaMA-Factory does unless `mask_history` is set.
"""

from collections.abc import Mapping
from typing import Any

from tutorsmith.data.convert.objects import read_objects
from tutorsmith.data.convert.rows import (
    Raw,
    Reading,
    RowError,
    Source,
    assistant,
    dialogue,
    text_of,
    user,
    with_extras,
)  # fmt: skip

_TAKEN = frozenset({"instruction", "input", "output", "system", "history"})


def read(source: Source) -> Reading:
    return read_objects(source, from_row)


def from_row(row: Mapping[str, Any]) -> Raw:
    """Raises: RowError for a row without question or answer, or with data of another kind."""
    if "instruction" not in row:
        raise RowError("'instruction' is missing", "write the question there")
    parts = [text_of(row["instruction"], "instruction"), text_of(row.get("input"), "input")]
    question = "\n".join(part for part in parts if part.strip())
    if isinstance(row.get("output"), list):
        raise RowError("'output' is a list: preference data have no one answer to learn", "keep one answer as text")
    answer = text_of(row.get("output"), "output")
    turns = [*history(row.get("history")), user(question)]
    if not question.strip():
        raise RowError("the question is empty", "write it as 'instruction'")
    if not answer.strip():
        raise RowError("the answer is empty", "write it as 'output'")
    messages = dialogue(text_of(row.get("system"), "system"), [*turns, assistant(answer)])
    return with_extras({"messages": messages}, row, _TAKEN)


def history(value: Any) -> list[Raw]:
    """Earlier turns from [[question, answer], ...].

    Raises: RowError for another form.
    """
    turns: list[Raw] = []
    if value is None:
        return turns
    if not isinstance(value, list):
        raise RowError("'history' must be a list of [question, answer]", "write it as [[question, answer], ...]")
    for index, pair in enumerate(value):
        if not isinstance(pair, list) or len(pair) != 2 or not all(isinstance(part, str) for part in pair):
            raise RowError(f"history[{index}] is no [question, answer]", "write two texts in each pair")
        turns += [user(pair[0]), assistant(pair[1])]
    return turns


def write(record: Raw) -> Raw:
    """Raises: RowError for a dialogue with tools, or whose turns are no pairs of question and answer."""
    messages = [dict(message) for message in record["messages"]]
    system = messages.pop(0)["content"] if messages[0]["role"] == "system" else ""
    texts = [message.get("content") for message in messages]
    if any(m["role"] == "tool" or m.get("tool_calls") for m in messages):
        raise RowError("Alpaca has no place for tool calls", "convert it to sharegpt or openai")
    wanted = ["user", "assistant"] * (len(messages) // 2)
    if [m["role"] for m in messages] != wanted or not wanted or not all(isinstance(text, str) for text in texts):
        raise RowError("Alpaca needs a question and an answer in turn", "convert it to sharegpt or openai")
    pairs = [texts[k : k + 2] for k in range(0, len(texts), 2)]
    row: Raw = {"id": record["id"], "instruction": pairs[-1][0], "input": "", "output": pairs[-1][1]}
    if system:
        row["system"] = system
    if len(pairs) > 1:
        row["history"] = pairs[:-1]
    return row

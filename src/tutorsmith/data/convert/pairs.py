"""Questions with answers in two fields: TRL's prompt/completion and ms-swift's query/response."""

from collections.abc import Mapping
from typing import Any

from tutorsmith.data.convert.alpaca import history
from tutorsmith.data.convert.objects import read_objects
from tutorsmith.data.convert.openai_chat import from_row as from_messages
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
from tutorsmith.data.convert.turns import tools_of

_COMPLETION = frozenset({"prompt", "completion", "tools", "system", "chat_template_kwargs"})
_RESPONSE = frozenset({"query", "response", "system", "history", "tools"})


def read_completion(source: Source) -> Reading:
    return read_objects(source, from_completion)


def read_response(source: Source) -> Reading:
    return read_objects(source, from_response)


def from_completion(row: Mapping[str, Any]) -> Raw:
    """TRL's prompt-completion rows, as text or as lists of messages. TRL learns the completion only, so answers inside
    the prompt get `train` false. White space around a completion belonged to the joint of two texts and is left out.

    Raises: RowError for a row without one of the two, or with both kinds mixed.
    """
    prompt, completion = row.get("prompt"), row.get("completion")
    if isinstance(prompt, list) and isinstance(completion, list):
        made = from_messages({"messages": [*prompt, *completion]})["messages"]
        for message in made[: len(prompt)]:
            if message["role"] == "assistant":
                message["train"] = False
        messages = made
    elif isinstance(prompt, list) or isinstance(completion, list):
        raise RowError("'prompt' and 'completion' are of two kinds", "write both as text, or both as lists of messages")
    else:
        question, answer = text_of(prompt, "prompt").strip(), text_of(completion, "completion").strip()
        _prove(question, answer, "prompt", "completion")
        messages = dialogue(text_of(row.get("system"), "system"), [user(question), assistant(answer)])
    return _with_tools({"messages": messages}, row, _COMPLETION)


def from_response(row: Mapping[str, Any]) -> Raw:
    """ms-swift's query/response rows, with `system` and `history` ([[query, response]]).

    Raises: RowError for a row without one of the two.
    """
    question, answer = text_of(row.get("query"), "query"), text_of(row.get("response"), "response")
    _prove(question, answer, "query", "response")
    turns = [*history(row.get("history")), user(question), assistant(answer)]
    return _with_tools({"messages": dialogue(text_of(row.get("system"), "system"), turns)}, row, _RESPONSE)


def _prove(question: str, answer: str, asked: str, said: str) -> None:
    if not question.strip():
        raise RowError("the question is empty", f"write it as '{asked}'")
    if not answer.strip():
        raise RowError("the answer is empty", f"write it as '{said}'")


def _with_tools(record: Raw, row: Mapping[str, Any], taken: frozenset[str]) -> Raw:
    if tools := tools_of(row.get("tools")):
        record["tools"] = tools
    return with_extras(record, row, taken)

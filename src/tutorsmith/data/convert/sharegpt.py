"""ShareGPT: `conversations` of {from, value}, with `system` and `tools` beside them as LLaMA-Factory has it.

Tool use is LLaMA-Factory's: a `function_call` turn holds JSON, an `observation` turn the result, `tools` a JSON text.
ms-swift's `conversation` of {human, assistant} is read too.
"""

import json
from collections.abc import Mapping
from typing import Any

from tutorsmith.data.convert.objects import read_objects
from tutorsmith.data.convert.rows import Raw, Reading, RowError, Source, dialogue, text_of, with_extras
from tutorsmith.data.convert.turns import function_of, messages_of, tools_of

_TAKEN = frozenset({"conversations", "conversation", "system", "tools"})


def read(source: Source) -> Reading:
    return read_objects(source, from_row)


def from_row(row: Mapping[str, Any]) -> Raw:
    """Raises: RowError for turns that make no dialogue, or data of another kind."""
    turns = row.get("conversations", row.get("conversation"))
    if not isinstance(turns, list) or not turns:
        raise RowError("'conversations' is no list of turns", 'write [{"from": "human", "value": ...}, ...]')
    parts = []
    for index, turn in enumerate(_single(turns)):
        if not isinstance(turn, dict):
            raise RowError(f"turn {index + 1} is no object", 'write {"from": ..., "value": ...}')
        name, value = turn.get("from", turn.get("role")), turn.get("value", turn.get("content"))
        if not isinstance(name, str) or not isinstance(value, str):
            raise RowError(f"turn {index + 1} lacks 'from' or 'value' as text", 'write {"from": ..., "value": ...}')
        learned = turn.get("weight", 1) != 0 and turn.get("train", True) is not False
        parts.append((name, value, learned and turn.get("loss", True) not in (False, 0)))
    messages = messages_of(parts)
    system = text_of(row.get("system"), "system")
    if system.strip() and messages[0]["role"] == "system":
        raise RowError("there are two system prompts, one beside and one in the turns", "keep one of the two")
    record: Raw = {"messages": dialogue(system, messages)}
    if tools := tools_of(row.get("tools")):
        record["tools"] = tools
    return with_extras(record, row, _TAKEN)


def _single(turns: list[Any]) -> list[Any]:
    """The turns, with ms-swift's pairs {"human": ..., "assistant": ...} taken apart."""
    out: list[Any] = []
    for turn in turns:
        if isinstance(turn, dict) and {"human", "assistant"} <= turn.keys():
            out += [{"from": name, "value": turn[name]} for name in ("human", "assistant")]
        else:
            out.append(turn)
    return out


def write(record: Raw) -> Raw:
    """Raises: RowError for a call whose arguments are no JSON."""
    turns: list[Raw] = []
    system = ""
    results: list[str] = []
    calls = 0
    for message in [*record["messages"], {"role": "end"}]:
        if message["role"] == "tool":
            results.append(message.get("content") or "")
            continue
        if results:
            shown = results[0] if calls == 1 else json.dumps(results, ensure_ascii=False)
            turns.append({"from": "observation", "value": shown})
            results = []
        if message["role"] == "system":
            system = message["content"]
        elif message.get("tool_calls"):
            made = [function_of(call) for call in message["tool_calls"]]
            calls = len(made)
            shown = json.dumps(made[0] if calls == 1 else made, ensure_ascii=False)
            turns.append({"from": "function_call", "value": shown})
        elif message["role"] in ("user", "assistant"):
            turns.append({"from": "human" if message["role"] == "user" else "gpt", "value": message["content"]})
    row: Raw = {"id": record["id"], "conversations": turns}
    if system:
        row["system"] = system
    if tools := record.get("tools"):
        row["tools"] = json.dumps([tool.get("function", tool) for tool in tools], ensure_ascii=False)
    return row

"""OpenAI fine-tuning JSONL: `messages`, `tools`, `weight` 0 or 1 on answers; also the older `functions`.

`weight` 0 (and ms-swift's `loss` false) is our `train` false. Roles and calls of ms-swift's messages are read as well.
"""

import json
from collections.abc import Mapping
from typing import Any

from tutorsmith.data.convert.objects import read_objects
from tutorsmith.data.convert.rows import Raw, Reading, RowError, Source, with_extras
from tutorsmith.data.convert.turns import calls_of, messages_of, tools_of

_TAKEN = frozenset({"messages", "tools", "functions"})
_SWIFT = frozenset({"tool_call", "tool_response"})


def read(source: Source) -> Reading:
    return read_objects(source, from_row)


def from_row(row: Mapping[str, Any]) -> Raw:
    """Raises: RowError for messages that make no dialogue, or content that is no text."""
    messages = row.get("messages")
    if not isinstance(messages, list) or not messages or not all(isinstance(m, dict) for m in messages):
        raise RowError("'messages' is no list of messages", 'write [{"role": "user", "content": ...}, ...]')
    if any(message.get("role") in _SWIFT for message in messages):
        made = messages_of([(str(m.get("role")), _text(m) or "", _trained(m)) for m in messages])
    else:
        made = _messages(messages)
    record: Raw = {"messages": made}
    if tools := [*tools_of(row.get("tools")), *tools_of(row.get("functions"))]:
        record["tools"] = tools
    return with_extras(record, row, _TAKEN)


def _messages(messages: list[Raw]) -> list[Raw]:
    out: list[Raw] = []
    legacy = 0
    for index, message in enumerate(messages):
        role = message.get("role")
        ours = {"function": "tool", "developer": "system"}.get(str(role), role)
        made: Raw = {"role": ours, "content": _text(message)}
        if message.get("refusal") and made["content"] is None:
            made["content"] = message["refusal"]
        if message.get("tool_calls"):
            made["tool_calls"] = message["tool_calls"]
        elif message.get("function_call"):
            legacy += 1
            made["tool_calls"] = calls_of(json.dumps(message["function_call"]), legacy - 1)
        if role == "function":
            if not legacy:
                raise RowError(f"messages[{index}]: a function's result without a call before it", "add the call")
            made["tool_call_id"] = f"call_{legacy}"
        elif message.get("tool_call_id") is not None:
            made["tool_call_id"] = message["tool_call_id"]
        if role == "assistant" and not _trained(message):
            made["train"] = False
        out.append(made)
    return out


def _trained(message: Mapping[str, Any]) -> bool:
    for name in ("weight", "loss", "train"):
        value = message.get(name)
        if value is None:
            continue
        if value not in (0, 1):
            raise RowError(f"'{name}' is {value!r}", "a message is learned from (1) or not (0)")
        return bool(value)
    return True


def _text(message: Mapping[str, Any]) -> str | None:
    content = message.get("content")
    if content is None or isinstance(content, str):
        return content
    if isinstance(content, list) and all(isinstance(part, dict) and part.get("type") == "text" for part in content):
        return "".join(str(part.get("text", "")) for part in content)
    raise RowError("the content is not text alone", "samples are text only; leave out pictures and sound")


def write(record: Raw) -> Raw:
    """Raises: RowError for a call whose form is not OpenAI's and cannot be made so."""
    row: Raw = {"messages": [_message(message) for message in record["messages"]]}
    if tools := record.get("tools"):
        row["tools"] = [tool if "function" in tool else {"type": "function", "function": tool} for tool in tools]
    return row


def _message(message: Mapping[str, Any]) -> Raw:
    out: Raw = {"role": message["role"], "content": message.get("content")}
    if message.get("tool_calls"):
        out["tool_calls"] = [_call(call, number) for number, call in enumerate(message["tool_calls"], start=1)]
    if message.get("tool_call_id") is not None:
        out["tool_call_id"] = message["tool_call_id"]
    if message["role"] == "assistant" and message.get("train", True) is False:
        out["weight"] = 0
    return out


def _call(call: Mapping[str, Any], number: int) -> Raw:
    inner = call.get("function", call)
    arguments = inner.get("arguments", {})
    shown = arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
    function = {"name": inner["name"], "arguments": shown}
    return {"id": call.get("id") or f"call_{number}", "type": "function", "function": function}

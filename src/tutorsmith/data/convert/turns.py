"""Dialogues as the tools of others write them -> messages, with calls and results of tools put in order.

Names of roles: ShareGPT's human/gpt, LLaMA-Factory's function_call and observation, ms-swift's tool_call and
tool_response, and OpenAI's own. Other formats have no ids for calls: results answer the calls in their order.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from tutorsmith.data.convert.rows import Raw, RowError

ROLES: Mapping[str, str] = {
    "human": "user",
    "user": "user",
    "gpt": "assistant",
    "assistant": "assistant",
    "chatgpt": "assistant",
    "bot": "assistant",
    "model": "assistant",
    "system": "system",
    "function_call": "call",
    "tool_call": "call",
    "observation": "result",
    "function_response": "result",
    "tool_response": "result",
    "tool": "result",
}


def messages_of(turns: Sequence[tuple[str, str, bool]]) -> list[Raw]:
    """turns: (name of the role, text, whether it is learned from).

    Raises: RowError for an unknown role, or for calls and results that do not fit together.
    """
    out: list[Raw] = []
    waiting: list[str] = []
    calls = 0
    for index, (name, text, trained) in enumerate(turns):
        role = ROLES.get(name.strip().lower())
        if role is None:
            raise RowError(f"turn {index + 1}: unknown role {name!r}", f"known: {', '.join(ROLES)}")
        if waiting and role != "result":
            told = f"turn {index + 1}: {len(waiting)} of the calls before it got no result"
            raise RowError(told, "put the result of each call after it")
        if role == "call":
            made = calls_of(text, calls)
            calls += len(made)
            waiting = [call["id"] for call in made]
            out.append(_marked({"role": "assistant", "content": None, "tool_calls": made}, trained))
        elif role == "result":
            out += _results(text, waiting, index)
            waiting = waiting[len(_split(text, len(waiting))) :]
        else:
            message: Raw = {"role": role, "content": text}
            out.append(_marked(message, trained or role != "assistant"))
    return out


def _marked(message: Raw, trained: bool) -> Raw:
    return message if trained else {**message, "train": False}


def calls_of(text: str, made: int) -> list[Raw]:
    """Calls written as JSON: {"name", "arguments"}, or a list of those.

    made: calls before these, for their ids. Raises: RowError for what is no call.
    """
    try:
        value = json.loads(text)
    except (json.JSONDecodeError, RecursionError):
        raise RowError("a function call is no JSON", 'write {"name": ..., "arguments": {...}}') from None
    out: list[Raw] = []
    for call in value if isinstance(value, list) else [value]:
        if not isinstance(call, dict) or not isinstance(call.get("name"), str):
            raise RowError("a function call has no name", 'write {"name": ..., "arguments": {...}}')
        arguments = call.get("arguments", {})
        shown = arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
        number = made + len(out) + 1
        out.append({"id": f"call_{number}", "type": "function", "function": {"name": call["name"], "arguments": shown}})
    return out


def _split(text: str, count: int) -> list[str]:
    """The results of several calls that one turn holds as a JSON list."""
    if count > 1:
        try:
            value = json.loads(text)
        except (json.JSONDecodeError, RecursionError):
            return [text]
        if isinstance(value, list) and len(value) == count:
            return [part if isinstance(part, str) else json.dumps(part, ensure_ascii=False) for part in value]
    return [text]


def _results(text: str, waiting: Sequence[str], index: int) -> list[Raw]:
    if not waiting:
        raise RowError(f"turn {index + 1}: a tool's result without a call before it", "put the function call before it")
    return [
        {"role": "tool", "tool_call_id": call, "content": part}
        for call, part in zip(waiting, _split(text, len(waiting)), strict=False)
    ]


def tools_of(value: Any) -> list[Raw]:
    """Declared tools, as a list or as JSON text, in OpenAI's nested form.

    Raises: RowError for anything else.
    """
    if isinstance(value, str):
        if not value.strip():
            return []
        try:
            value = json.loads(value)
        except (json.JSONDecodeError, RecursionError):
            raise RowError("'tools' is no JSON", "write a list of function schemas") from None
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(tool, dict) for tool in value):
        raise RowError("'tools' is no list of function schemas", 'write [{"name": ..., "parameters": {...}}]')
    return [tool if "function" in tool else {"type": "function", "function": tool} for tool in value]


def function_of(call: Mapping[str, Any]) -> Raw:
    """Name and arguments of a call of ours, the arguments as the JSON value they hold.

    Raises: RowError for arguments that are no JSON.
    """
    inner = call.get("function", call)
    arguments = inner.get("arguments", {})
    if isinstance(arguments, str):
        try:
            arguments = json.loads(arguments or "{}")
        except (json.JSONDecodeError, RecursionError):
            raise RowError(f"the arguments of {inner.get('name')!r} are no JSON", "correct the call") from None
    return {"name": inner.get("name"), "arguments": arguments}

"""Tools for models whose chat template knows none: schemas, calls and results written out as text.

The form is the one that Qwen's templates use (`<tools>`, `<tool_call>`, `<tool_response>`), so that one parser reads
the calls of every model.
"""

import json
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

INSTRUCTION = (
    "You can call these functions; each line describes one as JSON:\n<tools>\n{schemas}\n</tools>\n"
    'To call one, write <tool_call>\n{{"name": ..., "arguments": {{...}}}}\n</tool_call> and nothing after it.'
)


UNREADABLE = "(unreadable)"
"""The name of a call that cannot be read; no tool is called so."""
DEEPEST = 16
"""Levels of brackets in a call; no tool takes arguments like that."""
_CALL = re.compile(r"<tool_call>\s*(.*?)\s*(?:</tool_call>|\Z)", re.DOTALL)


def read_calls(text: str) -> tuple[str, list[dict[str, Any]]]:
    """An answer -> what it says beside its calls, and the calls as {"name", "arguments"}, in their order.

    A call that is not one JSON object with a name, or no text that can be written or nested beyond sense, is kept as
    UNREADABLE with its text as arguments: it was made, and made wrong. An answer that was cut off ends its last call.
    """
    calls: list[dict[str, Any]] = []
    for body in _CALL.findall(text):
        try:
            read = _sound(body)
        except ValueError:
            read = None
        name = read.get("name") if isinstance(read, dict) else None
        if isinstance(name, str) and name.strip():
            calls.append({"name": name, "arguments": read.get("arguments", {})})
        else:
            calls.append({"name": UNREADABLE, "arguments": body})
    return _CALL.sub("", text).strip(), calls


def _sound(text: str) -> Any:
    """The value of a JSON text. Raises: ValueError also for one that no text could hold, or that is nested too deep."""
    try:
        value = json.loads(text)
    except RecursionError:
        raise ValueError("nested too deep") from None
    if _nests(value, DEEPEST):
        raise ValueError("nested too deep")
    json.dumps(value, ensure_ascii=False).encode()  # UnicodeEncodeError for half of a surrogate pair
    return value


def _nests(value: object, levels: int) -> bool:
    """Whether there are brackets in more than so many levels of brackets."""
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return bool(parts) if not levels else any(_nests(part, levels - 1) for part in parts)


def decoded_calls(calls: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """OpenAI tool calls with arguments as objects: chat templates encode them, and would encode a string twice."""
    out = []
    for call in calls:
        function = dict(call.get("function") or {})
        arguments = function.get("arguments")
        if isinstance(arguments, str):
            with suppress(ValueError):  # what is not JSON is shown to the model as it stands
                function["arguments"] = _sound(arguments)
        out.append({**call, "function": function})
    return out


def written_out(messages: Sequence[Mapping[str, Any]], tools: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The same dialogue in system, user and assistant turns only; results of one round share one user turn."""
    out: list[dict[str, Any]] = []
    previous = ""
    for message in messages:
        role, content = str(message["role"]), str(message.get("content") or "")
        if role == "tool":
            content = f"<tool_response>\n{content}\n</tool_response>"
            if previous == "tool":
                out[-1]["content"] += f"\n{content}"
            else:
                out.append({"role": "user", "content": content})
        else:
            calls = [_call(call["function"]) for call in message.get("tool_calls") or ()]
            out.append({"role": role, "content": "\n".join([content, *calls] if content else calls)})
        previous = role
    if tools:
        schemas = "\n".join(json.dumps(tool, ensure_ascii=False) for tool in tools)
        instruction = INSTRUCTION.format(schemas=schemas)
        if out and out[0]["role"] == "system":
            out[0]["content"] += f"\n\n{instruction}"
        else:
            out.insert(0, {"role": "system", "content": instruction})
    return out


def _call(function: Mapping[str, Any]) -> str:
    body = {"name": function.get("name"), "arguments": function.get("arguments")}
    return f"<tool_call>\n{json.dumps(body, ensure_ascii=False)}\n</tool_call>"

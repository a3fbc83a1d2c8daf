"""Tool calls of one record: declared, with arguments that fit, answered."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tutorsmith.data.checks.finding import Remark
from tutorsmith.data.checks.record import Record
from tutorsmith.data.lines import json_type


def _function(call: object) -> Mapping[str, Any]:
    """Name and arguments of a call in OpenAI's nested or the flat form."""
    if not isinstance(call, dict):
        return {}
    inner = call.get("function", call)
    return inner if isinstance(inner, dict) else {}


def _declared(record: Record) -> dict[str, Mapping[str, Any]]:
    """Name -> parameter schema of the declared tools."""
    tools = record.raw.get("tools")
    out: dict[str, Mapping[str, Any]] = {}
    for tool in tools if isinstance(tools, list) else []:
        function = _function(tool)
        name, parameters = function.get("name"), function.get("parameters")
        if isinstance(name, str):
            out[name] = parameters if isinstance(parameters, dict) else {}
    return out


def _calls(record: Record) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """(field, function) of every call in messages and among the expected calls."""
    for index, message in record.messages:
        calls = message.get("tool_calls")
        for number, call in enumerate(calls if isinstance(calls, list) else []):
            yield f"messages[{index}].tool_calls[{number}]", _function(call)
    expected = record.raw.get("tool_calls")
    for number, call in enumerate(expected if isinstance(expected, list) else []):
        yield f"tool_calls[{number}]", _function(call)


def undeclared_tool(record: Record) -> Iterator[Remark]:
    """A call of a tool that neither `tools` nor the system prompt names."""
    declared = _declared(record)
    for field, function in _calls(record):
        name = function.get("name")
        if isinstance(name, str) and name and name not in declared and name not in record.system:
            yield Remark(field, f"the tool {name!r} is called but not declared", "add its schema to `tools`")


def tool_arguments(record: Record) -> Iterator[Remark]:
    """Arguments that are no JSON object, or that do not fit the schema of the declared tool."""
    declared = _declared(record)
    for field, function in _calls(record):
        arguments = function.get("arguments")
        if arguments is None:
            continue
        if isinstance(arguments, str):
            try:
                arguments = json.loads(arguments)
            except (ValueError, RecursionError):
                yield Remark(f"{field}.arguments", "the arguments are not JSON", "write one JSON object")
                continue
        if not isinstance(arguments, dict):
            yield Remark(f"{field}.arguments", "the arguments are not an object", "write one JSON object")
            continue
        schema = declared.get(str(function.get("name")), {})
        wrong = _against_schema(arguments, schema)
        if wrong:
            yield Remark(f"{field}.arguments", wrong, "make the call fit the tool's schema")


def _against_schema(arguments: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    required, properties = schema.get("required"), schema.get("properties")
    missing = [name for name in required if name not in arguments] if isinstance(required, list) else []
    if missing:
        return f"required arguments are missing: {', '.join(map(str, missing))}"
    if isinstance(properties, dict) and properties and schema.get("additionalProperties") in (None, False):
        unknown = [name for name in arguments if name not in properties]
        if unknown:
            return f"the tool has no such arguments: {', '.join(unknown)}"
    for name, value in arguments.items():
        wrong = _wrong_value(properties.get(name) if isinstance(properties, dict) else None, value)
        if wrong:
            return f"the argument {name!r} {wrong}"
    return ""


_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
    "null": (type(None),),
}


def _wrong_value(schema: object, value: object) -> str:
    """What an argument's own schema has against it: its type, or the values it may have (JSON Schema)."""
    if not isinstance(schema, dict):
        return ""
    wanted = schema.get("type")
    kinds = [wanted] if isinstance(wanted, str) else wanted if isinstance(wanted, list) else []
    known = [kind for kind in kinds if isinstance(kind, str) and kind in _TYPES]
    if known and len(known) == len(kinds) and not any(_is_of(kind, value) for kind in known):
        return f"must be of type {' or '.join(known)}, this is {json_type(value)}"
    allowed = schema.get("enum")
    if isinstance(allowed, list) and value not in allowed:
        return f"must be one of {', '.join(map(str, allowed))}"
    return ""


def _is_of(kind: str, value: object) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    if kind == "integer" and isinstance(value, float):
        return value.is_integer()
    return isinstance(value, _TYPES[kind])


def tool_result(record: Record) -> Iterator[Remark]:
    """A call that goes on without its result, or a result that answers no call. A dialogue may end with a call."""
    if not record.well_formed:
        return
    waiting: list[str | None] = []
    asked_at = 0
    for index, message in record.messages:
        if message["role"] == "tool":
            call_id = message.get("tool_call_id")
            if call_id in waiting:
                waiting.remove(call_id)
            elif waiting and (call_id is None or None in waiting):
                waiting.remove(None if None in waiting else waiting[0])
            else:
                told = f"the tool message answers no call (tool_call_id {call_id!r})"
                yield Remark(f"messages[{index}]", told, "give it the id of the call it answers")
            continue
        if waiting:
            yield Remark(f"messages[{asked_at}].tool_calls", "the call has no result", "add the tool message after it")
            waiting = []
        calls = message.get("tool_calls") if message["role"] == "assistant" else None
        if isinstance(calls, list) and calls:
            waiting = [call.get("id") if isinstance(call, dict) else None for call in calls]
            asked_at = index


def meta_mismatch(record: Record) -> Iterator[Remark]:
    """meta says that there is a tool call, or none, and the messages say otherwise."""
    told = record.meta.get("has_tool_call")
    called = any(True for _ in _calls(record))
    if isinstance(told, bool) and told != called and not record.benchmark:
        found = "there is one" if called else "there is none"
        yield Remark("meta.has_tool_call", f"has_tool_call is {str(told).lower()}, but {found}", "correct the flag")

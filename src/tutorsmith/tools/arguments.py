"""Arguments of a call against the schema of its tool: the part of JSON Schema that the tools' schemas use."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from tutorsmith.core.errors import suggest
from tutorsmith.tools.failure import ToolFailure

_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}
_SAID = {"string": "a text", "integer": "a whole number", "number": "a number", "boolean": "true or false"}
_SAID |= {"array": "a list", "object": "an object"}


def check_arguments(arguments: Mapping[str, Any], schema: Mapping[str, Any]) -> None:
    """Raises: ToolFailure with the first problem, naming the argument."""
    for failure in _problems(arguments, schema, ""):
        raise failure


def _problems(value: Any, schema: Mapping[str, Any], where: str) -> Iterator[ToolFailure]:
    kind = schema.get("type")
    named = where or "arguments"
    if kind is not None and not _is(value, kind):
        yield ToolFailure(f"{named} must be {_SAID[kind]}", f"give {named} as {_SAID[kind]}")
        return
    if "enum" in schema and value not in schema["enum"]:
        choices = ", ".join(map(str, schema["enum"]))
        yield ToolFailure(f"{named} cannot be {str(value)[:40]!r}", f"choose one of: {choices}")
    if isinstance(value, str):
        yield from _size(len(value), schema, "Length", named, "characters")
    elif isinstance(value, dict):
        yield from _size(len(value), schema, "Properties", named, "entries")
        yield from _object_problems(value, schema, where)
    elif isinstance(value, list):
        yield from _size(len(value), schema, "Items", named, "entries")
        for index, element in enumerate(value):
            yield from _problems(element, schema.get("items") or {}, f"{named}[{index}]")
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        low, high = schema.get("minimum", -math.inf), schema.get("maximum", math.inf)
        if not low <= value <= high:
            yield ToolFailure(f"{named} is out of bounds", f"give a number from {low} to {high}")


def _is(value: Any, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    if kind == "integer" and isinstance(value, float):
        return value.is_integer()
    return isinstance(value, _TYPES[kind])


def _size(size: int, schema: Mapping[str, Any], kind: str, named: str, unit: str) -> Iterator[ToolFailure]:
    low, high = schema.get(f"min{kind}", 0), schema.get(f"max{kind}", math.inf)
    if size > high:
        yield ToolFailure(f"{named} has {size} {unit}, more than {high}", "shorten it, or split it into several calls")
    elif size < low:
        yield ToolFailure(f"{named} is empty" if size == 0 else f"{named} is too short", f"give at least {low} {unit}")


def _object_problems(value: Mapping[str, Any], schema: Mapping[str, Any], where: str) -> Iterator[ToolFailure]:
    properties: Mapping[str, Any] = schema.get("properties") or {}
    more = schema.get("additionalProperties", not properties)
    for name in schema.get("required") or ():
        if name not in value:
            yield ToolFailure(
                f"the argument {_path(where, name)} is missing", "ask for it if the question does not say"
            )
    for name, element in value.items():
        if name in properties:
            yield from _problems(element, properties[name], _path(where, name))
        elif isinstance(more, Mapping):
            yield from _problems(element, more, _path(where, str(name)[:40]))
        elif not more:
            yield ToolFailure(f"there is no argument {_path(where, str(name)[:40])}", suggest(str(name), properties))


def _path(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name

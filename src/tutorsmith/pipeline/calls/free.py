"""Values that the model writes by itself, by the type that a schema gives them."""

from collections.abc import Callable, Mapping
from typing import Any

from tutorsmith.generation.call_form import Entries, Fields, Items, Number, Options, Text, Value
from tutorsmith.pipeline.calls.conversation import as_json

_LONGEST_TEXT = 2000
_MOST_ITEMS = 20
_FEW = 12
"""Whole numbers between two bounds that are written out as choices."""
_LARGEST = 1e14

ObjectOf = Callable[[Mapping[str, Any], str], Fields]
"""(schema of an object with properties, its path) -> what may be written as it."""


def free_values(schema: Mapping[str, Any], where: str, object_of: ObjectOf) -> tuple[Value, ...]:
    """What the schema allows; a text where it says nothing that is known. where: the path of the value."""
    if "const" in schema:
        return (Options((as_json(schema["const"]),)),)
    if schema.get("enum"):
        return (Options(tuple(as_json(choice) for choice in schema["enum"])),)
    for choice in ("anyOf", "oneOf"):
        if parts := [part for part in schema.get(choice) or () if isinstance(part, Mapping)]:
            return tuple(value for part in parts for value in free_values(part, where, object_of))
    kinds = schema.get("type", "object" if schema.get("properties") else "string")
    names = [kinds] if isinstance(kinds, str) else list(kinds)
    return tuple(_of_type(str(name), schema, where, object_of) for name in names)


def _of_type(name: str, schema: Mapping[str, Any], where: str, object_of: ObjectOf) -> Value:
    match name:
        case "boolean":
            return Options(("true", "false"))
        case "null":
            return Options(("null",))
        case "integer" | "number":
            return _number(schema, whole=name == "integer")
        case "array":
            items = schema.get("items")
            values = free_values(items if isinstance(items, Mapping) else {}, f"{where}.items", object_of)
            least, most = _sizes(schema, "Items", _MOST_ITEMS)
            return Items(values, least, most)
        case "object":
            if schema.get("properties"):
                return object_of(schema, where)
            more = schema.get("additionalProperties")
            values = free_values(more if isinstance(more, Mapping) else {}, f"{where}.any", object_of)
            return Entries(values, _sizes(schema, "Properties", _MOST_ITEMS)[1])
    least, most = _sizes(schema, "Length", _LONGEST_TEXT)
    return Text(most, least)


def _sizes(schema: Mapping[str, Any], kind: str, most: int) -> tuple[int, int]:
    least = int(schema.get(f"min{kind}", 0))
    return least, max(least, int(min(schema.get(f"max{kind}", most), most)))


def _number(schema: Mapping[str, Any], *, whole: bool) -> Value:
    low, high = schema.get("minimum"), schema.get("maximum")
    step = 1 if whole else 1e-6
    for name, sign in (("exclusiveMinimum", 1), ("exclusiveMaximum", -1)):
        bound = schema.get(name)
        if isinstance(bound, (int, float)) and not isinstance(bound, bool):
            low, high = (bound + step, high) if sign > 0 else (low, bound - step)
    low, high = (None if bound is None or abs(bound) > _LARGEST else bound for bound in (low, high))
    if low is not None and high is not None:
        if low > high:
            low = high = None
        elif whole and high - low < _FEW:
            return Options(tuple(str(value) for value in range(int(low), int(high) + 1)))
    return Number(whole, low, high)

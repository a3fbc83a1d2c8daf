"""Calls in dialogues in the order in which guided ones are written: keys as the schemas have them, symbols as the
expression has them, so that a tutor is never asked for another order than the one that it has learned."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from tutorsmith.data.schema import Message
from tutorsmith.generation.paths import names_in
from tutorsmith.tools.table import HOLDS, TOOLS


def in_order(messages: Sequence[Message], tools: Sequence[Mapping[str, Any]]) -> list[Message]:
    """The messages, the arguments of their calls in order; calls of undeclared tools and unreadable ones stay."""
    functions = [tool.get("function", tool) for tool in tools]
    schemas = {str(function.get("name")): function.get("parameters") or {} for function in functions}
    return [
        replace(message, tool_calls=tuple(_call(call, schemas) for call in message.tool_calls))
        if message.tool_calls
        else message
        for message in messages
    ]


def _call(call: Mapping[str, Any], schemas: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any]:
    function = call.get("function")
    if not isinstance(function, Mapping) or function.get("name") not in schemas:
        return call
    given = function.get("arguments")
    try:
        arguments = json.loads(given) if isinstance(given, str) else given
    except ValueError:
        return call
    if not isinstance(arguments, Mapping):
        return call
    name = str(function["name"])
    ordered = _by_symbols(name, _ordered(arguments, schemas[name]), schemas[name])
    written = json.dumps(ordered, ensure_ascii=False) if isinstance(given, str) else ordered
    return {**call, "function": {**function, "arguments": written}}


def _ordered(value: Any, schema: Mapping[str, Any]) -> Any:
    if isinstance(value, Mapping):
        properties = schema.get("properties") or {}
        names = [*(name for name in properties if name in value), *(name for name in value if name not in properties)]
        return {name: _ordered(value[name], properties.get(name) or {}) for name in names}
    if isinstance(value, list):
        items = schema.get("items")
        return [_ordered(part, items if isinstance(items, Mapping) else {}) for part in value]
    return value


def _by_symbols(tool: str, arguments: dict[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    """Values of symbols in the order of the expression."""
    properties = schema.get("properties") or {}
    row = TOOLS.get(tool)
    kinds = {
        name: (properties.get(name) or {}).get(HOLDS) or (row.holds.get(name) if row else None) for name in arguments
    }
    expression = next((arguments[name] for name, kind in kinds.items() if kind == "expression"), "")
    places = {symbol: k for k, symbol in enumerate(names_in(expression))} if isinstance(expression, str) else {}
    return {
        name: dict(sorted(value.items(), key=lambda pair: places.get(pair[0], len(places))))
        if kinds[name] == "values" and isinstance(value, Mapping)
        else value
        for name, value in arguments.items()
    }

"""Were the right tools called with the right arguments?

`correct`: every call is well formed and allowed by the schema of its tool, and calls made and expected are the same
multiset: name equal, arguments equal as typed values (2 equals 2.0, never "2"; arithmetic in strings by its value, so
that "2*3" equals "3 * 2" and not "23"). Expecting none, none must be made. None when nothing is said about tools.
"""

import ast
import json
import math
import operator
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list, tuple),
    "object": (dict,),
    "null": (type(None),),
}
_OPERATORS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
_LONGEST_EXPRESSION = 200
_LARGEST_EXPONENT = 64


@dataclass(frozen=True, slots=True)
class ToolCallVerdict:
    """`matched`: names of the expected calls that were made; precision and recall count calls, None: of nothing."""

    correct: bool | None
    problems: tuple[str, ...]
    matched: tuple[str, ...] = ()
    precision: float | None = None
    recall: float | None = None
    rule: str = ""


@dataclass(frozen=True, slots=True)
class _Call:
    name: str
    arguments: Mapping[str, Any]


def judge_tool_calls(
    tools: Sequence[Mapping[str, Any]], made: Sequence[Mapping[str, Any]], expected: Sequence[Mapping[str, Any]] | None
) -> ToolCallVerdict:
    """Judge the calls of one answer.

    tools: OpenAI function schemas; made and expected: {"name", "arguments"}, bare or under "function", arguments as an
    object or as JSON text.
    """
    if expected is None:
        return ToolCallVerdict(None, (), rule="the item expects nothing of tools")
    schemas = {schema["name"]: schema.get("parameters") or {} for schema in map(_function, tools) if "name" in schema}
    problems: list[str] = []
    calls: list[_Call] = []
    for raw in made:
        call, problem = _parse(raw)
        if call is None:
            problems.append(problem)
            continue
        calls.append(call)
        problems += _schema_problems(call, schemas)
    wanted = [call for call, _ in map(_parse, expected) if call is not None]
    left = list(calls)
    matched: list[str] = []
    for want in wanted:
        same = next((call for call in left if _same_call(call, want, schemas.get(want.name, {}))), None)
        if same is None:
            problems.append(f"expected {_show(want)}")
        else:
            left.remove(same)
            matched.append(want.name)
    problems += [f"not expected: {_show(call)}" for call in left]
    return ToolCallVerdict(
        correct=not problems,
        problems=tuple(problems),
        matched=tuple(matched),
        precision=len(matched) / len(made) if made else None,
        recall=len(matched) / len(wanted) if wanted else None,
        rule="calls equal as a multiset" if wanted else "no call expected",
    )


def _function(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    inner = raw.get("function")
    return inner if isinstance(inner, Mapping) else raw


def _parse(raw: Mapping[str, Any]) -> tuple[_Call | None, str]:
    function = _function(raw)
    name, arguments = function.get("name"), function.get("arguments", {})
    if not isinstance(name, str) or not name:
        return None, "a call without a name"
    if isinstance(arguments, str):
        try:
            arguments = json.loads(arguments or "{}")
        except (ValueError, RecursionError):  # ValueError: also a number of very many digits
            return None, f"{name}: the arguments are no JSON"
    if arguments is None:
        arguments = {}
    if not isinstance(arguments, Mapping):
        return None, f"{name}: the arguments are no object"
    return _Call(name, arguments), ""


def _show(call: _Call) -> str:
    return f"{call.name}({json.dumps(dict(call.arguments), ensure_ascii=False, sort_keys=True, default=str)})"


def _schema_problems(call: _Call, schemas: Mapping[str, Mapping[str, Any]]) -> list[str]:
    if not schemas:
        return []
    if call.name not in schemas:
        return [f"{call.name}: there is no such tool"]
    return [f"{call.name}: {problem}" for problem in _value_problems(call.arguments, schemas[call.name], "arguments")]


def _value_problems(value: Any, schema: Mapping[str, Any], where: str) -> list[str]:
    """The part of JSON Schema that function schemas use: type, enum, bounds, properties, required, items."""
    kinds = schema.get("type")
    names = [kinds] if isinstance(kinds, str) else list(kinds or ())
    if names and not any(_is_type(value, name) for name in names):
        return [f"{where} is not of type {' or '.join(names)}"]
    problems = []
    if "enum" in schema and not any(_same_value(value, choice) for choice in schema["enum"]):
        problems.append(f"{where} is none of {schema['enum']}")
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if value < schema.get("minimum", -math.inf) or value > schema.get("maximum", math.inf):
            problems.append(f"{where} is out of bounds")
    elif isinstance(value, Mapping):
        problems += _object_problems(value, schema, where)
    elif isinstance(value, (list, tuple)) and isinstance(schema.get("items"), Mapping):
        for i, element in enumerate(value):
            problems += _value_problems(element, schema["items"], f"{where}[{i}]")
    return problems


def _object_problems(value: Mapping[str, Any], schema: Mapping[str, Any], where: str) -> list[str]:
    properties = schema.get("properties") or {}
    problems = [f"{where}.{name} is missing" for name in schema.get("required") or () if name not in value]
    for name, element in value.items():
        if name in properties:
            problems += _value_problems(element, properties[name], f"{where}.{name}")
        elif properties and not schema.get("additionalProperties", False):
            problems.append(f"{where}.{name} is no argument of this tool")
    return problems


def _is_type(value: Any, name: str) -> bool:
    if isinstance(value, bool):
        return name == "boolean"
    if name == "integer" and isinstance(value, float):
        return value.is_integer()
    return isinstance(value, _TYPES.get(name, (object,)))


def _same_call(made: _Call, wanted: _Call, schema: Mapping[str, Any]) -> bool:
    if made.name != wanted.name:
        return False
    defaults = {
        name: part["default"]
        for name, part in (schema.get("properties") or {}).items()
        if isinstance(part, Mapping) and "default" in part
    }
    return _same_value({**defaults, **made.arguments}, {**defaults, **wanted.arguments})


def _same_value(a: Any, b: Any) -> bool:
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    if isinstance(a, (int, float)) and isinstance(b, (int, float)):
        return a == b or math.isclose(a, b, rel_tol=1e-9)
    if isinstance(a, str) and isinstance(b, str):
        return _same_text(a, b)
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        return a.keys() == b.keys() and all(_same_value(a[name], b[name]) for name in a)
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(map(_same_value, a, b))
    return a is None and b is None


def _same_text(a: str, b: str) -> bool:
    a, b = (" ".join(unicodedata.normalize("NFC", text).split()) for text in (a, b))
    if a == b:
        return True
    one, two = arithmetic_value(a), arithmetic_value(b)
    return one is not None and two is not None and math.isclose(one, two, rel_tol=1e-9)


def arithmetic_value(text: str) -> float | None:
    """The value of an expression of numbers, + - * / ** ^ and parentheses; None for anything else."""
    if len(text) > _LONGEST_EXPRESSION:
        return None
    try:
        return _arithmetic(ast.parse(text.replace("^", "**"), mode="eval").body)
    except (SyntaxError, ValueError, ArithmeticError, RecursionError, MemoryError):
        return None


def _arithmetic(node: ast.expr) -> float:
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return node.value  # type: ignore[return-value]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd)):
        value = _arithmetic(node.operand)
        return -value if isinstance(node.op, ast.USub) else value
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        left, right = _arithmetic(node.left), _arithmetic(node.right)
        if isinstance(node.op, ast.Pow):
            if abs(right) > _LARGEST_EXPONENT:
                raise OverflowError("exponent out of reach")
            left = float(left)
        result = _OPERATORS[type(node.op)](left, right)
        if isinstance(result, complex):
            raise ArithmeticError("no real value")
        return result
    raise ValueError("not arithmetic")

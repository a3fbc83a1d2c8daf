"""Were the right tools called with the right arguments?

`correct`: every call is well formed and allowed by the schema of its tool, and calls made and expected are the same
multiset: name equal, arguments equal as typed values (2 equals 2.0, never "2"; texts that are to be evaluated by their
value, so that "2*3" equals "3 * 2" and not "23", and "1 / r" equals "1/r"). Expecting none, none must be made. None
when nothing is said about tools.
"""

import json
import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tutorsmith.evaluation.metrics.expressions import same_expression

_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list, tuple),
    "object": (dict,),
    "null": (type(None),),
}
_EXPRESSION_NAME = re.compile(r"expr|formula|equation|integrand|polynomial|calculation|^function$", re.IGNORECASE)
_EXPRESSION_SAID = re.compile(
    r"\b(?:expression|formula|equation|integrand|arithmetic)\b|表达式|算式|公式|方程", re.IGNORECASE
)
_CALCULATOR = re.compile(r"calc|eval|comput|integra|differentia|deriv|solve|simplif|arithmetic|math", re.IGNORECASE)
_PROSE = frozenset({"text", "unit", "language", "style", "query", "title"})


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
    parsed = [_parse(raw) for raw in expected]
    problems += [f"the item expects a malformed call: {problem}" for call, problem in parsed if call is None]
    wanted = [call for call, _ in parsed if call is not None]
    left = list(calls)
    matched: list[str] = []
    for want in wanted:
        same = next((i for i, call in enumerate(left) if _same_call(call, want, schemas.get(want.name, {}))), None)
        if same is None:
            problems.append(f"expected {_show(want)}")
        else:
            del left[same]
            matched.append(want.name)
    problems += [f"not expected: {_show(call)}" for call in left]
    return ToolCallVerdict(
        correct=not problems,
        problems=tuple(problems),
        matched=tuple(matched),
        precision=len(matched) / len(made) if made else None,
        recall=len(matched) / len(wanted) if wanted else None,
        rule="calls equal as a multiset" if expected else "no call expected",
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
    """The part of JSON Schema that function schemas use; `pattern` and `$ref` are not looked at."""
    kinds = schema.get("type")
    names = [kinds] if isinstance(kinds, str) else list(kinds or ())
    if names and not any(_is_type(value, name) for name in names):
        return [f"{where} is not of type {' or '.join(names)}"]
    problems = []
    choices = [schema["const"]] if "const" in schema else schema.get("enum")
    if choices is not None and not any(_same_value(value, choice) for choice in choices):
        problems.append(f"{where} is none of {choices}")
    for part in ("anyOf", "oneOf"):
        if part in schema and all(_value_problems(value, choice, where) for choice in schema[part]):
            problems.append(f"{where} fits none of the forms allowed")
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        problems += _number_problems(value, schema, where)
    elif isinstance(value, str):
        problems += _length_problems(len(value), schema, "Length", where)
    elif isinstance(value, Mapping):
        problems += _object_problems(value, schema, where)
    elif isinstance(value, (list, tuple)):
        problems += _length_problems(len(value), schema, "Items", where)
        for i, element in enumerate(value if isinstance(schema.get("items"), Mapping) else ()):
            problems += _value_problems(element, schema["items"], f"{where}[{i}]")
    return problems


def _number_problems(value: float, schema: Mapping[str, Any], where: str) -> list[str]:
    low, high = schema.get("minimum", -math.inf), schema.get("maximum", math.inf)
    above, below = schema.get("exclusiveMinimum", -math.inf), schema.get("exclusiveMaximum", math.inf)
    # In older schemas the exclusive bounds are flags that make the others strict.
    above = (low if above else -math.inf) if isinstance(above, bool) else above
    below = (high if below else math.inf) if isinstance(below, bool) else below
    inside = low <= value <= high and (value > above or above == -math.inf) and (value < below or below == math.inf)
    return [] if inside else [f"{where} is out of bounds"]


def _length_problems(length: int, schema: Mapping[str, Any], kind: str, where: str) -> list[str]:
    inside = schema.get(f"min{kind}", 0) <= length <= schema.get(f"max{kind}", math.inf)
    return [] if inside else [f"{where} is too short or too long"]


def _properties(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    return schema.get("properties") or {}


def _object_problems(value: Mapping[str, Any], schema: Mapping[str, Any], where: str) -> list[str]:
    properties = _properties(schema)
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
        for name, part in _properties(schema).items()
        if isinstance(part, Mapping) and "default" in part
    }
    one, two = {**defaults, **made.arguments}, {**defaults, **wanted.arguments}
    return one.keys() == two.keys() and all(
        _same_value(one[name], two[name], _holds_expression(made.name, name, schema)) for name in one
    )


def _holds_expression(tool: str, argument: str, schema: Mapping[str, Any]) -> bool:
    """Is a text argument an expression to be evaluated? Elsewhere "12-15" is a range of pages and no difference."""
    properties = _properties(schema)
    mine = properties.get(argument)
    said = mine.get("description", "") if isinstance(mine, Mapping) else ""
    texts = [name for name, part in properties.items() if isinstance(part, Mapping) and part.get("type") == "string"]
    return bool(
        _EXPRESSION_NAME.search(argument)
        or _EXPRESSION_SAID.search(str(said))
        or (_CALCULATOR.search(tool) and texts in ([argument], []) and argument not in _PROSE)
    )


def _same_value(a: Any, b: Any, expression: bool = False) -> bool:
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    if isinstance(a, (int, float)) and isinstance(b, (int, float)):
        return a == b or ((isinstance(a, float) or isinstance(b, float)) and _close(a, b))
    if isinstance(a, str) and isinstance(b, str):
        return _same_text(a, b) or (expression and same_expression(a, b))
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        return a.keys() == b.keys() and all(_same_value(a[name], b[name], expression) for name in a)
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(_same_value(x, y, expression) for x, y in zip(a, b, strict=True))
    return a is None and b is None


def _close(a: float, b: float) -> bool:
    try:
        return math.isclose(a, b, rel_tol=1e-9)
    except OverflowError:  # an integer beyond the floats
        return False


def _same_text(a: str, b: str) -> bool:
    a, b = (" ".join(unicodedata.normalize("NFC", text).split()) for text in (a, b))
    return a == b

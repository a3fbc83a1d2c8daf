import json
from pathlib import Path

import pytest

from tutorsmith.evaluation.metrics.expressions import arithmetic_value, same_expression
from tutorsmith.evaluation.metrics.tool_calls import judge_tool_calls

DATA = json.loads((Path(__file__).parents[1] / "cases" / "tool_calls.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", DATA["cases"], ids=[case["why"] for case in DATA["cases"]])
def test_case(case: dict[str, object]) -> None:
    verdict = judge_tool_calls(case.get("tools", DATA["tools"]), case["made"], case["expected"])  # type: ignore[arg-type]
    assert verdict.correct is case["correct"], verdict.problems
    assert bool(verdict.problems) == (verdict.correct is False)


def test_precision_and_recall_count_calls() -> None:
    made = [{"name": "calculator", "arguments": {"expression": e}} for e in ("1+1", "2+2")]
    wanted = [{"name": "calculator", "arguments": {"expression": e}} for e in ("2", "3+3", "4+4")]
    verdict = judge_tool_calls(DATA["tools"], made, wanted)
    assert (verdict.precision, verdict.recall) == (0.5, pytest.approx(1 / 3))
    assert verdict.matched == ("calculator",)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2*3", 6.0),
        ("-(2+3)^2", -25.0),
        ("1e-9/2", 5e-10),
        ("7 % 2", None),
        ("__import__('os')", None),
        ("2**9**9", None),
    ],
)
def test_arithmetic_value(text: str, value: float | None) -> None:
    assert arithmetic_value(text) == (None if value is None else pytest.approx(value))


@pytest.mark.parametrize("text", ["(" * 150, "9" * 190 + "**64", "1" + "+1" * 5000, "(-8)**0.5", "\x00"])
def test_hostile_expressions_have_no_value_or_a_finite_one(text: str) -> None:
    value = arithmetic_value(text)
    assert value is None or value == value


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("sqrt(16)+1", "1 + sqrt(16)", True),
        ("2x", "x*2", True),
        ("2(x+1)", "2*x + 2", True),
        ("x^2+2x+1", "(x+1)**2", True),
        ("√2 × π", "math.sqrt(2)*pi", True),
        ("x²", "x**2", True),
        ("exp(-t/tau)", "e**(-t/tau)", True),
        ("x**2 = 4", "4 == x^2", True),
        ("sum(k, 1, n)", "sum(k,1,n)", True),
        ("log(100)/log(10)", "2", True),
        ("(x + 1)**2", "x**2 + 1", False),
        ("a-b", "b-a", False),
        ("1/x", "1/y", False),
        ("sin x", "sinx", False),
        ("1/0", "2/0", False),
        ("sin(x)", "cos(x)", False),
        ("x = 2", "x", False),
        ("1or 2", "1", False),
    ],
)
def test_same_expression(one: str, other: str, same: bool) -> None:
    assert same_expression(one, other) is same
    assert same_expression(other, one) is same


def test_texts_are_compared_as_texts() -> None:
    """ "12-15" is a range of pages where no expression is asked for, and a difference where one is."""
    tools = [{"name": "look_up", "parameters": {"properties": {"pages": {"type": "string"}}}}]
    made, wanted = ({"name": "look_up", "arguments": {"pages": pages}} for pages in ("12-15", "13-16"))
    assert judge_tool_calls(tools, [made], [wanted]).correct is False
    made, wanted = ({"name": "evaluate", "arguments": {"expression": text}} for text in ("12-15", "13-16"))
    assert judge_tool_calls([], [made], [wanted]).correct is True


@pytest.mark.parametrize(
    ("schema", "fits", "fails"),
    [
        ({"const": 3}, 3, 4),
        ({"exclusiveMinimum": 0}, 0.5, 0),
        ({"minimum": 0, "exclusiveMinimum": True}, 0.5, 0),
        ({"type": "string", "maxLength": 3}, "abc", "abcd"),
        ({"type": "array", "minItems": 1}, [1], []),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, None, 3),
    ],
)
def test_schemas(schema: dict[str, object], fits: object, fails: object) -> None:
    tools = [{"name": "f", "parameters": {"properties": {"a": schema}}}]
    for value, correct in ((fits, True), (fails, False)):
        call = {"name": "f", "arguments": {"a": value}}
        assert judge_tool_calls(tools, [call], [call]).correct is correct


def test_numbers_beyond_the_floats_and_malformed_expectations() -> None:
    huge, small = ({"name": "f", "arguments": {"a": value}} for value in (10**400, 1.5))
    assert judge_tool_calls([], [huge], [small]).correct is False
    verdict = judge_tool_calls([], [], [{"name": "f", "arguments": "{"}])
    assert verdict.correct is False and "malformed" in verdict.problems[0]

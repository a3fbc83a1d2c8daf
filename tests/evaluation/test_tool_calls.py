import json
from pathlib import Path

import pytest

from tutorsmith.evaluation.metrics.tool_calls import arithmetic_value, judge_tool_calls

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

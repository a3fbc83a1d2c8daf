import json
from pathlib import Path

import pytest

from tutorsmith.evaluation.metrics.format import judge_format
from tutorsmith.evaluation.metrics.sections import required_headings

CASES = json.loads((Path(__file__).parents[1] / "cases" / "formats.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=[case["why"] for case in CASES])
def test_case(case: dict[str, object]) -> None:
    verdict = judge_format(str(case["system"]), str(case["answer"]))
    assert (verdict.compliant, verdict.strict) == (case["compliant"], case["strict"]), verdict.problems
    assert bool(verdict.problems) == (verdict.strict is False)


def test_cases_are_many_and_mixed() -> None:
    assert len(CASES) >= 60
    assert sum(case["compliant"] is False for case in CASES) >= 30


def test_problems_name_what_is_wrong() -> None:
    verdict = judge_format("### Answer\n### Reason", "### Reason\nSymmetry.")
    assert verdict.problems == ("'Answer' is missing",)
    assert verdict.found == ("Reason",)
    assert verdict.required == ("Answer", "Reason")


@pytest.mark.parametrize(
    ("prompt", "headings"),
    [
        ("Use ### A (first, short), ### B and ### C.", ("A (first, short)", "B", "C")),
        ("### A\ntext\n### A\n", ("A",)),
        ("Sections: ### Aim → ### Method → ### Result", ("Aim", "Method", "Result")),
        ("Use ### Results and Discussion, then ### Limits in that order.", ("Results and Discussion", "Limits")),
        ("依次写：### 背景、### 方法和### 结论。", ("背景", "方法", "结论")),
        ("Avoid #### detail and # title", ()),
    ],
)
def test_required_headings(prompt: str, headings: tuple[str, ...]) -> None:
    assert required_headings(prompt) == headings


@pytest.mark.parametrize("answer", ["### A\n" * 100_000, ">" * 200_000, "- " * 200_000, "[" * 500_000, "x" * 1_000_000])
def test_hostile_answers_are_judged(answer: str) -> None:
    assert judge_format("### A\n### B", answer).compliant is False

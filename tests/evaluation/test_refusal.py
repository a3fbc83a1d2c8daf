import json
from pathlib import Path

import pytest

from tutorsmith.evaluation.metrics.refusal import judge_refusal

CASES = json.loads((Path(__file__).parents[1] / "cases" / "refusals.json").read_text(encoding="utf-8"))


def test_cases_are_balanced() -> None:
    refusals = sum(case["refusal"] for case in CASES)
    assert len(CASES) >= 100
    assert 0.4 <= refusals / len(CASES) <= 0.65
    assert sum(case["language"] == "zh" for case in CASES) >= 60


KNOWN = [case for case in CASES if not case.get("missed")]


@pytest.mark.parametrize("case", [case for case in CASES if case.get("missed")], ids=lambda case: case["question"][:40])
def test_known_misses_are_marked(case: dict[str, object]) -> None:
    """Cases that the rules get wrong are kept; one that they learn must lose its mark."""
    verdict = judge_refusal(str(case["answer"]), str(case["question"]))
    assert (verdict.is_refusal, verdict.kind) != (case["refusal"], case["kind"])


@pytest.mark.parametrize("case", KNOWN, ids=[f"{i}:{case['answer'][:40]}" for i, case in enumerate(KNOWN)])
def test_case(case: dict[str, object]) -> None:
    verdict = judge_refusal(str(case["answer"]), str(case["question"]))
    assert (verdict.is_refusal, verdict.kind) == (case["refusal"], case["kind"]), verdict
    assert bool(verdict.matched) or not verdict.is_refusal
    assert verdict.rule


@pytest.mark.parametrize("case", KNOWN[::3], ids=str)
def test_naming_the_language_changes_nothing(case: dict[str, object]) -> None:
    verdict = judge_refusal(str(case["answer"]), str(case["question"]), str(case["language"]))
    assert verdict.is_refusal == case["refusal"]


def test_restated_givens_are_no_leak() -> None:
    answer = "You give V = 12 V but not the resistance, so I cannot compute the current."
    assert judge_refusal(answer, "The voltage is 12 V. Find the current.").is_refusal


def test_an_empty_answer_is_no_refusal() -> None:
    assert not judge_refusal("").is_refusal
    assert not judge_refusal("\n\n### Conclusion\n").is_refusal


def test_an_act_in_the_middle_of_a_long_answer_is_none() -> None:
    filler = "The field is radial and falls with the square of the distance. "
    answer = filler * 8 + "The thickness of the plate is not given. " + filler * 8
    assert not judge_refusal(answer).is_refusal


@pytest.mark.parametrize(
    "answer",
    ["I cannot " * 60_000, "not given " * 60_000, "(" * 300_000, "无法" * 200_000, "a" * 1_000_000, "=1 " * 200_000],
)
def test_hostile_answers_are_judged(answer: str) -> None:
    assert judge_refusal(answer, answer[:5000]).rule

"""`must_not`: a denial is a charge, and is raised only where the answer clearly says what it must not."""

import json
from pathlib import Path

import pytest

from tutorsmith.evaluation import judge_key_point

CASES = json.loads((Path(__file__).parents[1] / "cases" / "forbidden.json").read_text(encoding="utf-8"))
ELSEWHERE = "the torus is hollow"


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['forbidden'][:30]}:{case['answer'][:40]}")
def test_case(case: dict) -> None:
    verdict = judge_key_point({"text": ELSEWHERE, "must_not": [case["forbidden"]]}, case["answer"])
    assert verdict.contradicted == case["fires"], verdict
    assert verdict.matched in case["answer"]
    assert bool(verdict.matched) == case["fires"]


def test_there_are_more_innocent_answers_than_guilty_ones() -> None:
    guilty = sum(case["fires"] for case in CASES)
    assert len(CASES) >= 60
    assert 20 <= guilty < len(CASES) - guilty


def test_a_heading_asserts_nothing() -> None:
    key_point = {"text": ELSEWHERE, "must_not": ["the field is zero on the boundary"]}
    answer = "### The field is zero on the boundary\nThat is what has to be examined."
    assert not judge_key_point(key_point, answer).contradicted


def test_what_is_forbidden_may_be_repeated_to_correct_it() -> None:
    key_point = {"any_of": ["divide by the old value"], "must_not": ["divide by the new value"]}
    answer = "Many divide by the new value, which is wrong. Divide by the old value."
    verdict = judge_key_point(key_point, answer)
    assert (verdict.covered, verdict.contradicted) == (True, False)

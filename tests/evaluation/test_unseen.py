"""Cases by others that nothing was mended for (docs/metrics.md gives the figures). What was right once stays right."""

import json
from pathlib import Path
from typing import Any

import pytest

from tutorsmith.evaluation import judge_citations, judge_format, judge_key_point, judge_refusal

UNSEEN = Path(__file__).parents[1] / "cases" / "unseen"
RIGHT = {"key_points": 185, "refusals": 74, "formats": 50, "citations": 49}
"""How many were right when they were judged for the first time."""


def cases(name: str) -> list[dict[str, Any]]:
    loaded: list[dict[str, Any]] = json.loads((UNSEEN / f"{name}.json").read_text(encoding="utf-8"))
    return loaded


def right(name: str, case: dict[str, Any]) -> bool:
    if name == "key_points":
        return (judge_key_point(case["key_point"], case["answer"]).covered is True) == case["covered"]
    if name == "refusals":
        return judge_refusal(case["answer"], case["question"]).is_refusal == case["refusal"]
    if name == "formats":
        return judge_format(case["system"], case["answer"]).compliant == case["compliant"]
    return judge_citations(case["system"], case["answer"], case["expected"]).valid == case["valid"]


@pytest.mark.parametrize("name", RIGHT)
def test_no_fewer_are_right_than_at_first_sight(name: str) -> None:
    assert sum(right(name, case) for case in cases(name)) >= RIGHT[name]

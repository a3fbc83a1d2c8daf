"""Equations with numbers, reckoned again."""

import json
from pathlib import Path
from typing import Any

import pytest

from tutorsmith.data.read import read_benchmark, read_samples
from tutorsmith.expand.arithmetic import WRONG, equations

ROOT = Path(__file__).resolve().parents[2]
CASES = json.loads((ROOT / "tests/cases/arithmetic.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["answer"][:60])
def test_cases(case: dict[str, Any]) -> None:
    found = equations(case["answer"], case.get("question", ""))
    assert [step.verdict for step in found] == case["verdicts"], found


def test_no_false_alarm_on_the_shipped_answers() -> None:
    data = ROOT / "data/training"
    answers = [(s.id, s.messages[-1].content or "", s.question) for s in read_samples(data / "processed/all_sft.jsonl")]
    for name in ("style", "writing"):
        answers += [(s.id, s.reference, s.question) for s in read_benchmark(data / f"eval/{name}_benchmark.jsonl")]
    steps = [(identity, step) for identity, answer, asked in answers for step in equations(answer, asked)]
    assert [found for found in steps if found[1].verdict == WRONG] == []
    assert sum(step.verdict == "verified" for _, step in steps) >= 15


@pytest.mark.parametrize(
    "text", ["$" * 100, "=" * 2000, "(2" * 3000 + " = 3", "$" + "{" * 500 + "1=2$", "1+" * 3000 + "1 = 2"]
)
def test_odd_texts_end_soon(text: str) -> None:
    equations(text)

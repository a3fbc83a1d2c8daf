import json
from pathlib import Path

import pytest

from tutorsmith.evaluation.metrics.citations import find_citations, judge_citations
from tutorsmith.evaluation.metrics.prompt import numbered_excerpts, split_notes

CASES = json.loads((Path(__file__).parents[1] / "cases" / "citations.json").read_text(encoding="utf-8"))
NOTES = "T.\n\nCourse notes (numbered excerpts):\n[1] a > b\nThe depth is 9.4 mm at 50 Hz.\n[2] c\nGauss's law."


@pytest.mark.parametrize("case", CASES, ids=[case["why"] for case in CASES])
def test_case(case: dict[str, object]) -> None:
    verdict = judge_citations(str(case["system"]), str(case["answer"]), case["expected"])  # type: ignore[arg-type]
    assert verdict.valid is case["valid"], verdict
    assert verdict.precision == pytest.approx(case["precision"])
    assert verdict.recall == pytest.approx(case["recall"])
    assert bool(verdict.problems) or verdict.valid


def test_cases_are_many() -> None:
    assert len(CASES) >= 60


def test_support_names_the_number_that_is_not_in_the_notes() -> None:
    good = judge_citations(NOTES, "The depth is 9.4 mm [1].", [1])
    bad = judge_citations(NOTES, "The depth is 7.3 mm [1].", [1])
    assert good.support == 1.0 and good.problems == ()
    assert bad.support == 0.0 and bad.valid and "7.3" in bad.problems[0]


def test_uncited_claims_are_a_rate() -> None:
    answer = "The depth at fifty hertz is small [1]. It falls with the root of the frequency."
    assert judge_citations(NOTES, answer, [1]).uncited == 0.5
    assert judge_citations(NOTES, "Yes [1].", [1]).uncited is None


def test_citations_keep_their_place() -> None:
    found = find_citations("A [1]; B ［2］.")
    assert [(c.start, c.text, c.numbers) for c in found] == [(2, "[1]", (1,)), (9, "［2］", (2,))]


def test_notes_are_told_from_instructions() -> None:
    assert split_notes(NOTES)[0].strip() == "T."
    assert numbered_excerpts(NOTES) == {1: "a > b\nThe depth is 9.4 mm at 50 Hz.", 2: "c\nGauss's law."}
    assert numbered_excerpts("") == {}


@pytest.mark.parametrize(
    "answer", ["[1]" * 100_000, "[" * 300_000, "[1, " * 200_000, "A claim [1].\n" * 30_000, "`" * 300_000]
)
def test_hostile_answers_are_judged(answer: str) -> None:
    assert judge_citations(NOTES, answer, [1]).recall in (0.0, 1.0)

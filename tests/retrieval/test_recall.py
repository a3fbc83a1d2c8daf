"""Is the excerpt that holds the answer found? Labelled questions about the shipped notes."""

import json
from functools import lru_cache
from pathlib import Path

import pytest

from tutorsmith.data.read import read_benchmark, read_samples
from tutorsmith.data.schema import Message, Sample
from tutorsmith.retrieval.ground import ground
from tutorsmith.retrieval.index import Index, open_index
from tutorsmith.retrieval.query import Query, query_of
from tutorsmith.retrieval.search import search

ROOT = Path(__file__).parents[2]
DATA = ROOT / "data" / "training"
CASES = json.loads((ROOT / "tests" / "cases" / "retrieval.json").read_text(encoding="utf-8"))
NOTES = {"style": "em", "writing": "writing"}


@lru_cache
def index_of(notes: str) -> Index:
    language, _, course = notes.rpartition("/")
    return open_index([DATA / language / "knowledge" / course])


def shipped() -> list[tuple[str, Sample, list[str]]]:
    records: list[tuple[str, Sample]] = []
    for stage in NOTES:
        records += [(stage, item) for item in read_benchmark(DATA / "eval" / f"{stage}_benchmark.jsonl")]
        records += [(stage, sample) for sample in read_samples(DATA / "processed" / f"{stage}_sft.jsonl")]
    labels = CASES["shipped"]
    return [(NOTES[stage], record, labels[record.id]) for stage, record in records if record.id in labels]


def recall(questions: list[tuple[str, Query | str, list[str]]], k: int) -> float:
    found = [
        any(hit.heading in headings for hit in search(index_of(notes), question, k))
        for notes, question, headings in questions
    ]
    return sum(found) / len(found)


def test_labels_name_headings_that_exist() -> None:
    known = {
        notes: {chunk.heading for chunk in index_of(notes).chunks} for notes in ("em", "writing", "zh/em", "zh/writing")
    }
    shipped_labels = {heading for headings in CASES["shipped"].values() for heading in headings}
    assert shipped_labels <= known["em"] | known["writing"]
    for case in [*CASES["reworded"], *CASES["practice"]]:
        assert set(case["headings"]) <= known[case["notes"]], case["question"]


def test_recall_on_the_shipped_questions() -> None:
    questions = [(notes, query_of(record.messages), headings) for notes, record, headings in shipped()]
    assert len(questions) == len(CASES["shipped"])
    assert recall(questions, 1) >= 0.85
    assert recall(questions, 3) >= 0.97


def test_recall_on_questions_in_other_words() -> None:
    questions = [(case["notes"], case["question"], case["headings"]) for case in CASES["reworded"]]
    assert recall(questions, 1) >= 0.5
    assert recall(questions, 3) >= 0.7
    assert recall(questions, 5) >= 0.78


def test_recall_on_questions_of_practice() -> None:
    """Symbols alone, units, everyday words, misconceptions, problems; two courses, two languages."""
    questions = [(case["notes"], case["question"], case["headings"]) for case in CASES["practice"]]
    assert len(questions) >= 50 and sum(notes.startswith("zh/") for notes, _, _ in questions) >= 10
    assert recall(questions, 1) >= 0.65
    assert recall(questions, 3) >= 0.8
    assert recall(questions, 5) >= 0.86


@pytest.mark.parametrize("notes", NOTES.values())
def test_default_budget_shows_the_two_best_excerpts_whole(notes: str) -> None:
    index = index_of(notes)
    for _, record, _ in (case for case in shipped() if case[0] == notes):
        question = query_of(record.messages)
        _, shown = ground([Message("user", record.question)], index)
        best = search(index, question, 3)
        assert [hit.text for hit in shown[:2]] == [hit.text for hit in best[:2]]

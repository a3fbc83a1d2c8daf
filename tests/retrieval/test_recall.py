"""Is the excerpt that holds the answer found? Labelled questions about the shipped notes."""

import json
from functools import lru_cache
from pathlib import Path

import pytest

from tutorsmith.data.read import read_benchmark, read_samples
from tutorsmith.data.schema import Message, Sample
from tutorsmith.retrieval.ground import ground
from tutorsmith.retrieval.index import Index, open_index
from tutorsmith.retrieval.search import query_of, search

ROOT = Path(__file__).parents[2]
DATA = ROOT / "data" / "training"
CASES = json.loads((ROOT / "tests" / "cases" / "retrieval.json").read_text(encoding="utf-8"))
NOTES = {"style": "em", "writing": "writing"}


@lru_cache
def index_of(notes: str) -> Index:
    return open_index([DATA / "knowledge" / notes])


def shipped() -> list[tuple[str, Sample, list[str]]]:
    records: list[tuple[str, Sample]] = []
    for stage in NOTES:
        records += [(stage, item) for item in read_benchmark(DATA / "eval" / f"{stage}_benchmark.jsonl")]
        records += [(stage, sample) for sample in read_samples(DATA / "processed" / f"{stage}_sft.jsonl")]
    labels = CASES["shipped"]
    return [(NOTES[stage], record, labels[record.id]) for stage, record in records if record.id in labels]


def recall(questions: list[tuple[str, str, list[str]]], k: int) -> float:
    found = [
        any(hit.heading in headings for hit in search(index_of(notes), question, k))
        for notes, question, headings in questions
    ]
    return sum(found) / len(found)


def test_labels_name_headings_that_exist() -> None:
    known = {chunk.heading for notes in NOTES.values() for chunk in index_of(notes).chunks}
    labelled = [*CASES["shipped"].values(), *(case["headings"] for case in CASES["reworded"])]
    assert {heading for headings in labelled for heading in headings} <= known


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


@pytest.mark.parametrize("notes", NOTES.values())
def test_default_budget_shows_the_two_best_excerpts_whole(notes: str) -> None:
    index = index_of(notes)
    for _, record, _ in (case for case in shipped() if case[0] == notes):
        question = record.question
        _, shown = ground([Message("user", question)], index)
        best = search(index, question, 3)
        assert [hit.text for hit in shown[:2]] == [hit.text for hit in best[:2]]

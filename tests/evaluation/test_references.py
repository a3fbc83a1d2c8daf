"""A scorer that faults the reference answers of the shipped benchmarks faults good answers."""

from pathlib import Path
from statistics import fmean

import pytest

from tutorsmith.data.read import read_benchmark
from tutorsmith.data.schema import BenchmarkItem, Prediction
from tutorsmith.evaluation.metrics.sections import required_headings
from tutorsmith.evaluation.score import BALANCED, CITATION, COVERAGE, FORMAT, KIND, REFUSAL, TOOLS, score_item

FOLDER = Path(__file__).parents[2] / "data" / "training" / "eval"
ITEMS = [item for name in ("style", "writing") for item in read_benchmark(FOLDER / f"{name}_benchmark.jsonl")]
FILES = sorted([*FOLDER.glob("*.jsonl"), *(FOLDER.parent / "zh" / "eval").glob("*.jsonl")])
ALL = [item for file in FILES for item in read_benchmark(file)]


@pytest.mark.parametrize("item", ALL, ids=lambda item: item.id)
def test_the_reference_is_a_perfect_answer(item: BenchmarkItem) -> None:
    score = score_item("style", item, Prediction(item.id, item.reference, tool_calls=item.tool_calls or ()))
    assert [v for v in score.verdicts if v["passed"] is not True or v["contradicted"]] == []
    assert set(score.scores.values()) == {1.0}
    applies = {
        FORMAT: bool(required_headings(item.system)),
        REFUSAL: item.refusal_type is not None,
        KIND: item.refusal_type is not None,
        COVERAGE: bool(item.key_points),
        CITATION: bool(item.citations),
        TOOLS: item.tool_calls is not None,
    }
    assert {metric for metric, wanted in applies.items() if wanted} <= set(score.scores)
    if item.refusal_type is None and not item.tool_calls:
        assert any(v["metric"] == BALANCED for v in score.verdicts)


def test_there_are_references_of_both_kinds() -> None:
    assert sum(item.refusal_type is None for item in ITEMS) >= 8
    assert sum(item.refusal_type is not None for item in ITEMS) >= 3


@pytest.mark.parametrize("item", [i for i in ITEMS if i.key_points], ids=lambda item: item.id)
def test_the_references_of_other_items_are_no_answer(item: BenchmarkItem) -> None:
    """What covers every reference must not cover any text: those of the other items cover next to nothing."""
    others = [other for other in ITEMS if other.id != item.id and not other.refusal_type]
    scores = [score_item("style", item, Prediction(item.id, other.reference)) for other in others]
    assert fmean(score.scores[COVERAGE] for score in scores) <= 0.1
    assert [v for s in scores for v in s.verdicts if v["rule"].startswith("asserts what it must not")] == []

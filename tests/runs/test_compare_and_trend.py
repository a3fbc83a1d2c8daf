"""Runs side by side, the best one, the trend: what cannot be compared or told apart is said."""

import shutil
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from tutorsmith.core.errors import DataError, UsageError
from tutorsmith.runs.compare import best_runs, side_by_side
from tutorsmith.runs.index import open_index
from tutorsmith.runs.tables import seed_lines, show_comparison, show_list, show_run
from tutorsmith.runs.trend import trend_of, write_trend

COVERAGE = "key_point_coverage"


def test_what_differs_between_two_runs(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    runs = open_index(root)
    compared = side_by_side([runs.find("seed0"), runs.find("slow")])
    assert compared.trouble == ""
    assert {(kind, name) for kind, name, _ in compared.differences} == {
        ("hash", "adapter"),
        ("setting", "learning_rate"),
    }
    show_comparison(compared)
    shown = capsys.readouterr().out
    assert "setting: learning_rate" in shown and "0.005" in shown and "50 % [" in shown


def test_runs_on_different_benchmarks_are_not_comparable(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    runs = open_index(root)
    compared = side_by_side([runs.find("seed0"), runs.find("small")])
    assert "not comparable" in compared.trouble
    assert not compared.as_dict()["comparable"]
    show_comparison(compared)
    assert capsys.readouterr().out.startswith("not comparable")


def test_a_comparison_needs_two_whole_runs(root: Path) -> None:
    (root / "seed1/manifest.json").unlink()
    runs = open_index(root)
    with pytest.raises(UsageError, match="two runs"):
        side_by_side([runs.find("seed0")])
    with pytest.raises(DataError, match="file not found"):
        side_by_side([runs.find("seed0"), runs.find("seed1")])


def test_the_best_run_and_who_cannot_be_told_from_it(root: Path) -> None:
    large, small = best_runs(open_index(root), COVERAGE, "style")
    assert [record.path for record in large.winners] == ["seed0"]
    told = {standing.record.path: standing.told_apart for standing in large.others}
    assert told == {"seed1": False, "seed2": False, "group/slow": False}  # six lost of twelve: p 0.03, of three tests
    assert dict(large.left_out)["group/loop"].startswith("degenerate")
    assert [record.path for record in small.winners] == ["small"]


def test_ties_are_reported(root: Path) -> None:
    best = best_runs(open_index(root), "format_compliance", "style")[0]
    assert {record.path for record in best.winners} == {"seed0", "seed1", "seed2", "group/slow"}
    assert best.others == ()


def test_the_lower_bound_prefers_evidence(root: Path) -> None:
    by_value, by_bound = (best_runs(open_index(root), COVERAGE, None, on)[0] for on in ("value", "low"))
    assert by_value.as_dict()["best"][0]["path"] == by_bound.as_dict()["best"][0]["path"] == "seed0"
    assert by_bound.others[0].value == by_bound.others[0].record.metrics[COVERAGE]["low"]


def test_one_clearly_worse_run_is_told_apart(root: Path) -> None:
    for name in ("seed1", "seed2"):
        shutil.rmtree(root / name)
    best = best_runs(open_index(root), COVERAGE, None)[0]
    assert [(s.record.path, s.told_apart, s.how) for s in best.others] == [("group/slow", True, "paired test, p 0.031")]


@pytest.mark.parametrize(
    ("metric", "stage", "told"),
    [
        ("coverage", None, "unknown metric"),
        (COVERAGE, "stil", "no run of the stage"),
        ("citation_validity", None, "no run"),
    ],
)
def test_a_choice_that_cannot_be_made(root: Path, metric: str, stage: str | None, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        best_runs(open_index(root), metric, stage)


def test_seeds_are_summarised(root: Path) -> None:
    runs = open_index(root)
    lines = seed_lines(runs, runs.find("seed1"))
    assert lines[0] == "  seeds: 1 (seed1), 0 (seed0), 2 (seed2)"
    assert lines[1] == "    Key-point coverage: mean 91.7 %, standard deviation 8.3 points over 3 seeds: not stable"
    assert seed_lines(runs, runs.find("slow")) == []


def test_the_list_hides_nothing(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "seed1/manifest.json").write_text("{", encoding="utf-8")
    (root / "seed2/adapter_model.safetensors").write_text("other", encoding="utf-8")
    show_list(open_index(root))
    shown = capsys.readouterr().out
    for text in ("seed0", "group/loop", "degenerate", "damaged", "mixed", "seed1: manifest.json: not valid JSON",
                 "seed2: adapter_model.safetensors: the adapter is not the one"):  # fmt: skip
        assert text in shown


def test_one_run_is_shown_whole(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    runs = open_index(root)
    show_run(runs, runs.find("seed0"))
    shown = capsys.readouterr().out
    for text in ("base_notes", "tuned_notes", "Refusals, balanced", "over 3 seeds", "benchmark: sha256:"):
        assert text in shown


def test_the_trend_breaks_where_the_benchmark_changes(root: Path, tmp_path: Path) -> None:
    trend = trend_of(open_index(root))
    assert [series.metric for series in trend.series] == [COVERAGE, "format_compliance", "refusal_accuracy"]
    assert [(p.run, p.new_benchmark) for p in trend.series[0].points][-2:] == [("group/loop", False), ("small", True)]
    markdown, picture = write_trend(trend, tmp_path / "out")
    text = markdown.read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    rows = [line.split(" | ")[1] for line in lines if not line.startswith(("| when", "| ---"))]
    assert rows[:3] == ["`small`", "not comparable with the runs below", "`group/loop`"]
    assert "hold, degenerate" not in text and "–, degenerate" in text
    drawn = picture.read_text(encoding="utf-8")
    ElementTree.fromstring(drawn)
    assert drawn.count("benchmark changed") >= 1 and "Key-point coverage" in drawn


def test_a_trend_of_one_metric_and_what_it_leaves_out(root: Path, tmp_path: Path) -> None:
    (root / "seed1/manifest.json").unlink()
    trend = trend_of(open_index(root), ["refusal_balanced_accuracy"], "style")
    assert [series.metric for series in trend.series] == ["refusal_balanced_accuracy"]
    assert [path for path, _ in trend.left_out] == ["seed1"]
    assert "- `seed1`: manifest.json: file not found" in write_trend(trend, tmp_path)[0].read_text(encoding="utf-8")


@pytest.mark.parametrize(("metric", "stage"), [("coverage", None), (COVERAGE, "stil")])
def test_a_trend_of_nothing(root: Path, metric: str, stage: str | None) -> None:
    with pytest.raises(UsageError):
        trend_of(open_index(root), [metric], stage)


def test_a_trend_without_runs(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no run to show a trend of"):
        trend_of(open_index(tmp_path))

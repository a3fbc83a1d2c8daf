"""A finished run scored again at the command line: alone, with a review, against changed files."""

import json
from pathlib import Path
from typing import Any

import pytest

from run_folders import Made, make_run
from small_course import command
from tutorsmith.core.run_folder import verify_manifest


@pytest.fixture
def course(tmp_path: Path) -> Path:
    make_run(tmp_path / "outputs/run", Made(questions=6, refusals=2))
    return tmp_path


def benchmark(course: Path) -> Path:
    (file,) = (course / "outputs/bench").glob("*/style_benchmark.jsonl")
    return file


def report(course: Path) -> dict[str, Any]:
    value: dict[str, Any] = json.loads((course / "outputs/run/eval_report_style.json").read_text(encoding="utf-8"))
    return value


def coverage(course: Path) -> float:
    return float(report(course)["systems"]["tuned_notes"]["metrics"]["key_point_coverage"]["value"])


def test_the_same_rules_give_the_same_scores_and_the_run_stays_whole(course: Path) -> None:
    before = report(course)
    done = command(course, "evaluate", "--run", "outputs/run", "--eval-file", str(benchmark(course)))
    assert done.returncode == 0, done.stderr
    after = report(course)
    assert after["manifest"] == before["manifest"] and after["items"] == before["items"]
    verify_manifest(course / "outputs/run", "style")
    assert (course / "outputs/run/eval_report_style.html").is_file()


def test_a_review_is_heard(course: Path) -> None:
    review = course / "review.csv"
    review.write_text("id,system,metric,key_point,verdict\nstyle_benchmark-0,tuned_notes,,1,not_covered\n", "utf-8")
    assert coverage(course) == 1.0
    flags = ("--eval-file", str(benchmark(course)), "--review", str(review))
    done = command(course, "evaluate", "--run", "outputs/run", *flags)
    assert done.returncode == 0, done.stderr
    assert coverage(course) == pytest.approx(5 / 6)
    assert report(course)["review"]["agreement"] == 0.0
    assert "review: 1 verdicts" in done.stdout


def test_another_benchmark_is_refused(course: Path) -> None:
    file = benchmark(course)
    file.write_text(file.read_text(encoding="utf-8").replace("conductor", "resistor"), encoding="utf-8")
    before = report(course)
    done = command(course, "evaluate", "--run", "outputs/run", "--eval-file", str(file))
    assert done.returncode == 3
    assert "changed since" in done.stderr and report(course) == before


@pytest.mark.parametrize(
    ("flags", "says"),
    [
        ((), "no project knows the stage"),
        (("--predictions", "outputs/run/predictions_style.jsonl"), "own answers"),
    ],
)
def test_wrong_flags_are_usage_errors(course: Path, flags: tuple[str, ...], says: str) -> None:
    done = command(course, "evaluate", "--run", "outputs/run", *flags)
    assert done.returncode == 2
    assert says in done.stderr


def test_without_a_run_the_files_must_be_named(course: Path) -> None:
    done = command(course, "evaluate", "--eval-file", str(benchmark(course)))
    assert done.returncode == 2
    assert "--predictions, --output-dir" in done.stderr


def test_a_lost_report_is_made_from_the_answers_without_the_weights(course: Path) -> None:
    before = report(course)
    run = course / "outputs/run"
    (run / "eval_report_style.json").unlink()
    (run / "adapter_model.safetensors").unlink()
    done = command(course, "evaluate", "--run", "outputs/run", "--eval-file", str(benchmark(course)))
    assert done.returncode == 0, done.stderr
    assert report(course)["items"] == before["items"] and report(course)["manifest"] == before["manifest"]


def test_answers_that_are_not_the_runs_make_no_report(course: Path) -> None:
    run = course / "outputs/run"
    (run / "eval_report_style.json").unlink()
    (run / "predictions_style.jsonl").write_text("", encoding="utf-8")
    done = command(course, "evaluate", "--run", "outputs/run", "--eval-file", str(benchmark(course)))
    assert done.returncode == 3 and "predictions_style.jsonl" in done.stderr
    assert not (run / "eval_report_style.json").exists()

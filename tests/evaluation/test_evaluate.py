import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from evaluation_rows import GOOD, REFUSING, item, prediction, refusal

from tutorsmith.core.errors import DataError, UsageError
from tutorsmith.evaluation.evaluate import evaluate

Write = Callable[[str, list[dict[str, Any]]], Path]


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, list[dict[str, Any]]], Path]:
    """Writes rows as JSON lines under a name and returns the path."""

    def to_file(name: str, rows: list[dict[str, Any]]) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n", encoding="utf-8")
        return path

    return to_file


@pytest.fixture
def benchmark(write: Write) -> Path:
    return write("style_benchmark.jsonl", [*(item(f"i{n}") for n in range(6)), refusal("r0"), refusal("r1")])


def good(write: Write, name: str = "good.jsonl") -> Path:
    answers = [prediction(f"i{n}", GOOD) for n in range(6)]
    return write(name, [*answers, prediction("r0", REFUSING), prediction("r1", REFUSING)])


def test_perfect_answers_score_one(write: Write, benchmark: Path) -> None:
    report = evaluate([benchmark], {"tuned": good(write)}, stage="style", manifest="sha256:x")
    assert (report["schema_version"], report["stage"], report["manifest"]) == (1, "style", "sha256:x")
    metrics = report["systems"]["tuned"]["metrics"]
    assert {name: entry["value"] for name, entry in metrics.items()} == {
        "key_point_coverage": 1.0,
        "format_compliance": 1.0,
        "refusal_accuracy": 1.0,
        "refusal_balanced_accuracy": 1.0,
        "refusal_kind_accuracy": 1.0,
    }
    for entry in metrics.values():
        assert entry["low"] < 1.0 == entry["high"]
        assert 0 < entry["n_effective"] <= entry["n"]
        assert 0 < entry["smallest_difference"] <= 1
    assert metrics["format_compliance"]["n"] == 8
    assert metrics["refusal_accuracy"]["n"] == 2
    assert report["comparison"] == []
    assert report["systems"]["tuned"]["missing"] == 0
    json.dumps(report, allow_nan=False)


def test_a_metric_that_does_not_apply_is_absent(write: Write) -> None:
    plain = item("a", messages=[{"role": "user", "content": "What is the field?"}])
    report = evaluate([write("b.jsonl", [plain])], {"s": write("p.jsonl", [prediction("a", GOOD)])}, stage="x")
    assert set(report["systems"]["s"]["metrics"]) == {"key_point_coverage"}


def test_missing_and_failed_predictions_count_as_failures_and_say_so(write: Write, benchmark: Path) -> None:
    answers = [prediction(f"i{n}", GOOD) for n in range(4)] + [prediction("i4", GOOD, finish_reason="error")]
    report = evaluate([benchmark], {"s": write("p.jsonl", answers)}, stage="style")
    system = report["systems"]["s"]
    assert system["missing"] == 3
    assert system["missing_ids"] == ["i5", "r0", "r1"]
    assert system["failed"] == 1
    assert system["metrics"]["key_point_coverage"]["value"] == pytest.approx(4 / 6)
    assert system["metrics"]["format_compliance"]["value"] == pytest.approx(4 / 8)
    assert system["metrics"]["refusal_accuracy"]["value"] == 0.0
    assert system["health"]["n"] == 4
    entries = {entry["id"]: entry for entry in report["items"]}
    assert len(entries) == 8
    assert entries["i5"]["answer"] is None and entries["i5"]["flags"] == ["missing"]
    assert entries["i4"]["flags"] == ["failed"]
    for name in ("i4", "i5", "r0"):
        assert all(verdict["passed"] is False for verdict in entries[name]["verdicts"])
        assert all("prediction" in verdict["rule"] for verdict in entries[name]["verdicts"])


def test_refusing_too_much_and_too_little(write: Write, benchmark: Path) -> None:
    over = [prediction(name, REFUSING) for name in ("i0", "i1", "i2", "i3", "i4", "i5", "r0", "r1")]
    under = [prediction(name, GOOD) for name in ("i0", "i1", "i2", "i3", "i4", "i5", "r0", "r1")]
    report = evaluate([benchmark], {"over": write("o.jsonl", over), "under": write("u.jsonl", under)}, stage="style")
    one, two = report["systems"]["over"], report["systems"]["under"]
    assert one["metrics"]["refusal_accuracy"]["value"] == 1.0
    assert one["metrics"]["refusal_balanced_accuracy"]["value"] == 0.5
    assert one["refusals"] == {"to_refuse": 2, "refused": 2, "under_refused": 0, "to_answer": 6, "over_refused": 6}
    assert one["metrics"]["key_point_coverage"]["value"] == 0.0
    assert two["metrics"]["refusal_accuracy"]["value"] == 0.0
    assert two["metrics"]["refusal_balanced_accuracy"]["value"] == 0.5
    assert "refusal_kind_accuracy" not in two["metrics"]
    row = next(row for row in report["comparison"] if row["metric"] == "refusal_balanced_accuracy")
    assert row["difference"] == pytest.approx(0.0)
    assert (row["wins"], row["losses"]) == (6, 2)


def test_empty_answers_are_seen(write: Write, benchmark: Path) -> None:
    names = ("i0", "i1", "i2", "i3", "i4", "i5", "r0", "r1")
    report = evaluate([benchmark], {"s": write("p.jsonl", [prediction(n, "  ") for n in names])}, stage="style")
    system = report["systems"]["s"]
    assert system["health"]["empty"] == 8
    assert system["health"]["degenerate"] is True
    assert system["metrics"]["refusal_balanced_accuracy"]["value"] == 0.0
    assert system["refusals"]["over_refused"] == 0


def test_flags_of_the_prediction_are_kept(write: Write, benchmark: Path) -> None:
    answers = [prediction("i0", GOOD, finish_reason="length", flags=["looping"])]
    report = evaluate([benchmark], {"s": write("p.jsonl", answers)}, stage="style")
    health = report["systems"]["s"]["health"]
    assert (health["truncated"], health["looping"], health["degenerate"]) == (1, 1, True)


def test_non_vital_points_are_judged_and_not_counted(write: Write) -> None:
    points = [{"text": "the field inside the conductor is zero"}, {"text": "surface charges shield it", "vital": False}]
    report = evaluate(
        [write("b.jsonl", [item("a", key_points=points)])], {"s": write("p.jsonl", [prediction("a", GOOD)])}, stage="x"
    )
    assert report["systems"]["s"]["metrics"]["key_point_coverage"]["value"] == 1.0
    verdicts = [v for v in report["items"][0]["verdicts"] if v["metric"] == "key_point_coverage"]
    assert [(v["vital"], v["passed"]) for v in verdicts] == [(True, True), (False, False)]
    assert verdicts[0]["key_point"] == points[0] and verdicts[0]["matched"] and verdicts[0]["rule"]


def test_each_question_has_the_same_weight(write: Write) -> None:
    wrong = [f"a statement that nobody makes about topic {n}" for n in range(5)]
    rows = [item("a"), item("b", key_points=wrong)]
    answers = [prediction("a", GOOD), prediction("b", GOOD)]
    report = evaluate([write("b.jsonl", rows)], {"s": write("p.jsonl", answers)}, stage="x")
    entry = report["systems"]["s"]["metrics"]["key_point_coverage"]
    assert (entry["value"], entry["n"], entry["items"]) == (0.5, 6, 2)


def test_tools_and_citations(write: Write) -> None:
    notes = "Cite.\n\nCourse notes (numbered excerpts):\n[1] a\nThe field is zero.\n[2] b\nOther."
    messages = [{"role": "system", "content": notes}, {"role": "user", "content": "What is the field?"}]
    call = {"name": "calculator", "arguments": {"expression": "2*3"}}
    rows = [
        item("c", messages=messages, citations=[1]),
        item("t", key_points=[], tool_calls=[call]),
        item("n", key_points=[], tool_calls=[]),
    ]
    answers = [
        prediction("c", "The field is zero [1]."),
        prediction("t", "", tool_calls=[call]),
        prediction("n", "Yes."),
    ]
    report = evaluate([write("b.jsonl", rows)], {"s": write("p.jsonl", answers)}, stage="tool")
    metrics = report["systems"]["s"]["metrics"]
    assert metrics["citation_validity"]["value"] == 1.0
    assert (metrics["tool_call_accuracy"]["value"], metrics["tool_call_accuracy"]["n"]) == (1.0, 2)
    # a call without text is no empty answer
    assert report["systems"]["s"]["health"]["empty"] == 0


def test_slices_and_tasks(write: Write) -> None:
    style = write("style_benchmark.jsonl", [item("a"), refusal("r")])
    writing = write("writing_benchmark.jsonl", [item("b", meta={"chapter": "w1"})])
    answers = write("p.jsonl", [prediction("a", GOOD), prediction("r", REFUSING), prediction("b", "No.")])
    other = write("q.jsonl", [prediction("a", "No."), prediction("r", "No."), prediction("b", "No.")])
    report = evaluate([style, writing], {"base": other, "tuned": answers}, stage="all")
    slices = report["systems"]["tuned"]["slices"]
    assert set(slices) == {"task", "category", "difficulty", "chapter"}
    assert slices["task"]["style_benchmark"]["key_point_coverage"]["value"] == 1.0
    assert slices["task"]["writing_benchmark"]["key_point_coverage"]["value"] == 0.0
    assert set(slices["chapter"]) == {"ch1", "ch2", "w1"}
    assert {row["task"] for row in report["comparison"]} == {None, "style_benchmark", "writing_benchmark"}
    assert {entry["task"] for entry in report["items"]} == {"style_benchmark", "writing_benchmark"}


def test_later_systems_are_compared_with_earlier_ones(write: Write, benchmark: Path) -> None:
    paths = {name: good(write, f"{name}.jsonl") for name in ("base", "base_notes", "tuned")}
    report = evaluate([benchmark], paths, stage="style")
    pairs = {(row["a"], row["b"]) for row in report["comparison"]}
    assert pairs == {("base", "base_notes"), ("base", "tuned"), ("base_notes", "tuned")}


def test_two_runs_give_the_same_report(write: Write, benchmark: Path) -> None:
    paths = {"a": write("a.jsonl", [prediction("i0", GOOD)]), "b": good(write)}

    def untimed() -> dict[str, Any]:
        report = evaluate([benchmark], paths, stage="style")
        for system in report["systems"].values():
            system.pop("seconds")
        return report

    assert untimed() == untimed()


def test_same_file_name_in_two_folders(write: Write) -> None:
    one, two = write("x/b.jsonl", [item("a")]), write("y/b.jsonl", [item("b")])
    report = evaluate([one, two], {"s": write("p.jsonl", [prediction("a", GOOD), prediction("b", GOOD)])}, stage="x")
    assert set(report["systems"]["s"]["slices"]["task"]) == {"x/b", "y/b"}


class TestBadInput:
    def test_prediction_for_another_benchmark(self, write: Write, benchmark: Path) -> None:
        answers = write("p.jsonl", [prediction("i0", "x"), prediction("zz", "x")])
        with pytest.raises(DataError, match="'zz' belongs to no item") as error:
            evaluate([benchmark], {"s": answers}, stage="x")
        assert str(error.value.where).endswith("p.jsonl:2")

    def test_doubled_prediction(self, write: Write, benchmark: Path) -> None:
        with pytest.raises(DataError, match="i0") as error:
            evaluate([benchmark], {"s": write("p.jsonl", [prediction("i0", "x"), prediction("i0", "y")])}, stage="x")
        assert str(error.value.where).endswith("p.jsonl:2")

    @pytest.mark.parametrize(
        "point", [{"quantity": "5 blorps"}, {"quantity": "volts"}, {"quantity": "5 m", "rel_tol": 2}, "x" * 2001]
    )
    def test_a_key_point_that_cannot_be_judged_is_told_when_the_benchmark_is_read(
        self, write: Write, point: Any
    ) -> None:
        """Before any prediction is looked at: this predictions file does not exist."""
        rows = [item("a"), item("b", key_points=["fine", point])]
        with pytest.raises(DataError, match="key point 2 of 'b'") as error:
            evaluate([write("b.jsonl", rows)], {"s": Path("nowhere.jsonl")}, stage="x")
        assert str(error.value.where).endswith("b.jsonl:2") and error.value.mend

    def test_id_in_two_benchmarks(self, write: Write, benchmark: Path) -> None:
        other = write("other.jsonl", [item("i0")])
        with pytest.raises(DataError, match="used twice") as error:
            evaluate([benchmark, other], {"s": good(write)}, stage="x")
        assert str(error.value.where).endswith("other.jsonl:1")

    def test_nothing_to_score(self, write: Write) -> None:
        with pytest.raises(DataError, match=r"nothing to be scored on|key_points") as error:
            evaluate(
                [write("b.jsonl", [item("a", key_points=[])])],
                {"s": write("p.jsonl", [prediction("a", "x")])},
                stage="x",
            )
        assert "b.jsonl:1" in str(error.value)

    def test_formula_that_cannot_be_read(self, write: Write) -> None:
        rows = [item("a"), item("b", key_points=["fine", {"formula": "E = = )("}])]
        with pytest.raises(DataError) as error:
            evaluate([write("b.jsonl", rows)], {"s": write("p.jsonl", [prediction("a", "x")])}, stage="x")
        assert "b.jsonl:2" in str(error.value)
        assert error.value.exit_code == 3

    def test_nothing_named(self, write: Write, benchmark: Path) -> None:
        with pytest.raises(UsageError):
            evaluate([benchmark], {}, stage="x")
        with pytest.raises(UsageError):
            evaluate([], {"s": good(write)}, stage="x")

    def test_missing_file(self, benchmark: Path, tmp_path: Path) -> None:
        with pytest.raises(DataError):
            evaluate([benchmark], {"s": tmp_path / "none.jsonl"}, stage="x")

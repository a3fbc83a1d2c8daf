"""`tutorsmith runs cross` with a real adapter of the tiny model: own answers are taken, the others made once."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from small_course import command, write_rows
from small_runs import Course
from tutorsmith.commands.cross import CrossOptions, cross_command
from tutorsmith.core.errors import DataError, UsageError
from tutorsmith.runs.skills import compare_skill, verdict_of


def options(course: Course, **more: object) -> CrossOptions:
    files = (course.root / "style_bench.jsonl", course.root / "writing_bench.jsonl")
    return CrossOptions(**{"eval_files": files, "root": course.root / "outputs", "as_json": True, **more})  # type: ignore[arg-type]


def cells(capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, object]]:
    return {cell["benchmark"]: cell for cell in json.loads(capsys.readouterr().out)["cells"]}


def test_own_answers_are_taken_and_missing_ones_made_once(
    course: Course, capsys: pytest.CaptureFixture[str], forbid: Callable[[str], None]
) -> None:
    cross_command(options(course))
    first = cells(capsys)
    report = json.loads((course.root / "outputs/adapter/style/eval_report_style.json").read_text(encoding="utf-8"))
    own = report["systems"]["tuned_notes"]["metrics"]
    assert first["style_bench"]["own"] is True and first["writing_bench"]["own"] is False
    assert first["style_bench"]["metrics"] == own
    answers = course.root / "outputs/cross/cross_answers/adapter__style/writing_bench.jsonl"
    made = [json.loads(line) for line in answers.read_text(encoding="utf-8").splitlines()]
    assert [row["id"] for row in made] == ["p0", "p1"]
    assert all(row["adapter"] == "style" for row in made)
    forbid("tutorsmith.generation.torch_engine.TorchEngine.generate")
    cross_command(options(course))
    assert cells(capsys) == first


def test_the_table_has_a_row_an_adapter_and_a_column_a_benchmark(course: Course) -> None:
    done = command(
        course.root, "runs", "cross", "--eval-file", "style_bench.jsonl", "--eval-file", "writing_bench.jsonl"
    )
    assert done.returncode == 0, done.stderr
    text = (course.root / "outputs/cross/cross.md").read_text(encoding="utf-8")
    assert text.strip() in done.stdout
    assert "| adapter | style_bench | writing_bench |" in text
    assert text.count("| `adapter/style` | **") == 3
    assert json.loads((course.root / "outputs/cross/cross.json").read_text(encoding="utf-8"))["schema_version"] == 1


def test_the_benchmarks_of_all_stages_are_the_default(course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    cross_command(options(course, eval_files=()))
    assert list(cells(capsys)) == ["style_bench", "writing_bench"]


def test_other_lengths_are_answered_anew(course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    cross_command(options(course, max_new_tokens=3))
    assert cells(capsys)["style_bench"]["own"] is False
    file = course.root / "outputs/cross/cross_answers/adapter__style/style_bench.jsonl"
    made = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert max(row["completion_tokens"] for row in made) <= 3
    assert any(row["retrieved"] for row in made), "the adapter answers with the notes of its run"


@pytest.mark.parametrize(
    ("more", "error", "told"),
    [
        ({"engine": "torhc"}, UsageError, "did you mean 'torch'"),
        ({"runs": ("stile",)}, UsageError, "no run 'stile'"),
        ({"eval_files": (Path("absent.jsonl"),)}, DataError, "absent.jsonl"),
        ({"eval_files": (Path("style_bench.jsonl"), Path("notes/../style_bench.jsonl"))}, UsageError, "two benchmarks"),
    ],
)
def test_bad_input(course: Course, more: dict[str, object], error: type[Exception], told: str) -> None:
    with pytest.raises(error, match=told):
        cross_command(options(course, **more))


def test_a_damaged_run_is_left_out_unless_it_was_named(course: Course) -> None:
    (course.root / "outputs/adapter/style/adapter_model.safetensors").write_bytes(b"other")
    with pytest.raises(DataError, match="the adapter is not the one"):
        cross_command(options(course, runs=("style",)))
    with pytest.raises(UsageError, match="the adapter is not the one"):
        cross_command(options(course))


def test_an_adapter_of_several_tasks_is_compared_with_those_of_one(
    course: Course, capsys: pytest.CaptureFixture[str]
) -> None:
    course.run("both")
    capsys.readouterr()
    cross_command(options(course))
    skills = json.loads(capsys.readouterr().out)["skills"]
    assert skills and all(
        (one["single"], one["multiple"], one["benchmark"]) == ("adapter/style", "adapter/adapter_both", "style_bench")
        for one in skills
    )
    assert {one["metric"] for one in skills} >= {"key_point_coverage", "format_compliance"}
    assert all(one["low"] <= one["difference"] <= one["high"] for one in skills)
    text = (course.root / "outputs/cross/cross.md").read_text(encoding="utf-8")
    assert "Does an adapter of several tasks keep each skill?" in text
    assert text.count("| `adapter/adapter_both` | `adapter/style` | style_bench |") == len(skills)
    # Of several tasks it stays, whatever it is asked here.
    cross_command(options(course, eval_files=(course.root / "style_bench.jsonl",)))
    assert json.loads(capsys.readouterr().out)["skills"] == skills


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (-0.03, 0.2, "within 0.03"),
        (-0.02, -0.01, "within 0.03"),
        (-0.031, 0.2, "not shown"),
        (-0.2, 0.0, "not shown"),
        (-0.2, -0.01, "worse"),
    ],
)
def test_what_an_interval_says_of_a_skill(low: float, high: float, verdict: str) -> None:
    assert verdict_of(low, high) == verdict


def test_right_answers_against_wrong_ones_are_a_skill_lost(tmp_path: Path) -> None:
    rows = [
        {"id": f"k{k}", "messages": [{"role": "user", "content": f"Name colour {k}."}], "mode": "tutor",
         "key_points": ["blue"], "refusal_type": None, "meta": {}}
        for k in range(20)
    ]  # fmt: skip
    bench = write_rows(tmp_path / "colours.jsonl", rows)
    answers = [
        write_rows(tmp_path / f"{text}.jsonl", [{"id": row["id"], "prediction": text} for row in rows])
        for text in ("blue", "red")
    ]
    (lost,) = compare_skill(("one", "all"), bench, (answers[0], answers[1]))
    assert (lost.difference, lost.n, lost.verdict) == (-1.0, 20, "worse")
    (kept,) = compare_skill(("one", "all"), bench, (answers[0], answers[0]))
    assert (kept.difference, kept.verdict) == (0.0, "not shown")

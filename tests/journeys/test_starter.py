"""`tutorsmith init`: a course that is made of the shipped one, loads, passes its checks, and runs."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tutorsmith.commands.machine import init_command
from tutorsmith.pipeline.check import check
from tutorsmith.pipeline.settings import gather
from tutorsmith.project import Project, load_project

ROOT = Path(__file__).resolve().parents[2]
STARTER = ROOT / "src/tutorsmith/starter"
SHIPPED = ROOT / "data/training"
RECORDS = sorted(path.relative_to(STARTER) for path in STARTER.glob("data/training/*/*.jsonl"))
CHAPTERS = sorted(path.relative_to(STARTER) for path in STARTER.glob("data/training/knowledge/**/*.md"))


def _records(file: Path) -> dict[str, object]:
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    return {row["id"]: row for row in rows}


@pytest.fixture
def course(tmp_path: Path) -> Project:
    init_command(tmp_path / "my course")
    return load_project(tmp_path / "my course" / "tutorsmith.toml")


def test_the_starter_holds_what_it_should() -> None:
    counts = {file.name: len(_records(STARTER / file)) for file in RECORDS}
    assert counts == {"style_benchmark.jsonl": 5, "style_sft.jsonl": 8, "style_sft_sample.jsonl": 3}
    assert len(CHAPTERS) == 4


@pytest.mark.parametrize("file", RECORDS, ids=str)
def test_every_record_is_the_shipped_one(file: Path) -> None:
    shipped = _records(ROOT / file)
    for name, record in _records(STARTER / file).items():
        assert record == shipped[name]


@pytest.mark.parametrize("file", CHAPTERS, ids=str)
def test_every_chapter_is_the_shipped_one(file: Path) -> None:
    assert (STARTER / file).read_bytes() == (ROOT / file).read_bytes()


def test_the_benchmark_asks_for_chapters_that_are_there_and_refuses_once_at_least() -> None:
    items = list(_records(STARTER / "data/training/eval/style_benchmark.jsonl").values())
    chapters = {f"ch{file.name[:2]}" for file in CHAPTERS}
    assert {item["meta"]["chapter"] for item in items} == chapters  # type: ignore[index]
    assert sum(item["refusal_type"] is not None for item in items) == 1  # type: ignore[index]


def test_the_training_file_refuses_twice() -> None:
    samples = _records(STARTER / "data/training/processed/style_sft.jsonl").values()
    assert sum(sample["refusal_type"] is not None for sample in samples) == 2  # type: ignore[index]


def test_a_made_course_is_whole(course: Project) -> None:
    assert list(course.stages) == ["sample", "style"]
    for stage in course.stages.values():
        for path in (*stage.train, *stage.eval, *stage.notes):
            assert path.exists(), path
            assert path.is_relative_to(course.root)
        result = check(stage.train, stage.eval)
        assert result.ok
        assert result.counts["warnings"] == 0
        assert gather(course, stage).model.settings.model_name_or_path == "smollm2-135m"
    made = {path.relative_to(course.root) for path in course.root.rglob("*") if path.is_file()}
    assert made == {path.relative_to(STARTER) for path in STARTER.rglob("*") if path.is_file()}


def test_the_teachers_readme_names_files_that_are_there(course: Project) -> None:
    text = (course.root / "README.md").read_text(encoding="utf-8")
    named = [word for word in text.replace("`", " ").split() if word.startswith("data/")]
    assert len(named) >= 4
    for name in named:
        assert (course.root / name.rstrip(",.:")).exists(), name


def test_a_made_course_runs(course: Project, tiny_model: Path, tmp_path: Path) -> None:
    environment = os.environ | {"MODEL_NAME_OR_PATH": str(tiny_model), "NUM_TRAIN_EPOCHS": "1", "MAX_NEW_TOKENS": "4"}
    environment |= {"MAX_LENGTH": "16384", "NOTES_WORDS": "40", "TUTORSMITH_CACHE": str(tmp_path / "cache")}
    command = [sys.executable, "-m", "tutorsmith.cli", "run", "sample"]
    done = subprocess.run(command, cwd=course.root, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    folder = course.root / "outputs/adapter/adapter_sample"
    assert str(folder / "eval_report_sample.html") in done.stdout
    report = json.loads((folder / "eval_report_sample.json").read_text(encoding="utf-8"))
    assert list(report["systems"]) == ["base", "base_notes", "tuned", "tuned_notes"]
    assert {item["id"] for item in report["items"]} == set(_records(course.stages["sample"].eval[0]))

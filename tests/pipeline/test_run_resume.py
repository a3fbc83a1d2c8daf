"""Killed at any moment, the same command ends with the same adapter and answers; other data is never mixed in."""

import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from small_course import contents, leftovers, sample, samples, write_rows
from small_runs import Course
from tutorsmith.commands.predict import PredictOptions, predict_command
from tutorsmith.core.artifacts import hash_file, read_json
from tutorsmith.core.errors import DataError, UsageError
from tutorsmith.data.read import read_predictions
from tutorsmith.pipeline.run import run_stage
from tutorsmith.pipeline.steps import train_step

EPOCHS = ("num_train_epochs=5", "early_stopping_patience=0", "gradient_accumulation_steps=2")
WEIGHTS = "outputs/adapter/style/adapter_model.safetensors"


@contextmanager
def started(root: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
    """A running `tutorsmith WORDS...`, ended when the block ends."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tutorsmith.cli", *words],
        cwd=root,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def wait_until(there: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    """Until `there()`; fails when the process ends before."""
    while not there():
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)


@pytest.fixture(scope="module")
def whole(first_run: tuple[Course, object], tmp_path_factory: pytest.TempPathFactory) -> str:
    """The adapter's hash of the long training without interruption."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("TUTORSMITH_CACHE", str(tmp_path_factory.mktemp("cache")))
        folder = tmp_path_factory.mktemp("whole")
        train_step(first_run[0].context(pairs=EPOCHS, output_dir=folder))
        return hash_file(folder / "adapter_model.safetensors")


@pytest.mark.parametrize(
    ("number", "code", "resume"), [(signal.SIGTERM, 130, True), (signal.SIGKILL, -signal.SIGKILL, False)]
)
def test_killed_in_training(course: Course, whole: str, number: int, code: int, resume: bool) -> None:
    folder = course.root / "outputs/adapter/style"
    shutil.rmtree(folder)
    sets = [word for pair in EPOCHS for word in ("--set", pair)]
    with started(course.root, "run", "style", *sets) as process:
        wait_until(lambda: any(folder.glob("checkpoints/step-*")), process)
        process.send_signal(number)
        _out, told = process.communicate()
    assert process.returncode == code, told
    if number == signal.SIGTERM:
        assert "the state is saved" in told
        assert "mend: run the same command again" in told
        assert "Traceback" not in told
        assert leftovers(folder) == []
    assert not (folder / "adapter_model.safetensors").exists()
    run = course.context(pairs=EPOCHS, resume=resume)
    result = run_stage(run)
    assert "going on after step" in (folder / "training.log").read_text()
    assert hash_file(folder / "adapter_model.safetensors") == whole
    steps = [row["step"] for row in read_json(folder / "trainer_state.json")["log_history"] if "loss" in row]
    assert steps == list(range(1, 5 * 4 + 1))
    assert list(result.report["systems"]) == ["base", "base_notes", "tuned", "tuned_notes"]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 130), (signal.SIGKILL, -signal.SIGKILL)])
def test_killed_in_prediction(
    course: Course, number: int, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = ("max_new_tokens=64", "predict_batch_size=1")
    adapter, bench = course.root / "outputs/adapter/style", course.root / "style_bench.jsonl"
    sets = [word for pair in settings for word in ("--set", pair)]
    where = ["--eval-file", str(bench), "--adapter-path", str(adapter), "--config", "tutorsmith.toml"]

    def answers(cache: str) -> list[tuple[str, str]]:
        monkeypatch.setenv("TUTORSMITH_CACHE", str(tmp_path / cache))
        out = tmp_path / f"{cache}.jsonl"
        config = course.root / "tutorsmith.toml"
        predict_command(PredictOptions(bench, out, adapter, pairs=settings, config=config))
        return [(p.id, p.prediction) for p in read_predictions(out)]

    expected = answers("whole")
    monkeypatch.setenv("TUTORSMITH_CACHE", str(tmp_path / "killed"))
    with started(course.root, "predict", *where, *sets, "--output-file", str(tmp_path / "killed.jsonl")) as process:
        wait_until(lambda: any((tmp_path / "killed").glob("answers/*/*.json")), process)
        process.send_signal(number)
        _out, told = process.communicate()
    assert process.returncode == code, told
    assert not (tmp_path / "killed.jsonl").exists()
    if number == signal.SIGTERM:
        assert "finished answers and checkpoints are kept" in told
        assert "Traceback" not in told
    kept = {file: file.stat().st_mtime_ns for file in (tmp_path / "killed").glob("answers/*/*.json")}
    assert 1 <= len(kept) < 4
    assert answers("killed") == expected
    assert {file: file.stat().st_mtime_ns for file in kept} == kept


def change_data(course: Course) -> None:
    row = ("Where does a lightning rod lead the charge?", "Into the ground.", "The rod is grounded.", "C; conserved.")
    write_rows(course.root / "style.jsonl", [*samples(), sample("s9", row)])


def stop_in_training(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the folder as a signal after the first epoch would."""
    from tutorsmith.training.track import Tracker

    with monkeypatch.context() as patched:
        patched.setattr(Tracker, "validation", lambda *_a, **_k: os.kill(os.getpid(), signal.SIGTERM))
        with pytest.raises(Exception, match="stopped by SIGTERM"):
            train_step(course.context(fresh=True))
    assert any((course.root / "outputs/adapter/style/checkpoints").glob("step-*"))


@pytest.mark.parametrize("finished", [True, False])
def test_other_data_trains_anew_and_says_so(
    course: Course, finished: bool, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    before = hash_file(course.root / WEIGHTS)
    if not finished:
        stop_in_training(course, monkeypatch)
    change_data(course)
    with caplog.at_level(logging.INFO, "tutorsmith"):
        train_step(course.context())
    assert ("made with other data; training anew" in caplog.text) == finished
    assert ("starting anew (other data); the old checkpoint" in caplog.text) == (not finished)
    assert hash_file(course.root / WEIGHTS) != before
    assert "going on after step" not in caplog.text


@pytest.mark.parametrize("finished", [True, False])
def test_resume_with_other_data_is_refused_and_loses_nothing(
    course: Course, finished: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not finished:
        stop_in_training(course, monkeypatch)
    change_data(course)
    before = contents(course.root)
    kind = "a finished run" if finished else "a stopped run"
    with pytest.raises(DataError, match=f"this folder holds {kind} with other data") as caught:
        course.run(resume=True)
    assert caught.value.where == str(course.root / "outputs/adapter/style")
    assert "--output-dir" in (caught.value.mend or "")
    assert contents(course.root) == before


def test_resume_goes_on_with_a_stopped_run_over_a_finished_one(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    finished = hash_file(course.root / WEIGHTS)
    stop_in_training(course, monkeypatch)
    train_step(course.context(resume=True, fresh=False))
    assert hash_file(course.root / WEIGHTS) == finished


def test_resume_of_a_finished_run_is_content_and_of_nothing_an_error(course: Course, tmp_path: Path) -> None:
    config = read_json(course.root / "outputs/adapter/style/training_config.json")
    assert train_step(course.context(resume=True)) == config
    with pytest.raises(DataError, match="nothing to resume"):
        train_step(course.context(resume=True, output_dir=tmp_path))
    (course.root / WEIGHTS).write_bytes(b"cut short")
    with pytest.raises(DataError, match="other adapter weights"):
        train_step(course.context(resume=True))
    with pytest.raises(UsageError, match="exclude each other"):
        course.context(resume=True, fresh=True)


def test_other_notes_or_language_is_another_run(course: Course) -> None:
    identity = read_json(course.root / "outputs/adapter/style/training_config.json")["identity"]
    from tutorsmith.pipeline.steps import identity as now

    assert now(course.context()) == identity
    chinese = now(course.context(language="zh"))
    assert {name for name in identity if chinese[name] != identity[name]} == {"notes"}
    (course.root / "notes" / "new.md").write_text("# New\n\nA chapter more.\n")
    more = now(course.context())
    assert {name for name in identity if more[name] != identity[name]} == {"notes"}


def test_other_tools_are_another_run_and_none_the_same_as_before(course: Course) -> None:
    identity = read_json(course.root / "outputs/adapter/style/training_config.json")["identity"]
    from tutorsmith.pipeline.steps import identity as now

    offered = now(course.context(pairs=("tools=integrate",)))
    assert {name for name in identity if offered[name] != identity[name]} == {"settings"}
    assert now(course.context(pairs=("tool_rounds=1",))) == identity


def test_early_errors_leave_an_earlier_run_alone(course: Course) -> None:
    before = contents(course.root)
    rows = samples()
    rows[3]["messages"][-1]["content"] = ""
    write_rows(course.root / "empty.jsonl", rows)
    (course.root / "cut.jsonl").write_text(json.dumps(rows[0])[:50] + "\n")
    for file in ("empty.jsonl", "cut.jsonl", "missing.jsonl"):
        with pytest.raises(DataError) as caught:
            course.run(train_files=str(course.root / file))
        assert file in str(caught.value)
    after = contents(course.root)
    assert {name: after[name] for name in before} == before

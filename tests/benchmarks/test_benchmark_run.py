"""The performance harness: what it measures of a run, and that it runs."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tutorsmith.commands.machine import init_command
from tutorsmith.core.errors import UsageError

ROOT = Path(__file__).resolve().parents[2]
QUICK = ("num_train_epochs=2", "max_new_tokens=4", "max_length=16000", "notes_words=40")


@pytest.fixture(scope="module")
def harness() -> ModuleType:
    spec = importlib.util.spec_from_file_location("benchmark_run", ROOT / "benchmarks/run.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # Dataclasses look their module up by its name.
    sys.modules["benchmark_run"] = module
    spec.loader.exec_module(module)
    return module


def test_a_stage_is_measured_end_to_end(tiny_model: Path, tmp_path: Path) -> None:
    init_command(tmp_path / "course")
    output = tmp_path / "results" / "cpu.json"
    command = [sys.executable, str(ROOT / "benchmarks/run.py"), "--stage", "sample", "--output", str(output)]
    command += [part for pair in QUICK for part in ("--set", pair)]
    environment = os.environ | {"MODEL_NAME_OR_PATH": str(tiny_model), "OUT_DIR": str(tmp_path / "elsewhere")}
    done = subprocess.run(
        command, cwd=tmp_path / "course", env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    measured = json.loads(output.read_text(encoding="utf-8"))
    assert list(measured) == ["machine", "versions", "rows", "ratios"]
    assert measured["ratios"] == {}
    (row,) = measured["rows"]
    assert (row["case"], row["system"]) == ("sample", "tutorsmith")
    steps = dict(row["seconds"])
    total = steps.pop("total")
    assert set(steps) == {
        *("start_up", "check", "index", "load", "predict_base", "train", "predict_tuned", "evaluate", "report"),
    }
    assert 0 < steps["start_up"] < total
    assert sum(steps.values()) <= total + 0.1
    assert len(row["loss"]) == 6
    assert row["train_tokens_per_s"] > 0
    assert row["generate_tokens_per_s"] > 0
    assert 0.1 < row["peak_memory_gib"] < 16
    # Nothing of the run is left, and the user's own folders and answers were not touched.
    assert not (tmp_path / "course/outputs").exists()
    assert not (tmp_path / "elsewhere").exists()
    assert "predict tuned" in done.stdout


def test_rates_come_from_what_the_run_wrote(harness: ModuleType, tmp_path: Path) -> None:
    steps = {"check": 1.0, "predict_base": 3.0, "train": 9.0, "predict_tuned": 2.0}
    (tmp_path / "seconds.json").write_text(json.dumps(steps))
    history = [
        {"step": 1, "loss": 2.0, "tokens_per_s": 100.0},
        {"step": 1, "eval_loss": 3.0},
        {"step": 2, "loss": 1.0, "tokens_per_s": 300.0},
    ]
    (tmp_path / "trainer_state.json").write_text(json.dumps({"log_history": history}))
    for name, tokens in (("base", 30), ("tuned", 20)):
        row = {"id": "a", "prediction": "x", "completion_tokens": tokens}
        (tmp_path / f"predictions_s.{name}.jsonl").write_text(json.dumps(row) + "\n")
    (tmp_path / "training.log").write_text("2026-01-31 12:00:05,250 INFO stage s\n2026-01-31 12:00:09,000 INFO more\n")
    began = harness.first_line(tmp_path / "training.log")
    row = harness.tutorsmith_row("s", tmp_path, harness.Finished(20.0, began - 4.0, 1.5))
    assert row["seconds"] == {"start_up": 4.0, **steps, "total": 20.0}
    assert row["generate_tokens_per_s"] == 10.0  # 50 tokens in 3 + 2 s
    assert row["train_tokens_per_s"] == 150.0  # two equal amounts of tokens, at 100 and at 300 a second
    assert row["loss"] == [2.0, 1.0]


def test_ratios_above_one_mean_that_tutorsmith_is_faster(harness: ModuleType) -> None:
    own = {"seconds": {"train": 10.0, "total": 40.0}, "generate_tokens_per_s": 90.0}
    peer = {"seconds": {"train": 15.0, "total": 100.0}, "generate_tokens_per_s": 30.0}
    assert harness.ratios(own, peer) == {"train": 1.5, "generate": 3.0, "end_to_end": 2.5}


def test_the_peer_gets_the_same_work(harness: ModuleType, tiny_model: Path, tmp_path: Path) -> None:
    init_command(tmp_path / "course")
    config = ("--config", str(tmp_path / "course/tutorsmith.toml"))
    pairs = ("--set", f"model_name_or_path={tiny_model}", "--set", "learning_rate=0.003")
    asked = harness.Asked("style", (*config, *pairs, *harness.PLAIN))
    run, folder = harness.prepare_model(asked)
    task = harness.peer_task(run, folder)
    assert folder == tiny_model
    assert run.index is None
    assert task["settings"]["learning_rate"] == 0.003
    assert task["settings"]["validation_share"] == 0
    assert len(task["samples"]) == 8
    assert all(sample["completion"][0]["role"] == "assistant" for sample in task["samples"])
    assert all(messages[-1]["role"] == "user" for messages in task["items"])
    assert len(task["items"]) == 5


def test_an_unknown_stage_is_told_before_anything_runs(harness: ModuleType, tmp_path: Path) -> None:
    init_command(tmp_path / "course")
    with pytest.raises(UsageError, match="unknown stage 'stile'"):
        harness.prepare_model(harness.Asked("stile", ("--config", str(tmp_path / "course/tutorsmith.toml"))))

"""The performance harness: what it measures of a run, and that it runs."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import gpu
import measure
import pytest
import run as harness
from equal_work import PLAIN, Asked, outlined, own_answers, prompts_task, training_task
from picture import draw, number, panels_of

from tutorsmith.commands.machine import init_command
from tutorsmith.core.errors import UsageError

ROOT = Path(__file__).resolve().parents[2]
QUICK = ("num_train_epochs=2", "max_new_tokens=4", "max_length=16000")


def bench(case: str, model: Path, tmp_path: Path, *flags: str) -> tuple[subprocess.CompletedProcess[str], Path]:
    """benchmarks/run.py on the starter course with a tiny model; returns the process and its JSON."""
    init_command(tmp_path / "course")
    output = tmp_path / "results" / "cpu.json"
    command = [sys.executable, str(ROOT / "benchmarks/run.py"), "--cases", case, "--output", str(output), *flags]
    command += [part for pair in QUICK for part in ("--set", pair)]
    environment = os.environ | {"MODEL_NAME_OR_PATH": str(model), "OUT_DIR": str(tmp_path / "elsewhere")}
    done = subprocess.run(
        command, cwd=tmp_path / "course", env=environment, capture_output=True, text=True, check=False
    )
    return done, output


def test_a_stage_is_measured_end_to_end(tiny_model: Path, tmp_path: Path) -> None:
    done, output = bench("sample", tiny_model, tmp_path, "--peers", "")
    assert done.returncode == 0, done.stderr
    measured = json.loads(output.read_text(encoding="utf-8"))
    assert list(measured) == ["machine", "versions", "rows", "ratios", "comparisons"]
    assert measured["ratios"] == {}
    assert measured["comparisons"] == []
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
    assert row["busy_before"] >= 0
    # Nothing of the run is left, and the user's own folders and answers were not touched.
    assert not (tmp_path / "course/outputs").exists()
    assert not (tmp_path / "elsewhere").exists()
    assert "predict tuned" in done.stdout
    assert "<svg" in output.with_suffix(".svg").read_text(encoding="utf-8")


def test_a_peer_that_is_not_there_is_said_and_left_out(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert not harness.installed("no_such_trainer", "it is left out, with its ratios")
    assert capsys.readouterr().out == "no_such_trainer is not installed here: it is left out, with its ratios\n"


with_trl = pytest.mark.skipif(importlib.util.find_spec("trl") is None, reason="the extra `bench` is not installed")


@with_trl
def test_trl_does_the_same_work(tiny_model: Path, tmp_path: Path) -> None:
    """Steps of two of three rows: the last step of an epoch is a short one and must not reach into the next epoch."""
    flags = ("--set", "gradient_accumulation_steps=2", "--set", "learning_rate=0.01")
    done, output = bench("sample", tiny_model, tmp_path, *flags)
    assert done.returncode == 0, done.stderr + done.stdout
    measured = json.loads(output.read_text(encoding="utf-8"))
    own, alone, batched = measured["rows"]
    assert [row["system"] for row in measured["rows"]] == ["tutorsmith", "trl", "trl batched"]
    assert len(own["loss"]) == len(alone["loss"]) == len(batched["loss"]) == 4
    assert own["loss"][-1] < own["loss"][0]
    assert set(measured["ratios"]) == {"sample", "sample_batched"}
    for found in measured["comparisons"]:
        assert found["loss_difference"] < 1e-4
        assert found["same_tokens"]
        assert found["same_work"]
        for name in ("base", "tuned"):
            answers = found["answers"][name]
            assert answers["same"] + len(answers["partings"]) == answers["of"] > 0
            assert all(parting["gap"] < 1e-2 for parting in answers["partings"])


@with_trl
def test_another_schedule_is_found_out(tiny_model: Path, tmp_path: Path) -> None:
    """With a warm-up the two sides do not learn alike: transformers' begins with the rate 0."""
    flags = ("--set", "warmup_ratio=0.5", "--set", "learning_rate=0.05", "--set", "gradient_accumulation_steps=2")
    done, output = bench("train", tiny_model, tmp_path, *flags)
    assert done.returncode == 1, done.stderr
    (found,) = json.loads(output.read_text(encoding="utf-8"))["comparisons"]
    assert found["loss_difference"] > found["loss_tolerance"]
    assert found["same_tokens"]
    assert not found["same_work"]
    assert "not the same work" in done.stdout


def test_rates_come_from_what_the_run_wrote(tmp_path: Path) -> None:
    steps = {"check": 1.0, "predict_base": 3.0, "train": 9.0, "predict_tuned": 2.0}
    (tmp_path / "seconds.json").write_text(json.dumps(steps))
    result = {"seconds": 8.5, "peak_memory_gib": None}
    (tmp_path / "training_config.json").write_text(json.dumps({"result": result}))
    history = [
        {"step": 1, "loss": 2.0, "tokens": 300, "tokens_per_s": 100.0},
        {"step": 1, "eval_loss": 3.0},
        {"step": 2, "loss": 1.0, "tokens": 300, "tokens_per_s": 300.0},
    ]
    (tmp_path / "trainer_state.json").write_text(json.dumps({"log_history": history}))
    for name, tokens in (("base", 30), ("tuned", 20)):
        row = {"id": "a", "prediction": "x", "completion_tokens": tokens}
        (tmp_path / f"predictions_s.{name}.jsonl").write_text(json.dumps(row) + "\n")
    (tmp_path / "training.log").write_text("2026-01-31 12:00:05,250 INFO stage s\n2026-01-31 12:00:09,000 INFO more\n")
    began = measure.first_line(tmp_path / "training.log")
    row = measure.own_row("s", "tutorsmith", tmp_path, measure.Finished(20.0, began - 4.0, 1.5, 0.25))
    assert row["seconds"] == {"start_up": 4.0, **steps, "total": 20.0}
    assert row["generate_tokens_per_s"] == 10.0  # 50 tokens in 3 + 2 s
    assert row["train_tokens_per_s"] == 150.0  # 300 tokens at 100 a second, 300 at 300
    assert row["loss"] == [2.0, 1.0]
    assert (row["peak_memory_gib"], row["busy_before"]) == (1.5, 0.25)


def test_the_proof_is_no_part_of_a_peers_time() -> None:
    made = {"seconds": {"train": 3.0, "proof": 1.5}, "loss": [1.0], "answers": {}, "partings": {}, "tokens": []}
    row = measure.peer_row("s", "trl", made, measure.Finished(20.0, 0.0, 1.25, 0.0))
    assert row["seconds"] == {"train": 3.0, "total": 18.5}
    assert row["peak_memory_gib"] == 1.25
    assert not set(row) & {"answers", "partings", "tokens"}


def row_of(case: str, system: str, tokens_per_s: float = 1.0, **seconds: float) -> dict[str, object]:
    return {"case": case, "system": system, "seconds": seconds, "generate_tokens_per_s": tokens_per_s}


def test_ratios_above_one_mean_that_tutorsmith_is_faster() -> None:
    rows = [
        row_of("train", "tutorsmith", train=10.0, total=12.0),
        row_of("train", "trl", train=15.0, total=40.0),
        row_of("answers", "tutorsmith", 90.0),
        row_of("answers", "hf", 30.0),
        row_of("style", "tutorsmith", train=5.0, total=40.0),
        row_of("style", "trl", train=10.0, total=100.0),
        row_of("sample", "tutorsmith", total=10.0),
    ]
    wanted = {"train": 1.5, "generate": 3.0, "end_to_end": 2.5, "style_train": 2.0}
    assert harness.ratios(rows) == wanted
    assert list(wanted)[:3] == [ratio.name for ratio in harness.RATIOS[:3]]


def test_training_within_a_small_card_is_compared_with_the_peers_of_the_same_samples() -> None:
    rows = [
        {"case": "28", "system": "unsloth", "train_tokens_per_s": 500.0},
        {"case": "256", "system": "unsloth", "train_tokens_per_s": 5000.0},
        {"case": "28", "system": "trl", "failed": "1"},
        {"case": "small", "system": "tutorsmith", "train_tokens_per_s": 1500.0},
    ]
    assert gpu.ratios(rows) == {"small: tutorsmith / unsloth, train": 3.0}


def test_work_that_was_not_the_same_ends_with_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    results = measure.Results(tmp_path / "cpu.json", harness.ratios, {})
    results.add(row_of("train", "tutorsmith", train=1.0, total=2.0))
    results.compare(
        {
            "case": "train",
            "system": "tutorsmith",
            "peer": "trl",
            "loss_difference": 0.5,
            "loss_tolerance": 1e-3,
            "same_tokens": True,
            "same_work": False,
        }
    )
    with pytest.raises(SystemExit) as ended:
        harness.conclude(results)
    assert ended.value.code == 1
    assert "not the same work" in capsys.readouterr().out
    assert json.loads((tmp_path / "cpu.json").read_text())["comparisons"][0]["loss_difference"] == 0.5


def test_the_peer_gets_the_rows_prompts_and_settings_of_the_run(tiny_model: Path, tmp_path: Path) -> None:
    init_command(tmp_path / "course")
    config = ("--config", str(tmp_path / "course/tutorsmith.toml"))
    settings = (*PLAIN, f"model_name_or_path={tiny_model}", "learning_rate=0.003", "max_length=16000")
    run = outlined(Asked.of("style", settings, config))
    task = training_task(run, tmp_path / "adapter") | prompts_task(run)
    assert Path(task["model"]) == tiny_model
    assert run.index is None
    assert task["settings"]["learning_rate"] == 0.003
    assert task["settings"]["warmup_ratio"] == 0
    assert len(task["rows"]) == 8
    assert all(sorted(epoch) == list(range(8)) for epoch in task["order"])
    assert len(task["order"]) == task["settings"]["num_train_epochs"]
    assert len(task["prompts"]) == len(task["questions"]) == 5
    end = run.loaded.tokenizer.convert_tokens_to_ids("<|im_end|>")
    assert end in task["ends"]
    for row in task["rows"]:
        learned = [token for token, is_learned in zip(row["ids"], row["learned"], strict=True) if is_learned]
        assert learned[-1] == end
        assert not row["learned"][0]
    # Where the run left no answers there is nothing to compare, and that is said.
    with pytest.raises(KeyError, match="an answer of base"):
        own_answers(run, tmp_path / "adapter", tmp_path / "empty")


def test_an_unknown_stage_is_told_before_anything_runs(tmp_path: Path) -> None:
    init_command(tmp_path / "course")
    with pytest.raises(UsageError, match="unknown stage 'stile'"):
        outlined(Asked("stile", ("--config", str(tmp_path / "course/tutorsmith.toml"))))


def test_numbers_are_drawn_without_powers_of_ten() -> None:
    assert [number(value) for value in (36.69, 483.62, 6275.7, 10728.8)] == ["36.69", "483.6", "6,276", "10,729"]


def test_each_case_is_drawn_by_what_counts_in_it(tmp_path: Path) -> None:
    rows = [
        row_of("style", "tutorsmith", predict_tuned=1.0, total=40.0),
        row_of("style", "trl", predict_tuned=9.0, total=100.0),
        row_of("answers", "tutorsmith", 90.0, predict_base=3.0),
        {"case": "answers", "system": "hf", "failed": "1"},
        {"case": "first step", "system": "tutorsmith", "seconds": {"cold": 30.0, "warm": 4.0}},
    ]
    assert panels_of("style", rows) == [("style: seconds, the whole run", [("tutorsmith", 40.0), ("trl", 100.0)])]
    assert panels_of("answers", rows) == [("answers: tokens answered in a second", [("tutorsmith", 90.0)])]
    assert panels_of("first step", rows) == [
        ("first step: seconds", [("tutorsmith, cold", 30.0), ("tutorsmith, warm", 4.0)])
    ]
    draw(rows, tmp_path / "a.svg")
    draw(rows, tmp_path / "b.svg")
    drawn = (tmp_path / "a.svg").read_text(encoding="utf-8")
    assert drawn == (tmp_path / "b.svg").read_text(encoding="utf-8")
    assert "tutorsmith, warm" in drawn
    draw([], tmp_path / "none.svg")
    assert not (tmp_path / "none.svg").exists()

"""One whole run: every promised artifact, readable, and each hash that of its file."""

import json
import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from safetensors.torch import load_file

from small_course import contents, leftovers
from small_runs import Course, another_model
from tutorsmith.core.artifacts import hash_file, hash_value, read_json
from tutorsmith.core.errors import DataError
from tutorsmith.data.read import read_predictions
from tutorsmith.pipeline.context import Context
from tutorsmith.pipeline.run import RunResult
from tutorsmith.pipeline.steps import report_step, train_step

SYSTEMS = ["base", "base_notes", "tuned", "tuned_notes"]
FILES = {
    "base": "predictions_style.base.jsonl",
    "base_notes": "predictions_style.base_notes.jsonl",
    "tuned": "predictions_style.tuned.jsonl",
    "tuned_notes": "predictions_style.jsonl",
}


@pytest.fixture
def folder(first_run: tuple[Course, RunResult]) -> Path:
    return first_run[0].root / "outputs/adapter/style"


def test_every_artifact_is_there_and_readable(folder: Path) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    config = read_json(folder / "adapter_config.json")
    assert (config["peft_type"], config["r"]) == ("LORA", 4)
    weights = load_file(folder / "adapter_model.safetensors")
    assert all(tensor.isfinite().all() for tensor in weights.values())
    assert any(tensor.abs().max() > 0 for name, tensor in weights.items() if ".lora_B" in name)
    log = (folder / "training.log").read_text(encoding="utf-8")
    assert "held out for validation" in log
    curves = EventAccumulator(str(folder / "runs")).Reload().Tags()["scalars"]
    assert {"train/loss", "train/learning_rate", "validation/eval_loss"} <= set(curves)
    assert [p.id for p in read_predictions(folder / "predictions_style.jsonl")] == ["b0", "b1", "b2", "b-refuse"]
    assert (folder / "eval_report_style.md").read_text(encoding="utf-8").startswith("#")
    page = (folder / "eval_report_style.html").read_text(encoding="utf-8")
    assert page.lstrip().lower().startswith("<!doctype html")
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert read_json(folder / "check.json")["counts"]["errors"] == 0
    assert set(read_json(folder / "seconds.json")) == {
        "check", "index", "load", "predict_base", "train", "predict_tuned", "evaluate", "report",
    }  # fmt: skip
    assert not (folder / "checkpoints").exists()
    assert leftovers(folder) == []


def test_the_report_has_the_documented_shape(folder: Path) -> None:
    report = read_json(folder / "eval_report_style.json")
    assert set(report) == {"schema_version", "stage", "manifest", "systems", "comparison", "items"}
    assert (report["schema_version"], report["stage"], list(report["systems"])) == (1, "style", SYSTEMS)
    for system in report["systems"].values():
        assert set(system) >= {"metrics", "health", "slices", "seconds"}
        assert {"empty", "truncated", "looping", "echo"} <= set(system["health"])
        assert system["health"]["truncated"] == 4  # eight tokens end no answer
        assert {"key_point_coverage", "format_compliance", "refusal_accuracy"} <= set(system["metrics"])
        for metric in system["metrics"].values():
            assert {"value", "n", "n_effective", "low", "high"} <= set(metric)
            assert metric["low"] <= metric["value"] <= metric["high"]
    pairs = [(row["a"], row["b"]) for row in report["comparison"] if row["metric"] == "key_point_coverage"]
    assert ("base_notes", "tuned_notes") in pairs
    assert len(pairs) == 6
    for row in report["comparison"]:
        assert {"metric", "a", "b", "difference", "low", "high", "p", "n"} <= set(row)
    assert [(row["id"], row["system"]) for row in report["items"]] == [
        (name, system) for name in ("b0", "b1", "b2", "b-refuse") for system in SYSTEMS
    ]


def test_the_stop_tokens_are_audited_and_told_with_every_system(folder: Path) -> None:
    audit = read_json(folder / "manifest.json")["generation_audit"]
    assert [stop["text"] for stop in audit["stops"]] == ["<|im_end|>"]
    assert audit["findings"] == []
    systems = read_json(folder / "eval_report_style.json")["systems"]
    assert [system["health"]["stop_audit"] for system in systems.values()] == [[]] * 4


def test_the_manifest_holds_the_hashes_of_what_is_there(folder: Path, first_run: tuple[Course, RunResult]) -> None:
    root = first_run[0].root
    manifest = read_json(folder / "manifest.json")
    assert manifest["adapter"] == hash_file(folder / "adapter_model.safetensors")
    assert manifest["predictions"] == {name: hash_file(folder / file) for name, file in FILES.items()}
    assert sorted(manifest["data"].values()) == sorted(
        hash_file(root / name) for name in ("style.jsonl", "style_bench.jsonl")
    )
    assert read_json(folder / "eval_report_style.json")["manifest"] == hash_value(manifest)
    assert read_json(folder / "training_config.json")["result"]["adapter"] == manifest["adapter"]


def test_notes_are_shown_only_to_the_systems_with_notes(folder: Path) -> None:
    shown = {name: [len(p.retrieved) for p in read_predictions(folder / file)] for name, file in FILES.items()}
    assert shown["base"] == shown["tuned"] == [0, 0, 0, 0]
    assert shown["base_notes"] == shown["tuned_notes"]
    assert sum(shown["tuned_notes"]) > 0


def test_each_setting_tells_its_source(folder: Path) -> None:
    settings = read_json(folder / "training_config.json")["settings"]
    assert settings["learning_rate"] == {"value": 0.01, "source": "tutorsmith.toml [settings]"}
    assert settings["lora_r"] == {"value": 4, "source": "tutorsmith.toml [stages.style.settings]"}
    assert settings["lora_alpha"]["source"] == "default"


def test_sources_by_environment_and_flag(course: Course, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LORA_ALPHA", "9")
    run = course.context(output_dir=tmp_path / "other", pairs=("lora_dropout=0.5",), seed=3)
    settings = train_step_settings(run)
    assert settings["lora_alpha"] == {"value": 9, "source": "environment"}
    assert settings["lora_dropout"] == {"value": 0.5, "source": "flag"}
    assert settings["seed"] == {"value": 3, "source": "flag"}


def train_step_settings(run: Context) -> dict[str, dict[str, object]]:
    """What training_config.json says after training."""
    from tutorsmith.core.artifacts import make_folder

    make_folder(run.folder)
    train_step(run)
    settings: dict[str, dict[str, object]] = read_json(run.folder / "training_config.json")["settings"]
    return settings


def test_a_second_run_makes_nothing_anew(course: Course, forbid: Callable[[str], None]) -> None:
    folder = course.root / "outputs/adapter/style"
    before = contents(folder)
    times = {file.name: file.stat().st_mtime_ns for file in folder.glob("adapter_*")}
    forbid("tutorsmith.pipeline.steps.train_adapter")
    forbid("tutorsmith.generation.torch_engine.TorchEngine.generate")
    course.run()
    after = contents(folder)
    same = [name for name in before if before[name] == after.get(name)]
    # The wall times differ, and so do the reports that show them; check.json names the copied files.
    changed = {name for name in before if name not in same}
    reports = {f"eval_report_style.{form}" for form in ("json", "md", "html")}
    assert changed <= {"seconds.json", "check.json"} | reports
    assert {file.name: file.stat().st_mtime_ns for file in folder.glob("adapter_*")} == times
    assert "nothing to do (--fresh trains anew)" in (folder / "training.log").read_text()


def test_base_answers_are_shared_between_stages(course: Course, forbid: Callable[[str], None]) -> None:
    from tutorsmith.core.artifacts import make_folder
    from tutorsmith.pipeline.steps import predict_step

    forbid("tutorsmith.generation.torch_engine.TorchEngine.generate")
    run = course.context("both", eval_file=str(course.root / "style_bench.jsonl"))
    make_folder(run.folder)
    files = predict_step(run, "base")
    ours = [p.prediction for p in read_predictions(files["base"])]
    theirs = read_predictions(course.root / "outputs/adapter/style/predictions_style.base.jsonl")
    assert ours == [p.prediction for p in theirs]


def test_prompts_are_answered_part_by_part(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three items at a time with two systems each: no more prompts are asked at once, and the files are the same."""
    from tutorsmith.generation.torch_engine import TorchEngine
    from tutorsmith.pipeline.steps import predict_step

    generate, asked = TorchEngine.generate, []

    def counted(self: TorchEngine, prompts: Sequence[Sequence[int]], *given: Any) -> None:
        asked.append(len(prompts))
        generate(self, prompts, *given)

    folder = course.root / "outputs/adapter/style"
    before = {name: read_predictions(folder / FILES[name]) for name in ("tuned", "tuned_notes")}
    monkeypatch.setattr("tutorsmith.pipeline.answering.AT_ONCE", 3)
    files = predict_step(course.context(), "tuned")
    assert {name: read_predictions(file) for name, file in files.items()} == before
    monkeypatch.setattr(TorchEngine, "generate", counted)
    files = predict_step(course.context(fresh=True), "tuned")
    assert len(asked) == 2 and max(asked) <= 6  # equal prompts are asked once
    assert {name: [p.id for p in read_predictions(file)] for name, file in files.items()} == {
        name: [p.id for p in predictions] for name, predictions in before.items()
    }


def test_fresh_trains_and_answers_anew_to_the_same_adapter(course: Course, caplog: pytest.LogCaptureFixture) -> None:
    folder = course.root / "outputs/adapter/style"
    before = hash_file(folder / "adapter_model.safetensors")
    time = (folder / "adapter_model.safetensors").stat().st_mtime_ns
    with caplog.at_level(logging.INFO, "tutorsmith"):
        course.run(fresh=True, no_notes=False)
    assert hash_file(folder / "adapter_model.safetensors") == before
    assert (folder / "adapter_model.safetensors").stat().st_mtime_ns > time
    assert "predict base: 8 of 8 answers are in the cache" in caplog.text
    assert "predict style: " not in caplog.text


def test_without_notes_only_base_and_tuned(course: Course) -> None:
    folder = course.root / "outputs/adapter/style"
    result: RunResult = course.run(no_notes=True)
    assert list(result.report["systems"]) == ["base", "tuned"]
    assert sorted(file.name for file in folder.glob("predictions_*")) == [
        "predictions_style.base.jsonl",
        "predictions_style.jsonl",
    ]
    assert read_json(folder / "manifest.json")["notes"] is None
    assert read_json(folder / "training_config.json")["identity"]["notes"] == "none"


def test_two_tasks_are_reported_each_and_together(course: Course) -> None:
    result: RunResult = course.run("both")
    tasks = result.report["systems"]["tuned"]["slices"]["task"]
    assert set(tasks) == {"style_bench", "writing_bench"}
    counts = {task: values["format_compliance"]["n"] for task, values in tasks.items()}
    assert counts == {"style_bench": 4, "writing_bench": 2}
    assert result.report["systems"]["tuned"]["metrics"]["format_compliance"]["n"] == 6
    assert "writing\\_bench" in result.files.markdown.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("predictions_style.jsonl", "these predictions are not the ones that were scored"),
        ("predictions_style.base.jsonl", "these predictions are not the ones that were scored"),
        ("adapter_model.safetensors", "the adapter is not the one that gave these answers"),
        ("manifest.json", "the report was made from another manifest"),
    ],
)
@pytest.mark.parametrize("gone", [False, True])
def test_a_report_of_mixed_artifacts_is_refused(course: Course, name: str, what: str, gone: bool) -> None:
    file = course.root / "outputs/adapter/style" / name
    if gone:
        file.unlink()
        what = "file not found" if name == "manifest.json" else what
    elif name == "manifest.json":
        file.write_text(json.dumps(read_json(file) | {"seeds": [7]}))
    else:
        file.write_bytes(file.read_bytes() + b"\n")
    before = contents(file.parent)
    with pytest.raises(DataError, match=what) as caught:
        report_step(course.context())
    assert caught.value.where
    assert contents(file.parent) == before


def test_another_base_model_trains_anew(course: Course, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    before = hash_file(course.root / "outputs/adapter/style/adapter_model.safetensors")
    other = another_model(Path(course.context().settings.model.settings.model_name_or_path), tmp_path / "other", 32)
    with caplog.at_level(logging.INFO, "tutorsmith"):
        train_step(course.context(model=str(other)))
    assert "the adapter here was made with other model; training anew" in caplog.text
    assert hash_file(course.root / "outputs/adapter/style/adapter_model.safetensors") != before

"""`tutorsmith sweep` with the tiny model, in one process."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import optuna
import pytest

from tutorsmith.commands.stage import StageOptions
from tutorsmith.core.errors import Interrupted, TutorsmithError, UsageError
from tutorsmith.sweep import measure

Swept = Callable[..., dict[str, Any]]
FOLDER = Path("outputs/adapter/sweep_style")
OPENED: list[str] | None = None


def _note(event: str, arguments: tuple[Any, ...]) -> None:
    if OPENED is not None and event == "open" and isinstance(arguments[0], str | bytes | os.PathLike):
        OPENED.append(os.path.basename(os.fsdecode(arguments[0])))


sys.addaudithook(_note)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of all files that this process opens."""
    monkeypatch.setattr(sys.modules[__name__], "OPENED", [])
    assert OPENED is not None
    return OPENED


def states(data: dict[str, Any]) -> list[str]:
    return [trial["state"] for trial in data["trials"]]


def test_the_best_of_the_trials_is_told_with_lines_to_paste(swept: Swept, capsys: pytest.CaptureFixture[str]) -> None:
    data = swept("learning_rate=1e-5..1e-2:log", "num_train_epochs=1..3", trials=4)
    done = [trial for trial in data["trials"] if trial["state"] == "complete"]
    best = min(done, key=lambda trial: trial["value"])
    assert data["best"] == {"trial": best["number"], "value": best["value"], "settings": best["params"]}
    assert best["value"] == pytest.approx(sum(best["cells"]) / 2) and len(best["cells"]) == 2
    rate = best["params"]["learning_rate"]
    lines = (
        f"[stages.style.settings]\nlearning_rate = {rate}\nnum_train_epochs = {best['params']['num_train_epochs']}\n"
    )
    assert data["toml"] == lines and lines.strip() in capsys.readouterr().out
    assert data["present"]["trial"] == 0 and data["trials"][0]["params"]["num_train_epochs"] == 2


def test_the_benchmark_is_not_opened(swept: Swept, root: Path, opened: list[str]) -> None:
    swept(trials=2)
    assert "style.jsonl" in opened and "style_bench.jsonl" not in opened and "writing_bench.jsonl" not in opened
    for file in root.glob("*_bench.jsonl"):
        file.unlink()
    assert states(swept(trials=3)) == ["complete"] * 3


def test_the_same_command_goes_on(swept: Swept, monkeypatch: pytest.MonkeyPatch) -> None:
    first = swept(trials=2)
    again = swept(trials=3)
    assert again["trials"][:2] == first["trials"] and len(again["trials"]) == 3

    def fail(*_arguments: object) -> None:
        raise AssertionError("measured again")

    monkeypatch.setattr("tutorsmith.sweep.run.measure", fail)
    assert swept(trials=3) == again


def test_a_study_in_two_parts_tries_what_one_in_one_part_tries(swept: Swept) -> None:
    whole = swept(trials=4, study="whole")
    swept(trials=2, study="parts")
    parts = swept(trials=4, study="parts")
    assert [t["params"] for t in parts["trials"]] == [t["params"] for t in whole["trials"]]
    assert [t["value"] for t in parts["trials"]] == [t["value"] for t in whole["trials"]]


def test_a_study_is_not_mixed_with_another(swept: Swept) -> None:
    swept(trials=1)
    for more, part in (
        ({"folds": 3}, "held-out samples"),
        ({"seeds": 2}, "held-out samples"),
        ({"objective": "format+chrf"}, "objective"),
        ({"stage": StageOptions("style", pairs=("lora_alpha=8",))}, "settings"),
        ({"stage": StageOptions("style", no_notes=True)}, "notes"),
        ({"stage": StageOptions("style", train_files="writing.jsonl")}, "data"),
    ):
        with pytest.raises(UsageError, match=part):
            swept(trials=2, **more)
    with pytest.raises(UsageError, match="search space"):
        swept("learning_rate=1e-4..2e-2:log", trials=2)


def test_every_point_of_a_small_space_is_tried_once(swept: Swept) -> None:
    data = swept("lora_r=2,4", "num_train_epochs=1..2", trials=20, pruner="none")
    tried = [tuple(trial["params"].values()) for trial in data["trials"]]
    assert sorted(tried) == [(2, 1), (2, 2), (4, 1), (4, 2)]


def test_settings_that_were_measured_are_not_measured_again(swept: Swept, monkeypatch: pytest.MonkeyPatch) -> None:
    swept("lora_r=2,4,8", trials=2, pruner="none")
    storage = f"sqlite:///{FOLDER / 'study.sqlite3'}"
    study = optuna.load_study(study_name="sweep_style", storage=storage)
    study.enqueue_trial({"lora_r": study.trials[0].params["lora_r"]})
    monkeypatch.setattr("tutorsmith.sweep.run.size", lambda _space: float("inf"))
    monkeypatch.setattr("tutorsmith.sweep.run.measure", lambda *_a: pytest.fail("measured again"))
    twin = swept("lora_r=2,4,8", trials=3, pruner="none")["trials"][2]
    assert twin["why"] == "as trial 0" and twin["value"] == study.trials[0].value


def test_trials_that_fall_behind_are_given_up(swept: Swept, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[int] = []
    train_fold = measure.train_fold

    def counting(*arguments: Any) -> Any:
        trained = train_fold(*arguments)
        shown.append(trained.place.epoch)
        return trained

    monkeypatch.setattr(measure, "train_fold", counting)
    storage = f"sqlite:///{FOLDER / 'study.sqlite3'}"
    specs = ("learning_rate=1e-7..1e-2:log",)
    stage = StageOptions("style", pairs=("num_train_epochs=3",))
    swept(*specs, trials=1, stage=stage)
    study = optuna.load_study(study_name="sweep_style", storage=storage)
    for rate in (9e-3, 8e-3, 7e-3, 1e-7):
        study.enqueue_trial({"learning_rate": rate})
    data = swept(*specs, trials=5, stage=stage)
    assert states(data) == ["complete"] * 4 + ["pruned"]
    assert shown == [3, 3] * 4 + [1] and data["trials"][4]["epochs"] == 1


def test_a_loss_that_is_not_finite_ends_a_trial_and_not_the_sweep(
    swept: Swept, monkeypatch: pytest.MonkeyPatch
) -> None:
    rates = measure.Bench.ready

    def exploding(self: measure.Bench, params: Any, seed: int, folder: Path) -> Any:
        from dataclasses import replace

        ready = rates(self, params, seed, folder)
        return replace(ready, plan=replace(ready.plan, learning_rate=float("inf"), max_grad_norm=1e30))

    monkeypatch.setattr(measure.Bench, "ready", exploding)
    with pytest.raises(TutorsmithError, match="no trial came to an end") as error:
        swept(trials=2)
    assert error.value.exit_code == 1
    monkeypatch.setattr(measure.Bench, "ready", rates)
    data = swept(trials=3)
    assert states(data) == ["pruned", "pruned", "complete"]
    assert "finite" in data["trials"][0]["why"] or "loss is" in data["trials"][0]["why"]


def test_a_stopped_trial_waits_to_be_tried_again(swept: Swept, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_arguments: object) -> None:
        raise Interrupted("stopped by SIGTERM")

    with monkeypatch.context() as patched:
        patched.setattr(measure, "train_fold", stopped)
        with pytest.raises(Interrupted):
            swept(trials=2)
    data = swept(trials=2)
    assert states(data) == ["fail", "complete", "complete"]
    assert data["trials"][1]["params"] == data["trials"][0]["params"] and data["trials"][1]["present"]


def test_folders_of_trials_are_removed_or_kept(swept: Swept, root: Path) -> None:
    swept(trials=1)
    assert not (root / FOLDER / "trials").exists()
    swept(trials=2, keep=True)
    kept = root / FOLDER / "trials/trial-0001"
    assert sorted(p.name for p in kept.iterdir()) == ["seed0-fold1", "seed0-fold2", "trial.json"]
    assert (kept / "seed0-fold1/adapter_model.safetensors").is_file()


def test_several_seeds_are_several_trainings(swept: Swept) -> None:
    data = swept(trials=1, seeds=2)
    cells = data["trials"][0]["cells"]
    assert len(cells) == 4 and len(set(cells)) == 4 and data["seeds"] == [0, 1]


def test_the_base_model_is_loaded_once(swept: Swept, monkeypatch: pytest.MonkeyPatch) -> None:
    from tutorsmith.pipeline import context

    loads: list[str] = []
    load_model = context.load_model

    def counting(name: str, **more: Any) -> Any:
        loads.append(name)
        return load_model(name, **more)

    monkeypatch.setattr(context, "load_model", counting)
    swept(trials=3)
    assert len(loads) == 1


def test_the_answers_to_held_out_samples_can_be_the_objective(swept: Swept, opened: list[str]) -> None:
    stage = StageOptions("style", pairs=("max_new_tokens=4",))
    data = swept("num_train_epochs=1..2", trials=2, objective="format+chrf", stage=stage, keep=True)
    assert data["maximize"] and states(data) == ["complete"] * 2
    assert all(0 <= value <= 1 for trial in data["trials"] for value in trial["cells"])
    assert data["best"]["value"] == max(trial["value"] for trial in data["trials"])
    assert "style_bench.jsonl" not in opened


def test_too_few_samples_are_told(swept: Swept, root: Path) -> None:
    (root / "one.jsonl").write_text((root / "style.jsonl").read_text(encoding="utf-8").splitlines()[0] + "\n")
    with pytest.raises(TutorsmithError, match="one sample"):
        swept(stage=StageOptions("style", train_files="one.jsonl"), folds=None)
    with pytest.raises(UsageError, match="no sample would be held out"):
        swept(stage=StageOptions("style", pairs=("validation_share=0",)), folds=1)
    with pytest.raises(UsageError, match="9 folds of 8 samples"):
        swept(folds=9)
    assert not (root / FOLDER / "study.sqlite3").exists()
    with pytest.raises(UsageError, match="k_folds chooses"):
        swept(stage=StageOptions("style", pairs=("k_folds=2",)))


def test_without_optuna_the_extra_is_named(swept: Swept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(UsageError, match="needs Optuna") as error:
        swept()
    assert error.value.mend == "pip install 'tutorsmith[sweep]'"


@pytest.mark.usefixtures("drawn")
def test_the_report_tells_the_same_in_all_forms(swept: Swept, root: Path) -> None:
    data = swept("learning_rate=1e-4..1e-2:log", "lora_r=2,4", trials=6, folds=3, pruner="none")
    text, page = ((root / FOLDER / f"sweep_style.{form}").read_text(encoding="utf-8") for form in ("md", "html"))
    for line in data["toml"].splitlines():
        assert line in text and line in page
    for trial in data["trials"]:
        assert f"| {trial['number']} | complete | {trial['value']:.4f} |" in text
        assert f'<td class="num">{trial["value"]:.4f}</td>' in page
    assert sum(data["importance"].values()) == pytest.approx(1) and set(data["importance"]) == set(data["space"])
    assert "What matters" in text and page.count("<svg") == 2
    for name in ("history", "settings"):
        assert (root / FOLDER / f"plots/sweep_{name}.svg").read_text(encoding="utf-8").startswith("<?xml")


@pytest.mark.parametrize(
    ("storage", "told"),
    [("nonsense", "not a storage"), ("oracle+nothing://x/y", "not a storage"), ("sqlite:////proc/no/x.db", "write")],
)
def test_a_storage_that_cannot_be_used_is_told(swept: Swept, storage: str, told: str) -> None:
    with pytest.raises(TutorsmithError, match=told):
        swept(storage=storage)

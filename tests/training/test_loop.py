"""The loop: gradients equal by construction, exact resume, early stopping, NaN, and one seed one adapter."""

import dataclasses
import math
import signal
import tracemalloc
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import load_file

from tutorsmith.core.artifacts import ADAPTER_CONFIG, ADAPTER_WEIGHTS, TRAINER_STATE, read_json
from tutorsmith.core.errors import DataError, Interrupted, ModelError, ResourceError, UsageError
from tutorsmith.core.progress import log_to
from tutorsmith.models.load import LoadedModel, load_model
from tutorsmith.models.lora import PREFIX, LoraShape
from tutorsmith.models.render import Rendered
from tutorsmith.training.adamw import AdamW
from tutorsmith.training.adapter import attach, detach, state_of
from tutorsmith.training.checkpoint import Place, Snapshot, find_checkpoint, save_checkpoint
from tutorsmith.training.folds import folds, split_validation
from tutorsmith.training.loop import Plan, _step, mean_loss
from tutorsmith.training.loss import pack, summed_loss
from tutorsmith.training.memory import Room, activation_bytes, plan_memory
from tutorsmith.training.settings import TrainSettings
from tutorsmith.training.token_rows import TokenRows, write_rows
from tutorsmith.training.track import StopFlag, Tracker
from tutorsmith.training.train import TrainResult, audit
from tutorsmith.training.train import train_adapter as train_token_rows

SETTINGS: dict[str, Any] = {"num_train_epochs": 3, "gradient_accumulation_steps": 4, "learning_rate": 0.01}


@pytest.fixture(scope="module")
def loaded(tiny_model: Path) -> LoadedModel:
    return load_model(str(tiny_model), device="cpu")


def make_rows(loaded: LoadedModel, count: int = 10) -> list[Rendered]:
    """Rows of different lengths and different numbers of learned tokens, each ending with the end of turn."""
    end = min(loaded.ends)
    rows = []
    for k in range(count):
        prompt = [5 + (7 * k + j) % 200 for j in range(6 + k)]
        answer = [5 + (11 * k + 3 * j) % 200 for j in range(3 + 2 * k)]
        rows.append(Rendered(f"s{k}", (*prompt, *answer, end), (*[False] * len(prompt), *[True] * (len(answer) + 1))))
    return rows


def in_files(rows: Iterable[Rendered], loaded: LoadedModel, folder: Path) -> TokenRows:
    folder.mkdir(parents=True, exist_ok=True)
    write_rows(rows, loaded.ends, folder)
    return TokenRows(folder)


def train_adapter(
    loaded: LoadedModel, rows: list[Rendered], settings: TrainSettings, folder: Path, identity: dict[str, str]
) -> TrainResult:
    return train_token_rows(loaded, in_files(rows, loaded, folder / "rows"), settings, folder, identity)


def plan(**changes: Any) -> Plan:
    values = {"epochs": 1, "batch_size": 1, "accumulation": 8, "learning_rate": 0.01, "warmup_ratio": 0.0}
    return Plan(**{**values, "weight_decay": 0.0, "max_grad_norm": 1.0, "patience": 0, "seed": 0, **changes})


def give_b(model: Any) -> None:
    """B starts at zero, where the gradient of A vanishes: other numbers for it, the same each time."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "lora_B" in name:
                parameter.copy_(torch.randn(parameter.shape, generator=torch.Generator().manual_seed(1)) * 0.05)


def gradients(loaded: LoadedModel, rows: list[Rendered], made: Plan) -> dict[str, torch.Tensor]:
    model = attach(loaded, LoraShape(4, 8), seed=0)
    give_b(model)
    size = made.batch_size * made.accumulation
    try:
        for start in range(0, len(rows), size):
            _step(loaded, model, rows[start : start + size], Room(made.tokens), StopFlag())
        found = {n: p.grad.clone() for n, p in model.named_parameters() if p.requires_grad and p.grad is not None}
    finally:
        model.zero_grad(set_to_none=True)
        detach(loaded, model)
    return found


def distance(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> float:
    """The norm of the difference of two gradients over the norm of the first."""
    assert one.keys() == other.keys()
    apart = sum(float((one[name] - other[name]).norm() ** 2) for name in one)
    return math.sqrt(apart / sum(float(gradient.norm() ** 2) for gradient in one.values()))


def reference(loaded: LoadedModel, rows: list[Rendered]) -> tuple[float, dict[str, torch.Tensor]]:
    """Loss and gradient of PEFT's own layers and transformers' own loss on one padded batch."""
    torch.manual_seed(0)
    config = LoraConfig(r=4, lora_alpha=8, target_modules="all-linear", task_type="CAUSAL_LM")
    model = get_peft_model(loaded.model, config)
    give_b(model)
    model.train()
    width = max(len(row.ids) for row in rows)
    ids = torch.tensor([[*row.ids, *[loaded.pad] * (width - len(row.ids))] for row in rows])
    learned = torch.tensor([[*row.mask, *[False] * (width - len(row.ids))] for row in rows])
    seen = torch.tensor([[1] * len(row.ids) + [0] * (width - len(row.ids)) for row in rows])
    loss = model(input_ids=ids, attention_mask=seen, labels=ids.where(learned, -100)).loss
    loss.backward()
    learned_ones = {n: p for n, p in model.named_parameters() if p.requires_grad and p.grad is not None}
    found = {n.removeprefix(PREFIX).replace(".default", ""): p.grad.clone() for n, p in learned_ones.items()}
    model.zero_grad(set_to_none=True)
    loaded.model = model.unload().eval()
    return float(loss.detach()), found


def with_one_start(rows: list[Rendered], length: int = 24) -> list[Rendered]:
    """The same rows behind a common system prompt."""
    start = tuple(7 + (13 * k) % 190 for k in range(length))
    return [Rendered(row.id, (*start, *row.ids), (*[False] * length, *row.mask)) for row in rows]


@pytest.mark.parametrize("tokens", [4096, 60, 1])
@pytest.mark.parametrize("common", [False, True], ids=["nothing shared", "one system prompt"])
def test_packing_gives_the_gradient_of_the_plain_loop(loaded: LoadedModel, common: bool, tokens: int) -> None:
    rows = with_one_start(make_rows(loaded, 8)) if common else make_rows(loaded, 8)
    assert (pack(rows, loaded.device).layout.prefix > 16) is common
    loss, wanted = reference(loaded, rows)
    found = gradients(loaded, rows, plan(tokens=tokens))
    assert len(found) == 2 * 7 * 2
    assert distance(wanted, found) <= 1e-5
    model = attach(loaded, LoraShape(4, 8), seed=0)
    give_b(model)
    assert mean_loss(loaded, model, rows, Room(tokens)) == pytest.approx(loss, rel=1e-6)
    detach(loaded, model)


@pytest.mark.parametrize(("batch", "accumulation"), [(8, 1), (4, 2), (2, 4)])
def test_any_batching_of_a_step_gives_the_same_gradient(loaded: LoadedModel, batch: int, accumulation: int) -> None:
    rows = make_rows(loaded, 8)
    one = gradients(loaded, rows, plan())
    other = gradients(loaded, rows, plan(batch_size=batch, accumulation=accumulation, tokens=1))
    assert distance(one, other) <= 1e-5


def test_dropout_drops_anew_in_every_pass(loaded: LoadedModel) -> None:
    model = attach(loaded, LoraShape(2, 4, 0.5), seed=0)
    rows = make_rows(loaded, 3)
    model.train()
    torch.manual_seed(0)
    one = float(summed_loss(model, rows, loaded.device).detach())
    give_b(model)
    other = {float(summed_loss(model, rows, loaded.device).detach()) for _ in range(3)}
    assert math.isfinite(one) and len(other) == 3, "what is dropped changes from pass to pass"
    detach(loaded, model)


def test_a_packed_row_holds_the_common_start_once() -> None:
    start = tuple(range(100, 120))
    row = Rendered("a", (*start, 10, 11, 12), (*[False] * 21, True, True))
    longer = Rendered("b", (*start, 1, 2, 3, 4, 5), (*[False] * 21, True, True, False, True))
    packed = pack([row, longer], torch.device("cpu"))
    kept = len(start) - 1  # the last common token is the one before each sequence's own
    assert packed.ids.tolist() == [[*start[:kept], 119, 10, 11, 12, 119, 1, 2, 3, 4, 5]]
    assert packed.layout.positions.tolist() == [[*range(kept), 19, 20, 21, 22, 19, 20, 21, 22, 23, 24]]
    assert packed.layout.starts == (19, 23, 29)
    assert packed.ids[0, packed.used].tolist() == [10, 11, 1, 2, 4]
    assert packed.targets.tolist() == [11, 12, 2, 3, 5]


def test_short_or_learned_starts_are_not_shared() -> None:
    few = [Rendered("a", (1, 2, 3, 4), (False, False, True, True)), Rendered("b", (1, 2, 3, 5), (False,) * 3 + (True,))]
    assert pack(few, torch.device("cpu")).layout.prefix == 0
    ids = tuple(range(40))
    learned = [Rendered(name, (*ids, k), (*[False] * 20, *[True] * 21)) for k, name in enumerate("ab")]
    assert pack(learned, torch.device("cpu")).layout.prefix <= 19


def test_rows_are_cut_where_a_pass_is_full() -> None:
    rows = [Rendered(str(k), tuple(range(n)), (True,) * n) for k, n in enumerate((3, 4, 9, 2, 1))]
    room = Room(7)
    assert [[row.id for row in part] for part in room.passes(rows)] == [["0", "1"], ["2"], ["3", "4"]]
    assert room.halve(rows) and room.tokens == 3
    assert [[row.id for row in part] for part in room.passes(rows)] == [["0"], ["1"], ["2"], ["3", "4"]]
    assert room.halve(rows) and not room.halve(rows), "rows cannot be cut"


@pytest.mark.parametrize(
    "refusal",
    [torch.OutOfMemoryError("CUDA out of memory"), RuntimeError("DefaultCPUAllocator: can't allocate memory")],
)
def test_out_of_memory_halves_the_pass_and_keeps_the_gradient(
    loaded: LoadedModel, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, refusal: RuntimeError
) -> None:
    rows = make_rows(loaded, 8)
    wanted = gradients(loaded, rows, plan())
    held: list[int] = []

    def scarce(model: Any, part: Sequence[Rendered], device: torch.device) -> torch.Tensor:
        held.append(sum(len(row.ids) for row in part))
        loss = summed_loss(model, part, device)
        if held[-1] > 50:
            loss.backward()  # type: ignore[no-untyped-call]
            raise refusal
        return loss

    monkeypatch.setattr("tutorsmith.training.loop.summed_loss", scarce)
    monkeypatch.setattr(torch.cuda, "empty_cache", lambda: None)
    log = tmp_path / "log"
    with log_to(log):
        found = gradients(loaded, rows, plan(tokens=160))
    assert distance(wanted, found) <= 1e-5
    assert held[0] > 50 >= held[-1]
    assert "out of memory in training; going on with" in log.read_text(encoding="utf-8")


def test_out_of_memory_with_one_row_is_an_error(loaded: LoadedModel, monkeypatch: pytest.MonkeyPatch) -> None:
    def none_left(*_: Any) -> torch.Tensor:
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr("tutorsmith.training.loop.summed_loss", none_left)
    monkeypatch.setattr(torch.cuda, "empty_cache", lambda: None)
    with pytest.raises(ResourceError, match=r"one row of 28 tokens") as caught:
        gradients(loaded, make_rows(loaded, 7), plan())
    assert "gradient_checkpointing=true" in (caught.value.mend or "")


def test_the_rate_warms_up_and_falls_to_zero_as_a_cosine() -> None:
    made = plan(learning_rate=1.0, warmup_ratio=0.2)
    rates = [made.rate(step, 10) for step in range(10)]
    assert rates[:3] == [0.5, 1.0, 1.0]
    assert rates[6] == pytest.approx(0.5)
    assert rates[2:] == sorted(rates[2:], reverse=True) and 0 < rates[-1] < 0.05


def test_training_learns_and_the_same_seed_gives_the_same_bytes(loaded: LoadedModel, tmp_path: Path) -> None:
    rows = make_rows(loaded)
    settings = TrainSettings(**{**SETTINGS, "num_train_epochs": 6})
    before = {name: p.clone() for name, p in loaded.model.named_parameters()}
    hashes = [train_adapter(loaded, rows, settings, tmp_path / name, {"data": "d"}).adapter for name in ("a", "b")]
    assert hashes[0] == hashes[1]
    other = train_adapter(loaded, rows, TrainSettings(**SETTINGS, seed=1), tmp_path / "c", {"data": "d"}).adapter
    assert other != hashes[0]
    losses = [row["loss"] for row in read_json(tmp_path / "a" / TRAINER_STATE)["log_history"] if "loss" in row]
    assert losses[-1] < losses[0] - 0.1
    assert all(torch.equal(p, before[name]) for name, p in loaded.model.named_parameters()), "the base must not change"
    config = read_json(tmp_path / "a" / ADAPTER_CONFIG)
    assert config["r"] == 16 and config["lora_alpha"] == 32 and len(config["target_modules"]) == 7
    assert list((tmp_path / "a" / "runs").glob("events.out.tfevents.*"))
    assert not (tmp_path / "a" / "checkpoints").exists()


@pytest.mark.parametrize(("max_steps", "epochs"), [(1, 1 / 3), (3, 1.0), (4, 4 / 3), (7, 7 / 3)])
def test_max_steps_ends_training_wherever_it_is(
    loaded: LoadedModel, tmp_path: Path, max_steps: int, epochs: float
) -> None:
    """Ten rows are three steps an epoch; the two epochs asked for beside max_steps do not count."""
    settings = TrainSettings(**{**SETTINGS, "num_train_epochs": 2}, max_steps=max_steps, warmup_ratio=0.2)
    result = train_adapter(loaded, make_rows(loaded), settings, tmp_path, {"data": "d"})
    assert (result.steps, result.stopped) == (max_steps, "max_steps")
    history = read_json(tmp_path / TRAINER_STATE)["log_history"]
    steps = [row for row in history if "loss" in row]
    assert steps[-1]["epoch"] == pytest.approx(epochs) and history[-1]["epoch"] == steps[-1]["epoch"]
    assert [row["learning_rate"] for row in steps] == [
        plan(warmup_ratio=0.2).rate(k, max_steps) for k in range(max_steps)
    ]
    assert ["eval_loss" in row for row in history][-1], "the held-out samples are looked at where training ends"


def test_as_many_steps_as_the_epochs_have_give_the_same_adapter(loaded: LoadedModel, tmp_path: Path) -> None:
    rows, settings = make_rows(loaded), TrainSettings(**SETTINGS)
    by_epochs = train_adapter(loaded, rows, settings, tmp_path / "a", {"data": "d"})
    other = settings.model_copy(update={"max_steps": by_epochs.steps, "num_train_epochs": 1})
    by_steps = train_adapter(loaded, rows, other, tmp_path / "b", {"data": "d"})
    assert (by_steps.steps, by_steps.adapter) == (by_epochs.steps, by_epochs.adapter)
    with pytest.raises(UsageError, match="give one of them"):
        train_adapter(loaded, rows, other.model_copy(update={"k_folds": 3}), tmp_path / "c", {"data": "d"})


def test_memory_does_not_grow_with_the_rows(loaded: LoadedModel, tmp_path: Path) -> None:
    """Rows of 4,000 tokens, written and read again one by one: a hundred of them need no more than ten, but for some
    numbers of each."""
    ids = tuple(range(300, 4300))

    def peak(count: int) -> int:
        tracemalloc.start()
        kept = in_files((Rendered(f"s{k}", ids, (True,) * 4000) for k in range(count)), loaded, tmp_path / str(count))
        assert sum(row.trained for row in kept) == 4000 * count
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    assert peak(100) < peak(10) + 90 * 1000


def test_rows_of_files_are_those_that_were_written(loaded: LoadedModel, tmp_path: Path) -> None:
    rows = make_rows(loaded)
    kept = in_files(rows, loaded, tmp_path)
    for file in tmp_path.iterdir():
        file.unlink()  # another run trims the cache: what is mapped stays
    assert list(kept) == rows and kept[-1] == rows[-1] and list(kept[2:9:3]) == rows[2:9:3]
    assert (kept.names, kept.lengths.tolist()) == ([r.id for r in rows], [len(r.ids) for r in rows])
    assert (kept.learned.tolist(), kept.closed.all()) == ([r.trained for r in rows], True)
    with pytest.raises(IndexError):
        kept[len(rows)]


class _SignalAt(Tracker):
    """Raises the signal flag when a given step is done, as a kill in the middle of the next one would."""

    at = 0

    def step(self, row: dict[str, float]) -> None:
        super().step(row)
        if row["step"] == self.at:
            signal.raise_signal(signal.SIGTERM)


@pytest.mark.parametrize("at", [1, 3, 5, 8])
@pytest.mark.parametrize(("dropout", "max_steps"), [(0.0, 0), (0.2, 0), (0.2, 8)])
def test_a_run_stopped_anywhere_resumes_to_the_same_adapter_and_curve(
    loaded: LoadedModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int, dropout: float, max_steps: int
) -> None:
    rows, settings = make_rows(loaded), TrainSettings(**SETTINGS, lora_dropout=dropout, max_steps=max_steps)
    whole = train_adapter(loaded, rows, settings, tmp_path / "whole", {"data": "d"})
    monkeypatch.setattr("tutorsmith.training.train.Tracker", _SignalAt)
    monkeypatch.setattr(_SignalAt, "at", at)
    with pytest.raises(Interrupted) as stopped:
        train_adapter(loaded, rows, settings, tmp_path / "cut", {"data": "d"})
    assert stopped.value.exit_code == 130 and f"step {at}" in str(stopped.value)
    monkeypatch.setattr(_SignalAt, "at", 0)
    resumed = train_adapter(loaded, rows, settings, tmp_path / "cut", {"data": "d"})
    assert resumed.adapter == whole.adapter
    histories = [read_json(tmp_path / name / TRAINER_STATE)["log_history"] for name in ("whole", "cut")]
    for row in histories[0] + histories[1]:
        row.pop("tokens_per_s", None)
    assert histories[0] == histories[1]


def test_a_checkpoint_of_other_data_is_refused_and_kept(
    loaded: LoadedModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tutorsmith.training.train.Tracker", _SignalAt)
    monkeypatch.setattr(_SignalAt, "at", 2)
    settings = TrainSettings(**SETTINGS)
    with pytest.raises(Interrupted):
        train_adapter(loaded, make_rows(loaded), settings, tmp_path, {"data": "d", "model": "m"})
    with pytest.raises(DataError, match="other data") as refused:
        train_adapter(loaded, make_rows(loaded), settings, tmp_path, {"data": "changed", "model": "m"})
    assert "model" not in refused.value.what
    assert list((tmp_path / "checkpoints").glob("step-*"))


def test_early_stopping_restores_the_best_weights(loaded: LoadedModel, tmp_path: Path) -> None:
    """With a rate that ruins the model the validation loss rises: the run ends after `patience` worse epochs."""
    rows = make_rows(loaded, 12)
    settings = TrainSettings(
        num_train_epochs=30,
        learning_rate=0.05,
        gradient_accumulation_steps=2,
        validation_share=0.25,
        early_stopping_patience=3,
    )
    result = train_adapter(loaded, rows, settings, tmp_path, {"data": "d"})
    state = read_json(tmp_path / TRAINER_STATE)
    validation = [row for row in state["log_history"] if "eval_loss" in row]
    assert result.stopped == "early stopping" and len(validation) < 30
    best = min(validation, key=lambda row: row["eval_loss"])
    assert result.best_step == best["step"] and len(validation) == validation.index(best) + 1 + 3
    _, places = split_validation([row.id for row in rows], 0.25, 0)
    model = attach(loaded, LoraShape(16, 32), seed=0)
    from tutorsmith.training.adapter import load_state

    load_state(model, load_file(tmp_path / ADAPTER_WEIGHTS))
    assert mean_loss(loaded, model, [rows[k] for k in places], Room(4096)) == pytest.approx(best["eval_loss"], rel=1e-5)
    detach(loaded, model)


def test_a_loss_that_is_not_finite_stops_the_run(
    loaded: LoadedModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*given: Any) -> torch.Tensor:
        return summed_loss(*given) * math.nan

    monkeypatch.setattr("tutorsmith.training.loop.summed_loss", broken)
    with pytest.raises(ModelError, match="loss is nan") as stopped:
        train_adapter(loaded, make_rows(loaded), TrainSettings(**SETTINGS), tmp_path, {"data": "d"})
    assert "learning_rate" in (stopped.value.mend or "")
    assert not (tmp_path / ADAPTER_WEIGHTS).exists()


def test_cross_validation_trains_all_samples_for_the_best_number_of_epochs(
    loaded: LoadedModel, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="tutorsmith")
    settings = TrainSettings(num_train_epochs=4, learning_rate=0.03, gradient_accumulation_steps=2, k_folds=3)
    result = train_adapter(loaded, make_rows(loaded, 6), settings, tmp_path, {"data": "d"})
    line = next(r.getMessage() for r in caplog.records if r.getMessage().startswith("cross-validation"))
    means = [float(v) for v in line[line.index("[") + 1 : line.index("]")].split(",")]
    best = means.index(min(means)) + 1
    assert len(means) == 4 and f"; {best} epochs" in line
    assert result.steps == best * 3
    with pytest.raises(DataError, match="only 6 samples"):
        train_adapter(loaded, make_rows(loaded, 6), settings.model_copy(update={"k_folds": 9}), tmp_path / "b", {})


def test_folds_hold_out_every_sample_once() -> None:
    names = ["s0", "s1", "s2", "s3", "s4", "s5", "s6", "s3"]
    made = folds(names, 3, seed=0)
    assert sorted(k for _, held_out in made for k in held_out) == list(range(8))
    for learned, held_out in made:
        assert sorted([*learned, *held_out]) == list(range(8))
        assert not {names[k] for k in learned} & {names[k] for k in held_out}


def test_small_sets_hold_nothing_out() -> None:
    names = [f"s{k}" for k in range(28)]
    assert split_validation(names[:7], 0.5, 0) == (list(range(7)), [])
    learned, held_out = split_validation(names, 0.1, 0)
    assert (len(learned), len(held_out)) == (25, 3)


def test_the_audit_refuses_rows_that_would_teach_nothing(loaded: LoadedModel, tmp_path: Path) -> None:
    end = min(loaded.ends)
    good = Rendered("good", (5, 6, end), (False, True, True))

    def look(*rows: Rendered) -> None:
        audit(in_files(rows, loaded, tmp_path), 100, loaded)

    look(good)
    with pytest.raises(DataError, match="no sample"):
        look()
    with pytest.raises(DataError, match="no token") as refused:
        look(good, Rendered("masked", (5, 6, end), (False, False, False)))
    assert refused.value.where == "masked"
    with pytest.raises(DataError, match="end of turn") as refused:
        look(good, Rendered("endless", (5, end, 7), (False, False, True)))
    assert refused.value.where == "endless"
    with pytest.raises(DataError, match=r"long \(101\)"):
        look(good, Rendered("long", (*[5] * 100, end), (*[False] * 100, True)))
    with pytest.raises(DataError, match=r"s49 \(101\) and 10 more"):
        look(*(Rendered(f"s{k}", (*[5] * 100, end), (*[False] * 100, True)) for k in range(60)))


def test_gradient_checkpointing_gives_the_same_adapter_up_to_rounding(tiny_model: Path, tmp_path: Path) -> None:
    states = []
    for name, on in (("off", False), ("on", True)):
        fresh = load_model(str(tiny_model), device="cpu")
        settings = TrainSettings(**SETTINGS, gradient_checkpointing=on)
        train_adapter(fresh, make_rows(fresh), settings, tmp_path / name, {"data": "d"})
        states.append(load_file(tmp_path / name / ADAPTER_WEIGHTS))
    assert states[0].keys() == states[1].keys()
    for name in states[0]:
        assert torch.allclose(states[0][name], states[1][name], atol=1e-4), name


def test_memory_decides_how_much_is_computed_at_once(loaded: LoadedModel, monkeypatch: pytest.MonkeyPatch) -> None:
    longest = max(len(row.ids) for row in make_rows(loaded, 10))
    token = activation_bytes(loaded.model.config, 4, checkpointing=False)
    for free, tokens, checkpointing in (
        (1 << 40, 16384, False),
        (token * 130, 64, False),
        (token * 30, None, True),
    ):
        monkeypatch.setattr("tutorsmith.training.memory.free_bytes", lambda _, free=free: free)
        made = plan_memory(dataclasses.replace(loaded, device=torch.device("cuda")), longest, "auto")
        assert made.checkpointing is checkpointing, free
        assert tokens is None or made.tokens == tokens
    assert plan_memory(loaded, longest, True).checkpointing is True
    monkeypatch.undo()
    assert plan_memory(loaded, longest, "auto") == plan_memory(loaded, longest, False)


def test_state_of_is_a_copy(loaded: LoadedModel) -> None:
    model = attach(loaded, LoraShape(2, 4), seed=0)
    kept = state_of(model)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.requires_grad:
                parameter.add_(1.0)
    assert all(torch.equal(v, kept[k]) is False for k, v in state_of(model).items())
    detach(loaded, model)


class _SignalInValidation(Tracker):
    """A signal during the last epoch's validation, after the last look at the flag."""

    epoch = 3.0

    def validation(self, row: dict[str, float], *, best: bool) -> None:
        super().validation(row, best=best)
        if row["epoch"] == self.epoch:
            signal.raise_signal(signal.SIGTERM)


def test_a_signal_in_the_last_validation_stops_the_run_too(
    loaded: LoadedModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = TrainSettings(**SETTINGS)
    whole = train_adapter(loaded, make_rows(loaded), settings, tmp_path / "whole", {"data": "d"})
    monkeypatch.setattr("tutorsmith.training.train.Tracker", _SignalInValidation)
    with pytest.raises(Interrupted):
        train_adapter(loaded, make_rows(loaded), settings, tmp_path / "cut", {"data": "d"})
    assert not (tmp_path / "cut" / ADAPTER_WEIGHTS).exists()
    monkeypatch.setattr(_SignalInValidation, "epoch", -1.0)
    assert train_adapter(loaded, make_rows(loaded), settings, tmp_path / "cut", {"data": "d"}).adapter == whole.adapter


def test_a_run_killed_after_its_early_stop_ends_at_once_with_the_same_adapter(
    loaded: LoadedModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = TrainSettings(
        num_train_epochs=30, learning_rate=0.05, gradient_accumulation_steps=2, validation_share=0.25
    )
    rows = make_rows(loaded, 12)
    whole = train_adapter(loaded, rows, settings, tmp_path / "whole", {"data": "d"})
    assert whole.stopped == "early stopping"

    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("tutorsmith.training.train.save_adapter", killed)
        with pytest.raises(KeyboardInterrupt):
            train_adapter(loaded, rows, settings, tmp_path / "cut", {"data": "d"})
    again = train_adapter(loaded, rows, settings, tmp_path / "cut", {"data": "d"})
    assert (again.steps, again.adapter, again.stopped) == (whole.steps, whole.adapter, "early stopping")


def test_a_run_without_a_signal_saves_from_time_to_time(
    loaded: LoadedModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A SIGKILL between two epochs costs what came after the last timed save; the end is the same."""
    settings = TrainSettings(**SETTINGS)
    whole = train_adapter(loaded, make_rows(loaded), settings, tmp_path / "whole", {"data": "d"})
    monkeypatch.setattr("tutorsmith.training.loop.SAVE_EVERY_S", 0.0)

    class Killed(Tracker):
        def step(self, row: dict[str, float]) -> None:
            super().step(row)
            if row["step"] == 5:
                raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("tutorsmith.training.train.Tracker", Killed)
        with pytest.raises(KeyboardInterrupt):
            train_adapter(loaded, make_rows(loaded), settings, tmp_path / "cut", {"data": "d"})
    (checkpoint,) = (tmp_path / "cut" / "checkpoints").glob("step-*")
    assert read_json(checkpoint / "state.json")["place"]["step"] == 4
    assert train_adapter(loaded, make_rows(loaded), settings, tmp_path / "cut", {"data": "d"}).adapter == whole.adapter


@pytest.mark.parametrize("name", ["adapter.safetensors", "optimizer.pt", "state.json"])
def test_a_damaged_checkpoint_is_named_with_the_mend(
    loaded: LoadedModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr("tutorsmith.training.train.Tracker", _SignalAt)
    monkeypatch.setattr(_SignalAt, "at", 2)
    with pytest.raises(Interrupted):
        train_adapter(loaded, make_rows(loaded), TrainSettings(**SETTINGS), tmp_path, {"data": "d"})
    (checkpoint,) = (tmp_path / "checkpoints").glob("step-*")
    file = checkpoint / name
    file.write_bytes(b"{}" if name == "state.json" else file.read_bytes()[: file.stat().st_size // 2])
    with pytest.raises(DataError, match="checkpoint is damaged") as refused:
        train_adapter(loaded, make_rows(loaded), TrainSettings(**SETTINGS), tmp_path, {"data": "d"})
    assert "--fresh" in (refused.value.mend or "") and str(checkpoint) in str(refused.value)


def test_a_step_saved_twice_keeps_the_first_until_the_second_is_whole(tmp_path: Path) -> None:
    place = Place(step=4)
    snapshot = Snapshot(place, {"w": torch.zeros(2)}, None, {}, {"torch": torch.get_rng_state()})
    first = save_checkpoint(tmp_path, snapshot, {"data": "d"})
    second = save_checkpoint(tmp_path, snapshot, {"data": "d"})
    assert first != second and [p.name for p in tmp_path.iterdir()] == [second.name]
    assert find_checkpoint(tmp_path) == second


def test_float16_is_refused(loaded: LoadedModel, tmp_path: Path) -> None:
    half = dataclasses.replace(loaded, dtype=torch.float16)
    with pytest.raises(UsageError, match="float16"):
        train_adapter(half, make_rows(loaded), TrainSettings(**SETTINGS), tmp_path, {})


def test_every_step_is_in_the_log_file(loaded: LoadedModel, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with log_to(tmp_path / "training.log"):
        result = train_adapter(loaded, make_rows(loaded), TrainSettings(**SETTINGS), tmp_path / "run", {"data": "d"})
    written = (tmp_path / "training.log").read_text(encoding="utf-8")
    assert all(f"step {step}: loss " in written for step in range(1, result.steps + 1))
    assert "step 1: loss" not in capsys.readouterr().out


@pytest.mark.parametrize("fused_optimizer", [False, True])
def test_16_bit_layers_follow_their_adapter(tiny_model: Path, fused_optimizer: bool) -> None:
    """Gradients as PEFT's own layers give them, and copies that are renewed after every step of the optimizer."""
    loaded = load_model(str(tiny_model), device="cpu", dtype="bfloat16")
    rows = make_rows(loaded, 6)
    _, wanted = reference(loaded, rows)
    assert distance(wanted, gradients(loaded, rows, plan())) <= 0.03
    model = attach(loaded, LoraShape(4, 8), seed=0)
    optimizer = AdamW([p for p in model.parameters() if p.requires_grad], fused=fused_optimizer)
    losses = []
    for _ in range(4):
        loss, _tokens = _step(loaded, model, rows, Room(4096), StopFlag()) or (math.nan, 0)
        losses.append(loss)
        optimizer.step(0.05)
        optimizer.zero_grad()
    assert len(set(losses)) == 4 and losses[-1] < losses[0] - 0.05
    detach(loaded, model)

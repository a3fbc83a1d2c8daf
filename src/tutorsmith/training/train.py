"""Rendered samples -> an adapter folder: audit, split or cross-validate, train, save, record."""

import logging
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from tutorsmith.core.artifacts import ADAPTER_WEIGHTS, CHECKPOINTS, TENSORBOARD, TRAINER_STATE, hash_file, write_json
from tutorsmith.core.errors import DataError, UsageError
from tutorsmith.core.memory import freed_memory_kept
from tutorsmith.core.progress import bar, since_start
from tutorsmith.models.load import LoadedModel
from tutorsmith.models.lora import LoraShape
from tutorsmith.models.norms import fused_norms
from tutorsmith.models.render import Rendered, describe
from tutorsmith.models.rotary import fused_rotary
from tutorsmith.training.adapter import attach, detach, save_adapter
from tutorsmith.training.checkpoint import Place, drop_checkpoints, find_checkpoint, load_checkpoint
from tutorsmith.training.folds import Places, folds, split_validation
from tutorsmith.training.loop import Keeper, Plan, Trained, train
from tutorsmith.training.memory import plan_memory
from tutorsmith.training.settings import TrainSettings
from tutorsmith.training.token_rows import Chosen, TokenRows
from tutorsmith.training.track import Tracker, stop_on_signal

LOGGER = logging.getLogger("tutorsmith")


@dataclass(frozen=True)
class TrainResult:
    """What was trained: the adapter's hash, optimizer steps, best step (0: the last), wall time, why it ended.

    peak_memory_gib: the most that the process held of the card; None on a CPU.
    """

    adapter: str
    steps: int
    best_step: int
    best_eval_loss: float | None
    seconds: float
    stopped: str
    peak_memory_gib: float | None = None


@dataclass(frozen=True)
class _Target:
    """Where a run writes, and which run its checkpoints belong to."""

    folder: Path
    log_folder: Path
    identity: Mapping[str, str]


def train_adapter(
    loaded: LoadedModel,
    rows: TokenRows,
    settings: TrainSettings,
    folder: Path,
    identity: Mapping[str, str],
    *,
    log_folder: Path | None = None,
) -> TrainResult:
    """Train one adapter into `folder`, going on from its checkpoint if a killed run left one of the same identity.

    identity: hashes of data, model and settings; a checkpoint of another identity is refused.
    log_folder: where TensorBoard's `runs/` goes, `folder` when None.

    Raises: DataError (nothing to train on, foreign checkpoint), ModelError (loss not finite), ResourceError,
    Interrupted.
    """
    started = time.perf_counter()
    if settings.max_steps and settings.k_folds > 1:
        raise UsageError(
            "max_steps says how long to train, and k_folds is to find it out", where="k_folds", mend="give one of them"
        )
    audit(rows, settings.max_length, loaded)
    plan = fitted_plan(loaded, rows, settings)
    if settings.k_folds > 1:
        epochs = _cross_validated_epochs(loaded, rows, settings, plan)
        plan = replace(plan, epochs=epochs, patience=0)
        places: Places = (list(range(len(rows))), [])
    else:
        places = split_validation(rows.names, settings.validation_share, settings.seed)
    data = Chosen(rows, places[0]), Chosen(rows, places[1])
    _say_split(rows.names, places, settings)
    target = _Target(folder, log_folder or folder, identity)
    trained = _train_once(loaded, data, settings, plan, target)
    drop_checkpoints(folder / CHECKPOINTS)
    place = trained.place
    LOGGER.info("trained %d steps, ended by %s", place.step, trained.stopped)
    return TrainResult(
        hash_file(folder / ADAPTER_WEIGHTS),
        place.step,
        place.best_step,
        place.best_loss,
        time.perf_counter() - started,
        trained.stopped,
        peak_memory(loaded.device),
    )


def peak_memory(device: torch.device) -> float | None:
    """GiB of a card that the process has held at most; None on a CPU."""
    return round(torch.cuda.max_memory_reserved(device) / 2**30, 2) if device.type == "cuda" else None


def audit(rows: TokenRows, max_length: int, loaded: LoadedModel) -> None:
    """Prove before training that each row has learned tokens and a learned end of turn, and fits; show one.

    Raises: DataError naming the rows that do not; UsageError for a type of numbers that does not learn.
    """
    if loaded.dtype == torch.float16:
        raise UsageError(
            "float16 gradients vanish without loss scaling", where="dtype", mend="use dtype=bfloat16 or float32"
        )
    if not len(rows):
        raise DataError("there is no sample to train on", mend="give a training file with at least one sample")
    limit = min(max_length, loaded.context)
    named = f"max_length={max_length}" if limit == max_length else f"the model's context of {limit}"
    too_long = [f"{rows.names[k]} ({rows.lengths[k]})" for k in np.flatnonzero(rows.lengths > limit)]
    if too_long:
        raise DataError(
            f"longer than {named} tokens: {_listed(too_long)}",
            mend="shorten them, raise max_length, or lower notes_words; nothing is cut off silently",
        )
    for k in np.flatnonzero(~rows.closed)[:1]:  # a row that learns nothing learns no end of turn
        if not rows.learned[k]:
            raise DataError("no token would be learned", where=rows.names[k], mend="give it an answer")
        raise DataError("no end of turn would be learned", where=rows.names[k], mend="check the model's chat template")
    LOGGER.info(
        "%d rows, %d tokens, %d of them learned (longest row %d)",
        len(rows),
        rows.lengths.sum(),
        rows.learned.sum(),
        rows.lengths.max(),
    )
    LOGGER.info("row %s, learned parts in «»:\n%s", rows[0].id, describe(rows[0], loaded.tokenizer))


def plan_of(settings: TrainSettings) -> Plan:
    """The loop's plain parameters out of the step's settings."""
    return Plan(
        epochs=settings.num_train_epochs,
        batch_size=settings.per_device_train_batch_size,
        accumulation=settings.gradient_accumulation_steps,
        learning_rate=settings.learning_rate,
        warmup_ratio=settings.warmup_ratio,
        weight_decay=settings.weight_decay,
        max_grad_norm=settings.max_grad_norm,
        patience=settings.early_stopping_patience,
        seed=settings.seed,
        max_steps=settings.max_steps,
    )


def fitted_plan(loaded: LoadedModel, rows: TokenRows, settings: TrainSettings) -> Plan:
    """The plan of a training with these rows that fits the memory that is free. Raises: ResourceError."""
    memory = plan_memory(loaded, int(rows.lengths.max()), settings.gradient_checkpointing)
    LOGGER.info("up to %d tokens at once%s", memory.tokens, ", activations recomputed" if memory.checkpointing else "")
    if memory.checkpointing:
        _checkpoint_activations(loaded.model)
    return replace(plan_of(settings), tokens=memory.tokens)


def _checkpoint_activations(model: Any) -> None:
    """Recompute activations in the backward pass instead of keeping them."""
    # transformers 5.20 renamed the method; the old name warns there.
    enable = getattr(model, "activation_checkpointing_enable", None) or model.gradient_checkpointing_enable
    enable({"use_reentrant": False})
    model.enable_input_require_grads()


def _say_split(names: Sequence[str], places: Places, settings: TrainSettings) -> None:
    learned, held_out = places
    if held_out:
        LOGGER.info("held out for validation: %s", _listed([names[k] for k in held_out]))
    elif settings.k_folds < 2 and settings.validation_share:
        LOGGER.info(
            "%d samples are too few to hold any out: no validation loss, no early stopping (see k_folds)", len(learned)
        )


@contextmanager
def _adapted(loaded: LoadedModel, settings: TrainSettings) -> Iterator[Any]:
    """The model with a fresh adapter, computing in as few steps as it can."""
    model = loaded.model
    keeping = freed_memory_kept() if loaded.device.type == "cpu" else nullcontext()
    try:
        attach(loaded, shape_of(settings), seed=settings.seed)
        with keeping, fused_norms(model), fused_rotary(model):
            yield model
    finally:
        detach(loaded, model)


def _listed(names: Sequence[str], most: int = 50) -> str:
    rest = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + rest


def shape_of(settings: TrainSettings) -> LoraShape:
    return LoraShape(settings.lora_r, settings.lora_alpha, settings.lora_dropout)


def _train_once(
    loaded: LoadedModel,
    data: tuple[Sequence[Rendered], Sequence[Rendered]],
    settings: TrainSettings,
    plan: Plan,
    target: _Target,
) -> Trained:
    folder, curves = target.folder, target.log_folder / TENSORBOARD
    checkpoint = find_checkpoint(folder / CHECKPOINTS)
    resumed = load_checkpoint(checkpoint, target.identity) if checkpoint else None
    done = resumed.place.step if resumed else 0
    if resumed:
        LOGGER.info("going on after step %d", done)
    else:
        for file in curves.glob("events.out.tfevents.*"):
            file.unlink()  # the curves of an earlier run would be drawn over this one's
    total = plan.steps(len(data[0]))
    with (
        _adapted(loaded, settings) as model,
        bar("train", total) as progress,
        stop_on_signal() as flag,
        closing(Tracker(curves, progress, resumed_at=done)) as tracker,
    ):
        LOGGER.info("first step %.1f s after the start of the program", since_start())
        keeper = Keeper(tracker, flag, folder / CHECKPOINTS, target.identity, resumed)
        trained = train(loaded, model, data, plan, keeper)
    save_adapter(trained.state, shape_of(settings), loaded.name, folder)
    _write_state(folder, trained.place, trained.stopped)
    return trained


def _write_state(folder: Path, place: Place, stopped: str) -> None:
    state = {
        "global_step": place.step,
        "best_step": place.best_step,
        "best_eval_loss": place.best_loss,
        "stopped": stopped,
    }
    write_json(folder / TRAINER_STATE, state | {"log_history": place.history})


def train_fold(
    loaded: LoadedModel,
    rows: TokenRows,
    places: Places,
    how: tuple[TrainSettings, Plan],
    label: str,
    watch: Callable[[Place], bool] | None = None,
) -> Trained:
    """Train a fresh adapter on the rows of places[0], watched on those of places[1]; nothing is written.

    label: of the progress bar. watch: see `Keeper`.

    Raises: Interrupted, Diverged, ResourceError.
    """
    settings, plan = how
    data = Chosen(rows, places[0]), Chosen(rows, places[1])
    with (
        _adapted(loaded, settings) as model,
        bar(label, plan.steps(len(data[0]))) as progress,
        stop_on_signal() as flag,
    ):
        return train(loaded, model, data, plan, Keeper(Tracker(None, progress), flag, watch=watch))


def _cross_validated_epochs(loaded: LoadedModel, rows: TokenRows, settings: TrainSettings, plan: Plan) -> int:
    """The number of epochs with the least mean validation loss over the folds; all samples then train that long."""
    if settings.k_folds > len(set(rows.names)):
        raise DataError(
            f"k_folds={settings.k_folds} but only {len(rows)} samples", where="k_folds", mend="use fewer folds"
        )
    curves: list[list[float]] = []
    for number, places in enumerate(folds(rows.names, settings.k_folds, settings.seed), start=1):
        label = f"fold {number} of {settings.k_folds}"
        trained = train_fold(loaded, rows, places, (settings, replace(plan, patience=0)), label)
        curves.append([row["eval_loss"] for row in trained.place.history if "eval_loss" in row])
    means = [statistics.fmean(column) for column in zip(*curves, strict=True)]
    best = min(range(len(means)), key=means.__getitem__) + 1
    LOGGER.info("cross-validation: mean validation loss by epoch %s; %d epochs", [round(m, 4) for m in means], best)
    return best

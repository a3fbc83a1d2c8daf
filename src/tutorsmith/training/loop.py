"""The whole training loop.

One optimizer step = `batch_size * accumulation` rows, packed into as few passes as memory holds. Each pass's loss is
summed and divided by the number of learned tokens of the whole step, so 1 x 8, 8 x 1 and 4 x 2 give the same
gradient (the mean of means that trl#2175 describes does not). Order, first weights and dropout follow from the seed
alone.
"""

import logging
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from tutorsmith.core.errors import Diverged, Interrupted, ResourceError
from tutorsmith.core.memory import is_out_of_memory
from tutorsmith.models.load import LoadedModel
from tutorsmith.models.render import Rendered
from tutorsmith.training.adamw import AdamW
from tutorsmith.training.adapter import load_state, state_of
from tutorsmith.training.checkpoint import Place, Snapshot, restore_rng, rng_state, save_checkpoint
from tutorsmith.training.loss import summed_loss
from tutorsmith.training.memory import Room
from tutorsmith.training.track import StopFlag, Tracker

LOGGER = logging.getLogger("tutorsmith")


@dataclass(frozen=True)
class Plan:
    """What the loop needs to know; see `TrainSettings` for the meaning of each. tokens: see `MemoryPlan`."""

    epochs: int
    batch_size: int
    accumulation: int
    learning_rate: float
    warmup_ratio: float
    weight_decay: float
    max_grad_norm: float
    patience: int
    seed: int
    max_steps: int = 0
    tokens: int = 4096

    def steps(self, rows: int) -> int:
        """Optimizer steps of the whole training."""
        return self.max_steps or self.epochs * self.steps_per_epoch(rows)

    def steps_per_epoch(self, rows: int) -> int:
        return math.ceil(rows / (self.batch_size * self.accumulation))

    def rate(self, step: int, total: int) -> float:
        """Learning rate of optimizer step `step` (0-based) of `total`: linear warm-up, then cosine to zero."""
        warmup = math.ceil(self.warmup_ratio * total)
        if step < warmup:
            return self.learning_rate * (step + 1) / warmup
        return self.learning_rate * 0.5 * (1 + math.cos(math.pi * (step - warmup) / max(1, total - warmup)))


@dataclass(frozen=True)
class Trained:
    """The adapter's best weights, the history, and why the loop ended: "epochs", "max_steps", "early stopping" or
    "watch" (see `Keeper`)."""

    state: dict[str, torch.Tensor]
    place: Place
    stopped: str


def train(
    loaded: LoadedModel,
    model: Any,
    data: tuple[Sequence[Rendered], Sequence[Rendered]],
    plan: Plan,
    keep: "Keeper",
) -> Trained:
    """Train the adapter of `model` on data[0], watch the loss on data[1] (may be empty), return the best weights
    (with patience 0 the last ones).

    Raises: Interrupted after a signal (state saved), Diverged when the loss is not finite, ResourceError.
    """
    rows, held_out = data
    per_epoch, total = plan.steps_per_epoch(len(rows)), plan.steps(len(rows))
    learned = [p for p in model.parameters() if p.requires_grad]
    # Fused: no copies of the gradients on a card that is nearly full, and a handful of kernels instead of thousands.
    fused = loaded.device.type == "cuda"
    optimizer = AdamW(learned, weight_decay=plan.weight_decay, fused=fused)
    place, best, room, given_up = Place(), None, Room(plan.tokens), False
    if keep.resumed is not None:
        place, best = keep.resumed.place, keep.resumed.best
        load_state(model, keep.resumed.adapter)
        optimizer.load_state_dict(keep.resumed.optimizer)
        restore_rng(keep.resumed.rng)
    while place.epoch * per_epoch < total and not given_up and not _patience_is_spent(place, plan):
        groups = step_groups(len(rows), plan, place.epoch)[: total - place.epoch * per_epoch]
        while place.index < len(groups):
            started, rng = time.perf_counter(), rng_state()
            rate = plan.rate(place.step, total)
            result = _step(loaded, model, [rows[k] for k in groups[place.index]], room, keep.flag)
            if result is None:  # a signal came: the half-done step is forgotten, so that resuming repeats it whole
                optimizer.zero_grad()
                keep.save(Snapshot(place, state_of(model), best, optimizer.state_dict(), rng))
                raise keep.interruption(place)
            loss, tokens = result
            norm = float(torch.nn.utils.clip_grad_norm_(learned, plan.max_grad_norm))
            if not math.isfinite(loss) or not math.isfinite(norm):
                keep.save(Snapshot(place, state_of(model), best, optimizer.state_dict(), rng))
                raise _not_finite(f"the loss is {loss} and the gradient {norm} at step {place.step + 1}", plan)
            optimizer.step(rate)
            optimizer.zero_grad()
            place.step += 1
            place.index += 1
            speed = tokens / (time.perf_counter() - started)
            epoch = place.epoch + place.index / per_epoch
            row = {"step": place.step, "epoch": epoch, "loss": loss, "learning_rate": rate}
            place.history.append(row | {"grad_norm": norm, "tokens": tokens, "tokens_per_s": speed})
            keep.tracker.step(place.history[-1])
            if keep.is_due():
                keep.save(Snapshot(place, state_of(model), best, optimizer.state_dict(), rng_state()))
        place.epoch, place.index = place.epoch + 1, 0
        if held_out:
            best = _validate(loaded, model, (held_out, room), place, best, keep.tracker)
            if not math.isfinite(place.history[-1]["eval_loss"]):
                raise _not_finite(f"the validation loss is not finite after step {place.step}", plan)
        keep.save(Snapshot(place, state_of(model), best, optimizer.state_dict(), rng_state()))
        if keep.flag.signal is not None:  # it came after the epoch's last look at the flag
            raise keep.interruption(place)
        given_up = keep.watch is not None and keep.watch(place)
    # Without early stopping the last weights count: on a handful of held-out samples the loss rises long before the
    # answers get worse (docs/LOG.md), so its minimum picks an adapter that has not yet learned the format.
    whole = "max_steps" if plan.max_steps else "epochs"
    stopped = "watch" if given_up else "early stopping" if _patience_is_spent(place, plan) else whole
    keep_best = best is not None and plan.patience > 0
    return Trained(best if keep_best and best is not None else state_of(model), place, stopped)


def _patience_is_spent(place: Place, plan: Plan) -> bool:
    """Also true for a run that was killed between its early stop and its end, so that resuming ends it at once."""
    return plan.patience > 0 and place.worse >= plan.patience


def _not_finite(what: str, plan: Plan) -> Diverged:
    mend = f"lower learning_rate (now {plan.learning_rate:g}); the last finite state is in the checkpoints folder"
    return Diverged(what, where="train", mend=mend)


SAVE_EVERY_S = 60.0
"""Besides the end of each epoch: a power cut costs a minute at most."""


@dataclass
class Keeper:
    """What the loop keeps and is kept by: the tracker, the stop flag, checkpoints (None: none are written).

    watch: is shown where the run stands after each epoch, its validation loss measured; True ends the training there.
    """

    tracker: Tracker
    flag: StopFlag
    folder: Path | None = None
    identity: Mapping[str, str] | None = None
    resumed: Snapshot | None = None
    watch: Callable[[Place], bool] | None = None
    saved_at: float = field(default_factory=time.monotonic)

    def is_due(self) -> bool:
        return self.folder is not None and time.monotonic() - self.saved_at >= SAVE_EVERY_S

    def save(self, snapshot: Snapshot) -> None:
        if self.folder is not None:
            save_checkpoint(self.folder, snapshot, self.identity or {})
            self.saved_at = time.monotonic()

    def interruption(self, place: Place) -> Interrupted:
        kept = "the state is saved" if self.folder is not None else "this training starts anew the next time"
        what = f"stopped by {self.flag.signal} after step {place.step}; {kept}"
        return Interrupted(what, mend="run the same command again")


def step_groups(rows: int, plan: Plan, epoch: int) -> list[list[int]]:
    """The places of this epoch's rows in order, cut into optimizer steps."""
    shuffled = torch.randperm(rows, generator=torch.Generator().manual_seed(plan.seed * 1_000_003 + epoch)).tolist()
    size = plan.batch_size * plan.accumulation
    return [shuffled[start : start + size] for start in range(0, rows, size)]


def _step(
    loaded: LoadedModel, model: Any, group: Sequence[Rendered], room: Room, flag: StopFlag
) -> tuple[float, int] | None:
    """Accumulate the gradient of one optimizer step. Returns (mean loss, tokens read), or None when asked to stop.

    Out of memory halves the room and computes the step anew; with one row alone it is an error.

    Raises: ResourceError.
    """
    model.train()
    while True:
        try:
            return _accumulated(loaded, model, group, room, flag)
        except RuntimeError as error:
            if not is_out_of_memory(error):
                raise
            model.zero_grad(set_to_none=True)  # the pass that failed may have left a part of its gradient
            if not room.halve(group):
                longest = max(len(row.ids) for row in group)
                raise ResourceError(
                    f"out of memory in training with one row of {longest} tokens: {error}",
                    where="train",
                    mend="set gradient_checkpointing=true or quantization=4bit, or lower notes_words",
                ) from error
            torch.cuda.empty_cache()
        LOGGER.warning("out of memory in training; going on with %d tokens at once", room.tokens)


def _accumulated(
    loaded: LoadedModel, model: Any, group: Sequence[Rendered], room: Room, flag: StopFlag
) -> tuple[float, int] | None:
    learned = sum(row.trained for row in group)
    total = torch.zeros((), device=loaded.device)
    for rows in room.passes(group):
        if flag.signal is not None:
            return None
        loss = summed_loss(model, rows, loaded.device) / learned
        loss.backward()  # type: ignore[no-untyped-call]
        total += loss.detach()
    return float(total), sum(len(row.ids) for row in group)


@torch.no_grad()
def mean_loss(loaded: LoadedModel, model: Any, rows: Sequence[Rendered], room: Room) -> float:
    """Mean loss per learned token over rows, in nats."""
    model.eval()
    total, learned = 0.0, 0
    for part in room.passes(rows):
        total += float(summed_loss(model, part, loaded.device))
        learned += sum(row.trained for row in part)
    return total / learned


def _validate(
    loaded: LoadedModel,
    model: Any,
    held_out: tuple[Sequence[Rendered], Room],
    place: Place,
    best: dict[str, torch.Tensor] | None,
    tracker: Tracker,
) -> dict[str, torch.Tensor] | None:
    """Measure the validation loss after an epoch; returns the best weights so far."""
    loss = mean_loss(loaded, model, *held_out)
    improved = place.best_loss is None or loss < place.best_loss
    if improved:
        place.best_loss, place.best_step, place.worse = loss, place.step, 0
        best = state_of(model)
    else:
        place.worse += 1
    row = {"step": place.step, "epoch": place.history[-1]["epoch"], "eval_loss": loss}
    place.history.append(row)
    tracker.validation(row, best=improved)
    return best

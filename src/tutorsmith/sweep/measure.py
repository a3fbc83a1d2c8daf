"""One trial: adapters trained with its settings, each judged by training samples that it has not seen."""

import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tutorsmith.core.errors import DataError, UsageError
from tutorsmith.data.schema import BenchmarkItem, Prediction, Sample
from tutorsmith.evaluation import judge_format
from tutorsmith.evaluation.likeness import chrf
from tutorsmith.models.load import LoadedModel
from tutorsmith.pipeline.answering import answer
from tutorsmith.pipeline.context import Context
from tutorsmith.pipeline.rows import training_rows
from tutorsmith.sweep.space import LOSS
from tutorsmith.training.adapter import save_adapter
from tutorsmith.training.checkpoint import Place
from tutorsmith.training.folds import Places, folds, split_validation
from tutorsmith.training.loop import Plan
from tutorsmith.training.token_rows import TokenRows
from tutorsmith.training.train import audit, fitted_plan, shape_of, train_fold

FEW_SAMPLES, USUAL_FOLDS = 100, 4
"""Below so many samples cross-validation is the default: a tenth of them held out once says little."""


class TurnedDown(Exception):
    """The pruner gave a trial up."""


@dataclass(frozen=True)
class Cell:
    """What one training of a trial gave. curve: the validation loss after each epoch, in nats per token.

    loss: of the weights that training would keep. quality: mean of format and chrF, in [0, 1]; None where no answers
    were asked for.
    """

    seed: int
    fold: int
    loss: float
    curve: tuple[float, ...]
    quality: float | None = None

    @property
    def value(self) -> float:
        """What the study goes by."""
        return self.loss if self.quality is None else self.quality

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Protocol:
    """How each trial is measured. seeds: of the trainings; folds: 1 holds `validation_share` out once."""

    objective: str
    seeds: tuple[int, ...]
    folds: int

    def places(self, names: Sequence[str], share: float) -> list[Places]:
        """What is held out: the same for all trials and seeds. Raises: UsageError when a training would lack either."""
        if self.folds > len(set(names)):
            what = f"{self.folds} folds of {len(set(names))} samples"
            raise UsageError(what, where="--folds", mend="give no more folds than samples")
        if self.folds > 1:
            return folds(names, self.folds, self.seeds[0])
        places = split_validation(names, share, self.seeds[0])
        if not places[1]:
            raise UsageError("no sample would be held out", where="--folds", mend="give --folds 2 or more")
        return [places]


def usual_folds(samples: int) -> int:
    """Folds where none were asked for. Raises: DataError for a single sample."""
    if samples < 2:
        raise DataError("one sample cannot be held out and learned from", mend="give two training samples or more")
    return 1 if samples >= FEW_SAMPLES else min(USUAL_FOLDS, samples)


@dataclass
class Bench:
    """What one process keeps from trial to trial: how runs are made, the base model, which rows were audited.

    make_run: (settings, seed, folder) -> a run. keep: leave each trial's adapters in its folder.
    """

    make_run: Callable[[Mapping[str, Any], int, Path], Context]
    protocol: Protocol
    keep: bool = False
    _model: tuple[str, LoadedModel] | None = None
    _audited: set[Path] = field(default_factory=set)

    def ready(self, params: Mapping[str, Any], seed: int, folder: Path) -> "Ready":
        """All that a training with these settings needs; the model is the one of the trial before where it is the same.

        Raises: DataError, UsageError for rows that cannot be trained on; ModelError, ResourceError.
        """
        run = self.make_run(params, seed, folder)
        wanted = run.settings.model.settings.model_dump_json()
        if self._model is None or self._model[0] != wanted:
            self._model = None  # two models at once may not fit
            self._model = (wanted, run.loaded)
        run.loaded = self._model[1]
        rows, settings = training_rows(run), run.settings.train.settings
        if rows.folder not in self._audited:
            audit(rows, settings.max_length, run.loaded)
            self._audited.add(rows.folder)
        return Ready(run, rows, fitted_plan(run.loaded, rows, settings))


@dataclass(frozen=True)
class Ready:
    """A run of a trial, its rows, and the plan of its training."""

    run: Context
    rows: TokenRows
    plan: Plan


def measure(
    bench: Bench, params: Mapping[str, Any], folder: Path, told: Callable[[int, int, float], bool]
) -> list[Cell]:
    """All trainings of one trial: every seed with every fold.

    told: is given (number of the training from 0, epoch from 1, mean value so far) and answers whether to give up. By
    loss it is asked after each epoch; by answers after each training, since the loss says little about them.

    Raises: TurnedDown; Diverged, DataError, Interrupted, ResourceError.
    """
    cells: list[Cell] = []

    def turned_down(epoch: int, value: float) -> bool:
        return told(len(cells), epoch, statistics.fmean([*(cell.value for cell in cells), value]))

    def watch(place: Place) -> bool:
        return turned_down(place.epoch, place.history[-1]["eval_loss"])

    by_loss = bench.protocol.objective == LOSS
    for seed in bench.protocol.seeds:
        ready = bench.ready(params, seed, folder)
        settings = ready.run.settings.train.settings
        parts = bench.protocol.places(ready.rows.names, settings.validation_share)
        for fold, places in enumerate(parts, start=1):
            label = f"seed {seed}, fold {fold} of {len(parts)}"
            how = (settings, ready.plan)
            trained = train_fold(ready.run.loaded, ready.rows, places, how, label, watch if by_loss else None)
            if trained.stopped == "watch":
                raise TurnedDown
            adapter = folder / f"seed{seed}-fold{fold}"
            if bench.keep or not by_loss:
                save_adapter(trained.state, shape_of(settings), ready.run.loaded.name, adapter)
            curve = tuple(row["eval_loss"] for row in trained.place.history if "eval_loss" in row)
            quality = None if by_loss else _quality(ready, places, adapter)
            if quality is not None and turned_down(1, quality):
                raise TurnedDown
            cells.append(
                Cell(seed, fold, min(curve) if settings.early_stopping_patience else curve[-1], curve, quality)
            )
    return cells


def held_out_items(samples: Iterable[Sample], names: set[str]) -> list[BenchmarkItem]:
    """Held-out samples as questions; the teacher's last answer is the reference.

    Raises: DataError for one whose last answer is no text, but a call of a tool.
    """
    items = []
    for sample in (one for one in samples if one.id in names):
        reference = sample.messages[-1].content
        if not reference:
            raise DataError(
                "its last answer is no text that another could be likened to",
                where=f"{sample.file}:{sample.line}",
                mend="sweep these samples with --objective loss",
            )
        items.append(
            BenchmarkItem(
                sample.id,
                sample.mode,
                sample.messages[:-1],
                sample.refusal_type,
                sample.tools,
                sample.meta,
                reference=reference,
            )
        )
    return items


def _quality(ready: Ready, places: Places, adapter: Path) -> float:
    """Mean quality of the adapter's answers to the samples held out."""
    items = held_out_items(ready.run.samples, {ready.rows.names[k] for k in places[1]})
    parts = answer(ready.run, items, adapter, [ready.run.index is not None])
    answers = (made for (part,) in parts for made in part)
    return statistics.fmean(quality_of(item, made) for item, made in zip(items, answers, strict=True))


def quality_of(item: BenchmarkItem, made: Prediction) -> float:
    """In [0, 1]: how like the teacher's answer this one is, and whether it has the sections asked for, if any are."""
    likeness = chrf(made.prediction, item.reference)
    compliant = judge_format(item.system, made.prediction).compliant
    return likeness if compliant is None else (compliant + likeness) / 2

"""A whole sweep: check the samples, open the study, run trials, tell what came of them."""

import logging
import shutil
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import optuna
from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState

from tutorsmith.core.artifacts import hash_file, hash_value, make_folder, write_json
from tutorsmith.core.errors import Diverged, TutorsmithError
from tutorsmith.generation.settings import GenerateSettings
from tutorsmith.pipeline.context import Context
from tutorsmith.pipeline.steps import refuse_errors
from tutorsmith.report.sweep_page import shown
from tutorsmith.report.sweep_records import SweepData, SweepTrial
from tutorsmith.sweep.measure import Bench, Cell, Protocol, TurnedDown, measure
from tutorsmith.sweep.space import LOSS, Dimension, size
from tutorsmith.sweep.study import (
    PRESENT,
    Place,
    errors_of,
    open_study,
    pruner,
    quiet,
    run_trials,
    sampler,
    without_password,
)

LOGGER = logging.getLogger("tutorsmith")
FEWEST_FOR_IMPORTANCE = 6
"""Completed trials below which importances are luck."""
_CELLS, _SECONDS, _WHY, _SAME = "cells", "seconds", "why", "same_as"


@dataclass(frozen=True)
class Plan:
    """What a sweep does. trials: finished ones that the study is to have; pruner: a name of PRUNERS.

    language: of the stage's files where it is not the project's own, else empty.
    """

    space: Sequence[Dimension]
    protocol: Protocol
    place: Place
    trials: int
    pruner: str = "median"
    language: str = ""


def sweep(run: Context, bench: Bench, plan: Plan) -> SweepData:
    """Go on with the study until it has its trials; what it found.

    run: the stage with the present settings; its folder takes the folders of trials.

    Raises: DataError for errors in the samples; UsageError, NetworkError, ResourceError for a study that cannot be
    opened; Interrupted; TutorsmithError (exit code 1) when no trial came to an end.
    """
    refuse_errors(run, against=())
    share = run.settings.train.settings.validation_share
    plan.protocol.places([sample.id for sample in run.samples], share)  # told before a study is made
    seed = plan.protocol.seeds[0]
    study = open_study(plan.place, _identity(run, plan), maximize=plan.protocol.objective != LOSS)
    study.sampler = sampler(plan.space, plan.trials, seed)
    longest = _most_epochs(run, plan.space)
    trainings = len(plan.protocol.seeds) * plan.protocol.folds
    study.pruner = pruner(plan.pruner, trainings * (longest if plan.protocol.objective == LOSS else 1))
    _enqueue_present(study, run, plan.space)

    def objective(trial: optuna.Trial) -> float:
        params = {dimension.name: dimension.suggest(trial) for dimension in plan.space}
        return _value(trial, params, bench, run.folder / f"trial-{trial.number:04d}", longest)

    with errors_of(plan.place.url):
        run_trials(study, plan.trials, objective, points=size(plan.space))
    with suppress(OSError):  # other processes may still have trials there
        run.folder.rmdir()
    return found(study, run, plan)


def _identity(run: Context, plan: Plan) -> dict[str, Any]:
    """What the trials of a study must have in common to be compared."""
    searched = {dimension.name for dimension in plan.space}
    ignored = {"seed", "device", "device_memory_gib", *searched}
    if plan.protocol.objective == LOSS:
        ignored |= set(GenerateSettings.model_fields)
    fixed = {name: entry["value"] for name, entry in run.settings.as_dict().items() if name not in ignored}
    return {
        "objective": plan.protocol.objective,
        "held-out samples": f"{plan.protocol.folds} folds, seeds {list(plan.protocol.seeds)}",
        "search space": sorted(map(str, plan.space)),
        "data": hash_value([hash_file(file) for file in run.stage.train]),
        "notes": run.index.content_hash if run.index else "none",
        "settings": hash_value(fixed),
    }


def _most_epochs(run: Context, space: Sequence[Dimension]) -> int:
    """The most epochs that a trial can take; with max_steps, the most steps: there are no more epochs than these."""
    train = run.settings.train.settings
    length = "max_steps" if train.max_steps or any(d.name == "max_steps" for d in space) else "num_train_epochs"
    for dimension in space:
        if dimension.name == length:
            return int(max(dimension.values) if hasattr(dimension, "values") else dimension.high)
    return int(getattr(train, length))


def _enqueue_present(study: Study, run: Context, space: Sequence[Dimension]) -> None:
    """The settings as they are come first, so that the best can be compared with them."""
    if study.get_trials(deepcopy=False):
        return
    present = {name: value["value"] for name, value in run.settings.as_dict().items()}
    outside = [d.name for d in space if not d.holds(present[d.name])]
    if outside:
        told = ", ".join(f"{name}={present[name]}" for name in outside)
        LOGGER.info("the present settings lie outside the search space (%s) and are not tried", told)
        return
    study.enqueue_trial({d.name: present[d.name] for d in space}, user_attrs={PRESENT: True}, skip_if_exists=True)


def _value(trial: optuna.Trial, params: Mapping[str, Any], bench: Bench, folder: Path, longest: int) -> float:
    """Measure one trial. Raises: TrialPruned for one that was given up or whose loss is not finite; as `measure`."""
    LOGGER.info("trial %d: %s", trial.number, _told(params))
    twin = next((t for t in trial.study.get_trials(deepcopy=False) if _is_twin(t, trial)), None)
    if twin is not None and twin.value is not None:  # the same settings give the same numbers
        for key in (_CELLS, _SECONDS):
            trial.set_user_attr(key, twin.user_attrs[key])
        trial.set_user_attr(_SAME, twin.number)
        return float(twin.value)
    started = time.perf_counter()

    def told(training: int, epoch: int, value: float) -> bool:
        trial.report(value, training * longest + epoch)
        return trial.should_prune()

    make_folder(folder)
    try:
        cells = measure(bench, params, folder, told)
    except (TurnedDown, Diverged) as error:
        why = "given up" if isinstance(error, TurnedDown) else error.what
        trial.set_user_attr(_WHY, why)
        LOGGER.info("trial %d: %s", trial.number, why)
        raise optuna.TrialPruned(why) from error
    else:
        trial.set_user_attr(_CELLS, [cell.as_dict() for cell in cells])
        value = sum(cell.value for cell in cells) / len(cells)
        write_json(folder / "trial.json", {"value": value, "params": params, "cells": [c.as_dict() for c in cells]})
        LOGGER.info("trial %d: %s %.4f", trial.number, bench.protocol.objective, value)
        return value
    finally:
        trial.set_user_attr(_SECONDS, round(time.perf_counter() - started, 1))
        if not bench.keep:
            shutil.rmtree(folder, ignore_errors=True)


def _is_twin(other: FrozenTrial, trial: optuna.Trial) -> bool:
    return other.state is TrialState.COMPLETE and other.number != trial.number and other.params == trial.params


def _told(params: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={shown(value)}" for name, value in params.items())


def found(study: Study, run: Context, plan: Plan) -> SweepData:
    """What the study holds now, for the report.

    Raises: TutorsmithError when no trial came to an end.
    """
    trials = [
        _row(trial, plan.space) for trial in study.get_trials(deepcopy=False) if trial.state is not TrialState.WAITING
    ]
    if not any(trial.state == "complete" for trial in trials):
        raise TutorsmithError(
            "no trial came to an end",
            where=without_password(plan.place.url),
            mend="search lower learning rates, or more trials",
        )
    return SweepData(
        stage=run.stage.name,
        language=plan.language,
        study=plan.place.name,
        storage=without_password(plan.place.url),
        objective=plan.protocol.objective,
        maximize=plan.protocol.objective != LOSS,
        seeds=plan.protocol.seeds,
        folds=plan.protocol.folds,
        space={d.name: str(d).partition("=")[2] for d in plan.space},
        logarithmic=tuple(d.name for d in plan.space if getattr(d, "log", False)),
        trials=tuple(trials),
        importance=_importance(study),
    )


def _row(trial: FrozenTrial, space: Sequence[Dimension]) -> SweepTrial:
    known = trial.user_attrs
    cells = [Cell(**cell) for cell in known.get(_CELLS, [])]
    return SweepTrial(
        number=trial.number,
        state=trial.state.name.lower(),
        params={d.name: d.rounded(trial.params[d.name]) for d in space if d.name in trial.params},
        value=trial.value if trial.state is TrialState.COMPLETE else None,
        cells=tuple(cell.value for cell in cells),
        epochs=sum(len(cell.curve) for cell in cells) or len(trial.intermediate_values),
        seconds=known.get(_SECONDS),
        present=bool(known.get(PRESENT)),
        why=known.get(_WHY, f"as trial {known[_SAME]}" if _SAME in known else ""),
    )


def _importance(study: Study) -> dict[str, float]:
    """Share of each setting in what tells good trials from the rest (PED-ANOVA, Watanabe et al. 2023); empty where the
    trials are too few or all alike."""
    done = [t for t in study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,)) if t.value is not None]
    if len(done) < FEWEST_FOR_IMPORTANCE or len({t.value for t in done}) < 2:
        return {}
    with quiet():
        shares = optuna.importance.get_param_importances(study)
    return {name: float(share) for name, share in shares.items()}

"""The study of a sweep: Optuna's storage, sampler and pruner; trials that died; many processes at once."""

import logging
import os
import socket
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import optuna
from optuna.distributions import BaseDistribution
from optuna.pruners import BasePruner, HyperbandPruner, MedianPruner, NopPruner
from optuna.samplers import BaseSampler, BruteForceSampler, TPESampler
from optuna.storages import RDBStorage
from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from tutorsmith.core.artifacts import make_folder
from tutorsmith.core.cache import locked
from tutorsmith.core.errors import Interrupted, NetworkError, ResourceError, TutorsmithError, UsageError
from tutorsmith.sweep.space import Dimension, size

LOGGER = logging.getLogger("tutorsmith")
PRUNERS = ("median", "hyperband", "none")
ATTEMPTS = 3
"""How often settings are tried whose trial was killed: what kills the process each time is not tried for ever."""

_IDENTITY, _WORKER, _ATTEMPT, PRESENT = "identity", "worker", "attempt", "present"
_BEAT_S, _GRACE_S = 20, 120
_DONE = (TrialState.COMPLETE, TrialState.PRUNED)


@dataclass(frozen=True)
class Place:
    """Where a study is kept: any URL that SQLAlchemy takes, and its name there."""

    url: str
    name: str


def open_study(place: Place, identity: Mapping[str, Any], *, maximize: bool) -> Study:
    """The study, made where there is none. identity: what its trials depend on besides their own settings, by part.

    Raises: UsageError for a URL of no known form or a study of another identity; ResourceError or NetworkError for a
    database that cannot be opened.
    """
    optuna.logging.set_verbosity(optuna.logging.CRITICAL)
    file = place.url.removeprefix("sqlite:///").partition("?")[0] if place.url.startswith("sqlite:///") else ""
    if file:
        make_folder(Path(file).parent)
    with errors_of(place.url), locked(Path(f"study {place.url}")), quiet():
        study = optuna.create_study(
            storage=_storage(place.url),
            study_name=place.name,
            direction="maximize" if maximize else "minimize",
            load_if_exists=True,
        )
        known = study.user_attrs.get(_IDENTITY)
        if known is None and not study.get_trials(deepcopy=False):
            study.set_user_attr(_IDENTITY, dict(identity))
            return study
    differing = [part for part, value in identity.items() if (known or {}).get(part) != value]
    if differing:
        raise UsageError(
            f"the study '{place.name}' has trials with other {' and '.join(differing)}",
            where=without_password(place.url),
            mend="give what it was started with, or --study with another name",
        )
    return study


def without_password(url: str) -> str:
    """An address as it may be shown."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"


def _storage(url: str) -> RDBStorage:
    # Many processes write to one SQLite file: each waits for the others.
    options = {"connect_args": {"timeout": 60}} if url.startswith("sqlite") else {"pool_pre_ping": True}
    return RDBStorage(
        url,
        engine_kwargs=options,
        heartbeat_interval=_BEAT_S,
        grace_period=_GRACE_S,
        heartbeat_stale_trial_callback=try_again,
    )


@contextmanager
def errors_of(url: str) -> Iterator[None]:
    """Raises: UsageError, ResourceError, NetworkError in place of SQLAlchemy's errors."""
    try:
        yield
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        told = str(error).splitlines()[0]
        mend = "write for example sqlite:///study.sqlite3 or postgresql://user@host/base; its driver must be installed"
        raise UsageError(f"not a storage that can be used: {told}", where="--storage", mend=mend) from error
    except (SQLAlchemyError, optuna.exceptions.StorageInternalError) as error:
        kind = ResourceError if url.startswith("sqlite") else NetworkError
        what = f"the study cannot be read or written: {str(error.__cause__ or error).splitlines()[0]}"
        raise kind(what, where=without_password(url), mend="check the address and your rights") from error


@contextmanager
def quiet() -> Iterator[None]:
    """Optuna calls heartbeats and some samplers experimental, each time anew."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        yield


class NumberedSampler(BaseSampler):
    """What a trial draws follows from the seed, its number and the trials before it, in whatever process it runs.

    A sampler of its own a trial: processes that start at once with one seed would all draw the same first points.
    """

    def __init__(self, make: Callable[[int], BaseSampler], seed: int) -> None:
        self._make, self._seed = make, seed
        self._own = make(seed)

    def before_trial(self, study: Study, trial: FrozenTrial) -> None:
        self._own = self._make((self._seed * 1_000_003 + trial.number) % 2**32)
        self._own.before_trial(study, trial)

    def infer_relative_search_space(self, study: Study, trial: FrozenTrial) -> dict[str, BaseDistribution]:
        return self._own.infer_relative_search_space(study, trial)

    def sample_relative(
        self, study: Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        return self._own.sample_relative(study, trial, search_space)

    def sample_independent(
        self, study: Study, trial: FrozenTrial, param_name: str, param_distribution: BaseDistribution
    ) -> Any:
        return self._own.sample_independent(study, trial, param_name, param_distribution)

    def after_trial(self, study: Study, trial: FrozenTrial, state: TrialState, values: Sequence[float] | None) -> None:
        self._own.after_trial(study, trial, state, values)


def sampler(space: Sequence[Dimension], trials: int, seed: int) -> BaseSampler:
    """TPE (Bergstra et al. 2011); every point once where the space has no more of them than there are trials."""
    with quiet():
        if size(space) <= trials:
            return NumberedSampler(lambda number: BruteForceSampler(seed=number), seed)
        first = max(3, min(10, trials // 3))
        return NumberedSampler(lambda number: TPESampler(seed=number, n_startup_trials=first, constant_liar=True), seed)


def pruner(name: str, steps: int) -> BasePruner:
    """steps: the most that one trial reports. Raises: UsageError."""
    if name not in PRUNERS:
        raise UsageError(f"unknown pruner '{name}'", where="--pruner", mend=f"one of {', '.join(PRUNERS)}")
    if name == "median":
        return MedianPruner(n_startup_trials=4, n_min_trials=2)
    with quiet():
        return HyperbandPruner(min_resource=1, max_resource=max(2, steps)) if name == "hyperband" else NopPruner()


def run_trials(study: Study, trials: int, objective: Callable[[optuna.Trial], float], *, points: float) -> None:
    """Go on until the study has so many finished trials, counting those that run elsewhere.

    points: how many different trials there can be; each is done once where they are not more than `trials`.

    Raises: what the objective raises.
    """
    while not _enough(study, trials, points):
        recover(study)
        started: list[int] = []
        try:
            with quiet():
                study.optimize(_signed(objective, started), n_trials=1)
        except ValueError as error:
            # A machine that slept: others took its trial for dead and gave it up, so that its end is no news.
            if isinstance(error, TutorsmithError) or _state(study, started[-1]) is not TrialState.FAIL:
                raise
            LOGGER.warning("trial %d was taken for dead meanwhile and is left out", started[-1])


def _enough(study: Study, trials: int, points: float) -> bool:
    kept = [t for t in study.get_trials(deepcopy=False) if t.state in _DONE or _is_running(t)]
    if points <= trials:
        return len({tuple(sorted(t.params.items(), key=str)) for t in kept}) >= points
    return len(kept) >= trials


def _is_running(trial: FrozenTrial) -> bool:
    return trial.state is TrialState.RUNNING and not _is_dead(trial)


def _signed(objective: Callable[[optuna.Trial], float], started: list[int]) -> Callable[[optuna.Trial], float]:
    """The objective of a trial that says who runs it, and puts its number into `started`; stopped by a signal, its
    settings wait to be tried again."""

    def signed(trial: optuna.Trial) -> float:
        started.append(trial.number)
        trial.set_user_attr(_WORKER, _worker(os.getpid()))
        try:
            value = objective(trial)
        except (Interrupted, KeyboardInterrupt):
            try_again(trial.study, _trial(trial.study, trial.number))
            raise
        if _state(trial.study, trial.number).is_finished():
            raise optuna.exceptions.UpdateFinishedTrialError
        return value

    return signed


def _trial(study: Study, number: int) -> FrozenTrial:
    """The trial as the study has it now."""
    return next(trial for trial in study.get_trials(deepcopy=False) if trial.number == number)


def _state(study: Study, number: int) -> TrialState:
    return _trial(study, number).state


def recover(study: Study) -> None:
    """Give up the trials of this machine's processes that are no more, and have their settings tried again.

    Those of other machines are given up by their heartbeat, two minutes after it stopped.
    """
    for trial in study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
        if not _is_dead(trial):
            continue
        with quiet():
            told = study.tell(trial.number, state=TrialState.FAIL, skip_if_finished=True)
        if told.state is TrialState.FAIL:
            try_again(study, trial)


def try_again(study: Study, trial: FrozenTrial) -> None:
    """Put the settings of a trial that did not end into the queue, ATTEMPTS times at most."""
    attempt = trial.user_attrs.get(_ATTEMPT, 1)
    if trial.params and attempt < ATTEMPTS:
        kept = {key: value for key, value in trial.user_attrs.items() if key == PRESENT}
        study.enqueue_trial(trial.params, user_attrs=kept | {_ATTEMPT: attempt + 1})


def _is_dead(trial: FrozenTrial) -> bool:
    """Whether a trial's process ran on this machine and is gone, or is another one by now."""
    host, _, rest = str(trial.user_attrs.get(_WORKER, "")).partition(" ")
    number, _, _ = rest.partition(" ")
    return host == socket.gethostname() and trial.user_attrs[_WORKER] != _worker(int(number))


def _worker(process: int) -> str:
    """Host, process and when that was started (proc(5), field 22): a number alone is given to others later."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        started = "gone" if fields[0] == "Z" else fields[19]
    except OSError:
        started = "here" if process == os.getpid() else "gone"
    return f"{socket.gethostname()} {process} {started}"

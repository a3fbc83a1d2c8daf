"""What a sweep found, as its report shows it and as `sweep_STAGE.json` keeps it."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from statistics import fmean, stdev
from typing import Any

from tutorsmith.core.artifacts import SCHEMA_VERSION
from tutorsmith.evaluation.resampling import t_interval
from tutorsmith.evaluation.statistics import Interval

FEWEST_CELLS = 3
"""Trainings a trial below which two trials cannot be told apart: an interval of two differences says nothing."""


@dataclass(frozen=True)
class SweepTrial:
    """One trial. state: complete | pruned | fail | running; cells: its value in each training, always in one order.

    present: it has the settings as they were before the sweep. why: what ended it, or which trial it repeats.
    """

    number: int
    state: str
    params: Mapping[str, Any]
    value: float | None
    cells: tuple[float, ...]
    epochs: int
    seconds: float | None
    present: bool = False
    why: str = ""

    @property
    def deviation(self) -> float | None:
        """Standard deviation over the trainings."""
        return stdev(self.cells) if len(self.cells) > 1 else None


@dataclass(frozen=True)
class SweepData:
    """A study. space: the values searched, by setting; logarithmic: the settings on a log scale; importance: shares.

    language: of the stage's files where it is not the project's own, else empty.
    """

    stage: str
    language: str
    study: str
    storage: str
    objective: str
    maximize: bool
    seeds: tuple[int, ...]
    folds: int
    space: Mapping[str, str]
    logarithmic: tuple[str, ...]
    trials: tuple[SweepTrial, ...]
    importance: Mapping[str, float]

    @cached_property
    def complete(self) -> list[SweepTrial]:
        """Trials that came to an end, the best first."""
        done = [trial for trial in self.trials if trial.state == "complete"]
        return sorted(done, key=lambda trial: self._cost(trial.value or 0.0))

    @property
    def best(self) -> SweepTrial:
        return self.complete[0]

    @property
    def present(self) -> SweepTrial | None:
        """The trial with the settings as they were; None where it did not come to an end or was none."""
        return next((trial for trial in self.complete if trial.present), None)

    def gain(self, trial: SweepTrial) -> float:
        """How much the best trial is better than another, in units of the objective."""
        return self._cost(trial.value or 0.0) - self._cost(self.best.value or 0.0)

    def gain_interval(self, trial: SweepTrial) -> Interval | None:
        """The 95 % interval (Student's t) of that gain over the trainings, paired; None for fewer than FEWEST_CELLS."""
        if len(trial.cells) != len(self.best.cells) or len(trial.cells) < FEWEST_CELLS:
            return None
        return t_interval([self._cost(b) - self._cost(a) for a, b in zip(self.best.cells, trial.cells, strict=True)])

    def is_apart(self, trial: SweepTrial) -> bool | None:
        """Whether another trial is shown to be worse than the best; None where that cannot be told."""
        interval = self.gain_interval(trial)
        return None if interval is None else interval.low > 0

    def count(self, state: str) -> int:
        return sum(trial.state == state for trial in self.trials)

    def _cost(self, value: float) -> float:
        return -value if self.maximize else value

    @property
    def settings_lines(self) -> list[str]:
        """The best settings as lines of tutorsmith.toml, their table first."""
        table = ".".join(filter(None, ("stages", self.stage, self.language, "settings")))
        return [f"[{table}]", *(f"{k} = {toml_value(v)}" for k, v in self.best.params.items())]

    @property
    def command(self) -> str:
        """The run that these settings are for."""
        flags = [f"--language {self.language}"] if self.language else []
        flags += [f"--set {name}={value}" for name, value in self.best.params.items()]
        return " ".join(["tutorsmith run", self.stage, *flags])

    def as_dict(self) -> dict[str, Any]:
        return {
            "schema_version": SCHEMA_VERSION,
            **{
                name: getattr(self, name) for name in ("stage", "language", "study", "storage", "objective", "maximize")
            },
            "seeds": list(self.seeds),
            "folds": self.folds,
            "space": dict(self.space),
            "best": {"trial": self.best.number, "value": self.best.value, "settings": dict(self.best.params)},
            "present": self._compared(self.present) if self.present else None,
            "toml": "\n".join(self.settings_lines) + "\n",
            "importance": dict(self.importance),
            "not_told_from_best": [t.number for t in self.complete[1:] if self.is_apart(t) is False],
            "trials": [{**asdict(trial), "cells": list(trial.cells)} for trial in self.trials],
        }

    def _compared(self, trial: SweepTrial) -> dict[str, Any]:
        interval = self.gain_interval(trial)
        ends = {"low": interval.low, "high": interval.high} if interval else {"low": None, "high": None}
        return {"trial": trial.number, "value": trial.value, "gain": self.gain(trial), **ends}

    @property
    def verdict(self) -> str:
        """One sentence: the best trial against the settings as they were."""
        name = "trial" if self.present is None else "setting"
        best = f"Trial {self.best.number} is best: {self.objective} {self.best.value:.4f}"
        present = self.present
        if present is None:
            return f"{best}. The settings as they were are not among the finished trials, so no {name} to compare with."
        if present is self.best or present.params == self.best.params:
            return f"{best}. These are the settings as they were: nothing better was found."
        told = f"{best}, {abs(self.gain(present)):.4f} better than the settings as they were ({present.value:.4f})"
        interval = self.gain_interval(present)
        if interval is None:
            return f"{told}. So few trainings a trial cannot tell whether that is luck: give more --folds or --seeds."
        span = f"95 % interval {interval.low:.4f} to {interval.high:.4f}, not corrected for the choice of the best"
        return f"{told}; {span}: " + ("a difference." if interval.low > 0 else "not told from none.")


def toml_value(value: Any) -> str:
    """A setting's value as TOML writes it. (JSON's strings, numbers and booleans are TOML's.)"""
    return json.dumps(value, ensure_ascii=False)


def spread(data: SweepData) -> float | None:
    """The mean standard deviation over the trainings of a trial; None where no trial has two."""
    known = [trial.deviation for trial in data.complete if trial.deviation is not None]
    return fmean(known) if known else None

"""A policy file (TOML) -> Policy. All that is wrong with a file is said at once, before any run is looked at.

Policy
├── requirements   Requirement   [[require]]: one metric against one threshold
├── health, missing, failed      [health], [predictions]: how many answers may be none
├── least_items                  [benchmark]
├── least_seeds, deviation       [seeds]
└── regression     Regression    [regression]: no worse than a named run
"""

import math
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tutorsmith.core.artifacts import hash_bytes
from tutorsmith.core.errors import UsageError, nearest
from tutorsmith.data.health import FLAGS
from tutorsmith.evaluation.score import METRICS, SLICES

DIRECTIONS: Mapping[str, Callable[[float, float], bool]] = {
    ">": lambda one, two: one > two,
    ">=": lambda one, two: one >= two,
    "<": lambda one, two: one < two,
    "<=": lambda one, two: one <= two,
}
BOUNDS = ("value", "low", "high")
SYSTEMS = ("base", "base_notes", "tuned", "tuned_notes", "baseline", "predictions")

_TOP = ("name", "require", "health", "predictions", "benchmark", "seeds", "regression")
_REQUIRE = ("stage", "metric", "slice", "gap_between", "system", "direction", "threshold", "on", "least_items")
_REGRESSION = ("run", "margin", "prove", "metrics")


@dataclass(frozen=True, slots=True)
class Requirement:
    """One row: `metric` of `system` (None: the run's product) over all items, over one slice (kind, name), or the
    largest gap between the slices of a kind. stages: those it is asked of, all when empty."""

    metric: str
    direction: str
    threshold: float
    on: str = "value"
    slice: tuple[str, str] | None = None
    gap_between: str | None = None
    system: str | None = None
    stages: tuple[str, ...] = ()
    least_items: int = 0

    def concerns(self, stage: str) -> bool:
        return not self.stages or stage in self.stages


@dataclass(frozen=True, slots=True)
class Regression:
    """No worse than another run. margin: the largest drop allowed; prove: the drop must be shown to stay within it."""

    run: Path | None = None
    margin: float | None = None
    prove: bool = False
    metrics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Policy:
    """health: flag -> largest share of the answers; missing, failed: the most predictions that may be."""

    name: str
    digest: str
    requirements: tuple[Requirement, ...] = ()
    health: Mapping[str, float] = field(default_factory=dict)
    missing: int = 0
    failed: int = 0
    least_items: int = 0
    least_seeds: int = 1
    deviation: float | None = None
    regression: Regression | None = None

    @property
    def wants_seeds(self) -> bool:
        return self.least_seeds > 1 or self.deviation is not None


def load_policy(file: Path) -> Policy:
    """Raises: UsageError for a file that cannot be read or parsed, or that holds anything that is not understood."""
    try:
        data = file.read_bytes()
        raw = tomllib.loads(data.decode("utf-8"))
    except OSError as error:
        raise UsageError(
            f"the policy cannot be read: {error.strerror}", where=str(file), mend="give --policy FILE"
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(
            f"not valid TOML: {error}", where=str(file), mend="see the policy reference, docs/guide/gate.md"
        ) from error
    return parse_policy(raw, name=file.stem, digest=hash_bytes(data), where=str(file), folder=file.resolve().parent)


def parse_policy(raw: Mapping[str, Any], *, name: str, digest: str, where: str, folder: Path) -> Policy:
    """folder: what the path of a reference run is relative to. Raises: UsageError listing every problem."""
    problems = _Problems()
    problems.unknown("", raw, _TOP)
    rows = raw.get("require", [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        problems.add("require", "must be a list of tables: write [[require]]")
        rows = []
    benchmark = problems.table(raw, "benchmark", ("least_items",))
    seeds = problems.table(raw, "seeds", ("least", "largest_deviation"))
    predictions = problems.table(raw, "predictions", ("missing", "failed"))
    policy = Policy(
        name=problems.text("", raw, "name") or name,
        digest=digest,
        requirements=tuple(_requirement(row, f"require {k}: ", problems) for k, row in enumerate(rows, 1)),
        health=_health(raw, problems),
        missing=problems.count("predictions.", predictions, "missing") or 0,
        failed=problems.count("predictions.", predictions, "failed") or 0,
        least_items=problems.count("benchmark.", benchmark, "least_items") or 0,
        least_seeds=problems.count("seeds.", seeds, "least") or 1,
        deviation=problems.share("seeds.", seeds, "largest_deviation"),
        regression=_regression(raw, folder, problems),
    )
    if not policy.requirements and policy.regression is None and not problems.found:
        problems.add("", "the policy demands nothing: add a [[require]] row or a [regression] table")
    problems.refuse(where)
    return policy


def _requirement(row: Mapping[str, Any], prefix: str, problems: "_Problems") -> Requirement:
    problems.unknown(prefix, row, _REQUIRE)
    direction = problems.choice(prefix, row, "direction", tuple(DIRECTIONS)) or ">"
    threshold = problems.share(prefix, row, "threshold", needed=True) or 0.0
    if (direction, threshold) in ((">", 1.0), ("<", 0.0)) and "threshold" in row:
        problems.add(f"{prefix}threshold", f"no share is {direction} {threshold:g}: no run could ever meet this")
    gap = problems.choice(prefix, row, "gap_between", SLICES, needed=False)
    if gap and "slice" in row:
        problems.add(f"{prefix}gap_between", "compares all slices of a kind: leave `slice` out")
    if gap and direction not in ("<", "<="):
        problems.add(f"{prefix}direction", 'a gap is to be small: write direction = "<" or "<="')
    return Requirement(
        metric=problems.choice(prefix, row, "metric", METRICS) or METRICS[0],
        direction=direction,
        threshold=threshold,
        on=problems.choice(prefix, row, "on", BOUNDS, needed=False) or "value",
        slice=_slice(row, prefix, problems),
        gap_between=gap,
        system=problems.choice(prefix, row, "system", SYSTEMS, needed=False),
        stages=problems.texts(prefix, row, "stage"),
        least_items=problems.count(prefix, row, "least_items") or 0,
    )


def _slice(row: Mapping[str, Any], prefix: str, problems: "_Problems") -> tuple[str, str] | None:
    text = problems.text(prefix, row, "slice")
    if text is None:
        return None
    kind, colon, name = text.partition(":")
    if kind not in SLICES:
        problems.add(f"{prefix}slice", _unknown(f"kind of slice '{kind}'", kind, SLICES))
    elif not colon or not name:
        problems.add(f"{prefix}slice", f'write "{kind}:NAME", not {text!r}')
    return kind, name


def _health(raw: Mapping[str, Any], problems: "_Problems") -> dict[str, float]:
    table = problems.table(raw, "health", (*FLAGS, "degenerate"))
    if "degenerate" in table:
        problems.add("health.degenerate", "cannot be allowed: a run whose answers are mostly none never ships")
    limits = {flag: problems.share("health.", table, flag) for flag in FLAGS if flag in table}
    return {flag: limit for flag, limit in limits.items() if limit is not None}


def _regression(raw: Mapping[str, Any], folder: Path, problems: "_Problems") -> Regression | None:
    if "regression" not in raw:
        return None
    table = problems.table(raw, "regression", _REGRESSION)
    run = problems.text("regression.", table, "run")
    metrics = problems.texts("regression.", table, "metrics")
    for metric in metrics:
        if metric not in METRICS:
            problems.add("regression.metrics", _unknown(f"metric '{metric}'", metric, METRICS))
    prove = table.get("prove", False)
    if not isinstance(prove, bool):
        problems.add("regression.prove", f"must be true or false, not {prove!r}")
    margin = problems.share("regression.", table, "margin")
    if prove is True and margin is None:
        problems.add("regression.margin", "is needed for `prove`: without a margin no number of items is a proof")
    return Regression(folder / run if run else None, margin, prove is True, metrics)


def _unknown(what: str, name: str, known: Sequence[str]) -> str:
    near = nearest(name, known)
    listing = f"known: {', '.join(known)}"
    return f"unknown {what}; did you mean '{near}'? ({listing})" if near else f"unknown {what}; {listing}"


class _Problems:
    """Reads values of TOML tables and collects what is wrong with them. What does not fit is read as None."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def add(self, key: str, what: str) -> None:
        self.found.append(f"{key}: {what}" if key else what)

    def refuse(self, where: str) -> None:
        """Raises: UsageError when anything was added."""
        if not self.found:
            return
        what = self.found[0] if len(self.found) == 1 else "\n".join([f"{len(self.found)} problems", *self.found])
        raise UsageError(what.replace("\n", "\n  "), where=where, mend="the policy reference is docs/guide/gate.md")

    def unknown(self, prefix: str, table: Mapping[str, Any], known: Sequence[str]) -> None:
        for key in table:
            if key not in known:
                unknown = _unknown(f"key '{key}'", key, known)
                self.add("", f"{prefix}{unknown}")

    def table(self, raw: Mapping[str, Any], key: str, known: Sequence[str]) -> Mapping[str, Any]:
        value = raw.get(key, {})
        if not isinstance(value, dict):
            self.add(key, f"must be a table: write [{key}]")
            return {}
        self.unknown(f"{key}: ", value, known)
        return value

    def text(self, prefix: str, table: Mapping[str, Any], key: str) -> str | None:
        value = table.get(key)
        if value is None or (isinstance(value, str) and value):
            return value
        self.add(f"{prefix}{key}", f"must be text, not {value!r}")
        return None

    def texts(self, prefix: str, table: Mapping[str, Any], key: str) -> tuple[str, ...]:
        """One text or a list of them."""
        value = table.get(key, [])
        values = [value] if isinstance(value, str) else value
        if isinstance(values, list) and all(isinstance(entry, str) and entry for entry in values):
            return tuple(values)
        self.add(f"{prefix}{key}", f"must be text or a list of texts, not {value!r}")
        return ()

    def choice(
        self, prefix: str, table: Mapping[str, Any], key: str, known: Sequence[str], *, needed: bool = True
    ) -> str | None:
        if key not in table:
            if needed:
                self.add(f"{prefix}{key}", f"is missing; one of {', '.join(known)}")
            return None
        value = self.text(prefix, table, key)
        if value is not None and value not in known:
            self.add(f"{prefix}{key}", _unknown(f"value '{value}'", value, known))
            return None
        return value

    def share(self, prefix: str, table: Mapping[str, Any], key: str, *, needed: bool = False) -> float | None:
        if key not in table:
            if needed:
                self.add(f"{prefix}{key}", "is missing; a share between 0 and 1")
            return None
        value = table[key]
        # `not 0 <= value <= 1` also refuses nan.
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
            percent = isinstance(value, int | float) and math.isfinite(value) and 1 < value <= 100
            hint = f" ({value / 100:g} for {value:g} %)" if percent else ""
            self.add(f"{prefix}{key}", f"must be a share between 0 and 1, not {value!r}{hint}")
            return None
        return float(value)

    def count(self, prefix: str, table: Mapping[str, Any], key: str) -> int | None:
        value = table.get(key)
        if value is None or (isinstance(value, int) and not isinstance(value, bool) and value >= 0):
            return value
        self.add(f"{prefix}{key}", f"must be a whole number from 0 on, not {value!r}")
        return None

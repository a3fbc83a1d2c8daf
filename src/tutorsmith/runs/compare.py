"""Runs side by side, and which of them is best: with what cannot be compared, or not told apart, said."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from tutorsmith.core.artifacts import report_name
from tutorsmith.core.errors import DataError, UsageError, suggest
from tutorsmith.evaluation.compare import compare_systems
from tutorsmith.evaluation.saved import item_scores, read_report
from tutorsmith.evaluation.score import METRICS, ItemScore
from tutorsmith.evaluation.statistics import ALPHA, holm
from tutorsmith.report.figures import probability
from tutorsmith.runs.index import Runs
from tutorsmith.runs.record import RunRecord

_TIE = 1e-9


@dataclass(frozen=True, slots=True)
class SideBySide:
    """trouble: why the metrics cannot be compared, empty when they can. differences: (kind, name, each run's value)."""

    records: tuple[RunRecord, ...]
    trouble: str
    differences: tuple[tuple[str, str, tuple[str, ...]], ...]

    def as_dict(self) -> dict[str, Any]:
        return {
            "schema_version": 1,
            "comparable": not self.trouble,
            "trouble": self.trouble,
            "runs": [record.as_dict() for record in self.records],
            "differences": [
                {"kind": kind, "name": name, "values": list(values)} for kind, name, values in self.differences
            ],
        }


def side_by_side(records: Sequence[RunRecord]) -> SideBySide:
    """Raises: UsageError for fewer than two runs, DataError for a damaged one."""
    if len(records) < 2:
        raise UsageError("a comparison needs two runs", mend="name another run")
    for record in records:
        if record.damage:
            raise DataError(record.damage, where=record.path, mend="run that stage again")
    trouble = ""
    if len({record.benchmark for record in records}) > 1:
        groups = sorted({record.benchmark for record in records})
        told = ", ".join(f"{record.path} on benchmark {groups.index(record.benchmark) + 1}" for record in records)
        trouble = f"not comparable: the runs answered different benchmarks ({told})"
    return SideBySide(tuple(records), trouble, tuple(_differences(records)))


def _differences(records: Sequence[RunRecord]) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    columns = [
        {
            **{("run", "stage"): r.stage, ("run", "model"): r.model, ("run", "product"): r.product},
            **{("hash", name): digest.removeprefix("sha256:")[:12] for name, digest in r.hashes.items()},
            **{("setting", name): str(value) for name, value in r.settings.items()},
        }
        for r in records
    ]
    for key in dict.fromkeys(key for column in columns for key in column):
        values = tuple(column.get(key, "") for column in columns)
        if len(set(values)) > 1:
            yield (*key, values)


@dataclass(frozen=True, slots=True)
class Standing:
    """A run after the best one. told_apart: whether it is shown to be worse; how: by which test, and its p."""

    record: RunRecord
    value: float
    told_apart: bool
    how: str


@dataclass(frozen=True, slots=True)
class Best:
    """Best of all runs of one stage on one benchmark. winners: several in a tie; left_out: (path, why)."""

    stage: str
    benchmark: str
    metric: str
    on: str
    winners: tuple[RunRecord, ...]
    others: tuple[Standing, ...]
    left_out: tuple[tuple[str, str], ...]

    def as_dict(self) -> dict[str, Any]:
        return {
            "stage": self.stage,
            "benchmark": self.benchmark,
            "metric": self.metric,
            "on": self.on,
            "best": [_short(record, self.metric) for record in self.winners],
            "others": [
                {**_short(s.record, self.metric), "told_apart": s.told_apart, "how": s.how} for s in self.others
            ],
            "left_out": [{"path": path, "why": why} for path, why in self.left_out],
        }


def _short(record: RunRecord, metric: str) -> dict[str, Any]:
    kept = {key: value for key, value in asdict(record).items() if key in ("path", "made", "model", "seed", "product")}
    return {**kept, **record.metrics[metric]}


def best_runs(runs: Runs, metric: str, stage: str | None, on: str = "value") -> list[Best]:
    """The best run a benchmark (runs on different ones are never compared). on: "value" or "low".

    Raises: UsageError for an unknown metric or stage, or when there is no run to choose from.
    """
    if metric not in METRICS:
        raise UsageError(f"unknown metric '{metric}'", where="--metric", mend=suggest(metric, METRICS))
    stages = sorted({record.stage for record in runs.records if record.stage})
    if stage is not None and stage not in stages:
        mend = suggest(stage, stages) if stages else "run a stage first, or give --root DIR"
        raise UsageError(f"no run of the stage '{stage}'", where=str(runs.root), mend=mend)
    asked = [r for r in runs.records if r.damage or stage is None or r.stage == stage]
    left_out = [(record.path, why) for record in asked if (why := _why_not(record, metric))]
    groups: dict[tuple[str, str], list[RunRecord]] = {}
    for record in asked:
        if not _why_not(record, metric):
            groups.setdefault((record.stage, record.benchmark), []).append(record)
    if not groups:
        told = "; ".join(f"{path}: {why}" for path, why in left_out) or "there are no runs"
        raise UsageError(f"no run can be chosen: {told}", where=str(runs.root), mend="run the stage again")
    return [_best(runs, members, (metric, on), left_out if k == 0 else []) for k, members in enumerate(groups.values())]


def _why_not(record: RunRecord, metric: str) -> str:
    if record.damage:
        return f"damaged: {record.damage}"
    if record.mismatch:
        return record.mismatch
    if record.degenerate:
        return "degenerate: most of its answers are no answers"
    return "" if metric in record.metrics else f"{metric} applies to none of its items"


def _best(runs: Runs, members: Sequence[RunRecord], by: tuple[str, str], left_out: Sequence[tuple[str, str]]) -> Best:
    metric, on = by

    def height(record: RunRecord) -> float:
        return float(record.metrics[metric][on])

    ordered = sorted(members, key=height, reverse=True)
    top = height(ordered[0])
    winners = [record for record in ordered if top - height(record) <= _TIE]
    others = ordered[len(winners) :]
    first = _scores(runs, winners[0])
    tested = [_paired_p(first, _scores(runs, record), metric) for record in others]
    adjusted = iter(holm([p for p in tested if p is not None]))
    standings = []
    for record, p in zip(others, tested, strict=True):
        if p is not None:
            corrected = next(adjusted)
            apart, how = corrected <= ALPHA, f"paired test, p {probability(corrected)}"
        else:
            apart = record.metrics[metric]["high"] < winners[0].metrics[metric]["low"]
            how = "the intervals do not overlap" if apart else "the intervals overlap"
        standings.append(Standing(record, height(record), apart, how))
    return Best(winners[0].stage, winners[0].benchmark, metric, on, tuple(winners), tuple(standings), tuple(left_out))


def _scores(runs: Runs, record: RunRecord) -> list[ItemScore]:
    return item_scores(read_report(runs.folder(record) / report_name(record.stage, "json")), record.product)


def _paired_p(one: Sequence[ItemScore], two: Sequence[ItemScore], metric: str) -> float | None:
    """p of the paired comparison in this metric; None when no shared item has it."""
    rows = compare_systems(("one", one), ("two", two))
    return next((row.p for row in rows if row.metric == metric), None)

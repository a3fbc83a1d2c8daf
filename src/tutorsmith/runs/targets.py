"""Stages against their targets, over all seeds: the numbers of the page that `runs targets` writes.

A verdict rests on the mean over seeds and on its 95 % interval (`tutorsmith.evaluation.pooled`):

    shown       the whole interval lies at or above the target
    reached     the mean does, the lower end of the interval does not: the questions are too few to be certain
    unsure      the mean lies below the target, the upper end of the interval does not
    missed      the whole interval lies below the target
    absent      the metric was not measured
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tutorsmith.data.health import FLAGS
from tutorsmith.evaluation.compare import Comparison, compare_systems
from tutorsmith.evaluation.policy import Policy, Requirement
from tutorsmith.evaluation.pooled import Pooled, mean_scores, pool
from tutorsmith.evaluation.score import METRICS
from tutorsmith.evaluation.statistics import LARGEST_DEVIATION
from tutorsmith.runs.balance import Balance, balance
from tutorsmith.runs.stages import Collected, StageRuns, differences

COURSE = "course"
"""Who set a target of the project file; a policy's bear its name."""
SHOWN, REACHED, UNSURE, MISSED, ABSENT = "shown", "reached", "unsure", "missed", "absent"

_DIGITS = 9  # rounding errors of a mean must not decide whether a target is reached

StageTargets = Mapping[str, Mapping[str, float]]
"""Stage -> metric -> share, as tutorsmith.toml sets them."""


@dataclass(frozen=True, slots=True)
class TargetRow:
    """One target and what came of it. task: None for all questions of the stage; by: who set it."""

    metric: str
    task: str | None
    target: float
    by: tuple[str, ...]
    measured: Pooled | None
    verdict: str


@dataclass(frozen=True, slots=True)
class SystemNumbers:
    """One system over all seeds; counts are sums over the seeds. health: flag -> answers, `n` those that exist."""

    metrics: Mapping[str, Pooled]
    health: Mapping[str, int]
    degenerate: int
    missing: int
    failed: int
    refusals: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class ProbeRow:
    """The forgetting probe of one seed: coverage of the base and the tuned model, and their paired difference."""

    seed: int | None
    base: float
    tuned: float
    difference: float
    low: float
    high: float
    p: float
    n: int
    worse: int
    better: int


@dataclass(frozen=True, slots=True)
class StageResult:
    """All numbers of one configuration of a stage. comparison: the product against its opponent, a question a unit."""

    runs: StageRuns
    systems: Mapping[str, SystemNumbers]
    targets: tuple[TargetRow, ...]
    comparison: tuple[Comparison, ...]
    probe: tuple[ProbeRow, ...]

    @property
    def seconds(self) -> dict[str, float]:
        """Step -> mean over the seeds that did it."""
        steps = dict.fromkeys(step for run in self.runs.runs for step in run.seconds)
        columns = {step: [run.seconds[step] for run in self.runs.runs if step in run.seconds] for step in steps}
        return {step: sum(column) / len(column) for step, column in columns.items()}


@dataclass(frozen=True, slots=True)
class Apart:
    """Configurations of one stage that were not pooled, as places in `Results.stages`. differences: (kind, name, value
    of each)."""

    stages: tuple[int, ...]
    differences: tuple[tuple[str, str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Results:
    """deviation: the largest standard deviation over seeds that is called stable. left_out: (run, why). unused: rows of
    the policy that are no targets of this kind; without_runs: stages that have targets and no run."""

    stages: tuple[StageResult, ...]
    balance: tuple[Balance, ...]
    apart: tuple[Apart, ...]
    left_out: tuple[tuple[str, str], ...]
    policy: str = ""
    deviation: float = LARGEST_DEVIATION
    least_seeds: int = 1
    unused: tuple[str, ...] = ()
    without_runs: tuple[str, ...] = ()


def results_of(collected: Collected, targets: StageTargets, policy: Policy | None = None) -> Results:
    """targets: stage -> metric -> share; their order is that of the stages, others follow. policy: further targets."""
    known = list(targets)
    order = {name: place for place, name in enumerate(known)}
    stages = sorted(collected.stages, key=lambda stage: order.get(stage.stage, len(known)))
    policy_targets, unused = _policy_targets(policy)
    named = policy.name if policy else ""
    results = [_stage_result(stage, _wanted(stage, targets, policy_targets, named)) for stage in stages]
    return Results(
        stages=tuple(results),
        balance=tuple(balance(stages)),
        apart=tuple(_apart(stages)),
        left_out=collected.left_out,
        policy=named,
        deviation=policy.deviation if policy and policy.deviation is not None else LARGEST_DEVIATION,
        least_seeds=policy.least_seeds if policy else 1,
        unused=tuple(unused),
        without_runs=tuple(_without_runs(stages, targets, policy_targets)),
    )


def verdict_on(target: float, measured: Pooled | None) -> str:
    """SHOWN, REACHED, UNSURE, MISSED or ABSENT."""
    if measured is None:
        return ABSENT
    value, low, high = (round(number, _DIGITS) for number in (measured.value, measured.low, measured.high))
    if value >= target:
        return SHOWN if low >= target else REACHED
    return MISSED if high < target else UNSURE


def _policy_targets(policy: Policy | None) -> tuple[list[Requirement], list[str]]:
    """Rows that ask a share of the product to be at least so high, of all questions or of one task; the rest, told."""
    rows = policy.requirements if policy else ()
    usable = [row for row in rows if _is_target(row)]
    unused = [f"{row.metric} {row.direction} {row.threshold:g}" for row in rows if not _is_target(row)]
    return usable, list(dict.fromkeys(unused))


def _is_target(row: Requirement) -> bool:
    whole = row.slice is None or row.slice[0] == "task"
    return row.direction in (">", ">=") and whole and row.gap_between is None and row.system is None


def _wanted(
    stage: StageRuns, targets: StageTargets, requirements: Sequence[Requirement], policy: str
) -> dict[tuple[str, str | None, float], list[str]]:
    """(metric, task, share) -> who asks for it, by metric in the order of the reports."""
    wanted: dict[tuple[str, str | None, float], list[str]] = {}
    for metric, share in targets.get(stage.stage, {}).items():
        wanted.setdefault((metric, None, share), []).append(COURSE)
    for row in requirements:
        if row.concerns(stage.stage):
            task = row.slice[1] if row.slice else None
            wanted.setdefault((row.metric, task, row.threshold), []).append(policy)
    return dict(sorted(wanted.items(), key=lambda pair: (pair[0][1] or "", METRICS.index(pair[0][0]), pair[0][2])))


def _without_runs(stages: Sequence[StageRuns], targets: StageTargets, requirements: Sequence[Requirement]) -> list[str]:
    wanted = [stage for stage, metrics in targets.items() if metrics]
    wanted += [stage for row in requirements for stage in row.stages]
    there = {stage.stage for stage in stages}
    return [stage for stage in dict.fromkeys(wanted) if stage not in there]


def _stage_result(stage: StageRuns, wanted: Mapping[tuple[str, str | None, float], Sequence[str]]) -> StageResult:
    pooled = {task: pool(stage.scores(stage.product, task)) for task in {task for _, task, _ in wanted}}
    rows = [
        TargetRow(metric, task, share, tuple(by), found, verdict_on(share, found))
        for (metric, task, share), by in wanted.items()
        for found in [pooled[task].get(metric)]
    ]
    return StageResult(
        runs=stage,
        systems={name: _system(stage, name) for name in stage.systems},
        targets=tuple(rows),
        comparison=tuple(_comparison(stage)),
        probe=tuple(_probe(stage)),
    )


def _system(stage: StageRuns, name: str) -> SystemNumbers:
    reports = [run.report["systems"][name] for run in stage.runs]
    cells = dict.fromkeys(cell for report in reports for cell in report.get("refusals") or {})
    return SystemNumbers(
        metrics=pool(stage.scores(name)),
        health={flag: sum(int(report["health"].get(flag, 0)) for report in reports) for flag in ("n", *FLAGS)},
        degenerate=sum(bool(report["health"]["degenerate"]) for report in reports),
        missing=sum(int(report["missing"]) for report in reports),
        failed=sum(int(report["failed"]) for report in reports),
        refusals={cell: sum(int((report.get("refusals") or {}).get(cell, 0)) for report in reports) for cell in cells},
    )


def _comparison(stage: StageRuns) -> list[Comparison]:
    if stage.opponent is None:
        return []
    one, two = ((name, mean_scores(stage.scores(name))) for name in (stage.opponent, stage.product))
    return compare_systems(one, two)


def _probe(stage: StageRuns) -> list[ProbeRow]:
    rows = []
    for run in stage.runs:
        probe = run.report.get("probe")
        if not probe:
            continue
        row = probe["comparison"]
        values = {name: system["metrics"][row["metric"]]["value"] for name, system in probe["systems"].items()}
        rows.append(
            ProbeRow(
                seed=run.record.seed,
                base=values[row["a"]],
                tuned=values[row["b"]],
                worse=len(probe["forgotten"]),
                better=len(probe["learned"]),
                **{key: row[key] for key in ("difference", "low", "high", "p", "n")},
            )
        )
    return rows


def _apart(stages: Sequence[StageRuns]) -> list[Apart]:
    names = [(stage.stage, stage.language, stage.model) for stage in stages]
    out = []
    for name in dict.fromkeys(name for name in names if names.count(name) > 1):
        places = tuple(place for place, other in enumerate(names) if other == name)
        out.append(Apart(places, tuple(differences([stages[place] for place in places]))))
    return out

"""One adapter for several tasks beside the adapters of one task each, over all seeds of both.

As `runs cross`, but from the reports alone: nothing is predicted or scored again.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tutorsmith.evaluation.compare import Comparison, compare_systems
from tutorsmith.evaluation.pooled import mean_scores, pool
from tutorsmith.evaluation.score import BALANCED
from tutorsmith.report.records import HEADLINE_METRICS, SKILL_METRICS
from tutorsmith.runs.skills import MARGIN, NOT_SHOWN, verdict_of
from tutorsmith.runs.stages import StageRuns

WITHIN = "within 0.03, not shown"
"""The observed loss is at most MARGIN; the questions are too few to show it."""

METRICS = (*HEADLINE_METRICS, BALANCED, *SKILL_METRICS)
"""Those of `runs cross`, and balanced refusals; the kind of refusal rests on the few questions that both refused."""

_DIGITS = 9  # rounding errors of a mean must not decide


@dataclass(frozen=True, slots=True)
class Balance:
    """One metric of one task: the product of `stage`, of several tasks, beside that of `single`, of this task alone.

    stage, single: places in the list of stages. difference: several minus one, paired by question; within: the observed
    loss is at most MARGIN. verdict: as `skills.verdict_of`, or WITHIN.
    """

    stage: int
    single: int
    task: str
    metric: str
    single_value: float
    value: float
    difference: float
    low: float
    high: float
    n: int
    within: bool
    verdict: str


def balance(stages: Sequence[StageRuns]) -> list[Balance]:
    """Each stage of several tasks against each of one of them, on the same questions, language and model."""
    rows: list[Balance] = []
    for place, several in enumerate(stages):
        for other, single in enumerate(stages):
            if len(several.tasks) < 2 or len(single.tasks) != 1 or not _comparable(several, single):
                continue
            rows += _beside((place, several), (other, single))
    return rows


def _comparable(several: StageRuns, single: StageRuns) -> bool:
    (task,) = single.tasks
    same = (several.language, several.model) == (single.language, single.model)
    return same and task in several.tasks and several.benchmarks.get(task) == single.benchmarks.get(task)


def _beside(several: tuple[int, StageRuns], single: tuple[int, StageRuns]) -> list[Balance]:
    (task,) = single[1].tasks
    one, two = single[1].scores(single[1].product), several[1].scores(several[1].product, task)
    before, after = pool(one), pool(two)
    rows = compare_systems(("single", mean_scores(one)), ("several", mean_scores(two)))
    out = []
    for row in (row for row in rows if row.metric in METRICS):
        within = round(row.difference, _DIGITS) >= -MARGIN
        out.append(
            Balance(
                stage=several[0],
                single=single[0],
                task=task,
                metric=row.metric,
                single_value=before[row.metric].value,
                value=after[row.metric].value,
                difference=row.difference,
                low=row.low,
                high=row.high,
                n=row.n,
                within=within,
                verdict=_kept(row, within),
            )
        )
    return out


def _kept(row: Comparison, within: bool) -> str:
    """KEPT, WORSE, WITHIN or NOT_SHOWN: as `runs cross`, where it cannot tell by the value."""
    verdict = verdict_of(row.low, row.high)
    return WITHIN if verdict == NOT_SHOWN and within else verdict

"""Two systems on the same items, metric by metric: how large is the difference, and is it one?"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import fmean
from typing import Any

from tutorsmith.evaluation.resampling import (
    binary_interval,
    paired_interval,
    sign_flip_test,
    smallest_mcnemar_difference,
    smallest_paired_difference,
)
from tutorsmith.evaluation.score import ANSWERED, BALANCED, METRICS, REFUSAL, ItemScore
from tutorsmith.evaluation.statistics import ALPHA, Interval, holm, mcnemar_exact

BETTER, WORSE, SAME, TOO_FEW = "better", "worse", "about the same", "too few questions to tell"

EQUIVALENCE_MARGIN = 0.1
"""Systems are about the same when the whole interval lies within this distance of zero."""

FEWEST_CLUSTERS = 10
"""Chapters are clusters only from so many on; with fewer the interval of a mean is too wide to say anything."""

_EPSILON = 1e-9


@dataclass(frozen=True, slots=True)
class _Paired:
    """Per-item values of both systems in one metric, and the weight of each item (1 but for the balanced accuracy)."""

    a: list[float]
    b: list[float]
    weights: list[float]
    clusters: list[str] | None

    @property
    def differences(self) -> list[float]:
        return [weight * (y - x) for x, y, weight in zip(self.a, self.b, self.weights, strict=True)]

    @property
    def binary(self) -> bool:
        whole = all(value in (0.0, 1.0) for value in (*self.a, *self.b))
        return whole and self.clusters is None and all(weight == 1.0 for weight in self.weights)


@dataclass(frozen=True, slots=True)
class Comparison:
    """One row of the report: difference b - a. wins and losses count items in which b is better or worse."""

    metric: str
    a: str
    b: str
    task: str | None
    difference: float
    low: float
    high: float
    p: float
    p_holm: float
    n: int
    wins: int
    losses: int
    ties: int
    smallest_difference: float
    test: str
    verdict: str


def compare_systems(
    a: tuple[str, Sequence[ItemScore]], b: tuple[str, Sequence[ItemScore]], task: str | None = None
) -> list[Comparison]:
    """Compare two systems, each given as (name, scores), in every metric that applies to both.

    Items are paired by id; the p-values are adjusted by Holm over the metrics of this comparison.
    """
    rows = []
    for metric in METRICS:
        paired = _pair(a[1], b[1], metric)
        if paired is not None:
            rows.append((metric, paired, *_test(paired)))
    adjusted = holm([p for *_, p, _ in rows])
    return [
        _row((a[0], b[0]), task, metric, paired, (interval, p, p_holm, test))
        for (metric, paired, interval, p, test), p_holm in zip(rows, adjusted, strict=True)
    ]


def comparison_table(systems: Sequence[tuple[str, Sequence[ItemScore]]]) -> list[dict[str, Any]]:
    """Each later system against each earlier one, over all tasks (`task` None) and, with several, per task."""
    tasks = list(dict.fromkeys(score.task for _, scores in systems for score in scores))
    names: list[str | None] = [None, *tasks] if len(tasks) > 1 else [None]
    rows: list[dict[str, Any]] = []
    for later, b in enumerate(systems):
        for a in systems[:later]:
            for task in names:
                one, two = ((name, _of_task(scores, task)) for name, scores in (a, b))
                rows += [asdict(row) for row in compare_systems(one, two, task)]
    return rows


def _of_task(scores: Sequence[ItemScore], task: str | None) -> Sequence[ItemScore]:
    return scores if task is None else [score for score in scores if score.task == task]


def _pair(a: Sequence[ItemScore], b: Sequence[ItemScore], metric: str) -> _Paired | None:
    if metric == BALANCED:
        return _pair_balanced(a, b)
    others = {score.item.id: score for score in b}
    both = [
        (score, others[score.item.id])
        for score in a
        if metric in score.scores and score.item.id in others and metric in others[score.item.id].scores
    ]
    if not both:
        return None
    values = [(one.scores[metric], two.scores[metric]) for one, two in both]
    ones, twos = (list(column) for column in zip(*values, strict=True))
    return _Paired(ones, twos, [1.0] * len(both), _clusters([one for one, _ in both]))


def _pair_balanced(a: Sequence[ItemScore], b: Sequence[ItemScore]) -> _Paired | None:
    """Weighted so that the mean difference over all items is the mean of the two groups' mean differences."""
    parts = [(part, score) for score in a for part in (REFUSAL, ANSWERED) if part in score.scores]
    others = {score.item.id: score for score in b}
    parts = [(part, score) for part, score in parts if part in getattr(others.get(score.item.id), "scores", {})]
    sizes = {name: sum(part == name for part, _ in parts) for name in (REFUSAL, ANSWERED)}
    if not all(sizes.values()):
        return None
    return _Paired(
        [score.scores[part] for part, score in parts],
        [others[score.item.id].scores[part] for part, score in parts],
        [len(parts) / (2 * sizes[part]) for part, _ in parts],
        _clusters([score for _, score in parts]),
    )


def _clusters(scores: Sequence[ItemScore]) -> list[str] | None:
    """Chapters, where there are enough of them and some hold several items; an item without one stands alone."""
    names = [
        f"{score.task}/{chapter}" if (chapter := score.slice_of("chapter")) else f"item {score.item.id}"
        for score in scores
    ]
    return names if FEWEST_CLUSTERS <= len(set(names)) < len(names) else None


def _test(paired: _Paired) -> tuple[Interval, float, str]:
    differences = paired.differences
    if paired.binary:
        wins, losses = _wins_losses(differences)
        return binary_interval(wins, losses, len(differences)), mcnemar_exact(wins, losses), "exact McNemar"
    interval = paired_interval(differences, paired.clusters)
    return interval, sign_flip_test(differences, paired.clusters), "sign-flip permutation"


def _wins_losses(differences: Sequence[float]) -> tuple[int, int]:
    return sum(value > _EPSILON for value in differences), sum(value < -_EPSILON for value in differences)


def _row(
    names: tuple[str, str],
    task: str | None,
    metric: str,
    paired: _Paired,
    tested: tuple[Interval, float, float, str],
) -> Comparison:
    interval, p, p_holm, test = tested
    differences = paired.differences
    n = len(differences)
    difference = fmean(differences)
    wins, losses = _wins_losses(differences)
    return Comparison(
        metric=metric,
        a=names[0],
        b=names[1],
        task=task,
        difference=difference,
        low=max(-1.0, interval.low),
        high=min(1.0, interval.high),
        p=p,
        p_holm=p_holm,
        n=n,
        wins=wins,
        losses=losses,
        ties=n - wins - losses,
        smallest_difference=_smallest(paired, wins, losses),
        test=test,
        verdict=_verdict(difference, interval, p_holm),
    )


def _smallest(paired: _Paired, wins: int, losses: int) -> float:
    if paired.binary:
        return smallest_mcnemar_difference(min(wins, losses), len(paired.differences))
    return smallest_paired_difference(paired.differences, paired.clusters)


def _verdict(difference: float, interval: Interval, p: float) -> str:
    if p <= ALPHA:
        return BETTER if difference > 0 else WORSE
    within = max(-interval.low, interval.high) <= EQUIVALENCE_MARGIN
    return SAME if within else TOO_FEW

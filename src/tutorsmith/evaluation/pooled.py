"""Several seeds of one configuration taken together, question by question.

    value       mean over the seeds of each seed's value
    deviation   sample standard deviation of these values
    low, high   95 % interval; a question is one cluster, whatever number of seeds answered it

Three seeds that answer 84 questions give 252 answers, but not 252 independent ones: what one seed gets wrong another
probably does too. So the judgements of a question (each key point, or each answer, of every seed) make up one group,
and the interval is Wilson's with the effective size of `statistics.clustered_size`: the number of questions where the
seeds always agree, more where they don't. With one seed it is the interval of that seed's own report. It says how far
the value is known for other questions of this kind with these seeds; how far other seeds would move it is told by the
deviation.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean

from tutorsmith.evaluation.score import ANSWERED, BALANCED, COVERAGE, METRICS, REFUSAL, ItemScore
from tutorsmith.evaluation.statistics import Interval, balanced_interval, clustered_size, summarise_seeds, wilson

Seeds = Sequence[Sequence[ItemScore]]
"""One system's items, as `saved.item_scores` gives them, of each seed; all of one configuration on one benchmark."""

_Key = tuple[str, str]  # task, id


@dataclass(frozen=True, slots=True)
class Pooled:
    """One metric over seeds. values: of each seed that has it. questions: that it applies to; judgements: key points or
    answers that were judged, all seeds together. deviation: None with one seed."""

    value: float
    low: float
    high: float
    values: tuple[float, ...]
    deviation: float | None
    questions: int
    judgements: int


@dataclass(frozen=True, slots=True)
class _Judged:
    """One metric. values: of each seed that has it; points: of each of these, question -> judgements, each 0 to 1."""

    values: tuple[float, ...]
    points: tuple[Mapping[_Key, Sequence[float]], ...]

    @property
    def groups(self) -> dict[_Key, list[float]]:
        """The judgements of a question over all seeds."""
        groups: dict[_Key, list[float]] = {}
        for seed in self.points:
            for key, points in seed.items():
                groups.setdefault(key, []).extend(points)
        return groups

    @property
    def size(self) -> float:
        """Effective number of judgements. Where all are alike nothing says how much a further seed adds: then none."""
        groups = self.groups
        if len({point for points in groups.values() for point in points}) > 1:
            return clustered_size(list(groups.values()))
        return clustered_size(list(self.points[0].values()))

    @property
    def counts(self) -> tuple[int, int]:
        """(questions, judgements)."""
        groups = self.groups
        return len(groups), sum(map(len, groups.values()))


def pool(seeds: Seeds) -> dict[str, Pooled]:
    """Every metric that applies. One that a seed lacks (no refusal whose kind could be judged) is told over the others.

    Of items without saved key points the score counts as one judgement.
    """
    out = {}
    for metric in METRICS:
        pooled = _balanced(seeds) if metric == BALANCED else _plain(_judged(seeds, metric))
        if pooled is not None:
            out[metric] = pooled
    return out


def mean_scores(seeds: Seeds) -> list[ItemScore]:
    """Each item once, with its scores averaged over the seeds: what `compare_systems` pairs question by question.

    Where a seed lacks a score (of a kind of refusal, the question not having been refused) the others count.
    """
    shown: dict[_Key, ItemScore] = {}
    columns: dict[_Key, dict[str, list[float]]] = {}
    for score in (score for scores in seeds for score in scores):
        shown.setdefault(_key(score), score)
        column = columns.setdefault(_key(score), {})
        for name, value in score.scores.items():
            column.setdefault(name, []).append(value)
    return [
        replace(score, scores={name: fmean(values) for name, values in columns[key].items()}, points=())
        for key, score in shown.items()
    ]


def _key(score: ItemScore) -> _Key:
    return score.task, score.item.id


def _judged(seeds: Seeds, metric: str) -> _Judged:
    having = [[score for score in scores if metric in score.scores] for scores in seeds]
    having = [scores for scores in having if scores]
    # Rounding in the mean must not leave [0, 1].
    values = [min(1.0, max(0.0, fmean(score.scores[metric] for score in scores))) for scores in having]
    points = [{_key(score): _points(score, metric) for score in scores} for scores in having]
    return _Judged(tuple(values), tuple(points))


def _points(score: ItemScore, metric: str) -> Sequence[float]:
    return score.points if metric == COVERAGE and score.points else [score.scores[metric]]


def _plain(judged: _Judged) -> Pooled | None:
    if not judged.values:
        return None
    return _summary(judged.values, wilson(fmean(judged.values), judged.size), judged.counts)


def _balanced(seeds: Seeds) -> Pooled | None:
    """The mean of two shares, seed by seed. Each seed is asked the same questions, so that it has both or neither."""
    refuse, answer = _judged(seeds, REFUSAL), _judged(seeds, ANSWERED)
    if not refuse.values or not answer.values:
        return None
    values = [(one + two) / 2 for one, two in zip(refuse.values, answer.values, strict=True)]
    interval = balanced_interval((fmean(refuse.values), refuse.size), (fmean(answer.values), answer.size))
    questions, judgements = (sum(pair) for pair in zip(refuse.counts, answer.counts, strict=True))
    return _summary(values, interval, (questions, judgements))


def _summary(values: Sequence[float], interval: Interval, counts: tuple[int, int]) -> Pooled:
    summary = summarise_seeds(values)
    return Pooled(summary.mean, interval.low, interval.high, tuple(values), summary.deviation, *counts)

"""Several seeds of one configuration as one measurement: from the definition, and by simulation."""

from collections.abc import Sequence
from statistics import fmean, stdev

import numpy as np
import pytest

from tutorsmith.data.schema import BenchmarkItem, Message
from tutorsmith.evaluation.compare import compare_systems
from tutorsmith.evaluation.pooled import mean_scores, pool
from tutorsmith.evaluation.score import ItemScore
from tutorsmith.evaluation.statistics import balanced_interval, clustered_size, wilson

COVERAGE, FORMAT, REFUSAL, BALANCED, KIND = (
    "key_point_coverage",
    "format_compliance",
    "refusal_accuracy",
    "refusal_balanced_accuracy",
    "refusal_kind_accuracy",
)


def item(number: int, points: Sequence[float] = (), **scores: float) -> ItemScore:
    """Points are those of the coverage, whose score is their mean."""
    if points:
        scores = {COVERAGE: fmean(points), **scores}
    benchmark = BenchmarkItem(id=f"q{number}", mode="", messages=(Message("user", f"{number}?"),), meta={})
    return ItemScore("task", benchmark, None, "", (), (), scores, tuple(points))


def formats(*values: float) -> list[ItemScore]:
    return [item(k, format_compliance=value) for k, value in enumerate(values)]


def test_value_and_deviation_are_those_of_the_seeds_values() -> None:
    seeds = [formats(1, 1, 1, 0), formats(1, 1, 0, 0), formats(1, 0, 0, 0)]
    found = pool(seeds)[FORMAT]
    assert found.values == (0.75, 0.5, 0.25)
    assert found.value == 0.5
    assert found.deviation == pytest.approx(stdev(found.values))
    assert (found.questions, found.judgements) == (4, 12)


def test_one_seed_has_its_own_interval_and_no_deviation() -> None:
    found = pool([formats(1, 1, 1, 0, 1)])[FORMAT]
    own = wilson(0.8, 5)
    assert (found.low, found.high, found.deviation) == (own.low, own.high, None)


def test_seeds_that_always_agree_count_as_one() -> None:
    one = formats(1, 0, 1, 1, 0, 1, 1, 1)
    alone, three = pool([one])[FORMAT], pool([one, one, one])[FORMAT]
    assert (three.low, three.high) == pytest.approx((alone.low, alone.high))
    assert three.judgements == 3 * alone.judgements


def test_where_nothing_varies_further_seeds_prove_nothing() -> None:
    one = formats(*[1] * 20)
    assert pool([one] * 3)[FORMAT].low == pool([one])[FORMAT].low == wilson(1.0, 20).low


def test_seeds_that_disagree_say_more_than_one() -> None:
    seeds = [formats(*[float(k % 3 != seed) for k in range(30)]) for seed in range(3)]
    found = pool(seeds)[FORMAT]
    one = wilson(2 / 3, 30)
    assert found.value == pytest.approx(2 / 3)
    assert one.low < found.low < found.high < one.high


def test_the_key_points_of_a_question_are_one_cluster_over_all_seeds() -> None:
    seeds = [[item(0, (1, 0)), item(1, (1, 1)), item(2, (0,))], [item(0, (0, 0)), item(1, (1, 1)), item(2, (1,))]]
    found = pool(seeds)[COVERAGE]
    size = clustered_size([[1, 0, 0, 0], [1, 1, 1, 1], [0, 1]])
    assert found.values == (0.5, pytest.approx(2 / 3))
    assert (found.low, found.high) == (wilson(found.value, size).low, wilson(found.value, size).high)
    assert (found.questions, found.judgements) == (3, 10)


def test_balanced_refusals_join_both_groups() -> None:
    def seed(refused: Sequence[float], answered: Sequence[float]) -> list[ItemScore]:
        return [item(k, refusal_accuracy=v) for k, v in enumerate(refused)] + [
            item(100 + k, answered=v) for k, v in enumerate(answered)
        ]

    seeds = [seed((1, 0), (1, 1, 0, 1)), seed((1, 1), (1, 1, 0, 1))]
    found = pool(seeds)[BALANCED]
    assert found.values == (0.625, 0.875)
    assert (found.questions, found.judgements) == (6, 12)
    expected = balanced_interval(
        (0.75, clustered_size([[1, 1], [0, 1]])), (0.75, clustered_size([[1, 1], [1, 1], [0, 0], [1, 1]]))
    )
    assert (found.low, found.high) == (expected.low, expected.high)
    assert BALANCED not in pool([[item(0, refusal_accuracy=1.0)]])


def test_a_metric_that_a_seed_lacks_is_told_over_the_others() -> None:
    seeds = [
        [item(0, refusal_kind_accuracy=1.0), item(1)],
        [item(0), item(1)],
        [item(0), item(1, refusal_kind_accuracy=0.0)],
    ]
    found = pool(seeds)[KIND]
    assert found.values == (1.0, 0.0)
    assert (found.questions, found.judgements) == (2, 2)
    assert COVERAGE not in pool(seeds)


def test_questions_are_paired_by_their_means_over_the_seeds() -> None:
    base = [formats(0, 0, 1, 1, 0, 0)] * 2
    tuned = [formats(1, 1, 1, 1, 1, 0), formats(1, 0, 1, 1, 1, 0)]
    means = mean_scores(tuned)
    assert [score.scores[FORMAT] for score in means] == [1, 0.5, 1, 1, 1, 0]
    (row,) = compare_systems(("base", mean_scores(base)), ("tuned", means))
    assert row.difference == pytest.approx(2.5 / 6)
    assert (row.wins, row.losses, row.ties, row.n) == (3, 0, 3, 6)


@pytest.mark.parametrize(("questions", "share", "rho"), [(84, 0.95, 0.6), (66, 0.3, 0.7), (18, 0.8, 0.6)])
def test_the_interval_covers_as_it_says(questions: int, share: float, rho: float) -> None:
    """Three seeds; a question's chance of a right answer is beta-distributed, correlation rho between seeds."""
    generator = np.random.default_rng(0)
    shape = (1 - rho) / rho
    covered = []
    for _ in range(400):
        chances = generator.beta(share * shape, (1 - share) * shape, questions)
        found = pool([formats(*(generator.random(questions) < chances).astype(float)) for _ in range(3)])[FORMAT]
        covered.append(found.low <= share <= found.high)
    assert 0.92 <= fmean(covered) <= 0.985

from math import comb

import numpy as np
import pytest

from tutorsmith.core.errors import UsageError
from tutorsmith.evaluation.statistics import (
    balanced_interval,
    binomial_tail,
    clustered_size,
    effective_size,
    fewest_items,
    holm,
    intraclass_correlation,
    mcnemar_exact,
    smallest_difference,
    smallest_paired_difference,
    successes_to_show,
    summarise_seeds,
    wilson,
)


@pytest.mark.parametrize(
    ("right", "n", "low", "high"),
    # Wilson (1927) at 95 %, worked by hand from the formula with z = 1.959964
    [
        (9, 10, 0.5958, 0.9821),
        (0, 10, 0.0, 0.2775),
        (10, 10, 0.7225, 1.0),
        (54, 60, 0.7985, 0.9534),
        (1, 2, 0.0945, 0.9055),
    ],
)
def test_wilson_known_values(right: int, n: int, low: float, high: float) -> None:
    interval = wilson(right / n, n)
    assert interval.low == pytest.approx(low, abs=1e-3)
    assert interval.high == pytest.approx(high, abs=1e-3)


def test_wilson_refuses_what_is_no_proportion() -> None:
    with pytest.raises(UsageError):
        wilson(1.2, 10)
    with pytest.raises(UsageError):
        wilson(0.5, 0)


@pytest.mark.parametrize("n", [11, 17, 60, 200])
def test_wilson_covers_on_average(n: int) -> None:
    """Exact mean coverage over proportions between 0.1 and 0.95 (no simulation needed)."""
    shares = np.linspace(0.1, 0.95, 171)
    intervals = [wilson(k / n, n) for k in range(n + 1)]
    coverage = [
        sum(comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1) if intervals[k].contains(float(p)))
        for p in shares
    ]
    assert 0.93 <= float(np.mean(coverage)) <= 0.97


def correlated(rng: np.random.Generator, shape: tuple[int, int, int], share: float, rho: float) -> np.ndarray:
    """0/1 outcomes (runs, items, points) with mean `share` and correlation rho within an item (beta-binomial)."""
    runs, items, points = shape
    size = (1 - rho) / rho
    chance = rng.beta(share * size, (1 - share) * size, size=(runs, items, 1))
    return (rng.random((runs, items, points)) < chance).astype(float)


def coverage_of_key_points(share: float, rho: float, items: int, points: int, runs: int = 1500) -> tuple[float, float]:
    """(coverage of the clustered interval, of the naive pooled one)."""
    outcomes = correlated(np.random.default_rng(7), (runs, items, points), share, rho)
    clustered = naive = 0
    for run in outcomes:
        value = min(1.0, float(run.mean()))
        clustered += wilson(value, clustered_size(run.tolist())).contains(share)
        naive += wilson(value, run.size).contains(share)
    return clustered / runs, naive / runs


@pytest.mark.parametrize(("share", "items"), [(0.7, 17), (0.5, 17), (0.8, 40), (0.6, 60)])
def test_clustered_interval_covers_where_the_naive_one_does_not(share: float, items: int) -> None:
    clustered, naive = coverage_of_key_points(share, 0.3, items, 4)
    assert 0.93 <= clustered <= 0.975
    assert naive < 0.925


def test_clustered_interval_holds_under_strong_correlation() -> None:
    clustered, _ = coverage_of_key_points(0.6, 0.6, 40, 4)
    assert 0.93 <= clustered <= 0.97


def test_intraclass_correlation_recovers_the_truth() -> None:
    outcomes = correlated(np.random.default_rng(1), (1, 4000, 4), 0.6, 0.3)[0]
    assert intraclass_correlation(outcomes.tolist()) == pytest.approx(0.3, abs=0.03)
    independent = np.random.default_rng(2).integers(0, 2, size=(4000, 4)).astype(float)
    assert intraclass_correlation(independent.tolist()) == pytest.approx(0.0, abs=0.03)


def test_intraclass_correlation_of_extremes() -> None:
    assert intraclass_correlation([[1, 1, 1], [0, 0, 0], [1, 1, 1]]) == 1.0
    assert intraclass_correlation([[1, 0], [0, 1], [1, 0]]) == 0.0
    assert intraclass_correlation([[1.0], [0.0]]) is None
    assert intraclass_correlation([[1.0, 1.0], [1.0, 1.0]]) is None
    assert intraclass_correlation([[1.0, 0.0]]) is None


def test_effective_size() -> None:
    assert effective_size([4] * 17, 0.3) == pytest.approx(17 * 4 / 1.9)
    assert effective_size([1] * 17, 0.3) == 17
    assert effective_size([4] * 17, 1.0) == 17
    # independent within items: the floor of rho still applies
    assert clustered_size([[1, 0, 1, 0]] * 17) == pytest.approx(17 * 4 / 1.9)
    # a mean over items gives one long item no more weight than a short one
    assert clustered_size([[1.0, 0.0] * 20, [1.0]]) < effective_size([40, 1], 0.3)


def test_balanced_interval_covers() -> None:
    rng = np.random.default_rng(3)
    one = rng.binomial(20, 0.8, size=4000)
    two = rng.binomial(40, 0.9, size=4000)
    inside = [balanced_interval((a / 20, 20), (b / 40, 40)).contains(0.85) for a, b in zip(one, two, strict=True)]
    assert 0.93 <= float(np.mean(inside)) <= 0.97


def test_mcnemar_needs_six_discordant_items_one_way() -> None:
    assert mcnemar_exact(5, 0) == pytest.approx(0.0625)
    assert mcnemar_exact(6, 0) == pytest.approx(0.03125)
    assert mcnemar_exact(0, 0) == 1.0
    assert mcnemar_exact(3, 3) == 1.0
    assert mcnemar_exact(1, 9) == mcnemar_exact(9, 1) == pytest.approx(22 / 1024)


def test_mcnemar_false_positives() -> None:
    rng = np.random.default_rng(4)
    wins = rng.binomial(14, 0.5, size=5000)
    assert np.mean([mcnemar_exact(int(w), 14 - int(w)) <= 0.05 for w in wins]) <= 0.05


def test_holm() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.5, 0.6]) == pytest.approx([1.0, 1.0])
    assert holm([]) == []


def test_holm_holds_the_family_error() -> None:
    p = np.random.default_rng(5).random((5000, 5))
    rate = np.mean([min(holm(row.tolist())) <= 0.05 for row in p])
    assert 0.03 <= rate <= 0.06


def test_what_a_benchmark_can_show() -> None:
    assert fewest_items(0.9) == 29
    assert successes_to_show(0.9, 28) is None
    assert [successes_to_show(0.9, n) for n in (29, 60, 100, 200)] == [29, 59, 96, 188]
    assert binomial_tail(0, 10, 0.3) == pytest.approx(1.0)
    with pytest.raises(UsageError):
        fewest_items(1.0)


def test_smallest_difference_is_what_the_test_sees_with_power_80() -> None:
    n, share = 200, 0.6
    delta = smallest_difference(share, n)
    rng = np.random.default_rng(6)
    a = rng.binomial(n, share - delta / 2, size=4000) / n
    b = rng.binomial(n, share + delta / 2, size=4000) / n
    pooled = (a + b) / 2
    shown = np.abs(b - a) > 1.96 * np.sqrt(2 * pooled * (1 - pooled) / n)
    assert 0.76 <= float(shown.mean()) <= 0.84


def test_smallest_difference_shrinks_with_n_and_never_vanishes() -> None:
    assert smallest_difference(1.0, 6) > smallest_difference(1.0, 60) > smallest_difference(1.0, 600) > 0
    assert smallest_paired_difference(0.0, 11) == smallest_paired_difference(0.2, 11)
    assert smallest_paired_difference(0.5, 400) == pytest.approx(2.80158 * 0.5 / 20, rel=1e-4)


def test_seeds() -> None:
    steady = summarise_seeds([0.7, 0.72, 0.71])
    assert steady.mean == pytest.approx(0.71)
    assert steady.deviation == pytest.approx(0.01)
    assert steady.stable is True
    assert summarise_seeds([0.5, 0.8]).stable is False
    assert summarise_seeds([0.5]).stable is None
    with pytest.raises(UsageError):
        summarise_seeds([])

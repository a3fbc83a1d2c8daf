import numpy as np
import pytest

from tutorsmith.core.errors import UsageError
from tutorsmith.evaluation.statistics import (
    binomial_tail,
    clustered_size,
    effective_size,
    fewest_items,
    holm,
    intraclass_correlation,
    mcnemar_exact,
    smallest_difference,
    successes_to_show,
    summarise_seeds,
    t_quantile,
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


def correlated(rng: np.random.Generator, shape: tuple[int, int, int], share: float, rho: float) -> np.ndarray:
    """0/1 outcomes (runs, items, points) with mean `share` and correlation rho within an item (beta-binomial)."""
    runs, items, points = shape
    size = (1 - rho) / rho
    chance = rng.beta(share * size, (1 - share) * size, size=(runs, items, 1))
    return (rng.random((runs, items, points)) < chance).astype(float)


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


def test_clustered_size_allows_for_the_estimated_correlation() -> None:
    z, t = 1.959964, t_quantile(0.975, 16)
    loss = (z / (z + 0.75 * (t - z))) ** 2
    # independent within items: as many as there are points, less what the estimate costs
    assert clustered_size([[1, 0, 1, 0]] * 17) == pytest.approx(17 * 4 * loss, rel=1e-4)
    # nothing to estimate from: the typical correlation
    assert clustered_size([[1, 1, 1, 1]] * 17) == pytest.approx(17 * 4 / 1.9 * loss, rel=1e-4)
    # all or none of each item: one trial an item, and never fewer
    assert clustered_size([[1] * 4, [0] * 4] * 8) == 16
    # one point an item: nothing is correlated, nothing is lost
    assert clustered_size([[1.0], [0.0]] * 8) == 16
    assert clustered_size([]) == 0
    # a mean over items gives one long item no more weight than a short one
    assert clustered_size([[1.0, 0.0] * 20, [1.0]]) < effective_size([40, 1], 0.3)


@pytest.mark.parametrize(
    ("probability", "freedom", "value"), [(0.975, 10, 2.2281), (0.975, 1, 12.7062), (0.8, 4, 0.9410)]
)
def test_t_quantile_is_that_of_the_tables(probability: float, freedom: float, value: float) -> None:
    assert t_quantile(probability, freedom) == pytest.approx(value, abs=1e-4)


def test_mcnemar_needs_six_discordant_items_one_way() -> None:
    assert mcnemar_exact(5, 0) == pytest.approx(0.0625)
    assert mcnemar_exact(6, 0) == pytest.approx(0.03125)
    assert mcnemar_exact(0, 0) == 1.0
    assert mcnemar_exact(3, 3) == 1.0
    assert mcnemar_exact(1, 9) == mcnemar_exact(9, 1) == pytest.approx(22 / 1024)


def test_holm() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.5, 0.6]) == pytest.approx([1.0, 1.0])
    assert holm([]) == []


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


def test_seeds() -> None:
    steady = summarise_seeds([0.7, 0.72, 0.71])
    assert steady.mean == pytest.approx(0.71)
    assert steady.deviation == pytest.approx(0.01)
    assert (steady.stable, steady.verdict) == (True, "stable")
    # the mean plus and minus 4.3027 times 0.01 over the root of 3
    assert (steady.low, steady.high) == (pytest.approx(0.6852, abs=1e-4), pytest.approx(0.7348, abs=1e-4))
    assert summarise_seeds([0.4, 0.5, 0.7]).verdict == "unstable"
    two = summarise_seeds([0.5, 0.8])
    assert (two.stable, two.verdict) == (False, "too few")
    assert two.low is None and two.high is None
    alone = summarise_seeds([0.5])
    assert (alone.stable, alone.verdict, alone.low) == (None, "too few", None)
    with pytest.raises(UsageError):
        summarise_seeds([])

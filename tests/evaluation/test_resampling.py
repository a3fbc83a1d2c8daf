from itertools import product

import numpy as np
import pytest

from tutorsmith.core.errors import UsageError
from tutorsmith.evaluation import resampling
from tutorsmith.evaluation.resampling import (
    bca_interval,
    binary_interval,
    cluster_sums,
    padded_t_interval,
    paired_interval,
    sign_flip_test,
    smallest_mcnemar_difference,
    smallest_paired_difference,
    standard_error,
    t_interval,
)


def by_enumeration(differences: list[float]) -> float:
    observed = abs(sum(differences)) - 1e-9
    signs = list(product((-1, 1), repeat=len(differences)))
    return sum(abs(sum(s * d for s, d in zip(sign, differences, strict=True))) >= observed for sign in signs) / len(
        signs
    )


@pytest.mark.parametrize(
    "differences",
    [[0.25] * 6, [0.5, 0.25, -0.25, 0.75, 0.0, 0.5], [1, 1, 1, -1, 1], [0.1, -0.1], [1 / 3, 1 / 3, -2 / 3, 1]],
)
def test_exact_test_equals_enumeration(differences: list[float]) -> None:
    assert sign_flip_test(differences) == pytest.approx(by_enumeration(differences))


def test_no_difference_has_p_one() -> None:
    assert sign_flip_test([0.0] * 11) == 1.0


def test_twenty_items_are_exact_and_more_are_sampled() -> None:
    assert sign_flip_test([1.0] * 20) == pytest.approx(2 / 2**20)
    p = sign_flip_test([1.0] * 30)
    assert p == pytest.approx(1 / (resampling.RESAMPLES + 1))
    assert sign_flip_test([0.3, -0.1] * 20, seed=1) == sign_flip_test([0.3, -0.1] * 20, seed=1)


def test_monte_carlo_agrees_with_the_normal_limit() -> None:
    from scipy.stats import norm

    differences = np.random.default_rng(0).normal(0.1, 0.5, size=200)
    z = differences.sum() / np.sqrt((differences**2).sum())
    assert sign_flip_test(differences) == pytest.approx(2 * norm.sf(abs(z)), abs=0.01)


def test_clusters_flip_together() -> None:
    differences = [0.5] * 8
    alone, together = sign_flip_test(differences), sign_flip_test(differences, ["a"] * 4 + ["b"] * 4)
    assert alone == pytest.approx(2 / 2**8)
    assert together == pytest.approx(0.5)


def test_bca_is_like_scipy() -> None:
    from scipy.stats import bootstrap

    data = np.random.default_rng(10).exponential(1.0, size=80)
    ours = bca_interval(data, seed=0)
    theirs = bootstrap(
        (data,), np.mean, method="BCa", rng=np.random.default_rng(1), n_resamples=20_000
    ).confidence_interval
    assert ours.low == pytest.approx(theirs.low, abs=0.02)
    assert ours.high == pytest.approx(theirs.high, abs=0.02)


def test_paired_interval_changes_method_at_sixty() -> None:
    data = np.random.default_rng(11).choice([0.0, 0.25, 1.0], size=80)
    assert paired_interval(data[:59]) == padded_t_interval(data[:59])
    assert paired_interval(data) == bca_interval(data)


def test_equal_differences_keep_a_width() -> None:
    interval = paired_interval([0.0] * 11)
    assert interval.low < -0.1 < 0.1 < interval.high
    assert paired_interval([1.0]).high == 1.0
    assert binary_interval(0, 0, 11) == interval


def test_cluster_sums_and_bad_input() -> None:
    assert cluster_sums(np.array([1.0, 2.0, 3.0]), ["a", "b", "a"]).tolist() == [4.0, 2.0]
    with pytest.raises(UsageError):
        cluster_sums(np.array([1.0, 2.0]), ["a"])
    with pytest.raises(UsageError):
        sign_flip_test([])
    with pytest.raises(UsageError):
        sign_flip_test([float("nan"), 1.0])
    with pytest.raises(UsageError):
        t_interval([1.0, 2.0], ["a", "a"])


def test_t_interval_is_that_of_the_books() -> None:
    from scipy.stats import t

    data = np.random.default_rng(12).normal(0.2, 0.5, size=17)
    low, high = t.interval(0.95, 16, loc=data.mean(), scale=data.std(ddof=1) / np.sqrt(17))
    assert (t_interval(data).low, t_interval(data).high) == (pytest.approx(low), pytest.approx(high))


def test_equal_chapters_have_one_degree_of_freedom_less_than_their_number() -> None:
    data = np.random.default_rng(13).normal(size=30)
    groups = [f"ch{i // 3}" for i in range(30)]
    error, freedom = standard_error(data, groups)
    means = data.reshape(10, 3).mean(axis=1)
    assert error == pytest.approx(means.std(ddof=1) / np.sqrt(10))
    assert freedom == pytest.approx(9)
    # chapters of very different size: fewer
    _, fewer = standard_error(data, ["big"] * 21 + [f"ch{i}" for i in range(9)])
    assert 1 < fewer < 5


def test_padding_widens_around_the_same_mean() -> None:
    data = [0.25, 0.0, 0.0, 0.0, 0.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0]
    plain, padded = t_interval(data), padded_t_interval(data)
    assert padded.low < plain.low and padded.high > plain.high
    assert (padded.low + padded.high) / 2 == pytest.approx((plain.low + plain.high) / 2)


def test_the_limits_of_the_binary_interval_are_differences_just_not_refuted() -> None:
    """Against a likelihood maximised by brute force instead of Tango's closed form."""
    wins, losses, n = 9, 1, 44
    interval = binary_interval(wins, losses, n)
    for limit in (interval.low, interval.high):
        rates = np.linspace(1e-9, (1 - abs(limit)) / 2, 400_001) + max(0.0, -limit)
        same = 1 - 2 * rates - limit
        fits = same > 0
        likelihood = np.full(rates.size, -np.inf)
        likelihood[fits] = (
            wins * np.log(rates[fits] + limit) + losses * np.log(rates[fits]) + (n - 10) * np.log(same[fits])
        )
        best = rates[int(np.argmax(likelihood))]
        error = np.sqrt((2 * best + limit - limit**2) / n)
        assert abs((wins - losses) / n - limit) / error == pytest.approx(1.959964, abs=1e-3)
    assert binary_interval(losses, wins, n).low == pytest.approx(-interval.high)
    # no discordant pair: z^2 / (n + z^2), as for a single proportion
    assert binary_interval(0, 0, 11).high == pytest.approx(1.959964**2 / (11 + 1.959964**2))
    assert binary_interval(8, 0, 8).high == 1.0


def test_the_smallest_difference_is_none_where_no_test_can_show_one() -> None:
    assert smallest_mcnemar_difference(0, 5) == 1.0
    assert smallest_paired_difference([0.5, 0.25, 0.5, 0.25, 0.5]) == 1.0
    assert smallest_paired_difference([0.5] * 12, [f"ch{i % 4}" for i in range(12)]) == 1.0
    assert 0 < smallest_mcnemar_difference(0, 40) < smallest_mcnemar_difference(4, 40) < 1
    # agreement on all items proves little
    assert smallest_paired_difference([0.0] * 11) == pytest.approx((2.2281 + 0.8791) / 11, rel=1e-3)

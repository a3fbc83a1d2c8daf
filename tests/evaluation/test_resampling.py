from itertools import product

import numpy as np
import pytest

from tutorsmith.core.errors import UsageError
from tutorsmith.evaluation import resampling
from tutorsmith.evaluation.resampling import (
    bca_interval,
    binary_interval,
    cluster_sums,
    paired_interval,
    sign_flip_test,
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


@pytest.mark.parametrize("n", [11, 17, 40])
def test_false_positives_of_the_permutation_test(n: int) -> None:
    rng = np.random.default_rng(n)
    runs = 1500 if n <= 17 else 300
    # differences of coverage: multiples of a quarter, many of them zero
    data = rng.choice([-0.5, -0.25, 0, 0, 0.25, 0.5], size=(runs, n))
    rejected = (
        [sign_flip_test(row, seed=i, resamples=999) <= 0.05 for i, row in enumerate(data)]
        if n > 17
        else [sign_flip_test(row) <= 0.05 for row in data[:600]]
    )
    # at most 5 %, up to what so many runs can tell
    assert float(np.mean(rejected)) <= 0.05 + 1.65 * np.sqrt(0.05 * 0.95 / len(rejected))


def test_clusters_flip_together() -> None:
    differences = [0.5] * 8
    alone, together = sign_flip_test(differences), sign_flip_test(differences, ["a"] * 4 + ["b"] * 4)
    assert alone == pytest.approx(2 / 2**8)
    assert together == pytest.approx(0.5)


def vectorised_t_coverage(data: np.ndarray, mean: float) -> float:
    return float(np.mean([t_interval(row).contains(mean) for row in data]))


@pytest.mark.parametrize("n", [11, 17, 40])
def test_t_interval_covers(n: int) -> None:
    rng = np.random.default_rng(n)
    data = rng.choice(
        [-0.5, -0.25, 0.0, 0.25, 0.5, 0.75, 1.0], p=[0.05, 0.1, 0.35, 0.2, 0.15, 0.1, 0.05], size=(2000, n)
    )
    mean = -0.025 - 0.025 + 0.05 + 0.075 + 0.075 + 0.05
    assert 0.93 <= vectorised_t_coverage(data, mean) <= 0.97


def test_cluster_robust_t_interval_covers_where_the_plain_one_does_not() -> None:
    rng = np.random.default_rng(8)
    clusters = [f"chapter {i}" for i in range(20) for _ in range(3)]
    shared = np.repeat(rng.normal(0, 0.3, size=(1500, 20)), 3, axis=1)
    data = 0.2 + shared + rng.normal(0, 0.2, size=(1500, 60))
    robust = np.mean([t_interval(row, clusters).contains(0.2) for row in data])
    plain = vectorised_t_coverage(data, 0.2)
    assert 0.93 <= float(robust) <= 0.97
    assert plain < 0.85


def test_bca_covers() -> None:
    rng = np.random.default_rng(9)
    # skewed: most items don't move, some gain much
    data = rng.choice([0.0, 0.25, 1.0, -0.25], p=[0.6, 0.2, 0.1, 0.1], size=(500, 80))
    inside = [bca_interval(row, seed=i, resamples=1500).contains(0.125) for i, row in enumerate(data)]
    assert 0.925 <= float(np.mean(inside)) <= 0.975


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
    assert paired_interval(data[:59]) == t_interval(data[:59])
    assert paired_interval(data) == bca_interval(data)


def test_binary_interval_covers() -> None:
    """Never below 93 %; above 97 % only where hardly any item is discordant."""
    inside = {}
    for n in (11, 17, 60):
        for up, down in ((0.3, 0.1), (0.2, 0.2), (0.1, 0.05), (0.6, 0.0), (0.4, 0.3)):
            draws = np.random.default_rng(n).multinomial(n, [up, down, 1 - up - down], size=4000)
            covered = [binary_interval(int(w), int(s), n).contains(up - down) for w, s, _ in draws]
            inside[n, up, down] = float(np.mean(covered))
    assert min(inside.values()) >= 0.93
    assert 0.94 <= float(np.mean(list(inside.values()))) <= 0.97


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

"""Two systems on the same items: is the mean difference real, and how large is it?

All functions take the per-item differences (b - a) as one array of shape (n,). `clusters` names for each item the group
within which differences may be correlated (a chapter); left out, every item stands alone. Randomness is seeded.
"""

from collections.abc import Hashable, Sequence
from math import sqrt
from typing import Any

import numpy as np
import numpy.typing as npt

from tutorsmith.core.errors import UsageError
from tutorsmith.evaluation.statistics import (
    ALPHA,
    CONFIDENCE,
    POWER,
    Interval,
    intraclass_correlation,
    normal_quantile,
    t_quantile,
)

Array = npt.NDArray[np.float64]

EXACT_LIMIT = 20
"""Up to so many independent signs all 2^n assignments are enumerated."""
BOOTSTRAP_FROM = 60
"""From so many clusters on BCa is used; below, its coverage is worse than that of Student's t."""
RESAMPLES = 10_000
FEWEST_DISCORDANT = 6
"""Items that must differ, all one way, before a sign test can reach 5 %."""
_CHUNK = 2_000_000


def sign_flip_test(
    differences: Sequence[float] | Array,
    clusters: Sequence[Hashable] | None = None,
    *,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> float:
    """Two-sided p-value of the paired permutation test: under no difference the sign of each cluster's sum is a coin.

    Exact for up to 20 clusters that are not zero (Fisher 1935; Good 2005, ch. 3); above, Monte Carlo with the observed
    assignment counted in, (k + 1) / (m + 1) (Phipson & Smyth 2010), so that p is never 0.
    """
    sums = cluster_sums(_checked(differences), clusters)
    sums = sums[np.abs(sums) > 1e-12]
    if sums.size == 0:
        return 1.0
    # Sums that differ by rounding only are ties, and ties count as extreme.
    observed = abs(float(sums.sum())) * (1 - 1e-9) - 1e-12
    if sums.size <= EXACT_LIMIT:
        # The first sign is fixed: the other half of the assignments mirrors this one.
        totals = np.array([sums[0]])
        for value in sums[1:]:
            totals = np.concatenate([totals + value, totals - value])
        return float(np.mean(np.abs(totals) >= observed))
    generator = np.random.default_rng(seed)
    extreme = 0
    rows = max(1, _CHUNK // sums.size)
    for start in range(0, resamples, rows):
        count = min(rows, resamples - start)
        signs = generator.integers(0, 2, size=(count, sums.size), dtype=np.int8) * 2 - 1
        extreme += int(np.count_nonzero(np.abs(signs @ sums) >= observed))
    return (extreme + 1) / (resamples + 1)


def paired_interval(
    differences: Sequence[float] | Array,
    clusters: Sequence[Hashable] | None = None,
    *,
    seed: int = 0,
    confidence: float = CONFIDENCE,
) -> Interval:
    """Interval of the mean difference: Student's t below 60 clusters, BCa bootstrap from there on.

    Differences of a tutor's scores are mostly zero and a few are large, and a sample of a dozen often holds none of the
    large ones: the t interval is the padded one therefore.
    """
    values = _checked(differences)
    if values.size < 2 or np.ptp(values) < 1e-12:
        return _flat_interval(values, confidence)
    count = len(set(clusters)) if clusters is not None else values.size
    if count < BOOTSTRAP_FROM:
        return padded_t_interval(values, clusters, confidence=confidence)
    return bca_interval(values, clusters, seed=seed, confidence=confidence)


def t_interval(
    differences: Sequence[float] | Array, clusters: Sequence[Hashable] | None = None, *, confidence: float = CONFIDENCE
) -> Interval:
    """Student's t interval of a mean; with clusters, the bias-reduced cluster-robust one of Bell & McCaffrey (2002).

    With each item its own cluster it is the paired t interval.

    Raises: UsageError for fewer than two clusters.
    """
    values = _checked(differences)
    mean = float(values.mean())
    error, freedom = standard_error(values, clusters)
    half = t_quantile(0.5 + confidence / 2, freedom) * error
    return Interval(mean - half, mean + half)


def padded_t_interval(
    differences: Sequence[float] | Array, clusters: Sequence[Hashable] | None = None, *, confidence: float = CONFIDENCE
) -> Interval:
    """`t_interval` with one difference added in either direction, each standing alone.

    It is as large as the largest seen; with clusters, as the largest mean of one.

    The "plus two" of Agresti & Caffo (2000) and Bonett & Price (2012) for paired proportions, carried over to graded
    scores. The additions count in the standard error only, so that the interval stays around the mean that was seen.
    """
    values = _checked(differences)
    mean = float(values.mean())
    means = cluster_sums(values, clusters) / cluster_sums(np.ones_like(values), clusters)
    largest = float(np.abs(means).max())
    _, freedom = standard_error(values, clusters)
    grouped = None if clusters is None else [*clusters, ("added", 1), ("added", -1)]
    error, _ = standard_error(np.concatenate([values, [largest, -largest]]), grouped)
    half = t_quantile(0.5 + confidence / 2, freedom) * error
    return Interval(mean - half, mean + half)


def standard_error(values: Array, clusters: Sequence[Hashable] | None) -> tuple[float, float]:
    """(standard error of the mean, its degrees of freedom).

    CR2 for a mean (Bell & McCaffrey 2002): the variance is the sum over clusters of (sum of residuals)^2 / (1 - n_g/n),
    over n^2. The degrees of freedom are Satterthwaite's under a random effect of the cluster (Imbens & Kolesar 2016):
    few or unequal chapters have fewer than their number less one. values: (n,).

    Raises: UsageError for fewer than two clusters.
    """
    sizes = cluster_sums(np.ones_like(values), clusters)
    if sizes.size < 2:
        raise UsageError("an interval of a mean needs at least two independent items or clusters")
    n = values.size
    residuals = cluster_sums(values - values.mean(), clusters)
    shares = sizes / n
    error = sqrt(float((residuals**2 / (1 - shares)).sum())) / n
    if clusters is None:
        return error, n - 1
    rho = intraclass_correlation(_grouped(values, clusters)) or 0.0
    spread = sizes * (1 + (sizes - 1) * rho)
    crossed = np.diag(spread) - np.outer(spread, shares) - np.outer(shares, spread)
    crossed += np.outer(shares, shares) * spread.sum()
    scale = 1 / np.sqrt(1 - shares)
    matrix = crossed * np.outer(scale, scale)
    return error, float(np.trace(matrix) ** 2 / (matrix**2).sum())


def _grouped(values: Array, clusters: Sequence[Hashable]) -> list[list[float]]:
    groups: dict[Hashable, list[float]] = {}
    for value, cluster in zip(values.tolist(), clusters, strict=True):
        groups.setdefault(cluster, []).append(value)
    return list(groups.values())


def smallest_paired_difference(
    differences: Sequence[float] | Array, clusters: Sequence[Hashable] | None = None
) -> float:
    """The smallest true mean difference that the paired test would show with probability 0.8 at the 5 % level.

    (t_{1-alpha/2} + t_{power}) standard errors, each at least that of one discordant item: agreement on a few items
    proves little. 1 where fewer than six items or clusters can differ, since then no outcome reaches 5 %.
    """
    values = _checked(differences)
    groups = len(set(clusters)) if clusters is not None else values.size
    if groups < FEWEST_DISCORDANT:
        return 1.0
    error, freedom = standard_error(values, clusters)
    scale = t_quantile(1 - ALPHA / 2, freedom) + t_quantile(POWER, freedom)
    return min(1.0, scale * max(error, 1 / values.size))


def smallest_mcnemar_difference(fewer: int, n: int) -> float:
    """As `smallest_paired_difference`, for the exact McNemar test on n items, by its power.

    fewer: discordant items that go the rarer way. Half an item is added to them (Jeffreys): none among a few
    items is no proof that there are none. 1 where no difference would be shown.
    """
    from scipy.special import bdtr, bdtrik, gammaln, xlog1py, xlogy

    rate = min(0.5, (fewer + 0.5) / (n + 1))
    counts = np.arange(n + 1)
    # Of so many discordant items at most `critical` go the rarer way in a result that reaches 5 %; -1: no result does.
    possible = 0.5**counts <= ALPHA / 2
    critical = np.where(possible, np.floor(bdtrik(ALPHA / 2, np.maximum(counts, FEWEST_DISCORDANT), 0.5)), -1)
    choices = gammaln(n + 1) - gammaln(counts + 1) - gammaln(n - counts + 1)

    def power(difference: float) -> float:
        discordant = min(1.0, 2 * rate + difference)
        weights = np.exp(choices + xlogy(counts, discordant) + xlog1py(n - counts, -discordant))
        shown = np.where(possible, bdtr(np.maximum(critical, 0), counts, rate / discordant), 0.0)
        return float(weights @ shown)

    low, high = 0.0, 1.0 - 2 * rate
    if high <= 0 or power(high) < POWER:
        return 1.0
    for _ in range(20):
        middle = (low + high) / 2
        low, high = (low, middle) if power(middle) >= POWER else (middle, high)
    return high


def bca_interval(
    differences: Sequence[float] | Array,
    clusters: Sequence[Hashable] | None = None,
    *,
    seed: int = 0,
    confidence: float = CONFIDENCE,
    resamples: int = RESAMPLES,
) -> Interval:
    """Bias-corrected and accelerated bootstrap interval of the mean (Efron 1987); whole clusters are drawn."""
    values = _checked(differences)
    sums, sizes = cluster_sums(values, clusters), cluster_sums(np.ones_like(values), clusters)
    groups = sums.size
    generator = np.random.default_rng(seed)
    means = np.empty(resamples)
    rows = max(1, _CHUNK // groups)
    for start in range(0, resamples, rows):
        count = min(rows, resamples - start)
        # How often each cluster is drawn; one matrix product then gives all means.
        drawn = generator.multinomial(groups, np.full(groups, 1 / groups), size=count).astype(np.float64)
        means[start : start + count] = (drawn @ sums) / (drawn @ sizes)
    mean = float(values.mean())
    below = (np.count_nonzero(means < mean) + 0.5 * np.count_nonzero(means == mean)) / resamples
    bias = normal_quantile(min(max(below, 0.5 / resamples), 1 - 0.5 / resamples))
    jackknife = (sums.sum() - sums) / (sizes.sum() - sizes)
    spread = jackknife.mean() - jackknife
    scale = float((spread**2).sum()) ** 1.5
    acceleration = float((spread**3).sum()) / (6 * scale) if scale > 0 else 0.0
    z = normal_quantile(0.5 + confidence / 2)
    low, high = (_bca_level(bias, acceleration, quantile) for quantile in (-z, z))
    return Interval(float(np.quantile(means, low)), float(np.quantile(means, high)))


def binary_interval(wins: int, losses: int, n: int, confidence: float = CONFIDENCE) -> Interval:
    """Score interval of the difference of paired proportions (Tango 1998, eq. 14): the differences not refuted.

    It keeps a width when no item differs, where the t interval would shrink to a point, and covers as it should from
    few items on, where intervals with added items (Bonett & Price 2012) are wider than need be.
    """
    z = normal_quantile(0.5 + confidence / 2)
    return Interval(-_largest_difference(losses, wins, n, z), _largest_difference(wins, losses, n, z))


def _largest_difference(wins: int, losses: int, n: int, z: float) -> float:
    """The upper limit, by bisection: the score falls as the difference grows."""
    low, high = (wins - losses) / n, 1.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if _score(wins, losses, n, middle) > -z else (low, middle)
    return high


def _score(wins: int, losses: int, n: int, difference: float) -> float:
    """Tango's statistic: the observed less the supposed difference over its standard error if the latter is true."""
    linear = (2 * n - wins + losses) * difference - wins - losses
    constant = -losses * difference * (1 - difference)
    # The rate of losses that is most likely under the supposed difference (eq. 13).
    rate = (sqrt(max(0.0, linear * linear - 8 * n * constant)) - linear) / (4 * n)
    variance = n * (2 * rate + difference * (1 - difference))
    gap = wins - losses - n * difference
    return gap / sqrt(variance) if variance > 0 else float("inf") * (1 if gap > 0 else -1) if gap else 0.0


def cluster_sums(values: Array, clusters: Sequence[Hashable] | None) -> Array:
    """Sums of `values` (n,) within clusters, in order of first appearance: (G,)."""
    if clusters is None:
        return values
    if len(clusters) != values.size:
        raise UsageError(f"{len(clusters)} cluster names for {values.size} items")
    numbers: dict[Hashable, int] = {}
    index = [numbers.setdefault(cluster, len(numbers)) for cluster in clusters]
    return np.bincount(np.asarray(index), weights=values).astype(np.float64)


def _bca_level(bias: float, acceleration: float, quantile: float) -> float:
    from scipy.special import ndtr

    shifted = bias + quantile
    return float(ndtr(bias + shifted / (1 - acceleration * shifted)))


def _flat_interval(values: Array, confidence: float) -> Interval:
    """All differences equal: the spread is unknown, not zero; it is taken from one discordant item either way."""
    mean = float(values.mean())
    spread = binary_interval(0, 0, values.size, confidence)
    return Interval(max(-1.0, mean + spread.low), min(1.0, mean + spread.high))


def _checked(differences: Any) -> Array:
    values = np.asarray(differences, dtype=np.float64)
    if values.ndim != 1 or values.size == 0:
        raise UsageError("a comparison needs at least one difference")
    if not np.isfinite(values).all():
        raise UsageError("a difference is not a finite number")
    return values

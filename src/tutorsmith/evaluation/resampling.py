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
from tutorsmith.evaluation.statistics import CONFIDENCE, Interval, normal_quantile

Array = npt.NDArray[np.float64]

EXACT_LIMIT = 20
"""Up to so many independent signs all 2^n assignments are enumerated."""
BOOTSTRAP_FROM = 60
"""From so many clusters on BCa is used; below, its coverage is worse than that of Student's t."""
RESAMPLES = 10_000
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
    """Interval of the mean difference: Student's t below 60 clusters, BCa bootstrap from there on."""
    values = _checked(differences)
    if values.size < 2 or np.ptp(values) < 1e-12:
        return _flat_interval(values, confidence)
    count = len(set(clusters)) if clusters is not None else values.size
    if count < BOOTSTRAP_FROM:
        return t_interval(values, clusters, confidence=confidence)
    return bca_interval(values, clusters, seed=seed, confidence=confidence)


def t_interval(
    differences: Sequence[float] | Array, clusters: Sequence[Hashable] | None = None, *, confidence: float = CONFIDENCE
) -> Interval:
    """Student's t interval of a mean with the cluster-robust standard error and G - 1 degrees of freedom.

    With each item its own cluster it is the paired t interval; with clusters the variance is that of the sums of
    residuals (Cameron & Miller 2015, eq. 11, with the factor G / (G - 1)).

    Raises: UsageError for fewer than two clusters.
    """
    from scipy.stats import t

    values = _checked(differences)
    mean = float(values.mean())
    residuals = cluster_sums(values - mean, clusters)
    groups = residuals.size
    if groups < 2:
        raise UsageError("an interval of a mean needs at least two independent items or clusters")
    error = sqrt(groups / (groups - 1) * float(residuals @ residuals)) / values.size
    half = float(t.ppf(0.5 + confidence / 2, groups - 1)) * error
    return Interval(mean - half, mean + half)


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
    """Interval of the difference of paired proportions (Bonett & Price 2012): one joins either discordant cell.

    It keeps a width when no item differs, where the t interval would shrink to a point.
    """
    up, down = (wins + 1) / (n + 2), (losses + 1) / (n + 2)
    half = normal_quantile(0.5 + confidence / 2) * sqrt((up + down - (up - down) ** 2) / (n + 2))
    return Interval(max(-1.0, up - down - half), min(1.0, up - down + half))


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

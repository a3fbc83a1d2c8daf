"""Proportions on small benchmarks: intervals, effective sizes, exact tests, and what a benchmark of this size can show.

Comparisons of two systems (permutation, paired intervals, bootstrap) are in `tutorsmith.evaluation.resampling`.
Everything here is closed form: no random numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb, fsum, prod, sqrt
from statistics import NormalDist, fmean, stdev

from tutorsmith.core.errors import UsageError

TYPICAL_RHO = 0.3
"""Correlation assumed of the key points of one answer where it cannot be estimated, as when all points are covered."""

CONFIDENCE = 0.95
ALPHA = 0.05
POWER = 0.8
LARGEST_DEVIATION = 0.05
"""A metric whose standard deviation over seeds is larger is called unstable."""
FEWEST_SEEDS = 3
"""Two runs give a standard deviation that may be off by a factor of ten; from three on it says something."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A confidence interval, `low <= high`."""

    low: float
    high: float

    @property
    def width(self) -> float:
        return self.high - self.low

    def contains(self, value: float) -> bool:
        return self.low <= value <= self.high


def normal_quantile(probability: float) -> float:
    """The standard normal quantile; probability in (0, 1)."""
    return NormalDist().inv_cdf(probability)


def t_quantile(probability: float, freedom: float) -> float:
    """The quantile of Student's t; freedom, above 0, need not be whole."""
    from scipy.special import stdtrit

    return float(stdtrit(freedom, probability))


def wilson(share: float, n: float, confidence: float = CONFIDENCE) -> Interval:
    """Wilson score interval of a proportion (Wilson 1927; Brown, Cai & DasGupta 2001, eq. 4).

    share: observed proportion in [0, 1]; n: (effective) number of trials, need not be whole.

    Raises: UsageError for a share outside [0, 1] or n <= 0.
    """
    if not 0.0 <= share <= 1.0:
        raise UsageError(f"a proportion lies between 0 and 1, this one is {share}")
    if n <= 0:
        raise UsageError(f"an interval needs at least one trial, there are {n}")
    z = normal_quantile(0.5 + confidence / 2)
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    # At 0 and 1 the bound is exact; rounding must not move it inside.
    low = 0.0 if share == 0.0 else max(0.0, centre - half)
    high = 1.0 if share == 1.0 else min(1.0, centre + half)
    return Interval(low, high)


def intraclass_correlation(groups: Sequence[Sequence[float]]) -> float | None:
    """One-way ANOVA estimator of the correlation within groups (Donner & Koval 1980), cut to [0, 1].

    groups: the scores of each group (the key points of one answer). None when it cannot be estimated: fewer than two
    groups, no group of two or more, or no variance at all.
    """
    groups = [group for group in groups if group]
    sizes = [len(group) for group in groups]
    total, count = sum(sizes), len(groups)
    if count < 2 or total <= count:
        return None
    grand = sum(map(sum, groups)) / total
    means = [fmean(group) for group in groups]
    between = sum(size * (mean - grand) ** 2 for size, mean in zip(sizes, means, strict=True)) / (count - 1)
    within = sum((x - mean) ** 2 for group, mean in zip(groups, means, strict=True) for x in group) / (total - count)
    typical = (total - sum(size * size for size in sizes) / total) / (count - 1)
    scale = between + (typical - 1) * within
    return None if scale <= 0 else min(1.0, max(0.0, (between - within) / scale))


def effective_size(sizes: Sequence[int], rho: float) -> float:
    """How many independent trials the correlated ones are worth: sum of k / (1 + (k - 1) rho) over groups of size k.

    For n groups of one size K it is nK / (1 + (K - 1) rho), the design effect of Kish (1965).
    """
    return sum(size / (1 + (size - 1) * rho) for size in sizes if size)


def clustered_size(groups: Sequence[Sequence[float]]) -> float:
    """Effective size of a mean of group means, for use in `wilson`; never below the number of groups.

    The mean over N groups has the variance p (1 - p) / N^2 * sum of 1 / e, with e = k / (1 + (k - 1) rho) for each:
    that of one proportion of N^2 / sum(1 / e) trials, which is nK / (1 + (K - 1) rho) for groups of one size. rho is
    estimated, so the size shrinks by (z / t)^2 with t of N - 1 degrees of freedom (Korn & Graubard 1998; Dean & Pagano
    2015 with the Wilson interval). Groups of one trial have no rho to estimate and keep z; in between, the share
    (K - 1) / K of the step from z to t is taken, which simulation shows to be enough.
    """
    groups = [group for group in groups if group]
    count = len(groups)
    if not count:
        return 0.0
    estimate = intraclass_correlation(groups)
    rho = TYPICAL_RHO if estimate is None else estimate
    size = count**2 / sum(1 / effective_size([len(group)], rho) for group in groups)
    return max(float(count), size * _estimation_loss(count, sum(map(len, groups)) / count))


def _estimation_loss(count: int, typical: float) -> float:
    """What an estimated variance costs: (z / q)^2, with q between z and the t of count - 1 degrees of freedom."""
    if count < 2 or typical <= 1:
        return 1.0
    z = normal_quantile(0.5 + CONFIDENCE / 2)
    return (z / (z + (t_quantile(0.5 + CONFIDENCE / 2, count - 1) - z) * (typical - 1) / typical)) ** 2


def balanced_interval(
    first: tuple[float, float], second: tuple[float, float], confidence: float = CONFIDENCE
) -> Interval:
    """Interval of the mean of two independent proportions, each given as (share, effective n): balanced accuracy.

    Wilson intervals of the two are joined by variance recovery (Zou & Donner 2008, eq. 5, for the sum of two).
    """
    middle = (first[0] + second[0]) / 2
    one, two = wilson(*first, confidence), wilson(*second, confidence)
    below = sqrt((first[0] - one.low) ** 2 + (second[0] - two.low) ** 2) / 2
    above = sqrt((one.high - first[0]) ** 2 + (two.high - second[0]) ** 2) / 2
    return Interval(max(0.0, middle - below), min(1.0, middle + above))


def smallest_difference(share: float, n: float, alpha: float = ALPHA, power: float = POWER) -> float:
    """The smallest true difference to an independent run of the same (effective) size that would probably be shown.

    (z_{1-alpha/2} + z_{power}) * sqrt(2 p (1 - p) / n), with p drawn towards one half as in Agresti & Coull (1998), so
    that 0 % and 100 % don't promise a perfect sight. At most 1.
    """
    z = normal_quantile(1 - alpha / 2)
    p = (share * n + z * z / 2) / (n + z * z)
    return min(1.0, (z + normal_quantile(power)) * sqrt(2 * p * (1 - p) / n))


def mcnemar_exact(wins: int, losses: int) -> float:
    """Two-sided exact p-value of McNemar's test: discordant items fall either way with probability 1/2.

    Six discordant items, all one way, are the fewest that reach 5 %.
    """
    n = wins + losses
    tail = sum(comb(n, k) for k in range(min(wins, losses) + 1)) / int(2**n)
    return min(1.0, 2 * tail)


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's step-down adjustment (1979), in the order given; controls the family-wise error without independence."""
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    adjusted = [0.0] * len(p_values)
    running = 0.0
    for rank, i in enumerate(order):
        running = max(running, min(1.0, (len(p_values) - rank) * p_values[i]))
        adjusted[i] = running
    return adjusted


def binomial_tail(successes: int, n: int, share: float) -> float:
    """P(X >= successes) for X ~ Binomial(n, share)."""
    return fsum(comb(n, k) * share**k * (1 - share) ** (n - k) for k in range(successes, n + 1))


def successes_to_show(target: float, n: int, alpha: float = ALPHA) -> int | None:
    """The fewest of n right answers that show "above target" (exact one-sided test); None when even n of n don't.

    For "> 90 %": None below n = 29, then 29 of 29, 59 of 60, 96 of 100, 188 of 200.
    """
    if target**n > alpha:
        return None
    needed = n
    while needed > 0 and binomial_tail(needed - 1, n, target) <= alpha:
        needed -= 1
    return needed


def fewest_items(target: float, alpha: float = ALPHA) -> int:
    """The smallest benchmark on which all answers right would show "above target"."""
    if not 0.0 < target < 1.0:
        raise UsageError(f"a target is a share between 0 and 1, this one is {target}")
    n = 1
    while prod([target] * n) > alpha:
        n += 1
    return n


@dataclass(frozen=True, slots=True)
class SeedSummary:
    """A metric over several seeds. deviation: of one run; low, high: Student's t interval of the mean, from three on.

    stable: the deviation is at most the limit; None with fewer than two. verdict: "stable", "unstable" or "too few".
    """

    n: int
    mean: float
    deviation: float | None
    stable: bool | None
    low: float | None = None
    high: float | None = None

    @property
    def verdict(self) -> str:
        if self.n < FEWEST_SEEDS or self.stable is None:
            return "too few"
        return "stable" if self.stable else "unstable"


def summarise_seeds(values: Sequence[float], largest_deviation: float = LARGEST_DEVIATION) -> SeedSummary:
    """Mean and sample standard deviation of one metric over runs that differ in their seed only.

    The interval says how far the mean over seeds is known on these questions; other questions are not in it.

    Raises: UsageError without a value.
    """
    if not values:
        raise UsageError("there is no run to summarise")
    n = len(values)
    if n < 2:
        return SeedSummary(n, values[0], None, None)
    mean, deviation = fmean(values), stdev(values)
    if n < FEWEST_SEEDS:
        return SeedSummary(n, mean, deviation, deviation <= largest_deviation)
    half = t_quantile(0.5 + CONFIDENCE / 2, n - 1) * deviation / sqrt(n)
    return SeedSummary(n, mean, deviation, deviation <= largest_deviation, max(0.0, mean - half), min(1.0, mean + half))

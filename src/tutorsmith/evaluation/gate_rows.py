"""One threshold against one measured share: met, missed, or not to be told from so few questions."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, sqrt
from typing import Any

from tutorsmith.evaluation.policy import DIRECTIONS, Requirement
from tutorsmith.evaluation.saved import questions_of
from tutorsmith.evaluation.statistics import Interval, fewest_items, successes_to_show, wilson

SHIP, HOLD, INSUFFICIENT = "ship", "hold", "insufficient evidence"

_MOST_ITEMS = 100_000
_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the decision. value, low, high: shares, None where the row is no measurement; n: questions."""

    about: str
    demand: str
    verdict: str
    why: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    n: int | None = None
    threshold: float | None = None
    on: str | None = None
    system: str | None = None


def required(requirement: Requirement, system: str, metrics: Mapping[str, Mapping[str, Any]]) -> Row:
    """The row of a requirement. metrics: those of the system, or of its slice."""
    about = requirement.metric + (f" in {':'.join(requirement.slice)}" if requirement.slice else "")
    entry = metrics.get(requirement.metric)
    if entry is None:
        return Row(about, _demand(requirement), INSUFFICIENT, "applies to no item of the benchmark", system=system)
    n = questions_of(entry)
    measured = (entry["value"], Interval(entry["low"], entry["high"]))
    if n < requirement.least_items:
        why = f"{n} questions, the policy asks for {requirement.least_items}"
        return _row(about, requirement, system, (INSUFFICIENT, why), (*measured, n))
    verdict, why = judge(requirement, *measured)
    if requirement.direction in (">", ">=") and 0 < requirement.threshold < 1:
        why = _with_need(why, verdict, requirement, entry)
    return _row(about, requirement, system, (verdict, why), (*measured, n))


def gap(requirement: Requirement, system: str, parts: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> Row:
    """The largest difference of a metric between slices of one kind. parts: slice -> metric -> entry.

    Interval of a difference of two independent shares by variance recovery (Newcombe 1998, method 10).
    """
    about = f"{requirement.metric}, gap between {requirement.gap_between}s"
    shares = {name: metrics[requirement.metric] for name, metrics in parts.items() if requirement.metric in metrics}
    if len(shares) < 2:
        why = f"there are {len(shares)} slices to compare, not two"
        return Row(about, _demand(requirement), INSUFFICIENT, why, system=system)
    best, *_, worst = sorted(shares, key=lambda name: float(shares[name]["value"]), reverse=True)
    one, two = shares[best], shares[worst]
    value = one["value"] - two["value"]
    low = value - sqrt((one["value"] - one["low"]) ** 2 + (two["high"] - two["value"]) ** 2)
    high = value + sqrt((one["high"] - one["value"]) ** 2 + (two["value"] - two["low"]) ** 2)
    n = min(questions_of(one), questions_of(two))
    measured = (value, Interval(max(0.0, low), min(1.0, high)))
    if n < requirement.least_items:
        verdict, why = (
            INSUFFICIENT,
            f"{n} questions in the smaller slice, the policy asks for {requirement.least_items}",
        )
    else:
        verdict, why = judge(requirement, *measured)
    why += f" ({best} {100 * one['value']:.3g} %, {worst} {100 * two['value']:.3g} %)"
    return _row(about, requirement, system, (verdict, why), (*measured, n))


def judge(requirement: Requirement, value: float, interval: Interval) -> tuple[str, str]:
    """Verdict and reason of value and interval against the threshold.

    On the value, and on the bound that lies nearer to meeting the row, missing it is `hold`. On the bound that lies
    farther from it (low for ">", high for "<") `hold` needs the whole interval to miss it: an interval that straddles
    the threshold is insufficient evidence.
    """
    threshold = requirement.threshold

    def meets(measured: float) -> bool:
        # Rounding errors of a mean must not decide between ">" and ">=".
        return DIRECTIONS[requirement.direction](round(measured, _DIGITS), round(threshold, _DIGITS))

    upward = requirement.direction in (">", ">=")
    bounds = {"value": value, "low": interval.low, "high": interval.high}
    told = f"{requirement.on} {share(bounds[requirement.on])}"
    if meets(bounds[requirement.on]):
        return SHIP, f"{told} is {requirement.direction} {share(threshold)}"
    strict = requirement.on == ("low" if upward else "high")
    if strict and meets(interval.high if upward else interval.low):
        return INSUFFICIENT, f"the interval {_percent(interval)} straddles {share(threshold)}"
    if strict:
        side = "below" if upward else "above"
        return HOLD, f"the whole interval {_percent(interval)} is {side} {share(threshold)}"
    return HOLD, f"{told} is not {requirement.direction} {share(threshold)}"


def _with_need(why: str, verdict: str, requirement: Requirement, entry: Mapping[str, Any]) -> str:
    """What a benchmark of this size can show, and how large one would have to be."""
    n, threshold = questions_of(entry), requirement.threshold
    if verdict == SHIP and requirement.on == "value":
        return f"{why}{_not_shown(entry['value'], n, threshold)}"
    if verdict != INSUFFICIENT:
        return why
    each = n / entry["n_effective"]  # below 1 where several key points of an answer are worth more than one item
    fewest = ceil(_size_for(1.0, threshold) * each)
    if n < fewest:
        return f"{why}; with {n} questions not even all right would do, it takes at least {fewest}"
    size = _size_for(entry["value"], threshold)
    if size > _MOST_ITEMS:
        return f"{why}; at this share no number of questions would do"
    return f"{why}; at this share it would take about {ceil(size * each)} questions"


def _not_shown(value: float, n: int, threshold: float) -> str:
    """For a row on the value: whether an exact one-sided test would show it as well."""
    needed = successes_to_show(threshold, n)
    if needed is None:
        return f"; {n} questions cannot show it, it takes {fewest_items(threshold)} all right"
    return "" if value * n >= needed - 1e-9 else f"; not shown: it takes {needed} of {n}"


def _size_for(value: float, threshold: float) -> int:
    """The fewest (effective) items of this value whose Wilson interval lies above the threshold."""
    if value <= threshold:
        return _MOST_ITEMS + 1
    below, above = 0, 1
    while above <= _MOST_ITEMS and wilson(value, above).low <= threshold:
        below, above = above, 2 * above
    while above - below > 1:
        middle = (below + above) // 2
        below, above = (middle, above) if wilson(value, middle).low <= threshold else (below, middle)
    return above


def share(value: float) -> str:
    """To four digits: 0.8999 must not read "90 %" beside a threshold of 90 %."""
    return f"{100 * value:.4g} %"


def _percent(interval: Interval) -> str:
    return f"{100 * interval.low:.3g} % to {100 * interval.high:.3g} %"


def _demand(requirement: Requirement) -> str:
    on = "" if requirement.on == "value" else f" on {requirement.on}"
    return f"{requirement.direction} {share(requirement.threshold)}{on}"


def _row(
    about: str,
    requirement: Requirement,
    system: str,
    judged: tuple[str, str],
    measured: tuple[float, Interval, int],
) -> Row:
    value, interval, n = measured
    return Row(
        about=about,
        demand=_demand(requirement),
        verdict=judged[0],
        why=judged[1],
        value=value,
        low=interval.low,
        high=interval.high,
        n=n,
        threshold=requirement.threshold,
        on=requirement.on,
        system=system,
    )

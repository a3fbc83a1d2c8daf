"""Coverage of the intervals and false positives of the tests, by simulation, as a Markdown table for docs/metrics.md.

    python benchmarks/intervals.py [RUNS]

RUNS: simulated benchmarks a cell, 1000 when left out. Every procedure is the one that reports use; the seed is fixed.
Wilson, balanced and binary intervals of small benchmarks are not simulated but summed over all outcomes.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import comb

import numpy as np
import numpy.typing as npt

from tutorsmith.evaluation.resampling import (
    bca_interval,
    binary_interval,
    paired_interval,
    sign_flip_test,
    smallest_mcnemar_difference,
    smallest_paired_difference,
)
from tutorsmith.evaluation.statistics import (
    balanced_interval,
    clustered_size,
    holm,
    mcnemar_exact,
    summarise_seeds,
    wilson,
)

Array = npt.NDArray[np.float64]

SHARES = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
RATES = ((0.3, 0.1), (0.2, 0.2), (0.1, 0.05), (0.6, 0.0), (0.4, 0.3), (0.9, 0.02), (0.5, 0.1), (0.2, 0.05))
"""(wins, losses) of a yes/no metric."""
DIFFERENCES: dict[str, tuple[Sequence[float], Sequence[float]]] = {
    "few gain much": ((0, 0.25, 1, -0.25), (0.6, 0.2, 0.1, 0.1)),
    "hardly any moves": ((0, 0.25, 1, -0.25), (0.8, 0.1, 0.05, 0.05)),
    "most move": ((0, 0.25, 1, -0.25), (0.3, 0.3, 0.2, 0.2)),
    "both ways": ((-0.5, -0.25, 0, 0.25, 0.5), (0.1, 0.15, 0.5, 0.15, 0.1)),
    "few, both ways": ((-0.5, 0, 0.5), (0.08, 0.84, 0.08)),
    "nearly all gain": ((0, 0.5, 1, -0.25), (0.2, 0.3, 0.45, 0.05)),
    "gains only": ((0, 0.25, 0.5), (0.7, 0.2, 0.1)),
}
"""Distributions of the differences of a graded score: (values, probabilities)."""
CHAPTERS = {
    "10 chapters, 24 items": (1, 1, 1, 2, 2, 2, 3, 3, 4, 5),
    "12 chapters, 24 items": (1,) * 6 + (2,) * 3 + (4,) * 3,
    "18 chapters, 42 items": (1,) * 6 + (2,) * 6 + (3,) * 4 + (6,) * 2,
    "18 chapters, 54 items": (3,) * 18,
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One line of the table. mean and least are shares over the truths of the case; kind: coverage, error or power."""

    procedure: str
    case: str
    kind: str
    mean: float
    least: float
    naive: float | None = None


def cells(runs: int) -> Iterator[Cell]:
    """All lines, in the order of the document."""
    yield from (proportions(n) for n in (11, 17, 28, 40, 60, 100, 200))
    for items in (11, 17, 40, 60, 100):
        for points in (1, 2, 4, 6):
            yield from (
                key_points(items, points, rho, max(50, runs // 3)) for rho in (0.0, 0.3, 0.6) if points > 1 or rho == 0
            )
    yield from (balanced(a, b) for a, b in ((3, 8), (5, 12), (10, 30), (20, 80)))
    yield from (binary(n) for n in (6, 11, 17, 28, 40, 60))
    yield from (graded(n, runs) for n in (11, 17, 30, 40, 59))
    yield from (graded_bca(n, max(50, runs // 4)) for n in (60, 80, 120))
    for name in CHAPTERS:
        yield from (chapters(name, spread, runs // 4) for spread in (0.0, 0.3))
    yield from (seeds(n, runs * 3) for n in (3, 5, 10))
    yield from (mcnemar_errors(n) for n in (11, 17, 40, 100))
    yield from (sign_flip_errors(n, runs if n <= 17 else runs // 3) for n in (6, 11, 17, 40))
    yield from (chapter_errors(name, runs // 2) for name in CHAPTERS)
    yield from (holm_errors(n, runs) for n in (11, 17, 60))
    yield from (mcnemar_power(n) for n in (17, 40, 100))
    yield from (graded_power(n, runs // 2) for n in (17, 40, 100))


def generator(*names: object) -> np.random.Generator:
    """Randomness of its own for each cell, so that no cell depends on which others are computed."""
    return np.random.default_rng([ord(c) for c in repr(names)])


def binomial(n: int, p: float) -> Array:
    return np.array([comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1)])


def over(truths: Sequence[Callable[[], float]]) -> tuple[float, float]:
    """(mean, least) of a share over several truths."""
    values = [truth() for truth in truths]
    return float(np.mean(values)), float(np.min(values))


def proportions(n: int) -> Cell:
    """Exact, averaged over 171 proportions from 0.1 to 0.95."""
    intervals = [wilson(k / n, n) for k in range(n + 1)]
    shares = [float(p) for p in np.linspace(0.1, 0.95, 171)]
    coverage = [binomial(n, p) @ [interval.contains(p) for interval in intervals] for p in shares]
    return Cell("Wilson", f"{n} items", "coverage", float(np.mean(coverage)), float(np.min(coverage)))


def correlated(rng: np.random.Generator, shape: tuple[int, int, int], share: float, rho: float) -> Array:
    """0/1 outcomes (runs, items, points) with mean `share` and correlation rho within an item (beta-binomial)."""
    runs, items, _ = shape
    chance: Array | float = share
    if rho > 0:
        size = (1 - rho) / rho
        chance = rng.beta(share * size, (1 - share) * size, size=(runs, items, 1))
    return (rng.random(shape) < chance).astype(np.float64)


def key_points(items: int, points: int, rho: float, runs: int) -> Cell:
    found, naive = [], []
    for share in SHARES:
        outcomes = correlated(generator(items, points, rho, share), (runs, items, points), share, rho)
        means = [min(1.0, float(run.mean())) for run in outcomes]
        sizes = [clustered_size(run.tolist()) for run in outcomes]
        found.append(np.mean([wilson(m, size).contains(share) for m, size in zip(means, sizes, strict=True)]))
        naive.append(np.mean([wilson(m, items * points).contains(share) for m in means]))
    case = f"{items} items of {points}, correlation {rho:g}"
    return Cell("key points", case, "coverage", float(np.mean(found)), float(np.min(found)), float(np.mean(naive)))


def balanced(a: int, b: int) -> Cell:
    """Exact, over pairs of shares from 0.3 to 0.95."""
    grid = [float(p) for p in np.linspace(0.3, 0.95, 8)]
    intervals = [[balanced_interval((i / a, a), (j / b, b)) for j in range(b + 1)] for i in range(a + 1)]
    coverage = []
    for p in grid:
        for q in grid:
            inside = np.array([[cell.contains((p + q) / 2) for cell in row] for row in intervals])
            coverage.append(float(binomial(a, p) @ inside @ binomial(b, q)))
    return Cell("balanced accuracy", f"{a} + {b} items", "coverage", float(np.mean(coverage)), min(coverage))


def outcomes_of_pairs(n: int, up: float, down: float) -> Iterator[tuple[int, int, float]]:
    """(wins, losses, probability) of every result of a yes/no metric on n items."""
    for wins in range(n + 1):
        for losses in range(n + 1 - wins):
            ways = comb(n, wins) * comb(n - wins, losses)
            yield wins, losses, ways * up**wins * down**losses * (1 - up - down) ** (n - wins - losses)


def binary(n: int) -> Cell:
    """Exact, over the rates of RATES."""
    intervals = {(w, s): binary_interval(w, s, n) for w, s, _ in outcomes_of_pairs(n, 0.1, 0.1)}
    coverage = [
        sum(p for w, s, p in outcomes_of_pairs(n, up, down) if intervals[w, s].contains(up - down))
        for up, down in RATES
    ]
    return Cell("yes/no difference", f"{n} items", "coverage", float(np.mean(coverage)), min(coverage))


def drawn(name: str, n: int, runs: int) -> tuple[Array, float]:
    values, chances = DIFFERENCES[name]
    rows = generator(name, n).choice(values, p=chances, size=(runs, n))
    return rows.astype(np.float64), float(np.dot(values, chances))


def graded(n: int, runs: int) -> Cell:
    coverage = []
    for name in DIFFERENCES:
        rows, mean = drawn(name, n, runs)
        coverage.append(float(np.mean([paired_interval(row).contains(mean) for row in rows])))
    return Cell("graded difference", f"{n} items", "coverage", float(np.mean(coverage)), min(coverage))


def graded_bca(n: int, runs: int) -> Cell:
    coverage = []
    for name in DIFFERENCES:
        rows, mean = drawn(name, n, runs)
        inside = [bca_interval(row, seed=i, resamples=1000).contains(mean) for i, row in enumerate(rows)]
        coverage.append(float(np.mean(inside)))
    return Cell("graded difference (BCa)", f"{n} items", "coverage", float(np.mean(coverage)), min(coverage))


def in_chapters(name: str, spread: float, runs: int, shape: str) -> tuple[Array, list[int], float]:
    """(differences (runs, items), the chapter of each item, the true mean). All items of a chapter share an effect, a
    multiple of 1/8 that is symmetric about zero; spread: its deviation."""
    groups = [chapter for chapter, size in enumerate(CHAPTERS[name]) for _ in range(size)]
    values, chances = DIFFERENCES[shape]
    rng = generator(name, spread, shape)
    shared = np.round(rng.normal(0, spread, size=(runs, len(CHAPTERS[name]))) * 8)[:, groups] / 8
    return shared + rng.choice(values, p=chances, size=(runs, len(groups))), groups, float(np.dot(values, chances))


def chapters(name: str, spread: float, runs: int) -> Cell:
    found, alone = [], []
    for shape in DIFFERENCES:
        rows, groups, mean = in_chapters(name, spread, runs, shape)
        found.append(float(np.mean([paired_interval(row, groups).contains(mean) for row in rows])))
        alone.append(float(np.mean([paired_interval(row).contains(mean) for row in rows])))
    case = f"{name}, effect {spread:g}"
    return Cell("chapters as clusters", case, "coverage", float(np.mean(found)), min(found), float(np.mean(alone)))


def seeds(n: int, runs: int) -> Cell:
    values = generator("seeds", n).normal(0.7, 0.03, size=(runs, n))
    summaries = [summarise_seeds(row.tolist()) for row in values]
    inside = float(np.mean([s.low is not None and s.high is not None and s.low <= 0.7 <= s.high for s in summaries]))
    return Cell("mean over seeds", f"{n} seeds", "coverage", inside, inside)


def mcnemar_errors(n: int) -> Cell:
    """Exact: rejections where wins and losses are equally likely, at three rates of discordant items."""
    rates = [
        sum(p for w, s, p in outcomes_of_pairs(n, rate, rate) if mcnemar_exact(w, s) <= 0.05)
        for rate in (0.1, 0.25, 0.5)
    ]
    return Cell("exact McNemar", f"{n} items", "error", float(np.mean(rates)), float(np.max(rates)))


def sign_flip_errors(n: int, runs: int) -> Cell:
    rows = generator("flip", n).choice([-0.5, -0.25, 0, 0, 0.25, 0.5], size=(runs, n))
    rate = float(np.mean([sign_flip_test(row, seed=i, resamples=999) <= 0.05 for i, row in enumerate(rows)]))
    return Cell("sign flips", f"{n} items", "error", rate, rate)


def chapter_errors(name: str, runs: int) -> Cell:
    rows, groups, _ = in_chapters(name, 0.3, runs, "both ways")
    rejected = [sign_flip_test(row, groups, seed=i, resamples=499) <= 0.05 for i, row in enumerate(rows)]
    alone = [sign_flip_test(row, seed=i, resamples=499) <= 0.05 for i, row in enumerate(rows)]
    rate = float(np.mean(rejected))
    return Cell("sign flips of chapters", f"{name}, effect 0.3", "error", rate, rate, float(np.mean(alone)))


def holm_errors(n: int, runs: int) -> Cell:
    """Any of five metrics of one pair called different, where none is; the metrics are correlated at 0.3."""
    rng = generator("holm", n)
    shared = rng.normal(0, 1, size=(runs, 1, n))
    latent = np.sqrt(0.3) * shared + np.sqrt(0.7) * rng.normal(0, 1, size=(runs, 5, n))
    signs = np.where(latent > 1.0, 1, np.where(latent < -1.0, -1, 0))
    p = [[mcnemar_exact(int((m > 0).sum()), int((m < 0).sum())) for m in run] for run in signs]
    rate = float(np.mean([min(holm(row)) <= 0.05 for row in p]))
    alone = float(np.mean([min(row) <= 0.05 for row in p]))
    return Cell("Holm over 5 metrics", f"{n} items", "error", rate, rate, alone)


def mcnemar_power(n: int) -> Cell:
    """Exact: how often a true difference of the size that is called the smallest is found. Losses: one in 20."""
    losses = round(0.05 * n)
    difference = smallest_mcnemar_difference(losses, n)
    down = (losses + 0.5) / (n + 1)
    found = sum(p for w, s, p in outcomes_of_pairs(n, down + difference, down) if mcnemar_exact(w, s) <= 0.05)
    return Cell("smallest difference, yes/no", f"{n} items", "power", found, found)


def graded_power(n: int, runs: int) -> Cell:
    """How often a true difference of the size that is called the smallest, on average over benchmarks, is found."""
    seen, fresh = generator("power", n).choice([-0.5, -0.25, 0, 0, 0.25, 0.5], size=(2, runs, n)).astype(np.float64)
    difference = float(np.mean([smallest_paired_difference(row) for row in seen]))
    found = [sign_flip_test(row + difference, seed=i, resamples=999) <= 0.05 for i, row in enumerate(fresh)]
    return Cell("smallest difference, graded", f"{n} items", "power", float(np.mean(found)), float(np.mean(found)))


def main(runs: int) -> None:
    head = ("procedure", "case", "what", "mean %", "worst %", "naive %")
    print("| " + " | ".join(head) + " |\n" + "|---" * len(head) + "|")
    for cell in cells(runs):
        shown = [cell.mean, cell.least, cell.naive]
        figures = ["" if value is None else f"{100 * value:.1f}" for value in shown]
        print("| " + " | ".join([cell.procedure, cell.case, cell.kind, *figures]) + " |", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)

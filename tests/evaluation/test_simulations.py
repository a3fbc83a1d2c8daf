"""Every interval and test that reports use, simulated: nominal 95 % intervals, false positives at 5 %.

The same cells as `benchmarks/intervals.py` prints for docs/metrics.md, with fewer runs. Means are over the truths of a
cell, since intervals of discrete data can hit 95 % on average only. Procedures that err on the safe side on a dozen
items are named as such and bounded all the same.
"""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

LOW, HIGH = 0.93, 0.97


def load() -> ModuleType:
    file = Path(__file__).parents[2] / "benchmarks" / "intervals.py"
    spec = importlib.util.spec_from_file_location("simulated_intervals", file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


intervals = load()


@pytest.mark.parametrize("n", [11, 17, 28, 60, 200])
def test_wilson(n: int) -> None:
    assert LOW <= intervals.proportions(n).mean <= HIGH


@pytest.mark.parametrize("items", [11, 17, 40, 60, 100])
@pytest.mark.parametrize("points", [1, 4, 6])
@pytest.mark.parametrize("rho", [0.0, 0.3, 0.6])
def test_key_points(items: int, points: int, rho: float) -> None:
    cell = intervals.key_points(items, points, rho, 400 if items <= 17 else 120)
    # A dozen items with independent points: the price of not knowing that they are.
    assert LOW <= cell.mean <= (0.985 if items <= 17 and rho == 0 else HIGH)
    if points > 1 and rho > 0:
        assert cell.naive < LOW < cell.mean


@pytest.mark.parametrize(("a", "b"), [(3, 8), (5, 12), (10, 30)])
def test_balanced_accuracy(a: int, b: int) -> None:
    assert LOW <= intervals.balanced(a, b).mean <= HIGH


@pytest.mark.parametrize("n", [6, 11, 17, 28, 40])
def test_difference_of_yes_and_no(n: int) -> None:
    cell = intervals.binary(n)
    assert LOW <= cell.mean <= (0.98 if n < 11 else HIGH + 0.002)
    assert cell.least >= LOW


@pytest.mark.parametrize("n", [11, 17, 30, 40, 59])
def test_graded_difference(n: int) -> None:
    assert LOW <= intervals.graded(n, 400).mean <= HIGH


@pytest.mark.parametrize("n", [60, 120])
def test_graded_difference_by_bootstrap(n: int) -> None:
    assert LOW <= intervals.graded_bca(n, 60).mean <= HIGH


@pytest.mark.parametrize("name", intervals.CHAPTERS)
def test_chapters_as_clusters(name: str) -> None:
    """Over both a strong effect of the chapter and none; with the strong one alone it errs on the safe side."""
    strong, none = (intervals.chapters(name, effect, 250) for effect in (0.3, 0.0))
    assert LOW <= (strong.mean + none.mean) / 2 <= HIGH
    assert LOW <= strong.mean <= 0.98
    assert strong.naive < strong.mean


@pytest.mark.parametrize("n", [3, 5])
def test_mean_over_seeds(n: int) -> None:
    assert LOW <= intervals.seeds(n, 1500).mean <= HIGH


@pytest.mark.parametrize("n", [11, 17, 40, 100])
def test_mcnemar_errs_in_at_most_five_percent(n: int) -> None:
    assert intervals.mcnemar_errors(n).least <= 0.05


@pytest.mark.parametrize(("n", "runs"), [(11, 600), (17, 400), (40, 300)])
def test_sign_flips_err_in_at_most_five_percent(n: int, runs: int) -> None:
    """Up to what so many runs can tell."""
    assert intervals.sign_flip_errors(n, runs).mean <= 0.05 + 1.65 * (0.05 * 0.95 / runs) ** 0.5


def test_sign_flips_of_chapters_err_in_at_most_five_percent() -> None:
    cell = intervals.chapter_errors("18 chapters, 54 items", 300)
    assert cell.mean <= 0.05 + 1.65 * (0.05 * 0.95 / 300) ** 0.5
    assert cell.naive > 0.1


@pytest.mark.parametrize("n", [17, 60])
def test_holm_over_the_metrics_of_a_pair(n: int) -> None:
    assert intervals.holm_errors(n, 600).mean <= 0.05


def test_the_smallest_difference_is_found_four_times_in_five() -> None:
    assert 0.76 <= intervals.mcnemar_power(40).mean <= 0.84
    assert 0.74 <= intervals.graded_power(40, 300).mean <= 0.86

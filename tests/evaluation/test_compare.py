from collections.abc import Sequence

import pytest

from tutorsmith.data.schema import BenchmarkItem, Message
from tutorsmith.evaluation.compare import BETTER, SAME, TOO_FEW, WORSE, compare_systems, comparison_table
from tutorsmith.evaluation.score import BALANCED, COVERAGE, FORMAT, ItemScore, health_of, metrics_of


def scored(identity: str, chapter: str = "", **scores: float) -> ItemScore:
    item = BenchmarkItem(identity, "tutor", (Message("user", "?"),), meta={"chapter": chapter} if chapter else {})
    return ItemScore("t", item, None, "", (), (), scores, tuple(scores.values()))


def system(metric: str, values: Sequence[float]) -> list[ItemScore]:
    return [scored(f"i{n}", **{metric: value}) for n, value in enumerate(values)]


def test_difference_is_that_of_the_values() -> None:
    a, b = [0.25, 0.5, 0.0, 1.0, 0.5], [0.75, 0.5, 0.25, 0.75, 1.0]
    (row,) = compare_systems(("a", system(COVERAGE, a)), ("b", system(COVERAGE, b)))
    assert row.difference == pytest.approx(sum(b) / 5 - sum(a) / 5)
    assert (row.wins, row.losses, row.ties, row.n) == (3, 1, 1, 5)
    assert row.low < row.difference < row.high
    assert row.verdict == TOO_FEW


def test_binary_metrics_use_mcnemar() -> None:
    (row,) = compare_systems(("a", system(FORMAT, [0.0] * 6)), ("b", system(FORMAT, [1.0] * 6)))
    assert row.p == pytest.approx(0.03125)
    assert (row.test, row.verdict) == ("exact McNemar", BETTER)
    (row,) = compare_systems(("a", system(FORMAT, [1.0] * 5)), ("b", system(FORMAT, [0.0] * 5)))
    assert row.verdict == TOO_FEW
    (row,) = compare_systems(("a", system(FORMAT, [1.0] * 8)), ("b", system(FORMAT, [0.0] * 8)))
    assert row.verdict == WORSE


def test_graded_metrics_use_sign_flips() -> None:
    (row,) = compare_systems(("a", system(COVERAGE, [0.25] * 8)), ("b", system(COVERAGE, [0.75] * 8)))
    assert row.p == pytest.approx(2 / 2**8)
    assert row.test == "sign-flip permutation"


def test_equal_systems_are_the_same_only_with_enough_questions() -> None:
    few = system(COVERAGE, [0.5] * 11)
    (row,) = compare_systems(("a", few), ("b", few))
    assert (row.p, row.verdict) == (1.0, TOO_FEW)
    many = system(COVERAGE, [0.5] * 100)
    (row,) = compare_systems(("a", many), ("b", many))
    assert row.verdict == SAME


def test_holm_over_the_metrics_of_a_pair() -> None:
    a = [scored(f"i{n}", **{COVERAGE: 0.5, FORMAT: 0.0}) for n in range(6)]
    b = [scored(f"i{n}", **{COVERAGE: 0.5, FORMAT: 1.0}) for n in range(6)]
    rows = {row.metric: row for row in compare_systems(("a", a), ("b", b))}
    assert rows[FORMAT].p_holm == pytest.approx(2 * rows[FORMAT].p)
    assert rows[FORMAT].verdict == TOO_FEW


def test_balanced_accuracy_weighs_both_groups() -> None:
    def both(refused: float, answered: float) -> list[ItemScore]:
        refuse = [scored(f"r{n}", refusal_accuracy=refused) for n in range(2)]
        return refuse + [scored(f"i{n}", answered=answered) for n in range(8)]

    rows = {row.metric: row for row in compare_systems(("a", both(0.0, 1.0)), ("b", both(1.0, 1.0)))}
    assert rows[BALANCED].difference == pytest.approx(0.5)
    assert (rows[BALANCED].wins, rows[BALANCED].losses) == (2, 0)


def test_chapters_are_clusters_when_there_are_many() -> None:
    def chapters(value: float, count: int) -> list[ItemScore]:
        return [scored(f"i{n}", f"ch{n % count}", **{FORMAT: value}) for n in range(24)]

    (clustered,) = compare_systems(("a", chapters(0.0, 12)), ("b", chapters(1.0, 12)))
    (alone,) = compare_systems(("a", chapters(0.0, 3)), ("b", chapters(1.0, 3)))
    assert clustered.p == pytest.approx(2 / 2**12)
    assert alone.p == pytest.approx(2 / 2**24)


def test_only_shared_items_are_paired() -> None:
    (row,) = compare_systems(("a", system(FORMAT, [1.0] * 3)), ("b", system(FORMAT, [1.0] * 5)))
    assert row.n == 3
    assert compare_systems(("a", system(FORMAT, [1.0])), ("b", system(COVERAGE, [1.0]))) == []


def test_table_has_every_later_against_every_earlier() -> None:
    systems = [(name, system(FORMAT, [1.0] * 3)) for name in ("base", "notes", "tuned")]
    assert [(row["a"], row["b"]) for row in comparison_table(systems)] == [
        ("base", "notes"),
        ("base", "tuned"),
        ("notes", "tuned"),
    ]


def test_metrics_and_health_of_nothing() -> None:
    assert metrics_of([]) == {}
    assert health_of([])["degenerate"] is False

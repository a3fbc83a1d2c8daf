"""Answers made to break the scorers: they end, and the match is a part of them."""

import pytest

from tutorsmith.evaluation import judge_key_point
from tutorsmith.evaluation.metrics.scope import MAX_CHARACTERS
from tutorsmith.evaluation.metrics.units import parse_unit, spellings

KEY_POINTS = (
    "The electric field inside a conductor is zero",
    "导体内部电场为零",
    {"formula": "E = Q/(4*pi*epsilon_0*r^2)"},
    {"quantity": "5 V"},
)
BAIT = {
    "parentheses": "(" * 5000 + "x" + ")" * 5000 + " = 1",
    "equal signs": "= " * 20000,
    "tower": "x = 10^10^10^10",
    "long number": "E = " + "9" * 500 + " V/m",
    "huge exponent": "1e999999 V and 10^{99999} V",
    "fractions": "\\frac{" * 2000 + "1" + "}" * 2000 + " = E",
    "commands": "\\mathbf{" * 5000 + "E" + "}" * 5000 + "=0",
    "dollars": "$" * 20000,
    "negations": "not " * 20000,
    "unknown letters": "E = ♞ + \u0000",
    "spaces": " " * 100000 + "E",
    "integrals": "∫" * 3000 + "E dl = 0",
    "many factors": "E = " + "*".join(["(a+b)"] * 60),
    "curl of many factors": "curl(" + "*".join(["(a+b)"] * 40) + ") = 1",
    "units": "7 " + "m·" * 20000,
    "digits": "1" * 100000,
    "lone surrogate": "E = \ud800",
}


@pytest.mark.parametrize("name", BAIT)
def test_bait_is_not_taken(name: str) -> None:
    for key_point in KEY_POINTS:
        verdict = judge_key_point(key_point, BAIT[name])
        assert verdict.covered is not True
        assert verdict.matched in BAIT[name]


def test_the_unread_middle_of_a_very_long_answer_is_undecidable() -> None:
    filler = "The weather was fine that day. " * (MAX_CHARACTERS // 20)
    verdict = judge_key_point(KEY_POINTS[0], filler)
    assert verdict.covered is None
    assert str(MAX_CHARACTERS) in verdict.rule


def test_both_ends_of_a_very_long_answer_are_read() -> None:
    filler = "The weather was fine that day. " * (MAX_CHARACTERS // 20)
    said = "The electric field inside a conductor is zero."
    assert judge_key_point(KEY_POINTS[0], said + " " + filler).covered is True
    assert judge_key_point(KEY_POINTS[0], filler + said).covered is True


def test_every_unit_spelling_has_a_size() -> None:
    assert [name for name in spellings() if parse_unit(name) is None] == []


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("V/m", "N/C", 1), ("kV/cm", "V/m", 1e5), ("伏每米", "V/m", 1), ("千米", "m", 1e3), ("G", "T", 1e-4),
        ("km/h", "m/s", 1 / 3.6), ("eV", "J", 1.602176634e-19), ("Ω·m", "V*m/A", 1), ("平方厘米", "m^2", 1e-4),
        ("Gs", "mT", 0.1), ("μF", "nF", 1e3), ("毫亨", "H", 1e-3), ("ohm meters", "Ω m", 1),
    ],
)  # fmt: skip
def test_units_compare(one: str, other: str, ratio: float) -> None:
    a, b = parse_unit(one), parse_unit(other)
    assert a is not None
    assert b is not None
    assert a.dimensions == b.dimensions
    assert a.factor / b.factor == pytest.approx(ratio)


@pytest.mark.parametrize("wording", ["x", "a", "+", "is not"])
def test_a_wording_without_a_word_to_look_for_is_judged_and_not_covered_by_anything(wording: str) -> None:
    verdict = judge_key_point(wording, "The field inside the conductor is zero.")
    assert verdict.covered is not True and verdict.rule

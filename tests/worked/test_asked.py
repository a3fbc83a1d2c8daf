"""What a question gives and asks, and how a result is said."""

import pytest

from tutorsmith.evidence.quantities import dimension_of_unit
from tutorsmith.evidence.question import Question
from tutorsmith.worked.asked import wanted_in
from tutorsmith.worked.held import held_in, symbol_named
from tutorsmith.worked.say import latex_number, said
from tutorsmith.worked.written import Calculation


def test_values_have_the_sort_of_length_that_is_beside_them() -> None:
    held = held_in(
        Question("A coil of height 1.0 cm lies between the radii 2.0 cm and 3.0 cm, on a core 5.0 mm thick.")
    )
    assert [one.sort for one in held] == ["height", "radius", "radius", "thickness"]


def test_values_have_the_symbol_that_the_question_gives_them() -> None:
    held = held_in(Question("A core has mu_r = 1800, A = 1.5 cm^2 and q1 = 3.0 nC. What is L?"))
    assert [one.symbol for one in held] == ["mu_r", "A", "q_1"]
    assert held[0].dimension == (("permeability", 1.0),)


def test_units_in_parentheses_and_numbers_like_years_are_read() -> None:
    held = held_in(Question("A core (5.8e7 S/m) has a permeability of 2000. What is the skin depth at 50 Hz?"))
    assert [one.number for one in held] == [5.8e7, 2000, 50]
    assert held[0].dimension == dimension_of_unit("S/m")


@pytest.mark.parametrize(
    ("written", "name"),
    [(r"\varepsilon_{r}", "epsilon_r"), ("εr", "epsilon_r"), ("q1", "q_1"), (r"$\theta_1$", "theta_1"), ("V", "V")],
)
def test_symbols_are_named_as_in_the_notes(written: str, name: str) -> None:
    assert symbol_named(written) == name


def test_all_that_is_asked_and_nothing_that_is_given() -> None:
    question = Question("A wave has an electric field of 3.0 V/m. Find its wavelength and the magnetic field.")
    assert [one.name for one in wanted_in(question)] == ["wavelength", "magnetic field"]
    held = Question("Which torque does a field of 1.0 MV/m exert on the dipole when it lies across the field?")
    assert [one.name for one in wanted_in(held)] == ["torque"]


def test_the_unit_is_taken_from_the_question() -> None:
    (one,) = wanted_in(Question("The plates have 20 cm^2 and 1.0 mm distance. Compute the capacitance in pF."))
    assert one.unit == "pF"
    assert one.dimension == dimension_of_unit("F")


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (11.8, "11.8"),
        (2.3611, "2.36"),
        (1062.5, "1060"),
        (0.0123, "0.0123"),
        (1.18e-11, r"1.18\times10^{-11}"),
        (-30.0, "-30.0"),
        (1e5, r"1.00\times10^{5}"),
        (999.96, "1000"),
    ],
)
def test_results_have_three_significant_digits(number: float, text: str) -> None:
    assert latex_number(number) == text


def test_the_line_cites_the_excerpts_that_are_shown() -> None:
    first = Calculation("C", r"C=\varepsilon_0A/d", 7, {}, 11.8, "pF", {}, True)
    second = Calculation("Q", "C=Q/V", 9, {}, 2.36, "nC", {}, False, True)
    assert (
        said([first, second], {7: 2}, "en")
        == r"Calculated: $C=\varepsilon_0A/d=11.8$ pF [2]; $C=Q/V$ gives $Q=2.36$ nC"
    )
    assert said([second], {9: 1}, "zh") == "计算：由 $C=Q/V$ 得 $Q=2.36$ nC [1]"
    assert said([], {}, "en") == ""

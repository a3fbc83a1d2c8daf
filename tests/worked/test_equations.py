"""LaTeX of notes -> equations, their dimensions, and one symbol as an expression of the others."""

import pytest

from tutorsmith.evaluation.metrics.formula_tree import value
from tutorsmith.evidence.quantities import dimension_of_unit
from tutorsmith.tools.evaluate import evaluate_expression
from tutorsmith.worked.dimensions import Misfit, consistent, dimension_of, fits, powers_of
from tutorsmith.worked.equations import Equation, equations_in
from tutorsmith.worked.solve import NotIsolated, expression, isolated


def only(text: str) -> Equation:
    (found,) = equations_in(text, 3)
    return found


def test_a_chain_is_one_equation_for_each_of_its_sides() -> None:
    found = list(equations_in(r"The energy is $W=\frac{1}{2}CV^2=\frac{Q^2}{2C}$.", 0))
    assert [e.latex for e in found] == [r"W=\frac{1}{2}CV^2", r"W=\frac{Q^2}{2C}"]
    assert found[1].symbols == ("W", "Q", "C")


def test_letters_side_by_side_are_a_product_and_d_is_no_differential() -> None:
    made = only("$V=Ed$")
    assert value(made.right, {"E": 6.0, "d": 0.5}) == 3.0
    assert made.chunk == 3


def test_primes_and_calligraphic_letters_are_symbols_of_their_own() -> None:
    assert only(r"$C=C'L$").symbols == ("C", "C'", "L")
    reluctance = only(r"$\mathcal{R}=\frac{l}{\mu_0A}$")
    assert reluctance.symbols[0] == "R_cal"
    assert reluctance.names["R_cal"] == r"\mathcal{R}"


@pytest.mark.parametrize(
    "formula",
    [
        r"\oint\mathbf{D}\cdot d\mathbf{S}=Q",
        r"\mathbf{F}=q\mathbf{v}\times\mathbf{B}",
        "r=a",
        r"\gamma=\sqrt{j\omega\mu\sigma}",
        r"\eta_0=376.7\ \text{ohm}",
    ],
)
def test_what_is_no_relation_of_numbers_is_left_out(formula: str) -> None:
    assert list(equations_in(f"${formula}$", 0)) == []


def test_a_difference_is_besides_one_value() -> None:
    symbols = [e.symbols for e in equations_in("$W=q(V_b-V_a)$", 0)]
    assert symbols == [("W", "q", "V_b", "V_a"), ("W", "q", "V")]


def test_rates_and_peaks_are_equations_of_their_kind() -> None:
    rate = only(r"$\mathcal{E}=-N\frac{d\Phi}{dt}$")
    assert rate.kind == "rate"
    assert value(rate.right, {"N": 200, "Phi": 3e-3, "t": 20e-3}) == pytest.approx(-30)
    kinds = [e.kind for e in equations_in(r"$\mathcal{E}(t)=NBA\,\omega\sin\omega t$", 0)]
    assert "peak" in kinds


def test_both_sides_must_be_of_one_dimension() -> None:
    force = only(r"$F=\frac{q_1q_2}{4\pi\varepsilon_0R^2}$")
    units = {"F": "N", "q_1": "C", "q_2": "C", "epsilon_0": "F/m", "R": "m"}
    known = {s: powers_of(dimension_of_unit(u)) for s, u in units.items()}
    assert fits(force.left, force.right, known)
    assert not fits(force.left, force.right, {**known, "R": powers_of(dimension_of_unit("m^2"))})


def test_a_sum_of_unlike_terms_and_a_sine_of_metres_are_misfits() -> None:
    metre, second = powers_of(dimension_of_unit("m")), powers_of(dimension_of_unit("s"))
    with pytest.raises(Misfit):
        dimension_of(only("$x=a+b$").right, {"a": metre, "b": second})
    with pytest.raises(Misfit):
        dimension_of(only(r"$x=y\sin\theta$").right, {"theta": metre, "y": metre})


def test_of_two_meanings_the_one_is_taken_with_which_the_sides_agree() -> None:
    made = only("$Q=CV$")
    told = {
        "Q": [dimension_of_unit("C")],
        "C": [dimension_of_unit("m"), dimension_of_unit("F")],
        "V": [dimension_of_unit("V")],
    }
    found = consistent(made.left, made.right, told)
    assert found is not None
    assert found["C"] == dimension_of_unit("F")


def test_a_symbol_that_stands_alone_follows_from_the_other_side() -> None:
    made = only(r"$R=\frac{l}{\sigma A}$")
    told = {
        "R": [],
        "l": [dimension_of_unit("m")],
        "sigma": [dimension_of_unit("S/m")],
        "A": [dimension_of_unit("m^2")],
    }
    found = consistent(made.left, made.right, told)
    assert found is not None
    assert powers_of(found["R"]) == powers_of(dimension_of_unit("ohm"))


@pytest.mark.parametrize(
    ("formula", "symbol", "at", "wanted"),
    [
        (r"C=\frac{\varepsilon_0\varepsilon_rA}{d}", "d", {"C": 2.0, "epsilon_r": 3.0, "A": 4.0}, 6 * 8.8541878188e-12),
        (r"\frac{1}{C}=\frac{1}{C_1}+\frac{1}{C_2}", "C", {"C_1": 3.0, "C_2": 6.0}, 2.0),
        (r"\delta=\frac{1}{\sqrt{\pi f\mu\sigma}}", "f", {"delta": 0.5, "mu": 2.0, "sigma": 3.0}, 0.2122066),
        (r"n_1\sin\theta_i=n_2\sin\theta_t", "theta_t", {"n_1": 1.0, "theta_i": 0.5, "n_2": 1.5}, 0.325325),
        (r"L=20\log_{10}(4\pi r/\lambda)", "r", {"L": 40.0, "lambda_": 0.1}, 0.7957747),
    ],
)
def test_one_symbol_as_an_expression_that_the_calculator_reads(
    formula: str, symbol: str, at: dict[str, float], wanted: float
) -> None:
    made = next(equations_in(f"${formula}$", 0))
    names = {s: "lambda_" if s == "lambda" else s for s in made.symbols}
    text = expression(isolated(made.left, made.right, symbol), names)
    result = evaluate_expression(text, {name: f"{number!r}" for name, number in at.items()})["value"]
    assert result == pytest.approx(wanted, rel=1e-5)


def test_a_symbol_that_stands_twice_is_not_isolated() -> None:
    made = only(r"$E=\frac{Qz}{(z^2+a^2)^{3/2}}$")
    with pytest.raises(NotIsolated):
        isolated(made.left, made.right, "z")

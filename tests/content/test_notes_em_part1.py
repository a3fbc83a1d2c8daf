"""Chapters 1-9 of the electromagnetics notes: every worked example is recomputed, every key formula has its unit.

A worked example is read from the Markdown: the given values after "Given:", the stated values after it. The functions
below compute from the given values alone; the stated ones must agree to half a unit of their last digit.
"""

import re
from collections.abc import Callable
from math import acos, atan, cos, log, pi, sin, sinh, sqrt, tan

import pint
import pytest
from em_part1_notes import (
    NOTES,
    UNITS,
    UREG,
    Quantity,
    dimension,
    numeric_equations,
    parse_latex,
    quantities,
    sections,
    stated,
)

EPS0 = Quantity(8.8541878e-12, "F/m")
MU0 = Quantity(4e-7 * pi, "H/m")
E_CHARGE = Quantity(1.602176634e-19, "C")
CHAPTERS = (
    "01-vector-analysis",
    "02-electrostatics-coulomb-gauss",
    "03-electric-potential-energy",
    "04-conductors-capacitance",
    "05-dielectrics",
    "06-laplace-poisson-images",
    "07-steady-currents",
    "08-magnetostatics",
    "09-magnetic-materials-inductance",
)

Values = dict[str, pint.Quantity]
Example = Callable[[Values], Values]
EXAMPLES: dict[tuple[str, str], Example] = {}


def example(chapter: int, heading: str) -> Callable[[Example], Example]:
    """Registers the function that recomputes the example under this heading of the chapter."""

    def register(function: Example) -> Example:
        EXAMPLES[CHAPTERS[chapter - 1], "Worked example: " + heading] = function
        return function

    return register


def coulomb(charge: pint.Quantity, other: pint.Quantity, distance: pint.Quantity) -> pint.Quantity:
    """Magnitude of the force between two point charges in free space."""
    return abs(charge * other) / (4 * pi * EPS0 * distance**2)


@example(1, "angle between two vectors")
def _(g: Values) -> Values:
    a = [g[f"A_{axis}"].magnitude for axis in "xyz"]
    b = [g[f"B_{axis}"].magnitude for axis in "xyz"]
    cross = [a[i - 2] * b[i - 1] - a[i - 1] * b[i - 2] for i in range(3)]
    dot = sum(x * y for x, y in zip(a, b, strict=True))
    size_a, size_b, size_cross = (sqrt(sum(x * x for x in v)) for v in (a, b, cross))
    found = {"d": dot, "a": size_a, "b": size_b, "m": size_cross}
    return {k: Quantity(v, "") for k, v in found.items()} | {"theta": Quantity(acos(dot / size_a / size_b), "rad")}


@example(1, "flux through a sphere by the divergence theorem")
def _(g: Values) -> Values:
    return {"Phi": g["k"] * g["a"] * 4 * pi * g["a"] ** 2}


@example(2, "Coulomb force between two charges")
def _(g: Values) -> Values:
    return {"F": coulomb(g["q_1"], g["q_2"], g["R"])}


@example(2, "field of a line charge and of a disk")
def _(g: Values) -> Values:
    sheet = g["rho_s"] / (2 * EPS0)
    disk = sheet * (1 - g["z"] / (g["z"] ** 2 + g["a"] ** 2) ** 0.5)
    return {"E_l": g["rho_l"] / (2 * pi * EPS0 * g["r"]), "E_d": disk, "E_s": sheet}


@example(3, "work to move a charge near a point charge")
def _(g: Values) -> Values:
    before, after = (g["Q"] / (4 * pi * EPS0 * g[r]) for r in ("r_a", "r_b"))
    return {"V_a": before, "V_b": after, "W": g["q"] * (after - before)}


@example(3, "energy of three charges in an equilateral triangle")
def _(g: Values) -> Values:
    pair = g["q"] ** 2 / (4 * pi * EPS0 * g["d"])
    return {"W": 3 * pair, "V": 2 * pair / g["q"]}


@example(4, "parallel-plate capacitor, charge and energy")
def _(g: Values) -> Values:
    c = EPS0 * g["varepsilon_r"] * g["A"] / g["d"]
    field = g["V"] / g["d"]
    force = EPS0 * field**2 / 2 * g["A"]  # the pressure of the field on the plates with air between them
    return {"C": c, "Q": c * g["V"], "W": c * g["V"] ** 2 / 2, "F": force, "E": field}


@example(4, "capacitance of a coaxial cable")
def _(g: Values) -> Values:
    per_metre = 2 * pi * EPS0 * g["varepsilon_r"] / log(g["b"] / g["a"])
    return {"C'": per_metre, "C": per_metre * g["L"]}


@example(5, "refraction of E at a boundary")
def _(g: Values) -> Values:
    angle = g["theta_1"].to("rad").magnitude
    ratio = (g["varepsilon_r1"] / g["varepsilon_r2"]).magnitude
    along, across = g["E_1"] * sin(angle), g["E_1"] * cos(angle) * ratio
    size = (along**2 + across**2) ** 0.5
    return {"E_2t": along, "E_2n": across, "E_2": size, "theta_2": Quantity(atan(tan(angle) / ratio), "rad")}


@example(5, "polarization, bound charge and a layered capacitor")
def _(g: Values) -> Values:
    field = g["V"] / g["d"]
    flux_density = EPS0 * g["varepsilon_r"] * field
    return {"E": field, "D": flux_density, "P": flux_density - EPS0 * field}


@example(5, "layered capacitor")
def _(g: Values) -> Values:
    one, two = (EPS0 * g[f"varepsilon_r{i}"] * g["A"] / g[f"d_{i}"] for i in (1, 2))
    return {"C": one * two / (one + two)}


@example(6, "image force on a charge above a plane")
def _(g: Values) -> Values:
    force = coulomb(g["q"], g["q"], 2 * g["h"])
    density = -2 * EPS0 * g["q"] / (4 * pi * EPS0 * g["h"] ** 2)  # both charges give the same normal field
    return {"F": force, "rho_s": density, "W": force * g["h"]}


@example(6, "image in a grounded sphere")
def _(g: Values) -> Values:
    image, place = -g["q"] * g["a"] / g["d"], g["a"] ** 2 / g["d"]
    return {"q'": image, "b": place, "F": coulomb(g["q"], image, g["d"] - place)}


@example(6, "potential in a square trough")
def _(g: Values) -> Values:
    one, three = (
        g["V_0"] * 4 / (n * pi) * sin(n * pi / 2) * sinh(n * pi / 2) / sinh(n * pi)  # the series' term n
        for n in (1, 3)
    )
    return {"V_1": one, "V_3": three, "V": one + three}


@example(7, "resistance, drift speed and heat of a copper wire")
def _(g: Values) -> Values:
    density = g["I"] / (pi * g["a"] ** 2)
    field = density / g["sigma"]
    volts = field * g["L"]
    found = {"J": density, "E": field, "V": volts, "R": volts / g["I"], "P": volts * g["I"]}
    return found | {"u": density / (g["N"] * E_CHARGE)}


@example(7, "leakage of a coaxial cable")
def _(g: Values) -> Values:
    c = 2 * pi * EPS0 * g["varepsilon_r"] * g["L"] / log(g["b"] / g["a"])
    tau = EPS0 * g["varepsilon_r"] / g["sigma"]
    return {"R": tau / c, "C": c, "tau": tau}


@example(8, "electron in a magnetic field")
def _(g: Values) -> Values:
    radius = g["m"] * g["v"] / (g["q"] * g["B"])
    return {"r": radius, "f": g["v"] / (2 * pi * radius)}


@example(8, "loop, solenoid and two parallel wires")
def _(g: Values) -> Values:
    moment = g["I"] * pi * g["a"] ** 2
    return {
        "B_0": MU0 * moment / (2 * pi * g["a"] ** 3),
        "B_z": MU0 * moment / (2 * pi * (g["a"] ** 2 + g["z"] ** 2) ** 1.5),
    }


@example(8, "solenoid field")
def _(g: Values) -> Values:
    return {"B": MU0 * g["N"] / g["L"] * g["I"]}


@example(8, "force between two parallel wires")
def _(g: Values) -> Values:
    return {"F'": g["I_2"] * MU0 * g["I_1"] / (2 * pi * g["d"])}


@example(9, "magnetic circuit with an air gap")
def _(g: Values) -> Values:
    # Ampere's law for the series circuit gives B; the reluctances follow from their own drops of H l per flux
    h_per_b = g["l_c"] / (MU0 * g["mu_r"]) + g["g"] / MU0
    b = g["N"] * g["I"] / h_per_b
    linkage = g["N"] * b * g["A"]
    found = {"calR_c": g["l_c"] / (MU0 * g["mu_r"] * g["A"]), "calR_g": g["g"] / (MU0 * g["A"])}
    return found | {"B": b, "Phi": b * g["A"], "L": linkage / g["I"], "W": linkage * g["I"] / 2}


@example(9, "inductance of a coaxial cable and mutual inductance")
def _(g: Values) -> Values:
    per_metre = MU0 / (2 * pi) * log(g["b"] / g["a"])
    return {"L'": per_metre, "L": per_metre * g["l"]}


@example(9, "mutual inductance of a coil on a solenoid")
def _(g: Values) -> Values:
    field_per_ampere = MU0 * g["N_1"] / g["l"]
    return {"M": g["N_2"] * field_per_ampere * g["A"]}


def split_example(body: str) -> tuple[str, str]:
    """The text with the given values and the text after it."""
    _, _, rest = body.partition("Given:")
    end = re.search(r"\n\n|Formula:|Substitution:", rest)
    assert end, "the example has no Given: followed by a formula or a substitution"
    return rest[: end.start()], rest[end.start() :]


def check_example(body: str, recompute: Example) -> None:
    """Recomputes the example from its given values; raises AssertionError where a stated number is wrong."""
    given_text, rest = split_example(body)
    given = {name: value for name, value, _ in quantities(given_text)}
    expected = recompute(given)
    results = quantities(rest)
    assert {name for name, _, _ in results} == set(expected), "stated and recomputed results differ in kind"
    for name, value, half in results:
        wanted = expected[name].to(value.units).magnitude
        tolerance = min(1.02 * half, 0.01 * abs(wanted))
        assert abs(value.magnitude - wanted) <= tolerance, f"{name}: stated {value:~}, computed {wanted}"
    for symbol, number, other in numeric_equations(rest):
        wanted = expected[symbol].to_base_units().magnitude if symbol else other
        assert number == pytest.approx(wanted, rel=2e-3), f"{symbol}: substitution gives {number}, not {wanted}"


def example_bodies() -> dict[tuple[str, str], str]:
    return {
        (chapter, heading): body
        for chapter in CHAPTERS
        for heading, body in sections(chapter, "###").items()
        if heading.startswith("Worked example")
    }


def test_every_worked_example_is_recomputed() -> None:
    assert set(example_bodies()) == set(EXAMPLES)


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_chapter_has_two_worked_examples(chapter: str) -> None:
    assert sum(key[0] == chapter for key in EXAMPLES) >= 2


@pytest.mark.parametrize("key", EXAMPLES, ids=lambda key: f"{key[0][:2]} {key[1][16:]}")
def test_worked_example_numbers(key: tuple[str, str]) -> None:
    check_example(example_bodies()[key], EXAMPLES[key])


@pytest.mark.parametrize("key", EXAMPLES, ids=lambda key: f"{key[0][:2]} {key[1][16:]}")
def test_a_changed_number_in_the_result_is_noticed(key: tuple[str, str]) -> None:
    body = example_bodies()[key]
    at = body.index("Result:")
    head, tail = body[:at], body[at:]
    numbers = list(re.finditer(r"(?<== )(-?)(\d)", tail))
    assert numbers
    for number in numbers:
        wrong = str(int(number[2]) % 9 + 1)
        altered = head + tail[: number.start()] + number[1] + wrong + tail[number.end() :]
        with pytest.raises(AssertionError):
            check_example(altered, EXAMPLES[key])


# (chapter, section, left side, which such equation, SI unit of the left side, units of the symbols on the right)
FORMULA_UNITS: list[tuple[int, str, str, int, str, dict[str, str]]] = [
    (2, "Coulomb's law", "F", 0, "N", {}),
    (2, "Electric field of a point", "E_r", 0, "V/m", {}),
    (2, "Electric field of a ring", "E_z", 0, "V/m", {}),
    (2, "Electric field of a charged disk", "E_z", 0, "V/m", {}),
    (2, "Electric field of a charged disk", "E", 0, "V/m", {}),
    (2, "Electric field of an infinite", "E_r", 0, "V/m", {}),
    (2, "Electric field of an infinite", "E_r", 1, "V/m", {}),
    (2, "Electric field of a uniformly", "E_r", 0, "V/m", {}),
    (3, "Potential of a point charge", "V", 0, "V", {}),
    (3, "Potential of a ring", "V", 0, "V", {}),
    (3, "Potential of a ring", "V", 1, "V", {}),
    (3, "Electric dipole", "V", 0, "V", {}),
    (3, "Electric dipole", "E_r", 0, "V/m", {}),
    (3, "Electric dipole", r"E_\theta", 0, "V/m", {}),
    (3, "Torque", "T", 0, "N*m", {}),
    (3, "Torque", "U", 0, "J", {}),
    (3, "Energy of a system", "W", 0, "J", {}),
    (3, "Electric field energy", "w_e", 0, "J/m^3", {}),
    (3, "Electric field energy", "W", 0, "J", {}),
    (3, "Electric field energy", "W", 1, "J", {}),
    (4, "Conductors in", "E_n", 0, "V/m", {}),
    (4, "Capacitance of a parallel", "C", 0, "F", {}),
    (4, "Capacitance of a coaxial", "C", 0, "F", {}),
    (4, "Capacitance of a spherical", "C", 0, "F", {}),
    (4, "Capacitance of a spherical", "C", 1, "F", {}),
    (4, "Capacitance of a spherical", "C", 2, "F", {}),
    (4, "Capacitance of a two-wire", "C'", 0, "F/m", {}),
    (4, "Energy stored", "W", 0, "J", {"C": "F"}),
    (4, "Energy stored", "F", 0, "N", {}),
    (5, "Susceptibility", "P", 0, "C/m^2", {}),
    (5, "Capacitor with", "C", 0, "F", {}),
    (5, "Capacitor with", "C", 1, "F", {}),
    (5, "Energy in a dielectric", "w_e", 0, "J/m^3", {}),
    (5, "Energy in a dielectric", "F", 1, "N", {}),
    (6, "One-dimensional", "V", 0, "V", {}),
    (6, "One-dimensional", "V", 1, "V", {}),
    (6, "One-dimensional", "V", 2, "V", {}),
    (6, "Poisson's equation with", "V", 0, "V", {}),
    (6, "Conducting sphere", "V", 0, "V", {}),
    (6, "Conducting sphere", r"\rho_s", 1, "C/m^2", {}),
    (6, "Conducting sphere", "p", 0, "C*m", {}),
    (6, "Method of images: point charge above", r"\rho_s", 0, "C/m^2", {}),
    (6, "Method of images: point charge above", "F", 0, "N", {}),
    (6, "Method of images: point charge and", "F", 0, "N", {}),
    (7, "Ohm's law", r"\sigma", 0, "S/m", {"N": "1/m^3", "e": "C", "mu_e": "m^2/(V*s)"}),
    (7, "Relaxation time", r"\tau", 0, "s", {}),
    (7, "Resistance of a uniform", "R", 0, "ohm", {}),
    (7, "Relation RC", "RC", 0, "s", {}),
    (7, "Relation RC", "R", 0, "ohm", {}),
    (7, "Relation RC", "R", 1, "ohm", {}),
    (8, "Magnetic field of a straight", "B", 0, "T", {}),
    (8, "Magnetic field of a straight", "B", 1, "T", {}),
    (8, "Magnetic field of a circular", "B_z", 0, "T", {}),
    (8, "Magnetic field of a circular", "B", 0, "T", {}),
    (8, "Ampere's law", "B", 0, "T", {}),
    (8, "Magnetic field of a solenoid", "B", 0, "T", {}),
    (8, "Magnetic field of a solenoid", "B", 1, "T", {}),
    (8, "Magnetic vector potential", "A_z", 0, "Wb/m", {}),
    (8, "Lorentz force", "r", 0, "m", {}),
    (8, "Lorentz force", "f", 0, "Hz", {}),
    (8, "Force on a current", "F'", 0, "N/m", {}),
    (8, "Magnetic dipole", "m", 0, "A*m^2", {"S": "m^2"}),
    (8, "Magnetic dipole", "T", 0, "N*m", {"m": "A*m^2"}),
    (9, "Magnetic field intensity", "B", 0, "T", {}),
    (9, "Magnetic circuits", r"\mathcal{R}", 0, "1/H", {}),
    (9, "Magnetic circuits", r"\Phi", 0, "Wb", {"calR": "1/H"}),
    (9, "Self-inductance", "L", 0, "H", {"Phi": "Wb"}),
    (9, "Self-inductance", "L", 1, "H", {}),
    (9, "Self-inductance", "L", 2, "H", {}),
    (9, "Self-inductance", "L'", 0, "H/m", {}),
    (9, "Mutual inductance", "M", 0, "H", {"Phi_12": "Wb"}),
    (9, "Mutual inductance", "M", 1, "H", {}),
    (9, "Mutual inductance", "M", 2, "H", {"L_1": "H", "L_2": "H"}),
    (9, "Energy stored in a magnetic", "W", 0, "J", {"L": "H"}),
    (9, "Energy stored in a magnetic", "w_m", 0, "J/m^3", {}),
]


@pytest.mark.parametrize("row", FORMULA_UNITS, ids=lambda row: f"{row[0]:02d} {row[1]} {row[2]} {row[3]}")
def test_the_formula_has_the_unit_of_its_left_side(row: tuple[int, str, str, int, str, dict[str, str]]) -> None:
    chapter, heading, left, nth, unit, special = row
    found = dimension(stated(CHAPTERS[chapter - 1], heading, left, nth), UNITS | special)
    assert found.check(UREG.Unit(unit).dimensionality), f"{found:~} is not in {unit}"


def test_the_unit_check_refuses_a_sum_of_unlike_units() -> None:
    with pytest.raises(pint.DimensionalityError):
        dimension(parse_latex(r"\frac{q}{r}+q"), UNITS)


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_chapter_form(chapter: str) -> None:
    text = (NOTES / f"{chapter}.md").read_text(encoding="utf-8")
    parts = sections(chapter)
    assert 1000 <= len(text.split()) <= 1300
    assert 8 <= len(parts) <= 11
    assert "Common mistakes" in text and "imiting case" in text
    for heading, body in parts.items():
        assert 70 <= len(body.split()) <= 175, (heading, len(body.split()))
    for line in text.splitlines():
        assert line.count("$") % 2 == 0, line
        assert line.count("{") == line.count("}"), line
        assert "$$" not in line or (line.startswith("$$") and line.endswith("$$") and len(line) > 4), line

"""Every number that the electromagnetics samples and benchmark compute, computed again from the givens with Pint.

`COMPUTE` maps an item to its givens (as the question states them, with units) and to a function that returns each
stated symbol's value. `CLAIMS` holds the ratios that answers put into words. Nothing here reads the answers.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pint

U = pint.UnitRegistry()
Given = dict[str, Any]
PI = np.pi
EPS0, MU0 = U.Quantity(8.854e-12, "F/m"), U.Quantity(4e-7 * PI, "H/m")
C0, ETA0 = U.Quantity(2.998e8, "m/s"), U.Quantity(376.7, "ohm")
ELECTRON, ELECTRON_MASS = U.Quantity(1.602e-19, "C"), U.Quantity(9.109e-31, "kg")
NEPER = 20 * np.log10(np.e)
"""Decibel in one neper."""


def coulomb(g: Given) -> Given:
    return {"F": g["q_1"] * g["q_2"] / (4 * PI * EPS0 * g["R"] ** 2)}


def plates(g: Given) -> Given:
    c = EPS0 * g["eps"] * g["A"] / g["d"]
    return {"C": c, "Q": c * g["V"], "W": c * g["V"] ** 2 / 2}


def air_gap(g: Given) -> Given:
    return {r"\varepsilon_{r2}": g["eps"], "E_1": g["breakdown"], "E_2": g["breakdown"] / g["eps"]}


def copper_wire(g: Given) -> Given:
    area = PI * g["a"] ** 2
    r = g["L"] / (g["sigma"] * area)
    return {"R": r, "V": g["I"] * r, "P": g["I"] ** 2 * r, "E": g["I"] / area / g["sigma"]}


def electron_orbit(g: Given) -> Given:
    return {"r": ELECTRON_MASS * g["v"] / (ELECTRON * g["B"]), "q": ELECTRON, "m": ELECTRON_MASS}


def magnetic_circuit(g: Given) -> Given:
    core, gap = g["l"] / (MU0 * g["mu"] * g["A"]), g["g"] / (MU0 * g["A"])
    flux = g["N"] * g["I"] / (core + gap)
    return {r"\mathcal{R}_c": core, r"\mathcal{R}_g": gap, r"\Phi": flux, "B": flux / g["A"]}


def sliding_bar(g: Given) -> Given:
    emf = g["B"] * g["l"] * g["u"]
    current = emf / g["R"]
    return {r"\mathcal{E}": emf, "I": current, "F": g["B"] * current * g["l"], "P": current**2 * g["R"]}


def light(_: Given) -> Given:
    return {"v": 1 / (MU0 * EPS0) ** 0.5}


def dielectric_wave(g: Given) -> Given:
    n = g["eps"] ** 0.5
    return {"n": n, "v_p": C0 / n, r"\lambda": C0 / n / g["f"], r"\eta": ETA0 / n}


def sea_water(g: Given) -> Given:
    omega = 2 * PI * g["f"]
    alpha = (PI * g["f"] * MU0 * g["sigma"]) ** 0.5
    per_metre = NEPER * alpha
    return {
        r"\tan\delta_c": g["sigma"] / (omega * g["eps"] * EPS0),
        r"\alpha": alpha,
        "A'": per_metre,
        "z": g["A_dB"] / per_metre,
        r"\delta": 1 / alpha,
    }


def coating(g: Given) -> Given:
    n1 = U.Quantity(1.0)
    layer = (n1 * g["n"]) ** 0.5
    return {"n_2": layer, "d": g["lambda"] / (4 * layer), "R_0": ((g["n"] - n1) / (g["n"] + n1)) ** 2}


def resistive_load(g: Given) -> Given:
    gamma = (g["Z_L"] - g["Z_0"]) / (g["Z_L"] + g["Z_0"])
    return {r"\Gamma_L": gamma, "S": (1 + gamma) / (1 - gamma), "P_L": g["P"] * (1 - gamma**2)}


def hertzian_dipole(g: Given) -> Given:
    wavelength = C0 / g["f"]
    resistance = 80 * PI**2 * (g["l"] / wavelength) ** 2 * U.ohm
    return {
        "R_r": resistance,
        "P_{rad}": g["I"] ** 2 * resistance / 2,
        r"|E_\theta|": ETA0 * g["I"] * g["l"] / (2 * wavelength * g["r"]),
        r"\lambda": wavelength,
    }


def quarter_wave(g: Given) -> Given:
    return {"Z_T": (g["Z_0"] * g["R_L"]) ** 0.5, "l": C0 / g["eps"] ** 0.5 / g["f"] / 4}


def image_charge(g: Given) -> Given:
    force = g["q"] ** 2 / (16 * PI * EPS0 * g["h"] ** 2)
    return {"F": force, "W": force * g["h"]}


def x_band(g: Given) -> Given:
    cutoff = C0 / (2 * g["a"])
    factor = (1 - (cutoff / g["f"]) ** 2) ** 0.5
    return {
        "f_{c10}": cutoff,
        "f_{c20}": C0 / g["a"],
        "f_{c01}": C0 / (2 * g["b"]),
        "F": factor,
        r"\lambda_g": C0 / g["f"] / factor,
        "v_g": C0 * factor,
    }


COMPUTE: dict[str, tuple[dict[str, str], Callable[[Given], Given]]] = {
    "style-0003": ({"q_1": "4.0 uC", "q_2": "6.0 uC", "R": "0.30 m"}, coulomb),
    "style-0006": ({"A": "100 cm^2", "d": "1.0 mm", "eps": "4.0", "V": "100 V"}, plates),
    "style-0008": ({"eps": "4.0", "breakdown": "3.0 MV/m"}, air_gap),
    "style-0010": ({"a": "1.0 mm", "L": "50 m", "I": "10 A", "sigma": "5.8e7 S/m"}, copper_wire),
    "style-0012": ({"v": "2.0e6 m/s", "B": "5.0 mT"}, electron_orbit),
    "style-0013": (
        {"l": "0.40 m", "A": "4.0 cm^2", "mu": "2000", "g": "1.0 mm", "N": "500", "I": "1.0 A"},
        magnetic_circuit,
    ),
    "style-0014": ({"u": "4.0 m/s", "l": "0.25 m", "B": "0.50 T", "R": "0.20 ohm"}, sliding_bar),
    "style-0016": ({}, light),
    "style-0019": ({"f": "1.5 GHz", "eps": "4.0"}, dielectric_wave),
    "style-0020": ({"f": "10 kHz", "sigma": "4.0 S/m", "eps": "81", "A_dB": "40"}, sea_water),
    "style-0022": ({"n": "1.5", "lambda": "550 nm"}, coating),
    "style-0024": ({"Z_0": "50 ohm", "Z_L": "150 ohm", "P": "2.0 W"}, resistive_load),
    "style-0028": ({"l": "3.0 cm", "I": "1.0 A", "f": "100 MHz", "r": "1.0 km"}, hertzian_dipole),
    "style-b-005": ({"R_L": "100 ohm", "Z_0": "50 ohm", "f": "1.0 GHz", "eps": "2.25"}, quarter_wave),
    "style-b-006": ({"q": "10 nC", "h": "5.0 cm"}, image_charge),
    "style-b-008": ({"f": "10 GHz", "a": "22.86 mm", "b": "10.16 mm"}, x_band),
}
GIVEN_IN_ANSWER = {"style-0008": {"4.0", "3.0 MV/m"}}
"""Values that an answer brings in itself as an example, where the question gives none."""

KEY_QUANTITIES = {
    ("style-b-005", "70.7 ohm"): "Z_T",
    ("style-b-005", "5.00 cm"): "l",
    ("style-b-006", "89.9 uN"): "F",
    ("style-b-006", "4.49 uJ"): "W",
    ("style-b-008", "39.7 mm"): r"\lambda_g",
    ("style-b-008", "6.56 GHz"): "f_{c10}",
}


def computed(item: str) -> Given:
    """Return symbol -> value for one item, from its givens."""
    givens, function = COMPUTE[item]
    return function({name: U.Quantity(text.replace("^", "**")) for name, text in givens.items()})


def _reluctance_ratio() -> float:
    found = computed("style-0013")
    return float((found[r"\mathcal{R}_g"] / found[r"\mathcal{R}_c"]).m_as(""))


def _depths() -> float:
    found = computed("style-0020")
    return float((found["z"] / found[r"\delta"]).m_as(""))


def _dipole_balance() -> float:
    found, r = computed("style-0028"), U.Quantity("1.0 km")
    isotropic = found["P_{rad}"] / (4 * PI * r**2)
    return float((found[r"|E_\theta|"] ** 2 / (2 * ETA0) / isotropic).m_as(""))


CLAIMS: list[tuple[str, str, float, float]] = [
    ("style-0003", "would divide the force by four", 2.0**2, 4.0),
    ("style-0004", "Twice this value is the result", (2 / PI) / (1 / (4 * PI * 0.5**2)), 2.0),
    ("style-0008", "four times the field in the insulation", 4.0 / 1.0006, 4.0),
    ("style-0010", "twice the radius divides it by four", 2.0**2, 4.0),
    ("style-0013", "five times the reluctance", _reluctance_ratio(), 5.0),
    ("style-0019", "are halved", 4.0**0.5, 2.0),
    ("style-0020", "between four and five skin depths", _depths(), 4.6),
    ("style-0020", "a factor 100 in field", 10 ** (40 / 20), 100.0),
    ("style-0020", "at four times the frequency the depth is halved", 4.0**0.5, 2.0),
    ("style-0024", "a quarter of the incident power is reflected", 0.5**2, 0.25),
    ("style-0028", "a hundred times the length", (C0 / U.Quantity("100 MHz * 3.0 cm")).m_as(""), 100.0),
    ("style-0028", "is 1.5 times", _dipole_balance(), 1.5),
    ("style-0028", "half the length gives a quarter of the radiation resistance", 0.5**2, 0.25),
    ("style-b-003", "36.8 percent", 100 / np.e, 36.8),
    ("style-b-004", "37 percent", 100 / np.e, 37.0),
    (
        "style-b-004",
        r"$\tau$ is about $1.5\times10^{-19}$ s",
        (EPS0 / U.Quantity("5.8e7 S/m")).m_as("s"),
        1.5e-19,
    ),
    ("style-b-005", r"$\sqrt{\varepsilon_r}=1.5$", 2.25**0.5, 1.5),
    ("style-b-005", "is 50 ohm again", (computed("style-b-005")["Z_T"] ** 2 / U.Quantity("100 ohm")).m_as("ohm"), 50.0),
    ("style-b-007", "divides the loss by four", 2.0**2, 4.0),
    ("style-b-009", "each doubling costs 6 dB", 20 * np.log10(2), 6.0),
]
"""(item, wording, value computed, value that the wording says), equal within 2 percent."""

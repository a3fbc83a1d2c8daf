"""The worked examples of the Chinese electromagnetics notes, computed again with Pint from their givens.

`EXAMPLES` maps a chapter to its givens (symbol as printed -> value, which the note must state) and to a function that
returns every other symbol that the chapter states with a number.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.integrate import quad
from style_numbers import (
    C0,
    EPS0,
    ETA0,
    MU0,
    PI,
    U,
    copper_wire,
    image_charge,
    plates,
    resistive_load,
    sliding_bar,
)

Given = dict[str, Any]


def flux(g: Given) -> Given:
    return {r"\Phi": g["k"] * g["a"] * 4 * PI * g["a"] ** 2}


def line_charge(g: Given) -> Given:
    return {"E_r": g[r"\rho_l"] / (2 * PI * EPS0 * g["r"])}


def charge_moved(g: Given) -> Given:
    near, far = (g["Q"] / (4 * PI * EPS0 * g[name]) for name in ("r_b", "r_a"))
    return {"V_a": far, "V_b": near, "W": g["q"] * (near - far)}


def capacitor(g: Given) -> Given:
    return plates(g | {"eps": g[r"\varepsilon_r"]})


def refracted_field(g: Given) -> Given:
    angle = g[r"\theta_1"].m_as("radian")
    along, normal = g["E_1"] * np.sin(angle), g["E_1"] * np.cos(angle)
    inside = normal * g[r"\varepsilon_{r1}"] / g[r"\varepsilon_{r2}"]
    return {
        "E_{2t}": along,
        "E_{2n}": inside,
        "E_2": (along**2 + inside**2) ** 0.5,
        r"\theta_2": U.Quantity(np.arctan((along / inside).m_as("")), "radian"),
    }


def wire(g: Given) -> Given:
    found = copper_wire(g | {"sigma": U.Quantity("5.8e7 S/m")})
    return {name: found[name] for name in ("R", "E", "P")}


def ring(g: Given) -> Given:
    centre = MU0 * g["I"] / (2 * g["a"])
    return {"B_0": centre, "B_z": centre * (1 + (g["z"] / g["a"]) ** 2) ** -1.5}


def coaxial_inductance(g: Given) -> Given:
    return {"L'": MU0 / (2 * PI) * np.log((g["b"] / g["a"]).m_as(""))}


def bar(g: Given) -> Given:
    found = sliding_bar(g)
    return {name: found[name] for name in (r"\mathcal{E}", "I", "F")}


def equal_currents(g: Given) -> Given:
    return {"f_c": g[r"\sigma"] / (2 * PI * g[r"\varepsilon_r"] * EPS0)}


def sunlight(g: Given) -> Given:
    field = (2 * ETA0 * g["S_{av}"]) ** 0.5
    return {"E_0": field, "H_0": field / ETA0, "p": g["S_{av}"] / C0}


def wave_in_dielectric(g: Given) -> Given:
    n = g[r"\varepsilon_r"] ** 0.5
    return {"n": n, "v_p": C0 / n, r"\lambda": C0 / n / g["f"], r"\eta": ETA0 / n}


def copper(g: Given) -> Given:
    depth = (2 / (2 * PI * g["f"] * MU0 * g[r"\sigma"])) ** 0.5
    return {r"\delta": depth, "R_s": 1 / (g[r"\sigma"] * depth)}


def glass(g: Given) -> Given:
    gamma = (g["n_1"] - g["n_2"]) / (g["n_1"] + g["n_2"])
    critical = U.Quantity(np.arcsin((g["n_1"] / g["n_2"]).m_as("")), "radian")
    return {r"\Gamma": gamma, "R": gamma**2, r"\theta_c": critical}


def load(g: Given) -> Given:
    found = resistive_load(g | {"P": 1})
    gamma = found[r"\Gamma_L"]
    return {r"\Gamma_L": gamma, "S": found["S"], "RL": -20 * np.log10(gamma.m_as(""))}


def guide(g: Given) -> Given:
    cutoff = C0 / (2 * g["a"])
    factor = (1 - (cutoff / g["f"]) ** 2) ** 0.5
    return {"f_c": cutoff, r"\lambda_g": C0 / g["f"] / factor, "v_g": C0 * factor}


def microwave_link(g: Given) -> Given:
    wavelength = C0 / g["f"]
    spread = (wavelength / (4 * PI * g["r"])) ** 2
    return {
        r"\lambda": wavelength,
        "P_r": g["P_t"] * g["G_t"] * g["G_r"] * spread,
        "L_{fs}": -10 * np.log10(spread.m_as("")),
    }


EXAMPLES: dict[int, tuple[dict[str, str], Callable[[Given], Given]]] = {
    1: ({"k": "3.0 C/m³", "a": "2.0 m"}, flux),
    2: ({r"\rho_l": "20 nC/m", "r": "0.10 m"}, line_charge),
    3: ({"q": "2.0 nC", "Q": "10 nC", "r_a": "0.50 m", "r_b": "0.20 m"}, charge_moved),
    4: ({"A": "100 cm²", "d": "1.0 mm", r"\varepsilon_r": "4.0", "V": "100 V"}, capacitor),
    5: (
        {r"\varepsilon_{r1}": "2.0", r"\varepsilon_{r2}": "5.0", "E_1": "100 V/m", r"\theta_1": "30 degree"},
        refracted_field,
    ),
    6: ({"q": "10 nC", "h": "5.0 cm"}, image_charge),
    7: ({"a": "1.0 mm", "L": "50 m", "I": "10 A"}, wire),
    8: ({"a": "0.10 m", "I": "2.0 A", "z": "0.10 m"}, ring),
    9: ({"a": "0.50 mm", "b": "1.75 mm"}, coaxial_inductance),
    10: ({"B": "0.50 T", "l": "0.25 m", "u": "4.0 m/s", "R": "0.20 ohm"}, bar),
    11: ({r"\sigma": "4.0 S/m", r"\varepsilon_r": "81"}, equal_currents),
    12: ({"S_{av}": "1361 W/m²"}, sunlight),
    13: ({r"\varepsilon_r": "2.25", "f": "1.0 GHz"}, wave_in_dielectric),
    14: ({r"\sigma": "5.8e7 S/m", "f": "1.0 GHz"}, copper),
    15: ({"n_1": "1.0", "n_2": "1.5"}, glass),
    16: ({"Z_0": "50 ohm", "Z_L": "100 ohm"}, load),
    17: ({"a": "22.86 mm", "f": "10 GHz"}, guide),
    18: ({"P_t": "1.0 W", "G_t": "100", "G_r": "100", "f": "10 GHz", "r": "1.0 km"}, microwave_link),
}


def example(chapter: int) -> tuple[Given, Given]:
    """Return the givens and the computed values of a chapter's worked example."""
    givens, function = EXAMPLES[chapter]
    values = {name: U.Quantity(text) for name, text in givens.items()}
    return values, function(values)


def half_wave_resistance() -> float:
    """Integrate the pattern of a half-wave dipole over the sphere."""
    pattern, _ = quad(lambda theta: np.cos(PI / 2 * np.cos(theta)) ** 2 / np.sin(theta), 0, PI)
    return float(2 * (60**2 * pattern * 2 * PI / (2 * ETA0.m_as("ohm"))))


CLAIMS: list[tuple[int, str, float, float]] = [
    (6, "只是两个真实电荷相互作用能的一半", (1 / 16) / (1 / (4 * 2)), 0.5),
    (7, r"铜的 $\tau$ 约为 $1.5\times10^{-19}$ s", (EPS0 / U.Quantity("5.8e7 S/m")).m_as("s"), 1.5e-19),
    (14, "（36.8%）", 100 * np.exp(-1), 36.8),
    (14, "$3\\delta$ 处还有约 5.0%", 100 * np.exp(-3), 5.0),
    (14, "1 Np 等于 8.686 dB", 20 * np.log10(np.e), 8.686),
    (14, "频率增大到四倍，趋肤深度减半", 4.0**0.5, 2.0),
    (18, r"R_r=73.1\ \Omega", half_wave_resistance(), 73.1),
    (18, "距离加倍增加 6 dB", 20 * np.log10(2), 6.0),
    (18, r"P_{rad}=36.5\,I_0^2", 73.1 / 2, 36.5),
    (18, r"\frac{60I_0}{r}", ETA0.m_as("ohm") / (2 * PI), 60.0),
]
"""(chapter, wording, value computed, value that the wording says), equal within 2 percent."""

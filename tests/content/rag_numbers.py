"""Every number that the samples and benchmark items with excerpts compute, computed again with Pint.

`COMPUTE` maps an item to its givens, as the question states them, and to a function that returns the value of each
stated symbol. A value that comes from an excerpt stands in the function and must be cited. `CLAIMS` holds numbers put
into words. Nothing here reads the answers.
"""

from collections.abc import Callable

import numpy as np
from style_numbers import C0, EPS0, ETA0, MU0, NEPER, PI, Given, U

Claim = tuple[str, str, float, float, float]
Table = dict[str, tuple[dict[str, str], Callable[[Given], Given]]]
ONE = U.Quantity(1.0)
SUN = U.Quantity(1361, "W/m^2")
R_S_1GHZ = U.Quantity(8.25e-3, "ohm")
DEGREE = U.degree


def layers(g: Given) -> Given:
    """A layer of air on a dielectric: equal D, the voltages add."""
    air = g["V"] / (g["d_1"] / g["eps"] + g["d_2"])
    assert abs((air / g["eps"] * g["d_1"] + air * g["d_2"]) / g["V"] - 1) < 1e-12
    return {"E_2": air, "E_1": air / g["eps"]}


def sphere_dipole(g: Given) -> Given:
    return {"p": 4 * PI * EPS0 * g["a"] ** 3 * g["E"], "E": 3 * g["E"]}


def coupled(g: Given) -> Given:
    mutual = g["k"] * (g["L_1"] * g["L_2"]) ** 0.5
    total = g["L_1"] + g["L_2"]
    return {"M": mutual, "L_a": total + 2 * mutual, "L_o": total - 2 * mutual}


def transformer(g: Given) -> Given:
    ratio = g["N_1"] / g["N_2"]
    assert abs((g["I_1"] ** 2 * ratio**2 * g["Z"] - (g["I_1"] * ratio) ** 2 * g["Z"]).m_as("W")) < 1e-12
    return {"Z": ratio**2 * g["Z"], "I_2": g["I_1"] * ratio}


def rms_power(g: Given) -> Given:
    peak = g["E"] * 2**0.5
    return {"S_{av}": peak**2 / (2 * ETA0), "E_0": peak, r"\eta_0": ETA0}


def ceramic(g: Given) -> Given:
    return {
        r"\eta": ETA0 * (g["mu"] / g["eps"]) ** 0.5,
        "n": (g["mu"] * g["eps"]) ** 0.5,
        r"\mu_r": ONE,
    }


def critical(g: Given) -> Given:
    sine = 1 / g["n"]
    return {r"\sin\theta_c": sine, r"\theta_c": np.arcsin(sine.m_as("")) * U.radian}


def slab(g: Given) -> Given:
    gamma = (g["S"] - 1) / (g["S"] + 1)
    impedance = ETA0 * (1 - gamma) / (1 + gamma)
    return {r"|\Gamma|": gamma, "T": 1 - gamma**2, r"\varepsilon_r": (ETA0 / impedance) ** 2}


def return_loss(g: Given) -> Given:
    gamma = 10 ** (-g["RL"] / 20)
    return {r"|\Gamma|": gamma, "S": (1 + gamma) / (1 - gamma)}


def open_end(g: Given) -> Given:
    first = g["V"] * g["Z_0"] / (g["R_g"] + g["Z_0"])
    return {"V_1": first, "V_L": 2 * first}


def spherical_point(g: Given) -> Given:
    return {"s": g["r"] * np.sin(g["theta"]), "z": g["r"] * np.cos(g["theta"])}


def thread(g: Given) -> Given:
    r, length = g["r"], g["L"]
    finite = g["rho"] * length / (4 * PI * EPS0 * r * (r**2 + length**2 / 4) ** 0.5)
    return {"E_f": finite, "E_i": g["rho"] / (2 * PI * EPS0 * r)}


def rod(g: Given) -> Given:
    r, length = g["r"], g["L"]
    finite = MU0 * g["I"] * length / (4 * PI * r * (r**2 + length**2 / 4) ** 0.5)
    return {"B": finite, "B_i": MU0 * g["I"] / (2 * PI * r)}


def coaxial(g: Given) -> Given:
    outer, inner = MU0 / (2 * PI) * np.log((g["b"] / g["a"]).m_as("")), MU0 / (8 * PI)
    return {"L'_e": outer, "L'_i": inner, "L'": outer + inner, "s": inner / (outer + inner)}


def averages(g: Given) -> Given:
    electric = EPS0 * g["E"] ** 2 / 4
    return {"w_e": electric, "w": 2 * electric}


def shield(_: Given) -> Given:
    return {"A": 3 * NEPER * ONE, "t": np.exp(-3) * ONE}


def matching(g: Given) -> Given:
    return {"Z_T": (g["Z_0"] * g["R_L"]) ** 0.5, "Z_{in}": g["Z"] ** 2 / g["R_L"]}


def disk(g: Given) -> Given:
    rim = (g["z"] ** 2 + g["a"] ** 2) ** 0.5
    return {"V": g["rho"] / (2 * EPS0) * (rim - g["z"])}


COMPUTE: Table = {
    "rag-0002": (
        {"k": "2.0 C/m^3", "a": "0.50 m"},
        lambda g: {r"\Phi": 3 * g["k"] * 4 / 3 * PI * g["a"] ** 3},
    ),
    "rag-0004": ({"a": "4.0 cm"}, lambda g: {"z": g["a"] / 2**0.5}),
    "rag-0009": ({"a": "30 cm"}, lambda g: {"C": 4 * PI * EPS0 * g["a"]}),
    "rag-0012": (
        {"d": "4.0 mm"},
        lambda g: {"V": U.Quantity(3, "MV/m") * g["d"], "E": U.Quantity(3, "MV/m"), "d": g["d"]},
    ),
    "rag-0015": ({"d_1": "1.5 mm", "d_2": "0.50 mm", "eps": "6.0", "V": "800 V"}, layers),
    "rag-0018": ({"a": "2.0 cm", "E": "50 kV/m"}, sphere_dipole),
    "rag-0024": (
        {"N": "1200", "L": "60 cm", "B": "3.0 mT"},
        lambda g: {"I": g["B"] * g["L"] / (MU0 * g["N"])},
    ),
    "rag-0029": ({"L_1": "4.0 mH", "L_2": "9.0 mH", "k": "0.50"}, coupled),
    "rag-0031": ({"old": "0.50 mm", "new": "0.35 mm"}, lambda g: {"k": (g["new"] / g["old"]) ** 2}),
    "rag-0034": ({"N_1": "600", "N_2": "150", "Z": "8.0 ohm", "I_1": "0.20 A"}, transformer),
    "rag-0036": (
        {"sigma": "1.0e-3 S/m", "eps": "10"},
        lambda g: {"f_c": g["sigma"] / (2 * PI * g["eps"] * EPS0)},
    ),
    "rag-0038": ({"A": "200 m^2"}, lambda g: {"F": 2 * SUN / C0 * g["A"], "S_{av}": SUN}),
    "rag-0039": ({"E": "6.0 V/m"}, rms_power),
    "rag-0043": ({"mu": "4.0", "eps": "9.0"}, ceramic),
    "rag-0047": ({"alpha": "0.25"}, lambda g: {"A'": NEPER * g["alpha"] / U.m}),
    "rag-0048": (
        {"delta": "2.09 um", "f_1": "1.0 GHz", "f_2": "9.0 GHz"},
        lambda g: {
            r"\delta": g["delta"] * (g["f_1"] / g["f_2"]) ** 0.5,
            "R_s": R_S_1GHZ * (g["f_2"] / g["f_1"]) ** 0.5,
        },
    ),
    "rag-0050": ({"n": "1.49"}, critical),
    "rag-0051": ({"S": "3.0"}, slab),
    "rag-0052": ({"n": "1.38", "lambda": "550 nm"}, lambda g: {"d": g["lambda"] / (4 * g["n"])}),
    "rag-0053": ({"RL": "20"}, return_loss),
    "rag-0055": ({"V": "12 V", "R_g": "50 ohm", "Z_0": "50 ohm"}, open_end),
    "rag-0056": ({"share": "60"}, lambda g: {r"\varepsilon_r": (100 / g["share"]) ** 2}),
    "rag-0058": ({"D": "0.20 m", "lambda": "1.5 cm"}, lambda g: {"r": 2 * g["D"] ** 2 / g["lambda"]}),
    "rag-0068": ({"old": "8", "new": "6"}, lambda g: {"r": (g["new"] - g["old"]) / g["old"]}),
    "rag-0076": ({"old": "520", "limit": "390"}, lambda g: {"s": (g["old"] - g["limit"]) / g["old"]}),
    "rag-b-001": ({"r": "2.0 m", "theta": "60 degrees"}, spherical_point),
    "rag-b-002": ({"L": "0.50 m", "rho": "8.0 nC", "r": "10 cm"}, lambda g: thread({**g, "rho": g["rho"] / U.m})),
    "rag-b-004": ({"L": "2.0 m", "A": "100 cm^2"}, lambda g: {"R": g["L"] / (U.Quantity(4, "S/m") * g["A"])}),
    "rag-b-006": (
        {"a": "2.0 mm", "h": "2.0 m"},
        lambda g: {"C'": 2 * PI * EPS0 / np.log((2 * g["h"] / g["a"]).m_as("")), "2h": 2 * g["h"]},
    ),
    "rag-b-012": ({"L": "20 cm", "I": "5.0 A", "r": "10 cm"}, rod),
    "rag-b-013": ({"a": "1.0 mm", "b": "3.5 mm"}, coaxial),
    "rag-b-018": ({"E": "200 V/m"}, averages),
    "rag-b-019": ({"H": "0.20"}, lambda g: {"E_0": ETA0 * g["H"] * U.Quantity(1, "A/m")}),
    "rag-b-020": ({}, lambda _: {"D": 2 * 1.64 * ONE}),
    "rag-b-022": ({}, shield),
    "rag-b-024": ({"n": "2.42"}, lambda g: {r"\theta": np.arcsin(1 / g["n"].m_as("")) * U.radian}),
    "rag-b-026": ({"Z_0": "50 ohm", "R_L": "200 ohm", "Z": "125 ohm"}, matching),
    "rag-b-028": (
        {"f_1": "5 GHz", "f_2": "10 GHz", "r_1": "2 km", "r_2": "4 km"},
        lambda g: {r"\Delta": 20 * np.log10((g["f_2"] / g["f_1"] * g["r_2"] / g["r_1"]).m_as("")) * ONE},
    ),
    "rag-b-029": ({"a": "5.0 cm", "rho": "1.0 uC/m^2", "z": "5.0 cm"}, disk),
}

DISPLACEMENT_SHARE = 1 / 30
EXACT_TO_SIMPLE = ((1 + 30**2) ** 0.5 - 1) ** 0.5 / 30**0.5
FAR = 2 * 0.20**2 / 0.015

CLAIMS: list[Claim] = [
    ("rag-0005", "a factor of about $10^{11}$", 1 / 8.854e-12, 1e11, 0.2),
    ("rag-0012", "about 12 kV", 3e6 * 4.0e-3, 12e3, 1e-9),
    ("rag-0022", "by a factor of 100", 1 / 0.01, 100, 1e-9),
    ("rag-0030", "one thousandth, an angle far below one degree", np.degrees(np.arctan(1 / 1000)), 0.057, 0.01),
    ("rag-0030", "45 degrees inside and $\\mu_{r1}=1000$", np.tan(np.radians(45)), 1.0, 1e-9),
    ("rag-0034", "$0.20^2\\times128$ and in the speaker $0.80^2\\times8.0$", 0.20**2 * 128, 0.80**2 * 8.0, 1e-9),
    ("rag-0034", "are both 5.12 W", 0.20**2 * 128, 5.12, 1e-9),
    ("rag-0036", "near 1.8 MHz", 1e-3 / (2 * np.pi * 10 * 8.854e-12), 1.8e6, 0.01),
    ("rag-0043", "dividing by 6.0 would give 62.8 ohm", 376.7 / 6.0, 62.8, 1e-3),
    ("rag-0044", "and that is 10", 3 * 2 + 4 * 1, 10, 1e-9),
    ("rag-0044", "$3\\cdot4-4\\cdot3$ is zero", 3 * 4 - 4 * 3, 0, 1e-9),
    ("rag-0045", "some 3 percent of the conduction current", 100 * DISPLACEMENT_SHARE, 3, 0.12),
    ("rag-0045", "off by about 2 percent", 100 * (1 - EXACT_TO_SIMPLE), 2, 0.2),
    ("rag-0045", "Below 0.3 MHz the ratio would pass 100", 30 * 1.0 / 0.3, 100, 1e-9),
    ("rag-0046", "about a thirtieth of the conduction current", DISPLACEMENT_SHARE, 0.0333, 0.01),
    ("rag-0047", "gives a loss of 8.69 dB", -10 * np.log10(np.exp(-2)), 8.69, 1e-3),
    ("rag-0053", "one percent", 100 * (10 ** (-20 / 20)) ** 2, 1, 1e-9),
    ("rag-0056", "$1/\\sqrt{\\varepsilon_r}=0.60$", 60 / 100, 0.60, 1e-9),
    ("rag-0058", "several hundred wavelengths", FAR / 0.015, 356, 0.01),
    ("rag-0058", "more than twenty times the horn", FAR / 0.20, 26.7, 0.01),
    ("rag-0059", "more than ten wavelengths wide", 0.20 / 0.015, 13.3, 0.01),
    ("rag-0060", "at least 12 words to lose", 262 - 250, 12, 1e-9),
    ("rag-0076", "cut 130 words", 520 - 390, 130, 1e-9),
    ("rag-0080", "this gives 12.34", round(12.3417, 2), 12.34, 1e-9),
    ("rag-b-001", "$1.73^2+1.0^2$ is $2.0^2$", 1.73**2 + 1.0**2, 2.0**2, 2e-3),
    ("rag-b-002", "about 8 percent too much", 100 * ((0.1**2 + 0.25**2) ** 0.5 / 0.25 - 1), 8, 0.05),
    ("rag-b-004", "100 cm^2 is 0.010 m^2", 100e-4, 0.010, 1e-9),
    ("rag-b-006", "is 2000, so", 2 * 2.0 / 2.0e-3, 2000, 1e-9),
    ("rag-b-008", "8 to 2, that is 4", 8 / 2, 4, 1e-9),
    ("rag-b-012", "gives 0.71 of it", 0.20 / (2 * (0.10**2 + 0.20**2 / 4) ** 0.5), 0.71, 5e-3),
    ("rag-b-012", "seen under a right angle", 2 * np.degrees(np.arctan(0.10 / 0.10)), 90, 1e-9),
    ("rag-b-020", "3 dB more than the 2.15 dBi", 10 * np.log10(2 * 1.64) - 2.15, 3, 0.01),
    ("rag-b-022", "5.0 percent of the amplitude", 100 * np.exp(-3), 5.0, 5e-3),
    ("rag-b-022", "a quarter of a percent", 100 * np.exp(-6), 0.25, 0.01),
    ("rag-b-026", "100 squared over 200 is 50", 100**2 / 200, 50, 1e-9),
    ("rag-b-028", "falls by 12 dB: 6 dB for the distance and 6 dB", 20 * np.log10(4), 12, 5e-3),
]

"""Every number of the Chinese electromagnetics samples and benchmark, computed again from the givens with Pint.

`COMPUTE` maps an item to its givens and to a function that returns each stated symbol's value. A given is written as
the question writes it, or as "question's words|value" where Pint cannot read them. `CLAIMS` holds the ratios that
answers put into words. Nothing here reads the answers. The worked examples of the notes are in `zh_em_examples`.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from style_numbers import C0, EPS0, ETA0, MU0, NEPER, PI, U

Given = dict[str, Any]
COPPER = U.Quantity(5.8e7, "S/m")


def charged_ball(g: Given) -> Given:
    def field(r: Any) -> Any:
        inside = min(r, g["a"])
        return g["rho"] * 4 / 3 * PI * inside**3 / (4 * PI * EPS0 * r**2)

    return {"E_1": field(g["r_1"]), "E_2": field(g["r_2"]), "E_a": field(g["a"])}


def coaxial_capacitance(g: Given) -> Given:
    log = np.log((g["b"] / g["a"]).m_as(""))
    charge = 2 * PI * EPS0 * g["eps"] / log
    return {r"\ln(b/a)": log, "C'": charge, "E_{max}": charge * g["V"] / (2 * PI * EPS0 * g["eps"] * g["a"])}


def field_enters_dielectric(g: Given) -> Given:
    angle = g["theta"].m_as("radian")
    along, normal = g["E"] * np.sin(angle), g["E"] * np.cos(angle)
    inside = normal / g["eps"]
    return {
        "E_{2t}": along,
        "E_{1n}": normal,
        "E_{2n}": inside,
        "E_2": (along**2 + inside**2) ** 0.5,
        r"\theta_2": U.Quantity(np.arctan2(along.m_as("V/m"), inside.m_as("V/m")), "radian"),
    }


def copper_field(_: Given) -> Given:
    density = U.Quantity("2.0e6 A/m**2")
    return {"J": density, r"\sigma": COPPER, "E": density / COPPER}


def generator(g: Given) -> Given:
    frequency = g["n"] / 60
    omega = 2 * PI * frequency / U.s
    return {"f": frequency / U.s, r"\omega": omega, r"\mathcal{E}_0": g["N"] * g["B"] * g["A"] * omega}


def soil(g: Given) -> Given:
    eps = g["eps"] * EPS0
    return {"|J_c/J_d|": g["sigma"] / (2 * PI * g["f"] * eps), "f_c": g["sigma"] / (2 * PI * eps)}


def exposure(g: Given) -> Given:
    field = (2 * ETA0 * g["S"]) ** 0.5
    return {"E_0": field, "H_0": 2 * g["S"] / field, "p": g["S"] / C0}


def written_wave(g: Given) -> Given:
    speed = g["omega"] / g["k"]
    eps = (C0 / speed) ** 2
    impedance = ETA0 / eps**0.5
    return {
        "f": g["omega"] / (2 * PI),
        r"\lambda": 2 * PI / g["k"],
        "v_p": speed,
        r"\varepsilon_r": eps,
        r"\eta": impedance,
        "H_0": g["E"] / impedance,
    }


def copper_depth(g: Given) -> Given:
    depth = (2 / (2 * PI * g["f"] * MU0 * COPPER)) ** 0.5
    return {r"\delta": depth} | {f"e^{{-{n}}}": np.exp(-n) for n in (1, 3, 5)}


def frustrated_light(g: Given) -> Given:
    ratio = g["n_2"] / g["n_1"]
    k2 = 2 * PI * g["n_2"] / g["lambda"]
    along = 2 * PI * g["n_1"] / g["lambda"] * np.sin(g["theta"].m_as("radian"))
    alpha = (along**2 - k2**2) ** 0.5
    return {
        r"\theta_c": U.Quantity(np.arcsin(ratio.m_as("")), "radian"),
        r"\sin\theta_c": ratio,
        "k_2": k2,
        r"\alpha": alpha,
        "d": 1 / alpha,
    }


def complex_load(g: Given) -> Given:
    load, line = g["R"] + 1j * g["X"], g["Z_0"]
    gamma = abs((load - line) / (load + line)).m_as("")
    return {
        r"|\Gamma_L|": gamma,
        "S": (1 + gamma) / (1 - gamma),
        "RL": -20 * np.log10(gamma),
        r"|\Gamma_L|^2": gamma**2,
    }


def half_wave_dipole(g: Given) -> Given:
    field = U.Quantity("60 ohm") * g["I"] / g["r"]
    return {
        "P_{rad}": g["I"] ** 2 * U.Quantity("73.1 ohm") / 2,
        r"|E_\theta|": field,
        "S_{av}": field**2 / (2 * ETA0),
    }


def link(g: Given) -> Given:
    wavelength = C0 / g["f"]
    density = g["P_t"] * g["G_t"] / (4 * PI * g["r"] ** 2)
    return {
        r"\lambda": wavelength,
        "P_r": density * g["G_r"] * wavelength**2 / (4 * PI),
        "L_{fs}": 20 * np.log10((4 * PI * g["r"] / wavelength).m_as("")),
    }


def earth_electrode(g: Given) -> Given:
    field = g["I"] / (4 * PI * g["a"] ** 2) / g["sigma"]
    resistance = 1 / (4 * PI * g["sigma"] * g["a"])
    return {"R": resistance, "V": g["I"] * resistance, "E": field}


def aluminium_shield(g: Given) -> Given:
    depth = (2 / (2 * PI * g["f"] * MU0 * g["sigma"])) ** 0.5
    mains = (2 / (2 * PI * g["mains"] * MU0 * g["sigma"])) ** 0.5
    thickness = depth * np.log(1 / g["left"].m_as(""))
    return {
        "z": thickness,
        r"\delta": depth,
        r"\delta_{50}": mains,
        r"e^{-z/\delta_{50}}": np.exp(-(thickness / mains).m_as("")),
    }


def vent(g: Given) -> Given:
    k_c, k = PI / g["a"], 2 * PI * g["f"] / C0
    alpha = (k_c**2 - k**2) ** 0.5
    return {
        "A_{dB}": NEPER * (alpha * g["l"]).m_as(""),
        "f_c": C0 / (2 * g["a"]),
        r"\alpha": alpha,
    }


COMPUTE: dict[str, tuple[dict[str, str], Callable[[Given], Given]]] = {
    "style-zh-0003": ({"a": "5.0 cm", "rho": "2.0 μC/m³", "r_1": "2.0 cm", "r_2": "10 cm"}, charged_ball),
    "style-zh-0006": ({"a": "1.0 mm", "b": "3.6 mm", "eps": "2.3", "V": "1.0 kV"}, coaxial_capacitance),
    "style-zh-0008": ({"E": "200 V/m", "theta": "30°", "eps": "3.0"}, field_enters_dielectric),
    "style-zh-0010": ({}, copper_field),
    "style-zh-0014": ({"N": "100", "A": "200 cm²", "B": "0.30 T", "n": "3000 r/min|3000"}, generator),
    "style-zh-0016": ({"sigma": "2.0 mS/m", "eps": "10", "f": "100 kHz"}, soil),
    "style-zh-0018": ({"S": "0.40 W/m²"}, exposure),
    "style-zh-0020": (
        {"E": "20cos|20 V/m", "omega": f"6π×10^8 t|{6e8 * PI} 1/s", "k": f"4πz|{4 * PI} 1/m"},
        written_wave,
    ),
    "style-zh-0021": ({"f": "1.0 MHz"}, copper_depth),
    "style-zh-0023": ({"n_1": "1.5", "n_2": "1.33", "theta": "65°", "lambda": "633 nm"}, frustrated_light),
    "style-zh-0024": ({"Z_0": "50 Ω", "R": "50+j50 Ω|50 ohm", "X": "50+j50 Ω|50 ohm"}, complex_load),
    "style-zh-0027": ({"I": "0.50 A", "r": "2.0 km"}, half_wave_dipole),
    "style-zh-b-005": ({"f": "2.4 GHz", "r": "800 m", "P_t": "0.10 W", "G_t": "20", "G_r": "10"}, link),
    "style-zh-b-006": ({"a": "0.40 m", "sigma": "0.020 S/m", "I": "20 A"}, earth_electrode),
    "style-zh-b-007": (
        {"f": "100 kHz", "left": "1%|0.01", "sigma": "3.5×10^7 S/m|3.5e7 S/m", "mains": "50 Hz"},
        aluminium_shield,
    ),
    "style-zh-b-008": ({"a": "10 mm", "l": "20 mm", "f": "3.0 GHz"}, vent),
}

KEY_QUANTITIES = {
    ("style-zh-b-005", "3.09 nW"): "P_r",
    ("style-zh-b-005", "98.1 dB"): "L_{fs}",
    ("style-zh-b-006", "9.95 ohm"): "R",
    ("style-zh-b-006", "199 V"): "V",
    ("style-zh-b-006", "497 V/m"): "E",
    ("style-zh-b-007", "1.24 mm"): "z",
    ("style-zh-b-007", "12.0 mm"): r"\delta_{50}",
    ("style-zh-b-008", "53.5 dB"): "A_{dB}",
    ("style-zh-b-008", "308 Np/m"): r"\alpha",
}


def read_given(text: str) -> tuple[str, Any]:
    """Return the question's words and the value of one given."""
    words, _, value = text.partition("|")
    return words, U.Quantity((value or words).replace("°", " degree"))


def computed(item: str) -> Given:
    """Return symbol -> value for one item, from its givens."""
    givens, function = COMPUTE[item]
    return function({name: read_given(text)[1] for name, text in givens.items()})


def ratio(item: str, one: str, other: str) -> float:
    """Return the ratio of two computed values of an item."""
    found = computed(item)
    return float(U.Quantity(found[one] / found[other]).m_as(""))


def _directivity() -> float:
    found = computed("style-zh-0027")
    isotropic = found["P_{rad}"] / (4 * PI * U.Quantity("2.0 km") ** 2)
    return float((found["S_{av}"] / isotropic).m_as(""))


def _dbm(item: str, symbol: str) -> float:
    return float(10 * np.log10(computed(item)[symbol].m_as("mW")))


_DEPTH = computed("style-zh-0023")["d"]
CLAIMS: list[tuple[str, str, float, float]] = [
    ("style-zh-0006", "只剩最大值的 1/3.6", 1.0 / 3.6, 1 / 3.6),
    ("style-zh-0008", "大小变为三分之一", 1 / 3.0, 0.333),
    ("style-zh-0012", "匝数加倍自感就变为四倍", 2.0**2, 4.0),
    ("style-zh-0012", "自感只增大到两倍", 2.0**2 / 2, 2.0),
    ("style-zh-0014", "每秒 50 转", 3000 / 60, 50.0),
    ("style-zh-0014", "200 cm² 是 0.0200 m²", U.Quantity("200 cm²").m_as("m²"), 0.02),
    ("style-zh-0016", "3.60 MHz 是 100 kHz 的 36 倍", computed("style-zh-0016")["f_c"].m_as("kHz") / 100, 36.0),
    ("style-zh-0018", "功率流密度变为四倍时，场强只加倍", 4.0**0.5, 2.0),
    ("style-zh-0020", "波长约为 1 m，是这里的两倍", (C0 / U.Quantity("3e8 Hz")).m_as("m") / 0.5, 2.0),
    ("style-zh-0020", "结果只有实际值的一半", (computed("style-zh-0020")[r"\eta"] / ETA0).m_as(""), 0.5),
    ("style-zh-0021", "你算得对", computed("style-zh-0021")[r"\delta"].m_as("um"), 66.0),
    ("style-zh-0021", "频率增大到四倍，趋肤深度减半", 4.0**0.5, 2.0),
    ("style-zh-0023", "深度是真空波长的一半多", (_DEPTH / U.Quantity("633 nm")).m_as(""), 0.566),
    ("style-zh-0024", "反射功率占入射功率的 20%", computed("style-zh-0024")[r"|\Gamma_L|^2"], 0.20),
    ("style-zh-0024", r"$-10\log_{10}0.20$ 也是 6.99 dB", -10 * np.log10(0.20), 6.99),
    ("style-zh-0027", "按方向性系数 1.64 计算", _directivity(), 1.64),
    ("style-zh-0027", "功率流密度减为四分之一", 2.0**-2, 0.25),
    ("style-zh-b-005", "发射功率 20 dBm", 10 * np.log10(100), 20.0),
    ("style-zh-b-005", "两端增益 13 dBi 与 10 dBi", 10 * np.log10(20), 13.0),
    ("style-zh-b-005", "约为 -55.1 dBm", _dbm("style-zh-b-005", "P_r"), -55.1),
    ("style-zh-b-005", "损耗增加 6 dB", 20 * np.log10(2), 6.0),
    ("style-zh-b-007", "只有约十分之一个趋肤深度", ratio("style-zh-b-007", "z", r"\delta_{50}"), 0.103),
    ("style-zh-b-007", "即 40 dB，除以 8.686 得 4.605", 40 / NEPER, 4.605),
    ("style-zh-b-008", "远高于 3.0 GHz", computed("style-zh-b-008")["f_c"].m_as("GHz") / 3.0, 5.0),
]
"""(item, wording, value computed, value that the wording says), equal within 2 percent."""

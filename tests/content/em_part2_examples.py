"""The worked examples of the electromagnetics notes, chapters 10 to 18: read from the Markdown, and recomputed.

Every quantity that an example states, `$symbol = ... = number$ unit`, is read from the Markdown text.
Those of the "Given" paragraph are the inputs; all others must equal, to their last printed digit, the value that Pint
computes from the inputs, and every substitution `= 2\\pi\\times50 =` between must evaluate to the stated value.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pint
import sympy as sp

NOTES = Path(__file__).resolve().parents[2] / "data" / "training" / "knowledge" / "em"
CHAPTERS = sorted(path for path in NOTES.glob("1[0-8]-*.md"))
U = pint.UnitRegistry()
Given = dict[str, Any]
PI = np.pi
EPS0 = 8.854e-12 * U("F/m")
MU0 = 4e-7 * PI * U("H/m")

# As the notes write units, as Pint reads them. Neper, decibel and counts are pure numbers here.
UNITS = {
    unit: unit
    for unit in [
        "V",
        "m",
        "A",
        "W",
        "T",
        "Hz",
        "kHz",
        "MHz",
        "GHz",
        "cm",
        "mm",
        "um",
        "nm",
        "km",
        "mV",
        "mA",
        "mW",
        "H",
        "F",
        "Pa",
        "N",
        "V/m",
        "S/m",
        "A/m",
        "A/s",
        "m/s",
    ]
}
UNITS |= {"mT": "mT", "rad/s": "rad/s", "rad/m": "rad/m", "mA/m": "mA/m", "mV/m": "mV/m", "ohm": "ohm"}
UNITS |= {"ohm/m": "ohm/m", "nH/m": "nH/m", "pF/m": "pF/m"}
UNITS |= {"cm^2": "cm**2", "m^2": "m**2", "W/m^2": "W/m**2", "J/m^3": "J/m**3"}
UNITS |= {"Np/m": "1/m", "dB/m": "1/m", "dB": "", "dBm": "", "wavelengths": "", "degrees": "degree", "": ""}
INLINE = re.compile(r"(?<![$\\])\$([^$]+)\$(?: ([A-Za-z][A-Za-z0-9/^]*))?")
NUMBER = re.compile(r"(-?\d+(?:\.(\d+))?)(?:\\times10\^\{(-?\d+)\})?(?:\+j(\d+))?")


def sections(path: Path) -> dict[str, str]:
    """Return heading -> body of every `##` section."""
    parts = re.split(r"^## (.+)$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


WORKED = {h: body for path in CHAPTERS for h, body in sections(path).items() if h.startswith("Worked example")}


class Stated:
    """One `$symbol = expression = number$ unit` of a note: value (Pint), half a last digit, expressions between."""

    def __init__(self, math: str, unit: str) -> None:
        parts = [part.strip() for part in math.split(" = ")]
        literal = NUMBER.fullmatch(parts[-1])
        self.valid = len(parts) > 1 and literal is not None
        if literal is None or not self.valid:
            return
        if unit not in UNITS and re.search(r"[/^]", unit):
            raise ValueError(f"unknown unit {unit} after ${math}$")
        self.symbol, self.between = parts[0], parts[1:-1]
        scale = 10.0 ** int(literal[3] or 0)
        number = complex(float(literal[1]), float(literal[4])) if literal[4] else float(literal[1])
        self.value = U.Quantity(number * scale, UNITS.get(unit, ""))
        self.half_digit = 0.501 * scale * 10.0 ** -len(literal[2] or "")


def read(body: str) -> tuple[Given, list[Stated]]:
    """Return (given values by symbol, stated results) of a worked example; fail on a result in an unknown unit."""
    found: dict[bool, list[Stated]] = {True: [], False: []}
    for paragraph in body.split("\n\n"):
        hits = [Stated(m[1], m[2] or "") for m in INLINE.finditer(paragraph)]
        found[paragraph.startswith("**Given:**")] += [hit for hit in hits if hit.valid]
    return {hit.symbol: hit.value for hit in found[True]}, found[False]


def closing(text: str, opened: int) -> int:
    """Return the index of the brace that closes the one at `opened`."""
    depth = 0
    for index in range(opened, len(text)):
        depth += {"{": 1, "}": -1}.get(text[index], 0)
        if depth == 0:
            return index
    raise ValueError(f"unbalanced braces: {text}")


def arithmetic(latex: str) -> complex | None:
    """Evaluate a LaTeX substitution made of numbers only; None when it still holds symbols."""
    text = latex
    while (start := text.find(r"\frac{")) >= 0:
        top = closing(text, start + 5)
        low = closing(text, top + 1)
        text = f"{text[:start]}(({text[start + 6 : top]})/({text[top + 2 : low]})){text[low + 1 :]}"
    for tex, plain in ((r"\times", "*"), (r"\pi", "Pi"), (r"\sqrt", "Sqrt"), ("{", "("), ("}", ")"), ("^", "**")):
        text = text.replace(tex, plain)
    text = re.sub(r"\bj(\d+)|\+j(\d+)", lambda m: f"+I*{m[1] or m[2]}", text).replace("j(", "I*(")
    text = re.sub(r"(?<=\d)(?=Pi)", "*", text)
    if re.search(r"[A-Za-z\\|]", re.sub(r"Pi|Sqrt|\bI\b", "", text)):
        return None
    return complex(sp.sympify(text.replace("Pi", "pi").replace("Sqrt", "sqrt")))


def db(ratio: Any) -> Any:
    """Return 10 lg of a power ratio as a pure number."""
    return 10 * np.log10(ratio.to("").magnitude)


def neper_to_db(alpha: Any) -> Any:
    """Return the attenuation (1/m) in decibel per metre from 20 lg e."""
    return alpha * 20 * np.log10(np.e)


def sliding_bar(g: Given) -> Given:
    emf = g["B"] * g["l"] * g["u"]
    current = emf / g["R"]
    force = g["B"] * current * g["l"]
    return {r"\mathcal{E}": emf, "I": current, "F": force, "P": current**2 * g["R"], "P_m": force * g["u"]}


def coil_peak(g: Given) -> Given:
    omega = 2 * PI * g["f"]
    return {r"\omega": omega, r"\mathcal{E}_0": omega * g["N"] * g["A"] * g["B_0"]}


def mutual(g: Given) -> Given:
    m = MU0 * g["N_1"] * g["N_2"] * g["A"] / g["l"]
    return {"M": m, r"|\mathcal{E}_2|": m * g["dI_1/dt"]}


def displacement(g: Given) -> Given:
    c = EPS0 * g["A"] / g["d"]
    return {"C": c, "I_d": 2 * PI * g["f"] * c * g["V_0"]}


def dielectric_boundary(g: Given) -> Given:
    normal = g[r"\varepsilon_{r1}"] / g[r"\varepsilon_{r2}"] * g["E_{1n}"]
    bend = (g["E_{1t}"] / normal) / (g["E_{1t}"] / g["E_{1n}"])
    magnitude = (g["E_{1t}"] ** 2 + normal**2) ** 0.5
    return {"E_{2t}": g["E_{1t}"], "E_{2n}": normal, "E_2": magnitude, r"\tan\theta_2/\tan\theta_1": bend}


def conduction_ratio(g: Given) -> Given:
    crossover = g[r"\sigma"] / (2 * PI * g[r"\varepsilon_r"] * EPS0)
    return {r"\sigma/(\omega\varepsilon)": crossover / g["f"], "f_c": crossover}


def wire(g: Given) -> Given:
    resistance = g["l"] / (g[r"\sigma"] * PI * g["a"] ** 2)
    power = g["I"] ** 2 * resistance
    return {"E": g["I"] * resistance / g["l"], "H": g["I"] / (2 * PI * g["a"]), "P": power, "R": resistance}


def sunlight(g: Given) -> Given:
    e0 = (2 * g[r"\eta_0"] * g["S_{av}"]) ** 0.5
    return {"E_0": e0, "H_0": 2 * g["S_{av}"] / e0, "p": g["S_{av}"] / g["c"], "w_{av}": EPS0 * e0**2 / 2}


def laser(g: Given) -> Given:
    return {"S_{av}": g["P"] / (PI * g["a"] ** 2), "F": 2 * g["P"] / g["c"]}


def free_space_wave(g: Given) -> Given:
    h0 = g["E_0"] / g[r"\eta_0"]
    wave = g["c"] / g["f"]
    return {r"\lambda_0": wave, "k": 2 * PI / wave, "H_0": h0, "S_{av}": g["E_0"] * h0 / 2}


def dielectric_wave(g: Given) -> Given:
    n = (g[r"\varepsilon_r"] * g[r"\mu_r"]) ** 0.5
    v = g["c"] / n
    eta = g[r"\eta_0"] * (g[r"\mu_r"] / g[r"\varepsilon_r"]) ** 0.5
    return {"n": n, "v_p": v, r"\lambda": v / g["f"], "k": 2 * PI * g["f"] / v, r"\eta": eta}


def linear_polarization(g: Given) -> Given:
    x, y = g["E_{x0}"], g["E_{y0}"]
    e0 = (x**2 + y**2) ** 0.5
    return {"E_0": e0, r"\psi": np.arctan2(y, x), "S_{av}": (x**2 + y**2) / (2 * g[r"\eta_0"])}


def copper(g: Given) -> Given:
    delta = (PI * g["f"] * MU0 * g[r"\mu_r"] * g[r"\sigma"]) ** -0.5
    rs = 1 / (g[r"\sigma"] * delta)
    return {r"\delta": delta, "R_s": rs, "R'": rs / (2 * PI * g["a"])}


def sea_water(g: Given) -> Given:
    omega = 2 * PI * g["f"]
    alpha = (omega * MU0 * g[r"\mu_r"] * g[r"\sigma"] / 2) ** 0.5
    z = g["A_{dB}"] / neper_to_db(alpha)
    tangent = g[r"\sigma"] / (omega * g[r"\varepsilon_r"] * EPS0)
    depth = {r"\delta": 1 / alpha, "z": z, r"z/\delta": z * alpha, "E/E_0": np.exp(-z * alpha)}
    return {r"\tan\delta_c": tangent, r"\alpha": alpha, "A'": neper_to_db(alpha)} | depth


def low_loss(g: Given) -> Given:
    beta = 2 * PI * g["f"] * (g[r"\varepsilon_r"] * g[r"\mu_r"]) ** 0.5 / g["c"]
    alpha = beta * g[r"\tan\delta_c"] / 2
    return {r"\beta": beta, r"\alpha": alpha, "A'": neper_to_db(alpha)}


def glass_normal(g: Given) -> Given:
    eta1 = g[r"\eta_1"]
    eta2 = eta1 * (g[r"\mu_{r2}"] / g[r"\varepsilon_{r2}"]) ** 0.5
    gamma, tau = (eta2 - eta1) / (eta2 + eta1), 2 * eta2 / (eta2 + eta1)
    return {r"\eta_2": eta2, r"\Gamma": gamma, r"\tau": tau, "R": gamma**2, "T": tau**2 * eta1 / eta2}


def fresnel_angles(g: Given) -> Given:
    n1, n2, angle = g["n_1"], g["n_2"], g[r"\theta_i"]
    sine = n1 * np.sin(angle) / n2
    ci, ct = np.cos(angle), np.sqrt(1 - sine**2)
    perpendicular, parallel = (n1 * ci - n2 * ct) / (n1 * ci + n2 * ct), (n1 * ct - n2 * ci) / (n1 * ct + n2 * ci)
    out = {r"\sin\theta_t": sine, r"\theta_t": np.arcsin(sine), r"\cos\theta_t": ct, r"\theta_B": np.arctan(n2 / n1)}
    return out | {r"\theta_c": np.arcsin(n1 / n2), r"\Gamma_\perp": perpendicular, r"\Gamma_\parallel": parallel}


def coating(g: Given) -> Given:
    n1, n3, wave = g["n_1"], g["n_3"], g[r"\lambda_0"]
    n2 = (n1 * n3) ** 0.5
    return {"n_2": n2, "d": wave / (4 * n2), "R_0": ((n3 - n1) / (n3 + n1)) ** 2, r"\lambda_0/4": wave / 4}


def line_constants(g: Given) -> Given:
    u = (g["L"] * g["C"]) ** -0.5
    out = {"Z_0": (g["L"] / g["C"]) ** 0.5, "u": u, r"\beta": 2 * PI * g["f"] / u, r"\lambda": u / g["f"]}
    return out | {r"\varepsilon_r": (g["c"] / u) ** 2}


def mismatch(g: Given) -> Given:
    gamma = (g["Z_L"] - g["Z_0"]) / (g["Z_L"] + g["Z_0"])
    back = g["P^+"] * gamma**2
    out = {r"\Gamma_L": gamma, "S": (1 + abs(gamma)) / (1 - abs(gamma)), "RL": -db(gamma**2)}
    return out | {"P_L": g["P^+"] - back, "P^-": back}


def eighth_wave(g: Given) -> Given:
    gamma = (g["Z_L"] - g["Z_0"]) / (g["Z_L"] + g["Z_0"])
    turned = gamma * np.exp(-4j * PI * g["l"].magnitude)
    s = (1 + abs(gamma)) / (1 - abs(gamma))
    return {
        "Z_{in}": g["Z_0"] * (1 + turned) / (1 - turned),
        r"|\Gamma_L|": abs(gamma),
        "S": s,
        "Z_{min}": g["Z_0"] / s,
    }


def matching(g: Given) -> Given:
    ratio = (g["R_L"] / g["Z_0"]).to("").magnitude
    d = np.arctan(np.sqrt(ratio))
    b = ((1 / ratio + 1j * np.tan(d)) / (1 + 1j * np.tan(d) / ratio)).imag
    length = g["c"] / g[r"\varepsilon_r"] ** 0.5 / g["f"] / 4
    lengths = {r"d/\lambda": d / (2 * PI), r"l_s/\lambda": np.arctan(1 / b) / (2 * PI)}
    return {"Z_T": (g["Z_0"] * g["R_L"]) ** 0.5, "l": length, "b": b} | lengths


def x_band(g: Given) -> Given:
    c, a, b = g["c"], g["a"], g["b"]
    factor = (1 - (c / (2 * a) / g["f"]) ** 2) ** 0.5
    cut = {"f_{c10}": c / (2 * a), "f_{c20}": c / a, "f_{c01}": c / (2 * b), "F": factor}
    return cut | {
        r"\lambda_g": c / g["f"] / factor,
        "v_p": c / factor,
        "v_g": c * factor,
        "Z_{TE}": g[r"\eta_0"] / factor,
    }


def below_cutoff(g: Given) -> Given:
    kc, k = PI / g["a"], 2 * PI * g["f"] / g["c"]
    alpha = (kc**2 - k**2) ** 0.5
    return {"f_c": g["c"] / (2 * g["a"]), r"\alpha": alpha, "A'": neper_to_db(alpha), "k_c": kc}


def cavity(g: Given) -> Given:
    a, b, d = g["a"], g["b"], g["d"]
    f = g["c"] / 2 * (1 / a**2 + 1 / d**2) ** 0.5
    rs = (PI * f * MU0 / g[r"\sigma"]) ** 0.5
    shape = 2 * b * (a**2 + d**2) ** 1.5 / (a * d * (a**2 + d**2) + 2 * b * (a**3 + d**3))
    q = PI * g[r"\eta_0"] / (4 * rs) * shape
    return {"f_{101}": f, "R_s": rs, "Q": q, r"\Delta f": f / q}


def hertzian(g: Given) -> Given:
    wave = g["c"] / g["f"]
    rr = 80 * PI**2 * (g["l"] / wave) ** 2 * U("ohm")
    field = g[r"\eta_0"] * g["I_0"] * g["l"] / (2 * wave * g["r"])
    power = {"R_r": rr, "P_{rad}": g["I_0"] ** 2 * rr / 2, r"|E_\theta|": field}
    return {r"\lambda": wave, r"l/\lambda": g["l"] / wave} | power


def friis(g: Given) -> Given:
    wave = g["c"] / g["f"]
    aperture = g["G_r"] * wave**2 / (4 * PI)
    density = g["G_t"] * g["P_t"] / (4 * PI * g["r"] ** 2)
    received = aperture * density
    levels = {"L_{fs}": 2 * db(4 * PI * g["r"] / wave), "P_{r,dBm}": db(received / U("1 mW"))}
    return {r"\lambda": wave, "A_e": aperture, "S_{av}": density, "P_r": received} | levels


RECOMPUTE: dict[str, Callable[[Given], Given]] = {
    "bar sliding on rails": sliding_bar,
    "peak emf of a coil": coil_peak,
    "mutual inductance of a coil": mutual,
    "displacement current in a parallel": displacement,
    "electric field across a dielectric": dielectric_boundary,
    "conduction current versus": conduction_ratio,
    "power flow into a current": wire,
    "fields and radiation pressure": sunlight,
    "force of a laser": laser,
    "plane wave in free space": free_space_wave,
    "plane wave in a dielectric": dielectric_wave,
    "linear polarization": linear_polarization,
    "skin depth and surface": copper,
    "radio wave in sea water": sea_water,
    "attenuation in a low-loss": low_loss,
    "normal incidence from air": glass_normal,
    "refraction, Brewster": fresnel_angles,
    "antireflection coating": coating,
    "characteristic impedance and velocity": line_constants,
    "reflection coefficient, VSWR": mismatch,
    "input impedance of an eighth": eighth_wave,
    "quarter-wave transformer and single": matching,
    "X-band waveguide": x_band,
    "attenuation below cutoff": below_cutoff,
    "resonance frequency and Q": cavity,
    "Hertzian dipole at": hertzian,
    "microwave link": friis,
}


def recomputation(heading: str) -> Callable[[Given], Given]:
    """Return the one function that belongs to a worked example's heading."""
    (function,) = [f for key, f in RECOMPUTE.items() if heading.startswith(f"Worked example: {key}")]
    return function

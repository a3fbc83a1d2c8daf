"""The numbers of style_sft_extended.jsonl, chapters 1 to 9, computed again from the givens with Pint.

`COMPUTE` maps a sample to its givens (as the question states them, with units) and to a function that returns the value
of each stated symbol. `CLAIMS` holds numbers put into words. Nothing here reads the answers. Chapters 10 to 18 are in
style_extended_numbers_waves.
"""

from collections.abc import Callable

import numpy as np
from style_numbers import C0, ELECTRON, ELECTRON_MASS, EPS0, MU0, PI, Given, U

Claim = tuple[str, str, float, float, float]
Table = dict[str, tuple[dict[str, str], Callable[[Given], Given]]]


def cross_product(g: Given) -> Given:
    return {"m": g["A"] * g["B"] * np.sin(g["theta"])}


def rigid_rotation(g: Given) -> Given:
    edge = g["omega"] * g["a"]
    return {"c": 2 * g["omega"], "K": edge * 2 * PI * g["a"]}


def sheet(g: Given) -> Given:
    return {"E": g["rho_s"] / (2 * EPS0)}


def two_protons(g: Given) -> Given:
    return {"F": ELECTRON**2 / (4 * PI * EPS0 * g["R"] ** 2), "e": ELECTRON}


def long_wire(g: Given) -> Given:
    k = 1 - g["error"].m_as("")
    return {"L": 2 * g["r"] * np.tan(np.arcsin(k))}


def accelerated(g: Given) -> Given:
    return {"v": (2 * ELECTRON * g["V"] / ELECTRON_MASS) ** 0.5, "e": ELECTRON, "m": ELECTRON_MASS}


def dipole_in_field(g: Given) -> Given:
    return {"T": g["p"] * g["E"], "W": g["p"] * g["E"] - (-g["p"] * g["E"])}


def four_charges(g: Given) -> Given:
    corners = [(0, 0), (0, 1), (1, 0), (1, 1)]
    pairs = [(p, q) for i, p in enumerate(corners) for q in corners[:i]]
    inverse = sum(1 / np.hypot(p[0] - q[0], p[1] - q[1]) for p, q in pairs)
    return {"W": g["q"] ** 2 / (4 * PI * EPS0 * g["a"]) * inverse}


def series_capacitors(g: Given) -> Given:
    c = 1 / (1 / g["C_1"] + 1 / g["C_2"])
    charge = c * g["V"]
    return {"C": c, "Q": charge, "V_1": charge / g["C_1"], "V_2": charge / g["C_2"]}


def best_coax(g: Given) -> Given:
    ratio = np.linspace(0.05, 0.95, 90001)
    best = ratio[np.argmax(ratio * np.log(1 / ratio))]
    return {"a": best * g["b"], "V": g["E"] * best * g["b"] * np.log(1 / best)}


def refracted_field(g: Given) -> Given:
    tangential = g["E_1"] * np.sin(g["theta"])
    normal = g["eps"] * g["E_1"] * np.cos(g["theta"])
    return {
        "E_{2t}": tangential,
        "E_{2n}": normal,
        "E_2": (tangential**2 + normal**2) ** 0.5,
        r"\theta_2": np.arctan2(tangential, normal),
    }


def slab_force(g: Given) -> Given:
    def energy(x: float) -> U.Quantity:
        """Field energy at fixed voltage with the slab inserted by x metres into plates of 1 m."""
        c = EPS0 * g["w"] * (g["eps"] * x + (1 - x)) * U.metre / g["d"]
        return c * g["V"] ** 2 / 2

    return {"F": (energy(0.6) - energy(0.4)) / U.Quantity("0.2 m")}


def polarized_slab(g: Given) -> Given:
    field = g["D"] / (EPS0 * g["eps"])
    return {"E": field, "P": EPS0 * (g["eps"] - 1) * field}


def space_charge(g: Given) -> Given:
    at_plate = g["rho"] * g["d"] / 2 / EPS0
    return {"E": at_plate, "V_{max}": at_plate * g["d"] / 2 / 2}


def sphere_image(g: Given) -> Given:
    image, place = -g["q"] * g["a"] / g["d"], g["a"] ** 2 / g["d"]
    force = -g["q"] * image / (4 * PI * EPS0 * (g["d"] - place) ** 2)
    return {"q'": image, "b": place, "F": force}


def earth_electrode(g: Given) -> Given:
    field = g["I"] / (4 * PI * g["a"] ** 2) / g["sigma"]
    return {"R": field * g["a"] / g["I"], "V": field * g["a"], "E": field}


def leaky_oil(g: Given) -> Given:
    tau = EPS0 * g["eps"] / g["sigma"]
    return {r"\tau": tau, "t": tau * np.log(10)}


def drift(g: Given) -> Given:
    density = g["I"] / g["A"]
    speed = density / (g["N"] / U.metre**3 * ELECTRON)
    return {"J": density, "e": ELECTRON, "u": speed, "t": g["s"] / speed}


def solenoid(g: Given) -> Given:
    middle = MU0 * g["N"] * g["I"] / g["L"]
    return {"B": middle, "B_e": middle / 2}


def square_loop(g: Given) -> Given:
    r = g["s"] / 2
    side = MU0 * g["I"] * g["s"] / (4 * PI * r * (r**2 + g["s"] ** 2 / 4) ** 0.5)
    return {"B": 4 * side}


def coil_torque(g: Given) -> Given:
    moment = g["N"] * g["I"] * g["S"]
    return {"m": moment, "T": moment * g["B"]}


def selector(g: Given) -> Given:
    return {"v": g["E"] / g["B"]}


def toroid(g: Given) -> Given:
    r = np.linspace(g["a"].m_as("m"), g["b"].m_as("m"), 20001) * U.metre
    flux_per_current = np.trapezoid((MU0 * g["N"] / (2 * PI * r)).m_as("H/m^2"), r.m_as("m")) * U("H/m") * g["h"]
    return {"L": g["N"] * flux_per_current}


def series_coils(g: Given) -> Given:
    mutual = g["k"] * (g["L_1"] * g["L_2"]) ** 0.5
    return {"M": mutual, "L_+": g["L_1"] + g["L_2"] + 2 * mutual, "L_-": g["L_1"] + g["L_2"] - 2 * mutual}


def lifting_magnet(g: Given) -> Given:
    pole = g["B"] ** 2 / (2 * MU0) * g["A"]
    return {"F_1": pole, "F": 2 * pole}


COMPUTE: Table = {
    "style-x-0001": ({"A": "3.0", "B": "5.0", "theta": "40 degrees"}, cross_product),
    "style-x-0007": ({"omega": "3.5 rad/s", "a": "0.15 m"}, rigid_rotation),
    "style-x-0008": ({"rho_s": "2.0 uC/m^2"}, sheet),
    "style-x-0010": ({"R": "2.0 fm"}, two_protons),
    "style-x-0014": ({"r": "2.0 cm", "error": "1 percent"}, long_wire),
    "style-x-0015": ({"V": "250 V"}, accelerated),
    "style-x-0020": ({"p": "6.2e-30 C m", "E": "1.0 MV/m"}, dipole_in_field),
    "style-x-0021": ({"q": "1.0 nC", "a": "10 cm"}, four_charges),
    "style-x-0025": ({"C_1": "2.0 uF", "C_2": "3.0 uF", "V": "100 V"}, series_capacitors),
    "style-x-0027": ({"b": "10 mm", "E": "3.0 MV/m"}, best_coax),
    "style-x-0029": ({"eps": "3.0", "E_1": "200 V/m", "theta": "60 degrees"}, refracted_field),
    "style-x-0034": ({"eps": "3.0", "w": "50 mm", "d": "1.0 mm", "V": "500 V"}, slab_force),
    "style-x-0035": ({"eps": "5.0", "D": "2.0 uC/m^2"}, polarized_slab),
    "style-x-0037": ({"d": "2.0 cm", "rho": "1.0 uC/m^3"}, space_charge),
    "style-x-0039": ({"q": "8.0 nC", "d": "12 cm", "a": "3.0 cm"}, sphere_image),
    "style-x-0044": ({"a": "0.25 m", "sigma": "0.010 S/m", "I": "100 A"}, earth_electrode),
    "style-x-0046": ({"eps": "2.2", "sigma": "1.0e-11 S/m"}, leaky_oil),
    "style-x-0049": ({"A": "1.5 mm^2", "N": "8.5e28", "I": "6.0 A", "s": "2.0 m"}, drift),
    "style-x-0052": ({"L": "0.40 m", "N": "800", "I": "1.5 A"}, solenoid),
    "style-x-0053": ({"s": "0.20 m", "I": "3.0 A"}, square_loop),
    "style-x-0054": ({"N": "50", "S": "20 cm^2", "I": "0.40 A", "B": "0.30 T"}, coil_torque),
    "style-x-0056": ({"E": "6.0 kV/m", "B": "20 mT"}, selector),
    "style-x-0057": ({"N": "200", "h": "1.0 cm", "a": "2.0 cm", "b": "3.0 cm"}, toroid),
    "style-x-0059": ({"L_1": "4.0 mH", "L_2": "9.0 mH", "k": "0.50"}, series_coils),
    "style-x-0060": ({"A": "15 cm^2", "B": "1.2 T"}, lifting_magnet),
}

CLAIMS: list[Claim] = [
    ("style-x-0001", "the product of the magnitudes is 15", 3.0 * 5.0, 15.0, 1e-9),
    ("style-x-0001", "at right angles it would be 15", 3.0 * 5.0 * np.sin(PI / 2), 15.0, 1e-9),
    ("style-x-0001", "is about 0.643", np.sin(np.radians(40)), 0.643, 1e-3),
    ("style-x-0010", "about $6.4\\times10^{-9}$ C^2/m^2", (1.602e-19 / 2.0e-15) ** 2, 6.4e-9, 5e-3),
    ("style-x-0010", "about $8.99\\times10^{9}$ m/F", (1 / (4 * PI * EPS0)).m_as("m/F"), 8.99e9, 1e-3),
    ("style-x-0014", "about 14 times the distance", 2 * 0.99 / (1 - 0.99**2) ** 0.5, 14.0, 0.01),
    ("style-x-0014", "$k=0.99$", 1 - 0.01, 0.99, 1e-9),
    ("style-x-0015", "about 3 percent of the speed of light", 9.38e8 / C0.m_as("m/s"), 3.0, 0.05),
    ("style-x-0015", "four times the voltage doubles the speed", 4**0.5, 2.0, 1e-9),
    ("style-x-0022", "by about 14 percent", 100 * (np.log(3) / np.arccosh(1.5) - 1), 14.0, 0.02),
    (
        "style-x-0022",
        "at $D/a=10$ the two formulas differ by less than half a percent",
        np.log(10) / np.arccosh(5),
        1.0,
        5e-3,
    ),
    ("style-x-0027", "about 0.37", 1 / np.e, 0.37, 0.01),
    ("style-x-0034", "half the voltage gives a quarter", 0.5**2, 0.25, 1e-9),
    ("style-x-0035", "four fifths of $D$", 1 - 1 / 5.0, 0.8, 1e-9),
    ("style-x-0035", "here 4", 5.0 - 1, 4.0, 1e-9),
    ("style-x-0044", "half of the voltage drops between $a$ and $2a$", 1 - 1 / 2, 0.5, 1e-9),
    ("style-x-0046", "$e^{-t/\\tau}=0.1$", np.exp(-np.log(10)), 0.1, 1e-9),
    ("style-x-0049", "nearly two hours", 6.81e3 / 3600, 1.9, 0.02),
    ("style-x-0049", "1.5 mm^2 is $1.5\\times10^{-6}$ m^2", U.Quantity(1.5, "mm^2").m_as("m^2") * 1e6, 1.5, 1e-9),
    ("style-x-0054", "20 cm^2 is $2.0\\times10^{-3}$ m^2", U.Quantity(20, "cm^2").m_as("m^2") * 1e3, 2.0, 1e-9),
    ("style-x-0060", "about 573 kN/m^2", (U.Quantity("1.2 T") ** 2 / (2 * MU0)).m_as("kN/m^2"), 573.0, 1e-3),
    ("style-x-0060", "half the flux density gives a quarter of the force", 0.5**2, 0.25, 1e-9),
    ("style-x-0059", "four times $M$ between the two readings", (19.0 - 7.0) / 3.0, 4.0, 1e-9),
]
"""(sample, wording, value computed, value that the wording says, relative tolerance)."""

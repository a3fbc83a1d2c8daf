"""Which numbers each item of the extended electromagnetics benchmark states, and from which givens they follow.

`COMPUTE` maps an item to its givens (as the question states them) and to the function that computes its symbols;
`KEY_QUANTITIES` maps a quantity key point to the symbol that it is; `CLAIMS` holds ratios that answers put into words.
"""

from collections.abc import Callable

import numpy as np
import style_bench_extended_numbers as n
from style_numbers import C0, EPS0, MU0, PI, Given, U

COMPUTE: dict[str, tuple[dict[str, str], Callable[[Given], Given]]] = {
    "004": ({"f_x": "2", "f_y": "-1", "f_z": "2", "l_x": "4", "l_y": "0", "l_z": "3"}, n.work_and_angle),
    "005": ({"x": "2.0", "y": "3.0"}, n.path_work),
    "008": ({"a": "30 m", "rho": "2.0 nC/m^3", "r_1": "10 m", "r_2": "60 m"}, n.dust_cloud),
    "012": ({"charge": "5.0 nC", "r_a": "1.0 m", "r_b": "4.0 m"}, n.line_voltage),
    "015": ({"A": "20 cm^2", "d": "50 um", "V": "100 V"}, n.microphone),
    "016": ({"C": "50 pF", "V": "200 V"}, n.pulled_plates),
    "020": ({"A": "200 cm^2", "d": "2.0 mm", "eps": "5.0", "V": "100 V"}, n.half_filled),
    "022": ({"q": "2.0 nC", "eps": "2.5", "r": "3.0 cm"}, n.bead),
    "025": ({"a": "2.0 cm", "b": "6.0 cm", "V": "100 V"}, n.spheres),
    "026": ({"breakdown": "3.0 MV/m"}, n.metal_ball),
    "030": ({"L": "10 mm", "A": "2.0 mm^2", "N": "1.0e22", "mu": "0.135 m^2/(V s)", "V": "5.0 V"}, n.silicon),
    "031": ({"L": "25 m", "A": "1.5 mm^2", "sigma": "5.8e7 S/m", "I": "10 A"}, n.garden_cable),
    "035": ({"N": "400", "I": "1.5 A", "a": "6.0 cm", "b": "10 cm"}, n.toroid),
    "036": ({"d": "10 cm", "I": "8.0 kA"}, n.busbars),
    "040": ({"mu": "500", "H": "2000 A/m"}, n.magnetized_rod),
    "041": ({"w": "250 J/m^3", "v": "2.0e-3 m^3", "f_1": "50 Hz", "f_2": "400 Hz"}, n.hysteresis),
    "045": ({"N": "150", "A": "80 cm^2", "B": "0.25 T", "emf": "60 V"}, n.generator),
    "047": (
        {"N": "200", "h": "5.0 cm", "a": "1.0 cm", "b": "3.0 cm", "I": "100 A", "f": "50 Hz"},
        n.sensing_coil,
    ),
    "050": ({"E": "500 V/m", "H": "2.0 A/m"}, n.conductor_surface),
    "054": ({"P": "1.0 mW", "a": "0.50 mm"}, n.laser),
    "055": ({"P": "1.0 kW", "percent": "40"}, n.searchlight),
    "057": ({"k_x": "6.0", "k_z": "8.0", "E_x": "4.0", "E_z": "3.0"}, n.wave_vector),
    "058": ({"eps": "3.2", "t": "1.5 us"}, n.ice),
    "060": ({}, n.damping_per_wavelength),
    "062": ({"f": "10 MHz", "sigma": "5.8e7 S/m", "a": "0.40 mm"}, n.thick_wire),
    "064": ({"f": "24 GHz", "d": "5.0 mm", "eps": "2.6", "tan": "0.010"}, n.radar_window),
    "065": ({"n": "1.33"}, n.diver),
    "067": ({"f": "5.0 GHz", "eps": "4.84"}, n.wall),
    "068": ({"n_1": "1.50", "n_2": "1.33", "angle": "45 degrees"}, n.prism),
    "072": ({"sc": "75 ohm", "oc": "33.3 ohm"}, n.cable_piece),
    "073": ({"Z_L": "73 ohm", "Z_0": "50 ohm", "P": "100 W"}, n.dipole_feed),
    "077": ({"a": "72.1 mm", "b": "34.0 mm", "f": "3.0 GHz", "E": "1.0 MV/m"}, n.radar_feeder),
    "078": ({"f": "24 GHz", "percent": "25"}, n.guide_design),
    "080": ({"dBi": "12"}, n.gain_factor),
    "082": ({"l": "0.50 m", "f": "3.0 MHz", "loss": "0.50 ohm"}, n.short_antenna),
    "083": ({"D": "1.2 m", "f": "10 GHz", "r": "40 m"}, n.far_field),
}

KEY_QUANTITIES = {
    ("004", "14 J"): "W",
    ("004", "21.0 degrees"): r"\theta",
    ("005", "12 J"): "W",
    ("008", "753 V/m"): "E_1",
    ("008", "565 V/m"): "E_2",
    ("012", "125 V"): "U",
    ("015", "354 pF"): "C",
    ("015", "35.4 mN"): "F",
    ("016", "600 V"): "V_2",
    ("016", "3.0 uJ"): "W_2",
    ("020", "266 pF"): "C",
    ("020", "26.6 nC"): "Q",
    ("020", "0.833"): "s",
    ("022", "7.99 kV/m"): "E",
    ("022", "-1.2 nC"): "Q_b",
    ("025", "3.0 cm"): "r",
    ("025", "7.5 kV/m"): "E_a",
    ("026", "1.0 MV/m"): "E_0",
    ("026", "26.6 uC/m^2"): r"\rho_s",
    ("030", "216 S/m"): r"\sigma",
    ("030", "23.1 ohm"): "R",
    ("030", "67.5 m/s"): "u",
    ("031", "5.75 V"): "V",
    ("031", "57.5 W"): "P",
    ("035", "2.0 mT"): "B_i",
    ("035", "1.2 mT"): "B_o",
    ("036", "128 N/m"): "F'",
    ("040", "1.26 T"): "B",
    ("040", "9.98e5 A/m"): "M",
    ("041", "25 W"): "P",
    ("041", "200 W"): "P_{400}",
    ("045", "200 rad/s"): r"\omega",
    ("047", "69.0 mV"): r"\mathcal{E}_0",
    ("050", "4.43 nC/m^2"): r"\rho_s",
    ("050", "2.0 A/m"): "J_s",
    ("054", "1.27 kW/m^2"): "S_{av}",
    ("054", "979 V/m"): "E_0",
    ("054", "4.25e-6 J/m^3"): "w_{av}",
    ("055", "4.67 uN"): "F",
    ("055", "3.34 uN"): "F_{abs}",
    ("055", "6.67 uN"): "F_{refl}",
    ("057", "477 MHz"): "f",
    ("057", "0.785 m"): "d_z",
    ("057", "13.3 mA/m"): "H_0",
    ("058", "126 m"): "d",
    ("060", "54.6 dB"): "A",
    ("062", "20.9 um"): r"\delta",
    ("062", "0.328 ohm/m"): "R'",
    ("062", "34.3 mohm/m"): "R_0'",
    ("064", "0.176 dB"): "A",
    ("064", "0.0397"): "q",
    ("065", "48.8 degrees"): r"\theta_{max}",
    ("067", "-0.375"): r"\Gamma",
    ("067", "2.2"): "S",
    ("067", "0.859"): "T",
    ("067", "1.50 cm"): "d",
    ("068", "41.8 degrees"): r"\theta_{c1}",
    ("068", "62.5 degrees"): r"\theta_{c2}",
    ("072", "50.0 ohm"): "Z_0",
    ("072", "0.156"): "s",
    ("073", "1.46"): "S",
    ("073", "96.5 W"): "P_L",
    ("077", "1.17 MW"): "P",
    ("077", "523 ohm"): "Z_{TE}",
    ("078", "7.81 mm"): "a",
    ("078", "38.4 GHz"): "f_2",
    ("080", "15.8"): "G",
    ("082", "19.8 mohm"): "R_r",
    ("082", "0.0380"): r"\eta_r",
    ("082", "0.0570"): "G",
    ("083", "96.1 m"): "r",
    ("083", "4.16 GHz"): "f_{max}",
}


def computed(item: str) -> Given:
    """Return symbol -> value for one item, from its givens."""
    givens, function = COMPUTE[item]
    return function({name: U.Quantity(text.replace("^", "**")) for name, text in givens.items()})


def ratio(item: str, over: str, under: str) -> float:
    """Return the ratio of two symbols of an item."""
    found = computed(item)
    return float((found[over] / found[under]).m_as(""))


GRAVITY = U.Quantity("9.81 m/s**2")
CLAIMS: list[tuple[str, str, float, float, float]] = [
    ("001", "half of the curved area", PI / (2 * PI), 0.5, 0.001),
    ("008", "a quarter of the edge value", ratio("008", "E_2", "E_a"), 0.25, 0.001),
    ("009", "three quarters of the field", ratio("008", "E_2", "E_1"), 0.75, 0.001),
    ("011", "one sixth of it lies inside", (1 / 40) / (3 / 20), 1 / 6, 0.001),
    ("011", "by a factor 6/5", (3 / 20) / (1 / 8), 6 / 5, 0.001),
    ("020", "five sixths", computed("020")["s"].m_as(""), 5 / 6, 0.001),
    ("024", r"Half of the induced charge lies within $r=\sqrt{3}h$", 1 - 1 / np.sqrt(1 + 3), 0.5, 0.001),
    ("025", "only a quarter of the way across", (computed("025")["r"].m_as("cm") - 2) / (6 - 2), 0.25, 0.001),
    ("025", "would be 2.5 kV/m", (U.Quantity("100 V") / U.Quantity("4.0 cm")).m_as("kV/m"), 2.5, 0.001),
    ("025", "three times as strong", computed("025")["E_a"].m_as("kV/m") / 2.5, 3, 0.001),
    ("031", "60 percent", 100 * 1.5 / 2.5, 60, 0.001),
    ("031", "about 2.5 percent of 230 V", 100 * computed("031")["V"].m_as("V") / 230, 2.5, 0.01),
    ("034", "0.90 times that", 2 * np.sqrt(2) / PI, 0.90, 0.001),
    ("036", "the weight of 13 kg", (computed("036")["F"] / GRAVITY).m_as("kg"), 13, 0.02),
    ("036", "a hundred times smaller", (8.0 / 0.8) ** 2, 100, 0.001),
    ("039", "0.05 uH per metre", (MU0 / (8 * PI)).m_as("uH/m"), 0.05, 0.001),
    ("041", "eight times 50 Hz", ratio("041", "P_{400}", "P"), 8, 0.001),
    ("045", "about 1910 revolutions", computed("045")["n"].m_as("1/min"), 1910, 0.001),
    ("047", "1.8 times too large", (3.0 - 1.0) / 1.0 / np.log(3.0), 1.8, 0.02),
    ("055", "the weight of half a milligram", (computed("055")["F"] / GRAVITY).m_as("mg"), 0.5, 0.06),
    ("060", "about 0.2 percent", 100 * np.exp(-2 * PI), 0.2, 0.07),
    ("062", "about ten times less", ratio("062", "R'", "R_0'"), 10, 0.05),
    ("064", "about 4 percent", 100 * computed("064")["q"], 4, 0.02),
    ("064", "0.176 dB is a power ratio of 0.960", 10 ** (-0.0176), 0.960, 0.001),
    ("073", "Only 3.5 percent", 100 * computed("073")[r"\Gamma"].m_as("") ** 2, 3.5, 0.01),
    ("073", "section of 60 ohm", np.sqrt(50 * 73), 60, 0.01),
    ("075", "3000 km wide", (C0 / (2 * U.Quantity("50 Hz"))).m_as("km"), 3000, 0.01),
    ("078", "is 0.60", np.sqrt(1 - 0.80**2), 0.60, 0.001),
    ("078", "1.67 times that in free space", 1 / np.sqrt(1 - 0.80**2), 1.67, 0.005),
    ("082", "that is 3.8 percent", 100 * computed("082")[r"\eta_r"].m_as(""), 3.8, 0.01),
    ("082", "near 1 percent", 100 * (0.0198 / 4) / (0.0198 / 4 + 0.50), 1, 0.03),
    ("083", "a quarter of the distance", (0.6 / 1.2) ** 2, 0.25, 0.001),
    ("015", "is $\\frac{1}{2}\\varepsilon_0E^2$", (EPS0 * U.Quantity("2.0 MV/m") ** 2 / 2).m_as("Pa"), 17.7, 0.005),
]
"""(item, wording, value computed, value that the wording says, relative tolerance)."""

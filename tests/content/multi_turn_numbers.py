"""The numbers of the electromagnetics dialogues, computed again from what the student said, with Pint.

`COMPUTE` maps a dialogue to its givens (as the student states them, in any turn) and to a function that returns, for
each tutor turn, the value of each stated symbol. A number that a later turn takes over from an earlier one is computed
here from the givens and not from the earlier answer. Nothing here reads the answers.
"""

from collections.abc import Callable

import numpy as np
from style_numbers import C0, ELECTRON, ELECTRON_MASS, EPS0, ETA0, MU0, NEPER, PI, Given, U

Table = dict[str, tuple[dict[str, str], Callable[[Given], list[Given]]]]
DEGREE = 180 / PI
K_E = 1 / (4 * PI * EPS0)


def glass_in_the_gap(g: Given) -> list[Given]:
    air = EPS0 * g["A"] / g["d"]
    return [{"C": air}, {"C_g": air * g["eps"]}, {"Q_1": air * g["V"], "Q_2": air * g["eps"] * g["V"]}, {}]


def two_beads(g: Given) -> list[Given]:
    force = [K_E * g["q_1"] * g["q_2"] / g[r] ** 2 for r in ("R", "R_2")]
    return [{}, {"F": force[0]}, {"F_2": force[1]}]


def slab_without_battery(g: Given) -> list[Given]:
    charge, filled = g["C"] * g["V"], g["C"] * g["eps"]
    before, after = charge**2 / (2 * g["C"]), charge**2 / (2 * filled)
    return [
        {"V_2": charge / filled, "W_1": before, "W_2": after},
        {r"\Delta W": before - after},
        {"W_3": filled * g["V"] ** 2 / 2},
    ]


def busbar(g: Given) -> list[Given]:
    """The first turn is the slip: the loop formula; the field of the wire follows from Ampère's law."""
    wire, middle = MU0 * g["I"] / (2 * PI * g["r"]), g["s"] / 2
    twice, pair = MU0 * g["I"] / (2 * PI * 2 * g["r"]), 2 * MU0 * g["I"] / (2 * PI * middle)
    return [{"B": MU0 * g["I"] / (2 * g["r"])}, {"B": wire}, {"B_2": twice}, {"B_3": pair}]


def television_cable(g: Given) -> list[Given]:
    gamma = (g["Z_L"] - g["Z_0"]) / (g["Z_L"] + g["Z_0"])
    s = (1 + abs(gamma)) / (1 - abs(gamma))
    first, second = ((g["Z_0"] * g[load]) ** 0.5 for load in ("Z_L", "Z_2"))
    return [{r"\Gamma_L": gamma, "S": s}, {}, {"Z_T": first}, {"Z_2": second, "Z_{in}": first**2 / g["Z_2"]}]


def quarter_wave_piece(g: Given) -> list[Given]:
    free = C0 / g["f"]
    wave = free / g["eps"] ** 0.5
    return [{}, {"l": wave / 4, r"\lambda": wave, "l_0": free / 4}, {}]


def wave_in_plastic(g: Given) -> list[Given]:
    speed = C0 / g["eps"] ** 0.5
    return [{r"\lambda_0": C0 / g["f"], "c": C0}, {r"\lambda": speed / g["f"]}, {"v_p": speed}]


def aluminium(g: Given) -> list[Given]:
    first, second = ((2 / (2 * PI * g[f] * MU0 * g["sigma"])) ** 0.5 for f in ("f", "f_2"))
    depths = (g["d"] / second).to("")
    return [{r"\delta": first}, {r"\delta_2": second}, {"A": NEPER * depths, "x": depths}]


def switched_off(g: Given) -> list[Given]:
    emf = [g["N"] * g["B"] * g["A"] / g[t] for t in ("t", "t_2")]
    return [{"E": emf[0]}, {}, {}, {"E_2": emf[1]}, {}]


def cube_flux(g: Given) -> list[Given]:
    side = g["a"].m_as("m")
    return [{}, {}, {r"\Phi": 2 * side * side**2, "v": g["a"] ** 3}]


def plus_and_minus(g: Given) -> list[Given]:
    half, near = g["s"] / 2, g["r"]
    potential, middle = (K_E * (g["q"] / r - g["q"] / (g["s"] - r)) for r in (near, half))
    return [{"E": 2 * K_E * g["q"] / half**2}, {"V": potential}, {"W": g["ball"] * (potential - middle)}]


def image_charge(g: Given) -> list[Given]:
    force = K_E * g["q"] ** 2 / (2 * g["h"]) ** 2
    return [{"F": force}, {}, {"W": K_E * g["q"] ** 2 / (2 * g["h"]) / 2}]


def garden_wire(g: Given) -> list[Given]:
    r, thick = (g["L"] / (g["sigma"] * g[area]) for area in ("A", "A_2"))
    heat = [g["I"] ** 2 * resistance for resistance in (r, thick)]
    return [{}, {"R": r}, {"P": heat[0], "V": g["I"] * r}, {"R_2": thick, "P_2": heat[1]}, {}]


def saw_cut(g: Given) -> list[Given]:
    field = [MU0 * g["N"] * g["I"] / g[gap] for gap in ("g", "g_2", "g_3")]
    return [{"B": field[0]}, {"B_2": field[1]}, {"B_3": field[2]}]


def displacement(g: Given) -> list[Given]:
    current = 2 * PI * g["f"] * g["C"] * g["V"]
    return [{"I_d": current}, {}, {"I": current}]


def peak_and_rms(g: Given) -> list[Given]:
    rms = g["E"] ** 2 / ETA0
    return [
        {"S_{av}": g["E"] ** 2 / (2 * ETA0), r"\eta_0": ETA0},
        {"S_2": rms, "E_0": 2**0.5 * g["E"]},
    ]


def block(g: Given) -> list[Given]:
    one, two = 1.0, 1 / g["eps"].m ** 0.5
    gamma, tau = (two - one) / (two + one), 2 * two / (two + one)
    passed = tau**2 * one / two
    return [{r"\Gamma": gamma}, {r"\tau": tau, "T": passed, "R": gamma**2}, {r"\theta_B": np.arctan(1 / two) * DEGREE}]


def water_and_glass(g: Given) -> list[Given]:
    critical = np.arcsin(g["n_w"].m / g["n_g"].m) * DEGREE
    grazing = np.arcsin(g["n_w"].m * np.sin(PI / 2) / g["n_g"].m) * DEGREE
    return [{r"\theta_c": critical}, {r"\theta_c": critical}, {r"\theta_t": grazing}]


def guide(g: Given) -> list[Given]:
    cutoff = C0 / (2 * g["a"])
    k, kc = 2 * PI * g["f"] / C0, PI / g["a"]
    beta = (k**2 - kc**2) ** 0.5
    return [
        {"f_c": cutoff},
        {r"\lambda_g": 2 * PI / beta, r"\lambda_0": C0 / g["f"]},
        {"v_p": 2 * PI * g["f"] / beta, "v_g": C0**2 * beta / (2 * PI * g["f"])},
        {r"\alpha": (kc**2 - (2 * PI * g["f_2"] / C0) ** 2) ** 0.5},
    ]


def beacon(g: Given) -> list[Given]:
    wave = C0 / g["f"]
    density = [g["P"] * g["G"] / (4 * PI * g[r] ** 2) for r in ("r", "r_2")]
    power = [s * wave**2 / (4 * PI) * g["G"] for s in density]
    return [
        {},
        {"P_r": power[0], r"\lambda": wave},
        {"P_2": power[1], "A": 10 * np.log10((power[0] / power[1]).m_as(""))},
    ]


def tin_can(g: Given) -> list[Given]:
    return [{}, {}, {"Q_o": g["q"], "Q_i": -g["q"]}]


def rotating_coil(g: Given) -> list[Given]:
    f = U.Quantity(g["n"].m / 60, "Hz")
    omega = 2 * PI * f
    peaks = [n * area * g["B"] * omega for n, area in ((g["N"], g["A"]), (g["N_2"], g["A"] / 2))]
    return [{"E_0": peaks[0], "f": f, r"\omega": omega}, {}, {"E_0": peaks[1]}]


def orbit_and_wires(g: Given) -> list[Given]:
    radius = ELECTRON_MASS * g["v"] / (ELECTRON * g["B"])
    return [{}, {"r": radius, "m": ELECTRON_MASS, "q": ELECTRON}, {"F'": MU0 * g["I"] ** 2 / (2 * PI * g["d"])}, {}]


def wet_clay(g: Given) -> list[Given]:
    loss = [g["sigma"] / (2 * PI * g[f] * EPS0 * g["eps"]) for f in ("f", "f_2")]
    return [{r"\tan\delta_c": loss[0]}, {r"\tan\delta_c": loss[1]}, {}]


def air_coil(g: Given) -> list[Given]:
    one, two = (MU0 * n**2 * g["A"] / g["l"] for n in (g["N"], 2 * g["N"]))
    field = MU0 * 2 * g["N"] * g["I"] / g["l"]
    energy = field**2 / (2 * MU0) * g["A"] * g["l"]
    return [{"L": one}, {"L_2": two}, {"W": energy}, {"L": one, "L_2": two, "W": energy}]


def charge_in_a_box(g: Given) -> list[Given]:
    return [{r"\Phi_1": g["q"] / EPS0 / 6}, {}, {}]


def long_wire(g: Given) -> list[Given]:
    near, far = (g["q"] / U.metre / (2 * PI * EPS0 * g[r]) for r in ("r", "r_2"))
    return [{"E": near}, {}, {"E_2": far}]


def coaxial_piece(g: Given) -> list[Given]:
    return [{}, {"C": 2 * PI * EPS0 * g["eps"] * g["L"] / np.log((g["b"] / g["a"]).m_as(""))}]


def bound_pair(g: Given) -> list[Given]:
    return [{"W": K_E * g["q_1"] * g["q_2"] / g["R"]}, {}]


def two_sheets(g: Given) -> list[Given]:
    return [{}, {"E_2": g["eps_1"] * g["E"] / g["eps_2"]}]


def metal_ball(g: Given) -> list[Given]:
    pole = 3 * EPS0 * g["E"]
    return [{r"\rho_s": pole}, {}, {r"\rho_2": pole * np.cos(g["theta"])}]


def heating_wires(g: Given) -> list[Given]:
    thick = g["R"] / 2**2
    return [{"R": thick}, {"P_2": g["V"] ** 2 / thick, "P_1": g["V"] ** 2 / g["R"]}]


def solenoid_with_slip(g: Given) -> list[Given]:
    return [{}, {"B": MU0 * g["N"] * g["I"] / g["L"]}]


def coupled_coils(g: Given) -> list[Given]:
    mutual = g["k"] * (g["L_1"] * g["L_2"]) ** 0.5
    return [{"M": mutual}, {"L_+": g["L_1"] + g["L_2"] + 2 * mutual, "L_-": g["L_1"] + g["L_2"] - 2 * mutual}]


def sliding_bar(g: Given) -> list[Given]:
    emf = g["B"] * g["l"] * g["u"]
    current = emf / g["R"]
    return [{"E": emf}, {}, {"F": g["B"] * current * g["l"], "I": current, "P": current**2 * g["R"]}]


def tissue(g: Given) -> list[Given]:
    one, two = (g["sigma"] / (2 * PI * g[f] * EPS0 * g["eps"]) for f in ("f", "f_2"))
    return [{"k": one}, {"m": 1 / two, "k_2": two}]


def wave_in_air_and_plastic(g: Given) -> list[Given]:
    eta = ETA0 / g["n"]
    return [{"H_0": g["E"] / ETA0, r"\eta_0": ETA0}, {}, {"H_2": g["E"] / eta, r"\eta_2": eta}]


def salt_solution(g: Given) -> list[Given]:
    one = NEPER * (g["alpha"] * g["z"]).m_as("")
    return [{"A": one}, {"z": g["A"] / NEPER / g["alpha"]}]


def coating(g: Given) -> list[Given]:
    n = g["n"].m ** 0.5
    return [{"n_2": n, "d": g["lam"] / n / 4}, {}, {"d_2": g["lam_2"] / n / 4}]


def pulse_in_guide(g: Given) -> list[Given]:
    root = (1 - (g["f_c"] / g["f"]).m_as("") ** 2) ** 0.5
    slow, fast = C0 * root, C0 / root
    return [{"v_g": slow}, {}, {"t": g["l"] / slow, "v_p": fast, "t_p": g["l"] / fast, "t_0": g["l"] / C0}]


def short_dipole(g: Given) -> list[Given]:
    radiated = 2 * PI * ETA0 / 3 / 50**2
    longer, loss = 4 * radiated, 2 * g["R"]
    return [
        {"R_r": radiated, r"\eta_0": ETA0},
        {r"\eta_r": radiated / (radiated + g["R"]), r"\eta_2": longer / (longer + loss)},
    ]


def reflected_share(g: Given) -> list[Given]:
    return [{"R": ((g["Z_L"] - g["Z_0"]) / (g["Z_L"] + g["Z_0"])) ** 2}, {}]


def run_time(g: Given) -> list[Given]:
    return [{}, {"r": (g["new"] - g["old"]) / g["old"]}, {}]


COMPUTE: Table = {
    "dialogue-0001": ({"A": "0.020 m^2", "d": "0.50 mm", "eps": "6.0", "V": "12 V"}, glass_in_the_gap),
    "dialogue-0002": ({"q_1": "4.0 nC", "q_2": "6.0 nC", "R": "3.0 cm", "R_2": "6.0 cm"}, two_beads),
    "dialogue-0003": ({"C": "200 pF", "V": "50 V", "eps": "4.0"}, slab_without_battery),
    "dialogue-0004": ({"r": "4.0 cm", "I": "10 A", "s": "8.0 cm"}, busbar),
    "dialogue-0005": ({"Z_0": "75 ohm", "Z_L": "25 ohm", "Z_2": "150 ohm"}, television_cable),
    "dialogue-0006": ({"f": "2.4 GHz", "eps": "2.25"}, quarter_wave_piece),
    "dialogue-0007": ({"f": "2.0 GHz", "eps": "2.25"}, wave_in_plastic),
    "dialogue-0008": ({"f": "2.0 MHz", "f_2": "8.0 MHz", "sigma": "3.5e7 S/m", "d": "0.15 mm"}, aluminium),
    "dialogue-0009": ({"N": "120", "A": "25 cm^2", "B": "0.40 T", "t": "50 ms", "t_2": "10 ms"}, switched_off),
    "dialogue-0010": ({"a": "3 m"}, cube_flux),
    "dialogue-0011": ({"q": "2.0 nC", "s": "0.20 m", "r": "5.0 cm", "ball": "1.0 nC"}, plus_and_minus),
    "dialogue-0012": ({"q": "6.0 nC", "h": "3.0 cm"}, image_charge),
    "dialogue-0013": (
        {"L": "50 m", "sigma": "5.8e7 S/m", "A": "1.5 mm^2", "I": "10 A", "A_2": "2.5 mm^2"},
        garden_wire,
    ),
    "dialogue-0014": ({"N": "300", "I": "2.0 A", "g": "1.5 mm", "g_2": "0.75 mm", "g_3": "0.40 mm"}, saw_cut),
    "dialogue-0015": ({"V": "10 V", "f": "2.0 MHz", "C": "50 pF"}, displacement),
    "dialogue-0016": ({"E": "60 V/m"}, peak_and_rms),
    "dialogue-0017": ({"eps": "9.0"}, block),
    "dialogue-0018": ({"n_w": "1.33", "n_g": "1.50"}, water_and_glass),
    "dialogue-0019": ({"a": "2.0 cm", "f": "10 GHz", "f_2": "6.0 GHz"}, guide),
    "dialogue-0020": ({"P": "2.0 W", "f": "1.0 GHz", "G": "10", "r": "1.0 km", "r_2": "2.0 km"}, beacon),
    "dialogue-0021": ({"q": "3.0 nC"}, tin_can),
    "dialogue-0022": ({"N": "50", "A": "0.010 m^2", "n": "3000", "B": "0.20 T", "N_2": "100"}, rotating_coil),
    "dialogue-0023": ({"v": "4.0e6 m/s", "B": "2.0 mT", "I": "20 A", "d": "1.0 cm"}, orbit_and_wires),
    "dialogue-0024": ({"sigma": "0.020 S/m", "eps": "15", "f": "1.0 MHz", "f_2": "1.0 GHz"}, wet_clay),
    "dialogue-0026": ({"N": "400", "l": "0.20 m", "A": "5.0 cm^2", "I": "3.0 A"}, air_coil),
    "dialogue-0027": ({"q": "1.0 nC"}, charge_in_a_box),
    "dialogue-0032": ({"old": "48 s", "new": "36 s"}, run_time),
    "dialogue-b-001": ({"q": "30 nC", "r": "5.0 cm", "r_2": "15 cm"}, long_wire),
    "dialogue-b-002": ({"L": "2.0 m", "a": "0.50 mm", "b": "1.5 mm", "eps": "2.3"}, coaxial_piece),
    "dialogue-b-003": ({"q_1": "3.0 nC", "q_2": "-3.0 nC", "R": "9.0 cm"}, bound_pair),
    "dialogue-b-004": ({"eps_1": "2.0", "eps_2": "5.0", "E": "100 kV/m"}, two_sheets),
    "dialogue-b-005": ({"E": "2.0 kV/m", "theta": "60 degrees"}, metal_ball),
    "dialogue-b-006": ({"R": "8.0 ohm", "V": "12 V"}, heating_wires),
    "dialogue-b-007": ({"N": "600", "L": "0.30 m", "I": "1.5 A"}, solenoid_with_slip),
    "dialogue-b-008": ({"L_1": "2.0 mH", "L_2": "8.0 mH", "k": "0.50"}, coupled_coils),
    "dialogue-b-009": ({"u": "5.0 m/s", "l": "0.40 m", "B": "0.30 T", "R": "1.5 ohm"}, sliding_bar),
    "dialogue-b-010": ({"sigma": "0.50 S/m", "eps": "50", "f": "20 MHz", "f_2": "2.0 GHz"}, tissue),
    "dialogue-b-012": ({"E": "20 V/m", "n": "1.5"}, wave_in_air_and_plastic),
    "dialogue-b-013": ({"alpha": "0.20 Np/m", "z": "1.0 m", "A": "20 dB"}, salt_solution),
    "dialogue-b-014": ({"n": "1.60", "lam": "600 nm", "lam_2": "800 nm"}, coating),
    "dialogue-b-015": ({"f_c": "6.0 GHz", "f": "10 GHz", "l": "12 m"}, pulse_in_guide),
    "dialogue-b-016": ({"R": "0.10 ohm"}, short_dipole),
    "dialogue-b-017": ({"Z_0": "50 ohm", "Z_L": "150 ohm"}, reflected_share),
}

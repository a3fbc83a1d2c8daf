"""The numbers of style_sft_extended.jsonl, chapters 10 to 18; see style_extended_numbers."""

import numpy as np
from style_extended_numbers import Claim, Table
from style_numbers import C0, EPS0, ETA0, MU0, NEPER, PI, Given, U


def transformer(g: Given) -> Given:
    ratio = g["N_1"] / g["N_2"]
    secondary = g["V_1"] / ratio
    load = secondary / g["R_L"]
    return {"V_2": secondary, "I_2": load, "I_1": load / ratio, "R_1": g["V_1"] / (load / ratio)}


def switched_off(g: Given) -> Given:
    return {r"\mathcal{E}": g["N"] * g["A"] * g["B"] / g["t"]}


def charging_pad(g: Given) -> Given:
    slope = 2 * PI * g["f"] * g["I"]
    return {r"\mathcal{E}_g": g["good"] * g["L"] * slope, r"\mathcal{E}_b": g["bad"] * g["L"] * slope}


def displacement_current(g: Given) -> Given:
    c = EPS0 * g["A"] / g["d"]
    return {"C": c, "I_d": 2 * PI * g["f"] * c * g["V_0"]}


def phasor_sum(g: Given) -> Given:
    total = (g["a"] - 1j * g["b"]).m_as("")
    return {"E_0": abs(total) * U("V/m"), r"\varphi": np.angle(total) * U.radian}


def crossover(g: Given) -> Given:
    def ratio(f: U.Quantity) -> U.Quantity:
        return g["sigma"] / (2 * PI * f * EPS0 * g["eps"])

    one = U.Quantity("1 Hz")
    return {"f_c": ratio(one).to("") * one, "q_1": ratio(g["low"]), "q_2": ratio(g["high"])}


def lossy_power(g: Given) -> Given:
    phase = g["theta"].m_as("radian")
    field = g["E"] + 0j
    magnetic = field / (g["eta"] * np.exp(1j * phase))
    return {"S_{av}": (field * np.conj(magnetic)).real / 2}


def solar_sail(g: Given) -> Given:
    force = 2 * g["S"] / C0 * g["A"]
    return {"F": force, "a": force / g["m"]}


def wave_from_expression(g: Given) -> Given:
    speed = g["omega"] / g["k"] / U.radian * U.radian
    eps = (C0 / speed) ** 2
    return {
        "v_p": speed,
        r"\lambda": 2 * PI / g["k"],
        r"\varepsilon_r": eps,
        "H_0": g["E_0"] / (ETA0 / eps**0.5),
    }


def slanted_wave(g: Given) -> Given:
    return {"v_z": C0 / np.cos(g["theta"])}


def elliptic_power(g: Given) -> Given:
    return {"S_{av}": g["x"] ** 2 / (2 * ETA0) + g["y"] ** 2 / (2 * ETA0)}


def light_power(g: Given) -> Given:
    return {"S_{av}": g["E"] * (g["E"] / ETA0) / 2}


def skin(f: U.Quantity, sigma: U.Quantity) -> U.Quantity:
    """The skin depth of a nonmagnetic conductor, from the form with the angular frequency."""
    return (2 / (2 * PI * f * MU0 * sigma)) ** 0.5


def aluminium(g: Given) -> Given:
    return {r"\delta": skin(g["f"], g["sigma"])}


def wet_ground(g: Given) -> Given:
    omega = 2 * PI * g["f"]
    eps = EPS0 * g["eps"]
    square = (1j * omega * MU0 * (g["sigma"] + 1j * omega * eps)).m_as("1/m^2")
    gamma = np.sqrt(square) / U.metre
    return {
        r"\tan\delta_c": g["sigma"] / (omega * eps),
        r"\alpha": gamma.real,
        r"\beta": gamma.imag,
        r"\lambda": 2 * PI / gamma.imag,
    }


def copper_foil(g: Given) -> Given:
    depth = skin(g["f"], g["sigma"])
    return {r"\delta": depth, "z": g["A_dB"] / NEPER * depth}


def total_reflection(g: Given) -> Given:
    k0 = 2 * PI / g["lambda"]
    along = g["n"] * k0 * np.sin(g["theta"])
    alpha = (along**2 - k0**2) ** 0.5
    return {r"\theta_c": np.arcsin(1 / g["n"]), r"\alpha": alpha, "s": 1 / alpha}


def out_of_glass(g: Given) -> Given:
    inside = ETA0 / g["n"]
    gamma = (ETA0 - inside) / (ETA0 + inside)
    return {r"\Gamma": gamma, r"\tau": 1 + gamma, "T": (1 + gamma) ** 2 * inside / ETA0}


def half_wave_cover(g: Given) -> Given:
    return {"d": C0 / g["eps"] ** 0.5 / g["f"] / 2}


def brewster(g: Given) -> Given:
    return {r"\theta_B": np.arctan(g["n"])}


def metal_wall(g: Given) -> Given:
    return {"J_s": 2 * g["E"] / ETA0, "z_m": C0 / g["f"] / 4, "E_m": 2 * g["E"]}


def bounce(g: Given) -> Given:
    first = g["V_g"] * g["Z_0"] / (g["R_g"] + g["Z_0"])
    load = (g["R_L"] - g["Z_0"]) / (g["R_L"] + g["Z_0"])
    source = (g["R_g"] - g["Z_0"]) / (g["R_g"] + g["Z_0"])
    voltages, wave = [0 * first], first
    for _ in range(60):
        voltages.append(voltages[-1] + wave * (1 + load))
        wave = wave * load * source
    final = g["V_g"] * g["R_L"] / (g["R_g"] + g["R_L"])
    assert abs(voltages[-1] - final) < 1e-9 * final
    return {
        "V_1": first,
        r"\Gamma_L": load,
        r"\Gamma_g": source,
        "V_a": voltages[1],
        "V_b": voltages[2],
        r"V_\infty": final,
    }


def echo(g: Given) -> Given:
    return {"d": C0 / g["eps"] ** 0.5 * g["t"] / 2}


def guide(g: Given) -> Given:
    cutoff = C0 / (2 * g["a"])
    k, k_c = 2 * PI * g["f"] / C0, PI / g["a"]
    beta = (k**2 - k_c**2) ** 0.5
    assert C0 / (2 * g["b"]) > 2 * cutoff
    return {
        "f_{10}": cutoff,
        "f_{20}": 2 * cutoff,
        r"\lambda_g": 2 * PI / beta,
        "v_g": C0**2 * beta / (2 * PI * g["f"]),
    }


def cavity(g: Given) -> Given:
    k = ((PI / g["a"]) ** 2 + (PI / g["d"]) ** 2) ** 0.5
    resonance = C0 * k / (2 * PI)
    return {"f_0": resonance, r"\Delta f": resonance / g["Q"], "f_1": resonance / g["eps"] ** 0.5}


def vent(g: Given) -> Given:
    k, k_c = 2 * PI * g["f"] / C0, PI / g["a"]
    alpha = (k_c**2 - k**2) ** 0.5
    return {"f_c": C0 / (2 * g["a"]), r"\alpha": alpha, "A": NEPER * alpha * g["l"]}


def lowest_modes(g: Given) -> Given:
    indices = [(m, n) for m in range(4) for n in range(4) if m or n]
    cutoffs = {(m, n): C0 / 2 * ((m / g["a"]) ** 2 + (n / g["b"]) ** 2) ** 0.5 for m, n in indices}
    order = sorted(indices, key=lambda mode: cutoffs[mode].m_as("Hz"))
    assert order[:3] == [(1, 0), (2, 0), (0, 1)]
    return {"f_{10}": cutoffs[1, 0], "f_{20}": cutoffs[2, 0], "f_{01}": cutoffs[0, 1]}


def dish(g: Given) -> Given:
    aperture = g["eta"] * PI * g["D"] ** 2 / 4
    gain = (4 * PI * aperture / (C0 / g["f"]) ** 2).to("")
    return {"A_e": aperture, "G": gain, "G_{dBi}": 10 * np.log10(gain.magnitude)}


def steered_array(g: Given) -> Given:
    return {r"\alpha_s": -PI * np.cos(g["theta"]) * U.radian}


def mast(g: Given) -> Given:
    density = g["G"] * g["P"] / (4 * PI * g["r"] ** 2)
    return {"S_{av}": density, "E_0": (2 * ETA0 * density) ** 0.5}


COMPUTE: Table = {
    "style-x-0063": ({"N_1": "1000", "N_2": "50", "V_1": "230 V", "R_L": "5.75 ohm"}, transformer),
    "style-x-0066": ({"N": "100", "A": "25 cm^2", "B": "0.60 T", "t": "50 ms"}, switched_off),
    "style-x-0068": ({"L": "10 uH", "I": "2.0 A", "f": "100 kHz", "good": "0.40", "bad": "0.10"}, charging_pad),
    "style-x-0070": ({"V_0": "20 V", "f": "10 MHz", "A": "50 cm^2", "d": "2.0 mm"}, displacement_current),
    "style-x-0073": ({"a": "3.0", "b": "4.0"}, phasor_sum),
    "style-x-0074": ({"sigma": "0.010 S/m", "eps": "10", "low": "1.0 MHz", "high": "1.0 GHz"}, crossover),
    "style-x-0077": ({"eta": "100 ohm", "theta": "30 degrees", "E": "20 V/m"}, lossy_power),
    "style-x-0083": ({"A": "100 m^2", "S": "1361 W/m^2", "m": "20 kg"}, solar_sail),
    "style-x-0084": ({"E_0": "5.0 V/m", "omega": "1.2e9 rad/s", "k": "8.0 rad/m"}, wave_from_expression),
    "style-x-0086": ({"theta": "60 degrees"}, slanted_wave),
    "style-x-0087": ({"x": "3.0 V/m", "y": "1.0 V/m"}, elliptic_power),
    "style-x-0089": ({"E": "80 V/m"}, light_power),
    "style-x-0091": ({"f": "50 Hz", "sigma": "3.8e7 S/m"}, aluminium),
    "style-x-0095": ({"f": "10 MHz", "sigma": "0.020 S/m", "eps": "15"}, wet_ground),
    "style-x-0096": ({"sigma": "5.8e7 S/m", "f": "1.0 MHz", "A_dB": "60"}, copper_foil),
    "style-x-0097": ({"lambda": "600 nm", "n": "1.5", "theta": "60 degrees"}, total_reflection),
    "style-x-0099": ({"n": "1.5"}, out_of_glass),
    "style-x-0100": ({"f": "10 GHz", "eps": "4.0"}, half_wave_cover),
    "style-x-0101": ({"n": "1.33"}, brewster),
    "style-x-0103": ({"E": "10 V/m", "f": "300 MHz"}, metal_wall),
    "style-x-0106": ({"V_g": "12 V", "R_g": "25 ohm", "Z_0": "75 ohm", "R_L": "225 ohm"}, bounce),
    "style-x-0107": ({"eps": "2.25", "t": "400 ns"}, echo),
    "style-x-0111": ({"a": "40 mm", "b": "18 mm", "f": "6.0 GHz"}, guide),
    "style-x-0114": ({"a": "30 mm", "b": "15 mm", "d": "40 mm", "Q": "8000", "eps": "2.25"}, cavity),
    "style-x-0115": ({"a": "5.0 mm", "l": "20 mm", "f": "1.0 GHz"}, vent),
    "style-x-0116": ({"a": "22 mm", "b": "10 mm"}, lowest_modes),
    "style-x-0118": ({"D": "0.60 m", "eta": "0.60", "f": "12 GHz"}, dish),
    "style-x-0122": ({"theta": "60 degrees"}, steered_array),
    "style-x-0123": ({"P": "20 W", "G": "50", "r": "50 m"}, mast),
}

TEN_MHZ = U.Quantity("10 MHz")
CLAIMS: list[Claim] = [
    ("style-x-0063", "a ratio of turns of 20", 1000 / 50, 20.0, 1e-9),
    ("style-x-0066", "25 cm^2 is $2.5\\times10^{-3}$ m^2", U.Quantity(25, "cm^2").m_as("m^2") * 1e3, 2.5, 1e-9),
    ("style-x-0068", "A quarter of the emf means a sixteenth of the power", (0.10 / 0.40) ** 2, 1 / 16, 1e-9),
    ("style-x-0077", "the result would be 2.0 W/m^2", 20.0**2 / (2 * 100), 2.0, 1e-9),
    ("style-x-0077", "about 0.71", np.cos(PI / 4), 0.71, 0.01),
    ("style-x-0083", "by about 3.9 m/s", (2 * 1361 * 100 / 2.998e8 / 20) * 86400, 3.9, 0.01),
    ("style-x-0087", "90 percent of this power", 100 * 9 / (9 + 1), 90.0, 1e-9),
    ("style-x-0089", "sunlight above the atmosphere has 1361 W/m^2", 1361 / 8.49, 160, 0.01),
    ("style-x-0092", "about a tenth of that of copper", 5.0e6 / 5.8e7, 0.1, 0.2),
    ("style-x-0092", "a hundredfold difference in it still means a tenfold difference", 100**0.5, 10.0, 1e-9),
    ("style-x-0094", "about 13.5 percent of the power", 100 * np.exp(-2), 13.5, 3e-3),
    (
        "style-x-0094",
        "20 times the logarithm of the field ratio and 10 times that of the power ratio",
        20 * np.log10(np.exp(1)),
        10 * np.log10(np.exp(2)),
        1e-12,
    ),
    ("style-x-0094", "8.686 dB for the same depth", 10 * np.log10(np.e**2), 8.686, 1e-4),
    ("style-x-0094", "down to 36.8 percent at half a skin depth", 100 * np.exp(-2 * 0.5), 36.8, 1e-3),
    ("style-x-0095", "about 7.74 m", (C0 / TEN_MHZ / 15**0.5).m_as("m"), 7.74, 1e-3),
    ("style-x-0095", "about 0.889 Np/m", (1 / skin(TEN_MHZ, U.Quantity("0.020 S/m"))).m_as("1/m"), 0.889, 1e-3),
    ("style-x-0096", "nearly seven skin depths", 60 / NEPER, 6.9, 2e-3),
    ("style-x-0096", "60 dB is a factor of 1000", 10 ** (60 / 20), 1000.0, 1e-9),
    (
        "style-x-0096",
        "the natural logarithm of this number is the number of skin depths",
        np.log(1000),
        60 / NEPER,
        1e-9,
    ),
    (
        "style-x-0096",
        "several centimetres of copper",
        60 / NEPER * skin(U.Quantity("50 Hz"), U.Quantity("5.8e7 S/m")).m_as("cm"),
        6.5,
        0.02,
    ),
    ("style-x-0099", "$R=\\Gamma^2$ is 0.04", 0.2**2, 0.04, 1e-9),
    ("style-x-0107", "two thirds of the speed of light", 1 / 2.25**0.5, 2 / 3, 1e-9),
    ("style-x-0107", "about 60 m", (C0 * U.Quantity("400 ns") / 2).m_as("m"), 60.0, 1e-3),
    ("style-x-0109", "a step of $\\lambda/8$ turns it by 90 degrees", 2 * 360 / 8, 90.0, 1e-9),
    ("style-x-0109", "$\\lambda/4$ by 180 degrees", 2 * 360 / 4, 180.0, 1e-9),
    ("style-x-0111", "the 50 mm of free space", (C0 / U.Quantity("6.0 GHz")).m_as("mm"), 50.0, 1e-3),
    ("style-x-0114", "$\\sqrt{\\varepsilon_r}=1.5$", 2.25**0.5, 1.5, 1e-9),
    ("style-x-0115", "above 30 GHz the wave passes", (C0 / U.Quantity("10 mm")).m_as("GHz"), 30.0, 1e-3),
    ("style-x-0116", "twice the width, 44 mm", 2 * 22.0, 44.0, 1e-9),
    ("style-x-0118", "about 29 m", (2 * U.Quantity("0.60 m") ** 2 * U.Quantity("12 GHz") / C0).m_as("m"), 29.0, 0.01),
    ("style-x-0118", "four times the gain, 6 dB more", 10 * np.log10(4), 6.0, 0.01),
    ("style-x-0118", "$G_{dBi}=10\\log_{10}G$", 10 ** (35.33 / 10), 3415.0, 1e-3),
    ("style-x-0122", "nulls at 0, 90, 120 and 180 degrees", np.degrees(np.arccos(-0.5)), 120.0, 1e-12),
    ("style-x-0119", "between 1 GHz and 10 GHz its gain changes by a factor of a hundred", (10 / 1) ** 2, 100.0, 1e-9),
    ("style-x-0120", "1.76 dBi", 10 * np.log10(1.5), 1.76, 2e-3),
    ("style-x-0121", "6 dB less", 20 * np.log10(2), 6.0, 0.01),
]

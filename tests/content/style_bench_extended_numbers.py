"""Every number of the extended electromagnetics benchmark, computed again from the givens of the question with Pint.

Each function takes the givens of one question and returns the value of every symbol that its answer states. Which
item belongs to which function stands in `style_bench_extended_tables.py`. Nothing here reads the answers.
"""

import numpy as np
from style_numbers import C0, ELECTRON, EPS0, ETA0, MU0, NEPER, PI, Given, U


def degrees(sine: Given | float) -> Given:
    """Return the angle whose sine is given, in degrees."""
    return U.Quantity(float(np.degrees(np.arcsin(float(U.Quantity(sine).m_as(""))))), "degree")


def work_and_angle(g: Given) -> Given:
    f = np.array([float(g[name].m_as("")) for name in ("f_x", "f_y", "f_z")])
    s = np.array([float(g[name].m_as("")) for name in ("l_x", "l_y", "l_z")])
    cosine = f @ s / np.sqrt(f @ f) / np.sqrt(s @ s)
    unit_f, unit_s = U.Quantity("1 N"), U.Quantity("1 m")
    return {
        "W": (f @ s) * unit_f * unit_s,
        r"\theta": U.Quantity(float(np.degrees(np.arccos(cosine))), "degree"),
        "F": np.sqrt(f @ f) * unit_f,
        "l": np.sqrt(s @ s) * unit_s,
        r"\cos\theta": cosine,
        "m": np.sqrt(np.cross(f, s) @ np.cross(f, s)) * unit_f * unit_s,
        "W_{max}": np.sqrt(f @ f) * np.sqrt(s @ s) * unit_f * unit_s,
    }


def path_work(g: Given) -> Given:
    x, y = float(g["x"].m_as("")), float(g["y"].m_as(""))
    steps = (np.arange(4000) + 0.5) / 4000
    straight = np.mean(2 * (steps * x) * (steps * y) * x + (steps * x) ** 2 * y)
    return {"W": U.Quantity(float(straight), "J")}


def dust_cloud(g: Given) -> Given:
    charge = g["rho"] * 4 / 3 * PI * g["a"] ** 3
    enclosed = g["rho"] * 4 / 3 * PI * g["r_1"] ** 3
    return {
        "E_1": enclosed / (4 * PI * EPS0 * g["r_1"] ** 2),
        "E_2": charge / (4 * PI * EPS0 * g["r_2"] ** 2),
        "E_a": charge / (4 * PI * EPS0 * g["a"] ** 2),
        "Q": charge,
    }


def line_voltage(g: Given) -> Given:
    return {"U": g["charge"] / U.Quantity("1 m") / (2 * PI * EPS0) * np.log(float((g["r_b"] / g["r_a"]).m_as("")))}


def microphone(g: Given) -> Given:
    field = g["V"] / g["d"]
    pressure = EPS0 * field**2 / 2
    return {"C": EPS0 * g["A"] / g["d"], "F": pressure * g["A"], "E": field, "p": pressure}


def pulled_plates(g: Given) -> Given:
    charge = g["C"] * g["V"]
    c_after = g["C"] / 3
    return {
        "V_2": charge / c_after,
        "W_2": charge**2 / (2 * c_after),
        "W_1": g["C"] * g["V"] ** 2 / 2,
        "Q": charge,
    }


def half_filled(g: Given) -> Given:
    air, filled = EPS0 * g["A"] / 2 / g["d"], EPS0 * g["eps"] * g["A"] / 2 / g["d"]
    return {
        "C": air + filled,
        "Q": (air + filled) * g["V"],
        "s": filled / (air + filled),
        "E": g["V"] / g["d"],
        "C_0": 2 * air,
    }


def bead(g: Given) -> Given:
    flux_density = g["q"] / (4 * PI * g["r"] ** 2)
    field = flux_density / (EPS0 * g["eps"])
    bound = -(flux_density - EPS0 * field) * 4 * PI * g["r"] ** 2
    return {"E": field, "Q_b": bound, "q_s": g["q"] + bound}


def spheres(g: Given) -> Given:
    a, b, v = g["a"], g["b"], g["V"]
    half = 2 / (1 / a + 1 / b)
    charge = v * 4 * PI * EPS0 / (1 / a - 1 / b)
    return {"r": half, "E_a": charge / (4 * PI * EPS0 * a**2)}


def metal_ball(g: Given) -> Given:
    return {"E_0": g["breakdown"] / 3, r"\rho_s": EPS0 * g["breakdown"]}


def silicon(g: Given) -> Given:
    sigma = g["N"] / U.Quantity("1 m**3") * ELECTRON * g["mu"]
    resistance = g["L"] / (sigma * g["A"])
    field = g["V"] / g["L"]
    return {r"\sigma": sigma, "R": resistance, "u": g["mu"] * field, "E": field, "I": g["V"] / resistance}


def garden_cable(g: Given) -> Given:
    resistance = 2 * g["L"] / (g["sigma"] * g["A"])
    return {"V": g["I"] * resistance, "P": g["I"] ** 2 * resistance, "R": resistance}


def toroid(g: Given) -> Given:
    ampere_turns = g["N"] * g["I"]
    return {"B_i": MU0 * ampere_turns / (2 * PI * g["a"]), "B_o": MU0 * ampere_turns / (2 * PI * g["b"])}


def busbars(g: Given) -> Given:
    field = MU0 * g["I"] / (2 * PI * g["d"])
    return {"F": g["I"] * U.Quantity("1 m") * field, "F'": g["I"] * field, "B": field}


def magnetized_rod(g: Given) -> Given:
    field = MU0 * g["mu"] * g["H"]
    magnetization = field / MU0 - g["H"]
    return {"B": field, "M": magnetization, "s": magnetization / g["H"]}


def hysteresis(g: Given) -> Given:
    per_cycle = g["w"] * g["v"]
    return {"P": per_cycle * g["f_1"], "P_{400}": per_cycle * g["f_2"], "W": per_cycle}


def generator(g: Given) -> Given:
    linkage = g["N"] * g["B"] * g["A"]
    omega = g["emf"] / linkage
    return {r"\omega": omega, "n": omega.to("1/s") / (2 * PI)}


def sensing_coil(g: Given) -> Given:
    radii = np.linspace(1.0, float((g["b"] / g["a"]).m_as("")), 20001)
    middle = (radii[1:] + radii[:-1]) / 2
    per_length = float(np.sum((radii[1:] - radii[:-1]) / middle))
    flux = MU0 * g["I"] * g["h"] / (2 * PI) * per_length
    omega = 2 * PI * g["f"]
    return {
        r"\mathcal{E}_0": omega * g["N"] * flux,
        r"\Phi_0": flux,
        r"\omega": omega,
        "M": g["N"] * flux / g["I"],
    }


def conductor_surface(g: Given) -> Given:
    return {r"\rho_s": EPS0 * g["E"], "J_s": g["H"]}


def laser(g: Given) -> Given:
    density = g["P"] / (PI * g["a"] ** 2)
    return {"S_{av}": density, "E_0": (2 * ETA0 * density) ** 0.5, "w_{av}": density / C0}


def searchlight(g: Given) -> Given:
    absorbed, share = g["P"] / C0, g["percent"] / 100
    return {"F": (1 - share) * absorbed + share * 2 * absorbed, "F_{abs}": absorbed, "F_{refl}": 2 * absorbed}


def wave_vector(g: Given) -> Given:
    per_metre = U.Quantity("1 rad/m")
    kx, kz = g["k_x"] * per_metre, g["k_z"] * per_metre
    k = (kx**2 + kz**2) ** 0.5
    amplitude = ((g["E_x"] ** 2 + g["E_z"] ** 2) ** 0.5) * U.Quantity("1 V/m")
    turn = U.Quantity(2 * PI, "rad")
    return {
        "k": k,
        "f": k * C0 / turn,
        "d_z": turn / kz,
        "H_0": amplitude / ETA0,
        "E_0": amplitude,
        r"\lambda": turn / k,
    }


def ice(g: Given) -> Given:
    speed = C0 / g["eps"] ** 0.5
    return {"d": speed * g["t"] / 2, "v": speed, "d_0": C0 * g["t"] / 2}


def damping_per_wavelength(_: Given) -> Given:
    return {"A": NEPER * 2 * PI}


def thick_wire(g: Given) -> Given:
    depth = 1 / (PI * g["f"] * MU0 * g["sigma"]) ** 0.5
    surface = 1 / (g["sigma"] * depth)
    high, low = surface / (2 * PI * g["a"]), 1 / (g["sigma"] * PI * g["a"] ** 2)
    return {r"\delta": depth, "R_s": surface, "R'": high, "R_0'": low, "n": high / low}


def radar_window(g: Given) -> Given:
    beta = 2 * PI * g["f"] * g["eps"] ** 0.5 / C0
    alpha = beta * g["tan"] / 2
    through = np.exp(-2 * float((alpha * g["d"]).m_as("")))
    return {
        "A": NEPER * alpha * g["d"],
        "q": 1 - through,
        r"\beta": beta,
        r"\alpha": alpha,
        "A'": NEPER * alpha,
    }


def diver(g: Given) -> Given:
    sine = 1.0 / g["n"]
    return {r"\theta_{max}": degrees(sine), r"\sin\theta_{max}": sine}


def wall(g: Given) -> Given:
    eta = ETA0 / g["eps"] ** 0.5
    gamma = (eta - ETA0) / (eta + ETA0)
    size = abs(gamma)
    return {
        r"\Gamma": gamma,
        "S": (1 + size) / (1 - size),
        "T": 4 * eta * ETA0 / (eta + ETA0) ** 2,
        "d": C0 / g["f"] / 4,
        r"\lambda_0": C0 / g["f"],
    }


def prism(g: Given) -> Given:
    air, water = 1.0 / g["n_1"], g["n_2"] / g["n_1"]
    inside = np.sin(float(g["angle"].m_as("rad")))
    return {
        r"\theta_{c1}": degrees(air),
        r"\theta_{c2}": degrees(water),
        r"\sin\theta_{c1}": air,
        r"\sin\theta_{c2}": water,
        r"\theta_t": degrees(g["n_1"] * inside / g["n_2"]),
    }


def cable_piece(g: Given) -> Given:
    impedance = (g["sc"] * g["oc"]) ** 0.5
    tangent = g["sc"] / impedance
    angle = float(np.arctan(float(tangent.m_as(""))))
    return {
        "Z_0": impedance,
        "s": angle / (2 * PI),
        r"\tan\beta l": tangent,
        r"\beta l": U.Quantity(angle, "rad"),
    }


def dipole_feed(g: Given) -> Given:
    gamma = (g["Z_L"] - g["Z_0"]) / (g["Z_L"] + g["Z_0"])
    return {
        "S": (1 + gamma) / (1 - gamma),
        "P_L": g["P"] - gamma**2 * g["P"],
        r"\Gamma": gamma,
        "RL": -20 * np.log10(float(gamma.m_as(""))),
    }


def radar_feeder(g: Given) -> Given:
    cutoff = C0 / (2 * g["a"])
    factor = (1 - (cutoff / g["f"]) ** 2) ** 0.5
    impedance = ETA0 / factor
    return {
        "P": g["E"] ** 2 * g["a"] * g["b"] / (4 * impedance),
        "f_c": cutoff,
        "F": factor,
        "Z_{TE}": impedance,
    }


def guide_design(g: Given) -> Given:
    cutoff = g["f"] / (1 + g["percent"] / 100)
    width = C0 / (2 * cutoff)
    return {"a": width, "b": width / 2, "f_2": C0 / width, "f_c": cutoff}


def gain_factor(g: Given) -> Given:
    return {"G": 10 ** (g["dBi"].m_as("") / 10)}


def short_antenna(g: Given) -> Given:
    wavelength = C0 / g["f"]
    radiation = 80 * PI**2 * (g["l"] / wavelength) ** 2 * U.ohm
    efficiency = radiation / (radiation + g["loss"])
    gain = 1.5 * efficiency
    return {
        "R_r": radiation,
        r"\eta_r": efficiency,
        "G": gain,
        r"\lambda": wavelength,
        r"l/\lambda": g["l"] / wavelength,
        "g": 10 * np.log10(float(gain.m_as(""))),
    }


def far_field(g: Given) -> Given:
    longest = 2 * g["D"] ** 2 / g["r"]
    return {
        "r": 2 * g["D"] ** 2 * g["f"] / C0,
        "f_{max}": C0 / longest,
        r"\lambda": C0 / g["f"],
        r"\lambda_{min}": longest,
    }

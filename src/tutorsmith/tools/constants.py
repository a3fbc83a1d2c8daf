"""Physical constants that an expression may name: CODATA 2022 (NIST, physics.nist.gov/constants)."""

from collections.abc import Mapping

CONSTANTS: Mapping[str, tuple[float, str]] = {
    "pi": (3.141592653589793, ""),
    "epsilon_0": (8.8541878188e-12, "F/m"),
    "mu_0": (1.25663706127e-6, "H/m"),
    "c": (299792458.0, "m/s"),
    "q_e": (1.602176634e-19, "C"),
    "m_e": (9.1093837139e-31, "kg"),
    "m_p": (1.67262192595e-27, "kg"),
    "h": (6.62607015e-34, "J*s"),
    "hbar": (1.054571817646156e-34, "J*s"),
    "k_B": (1.380649e-23, "J/K"),
    "N_A": (6.02214076e23, "1/mol"),
    "G_N": (6.67430e-11, "m^3/(kg*s^2)"),
    "eta_0": (376.730313412, "ohm"),
}
"""name -> (value, unit). The letter e alone is not among them: it is Euler's number to one reader and the elementary
charge to another."""

OTHER_SPELLINGS: Mapping[str, str] = {
    "eps0": "epsilon_0",
    "eps_0": "epsilon_0",
    "epsilon0": "epsilon_0",
    "mu0": "mu_0",
    "c_0": "c",
    "c0": "c",
    "eta0": "eta_0",
    "kB": "k_B",
}

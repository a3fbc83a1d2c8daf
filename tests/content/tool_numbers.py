"""What the tools must find in the samples and the benchmark, worked out again without the tools.

`VALUES` maps an item to the values of its successful calculations in order, in SI base units, from the laws.
`CENTRAL` maps an item to the formula that its answer states, as LaTeX and in ASCII; the tool's result must be the ASCII
form. `SAID` holds the numbers of an answer that are neither given nor found, with the reason.
"""

import cmath
from math import atan, exp, hypot, log, pi, sqrt
from typing import Any

from style_numbers import C0, EPS0, ETA0, MU0, U

Q = U.Quantity
EPS, MU = EPS0.m_as("F/m"), MU0.m_as("H/m")
K = 1 / (4 * pi * EPS)


def reflected(load: complex, line: float) -> complex:
    return (load - line) / (load + line)


def seen_through(load: complex, line: float, theta: float) -> complex:
    """Input impedance from the two travelling waves, not from the tangent formula."""
    gamma = reflected(load, line) * cmath.exp(-2j * theta)
    return line * (1 + gamma) / (1 - gamma)


def in_series(*parts: float) -> float:
    return 1 / sum(1 / part for part in parts)


VALUES: dict[str, list[complex]] = {
    "tool-0001": [K * 5e-9 / 0.2**2],
    "tool-0002": [2 * pi * EPS * 2.3 / log(1.75 / 0.5)],
    "tool-0003": [(Q("47 uF") * Q("12 V") ** 2 / 2).m_as("J")],
    "tool-0004": [(Q("12 cm") / (Q("5.8e7 S/m") * Q("2 mm") * Q("35 um"))).m_as("ohm")],
    "tool-0005": [(MU0 * 800 * Q("1.5 A") / Q("0.25 m")).m_as("T")],
    "tool-0006": [(MU0 * 1800 * 120**2 * Q("1.5 cm^2") / Q("15 cm")).m_as("H")],
    "tool-0007": [2 * pi * 50 * 60 * 0.2 * 150e-4],
    "tool-0008": [(C0 / Q("2.45 GHz")).m_as("m") / sqrt(2.2)],
    "tool-0009": [sqrt(2 / (2 * pi * 1e5 * MU * 3.8e7))],
    "tool-0010": [reflected(75 + 25j, 50)],
    "tool-0011": [(C0 / (2 * Q("47.55 mm"))).m_as("Hz")],
    "tool-0012": [2 * 40 / (4 * pi * 3000**2) * 25 * 0.125**2 / (4 * pi)],
    "tool-0013": [((Q("6 V/m") ** 2) / (2 * ETA0)).m_as("W/m^2")],
    "tool-0014": [K * (2e-9 / 0.1 - 3e-9 / 0.2)],
    "tool-0023": [2e-7 * 5 * 0.1 * log(10 / 2)],
    "tool-0028": [4.7e-9 + 10e-9, in_series(4.7e-9, 10e-9)],
    "tool-0029": [sqrt(0.25e-6 / 100e-12), 1 / sqrt(0.25e-6 * 100e-12), 30 * sqrt(0.25e-6 * 100e-12)],
    "tool-0030": [(EPS0 * Q("50 cm^2") / Q("0.4 mm")).m_as("F")],
    "tool-0031": [K * 30e-9 * 50e-9 / 0.05**2],
    "tool-0032": [2 * exp(-1.5)],
    "tool-0033": [2 * 10**-0.15],
    "tool-0043": [K * 2.5e-9 * 6e-9 / 0.04**2],
    "tool-0070": [5.5 / 8 - 1],
    "tool-0071": [81 / 72 - 1],
    "tool-0072": [hypot(0.3e-3, 0.16e-3)],
    "tool-b-001": [20e-9 / (2 * EPS) * (1 - 0.6)],
    "tool-b-002": [1 / (K * (1 / 0.08 - 1 / 0.1))],
    "tool-b-003": [EPS * 6 / 2e-9],
    "tool-b-004": [2e-7 * 20 * 30 / 0.06],
    "tool-b-005": [atan(1.49)],
    "tool-b-006": [seen_through(100, 50, 0.6)],
    "tool-b-007": [500 * 0.03**2 / (4 * pi)],
    "tool-b-008": [1 / (5.8e7 * sqrt(2 / (2 * pi * 1e10 * MU * 5.8e7)))],
    "tool-b-009": [EPS * 1e12 / 2, 0.25 / (2 * MU)],
    "tool-b-018": [(MU0 * 400 * Q("1 A") / Q("0.2 m")).m_as("T"), (MU0 * 400 * Q("2.5 A") / Q("0.2 m")).m_as("T")],
    "tool-b-019": [(EPS0 * Q("40 cm^2") / Q("0.2 mm")).m_as("F")],
    "tool-b-035": [0.98 / 1.25 - 1],
}

CENTRAL: dict[str, list[tuple[str, str]]] = {
    "tool-0015": [(r"\frac{4V_0}{3d}\left(\frac{x}{d}\right)^{1/3}", "4*V_0/(3*d)*(x/d)^(1/3)")],
    "tool-0016": [
        (
            r"\Phi_0\,e^{-t/\tau}\left(\omega\cos\omega t-\frac{1}{\tau}\sin\omega t\right)",
            "Phi_0*exp(-t/tau)*(omega*cos(omega*t) - sin(omega*t)/tau)",
        )
    ],
    "tool-0017": [(r"\frac{V^2(R_i-R_L)}{(R_i+R_L)^3}", "V^2*(R_i - R_L)/(R_i + R_L)^3")],
    "tool-0018": [
        (
            r"\frac{Q(a^2-2z^2)}{4\pi\varepsilon_0(a^2+z^2)^{5/2}}",
            "Q*(a^2 - 2*z^2)/(4*pi*epsilon_0*(a^2 + z^2)^(5/2))",
        )
    ],
    "tool-0019": [(r"-k^2E_0\cos(\omega t-kz)", "-k^2*E_0*cos(omega*t - k*z)")],
    "tool-0020": [(r"\frac{\omega}{c\sqrt{\omega^2-\omega_c^2}}", "omega/(c*sqrt(omega^2 - omega_c^2))")],
    "tool-0021": [(r"\frac{\pi a^3\rho_0}{3}", "pi*a^3*rho_0/3")],
    "tool-0022": [(r"\frac{\rho_l}{2\pi\varepsilon_0}\ln\frac ba", "rho_l/(2*pi*epsilon_0)*log(b/a)")],
    "tool-0023": [(r"\frac{\mu_0Ih}{2\pi}\ln\frac{d+w}{d}", "mu_0*I*h/(2*pi)*log((d + w)/d)")],
    "tool-0024": [(r"\pi/\omega", "pi/omega")],
    "tool-0025": [("4/3", "4/3")],
    "tool-0026": [(r"\mu_0I", "mu_0*I")],
    "tool-0027": [(r"\frac{\sigma\delta E_0^2}{4}", "sigma*delta*E_0^2/4")],
    "tool-0035": [
        (r"-\frac{\rho_s}{2\varepsilon_0}", "-rho_s*sign(z)/(2*epsilon_0)"),
        (r"+\frac{\rho_s}{2\varepsilon_0}", "-rho_s*sign(z)/(2*epsilon_0)"),
    ],
    "tool-b-010": [(r"-\frac{p}{2\pi\varepsilon_0r^3}", "-p/(2*pi*epsilon_0*r^3)")],
    "tool-b-011": [(r"-NBA\omega\sin(\omega t+\varphi)", "-N*B*A*omega*sin(omega*t + phi)")],
    "tool-b-012": [("$V_0/d$", "V_0/d + rho_0*(d - 2*x)/(2*epsilon_0)")],
    "tool-b-013": [
        (
            r"e^{-\alpha z}\left[(\alpha^2-\beta^2)\cos\beta z+2\alpha\beta\sin\beta z\right]",
            "exp(-alpha*z)*((alpha^2 - beta^2)*cos(beta*z) + 2*alpha*beta*sin(beta*z))",
        )
    ],
    "tool-b-014": [(r"\frac{\pi a^2\rho_0}{2}", "pi*a^2*rho_0/2")],
    "tool-b-015": [(r"\frac{\ln(b/a)}{2\pi\sigma L}", "log(b/a)/(2*pi*sigma*L)")],
    "tool-b-016": [(r"\frac{P_0\tau}{2}", "P_0*tau/2")],
    "tool-b-017": [(r"\sqrt{r^2+z^2}", "sqrt(r^2 + z^2)")],
}

PLACES: dict[str, list[Any]] = {
    "tool-0015": ["4*V_0/(3*d)"],
    "tool-0017": [0],
    "tool-0018": [0],
    "tool-0035": ["-rho_s/(2*epsilon_0)", "rho_s/(2*epsilon_0)"],
    "tool-b-012": ["V_0/d"],
}
"""The value at the place that was asked for."""

SAID: dict[str, tuple[str, ...]] = {
    "tool-0001": ("0.20",),  # 20 cm in m
    "tool-0003": ("24",),  # twice the voltage
    "tool-0009": ("1",),  # a millimetre, nearly four skin depths
    "tool-0010": ("8",),  # 0.2774 squared, in per cent
    "tool-0012": ("6",),  # dB for twice the distance
    "tool-0013": ("1",),  # the factor 1/2
    "tool-0033": ("71",),  # 1.416 of 2.0, in per cent
    "tool-0041": ("0",),  # the divergence of B
    "tool-0060": ("6",),  # words of the empty opening
    "tool-0071": ("9",),  # 81 - 72
    "tool-0079": ("2021",),  # the year of an example
    "tool-0080": ("14",),  # an example
    "tool-0081": ("100", "200"),  # the range of the notes
    "tool-0085": ("150", "250"),  # words of an IEEE abstract, from the notes
    "tool-b-001": ("2.5", "0.4"),  # 1 - 3/5, and its inverse
    "tool-b-003": ("37",),  # 1/e in per cent
    "tool-b-017": ("0",),  # a limit
    "tool-b-019": ("88.54",),  # half of 177.08
    "tool-b-037": ("4",),  # an example
}

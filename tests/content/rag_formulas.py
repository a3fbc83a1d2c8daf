"""Formulas of the answers with excerpts that stand in no excerpt, and the faulty notes of the conflicts, with SymPy.

`OWN` holds, by item and LaTeX as the answer states it, a function that derives the formula from those of the excerpts
and returns the difference of both sides. `CONFLICTS` holds what a faulty note claims, in the words of the note, and a
function that returns (what the laws say, what the note says) as expressions. Nothing here reads the answers.
"""

from collections.abc import Callable

import sympy as sp
from sympy import Rational, cos, diff, exp, integrate, log, oo, pi, sin, solve, sqrt

a, b, d, h, k, q, r, t, z, x, L, N, Q, V, A, C, current = sp.symbols("a b d h k q r t z x L N Q V A C I", positive=True)
d_1, d_2, D, B, E_0, H, J, Z_0, R_L, theta, w = sp.symbols("d_1 d_2 D B E_0 H J Z_0 R_L theta omega", positive=True)
eps, mu, eps_r, eps_1, eps_2 = sp.symbols("epsilon_0 mu_0 epsilon_r epsilon_r1 epsilon_r2", positive=True)
sigma, rho_s, eta_0, eta_1, eta_2, lam = sp.symbols("sigma rho_s eta_0 eta_1 eta_2 lambda_0", positive=True)
Difference = Callable[[], sp.Expr]


def radial_flux() -> sp.Expr:
    divergence = sp.simplify(diff(r**2 * k * r, r) / r**2)
    return integrate(divergence * 4 * pi * r**2, (r, 0, a)) - 4 * pi * k * a**3


def shell_charge() -> sp.Expr:
    return Q / (4 * pi * eps * a**2) - rho_s / eps - (Q - 4 * pi * a**2 * rho_s) / (4 * pi * eps * a**2)


def air_layer() -> sp.Expr:
    field = D / (eps * eps_1) * d_1 + D / eps * d_2
    return solve(field - V, D)[0] / eps - V / (d_1 / eps_1 + d_2)


def sphere_image_ratio() -> sp.Expr:
    near = sp.simplify((a - a**2 / d) / (d - a))
    far = sp.simplify((a + a**2 / d) / (d + a))
    assert sp.simplify(near - far) == 0
    return near - a / d


def slab_impedance() -> sp.Expr:
    return solve((eta_2 - eta_1) / (eta_2 + eta_1) + Rational(1, 2), eta_2)[0] - eta_1 / 3


def perpendicular(vector: tuple[int, int, int]) -> Difference:
    return lambda: sp.Matrix([3, 0, 4]).dot(sp.Matrix(vector))


def wire_above_plane() -> sp.Expr:
    pair = pi * eps / log(D / a)
    return (2 * pair).subs(D, 2 * h) - 2 * pi * eps / log(2 * h / a)


def sphere_field() -> sp.Expr:
    potential = -E_0 * (r - a**3 / r**2) * cos(theta)
    field = -diff(potential, r)
    assert sp.simplify(field.subs({r: a, theta: 0}) - 3 * E_0) == 0
    return field - E_0 * (1 + 2 * a**3 / r**3) * cos(theta)


def ring_emf() -> sp.Expr:
    flux = sp.Function("B")(t) * pi * a**2
    field = -diff(flux, t) / (2 * pi * r)
    return field * 2 * pi * r + pi * a**2 * diff(sp.Function("B")(t), t)


def delayed_sine() -> sp.Expr:
    one = sin(w * t + pi / 6) - cos(w * t + pi / 6 - pi / 2)
    return sp.simplify(one) + sp.expand_trig(cos(w * t + pi / 6 - pi / 2) - cos(w * t - pi / 3))


def backward_fields() -> sp.Expr:
    """Faraday's law for E along -x and H along +y, both with the phase omega t + k z, and eta = omega mu/k."""
    electric, magnetic = -E_0 * cos(w * t + k * z), E_0 / (w * mu / k) * cos(w * t + k * z)
    return diff(electric, z) + mu * diff(magnetic, t)


def backward_wave() -> sp.Expr:
    electric = -eta_0 * sp.Matrix([0, 0, -1]).cross(sp.Matrix([0, H, 0]))
    return electric[0] + eta_0 * H


OWN: dict[tuple[str, str], Difference] = {
    ("rag-0002", "F_r=kr"): lambda: sp.Matrix([k * x, k * z, 0]).dot(sp.Matrix([x, z, 0])) - k * (x**2 + z**2),
    ("rag-0002", r"\Phi=3k\cdot\frac{4}{3}\pi a^3=4\pi ka^3"): radial_flux,
    ("rag-0006", r"Q=4\pi a^2\rho_s"): shell_charge,
    ("rag-0010", r"C=\varepsilon_0A/d"): lambda: Q / (Q * d / (eps * A)) - eps * A / d,
    ("rag-0015", r"E_2=\varepsilon_{r1}E_1"): lambda: D / eps - eps_1 * D / (eps * eps_1),
    ("rag-0015", r"E_2=\frac{V}{d_1/\varepsilon_{r1}+d_2}"): air_layer,
    ("rag-0016", "R_2=a-b"): lambda: (a - a**2 / d) - (a - b).subs(b, a**2 / d),
    ("rag-0016", "R_2/R_1=a/d"): sphere_image_ratio,
    ("rag-0016", "b=a^2/d"): lambda: solve((a - b) * d - a * (d - a), b)[0] - a**2 / d,
    ("rag-0022", r"E=J/\sigma"): lambda: solve(sigma * x - J, x)[0] - J / sigma,
    ("rag-0022", r"p=J^2/\sigma"): lambda: J * solve(sigma * x - J, x)[0] - J**2 / sigma,
    ("rag-0024", r"I=\frac{BL}{\mu_0N}"): lambda: solve(mu * N * x / L - B, x)[0] - B * L / (mu * N),
    ("rag-0044", r"\mathbf{E}_0=4\hat{\mathbf{x}}-3\hat{\mathbf{z}}"): perpendicular((4, 0, -3)),
    ("rag-0044", r"\mathbf{E}_0=\hat{\mathbf{y}}"): perpendicular((0, 1, 0)),
    ("rag-0051", r"\eta_2=\eta_1/3"): slab_impedance,
    ("rag-0056", r"1/\sqrt{\varepsilon_r}=0.60"): lambda: (
        1 / sqrt(solve(1 / sqrt(x) - Rational(3, 5), x)[0]) - Rational(3, 5)
    ),
    ("rag-b-006", "D=2h"): lambda: solve(h - x / 2, x)[0] - 2 * h,
    ("rag-b-006", r"C' = \frac{2\pi\varepsilon_0}{\ln(2h/a)}"): wire_above_plane,
    ("rag-b-008", r"E=D/(\varepsilon_0\varepsilon_r)"): lambda: solve(eps * eps_r * x - D, x)[0] - D / (eps * eps_r),
    ("rag-b-008", r"w_e=\frac{D^2}{2\varepsilon_0\varepsilon_r}"): lambda: (
        eps * eps_r / 2 * (D / (eps * eps_r)) ** 2 - D**2 / (2 * eps * eps_r)
    ),
    ("rag-b-009", r"E_r=E_0\left(1+\frac{2a^3}{r^3}\right)\cos\theta"): sphere_field,
    ("rag-b-015", r"E_\phi2\pi r=-\pi a^2\frac{dB}{dt}"): ring_emf,
    ("rag-b-017", r"\sin(\omega t+30^\circ)=\cos(\omega t+30^\circ-90^\circ)=\cos(\omega t-60^\circ)"): delayed_sine,
    ("rag-b-019", r"\mathbf{E}=-\hat{\mathbf{x}}E_0\cos(\omega t+kz)"): backward_fields,
    ("rag-b-019", r"E_x=-\eta_0H_y"): backward_wave,
    ("rag-b-025", r"\beta l=\pi/4"): lambda: 2 * pi / lam * (lam / 8) - pi / 4,
}


def gauss() -> tuple[sp.Expr, sp.Expr]:
    flux = eps * q / (4 * pi * eps * r**2) * 4 * pi * r**2
    return flux, q / eps


def plates() -> tuple[sp.Expr, sp.Expr]:
    energy = Q**2 / (2 * (eps * A / d))
    return diff(energy, d), Q * Q / (eps * A)


def leakage() -> tuple[sp.Expr, sp.Expr]:
    resistance = integrate(1 / (sigma * 2 * pi * r * L), (r, a, b))
    assert sp.simplify(resistance - log(b / a) / (2 * pi * sigma * L)) == 0
    return sp.simplify(resistance.subs(L, 2 * L) / resistance), sp.Integer(2)


def loop_centre() -> tuple[sp.Expr, sp.Expr]:
    centre = integrate(mu * current / (4 * pi * a**2) * a, (x, 0, 2 * pi))
    return centre, mu * current / (2 * pi * a)


def generator() -> tuple[sp.Expr, sp.Expr]:
    """The emf at the instant of largest flux, in units of N B A omega."""
    emf = -diff(cos(w * t), t) / w
    return emf.subs(t, 0), sp.Integer(1)


def power_of_rms() -> tuple[sp.Expr, sp.Expr]:
    mean = integrate((sqrt(2) * E_0 * cos(x)) ** 2, (x, 0, 2 * pi)) / (2 * pi) / eta_0
    return mean, E_0**2 / (2 * eta_0)


def neper() -> tuple[sp.Expr, sp.Expr]:
    return sp.N(20 * log(exp(1), 10), 4), sp.Float("4.343", 4)


def coating() -> tuple[sp.Expr, sp.Expr]:
    n = sp.Symbol("n", positive=True)
    thickness = solve(2 * (2 * pi * n / lam) * x - pi, x)[0]
    assert sp.simplify(thickness - lam / (4 * n)) == 0
    return thickness, lam / 4


def sheet() -> tuple[sp.Expr, sp.Expr]:
    """The field of all rings of the sheet, with x = z^2 + r^2 and 2 r dr = dx."""
    return rho_s * 2 * pi * z / (4 * pi * eps) * integrate(x ** Rational(-3, 2) / 2, (x, z**2, oo)), rho_s / eps


def energy_at_fixed_charge() -> tuple[sp.Expr, sp.Expr]:
    return sp.simplify((Q**2 / (2 * eps_r * C)) / (Q**2 / (2 * C))), eps_r


def pole_field() -> tuple[sp.Expr, sp.Expr]:
    return diff(E_0 * (r - a**3 / r**2), r).subs(r, a), 2 * E_0


def outside_solenoid() -> tuple[sp.Expr, sp.Expr]:
    growth = sp.Symbol("Bdot", positive=True)
    return solve(x * 2 * pi * r - pi * a**2 * growth, x)[0], sp.Integer(0)


def parallel_at_brewster() -> tuple[sp.Expr, sp.Expr]:
    """(parallel, perpendicular) reflection coefficient at tan(theta) = n for n = 3/2; the note exchanges the two."""
    n = Rational(3, 2)
    cos_i, cos_t = 1 / sqrt(1 + n**2), n / sqrt(1 + n**2)
    parallel = (cos_t / n - cos_i) / (cos_t / n + cos_i)
    return parallel, (cos_i / n - cos_t) / (cos_i / n + cos_t)


def transformer_line() -> tuple[sp.Expr, sp.Expr]:
    return solve(x**2 / R_L - Z_0, x)[0], (Z_0 + R_L) / 2


CONFLICTS: dict[str, tuple[str, Callable[[], tuple[sp.Expr, sp.Expr]]]] = {
    "rag-0005": (r"\frac{Q_{enc}}{\varepsilon_0}", gauss),
    "rag-0010": (r"F = \frac{Q^2}{\varepsilon_0 A}", plates),
    "rag-0021": ("twice the reading", leakage),
    "rag-0023": (r"B = \frac{\mu_0 I}{2\pi a}", loop_centre),
    "rag-0033": ("because then the flux through the coil is greatest", generator),
    "rag-0039": (r"S_{av}=|E|^2/(2|\eta|)", power_of_rms),
    "rag-0047": ("1 Np = 4.343 dB", neper),
    "rag-0052": (r"d=\lambda_0/4", coating),
    "rag-b-003": (r"E=\rho_s/\varepsilon_0", sheet),
    "rag-b-007": (r"multiplies its stored energy by $\varepsilon_r$", energy_at_fixed_charge),
    "rag-b-009": ("the largest field is $2E_0$", pole_field),
    "rag-b-015": (r"$E_\phi=0$ for $r>a$", outside_solenoid),
    "rag-b-023": ("reflects only light that is polarized parallel", parallel_at_brewster),
    "rag-b-026": (r"Z_T=(Z_0+R_L)/2", transformer_line),
}

"""Independent derivations of the formulas in the electromagnetics samples and benchmark.

`CENTRAL` holds, by sample id, the LaTeX that the answer states, the same formula in ASCII, and a function that derives
it from the laws behind it. `KEY_FORMULAS` holds, by the ASCII of a benchmark's formula key point, the LaTeX that its
reference states and a derivation of the right side. Nothing here reads the answers.
"""

from collections.abc import Callable

import sympy as sp
from sympy import I, Matrix, Rational, cos, diff, exp, integrate, oo, pi, simplify, sin, solve, sqrt
from sympy.vector import CoordSys3D, divergence, gradient

Derivation = Callable[[], sp.Expr]

NAMES = """
    A B B_0 E_0 E_2 I L N Q R R_L V Z_0 Z_L a c d epsilon epsilon_0 epsilon_r epsilon_r1 epsilon_r2 eta_0 eta_1 eta_3
    f f_c g h k l l_c lambda_ m mu mu_0 mu_r omega q q_1 q_2 r rho_0 rho_l rho_s sigma t tau u v
"""
S = {name: sp.Symbol(name, positive=True) for name in NAMES.split()}
EPS0, EPSR, MU0, MUR, SIGMA, OMEGA = (S[name] for name in ("epsilon_0", "epsilon_r", "mu_0", "mu_r", "sigma", "omega"))
MU, EPS = S["mu"], S["epsilon"]
SPACE = CoordSys3D("S")


def flux_of_radial_field() -> sp.Expr:
    k, a, r = S["k"], S["a"], S["r"]
    th, ph = sp.Symbol("theta"), sp.Symbol("phi")
    density = diff(r**2 * k * r, r) / r**2
    inside = integrate(density * r**2 * sin(th), (r, 0, a), (th, 0, pi), (ph, 0, 2 * pi))
    through = integrate(k * a * a**2 * sin(th), (th, 0, pi), (ph, 0, 2 * pi))
    assert simplify(inside - through) == 0
    return inside


def line_charge_field() -> sp.Expr:
    z = sp.Symbol("z", real=True)
    element = S["rho_l"] / (4 * pi * EPS0) * S["r"] / (S["r"] ** 2 + z**2) ** Rational(3, 2)
    return integrate(element, (z, -oo, oo))


def coulomb_force() -> sp.Expr:
    field = sp.Symbol("E")
    gauss = sp.Eq(EPS0 * field * 4 * pi * S["R"] ** 2, S["q_1"])
    return S["q_2"] * solve(gauss, field)[0]


def field_between_opposite_charges() -> sp.Expr:
    x, d, q = sp.Symbol("x", real=True), S["d"], S["q"]
    potential = q / (4 * pi * EPS0) * (1 / (d / 2 + x) - 1 / (d / 2 - x))
    assert potential.subs(x, 0) == 0
    return -diff(potential, x).subs(x, 0)


def plate_capacitance() -> sp.Expr:
    x = sp.Symbol("x")
    voltage = integrate(S["Q"] / (EPS0 * EPSR * S["A"]), (x, 0, S["d"]))
    return S["Q"] / voltage


def field_in_gap() -> sp.Expr:
    gap = sp.Symbol("E_1")
    d_gap, d_solid = EPS0 * S["epsilon_r1"] * gap, EPS0 * S["epsilon_r2"] * S["E_2"]
    return solve(sp.Eq(d_gap, d_solid), gap)[0]


def uniqueness_integrand() -> sp.Expr:
    u = sp.Function("U")(SPACE.x, SPACE.y, SPACE.z)
    slope = gradient(u)
    laplacian = divergence(slope)
    assert simplify(divergence(u * slope) - slope.dot(slope) - u * laplacian) == 0
    q, h, rho = S["q"], S["h"], S["r"]
    z = sp.Symbol("z")
    image = q / sqrt(rho**2 + (z - h) ** 2) - q / sqrt(rho**2 + (z + h) ** 2)
    return simplify(image.subs(z, 0))


def wire_resistance() -> sp.Expr:
    field = S["V"] / S["L"]
    current = SIGMA * field * S["A"]
    assert simplify(SIGMA * field**2 * S["A"] * S["L"] - current**2 * (S["V"] / current)) == 0
    return simplify(S["V"] / current)


def field_inside_thick_wire() -> sp.Expr:
    r, s, a = S["r"], sp.Symbol("s", positive=True), S["a"]
    density = S["I"] / (pi * a**2)
    inside = MU0 * integrate(density * 2 * pi * s, (s, 0, r)) / (2 * pi * r)
    outside = MU0 * integrate(density * 2 * pi * s, (s, 0, a)) / (2 * pi * r)
    assert simplify(diff(r * inside, r) / r - MU0 * density) == 0
    assert simplify(outside - MU0 * S["I"] / (2 * pi * r)) == 0
    assert simplify((inside - outside).subs(r, a)) == 0
    return inside


def orbit_radius() -> sp.Expr:
    t, radius, rate = sp.symbols("t R w", positive=True)
    place = Matrix([radius * cos(rate * t), -radius * sin(rate * t), 0])
    speed = place.diff(t)
    force = S["q"] * speed.cross(Matrix([0, 0, S["B"]]))
    assert simplify(force.dot(speed)) == 0
    balance = simplify((S["m"] * speed.diff(t) - force)[0] / cos(rate * t))
    return solve(sp.Eq(radius * solve(balance, rate)[0], S["v"]), radius)[0]


def gap_flux() -> sp.Expr:
    flux, r_core, r_gap = sp.symbols("Phi R_c R_g", positive=True)
    ampere = flux / (MU0 * MUR * S["A"]) * S["l_c"] + flux / (MU0 * S["A"]) * S["g"] - S["N"] * S["I"]
    core, gap = S["l_c"] / (MU0 * MUR * S["A"]), S["g"] / (MU0 * S["A"])
    found = solve(ampere, flux)[0]
    assert simplify(found - (S["N"] * S["I"] / (r_core + r_gap)).subs({r_core: core, r_gap: gap})) == 0
    return found


def bar_emf() -> sp.Expr:
    t = sp.Symbol("t", positive=True)
    emf = diff(S["B"] * S["l"] * S["u"] * t, t)
    current = emf / S["R"]
    assert simplify(S["B"] * current * S["l"] * S["u"] - current**2 * S["R"]) == 0
    return emf


def wave_speed() -> sp.Expr:
    z, t, v, h0 = sp.symbols("z t v h_0", positive=True)
    e, h = sin(t - z / v), h0 * sin(t - z / v)
    amplitude = solve(simplify((diff(e, z) + MU * diff(h, t)) / cos(t - z / v)), h0)[0]
    ampere = diff(h.subs(h0, amplitude), z) + EPS * diff(e, t)
    speed = solve(simplify(ampere / cos(t - z / v)), v)[0]
    assert simplify((diff(e, z, 2) - MU * EPS * diff(e, t, 2)).subs(v, speed)) == 0
    return speed


def power_into_wire() -> sp.Expr:
    field = S["I"] / (SIGMA * pi * S["a"] ** 2)
    circulation = S["I"] / (2 * pi * S["a"])
    inward = Matrix([0, 0, field]).cross(Matrix([0, circulation, 0]))
    assert inward[0] == -field * circulation
    return -inward[0] * 2 * pi * S["a"] * S["l"]


def circle_of_polarization() -> sp.Expr:
    t = sp.Symbol("t", real=True)
    x, y = S["E_0"] * cos(OMEGA * t), S["E_0"] * cos(OMEGA * t - pi / 2)
    assert y.subs(t, pi / (2 * OMEGA)) == S["E_0"]
    return simplify(x**2 + y**2)


def wave_impedance() -> sp.Expr:
    k, e0, h0, z = S["k"], S["E_0"], sp.Symbol("h_0"), sp.Symbol("z")
    mu, eps = MU0 * MUR, EPS0 * EPSR
    faraday = diff(e0 * exp(-I * k * z), z) + I * OMEGA * mu * h0 * exp(-I * k * z)
    ratio = e0 / solve(faraday, h0)[0]
    return simplify(ratio.subs(k, OMEGA * sqrt(mu * eps)) / sqrt(MU0 / EPS0) * S["eta_0"])


def conductor_attenuation() -> sp.Expr:
    alpha = sp.Symbol("alpha", positive=True)
    squared = sp.expand(((1 + I) * alpha) ** 2 - I * OMEGA * MU * SIGMA)
    return solve(squared, alpha)[0].subs(OMEGA, 2 * pi * S["f"])


def layer_impedance() -> sp.Expr:
    layer, phase = sp.symbols("eta_2 beta_d", positive=True)
    front = layer * (S["eta_3"] + I * layer * sp.tan(phase)) / (layer + I * S["eta_3"] * sp.tan(phase))
    quarter = sp.limit(front.subs(sp.tan(phase), 1 / phase), phase, 0)
    return next(root for root in solve(sp.Eq(quarter, S["eta_1"]), layer) if root.is_positive)


def load_reflection() -> sp.Expr:
    gamma = sp.Symbol("Gamma")
    ohm = sp.Eq(1 + gamma, S["Z_L"] * (1 - gamma) / S["Z_0"])
    found = solve(ohm, gamma)[0]
    power = (1 + found) * (1 - found)
    assert simplify(power - (1 - found**2)) == 0
    return found


def evanescent_decay() -> sp.Expr:
    k, kc = 2 * pi * S["f"] / S["v"], 2 * pi * S["f_c"] / S["v"]
    alpha = sqrt(kc**2 - k**2)
    beta = -I * alpha
    assert simplify(beta**2 - (k**2 - kc**2)) == 0
    return alpha


def radiation_resistance() -> sp.Expr:
    th, current, r = sp.symbols("theta I_0 r", positive=True)
    field = S["eta_0"] * current * S["l"] / (2 * S["lambda_"] * r) * sin(th)
    power = integrate(field**2 / (2 * S["eta_0"]) * 2 * pi * r**2 * sin(th), (th, 0, pi))
    return (2 * power / current**2).subs(S["eta_0"], 120 * pi)


CENTRAL: dict[str, tuple[str, str, Derivation]] = {
    "style-0001": (r"\Phi=4\pi ka^3", "4*pi*k*a^3", flux_of_radial_field),
    "style-0002": (r"E_r=\frac{\rho_l}{2\pi\varepsilon_0r}", "rho_l/(2*pi*epsilon_0*r)", line_charge_field),
    "style-0003": (r"F=\frac{q_1q_2}{4\pi\varepsilon_0R^2}", "q_1*q_2/(4*pi*epsilon_0*R^2)", coulomb_force),
    "style-0004": (r"E=\frac{2q}{\pi\varepsilon_0d^2}", "2*q/(pi*epsilon_0*d^2)", field_between_opposite_charges),
    "style-0006": (r"C=\frac{\varepsilon_0\varepsilon_rA}{d}", "epsilon_0*epsilon_r*A/d", plate_capacitance),
    "style-0008": (
        r"E_1=\frac{\varepsilon_{r2}}{\varepsilon_{r1}}E_2",
        "epsilon_r2/epsilon_r1*E_2",
        field_in_gap,
    ),
    "style-0009": (r"\int_v|\nabla U|^2\,dv=\oint_SU\,\nabla U\cdot d\mathbf{S}=0", "0", uniqueness_integrand),
    "style-0010": (r"R=\frac{L}{\sigma A}", "L/(sigma*A)", wire_resistance),
    "style-0011": (r"B=\frac{\mu_0Ir}{2\pi a^2}", "mu_0*I*r/(2*pi*a^2)", field_inside_thick_wire),
    "style-0012": (r"r=\frac{mv}{qB}", "m*v/(q*B)", orbit_radius),
    "style-0013": (
        r"\Phi=\frac{NI}{\mathcal{R}_c+\mathcal{R}_g}",
        "N*I/(l_c/(mu_0*mu_r*A) + g/(mu_0*A))",
        gap_flux,
    ),
    "style-0014": (r"\mathcal{E}=Blu", "B*l*u", bar_emf),
    "style-0016": (r"v=\frac{1}{\sqrt{\mu\varepsilon}}", "1/sqrt(mu*epsilon)", wave_speed),
    "style-0017": (r"P=\frac{I^2l}{\sigma\pi a^2}", "I^2*l/(sigma*pi*a^2)", power_into_wire),
    "style-0018": (r"E_x^2+E_y^2=E_0^2", "E_0^2", circle_of_polarization),
    "style-0019": (r"\eta=\eta_0\sqrt{\frac{\mu_r}{\varepsilon_r}}", "eta_0*sqrt(mu_r/epsilon_r)", wave_impedance),
    "style-0020": (r"\alpha=\sqrt{\pi f\mu\sigma}", "sqrt(pi*f*mu*sigma)", conductor_attenuation),
    "style-0022": (r"\eta_2=\sqrt{\eta_1\eta_3}", "sqrt(eta_1*eta_3)", layer_impedance),
    "style-0024": (r"\Gamma_L=\frac{Z_L-Z_0}{Z_L+Z_0}", "(Z_L-Z_0)/(Z_L+Z_0)", load_reflection),
    "style-0026": (r"\alpha=\frac{2\pi}{v}\sqrt{f_c^2-f^2}", "2*pi/v*sqrt(f_c^2-f^2)", evanescent_decay),
    "style-0028": (r"R_r=80\pi^2\left(\frac{l}{\lambda}\right)^2", "80*pi^2*(l/lambda_)^2", radiation_resistance),
}


def field_above_conductor() -> sp.Expr:
    field = sp.Symbol("E_n")
    return solve(sp.Eq(EPS0 * field * S["A"] - 0 * S["A"], S["rho_s"] * S["A"]), field)[0]


def skin_depth() -> sp.Expr:
    depth = sp.Symbol("delta", positive=True)
    return solve(sp.expand(((1 + I) / depth) ** 2 - I * OMEGA * MU * SIGMA), depth)[0]


def relaxation_time() -> sp.Expr:
    t, rho = S["t"], sp.Function("rho")
    decay = sp.dsolve(sp.Eq(SIGMA * rho(t) / (EPS0 * EPSR), -diff(rho(t), t)), rho(t), ics={rho(0): S["rho_0"]}).rhs
    return simplify(-decay / diff(decay, t))


def decaying_charge() -> sp.Expr:
    t, rho = S["t"], sp.Function("rho")
    field_divergence = rho(t) / (EPS0 * EPSR)
    continuity = sp.Eq(SIGMA * field_divergence, -diff(rho(t), t))
    found = sp.dsolve(continuity, rho(t), ics={rho(0): S["rho_0"]}).rhs
    return found.subs(SIGMA, EPS0 * EPSR / S["tau"])


def transformer_impedance() -> sp.Expr:
    section = sp.Symbol("Z", positive=True)
    tangent = sp.Symbol("T", positive=True)
    seen = sp.limit(section * (S["R_L"] + I * section * tangent) / (section + I * S["R_L"] * tangent), tangent, oo)
    return next(root for root in solve(sp.Eq(seen, S["Z_0"]), section) if root.is_positive)


def image_force() -> sp.Expr:
    q, h, z, r = S["q"], S["h"], sp.Symbol("z", positive=True), sp.Symbol("r", positive=True)
    induced = -q * h / (2 * pi * (r**2 + h**2) ** Rational(3, 2))
    pull = induced * 2 * pi * r * q * h / (4 * pi * EPS0 * (r**2 + h**2) ** Rational(3, 2))
    force = simplify(-integrate(pull, (r, 0, oo)))
    work = integrate(force.subs(h, z), (z, h, oo))
    assert simplify(work - q**2 / (16 * pi * EPS0 * h)) == 0
    return force


def eddy_loss() -> sp.Expr:
    y, d = sp.Symbol("y", real=True), S["d"]
    field = OMEGA * S["B_0"] * y
    return integrate(SIGMA * field**2 / 2, (y, -d / 2, d / 2)) / d


def dominant_cutoff() -> sp.Expr:
    x, width, wave = sp.Symbol("x"), S["a"], sp.Symbol("k_c", positive=True)
    field = sin(pi * x / width)
    cutoff = solve(simplify((diff(field, x, 2) + wave**2 * field) / field), wave)[0]
    assert field.subs(x, width) == 0
    return cutoff * S["c"] / (2 * pi)


KEY_FORMULAS: dict[tuple[str, str], tuple[str, Derivation]] = {
    ("style-b-002", "E_n = rho_s/epsilon_0"): (r"E_n=\frac{\rho_s}{\varepsilon_0}", field_above_conductor),
    ("style-b-003", "delta = sqrt(2/(omega*mu*sigma))"): (r"\delta=\sqrt{\frac{2}{\omega\mu\sigma}}", skin_depth),
    ("style-b-003", "alpha = sqrt(pi*f*mu*sigma)"): (r"\alpha=\beta=\sqrt{\pi f\mu\sigma}", conductor_attenuation),
    ("style-b-004", "tau = epsilon_0*epsilon_r/sigma"): (
        r"\tau=\frac{\varepsilon_0\varepsilon_r}{\sigma}",
        relaxation_time,
    ),
    ("style-b-004", "rho = rho_0*exp(-t/tau)"): (r"\rho=\rho_0e^{-t/\tau}", decaying_charge),
    ("style-b-005", "Z_T = sqrt(Z_0*R_L)"): (r"Z_T=\sqrt{Z_0R_L}", transformer_impedance),
    ("style-b-006", "F = q^2/(16*pi*epsilon_0*h^2)"): (r"F=\frac{q^2}{16\pi\varepsilon_0h^2}", image_force),
    ("style-b-007", "p = sigma*omega^2*B_0^2*d^2/24"): (r"p=\frac{\sigma\omega^2B_0^2d^2}{24}", eddy_loss),
    ("style-b-008", "f_c = c/(2*a)"): (r"f_c=\frac{c}{2a}", dominant_cutoff),
}

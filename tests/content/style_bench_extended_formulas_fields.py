"""Derivations of the formula key points of the extended benchmark: vectors, static fields, currents and magnetism.

`FIELD_FORMULAS` maps (item, key point) to the LaTeX that the reference states and to a function that derives the right
side from the laws behind it. Nothing here reads the answers.
"""

import sympy as sp
from style_bench_extended_symbols import EPS0, EPSR, MU0, MUR, Derivation, S
from sympy import Matrix, Rational, cos, diff, integrate, oo, pi, simplify, sin, solve, sqrt

TH, PH, X, U = sp.symbols("theta phi x u", positive=True)
UNKNOWN = sp.Symbol("unknown", positive=True)


def gauss_field(charge: sp.Expr, area: sp.Expr, permittivity: sp.Expr = EPS0) -> sp.Expr:
    return solve(permittivity * UNKNOWN * area - charge, UNKNOWN)[0]


def ampere_field(current: sp.Expr, radius: sp.Expr, permeability: sp.Expr = MU0) -> sp.Expr:
    return permeability * solve(UNKNOWN * 2 * pi * radius - current, UNKNOWN)[0]


def hemisphere_normal() -> sp.Expr:
    normal = Matrix([sin(TH) * cos(PH), sin(TH) * sin(PH), cos(TH)])
    total = normal.applyfunc(lambda part: integrate(integrate(part, (PH, 0, 2 * pi)) * sin(TH), (TH, 0, pi / 2)))
    assert total[0] == total[1] == 0
    return total[2] * S["a"] ** 2


def cylinder_flux() -> sp.Expr:
    k, h, a, z, r = S["k"], S["h"], S["a"], S["z"], S["r"]
    top = integrate(k * h * r, (r, 0, a), (PH, 0, 2 * pi))
    assert simplify(top - integrate(diff(k * z, z) * r, (r, 0, a), (PH, 0, 2 * pi), (z, 0, h))) == 0
    return top


def conservative_work() -> sp.Expr:
    x, y = S["x"], S["y"]
    assert diff(x**2, x) - diff(2 * x * y, y) == 0
    line = integrate(2 * (U * x) * (U * y) * x + (U * x) ** 2 * y, (U, 0, 1))
    assert simplify(line - integrate(2 * U * y, (U, 0, x))) == 0
    return line


def cube_face() -> sp.Expr:
    h, y, z = S["a"] / 2, S["y"], S["z"]
    root = sqrt(h**2 + y**2 + z**2)
    inverse = sp.atan(y * z / (h * root))
    assert sp.factor(diff(inverse, y, z) - h / root**3) == 0
    return 4 * S["q"] / (4 * pi) * inverse.subs({y: h, z: h})


def ring_field() -> sp.Expr:
    z = sp.Symbol("z", positive=True)
    potential = integrate(S["Q"] / (2 * pi) / (4 * pi * EPS0 * sqrt(z**2 + S["a"] ** 2)), (PH, 0, 2 * pi))
    return -diff(potential, z).subs(z, S["z"])


def ring_maximum() -> sp.Expr:
    z = sp.Symbol("z", positive=True)
    return solve(diff(ring_field().subs(S["z"], z), z), z)[0]


def ball_field() -> sp.Expr:
    r, s = S["r"], sp.Symbol("s", positive=True)
    return gauss_field(integrate(S["rho"] * 4 * pi * s**2, (s, 0, r)), 4 * pi * r**2)


def ring_work() -> sp.Expr:
    z = sp.Symbol("z", positive=True)
    return -S["q"] * integrate(ring_field().subs(S["z"], z), (z, oo, 0))


def ball_energy() -> sp.Expr:
    r, a, q = S["r"], S["a"], S["Q"]
    inside = ball_field().subs(S["rho"], q / (Rational(4, 3) * pi * a**3))
    outside = gauss_field(q, 4 * pi * r**2)
    shell = EPS0 / 2 * 4 * pi * r**2
    parts = integrate(shell * inside**2, (r, 0, a)), integrate(shell * outside**2, (r, a, oo))
    assert simplify(parts[0] / sum(parts)) == Rational(1, 6)
    return sum(parts)


def field_energy_density() -> sp.Expr:
    a, d, s = S["A"], S["d"], sp.Symbol("s", positive=True)
    work = integrate(s / (EPS0 * a / d), (s, 0, EPS0 * S["E"] * a))
    return simplify(work / (a * d))


def line_voltage() -> sp.Expr:
    r = S["r"]
    between = integrate(gauss_field(S["rho_l"], 2 * pi * r), (r, S["r_a"], S["r_b"]))
    return between


def sphere_charge() -> sp.Expr:
    r, a = S["r"], S["a"]
    potential = integrate(gauss_field(S["Q"], 4 * pi * r**2), (r, a, oo))
    charge = solve(potential - S["V"], S["Q"])[0]
    return charge / integrate(a**2 * sin(TH), (TH, 0, pi), (PH, 0, 2 * pi))


def plate_force() -> sp.Expr:
    d = S["d"]
    charge = EPS0 * S["A"] / d * S["V"]
    fixed = UNKNOWN**2 * d / (2 * EPS0 * S["A"])
    return diff(fixed, d).subs(UNKNOWN, charge)


def capacitor_energy() -> sp.Expr:
    s = sp.Symbol("s", positive=True)
    return integrate(s / S["C"], (s, 0, S["Q"]))


def tangent_ratio() -> sp.Expr:
    along, across = sp.symbols("E_t D_n", positive=True)
    tangents = [along / (across / (EPS0 * S[name])) for name in ("epsilon_r1", "epsilon_r2")]
    return tangents[1] / tangents[0]


def slab_capacitance() -> sp.Expr:
    w, d, x = S["w"], S["d"], S["x"]
    return EPS0 * EPSR * w * x / d + EPS0 * w * (S["L"] - x) / d


def slab_force() -> sp.Expr:
    x = S["x"]
    charge = slab_capacitance() * S["V"]
    energy = UNKNOWN**2 / (2 * slab_capacitance())
    return -diff(energy, x).subs(UNKNOWN, charge)


def side_by_side() -> sp.Expr:
    field = S["V"] / S["d"]
    charge = sum(EPS0 * S[f"epsilon_r{i}"] * field * S[f"A_{i}"] for i in (1, 2))
    return charge / S["V"]


def embedded_field() -> sp.Expr:
    return gauss_field(S["q"], 4 * pi * S["r"] ** 2, EPS0 * EPSR)


def bound_charge() -> sp.Expr:
    r = S["r"]
    polarization = S["q"] / (4 * pi * r**2) - EPS0 * embedded_field()
    return -polarization * 4 * pi * r**2


def pillbox_charge() -> sp.Expr:
    return solve(EPS0 * S["E_n"] * S["A"] - UNKNOWN * S["A"], UNKNOWN)[0]


def image_field() -> sp.Expr:
    r, z, h, q = S["r"], sp.Symbol("z"), S["h"], S["q"]
    pair = q / sqrt(r**2 + (z - h) ** 2) - q / sqrt(r**2 + (z + h) ** 2)
    return -diff(pair / (4 * pi * EPS0), z).subs(z, 0)


def induced_charge() -> sp.Expr:
    density = simplify(EPS0 * image_field())
    assert simplify(integrate(density * 2 * pi * S["r"], (S["r"], 0, oo)) + S["q"]) == 0
    return density


def sphere_gap_potential() -> sp.Expr:
    r, v = S["r"], sp.Function("V")
    one, two = sp.symbols("C1 C2")
    general = sp.dsolve(diff(r**2 * diff(v(r), r), r), v(r)).rhs
    constants = solve([general.subs(r, S["a"]) - S["V_0"], general.subs(r, S["b"])], [one, two])
    return general.subs(constants)


def ball_in_field() -> sp.Expr:
    r, a = S["r"], S["a"]
    potential = -S["E_0"] * (r - a**3 / r**2) * cos(S["theta"])
    polar = diff(sin(S["theta"]) * diff(potential, S["theta"]), S["theta"]) / sin(S["theta"])
    assert simplify(diff(r**2 * diff(potential, r), r) + polar) == 0
    assert potential.subs(r, a) == 0
    return -diff(potential, r).subs(r, a)


def ohm_point_form() -> sp.Expr:
    resistance = S["L"] / (S["sigma"] * S["A"])
    return S["E"] * S["L"] / resistance / S["A"]


def tapered_rod() -> sp.Expr:
    a, b, length = S["a"], S["b"], S["L"]
    radius = a + (b - a) * X / length
    inverse = -length / ((b - a) * radius * S["sigma"] * pi)
    assert simplify(diff(inverse, X) - 1 / (S["sigma"] * pi * radius**2)) == 0
    return inverse.subs(X, length) - inverse.subs(X, 0)


def carrier_conductivity() -> sp.Expr:
    return S["N"] * S["e"] * (S["mu_e"] * S["E"]) / S["E"]


def wire_resistance() -> sp.Expr:
    return integrate(1 / (S["sigma"] * S["A"]), (X, 0, S["L"]))


def orbit_radius() -> sp.Expr:
    return solve(S["q"] * S["v"] * S["B"] - S["m"] * S["v"] ** 2 / UNKNOWN, UNKNOWN)[0]


def orbit_frequency() -> sp.Expr:
    return S["v"] / (2 * pi * orbit_radius())


def square_loop() -> sp.Expr:
    s, z = S["s"], sp.Symbol("z", real=True)
    away = s / 2
    inverse = z / (away**2 * sqrt(away**2 + z**2))
    assert simplify(diff(inverse, z) - 1 / (away**2 + z**2) ** Rational(3, 2)) == 0
    return 4 * MU0 * S["I"] / (4 * pi) * away * (inverse.subs(z, s / 2) - inverse.subs(z, -s / 2))


def toroid_field() -> sp.Expr:
    return ampere_field(S["N"] * S["I"], S["r"])


def wire_force() -> sp.Expr:
    return S["I_2"] * ampere_field(S["I_1"], S["d"])


def magnetic_energy_density() -> sp.Expr:
    b = sp.Symbol("b", positive=True)
    return integrate(b / (MU0 * MUR), (b, 0, S["B"]))


def thick_wire_field() -> sp.Expr:
    r, s = S["r"], sp.Symbol("s", positive=True)
    return ampere_field(integrate(S["I"] / (pi * S["a"] ** 2) * 2 * pi * s, (s, 0, r)), r)


def internal_inductance() -> sp.Expr:
    energy = integrate(thick_wire_field() ** 2 / (2 * MU0) * 2 * pi * S["r"], (S["r"], 0, S["a"]))
    return solve(UNKNOWN * S["I"] ** 2 / 2 - energy, UNKNOWN)[0]


def material_field() -> sp.Expr:
    return MU0 * (S["H"] + (MUR - 1) * S["H"])


def magnetization() -> sp.Expr:
    return solve(MU0 * (S["H"] + UNKNOWN) - MU0 * MUR * S["H"], UNKNOWN)[0]


def loop_power() -> sp.Expr:
    cycles = S["f"] * S["t"]
    return diff(S["w"] * S["v"] * cycles, S["t"])


FIELD_FORMULAS: dict[tuple[str, str], tuple[str, Derivation]] = {
    ("001", "I_z = pi*a^2"): (r"I_z=\pi a^2", hemisphere_normal),
    ("002", "Phi = pi*k*a^2*h"): (r"\Phi=\pi ka^2h", cylinder_flux),
    ("005", "W = x^2*y"): (r"W=x^2y", conservative_work),
    ("006", "Phi = q/6"): (r"\Phi=\frac{q}{6}", cube_face),
    ("007", "E_z = Q*z/(4*pi*epsilon_0*(z^2+a^2)^(3/2))"): (
        r"E_z=\frac{Qz}{4\pi\varepsilon_0(z^2+a^2)^{3/2}}",
        ring_field,
    ),
    ("007", "z = a/sqrt(2)"): (r"z=\frac{a}{\sqrt{2}}", ring_maximum),
    ("008", "E_r = rho*r/(3*epsilon_0)"): (r"E_r=\frac{\rho r}{3\varepsilon_0}", ball_field),
    ("010", "W = q*Q/(4*pi*epsilon_0*a)"): (r"W=\frac{qQ}{4\pi\varepsilon_0a}", ring_work),
    ("011", "W = 3*Q^2/(20*pi*epsilon_0*a)"): (r"W=\frac{3Q^2}{20\pi\varepsilon_0a}", ball_energy),
    ("011", "w_e = epsilon_0*E^2/2"): (r"w_e=\frac{1}{2}\varepsilon_0E^2", field_energy_density),
    ("012", "U = rho_l/(2*pi*epsilon_0)*log(r_b/r_a)"): (
        r"U=\frac{\rho_l}{2\pi\varepsilon_0}\ln\frac{r_b}{r_a}",
        line_voltage,
    ),
    ("014", "rho_s = epsilon_0*V/a"): (r"\rho_s=\frac{\varepsilon_0V}{a}", sphere_charge),
    ("015", "F = epsilon_0*A*V^2/(2*d^2)"): (r"F=\frac{\varepsilon_0AV^2}{2d^2}", plate_force),
    ("016", "W = Q^2/(2*C)"): (r"W=\frac{Q^2}{2C}", capacitor_energy),
    ("018", "tan(theta_2)/tan(theta_1) = epsilon_r2/epsilon_r1"): (
        r"\frac{\tan\theta_2}{\tan\theta_1}=\frac{\varepsilon_{r2}}{\varepsilon_{r1}}",
        tangent_ratio,
    ),
    ("019", "F = epsilon_0*(epsilon_r-1)*w*V^2/(2*d)"): (
        r"F=\frac{\varepsilon_0(\varepsilon_r-1)wV^2}{2d}",
        slab_force,
    ),
    ("019", "C = epsilon_0*w*(epsilon_r*x+L-x)/d"): (
        r"C(x)=\frac{\varepsilon_0w}{d}[\varepsilon_rx+(L-x)]",
        slab_capacitance,
    ),
    ("020", "C = epsilon_0*(epsilon_r1*A_1+epsilon_r2*A_2)/d"): (
        r"C=\frac{\varepsilon_0(\varepsilon_{r1}A_1+\varepsilon_{r2}A_2)}{d}",
        side_by_side,
    ),
    ("022", "E = q/(4*pi*epsilon_0*epsilon_r*r^2)"): (
        r"E=\frac{q}{4\pi\varepsilon_0\varepsilon_rr^2}",
        embedded_field,
    ),
    ("022", "Q_b = -q*(1-1/epsilon_r)"): (r"Q_b=-q(1-\frac{1}{\varepsilon_r})", bound_charge),
    ("023", "rho_s = epsilon_0*E_n"): (r"\rho_s=\varepsilon_0E_n", pillbox_charge),
    ("024", "rho_s = -q*h/(2*pi*(r^2+h^2)^(3/2))"): (
        r"\rho_s=-\frac{qh}{2\pi(r^2+h^2)^{3/2}}",
        induced_charge,
    ),
    ("024", "E_n = rho_s/epsilon_0"): (r"\rho_s=\varepsilon_0E_n", lambda: S["rho_s"] / EPS0),
    ("025", "V = V_0*(1/r-1/b)/(1/a-1/b)"): (r"V=V_0\frac{1/r-1/b}{1/a-1/b}", sphere_gap_potential),
    ("026", "E_r = 3*E_0*cos(theta)"): (r"E_r=3E_0\cos\theta", ball_in_field),
    ("028", "J = sigma*E"): (r"\mathbf{J}=\sigma\mathbf{E}", ohm_point_form),
    ("029", "R = L/(pi*sigma*a*b)"): (r"R=\frac{L}{\pi\sigma ab}", tapered_rod),
    ("030", "sigma = N*e*mu_e"): (r"\sigma=Ne\mu_e", carrier_conductivity),
    ("031", "R = L/(sigma*A)"): (r"R=\frac{L}{\sigma A}", wire_resistance),
    ("033", "f = q*B/(2*pi*m)"): (r"f=\frac{qB}{2\pi m}", orbit_frequency),
    ("033", "r = m*v/(q*B)"): (r"r=\frac{mv}{qB}", orbit_radius),
    ("034", "B = 2*sqrt(2)*mu_0*I/(pi*s)"): (r"B=\frac{2\sqrt{2}\mu_0I}{\pi s}", square_loop),
    ("035", "B = mu_0*N*I/(2*pi*r)"): (r"B=\frac{\mu_0NI}{2\pi r}", toroid_field),
    ("036", "F' = mu_0*I_1*I_2/(2*pi*d)"): (r"F'=\frac{\mu_0I_1I_2}{2\pi d}", wire_force),
    ("038", "w_m = B^2/(2*mu_0*mu_r)"): (r"w_m=\frac{B^2}{2\mu_0\mu_r}", magnetic_energy_density),
    ("039", "L_i = mu_0/(8*pi)"): (r"L_i'=\frac{\mu_0}{8\pi}", internal_inductance),
    ("039", "B = mu_0*I*r/(2*pi*a^2)"): (r"B=\frac{\mu_0Ir}{2\pi a^2}", thick_wire_field),
    ("040", "B = mu_0*mu_r*H"): (r"B=\mu_0\mu_rH", material_field),
    ("040", "M = (mu_r-1)*H"): (r"M=(\mu_r-1)H", magnetization),
    ("041", "P = w*v*f"): (r"P=wvf", loop_power),
}

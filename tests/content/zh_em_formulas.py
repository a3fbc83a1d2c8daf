"""Independent derivations of the formulas in the Chinese electromagnetics samples, benchmark and notes.

`CENTRAL` holds, by sample id, the LaTeX that the answer states, the same formula in ASCII, and a function that derives
it from the laws behind it; `KEY_FORMULAS` the same for the formula key points of the benchmark, by their ASCII; `NOTES`
for the displayed formulas of the notes that the English notes, verified elsewhere, do not show in the same form.
Nothing here reads the answers.
"""

from collections.abc import Callable

import style_formulas as en
import sympy as sp
from sympy import I, Matrix, Rational, cos, diff, integrate, oo, pi, simplify, sin, solve, sqrt
from sympy.vector import CoordSys3D, Vector, curl, divergence, gradient

Derivation = Callable[[], sp.Expr]

NAMES = """
    E G G_r G_t H I_0 J N P_in P_r P_t S_av V_0 C b delta eta_2 n n_1 n_2 rho theta theta_eta v_p z
"""
S = en.S | {name: sp.Symbol(name, positive=True) for name in NAMES.split()}
EPS0, EPSR, MU0, MUR, SIGMA, OMEGA, MU, EPS = (
    S[name] for name in ("epsilon_0", "epsilon_r", "mu_0", "mu_r", "sigma", "omega", "mu", "epsilon")
)
SPACE = CoordSys3D("S")


def curl_of_gradient() -> sp.Expr:
    x, y, z = SPACE.base_scalars()
    assert gradient(x**2 * y).components == {SPACE.i: 2 * x * y, SPACE.j: x**2}
    turned = curl(gradient(sp.Function("V")(x, y, z))).doit()
    return turned.dot(turned)


def sheet_field() -> sp.Expr:
    r, z = sp.symbols("r z", positive=True)
    ring = S["rho_s"] * 2 * pi * r * z / (4 * pi * EPS0 * (r**2 + z**2) ** Rational(3, 2))
    return simplify(integrate(ring, (r, 0, oo)))


def ball_field_inside() -> sp.Expr:
    r, s = S["r"], sp.Symbol("s", positive=True)
    return integrate(S["rho"] * 4 * pi * s**2, (s, 0, r)) / (EPS0 * 4 * pi * r**2)


def ball_field_outside() -> sp.Expr:
    r, s = S["r"], sp.Symbol("s", positive=True)
    field = integrate(S["rho"] * 4 * pi * s**2, (s, 0, S["a"])) / (EPS0 * 4 * pi * r**2)
    assert simplify((field - ball_field_inside()).subs(r, S["a"])) == 0
    return field


def potential_between_equal_charges() -> sp.Expr:
    x, d, q = sp.Symbol("x", real=True), S["d"], S["q"]
    potential = q / (4 * pi * EPS0) * (1 / (d / 2 + x) + 1 / (d / 2 - x))
    assert diff(potential, x).subs(x, 0) == 0
    assert diff(potential, x, 2).subs(x, 0).is_positive, "a minimum along the line"
    return potential.subs(x, 0)


def coaxial_potential() -> sp.Expr:
    r, u = S["r"], sp.Function("u")
    ends = {u(S["a"]): S["V_0"], u(S["b"]): 0}
    found = sp.dsolve(diff(r * diff(u(r), r), r) / r, u(r)).rhs
    constants = solve([found.subs(r, point.args[0]) - value for point, value in ends.items()], sp.symbols("C1 C2"))
    return simplify(found.subs(constants))


def coaxial_capacitance() -> sp.Expr:
    field = -diff(coaxial_potential(), S["r"])
    per_metre = EPS0 * EPSR * field * 2 * pi * S["r"]
    return simplify(sp.expand_log(per_metre / S["V_0"], force=True))


def greatest_coaxial_field() -> sp.Expr:
    field = -diff(coaxial_potential(), S["r"]).subs(S["V_0"], S["V"])
    assert diff(field * S["r"], S["r"]).equals(0), "falls as 1/r"
    return field.subs(S["r"], S["a"])


def refraction() -> sp.Expr:
    along, normal = sp.symbols("E_t E_n", positive=True)
    inside = solve(sp.Eq(S["epsilon_r1"] * normal, S["epsilon_r2"] * sp.Symbol("E_2n")), sp.Symbol("E_2n"))[0]
    return (along / inside) / (along / normal)


def field_in_wire() -> sp.Expr:
    voltage = S["J"] * S["A"] * en.wire_resistance().subs(S["V"], 1)
    return simplify(voltage / S["L"])


def loop_field() -> sp.Expr:
    angle, z, a = sp.Symbol("phi", real=True), sp.Symbol("z", positive=True), S["a"]
    source = Matrix([a * cos(angle), a * sin(angle), 0])
    towards = Matrix([0, 0, z]) - source
    element = source.diff(angle).cross(towards) / (z**2 + a**2) ** Rational(3, 2)
    field = (MU0 * S["I"] / (4 * pi) * element).applyfunc(lambda part: integrate(simplify(part), (angle, 0, 2 * pi)))
    assert field[0] == field[1] == 0
    assert simplify(sp.limit(field[2] * z**3, z, oo) - MU0 * S["I"] * pi * a**2 / (2 * pi)) == 0
    return field[2].subs(z, S["z"])


def inductance_from_energy() -> sp.Expr:
    flux_density = MU0 * MUR * S["N"] * S["I"] / S["l"]
    energy = flux_density**2 / (2 * MU0 * MUR) * S["A"] * S["l"]
    return simplify(2 * energy / S["I"] ** 2)


def generator_peak() -> sp.Expr:
    t = S["t"]
    emf = -S["N"] * diff(S["B"] * S["A"] * cos(OMEGA * t), t)
    return emf.subs(t, pi / (2 * OMEGA))


def equal_currents() -> sp.Expr:
    f = S["f"]
    return solve(sp.Eq(SIGMA / (2 * pi * f * EPS), 1), f)[0]


def current_ratio() -> sp.Expr:
    t = S["t"]
    field = S["E"] * cos(OMEGA * t)
    displacement = EPS * diff(field, t)
    return simplify(SIGMA * S["E"] / displacement.subs(t, 3 * pi / (2 * OMEGA)))


def continuity() -> sp.Expr:
    t = sp.Symbol("t")
    fields = [[sp.Function(f"{name}_{axis}")(*SPACE.base_scalars(), t) for axis in "xyz"] for name in "HD"]
    h, d = (sum((part * unit for part, unit in zip(f, SPACE.base_vectors(), strict=True)), Vector.zero) for f in fields)
    current = curl(h) - diff(d, t)
    return simplify((divergence(current) + diff(divergence(d), t)).doit())


def wave_amplitude() -> sp.Expr:
    t, field = S["t"], sp.Symbol("E_0", positive=True)
    power = (field * cos(OMEGA * t)) ** 2 / S["eta_0"]
    mean = integrate(power, (t, 0, 2 * pi / OMEGA)) * OMEGA / (2 * pi)
    return solve(sp.Eq(mean, S["S_av"]), field)[0]


def average_power() -> sp.Expr:
    t, lag, first = sp.Symbol("t", real=True), S["theta_eta"], sp.Symbol("theta_E", real=True)
    electric, magnetic = S["E"], S["E"] / S["eta_0"]
    product = electric * cos(OMEGA * t + first) * magnetic * cos(OMEGA * t + first - lag)
    mean = simplify(integrate(sp.expand_trig(product), (t, 0, 2 * pi / OMEGA)) * OMEGA / (2 * pi))
    phasors = electric * sp.exp(I * first) * magnetic * sp.exp(-I * (first - lag))
    assert simplify(sp.re(phasors) / 2 - mean) == 0
    return mean


def permittivity_from_speed() -> sp.Expr:
    relative = sp.Symbol("e", positive=True)
    return solve(sp.Eq(S["c"] / sqrt(relative), S["v_p"]), relative)[0]


def skin_depth_of_frequency() -> sp.Expr:
    return 1 / en.conductor_attenuation()


def thickness_for_factor() -> sp.Expr:
    z = sp.Symbol("z", positive=True)
    return solve(sp.Eq(sp.exp(-z / S["delta"]), 1 / S["N"]), z)[0]


def total_reflection_decay() -> sp.Expr:
    along = S["k"] * S["n_1"] * sin(S["theta"])
    squared = along**2 - (S["k"] * S["n_2"]) ** 2
    return sqrt(simplify(squared / (S["k"] * S["n_2"]) ** 2))


def group_velocity() -> sp.Expr:
    omega = sp.Symbol("w", positive=True)
    wave = sqrt((omega / S["v"]) ** 2 - (2 * pi * S["f_c"] / S["v"]) ** 2)
    group = 1 / diff(wave, omega)
    assert simplify(group * omega / wave - S["v"] ** 2) == 0
    return group.subs(omega, 2 * pi * S["f"])


def guide_wavelength() -> sp.Expr:
    return S["lambda_"] * S["v"] / group_velocity()


def guide_phase_velocity() -> sp.Expr:
    return S["v"] ** 2 / group_velocity()


def guide_cutoff() -> sp.Expr:
    x, y = sp.symbols("x y")
    m, n = S["m"], S["n"]
    field = cos(m * pi * x / S["a"]) * cos(n * pi * y / S["b"])
    squared = simplify(-(diff(field, x, 2) + diff(field, y, 2)) / field)
    return S["v"] * sqrt(sp.expand(squared / pi**2)) / 2


def half_wave_field() -> sp.Expr:
    z, k = sp.symbols("z k", positive=True)
    moment = integrate(S["I_0"] * cos(k * z), (z, -pi / (2 * k), pi / (2 * k)))
    return (120 * pi) * k * moment / (4 * pi * S["r"])


def normal_incidence() -> tuple[sp.Expr, sp.Expr]:
    gamma, tau = sp.symbols("Gamma tau")
    one, two = S["eta_1"], S["eta_2"]
    [found] = solve([1 + gamma - tau, (1 - gamma) / one - tau / two], [gamma, tau], dict=True)
    assert simplify(found[gamma] ** 2 + found[tau] ** 2 * one / two - 1) == 0, "power is conserved"
    return found[gamma], found[tau]


def coaxial_flux_density() -> sp.Expr:
    field = sp.Symbol("B")
    return solve(sp.Eq(field / MU0 * 2 * pi * S["r"], S["I"]), field)[0]


def coaxial_inductance() -> sp.Expr:
    s = sp.Symbol("s", positive=True)
    between = coaxial_flux_density().subs(S["r"], s)
    energy = integrate(between**2 / (2 * MU0) * 2 * pi * s, (s, S["a"], S["b"]))
    return sp.expand(2 * energy / S["I"] ** 2)


def friis() -> sp.Expr:
    density = S["P_t"] * S["G_t"] / (4 * pi * S["r"] ** 2)
    return density * S["G_r"] * S["lambda_"] ** 2 / (4 * pi)


def electrode_resistance() -> sp.Expr:
    s = sp.Symbol("s", positive=True)
    return integrate(1 / (SIGMA * 4 * pi * s**2), (s, S["a"], oo))


def charge_in_dielectric() -> sp.Expr:
    field = sp.Symbol("E")
    return solve(sp.Eq(EPS0 * EPSR * field * S["A"], S["Q"]), field)[0]


def field_at_fixed_voltage() -> sp.Expr:
    x, field = sp.symbols("x E")
    return solve(sp.Eq(integrate(field, (x, 0, S["d"])), S["V"]), field)[0]


def image_work() -> sp.Expr:
    z = sp.Symbol("z", positive=True)
    return integrate(en.image_force().subs(S["h"], z), (z, S["h"], oo))


def line_speed() -> sp.Expr:
    z, t, speed, current = sp.symbols("z t u i", positive=True)
    wave = sin(t - z / speed)
    ratio = solve(simplify((diff(wave, z) + S["L"] * current * diff(wave, t)) / cos(t - z / speed)), current)[0]
    second = simplify((ratio * diff(wave, z) + S["C"] * diff(wave, t)) / cos(t - z / speed))
    return solve(second, speed)[0]


def power_density_of_gain() -> sp.Expr:
    r, th = S["r"], sp.Symbol("theta_s")
    area = integrate(r**2 * sin(th), (th, 0, pi)) * 2 * pi
    return S["G"] * S["P_in"] / area


CENTRAL: dict[str, tuple[str, str, Derivation]] = {
    "style-zh-0001": (r"\nabla\times(\nabla V)=0", "0", curl_of_gradient),
    "style-zh-0002": (r"E=\frac{\rho_s}{2\varepsilon_0}", "rho_s/(2*epsilon_0)", sheet_field),
    "style-zh-0003": (r"E_r=\frac{\rho r}{3\varepsilon_0}", "rho*r/(3*epsilon_0)", ball_field_inside),
    "style-zh-0004": (r"V=\frac{q}{\pi\varepsilon_0d}", "q/(pi*epsilon_0*d)", potential_between_equal_charges),
    "style-zh-0006": (
        r"C'=\frac{2\pi\varepsilon_0\varepsilon_r}{\ln(b/a)}",
        "2*pi*epsilon_0*epsilon_r/log(b/a)",
        coaxial_capacitance,
    ),
    "style-zh-0008": (
        r"\frac{\tan\theta_2}{\tan\theta_1}=\frac{\varepsilon_{r2}}{\varepsilon_{r1}}",
        "epsilon_r2/epsilon_r1",
        refraction,
    ),
    "style-zh-0009": (r"V=V_0\frac{\ln(b/r)}{\ln(b/a)}", "V_0*log(b/r)/log(b/a)", coaxial_potential),
    "style-zh-0010": (r"E=\frac{J}{\sigma}", "J/sigma", field_in_wire),
    "style-zh-0011": (
        r"B_z=\frac{\mu_0Ia^2}{2(z^2+a^2)^{3/2}}",
        "mu_0*I*a^2/(2*(z^2+a^2)^(3/2))",
        loop_field,
    ),
    "style-zh-0012": (r"L=\frac{\mu_0\mu_rN^2A}{l}", "mu_0*mu_r*N^2*A/l", inductance_from_energy),
    "style-zh-0014": (r"\mathcal{E}_0=NBA\omega", "N*B*A*omega", generator_peak),
    "style-zh-0016": (r"f_c=\frac{\sigma}{2\pi\varepsilon}", "sigma/(2*pi*epsilon)", equal_currents),
    "style-zh-0017": (r"\nabla\cdot\mathbf{J}=-\frac{\partial\rho_v}{\partial t}", "0", continuity),
    "style-zh-0018": (r"E_0=\sqrt{2\eta_0S_{av}}", "sqrt(2*eta_0*S_av)", wave_amplitude),
    "style-zh-0019": (
        r"S_{av}=\frac{|E|^2}{2|\eta|}\cos\theta_\eta",
        "E^2/(2*eta_0)*cos(theta_eta)",
        average_power,
    ),
    "style-zh-0020": (r"\varepsilon_r=\left(\frac{c}{v_p}\right)^2", "(c/v_p)^2", permittivity_from_speed),
    "style-zh-0021": (
        r"\delta=\frac{1}{\sqrt{\pi f\mu\sigma}}",
        "1/sqrt(pi*f*mu*sigma)",
        skin_depth_of_frequency,
    ),
    "style-zh-0023": (
        r"\alpha=k_2\sqrt{\left(\frac{n_1}{n_2}\right)^2\sin^2\theta_i-1}",
        "sqrt((n_1/n_2)^2*sin(theta)^2-1)",
        total_reflection_decay,
    ),
    "style-zh-0024": (r"\Gamma_L=\frac{Z_L-Z_0}{Z_L+Z_0}", "(Z_L-Z_0)/(Z_L+Z_0)", en.load_reflection),
    "style-zh-0026": (
        r"v_g=c\sqrt{1-\left(\frac{f_c}{f}\right)^2}",
        "v*sqrt(1-(f_c/f)^2)",
        group_velocity,
    ),
    "style-zh-0027": (r"|E_\theta|=\frac{60I_0}{r}", "60*I_0/r", half_wave_field),
}
KEY_FORMULAS: dict[tuple[str, str], tuple[str, Derivation]] = {
    ("style-zh-b-002", "E = Q/(epsilon_0*epsilon_r*A)"): (
        r"E=\frac{Q}{\varepsilon_0\varepsilon_rA}",
        charge_in_dielectric,
    ),
    ("style-zh-b-002", "E = V/d"): (r"E=\frac{V}{d}", field_at_fixed_voltage),
    ("style-zh-b-003", "Gamma = (eta_2-eta_1)/(eta_2+eta_1)"): (
        r"\Gamma=\frac{\eta_2-\eta_1}{\eta_2+\eta_1}",
        lambda: normal_incidence()[0],
    ),
    ("style-zh-b-003", "tau = 2*eta_2/(eta_2+eta_1)"): (
        r"\tau=\frac{2\eta_2}{\eta_2+\eta_1}",
        lambda: normal_incidence()[1],
    ),
    ("style-zh-b-004", "L' = mu_0/(2*pi)*ln(b/a)"): (r"L'=\frac{\mu_0}{2\pi}\ln\frac{b}{a}", coaxial_inductance),
    ("style-zh-b-004", "B = mu_0*I/(2*pi*r)"): (r"B=\frac{\mu_0I}{2\pi r}", coaxial_flux_density),
    ("style-zh-b-005", "P_r = P_t*G_t*G_r*(lambda/(4*pi*r))^2"): (
        r"P_r=P_tG_tG_r\left(\frac{\lambda}{4\pi r}\right)^2",
        friis,
    ),
    ("style-zh-b-006", "R = 1/(4*pi*sigma*a)"): (r"R=\frac{1}{4\pi\sigma a}", electrode_resistance),
    ("style-zh-b-007", "delta = sqrt(2/(omega*mu*sigma))"): (
        r"\delta=\sqrt{\frac{2}{\omega\mu\sigma}}",
        en.skin_depth,
    ),
    ("style-zh-b-008", "f_c = c/(2*a)"): (r"f_c=\frac{c}{2a}", en.dominant_cutoff),
    ("style-zh-b-008", "alpha = 2*pi/c*sqrt(f_c^2-f^2)"): (
        r"\alpha=\frac{2\pi}{c}\sqrt{f_c^2-f^2}",
        lambda: en.evanescent_decay().subs(S["v"], S["c"]),
    ),
}

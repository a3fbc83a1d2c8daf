r"""The formulas of all tutor turns in the dialogues: laws of the notes, conditions, and results derived with SymPy.

`DERIVED` maps the LaTeX of a turn to the same formula in ASCII and to a function that derives its right side from the
laws behind it. `LAWS` are laws and definitions that stand in the notes as they are; a test looks them up there.
`CONDITIONS` say what holds in a case ("for $\varepsilon_r=1$"). Together they are all formulas of the dialogues.
"""

from collections.abc import Callable

import sympy as sp
from sympy import Rational, atan, cos, diff, integrate, limit, log, oo, pi, sin, solve, sqrt

Derivation = Callable[[], sp.Expr]

NAMES = """
    A A_e B BA C D E E_0 E_1n E_1t E_2n E_2t E_rms F G G_r G_t H I I_1 I_2 J_c J_d L L_1 L_2 M N P P_in P_t Q R R_g
    R_L R_loss R_r S S_av V V_0 Z_0 Z_L Z_T a b c d delta epsilon epsilon_0 epsilon_r epsilon_r1 epsilon_r2 eta eta_0
    eta_1 eta_2 f f_c g h i k l lambda_ lambda_0 lambda_g m mu mu_0 mu_r n n_1 n_2 n_3 omega p q q_1 q_2 r rho rho_l
    rho_s s sigma t theta u v v_g v_p x x_0 x_1 y z alpha A_dB Gamma P_plus
"""
X: dict[str, sp.Expr] = {name: sp.Symbol(name, positive=True) for name in NAMES.split()}
X |= {
    "m": sp.Symbol("m", nonnegative=True),
    "n": sp.Symbol("n", nonnegative=True),
    "Gamma": sp.Symbol("Gamma", real=True),
}
EPS0, EPSR, MU0, MUR = X["epsilon_0"], X["epsilon_r"], X["mu_0"], X["mu_r"]
C0 = 1 / sqrt(EPS0 * MU0)


def plate_capacitance() -> sp.Expr:
    field = solve(EPS0 * EPSR * X["E"] * X["A"] - X["Q"], X["E"])[0]
    return X["Q"] / integrate(field, (X["x"], 0, X["d"]))


def charging_work() -> sp.Expr:
    q = sp.Symbol("q_", positive=True)
    return integrate(q / X["C"], (q, 0, X["Q"]))


def loop_centre() -> sp.Expr:
    angle = sp.Symbol("phi")
    return integrate(MU0 * X["I"] * X["a"] / (4 * pi * X["a"] ** 2), (angle, 0, 2 * pi))


def straight_wire(current: str, distance: str) -> sp.Expr:
    z = sp.Symbol("zz", real=True)
    primitive = z / (X[distance] ** 2 * sqrt(X[distance] ** 2 + z**2))
    assert sp.simplify(diff(primitive, z) - 1 / (X[distance] ** 2 + z**2) ** Rational(3, 2)) == 0
    both = limit(primitive, z, oo) - limit(primitive, z, -oo)
    return MU0 * X[current] * X[distance] / (4 * pi) * both


def load_reflection() -> sp.Expr:
    gamma = sp.Symbol("gamma")
    return solve(X["Z_0"] * (1 + gamma) - X["Z_L"] * (1 - gamma), gamma)[0]


def standing_wave_ratio() -> sp.Expr:
    phase, size = sp.Symbol("phase", real=True), sp.Symbol("g_", positive=True)
    squared = sp.expand((1 + size * cos(phase)) ** 2 + (size * sin(phase)) ** 2)
    places = [squared.subs(phase, place) for place in (0, pi)]
    return (sqrt(sp.factor(places[0])) / (1 - size)).subs(size, sp.Abs(X["Gamma"]))


def input_of_a_line(length: sp.Expr, load: sp.Expr, line: sp.Expr) -> sp.Expr:
    """Z_in from the two travelling waves, with the phase beta l given."""
    gamma = (load - line) / (load + line) * sp.exp(-2 * sp.I * length)
    return sp.simplify(line * (1 + gamma) / (1 - gamma))


def transformer_section() -> sp.Expr:
    seen = input_of_a_line(pi / 2, X["R_L"], X["Z_T"])
    return solve(seen - X["Z_0"], X["Z_T"])[0]


def line_velocity() -> sp.Expr:
    g, w = sp.Function("wave"), sp.Symbol("w", positive=True)
    z, t = sp.symbols("zz tt")
    voltage = g(t - z / w)
    wave = diff(voltage, z, 2) - X["L"] * X["C"] * diff(voltage, t, 2)
    factor = sp.simplify(wave.doit().subs(z, 0) / diff(g(t), t, 2))
    return solve(factor, w)[0]


def skin_depth() -> sp.Expr:
    gamma_squared = sp.I * 2 * pi * X["f"] * X["mu"] * X["sigma"]
    alpha = sqrt(pi * X["f"] * X["mu"] * X["sigma"])
    assert sp.expand((alpha * (1 + sp.I)) ** 2 - gamma_squared) == 0
    return 1 / alpha


def surface_resistance() -> sp.Expr:
    depth = sp.Symbol("depth", positive=True)
    current = integrate(sp.exp(-depth * (1 + sp.I) / X["delta"]), (depth, 0, oo)) * X["sigma"]
    return sp.re(sp.simplify(1 / current))


def decibels() -> sp.Expr:
    """8.686 is 20 lg e; the comparison is made to its last printed digit."""
    assert abs(sp.N(20 * log(sp.E) / log(10)) - sp.Rational("8.686")) < sp.Rational("0.0005")
    return sp.Float("8.686") * X["alpha"] * X["z"]


def image_force() -> sp.Expr:
    height = sp.Symbol("height", positive=True)
    induced = -X["q"] * X["h"] / (2 * pi * (height**2 + X["h"] ** 2) ** Rational(3, 2))
    pull = -induced * X["q"] * X["h"] / (4 * pi * EPS0 * (height**2 + X["h"] ** 2) ** Rational(3, 2))
    return integrate(pull * 2 * pi * height, (height, 0, oo))


def image_work() -> sp.Expr:
    height = sp.Symbol("height", positive=True)
    return integrate(X["q"] ** 2 / (4 * pi * EPS0 * (2 * height) ** 2), (height, X["h"], oo))


def slices_of_wire() -> sp.Expr:
    field = X["I"] / X["A"] / X["sigma"]
    return integrate(field, (X["x"], 0, X["L"])) / X["I"]


def mean_power(amplitude: sp.Expr) -> sp.Expr:
    t = sp.Symbol("t_", real=True)
    period = 2 * pi / X["omega"]
    wave = amplitude * cos(X["omega"] * t)
    return sp.simplify(integrate(wave * wave / X["eta_0"], (t, 0, period)) / period)


def boundary_reflection() -> sp.Expr:
    gamma, tau = sp.symbols("gamma tau")
    found = solve([1 + gamma - tau, (1 - gamma) / X["eta_1"] - tau / X["eta_2"]], [gamma, tau])
    return found[gamma]


def transmitted_share() -> sp.Expr:
    tau = 1 + X["Gamma"]
    ratio = (1 + X["Gamma"]) / (1 - X["Gamma"])
    return tau**2 / ratio


def brewster() -> sp.Expr:
    one, two = sqrt(X["epsilon_r1"]), sqrt(X["epsilon_r2"])
    angle = atan(two / one)
    inner = sp.asin(one * sin(angle) / two)
    assert sp.simplify(cos(inner) / two - cos(angle) / one) == 0
    return sqrt(X["epsilon_r2"] / X["epsilon_r1"])


def cutoff() -> sp.Expr:
    x, y = sp.symbols("x_ y_")
    shape = cos(X["m"] * pi * x / X["a"]) * cos(X["n"] * pi * y / X["b"])
    k_squared = sp.simplify(-(diff(shape, x, 2) + diff(shape, y, 2)) / shape)
    return sqrt(k_squared) * X["v"] / (2 * pi)


def guide_beta() -> sp.Expr:
    """Phase constant from the waves that the walls allow: beta^2 = k^2 - k_c^2, with speed v."""
    k, k_c = 2 * pi * X["f"] / X["v"], 2 * pi * X["f_c"] / X["v"]
    return sqrt(k**2 - k_c**2)


def evanescent_decay() -> sp.Expr:
    """A decay exp(-alpha z) has beta^2 = -alpha^2."""
    return sqrt(sp.expand(-(guide_beta() ** 2)))


def guide_wavelength() -> sp.Expr:
    return (2 * pi / guide_beta()).subs(X["v"], X["lambda_"] * X["f"])


def group_velocity() -> sp.Expr:
    return 2 * pi / diff(guide_beta(), X["f"])


def friis() -> sp.Expr:
    density = X["P_t"] * X["G_t"] / (4 * pi * X["r"] ** 2)
    return density * X["lambda_"] ** 2 / (4 * pi) * X["G_r"]


def generator_peak() -> sp.Expr:
    t = sp.Symbol("t_", real=True)
    emf = -X["N"] * diff(X["B"] * X["A"] * cos(X["omega"] * t), t)
    return emf.subs(t, pi / (2 * X["omega"]))


def cyclotron_radius() -> sp.Expr:
    return solve(X["q"] * X["v"] * X["B"] - X["m"] * X["v"] ** 2 / X["r"], X["r"])[0]


def wires_force() -> sp.Expr:
    return X["I_2"] * straight_wire("I_1", "d")


def solenoid_inductance() -> sp.Expr:
    flux = MU0 * MUR * X["N"] * X["I"] / X["l"] * X["A"]
    return X["N"] * flux / X["I"]


def coil_energy() -> sp.Expr:
    i = sp.Symbol("i_", positive=True)
    return integrate(X["L"] * i, (i, 0, X["I"]))


def point_flux() -> sp.Expr:
    r, angle = sp.Symbol("r_", positive=True), sp.Symbol("th")
    field = X["q"] / (4 * pi * EPS0 * r**2)
    return integrate(field * r**2 * sin(angle), (angle, 0, pi)) * 2 * pi


def line_field() -> sp.Expr:
    z, r = sp.Symbol("zz", real=True), X["r"]
    primitive = z / (r**2 * sqrt(r**2 + z**2))
    both = limit(primitive, z, oo) - limit(primitive, z, -oo)
    return X["rho_l"] * r / (4 * pi * EPS0) * both


def coaxial_capacitance() -> sp.Expr:
    r = sp.Symbol("r_", positive=True)
    field = X["Q"] / X["L"] / (2 * pi * EPS0 * EPSR * r)
    return X["Q"] / integrate(field, (r, X["a"], X["b"]))


def pair_energy() -> sp.Expr:
    r = sp.Symbol("r_", positive=True)
    return integrate(X["q_1"] * X["q_2"] / (4 * pi * EPS0 * r**2), (r, X["R"], oo))


def ball_charge() -> sp.Expr:
    r, angle = sp.Symbol("r_", positive=True), X["theta"]
    potential = -X["E_0"] * (r - X["a"] ** 3 / r**2) * cos(angle)
    return -EPS0 * diff(potential, r).subs(r, X["a"])


def dipole_resistance() -> sp.Expr:
    angle = sp.Symbol("th")
    field = X["eta_0"] * X["I"] * X["l"] / (2 * X["lambda_"] * X["r"]) * sin(angle)
    power = integrate(field**2 / (2 * X["eta_0"]) * X["r"] ** 2 * sin(angle), (angle, 0, pi)) * 2 * pi
    return 2 * power / X["I"] ** 2


def antireflection_index() -> sp.Expr:
    one, layer, last = 1 / X["n_1"], 1 / X["n_2"], 1 / X["n_3"]
    return solve(input_of_a_line(pi / 2, last, layer) - one, X["n_2"])[0]


def intrinsic_impedance() -> sp.Expr:
    k = X["omega"] * sqrt(MU0 * MUR * EPS0 * EPSR)
    return (X["omega"] * MU0 * MUR / k) / sqrt(MU0 / EPS0) * X["eta_0"]


def delivered() -> sp.Expr:
    voltage, current = 1 + X["Gamma"], 1 - X["Gamma"]
    return X["P_plus"] * sp.expand(voltage * current)


def by_solving(equation: str, wanted: str) -> Derivation:
    """The symbol from an equation that is written as an expression equal to zero."""
    return lambda: solve(sp.sympify(equation, locals=X), X[wanted])[0]


DERIVED: dict[str, tuple[str, Derivation]] = {
    r"C=\frac{\varepsilon_0\varepsilon_rA}{d}": ("C = epsilon_0*epsilon_r*A/d", plate_capacitance),
    r"V=Q/C": ("V = Q/C", by_solving("Q - C*V", "V")),
    r"W=\frac{Q^2}{2C}": ("W = Q^2/(2*C)", charging_work),
    r"W=\frac{1}{2}CV^2": ("W = C*V^2/2", lambda: charging_work().subs(X["Q"], X["C"] * X["V"])),
    r"B=\frac{\mu_0I}{2a}": ("B = mu_0*I/(2*a)", loop_centre),
    r"B=\frac{\mu_0I}{2\pi r}": ("B = mu_0*I/(2*pi*r)", lambda: straight_wire("I", "r")),
    r"B=\frac{\mu_0I_1}{2\pi d}": ("B = mu_0*I_1/(2*pi*d)", lambda: straight_wire("I_1", "d")),
    r"\Gamma_L=\frac{Z_L-Z_0}{Z_L+Z_0}": ("Gamma_L = (Z_L - Z_0)/(Z_L + Z_0)", load_reflection),
    r"S=\frac{1+|\Gamma|}{1-|\Gamma|}": ("S = (1 + Abs(Gamma))/(1 - Abs(Gamma))", standing_wave_ratio),
    r"Z_T=\sqrt{Z_0R_L}": ("Z_T = sqrt(Z_0*R_L)", transformer_section),
    r"\lambda=\frac{c}{f\sqrt{\varepsilon_r}}": (
        "lambda_ = c/(f*sqrt(epsilon_r))",
        lambda: 1 / sqrt(MU0 * EPS0 * EPSR) / C0 * X["c"] / X["f"],
    ),
    r"u=\frac{1}{\sqrt{LC}}": ("u = 1/sqrt(L*C)", line_velocity),
    r"u=\frac{c}{\sqrt{\varepsilon_r}}": ("u = c/sqrt(epsilon_r)", lambda: X["c"] / C0 / sqrt(MU0 * EPS0 * EPSR)),
    r"\lambda=\frac{u}{f}": ("lambda_ = u/f", lambda: X["u"] / X["f"]),
    r"\lambda=\frac{\lambda_0}{\sqrt{\mu_r\varepsilon_r}}": (
        "lambda_ = lambda_0/sqrt(mu_r*epsilon_r)",
        lambda: X["lambda_0"] / C0 / sqrt(MU0 * MUR * EPS0 * EPSR),
    ),
    r"\delta=\frac{1}{\sqrt{\pi f\mu\sigma}}": ("delta = 1/sqrt(pi*f*mu*sigma)", skin_depth),
    r"R_s=\frac{1}{\sigma\delta}": ("R_s = 1/(sigma*delta)", surface_resistance),
    r"A_{dB}=8.686\,\alpha z": ("A_dB = 8.686*alpha*z", decibels),
    r"z=\frac{A_{dB}}{8.686\,\alpha}": ("z = A_dB/(8.686*alpha)", by_solving("A_dB - 8.686*alpha*z", "z")),
    r"F=\frac{q^2}{16\pi\varepsilon_0h^2}": ("F = q^2/(16*pi*epsilon_0*h^2)", image_force),
    r"F=\frac{q^2}{4\pi\varepsilon_0(2h)^2}": ("F = q^2/(4*pi*epsilon_0*(2*h)^2)", image_force),
    r"W=\frac{q^2}{16\pi\varepsilon_0h}": ("W = q^2/(16*pi*epsilon_0*h)", image_work),
    r"W=Fh": ("W = F*h", lambda: X["F"] * image_work() / image_force()),
    r"R=\frac{L}{\sigma A}": ("R = L/(sigma*A)", slices_of_wire),
    r"B=\frac{\mu_0NI}{g}": ("B = mu_0*N*I/g", by_solving("B/mu_0*g - N*I", "B")),
    r"B=\frac{\mu_0NI}{L}": ("B = mu_0*N*I/L", by_solving("B/mu_0*l - N/L*l*I", "B")),
    r"S_{av}=\frac{E_0^2}{2\eta_0}": ("S_av = E_0^2/(2*eta_0)", lambda: mean_power(X["E_0"])),
    r"S_{av}=\frac{E_{rms}^2}{\eta_0}": ("S_av = E_rms^2/eta_0", lambda: mean_power(sqrt(2) * X["E_rms"])),
    r"E_0=\sqrt{2}E_{rms}": (
        "E_0 = sqrt(2)*E_rms",
        lambda: solve(mean_power(X["E_0"]) - X["E_rms"] ** 2 / X["eta_0"], X["E_0"])[0],
    ),
    r"\eta_2=\frac{\eta_0}{\sqrt{\varepsilon_r}}": (
        "eta_2 = eta_0/sqrt(epsilon_r)",
        lambda: intrinsic_impedance().subs(MUR, 1),
    ),
    r"\Gamma=\frac{\eta_2-\eta_1}{\eta_2+\eta_1}": ("Gamma = (eta_2 - eta_1)/(eta_2 + eta_1)", boundary_reflection),
    r"T=1-\Gamma^2": ("T = 1 - Gamma^2", transmitted_share),
    r"\tan\theta_B=\sqrt{\frac{\varepsilon_{r2}}{\varepsilon_{r1}}}": (
        "tan(theta_B) = sqrt(epsilon_r2/epsilon_r1)",
        brewster,
    ),
    r"f_c=\frac{v}{2}\sqrt{\left(\frac{m}{a}\right)^2+\left(\frac{n}{b}\right)^2}": (
        "f_c = v/2*sqrt((m/a)^2 + (n/b)^2)",
        cutoff,
    ),
    r"f_c=\frac{c}{2a}": ("f_c = c/(2*a)", lambda: cutoff().subs({X["m"]: 1, X["n"]: 0, X["v"]: X["c"]})),
    r"\lambda_g=\frac{\lambda}{\sqrt{1-(f_c/f)^2}}": ("lambda_g = lambda_/sqrt(1 - (f_c/f)^2)", guide_wavelength),
    r"v_g=v\sqrt{1-\left(\frac{f_c}{f}\right)^2}": ("v_g = v*sqrt(1 - (f_c/f)^2)", group_velocity),
    r"v_p=\frac{v}{\sqrt{1-(f_c/f)^2}}": ("v_p = v/sqrt(1 - (f_c/f)^2)", lambda: 2 * pi * X["f"] / guide_beta()),
    r"\alpha=\frac{2\pi}{v}\sqrt{f_c^2-f^2}": ("alpha = 2*pi/v*sqrt(f_c^2 - f^2)", evanescent_decay),
    r"P_r=P_tG_tG_r\left(\frac{\lambda}{4\pi r}\right)^2": ("P_r = P_t*G_t*G_r*(lambda_/(4*pi*r))^2", friis),
    r"\mathcal{E}_0=NBA\omega": ("E_0 = N*B*A*omega", generator_peak),
    r"r=\frac{mv}{qB}": ("r = m*v/(q*B)", cyclotron_radius),
    r"F'=\frac{\mu_0I_1I_2}{2\pi d}": ("F' = mu_0*I_1*I_2/(2*pi*d)", wires_force),
    r"L=\frac{\mu_0\mu_rN^2A}{l}": ("L = mu_0*mu_r*N^2*A/l", solenoid_inductance),
    r"W=\frac{1}{2}LI^2": ("W = L*I^2/2", coil_energy),
    r"\Phi=\frac{q}{\varepsilon_0}": ("Phi = q/epsilon_0", point_flux),
    r"\Phi_1=\frac{q}{6\varepsilon_0}": ("Phi_1 = q/(6*epsilon_0)", lambda: point_flux() / 6),
    r"E_r=\frac{\rho_l}{2\pi\varepsilon_0r}": ("E_r = rho_l/(2*pi*epsilon_0*r)", line_field),
    r"C=\frac{2\pi\varepsilon_0\varepsilon_rL}{\ln(b/a)}": (
        "C = 2*pi*epsilon_0*epsilon_r*L/ln(b/a)",
        coaxial_capacitance,
    ),
    r"W=\frac{q_1q_2}{4\pi\varepsilon_0R}": ("W = q_1*q_2/(4*pi*epsilon_0*R)", pair_energy),
    r"\rho_s=3\varepsilon_0E_0\cos\theta": ("rho_s = 3*epsilon_0*E_0*cos(theta)", ball_charge),
    r"P=\frac{V^2}{R}": ("P = V^2/R", lambda: (X["I"] * X["V"]).subs(X["I"], X["V"] / X["R"])),
    r"P=I^2R": ("P = I^2*R", lambda: (X["I"] * X["V"]).subs(X["V"], X["I"] * X["R"])),
    r"\eta=\eta_0\sqrt{\frac{\mu_r}{\varepsilon_r}}": ("eta = eta_0*sqrt(mu_r/epsilon_r)", intrinsic_impedance),
    r"n_2=\sqrt{n_1n_3}": ("n_2 = sqrt(n_1*n_3)", antireflection_index),
    r"d=\frac{\lambda_0}{4n_2}": ("d = lambda_0/(4*n_2)", lambda: X["lambda_0"] / X["n_2"] / 4),
    r"R_r=\frac{2\pi\eta_0}{3}\left(\frac{l}{\lambda}\right)^2": (
        "R_r = 2*pi*eta_0/3*(l/lambda_)^2",
        dipole_resistance,
    ),
    r"P_L=P^+(1-|\Gamma|^2)": ("P_L = P_plus*(1 - Abs(Gamma)^2)", delivered),
}

CONDITIONS = {
    r"\varepsilon_r=1", r"\Gamma=-1", r"\Gamma=+1", "x=0", "x=3", "m=1", "n=0", r"\mathbf{J}=0", r"\rho_s=0",
    r"\mu_r=1",
    "Z_L=Z_0", "S=1", r"\mathbf{E}=0", "dV=0", r"\eta_1=\eta_0", r"\mathbf{F}=2x\hat{\mathbf{x}}",
}  # fmt: skip

LAWS = {
    r"Q=CV", r"E=V/d", r"F=\frac{q_1q_2}{4\pi\varepsilon_0R^2}", r"l=\frac{\lambda}{4}", r"\lambda_0=\frac{c}{f}",
    r"n=\sqrt{\mu_r\varepsilon_r}", r"\mathcal{E}=-N\frac{d\Phi}{dt}", r"\Phi=BA", r"\nabla\cdot\mathbf{E}=0",
    r"\nabla\cdot\mathbf{F}=\frac{\partial F_x}{\partial x}", r"E_r=\frac{q}{4\pi\varepsilon_0r^2}", r"W=q(V_b-V_a)",
    r"\oint_S\mathbf{F}\cdot d\mathbf{S}=\int_v\nabla\cdot\mathbf{F}\,dv", r"\tau=1+\Gamma", r"\mathbf{E}=-\nabla V",
    r"\mathbf{J}_d=\frac{\partial\mathbf{D}}{\partial t}", r"\sin\theta_c=\frac{n_2}{n_1}", r"\Phi=BA\cos\omega t",
    r"n_1\sin\theta_i=n_2\sin\theta_t", r"\oint_S\mathbf{D}\cdot d\mathbf{S}=Q_{enc}", r"\omega=2\pi f", "F=BIl",
    r"\tan\delta_c=\frac{\sigma}{\omega\varepsilon}", r"\varepsilon=\varepsilon_0\varepsilon_r", r"C=\frac{Q}{V}",
    r"D_{2n}-D_{1n}=\rho_s", r"\varepsilon_{r1}E_{1n}=\varepsilon_{r2}E_{2n}", r"E_{1t}=E_{2t}", r"M=k\sqrt{L_1L_2}",
    r"\frac{\tan\theta_2}{\tan\theta_1}=\frac{\varepsilon_{r2}}{\varepsilon_{r1}}", r"w_m=\frac{B^2}{2\mu_0\mu_r}",
    r"Z_0=\frac{V^+}{I^+}", r"r=\frac{x_1-x_0}{x_0}", r"w_e=\frac{1}{2}\varepsilon_0E^2", r"\mathcal{E}=Blu",
    r"\eta_r=\frac{R_r}{R_r+R_{loss}}", r"v=\frac{1}{\sqrt{\mu\varepsilon}}",
}  # fmt: skip

RESTATED = {
    r"H2\pi r=I": r"\oint_C \mathbf{H}\cdot d\mathbf{l} = I_{enc}",
    r"Hg=NI": r"\sum H_il_i=NI",
    r"\alpha=\frac{1}{\delta}": r"\delta=\frac1\alpha",
    r"v_p=\lambda f": r"\lambda=\frac{v_p}{f}",
    r"v_p=\lambda_gf": r"\lambda_g=\frac{2\pi}{\beta}",
    r"v_pv_g=c^2": r"v_pv_g=v^2",
    r"\lambda=\frac{c}{f}": r"\lambda_0=\frac{c}{f}",
    r"V=\sum_i\frac{q_i}{4\pi\varepsilon_0R_i}": r"V=\sum_iq_i/(4\pi\varepsilon_0R_i)",
    r"V=IR": r"P = V I = I^2 R",
    r"I_d=C\frac{dV}{dt}": r"I=C\,dV/dt",
    r"I=\frac{dQ}{dt}": r"\nabla\cdot\mathbf{J} = -\frac{\partial\rho}{\partial t}",
    r"H=\frac{E}{\eta_0}": r"H_0 = E_0/\eta_0",
    r"H_0=\frac{E_0}{\eta_0}": r"H_0 = E_0/\eta_0",
    r"H=\frac{E}{\eta}": r"\eta=\frac{E}{H}",
    r"\mathbf{F}=q\mathbf{v}\times\mathbf{B}": r"\mathbf{F} = q(\mathbf{E}+\mathbf{v}\times\mathbf{B})",
    r"qvB=\frac{mv^2}{r}": r"qvB=mv^2/r",
    r"dV=-\mathbf{E}\cdot d\mathbf{l}": r"V_b - V_a = -\int_a^b \mathbf{E}\cdot d\mathbf{l}",
    r"L=L_1+L_2\pm2M": r"L=L_1+L_2+2M",
    r"I=\frac{\mathcal{E}}{R}": r"I = \mathcal{E}/R",
    r"P=Fu": r"P_m = Fu",
    r"\frac{J_c}{J_d}=\frac{\sigma}{\omega\varepsilon}": r"|J_c/J_d|=\sigma/(\omega\varepsilon)",
    r"\mathbf{S}=\mathbf{E}\times\mathbf{H}": r"\mathbf{S}(t)=\mathbf{E}(t)\times\mathbf{H}(t)",
    r"t=\frac{l}{v_g}": r"v_g=\frac{d\omega}{d\beta}",
}
"""Laws of the notes in the form that a turn needs, with the form of the notes."""

"""Derivations of the formulas in style_sft_extended.jsonl, chapters 13 to 18; see style_extended_formulas."""

import sympy as sp
from style_extended_formulas import Central, X
from style_numbers import NEPER
from sympy import I, Matrix, Rational, acos, atan, cos, diff, exp, integrate, pi, simplify, sin, solve, sqrt, tan

T, Z = sp.Symbol("t", real=True), sp.Symbol("z", real=True)
OMEGA, K, MU, EPS = X["omega"], X["k"], X["mu"], X["epsilon"]


def average(product: sp.Expr) -> sp.Expr:
    """The mean of a product of sinusoids over one period."""
    return simplify(integrate(sp.expand_trig(product), (T, 0, 2 * pi / OMEGA)) * OMEGA / (2 * pi))


def permittivity_from_speed() -> sp.Expr:
    eps = sp.Symbol("eps", positive=True)
    return solve(X["v_p"] - X["c"] / sqrt(eps), eps)[0]


def backward_magnetic() -> sp.Expr:
    electric = X["E_0"] * cos(OMEGA * X["t"] + K * X["z"])
    size = sp.Symbol("h_0")
    magnetic = size * cos(OMEGA * X["t"] + K * X["z"])
    faraday = diff(electric, X["z"]) + MU * diff(magnetic, X["t"])
    found = solve(faraday, size)[0].subs(K, OMEGA * sqrt(MU * EPS))
    assert simplify(found + X["E_0"] / sqrt(MU / EPS)) == 0
    return (magnetic.subs(size, found)).subs(MU, X["eta"] ** 2 * EPS)


def crest_speed() -> sp.Expr:
    wave = OMEGA / X["c"]
    place = Matrix([sin(X["theta"]), 0, cos(X["theta"])]) * wave
    crest = solve(OMEGA * T - place[2] * Z, Z)[0]
    return diff(crest, T)


def elliptic_average() -> sp.Expr:
    x, y = X["E_x0"] * cos(OMEGA * T), X["E_y0"] * cos(OMEGA * T - pi / 2)
    assert simplify((x / X["E_x0"]) ** 2 + (y / X["E_y0"]) ** 2) == 1
    assert diff(y, T).subs(T, 0).is_positive
    return average(x * x / X["eta_0"]) + average(y * y / X["eta_0"])


def wave_average() -> sp.Expr:
    field = X["E_0"] * cos(OMEGA * T)
    return average(field * field / X["eta_0"])


def skin_depth() -> sp.Expr:
    depth, square = X["delta"], I * 2 * pi * X["f"] * MU * X["sigma"]
    return solve(sp.expand(((1 + I) / depth) ** 2 - square), depth)[0]


def low_loss_attenuation() -> sp.Expr:
    small = X["x"]
    root = sp.series(sqrt(1 - I * small), small, 0, 2).removeO()
    gamma = sp.expand(I * OMEGA * sqrt(MU * EPS) * root)
    assert simplify(sp.im(gamma) - OMEGA * sqrt(MU * EPS)) == 0
    return simplify(sp.re(gamma).subs(small, X["sigma"] / (OMEGA * EPS)))


def power_decay() -> sp.Expr:
    field = exp(-X["alpha"] * X["z"])
    return X["S_0"] * field * field


def exact_attenuation() -> sp.Expr:
    square, loss = X["x"], X["sigma"] / (OMEGA * EPS)
    real, product = -(OMEGA**2) * MU * EPS, OMEGA * MU * X["sigma"] / 2
    roots = solve(square - product**2 / square - real, square)
    positive = next(root for root in roots if root.subs(dict.fromkeys(root.free_symbols, 1)) > 0)
    claimed = OMEGA * sqrt(MU * EPS / 2) * sqrt(sqrt(1 + loss**2) - 1)
    assert simplify(positive - sp.expand(claimed**2)) == 0
    return claimed


def foil_thickness() -> sp.Expr:
    decibel = 20 * sp.log(exp(X["z"] / X["delta"]), 10)
    exact = solve(decibel - X["A_dB"], X["z"])[0]
    rounded = X["A_dB"] * X["delta"] / sp.Float("8.686")
    assert abs(float((exact / rounded).evalf()) - 1) < 1e-4 > abs(NEPER / 8.686 - 1)
    return rounded


def evanescent_decay() -> sp.Expr:
    k_1 = X["k_2"] * X["n_1"] / X["n_2"]
    along = k_1 * sin(X["theta"])
    return sqrt(along**2 - X["k_2"] ** 2)


def normal_reflection() -> sp.Expr:
    gamma, tau = sp.symbols("Gamma tau")
    found = solve([1 + gamma - tau, (1 - gamma) / X["eta_1"] - tau / X["eta_2"]], [gamma, tau], dict=True)[0]
    share = found[tau] ** 2 * X["eta_1"] / X["eta_2"]
    assert simplify(share + found[gamma] ** 2 - 1) == 0
    return found[gamma]


def transmitted_power() -> sp.Expr:
    tau = sp.Symbol("tau")
    found = solve(1 - (tau - 1) - tau * X["eta_1"] / X["eta_2"], tau)[0]
    ratio = found**2 * X["eta_1"] / X["eta_2"]
    assert ratio.subs({X["eta_1"]: Rational(2, 3), X["eta_2"]: 1}) == Rational(96, 100)
    return ratio


def invisible_layer() -> sp.Expr:
    outside, layer, phase = X["eta_1"], X["eta_2"], sp.Symbol("phase")
    front = layer * (outside + I * layer * tan(phase)) / (layer + I * outside * tan(phase))
    assert simplify(front.subs(phase, pi) - outside) == 0
    assert simplify(front.subs(phase, pi / 4) - outside) != 0
    return pi / (2 * pi * X["f"] * sqrt(X["epsilon_r"]) / X["c"])


def brewster_tangent() -> sp.Expr:
    n_1, n_2 = X["n_1"], X["n_2"]
    angle = atan(n_2 / n_1)
    behind = sqrt(1 - (n_1 * sin(angle) / n_2) ** 2)
    reflected = behind / n_2 - cos(angle) / n_1
    values = {n_1: 1, n_2: Rational(133, 100)}
    assert abs(float(reflected.subs(values).evalf())) < 1e-15
    assert abs(float((sp.asin(n_1 * sin(angle) / n_2) + angle - pi / 2).subs(values).evalf())) < 1e-15
    return tan(angle)


def wall_current() -> sp.Expr:
    forward, back = X["E_0"] * exp(-I * K * Z), -X["E_0"] * exp(I * K * Z)
    assert (forward + back).subs(Z, 0) == 0
    magnetic = Matrix([0, (forward - back) / X["eta_0"], 0]).subs(Z, 0)
    return Matrix([0, 0, -1]).cross(magnetic)[0]


def line_impedance() -> sp.Expr:
    gamma = sp.Symbol("Gamma")
    load = solve((1 + gamma) - X["Z_L"] / X["Z_0"] * (1 - gamma), gamma)[0]
    phase = X["beta"] * X["l"]
    forward, back = cos(phase) + I * sin(phase), load * (cos(phase) - I * sin(phase))
    assert simplify(forward - exp(I * phase).rewrite(cos)) == 0
    ratio = X["Z_0"] * (forward + back) / (forward - back)
    return sp.cancel(ratio.subs(sin(phase), cos(phase) * tan(phase)))


def line_ratio() -> sp.Expr:
    voltage, current = sp.Symbol("v_0", positive=True), sp.Symbol("i_0", positive=True)
    speed = 1 / sqrt(X["L"] * X["C"])
    v, i = voltage * sin(T - Z / speed), current * sin(T - Z / speed)
    found = solve(simplify((diff(v, Z) + X["L"] * diff(i, T)) / cos(T - Z / speed)), voltage)[0]
    assert simplify(diff(i, Z) + X["C"] * diff(v, T).subs(voltage, found)) == 0
    return simplify(found / current)


def final_voltage() -> sp.Expr:
    load = (X["R_L"] - X["Z_0"]) / (X["R_L"] + X["Z_0"])
    source = (X["R_g"] - X["Z_0"]) / (X["R_g"] + X["Z_0"])
    first = X["V_g"] * X["Z_0"] / (X["R_g"] + X["Z_0"])
    return simplify((1 + load) * first / (1 - load * source))


def echo_distance() -> sp.Expr:
    return solve(2 * X["d"] - X["c"] / sqrt(X["epsilon_r"]) * X["t"], X["d"])[0]


def turned_reflection() -> sp.Expr:
    phase = X["beta"] * X["l"]
    forward, back = exp(I * phase), X["Gamma_L"] * exp(-I * phase)
    assert simplify((back / forward).subs(X["l"], pi / X["beta"]) - X["Gamma_L"]) == 0
    return back / forward


def guide_wavelength() -> sp.Expr:
    k, k_c = 2 * pi * X["f"] / X["c"], 2 * pi * X["f_10"] / X["c"]
    return 2 * pi / sqrt(k**2 - k_c**2)


def velocity_product() -> sp.Expr:
    cutoff = sp.Symbol("w_c", positive=True)
    beta = sqrt(OMEGA**2 - cutoff**2) / X["c"]
    return simplify(OMEGA / beta / diff(beta, OMEGA))


def guided_power() -> sp.Expr:
    x, y = sp.Symbol("xx"), sp.Symbol("yy")
    field = X["E_0"] * sin(pi * x / X["a"])
    flow = field * field / X["Z_TE"] / 2
    return integrate(flow, (x, 0, X["a"]), (y, 0, X["b"]))


def box_resonance() -> sp.Expr:
    x, z = sp.Symbol("xx"), sp.Symbol("zz")
    field = sin(pi * x / X["a"]) * sin(pi * z / X["d"])
    square = -simplify((diff(field, x, 2) + diff(field, z, 2)) / field)
    assert field.subs(x, X["a"]) == field.subs(z, X["d"]) == 0
    return X["v_p"] * sqrt(square) / (2 * pi)


def vent_decay() -> sp.Expr:
    k, k_c = 2 * pi * X["f"] / X["c"], 2 * pi * X["f_c"] / X["c"]
    field = exp(-sqrt(k_c**2 - k**2) * Z)
    assert simplify(diff(field, Z, 2) / field + k**2 - k_c**2) == 0
    return sqrt(k_c**2 - k**2)


def dominant_cutoff() -> sp.Expr:
    wave = sp.Symbol("wave", positive=True)
    half = solve(sin(wave * X["a"]), wave)
    lowest = next(root for root in half if root.is_positive)
    return lowest * X["c"] / (2 * pi)


def dish_gain() -> sp.Expr:
    aperture = X["eta_a"] * pi * X["D"] ** 2 / 4
    return solve(X["lambda_"] ** 2 / (4 * pi) * X["G"] - aperture, X["G"])[0]


def short_dipole_directivity() -> sp.Expr:
    th = sp.Symbol("th")
    pattern = sin(th) ** 2
    power = integrate(pattern * sin(th), (th, 0, pi)) * 2 * pi
    assert power == 8 * pi / 3
    return 4 * pi / power


def steering_phase() -> sp.Expr:
    angle, shift = X["theta_0"], sp.Symbol("shift")
    found = solve(K * X["d"] * cos(angle) + shift, shift)[0]
    steered = found.subs({K: pi / X["d"], angle: pi / 3})
    psi = [2 * pi * q / 4 for q in range(-8, 9) if q % 4]
    nulls = {acos((value - steered) / pi) for value in psi if abs((value - steered) / pi) <= 1}
    assert nulls == {0, pi / 2, 2 * pi / 3, pi}
    return found


def beam_density() -> sp.Expr:
    intensity = X["G"] * X["P_in"] / (4 * pi)
    return intensity / X["r"] ** 2


CENTRAL: Central = {
    "style-x-0084": (r"\varepsilon_r=(c/v_p)^2", "(c/v_p)^2", permittivity_from_speed),
    "style-x-0085": (
        r"H_y=-\frac{E_0}{\eta}\cos(\omega t+kz)",
        "-E_0/eta*cos(omega*t+k*z)",
        backward_magnetic,
    ),
    "style-x-0086": (r"v_z=\frac{c}{\cos\theta}", "c/cos(theta)", crest_speed),
    "style-x-0087": (
        r"S_{av}=\frac{E_{x0}^2+E_{y0}^2}{2\eta_0}",
        "(E_x0^2+E_y0^2)/(2*eta_0)",
        elliptic_average,
    ),
    "style-x-0089": (r"S_{av}=\frac{E_0^2}{2\eta_0}", "E_0^2/(2*eta_0)", wave_average),
    "style-x-0091": (r"\delta=\frac{1}{\sqrt{\pi f\mu\sigma}}", "1/sqrt(pi*f*mu*sigma)", skin_depth),
    "style-x-0093": (
        r"\alpha\approx\frac{\sigma}{2}\sqrt{\frac{\mu}{\varepsilon}}",
        "sigma/2*sqrt(mu/epsilon)",
        low_loss_attenuation,
    ),
    "style-x-0094": (r"S=S_0e^{-2\alpha z}", "S_0*exp(-2*alpha*z)", power_decay),
    "style-x-0095": (
        r"\alpha=\omega\sqrt{\frac{\mu\varepsilon}{2}}\left[\sqrt{1+\tan^2\delta_c}-1\right]^{1/2}",
        "omega*sqrt(mu*epsilon/2)*(sqrt(1+(sigma/(omega*epsilon))^2)-1)^(1/2)",
        exact_attenuation,
    ),
    "style-x-0096": (r"z=\frac{A_{dB}\delta}{8.686}", "A_dB*delta/8.686", foil_thickness),
    "style-x-0097": (
        r"\alpha=k_2\sqrt{(n_1/n_2)^2\sin^2\theta_i-1}",
        "k_2*sqrt((n_1/n_2)^2*sin(theta)^2-1)",
        evanescent_decay,
    ),
    "style-x-0098": (
        r"\Gamma=\frac{\eta_2-\eta_1}{\eta_2+\eta_1}",
        "(eta_2-eta_1)/(eta_2+eta_1)",
        normal_reflection,
    ),
    "style-x-0099": (
        r"T=|\tau|^2\frac{\eta_1}{\eta_2}",
        "(2*eta_2/(eta_1+eta_2))^2*eta_1/eta_2",
        transmitted_power,
    ),
    "style-x-0100": (r"d=\frac{c}{2f\sqrt{\varepsilon_r}}", "c/(2*f*sqrt(epsilon_r))", invisible_layer),
    "style-x-0101": (r"\tan\theta_B=\frac{n_2}{n_1}", "n_2/n_1", brewster_tangent),
    "style-x-0103": (r"J_s=\frac{2E_0}{\eta_0}", "2*E_0/eta_0", wall_current),
    "style-x-0104": (
        r"Z_{in}=Z_0\frac{Z_L+jZ_0\tan\beta l}{Z_0+jZ_L\tan\beta l}",
        "Z_0*(Z_L+j*Z_0*tan(beta*l))/(Z_0+j*Z_L*tan(beta*l))",
        line_impedance,
    ),
    "style-x-0105": (r"Z_0=\sqrt{\frac{L}{C}}", "sqrt(L/C)", line_ratio),
    "style-x-0106": (r"V_\infty=V_g\frac{R_L}{R_g+R_L}", "V_g*R_L/(R_g+R_L)", final_voltage),
    "style-x-0107": (r"d=\frac{ct}{2\sqrt{\varepsilon_r}}", "c*t/(2*sqrt(epsilon_r))", echo_distance),
    "style-x-0109": (r"\Gamma(l)=\Gamma_Le^{-j2\beta l}", "Gamma_L*exp(-2*j*beta*l)", turned_reflection),
    "style-x-0111": (
        r"\lambda_g=\frac{c/f}{\sqrt{1-(f_{10}/f)^2}}",
        "c/f/sqrt(1-(f_10/f)^2)",
        guide_wavelength,
    ),
    "style-x-0112": (r"v_pv_g=c^2", "c^2", velocity_product),
    "style-x-0113": (r"P=\frac{E_0^2ab}{4Z_{TE}}", "E_0^2*a*b/(4*Z_TE)", guided_power),
    "style-x-0114": (
        r"f_{101}=\frac{v}{2}\sqrt{\frac{1}{a^2}+\frac{1}{d^2}}",
        "v_p/2*sqrt(1/a^2+1/d^2)",
        box_resonance,
    ),
    "style-x-0115": (r"\alpha=\frac{2\pi}{c}\sqrt{f_c^2-f^2}", "2*pi/c*sqrt(f_c^2-f^2)", vent_decay),
    "style-x-0116": (r"f_{10}=\frac{c}{2a}", "c/(2*a)", dominant_cutoff),
    "style-x-0118": (
        r"G=\eta_a\left(\frac{\pi D}{\lambda}\right)^2",
        "eta_a*(pi*D/lambda_)^2",
        dish_gain,
    ),
    "style-x-0120": (r"D=\frac{4\pi U_{max}}{P_{rad}}=\frac{3}{2}", "3/2", short_dipole_directivity),
    "style-x-0121": (r"S_{av}=\frac{E_0^2}{2\eta_0}", "E_0^2/(2*eta_0)", wave_average),
    "style-x-0122": (r"\alpha_s=-kd\cos\theta_0", "-k*d*cos(theta_0)", steering_phase),
    "style-x-0123": (r"S_{av}=\frac{GP_{in}}{4\pi r^2}", "G*P_in/(4*pi*r^2)", beam_density),
}

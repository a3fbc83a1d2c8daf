"""Derivations of the formula key points of the extended benchmark: induction, waves, lines, guides and antennas.

`WAVE_FORMULAS` maps (item, key point) to the LaTeX that the reference states and to a function that derives the right
side from the laws behind it. Nothing here reads the answers.
"""

import sympy as sp
from style_bench_extended_symbols import EPS0, MU0, Derivation, S
from sympy import I, cos, diff, exp, integrate, oo, pi, simplify, sin, solve, sqrt, tan

UNKNOWN = sp.Symbol("unknown", positive=True)
R = sp.Symbol("s", positive=True)
MU, EPS, OMEGA, SIGMA = S["mu"], S["epsilon"], S["omega"], S["sigma"]


def rotating_rod() -> sp.Expr:
    return integrate(OMEGA * R * S["B"], (R, 0, S["l"]))


def generator_peak() -> sp.Expr:
    t = S["t"]
    emf = -diff(S["N"] * S["B"] * S["A"] * cos(OMEGA * t), t)
    return emf.subs(t, pi / (2 * OMEGA))


def coil_flux() -> sp.Expr:
    field = solve(UNKNOWN / MU0 * 2 * pi * R - S["I"], UNKNOWN)[0]
    return sp.logcombine(integrate(field * S["h"], (R, S["a"], S["b"])), force=True)


def plate_flux_density() -> sp.Expr:
    return S["Q"] / integrate(2 * pi * R, (R, 0, S["a"]))


def field_between_plates() -> sp.Expr:
    t, charge = S["t"], S["I"] * S["t"]
    displacement = diff(plate_flux_density().subs(S["Q"], charge), t)
    enclosed = integrate(displacement * 2 * pi * R, (R, 0, S["r"]))
    return MU0 * enclosed / (2 * pi * S["r"])


def pillbox() -> sp.Expr:
    return solve(EPS0 * S["E_n"] * S["A"] - UNKNOWN * S["A"], UNKNOWN)[0]


def wave_energy() -> sp.Expr:
    magnetic = S["E"] / sqrt(MU / EPS)
    parts = EPS * S["E"] ** 2 / 2, MU * magnetic**2 / 2
    assert simplify(parts[0] - parts[1]) == 0
    speed = 1 / sqrt(MU * EPS)
    assert simplify(speed * sum(parts) - S["E"] * magnetic) == 0
    return sum(parts)


def poynting_size() -> sp.Expr:
    return sp.Matrix([S["E"], 0, 0]).cross(sp.Matrix([0, S["E"] / S["eta"], 0]))[2]


def peak_field() -> sp.Expr:
    t = S["t"]
    mean = integrate(UNKNOWN**2 / S["eta_0"] * cos(OMEGA * t) ** 2, (t, 0, 2 * pi / OMEGA)) * OMEGA / (2 * pi)
    return solve(mean - S["S_av"], UNKNOWN)[0]


def light_force() -> sp.Expr:
    absorbed = S["P"] / S["c"]
    return (1 - S["R"]) * absorbed + S["R"] * 2 * absorbed


def wave_frequency() -> sp.Expr:
    z, t = S["z"], S["t"]
    wave = cos(UNKNOWN * 2 * pi * t - S["k"] * z)
    equation = simplify((diff(wave, z, 2) - diff(wave, t, 2) / S["c"] ** 2) / wave)
    return solve(equation, UNKNOWN)[0]


def echo_depth() -> sp.Expr:
    return solve(2 * UNKNOWN / S["v"] - S["t"], UNKNOWN)[0]


def wave_speed() -> sp.Expr:
    speed = 1 / sqrt(MU0 * EPS0 * S["epsilon_r"])
    return speed.subs(MU0, 1 / (S["c"] ** 2 * EPS0))


def conductor_wavelength() -> sp.Expr:
    gamma = (1 + I) / S["delta"]
    return 2 * pi / sp.im(gamma)


def surface_resistance() -> sp.Expr:
    depth = sqrt(2 / (OMEGA * MU * SIGMA))
    impedance = sqrt(OMEGA * MU / SIGMA) * (1 + I) / sqrt(2)
    assert simplify(impedance**2 - I * OMEGA * MU / SIGMA) == 0
    resistance = sp.re(impedance)
    assert simplify(resistance - 1 / (SIGMA * depth)) == 0
    return resistance.subs(MU, 2 / (OMEGA * SIGMA * S["delta"] ** 2))


def absorbed_power() -> sp.Expr:
    field = sqrt(2) * S["R_s"] * S["H_t"] * exp(-R / S["delta"])
    heat = integrate(SIGMA * field**2 / 2, (R, 0, oo))
    return heat.subs(SIGMA, 1 / (S["R_s"] * S["delta"]))


def wire_at_high_frequency() -> sp.Expr:
    delta, a = S["delta"], S["a"]
    density = exp(-R / delta)
    current, heat = integrate(density, (R, 0, oo)), integrate(density**2, (R, 0, oo))
    turning = integrate(exp(-(1 + I) * R / delta), (R, 0, oo))
    assert simplify(sp.Abs(turning) ** 2 - current**2 / 2) == 0
    per_square = heat / sp.Abs(turning) ** 2 / SIGMA
    return simplify(per_square.subs(SIGMA, 1 / (S["R_s"] * delta)) / (2 * pi * a))


def low_loss_attenuation() -> sp.Expr:
    loss = sp.Symbol("p", positive=True)
    gamma = I * S["beta"] * sqrt(1 - I * loss)
    first = sp.re(sp.series(gamma, loss, 0, 2).removeO())
    return first.subs(loss, tan(S["delta_c"]))


def grazing_sine() -> sp.Expr:
    return solve(S["n_1"] * sin(pi / 2) - S["n_2"] * UNKNOWN, UNKNOWN)[0]


def critical_sine() -> sp.Expr:
    return solve(S["n_1"] * UNKNOWN - S["n_2"] * sin(pi / 2), UNKNOWN)[0]


def boundary() -> tuple[sp.Expr, sp.Expr]:
    back, on = sp.symbols("E_r E_t")
    one, two = S["eta_1"], S["eta_2"]
    found = solve([S["E_i"] + back - on, (S["E_i"] - back) / one - on / two], [back, on])
    reflected = simplify(found[back] ** 2 / S["E_i"] ** 2)
    passed = simplify(found[on] ** 2 / (2 * two) / (S["E_i"] ** 2 / (2 * one)))
    assert simplify(reflected + passed - 1) == 0
    return reflected, passed


def line_equation(r: sp.Expr, g: sp.Expr) -> sp.Expr:
    return (r + I * OMEGA * S["L"]) * (g + I * OMEGA * S["C"])


def lossless_impedance() -> sp.Expr:
    speed = 1 / sqrt(S["L"] * S["C"])
    return simplify(speed * S["L"])


def distortionless(part: str) -> sp.Expr:
    alpha, beta = sqrt(S["R"] * S["G"]), OMEGA * sqrt(S["L"] * S["C"])
    leak = S["R"] * S["C"] / S["L"]
    square = (alpha.subs(S["G"], leak) + I * beta) ** 2
    assert simplify(sp.expand(square - line_equation(S["R"], leak))) == 0
    return {"alpha": alpha, "beta": beta}[part]


def shorted_line() -> sp.Expr:
    phase = S["beta"] * S["l"]
    voltage = exp(I * phase) - exp(-I * phase)
    current = (exp(I * phase) + exp(-I * phase)) / S["Z_0"]
    return (voltage / current).rewrite(sp.cos).simplify()


def impedance_from_pieces() -> sp.Expr:
    phase = S["beta"] * S["l"]
    product = (I * UNKNOWN * tan(phase)) * (-I * UNKNOWN / tan(phase))
    return next(root for root in solve(product - S["Z_sc"] * S["Z_oc"], UNKNOWN) if root.is_positive)


def load_reflection() -> sp.Expr:
    back = sp.Symbol("V_back")
    return solve((1 + back) / ((1 - back) / S["Z_0"]) - S["Z_L"], back)[0]


def dominant_cutoff(speed: sp.Expr) -> sp.Expr:
    x = sp.Symbol("x", positive=True)
    field = sin(pi * x / S["a"])
    assert field.subs(x, S["a"]) == 0
    cutoff = sqrt(simplify(-diff(field, x, 2) / field))
    return speed * cutoff / (2 * pi)


def guide_velocities() -> tuple[sp.Expr, sp.Expr]:
    cut = 2 * pi * S["f_c"]
    beta = sqrt(OMEGA**2 - cut**2) / S["v"]
    phase, group = OMEGA / beta, 1 / diff(beta, OMEGA)
    assert simplify(phase * group - S["v"] ** 2) == 0
    return phase.subs(OMEGA, 2 * pi * S["f"]), group.subs(OMEGA, 2 * pi * S["f"])


def guide_power() -> sp.Expr:
    x, y = sp.symbols("x y", positive=True)
    density = (S["E_0"] * sin(pi * x / S["a"])) ** 2 / (2 * S["Z_TE"])
    return integrate(density, (x, 0, S["a"]), (y, 0, S["b"]))


def gain() -> sp.Expr:
    radiated = S["eta_r"] * S["P"]
    strongest = S["D"] * radiated / (4 * pi)
    return strongest / (S["P"] / (4 * pi))


def two_elements() -> sp.Expr:
    psi = S["k"] * S["d"] * cos(S["theta"])
    total = 1 + exp(I * psi)
    factor = 2 * cos(psi / 2)
    assert simplify(sp.expand_complex(sp.expand(total * sp.conjugate(total)) - factor**2)) == 0
    return factor


def cancelling_distance() -> sp.Expr:
    along = two_elements().subs(S["theta"], 0).subs(S["k"], 2 * pi / S["lambda_"])
    return min(solve(along, S["d"]), key=lambda root: root / S["lambda_"])


def radiation_share() -> sp.Expr:
    current = sp.Symbol("I_0", positive=True)
    return (current**2 * S["R_r"] / 2) / (current**2 * (S["R_r"] + S["R_loss"]) / 2)


def far_field_distance() -> sp.Expr:
    half = S["D"] / 2
    distance = sp.Symbol("r", positive=True)
    detour = sp.series(sqrt(1 + R**2), R, 0, 3).removeO().subs(R, half / distance) * distance - distance
    return solve(2 * pi / S["lambda_"] * detour - pi / 8, distance)[0]


WAVE_FORMULAS: dict[tuple[str, str], tuple[str, Derivation]] = {
    ("044", "emf = B*omega*l^2/2"): (r"\mathcal{E}=\frac{1}{2}B\omega l^2", rotating_rod),
    ("045", "emf_0 = N*B*A*omega"): (r"\mathcal{E}_0=NBA\omega", generator_peak),
    ("047", "Phi = mu_0*I*h*log(b/a)/(2*pi)"): (r"\Phi=\frac{\mu_0Ih}{2\pi}\ln\frac{b}{a}", coil_flux),
    ("049", "B = mu_0*I*r/(2*pi*a^2)"): (r"B=\frac{\mu_0Ir}{2\pi a^2}", field_between_plates),
    ("049", "D = Q/(pi*a^2)"): (r"D=\frac{Q}{\pi a^2}", plate_flux_density),
    ("050", "rho_s = epsilon_0*E_n"): (r"\rho_s=\varepsilon_0E_n", pillbox),
    ("053", "w = epsilon*E^2"): (r"w=\varepsilon E^2", wave_energy),
    ("053", "S = E^2/eta"): (r"S=EH=\frac{E^2}{\eta}", poynting_size),
    ("054", "E_0 = sqrt(2*eta_0*S_av)"): (r"E_0=\sqrt{2\eta_0S_{av}}", peak_field),
    ("055", "F = (1+R)*P/c"): (r"F=(1+R)\frac{P}{c}", light_force),
    ("057", "f = k*c/(2*pi)"): (r"f=\frac{kc}{2\pi}", wave_frequency),
    ("058", "d = v*t/2"): (r"d=\frac{vt}{2}", echo_depth),
    ("058", "v = c/sqrt(epsilon_r)"): (r"v=\frac{c}{\sqrt{\varepsilon_r}}", wave_speed),
    ("060", "lambda = 2*pi*delta"): (r"\lambda=2\pi\delta", conductor_wavelength),
    ("061", "P_s = R_s*H_t^2/2"): (r"P_s=\frac{1}{2}R_sH_t^2", absorbed_power),
    ("061", "R_s = 1/(sigma*delta)"): (r"R_s=\frac{1}{\sigma\delta}", surface_resistance),
    ("062", "R' = R_s/(2*pi*a)"): (r"R'=\frac{R_s}{2\pi a}", wire_at_high_frequency),
    ("064", "alpha = beta*tan(delta_c)/2"): (r"\alpha=\frac{1}{2}\beta\tan\delta_c", low_loss_attenuation),
    ("065", "sin(theta_max) = n_1/n_2"): (r"\sin\theta_{max}=\frac{n_1}{n_2}", grazing_sine),
    ("066", "T = 4*eta_1*eta_2/(eta_1+eta_2)^2"): (
        r"T=\frac{4\eta_1\eta_2}{(\eta_1+\eta_2)^2}",
        lambda: boundary()[1],
    ),
    ("066", "R = ((eta_2-eta_1)/(eta_2+eta_1))^2"): (
        r"R=\left(\frac{\eta_2-\eta_1}{\eta_2+\eta_1}\right)^2",
        lambda: boundary()[0],
    ),
    ("068", "sin(theta_c) = n_2/n_1"): (r"\sin\theta_c=\frac{n_2}{n_1}", critical_sine),
    ("070", "Z_0 = sqrt(L/C)"): (r"Z_0=\sqrt{\frac{L}{C}}", lossless_impedance),
    ("071", "alpha = sqrt(R*G)"): (r"\alpha=\sqrt{RG}", lambda: distortionless("alpha")),
    ("071", "beta = omega*sqrt(L*C)"): (r"\beta=\omega\sqrt{LC}", lambda: distortionless("beta")),
    ("072", "Z_0 = sqrt(Z_sc*Z_oc)"): (r"Z_0=\sqrt{Z_{sc}Z_{oc}}", impedance_from_pieces),
    ("072", "Z_sc = j*Z_0*tan(beta*l)"): (r"Z_{sc}=jZ_0\tan\beta l", shorted_line),
    ("073", "Gamma = (Z_L-Z_0)/(Z_L+Z_0)"): (r"\Gamma=\frac{Z_L-Z_0}{Z_L+Z_0}", load_reflection),
    ("075", "f_c = v/(2*a)"): (r"f_c=\frac{v}{2a}", lambda: dominant_cutoff(S["v"])),
    ("076", "v_p = v/sqrt(1-(f_c/f)^2)"): (r"v_p=\frac{v}{\sqrt{1-(f_c/f)^2}}", lambda: guide_velocities()[0]),
    ("076", "v_g = v*sqrt(1-(f_c/f)^2)"): (r"v_g=v\sqrt{1-(f_c/f)^2}", lambda: guide_velocities()[1]),
    ("077", "P = E_0^2*a*b/(4*Z_TE)"): (r"P=\frac{E_0^2ab}{4Z_{TE}}", guide_power),
    ("078", "f_c = c/(2*a)"): (r"f_c=\frac{c}{2a}", lambda: dominant_cutoff(S["c"])),
    ("080", "G = eta_r*D"): (r"G=\eta_rD", gain),
    ("081", "AF = 2*cos(k*d*cos(theta)/2)"): (
        r"|AF|=2\left|\cos\left(\frac{kd}{2}\cos\theta\right)\right|",
        two_elements,
    ),
    ("081", "d = lambda/2"): (r"d=\frac{\lambda}{2}", cancelling_distance),
    ("082", "eta_r = R_r/(R_r+R_loss)"): (r"\eta_r=\frac{R_r}{R_r+R_{loss}}", radiation_share),
    ("083", "r = 2*D^2/lambda"): (r"r=\frac{2D^2}{\lambda}", far_field_distance),
}

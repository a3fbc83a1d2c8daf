"""The electromagnetics notes, chapters 10 to 18: worked examples recomputed, key formulas derived.

Each derivation starts from Maxwell's equations, circuit laws or a field integral, and ends at a formula that the note
states; `stated` binds the two by looking the LaTeX up in the chapter.
"""

import re

import numpy as np
import pytest
import sympy as sp
from em_part2_examples import CHAPTERS, RECOMPUTE, UNITS, WORKED, U, arithmetic, read, recomputation, sections
from scipy.integrate import quad
from sympy import I, cos, exp, pi, sin, sqrt, tan
from sympy.vector import CoordSys3D, curl, divergence, gradient

TEXTS = {path.name[:2]: path.read_text(encoding="utf-8") for path in CHAPTERS}
N = CoordSys3D("N")
x, y, z, t = N.x, N.y, N.z, sp.symbols("t", real=True)
w, k, mu, eps, sig, eta, a, b, d, E0, I0 = sp.symbols("omega k mu epsilon sigma eta a b d E_0 I_0", positive=True)
r, th, length, lam = sp.symbols("r theta l lambda", positive=True)


def stated(chapter: str, *formulas: str) -> None:
    """Assert that the chapter's note states these LaTeX formulas."""
    for formula in formulas:
        assert formula in TEXTS[chapter], f"chapter {chapter} does not state {formula}"


def zero(expression: sp.Expr) -> bool:
    """Say whether an expression vanishes identically."""
    return bool(sp.simplify(sp.expand(expression)) == 0)


def test_nine_chapters_of_self_contained_sections() -> None:
    assert len(CHAPTERS) == 9
    total = 0
    for path in CHAPTERS:
        body = path.read_text(encoding="utf-8")
        total += len(body.split())
        assert 1000 <= len(body.split()) <= 1300, path.name
        assert 8 <= len(sections(path)) <= 11, path.name
        assert sum(heading.startswith("Worked example") for heading in sections(path)) >= 2, path.name
        assert "Common mistake" in body or "common mistake" in body, path.name
        assert "Limiting case" in body, path.name
        assert body.count("$") % 2 == 0, path.name
        assert body.count("{") == body.count("}"), path.name
    assert total >= 9500


def test_every_worked_example_has_a_recomputation() -> None:
    assert len(WORKED) == len(RECOMPUTE) == len({recomputation(heading) for heading in WORKED})


@pytest.mark.parametrize("heading", WORKED)
def test_worked_example_states_what_its_given_values_imply(heading: str) -> None:
    given, stated = read(WORKED[heading])
    expected = recomputation(heading)(given)
    assert {hit.symbol for hit in stated} == set(expected)
    for hit in stated:
        wanted = U.Quantity(expected[hit.symbol]).to(hit.value.units).magnitude
        assert abs(wanted - hit.value.magnitude) <= hit.half_digit, f"{hit.symbol}: note {hit.value}, computed {wanted}"


@pytest.mark.parametrize("heading", WORKED)
def test_worked_example_substitutions_evaluate_to_the_stated_value(heading: str) -> None:
    for hit in read(WORKED[heading])[1]:
        base = hit.value.to_base_units().magnitude
        slack = U.Quantity(hit.half_digit, hit.value.units).to_base_units().magnitude
        for latex in hit.between:
            value = arithmetic(latex)
            assert value is None or abs(value - base) <= slack + 2e-3 * abs(base), (
                f"{hit.symbol}: {latex} is {value}, note {hit.value}"
            )


@pytest.mark.parametrize("heading", WORKED)
def test_worked_example_has_no_quantity_outside_the_checked_form(heading: str) -> None:
    prose = re.sub(r"\$[^$]+\$(?: [A-Za-z][A-Za-z0-9/^]*)?", "", WORKED[heading])
    units = "|".join(sorted((re.escape(unit) for unit in UNITS if unit), key=len, reverse=True))
    assert re.findall(rf"\d (?:{units}|percent)\b", prose) == []


def test_induced_field_of_a_cylinder_and_generator_emf() -> None:
    slope = sp.symbols("Bdot", real=True)
    inside, outside = -r / 2 * slope, -(a**2) / (2 * r) * slope
    curls = [sp.diff(r * field, r) / r for field in (inside, outside)]
    assert sp.simplify(curls[0] + slope) == 0 and sp.simplify(curls[1]) == 0
    assert sp.simplify((inside - outside).subs(r, a)) == 0
    turns, field, area = sp.symbols("N B A", positive=True)
    assert sp.simplify(-turns * sp.diff(field * area * cos(w * t), t) - turns * field * area * w * sin(w * t)) == 0
    loss = sp.integrate(sig * (w * field * r) ** 2 / 2, (r, -d / 2, d / 2)) / d
    assert sp.simplify(loss - sig * w**2 * field**2 * d**2 / 24) == 0
    stated("10", r"E_\phi = -\frac{r}{2}\frac{dB}{dt}", r"E_\phi = -\frac{a^2}{2r}\frac{dB}{dt}")
    stated("10", r"N B A\,\omega\sin\omega t", r"p = \frac{\sigma\,\omega^2 B_0^2 d^2}{24}")


def test_potentials_are_gauge_free_and_give_wave_equations() -> None:
    v, psi = (sp.Function(name)(x, y, z, t) for name in ("V", "psi"))
    vector = sum((sp.Function(f"A{n}")(x, y, z, t) * e for n, e in zip("xyz", (N.i, N.j, N.k), strict=True)), 0 * N.i)
    field = -gradient(v) - sp.diff(vector, t)
    changed = -gradient(v - sp.diff(psi, t)) - sp.diff(vector + gradient(psi), t)
    assert sp.simplify((changed - field).to_matrix(N)) == sp.zeros(3, 1)
    lorenz = divergence(vector) + mu * eps * sp.diff(v, t)
    laplace_v = divergence(gradient(v))
    wave = laplace_v - mu * eps * sp.diff(v, t, 2)
    # Gauss: div E = rho/eps, so wave = -rho/eps exactly when the Lorenz expression vanishes
    assert sp.simplify((wave + divergence(field) + sp.diff(lorenz, t)).doit()) == 0
    stated("11", r"\nabla\cdot\mathbf{A} = -\mu\varepsilon\,\partial V/\partial t", r"V-\partial\psi/\partial t")


def test_poynting_identity_and_time_averages() -> None:
    e, h = (
        sum((sp.Function(f"{n}{c}")(x, y, z) * u for c, u in zip("xyz", (N.i, N.j, N.k), strict=True)), 0 * N.i)
        for n in "EH"
    )
    identity = divergence(e.cross(h)) - (h.dot(curl(e)) - e.dot(curl(h)))
    assert sp.simplify(identity.doit()) == 0
    stated("12", r"\nabla\cdot(\mathbf{E}\times\mathbf{H})=\mathbf{H}\cdot\nabla\times\mathbf{E}-\mathbf{E}\cdot")
    pa, pb, ta, tb = sp.symbols("p q theta_a theta_b", real=True)
    product = pa * cos(w * t + ta) * pb * cos(w * t + tb)
    average = sp.integrate(sp.expand(sp.expand_trig(product)), (t, 0, 2 * pi / w)) * w / (2 * pi)
    assert sp.simplify(average - pa * pb * cos(ta - tb) / 2) == 0
    stated("12", r"\frac12|\tilde a||\tilde b|\cos(\theta_a-\theta_b)", r"p_{refl}=\frac{2S_{av}}{c}")
    assert U("1 W/m^2 / (m/s)").to("Pa").magnitude == 1
    assert U("1 V/m * A/m").check("[power]/[area]")


def test_plane_wave_solves_maxwell() -> None:
    k0, eta0 = w * sqrt(mu * eps), sqrt(mu / eps)
    e = E0 * cos(w * t - k0 * z) * N.i
    h = E0 / eta0 * cos(w * t - k0 * z) * N.j
    assert sp.simplify((curl(e) + mu * sp.diff(h, t)).to_matrix(N)) == sp.zeros(3, 1)
    assert sp.simplify((curl(h) - eps * sp.diff(e, t)).to_matrix(N)) == sp.zeros(3, 1)
    component = e.dot(N.i)
    assert sp.simplify(sp.diff(component, z, 2) - mu * eps * sp.diff(component, t, 2)) == 0
    stated(
        "13", r"k=\omega\sqrt{\mu\varepsilon}", r"\sqrt{\frac{\mu}{\varepsilon}}", r"\frac{E_0}{\eta}\cos(\omega t-kz)"
    )
    assert U("1 H/m / (F/m)").check("[resistance]**2")
    speed = (1 / (4e-7 * np.pi * 8.854e-12)) ** 0.5
    assert speed == pytest.approx(2.998e8, rel=2e-4)
    assert 4e-7 * np.pi * speed == pytest.approx(376.7, abs=0.05)


def test_quadrature_lag_is_right_handed_circular() -> None:
    ex, ey = cos(w * t), cos(w * t - pi / 2)
    assert sp.simplify(ex**2 + ey**2) == 1
    # turning from x to y about +z, the direction of propagation: right hand
    assert sp.simplify(ex * sp.diff(ey, t) - ey * sp.diff(ex, t)) == w
    stated("13", r"$\varphi=-90^\circ$ is right-handed circular")


def test_lossy_medium_constants_and_their_limits() -> None:
    p = sp.symbols("p", positive=True)  # loss tangent sigma/(omega eps)
    root = sqrt(1 + p**2)
    alpha, beta = (w * sqrt(mu * eps / 2) * sqrt(root + s) for s in (-1, 1))
    gamma_squared = sp.expand(I * w * mu * (p * w * eps + I * w * eps))
    assert zero(sp.expand((alpha + I * beta) ** 2) - gamma_squared)
    k0 = w * sqrt(mu * eps)
    assert sp.limit(alpha / (k0 * p / 2), p, 0) == 1
    assert sp.limit((beta / k0 - 1) / p**2, p, 0) == sp.Rational(1, 8)
    delta = sqrt(2 / (w * mu * p * w * eps))
    assert sp.limit(alpha * delta, p, sp.oo) == sp.limit(beta * delta, p, sp.oo) == 1
    depth = sqrt(2 / (w * mu * sig))
    assert sp.expand(((1 + I) / depth) ** 2) == sp.expand(I * w * mu * sig)
    assert sp.simplify(((1 + I) / (sig * depth)) ** 2 - I * w * mu / sig) == 0
    stated(
        "14", r"\delta=\frac1\alpha=\frac{1}{\sqrt{\pi f\mu\sigma}}", r"R_s=\frac{1}{\sigma\delta}", r"+1\right]^{1/2}"
    )
    stated("14", r"\left(1+\frac18\tan^2\delta_c\right)", r"\frac{\sigma}{2}\sqrt{\frac{\mu}{\varepsilon}}", r"8.686")
    assert U("1/(Hz * H/m * S/m)").check("[length]**2") and round(20 * np.log10(np.e), 3) == 8.686


def test_fresnel_coefficients_follow_from_tangential_continuity() -> None:
    n1, n2, ci, ct, g, tau = sp.symbols("eta_1 eta_2 c_i c_t Gamma tau", positive=True)
    te = sp.solve([1 + g - tau, (1 - g) * ci / n1 - tau * ct / n2], [g, tau])
    tm = sp.solve([(1 + g) * ci - tau * ct, (1 - g) / n1 - tau / n2], [g, tau])
    assert sp.simplify(te[g] - (n2 * ci - n1 * ct) / (n2 * ci + n1 * ct)) == 0
    assert sp.simplify(tm[g] - (n2 * ct - n1 * ci) / (n2 * ct + n1 * ci)) == 0
    assert sp.simplify(te[tau] - 2 * n2 * ci / (n2 * ci + n1 * ct)) == 0
    assert sp.simplify(tm[tau] - 2 * n2 * ci / (n2 * ct + n1 * ci)) == 0
    for found in (te, tm):
        assert sp.simplify(found[g] ** 2 + found[tau] ** 2 * n1 * ct / (n2 * ci) - 1) == 0
    ratio = sp.symbols("n", positive=True)  # n2/n1 = eta1/eta2
    brewster = sp.atan(ratio)
    refracted = sqrt(1 - (sin(brewster) / ratio) ** 2)
    assert sp.simplify(tm[g].subs({n1: ratio * n2, ci: cos(brewster), ct: refracted})) == 0
    beyond = complex(te[g].subs({n1: 1, n2: 1.5, ci: 0.5, ct: -I * sqrt(1.5**2 * 0.75 - 1)}))
    assert abs(beyond) == pytest.approx(1)
    stated("15", r"\tau_\parallel=\frac{2\eta_2\cos\theta_i}{\eta_2\cos\theta_t+\eta_1\cos\theta_i}")
    stated("15", r"\Gamma_\parallel=\frac{\eta_2\cos\theta_t-\eta_1\cos\theta_i}", r"\tan\theta_B=\frac{n_2}{n_1}")
    standing = sp.re(sp.expand_complex(E0 * (exp(-I * k * z) - exp(I * k * z)) * exp(I * w * t)))
    z_real = sp.symbols("zr", real=True)
    assert sp.simplify(standing.subs(z, z_real) - 2 * E0 * sin(k * z_real) * sin(w * t)) == 0


def test_input_impedance_and_its_special_lines() -> None:
    z0, zl, bl = sp.symbols("Z_0 Z_L bl", positive=True)
    turned = (zl - z0) / (zl + z0) * exp(-2 * I * bl)
    zin = z0 * (zl + I * z0 * tan(bl)) / (z0 + I * zl * tan(bl))
    assert sp.simplify((z0 * (1 + turned) / (1 - turned) - zin).rewrite(exp)) == 0
    assert sp.limit(zin, bl, pi / 2) == z0**2 / zl
    assert sp.solve(z0**2 / zl - lam, z0) == [sqrt(lam * zl)]  # lam stands for the line to be matched
    short, opened = zin.subs(zl, 0), sp.limit(zin, zl, sp.oo)
    assert sp.simplify(short - I * z0 * tan(bl)) == 0
    assert sp.simplify(opened + I * z0 / tan(bl)) == 0
    assert sp.simplify(short * opened) == z0**2
    stated(
        "16", r"Z_{in}=Z_0\frac{Z_L+jZ_0\tan\beta l}{Z_0+jZ_L\tan\beta l}", r"Z_T=\sqrt{Z_0R_L}", r"-jZ_0\cot\beta l"
    )
    at_stub = 1 / zin.subs(tan(bl), sqrt(zl / z0)) * z0
    assert sp.simplify(at_stub - 1 - I * (zl - z0) / sqrt(zl * z0)) == 0


def test_telegrapher_equations_give_gamma_and_characteristic_impedance() -> None:
    res, ind, con, cap, pos = sp.symbols("R L G C s", positive=True)
    series, shunt = res + I * w * ind, con + I * w * cap
    gamma, z0 = sqrt(series * shunt), sqrt(series) / sqrt(shunt)
    voltage = exp(-gamma * pos)
    current = voltage / z0
    numbers = {res: 2, ind: 3, con: 5, cap: 7, w: 1.1, pos: 0.2}
    assert abs(complex((sp.diff(voltage, pos) + series * current).subs(numbers))) < 1e-12
    assert abs(complex((sp.diff(current, pos) + shunt * voltage).subs(numbers))) < 1e-12
    stated("16", r"\gamma=\alpha+j\beta=\sqrt{(R+j\omega L)(G+j\omega C)}", r"\sqrt{\frac{R+j\omega L}{G+j\omega C}}")


def test_bounce_diagram_sums_to_the_circuit_without_line() -> None:
    rg, rl, z0 = sp.symbols("R_g R_L Z_0", positive=True)
    at_load, at_source = ((load - z0) / (load + z0) for load in (rl, rg))
    first = z0 / (rg + z0)
    assert sp.simplify(first * (1 + at_load) / (1 - at_load * at_source) - rl / (rg + rl)) == 0
    numbers = re.search(
        r"(\d+) V, (\d+) ohm source, (\d+) ohm line, (\d+) ohm load gives (\d+) V, then ([\d.]+) V", TEXTS["16"]
    )
    assert numbers is not None
    vg, source, line, load, launched, final = (float(value) for value in numbers.groups())
    assert launched == vg * line / (source + line)
    assert final == launched * (1 + (load - line) / (load + line)) == vg * load / (source + load)


def te10() -> tuple[sp.Expr, sp.Expr, sp.Expr, sp.Expr]:
    """Return E_y, H_x, H_z of the note's TE10 mode and its phase constant."""
    beta = sqrt(w**2 * mu * eps - (pi / a) ** 2)
    phase = exp(-I * beta * z)
    ey = E0 * sin(pi * x / a) * phase
    return ey, -ey * beta / (w * mu), I * pi * E0 / (w * mu * a) * cos(pi * x / a) * phase, beta


def test_te10_mode_solves_maxwell_and_carries_the_stated_power() -> None:
    ey, hx, hz, beta = te10()
    e, h = ey * N.j, hx * N.i + hz * N.k
    assert sp.simplify((curl(e) + I * w * mu * h).to_matrix(N)) == sp.zeros(3, 1)
    assert sp.simplify((curl(h) - I * w * eps * e).to_matrix(N)) == sp.zeros(3, 1)
    s = sp.symbols("s", positive=True)
    density = E0**2 * sin(pi * s / a) ** 2 * beta / (2 * w * mu)
    power = sp.integrate(density, (s, 0, a)) * b
    assert sp.simplify(power - E0**2 * a * b * beta / (4 * w * mu)) == 0
    group = 1 / sp.diff(beta, w)
    assert sp.simplify(group * w / beta - 1 / (mu * eps)) == 0
    stated("17", r"P=\frac{E_0^2ab}{4Z_{TE}}", r"v_pv_g=v^2", r"H_z=\frac{j\pi E_0}{\omega\mu a}\cos\frac{\pi x}{a}")


def test_te101_quality_factor_from_energy_and_wall_loss() -> None:
    s, q = sp.symbols("s q", positive=True)
    k0 = pi * sqrt(1 / a**2 + 1 / d**2)
    # E_y = E0 sin(pi x/a) sin(pi z/d); H from Faraday's law, magnitudes only, omega mu = k0 eta
    hx, hz = (E0 * pi / (side * k0 * eta) for side in (d, a))
    energy = eps / 2 * E0**2 * a * b * d / 4
    broad = 2 * sp.integrate((hx * sin(pi * s / a) * cos(pi * q / d)) ** 2, (s, 0, a), (q, 0, d))
    broad += 2 * sp.integrate((hz * cos(pi * s / a) * sin(pi * q / d)) ** 2, (s, 0, a), (q, 0, d))
    ends = 2 * b * sp.integrate((hx * sin(pi * s / a)) ** 2, (s, 0, a))
    sides = 2 * b * sp.integrate((hz * sin(pi * q / d)) ** 2, (q, 0, d))
    surface = sp.symbols("R_s", positive=True)
    quality = (k0 / (eta * eps)) * energy / (surface / 2 * (broad + ends + sides))
    shape = 2 * b * (a**2 + d**2) ** sp.Rational(3, 2) / (a * d * (a**2 + d**2) + 2 * b * (a**3 + d**3))
    assert sp.simplify(quality / (pi * eta / (4 * surface) * shape)) == 1
    cube = float(quality.subs({b: a, d: a}).subs({a: 1, eta: 1, surface: 1, eps: 1}))
    assert round(cube, 3) == 0.740
    stated("17", r"\frac{2b\,(a^2+d^2)^{3/2}}{ad(a^2+d^2)+2b(a^3+d^3)}", r"$Q=0.740\,\eta/R_s$")


def test_hertzian_dipole_fields_power_and_directivity() -> None:
    az = mu * I0 * length * exp(-I * k * r) / (4 * pi * r)
    ar, at = az * cos(th), -az * sin(th)
    h = (sp.diff(r * at, r) - sp.diff(ar, th)) / (r * mu)
    e_theta = -sp.diff(r * h, r) / r / (I * w * eps)
    e_r = sp.diff(h * sin(th), th) / (r * sin(th)) / (I * w * eps)
    to_k = {w: k * sp.Symbol("c", positive=True), eps: 1 / (eta * sp.Symbol("c", positive=True))}
    common = I * k * I0 * length * sin(th) * exp(-I * k * r) / (4 * pi * r)
    assert sp.simplify(h - common * (1 + 1 / (I * k * r))) == 0
    assert sp.simplify(e_theta.subs(to_k) - eta * common * (1 + 1 / (I * k * r) - 1 / (k * r) ** 2)) == 0
    radial = eta * I0 * length * cos(th) / (2 * pi * r**2) * (1 + 1 / (I * k * r)) * exp(-I * k * r)
    assert sp.simplify(e_r.subs(to_k) - radial) == 0
    far = eta * I0 * length * sin(th) / (2 * lam * r)
    power = sp.integrate(far**2 / (2 * eta) * 2 * pi * r**2 * sin(th), (th, 0, pi))
    assert sp.simplify(power - eta * pi / 3 * I0**2 * (length / lam) ** 2) == 0
    directivity = 4 * pi * (far**2 / (2 * eta) * r**2).subs(th, pi / 2) / power
    assert sp.simplify(directivity) == sp.Rational(3, 2)
    stated(
        "18", r"\frac{\eta_0\pi}{3}I_0^2\left(\frac l\lambda\right)^2", r"$A_e=3\lambda^2/(8\pi)\approx0.119\lambda^2$"
    )
    stated(
        "18", r"\left[1+\frac{1}{jkr}-\frac{1}{(kr)^2}\right]", r"|E_\theta|=\frac{\eta_0I_0l}{2\lambda r}\sin\theta"
    )


def test_half_wave_dipole_resistance_and_directivity() -> None:
    s = sp.symbols("s", real=True)
    # the space factor of a cosine current, kz = s from -pi/2 to pi/2, at one angle
    factor = sp.integrate(cos(s) * cos(s * cos(1)), (s, -pi / 2, pi / 2)) * sin(1) / 2
    assert sp.N(factor - cos(pi / 2 * cos(1)) / sin(1)) == pytest.approx(0, abs=1e-12)
    integral = quad(lambda u: np.cos(np.pi / 2 * np.cos(u)) ** 2 / np.sin(u), 1e-9, np.pi - 1e-9)[0]
    resistance = 376.73 / (2 * np.pi) * integral
    assert round(resistance, 1) == 73.1 and round(resistance / 2, 1) == 36.5 and round(2 / integral, 2) == 1.64
    assert round(10 * np.log10(2 / integral), 2) == 2.15
    stated("18", r"R_r=73.1\ \text{ohm}", r"P_{rad}=36.5\,I_0^2", "1.64 (2.15 dBi)", r"$60I_0/r$")


def test_array_factor_is_the_phasor_sum() -> None:
    for count, psi in ((2, 0.7), (5, 1.9), (8, 0.3)):
        total = abs(np.exp(1j * psi * np.arange(count)).sum())
        assert total == pytest.approx(abs(np.sin(count * psi / 2) / np.sin(psi / 2)))
    nulls = [2 * np.pi * q / 5 for q in range(1, 5)]
    assert all(abs(np.exp(1j * psi * np.arange(5)).sum()) < 1e-12 for psi in nulls)
    stated("18", r"\frac{\sin(N\psi/2)}{\sin(\psi/2)}", r"$\psi=2\pi q/N$", r"\psi=kd\cos\theta+\alpha_s")

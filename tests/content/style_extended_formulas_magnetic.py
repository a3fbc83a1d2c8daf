"""Derivations of the formulas in style_sft_extended.jsonl, chapters 7 to 12; see style_extended_formulas."""

import sympy as sp
from style_extended_formulas import EPS0, EPSR, MU0, SPACE, Central, X
from sympy import I, Matrix, Rational, cos, diff, exp, integrate, log, oo, pi, simplify, sin, solve, sqrt
from sympy.vector import Vector, curl, divergence, gradient

T = sp.Symbol("t", real=True)
OMEGA = X["omega"]


def steady_divergence() -> sp.Expr:
    charge = sp.Function("rho")(SPACE.x, SPACE.y, SPACE.z)
    enters, leaves = sp.symbols("I_in I_out")
    assert solve(leaves - enters, leaves) == [enters]
    return -diff(charge, T)


def earth_resistance() -> sp.Expr:
    r = X["r"]
    voltage = integrate(X["I"] / (4 * pi * r**2) / X["sigma"], (r, X["a"], oo))
    near = integrate(X["I"] / (4 * pi * r**2) / X["sigma"], (r, X["a"], 2 * X["a"]))
    assert simplify(near / voltage) == Rational(1, 2)
    return voltage / X["I"]


def interface_charge() -> sp.Expr:
    first, second = X["J_n"] / X["sigma_1"], X["J_n"] / X["sigma_2"]
    found = X["epsilon_2"] * second - X["epsilon_1"] * first
    assert simplify(found.subs(X["epsilon_2"], X["epsilon_1"] * X["sigma_2"] / X["sigma_1"])) == 0
    return found


def leakage_product() -> sp.Expr:
    r, eps, sigma = X["r"], EPS0 * EPSR, X["sigma"]
    flat = X["d"] / (sigma * X["A"]) * eps * X["A"] / X["d"]
    shape = integrate(1 / (4 * pi * r**2), (r, X["a"], X["b"]))
    round_one = (shape / sigma) * (eps / shape)
    assert simplify(flat - round_one) == 0
    return simplify(round_one)


def field_of_current() -> sp.Expr:
    field = solve(X["J"] - X["sigma"] * X["E"], X["E"])[0]
    assert sp.limit(field, X["sigma"], oo) == 0
    assert sp.limit(X["J"] * field, X["sigma"], oo) == 0
    return field


def drift_speed() -> sp.Expr:
    speed = sp.Symbol("u")
    return solve(X["N"] * X["e"] * speed * X["A"] - X["I"], speed)[0]


def loop_on_axis() -> sp.Expr:
    ph, a, z = sp.Symbol("ph"), X["a"], X["z"]
    place = Matrix([a * cos(ph), a * sin(ph), 0])
    toward = Matrix([0, 0, z]) - place
    size = sqrt(a**2 + z**2)
    element = place.diff(ph).cross(toward) / size**3
    total = (MU0 * X["I"] / (4 * pi) * element).applyfunc(lambda part: integrate(simplify(part), (ph, 0, 2 * pi)))
    assert total[0] == total[1] == 0
    far = sp.limit(total[2] * z**3, z, oo)
    assert simplify(far - MU0 * X["I"] * pi * a**2 / (2 * pi)) == 0
    return total[2]


def solenoid_field() -> sp.Expr:
    z, a = sp.Symbol("zz", real=True), X["a"]
    ring = MU0 * X["I"] * a**2 / (2 * (z**2 + a**2) ** Rational(3, 2))
    whole, half = (X["N"] / X["L"] * integrate(ring, (z, start, oo)) for start in (-oo, 0))
    assert simplify(whole / half) == 2
    return whole


def square_loop_centre() -> sp.Expr:
    x, s = sp.Symbol("xx", real=True), X["s"]
    primitive = x / (s / 2 * sqrt(x**2 + s**2 / 4))
    assert simplify(diff(primitive, x) - s / 2 / (x**2 + s**2 / 4) ** Rational(3, 2)) == 0
    square = 4 * MU0 * X["I"] / (4 * pi) * 2 * primitive.subs(x, s / 2)
    circle = MU0 * X["I"] / s
    assert 1 < float(simplify(circle / square)) < 1.2
    return square


def coil_torque() -> sp.Expr:
    w, h, field = X["w"], X["h"], Matrix([0, X["B"], 0])
    corners = [Matrix(c) for c in ((w / 2, h / 2, 0), (-w / 2, h / 2, 0), (-w / 2, -h / 2, 0), (w / 2, -h / 2, 0))]
    total = Matrix([0, 0, 0])
    for start, end in zip(corners, corners[1:] + corners[:1], strict=True):
        total += ((start + end) / 2).cross(X["I"] * (end - start).cross(field))
    assert total[1] == total[2] == 0
    return X["N"] * simplify(total[0].subs(w, X["S"] / h)) * -1


def selected_speed() -> sp.Expr:
    v = sp.Symbol("v")
    force = Matrix([X["E"], 0, 0]) + Matrix([0, 0, v]).cross(Matrix([0, X["B"], 0]))
    assert force[1] == force[2] == 0
    assert simplify(force.subs(v, -X["E"] / X["B"])[0] - 2 * X["E"]) == 0
    return solve(X["q"] * force[0], v)[0]


def toroid_inductance() -> sp.Expr:
    r = X["r"]
    flux = integrate(MU0 * X["N"] * X["I"] / (2 * pi * r) * X["h"], (r, X["a"], X["b"]))
    return X["N"] * flux / X["I"]


def coaxial_inductance() -> sp.Expr:
    r = X["r"]
    field = MU0 * X["I"] / (2 * pi * r)
    energy = integrate(field**2 / (2 * MU0) * 2 * pi * r, (r, X["a"], X["b"]))
    linked = integrate(field, (r, X["a"], X["b"])) / X["I"]
    assert simplify(energy - linked * X["I"] ** 2 / 2) == 0
    return linked


def aiding_coils() -> sp.Expr:
    current, m = X["I"], X["M"]
    energy = X["L_1"] * current**2 / 2 + X["L_2"] * current**2 / 2 + m * current * current
    opposing = X["L_1"] + X["L_2"] - 2 * sqrt(X["L_1"] * X["L_2"])
    assert simplify(opposing - (sqrt(X["L_1"]) - sqrt(X["L_2"])) ** 2) == 0
    return simplify(2 * energy / current**2)


def pole_force() -> sp.Expr:
    gap = X["x"]
    return diff(X["B"] ** 2 / (2 * MU0) * X["A"] * gap, gap)


def rectangle_loss() -> sp.Expr:
    corners = [(X["H_c"], -X["B_r"]), (X["H_c"], X["B_r"]), (-X["H_c"], X["B_r"]), (-X["H_c"], -X["B_r"])]
    pairs = zip(corners, corners[1:] + corners[:1], strict=True)
    return sum((h0 + h1) / 2 * (b1 - b0) for (h0, b0), (h1, b1) in pairs)


def seen_by_mains() -> sp.Expr:
    v2, i2 = sp.symbols("v2 i2")
    ratio = X["N_2"] / X["N_1"]
    load = {v2: X["V"] * ratio}
    current = (v2 / X["R_L"]).subs(load) * ratio
    assert simplify(X["V"] * current - (v2 * i2).subs(i2, v2 / X["R_L"]).subs(load)) == 0
    return X["V"] / current


def induced_inside() -> sp.Expr:
    r, a, slope = X["r"], X["a"], X["Bdot"]
    inside, outside = -slope * pi * r**2 / (2 * pi * r), -slope * pi * a**2 / (2 * pi * r)
    assert simplify((inside - outside).subs(r, a)) == 0
    assert simplify(diff(r * inside, r) / r + slope) == 0
    assert simplify(diff(r * outside, r)) == 0
    return inside


def rotating_coil() -> sp.Expr:
    flux = X["B"] * X["A"] * cos(OMEGA * X["t"])
    emf = -X["N"] * diff(flux, X["t"])
    assert flux.subs(X["t"], pi / (2 * OMEGA)) == 0
    assert emf.subs(X["t"], 0) == 0
    return emf


def falling_field() -> sp.Expr:
    time = X["t"]
    return -diff(X["N"] * X["B"] * X["A"] * (1 - time / X["dt"]), time)


def coupled_emf() -> sp.Expr:
    mutual = X["k"] * sqrt(X["L_1"] * X["L_2"])
    emf = -mutual * diff(X["I_1"] * cos(OMEGA * T), T)
    return emf.subs(T, pi / (2 * OMEGA))


def displacement_peak() -> sp.Expr:
    density = diff(EPS0 * X["V_0"] * sin(OMEGA * T) / X["d"], T)
    wires = diff(EPS0 * X["A"] / X["d"] * X["V_0"] * sin(OMEGA * T), T)
    assert simplify(density * X["A"] - wires) == 0
    return (density * X["A"]).subs(T, 0)


def tangential_field() -> sp.Expr:
    second, short, rate = sp.symbols("E_2 E_short rate")
    law = (second - X["E_1"]) * X["l"] + short * X["h"] + rate * X["l"] * X["h"]
    return solve(sp.limit(law, X["h"], 0), second)[0]


def potentials_obey_faraday() -> sp.Expr:
    place = (SPACE.x, SPACE.y, SPACE.z, T)
    scalar = sp.Function("V")(*place)
    parts = [sp.Function(name)(*place) for name in ("A_x", "A_y", "A_z")]
    vector = sum((part * unit for part, unit in zip(parts, SPACE.base_vectors(), strict=True)), Vector.zero)
    change = sum((diff(part, T) * unit for part, unit in zip(parts, SPACE.base_vectors(), strict=True)), Vector.zero)
    field, flux = -gradient(scalar) - change, curl(vector)
    assert simplify(divergence(flux)) == 0
    rate = flux.to_matrix(SPACE).diff(T)
    return sum((curl(field).to_matrix(SPACE) + rate).applyfunc(simplify))


def phasor_amplitude() -> sp.Expr:
    a, b = X["a"], X["b"]
    phasor = a - I * b
    there = sp.re(sp.expand_complex(phasor * exp(I * OMEGA * T)))
    assert simplify(there - a * cos(OMEGA * T) - b * sin(OMEGA * T)) == 0
    return sqrt(sp.expand(phasor * sp.conjugate(phasor)))


def equal_currents() -> sp.Expr:
    field = X["E_0"] * sin(OMEGA * T)
    conduction, displacement = X["sigma"] * X["E_0"], diff(EPS0 * EPSR * field, T).subs(T, 0)
    return solve(conduction - displacement, OMEGA)[0] / (2 * pi)


def turned_normal() -> sp.Expr:
    n, first, second = (Matrix(sp.symbols(f"{name}1:4")) for name in "nhk")
    drawn, turned = n.cross(second - first), (-n).cross(first - second)
    assert simplify((-n).cross(second - first) + drawn) == Matrix([0, 0, 0])
    return sum((drawn - turned).applyfunc(sp.expand))


def lossy_average() -> sp.Expr:
    electric = X["E"] * cos(OMEGA * T)
    magnetic = X["E"] / X["eta"] * cos(OMEGA * T - X["theta"])
    return simplify(integrate(sp.expand_trig(electric * magnetic), (T, 0, 2 * pi / OMEGA)) * OMEGA / (2 * pi))


def energy_balance() -> sp.Expr:
    place = (SPACE.x, SPACE.y, SPACE.z, T)
    electric, magnetic = (Matrix([sp.Function(f"{n}{i}")(*place) for i in range(3)]) for n in "eh")
    eps, mu = sp.symbols("eps mu")

    def rotation(field: Matrix) -> Matrix:
        return curl(sum((part * unit for part, unit in zip(field, SPACE.base_vectors(), strict=True)), Vector.zero))

    current = rotation(magnetic).to_matrix(SPACE) - eps * electric.diff(T)
    flow = electric.cross(magnetic)
    outward = diff(flow[0], SPACE.x) + diff(flow[1], SPACE.y) + diff(flow[2], SPACE.z)
    law = rotation(electric).to_matrix(SPACE)
    stored = (eps * electric.dot(electric) / 2).diff(T) - magnetic.dot(law)
    assert simplify((mu * magnetic.dot(magnetic) / 2).diff(T) - mu * magnetic.dot(magnetic.diff(T))) == 0
    return sp.expand(-outward - stored - electric.dot(current))


def coaxial_power() -> sp.Expr:
    r, a, b = X["r"], X["a"], X["b"]
    electric, magnetic = X["V"] / (r * log(b / a)), X["I"] / (2 * pi * r)
    assert simplify(sp.expand_log(integrate(electric, (r, a, b)) - X["V"], force=True)) == 0
    return sp.simplify(sp.expand_log(integrate(electric * magnetic * 2 * pi * r, (r, a, b)), force=True))


def standing_average() -> sp.Expr:
    k, z = X["k"], X["z"]
    electric = 2 * X["E_0"] * sin(k * z) * sin(OMEGA * T)
    magnetic = 2 * X["E_0"] / X["eta"] * cos(k * z) * cos(OMEGA * T)
    assert electric.subs(z, 0) == 0
    return simplify(integrate(electric * magnetic, (T, 0, 2 * pi / OMEGA)))


def sail_force() -> sp.Expr:
    momentum_per_volume = X["S_av"] / X["c"] ** 2
    arriving = momentum_per_volume * X["c"] * X["A"]
    return arriving - (-arriving)


CENTRAL: Central = {
    "style-x-0043": (r"\nabla\cdot\mathbf{J}=0", "0", steady_divergence),
    "style-x-0044": (r"R=\frac{1}{4\pi\sigma a}", "1/(4*pi*sigma*a)", earth_resistance),
    "style-x-0045": (
        r"\rho_s=J_n\left(\frac{\varepsilon_2}{\sigma_2}-\frac{\varepsilon_1}{\sigma_1}\right)",
        "J_n*(epsilon_2/sigma_2-epsilon_1/sigma_1)",
        interface_charge,
    ),
    "style-x-0046": (r"RC=\frac{\varepsilon_0\varepsilon_r}{\sigma}", "epsilon_0*epsilon_r/sigma", leakage_product),
    "style-x-0047": (r"\mathbf{E}=\mathbf{J}/\sigma", "J/sigma", field_of_current),
    "style-x-0049": (r"u=\frac{I}{NeA}", "I/(N*e*A)", drift_speed),
    "style-x-0050": (
        r"B_z=\frac{\mu_0Ia^2}{2(z^2+a^2)^{3/2}}",
        "mu_0*I*a^2/(2*(z^2+a^2)^(3/2))",
        loop_on_axis,
    ),
    "style-x-0052": (r"B=\frac{\mu_0NI}{L}", "mu_0*N*I/L", solenoid_field),
    "style-x-0053": (r"B=\frac{2\sqrt{2}\mu_0I}{\pi s}", "2*sqrt(2)*mu_0*I/(pi*s)", square_loop_centre),
    "style-x-0054": (r"T=NISB", "N*I*S*B", coil_torque),
    "style-x-0056": (r"v=\frac{E}{B}", "E/B", selected_speed),
    "style-x-0057": (r"\frac{\mu_0N^2h}{2\pi}\ln(b/a)", "mu_0*N^2*h/(2*pi)*log(b/a)", toroid_inductance),
    "style-x-0058": (r"L'=\frac{\mu_0}{2\pi}\ln(b/a)", "mu_0/(2*pi)*log(b/a)", coaxial_inductance),
    "style-x-0059": (r"L=L_1+L_2\pm2M", "L_1+L_2+2*M", aiding_coils),
    "style-x-0060": (r"F_1=\frac{B^2A}{2\mu_0}", "B^2*A/(2*mu_0)", pole_force),
    "style-x-0061": (r"4H_cB_r", "4*H_c*B_r", rectangle_loss),
    "style-x-0063": (r"R_1=\left(\frac{N_1}{N_2}\right)^2R_L", "(N_1/N_2)^2*R_L", seen_by_mains),
    "style-x-0064": (r"E_\phi=-\frac{r}{2}\frac{dB}{dt}", "-r/2*Bdot", induced_inside),
    "style-x-0065": (r"\mathcal{E}(t)=NBA\omega\sin\omega t", "N*B*A*omega*sin(omega*t)", rotating_coil),
    "style-x-0066": (r"\mathcal{E}=\frac{NBA}{\Delta t}", "N*B*A/dt", falling_field),
    "style-x-0068": (r"\mathcal{E}=\omega k\sqrt{L_1L_2}\,I_1", "omega*k*sqrt(L_1*L_2)*I_1", coupled_emf),
    "style-x-0070": (r"I_d=\frac{\omega\varepsilon_0AV_0}{d}", "omega*epsilon_0*A*V_0/d", displacement_peak),
    "style-x-0071": (r"E_{1t}=E_{2t}", "E_1", tangential_field),
    "style-x-0072": (r"\mathbf{E}=-\nabla V-\frac{\partial\mathbf{A}}{\partial t}", "0", potentials_obey_faraday),
    "style-x-0073": (r"E_0=\sqrt{a^2+b^2}", "sqrt(a^2+b^2)", phasor_amplitude),
    "style-x-0074": (
        r"f_c=\frac{\sigma}{2\pi\varepsilon_0\varepsilon_r}",
        "sigma/(2*pi*epsilon_0*epsilon_r)",
        equal_currents,
    ),
    "style-x-0075": (r"\hat{\mathbf{n}}\times(\mathbf{H}_2-\mathbf{H}_1)=\mathbf{J}_s", "0", turned_normal),
    "style-x-0077": (
        r"S_{av}=\frac{|E|^2}{2|\eta|}\cos\theta_\eta",
        "E^2/(2*eta)*cos(theta)",
        lossy_average,
    ),
    "style-x-0079": (
        r"\nabla\cdot(\mathbf{E}\times\mathbf{H})=-\frac{\partial w}{\partial t}-\mathbf{E}\cdot\mathbf{J}",
        "0",
        energy_balance,
    ),
    "style-x-0080": (r"P=VI", "V*I", coaxial_power),
    "style-x-0081": (r"S_{av}=\frac{1}{2}|E||H|\cos90^\circ", "0", standing_average),
    "style-x-0083": (r"F=\frac{2S_{av}A}{c}", "2*S_av*A/c", sail_force),
}

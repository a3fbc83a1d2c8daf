"""Independent derivations of the formulas in style_sft_extended.jsonl, chapters 1 to 6.

`CENTRAL` holds, by sample id, the LaTeX that the answer states, its right side in ASCII, and a function that derives it
from the laws behind it. A right side of 0 means that the derivation shows an identity. Nothing here reads the answers.
Chapters 7 to 12 are in style_extended_formulas_magnetic, 13 to 18 in style_extended_formulas_waves.
"""

from collections.abc import Callable

import sympy as sp
from sympy import Matrix, Rational, cos, diff, integrate, log, oo, pi, simplify, sin, solve, sqrt
from sympy.vector import CoordSys3D, curl, divergence, gradient

Derivation = Callable[[], sp.Expr]
Central = dict[str, tuple[str, str, Derivation]]

NAMES = """
    A A_1 A_2 A_dB B B_r C C_1 C_2 D E E_0 E_1 E_x0 E_y0 G H_c I I_1 J J_n L L_1 L_2 M N N_1 N_2 P P_in Q R R_L R_g S
    S_0 S_av V V_0 V_a V_b V_g X Z_0 Z_L Z_TE a b c d delta dt e epsilon epsilon_0 epsilon_1 epsilon_2 epsilon_r
    epsilon_r1 epsilon_r2 eta eta_0 eta_1 eta_2 eta_a f f_10 f_c h k k_2 l lambda_ m mu mu_0 n n_1 n_2 omega p q r rho
    rho_s s sigma sigma_1 sigma_2 t theta theta_0 theta_1 v_p w x z alpha beta Gamma_L Bdot
"""
X = {name: sp.Symbol(name, positive=True) for name in NAMES.split()} | {"j": sp.I}
EPS0, EPSR, MU0 = X["epsilon_0"], X["epsilon_r"], X["mu_0"]
SPACE = CoordSys3D("W")


def cross_magnitude() -> sp.Expr:
    angle = X["theta"]
    product = Matrix([X["A"], 0, 0]).cross(Matrix([X["B"] * cos(angle), X["B"] * sin(angle), 0]))
    assert product[0] == product[1] == 0
    return product[2]


def cross_order() -> sp.Expr:
    a, b = Matrix(sp.symbols("a1:4")), Matrix(sp.symbols("b1:4"))
    assert simplify(a.dot(b) - b.dot(a)) == 0
    return sum((b.cross(a) + a.cross(b)).applyfunc(sp.expand))


def curl_of_gradient() -> sp.Expr:
    found = curl(gradient(sp.Function("V")(SPACE.x, SPACE.y, SPACE.z))).to_matrix(SPACE)
    rotation = curl(-X["omega"] * SPACE.y * SPACE.i + X["omega"] * SPACE.x * SPACE.j).to_matrix(SPACE)
    assert rotation == Matrix([0, 0, 2 * X["omega"]])
    return sum(found.applyfunc(simplify))


def inverse_square_flux() -> sp.Expr:
    r, th = X["r"], sp.Symbol("th")
    density = {power: diff(r**2 * r**power, r) / r**2 for power in (-2, -1, 1)}
    assert [simplify(density[power]) for power in (-2, -1, 1)] == [0, 1 / r**2, 3]
    return integrate(1 / r**2 * r**2 * sin(th), (th, 0, pi)) * 2 * pi


def rotation_circulation() -> sp.Expr:
    ph, a, w = sp.Symbol("ph"), X["a"], X["omega"]
    place = Matrix([a * cos(ph), a * sin(ph)])
    along = integrate(simplify(Matrix([-w * place[1], w * place[0]]).dot(place.diff(ph))), (ph, 0, 2 * pi))
    assert simplify(along - 2 * w * pi * a**2) == 0
    return along


def sheet_field() -> sp.Expr:
    z, s = X["z"], sp.Symbol("s", positive=True)
    ring = X["rho_s"] * 2 * pi * s * z / (4 * pi * EPS0 * (z**2 + s**2) ** Rational(3, 2))
    return integrate(ring, (s, 0, oo))


def proton_force() -> sp.Expr:
    field = solve(EPS0 * X["E"] * 4 * pi * X["R"] ** 2 - X["e"], X["E"])[0]
    return X["e"] * field


def ball_field() -> sp.Expr:
    s, r, a = sp.Symbol("s", positive=True), X["r"], X["a"]
    inside = integrate(X["rho"] * 4 * pi * s**2, (s, 0, r)) / (4 * pi * EPS0 * r**2)
    total = integrate(X["rho"] * 4 * pi * s**2, (s, 0, a))
    assert simplify(inside.subs(r, a) - total / (4 * pi * EPS0 * a**2)) == 0
    assert simplify(diff(r**2 * inside, r) / r**2 - X["rho"] / EPS0) == 0
    return inside


def flux_through_cube() -> sp.Expr:
    field, area = Matrix([X["E"], 0, 0]), X["A"]
    normals = [Matrix(n) for n in ((1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0), (0, 0, 1), (0, 0, -1))]
    return sum(field.dot(normal) * area for normal in normals)


def wire_length() -> sp.Expr:
    z, r, length = sp.Symbol("zz", real=True), X["r"], X["L"]
    primitive = z / (r * sqrt(r**2 + z**2))
    assert simplify(diff(primitive, z) - r / (r**2 + z**2) ** Rational(3, 2)) == 0
    infinite = 2 * sp.limit(primitive, z, oo)
    ratio = 2 * primitive.subs(z, length / 2) / infinite
    squared = solve(simplify(ratio**2).subs(length, 2 * sqrt(X["x"])) - X["k"] ** 2, X["x"])[0]
    assert simplify(squared * (1 - X["k"] ** 2) - (X["k"] * r) ** 2) == 0
    return 2 * X["k"] * r / sqrt(1 - X["k"] ** 2)


def electron_speed() -> sp.Expr:
    push = X["e"] * X["V"] / X["d"] / X["m"]
    duration = sqrt(2 * X["d"] / push)
    return simplify(push * duration)


def dipole_radial_field() -> sp.Expr:
    r, th, p, d = X["r"], X["theta"], X["p"], X["d"]
    near, far = (sqrt(r**2 + d**2 / 4 - sign * r * d * cos(th)) for sign in (1, -1))
    potential = p / (4 * pi * EPS0) * simplify(diff(1 / near - 1 / far, d).subs(d, 0))
    assert simplify(potential - p * cos(th) / (4 * pi * EPS0 * r**2)) == 0
    assert simplify(-diff(potential, th) / r - p * sin(th) / (4 * pi * EPS0 * r**3)) == 0
    return -diff(potential, r)


def path_work() -> sp.Expr:
    s, slope, twist = sp.symbols("s slope twist")
    potential = slope * SPACE.x + twist * SPACE.x * SPACE.y

    def along(x: sp.Expr, y: sp.Expr) -> sp.Expr:
        change = diff(potential, SPACE.x) * diff(x, s) + diff(potential, SPACE.y) * diff(y, s)
        return X["q"] * integrate(change.subs({SPACE.x: x, SPACE.y: y}), (s, 0, 1))

    ends = X["q"] * (potential.subs({SPACE.x: 1, SPACE.y: 1}) - 0)
    assert all(simplify(along(x, y) - ends) == 0 for x, y in ((s, s), (s**3, s), (3 * s - 2 * s**2, s**5)))
    rise = sp.Function("rise")
    total = X["q"] * integrate(diff(rise(s), s), (s, 0, 1))
    return total.subs({rise(1): X["V_b"], rise(0): X["V_a"]})


def along_equipotential() -> sp.Expr:
    potential = sp.Function("V")(SPACE.x, SPACE.y, SPACE.z)
    slope = gradient(potential)
    steps = [slope.cross(SPACE.i), slope.cross(SPACE.j), slope.cross(SPACE.k)]
    return sum(simplify(slope.dot(step)) for step in steps)


def turning_work() -> sp.Expr:
    th = sp.Symbol("th")
    energy = -X["p"] * X["E"] * cos(th)
    torque = diff(energy, th)
    assert torque.subs(th, pi / 2) == X["p"] * X["E"]
    return integrate(torque, (th, 0, pi))


def square_energy() -> sp.Expr:
    corners = [Matrix(c) for c in ((0, 0), (0, 1), (1, 0), (1, 1))]
    distances = [(u - v).norm() * X["a"] for i, u in enumerate(corners) for v in corners[:i]]
    energy = sum(X["q"] ** 2 / (4 * pi * EPS0 * distance) for distance in distances)
    seen = X["q"] / (4 * pi * EPS0 * X["a"]) * (2 + 1 / sqrt(2))
    assert simplify(energy - 4 * X["q"] * seen / 2) == 0
    return energy


def two_wire_capacitance() -> sp.Expr:
    x, a, gap, density = sp.symbols("x a_ D_ rho_l", positive=True)
    field = density / (2 * pi * EPS0 * EPSR) * (1 / x + 1 / (gap - x))
    primitive = density / (2 * pi * EPS0 * EPSR) * (log(x) - log(gap - x))
    assert simplify(diff(primitive, x) - field) == 0
    voltage = sp.logcombine(primitive.subs(x, gap - a) - primitive.subs(x, a), force=True)
    assert simplify(sp.expand_log(voltage - density / (pi * EPS0 * EPSR) * log((gap - a) / a), force=True)) == 0
    assert 0 < log(10) / sp.acosh(5) - 1 < Rational(1, 200)
    assert abs(float((sp.acosh(x / 2) - log(x)).subs(x, 1e6).evalf())) < 1e-9
    return density / (density / (pi * EPS0 * EPSR) * log(X["D"] / X["a"]))


def spherical_capacitance() -> sp.Expr:
    r = X["r"]
    voltage = integrate(X["Q"] / (4 * pi * EPS0 * EPSR * r**2), (r, X["a"], X["b"]))
    found = simplify(X["Q"] / voltage)
    assert sp.limit(found, X["b"], oo) == 4 * pi * EPS0 * EPSR * X["a"]
    return found


def series_capacitance() -> sp.Expr:
    voltage = X["Q"] / X["C_1"] + X["Q"] / X["C_2"]
    return X["Q"] / voltage


def field_outside_shell() -> sp.Expr:
    inner = sp.Symbol("Q_inner")
    wall = solve(X["q"] + inner, inner)[0]
    outer = 0 - wall
    return solve(EPS0 * X["E"] * 4 * pi * X["r"] ** 2 - (X["q"] + wall + outer), X["E"])[0]


def best_inner_radius() -> sp.Expr:
    a, b = X["a"], X["b"]
    voltage = X["E"] * a * log(b / a)
    best = solve(diff(voltage, a), a)[0]
    assert simplify(best - b / sp.E) == 0
    assert diff(voltage, a, 2).subs(a, best).is_negative
    assert simplify(voltage.subs(a, best) - X["E"] * b / sp.E) == 0
    return simplify(log(b / best))


def plate_force() -> sp.Expr:
    energy = X["Q"] ** 2 * X["d"] / (2 * EPS0 * X["A"])
    sheet = X["Q"] / X["A"] / (2 * EPS0)
    assert simplify(diff(energy, X["d"]) - X["Q"] * sheet) == 0
    return diff(energy, X["d"])


def normal_field() -> sp.Expr:
    second = sp.Symbol("E_2n")
    first = X["E_1"] * cos(X["theta_1"])
    found = solve(EPS0 * X["epsilon_r2"] * second - EPS0 * X["epsilon_r1"] * first, second)[0]
    bent = X["E_1"] * sin(X["theta_1"]) / found
    assert simplify(bent / sp.tan(X["theta_1"]) - X["epsilon_r2"] / X["epsilon_r1"]) == 0
    return found


def bound_density() -> sp.Expr:
    density = sp.Symbol("rho_sb")
    moment = X["P"] * X["A"] * X["d"]
    found = solve(density * X["A"] * X["d"] - moment, density)[0]
    depolarizing = -found / EPS0
    assert EPS0 * depolarizing + X["P"] == 0
    return found


def side_by_side() -> sp.Expr:
    field = X["V"] / X["d"]
    charge = EPS0 * X["epsilon_r1"] * field * X["A_1"] + EPS0 * X["epsilon_r2"] * field * X["A_2"]
    return charge / X["V"]


def field_at_fixed_voltage() -> sp.Expr:
    x, charge = sp.Symbol("x"), sp.Symbol("Q_")
    field = charge / (EPS0 * EPSR * X["A"])
    held = solve(integrate(field, (x, 0, X["d"])) - X["V"], charge)[0]
    assert diff(held, EPSR) != 0
    return field.subs(charge, held)


def slab_pull() -> sp.Expr:
    x = X["x"]
    capacitance = EPS0 * X["w"] * (EPSR * x + (X["L"] - x)) / X["d"]
    return diff(capacitance * X["V"] ** 2 / 2, x)


def polarization() -> sp.Expr:
    field = X["D"] / (EPS0 * EPSR)
    assert simplify(EPS0 * (EPSR - 1) * field - (X["D"] - EPS0 * field)) == 0
    return X["D"] - EPS0 * field


def coaxial_potential() -> sp.Expr:
    r, v = X["r"], sp.Function("V")
    general = sp.dsolve(diff(r * diff(v(r), r), r), v(r)).rhs
    free = sorted(general.free_symbols - {r}, key=str)
    values = solve([general.subs(r, X["a"]) - X["V_0"], general.subs(r, X["b"])], free)
    return general.subs(values)


def space_charge_peak() -> sp.Expr:
    x, v = X["x"], sp.Function("V")
    ends = {v(0): 0, v(X["d"]): 0}
    found = sp.dsolve(diff(v(x), x, 2) + X["rho"] / EPS0, v(x), ics=ends).rhs
    assert simplify(-diff(found, x).subs(x, 0) + X["rho"] * X["d"] / (2 * EPS0)) == 0
    return found.subs(x, solve(diff(found, x), x)[0])


def no_peak() -> sp.Expr:
    x, y, ph, s = SPACE.x, SPACE.y, sp.Symbol("ph"), X["s"]
    saddle = x**2 - y**2
    assert diff(saddle, x, 2) > 0 > diff(saddle, y, 2)
    rim = saddle.subs({x: x + s * cos(ph), y: y + s * sin(ph)}, simultaneous=True)
    assert simplify(integrate(sp.expand(rim), (ph, 0, 2 * pi)) / (2 * pi) - saddle) == 0
    return simplify(divergence(gradient(saddle)))


def sphere_force() -> sp.Expr:
    image, place, q, a, d = sp.Symbol("image"), sp.Symbol("place"), X["q"], X["a"], X["d"]
    near = q * (a - place) + image * (d - a)
    far = q * (a + place) + image * (d + a)
    found = solve([near, far], [image, place], dict=True)[0]
    assert simplify(found[image] + q * a / d) == 0
    assert simplify(found[place] - a**2 / d) == 0
    return simplify(-q * found[image] / (4 * pi * EPS0 * (d - found[place]) ** 2))


def trough_wavenumber() -> sp.Expr:
    x, y, n = sp.Symbol("xx"), sp.Symbol("yy"), sp.Symbol("n", integer=True, positive=True)
    k = n * pi / X["a"]
    term = sin(k * x) * sp.sinh(k * y)
    assert simplify(diff(term, x, 2) + diff(term, y, 2)) == 0
    assert term.subs(x, 0) == term.subs(x, X["a"]) == term.subs(y, 0) == 0
    return k.subs(n, X["n"])


CENTRAL: Central = {
    "style-x-0001": (r"m=|\mathbf{A}||\mathbf{B}|\sin\theta", "A*B*sin(theta)", cross_magnitude),
    "style-x-0003": (r"\mathbf{B}\times\mathbf{A}=-\mathbf{A}\times\mathbf{B}", "0", cross_order),
    "style-x-0005": (r"\nabla\times(\nabla V)=0", "0", curl_of_gradient),
    "style-x-0006": (r"\frac{1}{r^2}4\pi r^2=4\pi", "4*pi", inverse_square_flux),
    "style-x-0007": (r"K=2\pi\omega a^2", "2*pi*omega*a^2", rotation_circulation),
    "style-x-0008": (r"E=\frac{\rho_s}{2\varepsilon_0}", "rho_s/(2*epsilon_0)", sheet_field),
    "style-x-0010": (r"F=\frac{e^2}{4\pi\varepsilon_0R^2}", "e^2/(4*pi*epsilon_0*R^2)", proton_force),
    "style-x-0012": (r"E_r=\frac{\rho r}{3\varepsilon_0}", "rho*r/(3*epsilon_0)", ball_field),
    "style-x-0013": (r"Q_{enc}=0", "0", flux_through_cube),
    "style-x-0014": (r"L=\frac{2kr}{\sqrt{1-k^2}}", "2*k*r/sqrt(1-k^2)", wire_length),
    "style-x-0015": (r"v=\sqrt{\frac{2eV}{m}}", "sqrt(2*e*V/m)", electron_speed),
    "style-x-0017": (
        r"E_r=\frac{2p\cos\theta}{4\pi\varepsilon_0r^3}",
        "2*p*cos(theta)/(4*pi*epsilon_0*r^3)",
        dipole_radial_field,
    ),
    "style-x-0018": (r"W=q(V_b-V_a)", "q*(V_b-V_a)", path_work),
    "style-x-0019": (r"dV=\nabla V\cdot d\mathbf{l}=0", "0", along_equipotential),
    "style-x-0020": (r"W=2pE", "2*p*E", turning_work),
    "style-x-0021": (
        r"W=\frac{q^2}{4\pi\varepsilon_0a}\left(4+\sqrt{2}\right)",
        "q^2/(4*pi*epsilon_0*a)*(4+sqrt(2))",
        square_energy,
    ),
    "style-x-0022": (
        r"C'=\frac{\pi\varepsilon_0\varepsilon_r}{\ln(D/a)}",
        "pi*epsilon_0*epsilon_r/log(D/a)",
        two_wire_capacitance,
    ),
    "style-x-0024": (
        r"C=\frac{4\pi\varepsilon_0\varepsilon_r}{1/a-1/b}",
        "4*pi*epsilon_0*epsilon_r/(1/a-1/b)",
        spherical_capacitance,
    ),
    "style-x-0025": (r"C=\frac{C_1C_2}{C_1+C_2}", "C_1*C_2/(C_1+C_2)", series_capacitance),
    "style-x-0026": (r"E_r=\frac{q}{4\pi\varepsilon_0r^2}", "q/(4*pi*epsilon_0*r^2)", field_outside_shell),
    "style-x-0027": (r"\ln(b/a)=1", "1", best_inner_radius),
    "style-x-0028": (r"F=\frac{Q^2}{2\varepsilon_0A}", "Q^2/(2*epsilon_0*A)", plate_force),
    "style-x-0029": (
        r"E_{2n}=\frac{\varepsilon_{r1}}{\varepsilon_{r2}}E_1\cos\theta_1",
        "epsilon_r1/epsilon_r2*E_1*cos(theta_1)",
        normal_field,
    ),
    "style-x-0031": (r"\rho_{sb}=\mathbf{P}\cdot\hat{\mathbf{n}}", "P", bound_density),
    "style-x-0032": (
        r"C=\frac{\varepsilon_0(\varepsilon_{r1}A_1+\varepsilon_{r2}A_2)}{d}",
        "epsilon_0*(epsilon_r1*A_1+epsilon_r2*A_2)/d",
        side_by_side,
    ),
    "style-x-0033": (r"E=\frac{V}{d}", "V/d", field_at_fixed_voltage),
    "style-x-0034": (
        r"F=\frac{\varepsilon_0(\varepsilon_r-1)wV^2}{2d}",
        "epsilon_0*(epsilon_r-1)*w*V^2/(2*d)",
        slab_pull,
    ),
    "style-x-0035": (r"P=D\left(1-\frac{1}{\varepsilon_r}\right)", "D*(1-1/epsilon_r)", polarization),
    "style-x-0036": (r"V=V_0\frac{\ln(b/r)}{\ln(b/a)}", "V_0*log(b/r)/log(b/a)", coaxial_potential),
    "style-x-0037": (r"V_{max}=\frac{\rho d^2}{8\varepsilon_0}", "rho*d^2/(8*epsilon_0)", space_charge_peak),
    "style-x-0038": (r"\nabla^2V=0", "0", no_peak),
    "style-x-0039": (
        r"F=\frac{q^2ad}{4\pi\varepsilon_0(d^2-a^2)^2}",
        "q^2*a*d/(4*pi*epsilon_0*(d^2-a^2)^2)",
        sphere_force,
    ),
    "style-x-0041": (r"k=n\pi/a", "n*pi/a", trough_wavenumber),
}

"""Chapters 1-9 of the electromagnetics notes: the formulas as written there follow from the field laws.

Each test reads a formula from the Markdown and derives the same quantity another way: by integrating Coulomb's or
Biot-Savart's law, by differentiating a potential, by Gauss's or Ampere's law, or by inserting it into its equation.
"""

import pytest
import sympy as sp
from em_part1_notes import same, stated, stated_sides, sym

ANALYSIS = "01-vector-analysis"
GAUSS = "02-electrostatics-coulomb-gauss"
POTENTIAL = "03-electric-potential-energy"
CONDUCTORS = "04-conductors-capacitance"
DIELECTRICS = "05-dielectrics"
LAPLACE = "06-laplace-poisson-images"
CURRENTS = "07-steady-currents"
MAGNETOSTATICS = "08-magnetostatics"
MAGNETIC = "09-magnetic-materials-inductance"

EPS0, EPSR, MU0, MUR = sym("varepsilon_0"), sym("varepsilon_r"), sym("mu_0"), sym("mu_r")
Q, RHO, RHO_S, RHO_L = sym("Q"), sym("rho"), sym("rho_s"), sym("rho_l")
A_RADIUS, B_RADIUS, D, R, Z, L, CURRENT, V0 = (sym(n) for n in ["a", "b", "d", "r", "z", "L", "I", "V_0"])
THETA, X, Y, S = sym("theta"), sym("x"), sym("y"), sp.Symbol("s", positive=True)
EPS = EPS0 * EPSR
R_OHM = sym("R")


def radial_laplacian(value: sp.Expr, power: int) -> sp.Expr:
    """r^-n d/dr (r^n dV/dr): n = 1 in cylindrical, 2 in spherical coordinates."""
    return sp.diff(R**power * sp.diff(value, R), R) / R**power


def test_volume_elements_are_the_jacobians_of_the_conversions() -> None:
    section, phi = "Cartesian, cylindrical and spherical", sym("phi")
    x, y = (stated(ANALYSIS, section, name) for name in "xy")
    assert same(sp.Matrix([x, y]).jacobian([R, phi]).det(), R)
    ball = sp.Matrix([stated(ANALYSIS, section, name, nth) for name, nth in (("x", 1), ("y", 1), ("z", 0))])
    assert same(ball.jacobian([R, THETA, phi]).det(), R**2 * sp.sin(THETA))
    elements = [stated(ANALYSIS, section, "dv", nth) for nth in (1, 2)]
    steps = [sym("d") ** 3 * R * phi * Z, sym("d") ** 3 * R * THETA * phi]
    assert [sp.simplify(e / s) for e, s in zip(elements, steps, strict=True)] == [R, R**2 * sp.sin(THETA)]


def test_ring_field_is_the_coulomb_integral_and_peaks_where_the_note_says() -> None:
    phi = sp.Symbol("phi")
    charge_per_angle = Q / (2 * sp.pi)
    integrand = charge_per_angle * Z / (4 * sp.pi * EPS0 * (Z**2 + A_RADIUS**2) ** sp.Rational(3, 2))
    field = stated(GAUSS, "Electric field of a ring", "E_z")
    assert same(field, sp.integrate(integrand, (phi, 0, 2 * sp.pi)))
    place = stated(GAUSS, "Electric field of a ring", "z")
    assert same(sp.diff(field, Z).subs(Z, place) + 1, sp.Integer(1))


def test_disk_field_is_the_coulomb_integral_and_tends_to_sheet_and_point() -> None:
    ring = RHO_S * 2 * sp.pi * S * Z / (4 * sp.pi * EPS0 * (Z**2 + S**2) ** sp.Rational(3, 2))
    field = stated(GAUSS, "Electric field of a charged disk", "E_z")
    assert same(field, sp.integrate(ring, (S, 0, A_RADIUS)))
    assert same(sp.limit(field, A_RADIUS, sp.oo), stated(GAUSS, "Electric field of a charged disk", "E"))
    far = sp.limit(field * Z**2, Z, sp.oo)
    assert same(far, sp.pi * A_RADIUS**2 * RHO_S / (4 * sp.pi * EPS0))


def test_line_fields_are_the_coulomb_integral() -> None:
    element = RHO_L * R / (4 * sp.pi * EPS0 * (R**2 + S**2) ** sp.Rational(3, 2))
    finite = stated(GAUSS, "Electric field of an infinite", "E_r", 1)
    assert same(finite, 2 * sp.integrate(element, (S, 0, L / 2)))
    assert same(stated(GAUSS, "Electric field of an infinite", "E_r"), sp.limit(finite, L, sp.oo))


def test_sphere_field_obeys_gauss_law_and_is_continuous() -> None:
    inside = stated(GAUSS, "Electric field of a uniformly", "E_r")
    outside = stated(GAUSS, "Electric field of a uniformly", "E_r", 1)
    assert same(EPS0 * sp.diff(R**2 * inside, R) / R**2, RHO)
    total = stated(GAUSS, "Electric field of a uniformly", "Q")
    assert same(inside.subs(R, A_RADIUS), outside.subs(Q, total).subs(R, A_RADIUS))


def test_axial_potentials_give_the_fields_of_ring_and_disk() -> None:
    ring, disk = (stated(POTENTIAL, "Potential of a ring", "V", nth) for nth in (0, 1))
    assert same(-sp.diff(ring, Z), stated(GAUSS, "Electric field of a ring", "E_z"))
    assert same(-sp.diff(disk, Z), stated(GAUSS, "Electric field of a charged disk", "E_z"))
    # the potential of the disk is the sum over rings of charge rho_s 2 pi s ds
    assert same(disk, sp.integrate(ring.subs(A_RADIUS, S).subs(Q, RHO_S * 2 * sp.pi * S), (S, 0, A_RADIUS)))


def test_point_potential_gives_the_point_field() -> None:
    potential = stated(POTENTIAL, "Potential of a point charge", "V")
    assert same(-sp.diff(potential, R), stated(GAUSS, "Electric field of a point", "E_r"))


def test_dipole_potential_is_the_leading_term_of_two_charges() -> None:
    d, charge = sp.Symbol("delta", positive=True), sym("q")
    distances = [sp.sqrt(R**2 + d**2 / 4 - sign * R * d * sp.cos(THETA)) for sign in (1, -1)]
    both = charge / (4 * sp.pi * EPS0) * (1 / distances[0] - 1 / distances[1])
    leading = sp.diff(both, d).subs(d, 0)
    potential = stated(POTENTIAL, "Electric dipole", "V")
    assert same(potential.subs(sym("p"), charge), leading)
    assert same(stated(POTENTIAL, "Electric dipole", "E_r"), -sp.diff(potential, R))
    assert same(stated(POTENTIAL, "Electric dipole", r"E_\theta"), -sp.diff(potential, THETA) / R)


def test_pair_force_and_energy_follow_from_field_and_potential() -> None:
    one, two, apart = sym("q_1"), sym("q_2"), sym("R")
    swap = {sym("q"): one, R: apart}
    field = stated(GAUSS, "Electric field of a point", "E_r").subs(swap)
    potential = stated(POTENTIAL, "Potential of a point charge", "V").subs(swap)
    energy = stated(POTENTIAL, "Energy of a system", "W")
    assert same(stated(GAUSS, "Coulomb's law", "F"), two * field)
    assert same(energy, two * potential)
    assert same(stated(POTENTIAL, "Work to move", "W"), sym("q") * (sym("V_b") - sym("V_a")))


def test_dipole_torque_is_the_slope_of_its_energy() -> None:
    energy = stated(POTENTIAL, "Torque", "U", 0)
    assert same(stated(POTENTIAL, "Torque", "T"), sp.diff(energy, THETA))


def test_sphere_energies_are_the_integral_of_the_field_energy() -> None:
    density = stated(POTENTIAL, "Electric field energy", "w_e")
    outside = Q / (4 * sp.pi * EPS0 * R**2)
    shell = 4 * sp.pi * R**2
    beyond = sp.integrate(density.subs(sym("E"), outside) * shell, (R, A_RADIUS, sp.oo))
    inner = sp.integrate(density.subs(sym("E"), Q * R / (4 * sp.pi * EPS0 * A_RADIUS**3)) * shell, (R, 0, A_RADIUS))
    assert same(stated(POTENTIAL, "Electric field energy", "W"), beyond)
    assert same(stated(POTENTIAL, "Electric field energy", "W", 1), beyond + inner)


@pytest.mark.parametrize(
    ("heading", "left", "field", "span"),
    [
        ("Capacitance of a parallel", "C", Q / (EPS * sym("A")), (0, D)),
        ("Capacitance of a coaxial", "C", Q / L / (2 * sp.pi * EPS * S), (A_RADIUS, B_RADIUS)),
        ("Capacitance of a spherical", "C", Q / (4 * sp.pi * EPS * S**2), (A_RADIUS, B_RADIUS)),
    ],
)
def test_capacitance_is_charge_over_the_integral_of_the_field(
    heading: str, left: str, field: sp.Expr, span: tuple[sp.Expr, sp.Expr]
) -> None:
    assert same(stated(CONDUCTORS, heading, left), Q / sp.integrate(field, (S, *span)))


def test_spherical_and_two_wire_capacitance_forms() -> None:
    shells, product_form, isolated = (stated(CONDUCTORS, "Capacitance of a spherical", "C", nth) for nth in range(3))
    assert same(shells, product_form)
    assert same(sp.limit(shells.subs(EPSR, 1), B_RADIUS, sp.oo), isolated)
    spacing = sym("D")
    between = RHO_L / (2 * sp.pi * EPS) * (1 / S + 1 / (spacing - S))
    volts = sp.integrate(between, (S, A_RADIUS, spacing - A_RADIUS))
    ratio = stated(CONDUCTORS, "Capacitance of a two-wire", "C'") * volts / RHO_L
    values = {spacing: 1, A_RADIUS: sp.Rational(1, 10**6), EPS0: 1, EPSR: 3, RHO_L: 1}
    assert abs(sp.N(ratio.subs(values)) - 1) < 1e-6


def test_capacitor_energy_and_force() -> None:
    charge, c, area = sp.Symbol("x", positive=True), sym("C"), sym("A")
    energy = stated(CONDUCTORS, "Energy stored", "W")
    assert same(energy.subs(sym("V"), Q / c), sp.integrate(charge / c, (charge, 0, Q)))
    voltage = {sym("V"): Q / c}
    assert all(
        same(side.subs(voltage), energy.subs(voltage)) for side in stated_sides(CONDUCTORS, "Energy stored", "W")
    )
    series = Q / (Q / sym("C_1") + Q / sym("C_2"))
    assert same(stated(CONDUCTORS, "Capacitance: definition", r"\frac{1}{C}"), 1 / series)
    at_fixed_charge = sp.diff(Q**2 * D / (2 * EPS0 * area), D)
    force = stated(CONDUCTORS, "Energy stored", "F")
    assert same(force, at_fixed_charge)
    charged = {Q: EPS0 * area * sym("V") / D}
    assert all(same(side, force.subs(charged)) for side in stated_sides(CONDUCTORS, "Energy stored", "F")[1:])


def test_conductor_surface_pressure_is_the_field_energy_density() -> None:
    normal = stated(CONDUCTORS, "Conductors in", "E_n")
    assert same(EPS0 * normal**2 / 2, stated(CONDUCTORS, "Conductors in", r"\frac{1}{2}\varepsilon_0E_n^2"))


def test_dielectric_relations() -> None:
    field, chi = sym("E"), sym("chi_e")
    polarization = stated(DIELECTRICS, "Susceptibility", "P")
    assert same(EPS0 * field + polarization, EPS * field)
    assert same(stated(DIELECTRICS, "Susceptibility", r"\varepsilon_r") - 1, chi)


def test_dielectric_energy_density_fills_the_capacitor() -> None:
    area, volts = sym("A"), sym("V")
    density = stated(DIELECTRICS, "Energy in a dielectric", "w_e").subs(sym("E"), volts / D)
    capacitor = stated(CONDUCTORS, "Energy stored", "W")
    assert same(density * area * D, capacitor.subs(sym("C"), stated(CONDUCTORS, "Capacitance of a parallel", "C")))


def test_layered_and_side_by_side_capacitors() -> None:
    one, two, d1, d2, area = (sym(n) for n in ["varepsilon_r1", "varepsilon_r2", "d_1", "d_2", "A"])
    volts = Q / area * (d1 / (EPS0 * one) + d2 / (EPS0 * two))
    assert same(stated(DIELECTRICS, "Capacitor with", "C"), Q / volts)
    charge = EPS0 * V0 / D * (one * sym("A_1") + two * sym("A_2"))
    assert same(stated(DIELECTRICS, "Capacitor with", "C", 1), charge / V0)


def test_force_on_a_slab_is_the_slope_of_the_energy_at_fixed_voltage() -> None:
    capacitance = EPS0 * sym("w") / D * (EPSR * X + (L - X))
    assert same(stated(DIELECTRICS, "Energy in a dielectric", "F", 1), sp.diff(capacitance, X) * sym("V") ** 2 / 2)


@pytest.mark.parametrize(
    ("chapter", "heading", "one", "two"),
    [
        (DIELECTRICS, "Refraction", sym("varepsilon_r1"), sym("varepsilon_r2")),
        (MAGNETIC, "Boundary conditions", sym("mu_r1"), sym("mu_r2")),
    ],
)
def test_refraction_follows_from_the_boundary_conditions(
    chapter: str, heading: str, one: sp.Expr, two: sp.Expr
) -> None:
    tangential, normal = sp.symbols("t n", positive=True)
    tan_1, tan_2 = tangential / normal, tangential / (normal * one / two)
    left = r"\frac{\tan\theta_2}{\tan\theta_1}"
    assert same(stated(chapter, heading, left), tan_2 / tan_1)


@pytest.mark.parametrize(
    ("nth", "power", "zero", "full"), [(0, 0, 0, D), (1, 1, B_RADIUS, A_RADIUS), (2, 2, B_RADIUS, A_RADIUS)]
)
def test_one_dimensional_solutions(nth: int, power: int, zero: sp.Expr, full: sp.Expr) -> None:
    value = stated(LAPLACE, "One-dimensional", "V", nth)
    variable = X if power == 0 else R
    laplacian = sp.diff(value, X, 2) if power == 0 else radial_laplacian(value, power)
    assert sp.simplify(laplacian) == 0
    assert sp.simplify(value.subs(variable, zero)) == 0
    assert sp.simplify(value.subs(variable, full) - V0) == 0


def test_space_charge_solution_obeys_poisson() -> None:
    value = stated(LAPLACE, "Poisson's equation with", "V")
    assert same(sp.diff(value, X, 2), -RHO / EPS)
    assert value.subs(X, 0) == 0 and sp.simplify(value.subs(X, D)) == V0
    peak = stated(LAPLACE, "Poisson's equation with", "V_{max}")
    assert same(value.subs({V0: 0, X: D / 2}), peak)


def test_trough_series_has_the_fourier_coefficient_and_obeys_laplace() -> None:
    section, n = "Separation of variables", sp.Symbol("m", integer=True, positive=True)
    x_part, y_part = stated(LAPLACE, section, "X"), stated(LAPLACE, section, "Y")
    term = x_part * y_part
    assert same(sp.diff(term, X, 2), -sp.diff(term, Y, 2))
    odd = 2 * n - 1
    sine = sp.sin(odd * sp.pi * X / A_RADIUS)
    coefficient = 2 / A_RADIUS * sp.integrate(V0 * sine, (X, 0, A_RADIUS))
    one = {n: 2}  # the term with odd number 3
    written = stated(LAPLACE, "Worked example: potential in a square", "V_n").subs(sym("n"), 3)
    geometry = sp.sin(3 * sp.pi / 2) * sp.sinh(3 * sp.pi / 2) / sp.sinh(3 * sp.pi)
    assert same(written, coefficient.subs(one) * geometry)


def test_sphere_in_a_uniform_field() -> None:
    value = stated(LAPLACE, "Conducting sphere", "V")
    angular = sp.diff(sp.sin(THETA) * sp.diff(value, THETA), THETA) / (R**2 * sp.sin(THETA))
    assert sp.simplify(radial_laplacian(value, 2) + angular) == 0
    assert sp.simplify(value.subs(R, A_RADIUS)) == 0
    density = -EPS0 * sp.diff(value, R).subs(R, A_RADIUS)
    assert same(stated(LAPLACE, "Conducting sphere", r"\rho_s", 1), density)
    moment = stated(LAPLACE, "Conducting sphere", "p")
    dipole_part = sp.expand(value).coeff(R, -2)
    assert same(moment * sp.cos(THETA) / (4 * sp.pi * EPS0), dipole_part)


def test_image_in_a_plane() -> None:
    charge, h = sym("q"), sym("h")
    above = sp.sqrt(R**2 + (Z - h) ** 2)
    below = sp.sqrt(R**2 + (Z + h) ** 2)
    potential = charge / (4 * sp.pi * EPS0) * (1 / above - 1 / below)
    density = stated(LAPLACE, "Method of images: point charge above", r"\rho_s")
    assert same(density, -EPS0 * sp.diff(potential, Z).subs(Z, 0))
    assert sp.simplify(sp.integrate(density * 2 * sp.pi * R, (R, 0, sp.oo)) + charge) == 0
    force = stated(LAPLACE, "Method of images: point charge above", "F")
    assert same(force, charge**2 / (4 * sp.pi * EPS0 * (2 * h) ** 2))
    work = stated(LAPLACE, "Worked example: image force", "W")
    assert same(work, sp.integrate(force.subs(h, S), (S, h, sp.oo)))


def test_image_in_a_sphere_makes_the_sphere_an_equipotential() -> None:
    section, charge = "Method of images: point charge and", sym("q")
    image, place = stated(LAPLACE, section, "q'"), stated(LAPLACE, section, "b")
    to_charge = sp.sqrt(A_RADIUS**2 + D**2 - 2 * A_RADIUS * D * sp.cos(THETA))
    to_image = sp.sqrt(A_RADIUS**2 + place**2 - 2 * A_RADIUS * place * sp.cos(THETA))
    assert same(charge / to_charge, -image / to_image)
    coulomb = -charge * image / (4 * sp.pi * EPS0 * (D - place) ** 2)
    assert same(stated(LAPLACE, section, "F"), coulomb)


def test_relaxation_solves_continuity() -> None:
    time, sigma = sym("t"), sym("sigma")
    tau = stated(CURRENTS, "Relaxation time", r"\tau")
    decay = stated(CURRENTS, "Relaxation time", r"\rho").subs(sym("e"), sp.E).subs(sym("tau"), tau)
    assert same(sp.diff(decay, time), -sigma / EPS * decay)
    assert decay.subs(time, 0) == sym("rho_0")


def test_resistance_is_the_dual_of_capacitance() -> None:
    ratio = stated(CURRENTS, "Relation RC", "RC")
    pairs = [
        (
            stated(CURRENTS, "Resistance of a uniform", "R").subs(L, D),
            stated(CONDUCTORS, "Capacitance of a parallel", "C"),
        ),
        (stated(CURRENTS, "Relation RC", "R"), stated(CONDUCTORS, "Capacitance of a coaxial", "C")),
        (stated(CURRENTS, "Relation RC", "R", 1), stated(CONDUCTORS, "Capacitance of a spherical", "C")),
    ]
    for resistance, capacitance in pairs:
        assert same(resistance * capacitance, ratio)
    shells = stated(CURRENTS, "Relation RC", "R", 1)
    assert same(sp.limit(shells, B_RADIUS, sp.oo), stated(CURRENTS, "Relation RC", "R", 2))


def test_interface_charge_is_the_jump_of_flux_density() -> None:
    normal = sym("J_n")
    flux = {i: sym(f"varepsilon_{i}") * normal / sym(f"sigma_{i}") for i in (1, 2)}
    assert same(stated(CURRENTS, "Boundary conditions", r"\rho_s"), flux[2] - flux[1])


def test_joule_heat_of_a_uniform_conductor() -> None:
    area, sigma = sym("A"), sym("sigma")
    power = (CURRENT / area) ** 2 / sigma * area * L
    resistance = stated(CURRENTS, "Resistance of a uniform", "R")
    ohm = {sym("V"): CURRENT * resistance, R_OHM: resistance}
    for nth in (0, 1):  # P = VI = I^2 R, and P = V^2/R
        assert all(same(side.subs(ohm), power) for side in stated_sides(CURRENTS, "Joule", "P", nth))

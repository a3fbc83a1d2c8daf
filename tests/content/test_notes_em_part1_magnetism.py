"""Chapters 8 and 9 of the electromagnetics notes: the formulas as written there follow from the field laws."""

import sympy as sp
from em_part1_notes import same, stated, sym

CONDUCTORS = "04-conductors-capacitance"
MAGNETOSTATICS = "08-magnetostatics"
MAGNETIC = "09-magnetic-materials-inductance"

EPS0, EPSR, MU0, MUR = sym("varepsilon_0"), sym("varepsilon_r"), sym("mu_0"), sym("mu_r")
A_RADIUS, B_RADIUS, D, R, Z, L, CURRENT = (sym(n) for n in ["a", "b", "d", "r", "z", "L", "I"])
S = sp.Symbol("s", positive=True)
EPS = EPS0 * EPSR


def test_wire_and_loop_fields_are_the_biot_savart_integral() -> None:
    element = MU0 * CURRENT * R / (4 * sp.pi * (R**2 + S**2) ** sp.Rational(3, 2))
    infinite, finite = (stated(MAGNETOSTATICS, "Magnetic field of a straight", "B", nth) for nth in (0, 1))
    assert same(finite, 2 * sp.integrate(element, (S, 0, L / 2)))
    assert same(infinite, sp.limit(finite, L, sp.oo))
    loop = stated(MAGNETOSTATICS, "Magnetic field of a circular", "B_z")
    axial = A_RADIUS / sp.sqrt(Z**2 + A_RADIUS**2)
    assert same(loop, MU0 * CURRENT / (4 * sp.pi) * 2 * sp.pi * A_RADIUS * axial / (Z**2 + A_RADIUS**2))
    assert same(stated(MAGNETOSTATICS, "Magnetic field of a circular", "B"), loop.subs(Z, 0))


def test_solenoid_is_a_stack_of_loops() -> None:
    turns, loop = sym("N"), stated(MAGNETOSTATICS, "Magnetic field of a circular", "B_z")
    middle = 2 * sp.integrate(loop * turns / L, (Z, 0, sp.oo))
    solenoid = stated(MAGNETOSTATICS, "Magnetic field of a solenoid", "B")
    assert same(solenoid, middle)
    toroid = stated(MAGNETOSTATICS, "Magnetic field of a solenoid", "B", 1)
    assert same(toroid, solenoid.subs(L, 2 * sp.pi * R))


def test_thick_wire_obeys_ampere_and_is_continuous() -> None:
    inside = stated(MAGNETOSTATICS, "Ampere's law", "B", 0)
    assert same(sp.diff(R * inside, R) / R, MU0 * CURRENT / (sp.pi * A_RADIUS**2))
    outside = stated(MAGNETOSTATICS, "Magnetic field of a straight", "B")
    assert same(inside.subs(R, A_RADIUS), outside.subs(R, A_RADIUS))


def test_vector_potential_of_a_wire_gives_its_field() -> None:
    potential = stated(MAGNETOSTATICS, "Magnetic vector potential", "A_z")
    assert same(-sp.diff(potential, R), stated(MAGNETOSTATICS, "Magnetic field of a straight", "B"))


def test_circular_motion_balances_the_force() -> None:
    mass, speed, charge, field = (sym(n) for n in "mvqB")
    radius = stated(MAGNETOSTATICS, "Lorentz force", "r")
    assert same(charge * speed * field, mass * speed**2 / radius)
    assert same(stated(MAGNETOSTATICS, "Lorentz force", "f"), speed / (2 * sp.pi * radius))


def test_parallel_wires_feel_each_others_field() -> None:
    one, two = sym("I_1"), sym("I_2")
    field = stated(MAGNETOSTATICS, "Magnetic field of a straight", "B").subs(CURRENT, one).subs(R, D)
    assert same(stated(MAGNETOSTATICS, "Force on a current", "F'"), two * field)


def test_inductances_are_flux_linkage_per_current() -> None:
    turns, area, length, height = sym("N"), sym("A"), sym("l"), sym("h")
    flux_of_turn = MU0 * MUR * turns * CURRENT / length * area
    assert same(stated(MAGNETIC, "Self-inductance", "L", 1), turns * flux_of_turn / CURRENT)
    in_core = sp.integrate(MU0 * MUR * turns * CURRENT / (2 * sp.pi * S) * height, (S, A_RADIUS, B_RADIUS))
    assert same(stated(MAGNETIC, "Self-inductance", "L", 2), turns * in_core / CURRENT)
    between = sp.integrate(MU0 * CURRENT / (2 * sp.pi * S), (S, A_RADIUS, B_RADIUS))
    coax = stated(MAGNETIC, "Self-inductance", "L'")
    assert same(coax, between / CURRENT)
    capacitance = stated(CONDUCTORS, "Capacitance of a coaxial", "C") / L
    assert same(coax * capacitance, MU0 * EPS)
    two_wire = stated(CONDUCTORS, "Capacitance of a two-wire", "C'")
    assert same(stated(MAGNETIC, "Self-inductance", "L'", 1) * two_wire, MU0 * EPS)


def test_inner_conductor_adds_its_field_energy() -> None:
    inside = stated(MAGNETOSTATICS, "Ampere's law", "B", 0)
    density = stated(MAGNETIC, "Energy stored in a magnetic", "w_m").subs(MUR, 1)
    energy = sp.integrate(density.subs(sym("B"), inside) * 2 * sp.pi * R, (R, 0, A_RADIUS))
    assert same(2 * energy / CURRENT**2, MU0 / (8 * sp.pi))


def test_mutual_inductance_and_full_coupling() -> None:
    one, two = sym("N_1"), sym("N_2")
    mutual = stated(MAGNETIC, "Mutual inductance", "M", 1)
    solenoid = stated(MAGNETIC, "Self-inductance", "L", 1)
    full = stated(MAGNETIC, "Mutual inductance", "M", 2).subs(sym("k"), 1)
    selves = {sym("L_1"): solenoid.subs(sym("N"), one), sym("L_2"): solenoid.subs(sym("N"), two)}
    assert same(full.subs(selves), mutual)


def test_reluctance_and_energy_of_a_solenoid() -> None:
    turns, area, length = sym("N"), sym("A"), sym("l")
    reluctance = stated(MAGNETIC, "Magnetic circuits", r"\mathcal{R}")
    flux = stated(MAGNETIC, "Magnetic circuits", r"\Phi").subs(sym("calR"), reluctance)
    # Ampere's law around the closed core: H l = N I
    assert same(flux / (area * MU0 * MUR) * length, turns * CURRENT)
    inductance = stated(MAGNETIC, "Self-inductance", "L", 1)
    density = stated(MAGNETIC, "Energy stored in a magnetic", "w_m").subs(sym("B"), flux / area)
    energy = stated(MAGNETIC, "Energy stored in a magnetic", "W").subs(L, inductance)
    assert same(energy, density * area * length)


def test_moment_and_torque_of_a_rectangular_loop() -> None:
    turns, width, height, field, angle = (sym(n) for n in ["N", "w", "h", "B", "theta"])
    moment = stated(MAGNETOSTATICS, "Magnetic dipole", "m").subs(sym("S"), width * height)
    torque = stated(MAGNETOSTATICS, "Magnetic dipole", "T").subs(sym("m"), moment)
    # two sides of length h feel N I h B each, with the lever arm (w/2) sin(theta)
    assert same(torque, 2 * turns * CURRENT * height * field * width / 2 * sp.sin(angle))


def test_permeability_from_magnetization() -> None:
    intensity, susceptibility = sym("H"), sym("chi_m")
    total = MU0 * (intensity + susceptibility * intensity)
    relative = stated(MAGNETIC, "Magnetic field intensity", r"\mu_r")
    assert same(stated(MAGNETIC, "Magnetic field intensity", "B").subs(MUR, relative), total)

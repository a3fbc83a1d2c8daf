"""Notes -> relations and what their symbols are; relations and a question -> what is missing."""

import pytest

from tutorsmith.evidence.course import Course
from tutorsmith.evidence.formulas import formulary, relations_in, symbols_in
from tutorsmith.evidence.given import givens, targets
from tutorsmith.evidence.needs import Missing, Solver
from tutorsmith.evidence.quantities import dimension_of_name, dimension_of_unit, quantities_in
from tutorsmith.evidence.question import Question
from tutorsmith.retrieval.chunk import Chunk
from tutorsmith.retrieval.index import build_index

NOTES = (
    ("Parallel plates", "The capacitance $C$ (in F) of plates with area $A$ (in m^2) at a distance $d$ (in m) "
     "with a dielectric of relative permittivity $\\varepsilon_r$ is\n\n"
     "$$C = \\frac{\\varepsilon_0\\varepsilon_r A}{d}$$"),
    ("Charge", "The charge $Q$ (in C) at the voltage $V$ (in V) on a capacitance $C$ (in F) is $Q = CV$."),
    ("Force on a wire", "A straight wire of length $L$ (in m) with current $I$ (in A) feels $\\mathbf{F}=I\\mathbf{L}"
     "\\times\\mathbf{B}$, of magnitude $F=ILB\\sin\\theta$, in N; $B$ is the flux density in T."),
    ("Skin depth", "The skin depth $\\delta$ (in m) at the frequency $f$ (in Hz), with the permeability $\\mu$ in H/m "
     "and the conductivity $\\sigma$ in S/m, is $\\delta = \\frac{1}{\\sqrt{\\pi f\\mu\\sigma}}$."),
    ("Faraday", "$$\\oint_C \\mathbf{E}\\cdot d\\mathbf{l} = -\\frac{d\\Phi}{dt}$$ holds for every loop."),
)  # fmt: skip


@pytest.fixture(scope="module")
def course() -> Course:
    return Course(build_index([Chunk("notes.md", n, head, text, "Fields") for n, (head, text) in enumerate(NOTES)]))


def solved(course: Course, text: str) -> Missing | None:
    question = Question(text)
    return Solver(question, course.formulary, course.search(text, 25)).best()


@pytest.mark.parametrize(
    ("latex", "symbols"),
    [
        (r"\frac{\varepsilon_0\varepsilon_r A}{d}", ("epsilon_r", "A", "d")),
        (r"\frac{\mu_0 I}{2\pi r}", ("I", "r")),
        (r"Q(V_b - V_a)", ("Q", "V")),
        (r"\hat{\mathbf{n}}\cdot\mathbf{D}", ("D",)),
        (r"E_{x0}\cos(\omega t)", ("E_x0", "omega", "t")),
    ],
)
def test_symbols_without_constants_and_functions(latex: str, symbols: tuple[str, ...]) -> None:
    assert symbols_in(latex) == symbols


def test_a_chain_is_a_relation_for_each_side() -> None:
    found = [r.symbols for r in relations_in(r"$$W = \frac{1}{2}CV^2 = \frac{Q^2}{2C}$$", 0)]
    assert found == [("W", "C", "V"), ("W", "Q", "C")]


def test_an_angle_is_one_and_a_vector_product_has_one() -> None:
    (turned,) = relations_in(r"$n_1\sin\theta_1 = n_2\sin\theta_2$", 0)
    assert turned.angles == {"theta_1", "theta_2"}
    (product,) = relations_in(r"$\mathbf{T} = \mathbf{m}\times\mathbf{B}$", 0)
    assert len(product.angles) == 1


def test_integrals_are_no_relations(course: Course) -> None:
    assert course.formulary.relations[4] == ()


def test_what_the_notes_say_of_symbols() -> None:
    chunk = Chunk(
        "a.md", 0, "", "Given: $A = 100$ cm^2, $V = 12$ V. The plate distance $d$ (in m).\n\n$$F = QE$$ in N.", "T"
    )
    told = formulary([chunk])
    assert told.dimension("A", 0) == dimension_of_unit("m^2")
    assert told.dimension("V", 0) == dimension_of_unit("V")
    assert told.dimension("F", 0) == dimension_of_unit("N")
    assert told.names("d", 0)[0] == "plate distance"
    assert told.dimension("x", 0) is None


@pytest.mark.parametrize(
    ("name", "unit"),
    [("voltage reflection coefficient", "gamma"), ("radius of the inner conductor", "m"), ("flux density", "T")],
)
def test_a_name_tells_its_quantity(name: str, unit: str) -> None:
    assert dimension_of_name(name) == dimension_of_unit(unit)


def test_a_name_that_tells_nothing() -> None:
    assert dimension_of_name("particle") is None
    assert quantities_in("nothing at all") == []


def test_what_is_given_and_asked() -> None:
    question = Question("An antenna of gain 8 receives 900 MHz. How many microwatts does one metre of it take up?")
    assert [g.dimension for g in givens(question)] == [dimension_of_unit("gain"), dimension_of_unit("Hz")]
    assert targets(question)[0] == dimension_of_unit("W")


@pytest.mark.parametrize(
    ("question", "lacking"),
    [
        ("Plates of 100 cm^2 are 1.0 mm apart in air. What is their capacitance?", ()),
        ("Plates of 100 cm^2 stand in air. What is their capacitance?", ("distance",)),
        ("Plates of 100 cm^2 are 1.0 mm apart in glass. What is their capacitance?", ("relative permittivity",)),
        ("Plates of 100 cm^2 are 1.0 mm apart in air, with 50 V between them. How many coulombs do they carry?", ()),
        ("Plates 1.0 mm apart in air have 50 V between them. How many coulombs do they carry?", ("capacitance",)),
        ("A wire of 0.20 m carries 3.0 A at right angles to a field of 0.50 T. Which force acts on it?", ()),
        ("A wire of 0.20 m carries 3.0 A in a field of 0.50 T. Which force acts on it?", ("the angle",)),
        ("What is the skin depth at 1.0 MHz in brass with 1.5e7 S/m, in mm?", ()),
        ("What is the skin depth in brass with 1.5e7 S/m, in mm?", ("frequency",)),
        ("What is the skin depth at 1.0 MHz in steel with 5.0e6 S/m, in mm?", ("permeability",)),
    ],
)
def test_what_is_missing(course: Course, question: str, lacking: tuple[str, ...]) -> None:
    found = solved(course, question)
    assert found is not None
    assert found.names == lacking


def test_no_relation_has_what_is_asked(course: Course) -> None:
    assert solved(course, "With 3.0 A, which aperture efficiency has it?") is None


def test_one_value_serves_two_equal_things() -> None:
    text = "{} charges, of 3.0 nC, stand 5.0 cm apart. Find the force."
    chunk = Chunk("c.md", 0, "Coulomb", "The force $F$ (in N) of charges $q_1$ and $q_2$ (in C) at a distance $R$ "
                  "(in m) is $F = q_1q_2/(4\\pi\\varepsilon_0R^2)$; $q_1$ is in C.", "T")  # fmt: skip
    one = Course(build_index([chunk]))
    assert getattr(solved(one, text.format("Equal")), "count", None) == 0
    assert getattr(solved(one, text.format("Small")), "count", None) == 1

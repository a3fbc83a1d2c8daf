"""Where a question takes place told from what it is about; what named materials and comparisons spare."""

from pathlib import Path

import pytest

from tutorsmith.evidence.course import Course
from tutorsmith.evidence.given import givens, targets
from tutorsmith.evidence.materials import known_of
from tutorsmith.evidence.quantities import dimension_of_unit
from tutorsmith.evidence.question import Question
from tutorsmith.evidence.subject import astray, elsewhere, gives_electric_value, subject_weight
from tutorsmith.retrieval.index import open_index

NOTES = Path(__file__).parents[2] / "data" / "training" / "knowledge"


@pytest.fixture(scope="module")
def course() -> Course:
    return Course(open_index([NOTES / "em"]))


def test_a_course_on_fields_is_known_by_its_notes(course: Course) -> None:
    assert course.of_fields
    assert not Course(open_index([NOTES / "writing"])).of_fields


def test_words_used_elsewhere_count_half() -> None:
    assert subject_weight("a capacitor and a solenoid") == 2
    assert subject_weight("the charge for the battery") == 1
    assert subject_weight("my landlord and his three dogs") == 0


@pytest.mark.parametrize(
    ("text", "foreign", "left"),
    [
        ("Why does the antenna of my car not hear the station in a tunnel?", "car", []),
        ("Why does my car not start?", "car", ["car"]),
        ("A membrane with 2.0 A in 1.1 T moves. What force drives it?", "membran", []),
        ("Why does a membrane move?", "membran", ["membran"]),
        ("A photon has 2.0 V. What charge has it?", "photon", ["photon"]),
    ],
)
def test_a_foreign_word_is_a_setting_or_the_topic(text: str, foreign: str, left: list[str]) -> None:
    assert elsewhere(Question(text), [foreign]) == left


@pytest.mark.parametrize(
    ("text", "away"),
    [
        ("How does one boil an egg?", True),
        ("How does lightning find its way?", False),
        ("Two grains carry 1.6e-15 C. How hard do they push?", False),
        ("How do I know which functions to take in the separation of variables?", False),
    ],
)
def test_a_question_is_astray_when_nothing_in_it_is_the_courses(course: Course, text: str, away: bool) -> None:
    assert astray(Question(text), course) is away


def test_frequencies_beyond_sound_are_electric() -> None:
    assert gives_electric_value(Question("A device works at 24 GHz."))
    assert not gives_electric_value(Question("A string sounds at 440 Hz."))


def test_a_material_tells_its_constants() -> None:
    assert {"sigma", "mu"} <= known_of("a wire of copper")
    assert "epsilon" in known_of("a foil of polyethylene")
    assert "n" in known_of("light on a glass plate")
    assert "n" not in known_of("a glass plate")
    assert not known_of("a carbon brush")


@pytest.mark.parametrize(
    ("text", "compares"),
    [
        ("By what factor does C change if I double the area?", True),
        ("By which factor does the skin depth shrink from 50 Hz to 5.0 kHz?", True),
        ("The gap is halved. How much does C grow at 50 V with 3.0 nF?", False),
        ("How large is C?", False),
    ],
)
def test_a_comparison_needs_no_values_or_those_of_both_cases(text: str, compares: bool) -> None:
    assert Question(text).compares is compares


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("A sheet has 2.0 uC on every square metre.", "C/m^2"),
        ("It falls to zero within a tenth of a second.", "s"),
        ("A bar of cross-section 2.0 cm^2 is heated.", "m^2"),
        ("They are half a millimetre apart.", "m"),
        ("An antenna of 2.0 dBi is set up.", "gain"),
        ("A coating for red light of 650 nm is wanted.", "wavelength"),
    ],
)
def test_wordings_of_values(text: str, unit: str) -> None:
    assert [given.dimension for given in givens(Question(text))] == [dimension_of_unit(unit)]


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("A coil with 500 turns carries 0.80 A. How strong is the field?", "T"),
        ("A point charge has 2.0 nC. How strong is the field?", "V/m"),
        ("导线截面积 2.5 mm²，长 100 m，电阻是多少？", "ohm"),
        ("Two wires carry 100 A each. What is the force per metre?", "N/m"),
    ],
)
def test_what_is_asked_for(text: str, unit: str) -> None:
    assert targets(Question(text))[0] == dimension_of_unit(unit)


def test_electrons_that_are_counted_are_no_charge() -> None:
    assert targets(Question("How many electrons make a charge of 1.0 nC?")) == ()

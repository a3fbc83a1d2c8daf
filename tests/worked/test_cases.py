"""Questions over the chapters of the shipped notes: the result that Pint finds by itself, or nothing."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from tutorsmith.evidence.course import Course
from tutorsmith.evidence.question import Question
from tutorsmith.retrieval.index import open_index
from tutorsmith.tools.evaluate import evaluate_expression
from tutorsmith.tools.units import registry
from tutorsmith.worked import Calculation, Calculator, calculate, said

ROOT = Path(__file__).parents[2]
CASES = json.loads((ROOT / "tests" / "cases" / "worked.json").read_text(encoding="utf-8"))
ANSWERED = [case for case in CASES if case["results"]]
OPEN = [case for case in CASES if not case["results"]]
WRITTEN = {"en": "knowledge", "zh": "zh/knowledge"}


@pytest.fixture(scope="module")
def calculators() -> dict[str, Calculator]:
    places = {language: ROOT / "data" / "training" / folder / "em" for language, folder in WRITTEN.items()}
    return {language: Calculator(Course(open_index([place]))) for language, place in places.items()}


def asked(case: dict[str, Any], calculators: dict[str, Calculator]) -> list[Calculation]:
    return [one for one in calculators[case["language"]].calculate(Question(case["question"])) if one.asked]


def test_there_are_enough_cases_of_both_kinds() -> None:
    assert len(CASES) >= 25
    assert len(OPEN) >= 8


@pytest.mark.parametrize("case", ANSWERED, ids=lambda case: case["question"][:40])
def test_results_are_those_that_pint_finds(case: dict[str, Any], calculators: dict[str, Calculator]) -> None:
    found = asked(case, calculators)
    assert len(found) == len(case["results"])
    for one, wanted in zip(found, case["results"], strict=True):
        by_hand = registry().parse_expression(wanted["by"])
        unit = one.unit.replace("^", "**")
        assert one.value == pytest.approx(by_hand.to(unit or "").magnitude, rel=2e-3)
        assert " ".join(said([one], {}, "en").rpartition("=")[2].replace("$", "").split()) == wanted["result"]


@pytest.mark.parametrize("case", ANSWERED, ids=lambda case: case["question"][:40])
def test_the_call_of_the_calculator_gives_the_value(case: dict[str, Any], calculators: dict[str, Calculator]) -> None:
    for one in calculators[case["language"]].calculate(Question(case["question"])):
        call: Any = one.tool_call
        made = evaluate_expression(call["expression"], call["variables"], call.get("unit"))
        assert made["value"] == pytest.approx(one.value, rel=1e-4)
        assert set(one.assigned) == set(call["variables"])


@pytest.mark.parametrize("case", OPEN, ids=lambda case: case["question"][:40])
def test_nothing_is_told_where_a_value_or_a_relation_is_missing(
    case: dict[str, Any], calculators: dict[str, Calculator]
) -> None:
    assert asked(case, calculators) == []


def test_steps_come_before_what_follows_from_them(calculators: dict[str, Calculator]) -> None:
    question = Question(
        "The voltage between plates 4.0 mm apart is 800 V. Which force acts on an electron between them?"
    )
    first, second = calculators["en"].calculate(question)
    assert (first.asked, second.asked) == (False, True)
    assert first.value == pytest.approx(200)
    assert first.unit == "kV/m"
    assert second.value == pytest.approx(1.602176634e-19 * 2e5 * 1e15, rel=1e-3)


def test_the_unit_that_is_asked_for_is_kept(calculators: dict[str, Calculator]) -> None:
    question = (
        "A solenoid has 800 turns, a length of 40 cm and a cross-section of 6.0 cm^2. What is its inductance in uH?"
    )
    (one,) = calculators["en"].calculate(Question(question))
    assert one.unit == "uH"
    assert one.value == pytest.approx(1206, rel=1e-3)


def test_a_course_is_read_once(calculators: dict[str, Calculator]) -> None:
    course = calculators["en"].course
    question = Question("What is the wavelength of a 2.4 GHz signal in air?")
    (one,) = calculate(question, course)
    assert calculate(question, course) == (one,)
    assert r"\lambda_0" in course.index.chunks[one.chunk].text


def test_a_text_full_of_numbers_is_left_alone_at_once(calculators: dict[str, Calculator]) -> None:
    listed = ", ".join(f"{n}.0 mm" for n in range(2, 60))
    started = time.perf_counter()
    assert calculators["en"].calculate(Question(f"What is the capacitance of plates with {listed} in air?")) == ()
    assert time.perf_counter() - started < 2

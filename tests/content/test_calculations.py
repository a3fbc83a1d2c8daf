"""`meta.calculations` of the samples: what a tutor would give the calculator, and that it gives what the answer says.

The values are those of the question, so each calculation stands alone: none needs the result of another.
"""

import re
from typing import Any

import pytest
from content_tools import DATA, Item, answer, bodies, load

from tutorsmith.tools import call_tool
from tutorsmith.tools.units import is_unit, quantity

SETS = ("style_sft", "style_sft_extended", "multi_turn_sft", "writing_sft", "writing_sft_extended")
FILES = (
    *(f"processed/{name}.jsonl" for name in SETS),
    "zh/processed/style_sft.jsonl",
    "zh/processed/writing_sft.jsonl",
)
COPIES = tuple(f"{room}processed/{name}.jsonl" for room in ("", "zh/") for name in ("all_sft", "style_sft_sample"))
ITEMS: dict[str, Item] = {item["id"]: item for name in FILES for item in load(name)}
CALCULATED = {key: item["meta"]["calculations"] for key, item in ITEMS.items() if "calculations" in item["meta"]}

NUMBER = r"-?\d+(?:\.\d+)?(?:\\times10\^\{-?\d+\})?"
ENDS_IN_NUMBER = re.compile(rf"= {NUMBER}\$")
WITH_UNIT = re.compile(rf"(?<![\w.^{{_]){NUMBER}\$? ?([A-Za-zµμΩ%°][^\s,.;:)]*)")
PROSE = {"a", "at"}
"""Words after a number that are also names of units."""
NOTHING_TO_COMPUTE = {
    "style-x-0081": "a phase of 90 degrees is the reason asked for, not a result",
    "style-x-0105": "the 50 ohm are those of the question",
    "dialogue-0021": "the charge is that of the question",
    "writing-x-0001": "a condition of the draft is repeated",
    "writing-x-0027": "a time of the draft is repeated",
    "writing-x-0036": "a quotation from the draft",
    "writing-x-0059": "the percentage of the question",
    "writing-x-0067": "rounding, which the calculator does not do",
    "writing-x-0079": "the number of specimens is that of the question",
}
NOT_IN_THE_QUESTION = {
    ("style-x-0014", "k"): "0.99 is one less the 1 percent of the question",
    ("dialogue-0005", "Z_T"): "43.3 ohm is the result of the third tutor turn",
    ("dialogue-0011", "V_b"): "240 V is the result of the second tutor turn",
    ("dialogue-0011", "V_a"): "the question says in words that the potential midway is zero",
    ("writing-x-0011", "21"): "words of the draft, counted",
    ("writing-x-0011", "35"): "words of the draft, counted",
    ("writing-x-0035", "2"): "half is said in words",
    ("style-x-0094", "2"): "the exponent of the power at one skin depth",
    ("style-zh-0020", "a"): "the coefficient of t is 6π×10^8; its pi stands in the expression",
    ("style-zh-0020", "b"): "the coefficient of z is 4π; its pi stands in the expression",
    ("style-zh-0021", "sigma"): "the conductivity of copper is that of the notes",
    ("style-zh-0021", "3"): "three skin depths, the tutor's own example",
    ("style-zh-0021", "5"): "five skin depths, the tutor's own example",
    ("style-zh-0027", "R_r"): "the radiation resistance of the half-wave dipole is that of the notes",
}
UNITS_IN_WORDS = {
    "style-x-0049": {"1/m^3": "per cubic metre"},
    "dialogue-0022": {"1/min": "revolutions per minute"},
    "style-zh-0014": {"1/min": "r/min"},
}
ROUNDED = {
    ("writing-x-0037", "9.4/30"): (0, "31 %"),
    ("writing-x-0046", "(x_1 - x_0)/x_0"): (2, "-0.15"),
    ("writing-x-0082", "(w_0 - w_1)/w_0"): (0, "25 %"),
}
"""Answers that round by more than 1 %, so that the sample gives no result: decimals, and what is said."""


def asked(item: Item) -> str:
    """All that the student has said."""
    return " ".join(message["content"] for message in item["messages"] if message["role"] == "user")


def called(calculation: dict[str, Any]) -> dict[str, Any]:
    arguments = {key: value for key, value in calculation.items() if key != "result"}
    return call_tool("evaluate_expression", arguments)


def given(calculation: dict[str, Any]) -> dict[str, str]:
    """Symbol -> value; without symbols the numbers of the expression stand for themselves."""
    numbers = re.findall(r"(?<![\w.])\d+(?:\.\d+)?", calculation["expression"])
    return calculation.get("variables") or {number: number for number in numbers}


def in_latex(number: str) -> str:
    """3.98e5 as an answer writes it."""
    mantissa, _, power = number.partition("e")
    return rf"{mantissa}\times10^{{{power}}}" if power else mantissa


def stands_in(text: str, number: str) -> bool:
    return re.search(rf"(?<![\d.]){re.escape(number)}(?!\.?\d|e|\\times)", text) is not None


@pytest.mark.parametrize("key", CALCULATED)
def test_form(key: str) -> None:
    calculations = CALCULATED[key]
    assert ITEMS[key]["refusal_type"] is None
    assert 1 <= len(calculations) <= 3
    assert len({str(calculation) for calculation in calculations}) == len(calculations)
    for calculation in calculations:
        assert list(calculation) == [k for k in ("expression", "variables", "unit", "result") if k in calculation]
        names = set(re.findall(r"[A-Za-z]\w*", calculation["expression"]))
        assert set(calculation.get("variables", {"": ""})) <= names | {""}
        assert ("result" in calculation) is ((key, calculation["expression"]) not in ROUNDED)


@pytest.mark.parametrize("key", CALCULATED)
def test_the_calculator_gives_what_the_answer_says(key: str) -> None:
    for calculation in CALCULATED[key]:
        found = called(calculation)
        assert "error" not in found, found
        if "result" not in calculation:
            decimals, said = ROUNDED[key, calculation["expression"]]
            assert f"{found['value']:.{decimals}f} {found['unit']}".strip() == said
            assert stands_in(answer(ITEMS[key]), said.split()[0])
            continue
        computed = quantity(f"{found['value']} {found['unit']}", "computed")
        said = quantity(calculation["result"], "result")
        assert computed.is_compatible_with(said), (computed, said)
        assert abs(computed - said) <= 0.01 * abs(said), (computed, said)
        number = re.match(r"[-\d.e]+", calculation["result"])
        assert number is not None
        assert stands_in(answer(ITEMS[key]), in_latex(number[0])), calculation


@pytest.mark.parametrize("key", CALCULATED)
def test_values_are_those_of_the_question(key: str) -> None:
    question = asked(ITEMS[key])
    for calculation in CALCULATED[key]:
        for symbol, value in given(calculation).items():
            found = re.fullmatch(r"(-?[\d.]+(?:e-?\d+)?) ?(.*)", value)
            assert found is not None, value
            number, unit = found.groups()
            unit = UNITS_IN_WORDS.get(key, {}).get(unit, unit)
            told = stands_in(question, number) and re.search(
                rf"(?<![A-Za-z/]){re.escape(unit)}(?![A-Za-z/^])", question
            )
            assert bool(told) is ((key, symbol) not in NOT_IN_THE_QUESTION), (symbol, value)


def test_the_data_card_tells_how_many_there_are() -> None:
    card = (DATA.parents[1] / "docs" / "data-card.md").read_text(encoding="utf-8")
    assert f"beside {len(CALCULATED)} answers" in card


def test_exceptions_are_needed() -> None:
    used = {(key, name) for key, calculations in CALCULATED.items() for c in calculations for name in given(c)}
    assert set(NOT_IN_THE_QUESTION) <= used
    assert set(UNITS_IN_WORDS) <= set(CALCULATED)
    assert set(ROUNDED) <= {(key, c["expression"]) for key, calculations in CALCULATED.items() for c in calculations}


def test_every_answer_that_begins_with_a_number_has_its_calculations() -> None:
    """The first section, conclusion or diagnosis, of whatever category; numbers of formulas do not count."""
    without = set()
    for key, item in ITEMS.items():
        if item["refusal_type"] is None and key not in CALCULATED:
            first = bodies(answer(item))[0]
            units = {word for word in WITH_UNIT.findall(first) if word not in PROSE and is_unit(word)}
            if units or ENDS_IN_NUMBER.search(first):
                without.add(key)
    assert without == set(NOTHING_TO_COMPUTE)


@pytest.mark.parametrize("name", COPIES)
def test_copies_have_them_too(name: str) -> None:
    for item in load(name):
        assert item["meta"].get("calculations") == CALCULATED.get(item["id"])

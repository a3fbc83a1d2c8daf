"""The extended electromagnetics benchmark: form, no overlap, good references, formulas and numbers verified."""

import re
from collections import Counter

import numpy as np
import pytest
import sympy as sp
from content_tools import DATA, KINDS, NUMBER, answer, check_form, folded, jaccard, load, question
from em_part2_examples import arithmetic
from style_bench_extended_formulas_fields import FIELD_FORMULAS
from style_bench_extended_formulas_waves import WAVE_FORMULAS
from style_bench_extended_symbols import read
from style_bench_extended_tables import CLAIMS, COMPUTE, KEY_QUANTITIES, computed
from style_numbers import U
from test_style_data import HEADINGS, SYSTEM

from tutorsmith.data.read import read_benchmark
from tutorsmith.data.schema import Prediction
from tutorsmith.evaluation.score import COVERAGE, score_item

NAME = "eval/style_benchmark_extended.jsonl"
BENCH = {item["id"].removeprefix("style-bx-"): item for item in load(NAME)}
SCORED = {item.id.removeprefix("style-bx-"): item for item in read_benchmark(DATA / NAME)}
ANSWERED = [key for key, item in BENCH.items() if item["refusal_type"] is None]
KEY_FORMULAS = FIELD_FORMULAS | WAVE_FORMULAS

NAMES_OF_UNITS = """
    N m J V kV V/m kV/m MV/m C nC uC C/m^2 nC/m^2 uC/m^2 pF Pa mN uN uJ ohm mohm ohm/m mohm/m S/m m/s A A/m mA/m N/m T
    mT Wb uH mV rad/s rad/m rad W MW kW/m^2 J/m^3 Hz MHz GHz cm mm um degrees
"""
PINT = {unit: unit.replace("^", "**") for unit in NAMES_OF_UNITS.split()} | {
    "N m": "N*m",
    "dB": "",
    "dB/m": "1/m",
    "Np/m": "1/m",
    "": "",
}
PROSE = {"and", "so", "times", "of", "by", "wavelengths", "which", "in"}
STATED = re.compile(
    rf"\$([^$=]+?) = (?:([^$=]+) = )?{NUMBER}\$(?: (N m|[A-Za-z]+(?:\^\d)?(?:/[a-z]+(?:\^\d)?)?)(?![A-Za-z^/]))?"
)


def statements(text: str) -> list[tuple[str, str, float, float, str]]:
    """Return (symbol, substitution, number, half a last digit, Pint unit) for every `$symbol = number$ unit`."""
    found = []
    for symbol, between, mantissa, decimals, power, unit in STATED.findall(text):
        scale = 10.0 ** int(power or 0)
        unit = PINT["" if unit in PROSE else unit]
        found.append((symbol, between, float(mantissa) * scale, 0.501 * scale * 10.0 ** -len(decimals), unit))
    return found


def substituted(latex: str) -> float:
    """Evaluate the numbers that stand between a symbol and its value, natural logarithms included."""
    text = re.sub(r"\\ln\(([\d.]+)\)", lambda m: str(np.log(float(m[1]))), latex)
    value = arithmetic(text)
    assert value is not None, latex
    return value.real


def test_counts_ids_chapters_and_categories() -> None:
    assert list(BENCH) == [f"{n:03d}" for n in range(1, 85)]
    chapters = [item["meta"]["chapter"] for item in BENCH.values()]
    assert set(chapters) == {f"ch{n:02d}" for n in range(1, 19)}
    assert chapters == sorted(chapters)
    assert min(Counter(chapters).values()) >= 3
    categories = Counter(item["meta"]["category"] for item in BENCH.values())
    assert categories == {"concept": 17, "derivation": 16, "calculation": 17, "application": 16, "refusal": 18}
    assert set(Counter(item["refusal_type"] for item in BENCH.values() if item["refusal_type"]).items()) == {
        (kind, 6) for kind in KINDS
    }
    difficulty = Counter(item["meta"]["difficulty"] for item in BENCH.values())
    assert difficulty["hard"] >= 20
    assert difficulty["easy"] >= 12


@pytest.mark.parametrize("key", BENCH)
def test_form_of_every_item(key: str) -> None:
    item = BENCH[key]
    assert [message["role"] for message in item["messages"]] == ["system", "user"]
    assert item["messages"][0]["content"] == SYSTEM
    text = answer(item)
    check_form(text, HEADINGS)
    assert item["meta"]["source"] in {"faq", "assignment", "lecture"}
    assert (item["meta"]["category"] == "refusal") is (item["refusal_type"] is not None)
    if item["refusal_type"]:
        assert "key_points" not in item
        return
    points = item["key_points"]
    assert 3 <= len(points) <= 5
    assert any(point.get("vital", True) for point in points)
    for point in points:
        assert "formula" in point or "quantity" in point or 3 <= len(set(point["any_of"])) <= 6, point


def test_near_misses_are_pairs_of_an_answer_and_a_refusal() -> None:
    pairs = {
        key: item["meta"]["pair"].removeprefix("style-bx-") for key, item in BENCH.items() if "pair" in item["meta"]
    }
    assert all(pairs[other] == key for key, other in pairs.items())
    refused = [key for key in pairs if BENCH[key]["refusal_type"]]
    assert len(refused) >= 8
    for key in refused:
        assert BENCH[pairs[key]]["refusal_type"] is None
        assert jaccard(question(BENCH[key]), question(BENCH[pairs[key]])) >= 0.3, key


def test_questions_are_new() -> None:
    asked = [question(item) for item in BENCH.values()]
    assert len({tuple(folded(text)) for text in asked}) == len(asked)
    others = [
        *load("eval/style_benchmark.jsonl"),
        *(item for path in (DATA / "processed").glob("style_sft*.jsonl") for item in load(f"processed/{path.name}")),
    ]
    for text in asked:
        for other in others:
            assert jaccard(text, question(other)) < 0.6, (text, other["id"])


@pytest.mark.parametrize("key", ANSWERED)
def test_the_reference_of_the_next_item_is_no_answer(key: str) -> None:
    """The next item is the nearest in subject; one other each, since all pairs would take minutes."""
    other = SCORED[ANSWERED[(ANSWERED.index(key) + 1) % len(ANSWERED)]]
    score = score_item("style", SCORED[key], Prediction(f"style-bx-{key}", other.reference))
    assert score.scores[COVERAGE] <= 0.5
    assert [v for v in score.verdicts if v["rule"].startswith("asserts what it must not")] == []


def test_every_formula_key_point_has_a_derivation() -> None:
    stated = {(key, p["formula"]) for key in ANSWERED for p in BENCH[key]["key_points"] if "formula" in p}
    assert stated == set(KEY_FORMULAS)


@pytest.mark.parametrize(("key", "formula"), KEY_FORMULAS)
def test_formula_key_point_follows_and_is_in_the_reference(key: str, formula: str) -> None:
    latex, derive = KEY_FORMULAS[key, formula]
    assert latex in answer(BENCH[key])
    assert sp.simplify(read(formula) - derive()) == 0


def test_only_items_in_the_table_compute_numbers() -> None:
    assert {key for key, item in BENCH.items() if statements(answer(item))} == set(COMPUTE)


@pytest.mark.parametrize("key", COMPUTE)
def test_numbers_of_the_reference_follow_from_the_givens(key: str) -> None:
    text = answer(BENCH[key])
    for given in COMPUTE[key][0].values():
        assert re.search(rf"(?<![\d.]){re.escape(given)}(?![\d.]*\d)", question(BENCH[key])), given
    expected, seen = computed(key), set()
    assert len(re.findall(rf" = {NUMBER}\$", text)) == len(statements(text))
    for symbol, between, number, half, unit in statements(text):
        value = U.Quantity(expected[symbol]).m_as(unit)
        assert abs(value - number) <= half, (symbol, value, number)
        seen.add(symbol)
        if between:
            assert abs(substituted(between) - U.Quantity(number, unit).to_base_units().m) <= 0.006 * abs(
                U.Quantity(number, unit).to_base_units().m
            ), between
    assert seen == set(expected)


def test_every_quantity_key_point_follows_from_the_givens() -> None:
    points = [(key, p) for key in ANSWERED for p in BENCH[key]["key_points"] if "quantity" in p]
    assert {(key, point["quantity"]) for key, point in points} == set(KEY_QUANTITIES)
    for key, point in points:
        expected = U.Quantity(computed(key)[KEY_QUANTITIES[key, point["quantity"]]])
        number, _, unit = point["quantity"].partition(" ")
        value = expected.m_as(PINT[unit])
        assert abs(float(number) - value) <= 0.005 * abs(value), point
        assert 0.005 <= point["rel_tol"] <= 0.05
        printed = re.sub(r"e(-?\d+)", r"\\times10^{\1}", number)
        assert f" {printed}$" + (f" {unit}" if unit else "") in answer(BENCH[key])


@pytest.mark.parametrize(("key", "wording", "value", "said", "tolerance"), CLAIMS)
def test_ratio_put_into_words(key: str, wording: str, value: float, said: float, tolerance: float) -> None:
    assert wording in answer(BENCH[key])
    assert value == pytest.approx(said, rel=tolerance)

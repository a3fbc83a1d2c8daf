"""The electromagnetics samples and benchmark: counts, form, no overlap, and every formula and number verified."""

import re
from collections import Counter

import pytest
import sympy as sp
from content_tools import (
    DATA,
    KINDS,
    Item,
    answer,
    check_form,
    check_numbers,
    folded,
    jaccard,
    load,
    parsed,
    question,
    statements,
)
from style_formulas import CENTRAL, KEY_FORMULAS, S
from style_numbers import CLAIMS, COMPUTE, GIVEN_IN_ANSWER, KEY_QUANTITIES, U, computed

SYSTEM = (
    "You are a teaching assistant for a university electromagnetics course. Answer from the course notes, step by step,"
    " with exactly these sections:\n### Conclusion\n### Derivation\n"
    "### Check (units / boundary conditions / limiting cases)"
)
HEADINGS = re.findall(r"^### .+$", SYSTEM, flags=re.MULTILINE)


TRAIN, BENCH = load("processed/style_sft.jsonl"), load("eval/style_benchmark.jsonl")
ITEMS = {item["id"]: item for item in TRAIN + BENCH}
RAW = {path.stem: path.read_text(encoding="utf-8") for path in (DATA / "raw" / "em").glob("*.md")}
SOURCES = {"faq": "faq", "assignment": "assignments", "lecture": "lecture-notes-excerpts"}


def test_counts_ids_and_chapters() -> None:
    assert [item["id"] for item in TRAIN] == [f"style-{n:04d}" for n in range(1, 29)]
    assert [item["id"] for item in BENCH] == [f"style-b-{n:03d}" for n in range(1, 12)]
    assert {item["meta"]["chapter"] for item in TRAIN} == {f"ch{n:02d}" for n in range(1, 19)}
    assert all(item["mode"] == "tutor" for item in ITEMS.values())


def test_refusals_of_each_kind() -> None:
    training = Counter(item["refusal_type"] for item in TRAIN if item["refusal_type"])
    assert sorted(training) == KINDS
    assert min(training.values()) >= 2
    assert sum(training.values()) >= 6
    assert sorted(item["refusal_type"] for item in BENCH if item["refusal_type"]) == KINDS


def test_benchmark_categories_and_key_points() -> None:
    kinds: Counter[str] = Counter()
    answerable = [item for item in BENCH if item["refusal_type"] is None]
    categories = Counter(item["meta"]["category"] for item in answerable)
    assert categories == {"concept": 2, "derivation": 2, "calculation": 2, "application": 2}
    for item in answerable:
        assert 3 <= len(item["key_points"]) <= 5, item["id"]
        assert any(point.get("vital", True) for point in item["key_points"])
        kinds.update(
            next(key for key in ("text", "formula", "quantity") if key in point) for point in item["key_points"]
        )
    assert set(kinds) == {"text", "formula", "quantity"}
    assert any("must_not" in point for item in answerable for point in item["key_points"])
    assert any(point.get("vital") is False for item in answerable for point in item["key_points"])
    for item in BENCH:
        if item["refusal_type"]:
            assert "key_points" not in item
            assert item["meta"]["category"] == "refusal"


@pytest.mark.parametrize("item", ITEMS.values(), ids=ITEMS)
def test_form_of_every_item(item: Item) -> None:
    roles = [message["role"] for message in item["messages"]]
    assert roles == (["system", "user"] if "reference" in item else ["system", "user", "assistant"])
    assert item["messages"][0]["content"] == SYSTEM
    check_form(answer(item), HEADINGS)
    assert item["meta"]["source"] in SOURCES
    assert item["meta"]["difficulty"] in {"easy", "medium", "hard"}
    assert item["meta"]["language"] == "en"
    assert item["meta"]["has_tool_call"] is item["meta"]["has_rag_context"] is False


def test_answers_are_not_alike() -> None:
    texts = [answer(item) for item in ITEMS.values()]
    conclusions = [text.split("\n\n")[0] for text in texts]
    assert len(set(conclusions)) == len(texts)
    refusals = [answer(item) for item in ITEMS.values() if item["refusal_type"]]
    pairs = [(a, b) for i, a in enumerate(refusals) for b in refusals[:i]]
    assert max(jaccard(a, b) for a, b in pairs) < 0.5


def test_no_training_question_is_a_benchmark_question() -> None:
    asked = {tuple(folded(question(item))) for item in TRAIN}
    assert len(asked) == len(TRAIN)
    for held in BENCH:
        assert tuple(folded(question(held))) not in asked
        for item in TRAIN:
            assert jaccard(question(item), question(held)) < 0.6, (item["id"], held["id"])


def test_samples_come_from_their_raw_source_and_benchmarks_do_not() -> None:
    for item in TRAIN:
        source = RAW[SOURCES[item["meta"]["source"]]]
        entry = source.split(question(item))
        assert len(entry) == 2, item["id"]
        assert re.search(r"Sample: (\S+)", entry[1])[1] == item["id"]  # type: ignore[index]
    raw_words = " ".join(" ".join(folded(text)) for text in RAW.values())
    for held in BENCH:
        assert " ".join(folded(question(held))) not in raw_words
    assert len(re.findall(r"^### .+\?$", RAW["faq"], flags=re.MULTILINE)) >= 20


def test_every_answer_has_a_central_formula() -> None:
    assert set(CENTRAL) == {item["id"] for item in TRAIN if item["refusal_type"] is None}


@pytest.mark.parametrize("item", CENTRAL)
def test_central_formula_follows_from_the_laws(item: str) -> None:
    latex, ascii_form, derive = CENTRAL[item]
    assert latex in answer(ITEMS[item])
    assert sp.simplify(parsed(ascii_form, S) - derive()) == 0


def test_every_formula_key_point_has_a_derivation() -> None:
    stated = {(item["id"], p["formula"]) for item in BENCH for p in item.get("key_points", []) if "formula" in p}
    assert stated == set(KEY_FORMULAS)


@pytest.mark.parametrize(("item", "formula"), KEY_FORMULAS)
def test_formula_key_point_follows_and_is_in_the_reference(item: str, formula: str) -> None:
    latex, derive = KEY_FORMULAS[item, formula]
    assert latex in answer(ITEMS[item])
    assert sp.simplify(parsed(formula, S) - derive()) == 0


def test_only_items_in_the_table_compute_numbers() -> None:
    assert {key for key, item in ITEMS.items() if statements(answer(item))} == set(COMPUTE)


@pytest.mark.parametrize("item", COMPUTE)
def test_numbers_of_the_answer_follow_from_the_givens(item: str) -> None:
    givens = set(COMPUTE[item][0].values()) - GIVEN_IN_ANSWER.get(item, set())
    for text in givens:
        assert re.search(rf"(?<![\w.]){re.escape(text)}(?![\w.]*\w)", question(ITEMS[item])), (item, text)
    text = answer(ITEMS[item])
    check_numbers(text, statements(text), computed(item), U.Quantity)


def test_every_quantity_key_point_follows_from_the_givens() -> None:
    points = [(item["id"], p) for item in BENCH for p in item.get("key_points", []) if "quantity" in p]
    assert {(key, point["quantity"]) for key, point in points} == set(KEY_QUANTITIES)
    for key, point in points:
        expected = U.Quantity(computed(key)[KEY_QUANTITIES[key, point["quantity"]]])
        stated = U.Quantity(point["quantity"])
        assert abs(stated - expected) <= 0.005 * abs(expected), point
        assert 0.005 <= point["rel_tol"] <= 0.05
        number, unit = point["quantity"].split()
        assert f" {number}$ {unit}" in answer(ITEMS[key])


@pytest.mark.parametrize(("item", "wording", "value", "said"), CLAIMS)
def test_ratio_put_into_words(item: str, wording: str, value: float, said: float) -> None:
    assert wording in answer(ITEMS[item])
    assert value == pytest.approx(said, rel=0.02)

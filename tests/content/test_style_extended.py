"""The extended electromagnetics samples: counts, form, refusals and their pairs, every formula and number verified."""

import re
from collections import Counter

import pytest
import style_extended_formulas as statics
import style_extended_formulas_magnetic as magnetic
import style_extended_formulas_waves as waves
import style_extended_numbers as first
import style_extended_numbers_waves as second
import sympy as sp
from content_tools import (
    DATA,
    KINDS,
    NUMBER,
    PROSE,
    Item,
    answer,
    check_form,
    check_numbers,
    folded,
    jaccard,
    load,
    parsed,
    question,
)
from style_numbers import Given, U

from tutorsmith.evaluation.metrics.refusal import judge_refusal

CORE, TRAIN = load("processed/style_sft.jsonl"), load("processed/style_sft_extended.jsonl")
BENCH = [item for path in sorted((DATA / "eval").glob("style_benchmark*.jsonl")) for item in load(f"eval/{path.name}")]
ITEMS = {item["id"]: item for item in TRAIN}
SYSTEM = CORE[0]["messages"][0]["content"]
HEADINGS = re.findall(r"^### .+$", SYSTEM, flags=re.MULTILINE)
COMPUTE = first.COMPUTE | second.COMPUTE
CENTRAL = statics.CENTRAL | magnetic.CENTRAL | waves.CENTRAL
CLAIMS = first.CLAIMS + second.CLAIMS
REFUSED = [item for item in TRAIN if item["refusal_type"]]
ANSWERED = [item for item in TRAIN if not item["refusal_type"]]
CATEGORIES = {"concept", "derivation", "calculation", "application", "wrong_premise"}

UNIT = r"1/[a-z]+|[A-Za-z]+(?:·[A-Za-z]+)?(?:\^\d)?(?:/[A-Za-z]+(?:\^\d)?)?"
STATED = re.compile(rf"\$([^$=]+?) = (?:([^$=]+) = )?{NUMBER}\$(?: ({UNIT})(?![\w^]))?")
NO_UNIT = PROSE | {"lies", "indeed", "at"}
WORDED = {"dB": "", "dBi": "", "Np/m": "1/m"}
KNOWN = {"8.854", "2.998", "376.7", "1.602", "9.109", "8.686", "0.01", "100", "1.5", "1.64", "90", "60", "45", "180"}
"""Constants, limits of rules in the notes, and common angles: what an answer may state without working it out."""
REWORDED = 0.55
"""Share of common words from which two questions are taken for one; only those of a pair may be closer."""


def stated(text: str) -> list[tuple[str, str | None, float, float, str]]:
    """(symbol, substitution, number, half a last digit, Pint unit) of every `$symbol = number$ unit`."""
    found: list[tuple[str, str | None, float, float, str]] = []
    for symbol, between, mantissa, decimals, power, unit in STATED.findall(text):
        scale = 10.0 ** int(power or 0)
        pint_unit = "" if unit in NO_UNIT else WORDED.get(unit, unit.replace("·", "*").replace("^", "**"))
        half = 0.501 * scale * 10.0 ** -len(decimals)
        found.append((symbol, between or None, float(mantissa) * scale, half, pint_unit))
    return found


def computed(item: str) -> Given:
    """Symbol -> value for one sample, from the givens of its question."""
    givens, function = COMPUTE[item]
    return function({name: U.Quantity(text.replace("^", "**")) for name, text in givens.items()})


def test_counts_ids_and_chapters() -> None:
    assert [item["id"] for item in TRAIN] == [f"style-x-{n:04d}" for n in range(1, 125)]
    chapters = Counter(item["meta"]["chapter"] for item in TRAIN)
    assert sorted(chapters) == [f"ch{n:02d}" for n in range(1, 19)]
    assert min(chapters.values()) >= 6
    assert max(chapters.values()) <= 8


def test_categories_sources_and_difficulty() -> None:
    categories = Counter(item["meta"]["category"] for item in ANSWERED)
    assert set(categories) == CATEGORIES
    assert min(categories.values()) >= 12
    difficulty = Counter(item["meta"]["difficulty"] for item in TRAIN)
    assert set(difficulty) == {"easy", "medium", "hard"}
    assert min(difficulty.values()) >= 0.2 * len(TRAIN)
    assert {item["meta"]["source"] for item in TRAIN} == {"lecture", "faq", "assignment"}


def test_refusals_of_each_kind_in_balance() -> None:
    kinds = Counter(item["refusal_type"] for item in REFUSED)
    assert sorted(kinds) == KINDS
    assert 0.2 * len(TRAIN) <= len(REFUSED) <= 28
    assert max(kinds.values()) - min(kinds.values()) <= 2
    assert all((item["meta"]["category"] == "refusal") == bool(item["refusal_type"]) for item in TRAIN)


def test_pairs_join_an_answered_question_with_a_refused_one_close_to_it() -> None:
    paired = [item for item in TRAIN if "pair" in item["meta"]]
    assert len(paired) == 2 * len(REFUSED)
    for item in paired:
        other = ITEMS[item["meta"]["pair"]]
        assert other["meta"]["pair"] == item["id"]
        assert bool(other["refusal_type"]) != bool(item["refusal_type"])
        assert other["meta"]["chapter"] == item["meta"]["chapter"]
        assert jaccard(question(item), question(other)) >= 0.25, item["id"]


@pytest.mark.parametrize("item", TRAIN, ids=ITEMS)
def test_form_of_every_sample(item: Item) -> None:
    assert list(item) == list(CORE[0])
    assert list(item["meta"])[:6] == list(CORE[0]["meta"])
    assert set(item["meta"]) - set(CORE[0]["meta"]) <= {"category", "pair", "calculations"}
    assert item["mode"] == "tutor"
    assert [message["role"] for message in item["messages"]] == ["system", "user", "assistant"]
    assert item["messages"][0]["content"] == SYSTEM
    check_form(answer(item), HEADINGS)
    assert item["meta"]["language"] == "en"
    assert item["meta"]["has_tool_call"] is item["meta"]["has_rag_context"] is False


@pytest.mark.parametrize("item", TRAIN, ids=ITEMS)
def test_answers_refuse_where_they_say_so(item: Item) -> None:
    verdict = judge_refusal(answer(item), question(item), "en")
    assert verdict.kind == item["refusal_type"], verdict


def test_no_two_answers_are_alike() -> None:
    texts = [answer(item) for item in CORE + TRAIN]
    assert len({text.split("\n\n")[0] for text in texts}) == len(texts)
    words = [set(folded(text)) for text in texts]
    pairs = [(one, two) for i, one in enumerate(words) for two in words[:i]]
    assert max(len(one & two) / len(one | two) for one, two in pairs) < 0.5


def test_no_question_is_asked_twice() -> None:
    seen: list[tuple[Item, set[str]]] = [(item, set(folded(question(item)))) for item in CORE + BENCH]
    for item in TRAIN:
        words = set(folded(question(item)))
        for other, others in seen:
            alike = len(words & others) / len(words | others)
            assert alike < REWORDED or item["meta"].get("pair") == other["id"], (item["id"], other["id"], alike)
        seen.append((item, words))


def test_every_answer_has_a_central_formula() -> None:
    assert set(CENTRAL) == {item["id"] for item in ANSWERED}


@pytest.mark.parametrize("item", CENTRAL)
def test_central_formula_follows_from_the_laws(item: str) -> None:
    latex, ascii_form, derive = CENTRAL[item]
    assert latex in answer(ITEMS[item])
    difference = parsed(ascii_form, statics.X) - derive()
    assert difference == 0 or sp.simplify(difference) == 0


def test_only_samples_in_the_table_compute_numbers() -> None:
    assert {key for key, item in ITEMS.items() if stated(answer(item))} == set(COMPUTE)


@pytest.mark.parametrize("item", COMPUTE)
def test_numbers_of_the_answer_follow_from_the_givens(item: str) -> None:
    for text in COMPUTE[item][0].values():
        assert re.search(rf"(?<![\w.]){re.escape(text)}(?![\w.]*\w)", question(ITEMS[item])), (item, text)
    text = answer(ITEMS[item])
    check_numbers(text, stated(text), computed(item), U.Quantity)


@pytest.mark.parametrize(("item", "wording", "value", "said", "rel"), CLAIMS)
def test_number_put_into_words(item: str, wording: str, value: float, said: float, rel: float) -> None:
    assert wording in answer(ITEMS[item])
    assert value == pytest.approx(said, rel=rel)


@pytest.mark.parametrize("item", ANSWERED, ids=[item["id"] for item in ANSWERED])
def test_no_number_of_an_answer_is_left_unchecked(item: Item) -> None:
    text = STATED.sub(" ", answer(item))
    for key, wording, *_ in CLAIMS:
        text = text.replace(wording, " ") if key == item["id"] else text
    loose = re.findall(r"(?<![\w.{^_-])\d+\.\d+|(?<![\w.{^_-])\d{2,}(?![\w}])", text)
    assert not [number for number in loose if number not in KNOWN and number not in question(item)], item["id"]

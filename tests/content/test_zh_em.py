"""The electromagnetics half of the Chinese course: counts, form, no overlap, every formula and number verified."""

import re
from collections import Counter
from itertools import combinations, product

import pytest
import sympy as sp
import zh_em_examples
import zh_em_numbers
from content_tools import DATA, KINDS, NUMBER, Item, alike, answer, characters, load, parsed, question
from em_part2_examples import arithmetic
from style_numbers import U
from zh_em_examples import EXAMPLES
from zh_em_formulas import CENTRAL, KEY_FORMULAS, S
from zh_em_note_formulas import DEFINITIONS, NOTES
from zh_em_numbers import COMPUTE, KEY_QUANTITIES, computed, read_given
from zh_em_steps import NOTE_STEPS, SAID, STEPS

from tutorsmith.data.read import read_benchmark, sample_from_dict
from tutorsmith.data.schema import BenchmarkItem, Prediction
from tutorsmith.evaluation.metrics.sections import required_headings
from tutorsmith.evaluation.score import COVERAGE, FORMAT, KIND, score_item

SYSTEM = (
    "你是大学“电磁场与电磁波”课程的助教。请依据课程笔记逐步作答，回答必须且只能包含以下三个部分：\n"
    "### 结论\n### 推导\n### 检查（单位 / 边界条件 / 极限情形）"
)
HEADINGS = re.findall(r"^### .+$", SYSTEM, flags=re.MULTILINE)
TRAIN, BENCH = load("zh/processed/style_sft.jsonl"), load("zh/eval/style_benchmark.jsonl")
ITEMS = {item["id"]: item for item in TRAIN + BENCH}
SCORED = read_benchmark(DATA / "zh" / "eval" / "style_benchmark.jsonl")
CHAPTERS = {int(path.name[:2]): path for path in sorted((DATA / "zh" / "knowledge" / "em").glob("*.md"))}
NOTE_TEXT = {number: path.read_text(encoding="utf-8") for number, path in CHAPTERS.items()}
UNIT = r"dB/m|Np/m|1/H|[A-Za-zΩμ°%]+[²³]?(?:/[A-Za-z]+[²³]?)?"
STATED = re.compile(rf"\$([^$=]+?) = (?:([^$=]+) = )?{NUMBER}\$(?: ?({UNIT}))?")
PINT_UNITS = {"Np/m": "1/m", "dB": "", "°": "degree"}


def statements(text: str) -> list[tuple[str, str | None, float, float, str]]:
    """(symbol, substitution, number, half a last digit, unit) of every `$symbol = number$ unit`; none passed over."""
    found = []
    for symbol, between, mantissa, decimals, power, unit in STATED.findall(text):
        scale = 10.0 ** int(power or 0)
        half = 0.501 * scale * 10.0 ** -len(decimals)
        found.append((symbol, between or None, float(mantissa) * scale, half, PINT_UNITS.get(unit, unit)))
    assert len(re.findall(r"\$[^$]* = [^$]*\$", text)) == len(found)
    return found


def agrees(stated: tuple[str, str | None, float, float, str], value: object) -> bool:
    """Whether number and substitution of a statement are the value, to the last printed digit."""
    _, between, number, half, unit = stated
    if between and (substituted := arithmetic(between)) is not None:
        # put in in the unit of the result, or in base units
        scale = float(U.Quantity(1, unit).to_base_units().magnitude)
        if min(abs(substituted - number), abs(substituted / scale - number)) > half:
            return False
    return bool(abs(U.Quantity(value).m_as(unit) - number) <= half)


def test_counts_ids_and_chapters() -> None:
    assert [item["id"] for item in TRAIN] == [f"style-zh-{n:04d}" for n in range(1, 29)]
    assert [item["id"] for item in BENCH] == [f"style-zh-b-{n:03d}" for n in range(1, 12)]
    assert {item["meta"]["chapter"] for item in TRAIN} == {f"ch{n:02d}" for n in range(1, 19)}
    sample = load("zh/processed/style_sft_sample.jsonl")
    assert len(sample) == 3
    assert all(item in TRAIN for item in sample)
    assert {item["refusal_type"] for item in sample} == {None, "missing_parameters"}


def test_refusals_and_their_answerable_twins() -> None:
    kinds = Counter(item["refusal_type"] for item in TRAIN if item["refusal_type"])
    assert sorted(kinds) == KINDS
    assert min(kinds.values()) >= 2
    assert sum(kinds.values()) >= 6
    assert sorted(item["refusal_type"] for item in BENCH if item["refusal_type"]) == KINDS
    twins = {item["id"]: item["meta"]["pair"] for item in TRAIN if "pair" in item["meta"]}
    assert len(twins) == 6
    for one, other in twins.items():
        assert twins[other] == one
        assert {ITEMS[one]["refusal_type"], ITEMS[other]["refusal_type"]} == {None, "missing_parameters"}


def test_benchmark_categories_and_key_points() -> None:
    answerable = [item for item in BENCH if item["refusal_type"] is None]
    categories = Counter(item["meta"]["category"] for item in answerable)
    assert categories == {"concept": 2, "derivation": 2, "calculation": 2, "application": 2}
    for item in answerable:
        assert 3 <= len(item["key_points"]) <= 5, item["id"]
        for point in item["key_points"]:
            wordings = point.get("any_of", [])
            assert bool(wordings) == (not {"formula", "quantity"} & set(point))
            assert not wordings or 4 <= len(set(wordings)) <= 6
            assert all(characters(wording) >= 4 for wording in wordings)
    assert all("key_points" not in item for item in BENCH if item["refusal_type"])


@pytest.mark.parametrize("item", ITEMS.values(), ids=ITEMS)
def test_form_of_every_item(item: Item) -> None:
    roles = [message["role"] for message in item["messages"]]
    assert roles == (["system", "user"] if "reference" in item else ["system", "user", "assistant"])
    assert item["messages"][0]["content"] == SYSTEM
    text = answer(item)
    assert re.findall(r"^#.*$", text, flags=re.MULTILINE) == HEADINGS
    bodies = re.split(r"^### .+$", text, flags=re.MULTILINE)
    assert bodies[0] == ""
    assert all(characters(body) >= 10 for body in bodies[1:])
    assert 180 <= characters(text) <= 380
    assert text.count("$") % 2 == 0
    assert text.count("{") == text.count("}")
    assert text == text.strip()
    assert not re.search(r"[\x00-\x09\x0b-\x1f]", text), "a LaTeX command lost its backslash"
    assert not re.search(r"[\u4e00-\u9fff]\s*[,;:?!]|[,;:?!][\u4e00-\u9fff]", text + question(item)), "half-width"
    assert item["meta"]["source"] in {"lecture", "faq", "assignment"}
    assert item["meta"]["difficulty"] in {"easy", "medium", "hard"}
    assert item["meta"]["language"] == "zh"
    assert item["meta"]["has_tool_call"] is item["meta"]["has_rag_context"] is False


def test_the_prompt_asks_for_the_three_sections() -> None:
    assert [f"### {heading}" for heading in required_headings(SYSTEM)] == HEADINGS


def test_no_two_texts_are_alike() -> None:
    for one, other in combinations(ITEMS.values(), 2):
        assert alike(answer(one), answer(other)) < 0.3, (one["id"], other["id"])
    for sample, held in product(TRAIN, BENCH):
        assert alike(question(sample), question(held)) < 0.3, (sample["id"], held["id"])


@pytest.mark.parametrize("item", [item for item in SCORED if not item.refusal_type], ids=lambda item: item.id)
def test_the_references_of_other_items_are_no_answer(item: BenchmarkItem) -> None:
    for other in SCORED:
        if other.id != item.id and not other.refusal_type:
            foreign = score_item("style", item, Prediction(item.id, other.reference))
            assert foreign.scores[COVERAGE] <= 0.34, other.id
            assert [v for v in foreign.verdicts if v["rule"].startswith("asserts what it must not")] == []


@pytest.mark.parametrize("item", [i for i in SCORED if i.key_points], ids=lambda item: item.id)
def test_each_wording_covers_and_each_forbidden_one_contradicts(item: BenchmarkItem) -> None:
    for number, point in enumerate(item.key_points or []):
        assert isinstance(point, dict)
        for wording in point.get("any_of", []):
            verdicts = score_item("style", item, Prediction(item.id, f"{wording}。")).verdicts
            assert [v for v in verdicts if v["metric"] == COVERAGE][number]["passed"] is True, wording
        for wording in point.get("must_not", []):
            verdicts = score_item("style", item, Prediction(item.id, f"{wording}。")).verdicts
            assert [v for v in verdicts if v["metric"] == COVERAGE][number]["contradicted"] is True, wording


@pytest.mark.parametrize("item", TRAIN, ids=lambda item: item["id"])
def test_a_training_answer_is_read_as_what_it_is(item: Item) -> None:
    """Answered or refused, of the right kind, in the right form."""
    known = sample_from_dict(item)
    asked = BenchmarkItem(known.id, known.mode, known.messages[:-1], known.refusal_type, reference=answer(item))
    scores = score_item("style", asked, Prediction(known.id, answer(item))).scores
    assert scores[FORMAT] == 1.0
    assert set(scores.values()) == {1.0}
    assert (KIND in scores) == (known.refusal_type is not None)


def test_every_answer_has_a_central_formula() -> None:
    assert set(CENTRAL) == {item["id"] for item in TRAIN if item["refusal_type"] is None}
    stated = {(item["id"], p["formula"]) for item in BENCH for p in item.get("key_points", []) if "formula" in p}
    assert stated == set(KEY_FORMULAS)


@pytest.mark.parametrize("item", CENTRAL)
def test_central_formula_follows_from_the_laws(item: str) -> None:
    latex, ascii_form, derive = CENTRAL[item]
    assert latex in answer(ITEMS[item])
    assert sp.simplify(parsed(ascii_form, S) - derive()) == 0


@pytest.mark.parametrize(("item", "formula"), KEY_FORMULAS)
def test_formula_key_point_follows_and_is_in_the_reference(item: str, formula: str) -> None:
    latex, derive = KEY_FORMULAS[item, formula]
    assert latex in answer(ITEMS[item])
    difference = parsed(re.sub(r"\blambda\b", "lambda_", formula), S) - derive()
    assert sp.simplify(sp.expand_log(difference, force=True)) == 0


@pytest.mark.parametrize("item", ITEMS)
def test_every_formula_of_an_answer_is_known(item: str) -> None:
    """It stands in the notes, is derived, or was read by a person."""
    english = "".join(path.read_text(encoding="utf-8") for path in sorted((DATA / "knowledge" / "em").glob("*.md")))
    notes = squeezed("".join(NOTE_TEXT.values()) + english)
    derived = {latex for (key, _), (latex, _) in KEY_FORMULAS.items() if key == item}
    derived |= {CENTRAL[item][0]} if item in CENTRAL else set()
    unknown = []
    for formula in re.findall(r"\$([^$]+)\$", answer(ITEMS[item])):
        if " = " in formula or "=" not in formula or not re.search(r"frac|sqrt|/|\^", formula):
            continue
        if squeezed(formula) not in notes and formula not in derived and formula not in unknown:
            unknown.append(formula)
    assert unknown == STEPS.get(item, [])


@pytest.mark.parametrize("item", ITEMS)
def test_every_number_in_the_prose_of_an_answer_is_known(item: str) -> None:
    text = answer(ITEMS[item])
    for key, wording, _, _ in zh_em_numbers.CLAIMS:
        text = text.replace(wording, "~") if key == item else text
    text = re.sub(rf"\$[^$]+\$(?: ?(?:{UNIT}))?", "~", text)
    text = re.sub(r"(?m)^\d\. |第 ?\d+ ?[步章]|1/m²?|\(1/s\)|TE10", "~", text)
    found = re.findall(rf"-?\d+(?:\.\d+)?(?: ?(?:{UNIT}))?", text)
    assert [said for said in found if said not in question(ITEMS[item])] == SAID.get(item, [])


def test_only_items_in_the_table_compute_numbers() -> None:
    assert {key for key, item in ITEMS.items() if statements(answer(item))} == set(COMPUTE)


@pytest.mark.parametrize("item", COMPUTE)
def test_numbers_of_the_answer_follow_from_the_givens(item: str) -> None:
    for text in COMPUTE[item][0].values():
        words, _ = read_given(text)
        assert re.search(rf"(?<![\w.]){re.escape(words)}(?![0-9A-Za-z.])", question(ITEMS[item])) or (
            re.search(rf"{re.escape(words)}\(", question(ITEMS[item]))
        ), words
    expected, seen = computed(item), set()
    for stated in statements(answer(ITEMS[item])):
        assert agrees(stated, expected[stated[0]]), (item, stated, expected[stated[0]])
        seen.add(stated[0])
    assert seen == set(expected)


def test_every_quantity_key_point_follows_from_the_givens() -> None:
    points = [(item["id"], p) for item in BENCH for p in item.get("key_points", []) if "quantity" in p]
    assert {(key, point["quantity"]) for key, point in points} == set(KEY_QUANTITIES)
    for key, point in points:
        number, unit = point["quantity"].split()
        expected = U.Quantity(computed(key)[KEY_QUANTITIES[key, point["quantity"]]])
        assert float(number) == pytest.approx(expected.m_as(PINT_UNITS.get(unit, unit)), rel=0.004)
        assert 0.004 <= point["rel_tol"] <= 0.02
        assert f" = {number}$ {unit.replace('ohm', 'Ω')}" in answer(ITEMS[key])


@pytest.mark.parametrize(("item", "wording", "value", "said"), zh_em_numbers.CLAIMS)
def test_ratio_put_into_words(item: str, wording: str, value: float, said: float) -> None:
    assert wording in answer(ITEMS[item])
    assert value == pytest.approx(said, rel=0.02)


# Notes ---------------------------------------------------------------------------------------------------------------


def squeezed(text: str) -> str:
    """LaTeX without what does not change its meaning."""
    text = re.sub(r"\\(?:left|right)(?![A-Za-z])|\\[,;!]|\s+", "", text.replace(r"\tfrac", r"\frac"))
    return re.sub(r"\\frac(\d)(\d)", r"\\frac{\1}{\2}", text)


def displayed(text: str) -> list[str]:
    """The displayed equations of a chapter, one by one."""
    shown = re.findall(r"\$\$(.+?)\$\$", text, flags=re.DOTALL)
    return [squeezed(part) for block in shown for part in re.split(r",\s*\\q?quad", block)]


def test_the_chapters_are_those_of_the_english_notes() -> None:
    english = sorted(path.name for path in (DATA / "knowledge" / "em").glob("*.md"))
    assert [path.name for path in CHAPTERS.values()] == english


@pytest.mark.parametrize("chapter", range(1, 19))
def test_a_chapter_is_short_and_has_headings(chapter: int) -> None:
    text = NOTE_TEXT[chapter]
    assert 250 <= characters(text) <= 500
    assert re.match(r"# [\u4e00-\u9fff]", text)
    headings = re.findall(r"^## (.+)$", text, flags=re.MULTILINE)
    assert 3 <= len(set(headings)) == len(headings) <= 6
    assert text.count("**例题：**") == 1
    assert text.count("$") % 2 == 0


@pytest.mark.parametrize("chapter", range(1, 19))
def test_a_displayed_formula_is_that_of_the_english_notes_or_derived(chapter: int) -> None:
    english = squeezed((DATA / "knowledge" / "em" / CHAPTERS[chapter].name).read_text(encoding="utf-8"))
    own = {(chapter, shown) for shown in displayed(NOTE_TEXT[chapter]) if shown not in english}
    assert own == {key for key in {*NOTES, *DEFINITIONS} if key[0] == chapter}


@pytest.mark.parametrize("chapter", range(1, 19))
def test_a_formula_in_the_text_of_the_notes_is_known(chapter: int) -> None:
    """It stands in the English notes, is displayed and checked above, or was read by a person."""
    english = squeezed("".join(path.read_text(encoding="utf-8") for path in (DATA / "knowledge" / "em").glob("*.md")))
    shown = displayed(NOTE_TEXT[chapter])
    text = re.sub(r"\$\$.+?\$\$", "", NOTE_TEXT[chapter], flags=re.DOTALL)
    unknown = []
    for formula in re.findall(r"\$([^$]+)\$", text):
        if " = " in formula or "=" not in formula:
            continue
        if squeezed(formula) not in english and squeezed(formula) not in shown and formula not in unknown:
            unknown.append(formula)
    assert unknown == NOTE_STEPS.get(chapter, [])


@pytest.mark.parametrize(("chapter", "shown"), NOTES)
def test_formula_of_the_notes_follows_from_the_laws(chapter: int, shown: str) -> None:
    ascii_form, derive = NOTES[chapter, shown]
    assert shown in displayed(NOTE_TEXT[chapter])
    difference = parsed(ascii_form, S) - derive()
    assert sp.simplify(sp.expand_log(difference, force=True)) == 0


@pytest.mark.parametrize("chapter", EXAMPLES)
def test_worked_example_of_the_notes(chapter: int) -> None:
    givens, expected = zh_em_examples.example(chapter)
    seen = set()
    for stated in statements(NOTE_TEXT[chapter]):
        value = givens[stated[0]] if stated[0] in givens else expected[stated[0]]
        assert agrees(stated, value), (chapter, stated, value)
        seen.add(stated[0])
    assert seen == {*givens, *expected}


@pytest.mark.parametrize(("chapter", "wording", "value", "said"), zh_em_examples.CLAIMS)
def test_ratio_put_into_words_by_the_notes(chapter: int, wording: str, value: float, said: float) -> None:
    assert wording in NOTE_TEXT[chapter]
    assert value == pytest.approx(said, rel=0.02)

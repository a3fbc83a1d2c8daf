"""The dialogues: form, references back, refusals, slips kept out of the loss, every number and formula verified."""

import re
from collections import Counter
from statistics import fmean

import pytest
import sympy as sp
from content_tools import DATA, KINDS, NUMBER, PROSE, Item, folded, load, parsed
from em_part2_examples import arithmetic
from multi_turn_formulas import CONDITIONS, DERIVED, LAWS, RESTATED, X
from multi_turn_numbers import COMPUTE
from multi_turn_words import TAUGHT, WORDED
from style_numbers import U

from tutorsmith.data.read import read_benchmark
from tutorsmith.data.schema import BenchmarkItem, Prediction
from tutorsmith.evaluation.metrics.formulas import formula_key, judge_formula
from tutorsmith.evaluation.metrics.refusal import judge_refusal
from tutorsmith.evaluation.score import COVERAGE, score_item

TRAIN, BENCH = load("processed/multi_turn_sft.jsonl"), load("eval/multi_turn_benchmark.jsonl")
ALL = TRAIN + BENCH
ITEMS = {item["id"]: item for item in ALL}
SCORED = read_benchmark(DATA / "eval" / "multi_turn_benchmark.jsonl")
STYLE, WRITING = (TRAIN[n]["messages"][0]["content"] for n in (0, -1))
SINGLE = {name: load(f"processed/{name}_sft.jsonl")[0] for name in ("style", "writing")}
EM_IDS = [item["id"] for item in ALL if item["messages"][0]["content"] == STYLE]
SLIPS = {"dialogue-0004", "dialogue-0018", "dialogue-0040"}
"""Dialogues in which the student points out a real slip in the first answer."""

UNIT = r"1/[a-z]+|[A-Za-z]+(?:·[A-Za-z]+)?(?:\^\d)?(?:/[A-Za-z]+(?:\^\d)?)?"
STATED = re.compile(rf"\$([^$=]+?) = (?:([^$=]+) = )?{NUMBER}\$(?: ({UNIT})(?![\w^]))?")
NO_UNIT = PROSE | {
    "at",
    "from",
    "of",
    "while",
    "arrive",
    "nearly",
    "here",
    "before",
    "on",
    "long",
    "in",
    "reflected",
    "skin",
}
WORDED_UNITS = {"dB": "", "degrees": "", "Np/m": "1/m"}
NUMERAL = re.compile(r"\d+(?:\.\d+)?")
LOOSE = re.compile(
    r"(?<![\w.{^_\[-])\d+\.\d+|(?<![\w.{^_-])\d{2,}(?![\w}])"
    r"|(?<![\w./{^_-])[1-9](?= (?:d?B|[kmnu]?[AVWTs]|[cm]?m|%|percent|points|words)(?!\w))"
)
"""Numbers in running text: decimals, integers of two digits, and single digits before a unit."""
REWORDED = 0.5
"""Share of common words from which two user turns of different dialogues are taken for one."""


def told(item: Item) -> list[str]:
    """The tutor turns, the reference of a benchmark item last."""
    turns = [message["content"] for message in item["messages"] if message["role"] == "assistant"]
    return [*turns, item["reference"]] if "reference" in item else turns


def asked(item: Item) -> list[str]:
    return [message["content"] for message in item["messages"] if message["role"] == "user"]


def headings(text: str) -> list[str]:
    return re.findall(r"^#.*$", text, flags=re.MULTILINE)


def stated(text: str) -> list[tuple[str, str | None, float, float, str]]:
    """(symbol, substitution, number, half a last digit, Pint unit) of every `$symbol = number$ unit`."""
    found = []
    for symbol, between, mantissa, decimals, power, unit in STATED.findall(text):
        scale = 10.0 ** int(power or 0)
        unit = "" if unit in NO_UNIT else WORDED_UNITS.get(unit, unit.replace("·", "*").replace("^", "**"))
        found.append((symbol, between or None, float(mantissa) * scale, 0.501 * scale * 10.0 ** -len(decimals), unit))
    return found


def test_counts_courses_and_ids() -> None:
    assert [item["id"] for item in TRAIN] == [f"dialogue-{n:04d}" for n in range(1, 45)]
    assert [item["id"] for item in BENCH] == [f"dialogue-b-{n:03d}" for n in range(1, 27)]
    for items in (TRAIN, BENCH):
        share = sum(item["id"] in EM_IDS for item in items) / len(items)
        assert 0.6 <= share <= 0.7
    chapters = Counter(item["meta"]["chapter"] for item in ALL if item["id"] in EM_IDS)
    assert sorted(chapters) == [f"ch{n:02d}" for n in range(1, 19)]
    chapters = Counter(item["meta"]["chapter"] for item in ALL if item["id"] not in EM_IDS)
    assert sorted(chapters) == [f"ch{n:02d}" for n in range(1, 10)]


def test_system_prompts_ask_for_the_sections_of_the_single_answers() -> None:
    for prompt, name in ((STYLE, "style"), (WRITING, "writing")):
        assert headings(prompt) == headings(SINGLE[name]["messages"][0]["content"])
        assert "Use what was said before" in prompt


def test_difficulty_and_refusals() -> None:
    for items in (TRAIN, BENCH):
        difficulty = Counter(item["meta"]["difficulty"] for item in items)
        assert all(0.1 <= difficulty[level] / len(items) <= 0.6 for level in ("easy", "medium", "hard"))
        assert sorted({item["refusal_type"] for item in items} - {None}) == KINDS


@pytest.mark.parametrize("item", ALL, ids=ITEMS)
def test_form_of_every_dialogue(item: Item) -> None:
    keys = list(SINGLE["style"])
    if "reference" in item:
        keys[3:3] = ["reference", "key_points"]
    assert list(item) == keys
    meta = item["meta"]
    assert [key for key in meta if key != "calculations"] == [*SINGLE["style"]["meta"], "category", "turns"]
    assert (meta["language"], meta["has_tool_call"], meta["has_rag_context"]) == ("en", False, False)
    assert meta["category"] == ("refusal" if item["refusal_type"] else "multi_turn")
    assert meta["source"] in ("lecture", "faq", "assignment")
    assert item["mode"] == "tutor" if item["id"] in EM_IDS else item["mode"] in ("tutor", "polish")
    roles = [message["role"] for message in item["messages"]]
    assert roles == (["system"] + ["user", "assistant"] * meta["turns"])[: len(roles)]
    assert roles[-1] == ("user" if "reference" in item else "assistant")
    assert len(asked(item)) == meta["turns"] == len(told(item))
    assert 2 <= meta["turns"] <= 5
    assert item["messages"][0]["content"] == (STYLE if item["id"] in EM_IDS else WRITING)


@pytest.mark.parametrize("item", ALL, ids=ITEMS)
def test_every_tutor_turn_has_its_sections(item: Item) -> None:
    for number, text in enumerate(told(item)):
        assert headings(text) == headings(item["messages"][0]["content"])
        bodies = re.split(r"^### .+$", text, flags=re.MULTILINE)
        assert bodies[0] == ""
        learned = "reference" not in item and number not in slips(item)
        wanted = learned or number == len(told(item)) - 1
        assert all(len(body.split()) >= (6 if wanted else 3) for body in bodies[1:])
        assert (60 if wanted else 20) <= len(text.split()) <= 180
        assert text == text.strip()
        assert text.count("$") % 2 == text.count('"') % 2 == 0
        assert text.count("{") == text.count("}")


def slips(item: Item) -> list[int]:
    turns = [message for message in item["messages"] if message["role"] == "assistant"]
    return [number for number, message in enumerate(turns) if message.get("train") is False]


def test_only_answers_that_are_taken_back_are_kept_out_of_the_loss() -> None:
    for item in TRAIN:
        assert slips(item) == ([0] if item["id"] in SLIPS else []), item["id"]
        if item["id"] in SLIPS:
            assert re.search(r"You are right|Your notes are right", told(item)[1])
    assert not any("train" in message for item in BENCH for message in item["messages"])


@pytest.mark.parametrize("item", ALL, ids=ITEMS)
def test_each_turn_refuses_only_where_it_says_so(item: Item) -> None:
    for number, (text, question) in enumerate(zip(told(item), asked(item), strict=True)):
        verdict = judge_refusal(text, question, "en")
        last = number == len(told(item)) - 1
        if last:
            assert verdict.kind == item["refusal_type"], (number, verdict)
        else:
            says_so = re.match(r".+\n(?:I cannot|I can't) ", text) is not None
            assert (verdict.kind is not None) == says_so, (number, verdict)


def test_missing_numbers_are_asked_for_and_then_used() -> None:
    supplied = [
        item["id"]
        for item in ALL
        for text, question in zip(told(item)[:-1], asked(item)[:-1], strict=True)
        if judge_refusal(text, question, "en").kind == "missing_parameters" and not item["refusal_type"]
    ]
    assert len(supplied) >= 8


def test_no_user_turn_is_said_twice() -> None:
    names = sorted({*DATA.glob("eval/*.jsonl"), *DATA.glob("processed/*.jsonl")})
    own = {DATA / "eval/multi_turn_benchmark.jsonl", DATA / "processed/multi_turn_sft.jsonl"}
    seen = [set(folded(turn)) for path in names if path not in own for item in load(str(path)) for turn in asked(item)]
    for item in ALL:
        own_turns = [set(folded(turn)) for turn in asked(item)]
        for words in own_turns:
            closest = max(len(words & other) / len(words | other) for other in seen)
            assert closest < REWORDED, (item["id"], words)
        seen += own_turns


@pytest.mark.parametrize("name", COMPUTE)
def test_numbers_of_every_turn_follow_from_the_givens(name: str) -> None:
    item = ITEMS[name]
    givens, function = COMPUTE[name]
    for text in givens.values():
        found = [re.search(rf"(?<![\w.]){re.escape(text)}(?![.]?\w)", turn) for turn in asked(item)]
        assert any(found), (name, text)
    expected = function(
        {
            key: U.Quantity(re.sub(" dB$", "", text.replace("^", "**").replace("Np", "1")))
            for key, text in givens.items()
        }
    )
    for values, text in zip(expected, told(item), strict=True):
        assert len(re.findall(rf" = {NUMBER}\$", text)) == len(stated(text))
        seen = set()
        for symbol, between, number, half, unit in stated(text):
            value = U.Quantity(values[symbol]).m_as(unit)
            assert abs(value - number) <= half, (symbol, value, number)
            assert between is None or abs((arithmetic(between) or 0) - number) <= half
            seen.add(symbol)
        assert seen == set(values)


def test_only_dialogues_in_the_table_state_numbers() -> None:
    assert {item["id"] for item in ALL if any(stated(text) for text in told(item))} <= {*COMPUTE, "dialogue-b-021"}


@pytest.mark.parametrize("name", WORDED)
def test_numbers_put_into_words_are_worked_out_from_the_turns(name: str) -> None:
    for turn, wording in WORDED[name]:
        assert wording(asked(ITEMS[name])) in told(ITEMS[name])[turn], (turn, wording(asked(ITEMS[name])))


@pytest.mark.parametrize("item", ALL, ids=ITEMS)
def test_no_number_is_left_unchecked(item: Item) -> None:
    heard = ""
    for turn, (question, text) in enumerate(zip(asked(item), told(item), strict=True)):
        heard += " " + question
        rest = re.sub(r"(?m)^\d\. ", "", STATED.sub(" ", text))
        known = [wording(asked(item)) for at, wording in WORDED.get(item["id"], []) if at == turn]
        for wording in sorted([*known, *TAUGHT], key=len, reverse=True):
            rest = rest.replace(wording, " ")
        rest = re.sub(r"\$[^$]*=[^$]*\$", " ", rest)
        loose = LOOSE.findall(rest)
        assert not [number for number in loose if number not in NUMERAL.findall(heard)], (item["id"], turn)
        heard += " " + " ".join(match[2] for match in STATED.findall(text))


def formulas(text: str) -> list[str]:
    return [formula for formula in re.findall(r"\$([^$]+)\$", text) if "=" in formula and " = " not in formula]


def plain(latex: str) -> str:
    return re.sub(r"\\left|\\right|\\,|\\quad|\s", "", latex)


NOTES = plain(" ".join(path.read_text(encoding="utf-8") for path in sorted((DATA / "knowledge").rglob("*.md"))))


def test_numbers_that_are_taught_stand_in_the_notes() -> None:
    everything = "\n".join(text for item in ALL for text in told(item))
    for wording, source in TAUGHT.items():
        assert wording in everything
        assert plain(source) in NOTES, source


def test_every_formula_is_a_law_of_the_notes_a_condition_or_derived() -> None:
    used: set[str] = {formula for item in ALL for text in told(item) for formula in formulas(text)}
    known = [set(DERIVED), LAWS, set(RESTATED), CONDITIONS]
    assert used == set().union(*known)
    assert sum(map(len, known)) == len(used)
    assert [law for law in [*sorted(LAWS), *RESTATED.values()] if plain(law) not in NOTES] == []


@pytest.mark.parametrize("latex", DERIVED)
def test_formula_follows_from_the_laws(latex: str) -> None:
    ascii_form, derive = DERIVED[latex]
    assert sp.simplify(parsed(ascii_form, X) - derive()) == 0
    key = formula_key(re.sub(r"lambda_(?!\w)", "lambda", ascii_form).replace("P_plus*", "P^+ ").replace("Abs", "abs"))
    assert judge_formula(key, f"It is ${latex}$.").state == "covered"


@pytest.mark.parametrize("item", [item for item in SCORED if item.key_points], ids=lambda item: item.id)
def test_the_references_of_other_dialogues_are_no_answer(item: BenchmarkItem) -> None:
    course = item.id in EM_IDS
    others = [other for other in SCORED if other.id != item.id and not other.refusal_type]
    others = [other for other in others if (other.id in EM_IDS) is course]
    scores = [score_item("style", item, Prediction(item.id, other.reference)) for other in others]
    assert fmean(score.scores[COVERAGE] for score in scores) <= 0.1
    assert [v for s in scores for v in s.verdicts if v["rule"].startswith("asserts what it must not")] == []


@pytest.mark.parametrize("raw", [item for item in BENCH if item["key_points"]], ids=lambda item: item["id"])
def test_key_points_need_the_last_answer_and_not_what_was_said_before(raw: Item) -> None:
    assert 3 <= len(raw["key_points"]) <= 5
    item = next(item for item in SCORED if item.id == raw["id"])
    for earlier in told(raw)[:-1]:
        assert score_item("style", item, Prediction(item.id, earlier)).scores[COVERAGE] <= 0.5

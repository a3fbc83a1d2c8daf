"""The academic-writing half of the Chinese course: counts, form, no overlap, all that is said of a draft verified."""

import re
from collections import Counter
from itertools import combinations, product

import pytest
import sympy as sp
import zh_writing_claims as claims
from content_tools import DATA, KINDS, Item, alike, answer, characters, load, question
from em_part1_notes import parse_latex, same

from tutorsmith.data.read import read_benchmark, sample_from_dict
from tutorsmith.data.schema import BenchmarkItem, Prediction
from tutorsmith.evaluation.metrics.sections import required_headings
from tutorsmith.evaluation.score import COVERAGE, FORMAT, KIND, score_item

SYSTEM = (
    "你是大学学术写作课的辅导老师。请依据课程笔记指导学生修改自己的文字，不要代替学生写作。回答必须且只能包含以下三个部分：\n"
    "### 问题诊断\n### 改进建议\n### 规范说明"
)
HEADINGS = re.findall(r"^### .+$", SYSTEM, flags=re.MULTILINE)
TRAIN, BENCH = load("zh/processed/writing_sft.jsonl"), load("zh/eval/writing_benchmark.jsonl")
ITEMS = {item["id"]: item for item in TRAIN + BENCH}
ENGLISH = load("processed/writing_sft.jsonl"), load("eval/writing_benchmark.jsonl")
SCORED = read_benchmark(DATA / "zh" / "eval" / "writing_benchmark.jsonl")
REFUSED = [item for item in ITEMS.values() if item["refusal_type"]]
CHAPTERS = {int(path.name[:2]): path for path in sorted((DATA / "zh" / "knowledge" / "writing").glob("*.md"))}
NOTES = {number: path.read_text(encoding="utf-8") for number, path in CHAPTERS.items()}
STANDARDS = r"GB/?T? ?\d+(?:\.\d)?(?:～\d+)?"
PATTERN = "主要责任者. 题名[J]. 刊名, 年, 卷(期): 起止页码."


def draft(item: Item) -> str:
    """The one passage that a question quotes; the whole question where it quotes several or none, or adds facts."""
    quoted = re.findall("“([^”]{20,})”", question(item))
    whole = len(quoted) != 1 or question(item).count("“") > 2 or item["id"] == "writing-zh-0003"
    return question(item) if whole else quoted[0]


def sections(item: Item) -> dict[str, str]:
    pieces = re.split(r"(?m)^(### .+)\n", answer(item))
    assert pieces[0] == ""
    return dict(zip(pieces[1::2], pieces[2::2], strict=True))


def test_counts_ids_and_chapters() -> None:
    assert [item["id"] for item in TRAIN] == [f"writing-zh-{n:04d}" for n in range(1, 13)]
    assert [item["id"] for item in BENCH] == [f"writing-zh-b-{n:03d}" for n in range(1, 7)]
    assert {item["meta"]["chapter"] for item in TRAIN} == {f"ch{n:02d}" for n in range(1, 10)}
    assert load("zh/processed/all_sft.jsonl") == load("zh/processed/style_sft.jsonl") + TRAIN


@pytest.mark.parametrize("kind", [*KINDS, None])
def test_refusals_are_as_many_as_in_the_english_files(kind: str | None) -> None:
    for own, english in zip((TRAIN, BENCH), ENGLISH, strict=True):
        assert sum(i["refusal_type"] == kind for i in own) == sum(i["refusal_type"] == kind for i in english)


def test_modes_are_those_of_the_english_files() -> None:
    for own, english in zip((TRAIN, BENCH), ENGLISH, strict=True):
        assert [item["mode"] for item in own] == [item["mode"] for item in english]
    categories = Counter(item["meta"]["category"] for item in BENCH)
    assert categories == Counter(item["meta"]["category"] for item in ENGLISH[1])


def test_key_points() -> None:
    for item in BENCH:
        assert (item["key_points"] == []) == (item["refusal_type"] is not None)
        assert item["refusal_type"] or 3 <= len(item["key_points"]) <= 5
        for point in item["key_points"]:
            wordings = point.get("any_of", [])
            assert bool(wordings) == (not {"formula", "quantity"} & set(point))
            assert not wordings or 4 <= len(set(wordings)) <= 7
            assert all(characters(wording) >= 4 for wording in wordings)
            assert not re.search(r"(?<!图 4-)\d(?!-2)", "".join(wordings)), "read as a quantity point"


@pytest.mark.parametrize("item", ITEMS.values(), ids=ITEMS)
def test_form_of_every_item(item: Item) -> None:
    roles = [message["role"] for message in item["messages"]]
    assert roles == (["system", "user"] if "reference" in item else ["system", "user", "assistant"])
    assert item["messages"][0]["content"] == SYSTEM
    text = answer(item)
    assert list(sections(item)) == HEADINGS
    assert all(characters(body) >= 40 for body in sections(item).values())
    assert 180 <= characters(text) <= 380
    assert text.count("$") % 2 == 0
    assert text == text.strip()
    assert not re.search(r"[\x00-\x09\x0b-\x1f]", text), "a LaTeX command lost its backslash"
    written = text.replace(PATTERN, "") + question(item)
    assert not re.search(r"[\u4e00-\u9fff]\s*[,;:?!]|[,;:?!][\u4e00-\u9fff]", written), "half-width"
    steps = re.findall(r"(?m)^(\d)\. ", sections(item)["### 改进建议"])
    assert steps == [str(n) for n in range(1, len(steps) + 1)]
    assert len(steps) >= 3
    meta = item["meta"]
    assert meta["source"] in {"lecture", "faq", "assignment"}
    assert meta["difficulty"] in {"easy", "medium", "hard"}
    assert (meta["language"], meta["has_tool_call"], meta["has_rag_context"]) == ("zh", False, False)


def test_the_prompt_asks_for_the_three_sections() -> None:
    assert [f"### {heading}" for heading in required_headings(SYSTEM)] == HEADINGS


def test_no_two_texts_are_alike() -> None:
    for one, other in combinations(ITEMS.values(), 2):
        assert alike(answer(one), answer(other)) < 0.3, (one["id"], other["id"])
    for sample, held in product(TRAIN, BENCH):
        assert alike(question(sample), question(held)) < 0.3, (sample["id"], held["id"])


@pytest.mark.parametrize("item", REFUSED, ids=lambda item: item["id"])
def test_a_refusal_comes_first_and_leaks_nothing(item: Item) -> None:
    assert re.match("我无法|我不能", sections(item)["### 问题诊断"])
    body = re.sub(rf"(?m)^\d\. |{STANDARDS}|\b[xwhb]_\d", "", answer(item))
    given = set(re.findall(r"\d+(?:\.\d+)?", question(item)))
    assert set(re.findall(r"\d+(?:\.\d+)?", body)) <= given, "a number that the question does not give"


@pytest.mark.parametrize("item", [item for item in SCORED if not item.refusal_type], ids=lambda item: item.id)
def test_the_references_of_other_items_are_no_answer(item: BenchmarkItem) -> None:
    for other in SCORED:
        if other.id != item.id and not other.refusal_type:
            foreign = score_item("writing", item, Prediction(item.id, other.reference))
            assert [v for v in foreign.verdicts if v["metric"] == COVERAGE and (v["passed"] or v["contradicted"])] == []


@pytest.mark.parametrize("item", [i for i in SCORED if i.key_points], ids=lambda item: item.id)
def test_each_wording_covers_and_each_forbidden_one_contradicts(item: BenchmarkItem) -> None:
    for number, point in enumerate(item.key_points or []):
        assert isinstance(point, dict)
        for wording in point.get("any_of", []):
            verdicts = score_item("writing", item, Prediction(item.id, f"{wording}。")).verdicts
            assert [v for v in verdicts if v["metric"] == COVERAGE][number]["passed"] is True, wording
        for wording in point.get("must_not", []):
            verdicts = score_item("writing", item, Prediction(item.id, f"{wording}。")).verdicts
            assert [v for v in verdicts if v["metric"] == COVERAGE][number]["contradicted"] is True, wording


@pytest.mark.parametrize("item", [i for i in SCORED if i.key_points], ids=lambda item: item.id)
def test_the_notes_teach_each_phrase_that_is_asked_for(item: BenchmarkItem) -> None:
    chapter = NOTES[int(item.meta["chapter"][2:])]
    for verdict in score_item("writing", item, Prediction(item.id, chapter)).verdicts:
        if verdict["metric"] == COVERAGE and "quantity" not in verdict["key_point"]:
            assert verdict["passed"] is True, verdict["key_point"]


@pytest.mark.parametrize("item", TRAIN, ids=lambda item: item["id"])
def test_a_training_answer_is_read_as_what_it_is(item: Item) -> None:
    """Answered or refused, of the right kind, in the right form."""
    known = sample_from_dict(item)
    asked = BenchmarkItem(known.id, known.mode, known.messages[:-1], known.refusal_type, reference=answer(item))
    scores = score_item("writing", asked, Prediction(known.id, answer(item))).scores
    assert scores[FORMAT] == 1.0
    assert set(scores.values()) == {1.0}
    assert (KIND in scores) == (known.refusal_type is not None)


# What is said of a draft ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("item", claims.SAID)
def test_what_is_counted_or_computed_is_what_the_answer_says(item: str) -> None:
    for wording in claims.SAID[item](draft(ITEMS[item])):
        assert wording in answer(ITEMS[item])


@pytest.mark.parametrize(("item", "wording", "holds"), claims.HOLDS)
def test_what_is_said_of_a_draft_is_so(item: str, wording: str, holds: object) -> None:
    assert wording in answer(ITEMS[item])
    assert callable(holds)
    assert holds(draft(ITEMS[item]))


@pytest.mark.parametrize("item", ITEMS.values(), ids=ITEMS)
def test_words_quoted_in_a_diagnosis_stand_in_the_question(item: Item) -> None:
    """An empty verb may be quoted alone; patterns with an ellipsis are compared part by part."""
    rest = ITEMS_QUOTED_OTHERWISE.get(item["id"], set())
    for quoted in set(re.findall("“([^”]+)”", sections(item)["### 问题诊断"])) - rest:
        assert all(part in question(item) for part in quoted.split("……")), quoted


ITEMS_QUOTED_OTHERWISE = {
    "writing-zh-0002": {"主要原因是温度变化", "由温度变化造成"},  # the two patterns that the draft mixes
    "writing-zh-0010": {"对调", "不用对调"},
}


@pytest.mark.parametrize("item", ITEMS.values(), ids=ITEMS)
def test_every_number_of_an_answer_is_known(item: Item) -> None:
    """Computed from the draft, given by the question, or taught by the notes."""
    text = answer(item)
    for wording in claims.SAID[item["id"]](draft(item)) if item["id"] in claims.SAID else []:
        text = text.replace(wording, "~")
    text = re.sub(rf"(?m)^\d\. |{STANDARDS}|\$[^$=]*\$", "~", text)
    notes = "".join(NOTES.values())
    for number in re.findall(r"\d+(?:\.\d+)?(?:～\d+)?(?: ?[\u4e00-\u9fff%])?", text):
        bare = re.match(r"[\d.～]+", number)
        assert bare
        known = re.search(rf"(?<![\d.]){re.escape(bare[0])}(?![\d.]\d)", question(item))
        assert known or number in notes, number


@pytest.mark.parametrize("item", ITEMS.values(), ids=ITEMS)
def test_every_count_in_words_is_known(item: Item) -> None:
    text = answer(item)
    for wording in claims.SAID[item["id"]](draft(item)) if item["id"] in claims.SAID else []:
        text = text.replace(wording, "~")
    found = re.findall("(?<![一二三四五六七八九十第])[二三四五六七八九](?:个|句|处|条|层|次|类|组|成|位)", text)
    assert [said for said in found if said not in question(item)] == claims.READ.get(item["id"], [])


FORMULAS = [
    ("writing-zh-0006", "(x_1 - x_0)/x_0", 8, r"r = \frac{x_1 - x_0}{x_0}"),
    ("writing-zh-0009", r"s/\sqrt{n}", 8, r"u = s/\sqrt{n}"),
    ("writing-zh-0012", "(w_0 - w_1)/w_0", 9, r"q = \frac{w_0 - w_1}{w_0}"),
    ("writing-zh-b-004", "(x_1 - x_0)/x_0", 8, r"r = \frac{x_1 - x_0}{x_0}"),
    ("writing-zh-b-005", "h_0 b_1/b_0", 7, r"h_1 = h_0\frac{b_1}{b_0}"),
]


@pytest.mark.parametrize(("item", "written", "chapter", "taught"), FORMULAS)
def test_a_formula_of_an_answer_is_that_of_the_notes(item: str, written: str, chapter: int, taught: str) -> None:
    name, _, right = taught.partition(" = ")
    assert f"${name} = {written}" in answer(ITEMS[item])
    assert taught in NOTES[chapter]
    assert same(parse_latex(written), parse_latex(right))


def test_no_other_formula_is_used_and_the_key_formula_is_the_relative_change() -> None:
    used = {item["id"] for item in ITEMS.values() if re.search(r"\$[^$]* = [^$]*[/\\]", answer(item))}
    assert used == {item for item, *_ in FORMULAS}
    [(item, point)] = [(i["id"], p) for i in BENCH for p in i["key_points"] if "formula" in p]
    assert item == "writing-zh-b-004"
    names = {str(symbol): symbol for symbol in parse_latex(point["formula"].split(" = ")[1]).free_symbols}
    assert same(parse_latex("(x_1 - x_0)/x_0"), names["x_1"] / names["x_0"] - sp.Integer(1))
    assert point["formula"] == "r = (x_1 - x_0)/x_0"


def test_quantity_key_points_follow_from_the_question() -> None:
    points = {p["quantity"]: p["rel_tol"] for i in BENCH for p in i["key_points"] if "quantity" in p}
    old, new = (float(number) for number in claims.numbers(question(ITEMS["writing-zh-b-004"])))
    shorter, faster = 100 * (1 - new / old), 100 * (old / new - 1)
    assert [float(quantity.split()[0]) for quantity in points] == pytest.approx([shorter, faster], rel=0.002)
    assert all(tolerance < abs(faster / shorter - 1) / 2 for tolerance in points.values()), "either would pass for both"
    assert "%" not in question(ITEMS["writing-zh-b-004"])


# Notes ---------------------------------------------------------------------------------------------------------------


def test_the_chapters_are_those_of_the_english_notes() -> None:
    english = sorted(path.name for path in (DATA / "knowledge" / "writing").glob("*.md"))
    assert [path.name for path in CHAPTERS.values()] == english


@pytest.mark.parametrize("chapter", range(1, 10))
def test_a_chapter_is_short_and_has_headings(chapter: int) -> None:
    text = NOTES[chapter]
    assert 250 <= characters(text) <= 500
    assert re.match(r"# [\u4e00-\u9fff]", text)
    headings = re.findall(r"^## (.+)$", text, flags=re.MULTILINE)
    assert 5 <= len(set(headings)) == len(headings) <= 7
    assert text.count("**改前：**") == text.count("**改后：**")
    assert text.count("$") % 2 == 0


def test_worked_examples_of_the_notes() -> None:
    wordings = claims.note_wordings()
    for chapter, expected in wordings.items():
        assert all(wording in NOTES[chapter] for wording in expected), chapter
    examples = {chapter: text.count("**例题：**") for chapter, text in NOTES.items() if "**例题：**" in text}
    assert examples == {7: 1, 8: 2, 9: 1}


def test_rules_of_the_notes_hold_in_the_notes() -> None:
    """The repaired title is short enough; the section that bans words does not use them elsewhere."""
    [title] = re.findall("改后：\\*\\*“([^”]+)”", NOTES[1])
    assert characters(title) <= 25
    for chapter, text in NOTES.items():
        assert not re.search(r"\d(?:mm|cm|kHz|MHz|dB|ms|s|K|V)\b", text), f"{chapter}: number and unit closed up"
        assert "进行了" not in re.sub("“[^”]*”", "", text), chapter

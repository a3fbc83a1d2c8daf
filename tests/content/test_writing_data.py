"""The academic-writing course: samples, benchmark, notes and raw material keep their contract and fit each other.

Numbers stated in the texts are computed anew from the numbers that the questions give: relative changes and shares with
Pint, formulas with SymPy, rounding with Decimal.
"""

import json
import re
import unicodedata
from decimal import Decimal
from itertools import combinations, product
from pathlib import Path
from typing import Any

import pint
import pytest
import sympy as sp
from em_part1_notes import equations, parse_latex, same
from scipy import stats

Row = dict[str, Any]

TRAINING = Path(__file__).parents[2] / "data" / "training"
NOTES = TRAINING / "knowledge" / "writing"
CHAPTERS = (
    "01-thesis-structure",
    "02-abstract-introduction",
    "03-paragraphs-coherence",
    "04-sentence-clarity-style",
    "05-hedging-claims-evidence",
    "06-citation-plagiarism",
    "07-figures-tables-equations",
    "08-results-discussion-conclusion",
    "09-revision-proofreading",
)
SYSTEM = (
    "You are an academic writing tutor. Help the student improve the text without writing it for them, with exactly "
    "these sections:\n### Diagnosis\n### Suggestions\n### Conventions"
)
SECTIONS = ["Diagnosis", "Suggestions", "Conventions"]
KINDS = {"insufficient_context", "missing_parameters", "out_of_scope"}
STOP = set(
    re.findall(
        r"\w+",
        "a an and are as at be been by for from has have in is it its of on or so that the they this to was were",
    )
)

UREG = pint.UnitRegistry()


def load(path: str) -> list[Row]:
    return [json.loads(line) for line in (TRAINING / path).read_text(encoding="utf-8").splitlines()]


SAMPLES = load("processed/writing_sft.jsonl")
BENCHMARK = load("eval/writing_benchmark.jsonl")
ANSWERABLE = [item for item in BENCHMARK if item["refusal_type"] is None]
REFUSED = [row for row in SAMPLES + BENCHMARK if row["refusal_type"]]


def row_id(row: Row) -> str:
    return str(row["id"])


def question(row: Row) -> str:
    return str([message["content"] for message in row["messages"] if message["role"] == "user"][-1])


def answer(row: Row) -> str:
    return str(row["reference"] if "reference" in row else row["messages"][-1]["content"])


def by_id(wanted: str) -> Row:
    [row] = [row for row in SAMPLES + BENCHMARK if row["id"] == wanted]
    return row


def parts(text: str) -> dict[str, str]:
    """Heading -> body of an answer."""
    pieces = re.split(r"(?m)^### (.+)\n", text)
    assert pieces[0] == "", "text before the first heading"
    return dict(zip(pieces[1::2], pieces[2::2], strict=True))


def note_sections(chapter: str) -> dict[str, str]:
    pieces = re.split(r"(?m)^## (.+)\n", (NOTES / f"{chapter}.md").read_text(encoding="utf-8"))
    return dict(zip(pieces[1::2], pieces[2::2], strict=True))


def note(chapter: int, heading: str) -> str:
    [body] = [body for title, body in note_sections(CHAPTERS[chapter - 1]).items() if title.startswith(heading)]
    return body


def fold(text: str) -> str:
    """Width, case, punctuation and spacing don't matter."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(re.findall(r"[^\W_]+", plain))


def jaccard(one: str, other: str) -> float:
    first, second = set(fold(one).split()), set(fold(other).split())
    return len(first & second) / len(first | second)


def test_counts_and_ids() -> None:
    assert [row["id"] for row in SAMPLES] == [f"writing-{n:04d}" for n in range(1, 13)]
    assert [row["id"] for row in BENCHMARK] == [f"writing-b-{n:03d}" for n in range(1, 7)]


@pytest.mark.parametrize("row", SAMPLES + BENCHMARK, ids=row_id)
def test_a_row_has_the_shape_of_its_file(row: Row) -> None:
    roles = [message["role"] for message in row["messages"]]
    assert roles == (["system", "user"] if "reference" in row else ["system", "user", "assistant"])
    assert row["messages"][0]["content"] == SYSTEM
    assert row["mode"] in ("tutor", "polish")
    meta = row["meta"]
    assert meta["source"] in ("lecture", "faq", "assignment")
    assert meta["chapter"] in {f"ch{chapter[:2]}" for chapter in CHAPTERS}
    assert meta["difficulty"] in ("easy", "medium", "hard")
    assert (meta["language"], meta["has_tool_call"], meta["has_rag_context"]) == ("en", False, False)


@pytest.mark.parametrize("row", SAMPLES + BENCHMARK, ids=row_id)
def test_an_answer_has_the_three_sections_in_order(row: Row) -> None:
    bodies = parts(answer(row))
    assert list(bodies) == SECTIONS
    assert all(len(body.split()) >= 20 for body in bodies.values())
    assert 110 <= len(answer(row).split()) <= 210
    assert not re.search(r"[\x00-\x08\x0b-\x1f]", question(row) + answer(row)), "a LaTeX command lost its backslash"


def test_refusals_of_all_kinds() -> None:
    assert {row["refusal_type"] for row in SAMPLES} == KINDS | {None}
    kinds = [item["refusal_type"] for item in BENCHMARK if item["refusal_type"]]
    assert len(kinds) == 2
    assert len(set(kinds)) == 2
    assert set(kinds) < KINDS


@pytest.mark.parametrize("row", REFUSED, ids=row_id)
def test_a_refusal_says_what_and_leaks_nothing(row: Row) -> None:
    first = parts(answer(row))["Diagnosis"]
    assert first.startswith("I cannot ")
    given = set(re.findall(r"\d+(?:\.\d+)?", question(row)))
    body = re.sub(r"(?m)^\d\. |\b[xw]_\d|APA 7|GB/T 7714", "", answer(row))
    assert set(re.findall(r"\d+(?:\.\d+)?", body)) <= given, "a number that the question does not give"


def test_no_two_refusals_are_alike() -> None:
    for one, other in combinations(REFUSED, 2):
        for name in SECTIONS:
            assert jaccard(parts(answer(one))[name], parts(answer(other))[name]) < 0.35, (one["id"], other["id"], name)


def test_benchmark_categories_and_key_points() -> None:
    categories = {item["id"]: item["meta"]["category"] for item in BENCHMARK}
    assert sorted(categories.values()) == ["application", "concept", "diagnosis", "refusal", "refusal", "rewrite"]
    for item in BENCHMARK:
        assert (item["refusal_type"] is not None) == (item["meta"]["category"] == "refusal")
        assert 3 <= len(item["key_points"]) <= 5 if item in ANSWERABLE else item["key_points"] == []
    points = [point for item in ANSWERABLE for point in item["key_points"]]
    for kind in ("any_of", "must_not", "formula", "quantity"):
        assert any(kind in point for point in points), kind


def test_no_question_of_the_benchmark_is_trained_on() -> None:
    raw = fold("\n".join(path.read_text(encoding="utf-8") for path in (TRAINING / "raw" / "writing").glob("*.md")))
    for sample, item in product(SAMPLES, BENCHMARK):
        assert fold(question(sample)) != fold(question(item))
        assert jaccard(question(sample), question(item)) < 0.6
    for item in BENCHMARK:
        for passage in [question(item), *re.findall(r'"([^"]{20,})"', question(item))]:
            assert fold(passage) not in raw, item["id"]


def test_overlap_is_seen_through_case_and_punctuation() -> None:
    asked = question(BENCHMARK[2])
    assert fold(asked.upper().replace(",", " ;")) == fold(asked)
    assert jaccard(asked, "And now: " + asked) >= 0.6


# Notes ---------------------------------------------------------------------------------------------------------------


def test_the_nine_chapters_and_their_length() -> None:
    assert [path.stem for path in sorted(NOTES.glob("*.md"))] == list(CHAPTERS)
    lengths = {chapter: len((NOTES / f"{chapter}.md").read_text(encoding="utf-8").split()) for chapter in CHAPTERS}
    assert all(750 <= length <= 1000 for length in lengths.values()), lengths
    assert sum(lengths.values()) >= 7200


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_sections_of_a_chapter_are_single_excerpts(chapter: str) -> None:
    text = (NOTES / f"{chapter}.md").read_text(encoding="utf-8")
    assert re.match(r"# \S.*\n\n## ", text)
    found = note_sections(chapter)
    assert 6 <= len(found) <= 9
    assert len(re.findall(r"(?m)^## ", text)) == len(found), "two sections of one name"
    for heading, body in found.items():
        assert 80 <= len(body.split()) <= 150, heading
        opening = " ".join(body.split()[:45])
        shared = {w[:5] for w in fold(heading).split() if w not in STOP} & {w[:5] for w in fold(opening).split()}
        assert shared, f"{heading}: the opening does not name the subject"
    assert text.count("**Before:**") <= text.count("**After") + 1, "a faulty example without its repair"


# Key points ----------------------------------------------------------------------------------------------------------


def content(text: str) -> set[str]:
    """Crude stems of the words that carry meaning."""
    return {word[:5] for word in fold(text).split() if word not in STOP}


def said(wordings: list[str], passages: list[str], share: float) -> bool:
    """Whether one passage holds this share of the content words of one wording."""
    return any(
        len(content(wording) & content(passage)) >= share * len(content(wording))
        for wording, passage in product(wordings, passages)
    )


@pytest.mark.parametrize("item", ANSWERABLE, ids=row_id)
def test_phrase_key_points_stand_in_the_reference_and_in_the_notes(item: Row) -> None:
    reference = re.split(r"(?<=[.:;])\s+", answer(item))
    # what the item quotes is known from the question; the rest has to be taught
    taught = [body + question(item) for chapter in CHAPTERS for body in note_sections(chapter).values()]
    for point in item["key_points"]:
        if "any_of" in point:
            assert said(point["any_of"], reference, 1.0), point["text"]
            assert said(point["any_of"], taught, 0.8), point["text"]
            assert not any(fold(wrong) in fold(answer(item)) for wrong in point.get("must_not", [])), point["text"]


def change(old: str, new: str, unit: str) -> pint.Quantity:
    """Relative change in per cent."""
    return (UREG.Quantity(float(new), unit) / UREG.Quantity(float(old), unit) - 1).to("percent")


def chain(text: str) -> list[str]:
    """The sides of the relative-change equation: name, formula, substitution, result."""
    [sides] = [sides for sides in equations(text) if sides[0] == "r" and len(sides) == 4]
    return sides


def test_the_formula_key_point_is_the_formula_of_reference_and_notes() -> None:
    item = by_id("writing-b-004")
    [point] = [point for point in item["key_points"] if "formula" in point]
    left, right = point["formula"].split(" = ")
    assert left == "r"
    old, new = sp.symbols("x_0 x_1", positive=True)
    ratio_minus_one = new / old - 1
    for written in (right, chain(answer(item))[1], equations(note(8, "Relative change"))[0][1]):
        expression = parse_latex(written).subs(
            {s: {"x_0": old, "x_1": new}[str(s)] for s in parse_latex(written).free_symbols}
        )
        assert same(expression, ratio_minus_one), written
        assert not same(expression, 1 - old / new), "divided by the new value"


def test_the_relative_improvement_of_the_benchmark() -> None:
    item = by_id("writing-b-004")
    asked = re.search(r"from ([\d.]+) MHz .* to ([\d.]+) MHz", question(item))
    assert asked
    expected = change(asked[1], asked[2], "MHz")
    [point] = [point for point in item["key_points"] if "quantity" in point]
    wanted = UREG.Quantity(point["quantity"])
    assert wanted.to("").magnitude == pytest.approx(expected.to("").magnitude, rel=1e-9)
    _, _, substituted, result = chain(answer(item))
    assert float(parse_latex(substituted)) == pytest.approx(expected.to("").magnitude)
    assert float(result) == pytest.approx(expected.to("").magnitude)
    stated = re.search(r"an increase of ([\d.]+ %)", answer(item))
    assert stated
    assert UREG.Quantity(stated[1]).to("").magnitude == pytest.approx(wanted.to("").magnitude)
    assert point["rel_tol"] < abs(-change(asked[2], asked[1], "MHz").magnitude / float(stated[1].split()[0]) - 1), (
        "too lenient"
    )


def rounded(value: str, uncertainty: str) -> tuple[str, str]:
    """Both as text: the uncertainty to two significant digits, the value to the same decimal place."""
    exact = Decimal(uncertainty)
    place = Decimal(1).scaleb(exact.adjusted() - 1)
    return str(Decimal(value).quantize(place)), str(exact.quantize(place))


def test_the_rounded_value_and_uncertainty_of_the_benchmark() -> None:
    item = by_id("writing-b-001")
    asked = re.search(r"is ([\d.]+)ms with a standard uncertainty of ([\d.]+) ms", question(item))
    stated = re.search(r"\(([\d.]+) ± ([\d.]+)\) ms", answer(item))
    assert asked
    assert stated
    assert stated.groups() == rounded(asked[1], asked[2])
    points = [point for point in item["key_points"] if "quantity" in point]
    for point, kept, raw in zip(points, stated.groups(), asked.groups(), strict=True):
        wanted = UREG.Quantity(point["quantity"])
        assert wanted.to("s").magnitude == pytest.approx(float(kept) * 1e-3, rel=1e-12)
        assert abs(float(raw) - float(kept)) > point["rel_tol"] * float(kept), "the unrounded value would pass"


def test_percentages_in_samples_and_notes() -> None:
    sample = by_id("writing-0006")
    old, new = re.findall(r"([\d.]+) %", question(sample))[:2]
    _, formula, substituted, result = re.search(r"\$(r) = (.+?) = (.+?) = ([\d.]+)\$", answer(sample)).groups()  # type: ignore[union-attr]
    assert formula == "(x_1 - x_0)/x_0"
    assert float(parse_latex(substituted)) == pytest.approx(float(result))
    assert float(result) == pytest.approx(change(old, new, "percent").to("").magnitude)
    assert f"$75 - 60 = {float(new) - float(old):.0f}$ percentage points" in answer(sample)
    assert f"that is {float(result) * 100:.0f} %" in answer(sample)

    body = note(8, "Relative change")
    example = re.search(r"from \$x_0 = (\d+)\$ s to \$x_1 = (\d+)\$ s", body)
    worked = re.search(r"\$r = (\(.+?) = (-[\d.]+)\$", body)
    assert example
    assert worked
    expected = change(example[1], example[2], "s").to("").magnitude
    assert float(parse_latex(worked[1])) == pytest.approx(expected)
    assert float(worked[2]) == pytest.approx(expected)
    stated = re.findall(r"a reduction of (\d+) %", body)
    assert len(stated) == 2
    assert [float(number) for number in stated] == pytest.approx([-100 * expected] * 2)
    points = re.search(
        r"from (\d+) % to (\d+) %, it rises by (\d+) .* = ([\d.]+)\$, that is (\d+) %", note(8, "Per cent")
    )
    assert points
    assert int(points[3]) == int(points[2]) - int(points[1])
    assert change(points[1], points[2], "percent").magnitude == pytest.approx(float(points[5]))
    assert float(points[4]) * 100 == pytest.approx(float(points[5]))
    cut = re.search(r"of (\d+) words with a limit of (\d+) loses (\d+) words, that is (\d+) %", note(9, "Shortening"))
    assert cut
    assert int(cut[3]) == int(cut[1]) - int(cut[2])
    assert change(cut[1], cut[2], "").magnitude == pytest.approx(-float(cut[4]))


def test_other_numbers_in_the_notes() -> None:
    body = note(8, "Reporting a measured value")
    before = re.search(r"The length was ([\d.]+)mm \+- ([\d.]+)\.", body)
    after = re.search(r"The length was \(([\d.]+) ± ([\d.]+)\) mm", body)
    assert before
    assert after
    assert after.groups() == rounded(before[1], before[2])
    test = re.search(r"\*t\*\((\d+)\) = ([\d.]+), \*p\* = (\.\d+)", note(5, "The word"))
    assert test
    assert 2 * stats.t.sf(float(test[2]), int(test[1])) == pytest.approx(float(test[3]), abs=5e-4)
    factor = re.search(r"mHz and MHz differ by a factor of \$10\^(\d+)\$", note(7, "Italic"))
    assert factor
    assert UREG.Quantity(1, "MHz").to("mHz").magnitude == pytest.approx(10 ** int(factor[1]))


# Raw material --------------------------------------------------------------------------------------------------------


def test_every_faq_sample_was_asked_and_every_exercise_exists() -> None:
    faq = (TRAINING / "raw" / "writing" / "faq.md").read_text(encoding="utf-8")
    exercises = fold((TRAINING / "raw" / "writing" / "assignments.md").read_text(encoding="utf-8"))
    starred = {fold(text) for text in re.findall(r"(?m)^\*\*Q\d+ ★\*\* (.+)$", faq)}
    assert starred == {fold(question(row)) for row in SAMPLES if row["meta"]["source"] == "faq"}
    for row in SAMPLES:
        if row["meta"]["source"] == "assignment":
            passages = re.findall(r'"([^"]+)"', question(row))
            assert passages
            assert all(fold(passage) in exercises for passage in passages), row["id"]
    assert not any(row["meta"]["source"] == "lecture" for row in SAMPLES)


def test_the_faq_has_at_least_fifteen_answered_questions() -> None:
    faq = (TRAINING / "raw" / "writing" / "faq.md").read_text(encoding="utf-8")
    pairs = re.findall(r"(?m)^\*\*Q(\d+)(?: ★)?\*\* (.+)\n\n(.+)$", faq)
    assert [int(number) for number, _, _ in pairs] == list(range(1, len(pairs) + 1))
    assert len(pairs) >= 15
    assert all(4 <= len(reply.split()) <= 60 and "**Q" not in reply for _, _, reply in pairs)

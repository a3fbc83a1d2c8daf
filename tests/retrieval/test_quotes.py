"""Passages of the excerpts with which answers open."""

import pytest

from tutorsmith.data.words import word_count
from tutorsmith.retrieval.chunk import Chunk
from tutorsmith.retrieval.quotes import passages, quoted, quotes_said
from tutorsmith.retrieval.search import Hit, hit_of

LINE = (
    "The field of an infinite line charge is radial and equals\n\n$$E_r = \\frac{\\rho_l}{2\\pi\\varepsilon_0 r}$$\n\n"
    "It falls as $1/r$. A laboratory has tables and\nchairs. The value was 8.88 in 2019."
)
PLATES = "Between two plates the field is uniform. The capacitance is $C = \\varepsilon A/d$."


def hit(text: str, heading: str = "Fields") -> Hit:
    return hit_of(Chunk("a.md", 0, heading, text), 1.0)


def numbered(*hits: Hit) -> list[tuple[int, Hit]]:
    return list(enumerate(hits, start=1))


def test_a_formula_stays_with_the_sentence_that_leads_to_it() -> None:
    found = passages(LINE)
    assert found[0].endswith("equals $$E_r = \\frac{\\rho_l}{2\\pi\\varepsilon_0 r}$$")
    assert found[1:] == ["It falls as $1/r$.", "A laboratory has tables and chairs.", "The value was 8.88 in 2019."]
    assert " ".join(found) == " ".join(LINE.split()), "nothing is lost or changed but line breaks"


def test_what_goes_on_behind_a_formula_belongs_to_its_sentence() -> None:
    text = "It equals\n\n$$C = Q/V$$\n\nin F. Units agree.\n\nwhere $Q$ is a charge.\n\nA new one."
    assert passages(text) == ["It equals $$C = Q/V$$ in F.", "Units agree. where $Q$ is a charge.", "A new one."]


@pytest.mark.parametrize(
    "whole",
    [
        'It lists ("A did this. B did that.").',
        'Write "It fell. It rose." and stop.',
        "Lin, A. B., & Moreau, C. (2021). Title.",
        "（甲。乙。）丙。",
    ],
)
def test_what_belongs_together_is_not_cut(whole: str) -> None:
    found = passages(f"{whole} Then comes more.")
    assert whole in " ".join(found) and all(text.count('"') % 2 == 0 for text in found)
    assert all(text.count("(") == text.count(")") and text.count("（") == text.count("）") for text in found)
    assert not any(text.startswith(("B.", "C.")) for text in found)


def test_an_open_quotation_ends_with_its_paragraph() -> None:
    assert passages('A 5" pipe leaks.\n\nAnother one.') == ['A 5" pipe leaks.', "Another one."]


def test_the_best_excerpts_are_quoted_from_their_start_in_order() -> None:
    found = quoted(numbered(hit(LINE), hit(PLATES)), 200)
    assert found == [*((1, text) for text in passages(LINE)), *((2, text) for text in passages(PLATES))]


@pytest.mark.parametrize("limit", [1, 8, 12, 20, 30])
def test_no_more_words_than_allowed(limit: int) -> None:
    found = quoted(numbered(hit(LINE), hit(PLATES)), limit)
    assert sum(word_count(text) for _, text in found) <= limit
    left = [p for p in passages(LINE) + passages(PLATES) if (1, p) not in found and (2, p) not in found]
    assert all(word_count(p) > limit - sum(word_count(text) for _, text in found) for p in left), "what has room is in"


def test_nothing_is_quoted_without_words_or_excerpts() -> None:
    assert quoted(numbered(hit(LINE)), 0) == [] == quoted(numbered(), 100)
    assert quotes_said([], "en") == ""


def test_numbers_that_would_be_read_as_citations_are_left_out() -> None:
    text = 'Cite several sources together.\n\nWrite "as shown [2], [7]".\n\nOr [3–5].\n\nThe interval [0, a] is closed.'
    assert [said for _, said in quoted(numbered(hit(text)), 100)] == [
        "Cite several sources together.",
        "The interval [0, a] is closed.",
    ]


def test_a_passage_of_two_excerpts_is_quoted_once() -> None:
    assert quoted(numbered(hit(PLATES), hit(PLATES)), 100) == [(1, text) for text in passages(PLATES)]


def test_tables_and_code_are_left_out() -> None:
    assert quoted(numbered(hit("| a | b |\n|---|---|\n\n```\nx = 1\n```\n\nA table.")), 100) == [(1, "A table.")]


@pytest.mark.parametrize(
    ("heading", "text"),
    [
        ("Worked example: a capacitor", "Given: $A = 1$ m^2.\n\nFormula: $C=Q/V$.\n\nResult: $C = 5$ pF."),
        ("Capacitors", "**Given:** $A = 1$ m^2.\n\nFormula: $C=Q/V$.\n\nThen $C \\approx 5$ pF."),
        ("Capacitors", "In example 2 let $A = 1$ m^2.\n\nFormula: $C=Q/V$.\n\nSubstitution: five."),
        ("例题：电容", "已知：$A = 1$ m^2。\n\nFormula: $C=Q/V$.\n\n结果：五皮法。"),
    ],
)
def test_the_numbers_of_a_worked_example_are_another_problems(heading: str, text: str) -> None:
    assert quoted(numbered(hit(text, heading)), 100) == [(1, "Formula: $C=Q/V$.")]


def test_numbers_outside_of_examples_are_quoted() -> None:
    text = "The constant is $c = 3\\times10^8$ m/s."
    assert quoted(numbered(hit(text)), 100) == [(1, text)]


def test_each_excerpts_quotes_stand_before_its_number() -> None:
    quotes = [(2, "It falls."), (2, "It does."), (3, "So it is.")]
    assert quotes_said(quotes, "en") == "From the notes: It falls. It does. [2] So it is. [3]"
    assert quotes_said(quotes[:1], "zh") == "笔记原文： It falls. [2]"

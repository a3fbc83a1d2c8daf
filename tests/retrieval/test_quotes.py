"""Passages of the excerpts that a worked answer rests on."""

import pytest

from tutorsmith.data.words import word_count
from tutorsmith.retrieval.chunk import Chunk
from tutorsmith.retrieval.index import Index, build_index
from tutorsmith.retrieval.quotes import Quote, choose_quotes, passages, with_quotes
from tutorsmith.retrieval.search import hit_of

LINE = (
    "The field of an infinite line charge is radial and equals\n\n$$E_r = \\frac{\\rho_l}{2\\pi\\varepsilon_0 r}$$\n\n"
    "It falls as $1/r$. A laboratory has tables and\nchairs. The value was 8.88 in 2019."
)
PLATES = "Between two plates the field is uniform. The capacitance is $C = \\varepsilon A/d$."


@pytest.fixture(scope="module")
def index() -> Index:
    return build_index([Chunk("a.md", 0, "Line charge", LINE), Chunk("b.md", 0, "Plates", PLATES)])


def chosen(index: Index, answer: str, *, most: int = 3, max_words: int = 90) -> list[Quote]:
    hits = [hit_of(chunk, 1.0) for chunk in index.chunks]
    return choose_quotes(hits, answer, index, most=most, max_words=max_words)


def test_a_formula_stays_with_the_sentence_that_leads_to_it() -> None:
    found = passages(LINE)
    assert found[0].endswith("equals $$E_r = \\frac{\\rho_l}{2\\pi\\varepsilon_0 r}$$")
    assert found[1:] == ["It falls as $1/r$.", "A laboratory has tables and chairs.", "The value was 8.88 in 2019."]
    assert " ".join(found) == " ".join(LINE.split()), "nothing is lost or changed but line breaks"


def test_what_the_answer_says_is_quoted_with_its_excerpt(index: Index) -> None:
    found = chosen(index, "The radial field of the infinite line charge is $E_r = \\rho_l/(2\\pi\\varepsilon_0 r)$.")
    assert [(quote.number, quote.text[:9]) for quote in found] == [(1, "The field")]
    both = chosen(index, "The line charge has a radial field $E_r$, the plates a uniform one and capacitance $C$.")
    assert {quote.number for quote in both} == {1, 2}


def test_an_answer_about_something_else_quotes_nothing(index: Index) -> None:
    assert chosen(index, "Photosynthesis needs sunlight, chlorophyll and water; plants store sugar.") == []
    assert chosen(index, "It is 8.88 by 2019, 8.88 times.") == [], "numbers that agree by chance are no reason"
    assert chosen(index, "") == []


def test_limits_hold(index: Index) -> None:
    answer = f"{LINE} {PLATES}"
    assert len(chosen(index, answer, most=2)) == 2
    short = chosen(index, answer, max_words=12)
    assert short and sum(word_count(quote.text) for quote in short) <= 12


def test_quotes_open_the_first_section() -> None:
    quotes = [Quote(2, "It falls."), Quote(3, "So it is.")]
    answer = "### Conclusion\nYes.\n\n### Derivation\n1. So."
    opened = "### Conclusion\nFrom the notes: It falls. [2] So it is. [3]\n\nYes.\n\n### Derivation\n1. So."
    assert with_quotes(answer, quotes, "en") == opened
    assert with_quotes("Yes.", quotes[:1], "zh") == "笔记原文： It falls. [2]\n\nYes."
    assert with_quotes(answer, [], "en") == answer

"""The measure of retrieval: what counts as held by excerpts, and the notes that it makes."""

from answer_recall import Need, Notes, pieces, recall, states

from retrieval import renamed
from tutorsmith.data.words import words
from tutorsmith.evaluation.metrics.formulas import formula_key
from tutorsmith.retrieval.chunk import Chunk

LAW = "The capacitance of two parallel plates grows with their area.\n\n$$C = \\frac{\\varepsilon_0 A}{d}$$"
OTHER = "A waveguide carries no wave below its cutoff frequency."


def need(formula: str, said: str) -> Need:
    return Need("q", (formula_key(formula),), (frozenset(words(said)),))


def test_a_formula_counts_in_any_form_and_a_statement_in_other_order() -> None:
    assert states(formula_key("d = epsilon_0*A/C"), pieces(LAW)[1])
    assert not states(formula_key("C = epsilon_0*d/A"), pieces(LAW)[1])
    asked = need("C*d = epsilon_0*A", "with the area of the parallel plates the capacitance grows")
    notes = Notes([LAW, OTHER])
    assert recall(notes, [(asked, [LAW])]) == {"formulas": 1, "statements": 1, "words": 1}
    assert recall(notes, [(asked, [OTHER])]) == {"formulas": 0, "statements": 0, "words": 0}


def test_what_stands_in_no_notes_is_not_asked_for() -> None:
    asked = need("U = R*I", "the laboratory opens at nine in the morning")
    assert recall(Notes([LAW, OTHER]), [(asked, [])])["formulas"] is None
    assert recall(Notes([LAW, OTHER]), [(asked, [])])["statements"] is None


def test_renamed_notes_bring_new_words_and_keep_formulas() -> None:
    chunks = renamed([Chunk("a.md", 0, "Plates", LAW), Chunk("a.md", 1, "Guides", OTHER)], 7)
    assert len(chunks) == 7 and len({chunk.source for chunk in chunks}) == 4
    assert chunks[0].text == LAW and all("\\frac{\\varepsilon_0 A}{d}" in chunk.text for chunk in chunks[::2])
    assert len({word for chunk in chunks for word in words(chunk.text)}) > len({*words(LAW), *words(OTHER)})

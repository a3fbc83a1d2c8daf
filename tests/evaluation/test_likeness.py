"""How like a teacher's answer another one is."""

import pytest

from tutorsmith.data.schema import BenchmarkItem, Message, Prediction
from tutorsmith.evaluation.likeness import chrf, math_recall


@pytest.mark.parametrize("text", ["The field is zero.", "场为零"])
def test_the_same_text_is_wholly_alike_and_another_not_at_all(text: str) -> None:
    # Texts shorter than the longest n-gram have none of it to share.
    assert chrf(text, text, order=3) == pytest.approx(1)
    assert chrf(text, "###", order=3) == 0
    assert chrf("", text) == 0


def test_white_space_does_not_count_and_recall_counts_more() -> None:
    assert chrf("a b c d e f", "abcdef") == pytest.approx(1)
    whole = "the field inside the sphere is zero"
    assert chrf(whole, whole[:20]) > chrf(whole[:20], whole), "leaving half out is worse than adding half"


def test_chrf_is_the_mean_of_f2_over_the_n_grams() -> None:
    # unigrams a, b of a, b, c: precision 1, recall 2/3; bigrams ab of ab, bc: precision 1, recall 1/2
    f2 = [5 * 1 * r / (4 * 1 + r) for r in (2 / 3, 1 / 2)]
    assert chrf("ab", "abc", order=2) == pytest.approx(sum(f2) / 2)


def test_formulas_and_numbers_are_recalled() -> None:
    reference = "So $E = Q/r^2$, which is 2.5 V/m at 3 m."
    assert math_recall("$E=Q/r^2$ and 2.5 and 3", reference) == 1
    assert math_recall("It is 2.5.", reference) == pytest.approx(1 / 3)
    assert math_recall("no number at all", "words only") == 1


def test_the_form_counts_only_where_one_was_asked_for() -> None:
    from tutorsmith.sweep.measure import quality_of

    def quality(system: str, text: str) -> float:
        messages = (Message("system", system), Message("user", "Why?"))
        return quality_of(BenchmarkItem("a", "tutor", messages, reference=text), Prediction("a", text))

    plain, formed = "Because it is so, surely.", "### Conclusion\nBecause it is so.\n\n### Check\nIt is."
    asked = "Use exactly these sections:\n### Conclusion\n### Check"
    assert quality("Be brief.", plain) == pytest.approx(1)
    assert quality(asked, formed) == pytest.approx(1)
    assert quality(asked, plain) == pytest.approx(0.5)

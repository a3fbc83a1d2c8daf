"""The words with which an answer refuses by a decision: read by the scorers as what they mean."""

import pytest

from tutorsmith.evaluation import judge_refusal
from tutorsmith.evidence.decide import KINDS, Decision
from tutorsmith.evidence.line import opening_of

THINGS = {
    "missing_parameters": ["", "the angle, the distance between the plates", "sigma"],
    "insufficient_context": ["", "Fig. 3", "our last lab", "the exercise sheet"],
    "out_of_scope": ["", "quaternions"],
}


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("kind", KINDS)
def test_it_refuses_and_says_why(kind: str, language: str) -> None:
    for thing in THINGS[kind] if language == "en" else [""]:
        said = opening_of(Decision(kind, thing, 0.9), language)
        judged = judge_refusal(f"### Conclusion\n{said}\n\n### Derivation\nThe formula is $E=q/r$.", "How large is E?")
        assert (judged.is_refusal, judged.kind) == (True, kind), said
        assert len(said.splitlines()) == 1


def test_it_speaks_to_the_student_and_writes_no_markup() -> None:
    said = opening_of(Decision("insufficient_context", "my `plot`\nof # results " + 100 * "x", 0.9), "en")
    assert "your plot of results" in " ".join(said.split()) and "`" not in said and "#" not in said
    assert len(said) < 220


def test_a_decision_to_answer_opens_nothing() -> None:
    assert opening_of(Decision(None, "", 0.1), "en") == opening_of(Decision(None, "", 0.49), "en") == ""
    assert opening_of(Decision("out_of_scope", "", 0.9), "fr").startswith("I cannot help")

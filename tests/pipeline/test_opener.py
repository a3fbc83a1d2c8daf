"""How the sections of answers begin, by what is known of the question."""

import pytest

from tutorsmith.data.schema import Message, Sample
from tutorsmith.evidence.course import Course
from tutorsmith.evidence.decide import Decision
from tutorsmith.pipeline.openings import Known, Opener
from tutorsmith.pipeline.places import NOWHERE, fit_places
from tutorsmith.retrieval.chunk import Chunk
from tutorsmith.retrieval.index import build_index
from tutorsmith.retrieval.search import Hit, hit_of, search
from tutorsmith.retrieval.settings import NotesSettings

PROMPT = "Answer with exactly these sections:\n### Conclusion\n### Check"
ASKED = "A plate capacitor of 10 pF is charged to 200 V. How large is its charge, in nC?"
CHARGE = (
    "The charge $Q$ (in C) of a capacitor of capacitance $C$ (in F) is $Q = CV$, with the voltage $V$ (in V). "
    "Check: units are coulombs."
)
CHUNKS = [
    Chunk("a.md", 0, "Charge of a capacitor", CHARGE),
    Chunk("a.md", 1, "Other fields", "A solenoid carries a current. It has turns."),
]
ANSWER = Decision(None, "", 0.1)
NOTES = NotesSettings(quote_words=60)


def sample(question: str = ASKED, answer: str = "", refusal: str | None = None, **meta: object) -> Sample:
    messages = [Message("system", PROMPT), Message("user", question)]
    messages += [Message("assistant", answer)] if answer else []
    return Sample("s", "tutor", tuple(messages), refusal, meta=meta)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def course() -> Course:
    return Course(build_index(CHUNKS))


def hits(course: Course) -> list[Hit]:
    return search(course.index, ASKED, 2)


def test_quotes_come_first_then_what_is_calculated_with_its_excerpt(course: Course) -> None:
    opener = Opener(NOTES, course, NOWHERE)
    known = opener.known(sample(), ANSWER)
    (first, check), chosen = opener.openings(sample(), known, hits(course), "en")
    assert first.startswith("From the notes: The charge $Q$ (in C)") and not chosen and check == ""
    assert first.endswith("\n\nCalculated: $Q=CV=2.00$ nC [1]\n\n")


@pytest.mark.parametrize(
    ("settings", "decision"),
    [
        (NotesSettings(quote_words=60, calculations=False), ANSWER),
        (NotesSettings(quote_words=60, evidence="line"), ANSWER),
        (NOTES, None),
        (NOTES, Decision("missing_parameters", "the voltage", 0.9)),
    ],
    ids=["off", "line", "nothing decided", "refused"],
)
def test_nothing_is_calculated_elsewhere(course: Course, settings: NotesSettings, decision: Decision | None) -> None:
    assert Opener(settings, course, NOWHERE).known(sample(), decision) == Known(decision)
    assert Opener(NOTES, None, NOWHERE).known(sample(), ANSWER) == Known(ANSWER)


def test_results_stand_without_quotes(course: Course) -> None:
    opener = Opener(NotesSettings(), course, NOWHERE)
    openings, chosen = opener.openings(sample(), opener.known(sample(), ANSWER), hits(course), "en")
    assert openings == ("Calculated: $Q=CV=2.00$ nC [1]\n\n", "") and not chosen


def test_the_chunk_of_a_result_comes_first_and_nothing_is_added(course: Course) -> None:
    opener = Opener(NOTES, course, NOWHERE)
    other = hit_of(CHUNKS[1], 3.0)
    known = opener.known(sample(), ANSWER)
    assert [hit.chunk for hit in opener.calculated_first([other], known)] == [0]
    assert [hit.chunk for hit in opener.calculated_first([other, hit_of(CHUNKS[0], 2.0)], known)] == [0, 1]
    assert opener.calculated_first([other], Known(ANSWER)) == [other]


def test_a_refusal_opens_the_first_section_alone(course: Course) -> None:
    decision = Decision("missing_parameters", "the voltage", 0.9)
    opener = Opener(NOTES, course, NOWHERE)
    (opening,), chosen = opener.openings(sample(), Known(decision), hits(course), "en")
    assert opening == "I cannot answer this, because the question does not give the voltage." and not chosen


def test_where_nothing_is_decided_the_tutor_chooses(course: Course) -> None:
    openings, chosen = Opener(NOTES, course, NOWHERE).openings(sample(), Known(), hits(course), "en")
    assert chosen and openings[0].startswith("From the notes:") and "Calculated" not in "".join(openings)
    assert Opener(NotesSettings(), course, NOWHERE).openings(sample(), Known(), hits(course), "en") == ((), False)


def test_own_excerpts_are_quoted_with_their_numbers() -> None:
    own = f"{PROMPT}\n\nCourse notes (numbered excerpts):\n[1] Plates attract.\n[2] A solenoid has many turns."
    asked = Sample("s", "tutor_rag", (Message("system", own), Message("user", "What has a solenoid?")),
                   meta={"has_rag_context": True})  # fmt: skip
    (first, _), chosen = Opener(NOTES, None, NOWHERE).openings(asked, Known(), [], "en")
    assert chosen and first == "From the notes: A solenoid has many turns. [2] Plates attract. [1]\n\n"


def test_training_answers_carry_what_answers_will(course: Course) -> None:
    text = "### Conclusion\nIt is 2.0 nC.\n\n### Check\nUnits agree."
    worked = sample(answer=text)
    opener = Opener(NOTES, course, fit_places([worked, worked]))
    known = opener.known(worked, ANSWER)
    openings, _ = opener.openings(worked, known, hits(course), "en")
    made = opener.into(worked.messages[-1], worked, known, hits(course), "en")
    assert made.content == text.replace("It is", f"{openings[0]}It is").replace("Units", f"{openings[1]}Units")
    given = [(made.content or "")[start:end] for start, end in made.given]
    assert given == [f"### Conclusion\n{openings[0]}", openings[1]] and "Check: units" in openings[1]
    refusal = sample(answer=text, refusal="out_of_scope")
    assert opener.into(refusal.messages[-1], refusal, Known(), hits(course), "en") == refusal.messages[-1]


def test_what_the_tutor_has_to_choose_it_learns(course: Course) -> None:
    worked = sample(answer="### Conclusion\nIt is 2.0 nC.\n\n### Check\nUnits agree.")
    made = Opener(NOTES, course, NOWHERE).into(worked.messages[-1], worked, Known(), hits(course), "en")
    (start, end), *_ = made.given
    assert (made.content or "")[:start] == "### Conclusion\nFrom the notes:" and (made.content or "")[end:].startswith(
        "It is"
    )

"""Evidence weighed: the classifier, decisions on the labelled questions, what is saved, and the line."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tutorsmith.core.errors import DataError
from tutorsmith.data.read import read_samples
from tutorsmith.data.schema import Message, Sample
from tutorsmith.evidence.classifier import Softmax, blank, fit
from tutorsmith.evidence.course import Course, asked_words
from tutorsmith.evidence.decide import CLASSES, Decider, Decision, fit_decider, label_of, prior
from tutorsmith.evidence.line import BARE_SHARE, bare, line_of, with_line
from tutorsmith.retrieval.index import open_index

ROOT = Path(__file__).parents[2]
NOTES = ROOT / "data" / "training" / "knowledge"
DECISIONS, OF_FIELDS = (
    json.loads((ROOT / "tests" / "cases" / f"{name}_decisions.json").read_text(encoding="utf-8"))
    for name in ("writing", "em")
)
ROWS = json.loads((ROOT / "tests" / "cases" / "evidence.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def courses() -> dict[str, Course]:
    return {name: Course(open_index([NOTES / name])) for name in ("em", "writing")}


def ask(decider: Decider, question: str) -> Decision:
    return decider.decide([Message("user", question)])


def test_every_labelled_question_has_its_near_miss() -> None:
    by_id = {row["id"]: row for row in ROWS}
    assert len(by_id) == len(ROWS) >= 150
    for row in ROWS:
        partner = by_id[row["pair"]]
        assert partner["pair"] == row["id"]
        assert (partner["part"], partner["course"]) == (row["part"], row["course"])
        assert (row["refusal_type"] is None) != (partner["refusal_type"] is None)


def test_the_labelled_questions_for_development_are_decided(courses: dict[str, Course]) -> None:
    right: Counter[str] = Counter()
    whole: Counter[str] = Counter()
    for row in ROWS:
        if row["part"] == "dev":
            told = ask(Decider(courses[row["course"]], prior()), row["question"]).kind
            kind = row["refusal_type"] or "answer"
            whole[kind] += 1
            right[kind] += told == row["refusal_type"]
    assert all(right[kind] >= 0.75 * whole[kind] for kind in CLASSES), right


@pytest.mark.parametrize(("part", "found", "kept"), [("dev", 0.85, 0.9), ("held", 0.7, 0.85)])
def test_writing_decisions(courses: dict[str, Course], part: str, found: float, kept: float) -> None:
    """Of three sets, those held were never looked at while the tables grew; the weights are the shipped ones."""
    rows = [row for row in DECISIONS if row["part"].endswith(part) and row["course"] == "writing"]
    asked = {row["id"]: ask(Decider(courses["writing"], prior()), row["question"]).kind for row in rows}
    refuse = [row for row in rows if row["refusal_type"]]
    answer = [row for row in rows if not row["refusal_type"]]
    assert sum(asked[row["id"]] is not None for row in refuse) >= found * len(refuse)
    assert sum(asked[row["id"]] is None for row in answer) >= kept * len(answer)
    assert len(rows) >= 130


@pytest.mark.parametrize(("part", "found", "kept"), [("dev", 0.85, 0.95), ("held", 0.7, 0.9)])
def test_decisions_on_fields(courses: dict[str, Course], part: str, found: float, kept: float) -> None:
    """As for writing: of three sets the halves held were never printed."""
    rows = [row for row in OF_FIELDS if row["part"].endswith(part) and row["course"] == "em"]
    asked = {row["id"]: ask(Decider(courses["em"], prior()), row["question"]).kind for row in rows}
    refuse = [row for row in rows if row["refusal_type"]]
    answer = [row for row in rows if not row["refusal_type"]]
    rates = (
        sum(asked[row["id"]] is not None for row in refuse) / len(refuse),
        sum(asked[row["id"]] is None for row in answer) / len(answer),
    )
    assert rates[0] >= found and rates[1] >= kept, rates
    assert len(rows) >= 90


def test_words_of_a_topic_do_not_make_a_question_foreign(courses: dict[str, Course]) -> None:
    decider = Decider(courses["writing"], prior())
    assert ask(decider, "How does a transistor work?").kind == "out_of_scope"
    assert ask(decider, "In which tense do I describe how a transistor works?").kind is None
    assert ask(decider, "Who won the war of 1812?").kind == "out_of_scope"
    assert ask(decider, "How do I cite a letter from the war of 1812 in APA style?").kind is None


def test_a_course_on_writing_is_known_by_its_notes(courses: dict[str, Course]) -> None:
    assert courses["writing"].writes
    assert not courses["em"].writes


@pytest.mark.parametrize(
    ("course", "question", "kind", "why"),
    [
        ("em", "900 turns of a solenoid carry 0.50 A. How large is the flux density?", "missing_parameters", "length"),
        ("em", "A long solenoid of 0.40 m with 900 turns carries 0.50 A. What is the flux density in it?", None, ""),
        ("em", "Derive the field of a long solenoid.", None, ""),
        ("em", "Which way does the current flow in the figure on slide 9?", "insufficient_context", "slide 9"),
        ("em", "How do quarks hold a nucleus together?", "out_of_scope", "quark"),
        ("writing", "Is the conclusion of my thesis convincing?", "insufficient_context", "the conclusion"),
        ("writing", "Please write my whole conclusion for me.", "out_of_scope", "write"),
        ("writing", "What belongs into a conclusion?", None, ""),
    ],
)  # fmt: skip
def test_a_decision_and_its_reason(
    courses: dict[str, Course], course: str, question: str, kind: str | None, why: str
) -> None:
    decision = ask(Decider(courses[course], prior()), question)
    assert decision.kind == kind
    assert why in decision.thing
    assert (decision.refuses >= 0.5) is (kind is not None)


def test_a_dialogue_gives_what_its_earlier_turns_gave(courses: dict[str, Course]) -> None:
    decider = Decider(courses["em"], prior())
    last = Message("user", "And how large is the flux density in it with 0.50 A?")
    turns = [
        Message("user", "A solenoid of 0.40 m has 900 turns. What is its field like?"),
        Message("assistant", "Uniform."),
    ]
    assert decider.decide([*turns, last]).kind is None


def test_a_stage_moves_the_weights_toward_its_samples(courses: dict[str, Course]) -> None:
    samples = read_samples(ROOT / "data" / "training" / "processed" / "style_sft.jsonl")
    made = fit_decider(courses["em"], samples)
    assert not np.allclose(made.model.weights, prior().weights)
    assert made.course.asked == asked_words(s.question for s in samples if s.refusal_type is None)
    again = fit_decider(courses["em"], samples)
    assert np.array_equal(made.model.weights, again.model.weights)
    assert fit_decider(courses["em"], []).model is prior()


def test_weights_are_saved_and_read_again(courses: dict[str, Course]) -> None:
    decider = Decider(courses["em"].with_asked({"lamp"}), prior())
    told: dict[str, Any] = json.loads(json.dumps(decider.as_dict()))
    again = Decider.from_dict(told, courses["em"], "evidence.json")
    assert np.allclose(again.model.weights, prior().weights, atol=1e-4)
    assert again.course.asked == {"lamp"}


@pytest.mark.parametrize(
    "told", [{}, {"weights": {}, "asked": []}, {"weights": {"answer": {"bias": 1}}, "asked": []}, []]
)
def test_damaged_weights_are_an_error(courses: dict[str, Course], told: Any) -> None:
    with pytest.raises(DataError, match="weights"):
        Decider.from_dict(told, courses["em"], "evidence.json")


def test_softmax_learns_and_is_held() -> None:
    rows = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 0.0]])
    start = blank(("no", "yes", "never"), ("a", "b"))
    free = fit(rows, ["yes", "yes", "no", "no"], start, pull=0.1)
    assert free.probabilities(np.array([[1.0, 0.0]]))[0].argmax() == 1
    assert free.probabilities(np.array([[0.0, 1.0]]))[0].argmax() == 0
    held = fit(rows, ["yes", "yes", "no", "no"], start, pull=1e6)
    assert np.allclose(held.weights, 0, atol=1e-4)
    assert np.allclose(free.probabilities(rows).sum(axis=1), 1)
    assert np.allclose(Softmax.from_dict(free.as_dict()).weights, free.weights, atol=1e-4)


def test_questions_to_answer_count_as_much_as_all_refusals() -> None:
    rows = np.zeros((10, 1))
    made = fit(rows, ["no"] * 8 + ["yes"] * 2, blank(("no", "yes"), ("a",)), pull=1e-3)
    assert made.probabilities(np.zeros((1, 1)))[0] == pytest.approx([0.5, 0.5], abs=0.01)


@pytest.mark.parametrize(
    ("decision", "language", "line"),
    [
        (Decision(None), "en", "Evidence: the question can be answered."),
        (Decision("missing_parameters", "the distance"), "en", "Evidence: missing the distance (missing parameters)."),
        (Decision("insufficient_context", "slide 9"), "en",
         "Evidence: refers to slide 9 that is not here (insufficient context)."),
        (Decision("out_of_scope", "quark"), "xx", "Evidence: outside the course (out of scope)."),
        (Decision("missing_parameters", "距离"), "zh", "依据：缺少距离（缺少参数）。"),
    ],
)  # fmt: skip
def test_the_line(decision: Decision, language: str, line: str) -> None:
    assert line_of(decision, language) == line


def test_the_line_ends_the_system_prompt() -> None:
    question = Message("user", "Why?")
    noted = with_line([Message("system", "Be brief.\n"), question], "Evidence: x.")
    assert noted == [Message("system", "Be brief.\n\nEvidence: x."), question]
    assert with_line([question], "Evidence: x.") == [Message("system", "Evidence: x."), question]
    assert with_line([question], "") == [question]


def test_the_label_is_the_samples_own(courses: dict[str, Course]) -> None:
    sample = Sample("s", "tutor", (Message("user", "What is on slide 9?"), Message("assistant", "I cannot see it.")),
                    "insufficient_context")  # fmt: skip
    assert label_of(sample, courses["em"]).thing == "slide 9"
    answered = Sample("t", "tutor", (Message("user", "Find the force."), Message("assistant", "Yes.")))
    assert label_of(answered, courses["em"]) == Decision(None)


def test_a_seeded_share_goes_without_the_line() -> None:
    samples = [Sample(f"s{n}", "tutor", (Message("user", "?"),)) for n in range(2000)]
    share = sum(bare(sample, 0) for sample in samples) / len(samples)
    assert share == pytest.approx(BARE_SHARE, abs=0.03)
    assert [bare(s, 0) for s in samples] == [bare(s, 0) for s in samples] != [bare(s, 1) for s in samples]

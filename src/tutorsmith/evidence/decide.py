"""Whether a question can be answered: evidence weighed by weights that the stage's own samples have moved.

The weights that they start from (prior.json) were fitted on labelled questions of both shipped courses
(benchmarks/evidence.py --fit-prior); a stage's samples pull them toward its own course, and what comes out is saved
beside the adapter.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from tutorsmith.core.errors import DataError
from tutorsmith.data.schema import Message, Sample
from tutorsmith.evidence.classifier import Softmax, fit
from tutorsmith.evidence.course import Course, asked_words
from tutorsmith.evidence.features import Evidence, evidence_of
from tutorsmith.evidence.question import Question

ANSWER = "answer"
KINDS = ("missing_parameters", "insufficient_context", "out_of_scope")
CLASSES = (ANSWER, *KINDS)
PULL = 5.0
"""How strongly a stage's weights are held to the prior; chosen by cross-validation, where 2 to 10 differ little."""
MOST = 400
"""Samples that weights are fitted on: refusals and questions to answer, the first of each by half."""
PRIOR = "prior.json"
_REFUSE = 0.5
_LEADS = re.compile(r"^(?:in|on|from|of|see|with|to|using|as)\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Decision:
    """kind: None to answer, else the kind of refusal; thing: what is missing, absent or strange, where it has a name.
    refuses: probability of a refusal."""

    kind: str | None
    thing: str = ""
    refuses: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        """What a prediction keeps of it."""
        return {"kind": self.kind, "why": self.thing, "refuses": round(self.refuses, 3)}


def question_of(messages: Sequence[Message]) -> Question:
    """The last user turn, with the turns before it."""
    asked = [k for k, message in enumerate(messages) if message.role == "user"]
    if not asked:
        return Question("")
    before = "\n".join(m.content or "" for m in messages[: asked[-1]] if m.role != "system")
    return Question(messages[asked[-1]].content or "", before)


def thing_of(kind: str | None, evidence: Evidence) -> str:
    """What a refusal of this kind would name; empty when nothing was found."""
    if kind == "missing_parameters":
        return evidence.lacks or ", ".join(evidence.missing.names if evidence.missing else ())
    if kind == "insufficient_context":
        return _LEADS.sub("", " ".join(evidence.absent[0].split())) if evidence.absent else ""
    return ", ".join((*evidence.strange[:2], *evidence.demands[:1])) if kind else ""


def kind_of(chances: "np.ndarray[Any, np.dtype[np.float64]]") -> str | None:
    """Of probabilities in the order of CLASSES: None where answering is the more likely, else the likeliest kind."""
    return None if 1 - chances[0] < _REFUSE else CLASSES[1 + int(chances[1:].argmax())]


def label_of(sample: Sample, course: Course) -> Decision:
    """What is true of a sample, with the name of the thing that the evidence finds."""
    kind = sample.refusal_type
    thing = thing_of(kind, evidence_of(question_of(sample.messages), course)) if kind else ""
    return Decision(kind, thing, float(kind is not None))


@dataclass(frozen=True)
class Decider:
    """Weights, and the course beside which questions are seen."""

    course: Course
    model: Softmax

    def decide(self, messages: Sequence[Message]) -> Decision:
        """Whether the last question of these messages can be answered."""
        evidence = evidence_of(question_of(messages), self.course)
        chances = self.model.probabilities(rows_of([evidence]))[0]
        kind = kind_of(chances)
        return Decision(kind, thing_of(kind, evidence), float(1 - chances[0]))

    def as_dict(self) -> dict[str, Any]:
        """For evidence.json beside an adapter."""
        return {"schema_version": 1, "weights": self.model.as_dict(), "asked": sorted(self.course.asked)}

    @classmethod
    def from_dict(cls, told: Mapping[str, Any], course: Course, where: str) -> "Decider":
        """Raises: DataError when it is not what `as_dict` gives, or of another version of the features."""
        try:
            model = Softmax.from_dict(told["weights"])
            known = course.with_asked(told["asked"])
        except (KeyError, TypeError, IndexError, ValueError) as error:
            raise DataError(f"not the weights of a decision ({error})", where=where, mend="train again") from error
        if model.features != prior().features or model.classes != CLASSES:
            raise DataError("these weights are of another version of the evidence", where=where, mend="train again")
        return cls(known, model)


def fit_decider(course: Course, samples: Iterable[Sample]) -> Decider:
    """A decider for the course, its weights moved by the samples; those with excerpts of their own are left aside."""
    kept: dict[bool, list[Sample]] = {True: [], False: []}
    for sample in samples:
        fitting = kept[sample.refusal_type is not None]
        if not sample.meta.get("has_rag_context") and len(fitting) < MOST // 2:
            fitting.append(sample)
    course = course.with_asked(asked_words(sample.question for sample in kept[False]))
    labelled = [*kept[True], *kept[False]]
    if not labelled:
        return Decider(course, prior())
    rows = rows_of([evidence_of(question_of(sample.messages), course) for sample in labelled])
    labels = [sample.refusal_type or ANSWER for sample in labelled]
    return Decider(course, fit(rows, labels, prior(), pull=PULL))


def rows_of(found: Sequence[Evidence]) -> "np.ndarray[Any, np.dtype[np.float64]]":
    """(questions, features)."""
    return np.array([list(evidence.numbers.values()) for evidence in found], dtype=np.float64)


@cache
def prior() -> Softmax:
    """The weights to start from."""
    return Softmax.from_dict(json.loads(files(__package__).joinpath(PRIOR).read_text(encoding="utf-8")))

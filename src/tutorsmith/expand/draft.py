"""A draft: what a writer proposes, and the sample or benchmark item that it becomes."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from tutorsmith.data.schema import REFUSAL_KINDS
from tutorsmith.expand.kinds import KINDS

Form = Literal["sample", "benchmark"]
DIFFICULTIES = ("easy", "medium", "hard")


@dataclass(frozen=True, slots=True)
class Draft:
    """cited: number of the excerpt, from 1, as the prompt showed them; None for none."""

    question: str
    answer: str
    key_points: tuple[str | Mapping[str, Any], ...] = ()
    cited: int | None = None
    refusal_type: str | None = None
    difficulty: str = "medium"

    def as_dict(self) -> dict[str, Any]:
        return {
            "question": self.question,
            "answer": self.answer,
            "key_points": list(self.key_points),
            "cited": self.cited,
            "refusal_type": self.refusal_type,
            "difficulty": self.difficulty,
        }


@dataclass(frozen=True, slots=True)
class Mold:
    """What all records of a stage share. system: its system prompt; tag: how ids begin."""

    form: Form
    system: str
    mode: str
    language: str
    tag: str

    def as_dict(self) -> dict[str, str]:
        return {name: getattr(self, name) for name in self.__slots__}


def draft_from_dict(raw: Mapping[str, Any]) -> Draft:
    """A draft as `as_dict` wrote it. Raises: KeyError, TypeError, ValueError."""
    if raw["refusal_type"] is not None and raw["refusal_type"] not in REFUSAL_KINDS:
        raise ValueError(f"unknown refusal_type {raw['refusal_type']!r}")
    return Draft(
        str(raw["question"]),
        str(raw["answer"]),
        tuple(raw["key_points"]),
        raw["cited"],
        raw["refusal_type"],
        str(raw["difficulty"]),
    )


def record_of(draft: Draft, mold: Mold, identity: str, *, kind: str, chapter: str) -> dict[str, Any]:
    """The JSON object of a training sample, or of a benchmark item when the mold says so."""
    messages = [{"role": "system", "content": mold.system}] if mold.system else []
    messages.append({"role": "user", "content": draft.question})
    meta: dict[str, Any] = {
        "source": "expand",
        "chapter": chapter,
        "difficulty": draft.difficulty,
        "language": mold.language,
        "has_tool_call": False,
        "has_rag_context": False,
    }
    record: dict[str, Any] = {"id": identity, "mode": mold.mode, "messages": messages}
    if mold.form == "sample":
        messages.append({"role": "assistant", "content": draft.answer})
        return {**record, "refusal_type": draft.refusal_type, "meta": meta}
    points = [] if draft.refusal_type else list(draft.key_points)
    meta["category"] = "refusal" if draft.refusal_type else KINDS[kind].category
    return {**record, "reference": draft.answer, "key_points": points, "refusal_type": draft.refusal_type, "meta": meta}


def cleaned(draft: Draft) -> Draft:
    """Line ends as this project writes them, and no white space around the texts."""
    return replace(
        draft,
        question=draft.question.replace("\r\n", "\n").strip(),
        answer=draft.answer.replace("\r\n", "\n").strip(),
    )

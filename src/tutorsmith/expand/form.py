"""A draft as a small text form for an editor, and back.

==== question ====
...
==== key points ====
- a sentence
- {"quantity": "8.85 nF", "text": "the capacitance"}
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from tutorsmith.data.schema import REFUSAL_KINDS
from tutorsmith.expand.draft import DIFFICULTIES, Draft, cleaned

_MARK = re.compile(r"^==== (question|answer|key points|cited|refusal type|difficulty)\b[^\n]*====[ \t]*$", re.MULTILINE)
_PARTS = ("question", "answer", "key points", "cited", "refusal type", "difficulty")
_HINTS: Mapping[str, str] = {
    "key points": "one a line, after a dash: a sentence, or a JSON object with formula or quantity",
    "cited": "number of the excerpt, or empty",
    "refusal type": f"empty, or {', '.join(REFUSAL_KINDS)}",
    "difficulty": ", ".join(DIFFICULTIES),
}


class FormError(ValueError):
    """A form that is no draft, with what is wrong with it."""


def form_of(draft: Draft, note: str = "") -> str:
    """note: what the person is told above the form; it is left out when the form is read."""
    points = "\n".join(
        f"- {point if isinstance(point, str) else json.dumps(point, ensure_ascii=False)}" for point in draft.key_points
    )
    bodies = {
        "question": draft.question,
        "answer": draft.answer,
        "key points": points,
        "cited": "" if draft.cited is None else str(draft.cited),
        "refusal type": draft.refusal_type or "",
        "difficulty": draft.difficulty,
    }
    out = [f"{note}\n"] if note else []
    for name in _PARTS:
        hint = f" ({_HINTS[name]})" if name in _HINTS else ""
        out.append(f"==== {name}{hint} ====\n{bodies[name]}\n")
    return "\n".join(out)


def read_form(text: str) -> Draft:
    """Raises: FormError for a mark that is missing or doubled, and for a part that cannot be read."""
    text = text.replace("\r\n", "\n")
    marks = list(_MARK.finditer(text))
    names = [mark[1] for mark in marks]
    for name in _PARTS:
        if names.count(name) != 1:
            raise FormError(f"the line '==== {name} ====' must stand there once, not {names.count(name)} times")
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    part = {mark[1]: text[mark.end() : end].strip() for mark, end in zip(marks, ends, strict=True)}
    cited, refusal, difficulty = part["cited"].strip("[] "), part["refusal type"], part["difficulty"] or "medium"
    if cited and not cited.isdigit():
        raise FormError(f"cited: {cited[:40]!r} is no number")
    if refusal and refusal not in REFUSAL_KINDS:
        raise FormError(f"refusal type: {refusal[:40]!r} is none of {', '.join(REFUSAL_KINDS)}")
    if difficulty not in DIFFICULTIES:
        raise FormError(f"difficulty: {difficulty[:40]!r} is none of {', '.join(DIFFICULTIES)}")
    points = tuple(_points(part["key points"]))
    return cleaned(
        Draft(part["question"], part["answer"], points, int(cited) if cited else None, refusal or None, difficulty)
    )


def _points(text: str) -> list[str | dict[str, Any]]:
    out: list[str | dict[str, Any]] = []
    for line in text.splitlines():
        stripped = line.strip()
        if stripped.startswith("-"):
            out.append(_point(stripped[1:].strip()))
        elif stripped and out and isinstance(out[-1], str):
            out[-1] = f"{out[-1]} {stripped}"  # a sentence that the editor wrapped
        elif stripped:
            raise FormError(f"key points: {stripped[:40]!r} does not begin with a dash")
    return [point for point in out if point]


def _point(text: str) -> str | dict[str, Any]:
    if not text.startswith("{"):
        return text
    try:
        value = json.loads(text)
    except ValueError as error:
        raise FormError(f"key points: {text[:60]!r} is not valid JSON: {error}") from error
    if not isinstance(value, dict):
        raise FormError(f"key points: {text[:60]!r} is no object")
    return value

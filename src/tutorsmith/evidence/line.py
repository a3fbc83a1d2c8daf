"""A decision -> one line of the system prompt, in training as in answering."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace

from tutorsmith.data.schema import Message, Sample
from tutorsmith.evidence.decide import Decision

BARE_SHARE = 0.1
"""Share of training samples without the line, so that a tutor can still answer where there is none."""
_SOMETHING = {
    "en": {"missing_parameters": "a value that it needs", "insufficient_context": "something"},
    "zh": {"missing_parameters": "必要的条件", "insufficient_context": "某些内容"},
}
_LINES = {
    "en": {
        None: "Evidence: the question can be answered.",
        "missing_parameters": "Evidence: missing {thing} (missing parameters).",
        "insufficient_context": "Evidence: refers to {thing} that is not here (insufficient context).",
        "out_of_scope": "Evidence: outside the course (out of scope).",
    },
    "zh": {
        None: "依据：这个问题可以回答。",
        "missing_parameters": "依据：缺少{thing}（缺少参数）。",
        "insufficient_context": "依据：提到的{thing}不在这里（上下文不足）。",
        "out_of_scope": "依据：超出本课程（超出范围）。",
    },
}

_OPENINGS = {
    "en": {
        "missing_parameters": "I cannot answer this, because the question does not give {thing}.",
        "insufficient_context": "I cannot answer this without more context, because {thing} is not included in your "
        "message or in the course notes.",
        "out_of_scope": "I cannot help with this, because it is outside the scope of this course.",
    },
    "zh": {
        "missing_parameters": "我无法回答，因为题目没有给出{thing}。",
        "insufficient_context": "现有上下文不足，我无法回答：你的消息和课程笔记里都没有{thing}。",
        "out_of_scope": "我无法回答，因为这超出了本课程的范围。",
    },
}
_REFERRED = {"en": "the material that you refer to", "zh": "你提到的内容"}
_THE_STUDENTS = re.compile(r"\b(?:my|our)\b", re.IGNORECASE)
_NO_MARKUP = re.compile(r"[`<>#*|\[\]]")
_LONGEST = 80


def line_of(decision: Decision, language: str) -> str:
    """The line, in English for a language without one."""
    language = language if language in _LINES else "en"
    thing = decision.thing or _SOMETHING[language].get(decision.kind or "", "")
    return _LINES[language][decision.kind].format(thing=thing)


def opening_of(decision: Decision, language: str) -> str:
    """With what an answer begins that refuses, in English for a language without its own; empty for a decision to
    answer."""
    if decision.kind is None:
        return ""
    language = language if language in _OPENINGS else "en"
    thing = _NO_MARKUP.sub("", " ".join(decision.thing.split()))[:_LONGEST].strip()
    thing = _THE_STUDENTS.sub("your", thing)
    if not thing:
        unnamed = {**_SOMETHING[language], "insufficient_context": _REFERRED[language]}
        thing = unnamed.get(decision.kind, "")
    return _OPENINGS[language][decision.kind].format(thing=thing)


def with_line(messages: Sequence[Message], line: str) -> list[Message]:
    """The messages with the line at the end of the system prompt, after the notes; unchanged for an empty line."""
    if not line or not messages:
        return list(messages)
    first, rest = messages[0], list(messages[1:])
    if first.role != "system":
        return [Message("system", line), *messages]
    return [replace(first, content=f"{(first.content or '').rstrip()}\n\n{line}".lstrip()), *rest]


def bare(sample: Sample, seed: int) -> bool:
    """Whether a training sample goes without the line: by the seed and its id alone."""
    digest = hashlib.sha256(f"evidence:{seed}:{sample.id}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64 < BARE_SHARE

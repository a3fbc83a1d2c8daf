"""A decision -> one line of the system prompt, in training as in answering."""

import hashlib
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


def line_of(decision: Decision, language: str) -> str:
    """The line, in English for a language without one; empty for a decision that is not sure."""
    if not decision.sure:
        return ""
    language = language if language in _LINES else "en"
    thing = decision.thing or _SOMETHING[language].get(decision.kind or "", "")
    return _LINES[language][decision.kind].format(thing=thing)


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

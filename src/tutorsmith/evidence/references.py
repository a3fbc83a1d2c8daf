"""Whether a question is about what stands in a text, a figure or a remark that it does not show.

"Is my abstract clear?" can be answered by who sees the abstract only, "Does my abstract need a number?" by anybody.
"""

import json
import re
from functools import cache
from importlib.resources import files

from tutorsmith.evidence.question import Question
from tutorsmith.evidence.textneeds import matter

_TELLING = 12
"""Words of matter in a question that tells enough to go by."""
_PARTS = ("DOC", "REF", "PERSON", "REMARK")
_QUOTED = re.compile(r"[\"“「『‘]|(?<![A-Za-z])'[^']+'(?![A-Za-z])|:\s+\S")
_OF_ONES_OWN = re.compile(
    r"\b(?:I|we|one|who|he|she|they|should|to|before|after|when|while|of|for)\s+(?:\w+ly\s+|not\s+)?$", re.IGNORECASE
)
_OF_THE_TUTOR = re.compile(
    r"\b(?:want|like|need|ask) you to\s+$|\bhave to\s+you\s+$|\bable to\s+$|\b(?:help|possible) (?:me )?to\s+$",
    re.IGNORECASE,
)


@cache
def _table() -> dict[str, tuple[re.Pattern[str], ...]]:
    table = json.loads(files(__package__).joinpath("references.json").read_text(encoding="utf-8"))
    parts = {name: table[name] for name in _PARTS}

    def whole(wording: str) -> re.Pattern[str]:
        filled = re.sub("|".join(_PARTS), lambda m: parts[m.group(0)], wording)
        return re.compile(filled, re.IGNORECASE)

    return {
        name: tuple(map(whole, wordings)) for name, wordings in table.items() if name not in _PARTS and name[0] != "_"
    }


def _found(group: str, text: str) -> re.Match[str] | None:
    return next((found for pattern in _table()[group] if (found := pattern.search(text))), None)


def looked_at(question: Question) -> str:
    """The text or figure, of the student's own or one that is pointed to, of which is asked what stands in it; empty
    where none is."""
    if found := _found("looked at", question.own):
        return _named("a text", question.own, found)
    for pattern in _table()["is it so"]:
        for found in pattern.finditer(question.own):
            clause = re.split(r"[,?]", question.own[found.start() + 1 :])[0]
            if not _found("norm", clause):
                return _named("a text", question.own, found)
    for pattern in _table()["demanded"]:
        for found in pattern.finditer(question.own):
            before = question.own[max(0, found.start() - 30) : found.start()]
            if not _OF_ONES_OWN.search(before) or _OF_THE_TUTOR.search(before):
                return _named("a text", question.own, found)
    return ""


def advised(question: Question) -> bool:
    """Whether it asks what to do, and not what stands somewhere."""
    return _found("advice", question.asking) is not None


def remark_untold(question: Question) -> str:
    """Whose remark it is of which is asked what it means or how to answer it, where it is not told; empty where none
    is."""
    found = _found("remark", question.own)
    if found is None or _QUOTED.search(question.text):
        return ""
    rest = question.own[: found.start()] + " " + question.own[found.end() :]
    told = _found("told", question.own) is not None and _found("empty", rest) is None
    if question.before or told or matter(question.own) >= _TELLING:
        return ""
    whose = _found("whose", question.own)
    if _found("a remark", question.own) or not whose:
        return _named("a remark", question.own, found)
    return f"what {whose.group(0)[0].lower()}{whose.group(0)[1:]} wrote"


def _named(group: str, text: str, found: re.Match[str]) -> str:
    """The group's noun phrase from what was found to the end of its sentence, else anywhere, else the words found."""
    rest = re.split(r"[.?!。？！](?:\s|$)|[。？！]", text[found.start() :].lstrip(" .,;:?!"))[0]
    named = _found(group, rest) or _found(group, text)
    return (named or found).group(0).strip(" .,;:?!")

"""A question beside a course -> numbers, each with a name and a meaning. No weights stand here."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from tutorsmith.data.words import words
from tutorsmith.evidence.course import Course
from tutorsmith.evidence.cues import field_words, signs, text_words
from tutorsmith.evidence.given import targets
from tutorsmith.evidence.needs import Missing, Solver
from tutorsmith.evidence.question import Question
from tutorsmith.evidence.references import advised, looked_at, remark_untold
from tutorsmith.evidence.subject import astray, at_home, elsewhere, subject_weight
from tutorsmith.evidence.textneeds import lacking

CHUNKS = 25
"""Among how many of the best chunks relations are looked for."""
_POINTS_BACK = re.compile(r"\b(?:it|its|this|that|these|those|them|their|one|each)\b", re.IGNORECASE)
_NAME = re.compile(r"(?<=[a-z,;] )[A-Z][a-z]{2,}(?:-[A-Za-z]+)*")
_RULES = re.compile(
    r"\b([A-Z][A-Za-z]{2,})(?: [a-z-]+){0,2} (?:styles?|formats?|rules?|conventions?|guidelines?|manual|referencing)\b"
)


@dataclass(frozen=True)
class Evidence:
    """What was found: `numbers` by feature, and the things behind them, of which the reason is told.

    missing: relation that lacks least; lacks: what a judgement about a text needs and nobody says; absent: references
    to what is not in the question; strange: words of other fields; demands: services and advice that are asked for.
    """

    numbers: Mapping[str, float]
    missing: Missing | None
    lacks: str | None
    absent: tuple[str, ...]
    strange: tuple[str, ...]
    demands: tuple[str, ...]


def evidence_of(question: Question, course: Course) -> Evidence:
    """All signs of one question."""
    own = question.own
    pointed = [*signs("sheet", own), *signs("picture", own)]
    before = [] if question.before else signs("before", own)  # in a dialogue the turns before are there
    document = [*signs("document", own), *(signs("own work", own) if course.of_fields else [])]
    judged = signs("judge", own)
    framed = course.writes and _of_writing(question.asking)
    only_texts = course.writes and not course.calculates
    # "How thick must it be so that nothing gets through?" wants no work done where nothing is to be handed in.
    harmless = course.of_fields and subject_weight(own) > 0 and not signs("handed in", own)
    service = [] if harmless else [*signs("service", own), *(signs("other work", own) if only_texts else [])]
    advising = question.asking if course.of_fields and at_home(question) else own
    advice = [*([] if framed else signs("advice", advising)), *([] if harmless else signs("others decide", own))]
    demands = [*service, *advice]
    far, near = foreign_words(own, course, "far"), foreign_words(own, course, "near")
    if course.of_fields:
        far, near = elsewhere(question, far), elsewhere(question, near)
    # "In a superconductor E is zero. How can a current flow in it?" asks about the superconductor.
    asked = own if _POINTS_BACK.search(question.asking) else question.asking
    lacks = lacking(question) if course.writes or not course.calculates else None
    untold = not question.before and not (course.writes and of_texts(question))
    stray = only_texts and untold
    strange = course.of_fields and untold and astray(question, course)
    count, shown = len(question.measured), bool(question.shown)
    loosely = bool(document and judged)
    if course.writes:
        loosely = bool(signs("document", asked)) and bool(judged) and not advised(question)
    read = (looked_at(question) if course.writes else "") or (document[0] if loosely else "")
    unseen = read if not shown and count == 0 else ""
    remark = remark_untold(question)
    if course.writes and (shown or count):
        before = []
    if course.writes and (shown or (advised(question) and not unseen)):
        pointed = []  # "Table 3 and Figure 5 give the same numbers. Can both stay?" asks for a rule
    # Whether the numbers are enough is asked of a question of the course only, with all that it speaks of at hand.
    aside = bool(far or near or pointed or before or demands)
    calculates = question.asks_number and question.physical and course.calculates and not aside and not shown
    missing = Solver(question, course.formulary, course.search(question.text, CHUNKS)).best() if calculates else None
    # "Find B inside the solenoid": a number is asked for, and there is nothing to reckon with.
    nothing = question.asks_number and course.calculates and not question.values and not aside and not shown
    bare = nothing and bool(targets(question)) and not signs("symbols", own) and not signs("reason", own)
    numbers = {
        "absent": min(len(pointed), 3),
        "before": min(len(before), 2),
        "text not shown": float(bool(unseen or remark)),
        "judged": float(bool(judged)),
        "shown": float(shown),
        "service": min(len(service), 3),
        "advice": min(len(advice), 2),
        "foreign": 0.0 if framed else min(len(far), 2),
        "neighbouring": 0.0 if framed else min(len(near), 2),
        "foreign asked": float(
            not framed and any(w in (*far, *near) for d in ("far", "near") for w in foreign_words(asked, course, d))
        ),
        "not of texts": float(stray),
        "not of fields": float(strange),
        "unknown name": float(bool(unknown_names(question.asking, course))),
        "unknown asked": course.unknown(question.asking),
        "calculates": float(calculates),
        "no number given": float(bare and not question.before),
        "lacking": float(min(missing.count, 2)) if missing else 0.0,
        "no relation": float(calculates and missing is None),
        "needed for the text": float(lacks is not None),
        "asks number": float(question.asks_number and (bool(question.values) or bare)),
        "values": min(count, 4) / 4,
    }
    told = [named for named in (unseen, remark) if named]
    absent = (*told, *pointed, *before, *signs("numbered", own), *document)
    return Evidence(numbers, missing, lacks, absent, (*far, *near), tuple(demands))


def speaks_of(text: str, group: str) -> bool:
    """Whether one of the group's words about texts stands in it."""
    return not text_words(group).isdisjoint(words(text))


def _of_writing(text: str) -> bool:
    return speaks_of(text, "parts and acts") or bool(signs("text phrase", text))


def of_texts(question: Question) -> bool:
    """Whether the question speaks of writing or of a study at all."""
    return any(speaks_of(question.text, group) for group in ("parts and acts", "works and studies"))


def foreign_words(text: str, course: Course, distance: str) -> list[str]:
    """Words of other fields, far or near, that stand nowhere in the notes."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    both = dict.fromkeys([*words(text), *words(plain)])
    return [w for w in both if field_words().get(w) == distance and w not in course.counts]


def unknown_names(text: str, course: Course) -> list[str]:
    """Proper names within a sentence that the notes never mention: of a style, a law, a place. In a course on writing
    only those of rules: texts speak of any place."""
    pattern = _RULES if course.writes else _NAME
    return [name for name in pattern.findall(text) if all(w not in course.counts for w in words(name))]

"""What a judgement about a text depends on, and whether the question says it."""

import json
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from tutorsmith.evaluation.metrics.values import values_of
from tutorsmith.evidence.question import Question


@dataclass(frozen=True)
class TextNeed:
    """asked, given: wordings; values: how many comparable numbers would do instead; quoted: whether quotations ask,
    too; with_values: how many numbers a question has that asks it."""

    name: str
    asked: re.Pattern[str]
    given: re.Pattern[str] | None
    values: int
    quoted: bool
    with_values: int


@cache
def text_needs() -> tuple[TextNeed, ...]:
    rows = json.loads(files(__package__).joinpath("textneeds.json").read_text(encoding="utf-8"))["needs"]
    return tuple(
        TextNeed(
            row["name"],
            re.compile(row["asked"], re.IGNORECASE),
            re.compile(row["given"], re.IGNORECASE) if "given" in row else None,
            row.get("values", 0),
            row.get("quoted", False),
            row.get("with_values", 0),
        )
        for row in rows
    )


def lacking(question: Question) -> str | None:
    """The first thing that is needed and not said; None when nothing is."""
    whole = f"{question.before}\n{question.text}"
    for need in text_needs():
        asked = need.asked.search(question.text if need.quoted else question.own)
        if not asked or len(question.measured) < need.with_values:
            continue
        if need.given is not None and need.given.search(whole):
            continue
        if need.values and _comparable(whole) >= need.values:
            continue
        return need.name
    return None


def _comparable(text: str) -> int:
    """The largest number of values of one unit; percentages that are asked about do not count among others."""
    counts: dict[object, int] = {}
    for value in values_of(text):
        kind = (value.unit.dimensions, value.unit.factor == 0.01 and not value.unit.dimensions)
        counts[kind] = counts.get(kind, 0) + 1
    return max(counts.values(), default=0)

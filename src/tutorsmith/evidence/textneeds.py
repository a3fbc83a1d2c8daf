"""What a student's task needs, and whether the question gives it: task -> needs -> detectors, by a table."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from tutorsmith.data.words import stem, words
from tutorsmith.evaluation.metrics.values import values_of
from tutorsmith.evidence.question import QUOTES, Question

_ZH_PERCENT = re.compile("百分[之比数点]")
"""No hundred minutes."""
_PERCENT = 0.01
_CJK = "\u2fff"
_TOLD = 2
"""Words of a matter after "on", "about", "whether" ... that describe it,"""
_TOLD_LOOSELY = 5
"""and without such a word."""


@dataclass(frozen=True)
class Task:
    """name: of what is missing where none of `given` is found. asked: wordings; unless: detectors of a question that is
    answered all the same; specific: asked of the student's own case only; quoted: what the question quotes asks, too;
    with_values: how many numbers a question has that asks it; one_value: it has a single one, no percentage; shows: a
    detector that it must satisfy as well."""

    name: str
    asked: tuple[re.Pattern[str], ...]
    given: tuple[str, ...]
    unless: tuple[str, ...]
    specific: bool
    quoted: bool
    with_values: int
    one_value: bool
    shows: str


@dataclass(frozen=True)
class Tasks:
    """rows in the order in which they are looked at; detectors by name; plain: stems of words that tell no matter."""

    rows: tuple[Task, ...]
    detectors: Mapping[str, re.Pattern[str]]
    plain: frozenset[str]


@cache
def tasks() -> Tasks:
    table = json.loads(files(__package__).joinpath("textneeds.json").read_text(encoding="utf-8"))
    rows = tuple(
        Task(
            row["name"],
            tuple(re.compile(wording, re.IGNORECASE) for wording in row["asked"]),
            tuple(row["given"]),
            tuple(row.get("unless", ["general"])),
            row.get("specific", False),
            row.get("quoted", False),
            row.get("with_values", 0),
            row.get("one_value", False),
            row.get("shows", ""),
        )
        for row in table["tasks"]
    )
    detectors = {name: re.compile(wording, re.IGNORECASE) for name, wording in table["detectors"].items()}
    return Tasks(rows, detectors, frozenset(map(stem, table["plain"].split())))


def lacking(question: Question) -> str | None:
    """The first thing that a task of the question needs and nobody tells; None when nothing is."""
    for task in tasks().rows:
        if _asks(task, question) and not any(_given(name, question) for name in task.given):
            return task.name
    return None


def _asks(task: Task, question: Question) -> bool:
    found, text = tasks().detectors, question.text if task.quoted else QUOTES.sub(" ", question.own)
    if not any(wording.search(text) for wording in task.asked) or any(
        found[name].search(question.asking) for name in task.unless
    ):
        return False
    if task.shows and not found[task.shows].search(question.text):
        return False
    if task.specific and not question.measured and not found["specific"].search(question.text):
        return False
    single = len(question.measured) == 1 and question.measured[0].unit.factor != _PERCENT
    return len(question.measured) >= task.with_values and (single or not task.one_value)


def _given(name: str, question: Question) -> bool:
    whole = f"{question.before}\n{question.text}"
    if name in _SEEN:
        return _SEEN[name](question, whole)
    return tasks().detectors[name].search(whole) is not None


def describes(question: Question) -> bool:
    """Whether the question tells what its text or study is about: words of a matter, after "on", "whether", "compares"
    or in some number."""
    told = question.own
    opens = tasks().detectors["connector"].search(told)
    if opens and matter(told[opens.end() :]) >= 1 and matter(told) >= _TOLD:
        return True
    return matter(told) >= _TOLD_LOOSELY


def matter(text: str) -> float:
    """How many different words of a text name no task, part of a text, or courtesy; a pair of Chinese characters is
    half a word, since pairs overlap."""
    told = [word for word in dict.fromkeys(words(text)) if word not in tasks().plain and not word[0].isdigit()]
    return sum(0.5 if word[0] > _CJK else 1.0 for word in told)


def _comparable(text: str) -> int:
    """The largest number of values of one unit; percentages that are asked about do not count among others."""
    counts: dict[object, int] = {}
    for value in values_of(_ZH_PERCENT.sub(" ", text)):
        kind = (value.unit.dimensions, value.unit.factor == _PERCENT and not value.unit.dimensions)
        counts[kind] = counts.get(kind, 0) + 1
    return max(counts.values(), default=0)


_SEEN: dict[str, Callable[[Question, str], bool]] = {
    "text": lambda question, _: bool(question.shown or question.before),
    "topic": lambda _, whole: describes(Question(whole)),
    "two values": lambda _, whole: _comparable(whole) >= 2,
}

"""Which of its lengths a text means: a radius is no thickness. A table, in English and Chinese."""

import json
import re
from functools import cache
from importlib.resources import files

DIAMETER, RADIUS = "diameter", "radius"
INNER, OUTER = "inner radius", "outer radius"


@cache
def _table() -> tuple[tuple[tuple[str, re.Pattern[str]], ...], frozenset[frozenset[str]], re.Pattern[str]]:
    told = json.loads(files(__package__).joinpath("kinds.json").read_text(encoding="utf-8"))
    near = frozenset(frozenset((a, b)) for row in told["near"] for a in row for b in row)
    sorts = tuple((name, re.compile(words, re.IGNORECASE)) for name, words in told["sorts"].items())
    return sorts, near, re.compile(told["after"], re.IGNORECASE)


def sorts_in(text: str) -> list[tuple[int, int, str]]:
    """(start, end, sort) of the lengths that a text names, in order; of two on one place the first row's."""
    taken: list[tuple[int, int, str]] = []
    for name, pattern in _table()[0]:
        for found in pattern.finditer(text):
            if all(found.end() <= start or found.start() >= end for start, end, _ in taken):
                taken.append((found.start(), found.end(), name))
    return sorted(taken)


def sort_after(text: str) -> str | None:
    """The sort whose adjective the text begins with: "thick, of copper"."""
    return sorts_in(text)[0][2] if _table()[2].match(text) and sorts_in(text) else None


def agree(one: str, other: str) -> bool:
    """Whether one value may be called both."""
    return one == other or frozenset((one, other)) in _table()[1]


@cache
def _shapes() -> tuple[tuple[str, re.Pattern[str]], ...]:
    told = json.loads(files(__package__).joinpath("kinds.json").read_text(encoding="utf-8"))
    return tuple((name, re.compile(words, re.IGNORECASE)) for name, words in told["shapes"].items())


def shapes_in(text: str) -> frozenset[str]:
    """Bodies and set-ups that a text speaks of, to which a formula belongs: a sphere, a waveguide."""
    return frozenset(name for name, pattern in _shapes() if pattern.search(text))


@cache
def _indices() -> dict[str, re.Pattern[str]]:
    told = json.loads(files(__package__).joinpath("kinds.json").read_text(encoding="utf-8"))
    return {name: re.compile(words, re.IGNORECASE) for name, words in told["below"].items()}


def index_fits(index: str, beside: str) -> bool | None:
    """Whether the words beside a value are those that an index stands for; None when they are of no index."""
    fitting = {name for name, pattern in _indices().items() if pattern.search(beside)}
    if index not in _indices() or not fitting:
        return None
    return index in fitting

"""What words say about quantities: "force" is in newtons, "gain" a number that is named. A table, not a model."""

import json
import re
from functools import cache
from importlib.resources import files

from tutorsmith.evaluation.metrics.units import parse_unit

Dimension = tuple[tuple[str, float], ...]
"""As `Unit.dimensions`, with angles and cycles kept: an angle is no bare number. A bare number may keep its kind."""

_OWN: dict[str, Dimension] = {"angle": (("angle", 1.0),), "level": (("level", 1.0),)}


@cache
def _table() -> tuple[tuple[re.Pattern[str], Dimension], ...]:
    rows = json.loads(files(__package__).joinpath("quantities.json").read_text(encoding="utf-8"))
    return tuple((re.compile(words, re.IGNORECASE), dimension_of_unit(unit)) for words, unit in rows)


def dimension_of_unit(unit: str) -> Dimension:
    if unit in _OWN:
        return _OWN[unit]
    found = parse_unit(unit)
    # A number without a unit keeps its kind: a gain is no refractive index.
    return kept_dimension(found.dimensions) if found is not None and found.dimensions else ((unit, 1.0),)


def quantities_in(text: str) -> list[tuple[int, int, Dimension]]:
    """(start, end, dimension) of the quantities that a text names, in order; of two on one place the first row's."""
    taken: list[tuple[int, int, Dimension]] = []
    for pattern, dimension in _table():
        for found in pattern.finditer(text):
            if all(found.end() <= start or found.start() >= end for start, end, _ in taken):
                taken.append((found.start(), found.end(), dimension))
    return sorted(taken)


def dimension_of_name(name: str) -> Dimension | None:
    """The dimension of the quantity that a name ends with, before "of": "voltage reflection coefficient of a load"."""
    found = quantities_in(name.split(" of ")[0]) or quantities_in(name)
    return found[-1][2] if found else None


def kept_dimension(dimension: Dimension) -> Dimension:
    """As relations compare them: a number of turns is the kind that names call turns."""
    return (("turns", 1.0),) if dimension == (("turn", 1.0),) else dimension


@cache
def _words() -> dict[Dimension, str]:
    table = json.loads(files(__package__).joinpath("common.json").read_text(encoding="utf-8"))["words"]
    return {dimension_of_unit(unit): word for unit, word in table.items()}


def word_of(dimension: Dimension | None) -> str | None:
    """A plain word for the quantity, where there is one."""
    return _words().get(dimension) if dimension else None


def is_kind(dimension: Dimension) -> bool:
    """Whether it is a number of some kind, such as a gain."""
    return len(dimension) == 1 and dimension[0][0].islower() and dimension[0][0] not in ("angle", "level")

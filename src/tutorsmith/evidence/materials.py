"""Named materials -> the constants that need not be given: copper tells its conductivity, a brush does not."""

import json
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class _Row:
    """named: wording of the material; along: what must stand in the question as well; known: symbols and kinds."""

    named: re.Pattern[str]
    along: re.Pattern[str]
    known: frozenset[str]


@cache
def _rows() -> tuple[_Row, ...]:
    table = json.loads(files(__package__).joinpath("materials.json").read_text(encoding="utf-8"))
    return tuple(
        _Row(
            re.compile(row["named"], re.IGNORECASE),
            re.compile(row.get("with", ""), re.IGNORECASE),
            frozenset(row["known"]),
        )
        for row in table["rows"]
    )


def known_of(text: str) -> frozenset[str]:
    """Symbols of notes ("sigma") and kinds ("S/m", "index") of the constants that a text tells by naming a material."""
    implied = (row.known for row in _rows() if row.named.search(text) and row.along.search(text))
    return frozenset().union(*implied)

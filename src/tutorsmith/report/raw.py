"""Reads JSON values that may be anything into what a report can use: wrong types become empty, NaN is no number."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

JsonObject = Mapping[str, Any]


def as_object(raw: object) -> JsonObject:
    return raw if isinstance(raw, dict) else {}


def as_list(raw: object) -> Sequence[Any]:
    return raw if isinstance(raw, list) else ()


def as_objects(raw: object) -> list[JsonObject]:
    return [row for row in as_list(raw) if isinstance(row, dict)]


def as_text(raw: object) -> str:
    """Text that UTF-8 can hold: half a surrogate pair, which JSON allows, becomes a replacement character."""
    return "" if raw is None else str(raw).encode("utf-8", "surrogatepass").decode("utf-8", "replace")


def as_texts(raw: object) -> tuple[str, ...]:
    return tuple(as_text(entry) for entry in as_list(raw))


def as_number(raw: object) -> float | None:
    """A finite number, or None: NaN and infinity are not measurements."""
    if isinstance(raw, bool) or not isinstance(raw, int | float) or not math.isfinite(raw):
        return None
    return float(raw)


def as_integer(raw: object) -> int | None:
    number = as_number(raw)
    return None if number is None else int(number)

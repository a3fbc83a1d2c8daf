"""Kinds of quantities and the words that tell them apart: what a name or a stretch of an answer speaks of."""

import re
from dataclasses import dataclass
from functools import lru_cache

from tutorsmith.evaluation.metrics.tables import lines, pattern
from tutorsmith.evaluation.metrics.units import Unit, comparable, parse_unit

LABEL = re.compile(r"(?<![A-Za-z])[A-Z]{1,3}_?\{?\d{1,2}\}?(?!\d)")
_PER = re.compile(r"\s(?:through|across|in|at|of|between|for|over|on|from|per|to|with)\s")
_COUNTS = frozenset(["word", "character", "page", "paragraph", "sentence"])


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of quantity: its unit, or None for one without dimension, and its wordings."""

    name: str
    unit: Unit
    wordings: re.Pattern[str]


@lru_cache(maxsize=1)
def _kinds() -> tuple[Kind, ...]:
    out = []
    for line in lines("quantity_words"):
        head, _, wordings = line.partition(": ")
        name, unit = head.split()
        parsed = Unit(1.0, ()) if unit == "1" else parse_unit(unit)
        if parsed is None:
            raise ValueError(f"the unit '{unit}' in [quantity_words] is not known")
        out.append(Kind(name, parsed, re.compile(wordings, re.IGNORECASE)))
    return tuple(out)


@lru_cache(maxsize=1)
def _families() -> tuple[tuple[str, tuple[tuple[str, re.Pattern[str]], ...]], ...]:
    """Groups of words that tell quantities of one kind apart: peak, average; cutoff, operating; ..."""
    out = []
    for line in lines("modifiers"):
        name, _, groups = line.partition(": ")
        pairs = (group.partition("=") for group in groups.split(" / "))
        out.append((name, tuple((g.strip(), re.compile(w.strip(), re.IGNORECASE)) for g, _, w in pairs)))
    return tuple(out)


@lru_cache(maxsize=1024)
def head_of(name: str) -> str:
    """The noun of a name: "current through R2" is a current."""
    return _PER.split(name, maxsplit=1)[0]


@lru_cache(maxsize=1024)
def kinds_in(text: str) -> tuple[Kind, ...]:
    """Kinds that a text names; a wording within a longer one ("wavelength" within "half wavelength") is not its own."""
    found = [(m.start(), m.end(), kind) for kind in _kinds() for m in kind.wordings.finditer(text)]
    return tuple(
        kind
        for start, end, kind in sorted(found, key=lambda f: f[0])
        if not any(s <= start and end <= e and e - s > end - start for s, e, _ in found)
    )


def is_limit(name: str) -> bool:
    """Whether the key's quantity is itself a bound: the maximum length, the lower limit."""
    return bool(pattern("limit_name").search(name))


def suits(kind: Kind, unit: Unit) -> bool:
    """Whether a kind of quantity may have the unit; texts are counted in words, characters or pages alike."""
    counted = any(n in _COUNTS for n, _ in kind.unit.dimensions) and any(n in _COUNTS for n, _ in unit.dimensions)
    return counted or comparable(kind.unit, unit)


@lru_cache(maxsize=4096)
def modifiers_in(text: str) -> frozenset[str]:
    return frozenset(group for _, groups in _families() for group, words in groups if words.search(text))


@lru_cache(maxsize=4096)
def labels_in(text: str) -> frozenset[str]:
    """R2, TE10, and the letters of points and groups."""
    letters = {g for m in pattern("letter_label", 0).finditer(text) for g in m.groups() if g}
    return frozenset(LABEL.findall(text)) | letters


def conflicts(name: str, text: str) -> bool:
    """The text tells of a kin of the quantity: the peak for the average value, R1 for R2, half the wavelength."""
    labels, here = labels_in(name), labels_in(text)
    if labels and here and not labels & here:
        return True
    mine, theirs = modifiers_in(name), modifiers_in(text)
    for family, groups in _families():
        members = {group for group, _ in groups}
        one, two = mine & members, theirs & members
        if two and not one & two and (one or family.startswith("change")):
            return True
    return False

"""What a question gives, and what it asks for, as dimensions."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tutorsmith.evaluation.metrics.values import Value
from tutorsmith.evidence.quantities import Dimension, dimension_of_unit, is_kind, kept_dimension, quantities_in
from tutorsmith.evidence.question import Question, units_asked

LENGTH: Dimension = (("[length]", 1.0),)
_LEVEL: Dimension = (("level", 1.0),)
OWN_LENGTHS: tuple[Dimension, ...] = ((("wavelength", 1.0),), (("skin depth", 1.0),))
"""Lengths that stand for no other length."""
_ASKS = re.compile(
    r"\b(?:what|which|how|find|calculate|compute|determine|estimate|work out|i need|give)\b|[求算]|多[大少远深]",
    re.IGNORECASE,
)
_OF_ANTENNAS = ("dBi", "dBd")
_LIGHT = (1.0e-7, 2.0e-5)
"""From where to where the wavelengths of light lie, in m."""
_OPTICAL = re.compile(
    r"\b(?:light|laser|beam|optical|lens|coating|reflect\w*|index|infrared|ultraviolet|green|red|blue|yellow)\b|光|折射|红外",
    re.IGNORECASE,
)
_OF_COILS = ("A", "turns")
_ELECTRIC = re.compile(r"electric(?:al)? field|\bE\b|电场", re.IGNORECASE)
_COUNTED = re.compile(r"\bhow many (?:\w+ )?(?:electrons|protons|ions|elementary charges)\b", re.IGNORECASE)
_LATE = re.compile(r"(?:是|为|有|约)?多[大少远深]")
"""In Chinese the quantity may stand before the question word."""
_NEEDED = re.compile(r"\bI (?:need|want|look for|am looking for)\b[^.?!]*", re.IGNORECASE)
_WAVE = re.compile(r"wavelength (?:of|is|=)|free-space wavelength|\blambda\b|波长", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Given:
    """A value of the question, by its number there: its dimension, for a bare number the kind that the words beside it
    name."""

    number: int
    dimension: Dimension


def givens(question: Question) -> tuple[Given, ...]:
    out: list[Given] = []
    for text, values in question.valued:
        named = quantities_in(text)
        for value in values:
            if not is_measure(text, value):
                out.append(Given(len(out), dimension_of_value(text, value, named)))
    return tuple(out)


def is_measure(text: str, value: Value) -> bool:
    """Whether it is no value: "one metre of it"."""
    return text[value.start].isalpha() and value.number == value.unit.factor


def dimension_of_value(text: str, value: Value, named: Sequence[tuple[int, int, Dimension]]) -> Dimension:
    """As its unit says; for a bare number the kind that is named beside it. named: `quantities_in` of the text."""
    if text[value.start : value.end].endswith(_OF_ANTENNAS):
        return dimension_of_unit("gain")
    dimension = kept_dimension(value.unit.dimensions)
    if dimension == LENGTH and _is_wavelength(value, text):
        return OWN_LENGTHS[0]
    if dimension:
        return dimension
    near = [
        (min(abs(value.start - end), abs(start - value.end)), kind)
        for start, end, kind in named
        if -45 < value.start - end < 45 and is_kind(kind)
    ]
    return min(near)[1] if near else ()


def _is_wavelength(value: Value, text: str) -> bool:
    """By the words beside it; of light by its size."""
    if _WAVE.search(text[max(0, value.start - 25) : value.end + 25]):
        return True
    return _LIGHT[0] <= abs(value.number) <= _LIGHT[1] and _OPTICAL.search(text) is not None


def _electric_or_magnetic(dimension: Dimension, question: Question) -> Dimension:
    """A field without a name is that of a current where one, or turns, are given."""
    if dimension != dimension_of_unit("V/m") or _ELECTRIC.search(question.own):
        return dimension
    given = {kept_dimension(value.unit.dimensions) for value in question.values}
    return dimension_of_unit("T") if given.intersection(map(dimension_of_unit, _OF_COILS)) else dimension


def targets(question: Question) -> tuple[Dimension, ...]:
    """Dimensions of what is asked for: the unit that is wanted, and the quantities that are named after the asking."""
    if _COUNTED.search(question.asking):
        return ()
    out = [unit.dimensions for unit in units_asked(question.asking)]
    asks = _ASKS.search(question.asking)
    start = asks.start() if asks else 0
    everywhere = [(at, end, _electric_or_magnetic(d, question)) for at, end, d in quantities_in(question.asking)]
    listed = [d for at, _, d in everywhere if at >= start]
    if not listed and _LATE.search(question.asking):
        listed = [d for at, _, d in everywhere if at < start][-1:]
    named, also = listed[:1], listed[1:]
    if not named and (needed := _NEEDED.search(question.own)):
        named = [d for _, _, d in quantities_in(needed.group(0))[:1]]
    if named and is_kind(named[0]):  # "the skin depth in mm", "the gain in decibel"
        out = [d for d in out if d not in (LENGTH, _LEVEL)]
    return tuple(dict.fromkeys([*out, *named, *also]))

"""The values of a question with the words beside them."""

import re
from dataclasses import dataclass
from functools import lru_cache

from tutorsmith.data.words import words
from tutorsmith.evaluation.metrics.scope import scopes
from tutorsmith.evaluation.metrics.units import Unit, comparable
from tutorsmith.evaluation.metrics.values import Value, values_of
from tutorsmith.evidence.given import LENGTH, dimension_of_value, is_measure
from tutorsmith.evidence.needs import MATERIAL_SYMBOLS
from tutorsmith.evidence.quantities import Dimension, quantities_in
from tutorsmith.evidence.question import Question
from tutorsmith.worked.sorts import sort_after, sorts_in

_SYMBOL = re.compile(
    r"(?<![A-Za-z\\])\$?(?P<symbol>\\?[A-Za-zα-ωΑ-Ω]+(?:_?\{?[A-Za-z0-9]{1,4}\}?)?)\s*\$?\s*(?:=|≈)\s*\$?\s*$"
)
_CLAUSE = re.compile(r"[,;:.?!，。；：？！()]")
_CUT = re.compile(r"\b(?:with|and|of|in|for|to|at|on|from|by|is|are|has|have|enters?)\b", re.IGNORECASE)
_WITH = re.compile(r"\s*(?:and|by|x|×|to|和|与|、|,)\s*", re.IGNORECASE)
_BY = re.compile(r"\s*(?:by|x|×)\s*", re.IGNORECASE)
_BEFORE, _AFTER = 60, 40
_GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "η": "eta", "θ": "theta", "λ": "lambda",
    "μ": "mu", "ρ": "rho", "σ": "sigma", "τ": "tau", "φ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega", "Φ": "Phi",
    "Γ": "Gamma",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Held:
    """A value of the question: `number` in SI base units.

    text: as written there with its unit; symbol: the one that the question gives it; sort: of which sort of length it
    is; words: those beside it, `beside` their text; row: its place in "22 mm by 10 mm".
    """

    number: float
    dimension: Dimension
    unit: Unit
    text: str
    order: int
    start: int
    end: int
    symbol: str | None = None
    sort: str | None = None
    words: frozenset[str] = frozenset()
    beside: str = ""
    row: int | None = None


def symbol_named(written: str) -> str:
    """`\\varepsilon_{r}`, `εr`, `q1` -> epsilon_r, epsilon_r, q_1: as the notes' symbols are named."""
    text = re.sub(r"[\\{}$\s]", "", written)
    text = re.sub("^var(?=[a-z])", "", text)
    text = "".join(_GREEK.get(c, c) for c in text)
    base, _, below = text.partition("_")
    if not below and (found := re.fullmatch(r"([A-Za-z]+?)(\d+)", base)):
        base, below = found.groups()
    if not below and (found := re.fullmatch(f"({'|'.join(_GREEK.values())})([a-z])", base)):
        base, below = found.groups()
    return f"{base}_{below}" if below else base


def read_text(question: Question) -> str:
    """The question as its values are placed in it, with its punctuation where that moves nothing."""
    read = scopes(question.own).text
    return question.own if len(read) == len(question.own) else read


def held_in(question: Question) -> tuple[Held, ...]:
    """The values of the question itself, without numbers of figures and chapters."""
    text = read_text(question)
    values = question.measured
    named = quantities_in(text)
    out: list[Held] = []
    for k, value in enumerate(values):
        if _is_part(text, value) or is_measure(text, value):
            continue
        before = whole(text, max(values[k - 1].end if k else 0, value.start - _BEFORE), value.start)
        behind = whole(
            text, value.end, min(values[k + 1].start if k + 1 < len(values) else len(text), value.end + _AFTER)
        )
        out.append(_held(value, dimension_of_value(text, value, named), text, (before, behind), out))
    return tuple(out)


def _is_part(text: str, value: Value) -> bool:
    """A number within a formula or a name: "3x^2", "TE10"."""
    return bool(re.match(r"\s*\*?\s*[A-Za-z]\w*\s*(?:\^|\*|\()", text[value.end : value.end + 12])) and not (
        value.unit.dimensions
    )


def _held(value: Value, dimension: Dimension, text: str, around: tuple[str, str], earlier: list[Held]) -> Held:
    before, behind = around
    near = _CLAUSE.split(before)[-1]
    named = _SYMBOL.search(before)
    sort = None
    if value.unit.dimensions == LENGTH:
        close = _CLAUSE.split(behind)[0]
        listed = sorts_in(near)
        sort = sort_after(close) or (listed[-1][2] if listed else None)
        if sort is None and earlier and _WITH.fullmatch(before):
            sort = earlier[-1].sort
    text_beside = f"{near} {_CUT.split(_CLAUSE.split(behind)[0])[0]}"
    beside = frozenset(words(text_beside))
    row = (earlier[-1].row or 0) + 1 if earlier and _BY.fullmatch(text[earlier[-1].end : value.start]) else None
    if row is None and _BY.match(behind) and values_of(behind):
        row = 0
    symbol = symbol_named(named["symbol"]) if named else None
    if not value.unit.dimensions:
        dimension = _kind(dimension, symbol)
    written = text[value.start : value.end]
    place = (len(earlier), value.start, value.end)
    return Held(value.number, dimension, value.unit, written, *place, symbol, sort, beside, text_beside, row)


def _kind(dimension: Dimension, symbol: str | None) -> Dimension:
    """Of a bare number: the kind that the words beside it name, or its symbol."""
    base = (symbol or "").split("_")[0]
    if base in ("epsilon", "mu"):
        return ((MATERIAL_SYMBOLS[base], 1.0),)
    return () if symbol or any(name.startswith("[") for name, _ in dimension) else dimension


def whole(text: str, start: int, end: int) -> str:
    """A part of a text without the words that its ends cut through."""
    part = text[max(0, start) : end]
    part = part.partition(" ")[2] if 0 < start < len(text) and text[start - 1 : start + 1].isalnum() else part
    return part.rpartition(" ")[0] if end < len(text) and text[end - 1 : end + 1].isalnum() else part


@lru_cache(maxsize=65536)
def comparable_dimensions(one: Dimension, other: Dimension) -> bool:
    """As `units.comparable`; a level for each metre is a number for each metre."""
    return comparable(Unit(1.0, _without_level(one)), Unit(1.0, _without_level(other)))


def _without_level(dimension: Dimension) -> Dimension:
    """Neper per metre are 1/m."""
    return tuple(d for d in dimension if d[0] != "level") if len(dimension) > 1 else dimension

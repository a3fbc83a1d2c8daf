"""A question -> its values with the words beside them, and what it asks for."""

import re
from dataclasses import dataclass

from tutorsmith.data.words import words
from tutorsmith.evaluation.metrics.scope import scopes
from tutorsmith.evaluation.metrics.units import Unit, comparable
from tutorsmith.evaluation.metrics.values import Value, values_of
from tutorsmith.evidence.given import LENGTH, dimension_of_value, is_measure, targets
from tutorsmith.evidence.needs import MATERIAL_SYMBOLS
from tutorsmith.evidence.quantities import Dimension, quantities_in
from tutorsmith.evidence.question import Question, units_asked
from tutorsmith.worked.dimensions import physical
from tutorsmith.worked.sorts import sort_after, sorts_in

_SYMBOL = re.compile(
    r"(?<![A-Za-z\\])\$?(?P<symbol>\\?[A-Za-zα-ωΑ-Ω]+(?:_?\{?[A-Za-z0-9]{1,4}\}?)?)\s*\$?\s*(?:=|≈)\s*\$?\s*$"
)
_ASKS = re.compile(
    r"\b(?:what(?:'s| is| are| was)?|which|how (?:large|big|strong|high|great)(?: does| do)|how (?:large|big|strong|high|great|small|much|many|long|far|deep|thick|wide|fast)"
    r"(?: is| are| a)?|how|find|calculate|compute|determine|estimate|work out|i need|i want|give|state|to which|show)\b",
    re.IGNORECASE,
)
_AND = re.compile(r"\band (?:the|its|their|also|then|find|calculate)\b", re.IGNORECASE)
_LEADS_ON = re.compile(
    r"\b(?:of|in|for|between|with|on|at|when|if|that|does|do|did|must|would|will|can|could|to|from|through|by|has|have|it|"
    r"should|is|are|across|inside|outside|under|per|flows?|acts?|goes)\b|[?.;:]",
    re.IGNORECASE,
)
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_PER_LENGTH = re.compile(
    r"\b(?:per|one|each|every|a) (?:unit )?(?:length|met(?:re|er))\b|\bper m\b|每(?:单位长度|米)|单位长度", re.IGNORECASE
)
_SYMBOL_ASKED = re.compile(
    r"\b(?:is|are|find|calculate|compute|determine|get|for|and)\s+\$?(?P<symbol>\\?[A-Za-zα-ωΑ-Ω]+_\{?\w+\}?|[B-HJ-Z]|[b-hj-z]'?"
    r"|[α-ωΓΦ])\$?(?=[\s,.?!]|$)"
)
_CLAUSE = re.compile(r"[,;:.?!，。；：？！()]")
_CUT = re.compile(r"\b(?:with|and|of|in|for|to|at|on|from|by|is|are|has|have|enters?)\b", re.IGNORECASE)
_WITH = re.compile(r"\s*(?:and|by|x|×|to|和|与|、|,)\s*", re.IGNORECASE)
_BY = re.compile(r"\s*(?:by|x|×)\s*", re.IGNORECASE)
_BEFORE, _AFTER = 60, 40
_BINDS = re.compile(r"\w{0,3}\s*(?:\\?[A-Za-z]\w{0,2}\s*)?(?:of|is|=|:|为|是|about)?\s*\$?")
_NEEDED = re.compile(r"\bI (?:need|want|look for|am looking for)\b[^.?!]*", re.IGNORECASE)
_WORKS = re.compile(r"\b(?:does|do|it|this|that|not|will|would|can)\s+$", re.IGNORECASE)
_OF = re.compile(r"\s*(?:的|of|in)?\s*")
NO_ADJECTIVES = frozenset("the a an its this that these their same and or which what of is are total average much greatest largest".split())  # noqa: SIM905
_GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "η": "eta", "θ": "theta", "λ": "lambda",
    "μ": "mu", "ρ": "rho", "σ": "sigma", "τ": "tau", "φ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega", "Φ": "Phi",
    "Γ": "Gamma",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Held:
    """A value of the question: `number` in SI base units; text: as written there with its unit; symbol: the one that
    the question gives it; sort: of which sort of length it is; words: those beside it, and the text itself; row: its place in "22 mm by 10 mm"."""

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


@dataclass(frozen=True, slots=True)
class Wanted:
    """A quantity that is asked for; name: its noun; unit: as the question names it; sort: of a length; near: the words around
    it; strict: only a symbol of this very name is meant."""

    dimension: Dimension
    name: str = ""
    unit: str | None = None
    sort: str | None = None
    words: frozenset[str] = frozenset()
    symbol: str | None = None
    near: str = ""
    strict: bool = False


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
        before = _whole(text, max(values[k - 1].end if k else 0, value.start - _BEFORE), value.start)
        behind = _whole(text, value.end, min(values[k + 1].start if k + 1 < len(values) else len(text), value.end + _AFTER))
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


def wanted_in(question: Question) -> tuple[Wanted, ...]:
    """What is asked for and not given: quantities that the asking names, and units that it wants."""
    asking = question.asking
    if not quantities_in(asking) and (needed := _NEEDED.search(question.own)):
        asking = f"{needed.group(0)}. {asking}"
    units = [(unit, _written(asking, unit)) for unit in units_asked(asking)]
    given = _named_with_values(read_text(question), question)
    regions = asking_regions(asking)
    out: dict[tuple[str, Dimension], Wanted] = {}
    for start, end, dimension in quantities_in(asking):
        name = asking[start:end].lower()
        if not any(s <= start < e for s, e in regions) or _is_given(asking, start, name, given) or _means_other(asking, start, end, name):
            continue
        dimension = physical(dimension)
        unit = next((w for u, w in units if comparable_dimensions(u.dimensions, dimension)), None)
        sort = next((n for s, e, n in sorts_in(asking) if s < end and start < e), None)
        near = _whole(asking, start - 30, end + 15)
        beside = frozenset(words(near))
        if _PER_LENGTH.search(asking) and (per := per_length(dimension)):
            per_unit = f"{unit}/m" if unit else None
            out.setdefault((name, per), Wanted(per, name, per_unit, sort, beside, near=near))
        out.setdefault((name, dimension), Wanted(dimension, name, unit, sort, beside, near=near))
    for dimension in targets(question):
        if any(comparable_dimensions(w.dimension, dimension) for w in out.values()):
            continue
        unit = next((w for u, w in units if u.dimensions == dimension), None)
        if unit or any(u.dimensions == dimension for u, _ in units):
            out.setdefault(("", dimension), Wanted(dimension, "", unit, None, frozenset(words(asking))))
    return tuple(out.values())


def _kind(dimension: Dimension, symbol: str | None) -> Dimension:
    """Of a bare number: the kind that the words beside it name, or its symbol."""
    base = (symbol or "").split("_")[0]
    if base in ("epsilon", "mu"):
        return ((MATERIAL_SYMBOLS[base], 1.0),)
    return () if symbol or any(name.startswith("[") for name, _ in dimension) else dimension


def per_length(dimension: Dimension) -> Dimension:
    """The dimension of a quantity for each metre; () for a number."""
    powers = dict(dimension)
    if not any(name.startswith("[") for name in powers):
        return ()
    powers["[length]"] = powers.get("[length]", 0.0) - 1.0
    return tuple(sorted((name, power) for name, power in powers.items() if power))


def symbols_asked(asking: str) -> list[str]:
    """Symbols that are asked for: "Find B inside", "what is $E_1$"."""
    return [symbol_named(found["symbol"]) for found in _SYMBOL_ASKED.finditer(asking)]


def _whole(text: str, start: int, end: int) -> str:
    """A part of a text without the words that its ends cut through."""
    part = text[max(0, start) : end]
    part = part.partition(" ")[2] if 0 < start < len(text) and text[start - 1 : start + 1].isalnum() else part
    return part.rpartition(" ")[0] if end < len(text) and text[end - 1 : end + 1].isalnum() else part


def asking_regions(asking: str) -> list[tuple[int, int]]:
    """Where the things asked for are named: from "what", "find" and the like to the first word that leads elsewhere, and
    from "and the ..." on; the whole of a Chinese question."""
    if _CHINESE.search(asking):
        return [(0, len(asking))]
    starts = [m.start() for m in _ASKS.finditer(asking)] or [0]
    starts += [m.start() for m in _AND.finditer(asking) if m.start() > starts[0]]
    out = []
    for start in starts:
        opening = _ASKS.match(asking, start) or _AND.match(asking, start)
        begin = opening.end() if opening else start
        end = _LEADS_ON.search(asking, begin)
        out.append((start, end.start() if end else len(asking)))
    return out


def _named_with_values(text: str, question: Question) -> frozenset[tuple[str, str]]:
    """(word before, name) of quantities that stand with a value: "a field of 5 mT", "5 mm length"."""
    out = set()
    for start, end, dimension in quantities_in(text):
        for value in question.measured:
            before, behind = text[end : value.start], text[value.end : start]
            bound = (value.start >= end and _BINDS.fullmatch(before)) or (value.end <= start and _OF.fullmatch(behind))
            same = not value.unit.dimensions or comparable_dimensions(value.unit.dimensions, dimension)
            if same and bound:
                out.add((_modifier(text, start), text[start:end].lower()))
    return frozenset(out)


def _modifier(text: str, start: int) -> str:
    found = re.search(r"([A-Za-z-]+)\s+$", text[:start])
    word = found[1].lower() if found else ""
    return "" if word in NO_ADJECTIVES else word


def _is_given(text: str, start: int, name: str, given: frozenset[tuple[str, str]]) -> bool:
    """Whether a name is that of a given value: the same with no other adjective."""
    adjective = _modifier(text, start)
    return any(name == noun and adjective in ("", before) for before, noun in given)


def _means_other(text: str, start: int, end: int, name: str) -> bool:
    """"That does not work", "the energy density": names of no quantity, or of another."""
    works = name == "work" and _WORKS.search(text[:start])
    return bool(works) or ("densit" not in name and re.match(r"\w*\s+densit", text[end:]) is not None)


def _written(asking: str, unit: Unit) -> str | None:
    """The unit as it stands in the question, where it is a symbol."""
    for found in re.finditer(r"\bin (?P<unit>[A-Za-zΩ°%]+(?:/[A-Za-z]+(?:\^\d)?)?)\b", asking):
        values = values_of(f"1 {found['unit']}")
        if values and values[0].unit == unit:
            return found["unit"]
    return None


def comparable_dimensions(one: Dimension, other: Dimension) -> bool:
    return comparable(Unit(1.0, _without_level(one)), Unit(1.0, _without_level(other)))


def _without_level(dimension: Dimension) -> Dimension:
    """Neper per metre are 1/m."""
    return tuple(d for d in dimension if d[0] != "level") if len(dimension) > 1 else dimension

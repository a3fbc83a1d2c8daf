"""What a question asks for."""

import re
from dataclasses import dataclass

from tutorsmith.data.words import words
from tutorsmith.evaluation.metrics.units import Unit
from tutorsmith.evaluation.metrics.values import values_of
from tutorsmith.evidence.given import targets
from tutorsmith.evidence.quantities import Dimension, quantities_in
from tutorsmith.evidence.question import Question, units_asked
from tutorsmith.worked.dimensions import physical
from tutorsmith.worked.held import comparable_dimensions, read_text, symbol_named, whole
from tutorsmith.worked.sorts import sorts_in

_ASKS = re.compile(
    r"\b(?:what(?:'s| is| are| was)?|which|how (?:large|big|strong|high|great)(?: does| do)|"
    r"how (?:large|big|strong|high|great|small|much|many|long|far|deep|thick|wide|fast)(?: is| are| a)?|how|find|"
    r"calculate|compute|determine|estimate|work out|i need|i want|give|state|to which|show)\b",
    re.IGNORECASE,
)
_AND = re.compile(r"\band (?:the|its|their|also|then|find|calculate)\b", re.IGNORECASE)
_LEADS_ON = re.compile(
    r"\b(?:of|in|for|between|with|on|at|when|if|that|does|do|did|must|would|will|can|could|to|from|through|by|has|have|"
    r"it|should|is|are|across|inside|outside|under|per|flows?|acts?|goes)\b|[?.;:]",
    re.IGNORECASE,
)
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_PER_LENGTH = re.compile(
    r"\b(?:per|one|each|every|a) (?:unit )?(?:length|met(?:re|er))\b|\bper m\b|每(?:单位长度|米)|单位长度",
    re.IGNORECASE,
)
_SYMBOL_ASKED = re.compile(
    r"\b(?:is|are|find|calculate|compute|determine|get|for|and)\s+\$?(?P<symbol>\\?[A-Za-zα-ωΑ-Ω]+_\{?\w+\}?|[B-HJ-Z]"
    r"|[b-hj-z]'?|[α-ωΓΦ])\$?(?=[\s,.?!]|$)"
)
_BINDS = re.compile(r"\w{0,3}\s*(?:\\?[A-Za-z]\w{0,2}\s*)?(?:of|is|=|:|为|是|about)?\s*\$?")
_NEEDED = re.compile(r"\bI (?:need|want|look for|am looking for)\b[^.?!]*", re.IGNORECASE)
_WORKS = re.compile(r"\b(?:does|do|it|this|that|not|will|would|can)\s+$", re.IGNORECASE)
_OF = re.compile(r"\s*(?:的|of|in)?\s*")
NO_ADJECTIVES = frozenset(
    """
    the a an its this that these their same and or which what of is are total average much greatest largest
    """.split()  # noqa: SIM905 - a list of words is read more easily
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A quantity that is asked for; name: its noun; unit: as the question names it; sort: of a length; near: the words
    around it; strict: only a symbol of this very name is meant."""

    dimension: Dimension
    name: str = ""
    unit: str | None = None
    sort: str | None = None
    words: frozenset[str] = frozenset()
    symbol: str | None = None
    near: str = ""
    strict: bool = False


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
        if (
            not any(s <= start < e for s, e in regions)
            or _is_given(asking, start, name, given)
            or _means_other(asking, start, end, name)
        ):
            continue
        dimension = physical(dimension)
        unit = next((w for u, w in units if comparable_dimensions(u.dimensions, dimension)), None)
        sort = next((n for s, e, n in sorts_in(asking) if s < end and start < e), None)
        near = whole(asking, start - 30, end + 15)
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


def asking_regions(asking: str) -> list[tuple[int, int]]:
    """Where the things asked for are named; the whole of a Chinese question.

    From "what", "find" and the like to the first word that leads elsewhere, and from "and the ..." on.
    """
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
    """ "That does not work", "the energy density": names of no quantity, or of another."""
    works = name == "work" and _WORKS.search(text[:start])
    return bool(works) or ("densit" not in name and re.match(r"\w*\s+densit", text[end:]) is not None)


def _written(asking: str, unit: Unit) -> str | None:
    """The unit as it stands in the question, where it is a symbol."""
    for found in re.finditer(r"\bin (?P<unit>[A-Za-zΩ°%]+(?:/[A-Za-z]+(?:\^\d)?)?)\b", asking):
        values = values_of(f"1 {found['unit']}")
        if values and values[0].unit == unit:
            return found["unit"]
    return None

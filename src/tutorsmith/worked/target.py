"""Which symbol of an equation is the one that is asked for, as a cost; and what the notes' own names ask for."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from tutorsmith.data.words import words
from tutorsmith.evidence.quantities import Dimension, dimension_of_name, dimension_of_unit, quantities_in
from tutorsmith.worked.asked import NO_ADJECTIVES, Wanted, asking_regions, symbols_asked
from tutorsmith.worked.held import comparable_dimensions
from tutorsmith.worked.match import is_number, sort_of
from tutorsmith.worked.near import Near
from tutorsmith.worked.sorts import agree, index_fits, sorts_in
from tutorsmith.worked.typed import Typed, plain

_NAMED, _OTHER_NAME, _OTHER_SORT, _INDEX = -0.3, 0.5, 0.7, 0.2
_SHARED, _MOST_SHARED = 0.06, 0.5
_KNOWN_ELSEWHERE = 0.9
"""Against a symbol for a wavelength, when a guide wavelength is asked for and the notes call another one so."""
_LONG = 6
_MOST_MEANINGS = 2
_HEADS = frozenset(
    [
        "density",
        "densities",
        "coefficient",
        "factor",
        "constant",
        "amplitude",
        "number",
        "ratio",
        "strength",
        "component",
    ]
)
"""Words that name a quantity only together with others."""
_JOULE: Dimension = dimension_of_unit("J")


def target_cost(near: Near, wanted: Wanted, typed: Typed, symbol: str) -> float | None:
    """What weighs against this symbol as the one that is asked for."""
    told = typed.place.told
    if not _answers(wanted, typed.dimensions[symbol], symbol) and not (
        typed.dimensions[symbol] == ()
        and is_number(wanted.dimension)
        and wanted.name
        and wanted.name in told
        and all(dimension_of_name(n) in (None, wanted.dimension) for n in typed.names.get(symbol, ()))
    ):
        return None
    names = typed.names.get(symbol, ())
    if wanted.strict and not any(wanted.name in name for name in names):
        return None
    if wanted.symbol and wanted.symbol not in (symbol, plain(symbol), symbol.partition("_")[0]):
        return None
    sort = sort_of(symbol, typed)
    cost = 0.0
    if wanted.sort and sort and not agree(wanted.sort, sort):
        cost += _OTHER_SORT
    cost += _qualified(near, wanted, names, told)
    if wanted.name and any(wanted.name in name for name in names):
        cost += _NAMED
    elif wanted.dimension == _JOULE and any(dimension_of_name(name) == wanted.dimension for name in names):
        cost += _OTHER_NAME
    elif wanted.name and wanted.name in told:
        cost += _NAMED / 2
    index = index_fits(plain(symbol).partition("_")[2], wanted.near)
    cost += 0.0 if index is None else -_INDEX if index else _INDEX
    shared = {w for name in (*names[:3], told) for w in words(name)} & wanted.words
    others = [n for s in typed.symbols if s != symbol for n in typed.names.get(s, ()) if " " in n]
    if any(_within(n, wanted) for n in others) and not any(_within(n, wanted) for n in names):
        return None
    return cost - min(_SHARED * sum(map(near.course.weight, shared)), _MOST_SHARED)


def named(near: Near) -> list[Wanted]:
    """What the asking names as the notes name a symbol: "the loss tangent", "the reluctance"; and symbols."""
    asking = near.question.asking
    regions = " | ".join(asking[start:end] for start, end in asking_regions(asking))
    text = f" {' '.join(words(regions))} "
    out: dict[tuple[str, Dimension], Wanted] = {}
    for typed, _ in near.equations:
        for symbol in typed.symbols:
            dimension = typed.dimensions[symbol]
            for name in _endings(typed.names.get(symbol, ())):
                stems = words(name)
                if stems and not _is_common(name) and f" {' '.join(stems)} " in text:
                    out.setdefault((name, dimension), Wanted(dimension, name, words=frozenset(stems), strict=True))
            for asked in symbols_asked(asking):
                if asked in (symbol, plain(symbol)):
                    out.setdefault((asked, dimension), Wanted(dimension, "", symbol=asked))
    first: dict[str, Wanted] = {}
    for one in out.values():
        first.setdefault(one.name or one.symbol or "", one)
    meanings = Counter(name for name, _ in out)
    return [one for one in first.values() if meanings[one.name] <= _MOST_MEANINGS]


def _qualified(near: Near, wanted: Wanted, names: Sequence[str], told: str) -> float:
    """By the word before the name: a surface resistance is no radiation resistance, where the notes know both."""
    adjective = re.search(r"([A-Za-z-]+)\s+" + re.escape(wanted.name), wanted.near.lower()) if wanted.name else None
    if adjective is None or adjective[1] in NO_ADJECTIVES:
        return 0.0
    phrase = f"{adjective[1]} {wanted.name}"
    if phrase in told or any(phrase in name for name in names):
        return -_INDEX
    known = [name for name in names if wanted.name in name]
    elsewhere = any(phrase in name for name in near.phrases)
    if elsewhere:
        return _KNOWN_ELSEWHERE
    return _OTHER_NAME if known and not any(name.startswith(wanted.name) for name in known) else 0.0


def _is_common(name: str) -> bool:
    """Whether it is one word that names no quantity by itself, or one that everybody uses."""
    one = " " not in name
    return one and (len(name) < _LONG or name in _HEADS or bool(quantities_in(name)) or bool(sorts_in(name)))


def _endings(names: Sequence[str]) -> Iterator[str]:
    """Names and their ends: "core of reluctance", "of reluctance", "reluctance"."""
    for name in names:
        parts = name.split()
        yield from (" ".join(parts[k:]) for k in range(len(parts)))


def _within(name: str, wanted: Wanted) -> bool:
    """Whether a name of several words is what is asked for."""
    return set(words(name)) <= wanted.words


def _answers(wanted: Wanted, dimension: Dimension, symbol: str) -> bool:
    told = wanted.dimension
    if not dimension:
        return told == () and bool(wanted.name or wanted.symbol)
    if told == dimension or (told and comparable_dimensions(told, dimension)):
        return True
    if dimension == (("skin depth", 1.0),):
        return told == (("[length]", 1.0),) and wanted.sort == "depth"
    return dimension == (("[length]", 1.0),) and told == (("wavelength", 1.0),) and symbol.startswith("lambda")

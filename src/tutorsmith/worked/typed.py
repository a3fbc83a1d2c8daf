"""Equations of the notes with what their symbols are: dimensions that agree, and the names that the notes give."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from tutorsmith.data.words import words
from tutorsmith.evidence.formulas import Formulary, Relation
from tutorsmith.evidence.needs import dimension_in
from tutorsmith.evidence.quantities import Dimension, dimension_of_name, dimension_of_unit, quantities_in
from tutorsmith.tools.constants import CONSTANTS
from tutorsmith.worked.dimensions import consistent, physical, powers_of
from tutorsmith.worked.equations import Equation, equations_in
from tutorsmith.worked.sorts import shapes_in, sorts_in

CONSTANT_SYMBOLS: Mapping[str, str] = {
    "epsilon_0": "epsilon_0",
    "mu_0": "mu_0",
    "c": "c",
    "eta_0": "eta_0",
    "e": "q_e",
    "k_B": "k_B",
    "m_e": "m_e",
}
"""Symbols of the notes that are constants, as the calculator names them."""
ABSOLUTE = {"epsilon": "F/m", "mu": "H/m"}
"""What a permittivity and a permeability are that have no index r."""
_LEAD = re.compile(r"(?P<name>(?:[A-Za-z-]+ ){0,2}[A-Za-z-]+)(?: is)?:?\**\s*$")
_NO_NAMES = frozenset(
    "means find gives give brings suppose assume while since vanishes terms becomes call denotes follow then".split()  # noqa: SIM905
)
"""Words before a symbol that are no names."""
_OMEGA = dimension_of_unit("rad/s")
_TRIGONOMETRIC = ("sin", "cos", "tan")


_SPECIAL = re.compile(
    r"(?:limiting case|limit|check|mistake|far away|for \$[^$]*(?:gg|ll))[^.]{0,60}$|极限|检验", re.IGNORECASE
)
_CONNECTED = frozenset(["series", "side by side", "inside", "outside"])
"""What a sentence says of its own equation, whatever the heading speaks of."""


@dataclass(frozen=True, slots=True)
class Place:
    """What stands around an equation: its words, whether it is a special case, the bodies that it is of, the sentence
    that leads to it."""

    words: frozenset[str]
    special: bool
    bodies: frozenset[str]
    told: str

    @classmethod
    def of(cls, text: str, heading: str, start: int, end: int) -> "Place":
        before, behind = text[max(0, start - 200) : start], text[end : end + 120]
        paragraph = before.rstrip().split("\n\n")[-1]
        sentence = paragraph.rpartition(". ")[2]
        close = sentence.rpartition("$")[2]
        told = close if quantities_in(close) or sorts_in(close) else sentence
        headed, here = shapes_in(heading), shapes_in(sentence)
        bodies = here & (headed | _CONNECTED) or shapes_in(paragraph) & headed or headed or here or shapes_in(text)
        around = frozenset((*words(paragraph), *words(behind.split("\n\n")[0])))
        return cls(around, bool(_SPECIAL.search(before)), bodies, told.lower())


@dataclass(frozen=True, slots=True)
class Typed:
    """dimensions and names by symbol; the equation's own symbols without constants are `symbols`."""

    equation: Equation
    dimensions: Mapping[str, Dimension]
    names: Mapping[str, tuple[str, ...]]
    place: Place
    symbols: tuple[str, ...]


def plain(symbol: str) -> str:
    """The symbol as the glossary has it: E_max is an E."""
    base, _, below = symbol.partition("_")
    below = re.sub("max|min|cal|Delta", "", below)
    return f"{base}_{below}" if below else base


def typed_in(text: str, heading: str, chunk: int, formulary: Formulary) -> list[Typed]:
    """The equations of a chunk whose symbols have dimensions that agree; of several readings the first that does.

    What one equation tells of a symbol serves those after it.
    """
    out: dict[tuple[str, int, int, str], Typed] = {}
    told: dict[str, Dimension] = {}
    for equation in equations_in(text, chunk):
        key = (equation.latex, equation.start, len(equation.symbols), equation.kind)
        if key not in out and (made := _typed(equation, text, heading, formulary, told)) is not None:
            out[key] = made
            told.update({s: d for s, d in made.dimensions.items() if s not in told})
    return list(out.values())


def _typed(
    equation: Equation, text: str, heading: str, formulary: Formulary, told: Mapping[str, Dimension]
) -> Typed | None:
    angles = frozenset(_angles(equation.left) + _angles(equation.right))
    candidates: dict[str, list[Dimension]] = {}
    names: dict[str, tuple[str, ...]] = {}
    for symbol in equation.symbols:
        if symbol in CONSTANT_SYMBOLS:
            unit = CONSTANTS[CONSTANT_SYMBOLS[symbol]][1]
            candidates[symbol] = [dimension_of_unit(unit)]
            continue
        names[symbol] = _names(plain(symbol), equation.names[symbol], text, equation.chunk, formulary)
        first = [told[symbol]] if symbol in told else []
        found = _candidates(symbol, angles, names[symbol], equation.chunk, formulary)
        candidates[symbol] = list(dict.fromkeys([*first, *found]))
    if "omega" in candidates:
        candidates["omega"] = [_OMEGA]
    if equation.left[0] == "sym" and equation.left[1] in names and (lead := _lead(text[: equation.start])):
        symbol = equation.left[1]
        names[symbol] = (lead, *(name for name in names[symbol] if name != lead))[:3]
    choice = consistent(equation.left, equation.right, candidates)
    if choice is None:
        return None
    place = Place.of(text, heading, equation.start, equation.end)
    kept = {s: tuple(n for n in found if not _contradicts(n, choice[s])) for s, found in names.items()}
    return Typed(equation, choice, kept, place, tuple(names))


def _contradicts(name: str, dimension: Dimension) -> bool:
    """Whether a name is that of another quantity."""
    told = dimension_of_name(name)
    return bool(told and dimension) and powers_of(physical(told or ())) != powers_of(dimension)


def _names(symbol: str, latex: str, text: str, chunk: int, formulary: Formulary) -> tuple[str, ...]:
    """What the nearest part of the notes that names a symbol calls it: the chunk, its source, all notes."""
    if found := _told_beside(latex, text):
        return (found, *(name for name, _ in formulary.chunks[chunk].names.get(symbol, Counter()).most_common(2)))
    for glossary in (formulary.chunks[chunk], formulary.sources[formulary.source_of[chunk]], formulary.whole):
        listed = (name for name, _ in glossary.names.get(symbol, Counter()).most_common(5))
        if kept := [name for name in listed if name.split()[-1] not in _NO_NAMES]:
            return tuple(kept[:3])
    return ()


def _lead(before: str) -> str | None:
    """The name right before an equation: "the cutoff wavelength $\\lambda_c=v/f_c$"."""
    found = _LEAD.search(before[-60:])
    if found is None:
        return None
    name = " ".join(w for w in found["name"].lower().split() if w not in ("the", "a", "an", "of", "is", "and", "with"))
    return name if name and (sorts_in(name) or dimension_of_name(name)) else None


def _told_beside(latex: str, text: str) -> str | None:
    """The name beside a symbol that stands with a condition or a sign of change: "radius $a<d$", "$\\Delta f$ the
    half-power bandwidth"."""
    written = re.escape(latex)
    if before := re.search(rf"(?P<name>[A-Za-z-]+(?: [A-Za-z-]+)?) \$\s*{written}\s*[<>\\]", text):
        name = str(before["name"]).lower()
        return name if sorts_in(name) or dimension_of_name(name) else None
    after = re.search(rf"\$\s*{written}\s*\$ (?:is )?the (?P<name>[a-z-]+(?: [a-z-]+)?)(?= in\b|[,.]| of\b)", text)
    return str(after["name"]).lower() if after else None


def _candidates(
    symbol: str, angles: frozenset[str], names: tuple[str, ...], chunk: int, formulary: Formulary
) -> list[Dimension]:
    """What the notes say of a symbol, the likeliest first."""
    out: dict[Dimension, None] = {}
    first = dimension_in(formulary, plain(symbol), Relation((symbol,), angles, chunk))
    if first is not None:
        out.setdefault(first)
    base = plain(symbol).split("_")[0].rstrip("'")
    if base in ABSOLUTE and not plain(symbol).partition("_")[2].startswith("r"):
        out.setdefault(dimension_of_unit(ABSOLUTE[base]))
    for name in names[:3]:
        if named := dimension_of_name(name):
            out.setdefault(named)
    for glossary in (formulary.chunks[chunk], formulary.sources[formulary.source_of[chunk]], formulary.whole):
        for key in dict.fromkeys((plain(symbol), base)):
            for dimension in glossary.dimensions.get(key, {}):
                out.setdefault(dimension)
    return [physical(dimension) for dimension in out]


def _angles(tree: tuple) -> list[str]:  # type: ignore[type-arg]
    """Symbols that stand alone within a sine, cosine or tangent."""
    if tree[0] == "fn":
        inner = [tree[2][1]] if tree[1] in _TRIGONOMETRIC and tree[2][0] == "sym" else []
        return inner + _angles(tree[2])
    if tree[0] in ("add", "mul"):
        return [s for part in tree[1] for s in _angles(part)]
    return _angles(tree[1]) + _angles(tree[2]) if tree[0] == "pow" else []

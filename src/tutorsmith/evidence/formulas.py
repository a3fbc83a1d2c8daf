"""Notes -> relations between quantities: which symbols stand in one formula, and what each symbol is.

Nothing is solved here. A relation `C = epsilon_0*epsilon_r*A/d` says that any one of C, epsilon_r, A and d follows from
the others; that is all that is needed to see whether a question gives enough.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from tutorsmith.evaluation.metrics.units import Unit, parse_unit
from tutorsmith.evaluation.metrics.values import values_of
from tutorsmith.evidence.quantities import Dimension, dimension_of_name, kept_dimension
from tutorsmith.retrieval.chunk import Chunk

_MATH = re.compile(r"\$\$(?P<display>.+?)\$\$|\$(?P<inline>[^$]+?)\$", re.DOTALL)
# What is no relation between numbers: integrals, derivatives, sums, limits.
_CALCULUS = re.compile(
    r"\\(?:int|oint|iint|nabla|partial|sum|prod|lim|mapsto|ldots|cdots|langle|ll|gg|neq)(?![A-Za-z])"
    r"|\\frac\{\s*d[^}]*\}\{\s*d|(?<![A-Za-z\\])d(?:[A-Za-z]|\\[A-Za-z])"
)
_DRESS = re.compile(
    r"\\(?:mathbf|mathrm|mathit|mathcal|boldsymbol|bm|vec|bar|tilde|text|operatorname|left|right|displaystyle|dot)(?![A-Za-z])"
)
_UNIT_VECTOR = re.compile(r"\\hat\s*(?:\{(?:[^{}]|\{[^{}]*\})*\}|\\?[A-Za-z]+)")
SYMBOL = re.compile(
    r"(?P<base>\\[A-Za-z]+|[A-Za-z])(?P<primes>'*)"
    r"(?:_(?:\{(?P<long>(?:[^{}]|\{[^{}]*\})*)\}|(?P<short>\\[A-Za-z]+|[A-Za-z0-9])))?"
)
FUNCTION_NAMES = frozenset(
    """
    frac dfrac tfrac sqrt ln log exp sin cos tan cot sinh cosh tanh arcsin arccos arctan cdot times quad qquad pm mp
    approx le ge leq geq infty circ max min Re Im hat propto sim angle deg big Big bigl bigr
    """.split()  # noqa: SIM905 - a list of words is read more easily
)
_TRIGONOMETRIC = re.compile(
    r"\\(?:sin|cos|tan)(?![A-Za-z])(?:\s*\^\s*\{?-?\d\}?)?\s*\\?[,( ]*(?P<symbol>\\(?:theta|phi|varphi|alpha|psi|beta)"
    r"(?:_\{?[A-Za-z0-9]+\}?)?)"
)
CONSTANTS = frozenset(["pi", "epsilon_0", "mu_0", "c", "e", "j", "eta_0", "k_B", "i"])
_ANGLE: Dimension = (("angle", 1.0),)
ANGLE_BETWEEN = "theta_between"
_VECTOR_PRODUCT = re.compile(r"\\mathbf\{?[A-Za-z]\}?\s*\\(?:times|cdot)\s*\\mathbf\{?[A-Za-z]")
DIFFERENCE = re.compile(r"(?P<base>\\?[A-Za-z]+)_\{?\w+\}?\s*-\s*(?P=base)_\{?\w+\}?")
_MOST = 9
"""A formula of more symbols is no relation that a question asks for."""
_EQUALS = re.compile(r"=|\\approx|\\equiv")
_PARTS = re.compile(r"\\qquad|\\quad|;|,(?=\s*(?:\\[A-Za-z]|[A-Za-z]))")
_WORD = re.compile(r"[A-Za-z][A-Za-z-]+|[\u4e00-\u9fff]+")
_NAME_STOP = frozenset(
    """
    the a an of is are and or with where when for in at to its by has have that which from on be as then here so it
    given this these both each same also gives give use using if let than about between not
    """.split()  # noqa: SIM905
)
_UNIT_AFTER = re.compile(
    r",?\s*(?:\(?\s*(?:is|are|both|all)?\s*(?:measured\s+)?in\s+|，?的?单位(?:为|是)?\s*)(?P<unit>[A-Za-zΩ°%][A-Za-zΩ]*(?:\^-?\d)?"
    r"(?:\s?[/*·]\s?\(?[A-Za-zΩ]+(?:\^-?\d)?\)?)*)"
)
_IS_THE = re.compile(r"\s*(?:is|are|,|being|denotes)?\s*(?:the|an?)\s+(?P<name>[A-Za-z][A-Za-z -]{2,50})")


@dataclass(frozen=True, slots=True)
class Relation:
    """Symbols of one formula without constants. angles: those inside sin, cos, tan; chunk: its place in the index."""

    symbols: tuple[str, ...]
    angles: frozenset[str]
    chunk: int


@dataclass
class Glossary:
    """What symbols are, as told in one place: dimensions counted, names as the notes word them."""

    dimensions: dict[str, Counter[Dimension]] = field(default_factory=lambda: defaultdict(Counter))
    names: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))


@dataclass(frozen=True)
class Formulary:
    """relations by the position of their chunk in the index; glossaries by chunk, by source and of all notes."""

    relations: Mapping[int, tuple[Relation, ...]]
    chunks: Mapping[int, Glossary]
    sources: Mapping[str, Glossary]
    whole: Glossary
    source_of: Mapping[int, str]

    def dimension(self, symbol: str, chunk: int) -> Dimension | None:
        """As the chunk says or names it, else its source, else all notes. None: never said; (): a bare number."""
        for told in self._near(chunk):
            if found := told.dimensions.get(symbol):
                return found.most_common(1)[0][0]
            named = (dimension_of_name(name) for name, _ in told.names.get(symbol, Counter()).most_common(3))
            if dimension := next((d for d in named if d), None):
                return dimension
        base = symbol.split("_")[0].rstrip("'")
        return None if base == symbol else self.dimension(base, chunk)

    def names(self, symbol: str, chunk: int) -> tuple[str, ...]:
        """Names of a symbol, those of the chunk first."""
        out: dict[str, None] = {}
        for told in self._near(chunk):
            for name, _ in told.names.get(symbol, Counter()).most_common(3):
                out.setdefault(name)
        return tuple(out)

    def _near(self, chunk: int) -> tuple[Glossary, ...]:
        return self.chunks[chunk], self.sources[self.source_of[chunk]], self.whole


def symbol_of(found: re.Match[str], *, whole: bool = False) -> str:
    """`\\varepsilon_{r1}` -> epsilon_r1. whole: E_{max} stays E_max, and is not E."""
    base = re.sub(r"^var(?=[a-z])", "", found["base"].lstrip("\\"))
    dropped = r"[\\{}\s,]|mathrm|text" + ("" if whole else "|max|min")
    below = re.sub(dropped, "", found["long"] or found["short"] or "")
    return base + found["primes"] + ("_" + below if below else "")


def without_dress(latex: str) -> str:
    """A formula without unit vectors, typefaces and spaces of LaTeX."""
    return re.sub(r"\\[,;:! ]", " ", _DRESS.sub(" ", _UNIT_VECTOR.sub(" ", latex)))


def math_in(text: str) -> Iterator[tuple[int, int, str]]:
    """(start, end, LaTeX) of the formulas of a passage, with those that stand side by side in one."""
    for found in _MATH.finditer(text):
        yield found.start(), found.end(), found["display"] or found["inline"]


def sides_of(formula: str) -> list[str]:
    """The sides of a chain of equations; one that is calculus has none."""
    return [] if _CALCULUS.search(formula) else _EQUALS.split(formula)


@lru_cache(maxsize=8192)
def symbols_in(latex: str) -> tuple[str, ...]:
    """Symbols of a formula without functions and constants, each once, in order."""
    plain = DIFFERENCE.sub(r"\g<base>", without_dress(latex))
    out: dict[str, None] = {}
    for found in SYMBOL.finditer(plain):
        if found["base"].lstrip("\\") in FUNCTION_NAMES:
            continue
        name = symbol_of(found)
        if name not in CONSTANTS:
            out.setdefault(name)
    return tuple(out)


def relations_in(text: str, chunk: int) -> Iterator[Relation]:
    """Relations of a passage. A chain `W = CV^2/2 = Q^2/(2C)` is one for its first side and each of the others."""
    for _, _, formula in math_in(text):
        for part in _PARTS.split(formula):
            sides = sides_of(part)
            if len(sides) < 2:
                continue
            first = symbols_in(sides[0])
            for side in sides[1:]:
                between = (ANGLE_BETWEEN,) if _VECTOR_PRODUCT.search(side) else ()
                symbols = tuple(dict.fromkeys((*first, *symbols_in(side), *between)))
                if first and 2 <= len(symbols) <= _MOST:
                    turned = [s for m in _TRIGONOMETRIC.finditer(part) for s in symbols_in(m["symbol"])]
                    yield Relation(symbols, frozenset((*turned, *between)) & frozenset(symbols), chunk)


def gather(glossary: Glossary, text: str) -> None:
    """Enter what a passage says of its symbols: "Given: $A = 100$ cm^2", "area $A$ (in m^2)", "$Q$ is the charge"."""
    values = values_of(text)
    for found in _MATH.finditer(text):
        inline = found["inline"]
        if inline is None:  # "$$F = ...$$ in N": the unit is that of the first side
            shown = symbols_in(found["display"].split("=")[0])
            if len(shown) == 1 and (unit := _unit_after(text, found.end())):
                glossary.dimensions[shown[0]][unit.dimensions] += 3
            continue
        sides = inline.split("=")
        symbols = symbols_in(sides[0])
        if len(symbols) != 1 or len(sides) > 2 or not re.fullmatch(r"[\s\\{}A-Za-z0-9_']+", sides[0]):
            continue
        symbol = symbols[0]
        if len(sides) == 2:
            place = found.start() + inline.index("=")
            value = next((v for v in values if place <= v.start <= found.end() and v.end >= found.end() - 1), None)
            if value is not None and value.number and re.fullmatch(r"[\s\d.\\times^{}()\-+]*", sides[1]):
                glossary.dimensions[symbol][kept_dimension(value.unit.dimensions)] += 2
        if unit := _unit_after(text, found.end()):
            glossary.dimensions[symbol][unit.dimensions] += 3
        _enter_names(glossary, symbol, text, found)


def _enter_names(glossary: Glossary, symbol: str, text: str, found: re.Match[str]) -> None:
    before = re.split(r"[.,;:()$\n]", text[max(0, found.start() - 60) : found.start()])[-1]
    name: list[str] = []
    for word in reversed(_WORD.findall(before)):
        if word.lower() in _NAME_STOP and not (word == "of" and name):
            break
        name.insert(0, word)
    if name and name[0] != "of" and len(name) <= 4:
        glossary.names[symbol][" ".join(name).lower()] += 1
    if after := _IS_THE.match(text, found.end()):
        told = re.split(r"\b(?:in|is|are|and|with|from|which|that|to|at)\b", after["name"])[0].strip().lower()
        if told:
            glossary.names[symbol][told] += 2


def _unit_after(text: str, end: int) -> Unit | None:
    found = _UNIT_AFTER.match(text, end)
    return parse_unit(found["unit"]) if found else None


def formulary(chunks: Iterable[Chunk]) -> Formulary:
    """All relations and symbols of the notes."""
    relations: dict[int, tuple[Relation, ...]] = {}
    local: dict[int, Glossary] = {}
    sources: dict[str, Glossary] = defaultdict(Glossary)
    source_of: dict[int, str] = {}
    whole = Glossary()
    for position, chunk in enumerate(chunks):
        made = relations_in(chunk.text, position)
        relations[position] = tuple(dict.fromkeys(made))
        local[position] = Glossary()
        source_of[position] = chunk.source
        for glossary in (local[position], sources[chunk.source], whole):
            gather(glossary, chunk.text)
            for relation in relations[position]:
                for symbol in relation.angles:
                    glossary.dimensions[symbol][_ANGLE] += 1
    return Formulary(relations, local, sources, whole, source_of)

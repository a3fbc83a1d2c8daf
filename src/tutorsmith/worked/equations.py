"""Notes -> equations that can be calculated with: trees of numbers and symbols, with the LaTeX that they came from.

$C=\\frac{\\varepsilon_0A}{d}$  ->  Equation(left=("sym", "C"), right=..., latex="C=\\frac{...}{d}")

Symbols are replaced by numbered ones before the formula is read, so that no letter is taken for a differential, a
function or a part of a word.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from tutorsmith.evaluation.metrics.formula_lexer import FormulaError
from tutorsmith.evaluation.metrics.formula_parser import Reading, parse_sides
from tutorsmith.evaluation.metrics.formula_tree import Tree, rename, symbols
from tutorsmith.evidence.formulas import (
    DIFFERENCE,
    FUNCTION_NAMES,
    SYMBOL,
    math_in,
    sides_of,
    symbol_of,
    without_dress,
)

_READINGS = (Reading(), Reading(wide=True))
_VECTOR = re.compile(r"\\(?:mathbf|boldsymbol|vec)(?![A-Za-z])")
_VECTOR_ONLY = re.compile(r"\\times(?![A-Za-z])|\\cdot(?![A-Za-z])|\+|(?<=[^{^=(\s])\s*-")
_NO_QUANTITY = re.compile(
    r"\\(?:text|operatorname)(?![A-Za-z])|\\(?:tilde|hat)(?![A-Za-z])|\\ldots|\\pm(?![A-Za-z])|\\sim|\\$"
)
_ARGUMENT = re.compile(r"^(?P<name>[^()]+)\((?:[a-z]|\\[a-z]+)\)$")
_SWINGS = re.compile(r"(?<!\^)\\(?:sin|cos)\s*\(?\\omega\s*t\)?")
_RATE = re.compile(r"\\frac\s*\{\s*d\s*(?P<what>\\?[A-Za-z]+(?:_\w)?)\s*\}\s*\{\s*dt\s*\}")
_EQUALS = re.compile(r"=")
_CALLIGRAPHIC = re.compile(r"\\mathcal\s*\{?\s*(?P<letter>[A-Z])\s*\}?")
_CHANGE = re.compile(r"\\Delta\s*(?P<symbol>\\[A-Za-z]+|[A-Za-z])(?!_)")
_IMAGINARY = frozenset("ij")
_PARTS = re.compile(r"\\qquad|\\quad|(?<!\\);|(?<!\\),(?=\s*(?:\\[A-Za-z]|[A-Za-z]))")
_MOST = 9
"""An equation of more symbols is none that a question asks for."""


@dataclass(frozen=True, slots=True)
class Equation:
    """left and right: trees whose symbols are named as in `evidence.formulas`; latex: as in the notes; start, end: its
    place in the text of the chunk; names: LaTeX of each symbol; kind: "peak" of the greatest value of what swings in
    time, "rate" of an even change, else empty."""

    left: Tree
    right: Tree
    latex: str
    chunk: int
    start: int
    end: int
    names: Mapping[str, str]
    kind: str = ""

    @property
    def symbols(self) -> tuple[str, ...]:
        return tuple(self.names)


def equations_in(text: str, chunk: int) -> Iterator[Equation]:
    """Equations of a passage, each reading of an ambiguous one for itself. A chain `W = CV^2/2 = Q^2/(2C)` is one for
    its first side and each of the others."""
    for start, end, formula in math_in(text):
        for part in _PARTS.split(formula):
            sides = sides_of(part)
            for side in sides[1:]:
                latex = f"{sides[0].strip()}={side.strip()}"
                for left, right, names in _readings(sides[0], side):
                    yield Equation(left, right, latex, chunk, start, end, names)
                if _SWINGS.search(side):
                    for left, right, names in _readings(sides[0], _SWINGS.sub(" ", side)):
                        yield Equation(left, right, latex, chunk, start, end, names, "peak")
            if _RATE.search(part):
                yield from _rates(part, chunk, start, end)


def _rates(part: str, chunk: int, start: int, end: int) -> Iterator[Equation]:
    """Of an equation with one derivative by time, that of an even change: the change over its time."""
    sides = _EQUALS.split(part)
    for side in sides[1:]:
        if _RATE.search(side) and len(sides) > 1:
            for left, right, names in _readings(sides[0], _RATE.sub(r"\\frac{\g<what>}{t}", side)):
                yield Equation(left, right, f"{sides[0].strip()}={side.strip()}", chunk, start, end, names, "rate")


def _readings(left: str, right: str) -> Iterator[tuple[Tree, Tree, Mapping[str, str]]]:
    """All readings of an equation; a difference of one quantity, V_b - V_a, is besides read as one symbol, V."""
    seen: set[Tree] = set()
    for side in dict.fromkeys((right, DIFFERENCE.sub(r"\g<base>", right))):
        for reading in _READINGS:
            made = _equation(left, side, reading)
            if made is not None and made[1] not in seen:
                seen.add(made[1])
                yield made


@lru_cache(maxsize=8192)
def _equation(left: str, right: str, reading: Reading) -> tuple[Tree, Tree, Mapping[str, str]] | None:
    if _NO_QUANTITY.search(left + right) or _vectors(left, right):
        return None
    names: dict[str, tuple[str, str]] = {}
    texts = [_numbered(_ARGUMENT.sub(r"\g<name>", side.strip()), names) for side in (left, right)]
    back = {placeholder: name for name, (placeholder, _) in names.items()}
    if not names or len(names) > _MOST or _IMAGINARY & set(names):
        return None
    try:
        sides, _ = parse_sides("=".join(texts), reading)
    except (FormulaError, RecursionError):
        return None
    if len(sides) != 2:
        return None
    one, other = (rename(side, back) for side in sides)
    if _is_plain(one) and _is_plain(other):
        return None  # "at r = a" is a condition
    used = symbols(one) | symbols(other)
    if used != set(names) or not symbols(one) or not symbols(other):
        return None
    return one, other, {name: _as_written(latex) for name, (_, latex) in names.items()}


def _as_written(latex: str) -> str:
    """A symbol as the notes have it: \\mathcal{R} and \\Delta f, which are read as R_{cal} and f_{\\Delta}."""
    if latex.endswith("_{cal}"):
        return rf"\mathcal{{{latex[:-6]}}}"
    return rf"\Delta {latex[:-9]}" if latex.endswith(r"_{\Delta}") else latex


def _is_plain(side: Tree) -> bool:
    return side[0] == "sym" or (side[0] == "mul" and len(side[1]) == 2 and side[1][0] == ("num", -1.0))


def _vectors(left: str, right: str) -> bool:
    """Whether vectors are multiplied or added: what their magnitudes do not tell."""
    both = left + right
    return bool(_VECTOR.search(both) and _VECTOR_ONLY.search(both))


def _numbered(side: str, names: dict[str, tuple[str, str]]) -> str:
    """The side with x_{1}, x_{2}, ... for its symbols; `names` is filled: name -> (symbol there, LaTeX)."""

    def replaced(found: re.Match[str]) -> str:
        base = found["base"].lstrip("\\")
        if base in FUNCTION_NAMES or base == "pi" or (base == "e" and side[found.end() :].lstrip().startswith("^")):
            return found.group(0) + " "
        name = symbol_of(found, whole=True)
        number, _ = names.setdefault(name, (f"x_{len(names) + 1}", found.group(0).strip()))
        return f" x_{{{number[2:]}}} "

    side = without_dress(_CALLIGRAPHIC.sub(r"\g<letter>_{cal}", side))
    return SYMBOL.sub(replaced, _CHANGE.sub(r"\g<symbol>_{\\Delta}", side))

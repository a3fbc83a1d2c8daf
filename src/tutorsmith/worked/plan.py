"""Which equations of the notes give what is asked from what is given, as plans with a cost; the numbers are found here,
with trees and floats. Nothing is decided.

wanted ──► equation of a near chunk that has it ──► its other symbols: values of the question, constants, or a step more
"""

import cmath
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

from tutorsmith.data.words import words
from tutorsmith.evaluation.metrics.formula_tree import Tree, value
from tutorsmith.evidence.course import Course
from tutorsmith.evidence.needs import Solver
from tutorsmith.evidence.quantities import Dimension, dimension_of_name, dimension_of_unit, quantities_in
from tutorsmith.evidence.question import Question
from tutorsmith.tools.constants import CONSTANTS
from tutorsmith.worked.asked import NO_ADJECTIVES, Held, Wanted, asking_regions, comparable_dimensions, symbols_asked
from tutorsmith.worked.match import Known, Setting, is_number, options, sort_of
from tutorsmith.worked.solve import NotIsolated, isolated
from tutorsmith.worked.sorts import INNER, OUTER, agree, index_fits, shapes_in, sorts_in
from tutorsmith.worked.typed import CONSTANT_SYMBOLS, Typed, plain

CHUNKS = 40
"""How many of the best chunks are looked at."""
DEPTH = 3
"""How many equations may stand behind each other."""
_FAR, _CONTEXT, _STEP, _TURNED, _CASE = 0.8, 0.5, 0.3, 0.1, 0.3
_ASKING, _PART, _SHARED, _MOST_SHARED, _INDEX, _LONG = 0.2, 0.3, 0.06, 0.5, 0.2, 6
_NAMED, _OTHER_NAME, _OTHER_SORT, _ORDER, _AGAIN = -0.3, 0.5, 0.7, 0.3, 0.6
_SAME_BODY, _BODY, _OTHER_BODY = -0.2, 0.2, 2.0
_MOST_COST = 1.6
_SURE = 0.2
"""A value of the question that costs less needs no equation that gives it."""
_HEADS = frozenset(
    "density densities coefficient factor constant amplitude number ratio strength component magnitude function".split()  # noqa: SIM905
)
_MOST_MEANINGS = 2
_JOULE: Dimension = dimension_of_unit("J")
_MOST_PLANS, _MOST_STEPS = 60, 6
_TINY = 1e-9


@dataclass(frozen=True, slots=True)
class Step:
    """One equation solved for one symbol; the numbers of the others; earlier: the steps before it."""

    typed: Typed
    symbol: str
    tree: Tree
    known: Mapping[str, Known]
    number: float
    cost: float
    earlier: tuple["Step", ...] = ()

    @property
    def held(self) -> frozenset[int]:
        return frozenset().union(*(known.held for known in self.known.values()))


def _ranking(course: Course, question: Question) -> list[tuple[int, float]]:
    """(chunk, how far from the question), by the whole question and by the sentence that asks."""
    out: dict[int, float] = {}
    for text, more in ((question.text, 0.0), (question.asking, _ASKING)):
        ranked = course.search(text, CHUNKS)
        for chunk, score in ranked:
            out[chunk] = min(out.get(chunk, 1.0), 1 - score / ranked[0][1] + more)
    return sorted(out.items(), key=lambda entry: entry[1])


class Planner:
    """Plans for one question beside a course. equations: of a chunk by its position."""

    def __init__(self, question: Question, course: Course, equations: Callable[[int], Sequence[Typed]]) -> None:
        self.course, self.question = course, question
        self._ranked = _ranking(course, question)
        self._equations = equations
        self._setting = Setting.of(question, Solver(question, course.formulary, ()))
        self._words = frozenset(words(question.text))
        self._weight = sum(map(course.weight, self._words)) or 1.0
        self._shapes = shapes_in(question.text)
        self._goal: Dimension = ()
        self._steps: dict[tuple[str, Dimension, frozenset[str]], list[Step]] = {}

    @cached_property
    def near(self) -> list[tuple[Typed, float]]:
        """Equations of the best chunks with what weighs against each."""
        return self._listed(self._ranked)

    def _listed(self, ranked: Sequence[tuple[int, float]]) -> list[tuple[Typed, float]]:
        out = []
        for chunk, far in ranked:
            for typed in self._equations(chunk):
                if typed.equation.kind and typed.equation.kind not in self._setting.kinds:
                    continue
                out.append((typed, _FAR * far + self._doubt(typed)))
        return out

    def _doubt(self, typed: Typed) -> float:
        """Of an equation by the words around it: a special case, or one that the question speaks of."""
        shared = sum(map(self.course.weight, self._words & typed.place.words)) / self._weight
        case = _CASE if typed.place.special else 0.0
        if "rms" in self._words - typed.place.words:
            case += _OTHER_BODY  # what the notes say of amplitudes is no effective value
        return case - _CONTEXT * shared + self._shape(typed.place.bodies)

    def _shape(self, bodies: frozenset[str]) -> float:
        """Of an equation of another body than the question's."""
        if any(shape[0].isdigit() for shape in self._shapes - bodies):
            return _OTHER_BODY
        if not bodies:
            return 0.0
        if not bodies & self._shapes:
            return _OTHER_BODY if self._shapes else _BODY
        return _SAME_BODY

    def plans(self, wanted: Wanted, held: Sequence[Held]) -> list[Step]:
        """The best plans for what is wanted."""
        out: list[Step] = []
        self._goal = wanted.dimension
        self._steps.clear()
        for typed, doubt in self.near:
            for symbol in typed.symbols:
                cost = self._target(wanted, typed, symbol)
                if cost is not None and doubt + cost < _MOST_COST:
                    out += self._solved(typed, symbol, doubt + cost, held, frozenset(), DEPTH)
        return sorted(out, key=lambda step: step.cost)[:_MOST_PLANS]

    def _target(self, wanted: Wanted, typed: Typed, symbol: str) -> float | None:
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
        cost += self._qualified(wanted, names, told)
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
        return cost - min(_SHARED * sum(map(self.course.weight, shared)), _MOST_SHARED)

    def named(self) -> list[Wanted]:
        """What the asking names as the notes name a symbol: "the loss tangent", "the reluctance"; and symbols."""
        asking = self.question.asking
        regions = " | ".join(asking[start:end] for start, end in asking_regions(asking))
        text = f" {' '.join(words(regions))} "
        out: dict[tuple[str, Dimension], Wanted] = {}
        for typed, _ in self.near:
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

    @cached_property
    def _phrases(self) -> frozenset[str]:
        """All names of symbols near the question."""
        named = (name for typed, _ in self.near for found in typed.names.values() for name in found)
        headed = (self.course.index.chunks[chunk].heading.lower() for chunk, _ in self._ranked)
        return frozenset((*named, *headed))

    def _qualified(self, wanted: Wanted, names: Sequence[str], told: str) -> float:
        """By the word before the name: a surface resistance is no radiation resistance, where the notes know both."""
        adjective = re.search(r"([A-Za-z-]+)\s+" + re.escape(wanted.name), wanted.near.lower()) if wanted.name else None
        if adjective is None or adjective[1] in NO_ADJECTIVES:
            return 0.0
        phrase = f"{adjective[1]} {wanted.name}"
        if phrase in told or any(phrase in name for name in names):
            return -_INDEX
        known = [name for name in names if wanted.name in name]
        elsewhere = any(phrase in name for name in self._phrases)
        return _OTHER_NAME if elsewhere or (known and not any(name.startswith(wanted.name) for name in known)) else 0.0

    def _solved(
        self, typed: Typed, symbol: str, cost: float, held: Sequence[Held], above: frozenset[str], depth: int
    ) -> list[Step]:
        """The equation solved for the symbol, in every way that the values allow."""
        equation = typed.equation
        try:
            tree = isolated(equation.left, equation.right, symbol)
        except NotIsolated:
            return []
        if equation.left != ("sym", symbol):
            same = equation.left[0] == "sym" and _alike(typed.dimensions[equation.left[1]], typed.dimensions[symbol])
            cost += _TURNED + (_PART if same else 0.0)
        needed = [s for s in typed.symbols if s != symbol]
        if not needed:
            return []
        choices: list[list[tuple[Known, tuple[Step, ...]]]] = []
        for one in needed:
            found: list[tuple[Known, tuple[Step, ...]]] = [(k, ()) for k in options(one, typed, held, self._setting)]
            few = sum(typed.dimensions[s] == typed.dimensions[one] for s in needed) > sum(
                comparable_dimensions(h.dimension, typed.dimensions[one]) for h in held
            )
            if depth > 1 and (few or not any(known.cost < _SURE for known, _ in found)):
                found += [
                    (Known(step.number, "", step.held, max(step.cost, 0.0) + _STEP), (*step.earlier, step))
                    for step in self._derived(one, typed, held, above | {symbol}, depth - 1)
                ]
            if not found:
                return []
            choices.append(found)
        out = []
        least = _least(typed.dimensions[symbol])
        shared = frozenset(one.order for one in held if one.dimension in _shared())
        for chosen, earlier, extra in _assignments(needed, choices, typed, shared, equal=self._setting.equal and len({one.dimension for one in held}) == len(held)):
            if not _agree(symbol, chosen, earlier):
                continue
            if cost + extra < _MOST_COST and (number := _number(tree, chosen, least=least)) is not None:
                if any(one.number == number for one in held if _alike(one.dimension, typed.dimensions[symbol])):
                    continue  # what is given needs no calculation
                out.append(Step(typed, symbol, tree, chosen, number, cost + extra, earlier))
        return sorted(out, key=lambda step: step.cost)[:_MOST_PLANS]

    def _derived(
        self, symbol: str, typed: Typed, held: Sequence[Held], above: frozenset[str], depth: int
    ) -> list[Step]:
        """Steps that give a symbol of an equation from another one."""
        key = (symbol, typed.dimensions[symbol], above)
        if key not in self._steps:
            self._steps[key] = []
            found: list[Step] = []
            for other, doubt in self.near:
                if symbol not in other.symbols or other.equation.latex == typed.equation.latex or above & set(other.symbols):
                    continue
                if any(_alike(other.dimensions[s], self._goal) for s in other.symbols if s != symbol):
                    continue
                if comparable_dimensions(other.dimensions[symbol], typed.dimensions[symbol]):
                    found += self._solved(other, symbol, doubt, held, above, depth)
            self._steps[key] = sorted(found, key=lambda step: step.cost)[:_MOST_STEPS]
        return self._steps[key]


@cache
def _positive() -> frozenset[Dimension]:
    units = ("F", "H", "ohm", "m", "m^2", "m^3", "s", "Hz", "rad/s", "kg", "F/m", "H/m", "S/m", "wavelength")
    return frozenset(map(dimension_of_unit, (*units, "skin depth", "permittivity", "index", "gain", "vswr", "turns")))


@cache
def _least(dimension: Dimension) -> float:
    """The least value that a quantity can have."""
    if dimension in ((("vswr", 1.0),), (("index", 1.0),), (("permittivity", 1.0),)):
        return 1.0
    return 0.0 if dimension in _positive() else -math.inf


@cache
def _shared() -> frozenset[Dimension]:
    """Of values that serve in several equations: materials and frequencies."""
    return frozenset(map(dimension_of_unit, ("permittivity", "permeability", "index", "Hz", "rad/s", "S/m")))


def _alike(one: Dimension, other: Dimension) -> bool:
    """Whether both are of one physical dimension."""
    return bool(one) and one[0][0].startswith("[") and comparable_dimensions(one, other)


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


def _assignments(
    needed: Sequence[str],
    choices: Sequence[Sequence[tuple[Known, tuple[Step, ...]]]],
    typed: Typed,
    shared: frozenset[int],
    *,
    equal: bool,
) -> Iterator[tuple[dict[str, Known], tuple[Step, ...], float]]:
    """(numbers by symbol, steps before, cost) of all choices that use each value once.

    shared: values that may serve in several equations; equal: one value may serve two symbols of one letter.
    """
    order = sorted(range(len(needed)), key=lambda k: len(choices[k]))
    left = [4000]

    def rest(at: int, chosen: dict[str, Known], steps: tuple[Step, ...]) -> Iterator[tuple[dict[str, Known], tuple[Step, ...], float]]:
        left[0] -= 1
        if left[0] < 0:
            return
        if at == len(order):
            cost = _together(chosen, typed, shared)
            if cost is not None:
                yield dict(chosen), steps, cost
            return
        symbol = needed[order[at]]
        for known, before in choices[order[at]]:
            base = symbol.partition("_")[0]
            direct = [k for s, k in chosen.items() if k.text and not (equal and s.partition("_")[0] == base)]
            if known.text and any(known.held & other.held for other in direct):
                continue
            chosen[symbol] = known
            yield from rest(at + 1, chosen, (*steps, *before))
            del chosen[symbol]

    yield from rest(0, {}, ())


def _agree(symbol: str, chosen: Mapping[str, Known], earlier: Sequence[Step]) -> bool:
    """Whether a symbol has one value in all steps of a plan."""
    for step in earlier:
        if step.symbol in chosen and chosen[step.symbol].number != step.number:
            return False
        if symbol in step.known or any(s in chosen and chosen[s].number != k.number for s, k in step.known.items()):
            return False
    return True


def _together(chosen: Mapping[str, Known], typed: Typed, shared: frozenset[int]) -> float | None:
    """The cost of an assignment: of its parts, of numbers out of order, of values used again; None for an inner radius
    that is not smaller than the outer one."""
    sorts = {sort_of(symbol, typed): known.number for symbol, known in chosen.items()}
    if INNER in sorts and OUTER in sorts and sorts[INNER] >= sorts[OUTER]:
        return None
    cost = sum(known.cost for known in chosen.values())
    used: set[int] = set()
    for known in chosen.values():
        cost += _AGAIN * len((used & known.held) - shared) if not known.text else 0.0
        used |= known.held
    numbered: dict[str, list[tuple[str, int]]] = {}
    for symbol, known in chosen.items():
        base, _, below = symbol.partition("_")
        if below[:1].isdigit() or below[-1:].isdigit():
            numbered.setdefault(f"{base}{typed.dimensions[symbol]}", []).append((re.sub(r"\D", "", below), known.place))
    for places in numbered.values():
        listed = [place for _, place in sorted(places)]
        cost += _ORDER if listed != sorted(listed) else 0.0
    return cost


def _number(tree: Tree, chosen: Mapping[str, Known], *, least: float) -> float | None:
    """The value, where it is a real number that is not 0; least: what it may not fall below."""
    at: dict[str, complex] = {symbol: complex(CONSTANTS[name][0]) for symbol, name in CONSTANT_SYMBOLS.items()}
    at |= {symbol: complex(known.number) for symbol, known in chosen.items()}
    try:
        found = value(tree, at)
    except (ArithmeticError, ValueError):
        return None
    if found.real < least:
        return None
    if not cmath.isfinite(found) or abs(found.imag) > _TINY * abs(found) or found == 0:
        return None
    return found.real



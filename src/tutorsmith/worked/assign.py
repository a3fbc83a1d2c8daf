"""The values of a question, and steps before, given to the symbols of one equation; and the number that follows."""

import cmath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tutorsmith.evaluation.metrics.formula_tree import Tree, value
from tutorsmith.tools.constants import CONSTANTS
from tutorsmith.worked.match import Known, sort_of
from tutorsmith.worked.sorts import INNER, OUTER
from tutorsmith.worked.typed import CONSTANT_SYMBOLS, Typed

_ORDER, _AGAIN = 0.3, 0.6
_TINY = 1e-9
_MOST_TRIES = 4000


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


def assignments(
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
    left = [_MOST_TRIES]

    def rest(
        at: int, chosen: dict[str, Known], steps: tuple[Step, ...]
    ) -> Iterator[tuple[dict[str, Known], tuple[Step, ...], float]]:
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


def agreeing(symbol: str, chosen: Mapping[str, Known], earlier: Sequence[Step]) -> bool:
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


def number_of(tree: Tree, chosen: Mapping[str, Known], *, least: float) -> float | None:
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

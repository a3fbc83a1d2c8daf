"""Which equations of the notes give what is asked from what is given, as plans with a cost; the numbers are found here,
with trees and floats. Nothing is decided.

wanted ──► equation of a near chunk that has it ──► its other symbols: values of the question, constants, or a step more
"""

import math
from collections.abc import Sequence
from functools import cache

from tutorsmith.evidence.quantities import Dimension, dimension_of_unit
from tutorsmith.worked.asked import Wanted
from tutorsmith.worked.assign import Step, agreeing, assignments, number_of
from tutorsmith.worked.held import Held, comparable_dimensions
from tutorsmith.worked.match import Known, options
from tutorsmith.worked.near import Near
from tutorsmith.worked.solve import NotIsolated, isolated
from tutorsmith.worked.target import target_cost
from tutorsmith.worked.typed import Typed

DEPTH = 3
"""How many equations may stand behind each other."""
_STEP, _TURNED, _PART = 0.3, 0.1, 0.3
"""What weighs against one more equation, one that is solved for another symbol than its first, and that for a part of
what it gives."""
_MOST_COST = 1.6
_SURE = 0.2
"""A value of the question that costs less needs no equation that gives it."""
_MOST_PLANS, _MOST_STEPS = 60, 6


class Planner:
    """Plans for one question, from the equations near it."""

    def __init__(self, near: Near) -> None:
        self.near = near
        self._goal: Dimension = ()
        self._steps: dict[tuple[str, Dimension, frozenset[str]], list[Step]] = {}

    def plans(self, wanted: Wanted, held: Sequence[Held]) -> list[Step]:
        """The best plans for what is wanted."""
        out: list[Step] = []
        self._goal = wanted.dimension
        self._steps.clear()
        for typed, doubt in self.near.equations:
            for symbol in typed.symbols:
                cost = target_cost(self.near, wanted, typed, symbol)
                if cost is not None and doubt + cost < _MOST_COST:
                    out += self._solved(typed, symbol, doubt + cost, held, frozenset(), DEPTH)
        least = _least(wanted.dimension)
        return sorted((step for step in out if step.number >= least), key=lambda step: step.cost)[:_MOST_PLANS]

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
            found: list[tuple[Known, tuple[Step, ...]]] = [
                (k, ()) for k in options(one, typed, held, self.near.setting)
            ]
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
        for chosen, earlier, extra in assignments(
            needed,
            choices,
            typed,
            shared,
            equal=self.near.setting.equal and len({one.dimension for one in held}) == len(held),
        ):
            if not agreeing(symbol, chosen, earlier):
                continue
            if cost + extra < _MOST_COST and (number := number_of(tree, chosen, least=least)) is not None:
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
            for other, doubt in self.near.equations:
                if (
                    symbol not in other.symbols
                    or other.equation.latex == typed.equation.latex
                    or above & set(other.symbols)
                ):
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

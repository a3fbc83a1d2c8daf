"""A question and a course -> what is asked, calculated; nothing where the notes or the question leave it open."""

import math
import re
from collections.abc import Sequence
from functools import lru_cache

from tutorsmith.evidence.course import Course
from tutorsmith.evidence.quantities import dimension_of_unit
from tutorsmith.evidence.question import Question
from tutorsmith.worked.asked import Wanted, symbols_asked, wanted_in
from tutorsmith.worked.assign import Step
from tutorsmith.worked.held import Held, held_in
from tutorsmith.worked.near import Near
from tutorsmith.worked.plan import Planner
from tutorsmith.worked.target import named
from tutorsmith.worked.typed import Typed, typed_in
from tutorsmith.worked.written import Calculation, calculations_of

_ACCEPTED, _MARGIN = 0.2, 0.35
"""The greatest cost of a plan that is told, and by how much it must be better than one with another result."""
_ALONE, _FAR_AHEAD = 0.5, 0.8
"""The same for a plan that uses all values and stands far ahead of others."""
_UNUSED, _UNUSED_MATERIAL = 1.0, 0.6
MOST_VALUES = 8
"""A question with more values is a table or a text, and its combinations would take too long."""
_SAME = 0.01
"""Results that differ by less are one result."""
_MATERIALS = ((("permittivity", 1.0),), (("permeability", 1.0),))
_OF_MEDIUM = (*_MATERIALS, (("index", 1.0),), dimension_of_unit("S/m"))
"""A value of the medium that is given belongs to everything that is asked about it."""


_SECTION = re.compile(r"\bcross[- ]section(?:al area)?(?= [\d.])")
"""Before a number "section" is read as that of a text."""


class Calculator:
    """The equations of a course, each chunk read when it is first needed."""

    def __init__(self, course: Course) -> None:
        self.course = course
        self._typed: dict[int, list[Typed]] = {}

    def equations(self, chunk: int) -> Sequence[Typed]:
        if chunk not in self._typed:
            found = self.course.index.chunks[chunk]
            self._typed[chunk] = typed_in(found.text, found.heading, chunk, self.course.formulary)
        return self._typed[chunk]

    def calculate(self, question: Question) -> tuple[Calculation, ...]:
        out: dict[tuple[str, str], Calculation] = {}
        for wanted, step in self.chosen(question):
            for one in calculations_of(step, wanted.unit):
                if one.asked or (one.symbol, one.latex) not in out:
                    out[one.symbol, one.latex] = one
        return tuple(out.values())

    def chosen(self, question: Question) -> list[tuple[Wanted, Step]]:
        """For each quantity that is asked the plan that stands out."""
        question = Question(_SECTION.sub(r"\g<0> of", question.text), question.before)
        held = held_in(question)
        if not held or len(held) > MOST_VALUES:
            return []
        near = Near(question, self.course, self.equations)
        planner, wanted = Planner(near), wanted_all(near)
        found = [(one, planner.plans(one, held)) for one in wanted]
        first = [_outstanding(ranked(plans, held, frozenset())) for _, plans in found]
        of_medium = frozenset(one.order for one in held if one.dimension in _OF_MEDIUM)
        out: list[tuple[Wanted, Step]] = []
        for k, (one, plans) in enumerate(found):
            others = (all_held(step) for n, step in enumerate(first) if step is not None and n != k)
            step = _outstanding(ranked(plans, held, frozenset().union(*others) - of_medium)) or first[k]
            again = any((one.name and one.name == w.name) or _equal(step, s) for w, s in out)
            if step is not None and not again:
                out.append((one, step))
        return out


def _equal(one: Step | None, other: Step) -> bool:
    return one is not None and one.symbol == other.symbol and one.number == other.number


def wanted_all(near: Near) -> list[Wanted]:
    """What is asked for by names that everybody uses, else by those of the notes; and by symbols."""
    out = list(wanted_in(near.question))
    if out and not symbols_asked(near.question.asking):
        return out
    beside = [one for one in named(near) if one.symbol or not out]
    return out + [one for one in beside if all(one.dimension != w.dimension for w in out)]


def ranked(plans: Sequence[Step], held: Sequence[Held], elsewhere: frozenset[int]) -> list[tuple[float, Step]]:
    """Plans with what weighs against each, the best first. elsewhere: values that serve another thing asked for."""
    found = [(step.cost + _unused(all_held(step) | elsewhere, held), step) for step in plans]
    return sorted(found, key=lambda entry: entry[0])


def _outstanding(plans: Sequence[tuple[float, Step]]) -> Step | None:
    if not plans or plans[0][0] > _ALONE:
        return None
    cost, best = plans[0]
    signed = best.typed.dimensions[best.symbol] == (("gamma", 1.0),)
    size = best.number if signed else abs(best.number)
    other = next((c for c, s in plans if abs((s.number if signed else abs(s.number)) - size) > _SAME * abs(size)), None)
    ahead = math.inf if other is None else other - cost
    if cost <= _ACCEPTED:
        return best if ahead >= _MARGIN else None
    return best if ahead >= _FAR_AHEAD and cost - best.cost < _UNUSED_MATERIAL else None


def all_held(step: Step) -> frozenset[int]:
    """Values of the question that a plan uses."""
    return step.held.union(*(before.held for before in step.earlier))


def _unused(used: frozenset[int], held: Sequence[Held]) -> float:
    left = [one for one in held if one.order not in used]
    return sum(_UNUSED_MATERIAL if one.dimension in _MATERIALS else _UNUSED for one in left)


class _Same:
    """A course as a key: by identity."""

    def __init__(self, course: Course) -> None:
        self.course = course

    def __hash__(self) -> int:
        return id(self.course)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.course is self.course


@lru_cache(maxsize=4)
def _calculator(key: _Same) -> Calculator:
    return Calculator(key.course)


def calculate(question: Question, course: Course) -> tuple[Calculation, ...]:
    """What the question asks for, from its values and the relations of the notes, in the order of the steps.

    Empty where nothing can be calculated with confidence.
    """
    return _calculator(_Same(course)).calculate(question)

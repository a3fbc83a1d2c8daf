"""A question and a course -> what is asked, calculated; nothing where the notes leave it open."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tutorsmith.evidence.course import Course
from tutorsmith.evidence.question import Question
from tutorsmith.worked.asked import Held, Wanted, held_in, wanted_in
from tutorsmith.worked.plan import Planner, Step
from tutorsmith.worked.typed import Typed, typed_of

_ACCEPTED = 0.6
_MARGIN = 0.25
_UNUSED, _UNUSED_MATERIAL = 0.6, 0.3
_SAME = 0.01
"""Results that differ by less are one result."""
_MATERIALS = (((("permittivity", 1.0),)), ((("permeability", 1.0),)))


def chosen(question: Question, course: Course, equations: Mapping[int, Sequence[Typed]]) -> list[tuple[Wanted, Step]]:
    """For each quantity that is asked the plan that stands out."""
    held = held_in(question)
    wanted = wanted_in(question)
    if not held or not wanted:
        return []
    planner = Planner(question, course, equations)
    out = []
    for one in wanted:
        ranked = sorted(
            ((step.cost + unused_cost(all_held(step), held), step) for step in planner.plans(one, held)),
            key=lambda entry: entry[0],
        )
        if not ranked or ranked[0][0] > _ACCEPTED:
            continue
        best = ranked[0][1]
        other = next((cost for cost, step in ranked if not _close(step.number, best.number)), None)
        if other is None or other - ranked[0][0] >= _MARGIN:
            if all(step.symbol != best.symbol or step.number != best.number for _, step in out):
                out.append((one, best))
    return out


def all_held(step: Step) -> frozenset[int]:
    return step.held.union(*(before.held for before in step.earlier))


def unused_cost(used: frozenset[int], held: Sequence[Held]) -> float:
    return sum(
        _UNUSED_MATERIAL if one.dimension in _MATERIALS else _UNUSED for one in held if one.order not in used
    )


def _close(one: float, other: float) -> bool:
    return abs(one - other) <= _SAME * max(abs(one), abs(other))



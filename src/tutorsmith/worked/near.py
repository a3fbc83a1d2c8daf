"""What of a course is near a question: equations of the best chunks, with what weighs against each."""

from collections.abc import Callable, Sequence
from functools import cached_property

from tutorsmith.data.words import words
from tutorsmith.evidence.course import Course
from tutorsmith.evidence.needs import Solver
from tutorsmith.evidence.question import Question
from tutorsmith.worked.match import Setting
from tutorsmith.worked.sorts import shapes_in
from tutorsmith.worked.typed import Typed

CHUNKS = 40
"""How many of the best chunks are looked at."""
_FAR, _CONTEXT, _CASE, _ASKING = 0.8, 0.5, 0.3, 0.2
"""What weighs against an equation: a chunk that fits ill, a special case, a chunk that fits the asking sentence only;
words that it shares with the question weigh for it."""
_SAME_BODY, _BODY, _OTHER_BODY = -0.2, 0.2, 2.0
_OPPOSITES = (("inside", "outside"), ("outside", "inside"), ("series", "side by side"), ("side by side", "series"))


def _ranking(course: Course, question: Question) -> list[tuple[int, float]]:
    """(chunk, how far from the question), by the whole question and by the sentence that asks."""
    out: dict[int, float] = {}
    for text, more in ((question.text, 0.0), (question.asking, _ASKING)):
        ranked = course.search(text, CHUNKS)
        for chunk, score in ranked:
            out[chunk] = min(out.get(chunk, 1.0), 1 - score / ranked[0][1] + more)
    return sorted(out.items(), key=lambda entry: entry[1])


class Near:
    """equations: of a chunk by its position."""

    def __init__(self, question: Question, course: Course, equations: Callable[[int], Sequence[Typed]]) -> None:
        self.course, self.question = course, question
        self.setting = Setting.of(question, Solver(question, course.formulary, ()))
        self._ranked = _ranking(course, question)
        self._equations_of = equations
        self._words = frozenset(words(question.text))
        self._weight = sum(map(course.weight, self._words)) or 1.0
        self._shapes = shapes_in(question.text)

    @cached_property
    def equations(self) -> list[tuple[Typed, float]]:
        """With what weighs against each."""
        out = []
        for chunk, far in self._ranked:
            for typed in self._equations_of(chunk):
                if not typed.equation.kind or typed.equation.kind in self.setting.kinds:
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
        if any(one in self._shapes and other in bodies for one, other in _OPPOSITES):
            return _OTHER_BODY
        if not bodies:
            return 0.0
        if not bodies & self._shapes:
            return _OTHER_BODY if self._shapes else _BODY
        return _SAME_BODY

    @cached_property
    def phrases(self) -> frozenset[str]:
        """All names of symbols near the question."""
        named = (name for typed, _ in self.equations for found in typed.names.values() for name in found)
        headed = (self.course.index.chunks[chunk].heading.lower() for chunk, _ in self._ranked)
        return frozenset((*named, *headed))

"""Whether a question is one of a course on fields, currents and waves, in whatever setting it is told."""

from collections.abc import Iterable, Mapping

from tutorsmith.data.words import words
from tutorsmith.evidence.course import Course
from tutorsmith.evidence.cues import subject_words, words_of
from tutorsmith.evidence.given import targets
from tutorsmith.evidence.question import Question

AT_HOME = 1.0
"""From this weight of words on a car or a kitchen is only where a question takes place: one word that is used in the
subject alone, or two that are used elsewhere, too."""
_WEIGHTS: Mapping[str, float] = {"strong": 1.0, "weak": 0.5}
_HEADED = 2
"""Words of headings that show, without any other sign, that a question is the course's."""
_LETTERS = frozenset("BCDEHLQRV")
_ELECTRIC = "[current]"
_SOUND = 2.0e4
"""The highest frequency of sound, in Hz."""


def subject_weight(text: str) -> float:
    """Different words on fields, currents and waves; those used elsewhere, too, and letters of quantities count
    half."""
    told = set(words(text))
    letters = len(told & _LETTERS) * _WEIGHTS["weak"]
    return letters + sum(weight * len(told & subject_words(how)) for how, weight in _WEIGHTS.items())


def gives_electric_value(question: Question) -> bool:
    """Whether a value has a unit with amperes in it, such as coulombs or volts, or is a frequency beyond sound."""
    return any(
        name == _ELECTRIC or (name == "cycle" and value.number > _SOUND)
        for value in question.values
        for name, _ in value.unit.dimensions
    )


def calculates_electrically(question: Question) -> bool:
    """Whether something is to follow from physical values, and it or one of these is electric or magnetic."""
    if not (question.asks_number and question.physical):
        return False
    return gives_electric_value(question) or any(name == _ELECTRIC for d in targets(question)[:1] for name, _ in d)


def elsewhere(question: Question, foreign: Iterable[str]) -> list[str]:
    """Of foreign words those that are more than a setting.

    "In a road tunnel the car radio falls silent" tells where it takes place only. Where electric quantities are
    calculated, all words are a setting, but for those of other sciences.
    """
    if calculates_electrically(question):
        return [word for word in foreign if word in words_of("sciences")]
    return [word for word in foreign if word not in words_of("settings") or not at_home(question)]


def at_home(question: Question) -> bool:
    """Whether it speaks of the subject firmly enough for foreign words to be a setting."""
    return subject_weight(question.own) + gives_electric_value(question) >= AT_HOME


def astray(question: Question, course: Course) -> bool:
    """Whether nothing in it belongs to the subject: no word, no value, not two words of the notes' headings."""
    if subject_weight(question.text) or gives_electric_value(question):
        return False
    return len(course.headings.intersection(words(question.text))) < _HEADED

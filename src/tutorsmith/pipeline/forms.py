"""A request -> the form of its answer: the sections that its system prompt asks for, as the format metric reads it."""

from functools import lru_cache

from tutorsmith.evaluation.metrics.sections import (
    bare_heading,
    is_optional,
    plain_heading,
    required_headings,
    without_description,
)
from tutorsmith.generation.form import Form, Section
from tutorsmith.generation.predict import Request


def asks_for_sections(instructions: str) -> bool:
    """Whether a system prompt asks for a section that must be there."""
    return not all(map(is_optional, required_headings(instructions)))


def form_of(request: Request) -> Form | None:
    """None when the prompt asks for no section that must be there."""
    return _form(request.instructions, request.uses_tools, request.opening)


@lru_cache(maxsize=1024)
def _form(instructions: str, calls: bool, opening: str) -> Form | None:
    """A heading is written without its hint and its description, unless two headings would then be the same; the model
    may write it with them."""
    if not asks_for_sections(instructions):
        return None
    asked = required_headings(instructions)
    wordings = [_wordings(heading) for heading in asked]
    sections = []
    for k, heading in enumerate(asked):
        others = {plain_heading(wording) for j, known in enumerate(wordings) if j != k for wording in known}
        own = tuple(wording for wording in wordings[k] if plain_heading(wording) not in others)
        sections.append(Section(own or wordings[k][-1:], is_optional(heading)))
    return Form(tuple(sections), calls, opening)


def _wordings(heading: str) -> tuple[str, ...]:
    """The shortest first, the heading as it is asked for last."""
    lines = (" ".join(words.split()) for words in (without_description(heading), bare_heading(heading), heading))
    return tuple(dict.fromkeys(line for line in lines if any(map(str.isalnum, line))))

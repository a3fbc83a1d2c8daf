"""A request -> the form of its answer: the sections that its system prompt asks for, as the format metric reads it."""

from dataclasses import replace
from functools import lru_cache

from tutorsmith.evaluation.metrics.sections import (
    bare_heading,
    is_optional,
    plain_heading,
    required_headings,
    without_description,
)
from tutorsmith.generation.form import Form, Quotes, Section
from tutorsmith.generation.predict import Request


def form_of(request: Request, *, sections: bool, calls: bool) -> Form | None:
    """None when there is nothing that an answer must have. sections: those that the prompt asks for; calls: hold calls
    to their tools and the conversation."""
    form = _sections(request) if sections else None
    held = request.calls if calls else None
    if held is None:
        return form
    return replace(form, held=held) if form else Form((), calls=True, held=held)


def _sections(request: Request) -> Form | None:
    """None when the prompt asks for no section that must be there."""
    return _form(request.instructions, request.uses_tools, request.opening, request.quotes)


@lru_cache(maxsize=1024)
def _form(instructions: str, calls: bool, opening: str, quotes: Quotes | None) -> Form | None:
    """A heading is written without its hint and its description, unless two headings would then be the same; the model
    may write it with them."""
    asked = required_headings(instructions)
    if all(map(is_optional, asked)):
        return None
    wordings = [_wordings(heading) for heading in asked]
    sections = []
    for k, heading in enumerate(asked):
        others = {plain_heading(wording) for j, known in enumerate(wordings) if j != k for wording in known}
        own = tuple(wording for wording in wordings[k] if plain_heading(wording) not in others)
        sections.append(Section(own or wordings[k][-1:], is_optional(heading)))
    return Form(tuple(sections), calls, opening, quotes)


def _wordings(heading: str) -> tuple[str, ...]:
    """The shortest first, the heading as it is asked for last."""
    lines = (" ".join(words.split()) for words in (without_description(heading), bare_heading(heading), heading))
    return tuple(dict.fromkeys(line for line in lines if any(map(str.isalnum, line))))

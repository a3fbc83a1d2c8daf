"""A request -> the form of its answer: the sections that its system prompt asks for, as the format metric reads it."""

import re
from collections.abc import Sequence
from dataclasses import replace
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

_LINE = re.compile(r"^###[ \t]+(.+)\n", re.MULTILINE)


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
    sections = sections_of(request.instructions)
    if not sections:
        return None
    return Form(_opened(sections, request.openings), request.uses_tools, request.chosen and any(request.openings))


def _opened(sections: Sequence[Section], openings: Sequence[str]) -> tuple[Section, ...]:
    padded = [*openings, *[""] * len(sections)]
    return tuple(replace(section, opening=opening) for section, opening in zip(sections, padded, strict=False))


@lru_cache(maxsize=1024)
def sections_of(instructions: str) -> tuple[Section, ...]:
    """The sections that a system prompt asks for; none where it asks for none that must be there.

    A heading is written without its hint and its description, unless two headings would then be the same; the model
    may write it with them.
    """
    asked = required_headings(instructions)
    if all(map(is_optional, asked)):
        return ()
    wordings = [_wordings(heading) for heading in asked]
    sections = []
    for k, heading in enumerate(asked):
        others = {plain_heading(wording) for j, known in enumerate(wordings) if j != k for wording in known}
        own = tuple(wording for wording in wordings[k] if plain_heading(wording) not in others)
        sections.append(Section(own or wordings[k][-1:], is_optional(heading)))
    return tuple(sections)


def _wordings(heading: str) -> tuple[str, ...]:
    """The shortest first, the heading as it is asked for last."""
    lines = (" ".join(words.split()) for words in (without_description(heading), bare_heading(heading), heading))
    return tuple(dict.fromkeys(line for line in lines if any(map(str.isalnum, line))))


def places_of(answer: str, sections: Sequence[Section]) -> list[tuple[int, int, int]]:
    """(section, start of its heading, start of its text) in an answer that has them in order, as worked answers do."""
    out: list[tuple[int, int, int]] = []
    for line in _LINE.finditer(answer):
        heading = plain_heading(line[1])
        later = range(out[-1][0] + 1 if out else 0, len(sections))
        found = next((k for k in later if any(plain_heading(w) == heading for w in sections[k].wordings)), None)
        if found is not None:
            out.append((found, line.start(), line.end()))
    return out


def bodies_of(answer: str, sections: Sequence[Section]) -> list[tuple[int, str]]:
    """(section, its text)."""
    places = places_of(answer, sections)
    ends = [*(heading for _, heading, _ in places[1:]), len(answer)]
    return [(k, answer[start:end]) for (k, _, start), end in zip(places, ends, strict=False)]


def open_sections(
    answer: str, sections: Sequence[Section], openings: Sequence[str], trigger: str = ""
) -> tuple[str, tuple[tuple[int, int], ...]]:
    """A worked answer with these openings, and what of it is given: they, and the heading with which it begins.

    trigger: the words of the first opening by which the tutor has to choose it; then those and the heading are its own.
    """
    out, at = "", 0
    given: list[tuple[int, int]] = []
    for k, heading, start in places_of(answer, sections):
        if openings[k]:
            out += answer[at:start]
            if trigger and not given:
                began = len(out) + len(trigger)
            else:
                began = len(out) - (start - heading if not heading else 0)
            out += openings[k]
            given.append((began, len(out)))
            at = start + len(answer[start:]) - len(answer[start:].lstrip())
    return out + answer[at:], tuple(given)

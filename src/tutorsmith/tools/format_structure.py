"""Chapters: present, in order, numbered without gaps, with something in them."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from tutorsmith.tools.format_parts import Heading, Parts, Problem, same_name


def chapter_problems(parts: Parts, chapters: Sequence[str]) -> Iterator[Problem]:
    """Against the titles asked for: missing ones, wrong order, twice the same, nothing in it."""
    places: dict[str, list[Heading]] = {}
    for heading in parts.headings:
        places.setdefault(heading.name, []).append(heading)
    found: list[tuple[str, Heading]] = []
    for title in chapters:
        mine = places.get(same_name(title), [])
        if not mine:
            before = f"after {found[-1][0]}" if found else "at the start"
            yield Problem("structure", f"the chapter {title} is missing", f"add it {before}")
            continue
        found.append((title, mine[0]))
        if len(mine) > 1:
            yield Problem(f"line {mine[1].line}", f"the chapter {title} stands twice", "join the two")
        if parts.from_text and _empty(parts, mine[0]):
            yield Problem(
                f"line {mine[0].line}", f"the chapter {title} has no text", "write it, or take the heading out"
            )
    for (title, heading), (after, next_) in pairwise(found):
        if next_.line < heading.line:
            yield Problem(f"line {next_.line}", f"{after} stands before {title}", f"move {after} behind {title}")


def numbering_problems(parts: Parts) -> Iterator[Problem]:
    """Numbers that jump or stand twice, and a section without a second one beside it."""
    seen: dict[tuple[int, ...], list[int]] = {}
    for heading in parts.headings:
        if not heading.number:
            continue
        above, last = heading.number[:-1], heading.number[-1]
        before = seen.setdefault(above, [])
        expected = before[-1] + 1 if before else 1
        if last != expected and before:
            told = f"number {_dotted(heading.number)} follows {_dotted((*above, before[-1]))}"
            yield Problem(f"line {heading.line}", told, f"number it {_dotted((*above, expected))}")
        before.append(last)
    for above, numbers in seen.items():
        if above and len(numbers) == 1:
            only = _dotted((*above, numbers[0]))
            yield Problem(f"section {only}", f"{_dotted(above)} has only one section", "split it in two, or have none")


def _empty(parts: Parts, heading: Heading) -> bool:
    """Nothing but blank lines up to the next heading of its level; the reference list counts as text."""
    later = [other for other in parts.headings if other.line > heading.line]
    end = later[0].line if later else len(parts.raw) + 1
    if later and later[0].level > heading.level:
        return False
    return not any(line.strip() for line in parts.raw[heading.line : end - 1])


def _dotted(number: Sequence[int]) -> str:
    return ".".join(map(str, number))

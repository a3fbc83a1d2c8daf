"""Does the answer have the sections that its system prompt asks for?

Required are the `### ` headings of the instructions (the notes appended to them apart). `compliant`: each stands once,
as a third-level heading of the answer's Markdown, in the order asked for, with a body. `strict` besides: nothing before
the first one, no other heading of the third or a higher level, and the wording exactly as asked (the hint in
parentheses may be left out). Both are None when the prompt asks for no sections. Strict and loose as in IFEval (Zhou et
al. 2023).
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from markdown_it import MarkdownIt

from tutorsmith.evaluation.metrics.sections import (
    bare_heading,
    is_optional,
    plain_heading,
    required_headings,
    without_description,
)

_LEVEL = 3

_THINKING = re.compile(r"\A\s*<think>.*?(?:</think>|\Z)", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class FormatVerdict:
    """`problems` names each failure; `required` and `found` were compared; `rule` says which level was reached."""

    compliant: bool | None
    strict: bool | None
    problems: tuple[str, ...]
    required: tuple[str, ...] = ()
    found: tuple[str, ...] = ()
    rule: str = ""


@dataclass(frozen=True, slots=True)
class _Section:
    heading: str
    level: int
    body: str


def judge_format(system_prompt: str, answer: str) -> FormatVerdict:
    """Judge the sections of one answer against what `system_prompt` asks for."""
    asked = required_headings(system_prompt)
    if not asked:
        return FormatVerdict(None, None, (), rule="the prompt asks for no sections")
    preamble, sections = _sections(answer)
    keys = _keys(asked)
    named = [(_find(section, keys, asked), section) for section in sections]
    problems = _missing_or_wrong(asked, named)
    remarks = _strict_remarks(asked, named, preamble)
    rule = "sections missing or wrong" if problems else ("as asked, with more" if remarks else "exactly as asked")
    return FormatVerdict(
        compliant=not problems,
        strict=not problems and not remarks,
        problems=(*problems, *remarks),
        required=asked,
        found=tuple(section.heading for section in sections if section.level == _LEVEL),
        rule=rule,
    )


def _sections(answer: str) -> tuple[str, list[_Section]]:
    """(text before the first heading, top-level sections). Headings inside fences, quotes and lists are text."""
    text = _THINKING.sub("", answer).replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    tokens = _parser().parse(text)
    headings: list[tuple[int, int, str, int]] = []
    for token, content in pairwise(tokens):
        if token.type == "heading_open" and token.level == 0 and token.map:
            headings.append((token.map[0], token.map[1], content.content, int(token.tag[1])))
    first = headings[0][0] if headings else len(lines)
    sections = []
    for i, (_, body_start, heading, level) in enumerate(headings):
        # A body ends at the next heading of the same or a higher level; deeper headings are part of it.
        end = len(lines)
        inner: set[int] = set()
        for following in range(i + 1, len(headings)):
            start, stop, _, other = headings[following]
            if other <= max(level, _LEVEL):
                end = start
                break
            inner.update(range(start, stop))
        body = "\n".join(line for n, line in enumerate(lines[body_start:end], body_start) if n not in inner)
        sections.append(_Section(heading, level, body))
    return "\n".join(lines[:first]), sections


@cache
def _parser() -> MarkdownIt:
    # Blocks only: inline syntax does not move headings, and leaving it out keeps hostile input linear.
    return MarkdownIt("commonmark").disable(["inline", "reference"])


def _keys(asked: tuple[str, ...]) -> list[set[str]]:
    """For each required heading the loose forms that name it; a form that would name two of them is given up."""
    forms = [
        {plain_heading(heading), plain_heading(bare_heading(heading)), plain_heading(without_description(heading))}
        - {""}
        for heading in asked
    ]
    shared = {form for i, mine in enumerate(forms) for form in mine if any(form in other for other in forms[:i])}
    return [mine - shared or {plain_heading(heading)} for mine, heading in zip(forms, asked, strict=True)]


def _find(section: _Section, keys: list[set[str]], asked: tuple[str, ...]) -> int | None:
    """Which required heading a section of the answer stands under; None for another heading."""
    full, bare = plain_heading(section.heading), plain_heading(bare_heading(section.heading))
    for i, forms in enumerate(keys):
        if full in forms or (bare in forms and plain_heading(bare_heading(asked[i])) in forms):
            return i
    return None


def _missing_or_wrong(asked: tuple[str, ...], named: list[tuple[int | None, _Section]]) -> list[str]:
    problems = []
    order = []
    for i, heading in enumerate(asked):
        mine = [section for j, section in named if j == i]
        right = [section for section in mine if section.level == _LEVEL]
        if not right:
            if is_optional(heading):
                continue
            problems.append(
                f"'{heading}' is a heading of level {mine[0].level}, not {_LEVEL}"
                if mine
                else f"'{heading}' is missing"
            )
            continue
        if len(right) > 1:
            problems.append(f"'{heading}' stands {len(right)} times")
        if not any(_has_content(section.body) for section in right[:1]):
            problems.append(f"'{heading}' has no body")
        order.append(i)
    first = [next(n for n, (j, section) in enumerate(named) if j == i and section.level == _LEVEL) for i in order]
    if first != sorted(first):
        problems.append("the sections are not in the order asked for")
    return problems


def _strict_remarks(asked: tuple[str, ...], named: list[tuple[int | None, _Section]], preamble: str) -> list[str]:
    remarks = []
    if _has_content(preamble):
        remarks.append("text before the first section")
    for i, section in named:
        if i is None:
            if section.level <= _LEVEL:
                remarks.append(f"'{section.heading}' was not asked for")
        elif section.heading not in (asked[i], bare_heading(asked[i]), without_description(asked[i])):
            remarks.append(f"'{section.heading}' is worded differently")
    return remarks


def _has_content(body: str) -> bool:
    """Anything but white space, comments, rules and bare punctuation."""
    body = _COMMENT.sub("", body)
    fences = re.sub(r"^[ \t]*(?:`{3,}|~{3,}).*$", "", body, flags=re.MULTILINE)
    return any(character.isalnum() or unicodedata.category(character) == "So" for character in fences)

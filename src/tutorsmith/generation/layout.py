"""The sections of an answer as a Markdown reader sees them (CommonMark): a heading counts only where it is one.

A line of `#` inside a code fence is text; a line of dashes under a paragraph makes it a heading. Instead of knowing
such rules, a text that may become an answer is read as its reader will read it.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

HEADING = 3
"""The level of a section's heading."""
LONGEST_FENCE = 6
"""Characters of a code fence; a section in an open one ends by as many."""
_HTML_ENDS = ("-->", "?>", "]]>", ">", "</pre>")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_FENCE_LINE = re.compile(r"^[ \t]*(?:`{3,}|~{3,}).*$", re.MULTILINE)


@dataclass(frozen=True)
class Layout:
    """headings: those of level 3 and above, as (level, text); body: of the last of them, without deeper headings;
    fence: the marks of the code fence that the text ends in or with."""

    headings: tuple[tuple[int, str], ...]
    body: str
    fence: str


@lru_cache(maxsize=8)
def read(text: str) -> Layout:
    """Headings in lists, quotes, fences and HTML are none of the answer's."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    tokens = _parser().parse(text)
    headings: list[tuple[int, str]] = []
    hidden: set[int] = set()
    start = 0
    for k, token in enumerate(tokens):
        if token.type == "heading_open" and token.level == 0 and token.map:
            level = int(token.tag[1:])
            if level <= HEADING:
                headings.append((level, tokens[k + 1].content))
                start, hidden = token.map[1], set()
            else:
                hidden.update(range(*token.map))
    lines = text.split("\n")
    body = "\n".join(line for k, line in enumerate(lines[start:], start) if k not in hidden)
    last = tokens[-1] if tokens else None
    return Layout(tuple(headings), body, last.markup if last and last.type == "fence" else "")


def has_content(body: str) -> bool:
    """Anything but white space, comments, rules, marks of fences and bare punctuation."""
    body = _FENCE_LINE.sub("", _COMMENT.sub("", body))
    return any(character.isalnum() or unicodedata.category(character) == "So" for character in body)


def heading_text(line: str) -> str:
    """What a heading's line is read as."""
    return read(line).headings[0][1]


def inside_block(text: str) -> bool:
    """Whether a line that follows the text stands in a code fence or in HTML, so that it can be no heading."""
    return len(read(f"{text}### x").headings) == len(read(text).headings)


def block_ends(fence: str) -> tuple[str, ...]:
    """What may end an open block, the likeliest first. fence: the line that ends a code fence, if one is open."""
    return ("", fence, ".", *_HTML_ENDS, f"{_HTML_ENDS[0]}\n{fence.lstrip()}", "".join(_HTML_ENDS))


def closing(text: str, headings: Sequence[str]) -> str:
    """What must be added so that a new paragraph, and a heading behind it, count: the end of an open fence, mostly "".

    headings: the answer's so far.
    """
    fence = read(text).fence
    for added in block_ends(("" if text.endswith("\n") else "\n") + fence if fence else ""):
        after = read(f"{text}{added}\n\nx\n\n### y\n").headings
        counts = after == (*((HEADING, heading) for heading in headings), (HEADING, "y"))
        if counts and has_content(read(f"{text}{added}\n\nx").body):
            return added
    return ""


@cache
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    # Blocks only: what stands inside a line moves no heading.
    return MarkdownIt("commonmark").disable(["inline", "reference"])

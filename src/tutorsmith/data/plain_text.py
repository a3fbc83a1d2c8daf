"""Prose without its code and formulas, in linear time whatever the text."""

import re

_OPENING = re.compile(r"```|~~~|`|\$\$|\$|\\\[|\\\(|\\begin\{(\w{1,20}\*?)\}")
_CLOSING = {"```": "```", "~~~": "~~~", "$$": "$$", "\\[": "\\]", "\\(": "\\)"}
_INLINE = {"`": re.compile(r"`[^`\n]+`"), "$": re.compile(r"\$(?!\s)[^$\n]{1,400}(?<!\s)\$")}
_TO_THE_END = frozenset({"```", "~~~"})
_VISIBLE = re.compile(r"[^\n]")


def blank_code_and_math(text: str) -> str:
    """Text of the same length with code and formulas replaced by blanks; line breaks stay.

    A fence that is never closed reaches to the end; a formula that is never closed is text.
    """
    out: list[str] = []
    kept = position = 0
    absent: set[str] = set()
    while opening := _OPENING.search(text, position):
        end = _end_of(text, opening, absent)
        if end is None:
            position = opening.end()
            continue
        out += [text[kept : opening.start()], _VISIBLE.sub(" ", text[opening.start() : end])]
        kept = position = end
    return "".join([*out, text[kept:]])


def _end_of(text: str, opening: re.Match[str], absent: set[str]) -> int | None:
    """Where the span that opens here ends; None when it doesn't. `absent` remembers closings that never come again."""
    mark = opening.group(0)
    if mark in _INLINE:
        found = _INLINE[mark].match(text, opening.start())
        return found.end() if found else None
    closing = _CLOSING.get(mark) or f"\\end{{{opening.group(1)}}}"
    place = -1 if closing in absent else text.find(closing, opening.end())
    if place >= 0:
        return place + len(closing)
    absent.add(closing)
    return len(text) if mark in _TO_THE_END else None

"""A stretch of a text that stands for a person, and the tools that the finders share."""

import re
from collections.abc import Iterable
from typing import NamedTuple

_MATH = re.compile(r"\$\$.*?\$\$|\$(?!\s)[^$\n]{1,400}(?<!\s)\$|\\\[.*?\\\]|\\\(.*?\\\)", re.DOTALL)
_LINK = re.compile(r"(?:https?://|doi:\s?|\b10\.\d{4,9}/|arxiv:\s?)[^\s)>\]，。；]+", re.IGNORECASE)


class Personal(NamedTuple):
    """kind: one of `find.KINDS`; start, end: where it stands in the text."""

    kind: str
    start: int
    end: int


def holds(text: str, hints: Iterable[str]) -> bool:
    """Whether one of some strings stands in a text; far quicker than a regular expression that looks for them."""
    for hint in hints:  # noqa: SIM110  any() takes twice as long, and this is asked of every text
        if hint in text:
            return True
    return False


def blank_formulas(text: str) -> str:
    """Text of the same length without formulas, links and DOIs, whose digits are nobody's number."""
    if "$" in text or "\\" in text:
        text = _MATH.sub(lambda found: " " * len(found[0]), text)
    if "/" in text or ":" in text:
        text = _LINK.sub(lambda found: " " * len(found[0]), text)
    return text

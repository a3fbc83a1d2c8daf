"""The form of an answer: the sections that it must have, and how many tokens each may take."""

import unicodedata
from dataclasses import dataclass
from itertools import accumulate
from operator import add

from tutorsmith.generation.call_form import Calls

MARK = "### "
KEPT = 0.75
"""The part of an equal share that is kept for each section yet to come; the first may take what the others need not."""
SOFT = 0.25
"""The last part of an equal share before a section's end, in which the next end of a sentence ends it."""


@dataclass(frozen=True)
class Section:
    """One section. wordings: its heading without the marks; each is accepted, the first is written where the model
    writes none of them. optional: whether the answer may do without it; opening: with what its text begins.

    Raises: ValueError for a heading that is no line with a letter or digit.
    """

    wordings: tuple[str, ...]
    optional: bool = False
    opening: str = ""

    def __post_init__(self) -> None:
        for wording in self.wordings:
            if len(wording.splitlines()) != 1 or not any(map(str.isalnum, wording)) or wording != wording.strip():
                raise ValueError(f"no heading: {wording!r}")
        if not self.wordings:
            raise ValueError("a section needs a heading")

    @property
    def lines(self) -> tuple[str, ...]:
        """The heading's line in each wording, composed (NFC) as tokenizers have it."""
        return tuple(MARK + unicodedata.normalize("NFC", wording) for wording in self.wordings)


@dataclass(frozen=True)
class Form:
    """Sections in the order in which the answer has them. calls: whether it may call a tool instead; chosen: whether
    the model says if the sections begin with their openings, by the first words of the first; held: what its calls may
    be, None for anything. Without sections it is only held to these.

    Raises: ValueError when no section is required, and no call held to anything.
    """

    sections: tuple[Section, ...]
    calls: bool = False
    chosen: bool = False
    held: Calls | None = None

    def __post_init__(self) -> None:
        if all(section.optional for section in self.sections) and (self.sections or self.held is None):
            raise ValueError("a form needs a section that is not optional")

    def following(self, section: int) -> range:
        """The sections that may come after this one (-1: first): up to the next that is not optional."""
        last = self.required_after(section)
        return range(section + 1, len(self.sections) if last is None else last + 1)

    def required_after(self, section: int) -> int | None:
        """The next section that is not optional, None when the answer may end."""
        later = range(section + 1, len(self.sections))
        return next((k for k in later if not self.sections[k].optional), None)


@dataclass(frozen=True)
class Budget:
    """By which token each section ends: from `soft` on at the next end of a sentence, at `hard` anyhow."""

    soft: tuple[int, ...]
    hard: tuple[int, ...]

    def with_openings(self, tokens: tuple[int, ...]) -> "Budget":
        """The same where each section opens with so many tokens that are not the model's."""
        before = list(accumulate(tokens))
        soft, hard = (tuple(map(add, ends, before)) for ends in (self.soft, self.hard))
        return Budget(soft, hard)


def least_tokens(headings: tuple[int, ...], reserve: int) -> int:
    """The shortest answer in which every section has a token of text. See `budget`."""
    return sum(heading + reserve + 1 for heading in headings)


def budget(limit: int, headings: tuple[int, ...], reserve: int) -> Budget:
    """Share out `limit` tokens. headings: tokens of each heading; reserve: those that ending a section may take.

    Of n sections each but the first is sure of KEPT/n of all; what a section leaves goes on to the next.

    Raises: ValueError below `least_tokens`.
    """
    if limit < least_tokens(headings, reserve):
        raise ValueError(f"{limit} tokens have no room for {len(headings)} sections")
    count = len(headings)
    whole = list(accumulate(heading + reserve + 1 for heading in headings))
    hard = []
    for k in range(count):
        wanted = int(limit * (1 - KEPT * (count - 1 - k) / count))
        earliest = whole[k] - reserve
        latest = limit - reserve - (whole[-1] - whole[k])
        hard.append(max(min(wanted, latest), earliest))
    return Budget(tuple(end - int(limit * SOFT / count) for end in hard), tuple(hard))

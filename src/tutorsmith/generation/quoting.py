"""Quotes that are the notes' own words: an answer that opens with them can only copy passages of its excerpts.

The model chooses the passages, by what it wants to say; what it says of one is the passage, letter by letter, and the
number of its excerpt follows. (Copying held to a tree of the allowed texts is how retrieval by constrained decoding
works: De Cao et al. 2021, arXiv:2010.00904.)
"""

from typing import NamedTuple

from tutorsmith.data.words import word_count
from tutorsmith.generation.form import Quotes


class Passage(NamedTuple):
    """number: of its excerpt; text: with the space before it; words: its length."""

    number: int
    text: bytes
    words: int


class Quoting:
    """The quotes of one answer. start: where the present one starts in the answer, in bytes; None between two."""

    def __init__(self, quotes: Quotes) -> None:
        self.left = [Passage(number, f" {text}".encode(), word_count(text)) for number, text in quotes.passages]
        self.most, self.room = quotes.most, quotes.max_words
        self.start: int | None = None
        self.count = 0

    def fitting(self, said: bytes) -> Passage | None:
        """The first passage that begins so, and whose words have room."""
        return next((p for p in self.left if p.words <= self.room and p.text.startswith(said)), None)

    def complete(self, said: bytes) -> Passage | None:
        """The passage that is said whole."""
        return next((p for p in self.left if p.text == said), None)

    def cite(self, quoted: Passage) -> str:
        """The quote is done: its number, as it is written behind it."""
        self.left.remove(quoted)
        self.room -= quoted.words
        self.count += 1
        self.start = None
        return f" [{quoted.number}]"

    @property
    def full(self) -> bool:
        """Whether no quote may follow."""
        return self.count >= self.most or self.fitting(b"") is None

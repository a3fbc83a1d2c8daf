"""Quotes that are the notes' own words: an answer that opens with them can only copy passages of its excerpts.

The model chooses the passages, by what it wants to say; what it says of one is the passage, letter by letter, and the
number of its excerpt follows. (Copying held to a tree of the allowed texts is how retrieval by constrained decoding
works: De Cao et al. 2021, arXiv:2010.00904.)
"""

from tutorsmith.data.words import word_count
from tutorsmith.generation.form import Quotes


class Quoting:
    """The quotes of one answer. Between two of them `begun` is False."""

    def __init__(self, quotes: Quotes) -> None:
        self.left = [(number, f" {text}".encode()) for number, text in quotes.passages]
        self.most, self.room = quotes.most, quotes.max_words
        self.start: int | None = None  # where the present quote starts in the answer, in bytes
        self.count = 0

    def fitting(self, said: bytes) -> list[tuple[int, bytes]]:
        """The passages that begin so, and whose words have room."""
        return [(n, text) for n, text in self.left if text.startswith(said) and _words(text) <= self.room]

    def complete(self, said: bytes) -> tuple[int, bytes] | None:
        """The passage that is said whole."""
        return next(((n, text) for n, text in self.left if text == said), None)

    def cite(self, quoted: tuple[int, bytes]) -> str:
        """The quote is done: its number, as it is written behind it."""
        self.left.remove(quoted)
        self.room -= _words(quoted[1])
        self.count += 1
        self.start = None
        return f" [{quoted[0]}]"

    @property
    def full(self) -> bool:
        """Whether no quote may follow."""
        return self.count >= self.most or not self.fitting(b"")


def _words(text: bytes) -> int:
    return word_count(text.decode())

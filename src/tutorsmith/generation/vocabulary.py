"""Which tokens of a vocabulary fit the ways on, looked up by what they spell."""

from bisect import bisect_left
from collections.abc import Iterator

from tutorsmith.generation.paths import Path, Ways, Writing, advance
from tutorsmith.generation.spelling import Spelling

_LONGEST = 32
"""Bytes of a token that is looked for."""
_MOST = 4000
"""Tokens with one beginning that are tried; where there are more, what they begin leaves too much open."""


class Vocabulary:
    """The tokens of a tokenizer by their bytes."""

    def __init__(self, spelling: Spelling) -> None:
        self.spelling = spelling
        self.tokens: dict[bytes, list[int]] = {}
        for token in range(len(spelling.tokenizer)):
            if piece := spelling.bytes_of(token):
                self.tokens.setdefault(piece, []).append(token)
        self.pieces = sorted(self.tokens)

    @property
    def spells_all(self) -> bool:
        """Whether there is a token for every byte of a text (of characters in use), so that any can be spelled."""
        used = (0x0A, *range(0x20, 0x7F), *range(0x80, 0xC0), *range(0xC2, 0xF1))
        return all(bytes([byte]) in self.tokens for byte in used)

    def fitting(self, ways: Ways) -> list[int] | None:
        """The tokens that may come next; None where the model writes by itself and nearly any may."""
        if any(isinstance(way, Writing) for way in ways):
            return None
        pieces: dict[bytes, None] = {}
        for way in ways:
            for piece in self._along(b"", way, ways):
                if piece is None:
                    return None
                pieces[piece] = None
        return [token for piece in pieces for token in self.tokens[piece]]

    def _along(self, before: bytes, way: "Path | Writing", ways: Ways) -> Iterator[bytes | None]:
        """Tokens that begin with `before` and go on this way; None where they are too many to look at."""
        if isinstance(way, Writing) or len(before) >= _LONGEST:
            yield from self._beginning(before, ways)
            return
        text = before + way.text
        for end in range(len(before) + 1, min(len(text), _LONGEST) + 1):
            if text[:end] in self.tokens:
                yield text[:end]
        if way.then is not None and len(text) < _LONGEST and self._is_begun(text):
            for on in way.then():
                yield from self._along(text, on, ways)

    def _is_begun(self, start: bytes) -> bool:
        """Whether a longer token begins so."""
        k = bisect_left(self.pieces, start + b"\x00")
        return k < len(self.pieces) and self.pieces[k].startswith(start)

    def _beginning(self, start: bytes, ways: Ways) -> Iterator[bytes | None]:
        first, last = bisect_left(self.pieces, start), bisect_left(self.pieces, start + b"\xff")
        if last - first > _MOST:
            yield None
        else:
            yield from (piece for piece in self.pieces[first:last] if advance(ways, piece))

    def ids_of(self, text: bytes) -> tuple[int, ...]:
        """Tokens that spell the text: the tokenizer's own, or else the longest that fit, one after the other.

        Raises: ValueError for a byte that no token spells.
        """
        try:
            return self.spelling.ids_of(text.decode())
        except ValueError:  # within a character, or a text that the tokenizer would change
            return tuple(self._longest(text))

    def _longest(self, text: bytes) -> Iterator[int]:
        at = 0
        while at < len(text):
            ends = range(min(len(text), at + _LONGEST), at, -1)
            end = next((end for end in ends if text[at:end] in self.tokens), None)
            if end is None:
                raise ValueError(f"the tokenizer cannot spell {text[at : at + 1]!r}")
            yield self.tokens[text[at:end]][0]
            at = end

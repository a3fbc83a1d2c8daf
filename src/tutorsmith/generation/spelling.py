"""What a tokenizer's tokens spell, byte by byte, and which tokens spell a text."""

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any

_PROBE = "On two lines: its end (a) is here"


def _alphabet_of_bytes() -> dict[str, int]:
    """GPT-2's: printable bytes stand for themselves, the others for the characters from 256 on."""
    printable = {*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
    others = [byte for byte in range(256) if byte not in printable]
    return {chr(byte): byte for byte in printable} | {chr(256 + k): byte for k, byte in enumerate(others)}


_BYTES = _alphabet_of_bytes()


def _byte_level(piece: str) -> bytes:
    """The bytes of a byte-level token; a character that is none of the alphabet spells itself, which no text does."""
    return b"".join(bytes([_BYTES[c]]) if c in _BYTES else c.encode() for c in piece)


def _sentencepiece(piece: str) -> bytes:
    """The bytes of a SentencePiece token: ▁ is a space, <0x0A> a byte that no piece has."""
    if len(piece) == 6 and piece.startswith("<0x") and piece.endswith(">"):
        return bytes([int(piece[3:5], 16)])
    return piece.replace("▁", " ").encode()


class Spelling:
    """One tokenizer, byte-level (GPT-2, Llama 3, Qwen) or SentencePiece-like. Special tokens spell nothing, as in the
    text of a prediction."""

    def __init__(self, tokenizer: Any) -> None:
        self.tokenizer = tokenizer
        self._bytes: dict[int, bytes] = {}
        self._ids: dict[str, tuple[int, ...]] = {}

    @cached_property
    def _added(self) -> dict[int, bytes]:
        special = set(self.tokenizer.all_special_ids)
        added = self.tokenizer.added_tokens_decoder.items()
        return {k: b"" if token.special or k in special else str(token).encode() for k, token in added}

    @cached_property
    def _reading(self) -> Callable[[str], bytes]:
        """How the tokenizer's pieces are read.

        By what they spell, not by what the tokenizer says of itself: one made of a GGUF may name a decoder of another
        kind. Raises: ValueError for a tokenizer of neither kind.
        """
        pieces = self.tokenizer.convert_ids_to_tokens(self._encode(_PROBE))
        for reading in (_byte_level, _sentencepiece):
            if b"".join(map(reading, pieces)).removeprefix(b" ") == _PROBE.encode():
                return reading
        raise ValueError("a tokenizer of unknown kind")

    def bytes_of(self, token: int) -> bytes:
        """What the token adds to an answer; may be a part of a character."""
        known = self._bytes.get(token)
        if known is None:
            known = self._bytes[token] = self._added[token] if token in self._added else self._spelled(token)
        return known

    def _spelled(self, token: int) -> bytes:
        piece: str | None = self.tokenizer.convert_ids_to_tokens(token)
        if piece is None:  # an id that only fills the model's vocabulary up
            return b""
        return self._reading(piece)

    def joined(self, tokens: Iterable[int]) -> bytes:
        return b"".join(map(self.bytes_of, tokens))

    def ids_of(self, text: str) -> tuple[int, ...]:
        """The tokens that spell the text within an answer. Raises: ValueError when the tokenizer cannot spell it."""
        if text not in self._ids:
            # SentencePiece puts a space before what begins a text, and none after a line's end.
            for before in ("", "\n"):
                lead, both = self._encode(before), self._encode(before + text)
                ids = tuple(both[len(lead) :])
                if both[: len(lead)] == lead and self.joined(ids) == text.encode():
                    self._ids[text] = ids
                    break
            else:
                raise ValueError(f"the tokenizer cannot spell {text!r}")
        return self._ids[text]

    def _encode(self, text: str) -> list[int]:
        return list(self.tokenizer.encode(text, add_special_tokens=False)) if text else []


class Name:
    """A heading's line, and the tokens that spell it."""

    def __init__(self, line: str, spelling: Spelling) -> None:
        self.line = line.encode()
        self._tokens: dict[int, int] = {}
        place = 0
        for token in spelling.ids_of(line):
            self._tokens[place] = token
            place += len(spelling.bytes_of(token))

    def token_at(self, place: int) -> int | None:
        """The token that begins at this byte, None within a token and behind the last."""
        return self._tokens.get(place)

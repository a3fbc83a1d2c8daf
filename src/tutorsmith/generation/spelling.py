"""What a tokenizer's tokens spell, byte by byte, and which tokens spell a text."""

import json
from collections.abc import Iterable
from functools import cached_property
from typing import Any


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
    def _alphabet(self) -> dict[str, int] | None:
        """The byte that each character of a byte-level token stands for; None for SentencePiece's.

        Raises: ValueError for a tokenizer of another kind.
        """
        backend = getattr(self.tokenizer, "backend_tokenizer", None)
        decoder = (json.loads(backend.to_str())["decoder"] if backend else None) or {}
        kinds = {part.get("type") for part in (decoder, *decoder.get("decoders", ()))}
        if kinds & {"Metaspace", "ByteFallback"}:
            return None
        if "ByteLevel" not in kinds:
            raise ValueError("a tokenizer of unknown kind")
        # GPT-2: printable bytes stand for themselves, the others for the characters from 256 on.
        printable = {*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
        others = [byte for byte in range(256) if byte not in printable]
        return {chr(byte): byte for byte in printable} | {chr(256 + k): byte for k, byte in enumerate(others)}

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
        if self._alphabet is not None:
            return bytes(self._alphabet[character] for character in piece)
        if len(piece) == 6 and piece.startswith("<0x") and piece.endswith(">"):
            return bytes([int(piece[3:5], 16)])
        return piece.replace("▁", " ").encode()

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

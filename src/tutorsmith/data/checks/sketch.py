"""Small numbers that stand for a record: digests of its parts and the MinHash sketch of its words.

Broder, "On the resemblance and containment of documents" (1997); Leskovec, Rajaraman & Ullman, "Mining of Massive
Datasets", section 3.4: with b bands of r rows two records of similarity s meet with probability 1 - (1 - s^r)^b.
Kept of each minimum are 8 bits: Li & König, "b-Bit Minwise Hashing" (2010).
"""

import hashlib
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from tutorsmith.data.checks.record import Record
from tutorsmith.data.words import tokens_of

PERMUTATIONS = 64
BANDS = 16
MIN_SHINGLES = 12
"""Shorter records are compared exactly only: in them one word makes a question another one."""
REFUSALS = ("", "insufficient_context", "missing_parameters", "out_of_scope")

_NUMBER = re.compile(r"\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Prints:
    """What is kept of n records for the comparison, in their order; one array a part.

    line, id: where and what; id_key: digest of the id, 0 without one; prompt, answer, numbers: digests (uint64;
    answer 0 without one); refusal: place in REFUSALS, or 255; sketched: whether there is a sketch; sketch: uint8 (n,
    PERMUTATIONS); bands: uint64 (n, BANDS). Records without a question have prompt 0 and are compared by id only.
    """

    line: Any
    id: list[str]
    id_key: Any
    prompt: Any
    answer: Any
    numbers: Any
    refusal: Any
    sketched: Any
    sketch: Any
    bands: Any


def _digest(*parts: str) -> int:
    """A number below 2^64, never 0."""
    # A lone surrogate is reported elsewhere and must not stop the comparison.
    text = "\x1f".join(parts).encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "little") or 1


def _bare(text: str) -> str:
    """Without case, spacing, and the punctuation around words."""
    words = (word.strip(_PUNCTUATION) for word in text.casefold().split())
    return " ".join(word for word in words if word)


_PUNCTUATION = ".,;:!?…'\"()，。；：！？、“”‘’（）"


class Printer:
    """Takes the prints of records, one after another."""

    def __init__(self) -> None:
        self._lines: list[int] = []
        self._ids: list[str] = []
        self._digests: list[tuple[int, int, int, int]] = []
        self._refusals: list[int] = []
        self._minima: list[Any] = []

    def add(self, record: Record) -> None:
        self._lines.append(record.line)
        self._ids.append(record.id)
        identity = _digest(record.id) if record.id else 0
        turns = record.user_turns
        if not turns:
            self._digests.append((identity, 0, 0, 0))
            self._refusals.append(0)
            self._minima.append(None)
            return
        prompt, answer = _prompt_and_answer(record)
        numbers = sorted(number for turn in turns for number in _NUMBER.findall(turn))
        said = _digest(*map(_bare, answer)) if any(answer) else 0
        self._digests.append((identity, _digest(*map(_bare, prompt)), said, _digest(*numbers)))
        kind = record.raw.get("refusal_type") or ""
        self._refusals.append(REFUSALS.index(kind) if kind in REFUSALS else 255)
        self._minima.append(_minima([*turns, *answer]))

    def prints(self) -> Prints:
        """Those of all records added."""
        import numpy as np

        size = len(self._ids)
        line = np.array(self._lines, np.int64)
        digests = np.array(self._digests, np.uint64).reshape(size, 4).T
        sketched = np.array([found is not None for found in self._minima], np.bool_)
        minima = np.zeros((size, PERMUTATIONS), np.uint32)
        for row, found in enumerate(self._minima):
            if found is not None:
                minima[row] = found
        low = (minima & np.uint32(0xFF)).astype(np.uint8)
        refusal = np.array(self._refusals, np.uint8)
        identity, prompt, answer, numbers = digests
        return Prints(line, self._ids, identity, prompt, answer, numbers, refusal, sketched, low, _bands(minima))


def _prompt_and_answer(record: Record) -> tuple[list[str], list[str]]:
    """Everything before the last answer with its roles, and that answer (or reference)."""
    texts = [text for text in record.texts if text.role != "key_point"]
    # Calls carry the sense of turns without text.
    calls = [repr(message["tool_calls"]) for _, message in record.messages if message.get("tool_calls")]
    answer = texts.pop().content if texts and texts[-1].role == "assistant" else ""
    prompt = [part for text in texts for part in (text.role, text.content)]
    return prompt, [answer, *calls]


class _Hashes(dict[str, int]):
    """Word -> its CRC-32, remembered: the words of a course are few."""

    def __missing__(self, word: str) -> int:
        if len(self) > _REMEMBERED:
            self.clear()
        self[word] = value = zlib.crc32(word.encode("utf-8", "surrogatepass"))
        return value


_REMEMBERED = 1 << 16
_HASHES = _Hashes()


def _minima(texts: Sequence[str]) -> Any:
    """The least hash of the word pairs of some texts under each permutation, or None for short ones."""
    import numpy as np

    tokens = [token for text in texts for token in tokens_of(text)]
    if len(tokens) <= MIN_SHINGLES:
        return None
    words = np.array(list(map(_HASHES.__getitem__, tokens)), np.uint32)
    # Multiplying mixes the low bits into the high ones only, so these are brought down in between.
    pairs = words[:-1] * np.uint32(0x9E3779B1) + words[1:]
    pairs = (pairs ^ (pairs >> np.uint32(15))) * np.uint32(0x85EBCA6B)
    multipliers, offsets = _permutations()
    return (multipliers[:, None] * (pairs ^ (pairs >> np.uint32(13))) + offsets[:, None]).min(axis=1)


@lru_cache(maxsize=1)
def _permutations() -> tuple[Any, Any]:
    """Fixed odd multipliers and offsets, modulo 2^32."""
    import numpy as np

    random = np.random.default_rng(20240229)
    multipliers = random.integers(0, 2**31, PERMUTATIONS, dtype=np.uint32) * np.uint32(2) + np.uint32(1)
    return multipliers, random.integers(0, 2**32, PERMUTATIONS, dtype=np.uint32)


def _rows() -> Any:
    """A 64-bit multiplier for each row of a band."""
    import numpy as np

    return np.random.default_rng(7).integers(1, 2**63, PERMUTATIONS // BANDS, dtype=np.uint64) * np.uint64(2)


def _bands(minima: Any) -> Any:
    """One 64-bit key for each band. Two bands with one key by chance only cost a comparison."""
    import numpy as np

    rows = minima.reshape(len(minima), BANDS, PERMUTATIONS // BANDS).astype(np.uint64)
    keys = (rows * _rows()).sum(axis=2, dtype=np.uint64) + np.arange(BANDS, dtype=np.uint64)
    return keys | np.uint64(1)


def similarity(one: Any, other: Any) -> float:
    """The estimate of the Jaccard similarity; one in 256 of the 8-bit minima are equal by chance."""
    equal = float((one == other).mean())
    return (equal - 1 / 256) / (1 - 1 / 256)

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

PERMUTATIONS = 64
BANDS = 16
MIN_SHINGLES = 12
"""Shorter records are compared exactly only: in them one word makes a question another one."""
REFUSALS = ("", "insufficient_context", "missing_parameters", "out_of_scope")

_TOKEN = re.compile(r"[a-z]+|\d+(?:\.\d+)?|[^\W\d_a-z]|[=+*/^<>±≤≥-]")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Prints:
    """What is kept of n records for the comparison, in their order; one array a part.

    line, id: where and what; id_key: digest of the id, 0 without one; prompt, answer, numbers: digests (uint64; answer 0
    without one); refusal: place in REFUSALS, or 255; sketched: whether there is a sketch; sketch: uint8 (n,
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


def _squeezed(text: str) -> str:
    return " ".join(text.split()).casefold()


def prints(records: Sequence[Record]) -> Prints:
    """The prints of some records."""
    import numpy as np

    size = len(records)
    digests = np.zeros((4, size), np.uint64)
    refusal = np.zeros(size, np.uint8)
    sketched = np.zeros(size, np.bool_)
    minima = np.zeros((size, PERMUTATIONS), np.uint32)
    for row, record in enumerate(records):
        digests[0, row] = _digest(record.id) if record.id else 0
        turns = record.user_turns
        if not turns:
            continue
        prompt, answer = _prompt_and_answer(record)
        asked = " ".join(turns)
        digests[1, row] = _digest(*prompt)
        digests[2, row] = _digest(*answer) if any(answer) else 0
        digests[3, row] = _digest(*sorted(_NUMBER.findall(asked)))
        kind = record.raw.get("refusal_type") or ""
        refusal[row] = REFUSALS.index(kind) if kind in REFUSALS else 255
        found = _minima(asked + "\n" + " ".join(answer))
        if found is not None:
            sketched[row] = True
            minima[row] = found
    line = np.fromiter((record.line for record in records), np.int64, size)
    ids = [record.id for record in records]
    low = (minima & np.uint32(0xFF)).astype(np.uint8)
    return Prints(line, ids, *digests, refusal, sketched, low, _bands(minima))


def _prompt_and_answer(record: Record) -> tuple[list[str], list[str]]:
    """Everything before the last answer with its roles, and that answer (or reference)."""
    turns = [f"{text.role}:{_squeezed(text.content)}" for text in record.texts if text.role != "key_point"]
    # Calls carry the sense of turns without text.
    calls = [repr(message["tool_calls"]) for _, message in record.messages if message.get("tool_calls")]
    if turns and turns[-1].startswith("assistant:"):
        return turns[:-1], [turns[-1], *calls]
    return turns, calls


@lru_cache(maxsize=1 << 16)
def _hash(token: str) -> int:
    return zlib.crc32(token.encode("utf-8", "surrogatepass"))


def _minima(text: str) -> Any:
    """The least hash of the word pairs of a text under each permutation, or None for a short text."""
    import numpy as np

    tokens = _TOKEN.findall(text.casefold())
    if len(tokens) <= MIN_SHINGLES:
        return None
    words = np.array([_hash(token) for token in tokens], np.uint64)
    pairs = np.unique((words[:-1] * np.uint64(0x9E3779B1) + words[1:]) & np.uint64(0xFFFFFFFF))
    multipliers, offsets = _permutations()
    hashed = pairs[:, None] * multipliers[None, :] + offsets[None, :]
    return (hashed.min(axis=0) >> np.uint64(32)).astype(np.uint32)


@lru_cache(maxsize=1)
def _permutations() -> tuple[Any, Any]:
    """Fixed odd 64-bit multipliers and offsets: multiply-shift hashing (Dietzfelbinger et al., 1997)."""
    import numpy as np

    random = np.random.default_rng(20240229)
    multipliers = random.integers(1, 2**63, PERMUTATIONS, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
    return multipliers, random.integers(0, 2**63, PERMUTATIONS, dtype=np.uint64)


def _bands(minima: Any) -> Any:
    """One 64-bit key for each band. Two bands with one key by chance only cost a comparison."""
    import numpy as np

    rows = minima.reshape(len(minima), BANDS, PERMUTATIONS // BANDS).astype(np.uint64)
    multipliers, offsets = _permutations()
    keys = (rows * multipliers[: rows.shape[2]]).sum(axis=2, dtype=np.uint64) + offsets[:BANDS]
    return keys | np.uint64(1)


def similarity(one: Any, other: Any) -> float:
    """The estimate of the Jaccard similarity; one in 256 of the 8-bit minima are equal by chance."""
    equal = float((one == other).mean())
    return (equal - 1 / 256) / (1 - 1 / 256)

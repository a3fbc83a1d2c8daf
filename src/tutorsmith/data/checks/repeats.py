"""Records of one file compared with each other, at a cost that grows linearly with their number.

A record leaves a small fingerprint; only fingerprints are kept. Near duplicates are found with MinHash and banding:
Broder, "On the resemblance and containment of documents" (1997); Leskovec, Rajaraman & Ullman, "Mining of Massive
Datasets", section 3.4. With b bands of r rows two records of similarity s meet with probability 1 - (1 - s^r)^b.
"""

import hashlib
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tutorsmith.data.checks.finding import Remark
from tutorsmith.data.checks.record import Record

PERMUTATIONS = 64
BANDS = 16
NEAR = 0.75
MIN_SHINGLES = 12
"""Shorter records are compared exactly only: in them one word makes a question another one."""

_TOKEN = re.compile(r"[a-z]+|\d+(?:\.\d+)?|[^\W\d_a-z]|[=+*/^<>±≤≥-]")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What is kept of a record for the comparison. Hashes are 8 bytes; `signature` holds PERMUTATIONS uint32 or is
    empty for a short record."""

    line: int
    id: str
    prompt: bytes
    answer: bytes
    refusal: str
    numbers: bytes
    signature: bytes
    benchmark: bool


def _digest(*parts: str) -> bytes:
    # A lone surrogate is reported elsewhere and must not stop the comparison.
    return hashlib.blake2b("\x1f".join(parts).encode("utf-8", "surrogatepass"), digest_size=8).digest()


def _squeezed(text: str) -> str:
    return " ".join(text.split()).casefold()


def fingerprint(record: Record) -> Fingerprint | None:
    """The fingerprint of a record, or None when it has no question to compare."""
    if not record.user_turns:
        return None
    prompt, answer = _prompt_and_answer(record)
    numbers = "\x1f".join(sorted(_NUMBER.findall(" ".join(record.user_turns))))
    refusal = record.raw.get("refusal_type")
    return Fingerprint(
        line=record.line,
        id=record.id,
        prompt=_digest(*prompt),
        answer=_digest(*answer) if any(answer) else b"",
        refusal=refusal if isinstance(refusal, str) else "",
        numbers=_digest(numbers),
        signature=signature(" ".join(record.user_turns) + "\n" + " ".join(answer)),
        benchmark=record.benchmark,
    )


def _prompt_and_answer(record: Record) -> tuple[list[str], list[str]]:
    """Everything before the last answer with its roles, and that answer (or reference)."""
    turns = [f"{text.role}:{_squeezed(text.content)}" for text in record.texts if text.role != "key_point"]
    # Calls carry the sense of turns without text.
    calls = [repr(message["tool_calls"]) for _, message in record.messages if message.get("tool_calls")]
    if turns and turns[-1].startswith("assistant:"):
        return turns[:-1], [turns[-1], *calls]
    return turns, calls


def signature(text: str) -> bytes:
    """MinHash signature of the word pairs of a text."""
    import numpy as np

    tokens = _TOKEN.findall(text.casefold())
    if len(tokens) <= MIN_SHINGLES:
        return b""
    words = np.fromiter(
        (zlib.crc32(token.encode("utf-8", "surrogatepass")) for token in tokens), np.uint64, len(tokens)
    )
    pairs = np.unique((words[:-1] * np.uint64(0x9E3779B1) + words[1:]) & np.uint64(0xFFFFFFFF))
    multipliers, offsets = _permutations()
    hashed = (pairs[:, None] * multipliers[None, :] + offsets[None, :]) >> np.uint64(32)
    minima: Any = hashed.min(axis=0).astype(np.uint32)
    return bytes(minima.tobytes())


_PERMUTATION_CACHE: dict[str, Any] = {}


def _permutations() -> tuple[Any, Any]:
    """Fixed odd 64-bit multipliers and offsets: multiply-shift hashing (Dietzfelbinger et al., 1997)."""
    import numpy as np

    if not _PERMUTATION_CACHE:
        random = np.random.default_rng(20240229)
        _PERMUTATION_CACHE["a"] = random.integers(1, 2**63, PERMUTATIONS, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
        _PERMUTATION_CACHE["b"] = random.integers(0, 2**63, PERMUTATIONS, dtype=np.uint64)
    return _PERMUTATION_CACHE["a"], _PERMUTATION_CACHE["b"]


def _band_keys(minima: bytes) -> list[int]:
    """One 64-bit key for each band. Two bands with one key by chance only cost a comparison."""
    import numpy as np

    rows = np.frombuffer(minima, np.uint32).reshape(BANDS, -1).astype(np.uint64)
    weights = _permutations()[0][: rows.shape[1]]
    offsets = _permutations()[1][:BANDS]
    keys: list[int] = ((rows * weights).sum(axis=1, dtype=np.uint64) + offsets).tolist()
    return keys


def similarity(one: bytes, other: bytes) -> float:
    """Share of equal minima: the estimate of the Jaccard similarity."""
    import numpy as np

    return float((np.frombuffer(one, np.uint32) == np.frombuffer(other, np.uint32)).mean())


class Repeats:
    """The comparison of one file: feed the fingerprints in order, get (line, kind, remark) back."""

    def __init__(self) -> None:
        self.ids: dict[str, int] = {}
        self.prompts: dict[bytes, Fingerprint] = {}
        self.buckets: dict[int, int] = {}
        self.kept: list[Fingerprint] = []

    def feed_id(self, identity: str, line: int) -> Iterator[tuple[str, Remark]]:
        """Ids must be unique in their file."""
        if not identity:
            return
        first = self.ids.setdefault(identity, line)
        if first != line:
            told = f"the id {identity!r} stands already on line {first}"
            yield "duplicate-id", Remark("id", told, "give each record an id of its own")

    def feed(self, new: Fingerprint) -> Iterator[tuple[str, Remark]]:
        """Exact duplicates, two answers to one prompt, near duplicates; at most one of them for a record."""
        old = self.prompts.setdefault(new.prompt, new)
        if old is not new:
            if old.answer == new.answer and old.refusal == new.refusal:
                told = f"the same record stands on line {old.line} (id {old.id!r})"
                yield "duplicate", Remark("messages", told, "remove one of the two")
            else:
                told = f"the same prompt has another answer on line {old.line} (id {old.id!r})"
                yield "contradictory-answers", Remark("messages", told, "keep the right answer only")
            return
        near = self._near(new)
        if near is not None:
            told = f"nearly the same record stands on line {near.line} (id {near.id!r})"
            yield "near-duplicate", Remark("messages", told, "remove one, or make them differ in substance")

    def _near(self, new: Fingerprint) -> Fingerprint | None:
        if not new.signature:
            return None
        position = len(self.kept)
        candidates: set[int] = set()
        for key in _band_keys(new.signature):
            # One record stands for each bucket, so that a file of a single pattern stays linear.
            first = self.buckets.setdefault(key, position)
            if first != position:
                candidates.add(first)
        self.kept.append(new)
        for candidate in sorted(candidates):
            old = self.kept[candidate]
            # Exercises with other numbers, and near-miss pairs of answer and refusal, are meant to be alike.
            if old.numbers != new.numbers or old.refusal != new.refusal:
                continue
            if similarity(old.signature, new.signature) >= NEAR:
                return old
        return None

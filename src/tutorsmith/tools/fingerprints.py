"""Texts -> words with their places -> fingerprints: what two texts have in common, found in linear time.

Winnowing (Schleimer, Wilkerson & Aiken, SIGMOD 2003): of every window of hashes of k words the smallest is kept, so
that every common run of window + k - 1 words is found. Resemblance is estimated by a bottom sketch of the hashes
(Broder, 1997: MinHash with one permutation), exact while both texts together have no more runs than the sketch holds.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b

from tutorsmith.data.plain_text import blank_code_and_math

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{_HAN}]|[^\W_{_HAN}]+(?:['’][^\W\d_{_HAN}]+)?")
_IS_HAN = re.compile(f"[{_HAN}]")
WINDOW = 4
K_WORDS, K_CHARACTERS = 5, 8
"""Words (English) and characters (Chinese) in one hashed run."""
SKETCH = 256
MOST_PLACES = 16


@dataclass(frozen=True, slots=True)
class Word:
    """One word, or one Chinese character; start and end are offsets in characters."""

    text: str
    start: int
    end: int


def words_of(text: str) -> list[Word]:
    """Words without case and punctuation, full-width letters as plain ones."""
    return [
        Word(unicodedata.normalize("NFKC", found[0]).casefold().replace("’", "'"), found.start(), found.end())
        for found in _WORD.finditer(text)
    ]


def is_chinese(words: Sequence[Word]) -> bool:
    """Whether most words are Chinese characters."""
    return 2 * sum(bool(_IS_HAN.match(word.text)) for word in words) > len(words)


@dataclass(frozen=True, slots=True)
class Run:
    """Common words: place in one text, place in the other, how many; source names the other text."""

    place: int
    there: int
    length: int
    source: str = ""


@dataclass(frozen=True)
class Document:
    """A text with its words; `k` is the length of the runs that are hashed."""

    text: str
    words: tuple[Word, ...]
    k: int

    @property
    def least(self) -> int:
        """Words of the shortest common run that counts: each of this length is found, and shorter ones are chance."""
        return self.k + WINDOW - 1

    @cached_property
    def hashes(self) -> tuple[int, ...]:
        """The hash of each run of k words, by the place of its first word."""
        texts = [word.text for word in self.words]
        return tuple(_hash(" ".join(texts[i : i + self.k])) for i in range(len(texts) - self.k + 1))

    @cached_property
    def places(self) -> Mapping[int, tuple[int, ...]]:
        """Fingerprint -> places of the runs that have it."""
        out: dict[int, list[int]] = {}
        for place in _winnowed(self.hashes):
            out.setdefault(self.hashes[place], []).append(place)
        return {value: tuple(found) for value, found in out.items()}


def document(text: str, k: int | None = None) -> Document:
    """Formulas and code are no words of it: to share them is no copying. k: None chooses it by the language."""
    words = tuple(words_of(blank_code_and_math(text)))
    return Document(text, words, k or (K_CHARACTERS if is_chinese(words) else K_WORDS))


def resemblance(one: Document, other: Document) -> float:
    """Estimated share of the runs of both texts that they have in common, 0 to 1."""
    sketches = [set(sorted(set(part.hashes))[:SKETCH]) for part in (one, other)]
    lowest = sorted(sketches[0] | sketches[1])[:SKETCH]
    both = sketches[0] & sketches[1]
    return sum(value in both for value in lowest) / len(lowest) if lowest else 0.0


def common_runs(one: Document, other: Document) -> list[Run]:
    """Maximal common runs, without overlaps in `one`, in order.

    Every run of `one.least` words is found, and none that is shorter. Text that repeats itself is compared with the
    first MOST_PLACES of its repeats, so that the cost stays linear.
    """
    found: list[Run] = []
    reached = 0
    for place, value in sorted((place, value) for value, places in one.places.items() for place in places):
        theirs = other.places.get(value, ())[:MOST_PLACES]
        if place < reached or not theirs:
            continue
        best = max((_grown(one, other, place, there) for there in theirs), key=lambda run: (run.length, -run.there))
        found.append(best)
        reached = best.place + best.length
    return without_overlaps(found, len(one.words), one.least)


def without_overlaps(runs: Iterable[Run], size: int, least: int) -> list[Run]:
    """Each word in one run, the longest that has it; what is left of the others stays if it has `least` words."""
    taken = bytearray(size)
    kept: list[Run] = []
    for run in sorted(runs, key=lambda run: (-run.length, run.place, run.there)):
        low, high = run.place, run.place + run.length
        while low < high and taken[low]:
            low += 1
        while low < high and taken[high - 1]:
            high -= 1
        if high - low >= least and not any(taken[low:high]):
            taken[low:high] = b"\x01" * (high - low)
            kept.append(Run(low, run.there + low - run.place, high - low, run.source))
    return sorted(kept, key=lambda run: run.place)


def _grown(one: Document, other: Document, place: int, there: int) -> Run:
    """The whole run around a common fingerprint."""
    a, b = one.words, other.words
    back = 0
    while back < min(place, there) and a[place - back - 1].text == b[there - back - 1].text:
        back += 1
    on = one.k
    while place + on < len(a) and there + on < len(b) and a[place + on].text == b[there + on].text:
        on += 1
    return Run(place - back, there - back, back + on)


def _winnowed(hashes: Sequence[int]) -> list[int]:
    """Places of the smallest hash of each window, the rightmost of equals; of a short text the smallest at all."""
    if len(hashes) <= WINDOW:
        return [min(range(len(hashes)), key=lambda i: (hashes[i], -i))] if hashes else []
    out: list[int] = []
    for start in range(len(hashes) - WINDOW + 1):
        place = min(range(start, start + WINDOW), key=lambda i: (hashes[i], -i))
        if not out or out[-1] != place:
            out.append(place)
    return out


def _hash(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")

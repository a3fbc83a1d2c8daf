"""What does the data lack? A survey of what is there, and a plan of drafts that fills its gaps.

samples ──► (chapter, kind, nearest chunk) each ──► counts
plan: again and again the kind that falls furthest short of its share, in the chapter that has least of it, from the
chunk of that chapter that fewest samples are about. Ties are broken by the seed.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from tutorsmith.core.artifacts import hash_value
from tutorsmith.core.errors import DataError
from tutorsmith.data.schema import Sample
from tutorsmith.expand.kinds import KINDS, Kind, has_formula, kind_of, kinds_for
from tutorsmith.retrieval.chunk import Chunk
from tutorsmith.retrieval.index import Index
from tutorsmith.retrieval.search import search

SHORTEST = 20
"""Words of a chunk below which nothing is drafted from it."""
ELSEWHERE = "?"
"""Chapter of samples that no notes file fits."""
_NUMBER = re.compile(r"(?:ch(?:apter)?[-_ ]?)?0*(\d{1,3})(?!\d)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Task:
    """One draft to be asked for. `id` is the hash of all the rest, so that a task asked for twice is one task."""

    id: str
    kind: str
    chapter: str
    source: str
    chunk: int
    heading: str
    chunk_hash: str
    turn: int

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Survey:
    """have: samples by (chapter, kind); about: by (source, number) of the chunk nearest to each question; chapters: of
    the notes, in order; kinds: those that fit the notes."""

    have: Mapping[tuple[str, str], int]
    about: Mapping[tuple[str, int], int]
    chapters: tuple[str, ...]
    kinds: tuple[Kind, ...]

    @property
    def total(self) -> int:
        return sum(self.have.values())

    def of_kind(self, kind: str) -> int:
        return sum(count for (_, name), count in self.have.items() if name == kind)

    def of_chapter(self, chapter: str) -> int:
        return sum(count for (name, _), count in self.have.items() if name == chapter)


def chunk_hash(chunk: Chunk) -> str:
    """Of what the chunk says, wherever it stands."""
    return hash_value([chunk.heading, chunk.text])


def chapter_of(source: str) -> str:
    """`04-conductors.md` -> `ch04`; a file without a number is a chapter of its own name."""
    name = source.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    found = _NUMBER.match(name)
    return f"ch{int(found[1]):02d}" if found else name


def _told_chapter(sample: Sample) -> str:
    told = str(sample.meta.get("chapter") or "")
    found = _NUMBER.fullmatch(told)
    return f"ch{int(found[1]):02d}" if found else told


def survey(samples: Iterable[Sample], index: Index) -> Survey:
    """Count the samples by chapter (meta.chapter, else that of the nearest chunk), kind and nearest chunk."""
    chapters = tuple(dict.fromkeys(chapter_of(chunk.source) for chunk in index.chunks))
    have: Counter[tuple[str, str]] = Counter()
    about: Counter[tuple[str, int]] = Counter()
    for sample in samples:
        hits = search(index, sample.question, 1)
        chapter = _told_chapter(sample)
        if chapter not in chapters:
            chapter = chapter_of(hits[0].source) if hits else ELSEWHERE
        have[chapter, kind_of(sample)] += 1
        if hits:
            about[hits[0].source, hits[0].chunk] += 1
    return Survey(have, about, chapters, tuple(kinds_for([chunk.text for chunk in index.chunks])))


def make_plan(
    found: Survey, index: Index, count: int, *, seed: int, done: Collection[tuple[str, str]] = ()
) -> list[Task]:
    """The next `count` tasks. done: (chunk hash, kind) of drafts that a queue holds already; they come again only when
    nothing else is left, and then as another turn.

    Raises: DataError when no chunk is long enough to draft from.
    """
    chunks = [chunk for chunk in index.chunks if len(chunk.text.split()) >= SHORTEST or len(chunk.text) >= 6 * SHORTEST]
    if not chunks:
        raise DataError("no chunk of the notes is long enough to draft from", mend=f"write notes of {SHORTEST} words")
    have, about = Counter(found.have), Counter(found.about)
    taken = Counter(done)
    tasks = []
    for _ in range(count):
        kind = _scarcest(have, found.kinds, [has_formula(chunk.text) for chunk in chunks])
        fitting = [chunk for chunk in chunks if kind.needs != "formula" or has_formula(chunk.text)]
        per_chapter = Counter({chapter: 0 for chapter in found.chapters})
        for (chapter, _), number in have.items():
            per_chapter[chapter] += number

        def need(chunk: Chunk, kind: Kind = kind, per_chapter: Counter[str] = per_chapter) -> tuple[int, ...]:
            chapter = chapter_of(chunk.source)
            return (
                taken[chunk_hash(chunk), kind.name],
                have[chapter, kind.name],
                per_chapter[chapter],
                about[chunk.source, chunk.number],
                _lot(seed, chunk, kind.name),
            )

        chunk = min(fitting, key=need)
        chapter, digest = chapter_of(chunk.source), chunk_hash(chunk)
        turn = taken[digest, kind.name]
        parts = [kind.name, chapter, chunk.source, chunk.number, chunk.heading, digest, turn]
        tasks.append(
            Task(
                hash_value([*parts, seed])[7:15],
                kind.name,
                chapter,
                chunk.source,
                chunk.number,
                chunk.heading,
                digest,
                turn,
            )
        )
        have[chapter, kind.name] += 1
        about[chunk.source, chunk.number] += 1
        taken[digest, kind.name] += 1
    return tasks


def _scarcest(have: Counter[tuple[str, str]], kinds: Sequence[Kind], formulas: Sequence[bool]) -> Kind:
    """The kind whose share of the data is furthest below what it should be."""
    usable = [kind for kind in kinds if kind.needs != "formula" or any(formulas)]
    total = sum(have.values()) + 1
    whole = sum(kind.share for kind in usable)

    def lack(kind: Kind) -> float:
        there = sum(count for (_, name), count in have.items() if name == kind.name)
        return kind.share / whole * total - there

    return max(usable, key=lack)


def _lot(seed: int, chunk: Chunk, kind: str) -> int:
    digest = hashlib.sha256(f"{seed}:{chunk.source}:{chunk.number}:{kind}".encode()).digest()
    return int.from_bytes(digest[:6], "big")


def task_from_dict(raw: Mapping[str, Any]) -> Task:
    """Raises: KeyError, TypeError, ValueError for what is no task."""
    if raw["kind"] not in KINDS:
        raise ValueError(f"unknown kind {raw['kind']!r}")
    return Task(**{name: raw[name] for name in Task.__slots__})

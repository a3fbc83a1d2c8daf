"""BM25 over the chunks of the notes: built in memory, saved and loaded under the hash of its content.

BM25 with Lucene's weighting: Robertson & Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009);
Kamphuis et al., "Which BM25 Do You Mean?" (2020), equation for Lucene. K1, B and HEADING_WEIGHT were chosen on labelled
questions about the shipped notes (tests/cases/retrieval.json), where differences between neighbouring values are small.
"""

import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from tutorsmith.core import artifacts
from tutorsmith.core.cache import kept_folder
from tutorsmith.core.errors import DataError
from tutorsmith.data import words as tokens
from tutorsmith.retrieval.chunk import Chunk
from tutorsmith.retrieval.notes import load_notes

K1 = 1.6
B = 0.5
HEADING_WEIGHT = 2
"""How often the words of the heading path are counted; the heading says what a chunk is about."""
_META = "index.json"


@dataclass(frozen=True)
class Index:
    """chunks[i] is document i of `bm25`. `content_hash` covers the chunks and all that decides their scores."""

    chunks: tuple[Chunk, ...]
    content_hash: str
    bm25: Any = field(repr=False, compare=False)
    skipped: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


def content_hash(chunks: Sequence[Chunk]) -> str:
    """Equal hashes mean equal search results."""
    settings = [tokens.VERSION, K1, B, HEADING_WEIGHT]
    return artifacts.hash_value([settings, [asdict(chunk) for chunk in chunks]])


def _document(chunk: Chunk) -> list[str]:
    return tokens.words(f"{chunk.title} {chunk.heading}") * HEADING_WEIGHT + tokens.words(chunk.text)


def _bm25s() -> Any:
    """The BM25 library. It starts JAX where that is installed, and JAX takes three quarters of a GPU's memory for
    itself: keep it on the CPU unless the user has chosen."""
    os.environ.setdefault("JAX_PLATFORMS", "cpu")
    import bm25s

    return bm25s


def build_index(chunks: Sequence[Chunk], skipped: Sequence[str] = ()) -> Index:
    """Index the chunks.

    Raises: DataError when there is not one word to index.
    """
    bm25s = _bm25s()
    documents = [_document(chunk) for chunk in chunks]
    if not any(documents):
        raise DataError("the notes hold no words to index", mend="write notes, or run with --no-notes")
    bm25 = bm25s.BM25(method="lucene", k1=K1, b=B)
    bm25.index(documents, show_progress=False)
    return Index(tuple(chunks), content_hash(chunks), bm25, tuple(skipped))


def save_index(index: Index, folder: Path) -> None:
    """Write the index into a folder. Raises: ResourceError."""
    with artifacts.writing_to(folder):
        folder.mkdir(parents=True, exist_ok=True)
        index.bm25.save(str(folder), show_progress=False)
    meta = {
        "schema_version": artifacts.SCHEMA_VERSION,
        "content_hash": index.content_hash,
        "skipped": list(index.skipped),
        "chunks": [asdict(chunk) for chunk in index.chunks],
    }
    artifacts.write_json(folder / _META, meta)


def load_index(folder: Path) -> Index:
    """Read a saved index.

    Raises: DataError when it is missing, damaged, or was made by another version of the word rules.
    """
    bm25s = _bm25s()
    mend = "delete the folder; the index is built anew from the notes"
    meta = artifacts.read_json(folder / _META)
    try:
        chunks = tuple(Chunk(**chunk) for chunk in meta["chunks"])
        if content_hash(chunks) != meta["content_hash"]:
            raise DataError("the index does not fit its chunks or this version", where=str(folder), mend=mend)
        bm25 = bm25s.BM25.load(str(folder), show_progress=False)
        skipped = tuple(meta.get("skipped", ()))
    except (KeyError, TypeError, ValueError, OSError, EOFError) as error:
        raise DataError(f"the index is damaged ({error})", where=str(folder), mend=mend) from error
    return Index(chunks, str(meta["content_hash"]), bm25, skipped)


def open_index(places: Sequence[Path], cache: Path | None = None) -> Index:
    """The index of these notes, taken from `cache` when the very same notes were indexed before.

    Raises: DataError as `load_notes`; ResourceError when the cache cannot be written.
    """
    notes = load_notes(places, cache=cache)
    if cache is None:
        return replace(build_index(notes.chunks, notes.skipped), remarks=notes.remarks)
    folder = cache / content_hash(notes.chunks).removeprefix("sha256:")[:16]
    kept_folder(folder, lambda place: save_index(build_index(notes.chunks, notes.skipped), place))
    return replace(load_index(folder), skipped=notes.skipped, remarks=notes.remarks)

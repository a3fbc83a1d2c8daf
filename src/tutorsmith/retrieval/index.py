"""The index of the notes: built in memory, saved and loaded under the hash of its content."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from tutorsmith.core import artifacts
from tutorsmith.core.cache import kept_folder
from tutorsmith.core.errors import DataError
from tutorsmith.data import words as tokens
from tutorsmith.retrieval import bm25 as postings
from tutorsmith.retrieval.bm25 import Bm25F
from tutorsmith.retrieval.chunk import Chunk
from tutorsmith.retrieval.contradictions import contradictions
from tutorsmith.retrieval.dense import FUSION, MEANING, Dense, cut_short, embed, identity
from tutorsmith.retrieval.fields import FAMILY, FIELDS, K1, fields_of
from tutorsmith.retrieval.notes import load_notes
from tutorsmith.retrieval.query import WEIGHTS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

VERSION = 2
"""Part of the content's hash: raise it whenever the same notes and weights give another ranking."""
NEIGHBOUR = 0.12
"""Share of its score that a chunk lends to the chunks before and behind it in its file: what stands beside a good hit
is more often about the question than what stands elsewhere."""
_META = "index.json"


@dataclass(frozen=True)
class Index:
    """chunks[i] is document i of `bm25`. `content_hash` covers the chunks and all that decides their scores.

    skipped: files of no kind that is read; remarks: what could not be read, stands twice or contradicts itself; dense:
    the chunks' vectors, for search by meaning.
    """

    chunks: tuple[Chunk, ...]
    content_hash: str
    bm25: Bm25F = field(repr=False, compare=False)
    skipped: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    dense: Dense | None = field(default=None, repr=False, compare=False)

    @cached_property
    def joined(self) -> "NDArray[np.bool_]":
        """Whether chunk i and chunk i + 1 stand in one file, shape (chunks - 1,)."""
        import numpy as np

        files = [chunk.source.partition("#")[0] for chunk in self.chunks]
        return np.array([one == other for one, other in pairwise(files)], dtype=bool)


def content_hash(chunks: Sequence[Chunk]) -> str:
    """Equal hashes mean equal search results."""
    settings = [tokens.VERSION, VERSION, K1, FAMILY, NEIGHBOUR, WEIGHTS, {f: asdict(FIELDS[f]) for f in FIELDS}]
    return artifacts.hash_value([settings, [asdict(chunk) for chunk in chunks]])


def build_index(chunks: Sequence[Chunk], skipped: Sequence[str] = ()) -> Index:
    """Index the chunks.

    Raises: DataError when there is not one word to index.
    """
    bm25 = postings.build(map(fields_of, chunks), FIELDS, K1)
    if not bm25.terms:
        raise DataError("the notes hold no words to index", mend="write notes, or run with --no-notes")
    return Index(tuple(chunks), content_hash(chunks), bm25, tuple(skipped), tuple(contradictions(chunks)))


def save_index(index: Index, folder: Path) -> None:
    """Write the index into a folder. Raises: ResourceError."""
    with artifacts.writing_to(folder):
        folder.mkdir(parents=True, exist_ok=True)
        postings.save(index.bm25, folder)
    meta = {
        "schema_version": artifacts.SCHEMA_VERSION,
        "content_hash": index.content_hash,
        "skipped": list(index.skipped),
        "remarks": list(index.remarks),
        "chunks": [asdict(chunk) for chunk in index.chunks],
    }
    artifacts.write_json(folder / _META, meta)


def load_index(folder: Path) -> Index:
    """Read a saved index.

    Raises: DataError when it is missing, damaged, or was made by another version of the word rules.
    """
    mend = "delete the folder; the index is built anew from the notes"
    meta = artifacts.read_json(folder / _META)
    try:
        chunks = tuple(Chunk(**chunk) for chunk in meta["chunks"])
        if content_hash(chunks) != meta["content_hash"]:
            raise DataError("the index does not fit its chunks or this version", where=str(folder), mend=mend)
        bm25 = postings.load(folder)
        skipped, remarks = tuple(meta["skipped"]), tuple(meta["remarks"])
    except (KeyError, TypeError, ValueError, OSError, EOFError) as error:
        raise DataError(f"the index is damaged ({error})", where=str(folder), mend=mend) from error
    return Index(chunks, str(meta["content_hash"]), bm25, skipped, remarks)


def open_index(places: Sequence[Path], cache: Path | None = None, dense_model: str = "") -> Index:
    """The index of these notes, taken from `cache` when the very same notes were indexed before.

    dense_model: a sentence-transformers model whose ranking by meaning is fused with that by words; empty: none.

    Raises: DataError as `load_notes`; ResourceError when the cache cannot be written; UsageError and ModelError for a
    dense model that cannot be used.
    """
    notes = load_notes(places, cache=cache)
    if cache is None:
        index = build_index(notes.chunks)
    else:
        folder = cache / content_hash(notes.chunks).removeprefix("sha256:")[:16]
        kept_folder(folder, lambda place: save_index(build_index(notes.chunks), place))
        index = load_index(folder)
    index = replace(index, skipped=notes.skipped, remarks=(*notes.remarks, *index.remarks))
    return _with_meaning(index, dense_model, cache) if dense_model else index


def _with_meaning(index: Index, model: str, cache: Path | None) -> Index:
    dense = embed(index.chunks, model, cache)
    remarks = list(index.remarks)
    if cut := cut_short(index.chunks, model):
        remarks.append(f"{model} reads only the beginning of {cut} of {len(index.chunks)} chunks; words count whole")
    both = artifacts.hash_value([index.content_hash, identity(model), FUSION, MEANING])
    return replace(index, dense=dense, content_hash=both, remarks=tuple(remarks))

"""Folders of notes -> chunks. One table says which files are notes and how each kind is read."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tutorsmith.core import artifacts
from tutorsmith.core.cache import read_value, write_value
from tutorsmith.core.errors import DataError
from tutorsmith.data.documents import READERS as DOCUMENT_READERS
from tutorsmith.data.documents import Block, Document, read_document
from tutorsmith.data.documents.decode import read_bytes
from tutorsmith.data.documents.table import OLD_FORMATS
from tutorsmith.data.words import word_count
from tutorsmith.retrieval.chunk import MAX_WORDS, Chunk, chunk_document, chunk_text

DOCUMENTS_VERSION = 1
"""Part of the names of cached documents: raise it whenever a document reader gives other blocks."""
LARGEST = 64 * 2**20
"""Bytes of a text file above which it is taken for a dump: a book has about a million."""
REPEATED = 20
"""Words from which on a chunk that stands twice is told and counted once; shorter ones may repeat by chance."""
ENDLESS = 4
"""A piece that cannot be cut and is this many times longer than a chunk should be fits no prompt."""


@dataclass(frozen=True, slots=True)
class Notes:
    """The chunks of all notes files; the files that are no notes (`skipped`) and what could not be read of the others
    (`remarks`), so that nothing is lost silently."""

    chunks: tuple[Chunk, ...]
    skipped: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _File:
    """One file to be read: its path, how it is named to the reader, and where documents are cached (None: nowhere)."""

    path: Path
    source: str
    max_words: int
    cache: Path | None


Read = tuple[list[Chunk], tuple[str, ...]]


def _markdown(file: _File) -> Read:
    text = _read_text(file.path)
    remarks = (
        ("a formula opened with $$ is never closed; no heading behind it is seen",) if text.count("$$") % 2 else ()
    )
    return chunk_text(text, file.source, markdown=True, max_words=file.max_words), remarks


def _plain(file: _File) -> Read:
    return chunk_text(_read_text(file.path), file.source, markdown=False, max_words=file.max_words), ()


def _document(file: _File) -> Read:
    document = _cached(file.path, file.cache)
    return chunk_document(document, file.source, max_words=file.max_words), document.remarks


NOTES: Mapping[str, Callable[[_File], Read]] = {
    ".md": _markdown,
    ".markdown": _markdown,
    ".txt": _plain,
    **dict.fromkeys(DOCUMENT_READERS, _document),
}
"""Suffix -> how a notes file is read: Markdown and text as they are, all else through tutorsmith.data.documents."""


def _read_text(path: Path) -> str:
    size = path.stat().st_size if path.is_file() else 0
    if size > LARGEST:
        raise DataError(
            f"{size / 2**20:.0f} MiB of text in one file is no lecture notes (at most {LARGEST // 2**20} MiB are read)",
            where=str(path),
            mend="split it into chapters, or take it out of the notes folder",
        )
    data = read_bytes(path)
    if b"\x00" in data:
        raise DataError(
            "this is a binary file (or UTF-16), not notes", where=str(path), mend="save it as UTF-8 text or remove it"
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise DataError("not UTF-8", where=f"{path}:{line}", mend="save the file as UTF-8") from None


def _cached(path: Path, cache: Path | None) -> Document:
    """The document, from the cache when a file of the same content was read before: a PDF takes long."""
    if cache is None:
        return read_document(path)
    name = artifacts.hash_file(path).removeprefix("sha256:")[:32]
    place = cache / f"document-{DOCUMENTS_VERSION}-{name}{path.suffix.lower()}.json"
    if (raw := read_value(place)) is not None:
        blocks = tuple(Block(**{**b, "rows": tuple(map(tuple, b["rows"]))}) for b in raw["blocks"])
        return Document(blocks, tuple(raw["remarks"]))
    document = read_document(path)
    write_value(place, asdict(document))
    return document


def _files(root: Path) -> tuple[list[Path], list[str]]:
    if root.is_file():
        return ([root], []) if root.suffix.lower() in NOTES else ([], [_skipped(root)])
    if not root.is_dir():
        raise DataError("there is no such notes folder", where=str(root), mend="check the path, or run with --no-notes")
    taken, skipped = [], []
    for path in sorted(root.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(root).parts)
        # Office programs put a lock file, ~$name.docx, beside a document that is open.
        if not path.is_file() or hidden or path.name.startswith("~$"):
            continue
        if path.suffix.lower() in NOTES:
            taken.append(path)
        else:
            skipped.append(_skipped(path))
    return taken, skipped


def _skipped(path: Path) -> str:
    mend = OLD_FORMATS.get(path.suffix.lower())
    return f"{path} ({mend})" if mend else str(path)


def load_notes(places: Sequence[Path], *, max_words: int = MAX_WORDS, cache: Path | None = None) -> Notes:
    """All chunks of the notes in these folders (or files), by folder and then by path.

    cache: a folder for the text of documents, so that each is read once.

    Raises: DataError for a place that is missing, holds no file of a kind that is read, or whose notes are binary,
    damaged, locked or hold no text; ResourceError when the cache cannot be written.
    """
    chunks: list[Chunk] = []
    skipped: list[str] = []
    remarks: list[str] = []
    for root in places:
        taken, other = _files(root)
        skipped.extend(other)
        if not taken:
            found = f"{len(other)} other file{'s' if len(other) != 1 else ''}" if other else "nothing"
            raise DataError(
                f"no notes here: found {found}, but no {' or '.join(NOTES)} file",
                where=str(root),
                mend="add notes of these kinds, or run with --no-notes",
            )
        before = len(chunks)
        for path in taken:
            source = path.name if root.is_file() else path.relative_to(root).as_posix()
            found_chunks, told = NOTES[path.suffix.lower()](_File(path, source, max_words, cache))
            chunks.extend(found_chunks)
            remarks.extend(f"{path}: {remark}" for remark in told)
            if not found_chunks:
                remarks.append(f"{path}: holds no text")
        if len(chunks) == before:
            raise DataError("the notes hold no text", where=str(root), mend="write notes, or run with --no-notes")
    remarks.extend(_endless(chunks, max_words))
    kept, repeated = _once(chunks)
    return Notes(tuple(kept), tuple(skipped), (*remarks, *repeated))


def _endless(chunks: Sequence[Chunk], max_words: int) -> Iterator[str]:
    for chunk in chunks:
        if (length := word_count(chunk.text)) > ENDLESS * max_words:
            yield f"{chunk.source}: a piece of {length} words that cannot be cut into sentences fits no prompt"


def _once(chunks: Sequence[Chunk]) -> tuple[list[Chunk], list[str]]:
    """The chunks without those whose heading and text stood before, and a remark for each pair of files that share
    such."""
    first: dict[tuple[str, str], Chunk] = {}
    kept: list[Chunk] = []
    repeats: Counter[tuple[str, str]] = Counter()
    for chunk in chunks:
        if word_count(chunk.text) < REPEATED:
            kept.append(chunk)
            continue
        earlier = first.setdefault((chunk.heading, " ".join(chunk.text.split())), chunk)
        if earlier is chunk:
            kept.append(chunk)
        else:
            repeats[chunk.source.partition("#")[0], earlier.source.partition("#")[0]] += 1
    whole = Counter(chunk.source.partition("#")[0] for chunk in chunks)
    remarks = []
    for (source, other), count in repeats.items():
        place = "earlier in it" if source == other else f"in {other}"
        remarks.append(f"{source}: {count} of its {whole[source]} chunks stand word for word {place} and count once")
    return kept, remarks

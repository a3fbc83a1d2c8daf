"""What is kept between runs because making it takes long: one folder, bounded, each entry proven before it is used.

    models/        converted and quantized weights, a folder each
    notes/         indexes of notes (folders) and the text of documents
    rows/          rendered training rows, a folder each
    checks/        what the checks found in data files, a file each
    answers/       answers of base models and adapters, a file each
    judge/         decisions of judge models
    fingerprints/  hashes of weight files elsewhere
    tokenizers/    the embedded model's tokenizer

An entry's name is a hash of all that it is made from, so an entry is never out of date. A file holds its own hash; a
folder has a `.seal` with size and hash of each of its files. What does not fit is thrown away and made again.

Several runs share the folder: entries appear whole by renaming, and a folder is made by one run while the others wait
(`flock`, which the system lifts when a run is killed). When all is larger than `TUTORSMITH_CACHE_GIB` (20), the entries
longest unused go, but none that was used within the last hour: a run may be reading it.
"""

import fcntl
import json
import logging
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tutorsmith.core.artifacts import cache_folder, hash_file, hash_value, read_json, write_json, write_text, writing_to
from tutorsmith.core.errors import DataError, UsageError, suggest

LOGGER = logging.getLogger("tutorsmith")
ROOMS = ("models", "notes", "rows", "checks", "answers", "judge", "fingerprints", "tokenizers")
SEAL = ".seal"
LIMIT_GIB = 20.0
IN_USE_SECONDS = 3600
STALE_SECONDS = 24 * 3600
_SCRATCH = ".making-"
LOCKS = ".locks"
TRIMMED = ".trimmed"


@dataclass(frozen=True)
class Entry:
    """A file or folder of the cache. used: seconds since the epoch when it was last taken or made."""

    room: str
    path: Path
    size: int
    used: float


def limit_bytes() -> int:
    """Raises: UsageError when TUTORSMITH_CACHE_GIB is no number of 0 or more."""
    given = os.environ.get("TUTORSMITH_CACHE_GIB") or str(LIMIT_GIB)
    with suppress(ValueError):
        gib = float(given)
        if 0 <= gib < float("inf"):
            return int(gib * 2**30)
    raise UsageError(f"not a size: '{given}'", where="TUTORSMITH_CACHE_GIB", mend="give GiB, such as 20 or 0.5")


def read_value(file: Path) -> Any | None:
    """The JSON value that `write_value` put there, or None: not there, or damaged (then it is removed)."""
    try:
        kept = json.loads(file.read_bytes())
        if kept["sha256"] != hash_value(kept["value"]):
            raise ValueError("its hash differs")
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        LOGGER.info("cache: %s is damaged (%s); it is made again", file.name, error)
        with suppress(OSError):
            file.unlink()
        return None
    note_use(file)
    return kept["value"]


def write_value(file: Path, value: Any) -> None:
    """Keep a JSON value. Raises: ResourceError."""
    write_text(file, json.dumps({"sha256": hash_value(value), "value": value}, ensure_ascii=False))
    trim_sometimes()


def kept_folder(folder: Path, make: Callable[[Path], None], fits: Callable[[Path], bool] | None = None) -> Path:
    """The folder of this name, made by `make` (into an empty folder) if it is not there whole.

    fits: a further proof of an entry, beside its seal.

    Raises: what `make` raises; ResourceError.
    """

    def whole() -> bool:
        return damage_of(folder) is None and (fits is None or fits(folder))

    if whole():
        note_use(folder)
        return folder
    with writing_to(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
    with locked(folder):
        if whole():  # another run made it meanwhile
            note_use(folder)
            return folder
        if folder.is_dir():
            LOGGER.info("cache: %s is damaged (%s); it is made again", folder.name, damage_of(folder) or "unfit")
        _sweep(folder.parent)
        with writing_to(folder), tempfile.TemporaryDirectory(prefix=_SCRATCH, dir=folder.parent) as scratch:
            made = Path(scratch) / "entry"
            made.mkdir()
            make(made)
            write_seal(made)
            remove(folder)  # a damaged entry goes only when its replacement is ready
            made.rename(folder)
    trim()
    return folder


@contextmanager
def locked(entry: Path) -> Iterator[None]:
    """Only one process at a time is within the block for one entry. Raises: ResourceError."""
    lock = cache_folder() / LOCKS / hash_value(str(entry)).removeprefix("sha256:")[:32]
    with writing_to(lock):
        lock.parent.mkdir(parents=True, exist_ok=True)
        handle = lock.open("a")
    with handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def write_seal(folder: Path) -> None:
    """Note size, time and hash of all files of a folder. Raises: ResourceError."""
    files = {}
    for file in _files(folder):
        state = file.stat()
        files[str(file.relative_to(folder))] = {
            "size": state.st_size,
            "mtime_ns": state.st_mtime_ns,
            "sha256": hash_file(file),
        }
    write_json(folder / SEAL, files)


def damage_of(entry: Path, *, thorough: bool = False) -> str | None:
    """What is wrong with an entry, or None. Hashes of a folder's files are computed only for those whose time has
    changed since they were sealed; thorough: for all."""
    if not entry.exists():
        return "not there"
    try:
        if entry.is_file():
            kept = json.loads(entry.read_bytes())
            return None if kept["sha256"] == hash_value(kept["value"]) else "its hash differs"
        seal = read_json(entry / SEAL)
        present = {str(file.relative_to(entry)) for file in _files(entry)}
        for name, told in seal.items():
            if name not in present:
                return f"{name} is missing"
            state = (entry / name).stat()
            if state.st_size != told["size"]:
                return f"{name} has {state.st_size} bytes instead of {told['size']}"
            changed = thorough or state.st_mtime_ns != told["mtime_ns"]
            if changed and hash_file(entry / name) != told["sha256"]:
                return f"{name} has other content"
        return f"{min(present - set(seal))} is foreign" if present - set(seal) else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, DataError) as error:
        return f"cannot be read: {error}"


def _files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*") if file.is_file() and file.name != SEAL)


def entries(rooms: Sequence[str] = ROOMS) -> list[Entry]:
    """All entries of these rooms, the longest unused first."""
    found = []
    for room in rooms:
        for path in _paths(cache_folder() / room):
            with suppress(FileNotFoundError):  # another run removed it meanwhile
                size = sum(f.stat().st_size for f in path.rglob("*") if f.is_file()) if path.is_dir() else None
                state = path.stat()
                used = max(state.st_atime, state.st_mtime) if size is None else state.st_mtime
                found.append(Entry(room, path, state.st_size if size is None else size, used))
    return sorted(found, key=lambda entry: (entry.used, str(entry.path)))


def _paths(room: Path) -> Iterator[Path]:
    """Entries of a room; folders with two letters only spread many files."""
    for path in sorted(room.iterdir()) if room.is_dir() else ():
        if path.name.startswith("."):
            continue
        if path.is_dir() and len(path.name) == 2:
            yield from (file for file in sorted(path.iterdir()) if not file.name.startswith("."))
        else:
            yield path


def trim(limit: int | None = None, *, spare_seconds: float = IN_USE_SECONDS) -> list[Entry]:
    """Remove the longest unused entries until the rest is within the limit (None: the setting's). Returns them.

    Raises: UsageError for a bad limit in the environment.
    """
    limit = limit_bytes() if limit is None else limit
    known = entries()
    total, now, gone = sum(entry.size for entry in known), time.time(), []
    for entry in known:
        if total <= limit or entry.used > now - spare_seconds:
            break
        remove(entry.path)
        total -= entry.size
        gone.append(entry)
    if gone:
        LOGGER.info("cache: removed %d entries unused longest, %d MiB", len(gone), sum(e.size for e in gone) >> 20)
    return gone


def trim_sometimes() -> None:
    """`trim`, if that was not done within the hour: small files come by the hundred. Raises: ResourceError."""
    mark = cache_folder() / TRIMMED
    with suppress(FileNotFoundError):
        if mark.stat().st_mtime > time.time() - IN_USE_SECONDS:
            return
    write_text(mark, "")
    trim()


def remove(path: Path) -> None:
    """Take an entry away at once: readers find it whole or not at all."""
    if path.is_dir():
        aside = Path(tempfile.mkdtemp(prefix=_SCRATCH, dir=path.parent))
        with suppress(FileNotFoundError):
            path.rename(aside / "entry")
        shutil.rmtree(aside, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def chosen_rooms(names: Sequence[str]) -> Sequence[str]:
    """The rooms of these names, all for none. Raises: UsageError for a name that is none."""
    for name in names:
        if name not in ROOMS:
            raise UsageError(f"no such part of the cache: '{name}'", mend=suggest(name, list(ROOMS)))
    return tuple(dict.fromkeys(names)) or ROOMS


def clear(rooms: Sequence[str] = ROOMS) -> list[Entry]:
    """Remove all entries of these rooms, and what killed runs left. Returns the entries."""
    gone = entries(rooms)
    for entry in gone:
        remove(entry.path)
    for room in rooms:
        for left in (cache_folder() / room).glob(f"{_SCRATCH}*"):
            shutil.rmtree(left, ignore_errors=True)
    return gone


def verify() -> list[tuple[Entry, str]]:
    """Hash every entry, remove the damaged ones (they are made again when they are needed) and say what was wrong."""
    damaged = [(entry, damage) for entry in entries() if (damage := damage_of(entry.path, thorough=True))]
    for entry, _ in damaged:
        remove(entry.path)
    return damaged


def note_use(path: Path) -> None:
    """Note that an entry was used; a cache that is only read (another user's) is not told."""
    with suppress(OSError):
        state = path.stat()
        # A file's own time goes on telling when it was written; a folder's is set anew, since looking into a folder
        # changes the time of its last reading.
        if path.is_dir():
            os.utime(path)
        else:
            os.utime(path, ns=(time.time_ns(), state.st_mtime_ns))


def _sweep(room: Path) -> None:
    """Remove what killed runs left. A younger folder may belong to one that is under way."""
    for left in room.glob(f"{_SCRATCH}*"):
        with suppress(FileNotFoundError):
            if left.stat().st_mtime < time.time() - STALE_SECONDS:
                shutil.rmtree(left, ignore_errors=True)

"""The run index: an SQLite file beside the runs. It holds nothing that the run folders do not say themselves.

`open_index` refreshes it: new folders are added, gone ones dropped, changed ones read again. A file that is damaged, or
was made by a newer version, is set aside and the index made anew.
"""

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tutorsmith.core.artifacts import ADAPTER_WEIGHTS, CHECKPOINTS, TENSORBOARD, TRAINING_CONFIG, make_folder
from tutorsmith.core.errors import DataError, ResourceError, UsageError, suggest
from tutorsmith.runs.migrations import APPLICATION_ID, MIGRATIONS, migrate
from tutorsmith.runs.record import GATE, RunRecord, is_candidate, record_of

INDEX_NAME = "runs.sqlite"
INDEX_VARIABLE = "TUTORSMITH_INDEX"
_RECORD_VERSION = 1  # to be raised when RunRecord changes: every folder is then read again
_PATIENCE = 10.0  # seconds to wait for another process that refreshes the same index


@dataclass(frozen=True, slots=True)
class Runs:
    """All run folders below `root`, in the order in which they were made. notice: what happened to the index file."""

    root: Path
    records: tuple[RunRecord, ...]
    notice: str = ""

    def folder(self, record: RunRecord) -> Path:
        return self.root / record.path

    def find(self, name: str) -> RunRecord:
        """A run by its folder, its path below the root, or the folder's own name where that is unique.

        Raises: UsageError when there is none, or more than one.
        """
        whole = Path(name).resolve()
        for record in self.records:
            if record.path == name.rstrip("/") or self.folder(record).resolve() == whole:
                return record
        named = [record for record in self.records if record.name == name]
        if len(named) == 1:
            return named[0]
        if named:
            paths = ", ".join(record.path for record in named)
            raise UsageError(f"'{name}' names {len(named)} runs", where=str(self.root), mend=f"give one of {paths}")
        paths_known = [record.path for record in self.records]
        mend = suggest(name, paths_known) if paths_known else "give --root DIR, the folder above the runs"
        raise UsageError(f"no run '{name}' here", where=str(self.root), mend=mend)

    def siblings(self, record: RunRecord) -> list[RunRecord]:
        """Usable runs that differ from this one in their seed only, one a seed, the newest where there are several."""
        same = [r for r in self.records if r.usable and r.group == record.group and r.seed != record.seed]
        return list({other.seed: other for other in same}.values())


def index_file(root: Path, given: Path | None) -> Path:
    """`--index`, else TUTORSMITH_INDEX, else runs.sqlite in the root."""
    own = os.environ.get(INDEX_VARIABLE)
    return given or (Path(own).expanduser() if own else root / INDEX_NAME)


def open_index(root: Path, file: Path | None = None) -> Runs:
    """Refresh the index of all runs below `root` and read it.

    Raises: DataError when root is no folder; UsageError when the file is another program's database; ResourceError
    when it cannot be written.
    """
    if not root.is_dir():
        raise DataError("no such folder", where=str(root), mend="give --root DIR, the folder above the runs")
    file = index_file(root, file)
    make_folder(file.parent)
    notice = ""
    with _told_by_system(file):
        try:
            return Runs(root, _refreshed(root, file))
        except sqlite3.OperationalError:
            raise  # full disk, no rights, locked: the file itself is not to blame
        except sqlite3.DatabaseError as error:
            notice = f"the index was damaged ({error}): made anew, the old file is {_set_aside(file).name}"
        return Runs(root, _refreshed(root, file), notice)


def _refreshed(root: Path, file: Path) -> tuple[RunRecord, ...]:
    with closing(sqlite3.connect(file, timeout=_PATIENCE, isolation_level=None)) as connection:
        _prove_ours(connection, file)
        connection.execute("PRAGMA foreign_keys = ON")
        migrate(connection)
        _refresh(connection, root)
        rows = connection.execute("SELECT record FROM runs ORDER BY made, path").fetchall()
    try:
        return tuple(RunRecord(**json.loads(text)) for (text,) in rows)
    except (json.JSONDecodeError, TypeError) as error:
        raise sqlite3.DatabaseError(f"a record cannot be read: {error}") from error


def _prove_ours(connection: sqlite3.Connection, file: Path) -> None:
    """Raises: UsageError for a database that is not an index; sqlite3.DatabaseError for a damaged or newer one."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if tables and application != APPLICATION_ID:
        raise UsageError("this is the database of another program", where=str(file), mend="give another --index FILE")
    (state,) = connection.execute("PRAGMA quick_check").fetchone()
    if state != "ok":
        raise sqlite3.DatabaseError(state)
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > len(MIGRATIONS):
        raise sqlite3.DatabaseError(f"made by a newer version, schema {version}")


def _refresh(connection: sqlite3.Connection, root: Path) -> None:
    """One transaction: two processes that refresh at once leave one of two right states."""
    with connection:
        connection.execute("BEGIN IMMEDIATE")
        known = dict(connection.execute("SELECT path, stamp FROM runs").fetchall())
        found = {folder.relative_to(root).as_posix(): folder for folder in run_folders(root)}
        for path in set(known) - set(found):
            connection.execute("DELETE FROM runs WHERE path = ?", (path,))
        for path, folder in found.items():
            stamp = _stamp(folder)
            if known.get(path) != stamp:
                _store(connection, record_of(folder, path), stamp)


def _store(connection: sqlite3.Connection, record: RunRecord, stamp: str) -> None:
    connection.execute("DELETE FROM runs WHERE path = ?", (record.path,))
    text = json.dumps(record.as_dict(), ensure_ascii=False)
    row = (record.path, stamp, record.stage, record.made, record.seed, record.group, text)
    connection.execute("INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?, ?)", row)
    connection.executemany(
        "INSERT INTO metrics VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (record.path, system, metric, e["value"], e["low"], e["high"], e["n"], e["items"])
            for system, metrics in record.systems.items()
            for metric, e in metrics.items()
        ],
    )


def run_folders(root: Path) -> Iterator[Path]:
    """Every folder below root that holds a manifest or a stage's report, links not followed."""
    for place, folders, files in os.walk(root, onerror=_raise):
        folders[:] = sorted(name for name in folders if name not in (CHECKPOINTS, TENSORBOARD) and name[0] != ".")
        if is_candidate(files):
            yield Path(place)


def _raise(error: OSError) -> None:
    """os.walk would pass over a folder that cannot be read; a run in it must not vanish in silence."""
    raise error


def _stamp(folder: Path) -> str:
    """Changes when a file changes that the record or the proof of the manifest rests on."""
    watched = (TRAINING_CONFIG, ADAPTER_WEIGHTS, "manifest.json", GATE)
    parts = [f"v{_RECORD_VERSION}"]
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        stem = entry.name.startswith(("eval_report_", "predictions_")) and entry.name.endswith((".json", ".jsonl"))
        if entry.name in watched or stem:
            state = entry.stat()
            parts.append(f"{entry.name}:{state.st_size}:{state.st_mtime_ns}")
    return " ".join(parts)


def _set_aside(file: Path) -> Path:
    """Never deleted: it might be a file of the user's that --index named by mistake."""
    aside = file.with_name(f"{file.name}.damaged")
    number = 1
    while aside.exists():
        number += 1
        aside = file.with_name(f"{file.name}.damaged-{number}")
    file.rename(aside)
    for leftover in ("-wal", "-shm", "-journal"):
        file.with_name(file.name + leftover).unlink(missing_ok=True)
    return aside


@contextmanager
def _told_by_system(file: Path) -> Iterator[None]:
    """SQLite's own complaints in our words. Raises: ResourceError."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise ResourceError(
            f"the index cannot be used: {error}", where=str(file), mend="give another place with --index FILE"
        ) from error

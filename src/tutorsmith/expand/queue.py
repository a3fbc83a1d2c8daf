"""The review queue: one JSON Lines file of events, only ever appended to.

    {"event": "queue", "version": 1, ...}     the first line: stage, form, language
    {"event": "planned", "plan": ..., "tasks": [...]}
    {"event": "drafted" | "failed", "id": ..., ...}
    {"event": "checked", "id": ..., "checks": [...], "passed": true | false}
    {"event": "accepted" | "edited" | "rejected" | "undone" | "appended", "id": ..., "by": ..., ...}

An entry's state is what its events come to. Each event is one write of one line, flushed to the disk under a lock; a
line that a crash cut off is set aside in `NAME.torn` when the file is opened for writing; all before it stands.
"""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tutorsmith.core.artifacts import writing_to
from tutorsmith.core.errors import DataError, UsageError
from tutorsmith.data.lines import open_error
from tutorsmith.expand.draft import Draft, draft_from_dict
from tutorsmith.expand.plan import Task, task_from_dict

VERSION = 1
DRAFTED, CHECKED, ACCEPTED, REJECTED, FAILED = "drafted", "checked", "accepted", "rejected", "failed"
RULES = "rules"
"""Who rejects a draft that fails a check."""
DECISIONS = (ACCEPTED, REJECTED)
_MEND = "give a file that `tutorsmith expand` wrote, or take the line out"
_BY_PERSONS = (*DECISIONS, "edited", "undone")
_UNDONE = ("draft", "state", "checks", "passed", "by", "reason", "edits")


@dataclass
class Entry:
    """One draft. first: as it was drafted; edits: how often a person changed it; by, reason: of the last decision; raw:
    replies of a failed one; appended: the files that hold it."""

    id: str
    task: Task
    state: str = DRAFTED
    draft: Draft | None = None
    first: Draft | None = None
    provenance: Mapping[str, Any] = field(default_factory=dict)
    excerpts: Sequence[Mapping[str, Any]] = ()
    checks: Sequence[Mapping[str, Any]] = ()
    passed: bool = False
    by: str = ""
    reason: str = ""
    edits: int = 0
    raw: Sequence[str] = ()
    appended: list[str] = field(default_factory=list)
    before: list[dict[str, Any]] = field(default_factory=list)
    """What stood here before each step of a person, for undoing."""

    @property
    def waits(self) -> bool:
        """Whether a person has still to decide."""
        return self.state == CHECKED

    @property
    def edited(self) -> bool:
        return self.edits > 0


@dataclass
class Queue:
    """The file's content. head: its first line; tasks: of the latest plan; entries: by id, in the order of drafting."""

    path: Path
    head: dict[str, Any]
    plan: dict[str, Any] = field(default_factory=dict)
    entries: dict[str, Entry] = field(default_factory=dict)
    torn: str = ""
    size: int = 0

    @property
    def tasks(self) -> list[Task]:
        return [task_from_dict(raw) for raw in self.plan.get("tasks", ())]

    def counts(self) -> dict[str, int]:
        """Entries by state; accepted ones that a person changed are counted as edited too."""
        out = dict.fromkeys(
            (DRAFTED, CHECKED, ACCEPTED, "edited", "rejected by rule", "rejected by a person", FAILED), 0
        )
        for entry in self.entries.values():
            state = entry.state
            if state == REJECTED:
                state = "rejected by rule" if entry.by == RULES else "rejected by a person"
            out[state] += 1
            out["edited"] += entry.state == ACCEPTED and entry.edited
        return out

    def append(self, event: str, handle: Any = None, **fields: Any) -> None:
        """Write one event and take it in, after what others have written since. handle: of `locked`, for who holds the
        lock already.

        Raises: Overtaken when somebody else has changed the entry in the meantime; ResourceError.
        """
        row = {"event": event, "time": now(), **fields}
        with nullcontext(handle) if handle is not None else locked(self.path) as out, writing_to(self.path):
            entry = self.entries.get(str(fields.get("id")))
            seen = (entry.state, len(entry.before), entry.draft) if entry else None
            self._catch_up(out)
            if entry and event in _BY_PERSONS and seen != (entry.state, len(entry.before), entry.draft):
                raise Overtaken(
                    f"{entry.id} has been changed by {entry.by or 'somebody else'} in the meantime",
                    where=str(self.path),
                    mend="look at it again",
                )
            line = (json.dumps(row, ensure_ascii=False) + "\n").encode("utf-8", "replace")
            _write_whole(out, line)
            self.size += len(line)
        _take_in(self, row, str(self.path))

    def _catch_up(self, handle: Any) -> None:
        """Take in the events that another process has appended."""
        _set_torn_aside(self.path, handle)
        handle.seek(self.size)
        for line in handle.read().splitlines():
            _take_in(self, json.loads(line), str(self.path))
        self.size = os.fstat(handle.fileno()).st_size


class Overtaken(DataError):
    """Somebody else has decided about this entry."""


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


@contextmanager
def locked(path: Path) -> Iterator[Any]:
    """The file opened for appending, alone among all who use this function. Raises: ResourceError."""
    with writing_to(path), path.open("a+b", buffering=0) as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        try:
            yield handle
        finally:
            fcntl.flock(handle, fcntl.LOCK_UN)


def create_queue(path: Path, **head: Any) -> Queue:
    """A new file with its first line. Raises: UsageError when it exists; ResourceError."""
    if path.exists():
        raise UsageError("this file exists", where=str(path), mend="give another --queue")
    with writing_to(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    queue = Queue(path, {})
    queue.append("queue", version=VERSION, **head)
    return queue


def open_queue(path: Path, *, write: bool = True) -> Queue:
    """Read a queue. write: whether to set a torn last line aside, so that events can follow.

    Raises: DataError for a file that is missing, empty, no queue, damaged, or of another version.
    """
    try:
        data = path.read_bytes()
        if write and data and not data.endswith(b"\n"):
            with locked(path) as handle:
                _set_torn_aside(path, handle)
    except OSError as error:
        raise open_error(path, error) from error
    if not data.strip():
        raise DataError("the queue is empty", where=str(path), mend="fill it: `tutorsmith expand STAGE --queue FILE`")
    end = data.rfind(b"\n") + 1
    queue = Queue(path, {}, torn=data[end:].decode("utf-8", "replace"), size=end)
    for number, line in enumerate(data[:end].splitlines(), start=1):
        where = f"{path}:{number}"
        try:
            row = json.loads(line)
            if not isinstance(row, dict):
                raise ValueError("no object")
            _first_line(queue, row, where) if number == 1 else _take_in(queue, row, where)
        except DataError:
            raise
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            what = "not a review queue" if number == 1 else f"a damaged event: {error}"
            raise DataError(what, where=where, mend=_MEND) from error
    if not queue.head:
        raise DataError("not a review queue", where=str(path), mend=_MEND)
    return queue


def _first_line(queue: Queue, row: dict[str, Any], where: str) -> None:
    if row.get("event") != "queue":
        raise DataError("not a review queue", where=where, mend=_MEND)
    if row.get("version") != VERSION:
        raise DataError(
            f"a queue of version {row.get('version')!r}; this program writes and reads version {VERSION}",
            where=where,
            mend="use the program that wrote it, or start a new queue",
        )
    queue.head = row


def _set_torn_aside(path: Path, handle: Any) -> str:
    """Cut off what stands behind the last line end, and keep it in a file beside the queue. Returns it."""
    size = os.fstat(handle.fileno()).st_size
    if not size or os.pread(handle.fileno(), 1, size - 1) == b"\n":
        return ""
    data = os.pread(handle.fileno(), size, 0)
    rest = data[data.rfind(b"\n") + 1 :]
    with path.with_name(f"{path.name}.torn").open("ab") as aside:
        aside.write(rest + b"\n")
    os.truncate(handle.fileno(), size - len(rest))
    return rest.decode("utf-8", "replace")


def _write_whole(handle: Any, line: bytes) -> None:
    """All of a line, or nothing: what a full disk cut off is taken back."""
    size = os.fstat(handle.fileno()).st_size
    left = memoryview(line)
    try:
        while left:
            left = left[handle.write(left) :]
        os.fsync(handle.fileno())
    except OSError:
        os.truncate(handle.fileno(), size)
        raise


def _take_in(queue: Queue, row: dict[str, Any], where: str) -> None:
    """Raises: KeyError, TypeError, ValueError, DataError for an event that does not fit."""
    event = row["event"]
    if event == "queue":
        _first_line(queue, row, where)
    elif event == "planned":
        queue.plan = row
        _ = queue.tasks  # proves them
    elif event in (DRAFTED, FAILED):
        _enter(queue, row)
    else:
        entry = queue.entries.get(row["id"])
        if entry is None:
            raise DataError(
                f"an event for {row['id']!r}, which was never drafted", where=where, mend="take the line out"
            )
        _happen(entry, row, where)


def _enter(queue: Queue, row: dict[str, Any]) -> None:
    draft = draft_from_dict(row["draft"]) if row["event"] == DRAFTED else None
    queue.entries[row["id"]] = Entry(
        id=row["id"],
        task=task_from_dict(row["task"]),
        state=row["event"],
        draft=draft,
        first=draft,
        provenance=row.get("provenance", {}),
        excerpts=row.get("excerpts", ()),
        reason=row.get("reason", ""),
        raw=row.get("raw", ()),
    )


def _happen(entry: Entry, row: dict[str, Any], where: str) -> None:
    event = row["event"]
    if event == "edited" or (event in DECISIONS and row["by"] != RULES):
        entry.before.append({name: getattr(entry, name) for name in _UNDONE})
    if event == CHECKED:
        entry.checks, entry.passed, entry.state = row["checks"], bool(row["passed"]), CHECKED
    elif event == "edited":
        entry.draft, entry.state = draft_from_dict(row["draft"]), DRAFTED
        entry.edits += 1
    elif event in DECISIONS:
        entry.state, entry.by, entry.reason = event, row["by"], row.get("reason", "")
    elif event == "undone":
        if not entry.before:
            raise DataError("nothing to undo", where=where, mend="take the line out")
        for name, value in entry.before.pop().items():
            setattr(entry, name, value)
    elif event == "appended":
        entry.appended.append(row["file"])
    else:
        raise DataError(f"unknown event {event!r}", where=where, mend="use the program that wrote it")

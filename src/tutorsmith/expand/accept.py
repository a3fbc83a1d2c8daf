"""Accepted drafts into a data file: each once, checked again, with its provenance; the file is written whole or not."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tutorsmith.core.artifacts import hash_file, write_bytes
from tutorsmith.core.errors import DataError, UsageError
from tutorsmith.data.checks.run import looks_like_benchmark
from tutorsmith.data.lines import json_records
from tutorsmith.expand.decide import notes_changed
from tutorsmith.expand.draft import record_of
from tutorsmith.expand.queue import ACCEPTED, Entry, Queue, locked
from tutorsmith.expand.run import case_of, checks_of
from tutorsmith.expand.setting import Setting
from tutorsmith.expand.verify import reasons


@dataclass(frozen=True, slots=True)
class Appended:
    """added: ids that were written; known: those that stood there already; refused: id and why."""

    added: tuple[str, ...]
    known: tuple[str, ...]
    refused: tuple[tuple[str, str], ...]


def accept_into(queue: Queue, setting: Setting, file: Path) -> Appended:
    """Append the accepted drafts that the file does not hold. setting: read with `also=[file]`, so that a draft is
    compared with what the file holds.

    Raises: UsageError for a file of the other form; DataError for one that is no JSONL; ResourceError.
    """
    form = setting.mold.form
    before = hash_file(file) if file.is_file() else ""
    ids = _ids(file, form) if before else {}
    added: dict[str, dict[str, Any]] = {}
    known, refused = [], []
    for entry in [entry for entry in queue.entries.values() if entry.state == ACCEPTED and entry.draft is not None]:
        assert entry.draft is not None
        case = case_of(entry, entry.draft, setting)
        if case.identity in ids:
            if ids[case.identity] != entry.id:
                refused.append((case.identity, f"{file} holds another record of this id"))
            else:
                known.append((entry, case.identity))
            continue
        failed = reasons(checks_of(queue, entry, entry.draft, setting))
        if failed:
            refused.append((case.identity, failed))
            continue
        added[case.identity] = _record(entry, case.identity, setting)
        setting.neighbours.add_draft(case.record)
    with locked(queue.path) as handle:
        if added:
            _write(file, added, before)
        for identity, entry in [(i, e) for e, i in known] + [(i, _owner(queue, i, setting)) for i in added]:
            if str(file) not in entry.appended:
                queue.append("appended", handle=handle, id=entry.id, file=str(file), record=identity)
    return Appended(tuple(added), tuple(identity for _, identity in known), tuple(refused))


def _owner(queue: Queue, identity: str, setting: Setting) -> Entry:
    return queue.entries[identity.removeprefix(f"{setting.mold.tag}-")]


def _ids(file: Path, form: str) -> dict[str, str]:
    """id -> the draft that it comes from, or the empty string. Raises: UsageError, DataError."""
    if looks_like_benchmark(file) != (form == "benchmark"):
        other = "training samples" if form == "benchmark" else "benchmark items"
        raise UsageError(
            f"this file holds {other}", where=str(file), mend=f"name a file for drafts of the form '{form}'"
        )
    out = {}
    for _, raw in json_records(file):
        meta = raw.get("meta")
        provenance = meta.get("provenance") if isinstance(meta, dict) else None
        out[str(raw.get("id"))] = str(provenance.get("draft", "")) if isinstance(provenance, dict) else ""
    return out


def _record(entry: Entry, identity: str, setting: Setting) -> dict[str, Any]:
    assert entry.draft is not None
    record = record_of(entry.draft, setting.mold, identity, kind=entry.task.kind, chapter=entry.task.chapter)
    meta = dict(record["meta"])
    meta["provenance"] = provenance_of(entry, notes_changed(entry, setting))
    return {**record, "meta": meta}


def provenance_of(entry: Entry, changed: str) -> dict[str, Any]:
    """Where a record comes from, who decided about it, and what was checked with which numbers."""
    decided: Mapping[str, Any] = {"reviewer": entry.by, "edited": entry.edited}
    out = {"draft": entry.id, "kind": entry.task.kind, **entry.provenance, **decided}
    out["checks"] = {check["name"]: {"state": check["state"], **check["numbers"]} for check in entry.checks}
    return {**out, "notes": changed} if changed else out


def _write(file: Path, added: Mapping[str, Mapping[str, Any]], before: str) -> None:
    """Raises: DataError when the file has changed while the drafts were checked."""
    now = hash_file(file) if file.is_file() else ""
    if now != before:
        raise DataError("the file has changed in the meantime", where=str(file), mend="run the same command again")
    old = file.read_bytes() if before else b""
    joint = b"" if not old or old.endswith(b"\n") else b"\n"
    new = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in added.values())
    write_bytes(file, old + joint + new.encode("utf-8"))

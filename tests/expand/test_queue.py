"""The queue file: what is written stays, what a crash cut off is set aside, nobody decides over another's head."""

import json
import os
from pathlib import Path

import pytest
from expand_tools import GOOD, drafted, reply

from tutorsmith.core.errors import DataError, ResourceError, UsageError
from tutorsmith.expand import queue as module
from tutorsmith.expand.decide import Desk, Refused
from tutorsmith.expand.queue import Queue, create_queue, open_queue
from tutorsmith.expand.setting import Setting


def test_entries_come_back_from_the_file(queue: Queue, setting: Setting) -> None:
    drafted(queue, setting, reply())
    (entry,) = open_queue(queue.path).entries.values()
    assert (entry.state, entry.passed, entry.draft) == ("checked", True, GOOD)
    assert entry.provenance["model"] == "scripted" and entry.provenance["chunk_sha256"].startswith("sha256:")
    assert entry.excerpts[0]["heading"].startswith("Faraday") and len(entry.checks) == 9


def test_a_torn_line_is_set_aside_and_all_before_it_stands(queue: Queue, setting: Setting) -> None:
    drafted(queue, setting, reply())
    before = queue.path.read_bytes()
    queue.path.write_bytes(before + b'{"event": "accepted", "id": "0bad')
    found = open_queue(queue.path)
    assert found.torn.startswith('{"event": "accepted"')
    assert queue.path.read_bytes() == before
    assert queue.path.with_name("queue.jsonl.torn").read_bytes().startswith(b'{"event": "accepted"')
    assert len(found.entries) == 1


def test_a_line_torn_by_another_process_does_not_spoil_the_next(queue: Queue, setting: Setting) -> None:
    drafted(queue, setting, reply())
    with queue.path.open("ab") as handle:
        handle.write(b'{"event": "rej')
    Desk(queue, setting, "AB").accept(queue.entries["0badcafe"])
    assert open_queue(queue.path).entries["0badcafe"].by == "AB"


def test_a_full_disk_leaves_no_half_line(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    before = queue.path.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module.os, "fsync", full)
    with pytest.raises(ResourceError, match="No space left"):
        queue.append("planned", plan="x", tasks=[])
    assert queue.path.read_bytes() == before


def test_two_people_at_one_entry(queue: Queue, setting: Setting) -> None:
    drafted(queue, setting, reply())
    mine, theirs = open_queue(queue.path), open_queue(queue.path)
    Desk(theirs, setting, "CD").reject(theirs.entries["0badcafe"], "too easy")
    with pytest.raises(Refused, match="changed by CD"):
        Desk(mine, setting, "AB").accept(mine.entries["0badcafe"])
    assert mine.entries["0badcafe"].state == "rejected"
    assert open_queue(queue.path).counts()["rejected by a person"] == 1


def test_undo_goes_back_step_by_step(queue: Queue, setting: Setting) -> None:
    from dataclasses import replace

    drafted(queue, setting, reply())
    desk, entry = Desk(queue, setting, "AB"), queue.entries["0badcafe"]
    desk.edit(entry, replace(GOOD, question="A coil rests in a constant field. Does it feel an emf?"))
    desk.accept(entry)
    assert (entry.state, entry.edited, entry.by) == ("accepted", True, "AB")
    desk.undo()
    assert (entry.state, entry.edited) == ("checked", True)
    desk.undo()
    assert (entry.state, entry.edited, entry.draft) == ("checked", False, GOOD)
    with pytest.raises(Refused, match="nothing to undo"):
        desk.undo()
    again = open_queue(queue.path).entries["0badcafe"]
    assert (again.state, again.draft, again.edits, again.by) == ("checked", GOOD, 0, "")


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ("", "the queue is empty"),
        ("\n \n", "the queue is empty"),
        ('{"event": "queue", "version": 2}\n', "version 2"),
        ('{"event": "queue"}\n', "version None"),
        ('{"id": "style-0001", "messages": []}\n', "not a review queue"),
        ("not json\n", "not a review queue"),
        ('{"event": "queue", "version": 1}', "not a review queue"),
        ('{"event": "queue", "version": 1}\n{"event": "accepted", "id": "x", "by": "AB"}\n', "never drafted"),
        ('{"event": "queue", "version": 1}\n{"event": "drafted", "id": "x"}\n', "damaged event"),
        ('{"event": "queue", "version": 1}\n[]\n', "damaged event"),
        ('{"event": "queue", "version": 1}\n{"event": "planned", "tasks": [{"kind": "odd"}]}\n', "damaged event"),
    ],
)
def test_files_that_are_no_queue(tmp_path: Path, content: str, what: str) -> None:
    path = tmp_path / "q.jsonl"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match=what):
        open_queue(path, write=False)
    assert path.read_text(encoding="utf-8") == content


def test_missing_files_folders_and_names_that_are_taken(tmp_path: Path, queue: Queue) -> None:
    with pytest.raises(DataError, match="no such file"):
        open_queue(tmp_path / "none.jsonl")
    with pytest.raises(DataError, match="folder"):
        open_queue(tmp_path)
    with pytest.raises(UsageError, match="exists"):
        create_queue(queue.path, stage="style")


def test_each_event_is_one_line_with_its_time(queue: Queue) -> None:
    queue.append("planned", plan="x", tasks=[])
    rows = [json.loads(line) for line in queue.path.read_text(encoding="utf-8").splitlines()]
    assert [row["event"] for row in rows] == ["queue", "planned"]
    assert all(row["time"].endswith("+00:00") for row in rows)
    assert os.stat(queue.path).st_size == queue.size

"""What a person decides about a draft: accept, edit, reject, undo. The one place where the rules for that stand."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tutorsmith.core.errors import DataError, UsageError
from tutorsmith.evaluation.metrics.key_points import parse_key_point
from tutorsmith.expand.draft import Draft
from tutorsmith.expand.plan import chunk_hash
from tutorsmith.expand.queue import ACCEPTED, CHECKED, DRAFTED, FAILED, REJECTED, RULES, Entry, Overtaken, Queue
from tutorsmith.expand.run import check_entry, checks_of
from tutorsmith.expand.setting import Setting
from tutorsmith.expand.verify import reasons


class Refused(ValueError):
    """A decision that cannot stand, with why."""


@dataclass
class Desk:
    """One person's work on a queue. done: the entries decided here, in order, for undoing."""

    queue: Queue
    setting: Setting
    reviewer: str
    done: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        if not self.reviewer.strip():
            raise UsageError("the reviewer has no name", where="--reviewer", mend="give your name or initials")

    def accept(self, entry: Entry) -> None:
        """Raises: Refused for a draft that failed its checks or has none."""
        if entry.state == ACCEPTED:
            raise Refused("it is accepted already")
        if entry.draft is None:
            raise Refused(f"there is no draft: {entry.reason}")
        if not entry.passed:
            raise Refused(f"it failed its checks, edit it first: {reasons(entry.checks)}")
        self._write(entry, ACCEPTED)

    def reject(self, entry: Entry, reason: str) -> None:
        """Raises: Refused without a reason: it is what the next drafts are to learn from."""
        if entry.draft is None:
            raise Refused("there is no draft to reject")
        if not reason.strip():
            raise Refused("give a reason")
        self._write(entry, REJECTED, reason=" ".join(reason.split()))

    def edit(self, entry: Entry, draft: Draft) -> Sequence[dict[str, Any]]:
        """Take the person's version, if it passes the checks; returns them. Raises: Refused with what it failed."""
        if entry.draft is None:
            raise Refused("there is no draft to edit")
        if draft == entry.draft:
            raise Refused("nothing was changed")
        if draft.cited is not None and not 1 <= draft.cited <= len(entry.excerpts):
            raise Refused(f"cited must be 1 to {len(entry.excerpts)}")
        for point in draft.key_points:
            try:
                parse_key_point(point)
            except DataError as error:
                raise Refused(f"key point: {error.what}; {error.mend}") from error
        checks = checks_of(self.queue, entry, draft, self.setting)
        if failed := reasons(checks):
            raise Refused(failed)
        self._write(entry, "edited", draft=draft.as_dict())
        self.queue.append(CHECKED, id=entry.id, checks=checks, passed=True)
        return checks

    def undo(self) -> Entry:
        """Take back the last step of this person. Raises: Refused when there is none, or when it went into a file."""
        while self.done:
            entry = self.queue.entries[self.done[-1]]
            if entry.appended:
                raise Refused(f"it was appended to {entry.appended[-1]} already; take it out there")
            self.done.pop()
            if entry.before:
                self._append(entry, "undone")
                return entry
        raise Refused("nothing to undo")

    def _write(self, entry: Entry, event: str, **fields: Any) -> None:
        if entry.appended:
            raise Refused(f"it was appended to {entry.appended[-1]} already; take it out there")
        self._append(entry, event, **fields)
        self.done.append(entry.id)

    def _append(self, entry: Entry, event: str, **fields: Any) -> None:
        try:
            self.queue.append(event, id=entry.id, by=self.reviewer, **fields)
        except Overtaken as error:
            raise Refused(f"{error.what}; {error.mend}") from error


def catch_up(queue: Queue, setting: Setting) -> int:
    """Check the drafts that a stopped run left unchecked. Returns their number."""
    left = [entry for entry in queue.entries.values() if entry.state == DRAFTED]
    for entry in left:
        check_entry(queue, entry, setting)
    return len(left)


def pending(queue: Queue, *, rejected: bool = False) -> list[Entry]:
    """The entries that wait for a person, in order; with `rejected` those that the rules rejected instead."""
    if rejected:
        return [e for e in queue.entries.values() if e.state == REJECTED and e.by == RULES]
    return [entry for entry in queue.entries.values() if entry.waits]


def notes_changed(entry: Entry, setting: Setting) -> str:
    """How the notes differ from those that the draft was made from, or the empty string."""
    now = {(chunk.source, chunk.number): chunk_hash(chunk) for chunk in setting.material.index.chunks}
    wanted = entry.task.chunk_hash
    if now.get((entry.task.source, entry.task.chunk)) == wanted:
        return ""
    if wanted in now.values():
        return ""  # it only moved
    where = f"{entry.task.source}, chunk {entry.task.chunk}"
    return f"the notes have changed since: {where} does not say this any more"


def outcome(entries: Iterable[Entry]) -> dict[str, int]:
    """How many of the drafts failed each check, of those that have checks; and how many replies were no draft."""
    out: dict[str, int] = {}
    for entry in entries:
        if entry.state == FAILED:
            out["no draft in the reply"] = out.get("no draft in the reply", 0) + 1
        for check in entry.checks:
            if check["state"] == "failed":
                out[check["name"]] = out.get(check["name"], 0) + 1
    return dict(sorted(out.items(), key=lambda pair: -pair[1]))

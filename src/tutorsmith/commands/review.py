"""`tutorsmith review`: the queue in the terminal, as a sheet, as a table, and into a data file."""

import getpass
import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import typer
from rich.console import Console
from rich.text import Text

from tutorsmith.commands.expand import stage_of
from tutorsmith.core.errors import DataError, UsageError
from tutorsmith.core.progress import log_to
from tutorsmith.expand.accept import accept_into
from tutorsmith.expand.decide import Desk, Refused, catch_up, notes_changed, pending
from tutorsmith.expand.form import FormError, form_of, read_form
from tutorsmith.expand.queue import Entry, Queue, open_queue
from tutorsmith.expand.screen import KEYS, draft_screen, status_table
from tutorsmith.expand.setting import Setting, read_setting
from tutorsmith.expand.sheet import exported, import_sheet, write_sheet

_AGAIN = "your version is kept: press e to go on with it"


@dataclass(frozen=True)
class ReviewOptions:
    """The command's flags, as parsed."""

    queue: Path
    reviewer: str | None = None
    status: bool = False
    export: Path | None = None
    import_: Path | None = None
    accept_into: Path | None = None
    everything: bool = False
    rejected: bool = False
    config: Path | None = None


def review_command(options: ReviewOptions) -> int:
    """Returns the exit code: 1 when rows of a sheet or accepted drafts could not be taken."""
    chosen = [bool(flag) for flag in (options.status, options.export, options.import_, options.accept_into)]
    if sum(chosen) > 1:
        raise UsageError("--status, --export, --import and --accept-into exclude each other", mend="give one of them")
    console = Console()
    if options.status:
        console.print(status_table(open_queue(options.queue, write=False)))
        return 0
    queue = open_queue(options.queue)
    if queue.torn:
        console.print(Text(f"the last line was cut off; it is kept in {options.queue}.torn", "yellow"))
    if not queue.entries:
        raise DataError(
            "the queue holds no drafts yet", where=str(queue.path), mend="run `tutorsmith expand` to fill it"
        )
    with log_to(None, quiet=True):
        setting = _setting(queue, options)
        if count := catch_up(queue, setting):
            console.print(f"checked {count} drafts that a stopped run had left", highlight=False)
        if options.accept_into:
            return _accept(queue, setting, options.accept_into, console)
        if options.export:
            return _export(queue, options, console)
        if options.import_:
            return _import(queue, setting, options, console)
        return Sitting(Desk(queue, setting, _reviewer(options)), console, rejected=options.rejected).run()


def _setting(queue: Queue, options: ReviewOptions) -> Setting:
    head = queue.head
    stage, language, _ = stage_of(str(head["stage"]), str(head["language"]), options.config)
    also = [options.accept_into] if options.accept_into else []
    return read_setting(stage, head["form"], language, [Path(place) for place in head.get("notes", ())], also)


def _reviewer(options: ReviewOptions) -> str:
    """--reviewer, else the name of the account. Raises: UsageError."""
    if options.reviewer is not None:
        return options.reviewer.strip()
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError) as error:
        raise UsageError("this account has no name", where="--reviewer", mend="give your name or initials") from error


def _accept(queue: Queue, setting: Setting, file: Path, console: Console) -> int:
    done = accept_into(queue, setting, file)
    console.print(f"{len(done.added)} appended to {file}, {len(done.known)} stood there already", highlight=False)
    for identity, why in done.refused:
        console.print(Text(f"not appended: {identity}: {why}", "red"))
    return 1 if done.refused else 0


def _export(queue: Queue, options: ReviewOptions, console: Console) -> int:
    assert options.export is not None
    entries = exported(queue, everything=options.everything)
    if not entries:
        raise DataError("no draft waits for review", where=str(queue.path), mend="add --all for those that are decided")
    write_sheet(options.export, entries)
    console.print(f"{len(entries)} drafts -> {options.export}", highlight=False)
    console.print("fill in verdict (accept or reject) and reason, or edited_question and edited_answer, then:")
    console.print(f"tutorsmith review {queue.path} --import {options.export}", highlight=False, soft_wrap=True)
    return 0


def _import(queue: Queue, setting: Setting, options: ReviewOptions, console: Console) -> int:
    assert options.import_ is not None
    own = Desk(queue, setting, _reviewer(options))
    done = import_sheet(options.import_, own, lambda name: Desk(queue, setting, name))
    console.print(
        f"{len(done.accepted)} accepted ({len(done.edited)} of them edited), {len(done.rejected)} rejected, "
        f"{done.same} known already, {done.empty} without verdict",
        highlight=False,
    )
    for problem in done.problems:
        console.print(Text(f"not taken: {problem}", "red"))
    return 1 if done.problems else 0


@dataclass
class Sitting:
    """One sitting at the terminal. Without a terminal, each line of the input is a key and what follows it."""

    desk: Desk
    console: Console
    rejected: bool = False
    at: int = 0
    kept: dict[str, str] = field(default_factory=dict)
    """Forms that were refused, by entry: the next edit goes on with them."""

    def run(self) -> int:
        entries = pending(self.desk.queue, rejected=self.rejected)
        if not entries:
            self.console.print("no draft waits for review")
            return 0
        shown = -1
        while self.at < len(entries):
            entry = entries[self.at]
            if shown != self.at:
                place, counts = (self.at + 1, len(entries)), self.desk.queue.counts()
                self.console.print(draft_screen(entry, place, counts, notes_changed(entry, self.desk.setting)))
                shown = self.at
            key, rest = self._key()
            if key == "q":
                break
            if self._act(key, rest, entry, entries):
                shown = -1
        counts = self.desk.queue.counts()
        told = f"{counts['accepted']} accepted, {counts['rejected by a person']} rejected, {counts['checked']} waiting"
        self.console.print(told, highlight=False)
        return 0

    def _act(self, key: str, rest: str, entry: Entry, entries: list[Entry]) -> bool:
        """Carry out one key; whether the screen is to be shown anew."""
        actions: dict[str, Callable[[Entry, str], bool]] = {"a": self._accept, "r": self._reject, "e": self._edit}
        try:
            if key == "u":
                undone = self.desk.undo()
                self.at = entries.index(undone) if undone in entries else self.at
                self.console.print(f"undone: {undone.id}", highlight=False)
                return True
            if key == "s":
                self.at += 1
                return True
            if key in actions:
                return actions[key](entry, rest)
        except Refused as error:
            self.console.print(Text(f"refused: {error}", "red"))
            return False
        self.console.print(f"keys: {KEYS}", highlight=False)
        return False

    def _accept(self, entry: Entry, _: str) -> bool:
        self.desk.accept(entry)
        self.at += 1
        return True

    def _reject(self, entry: Entry, rest: str) -> bool:
        reason = rest or (self.console.input("reason: ") if sys.stdin.isatty() else "")
        self.desk.reject(entry, reason)
        self.at += 1
        return True

    def _edit(self, entry: Entry, _: str) -> bool:
        if entry.draft is None:
            raise Refused("there is no draft to edit")
        start = self.kept.pop(entry.id, None) or form_of(entry.draft, "Change what you like; the ==== lines stay.")
        text = edited(start)
        if text.strip() in ("", start.strip()) and start.startswith("Change what"):
            raise Refused("nothing was changed")
        try:
            self.desk.edit(entry, read_form(text))
        except (FormError, Refused) as error:
            self.kept[entry.id] = text
            raise Refused(f"{error}. {_AGAIN}") from error
        return True

    def _key(self) -> tuple[str, str]:
        """(key, what follows it); the end of the input is q."""
        if sys.stdin.isatty():
            return typer.getchar().lower(), ""
        line = sys.stdin.readline()
        if not line:
            return "q", ""
        return line.strip()[:1].lower(), line.strip()[1:].strip()


def edited(text: str) -> str:
    """The text as it comes back from $VISUAL or $EDITOR. Raises: Refused when there is none or it fails."""
    command = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    if not command:
        raise Refused("no editor: set the environment variable EDITOR, such as EDITOR=nano")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "draft.md"
        file.write_text(text, encoding="utf-8")
        try:
            code = subprocess.run([*shlex.split(command), str(file)], check=False).returncode
            after = file.read_text(encoding="utf-8")
        except (OSError, ValueError) as error:
            raise Refused(f"the editor {command!r} cannot be used: {error}") from error
        if code:
            raise Refused(f"the editor ended with {code}; nothing was changed")
        return after

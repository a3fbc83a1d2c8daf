"""One way to show progress: a Rich bar on a terminal, plain lines elsewhere, and everything in the log file."""

import logging
import os
import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol

from tutorsmith.core.artifacts import writing_to

LOGGER = logging.getLogger("tutorsmith")


def since_start() -> float:
    """Seconds since this process was started, imports included (proc(5), field 22); elsewhere than on Linux since this
    module was imported."""
    try:
        fields = Path("/proc/self/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return time.clock_gettime(time.CLOCK_BOOTTIME) - int(fields[19]) / os.sysconf("SC_CLK_TCK")
    except (OSError, AttributeError, ValueError, IndexError):
        return time.monotonic() - _IMPORTED


_IMPORTED = time.monotonic()


class Bar(Protocol):
    """What a step calls to report progress. `text` is a short state such as "loss 1.234, 150 tokens/s"."""

    def update(self, done: int, text: str = "") -> None: ...


class _PlainBar:
    """A line at most every `every` seconds, and at the end."""

    def __init__(self, name: str, total: int, every: float = 10.0) -> None:
        self.name, self.total, self.every = name, total, every
        self.started = self.last = time.monotonic()
        self.before: int | None = None

    def update(self, done: int, text: str = "") -> None:
        now = time.monotonic()
        if self.before is None:  # a resumed run has done units that took it no time
            self.before = done - 1
        if done < self.total and now - self.last < self.every:
            return
        self.last = now
        left = (now - self.started) / max(1, done - self.before) * (self.total - done)
        tail = f", {left:.0f} s left" if done < self.total else f", {now - self.started:.0f} s"
        LOGGER.info("%s %d/%d%s%s", self.name, done, self.total, f", {text}" if text else "", tail)


class _RichBar:
    def __init__(self, name: str, total: int) -> None:
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeElapsedColumn,
            TimeRemainingColumn,
        )

        self.progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TextColumn("{task.fields[text]}"),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
        )
        self.task = self.progress.add_task(name, total=total, text="")

    def update(self, done: int, text: str = "") -> None:
        self.progress.update(self.task, completed=done, text=text)


@contextmanager
def bar(name: str, total: int) -> Iterator[Bar]:
    """A progress bar of `total` units for the length of the block."""
    if sys.stderr.isatty() and sys.stdout.isatty():
        rich_bar = _RichBar(name, total)
        with rich_bar.progress:
            yield rich_bar
    else:
        yield _PlainBar(name, total)


def quiet_libraries() -> None:
    """Keep what libraries say to each other off the terminal: deprecations, missing kernels of other back ends."""
    warnings.filterwarnings("ignore", category=FutureWarning, module=r"transformers\.|peft\.|torch\.")
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    logging.getLogger("bitsandbytes").setLevel(logging.ERROR)


class _LogFile(logging.FileHandler):
    """A log that cannot be written stops the run: elsewhere the disk is just as full."""

    def __init__(self, file: Path) -> None:
        self.path = file
        with writing_to(file):
            super().__init__(file, encoding="utf-8")

    def handleError(self, record: logging.LogRecord) -> None:
        error = sys.exc_info()[1]
        if not isinstance(error, OSError):
            super().handleError(record)
            return
        with writing_to(self.path):
            raise error

    def close(self) -> None:
        # What did not fit on the disk has been reported; flushing it once more would only hide that error.
        with suppress(OSError):
            super().close()


@contextmanager
def log_to(file: Path | None, *, quiet: bool = False) -> Iterator[None]:
    """Send the package's log lines to the terminal and, with times, to `file` (appended). Raises: ResourceError."""
    handlers: list[logging.Handler] = []
    if not quiet:
        terminal = logging.StreamHandler(sys.stdout)
        terminal.setLevel(logging.INFO)
        terminal.setFormatter(logging.Formatter("%(message)s"))
        handlers.append(terminal)
    if file is not None:
        written = _LogFile(file)
        written.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
        handlers.append(written)
    level = LOGGER.level
    LOGGER.setLevel(logging.DEBUG)  # the file gets every step, the terminal what a person reads
    for handler in handlers:
        LOGGER.addHandler(handler)
    try:
        yield
    finally:
        LOGGER.setLevel(level)
        for handler in handlers:
            LOGGER.removeHandler(handler)
            handler.close()

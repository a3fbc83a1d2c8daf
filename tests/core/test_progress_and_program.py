"""Progress without a terminal, the log file, and how a program ends."""

import errno
import logging
import os
import signal
from pathlib import Path

import pytest

from tutorsmith.core.errors import DataError, Interrupted, ResourceError, UsageError, nearest, suggest
from tutorsmith.core.program import program
from tutorsmith.core.progress import LOGGER, bar, log_to


def test_plain_lines_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with log_to(tmp_path / "log"), bar("train", 3) as progress:
        for done in (1, 2, 3):
            progress.update(done, f"loss {done}")
    out = capsys.readouterr().out
    # Less than ten seconds: only the end is told.
    assert out.splitlines() == ["train 3/3, loss 3, 0 s"]
    assert "\r" not in out
    assert "\x1b" not in out
    assert (tmp_path / "log").read_text().endswith(" INFO train 3/3, loss 3, 0 s\n")


def test_plain_lines_tell_the_time_left(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 5.0, 12.0, 13.0])
    monkeypatch.setattr("tutorsmith.core.progress.time.monotonic", lambda: next(clock))
    with log_to(None), bar("predict", 10) as progress:
        for done in (1, 2, 3):
            progress.update(done)
    assert capsys.readouterr().out.splitlines() == ["predict 2/10, 48 s left"]


def test_the_log_is_appended_and_let_go(tmp_path: Path) -> None:
    before = list(LOGGER.handlers)
    for text in ("first", "second"):
        with log_to(tmp_path / "log", quiet=True):
            LOGGER.info(text)
    assert [line.rpartition(" ")[2] for line in (tmp_path / "log").read_text().splitlines()] == ["first", "second"]
    assert LOGGER.handlers == before


def test_a_log_that_cannot_be_written_stops_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "log").mkdir()
    with pytest.raises(ResourceError, match="Is a directory"), log_to(tmp_path / "log", quiet=True):
        pass

    def full(_self: logging.Handler) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(logging.FileHandler, "flush", full)
    with pytest.raises(ResourceError, match="No space left"), log_to(tmp_path / "log.txt", quiet=True):
        LOGGER.info("x")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageError("u"), 2),
        (DataError("what", where="file:3", mend="mend it"), 3),
        (ResourceError("r"), 5),
        (Interrupted("stopped"), 130),
        (KeyboardInterrupt(), 130),
        (FileNotFoundError(errno.ENOENT, "No such file or directory", "gone.txt"), 5),
        (MemoryError(), 5),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else str(value),
)
def test_errors_become_a_message_and_a_code(
    error: BaseException, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    before = signal.getsignal(signal.SIGTERM)
    try:
        with pytest.raises(SystemExit) as left, program():
            raise error
    finally:
        signal.signal(signal.SIGTERM, before)
    assert left.value.code == code
    told = capsys.readouterr().err
    assert "Traceback" not in told
    assert told.startswith("error: ") == (code != 130)
    if isinstance(error, DataError):
        assert told == "error: file:3: what\n  mend: mend it\n"
    if isinstance(error, FileNotFoundError):
        assert "gone.txt" in told


def test_a_mistake_of_ours_is_not_hidden() -> None:
    before = signal.getsignal(signal.SIGTERM)
    try:
        with pytest.raises(ZeroDivisionError), program():
            raise ZeroDivisionError
    finally:
        signal.signal(signal.SIGTERM, before)


@pytest.mark.parametrize(
    ("name", "known", "found"),
    [
        ("lerning_rate", ["learning_rate", "lora_r"], "learning_rate"),
        ("--lerning-rate", ["--set learning_rate=VALUE", "--seed"], "--set learning_rate=VALUE"),
        ("Style", ["style", "sample"], "style"),
        ("zzz", ["style", "sample"], None),
        ("x", [], None),
    ],
)
def test_the_nearest_name(name: str, known: list[str], found: str | None) -> None:
    assert nearest(name, known) == found
    assert ("did you mean" in suggest(name, known)) == (found is not None)

"""`tutorsmith check`: findings, and cleaned copies without what stands for a person."""

import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tutorsmith.core.artifacts import writing_to
from tutorsmith.core.errors import UsageError
from tutorsmith.data.checks import read_allowed, render
from tutorsmith.data.lines import open_error
from tutorsmith.data.personal.redact import Redactor
from tutorsmith.pipeline.check import check


@dataclass(frozen=True)
class CheckOptions:
    """redact: where the cleaned copy goes: a file for one input, a folder for several."""

    files: Sequence[Path]
    against: Sequence[Path] = ()
    form: str = "text"
    allow: Path | None = None
    redact: Path | None = None


def check_command(options: CheckOptions) -> int:
    """Print the findings and write the cleaned copies; returns the exit code: 0 without errors, 1 with.

    With `redact` the copies are written first, and the findings are those of the copies.
    """
    allowed = read_allowed(options.allow) if options.allow else frozenset()
    files = list(options.files)
    if options.redact is not None:
        files = redact_files(files, options.redact)
    result = check(files, options.against, allowed=allowed)
    print(render(result, options.form))
    return 0 if result.ok else 1


def redact_files(files: Sequence[Path], out: Path) -> list[Path]:
    """Write a cleaned copy of each file and say on stderr what was replaced; returns the copies.

    Raises: UsageError when a copy would stand in the place of an input or of another copy; DataError for a file that
    cannot be read; ResourceError for one that cannot be written.
    """
    copies = _copies(files, out)
    redactor = Redactor()
    for file, copy in zip(files, copies, strict=True):
        before = redactor.replaced.copy()
        _write_clean(file, copy, redactor)
        replaced = redactor.replaced - before
        told = ", ".join(f"{kind} {number}" for kind, number in sorted(replaced.items())) or "nothing"
        print(f"{file} -> {copy}: replaced {told}", file=sys.stderr)
    return copies


def _copies(files: Sequence[Path], out: Path) -> list[Path]:
    into_folder = len(files) > 1 or out.is_dir()
    if len(files) > 1 and out.exists() and not out.is_dir():
        raise UsageError("several files need a folder for their copies", where=str(out), mend="name a folder")
    copies = [out / file.name for file in files] if into_folder else [out]
    places = [copy.resolve() for copy in copies]
    if len(set(places)) < len(places):
        raise UsageError("two files have one name", where=str(out), mend="clean them one at a time")
    inputs = {file.resolve() for file in files}
    for copy, place in zip(copies, places, strict=True):
        if place in inputs or (copy.exists() and any(file.exists() and file.samefile(copy) for file in files)):
            raise UsageError(
                "the cleaned copy would replace its input", where=str(copy), mend="give --redact another place"
            )
    return copies


def _write_clean(file: Path, copy: Path, redactor: Redactor) -> None:
    """Line by line into a temporary file beside the copy, which is renamed when it is whole."""
    try:
        source = file.open("rb")
    except OSError as error:
        raise open_error(file, error) from error
    with source, writing_to(copy):
        copy.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{copy.name}.", dir=copy.parent)
        try:
            with os.fdopen(handle, "wb") as target:
                for line in source:
                    body = line.rstrip(b"\r\n")
                    target.write(redactor.line(body) + line[len(body) :])
                target.flush()
                os.fsync(target.fileno())
            umask = os.umask(0)
            os.umask(umask)
            os.chmod(name, 0o666 & ~umask)
            os.replace(name, copy)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise

"""Every file name of a run folder, its schema version, and the only ways to write one.

Writes are atomic: a temporary file in the same folder, flushed to disk, then renamed over the target. A run that is
killed at any moment leaves the old file or the new one, never half of one.
"""

import errno
import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from glob import escape
from pathlib import Path
from typing import Any

from tutorsmith.core.errors import DataError, ResourceError, TutorsmithError

SCHEMA_VERSION = 1

ADAPTER_CONFIG = "adapter_config.json"
ADAPTER_WEIGHTS = "adapter_model.safetensors"
TRAINING_CONFIG = "training_config.json"
TRAINING_LOG = "training.log"
TRAINER_STATE = "trainer_state.json"
MANIFEST = "manifest.json"
SECONDS = "seconds.json"
CHECK = "check.json"
EVIDENCE = "evidence.json"
PLACES = "places.json"
TENSORBOARD = "runs"
CHECKPOINTS = "checkpoints"


def predictions_name(stage: str, system: str | None = None) -> str:
    """`predictions_style.jsonl` holds the answers of the run's product; other systems carry their name as well."""
    return f"predictions_{stage}.jsonl" if system is None else f"predictions_{stage}.{system}.jsonl"


def probe_name(stage: str, system: str) -> str:
    """`probe_style.tuned.jsonl`: a system's answers to the stage's forgetting probe."""
    return f"probe_{stage}.{system}.jsonl"


def audit_name(predictions: str) -> str:
    """`answers.jsonl` -> `answers.generation_audit.json`: how the model that gave these answers was set to end them."""
    return f"{predictions.removesuffix('.jsonl')}.generation_audit.json"


def report_name(stage: str, form: str) -> str:
    """`eval_report_style.json`; without a stage, as `tutorsmith evaluate` writes it, `eval_report.json`."""
    return f"eval_report_{stage}.{form}" if stage else f"eval_report.{form}"


_ELSEWHERE = "choose another folder with --output-dir"
_MENDS: Mapping[int, str] = {
    errno.ENOSPC: f"free some space or {_ELSEWHERE}",
    errno.EDQUOT: f"your quota is used up; free some space or {_ELSEWHERE}",
    errno.EFBIG: f"this file is larger than the system allows (see `ulimit -f`); raise the limit or {_ELSEWHERE}",
    errno.EROFS: f"the file system is read-only; {_ELSEWHERE}",
    errno.EACCES: f"you may not write there; {_ELSEWHERE} or change its owner",
    errno.EPERM: f"you may not write there; {_ELSEWHERE} or change its owner",
    errno.ENOTDIR: f"part of this path is a file; {_ELSEWHERE}",
    errno.EEXIST: "a file stands where a folder is needed; move it or choose another folder",
    errno.EISDIR: "a folder stands where a file is needed; move it or choose another name",
    errno.ENAMETOOLONG: "choose a shorter path",
}


@contextmanager
def writing_to(path: Path) -> Iterator[None]:
    """Turn the operating system's write errors into ours, with the mend.

    Raises: ResourceError for a full disk, a read-only or forbidden folder, or a file where a folder should be.
    """
    try:
        yield
    except OSError as error:
        # Ours, and what clients raise as an OSError without the system having said no (a refused download, say).
        number = error.errno
        if isinstance(error, TutorsmithError) or number is None:
            raise
        mend = _MENDS.get(number, f"check this path and its disk, or {_ELSEWHERE}")
        if path.is_relative_to(cache_folder()):
            mend = mend.replace(_ELSEWHERE, "set TUTORSMITH_CACHE to another folder")
        reason = os.strerror(number)
        raise ResourceError(f"cannot write: {reason}", where=str(path), mend=mend) from error


def make_folder(path: Path) -> Path:
    """Create a folder and its parents and prove that it can be written to.

    Raises: ResourceError.
    """
    with writing_to(path):
        path.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".write-test-", dir=path)
        os.close(handle)
        os.unlink(name)
    return path


@contextmanager
def writing(path: Path) -> Iterator[Callable[[bytes], None]]:
    """What writes the file piece by piece; it gets its name at the end of the block, after an error not at all.

    Raises: ResourceError.
    """
    with writing_to(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    file = os.fdopen(handle, "wb")

    def write(data: bytes) -> None:
        with writing_to(path):
            file.write(data)

    try:
        yield write
        with writing_to(path):
            file.flush()
            os.fsync(file.fileno())
            file.close()
            # mkstemp makes files private; artifacts are as readable as the user's umask says.
            umask = os.umask(0)
            os.umask(umask)
            os.chmod(name, 0o666 & ~umask)
            os.replace(name, path)
    except BaseException:
        with suppress(OSError):  # what did not fit has been told; closing tries to write it once more
            file.close()
        Path(name).unlink(missing_ok=True)
        raise


def drop_unfinished(path: Path) -> None:
    """Remove what killed processes left of `writing` this file. Raises: ResourceError."""
    with writing_to(path):
        for left in path.parent.glob(f".{escape(path.name)}.*"):
            left.unlink(missing_ok=True)


def write_bytes(path: Path, data: bytes) -> None:
    """Write a whole file atomically. Raises: ResourceError."""
    with writing(path) as write:
        write(data)


def write_text(path: Path, text: str) -> None:
    write_bytes(path, text.encode("utf-8"))


def write_json(path: Path, value: Any) -> None:
    write_text(path, json.dumps(value, ensure_ascii=False, indent=2, sort_keys=False) + "\n")


def write_jsonl(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    with writing(path) as write:
        for row in rows:
            write(json_line(row))


def json_line(row: Mapping[str, Any]) -> bytes:
    return (json.dumps(row, ensure_ascii=False) + "\n").encode("utf-8")


def read_json(path: Path) -> Any:
    """Raises: DataError when the file is missing or is not JSON."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise DataError(
            "file not found", where=str(path), mend="check the path, or run the step that writes it"
        ) from error
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise DataError(f"cannot be read: {reason}", where=str(path), mend="check the path and its owner") from error
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise DataError(
            f"not valid JSON: {error}", where=str(path), mend="delete it and run the step that writes it"
        ) from error


def hash_bytes(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def hash_file(path: Path) -> str:
    """Raises: DataError when the file is missing."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    except OSError as error:
        reason = "file not found" if isinstance(error, FileNotFoundError) else f"cannot be read: {error.strerror}"
        raise DataError(reason, where=str(path), mend="check the path") from error
    return "sha256:" + digest.hexdigest()


def hash_value(value: Any) -> str:
    """Hash of a JSON-like value, independent of the order of its keys."""
    return hash_bytes(json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8"))


def hash_folder(folder: Path) -> str:
    """Hash of all files below a folder, by relative path and content."""
    return hash_value({str(p.relative_to(folder)): hash_file(p) for p in sorted(folder.rglob("*")) if p.is_file()})


def hash_code(package: Path, names: Sequence[str]) -> str:
    """Hash of the source of these modules and folders below a package: what they make is made anew when they change."""
    files = [file for name in names for file in sorted((package / name).rglob("*.py")) or [package / name]]
    return hash_value([[str(file.relative_to(package)), hash_file(file)] for file in files])


def cache_folder() -> Path:
    """`TUTORSMITH_CACHE`, else `$XDG_CACHE_HOME/tutorsmith`, else `~/.cache/tutorsmith`."""
    if own := os.environ.get("TUTORSMITH_CACHE"):
        return Path(own).expanduser()
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base).expanduser() if base else Path.home() / ".cache") / "tutorsmith"

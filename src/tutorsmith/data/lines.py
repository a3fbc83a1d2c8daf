"""Bytes of a JSONL file -> numbered lines -> JSON values, strictly.

Only `\\n` ends a line (a U+2028 inside a string does not), a final newline is optional, `\\r\\n` is fine, and a UTF-8
byte-order mark at the start is dropped.
"""

import codecs
import json
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from tutorsmith.core.errors import DataError

MAX_DEPTH = 32
"""Objects and arrays nested deeper than this are no sample; the reader refuses them before the parser would."""


class LineError(ValueError):
    """A line that is no JSON object. `kind` is the name of the finding, `column` is 1-based (0: not known)."""

    def __init__(self, kind: str, message: str, mend: str, column: int = 0) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.mend = mend
        self.column = column


def open_error(path: Path, error: OSError) -> DataError:
    """The DataError for a file that cannot be opened or read."""
    if isinstance(error, FileNotFoundError):
        return DataError("there is no such file", where=str(path), mend="check the path and where you are")
    if isinstance(error, IsADirectoryError):
        return DataError("this is a folder, not a file", where=str(path), mend="name the .jsonl file inside it")
    return DataError(f"cannot be read: {error.strerror or error}", where=str(path), mend="check the file's permissions")


def numbered_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield (1-based number, line without its line end); streams, so that memory does not grow with the file.

    Raises: DataError if the file cannot be opened or read.
    """
    try:
        with path.open("rb") as handle:
            if not stat.S_ISREG(os.fstat(handle.fileno()).st_mode):
                raise DataError("this is not a regular file", where=str(path), mend="write it to a file first")
            for number, line in enumerate(handle, start=1):
                if number == 1:
                    line = line.removeprefix(codecs.BOM_UTF8)
                yield number, line.removesuffix(b"\n").removesuffix(b"\r")
    except OSError as error:
        raise open_error(path, error) from error


def _no_constant(name: str) -> NoReturn:
    raise LineError("nan-value", f"{name} is not JSON", "write a number, or null")


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    out = dict(pairs)
    if len(out) < len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise LineError("duplicate-key", f"the key {key!r} stands twice in one object", "keep one of the two")
            seen.add(key)
    return out


_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")
_STRICT = json.JSONDecoder(object_pairs_hook=_no_duplicates, parse_constant=_no_constant)


def _depth(text: str) -> int:
    """The deepest nesting of brackets outside strings."""
    deepest = depth = 0
    in_string = skip = False
    for char in text:
        if skip:
            skip = False
        elif char == "\\":
            skip = in_string
        elif char == '"':
            in_string = not in_string
        elif in_string:
            continue
        elif char in "{[":
            depth += 1
            deepest = max(deepest, depth)
        elif char in "}]":
            depth -= 1
    return deepest


def decode_line(line: bytes) -> str:
    """UTF-8 text of one line.

    Raises: LineError of kind `encoding`, which names the encoding that the bytes look like.
    """
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError as error:
        guess = "UTF-16" if b"\x00" in line or line[:2] in (b"\xff\xfe", b"\xfe\xff") else "Latin-1 or Windows-1252"
        message = f"not UTF-8 (byte 0x{line[error.start]:02x} at column {error.start + 1}); it looks like {guess}"
        raise LineError("encoding", message, "save the file as UTF-8", error.start + 1) from None
    if "\x00" in text:
        raise LineError("encoding", "holds NUL bytes; it looks like UTF-16", "save the file as UTF-8", 1)
    return text


def strict_json(text: str) -> Any:
    """The JSON value of a line: no NaN, no key twice, no nesting beyond MAX_DEPTH.

    Raises: LineError with kind `nan-value`, `duplicate-key`, `deep-nesting`, `lone-surrogate` or `json`.
    """
    # Counting characters costs more than parsing; only a line with that many brackets can be that deep.
    if text.count("{") + text.count("[") > MAX_DEPTH and _depth(text) > MAX_DEPTH:
        raise LineError("deep-nesting", f"nested deeper than {MAX_DEPTH} levels", "flatten the record")
    try:
        value = _STRICT.decode(text)
    except json.JSONDecodeError as error:
        message = f"not JSON: {error.msg} at column {error.pos + 1}"
        raise LineError("json", message, "write one JSON object on one line", error.pos + 1) from None
    except ValueError as error:
        if isinstance(error, LineError):
            raise
        # Python refuses to convert integers of thousands of digits.
        raise LineError("json", f"not usable JSON: {error}", "write a number of sensible size") from None
    _refuse_lone_surrogates(text, value)
    return value


def _refuse_lone_surrogates(text: str, value: Any) -> None:
    """Raises: LineError for an escape such as \\ud83d without its other half: no UTF-8 file can hold it."""
    if not _SURROGATE_ESCAPE.search(text):
        return
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        message = "half of a surrogate pair stands alone, it is no character"
        raise LineError("lone-surrogate", message, "write the whole character, or remove the escape") from None


def json_records(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield (line number, object) for each line that is not blank.

    Raises: DataError at the first line that is no JSON object, or when the file holds none at all.
    """
    found = False
    for number, line in numbered_lines(path):
        if not line.strip():
            continue
        found = True
        try:
            value = strict_json(decode_line(line))
        except LineError as error:
            raise DataError(error.message, where=f"{path}:{number}", mend=error.mend) from None
        if not isinstance(value, dict):
            raise DataError(
                f"a JSON object is needed, this is {json_type(value)}",
                where=f"{path}:{number}",
                mend="write one object on each line, without an array around them",
            )
        yield number, value
    if not found:
        raise DataError("the file is empty", where=str(path), mend="write one JSON object on each line")


def json_type(value: object) -> str:
    """The name that JSON has for the type of `value`, with its article."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, str):
        return "a string"
    return "a list" if isinstance(value, list) else "an object"

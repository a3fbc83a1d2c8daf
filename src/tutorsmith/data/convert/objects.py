"""JSON files -> rows: one object a line, or one array of objects, however it is laid out."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tutorsmith.core.errors import DataError
from tutorsmith.data.convert.rows import Bad, Good, Raw, Reading, RowError, Source
from tutorsmith.data.documents.decode import decode, read_bytes
from tutorsmith.data.lines import LineError, json_type, strict_json


def objects(path: Path, encoding: str | None = None) -> Iterator[tuple[str, Raw | LineError]]:
    """(place, object or what is wrong with it) for each row; places are `file:line`, or `file[index]` in an array.

    Raises: DataError for a file that cannot be read, is empty, or is one broken array.
    """
    text = decode(read_bytes(path), str(path), encoding).text
    stripped = text.strip()
    if not stripped:
        raise DataError("the file is empty", where=str(path), mend="there is nothing to convert")
    if stripped[0] == "[":
        yield from _array(path, stripped)
        return
    whole = _one_object(stripped)
    if whole is not None:
        yield f"{path}[0]", whole
        return
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield f"{path}:{number}", _object(line.removesuffix("\r"))


def _one_object(text: str) -> Raw | None:
    """The object, when the whole file is one, laid out over several lines."""
    if "\n" not in text or text.split("\n", 1)[0].rstrip().endswith("}"):
        return None
    try:
        value = strict_json(text)
    except LineError:
        return None
    return value if isinstance(value, dict) else None


def _array(path: Path, text: str) -> Iterator[tuple[str, Raw | LineError]]:
    try:
        rows = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        line = getattr(error, "lineno", 1)
        raise DataError(
            f"the array is no JSON: {getattr(error, 'msg', 'nested too deep')}",
            where=f"{path}:{line}",
            mend="export it again; a file that was cut off while it was written ends like this",
        ) from None
    if not rows:
        raise DataError("the array is empty", where=str(path), mend="there is nothing to convert")
    for index, row in enumerate(rows):
        # Once more by itself, for what only strict reading refuses (NaN, half characters).
        yield f"{path}[{index}]", _object(json.dumps(row, ensure_ascii=False))


def _object(line: str) -> Raw | LineError:
    try:
        value = strict_json(line)
    except LineError as error:
        return error
    if not isinstance(value, dict):
        return LineError("json", f"a JSON object is needed, this is {json_type(value)}", "write one object a line")
    return value


def read_objects(source: Source, convert: Callable[[Raw], Raw]) -> Reading:
    """Each object of a file through `convert`, which raises RowError for a row it cannot take."""
    for where, row in objects(source.path, source.encoding):
        if isinstance(row, LineError):
            yield Bad(where, row.message, row.mend)
            continue
        try:
            yield Good(where, convert(row))
        except RowError as error:
            yield Bad(where, error.why, error.mend)


def sample_of_rows(path: Path, count: int, encoding: str | None = None) -> list[Raw]:
    """The first `count` objects of a file, for finding out its format."""
    out: list[Raw] = []
    for _, row in objects(path, encoding):
        if isinstance(row, dict):
            out.append(row)
        if len(out) == count:
            break
    return out


def as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)

"""Review files: a teacher's verdicts in CSV or JSON Lines, and the sheet that is handed out to be filled in.

Spreadsheets change what they open, so the reader takes what they write: a byte-order mark, semicolons or tabs, any line
end, quoted line ends, `sep=;`. A cell that a spreadsheet would run as a formula is written with a leading apostrophe,
and read back without it.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tutorsmith.core.artifacts import write_bytes
from tutorsmith.core.errors import DataError, UsageError, nearest
from tutorsmith.data.lines import json_records, open_error

NEEDED = ("id", "verdict")
COLUMNS = ("id", "system", "metric", "key_point", "verdict", "note", "reviewer", "answer_sha256")
"""What a line says. Only `id` and `verdict` must be there."""
SHOWN = ("question", "answer", "rules_verdict", "matched", "rule")
"""What the sheet shows beside them, for the reader's eyes; reading it back skips these."""
SHEET: tuple[str, ...] = (*COLUMNS[:4], *SHOWN, *COLUMNS[4:])

_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_FIELD_LIMIT = 1 << 27


@dataclass(frozen=True, slots=True)
class Line:
    """One filled-in line as text; absent columns are empty. where: "file:line"."""

    where: str
    id: str
    verdict: str
    system: str = ""
    metric: str = ""
    key_point: str = ""
    note: str = ""
    reviewer: str = ""
    answer_sha256: str = ""


def read_review(path: Path) -> list[Line]:
    """The lines that have a verdict, in order. `.jsonl` and `.json` are JSON Lines, all else is CSV.

    Raises: DataError with file and line for a file that cannot be read, a column that is not known or missing, a
    broken quotation and a row with too many cells.
    """
    rows = _json_rows(path) if path.suffix.lower() in (".jsonl", ".json") else _csv_rows(path)
    lines = []
    for number, row in rows:
        where = f"{path}:{number}"
        if not row["id"] and row["verdict"]:
            raise DataError("a verdict without an id", where=where, mend="say which item it is about")
        if row["verdict"]:
            lines.append(Line(where=where, **{name: row.get(name, "") for name in COLUMNS}))
    return lines


def check_sheet(path: Path) -> None:
    """Raises: UsageError for a sheet's name that exists (it may hold somebody's work) or is no .csv."""
    if path.suffix.lower() != ".csv":
        raise UsageError("a review sheet is a .csv file", where=str(path), mend="give a name that ends in .csv")
    if path.exists():
        raise UsageError(
            "this file exists, and may hold a teacher's verdicts", where=str(path), mend="give another name, or move it"
        )


def write_sheet(path: Path, rows: Iterable[Mapping[str, str]]) -> None:
    """Write the sheet as CSV that spreadsheets open as UTF-8. rows: cells by the names of `SHEET`.

    Raises: UsageError as `check_sheet` says, ResourceError.
    """
    check_sheet(path)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(SHEET)
    writer.writerows([disarmed(row[name]) for name in SHEET] for row in rows)
    write_bytes(path, codecs.BOM_UTF8 + text.getvalue().encode("utf-8", "replace"))


def disarmed(cell: str) -> str:
    """The cell with an apostrophe before what a spreadsheet would take for a formula."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def rearmed(cell: str) -> str:
    """The cell as it was before `disarmed`."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def _json_rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    for number, raw in json_records(path):
        where = f"{path}:{number}"
        _check_columns(list(raw), where)
        row = {name: _cell(name, raw[name], where) for name in raw}
        yield number, row


def _cell(name: str, value: Any, where: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise DataError(f"'{name}' must be a string", where=where, mend="write it in quotation marks")
    return str(value).strip()


def _csv_rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    text = _decoded(path)
    start = 1
    if match := re.match(r"sep=.\r?\n", text):
        text, start = text[match.end() :], 2
    if not text.strip():
        raise DataError("the file is empty", where=str(path), mend="write a header and a line for each verdict")
    before = csv.field_size_limit(_FIELD_LIMIT)
    try:
        yield from _named(_records(path, text, start), path)
    finally:
        csv.field_size_limit(before)


def _records(path: Path, text: str, start: int) -> Iterator[tuple[int, list[str]]]:
    """(line on which a record starts, its cells), blank records left out."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    while True:
        number = start + reader.line_num
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise DataError(
                f"not CSV: {error}", where=f"{path}:{number}", mend="double each quotation mark inside a quoted cell"
            ) from error
        if any(cell.strip() for cell in cells):
            yield number, cells


def _named(records: Iterator[tuple[int, list[str]]], path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    first, header = next(records)
    names = [name.strip().lower().replace(" ", "_") for name in header]
    while names and not names[-1]:
        names.pop()
    _check_columns(names, f"{path}:{first}")
    for number, cells in records:
        if any(cell.strip() for cell in cells[len(names) :]):
            raise DataError(
                f"{len(cells)} cells under {len(names)} columns",
                where=f"{path}:{number}",
                mend="put a cell that holds the separator into quotation marks",
            )
        padded = [*cells, *[""] * (len(names) - len(cells))]
        yield number, {name: rearmed(cell.strip()) for name, cell in zip(names, padded, strict=False)}


def _check_columns(names: Sequence[str], where: str) -> None:
    known = {*COLUMNS, *SHOWN}
    for name in names:
        if names.count(name) > 1:
            raise DataError(f"the column '{name}' stands twice", where=where, mend="keep one of the two")
        if name not in known:
            near = nearest(name, known)
            hint = f"did you mean '{near}'? " if near else ""
            raise DataError(f"unknown column '{name}'", where=where, mend=f"{hint}known: {', '.join(COLUMNS)}")
    for name in NEEDED:
        if name not in names:
            raise DataError(f"there is no column '{name}'", where=where, mend=f"known columns: {', '.join(COLUMNS)}")


def _delimiter(text: str) -> str:
    """The separator that splits the header into most known columns."""
    header = re.split(r"[\r\n]", text.lstrip(), maxsplit=1)[0].lower().replace('"', "")
    known = {*COLUMNS, *SHOWN}
    return max(",;\t", key=lambda sign: sum(part.strip().replace(" ", "_") in known for part in header.split(sign)))


def _decoded(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise open_error(path, error) from error
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return data.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise DataError(
            "this is not UTF-8", where=f"{path}:{line}", mend='save it from the spreadsheet as "CSV UTF-8"'
        ) from error

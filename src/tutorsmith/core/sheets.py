"""Sheets as people fill them in: CSV the way spreadsheets write it, and cells that they would take for formulas.

Spreadsheets change what they open, so the reader takes what they write: a byte-order mark, semicolons or tabs, any line
end, quoted line ends, `sep=;`. A cell that a spreadsheet would run as a formula is written with a leading apostrophe,
and read back without it.
"""

import codecs
import csv
import io
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tutorsmith.core.artifacts import write_bytes
from tutorsmith.core.errors import DataError, nearest

_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_FIELD_LIMIT = 1 << 27


@dataclass(frozen=True, slots=True)
class Columns:
    """known: what a row may say; needed: the columns that must be there; shown: what stands there for its reader."""

    known: Sequence[str]
    needed: Sequence[str]
    shown: Sequence[str] = ()

    def check(self, names: Sequence[str], where: str) -> None:
        """Raises: DataError for a header that stands twice, is not known, or is missing."""
        known = {*self.known, *self.shown}
        for name in names:
            if names.count(name) > 1:
                raise DataError(f"the column '{name}' stands twice", where=where, mend="keep one of the two")
            if name not in known:
                near = nearest(name, known)
                hint = f"did you mean '{near}'? " if near else ""
                raise DataError(f"unknown column '{name}'", where=where, mend=f"{hint}known: {', '.join(self.known)}")
        for name in self.needed:
            if name not in names:
                raise DataError(
                    f"there is no column '{name}'", where=where, mend=f"known columns: {', '.join(self.known)}"
                )


def header_names(cells: Iterable[str]) -> list[str]:
    """Names of columns as they are written in a header, without the empty ones behind the last."""
    names = [name.strip().lower().replace(" ", "_") for name in cells]
    while names and not names[-1]:
        names.pop()
    return names


def disarmed(cell: str) -> str:
    """The cell with an apostrophe before what a spreadsheet would take for a formula."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def rearmed(cell: str) -> str:
    """The cell as it was before `disarmed`."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def read_csv(path: Path, columns: Columns) -> Iterator[tuple[int, dict[str, str]]]:
    """(line, cells by column) of each row that is not blank.

    Raises: DataError with file and line for a file that cannot be read, a column that is not known or missing, a broken
    quotation and a row with too many cells.
    """
    text = _decoded(path)
    start = 1
    if match := re.match(r"sep=.\r?\n", text):
        text, start = text[match.end() :], 2
    if not text.strip():
        raise DataError("the file is empty", where=str(path), mend="write a header and the rows below it")
    before = csv.field_size_limit(_FIELD_LIMIT)
    try:
        yield from _named(_records(path, text, start, {*columns.known, *columns.shown}), path, columns)
    finally:
        csv.field_size_limit(before)


def _records(path: Path, text: str, start: int, known: Collection[str]) -> Iterator[tuple[int, list[str]]]:
    """(line on which a record starts, its cells), blank records left out."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text, known), strict=True)
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


def _named(
    records: Iterator[tuple[int, list[str]]], path: Path, columns: Columns
) -> Iterator[tuple[int, dict[str, str]]]:
    first, header = next(records)
    names = header_names(header)
    columns.check(names, f"{path}:{first}")
    for number, cells in records:
        if any(cell.strip() for cell in cells[len(names) :]):
            raise DataError(
                f"{len(cells)} cells under {len(names)} columns",
                where=f"{path}:{number}",
                mend="put a cell that holds the separator into quotation marks",
            )
        padded = [*cells, *[""] * (len(names) - len(cells))]
        yield number, {name: rearmed(cell.strip()) for name, cell in zip(names, padded, strict=False)}


def _delimiter(text: str, known: Collection[str]) -> str:
    """The separator that splits the header into most known columns."""
    header = re.split(r"[\r\n]", text.lstrip(), maxsplit=1)[0].lower().replace('"', "")
    return max(",;\t", key=lambda sign: sum(part.strip().replace(" ", "_") in known for part in header.split(sign)))


def _decoded(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        reason = (
            "there is no such file" if isinstance(error, FileNotFoundError) else f"cannot be read: {error.strerror}"
        )
        raise DataError(reason, where=str(path), mend="check the path and its owner") from error
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return data.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise DataError(
            "this is not UTF-8", where=f"{path}:{line}", mend='save it from the spreadsheet as "CSV UTF-8"'
        ) from error


def write_csv(path: Path, names: Sequence[str], rows: Iterable[Mapping[str, str]]) -> None:
    """Write CSV that spreadsheets open as UTF-8. Raises: ResourceError."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(names)
    writer.writerows([disarmed(row[name]) for name in names] for row in rows)
    write_bytes(path, codecs.BOM_UTF8 + text.getvalue().encode("utf-8", "replace"))

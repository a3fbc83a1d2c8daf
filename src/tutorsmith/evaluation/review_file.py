"""Review files: a teacher's verdicts in CSV or JSON Lines, and the sheet that is handed out to be filled in.

CSV is read and written by `tutorsmith.core.sheets`, which takes what spreadsheets make of it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tutorsmith.core.errors import DataError, UsageError
from tutorsmith.core.sheets import Columns, read_csv, write_csv
from tutorsmith.data.lines import json_records

NEEDED = ("id", "verdict")
COLUMNS = ("id", "system", "metric", "key_point", "verdict", "note", "reviewer", "answer_sha256")
"""What a line says. Only `id` and `verdict` must be there."""
SHOWN = ("question", "answer", "rules_verdict", "matched", "rule")
"""What the sheet shows beside them, for the reader's eyes; reading it back skips these."""
SHEET: tuple[str, ...] = (*COLUMNS[:4], *SHOWN, *COLUMNS[4:])

_COLUMNS = Columns(COLUMNS, NEEDED, SHOWN)


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
    rows = _json_rows(path) if path.suffix.lower() in (".jsonl", ".json") else read_csv(path, _COLUMNS)
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
    write_csv(path, SHEET, rows)


def _json_rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    for number, raw in json_records(path):
        where = f"{path}:{number}"
        _COLUMNS.check(list(raw), where)
        row = {name: _cell(name, raw[name], where) for name in raw}
        yield number, row


def _cell(name: str, value: Any, where: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise DataError(f"'{name}' must be a string", where=where, mend="write it in quotation marks")
    return str(value).strip()

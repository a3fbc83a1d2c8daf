"""The queue as a sheet for teachers, CSV or XLSX, and back.

A row shows a draft and has empty cells for `verdict` (accept or reject), `reason`, `edited_question`, `edited_answer`
and `reviewer`. `row_sha256` ties it to the draft that was exported: a row about a draft that has changed since is
refused. Spreadsheets take a cell that begins with = for a formula; such cells are written as text, and what a
spreadsheet made of one in the meantime (`#NAME?`, a formula, a date) is told and not taken.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from tutorsmith.core.artifacts import hash_value, make_folder, writing_to
from tutorsmith.core.errors import DataError, UsageError
from tutorsmith.core.sheets import Columns, disarmed, header_names, read_csv, rearmed, write_csv
from tutorsmith.expand.decide import Desk, Refused
from tutorsmith.expand.draft import cleaned
from tutorsmith.expand.queue import ACCEPTED, REJECTED, RULES, Entry, Queue

SHOWN = ("kind", "chapter", "question", "answer", "key_points", "excerpt", "checks")
FILLED = ("verdict", "reason", "edited_question", "edited_answer", "reviewer")
NAMES = ("id", *SHOWN, *FILLED, "row_sha256")
_COLUMNS = Columns(("id", *FILLED, "row_sha256"), ("id", "verdict", "row_sha256"), SHOWN)
_WIDTHS = {
    "id": 10,
    "kind": 14,
    "chapter": 8,
    "question": 45,
    "answer": 70,
    "key_points": 40,
    "excerpt": 50,
    "checks": 35,
}
_BROKEN = re.compile(r"#(?:NAME\?|REF!|VALUE!|N/A|DIV/0!|NUM!|NULL!|SPILL!|CALC!|FIELD!|BLOCKED!|#+)|Err:\d+")
_ACCEPT = frozenset({"accept", "accepted", "a", "yes", "ok", "接受", "通过", "采纳"})
_REJECT = frozenset({"reject", "rejected", "r", "no", "拒绝", "不通过"})
_SUFFIXES = (".csv", ".xlsx")


@dataclass(frozen=True, slots=True)
class Imported:
    """accepted, edited, rejected: ids; same: rows that say what the queue says already; empty: rows without verdict;
    problems: what was not taken, each with its row."""

    accepted: tuple[str, ...]
    edited: tuple[str, ...]
    rejected: tuple[str, ...]
    same: int
    empty: int
    problems: tuple[str, ...]


def row_hash(entry: Entry) -> str:
    """Of the draft as it stands."""
    return hash_value(entry.draft.as_dict() if entry.draft else None)[7:23]


def check_name(path: Path) -> None:
    """Raises: UsageError for a name that ends neither in .csv nor in .xlsx."""
    if path.suffix.lower() not in _SUFFIXES:
        raise UsageError(
            "a sheet is a .csv or .xlsx file", where=str(path), mend="give a name that ends in one of them"
        )


def write_sheet(path: Path, entries: Sequence[Entry]) -> None:
    """Raises: UsageError for another ending, and for a file that exists; ResourceError."""
    check_name(path)
    if path.exists():
        raise UsageError("the file exists and may hold verdicts", where=str(path), mend="give another name, or move it")
    rows = [_row(entry) for entry in entries]
    make_folder(path.resolve().parent)
    if path.suffix.lower() == ".csv":
        write_csv(path, NAMES, rows)
    else:
        _write_xlsx(path, rows)


def _row(entry: Entry) -> dict[str, str]:
    assert entry.draft is not None
    draft = entry.draft
    points = [p if isinstance(p, str) else json.dumps(p, ensure_ascii=False) for p in draft.key_points]
    cited = entry.excerpts[draft.cited - 1] if draft.cited and draft.cited <= len(entry.excerpts) else None
    told = [f"{c['name']}: {c['state']}{' - ' + c['detail'] if c['detail'] else ''}" for c in entry.checks]
    return {
        **dict.fromkeys(FILLED, ""),
        "id": entry.id,
        "kind": entry.task.kind,
        "chapter": entry.task.chapter,
        "question": draft.question,
        "answer": draft.answer,
        "key_points": "\n".join(points),
        "excerpt": f"{cited['source']}: {cited['heading']}\n{cited['text']}" if cited else "",
        "checks": "\n".join(told),
        "row_sha256": row_hash(entry),
    }


def _write_xlsx(path: Path, rows: Iterable[Mapping[str, str]]) -> None:
    from openpyxl import Workbook
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    book = Workbook()
    page = book.active
    assert page is not None
    page.title = "drafts"
    page.append(NAMES)
    for number, row in enumerate(rows, start=2):
        for column, name in enumerate(NAMES, start=1):
            cell = page.cell(number, column)
            # Text whatever it begins with: openpyxl, as Excel, would make a formula of "=".
            cell.value = ILLEGAL_CHARACTERS_RE.sub("?", row[name])
            cell.data_type, cell.number_format, cell.quotePrefix = "s", "@", disarmed(row[name]) != row[name]
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    for column, name in enumerate(NAMES, start=1):
        page.cell(1, column).font = Font(bold=True)
        page.column_dimensions[get_column_letter(column)].width = _WIDTHS.get(name, 18)
    choice = DataValidation(type="list", formula1='"accept,reject"', allow_blank=True)
    page.add_data_validation(choice)
    letter = get_column_letter(NAMES.index("verdict") + 1)
    choice.add(f"{letter}2:{letter}{max(2, page.max_row)}")
    page.freeze_panes = "B2"
    with writing_to(path):
        temporary = path.with_name(f".{path.name}.part")
        book.save(temporary)
        temporary.replace(path)


def import_sheet(path: Path, desk: Desk, desk_of: Callable[[str], Desk]) -> Imported:
    """Take a filled-in sheet. desk: of the person of --reviewer; desk_of: the desk of the person that a row names.

    Raises: UsageError for another ending; DataError for a file or header that cannot be read. What is wrong with single
    rows is told in the result, and stops no other row.
    """
    check_name(path)
    rows = read_csv(path, _COLUMNS) if path.suffix.lower() == ".csv" else _read_xlsx(path)
    seen: dict[str, int] = {}
    done: dict[str, list[str]] = {"accepted": [], "edited": [], "rejected": []}
    same = empty = 0
    problems: list[str] = []
    for number, row in rows:
        row = {name: row.get(name, "") for name in NAMES}
        where = f"row {number}"
        if not any(row[name].strip() for name in FILLED[:4]):
            empty += 1
            continue
        identity = row["id"].strip()
        if identity in seen:
            problems.append(f"{where}: {identity} stands already in row {seen[identity]}")
            continue
        seen[identity] = number
        person = row["reviewer"].strip()
        try:
            what = _take(row, desk_of(person) if person else desk)
        except Refused as error:
            problems.append(f"{where} ({identity or 'without id'}): {error}")
            continue
        if not what:
            same += 1
        for name in what:
            done[name].append(identity)
    return Imported(
        tuple(done["accepted"]), tuple(done["edited"]), tuple(done["rejected"]), same, empty, tuple(problems)
    )


def _take(row: Mapping[str, str], desk: Desk) -> list[str]:
    """Carry out one row; returns what was done, nothing when the queue says the same already. Raises: Refused."""
    for name in FILLED:
        if _BROKEN.fullmatch(row[name].strip()):
            raise Refused(
                f"{name} is {row[name]!r}: the spreadsheet took the text for a formula; write it again as text"
            )
    entry = desk.queue.entries.get(row["id"].strip())
    if entry is None or entry.draft is None:
        raise Refused("no draft of this queue has this id")
    verdict = _verdict(row)
    if (entry.state, verdict) in ((ACCEPTED, "accept"), (REJECTED, "reject")) and entry.by != RULES:
        if verdict == "reject" or _said(entry, row):
            return []
        raise Refused(f"it was accepted by {entry.by} in another form")
    if entry.state in (ACCEPTED, REJECTED) and entry.by != RULES:
        raise Refused(f"conflict: {entry.by} has {entry.state} it in the meantime")
    if row["row_sha256"].strip() != row_hash(entry):
        raise Refused("the draft has changed since the sheet was written; export it again")
    for name, own in (("question", entry.draft.question), ("answer", entry.draft.answer)):
        if row[name].strip() and _squeezed(row[name]) != _squeezed(own):
            raise Refused(f"the column {name} was changed; write your version into edited_{name}")
    if verdict == "reject":
        desk.reject(entry, row["reason"])
        return ["rejected"]
    out = []
    if row["edited_question"].strip() or row["edited_answer"].strip():
        question = row["edited_question"].strip() or entry.draft.question
        answer = row["edited_answer"].strip() or entry.draft.answer
        desk.edit(entry, cleaned(replace(entry.draft, question=question, answer=answer)))
        out.append("edited")
    desk.accept(entry)
    return [*out, "accepted"]


def _said(entry: Entry, row: Mapping[str, str]) -> bool:
    """Whether the accepted draft is the one that the row asks for."""
    assert entry.draft is not None
    pairs = ((row["edited_question"], entry.draft.question), (row["edited_answer"], entry.draft.answer))
    return all(not text.strip() or _squeezed(text) == _squeezed(own) for text, own in pairs)


def _verdict(row: Mapping[str, str]) -> str:
    said = row["verdict"].strip().lower()
    if said in _ACCEPT:
        return "accept"
    if said in _REJECT:
        return "reject"
    if not said:
        raise Refused("there is no verdict; write accept or reject")
    raise Refused(f"the verdict {said[:40]!r} is neither accept nor reject")


def _squeezed(text: str) -> str:
    return " ".join(text.replace("_x000D_", " ").split())


def _read_xlsx(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """(row, cells by column), as text. Raises: DataError for a file that is no workbook, and for its header."""
    from zipfile import BadZipFile

    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(path)
    except FileNotFoundError as error:
        raise DataError("there is no such file", where=str(path), mend="check the path") from error
    except (BadZipFile, InvalidFileException, KeyError, ValueError, OSError) as error:
        raise DataError(f"not an Excel workbook: {error}", where=str(path), mend="save it as .xlsx again") from error
    page = book["drafts"] if "drafts" in book.sheetnames else book.worksheets[0]
    rows = page.iter_rows()
    names = header_names(str(cell.value or "") for cell in next(rows, ()))
    _COLUMNS.check(names, f"{path}:1")
    for number, cells in enumerate(rows, start=2):
        row = {name: _cell_text(cell) for name, cell in zip(names, cells, strict=False)}
        if any(text.strip() for text in row.values()):
            yield number, row


def _cell_text(cell: Any) -> str:
    """A cell as its writer meant it; what became a formula is given as an error value, which the import refuses."""
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "f":
        return "#NAME?"
    if isinstance(value, datetime | date | time):
        return "#VALUE!"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return rearmed(str(value).replace("_x000D_", "").replace("\r\n", "\n"))


def exported(queue: Queue, *, everything: bool) -> list[Entry]:
    """What goes into a sheet: the drafts that wait, or all that are drafts."""
    return [e for e in queue.entries.values() if e.draft is not None and (everything or e.waits)]

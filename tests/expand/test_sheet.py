"""The sheet for teachers: out, filled in, back in; what spreadsheets do to cells; rows that cannot be taken."""

import csv
import datetime
import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from expand_tools import GOOD, drafted, reply
from openpyxl import load_workbook

from tutorsmith.core.errors import DataError, UsageError
from tutorsmith.expand.decide import Desk
from tutorsmith.expand.queue import Queue, open_queue
from tutorsmith.expand.setting import Setting
from tutorsmith.expand.sheet import NAMES, Imported, exported, import_sheet, write_sheet

ID = "0badcafe"
EQUALS = replace(GOOD, question="= 3 T is the field through a resting coil. Which emf does the coil feel, and why?")


@pytest.fixture
def filled(queue: Queue, setting: Setting) -> Queue:
    drafted(queue, setting, reply(EQUALS))
    assert queue.entries[ID].waits, queue.entries[ID].reason
    return queue


def fill(path: Path, **cells: object) -> None:
    """Write into the first row as a spreadsheet would."""
    if path.suffix == ".csv":
        rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))
        rows[0].update({name: str(value) for name, value in cells.items()})
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, NAMES, delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
        path.write_text(text.getvalue(), encoding="utf-8-sig")
        return
    book = load_workbook(path)
    for name, value in cells.items():
        cell = book.active.cell(2, NAMES.index(name) + 1)
        cell.value = value
    book.save(path)


def take(queue: Queue, setting: Setting, path: Path) -> Imported:
    return import_sheet(path, Desk(queue, setting, "AB"), lambda name: Desk(queue, setting, name))


@pytest.fixture(params=["csv", "xlsx"])
def sheet(request: pytest.FixtureRequest, filled: Queue, tmp_path: Path) -> Path:
    path = tmp_path / f"drafts.{request.param}"
    write_sheet(path, exported(filled, everything=False))
    return path


def test_an_empty_sheet_changes_nothing(sheet: Path, filled: Queue, setting: Setting) -> None:
    before = filled.path.read_bytes()
    done = take(filled, setting, sheet)
    assert (done.empty, done.problems, done.accepted) == (1, (), ())
    assert filled.path.read_bytes() == before


def test_accepted_as_it_stands_and_only_once(sheet: Path, filled: Queue, setting: Setting) -> None:
    """The question begins with an equals sign, which a spreadsheet would run; it comes back as it was."""
    fill(sheet, verdict="Accept", reviewer="CD")
    assert take(filled, setting, sheet).accepted == (ID,)
    entry = open_queue(filled.path).entries[ID]
    assert (entry.state, entry.by, entry.draft) == ("accepted", "CD", EQUALS)
    again = take(filled, setting, sheet)
    assert (again.accepted, again.same, again.problems) == ((), 1, ())


def test_rejected_with_a_reason(sheet: Path, filled: Queue, setting: Setting) -> None:
    fill(sheet, verdict="拒绝", reason="too easy")
    assert take(filled, setting, sheet).rejected == (ID,)
    assert (filled.entries[ID].reason, filled.entries[ID].by) == ("too easy", "AB")


def test_an_edited_answer_is_checked_again(sheet: Path, filled: Queue, setting: Setting) -> None:
    better = f"{GOOD.answer} The sign is Lenz's law."
    fill(
        sheet, verdict="accept", edited_answer=better.replace("\n", "\r\n"), edited_question="A coil rests. Why no emf?"
    )
    done = take(filled, setting, sheet)
    assert (done.accepted, done.edited, done.problems) == ((ID,), (ID,), ())
    entry = filled.entries[ID]
    assert (
        entry.draft is not None and entry.draft.answer == better and entry.draft.question == "A coil rests. Why no emf?"
    )
    assert entry.edited and entry.first == EQUALS
    assert take(filled, setting, sheet).same == 1


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ({"verdict": "accept", "edited_answer": "It is zero."}, "sections"),
        ({"verdict": "maybe"}, "neither accept nor reject"),
        ({"reason": "hm"}, "no verdict"),
        ({"verdict": "reject"}, "give a reason"),
        ({"verdict": "accept", "id": "ffffffff"}, "no draft of this queue"),
        ({"verdict": "accept", "id": ""}, "without id"),
        ({"verdict": "accept", "answer": "Something else."}, "write your version into edited_answer"),
        ({"verdict": "accept", "row_sha256": "0123"}, "has changed since the sheet was written"),
        ({"verdict": "accept", "edited_answer": "#NAME?"}, "took the text for a formula"),
    ],
)
def test_rows_that_cannot_be_taken(
    sheet: Path, filled: Queue, setting: Setting, cells: dict[str, object], told: str
) -> None:
    fill(sheet, **cells)
    before = filled.path.read_bytes()
    done = take(filled, setting, sheet)
    assert len(done.problems) == 1 and told in done.problems[0] and done.problems[0].startswith("row 2")
    assert filled.path.read_bytes() == before


@pytest.mark.parametrize("value", ["=E/2", datetime.date(2026, 1, 3)])
def test_what_excel_makes_of_a_cell(filled: Queue, setting: Setting, tmp_path: Path, value: object) -> None:
    path = tmp_path / "drafts.xlsx"
    write_sheet(path, exported(filled, everything=False))
    fill(path, verdict="accept", edited_answer=value)
    (problem,) = take(filled, setting, path).problems
    assert "edited_answer" in problem and "write it again as text" in problem


def test_a_conflict_with_what_was_decided_meanwhile(sheet: Path, filled: Queue, setting: Setting) -> None:
    fill(sheet, verdict="accept")
    Desk(filled, setting, "CD").reject(filled.entries[ID], "not of this course")
    (problem,) = take(filled, setting, sheet).problems
    assert "conflict: CD has rejected it" in problem


def test_a_draft_that_was_edited_after_the_export(sheet: Path, filled: Queue, setting: Setting) -> None:
    Desk(filled, setting, "CD").edit(filled.entries[ID], replace(GOOD, question="A coil rests in a field. Which emf?"))
    fill(sheet, verdict="accept")
    (problem,) = take(filled, setting, sheet).problems
    assert "has changed since" in problem


def test_a_row_that_stands_twice(filled: Queue, setting: Setting, tmp_path: Path) -> None:
    path = tmp_path / "drafts.csv"
    write_sheet(path, exported(filled, everything=False) * 2)
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, NAMES)
    writer.writeheader()
    writer.writerows([{**row, "verdict": "accept"} for row in rows])
    path.write_text(text.getvalue(), encoding="utf-8")
    done = take(filled, setting, path)
    assert done.accepted == (ID,) and "stands already in row 2" in done.problems[0]


def _headers(path: Path) -> None:
    path.write_text("id,verdict,remark\n", encoding="utf-8")


def _no_id(path: Path) -> None:
    path.write_text("verdict,row_sha256\naccept,x\n", encoding="utf-8")


def _empty(path: Path) -> None:
    path.write_text("", encoding="utf-8")


@pytest.mark.parametrize(
    ("make", "name", "told"),
    [
        (_headers, "a.csv", "unknown column 'remark'"),
        (_no_id, "a.csv", "no column 'id'"),
        (_empty, "a.csv", "empty"),
        (_headers, "a.xlsx", "not an Excel workbook"),
        (_headers, "a.ods", "csv or .xlsx"),
        (lambda _: None, "a.xlsx", "no such file"),
        (lambda _: None, "a.csv", "no such file"),
    ],
)
def test_files_that_are_no_sheet(
    filled: Queue, setting: Setting, tmp_path: Path, make: Callable[[Path], None], name: str, told: str
) -> None:
    make(tmp_path / name)
    with pytest.raises((DataError, UsageError), match=told):
        take(filled, setting, tmp_path / name)


def test_a_sheet_never_replaces_another(sheet: Path, filled: Queue) -> None:
    with pytest.raises(UsageError, match="may hold verdicts"):
        write_sheet(sheet, exported(filled, everything=False))
    with pytest.raises(UsageError, match=r"csv or \.xlsx"):
        write_sheet(sheet.with_suffix(".txt"), [])

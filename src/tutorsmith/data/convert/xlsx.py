"""Excel workbooks: every sheet whose header is understood, or the one that is named.

Merged cells have their value in each of their rows; formulas give the value that was saved with them; dates are written
as ISO 8601.
"""

import datetime
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tutorsmith.core.errors import DataError, UsageError, suggest
from tutorsmith.data.convert.columns import Row, find_header, no_header, read_table
from tutorsmith.data.convert.rows import Reading, Remark, Source
from tutorsmith.data.documents.office import DAMAGE, damaged, prove_office


def read(source: Source) -> Reading:
    """Raises: DataError for a workbook that is damaged, locked, or without a sheet that is understood; UsageError for a
    sheet that it does not have."""
    where = str(source.path)
    sheets = workbook(source.path)
    if source.sheet is not None and source.sheet not in sheets:
        mend = suggest(source.sheet, sheets)
        raise UsageError(f"no sheet {source.sheet!r} in {where}", where="--sheet", mend=mend)
    if source.sheet is not None:
        yield from read_table(sheets[source.sheet], source, f"{where}[{source.sheet}]")
        return
    if not any(row.cells for rows in sheets.values() for row in rows):
        raise DataError("the workbook is empty", where=where, mend="there is nothing to convert")
    understood = [name for name, rows in sheets.items() if find_header(rows, source.columns) is not None]
    if not understood:
        raise no_header(where, next(rows for rows in sheets.values() if any(row.cells for row in rows)))
    for name, rows in sheets.items():
        if name in understood:
            yield from read_table(rows, source, f"{where}[{name}]")
        elif any(any(row.cells) for row in rows):
            yield Remark(f"{where}[{name}]", "left out: it has no column for the question and one for the answer")


def workbook(path: Path) -> dict[str, list[Row]]:
    """The rows of each sheet, by its name.

    Raises: DataError for a file that is damaged, locked or no workbook.
    """
    prove_office(path, "xl/workbook.xml", "Excel")
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with warnings.catch_warnings():
            # It warns of drop-down lists and colours that it does not keep.
            warnings.simplefilter("ignore", UserWarning)
            values = openpyxl.load_workbook(path, data_only=True)
            formulas = openpyxl.load_workbook(path)
        return {sheet.title: list(_rows(path, sheet, formulas[sheet.title])) for sheet in values.worksheets}
    except (*DAMAGE, InvalidFileException) as error:
        raise damaged(path, "Excel", error) from error


def _rows(path: Path, sheet: Any, formulas: Any) -> Iterator[Row]:
    merged = {
        (row, column): (span.min_row, span.min_col)
        for span in sheet.merged_cells.ranges
        for row in range(span.min_row, span.max_row + 1)
        for column in range(span.min_col, span.max_col + 1)
        # Merged over columns it is a title, not a value for each of them.
        if column == span.min_col
    }
    for number, line in enumerate(sheet.iter_rows(), start=1):
        cells = []
        fault = ""
        for column, cell in enumerate(line, start=1):
            row, at = merged.get((number, column), (number, column))
            value = sheet.cell(row, at).value
            if value is None and formulas.cell(row, at).data_type == "f":
                fault = f"{cell.coordinate} is a formula without a saved value: open the file in Excel and save it"
            text = _text(value)
            if isinstance(value, str) and sheet.cell(row, at).data_type == "e":
                fault = f"{cell.coordinate} holds the error {value}"
            cells.append(text)
        yield Row(f"{path}[{sheet.title}]:{number}", tuple(cells), fault)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime.datetime):
        midnight = value.time() == datetime.time()
        return value.date().isoformat() if midnight else value.isoformat(sep=" ")
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return str(value).replace("_x000D_", "").replace("\r\n", "\n")

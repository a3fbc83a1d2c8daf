"""CSV as spreadsheets write it: any usual encoding, commas, semicolons, tabs or bars, quoted cells of several lines."""

import csv
from io import StringIO

from tutorsmith.core.errors import DataError
from tutorsmith.data.convert.columns import HEADER_ROWS, Row, find_header, no_header, read_table
from tutorsmith.data.convert.rows import Reading, Source
from tutorsmith.data.convert.text_files import text_of_file

DELIMITERS = (",", ";", "\t", "|", "，")
MAX_CELL = 1 << 20
"""A cell that is longer is a quote that was never closed."""


def read(source: Source) -> Reading:
    """Raises: DataError for a file that is empty, cannot be decoded, or whose columns are not understood."""
    where = str(source.path)
    text = yield from text_of_file(source)
    yield from read_table(rows_of(text, source), source, where)


def rows_of(text: str, source: Source) -> list[Row]:
    """The rows of a CSV text, cut by the delimiter under which its header is understood.

    Raises: DataError when there is none, or the quotes do not fit.
    """
    where = str(source.path)
    best: tuple[int, str] | None = None
    for delimiter in DELIMITERS:
        header = find_header(_parsed(text, delimiter, where, HEADER_ROWS), source.columns)
        if header is not None and (best is None or len(header.fields) > best[0]):
            best = (len(header.fields), delimiter)
    if best is None:
        raise no_header(where, _parsed(text, ",", where, HEADER_ROWS))
    rows = _parsed(text, best[1], where)
    header = find_header(rows, source.columns)
    return rows if header is None else _with_faults(rows, header.position)


def _parsed(text: str, delimiter: str, where: str, most: int | None = None) -> list[Row]:
    csv.field_size_limit(MAX_CELL)
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=most is None)
    rows: list[Row] = []
    start = 1
    try:
        for cells in reader:
            rows.append(Row(f"{where}:{start}", tuple(cells)))
            start = reader.line_num + 1
            if most is not None and len(rows) >= most:
                break
    except csv.Error as error:
        if most is None:
            raise DataError(
                f"no CSV: {error}",
                where=f"{where}:{start}",
                mend='close each quote; a quote inside a quoted cell is written twice: ""',
            ) from None
    return rows


def _with_faults(rows: list[Row], header: int) -> list[Row]:
    width = len(rows[header].cells)
    out = []
    for position, row in enumerate(rows):
        cells = row.cells
        extra = any(cell.strip() for cell in cells[width:])
        short = len(cells) < width and any(cell.strip() for cell in cells)
        if position > header and (extra or short):
            told = (
                f"the row has {len(cells)} cells, the header has {width}; a cell with the separator in it needs quotes"
            )
            row = row._replace(fault=told)
        out.append(row._replace(cells=cells[:width]))
    return out

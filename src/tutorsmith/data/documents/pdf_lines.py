"""Pages of a PDF -> lines in reading order, with font sizes; tables with ruled borders apart."""

import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

MIN_WORDS_A_COLUMN = 25
SPACE = 0.15
"""A gap between letters that is wider than this share of their size parts two words; many programs set no blanks."""
GUTTER = 8
"""Least width, in points, of the white stripe between two columns of text."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text. Sizes and places are in points, from the top left; bold: most of its letters are; margin: it
    stands in the outer tenth of the page, where running heads do."""

    page: int
    text: str
    size: float
    bold: bool
    left: float
    right: float
    top: float
    bottom: float
    column: int = 0
    margin: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table with ruled borders."""

    page: int
    top: float
    rows: tuple[tuple[str, ...], ...]
    column: int = 0


def page_parts(page: Any) -> list[Line | Table]:
    """Lines and tables of one page from top to bottom, column after column."""
    tables = _tables(page)
    boxes = [table.bbox for table in tables]
    found: list[Line | Table] = [
        Table(page.page_number, table.bbox[1], tuple(tuple(cell or "" for cell in row) for row in table.extract()))
        for table in tables
    ]
    prose = page.filter(lambda thing: not _inside(thing, boxes)) if boxes else page
    stripe = None if tables else _gutter(prose)
    if stripe is None:
        found += _lines(prose, page.page_number, 0)
    else:
        found += _columns(prose, page.page_number, stripe)
    return sorted(found, key=lambda part: (part.column, part.top))


def _columns(page: Any, number: int, stripe: tuple[float, float]) -> list[Line]:
    """Lines of a page of two columns. Those across the stripe, titles and footers, stand before or after both."""
    middle = sum(stripe) / 2
    # Tops of one line differ by its subscripts; one place for each line is enough.
    across = sorted({round(char["top"]) for char in page.chars if stripe[0] < char["x1"] and char["x0"] < stripe[1]})

    def spans(char: Any) -> bool:
        return any(abs(char["top"] - top) < 2 for top in across)

    first = min((char["top"] for char in page.chars if not spans(char)), default=0.0)
    out: list[Line] = []
    for column, wanted in (
        (-1, lambda char: spans(char) and char["top"] < first),
        (0, lambda char: not spans(char) and char["x0"] < middle),
        (1, lambda char: not spans(char) and char["x0"] >= middle),
        (2, lambda char: spans(char) and char["top"] >= first),
    ):
        part = page.filter(lambda thing, wanted=wanted: thing["object_type"] != "char" or wanted(thing))
        out += _lines(part, number, column)
    return out


def _tables(page: Any) -> list[Any]:
    if len(page.lines) + len(page.rects) + len(page.curves) < 3:
        return []
    # A frame around a page or a paragraph is no table.
    return [table for table in page.find_tables() if len(table.rows) > 1 and len(table.rows[0].cells) > 1]


def _inside(thing: Any, boxes: Sequence[tuple[float, float, float, float]]) -> bool:
    x, y = (thing["x0"] + thing["x1"]) / 2, (thing["top"] + thing["bottom"]) / 2
    return any(left <= x <= right and top <= y <= bottom for left, top, right, bottom in boxes)


def _gutter(page: Any) -> tuple[float, float] | None:
    """Where the white stripe between two columns lies; None on a page of one column."""
    words = page.extract_words(x_tolerance_ratio=SPACE)
    if len(words) < 2 * MIN_WORDS_A_COLUMN:
        return None
    width = int(page.width) + 1
    steps = [0] * (width + 1)
    for word in words:
        steps[max(0, min(width, int(word["x0"])))] += 1
        steps[max(0, min(width, int(word["x1"]) + 1))] -= 1
    covered = list(accumulate(steps))
    # Titles and footers may cross the stripe, text may not.
    most = max(2, len(words) // 50)
    best: tuple[int, int] | None = None
    start = None
    for x in range(int(0.35 * width), int(0.65 * width) + 1):
        if covered[x] > most:
            start = None
            continue
        start = x if start is None else start
        if x - start >= GUTTER and (best is None or x - start > best[1] - best[0]):
            best = (start, x)
    if best is None:
        return None
    middle = (best[0] + best[1]) / 2
    right = sum(word["x0"] >= middle for word in words)
    return best if min(right, len(words) - right) >= MIN_WORDS_A_COLUMN else None


def _lines(page: Any, number: int, column: int) -> list[Line]:
    out = []
    for line in page.extract_text_lines(return_chars=True, strip=True, x_tolerance_ratio=SPACE):
        chars = [char for char in line["chars"] if not char["text"].isspace()]
        if not chars:
            continue
        size = Counter(round(char["size"] * 2) / 2 for char in chars).most_common(1)[0][0]
        bold = statistics.mean("bold" in char["fontname"].lower() for char in chars) > 0.5
        text = " ".join(line["text"].replace("\u00ad", "").split())
        box = line["x0"], line["x1"], line["top"], line["bottom"]
        margin = box[3] < 0.1 * page.height or box[2] > 0.9 * page.height
        out.append(Line(number, text, size, bold, *box, column=column, margin=margin))
    return out

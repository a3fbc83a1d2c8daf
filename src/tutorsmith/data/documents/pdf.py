"""PDF -> blocks: headings by the outline and by font size, paragraphs put together from lines, tables, page numbers.

A PDF holds letters at places, no paragraphs: what is a heading or a paragraph here is concluded from sizes and gaps.
"""

import logging
import re
import statistics
import struct
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

from tutorsmith.core.errors import DataError
from tutorsmith.data.documents.block import Block, Document, counted, table_block
from tutorsmith.data.documents.decode import read_bytes
from tutorsmith.data.documents.pdf_lines import Line, Table, page_parts

HEADING_SIZE = 1.12
"""A line is a heading when its letters are larger than the body's by this factor."""
MAX_HEADING = 120
UNREADABLE_SHARE = 0.2
_CID = re.compile(r"\(cid:\d+\)")
_NUMBERED = re.compile(r"(\d+(?:\.\d+)*)\.?\s+\S|第[一二三四五六七八九十百\d]+[章节]")
_STARTS_BLOCK = re.compile(
    r"(?:[-•▪◦*‣]|\(?\d{1,3}[.)、．)]|（\d{1,3}）|\([a-z]\)|[QA]\d{0,3}\s*[:.：]|(?:Question|Problem|Exercise|Answer|Solution"
    r"|Example)\b|第\s*[\d一二三四五六七八九十]+\s*题|[问答解][:：]|(?:问题|答案|解答|题目|参考答案)\s*\d*\s*[:：])",
    re.IGNORECASE,
)
_PAGE_NUMBER = re.compile(r"[-–—\s]*(?:\d{1,4}|[ivxl]{1,7})[-–—\s]*")
_LEADER = re.compile(r"(?:\.\s?){4,}\s*\d*$|…{2,}\s*\d*$")
_CJK = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
Part = Line | Table


def read_pdf(path: Path) -> Document:
    """Raises: DataError for a file that is damaged, locked with a password, without text (a scan), or whose fonts do
    not say which letters they hold."""
    data = read_bytes(path)
    if b"%PDF-" not in data[:1024]:
        told = "this is no PDF" if data else "the file is empty"
        raise DataError(told, where=str(path), mend="check what kind of file it is")
    pages, outline, pictures = _pages(path, data)
    lines = [part for page in pages for part in page]
    if not lines:
        raise DataError(
            f"no text in {counted(len(pages), 'page', 'pages')}"
            + (": they are pictures, as a scanner makes them" if pictures else ""),
            where=str(path),
            mend="run text recognition (OCR) on it first, or leave the file out",
        )
    unreadable = sum(len(_CID.findall(part.text)) for part in lines if isinstance(part, Line))
    letters = sum(len(part.text) for part in lines if isinstance(part, Line))
    if unreadable > UNREADABLE_SHARE * max(1, letters - 7 * unreadable):
        raise DataError(
            "its fonts do not say which letters they show",
            where=str(path),
            mend="print it to a new PDF from the program that made it, or run text recognition (OCR)",
        )
    pages, dropped = _without_furniture(pages)
    remarks = []
    if unreadable:
        remarks.append(counted(unreadable, "letter is", "letters are") + " unknown: the font does not say which")
    empty = [str(number) for number, page in enumerate(pages, start=1) if not page]
    if empty:
        told = counted(len(empty), "page holds", "pages hold")
        remarks.append(f"{told} no text: {', '.join(empty[:10])}{', ...' if len(empty) > 10 else ''}")
    if dropped:
        remarks.append(counted(dropped, "running head or page number", "running heads and page numbers") + " left out")
    if pictures:
        remarks.append(counted(pictures, "picture was", "pictures were") + " not read")
    return Document(tuple(_blocks(pages, outline)), tuple(remarks))


def _pages(path: Path, data: bytes) -> tuple[list[list[Part]], dict[str, int], int]:
    """Parts of each page, the outline (title without spaces -> level), the number of pictures."""
    import pdfplumber
    from pdfminer.pdfdocument import PDFPasswordIncorrect
    from pdfminer.psparser import PSException
    from pdfplumber.utils.exceptions import MalformedPDFException, PdfminerException

    # They warn of every oddity of a file that they then read.
    for library in ("pdfminer", "pdfplumber"):
        logging.getLogger(library).setLevel(logging.ERROR)
    broken = (MalformedPDFException, PdfminerException, PSException, struct.error, zlib.error, ValueError, TypeError,
              KeyError, IndexError, AttributeError, AssertionError, RecursionError, EOFError)  # fmt: skip
    try:
        with pdfplumber.open(BytesIO(data)) as pdf:
            outline = _outline(pdf.doc)
            pages: list[list[Part]] = []
            pictures = 0
            for page in pdf.pages:
                pages.append(page_parts(page))
                pictures += len(page.images)
                page.close()
    except broken as error:
        if isinstance(error, PDFPasswordIncorrect) or isinstance(next(iter(error.args), None), PDFPasswordIncorrect):
            raise DataError(
                "the file is locked with a password", where=str(path), mend="save it without the password"
            ) from error
        said = str(error) or type(error).__name__
        raise DataError(
            f"the file is damaged ({said[:120]})", where=str(path), mend="open it in a PDF viewer and print it anew"
        ) from error
    return pages, outline, pictures


def _outline(document: Any) -> dict[str, int]:
    from pdfminer.pdfdocument import PDFNoOutlines

    try:
        return {_bare(title): min(6, level) for level, title, *_ in document.get_outlines() if title}
    except PDFNoOutlines:
        return {}


def _bare(text: str) -> str:
    return "".join(text.split()).casefold()


def _without_furniture(pages: Sequence[list[Part]]) -> tuple[list[list[Part]], int]:
    """Pages without the lines of their margins that are a number, or that come at the same height of several pages (an
    eighth of them at least), numbers aside."""

    def edge(page: Sequence[Part]) -> list[Line]:
        lines = sorted((part for part in page if isinstance(part, Line)), key=lambda line: line.top)
        return [line for line in (*lines[:2], *lines[2:][-2:]) if line.margin]

    def key(line: Line) -> tuple[str, int]:
        return re.sub(r"\d+", "#", _bare(line.text)), round(line.top / 4)

    seen = Counter(key(line) for page in pages for line in set(edge(page)))
    least = max(3, len(pages) // 8)
    out = []
    dropped = 0
    for page in pages:
        running = {line for line in edge(page) if seen[key(line)] >= least or _PAGE_NUMBER.fullmatch(line.text)}
        out.append([part for part in page if part not in running])
        dropped += len(running)
    return out, dropped


def _blocks(pages: Sequence[Sequence[Part]], outline: Mapping[str, int]) -> Iterator[Block]:
    levels = _levels(pages, outline)
    for page in pages:
        gaps = [b.top - a.bottom for a, b in _neighbours(page)]
        usual = statistics.median(gaps) if gaps else 0.0
        held: list[Line] = []
        right: defaultdict[int, float] = defaultdict(float)
        for part in page:
            if isinstance(part, Line):
                right[part.column] = max(right[part.column], part.right)
        for part in page:
            level = levels.get(part, 0) if isinstance(part, Line) else 0
            if isinstance(part, Line) and not level and held and _goes_on(held[-1], part, usual, right[part.column]):
                held.append(part)
                continue
            if held:
                yield _paragraph(held)
                held = []
            if isinstance(part, Table):
                if (block := table_block(part.rows, f"page={part.page}")) is not None:
                    yield block
            elif level:
                yield Block("heading", part.text, level=level, place=f"page={part.page}")
            else:
                held = [part]
        if held:
            yield _paragraph(held)


def _neighbours(page: Sequence[Part]) -> Iterator[tuple[Line, Line]]:
    lines = [part for part in page if isinstance(part, Line)]
    for above, below in pairwise(lines):
        if below.top >= above.bottom - 1 and above.column == below.column:
            yield above, below


def _levels(pages: Sequence[Sequence[Part]], outline: Mapping[str, int]) -> dict[Line, int]:
    """The level of each line that is a heading."""
    lines = [part for page in pages for part in page if isinstance(part, Line)]
    weights: Counter[float] = Counter()
    for line in lines:
        weights[line.size] += len(line.text)
    body = weights.most_common(1)[0][0] if weights else 0.0
    large = [line for line in lines if line.size >= HEADING_SIZE * body and _may_head(line)]
    sizes = sorted({line.size for line in large}, reverse=True)
    out: dict[Line, int] = {}
    for line in lines:
        numbered = _NUMBERED.match(line.text)
        if (level := outline.get(_bare(line.text))) is not None:
            out[line] = level
        elif line.size in sizes and _may_head(line):
            out[line] = min(6, sizes.index(line.size) + 1)
        elif line.bold and numbered and _may_head(line) and line.text[-1] not in ".。;；,，?？:：":
            out[line] = min(6, len(sizes) + (numbered[1].count(".") if numbered[1] else 0) + 1)
    return out


def _may_head(line: Line) -> bool:
    """Short, with letters in it, and no line of a table of contents (`Waves ..... 12`)."""
    letters = sum(char.isalpha() for char in line.text)
    return len(line.text) <= MAX_HEADING and letters >= 2 and not _LEADER.search(line.text)


def _goes_on(above: Line, below: Line, usual: float, right: float) -> bool:
    """Whether a line belongs to the paragraph above it."""
    if above.column != below.column or abs(above.size - below.size) > 0.6:
        return False
    if below.top - above.bottom > usual + 0.45 * above.size or _STARTS_BLOCK.match(below.text):
        return False
    ended = above.text[-1] in ".。!?！？:：" and above.right < right - 6 * above.size
    return not ended


def _paragraph(lines: Sequence[Line]) -> Block:
    text = lines[0].text
    for line in lines[1:]:
        if re.search(r"[A-Za-z]-$", text) and line.text[:1].islower():
            text = text[:-1] + line.text
        elif _CJK.match(text[-1]) and _CJK.match(line.text):
            text += line.text
        else:
            text += f" {line.text}"
    return Block("list" if _STARTS_BLOCK.match(text) else "paragraph", text, place=f"page={lines[0].page}")

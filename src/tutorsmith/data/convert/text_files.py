"""Question sheets: Markdown, plain text, Word, PDF and web pages."""

from collections.abc import Generator, Iterator
from itertools import pairwise

from tutorsmith.core.errors import DataError
from tutorsmith.data.convert.columns import Row, find_header, read_table
from tutorsmith.data.convert.questions import TextLine, read_lines
from tutorsmith.data.convert.rows import Reading, Remark, Source
from tutorsmith.data.documents import Block, read_document
from tutorsmith.data.documents.block import counted
from tutorsmith.data.documents.decode import decode, read_bytes


def text_of_file(source: Source) -> Generator[Remark, None, str]:
    """The text of a file in the encoding that was named, else found; says so where that is not UTF-8.

    Raises: DataError for a file that is empty or cannot be decoded.
    """
    where = str(source.path)
    decoded = decode(read_bytes(source.path), where, source.encoding)
    if not decoded.text.strip():
        raise DataError("the file is empty", where=where, mend="there is nothing to convert")
    if source.encoding is None and decoded.encoding != "utf-8":
        yield Remark(where, f"its encoding was taken for {decoded.encoding}; --encoding names another")
    return decoded.text


def read_markdown(source: Source) -> Reading:
    """Headings as questions with what stands below as answers, or `Q:`/`A:` (问：/答：).

    Raises: DataError for a file that is empty or holds no questions.
    """
    where = str(source.path)
    text = yield from text_of_file(source)
    yield from read_lines(list(_markdown_lines(text, where)), where)


def _markdown_lines(text: str, where: str) -> Iterator[TextLine]:
    from markdown_it import MarkdownIt

    text = text.replace("\r\n", "\n").replace("\r", "\n")
    headings: dict[int, tuple[int, int, str]] = {}
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    for token, inline in pairwise(tokens):
        if token.type == "heading_open" and token.level == 0 and token.map:
            headings[token.map[0]] = (token.map[1], int(token.tag[1]), inline.content)
    skip = 0
    for number, line in enumerate(text.split("\n")):
        if number in headings:
            end, level, title = headings[number]
            skip = end
            yield TextLine(f"{where}:{number + 1}", title, level)
        elif number >= skip:
            yield TextLine(f"{where}:{number + 1}", line)


def read_sheet(source: Source) -> Reading:
    """A document: its tables with a question and an answer column if it has one, else its text.

    Raises: DataError for a document that cannot be read or holds no questions.
    """
    where = str(source.path)
    document = read_document(source.path)
    for remark in document.remarks:
        yield Remark(where, remark)
    tables = [block for block in document.blocks if block.kind == "table"]
    understood = [block for block in tables if find_header(_rows(block, where, 0), source.columns) is not None]
    if understood:
        for number, block in enumerate(tables, start=1):
            rows = _rows(block, where, number)
            if block in understood:
                yield from read_table(rows, source, f"{where}[table {number}]")
            else:
                yield Remark(where, f"table {number} left out: it has no question and answer columns")
        text = sum(1 for block in document.blocks if block.kind not in ("table", "heading"))
        if text:
            yield Remark(where, f"{counted(text, 'paragraph', 'paragraphs')} beside the tables left out")
        return
    yield from read_lines(_lines(document.blocks, where), where)


def _rows(block: Block, where: str, number: int) -> list[Row]:
    at = f"{where}[{block.place or f'table {number}'}]"
    return [Row(f"{at}:{k}", row) for k, row in enumerate(block.rows, start=1)]


def _lines(blocks: tuple[Block, ...], where: str) -> list[TextLine]:
    out = []
    for number, block in enumerate(blocks, start=1):
        at = f"{where}[{block.place or f'paragraph {number}'}]"
        if block.kind == "heading":
            out.append(TextLine(at, block.text, block.level))
        else:
            out += [TextLine(at, line) for line in block.text.split("\n")]
    return out

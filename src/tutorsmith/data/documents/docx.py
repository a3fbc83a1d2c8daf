"""Word documents -> blocks: headings, numbered lists, tables, formulas, footnotes.

Left out, and said where it is there: pictures, deleted text of tracked changes, the table of contents. Page headers and
footers are no content and are left out too.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tutorsmith.core.errors import DataError
from tutorsmith.data.documents.block import Block, Document, counted, table_block
from tutorsmith.data.documents.office import DAMAGE, damaged, prove_office
from tutorsmith.data.documents.omml import MATH, latex

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_CHOICE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_HEADING_NAME = re.compile(r"(?:heading|标题|überschrift|titre)\s*([1-9])", re.IGNORECASE)
_TITLE_NAME = re.compile(r"title|标题|titel|titre", re.IGNORECASE)
_UNREAD = frozenset({"del", "moveFrom", "rPr", "pPr", "instrText", "delText", "sectPr", "sdtPr"})
_ROMAN = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))
_CHINESE = "零一二三四五六七八九"
MAX_BOLD_HEADING = 80


def read_docx(path: Path) -> Document:
    """Raises: DataError for a file that is damaged, locked, not from Word, or without text."""
    prove_office(path, "word/document.xml", "Word")
    import docx
    from docx.exceptions import PythonDocxError
    from docx.opc.exceptions import OpcError

    try:
        opened = docx.Document(str(path))
        reading = _Reading(
            _styles(opened.styles.element), _Numbering.of(opened.part), _footnotes(opened.part), Counter()
        )
        blocks = [block for block in reading.body(opened.element.body) if block.text.strip() or block.kind == "heading"]
    except (*DAMAGE, PythonDocxError, OpcError) as error:
        raise damaged(path, "Word", error) from error
    if not any(block.text.strip() for block in blocks):
        found = "only pictures" if reading.lost["picture"] else "no text"
        raise DataError(f"the document holds {found}", where=str(path), mend="write its text, or leave the file out")
    return Document(tuple(_levelled(blocks)), reading.remarks())


@dataclass(frozen=True)
class _Style:
    """level: 0 for body text, -1 for the document's title; number: (list, depth) that the style brings along."""

    level: int
    number: tuple[str, int] | None


def _child(element: Any, *names: str) -> Any:
    """The element at this path of Word names, or None."""
    for name in names:
        element = None if element is None else element.find(W + name)
    return element


def _value(element: Any, *names: str) -> str:
    found = _child(element, *names)
    return "" if found is None else str(found.get(W + "val", ""))


def _number_of(properties: Any) -> tuple[str, int] | None:
    number = _value(properties, "numPr", "numId")
    depth = _value(properties, "numPr", "ilvl")
    return (number, int(depth or 0)) if number else None


def _styles(root: Any) -> dict[str, _Style]:
    raw = {style.get(W + "styleId", ""): style for style in root.findall(W + "style")}

    def resolved(name: str, seen: frozenset[str]) -> _Style:
        style = raw.get(name)
        if style is None or name in seen:
            return _Style(0, None)
        above = resolved(_value(style, "basedOn"), seen | {name})
        title = _value(style, "name")
        outline = _value(_child(style, "pPr"), "outlineLvl")
        named = _HEADING_NAME.fullmatch(title.strip())
        level = int(named[1]) if named else int(outline) + 1 if outline.isdigit() and int(outline) < 9 else above.level
        if _TITLE_NAME.fullmatch(title.strip()):
            level = -1
        return _Style(level, _number_of(_child(style, "pPr")) or above.number)

    return {name: resolved(name, frozenset()) for name in raw}


def _footnotes(part: Any) -> dict[str, Any]:
    from lxml import etree

    for relation in part.rels.values():
        if relation.reltype.endswith("/footnotes"):
            parser = etree.XMLParser(resolve_entities=False, no_network=True)
            root = etree.fromstring(relation.target_part.blob, parser)
            notes = root.findall(W + "footnote")
            return {note.get(W + "id", ""): note for note in notes if note.get(W + "type") is None}
    return {}


@dataclass
class _Numbering:
    """Counters of the automatic numbers, which Word keeps out of the text."""

    abstract: dict[str, str]
    levels: dict[tuple[str, int], tuple[str, str, int]]
    counts: dict[tuple[str, int], int] = field(default_factory=dict)

    @classmethod
    def of(cls, part: Any) -> "_Numbering":
        """The definitions of a document; none where it has no lists."""
        relation = next((r for r in part.rels.values() if r.reltype.endswith("/numbering")), None)
        if relation is None:
            return cls({}, {})
        root = relation.target_part.element
        levels = {}
        for definition in root.findall(W + "abstractNum"):
            for level in definition.findall(W + "lvl"):
                key = (definition.get(W + "abstractNumId"), int(level.get(W + "ilvl", "0")))
                start = _value(level, "start")
                levels[key] = _value(level, "numFmt"), _value(level, "lvlText"), int(start or 1)
        return cls({n.get(W + "numId"): _value(n, "abstractNumId") for n in root.findall(W + "num")}, levels)

    def next(self, number: str, depth: int) -> str:
        """The label of the next paragraph of a list, `-` for a bullet; empty where the list is not defined."""
        base = self.abstract.get(number)
        level = self.levels.get((base or "", depth))
        if base is None or level is None:
            return ""
        kind, pattern, start = level
        if kind in ("bullet", "none"):
            return "-" if kind == "bullet" else ""
        self.counts[base, depth] = self.counts.get((base, depth), start - 1) + 1
        for key in [key for key in self.counts if key[0] == base and key[1] > depth]:
            del self.counts[key]
        return re.sub(r"%(\d)", lambda found: self._label(base, int(found[1]) - 1), pattern)

    def _label(self, base: str, depth: int) -> str:
        kind, _, start = self.levels.get((base, depth), ("decimal", "", 1))
        return _numeral(self.counts.get((base, depth), start), kind)


def _numeral(number: int, kind: str) -> str:
    if kind in ("lowerLetter", "upperLetter"):
        letter = chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)
        return letter.upper() if kind == "upperLetter" else letter
    if kind in ("lowerRoman", "upperRoman") and number < 40:
        out, left = "", number
        for value, sign in _ROMAN:
            out += sign * (left // value)
            left %= value
        return out.upper() if kind == "upperRoman" else out
    if kind.startswith("chinese") and number < 100:
        tens, ones = divmod(number, 10)
        head = "" if not tens else "十" if tens == 1 else f"{_CHINESE[tens]}十"
        return head + (_CHINESE[ones] if ones or not tens else "")
    return str(number)


@dataclass
class _Reading:
    """One pass over a document; `lost` counts what is not read."""

    styles: dict[str, _Style]
    numbering: _Numbering
    footnotes: dict[str, Any]
    lost: Counter[str]
    boxes: list[Any] = field(default_factory=list)

    def body(self, root: Any) -> Iterator[Block]:
        """Blocks of a body, a cell or a text box."""
        for element in root:
            name = str(element.tag).removeprefix(W)
            if name == "p":
                yield from self._paragraph(element)
            elif name == "tbl":
                yield from self._table(element)
            elif name == "sdt":
                gallery = _value(_child(element, "sdtPr", "docPartObj"), "docPartGallery")
                if gallery == "Table of Contents":
                    self.lost["contents"] += 1
                elif (inner := _child(element, "sdtContent")) is not None:
                    yield from self.body(inner)
            elif name in ("ins", "moveTo", "customXml"):
                yield from self.body(element)

    def _paragraph(self, element: Any) -> Iterator[Block]:
        properties = _child(element, "pPr")
        style = self.styles.get(_value(properties, "pStyle"), _Style(0, None))
        outline = _value(properties, "outlineLvl")
        level = int(outline) + 1 if outline.isdigit() and int(outline) < 9 else style.level
        text = self.text(element).strip()
        number = _number_of(properties) or style.number
        label = self.numbering.next(*number) if number and text else ""
        if level and text:
            yield Block("heading", " ".join(f"{label.strip('-')} {text}".split()), level=level)
        elif label:
            yield Block("list", f"{'  ' * (number[1] if number else 0)}{label} {text}")
        elif text.startswith("$$") and text.endswith("$$"):
            yield Block("formula", text)
        elif text and len(text) <= MAX_BOLD_HEADING and self._is_bold(element) and text[-1] not in ".。,，;；:：":
            yield Block("paragraph", f"**{text}**")
        elif text:
            yield Block("paragraph", text)
        boxes, self.boxes = self.boxes, []
        for box in boxes:
            yield from self.body(box)

    def _is_bold(self, element: Any) -> bool:
        runs = [run for run in element.iter(W + "r") if "".join(t.text or "" for t in run.findall(W + "t")).strip()]
        marks = [_child(run, "rPr", "b") for run in runs]
        return bool(runs) and all(b is not None and b.get(W + "val", "1") not in ("0", "false") for b in marks)

    def text(self, element: Any) -> str:
        """The text of a paragraph or run with formulas as LaTeX; text boxes are put aside in `boxes`."""
        out = []
        for child in element:
            name = str(child.tag).removeprefix(W)
            if child.tag == MATH + "oMathPara":
                out += [f"$${latex(formula)}$$" for formula in child.findall(MATH + "oMath")]
            elif child.tag == MATH + "oMath":
                out.append(f"${latex(child)}$")
            elif name == "t":
                out.append(child.text or "")
            elif name in ("tab", "br", "cr"):
                out.append("\t" if name == "tab" else "\n")
            elif name == "noBreakHyphen":
                out.append("-")
            elif name == "footnoteReference":
                out.append(self._footnote(child.get(W + "id", "")))
            elif name in ("drawing", "pict", "object") or child.tag == _CHOICE + "AlternateContent":
                self._put_aside(child)
            elif name in _UNREAD:
                self.lost["deleted"] += name in ("del", "moveFrom")
            else:
                out.append(self.text(child))
        return "".join(out)

    def _footnote(self, number: str) -> str:
        note = self.footnotes.get(number)
        text = "" if note is None else " ".join(self.text(note).split())
        return f" ({text})" if text else ""

    def _put_aside(self, element: Any) -> None:
        # The fallback repeats the choice for old programs.
        choice = element.find(_CHOICE + "Choice") if element.tag == _CHOICE + "AlternateContent" else element
        found = list((element if choice is None else choice).iter(W + "txbxContent"))
        self.boxes += found
        self.lost["picture"] += not found

    def _table(self, element: Any) -> Iterator[Block]:
        rows: list[list[str]] = []
        cells = element.findall(f"{W}tr/{W}tc")
        if len(cells) == 1:
            yield from self.body(cells[0])
            return
        for line in element.findall(W + "tr"):
            row: list[str] = []
            for cell in line.findall(W + "tc"):
                merged = _child(cell, "tcPr", "vMerge")
                follows = merged is not None and merged.get(W + "val", "continue") == "continue"
                above = rows[-1][len(row)] if follows and rows and len(row) < len(rows[-1]) else None
                row.append(above if above is not None else self._cell(cell))
                row += [""] * (int(_value(cell, "tcPr", "gridSpan") or 1) - 1)
            rows.append(row)
        if (block := table_block(rows)) is not None:
            yield block

    def _cell(self, cell: Any) -> str:
        parts = []
        for block in self.body(cell):
            parts.append("\n".join(" ".join(row) for row in block.rows) if block.kind == "table" else block.text)
        return "\n".join(parts)

    def remarks(self) -> tuple[str, ...]:
        """What the document holds that was not read."""
        told = {
            "picture": counted(self.lost["picture"], "picture was", "pictures were") + " not read",
            "deleted": counted(self.lost["deleted"], "deleted passage", "deleted passages") + " of tracked changes left"
            " out",
        }
        return tuple(text for key, text in told.items() if self.lost[key])


def _levelled(blocks: list[Block]) -> Iterator[Block]:
    """Levels 1 to 6: below a title all headings move down by one. Without any heading style, lines all in bold are the
    headings, as they were meant."""
    titled = any(block.level == -1 for block in blocks)
    styled = any(block.kind == "heading" for block in blocks)
    for block in blocks:
        bold = block.kind == "paragraph" and re.fullmatch(r"\*\*[^*\n]+\*\*", block.text)
        if block.kind == "heading":
            level = 1 if block.level == -1 else block.level + titled
            yield Block("heading", block.text, level=min(6, level))
        elif bold and not styled:
            yield Block("heading", block.text.strip("*"), level=1)
        else:
            yield block

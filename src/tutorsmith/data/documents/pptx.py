"""Presentations -> blocks, slide after slide: the title as a heading, text, tables, formulas, speaker notes."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tutorsmith.core.errors import DataError
from tutorsmith.data.documents.block import Block, Document, counted, table_block
from tutorsmith.data.documents.office import DAMAGE, damaged, prove_office
from tutorsmith.data.documents.omml import MATH, latex

A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_CHOICE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_FURNITURE = frozenset({"dt", "ftr", "sldNum", "hdr"})
_GROUP, _PICTURE = "grpSp", "pic"


def read_pptx(path: Path) -> Document:
    """Raises: DataError for a file that is damaged, locked, not from PowerPoint, or without text."""
    prove_office(path, "ppt/presentation.xml", "PowerPoint")
    import pptx
    from pptx.exc import PythonPptxError

    lost: Counter[str] = Counter()
    blocks: list[Block] = []
    try:
        for number, slide in enumerate(pptx.Presentation(str(path)).slides, start=1):
            blocks += _slide(slide, f"slide={number}", lost)
    except (*DAMAGE, PythonPptxError) as error:
        raise damaged(path, "PowerPoint", error) from error
    if not any(block.text.strip() for block in blocks):
        found = "only pictures" if lost["picture"] else "no text"
        raise DataError(f"the slides hold {found}", where=str(path), mend="write their text, or leave the file out")
    remarks = []
    if lost["picture"]:
        remarks.append(counted(lost["picture"], "picture, chart or diagram was", "pictures, charts or diagrams were"))
        remarks[-1] += " not read"
    if lost["hidden"]:
        remarks.append(counted(lost["hidden"], "hidden slide was", "hidden slides were") + " read like the others")
    return Document(tuple(blocks), tuple(remarks))


def _slide(slide: Any, place: str, lost: Counter[str]) -> Iterator[Block]:
    title = slide.shapes.title
    named = "" if title is None else " ".join(_paragraphs(title.text_frame._txBody)).strip()
    lost["hidden"] += slide._element.get("show") == "0"
    # A slide without a title still ends the one before it.
    yield Block("heading", " ".join(named.split()), level=2, place=place)
    for shape in _in_reading_order(slide.shapes):
        if title is None or shape.shape_id != title.shape_id:
            yield from _shape(shape, place, lost)
    if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
        said = "\n".join(_paragraphs(slide.notes_slide.notes_text_frame._txBody)).strip()
        if said:
            yield Block("paragraph", said, place=place)


def _in_reading_order(shapes: Any) -> list[Any]:
    """From top to bottom, then from left to right; rows are a twentieth of an inch high. Placeholders without a place
    of their own keep the order of the file, first."""
    return sorted(shapes, key=lambda shape: ((shape.top or 0) // 45720, shape.left or 0))


def _shape(shape: Any, place: str, lost: Counter[str]) -> Iterator[Block]:
    tag = str(shape._element.tag).rpartition("}")[2]
    if shape.is_placeholder and _kind_of_placeholder(shape) in _FURNITURE:
        return
    if tag == _GROUP:
        for inner in _in_reading_order(shape.shapes):
            yield from _shape(inner, place, lost)
    elif getattr(shape, "has_table", False):
        rows = [[_cell(cell) for cell in row.cells] for row in shape.table.rows]
        if (block := table_block(rows, place)) is not None:
            yield block
    elif shape.has_text_frame:
        yield from _text(shape, place)
    elif tag == _PICTURE or tag == "graphicFrame":
        lost["picture"] += 1


def _kind_of_placeholder(shape: Any) -> str:
    found = next(shape._element.iter("{http://schemas.openxmlformats.org/presentationml/2006/main}ph"), None)
    return "" if found is None else str(found.get("type", ""))


def _cell(cell: Any) -> str:
    return "" if cell.is_spanned else "\n".join(_paragraphs(cell.text_frame._txBody))


def _text(shape: Any, place: str) -> Iterator[Block]:
    """The paragraphs of one text frame; several short ones are the points of a list and stay together."""
    body = shape.text_frame._txBody
    paragraphs = [(p, _paragraph(p).strip()) for p in body.findall(A + "p")]
    paragraphs = [(p, text) for p, text in paragraphs if text]
    if len(paragraphs) == 1:
        text = paragraphs[0][1]
        yield Block("formula" if text.startswith("$$") else "paragraph", text, place=place)
    elif paragraphs:
        lines = []
        for element, text in paragraphs:
            properties = element.find(A + "pPr")
            depth = 0 if properties is None else int(properties.get("lvl", "0"))
            lines.append(text if text.startswith("$$") else f"{'  ' * depth}- {text}")
        yield Block("list", "\n".join(lines), place=place)


def _paragraphs(body: Any) -> list[str]:
    return [text for text in map(_paragraph, body.findall(A + "p")) if text.strip()]


def _paragraph(element: Any) -> str:
    out = []
    for child in element:
        if child.tag in (A + "r", A + "fld"):
            out += [text.text or "" for text in child.findall(A + "t")]
        elif child.tag == A + "br":
            out.append("\n")
        elif child.tag in (MATH + "oMath", MATH + "oMathPara"):
            out.append(_formula(child))
        elif child.tag == _CHOICE + "AlternateContent" or str(child.tag).endswith("}m"):
            choice = child.find(_CHOICE + "Choice")
            out.append(_paragraph(child if choice is None else choice))
    return "".join(out)


def _formula(element: Any) -> str:
    if element.tag == MATH + "oMath":
        return f"${latex(element)}$"
    return "".join(f"$${latex(formula)}$$" for formula in element.findall(MATH + "oMath"))

"""Documents of each kind become blocks; what cannot be read is an error or a remark, never silence."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import pytest
from fpdf import FPDF
from fpdf.enums import XPos, YPos
from lxml import etree

from office_files import (
    DIVERGENCE,
    DIVERGENCE_TEX,
    HTML,
    MATH,
    make_chinese_pdf,
    make_docx,
    make_pdf,
    make_pptx,
    make_scan,
    make_wps_docx,
)
from tutorsmith.core.errors import DataError
from tutorsmith.data.documents import READERS, Block, Document, read_document
from tutorsmith.data.documents.decode import decode
from tutorsmith.data.documents.omml import latex


def shown(document: Document) -> list[tuple[str, int, str]]:
    return [(block.kind, block.level, block.text) for block in document.blocks]


def test_word(tmp_path: Path) -> None:
    assert shown(read_document(make_docx(tmp_path / "a.docx"))) == [
        ("heading", 1, "Charge and current"),
        ("heading", 2, "Continuity"),
        ("paragraph", 0, f"Charge is conserved: ${DIVERGENCE_TEX}$ holds everywhere."),
        ("list", 0, "- Steady current"),
        ("list", 0, "- Growing charge"),
        ("table", 0, "| medium | conductivity |\n| --- | --- |\n| copper | 58 MS/m |"),
    ]


def test_word_as_wps_writes_it(tmp_path: Path) -> None:
    document = read_document(make_wps_docx(tmp_path / "a.docx"))
    assert shown(document)[:3] == [
        ("heading", 1, "第一章 静电场"),
        ("list", 0, "1. 高斯定律的内容是什么？"),
        ("paragraph", 0, "答：穿过闭合面的电通量等于面内自由电荷。"),
    ]
    assert shown(document)[3] == ("list", 0, "2. 导体内部的电场是多少？")
    assert document.remarks == ("1 deleted passage of tracked changes left out",)


def test_slides(tmp_path: Path) -> None:
    document = read_document(make_pptx(tmp_path / "a.pptx"))
    assert [(block.kind, block.place) for block in document.blocks] == [
        ("heading", "slide=1"),
        ("list", "slide=1"),
        ("heading", "slide=2"),
        ("table", "slide=2"),
        ("paragraph", "slide=2"),
    ]
    assert document.blocks[1].text == "- It falls with the square root of frequency.\n- Copper at 1 MHz: 66 um."
    assert document.blocks[4].text == "Say why silver is plated."


@pytest.mark.parametrize("outline", [False, True])
def test_pdf_headings_paragraphs_and_running_heads(outline: bool, tmp_path: Path) -> None:
    document = read_document(make_pdf(tmp_path / "a.pdf", outline=outline))
    headings = [(block.text, block.level, block.place) for block in document.blocks if block.kind == "heading"]
    assert headings == [(f"Topic {letter}", 1, f"page={k}") for k, letter in enumerate("ABCD", start=1)]
    paragraphs = [block.text for block in document.blocks if block.kind == "paragraph"]
    assert len(paragraphs) == 4
    assert paragraphs[0].startswith("The induced voltage of loop 1 equals")
    assert paragraphs[0].endswith("shows it best of all.")
    assert document.remarks == ("8 running heads and page numbers left out",)


def test_chinese_pdf(tmp_path: Path) -> None:
    path = make_chinese_pdf(tmp_path / "a.pdf", ["第一章 静电场", "1. 高斯定律的内容是什么？"])
    assert [block.text for block in read_document(path).blocks] == ["第一章 静电场", "1. 高斯定律的内容是什么？"]


def test_web_page(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_text(HTML, encoding="utf-8")
    document = read_document(path)
    assert shown(document) == [
        ("heading", 1, "Plane waves"),
        ("paragraph", 0, "In vacuum the wave travels at $c = 1/\\sqrt{\\mu_0\\epsilon_0}$.\nIt is transverse."),
        ("heading", 2, "Polarisation"),
        ("list", 0, "- linear"),
        ("list", 0, "- circular"),
        ("code", 0, "```\nE = [1, 0]\n```"),
        ("table", 0, "| band | GHz |\n| --- | --- |\n| X | 8 to 12 |"),
    ]
    assert document.remarks == ("1 picture was not read",)


def test_web_page_in_the_encoding_that_it_names(tmp_path: Path) -> None:
    path = tmp_path / "a.htm"
    path.write_bytes('<html><head><meta charset="gb2312"></head><body><p>电场强度</p></body></html>'.encode("gb18030"))
    assert shown(read_document(path)) == [("paragraph", 0, "电场强度")]


def _r(text: str) -> str:
    return f"<m:r><m:t>{text}</m:t></m:r>"


@pytest.mark.parametrize(
    ("inner", "tex"),
    [
        (f"<m:rad><m:radPr/><m:deg/><m:e>{_r('με')}</m:e></m:rad>", "\\sqrt{με}"),
        (
            f'<m:nary><m:naryPr><m:chr m:val="∮"/></m:naryPr><m:sub>{_r("S")}</m:sub><m:sup/><m:e>{_r("D·dS")}</m:e>'
            "</m:nary>",
            "\\oint_{S} D·dS",
        ),
        (f"<m:func><m:fName>{_r('sin')}</m:fName><m:e>{_r('x')}</m:e></m:func>", "\\sin x"),
        (f'<m:d><m:dPr><m:begChr m:val="|"/><m:endChr m:val="|"/></m:dPr><m:e>{_r("E")}</m:e></m:d>', "|E|"),
        (f'<m:acc><m:accPr><m:chr m:val="⃗"/></m:accPr><m:e>{_r("E")}</m:e></m:acc>', "\\vec{E}"),
        (
            f"<m:m><m:mr><m:e>{_r('1')}</m:e><m:e>{_r('0')}</m:e></m:mr></m:m>",
            "\\begin{matrix}1 & 0\\end{matrix}",
        ),
        (f"<m:box><m:e>{_r('unknown')}</m:e></m:box>", "unknown"),
    ],
)
def test_formulas(inner: str, tex: str) -> None:
    assert latex(etree.fromstring(f'<m:oMath xmlns:m="{MATH}">{inner}</m:oMath>')) == tex
    assert latex(etree.fromstring(DIVERGENCE)) == DIVERGENCE_TEX


def _bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b" " * (40 << 20))


def _locked(path: Path) -> None:
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600 + "EncryptedPackage".encode("utf-16-le"))


def _half(path: Path) -> None:
    make_docx(path)
    path.write_bytes(path.read_bytes()[:2000])


def _broken_xml(path: Path) -> None:
    whole = path.with_suffix(".whole")
    make_wps_docx(whole)
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            target.writestr(name, b"<broken" if name == "word/document.xml" else source.read(name))


@pytest.mark.parametrize(
    ("name", "make", "told"),
    [
        ("a.docx", _bomb, "would unpack to"),
        ("a.docx", _locked, "locked with a password"),
        ("a.docx", lambda p: p.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 64), "Office 97-2003"),
        ("a.docx", _half, "damaged"),
        ("a.docx", _broken_xml, "damaged"),
        ("a.docx", make_pptx, "no Word file"),
        ("a.pptx", make_docx, "no PowerPoint file"),
        ("a.docx", lambda p: p.write_bytes(b""), "empty"),
        ("a.pdf", lambda p: make_pdf(p, 1, password="secret"), "locked with a password"),
        ("a.pdf", make_scan, "pictures, as a scanner"),
        ("a.pdf", lambda p: p.write_bytes(b"%PDF-1.7\nnothing"), "damaged"),
        ("a.pdf", lambda p: p.write_bytes(b"GIF89a"), "no PDF"),
        ("a.html", lambda p: p.write_bytes(b"<html><script>x()</script></html>"), "no text"),
        ("a.html", lambda p: p.write_bytes(b" \n"), "empty"),
        ("a.doc", lambda p: p.write_bytes(b"x"), "no reader"),
        ("a.docx", lambda _: None, "no such file"),
    ],
)
def test_unusable_documents_say_what_is_wrong(
    name: str, make: Callable[[Path], object], told: str, tmp_path: Path
) -> None:
    make(tmp_path / name)
    with pytest.raises(DataError, match=told) as caught:
        read_document(tmp_path / name)
    assert caught.value.mend
    assert name in str(caught.value.where)


def test_every_row_of_the_table_has_a_reader_and_a_test() -> None:
    assert set(READERS) == {".docx", ".pptx", ".pdf", ".html", ".htm"}


@pytest.mark.parametrize(
    ("data", "text", "encoding"),
    [
        (b"\xef\xbb\xbfa", "a", "utf-8"),
        ("问题".encode(), "问题", "utf-8"),
        ("问题,答案\n什么是电场？".encode("gb18030"), "问题,答案\n什么是电场？", "gb18030"),
        ("question".encode("utf-16"), "question", "utf-16"),
        ("question".encode("utf-16-le"), "question", "utf-16-le"),
        ("café at the Universität".encode("cp1252"), "café at the Universität", "cp1252"),
    ],
)
def test_encodings(data: bytes, text: str, encoding: str) -> None:
    assert decode(data, "a.csv") == (text, encoding)


def test_bytes_of_no_encoding_are_an_error() -> None:
    with pytest.raises(DataError, match="neither UTF-8"):
        decode(bytes(range(128, 256)), "a.csv")


def _words(pdf: FPDF, left: float, top: float, text: str) -> None:
    """Words at places, without blanks between them, as many typesetters write them."""
    for word in text.split():
        pdf.text(left, top, word)
        left += pdf.get_string_width(word) + 1.2


def test_pdf_of_two_columns_and_words_without_blanks(tmp_path: Path) -> None:
    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("Helvetica", size=10)
    _words(pdf, 20, 20, "A title that spans the whole of the page and both of its columns of text below")
    for row in range(20):
        _words(pdf, 20, 40 + 5 * row, f"left column line {row} goes on")
        _words(pdf, 115, 40 + 5 * row, f"right column line {row} goes on")
    pdf.output(str(tmp_path / "a.pdf"))
    text = "\n".join(block.text for block in read_document(tmp_path / "a.pdf").blocks)
    assert text.startswith("A title that spans the whole of the page and both of its columns of text below\n")
    assert text.index("left column line 19 goes on") < text.index("right column line 0 goes on")
    assert "left column line 3 goes on left column line 4" in text


def test_pdf_tables_and_headings_of_contents(tmp_path: Path) -> None:
    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("Helvetica", size=16)
    for line in ("Optics", "Waves ........ 12"):
        pdf.cell(0, 10, line, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    pdf.set_font("Helvetica", size=10)
    pdf.multi_cell(0, 6, "Light is a wave. " * 12)
    pdf.ln()
    with pdf.table(col_widths=(40, 40)) as table:
        for cells in (("colour", "nm"), ("red", "700")):
            row = table.row()
            for cell in cells:
                row.cell(cell)
    pdf.output(str(tmp_path / "a.pdf"))
    blocks = read_document(tmp_path / "a.pdf").blocks
    assert [block.text for block in blocks if block.kind == "heading"] == ["Optics"]
    assert [block.rows for block in blocks if block.kind == "table"] == [(("colour", "nm"), ("red", "700"))]


def test_web_page_of_which_only_the_main_part_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_text("<body><div>Menu</div><main><h1>Optics</h1><p>Light.</p></main></body>", encoding="utf-8")
    assert shown(read_document(path)) == [("heading", 1, "Optics"), ("paragraph", 0, "Light.")]


def test_word_headings_in_bold_merged_cells_and_text_boxes(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph().add_run("Ampere's law").bold = True
    document.add_paragraph("Currents make fields.")
    table = document.add_table(rows=2, cols=3)
    for cell, text in zip(table._cells, ("ch1", "Q1", "A1", "", "Q2", "A2"), strict=True):
        cell.text = text
    table.cell(0, 0).merge(table.cell(1, 0))
    box = (
        '<w:r xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:pict><w:txbxContent><w:p><w:r>'
        "<w:t>Boxed.</w:t></w:r></w:p></w:txbxContent></w:pict></w:r>"
    )
    document.add_paragraph("Beside")._p.append(etree.fromstring(box))
    document.save(str(tmp_path / "a.docx"))
    blocks = read_document(tmp_path / "a.docx").blocks
    assert blocks[0] == Block("heading", "Ampere's law", level=1)
    assert blocks[2].rows == (("ch1", "Q1", "A1"), ("ch1", "Q2", "A2"))
    assert [block.text for block in blocks[3:]] == ["Beside", "Boxed."]

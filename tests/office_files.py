"""Documents that the tests write: with the libraries, and by hand as other programs arrange theirs."""

import zipfile
from pathlib import Path

import docx
import pptx
from fpdf import FPDF
from fpdf.enums import XPos, YPos
from lxml import etree
from pptx.util import Inches

MATH = "http://schemas.openxmlformats.org/officeDocument/2006/math"
DIVERGENCE = (
    f'<m:oMath xmlns:m="{MATH}"><m:f><m:num><m:r><m:t>∂ρ</m:t></m:r></m:num>'
    "<m:den><m:r><m:t>∂t</m:t></m:r></m:den></m:f>"
    "<m:r><m:t>+∇·</m:t></m:r><m:sSub><m:e><m:r><m:t>J</m:t></m:r></m:e><m:sub><m:r><m:t>f</m:t></m:r></m:sub></m:sSub>"
    "<m:r><m:t>=0</m:t></m:r></m:oMath>"
)
DIVERGENCE_TEX = "\\frac{∂ρ}{∂t}+∇·J_{f}=0"


def make_docx(path: Path) -> Path:
    """A chapter: headings, a formula in the line, a table, a list."""
    document = docx.Document()
    document.add_heading("Charge and current", level=1)
    document.add_heading("Continuity", level=2)
    paragraph = document.add_paragraph("Charge is conserved: ")
    paragraph._p.append(etree.fromstring(DIVERGENCE))
    paragraph.add_run(" holds everywhere.")
    document.add_paragraph("Steady current", style="List Bullet")
    document.add_paragraph("Growing charge", style="List Bullet")
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip(table._cells, ("medium", "conductivity", "copper", "58 MS/m"), strict=True):
        cell.text = text
    document.save(str(path))
    return path


_CONTENT_TYPES = """<?xml version="1.0" encoding="UTF-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>
<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>
<Override PartName="/word/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/>
<Override PartName="/word/numbering.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.numbering+xml"/>
</Types>"""  # noqa: E501
_RELS = """<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/>
</Relationships>"""  # noqa: E501
_PART_RELS = """<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/>
<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/numbering" Target="numbering.xml"/>
</Relationships>"""  # noqa: E501
_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
# WPS Office numbers its style ids; the name alone says what a style is.
_STYLES = f"""<?xml version="1.0"?><w:styles {_W}>
<w:style w:type="paragraph" w:default="1" w:styleId="1"><w:name w:val="Normal"/></w:style>
<w:style w:type="paragraph" w:styleId="2"><w:name w:val="heading 1"/><w:basedOn w:val="1"/></w:style>
<w:style w:type="paragraph" w:styleId="9"><w:name w:val="章节题"/><w:basedOn w:val="2"/></w:style>
</w:styles>"""
_NUMBERING = f"""<?xml version="1.0"?><w:numbering {_W}>
<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl></w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>"""  # noqa: E501


def _paragraph(text: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


def make_wps_docx(path: Path) -> Path:
    """Chinese questions with automatic numbers, as WPS Office writes them, with a deleted passage."""
    numbered = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'
    body = (
        _paragraph("第一章 静电场", '<w:pStyle w:val="9"/>')
        + _paragraph("高斯定律的内容是什么？", numbered)
        + _paragraph("答：穿过闭合面的电通量等于面内自由电荷。")
        + "<w:p><w:del><w:r><w:delText>旧答案</w:delText></w:r></w:del></w:p>"
        + _paragraph("导体内部的电场是多少？", numbered)
        + _paragraph("答：静电平衡时为零。")
    )
    parts = {
        "[Content_Types].xml": _CONTENT_TYPES,
        "_rels/.rels": _RELS,
        "word/_rels/document.xml.rels": _PART_RELS,
        "word/styles.xml": _STYLES,
        "word/numbering.xml": _NUMBERING,
        "word/document.xml": f'<?xml version="1.0"?><w:document {_W}><w:body>{body}</w:body></w:document>',
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return path


def make_pptx(path: Path) -> Path:
    """Two slides; the second has a table and speaker notes."""
    deck = pptx.Presentation()
    first = deck.slides.add_slide(deck.slide_layouts[1])
    first.shapes.title.text = "Skin depth"
    first.placeholders[1].text = "It falls with the square root of frequency.\nCopper at 1 MHz: 66 um."
    second = deck.slides.add_slide(deck.slide_layouts[5])
    second.shapes.title.text = "Conductors"
    table = second.shapes.add_table(2, 2, Inches(1), Inches(2), Inches(5), Inches(1)).table
    for cell, text in zip(table.iter_cells(), ("metal", "MS/m", "silver", "63"), strict=True):
        cell.text = text
    second.notes_slide.notes_text_frame.text = "Say why silver is plated."
    deck.save(str(path))
    return path


def make_pdf(path: Path, pages: int = 4, *, outline: bool = False, password: str = "") -> Path:
    """Pages with a running head, a large heading, a paragraph of several lines, and a page number."""
    pdf = FPDF()
    pdf.set_auto_page_break(False)
    if password:
        pdf.set_encryption(owner_password="owner", user_password=password)
    for number in range(1, pages + 1):
        pdf.add_page()
        pdf.set_font("Helvetica", size=9)
        pdf.cell(0, 8, f"Electromagnetics, lecture {number}", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        title = f"Topic {'ABCDEFGH'[number - 1]}"
        if outline:
            pdf.start_section(title)
        pdf.set_font("Helvetica", size=11 if outline else 18)
        pdf.cell(0, 12, title, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        pdf.set_font("Helvetica", size=11)
        pdf.multi_cell(
            0,
            6,
            f"The induced voltage of loop {number} equals the rate of change of the flux that the loop encloses, with "
            "a minus sign that expresses the law of Lenz. A fixed loop in a growing field shows it best of all.",
        )
        pdf.set_y(-15)
        pdf.cell(0, 6, f"{number}")
    pdf.output(str(path))
    return path


def make_scan(path: Path) -> Path:
    """A page that is a picture."""
    from PIL import Image

    picture = path.with_suffix(".png")
    Image.new("L", (60, 60), 128).save(picture)
    pdf = FPDF()
    pdf.add_page()
    pdf.image(str(picture), x=10, y=10, w=100)
    pdf.output(str(path))
    picture.unlink()
    return path


def make_chinese_pdf(path: Path, lines: list[str]) -> Path:
    """A page with a CID font that is not embedded, as Chinese office programs write them; assembled by hand."""
    shown = "".join(
        f"BT /F1 12 Tf 72 {720 - 24 * row} Td <{line.encode('utf-16-be').hex()}> Tj ET\n"
        for row, line in enumerate(lines)
    ).encode("ascii")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources"
        b" << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n" % len(shown) + shown + b"endstream",
        b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [6 0 R] >>",
        b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /CIDSystemInfo << /Registry (Adobe) /Ordering"
        b" (GB1) /Supplement 2 >> /FontDescriptor 7 0 R /DW 1000 >>",
        b"<< /Type /FontDescriptor /FontName /STSong-Light /Flags 4 /Ascent 880 /Descent -120 /CapHeight 880"
        b" /ItalicAngle 0 /StemV 90 /FontBBox [0 -120 1000 880] >>",
    ]
    out = b"%PDF-1.4\n"
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    path.write_bytes(out)
    return path


HTML = """<!doctype html><html><head><meta charset="utf-8"><title>Waves</title><style>p{color:red}</style></head><body>
<nav><a href="/">Home</a></nav><h1>Plane waves</h1><p>In vacuum the wave travels
at <math><semantics><mi>c</mi><annotation encoding="application/x-tex">c = 1/\\sqrt{\\mu_0\\epsilon_0}</annotation>
</semantics></math>.<br>It is transverse.</p><h2>Polarisation</h2><ul><li>linear</li><li>circular</li></ul>
<pre>E = [1, 0]</pre><table><tr><th>band</th><th>GHz</th></tr><tr><td>X</td><td>8 to 12</td></tr></table>
<span class="katex"><span class="katex-html" aria-hidden="true">doubled</span></span><script>track()</script>
<img src="wave.png"></body></html>"""

"""Tables and running text of questions -> records, in English and Chinese, as teachers have them."""

import datetime
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
from fpdf import FPDF

from office_files import make_chinese_pdf, make_docx, make_scan, make_wps_docx
from tutorsmith.core.errors import DataError, UsageError

TABLE = "chapter,question,answer\nch1,What is E?,V/m\nch2,What is B?,tesla\n"


def asked(records: list[dict[str, Any]]) -> list[tuple[str, str, Any]]:
    """(question, answer, chapter) of each."""
    return [(r["messages"][-2]["content"], r["messages"][-1]["content"], r["meta"].get("chapter")) for r in records]


EXPECTED = [("What is E?", "V/m", "ch1"), ("What is B?", "tesla", "ch2")]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "gb18030"])
def test_csv_of_any_separator_and_encoding(delimiter: str, encoding: str, workshop: Any) -> None:
    text = TABLE.replace(",", delimiter)
    if encoding == "gb18030":
        text = text.replace("What is E?", "什么是电场强度？").replace("question", "问题").replace("answer", "答案")
    records = asked(workshop.read("a.csv", text.encode(encoding)))
    assert records[1] == EXPECTED[1]
    assert records[0] == (EXPECTED[0] if encoding != "gb18030" else ("什么是电场强度？", "V/m", "ch1"))


def test_csv_cells_of_several_lines_headers_below_a_title_and_unknown_columns(workshop: Any) -> None:
    text = '期末题库,,,,\n编号,题目,参考答案,章节,评分人\n7,"什么是\n""电场""？",V/m,第一章,李\n,,,,\n'
    path = workshop.write("a.csv", text)
    result = workshop.convert(path)
    assert [remark.what for remark in result.remarks] == [
        "1 row above the header left out",
        "columns kept in meta: 评分人",
    ]
    (record,) = workshop.rows()
    assert (record["id"], record["meta"]) == ("7", {"chapter": "第一章", "评分人": "李"})
    assert record["messages"][0]["content"] == '什么是\n"电场"？'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("question,answer\nWhat, is E?,V/m\n", "the row has 3 cells, the header has 2"),
        ("question,answer,chapter\nWhat is E?,V/m\n", "the row has 2 cells, the header has 3"),
        ("question,answer\nWhat is E?,\n", "the answer is empty"),
        ("question,answer,refusal_type\nQ,A,whatever\n", "unknown refusal kind"),
    ],
)
def test_csv_rows_that_are_bad(text: str, told: str, workshop: Any) -> None:
    assert told in workshop.why("a.csv", text)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "empty"),
        (b"name,mark\nAnn,3\n", "no column for the question"),
        (b'question,answer\n"What is E?,V/m\n', "no CSV"),
        (bytes(range(128, 256)), "neither UTF-8"),
    ],
)
def test_csv_files_that_are_unusable(content: bytes, told: str, workshop: Any) -> None:
    with pytest.raises(DataError, match=told) as caught:
        workshop.convert(workshop.write("a.csv", content))
    assert caught.value.mend


@pytest.mark.parametrize("columns", [{"question": "Aufgabe", "answer": "Loesung"}, {"question": "A", "answer": "B"}])
def test_columns_that_are_named(columns: dict[str, str], workshop: Any) -> None:
    records = workshop.read("a.csv", "Aufgabe,Loesung\nWhat is E?,V/m\n", columns=columns)
    assert asked(records) == [("What is E?", "V/m", None)]
    with pytest.raises(UsageError, match="no field 'antwort'"):
        workshop.convert(workshop.folder / "a.csv", columns={"antwort": "B"})


def test_csv_of_benchmark_items(workshop: Any) -> None:
    text = "问题,答案,得分点,拒答类型\n什么是E？,场强,场强；V/m,\n今天天气？,,,超出范围\n"
    first, second = workshop.read("a.csv", text, benchmark=True)
    assert (first["reference"], first["key_points"]) == ("场强", ["场强", "V/m"])
    assert second["refusal_type"] == "out_of_scope"


def _workbook(path: Path) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "题库"
    rows = [
        ("章节", "问题", "答案", "日期"),
        ("第一章", "问一", 2.0, datetime.datetime(2026, 3, 1)),
        (None, "问二", True, None),
    ]
    for row in rows:
        sheet.append(row)
    sheet.merge_cells("A2:A3")
    book.create_sheet("说明").append(["只是说明"])
    book.save(path)
    return path


def test_workbook_with_merged_cells_dates_and_another_sheet(workshop: Any) -> None:
    path = _workbook(workshop.folder / "a.xlsx")
    result = workshop.convert(path)
    assert asked(workshop.rows()) == [("问一", "2", "第一章"), ("问二", "TRUE", "第一章")]
    assert workshop.rows()[0]["meta"]["日期"] == "2026-03-01"
    assert [remark.where for remark in result.remarks if "left out" in remark.what] == [f"{path}[说明]"]


def test_workbook_sheets_by_name(workshop: Any) -> None:
    path = _workbook(workshop.folder / "a.xlsx")
    assert workshop.convert(path, sheet="题库").written == 2
    with pytest.raises(UsageError, match="no sheet 'Tabelle1'"):
        workshop.convert(path, sheet="Tabelle1")
    with pytest.raises(DataError, match="no column for the question"):
        workshop.convert(path, sheet="说明")


def test_workbook_formulas_and_errors_are_bad_rows(workshop: Any) -> None:
    book = openpyxl.Workbook()
    for row in [("question", "answer"), ("Q1", "=1+1"), ("Q2", "#REF!"), ("Q3", "A3")]:
        book.active.append(row)
    book.active["B3"].data_type = "e"
    path = workshop.folder / "a.xlsx"
    book.save(path)
    result = workshop.convert(path, skip_bad=True)
    assert [row.why for row in result.bad] == [
        "B2 is a formula without a saved value: open the file in Excel and save it",
        "B3 holds the error #REF!",
    ]
    assert result.written == 1


def test_workbooks_that_are_unusable(workshop: Any) -> None:
    path = workshop.folder / "a.xlsx"
    locked = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600 + "EncryptedPackage".encode("utf-16-le")
    for content, told in ((locked, "password"), (b"PK\x03\x04rest", "damaged"), (b"", "empty")):
        path.write_bytes(content)
        with pytest.raises(DataError, match=told):
            workshop.convert(path)
    make_docx(path)
    with pytest.raises(DataError, match="no Excel file"):
        workshop.convert(path)
    openpyxl.Workbook().save(path)
    with pytest.raises(DataError, match="empty"):
        workshop.convert(path)


MARKED = """# Fields

Some words before.

**Q1:** What is E?
With its unit.

**A:** The field.

### Conclusion
V/m.

# Flux

Q: What is B?
A: The flux density.
"""


def test_markdown_with_marks(workshop: Any) -> None:
    path = workshop.write("a.md", MARKED)
    result = workshop.convert(path)
    assert [remark.what for remark in result.remarks] == ["left out, neither question nor answer: 'Some words before.'"]
    assert asked(workshop.rows()) == [
        ("What is E?\nWith its unit.", "The field.\n\n### Conclusion\nV/m.", "Fields"),
        ("What is B?", "The flux density.", "Flux"),
    ]


def test_markdown_in_chinese(workshop: Any) -> None:
    text = "## 静电场\n\n问：什么是电场？\n答：单位电荷受的力。\n\n问题2：单位是什么？\n答案：V/m。\n"
    assert asked(workshop.read("a.md", text)) == [
        ("什么是电场？", "单位电荷受的力。", "静电场"),
        ("单位是什么？", "V/m。", "静电场"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "# Course\n\n## Fields\n\n### What is E?\n\n#### Conclusion\n\nA field.\n\n```\n# no heading\n```\n"
            "\n### What is V?\n\nA potential.\n",
            [
                ("What is E?", "#### Conclusion\n\nA field.\n\n```\n# no heading\n```", "Course > Fields"),
                ("What is V?", "A potential.", "Course > Fields"),
            ],
        ),
        ("## Unit of E\n\nV/m\n\n## Unit of B\n\nT\n", [("Unit of E", "V/m", None), ("Unit of B", "T", None)]),
    ],
)
def test_markdown_headings_as_questions(text: str, expected: list[Any], workshop: Any) -> None:
    assert asked(workshop.read("a.md", text)) == expected


def test_markdown_questions_without_answers_are_bad_rows(workshop: Any) -> None:
    assert "no answer to 'What is B?'" in workshop.why("a.md", "Q: What is E?\nA: V/m\nQ: What is B?\n")
    with pytest.raises(DataError, match="no questions with answers"):
        workshop.convert(workshop.write("b.md", "Only a paragraph.\n"))


def test_word_tables(workshop: Any) -> None:
    document = docx.Document()
    document.add_paragraph("Exam of spring")
    table = document.add_table(rows=3, cols=3)
    cells = ["题目", "答案", "章节", "什么是E？", "场强", "第一章", "什么是B？", "磁感应强度", "第二章"]
    for cell, text in zip(table._cells, cells, strict=True):
        cell.text = text
    path = workshop.folder / "a.docx"
    document.save(str(path))
    result = workshop.convert(path)
    assert asked(workshop.rows()) == [("什么是E？", "场强", "第一章"), ("什么是B？", "磁感应强度", "第二章")]
    assert [remark.what for remark in result.remarks] == ["1 paragraph beside the tables left out"]


def test_word_with_automatic_numbers(workshop: Any) -> None:
    path = make_wps_docx(workshop.folder / "a.docx")
    assert workshop.convert(path).bad == ()
    assert asked(workshop.rows()) == [
        ("高斯定律的内容是什么？", "穿过闭合面的电通量等于面内自由电荷。", "第一章 静电场"),
        ("导体内部的电场是多少？", "静电平衡时为零。", "第一章 静电场"),
    ]


def test_word_with_the_answers_at_the_end(workshop: Any) -> None:
    document = docx.Document()
    lines = [
        "1. What is E?",
        "a) a field  b) a force",
        "2. What is B?",
        "Answers",
        "1. A field:",
        "2. is its magnitude.",
    ]
    for line in [*lines, "2. A flux density."]:
        document.add_paragraph(line)
    path = workshop.folder / "a.docx"
    document.save(str(path))
    workshop.convert(path)
    assert [row[:2] for row in asked(workshop.rows())] == [
        ("What is E?\na) a field  b) a force", "A field:"),
        ("What is B?", "is its magnitude.\n2. A flux density."),
    ]


@pytest.mark.parametrize("steps", ["1. Draw.\n2. Compute E.", "(1) Draw.\n(2) Compute E.", "1) Draw.\n2) Compute E."])
def test_numbers_inside_an_answer_begin_no_question(steps: str, workshop: Any) -> None:
    rules = "1. No calculators.\n2. No phones.\n\n"
    text = f"{rules}1. What do we do?\nAnswer: Two things.\n{steps}\n\n2. And then?\nAnswer: Check.\n"
    assert asked(workshop.read("a.md", text)) == [
        ("What do we do?", f"Two things.\n{steps}", None),
        ("And then?", "Check.", None),
    ]


def test_pdf_sheets(workshop: Any) -> None:
    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("Helvetica", size=18)
    pdf.cell(0, 12, "Chapter 3", new_x="LMARGIN", new_y="NEXT")
    pdf.set_font("Helvetica", size=11)
    long = "Answer: It is the force on a unit charge, and it points along the force on a positive charge at rest there."
    for line in ["1. What is the electric field of a charge?", long, "2. What is its unit?", "Answer: V/m."]:
        pdf.multi_cell(0, 7, line, new_x="LMARGIN", new_y="NEXT")
    path = workshop.folder / "a.pdf"
    pdf.output(str(path))
    workshop.convert(path)
    assert asked(workshop.rows()) == [
        ("What is the electric field of a charge?", long.removeprefix("Answer: "), "Chapter 3"),
        ("What is its unit?", "V/m.", "Chapter 3"),
    ]


def test_pdf_in_chinese_and_scans(workshop: Any) -> None:
    path = make_chinese_pdf(
        workshop.folder / "a.pdf", ["1. 什么是电场？", "答案：力与电荷之比。", "2. 单位？", "答案：伏每米。"]
    )
    workshop.convert(path)
    assert [row[:2] for row in asked(workshop.rows())] == [("什么是电场？", "力与电荷之比。"), ("单位？", "伏每米。")]
    with pytest.raises(DataError, match="scanner"):
        workshop.convert(make_scan(workshop.folder / "b.pdf"))


def test_web_pages(workshop: Any) -> None:
    text = (
        "<h1>Fields</h1><h2>What is E?</h2><p>A field.</p><h2>What is B?</h2><ul><li>a flux</li><li>density</li></ul>"
    )
    assert asked(workshop.read("a.html", text)) == [
        ("What is E?", "A field.", "Fields"),
        ("What is B?", "- a flux\n- density", "Fields"),
    ]

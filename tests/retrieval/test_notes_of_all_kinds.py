"""A notes folder with documents of every kind: all are found, with page or slide, and read once."""

from pathlib import Path

import pytest

from office_files import HTML, make_docx, make_pdf, make_pptx, make_scan
from tutorsmith.core.errors import DataError
from tutorsmith.data.documents import table
from tutorsmith.retrieval.index import open_index
from tutorsmith.retrieval.search import search


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "notes"
    place.mkdir()
    make_docx(place / "charge.docx")
    make_pptx(place / "skin.pptx")
    make_pdf(place / "faraday.pdf")
    (place / "waves.html").write_text(HTML, encoding="utf-8")
    (place / "ohm.md").write_text("# Ohm\n\n## Resistance\n\nA resistor obeys Ohm's law.\n", encoding="utf-8")
    (place / "list.txt").write_text("The magnetron heats food.\n", encoding="utf-8")
    (place / "~$charge.docx").write_bytes(b"lock")
    return place


@pytest.mark.parametrize(
    ("question", "source", "heading"),
    [
        ("conservation of charge", "charge.docx", "Continuity"),
        ("Why is silver plated?", "skin.pptx#slide=2", "Conductors"),
        ("flux of loop 3", "faraday.pdf#page=3", "Topic C"),
        ("linear or circular polarisation", "waves.html", "Polarisation"),
        ("resistor", "ohm.md", "Resistance"),
        ("magnetron", "list.txt", ""),
    ],
)
def test_each_kind_is_found(question: str, source: str, heading: str, folder: Path) -> None:
    found = search(open_index([folder]), question, 1)[0]
    assert (found.source, found.heading) == (source, heading)


def test_remarks_reach_the_index_and_documents_are_read_once(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = open_index([folder], tmp_path / "cache")
    assert any("waves.html: 1 picture was not read" in remark for remark in first.remarks)
    monkeypatch.setattr(table, "import_module", lambda name: pytest.fail(f"{name} read a document again"))
    again = open_index([folder], tmp_path / "cache")
    assert (again.chunks, again.remarks) == (first.chunks, first.remarks)
    next((tmp_path / "cache").glob("document-*.html.json")).write_text("{}", encoding="utf-8")
    monkeypatch.undo()
    assert open_index([folder], tmp_path / "cache").chunks == first.chunks


def test_a_scan_among_the_notes_stops_the_run(folder: Path) -> None:
    make_scan(folder / "scan.pdf")
    with pytest.raises(DataError, match="scanner") as caught:
        open_index([folder])
    assert "scan.pdf" in str(caught.value.where)


def test_what_is_not_read_is_said(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from tutorsmith.pipeline.context import Context
    from tutorsmith.pipeline.settings import gather
    from tutorsmith.project import Stage

    (folder / "plan.doc").write_bytes(b"old")
    monkeypatch.setenv("TUTORSMITH_CACHE", str(folder.parent / "cache"))
    stage = Stage("s", train=(), eval=(), notes=(folder,), output=folder)
    context = Context(stage, gather(None, None), folder, "en", folder)
    with caplog.at_level("WARNING", logger="tutorsmith"):
        assert context.index is not None
    assert "plan.doc (save it as .docx)" in caplog.text
    assert "1 picture was not read" in caplog.text

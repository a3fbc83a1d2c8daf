"""The table of document readers: a suffix is one row and one file."""

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from tutorsmith.core.errors import DataError
from tutorsmith.data.documents.block import Document


class ReaderRow(NamedTuple):
    """reader: `module:function` below this package, loaded when first used; about: what is read of such a file."""

    reader: str
    about: str


_HTML = ReaderRow("html:read_html", "h1 to h6, paragraphs, lists, tables, MathML; no scripts, no navigation")
READERS: Mapping[str, ReaderRow] = {
    ".docx": ReaderRow("docx:read_docx", "styles and outline levels as headings, lists, tables, formulas, footnotes"),
    ".pptx": ReaderRow("pptx:read_pptx", "slide titles as headings, text, tables, formulas, speaker notes"),
    ".pdf": ReaderRow("pdf:read_pdf", "outline and font sizes as headings, paragraphs, ruled tables; page numbers"),
    ".html": _HTML,
    ".htm": _HTML,
}

OLD_FORMATS: Mapping[str, str] = {
    ".doc": "save it as .docx",
    ".ppt": "save it as .pptx",
    ".xls": "save it as .xlsx",
    ".odt": "save it as .docx",
    ".odp": "save it as .pptx",
    ".rtf": "save it as .docx",
}
"""Formats that are not read, with what to do about it."""


def read_document(path: Path) -> Document:
    """The blocks of a document, by its suffix.

    Raises: DataError for a suffix without a reader and for a file that is missing, damaged, password-protected, of
    another format than its suffix says, or without any text that can be read (a scan).
    """
    row = READERS.get(path.suffix.lower())
    if row is None:
        known = ", ".join(READERS)
        mend = OLD_FORMATS.get(path.suffix.lower(), f"save it as one of: {known}")
        raise DataError(f"no reader for files of the kind {path.suffix or '(none)'!r}", where=str(path), mend=mend)
    module, _, name = row.reader.partition(":")
    reader: Callable[[Path], Document] = getattr(import_module(f"{__package__}.{module}"), name)
    return reader(path)

"""What is proved of an Office file before a library opens it: it is one, it is not locked, it unpacks to a sane size.

Office Open XML files are zip archives. A password turns one into an OLE compound file (MS-OFFCRYPTO), which is also
what the formats before 2007 are.
"""

import zipfile
import zlib
from pathlib import Path

from tutorsmith.core.errors import DataError
from tutorsmith.data.lines import open_error

MAX_UNPACKED = 512 << 20
MAX_RATIO = 250
RATIO_FROM = 32 << 20
"""Text packs 5 to 20 times; a part of this size or more that packs better than MAX_RATIO was made to harm."""
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LOCKED = "EncryptedPackage".encode("utf-16-le")

DAMAGE: tuple[type[Exception], ...] = (
    zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError, TypeError, AttributeError, IndexError,
    NotImplementedError, RuntimeError, OSError, SyntaxError,
)  # fmt: skip
"""What the libraries raise on files that are not what they claim (XMLSyntaxError is a SyntaxError)."""


def damaged(path: Path, program: str, error: Exception) -> DataError:
    """The DataError for a file that its library could not open."""
    said = str(error).strip().splitlines()
    return DataError(
        f"the file is damaged ({said[0] if said else type(error).__name__})",
        where=str(path),
        mend=f"open it in {program} and save it again",
    )


def prove_office(path: Path, part: str, program: str) -> None:
    """`part` is what such a file must hold, for example `word/document.xml`.

    Raises: DataError for a file that is missing, locked with a password, of an old or another format, damaged, or that
    unpacks to more than MAX_UNPACKED bytes.
    """
    try:
        with path.open("rb") as handle:
            head = handle.read(8)
            if head == _OLE:
                raise _locked_or_old(path, _LOCKED in head + handle.read(1 << 22))
    except OSError as error:
        raise open_error(path, error) from error
    if not head:
        raise DataError("the file is empty", where=str(path), mend=f"save it again in {program}")
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except DAMAGE as error:
        raise damaged(path, program, error) from error
    _refuse_bomb(path, entries)
    if part not in {entry.filename for entry in entries}:
        raise DataError(
            f"this is no {program} file: it holds no {part}", where=str(path), mend="check what kind of file it is"
        )


def _locked_or_old(path: Path, locked: bool) -> DataError:
    if locked:
        return DataError(
            "the file is locked with a password", where=str(path), mend="open it and save it without the password"
        )
    return DataError(
        "this is a file of Office 97-2003", where=str(path), mend="save it in the present format (.docx, .xlsx, .pptx)"
    )


def _refuse_bomb(path: Path, entries: list[zipfile.ZipInfo]) -> None:
    total = sum(entry.file_size for entry in entries)
    worst = max((e.file_size / max(1, e.compress_size) for e in entries if e.file_size >= RATIO_FROM), default=0.0)
    if total > MAX_UNPACKED or worst > MAX_RATIO:
        raise DataError(
            f"it would unpack to {total >> 20} MiB; that is no document",
            where=str(path),
            mend="make a smaller file of the pages that you need",
        )

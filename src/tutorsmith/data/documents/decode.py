"""Bytes of a text file -> text, for files that come from spreadsheets and old editors as well as from new ones."""

import codecs
from pathlib import Path
from typing import NamedTuple

from tutorsmith.core.errors import DataError, UsageError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
COMMON_SHARE = 0.9
"""Share of the double bytes that lie in the everyday rows of GB 2312 in Chinese text. Western text in Latin-1, read as
GBK, gives characters of the rare rows instead."""


class Decoded(NamedTuple):
    """encoding: the name under which Python knows it; utf-8 covers a byte-order mark too."""

    text: str
    encoding: str


def read_bytes(path: Path) -> bytes:
    """Raises: DataError when the file cannot be opened or read."""
    from tutorsmith.data.lines import open_error

    try:
        return path.read_bytes()
    except OSError as error:
        raise open_error(path, error) from error


def decode(data: bytes, where: str, encoding: str | None = None) -> Decoded:
    """The text of these bytes: by the byte-order mark, else UTF-8, else UTF-16 without a mark, GB 18030 or
    Windows-1252 where the bytes fit only one of them.

    Raises: UsageError for an encoding that does not exist; DataError for bytes that do not fit it, or none.
    """
    if encoding is not None:
        return _in(data, where, encoding)
    for mark, name in _MARKS:
        if data.startswith(mark):
            return _in(data, where, name)
    if (wide := _wide(data)) is not None:
        return _in(data, where, wide)
    try:
        return Decoded(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError as error:
        bad = error
    if _is_chinese(data):
        return _in(data, where, "gb18030")
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        text = ""
    high = sum(byte >= 0x80 for byte in data)
    if text and high <= 0.2 * len(data):
        return Decoded(text, "cp1252")
    line = data[: bad.start].count(b"\n") + 1
    raise DataError(
        "neither UTF-8 nor another encoding that can be told for sure",
        where=f"{where}:{line}",
        mend="save the file as UTF-8, or name its encoding with --encoding",
    )


def _in(data: bytes, where: str, encoding: str) -> Decoded:
    try:
        codecs.lookup(encoding)
    except LookupError:
        raise UsageError(
            f"unknown encoding {encoding!r}", where="--encoding", mend="for example utf-8, gb18030, utf-16, cp1252"
        ) from None
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise DataError(
            f"not {encoding}: {error.reason}", where=f"{where}:{line}", mend="name the right one with --encoding"
        ) from None
    return Decoded(text.removeprefix("\ufeff"), "utf-8" if encoding == "utf-8-sig" else encoding)


def _wide(data: bytes) -> str | None:
    """UTF-16 without a byte-order mark: every other byte of ASCII text is zero then."""
    head = data[:2000]
    if len(head) < 4 or b"\x00" not in head:
        return None
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > 4 * even and odd > len(head) / 20:
        return "utf-16-le"
    if even > 4 * odd and even > len(head) / 20:
        return "utf-16-be"
    return None


def _is_chinese(data: bytes) -> bool:
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        return False
    doubles = [char.encode("gb18030") for char in text if ord(char) >= 0x80]
    common = sum(len(code) == 2 and 0xA1 <= code[0] <= 0xD7 and code[1] >= 0xA1 for code in doubles)
    return bool(doubles) and common >= COMMON_SHARE * len(doubles)

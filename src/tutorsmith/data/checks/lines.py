"""A file -> blocks of bytes, each of which should be one object: a line, or several when an object was broken up."""

import codecs
import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tutorsmith.data.checks.finding import Remark
from tutorsmith.data.lines import numbered_lines, open_error

MAX_BLOCK_LINES = 5000
_WIDE_BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)


class Block(NamedTuple):
    """line: number of its first line; spread: whether it goes over several lines."""

    line: int
    data: bytes
    spread: bool = False


def file_remarks(path: Path) -> list[tuple[str, Remark]]:
    """What can be said of the file from its first bytes: (kind, remark).

    Raises: DataError if it cannot be read.
    """
    try:
        with path.open("rb") as handle:
            head = handle.read(4096)
            while head and not head.strip():
                head = handle.read(1 << 20)
    except OSError as error:
        raise open_error(path, error) from error
    if not head.removeprefix(codecs.BOM_UTF8).strip():
        return [("empty-file", Remark("", "the file is empty", "write one JSON object on each line"))]
    if is_wide(head):
        return [("encoding", Remark("", "the file is UTF-16 or UTF-32, not UTF-8", "save the file as UTF-8"))]
    first = head.removeprefix(codecs.BOM_UTF8).lstrip().split(b"\n", 1)[0].strip()
    if first.startswith(b"[") and not first.endswith(b"]"):
        mend = "write one object on each line, without [ ] around them and commas between them"
        return [("json-array", Remark("", "the file is one JSON array, not JSONL", mend))]
    if head.startswith(codecs.BOM_UTF8):
        return [("bom", Remark("", "the file starts with a byte-order mark; it is ignored", "save it as plain UTF-8"))]
    return []


def is_wide(head: bytes) -> bool:
    """UTF-16 or UTF-32, with a mark or without: JSON holds no NUL bytes otherwise, and starts with ASCII."""
    return head.startswith(_WIDE_BOMS) or b"\x00" in head[:4]


class _Depth:
    """Bracket depth over several lines, strings left out."""

    def __init__(self) -> None:
        self.depth = 0
        self.in_string = False

    def feed(self, line: bytes) -> int:
        escaped = False
        for byte in line:
            if escaped:
                escaped = False
            elif self.in_string:
                if byte == 0x5C:
                    escaped = True
                elif byte == 0x22:
                    self.in_string = False
            elif byte == 0x22:
                self.in_string = True
            elif byte in b"{[":
                self.depth += 1
            elif byte in b"}]":
                self.depth -= 1
        return self.depth


def _is_record(line: bytes) -> bool:
    """Whether the line alone is a record: then an object left open before it was cut off, not spread."""
    if not line.startswith(b"{"):
        return False
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and ("messages" in value or "id" in value)


def blocks(path: Path) -> Iterator[Block]:
    """Yield the blocks of a file that are not blank.

    A line that opens an object and does not close it starts a block of several lines, which ends where the brackets
    are closed. When that never happens, or a whole record comes before it does, the lines are given one by one.
    Raises: DataError if the file cannot be read.
    """
    held: list[tuple[int, bytes]] = []
    depth = _Depth()
    for number, line in numbered_lines(path):
        if held:
            if _is_record(line) or len(held) >= MAX_BLOCK_LINES:
                yield from _given_up(held)
                held = []
            else:
                held.append((number, line))
                if depth.feed(line) <= 0 and not depth.in_string:
                    yield Block(held[0][0], b"\n".join(part for _, part in held), spread=True)
                    held = []
                continue
        start = line.strip()
        if not start:
            continue
        if start[:1] in (b"{", b"[") and start.rstrip(b",")[-1:] not in (b"}", b"]"):
            depth = _Depth()
            if depth.feed(start) > 0 or depth.in_string:
                held = [(number, line)]
                continue
        yield Block(number, line)
    yield from _given_up(held)


def _given_up(held: list[tuple[int, bytes]]) -> Iterator[Block]:
    """Only the line that was left open is at fault; lines after it speak for themselves."""
    for number, line in held:
        if line.strip():
            yield Block(number, line)

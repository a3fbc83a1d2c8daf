"""What is read of a document: blocks in reading order, whatever program wrote it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

BlockKind = Literal["heading", "paragraph", "list", "table", "code", "formula"]


@dataclass(frozen=True, slots=True)
class Block:
    """One block. `text` is Markdown: `$...$` for formulas, pipes for tables, without the `#` of headings.

    level: 1 to 6 of a heading, else 0; place: where it stands, `page=3` or `slide=4`, empty where there are no pages;
    rows: the cells of a table.
    """

    kind: BlockKind
    text: str
    level: int = 0
    place: str = ""
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """All blocks of a file; `remarks` say what it holds that could not be read, so that nothing is lost silently."""

    blocks: tuple[Block, ...]
    remarks: tuple[str, ...] = ()


def table_block(rows: Sequence[Sequence[str]], place: str = "") -> Block | None:
    """A table as a block, rows without text left out; None for one that holds no text at all."""
    kept = tuple(tuple(cell.strip() for cell in row) for row in rows if any(cell.strip() for cell in row))
    if not kept:
        return None
    width = max(map(len, kept))
    lines = [_pipes([*row, *[""] * (width - len(row))]) for row in kept]
    lines.insert(1, "|" + " --- |" * width)
    return Block("table", "\n".join(lines), place=place, rows=kept)


def _pipes(row: Sequence[str]) -> str:
    return "| " + " | ".join(" ".join(cell.split()).replace("|", "\\|") for cell in row) + " |"


def counted(number: int, one: str, many: str) -> str:
    """`1 picture was`, `3 pictures were`."""
    return f"{number} {one if number == 1 else many}"

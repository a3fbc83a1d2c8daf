"""Training rows in files that are mapped into memory: a row is read when a step asks for it, however many there are.

tokens.bin   (n,) int32, little-endian: the ids of all rows, one after the other
learned.bin  (n,) a byte a token: 1 where it is learned
rows.json    of each row its sample's id, its length, how many tokens are learned and whether an end of turn is
"""

from abc import ABC, abstractmethod
from array import array
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import overload

import numpy as np

from tutorsmith.core.artifacts import read_json, write_json
from tutorsmith.models.render import Rendered

TOKENS, LEARNED, ROWS = "tokens.bin", "learned.bin", "rows.json"


def write_rows(rows: Iterable[Rendered], ends: frozenset[int], folder: Path) -> None:
    """Write rows as they come; only a few numbers of each are held. ends: the ids that end a turn.

    Raises: OSError.
    """
    names: list[str] = []
    lengths, learned, closed = array("q"), array("q"), array("b")
    with (folder / TOKENS).open("wb") as tokens, (folder / LEARNED).open("wb") as mask:
        for row in rows:
            tokens.write(np.asarray(row.ids, "<i4").tobytes())
            mask.write(bytes(row.mask))
            names.append(row.id)
            lengths.append(len(row.ids))
            learned.append(row.trained)
            closed.append(any(m and t in ends for t, m in zip(row.ids, row.mask, strict=True)))
    facts = {"samples": names, "lengths": list(lengths), "learned": list(learned), "closed": list(closed)}
    write_json(folder / ROWS, facts)


class LazyRows(Sequence[Rendered], ABC):
    """Rows that are read when they are asked for."""

    @abstractmethod
    def row(self, place: int) -> Rendered:
        """The row at a place from 0 on."""

    @overload
    def __getitem__(self, place: int) -> Rendered: ...
    @overload
    def __getitem__(self, place: slice) -> "Chosen": ...
    def __getitem__(self, place: int | slice) -> "Rendered | Chosen":
        chosen = range(len(self))[place]
        return self.row(chosen) if isinstance(chosen, int) else Chosen(self, chosen)


class TokenRows(LazyRows):
    """The rows that `write_rows` put into a folder, in their order.

    names: (rows,) the sample of each; lengths, learned: (rows,) its tokens and those to learn; closed: (rows,) whether
    it learns an end of turn. The files may be removed while they are mapped.
    """

    def __init__(self, folder: Path) -> None:
        facts = read_json(folder / ROWS)
        self.folder = folder
        self.names: list[str] = facts["samples"]
        self.lengths = np.array(facts["lengths"], np.int64)
        self.learned = np.array(facts["learned"], np.int64)
        self.closed = np.array(facts["closed"], bool)
        self._bounds = [0, *np.cumsum(self.lengths).tolist()]
        self._tokens = _mapped(folder / TOKENS, "<i4")
        self._mask = _mapped(folder / LEARNED, "?")

    def __len__(self) -> int:
        return len(self.names)

    def row(self, place: int) -> Rendered:
        part = slice(self._bounds[place], self._bounds[place + 1])
        return Rendered(self.names[place], tuple(self._tokens[part].tolist()), tuple(self._mask[part].tolist()))


class Chosen(LazyRows):
    """Some rows of others, by their places."""

    def __init__(self, rows: Sequence[Rendered], places: Sequence[int]) -> None:
        self.rows, self.places = rows, places

    def __len__(self) -> int:
        return len(self.places)

    def row(self, place: int) -> Rendered:
        return self.rows[self.places[place]]


def _mapped(file: Path, kind: str) -> "np.ndarray[tuple[int], np.dtype[np.generic]]":
    """An empty file cannot be mapped."""
    return np.memmap(file, kind, "r") if file.stat().st_size else np.empty(0, kind)

"""Key -> the number that came first with it, for millions of keys in little memory.

Open addressing with linear probing over two arrays (Knuth, "The Art of Computer Programming", vol. 3, section 6.4), a
whole batch of keys at a time. A slot costs 12 bytes and at most 7 of 10 are taken, so a key costs 17 to 34 bytes; a
dict of the same would take over 100.
"""

from typing import Any

_FULL = 0.7
_SMALLEST = 1 << 12


class Firsts:
    """Keys are uint64 and not 0; numbers are below 2^32."""

    def __init__(self) -> None:
        import numpy as np

        self._keys = np.zeros(_SMALLEST, np.uint64)
        self._values = np.zeros(_SMALLEST, np.uint32)
        self._count = 0

    def set_default(self, keys: Any, values: Any) -> Any:
        """As `dict.setdefault` for each pair in order: the number that the key has, which is its own when it is new."""
        import numpy as np

        distinct, first, back = np.unique(keys, return_index=True, return_inverse=True)
        self._make_room(len(distinct))
        return self._place(distinct, values[first])[back]

    def _make_room(self, more: int) -> None:
        import numpy as np

        size = len(self._keys)
        while (self._count + more) > _FULL * size:
            size *= 2
        if size == len(self._keys):
            return
        taken = self._keys != 0
        keys, values = self._keys[taken], self._values[taken]
        self._keys, self._values = np.zeros(size, np.uint64), np.zeros(size, np.uint32)
        self._count = 0
        self._place(keys, values)

    def _place(self, keys: Any, values: Any) -> Any:
        """Keys must differ from each other."""
        import numpy as np

        mask = len(self._keys) - 1
        slots = ((keys * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(20)).astype(np.int64) & mask
        out = np.empty(len(keys), np.uint32)
        open_ = np.arange(len(keys))
        while len(open_):
            at = slots[open_]
            free = self._keys[at] == 0
            # Of several new keys for one free slot the last written stays; the others find it taken and go on.
            self._keys[at[free]] = keys[open_[free]]
            mine = self._keys[at] == keys[open_]
            new = free & mine
            self._values[at[new]] = values[open_[new]]
            self._count += int(new.sum())
            done = open_[mine]
            out[done] = self._values[slots[done]]
            open_ = open_[~mine]
            slots[open_] = (slots[open_] + 1) & mask
        return out

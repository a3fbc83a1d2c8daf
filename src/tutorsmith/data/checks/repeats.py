"""Records of one file compared with each other, at a cost that grows linearly with their number.

Only their prints are kept (`sketch`), about 0.6 kB a record whatever its length.
"""

from collections.abc import Iterator
from typing import Any

from tutorsmith.data.checks.finding import Remark
from tutorsmith.data.checks.firsts import Firsts
from tutorsmith.data.checks.sketch import BANDS, Prints, similarity

NEAR = 0.75
Told = tuple[int, str, Remark]


class _Columns:
    """Arrays that grow by appending batches."""

    def __init__(self) -> None:
        self.size = 0
        self._held: dict[str, Any] = {}

    def append(self, **parts: Any) -> None:
        import numpy as np

        more = len(next(iter(parts.values())))
        for name, part in parts.items():
            held = self._held.get(name)
            if held is None or len(held) < self.size + more:
                grown = np.empty((max(1024, (self.size + more) * 5 // 4), *part.shape[1:]), part.dtype)
                if held is not None:
                    grown[: self.size] = held[: self.size]
                held = self._held[name] = grown
            held[self.size : self.size + more] = part
        self.size += more

    def __getitem__(self, name: str) -> Any:
        return self._held[name]


class Repeats:
    """The comparison of one file: feed the prints in order, get (line, kind, remark) back."""

    def __init__(self) -> None:
        self._ids, self._prompts, self._buckets = Firsts(), Firsts(), Firsts()
        self._columns = _Columns()
        self._names = bytearray()

    def feed(self, new: Prints) -> Iterator[Told]:
        """Ids that stand twice, exact duplicates, two answers to one prompt, near duplicates."""
        import numpy as np

        base, size = self._columns.size, len(new.line)
        names = [name.encode("utf-8", "surrogatepass") for name in new.id]
        ends = len(self._names) + np.cumsum([len(name) for name in names], dtype=np.int64)
        self._names += b"".join(names)
        self._columns.append(
            line=new.line, end=ends, answer=new.answer, numbers=new.numbers, refusal=new.refusal, sketch=new.sketch
        )
        places = np.arange(base, base + size, dtype=np.uint32)
        yield from self._doubled_ids(new, places)
        known = new.prompt != 0
        first = places.copy()
        first[known] = self._prompts.set_default(new.prompt[known], places[known])
        for row in np.nonzero(first != places)[0]:
            yield self._same_prompt(base + int(row), int(first[row]))
        yield from self._near(new, places, known & (first == places) & new.sketched)

    def _doubled_ids(self, new: Prints, places: Any) -> Iterator[Told]:
        import numpy as np

        named = new.id_key != 0
        first = places.copy()
        first[named] = self._ids.set_default(new.id_key[named], places[named])
        for row in np.nonzero(first != places)[0]:
            told = f"the id {new.id[row]!r} stands already on line {self._line(int(first[row]))}"
            yield int(new.line[row]), "duplicate-id", Remark("id", told, "give each record an id of its own")

    def _line(self, place: int) -> int:
        return int(self._columns["line"][place])

    def _where(self, place: int) -> str:
        end = self._columns["end"]
        name = bytes(self._names[int(end[place - 1]) if place else 0 : int(end[place])])
        return f"line {self._line(place)} (id {name.decode('utf-8', 'surrogatepass')!r})"

    def _same_prompt(self, place: int, old: int) -> Told:
        answer, refusal = self._columns["answer"], self._columns["refusal"]
        if answer[place] == answer[old] and refusal[place] == refusal[old]:
            told = f"the same record stands on {self._where(old)}"
            return self._line(place), "duplicate", Remark("messages", told, "remove one of the two")
        told = f"the same prompt has another answer on {self._where(old)}"
        return self._line(place), "contradictory-answers", Remark("messages", told, "keep the right answer only")

    def _near(self, new: Prints, places: Any, wanted: Any) -> Iterator[Told]:
        """One record stands for each bucket, so that a file of a single pattern stays linear."""
        import numpy as np

        asking = places[wanted]
        first = self._buckets.set_default(new.bands[wanted].ravel(), np.repeat(asking, BANDS)).reshape(-1, BANDS)
        for row in np.nonzero((first != asking[:, None]).any(axis=1))[0]:
            place = int(asking[row])
            for old in sorted(set(first[row].tolist()) - {place}):
                if self._alike(place, old):
                    told = f"nearly the same record stands on {self._where(old)}"
                    mend = "remove one, or make them differ in substance"
                    yield self._line(place), "near-duplicate", Remark("messages", told, mend)
                    break

    def _alike(self, place: int, old: int) -> bool:
        # Exercises with other numbers, and near-miss pairs of answer and refusal, are meant to be alike.
        for name in ("numbers", "refusal"):
            if self._columns[name][place] != self._columns[name][old]:
                return False
        return similarity(self._columns["sketch"][place], self._columns["sketch"][old]) >= NEAR

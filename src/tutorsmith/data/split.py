"""One file -> a part to learn from and a part to be asked, or k folds: seeded, stratified, groups kept together.

First it is settled how many records of each stratum each part should have, then group after group goes where most of
it is still wanted; large groups and rare strata choose first (iterative stratification: Sechidis, Tsoumakas & Vlahavas,
"On the stratification of multi-label data", 2011).
"""

import math
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tutorsmith.core.errors import DataError, UsageError
from tutorsmith.data.checks.leakage import build_leakage
from tutorsmith.data.checks.record import Record
from tutorsmith.data.groups import groups_of
from tutorsmith.data.lines import json_records
from tutorsmith.data.read import write_jsonl
from tutorsmith.data.shape import identity_problems
from tutorsmith.data.strata import Stratum, shown, strata

TRAIN, EVAL = "train", "eval"
ROUNDS = 5
"""So often parts are made anew when questions on both sides turn out to be alike."""


@dataclass(frozen=True)
class Split:
    """parts: name -> positions in the file; strata: of each record; groups: as `groups_of`; alike: questions of the
    eval part that the check of leakage still finds in the train part (0 for folds, where each is both)."""

    records: tuple[dict[str, Any], ...]
    parts: dict[str, list[int]]
    strata: list[Stratum]
    groups: list[list[int]]
    alike: int

    def counts(self) -> dict[str, dict[str, int]]:
        """Stratum -> part -> number of records."""
        out: dict[str, dict[str, int]] = {}
        for stratum in sorted(set(self.strata)):
            inside = {k for k, own in enumerate(self.strata) if own == stratum}
            out[shown(stratum)] = {name: len(inside & set(part)) for name, part in self.parts.items()}
        return out


def read_records(path: Path) -> list[dict[str, Any]]:
    """The objects of a file, each with an id of its own.

    Raises: DataError for a file that cannot be read or a record without an id, or with one that stands there already.
    """
    out: list[dict[str, Any]] = []
    lines: dict[str, int] = {}
    for line, raw in json_records(path):
        for problem in identity_problems(raw):
            raise DataError(f"{problem.field}: {problem.message}", where=f"{path}:{line}", mend=problem.mend)
        first = lines.setdefault(raw["id"], line)
        if first != line:
            raise DataError(
                f"id: the id {raw['id']!r} stands already on line {first}",
                where=f"{path}:{line}",
                mend="give each record an id of its own",
            )
        out.append(raw)
    return out


def split_file(path: Path, by: Sequence[str], *, share: float, folds: int, seed: int) -> Split:
    """folds 0: `train` and `eval` with `share` of the records; else `fold-1` to `fold-k`, each record in one of them.

    Raises: DataError for a file that cannot be read or has too few groups; UsageError for a field, share or number of
    folds that does not fit.
    """
    if not 0 < share < 1:
        raise UsageError(f"the share is {share}", where="--eval-share", mend="give one between 0 and 1, such as 0.2")
    if folds == 1 or folds < 0:
        raise UsageError(f"{folds} folds", where="--folds", mend="give 2 or more")
    records = read_records(path)
    kinds = strata(records, by)
    shares = {f"fold-{k + 1}": 1 / folds for k in range(folds)} if folds else {TRAIN: 1 - share, EVAL: share}
    links: list[tuple[int, int]] = []
    for _ in range(ROUNDS):
        groups = groups_of(records, links)
        parts = _parts(path, groups, kinds, shares, seed)
        # What is alike depends a little on what it is compared with: seen among the eval part alone, more may be.
        found = [] if folds else _alike(records, parts)
        if not found:
            break
        links += found
    return Split(tuple(records), parts, kinds, groups, len({held for _, held in found}))


def _parts(
    path: Path, groups: Sequence[Sequence[int]], kinds: Sequence[Stratum], shares: Mapping[str, float], seed: int
) -> dict[str, list[int]]:
    parts = assign(groups, kinds, shares, seed)
    empty = [name for name, part in parts.items() if not part]
    if empty:
        raise DataError(
            f"nothing is left for {', '.join(empty)}: {len(kinds)} records in {len(groups)} groups of alike ones, the"
            f" largest of {max(map(len, groups))}",
            where=str(path),
            mend="add records that differ, make fewer parts, or change the share",
        )
    return parts


def quotas(
    sizes: Mapping[Stratum, int], shares: Mapping[str, float], rng: random.Random
) -> dict[str, Counter[Stratum]]:
    """How many records of each stratum each part should have: whole numbers, a stratum's next to its exact share, a
    part's sum next to its share of all (largest remainders; the seed decides between equal ones)."""
    out = {
        name: Counter({kind: _whole(share * size) for kind, size in sizes.items()}) for name, share in shares.items()
    }
    total = sum(sizes.values())
    room = {name: share * total - out[name].total() for name, share in shares.items()}
    least = min(shares, key=lambda name: shares[name])
    order = sorted(sizes)
    rng.shuffle(order)
    order.sort(key=lambda kind: out[least][kind] - round(shares[least] * sizes[kind], 9))
    names = list(shares)
    for kind in order:
        rng.shuffle(names)
        # The smallest part chooses first, while it has room, among the strata of which its share lacks most.
        names.sort(key=lambda name: (room[name] < 0.5, round(shares[name], 9), -round(room[name], 9)))
        for name in names[: sizes[kind] - sum(part[kind] for part in out.values())]:
            out[name][kind] += 1
            room[name] -= 1
    return out


def _whole(value: float) -> int:
    return math.floor(round(value, 9))


def assign(
    groups: Sequence[Sequence[int]], kinds: Sequence[Stratum], shares: Mapping[str, float], seed: int
) -> dict[str, list[int]]:
    """Positions of each part, in the order of the file. A group goes where most of it is still wanted."""
    rng = random.Random(seed)
    sizes = Counter(kinds)
    wanted = quotas(sizes, shares, rng)
    order = [list(group) for group in groups]
    rng.shuffle(order)
    order.sort(key=lambda group: (-len(group), min(sizes[kinds[k]] for k in group)))
    parts: dict[str, list[int]] = {name: [] for name in shares}
    for group in order:
        holds = Counter(kinds[k] for k in group)

        def need(name: str, holds: Counter[Stratum] = holds) -> tuple[int, int]:
            left = wanted[name]
            return sum(min(count, max(0, left[kind])) for kind, count in holds.items()), left.total()

        chosen = max(shares, key=need)
        parts[chosen] += group
        wanted[chosen].subtract(holds)
    return {name: sorted(part) for name, part in parts.items()}


def _alike(records: Sequence[dict[str, Any]], parts: dict[str, list[int]]) -> list[tuple[int, int]]:
    """(position in train, position in eval) of those that the check of leakage calls alike."""
    leakage = build_leakage([Record("", k, records[k], False) for k in parts[EVAL]])
    return [
        (k, leakage.items[number].line)
        for k in parts[TRAIN]
        for number in sorted(leakage.alike(Record("", k, records[k], False)))
    ]


def write_parts(split: Split, train: Path, held: Path) -> None:
    """Write `train` and `eval`. Raises: ResourceError."""
    for name, path in ((TRAIN, train), (EVAL, held)):
        write_jsonl(path, [split.records[k] for k in split.parts[name]])


def write_folds(split: Split, folder: Path) -> list[Path]:
    """Write `fold-K/train.jsonl` and `fold-K/eval.jsonl` for each fold. Raises: ResourceError."""
    out = []
    for name, part in split.parts.items():
        inside = set(part)
        for file, chosen in ((TRAIN, False), (EVAL, True)):
            rows = [record for k, record in enumerate(split.records) if (k in inside) is chosen]
            out.append(write_jsonl(folder / name / f"{file}.jsonl", rows))
    return out

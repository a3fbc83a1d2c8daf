"""One file -> a part to learn from and a part to be asked, or k folds: seeded, stratified, groups kept together.

The assignment is iterative stratification (Sechidis, Tsoumakas & Vlahavas, "On the stratification of multi-label data",
2011): group after group goes to the part that lacks most of what it holds; large groups and rare strata choose first.
"""

import random
from collections import Counter
from collections.abc import Sequence
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
    groups = groups_of(records)
    shares = {f"fold-{k + 1}": 1 / folds for k in range(folds)} if folds else {TRAIN: 1 - share, EVAL: share}
    if len(groups) < len(shares):
        raise DataError(
            f"{len(records)} records in {len(groups)} groups of alike ones cannot make {len(shares)} parts",
            where=str(path),
            mend="add records that differ, or make fewer parts",
        )
    parts = assign(groups, kinds, shares, seed)
    empty = [name for name, part in parts.items() if not part]
    if empty:
        raise DataError(
            f"nothing is left for {', '.join(empty)}: {len(groups)} groups of alike records, the largest of"
            f" {max(map(len, groups))}",
            where=str(path),
            mend="add records that differ, or change the share",
        )
    return Split(tuple(records), parts, kinds, groups, 0 if folds else _alike(records, parts))


def assign(
    groups: Sequence[Sequence[int]], kinds: Sequence[Stratum], shares: dict[str, float], seed: int
) -> dict[str, list[int]]:
    """Positions of each part, in the order of the file."""
    sizes = Counter(kinds)
    lacking = {name: {kind: share * size for kind, size in sizes.items()} for name, share in shares.items()}
    room = {name: share * len(kinds) for name, share in shares.items()}
    order = [list(group) for group in groups]
    random.Random(seed).shuffle(order)
    order.sort(key=lambda group: (-len(group), min(sizes[kinds[k]] for k in group)))
    parts: dict[str, list[int]] = {name: [] for name in shares}
    for group in order:
        holds = Counter(kinds[k] for k in group)

        def need(name: str, holds: Counter[Stratum] = holds) -> tuple[float, float]:
            return sum(count * lacking[name][kind] for kind, count in holds.items()), room[name]

        # Rounded: the seed decides between parts that lack equally much, not the last bit of a sum.
        chosen = max(shares, key=lambda name: tuple(round(value, 9) for value in need(name)))
        parts[chosen] += group
        room[chosen] -= len(group)
        for kind, count in holds.items():
            lacking[chosen][kind] -= count
    return {name: sorted(part) for name, part in parts.items()}


def _alike(records: Sequence[dict[str, Any]], parts: dict[str, list[int]]) -> int:
    leakage = build_leakage([Record("", k, records[k], False) for k in parts[EVAL]])
    found = {number for k in parts[TRAIN] for number in leakage.alike(Record("", k, records[k], False))}
    return len(found)


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

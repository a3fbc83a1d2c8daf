"""Files put together in given proportions, and the subset of a file that stands for it.

A weight is a share of what is learned: of A=2 and B=1 two thirds come from A. Nothing is left out by default: the mix
is the smallest one in which each sample is there once, and of a file that must weigh more than it holds, samples are
learned several times an epoch. They are written once, with the number in `meta.repeats`: so they stay one sample where
samples are held out, and duplicates are no defect of the file.
"""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tutorsmith.core.errors import DataError, UsageError
from tutorsmith.data.schema import Sample
from tutorsmith.data.split import read_records
from tutorsmith.data.strata import strata

MAX_REPEATS = 100


@dataclass(frozen=True)
class Part:
    """What one file gives: samples it holds, rows an epoch learns from it, and the least and most repeats of one."""

    file: str
    weight: float
    samples: int
    rows: int
    least: int
    most: int


@dataclass(frozen=True)
class Mix:
    """records: of all files, in their order; those that an epoch does not learn are not among them."""

    records: tuple[dict[str, Any], ...]
    parts: tuple[Part, ...]


def parse_weights(places: Sequence[str]) -> list[tuple[Path, float]]:
    """`FILE=WEIGHT` or `FILE` (weight 1).

    Raises: UsageError for a weight that is no positive number.
    """
    out = []
    for place in places:
        name, mark, weight = place.rpartition("=")
        if not mark or Path(place).is_file():
            out.append((Path(place), 1.0))
            continue
        try:
            value = float(weight)
        except ValueError:
            value = math.nan
        if not (math.isfinite(value) and value > 0):
            raise UsageError(f"the weight of {name} is {weight!r}", where=place, mend="write FILE=2, a positive number")
        out.append((Path(name), value))
    return out


def mix(files: Sequence[tuple[Path, float]], *, seed: int, size: int | None = None) -> Mix:
    """The records of all files with `meta.repeats` set where one is learned more than once.

    size: rows that an epoch learns in all (None: as few as leave no sample out).
    Raises: DataError for a file that cannot be read, an id that two records have, or repeats beyond MAX_REPEATS.
    """
    held = [(path, weight, read_records(path)) for path, weight in files]
    _refuse_doubled(held)
    total = sum(weight for _, weight, _ in held)
    # Weights of 0.1 + 0.2 must not ask for one row more than 0.3 does.
    whole = max(math.ceil(round(len(rows) * total / weight, 6)) for _, weight, rows in held)
    counts = shares([weight for _, weight, _ in held], whole if size is None else size)
    records: list[dict[str, Any]] = []
    parts = []
    for number, ((path, weight, rows), count) in enumerate(zip(held, counts, strict=True)):
        times = _times(len(rows), count, random.Random(f"{seed}/{number}"))
        if max(times) > MAX_REPEATS:
            raise DataError(
                f"its weight would repeat each sample {max(times)} times an epoch",
                where=str(path),
                mend=f"give it a smaller weight; {MAX_REPEATS} repeats are the most",
            )
        records += [_repeated(row, n) for row, n in zip(rows, times, strict=True) if n]
        parts.append(Part(str(path), weight, len(rows), count, min(times), max(times)))
    return Mix(tuple(records), tuple(parts))


def _refuse_doubled(held: Sequence[tuple[Path, float, list[dict[str, Any]]]]) -> None:
    first: dict[str, Path] = {}
    for path, _, rows in held:
        for row in rows:
            other = first.setdefault(row["id"], path)
            if other is not path:
                raise DataError(
                    f"id: {row['id']!r} stands in {other} too",
                    where=str(path),
                    mend="give each record an id of its own; a file is named once",
                )


def shares(weights: Sequence[float], size: int) -> list[int]:
    """Whole numbers in the proportion of the weights that sum up to `size` (largest remainders)."""
    total = sum(weights)
    exact = [round(size * weight / total, 9) for weight in weights]
    out = [math.floor(value) for value in exact]
    order = sorted(range(len(exact)), key=lambda k: (out[k] - exact[k], k))
    for k in order[: size - sum(out)]:
        out[k] += 1
    return out


def _times(samples: int, rows: int, rng: random.Random) -> list[int]:
    """How often each sample is learned: all equally often, and the rest once more, chosen by the seed."""
    base, rest = divmod(rows, samples)
    more = set(rng.sample(range(samples), rest))
    return [base + (k in more) for k in range(samples)]


def _repeated(row: dict[str, Any], times: int) -> dict[str, Any]:
    """The row with its number of repeats; one that it had counts no more."""
    meta = {key: value for key, value in (row.get("meta") or {}).items() if key != "repeats"}
    if times > 1:
        meta["repeats"] = times
    return {**row, "meta": meta} if "meta" in row or times > 1 else row


def repeats_of(sample: Sample) -> int:
    """How often an epoch learns the sample: `meta.repeats`, 1 where nothing is said.

    Raises: DataError for repeats that are no whole number from 1 to MAX_REPEATS.
    """
    times = sample.meta.get("repeats", 1)
    if isinstance(times, bool) or not isinstance(times, int) or not 1 <= times <= MAX_REPEATS:
        raise DataError(
            f"meta.repeats is {times!r}",
            where=f"{sample.file}:{sample.line}",
            mend=f"write a whole number from 1 to {MAX_REPEATS}, or leave it out",
        )
    return times


def pick(path: Path, count: int, by: Sequence[str], seed: int) -> list[dict[str, Any]]:
    """`count` records in the order of the file, each stratum in proportion to its size.

    Raises: DataError for a file that cannot be read; UsageError for a field it lacks or a count beyond its records.
    """
    records = read_records(path)
    if not 1 <= count <= len(records):
        raise UsageError(
            f"{count} of {len(records)} records", where="-n", mend=f"give a number from 1 to {len(records)}"
        )
    kinds = strata(records, by)
    order = sorted(set(kinds))
    rng = random.Random(seed)
    chosen: list[int] = []
    for kind, number in zip(order, shares([kinds.count(kind) for kind in order], count), strict=True):
        chosen += rng.sample([k for k, own in enumerate(kinds) if own == kind], number)
    return [records[k] for k in sorted(chosen)]

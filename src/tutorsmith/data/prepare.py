"""Files of samples put together and taken apart, with what stands in a line kept as it is."""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from tutorsmith.core.errors import DataError, suggest
from tutorsmith.data.lines import json_records
from tutorsmith.data.read import write_jsonl
from tutorsmith.data.shape import identity_problems


def join(files: Sequence[Path | str], out: Path | str) -> int:
    """Write the records of all files, in their order, to one file. Returns their number.

    Raises: DataError for a file that cannot be read, a record without an id, or an id that two records have.
    """
    first: dict[str, str] = {}
    rows: list[dict[str, Any]] = []
    for file in map(Path, files):
        for line, raw in json_records(file):
            here = f"{file}:{line}"
            identity = _identity(raw, here)
            if identity in first:
                told = f"id: the id {identity!r} stands already at {first[identity]}"
                raise DataError(told, where=here, mend="give each record an id of its own")
            first[identity] = here
            rows.append(raw)
    write_jsonl(out, rows)
    return len(rows)


def subset(file: Path | str, ids: Collection[str], out: Path | str) -> int:
    """Write the records with these ids, in the order of the file. Returns their number.

    Raises: DataError for a file that cannot be read or an id that it does not hold.
    """
    rows: list[dict[str, Any]] = []
    known: list[str] = []
    wanted = set(ids)
    for line, raw in json_records(Path(file)):
        identity = _identity(raw, f"{file}:{line}")
        known.append(identity)
        if identity in wanted:
            rows.append(raw)
    missing = sorted(wanted - set(known))
    if missing:
        hint = suggest(missing[0], known) if len(known) <= 40 else f"the file holds {len(known)} other ids"
        raise DataError(f"there is no record with the id {missing[0]!r}", where=str(file), mend=hint)
    write_jsonl(out, rows)
    return len(rows)


def _identity(raw: dict[str, Any], where: str) -> str:
    for problem in identity_problems(raw):
        raise DataError(f"{problem.field}: {problem.message}", where=where, mend=problem.mend)
    return str(raw["id"])

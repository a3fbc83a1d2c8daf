"""Our own JSONL, samples and benchmark items, as docs/data-format.md has it; kept as it is."""

from collections.abc import Mapping
from typing import Any

from tutorsmith.data.convert.objects import read_objects
from tutorsmith.data.convert.rows import Raw, Reading, RowError, Source


def read(source: Source) -> Reading:
    return read_objects(source, from_row)


def from_row(row: Mapping[str, Any]) -> Raw:
    """Raises: RowError for an object without messages."""
    if not isinstance(row.get("messages"), list):
        raise RowError("'messages' is missing", "see docs/data-format.md for the form of a sample")
    return dict(row)


def write(record: Raw) -> Raw:
    return record

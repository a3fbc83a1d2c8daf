"""The reviewed list of pairs that may stand in training and benchmark alike, with the reason for each."""

from pathlib import Path

from tutorsmith.core.errors import DataError
from tutorsmith.data.lines import json_records

_KEYS = ("train", "benchmark", "reason")


def read_allowed(path: Path | str) -> set[tuple[str, str]]:
    """Pairs (training id, benchmark id) of a JSONL file of `{"train": ..., "benchmark": ..., "reason": ...}`.

    Raises: DataError for a file that cannot be read or a line without one of the three texts.
    """
    out: set[tuple[str, str]] = set()
    for line, raw in json_records(Path(path)):
        for key in _KEYS:
            if not isinstance(raw.get(key), str) or not raw[key].strip():
                raise DataError(f"{key}: a text is needed", where=f"{path}:{line}", mend="give " + ", ".join(_KEYS))
        out.add((raw["train"], raw["benchmark"]))
    return out

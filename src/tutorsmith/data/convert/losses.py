"""What a format cannot hold, found out by reading each written row back; and the file beside it that keeps this.

A row that was written is read again by the reader of its format. Where the record that comes back differs, the format
has lost something. The differences go, as a patch, to `FILE.kept`, and are put back when the file is converted again.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tutorsmith.core import artifacts
from tutorsmith.core.errors import DataError
from tutorsmith.data.convert.rows import Raw
from tutorsmith.data.lines import json_records

KEPT_SUFFIX = ".kept"
Step = str | int
Change = tuple[list[Step], Any]
"""Path and the value that stands there; the path alone, as a list of one, where nothing does."""
_GONE = "\x00gone"


def changes(before: Any, after: Any, path: Sequence[Step] = ()) -> Iterator[Change]:
    """What to do to `after` to have `before` again: (path, value), or (path, _GONE) for what is too much."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in before:
            if key in after:
                yield from changes(before[key], after[key], [*path, key])
            else:
                yield [*path, key], before[key]
        for key in after.keys() - before.keys():
            yield [*path, key], _GONE
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, pair in enumerate(zip(before, after, strict=True)):
            yield from changes(*pair, [*path, index])
    elif before != after or type(before) is not type(after):
        yield list(path), before


def patched(record: Any, patch: Sequence[Change]) -> Any:
    """`record` with the changes made.

    Raises: KeyError, IndexError, TypeError where a path leads nowhere.
    """
    out = json.loads(json.dumps(record))
    for path, value in patch:
        if not path:
            return value
        place = out
        for step in path[:-1]:
            place = place[step]
        if value == _GONE:
            del place[path[-1]]
        else:
            place[path[-1]] = value
    return out


def lost_fields(patch: Sequence[Change]) -> set[str]:
    """The names of the fields that were lost, list indices left out. Another spelling of the same arguments is no loss,
    and neither is a field that only the reading back has made, or an empty one beside the messages."""
    out: set[str] = set()
    for path, value in patch:
        name = ".".join(step for step in path if isinstance(step, str))
        says_nothing = len(path) == 1 and value in (None, [], {})
        if value == _GONE or says_nothing or name.endswith("arguments") or (name, value) == _DEFAULT:
            continue
        if name == "meta" and isinstance(value, dict):
            out |= {f"meta.{key}" for key in value}
        else:
            out.add(name)
    return out


_DEFAULT = ("mode", "tutor")


def prompt_hash(record: Raw) -> str:
    """Of all that comes before the last answer: what a colleague who corrects answers does not touch."""
    messages = record["messages"]
    end = max((k for k, m in enumerate(messages) if m.get("role") == "assistant"), default=len(messages))
    return artifacts.hash_value([[m.get("role"), m.get("content")] for m in messages[:end]])


def kept_path(path: Path) -> Path:
    return path.with_name(path.name + KEPT_SUFFIX)


def kept_row(row: Raw, back: Raw, patch: Sequence[Change]) -> Raw:
    """One line of the file of what was lost. row: as written; back: as it is read again."""
    return {"row": artifacts.hash_value(row), "prompt": prompt_hash(back), "patch": [list(c) for c in patch]}


class Kept:
    """What a file lost when it was written, to be put back."""

    def __init__(self, path: Path) -> None:
        """Raises: DataError for a file that is no file of losses."""
        self.by_prompt: dict[str, list[Raw]] = {}
        self.restored = self.partly = 0
        for line, raw in json_records(path):
            if not {"row", "prompt", "patch"} <= raw.keys() or not isinstance(raw["patch"], list):
                raise DataError("no row of kept fields", where=f"{path}:{line}", mend=f"remove {path.name}")
            self.by_prompt.setdefault(raw["prompt"], []).append(raw)

    def restore(self, back: Raw, rewritten: Raw) -> Raw:
        """The record with what was lost. Where the row was changed since, only what stands beside the messages is put
        back: the change wins."""
        waiting = self.by_prompt.get(prompt_hash(back))
        if not waiting:
            return back
        same = artifacts.hash_value(rewritten)
        chosen = next((kept for kept in waiting if kept["row"] == same), waiting[0])
        waiting.remove(chosen)
        patch = [(list(path), value) for path, value in chosen["patch"]]
        if chosen["row"] != same:
            patch = [(path, value) for path, value in patch if path and path[0] != "messages"]
            self.partly += 1
        try:
            restored: Raw = patched(back, patch)
        except (KeyError, IndexError, TypeError):
            return back
        self.restored += 1
        return restored

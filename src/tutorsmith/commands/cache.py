"""`tutorsmith cache list`, `size`, `clear` and `verify`."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from tutorsmith.core.artifacts import cache_folder
from tutorsmith.core.cache import ROOMS, Entry, chosen_rooms, clear, entries, limit_bytes, trim, verify
from tutorsmith.core.errors import UsageError


def list_command(rooms: Sequence[str], as_json: bool) -> None:
    """Raises: UsageError for a part that is none."""
    found = entries(chosen_rooms(rooms))
    if as_json:
        _print_json({"entries": [_as_dict(entry) for entry in found]})
        return
    for entry in found:
        print(f"{_shown(entry.size):>10}  {_as_dict(entry)['used']}  {_name(entry)}")
    print(f"{_shown(_sum(found)):>10}  in {_many(found)}")


def size_command(as_json: bool) -> None:
    """Raises: UsageError for a bad bound in the environment."""
    found = {room: entries([room]) for room in ROOMS}
    total, limit = sum(map(_sum, found.values())), limit_bytes()
    if as_json:
        parts = {room: {"bytes": _sum(part), "entries": len(part)} for room, part in found.items()}
        _print_json({"rooms": parts, "bytes": total, "limit_bytes": limit})
        return
    for room, part in found.items():
        print(f"{_shown(_sum(part)):>10}  {room} ({_many(part)})")
    print(f"{_shown(total):>10}  in all, of {_shown(limit)} (TUTORSMITH_CACHE_GIB); {cache_folder()}")


def clear_command(rooms: Sequence[str], to_gib: float | None) -> None:
    """Raises: UsageError for a part that is none, or for a part and a size together."""
    if to_gib is not None and rooms:
        raise UsageError("--to-gib is the size of the whole cache", mend="give parts or --to-gib, not both")
    gone = clear(chosen_rooms(rooms)) if to_gib is None else trim(int(to_gib * 2**30), spare_seconds=0)
    print(f"removed {_many(gone)}, {_shown(_sum(gone))}")


def verify_command(as_json: bool) -> int:
    """The exit code: 0 none damaged, 1 some were (and are removed)."""
    known = entries()
    damaged = verify()
    if as_json:
        rows = [{**_as_dict(entry), "damage": damage} for entry, damage in damaged]
        _print_json({"verified": len(known), "damaged": rows})
    else:
        for entry, damage in damaged:
            print(f"removed {_name(entry)}: {damage}")
        print(f"{_many(known)} verified, {len(damaged)} damaged")
    return 1 if damaged else 0


def _as_dict(entry: Entry) -> dict[str, Any]:
    used = datetime.fromtimestamp(entry.used, UTC).isoformat(timespec="seconds")
    return {"room": entry.room, "name": _name(entry), "bytes": entry.size, "used": used}


def _name(entry: Entry) -> str:
    return str(entry.path.relative_to(cache_folder()))


def _sum(found: Sequence[Entry]) -> int:
    return sum(entry.size for entry in found)


def _many(found: Sequence[Entry]) -> str:
    return f"{len(found)} {'entry' if len(found) == 1 else 'entries'}"


def _shown(size: int) -> str:
    """Bytes in the largest unit that leaves a number of 1 or more."""
    for unit, factor in (("GiB", 2**30), ("MiB", 2**20), ("KiB", 2**10)):
        if size >= factor:
            return f"{size / factor:.1f} {unit}"
    return f"{size} B"


def _print_json(value: dict[str, Any]) -> None:
    print(json.dumps({"schema_version": 1, "folder": str(cache_folder()), **value}, ensure_ascii=False, indent=2))

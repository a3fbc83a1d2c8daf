"""What passes between the readers and writers of formats: records in our own form, each with the place it came from."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

Raw = dict[str, Any]
REFUSALS_ZH = {
    "资料不足": "insufficient_context",
    "信息不足": "insufficient_context",
    "缺少参数": "missing_parameters",
    "参数不足": "missing_parameters",
    "超出范围": "out_of_scope",
}


class Good(NamedTuple):
    """A record that was read: an object of our form (it may still lack an id), and where it stands."""

    where: str
    record: Raw


class Bad(NamedTuple):
    """A row that cannot be one, with the reason and what to do about it."""

    where: str
    why: str
    mend: str


class Remark(NamedTuple):
    """Something the user should know of a whole file: what was chosen, guessed or left out."""

    where: str
    what: str


Read = Good | Bad | Remark
Reading = Iterator[Read]


class RowError(ValueError):
    """Raised inside a reader or writer for one row; becomes a `Bad`."""

    def __init__(self, why: str, mend: str) -> None:
        super().__init__(why)
        self.why = why
        self.mend = mend


@dataclass(frozen=True)
class Source:
    """One file to be read, and how.

    columns: our field -> the header that holds it; sheet: of a workbook; encoding: of a text file (None: found out);
    datasets: names in a dataset_info.json (none: all); system: a system prompt for records without one; benchmark:
    whether the records are questions to be asked, whose answers become references.
    """

    path: Path
    columns: Mapping[str, str] = field(default_factory=dict)
    sheet: str | None = None
    encoding: str | None = None
    datasets: tuple[str, ...] = ()
    system: str | None = None
    benchmark: bool = False


def text_of(value: Any, name: str) -> str:
    """The text of a field; null and absent are empty.

    Raises: RowError for anything else than text.
    """
    if value is None:
        return ""
    if not isinstance(value, str):
        raise RowError(f"'{name}' must be text, this is {_kind(value)}", f"write '{name}' as a string")
    return value


def _kind(value: Any) -> str:
    from tutorsmith.data.lines import json_type

    return json_type(value)


def user(content: str) -> Raw:
    return {"role": "user", "content": content}


def assistant(content: str) -> Raw:
    return {"role": "assistant", "content": content}


def dialogue(system: str, turns: list[Raw]) -> list[Raw]:
    """Messages with the system prompt first, where there is one."""
    return [{"role": "system", "content": system}, *turns] if system.strip() else turns


def with_extras(record: Raw, row: Mapping[str, Any], taken: frozenset[str]) -> Raw:
    """The record with what else the row says: our own fields under their names, all others in `meta`.

    Raises: RowError for data that no training sample can hold (pictures, preferences).
    """
    meta: Raw = {}
    for key, value in row.items():
        if key in taken or value is None or value == "" or value == []:
            continue
        if key in _REFUSED:
            raise RowError(f"it has '{key}': {_REFUSED[key]}", "convert a file of plain questions and answers")
        if key == "meta" and isinstance(value, dict):
            meta.update(value)
        elif key == "refusal_type" and isinstance(value, str):
            record[key] = REFUSALS_ZH.get(value.strip(), value.strip())
        elif key == "id" and isinstance(value, int) and not isinstance(value, bool):
            record[key] = str(value)
        elif key in _OURS:
            record[key] = value
        else:
            meta[key] = value
    if meta:
        record["meta"] = meta
    return record


_OURS = frozenset({"id", "mode", "refusal_type", "tools", "reference", "key_points", "citations", "tool_calls"})
_PREFERENCE = "preference data have no one answer to learn"
_MEDIA = "samples are text only"
_REFUSED = {
    "chosen": _PREFERENCE,
    "rejected": _PREFERENCE,
    "rejected_response": _PREFERENCE,
    "rejected_messages": _PREFERENCE,
    "kto_tag": _PREFERENCE,
    "images": _MEDIA,
    "image": _MEDIA,
    "videos": _MEDIA,
    "video": _MEDIA,
    "audios": _MEDIA,
    "audio": _MEDIA,
}

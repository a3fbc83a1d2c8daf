"""LLaMA-Factory's `dataset_info.json`: which files, in which form, with which names of columns and roles.

Only files on this machine are read. Where a description asks for a hub, a script or a cloud, the reading stops and says
so: nothing is fetched silently. See LLaMA-Factory, data/README.md.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from tutorsmith.core.artifacts import read_json
from tutorsmith.core.errors import DataError, UsageError, suggest
from tutorsmith.data.convert import alpaca, csv_file, openai_chat, sharegpt
from tutorsmith.data.convert.objects import read_objects
from tutorsmith.data.convert.rows import Raw, Reading, Remark, RowError, Source
from tutorsmith.data.convert.turns import tools_of

REMOTE = ("hf_hub_url", "ms_hub_url", "om_hub_url", "script_url", "cloud_file_name")
_FORMS = ("alpaca", "sharegpt", "openai")
_ALPACA = {"prompt": "instruction", "query": "input", "response": "output"}
"""Columns that are read without being named; `system`, `tools` and `history` only where `columns` names them."""
_NAMED_ONLY = ("system", "tools", "history")
_MEDIA = ("images", "videos", "audios")
_PREFERENCE = ("chosen", "rejected", "kto_tag")
_TAGS = {
    "role_tag": "from",
    "content_tag": "value",
    "user_tag": "human",
    "assistant_tag": "gpt",
    "observation_tag": "observation",
    "function_tag": "function_call",
    "system_tag": "system",
}
_KINDS = {
    "user_tag": "human",
    "assistant_tag": "gpt",
    "observation_tag": "observation",
    "function_tag": "function_call",
    "system_tag": "system",
}
_KNOWN = frozenset(
    {"file_name", "formatting", "columns", "tags", "ranking", "subset", "split", "folder", "num_samples"}
)


def read(source: Source) -> Reading:
    """The samples of the named data sets, or of all.

    Raises: DataError for a description that is broken or names what is not on this machine; UsageError for a data set
    that it does not describe.
    """
    where = str(source.path)
    described = read_json(source.path)
    if not isinstance(described, dict) or not described:
        raise DataError("no data set is described here", where=where, mend='write {"name": {"file_name": ...}}')
    for name in source.datasets:
        if name not in described:
            raise UsageError(f"no data set {name!r} in {where}", where="--dataset", mend=suggest(name, described))
    for name in source.datasets or tuple(described):
        yield from _dataset(name, described[name], source)


def _dataset(name: str, entry: Any, source: Source) -> Reading:
    where = f"{source.path}: {name}"
    if not isinstance(entry, dict):
        raise DataError("the description is no object", where=where, mend='write {"file_name": ...}')
    columns, tags = _texts(entry, "columns", where), _texts(entry, "tags", where)
    if entry.get("ranking") or any(name in columns for name in _PREFERENCE):
        raise DataError(
            "preference data have no one answer to learn", where=where, mend="choose others with --dataset NAME"
        )
    form = entry.get("formatting", "alpaca")
    if form not in _FORMS:
        raise DataError(f"unknown formatting {form!r}", where=where, mend=f"known: {', '.join(_FORMS)}")
    for key in entry.keys() - _KNOWN - set(REMOTE):
        yield Remark(where, f"'{key}' is not known and was not used")
    if entry.get("num_samples"):
        yield Remark(where, f"num_samples={entry['num_samples']} is not used: all samples were read")
    files = _local_files(entry, source.path.parent, where)
    for key in REMOTE:
        if entry.get(key):
            yield Remark(where, f"{key} was not used: the file on this machine was read")
    unnamed: set[str] = set()
    for file in files:
        inner = replace(source, path=file, datasets=())
        if file.suffix.lower() == ".csv":
            mapped = {"question": "prompt", "input": "query", "answer": "response", "system": "system"}
            wanted = {ours: columns[theirs] for ours, theirs in mapped.items() if theirs in columns}
            yield from csv_file.read(replace(inner, columns={**wanted, **source.columns}))
        else:
            yield from read_objects(inner, lambda row: _row(row, form, columns, tags, unnamed))
    for name in sorted(unnamed):
        yield Remark(where, f"'{name}' is not among the columns, so LLaMA-Factory does not use it; it is kept in meta")


def _row(row: Raw, form: str, columns: Mapping[str, str], tags: Mapping[str, str], unnamed: set[str]) -> Raw:
    """One row. `unnamed` gathers columns that would be a system prompt, tools or a history if they were named."""
    aside = {name: row[name] for name in _NAMED_ONLY if row.get(name) and name not in columns.values()}
    unnamed.update(aside)
    inside = {key: value for key, value in row.items() if key not in aside}
    inside |= {name: inside.pop(columns[name]) for name in _MEDIA if columns.get(name) in inside}
    record = _alpaca(inside, columns) if form == "alpaca" else _dialogue(inside, form, columns, tags)
    return {**record, "meta": {**record.get("meta", {}), **aside}} if aside else record


def _texts(entry: Mapping[str, Any], key: str, where: str) -> dict[str, str]:
    value = entry.get(key) or {}
    if not isinstance(value, dict) or not all(isinstance(name, str) or name is None for name in value.values()):
        raise DataError(f"'{key}' is no object of names", where=where, mend=f'write "{key}": {{"prompt": "..."}}')
    return {ours: theirs for ours, theirs in value.items() if theirs}


def _local_files(entry: Mapping[str, Any], folder: Path, where: str) -> list[Path]:
    remote = next((key for key in REMOTE if entry.get(key)), None)
    name = entry.get("file_name")
    if remote and not (name and (folder / str(name)).exists()):
        raise DataError(
            f"it is not on this machine ({remote}: {entry[remote]})",
            where=where,
            mend="download it, and write its file_name here; or choose others with --dataset NAME",
        )
    if not isinstance(name, str) or not name:
        raise DataError("there is no file_name", where=where, mend="write the file's path, relative to this file")
    path = folder / name
    files = sorted(p for p in path.iterdir() if p.is_file()) if path.is_dir() else [path]
    if not files or not path.exists():
        raise DataError(f"there is no file {name!r}", where=where, mend=f"put it into {folder}, or correct file_name")
    for file in files:
        if file.suffix.lower() not in (".json", ".jsonl", ".csv"):
            raise DataError(
                f"{file.name}: only .json, .jsonl and .csv are read", where=where, mend="export it as JSON Lines"
            )
    return files


def _alpaca(row: Raw, columns: Mapping[str, str]) -> Raw:
    """The row under Alpaca's own names."""
    ours = {**_ALPACA, "system": "system", "history": "history"}
    names = {columns.get(theirs, ours[theirs] if theirs in _ALPACA else ""): ours[theirs] for theirs in ours}
    named = {new: row[old] for old, new in names.items() if old in row}
    rest = {key: value for key, value in row.items() if key not in names and key != columns.get("tools")}
    clash = rest.keys() & named.keys()
    record = alpaca.from_row({**{key: value for key, value in rest.items() if key not in clash}, **named})
    if clash:
        record["meta"] = {**record.get("meta", {}), **{key: rest[key] for key in sorted(clash)}}
    if tools := tools_of(row.get(columns.get("tools", ""))):
        record["tools"] = tools
    return record


def _dialogue(row: Raw, form: str, columns: Mapping[str, str], tags: Mapping[str, str]) -> Raw:
    turns = row.get(columns.get("messages", "messages" if form == "openai" else "conversations"))
    others = {value for key, value in columns.items() if key in ("messages", "system", "tools")}
    rest = {key: value for key, value in row.items() if key not in others}
    tools, system = row.get(columns.get("tools", "")), row.get(columns.get("system", ""))
    if form == "openai" and not tags:
        return openai_chat.from_row({**rest, "messages": turns, "tools": tools})
    tag = {**_TAGS, **({"role_tag": "role", "content_tag": "content"} if form == "openai" else {}), **tags}
    if form == "openai" and not set(tags) & set(_KINDS):
        kinds = {"user": "human", "assistant": "gpt", "tool": "observation", "function": "function_call"}
    else:
        kinds = {tag[key]: ours for key, ours in _KINDS.items()}
    if not isinstance(turns, list) or not turns:
        raise RowError("the column of messages is no list of turns", "correct 'columns' in dataset_info.json")
    made = []
    for index, turn in enumerate(turns):
        name = turn.get(tag["role_tag"]) if isinstance(turn, dict) else None
        if not isinstance(name, str) or not isinstance(turn.get(tag["content_tag"]), str):
            told = f"turn {index + 1} lacks '{tag['role_tag']}' or '{tag['content_tag']}' as text"
            raise RowError(told, "correct 'tags' in dataset_info.json")
        made.append({"from": kinds.get(name, name), "value": turn[tag["content_tag"]]})
    return sharegpt.from_row({**rest, "conversations": made, "system": system, "tools": tools})

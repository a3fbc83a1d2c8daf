"""Files of any known format -> one file of another: read, prove, write, say what does not fit.

input files ──► reader ──► finish (ids, system prompt, benchmark form) ──► prove ──► writer ──► read back ──► losses
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tutorsmith.core import artifacts
from tutorsmith.core.errors import UsageError
from tutorsmith.data.checks.record import Record
from tutorsmith.data.checks.structure import turn_order
from tutorsmith.data.convert.detect import detect
from tutorsmith.data.convert.losses import Kept, changes, kept_path, kept_row, lost_fields
from tutorsmith.data.convert.rows import Bad, Good, Raw, Remark, RowError, Source, assistant
from tutorsmith.data.convert.table import FORMATS, WRITABLE, reader_of, row_reader_of, writer_of
from tutorsmith.data.shape import Problem, item_problems, sample_problems

OWN = "tutorsmith"
_ITEM_KEYS = ("reference", "key_points", "citations", "tool_calls")
_ORDER = ("id", "mode", "messages", "tools", *_ITEM_KEYS, "refusal_type", "meta")


@dataclass(frozen=True)
class ConvertOptions:
    """source: how each file is read (its path is set for each); form: of all inputs (None: found out);
    skip_bad: write the good rows although there are bad ones; keep: write what does not fit beside the file."""

    to: str
    out: Path
    form: str | None = None
    source: Source = field(default_factory=lambda: Source(Path()))
    skip_bad: bool = False
    keep: bool = True


@dataclass(frozen=True)
class Converted:
    """What a conversion came to.

    formats: file -> format; written: records in the output; made_ids: records that had no id; lost: field -> records in
    which the target format cannot hold it; kept: the file that holds what was lost; restored: records to which such a
    file gave back what had been lost, `restored_in_part` those of them whose row was changed since.
    """

    formats: Mapping[str, str]
    written: int
    bad: tuple[Bad, ...]
    remarks: tuple[Remark, ...]
    made_ids: int
    lost: Mapping[str, int]
    out: Path | None
    kept: Path | None
    restored: int
    restored_in_part: int

    def as_dict(self) -> dict[str, Any]:
        """The JSON form of the `convert` command."""
        return {
            "files": dict(self.formats),
            "written": self.written,
            "out": None if self.out is None else str(self.out),
            "bad": [row._asdict() for row in self.bad],
            "remarks": [remark._asdict() for remark in self.remarks],
            "made_ids": self.made_ids,
            "lost": dict(self.lost),
            "kept": None if self.kept is None else str(self.kept),
            "restored": self.restored,
            "restored_in_part": self.restored_in_part,
        }


@dataclass
class _Conversion:
    """The state of one conversion."""

    options: ConvertOptions
    records: list[Good] = field(default_factory=list)
    bad: list[Bad] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    formats: dict[str, str] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    made_ids: int = 0
    restored: int = 0
    partly: int = 0

    def read(self, path: Path) -> None:
        """Read one file; bad rows are put aside."""
        source = replace(self.options.source, path=path)
        form = self.options.form or detect(path, source.encoding)
        self.formats[str(path)] = form
        kept = kept_path(path)
        beside = Kept(kept) if form in WRITABLE and form != OWN and kept.is_file() else None
        for read in reader_of(form)(source):
            if isinstance(read, Good):
                self._good(read, form, beside)
            elif isinstance(read, Bad):
                self.bad.append(read)
            else:
                self.remarks.append(read)
        if beside is not None:
            self.restored += beside.restored
            self.partly += beside.partly

    def _good(self, read: Good, form: str, beside: Kept | None) -> None:
        record = read.record
        try:
            if form != OWN:
                record = completed(record)
                if beside is not None:
                    record = beside.restore(record, _written(record, form))
            if self.options.source.benchmark:
                # What is no record at all cannot be made an item.
                _refuse(item_problems({"id": "?", **record}))
            record = finished(record, self.options.source)
            prove(record, self.options.source.benchmark)
        except RowError as error:
            self.bad.append(Bad(read.where, error.why, error.mend))
            return
        self._identify(record, read.where)

    def _identify(self, record: Raw, where: str) -> None:
        """Ids are unique in the output; a record without one gets one that its content decides."""
        if not str(record.get("id") or "").strip():
            name = made_id(record)
            number = 1
            while name in self.places:
                number += 1
                name = f"{made_id(record)}-{number}"
            record = {"id": name, **{key: value for key, value in record.items() if key != "id"}}
            self.made_ids += 1
        first = self.places.setdefault(record["id"], where)
        if first != where:
            told = f"the id {record['id']!r} stands already at {first}"
            self.bad.append(Bad(where, told, "give each record an id of its own, or convert the files one by one"))
        else:
            self.records.append(Good(where, record))


def convert_files(inputs: Sequence[Path], options: ConvertOptions) -> Converted:
    """Convert all files into one. Nothing is written when a row is bad, unless `skip_bad` says so.

    Raises: DataError for a file that cannot be read at all; UsageError for a format or name that does not fit;
    ResourceError when the output cannot be written.
    """
    _prove_target(inputs, options)
    conversion = _Conversion(options)
    for path in inputs:
        conversion.read(path)
    rows: list[Raw] = []
    kept: list[Raw] = []
    lost: Counter[str] = Counter()
    for where, record in conversion.records:
        try:
            row, patch_row, fields = _with_losses(record, options.to)
        except RowError as error:
            conversion.bad.append(Bad(where, error.why, error.mend))
            continue
        rows.append(row)
        kept += patch_row
        lost.update(fields)
    writes = bool(rows) and (options.skip_bad or not conversion.bad)
    beside = kept_path(options.out)
    if writes:
        _write(options, rows, kept if lost and options.keep else [])
    return Converted(
        formats=conversion.formats,
        written=len(rows) if writes else 0,
        bad=tuple(conversion.bad),
        remarks=tuple(conversion.remarks),
        made_ids=conversion.made_ids,
        lost=dict(sorted(lost.items())),
        out=options.out if writes else None,
        kept=beside if writes and lost and options.keep else None,
        restored=conversion.restored,
        restored_in_part=conversion.partly,
    )


def _prove_target(inputs: Sequence[Path], options: ConvertOptions) -> None:
    writer_of(options.to)
    if options.form is not None:
        reader_of(options.form)
    if options.out.resolve() in {path.resolve() for path in inputs}:
        raise UsageError("the output is one of the inputs", where="--out", mend="write to another file")
    suffix = options.out.suffix.lower()
    if FORMATS[options.to].lines and suffix == ".json":
        raise UsageError(f"{options.to} is written one object a line", where="--out", mend="name it .jsonl")


def _write(options: ConvertOptions, rows: list[Raw], kept: list[Raw]) -> None:
    beside = kept_path(options.out)
    if options.out.suffix.lower() == ".json":
        artifacts.write_text(options.out, json.dumps(rows, ensure_ascii=False, indent=2) + "\n")
    else:
        artifacts.write_jsonl(options.out, rows)
    if kept:
        artifacts.write_jsonl(beside, kept)
    else:
        # What an earlier conversion kept does not belong to this file.
        with artifacts.writing_to(beside):
            beside.unlink(missing_ok=True)


def _written(record: Raw, form: str) -> Raw:
    """The row of a record. A benchmark item is written as a dialogue that ends with its reference."""
    record = {"id": "", **record}
    messages = record["messages"]
    if form != OWN and messages[-1]["role"] == "user" and isinstance(record.get("reference"), str):
        record["messages"] = [*messages, assistant(record["reference"])]
    return writer_of(form)(record)


def _with_losses(record: Raw, form: str) -> tuple[Raw, list[Raw], set[str]]:
    """(row, what to keep of it, names of the fields that are lost)."""
    row = _written(record, form)
    if form == OWN:
        return row, [], set()
    back = completed(row_reader_of(form)(row))
    patch = list(changes(record, back))
    lost = lost_fields(patch)
    if record["messages"][-1]["role"] == "user":
        lost.discard("messages")
    return row, [kept_row(row, back, patch)] if patch else [], lost


def completed(record: Raw) -> Raw:
    """A record of another format with the fields that ours always have, in our order."""
    record = {"mode": "tutor", "refusal_type": None, "meta": {}, **record}
    known = {key: record[key] for key in _ORDER if key in record}
    return {**known, **{key: value for key, value in record.items() if key not in known}}


def finished(record: Raw, source: Source) -> Raw:
    """With the system prompt that was given for records without one, and in benchmark form where that was asked for.

    Raises: RowError for two references that differ.
    """
    messages = record["messages"]
    if source.system and messages and isinstance(messages[0], dict) and messages[0].get("role") != "system":
        record = {**record, "messages": [{"role": "system", "content": source.system}, *messages]}
    last = record["messages"][-1] if record["messages"] else None
    if not source.benchmark or not isinstance(last, dict) or last.get("role") != "assistant":
        return record
    if record.get("reference") not in (None, "", last.get("content")):
        raise RowError("it has a reference and ends with another answer", "keep one of the two")
    item = {**record, "messages": record["messages"][:-1]}
    if isinstance(last.get("content"), str):
        item["reference"] = last["content"]
    if last.get("tool_calls"):
        item.setdefault("tool_calls", [_bare_call(call) for call in last["tool_calls"]])
    return {key: item[key] for key in (*_ORDER, *item) if key in item}


def _bare_call(call: Mapping[str, Any]) -> Raw:
    inner = call.get("function", call)
    arguments = inner.get("arguments", {})
    try:
        value = json.loads(arguments) if isinstance(arguments, str) else arguments
    except (json.JSONDecodeError, RecursionError):
        raise RowError(f"the arguments of {inner.get('name')!r} are no JSON", "correct the call") from None
    return {"name": inner.get("name"), "arguments": value}


def prove(record: Raw, benchmark: bool) -> None:
    """Raises: RowError for a record that the readers of samples or benchmarks would not take, or whose turns are out of
    order."""
    item = benchmark or any(record.get(key) is not None for key in _ITEM_KEYS)
    named = record if record.get("id") is not None else {**record, "id": "?"}
    _refuse((item_problems if item else sample_problems)(named))
    for remark in _turns(named, item):
        raise RowError(f"{remark.field}: {remark.message}", remark.mend)


def _refuse(problems: Iterable[Problem]) -> None:
    for problem in problems:
        raise RowError(f"{problem.field}: {problem.message}", problem.mend)


def _turns(record: Raw, item: bool) -> Iterator[Any]:
    return turn_order(Record("", 0, record, item))


def made_id(record: Raw) -> str:
    """An id that the content decides: the same question and answer get it again in another file or order."""
    return "q-" + artifacts.hash_value([record["messages"], record.get("reference")]).removeprefix("sha256:")[:12]

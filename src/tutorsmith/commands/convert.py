"""`tutorsmith convert`, `split`, `merge` and `sample`: files of samples in, out, apart and together."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.cells import cell_len

from tutorsmith.core.errors import DataError, UsageError
from tutorsmith.data.convert import Converted, ConvertOptions, Source, convert_files
from tutorsmith.data.documents.decode import decode, read_bytes
from tutorsmith.data.mix import mix, parse_weights, pick
from tutorsmith.data.read import write_jsonl
from tutorsmith.data.split import EVAL, TRAIN, Split, split_file, write_folds, write_parts

SHOWN = 20
"""So many bad rows are listed as text; the JSON form has all."""


@dataclass(frozen=True)
class ConvertFlags:
    """The flags of `convert` as they were given."""

    inputs: Sequence[Path]
    to: str
    out: Path
    form: str | None
    datasets: Sequence[str]
    sheet: str | None
    columns: Sequence[str]
    encoding: str | None
    system: Path | None
    benchmark: bool
    skip_bad: bool
    keep: bool
    as_json: bool


def convert_command(flags: ConvertFlags) -> int:
    """Convert and say what came of it; returns the exit code: 0, or 3 where bad rows kept it from being written."""
    source = Source(
        Path(),
        columns=_columns(flags.columns),
        sheet=flags.sheet,
        encoding=flags.encoding,
        datasets=tuple(flags.datasets),
        system=None if flags.system is None else decode(read_bytes(flags.system), str(flags.system)).text.strip(),
        benchmark=flags.benchmark,
    )
    options = ConvertOptions(flags.to, flags.out, flags.form, source, flags.skip_bad, flags.keep)
    result = convert_files(flags.inputs, options)
    if flags.as_json:
        print(json.dumps(result.as_dict(), ensure_ascii=False, indent=2))
    else:
        print("\n".join(_told(result, options)))
    return DataError.exit_code if result.out is None else 0


def _columns(pairs: Sequence[str]) -> dict[str, str]:
    out = {}
    for pair in pairs:
        field, mark, name = pair.partition("=")
        if not mark or not field.strip() or not name.strip():
            raise UsageError(f"'{pair}' is no FIELD=HEADER", where="--column", mend="for example --column question=F")
        out[field.strip()] = name.strip()
    return out


def _told(result: Converted, options: ConvertOptions) -> list[str]:
    lines = [f"{path}: read as {form}" for path, form in result.formats.items()]
    lines += [f"{remark.where}: {remark.what}" for remark in result.remarks]
    for row in result.bad[:SHOWN]:
        lines.append(f"{row.where}: {row.why}\n  mend: {row.mend}")
    if len(result.bad) > SHOWN:
        lines.append(f"... and {len(result.bad) - SHOWN} more; --format json lists all")
    if result.restored:
        told = f"{_many(result.restored, 'record')} got back what their format cannot hold"
        part = f" ({result.restored_in_part} of them were changed since: beside the messages only)"
        lines.append(told + (part if result.restored_in_part else ""))
    if result.out is None:
        mend = "; correct them, or write the others with --skip-bad" if result.bad else ""
        lines.append(f"nothing written: {_many(len(result.bad), 'row')} cannot be converted{mend}")
        return lines
    lost = ", ".join(f"{name} ({count})" for name, count in result.lost.items())
    if lost:
        where = f"kept in {result.kept}" if result.kept else "lost"
        lines.append(f"{options.to} cannot hold, in so many records: {lost}; {where}")
    skipped = f", {_many(len(result.bad), 'row')} left out" if result.bad else ""
    made = f", {_many(result.made_ids, 'id')} made" if result.made_ids else ""
    lines.append(f"{_many(result.written, 'record')} -> {result.out}{made}{skipped}")
    return lines


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


@dataclass(frozen=True)
class SplitFlags:
    """The flags of `split` as they were given."""

    file: Path
    out_dir: Path | None
    train: Path | None
    held: Path | None
    share: float
    folds: int
    seed: int
    by: str
    as_json: bool


def split_command(flags: SplitFlags) -> None:
    """Split a file and print the counts of each stratum."""
    train, held = _targets(flags)
    by = _names(flags.by)
    split = split_file(flags.file, by, share=flags.share, folds=flags.folds, seed=flags.seed)
    if flags.folds:
        files = write_folds(split, flags.out_dir or Path())
    else:
        write_parts(split, train, held)
        files = [train, held]
    if flags.as_json:
        print(json.dumps(_split_dict(split, by, files, flags.seed), ensure_ascii=False, indent=2))
    else:
        _print_split(split, by, files)


def _targets(flags: SplitFlags) -> tuple[Path, Path]:
    if flags.folds and (flags.out_dir is None or flags.train or flags.held):
        raise UsageError("folds go to a folder", where="--folds", mend="give --out-dir, and neither --train nor --eval")
    if flags.out_dir is None and not (flags.train and flags.held):
        raise UsageError("where to?", where="--out-dir", mend="give --out-dir DIR, or --train FILE and --eval FILE")
    folder = flags.out_dir or Path()
    train, held = flags.train or folder / f"{TRAIN}.jsonl", flags.held or folder / f"{EVAL}.jsonl"
    if len({train.resolve(), held.resolve(), flags.file.resolve()}) < 3:
        raise UsageError("the parts and the file must be three files", where="--train", mend="choose other names")
    return train, held


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _split_dict(split: Split, by: Sequence[str], files: Sequence[Path], seed: int) -> dict[str, object]:
    together = [len(group) for group in split.groups if len(group) > 1]
    return {
        "files": [str(file) for file in files],
        "records": len(split.records),
        "parts": {name: len(part) for name, part in split.parts.items()},
        "seed": seed,
        "by": list(by),
        "strata": split.counts(),
        "groups": {"of_several": len(together), "records": sum(together), "largest": max(together, default=1)},
        "eval_questions_found_in_train": split.alike,
    }


def _print_split(split: Split, by: Sequence[str], files: Sequence[Path]) -> None:
    rows = [[" / ".join(by) or "stratum", *split.parts]]
    rows += [[name, *(str(counts[part]) for part in split.parts)] for name, counts in split.counts().items()]
    if by:
        rows.append(["all", *(str(len(part)) for part in split.parts.values())])
    print(_table(rows))
    together = [len(group) for group in split.groups if len(group) > 1]
    if together:
        print(f"kept together: {sum(together)} alike records in {len(together)} groups, the largest of {max(together)}")
    if split.alike:
        print(f"warning: {EVAL} still has {split.alike} alike to one of {TRAIN}; see `tutorsmith check --against`")
    print("-> " + ", ".join(map(str, files)))


def _table(rows: Sequence[Sequence[str]]) -> str:
    """Columns side by side; Chinese characters are two wide."""
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(cell + " " * (w - cell_len(cell)) for cell, w in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)


def merge_command(places: Sequence[str], out: Path, seed: int, size: int | None, as_json: bool) -> None:
    """Merge files by their weights and print what each gives."""
    files = parse_weights(places)
    if out.resolve() in {path.resolve() for path, _ in files}:
        raise UsageError("the output is one of the inputs", where="--out", mend="write to another file")
    mixed = mix(files, seed=seed, size=size)
    write_jsonl(out, mixed.records)
    rows = sum(part.rows for part in mixed.parts)
    if as_json:
        told = [
            {"file": p.file, "weight": p.weight, "samples": p.samples, "rows": p.rows, "repeats": [p.least, p.most]}
            for p in mixed.parts
        ]
        print(json.dumps({"out": str(out), "records": len(mixed.records), "rows": rows, "files": told}, indent=2))
        return
    table = [["file", "weight", "samples", "rows an epoch", "share", "repeats"]]
    for part in mixed.parts:
        times = str(part.least) if part.least == part.most else f"{part.least} to {part.most}"
        counts = f"{part.weight:g}", str(part.samples), str(part.rows), f"{part.rows / rows:.1%}", times
        table.append([part.file, *counts])
    print(_table(table))
    print(f"{_many(len(mixed.records), 'record')}, {rows} rows an epoch -> {out}")


def sample_command(file: Path, count: int, seed: int, by: str, out: Path | None) -> None:
    """Write (or print) a subset of a file."""
    rows = pick(file, count, _names(by), seed)
    if out is None:
        for row in rows:
            print(json.dumps(row, ensure_ascii=False))
        return
    if out.resolve() == file.resolve():
        raise UsageError("the output is the input", where="--out", mend="write to another file")
    write_jsonl(out, rows)
    print(f"{_many(len(rows), 'record')} -> {out}")

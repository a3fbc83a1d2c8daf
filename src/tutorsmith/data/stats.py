"""What a file of samples or items holds: how many, how long, and how evenly spread over chapters, kinds and modes."""

from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from tutorsmith.data.checks.lines import blocks, file_remarks
from tutorsmith.data.checks.record import Record
from tutorsmith.data.checks.run import looks_like_benchmark
from tutorsmith.data.checks.syntax import parse
from tutorsmith.data.checks.table import CHECKS
from tutorsmith.data.words import word_count

BALANCE: Mapping[str, str] = {
    "chapter": "meta.chapter",
    "difficulty": "meta.difficulty",
    "refusal": "refusal_type",
    "category": "meta.category",
    "language": "meta.language",
    "mode": "mode",
    "turns": "questions in a dialogue",
}
"""What records are counted by -> where it stands."""
NONE = "(none)"
PARTS = ("question", "answer", "sample")
"""question: all of the user's turns; answer: all of the tutor's, or the reference; sample: everything."""
BATCH = 256
Counter_ = Callable[[Sequence[str]], list[int]]
"""Texts -> their lengths."""


@dataclass
class Stats:
    """unit: `tokens` (of the embedded model), or `words` where it is not installed. left_out: lines that hold no
    record, by file. lengths: one number a record, by part."""

    unit: str
    files: list[str] = field(default_factory=list)
    records: dict[str, int] = field(default_factory=dict)
    left_out: dict[str, list[int]] = field(default_factory=dict)
    lengths: "dict[str, array[int]]" = field(default_factory=lambda: {part: array("L") for part in PARTS})
    balance: dict[str, Counter[str]] = field(default_factory=lambda: {key: Counter() for key in BALANCE})

    def as_dict(self) -> dict[str, Any]:
        """The JSON form of `tutorsmith stats`. Of lines left out the first 20 of each file are named."""
        return {
            "files": [
                {
                    "file": file,
                    "records": self.records[file],
                    "left_out": len(self.left_out[file]),
                    "left_out_lines": self.left_out[file][:20],
                }
                for file in self.files
            ],
            "records": sum(self.records.values()),
            "left_out": sum(map(len, self.left_out.values())),
            "unit": self.unit,
            "total": sum(self.lengths["sample"]),
            "lengths": {part: summary(self.lengths[part]) for part in PARTS},
            "balance": {key: dict(counts.most_common()) for key, counts in self.balance.items()},
        }


def summary(values: Sequence[int]) -> dict[str, float]:
    """min, median, mean, p95 and max (the 95th percentile by the nearest rank); nothing of no values."""
    if not values:
        return {}
    order = sorted(values)
    middle = len(order) // 2
    median = order[middle] if len(order) % 2 else (order[middle - 1] + order[middle]) / 2
    p95 = order[min(len(order) - 1, -(-95 * len(order) // 100) - 1)]
    return {
        "min": order[0],
        "median": median,
        "mean": round(sum(order) / len(order), 1),
        "p95": p95,
        "max": order[-1],
    }


def words_of(texts: Sequence[str]) -> list[int]:
    """Lengths in words, where no tokenizer is at hand."""
    return [word_count(text) for text in texts]


def collect(files: Sequence[Path], count: Counter_, unit: str) -> Stats:
    """Read the files once. Lines that hold no dialogue are counted and left out, whatever is wrong with them.

    Raises: DataError for a file that cannot be read.
    """
    stats = Stats(unit)
    for path in files:
        name = str(path)
        if name in stats.records:
            continue
        stats.files.append(name)
        stats.records[name], stats.left_out[name] = 0, []
        whole_file = next((r for kind, r in file_remarks(path) if CHECKS[kind].severity == "error"), None)
        if whole_file is not None:
            stats.left_out[name].append(1)
            continue
        found = _records(path, stats.left_out[name])
        while batch := list(islice(found, BATCH)):
            stats.records[name] += len(batch)
            _add(stats, batch, count)
    return stats


def _records(path: Path, left_out: list[int]) -> Iterator[Record]:
    benchmark = looks_like_benchmark(path)
    for block in blocks(path):
        value = parse(block.data).value
        record = None if value is None else Record(str(path), block.line, value, benchmark)
        if record is None or not record.user_turns:
            left_out.append(block.line)
        else:
            yield record


def _add(stats: Stats, batch: Sequence[Record], count: Counter_) -> None:
    texts: list[str] = []
    for record in batch:
        said = [text for text in record.texts if text.role in ("system", "user", "assistant", "tool")]
        texts.append("\n".join(text.content for text in said if text.role == "user"))
        texts.append("\n".join(text.content for text in said if text.role == "assistant"))
        texts.append("\n".join(text.content for text in said if text.role in ("system", "tool")))
        for key, value in _values(record).items():
            stats.balance[key][value] += 1
    lengths = count([text.encode("utf-8", "replace").decode("utf-8") for text in texts])
    for row in range(len(batch)):
        question, answer, rest = lengths[3 * row : 3 * row + 3]
        for part, length in zip(PARTS, (question, answer, question + answer + rest), strict=True):
            stats.lengths[part].append(length)


def _values(record: Record) -> dict[str, str]:
    meta, raw = record.meta, record.raw
    refusal = raw.get("refusal_type")
    return {
        "chapter": _named(meta.get("chapter")),
        "difficulty": _named(meta.get("difficulty")),
        "refusal": "answered" if refusal is None else _named(refusal),
        "category": _named(meta.get("category")),
        "language": _named(meta.get("language")),
        "mode": _named(raw.get("mode", "tutor")),
        "turns": str(len(record.user_turns)),
    }


def _named(value: object) -> str:
    return str(value) if isinstance(value, str | int | float) and str(value).strip() else NONE


_SCALE = ("easy", "medium", "hard", NONE)


def in_order(counts: Counter[str]) -> list[tuple[str, int]]:
    """Values by name, degrees of difficulty by degree, what is missing last."""
    return sorted(counts.items(), key=lambda pair: (_SCALE.index(pair[0]) if pair[0] in _SCALE else -1, pair[0]))

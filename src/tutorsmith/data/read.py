"""JSONL files -> records, and back. A line that cannot be a record stops the reading with file:line, field and mend.

Keys of `meta` are kept whatever they are; unknown keys beside it are no part of the record and no failure.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from tutorsmith.core import artifacts
from tutorsmith.core.errors import DataError
from tutorsmith.data.lines import json_records
from tutorsmith.data.schema import BenchmarkItem, Message, Prediction, Sample
from tutorsmith.data.shape import Problem, item_problems, prediction_problems, sample_problems


def iter_samples(path: Path | str) -> Iterator[Sample]:
    """Training samples of one file, in its order, read as they are asked for: of them all only the ids are held.

    Raises: DataError for a file that cannot be read, is empty, or holds a line that is no sample, when it comes to it.
    """
    return (sample_from_dict(raw, str(path), line) for line, raw in _valid(Path(path), sample_problems))


def read_samples(path: Path | str) -> list[Sample]:
    """All of `iter_samples`, so that what is wrong with the file is told at once."""
    return list(iter_samples(path))


def iter_benchmark(path: Path | str) -> Iterator[BenchmarkItem]:
    """Benchmark items of one file, read as they are asked for. One ending with the assistant has its reference there.

    Raises: DataError for a file that cannot be read, is empty, or holds a line that is no item, when it comes to it.
    """
    return (_item(raw, str(path), line) for line, raw in _valid(Path(path), item_problems))


def read_benchmark(path: Path | str) -> list[BenchmarkItem]:
    """All of `iter_benchmark`, so that what is wrong with the file is told at once."""
    return list(iter_benchmark(path))


def read_predictions(path: Path | str) -> list[Prediction]:
    """Predictions of one file, in its order.

    Raises: DataError for a file that cannot be read, is empty, or holds a line that is no prediction.
    """
    return [_prediction(raw) for _, raw in _valid(Path(path), prediction_problems)]


def _valid(
    path: Path, problems: Callable[[Mapping[str, Any]], Iterable[Problem]]
) -> Iterator[tuple[int, dict[str, Any]]]:
    first_line: dict[str, int] = {}
    for line, raw in json_records(path):
        for problem in problems(raw):
            raise DataError(f"{problem.field}: {problem.message}", where=f"{path}:{line}", mend=problem.mend)
        identity = raw["id"]
        if identity in first_line:
            raise DataError(
                f"id: the id {identity!r} stands already on line {first_line[identity]}",
                where=f"{path}:{line}",
                mend="give each record an id of its own",
            )
        first_line[identity] = line
        yield line, raw


def _message(raw: Mapping[str, Any]) -> Message:
    return Message(
        role=raw["role"],
        content=raw.get("content"),
        tool_calls=tuple(raw.get("tool_calls") or ()),
        tool_call_id=raw.get("tool_call_id"),
        train=raw.get("train", True),
    )


def _common(raw: Mapping[str, Any], file: str, line: int) -> dict[str, Any]:
    return {
        "id": raw["id"],
        "mode": raw.get("mode", "tutor"),
        "messages": tuple(_message(message) for message in raw["messages"]),
        "refusal_type": raw.get("refusal_type"),
        "tools": tuple(raw.get("tools") or ()),
        "meta": raw.get("meta") or {},
        "file": file,
        "line": line,
    }


def sample_from_dict(raw: Mapping[str, Any], file: str = "", line: int = 0) -> Sample:
    """The sample of an object that has no `sample_problems`."""
    return Sample(**_common(raw, file, line))


def _item(raw: Mapping[str, Any], file: str, line: int) -> BenchmarkItem:
    parts = _common(raw, file, line)
    reference = raw.get("reference") or ""
    messages: tuple[Message, ...] = parts["messages"]
    if messages[-1].role == "assistant" and len(messages) > 1:
        reference = reference or messages[-1].content or ""
        parts["messages"] = messages[:-1]
    expected = raw.get("tool_calls")
    return BenchmarkItem(
        **parts,
        reference=reference,
        key_points=tuple(raw.get("key_points") or ()),
        tool_calls=None if expected is None else tuple(expected),
        citations=tuple(raw.get("citations") or ()),
    )


def _prediction(raw: Mapping[str, Any]) -> Prediction:
    return Prediction(
        id=raw["id"],
        prediction=raw["prediction"],
        finish_reason=raw.get("finish_reason") or "stop",
        tool_calls=tuple(raw.get("tool_calls") or ()),
        prompt_tokens=raw.get("prompt_tokens") or 0,
        completion_tokens=raw.get("completion_tokens") or 0,
        latency_s=float(raw.get("latency_s") or 0.0),
        retrieved=tuple(raw.get("retrieved") or ()),
        model=raw.get("model") or "",
        adapter=raw.get("adapter"),
        seed=raw.get("seed") or 0,
        flags=tuple(raw.get("flags") or ()),
        rounds=raw.get("rounds") or 0,
        tool_results=tuple(raw.get("tool_results") or ()),
        evidence=raw.get("evidence"),
    )


def message_to_dict(message: Message) -> dict[str, Any]:
    """As `Message.as_dict`, with `train` when it is false."""
    return message.as_dict() if message.train else {**message.as_dict(), "train": False}


def sample_to_dict(sample: Sample) -> dict[str, Any]:
    """The object that `read_samples` (or `read_benchmark`) turns back into this record."""
    out: dict[str, Any] = {
        "id": sample.id,
        "mode": sample.mode,
        "messages": [message_to_dict(message) for message in sample.messages],
    }
    if sample.tools:
        out["tools"] = [dict(tool) for tool in sample.tools]
    if isinstance(sample, BenchmarkItem):
        out["reference"] = sample.reference
        out["key_points"] = list(sample.key_points)
        if sample.tool_calls is not None:
            out["tool_calls"] = [dict(call) for call in sample.tool_calls]
        if sample.citations:
            out["citations"] = list(sample.citations)
    return {**out, "refusal_type": sample.refusal_type, "meta": dict(sample.meta)}


def prediction_to_dict(prediction: Prediction) -> dict[str, Any]:
    """The object that `read_predictions` turns back into this record. What comes of calls is there where some ran."""
    out: dict[str, Any] = {
        "id": prediction.id,
        "prediction": prediction.prediction,
        "tool_calls": [dict(call) for call in prediction.tool_calls],
        "finish_reason": prediction.finish_reason,
        "prompt_tokens": prediction.prompt_tokens,
        "completion_tokens": prediction.completion_tokens,
        "latency_s": prediction.latency_s,
        "retrieved": [dict(hit) for hit in prediction.retrieved],
        "model": prediction.model,
        "adapter": prediction.adapter,
        "seed": prediction.seed,
        "flags": list(prediction.flags),
    }
    if prediction.rounds:
        out |= {"rounds": prediction.rounds, "tool_results": [dict(result) for result in prediction.tool_results]}
    if prediction.evidence is not None:
        out["evidence"] = dict(prediction.evidence)
    return out


def write_jsonl(path: Path | str, rows: Iterable[Mapping[str, Any]]) -> Path:
    """Write one object a line, whole or not at all: a reader never sees half a file.

    Raises: ResourceError when the folder or disk does not take it.
    """
    artifacts.write_jsonl(Path(path), rows)
    return Path(path)

"""Benchmark files and prediction files in, the object of eval_report.json out."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

from tutorsmith.core.errors import DataError, UsageError, suggest
from tutorsmith.data.lines import json_records
from tutorsmith.data.read import read_benchmark, read_predictions
from tutorsmith.data.schema import BenchmarkItem, Prediction
from tutorsmith.evaluation.compare import comparison_table
from tutorsmith.evaluation.opinions import NO_OPINIONS, Opinions, metrics_with_judge
from tutorsmith.evaluation.score import ItemScore, score_item, system_report
from tutorsmith.evaluation.stop_audit import stop_audit_beside

SCHEMA_VERSION = 1

Task = tuple[str, BenchmarkItem]


def evaluate(
    benchmarks: Sequence[Path],
    systems: Mapping[str, Path],
    *,
    stage: str,
    manifest: str = "",
    opinions: Opinions = NO_OPINIONS,
) -> dict[str, Any]:
    """Score each system's predictions (name -> predictions file) on all benchmarks, and compare the systems.

    Each later system is compared with each earlier one, in the order given. The task of an item is the name of its
    benchmark file without the suffix. A teacher's verdicts replace those of the rules; those of a judge model stand
    beside them. What is known of the stop tokens with which a file was made is put into its system's health.

    Raises: UsageError without a benchmark or a system; DataError for files that cannot be read, ids that are doubled or
    belong to no item, items with nothing to score, key points that cannot be parsed, and review lines that fit nothing;
    NetworkError or ModelError when a judge that must decide fails.
    """
    if not systems:
        raise UsageError("there are no predictions to evaluate", mend="name at least one predictions file")
    items = load_items(benchmarks)
    predictions = {name: load_predictions(path, items) for name, path in systems.items()}
    scored: dict[str, list[ItemScore]] = {}
    seconds: dict[str, float] = {}
    for name, answers in predictions.items():
        started = perf_counter()
        scored[name] = [score_item(task, item, answers.get(item.id)) for task, item in items]
        seconds[name] = perf_counter() - started
    heard, scored = opinions.hear(scored)
    reports = {name: system_report(scores, seconds[name]) for name, scores in scored.items()}
    for name, path in systems.items():
        audit = stop_audit_beside(path)
        if audit is not None:
            reports[name]["health"]["stop_audit"] = audit
        if opinions.judge is not None:
            reports[name]["metrics_with_judge"] = metrics_with_judge(scored[name])
    return {
        "schema_version": SCHEMA_VERSION,
        "stage": stage,
        "manifest": manifest,
        "systems": reports,
        "comparison": comparison_table(list(scored.items())),
        **heard,
        "items": [
            item_entry(name, scores[position]) for position in range(len(items)) for name, scores in scored.items()
        ],
    }


def load_items(benchmarks: Sequence[Path]) -> list[Task]:
    """(task, item) of all benchmark files in order.

    Raises: UsageError, DataError as `evaluate` says.
    """
    if not benchmarks:
        raise UsageError("there is no benchmark to evaluate on", mend="name at least one benchmark file")
    items: list[Task] = []
    seen: dict[str, BenchmarkItem] = {}
    for path, task in zip(benchmarks, _task_names(benchmarks), strict=True):
        for item in read_benchmark(path):
            other = seen.setdefault(item.id, item)
            if other is not item:
                raise DataError(
                    f"the id '{item.id}' is used twice (also {_where(other)})",
                    where=_where(item),
                    mend="give every item an id of its own over all benchmark files",
                )
            _check_item(item)
            items.append((task, item))
    return items


def load_predictions(path: Path, items: Sequence[Task]) -> dict[str, Prediction]:
    """Predictions by id. Ids of the benchmark may be absent; the scores count them as missing.

    Raises: DataError for an unreadable file, a doubled id, or an id that is no item's.
    """
    known = {item.id for _, item in items}
    out: dict[str, Prediction] = {}
    for prediction in read_predictions(path):
        if prediction.id not in known:
            raise DataError(
                f"the prediction '{prediction.id}' belongs to no item of the benchmark",
                where=_line_of(path, prediction.id),
                mend="predict again on this benchmark, or name the one that these were made for; "
                + suggest(prediction.id, sorted(known)[:20]),
            )
        out[prediction.id] = prediction
    return out


def _line_of(path: Path, identity: str) -> str:
    """ "file:line" of the record with an id."""
    return next((f"{path}:{line}" for line, raw in json_records(path) if raw.get("id") == identity), str(path))


def item_entry(system: str, score: ItemScore) -> dict[str, Any]:
    """One answer of one system with its verdicts, as it stands in the report. `answer` is null when there is none."""
    item, prediction = score.item, score.prediction
    return {
        "id": item.id,
        "task": score.task,
        "system": system,
        "category": score.slice_of("category"),
        "difficulty": score.slice_of("difficulty"),
        "chapter": score.slice_of("chapter"),
        "refusal_type": item.refusal_type,
        "question": item.question,
        "answer": prediction.prediction if prediction else None,
        "reference": item.reference,
        "finish_reason": prediction.finish_reason if prediction else None,
        "flags": list(score.flags),
        "retrieved": [dict(part) for part in prediction.retrieved] if prediction else [],
        "verdicts": [dict(verdict) for verdict in score.verdicts],
        "scores": dict(score.scores),
    }


def _task_names(benchmarks: Sequence[Path]) -> list[str]:
    """File names without suffix; with the folder's name where two files share one."""
    stems = [Path(path).stem for path in benchmarks]
    return [
        stem if stems.count(stem) == 1 else f"{Path(path).parent.name}/{stem}"
        for path, stem in zip(benchmarks, stems, strict=True)
    ]


def _where(item: BenchmarkItem) -> str:
    return f"{item.file}:{item.line}" if item.file else item.id


def _check_item(item: BenchmarkItem) -> None:
    """Refuse at load time what could not be scored later."""
    if item.refusal_type is not None:
        if item.key_points:
            raise DataError(
                f"'{item.id}' is to be refused and has key points",
                where=_where(item),
                mend="remove the key points, or set refusal_type to null",
            )
        return
    if not item.key_points and item.tool_calls is None and not item.citations:
        raise DataError(
            f"'{item.id}' has nothing to be scored on: no key points, tool calls or citations",
            where=_where(item),
            mend="add key_points, or a refusal_type if the question is to be refused",
        )
    _check_key_points(item)


def _check_key_points(item: BenchmarkItem) -> None:
    from tutorsmith.evaluation.metrics.key_points import parse_key_point

    for number, point in enumerate(item.key_points, 1):
        try:
            parse_key_point(point if isinstance(point, str) else dict(point))
        except DataError as error:
            raise DataError(
                f"key point {number} of '{item.id}': {error.what}", where=_where(item), mend=error.mend
            ) from error

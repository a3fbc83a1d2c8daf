"""A saved eval_report_STAGE.json as far as decisions rest on it: proven whole, and its items as scores again."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tutorsmith.core.artifacts import read_json
from tutorsmith.core.errors import DataError
from tutorsmith.data.schema import BenchmarkItem, Message
from tutorsmith.evaluation.score import METRICS, ItemScore, coverage_points

_NUMBERS = ("value", "low", "high", "n", "n_effective")
PRODUCTS = ("tuned_notes", "tuned")


def read_report(file: Path) -> dict[str, Any]:
    """Raises: DataError when the file is missing, or a number that decisions rest on is."""
    report = read_json(file)
    trouble = _trouble(report)
    if trouble:
        raise DataError(
            f"not the report of an evaluation: {trouble}", where=str(file), mend="run `tutorsmith run` for this stage"
        )
    return dict(report)


def _trouble(report: Any) -> str:
    """What keeps this from being a report; empty for a whole one."""
    if not isinstance(report, Mapping) or not isinstance(report.get("systems"), Mapping) or not report["systems"]:
        return "it has no systems"
    if not isinstance(report.get("items"), list) or not all(isinstance(item, Mapping) for item in report["items"]):
        return "it has no items"
    for name, system in report["systems"].items():
        if not isinstance(system, Mapping) or not isinstance(system.get("metrics"), Mapping):
            return f"the system {name} has no metrics"
        for metric, entry in system["metrics"].items():
            if not isinstance(entry, Mapping) or not all(_is_number(entry.get(key)) for key in _NUMBERS):
                return f"{metric} of the system {name} is not whole"
            if entry["n_effective"] <= 0:
                return f"{metric} of the system {name} rests on nothing"
        health = system.get("health")
        if not isinstance(health, Mapping) or "degenerate" not in health or not _is_number(health.get("n")):
            return f"the system {name} has no health"
        if not all(isinstance(system.get(key), int) for key in ("missing", "failed")):
            return f"the system {name} does not say what is missing or failed"
    return ""


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def product_of(report: Mapping[str, Any]) -> str:
    """The system that a course would use: the tuned model with notes, else without, else the last one."""
    systems = list(report["systems"])
    return next((name for name in PRODUCTS if name in systems), systems[-1])


def questions_of(entry: Mapping[str, Any]) -> int:
    """How many items a metric rests on: coverage counts key points in `n` and items apart."""
    return int(entry.get("items", entry["n"]))


def item_scores(report: Mapping[str, Any], system: str) -> list[ItemScore]:
    """One system's items as `compare_systems` and `pool` take them: ids, tasks, chapters, scores and points."""
    out = []
    for entry in report["items"]:
        if entry.get("system") != system:
            continue
        messages = (Message("user", str(entry.get("question") or "")),)
        meta = {"chapter": entry.get("chapter")}
        item = BenchmarkItem(id=str(entry.get("id")), mode="", messages=messages, meta=meta)
        scores = {name: float(value) for name, value in dict(entry.get("scores") or {}).items() if _is_number(value)}
        points = tuple(coverage_points(entry.get("verdicts") or ()))
        out.append(ItemScore(str(entry.get("task") or ""), item, None, "", (), (), scores, points))
    return out


def recomputed(report: Mapping[str, Any], system: str) -> dict[str, float]:
    """The metrics' values as the items' own scores give them; a value that differs was not computed from them."""
    from tutorsmith.evaluation.score import ANSWERED, BALANCED, REFUSAL

    columns: dict[str, list[float]] = {}
    for score in item_scores(report, system):
        for name, value in score.scores.items():
            columns.setdefault(name, []).append(value)
    means = {name: sum(values) / len(values) for name, values in columns.items()}
    if REFUSAL in means and ANSWERED in means:
        means[BALANCED] = (means[REFUSAL] + means[ANSWERED]) / 2
    return {name: value for name, value in means.items() if name in METRICS}

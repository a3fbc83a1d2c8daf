"""One system trained or sampled with several seeds, on the same items: how much does the seed decide?"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tutorsmith.core.errors import UsageError
from tutorsmith.data.schema import Prediction
from tutorsmith.evaluation.evaluate import Task, load_items, load_predictions
from tutorsmith.evaluation.score import METRICS, score_item, system_report
from tutorsmith.evaluation.statistics import summarise_seeds


def seeds_report(benchmarks: Sequence[Path], files: Sequence[Path]) -> dict[str, Any]:
    """The report's object `seeds`: each run's values by the rules alone, and for each metric mean, spread, verdict.

    `low` and `high` are Student's t interval of the mean over seeds, on these items.

    Raises: UsageError for fewer than two files and a file that is named twice; DataError as `evaluate` says.
    """
    if len(files) < 2:
        raise UsageError("several seeds need several predictions files", mend="name each with --predictions")
    if len({file.resolve() for file in files}) < len(files):
        raise UsageError("a predictions file is named twice", where="--predictions", mend="name each seed's file once")
    items = load_items(benchmarks)
    runs = [_run(file, items) for file in files]
    metrics: dict[str, Any] = {}
    for metric in METRICS:
        values = [run["metrics"][metric] for run in runs if metric in run["metrics"]]
        if values:
            metrics[metric] = _summary(values, len(runs))
    return {"n": len(runs), "runs": runs, "metrics": metrics}


def _summary(values: Sequence[float], runs: int) -> dict[str, Any]:
    """A metric that some runs lack (no refusal whose kind could be judged) is told over the others, as `n` says."""
    found = summarise_seeds(values)
    return {
        "n": found.n,
        "absent": runs - found.n,
        "values": list(values),
        "mean": found.mean,
        "deviation": found.deviation,
        "low": found.low,
        "high": found.high,
        "stable": found.stable,
        "verdict": found.verdict,
    }


def _run(file: Path, items: Sequence[Task]) -> dict[str, Any]:
    predictions = load_predictions(file, items)
    report = system_report([score_item(task, item, predictions.get(item.id)) for task, item in items])
    return {
        "file": file.name,
        "seed": _seed(list(predictions.values())),
        "missing": report["missing"],
        "missing_ids": report["missing_ids"],
        "failed": report["failed"],
        "failed_ids": report["failed_ids"],
        "degenerate": report["health"]["degenerate"],
        "metrics": {name: entry["value"] for name, entry in report["metrics"].items()},
    }


def _seed(predictions: Sequence[Prediction]) -> int | None:
    """The seed that all predictions of a file name; None where they differ."""
    seeds = {prediction.seed for prediction in predictions}
    return seeds.pop() if len(seeds) == 1 else None

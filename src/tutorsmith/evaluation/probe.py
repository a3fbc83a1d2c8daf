"""The forgetting probe: does the tuned model still know what has nothing to do with its course?"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tutorsmith.core.errors import DataError
from tutorsmith.evaluation.evaluate import evaluate

PROBE = "probe"
"""Key of its object in eval_report_STAGE.json."""

_METRIC = "key_point_coverage"


def probe_report(benchmarks: Sequence[Path], systems: Mapping[str, Path]) -> dict[str, Any]:
    """Coverage of each system (base and tuned, without notes), their paired difference, and which questions changed.

    forgotten, learned: ids of the questions that the second system answers worse or better than the first.

    Raises: as `evaluate`; DataError when no question of the probe has key points.
    """
    whole = evaluate(benchmarks, systems, stage=PROBE)
    first, second = systems
    scores = {
        name: {entry["id"]: entry["scores"].get(_METRIC) for entry in whole["items"] if entry["system"] == name}
        for name in systems
    }
    asked = [name for name, score in scores[first].items() if score is not None and scores[second][name] is not None]
    row = next((row for row in whole["comparison"] if row["metric"] == _METRIC and row["task"] is None), None)
    if row is None:
        raise DataError("no question of the probe has key points", where=str(benchmarks[0]), mend="give it some")
    return {
        "files": [file.name for file in benchmarks],
        "systems": {
            name: {"metrics": {_METRIC: system["metrics"][_METRIC]}, "health": system["health"]}
            for name, system in whole["systems"].items()
        },
        "comparison": row,
        "forgotten": [name for name in asked if scores[second][name] < scores[first][name]],
        "learned": [name for name in asked if scores[second][name] > scores[first][name]],
    }

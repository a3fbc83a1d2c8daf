"""The JSON form of `runs targets`: every number of the page, shares as shares."""

from dataclasses import asdict
from typing import Any

from tutorsmith.runs.balance import Balance
from tutorsmith.runs.stages import StageRuns, changed_settings
from tutorsmith.runs.targets import Results, StageResult, TargetRow

SCHEMA_VERSION = 1


def results_dict(results: Results) -> dict[str, Any]:
    """deviation is None with one seed; a metric that applies to no item is absent. `docs/guide/report.md` has more."""
    stages = [result.runs for result in results.stages]
    return {
        "schema_version": SCHEMA_VERSION,
        "policy": results.policy or None,
        "largest_deviation": results.deviation,
        "least_seeds": results.least_seeds,
        "targets": [_target(row, result, results) for result in results.stages for row in result.targets],
        "stages": [_stage(result) for result in results.stages],
        "balance": [_balance(row, stages) for row in results.balance],
        "apart": [
            {
                "stages": [stages[place].id for place in apart.stages],
                "differences": [{"kind": k, "name": n, "values": list(v)} for k, n, v in apart.differences],
            }
            for apart in results.apart
        ],
        "left_out": [{"path": path, "why": why} for path, why in results.left_out],
        "unused_policy_rows": list(results.unused),
        "without_runs": list(results.without_runs),
    }


def _target(row: TargetRow, result: StageResult, results: Results) -> dict[str, Any]:
    spread = row.measured.deviation if row.measured else None
    return {
        "stage": result.runs.id,
        "metric": row.metric,
        "task": row.task,
        "target": row.target,
        "by": list(row.by),
        "system": result.runs.product,
        "measured": asdict(row.measured) if row.measured else None,
        "stable": None if spread is None else spread <= results.deviation,
        "unusable": bool(result.systems[result.runs.product].degenerate),
        "verdict": row.verdict,
    }


def _stage(result: StageResult) -> dict[str, Any]:
    runs = result.runs
    first = runs.runs[0]
    return {
        "id": runs.id,
        "stage": runs.stage,
        "language": runs.language,
        "model": dict(first.manifest["model"]),
        "product": runs.product,
        "opponent": runs.opponent,
        "seeds": list(runs.seeds),
        "runs": [run.record.path for run in runs.runs],
        "systems": {name: asdict(system) for name, system in result.systems.items()},
        "comparison": [asdict(row) for row in result.comparison],
        "probe": [asdict(row) for row in result.probe],
        "seconds": result.seconds,
        "made": {
            "settings": {name: entry["value"] for name, entry in changed_settings(first.config).items()},
            "data": dict(first.manifest["data"]),
            "notes": first.manifest.get("notes"),
            "devices": sorted({run.device for run in runs.runs}),
            "code": sorted({run.record.code for run in runs.runs}),
        },
    }


def _balance(row: Balance, stages: list[StageRuns]) -> dict[str, Any]:
    return {**asdict(row), "stage": stages[row.stage].id, "single": stages[row.single].id}

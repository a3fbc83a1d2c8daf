"""`tutorsmith runs list`, `show`, `compare`, `best` and `trend`."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tutorsmith.core.errors import DataError
from tutorsmith.runs.compare import best_runs, side_by_side
from tutorsmith.runs.index import Runs, open_index
from tutorsmith.runs.trend import trend_markdown, trend_of, write_trend

TREND_FOLDER = "trend"


def _open(root: Path, index: Path | None) -> Runs:
    """What befell the index file is told on standard error: standard output may be read by a program."""
    runs = open_index(root, index)
    if runs.notice:
        sys.stderr.write(f"{runs.notice}\n")
    return runs


def _print_json(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2))


def list_command(root: Path, index: Path | None, as_json: bool) -> None:
    from tutorsmith.runs.tables import show_list

    runs = _open(root, index)
    if as_json:
        _print_json(
            {
                "schema_version": 1,
                "root": str(root),
                "notice": runs.notice,
                "runs": [{**r.as_dict(), "manifest": r.manifest_state} for r in runs.records],
            }
        )
    else:
        show_list(runs)


def show_command(root: Path, index: Path | None, name: str, as_json: bool) -> None:
    """Raises: UsageError for a run that is not there, DataError for a damaged one."""
    from tutorsmith.runs.tables import show_run

    runs = _open(root, index)
    record = runs.find(name)
    if record.damage:
        raise DataError(record.damage, where=record.path, mend="run that stage again, or delete the folder")
    if as_json:
        seeds = [{"path": other.path, "seed": other.seed} for other in runs.siblings(record)]
        _print_json({"schema_version": 1, **record.as_dict(), "manifest": record.manifest_state, "seeds": seeds})
    else:
        show_run(runs, record)


def compare_runs_command(root: Path, index: Path | None, names: Sequence[str], as_json: bool) -> None:
    from tutorsmith.runs.tables import show_comparison

    runs = _open(root, index)
    compared = side_by_side([runs.find(name) for name in names])
    if as_json:
        _print_json(compared.as_dict())
    else:
        show_comparison(compared)


def best_command(root: Path, index: Path | None, metric: str, stage: str | None, on: str, as_json: bool) -> None:
    from tutorsmith.runs.tables import show_best

    found = best_runs(_open(root, index), metric, stage, on)
    if as_json:
        _print_json({"schema_version": 1, "groups": [best.as_dict() for best in found]})
    else:
        show_best(found)


def trend_command(
    root: Path, index: Path | None, metrics: Sequence[str], stage: str | None, out: Path | None, as_json: bool
) -> None:
    trend = trend_of(_open(root, index), metrics, stage)
    markdown, picture = write_trend(trend, out or root / TREND_FOLDER)
    if as_json:
        _print_json(trend.as_dict())
        return
    print(trend_markdown(trend, picture.name))
    print(f"trend: {markdown}")
    print(f"       {picture}")

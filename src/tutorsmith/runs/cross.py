"""Every adapter on every benchmark: a cross table of the headline metrics, as Markdown and JSON."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tutorsmith.core.artifacts import hash_file, write_json, write_jsonl, write_text
from tutorsmith.core.run_folder import predictions_file, read_manifest
from tutorsmith.data.read import prediction_to_dict, read_benchmark, read_predictions
from tutorsmith.data.schema import Prediction
from tutorsmith.evaluation.evaluate import evaluate
from tutorsmith.report.figures import percent, span
from tutorsmith.report.records import HEADLINE_METRICS, SKILL_METRICS
from tutorsmith.report.words import Words
from tutorsmith.runs.index import Runs
from tutorsmith.runs.record import RunRecord, read_config
from tutorsmith.runs.skills import Skill, skills_markdown

_WORDS = Words("en")
EVALUATED = "the run's own answers"
METRICS = (*HEADLINE_METRICS, *SKILL_METRICS)


@dataclass(frozen=True, slots=True)
class Cell:
    """One adapter on one benchmark. source: where the answers come from; own: it was evaluated on this in its run."""

    run: str
    benchmark: str
    source: str
    own: bool
    degenerate: bool
    missing: int
    failed: int
    metrics: dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class CrossTable:
    """left_out: (path, why) of runs without a row; skills: what adapters of several tasks keep of single ones."""

    cells: tuple[Cell, ...]
    left_out: tuple[tuple[str, str], ...]
    skills: tuple[Skill, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        return {
            "schema_version": 1,
            "cells": [asdict(cell) for cell in self.cells],
            "left_out": [{"path": path, "why": why} for path, why in self.left_out],
            "skills": [asdict(skill) for skill in self.skills],
        }


def candidates(runs: Runs) -> tuple[list[RunRecord], list[tuple[str, str]]]:
    """Usable runs, the newest of each adapter; and (path, why) of those left out."""
    usable = [record for record in runs.records if record.usable]
    newest = {record.hashes["adapter"]: record for record in usable}
    left_out = [(record.path, record.damage or record.mismatch) for record in runs.records if not record.usable]
    for record in usable:
        other = newest[record.hashes["adapter"]]
        if other is not record:
            left_out.append((record.path, f"the same adapter as {other.path}"))
    return list(newest.values()), left_out


def benchmark_hashes(folder: Path) -> set[str]:
    """Hashes of the benchmarks that a run was evaluated on. Raises: DataError for files that cannot be read."""
    trained_on = read_config(folder)["train_files"]
    return {digest for name, digest in read_manifest(folder)["data"].items() if name not in trained_on}


def own_answers(folder: Path, record: RunRecord, benchmark: Path) -> list[Prediction] | None:
    """What the run's product answered to exactly this benchmark file; None when it was not asked.

    Raises: DataError for files that cannot be read.
    """
    if hash_file(benchmark) not in benchmark_hashes(folder):
        return None
    wanted = {item.id for item in read_benchmark(benchmark)}
    answers = read_predictions(predictions_file(folder, record.stage, record.product))
    return [answer for answer in answers if answer.id in wanted]


def answers_file(run: str, benchmark: Path, folder: Path) -> Path:
    """Where a run's answers to a benchmark lie below `folder`."""
    return folder / run.replace("/", "__") / f"{benchmark.stem}.jsonl"


def score(record: RunRecord, benchmark: Path, answers: Sequence[Prediction], source: str, folder: Path) -> Cell:
    """Write the answers below `folder` and score them. Raises: DataError, ResourceError."""
    file = answers_file(record.path, benchmark, folder)
    write_jsonl(file, [prediction_to_dict(answer) for answer in answers])
    system = evaluate([benchmark], {"predictions": file}, stage="")["systems"]["predictions"]
    return Cell(
        run=record.path,
        benchmark=benchmark.stem,
        source=source,
        own=source == EVALUATED,
        degenerate=bool(system["health"]["degenerate"]),
        missing=system["missing"],
        failed=system["failed"],
        metrics=system["metrics"],
    )


def write_cross(table: CrossTable, folder: Path) -> tuple[Path, Path]:
    """Writes cross.md and cross.json; returns both. Raises: ResourceError."""
    markdown, data = folder / "cross.md", folder / "cross.json"
    write_json(data, table.as_dict())
    write_text(markdown, cross_markdown(table))
    return markdown, data


def cross_markdown(table: CrossTable) -> str:
    """A table a metric: adapters down, benchmarks across."""
    runs = list(dict.fromkeys(cell.run for cell in table.cells))
    benchmarks = list(dict.fromkeys(cell.benchmark for cell in table.cells))
    at = {(cell.run, cell.benchmark): cell for cell in table.cells}
    parts = [
        "# Adapters against benchmarks",
        "Each adapter with the notes of its own run. Value, 95 % interval and number of judgements; **bold**: the "
        "benchmark of its own stage.",
    ]
    known = {metric for cell in table.cells for metric in cell.metrics}
    for metric in (name for name in METRICS if name in HEADLINE_METRICS or name in known):
        lines = ["| adapter | " + " | ".join(benchmarks) + " |", "| --- |" + " --- |" * len(benchmarks)]
        for run in runs:
            cells = [_shown(at.get((run, benchmark)), metric) for benchmark in benchmarks]
            lines.append(f"| `{run}` | " + " | ".join(cells) + " |")
        parts += [f"## {_WORDS.name('metric', metric)}", "\n".join(lines)]
    if table.skills:
        parts += skills_markdown(table.skills)
    if table.left_out:
        parts += ["## Left out", "\n".join(f"- `{path}`: {why}" for path, why in table.left_out)]
    return "\n\n".join(parts) + "\n"


def _shown(cell: Cell | None, metric: str) -> str:
    entry = cell.metrics.get(metric) if cell else None
    if cell is None or entry is None:
        return "–"
    value = percent(entry["value"])
    told = f"{f'**{value}**' if cell.own else value} [{span(entry['low'], entry['high'])}], n {entry['n']}"
    trouble = [f"{count} {name}" for name, count in (("missing", cell.missing), ("failed", cell.failed)) if count]
    trouble += ["degenerate"] if cell.degenerate else []
    return f"{told} ({', '.join(trouble)})" if trouble else told

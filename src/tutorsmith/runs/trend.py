"""Metrics over time, stage by stage: trend.md and trend.svg."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tutorsmith.core.artifacts import write_text
from tutorsmith.core.errors import UsageError, suggest
from tutorsmith.evaluation.score import METRICS
from tutorsmith.report.figures import percent, span
from tutorsmith.report.records import HEADLINE_METRICS
from tutorsmith.report.words import Words
from tutorsmith.runs.index import Runs

_WORDS = Words("en")


@dataclass(frozen=True, slots=True)
class Point:
    """One run in one metric of its product. new_benchmark: another benchmark than the run before: not comparable."""

    run: str
    made: str
    model: str
    seed: int | None
    gate: str
    degenerate: bool
    new_benchmark: bool
    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class Series:
    """One metric of one stage, oldest run first."""

    stage: str
    metric: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Trend:
    """left_out: (path, why) of runs that cannot stand in a trend."""

    series: tuple[Series, ...]
    left_out: tuple[tuple[str, str], ...]

    def as_dict(self) -> dict[str, Any]:
        return {
            "schema_version": 1,
            "series": [asdict(series) for series in self.series],
            "left_out": [{"path": path, "why": why} for path, why in self.left_out],
        }


def trend_of(runs: Runs, metrics: Sequence[str] = (), stage: str | None = None) -> Trend:
    """metrics: the three headline metrics when empty; stage: all when None.

    Raises: UsageError for an unknown metric, or when there is nothing to show.
    """
    for metric in metrics:
        if metric not in METRICS:
            raise UsageError(f"unknown metric '{metric}'", where="--metric", mend=suggest(metric, METRICS))
    stages = sorted({record.stage for record in runs.records if record.stage})
    if stage is not None and stage not in stages:
        mend = suggest(stage, stages) if stages else "run a stage first, or give --root DIR"
        raise UsageError(f"no run of the stage '{stage}'", where=str(runs.root), mend=mend)
    wanted = [stage] if stage is not None else stages
    series = [_series(runs, name, metric) for name in wanted for metric in metrics or HEADLINE_METRICS]
    shown = tuple(entry for entry in series if entry.points)
    left_out = [(r.path, r.damage or r.mismatch) for r in runs.records if not r.usable]
    if not shown:
        told = "; ".join(f"{path}: {why}" for path, why in left_out)
        raise UsageError(
            f"no run to show a trend of{': ' + told if told else ''}",
            where=str(runs.root),
            mend="run a stage first, or give --root DIR",
        )
    return Trend(shown, tuple(left_out))


def _series(runs: Runs, stage: str, metric: str) -> Series:
    points: list[Point] = []
    before = None
    for record in runs.records:
        if not record.usable or record.stage != stage or metric not in record.metrics:
            continue
        entry = record.metrics[metric]
        points.append(
            Point(
                run=record.path,
                made=record.made,
                model=record.model,
                seed=record.seed,
                gate=record.gate,
                degenerate=record.degenerate,
                new_benchmark=before not in (None, record.benchmark),
                value=entry["value"],
                low=entry["low"],
                high=entry["high"],
                n=entry["n"],
            )
        )
        before = record.benchmark
    return Series(stage, metric, tuple(points))


def write_trend(trend: Trend, folder: Path) -> tuple[Path, Path]:
    """Writes trend.md and trend.svg into the folder; returns both. Raises: ResourceError."""
    from tutorsmith.runs.trend_plot import trend_svg

    markdown, picture = folder / "trend.md", folder / "trend.svg"
    write_text(picture, trend_svg(trend))
    write_text(markdown, trend_markdown(trend, picture.name))
    return markdown, picture


def trend_markdown(trend: Trend, picture: str) -> str:
    """A table a stage, newest run first, with the change of the benchmark between its rows."""
    parts = ["# Trend", f"![Metrics over time]({picture})"]
    for stage in dict.fromkeys(series.stage for series in trend.series):
        mine = [series for series in trend.series if series.stage == stage]
        parts += [f"## Stage {stage}", _table(mine)]
    if trend.left_out:
        parts += ["## Left out", "\n".join(f"- `{path}`: {why}" for path, why in trend.left_out)]
    return "\n\n".join(parts) + "\n"


def _table(series: Sequence[Series]) -> str:
    columns = ["when (UTC)", "run", "model", "seed", *(_WORDS.name("metric", s.metric) for s in series), "gate"]
    runs = {point.run: point for one in series for point in one.points}
    order = sorted(runs.values(), key=lambda point: (point.made, point.run), reverse=True)
    lines = ["| " + " | ".join(columns) + " |", "|" + " --- |" * len(columns)]
    for point in order:
        at = [next((p for p in one.points if p.run == point.run), None) for one in series]
        cells = [f"{percent(p.value)} [{span(p.low, p.high)}], n {p.n}" if p else "–" for p in at]
        gate = f"{point.gate or '–'}{', degenerate' if point.degenerate else ''}"
        row = [point.made[:16].replace("T", " "), f"`{point.run}`", point.model, str(point.seed), *cells, gate]
        lines.append("| " + " | ".join(text.replace("|", "\\|") for text in row) + " |")
        if any(p is not None and p.new_benchmark for p in at):
            lines.append("| **benchmark changed** | not comparable with the runs below |" + " |" * (len(columns) - 2))
    return "\n".join(lines)

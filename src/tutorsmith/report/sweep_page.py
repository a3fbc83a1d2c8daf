"""Writes the report of a sweep: JSON, Markdown, one self-contained HTML page, plots."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tutorsmith.core.artifacts import write_bytes, write_json, write_text
from tutorsmith.report.environment import html_environment, markdown_environment
from tutorsmith.report.figures import DASH, percent, seconds
from tutorsmith.report.markdown import tidy
from tutorsmith.report.plots import for_page, standalone
from tutorsmith.report.sweep_plots import sweep_drawings
from tutorsmith.report.sweep_records import FEWEST_CELLS, SweepData, SweepTrial, spread

PLOTS_FOLDER = "plots"
_LABELS = {"history": "Value of each trial and the best so far", "settings": "Value of each trial against each setting"}


@dataclass(frozen=True)
class SweepFiles:
    json: Path
    markdown: Path
    html: Path


def write_sweep(data: SweepData, folder: Path) -> SweepFiles:
    """Write `sweep_{stage}.json`, `.md`, `.html` and the plots. In English. Raises: ResourceError."""
    from markupsafe import Markup

    files = SweepFiles(*(folder / f"sweep_{data.stage}.{form}" for form in ("json", "md", "html")))
    drawings = sweep_drawings(data)
    links = {name: f"{PLOTS_FOLDER}/sweep_{name}.svg" for name in drawings}
    for name, svg in drawings.items():
        write_bytes(folder / links[name], standalone(svg))
    # matplotlib escapes the text in its SVG, so these may stand in the page as they are.
    pictures = {name: Markup(for_page(svg, name, _LABELS[name])) for name, svg in drawings.items()}
    view = _view(data)
    page = html_environment().get_template("sweep.html.j2").render(view, pictures=pictures)
    text = markdown_environment().get_template("sweep.md.j2").render(view, pictures=links)
    write_json(files.json, data.as_dict())
    write_text(files.markdown, tidy(text))
    write_text(files.html, page)
    return files


def _view(data: SweepData) -> dict[str, Any]:
    rest = sorted((t for t in data.trials if t.state != "complete"), key=lambda trial: trial.number)
    return {
        "d": data,
        "labels": _LABELS,
        "rows": [*data.complete, *rest],
        "shown": shown,
        "value": lambda number: DASH if number is None else f"{number:.4f}",
        "pct": percent,
        "secs": seconds,
        "remark": lambda trial: _remark(data, trial),
        "spread": spread(data),
        "fewest_cells": FEWEST_CELLS,
    }


def shown(value: Any) -> str:
    """A setting's value in a table."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _remark(data: SweepData, trial: SweepTrial) -> str:
    told = ["best"] if trial is data.best else []
    if trial.state == "complete" and trial is not data.best and data.is_apart(trial) is False:
        told.append("not told from the best")
    told += ["settings as they were"] if trial.present else []
    return "; ".join([*told, *filter(None, [trial.why])])

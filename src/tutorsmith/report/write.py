"""Writes the reports of one run beside its numbers, and the three headline numbers for the terminal."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tutorsmith.core.artifacts import report_name, write_bytes, write_text
from tutorsmith.report import figures, plots
from tutorsmith.report.build import build, report_path
from tutorsmith.report.html import render_html
from tutorsmith.report.markdown import render_markdown
from tutorsmith.report.records import HEADLINE_METRICS, SKILL_METRICS, SYSTEM_ORDER, ReportData
from tutorsmith.report.targets import DEFAULT_TARGETS, Targets, target_rows
from tutorsmith.report.words import Words

PLOTS_FOLDER = "plots"


@dataclass(frozen=True, slots=True)
class ReportFiles:
    """What was written; `json` was there before. `plots` may be empty when the run recorded nothing to draw."""

    json: Path
    markdown: Path
    html: Path
    plots: tuple[Path, ...]


def write_report(folder: Path, stage: str, *, language: str = "en", targets: Targets | None = None) -> ReportFiles:
    """Write `eval_report_{stage}.md`, `.html` and the plots into a run folder, each atomically.

    targets: stage or task -> metric (full or short name: coverage, format, refusal) -> share that must be exceeded.
    Raises: DataError for an evaluation that cannot be read, UsageError for an unknown language, ResourceError when a
    file cannot be written.
    """
    words = Words(language)
    data = build(folder, stage)
    wanted = DEFAULT_TARGETS if targets is None else targets
    own = {row.metric: row.target for row in target_rows(data, wanted) if not row.task}
    drawings = plots.drawings(data, words, own)
    page = render_html(data, words, wanted, drawings)
    names = {"loss": "loss.svg", "metrics": f"metrics_{stage}.svg", "paired": f"paired_{stage}.svg"}
    links = {name: f"{PLOTS_FOLDER}/{file}" if name in drawings else "" for name, file in names.items()}
    text = render_markdown(data, words, wanted, links)
    pictures = {names[name]: plots.standalone(svg) for name, svg in drawings.items()}
    pictures |= _loss_png(data, words)
    for file, content in pictures.items():
        write_bytes(folder / PLOTS_FOLDER / file, content)
    files = ReportFiles(
        json=report_path(folder, stage),
        markdown=folder / report_name(stage, "md"),
        html=folder / report_name(stage, "html"),
        plots=tuple(folder / PLOTS_FOLDER / file for file in pictures),
    )
    write_text(files.markdown, text)
    write_text(files.html, page)
    return files


def headline(report: Mapping[str, Any]) -> str:
    """Coverage, format and refusal accuracy of the tuned model with notes (or the last system), for the terminal; where
    a run has them, citations and tool calls.

    report: the object of `eval_report_{stage}.json`.
    """
    systems: Mapping[str, Any] = report.get("systems") or {}
    if not systems:
        return "no system was evaluated"
    ordered = sorted(systems, key=lambda s: SYSTEM_ORDER.index(s) if s in SYSTEM_ORDER else len(SYSTEM_ORDER))
    name = next((s for s in ("tuned_notes", "tuned") if s in systems), ordered[-1])
    metrics = systems[name].get("metrics") or {}
    words = Words("en")
    shown = []
    alarm = ""
    if (systems[name].get("health") or {}).get("degenerate") is True:
        alarm = f"BROKEN: {words('unusable_short', system=words.name('system', name))} "
    for metric in (*HEADLINE_METRICS, *(name for name in SKILL_METRICS if name in metrics)):
        value = metrics.get(metric) or {}
        label = words.name("metric", metric).lower()
        if value.get("value") is None:
            shown.append(f"{label} not measured")
            continue
        interval = figures.span(value.get("low"), value.get("high"))
        shown.append(f"{label} {figures.percent(value['value'])} [{interval}, n {value.get('n', figures.DASH)}]")
    return f"{alarm}{words.name('system', name)}: " + ", ".join(shown)


def _loss_png(data: ReportData, words: Words) -> dict[str, bytes]:
    """The loss plot for places that show no SVG; in English where no font has Chinese glyphs."""
    drawable = words if words.language == "en" or plots.chinese_can_be_drawn() else Words("en")
    figure = plots.loss_plot(data.training, drawable)
    return {} if figure is None else {"loss.png": plots.png(figure)}

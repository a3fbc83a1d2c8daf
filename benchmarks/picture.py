"""The measured rows as bars: a panel a case, a bar a system; the rows without Tutorsmith's name are grey."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

Row = dict[str, Any]
OWN, OTHER, INK = "#1f6f8b", "#b8bec4", "#22272b"
WIDTH, BAR, PANEL = 8.0, 0.34, 0.5
"""Inches: the picture's width, the height of a bar with its gap, and of what a panel has besides."""


TEXT = {"svg.fonttype": "none", "svg.hashsalt": "tutorsmith"}
"""Text stays text: small, searchable, and the same file for the same numbers."""


def draw(rows: Sequence[Row], file: Path) -> None:
    """Write the picture as SVG, or as the file's ending says. Needs no display. Rows that failed are left out."""
    import matplotlib
    from matplotlib.figure import Figure

    panels = [panel for case in dict.fromkeys(row["case"] for row in rows) for panel in panels_of(case, rows)]
    if not panels:
        return
    heights = [PANEL + BAR * len(bars) for _, bars in panels]
    with matplotlib.rc_context({**TEXT, "font.size": 10}):
        figure = Figure(figsize=(WIDTH, sum(heights)), facecolor="white")
        figure.set_layout_engine("constrained", h_pad=0.1)
        axes = figure.subplots(
            len(panels), 1, gridspec_kw={"height_ratios": [len(bars) for _, bars in panels]}, squeeze=False
        )[:, 0]
        for place, (title, bars) in zip(axes, panels, strict=True):
            panel(place, title, bars)
        file.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(file, metadata={"Date": None} if file.suffix == ".svg" else None, dpi=110)


def panel(place: Any, title: str, bars: Sequence[tuple[str, float]]) -> None:
    names = [name for name, _ in bars]
    values = [value for _, value in bars]
    colours = [OTHER if is_peer(name) else OWN for name in names]
    drawn = place.barh(range(len(bars)), values, color=colours, height=0.7)
    place.bar_label(drawn, labels=[number(value) for value in values], padding=4, color=INK)
    place.set_yticks(range(len(bars)), names, color=INK)
    place.set_ylim(len(bars) - 0.5, -0.5)
    place.set_title(title, loc="left", color=INK, fontsize=11)
    place.set_xlim(0, 1.12 * max(values))
    place.xaxis.set_visible(False)
    place.tick_params(length=0)
    place.spines[["top", "right", "bottom"]].set_visible(False)
    place.spines["left"].set_color(OTHER)


def number(value: float) -> str:
    """Four digits, or all of a whole number's: 36.69, 6,276, 10,729."""
    return f"{value:,.0f}" if value >= 1000 else f"{value:.4g}"


def is_peer(name: str) -> bool:
    return name.startswith(("trl", "hf", "unsloth"))


def panels_of(case: str, rows: Sequence[Row]) -> list[tuple[str, list[tuple[str, float]]]]:
    """(title, bars): what counts in a case. A whole run by its seconds, else tokens a second, else all its times."""
    mine = [row for row in rows if row["case"] == case and "failed" not in row]
    if not mine:
        return []
    if any("predict_tuned" in row["seconds"] for row in mine):
        return [(f"{case}: seconds, the whole run", [(row["system"], row["seconds"]["total"]) for row in mine])]
    for rate, done in (("train_tokens_per_s", "trained"), ("generate_tokens_per_s", "answered")):
        bars = [(row["system"], row[rate]) for row in mine if rate in row]
        if bars:
            return [(f"{case}: tokens {done} in a second", bars)]
    bars = [(f"{row['system']}, {name}", seconds) for row in mine for name, seconds in row["seconds"].items()]
    return [(f"{case}: seconds", bars)]

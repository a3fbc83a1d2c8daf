"""The plot of `tutorsmith stats`: lengths as histograms, balance as bars."""

import io
import warnings
from typing import TYPE_CHECKING, Any

from tutorsmith.data.stats import BALANCE, NONE, Stats, in_order, summary

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_BARS = 20
_COLOURS = {"question": "#4c8fdb", "answer": "#159a72"}
_BAR = "#4c8fdb"
_ABSENT = "#8b919a"


def draw(stats: Stats, form: str) -> bytes:
    """The plot as SVG or PNG. What all records have in common is left to the tables."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    from tutorsmith.report.plots import font_families

    keys = [key for key in BALANCE if len(stats.balance[key]) > 1]
    rows = 1 + (len(keys) + 1) // 2
    with (
        rc_context({"svg.fonttype": "none", "font.family": font_families(), "font.size": 9}),
        warnings.catch_warnings(),
    ):
        # A machine without Chinese fonts shows boxes in a PNG; an SVG keeps the letters.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font", category=UserWarning)
        figure = Figure(figsize=(9, 2.6 * rows), layout="constrained")
        axes = figure.subplots(rows, 2, squeeze=False).ravel().tolist()
        for part, place in zip(("question", "answer"), axes, strict=False):
            _histogram(place, part, stats)
        for key, place in zip(keys, axes[2:], strict=False):
            _bars(place, key, stats)
        for place in axes[2 + len(keys) :]:
            place.set_visible(False)
        total = sum(stats.records.values())
        figure.suptitle(f"{total} records, {sum(stats.lengths['sample']):,} {stats.unit}", x=0.01, ha="left")
        out = io.BytesIO()
        # The same data give the same bytes.
        figure.savefig(out, format=form, dpi=150, metadata={"Date": None} if form == "svg" else None)
    return out.getvalue()


def _clean(axes: "Axes") -> None:
    axes.spines[["top", "right"]].set_visible(False)


def _histogram(axes: "Axes", part: str, stats: Stats) -> None:
    from matplotlib.ticker import MaxNLocator

    values = stats.lengths[part]
    _clean(axes)
    axes.set_title(f"Length of the {part} ({stats.unit})", loc="left")
    axes.set_ylabel("records")
    if not values:
        return
    axes.hist(
        list(values), bins=min(30, max(5, len(set(values)))), color=_COLOURS[part], edgecolor="white", linewidth=0.4
    )
    found = summary(values)
    for name, style in (("median", "-"), ("p95", "--")):
        axes.axvline(found[name], color="#23292e", linewidth=1, linestyle=style, label=f"{name} {found[name]:g}")
    axes.legend(frameon=False)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))


def _bars(axes: "Axes", key: str, stats: Stats) -> None:
    from matplotlib.ticker import MaxNLocator

    counts = stats.balance[key]
    shown = in_order(counts)
    title = f"By {key}"
    if len(shown) > MOST_BARS:
        shown = counts.most_common(MOST_BARS)
        title += f" (the {MOST_BARS} most frequent of {len(counts)})"
    shown.reverse()
    names: list[Any] = [name if len(name) <= 24 else f"{name[:23]}…" for name, _ in shown]
    colours = [_ABSENT if name == NONE else _BAR for name, _ in shown]
    bars = axes.barh(range(len(shown)), [number for _, number in shown], color=colours)
    axes.set_yticks(range(len(shown)), names, fontsize=8 if len(shown) > 12 else 9)
    axes.set_ylim(-0.6, max(len(shown), 4) - 0.4)
    axes.bar_label(bars, padding=3, fontsize=8)
    axes.margins(x=0.12)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_title(title, loc="left")
    _clean(axes)

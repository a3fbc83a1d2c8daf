"""The trend as SVG by matplotlib: a panel a stage, a line a metric, bars for the 95 % intervals."""

from typing import TYPE_CHECKING, Any

from tutorsmith.report.plots import COLOURS, LOSS, OTHER_COLOUR, WIDTH, standalone, svg_of
from tutorsmith.report.records import HEADLINE_METRICS
from tutorsmith.report.words import Words
from tutorsmith.runs.trend import Point, Series, Trend

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_INK, _GRID = "#23292e", "#d7dde3"
_METRIC_COLOURS = dict(
    zip(HEADLINE_METRICS, (COLOURS["tuned_notes"], COLOURS["tuned"], COLOURS["base_notes"]), strict=True)
)
_MARKERS = dict(zip(HEADLINE_METRICS, ("D", "^", "s"), strict=True))
_WORDS = Words("en")
_MOST_LABELS = 8
_PANEL = 2.6  # inches a stage


def trend_svg(trend: Trend) -> str:
    """On white paper. Runs stand at even distances, in the order in which they were made."""
    return standalone(svg_of(_figure(trend))).decode("utf-8")


def _figure(trend: Trend) -> "Figure":
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    stages = list(dict.fromkeys(series.stage for series in trend.series))
    with rc_context({"font.family": ["DejaVu Sans"], "font.size": 9.5}):
        figure = Figure(figsize=(WIDTH, 0.5 + _PANEL * len(stages)), layout="constrained", facecolor="#ffffff")
        axes = figure.subplots(len(stages), 1, squeeze=False)[:, 0]
        for axis, stage in zip(axes, stages, strict=True):
            _panel(axis, stage, [series for series in trend.series if series.stage == stage])
    return figure


def _panel(axis: Any, stage: str, series: list[Series]) -> None:
    runs = {point.run: point for one in series for point in one.points}
    order = sorted(runs.values(), key=lambda point: (point.made, point.run))
    places = {point.run: k for k, point in enumerate(order)}
    for number, one in enumerate(series):
        # Side by side, so that the intervals of one run do not cover each other.
        shift = (number - (len(series) - 1) / 2) * 0.12
        _line(axis, one, {run: place + shift for run, place in places.items()})
    for place in sorted({places[p.run] for one in series for p in one.points if p.new_benchmark}):
        axis.axvline(place - 0.5, color=LOSS, linewidth=1.3, linestyle=(0, (4, 3)))
        axis.annotate("benchmark changed", (place - 0.5, 50), xytext=(-2, 0), textcoords="offset points", color=LOSS,
                      fontsize=7.5, rotation=90, ha="right", va="center")  # fmt: skip
    step = -(-len(order) // _MOST_LABELS)
    ticks = range(0, len(order), step)
    axis.set_xticks(list(ticks), [order[k].made[5:16].replace("T", "\n") for k in ticks], fontsize=8)
    axis.set_xlim(-0.6, len(order) - 0.4)
    axis.set_ylim(-2, 103)
    axis.set_ylabel("%")
    axis.set_title(stage.replace("$", r"\$"), loc="left", fontsize=10, color=_INK, pad=26)
    axis.grid(color=_GRID, linewidth=0.8)
    axis.set_axisbelow(True)
    axis.tick_params(colors=_INK, labelcolor=_INK, length=3)
    axis.yaxis.label.set_color(_INK)
    for side, spine in axis.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_color(_GRID)
    axis.legend(loc="lower right", bbox_to_anchor=(1.0, 1.03), ncols=len(series), frameon=False, fontsize=8,
                labelcolor=_INK, handletextpad=0.4, columnspacing=1.2)  # fmt: skip


def _line(axis: Any, series: Series, places: dict[str, float]) -> None:
    """One metric: broken where the benchmark changed, hollow where the answers were degenerate."""
    colour = _METRIC_COLOURS.get(series.metric, OTHER_COLOUR)
    label = _WORDS.name("metric", series.metric)
    for point in series.points:
        axis.vlines(places[point.run], 100 * point.low, 100 * point.high, color=colour, linewidth=2, alpha=0.4)
    marker = _MARKERS.get(series.metric, "o")
    for stretch in _stretches(series.points):
        xs, ys = [places[p.run] for p in stretch], [100 * p.value for p in stretch]
        axis.plot(xs, ys, color=colour, linewidth=1.5, marker=marker, markersize=5, label=label)
        label = "_"  # named once
    hollow = [point for point in series.points if point.degenerate]
    axis.plot([places[p.run] for p in hollow], [100 * p.value for p in hollow], linestyle="none", marker=marker,
              markersize=5, markerfacecolor="#ffffff", markeredgecolor=colour, label="_")  # fmt: skip


def _stretches(points: tuple[Point, ...]) -> list[list[Point]]:
    out: list[list[Point]] = []
    for point in points:
        if point.new_benchmark or not out:
            out.append([])
        out[-1].append(point)
    return out

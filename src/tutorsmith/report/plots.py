"""The plots, as SVG and PNG by matplotlib.

Each drawing is made once, with a few marker colours standing for text, grid and paper. `for_page` turns these into the
page's own colours, so that the same plot follows a light or a dark page; `standalone` paints them for a white sheet.
"""

import io
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tutorsmith.report.records import HEADLINE_METRICS, ReportData, Training
from tutorsmith.report.trouble import paired_scores
from tutorsmith.report.words import Words

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Marker colours: fit for white paper as they are (PNG), replaced by the page's own in SVG. Nothing else may use them.
_INK, _GRID, _PAPER = "#23292e", "#d7dde3", "#fefefe"
COLOURS = {"base": "#8b919a", "base_notes": "#c98618", "tuned": "#4c8fdb", "tuned_notes": "#159a72"}
OTHER_COLOUR = "#a268c9"
WIN, LOSS, TIE = "#159a72", "#d2553f", "#8b919a"
_MARKERS = {"base": "o", "base_notes": "s", "tuned": "^", "tuned_notes": "D"}
_CHINESE_FONTS = ("Noto Sans CJK SC", "Noto Sans CJK JP", "Source Han Sans SC", "WenQuanYi Micro Hei", "SimHei",
                  "Microsoft YaHei", "PingFang SC")  # fmt: skip
WIDTH = 6.6  # inches; with 10 point text still readable on a phone, where the plot scrolls sideways
_MOST_BARS = 60  # more questions than this are drawn without their names


def loss_plot(training: Training | None, words: Words) -> "Figure | None":
    """Training and validation loss over optimizer steps, the learning rate small below. None without losses."""
    if training is None or not (training.steps or training.validations):
        return None
    figure, axes = subplots(3.9, rows=2, height_ratios=(4, 1))
    top, bottom = axes
    if training.steps:
        xs, ys = [s[0] for s in training.steps], [s[1] for s in training.steps]
        top.plot(xs, ys, color=COLOURS["tuned"], linewidth=1.6, marker="." if len(xs) < 40 else None,
                 label=words("plot_train"))  # fmt: skip
    if training.validations:
        xs, ys = [v[0] for v in training.validations], [v[1] for v in training.validations]
        top.plot(xs, ys, color=COLOURS["base_notes"], linewidth=1.6, marker="s", markersize=4,
                 label=words("plot_validation"))  # fmt: skip
    if training.best_step is not None and training.best_eval_loss is not None:
        top.plot([training.best_step], [training.best_eval_loss], linestyle="none", marker="o", markersize=11,
                 markerfacecolor="none", markeredgecolor=COLOURS["tuned_notes"], markeredgewidth=1.8,
                 label=words("plot_best"))  # fmt: skip
    top.set_ylabel(words("plot_loss"))
    legend(top)
    rates = [(step, rate) for step, _, rate in training.steps if rate is not None]
    if rates:
        bottom.plot([r[0] for r in rates], [r[1] for r in rates], color=COLOURS["base"], linewidth=1.4)
        bottom.ticklabel_format(axis="y", style="sci", scilimits=(0, 0))
        bottom.set_ylabel(words("plot_rate"), fontsize=8)
        bottom.set_xlabel(words("training_step"))
    else:
        bottom.set_visible(False)
        top.set_xlabel(words("training_step"))
        top.tick_params(labelbottom=True)
    return figure


def metrics_plot(data: ReportData, words: Words, targets: dict[str, float]) -> "Figure | None":
    """One row a metric, one dot with its 95 % interval a system, the target as an upright stroke."""
    metrics = [m for m in data.metrics if any(m in s.metrics for s in data.systems)]
    if not metrics:
        return None
    figure, axes = subplots(0.9 + 0.62 * len(metrics))
    axis = axes[0]
    count = len(data.systems)
    for order, system in enumerate(data.systems):
        offset = (order - (count - 1) / 2) * 0.72 / max(count, 1)
        shown = [(row, system.metrics[m]) for row, m in enumerate(metrics) if m in system.metrics]
        for row, value in shown:
            if value.low is not None and value.high is not None:
                axis.hlines(row + offset, value.low * 100, value.high * 100, linewidth=2, alpha=0.55,
                            color=COLOURS.get(system.name, OTHER_COLOUR))  # fmt: skip
        axis.plot([100 * (v.value or 0.0) for _, v in shown], [row + offset for row, _ in shown], linestyle="none",
                  marker=_MARKERS.get(system.name, "v"), markersize=6, color=COLOURS.get(system.name, OTHER_COLOUR),
                  label=_literal(words.name("system", system.name)))  # fmt: skip
    for row, metric in enumerate(metrics):
        if metric in targets:
            axis.vlines(100 * targets[metric], row - 0.42, row + 0.42, color=LOSS, linewidth=1.6, linestyle=(0, (3, 2)))
    axis.set_yticks(range(len(metrics)), [_literal(words.name("metric", m)) for m in metrics])
    axis.set_ylim(len(metrics) - 0.5, -0.5)
    axis.set_xlim(-2, 102)
    axis.set_xlabel("%")
    axis.grid(axis="y", visible=False)
    for row in range(1, len(metrics)):
        axis.axhline(row - 0.5, color=_GRID, linewidth=0.8)
    axis.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=min(count, 4), frameon=False,
                prop={"family": font_families(), "size": 8.5}, labelcolor=_INK,
                handletextpad=0.3, columnspacing=1.1)  # fmt: skip
    return figure


def paired_plot(data: ReportData, words: Words) -> "Figure | None":
    """One bar a question: key-point coverage of the subject minus that of the baseline, largest loss on top."""
    pairs = paired_scores(data, HEADLINE_METRICS[0])
    if not pairs:
        return None
    named = len(pairs) <= _MOST_BARS
    figure, axes = subplots(0.9 + (0.24 if named else 0.06) * len(pairs))
    axis = axes[0]
    colours = [WIN if d > 0 else LOSS if d < 0 else TIE for _, d in pairs]
    axis.barh(range(len(pairs)), [100 * d for _, d in pairs], color=colours, height=0.68)
    ties = [row for row, (_, d) in enumerate(pairs) if d == 0]
    axis.plot([0] * len(ties), ties, linestyle="none", marker="o", markersize=4, color=TIE)
    axis.axvline(0, color=_INK, linewidth=0.9)
    axis.set_yticks(
        range(len(pairs)) if named else [], [_literal(name) for name, _ in pairs] if named else [], fontsize=8.5
    )
    axis.set_ylim(len(pairs) - 0.4, -0.6)
    axis.set_xlim(-105, 105)
    axis.set_xlabel(words("plot_points"))
    axis.grid(axis="y", visible=False)
    return figure


def drawings(data: ReportData, words: Words, targets: dict[str, float]) -> dict[str, str]:
    """Name (loss, metrics, paired) -> SVG in marker colours, for every plot that has something to show."""
    figures = {
        "loss": loss_plot(data.training, words),
        "metrics": metrics_plot(data, words, targets),
        "paired": paired_plot(data, words),
    }
    return {name: svg_of(figure) for name, figure in figures.items() if figure is not None}


def for_page(svg: str, prefix: str, label: str) -> str:
    """The plot as an <svg> element that takes its colours from the page; ids get a prefix, since a page has several."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'\bid="([^"]+)"', rf'id="{prefix}-\1"', svg)
    svg = re.sub(r"url\(#([^)]+)\)", rf"url(#{prefix}-\1)", svg)
    svg = re.sub(r'href="#([^"]+)"', rf'href="#{prefix}-\1"', svg)
    svg = re.sub(r'<svg\b[^>]*?viewBox="([^"]+)"[^>]*>', rf'<svg viewBox="\1" role="img" aria-label="{_quoted(label)}" '
                 r'xmlns:xlink="http://www.w3.org/1999/xlink">', svg, count=1)  # fmt: skip
    return svg.replace(_INK, "currentColor").replace(_GRID, "var(--grid)").replace(_PAPER, "none")


def standalone(svg: str) -> bytes:
    """The plot as an SVG file on white paper."""
    return svg.replace(_PAPER, "#ffffff").encode("utf-8")


def png(figure: "Figure") -> bytes:
    """The plot as a PNG on white paper, 160 dots an inch."""
    out = io.BytesIO()
    with _quiet():
        figure.savefig(out, format="png", dpi=160, metadata={"Software": None})
    return out.getvalue()


def chinese_can_be_drawn() -> bool:
    """Whether this machine has a font with Chinese glyphs; a PNG needs one, an SVG is drawn by the reader's browser."""
    return len(font_families()) > 1


def font_families() -> list[str]:
    """The fonts to draw with: matplotlib's own, then those installed ones that have what it lacks."""
    from matplotlib.font_manager import fontManager

    installed = {entry.name for entry in fontManager.ttflist}
    return ["DejaVu Sans", *(name for name in _CHINESE_FONTS if name in installed)]


def svg_of(figure: "Figure") -> str:
    """The drawing in marker colours; text stays text and bytes depend on the drawing only."""
    from matplotlib import rc_context

    out = io.StringIO()
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": "tutorsmith"}), _quiet():
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    return out.getvalue()


@contextmanager
def _quiet() -> Iterator[None]:
    """Glyphs that the measuring font lacks are drawn by the reader's own fonts: no reason for a warning."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r"(Glyph|Matplotlib currently does not support)")
        yield


def subplots(
    height: float, rows: int = 1, height_ratios: Sequence[float] = (), *, shared: bool = True
) -> "tuple[Figure, list[Any]]":
    """A figure outside pyplot's global state, in marker colours. height in inches; shared: one x axis for all rows."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context({"font.family": font_families(), "font.size": 9.5, "axes.unicode_minus": True}):
        figure = Figure(figsize=(WIDTH, height), layout="constrained", facecolor=_PAPER)
        ratios = list(height_ratios) or [1] * rows
        axes = figure.subplots(rows, 1, sharex=shared, squeeze=False, height_ratios=ratios)[:, 0]
        for axis in axes:
            axis.set_facecolor(_PAPER)
            axis.grid(color=_GRID, linewidth=0.8)
            axis.set_axisbelow(True)
            axis.tick_params(which="both", colors=_INK, labelcolor=_INK, length=3)
            axis.xaxis.label.set_color(_INK)
            axis.yaxis.label.set_color(_INK)
            axis.yaxis.offsetText.set_color(_INK)
            for side, spine in axis.spines.items():
                spine.set_visible(side in ("left", "bottom"))
                spine.set_color(_GRID)
    return figure, list(axes)


def legend(axis: Any) -> None:
    axis.legend(frameon=False, prop={"family": font_families(), "size": 8.5}, labelcolor=_INK)


def _literal(name: str) -> str:
    """A name of the run as a label: short, and a dollar sign is no formula."""
    return (name if len(name) <= 28 else name[:27] + "…").replace("$", r"\$")


def _quoted(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;").replace("\\", "\\\\")

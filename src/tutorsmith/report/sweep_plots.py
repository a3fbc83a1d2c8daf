"""The plots of a sweep: how the best value fell trial by trial, and the value against each setting."""

from typing import TYPE_CHECKING, Any

from tutorsmith.report.plots import COLOURS, LOSS, legend, subplots, svg_of
from tutorsmith.report.sweep_records import SweepData, toml_value

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_DONE, _BEST, _GIVEN_UP = COLOURS["tuned"], COLOURS["tuned_notes"], LOSS


def sweep_drawings(data: SweepData) -> dict[str, str]:
    """Plot name (history, settings) -> SVG in marker colours."""
    return {"history": svg_of(history_plot(data)), "settings": svg_of(settings_plot(data))}


def history_plot(data: SweepData) -> "Figure":
    """One dot a finished trial in the order of their numbers, the best so far as a line, trials given up as strokes."""
    figure, axes = subplots(3.0)
    axis = axes[0]
    done = sorted(data.complete, key=lambda trial: trial.number)
    numbers, values = [t.number for t in done], [t.value or 0.0 for t in done]
    better = max if data.maximize else min
    reached = [better(values[: k + 1]) for k in range(len(values))]
    axis.plot(numbers, values, linestyle="none", marker="o", markersize=5, color=_DONE, label="finished")
    axis.step(numbers, reached, where="post", linewidth=1.6, color=_BEST, label="best so far")
    given_up = [trial.number for trial in data.trials if trial.state == "pruned"]
    if given_up:
        axis.plot(given_up, [0.02] * len(given_up), linestyle="none", marker="|", markersize=9, color=_GIVEN_UP,
                  transform=axis.get_xaxis_transform(), label="given up")  # fmt: skip
    present = data.present
    if present is not None:
        axis.axhline(present.value or 0.0, color=COLOURS["base"], linewidth=1.2, linestyle=(0, (4, 3)),
                     label="settings as they were")  # fmt: skip
    _whole_numbers(axis)
    axis.set_xlabel("trial")
    axis.set_ylabel(data.objective)
    legend(axis)
    return figure


def settings_plot(data: SweepData) -> "Figure":
    """A panel a setting: the value of each finished trial against it; the best trial stands out."""
    figure, axes = subplots(0.4 + 1.9 * len(data.space), rows=len(data.space), shared=False)
    for axis, name in zip(axes, data.space, strict=True):
        _panel(axis, data, name)
    return figure


def _panel(axis: Any, data: SweepData, name: str) -> None:
    shown = [trial for trial in data.complete if name in trial.params]
    raw = [trial.params[name] for trial in shown]
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in raw):
        places: list[float] = list(raw)
        if name in data.logarithmic:
            axis.set_xscale("log")
        elif all(isinstance(value, int) for value in raw):
            _whole_numbers(axis)
    else:
        names = sorted({toml_value(value) for value in raw})
        places = [names.index(toml_value(value)) for value in raw]
        axis.set_xticks(range(len(names)), names)
    values = [trial.value or 0.0 for trial in shown]
    axis.plot(places, values, linestyle="none", marker="o", markersize=5, color=_DONE)
    axis.plot(places[:1], values[:1], linestyle="none", marker="D", markersize=8, color=_BEST)
    axis.set_xlabel(name)
    axis.set_ylabel(data.objective)


def _whole_numbers(axis: Any) -> None:
    from matplotlib.ticker import MaxNLocator

    axis.xaxis.set_major_locator(MaxNLocator(integer=True))

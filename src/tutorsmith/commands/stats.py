"""`tutorsmith stats`: tables on the terminal, JSON, and a plot."""

import json
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tutorsmith.core.artifacts import write_bytes
from tutorsmith.core.errors import UsageError
from tutorsmith.data.stats import BALANCE, NONE, PARTS, Stats, collect, in_order, summary, words_of
from tutorsmith.models.count import can_count, text_tokens

FORMS = (".svg", ".png")
_BAR = 30
WIDE = 200  # columns where the output is no terminal: nothing is cut off in a file or a pipe


def stats_command(files: Sequence[Path], form: str, plot: Path | None) -> None:
    """Print what the files hold.

    Raises: UsageError for a plot that is neither SVG nor PNG; DataError for a file that cannot be read; ResourceError.
    """
    if plot is not None and plot.suffix.lower() not in FORMS:
        raise UsageError(f"no such form of plot: '{plot.suffix}'", where=str(plot), mend="name it .svg or .png")
    stats = collect(files, text_tokens, "tokens") if can_count() else collect(files, words_of, "words")
    if form == "json":
        print(json.dumps(stats.as_dict(), ensure_ascii=False, indent=2))
    else:
        _tell(stats, Console(highlight=False, width=None if sys.stdout.isatty() else WIDE))
    if plot is not None:
        from tutorsmith.report.stats_plot import draw

        write_bytes(plot, draw(stats, plot.suffix.lower().removeprefix(".")))
        print(f"plot: {plot}", file=sys.stderr)


def _tell(stats: Stats, console: Console) -> None:
    files = Table("file", "records", "left out", title="Files", title_justify="left")
    for name in stats.files:
        left_out = stats.left_out[name]
        lines = f"{len(left_out)} (line {', '.join(map(str, left_out[:5]))}{', ...' if len(left_out) > 5 else ''})"
        files.add_row(name, str(stats.records[name]), lines if left_out else "0")
    console.print(files)
    console.print(f"{sum(stats.records.values())} records, {sum(stats.lengths['sample']):,} {_unit(stats)}")
    lengths = Table(
        "length", "min", "median", "mean", "p95", "max", title=f"Lengths in {stats.unit}", title_justify="left"
    )
    for part in PARTS:
        found = summary(stats.lengths[part])
        lengths.add_row(part, *(f"{value:g}" for value in found.values()))
    console.print(lengths)
    for key, where in BALANCE.items():
        counts = stats.balance[key]
        if set(counts) - {NONE}:
            console.print(_balance(key, where, counts))


def _unit(stats: Stats) -> str:
    if stats.unit == "tokens":
        return "tokens of the embedded model, without the marks between turns"
    return "words (an estimate: the embedded model is not installed, so its tokens cannot be counted)"


def _balance(key: str, where: str, counts: Counter[str]) -> Table:
    table = Table(key, "records", "share", "", title=f"By {key} ({where})", title_justify="left")
    total, most = counts.total(), max(counts.values())
    for value, number in in_order(counts):
        table.add_row(value, str(number), f"{number / total:.0%}", "█" * max(1, round(_BAR * number / most)))
    return table

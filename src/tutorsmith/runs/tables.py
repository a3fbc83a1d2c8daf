"""The run index as text for a terminal. Rich is imported when a table is drawn."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tutorsmith.evaluation.statistics import summarise_seeds
from tutorsmith.report.figures import percent, span
from tutorsmith.report.records import HEADLINE_METRICS
from tutorsmith.report.words import Words
from tutorsmith.runs.compare import Best, SideBySide
from tutorsmith.runs.index import Runs
from tutorsmith.runs.record import RunRecord

if TYPE_CHECKING:
    from rich.table import Table

WIDE = 200  # columns where the output is no terminal: nothing is cut off in a file or a pipe
_WORDS = Words("en")


def cell(record: RunRecord, metric: str) -> str:
    """Such as "57.1 % [34–77.6 %] n 28"; a dash where the metric does not apply."""
    entry = record.metrics.get(metric)
    return f"{percent(entry['value'])} [{span(entry['low'], entry['high'])}] n {entry['n']}" if entry else "–"


def when(record: RunRecord) -> str:
    """To the minute, UTC."""
    return record.made[:16].replace("T", " ")


def health(record: RunRecord) -> str:
    return "" if record.damage else "degenerate" if record.degenerate else "ok"


def show_list(runs: Runs) -> None:
    """One row a run; the reasons of damage and mixture below the table."""
    metrics = [_WORDS.name("metric", metric) for metric in HEADLINE_METRICS]
    table = _table("stage", "run", "when (UTC)", "model", "seed", *metrics, "health", "manifest", "gate")
    for r in runs.records:
        values = [cell(r, metric) for metric in HEADLINE_METRICS]
        seed = "" if r.seed is None else str(r.seed)
        table.add_row(r.stage, r.path, when(r), r.model, seed, *values, health(r), r.manifest_state, r.gate)
    _print(table)
    for record in runs.records:
        why = record.damage or record.mismatch
        if why:
            print(f"{record.path}: {why}")
    if not runs.records:
        print(f"no runs below {runs.root}")


def show_run(runs: Runs, record: RunRecord) -> None:
    """All metrics of all systems, what it was made from, and its runs of other seeds."""
    print(f"{record.path}: stage {record.stage}, {when(record)} UTC, {record.model}, seed {record.seed}")
    print(f"  health {health(record)}, manifest {record.manifest_state}, gate {record.gate or 'not asked'}")
    if record.mismatch:
        print(f"  {record.mismatch}")
    table = _table("metric", *record.systems)
    for metric in dict.fromkeys(metric for metrics in record.systems.values() for metric in metrics):
        entries = [metrics.get(metric) for metrics in record.systems.values()]
        cells = [f"{percent(e['value'])} [{span(e['low'], e['high'])}] n {e['n']}" if e else "–" for e in entries]
        table.add_row(_WORDS.name("metric", metric), *cells)
    _print(table)
    for line in seed_lines(runs, record):
        print(line)
    for name, digest in record.hashes.items():
        print(f"  {name}: {digest}")


def seed_lines(runs: Runs, record: RunRecord) -> list[str]:
    """Mean and standard deviation over the runs that differ in their seed only; empty without one."""
    others = runs.siblings(record)
    if not others:
        return []
    group = [record, *others]
    lines = [f"  seeds: {', '.join(f'{other.seed} ({other.path})' for other in group)}"]
    for metric in record.metrics:
        values = [other.metrics[metric]["value"] for other in group if metric in other.metrics]
        summary = summarise_seeds(values)
        if summary.deviation is None:
            continue
        verdict = "stable" if summary.stable else "not stable"
        told = f"mean {percent(summary.mean)}, standard deviation {100 * summary.deviation:.1f} points"
        lines.append(f"    {_WORDS.name('metric', metric)}: {told} over {summary.n} seeds: {verdict}")
    return lines


def show_comparison(compared: SideBySide) -> None:
    if compared.trouble:
        print(compared.trouble)
    table = _table("", *(record.path for record in compared.records))
    for metric in dict.fromkeys(metric for record in compared.records for metric in record.metrics):
        table.add_row(_WORDS.name("metric", metric), *(cell(record, metric) for record in compared.records))
    table.add_row("health", *(health(record) for record in compared.records))
    table.add_row("manifest", *(record.manifest_state for record in compared.records))
    table.add_section()
    for kind, name, values in compared.differences:
        table.add_row(f"{kind}: {name}", *values)
    _print(table)
    if not compared.differences:
        print("nothing differs in data, notes, model, adapter and settings")


def show_best(found: Sequence[Best]) -> None:
    for best in found:
        where = "lower bound of " if best.on == "low" else ""
        print(f"stage {best.stage}: highest {where}{best.metric}, benchmark {best.benchmark[7:19]}")
        for record in best.winners:
            tie = " (tie)" if len(best.winners) > 1 else ""
            print(f"  {record.path}: {cell(record, best.metric)}{tie}")
        for standing in best.others:
            verdict = "worse" if standing.told_apart else "not distinguishable from the best"
            print(f"  {standing.record.path}: {cell(standing.record, best.metric)}: {verdict} ({standing.how})")
        for path, why in best.left_out:
            print(f"  left out: {path}: {why}")


def _table(*columns: str) -> "Table":
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for name in columns:
        table.add_column(name, overflow="fold")
    return table


def _print(table: "Table") -> None:
    from rich.console import Console

    console = Console(width=None if sys.stdout.isatty() else WIDE, markup=False, highlight=False, emoji=False)
    console.print(table)

"""Targets, what came of them, and how many questions it takes to show that one is exceeded."""

from collections.abc import Mapping
from dataclasses import dataclass

from tutorsmith.report.figures import percent, size
from tutorsmith.report.records import COVERAGE, FORMAT, REFUSAL, ReportData, Value
from tutorsmith.report.words import Words

Targets = Mapping[str, Mapping[str, float]]

# The requested targets: a value must be above them.
DEFAULT_TARGETS: Targets = {
    "style": {COVERAGE: 0.90, FORMAT: 0.95, REFUSAL: 0.85},
    "writing": {COVERAGE: 0.85, FORMAT: 0.90, REFUSAL: 0.80},
    "all": {COVERAGE: 0.88, FORMAT: 0.92},
}
SHORT_NAMES = {"coverage": COVERAGE, "format": FORMAT, "refusal": REFUSAL}
LARGER_BENCHMARKS = (60, 100, 200)  # sizes for which the page says how many right answers would do


@dataclass(frozen=True, slots=True)
class TargetRow:
    """state: met | value | below | missed | absent; task: "" for the stage as a whole.

    questions: how many the value rests on; needed: how many it takes at least, all of them right; tolerated: for larger
    benchmarks, (questions, right ones that would do).
    """

    task: str
    metric: str
    target: float
    value: Value | None
    state: str
    questions: int | None
    needed: int
    tolerated: tuple[tuple[int, int], ...]

    @property
    def can_be_shown(self) -> bool:
        return self.questions is None or self.questions >= self.needed


def target_rows(data: ReportData, targets: Targets) -> list[TargetRow]:
    """Targets of the stage on its totals; where a stage has several tasks, also those of each task on its part."""
    subject = data.subject
    tasks = data.tasks or tuple(subject.slices.get("task", {}) if subject else ())
    stage = data.stage if data.stage in targets else (known_as(tasks[0]) if len(tasks) == 1 else data.stage)
    rows = [_row("", m, t, subject.metrics.get(m) if subject else None) for m, t in _named(targets, stage)]
    if len(tasks) > 1 and subject:
        for task in tasks:
            values = subject.slices.get("task", {}).get(task, {})
            wanted = _named(targets, task if task in targets else known_as(task))
            rows += [_row(task, metric, target, values.get(metric)) for metric, target in wanted]
    return rows


def known_as(task: str) -> str:
    """The task's short name: a task is called after its benchmark file, "style_benchmark"."""
    return task.removesuffix("_benchmark")


def _named(targets: Targets, stage: str) -> list[tuple[str, float]]:
    return [(SHORT_NAMES.get(name, name), target) for name, target in targets.get(stage, {}).items()]


def _row(task: str, metric: str, target: float, value: Value | None) -> TargetRow:
    from tutorsmith.evaluation.statistics import fewest_items, successes_to_show

    whole = not 0.0 < target < 1.0  # "> 100 %" can never be shown, "> 0 %" by one
    needed = 1 if whole else fewest_items(target)
    right = [] if whole else [(n, k) for n in LARGER_BENCHMARKS if (k := successes_to_show(target, n)) is not None]
    questions = value.questions if value else None
    return TargetRow(task, metric, target, value, _state(value, target), questions, needed, tuple(right))


def _state(value: Value | None, target: float) -> str:
    if value is None or value.value is None:
        return "absent"
    if value.value > target:
        return "met" if value.low is not None and value.low > target else "value"
    return "missed" if value.high is not None and value.high <= target else "below"


def balance(data: ReportData, words: Words) -> str:
    """How far the tasks are apart in key-point coverage; empty for a run with one task only."""
    if len(data.tasks) < 2 and data.stage != "all":
        return ""
    parts = data.subject.slices.get("task", {}) if data.subject else {}
    known = sorted(
        ((v.value, task) for task, values in parts.items() if (v := values.get(COVERAGE)) and v.value is not None)
    )
    if len(known) < 2:
        return words("balance_none")
    (low, low_task), (high, high_task) = known[0], known[-1]
    return words(
        "balance",
        metric=words.inside("metric", COVERAGE),
        low_value=percent(low),
        low_task=words.name("task", low_task),
        high_value=percent(high),
        high_task=words.name("task", high_task),
        gap=size(high - low),
    )

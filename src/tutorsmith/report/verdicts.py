"""The four answers at the top of a report, each derived from the numbers of the run and from nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tutorsmith.report.figures import percent, points, probability, size, span
from tutorsmith.report.records import (
    COVERAGE,
    FORMAT,
    HEADLINE_METRICS,
    REFUSAL,
    Difference,
    ReportData,
    SystemView,
    Value,
)
from tutorsmith.report.trouble import Trouble, outcome_counts, troubles
from tutorsmith.report.words import Words

Targets = Mapping[str, Mapping[str, float]]

# The requested targets: a value must be above them.
DEFAULT_TARGETS: Targets = {
    "style": {COVERAGE: 0.90, FORMAT: 0.95, REFUSAL: 0.85},
    "writing": {COVERAGE: 0.85, FORMAT: 0.90, REFUSAL: 0.80},
    "all": {COVERAGE: 0.88, FORMAT: 0.92},
}
SHORT_NAMES = {"coverage": COVERAGE, "format": FORMAT, "refusal": REFUSAL}
LARGEST_P = 0.05
# With every answer right, 0.9 ** 29 < 0.05: fewer questions can never show "> 90 %" at the 5 % level.
FEWEST_QUESTIONS = 29


@dataclass(frozen=True, slots=True)
class Answer:
    """One of the four. tone: good | bad | unsure | none (nothing measured); chip: one or two words; text: sentences."""

    key: str
    question: str
    tone: str
    chip: str
    text: str


@dataclass(frozen=True, slots=True)
class TargetRow:
    """state: met | value | below | missed | absent; task: "" for the stage as a whole."""

    task: str
    metric: str
    target: float
    value: Value | None
    state: str


def answers(data: ReportData, targets: Targets, words: Words) -> tuple[Answer, ...]:
    """Better? Enough? Where? Trust? In this order."""
    found = troubles(data)
    return (
        _better(data, words),
        _enough(data, target_rows(data, targets), words),
        _where(data, found, words),
        _trust(data, words),
    )


def change(row: Difference) -> str:
    """better | worse | unsure: shown only where the interval leaves out zero and p, corrected, is at most 5 %."""
    if row.low is None or row.high is None or (row.p_used is not None and row.p_used > LARGEST_P):
        return "unsure"
    return "better" if row.low > 0 else "worse" if row.high < 0 else "unsure"


def rows_between(data: ReportData, a: str, b: str, task: str | None = None) -> list[Difference]:
    """The comparison rows of b against a, headline metrics first."""
    order = {metric: place for place, metric in enumerate(data.metrics)}
    rows = [r for r in data.comparison if (r.a, r.b, r.task) == (a, b, task) and r.difference is not None]
    return sorted(rows, key=lambda r: order.get(r.metric, len(order)))


def target_rows(data: ReportData, targets: Targets) -> list[TargetRow]:
    """Targets of the stage on its totals; where a stage has several tasks, also those of each task on its part."""
    rows: list[TargetRow] = []
    subject = data.subject
    tasks = data.tasks or tuple(subject.slices.get("task", {}) if subject else ())
    stage = data.stage if data.stage in targets else (tasks[0] if len(tasks) == 1 else data.stage)
    for metric, target in _full_names(targets.get(stage, {})).items():
        value = subject.metrics.get(metric) if subject else None
        rows.append(TargetRow("", metric, target, value, _state(value, target)))
    if len(tasks) > 1 and subject:
        for task in tasks:
            for metric, target in _full_names(targets.get(task, {})).items():
                value = subject.slices.get("task", {}).get(task, {}).get(metric)
                rows.append(TargetRow(task, metric, target, value, _state(value, target)))
    return rows


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
        metric=words.name("metric", COVERAGE),
        low_value=percent(low),
        low_task=words.name("task", low_task),
        high_value=percent(high),
        high_task=words.name("task", high_task),
        gap=size(high - low),
    )


def _full_names(targets: Mapping[str, float]) -> dict[str, float]:
    return {SHORT_NAMES.get(name, name): target for name, target in targets.items()}


def _state(value: Value | None, target: float) -> str:
    if value is None or value.value is None:
        return "absent"
    if value.value > target:
        return "met" if value.low is not None and value.low > target else "value"
    return "missed" if value.high is not None and value.high <= target else "below"


def _value_of(data: ReportData, system: str, metric: str) -> str:
    view = data.system(system)
    value = view.metrics.get(metric) if view else None
    return percent(value.value if value else None)


def _better(data: ReportData, words: Words) -> Answer:
    question = words("q_better")
    subject, baseline = data.subject, data.baseline
    rows = rows_between(data, baseline.name, subject.name) if subject and baseline else []
    if not rows or subject is None or baseline is None:
        name = words.name("system", subject.name) if subject else "?"
        return Answer("better", question, "none", words("not_measured"), words("better_none", subject=name))
    main, others = rows[0], rows[1:]
    key = {"better": "better_yes", "worse": "better_no", "unsure": "better_unsure"}[change(main)]
    sentences = [words("unusable")] if subject.degenerate else []
    sentences += [
        words(
            key,
            metric=words.name("metric", main.metric),
            a=_value_of(data, main.a, main.metric),
            b=_value_of(data, main.b, main.metric),
            diff=size(main.difference) if change(main) == "better" else points(main.difference),
            low=points(main.low),
            high=points(main.high),
            p=probability(main.p_used),
            n=main.n if main.n is not None else "?",
        )
    ]
    smallest = _smallest(data, subject.name, main.metric)
    if change(main) == "unsure" and smallest is not None:
        sentences.append(words("better_smallest", points=size(smallest)))
    wins, losses, ties = outcome_counts(data)
    if not wins + losses + ties:
        wins, losses, ties = main.wins or 0, main.losses or 0, main.ties or 0
    if wins + losses + ties:
        sentences.append(words("by_questions", wins=wins, losses=losses, ties=ties))
    if others:
        sentences.append(words("better_others", list=words.join([_other(row, words) for row in others])))
    if baseline.name != "base_notes":
        sentences.append(words("better_not_notes", baseline=words.name("system", baseline.name)))
    tone, chip = _better_tone(data, main, others)
    return Answer("better", question, tone, words(chip), words.sentences(sentences))


def _better_tone(data: ReportData, main: Difference, others: Sequence[Difference]) -> tuple[str, str]:
    if data.subject is not None and data.subject.degenerate:
        return "bad", "no"
    kind = change(main)
    if kind == "better" and any(change(row) == "worse" for row in others):
        return "unsure", "mixed"
    return {"better": ("good", "yes"), "worse": ("bad", "no"), "unsure": ("unsure", "cannot_tell")}[kind]


def _smallest(data: ReportData, system: str, metric: str) -> float | None:
    view = data.system(system)
    value = view.metrics.get(metric) if view else None
    return value.smallest_difference if value else None


def _other(row: Difference, words: Words) -> str:
    return words(f"change_{change(row)}", metric=words.name("metric", row.metric), diff=points(row.difference))


def _enough(data: ReportData, rows: Sequence[TargetRow], words: Words) -> Answer:
    question = words("q_enough")
    main = [row for row in rows if not row.task] or list(rows)
    if not main:
        return Answer("enough", question, "none", words("not_measured"), words("enough_none"))

    def listed(*states: str) -> str:
        return words.join([_target_item(row, words) for row in main if row.state in states])

    states = {row.state for row in main}
    sentences = [words("unusable")] if data.subject is not None and data.subject.degenerate else []
    if states & {"missed", "below"}:
        sentences.append(words("enough_missed", list=listed("missed", "below")))
    if "value" in states:
        sentences.append(words("enough_value", list=listed("value")))
    if "absent" in states:
        sentences.append(words("enough_absent", list=listed("absent")))
    if states == {"met"}:
        sentences.append(words("enough_all"))
    count = len(data.questions)
    if 0 < count < FEWEST_QUESTIONS:
        sentences.append(words("enough_few", n=count))
    if text := balance(data, words):
        sentences.append(text)
    tone, chip = _enough_tone(data, states)
    return Answer("enough", question, tone, words(chip), words.sentences(sentences))


def _enough_tone(data: ReportData, states: set[str]) -> tuple[str, str]:
    if "missed" in states or (data.subject is not None and data.subject.degenerate):
        return "bad", "no"
    if "below" in states:
        return "bad", "not_yet"
    if states == {"absent"}:
        return "none", "not_measured"
    return ("good", "yes") if states == {"met"} else ("unsure", "not_shown")


def _target_item(row: TargetRow, words: Words) -> str:
    value = row.value
    shown = percent(value.value if value else None)
    if value is not None and value.low is not None:
        shown = f"{shown} [{span(value.low, value.high)}]"
    return words(
        "target_item", metric=words.name("metric", row.metric), value=shown, target=percent(row.target)
    )  # fmt: skip


def _where(data: ReportData, found: Sequence[Trouble], words: Words) -> Answer:
    question = words("q_where")
    judged = [t for t in found if t.judged]
    if not judged:
        return Answer("where", question, "none", words("not_measured"), words("where_none"))
    failing = [t for t in judged if t.failing]
    if not failing:
        return Answer("where", question, "good", words("nowhere"), words("where_clean", n=len(judged)))
    summary = words("where_summary", failing=len(failing), n=len(judged), list=words.join(_kinds(failing, words)))
    sentences = [summary]
    sentences += [text for kind in ("chapter", "category", "difficulty") if (text := _weakest(data, kind, words))][:2]
    chip = words("n_of_m", n=len(failing), m=len(judged))
    return Answer("where", question, "unsure", chip, words.sentences(sentences))


def _kinds(failing: Sequence[Trouble], words: Words) -> list[str]:
    """How many questions fail in which way; a question may fail in several."""

    def count(metric: str) -> int:
        return sum(1 for t in failing if any(v.metric == metric and not v.contradicted for v in t.missed))

    others = sum(1 for t in failing if any(v.metric not in HEADLINE_METRICS for v in t.missed))
    counts = {
        "where_unhealthy": sum(1 for t in failing if t.unhealthy),
        "where_contradicted": sum(1 for t in failing if t.contradicted),
        "where_missed": count(COVERAGE),
        "where_format": count(FORMAT),
        "where_refusal": count(REFUSAL),
        "where_other": others,
    }
    return [words(key, n=n) for key, n in counts.items() if n]


def _weakest(data: ReportData, kind: str, words: Words) -> str:
    """The part with the lowest coverage, where there are at least two parts to choose from and they differ."""
    parts = data.subject.slices.get(kind, {}) if data.subject else {}
    known = sorted((v.value, part) for part, vs in parts.items() if (v := vs.get(COVERAGE)) and v.value is not None)
    if len(known) < 2 or known[0][0] == known[-1][0]:
        return ""
    return words(
        "where_weakest",
        kind=words.name("slice", kind),
        part=words.name("part", known[0][1]),
        metric=words.name("metric", COVERAGE),
        value=percent(known[0][0]),
    )


def _trust(data: ReportData, words: Words) -> Answer:
    grave, mild = _doubts(data, words)
    question = words("q_trust")
    if grave:
        return Answer("trust", question, "bad", words("no"), words("trust_no", list=words.join(grave + mild)))
    if mild:
        return Answer("trust", question, "unsure", words("with_care"), words("trust_care", list=words.join(mild)))
    return Answer("trust", question, "good", words("yes"), words("trust_yes", n=len(data.questions)))


def _doubts(data: ReportData, words: Words) -> tuple[list[str], list[str]]:
    """Grave doubts (the numbers do not stand) and mild ones (they stand, with care)."""
    grave: list[str] = []
    mild: list[str] = []
    shown = [s for s in (data.subject, data.baseline) if s is not None]
    for system in shown:
        name = words.name("system", system.name)
        if system.degenerate and system.name.startswith("tuned"):
            grave.append(words("broken_model", system=name))
        if system is data.subject and (unhealthy := _unhealthy(data, system)):
            mild.append(words("unhealthy", n=unhealthy, system=name))
    grave += [
        words("missing_answers", n=s.missing, system=words.name("system", s.name)) for s in data.systems if s.missing
    ]
    if len({s.answers for s in data.systems}) > 1 and not any(s.missing for s in data.systems):
        grave.append(words("unlike_questions"))
    if data.manifest_agrees is False:
        grave.append(words("wrong_manifest"))
    if errors := data.checks.get("errors", 0):
        grave.append(words("check_errors", n=errors))
    if len(data.questions) < FEWEST_QUESTIONS:
        mild.append(words("few_questions", n=len(data.questions)))
    if len(data.seeds) == 1:
        mild.append(words("one_seed"))
    if warnings := data.checks.get("warnings", 0):
        mild.append(words("check_warnings", n=warnings))
    if "manifest.json" in data.absent:
        mild.append(words("no_manifest"))
    if "check.json" in data.absent:
        mild.append(words("no_check"))
    mild += [words("unreadable", file=name) for name in data.unreadable]
    return grave, mild


def _unhealthy(data: ReportData, system: SystemView) -> int:
    """Answers with any health flag; without the answers, the largest single count, since flags may overlap."""
    flagged = sum(1 for q in data.questions if (a := q.answer_of(system.name)) is not None and a.flags)
    return max([flagged, *system.health.values()])


def degenerate_banner(data: ReportData, words: Words) -> str:
    """The sentence that comes before everything else when a tuned model's answers are unusable; else empty."""
    for system in reversed(data.systems):
        if system.degenerate and (system.name.startswith("tuned") or system is data.subject):
            counts = [f"{words.name('health', k)} {n}" for k, n in system.health.items() if n]
            return words(
                "degenerate",
                counts=", ".join(counts) or "–",
                n=system.answers,
                system=words.name("system", system.name),
            )
    return ""


def has_headline(data: ReportData) -> bool:
    return data.subject is not None and any(m in data.subject.metrics for m in HEADLINE_METRICS)

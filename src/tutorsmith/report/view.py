"""What the templates see: one context of plain values and small functions, the same for Markdown and HTML."""

from collections.abc import Mapping
from typing import Any

from tutorsmith.report import figures, highlight
from tutorsmith.report.records import (
    COVERAGE,
    HEADLINE_METRICS,
    ReportData,
    Training,
    Value,
)
from tutorsmith.report.trouble import paired_scores, question_outcome, worst
from tutorsmith.report.verdicts import (
    Targets,
    answers,
    balance,
    change,
    degenerate_banner,
    rows_between,
    target_rows,
)
from tutorsmith.report.words import Words

WORST_SHOWN = 8
SLICE_KINDS = ("category", "difficulty", "chapter")


def context(data: ReportData, words: Words, targets: Targets) -> dict[str, Any]:
    """Everything a template may use. Numbers are formatted by the functions of `figures`."""
    rows = target_rows(data, targets)
    failing = worst(data)
    anchors = {(q.task, q.id): f"q{number}" for number, q in enumerate(data.questions, start=1)}
    return {
        **functions(words),
        "d": data,
        "subject": data.subject,
        "baseline": data.baseline,
        "banner": degenerate_banner(data, words),
        "answers": answers(data, targets, words),
        "target_rows": rows,
        "targets": {row.metric: row.target for row in rows if not row.task},
        "balance": balance(data, words),
        "subtitle": _subtitle(data, words),
        "slices": _slices(data),
        "slice_metrics": [m for m in HEADLINE_METRICS if m in data.metrics] or list(data.metrics[:3]),
        "tasks": _tasks(data),
        "comparisons": _comparisons(data),
        "worst": failing[:WORST_SHOWN],
        "worst_rest": max(0, len(failing) - WORST_SHOWN),
        "paired": paired_scores(data, COVERAGE),
        "health_kinds": list(dict.fromkeys(kind for s in data.systems for kind in s.health)),
        "anchor": lambda question: anchors[question.task, question.id],
        "loss_rows": _loss_rows(data.training),
        "having": lambda metric: [s for s in data.systems if metric in s.metrics],
        "outcome": lambda question: question_outcome(data, question),
        "training_sentences": _training(data, words),
        "seconds_total": sum(data.seconds.values()),
    }


def functions(words: Words) -> dict[str, Any]:
    """The wording and the number formats."""
    return {
        "w": words,
        "name": words.name,
        "pct": figures.percent,
        "span": figures.span,
        "points": figures.points,
        "size": figures.size,
        "prob": figures.probability,
        "num": figures.number,
        "loss": figures.loss,
        "secs": figures.seconds,
        "segments": highlight.segments,
        "clipped": highlight.clipped,
        "shown": lambda answer: answer[: highlight.SHOWN_CHARACTERS],
        "change": change,
        "shorten": shorten,
        "flag_names": lambda flags: ", ".join(words.name("health", flag) for flag in flags),
        "lang": {"en": "en", "zh": "zh-CN"}[words.language],
    }


def shorten(text: str, limit: int = 120) -> str:
    """The first line's beginning, for summaries."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def _subtitle(data: ReportData, words: Words) -> str:
    if data.subject is None:
        return words("subtitle_none")
    subject = words.name("system", data.subject.name)
    if data.baseline is None:
        return words("subtitle_alone", subject=subject, n=len(data.questions))
    return words(
        "subtitle", subject=subject, baseline=words.name("system", data.baseline.name), n=len(data.questions)
    )  # fmt: skip


def _worst_part(values: Mapping[str, Value]) -> tuple[float, float]:
    """Sorts parts by coverage, then by the lowest of all metrics; a part without coverage comes last."""
    coverage = values.get(COVERAGE)
    numbers = [v.value for v in values.values() if v.value is not None]
    return (
        coverage.value if coverage and coverage.value is not None else 2.0,
        min(numbers, default=2.0),
    )  # fmt: skip


def _slices(data: ReportData) -> list[tuple[str, list[str], list[tuple[str, Mapping[str, Value]]]]]:
    """(kind, metrics with a value, [(part, values)]) of the subject, worst part first; kinds without parts left out."""
    tables = []
    for kind in SLICE_KINDS:
        parts = data.subject.slices.get(kind, {}) if data.subject else {}
        rows = sorted(((part, values) for part, values in parts.items() if values), key=lambda r: _worst_part(r[1]))
        metrics = [m for m in HEADLINE_METRICS if any(m in values for _, values in rows)]
        if rows and metrics:
            tables.append((kind, metrics, rows))
    return tables


def _tasks(data: ReportData) -> list[tuple[str, str, Mapping[str, Value]]]:
    """(task, system, metrics) for runs with several tasks; task "" is all of them together."""
    names = list(dict.fromkeys(task for s in data.systems for task in s.slices.get("task", {})))
    if len(names) < 2:
        return []
    rows = [(task, s.name, s.slices.get("task", {}).get(task, {})) for task in names for s in data.systems]
    return rows + [("", s.name, s.metrics) for s in data.systems]


def _comparisons(data: ReportData) -> list[tuple[str, str, str | None, list[Any]]]:
    """(a, b, task, rows): subject against baseline first, then every other pair of the run."""
    first = (data.baseline.name, data.subject.name) if data.baseline and data.subject else ("", "")
    pairs = dict.fromkeys((row.a, row.b, row.task) for row in data.comparison)
    ordered = sorted(pairs, key=lambda pair: (pair[:2] != first, pair[2] is not None))
    return [(a, b, task, rows) for a, b, task in ordered if (rows := rows_between(data, a, b, task))]


def _loss_rows(training: Training | None) -> list[tuple[int, float | None, float | None, float | None]]:
    """(step, training loss, learning rate, validation loss) for every step that recorded any of them."""
    if training is None:
        return []
    losses = {step: (loss, rate) for step, loss, rate in training.steps}
    validations = dict(training.validations)
    return [(s, *losses.get(s, (None, None)), validations.get(s)) for s in sorted(losses.keys() | validations.keys())]


def _training(data: ReportData, words: Words) -> list[str]:
    training = data.training
    if training is None:
        return []
    sentences = []
    if training.steps:
        sentences.append(
            words(
                "training_facts",
                steps=training.steps[-1][0],
                first=figures.loss(training.steps[0][1]),
                last=figures.loss(training.steps[-1][1]),
                epochs=figures.number(training.epochs),
            )
        )
    else:
        sentences.append(words("training_no_steps"))
    if training.best_step is not None and training.best_eval_loss is not None:
        sentences.append(
            words("training_best", step=training.best_step, loss=figures.loss(training.best_eval_loss))
        )  # fmt: skip
    if not training.validations:
        sentences.append(words("training_no_validation"))
    if training.stopped:
        sentences.append(words("training_stopped", reason=training.stopped))
    if training.tokens_per_s is not None:
        sentences.append(words("training_speed", speed=f"{training.tokens_per_s:.0f}"))
    return sentences

"""What the templates see: one context of plain values and small functions, the same for Markdown and HTML."""

from collections.abc import Mapping, Sequence
from typing import Any

from tutorsmith.report import figures, highlight
from tutorsmith.report.records import (
    COVERAGE,
    HEADLINE_METRICS,
    SKILL_METRICS,
    Audit,
    ReportData,
    SystemView,
    Training,
    Value,
)
from tutorsmith.report.slices import FEWEST_IN_SLICE, slice_tables
from tutorsmith.report.strip import better_strip, trust_strip
from tutorsmith.report.targets import TargetRow, Targets, balance, target_rows
from tutorsmith.report.trouble import Trouble, by_weight, outcome_counts, paired_scores, question_outcome, troubles
from tutorsmith.report.trust import degenerate_banner, gaps
from tutorsmith.report.verdicts import answers, change, failure_kinds, main_rows, rows_between
from tutorsmith.report.words import Words

FINDINGS_SHOWN = 20
LONG_ANSWER = 1_400  # characters; more, or more lines, is a page: folded until asked for
LONG_LINES = 24
EVALUATED = ("predictions", "baseline")
"""The systems as `tutorsmith evaluate` names them. A run names its systems otherwise: a review of its page leaves the
system out, and the hash of the answer says which one is meant."""


def context(data: ReportData, words: Words, targets: Targets) -> dict[str, Any]:
    """Everything a template may use. Numbers are formatted by the functions of `figures`."""
    rows = target_rows(data, targets)
    cards = by_weight(data)
    failing = [card for card in troubles(data) if card.judged and card.failing]
    anchors = {(q.task, q.id): f"q{number}" for number, q in enumerate(data.questions, start=1)}
    return {
        **functions(words),
        "d": data,
        "subject": data.subject,
        "baseline": data.baseline,
        "banner": degenerate_banner(data, words),
        "gaps": gaps(data),
        "answers": {answer.key: answer for answer in answers(data, targets, words)},
        "strips": {"better": better_strip(data, words), "trust": trust_strip(data, words)},
        "target_rows": rows,
        "targets": {row.metric: row.target for row in rows if not row.task},
        "balance": balance(data, words),
        "subtitle": _subtitle(data, words),
        "slices": slice_tables(data),
        "fewest_in_slice": FEWEST_IN_SLICE,
        "tasks": _tasks(data),
        "task_metrics": [m for m in (*HEADLINE_METRICS, *SKILL_METRICS) if m in data.metrics] or list(data.metrics[:3]),
        "main_rows": main_rows(data),
        "other_pairs": _other_pairs(data),
        "paired": paired_scores(data, COVERAGE),
        "cards": cards,
        "decided": _decided(data, cards),
        "counts": outcome_counts(data),
        "kinds": failure_kinds(failing),
        "failing": len(failing),
        "filters": _filters(data),
        "health_kinds": list(dict.fromkeys(kind for s in data.systems for kind in s.health)),
        "undecided": _undecided(data.subject),
        "findings": _findings(data),
        "judge_rows": _judge_rows(data),
        "audit": _audit(data),
        "anchor": lambda question: anchors[question.task, question.id],
        "loss_rows": _loss_rows(data.training),
        "having": lambda metric: [s for s in data.systems if metric in s.metrics],
        "outcome": lambda question: question_outcome(data, question),
        "training_sentences": _training(data, words),
        "seconds_total": sum(data.seconds.values()),
    }


def functions(words: Words) -> dict[str, Any]:
    """The wording and the number formats."""

    def spaced(write: Any) -> Any:
        return lambda *values: words.spaced(write(*values))

    return {
        "w": words,
        "name": words.name,
        "pct": spaced(figures.percent),
        "span": spaced(figures.span),
        "points": figures.points,
        "size": figures.size,
        "prob": figures.probability,
        "num": figures.number,
        "loss": figures.loss,
        "secs": figures.seconds,
        "segments": highlight.segments,
        "marked_numbers": highlight.marked_numbers,
        "clipped": highlight.clipped,
        "shown": lambda answer: answer[: highlight.SHOWN_CHARACTERS],
        "is_long": lambda text: len(text) > LONG_ANSWER or text.count("\n") > LONG_LINES,
        "change": change,
        "shorten": shorten,
        "review_system": lambda system: system if system in EVALUATED else "",
        "takes": lambda row: _takes(row, words),
        "flag_names": lambda flags: words.listed([words.name("health", flag) for flag in flags]),
        "lang": {"en": "en", "zh": "zh-CN"}[words.language],
    }


def shorten(text: str, limit: int = 120) -> str:
    """The first line's beginning, for summaries."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def _decided(data: ReportData, cards: Sequence[Trouble]) -> list[tuple[Trouble, str, list[tuple[str, float, float]]]]:
    """(question, outcome, [(metric, score of the baseline, of the subject)]): lost first, then mixed, then won."""
    order = ("lost", "both_ways", "won")
    found = [(card, question_outcome(data, card.question)) for card in cards]
    known = sorted((pair for pair in found if pair[1] in order), key=lambda pair: order.index(pair[1]))
    return [(card, result, _changes(data, card)) for card, result in known]


def _changes(data: ReportData, card: Trouble) -> list[tuple[str, float, float]]:
    before = card.question.answer_of(data.baseline.name if data.baseline else None)
    if before is None or card.answer is None:
        return []
    now = card.answer.scores
    return [(m, before.scores[m], now[m]) for m in now if m in before.scores and now[m] != before.scores[m]]


def _takes(row: TargetRow, words: Words) -> str:
    """How many questions it takes to show that a target is exceeded."""
    more = [words("takes_more", n=n, right=right) for n, right in row.tolerated if n > row.needed]
    return words("takes_or" if more else "takes_least", n=row.needed, list=words.listed(more))


def _subtitle(data: ReportData, words: Words) -> str:
    if data.subject is None:
        return words("subtitle_none")
    subject = words.name("system", data.subject.name)
    if data.baseline is None:
        return words("subtitle_alone", subject=subject, n=len(data.questions))
    return words(
        "subtitle", subject=subject, baseline=words.name("system", data.baseline.name), n=len(data.questions)
    )  # fmt: skip


def _tasks(data: ReportData) -> list[tuple[str, str, Mapping[str, Value]]]:
    """(task, system, metrics) for runs with several tasks; task "" is all of them together."""
    names = list(dict.fromkeys(task for s in data.systems for task in s.slices.get("task", {})))
    if len(names) < 2:
        return []
    rows = [(task, s.name, s.slices.get("task", {}).get(task, {})) for task in names for s in data.systems]
    return rows + [("", s.name, s.metrics) for s in data.systems]


def _other_pairs(data: ReportData) -> list[tuple[str, str, str | None, list[Any]]]:
    """(a, b, task, rows) of every pair but the subject against the baseline over all tasks."""
    first = (data.baseline.name, data.subject.name, None) if data.baseline and data.subject else ("", "", None)
    pairs = dict.fromkeys((row.a, row.b, row.task) for row in data.comparison)
    ordered = sorted((pair for pair in pairs if pair != first), key=lambda pair: (pair[:2] != first[:2], bool(pair[2])))
    return [(a, b, task, rows) for a, b, task in ordered if (rows := rows_between(data, a, b, task))]


def _filters(data: ReportData) -> dict[str, list[str]]:
    """What the questions can be filtered by; a kind of one part only filters nothing."""
    found = {
        "chapter": sorted({q.chapter for q in data.questions if q.chapter}),
        "category": sorted({q.category for q in data.questions if q.category}),
        "difficulty": sorted({q.difficulty for q in data.questions if q.difficulty}, key=_by_difficulty),
    }
    return {kind: parts for kind, parts in found.items() if len(parts) > 1}


def _by_difficulty(name: str) -> tuple[int, str]:
    known = ("easy", "medium", "hard")
    return (known.index(name) if name in known else len(known), name)


def _undecided(subject: SystemView | None) -> int:
    value = subject.metrics.get(COVERAGE) if subject else None
    return (value.undecided or 0) if value else 0


def _findings(data: ReportData) -> list[Any]:
    """The findings of the data check, leaks first, errors before warnings."""
    found = data.checks.findings if data.checks else ()
    leaks = {id(finding) for finding in data.checks.leaks} if data.checks else set()
    return sorted(found, key=lambda f: (id(f) not in leaks, f.severity != "error"))[:FINDINGS_SHOWN]


def _audit(data: ReportData) -> dict[Audit, list[str]]:
    """Each remark of the stop-token audit with the systems that it concerns."""
    found: dict[Audit, list[str]] = {}
    for system in data.systems:
        for remark in system.stop_audit:
            found.setdefault(remark, []).append(system.name)
    return found


def _judge_rows(data: ReportData) -> list[tuple[str, str, Value | None, Value | None]]:
    """(system, metric, by rules only, with the judge model) wherever the run has both or says so for the subject."""
    rows: list[tuple[str, str, Value | None, Value | None]] = [
        (system.name, metric, system.metrics.get(metric), value)
        for system in data.systems
        for metric, value in system.metrics_with_judge.items()
    ]
    if not rows and data.judge is not None and data.subject is not None:
        without = data.judge.metrics_without
        rows = [
            (data.subject.name, metric, value, data.subject.metrics.get(metric)) for metric, value in without.items()
        ]
    return rows


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
        sentences.append(words("training_stopped", reason=words.plain(training.stopped)))
    if training.tokens_per_s is not None:
        sentences.append(words("training_speed", speed=f"{training.tokens_per_s:.0f}"))
    return sentences

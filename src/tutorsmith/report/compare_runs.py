"""Two run folders side by side: the same questions answered by both, and what differs in how they were made."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tutorsmith.core.artifacts import write_json, write_text
from tutorsmith.core.errors import DataError
from tutorsmith.report.build import build
from tutorsmith.report.environment import html_environment, markdown_environment
from tutorsmith.report.markdown import tidy
from tutorsmith.report.records import AnswerView, QuestionView, ReportData, Value
from tutorsmith.report.trouble import outcome
from tutorsmith.report.trust import degenerate_banner
from tutorsmith.report.verdicts import LARGEST_P
from tutorsmith.report.view import functions
from tutorsmith.report.words import Words


@dataclass(frozen=True, slots=True)
class CompareFiles:
    json: Path
    markdown: Path
    html: Path


@dataclass(frozen=True, slots=True)
class Pair:
    """One question that both runs answered. outcome: B against A."""

    question: QuestionView
    a: AnswerView
    b: AnswerView
    outcome: str


@dataclass(frozen=True, slots=True)
class MetricPair:
    """One metric in both runs; difference, interval and Holm's p over shared questions, B minus A (None: too few)."""

    metric: str
    a: Value | None
    b: Value | None
    n: int
    difference: float | None
    low: float | None
    high: float | None
    p: float | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs of one stage. differences: (kind, name, text in A, text in B)."""

    a: ReportData
    b: ReportData
    pairs: tuple[Pair, ...]
    only_a: int
    only_b: int
    metrics: tuple[MetricPair, ...]
    differences: tuple[tuple[str, str, str, str], ...]

    def count(self, kind: str) -> int:
        return sum(1 for pair in self.pairs if pair.outcome == kind)

    @property
    def p(self) -> float:
        """Sign test (exact) on the questions won and lost."""
        from tutorsmith.evaluation.statistics import mcnemar_exact

        return mcnemar_exact(self.count("won"), self.count("lost"))


def compare_runs(a: Path, b: Path, out: Path, language: str = "en") -> CompareFiles:
    """Write `compare.json`, `compare.md` and `compare.html` into the folder `out` for two run folders.

    Every stage that both runs evaluated is compared; runs of different stages are compared if each has one report.
    Raises: DataError when a folder holds no report or it is not clear which to compare; UsageError; ResourceError.
    """
    words = Words(language)
    comparisons = [_comparison(build(a, first), build(b, second)) for first, second in _stages(a, b)]
    context = {**functions(words), "comparisons": comparisons, "name_a": a.name, "name_b": b.name,
               "verdicts": [_verdict(c, words) for c in comparisons]}  # fmt: skip
    page = html_environment().get_template("compare.html.j2").render(context)
    text = tidy(markdown_environment().get_template("compare.md.j2").render(context))
    files = CompareFiles(out / "compare.json", out / "compare.md", out / "compare.html")
    write_json(
        files.json, {"schema_version": 1, "a": a.name, "b": b.name, "stages": [_as_json(c) for c in comparisons]}
    )
    write_text(files.markdown, text)
    write_text(files.html, page)
    return files


def _stages(a: Path, b: Path) -> list[tuple[str, str]]:
    found: list[list[str]] = []
    for folder in (a, b):
        stages = sorted(p.stem.removeprefix("eval_report_") for p in folder.glob("eval_report_*.json"))
        if not stages:
            raise DataError("no evaluation in this folder", where=str(folder), mend="run `tutorsmith evaluate` on it")
        found.append(stages)
    shared = [stage for stage in found[0] if stage in found[1]]
    if shared:
        return [(stage, stage) for stage in shared]
    if len(found[0]) == len(found[1]) == 1:
        return [(found[0][0], found[1][0])]
    raise DataError(
        f"the runs share no stage: {', '.join(found[0])} against {', '.join(found[1])}",
        where=str(b),
        mend="compare runs that were evaluated on the same stage",
    )


def _comparison(a: ReportData, b: ReportData) -> Comparison:
    name_a, name_b = (d.subject.name if d.subject else "" for d in (a, b))
    theirs = {_key(q): q for q in b.questions}
    pairs = []
    for question in a.questions:
        other = theirs.get(_key(question))
        first = question.answer_of(name_a)
        second = other.answer_of(name_b) if other else None
        if first is not None and second is not None:
            pairs.append(Pair(question, first, second, outcome(first, second)))
    order = {"lost": 0, "both_ways": 1, "won": 2, "equal": 3, "": 4}
    pairs.sort(key=lambda pair: order[pair.outcome])
    metrics = _adjusted([_metric(metric, a, b, pairs) for metric in dict.fromkeys((*a.metrics, *b.metrics))])
    return Comparison(
        a=a,
        b=b,
        pairs=tuple(pairs),
        only_a=len(a.questions) - len(pairs),
        only_b=len(b.questions) - len(pairs),
        metrics=tuple(m for m in metrics if m.a or m.b),
        differences=tuple(_differences(a, b)),
    )


def _key(question: QuestionView) -> tuple[str, str]:
    """Questions are the same when id and wording are: the same id of another benchmark is another question."""
    return question.id, " ".join(question.question.split())


def _adjusted(metrics: Sequence[MetricPair]) -> list[MetricPair]:
    """With p adjusted for the number of metrics (Holm 1979)."""
    from tutorsmith.evaluation.statistics import holm

    tested = [m for m in metrics if m.p is not None]
    adjusted = dict(zip([m.metric for m in tested], holm([m.p for m in tested if m.p is not None]), strict=True))
    return [replace(m, p=adjusted.get(m.metric)) for m in metrics]


BALANCED = "refusal_balanced_accuracy"
"""A mean of two shares, not of questions: a mean of per-question differences would not be its difference."""


def _metric(metric: str, a: ReportData, b: ReportData, pairs: Sequence[Pair]) -> MetricPair:
    from tutorsmith.evaluation.resampling import paired_interval, sign_flip_test

    first, second = (d.subject.metrics.get(metric) if d.subject else None for d in (a, b))
    changes = [p.b.scores[metric] - p.a.scores[metric] for p in pairs if metric in p.a.scores and metric in p.b.scores]
    if len(changes) < 2 or metric == BALANCED:
        return MetricPair(metric, first, second, len(changes), None, None, None, None)
    interval = paired_interval(changes)
    low, high = max(-1.0, interval.low), min(1.0, interval.high)  # shares differ by at most 1
    return MetricPair(metric, first, second, len(changes), sum(changes) / len(changes), low, high,
                      sign_flip_test(changes))  # fmt: skip


def _differences(a: ReportData, b: ReportData) -> list[tuple[str, str, str, str]]:
    """What the two runs were made from and with, where it is not the same. Absent in one run: empty text."""
    rows = []
    one, two = ({(f.kind, f.name): f.text for f in d.facts} for d in (a, b))
    first, second = ({("settings", s.name): s.value for s in d.settings} for d in (a, b))
    for mine, theirs in ((one, two), (first, second)):
        for key in dict.fromkeys((*mine, *theirs)):
            if mine.get(key) != theirs.get(key):
                rows.append((*key, mine.get(key, ""), theirs.get(key, "")))
    if a.seeds != b.seeds:
        rows.append(("seeds", "", ", ".join(a.seeds), ", ".join(b.seeds)))
    return rows


def _verdict(comparison: Comparison, words: Words) -> dict[str, Any]:
    """tone, text and alarms (a run whose tuned model is broken) of one stage."""
    alarms = [
        f"{label}: {text}"
        for label, data in (("A", comparison.a), ("B", comparison.b))
        if (text := degenerate_banner(data, words))
    ]
    shared = len(comparison.pairs)
    if not shared:
        return {"tone": "none", "text": words("compare_none"), "alarms": alarms}
    won, lost = comparison.count("won"), comparison.count("lost")
    ties = shared - won - lost
    clear = comparison.p <= LARGEST_P
    key = "compare_verdict_none" if not clear else "compare_verdict_b" if won > lost else "compare_verdict_a"
    same = not comparison.only_a and not comparison.only_b
    sentences = [
        words(key, wins=won, losses=lost, ties=ties, p=functions(words)["prob"](comparison.p)),
        words("compare_same", n=shared)
        if same
        else words("compare_part", n=shared, a=comparison.only_a, b=comparison.only_b),
    ]
    tone = "unsure" if not clear else "good" if won > lost else "bad"
    return {"tone": tone, "text": words.sentences(sentences), "alarms": alarms}


def _as_json(comparison: Comparison) -> dict[str, Any]:
    return {
        "stage_a": comparison.a.stage,
        "stage_b": comparison.b.stage,
        "system_a": comparison.a.subject.name if comparison.a.subject else None,
        "system_b": comparison.b.subject.name if comparison.b.subject else None,
        "shared_questions": len(comparison.pairs),
        "only_a": comparison.only_a,
        "only_b": comparison.only_b,
        "b_won": comparison.count("won"),
        "b_lost": comparison.count("lost"),
        "sign_test_p": comparison.p if comparison.pairs else None,
        "metrics": [
            {
                "metric": m.metric,
                "a": m.a.value if m.a else None,
                "b": m.b.value if m.b else None,
                "n": m.n,
                "difference": m.difference,
                "low": m.low,
                "high": m.high,
                "p": m.p,
            }
            for m in comparison.metrics
        ],
        "items": [
            {"id": p.question.id, "outcome": p.outcome, "a": dict(p.a.scores), "b": dict(p.b.scores)}
            for p in comparison.pairs
        ],
        "differences": [list(row) for row in comparison.differences],
    }

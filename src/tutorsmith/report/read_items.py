"""The questions of an evaluation with the answers of all systems and their verdicts, from `items` of its JSON."""

import hashlib
import json
from collections.abc import Sequence

from tutorsmith.report.raw import JsonObject, as_list, as_number, as_object, as_objects, as_text, as_texts
from tutorsmith.report.records import (
    COVERAGE,
    SYSTEM_ORDER,
    AnswerView,
    Correction,
    Excerpt,
    QuestionView,
    VerdictView,
)

JUDGES = ("rules", "judge", "teacher")


def read_questions(items: object) -> tuple[QuestionView, ...]:
    """Entries of one question (one per system) joined, in the order of the file. Ids are unique within a task."""
    grouped: dict[tuple[str, str], list[JsonObject]] = {}
    for entry in as_objects(items):
        grouped.setdefault((as_text(entry.get("task")), as_text(entry.get("id"))), []).append(entry)
    return tuple(_question(entries) for entries in grouped.values())


def system_rank(name: str) -> tuple[int, str]:
    return (SYSTEM_ORDER.index(name) if name in SYSTEM_ORDER else len(SYSTEM_ORDER), name)


def _question(entries: Sequence[JsonObject]) -> QuestionView:
    def first(key: str) -> str:
        return next((text for entry in entries if (text := as_text(entry.get(key)))), "")

    answers = sorted((_answer(e) for e in entries), key=lambda a: system_rank(a.system))
    return QuestionView(
        id=first("id"),
        task=first("task"),
        category=first("category"),
        difficulty=first("difficulty"),
        chapter=first("chapter"),
        refusal_type=first("refusal_type"),
        question=first("question"),
        reference=first("reference"),
        answers=tuple(answers),
    )


def _answer(entry: JsonObject) -> AnswerView:
    verdicts = _verdicts(as_objects(entry.get("verdicts")))
    raw = entry.get("answer")
    return AnswerView(
        system=as_text(entry.get("system")),
        answer=None if raw is None else as_text(raw),
        finish_reason=as_text(entry.get("finish_reason")),
        flags=as_texts(entry.get("flags")),
        retrieved=tuple(
            Excerpt(
                as_text(r.get("source")), as_text(r.get("chunk")), as_text(r.get("heading")), as_number(r.get("score"))
            )
            for r in as_objects(entry.get("retrieved"))
        ),
        verdicts=verdicts,
        scores=_scores(entry.get("scores"), verdicts),
        sha256=hashlib.sha256(("" if raw is None else str(raw)).encode("utf-8", "replace")).hexdigest(),
    )


def _scores(scored: object, verdicts: Sequence[VerdictView]) -> dict[str, float]:
    """The evaluator's own score of this answer by metric; for a report without them, the share of verdicts passed."""
    if isinstance(scored, dict):
        return {str(metric): share for metric, value in scored.items() if (share := as_number(value)) is not None}
    shares: dict[str, float] = {}
    for metric in dict.fromkeys(v.metric for v in verdicts):
        decided = [v for v in verdicts if v.metric == metric and v.passed is not None]
        if decided:
            shares[metric] = sum(v.passed is True for v in decided) / len(decided)
    return shares


def _verdicts(rows: Sequence[JsonObject]) -> tuple[VerdictView, ...]:
    """Key points first, each with its number; a stable order, so that key point 2 is number 2 in every answer."""
    ordered = sorted(rows, key=lambda row: as_text(row.get("metric")) != COVERAGE)
    labels = [key_point_label(row.get("key_point")) for row in ordered if as_text(row.get("metric")) == COVERAGE]
    return tuple(_verdict(row, number, labels) for number, row in enumerate(ordered, start=1))


def _verdict(raw: JsonObject, number: int, labels: Sequence[str]) -> VerdictView:
    passed = raw.get("passed")
    metric = as_text(raw.get("metric"))
    label = key_point_label(raw.get("key_point"))
    by = as_text(raw.get("by"))
    judge = as_object(raw.get("judge"))
    return VerdictView(
        metric=metric,
        key_point=label,
        vital=raw.get("vital") is not False,
        passed=passed if isinstance(passed, bool) else None,
        contradicted=raw.get("contradicted") is True,
        matched=as_text(raw.get("matched")),
        rule=as_text(raw.get("rule")),
        number=number,
        key=_review_key(label, raw.get("key_point"), number, labels) if metric == COVERAGE else "",
        by=by if by in JUDGES else "rules",
        judge_model=as_text(judge.get("model")),
        judge_answer=as_text(judge.get("answer")),
        judge_reason=as_text(judge.get("reason")),
        correction=_correction(raw.get("review")),
    )


def _review_key(label: str, raw: object, number: int, labels: Sequence[str]) -> str:
    """The label where it names one key point without doubt, else the number. Reviews accept both."""
    named = isinstance(raw, str) or any(as_object(raw).get(k) for k in ("text", "formula", "quantity"))
    return label if named and labels.count(label) == 1 and not label.strip().isdecimal() else str(number)


def _correction(raw: object) -> Correction | None:
    if not isinstance(raw, dict):
        return None
    return Correction(*(as_text(raw.get(key)) for key in ("was", "now", "note", "reviewer")))


def key_point_label(raw: object) -> str:
    """The wording a teacher knows the key point by; a key point is a string or an object (see the data format)."""
    if not isinstance(raw, dict):
        return as_text(raw)
    known = next((as_text(raw[k]) for k in ("text", "formula", "quantity") if raw.get(k)), "")
    wordings = as_list(raw.get("any_of"))
    return known or (as_text(wordings[0]) if wordings else as_text(json.dumps(raw, ensure_ascii=False)))

"""How well the rules agree with a teacher: share with interval, Cohen's kappa, and where they differ."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tutorsmith.evaluation.judge import key_point_text
from tutorsmith.evaluation.review_file import Line
from tutorsmith.evaluation.score import COVERAGE, METRICS, ItemScore, Verdict
from tutorsmith.evaluation.statistics import wilson


@dataclass(frozen=True, slots=True)
class Reviewed:
    """One verdict with the teacher's word on it. system: a name; place: of the item; row: None for a new verdict."""

    line: Line
    system: str
    place: int
    row: int | None
    metric: str
    now: str
    passed: bool
    contradicted: bool

    @property
    def target(self) -> tuple[str, int, str, int | None]:
        return self.system, self.place, self.metric, self.row


def answer_hash(score: ItemScore) -> str:
    """SHA-256 of the answer's text in hexadecimal; of the empty string where there is none."""
    answer = score.prediction.prediction if score.prediction else ""
    return hashlib.sha256(answer.encode("utf-8", "replace")).hexdigest()


def verdict_word(verdict: Verdict) -> str:
    """The rules' verdict in the words of a review file; "undecided" where they left it open."""
    if verdict["passed"] is None:
        return "undecided"
    if verdict["metric"] != COVERAGE:
        return "pass" if verdict["passed"] else "fail"
    return "contradicted" if verdict["contradicted"] else "covered" if verdict["passed"] else "not_covered"


def agreement(reviewed: Sequence[Reviewed], scored: Mapping[str, Sequence[ItemScore]]) -> dict[str, Any]:
    """How often rules and teacher come to the same outcome (pass or not), over all reviewed verdicts and by metric.

    Equal answers of several systems count once. An undecided verdict counts as it does in the metrics: not passed.
    """
    pairs: dict[tuple[str, ...], tuple[Reviewed, str, bool]] = {}
    for entry in reviewed:
        score = scored[entry.system][entry.place]
        verdict = score.verdicts[entry.row] if entry.row is not None else None
        was = verdict_word(verdict) if verdict else "none"
        passed = verdict is not None and verdict["passed"] is True
        key = (score.item.id, answer_hash(score), entry.metric, str(entry.row), entry.now)
        pairs.setdefault(key, (entry, was, passed))
    found = list(pairs.values())
    metrics = [metric for metric in METRICS if any(entry.metric == metric for entry, *_ in found)]
    return {
        **_figures([(entry.passed, passed) for entry, _, passed in found]),
        "by_metric": {
            metric: _figures([(entry.passed, passed) for entry, _, passed in found if entry.metric == metric])
            for metric in metrics
        },
        "disagreements": [
            _disagreement(entry, was, scored[entry.system][entry.place])
            for entry, was, passed in found
            if passed != entry.passed
        ],
    }


def _figures(pairs: Sequence[tuple[bool, bool]]) -> dict[str, Any]:
    n = len(pairs)
    same = sum(one == other for one, other in pairs)
    interval = wilson(same / n, n)
    return {"n": n, "agreement": same / n, "low": interval.low, "high": interval.high, "kappa": kappa(pairs)}


def kappa(pairs: Sequence[tuple[bool, bool]]) -> float | None:
    """Cohen's kappa (1960): agreement beyond chance. None where chance alone would agree always, or without pairs."""
    n = len(pairs)
    if n == 0:
        return None
    observed = sum(one == other for one, other in pairs) / n
    first, second = (sum(pair[side] for pair in pairs) / n for side in (0, 1))
    chance = first * second + (1 - first) * (1 - second)
    return None if chance >= 1 else (observed - chance) / (1 - chance)


def _disagreement(entry: Reviewed, was: str, score: ItemScore) -> dict[str, Any]:
    point = score.verdicts[entry.row].get("key_point") if entry.row is not None else None
    return {
        "id": score.item.id,
        "system": entry.system,
        "metric": entry.metric,
        "key_point": key_point_text(point) if point is not None else "",
        "was": was,
        "now": entry.now,
        "note": entry.line.note,
        "reviewer": entry.line.reviewer,
    }

"""One system's predictions against the benchmark: verdicts for each item, metrics with intervals, health, slices.

Items are never skipped. An item without a prediction, or with one that failed, fails every metric that applies to it,
is counted in `missing` or `failed`, and says so in each of its verdicts. A metric that applies to no item is absent.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean
from typing import Any

from tutorsmith.data.health import FLAGS, health_flags
from tutorsmith.data.schema import BenchmarkItem, Prediction
from tutorsmith.evaluation.metrics.citations import judge_citations
from tutorsmith.evaluation.metrics.format import judge_format
from tutorsmith.evaluation.metrics.prompt import numbered_excerpts
from tutorsmith.evaluation.metrics.refusal import judge_refusal
from tutorsmith.evaluation.metrics.tool_calls import judge_tool_calls
from tutorsmith.evaluation.statistics import Interval, balanced_interval, clustered_size, smallest_difference, wilson

COVERAGE = "key_point_coverage"
FORMAT = "format_compliance"
REFUSAL = "refusal_accuracy"
BALANCED = "refusal_balanced_accuracy"
KIND = "refusal_kind_accuracy"
CITATION = "citation_validity"
TOOLS = "tool_call_accuracy"
METRICS: tuple[str, ...] = (COVERAGE, FORMAT, REFUSAL, BALANCED, KIND, CITATION, TOOLS)

ANSWERED = "answered"
"""The counterpart of REFUSAL on items that are to be answered; together they make BALANCED."""

DEGENERATE_FLAGS = frozenset({"empty", "looping", "echo", "template_tokens"})
DEGENERATE_SHARE = 0.5

SLICES: tuple[str, ...] = ("task", "category", "difficulty", "chapter")

RULES, JUDGE, TEACHER = "rules", "judge", "teacher"
"""Who decided a verdict, as its field `by` says."""

MISSING, FAILED = "missing", "failed"
_WHY = {MISSING: "there is no prediction for this item", FAILED: "the prediction failed (finish_reason: error)"}

Verdict = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ItemScore:
    """All that is known of one answer.

    scores: metric -> share in [0, 1]; points: 1 or 0 for each counted key point; trouble: "missing", "failed" or "".
    """

    task: str
    item: BenchmarkItem
    prediction: Prediction | None
    trouble: str
    flags: tuple[str, ...]
    verdicts: tuple[Verdict, ...]
    scores: Mapping[str, float]
    points: tuple[float, ...]

    def slice_of(self, kind: str) -> str | None:
        """The name of the slice that the item falls into, None when its meta doesn't say."""
        if kind == "task":
            return self.task
        value = self.item.meta.get(kind)
        return str(value) if value not in (None, "") else None


def score_item(task: str, item: BenchmarkItem, prediction: Prediction | None) -> ItemScore:
    """Apply every metric that concerns the item."""
    trouble = MISSING if prediction is None else (FAILED if prediction.finish_reason == "error" else "")
    answer = "" if prediction is None or trouble else prediction.prediction
    verdicts: list[Verdict] = []
    scores: dict[str, float] = {}
    points = _score_key_points(item, answer, verdicts, scores)
    _score_format(item, answer, verdicts, scores)
    _score_refusal(item, prediction, answer, verdicts, scores)
    _score_citations(item, prediction, answer, verdicts, scores)
    _score_tools(item, prediction, verdicts, scores)
    if trouble:
        for verdict in verdicts:
            verdict.update(passed=False, contradicted=False, matched="", rule=_WHY[trouble])
        scores = dict.fromkeys(scores, 0.0)
        points = [0.0] * len(points)
    return ItemScore(task, item, prediction, trouble, _flags(item, prediction), tuple(verdicts), scores, tuple(points))


def coverage_points(verdicts: Iterable[Verdict], *, with_judge: bool = False) -> list[float]:
    """1 or 0 for each key point that counts: the vital ones, or all where none is vital.

    An undecided point is not covered, unless the judge model is heard and says that it is.
    """
    points = [verdict for verdict in verdicts if verdict["metric"] == COVERAGE]
    counted = [verdict for verdict in points if verdict["vital"]] or points
    return [float(verdict["passed"] is True or (with_judge and _judged_covered(verdict))) for verdict in counted]


def _judged_covered(verdict: Verdict) -> bool:
    return bool(verdict["by"] == JUDGE and verdict["judge"]["answer"] == "covered")


def with_points(score: ItemScore, points: Sequence[float]) -> ItemScore:
    """The score with other outcomes of its key points."""
    scores = {**score.scores, COVERAGE: fmean(points)} if points else score.scores
    return replace(score, scores=scores, points=tuple(points))


def system_report(scores: Sequence[ItemScore], scoring_seconds: float = 0.0) -> dict[str, Any]:
    """The object of one system in eval_report.json."""
    slices = {kind: {name: metrics_of(part) for name, part in _parts(scores, kind).items()} for kind in SLICES}
    missing, failed = ([score.item.id for score in scores if score.trouble == why] for why in (MISSING, FAILED))
    return {
        "metrics": metrics_of(scores),
        "missing": len(missing),
        "missing_ids": missing,
        "failed": len(failed),
        "failed_ids": failed,
        "health": health_of(scores),
        **tools_of(scores),
        "refusals": refusals_of(scores),
        "slices": {kind: parts for kind, parts in slices.items() if parts},
        "seconds": {
            "generation": round(sum(score.prediction.latency_s for score in scores if score.prediction), 3),
            "scoring": round(scoring_seconds, 3),
        },
    }


def metrics_of(scores: Sequence[ItemScore]) -> dict[str, dict[str, float | int]]:
    """Every metric that applies to at least one of the items, with its interval."""
    out: dict[str, dict[str, float | int]] = {}
    for metric in METRICS:
        entry = _METRICS[metric](scores, metric)
        if entry is not None:
            out[metric] = entry
    return out


def health_of(scores: Sequence[ItemScore]) -> dict[str, int | bool]:
    """Counts of each flag over the answers that exist, and whether most of these are no answers at all."""
    answers = [score for score in scores if not score.trouble]
    counts = Counter(flag for score in answers for flag in score.flags)
    ill = sum(bool(DEGENERATE_FLAGS.intersection(score.flags)) for score in answers)
    degenerate = bool(scores) and (not answers or ill > DEGENERATE_SHARE * len(answers))
    return {"n": len(answers), **{flag: counts[flag] for flag in FLAGS}, "degenerate": degenerate}


def tools_of(scores: Sequence[ItemScore]) -> dict[str, dict[str, int]]:
    """Answers that were shown results of calls, their results, how many of these were errors, and rounds in all; {}
    where no call was run."""
    shown = [score.prediction for score in scores if score.prediction and score.prediction.rounds]
    if not shown:
        return {}
    results = [entry.get("result") for prediction in shown for entry in prediction.tool_results]
    failed = sum(isinstance(result, Mapping) and "error" in result for result in results)
    rounds = sum(prediction.rounds for prediction in shown)
    return {"tools": {"answers": len(shown), "calls": len(results), "failed": failed, "rounds": rounds}}


def refusals_of(scores: Sequence[ItemScore]) -> dict[str, int]:
    """The four cells behind the refusal metrics; an answer that is empty, missing or failed is in neither right one."""
    to_refuse = [score for score in scores if score.item.refusal_type]
    to_answer = [score for score in scores if not score.item.refusal_type]
    refused = sum(score.scores[REFUSAL] == 1.0 for score in to_refuse)
    over = sum(any(v["metric"] == BALANCED and _refuses(v) for v in score.verdicts) for score in to_answer)
    return {
        "to_refuse": len(to_refuse),
        "refused": refused,
        "under_refused": len(to_refuse) - refused,
        "to_answer": len(to_answer),
        "over_refused": over,
    }


def _refuses(verdict: Verdict) -> bool:
    """Whether a question to be answered was refused; an empty answer, which matches nothing, is no refusal."""
    return not verdict["passed"] and bool(verdict["matched"] or verdict["by"] == TEACHER)


def _parts(scores: Sequence[ItemScore], kind: str) -> dict[str, list[ItemScore]]:
    parts: dict[str, list[ItemScore]] = {}
    for score in scores:
        name = score.slice_of(kind)
        if name is not None:
            parts.setdefault(name, []).append(score)
    return dict(sorted(parts.items()))


def _entry(value: float, interval: Interval, n: int, n_effective: float) -> dict[str, float | int]:
    return {
        "value": value,
        "n": n,
        "n_effective": n_effective,
        "low": interval.low,
        "high": interval.high,
        "smallest_difference": smallest_difference(value, n_effective),
    }


def _share(scores: Sequence[ItemScore], metric: str) -> dict[str, float | int] | None:
    values = [score.scores[metric] for score in scores if metric in score.scores]
    if not values:
        return None
    value = fmean(values)
    return _entry(value, wilson(value, len(values)), len(values), float(len(values)))


def _coverage(scores: Sequence[ItemScore], metric: str) -> dict[str, float | int] | None:
    """Mean over items of the share of key points covered; n counts key points, items the questions."""
    judged = [score for score in scores if metric in score.scores]
    if not judged:
        return None
    # Rounding in the mean must not leave [0, 1].
    value = min(1.0, max(0.0, fmean(score.scores[metric] for score in judged)))
    size = clustered_size([score.points for score in judged])
    entry = _entry(value, wilson(value, size), sum(len(score.points) for score in judged), size)
    undecided = sum(v["metric"] == metric and v["passed"] is None for score in judged for v in score.verdicts)
    return {**entry, "items": len(judged), "undecided": undecided}


def _balanced(scores: Sequence[ItemScore], _: str) -> dict[str, float | int] | None:
    refuse = [score.scores[REFUSAL] for score in scores if REFUSAL in score.scores]
    answer = [score.scores[ANSWERED] for score in scores if ANSWERED in score.scores]
    if not refuse or not answer:
        return None
    one, two = (fmean(refuse), len(refuse)), (fmean(answer), len(answer))
    value = (one[0] + two[0]) / 2
    effective = 4 * one[1] * two[1] / (one[1] + two[1])
    return _entry(value, balanced_interval(one, two), one[1] + two[1], effective)


_METRICS: dict[str, Callable[[Sequence[ItemScore], str], dict[str, float | int] | None]] = {
    COVERAGE: _coverage,
    FORMAT: _share,
    REFUSAL: _share,
    BALANCED: _balanced,
    KIND: _share,
    CITATION: _share,
    TOOLS: _share,
}


def _verdict(metric: str, passed: bool | None, matched: str, rule: str) -> Verdict:
    return {
        "metric": metric,
        "passed": passed,
        "contradicted": False,
        "matched": matched,
        "rule": rule,
        "by": RULES,
    }


def _score_key_points(
    item: BenchmarkItem, answer: str, verdicts: list[Verdict], scores: dict[str, float]
) -> list[float]:
    """Outcomes of the vital key points (of all, where none is vital). An undecided point counts as not covered."""
    from tutorsmith.evaluation.metrics.key_points import judge_key_point

    language = item.meta.get("language")
    for point in item.key_points:
        vital = isinstance(point, str) or point.get("vital", True) is not False
        raw = point if isinstance(point, str) else dict(point)
        judged = judge_key_point(raw, answer, language, item.question)
        passed = False if judged.contradicted else judged.covered
        verdict = _verdict(COVERAGE, passed, judged.matched, judged.rule)
        verdicts.append({**verdict, "key_point": raw, "vital": vital, "contradicted": judged.contradicted})
    counted = coverage_points(verdicts)
    if counted:
        scores[COVERAGE] = fmean(counted)
    return counted


def _score_format(item: BenchmarkItem, answer: str, verdicts: list[Verdict], scores: dict[str, float]) -> None:
    verdict = judge_format(item.system, answer)
    if verdict.compliant is None:
        return
    scores[FORMAT] = float(verdict.compliant)
    rule = "; ".join((verdict.rule, *verdict.problems))
    matched = " / ".join(f"### {heading}" for heading in verdict.found)
    verdicts.append({**_verdict(FORMAT, verdict.compliant, matched, rule), "strict": verdict.strict})


def _score_refusal(
    item: BenchmarkItem,
    prediction: Prediction | None,
    answer: str,
    verdicts: list[Verdict],
    scores: dict[str, float],
) -> None:
    judged = judge_refusal(answer, item.question, item.meta.get("language"))
    if item.refusal_type is None:
        said = bool(answer.strip()) or bool(prediction and prediction.only_calls)
        right = said and not judged.is_refusal
        scores[ANSWERED] = float(right)
        rule = judged.rule if said else "the answer is empty"
        verdicts.append(_verdict(BALANCED, right, judged.matched if judged.is_refusal else "", rule))
        return
    scores[REFUSAL] = float(judged.is_refusal)
    verdicts.append(_verdict(REFUSAL, judged.is_refusal, judged.matched, judged.rule))
    if judged.is_refusal:
        right = judged.kind == item.refusal_type
        scores[KIND] = float(right)
        rule = f"read as {judged.kind or 'no known kind'}, expected {item.refusal_type}"
        verdicts.append(_verdict(KIND, right, judged.matched, rule))


def _score_citations(
    item: BenchmarkItem,
    prediction: Prediction | None,
    answer: str,
    verdicts: list[Verdict],
    scores: dict[str, float],
) -> None:
    if not item.citations:
        return
    system = item.system
    if prediction and prediction.retrieved and not numbered_excerpts(system):
        excerpts = (f"[{i}] {part.get('text', '')}" for i, part in enumerate(prediction.retrieved, 1))
        system = f"{system}\nCourse notes (numbered excerpts):\n" + "\n".join(excerpts)
    judged = judge_citations(system, answer, list(item.citations))
    scores[CITATION] = float(judged.valid)
    rule = "; ".join(judged.problems) or "every citation is one of the excerpts"
    verdict = _verdict(CITATION, judged.valid, " ".join(judged.matched), rule)
    verdicts.append({**verdict, "precision": judged.precision, "recall": judged.recall})


def _score_tools(
    item: BenchmarkItem, prediction: Prediction | None, verdicts: list[Verdict], scores: dict[str, float]
) -> None:
    judged = judge_tool_calls(item.tools, prediction.tool_calls if prediction else (), item.tool_calls)
    if judged.correct is None:
        return
    trouble = prediction is None or prediction.finish_reason == "error"
    scores[TOOLS] = float(judged.correct and not trouble)
    rule = "; ".join((judged.rule, *judged.problems))
    verdicts.append(_verdict(TOOLS, judged.correct and not trouble, " ".join(judged.matched), rule))


def _flags(item: BenchmarkItem, prediction: Prediction | None) -> tuple[str, ...]:
    """Flags found now and those noted when the answer was made, then what kept it from being one."""
    if prediction is None:
        return (MISSING,)
    if prediction.finish_reason == "error":
        return (FAILED,)
    found = set(prediction.flags).union(
        health_flags(
            prediction.prediction,
            finish_reason=prediction.finish_reason,
            prompt=item.question,
            language=item.meta.get("language"),
        )
    )
    if prediction.only_calls:
        found -= {"empty", "whitespace"}
    return tuple(_ordered(found))


def _ordered(found: Iterable[str]) -> list[str]:
    return sorted(found, key=lambda flag: (FLAGS.index(flag) if flag in FLAGS else len(FLAGS), flag))

"""What others say about the rules' verdicts: a teacher, whose word replaces theirs, and a judge model, heard apart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tutorsmith.evaluation.score import (
    COVERAGE,
    JUDGE,
    RULES,
    ItemScore,
    Verdict,
    coverage_points,
    metrics_of,
    with_points,
)

if TYPE_CHECKING:
    from tutorsmith.evaluation.judge import Decision, Judge, Question


@dataclass(frozen=True)
class Opinions:
    """Whom an evaluation hears besides the rules.

    review: a teacher's review file; sheet: where a sheet of all verdicts is written for a teacher to fill in.
    """

    judge: "Judge | None" = None
    review: Path | None = None
    sheet: Path | None = None

    def hear(self, scored: dict[str, list[ItemScore]]) -> tuple[dict[str, Any], dict[str, list[ItemScore]]]:
        """(the report's objects `review` and `judge`, the scores after the review).

        The judge is asked last: it does not decide what a teacher has decided.

        Raises: DataError, UsageError, NetworkError, ModelError, ResourceError.
        """
        heard: dict[str, Any] = {}
        if self.review is not None:
            from tutorsmith.evaluation.review import apply_review

            scored, heard["review"] = apply_review(self.review, scored)
        if self.judge is not None:
            heard["judge"] = ask_judge(self.judge, scored)
        if self.sheet is not None:
            from tutorsmith.evaluation.review import write_review

            write_review(self.sheet, scored)
        return heard, scored


NO_OPINIONS = Opinions()


def ask_judge(judge: "Judge", scored: Mapping[str, Sequence[ItemScore]]) -> dict[str, Any]:
    """Have the judge decide each key point that the rules left open; returns the report's object `judge`.

    A decided verdict gets `"by": "judge"` and the field `judge`; `passed` stays null, since the rules did not decide. A
    question that failed keeps `"by": "rules"` and says why in the same field.

    Raises: NetworkError, ModelError, UsageError as `Judge.decide` says.
    """
    rows = [(score, verdict) for scores in scored.values() for score in scores for verdict in open_verdicts(score)]
    decisions = judge.decide([_question(score, verdict) for score, verdict in rows])
    for (_, verdict), decision in zip(rows, decisions, strict=True):
        _record(verdict, decision, judge.endpoint.model)
    return {
        "model": judge.endpoint.model,
        "url_host": judge.endpoint.host,
        "asked": len(decisions),
        "covered": sum(decision.answer == "covered" for decision in decisions),
        "not_covered": sum(decision.answer == "not_covered" for decision in decisions),
        "failed": sum(decision.answer is None for decision in decisions),
        "cached": sum(decision.cached for decision in decisions),
    }


def open_verdicts(score: ItemScore) -> list[Verdict]:
    """The verdicts of one answer that the rules left undecided and nobody has decided since."""
    if score.prediction is None or score.trouble:
        return []
    return [v for v in score.verdicts if v["metric"] == COVERAGE and v["passed"] is None and v["by"] == RULES]


def metrics_with_judge(scores: Sequence[ItemScore]) -> dict[str, dict[str, float | int]]:
    """Key-point coverage with the judge's verdicts counted; empty where no item has key points."""
    judged = [with_points(score, coverage_points(score.verdicts, with_judge=True)) for score in scores]
    metrics = metrics_of(judged)
    if COVERAGE not in metrics:
        return {}
    left_open = [v for score in scores for v in score.verdicts if v["metric"] == COVERAGE and v["passed"] is None]
    open_points = sum(verdict["by"] == RULES for verdict in left_open)
    return {COVERAGE: {**metrics[COVERAGE], "undecided": open_points}}


def _question(score: ItemScore, verdict: Verdict) -> "Question":
    from tutorsmith.evaluation.judge import Question, key_point_text

    answer = score.prediction.prediction if score.prediction else ""
    return Question(key_point_text(verdict["key_point"]), score.item.question, answer, score.item.reference)


def _record(verdict: Verdict, decision: "Decision", model: str) -> None:
    verdict["judge"] = {"model": model, "answer": decision.answer or "failed", "reason": decision.reason}
    if decision.answer is None:
        return
    verdict["by"] = JUDGE
    if decision.evidence:
        verdict["matched"] = decision.evidence
        verdict["judge"]["evidence"] = decision.evidence

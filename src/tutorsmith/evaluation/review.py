"""A teacher's verdicts in place of the rules', and how well the rules agree with them.

A verdict is addressed by item, system, metric and key point. What fits nothing stops the evaluation: a correction that
silently corrected nothing would be worse than none.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from tutorsmith.core.artifacts import hash_file
from tutorsmith.core.errors import DataError, suggest
from tutorsmith.data.schema import REFUSAL_KINDS
from tutorsmith.evaluation.agreement import Reviewed, agreement, answer_hash, verdict_word
from tutorsmith.evaluation.judge import key_point_text
from tutorsmith.evaluation.review_file import Line, read_review, write_sheet
from tutorsmith.evaluation.score import (
    ANSWERED,
    BALANCED,
    COVERAGE,
    JUDGE,
    KIND,
    METRICS,
    REFUSAL,
    TEACHER,
    ItemScore,
    Verdict,
    coverage_points,
    with_points,
)

ALIASES = {
    "": COVERAGE,
    "coverage": COVERAGE,
    "format": "format_compliance",
    "refusal": REFUSAL,
    "refusal_kind": KIND,
    "balanced": BALANCED,
    "citation": "citation_validity",
    "citations": "citation_validity",
    "tool_calls": "tool_call_accuracy",
}
_POINT_WORDS = {"covered": (True, False), "not_covered": (False, False), "contradicted": (False, True)}
_OTHER_WORDS = {"pass": (True, False), "fail": (False, False)}

Scored = dict[str, list[ItemScore]]


def apply_review(path: Path, scored: Mapping[str, Sequence[ItemScore]]) -> tuple[Scored, dict[str, Any]]:
    """(the scores with the reviewed verdicts in place, the report's object `review`).

    Raises: DataError with file and line for what `read_review` refuses, a line that fits no item, system, metric or key
    point, a verdict word that is not known, two lines that contradict each other, and an answer that has changed.
    """
    reviewed: dict[tuple[str, int, str, int | None], Reviewed] = {}
    for line in read_review(path):
        for entry in _resolved(line, scored):
            other = reviewed.setdefault(entry.target, entry)
            if other.now != entry.now:
                raise DataError(
                    f"'{entry.now}' contradicts '{other.now}' at {other.line.where}, for the same verdict",
                    where=line.where,
                    mend="keep one of the two lines",
                )
    if not reviewed:
        raise DataError("no verdict is filled in", where=str(path), mend="fill in the column 'verdict'")
    summary = {"file": path.name, "sha256": hash_file(path), **agreement(list(reviewed.values()), scored)}
    return _applied(reviewed.values(), scored), summary


def _resolved(line: Line, scored: Mapping[str, Sequence[ItemScore]]) -> Iterator[Reviewed]:
    """The verdicts that a line is about: one, or that of each system where it names none."""
    metric = ALIASES.get(line.metric.lower(), line.metric.lower())
    if metric not in METRICS:
        raise DataError(f"unknown metric '{line.metric}'", where=line.where, mend=suggest(line.metric, METRICS))
    if line.system and line.system not in scored:
        raise DataError(f"there is no system '{line.system}'", where=line.where, mend=suggest(line.system, scored))
    places = {score.item.id: place for place, score in enumerate(next(iter(scored.values())))}
    if line.id not in places:
        raise DataError(
            f"'{line.id}' is no item of the benchmark",
            where=line.where,
            mend=_nearest_few(line.id, places),
        )
    place = places[line.id]
    for system in _systems(line, {name: scores[place] for name, scores in scored.items()}):
        score = scored[system][place]
        row = _row(line, metric, score)
        now, passed, contradicted = _word(line, metric, score)
        yield Reviewed(line, system, place, row, metric, now, passed, contradicted)


def _systems(line: Line, scores: Mapping[str, ItemScore]) -> list[str]:
    """The systems meant. Without a name: those with the answer of the line's hash, else all, if they answer alike."""
    wanted = line.answer_sha256.lower().removeprefix("sha256:")
    hashes = {name: answer_hash(score) for name, score in scores.items()}
    if line.system:
        if wanted and hashes[line.system] != wanted:
            raise _stale(line)
        return [line.system]
    if wanted:
        same = [name for name, found in hashes.items() if found == wanted]
        if not same:
            raise _stale(line)
        return same
    if len(set(hashes.values())) > 1:
        raise DataError(
            f"the systems answer '{line.id}' differently, and the line names none",
            where=line.where,
            mend=f"fill in the column 'system': {', '.join(scores)}",
        )
    return list(scores)


def _stale(line: Line) -> DataError:
    whose = f" of '{line.system}'" if line.system else ""
    return DataError(
        f"the answer{whose} to '{line.id}' has changed since it was reviewed",
        where=line.where,
        mend="review the new answer (`tutorsmith evaluate --write-review`), and drop this line",
    )


def _nearest_few(name: str, known: Iterable[str]) -> str:
    names = list(known)
    return suggest(name, names) if len(names) <= 20 else suggest(name, names).split(" (known")[0]


def _row(line: Line, metric: str, score: ItemScore) -> int | None:
    """Which verdict row of the answer is meant; None for the kind of a refusal that the rules did not see."""
    rows = [number for number, verdict in enumerate(score.verdicts) if verdict["metric"] == metric]
    if metric == COVERAGE and rows:
        return rows[_point_number(line, [score.verdicts[number]["key_point"] for number in rows])]
    if line.key_point:
        raise DataError(
            f"a key point is named, but {metric} has none", where=line.where, mend="empty the column 'key_point'"
        )
    if rows:
        return rows[0]
    if metric == KIND and score.item.refusal_type:
        return None
    there = dict.fromkeys(verdict["metric"] for verdict in score.verdicts)
    raise DataError(f"'{line.id}' is not judged by {metric}", where=line.where, mend=suggest(metric, there))


def _point_number(line: Line, points: Sequence[Any]) -> int:
    """Place of the key point that a line names by its label, its number from 1, or not at all if there is but one."""
    wanted = " ".join(line.key_point.split())
    if not wanted and len(points) == 1:
        return 0
    found = [place for place, point in enumerate(points) if wanted in _labels(point)]
    if not found and wanted.isascii() and wanted.isdigit() and 1 <= int(wanted[:9]) <= len(points):
        return int(wanted) - 1
    if len(found) == 1:
        return found[0]
    names = sorted(set().union(*map(_labels, points)))
    if found:
        what = f"{len(found)} key points of '{line.id}' are called '{wanted}'"
        mend = "give its number instead: " + ", ".join(str(place + 1) for place in found)
    elif not wanted:
        what, mend = f"the line names none of the {len(points)} key points of '{line.id}'", "fill in 'key_point'"
    else:
        what, mend = f"'{wanted}' is no key point of '{line.id}'", suggest(wanted, names)
    raise DataError(what, where=line.where, mend=mend)


def _labels(point: str | Mapping[str, Any]) -> set[str]:
    """All names by which a line may call a key point."""
    names = [key_point_text(point)]
    if not isinstance(point, str):
        names += [str(point[field]) for field in ("text", "formula", "quantity") if point.get(field)]
        wordings = point.get("any_of") or []
        names += [wordings] if isinstance(wordings, str) else list(wordings)
    return {" ".join(name.split()) for name in names}


def _word(line: Line, metric: str, score: ItemScore) -> tuple[str, bool, bool]:
    """(the verdict as the report shows it, passed, contradicted)."""
    word = line.verdict.strip().lower().replace(" ", "_").replace("-", "_")
    if metric == COVERAGE:
        word = {"pass": "covered", "fail": "not_covered"}.get(word, word)
        words = _POINT_WORDS
    elif metric == KIND and word in REFUSAL_KINDS:
        return word, word == score.item.refusal_type, False
    else:
        words = _OTHER_WORDS
    if word not in words:
        known = [*words, *(REFUSAL_KINDS if metric == KIND else ())]
        raise DataError(
            f"unknown verdict '{line.verdict}' for {metric}", where=line.where, mend=suggest(line.verdict, known)
        )
    return word, *words[word]


def _applied(reviewed: Iterable[Reviewed], scored: Mapping[str, Sequence[ItemScore]]) -> Scored:
    out = {name: list(scores) for name, scores in scored.items()}
    touched: dict[tuple[str, int], list[Reviewed]] = {}
    for entry in reviewed:
        touched.setdefault((entry.system, entry.place), []).append(entry)
    for (system, place), entries in touched.items():
        out[system][place] = _corrected(out[system][place], entries)
    return out


def _corrected(score: ItemScore, entries: Sequence[Reviewed]) -> ItemScore:
    """One answer with the teacher's verdicts. A kind counts only for an answer that is a refusal by the last word."""
    verdicts = [dict(verdict) for verdict in score.verdicts]
    for entry in entries:
        if entry.row is None:
            verdicts.append({**_kind_row(score), **_teacher(entry, "none: the rules saw no refusal")})
        else:
            verdict = verdicts[entry.row]
            verdict.update(_teacher(entry, verdict_word(verdict)))
    refused = next((v["passed"] for v in verdicts if v["metric"] == REFUSAL), False)
    kinds = [entry for entry in entries if entry.metric == KIND]
    if kinds and not refused:
        raise DataError(
            f"a kind of refusal, but '{score.item.id}' does not count as refused",
            where=kinds[0].line.where,
            mend=f"add a line with the metric {REFUSAL} and the verdict pass, or drop this one",
        )
    verdicts = [verdict for verdict in verdicts if verdict["metric"] != KIND or refused]
    scores = {name: value for name, value in score.scores.items() if name != KIND}
    for verdict in verdicts:
        if verdict["metric"] != COVERAGE:
            scores[ANSWERED if verdict["metric"] == BALANCED else verdict["metric"]] = float(verdict["passed"] is True)
    changed = replace(score, verdicts=tuple(verdicts), scores=scores)
    return with_points(changed, coverage_points(verdicts))


def _kind_row(score: ItemScore) -> Verdict:
    return {"metric": KIND, "matched": "", "rule": f"expected {score.item.refusal_type}"}


def _teacher(entry: Reviewed, was: str) -> Verdict:
    line = entry.line
    return {
        "passed": entry.passed,
        "contradicted": entry.contradicted,
        "by": TEACHER,
        "review": {"was": was, "now": entry.now, "note": line.note, "reviewer": line.reviewer},
    }


def write_review(path: Path, scored: Mapping[str, Sequence[ItemScore]]) -> int:
    """Write a sheet of all verdicts for a teacher to fill in; returns how many. What is reviewed already is filled in.

    Raises: UsageError, ResourceError as `write_sheet` says.
    """
    rows = [
        _sheet_row(system, score, verdict, number)
        for place in range(len(next(iter(scored.values()))))
        for system, scores in scored.items()
        for score in (scores[place],)
        for number, verdict in _numbered(score.verdicts)
    ]
    write_sheet(path, rows)
    return len(rows)


def _numbered(verdicts: Sequence[Verdict]) -> Iterator[tuple[int, Verdict]]:
    """Each verdict with the number of its key point; 0 for the other metrics."""
    number = 0
    for verdict in verdicts:
        number += verdict["metric"] == COVERAGE
        yield number if verdict["metric"] == COVERAGE else 0, verdict


def _sheet_row(system: str, score: ItemScore, verdict: Verdict, number: int) -> dict[str, str]:
    """Key points go by their label; those whose label another one shares, by their number."""
    points = [other["key_point"] for other in score.verdicts if other["metric"] == COVERAGE]
    label = key_point_text(verdict["key_point"]) if number else ""
    twice = sum(" ".join(label.split()) in _labels(point) for point in points) > 1
    review = verdict.get("review", {})
    return {
        "id": score.item.id,
        "system": system,
        "metric": verdict["metric"],
        "key_point": str(number) if twice else label,
        "question": score.item.question,
        "answer": score.prediction.prediction if score.prediction else "",
        "rules_verdict": review.get("was", verdict_word(verdict)),
        "matched": verdict["matched"],
        "rule": verdict["rule"],
        "verdict": review.get("now", ""),
        "note": review.get("note", "") if review else _judge_note(verdict),
        "reviewer": review.get("reviewer", ""),
        "answer_sha256": answer_hash(score),
    }


def _judge_note(verdict: Verdict) -> str:
    if verdict["by"] != JUDGE:
        return ""
    return f"{verdict['judge']['model']}: {verdict['judge']['answer']} ({verdict['judge']['reason']})"

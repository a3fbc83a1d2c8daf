"""What speaks against trusting the numbers of a run: broken models, missing answers, few questions, unknown origins."""

from dataclasses import dataclass

from tutorsmith.report.figures import percent
from tutorsmith.report.records import ReportData, SystemView
from tutorsmith.report.words import Words

FEWEST_QUESTIONS = 29
"""With every answer right, 0.9 ** 29 < 0.05: fewer questions can never show "> 90 %" at the 5 % level."""

LEAST_AGREEMENT = 0.9
"""Rules that agree with a teacher in fewer of the reviewed verdicts are named as a reason for care."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Predictions that one system owes. kind: missing | failed; ids may be empty where the run does not name them."""

    system: str
    kind: str
    count: int
    ids: tuple[str, ...]


def gaps(data: ReportData) -> list[Gap]:
    """Missing and failed predictions of every system, in the order of the systems."""
    found = []
    for system in data.systems:
        for kind, said, ids in (
            ("missing", system.missing, system.missing_ids),
            ("failed", system.failed, system.failed_ids),
        ):
            count = max(said or 0, len(ids))
            if count:
                found.append(Gap(system.name, kind, count, ids))
    return found


def degenerate_banner(data: ReportData, words: Words) -> str:
    """The sentence that comes before everything else when a tuned model's answers are unusable; else empty."""
    for system in reversed(data.systems):
        if system.degenerate and (system.name.startswith("tuned") or system is data.subject):
            counts = [words("flag_count", kind=words.name("health", k), count=n) for k, n in system.health.items() if n]
            name = words.name("system", system.name)
            return words("degenerate", counts=words.listed(counts) or words("none_dash"), n=system.answers, system=name)
    return ""


def doubts(data: ReportData, words: Words) -> tuple[list[str], list[str]]:
    """Grave doubts (the numbers do not stand) and mild ones (they stand, with care)."""
    grave = _broken(data, words)
    grave += [words(f"doubt_{gap.kind}", n=gap.count, system=words.name("system", gap.system)) for gap in gaps(data)]
    if len({s.answers for s in data.systems}) > 1 and not gaps(data):
        grave.append(words("unlike_questions"))
    if data.manifest_agrees is False:
        grave.append(words("wrong_manifest"))
    if data.checks is not None and data.checks.errors:
        grave.append(words("check_errors", n=data.checks.errors))
    return grave, _mild(data, words)


def _broken(data: ReportData, words: Words) -> list[str]:
    shown = [s for s in (data.subject, data.baseline) if s is not None]
    return [
        words("broken_model", system=words.name("system", s.name))
        for s in shown
        if s.degenerate and (s.name.startswith("tuned") or s is data.subject)
    ]


def _mild(data: ReportData, words: Words) -> list[str]:
    mild: list[str] = []
    subject = data.subject
    if subject is not None and (unhealthy := unhealthy_answers(data, subject)):
        mild.append(words("unhealthy", n=unhealthy, system=words.name("system", subject.name)))
    if subject is not None and subject.stop_audit:
        mild.append(words("doubt_audit", n=len(subject.stop_audit)))
    if len(data.questions) < FEWEST_QUESTIONS:
        mild.append(words("few_questions", n=len(data.questions)))
    if len(data.seeds) == 1 and not data.seed_rows:
        mild.append(words("one_seed"))
    if data.checks is not None and data.checks.leaks:
        mild.append(words("doubt_leaks", n=len(data.checks.leaks)))
    elif data.checks is not None and data.checks.warnings:
        mild.append(words("check_warnings", n=data.checks.warnings))
    if "manifest.json" in data.absent:
        mild.append(words("no_manifest"))
    if "check.json" in data.absent:
        mild.append(words("no_check"))
    if data.review is not None and (data.review.total.agreement or 1.0) < LEAST_AGREEMENT:
        mild.append(words("doubt_agreement", value=percent(data.review.total.agreement)))
    if data.judge is not None and data.judge.failed:
        mild.append(words("doubt_judge", n=data.judge.failed))
    return mild + [words("unreadable", file=name) for name in data.unreadable]


def unhealthy_answers(data: ReportData, system: SystemView) -> int:
    """Answers with any health flag; without the answers, the largest single count, since flags may overlap."""
    flagged = sum(
        1
        for q in data.questions
        if (a := q.answer_of(system.name)) is not None and set(a.flags) - {"missing", "failed"}
    )
    return max([flagged, *system.health.values()])

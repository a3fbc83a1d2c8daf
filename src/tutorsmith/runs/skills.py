"""Does one adapter for several tasks keep the skill of an adapter that was trained for one?"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tutorsmith.evaluation.evaluate import evaluate
from tutorsmith.report.figures import points
from tutorsmith.report.records import HEADLINE_METRICS, SKILL_METRICS
from tutorsmith.report.words import Words

MARGIN = 0.03
"""A loss of at most so much is none that a course would notice."""

KEPT, WORSE, NOT_SHOWN = "within 0.03", "worse", "not shown"
_WORDS = Words("en")


@dataclass(frozen=True, slots=True)
class Skill:
    """One metric on the benchmark of `single`: the adapter `multiple` minus it, paired, with the 95 % interval."""

    single: str
    multiple: str
    benchmark: str
    metric: str
    difference: float
    low: float
    high: float
    n: int
    verdict: str


def compare_skill(runs: tuple[str, str], benchmark: Path, answers: tuple[Path, Path]) -> list[Skill]:
    """runs: the adapter of one task and that of several; answers: of each to the benchmark of that one task.

    Raises: DataError for files that cannot be read.
    """
    rows = evaluate([benchmark], dict(zip(("single", "multiple"), answers, strict=True)), stage="")["comparison"]
    return [
        Skill(*runs, benchmark.stem, row["metric"], row["difference"], row["low"], row["high"], row["n"], verdict)
        for row in rows
        if row["metric"] in (*HEADLINE_METRICS, *SKILL_METRICS)
        for verdict in [verdict_of(row["low"], row["high"])]
    ]


def verdict_of(low: float, high: float) -> str:
    """What the 95 % interval of a difference says: no loss above MARGIN, a loss, or neither."""
    if low >= -MARGIN:
        return KEPT
    return WORSE if high < 0 else NOT_SHOWN


def skills_markdown(skills: Iterable[Skill]) -> list[str]:
    """Heading, note and table."""
    lines = [
        "| adapter of several tasks | of one task | benchmark | metric | difference | 95 % interval | n | verdict |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    lines += [
        f"| `{one.multiple}` | `{one.single}` | {one.benchmark} | {_WORDS.name('metric', one.metric)} | "
        f"{points(one.difference)} | {points(one.low)} … {points(one.high)} | {one.n} | {one.verdict} |"
        for one in skills
    ]
    note = (
        "Differences in percentage points, question by question, each adapter with the notes of its own run. "
        f'"{KEPT}": the whole interval lies above a loss of 3 points, so the skill is kept. "{WORSE}": it lies below '
        f'zero. "{NOT_SHOWN}": the questions are too few to say either.'
    )
    return ["## Does an adapter of several tasks keep each skill?", note, "\n".join(lines)]

"""The subject's metrics by task, chapter, category and difficulty, with the number of questions behind each part."""

from collections.abc import Mapping
from dataclasses import dataclass

from tutorsmith.report.records import COVERAGE, HEADLINE_METRICS, SKILL_METRICS, QuestionView, ReportData, Value

SLICE_KINDS = ("task", "chapter", "category", "difficulty")
FEWEST_IN_SLICE = 5
"""Parts of fewer questions are shown and marked: their values say next to nothing."""


@dataclass(frozen=True, slots=True)
class SliceRow:
    """questions: how many fall into the part; None where the run does not say."""

    part: str
    questions: int | None
    values: Mapping[str, Value]

    @property
    def too_few(self) -> bool:
        return self.questions is not None and self.questions < FEWEST_IN_SLICE


@dataclass(frozen=True, slots=True)
class SliceTable:
    kind: str
    metrics: tuple[str, ...]
    rows: tuple[SliceRow, ...]


def slice_tables(data: ReportData) -> list[SliceTable]:
    """One table a kind, weakest part first; kinds without parts are left out, and so is a single task."""
    tables = []
    for kind in SLICE_KINDS:
        parts = data.subject.slices.get(kind, {}) if data.subject else {}
        ordered = sorted(((p, vs) for p, vs in parts.items() if vs), key=lambda entry: _worst_part(entry[1]))
        rows = tuple(SliceRow(part, _questions(data, kind, part, values), values) for part, values in ordered)
        metrics = tuple(m for m in (*HEADLINE_METRICS, *SKILL_METRICS) if any(m in row.values for row in rows))
        if metrics and not (kind == "task" and len(rows) < 2):
            tables.append(SliceTable(kind, metrics, rows))
    return tables


def _questions(data: ReportData, kind: str, part: str, values: Mapping[str, Value]) -> int | None:
    counted = sum(1 for question in data.questions if _part(question, kind) == part)
    known = [value.questions for value in values.values() if value.questions is not None]
    return counted or max(known, default=None)


def _part(question: QuestionView, kind: str) -> str:
    return {
        "task": question.task,
        "chapter": question.chapter,
        "category": question.category,
        "difficulty": question.difficulty,
    }[kind]


def _worst_part(values: Mapping[str, Value]) -> tuple[float, float]:
    """Sorts parts by coverage, then by the lowest of all metrics; a part without coverage comes last."""
    coverage = values.get(COVERAGE)
    numbers = [v.value for v in values.values() if v.value is not None]
    return (
        coverage.value if coverage and coverage.value is not None else 2.0,
        min(numbers, default=2.0),
    )  # fmt: skip

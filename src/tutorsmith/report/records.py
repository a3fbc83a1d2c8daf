"""The plain records a report is made of. They hold what the run folder says and nothing else.

    ReportData
    ├── systems      SystemView    metrics, health, slices of one system (base, base_notes, tuned, tuned_notes, ...)
    ├── comparison   Difference    one paired difference of two systems in one metric
    ├── questions    QuestionView
    │   └── answers  AnswerView    one system's answer
    │       └── verdicts VerdictView
    └── training, settings, provenance, seconds, checks

A value that the run folder does not hold is None (or an empty collection), never zero.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

COVERAGE = "key_point_coverage"
FORMAT = "format_compliance"
REFUSAL = "refusal_accuracy"
HEADLINE_METRICS = (COVERAGE, FORMAT, REFUSAL)
METRIC_ORDER = (
    *HEADLINE_METRICS,
    "refusal_balanced_accuracy",
    "refusal_kind_accuracy",
    "citation_validity",
    "tool_call_accuracy",
)
SYSTEM_ORDER = ("base", "base_notes", "tuned", "tuned_notes", "predictions")


@dataclass(frozen=True, slots=True)
class Value:
    """One metric: value and interval in [0, 1]; n units counted, n_effective after clustering by question."""

    value: float | None = None
    n: int | None = None
    n_effective: float | None = None
    low: float | None = None
    high: float | None = None
    smallest_difference: float | None = None


@dataclass(frozen=True, slots=True)
class SystemView:
    name: str
    metrics: Mapping[str, Value]
    health: Mapping[str, int]
    missing: int | None
    slices: Mapping[str, Mapping[str, Mapping[str, Value]]]
    answers: int
    degenerate: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """Paired difference b - a in one metric; `task` is None for all questions together."""

    metric: str
    a: str
    b: str
    difference: float | None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    p_holm: float | None = None
    n: int | None = None
    wins: int | None = None
    losses: int | None = None
    ties: int | None = None
    task: str | None = None

    @property
    def p_used(self) -> float | None:
        """The p value after Holm's correction where the run has one."""
        return self.p if self.p_holm is None else self.p_holm


@dataclass(frozen=True, slots=True)
class VerdictView:
    """One judgement. passed None: the rule could not decide. `matched`: the text of the answer it rests on."""

    metric: str
    key_point: str
    vital: bool
    passed: bool | None
    contradicted: bool
    matched: str
    rule: str


@dataclass(frozen=True, slots=True)
class Excerpt:
    source: str
    chunk: str
    heading: str
    score: float | None


@dataclass(frozen=True, slots=True)
class AnswerView:
    """`answer` is None where the system gave no prediction; scores: metric -> share of its verdicts passed."""

    system: str
    answer: str | None
    finish_reason: str
    flags: tuple[str, ...]
    retrieved: tuple[Excerpt, ...]
    verdicts: tuple[VerdictView, ...]
    scores: Mapping[str, float]

    def of(self, metric: str) -> tuple[VerdictView, ...]:
        return tuple(v for v in self.verdicts if v.metric == metric)

    @property
    def missed(self) -> tuple[VerdictView, ...]:
        """Verdicts that failed, contradictions included."""
        return tuple(v for v in self.verdicts if v.passed is False or v.contradicted)

    @property
    def contradicted(self) -> tuple[VerdictView, ...]:
        return tuple(v for v in self.verdicts if v.contradicted)


@dataclass(frozen=True, slots=True)
class QuestionView:
    id: str
    task: str
    category: str
    difficulty: str
    chapter: str
    refusal_type: str
    question: str
    reference: str
    answers: tuple[AnswerView, ...]

    def answer_of(self, system: str | None) -> AnswerView | None:
        return next((a for a in self.answers if a.system == system), None)


@dataclass(frozen=True, slots=True)
class Training:
    """steps: (step, loss in nats per token, learning rate or None); validations: (step, loss)."""

    steps: tuple[tuple[int, float, float | None], ...]
    validations: tuple[tuple[int, float], ...]
    epochs: float | None
    tokens_per_s: float | None
    best_step: int | None
    best_eval_loss: float | None
    stopped: str


@dataclass(frozen=True, slots=True)
class Setting:
    name: str
    value: str
    source: str


@dataclass(frozen=True, slots=True)
class Fact:
    """A named thing from the manifest (kind: data, notes, model, adapter, settings, code, seeds) as shown."""

    kind: str
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class ReportData:
    """Everything one report shows. `manifest_agrees`: None when the run does not let us tell."""

    folder: Path
    stage: str
    systems: tuple[SystemView, ...]
    comparison: tuple[Difference, ...]
    questions: tuple[QuestionView, ...]
    training: Training | None = None
    settings: tuple[Setting, ...] = ()
    facts: tuple[Fact, ...] = ()
    seeds: tuple[str, ...] = ()
    manifest: str = ""
    manifest_agrees: bool | None = None
    seconds: Mapping[str, float] = field(default_factory=dict)
    checks: Mapping[str, int] = field(default_factory=dict)
    absent: tuple[str, ...] = ()
    unreadable: Mapping[str, str] = field(default_factory=dict)

    def system(self, name: str | None) -> SystemView | None:
        return next((s for s in self.systems if s.name == name), None)

    @property
    def subject(self) -> SystemView | None:
        """The system the report is about: tuned with notes, or else the last one."""
        return self.system("tuned_notes") or self.system("tuned") or (self.systems[-1] if self.systems else None)

    @property
    def baseline(self) -> SystemView | None:
        """What the subject is measured against: the base model with notes, or without where there is no such run."""
        subject = self.subject
        for name in ("base_notes", "base"):
            found = self.system(name)
            if found is not None and subject is not None and found.name != subject.name:
                return found
        return None

    @property
    def tasks(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(q.task for q in self.questions if q.task))

    @property
    def metrics(self) -> tuple[str, ...]:
        """All metrics that any system has, headline ones first."""
        present = {name for s in self.systems for name in s.metrics}
        known = [m for m in METRIC_ORDER if m in present]
        return (*known, *sorted(present - set(known)))

"""The plain records a report is made of. They hold what the run folder says and nothing else.

    ReportData
    ├── systems      SystemView    metrics, health, slices of one system (base, base_notes, tuned, tuned_notes, ...)
    ├── comparison   Difference    one paired difference of two systems in one metric
    ├── questions    QuestionView
    │   └── answers  AnswerView    one system's answer
    │       └── verdicts VerdictView
    └── training, settings, provenance, seconds, checks, review, judge, probe

A value that the run folder does not hold is None (or an empty collection), never zero.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

COVERAGE = "key_point_coverage"
FORMAT = "format_compliance"
REFUSAL = "refusal_accuracy"
HEADLINE_METRICS = (COVERAGE, FORMAT, REFUSAL)
SKILL_METRICS = ("citation_validity", "tool_call_accuracy")
"""What single tasks are about; shown wherever a run has them."""
METRIC_ORDER = (
    *HEADLINE_METRICS,
    "refusal_balanced_accuracy",
    "refusal_kind_accuracy",
    *SKILL_METRICS,
)
SYSTEM_ORDER = ("base", "base_notes", "tuned", "tuned_notes", "baseline", "predictions")


@dataclass(frozen=True, slots=True)
class Value:
    """One metric: value and interval in [0, 1]; n units counted, n_effective after clustering by question.

    items: the questions behind it, where n counts key points. smallest_difference: in [0, 1].
    """

    value: float | None = None
    n: int | None = None
    n_effective: float | None = None
    low: float | None = None
    high: float | None = None
    smallest_difference: float | None = None
    items: int | None = None
    undecided: int | None = None

    @property
    def questions(self) -> int | None:
        """How many questions the value rests on."""
        return self.n if self.items is None else self.items


@dataclass(frozen=True, slots=True)
class Audit:
    """One remark of the audit of the stop tokens: severity (error | warning), what is wrong, how to mend it."""

    severity: str
    what: str
    mend: str


@dataclass(frozen=True, slots=True)
class SystemView:
    """missing, failed: predictions that are not there or that ended in an error; None where the run does not say.

    metrics_with_judge: the metrics had the judge model's verdicts counted; empty where no judge was asked. tools:
    answers, calls, failed calls and rounds, where calls were run.
    """

    name: str
    metrics: Mapping[str, Value]
    health: Mapping[str, int]
    missing: int | None
    slices: Mapping[str, Mapping[str, Mapping[str, Value]]]
    answers: int
    degenerate: bool
    failed: int | None = None
    missing_ids: tuple[str, ...] = ()
    failed_ids: tuple[str, ...] = ()
    metrics_with_judge: Mapping[str, Value] = field(default_factory=dict)
    stop_audit: tuple[Audit, ...] = ()
    tools: Mapping[str, int] = field(default_factory=dict)


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
    smallest_difference: float | None = None

    @property
    def p_used(self) -> float | None:
        """The p value after Holm's correction where the run has one."""
        return self.p if self.p_holm is None else self.p_holm


@dataclass(frozen=True, slots=True)
class Correction:
    """What a teacher changed a verdict to. was, now: covered | not_covered | contradicted | pass | fail | undecided."""

    was: str
    now: str
    note: str
    reviewer: str


@dataclass(frozen=True, slots=True)
class VerdictView:
    """One judgement. passed None: the rule could not decide. `matched`: the text of the answer it rests on.

    by: rules | judge | teacher. number: its place among the verdicts of the answer, from 1; key points come first, so
    that it is also the number of the key point. key: how a review file names the key point.
    """

    metric: str
    key_point: str
    vital: bool
    passed: bool | None
    contradicted: bool
    matched: str
    rule: str
    number: int = 0
    key: str = ""
    by: str = "rules"
    judge_model: str = ""
    judge_answer: str = ""
    judge_reason: str = ""
    correction: Correction | None = None

    @property
    def judged(self) -> bool:
        """Whether the rules left it open and a judge model decided it; the values of a report do not count that."""
        return self.by == "judge" and self.passed is None and bool(self.judge_answer)

    @property
    def state(self) -> str:
        """covered | missed | contradicted | undecided for key points, passed | failed | undecided for the rest."""
        if self.contradicted:
            return "contradicted"
        if self.passed is None:
            return "undecided"
        good, bad = ("covered", "missed") if self.metric == COVERAGE else ("passed", "failed")
        return good if self.passed else bad


@dataclass(frozen=True, slots=True)
class Excerpt:
    source: str
    chunk: str
    heading: str
    score: float | None


@dataclass(frozen=True, slots=True)
class AnswerView:
    """`answer` is None where the system gave no prediction; scores: metric -> share of its verdicts passed.

    sha256: of the answer's text, by which a review file tells whether the answer is still the one that was reviewed.
    """

    system: str
    answer: str | None
    finish_reason: str
    flags: tuple[str, ...]
    retrieved: tuple[Excerpt, ...]
    verdicts: tuple[VerdictView, ...]
    scores: Mapping[str, float]
    sha256: str = ""

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
class Agreement:
    """How far the rules agree with the teacher's review, over n verdicts. kappa: Cohen's."""

    metric: str
    n: int | None
    agreement: float | None
    low: float | None = None
    high: float | None = None
    kappa: float | None = None


@dataclass(frozen=True, slots=True)
class Review:
    """A teacher's review of the verdicts: all of them together, then by metric."""

    file: str
    total: Agreement
    by_metric: tuple[Agreement, ...] = ()


@dataclass(frozen=True, slots=True)
class Judge:
    """What a judge model was asked: key points that the rules left undecided."""

    model: str
    asked: int | None
    covered: int | None
    not_covered: int | None
    failed: int | None
    metrics_without: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SeedRow:
    """One metric of one system over several seeds. verdict: stable | unstable | too few, as the run says."""

    system: str
    metric: str
    n: int | None
    mean: float | None
    deviation: float | None
    low: float | None
    high: float | None
    verdict: str


@dataclass(frozen=True, slots=True)
class Probe:
    """The forgetting probe: coverage by system, and their paired difference. forgotten, learned: ids of questions."""

    values: Mapping[str, Value]
    difference: Difference
    forgotten: tuple[str, ...]
    learned: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding of the data check."""

    kind: str
    severity: str
    where: str


@dataclass(frozen=True, slots=True)
class Checks:
    """The data check. leaks: findings of a benchmark question or answer in the training data."""

    records: int | None
    errors: int
    warnings: int
    findings: tuple[Finding, ...] = ()

    @property
    def leaks(self) -> tuple[Finding, ...]:
        return tuple(f for f in self.findings if f.kind.endswith("overlap"))


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
    checks: Checks | None = None
    review: Review | None = None
    judge: Judge | None = None
    seed_rows: tuple[SeedRow, ...] = ()
    probe: Probe | None = None
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
        """What the subject is measured against: the base model with notes, else without, else a named baseline."""
        subject = self.subject
        for name in ("base_notes", "base", "baseline"):
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

"""Per question: what went wrong in the subject's answer, and whether it beats the baseline's."""

from dataclasses import dataclass

from tutorsmith.report.records import AnswerView, QuestionView, ReportData, VerdictView


@dataclass(frozen=True, slots=True)
class Trouble:
    """What the subject's answer to one question lacks. `answer` None: the run has no entry of the subject for it."""

    question: QuestionView
    answer: AnswerView | None
    missed: tuple[VerdictView, ...]
    contradicted: tuple[VerdictView, ...]

    @property
    def judged(self) -> bool:
        """Whether the run judged this question at all: only then does silence about the subject mean something."""
        return self.unhealthy or any(a.verdicts for a in self.question.answers)

    @property
    def unhealthy(self) -> bool:
        """No answer, an empty one, or one with a health flag."""
        return self.answer is None or not (self.answer.answer or "").strip() or bool(self.answer.flags)

    @property
    def failing(self) -> bool:
        return bool(self.missed or self.contradicted) or self.unhealthy

    @property
    def severity(self) -> tuple[float, float, int]:
        """Worst first: unhealthy answers, then the lowest score of any metric, then most contradictions."""
        scores = list(self.answer.scores.values()) if self.answer else []
        mean = sum(scores) / len(scores) if scores else 0.0
        return (-1.0 if self.unhealthy else min(scores, default=0.0), mean, -len(self.contradicted))


def troubles(data: ReportData) -> list[Trouble]:
    """One record a question, in the order of the benchmark."""
    subject = data.subject.name if data.subject else None
    records = []
    for question in data.questions:
        answer = question.answer_of(subject)
        records.append(
            Trouble(question, answer, answer.missed if answer else (), answer.contradicted if answer else ())
        )
    return records


def worst(data: ReportData) -> list[Trouble]:
    """The failing questions, worst first."""
    return sorted((t for t in troubles(data) if t.failing), key=lambda t: t.severity)


def by_weight(data: ReportData) -> list[Trouble]:
    """All questions in the order of reading: failing ones worst first, then the others as in the benchmark."""
    failing = worst(data)
    known = {id(t.question) for t in failing}
    return failing + [t for t in troubles(data) if id(t.question) not in known]


def outcome(a: AnswerView | None, b: AnswerView | None) -> str:
    """b against a in one question: won | lost | equal | both_ways, or "" where they share no metric.

    Won: better in some metric and worse in none.
    """
    if a is None or b is None:
        return ""
    shared = [metric for metric in b.scores if metric in a.scores]
    if not shared:
        return ""
    better = any(b.scores[m] > a.scores[m] for m in shared)
    worse = any(b.scores[m] < a.scores[m] for m in shared)
    if better and worse:
        return "both_ways"
    return "won" if better else "lost" if worse else "equal"


def question_outcome(data: ReportData, question: QuestionView) -> str:
    """The subject against the baseline."""
    if data.subject is None or data.baseline is None:
        return ""
    return outcome(question.answer_of(data.baseline.name), question.answer_of(data.subject.name))


def outcome_counts(data: ReportData) -> tuple[int, int, int]:
    """(won, lost, equal or both ways) over all questions that both systems answered."""
    found = [question_outcome(data, q) for q in data.questions]
    return found.count("won"), found.count("lost"), found.count("equal") + found.count("both_ways")


def paired_scores(data: ReportData, metric: str) -> list[tuple[str, float]]:
    """(question id, score of the subject minus score of the baseline) where both have one, largest loss first."""
    if data.subject is None or data.baseline is None:
        return []
    pairs = []
    for question in data.questions:
        a, b = question.answer_of(data.baseline.name), question.answer_of(data.subject.name)
        if a is not None and b is not None and metric in a.scores and metric in b.scores:
            pairs.append((question.id, b.scores[metric] - a.scores[metric]))
    return sorted(pairs, key=lambda pair: pair[1])

"""The numbers that stand beside an answer: a label, a large figure, and below it what it rests on."""

from dataclasses import dataclass

from tutorsmith.report.figures import number, percent, points, probability, size, span
from tutorsmith.report.records import HEADLINE_METRICS, ReportData, Value
from tutorsmith.report.trouble import outcome_counts
from tutorsmith.report.trust import unhealthy_answers
from tutorsmith.report.verdicts import main_rows
from tutorsmith.report.words import Words


@dataclass(frozen=True, slots=True)
class Figure:
    """notes: interval, sizes and the smallest difference that could be shown, as far as they are known."""

    label: str
    value: str
    notes: tuple[str, ...] = ()


def value_figure(label: str, value: Value, words: Words) -> Figure:
    notes = []
    if value.low is not None:
        notes.append(words.spaced(span(value.low, value.high)))
    if value.n is not None:
        notes.append(words("fact_size", n=value.n, effective=number(value.n_effective)))
    if value.smallest_difference is not None:
        notes.append(words("fact_smallest", points=size(value.smallest_difference)))
    return Figure(label, words.spaced(percent(value.value)), tuple(notes))


def better_strip(data: ReportData, words: Words) -> list[Figure]:
    """The main metric of baseline and subject, their paired difference, and the questions won and lost."""
    rows = main_rows(data)
    if not rows or data.subject is None or data.baseline is None:
        return _alone(data, words)
    main = rows[0]
    found = []
    for system in (data.baseline, data.subject):
        if main.metric in system.metrics:
            found.append(value_figure(words.name("system", system.name), system.metrics[main.metric], words))
    notes = [f"{points(main.low)} … {points(main.high)}"] if main.low is not None else []
    notes.append(words("fact_p", p=probability(main.p_used)))
    if main.n is not None:
        notes.append(words("fact_items", n=main.n))
    if main.smallest_difference is not None:
        notes.append(words("fact_smallest", points=size(main.smallest_difference)))
    found.append(Figure(words("difference"), points(main.difference), tuple(notes)))
    won, lost, equal = outcome_counts(data)
    if not won + lost + equal:
        won, lost, equal = main.wins or 0, main.losses or 0, main.ties or 0
    if won + lost + equal:
        label = words("won_lost_equal")
        found.append(
            Figure(
                label,
                f"{won} / {lost} / {equal}",
                (words("fact_items", n=won + lost + equal), words("fact_any_metric")),
            )
        )
    return found


def _alone(data: ReportData, words: Words) -> list[Figure]:
    """Without a comparison: the headline metrics of the subject."""
    metrics = data.subject.metrics if data.subject else {}
    return [value_figure(words.name("metric", m), metrics[m], words) for m in HEADLINE_METRICS if m in metrics]


def trust_strip(data: ReportData, words: Words) -> list[Figure]:
    """Questions, seeds, unhealthy answers, findings of the data check, agreement with a teacher."""
    found = [Figure(words("n_questions"), str(len(data.questions)))]
    if data.seeds:
        found.append(Figure(words("seeds"), str(len(data.seeds)), (words.listed(data.seeds),)))
    if data.subject is not None:
        count = unhealthy_answers(data, data.subject)
        found.append(Figure(words("unhealthy_short"), str(count), (words("of_answers", n=data.subject.answers),)))
    if data.checks is not None:
        notes = (words("check_counts", errors=data.checks.errors, warnings=data.checks.warnings),)
        found.append(Figure(words("leaks_short"), str(len(data.checks.leaks)), notes))
    if data.review is not None:
        total = data.review.total
        sizes = (f"n {total.n}",) if total.n is not None else ()
        value = words.spaced(percent(total.agreement))
        found.append(Figure(words("agreement_short"), value, (words.spaced(span(total.low, total.high)), *sizes)))
    return found

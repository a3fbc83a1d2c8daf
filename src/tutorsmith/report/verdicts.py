"""The four answers a report gives, each derived from the numbers of the run and from nothing else."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from tutorsmith.report.figures import percent, points, size
from tutorsmith.report.records import COVERAGE, FORMAT, REFUSAL, Difference, ReportData
from tutorsmith.report.targets import TargetRow, Targets, balance, target_rows
from tutorsmith.report.trouble import Trouble, troubles
from tutorsmith.report.trust import FEWEST_QUESTIONS, doubts
from tutorsmith.report.words import Words

LARGEST_P = 0.05
SAME_WITHIN = 0.1
"""A difference whose whole interval is smaller than this is none worth naming; the comparison says the same."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One of the four. tone: good | bad | unsure | none (nothing measured); chip: one or two words.

    text: one plain sentence that begins with the answer; details: further sentences.
    """

    key: str
    question: str
    tone: str
    chip: str
    text: str
    details: tuple[str, ...] = ()


def answers(data: ReportData, targets: Targets, words: Words) -> tuple[Answer, ...]:
    """Better? Enough? Where? Trust? In this order."""
    return (
        _better(data, words),
        _enough(data, target_rows(data, targets), words),
        _where(data, troubles(data), words),
        _trust(data, words),
    )


def change(row: Difference) -> str:
    """better | worse | same | unsure.

    A change is shown only where the interval leaves out zero and p, corrected, is at most 5 %.
    """
    if row.low is None or row.high is None:
        return "unsure"
    if (row.p_used is None or row.p_used <= LARGEST_P) and (row.low > 0 or row.high < 0):
        return "better" if row.low > 0 else "worse"
    return "same" if max(-row.low, row.high) <= SAME_WITHIN else "unsure"


def rows_between(data: ReportData, a: str, b: str, task: str | None = None) -> list[Difference]:
    """The comparison rows of b against a, headline metrics first."""
    order = {metric: place for place, metric in enumerate(data.metrics)}
    rows = [r for r in data.comparison if (r.a, r.b, r.task) == (a, b, task) and r.difference is not None]
    return sorted(rows, key=lambda r: order.get(r.metric, len(order)))


def main_rows(data: ReportData) -> list[Difference]:
    """The subject against the baseline, over all tasks."""
    return rows_between(data, data.baseline.name, data.subject.name) if data.subject and data.baseline else []


def _value_of(data: ReportData, system: str, metric: str) -> str:
    view = data.system(system)
    value = view.metrics.get(metric) if view else None
    return percent(value.value if value else None)


def _broken(data: ReportData) -> bool:
    return data.subject is not None and data.subject.degenerate


def _better(data: ReportData, words: Words) -> Answer:
    question = words("q_better")
    rows = main_rows(data)
    subject, baseline = data.subject, data.baseline
    if _broken(data) and subject is not None:
        text = words("better_broken", system=words.name("system", subject.name))
        return Answer("better", question, "bad", words("no"), text)
    if not rows or subject is None or baseline is None:
        name = words.name("system", subject.name) if subject else words("none_dash")
        return Answer("better", question, "none", words("not_measured"), words("better_none", subject=name))
    kinds = {kind: [r for r in rows[1:] if change(r) == kind] for kind in ("better", "worse", "same", "unsure")}
    key, tone, chip = _better_kind(change(rows[0]), bool(kinds["better"]), bool(kinds["worse"]))
    text = words(
        f"better_{key}",
        metric=words.inside("metric", rows[0].metric),
        a=_value_of(data, rows[0].a, rows[0].metric),
        b=_value_of(data, rows[0].b, rows[0].metric),
        n=rows[0].n if rows[0].n is not None else words("none_dash"),
        better=_metrics(kinds["better"], words),
        worse=_metrics(kinds["worse"], words),
    )
    details = [
        words(f"details_{kind}", list=words.join([_with_points(r, words) for r in found]))
        for kind, found in kinds.items()
        if found
    ]
    if change(rows[0]) == "unsure" and rows[0].smallest_difference is not None:
        details.insert(0, words("better_smallest", points=size(rows[0].smallest_difference)))
    if baseline.name != "base_notes":
        details.append(words("better_not_notes", baseline=words.name("system", baseline.name)))
    return Answer("better", question, tone, words(chip), text, tuple(details))


def _better_kind(main: str, others_better: bool, others_worse: bool) -> tuple[str, str, str]:
    """(sentence, tone, chip)."""
    if main == "better":
        return ("mixed", "unsure", "mixed") if others_worse else ("yes", "good", "yes")
    if main == "worse":
        return "no", "bad", "no"
    if main == "same":
        return "same", "unsure", "about_same"
    if others_worse:
        return "unsure_worse", "bad", "cannot_tell"
    return ("unsure_better", "unsure", "mixed") if others_better else ("unsure", "unsure", "cannot_tell")


def _metrics(rows: Sequence[Difference], words: Words) -> str:
    return words.listed([words.inside("metric", row.metric) for row in rows])


def _with_points(row: Difference, words: Words) -> str:
    return words("by_points", metric=words.inside("metric", row.metric), diff=points(row.difference))


def _enough(data: ReportData, rows: Sequence[TargetRow], words: Words) -> Answer:
    question = words("q_enough")
    main = [row for row in rows if not row.task] or list(rows)
    if not main:
        return Answer("enough", question, "none", words("no_targets"), words("enough_none"))
    states = {row.state for row in main}
    key, tone, chip = _enough_kind(_broken(data), states)

    def listed(*wanted: str) -> str:
        return words.join([_target_item(row, words) for row in main if row.state in wanted])

    system = words.name("system", data.subject.name) if data.subject else words("none_dash")
    failing = listed("missed") if "missed" in states else listed("below")
    text = words(f"enough_{key}", list=failing or listed("absent"), n=len(main), system=system)
    details = []
    if "missed" in states and "below" in states:
        details.append(words("enough_also_below", list=listed("below")))
    if "value" in states:
        details.append(words("enough_also_value", list=listed("value")))
    if "met" in states and states != {"met"}:
        details.append(words("enough_also_met", list=listed("met")))
    if "absent" in states and key != "absent":
        details.append(words("enough_also_absent", list=listed("absent")))
    if 0 < len(data.questions) < FEWEST_QUESTIONS:
        details.append(words("enough_few", n=len(data.questions), least=FEWEST_QUESTIONS))
    if text_of_balance := balance(data, words):
        details.append(text_of_balance)
    return Answer("enough", question, tone, words(chip), text, tuple(details))


def _enough_kind(broken: bool, states: set[str]) -> tuple[str, str, str]:
    if broken:
        return "broken", "bad", "no"
    if "missed" in states:
        return "missed", "bad", "no"
    if "below" in states:
        return "below", "bad", "not_yet"
    if "value" in states:
        return "value", "unsure", "cannot_tell"
    if states == {"absent"}:
        return "absent", "none", "not_measured"
    return ("met", "good", "yes") if states == {"met"} else ("part", "unsure", "mixed")


def _target_item(row: TargetRow, words: Words) -> str:
    shown = percent(row.value.value if row.value else None)
    return words("target_item", metric=words.inside("metric", row.metric), value=shown, target=percent(row.target))


def _where(data: ReportData, found: Sequence[Trouble], words: Words) -> Answer:
    question = words("q_where")
    judged = [t for t in found if t.judged]
    if not judged:
        return Answer("where", question, "none", words("not_measured"), words("where_none"))
    failing = [t for t in judged if t.failing]
    if not failing:
        return Answer("where", question, "good", words("nowhere"), words("where_clean", n=len(judged)))
    kinds = failure_kinds(failing)
    first, *others = [(words(key), count) for key, count in kinds] or [(words("where_other"), len(failing))]
    text = words("where_summary", failing=len(failing), n=len(judged), kind=first[0], count=first[1])
    details = (
        [words("where_others", list=words.join([words("kind_count", kind=k, count=n) for k, n in others]))]
        if others
        else []
    )
    details += [text_of for kind in ("chapter", "category", "difficulty") if (text_of := _weakest(data, kind, words))]
    chip = words("n_of_m", n=len(failing), m=len(judged))
    return Answer("where", question, "unsure", chip, text, tuple(details))


def failure_kinds(failing: Sequence[Trouble]) -> list[tuple[str, int]]:
    """(kind of failure, questions that fail in this way), most frequent first; a question may fail in several."""
    counts: Counter[str] = Counter()
    for trouble in failing:
        counts["where_unhealthy"] += trouble.unhealthy
        counts["where_contradicted"] += bool(trouble.contradicted)
        plain = {v.metric for v in trouble.missed if not v.contradicted}
        counts["where_missed"] += COVERAGE in plain
        counts["where_format"] += FORMAT in plain
        counts["where_refusal"] += REFUSAL in plain
        counts["where_over_refusal"] += "refusal_balanced_accuracy" in plain
        counts["where_other"] += bool(plain - {COVERAGE, FORMAT, REFUSAL, "refusal_balanced_accuracy"})
    return [(kind, n) for kind, n in counts.most_common() if n]


def _weakest(data: ReportData, kind: str, words: Words) -> str:
    """The part with the lowest coverage among those of five questions or more, where these differ."""
    from tutorsmith.report.slices import FEWEST_IN_SLICE

    parts = data.subject.slices.get(kind, {}) if data.subject else {}
    known = sorted(
        (v.value, part)
        for part, vs in parts.items()
        if (v := vs.get(COVERAGE)) and v.value is not None and (v.questions or 0) >= FEWEST_IN_SLICE
    )
    if len(known) < 2 or known[0][0] == known[-1][0]:
        return ""
    return words(
        "where_weakest",
        kind=words.name("slice", kind),
        part=words.name("part", known[0][1]),
        metric=words.inside("metric", COVERAGE),
        value=percent(known[0][0]),
    )


def _trust(data: ReportData, words: Words) -> Answer:
    grave, mild = doubts(data, words)
    question = words("q_trust")
    if grave:
        details = (words("trust_besides", list=words.join(mild)),) if mild else ()
        return Answer("trust", question, "bad", words("no"), words("trust_no", list=words.join(grave)), details)
    if mild:
        return Answer("trust", question, "unsure", words("with_care"), words("trust_care", list=words.join(mild)))
    return Answer("trust", question, "good", words("yes"), words("trust_yes", n=len(data.questions)))

"""The systems of an evaluation and their paired comparisons, from `systems` and `comparison` of its JSON."""

from collections.abc import Sequence

from tutorsmith.report.raw import JsonObject, as_integer, as_number, as_object, as_objects, as_text, as_texts
from tutorsmith.report.read_items import system_rank
from tutorsmith.report.records import COVERAGE, Audit, Difference, Probe, QuestionView, SystemView, Value

UNUSABLE_FLAGS = ("empty", "whitespace", "truncated", "looping", "echo", "template_tokens")
DEGENERATE_SHARE = 0.5  # "most answers": more than half of them are unusable
MISSING, FAILED = "missing", "failed"


def read_value(raw: JsonObject) -> Value:
    return Value(
        value=as_number(raw.get("value")),
        n=as_integer(raw.get("n")),
        n_effective=as_number(raw.get("n_effective")),
        low=as_number(raw.get("low")),
        high=as_number(raw.get("high")),
        smallest_difference=as_number(raw.get("smallest_difference")),
        items=as_integer(raw.get("items")),
        undecided=as_integer(raw.get("undecided")),
    )


def read_values(raw: object) -> dict[str, Value]:
    """Metric -> value; metrics without a number are left out."""
    found = {str(name): read_value(as_object(value)) for name, value in as_object(raw).items()}
    return {name: value for name, value in found.items() if value.value is not None}


def read_systems(raw: object, questions: Sequence[QuestionView]) -> tuple[SystemView, ...]:
    systems = as_object(raw)
    return tuple(_system(name, as_object(systems[name]), questions) for name in sorted(systems, key=system_rank))


def _system(name: str, raw: JsonObject, questions: Sequence[QuestionView]) -> SystemView:
    answers = [a for q in questions if (a := q.answer_of(name)) is not None and a.answer is not None]
    health_raw = as_object(raw.get("health"))
    health = {str(k): n for k, v in health_raw.items() if k != "n" and (n := as_integer(v)) is not None}
    unusable = sum(1 for a in answers if set(a.flags) & set(UNUSABLE_FLAGS) or not (a.answer or "").strip())
    # Flags may overlap, so without the answers themselves only the largest single count is certain.
    unusable = max([unusable, *(n for k, n in health.items() if k in UNUSABLE_FLAGS)])
    total = len(answers) or as_integer(health_raw.get("n")) or 0
    slices = {
        str(kind): {str(part): read_values(values) for part, values in as_object(parts).items()}
        for kind, parts in as_object(raw.get("slices")).items()
    }
    tools = {str(name): n for name, v in as_object(raw.get("tools")).items() if (n := as_integer(v)) is not None}
    return SystemView(
        name=name,
        metrics=read_values(raw.get("metrics")),
        health=health,
        missing=as_integer(raw.get("missing")),
        slices=slices,
        answers=total,
        degenerate=_is_degenerate(health_raw.get("degenerate"), unusable, total),
        failed=as_integer(raw.get("failed")),
        missing_ids=as_texts(raw.get("missing_ids")) or _flagged(questions, name, MISSING),
        failed_ids=as_texts(raw.get("failed_ids")) or _flagged(questions, name, FAILED),
        metrics_with_judge=read_values(raw.get("metrics_with_judge")),
        stop_audit=tuple(
            Audit(as_text(row.get("severity")), as_text(row.get("what")), as_text(row.get("mend")))
            for row in as_objects(health_raw.get("stop_audit"))
        ),
        tools=tools if {"answers", "calls", "failed", "rounds"} <= set(tools) else {},
    )


def _flagged(questions: Sequence[QuestionView], system: str, flag: str) -> tuple[str, ...]:
    return tuple(q.id for q in questions if (a := q.answer_of(system)) is not None and flag in a.flags)


def _is_degenerate(said: object, unusable: int, total: int) -> bool:
    """What the evaluator says; for a report that does not say, whether most answers are unusable."""
    return said if isinstance(said, bool) else total > 0 and unusable > DEGENERATE_SHARE * total


def read_comparison(raw: object) -> tuple[Difference, ...]:
    return tuple(_difference(row) for row in as_objects(raw))


def read_probe(raw: object) -> Probe | None:
    """The forgetting probe; None for a run without one."""
    probe = as_object(raw)
    if not probe:
        return None
    systems = as_object(probe.get("systems"))
    values = {
        name: value
        for name in sorted(systems, key=system_rank)
        if (value := read_values(as_object(systems[name]).get("metrics")).get(COVERAGE)) is not None
    }
    difference = _difference(as_object(probe.get("comparison")))
    return Probe(values, difference, as_texts(probe.get("forgotten")), as_texts(probe.get("learned")))


def _difference(row: JsonObject) -> Difference:
    task = as_text(row.get("task"))
    return Difference(
        metric=as_text(row.get("metric")),
        a=as_text(row.get("a")),
        b=as_text(row.get("b")),
        difference=as_number(row.get("difference")),
        low=as_number(row.get("low")),
        high=as_number(row.get("high")),
        p=as_number(row.get("p")),
        p_holm=as_number(row.get("p_holm")),
        n=as_integer(row.get("n")),
        wins=as_integer(row.get("wins")),
        losses=as_integer(row.get("losses")),
        ties=as_integer(row.get("ties")),
        task=task if task not in ("", "all") else None,
        smallest_difference=as_number(row.get("smallest_difference")),
    )

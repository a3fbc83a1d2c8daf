"""Everything that is checked of a draft before a person sees it. One row a check; a failed one rejects the draft.

shape          a question, an answer, key points where the kind needs them, the refusal type of the kind
data           all checks of `tutorsmith check` that speak of one record; errors fail, warnings are noted
neighbours     near a training sample, a benchmark item or an earlier draft, or leaking between the two
key points     found in the draft's own answer by the scorer of `tutorsmith evaluate`
arithmetic     equations with numbers, reckoned again
quantities     key points that are values: given by a verified equation, by the question, or not checkable
formulas       key points that are formulas: stated in the cited excerpt, stated otherwise there, or not checkable;
               an excerpt may well speak of another case, so this is told and rejects nothing
grounding      how much of the answer stands in the cited excerpt
health         empty, looping, copied, in another language, with template tokens
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from tutorsmith.data.checks.finding import Remark
from tutorsmith.data.checks.record import Options, Record
from tutorsmith.data.checks.table import CHECKS, record_checks
from tutorsmith.data.health import health_flags
from tutorsmith.evaluation.metrics.format import judge_format
from tutorsmith.evaluation.metrics.formulas import formula_key, judge_formula
from tutorsmith.evaluation.metrics.key_points import judge_key_point, parse_key_point
from tutorsmith.evaluation.metrics.quantities import close, quantity_key
from tutorsmith.evaluation.metrics.refusal import judge_refusal
from tutorsmith.evaluation.metrics.units import Unit
from tutorsmith.evaluation.metrics.values import Value as Measured
from tutorsmith.evaluation.metrics.values import values_of
from tutorsmith.expand.arithmetic import NOT_CHECKABLE, VERIFIED, WRONG, Equation, equations
from tutorsmith.expand.draft import Draft, Mold, record_of
from tutorsmith.expand.grounding import THRESHOLD, grounding
from tutorsmith.expand.kinds import KINDS
from tutorsmith.expand.neighbours import Neighbours

PASSED, FAILED, NOTED, SKIPPED = "passed", "failed", "noted", "not applicable"
OTHERWISE = "stated otherwise"
FEWEST_POINTS = 1
_VALIDATORS: Mapping[str, Callable[..., Any]] = {"key_points": parse_key_point, "refusal": judge_refusal}


@dataclass(frozen=True, slots=True)
class Check:
    """state: passed, failed, noted (worth a look, fails nothing) or not applicable; detail: what was found, in words;
    numbers: what it rests on."""

    name: str
    state: str
    detail: str = ""
    numbers: Mapping[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Case:
    """One draft with all that its checks look at. excerpt: the cited one with its heading, or the empty string."""

    draft: Draft
    identity: str
    kind: str
    chapter: str
    excerpt: str
    mold: Mold

    @property
    def record(self) -> Record:
        raw = record_of(self.draft, self.mold, self.identity, kind=self.kind, chapter=self.chapter)
        return Record("draft", 1, raw, self.mold.form == "benchmark", Options(_VALIDATORS))


def verify(case: Case, neighbours: Neighbours) -> list[Check]:
    """All checks, in the order of the table above."""
    steps = equations(case.draft.answer, case.draft.question)
    return [
        _shape(case),
        _data(case),
        _neighbours(case, neighbours),
        _key_points(case),
        _arithmetic(steps),
        _quantities(case, steps),
        _formulas(case),
        _grounding(case),
        _health(case),
    ]


def reasons(checks: Sequence[Mapping[str, Any]]) -> str:
    """Why a draft is rejected by rule: the failed checks."""
    return "; ".join(f"{check['name']}: {check['detail']}" for check in checks if check["state"] == FAILED)


def _shape(case: Case) -> Check:
    draft, kind = case.draft, KINDS[case.kind]
    wrong = []
    if not draft.question.strip() or not draft.answer.strip():
        wrong.append("question or answer is empty")
    if draft.refusal_type != kind.refusal_type:
        wrong.append(
            f"refusal_type is {draft.refusal_type or 'null'}, the kind {kind.name} needs {kind.refusal_type or 'null'}"
        )
    if kind.refusal_type is None and len(draft.key_points) < FEWEST_POINTS:
        wrong.append("there are no key points")
    if kind.refusal_type != "out_of_scope" and draft.cited is None:
        wrong.append("no excerpt is cited")
    verdict = judge_format(case.mold.system, draft.answer)
    if verdict.compliant is False and kind.refusal_type is None:
        wrong.append(f"sections: {'; '.join(verdict.problems)}")
    return Check("shape", FAILED if wrong else PASSED, "; ".join(wrong), {"points": len(draft.key_points)})


def _data(case: Case) -> Check:
    """The record checks of the table in data/checks; those that fail are named by their kind."""
    record = case.record
    errors: list[str] = []
    warnings: list[str] = []
    for kind, check in record_checks().items():
        found: Iterator[Remark] = iter(check(record))
        told = [f"{kind}: {remark.message}" for remark in found]
        (errors if CHECKS[kind].severity == "error" else warnings).extend(told)
    state = FAILED if errors else NOTED if warnings else PASSED
    numbers = {"checks": len(record_checks()), "errors": len(errors), "warnings": len(warnings)}
    return Check("data", state, "; ".join(errors + warnings)[:600], numbers)


def _neighbours(case: Case, neighbours: Neighbours) -> Check:
    rejected, noted = neighbours.of(case.record)
    state = FAILED if rejected else NOTED if noted else PASSED
    return Check("neighbours", state, "; ".join(rejected + noted)[:600], {"compared": neighbours.size})


def _key_points(case: Case) -> Check:
    """Every key point must be covered by the answer that it was drafted with."""
    points = case.draft.key_points
    if not points:
        return Check("key points", SKIPPED, "a refusal has none" if case.draft.refusal_type else "there are none")
    missed = []
    for point in points:
        verdict = judge_key_point(point, case.draft.answer, question=case.draft.question)
        if verdict.covered is not True:
            missed.append(f"{_named(point)}: {verdict.rule}")
    numbers = {"points": len(points), "found": len(points) - len(missed)}
    return Check("key points", FAILED if missed else PASSED, "; ".join(missed)[:600], numbers)


def _named(point: str | Mapping[str, Any]) -> str:
    text = point if isinstance(point, str) else point.get("formula") or point.get("quantity") or point.get("text") or ""
    return f"'{str(text)[:80]}'"


def _arithmetic(steps: Sequence[Equation]) -> Check:
    counts = {verdict: sum(step.verdict == verdict for step in steps) for verdict in (VERIFIED, WRONG, NOT_CHECKABLE)}
    if not steps:
        return Check("arithmetic", SKIPPED, "no equation with numbers")
    told = [f"{step.text}: {step.detail}" for step in steps if step.verdict == WRONG]
    told += [f"{NOT_CHECKABLE}: {step.text} ({step.detail})" for step in steps if step.verdict == NOT_CHECKABLE]
    state = FAILED if counts[WRONG] else NOTED if counts[NOT_CHECKABLE] else PASSED
    return Check("arithmetic", state, "; ".join(told)[:600], counts)


def _quantities(case: Case, steps: Sequence[Equation]) -> Check:
    """Values are verified when an equation that was reckoned again gives them, or the question does."""
    points = [p for p in case.draft.key_points if not isinstance(p, str) and "quantity" in p]
    if not points:
        return Check("quantities", SKIPPED, "no key point is a value")
    reckoned = [step.result for step in steps if step.verdict == VERIFIED and step.result is not None]
    given = values_of(case.draft.question)
    open_ = []
    for point in points:
        key = quantity_key(str(point["quantity"]), float(point.get("rel_tol", 0.02)))
        found = [Measured(v.si, Unit(1.0, v.dimensions), 0, 0) for v in reckoned]
        bare = [Measured(v.raw * key.unit.factor, key.unit, 0, 0) for v in reckoned if not v.dimensions]
        if not any(close(key, value) for value in (*found, *bare, *given)):
            open_.append(f"{NOT_CHECKABLE}: {point['quantity']} is given by no equation that was reckoned again")
    numbers = {VERIFIED: len(points) - len(open_), NOT_CHECKABLE: len(open_)}
    return Check("quantities", NOTED if open_ else PASSED, "; ".join(open_), numbers)


def _formulas(case: Case) -> Check:
    points = [p for p in case.draft.key_points if not isinstance(p, str) and "formula" in p]
    if not points:
        return Check("formulas", SKIPPED, "no key point is a formula")
    counts = dict.fromkeys((VERIFIED, OTHERWISE, NOT_CHECKABLE), 0)
    told = []
    for point in points:
        verdict = judge_formula(formula_key(str(point["formula"])), case.excerpt)
        state = {"covered": VERIFIED, "contradicted": OTHERWISE}.get(verdict.state, NOT_CHECKABLE)
        counts[state] += 1
        if state != VERIFIED:
            how = verdict.rule if state == OTHERWISE else "the excerpt does not state it"
            told.append(f"{state}: {point['formula']} ({how})")
    return Check("formulas", NOTED if told else PASSED, "; ".join(told)[:600], counts)


def _grounding(case: Case) -> Check:
    """Refusals say what the notes do not hold; for them the share is told and decides nothing."""
    if not case.excerpt:
        return Check("grounding", SKIPPED, "no excerpt is cited")
    found = grounding(case.draft.answer, case.excerpt)
    numbers = {"share": round(found.share, 3), "terms": found.terms, "formulas": found.formulas, "stated": found.stated}
    low = found.share < THRESHOLD
    told = [f"{found.share:.0%} of the answer's terms stand in the excerpt, {THRESHOLD:.0%} are needed"] if low else []
    told += [f"look at {text}" for text in found.against]
    if case.draft.refusal_type is not None:
        return Check("grounding", NOTED if found.against else SKIPPED, "; ".join(told), numbers)
    return Check("grounding", FAILED if low else NOTED if found.against else PASSED, "; ".join(told)[:600], numbers)


def _health(case: Case) -> Check:
    draft, language = case.draft, case.mold.language
    flags = health_flags(draft.answer, finish_reason="stop", prompt=draft.question, language=language)
    asked = health_flags(draft.question, finish_reason="stop", language=language)
    told = [f"answer {flag}" for flag in flags] + [f"question {flag}" for flag in asked]
    copied = health_flags(draft.answer, finish_reason="stop", prompt=case.excerpt, language=language)
    if "echo" in copied:
        told.append("answer copied from the excerpt")
    return Check("health", FAILED if told else PASSED, ", ".join(told))

"""Is a run good enough to ship? A pure decision: policy and facts in, three outcomes out.

    ship                    every row of the policy is met
    hold                    at least one is missed
    insufficient evidence   none is missed, at least one cannot be told from so few questions or seeds

`hold` beats `insufficient evidence`, which beats `ship`. A degenerate run is always held: no policy can allow it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tutorsmith.core.errors import UsageError, suggest
from tutorsmith.evaluation.compare import compare_systems
from tutorsmith.evaluation.gate_rows import HOLD, INSUFFICIENT, SHIP, Row, gap, required, share
from tutorsmith.evaluation.policy import Policy, Regression, Requirement
from tutorsmith.evaluation.saved import item_scores, product_of, recomputed
from tutorsmith.evaluation.statistics import ALPHA, summarise_seeds

SCHEMA_VERSION = 1
EXIT_CODES: Mapping[str, int] = {SHIP: 0, HOLD: 1, INSUFFICIENT: 2}
USAGE_EXIT = 64
"""2 means insufficient evidence here, so that a wrong flag or policy needs a code of its own (EX_USAGE)."""

_EPSILON = 1e-6


@dataclass(frozen=True, slots=True)
class SeedRun:
    """A run that differs from the one at the gate in its seed only, or that one itself."""

    name: str
    seed: int
    report: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Reference:
    """The run that must not be fallen behind. comparable: it answered the same benchmark."""

    name: str
    report: Mapping[str, Any]
    comparable: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of the run. mismatch: why its files do not belong together, empty when they do; check: the object
    of check.json, None when the data was not checked; seeds: this run first."""

    run: str
    stage: str
    report: Mapping[str, Any]
    mismatch: str = ""
    check: Mapping[str, Any] | None = None
    seeds: Sequence[SeedRun] = ()
    unusable_seeds: Sequence[str] = ()
    reference: Reference | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    outcome: str
    system: str
    rows: tuple[Row, ...]

    @property
    def reasons(self) -> list[str]:
        """Why it is not shipped: the rows that decided the outcome."""
        return [f"{row.about}: {row.why}" for row in self.rows if row.verdict == self.outcome != SHIP]

    def as_dict(self, policy: Policy, facts: Facts) -> dict[str, Any]:
        """The object of gate.json."""
        return {
            "schema_version": SCHEMA_VERSION,
            "outcome": self.outcome,
            "exit_code": EXIT_CODES[self.outcome],
            "run": facts.run,
            "stage": facts.stage,
            "system": self.system,
            "manifest": facts.report.get("manifest"),
            "policy": {"name": policy.name, "hash": policy.digest},
            "seeds": sorted(run.seed for run in facts.seeds),
            "reference": facts.reference.name if facts.reference else None,
            "reasons": self.reasons,
            "rows": [asdict(row) for row in self.rows],
        }


def decide(policy: Policy, facts: Facts) -> Decision:
    """Raises: UsageError when the policy names a system or slice that the run does not have, demands nothing of its
    stage, or asks for a reference run and none is given."""
    requirements = [row for row in policy.requirements if row.concerns(facts.stage)]
    if not requirements and policy.regression is None:
        known = sorted({stage for row in policy.requirements for stage in row.stages})
        raise UsageError(
            f"the policy '{policy.name}' demands nothing of the stage '{facts.stage}'",
            where=facts.run,
            mend=f"add a [[require]] row for it; {suggest(facts.stage, known)}",
        )
    product = product_of(facts.report)
    systems = list(dict.fromkeys([product, *(_system_of(row, facts, product) for row in requirements)]))
    rows = [_manifest_row(facts, systems), _data_row(facts)]
    rows += _health_rows(policy, facts, product)
    rows += [row for system in systems for row in _prediction_rows(policy, facts, system)]
    if policy.least_items:
        rows.append(_size_row(policy, facts, product))
    rows += [_requirement_row(row, facts, product) for row in requirements]
    if policy.wants_seeds:
        rows += _seed_rows(policy, requirements, facts, product)
    if policy.regression is not None:
        rows += _regression_rows(policy.regression, facts, product)
    verdicts = {row.verdict for row in rows}
    outcome = next((verdict for verdict in (HOLD, INSUFFICIENT) if verdict in verdicts), SHIP)
    return Decision(outcome, product, tuple(rows))


def _system_of(requirement: Requirement, facts: Facts, product: str) -> str:
    name = requirement.system or product
    if name not in facts.report["systems"]:
        raise UsageError(
            f"the run has no system '{name}'", where=facts.run, mend=suggest(name, list(facts.report["systems"]))
        )
    return name


def _requirement_row(requirement: Requirement, facts: Facts, product: str) -> Row:
    name = _system_of(requirement, facts, product)
    system = facts.report["systems"][name]
    slices = system.get("slices") or {}
    if requirement.gap_between:
        return gap(requirement, name, slices.get(requirement.gap_between) or {})
    if requirement.slice is None:
        return required(requirement, name, system["metrics"])
    kind, part = requirement.slice
    parts = slices.get(kind) or {}
    if part not in parts:
        mend = suggest(part, list(parts)) if parts else f"its items have no {kind}"
        raise UsageError(f"the run has no slice '{kind}:{part}'", where=facts.run, mend=mend)
    return required(requirement, name, parts[part])


def _manifest_row(facts: Facts, systems: Sequence[str]) -> Row:
    """The files belong together, and the metrics are those of the items."""
    about, demand = "manifest", "agrees with the files"
    if facts.mismatch:
        return Row(about, demand, HOLD, facts.mismatch)
    for system in systems:
        metrics = facts.report["systems"][system]["metrics"]
        for metric, value in recomputed(facts.report, system).items():
            if metric not in metrics or abs(metrics[metric]["value"] - value) > _EPSILON:
                why = f"{metric} of {system} is not what the report's own items give ({100 * value:.4g} %)"
                return Row(about, demand, HOLD, why)
    return Row(about, demand, SHIP, "report, predictions and adapter belong together")


def _data_row(facts: Facts) -> Row:
    """Errors of the data check, leakage of the benchmark into the training data among them."""
    about, demand = "data check", "no errors, no leakage"
    if facts.check is None:
        return Row(about, demand, INSUFFICIENT, "the folder has no check.json: the data was not checked")
    findings = [finding for finding in facts.check.get("findings") or [] if isinstance(finding, Mapping)]
    errors = [finding for finding in findings if finding.get("severity") == "error"]
    if errors:
        first = errors[0]
        why = f"{len(errors)} errors, the first: {first.get('kind')} at {first.get('file')}:{first.get('line')}"
        return Row(about, demand, HOLD, why)
    counts = facts.check.get("counts") or {}
    if counts.get("errors"):
        return Row(about, demand, HOLD, f"{counts['errors']} errors")
    leaks = sum("overlap" in str(finding.get("kind")) for finding in findings)
    told = f", {leaks} of them perhaps leakage" if leaks else ""
    return Row(about, demand, SHIP, f"no errors, {len(findings)} warnings{told}")


def _health_rows(policy: Policy, facts: Facts, product: str) -> Iterator[Row]:
    """Degenerate answers of the product or of any tuned system, then the policy's limits on the product's."""
    reports = facts.report["systems"]
    ill = [name for name in reports if name == product or name.startswith("tuned")]
    ill = [f"{name} ({_flags(reports[name])})" for name in ill if reports[name]["health"]["degenerate"]]
    ill += [f"seed {run.seed}" for run in facts.seeds[1:] if _is_degenerate(run.report)]
    why = f"degenerate: {'; '.join(ill)}" if ill else "most answers are answers"
    yield Row("health", "not degenerate", HOLD if ill else SHIP, why, system=product)
    health = reports[product]["health"]
    for flag, limit in policy.health.items():
        count, n = health.get(flag, 0), health["n"]
        measured = count / n if n else 1.0
        verdict = HOLD if measured > limit + _EPSILON else SHIP
        why = f"{count} of {n} answers" if n else "there are no answers"
        yield Row(f"answers {flag}", f"<= {share(limit)}", verdict, why, measured, n=n, threshold=limit, system=product)


def _flags(system: Mapping[str, Any]) -> str:
    health = system["health"]
    counts = [f"{count} {flag}" for flag, count in health.items() if flag not in ("n", "degenerate") and count]
    return f"{', '.join(counts) or 'no answers'} of {health['n']}"


def _is_degenerate(report: Mapping[str, Any]) -> bool:
    return bool(report["systems"][product_of(report)]["health"]["degenerate"])


def _prediction_rows(policy: Policy, facts: Facts, system: str) -> Iterator[Row]:
    report = facts.report["systems"][system]
    for name, allowed in (("missing", policy.missing), ("failed", policy.failed)):
        count = report[name]
        verdict = HOLD if count > allowed else SHIP
        yield Row(f"predictions {name}", f"<= {allowed}", verdict, f"{count} are {name}", system=system)


def _size_row(policy: Policy, facts: Facts, product: str) -> Row:
    n = len({(item.get("task"), item.get("id")) for item in facts.report["items"] if item.get("system") == product})
    verdict = SHIP if n >= policy.least_items else INSUFFICIENT
    why = f"{n} questions" if verdict == SHIP else f"{n} questions, {policy.least_items - n} too few"
    return Row("benchmark size", f">= {policy.least_items}", verdict, why, n=n)


def _seed_rows(policy: Policy, requirements: Sequence[Requirement], facts: Facts, product: str) -> Iterator[Row]:
    """Number of seeds, then the spread of every metric that a row asks for over the whole benchmark."""
    count = len(facts.seeds)
    listed = ", ".join(str(run.seed) for run in facts.seeds)
    left_out = f"; left out: {'; '.join(facts.unusable_seeds)}" if facts.unusable_seeds else ""
    verdict = SHIP if count >= policy.least_seeds else INSUFFICIENT
    yield Row("seeds", f">= {policy.least_seeds}", verdict, f"{count} ({listed}){left_out}", n=count)
    if policy.deviation is None:
        return
    for metric in dict.fromkeys(row.metric for row in requirements):
        systems = [run.report["systems"].get(product) for run in facts.seeds]
        values = [system["metrics"][metric]["value"] for system in systems if system and metric in system["metrics"]]
        about, demand = f"{metric} over seeds", f"deviation <= {share(policy.deviation)}"
        if len(values) < 2:
            yield Row(about, demand, INSUFFICIENT, "a deviation needs two seeds", n=len(values), system=product)
            continue
        summary = summarise_seeds(values, policy.deviation)
        spread = summary.deviation or 0.0
        why = f"mean {100 * summary.mean:.3g} %, standard deviation {100 * spread:.3g} points over {summary.n} seeds"
        verdict = SHIP if summary.stable else HOLD
        yield Row(
            about, demand, verdict, why, value=spread, n=summary.n, threshold=policy.deviation, on="deviation",
            system=product,
        )  # fmt: skip


def _regression_rows(regression: Regression, facts: Facts, product: str) -> Iterator[Row]:
    """Paired differences to the reference, metric by metric; p-values adjusted over all metrics (Holm)."""
    reference = facts.reference
    if reference is None:
        raise UsageError(
            "the policy asks for a run to compare with", where="[regression]", mend="give --against RUN, or name `run`"
        )
    about, demand = f"no worse than {Path(reference.name).name}", _demand(regression)
    if not reference.comparable:
        why = f"{reference.name} answered another benchmark: not comparable"
        yield Row(about, demand, INSUFFICIENT, why)
        return
    theirs = item_scores(reference.report, product_of(reference.report))
    compared = {
        row.metric: row for row in compare_systems(("reference", theirs), ("run", item_scores(facts.report, product)))
    }
    for metric in regression.metrics or tuple(compared):
        if metric not in compared:
            yield Row(f"{metric} {about}", demand, INSUFFICIENT, "applies to no item of both runs", system=product)
            continue
        row = compared[metric]
        told = f"difference {100 * row.difference:+.3g} points [{100 * row.low:+.3g} to {100 * row.high:+.3g}]"
        told += f", p {row.p_holm:.3f}"
        verdict, why = _regressed(regression, row.difference, row.low, row.p_holm)
        yield Row(
            f"{metric} {about}", demand, verdict, f"{told}: {why}", row.difference, row.low, row.high, row.n,
            -regression.margin if regression.margin is not None else None, "difference", product,
        )  # fmt: skip


def _regressed(regression: Regression, difference: float, low: float, p: float) -> tuple[str, str]:
    margin = regression.margin
    if p <= ALPHA and difference < 0:
        return HOLD, "worse"
    if margin is not None and difference < -margin - _EPSILON:
        return HOLD, f"a drop beyond {100 * margin:.3g} points"
    if regression.prove and margin is not None and low < -margin - _EPSILON:
        return INSUFFICIENT, f"a drop beyond {100 * margin:.3g} points is not ruled out"
    return SHIP, "no drop beyond the margin" if regression.prove else "not shown to be worse"


def _demand(regression: Regression) -> str:
    if regression.margin is None:
        return "not worse"
    return f"{'shown ' if regression.prove else ''}>= -{share(regression.margin)}"

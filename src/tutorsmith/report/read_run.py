"""What surrounds the numbers: training, settings, hashes, the data check, a teacher's review, a judge model, seeds."""

import json
from collections.abc import Iterator

from tutorsmith.report.raw import JsonObject, as_integer, as_number, as_object, as_objects, as_text
from tutorsmith.report.read_systems import read_values
from tutorsmith.report.records import (
    Agreement,
    Checks,
    Fact,
    Finding,
    Judge,
    Review,
    SeedRow,
    Setting,
    Training,
)


def read_training(raw: JsonObject) -> Training:
    history = as_objects(raw.get("log_history"))
    steps = [
        (step, loss, as_number(row.get("learning_rate")))
        for row in history
        if (step := as_integer(row.get("step"))) is not None and (loss := as_number(row.get("loss"))) is not None
    ]
    validations = [
        (step, loss)
        for row in history
        if (step := as_integer(row.get("step"))) is not None and (loss := as_number(row.get("eval_loss"))) is not None
    ]
    speeds = sorted(speed for r in history if (speed := as_number(r.get("tokens_per_s"))) is not None)
    epochs = [e for r in history if (e := as_number(r.get("epoch"))) is not None]
    return Training(
        steps=tuple(steps),
        validations=tuple(validations),
        epochs=max(epochs, default=None),
        tokens_per_s=speeds[len(speeds) // 2] if speeds else None,
        best_step=as_integer(raw.get("best_step")),
        best_eval_loss=as_number(raw.get("best_eval_loss")),
        stopped=as_text(raw.get("stopped")),
    )


def _shown(raw: object) -> str:
    return as_text(raw) if isinstance(raw, str) else json.dumps(raw, ensure_ascii=False, default=str)


def read_settings(raw: JsonObject) -> tuple[Setting, ...]:
    return tuple(
        Setting(str(name), _shown(entry.get("value")), as_text(entry.get("source")))
        if isinstance(entry, dict)
        else Setting(str(name), _shown(entry), "")
        for name, entry in as_object(raw.get("settings")).items()
    )


def read_facts(manifest: JsonObject) -> tuple[Fact, ...]:
    facts = [Fact("data", str(path), _shown(digest)) for path, digest in as_object(manifest.get("data")).items()]
    for kind in ("notes", "model", "adapter", "settings", "code", "predictions"):
        raw = manifest.get(kind)
        if isinstance(raw, dict):
            facts += [Fact(kind, str(name), _shown(value)) for name, value in raw.items() if value is not None]
        elif raw is not None:
            facts.append(Fact(kind, "", _shown(raw)))
    return tuple(facts)


def read_checks(raw: JsonObject) -> Checks:
    """check.json as `tutorsmith check --format json` writes it: counts, and findings with file and line."""
    counts = as_object(raw.get("counts"))
    findings = tuple(
        Finding(as_text(row.get("kind")), as_text(row.get("severity")), _place(row))
        for row in as_objects(raw.get("findings"))
    )
    listed = [finding.severity for finding in findings]
    errors, warnings = as_integer(counts.get("errors")), as_integer(counts.get("warnings"))
    return Checks(
        records=as_integer(counts.get("records")),
        errors=listed.count("error") if errors is None else errors,
        warnings=listed.count("warning") if warnings is None else warnings,
        findings=findings,
    )


def _place(row: JsonObject) -> str:
    line = as_integer(row.get("line"))
    return as_text(row.get("file")) + (f":{line}" if line else "")


def read_review(raw: object) -> Review | None:
    if not isinstance(raw, dict):
        return None
    parts = [
        _agreement(str(metric), value if isinstance(value, dict) else {"agreement": value})
        for metric, value in as_object(raw.get("by_metric")).items()
    ]
    return Review(as_text(raw.get("file")), _agreement("", raw), tuple(parts))


def _agreement(metric: str, raw: JsonObject) -> Agreement:
    numbers = (as_number(raw.get(key)) for key in ("agreement", "low", "high", "kappa"))
    return Agreement(metric, as_integer(raw.get("n")), *numbers)


def read_judge(raw: object) -> Judge | None:
    if not isinstance(raw, dict):
        return None
    asked, covered, others, failed = (as_integer(raw.get(k)) for k in ("asked", "covered", "not_covered", "failed"))
    without = read_values(raw.get("metrics_without"))
    return Judge(as_text(raw.get("model")), asked, covered, others, failed, without)


def read_seed_rows(raw: object) -> tuple[SeedRow, ...]:
    """The summary over seeds, by metric or by system and metric: every object with a mean is a row."""
    return tuple(_seed_rows(as_object(raw), ()))


def _seed_rows(raw: JsonObject, path: tuple[str, ...]) -> Iterator[SeedRow]:
    if as_number(raw.get("mean")) is not None and path:
        mean, deviation, low, high = (as_number(raw.get(key)) for key in ("mean", "deviation", "low", "high"))
        stable = raw.get("stable")
        said = as_text(raw.get("verdict")) or ("stable" if stable is True else "unstable" if stable is False else "")
        system = next((part for part in reversed(path[:-1]) if part), "")
        yield SeedRow(system, path[-1], as_integer(raw.get("n")), mean, deviation, low, high, said or "too few")
        return
    if len(path) < 4:
        for name, part in raw.items():
            yield from _seed_rows(as_object(part), (*path, "" if name == "metrics" else str(name)))

"""`tutorsmith gate`: a run against a policy."""

import importlib.resources
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tutorsmith.core.artifacts import CHECK, read_json, report_name, write_json
from tutorsmith.core.errors import DataError, UsageError, suggest
from tutorsmith.evaluation.gate import EXIT_CODES, Decision, Facts, Reference, SeedRun, decide
from tutorsmith.evaluation.gate_rows import SHIP, Row
from tutorsmith.evaluation.policy import Policy, load_policy
from tutorsmith.evaluation.saved import read_report
from tutorsmith.report.figures import percent, span
from tutorsmith.runs.index import open_index
from tutorsmith.runs.record import GATE, RunRecord, record_of

POLICIES = "policies"


@dataclass(frozen=True)
class GateOptions:
    """The command's flags, as parsed. root: where runs of other seeds are looked for when none are named."""

    run: Path
    policy: str
    seeds: tuple[Path, ...] = ()
    against: Path | None = None
    root: Path = Path("outputs")
    index: Path | None = None
    as_json: bool = False


def gate_command(options: GateOptions) -> int:
    """Decide, print, and write gate.json into the run's folder; returns the exit code 0, 1 or 2.

    Raises: UsageError (policy), DataError (a run that cannot be read), ResourceError.
    """
    policy = load_policy(find_policy(options.policy))
    record = _record(options.run)
    facts = _facts(options, policy, record)
    decision = decide(policy, facts)
    result = decision.as_dict(policy, facts)
    write_json(options.run / GATE, result)
    print(json.dumps(result, ensure_ascii=False, indent=2) if options.as_json else _text(decision, policy, facts))
    return EXIT_CODES[decision.outcome]


def find_policy(name: str) -> Path:
    """A file, or the name of a policy that comes with the package. Raises: UsageError."""
    file = Path(name)
    if file.is_file():
        return file
    shipped = {entry.stem: entry for entry in sorted(_shipped().glob("*.toml"))}
    if name in shipped:
        return shipped[name]
    raise UsageError(
        "no such policy", where=name, mend=f"give a TOML file, or the name of a shipped one; {suggest(name, shipped)}"
    )


def _shipped() -> Path:
    return Path(str(importlib.resources.files("tutorsmith") / POLICIES))


def _record(folder: Path) -> RunRecord:
    """Raises: DataError for a folder that is no whole run."""
    if not folder.is_dir():
        raise DataError("no such run folder", where=str(folder), mend="give the folder that a run wrote")
    record = record_of(folder, str(folder))
    if record.damage:
        raise DataError(record.damage, where=str(folder), mend="run the stage again")
    return record


def _report(folder: Path, record: RunRecord) -> dict[str, Any]:
    return read_report(folder / report_name(record.stage, "json"))


def _facts(options: GateOptions, policy: Policy, record: RunRecord) -> Facts:
    report = _report(options.run, record)
    own = SeedRun(str(options.run), record.seed or 0, report)
    others, unusable = _seeds(options, policy, record)
    check = options.run / CHECK
    return Facts(
        run=str(options.run),
        stage=record.stage,
        report=report,
        mismatch=record.mismatch,
        check=_check(check) if check.is_file() else None,
        seeds=(own, *others),
        unusable_seeds=unusable,
        reference=_reference(options, policy, record),
    )


def _check(file: Path) -> dict[str, Any]:
    check = read_json(file)
    if not isinstance(check, dict):
        raise DataError("not the result of a data check", where=str(file), mend="run the stage again")
    return check


def _seeds(options: GateOptions, policy: Policy, record: RunRecord) -> tuple[list[SeedRun], list[str]]:
    """Runs of other seeds: those named, else those that the run index knows; and why some were left out."""
    if options.seeds:
        named = [(folder, _record(folder)) for folder in options.seeds]
        _prove_seeds(named, record)
    elif policy.wants_seeds and options.root.is_dir():
        runs = open_index(options.root, options.index)
        if runs.notice:
            sys.stderr.write(f"{runs.notice}\n")
        here = options.run.resolve()
        same = [r for r in runs.records if r.group == record.group and r.seed != record.seed and not r.damage]
        named = [(runs.folder(r), r) for r in same if runs.folder(r).resolve() != here]
    else:
        return [], []
    unusable = [f"{folder} ({other.mismatch})" for folder, other in named if other.mismatch]
    newest = {other.seed: (folder, other) for folder, other in named if not other.mismatch}
    found = sorted(newest.values(), key=lambda pair: pair[1].seed or 0)
    return [SeedRun(str(folder), other.seed or 0, _report(folder, other)) for folder, other in found], unusable


def _prove_seeds(named: Sequence[tuple[Path, RunRecord]], record: RunRecord) -> None:
    """Raises: DataError for a run that differs in more than its seed, or not even in that."""
    seen = {record.seed: "the run itself"}
    for folder, other in named:
        if other.group != record.group:
            parts = ", ".join(_differing(record, other)) or "stage"
            raise DataError(
                f"this run differs in more than its seed: {parts}",
                where=str(folder),
                mend="name runs of the same stage, data, notes, model and settings",
            )
        if other.seed in seen:
            raise DataError(
                f"the seed {other.seed} is also that of {seen[other.seed]}",
                where=str(folder),
                mend="name runs of other seeds: a seed counts once",
            )
        seen[other.seed] = str(folder)


def _differing(one: RunRecord, two: RunRecord) -> list[str]:
    """Names of the parts and settings in which two runs differ, seed, adapter and code aside."""
    names = [name for name in one.hashes if name not in ("adapter", "code") and one.hashes[name] != two.hashes[name]]
    settings = sorted({*one.settings, *two.settings} - {"seed"})
    return names + [name for name in settings if one.settings.get(name) != two.settings.get(name)]


def _reference(options: GateOptions, policy: Policy, record: RunRecord) -> Reference | None:
    """Raises: UsageError when --against has no use or names the run itself; DataError when it cannot be read."""
    if policy.regression is None:
        if options.against:
            raise UsageError(
                f"the policy '{policy.name}' compares with no run", where="--against", mend="add a [regression] table"
            )
        return None
    folder = options.against or policy.regression.run
    if folder is None:
        return None
    if folder.resolve() == options.run.resolve():
        raise UsageError("a run cannot be compared with itself", where=str(folder), mend="name an earlier run")
    other = _record(folder)
    if other.mismatch:
        raise DataError(other.mismatch, where=str(folder), mend="run that stage again, or name another run")
    return Reference(str(folder), _report(folder, other), other.benchmark == record.benchmark)


def _text(decision: Decision, policy: Policy, facts: Facts) -> str:
    """The outcome, then one line a row."""
    head = f"{facts.run}: stage {facts.stage}, system {decision.system}, policy {policy.name}"
    lines = [
        ("ok" if r.verdict == SHIP else r.verdict, f"{r.about} {r.demand}", _measured(r), r.why) for r in decision.rows
    ]
    return "\n".join([decision.outcome, head, *_aligned(lines)])


def _measured(row: Row) -> str:
    """Such as "57.1 % [34–77.6 %], n 8"; empty where nothing was measured."""
    if row.value is None:
        return ""
    interval = f" [{span(row.low, row.high)}]" if row.low is not None else ""
    return f"{percent(row.value)}{interval}, n {row.n}"


def _aligned(lines: Iterable[Sequence[str]]) -> list[str]:
    rows = [list(line) for line in lines]
    widths = [max(len(row[k]) for row in rows) for k in range(3)]
    return [
        "  " + "  ".join([*(c.ljust(w) for c, w in zip(row, widths, strict=False)), row[3]]).rstrip() for row in rows
    ]

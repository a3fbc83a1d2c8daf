"""Reads a run folder into one ReportData. Nothing is computed here that the run did not measure, except counts."""

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tutorsmith.core.artifacts import (
    CHECK,
    MANIFEST,
    SCHEMA_VERSION,
    SECONDS,
    TRAINER_STATE,
    TRAINING_CONFIG,
    hash_file,
    hash_value,
    read_json,
    report_name,
)
from tutorsmith.core.errors import DataError
from tutorsmith.report.records import (
    SYSTEM_ORDER,
    AnswerView,
    Difference,
    Excerpt,
    Fact,
    QuestionView,
    ReportData,
    Setting,
    SystemView,
    Training,
    Value,
    VerdictView,
)

OPTIONAL_FILES = (MANIFEST, TRAINING_CONFIG, TRAINER_STATE, SECONDS, CHECK)
UNUSABLE_FLAGS = ("empty", "whitespace", "truncated", "looping", "echo", "template_tokens")
DEGENERATE_SHARE = 0.5  # "most answers": more than half of them are unusable

JsonObject = Mapping[str, Any]


def report_path(folder: Path, stage: str) -> Path:
    """Where the numbers of a stage's evaluation stand in its run folder."""
    return folder / report_name(stage, "json")


def build(folder: Path, stage: str) -> ReportData:
    """Read `eval_report_{stage}.json` and whatever else the run folder holds.

    Raises: DataError if the report is missing, not JSON, of another stage or of an unknown schema version. The other
    files are optional: a missing one is named in `absent`, a damaged one in `unreadable`.
    """
    report = _read_report(folder, stage)
    others: dict[str, JsonObject] = {}
    unreadable: dict[str, str] = {}
    for name in OPTIONAL_FILES:
        if not (folder / name).is_file():
            continue
        try:
            others[name] = read_object(folder / name)
        except DataError as error:
            unreadable[name] = error.what
    manifest = others.get(MANIFEST, {})
    questions = _questions(_list(report.get("items")))
    return ReportData(
        folder=folder,
        stage=stage,
        systems=_systems(_object(report.get("systems")), questions),
        comparison=tuple(_difference(row) for row in _objects(report.get("comparison"))),
        questions=questions,
        training=_training(others[TRAINER_STATE]) if TRAINER_STATE in others else None,
        settings=_settings(others.get(TRAINING_CONFIG, {})),
        facts=_facts(manifest),
        seeds=tuple(_text(seed) for seed in _list(manifest.get("seeds"))),
        manifest=_text(report.get("manifest")),
        manifest_agrees=_manifest_agrees(folder, _text(report.get("manifest")), manifest),
        seconds={str(k): s for k, v in others.get(SECONDS, {}).items() if (s := _number(v)) is not None},
        checks=_counts(others.get(CHECK, {})),
        absent=tuple(n for n in OPTIONAL_FILES if n not in others and n not in unreadable),
        unreadable=unreadable,
    )


def read_object(path: Path) -> JsonObject:
    """One JSON object from a file. Raises: DataError naming the file."""
    try:
        loaded = read_json(path)
    except RecursionError as error:
        raise DataError("nested too deeply to be read", where=path.name, mend="evaluate the run again") from error
    if not isinstance(loaded, dict):
        raise DataError("not a JSON object", where=path.name, mend="delete it and run the step that writes it")
    return loaded


def _read_report(folder: Path, stage: str) -> JsonObject:
    path = report_path(folder, stage)
    if not path.is_file():
        there = sorted(p.name for p in folder.glob("eval_report_*.json"))
        raise DataError(
            f"there is no evaluation of stage '{stage}' in {folder}",
            where=path.name,
            mend=f"Run `tutorsmith evaluate` first. Found here: {', '.join(there) or 'no report'}.",
        )
    report = read_object(path)
    version = report.get("schema_version", SCHEMA_VERSION)
    if version != SCHEMA_VERSION:
        raise DataError(
            f"schema version {version!r} is not known; this program reads {SCHEMA_VERSION}",
            where=path.name,
            mend="Evaluate the run again with this version of Tutorsmith.",
        )
    if report.get("stage", stage) != stage:
        raise DataError(
            f"the file says stage '{report['stage']}', not '{stage}'",
            where=path.name,
            mend="The file was copied or renamed; evaluate the run again.",
        )
    return report


def _object(raw: object) -> JsonObject:
    return raw if isinstance(raw, dict) else {}


def _list(raw: object) -> Sequence[Any]:
    return raw if isinstance(raw, list) else ()


def _objects(raw: object) -> list[JsonObject]:
    return [row for row in _list(raw) if isinstance(row, dict)]


def _text(raw: object) -> str:
    """Text that UTF-8 can hold: half a surrogate pair, which JSON allows, becomes a replacement character."""
    return "" if raw is None else str(raw).encode("utf-8", "surrogatepass").decode("utf-8", "replace")


def _number(raw: object) -> float | None:
    """A finite number, or None: NaN and infinity are not measurements."""
    if isinstance(raw, bool) or not isinstance(raw, int | float) or not math.isfinite(raw):
        return None
    return float(raw)


def _integer(raw: object) -> int | None:
    number = _number(raw)
    return None if number is None else int(number)


def _value(raw: JsonObject) -> Value:
    return Value(
        value=_number(raw.get("value")),
        n=_integer(raw.get("n")),
        n_effective=_number(raw.get("n_effective")),
        low=_number(raw.get("low")),
        high=_number(raw.get("high")),
        smallest_difference=_number(raw.get("smallest_difference")),
    )


def _values(raw: object) -> dict[str, Value]:
    found = {str(name): _value(_object(value)) for name, value in _object(raw).items()}
    return {name: value for name, value in found.items() if value.value is not None}


def _system_rank(name: str) -> tuple[int, str]:
    return (SYSTEM_ORDER.index(name) if name in SYSTEM_ORDER else len(SYSTEM_ORDER), name)


def _systems(raw: JsonObject, questions: Sequence[QuestionView]) -> tuple[SystemView, ...]:
    return tuple(_system(name, _object(raw[name]), questions) for name in sorted(raw, key=_system_rank))


def _system(name: str, raw: JsonObject, questions: Sequence[QuestionView]) -> SystemView:
    answers = [a for q in questions if (a := q.answer_of(name)) is not None and a.answer is not None]
    health_raw = _object(raw.get("health"))
    health = {str(k): n for k, v in health_raw.items() if k != "n" and (n := _integer(v)) is not None}
    unusable = sum(1 for a in answers if set(a.flags) & set(UNUSABLE_FLAGS) or not (a.answer or "").strip())
    # Flags may overlap, so without the answers themselves only the largest single count is certain.
    unusable = max([unusable, *(n for k, n in health.items() if k in UNUSABLE_FLAGS)])
    total = len(answers) or _integer(health_raw.get("n")) or 0
    slices = {
        str(kind): {str(part): _values(values) for part, values in _object(parts).items()}
        for kind, parts in _object(raw.get("slices")).items()
    }
    return SystemView(
        name=name,
        metrics=_values(raw.get("metrics")),
        health=health,
        missing=_integer(raw.get("missing")),
        slices=slices,
        answers=total,
        degenerate=_is_degenerate(health_raw.get("degenerate"), unusable, total),
    )


def _difference(row: JsonObject) -> Difference:
    task = _text(row.get("task"))
    return Difference(
        metric=_text(row.get("metric")),
        a=_text(row.get("a")),
        b=_text(row.get("b")),
        difference=_number(row.get("difference")),
        low=_number(row.get("low")),
        high=_number(row.get("high")),
        p=_number(row.get("p")),
        p_holm=_number(row.get("p_holm")),
        n=_integer(row.get("n")),
        wins=_integer(row.get("wins")),
        losses=_integer(row.get("losses")),
        ties=_integer(row.get("ties")),
        task=task if task not in ("", "all") else None,
    )


def _questions(items: Sequence[Any]) -> tuple[QuestionView, ...]:
    """Entries of one question (one per system) joined, in the order of the file. Ids are unique within a task."""
    grouped: dict[tuple[str, str], list[JsonObject]] = {}
    for entry in _objects(items):
        grouped.setdefault((_text(entry.get("task")), _text(entry.get("id"))), []).append(entry)
    return tuple(_question(entries) for entries in grouped.values())


def _question(entries: Sequence[JsonObject]) -> QuestionView:
    def first(key: str) -> str:
        return next((text for entry in entries if (text := _text(entry.get(key)))), "")

    answers = sorted((_answer(e) for e in entries), key=lambda a: _system_rank(a.system))
    return QuestionView(
        id=first("id"),
        task=first("task"),
        category=first("category"),
        difficulty=first("difficulty"),
        chapter=first("chapter"),
        refusal_type=first("refusal_type"),
        question=first("question"),
        reference=first("reference"),
        answers=tuple(answers),
    )


def _answer(entry: JsonObject) -> AnswerView:
    verdicts = tuple(_verdict(v) for v in _objects(entry.get("verdicts")))
    raw = entry.get("answer")
    return AnswerView(
        system=_text(entry.get("system")),
        answer=None if raw is None else _text(raw),
        finish_reason=_text(entry.get("finish_reason")),
        flags=tuple(_text(f) for f in _list(entry.get("flags"))),
        retrieved=tuple(
            Excerpt(_text(r.get("source")), _text(r.get("chunk")), _text(r.get("heading")), _number(r.get("score")))
            for r in _objects(entry.get("retrieved"))
        ),
        verdicts=verdicts,
        scores=_scores(entry.get("scores"), verdicts),
    )


def _scores(scored: object, verdicts: Sequence[VerdictView]) -> dict[str, float]:
    """The evaluator's own score of this answer by metric; for a report without them, the share of verdicts passed."""
    if isinstance(scored, dict):
        return {str(metric): share for metric, value in scored.items() if (share := _number(value)) is not None}
    shares: dict[str, float] = {}
    for metric in dict.fromkeys(v.metric for v in verdicts):
        decided = [v for v in verdicts if v.metric == metric and v.passed is not None]
        if decided:
            shares[metric] = sum(v.passed is True for v in decided) / len(decided)
    return shares


def _is_degenerate(said: object, unusable: int, total: int) -> bool:
    """What the evaluator says; for a report that does not say, whether most answers are unusable."""
    return said if isinstance(said, bool) else total > 0 and unusable > DEGENERATE_SHARE * total


def _verdict(raw: JsonObject) -> VerdictView:
    passed = raw.get("passed")
    return VerdictView(
        metric=_text(raw.get("metric")),
        key_point=_key_point_label(raw.get("key_point")),
        vital=raw.get("vital") is not False,
        passed=passed if isinstance(passed, bool) else None,
        contradicted=raw.get("contradicted") is True,
        matched=_text(raw.get("matched")),
        rule=_text(raw.get("rule")),
    )


def _key_point_label(raw: object) -> str:
    """The wording a teacher knows the key point by; a key point is a string or an object (see the data format)."""
    if isinstance(raw, dict):
        return next((str(raw[k]) for k in ("text", "formula", "quantity") if raw.get(k)), json.dumps(raw))
    return _text(raw)


def _training(raw: JsonObject) -> Training:
    history = _objects(raw.get("log_history"))
    steps = [(s, loss, _number(r.get("learning_rate"))) for r in history if (s := _integer(r.get("step"))) is not None
             and (loss := _number(r.get("loss"))) is not None]  # fmt: skip
    validations = [(s, loss) for r in history if (s := _integer(r.get("step"))) is not None
                   and (loss := _number(r.get("eval_loss"))) is not None]  # fmt: skip
    speeds = sorted(speed for r in history if (speed := _number(r.get("tokens_per_s"))) is not None)
    epochs = [e for r in history if (e := _number(r.get("epoch"))) is not None]
    return Training(
        steps=tuple(steps),
        validations=tuple(validations),
        epochs=max(epochs, default=None),
        tokens_per_s=speeds[len(speeds) // 2] if speeds else None,
        best_step=_integer(raw.get("best_step")),
        best_eval_loss=_number(raw.get("best_eval_loss")),
        stopped=_text(raw.get("stopped")),
    )


def _shown(raw: object) -> str:
    return raw if isinstance(raw, str) else json.dumps(raw, ensure_ascii=False, default=str)


def _settings(raw: JsonObject) -> tuple[Setting, ...]:
    return tuple(
        Setting(str(name), _shown(_object(entry).get("value")), _text(_object(entry).get("source")))
        if isinstance(entry, dict) and "value" in entry
        else Setting(str(name), _shown(entry), "")
        for name, entry in _object(raw.get("settings")).items()
    )


def _facts(manifest: JsonObject) -> tuple[Fact, ...]:
    facts = [Fact("data", str(path), _shown(digest)) for path, digest in _object(manifest.get("data")).items()]
    for kind in ("notes", "model", "adapter", "settings", "code"):
        raw = manifest.get(kind)
        if isinstance(raw, dict):
            facts += [Fact(kind, str(name), _shown(value)) for name, value in raw.items() if value is not None]
        elif raw is not None:
            facts.append(Fact(kind, "", _shown(raw)))
    return tuple(facts)


def _manifest_agrees(folder: Path, named: str, manifest: JsonObject) -> bool | None:
    """Whether the report names this very manifest: by the digest of the file or of its canonical JSON."""
    if not named or not manifest:
        return None
    digests = {hash_file(folder / MANIFEST), hash_value(manifest)}
    return named in digests or f"sha256:{named}" in digests


def _counts(raw: JsonObject, prefix: str = "") -> dict[str, int]:
    """Counts of findings, flattened: {"errors": 0, "by_check": {"overlap": 1}} -> errors 0, by_check.overlap 1."""
    counts: dict[str, int] = {}
    for name, value in raw.items():
        label = f"{prefix}{name}"
        if isinstance(value, dict) and not prefix:
            counts |= _counts(value, f"{label}.")
        elif isinstance(value, list):
            counts[label] = len(value)
        elif (number := _integer(value)) is not None:
            counts[label] = number
    return counts

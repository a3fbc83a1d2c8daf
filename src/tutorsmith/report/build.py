"""Reads a run folder into one ReportData. Nothing is computed here that the run did not measure, except counts."""

from pathlib import Path

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
from tutorsmith.report.raw import JsonObject, as_list, as_number, as_text
from tutorsmith.report.read_items import read_questions
from tutorsmith.report.read_run import (
    read_checks,
    read_facts,
    read_judge,
    read_review,
    read_seed_rows,
    read_settings,
    read_training,
)
from tutorsmith.report.read_systems import read_comparison, read_probe, read_systems
from tutorsmith.report.records import ReportData

OPTIONAL_FILES = (MANIFEST, TRAINING_CONFIG, TRAINER_STATE, SECONDS, CHECK)


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
    questions = read_questions(report.get("items"))
    return ReportData(
        folder=folder,
        stage=stage,
        systems=read_systems(report.get("systems"), questions),
        comparison=read_comparison(report.get("comparison")),
        questions=questions,
        training=read_training(others[TRAINER_STATE]) if TRAINER_STATE in others else None,
        settings=read_settings(others.get(TRAINING_CONFIG, {})),
        facts=read_facts(manifest),
        seeds=tuple(as_text(seed) for seed in as_list(manifest.get("seeds"))),
        manifest=as_text(report.get("manifest")),
        manifest_agrees=_manifest_agrees(folder, as_text(report.get("manifest")), manifest),
        seconds={str(k): s for k, v in others.get(SECONDS, {}).items() if (s := as_number(v)) is not None},
        checks=read_checks(others[CHECK]) if CHECK in others else None,
        review=read_review(report.get("review")),
        judge=read_judge(report.get("judge")),
        seed_rows=read_seed_rows(report.get("seeds")),
        probe=read_probe(report.get("probe")),
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


def _manifest_agrees(folder: Path, named: str, manifest: JsonObject) -> bool | None:
    """Whether the report names this very manifest: by the digest of the file or of its canonical JSON."""
    if not named or not manifest:
        return None
    digests = {hash_file(folder / MANIFEST), hash_value(manifest)}
    return named in digests or f"sha256:{named}" in digests

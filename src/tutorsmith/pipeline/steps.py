"""The steps of a run. Each reads and writes named artifacts in the run's folder and can be called alone."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, replace
from glob import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tutorsmith import __version__
from tutorsmith.core.artifacts import (
    ADAPTER_CONFIG,
    ADAPTER_WEIGHTS,
    CHECK,
    CHECKPOINTS,
    EVIDENCE,
    MANIFEST,
    PLACES,
    TRAINER_STATE,
    TRAINING_CONFIG,
    drop_unfinished,
    hash_file,
    hash_value,
    json_line,
    predictions_name,
    probe_name,
    read_json,
    report_name,
    write_json,
    writing,
)
from tutorsmith.core.errors import DataError
from tutorsmith.core.run_folder import verify_manifest
from tutorsmith.data.checks import CheckResult, read_allowed, render
from tutorsmith.data.read import iter_benchmark, prediction_to_dict
from tutorsmith.data.schema import Prediction
from tutorsmith.pipeline.answering import answer
from tutorsmith.pipeline.check import context_of, kept_check
from tutorsmith.pipeline.context import Context
from tutorsmith.pipeline.rows import training_rows
from tutorsmith.training.checkpoint import drop_checkpoints, find_checkpoint, identity_of
from tutorsmith.training.settings import TrainSettings
from tutorsmith.training.train import train_adapter

if TYPE_CHECKING:
    from tutorsmith.report import ReportFiles

LOGGER = logging.getLogger("tutorsmith")


def check_step(run: Context) -> CheckResult:
    """Check the stage's data; errors stop the run before it writes anything, warnings are counted. Writes check.json.

    Pairs of the stage's `allow` file are no leak. Raises: DataError with every error found.
    """
    result = refuse_errors(run, (*run.stage.eval, *run.stage.probe))
    write_json(run.folder / CHECK, result.as_dict())
    LOGGER.info("check: %d files, no errors, %d warnings", len(result.files), len(result.findings))
    return result


def refuse_errors(run: Context, against: Sequence[Path]) -> CheckResult:
    """Check the training files, and the benchmarks `against` which they must not leak. Raises: DataError."""
    allowed = read_allowed(run.stage.allow) if run.stage.allow else frozenset()
    context = context_of(run.settings.model.settings.model_name_or_path)
    result = kept_check(run.stage.train, against, allowed=allowed, context=context)
    errors = tuple(finding for finding in result.findings if finding.severity == "error")
    if errors:
        lines = render(replace(result, findings=errors), "text").splitlines()[:-1]
        listed = "\n".join(f"  {line}" for line in lines)
        raise DataError(
            f"errors in the data: {len(errors)}\n{listed}",
            mend="mend these lines (`tutorsmith check` shows them again)",
        )
    if len(run.stage.train) > 1:  # within one file the reader refuses it
        _refuse_repeated(run)
    return result


def _refuse_repeated(run: Context) -> None:
    """Raises: DataError when one id stands in two of the training files: it would be trained on twice."""
    places: dict[str, str] = {}
    for sample in run.samples:
        here = f"{sample.file}:{sample.line}"
        if sample.id in places:
            raise DataError(
                f"the id '{sample.id}' stands already at {places[sample.id]}",
                where=here,
                mend="name each training file once, or give the samples ids of their own",
            )
        places[sample.id] = here


def identity(run: Context) -> dict[str, str]:
    """Hashes of what an adapter depends on, by part: two runs with equal ones give equal adapters."""
    notes = run.settings.notes.settings
    train = run.settings.train.settings.model_dump(mode="json")
    if not train["max_steps"]:  # as before there was such a setting
        del train["max_steps"]
    tools = list(run.settings.tools.settings.tools)
    # The excerpts stand under a heading in the run's language.
    shown = [run.index.content_hash, notes.model_dump(mode="json"), run.language] if run.index else []
    return {
        "data": hash_value([hash_file(file) for file in run.stage.train]),
        "notes": hash_value(shown) if shown else "none",
        "model": hash_value([run.loaded.fingerprint, run.loaded.quantization, str(run.loaded.dtype)]),
        "settings": hash_value([train, tools] if tools else train),
    }


def prove_resumable(run: Context) -> None:
    """For --resume, before anything is written: there is a stopped or finished run here, and it is this one.

    Raises: DataError naming what differs.
    """
    parts = identity(run)
    checkpoint = find_checkpoint(run.folder / CHECKPOINTS)
    if checkpoint is not None:
        what, known = "a stopped run", identity_of(checkpoint)
    elif _kept(run, parts) is not None:
        return
    elif all((run.folder / name).is_file() for name in _FINISHED):
        what, known = "a finished run", read_json(run.folder / TRAINING_CONFIG).get("identity", {})
    else:
        raise DataError("nothing to resume: no checkpoint here", where=str(run.folder), mend="run without --resume")
    differing = _differing(known, parts) or ["adapter weights"]
    if known != parts or checkpoint is None:
        raise DataError(
            f"this folder holds {what} with other {' and '.join(differing)}",
            where=str(run.folder),
            mend="restore what it was started with, give another --output-dir, or run without --resume to train anew",
        )


def train_step(run: Context) -> Mapping[str, Any]:
    """Train the adapter, or keep it when the very same one is there. Writes its files and training_config.json.

    Raises: DataError when --resume finds a run with other data, model or settings.
    """
    if run.resume:
        prove_resumable(run)
    parts = identity(run)
    kept = _kept(run, parts)
    if kept is not None:
        LOGGER.info(
            "train: the adapter of exactly this data, model and settings is there; nothing to do (--fresh trains anew)"
        )
        # What does not touch the adapter (the length of answers, say) may have changed since.
        kept = {**kept, **_as_asked(run)}
        write_json(run.folder / TRAINING_CONFIG, kept)
        return kept
    _clear_the_way(run, parts)
    settings: TrainSettings = run.settings.train.settings
    keep_what_answers_need(run)
    result = train_adapter(run.loaded, training_rows(run), settings, run.folder, parts, log_folder=run.log_folder)
    config = {
        "schema_version": 1,
        "stage": run.stage.name,
        "model": {"name": run.loaded.name, "origin": run.loaded.origin, "fingerprint": run.loaded.fingerprint},
        **_as_asked(run),
        "identity": parts,
        "result": asdict(result),
    }
    write_json(run.folder / TRAINING_CONFIG, config)
    return config


def keep_what_answers_need(run: Context) -> None:
    """Write evidence.json and places.json, or take away those of an earlier run where they have no use."""
    for name, kept in ((EVIDENCE, run.decider), (PLACES, run.places if run.places.counts else None)):
        if kept is None:
            (run.folder / name).unlink(missing_ok=True)
        else:
            write_json(run.folder / name, kept.as_dict())


def _as_asked(run: Context) -> dict[str, Any]:
    """What this run was asked to do, as training_config.json keeps it; prediction with the adapter goes by it."""
    return {
        "train_files": [run.shown(file) for file in run.stage.train],
        "notes": [run.shown(folder) for folder in run.stage.notes] if run.index else [],
        "language": run.language,
        "settings": run.settings.as_dict(),
    }


_FINISHED = (TRAINING_CONFIG, ADAPTER_CONFIG, ADAPTER_WEIGHTS, TRAINER_STATE)


def _kept(run: Context, parts: Mapping[str, str]) -> Mapping[str, Any] | None:
    """The training_config of a finished run with the same identity and an untouched adapter, or None."""
    if run.fresh or not all((run.folder / name).is_file() for name in _FINISHED):
        return None
    config: dict[str, Any] = read_json(run.folder / TRAINING_CONFIG)
    same = config.get("identity") == dict(parts)
    whole = config.get("result", {}).get("adapter") == hash_file(run.folder / ADAPTER_WEIGHTS)
    return config if same and whole else None


def _clear_the_way(run: Context, parts: Mapping[str, str]) -> None:
    """Remove a checkpoint that does not belong to this run, and say why this run trains anew."""
    checkpoint = find_checkpoint(run.folder / CHECKPOINTS)
    if checkpoint is None:
        if not run.fresh and all((run.folder / name).is_file() for name in _FINISHED):
            known = read_json(run.folder / TRAINING_CONFIG).get("identity", {})
            other = " and ".join(_differing(known, parts)) or "weights"
            LOGGER.info("train: the adapter here was made with other %s; training anew", other)
        return
    differing = ["--fresh"] if run.fresh else _differing(identity_of(checkpoint), parts)
    if differing:
        why = "--fresh" if run.fresh else f"other {' and '.join(differing)}"
        LOGGER.info("train: starting anew (%s); the old checkpoint %s is removed", why, checkpoint.name)
        drop_checkpoints(run.folder / CHECKPOINTS)


def _differing(known: Mapping[str, str], parts: Mapping[str, str]) -> list[str]:
    return [name for name, value in parts.items() if known.get(name) != value]


def predict_step(run: Context, prefix: str) -> dict[str, Path]:
    """Answer the benchmark with the base model (prefix "base") or the run's adapter ("tuned"), alone and with notes.

    Returns the predictions file of each system.
    """
    adapter = run.folder if prefix == "tuned" else None
    names = run.systems(prefix)
    with_notes = [name.endswith("_notes") for name in names]
    files = {
        name: run.folder / predictions_name(run.stage.name, None if name == run.product else name) for name in names
    }
    cached = adapter is None or not run.fresh
    _write_answers(list(files.values()), answer(run, run.items, adapter, with_notes, cached=cached))
    return files


def probe_step(run: Context) -> dict[str, Path]:
    """Answer the stage's forgetting probe, without notes, with the base model and with the run's adapter.

    Returns the predictions file of each.
    """
    files = {name: run.folder / probe_name(run.stage.name, name) for name in ("base", "tuned")}
    for name, file in files.items():
        adapter = run.folder if name == "tuned" else None
        items = (item for path in run.stage.probe for item in iter_benchmark(path))
        _write_answers([file], answer(run, items, adapter, [False], cached=adapter is None or not run.fresh))
    return files


def _write_answers(files: Sequence[Path], parts: Iterable[list[list[Prediction]]]) -> None:
    """Write the predictions of each system, a file a system, part by part. Raises: ResourceError."""
    for file in files:
        drop_unfinished(file)
    with ExitStack() as stack:
        writes = [stack.enter_context(writing(file)) for file in files]
        for part in parts:
            for write, predictions in zip(writes, part, strict=True):
                write(b"".join(json_line(prediction_to_dict(p)) for p in predictions))


def evaluate_step(run: Context, systems: Mapping[str, Path], probed: Mapping[str, Path]) -> dict[str, Any]:
    """Score every system and compare them in pairs. Writes manifest.json and eval_report_{stage}.json.

    probed: the answers to the forgetting probe by system, empty for a stage without one; they are reported apart.
    """
    from tutorsmith.evaluation.evaluate import evaluate  # with all scorers: not to be waited for before training
    from tutorsmith.evaluation.probe import PROBE, probe_report

    for file in run.folder.glob(predictions_name(escape(run.stage.name), "*")):
        if file not in systems.values():
            file.unlink()  # of an earlier run with other systems: nothing here would vouch for it
    for file in run.folder.glob(probe_name(escape(run.stage.name), "*")):
        if file not in probed.values():
            file.unlink()
    manifest = write_manifest(run, systems, probed)
    report = evaluate(run.stage.eval, systems, stage=run.stage.name, manifest=manifest)
    if probed:
        report[PROBE] = probe_report(run.stage.probe, probed)
    write_json(run.folder / report_name(run.stage.name, "json"), report)
    return report


def write_manifest(run: Context, systems: Mapping[str, Path], probed: Mapping[str, Path]) -> str:
    """Record the hashes of all that the report rests on; returns the manifest's own hash."""
    adapter = run.folder / ADAPTER_WEIGHTS
    manifest = {
        "schema_version": 1,
        "stage": run.stage.name,
        "code": __version__,
        "data": {run.shown(file): hash_file(file) for file in (*run.stage.train, *run.stage.eval)},
        "notes": {"sha256": run.index.content_hash, "chunks": len(run.index.chunks)} if run.index else None,
        "model": {"name": run.loaded.name, "origin": run.loaded.origin, "fingerprint": run.loaded.fingerprint},
        "generation_audit": run.loaded.generation_audit,
        "adapter": hash_file(adapter) if adapter.is_file() else None,
        "settings": hash_value(run.settings.as_dict()),
        "seeds": [run.settings.train.settings.seed],
        "predictions": {name: hash_file(file) for name, file in systems.items()},
    }
    if probed:
        manifest["probe"] = {
            "data": {run.shown(file): hash_file(file) for file in run.stage.probe},
            "predictions": {name: hash_file(file) for name, file in probed.items()},
        }
    write_json(run.folder / MANIFEST, manifest)
    return hash_value(manifest)


def report_step(run: Context) -> "ReportFiles":
    """The report as Markdown and HTML, after proving that its parts belong to one run."""
    from tutorsmith.report import write_report

    verify_manifest(run.folder, run.stage.name)
    targets = {run.stage.name: dict(run.stage.targets)}
    return write_report(run.folder, run.stage.name, language=run.language, targets=targets)

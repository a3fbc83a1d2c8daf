"""`tutorsmith predict`."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tutorsmith.commands.stage import refuse_both
from tutorsmith.core.artifacts import (
    TRAINING_CONFIG,
    audit_name,
    drop_unfinished,
    hash_file,
    json_line,
    make_folder,
    read_json,
    write_json,
    writing,
)
from tutorsmith.core.errors import DataError, ModelError, UsageError
from tutorsmith.core.progress import log_to
from tutorsmith.core.settings import flag_layer
from tutorsmith.data.read import iter_benchmark, prediction_to_dict
from tutorsmith.generation.engine import choose_engine
from tutorsmith.pipeline.answering import answer
from tutorsmith.pipeline.context import Context
from tutorsmith.pipeline.settings import gather
from tutorsmith.project import Project, Stage, course_language, project_if_any, with_environment


@dataclass(frozen=True)
class PredictOptions:
    """The command's flags, as parsed; None and empty mean not given."""

    eval_file: Path
    output_file: Path
    adapter_path: Path | None = None
    notes: tuple[Path, ...] = ()
    no_notes: bool = False
    engine: str | None = None
    language: str | None = None
    pairs: tuple[str, ...] = ()
    flags: Mapping[str, Any] = field(default_factory=dict)
    config: Path | None = None
    fresh: bool = False


def predict_command(options: PredictOptions) -> None:
    """Raises: UsageError, DataError, ModelError, ResourceError."""
    refuse_both("--notes", options.notes, "--no-notes", options.no_notes)
    choose_engine(options.engine or "auto")
    if options.output_file.is_dir():
        raise UsageError("this is a folder", where=str(options.output_file), mend="give the name of a file")
    if options.adapter_path is not None and not options.adapter_path.is_dir():
        raise ModelError("no such adapter folder", where=str(options.adapter_path), mend="check --adapter-path")
    count = sum(1 for _ in iter_benchmark(options.eval_file))  # a line's fault is told before the first answer
    run = predict_context(options)
    make_folder(run.folder)
    with log_to(None):
        noted = run.index is not None
        flagged: list[str] = []
        drop_unfinished(options.output_file)
        with writing(options.output_file) as write:
            for (part,) in answer(run, run.items, options.adapter_path, [noted], cached=not options.fresh):
                write(b"".join(json_line(prediction_to_dict(p)) for p in part))
                flagged += [f"{p.id}: {', '.join(p.flags)}" for p in part if p.flags]
    audit = {"predictions": hash_file(options.output_file), **run.loaded.generation_audit}
    write_json(options.output_file.with_name(audit_name(options.output_file.name)), audit)
    print(f"{count} answers -> {options.output_file} ({'with' if noted else 'without'} notes)")
    for line in flagged:
        print(f"  {line}")
    for finding in run.loaded.generation_audit.get("findings", ()):
        print(f"  {finding['severity']}: {finding['what']}; mend: {finding['mend']}")


def predict_context(options: PredictOptions) -> Context:
    """The benchmark as a stage of its own, with the settings and notes that the adapter was trained with."""
    project = project_if_any(options.config)
    trained = _training_config(options.adapter_path)
    flags = dict(options.flags)
    given = flag_layer(options.pairs, flags).canonical()
    if trained and "model_name_or_path" not in given:
        # Also over the environment: this is the one model that the adapter fits.
        flags["model_name_or_path"] = trained["settings"]["model_name_or_path"]["value"]
    if options.no_notes or options.notes:
        flags["use_notes"] = bool(options.notes)
    stage = Stage(
        name="predict",
        train=(),
        eval=(options.eval_file,),
        notes=_notes(options, project, trained),
        output=options.output_file.parent,
        settings=_trained_settings(trained),
    )
    if not options.notes:
        stage = replace(stage, notes=with_environment(stage, project.root if project else Path.cwd()).notes)
    return Context(
        stage=stage,
        settings=gather(project, stage, options.pairs, flags),
        folder=options.output_file.parent,
        language=_language(options, project, trained),
        log_folder=options.output_file.parent,
        fresh=options.fresh,
        engine=options.engine,
        trains=False,
    )


def _language(options: PredictOptions, project: Project | None, trained: Mapping[str, Any] | None) -> str:
    """The adapter's own language unless a flag names one; without an adapter the course's."""
    known = (trained or {}).get("language")
    return str(known) if known and options.language is None else course_language(options.language, project)


def _training_config(adapter: Path | None) -> dict[str, Any] | None:
    """What the adapter was trained with, when it came from a run of ours. Raises: DataError when that is damaged."""
    if adapter is None or not (adapter / TRAINING_CONFIG).is_file():
        return None
    config: dict[str, Any] = read_json(adapter / TRAINING_CONFIG)
    if not isinstance(config, dict) or not {"model_name_or_path", *_AS_TRAINED} <= set(config.get("settings", {})):
        raise DataError(
            "not a training_config.json of a run",
            where=str(adapter / TRAINING_CONFIG),
            mend="train again, or delete the file and give --model and --notes",
        )
    return config


# The settings that must be the same in prediction as in training, and the length of the answers that were scored; those
# of _LATER are not in the configs of older runs.
_AS_TRAINED = ("quantization", "dtype", "use_notes", "notes_k", "notes_words", "max_new_tokens")
_LATER = ("dense_model", "tools", "tool_rounds")


def _trained_settings(trained: Mapping[str, Any] | None) -> dict[str, Any]:
    known = trained["settings"] if trained else {}
    return {name: known[name]["value"] for name in (*_AS_TRAINED, *_LATER) if name in known}


def _notes(options: PredictOptions, project: Project | None, trained: Mapping[str, Any] | None) -> tuple[Path, ...]:
    """Those given, else those of the adapter's run, else of the smallest stage evaluated on this file, else none."""
    if options.notes or options.no_notes:
        return options.notes
    root = project.root if project else Path.cwd()
    if trained and "notes" in trained:
        return tuple(root / folder for folder in trained["notes"])
    if project is None:
        return ()
    wanted = options.eval_file.resolve()
    stages = [stage for known in project.stages.values() for stage in (known, *known.languages.values())]
    fitting = [s for s in stages if any(file.resolve() == wanted for file in s.eval)]
    return min(fitting, key=lambda s: len(s.eval)).notes if fitting else ()

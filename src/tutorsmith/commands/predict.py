"""`tutorsmith predict`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tutorsmith.core.artifacts import TRAINING_CONFIG, make_folder, read_json
from tutorsmith.core.errors import DataError, UsageError
from tutorsmith.core.progress import log_to
from tutorsmith.data.read import prediction_to_dict, read_benchmark, write_jsonl
from tutorsmith.pipeline.context import Context
from tutorsmith.pipeline.settings import gather
from tutorsmith.pipeline.steps import answer
from tutorsmith.project import Project, Stage, find_project_file, load_project


@dataclass(frozen=True)
class PredictOptions:
    """The command's flags, as parsed; None and empty mean not given."""

    eval_file: Path
    output_file: Path
    adapter_path: Path | None = None
    notes: tuple[Path, ...] = ()
    no_notes: bool = False
    engine: str = "torch"
    language: str | None = None
    pairs: tuple[str, ...] = ()
    flags: Mapping[str, Any] = field(default_factory=dict)
    config: Path | None = None
    fresh: bool = False


def predict_command(options: PredictOptions) -> None:
    """Raises: UsageError, DataError, ModelError, ResourceError."""
    items = read_benchmark(options.eval_file)
    if not items:
        raise DataError(
            "the benchmark is empty", where=str(options.eval_file), mend="give a file with at least one item"
        )
    project = _project(options.config)
    trained = _training_config(options.adapter_path)
    flags = dict(options.flags)
    if flags.get("model_name_or_path") is None and trained:
        flags["model_name_or_path"] = trained["settings"]["model_name_or_path"]["value"]
    if options.no_notes:
        flags["use_notes"] = False
    stage = Stage(
        name="predict",
        train=(),
        eval=(options.eval_file,),
        notes=() if options.no_notes else options.notes or _notes(options, project, trained),
        output=options.output_file.parent,
        settings=_trained_settings(trained),
    )
    run = Context(
        stage=stage,
        settings=gather(project, stage, options.pairs, flags),
        folder=options.output_file.parent,
        language=options.language or (project.language if project else "en"),
        log_folder=options.output_file.parent,
        fresh=options.fresh,
    )
    make_folder(options.output_file.parent)
    with log_to(None):
        noted = run.index is not None
        (predictions,) = answer(run, items, options.adapter_path, [noted], options.engine)
    write_jsonl(options.output_file, [prediction_to_dict(p) for p in predictions])
    flagged = [p for p in predictions if p.flags]
    print(f"{len(predictions)} answers -> {options.output_file} ({'with' if noted else 'without'} notes)")
    for prediction in flagged:
        print(f"  {prediction.id}: {', '.join(prediction.flags)}")


def _project(config: Path | None) -> Project | None:
    """The project file if there is one: prediction works without."""
    if config is not None:
        return load_project(config)
    try:
        return load_project(find_project_file(Path.cwd()))
    except UsageError:
        if any((folder / "tutorsmith.toml").exists() for folder in (Path.cwd(), *Path.cwd().parents)):
            raise
        return None


def _training_config(adapter: Path | None) -> dict[str, Any] | None:
    """What the adapter was trained with, when it came from a run of ours."""
    if adapter is None or not (adapter / TRAINING_CONFIG).is_file():
        return None
    config: dict[str, Any] = read_json(adapter / TRAINING_CONFIG)
    return config


def _trained_settings(trained: Mapping[str, Any] | None) -> dict[str, Any]:
    """The settings that must be the same in prediction as in training: how notes get into the prompt."""
    names = ("use_notes", "notes_k", "notes_words", "max_new_tokens")
    return {name: trained["settings"][name]["value"] for name in names} if trained else {}


def _notes(options: PredictOptions, project: Project | None, trained: Mapping[str, Any] | None) -> tuple[Path, ...]:
    """Notes of the adapter's own stage, else of the smallest stage that is evaluated on this very file, else none."""
    if project is None:
        return ()
    if trained and trained.get("stage") in project.stages:
        return project.stages[trained["stage"]].notes
    wanted = options.eval_file.resolve()
    fitting = [s for s in project.stages.values() if any(file.resolve() == wanted for file in s.eval)]
    return min(fitting, key=lambda s: len(s.eval)).notes if fitting else ()

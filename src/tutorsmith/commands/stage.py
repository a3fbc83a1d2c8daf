"""`tutorsmith run` and `tutorsmith train`."""

import logging
import os
from dataclasses import dataclass, replace
from pathlib import Path

from tutorsmith.core.artifacts import TRAINING_LOG, make_folder
from tutorsmith.core.errors import UsageError
from tutorsmith.core.progress import log_to
from tutorsmith.pipeline import steps
from tutorsmith.pipeline.context import Context
from tutorsmith.pipeline.run import run_stage
from tutorsmith.pipeline.settings import gather
from tutorsmith.project import course_language, existing, find_project_file, load_project, with_environment

LOGGER = logging.getLogger("tutorsmith")


@dataclass(frozen=True)
class StageOptions:
    """The flags of the two commands, as parsed; None and empty mean not given."""

    stage: str
    config: Path | None = None
    pairs: tuple[str, ...] = ()
    notes: list[Path] | None = None
    no_notes: bool = False
    output_dir: Path | None = None
    seed: int | None = None
    language: str | None = None
    model: str | None = None
    train_files: str | None = None
    eval_file: str | None = None
    quantization: str | None = None
    resume: bool = False
    fresh: bool = False


def _paths(value: str | None) -> tuple[Path, ...]:
    return tuple(Path(part.strip()) for part in (value or "").split(",") if part.strip())


def refuse_both(first: str, one: object, second: str, other: object) -> None:
    """Raises: UsageError when both of two flags that exclude each other are given."""
    if one and other:
        raise UsageError(f"{first} and {second} exclude each other", mend="give one of them")


def make_context(options: StageOptions) -> Context:
    """Project, stage, environment and flags -> one run. Raises: UsageError."""
    refuse_both("--resume", options.resume, "--fresh", options.fresh)
    refuse_both("--notes", options.notes, "--no-notes", options.no_notes)
    project = load_project(options.config or find_project_file(Path.cwd()))
    language = course_language(options.language, project)
    known = project.stage(options.stage)
    if language not in (project.language, *known.languages):
        LOGGER.warning("stage %s has no files in '%s'; taking its '%s' ones", known.name, language, project.language)
    stage = with_environment(known.in_language(language), project.root)
    stage = replace(
        stage,
        train=_paths(options.train_files) or stage.train,
        eval=_paths(options.eval_file) or stage.eval,
        notes=tuple(options.notes or ()) or stage.notes,
    )
    flags = {
        "seed": options.seed,
        "model_name_or_path": options.model,
        "quantization": options.quantization,
        "use_notes": False if options.no_notes else None,
    }
    folder = options.output_dir or stage.output
    logs = os.environ.get("LOG_DIR")
    return Context(
        stage=stage,
        settings=gather(project, stage, options.pairs, flags),
        folder=folder,
        language=language,
        log_folder=project.root / logs if logs else folder,
        fresh=options.fresh,
        resume=options.resume,
        root=project.root,
    )


def run_command(options: StageOptions) -> None:
    from tutorsmith.commands.console import tell

    run = make_context(options)
    result = run_stage(run)
    print()
    tell(result.report)
    print(f"report: {result.files.html}")
    print(f"        {result.files.markdown}")


def train_command(options: StageOptions) -> None:
    run = make_context(options)
    make_folder(run.folder)
    make_folder(run.log_folder)
    existing((*run.stage.train, *run.stage.eval, *run.stage.notes), "input of this stage")
    with log_to(run.log_folder / TRAINING_LOG):
        if run.resume:
            steps.prove_resumable(run)
        steps.check_step(run)
        config = steps.train_step(run)
    result = config["result"]
    print(f"adapter: {run.folder} ({result['steps']} steps, {result['seconds']:.0f} s, ended by {result['stopped']})")

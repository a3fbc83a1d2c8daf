"""`tutorsmith sweep`: search for a stage's settings on held-out training samples."""

import importlib.util
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tutorsmith.commands.stage import StageOptions, make_context
from tutorsmith.core.artifacts import make_folder
from tutorsmith.core.errors import UsageError
from tutorsmith.core.progress import log_to
from tutorsmith.core.settings import ALIASES
from tutorsmith.pipeline.context import Context
from tutorsmith.project import existing, find_project_file, load_project

LOGGER = logging.getLogger("tutorsmith")
SWEEP_LOG, STUDY_FILE, TRIALS_FOLDER = "sweep.log", "study.sqlite3", "trials"


@dataclass(frozen=True)
class SweepOptions:
    """The command's flags, as parsed. seeds: how many; folds: None for the usual number; report: None for the usual
    place; storage: None for a file there; stage.output_dir is not used."""

    stage: StageOptions
    trials: int
    over: tuple[str, ...] = ()
    objective: str = "loss"
    folds: int | None = None
    seeds: int = 1
    pruner: str = "median"
    study: str | None = None
    storage: str | None = None
    report: Path | None = None
    keep: bool = False


def sweep_command(options: SweepOptions) -> None:
    """Raises: UsageError without the extra `sweep`, and as `tutorsmith.sweep.run.sweep` says."""
    if importlib.util.find_spec("optuna") is None:
        raise UsageError("a sweep needs Optuna", where="tutorsmith sweep", mend="pip install 'tutorsmith[sweep]'")
    from tutorsmith.report.sweep_page import write_sweep
    from tutorsmith.sweep.measure import Bench, Protocol, usual_folds
    from tutorsmith.sweep.run import Plan, sweep
    from tutorsmith.sweep.space import parse_space
    from tutorsmith.sweep.study import Place, without_password

    run = make_context(options.stage)
    settings = run.settings.train.settings
    if settings.k_folds > 1:
        raise UsageError(
            "k_folds chooses the epochs, and so would the sweep", where="k_folds", mend="--set k_folds=0, with --folds"
        )
    space = parse_space(options.over, run.settings, _given(options.stage), options.objective)
    folder = options.report or _usual_folder(run)
    make_folder(folder)
    existing((*run.stage.train, *run.stage.notes), "input of this stage")
    with log_to(folder / SWEEP_LOG):
        run = replace(run, folder=folder / TRIALS_FOLDER)
        seeds = tuple(range(settings.seed, settings.seed + options.seeds))
        folds = options.folds or usual_folds(sum(1 for _ in run.samples))
        place = Place(options.storage or f"sqlite:///{folder / STUDY_FILE}", options.study or folder.name)
        LOGGER.info("sweep of stage %s over %s", run.stage.name, ", ".join(map(str, space)))
        LOGGER.info("each trial: seeds %s, %d folds; %s", list(seeds), folds, without_password(place.url))
        bench = Bench(_runs_of(options.stage), Protocol(options.objective, seeds, folds), options.keep)
        plan = Plan(space, bench.protocol, place, options.trials, options.pruner, _other_language(options.stage, run))
        data = sweep(run, bench, plan)
    files = write_sweep(data, folder)
    print()
    print(data.verdict)
    print("\n".join(data.settings_lines))
    print(f"report: {files.html}")
    print(f"        {files.markdown}")


def _runs_of(options: StageOptions) -> Any:
    """(settings of a trial, seed, folder) -> its run."""

    def make(params: Mapping[str, Any], seed: int, folder: Path) -> Context:
        pairs = (*options.pairs, *(f"{name}={value}" for name, value in params.items()))
        return make_context(replace(options, pairs=pairs, seed=seed, output_dir=folder, fresh=True))

    return make


def _given(options: StageOptions) -> set[str]:
    """The settings that flags fix."""
    names = {pair.partition("=")[0].strip().replace("-", "_") for pair in options.pairs}
    flags = {"model_name_or_path": options.model, "quantization": options.quantization, "use_notes": options.no_notes}
    return {ALIASES.get(name, name) for name in names} | {name for name, value in flags.items() if value}


def _usual_folder(run: Context) -> Path:
    """Beside the stage's own folder: adapter_style -> sweep_style."""
    output = run.stage.output
    return output.with_name(f"sweep_{output.name.removeprefix('adapter_')}")


def _other_language(options: StageOptions, run: Context) -> str:
    project = load_project(options.config or find_project_file(Path.cwd()))
    return "" if run.language == project.language else run.language

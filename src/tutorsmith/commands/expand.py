"""`tutorsmith expand`."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console

from tutorsmith.core.endpoint import Endpoint
from tutorsmith.core.errors import DataError, UsageError, suggest
from tutorsmith.core.progress import log_to
from tutorsmith.expand.draft import Form
from tutorsmith.expand.plan import make_plan
from tutorsmith.expand.prompt import messages
from tutorsmith.expand.queue import Queue, create_queue, open_queue
from tutorsmith.expand.run import expand, planned
from tutorsmith.expand.screen import plan_table
from tutorsmith.expand.setting import Setting, read_setting
from tutorsmith.expand.writers import KEY_VARIABLE, NAMES, EndpointWriter, EngineWriter, Style, Writer
from tutorsmith.generation.engine import ENGINES
from tutorsmith.project import Stage, course_language, find_project_file, load_project, with_environment

LOGGER = logging.getLogger("tutorsmith")


@dataclass(frozen=True)
class ExpandOptions:
    """The command's flags, as parsed."""

    stage: str
    form: Form = "sample"
    count: int = 10
    endpoint: str | None = None
    model: str | None = None
    engine: str | None = None
    notes: tuple[Path, ...] = ()
    queue: Path | None = None
    style: Style = field(default_factory=Style)
    parallel: int = 2
    timeout: float = 120.0
    language: str | None = None
    config: Path | None = None
    dry_run: bool = False


def stage_of(name: str, language: str | None, config: Path | None) -> tuple[Stage, str, Path]:
    """(stage in the language, language, root of the project). Raises: UsageError."""
    project = load_project(config or find_project_file(Path.cwd()))
    chosen = course_language(language, project)
    stage = project.stage(name)
    if chosen not in (project.language, *stage.languages):
        LOGGER.warning("stage %s has no files in '%s'; taking its '%s' ones", name, chosen, project.language)
    return with_environment(stage.in_language(chosen), project.root), chosen, project.root


def expand_command(options: ExpandOptions) -> None:
    """Plan, ask, check, keep. Raises: UsageError, DataError, ModelError, NetworkError, ResourceError."""
    _refuse_flags(options)
    stage, language, root = stage_of(options.stage, options.language, options.config)
    console = Console()
    with log_to(None):
        setting = read_setting(stage, options.form, language, options.notes)
        path = options.queue or root / "outputs" / "expand" / f"{stage.name}_{options.form}.{language}.jsonl"
        if options.dry_run:
            _dry_run(options, setting, path, console)
            return
        with _writer(options) as writer:
            queue = _open(path, setting, options)
            if queue.torn:
                LOGGER.warning("the last line was cut off; it is kept in %s.torn", path)
            tasks = planned(queue, setting, options.count, options.style.seed, writer.identity)
            console.print(plan_table(setting.found, tasks))
            before = set(queue.entries)
            expand(queue, setting, tasks, writer, options.style.seed)
    _told(queue, before, console)


def _refuse_flags(options: ExpandOptions) -> None:
    if options.dry_run:
        return
    if bool(options.endpoint) == bool(options.engine):
        raise UsageError(
            "say who writes the drafts",
            where="--endpoint, --engine",
            mend="give either --endpoint URL --model NAME or --engine torch",
        )
    if options.engine and options.engine not in ENGINES:
        mend = suggest(options.engine, list(ENGINES))
        raise UsageError(f"unknown engine '{options.engine}'", where="--engine", mend=mend)
    if options.endpoint and not options.model:
        raise UsageError("the endpoint's model has no name", where="--model", mend="give --model NAME")


def _open(path: Path, setting: Setting, options: ExpandOptions) -> Queue:
    """The queue of this stage, made when it is not there. Raises: DataError for one of another stage or form."""
    head = {"stage": setting.stage.name, "form": options.form, "language": setting.mold.language}
    notes = [str(place) for place in options.notes]
    if not path.exists():
        return create_queue(path, **head, notes=notes)
    queue = open_queue(path)
    for name, value in head.items():
        if queue.head.get(name) != value:
            raise DataError(
                f"this queue is for {name} '{queue.head.get(name)}', not '{value}'",
                where=str(path),
                mend="give another --queue",
            )
    return queue


@contextmanager
def _writer(options: ExpandOptions) -> Iterator[Writer]:
    if options.endpoint:
        key = os.environ.get(KEY_VARIABLE, "").strip()
        endpoint = Endpoint(options.endpoint, options.model or "", key, timeout=options.timeout, names=NAMES)
        with EndpointWriter(endpoint, options.style, options.parallel) as asked:
            yield asked
        return
    from tutorsmith.core.settings import flag_layer
    from tutorsmith.generation.engine import make_engine
    from tutorsmith.models.load import load_model
    from tutorsmith.models.settings import ModelSettings

    flags = flag_layer((), {"model_name_or_path": options.model}).values
    model = ModelSettings(**flags)
    loaded = load_model(model.model_name_or_path)
    yield EngineWriter(loaded, make_engine(options.engine or "", loaded), options.style)


def _dry_run(options: ExpandOptions, setting: Setting, path: Path, console: Console) -> None:
    """The plan and the first prompt; nothing is asked and nothing written."""
    entries = open_queue(path, write=False).entries.values() if path.exists() else ()
    done = [(entry.task.chunk_hash, entry.task.kind) for entry in entries]
    index = setting.material.index
    tasks = make_plan(setting.found, index, options.count, seed=options.style.seed, done=done)
    console.print(plan_table(setting.found, tasks))
    for task in tasks:
        console.print(f"{task.id}  {task.kind}  {task.source} > {task.heading}", highlight=False, markup=False)
    dialogue = messages(tasks[0], setting.material)
    size = sum(len(message["content"]) for message in dialogue)
    console.print(f"\nthe first prompt: {len(dialogue)} messages, {size} characters; its last message:\n")
    console.print(dialogue[-1]["content"], highlight=False, markup=False)


def _told(queue: Queue, before: set[str], console: Console) -> None:
    made = [entry for name, entry in queue.entries.items() if name not in before]
    waiting = sum(entry.waits for entry in made)
    failed = sum(entry.draft is None for entry in made)
    console.print(
        f"{len(made)} asked for: {waiting} passed all checks and wait for review, "
        f"{len(made) - waiting - failed} rejected by rule, {failed} without a usable reply",
        highlight=False,
    )
    console.print(f"queue: {queue.path}", highlight=False, soft_wrap=True)
    console.print(f"next: tutorsmith review {queue.path}", highlight=False, soft_wrap=True)

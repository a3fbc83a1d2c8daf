"""`tutorsmith runs cross`: predict what is missing, score, and write the cross table."""

import json
from collections.abc import Sequence, Set
from dataclasses import dataclass
from pathlib import Path

from tutorsmith.commands.predict import PredictOptions, predict_context
from tutorsmith.core.errors import DataError, UsageError
from tutorsmith.core.progress import log_to
from tutorsmith.data.read import read_benchmark
from tutorsmith.data.schema import Prediction
from tutorsmith.evaluation.evaluate import load_items
from tutorsmith.generation.engine import choose_engine
from tutorsmith.pipeline.answering import answer
from tutorsmith.project import course_language, existing, project_if_any
from tutorsmith.runs.cross import (
    EVALUATED,
    Cell,
    CrossTable,
    answers_file,
    benchmark_hashes,
    candidates,
    cross_markdown,
    own_answers,
    score,
    write_cross,
)
from tutorsmith.runs.index import Runs, open_index
from tutorsmith.runs.record import RunRecord
from tutorsmith.runs.skills import Skill, compare_skill

CROSS_FOLDER = "cross"
ANSWERS_FOLDER = "cross_answers"


@dataclass(frozen=True)
class CrossOptions:
    """The command's flags, as parsed; None and empty mean not given."""

    runs: tuple[str, ...] = ()
    eval_files: tuple[Path, ...] = ()
    root: Path = Path("outputs")
    index: Path | None = None
    out: Path | None = None
    engine: str | None = None
    max_new_tokens: int | None = None
    config: Path | None = None
    as_json: bool = False


def cross_command(options: CrossOptions) -> None:
    """Raises: UsageError, DataError, ModelError, ResourceError."""
    choose_engine(options.engine or "auto")
    benchmarks = _benchmarks(options)
    runs = open_index(options.root, options.index)
    records, left_out = _chosen(runs, options.runs)
    out = options.out or options.root / CROSS_FOLDER
    cells: list[Cell] = []
    for record in records:
        cells += _row(runs.folder(record), record, benchmarks, options, out)
    several = {record.path for record in records if len(benchmark_hashes(runs.folder(record))) > 1}
    skills = _skills(cells, several, benchmarks, out / ANSWERS_FOLDER)
    table = CrossTable(tuple(cells), tuple(left_out), tuple(skills))
    markdown, data = write_cross(table, out)
    if options.as_json:
        print(json.dumps(table.as_dict(), ensure_ascii=False, indent=2))
        return
    print(cross_markdown(table))
    print(f"table: {markdown}")
    print(f"       {data}")


def _benchmarks(options: CrossOptions) -> tuple[Path, ...]:
    """Those given, else the eval files of all stages. Every one is read now: an error in the last one costs no answers.

    Raises: UsageError, DataError.
    """
    project = project_if_any(options.config)
    files = options.eval_files
    if not files and project is not None:
        language = course_language(None, project)
        stages = (stage.in_language(language) for stage in project.stages.values())
        files = tuple(dict.fromkeys(file for stage in stages for file in stage.eval))
    if not files:
        raise UsageError("there is no benchmark", mend="give --eval-file FILE, or run in a folder with a project file")
    stems = [file.stem for file in files]
    for file in existing(files, "benchmark"):
        if stems.count(file.stem) > 1:
            raise UsageError(f"two benchmarks are called '{file.stem}'", where=str(file), mend="rename one of them")
        load_items([file])
    return files


def _chosen(runs: Runs, names: Sequence[str]) -> tuple[list[RunRecord], list[tuple[str, str]]]:
    """Raises: UsageError when there is no run, DataError for a named one that cannot be used."""
    if not names:
        records, left_out = candidates(runs)
        if not records:
            told = "; ".join(f"{path}: {why}" for path, why in left_out) or "there are no runs"
            raise UsageError(told, where=str(runs.root), mend="run a stage first, or give --root DIR")
        return records, left_out
    records = list({record.path: record for record in map(runs.find, names)}.values())
    for record in records:
        if not record.usable:
            raise DataError(record.damage or record.mismatch, where=record.path, mend="run that stage again")
    return records, []


def _row(folder: Path, record: RunRecord, benchmarks: Sequence[Path], options: CrossOptions, out: Path) -> list[Cell]:
    """One adapter on all benchmarks. Its own answers are taken where they are; the others are made in one go."""
    as_it_was = options.engine is None and options.max_new_tokens in (None, record.settings.get("max_new_tokens"))
    answers = {file: own_answers(folder, record, file) if as_it_was else None for file in benchmarks}
    missing = [file for file, made in answers.items() if made is None]
    sources = dict.fromkeys(missing, "predicted now or taken from the cache")
    for file, made in zip(missing, _predicted(folder, record, missing, options), strict=True):
        answers[file] = made
    return [
        score(record, file, made or [], sources.get(file, EVALUATED), out / ANSWERS_FOLDER)
        for file, made in answers.items()
    ]


def _skills(cells: Sequence[Cell], several: Set[str], benchmarks: Sequence[Path], folder: Path) -> list[Skill]:
    """Each adapter of several tasks (`several`) against those of one task, on the benchmark of that task."""
    files = {file.stem: file for file in benchmarks}
    skills: list[Skill] = []
    for cell in cells:
        for multiple in sorted(several) if cell.own and cell.run not in several else ():
            file = files[cell.benchmark]
            answers = answers_file(cell.run, file, folder), answers_file(multiple, file, folder)
            skills += compare_skill((cell.run, multiple), file, answers)
    return skills


def _predicted(folder: Path, record: RunRecord, files: Sequence[Path], options: CrossOptions) -> list[list[Prediction]]:
    """Answers of the run's adapter with its notes, a list a benchmark; the model is loaded once."""
    if not files:
        return []
    batches = [read_benchmark(file) for file in files]
    flags = {"seed": record.seed, "max_new_tokens": options.max_new_tokens}
    context = predict_context(
        PredictOptions(
            files[0],
            folder / "not-written.jsonl",
            adapter_path=folder,
            engine=options.engine,
            flags=flags,
            config=options.config,
        )
    )
    items = [item for batch in batches for item in batch]
    with log_to(None, quiet=options.as_json):
        parts = list(answer(context, items, folder, [context.index is not None]))
    found = (prediction for (made,) in parts for prediction in made)
    return [[next(found) for _ in batch] for batch in batches]

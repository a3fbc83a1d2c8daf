"""`tutorsmith evaluate`, `compare` and `report`."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tutorsmith.commands.console import tell
from tutorsmith.core.artifacts import (
    TRAINING_CONFIG,
    hash_file,
    hash_value,
    make_folder,
    probe_name,
    read_json,
    report_name,
    write_json,
)
from tutorsmith.core.errors import DataError, UsageError
from tutorsmith.core.run_folder import predictions_file, read_manifest, stage_of, verify_kept, verify_manifest
from tutorsmith.evaluation.evaluate import evaluate
from tutorsmith.evaluation.judge import Judge
from tutorsmith.evaluation.judge_endpoint import KEY_VARIABLE, judge_endpoint
from tutorsmith.evaluation.opinions import Opinions
from tutorsmith.evaluation.probe import PROBE, probe_report
from tutorsmith.evaluation.review_file import check_sheet
from tutorsmith.evaluation.seeds import seeds_report
from tutorsmith.project import LANGUAGES, Project, Stage, course_language, project_if_any
from tutorsmith.report import ReportFiles, compare_runs, write_report


@dataclass(frozen=True)
class EvaluateOptions:
    """The command's flags, as parsed. predictions: several files are several seeds of one system."""

    benchmarks: Sequence[Path]
    predictions: Sequence[Path]
    folder: Path | None
    baseline: Path | None = None
    language: str | None = None
    review: Path | None = None
    sheet: Path | None = None
    judge_url: str | None = None
    judge_model: str | None = None
    judge_optional: bool = False


def evaluate_command(options: EvaluateOptions) -> None:
    """Writes eval_report.json, .md and .html. Without a baseline the one system is called "predictions".

    Of several seeds the first file is the system that is shown; the report's object `seeds` tells of all.
    """
    if options.folder is None or not options.benchmarks or not options.predictions:
        flags = {
            "--eval-file": options.benchmarks,
            "--predictions": options.predictions,
            "--output-dir": options.folder,
        }
        absent = ", ".join(flag for flag, value in flags.items() if not value)
        raise UsageError(f"{absent}: not given", mend="give them, or name a run folder with --run")
    if options.sheet:
        check_sheet(options.sheet)
    opinions = Opinions(_judge(options), options.review, options.sheet)
    first, *others = options.predictions
    systems = {"baseline": options.baseline} if options.baseline else {}
    seeds = {"seeds": seeds_report(options.benchmarks, options.predictions)} if others else {}
    report = evaluate(options.benchmarks, systems | {"predictions": first}, stage="", opinions=opinions) | seeds
    make_folder(options.folder)
    write_json(options.folder / "eval_report.json", report)
    files = write_report(options.folder, "", language=course_language(options.language, None))
    _told(report, options, files)


def rescore_command(run: Path, options: EvaluateOptions, config: Path | None) -> None:
    """Score a run folder's answers again (these rules, a review, a judge) and write its report anew.

    The benchmarks are those of the run's stage, or --eval-file, and must be the ones that the run answered. Its report
    may be lost and its adapter's weights need not have been kept: the answers are proven by the manifest.

    Raises: UsageError with --predictions or --baseline, or where no project knows the stage; DataError when the
    folder's files come from different runs, or the benchmark has changed since.
    """
    if options.predictions or options.baseline:
        raise UsageError("--run scores the run's own answers", where="--predictions", mend="leave it out")
    lost = run.is_dir() and not list(run.glob(report_name("*", "json")))
    stage = str(read_manifest(run)["stage"]) if lost else stage_of(run)
    verify_kept(run, stage)
    manifest = read_manifest(run)
    project = project_if_any(config)
    known = project.stages.get(stage) if project else None
    benchmarks = options.benchmarks or (_answered(known, manifest).eval if known else ())
    if not benchmarks:
        raise UsageError(f"no project knows the stage '{stage}'", where=str(run), mend="name its --eval-file")
    for file in benchmarks:
        if hash_file(file) not in manifest["data"].values():
            raise DataError(
                "the run answered another benchmark, or this one has changed since",
                where=str(file),
                mend="run the stage again, or bring the benchmark back",
            )
    systems = {name: predictions_file(run, stage, name) for name in manifest["predictions"]}
    opinions = Opinions(_judge(options), options.review, options.sheet)
    report = evaluate(benchmarks, systems, stage=stage, manifest=hash_value(manifest), opinions=opinions)
    report |= _probed(run, stage, manifest, known)
    folder = options.folder or run
    make_folder(folder)
    write_json(folder / report_name(stage, "json"), report)
    language = _language(run, options.language, project)
    files = write_report(folder, stage, language=language, targets={stage: dict(known.targets) if known else {}})
    _told(report, options, files)


def _probed(run: Path, name: str, manifest: Mapping[str, Any], stage: Stage | None) -> dict[str, Any]:
    """The forgetting probe of a run scored again; that of the report as it was where its questions are not known."""
    probe = manifest.get(PROBE)
    if not probe:
        return {}
    forms = (stage, *stage.languages.values()) if stage else ()
    digests = list(probe["data"].values())
    for form in forms:
        if all(file.is_file() for file in form.probe) and [hash_file(file) for file in form.probe] == digests:
            systems = {system: run / probe_name(name, system) for system in probe["predictions"]}
            return {PROBE: probe_report(form.probe, systems)}
    print("the questions of the forgetting probe are not here or have changed: what the report said of it stays")
    file = run / report_name(name, "json")
    kept = read_json(file).get(PROBE) if file.is_file() else None
    return {PROBE: kept} if kept else {}


def _answered(stage: Stage, manifest: Mapping[str, Any]) -> Stage:
    """The stage in the language whose benchmark the run answered; the stage itself where none fits."""
    known = set(manifest["data"].values())
    for form in (stage, *stage.languages.values()):
        if all(file.is_file() and hash_file(file) in known for file in form.eval):
            return form
    return stage


def _language(run: Path, flag: str | None, project: Project | None) -> str:
    """The language of a report: the flag's, else the run's own, else the course's."""
    file = run / TRAINING_CONFIG
    config = read_json(file) if flag is None and file.is_file() else {}
    own = str(config.get("language")) if isinstance(config, dict) else ""
    return own if own in LANGUAGES else course_language(flag, project)


def _told(report: Mapping[str, Any], options: EvaluateOptions, files: ReportFiles) -> None:
    tell(report)
    for line in _heard(report):
        print(line)
    if options.sheet:
        print(f"review sheet: {options.sheet}")
    print(f"report: {files.html}")


def _judge(options: EvaluateOptions) -> Judge | None:
    """Raises: UsageError when one of the two flags is given alone."""
    given = {"--judge-url": options.judge_url, "--judge-model": options.judge_model}
    if options.judge_url is None or options.judge_model is None:
        absent = [name for name, value in given.items() if value is None]
        if len(absent) == len(given) and not options.judge_optional:
            return None
        raise UsageError(
            "a judge model needs an address and a name", where=absent[0], mend="give --judge-url and --judge-model"
        )
    key = os.environ.get(KEY_VARIABLE, "").strip()
    return Judge(judge_endpoint(options.judge_url, options.judge_model, key), optional=options.judge_optional)


def _heard(report: Mapping[str, Any]) -> Iterator[str]:
    """What teacher, judge and seeds add, in a line each."""
    if review := report.get("review"):
        agreement = f"{100 * review['agreement']:.0f} % [{100 * review['low']:.0f}-{100 * review['high']:.0f}]"
        kappa = f"{review['kappa']:.2f}" if review["kappa"] is not None else "undefined"
        yield f"review: {review['n']} verdicts by a teacher; the rules agree in {agreement}, kappa {kappa}"
    if judge := report.get("judge"):
        yield (
            f"judge {judge['model']}: asked about {judge['asked']} verdicts ({judge['cached']} known already): "
            f"{judge['covered']} covered, {judge['not_covered']} not covered, {judge['failed']} failed"
        )
        for name, system in report["systems"].items():
            for metric, entry in system.get("metrics_with_judge", {}).items():
                rules = system["metrics"][metric]["value"]
                yield f"  {name}: {metric} {100 * entry['value']:.0f} % with the judge, {100 * rules:.0f} % without"
    if seeds := report.get("seeds"):
        told = [run["seed"] for run in seeds["runs"]]
        yield f"seeds: {seeds['n']} files, seeds {', '.join('unknown' if seed is None else str(seed) for seed in told)}"
        if len(set(told)) < len(told):
            yield "  warning: some of these files name the same seed"
        for metric, entry in seeds["metrics"].items():
            yield f"  {metric}: {_seed_figures(entry)}"


def _seed_figures(entry: Mapping[str, Any]) -> str:
    mean = f"mean {100 * entry['mean']:.1f} %"
    if entry["low"] is None:
        return f"{mean}, n {entry['n']}: {entry['verdict']}"
    span = f"[{100 * entry['low']:.1f}-{100 * entry['high']:.1f}, n {entry['n']}]"
    return f"{mean} {span}, standard deviation {100 * entry['deviation']:.1f} points: {entry['verdict']}"


def compare_command(run_a: Path, run_b: Path, out: Path | None, language: str | None) -> None:
    for folder in (run_a, run_b):
        verify_manifest(folder, stage_of(folder))
    folder = out or run_b / f"compared_with_{run_a.name}"
    files = compare_runs(run_a, run_b, folder, language=course_language(language, None))
    print(f"comparison: {files.html}")
    print(f"            {files.markdown}")


def report_command(folder: Path, language: str | None, config: Path | None) -> None:
    """Raises: DataError when the folder's files come from different runs."""
    stage = stage_of(folder)
    project = project_if_any(config)
    known = project.stages.get(stage) if project else None
    targets = {stage: dict(known.targets) if known else {}}
    verify_manifest(folder, stage)
    language = _language(folder, language, project)
    files = write_report(folder, stage, language=language, targets=targets)
    print(f"report: {files.html}")
    print(f"        {files.markdown}")

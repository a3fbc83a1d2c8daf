"""`tutorsmith evaluate`, `compare` and `report`."""

from collections.abc import Sequence
from pathlib import Path

from tutorsmith.core.artifacts import make_folder, write_json
from tutorsmith.core.run_folder import stage_of, verify_manifest
from tutorsmith.evaluation.evaluate import evaluate
from tutorsmith.project import project_if_any
from tutorsmith.report import compare_runs, headline, write_report


def evaluate_command(
    benchmarks: Sequence[Path], predictions: Path, baseline: Path | None, folder: Path, language: str
) -> None:
    """Writes eval_report.json, .md and .html. Without a baseline the one system is called "predictions"."""
    systems = {"baseline": baseline} if baseline else {}
    report = evaluate(benchmarks, systems | {"predictions": predictions}, stage="")
    make_folder(folder)
    write_json(folder / "eval_report.json", report)
    files = write_report(folder, "", language=language)
    print(headline(report))
    print(f"report: {files.html}")


def compare_command(run_a: Path, run_b: Path, out: Path | None, language: str) -> None:
    for folder in (run_a, run_b):
        verify_manifest(folder, stage_of(folder))
    files = compare_runs(run_a, run_b, out or run_b / f"compared_with_{run_a.name}", language=language)
    print(f"comparison: {files.html}")
    print(f"            {files.markdown}")


def report_command(folder: Path, language: str | None, config: Path | None) -> None:
    """Raises: DataError when the folder's files come from different runs."""
    stage = stage_of(folder)
    project = project_if_any(config)
    known = project.stages.get(stage) if project else None
    targets = {stage: dict(known.targets) if known else {}}
    verify_manifest(folder, stage)
    language = language or (project.language if project else "en")
    files = write_report(folder, stage, language=language, targets=targets)
    print(f"report: {files.html}")
    print(f"        {files.markdown}")

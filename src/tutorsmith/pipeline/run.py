"""`tutorsmith run STAGE`: check -> index -> predict base -> train -> predict tuned -> evaluate -> report."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tutorsmith.core.artifacts import SECONDS, TRAINING_LOG, make_folder, write_json
from tutorsmith.core.progress import log_to
from tutorsmith.pipeline import steps
from tutorsmith.pipeline.context import Context
from tutorsmith.project import existing

if TYPE_CHECKING:
    from tutorsmith.report import ReportFiles

LOGGER = logging.getLogger("tutorsmith")


@dataclass(frozen=True)
class RunResult:
    report: dict[str, Any]
    files: "ReportFiles"


def run_stage(run: Context) -> RunResult:
    """One whole run. Killed at any moment, the same call goes on with the first step that is not done.

    Raises: any TutorsmithError of the steps.
    """
    make_folder(run.folder)
    make_folder(run.log_folder)
    existing((*run.stage.train, *run.stage.eval, *run.stage.notes, *run.stage.probe), "input of this stage")
    with log_to(run.log_folder / TRAINING_LOG):
        LOGGER.info("stage %s -> %s", run.stage.name, run.folder)
        if run.resume:
            with _timed(run, "load"):
                steps.prove_resumable(run)
        with _timed(run, "check"):
            steps.check_step(run)
        with _timed(run, "index"):
            chunks = len(run.index.chunks) if run.index else 0
        LOGGER.info("notes: %s", f"{chunks} excerpts" if chunks else "none")
        with _timed(run, "load"):
            loaded = run.loaded
        LOGGER.info(
            "model %s on %s, %s, quantization %s", loaded.name, loaded.device, loaded.dtype, loaded.quantization
        )
        with _timed(run, "predict_base"):
            systems = steps.predict_step(run, "base")
        with _timed(run, "train"):
            steps.train_step(run)
        with _timed(run, "predict_tuned"):
            systems |= steps.predict_step(run, "tuned")
        probed: dict[str, Path] = {}
        if run.stage.probe:
            with _timed(run, "probe"):
                probed = steps.probe_step(run)
        with _timed(run, "evaluate"):
            report = steps.evaluate_step(run, systems, probed)
        write_json(run.folder / SECONDS, {name: round(value, 2) for name, value in run.seconds.items()})
        with _timed(run, "report"):
            files = steps.report_step(run)
        write_json(run.folder / SECONDS, {name: round(value, 2) for name, value in run.seconds.items()})
        LOGGER.info("seconds: %s", ", ".join(f"{name} {value:.1f}" for name, value in run.seconds.items()))
    return RunResult(report, files)


@contextmanager
def _timed(run: Context, name: str) -> Iterator[None]:
    started = time.perf_counter()
    try:
        yield
    finally:
        run.seconds[name] = run.seconds.get(name, 0.0) + time.perf_counter() - started

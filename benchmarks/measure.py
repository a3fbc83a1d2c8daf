"""What the benchmarks share: processes measured, the rows they give, and the file that keeps them."""

import importlib.metadata
import importlib.util
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import psutil

import tutorsmith
from tutorsmith.core.artifacts import (
    SECONDS,
    TRAINER_STATE,
    TRAINING_CONFIG,
    TRAINING_LOG,
    cache_folder,
    make_folder,
    read_json,
    write_json,
)
from tutorsmith.data.read import read_predictions

HERE = Path(__file__).resolve().parent
PACKAGES = ("torch", "transformers", "peft", "bitsandbytes", "xllamacpp", "trl", "unsloth")
Row = dict[str, Any]


@dataclass(frozen=True)
class Finished:
    """A process that has ended well: wall seconds, when it was started (Unix), its peak memory in GiB, the cores
    that others used just before it."""

    seconds: float
    spawned: float
    peak_gib: float
    busy: float


def timed_process(command: Sequence[str], environment: Mapping[str, str]) -> Finished:
    """Run a command, its output shown on standard error. Raises: SystemExit with its code when it fails."""
    busy = busy_cores()
    spawned, started = time.time(), time.perf_counter()
    child = subprocess.Popen(list(command), env=dict(environment), stdout=sys.stderr)
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - started
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        sys.stderr.write(f"error: {' '.join(command)} ended with {child.returncode}\n")
        raise SystemExit(child.returncode if child.returncode > 0 else 1)
    unit = 1 if sys.platform == "darwin" else 1024  # bytes there, KiB on Linux
    return Finished(seconds, spawned, usage.ru_maxrss * unit / 2**30, busy)


def busy_cores() -> float:
    """How many cores are in use right now. The load average would still tell of the row before."""
    return round(psutil.cpu_percent(interval=0.5) / 100 * psutil.cpu_count(), 2)


@contextmanager
def scratch_cache() -> Iterator[Path]:
    """A folder for one run, with a cache in it that holds nothing but the converted models."""
    models = make_folder(cache_folder() / "models")
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        (scratch / "cache").mkdir()
        (scratch / "cache" / "models").symlink_to(models.resolve(), target_is_directory=True)
        yield scratch


def environment_of(scratch: Path) -> dict[str, str]:
    """For a process whose cache is the one in a `scratch_cache`, and which writes only where it is told."""
    known = {k: v for k, v in os.environ.items() if k not in ("LOG_DIR", "OUT_DIR", "OUT_BASE")}
    return known | {"TUTORSMITH_CACHE": str(scratch / "cache"), "PYTHONUNBUFFERED": "1"}


def run_tutorsmith(words: Sequence[str], flags: Sequence[str], scratch: Path) -> Finished:
    """`tutorsmith run STAGE` or `train STAGE` into scratch/run, made anew, with the cache in scratch.

    Not by --fresh, which keeps no tuned answer in the cache: their ids are read there.
    """
    shutil.rmtree(scratch / "run", ignore_errors=True)
    command = [sys.executable, "-m", "tutorsmith.cli", *words, "--output-dir", str(scratch / "run")]
    return timed_process([*command, *flags], environment_of(scratch))


def run_script(script: str, task: Mapping[str, Any], scratch: Path) -> tuple[Row, Finished]:
    """A script of this folder on a task file; returns what it wrote."""
    task_file, result = scratch / "task.json", scratch / "result.json"
    write_json(task_file, dict(task))
    result.unlink(missing_ok=True)  # of the script before: it must not stand in for this one's
    environment = os.environ | {"PEER_SPAWNED": str(time.time()), "TUTORSMITH_CACHE": str(cache_folder())}
    done = timed_process([sys.executable, str(HERE / script), str(task_file), str(result)], environment)
    return read_json(result), done


def own_row(case: str, system: str, folder: Path, done: Finished) -> Row:
    """The numbers of a finished `tutorsmith run` or `train`, from the files it wrote."""
    steps: dict[str, float] = {"train": read_json(folder / TRAINING_CONFIG)["result"]["seconds"]}
    if (folder / SECONDS).is_file():  # `run` times all of its steps
        steps = read_json(folder / SECONDS)
    steps = {"start_up": first_line(folder / TRAINING_LOG) - done.spawned, **steps, "total": done.seconds}
    history = read_json(folder / TRAINER_STATE)["log_history"]
    learned = [row for row in history if "loss" in row]
    row: Row = {
        "case": case,
        "system": system,
        "busy_before": done.busy,
        "seconds": {name: round(value, 2) for name, value in steps.items()},
        # What the steps alone do, without validation and saving.
        "train_tokens_per_s": rate(
            sum(row["tokens"] for row in learned), sum(row["tokens"] / row["tokens_per_s"] for row in learned)
        ),
    }
    answers = [p for file in sorted(folder.glob("predictions_*.jsonl")) for p in read_predictions(file)]
    if answers:
        said = sum(answer.completion_tokens for answer in answers)
        row["generate_tokens_per_s"] = rate(said, steps["predict_base"] + steps["predict_tuned"])
    card = read_json(folder / TRAINING_CONFIG)["result"]["peak_memory_gib"]
    row["peak_memory_gib"] = round(done.peak_gib if card is None else card, 2)
    row["loss"] = [row["loss"] for row in learned]
    return row


def rate(tokens: int, seconds: float) -> float:
    return round(tokens / seconds, 1)


def peer_row(case: str, system: str, made: Mapping[str, Any], done: Finished) -> Row:
    """The numbers of a peer's script. What it spent on proving the work equal (`proof`) is no part of the work."""
    seconds = dict(made["seconds"])
    seconds["total"] = round(done.seconds - seconds.pop("proof", 0.0), 2)
    kept = {name: value for name, value in made.items() if name not in PROOF}
    row = {"case": case, "system": system, "busy_before": done.busy, **kept, "seconds": seconds}
    return {"peak_memory_gib": round(done.peak_gib, 2)} | row


PROOF = ("tokens", "answers", "partings")
"""What a script writes for the comparison alone."""


def first_line(log: Path) -> float:
    """The Unix time of a log's first line."""
    stamp = log.read_text(encoding="utf-8")[: len("2026-01-31 23:59:59,999")]
    return datetime.strptime(stamp, "%Y-%m-%d %H:%M:%S,%f").timestamp()


@dataclass
class Results:
    """Rows as they are measured, printed at once and written after each, so that a late failure loses none.

    ratios: how many times faster, out of all rows; machine: what they were measured on.
    """

    output: Path
    ratios: Callable[[Sequence[Row]], dict[str, float]]
    machine: Mapping[str, Any]
    rows: list[Row] = field(default_factory=list)
    comparisons: list[Row] = field(default_factory=list)

    def take_up(self, anew: Sequence[str]) -> None:
        """Begin with the rows that the output file holds, but for the cases that are measured anew.

        Raises: SystemExit when they were measured on another card.
        """
        held = read_json(self.output)
        if held["machine"].get("gpu") != self.machine.get("gpu"):
            raise SystemExit(f"{self.output} was measured on {held['machine'].get('gpu')}: measure all cases anew")
        self.rows += [row for row in held["rows"] if not _is_of(row, anew)]
        self.comparisons += [row for row in held["comparisons"] if not _is_of(row, anew)]

    def add(self, row: Row) -> None:
        self.rows.append(row)
        print("ROW", json.dumps(row), flush=True)
        self.write()

    def compare(self, comparison: Row) -> None:
        self.comparisons.append(comparison)
        self.write()

    def write(self) -> None:
        made = {"machine": dict(self.machine), "versions": versions(), "rows": self.rows}
        write_json(self.output, made | {"ratios": self.ratios(self.rows), "comparisons": self.comparisons})


def _is_of(row: Row, cases: Sequence[str]) -> bool:
    """Whether a row belongs to one of the cases: "answers at 17" is one of `answers`."""
    return row["case"].split(" ")[0] in cases


def installed(package: str, otherwise: str) -> bool:
    """Whether a package is there; if not, what follows from it is said."""
    found = importlib.util.find_spec(package) is not None
    if not found:
        print(f"{package} is not installed here: {otherwise}", flush=True)
    return found


def versions() -> dict[str, str]:
    found = {"python": platform.python_version(), "tutorsmith": tutorsmith.__version__}
    for package in PACKAGES:
        if importlib.util.find_spec(package) is not None:
            found[package] = importlib.metadata.version(package)
    return found


def machine() -> dict[str, Any]:
    """load_before: the load average before the first run; much above 0 means that others were using the machine."""
    from tutorsmith.commands.machine import examine

    load = round(os.getloadavg()[0], 2)
    found = examine()
    return {"cpu": found["cpu"], "processor": processor(), "gpus": found["gpus"], "load_before": load}


def processor() -> str:
    """The processor's name where the system tells it."""
    lines = Path("/proc/cpuinfo")
    text = lines.read_text(encoding="utf-8", errors="replace") if lines.is_file() else ""
    names = [line.partition(":")[2].strip() for line in text.splitlines() if line.startswith("model name")]
    return names[0] if names else platform.processor()

"""How long each step of a stage takes here, end to end, with nothing answered or indexed before.

    python benchmarks/run.py [--stage style] [--output benchmarks/results/cpu.json] [--set name=value ...] [--peer trl]

The stage runs as a user would run it, in a process of its own, in a fresh folder with a fresh cache that keeps only the
converted model. Start-up is the time from the start of the process to its first line in training.log. Peak memory is
the largest resident main memory of the process. With `--peer trl` the same samples and questions, without notes and
without validation, also go through TRL's SFTTrainer and one-by-one `generate` (benchmarks/peer_trl.py); `ratios` say
how many times faster Tutorsmith is. `--stage sample` is the quick form.
"""

import argparse
import importlib.metadata
import importlib.util
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import tutorsmith
from tutorsmith.core.artifacts import (
    SECONDS,
    TRAINER_STATE,
    TRAINING_LOG,
    cache_folder,
    make_folder,
    read_json,
    write_json,
)
from tutorsmith.data.read import read_predictions

HERE = Path(__file__).resolve().parent
COLUMNS = (
    "start_up",
    "check",
    "index",
    "load",
    "predict_base",
    "train",
    "predict_tuned",
    "evaluate",
    "report",
    "total",
)
PACKAGES = ("torch", "transformers", "peft", "bm25s", "bitsandbytes", "trl", "unsloth")
PLAIN = ("--no-notes", "--set", "validation_share=0")
"""What makes a run do the same work as the peer: prompts without notes, every sample learned from."""


@dataclass(frozen=True)
class Asked:
    """What to run. flags: those of `tutorsmith run`."""

    stage: str
    flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Finished:
    """A process that has ended well: wall seconds, the time it was started at (Unix), its peak memory in GiB."""

    seconds: float
    spawned: float
    peak_gib: float


def timed_process(command: Sequence[str], environment: Mapping[str, str]) -> Finished:
    """Run a command, its output shown on standard error. Raises: SystemExit with its code when it fails."""
    spawned, started = time.time(), time.perf_counter()
    child = subprocess.Popen(list(command), env=dict(environment), stdout=sys.stderr)
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - started
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        sys.stderr.write(f"error: {' '.join(command)} ended with {child.returncode}\n")
        raise SystemExit(child.returncode if child.returncode > 0 else 1)
    unit = 1 if sys.platform == "darwin" else 1024  # bytes there, KiB on Linux
    return Finished(seconds, spawned, usage.ru_maxrss * unit / 2**30)


def run_tutorsmith(case: str, asked: Asked) -> dict[str, Any]:
    """One row: a whole `tutorsmith run` in a scratch folder."""
    models = make_folder(cache_folder() / "models")
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        (scratch / "cache").mkdir()
        (scratch / "cache" / "models").symlink_to(models.resolve(), target_is_directory=True)
        environment = {k: v for k, v in os.environ.items() if k not in ("LOG_DIR", "OUT_DIR", "OUT_BASE")}
        environment |= {"TUTORSMITH_CACHE": str(scratch / "cache"), "PYTHONUNBUFFERED": "1"}
        folder = scratch / "run"
        command = [sys.executable, "-m", "tutorsmith.cli", "run", asked.stage, "--output-dir", str(folder)]
        done = timed_process([*command, *asked.flags], environment)
        return tutorsmith_row(case, folder, done)


def tutorsmith_row(case: str, folder: Path, done: Finished) -> dict[str, Any]:
    """The numbers of a finished run, from the files it wrote."""
    steps: dict[str, float] = read_json(folder / SECONDS)
    steps = {"start_up": first_line(folder / TRAINING_LOG) - done.spawned, **steps, "total": done.seconds}
    history = read_json(folder / TRAINER_STATE)["log_history"]
    learned = [row for row in history if "loss" in row]
    answers = [p for file in sorted(folder.glob("predictions_*.jsonl")) for p in read_predictions(file)]
    generated = sum(answer.completion_tokens for answer in answers)
    predicting = steps["predict_base"] + steps["predict_tuned"]
    return {
        "case": case,
        "system": "tutorsmith",
        "seconds": {name: round(value, 2) for name, value in steps.items()},
        # The steps' own rates, each with equal weight in time: what training alone does, without validation and saving.
        "train_tokens_per_s": round(len(learned) / sum(1 / row["tokens_per_s"] for row in learned), 1),
        "generate_tokens_per_s": round(generated / predicting, 1),
        "peak_memory_gib": round(done.peak_gib, 2),
        "loss": [round(row["loss"], 4) for row in learned],
    }


def first_line(log: Path) -> float:
    """The Unix time of a log's first line."""
    stamp = log.read_text(encoding="utf-8")[: len("2026-01-31 23:59:59,999")]
    return datetime.strptime(stamp, "%Y-%m-%d %H:%M:%S,%f").timestamp()


def prepare_model(asked: Asked) -> tuple[Any, Path]:
    """Fetch and convert the model before anything is timed; returns the run (nothing is loaded yet) and its folder."""
    from tutorsmith.models.load import converted
    from tutorsmith.models.resolve import resolve_model

    run = context_of(asked)
    local = resolve_model(run.settings.model.settings.model_name_or_path)
    folder = converted(local) if local.is_gguf else local.path
    return run, folder


def context_of(asked: Asked) -> Any:
    """The stage's settings and data as `tutorsmith run` would see them."""
    from tutorsmith.commands.stage import StageOptions, make_context

    parser = argparse.ArgumentParser()
    parser.add_argument("--set", action="append", default=[])
    parser.add_argument("--config", type=Path)
    parser.add_argument("--no-notes", action="store_true")
    given = parser.parse_args(asked.flags)
    return make_context(
        StageOptions(stage=asked.stage, config=given.config, pairs=tuple(given.set), no_notes=given.no_notes)
    )


def run_trl(case: str, asked: Asked) -> dict[str, Any]:
    """One row: the peer's script on the same work."""
    run, folder = prepare_model(asked)
    with tempfile.TemporaryDirectory() as name:
        task, result = Path(name) / "task.json", Path(name) / "result.json"
        write_json(task, peer_task(run, folder))
        environment = os.environ | {"PEER_SPAWNED": str(time.time())}
        done = timed_process([sys.executable, str(HERE / "peer_trl.py"), str(task), str(result)], environment)
        made = read_json(result)
    made["seconds"] = {**made["seconds"], "total": round(done.seconds, 2)}
    return {"case": case, "system": "trl", **made, "peak_memory_gib": round(done.peak_gib, 2)}


def peer_task(run: Any, folder: Path) -> dict[str, Any]:
    """What the peer is to do, in words that it understands."""
    samples = [
        {
            "prompt": [message.as_dict() for message in sample.messages[:-1]],
            "completion": [sample.messages[-1].as_dict()],
        }
        for sample in run.samples
    ]
    settings = run.settings.train.settings.model_dump(mode="json") | run.settings.generate.settings.model_dump()
    items = [[message.as_dict() for message in item.messages] for item in run.items]
    return {"model": str(folder), "samples": samples, "items": items, "settings": settings}


def ratios(own: Mapping[str, Any], peer: Mapping[str, Any]) -> dict[str, float]:
    """How many times faster than the peer: training by its seconds (the same rows as often), answering by tokens a
    second (answers differ in length where ties fall differently), the whole by wall time."""
    return {
        "train": round(peer["seconds"]["train"] / own["seconds"]["train"], 2),
        "generate": round(own["generate_tokens_per_s"] / peer["generate_tokens_per_s"], 2),
        "end_to_end": round(peer["seconds"]["total"] / own["seconds"]["total"], 2),
    }


def versions() -> dict[str, str]:
    found = {"python": platform.python_version(), "tutorsmith": tutorsmith.__version__}
    for package in PACKAGES:
        if importlib.util.find_spec(package) is not None:
            found[package] = importlib.metadata.version(package)
    return found


def machine(load: float) -> dict[str, Any]:
    """load: the machine's load average before the first run; much above 0 means that others were using it."""
    from tutorsmith.commands.machine import examine

    found = examine()
    return {"cpu": found["cpu"], "processor": processor(), "gpus": found["gpus"], "load_before": round(load, 2)}


def processor() -> str:
    """The processor's name where the system tells it."""
    lines = Path("/proc/cpuinfo")
    text = lines.read_text(encoding="utf-8", errors="replace") if lines.is_file() else ""
    names = [line.partition(":")[2].strip() for line in text.splitlines() if line.startswith("model name")]
    return names[0] if names else platform.processor()


def show(rows: Sequence[Mapping[str, Any]], faster: Mapping[str, float]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("", *(f"{row['case']}: {row['system']}" for row in rows), box=None)
    for name in COLUMNS:
        cells = [f"{row['seconds'][name]:.2f} s" if name in row["seconds"] else "" for row in rows]
        table.add_row(name.replace("_", " "), *cells)
    for name, unit in (("train_tokens_per_s", "/s"), ("generate_tokens_per_s", "/s"), ("peak_memory_gib", " GiB")):
        label = name.removesuffix("_per_s").removesuffix("_gib").replace("_", " ")
        table.add_row(label, *(f"{row[name]:g}{unit}" for row in rows))
    for column in table.columns[1:]:
        column.justify = "right"
    Console(markup=False, highlight=False).print(table)
    if faster:
        print("times faster than the peer: " + ", ".join(f"{name} {value:g}" for name, value in faster.items()))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--stage", default="style", help="stage of tutorsmith.toml (default: style; sample is quick)")
    parser.add_argument("--output", type=Path, default=HERE / "results" / "cpu.json", help="where the JSON goes")
    parser.add_argument("--config", type=Path, help="project file (default: tutorsmith.toml here or above)")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="any setting; may be repeated")
    parser.add_argument("--peer", choices=("trl",), help="also run this library on the same work")
    return parser.parse_args()


def main() -> None:
    given = arguments()
    load = os.getloadavg()[0]
    flags = [part for pair in given.set for part in ("--set", pair)]
    flags += ["--config", str(given.config)] if given.config else []
    prepare_model(Asked(given.stage, tuple(flags)))
    rows = [run_tutorsmith(given.stage, Asked(given.stage, tuple(flags)))]
    faster: dict[str, float] = {}
    if given.peer and importlib.util.find_spec(given.peer) is None:
        print(f"{given.peer} is not installed here: no peer is run and the ratios stay empty")
    elif given.peer:
        case, plain = f"{given.stage} without notes", Asked(given.stage, (*flags, *PLAIN))
        rows += [run_tutorsmith(case, plain), run_trl(case, plain)]
        faster = ratios(rows[1], rows[2])
    show(rows, faster)
    write_json(given.output, {"machine": machine(load), "versions": versions(), "rows": rows, "ratios": faster})
    print(f"-> {given.output}")


if __name__ == "__main__":
    from tutorsmith.core.program import program

    with program():
        main()

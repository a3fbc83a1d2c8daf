"""Time and memory from 28 samples to 28,000 and from 10 prompts to 10,000, with the embedded model.

    python benchmarks/growth.py [--samples 28,280,2800,28000] [--prompts 10,100,1000,10000] [--output FILE] [--set ...]

The files are made in a scratch folder from the shipped samples and questions, no two alike (see checks.py). Training is
`tutorsmith train style` without notes, STEPS optimizer steps of eight samples whatever the count: once with nothing in
the cache but the model, once again for a warm start. Each prompt gets NEW_TOKENS tokens at most. Every row is a process
of its own, memory is the largest resident memory of that process, and rows are written as they are measured: those of
counts that are not asked for stay as they are in the file.
"""

import argparse
import json
import re
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from checks import shipped, varied
from measure import HERE, environment_of, machine, own_row, scratch_cache, timed_process, versions
from picture import TEXT

from tutorsmith.core.artifacts import TRAINING_LOG, read_json, write_json
from tutorsmith.data.read import prediction_to_dict, read_predictions, write_jsonl

QUESTIONS = HERE.parent / "data/training/eval/style_benchmark.jsonl"
STEPS = 4
NEW_TOKENS = 8
PLAIN = ("--no-notes", "--fresh", "--set", "validation_share=0")
FIRST_STEP = re.compile(r"first step ([\d.]+) s after")
RENDERED = re.compile(r"rendered the samples in ([\d.]+) s")


def train_row(count: int, scratch: Path, pairs: Sequence[str]) -> dict[str, Any]:
    file = write_jsonl(scratch / "samples.jsonl", varied(shipped(), count))
    environment = environment_of(scratch)
    command = [sys.executable, "-m", "tutorsmith.cli", "train", "style", "--train-files", str(file), *PLAIN]
    command += [word for pair in pairs for word in ("--set", pair)]
    seconds: dict[str, float] = {}
    for name, steps in (("cold", STEPS), ("warm", 1)):
        folder = scratch / name
        done = timed_process([*command, "--set", f"max_steps={steps}", "--output-dir", str(folder)], environment)
        log = (folder / TRAINING_LOG).read_text(encoding="utf-8")
        seconds[f"first_step_{name}"] = _told(FIRST_STEP, log)
        if name == "cold":
            row = own_row(f"{count} samples", "tutorsmith", folder, done)
            seconds |= {"render": _told(RENDERED, log), **{key: row["seconds"][key] for key in ("train", "total")}}
    return row | {"seconds": seconds, "file_mb": round(file.stat().st_size / 1e6, 1)}


def _told(pattern: re.Pattern[str], log: str) -> float:
    return float(pattern.findall(log)[-1])


def prompts_row(count: int, scratch: Path, pairs: Sequence[str]) -> dict[str, Any]:
    questions = [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    write_jsonl(scratch / "questions.jsonl", varied(questions, count))
    command = [sys.executable, __file__, "--answer", str(scratch)]
    done = timed_process([*command, *(word for pair in pairs for word in ("--set", pair))], environment_of(scratch))
    answers, generating = scratch / "answers.jsonl", read_json(scratch / "seconds.json")
    told = read_predictions(answers)
    return {
        "case": f"{count} prompts",
        "system": "tutorsmith",
        "seconds": {"generate": round(generating, 2), "total": round(done.seconds, 2)},
        "prompts_per_s": round(count / generating, 2),
        "prompt_tokens_per_s": round(sum(answer.prompt_tokens for answer in told) / generating, 1),
        "generate_tokens_per_s": round(sum(answer.completion_tokens for answer in told) / generating, 1),
        "peak_memory_gib": round(done.peak_gib, 3),
        "file_mb": round(answers.stat().st_size / 1e6, 2),
    }


def answer_all(scratch: Path, pairs: Sequence[str]) -> None:
    """What `tutorsmith predict` does, its seconds counted from the loaded model on; the process of a prompts row."""
    from tutorsmith.commands.predict import PredictOptions, predict_context
    from tutorsmith.core.artifacts import json_line, writing
    from tutorsmith.pipeline.answering import answer

    out = scratch / "answers.jsonl"
    asked = (f"max_new_tokens={NEW_TOKENS}", *pairs)
    run = predict_context(PredictOptions(scratch / "questions.jsonl", out, no_notes=True, pairs=asked))
    loaded, started = run.loaded, time.perf_counter()
    with writing(out) as write:
        for (part,) in answer(run, run.items, None, [False]):
            write(b"".join(json_line(prediction_to_dict(prediction)) for prediction in part))
    write_json(scratch / "seconds.json", time.perf_counter() - started)
    print(f"{loaded.name}: {time.perf_counter() - started:.1f} s")


def count_of(row: Mapping[str, Any]) -> tuple[str, int]:
    count, kind = row["case"].split()
    return kind, int(count)


def keep(output: Path, row: dict[str, Any], where: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Write the row into the file, in place of an earlier one of its case; returns all rows, samples before prompts."""
    known = read_json(output)["rows"] if output.is_file() else []
    rows = [*(old for old in known if old["case"] != row["case"]), row]
    rows.sort(key=lambda row: (count_of(row)[0] == "prompts", count_of(row)[1]))
    write_json(output, {"machine": where, "versions": versions(), "rows": rows, "ratios": {}})
    return rows


def show(rows: Sequence[Mapping[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("", "render", "cold", "warm", "prompts/s", "tokens/s", "memory", box=None)
    for row in rows:
        seconds = row["seconds"]
        times = [
            f"{seconds[name]:.1f} s" if name in seconds else ""
            for name in ("render", "first_step_cold", "first_step_warm")
        ]
        speed = row.get("train_tokens_per_s") or row["generate_tokens_per_s"]
        table.add_row(
            row["case"], *times, f"{row.get('prompts_per_s', '')}", f"{speed:g}", f"{row['peak_memory_gib']:.2f} GiB"
        )
    for column in table.columns[1:]:
        column.justify = "right"
    Console(markup=False, highlight=False).print(table)


def draw(rows: Sequence[Mapping[str, Any]], file: Path) -> None:
    """Tokens/s and memory over the count, samples left and prompts right."""
    import matplotlib
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.0, 4.6), layout="constrained")
    axes = figure.subplots(2, 2, sharex="col")
    for column, (kind, speed) in enumerate((("samples", "train_tokens_per_s"), ("prompts", "generate_tokens_per_s"))):
        own = [row for row in rows if count_of(row)[0] == kind]
        counts = [count_of(row)[1] for row in own]
        for line, (name, label) in enumerate(((speed, "tokens/s"), ("peak_memory_gib", "peak memory, GiB"))):
            axis = axes[line][column]
            values = [row[name] for row in own]
            axis.plot(counts, values, marker="o", color="#4c8fdb")
            axis.set(xscale="log", ylabel=label, ylim=(0, 1.1 * max(values, default=1)))
            axis.grid(color="#d7dde3")
        axes[1][column].set_xlabel(kind)
    with matplotlib.rc_context(TEXT):
        figure.savefig(file, format="svg", metadata={"Date": None})


def arguments() -> argparse.Namespace:
    def counts(text: str) -> list[int]:
        return [int(part) for part in text.split(",") if part]

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=counts, default=[28, 280, 2800, 28000])
    parser.add_argument("--prompts", type=counts, default=[10, 100, 1000, 10000])
    parser.add_argument("--output", type=Path, default=HERE / "results" / "growth.json", help="where the JSON goes")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="any setting; may be repeated")
    parser.add_argument("--answer", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> None:
    given = arguments()
    if given.answer:
        answer_all(given.answer, given.set)
        return
    where = machine()
    rows: list[dict[str, Any]] = []
    for measure, counts in ((train_row, given.samples), (prompts_row, given.prompts)):
        for count in counts:
            with scratch_cache() as scratch:
                rows = keep(given.output, measure(count, scratch, given.set), where)
    show(rows)
    draw(rows, given.output.with_suffix(".svg"))
    print(f"-> {given.output}")


if __name__ == "__main__":
    from tutorsmith.core.program import program

    with program():
        main()

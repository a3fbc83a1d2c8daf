"""What Tutorsmith takes on a CPU beside TRL and transformers' `generate`, on the same work.

    python benchmarks/run.py [--cases train,answers,style,sample,first_step] [--peers trl] [--output FILE]
                             [--set name=value ...] [--config FILE]

Cases: `train` (the style samples, 2 epochs, steps of 1 x 8), `answers` (the style questions, up to 200 tokens each),
`style` and `sample` (the whole stage without notes: base answers, training, tuned answers; of Tutorsmith also its
checks, scores and report), `first_step` (seconds from the command to the first training step). Every row is a process
of its own, Tutorsmith's with a cache that holds nothing but the converted model.

Rows, order, first adapter, schedule and prompts are the same on both sides (benchmarks/equal_work.py); losses and
answers are compared, and when the losses differ by more than rounding explains, the benchmark says so and ends with 1.
The table, OUTPUT (JSON) and a picture beside it (SVG) hold what was measured. `--set` goes to all cases and wins.
"""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from equal_work import (
    PLAIN,
    Asked,
    Own,
    comparison,
    judge,
    outlined,
    own_answers,
    prompts_task,
    tokens_of,
    training_task,
)
from measure import (
    HERE,
    Results,
    Row,
    busy_cores,
    installed,
    machine,
    own_row,
    peer_row,
    run_script,
    run_tutorsmith,
    scratch_cache,
)
from picture import draw
from startup import measure as until_first_step

LONGEST = "max_new_tokens=200"
TOGETHER = 11
"""Questions that a peer answers together, where it batches: all of the style stage's."""
WARM_STARTS = 3


@dataclass(frozen=True)
class Bench:
    """What the cases share. flags: `--config` and `--set` of the command line, which win over a case's settings."""

    results: Results
    flags: tuple[str, ...]
    peers: tuple[str, ...]

    def asked(self, stage: str, *settings: str) -> Asked:
        mine = Asked.of(stage, settings).flags
        return Asked(stage, (*mine, *self.flags))


def train_case(bench: Bench) -> None:
    shape = ("num_train_epochs=2", "per_device_train_batch_size=1", "gradient_accumulation_steps=8")
    whole(bench, "train", bench.asked("style", *PLAIN, *shape), {"trl": 0})


def style_case(bench: Bench) -> None:
    whole(bench, "style", bench.asked("style", *PLAIN, LONGEST), {"trl": 1})


def sample_case(bench: Bench) -> None:
    whole(bench, "sample", bench.asked("sample", *PLAIN, LONGEST), {"trl": 1, "trl batched": TOGETHER})


def whole(bench: Bench, case: str, asked: Asked, peers: Mapping[str, int]) -> None:
    """Tutorsmith's row, then a row for each peer: its name, and how many questions it answers together (0: it only
    trains, and so does Tutorsmith)."""
    answering = any(peers.values())
    run = outlined(asked)
    with scratch_cache() as scratch:
        words = ["run" if answering else "train", asked.stage]
        own = own_row(case, "tutorsmith", scratch / "run", run_tutorsmith(words, asked.flags, scratch))
        bench.results.add(own)
        if "trl" not in bench.peers:
            return
        said = own_answers(run, scratch / "run", scratch / "cache") if answering else {}
        task = training_task(run, scratch / "first_adapter")
        if answering:
            task |= prompts_task(run) | {"ours": {"tutorsmith": said}}
        for peer, together in peers.items():
            made, done = run_script("peer_trl.py", task | {"together": together}, scratch)
            bench.results.add(peer_row(case, peer, made, done))
            mine = Own("tutorsmith", own["loss"], tokens_of(task), said)
            bench.results.compare(comparison(case, mine, peer, made, task["quantization"]))


def answers_case(bench: Bench) -> None:
    """The engines, then transformers one by one and batched; every system's answers against the peers'."""
    task = prompts_task(outlined(bench.asked("style", *PLAIN, LONGEST)))
    ours: dict[str, Any] = {}
    engines = {"tutorsmith": "torch"}
    if installed("xllamacpp", "llama.cpp's row is left out"):
        engines["tutorsmith llamacpp"] = "llamacpp"
    with scratch_cache() as scratch:
        for system, engine in engines.items():
            made, done = run_script("own_answers.py", task | {"engine": engine}, scratch)
            ours[system] = made["answers"]
            bench.results.add(peer_row("answers", system, made, done))
        if "trl" not in bench.peers:
            return
        for peer, together in (("hf", 1), ("hf batched", TOGETHER)):
            asked = task | {"together": together, "warm": True, "ours": ours}
            made, done = run_script("peer_trl.py", asked, scratch)
            bench.results.add(peer_row("answers", peer, made, done))
            for system, said in ours.items():
                mine = Own(system, answers=said)
                bench.results.compare(comparison("answers", mine, peer, made, task["quantization"]))


def first_step_case(bench: Bench) -> None:
    """With an empty cache, in which even the model is not converted, then with what that start left; the best of some
    starts counts, since other programs only make one slower."""
    with scratch_cache() as scratch:
        flags, busy = bench.flags, busy_cores()
        cold = until_first_step("style", scratch / "empty", scratch / "run", flags)
        warm = [until_first_step("style", scratch / "empty", scratch / "run", flags) for _ in range(WARM_STARTS)]
    best = min(row["seconds"] for row in warm)
    bench.results.add(
        {
            "case": "first step",
            "system": "tutorsmith",
            "busy_before": busy,
            "seconds": {"cold": cold["seconds"], "warm": best},
        }
    )


CASES: Mapping[str, Callable[[Bench], None]] = {
    "train": train_case,
    "answers": answers_case,
    "style": style_case,
    "sample": sample_case,
    "first_step": first_step_case,
}


@dataclass(frozen=True)
class Ratio:
    """How many times faster `own` is than `peer` in a case, by the seconds of a step or by tokens a second (answers
    differ in length where ties fall differently). target: what is aimed at."""

    name: str
    case: str
    own: str
    peer: str
    step: str
    target: float | None = None

    def of(self, rows: Mapping[tuple[str, str], Row]) -> float | None:
        own, peer = rows.get((self.case, self.own)), rows.get((self.case, self.peer))
        if own is None or peer is None:
            return None
        if self.step == "tokens":
            return round(own["generate_tokens_per_s"] / peer["generate_tokens_per_s"], 2)
        return round(peer["seconds"][self.step] / own["seconds"][self.step], 2)


RATIOS = (
    Ratio("train", "train", "tutorsmith", "trl", "train", 2.2),
    Ratio("generate", "answers", "tutorsmith", "hf", "tokens", 10),
    Ratio("end_to_end", "style", "tutorsmith", "trl", "total", 3.3),
    Ratio("generate_batched", "answers", "tutorsmith", "hf batched", "tokens", 2),
    Ratio("generate_llamacpp", "answers", "tutorsmith llamacpp", "hf", "tokens", 10),
    Ratio("generate_llamacpp_batched", "answers", "tutorsmith llamacpp", "hf batched", "tokens", 2),
    Ratio("style_train", "style", "tutorsmith", "trl", "train"),
    Ratio("sample", "sample", "tutorsmith", "trl", "total", 7),
    Ratio("sample_batched", "sample", "tutorsmith", "trl batched", "total", 2),
)


def ratios(rows: Sequence[Row]) -> dict[str, float]:
    """Those whose two rows were measured."""
    known = {(row["case"], row["system"]): row for row in rows}
    return {ratio.name: value for ratio in RATIOS if (value := ratio.of(known)) is not None}


def show(results: Results) -> None:
    """A table a case: a column a system, seconds a step and then the rates."""
    from rich.console import Console
    from rich.table import Table

    console = Console(markup=False, highlight=False)
    for case in dict.fromkeys(row["case"] for row in results.rows):
        rows = [row for row in results.rows if row["case"] == case]
        table = Table(case, *(row["system"] for row in rows), box=None)
        for step in dict.fromkeys(step for row in rows for step in row["seconds"]):
            seconds = (f"{row['seconds'][step]:.2f} s" if step in row["seconds"] else "" for row in rows)
            table.add_row(step.replace("_", " "), *seconds)
        for key, (label, unit) in RATES.items():
            if any(key in row for row in rows):
                table.add_row(label, *(f"{row[key]:g} {unit}" if key in row else "" for row in rows))
        for column in table.columns[1:]:
            column.justify = "right"
        console.print(table)
        console.print()


RATES = {
    "train_tokens_per_s": ("trained", "tokens/s"),
    "generate_tokens_per_s": ("answered", "tokens/s"),
    "peak_memory_gib": ("peak memory", "GiB"),
    "busy_before": ("busy before", "cores"),
}


def conclude(results: Results) -> None:
    """Table, picture, ratios, and the proof. Raises: SystemExit 1 when some work was not the same."""
    show(results)
    targets = {ratio.name: ratio.target for ratio in RATIOS}
    for name, value in results.ratios(results.rows).items():
        target = targets.get(name)
        print(f"times faster, {name}: {value:g}" + (f" (target {target:g})" if target else ""))
    picture = results.output.with_suffix(".svg")
    draw(results.rows, picture)
    print(f"-> {results.output}, {picture}")
    judge(results.comparisons)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--cases", default=",".join(CASES), help=f"comma-separated (default: {','.join(CASES)})")
    parser.add_argument("--peers", default="trl", help="trl, or empty for none")
    parser.add_argument("--output", type=Path, default=HERE / "results" / "cpu.json", help="where the JSON goes")
    parser.add_argument("--config", type=Path, help="project file (default: tutorsmith.toml here or above)")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="any setting; may be repeated")
    given = parser.parse_args()
    given.cases = [case for case in given.cases.split(",") if case]
    for case in given.cases:
        if case not in CASES:
            parser.error(f"unknown case '{case}': choose from {', '.join(CASES)}")
    return given


def main() -> None:
    given = arguments()
    flags = ["--config", str(given.config)] if given.config else []
    flags += [word for pair in given.set for word in ("--set", pair)]
    # TRL brings what transformers' rows need as well: one switch for both.
    peers = [peer for peer in given.peers.split(",") if peer and installed(peer, "it is left out, with its ratios")]
    bench = Bench(Results(given.output, ratios, machine()), tuple(flags), tuple(peers))
    for case in given.cases:
        CASES[case](bench)
    sys.stderr.flush()
    conclude(bench.results)


if __name__ == "__main__":
    from tutorsmith.core.program import program

    with program():
        main()

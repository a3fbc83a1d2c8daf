"""Cross-validated study of settings on the training samples of a stage; the benchmark is never looked at.

    python benchmarks/ablation.py --folds 4 --jobs 6 STAGE learning_rate=1e-3,2e-3 num_train_epochs=4,8 > study.jsonl

For every combination, each fold's samples are held out, the rest train an adapter, and the held-out questions are
answered (`--first 1`: only the first fold's, one split). One JSON line a combination and seed: validation loss at the
end, share of answers in the required format, share of right refuse-or-answer decisions, character F-score (chrF,
Popovic 2015) against the teacher's answer, and the shares of the answer's words, of its formulas and numbers, and
of its computed results (within 2 %), that the tutor also states. docs/LOG.md keeps what came of it.
"""

import argparse
import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

from tutorsmith.commands.stage import StageOptions, make_context
from tutorsmith.core.progress import quiet_libraries
from tutorsmith.data.schema import BenchmarkItem, Prediction
from tutorsmith.data.words import words
from tutorsmith.evaluation import judge_format, judge_key_point, judge_refusal
from tutorsmith.evaluation.likeness import chrf, math_recall
from tutorsmith.pipeline.answering import answer
from tutorsmith.pipeline.rows import training_rows
from tutorsmith.sweep.measure import held_out_items
from tutorsmith.training.adapter import save_adapter
from tutorsmith.training.folds import folds
from tutorsmith.training.train import plan_of, shape_of, train_fold


def word_recall(answer: str, reference: str) -> float:
    """Share of the reference's different words (stemmed, common ones left out) that stand in the answer."""
    wanted = set(words(reference))
    return len(wanted & set(words(answer))) / len(wanted) if wanted else 1.0


def score(item: BenchmarkItem, made: Prediction, totals: Counter[str]) -> None:
    refused = judge_refusal(made.prediction, item.question).is_refusal
    totals["n"] += 1
    totals["refusals"] += bool(item.refusal_type)
    totals["refused_right" if item.refusal_type else "answered_right"] += refused == bool(item.refusal_type)
    totals["format"] += bool(judge_format(item.system, made.prediction).compliant)
    totals["truncated"] += made.finish_reason == "length"
    totals["chrf"] += chrf(made.prediction, item.reference)
    if not item.refusal_type:
        totals["math"] += math_recall(made.prediction, item.reference)
        totals["words"] += word_recall(made.prediction, item.reference)
        for calculation in item.meta.get("calculations", ()):
            if "result" in calculation:
                totals["numbers"] += 1
                wanted = {"quantity": calculation["result"], "rel_tol": 0.02}
                totals["numbers_right"] += bool(judge_key_point(wanted, made.prediction, item.question).covered)


def study(stage: str, settings: dict[str, str], folds_wanted: int, first: int, seed: int) -> dict[str, object]:
    pairs = tuple(f"{k}={v}" for k, v in settings.items())
    totals: Counter[str] = Counter()
    started = time.time()
    with tempfile.TemporaryDirectory() as scratch:
        run = make_context(StageOptions(stage=stage, pairs=pairs, output_dir=Path(scratch), seed=seed, fresh=True))
        rows = training_rows(run)
        train = run.settings.train.settings
        plan = replace(plan_of(train), patience=0)
        for number, places in enumerate(folds(rows.names, folds_wanted, seed=1)[:first]):
            folder = Path(scratch) / str(number)
            trained = train_fold(run.loaded, rows, places, (train, plan), f"fold {number + 1}")
            save_adapter(trained.state, shape_of(train), run.loaded.name, folder)
            totals["loss"] += trained.place.history[-1]["eval_loss"]
            items = held_out_items(run.samples, {rows.names[k] for k in places[1]})
            parts = answer(run, items, folder, [run.index is not None])
            for item, made in zip(items, (p for (part,) in parts for p in part), strict=True):
                score(item, made, totals)
    answerable = totals["n"] - totals["refusals"]
    return {
        "settings": settings,
        "seed": seed,
        "n": totals["n"],
        "loss": round(totals["loss"] / first, 4),
        "format": round(totals["format"] / totals["n"], 3),
        "refused_right": round(totals["refused_right"] / max(1, totals["refusals"]), 3),
        "answered_right": round(totals["answered_right"] / max(1, answerable), 3),
        "chrf": round(totals["chrf"] / totals["n"], 4),
        "word_recall": round(totals["words"] / max(1, answerable), 4),
        "math_recall": round(totals["math"] / max(1, answerable), 4),
        "number_recall": round(totals["numbers_right"] / max(1, totals["numbers"]), 4),
        "truncated": totals["truncated"],
        "seconds": round(time.time() - started, 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("stage")
    parser.add_argument("grid", nargs="*", metavar="KEY=V1,V2")
    parser.add_argument("--folds", type=int, default=4)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="hold out only the first so many folds; 0: all")
    parser.add_argument("--seeds", default="0", help="comma-separated")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    given = parser.parse_args()
    quiet_libraries()
    if given.one is not None:
        first = min(given.first or given.folds, given.folds)
        print(json.dumps(study(given.stage, json.loads(given.one), given.folds, first, int(given.seeds))))
        return
    grid = [(part.partition("=")[0], part.partition("=")[2].split(",")) for part in given.grid]
    combinations = [
        dict(zip([k for k, _ in grid], values, strict=True)) for values in itertools.product(*(v for _, v in grid))
    ]
    running: list[subprocess.Popen[str]] = []
    for combination, seed in itertools.product(combinations, given.seeds.split(",")):
        while len(running) >= given.jobs:
            running = [job for job in running if job.poll() is None]
            time.sleep(0.5)
        command = [sys.executable, __file__, given.stage, "--folds", str(given.folds), "--first", str(given.first)]
        command += ["--seeds", seed]
        running.append(subprocess.Popen([*command, "--one", json.dumps(combination)], text=True, env=dict(os.environ)))
    for job in running:
        job.wait()


if __name__ == "__main__":
    main()

"""Cross-validated study of settings on the training samples of a stage; the benchmark is never looked at.

    python benchmarks/ablation.py --folds 4 --jobs 6 STAGE learning_rate=1e-3,2e-3 num_train_epochs=4,8 > study.jsonl

For every combination, each fold's samples are held out, the rest train an adapter, and the held-out questions are
answered (`--first 1`: only the first fold's, one split). One JSON line a combination and seed: validation loss at the
end, share of answers in the required format, share of right refuse-or-answer decisions, character F-score (chrF,
Popovic 2015) against the teacher's answer, and the shares of the answer's words, and of its formulas and numbers, that
the tutor also states. docs/LOG.md keeps what came of it.
"""

import argparse
import itertools
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from tutorsmith.commands.stage import StageOptions, make_context
from tutorsmith.core.progress import bar, quiet_libraries
from tutorsmith.data.schema import BenchmarkItem, Prediction, Sample
from tutorsmith.data.words import words
from tutorsmith.evaluation import judge_format, judge_refusal
from tutorsmith.models.lora import LoraShape
from tutorsmith.models.render import Rendered
from tutorsmith.pipeline.answering import answer
from tutorsmith.pipeline.context import Context
from tutorsmith.pipeline.rows import training_rows
from tutorsmith.training.adapter import attach, detach, save_adapter
from tutorsmith.training.folds import folds
from tutorsmith.training.loop import Keeper, train
from tutorsmith.training.track import StopFlag, Tracker
from tutorsmith.training.train import plan_of

MATH = re.compile(r"\$([^$]+)\$|(\d+(?:\.\d+)?(?:e-?\d+)?)")


def chrf(answer: str, reference: str, order: int = 6, beta: float = 2.0) -> float:
    """chrF in [0, 1]: mean F-beta of character n-grams up to `order`, white space left out."""
    scores = []
    a, r = "".join(answer.split()), "".join(reference.split())
    for n in range(1, order + 1):
        x = Counter(a[k : k + n] for k in range(len(a) - n + 1))
        y = Counter(r[k : k + n] for k in range(len(r) - n + 1))
        common = sum((x & y).values())
        precision, recall = common / max(1, sum(x.values())), common / max(1, sum(y.values()))
        weight = beta**2 * precision + recall
        scores.append((1 + beta**2) * precision * recall / weight if weight else 0.0)
    return sum(scores) / order


def math_recall(answer: str, reference: str) -> float:
    """Share of the reference's inline formulas and numbers that stand in the answer, white space apart."""
    plain = "".join(answer.split())
    wanted = {"".join((m[1] or m[2]).split()) for m in MATH.finditer(reference)}
    return sum(w in plain for w in wanted) / len(wanted) if wanted else 1.0


def word_recall(answer: str, reference: str) -> float:
    """Share of the reference's different words (stemmed, common ones left out) that stand in the answer."""
    wanted = set(words(reference))
    return len(wanted & set(words(answer))) / len(wanted) if wanted else 1.0


def held_out_items(samples: Iterable[Sample], names: set[str]) -> list[BenchmarkItem]:
    """Held-out samples as questions; the teacher's answer is the reference."""
    return [
        BenchmarkItem(
            s.id, s.mode, s.messages[:-1], s.refusal_type, s.tools, s.meta, reference=s.messages[-1].content or ""
        )
        for s in samples
        if s.id in names
    ]


def train_fold(run: Context, data: tuple[Sequence[Rendered], Sequence[Rendered]], folder: Path) -> float:
    """Train on data[0] into `folder`; returns the loss on data[1] at the end."""
    settings = run.settings.train.settings
    plan = replace(plan_of(settings), patience=0)
    shape = LoraShape(settings.lora_r, settings.lora_alpha, settings.lora_dropout)
    model = attach(run.loaded, shape, seed=settings.seed)
    try:
        with bar("train", plan.epochs * plan.steps_per_epoch(len(data[0]))) as progress:
            trained = train(run.loaded, model, data, plan, Keeper(Tracker(None, progress), StopFlag()))
        save_adapter(trained.state, shape, run.loaded.name, folder)
    finally:
        detach(run.loaded, model)
    return float(trained.place.history[-1]["eval_loss"])


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


def study(stage: str, settings: dict[str, str], folds_wanted: int, first: int, seed: int) -> dict[str, object]:
    pairs = tuple(f"{k}={v}" for k, v in settings.items())
    totals: Counter[str] = Counter()
    started = time.time()
    with tempfile.TemporaryDirectory() as scratch:
        run = make_context(StageOptions(stage=stage, pairs=pairs, output_dir=Path(scratch), seed=seed, fresh=True))
        rows = training_rows(run)
        for number, places in enumerate(folds(rows.names, folds_wanted, seed=1)[:first]):
            folder = Path(scratch) / str(number)
            learned, held_out = ([rows[k] for k in part] for part in places)
            totals["loss"] += train_fold(run, (learned, held_out), folder)
            items = held_out_items(run.samples, {row.id for row in held_out})
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

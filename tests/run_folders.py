"""Whole run folders without a model: real benchmarks, predictions, scores and manifest, with answers as one likes."""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from small_course import SYSTEM, record, write_rows
from tutorsmith.core.artifacts import hash_file, hash_value
from tutorsmith.evaluation.evaluate import evaluate

POINT = "the charges rest at the surface"
RIGHT = (
    f"### Conclusion\nWith no field left inside, {POINT}.\n\n### Derivation\nA free charge moves.\n\n### Check\nV/m."
)
WRONG = "### Conclusion\nThe metal is warm.\n\n### Derivation\nIt was heated.\n\n### Check\nKelvin."
BARE = f"Since no field is left inside, {POINT}."
REFUSAL = "I cannot answer this: it is outside the scope of this course."
LOOP = "and so on " * 40
MISSING = ""

Answer = Callable[[int], str]
"""Number of a question -> its answer; MISSING for none."""


@dataclass(frozen=True)
class Made:
    """What a run is made of. Questions 0 .. questions - 1 are to be answered, the others to be refused."""

    stage: str = "style"
    questions: int = 60
    refusals: int = 40
    seed: int = 0
    answer: Answer = lambda _: RIGHT
    refuse: Answer = lambda _: REFUSAL
    tasks: Sequence[str] = ("style_benchmark",)
    wording: str = "What becomes of the charges of conductor"
    settings: Mapping[str, Any] = field(default_factory=dict)
    check: Mapping[str, Any] | None = field(
        default_factory=lambda: {"files": [], "findings": [], "counts": {"errors": 0}}
    )
    made: int = 1_760_000_000  # seconds since 1970

    def but(self, **changes: Any) -> "Made":
        return replace(self, **changes)


def make_run(folder: Path, made: Made | None = None) -> Path:
    """Write a run folder as the pipeline leaves it; returns it. Benchmarks stand beside it in `bench/`."""
    made = made or Made()
    folder.mkdir(parents=True, exist_ok=True)
    benchmarks = [_benchmark(folder.parent / "bench", made, task) for task in made.tasks]
    files = {}
    for system in ("base_notes", "tuned_notes"):
        product = system == "tuned_notes"
        files[system] = folder / f"predictions_{made.stage}{'' if product else f'.{system}'}.jsonl"
        write_rows(files[system], [row for task in made.tasks for row in _predictions(made, task, product)])
    (folder / "adapter_model.safetensors").write_text(f"weights of {folder.name}, seed {made.seed}", encoding="utf-8")
    settings = {"seed": made.seed, "learning_rate": 1e-3, "max_new_tokens": 8, **made.settings}
    data = {"data/train.jsonl": hash_value("samples")} | {f"data/{file.name}": hash_file(file) for file in benchmarks}
    manifest = {
        "schema_version": 1,
        "stage": made.stage,
        "code": "0.1.0",
        "data": data,
        "notes": {"sha256": hash_value("notes"), "chunks": 3},
        "model": {"name": "tiny", "origin": "folder", "fingerprint": "sha256:1"},
        "adapter": hash_file(folder / "adapter_model.safetensors"),
        "settings": hash_value(settings),
        "seeds": [made.seed],
        "predictions": {system: hash_file(file) for system, file in files.items()},
    }
    report = evaluate(benchmarks, files, stage=made.stage, manifest=hash_value(manifest))
    config = {
        "train_files": ["data/train.jsonl"],
        "settings": {k: {"value": v, "source": "flag"} for k, v in settings.items()},
    }
    contents = {"manifest.json": manifest, "training_config.json": config, f"eval_report_{made.stage}.json": report}
    if made.check is not None:
        contents["check.json"] = dict(made.check)
    for name, content in contents.items():
        (folder / name).write_text(json.dumps(content), encoding="utf-8")
    os.utime(folder / f"eval_report_{made.stage}.json", (made.made, made.made))
    return folder


def _benchmark(folder: Path, made: Made, task: str) -> Path:
    rows = [
        record(
            f"{task}-{k}",
            SYSTEM,
            f"{made.wording} {k}?",
            key_points=[POINT],
            refusal_type=None,
            meta={"difficulty": "easy"},
        )
        for k in range(made.questions)
    ]
    plain = "You are a teaching assistant."
    rows += [
        record(f"{task}-r{k}", plain, f"Which stock number {k} shall I buy?", refusal_type="out_of_scope", meta={})
        for k in range(made.refusals)
    ]
    # A benchmark of other content has a folder of its own, so that both can stand side by side.
    name = hash_value(rows)[7:15]
    return write_rows(folder / name / f"{task}.jsonl", rows)


def _predictions(made: Made, task: str, product: bool) -> list[dict[str, Any]]:
    rows = []
    for prefix, count, answer in (("", made.questions, made.answer), ("r", made.refusals, made.refuse)):
        for k in range(count):
            text = answer(k) if product else WRONG
            if text != MISSING:
                rows.append({"id": f"{task}-{prefix}{k}", "prediction": text, "finish_reason": "stop"})
    return rows


def change_json(file: Path, change: Callable[[dict[str, Any]], None]) -> None:
    value = json.loads(file.read_text(encoding="utf-8"))
    change(value)
    file.write_text(json.dumps(value), encoding="utf-8")

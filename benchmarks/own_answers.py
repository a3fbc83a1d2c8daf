"""Tokens a second of one of Tutorsmith's engines on a few questions: what benchmarks/peer_trl.py does with `generate`.

    python benchmarks/own_answers.py TASK.json RESULT.json

TASK: model (a folder), quantization, engine, prompts (token ids), ends (none: every answer goes on to the longest),
max_new_tokens. RESULT gets the answers too. Four tokens are answered first, so that neither loading nor the conversion
of weights counts.
"""

import json
import sys
import time
from pathlib import Path

import torch

from tutorsmith.generation.engine import ENGINES, Completion, Sampling, make_engine
from tutorsmith.models.load import load_model


def main(task_file: Path, result_file: Path) -> None:
    started = time.perf_counter()
    task = json.loads(task_file.read_text(encoding="utf-8"))
    name, prompts = task["engine"], task["prompts"]
    loaded = load_model(task["model"], quantization=task["quantization"], weights=ENGINES[name].weights)
    loaded.ends = frozenset(task["ends"])
    engine = make_engine(name, loaded)
    said: list[list[int]] = [[] for _ in prompts]

    def done(k: int, completion: Completion) -> None:
        said[k] = list(completion.ids)

    cuda = torch.cuda.is_available()
    engine.generate(prompts, Sampling(max_new_tokens=4), done)
    if cuda:
        torch.cuda.synchronize()
    began = time.perf_counter()
    engine.generate(prompts, Sampling(max_new_tokens=task["max_new_tokens"]), done)
    if cuda:
        torch.cuda.synchronize()
    seconds = time.perf_counter() - began
    made = {
        "generate_tokens_per_s": round(sum(map(len, said)) / seconds, 1),
        "seconds": {"load": round(began - started, 2), "predict_base": round(seconds, 2)},
        "answers": {"base": said},
    }
    if cuda:
        made["peak_memory_gib"] = round(torch.cuda.max_memory_reserved() / 2**30, 2)
    result_file.write_text(json.dumps(made), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))

"""Tokens a second of the torch engine on a few questions, as benchmarks/gpu.py asks for them.

    python benchmarks/own_answers.py TASK.json RESULT.json

TASK: model (a folder), quantization, items (lists of messages), batch (how many of them together), tokens (each goes on
for so many, whatever it says). The same work as `only_answers` of benchmarks/peer_trl.py.
"""

import json
import sys
import time
from pathlib import Path

import torch

from tutorsmith.generation.engine import Completion, Sampling
from tutorsmith.generation.torch_engine import TorchEngine
from tutorsmith.models.load import load_model


def main(task_file: Path, result_file: Path) -> None:
    task = json.loads(task_file.read_text(encoding="utf-8"))
    loaded = load_model(task["model"], quantization=task["quantization"])
    loaded.ends = frozenset()
    options = {"tokenize": True, "add_generation_prompt": True, "return_dict": False}
    prompts = [loaded.tokenizer.apply_chat_template(m, **options) for m in task["items"][: task["batch"]]]
    engine = TorchEngine(loaded)
    said: list[int] = []

    def done(_: int, completion: Completion) -> None:
        said.append(len(completion.ids))

    engine.generate(prompts, Sampling(max_new_tokens=8), done)
    said.clear()
    torch.cuda.synchronize()
    started = time.perf_counter()
    engine.generate(prompts, Sampling(max_new_tokens=task["tokens"]), done)
    torch.cuda.synchronize()
    seconds = time.perf_counter() - started
    made = {
        "generate_tokens_per_s": round(sum(said) / seconds, 1),
        "peak_memory_gib": round(torch.cuda.max_memory_reserved() / 2**30, 2),
        "seconds": {"answers": round(seconds, 2)},
    }
    result_file.write_text(json.dumps(made), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))

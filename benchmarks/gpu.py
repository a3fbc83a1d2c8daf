"""Training and answering with an 8B model on one GPU, beside TRL, Unsloth and transformers' `generate`.

    python benchmarks/gpu.py [--model DIR] [--output benchmarks/results/gpu.json] [--peers trl,unsloth] [--cases ...]

Without --model a model of Qwen3-8B's shape with random weights is made (how fast it computes does not depend on them).
Cases: `28` (the style samples, 2 epochs, steps of 1 x 8), `256` (the course's first 256 samples, 1 epoch, batch 8),
`small` (28 samples within 7.4 GiB of the card, what an 8 GiB card leaves), `answers` (tokens a second at 1 and at 17
questions together), `whole` (a run from the start of the process: base answers, training, tuned answers).
Every row is a process of its own. Peers train QLoRA (NF4), which is their way on such a card; of Tutorsmith there is a
row with NF4 and one with 16-bit weights, which it chooses by itself where the card has room.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from run import machine, timed_process, versions

from tutorsmith.core.artifacts import read_json, write_json
from tutorsmith.data.read import read_samples, write_jsonl
from tutorsmith.project import load_project

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
SMALL_GIB = 7.4
CASES = ("28", "256", "small", "answers", "whole")
NO_NOTES = ("use_notes=false", "validation_share=0", "learning_rate=1e-4", "max_length=2048")
WHOLE_TOKENS = 48


def make_random(folder: Path, tokenizer: Path) -> Path:
    """A model of Qwen3-8B's shape with random 16-bit weights, and a tokenizer with a chat template."""
    if (folder / "config.json").is_file():
        return folder
    code = (
        "import sys, torch\n"
        "from transformers import AutoModelForCausalLM, AutoTokenizer, Qwen3Config\n"
        "tokenizer = AutoTokenizer.from_pretrained(sys.argv[2])\n"
        "ends = {'bos_token_id': tokenizer.bos_token_id, 'eos_token_id': tokenizer.eos_token_id,"
        " 'pad_token_id': tokenizer.pad_token_id}\n"
        "config = Qwen3Config(vocab_size=151936, hidden_size=4096, intermediate_size=12288, num_hidden_layers=36,"
        " num_attention_heads=32, num_key_value_heads=8, head_dim=128, max_position_embeddings=40960,"
        " rope_parameters={'rope_type': 'default', 'rope_theta': 1e6}, tie_word_embeddings=False, **ends)\n"
        "torch.manual_seed(0)\n"
        "torch.set_default_dtype(torch.bfloat16)\n"
        "with torch.device('cuda'): model = AutoModelForCausalLM.from_config(config, dtype=torch.bfloat16)\n"
        "model.save_pretrained(sys.argv[1], max_shard_size='4GB')\n"
        "tokenizer.save_pretrained(sys.argv[1])\n"
    )
    subprocess.run([sys.executable, "-c", code, str(folder), str(tokenizer)], check=True)
    return folder


def course_samples(count: int) -> list[Any]:
    """The first samples of the course that are single questions without tools or excerpts."""
    folder = ROOT / "data/training/processed"
    return [sample for name in NAMES for sample in read_samples(folder / f"{name}.jsonl")][:count]


class Bench:
    """Rows as they are measured, printed at once and written after each, so that a late failure loses none."""

    def __init__(self, model: Path, output: Path, scratch: Path) -> None:
        self.model, self.output, self.scratch = model, output, scratch
        self.rows: list[dict[str, Any]] = []

    def add(self, row: dict[str, Any]) -> None:
        self.rows.append(row)
        print("ROW", json.dumps(row), flush=True)
        write_json(
            self.output, {"machine": card(), "versions": versions(), "rows": self.rows, "ratios": ratios(self.rows)}
        )

    def own(self, case: str, name: str, words: Sequence[str], settings: Sequence[str]) -> None:
        """A row of `tutorsmith run` or `train` in a fresh folder."""
        folder = self.scratch / f"{case}_{name}".replace(" ", "_")
        pairs = [word for pair in (*NO_NOTES, *settings) for word in ("--set", pair)]
        command = [sys.executable, "-m", "tutorsmith.cli", *words, "--model", str(self.model)]
        environment = os.environ | {"TUTORSMITH_CACHE": str(self.scratch / "cache"), "PYTHONUNBUFFERED": "1"}
        done = timed_process([*command, "--output-dir", str(folder), "--fresh", *pairs], environment)
        history = [row for row in read_json(folder / "trainer_state.json")["log_history"] if "loss" in row]
        training = sum(row["tokens"] / row["tokens_per_s"] for row in history)
        row = {
            "case": case,
            "system": name,
            "seconds": {"train": round(training, 2), "total": round(done.seconds, 2)},
            "train_tokens_per_s": round(sum(row["tokens"] for row in history) / training, 1),
            "peak_memory_gib": read_json(folder / "training_config.json")["result"]["peak_memory_gib"],
            "loss": [round(row["loss"], 4) for row in history],
        }
        if (folder / "seconds.json").is_file():
            row["seconds"] |= {key: round(value, 2) for key, value in read_json(folder / "seconds.json").items()}
        self.add(row)

    def peer(self, case: str, peer: str, task: Mapping[str, Any]) -> None:
        """A row of a peer's script; its failure is a row too, and ends nothing."""
        task_file, result = self.scratch / "task.json", self.scratch / "result.json"
        write_json(task_file, {"model": str(self.model), **task})
        command = [sys.executable, str(HERE / f"peer_{peer}.py"), str(task_file), str(result)]
        environment = os.environ | {"PEER_SPAWNED": str(time.time())}
        try:
            done = timed_process(command, environment)
        except SystemExit as failed:
            self.add({"case": case, "system": peer, "failed": str(failed.code)})
            return
        made = read_json(result)
        made["seconds"]["total"] = round(done.seconds, 2)
        self.add({"case": case, "system": peer if task["samples"] else "hf", **made})

    def answers(self, batch: int, tokens: int, items: Sequence[Any]) -> None:
        """Rows of the torch engine alone, the same work as `only_answers` of the peer."""
        for name, quantization in (("tutorsmith", "4bit"), ("tutorsmith 16-bit", "none")):
            task, result = self.scratch / "task.json", self.scratch / "result.json"
            wanted = {"items": items, "batch": batch, "tokens": tokens, "quantization": quantization}
            write_json(task, {"model": str(self.model), **wanted})
            done = timed_process([sys.executable, str(HERE / "own_answers.py"), str(task), str(result)], os.environ)
            made = read_json(result)
            made["seconds"]["total"] = round(done.seconds, 2)
            self.add({"case": f"answers at {batch}", "system": name, **made})


def card() -> dict[str, Any]:
    import torch

    properties = torch.cuda.get_device_properties(0)
    return machine(os.getloadavg()[0]) | {"gpu": properties.name, "gpu_gib": round(properties.total_memory / 2**30, 1)}


def ratios(rows: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """How many times faster than each peer, case by case: tokens a second, and for whole runs the wall time."""
    out = {}
    for own in rows:
        for other in rows:
            if own["case"] != other["case"] or not own["system"].startswith("tutorsmith"):
                continue
            if other["system"].startswith("tutorsmith") or "failed" in other:
                continue
            name = f"{own['case']}: {own['system']} / {other['system']}"
            for key in ("train_tokens_per_s", "generate_tokens_per_s"):
                if own.get(key) and other.get(key):
                    out[f"{name}, {key.partition('_')[0]}"] = round(own[key] / other[key], 2)
            if own["case"] == "whole":
                out[f"{name}, end to end"] = round(other["seconds"]["total"] / own["seconds"]["total"], 2)
    return out


def peer_settings(epochs: int, batch: int, accumulation: int, tokens: int) -> dict[str, Any]:
    """Tutorsmith's settings as the peers' scripts read them."""
    kept = {
        "num_train_epochs": epochs,
        "per_device_train_batch_size": batch,
        "gradient_accumulation_steps": accumulation,
    }
    rates = {"learning_rate": 1e-4, "warmup_ratio": 0.1, "weight_decay": 0.0, "max_grad_norm": 1.0}
    adapter = {"lora_r": 16, "lora_alpha": 32, "lora_dropout": 0.0, "max_length": 2048, "seed": 0}
    return kept | rates | adapter | {"quantization": "4bit", "max_new_tokens": tokens}


def as_pairs(samples: Sequence[Any]) -> list[dict[str, Any]]:
    return [
        {
            "prompt": [message.as_dict() for message in sample.messages[:-1]],
            "completion": [sample.messages[-1].as_dict()],
        }
        for sample in samples
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--model", type=Path, help="folder of a transformers model (default: random, Qwen3-8B's shape)")
    parser.add_argument("--tokenizer", type=Path, help="folder of the random model's tokenizer")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "qwen3-8b-random")
    parser.add_argument("--output", type=Path, default=HERE / "results" / "gpu.json")
    parser.add_argument("--peers", default="trl,unsloth", help="comma-separated; empty for none")
    parser.add_argument("--cases", default=",".join(CASES), help="comma-separated")
    given = parser.parse_args()
    peers, cases = [p for p in given.peers.split(",") if p], given.cases.split(",")
    tokenizer = given.tokenizer or embedded_tokenizer()
    model = given.model or make_random(given.folder, tokenizer)
    with tempfile.TemporaryDirectory() as name:
        measure(Bench(model, given.output, Path(name)), cases, peers)


def embedded_tokenizer() -> Path:
    from tutorsmith.models.load import converted
    from tutorsmith.models.resolve import resolve_model

    return converted(resolve_model("smollm2-135m"))


BY_EIGHT = ("num_train_epochs=2", "gradient_accumulation_steps=8")
NAMES = ("style_sft", "style_sft_extended", "writing_sft", "writing_sft_extended")


def measure(bench: Bench, cases: Sequence[str], peers: Sequence[str]) -> None:
    table = {"28": style_rows, "256": many_rows, "small": small_rows, "answers": answer_rows, "whole": whole_rows}
    for case in cases:
        table[case](bench, peers)
    for name, value in ratios(bench.rows).items():
        print(f"{name}: {value}")


def style_rows(bench: Bench, peers: Sequence[str]) -> None:
    bench.own("28", "tutorsmith", ["train", "style"], (*BY_EIGHT, "quantization=4bit"))
    bench.own("28", "tutorsmith 16-bit", ["train", "style"], (*BY_EIGHT, "quantization=none"))
    for peer in peers:
        task = {"samples": as_pairs(course_samples(28)), "items": [], "settings": peer_settings(2, 1, 8, 1)}
        bench.peer("28", peer, task)


def small_rows(bench: Bench, _peers: Sequence[str]) -> None:
    """To be compared with the peers' rows of `28`, which stay below 8 GiB by themselves."""
    limit = f"device_memory_gib={SMALL_GIB}"
    bench.own("small", "tutorsmith", ["train", "style"], (*BY_EIGHT, "quantization=4bit", limit))


def many_rows(bench: Bench, peers: Sequence[str]) -> None:
    samples = course_samples(256)
    known = {sample.id for sample in samples}
    folder, many = ROOT / "data/training/processed", bench.scratch / "many.jsonl"
    lines = [json.loads(x) for n in NAMES for x in (folder / f"{n}.jsonl").read_text(encoding="utf-8").splitlines()]
    write_jsonl(many, [line for line in lines if line["id"] in known])
    shape = ("num_train_epochs=1", "per_device_train_batch_size=8", "gradient_accumulation_steps=1")
    words = ["train", "style", "--train-files", str(many)]
    bench.own("256", "tutorsmith", words, (*shape, "quantization=4bit"))
    bench.own("256", "tutorsmith 16-bit", words, (*shape, "quantization=none"))
    for peer in peers:
        bench.peer("256", peer, {"samples": as_pairs(samples), "items": [], "settings": peer_settings(1, 8, 1, 1)})


def answer_rows(bench: Bench, peers: Sequence[str]) -> None:
    file = ROOT / "data/training/eval/style_benchmark_extended.jsonl"
    items = [json.loads(line)["messages"] for line in file.read_text(encoding="utf-8").splitlines()][:17]
    for batch, tokens in ((1, 100), (17, 100)):
        bench.answers(batch, tokens, items)
        if "trl" in peers:
            task = {"samples": [], "items": items, "answers": {"batch": batch, "tokens": tokens}}
            bench.peer(f"answers at {batch}", "trl", task | {"settings": peer_settings(1, 1, 1, tokens)})


def whole_rows(bench: Bench, peers: Sequence[str]) -> None:
    files = load_project(ROOT / "tutorsmith.toml").stage("style").eval
    asked = [json.loads(x)["messages"] for file in files for x in file.read_text(encoding="utf-8").splitlines()]
    bench.own("whole", "tutorsmith", ["run", "style"], (*BY_EIGHT, f"max_new_tokens={WHOLE_TOKENS}"))
    if "trl" in peers:
        settings = peer_settings(2, 1, 8, WHOLE_TOKENS)
        task = {"samples": as_pairs(course_samples(28)), "items": asked, "settings": settings}
        bench.peer("whole", "trl", task)


if __name__ == "__main__":
    main()

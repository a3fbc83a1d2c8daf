"""Training and answering with an 8B model on one GPU, beside TRL, Unsloth and transformers' `generate`.

    python benchmarks/gpu.py [--model DIR] [--output benchmarks/results/gpu.json] [--peers trl,unsloth] [--cases ...]

Without --model a model of Qwen3-8B's shape with random weights is made (how fast it computes does not depend on them).
Cases: `28` (the style samples, 2 epochs, steps of 1 x 8), `256` (the course's first 256 samples, 1 epoch, batch 8),
`small` (28 samples within 7.4 GiB of the card, what an 8 GiB card leaves), `answers` (tokens a second at 1 and at 17
questions together), `whole` (a run from the start of the process: base answers, training, tuned answers).
Every row is a process of its own. Peers train QLoRA (NF4), which is their way on such a card; of Tutorsmith there is a
row with NF4, whose losses must be the peers' (benchmarks/equal_work.py), and one with 16-bit weights, which it chooses
by itself where the card has room.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
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
from measure import HERE, Results, Row, installed, machine, own_row, peer_row, run_script, run_tutorsmith
from picture import draw

from tutorsmith.data.read import read_samples, write_jsonl

ROOT = HERE.parent
SMALL_GIB = 7.4
CASES = ("28", "256", "small", "answers", "whole")
RATES = ("learning_rate=1e-4", "max_length=2048")
BY_EIGHT = ("num_train_epochs=2", "per_device_train_batch_size=1", "gradient_accumulation_steps=8")
AT_ONCE = ("num_train_epochs=1", "per_device_train_batch_size=8", "gradient_accumulation_steps=1")
NF4, WIDE = "quantization=4bit", "quantization=none"
WHOLE_TOKENS = 48
ANSWER_TOKENS = 100
NAMES = ("style_sft", "style_sft_extended", "writing_sft", "writing_sft_extended")


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


class Bench:
    """Where rows go, and what all cases share. Tutorsmith's runs share a cache, as a user's do."""

    def __init__(self, model: Path, results: Results, scratch: Path, peers: Sequence[str]) -> None:
        self.model, self.results, self.scratch, self.peers = model, results, scratch, peers

    def asked(self, *settings: str, train_files: Path | None = None) -> Asked:
        flags = ["--model", str(self.model)]
        flags += ["--train-files", str(train_files)] if train_files else []
        return Asked.of("style", (*PLAIN, *RATES, *settings), flags)

    def own(self, case: str, system: str, asked: Asked, command: str = "train") -> Row:
        """A row of `tutorsmith train` or `run` in the folder `run`, made anew."""
        done = run_tutorsmith([command, asked.stage], asked.flags, self.scratch)
        row = own_row(case, system, self.scratch / "run", done)
        self.results.add(row)
        return row

    def script(self, case: str, system: str, script: str, task: Mapping[str, Any]) -> dict[str, Any] | None:
        """A row of a script, and what it wrote. Its failure is a row too, and ends nothing."""
        try:
            made, done = run_script(script, task, self.scratch)
        except SystemExit as failed:
            self.results.add({"case": case, "system": system, "failed": str(failed.code)})
            return None
        self.results.add(peer_row(case, system, made, done))
        return made

    def compared(self, case: str, asked: Asked, peers: Sequence[str], *, answering: bool = False) -> None:
        """Tutorsmith's row in NF4, then each peer's on the same work, and how equal it was."""
        own = self.own(case, "tutorsmith", asked, "run" if answering else "train")
        if not peers:
            return
        run = outlined(asked)
        said = own_answers(run, self.scratch / "run", self.scratch / "cache") if answering else {}
        task = training_task(run, self.scratch / "first_adapter")
        if answering:
            task |= prompts_task(run) | {"ours": {"tutorsmith": said}}
        mine = Own("tutorsmith", own["loss"], tokens_of(task), said)
        for peer in peers:
            made = self.script(case, peer, f"peer_{peer}.py", task)
            if made is not None:
                self.results.compare(comparison(case, mine, peer, made, task["quantization"]))


def card() -> dict[str, Any]:
    import torch

    properties = torch.cuda.get_device_properties(0)
    return machine() | {"gpu": properties.name, "gpu_gib": round(properties.total_memory / 2**30, 1)}


def ratios(rows: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """How many times faster than each peer, case by case: tokens a second, and for whole runs the wall time. Under the
    names that both benchmarks have: NF4 against TRL at 28 samples, 17 questions together, the whole run. `small` is
    compared with the peers of `28`. Of Tutorsmith the seconds of its steps count, of the peers those of their loop,
    which has no validation and saves nothing: `seconds` has the rest."""
    out: dict[str, float] = {}
    for own in rows:
        for other in rows:
            against = "28" if own["case"] == "small" else own["case"]
            if against != other["case"] or not own["system"].startswith("tutorsmith"):
                continue
            if other["system"].startswith("tutorsmith") or "failed" in other:
                continue
            name = f"{own['case']}: {own['system']} / {other['system']}"
            for key in ("train_tokens_per_s", "generate_tokens_per_s"):
                if own.get(key) and other.get(key):
                    out[f"{name}, {key.partition('_')[0]}"] = round(own[key] / other[key], 2)
            if own["case"] == "whole":
                out[f"{name}, end to end"] = round(other["seconds"]["total"] / own["seconds"]["total"], 2)
    return {short: out[long] for short, long in HEADLINES.items() if long in out} | out


HEADLINES = {
    "train": "28: tutorsmith / trl, train",
    "generate": "answers at 17: tutorsmith / hf, generate",
    "end_to_end": "whole: tutorsmith / trl, end to end",
}


def style_rows(bench: Bench) -> None:
    bench.compared("28", bench.asked(*BY_EIGHT, NF4), bench.peers)
    bench.own("28", "tutorsmith 16-bit", bench.asked(*BY_EIGHT, WIDE))


def small_rows(bench: Bench) -> None:
    """To be compared with the peers' rows of `28`, which stay below 8 GiB by themselves."""
    bench.own("small", "tutorsmith", bench.asked(*BY_EIGHT, NF4, f"device_memory_gib={SMALL_GIB}"))


def many_rows(bench: Bench) -> None:
    many = course_samples(256, bench.scratch / "many.jsonl")
    bench.compared("256", bench.asked(*AT_ONCE, NF4, train_files=many), bench.peers)
    bench.own("256", "tutorsmith 16-bit", bench.asked(*AT_ONCE, WIDE, train_files=many))


def course_samples(count: int, file: Path) -> Path:
    """Write the first samples of the course that are single questions without tools or excerpts."""
    sources = [ROOT / "data/training/processed" / f"{name}.jsonl" for name in NAMES]
    known = {sample.id for sample in [sample for source in sources for sample in read_samples(source)][:count]}
    lines = [json.loads(line) for source in sources for line in source.read_text(encoding="utf-8").splitlines()]
    write_jsonl(file, [line for line in lines if line["id"] in known])
    return file


def answer_rows(bench: Bench) -> None:
    """Each answer goes on for so many tokens, whatever it says: with random weights an end would come by chance."""
    whole = prompts_task(extended(bench))
    for together in (1, 17):
        kept = {name: whole[name][:together] for name in ("prompts", "questions")}
        task = whole | kept | {"ends": [], "engine": "torch", "together": together, "warm": True}
        case, ours = f"answers at {together}", {}
        for system, kind in (("tutorsmith", "4bit"), ("tutorsmith 16-bit", "none")):
            made = bench.script(case, system, "own_answers.py", task | {"quantization": kind})
            if made is not None and kind == "4bit":
                ours[system] = made["answers"]
        if "trl" not in bench.peers:
            continue
        made = bench.script(case, "hf", "peer_trl.py", task | {"quantization": "4bit", "ours": ours})
        for system in ours if made is not None else ():
            bench.results.compare(comparison(case, Own(system, answers=ours[system]), "hf", made, "4bit"))


def extended(bench: Bench) -> Any:
    """The run whose questions are those of the larger style benchmark."""
    settings = (*PLAIN, *RATES, f"max_new_tokens={ANSWER_TOKENS}")
    return outlined(Asked.of("style_extended", settings, ("--model", str(bench.model))))


def whole_rows(bench: Bench) -> None:
    shape = (*BY_EIGHT, f"max_new_tokens={WHOLE_TOKENS}")
    peers = [peer for peer in bench.peers if peer == "trl"]  # Unsloth's script trains only
    bench.compared("whole", bench.asked(*shape, NF4), peers, answering=True)
    bench.own("whole", "tutorsmith, second run", bench.asked(*shape, NF4), "run")
    bench.own("whole", "tutorsmith 16-bit", bench.asked(*shape, WIDE), "run")


def conclude(results: Results) -> None:
    """Ratios, the proof, the picture. Raises: SystemExit 1 when some work was not the same."""
    for name, value in ratios(results.rows).items():
        print(f"{name}: {value}")
    draw(results.rows, results.output.with_suffix(".svg"))
    judge(results.comparisons)


def embedded_tokenizer() -> Path:
    from tutorsmith.models.load import converted
    from tutorsmith.models.resolve import resolve_model

    return converted(resolve_model("smollm2-135m"))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--model", type=Path, help="folder of a transformers model (default: random, Qwen3-8B's shape)")
    parser.add_argument("--tokenizer", type=Path, help="folder of the random model's tokenizer")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "qwen3-8b-random")
    parser.add_argument("--output", type=Path, default=HERE / "results" / "gpu.json")
    parser.add_argument("--peers", default="trl,unsloth", help="comma-separated; empty for none")
    parser.add_argument("--cases", default=",".join(CASES), help="comma-separated")
    parser.add_argument("--add", action="store_true", help="keep what the output file holds of other cases")
    given = parser.parse_args()
    table = {"28": style_rows, "256": many_rows, "small": small_rows, "answers": answer_rows, "whole": whole_rows}
    cases = [case for case in given.cases.split(",") if case]
    for case in cases:
        if case not in table:
            parser.error(f"unknown case '{case}': choose from {', '.join(CASES)}")
    peers = [peer for peer in given.peers.split(",") if peer and installed(peer, "it is left out, with its ratios")]
    model = given.model or make_random(given.folder, given.tokenizer or embedded_tokenizer())
    results = Results(given.output, ratios, card())
    if given.add:
        results.take_up(cases)
    with tempfile.TemporaryDirectory() as name:
        bench = Bench(model, results, Path(name), peers)
        for case in cases:
            table[case](bench)
    conclude(results)


if __name__ == "__main__":
    main()

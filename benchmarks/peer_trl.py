"""The peer of both benchmarks: TRL's SFTTrainer, and transformers' `generate`, one question at a time or in batches.

    python benchmarks/peer_trl.py TASK.json RESULT.json

TASK (benchmarks/equal_work.py makes it): a model folder; to train: rows as token ids with what is learned of them,
their order in each epoch, the first adapter as a PEFT folder, Tutorsmith's settings; to answer: prompts as token ids,
end tokens, the longest answer, how many `together`; `ours`: Tutorsmith's answers by system. RESULT gets seconds a step,
tokens a second, losses, the rows' tokens as TRL's collator gives them, the answers, and where ours part from them.
What else a library does by default is left as it is. Without rows only the base answers; `warm` answers four tokens
first, and with no end tokens every answer goes on to the longest.
"""

import json
import math
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Answers = list[list[int]]
Task = dict[str, Any]


def main(task_file: Path, result_file: Path) -> None:
    import torch
    from transformers import AutoTokenizer

    task: Task = json.loads(task_file.read_text(encoding="utf-8"))
    seconds = {"start_up": time.time() - float(os.environ["PEER_SPAWNED"])}
    made: dict[str, Any] = {"seconds": seconds}
    answers: dict[str, Answers] = {}
    prompts = task.get("prompts", [])
    with timed(seconds, "load"):
        tokenizer = AutoTokenizer.from_pretrained(task["model"])
        model = load(task)
    if prompts:
        if task.get("warm"):
            answer_all(model, tokenizer, task | {"max_new_tokens": 4})
        with timed(seconds, "predict_base"):
            answers["base"] = answer_all(model, tokenizer, task)
    if task.get("rows"):
        with timed(seconds, "train"):
            model, training = train(model, tokenizer, task)
        made |= training
    if prompts and task.get("rows"):
        with timed(seconds, "predict_tuned"):
            answers["tuned"] = answer_all(model, tokenizer, task)
    if prompts:
        predicting = seconds["predict_base"] + seconds.get("predict_tuned", 0.0)
        said = sum(len(answer) for part in answers.values() for answer in part)
        made |= {"generate_tokens_per_s": round(said / predicting, 1), "answers": answers}
    if torch.cuda.is_available():
        made["peak_memory_gib"] = round(torch.cuda.max_memory_reserved() / 2**30, 2)
    with timed(seconds, "proof"):
        made["partings"] = all_partings(model, task, answers)
    made["seconds"] = {name: round(value, 2) for name, value in seconds.items()}
    result_file.write_text(json.dumps(made), encoding="utf-8")


@contextmanager
def timed(seconds: dict[str, float], name: str) -> Iterator[None]:
    started = time.perf_counter()
    yield
    seconds[name] = time.perf_counter() - started


def load(task: Task) -> Any:
    """The base model: float32 on a CPU, bfloat16 on a GPU, NF4 where the task says 4bit."""
    import torch
    from transformers import AutoModelForCausalLM

    cuda = torch.cuda.is_available()
    options: dict[str, Any] = {"dtype": torch.bfloat16 if cuda else torch.float32}
    if task["quantization"] == "4bit":
        from transformers import BitsAndBytesConfig

        options["quantization_config"] = BitsAndBytesConfig(
            load_in_4bit=True,
            bnb_4bit_quant_type="nf4",
            bnb_4bit_use_double_quant=True,
            bnb_4bit_compute_dtype=torch.bfloat16,
        )
    place = {"": 0} if cuda else None
    return AutoModelForCausalLM.from_pretrained(task["model"], device_map=place, **options).eval()


def answer_all(model: Any, tokenizer: Any, task: Task) -> Answers:
    """Answer all prompts greedily, so many together, padded on the left; the ids of each without its end token."""
    import torch

    together, limit, ends = task.get("together", 1), task["max_new_tokens"], task["ends"]
    pad = tokenizer.pad_token_id or 0
    limits = {"max_new_tokens": limit, "do_sample": False, "pad_token_id": pad}
    limits |= {"eos_token_id": ends} if ends else {"min_new_tokens": limit}
    said: Answers = []
    for start in range(0, len(task["prompts"]), together):
        batch = task["prompts"][start : start + together]
        width = max(len(prompt) for prompt in batch)
        ids = torch.tensor([[pad] * (width - len(prompt)) + prompt for prompt in batch], device=model.device)
        seen = torch.tensor([[0] * (width - len(prompt)) + [1] * len(prompt) for prompt in batch], device=model.device)
        with torch.inference_mode():
            out = model.generate(ids, attention_mask=seen, **limits)
        said += [until_end(answer, ends) for answer in out[:, width:].tolist()]
    return said


def until_end(answer: list[int], ends: Sequence[int]) -> list[int]:
    return answer[: next((k for k, token in enumerate(answer) if token in ends), len(answer))]


def shared_arguments(settings: dict[str, Any], rows: int, folder: str) -> dict[str, Any]:
    """What SFTConfig is told of Tutorsmith's settings, by every peer that trains with it."""
    group = settings["per_device_train_batch_size"] * settings["gradient_accumulation_steps"]
    total = math.ceil(rows / group) * settings["num_train_epochs"]
    same = (
        *("num_train_epochs", "per_device_train_batch_size", "gradient_accumulation_steps", "learning_rate"),
        *("weight_decay", "max_grad_norm", "max_length", "seed"),
    )
    schedule = {"warmup_steps": math.ceil(settings["warmup_ratio"] * total), "lr_scheduler_type": "cosine"}
    quiet = {"output_dir": folder, "logging_steps": 1, "save_strategy": "no", "report_to": "none"}
    return {name: settings[name] for name in same} | schedule | quiet


def labelled(rows: Sequence[dict[str, Any]]) -> Any:
    """A data set of the rows' ids; what is not learned has the label -100."""
    from datasets import Dataset

    return Dataset.from_list(
        [
            {
                "input_ids": row["ids"],
                "labels": [token if m else -100 for token, m in zip(row["ids"], row["learned"], strict=True)],
            }
            for row in rows
        ]
    )


class Order:
    """A sampler: the given order of the rows in each epoch. The data loader tells it which epoch begins."""

    def __init__(self, epochs: list[list[int]]) -> None:
        self.epochs, self.epoch = epochs, 0

    def set_epoch(self, epoch: int) -> None:
        self.epoch = epoch

    def __len__(self) -> int:
        return len(self.epochs[0])

    def __iter__(self) -> Iterator[int]:
        return iter(self.epochs[self.epoch])


def ordered(trainer: type, epochs: list[list[int]]) -> type:
    """The trainer class, taking the rows in this order. Its steps end with the epoch, as Tutorsmith's do."""

    class Ordered(trainer):  # type: ignore[misc]
        def _get_train_sampler(self, train_dataset: Any = None) -> Order:  # noqa: ARG002
            return Order(epochs)

    return Ordered


def tokens_of(trainer: Any) -> list[list[int]]:
    """[tokens, learned tokens] of each row as the trainer's own collator hands it to the model."""
    found = []
    for row in trainer.train_dataset:
        batch = trainer.data_collator([row])
        # The first token is predicted from nothing: its label is never used.
        found.append([int(batch["attention_mask"].sum()), int((batch["labels"][:, 1:] != -100).sum())])
    return found


def training_numbers(trainer: Any, epochs: int) -> dict[str, Any]:
    """What a finished trainer tells: losses, tokens a second of its loop, the rows' tokens."""
    history = trainer.state.log_history
    tokens = tokens_of(trainer)
    seconds = next(row["train_runtime"] for row in history if "train_runtime" in row)
    return {
        "train_tokens_per_s": round(sum(whole for whole, _ in tokens) * epochs / seconds, 1),
        "loss": [row["loss"] for row in history if "loss" in row],
        "tokens": tokens,
    }


def train(model: Any, tokenizer: Any, task: Task) -> tuple[Any, dict[str, Any]]:
    """Train the first adapter with TRL's SFTTrainer; returns the tuned model (merged unless in 4 bits), the numbers."""
    import torch
    from peft import PeftModel
    from trl import SFTConfig, SFTTrainer

    cuda, settings = torch.cuda.is_available(), task["settings"]
    # On a GPU the library's default (activations recomputed) is left; on a CPU it would only cost time.
    checkpointing = {} if cuda else {"gradient_checkpointing": False}
    model = PeftModel.from_pretrained(model, task["adapter"], is_trainable=True)
    with tempfile.TemporaryDirectory() as folder:
        shared = shared_arguments(settings, len(task["rows"]), folder)
        trainer = ordered(SFTTrainer, task["order"])(
            model=model,
            args=SFTConfig(**shared, **checkpointing, bf16=cuda, use_cpu=not cuda),
            train_dataset=labelled(task["rows"]),
            processing_class=tokenizer,
        )
        for parameter in trainer.model.parameters():
            # TRL rounds the adapter of a quantized model to bfloat16, which then learns otherwise: not the same work.
            parameter.data = parameter.data.float() if parameter.requires_grad else parameter.data
        trainer.train()
    model = trainer.model.eval()
    numbers = training_numbers(trainer, settings["num_train_epochs"])
    return model if task["quantization"] == "4bit" else model.merge_and_unload(), numbers


def all_partings(model: Any, task: Task, answers: dict[str, Answers]) -> dict[str, dict[str, Any]]:
    """Where the answers of `ours` part from these, by system and by base and tuned. model: the last that answered."""
    found: dict[str, dict[str, Any]] = {system: {} for system in task.get("ours", {})}
    for name in reversed(answers):  # tuned first: its model is at hand
        if name == "base" and "tuned" in answers:
            del model
            model = load(task)
        for system, said in task.get("ours", {}).items():
            found[system][name] = partings(model, task, said[name], answers[name])
    return found


def partings(model: Any, task: Task, ours: Answers, theirs: Answers) -> list[dict[str, Any]]:
    """For each pair that differs: the place of its first difference, the tokens there (None: the answer has ended), and
    the model's two best tokens there with the distance of their logits, which tells a tie from a fault."""
    import torch

    found = []
    for question, prompt, a, b in zip(task["questions"], task["prompts"], ours, theirs, strict=True):
        if a == b:
            continue
        place = next((k for k, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
        with torch.inference_mode():
            logits = model(torch.tensor([[*prompt, *b[:place]]], device=model.device)).logits[0, -1].float()
        best = logits.topk(2)
        found.append(
            {
                "id": question,
                "place": place,
                "ours": a[place] if place < len(a) else None,
                "theirs": b[place] if place < len(b) else None,
                "best": best.indices.tolist(),
                "gap": round(float(best.values[0] - best.values[1]), 6),
            }
        )
    return found


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))

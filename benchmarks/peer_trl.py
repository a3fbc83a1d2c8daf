"""The peer of benchmarks/run.py: TRL's SFTTrainer, then transformers' generate, one question at a time.

    python benchmarks/peer_trl.py TASK.json RESULT.json

TASK holds a model folder, samples as TRL's conversational prompt and completion, questions, and Tutorsmith's settings;
RESULT gets seconds a step, tokens a second and the losses. Precision, rank, schedule, batch and answer length are the
same; what else a library does by default is left as it is. On a GPU `quantization: 4bit` in the settings makes it
QLoRA, and `answers: {"batch": n, "tokens": m}` has n questions answered together, m tokens each.
"""

import json
import math
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

Messages = list[dict[str, Any]]


def main(task_file: Path, result_file: Path) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    task = json.loads(task_file.read_text(encoding="utf-8"))
    settings = task["settings"]
    seconds = {"start_up": time.time() - float(os.environ["PEER_SPAWNED"])}
    clock = time.perf_counter()
    cuda = torch.cuda.is_available()
    tokenizer = AutoTokenizer.from_pretrained(task["model"], padding_side="left")
    options: dict[str, Any] = {"dtype": torch.bfloat16 if cuda else torch.float32}
    if settings["quantization"] == "4bit":
        from transformers import BitsAndBytesConfig

        options["quantization_config"] = BitsAndBytesConfig(
            load_in_4bit=True,
            bnb_4bit_quant_type="nf4",
            bnb_4bit_use_double_quant=True,
            bnb_4bit_compute_dtype=torch.bfloat16,
        )
    model = AutoModelForCausalLM.from_pretrained(task["model"], device_map={"": 0} if cuda else None, **options).eval()
    seconds["load"], clock = time.perf_counter() - clock, time.perf_counter()
    made = {"seconds": seconds}
    if not task["samples"]:
        made |= only_answers(model, tokenizer, task)
    else:
        count = answer_all(model, tokenizer, task["items"], settings["max_new_tokens"])
        seconds["predict_base"], clock = time.perf_counter() - clock, time.perf_counter()
        model, losses, training = train(model, tokenizer, task["samples"], settings)
        seconds["train"], clock = time.perf_counter() - clock, time.perf_counter()
        count += answer_all(model, tokenizer, task["items"], settings["max_new_tokens"])
        seconds["predict_tuned"] = time.perf_counter() - clock
        rows = [[*sample["prompt"], *sample["completion"]] for sample in task["samples"]]
        learned = sum(len(token_ids(tokenizer, row, ask=False)) for row in rows) * settings["num_train_epochs"]
        predicting = seconds["predict_base"] + seconds["predict_tuned"]
        made |= {
            "train_tokens_per_s": round(learned / training, 1),
            "generate_tokens_per_s": round(count / predicting, 1) if count else 0.0,
            "loss": [round(loss, 4) for loss in losses],
        }
    if cuda:
        made["peak_memory_gib"] = round(torch.cuda.max_memory_reserved() / 2**30, 2)
    made["seconds"] = {name: round(value, 2) for name, value in seconds.items()}
    result_file.write_text(json.dumps(made), encoding="utf-8")


def only_answers(model: Any, tokenizer: Any, task: dict[str, Any]) -> dict[str, float]:
    """Tokens a second of `generate` on the first questions together, each going on for so many tokens."""
    import torch

    wanted = task["answers"]
    texts = [tokenizer.apply_chat_template(m, tokenize=False, add_generation_prompt=True) for m in task["items"]]
    inputs = tokenizer(texts[: wanted["batch"]], return_tensors="pt", padding=True, add_special_tokens=False)
    inputs = inputs.to(model.device)
    limits = {"max_new_tokens": wanted["tokens"], "min_new_tokens": wanted["tokens"], "do_sample": False}
    with torch.inference_mode():
        model.generate(**inputs, **(limits | {"max_new_tokens": 4, "min_new_tokens": 4}))
        started = time.perf_counter()
        model.generate(**inputs, **limits)
    seconds = time.perf_counter() - started
    return {"generate_tokens_per_s": round(wanted["batch"] * wanted["tokens"] / seconds, 1)}


def token_ids(tokenizer: Any, messages: Messages, *, ask: bool) -> list[int]:
    """The messages in the model's chat template; `ask` opens the assistant's turn."""
    text = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=ask)
    ids: list[int] = tokenizer(text, add_special_tokens=False)["input_ids"]
    return ids


def answer_all(model: Any, tokenizer: Any, items: Sequence[Messages], limit: int) -> int:
    """Answer one question after the other, greedily; returns the number of new tokens."""
    import torch

    count = 0
    for messages in items:
        ids = torch.tensor([token_ids(tokenizer, messages, ask=True)], device=model.device)
        with torch.inference_mode():
            out = model.generate(ids, attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=limit)
        count += out.shape[1] - ids.shape[1]
    return count


def shared_arguments(settings: dict[str, Any], samples: int, folder: str) -> dict[str, Any]:
    """What SFTConfig is told of Tutorsmith's settings, by every peer that trains with it."""
    group = settings["per_device_train_batch_size"] * settings["gradient_accumulation_steps"]
    total = math.ceil(samples / group) * settings["num_train_epochs"]
    same = (
        *("num_train_epochs", "per_device_train_batch_size", "gradient_accumulation_steps", "learning_rate"),
        *("weight_decay", "max_grad_norm", "max_length", "seed"),
    )
    schedule = {"warmup_steps": math.ceil(settings["warmup_ratio"] * total), "lr_scheduler_type": "cosine"}
    quiet = {"output_dir": folder, "logging_steps": 1, "save_strategy": "no", "report_to": "none"}
    return {name: settings[name] for name in same} | schedule | quiet


def train(
    model: Any, tokenizer: Any, samples: list[dict[str, Messages]], settings: dict[str, Any]
) -> tuple[Any, list[float], float]:
    """LoRA on all linear layers by TRL's SFTTrainer; returns the merged model, each step's loss, the loop's seconds."""
    import torch
    from datasets import Dataset
    from peft import LoraConfig
    from trl import SFTConfig, SFTTrainer

    cuda = torch.cuda.is_available()
    # On a GPU the library's default (activations recomputed) is left; on a CPU it would only cost time.
    checkpointing = {} if cuda else {"gradient_checkpointing": False}
    with tempfile.TemporaryDirectory() as folder:
        shared = shared_arguments(settings, len(samples), folder)
        arguments = SFTConfig(**shared, **checkpointing, completion_only_loss=True, bf16=cuda, use_cpu=not cuda)
        adapter = LoraConfig(
            r=settings["lora_r"],
            lora_alpha=settings["lora_alpha"],
            lora_dropout=settings["lora_dropout"],
            target_modules="all-linear",
            task_type="CAUSAL_LM",
        )
        trainer = SFTTrainer(
            model=model,
            args=arguments,
            train_dataset=Dataset.from_list(samples),
            processing_class=tokenizer,
            peft_config=adapter,
        )
        trainer.train()
        history = trainer.state.log_history
        losses = [row["loss"] for row in history if "loss" in row]
        seconds = next(row["train_runtime"] for row in history if "train_runtime" in row)
        model = trainer.model.eval()
        return model if settings["quantization"] == "4bit" else model.merge_and_unload(), losses, seconds


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))

"""The other peer of benchmarks/gpu.py: Unsloth's loader and patches under TRL's SFTTrainer; training only.

    python benchmarks/peer_unsloth.py TASK.json RESULT.json

The task is that of benchmarks/peer_trl.py. Unsloth must be imported before everything else. Its adapter is made by its
own `get_peft_model`, which puts its fused layers in place, and then takes the first adapter's numbers.
"""

import os

os.environ["UNSLOTH_DISABLE_STATISTICS"] = "1"

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any


def main(task_file: Path, result_file: Path) -> None:
    import unsloth  # noqa: F401, I001  patches what is imported after it
    from transformers import DataCollatorForSeq2Seq
    from trl import SFTConfig, SFTTrainer

    import torch

    from peer_trl import labelled, ordered, shared_arguments, training_numbers

    task = json.loads(task_file.read_text(encoding="utf-8"))
    settings = task["settings"]
    seconds = {"start_up": time.time() - float(os.environ["PEER_SPAWNED"])}
    clock = time.perf_counter()
    model, tokenizer = load(task)
    seconds["load"], clock = time.perf_counter() - clock, time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        trainer = ordered(SFTTrainer, task["order"])(
            model=model,
            args=SFTConfig(**shared_arguments(settings, len(task["rows"]), folder), bf16=True),
            train_dataset=labelled(task["rows"]),
            processing_class=tokenizer,
            # It pads labels too; without it Unsloth may take the ids for labels.
            data_collator=DataCollatorForSeq2Seq(tokenizer),
        )
        seconds["set_up"] = time.perf_counter() - clock
        torch.cuda.reset_peak_memory_stats()
        clock = time.perf_counter()
        trainer.train()
    seconds["train"] = time.perf_counter() - clock
    made = training_numbers(trainer, settings["num_train_epochs"])
    made["seconds"] = {name: round(value, 2) for name, value in seconds.items()}
    made["peak_memory_gib"] = round(torch.cuda.max_memory_reserved() / 2**30, 2)
    result_file.write_text(json.dumps(made), encoding="utf-8")


def load(task: dict[str, Any]) -> tuple[Any, Any]:
    """Model and tokenizer, with the task's first adapter on. Raises: ValueError when Unsloth adapts other layers."""
    import torch
    from peft import set_peft_model_state_dict
    from safetensors.torch import load_file
    from unsloth import FastLanguageModel

    settings = task["settings"]
    model, tokenizer = FastLanguageModel.from_pretrained(
        task["model"],
        max_seq_length=settings["max_length"],
        load_in_4bit=task["quantization"] == "4bit",
        dtype=torch.bfloat16,
    )
    model = FastLanguageModel.get_peft_model(
        model,
        r=settings["lora_r"],
        lora_alpha=settings["lora_alpha"],
        lora_dropout=0,
        bias="none",
        use_gradient_checkpointing="unsloth",
    )
    first = load_file(Path(task["adapter"]) / "adapter_model.safetensors")
    learned = sum(1 for parameter in model.parameters() if parameter.requires_grad)
    result = set_peft_model_state_dict(model, first)
    if result.unexpected_keys or learned != len(first):
        raise ValueError(f"{learned} matrices learn, the first adapter has {len(first)}")
    return model, tokenizer


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))

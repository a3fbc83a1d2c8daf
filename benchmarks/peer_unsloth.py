"""The other peer of benchmarks/gpu.py: Unsloth's loader and patches under TRL's SFTTrainer; training only.

    python benchmarks/peer_unsloth.py TASK.json RESULT.json

The task is that of benchmarks/peer_trl.py. Unsloth must be imported before everything else.
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
    from datasets import Dataset
    from trl import SFTConfig, SFTTrainer
    from unsloth import FastLanguageModel
    from unsloth.chat_templates import train_on_responses_only

    import torch

    from peer_trl import shared_arguments

    task = json.loads(task_file.read_text(encoding="utf-8"))
    settings = task["settings"]
    seconds = {"start_up": time.time() - float(os.environ["PEER_SPAWNED"])}
    clock = time.perf_counter()
    four_bit = settings["quantization"] == "4bit"
    model, tokenizer = FastLanguageModel.from_pretrained(
        task["model"], max_seq_length=settings["max_length"], load_in_4bit=four_bit, dtype=torch.bfloat16
    )
    seconds["load"], clock = time.perf_counter() - clock, time.perf_counter()
    model = FastLanguageModel.get_peft_model(
        model,
        r=settings["lora_r"],
        lora_alpha=settings["lora_alpha"],
        lora_dropout=0,
        bias="none",
        use_gradient_checkpointing="unsloth",
    )
    texts = [
        tokenizer.apply_chat_template([*sample["prompt"], *sample["completion"]], tokenize=False)
        for sample in task["samples"]
    ]
    total = sum(len(tokenizer(text, add_special_tokens=False).input_ids) for text in texts)
    with tempfile.TemporaryDirectory() as folder:
        arguments = SFTConfig(**shared_arguments(settings, len(texts), folder), bf16=True, dataset_text_field="text")
        data = Dataset.from_list([{"text": text} for text in texts])
        trainer = SFTTrainer(model=model, args=arguments, train_dataset=data, processing_class=tokenizer)
        trainer = train_on_responses_only(
            trainer, instruction_part="<|im_start|>user\n", response_part="<|im_start|>assistant\n"
        )
        seconds["set_up"] = time.perf_counter() - clock
        torch.cuda.reset_peak_memory_stats()
        trainer.train()
        history: list[dict[str, Any]] = trainer.state.log_history
    seconds["train"] = next(row["train_runtime"] for row in history if "train_runtime" in row)
    made = {
        "seconds": {name: round(value, 2) for name, value in seconds.items()},
        "train_tokens_per_s": round(total * settings["num_train_epochs"] / seconds["train"], 1),
        "peak_memory_gib": round(torch.cuda.max_memory_reserved() / 2**30, 2),
        "loss": [round(row["loss"], 4) for row in history if "loss" in row],
    }
    result_file.write_text(json.dumps(made), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))

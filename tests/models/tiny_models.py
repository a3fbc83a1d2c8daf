"""Tiny random models and a tiny tokenizer, made on the spot."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from chat_templates import CHATML, QWEN3, QWEN25
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import (
    AutoModelForCausalLM,
    LlamaConfig,
    PreTrainedTokenizerFast,
    Qwen2Config,
    Qwen3Config,
)

MARKS = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
TEXTS = [
    "The capacitance of a parallel plate capacitor is C = epsilon A / d.",
    "What is the field of a line charge? It falls as one over the distance from the line.",
    "### Conclusion\n### Derivation\n### Check\nGauss's law gives the flux through a closed surface.",
    "Question: Tutor: system user assistant tool <think> </think> <tool_call> </tool_call> 电容器的电容",
]
TEMPLATES = {"llama": CHATML, "qwen2": QWEN25, "qwen3": QWEN3}


def make_tokenizer(template: str | None, *, marks: Sequence[str] = MARKS, end: str = "<|im_end|>") -> Any:
    """A byte-level BPE tokenizer of about 400 tokens; pad is <|endoftext|>, as in Qwen2.5."""
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=400, special_tokens=list(marks), initial_alphabet=alphabet, show_progress=False
    )
    bpe.train_from_iterator(TEXTS, trainer)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=bpe, eos_token=end, pad_token=marks[0], additional_special_tokens=list(marks)
    )
    tokenizer.chat_template = template
    return tokenizer


def make_config(kind: str, vocabulary: int, *, width: int = 32, layers: int = 2) -> Any:
    sizes = {
        "vocab_size": vocabulary,
        "hidden_size": width,
        "intermediate_size": 2 * width,
        "num_hidden_layers": layers,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": width // 4,
        "max_position_embeddings": 256,
        "tie_word_embeddings": kind != "llama",
        "bos_token_id": None,
        "eos_token_id": 2,
        "pad_token_id": 0,
    }
    return {"llama": LlamaConfig, "qwen2": Qwen2Config, "qwen3": Qwen3Config}[kind](**sizes)


def make_model(folder: Path, kind: str = "llama", *, tokenizer: Any = None, width: int = 32, layers: int = 2) -> Path:
    """A model folder as `save_pretrained` writes it."""
    torch.manual_seed(0)
    tokenizer = tokenizer or make_tokenizer(TEMPLATES[kind])
    model = AutoModelForCausalLM.from_config(make_config(kind, len(tokenizer), width=width, layers=layers))
    with torch.no_grad():  # wide enough that two models' answers differ visibly
        for parameter in model.parameters():
            if parameter.dim() > 1:
                parameter.mul_(4)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder

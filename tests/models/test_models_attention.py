"""Kinds of attention that the answers' own attention does not compute are refused before weights are read."""

from pathlib import Path

import pytest
from transformers import BloomConfig, Gemma2Config, LlamaConfig, MistralConfig, Qwen2Config, Qwen3Config

from tutorsmith.core.errors import ModelError
from tutorsmith.models.attention import check_attention

FOLDER = Path("some-model")


@pytest.mark.parametrize(
    "config",
    [
        LlamaConfig(),
        Qwen3Config(num_hidden_layers=2),
        Qwen2Config(num_hidden_layers=2, use_sliding_window=False, sliding_window=64),
        MistralConfig(sliding_window=None),
        MistralConfig(sliding_window=4096, max_position_embeddings=4096),
    ],
)
def test_plain_attention_is_accepted(config: object) -> None:
    check_attention(config, FOLDER)


@pytest.mark.parametrize(
    ("config", "why"),
    [
        (MistralConfig(sliding_window=512, max_position_embeddings=4096), "a sliding window of 512 tokens"),
        (Gemma2Config(num_hidden_layers=2), "caps its attention scores"),
        (
            Qwen2Config(
                num_hidden_layers=2,
                use_sliding_window=True,
                sliding_window=64,
                layer_types=["full_attention", "sliding_attention"],
            ),
            "a sliding window of 64 tokens",
        ),
    ],
)
def test_other_attention_is_refused_with_the_mend(config: object, why: str) -> None:
    with pytest.raises(ModelError, match=why) as caught:
        check_attention(config, FOLDER)
    assert caught.value.where == "some-model" and caught.value.mend


def test_a_config_without_a_context_is_refused() -> None:
    with pytest.raises(ModelError, match="how long its context is"):
        check_attention(BloomConfig(n_layer=2), FOLDER)

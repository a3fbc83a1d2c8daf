"""Tokens counted without transformers are those of the tokenizer that the model is trained with."""

import json
from pathlib import Path

import pytest

from tutorsmith.data.read import read_samples
from tutorsmith.models.count import can_count, count_tokens, text_tokens
from tutorsmith.models.render import render_sample
from tutorsmith.models.resolve import embedded_gguf

SAMPLES = Path(__file__).parents[2] / "data" / "training" / "processed" / "style_sft_sample.jsonl"


@pytest.mark.slow
@pytest.mark.skipif(not can_count(), reason="the embedded model is not installed")
def test_tokens_are_those_of_training(own_cache: Path) -> None:
    from transformers import AutoTokenizer

    file = embedded_gguf()
    tokenizer = AutoTokenizer.from_pretrained(str(file.parent), gguf_file=file.name)
    for sample in read_samples(SAMPLES):
        rendered = render_sample(sample, sample.messages, tokenizer, frozenset({tokenizer.eos_token_id}))
        assert count_tokens([message.as_dict() for message in sample.messages]) == len(rendered[0].ids)
    texts = ["高斯定律 123456 😀", "\\frac{a}{b}  x\n\n- 3.0e8", ""]
    assert text_tokens(texts) == [len(tokenizer.encode(text, add_special_tokens=False)) for text in texts]
    calls = [{"function": {"name": "f", "arguments": "{}"}}]
    asked = {"role": "user", "content": "Why?"}
    called = count_tokens([asked, {"role": "assistant", "content": None, "tool_calls": calls}])
    assert called > count_tokens([asked]) + len(json.dumps(calls)) / 8
    assert list((own_cache / "tokenizers").glob("*.json"))

"""Tokens counted without transformers are those that training sees."""

import json
from typing import Any

import pytest
from chat_templates import QWEN25
from tiny_models import make_tokenizer

from tutorsmith.data.schema import Message, Sample
from tutorsmith.models import count
from tutorsmith.models.count import count_tokens, text_tokens
from tutorsmith.models.render import render_sample


@pytest.fixture
def tokenizer(monkeypatch: pytest.MonkeyPatch) -> Any:
    made = make_tokenizer(QWEN25)
    monkeypatch.setattr(count, "_tokenizer", lambda: made.backend_tokenizer)
    return made


@pytest.mark.parametrize(
    "texts",
    [
        ("You are a tutor.", "What is C of a plate capacitor?", "C = epsilon A / d."),
        ("S", "高斯定律 123456 😀", "$\\frac{a}{b}$ is 3.0e8", "And then?", "### Check\nUnits agree."),
    ],
)
def test_a_dialogue_has_the_tokens_of_its_row(texts: tuple[str, ...], tokenizer: Any) -> None:
    roles = ("system", *("user", "assistant") * 2)
    messages = [Message(role, text) for role, text in zip(roles, texts, strict=False)]  # type: ignore[arg-type]
    sample = Sample("s", "tutor", tuple(messages))
    (row,) = render_sample(sample, messages, tokenizer, frozenset({tokenizer.eos_token_id}))
    # What follows the last end of turn in the template belongs to no turn.
    assert 0 <= count_tokens([message.as_dict() for message in messages]) - len(row.ids) <= 1


@pytest.mark.usefixtures("tokenizer")
def test_calls_and_a_missing_system_message_count() -> None:
    calls = [{"function": {"name": "f", "arguments": "{}"}}]
    asked = {"role": "user", "content": "Why?"}
    alone = count_tokens([asked])
    assert alone > count_tokens([{"role": "system", "content": ""}, asked])
    called = count_tokens([asked, {"role": "assistant", "content": None, "tool_calls": calls}])
    assert called >= alone + text_tokens([json.dumps(calls)])[0]


@pytest.mark.usefixtures("tokenizer")
def test_half_a_surrogate_pair_is_counted_and_no_crash() -> None:
    assert count_tokens([{"role": "user", "content": "\ud83d"}]) > 0

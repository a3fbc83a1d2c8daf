"""The renderer: prompts in training are the prompts of inference, and exactly the tutor's tokens are learned."""

from collections.abc import Sequence
from typing import Any

import pytest
from chat_templates import NEVER_CLOSES, PROMPT_DIFFERS, QWEN3, QWEN25, REFUSES_SYSTEM
from tiny_models import MARKS, make_tokenizer

from tutorsmith.core.errors import DataError, ModelError
from tutorsmith.data.schema import Message, Sample
from tutorsmith.models.render import Rendered, describe, end_of_turn_ids, render_prompt, render_sample

TOOL = {
    "type": "function",
    "function": {
        "name": "calculate",
        "description": "Value of an expression",
        "parameters": {"type": "object", "properties": {"expression": {"type": "string"}}},
    },
}
CALL = {
    "id": "call_1",
    "type": "function",
    "function": {"name": "calculate", "arguments": '{"expression": "2*3"}'},
}
SYSTEM = Message("system", "You are a tutor.")
ASK, ANSWER = Message("user", "What is C of a plate capacitor?"), Message("assistant", "C = epsilon A / d.")
AGAIN, MORE = Message("user", "And with d doubled?"), Message("assistant", "### Conclusion\nIt is halved.")
USES_TOOL = Message("assistant", None, tool_calls=(CALL,))
RESULT = Message("tool", "6", tool_call_id="call_1")

DIALOGUES: dict[str, tuple[tuple[Message, ...], tuple[Any, ...]]] = {
    "one turn": ((SYSTEM, ASK, ANSWER), ()),
    "no system": ((ASK, ANSWER), ()),
    "two turns": ((SYSTEM, ASK, ANSWER, AGAIN, MORE), ()),
    "three turns, no system": ((ASK, ANSWER, AGAIN, MORE, ASK, ANSWER), ()),
    "first turn not trained": (
        (SYSTEM, ASK, Message("assistant", ANSWER.content, train=False), AGAIN, MORE),
        (),
    ),
    "last turn not trained": ((ASK, ANSWER, AGAIN, Message("assistant", MORE.content, train=False)), ()),
    "tool": ((SYSTEM, ASK, USES_TOOL, RESULT, ANSWER), (TOOL,)),
    "tool, no system": ((ASK, USES_TOOL, RESULT, ANSWER, AGAIN, MORE), (TOOL,)),
    "two results, then another question": (
        (SYSTEM, ASK, Message("assistant", "I compute.", tool_calls=(CALL, CALL)), RESULT, RESULT, ANSWER, AGAIN, MORE),
        (TOOL,),
    ),
    "tools offered, none used": ((SYSTEM, ASK, ANSWER), (TOOL,)),
    "Chinese": ((Message("user", "电容器的电容是多少?"), Message("assistant", "C = εA/d,单位是法拉。")), ()),
}
KINDS = ["llama", "qwen2", "qwen3", "base with marks", "base without marks"]


@pytest.fixture(scope="session")
def speakers(tokenizers: dict[str, Any]) -> dict[str, Any]:
    """The tokenizers with a template, and two base models' without one."""
    bare = make_tokenizer(None, marks=["<pad>", "<s>", "</s>"], end="</s>")
    return tokenizers | {"base with marks": make_tokenizer(None), "base without marks": bare}


def sample(messages: Sequence[Message], tools: Sequence[Any] = ()) -> Sample:
    return Sample("s-1", "tutor", tuple(messages), tools=tuple(tools), file="train.jsonl", line=7)


def rendered(messages: Sequence[Message], tokenizer: Any, tools: Sequence[Any] = ()) -> list[Rendered]:
    return render_sample(sample(messages, tools), messages, tokenizer, end_of_turn_ids(tokenizer))


def learned_runs(row: Rendered) -> list[tuple[int, int]]:
    """(start, stop) of every unbroken run of learned tokens."""
    edges = [k for k in range(len(row.mask) + 1) if (k < len(row.mask) and row.mask[k]) != (k > 0 and row.mask[k - 1])]
    return list(zip(edges[::2], edges[1::2], strict=True))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", DIALOGUES)
def test_each_tutor_turn_is_trained_after_the_prompt_of_inference(
    speakers: dict[str, Any], kind: str, name: str
) -> None:
    tokenizer, (messages, tools) = speakers[kind], DIALOGUES[name]
    ends = end_of_turn_ids(tokenizer)
    rows = rendered(messages, tokenizer, tools)
    runs = [(row, start, stop) for row in rows for start, stop in learned_runs(row)]
    turns = [k for k, m in enumerate(messages) if m.role == "assistant" and m.train]
    assert len(runs) == len(turns)
    for k, (row, start, stop) in zip(turns, runs, strict=True):
        prompt = render_prompt(messages[:k], tokenizer, tools)
        assert list(row.ids[:start]) == prompt
        *said, end = row.ids[start:stop]
        assert end in ends
        assert not ends & set(said)
        text = tokenizer.decode(said)
        if messages[k].tool_calls:
            assert text.count('"name": "calculate", "arguments": {"expression": "2*3"}') == len(messages[k].tool_calls)
            assert text.startswith(messages[k].content or "<tool_call>")
        else:
            assert text == messages[k].content


@pytest.mark.parametrize("kind", KINDS)
def test_pieces_add_up_to_the_templates_own_text(speakers: dict[str, Any], kind: str) -> None:
    tokenizer = speakers[kind]
    prompt = tokenizer.decode(render_prompt((SYSTEM, ASK, ANSWER, AGAIN), tokenizer))
    dicts = [m.as_dict() for m in (SYSTEM, ASK, ANSWER, AGAIN)]
    if tokenizer.chat_template:
        assert prompt == tokenizer.apply_chat_template(
            dicts, tokenize=False, add_generation_prompt=True, enable_thinking=False
        )
    else:
        spoken = [prompt.index(str(m["content"])) for m in dicts]
        assert spoken == sorted(spoken)


@pytest.mark.parametrize("kind", ["llama", "qwen2"])
def test_a_dialogue_of_a_plain_template_is_one_row(speakers: dict[str, Any], kind: str) -> None:
    assert len(rendered((SYSTEM, ASK, ANSWER, AGAIN, MORE), speakers[kind])) == 1


def test_qwen3_thinking_is_off_in_training_and_prediction(speakers: dict[str, Any]) -> None:
    tokenizer = speakers["qwen3"]
    empty = "<|im_start|>assistant\n<think>\n\n</think>\n\n"
    assert tokenizer.decode(render_prompt((SYSTEM, ASK), tokenizer)).endswith(empty)
    (row,) = rendered((SYSTEM, ASK, ANSWER), tokenizer)
    start = row.mask.index(True)
    assert tokenizer.decode(row.ids[:start]).endswith(empty)
    assert "think" not in tokenizer.decode([i for i, m in zip(row.ids, row.mask, strict=True) if m])


def test_qwen3_dialogue_gives_a_row_a_turn_and_history_without_thoughts(speakers: dict[str, Any]) -> None:
    tokenizer = speakers["qwen3"]
    first, second = rendered((SYSTEM, ASK, ANSWER, AGAIN, MORE), tokenizer)
    assert tokenizer.decode(first.ids).count("<think>") == 1
    text = tokenizer.decode(second.ids)
    # A history that is not learned from is not cut anywhere: its ids are the tokenizer's own.
    asked = second.ids[: second.mask.index(True)]
    assert list(asked) == tokenizer.encode(tokenizer.decode(asked), add_special_tokens=False)
    assert text.count("<think>") == 1
    assert f"<|im_start|>assistant\n{ANSWER.content}<|im_end|>" in text
    assert first.trained + second.trained == sum(
        len(tokenizer.encode(f"{m.content}<|im_end|>", add_special_tokens=False)) for m in (ANSWER, MORE)
    )


def test_nothing_after_the_end_of_turn_is_learned(speakers: dict[str, Any]) -> None:
    tokenizer = speakers["qwen2"]
    (row,) = rendered((ASK, ANSWER), tokenizer)
    last = max(k for k, m in enumerate(row.mask) if m)
    assert tokenizer.decode([row.ids[last]]) == "<|im_end|>"
    assert tokenizer.decode(row.ids[last + 1 :]) == "\n"


def test_borders_are_the_same_whatever_the_tokenizer_would_merge() -> None:
    # "assistant: " and an answer would merge their blank and first word if they were tokenized together.
    tokenizer = make_tokenizer(
        "{%- for m in messages -%}{{ m.role + ':' + m.content + ('<|im_end|>' if m.role == 'assistant' else ' ') }}"
        "{%- endfor -%}{%- if add_generation_prompt -%}{{ 'assistant:' }}{%- endif -%}"
    )
    messages = (Message("user", "field"), Message("assistant", " field"))
    (row,) = rendered(messages, tokenizer)
    prompt = render_prompt(messages[:1], tokenizer)
    assert list(row.ids[: len(prompt)]) == prompt
    assert row.mask == (False,) * len(prompt) + (True,) * (len(row.ids) - len(prompt))


def test_qwen25_puts_its_own_system_text_into_training_and_prediction_alike(speakers: dict[str, Any]) -> None:
    tokenizer = speakers["qwen2"]
    (row,) = rendered((ASK, ANSWER), tokenizer)
    opening = "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n"
    assert tokenizer.decode(row.ids).startswith(opening)
    assert tokenizer.decode(render_prompt((ASK,), tokenizer)).startswith(opening)


@pytest.mark.parametrize("kind", ["llama", "base with marks", "base without marks"])
def test_tools_are_written_out_for_templates_that_know_none(speakers: dict[str, Any], kind: str) -> None:
    tokenizer = speakers[kind]
    text = tokenizer.decode(render_prompt((SYSTEM, ASK, USES_TOOL, RESULT, RESULT), tokenizer, (TOOL,)))
    assert '"name": "calculate", "description"' in text
    assert text.index("You are a tutor.") < text.index("<tools>") < text.index(str(ASK.content))
    assert "<tool_response>\n6\n</tool_response>\n<tool_response>\n6\n</tool_response>" in text


def test_arguments_that_are_not_json_reach_the_model_as_they_stand(speakers: dict[str, Any]) -> None:
    call = {"id": "1", "type": "function", "function": {"name": "calculate", "arguments": "2*3 ="}}
    text = speakers["qwen2"].decode(
        render_prompt((ASK, Message("assistant", None, tool_calls=(call,)), RESULT), speakers["qwen2"], (TOOL,))
    )
    assert '"arguments": "2*3 ="' in text


def test_base_model_opens_with_its_begin_token_only_where_its_tokenizer_does() -> None:
    from tokenizers.processors import TemplateProcessing

    tokenizer = make_tokenizer(None, marks=["<pad>", "<s>", "</s>"], end="</s>")
    tokenizer.bos_token = "<s>"
    assert not tokenizer.decode(render_prompt((ASK,), tokenizer)).startswith("<s>")
    tokenizer.backend_tokenizer.post_processor = TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 1)])
    (row,) = rendered((ASK, ANSWER, AGAIN, MORE), tokenizer)
    assert row.ids.count(1) == 1 and row.ids[0] == 1


def test_a_template_that_never_closes_a_turn_is_refused() -> None:
    tokenizer = make_tokenizer(NEVER_CLOSES)
    with pytest.raises(ModelError, match="never closes") as caught:
        rendered((ASK, ANSWER), tokenizer)
    assert caught.value.where == "train.jsonl:7"
    assert "end-of-turn" in str(caught.value.mend)


def test_a_template_that_leaves_only_the_last_turn_open_is_refused() -> None:
    tokenizer = make_tokenizer(
        "{%- for m in messages -%}{{ '<|im_start|>' + m.role + '\n' + m.content }}"
        "{%- if not loop.last -%}{{ '<|im_end|>\n' }}{%- endif -%}{%- endfor -%}"
        "{%- if add_generation_prompt -%}{{ '<|im_end|>\n<|im_start|>assistant\n' }}{%- endif -%}"
    )
    with pytest.raises(ModelError):
        rendered((ASK, ANSWER, AGAIN, MORE), tokenizer)


def test_a_prompt_that_the_answer_does_not_continue_is_refused() -> None:
    with pytest.raises(ModelError, match="prompts that it never sees"):
        rendered((ASK, ANSWER), make_tokenizer(PROMPT_DIFFERS))


def test_a_template_that_refuses_the_messages_is_a_data_error() -> None:
    with pytest.raises(DataError, match="System role not supported") as caught:
        rendered((SYSTEM, ASK, ANSWER), make_tokenizer(REFUSES_SYSTEM))
    assert caught.value.where == "train.jsonl:7"


def test_an_end_mark_inside_an_answer_is_a_data_error(speakers: dict[str, Any]) -> None:
    with pytest.raises(DataError, match="end-of-turn mark <\\|im_end\\|>"):
        rendered((ASK, Message("assistant", "Write <|im_end|> at the end.")), speakers["qwen2"])


def test_nothing_to_learn_is_a_data_error(speakers: dict[str, Any]) -> None:
    with pytest.raises(DataError, match="no assistant turn"):
        rendered((ASK, Message("assistant", "yes", train=False)), speakers["qwen2"])


def test_pad_among_saved_end_tokens_does_not_end_answers(speakers: dict[str, Any]) -> None:
    tokenizer = speakers["qwen2"]
    pad, _, end = range(3)
    assert [tokenizer.decode([i]) for i in range(3)] == MARKS
    assert end_of_turn_ids(tokenizer, [end, pad]) == {end}
    assert end_of_turn_ids(tokenizer, pad) == {end}
    assert end_of_turn_ids(tokenizer) == {end}


def test_pad_that_is_the_end_token_still_ends_answers() -> None:
    tokenizer = make_tokenizer(QWEN25)
    tokenizer.pad_token = "<|im_end|>"
    assert end_of_turn_ids(tokenizer, [2, 0]) == {0, 2}


def test_the_templates_end_of_turn_ends_answers_when_the_tokenizers_differs() -> None:
    tokenizer = make_tokenizer(QWEN3, end="<|endoftext|>")
    assert end_of_turn_ids(tokenizer) == {0, 2}
    (row,) = rendered((ASK, ANSWER), tokenizer)
    assert row.ids[max(k for k, m in enumerate(row.mask) if m)] == 2


def test_a_second_saved_end_token_is_kept() -> None:
    tokenizer = make_tokenizer(QWEN25)
    tokenizer.pad_token = None
    assert end_of_turn_ids(tokenizer, [2, 1]) == {1, 2}


def test_describe_shows_what_is_learned(speakers: dict[str, Any]) -> None:
    (row,) = rendered((ASK, ANSWER), speakers["llama"])
    text = describe(row, speakers["llama"])
    assert f"«{ANSWER.content}<|im_end|>»\n" in text
    assert text.count("«") == 1
    short = describe(row, speakers["llama"], width=20)
    assert "characters ..." in short and len(short) < len(text)

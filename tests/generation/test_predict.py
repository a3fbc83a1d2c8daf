"""Predictions: the cache, going on after a kill, and what a prompt without room gets."""

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tutorsmith.core.errors import DataError
from tutorsmith.data.read import prediction_to_dict, read_predictions, write_jsonl
from tutorsmith.evaluation.metrics.tool_calls import judge_tool_calls
from tutorsmith.generation.cache import AnswerCache
from tutorsmith.generation.engine import Completion, Forms, Sampling
from tutorsmith.generation.form import Form, Section
from tutorsmith.generation.guide import room_needed
from tutorsmith.generation.predict import Request, Speaker, predict
from tutorsmith.generation.spelling import Spelling
from tutorsmith.models.load import LoadedModel, load_model
from tutorsmith.models.tool_words import UNREADABLE

SAMPLING = Sampling(max_new_tokens=8)


@pytest.fixture(scope="module")
def loaded(tiny_model: Path) -> LoadedModel:
    return load_model(str(tiny_model), device="cpu")


class Scripted:
    """An engine that says "hello" and can be killed after some answers."""

    def __init__(self, loaded: LoadedModel, dies_after: int | None = None) -> None:
        self.loaded, self.dies_after, self.asked = loaded, dies_after, 0

    def generate(
        self,
        prompts: Sequence[Sequence[int]],
        sampling: Sampling,
        done: Callable[[int, Completion], None],
        forms: Forms = None,
    ) -> None:
        self.forms = forms
        for k in range(len(prompts)):
            if self.dies_after is not None and k == self.dies_after:
                raise KeyboardInterrupt
            self.asked += 1
            text = "hello hello" if sampling.max_new_tokens > 4 else "hel"
            done(k, Completion(tuple(self.loaded.tokenizer.encode(text)), "stop" if len(text) > 4 else "length", 0.5))


def ask(count: int = 5) -> list[Request]:
    return [Request(f"q{k}", tuple(range(10, 20 + k)), f"question {k}", ({"source": "n.md"},)) for k in range(count)]


def test_a_killed_prediction_goes_on_with_what_is_missing(loaded: LoadedModel, tmp_path: Path) -> None:
    cache = AnswerCache(["model"], tmp_path)
    with pytest.raises(KeyboardInterrupt):
        predict(ask(), Speaker(loaded, Scripted(loaded, dies_after=3)), SAMPLING, cache, "predict")
    engine = Scripted(loaded)
    made = predict(ask(), Speaker(loaded, engine, "adapter_style"), SAMPLING, cache, "predict")
    assert engine.asked == 2
    assert [p.id for p in made] == ["q0", "q1", "q2", "q3", "q4"]
    first = made[0]
    assert (first.prediction, first.finish_reason, first.adapter) == ("hello hello", "stop", "adapter_style")
    assert (first.prompt_tokens, first.completion_tokens, first.latency_s) == (10, 11, 0.5)
    assert first.retrieved == ({"source": "n.md"},) and first.model == loaded.name


def test_an_answer_is_reused_only_for_the_same_model_prompt_and_settings(loaded: LoadedModel, tmp_path: Path) -> None:
    cache = AnswerCache(["model"], tmp_path)
    predict(ask(), Speaker(loaded, Scripted(loaded)), SAMPLING, cache, "predict")
    for other, sampling in (
        (AnswerCache(["model", "adapter"], tmp_path), SAMPLING),
        (cache, Sampling(max_new_tokens=9)),
        (cache, Sampling(max_new_tokens=8, temperature=0.5)),
        (cache, Sampling(max_new_tokens=8, seed=1)),
    ):
        engine = Scripted(loaded)
        predict(ask(), Speaker(loaded, engine), sampling, other, "predict")
        assert engine.asked == 5
    same = Scripted(loaded)
    predict(ask(), Speaker(loaded, same), Sampling(max_new_tokens=8, batch_size=3), cache, "predict")
    assert same.asked == 0


def test_a_damaged_cache_entry_is_made_again(loaded: LoadedModel, tmp_path: Path) -> None:
    cache = AnswerCache(["model"], tmp_path)
    predict(ask(), Speaker(loaded, Scripted(loaded)), SAMPLING, cache, "predict")
    files = [cache.path(request.prompt, SAMPLING) for request in ask()]
    files[0].write_text("{", encoding="utf-8")
    files[1].write_text(json.dumps({"ids": [1]}), encoding="utf-8")
    files[2].unlink()
    engine = Scripted(loaded)
    made = predict(ask(), Speaker(loaded, engine), SAMPLING, cache, "predict")
    assert engine.asked == 3 and all(p.prediction == "hello hello" for p in made)


def test_unhealthy_answers_are_flagged_in_the_prediction(loaded: LoadedModel) -> None:
    made = predict(ask(1), Speaker(loaded, Scripted(loaded)), Sampling(max_new_tokens=3), None, "predict")
    assert "truncated" in made[0].flags and made[0].finish_reason == "length"


def test_a_prompt_without_room_in_the_context_is_an_error(loaded: LoadedModel) -> None:
    long = Request("long", tuple([5] * loaded.context), "q")
    with pytest.raises(DataError, match=f"{loaded.context} tokens") as raised:
        predict([*ask(2), long], Speaker(loaded, Scripted(loaded)), SAMPLING, None, "predict")
    assert raised.value.where == "long" and "notes_words" in (raised.value.mend or "")


def test_an_answer_that_repeats_the_instructions_is_an_echo(loaded: LoadedModel, tmp_path: Path) -> None:
    asked = [
        Request("q", (10, 11), "hello", instructions="hello hello"),
        Request("r", (10, 12), "hello", instructions="answer in three sections"),
    ]
    made = predict(asked, Speaker(loaded, Scripted(loaded)), SAMPLING, AnswerCache(["m"], tmp_path), "predict")
    assert ["echo" in p.flags for p in made] == [True, False]


class Caller:
    """An engine that calls a tool."""

    def __init__(self, loaded: LoadedModel, text: str) -> None:
        self.loaded, self.text = loaded, text

    def generate(
        self,
        prompts: Sequence[Sequence[int]],
        _sampling: Sampling,
        done: Callable[[int, Completion], None],
        _forms: Forms = None,
    ) -> None:
        for k in range(len(prompts)):
            done(k, Completion(tuple(self.loaded.tokenizer.encode(self.text)), "stop", 0.1))


def test_calls_are_read_where_the_prompt_declares_tools(loaded: LoadedModel) -> None:
    text = '<tool_call>\n{"name": "integrate", "arguments": {"expression": "x"}}\n</tool_call>'
    speaker = Speaker(loaded, Caller(loaded, text))
    asked = [Request("with", (10, 11), "q", uses_tools=True), Request("without", (10, 11, 12), "q")]
    called, said = predict(asked, speaker, SAMPLING, None, "predict")
    assert called.tool_calls == ({"name": "integrate", "arguments": {"expression": "x"}},)
    assert (called.prediction, called.flags) == ("", ())
    assert said.tool_calls == () and said.prediction == text
    assert "template_tokens" in said.flags


def test_a_call_that_cannot_be_read_is_a_prediction_all_the_same(loaded: LoadedModel, tmp_path: Path) -> None:
    speaker = Speaker(loaded, Caller(loaded, '<tool_call>\n{"name": integrate}\n</tool_call>'))
    made = predict([Request("q", (10, 11), "q", uses_tools=True)], speaker, SAMPLING, None, "predict")
    write_jsonl(tmp_path / "p.jsonl", [prediction_to_dict(p) for p in made])
    (read,) = read_predictions(tmp_path / "p.jsonl")
    assert read.tool_calls == ({"name": UNREADABLE, "arguments": '{"name": integrate}'},)
    tool = {"type": "function", "function": {"name": "integrate", "parameters": {"type": "object"}}}
    assert not judge_tool_calls([tool], read.tool_calls, [{"name": "integrate", "arguments": {}}]).correct


FORM = Form((Section(("Answer",)),))


def test_an_answer_in_a_form_is_another_answer(loaded: LoadedModel, tmp_path: Path) -> None:
    """Equal prompts are answered once for each form, and kept apart in the cache."""
    cache, sampling = AnswerCache(["model"], tmp_path), Sampling(max_new_tokens=99)
    asked = [Request(name, (10, 11), "q", form=form) for name, form in (("a", None), ("b", FORM), ("c", FORM))]
    engine = Scripted(loaded)
    predict(asked, Speaker(loaded, engine), sampling, cache, "predict")
    assert engine.asked == 2 and engine.forms == [None, FORM]
    other = replace(asked[1], form=Form((*FORM.sections, Section(("Check",)))))
    for request, count in ((asked[0], 0), (asked[1], 0), (other, 1)):
        engine = Scripted(loaded)
        predict([request], Speaker(loaded, engine), sampling, cache, "predict")
        assert engine.asked == count


def test_a_form_without_room_is_left_out_and_said(loaded: LoadedModel, caplog: pytest.LogCaptureFixture) -> None:
    strange = Form((Section(("A <|im_end|>",)),))
    asked = [Request(str(k), (10, 11 + k), "q", form=form) for k, form in enumerate((FORM, strange, None))]
    engine = Scripted(loaded)
    with caplog.at_level(logging.WARNING):
        predict(asked, Speaker(loaded, engine), Sampling(max_new_tokens=9), None, "predict")
    assert engine.asked == 3 and engine.forms is None
    needed = room_needed(FORM, Spelling(loaded.tokenizer))
    assert f"1 answers are not guaranteed: they need max_new_tokens={needed}" in caplog.text
    assert "1 answers are not guaranteed: the tokenizer cannot spell" in caplog.text
    with caplog.at_level(logging.WARNING):
        caplog.clear()
        predict(asked[:1], Speaker(loaded, engine), Sampling(max_new_tokens=needed), None, "predict")
    assert engine.forms == [FORM] and not caplog.records

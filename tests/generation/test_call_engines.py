"""Engines with guided calls: a tutor that has learned to call, badly, calls well, and the same from every engine."""

import json
from pathlib import Path

import pytest

from completions_server import Server
from small_tutors import Served, answers, teach
from tutorsmith.generation.call_form import Bound, Calls, Expression, Field, Fields, Options
from tutorsmith.generation.engine import Completion, EngineOptions, Sampling, make_engine
from tutorsmith.generation.form import Form, Section
from tutorsmith.generation.torch_engine import TorchEngine
from tutorsmith.models.load import LoadedModel
from tutorsmith.models.tool_words import read_calls

PROMPTS = [[5 + (13 * k + 7 * j) % 200 for j in range(n)] for k, n in enumerate((40, 17, 9))]
PASSAGE = 'The field decays "within" a few micrometres,\nas 每本 textbook says.'
TEXT = Field("text", (Options((json.dumps(PASSAGE, ensure_ascii=False), '"Another text."')),), "always")
ARGUMENTS = Fields(
    (
        Field("expression", (Expression(("a", "b"), ("ln",)),), "always"),
        Field("variables", (Bound((("a", ('"1 m"', '"2 m"')), ("b", ('"3 m"',)))),), "always"),
    )
)
HELD = Calls((("check", Fields((TEXT,))), ("calculate", ARGUMENTS)))
FORM = Form((), calls=True, held=HELD)
WITH_SECTIONS = Form((Section(("Answer",)),), calls=True, held=HELD)
FORMS = [FORM, None, WITH_SECTIONS]
SAMPLING = Sampling(max_new_tokens=260)
OWN = 'I look.\n<tool_call>\n{"name": "check", "arguments": {"txt": "The feld'


@pytest.fixture(scope="module")
def taught(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> LoadedModel:
    """Writes OWN after the first prompt, and ends: a call that is no JSON, of an argument that is none."""
    return teach(tiny_model, PROMPTS[0], OWN, tmp_path_factory.mktemp("taught"))


def text(loaded: LoadedModel, completion: Completion) -> str:
    return str(loaded.tokenizer.decode(completion.ids, skip_special_tokens=True))


def assert_called(said: str) -> None:
    beside, calls = read_calls(said)
    assert beside == "I look." and calls
    for call in calls:
        if call["name"] == "check":
            assert call["arguments"]["text"] in (PASSAGE, "Another text.")
        else:
            assert call["name"] == "calculate" and call["arguments"].keys() <= {"expression", "variables"}


@pytest.mark.parametrize("temperature", [0.0, 1.3])
@pytest.mark.parametrize("in_step", [False, True], ids=["as on a CPU", "as on a GPU"])
def test_a_bad_call_becomes_a_good_one(taught: LoadedModel, in_step: bool, temperature: float) -> None:
    sampling = Sampling(SAMPLING.max_new_tokens, temperature, 0.95, seed=5)
    engine = TorchEngine(taught, in_step=in_step)
    found = answers(engine, PROMPTS, sampling, FORMS)
    alone = [answers(engine, [p], sampling, [f])[0].ids for p, f in zip(PROMPTS, FORMS, strict=True)]
    assert [f.ids for f in found] == alone
    if not temperature:
        assert_called(text(taught, found[0]))
        assert found[0].finish_reason == "stop"


def test_without_a_guide_it_is_bad(taught: LoadedModel) -> None:
    (free,) = answers(TorchEngine(taught), PROMPTS[:1], SAMPLING)
    assert text(taught, free) == OWN


def test_guesses_and_steps_change_nothing(taught: LoadedModel) -> None:
    one = answers(TorchEngine(taught), PROMPTS, SAMPLING, FORMS)
    for engine in (TorchEngine(taught, drafts=False), TorchEngine(taught, in_step=True)):
        assert [a.ids for a in answers(engine, PROMPTS, SAMPLING, FORMS)] == [o.ids for o in one]


def test_llamacpp_says_what_torch_says(taught: LoadedModel) -> None:
    pytest.importorskip("xllamacpp")
    expected = answers(TorchEngine(taught), PROMPTS, SAMPLING, FORMS)
    for size in (0, 1):
        sampling = Sampling(SAMPLING.max_new_tokens, batch_size=size)
        found = answers(make_engine("llamacpp", taught), PROMPTS, sampling, FORMS)
        assert [(f.ids, f.finish_reason) for f in found] == [(e.ids, e.finish_reason) for e in expected]


@pytest.mark.parametrize("tells_ids", [True, False])
def test_an_endpoint_that_takes_ids_calls_well(taught: LoadedModel, tells_ids: bool) -> None:
    expected = answers(TorchEngine(taught), PROMPTS[:1], SAMPLING, FORMS[:1])
    with Server(Served(taught, tells_ids=tells_ids)) as server:
        engine = make_engine("openai", taught, EngineOptions(endpoint_url=server.url, endpoint_model="tutor"))
        found = answers(engine, PROMPTS[:1], SAMPLING, FORMS[:1])
    assert_called(text(taught, found[0]))
    if tells_ids:
        assert [(f.ids, f.finish_reason) for f in found] == [(e.ids, e.finish_reason) for e in expected]

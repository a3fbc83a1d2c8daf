"""Engines with forms: what a random model says has its sections, what a taught one says by itself stays as it is."""

import logging
from pathlib import Path
from typing import Any

import pytest

from completions_server import Server
from small_tutors import Served, answers, teach
from tutorsmith.evaluation.metrics.format import judge_format
from tutorsmith.generation import openai_engine
from tutorsmith.generation.engine import Completion, Engine, EngineOptions, Sampling, make_engine
from tutorsmith.generation.form import Form, Section
from tutorsmith.generation.torch_engine import TorchEngine
from tutorsmith.models.load import LoadedModel, load_model

PROMPTS = [[5 + (13 * k + 7 * j) % 200 for j in range(n)] for k, n in enumerate((40, 3, 17, 9))]
FORM = Form((Section(("Answer",)), Section(("结论",)), Section(("Check", "Check (units)"))))
CALLS = Form((Section(("Why?",)),), calls=True)
FORMS = [FORM, None, CALLS, FORM]
ASKED = {FORM: "### Answer\n### 结论\n### Check (units)", CALLS: "### Why?"}
SAMPLING = Sampling(max_new_tokens=200)
OWN = "### Answer\nIt holds, since\n#### First\nx = 1.\n\n### 结论\n- so\n\n### Check (units)\nV/m."


@pytest.fixture(scope="module")
def loaded(tiny_model: Path) -> LoadedModel:
    return load_model(str(tiny_model), device="cpu")


@pytest.fixture(scope="module")
def taught(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> LoadedModel:
    """Writes OWN after the first prompt, and ends."""
    return teach(tiny_model, PROMPTS[0], OWN, tmp_path_factory.mktemp("taught"))


def text(loaded: LoadedModel, completion: Completion) -> str:
    return str(loaded.tokenizer.decode(completion.ids, skip_special_tokens=True)).strip()


def assert_in_form(loaded: LoadedModel, found: list[Completion]) -> None:
    for form, completion in zip(FORMS, found, strict=True):
        if form is not None:
            said = text(loaded, completion)
            verdict = judge_format(ASKED[form], said)
            assert verdict.strict or (form.calls and said.startswith("<tool_call>")), (verdict.problems, said)
            assert len(completion.ids) < SAMPLING.max_new_tokens


@pytest.mark.parametrize("temperature", [0.0, 1.3])
@pytest.mark.parametrize("in_step", [False, True], ids=["as on a CPU", "as on a GPU"])
def test_a_random_model_keeps_its_form(loaded: LoadedModel, in_step: bool, temperature: float) -> None:
    sampling = Sampling(SAMPLING.max_new_tokens, temperature, 0.95, seed=5)
    engine = TorchEngine(loaded, in_step=in_step)
    found = answers(engine, PROMPTS, sampling, FORMS)
    assert_in_form(loaded, found)
    assert found[1].ids == answers(engine, PROMPTS[1:2], sampling)[0].ids, "a row without a form goes its own way"
    alone = [answers(engine, [p], sampling, [f])[0].ids for p, f in zip(PROMPTS, FORMS, strict=True)]
    assert [f.ids for f in found] == alone


def test_guesses_and_steps_change_nothing(loaded: LoadedModel) -> None:
    one = answers(TorchEngine(loaded), PROMPTS, SAMPLING, FORMS)
    for engine in (TorchEngine(loaded, drafts=False), TorchEngine(loaded, in_step=True)):
        assert [a.ids for a in answers(engine, PROMPTS, SAMPLING, FORMS)] == [o.ids for o in one]


def test_an_answer_in_its_form_is_that_without_a_guide(taught: LoadedModel) -> None:
    for engine in (TorchEngine(taught), TorchEngine(taught, in_step=True)):
        (free,) = answers(engine, PROMPTS[:1], SAMPLING)
        assert text(taught, free) == OWN and free.finish_reason == "stop"
        (guided,) = answers(engine, PROMPTS[:1], SAMPLING, FORMS[:1])
        assert (guided.ids, guided.finish_reason) == (free.ids, "stop")


def test_a_taught_tutor_that_lacks_a_section_goes_on_with_it(taught: LoadedModel) -> None:
    """It ends where it has learned to; a fourth section is asked for."""
    longer = Form((*FORM.sections, Section(("Sources",))))
    (found,) = answers(TorchEngine(taught), PROMPTS[:1], Sampling(max_new_tokens=400), [longer])
    assert text(taught, found).startswith(f"{OWN}\n\n### Sources\n")
    assert judge_format("### Answer\n### 结论\n### Check (units)\n### Sources", text(taught, found)).strict


def test_llamacpp_says_what_torch_says(loaded: LoadedModel, taught: LoadedModel) -> None:
    pytest.importorskip("xllamacpp")
    for own in (loaded, taught):
        expected = answers(TorchEngine(own), PROMPTS, SAMPLING, FORMS)
        for size in (0, 1):
            sampling = Sampling(SAMPLING.max_new_tokens, batch_size=size)
            found = answers(make_engine("llamacpp", own), PROMPTS, sampling, FORMS)
            assert [(f.ids, f.finish_reason) for f in found] == [(e.ids, e.finish_reason) for e in expected]
    hot = Sampling(SAMPLING.max_new_tokens, 1.3, 0.95, seed=5)
    assert_in_form(loaded, answers(make_engine("llamacpp", loaded), PROMPTS, hot, FORMS))


def endpoint(loaded: LoadedModel, url: str, **options: Any) -> Engine:
    return make_engine("openai", loaded, EngineOptions(endpoint_url=url, endpoint_model="tutor", **options))


def test_an_endpoint_that_takes_ids_says_what_torch_says(loaded: LoadedModel, taught: LoadedModel) -> None:
    for own in (loaded, taught):
        expected = answers(TorchEngine(own), PROMPTS, SAMPLING, FORMS)
        with Server(Served(own, tells_ids=True)) as server:
            found = answers(endpoint(own, server.url), PROMPTS, SAMPLING, FORMS)
        assert [(f.ids, f.finish_reason) for f in found] == [(e.ids, e.finish_reason) for e in expected]


def test_an_endpoint_that_tells_only_text_keeps_the_form(loaded: LoadedModel, taught: LoadedModel) -> None:
    for own in (loaded, taught):
        with Server(Served(own, tells_ids=False)) as server:
            found = answers(endpoint(own, server.url), PROMPTS, SAMPLING, FORMS)
        assert_in_form(own, found)
    assert text(taught, found[0]) == OWN


def test_an_endpoint_that_takes_messages_guarantees_nothing_and_says_so(
    loaded: LoadedModel, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(openai_engine, "TRIES", 1)
    sent = {tuple(prompt): ({"role": "user", "content": "q"},) for prompt in PROMPTS}
    reply = {"choices": [{"message": {"content": "no sections"}, "finish_reason": "stop"}]}
    with Server(lambda *_: (200, reply)) as server, caplog.at_level(logging.WARNING):
        engine = endpoint(loaded, server.url, endpoint_prompts="messages", messages=sent)
        found = answers(engine, PROMPTS, SAMPLING, FORMS)
    assert [text(loaded, f) for f in found] == ["no sections"] * len(PROMPTS)
    assert "sections are not guaranteed" in caplog.text

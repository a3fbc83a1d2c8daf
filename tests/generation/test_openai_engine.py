"""The engine that asks an endpoint, against a server of the test that answers from a script, and against llama.cpp."""

from pathlib import Path
from typing import Any

import pytest

from completions_server import Reply, Server
from tutorsmith.core.errors import ModelError, NetworkError, UsageError
from tutorsmith.generation import openai_engine
from tutorsmith.generation.engine import Completion, EngineOptions, Sampling, make_engine
from tutorsmith.models.load import LoadedModel, load_model

PROMPTS = [[5, 6, 7], [8, 9, 10, 11], [12]]


@pytest.fixture(scope="module")
def loaded(tiny_model: Path) -> LoadedModel:
    return load_model(str(tiny_model), device="cpu", weights=False)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.setattr(openai_engine, "TRIES", 2)
    monkeypatch.setattr(openai_engine, "FIRST_PAUSE", 0.01)


def answers(loaded: LoadedModel, url: str, sampling: Sampling, **options: Any) -> list[Completion]:
    found: dict[int, Completion] = {}
    engine = make_engine("openai", loaded, EngineOptions(endpoint_url=url, endpoint_model="tutor", **options))
    engine.generate(PROMPTS, sampling, found.__setitem__)
    return [found[k] for k in range(len(PROMPTS))]


def choice(text: str, reason: str = "stop", **more: Any) -> Reply:
    return 200, {"choices": [{"text": text, "finish_reason": reason, **more}]}


def test_prompts_go_as_ids_and_answers_come_back_as_text(loaded: LoadedModel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-own")
    with Server(lambda _, body: choice(f"{len(body['prompt'])} tokens", "length")) as server:
        found = answers(loaded, server.url, Sampling(50, 0.7, 0.9, 3))
    said = [loaded.tokenizer.decode(list(f.ids)) for f in found]
    assert said == ["3 tokens", "4 tokens", "1 tokens"]
    assert {f.finish_reason for f in found} == {"length"}
    asked = sorted(server.asked, key=lambda row: row[1]["prompt"])
    assert [body["prompt"] for _, body, _ in asked] == PROMPTS
    assert {path for path, _, _ in asked} == {"/v1/completions"}
    _, body, headers = asked[0]
    assert (body["model"], body["max_tokens"], body["temperature"], body["top_p"]) == ("tutor", 50, 0.7, 0.9)
    assert len({body["seed"] for _, body, _ in asked}) == 3
    assert headers["Authorization"] == "Bearer sk-own"


def test_token_ids_are_taken_where_they_come_and_end_at_the_end(loaded: LoadedModel) -> None:
    (end,) = loaded.ends
    with Server(lambda *_: choice("?", "length", token_ids=[7, 8, end, 9])) as server:
        found = answers(loaded, server.url, Sampling(4))
    assert [(f.ids, f.finish_reason) for f in found] == [((7, 8), "stop")] * 3


def test_messages_go_to_a_server_with_a_template_of_its_own(loaded: LoadedModel) -> None:
    sent = {tuple(p): ({"role": "user", "content": f"q{len(p)}"},) for p in PROMPTS}

    def reply(path: str, body: dict[str, Any]) -> Reply:
        assert path == "/v1/chat/completions" and "prompt" not in body
        text = body["messages"][0]["content"].upper()
        return 200, {"choices": [{"message": {"role": "assistant", "content": text}, "finish_reason": "stop"}]}

    with Server(reply) as server:
        found = answers(loaded, server.url, Sampling(8), endpoint_prompts="messages", messages=sent)
        assert [loaded.tokenizer.decode(list(f.ids)) for f in found] == ["Q3", "Q4", "Q1"]
        with pytest.raises(ModelError, match="with tools"):
            answers(loaded, server.url, Sampling(8), endpoint_prompts="messages")


def test_a_busy_server_is_asked_again(loaded: LoadedModel) -> None:
    seen: set[int] = set()

    def reply(_: str, body: dict[str, Any]) -> Reply:
        if body["prompt"][0] not in seen:
            seen.add(body["prompt"][0])
            return 429, {"error": {"message": "slow down"}}, {"Retry-After": "0"}
        return choice("yes")

    with Server(reply) as server:
        assert len(answers(loaded, server.url, Sampling(8))) == 3
        assert len(server.asked) == 6


@pytest.mark.parametrize(
    ("reply", "error", "words"),
    [
        ((200, "<html>"), NetworkError, "no completion"),
        ((200, {"choices": []}), NetworkError, "no completion"),
        ((200, {"choices": [{"text": "x", "finish_reason": "content_filter"}]}), NetworkError, "content_filter"),
        ((200, {"choices": [{"text": None, "finish_reason": "stop"}]}), NetworkError, "no text"),
        ((503, "busy"), NetworkError, "503"),
        ((401, {"error": {"message": "no key"}}), ModelError, "OPENAI_API_KEY"),
        ((400, {"error": {"message": "prompt must be text"}}), ModelError, "endpoint_prompts=messages"),
    ],
)
def test_what_a_server_may_do_wrong_is_said(
    loaded: LoadedModel, reply: Reply, error: type[Exception], words: str
) -> None:
    with Server(lambda *_: reply) as server, pytest.raises(error, match=words):
        answers(loaded, server.url, Sampling(8))


def test_an_address_is_needed(loaded: LoadedModel) -> None:
    with pytest.raises(UsageError, match="needs an address") as raised:
        make_engine("openai", loaded)
    assert "endpoint_url" in (raised.value.mend or "")
    with pytest.raises(UsageError, match="no name"):
        make_engine("openai", loaded, EngineOptions(endpoint_url="http://127.0.0.1:1/v1"))


def test_a_llamacpp_server_takes_the_ids(tiny_model: Path) -> None:
    """Bytes of a random model that make no letter are left out of a text; its whole letters are those of torch."""
    xllamacpp = pytest.importorskip("xllamacpp")
    from tutorsmith.generation.llamacpp_engine import LlamaCppEngine

    own = load_model(str(tiny_model), device="cpu", weights=False)
    engine = LlamaCppEngine(own)
    expected: dict[int, Completion] = {}
    engine.generate(PROMPTS, Sampling(6, batch_size=1), expected.__setitem__)
    parameters = engine._parameters(1, 256, "")
    parameters.api_keys = []
    server = xllamacpp.Server(parameters)
    found = answers(own, server.listening_address + "/v1", Sampling(6))
    del server
    for k in range(3):
        said = own.tokenizer.decode(list(found[k].ids)).rstrip("\N{REPLACEMENT CHARACTER}")
        assert said and own.tokenizer.decode(list(expected[k].ids)).startswith(said)

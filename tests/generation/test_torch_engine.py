"""The torch engine against transformers' own generate, and against itself in other batches."""

import logging
from pathlib import Path
from typing import Any

import pytest
import torch

from tutorsmith.core.errors import ResourceError, UsageError
from tutorsmith.generation import torch_engine
from tutorsmith.generation.engine import Completion, Sampling, make_engine
from tutorsmith.generation.ragged import Decoder
from tutorsmith.generation.torch_engine import WORTH_PACKING, TorchEngine
from tutorsmith.models.load import LoadedModel, load_model
from tutorsmith.models.prepacked import MOST_ROWS

PROMPTS = [[5 + (13 * k + 7 * j) % 200 for j in range(n)] for k, n in enumerate((40, 3, 17, 17, 9, 1, 25))]


@pytest.fixture(scope="module")
def loaded(tiny_model: Path) -> LoadedModel:
    return load_model(str(tiny_model), device="cpu")


def answers(
    loaded: LoadedModel,
    prompts: list[list[int]],
    sampling: Sampling,
    *,
    in_step: bool | None = None,
    drafts: bool = True,
) -> list[Completion]:
    found: dict[int, Completion] = {}

    def done(k: int, completion: Completion) -> None:
        assert k not in found, "each prompt is answered once"
        found[k] = completion

    TorchEngine(loaded, in_step=in_step, drafts=drafts).generate(prompts, sampling, done)
    assert sorted(found) == list(range(len(prompts)))
    return [found[k] for k in range(len(prompts))]


def reference(loaded: LoadedModel, prompt: list[int], length: int) -> list[int]:
    ids = torch.tensor([prompt])
    with torch.inference_mode():
        out = loaded.model.generate(
            ids, attention_mask=torch.ones_like(ids), max_new_tokens=length, do_sample=False, pad_token_id=loaded.pad
        )
    return out[0, len(prompt) :].tolist()


def with_ends(
    loaded: LoadedModel, monkeypatch: pytest.MonkeyPatch, prompts: list[list[int]], length: int
) -> list[list[int]]:
    """Reference answers, with end tokens chosen so that rows finish at different steps."""
    monkeypatch.setattr(loaded.model.generation_config, "eos_token_id", None)
    whole = [reference(loaded, prompt, length) for prompt in prompts]
    ends = frozenset({whole[0][5], whole[2][9]})
    monkeypatch.setattr(loaded, "ends", ends)
    return [w[: min((w.index(e) for e in ends if e in w), default=length)] for w in whole]


START = [9 + (11 * k) % 180 for k in range(30)]


@pytest.mark.parametrize("batch_size", [0, 1, 3])
@pytest.mark.parametrize("in_step", [False, True], ids=["as on a CPU", "as on a GPU"])
@pytest.mark.parametrize("prompts", [PROMPTS, [[*START, *prompt] for prompt in PROMPTS]], ids=["", "one start"])
def test_greedy_answers_are_those_of_transformers(
    loaded: LoadedModel, monkeypatch: pytest.MonkeyPatch, batch_size: int, in_step: bool, prompts: list[list[int]]
) -> None:
    expected = with_ends(loaded, monkeypatch, prompts, 24)
    assert len({len(e) for e in expected}) > 1, "rows must finish at different steps for this to test anything"
    found = answers(loaded, prompts, Sampling(max_new_tokens=24, batch_size=batch_size), in_step=in_step)
    assert [list(f.ids) for f in found] == expected
    assert [f.finish_reason for f in found] == ["length" if len(e) == 24 else "stop" for e in expected]


def test_the_model_is_left_as_it_was(loaded: LoadedModel) -> None:
    before = loaded.model.config._attn_implementation
    answers(loaded, PROMPTS[:2], Sampling(max_new_tokens=WORTH_PACKING))
    assert loaded.model.config._attn_implementation == before
    assert not [name for name, module in loaded.model.named_modules() if "forward" in vars(module)]


def test_answers_with_packed_weights_and_guesses_are_those_without(
    loaded: LoadedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The random model soon repeats itself, so that guesses are right and wrong in turn."""
    monkeypatch.setattr(loaded, "ends", frozenset())
    passes: list[tuple[int, int]] = []
    feed, accept = Decoder.feed_several, Decoder.accept

    def counted(self: Decoder, tokens: list[int], counts: list[int]) -> torch.Tensor:
        passes.append((len(counts), len(tokens)))
        return feed(self, tokens, counts)

    taken = []

    def noted(self: Decoder, right: list[int]) -> None:
        taken.extend(right)
        accept(self, right)

    monkeypatch.setattr(Decoder, "feed_several", counted)
    monkeypatch.setattr(Decoder, "accept", noted)
    sampling = Sampling(max_new_tokens=90)
    plain = answers(loaded, PROMPTS, sampling, drafts=False)
    assert passes == [(len(PROMPTS), len(PROMPTS))] * 89 and set(taken) == {1}
    passes.clear()
    taken.clear()
    found = answers(loaded, PROMPTS, sampling)
    assert [f.ids for f in found] == [p.ids for p in plain] and {len(p.ids) for p in plain} == {90}
    tried = sum(tokens for _, tokens in passes)
    assert len(passes) < 89 and len(taken) < sum(taken) < tried, "some guesses must be right and some wrong"
    assert all(tokens <= MOST_ROWS for _, tokens in passes)
    assert [list(f.ids) for f in found] == [reference(loaded, prompt, 90) for prompt in PROMPTS]


def test_sampling_follows_the_seed_and_not_the_batch(loaded: LoadedModel) -> None:
    hot = Sampling(max_new_tokens=12, temperature=1.5, top_p=0.9, seed=3)
    one = answers(loaded, PROMPTS, hot)
    assert [o.ids for o in one] == [r.ids for r in answers(loaded, PROMPTS, hot, in_step=True)]
    alone = answers(loaded, PROMPTS, Sampling(12, 1.5, 0.9, 3, batch_size=1))
    assert [o.ids for o in one] == [a.ids for a in alone]
    assert [o.ids for o in one] != [a.ids for a in answers(loaded, PROMPTS, Sampling(12, 1.5, 0.9, 4))]
    assert [o.ids for o in one] != [a.ids for a in answers(loaded, PROMPTS, Sampling(12))]


def test_nucleus_of_zero_width_is_greedy(loaded: LoadedModel) -> None:
    narrow = answers(loaded, PROMPTS, Sampling(max_new_tokens=8, temperature=1.0, top_p=1e-9, seed=1))
    assert [n.ids for n in narrow] == [g.ids for g in answers(loaded, PROMPTS, Sampling(max_new_tokens=8))]


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory"),
        RuntimeError("[enforce fail at alloc_cpu.cpp:121] . DefaultCPUAllocator: can't allocate memory"),
    ],
    ids=["GPU", "CPU"],
)
def test_out_of_memory_halves_the_batch_and_then_gives_up_with_the_mend(
    loaded: LoadedModel, monkeypatch: pytest.MonkeyPatch, error: RuntimeError
) -> None:
    whole = Decoder.__init__
    sizes = []

    def tight(self: Any, model: Any, prompts: list[Any], room: list[int]) -> None:
        sizes.append(len(prompts))
        if len(prompts) > 2:
            raise error
        whole(self, model, prompts, room)

    expected = answers(loaded, PROMPTS, Sampling(max_new_tokens=4))
    monkeypatch.setattr(Decoder, "__init__", tight)
    assert [a.ids for a in answers(loaded, PROMPTS, Sampling(max_new_tokens=4))] == [e.ids for e in expected]
    assert max(sizes) == 7 and min(sizes) <= 2

    def full(*_: Any) -> None:
        raise error

    monkeypatch.setattr(Decoder, "__init__", full)
    with pytest.raises(ResourceError, match="40 tokens") as raised:
        answers(loaded, PROMPTS, Sampling(max_new_tokens=4))
    assert "max_new_tokens" in (raised.value.mend or "") and raised.value.exit_code == 5


def test_memory_that_runs_out_halfway_leaves_given_answers_alone(
    loaded: LoadedModel, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    expected = with_ends(loaded, monkeypatch, PROMPTS, 24)
    feed = Decoder.feed_several

    def late(self: Decoder, tokens: list[int], counts: list[int]) -> torch.Tensor:
        if 2 < len(counts) < len(PROMPTS):
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory")
        return feed(self, tokens, counts)

    monkeypatch.setattr(Decoder, "feed_several", late)
    with caplog.at_level(logging.WARNING):
        found = answers(loaded, PROMPTS, Sampling(max_new_tokens=24))
    assert [list(f.ids) for f in found] == expected
    assert "with 7 prompts at once" in caplog.text


def test_another_runtime_error_is_no_lack_of_memory(loaded: LoadedModel, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("shapes differ")

    monkeypatch.setattr(Decoder, "__init__", broken)
    with pytest.raises(RuntimeError, match="shapes differ"):
        answers(loaded, PROMPTS, Sampling(max_new_tokens=4))


def test_batches_keep_to_the_memory(loaded: LoadedModel, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is room for the keys and values of three prompts with their answers."""
    config = loaded.model.config
    a_token = 2 * 4 * config.num_hidden_layers * config.num_key_value_heads * config.head_dim
    sizes = []
    whole = Decoder.__init__

    def sized(self: Any, model: Any, prompts: list[Any], room: list[int]) -> None:
        sizes.append(len(prompts))
        whole(self, model, prompts, room)

    monkeypatch.setattr(Decoder, "__init__", sized)
    monkeypatch.setattr(torch_engine, "available_bytes", lambda: int(a_token * 3 * (40 + 4) / torch_engine.SHARE))
    answers(loaded, [PROMPTS[0]] * 7, Sampling(max_new_tokens=4))
    assert sizes == [3, 3, 1]


def test_an_unknown_engine_is_named_with_the_known_ones(loaded: LoadedModel) -> None:
    with pytest.raises(UsageError, match="torhc") as raised:
        make_engine("torhc", loaded)
    assert "'torch'" in (raised.value.mend or "")


def test_a_short_prompt_is_not_cut_by_a_long_one_beside_it(
    loaded: LoadedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a context of 60 tokens the prompt of 40 has room for 20, the one of 3 for all 30 that were asked for."""
    monkeypatch.setattr(loaded.model.config, "max_position_embeddings", 60)
    monkeypatch.setattr(loaded, "ends", frozenset())
    found = answers(loaded, PROMPTS[:2], Sampling(max_new_tokens=30))
    assert [len(f.ids) for f in found] == [20, 30]
    assert all(f.finish_reason == "length" for f in found)

"""The torch engine against transformers' own generate, and against itself in other batches."""

from pathlib import Path
from typing import Any

import pytest
import torch

from tutorsmith.core.errors import ResourceError, UsageError
from tutorsmith.generation.engine import Completion, Sampling, make_engine
from tutorsmith.generation.torch_engine import TorchEngine
from tutorsmith.models.load import LoadedModel, load_model

PROMPTS = [[5 + (13 * k + 7 * j) % 200 for j in range(n)] for k, n in enumerate((40, 3, 17, 17, 9, 1, 25))]


@pytest.fixture(scope="module")
def loaded(tiny_model: Path) -> LoadedModel:
    return load_model(str(tiny_model), device="cpu")


def answers(
    loaded: LoadedModel, prompts: list[list[int]], sampling: Sampling, *, ragged: bool | None = None
) -> list[Completion]:
    found: dict[int, Completion] = {}

    def done(k: int, completion: Completion) -> None:
        assert k not in found, "each prompt is answered once"
        found[k] = completion

    TorchEngine(loaded, ragged=ragged).generate(prompts, sampling, done)
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
@pytest.mark.parametrize("ragged", [False, True], ids=["padded", "ragged"])
@pytest.mark.parametrize("prompts", [PROMPTS, [[*START, *prompt] for prompt in PROMPTS]], ids=["", "one start"])
def test_greedy_answers_are_those_of_transformers(
    loaded: LoadedModel, monkeypatch: pytest.MonkeyPatch, batch_size: int, ragged: bool, prompts: list[list[int]]
) -> None:
    expected = with_ends(loaded, monkeypatch, prompts, 24)
    assert len({len(e) for e in expected}) > 1, "rows must finish at different steps for this to test anything"
    found = answers(loaded, prompts, Sampling(max_new_tokens=24, batch_size=batch_size), ragged=ragged)
    assert [list(f.ids) for f in found] == expected
    assert [f.finish_reason for f in found] == ["length" if len(e) == 24 else "stop" for e in expected]


def test_the_model_is_left_as_it_was(loaded: LoadedModel) -> None:
    before = loaded.model.config._attn_implementation
    answers(loaded, PROMPTS[:2], Sampling(max_new_tokens=2))
    assert loaded.model.config._attn_implementation == before


def test_sampling_follows_the_seed_and_not_the_batch(loaded: LoadedModel) -> None:
    hot = Sampling(max_new_tokens=12, temperature=1.5, top_p=0.9, seed=3)
    one = answers(loaded, PROMPTS, hot)
    assert [o.ids for o in one] == [r.ids for r in answers(loaded, PROMPTS, hot, ragged=True)]
    alone = answers(loaded, PROMPTS, Sampling(12, 1.5, 0.9, 3, batch_size=1))
    assert [o.ids for o in one] == [a.ids for a in alone]
    assert [o.ids for o in one] != [a.ids for a in answers(loaded, PROMPTS, Sampling(12, 1.5, 0.9, 4))]
    assert [o.ids for o in one] != [a.ids for a in answers(loaded, PROMPTS, Sampling(12))]


def test_nucleus_of_zero_width_is_greedy(loaded: LoadedModel) -> None:
    narrow = answers(loaded, PROMPTS, Sampling(max_new_tokens=8, temperature=1.0, top_p=1e-9, seed=1))
    assert [n.ids for n in narrow] == [g.ids for g in answers(loaded, PROMPTS, Sampling(max_new_tokens=8))]


def test_out_of_memory_halves_the_batch_and_then_gives_up_with_the_mend(
    loaded: LoadedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = TorchEngine._answer
    sizes = []

    def tight(self: Any, batch: list[Any], *rest: Any) -> None:
        sizes.append(len(batch))
        if len(batch) > 2:
            raise torch.OutOfMemoryError("CUDA out of memory")
        whole(self, batch, *rest)

    expected = answers(loaded, PROMPTS, Sampling(max_new_tokens=4))
    monkeypatch.setattr(TorchEngine, "_answer", tight)
    assert [a.ids for a in answers(loaded, PROMPTS, Sampling(max_new_tokens=4))] == [e.ids for e in expected]
    assert max(sizes) == 7 and min(sizes) <= 2

    def full(*_: Any) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(TorchEngine, "_answer", full)
    with pytest.raises(ResourceError, match="40 tokens") as raised:
        answers(loaded, PROMPTS, Sampling(max_new_tokens=4))
    assert "max_new_tokens" in (raised.value.mend or "") and raised.value.exit_code == 5


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

"""llama.cpp against the torch engine: the same weights, adapters and prompts give the same answers."""

import importlib.util
from pathlib import Path
from typing import Any

import pytest
import torch

from tutorsmith.core.errors import ModelError, UsageError
from tutorsmith.generation.engine import Completion, Engine, EngineOptions, Sampling, make_engine
from tutorsmith.generation.torch_engine import TorchEngine
from tutorsmith.models.adapters import with_adapter
from tutorsmith.models.load import LoadedModel, load_model

pytest.importorskip("xllamacpp")
PROMPTS = [[5 + (13 * k + 7 * j) % 200 for j in range(n)] for k, n in enumerate((40, 3, 17, 17, 9, 1, 25))]


@pytest.fixture(scope="module")
def loaded(tiny_model: Path) -> LoadedModel:
    return load_model(str(tiny_model), device="cpu")


@pytest.fixture(scope="module")
def adapter(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_adapter(load_model(str(tiny_model), device="cpu"), tmp_path_factory.mktemp("adapter") / "style")


def make_adapter(loaded: LoadedModel, folder: Path, **options: Any) -> Path:
    """A LoRA of rank 4 on all linear layers, with random matrices large enough to change the answers."""
    from peft import LoraConfig, get_peft_model

    torch.manual_seed(1)
    names = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
    tuned = get_peft_model(loaded.model, LoraConfig(**{"r": 4, "lora_alpha": 6, "target_modules": names, **options}))
    with torch.no_grad():
        for name, parameter in tuned.named_parameters():
            if "lora_" in name:
                parameter.normal_(std=0.3)
    tuned.save_pretrained(folder)
    tuned.unload()
    return folder


def answers(engine: Engine, prompts: list[list[int]], sampling: Sampling) -> list[Completion]:
    found: dict[int, Completion] = {}

    def done(k: int, completion: Completion) -> None:
        assert k not in found, "each prompt is answered once"
        found[k] = completion

    engine.generate(prompts, sampling, done)
    assert sorted(found) == list(range(len(prompts)))
    return [found[k] for k in range(len(prompts))]


def llamacpp(loaded: LoadedModel, adapter: Path | None = None, weights: str = "auto") -> Engine:
    return make_engine("llamacpp", loaded, EngineOptions(adapter, weights))


@pytest.mark.parametrize("batch_size", [0, 1])
def test_greedy_answers_are_those_of_torch(
    loaded: LoadedModel, monkeypatch: pytest.MonkeyPatch, batch_size: int
) -> None:
    sampling = Sampling(max_new_tokens=24, batch_size=batch_size)
    whole = answers(TorchEngine(loaded), PROMPTS, sampling)
    # Ends that llama.cpp knows nothing of, so that rows finish at different lengths.
    monkeypatch.setattr(loaded, "ends", frozenset({whole[0].ids[5], whole[2].ids[9]}))
    expected = answers(TorchEngine(loaded), PROMPTS, sampling)
    assert len({len(e.ids) for e in expected}) > 1
    found = answers(llamacpp(loaded), PROMPTS, sampling)
    assert [(f.ids, f.finish_reason) for f in found] == [(e.ids, e.finish_reason) for e in expected]


def test_an_adapter_answers_as_it_does_in_torch(loaded: LoadedModel, adapter: Path) -> None:
    sampling = Sampling(max_new_tokens=24)
    base = answers(TorchEngine(loaded), PROMPTS, sampling)
    with with_adapter(loaded, adapter) as tuned:
        expected = answers(TorchEngine(tuned), PROMPTS, sampling)
    assert [e.ids for e in expected] != [b.ids for b in base]
    assert [f.ids for f in answers(llamacpp(loaded, adapter), PROMPTS, sampling)] == [e.ids for e in expected]


@pytest.mark.parametrize("options", [{"use_rslora": True}, {"alpha_pattern": {"q_proj": 12}}], ids=["root", "own"])
def test_every_scale_of_an_adapter_is_that_of_peft(
    loaded: LoadedModel, tmp_path: Path, options: dict[str, Any]
) -> None:
    folder = make_adapter(loaded, tmp_path / "style", **options)
    with with_adapter(loaded, folder) as tuned:
        expected = answers(TorchEngine(tuned), PROMPTS[:3], Sampling(max_new_tokens=16))
    found = answers(llamacpp(loaded, folder), PROMPTS[:3], Sampling(max_new_tokens=16))
    assert [f.ids for f in found] == [e.ids for e in expected]


def test_an_adapter_without_a_form_as_gguf_is_refused(loaded: LoadedModel, tmp_path: Path) -> None:
    folder = make_adapter(loaded, tmp_path / "style", use_dora=True)
    config = folder / "adapter_config.json"
    for file in (folder / "adapter_model.safetensors",):
        keep_lora_alone(file)
    assert '"use_dora": true' in config.read_text(encoding="utf-8")
    with pytest.raises(ModelError, match="use_dora"):
        llamacpp(loaded, folder)


def keep_lora_alone(file: Path) -> None:
    from safetensors.torch import load_file, save_file

    save_file({name: tensor for name, tensor in load_file(file).items() if "lora_A" in name or "lora_B" in name}, file)


def test_a_model_without_its_weights_in_memory_answers_the_same(tiny_model: Path, loaded: LoadedModel) -> None:
    outline = load_model(str(tiny_model), device="cpu", weights=False)
    assert {p.device.type for p in outline.model.parameters()} == {"meta"}
    assert (outline.ends, outline.context, outline.fingerprint) == (loaded.ends, loaded.context, loaded.fingerprint)
    sampling = Sampling(max_new_tokens=12)
    found = answers(llamacpp(outline), PROMPTS, sampling)
    assert [f.ids for f in found] == [e.ids for e in answers(TorchEngine(loaded), PROMPTS, sampling)]


def test_an_answer_goes_on_behind_what_only_llamacpp_takes_for_an_end(
    tiny_model: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TUTORSMITH_CACHE", str(tmp_path))
    own = load_model(str(tiny_model), device="cpu")
    own.ends = frozenset()
    expected = answers(TorchEngine(own), PROMPTS[:2], Sampling(max_new_tokens=20))
    own.tokenizer.eos_token = own.tokenizer.convert_ids_to_tokens(expected[0].ids[4])
    found = answers(llamacpp(own), PROMPTS[:2], Sampling(max_new_tokens=20))
    assert [(f.ids, f.finish_reason) for f in found] == [(e.ids, "length") for e in expected]


def test_a_prompt_may_fill_the_context_but_for_one_token(loaded: LoadedModel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loaded.model.config, "max_position_embeddings", 41)
    found = answers(llamacpp(loaded), PROMPTS[:2], Sampling(max_new_tokens=30))
    assert [len(f.ids) for f in found] == [1, 30]
    assert [f.ids for f in found] == [e.ids for e in answers(TorchEngine(loaded), PROMPTS[:2], Sampling(30))]


def test_sampling_follows_the_seed(loaded: LoadedModel) -> None:
    hot = Sampling(max_new_tokens=12, temperature=1.5, top_p=0.9, seed=3, batch_size=1)
    one, again = (answers(llamacpp(loaded), PROMPTS, hot) for _ in range(2))
    other = answers(llamacpp(loaded), PROMPTS, Sampling(12, 1.5, 0.9, 4, batch_size=1))
    assert [o.ids for o in one] == [a.ids for a in again]
    assert [o.ids for o in one] != [o.ids for o in other]
    narrow = answers(llamacpp(loaded), PROMPTS, Sampling(8, 1.0, 1e-6, 1))
    assert [n.ids for n in narrow] == [g.ids for g in answers(TorchEngine(loaded), PROMPTS, Sampling(8))]


@pytest.mark.parametrize("weights", ["f16", "q8_0"])
def test_other_precisions_choose_nearly_the_same_token(loaded: LoadedModel, weights: str) -> None:
    """The first token after each prompt: where it differs, the two candidates must have been close."""
    from tutorsmith.generation.parity import parting

    sampling = Sampling(max_new_tokens=1)
    ours, theirs = (
        answers(TorchEngine(loaded), PROMPTS, sampling),
        answers(llamacpp(loaded, None, weights), PROMPTS, sampling),
    )
    apart = [parting(loaded, p, a.ids, b.ids, 1) for p, a, b in zip(PROMPTS, ours, theirs, strict=True)]
    assert all(gap.gap < 0.1 for gap in apart if gap is not None)


def test_a_damaged_file_in_the_cache_is_written_again(
    tiny_model: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TUTORSMITH_CACHE", str(tmp_path))
    own = load_model(str(tiny_model), device="cpu")
    first = answers(llamacpp(own), PROMPTS[:1], Sampling(max_new_tokens=4))
    (file,) = (tmp_path / "gguf").iterdir()
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    again = answers(llamacpp(own), PROMPTS[:1], Sampling(max_new_tokens=4))
    assert file.read_bytes() == whole
    assert [a.ids for a in again] == [f.ids for f in first]


def test_what_is_lacking_is_said(loaded: LoadedModel, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ModelError, match="no GGUF of its own"):
        llamacpp(loaded, None, "file")
    with pytest.raises(UsageError, match="q3"):
        llamacpp(loaded, None, "q3")
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(UsageError, match="needs xllamacpp") as raised:
        llamacpp(loaded)
    assert "tutorsmith[llamacpp]" in (raised.value.mend or "")


def test_an_interruption_ends_what_is_under_way(loaded: LoadedModel) -> None:
    def done(_k: int, _completion: Completion) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        llamacpp(loaded).generate(PROMPTS, Sampling(max_new_tokens=300, batch_size=2), done)


def test_the_parting_of_two_answers_is_named(loaded: LoadedModel) -> None:
    from tutorsmith.generation.parity import parting

    (answer,) = answers(TorchEngine(loaded), PROMPTS[:1], Sampling(max_new_tokens=6))
    prompt, said = PROMPTS[0], list(answer.ids)
    assert parting(loaded, prompt, said, said, 6) is None
    other = [*said[:3], (said[3] + 1) % 200, *said[4:]]
    found = parting(loaded, prompt, said, other, 6)
    assert found is not None
    assert (found.place, found.ours, found.theirs, found.best) == (3, said[3], other[3], said[3])
    assert found.gap > 0 and "token 3" in str(found)
    ended = parting(loaded, prompt, said, said[:2], 6)
    assert ended is not None and (ended.place, ended.theirs, ended.texts[1]) == (2, None, "(end)")


@pytest.mark.slow
def test_the_embedded_model_answers_as_in_torch() -> None:
    """Two prompts of 30 tokens, in float32: equal, or parted where the two candidates were as good as equal."""
    from tutorsmith.generation.parity import parting

    try:
        own = load_model("smollm2-135m", device="cpu")
    except ModelError:
        pytest.skip("the embedded model's package is not installed")
    asked = ("What is the capacitance of two parallel plates?", "State Gauss's law in one sentence.")
    prompts = [
        own.tokenizer.encode(f"<|im_start|>user\n{text}<|im_end|>\n<|im_start|>assistant\n", add_special_tokens=False)
        for text in asked
    ]
    sampling = Sampling(max_new_tokens=30)
    ours, theirs = answers(TorchEngine(own), prompts, sampling), answers(llamacpp(own), prompts, sampling)
    apart = [parting(own, p, a.ids, b.ids, 30) for p, a, b in zip(prompts, ours, theirs, strict=True)]
    assert all(gap is None or abs(gap.gap) < 1e-3 for gap in apart), [str(gap) for gap in apart]
    quick = answers(llamacpp(own, None, "file"), prompts, sampling)
    assert all(len(answer.ids) > 5 for answer in quick)

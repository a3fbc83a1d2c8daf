"""Models and adapters written as GGUF: every architecture speaks in llama.cpp as it does in torch."""

import shutil
from pathlib import Path

import pytest
import torch
from peft import LoraConfig, get_peft_model
from tiny_models import TEMPLATES, make_model

from tutorsmith.core.errors import ModelError
from tutorsmith.generation.engine import Completion, Engine, EngineOptions, Sampling, make_engine
from tutorsmith.models.adapters import with_adapter
from tutorsmith.models.gguf_file import lora_scale, model_gguf
from tutorsmith.models.load import load_model

PROMPTS = [[1, 40, 41, 42, 43, 44, 2, 50, 51, 52], [60, 61, 62], [7, 9, 200, 210]]


def said(engine: Engine) -> list[tuple[int, ...]]:
    found: dict[int, Completion] = {}
    engine.generate(PROMPTS, Sampling(max_new_tokens=16), found.__setitem__)
    return [found[k].ids for k in range(len(PROMPTS))]


@pytest.mark.parametrize("kind", list(TEMPLATES))
def test_a_written_model_and_its_adapter_answer_as_torch_does(
    kind: str, model_folders: dict[str, Path], tmp_path: Path
) -> None:
    pytest.importorskip("xllamacpp")
    loaded = load_model(str(model_folders[kind]), device="cpu")
    with torch.no_grad():
        for name, parameter in loaded.model.named_parameters():
            if name.endswith(("bias", "norm.weight")):  # not zeros and ones, which any place would do for
                parameter.normal_(mean=1.0, std=0.3)
    folder = tmp_path / "model"
    loaded.model.save_pretrained(folder)
    loaded.tokenizer.save_pretrained(folder)
    loaded = load_model(str(folder), device="cpu")
    torch.manual_seed(1)
    tuned = get_peft_model(loaded.model, LoraConfig(r=4, lora_alpha=8, target_modules="all-linear"))
    with torch.no_grad():
        for name, parameter in tuned.named_parameters():
            if "lora_" in name:
                parameter.normal_(std=0.3)
    adapter = tmp_path / "adapter"
    tuned.save_pretrained(adapter)
    tuned.unload()
    base = said(make_engine("torch", loaded))
    assert said(make_engine("llamacpp", loaded)) == base
    with with_adapter(loaded, adapter) as speaking:
        expected = said(make_engine("torch", speaking))
    assert expected != base
    assert said(make_engine("llamacpp", loaded, EngineOptions(adapter))) == expected


def test_what_is_not_written_is_refused_before_anything_is(model_folders: dict[str, Path], own_cache: Path) -> None:
    folder = model_folders["llama"]
    loaded = load_model(str(folder), device="cpu")
    config = loaded.model.config
    for name, value in (("model_type", "mixtral"), ("rope_parameters", {"rope_type": "llama3"}), ("mlp_bias", True)):
        before = getattr(config, name)
        setattr(config, name, value)
        with pytest.raises(ModelError, match="not written as GGUF") as raised:
            model_gguf(folder, config, loaded.tokenizer, "f32", loaded.fingerprint)
        assert "--engine torch" in (raised.value.mend or "")
        setattr(config, name, before)
    assert not (own_cache / "gguf").exists()


def test_a_stopped_writing_leaves_nothing(
    model_folders: dict[str, Path], own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import gguf

    folder = model_folders["qwen2"]
    loaded = load_model(str(folder), device="cpu")

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(gguf.GGUFWriter, "write_tensor_data", stop)
        with pytest.raises(KeyboardInterrupt):
            model_gguf(folder, loaded.model.config, loaded.tokenizer, "f16", loaded.fingerprint)
    assert list((own_cache / "gguf").iterdir()) == []
    made = model_gguf(folder, loaded.model.config, loaded.tokenizer, "f16", loaded.fingerprint)
    assert [file for file in (own_cache / "gguf").iterdir()] == [made]


def test_a_model_folder_with_one_gguf_names_it(tmp_path: Path) -> None:
    folder = make_model(tmp_path / "model")
    assert load_model(str(folder), weights=False).gguf is None
    (folder / "own.gguf").write_bytes(b"GGUF")
    assert load_model(str(folder), weights=False).gguf == folder / "own.gguf"
    shutil.copy(folder / "own.gguf", folder / "second.gguf")
    assert load_model(str(folder), weights=False).gguf is None


def test_the_scale_of_a_module() -> None:
    settings = {"lora_alpha": 8, "alpha_pattern": {"q_proj": 12, r"layers\.1\.mlp\.up_proj": 4}}
    assert lora_scale(settings, "model.layers.0.self_attn.k_proj", 4) == 2
    assert lora_scale(settings, "model.layers.0.self_attn.q_proj", 4) == 3
    assert lora_scale(settings, "model.layers.1.mlp.up_proj", 4) == 1
    assert lora_scale({"lora_alpha": 8, "use_rslora": True}, "model.layers.0.self_attn.k_proj", 4) == 4

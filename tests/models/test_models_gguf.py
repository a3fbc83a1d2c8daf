"""GGUF files: converted once, exactly, and again when the copy is damaged."""

import json
import logging
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tiny_models import make_tokenizer

from tutorsmith.core.errors import ModelError, ResourceError
from tutorsmith.models import load
from tutorsmith.models.catalog import CATALOG
from tutorsmith.models.load import converted, load_model
from tutorsmith.models.resolve import LocalModel, converted_folder, embedded_gguf, resolve_model, verify_embedded

IDS = torch.tensor([[1, 40, 41, 42, 43, 44, 2, 50, 51, 52]])


def write_gguf(file: Path) -> Path:
    """A random Llama of two layers, width 32, in float32, as llama.cpp's converter names its parts."""
    import gguf

    tokenizer = make_tokenizer("{% for m in messages %}<|im_start|>{{ m.content }}<|im_end|>{% endfor %}")
    vocabulary = sorted(tokenizer.get_vocab().items(), key=lambda pair: pair[1])
    out = gguf.GGUFWriter(file, "llama")
    out.add_context_length(256)
    out.add_embedding_length(32)
    out.add_block_count(2)
    out.add_feed_forward_length(64)
    out.add_head_count(4)
    out.add_head_count_kv(2)
    out.add_layer_norm_rms_eps(1e-5)
    out.add_rope_dimension_count(8)
    out.add_rope_freq_base(10000.0)
    out.add_vocab_size(len(vocabulary))
    out.add_tokenizer_model("gpt2")
    out.add_tokenizer_pre("smollm")
    out.add_token_list([token for token, _ in vocabulary])
    out.add_token_types([3 if i < 3 else 1 for _, i in vocabulary])
    out.add_token_merges(merges_of(tokenizer))
    out.add_bos_token_id(1)
    out.add_eos_token_id(2)
    out.add_pad_token_id(0)
    out.add_chat_template(tokenizer.chat_template)
    dice = np.random.default_rng(0)

    def tensor(name: str, *shape: int) -> None:
        out.add_tensor(name, dice.normal(scale=0.1, size=shape).astype(np.float32))

    tensor("token_embd.weight", len(vocabulary), 32)
    tensor("output_norm.weight", 32)
    tensor("output.weight", len(vocabulary), 32)
    for k in range(2):
        for name, shape in {
            "attn_q": (32, 32),
            "attn_k": (16, 32),
            "attn_v": (16, 32),
            "attn_output": (32, 32),
            "ffn_gate": (64, 32),
            "ffn_up": (64, 32),
            "ffn_down": (32, 64),
            "attn_norm": (32,),
            "ffn_norm": (32,),
        }.items():
            tensor(f"blk.{k}.{name}.weight", *shape)
    out.write_header_to_file()
    out.write_kv_data_to_file()
    out.write_tensors_to_file()
    out.close()
    return file


def merges_of(tokenizer: Any) -> list[str]:
    merges = json.loads(tokenizer.backend_tokenizer.to_str())["model"]["merges"]
    return [" ".join(pair) for pair in merges]


@pytest.fixture(scope="module")
def tiny_gguf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_gguf(tmp_path_factory.mktemp("gguf") / "tiny.gguf")


def direct(file: Path) -> torch.Tensor:
    """The logits of transformers' own GGUF loading."""
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(str(file.parent), gguf_file=file.name, dtype=torch.float32)
    with torch.no_grad():
        out: torch.Tensor = model.eval()(input_ids=IDS).logits
    return out


def test_a_converted_model_is_the_gguf_itself(tiny_gguf: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="tutorsmith"):
        loaded = load_model(str(tiny_gguf), device="cpu")
    with torch.no_grad():
        found = loaded.model(input_ids=IDS).logits
    assert torch.equal(found, direct(tiny_gguf))
    assert loaded.origin == "local file"
    assert loaded.ends == {2}
    assert loaded.context == 256
    assert loaded.tokenizer.encode("field of a line", add_special_tokens=False) == make_tokenizer(None).encode(
        "field of a line", add_special_tokens=False
    )
    assert caplog.text.count("converting tiny.gguf once") == 1
    with caplog.at_level(logging.INFO, logger="tutorsmith"):
        again = load_model(str(tiny_gguf), device="cpu")
    assert again.fingerprint == loaded.fingerprint
    assert caplog.text.count("converting tiny.gguf once") == 1


@pytest.mark.parametrize("damage", ["config.json", "tokenizer.json", "model.safetensors", "cut"])
def test_a_damaged_copy_is_made_again(tiny_gguf: Path, damage: str) -> None:
    local = resolve_model(str(tiny_gguf))
    folder = converted(local)
    assert folder == converted_folder(tiny_gguf)
    weights = folder / "model.safetensors"
    whole = weights.read_bytes()
    if damage == "cut":
        weights.write_bytes(whole[: len(whole) // 2])
    else:
        (folder / damage).unlink()
    assert converted(local) == folder
    assert weights.read_bytes() == whole
    assert [p.name for p in folder.parent.iterdir()] == [folder.name]


def test_a_cut_gguf_is_refused_and_leaves_nothing(tiny_gguf: Path, tmp_path: Path, own_cache: Path) -> None:
    whole = tiny_gguf.read_bytes()
    for size in (4, 20, 600, len(whole) // 3, len(whole) - 100):
        file = tmp_path / f"cut-{size}.gguf"
        file.write_bytes(whole[:size])
        with pytest.raises(ModelError, match="cannot be converted") as caught:
            load_model(str(file))
        assert "download it again" in str(caught.value.mend)
    assert list((own_cache / "models").iterdir()) == []


def test_a_foreign_file_in_the_embedded_package_is_not_converted(tiny_gguf: Path) -> None:
    local = LocalModel("smollm2-135m", tiny_gguf, "embedded package", CATALOG["smollm2-135m"])
    with pytest.raises(ModelError, match="not the expected one"):
        converted(local)
    assert not converted_folder(tiny_gguf).exists()


def test_a_conversion_that_stops_leaves_no_half_copy(
    tiny_gguf: Path, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(_gguf: Path, made: Path) -> None:
        (made / "config.json").write_text("{}", encoding="utf-8")
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(load, "_convert", stop)
        with pytest.raises(KeyboardInterrupt):
            converted(resolve_model(str(tiny_gguf)))
    assert list((own_cache / "models").iterdir()) == []
    assert load_model(str(tiny_gguf)).context == 256


def test_a_copy_that_another_run_finished_meanwhile_is_used(
    tiny_gguf: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    local = resolve_model(str(tiny_gguf))
    folder = converted(local)
    theirs = shutil.move(folder, tmp_path / "theirs")
    convert = load._convert

    def convert_as_they_finish(gguf: Path, made: Path) -> None:
        convert(gguf, made)
        shutil.copytree(theirs, folder)

    monkeypatch.setattr(load, "_convert", convert_as_they_finish)
    assert converted(local) == folder
    assert [p.name for p in folder.parent.iterdir()] == [folder.name]


def test_a_cache_that_is_a_file_is_a_resource_error(
    tiny_gguf: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("TUTORSMITH_CACHE", str(tmp_path / "file"))
    with pytest.raises(ResourceError, match="cannot write"):
        load_model(str(tiny_gguf))


@pytest.mark.slow
def test_the_embedded_model_converts_exactly() -> None:
    try:
        file = embedded_gguf()
    except ModelError:
        pytest.skip("the embedded model's package is not installed")
    verify_embedded(file)
    loaded = load_model("smollm2-135m", device="cpu")
    with torch.no_grad():
        found = loaded.model(input_ids=IDS).logits
    assert torch.equal(found, direct(file))
    row = CATALOG["smollm2-135m"]
    assert loaded.context == row.context
    assert abs(loaded.model.num_parameters() / 1e9 - row.parameters) < 0.001
    assert loaded.tokenizer.convert_ids_to_tokens(sorted(loaded.ends)) == ["<|im_end|>"]
    assert resolve_model("smollm2-135m").path == converted_folder(file)

"""Loading: whole models of every architecture, exact restoring after adapters, 4-bit on the CPU."""

import json
import shutil
import threading
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import load_file, save_file
from tiny_models import TEMPLATES, make_model

from tutorsmith.core.errors import ModelError, ResourceError, UsageError
from tutorsmith.data.schema import Message, Sample
from tutorsmith.models import four_bit, load
from tutorsmith.models.adapters import check_adapter, with_adapter
from tutorsmith.models.load import LoadedModel, choose_device, load_model
from tutorsmith.models.render import render_prompt, render_sample

IDS = torch.tensor([[1, 40, 41, 42, 43, 44, 2, 50, 51, 52]])
KINDS = list(TEMPLATES)
MakeAdapter = Callable[..., Path]


@pytest.fixture
def make_adapter(tmp_path: Path) -> MakeAdapter:
    """Writes an adapter with weights that matter for a model folder, as PEFT saves it."""

    def make(model: Path, name: str = "adapter", *, seed: int = 1, **options: Any) -> Path:
        torch.manual_seed(seed)
        tuned = get_peft_model(load_model(str(model)).model, LoraConfig(**lora(**options)))
        with torch.no_grad():
            for key, parameter in tuned.named_parameters():
                if "lora_" in key:
                    parameter.normal_(std=0.3)
        tuned.save_pretrained(tmp_path / name)
        return tmp_path / name

    return make


def lora(**options: Any) -> dict[str, Any]:
    return {"r": 4, "lora_alpha": 8, "target_modules": "all-linear", "task_type": "CAUSAL_LM"} | options


def logits(model: Any) -> torch.Tensor:
    with torch.no_grad():
        out: torch.Tensor = model(input_ids=IDS).logits
    return out


def state(loaded: LoadedModel) -> dict[str, torch.Tensor]:
    return {name: tensor.clone() for name, tensor in loaded.model.state_dict().items()}


def same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


@pytest.mark.parametrize("kind", KINDS)
def test_every_architecture_loads(model_folders: dict[str, Path], kind: str) -> None:
    loaded = load_model(str(model_folders[kind]))
    assert (loaded.quantization, loaded.dtype, loaded.context) == ("none", torch.float32, 256)
    assert loaded.device.type in ("cpu", "cuda")
    assert loaded.ends == {2} and loaded.pad == 0
    assert loaded.origin == "local folder"
    assert not loaded.model.training
    assert not any(p.requires_grad for p in loaded.model.parameters())
    assert logits(loaded.model).shape == (1, 10, len(loaded.tokenizer))


def test_pad_without_a_pad_token_is_an_end_token(model_folders: dict[str, Path]) -> None:
    loaded = load_model(str(model_folders["llama"]))
    loaded.tokenizer.pad_token = None
    assert loaded.pad == 2


def test_the_compute_type_can_be_chosen(model_folders: dict[str, Path]) -> None:
    loaded = load_model(str(model_folders["qwen2"]), dtype="bfloat16", device="cpu")
    assert {p.dtype for p in loaded.model.parameters()} == {torch.bfloat16}


@pytest.mark.parametrize("wanted", ["gpu", "cuda:x", "meta", ""])
def test_an_unknown_device_is_a_usage_error(wanted: str) -> None:
    with pytest.raises(UsageError, match="device"):
        choose_device(wanted)


def test_a_device_that_is_not_there_is_a_resource_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 0)
    with pytest.raises(ResourceError, match="no CUDA device here"):
        choose_device("cuda")
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert choose_device("cuda:1") == torch.device("cuda:1")
    with pytest.raises(ResourceError, match="2 found"):
        choose_device("cuda:2")


def test_weights_that_lack_a_layer_are_not_filled_with_random_numbers(
    model_folders: dict[str, Path], tmp_path: Path
) -> None:
    folder = shutil.copytree(model_folders["qwen2"], tmp_path / "model")
    weights = load_file(folder / "model.safetensors")
    kept = {name: tensor for name, tensor in weights.items() if ".layers.1." not in name}
    save_file(kept, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ModelError, match=r"missing or of another shape, such as model\.layers\.1\."):
        load_model(str(folder))


def test_weights_of_another_width_are_refused(model_folders: dict[str, Path], tmp_path: Path) -> None:
    folder = shutil.copytree(model_folders["qwen2"], tmp_path / "model")
    wide = make_model(tmp_path / "wide", "qwen2", width=64)
    shutil.copy(wide / "model.safetensors", folder)
    with pytest.raises(ModelError):
        load_model(str(folder))


@pytest.mark.parametrize("change", [{"model_type": "no-such-type"}, {"model_type": None}])
def test_an_unknown_architecture_is_refused(
    model_folders: dict[str, Path], tmp_path: Path, change: dict[str, Any]
) -> None:
    folder = shutil.copytree(model_folders["qwen2"], tmp_path / "model")
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    (folder / "config.json").write_text(json.dumps(config | change), encoding="utf-8")
    with pytest.raises(ModelError, match="cannot be loaded"):
        load_model(str(folder))


def test_code_in_a_model_folder_is_never_run(model_folders: dict[str, Path], tmp_path: Path) -> None:
    folder = shutil.copytree(model_folders["qwen2"], tmp_path / "model")
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    config |= {"model_type": "own", "auto_map": {"AutoConfig": "own.Own", "AutoModelForCausalLM": "own.Own"}}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    (folder / "own.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\nOwn = object\n", encoding="utf-8")
    with pytest.raises(ModelError):
        load_model(str(folder))
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("kind", KINDS)
def test_the_merged_model_answers_as_the_unmerged_one(
    model_folders: dict[str, Path], make_adapter: MakeAdapter, kind: str
) -> None:
    adapter = make_adapter(model_folders[kind])
    reference = PeftModel.from_pretrained(load_model(str(model_folders[kind])).model, str(adapter)).eval()
    wanted = logits(reference)
    loaded = load_model(str(model_folders[kind]))
    before = logits(loaded.model)
    with with_adapter(loaded, adapter) as speaking:
        assert speaking is loaded
        found = logits(speaking.model)
    torch.testing.assert_close(found, wanted, rtol=1e-4, atol=1e-3)
    assert (wanted - before).abs().max() > 100 * (wanted - found).abs().max()


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
@pytest.mark.parametrize("kind", KINDS)
def test_the_base_is_restored_bit_for_bit(
    model_folders: dict[str, Path], make_adapter: MakeAdapter, kind: str, dtype: str
) -> None:
    one, two = make_adapter(model_folders[kind]), make_adapter(model_folders[kind], "second", seed=2)
    loaded = load_model(str(model_folders[kind]), dtype=dtype)
    base, before, first = loaded.model, state(loaded), logits(loaded.model)
    for adapter in (one, two, one):
        with with_adapter(loaded, adapter):
            assert not torch.equal(logits(loaded.model), first)
        assert loaded.model is base
        assert same(state(loaded), before)
        assert torch.equal(logits(loaded.model), first)
        assert not any(p.requires_grad for p in loaded.model.parameters())


def test_the_base_is_restored_after_an_exception(model_folders: dict[str, Path], make_adapter: MakeAdapter) -> None:
    adapter = make_adapter(model_folders["qwen3"])
    loaded = load_model(str(model_folders["qwen3"]))
    before = state(loaded)
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt), with_adapter(loaded, adapter):
            assert not same(state(loaded), before)
            raise KeyboardInterrupt
        assert same(state(loaded), before)


def test_the_base_is_restored_when_merging_fails(
    model_folders: dict[str, Path], make_adapter: MakeAdapter, monkeypatch: pytest.MonkeyPatch
) -> None:
    adapter = make_adapter(model_folders["llama"])
    loaded = load_model(str(model_folders["llama"]))
    before = state(loaded)
    add, calls = torch.add, iter(range(1000))

    def fail_in_the_middle(*given: Any, **options: Any) -> torch.Tensor:
        if next(calls) == 5:
            raise MemoryError
        return add(*given, **options)

    monkeypatch.setattr(torch, "add", fail_in_the_middle)
    with pytest.raises(MemoryError), with_adapter(loaded, adapter):
        pass
    assert next(calls) == 6, "some layers were merged"
    assert same(state(loaded), before)


def test_no_adapter_is_the_base(model_folders: dict[str, Path]) -> None:
    loaded = load_model(str(model_folders["llama"]))
    base = loaded.model
    with with_adapter(loaded, None) as speaking:
        assert speaking.model is base


def test_an_adapter_of_another_width_is_refused(
    model_folders: dict[str, Path], make_adapter: MakeAdapter, tmp_path: Path
) -> None:
    adapter = make_adapter(make_model(tmp_path / "wide", "qwen2", width=64))
    loaded = load_model(str(model_folders["qwen2"]))
    before = state(loaded)
    with pytest.raises(ModelError, match="features, the adapter") as caught, with_adapter(loaded, adapter):
        pass
    assert "--model" in str(caught.value.mend) and "wide" in str(caught.value.mend)
    assert same(state(loaded), before)


@pytest.mark.parametrize(("layers", "says"), [(3, r"no linear layer 'model\.layers\.2\."), (1, "nothing for model")])
def test_an_adapter_of_more_or_fewer_layers_is_refused(
    model_folders: dict[str, Path], make_adapter: MakeAdapter, tmp_path: Path, layers: int, says: str
) -> None:
    adapter = make_adapter(make_model(tmp_path / "other", "llama", layers=layers))
    with pytest.raises(ModelError, match=says):
        check_adapter(load_model(str(model_folders["llama"])), adapter)


@pytest.mark.parametrize("options", [{"layers_to_transform": [0]}, {"target_modules": ["q_proj", "v_proj"]}])
def test_an_adapter_of_chosen_layers_fits(
    model_folders: dict[str, Path], make_adapter: MakeAdapter, options: dict[str, Any]
) -> None:
    if "layers_to_transform" in options:
        options = options | {"target_modules": ["q_proj"]}
    adapter = make_adapter(model_folders["llama"], **options)
    loaded = load_model(str(model_folders["llama"]))
    first = logits(loaded.model)
    with with_adapter(loaded, adapter):
        assert not torch.equal(logits(loaded.model), first)


@pytest.mark.parametrize("name", ["adapter_config.json", "adapter_model.safetensors"])
def test_an_adapter_that_lacks_a_file_is_refused(
    model_folders: dict[str, Path], make_adapter: MakeAdapter, name: str
) -> None:
    adapter = make_adapter(model_folders["llama"])
    (adapter / name).unlink()
    with pytest.raises(ModelError, match=f"{name} is missing"):
        check_adapter(load_model(str(model_folders["llama"])), adapter)


def test_a_damaged_adapter_is_refused(model_folders: dict[str, Path], make_adapter: MakeAdapter) -> None:
    adapter = make_adapter(model_folders["llama"])
    loaded = load_model(str(model_folders["llama"]))
    weights, config = adapter / "adapter_model.safetensors", adapter / "adapter_config.json"
    whole, settings = weights.read_bytes(), config.read_text(encoding="utf-8")
    weights.write_bytes(whole[:-10])
    with pytest.raises(ModelError, match="half-downloaded weights"):
        check_adapter(loaded, adapter)
    tensors = load_file_bytes(whole, adapter)
    first = next(name for name in tensors if "lora_A" in name)
    save_file({name: t for name, t in tensors.items() if name != first}, weights)
    with pytest.raises(ModelError, match="only half of"):
        check_adapter(loaded, adapter)
    weights.write_bytes(whole)
    config.write_text(settings[:20], encoding="utf-8")
    with pytest.raises(ModelError, match="not valid JSON"):
        check_adapter(loaded, adapter)
    config.write_text(settings.replace('"LORA"', '"IA3"'), encoding="utf-8")
    with pytest.raises(ModelError, match="not a LoRA adapter but IA3"):
        check_adapter(loaded, adapter)


def load_file_bytes(data: bytes, folder: Path) -> dict[str, torch.Tensor]:
    (folder / "copy.safetensors").write_bytes(data)
    return dict(load_file(folder / "copy.safetensors"))


def test_an_adapter_of_another_rank_than_it_says_leaves_the_base_whole(
    model_folders: dict[str, Path], make_adapter: MakeAdapter
) -> None:
    adapter = make_adapter(model_folders["llama"])
    config = adapter / "adapter_config.json"
    config.write_text(config.read_text(encoding="utf-8").replace('"r": 4', '"r": 7'), encoding="utf-8")
    loaded = load_model(str(model_folders["llama"]))
    before = state(loaded)
    with pytest.raises(ModelError, match="cannot be loaded"), with_adapter(loaded, adapter):
        pass
    assert same(state(loaded), before)


def test_four_bit_loads_learns_and_answers_on_the_cpu(make_adapter: MakeAdapter, tmp_path: Path) -> None:
    bnb = pytest.importorskip("bitsandbytes")
    folder = make_model(tmp_path / "model", "qwen2", width=128)
    adapter = make_adapter(folder)
    loaded = load_model(str(folder), quantization="4bit", device="cpu")
    assert loaded.quantization == "4bit"
    layers = [m for m in loaded.model.modules() if isinstance(m, bnb.nn.Linear4bit)]
    assert len(layers) == 2 * 7
    assert all(layer.weight.quant_state.quant_type == "nf4" for layer in layers)
    exact = dict(load_model(str(folder)).model.named_parameters())
    for name, parameter in loaded.model.named_parameters():
        if hasattr(parameter, "quant_state"):
            found = bnb.functional.dequantize_4bit(parameter.data, parameter.quant_state)
            # NF4's quantiles leave 7 to 10 % of a normal weight's size.
            assert 0.02 < (found - exact[name]).norm() / exact[name].norm() < 0.15
    base = logits(loaded.model)

    packed = {name: p.clone() for name, p in loaded.model.named_parameters()}
    with with_adapter(loaded, adapter) as speaking:
        tuned = logits(speaking.model)
        # Never merged: the packed weights are the same while the adapter speaks.
        kept = {
            name.replace(".base_layer", ""): p for name, p in speaking.model.named_parameters() if "lora_" not in name
        }
        assert kept.keys() == packed.keys()
        assert all(torch.equal(kept[name], packed[name]) for name in packed)
        assert learned_tensors(speaking) == 2 * 7 * 2
    assert not torch.equal(tuned, base)
    assert torch.equal(logits(loaded.model), base)


def learned_tensors(loaded: LoadedModel) -> int:
    """How many adapter matrices one worked answer's loss moves."""
    messages = (Message("user", "What is C?"), Message("assistant", "C = epsilon A / d."))
    sample = Sample("s", "tutor", messages)
    (row,) = render_sample(sample, messages, loaded.tokenizer, loaded.ends)
    assert list(row.ids[: row.mask.index(True)]) == render_prompt(messages[:1], loaded.tokenizer)
    matrices = [p for name, p in loaded.model.named_parameters() if "lora_" in name]
    for matrix in matrices:
        matrix.requires_grad_(True)
    labels = torch.tensor([[i if learned else -100 for i, learned in zip(row.ids, row.mask, strict=True)]])
    loaded.model(input_ids=torch.tensor([row.ids]), labels=labels).loss.backward()
    return sum(1 for m in matrices if m.grad is not None and torch.isfinite(m.grad).all() and m.grad.abs().sum() > 0)


def test_four_bit_weights_are_kept_and_taken_bit_for_bit(
    tmp_path: Path, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("bitsandbytes")
    folder = make_model(tmp_path / "model", "llama", width=128)
    first = load_model(str(folder), quantization="4bit", device="cpu")
    written()
    (copy,) = (own_cache / "models").glob("nf4-*")

    real, read = load.read_weights, []
    monkeypatch.setattr(load, "read_weights", lambda f, *rest, **kw: read.append(f) or real(f, *rest, **kw))
    second = load_model(str(folder), quantization="4bit", device="cpu")
    assert read == [copy]
    assert same(state(first), state(second)) and torch.equal(logits(first.model), logits(second.model))
    assert (second.fingerprint, second.quantization, second.name) == (first.fingerprint, "4bit", first.name)
    weights = copy / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1])
    third = load_model(str(folder), quantization="4bit", device="cpu")
    written()
    assert read[1:] == [folder] and torch.equal(logits(first.model), logits(third.model))
    assert load_model(str(folder), quantization="4bit", device="cpu").ends == first.ends and read[2:] == [copy]
    monkeypatch.setenv("TUTORSMITH_CACHE_GIB", "0.00001")
    shutil.rmtree(copy)
    load_model(str(folder), quantization="4bit", device="cpu")
    written()
    assert not copy.exists(), "what would fill the cache is not kept"


def test_four_bit_weights_are_not_kept_where_memory_is_short(
    tmp_path: Path, own_cache: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    pytest.importorskip("bitsandbytes")
    folder = make_model(tmp_path / "model", "llama", width=128)
    monkeypatch.setattr(four_bit, "available_bytes", lambda: 1000)
    with caplog.at_level("INFO", "tutorsmith"):
        load_model(str(folder), quantization="4bit", device="cpu")
    written()
    assert not list((own_cache / "models").glob("nf4-*"))
    assert "main memory is too short" in caplog.text


def test_safetensors_are_written_as_the_library_reads_them(tmp_path: Path) -> None:
    tensors = {
        "a": torch.randn(3, 5).to(torch.bfloat16),
        "b": torch.arange(7, dtype=torch.uint8),
        "scalar": torch.tensor(2.5),
        "none": torch.empty(0, 4),
    }
    four_bit.write_safetensors(tmp_path / "x.safetensors", tensors)
    read = load_file(tmp_path / "x.safetensors")
    assert read.keys() == tensors.keys()
    assert all(torch.equal(read[name], tensors[name]) and read[name].dtype == tensors[name].dtype for name in tensors)


def written() -> None:
    """Wait for the copy that is written beside."""
    for thread in threading.enumerate():
        if thread.name == four_bit.WRITER:
            thread.join()


def test_four_bit_without_its_library_says_what_to_do(
    model_folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    import importlib.util

    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "bitsandbytes" else find(name))
    with pytest.raises(ModelError, match="needs bitsandbytes") as caught:
        load_model(str(model_folders["llama"]), quantization="4bit")
    assert "tutorsmith[qlora]" in str(caught.value.mend)


def test_a_bound_of_the_card_s_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    from tutorsmith.models.load import limit_memory, usable_memory

    shares: list[float] = [1.0]
    card = types.SimpleNamespace(total_memory=16 * 2**30)
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda _: card)
    monkeypatch.setattr(torch.cuda, "get_per_process_memory_fraction", lambda _: shares[-1])
    monkeypatch.setattr(torch.cuda, "set_per_process_memory_fraction", lambda share, _: shares.append(share))
    limit_memory(torch.device("cpu"), 8)
    assert shares == [1.0], "nothing to be done on a CPU"
    limit_memory(torch.device("cuda"), 8)
    assert usable_memory(torch.device("cuda")) == 8 * 2**30
    limit_memory(torch.device("cuda:0"), 0)
    assert usable_memory(torch.device("cuda:0")) == 16 * 2**30
    with pytest.raises(UsageError, match=r"the card has 16.0 GiB, not 24") as caught:
        limit_memory(torch.device("cuda"), 24)
    assert caught.value.where == "device_memory_gib"


@pytest.mark.parametrize(("gib", "expected"), [(0.0001, "4bit"), (8, "none")])
def test_auto_quantizes_only_where_the_card_is_small(
    tiny_model: Path, monkeypatch: pytest.MonkeyPatch, gib: float, expected: str
) -> None:
    """The tiny model's 16-bit weights are some 60 KB: a quarter of a 0.1 MiB card, next to nothing of 8 GiB."""
    from tutorsmith.models.load import choose_quantization

    card = types.SimpleNamespace(total_memory=int(gib * 2**30))
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda _: card)
    monkeypatch.setattr(torch.cuda, "get_per_process_memory_fraction", lambda _: 1.0)
    assert choose_quantization("auto", tiny_model, torch.device("cuda")) == expected
    assert choose_quantization("auto", tiny_model, torch.device("cpu")) == "none"
    assert choose_quantization("4bit", tiny_model, torch.device("cpu")) == "4bit"

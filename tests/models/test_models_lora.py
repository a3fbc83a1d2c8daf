"""Our LoRA layers beside PEFT's: the same first numbers, the same outputs, files that PEFT reads and the reverse."""

from pathlib import Path
from typing import Any

import pytest
import torch
from peft import LoraConfig, PeftModel, get_peft_model, get_peft_model_state_dict
from tiny_models import make_model

from tutorsmith.core.errors import ModelError
from tutorsmith.models.adapters import with_adapter
from tutorsmith.models.load import load_model
from tutorsmith.models.lora import (
    LoraShape,
    _waiting_place,
    attach_lora,
    detach_lora,
    load_lora_state,
    lora_state,
    plain_shape,
)
from tutorsmith.training.adapter import save_adapter, state_of

IDS = torch.tensor([[1, 40, 41, 42, 43, 44, 2, 50, 51, 52]])
PLAIN: dict[str, Any] = {"peft_type": "LORA", "r": 4, "lora_alpha": 8, "bias": "none", "target_modules": ["q_proj"]}


def logits(model: Any) -> torch.Tensor:
    with torch.no_grad():
        out: torch.Tensor = model(input_ids=IDS).logits
    return out


def filled(model: Any) -> dict[str, torch.Tensor]:
    """Give the adapter numbers that matter."""
    dice = torch.Generator().manual_seed(3)
    with torch.no_grad():
        for weight in lora_state(model).values():
            weight.copy_(torch.randn(weight.shape, generator=dice) * 0.3)
    return state_of(model)


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
@pytest.mark.parametrize("kind", ["llama", "qwen3"])
def test_the_first_weights_are_those_of_peft(tmp_path: Path, kind: str, dtype: str) -> None:
    folder = make_model(tmp_path / "model", kind)
    torch.manual_seed(7)
    config = LoraConfig(r=4, lora_alpha=8, target_modules="all-linear", task_type="CAUSAL_LM")
    theirs = get_peft_model_state_dict(get_peft_model(load_model(str(folder), dtype=dtype, device="cpu").model, config))
    ours = load_model(str(folder), dtype=dtype, device="cpu").model
    torch.manual_seed(7)
    attach_lora(ours, LoraShape(4, 8))
    found = lora_state(ours)
    assert found.keys() == theirs.keys()
    assert all(found[name].dtype == torch.float32 and torch.equal(found[name], theirs[name]) for name in theirs)
    assert {name for name, p in ours.named_parameters() if p.requires_grad} == {
        name for name, _ in ours.named_parameters() if "lora_" in name
    }


def test_peft_reads_what_is_saved_and_answers_the_same(tmp_path: Path) -> None:
    folder = make_model(tmp_path / "model", "qwen2")
    model = load_model(str(folder), device="cpu").model
    base = logits(model)
    attach_lora(model, LoraShape(4, 8, 0.1))
    assert torch.equal(logits(model), base), "B is zero at first"
    state = filled(model)
    tuned = logits(model.eval())
    save_adapter(state, LoraShape(4, 8, 0.1), "tiny", tmp_path / "adapter")
    theirs = PeftModel.from_pretrained(load_model(str(folder), device="cpu").model, str(tmp_path / "adapter")).eval()
    torch.testing.assert_close(logits(theirs), tuned, rtol=1e-5, atol=1e-5)
    assert (tuned - base).abs().max() > 0.1
    detach_lora(model)
    assert torch.equal(logits(model), base) and not lora_state(model)


def test_a_saved_state_of_other_layers_or_rank_is_refused(tmp_path: Path) -> None:
    model = load_model(str(make_model(tmp_path / "model", "llama")), device="cpu").model
    attach_lora(model, LoraShape(4, 8))
    state = state_of(model)
    name = sorted(state)[0]
    with pytest.raises(ModelError, match="not the model's"):
        load_lora_state(model, {key: value for key, value in state.items() if key != name})
    with pytest.raises(ModelError, match="another shape"):
        load_lora_state(model, state | {name: state[name][:2]})


@pytest.mark.parametrize(
    ("extra", "plain"),
    [
        ({}, True),
        ({"megatron_core": "megatron.core", "qalora_group_size": 16, "inference_mode": True}, True),
        ({"use_dora": True}, False),
        ({"use_rslora": True}, False),
        ({"bias": "all"}, False),
        ({"rank_pattern": {"q_proj": 8}}, False),
        ({"modules_to_save": ["lm_head"]}, False),
        ({"init_lora_weights": "pissa"}, False),
        ({"a_key_of_tomorrow": True}, False),
        ({"r": 0}, False),
    ],
)
def test_only_plain_adapters_do_without_peft(extra: dict[str, Any], plain: bool) -> None:
    assert (plain_shape(PLAIN | extra) is not None) is plain


def test_an_adapter_with_dora_is_left_to_peft(tmp_path: Path) -> None:
    folder = make_model(tmp_path / "model", "llama")
    config = LoraConfig(r=4, lora_alpha=8, target_modules="all-linear", task_type="CAUSAL_LM", use_dora=True)
    theirs = get_peft_model(load_model(str(folder), device="cpu").model, config)
    with torch.no_grad():
        for name, parameter in theirs.named_parameters():
            if "lora_" in name:
                parameter.copy_(parameter + 0.2)
    theirs.save_pretrained(tmp_path / "dora")
    wanted = logits(theirs.eval())
    loaded = load_model(str(folder), device="cpu")
    before = logits(loaded.model)
    with with_adapter(loaded, tmp_path / "dora"):
        torch.testing.assert_close(logits(loaded.model), wanted, rtol=1e-4, atol=1e-3)
    assert torch.equal(logits(loaded.model), before)


def test_old_weights_wait_on_the_card_while_half_of_it_is_free(monkeypatch: pytest.MonkeyPatch) -> None:
    card, main = torch.device("cuda"), torch.device("cpu")
    assert _waiting_place(main) == main
    for free, expected in ((41, card), (39, main)):
        monkeypatch.setattr(torch.cuda, "mem_get_info", lambda _, free=free: (free, 80))
        assert _waiting_place(card) == expected

"""Merged layers: the same values and gradients as the layers one by one, whatever calls them."""

from pathlib import Path
from typing import Any

import pytest
import torch

from tutorsmith.models.load import LoadedModel, load_model
from tutorsmith.models.lora import LoraLinear, LoraShape, attach_lora
from tutorsmith.training import merged_layers
from tutorsmith.training.adapter import attach, detach
from tutorsmith.training.merged_layers import BLOCK, Group, MergedLinears, MergedMlp, _apply, fuse_merged, kept_bytes

SHAPE = LoraShape(3, 6)


@pytest.fixture(scope="module")
def loaded(tiny_model: Path) -> LoadedModel:
    return load_model(str(tiny_model), device="cpu")


def layer(inputs: int, outputs: int, seed: int, *, bias: bool = False) -> LoraLinear:
    """In float64, with a B that is not zero."""
    torch.manual_seed(seed)
    base = torch.nn.Linear(inputs, outputs, bias=bias, dtype=torch.float64).requires_grad_(False)
    made = LoraLinear(base, SHAPE)
    with torch.no_grad():
        made.lora_B.weight.normal_()
    return made


def learned(*layers: LoraLinear) -> list[torch.Tensor]:
    return [matrix.weight for one in layers for matrix in (one.lora_A, one.lora_B)]


def gradients(y: torch.Tensor, x: torch.Tensor, layers: tuple[LoraLinear, ...]) -> list[torch.Tensor]:
    torch.manual_seed(9)
    return list(torch.autograd.grad((y * torch.randn_like(y)).sum(), [x, *learned(*layers)]))


def assert_same(one: list[torch.Tensor], other: list[torch.Tensor]) -> None:
    for a, b in zip(one, other, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-10, atol=1e-10)


def test_layers_with_one_input_are_one_product() -> None:
    layers = (layer(6, 5, 0, bias=True), layer(6, 2, 1), layer(6, 4, 2, bias=True))
    x = torch.randn(7, 6, dtype=torch.float64, requires_grad=True)
    joint = _apply(MergedLinears, x, Group(layers))
    apart = [one(x) for one in layers]
    assert_same(list(joint), apart)
    assert_same(gradients(torch.cat(joint, 1), x, layers), gradients(torch.cat(apart, 1), x, layers))


@pytest.mark.parametrize("rows", [1, BLOCK, BLOCK + 5])
def test_a_gated_mlp_is_one_step(rows: int) -> None:
    gate, up, down = layers = (layer(6, 10, 0), layer(6, 10, 1), layer(10, 6, 2))
    x = torch.randn(rows, 6, dtype=torch.float64, requires_grad=True)
    joint = _apply(MergedMlp, x, Group(layers[:2]), Group(layers[2:]))
    apart = down(torch.nn.functional.silu(gate(x)) * up(x))
    assert_same([joint], [apart])
    assert_same(gradients(joint, x, layers), gradients(apart, x, layers))


def test_no_gradient_is_made_for_an_input_that_needs_none() -> None:
    layers = (layer(6, 10, 0), layer(6, 10, 1), layer(10, 6, 2))
    x = torch.randn(4, 6, dtype=torch.float64)
    _apply(MergedMlp, x, Group(layers[:2]), Group(layers[2:])).sum().backward()
    assert x.grad is None
    assert all(matrix.grad is not None for matrix in learned(*layers))


def test_a_step_of_the_optimizer_is_seen() -> None:
    one = layer(6, 5, 0)
    group = Group([one])
    before = group.merged
    assert group.merged is before
    with torch.no_grad():
        one.lora_A.weight += 1
    expected = one.base_layer.weight + one.scale * one.lora_B.weight @ one.lora_A.weight
    torch.testing.assert_close(group.merged, expected)


def test_where_memory_is_short_nothing_is_kept(loaded: LoadedModel, monkeypatch: pytest.MonkeyPatch) -> None:
    size = kept_bytes(loaded.model)
    head = loaded.model.get_output_embeddings()
    linear = [part for part in loaded.model.modules() if isinstance(part, torch.nn.Linear) and part is not head]
    assert size == sum(4 * part.weight.numel() for part in linear)
    monkeypatch.setattr(merged_layers, "available_bytes", lambda: 4 * size - 1)
    assert kept_bytes(loaded.model) == 0
    group = Group([layer(6, 5, 0)], keep=False)
    assert group.merged is not group.merged
    assert torch.equal(group.merged, Group([layer(6, 5, 0)]).merged)


def test_a_layer_that_is_called_otherwise_computes_for_itself(loaded: LoadedModel) -> None:
    model = attach(loaded, SHAPE, seed=0)
    try:
        module = model.get_decoder().layers[0].self_attn
        x, other = torch.randn(2, 1, 3, module.q_proj.in_features)
        expected = torch.nn.functional.linear(other, module.k_proj.base_layer.weight)  # B is zero
        module.q_proj(x)
        torch.testing.assert_close(module.k_proj(other), expected)
        torch.testing.assert_close(module.v_proj(x), torch.nn.functional.linear(x, module.v_proj.base_layer.weight))
    finally:
        detach(loaded, model)


def test_the_model_is_itself_again_afterwards(loaded: LoadedModel) -> None:
    ids = torch.tensor([[5, 6, 7, 8]])
    with torch.no_grad():
        before = loaded.model(input_ids=ids).logits
        model = attach(loaded, SHAPE, seed=0)
        assert any("forward" in vars(module) for module in model.modules())
        detach(loaded, model)
        assert not any("forward" in vars(module) for module in loaded.model.modules())
        assert torch.equal(loaded.model(input_ids=ids).logits, before)


def test_an_mlp_of_another_kind_is_left_alone() -> None:
    class Wide(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.mlp = Other()

        def get_output_embeddings(self) -> None:
            return None

    class Other(torch.nn.Module):
        """Gelu instead of silu."""

        def __init__(self) -> None:
            super().__init__()
            self.gate_proj, self.up_proj = torch.nn.Linear(6, 8, bias=False), torch.nn.Linear(6, 8, bias=False)
            self.down_proj = torch.nn.Linear(8, 6, bias=False)

        def forward(self, x: torch.Tensor) -> Any:
            return self.down_proj(torch.nn.functional.gelu(self.gate_proj(x)) * self.up_proj(x))

    model = Wide().requires_grad_(False)
    x = torch.randn(3, 6)
    before = model.mlp(x)
    layers = attach_lora(model, SHAPE)
    fuse_merged(model, frozenset(layers.values()))
    assert "forward" not in vars(model.mlp)
    torch.testing.assert_close(model.mlp(x), before)

"""Joined layers say the same, share one weight, and follow a merged adapter."""

import copy
from pathlib import Path
from typing import Any

import torch

from tutorsmith.models.load import load_model
from tutorsmith.models.siblings import join_siblings

IDS = torch.arange(5, 25)[None]


def test_a_model_with_joined_layers_says_the_same(tiny_model: Path) -> None:
    model: Any = load_model(str(tiny_model), device="cpu").model
    joined = copy.deepcopy(model)
    assert join_siblings(joined) == 2 * model.config.num_hidden_layers
    with torch.inference_mode():
        assert torch.allclose(joined(input_ids=IDS).logits, model(input_ids=IDS).logits, atol=1e-5)
    layer = joined.model.layers[0].self_attn
    assert layer.k_proj.weight.untyped_storage().data_ptr() == layer.q_proj.weight.untyped_storage().data_ptr()
    assert {n: p.shape for n, p in joined.state_dict().items()} == {n: p.shape for n, p in model.state_dict().items()}


def test_a_changed_weight_counts(tiny_model: Path) -> None:
    model: Any = load_model(str(tiny_model), device="cpu").model
    joined = copy.deepcopy(model)
    join_siblings(joined)
    with torch.no_grad():
        for one in (model, joined):
            one.model.layers[0].self_attn.v_proj.weight.add_(0.1)
            one.model.layers[1].mlp.up_proj.weight.copy_(one.model.layers[1].mlp.up_proj.weight * 2)
        assert torch.allclose(joined(input_ids=IDS).logits, model(input_ids=IDS).logits, atol=1e-5)


def test_another_order_of_calls_is_no_matter(tiny_model: Path) -> None:
    model: Any = load_model(str(tiny_model), device="cpu").model
    attention = model.model.layers[0].self_attn
    x, other = torch.randn((2, 3, model.config.hidden_size)), torch.randn((1, 2, model.config.hidden_size))
    weights = [layer.weight.clone() for layer in (attention.q_proj, attention.k_proj, attention.v_proj)]
    join_siblings(model)
    with torch.no_grad():
        assert torch.allclose(attention.k_proj(x), x @ weights[1].t(), atol=1e-5)
        attention.q_proj(x)
        assert torch.allclose(attention.v_proj(other), other @ weights[2].t(), atol=1e-5)
        assert torch.allclose(attention.v_proj(x), x @ weights[2].t(), atol=1e-5)

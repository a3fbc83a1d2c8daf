"""RMS norms in one step: only where the result is the same."""

import copy
from pathlib import Path
from typing import Any

import torch
from transformers.models.llama.modeling_llama import LlamaRMSNorm

from tutorsmith.models.load import load_model
from tutorsmith.models.norms import fuse_norms, fused_norms


class Shifted(torch.nn.Module):
    """A norm that adds one to its weight, as Gemma's does."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = torch.nn.Parameter(torch.linspace(0.1, 0.5, 8))
        self.variance_epsilon = 1e-6

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.rms_norm(x, (8,), self.weight + 1, self.variance_epsilon)


def test_a_model_with_fused_norms_says_the_same(tiny_model: Path) -> None:
    model: Any = load_model(str(tiny_model), device="cpu").model
    other = copy.deepcopy(model)
    fuse_norms(other)
    changed = [module for module in other.modules() if "forward" in vars(module)]
    assert len(changed) == 2 * model.config.num_hidden_layers + 1
    ids = torch.arange(5, 25)[None]
    with torch.no_grad():
        assert torch.allclose(other(input_ids=ids).logits, model(input_ids=ids).logits, atol=1e-5)


def test_the_gradient_is_that_of_transformers() -> None:
    torch.manual_seed(0)
    module: Any = LlamaRMSNorm(8, eps=1e-2).requires_grad_(False)
    module.weight.normal_()
    x = torch.randn(2, 5, 8, requires_grad=True)
    weights = torch.randn_like(x)

    def gradient() -> torch.Tensor:
        return torch.autograd.grad((module(x) * weights).sum(), x)[0]

    expected = gradient()
    with fused_norms(module):
        assert "forward" in vars(module)
        torch.testing.assert_close(gradient(), expected, rtol=1e-5, atol=1e-6)


def test_norms_are_as_before_after_the_block(tiny_model: Path) -> None:
    model: Any = load_model(str(tiny_model), device="cpu").model
    first = model.model.layers[0].input_layernorm
    fuse_norms(first)
    own = first.forward
    with fused_norms(model):
        assert (
            len([part for part in model.modules() if "forward" in vars(part)]) == 2 * model.config.num_hidden_layers + 1
        )
    assert [part for part in model.modules() if "forward" in vars(part)] == [first]
    assert first.forward is own, "what was changed for good before stays"


def test_another_kind_of_norm_is_left_alone() -> None:
    module = Shifted()
    fuse_norms(module)
    assert "forward" not in vars(module)

"""Rotary positions in few operations: transformers' values and gradients, and only where they are the same."""

from pathlib import Path
from types import ModuleType

import pytest
import torch
from transformers.models.llama import modeling_llama

from tutorsmith.models.load import load_model
from tutorsmith.models.rotary import NAME, fused_rotary, rotate


def test_values_and_gradients_are_those_of_transformers() -> None:
    torch.manual_seed(0)
    q = torch.randn(2, 4, 5, 8, dtype=torch.float64, requires_grad=True)
    k = torch.randn(2, 2, 5, 8, dtype=torch.float64, requires_grad=True)
    # Not a rotation's: each half has angles of its own, so that a mistaken half shows.
    angles = torch.randn(2, 5, 8, dtype=torch.float64)
    weights = torch.randn(2, 6, 5, 8, dtype=torch.float64)
    found = []
    for function in (rotate, modeling_llama.apply_rotary_pos_emb):
        turned = torch.cat(function(q, k, angles.cos(), angles.sin()), 1)
        found.append((turned, *torch.autograd.grad((turned * weights).sum(), (q, k))))
    for ours, theirs in zip(*found, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-12, atol=1e-12)


def test_a_models_file_computes_so_within_the_block(tiny_model: Path) -> None:
    model = load_model(str(tiny_model), device="cpu").model
    before = modeling_llama.apply_rotary_pos_emb
    ids = torch.tensor([[5, 6, 7, 8]])
    with torch.no_grad():
        expected = model(input_ids=ids).logits
        with fused_rotary(model) as fused:
            assert fused
            assert modeling_llama.apply_rotary_pos_emb is not before
            torch.testing.assert_close(model(input_ids=ids).logits, expected)
    assert modeling_llama.apply_rotary_pos_emb is before


def test_partly_turned_heads_and_other_types_keep_their_own_way(
    tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def partial(
        q: torch.Tensor, k: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        width = cos.shape[-1]
        parts = rotate(q[..., :width], k[..., :width], cos.to(q.dtype), sin.to(q.dtype))
        return torch.cat((parts[0], q[..., width:]), -1), torch.cat((parts[1], k[..., width:]), -1)

    file: ModuleType = modeling_llama
    monkeypatch.setattr(file, NAME, partial)
    q, k, angles = torch.randn(1, 2, 3, 8), torch.randn(1, 1, 3, 8), torch.randn(1, 3, 8)
    with fused_rotary(load_model(str(tiny_model), device="cpu").model) as fused:
        assert fused
        turned = getattr(file, NAME)
        for width, kind in ((8, torch.float32), (4, torch.float32), (8, torch.float64)):
            cos, sin = (part[..., :width].to(kind) for part in (angles.cos(), angles.sin()))
            found, expected = turned(q, k, cos, sin), partial(q, k, cos, sin)
            assert [part.dtype for part in found] == [torch.float32] * 2
            torch.testing.assert_close(found, expected)


def test_another_kind_of_turning_is_left_alone(tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interleaved(
        q: torch.Tensor, k: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        def turned(x: torch.Tensor) -> torch.Tensor:
            pairs = torch.stack((-x[..., 1::2], x[..., ::2]), -1).flatten(-2)
            return x * cos[:, None] + pairs * sin[:, None]

        return turned(q), turned(k)

    file: ModuleType = modeling_llama
    monkeypatch.setattr(file, NAME, interleaved)
    with fused_rotary(load_model(str(tiny_model), device="cpu").model) as fused:
        assert not fused
        assert getattr(file, NAME) is interleaved


def test_a_model_without_such_a_function_is_left_alone() -> None:
    with fused_rotary(torch.nn.Linear(2, 2)) as fused:
        assert not fused

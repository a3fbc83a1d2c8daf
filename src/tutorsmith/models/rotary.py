"""Rotary positions (Su et al. 2021, RoFormer) in three operations a tensor instead of transformers' six."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch

NAME = "apply_rotary_pos_emb"
"""What transformers' modelling files call it."""


class _Rotated(torch.autograd.Function):
    """x (rows, heads, n, d), cos and sin (rows, 1, n, d) -> x cos + (-x2, x1) sin for the halves x1, x2 of each x."""

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
        ctx.save_for_backward(cos, sin)
        return _turn(x, cos, sin, forth=True)

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        cos, sin = ctx.saved_tensors
        return _turn(gradients[0], cos, sin, forth=False), None, None


def _turn(x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor, *, forth: bool) -> torch.Tensor:
    """By the angle, or (the transposed, as a gradient goes) back by it."""
    out = x * cos
    (one, two), (low, high), (first, second) = x.chunk(2, -1), sin.chunk(2, -1), out.chunk(2, -1)
    if forth:
        first.addcmul_(two, low, value=-1)
        second.addcmul_(one, high)
    else:
        first.addcmul_(two, high)
        second.addcmul_(one, low, value=-1)
    return out


def rotate(
    q: torch.Tensor, k: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor, unsqueeze_dim: int = 1
) -> tuple[torch.Tensor, torch.Tensor]:
    """q, k: (rows, heads, n, d); cos, sin: (rows, n, d). Returns both turned by their positions' angles."""
    cos, sin = cos.unsqueeze(unsqueeze_dim), sin.unsqueeze(unsqueeze_dim)
    turn: Any = _Rotated.apply
    return turn(q, cos, sin), turn(k, cos, sin)


@contextmanager
def fused_rotary(model: Any) -> Iterator[bool]:
    """For the length of the block, let the modelling file of a model turn queries and keys as above; False where it
    does something else, which is tried, not guessed from its function's name. Heads of which only a part is turned, or
    angles of another type, go on to the file's own function."""
    file = sys.modules[type(model).__module__]
    theirs: Any = getattr(file, NAME, None)
    fused = theirs is not None and _is_plain(theirs)

    def turned(q: torch.Tensor, k: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor, *rest: Any, **named: Any) -> Any:
        alike = cos.shape[-1] == q.shape[-1] and cos.dtype == q.dtype
        return rotate(q, k, cos, sin, *rest, **named) if alike else theirs(q, k, cos, sin, *rest, **named)

    if fused:
        setattr(file, NAME, turned)
    try:
        yield fused
    finally:
        if fused:
            setattr(file, NAME, theirs)


@torch.no_grad()
def _is_plain(theirs: Any) -> bool:
    generator = torch.Generator().manual_seed(0)
    q, k = (torch.randn((1, heads, 3, 8), generator=generator) for heads in (2, 1))
    angles = torch.randn((1, 3, 8), generator=generator)
    try:
        expected = theirs(q, k, angles.cos(), angles.sin())
    except (TypeError, ValueError, RuntimeError):  # of another form: a part of each head turned, complex numbers
        return False
    made = rotate(q, k, angles.cos(), angles.sin())
    return all(a.shape == b.shape and torch.allclose(a, b, atol=1e-6) for a, b in zip(expected, made, strict=True))

"""Adapted linear layers as single autograd steps (Hu et al. 2021: y = x W + s (x A) B).

32-bit layers on a CPU are merged (`training.merged_layers`); with 16- or 4-bit weights, which merging would round,
and on a GPU the two products stay apart.
"""

from collections.abc import Callable
from typing import Any

import torch

from tutorsmith.models.lora import LoraLinear, layers_of
from tutorsmith.training.merged_layers import fuse_merged


class Mirror:
    """16-bit copies of all A and B of an adapter, plain and times the scale, renewed together.

    An adapter of 252 layers would otherwise be cast by a thousand small kernels in every pass.
    """

    def __init__(self, kind: torch.dtype) -> None:
        self.kind = kind
        self.originals: list[torch.Tensor] = []
        self.plain: list[torch.Tensor] = []
        self.scaled: list[torch.Tensor] = []
        self.scales: list[float] = []

    def add(self, matrix: torch.Tensor, scale: float) -> int:
        """Take in a matrix; its number is its place in `plain` and `scaled`."""
        self.originals.append(matrix)
        self.scales.append(scale)
        self.plain.append(torch.empty_like(matrix, dtype=self.kind, requires_grad=False))
        self.scaled.append(torch.empty_like(matrix, dtype=self.kind, requires_grad=False))
        return len(self.originals) - 1

    @torch.no_grad()
    def renew(self) -> None:
        """Once a pass. Version counters would not tell when it is needed: fused optimizers leave them as they are."""
        torch._foreach_copy_(self.plain, self.originals)
        torch._foreach_copy_(self.scaled, torch._foreach_mul(self.originals, self.scales))


class LowRankLinear(torch.autograd.Function):
    """16 or 4 bits: x (n, in), a (r, in) and b (out, r) in 32 bits for their gradients -> (n, out).

    `dense` gives the layer's weight (out, in) in x's type when it is called; `low` holds the 16-bit copies
    (a, scale * a, b, scale * b).
    """

    @staticmethod
    def forward(
        ctx: Any,
        x: torch.Tensor,
        a: torch.Tensor,
        _b: torch.Tensor,
        dense: Callable[[], torch.Tensor],
        bias: torch.Tensor | None,
        low: tuple[torch.Tensor, ...],
    ) -> torch.Tensor:
        narrow = x @ low[1].t()
        ctx.save_for_backward(x, narrow)
        ctx.dense, ctx.low, ctx.kind = dense, low, a.dtype
        y = torch.nn.functional.linear(x, dense(), bias)
        return y.addmm_(narrow, low[2].t())

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        x, narrow = ctx.saved_tensors
        (dy,) = gradients
        back = dy @ ctx.low[3]
        da, db = _product(back.t(), x, ctx.kind), _product(dy.t(), narrow, ctx.kind)
        dx = (dy @ ctx.dense()).addmm_(back, ctx.low[0]) if ctx.needs_input_grad[0] else None
        return dx, da, db, None, None, None


def _product(left: torch.Tensor, right: torch.Tensor, kind: torch.dtype) -> torch.Tensor:
    """left @ right with sums and result in `kind`, without a cast of its own where the device can."""
    if left.device.type == "cuda" and left.dtype != kind:
        return torch.mm(left, right, out_dtype=kind)
    return (left @ right).to(kind)


def fuse(model: Any, kind: torch.dtype) -> None:
    """Let the adapted linear layers of a model, which computes in `kind`, work as single steps while they are there.

    Layers with dropout keep their own way.
    """
    mirror, mergeable = Mirror(kind), []
    for module in layers_of(model).values():
        if not isinstance(module.lora_dropout, torch.nn.Identity):
            continue
        weight = module.base_layer.weight
        if weight.dtype == kind == torch.float32 and weight.device.type == "cpu":
            mergeable.append(module)
        else:
            forward = _low_rank_forward(module, mirror)
            setattr(module, "forward", forward)  # noqa: B010  of this instance; `detach_lora` throws it away whole
    if mergeable:
        fuse_merged(model, frozenset(mergeable))


def _parts(module: LoraLinear) -> tuple[torch.Tensor, torch.Tensor, float]:
    return module.lora_A.weight, module.lora_B.weight, module.scale


def _low_rank_forward(module: LoraLinear, mirror: Mirror) -> Callable[[torch.Tensor], torch.Tensor]:
    base, (a, b, scale) = module.base_layer, _parts(module)
    first = not mirror.originals
    one, two = mirror.add(a, scale), mirror.add(b, scale)
    low = (mirror.plain[one], mirror.scaled[one], mirror.plain[two], mirror.scaled[two])
    dense = _dense(base, mirror.kind)

    def forward(x: torch.Tensor) -> torch.Tensor:
        if first:  # the first layer of a pass sees to it that the copies are those of this step
            mirror.renew()
        flat = x.reshape(-1, x.shape[-1])
        y = LowRankLinear.apply(flat, a, b, dense, base.bias, low)  # type: ignore[no-untyped-call]
        return y.view(*x.shape[:-1], y.shape[-1])  # type: ignore[no-any-return]

    return forward


def _dense(base: Any, kind: torch.dtype) -> Callable[[], torch.Tensor]:
    """What gives a layer's weight in a 16-bit type: itself, or NF4 unpacked anew each time (memory before speed)."""
    state = getattr(base.weight, "quant_state", None)
    if state is None:
        return lambda: base.weight.to(kind)

    def unpack() -> torch.Tensor:
        import bitsandbytes.functional as bnb

        return bnb.dequantize_4bit(base.weight.data, state).to(kind)  # type: ignore[no-any-return]

    return unpack

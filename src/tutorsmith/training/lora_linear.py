"""The linear layers of an adapted model as single autograd steps (Hu et al. 2021: y = x W' with W' = W + s B A).

PEFT computes x W and s (x A) B apart and adds them up, which costs three passes over the output and keeps x twice. Here
a 32-bit layer is one product with the merged weight, and its gradients are products of low rank; with 16- or 4-bit
weights, which merging would round, the two products stay apart and everything else is the same. Only x is kept for the
backward pass.
"""

from collections.abc import Callable
from typing import Any

import torch


class MergedLinear(torch.autograd.Function):
    """32-bit: x (n, in), weight (out, in), bias (out,) or None, a (r, in), b (out, r), scale -> (n, out)."""

    @staticmethod
    def forward(  # noqa: PLR0913  autograd hands over one by one
        ctx: Any,
        x: torch.Tensor,
        weight: torch.Tensor,
        bias: torch.Tensor | None,
        a: torch.Tensor,
        b: torch.Tensor,
        scale: float,
    ) -> torch.Tensor:
        ctx.save_for_backward(x, weight, a, b)
        ctx.scale = scale
        merged = torch.addmm(weight, b, a, alpha=scale)
        return torch.nn.functional.linear(x, merged, bias)

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        x, weight, a, b = ctx.saved_tensors
        (dy,) = gradients
        low = dy @ b
        da = (low.t() @ x).mul_(ctx.scale)
        db = (dy.t() @ (x @ a.t())).mul_(ctx.scale)
        dx = dy @ torch.addmm(weight, b, a, alpha=ctx.scale) if ctx.needs_input_grad[0] else None
        return dx, None, None, da, db, None


class LowRankLinear(torch.autograd.Function):
    """16 or 4 bits: as MergedLinear; `dense` gives the layer's weight (out, in) in x's type when it is called."""

    @staticmethod
    def forward(  # noqa: PLR0913  autograd hands over one by one
        ctx: Any,
        x: torch.Tensor,
        dense: Callable[[], torch.Tensor],
        bias: torch.Tensor | None,
        a: torch.Tensor,
        b: torch.Tensor,
        scale: float,
    ) -> torch.Tensor:
        ctx.save_for_backward(x, a, b)
        ctx.dense, ctx.scale = dense, scale
        y = torch.nn.functional.linear(x, dense(), bias)
        return y.addmm_(x @ a.to(x.dtype).t(), b.to(x.dtype).t(), alpha=scale)

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        x, a, b = ctx.saved_tensors
        (dy,) = gradients
        a_low, b_low = a.to(x.dtype), b.to(x.dtype)
        low = dy @ b_low
        da = (low.t() @ x).to(a.dtype).mul_(ctx.scale)
        db = (dy.t() @ (x @ a_low.t())).to(b.dtype).mul_(ctx.scale)
        dx = None
        if ctx.needs_input_grad[0]:
            dx = (dy @ ctx.dense()).addmm_(low, a_low, alpha=ctx.scale)
        return dx, None, None, da, db, None


def fuse(model: Any) -> None:
    """Let the adapted linear layers of a PEFT model compute as above, for as long as they are there.

    Layers with dropout, several adapters or a variant of LoRA keep PEFT's own way.
    """
    for module in model.modules():
        if _is_plain(module):
            module.forward = _forward_of(module)


def _is_plain(module: Any) -> bool:
    names = getattr(module, "active_adapters", None)
    if names is None or not hasattr(module, "lora_A") or len(names) != 1 or names[0] not in module.lora_A:
        return False
    dropout = module.lora_dropout[names[0]]
    return isinstance(dropout, torch.nn.Identity) and names[0] not in module.lora_variant and not module.merged


def _forward_of(module: Any) -> Callable[[torch.Tensor], torch.Tensor]:
    base, name = module.base_layer, module.active_adapters[0]
    a, b, scale = module.lora_A[name].weight, module.lora_B[name].weight, float(module.scaling[name])

    def forward(x: torch.Tensor) -> torch.Tensor:
        flat = x.reshape(-1, x.shape[-1])
        if base.weight.dtype == flat.dtype == a.dtype == torch.float32:
            y = MergedLinear.apply(flat, base.weight, base.bias, a, b, scale)  # type: ignore[no-untyped-call]
        else:
            y = LowRankLinear.apply(flat, _dense(base, flat.dtype), base.bias, a, b, scale)  # type: ignore[no-untyped-call]
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

"""RMS norms in one step instead of the six that transformers' modules take (Zhang and Sennrich 2019)."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch


@contextmanager
def fused_norms(model: Any) -> Iterator[None]:
    """`fuse_norms` for the length of the block."""
    changed = fuse_norms(model)
    try:
        yield
    finally:
        for module in changed:
            del module.forward


def fuse_norms(model: Any) -> list[Any]:
    """Replace the computation of each RMS norm that is nothing but x / rms(x) * weight, in float32 inside. Returns the
    modules that were changed; one that was before is left.

    What a module computes is tried, not guessed from its name: some add one to the weight or have a bias. The weights
    must not learn.
    """
    changed = []
    for module in model.modules():
        weight, eps = getattr(module, "weight", None), getattr(module, "variance_epsilon", None)
        if (
            eps is not None
            and "forward" not in vars(module)
            and isinstance(weight, torch.Tensor)
            and weight.dim() == 1
            and _is_plain(module, weight, eps)
        ):
            module.forward = _forward_of(module, float(eps))
            changed.append(module)
    return changed


@torch.no_grad()
def _is_plain(module: Any, weight: torch.Tensor, eps: float) -> bool:
    x = torch.linspace(-2, 3, weight.shape[0], device=weight.device, dtype=weight.dtype)[None]
    ours = torch.nn.functional.rms_norm(x, weight.shape, weight, eps)
    tolerance = 4 * torch.finfo(weight.dtype).eps
    return bool(torch.allclose(ours, module(x), rtol=tolerance, atol=tolerance))


class _RmsNorm(torch.autograd.Function):
    """x (..., d), weight (d,) -> (..., d). Keeps x and one number a row; PyTorch's own keeps three tensors on a CPU."""

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, weight: torch.Tensor, eps: float) -> torch.Tensor:
        scale: torch.Tensor = (
            torch.linalg.vector_norm(x, dim=-1, keepdim=True).square_().div_(x.shape[-1]).add_(eps).rsqrt_()
        )
        ctx.save_for_backward(x, weight, scale)
        y: torch.Tensor = x * scale
        return y.mul_(weight)

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        x, weight, scale = ctx.saved_tensors
        dx = gradients[0] * weight
        share = torch.linalg.vecdot(dx, x).unsqueeze_(-1).mul_(scale.pow(3)).div_(x.shape[-1])
        return dx.mul_(scale).addcmul_(x, share, value=-1), None, None


def _forward_of(module: Any, eps: float) -> Any:
    def forward(hidden_states: torch.Tensor) -> torch.Tensor:
        if torch.is_grad_enabled() and hidden_states.device.type == "cpu" and hidden_states.dtype.itemsize >= 4:
            made: torch.Tensor = _RmsNorm.apply(hidden_states, module.weight, eps)  # type: ignore[no-untyped-call]
            return made
        return torch.nn.functional.rms_norm(hidden_states, module.weight.shape, module.weight, eps)

    return forward

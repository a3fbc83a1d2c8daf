"""Adapted 32-bit layers on a CPU as few autograd steps (Hu et al. 2021: y = x W' with W' = W + s B A).

PEFT computes x W and s (x A) B apart and adds them up: three passes over the output, and x is kept twice. Here one
product with the merged weight does both, its gradients are products of low rank, and layers that read the same input
(queries, keys and values; gate and up) are one product. Of a gated MLP only the input and the two products are kept;
the rest is computed again in the backward pass, a block of rows at a time, so that it stays in the processor's cache.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch

from tutorsmith.core.memory import available_bytes
from tutorsmith.models.lora import LoraLinear
from tutorsmith.models.siblings import SIBLINGS, Siblings

QUERIES, GATE_AND_UP = SIBLINGS
GATED = (*GATE_AND_UP, "down_proj")
BLOCK = 128
"""Rows of an MLP's middle that are worked on together: a few MB, a core's second cache."""


@dataclass(frozen=True)
class Layer:
    """An adapted layer's tensors: weight (out, in), a (r, in), b (out, r), bias (out,) or None."""

    weight: torch.Tensor
    a: torch.Tensor
    b: torch.Tensor
    bias: torch.Tensor | None
    scale: float


def layer_of(module: LoraLinear) -> Layer:
    base = module.base_layer
    return Layer(base.weight, module.lora_A.weight, module.lora_B.weight, base.bias, module.scale)


class Group:
    """Layers that read the same input. `merged`: (sum of out, in), their merged weights below one another.

    They are merged anew only when an a or b has changed, which is once an optimizer step, whatever passes it takes.
    Their version counters tell it (fused optimizers, which leave those as they are, are for GPUs).
    """

    def __init__(self, modules: Sequence[LoraLinear], *, keep: bool = True) -> None:
        """keep: False merges for each product, for models that memory does not hold twice."""
        self.keep = keep
        self.layers = [layer_of(module) for module in modules]
        self.widths = [layer.weight.shape[0] for layer in self.layers]
        self._versions: list[int] = []
        self._merged = torch.empty(0)

    @property
    @torch.no_grad()
    def merged(self) -> torch.Tensor:
        versions = [matrix._version for layer in self.layers for matrix in (layer.a, layer.b)]
        if versions == self._versions:
            return self._merged
        weight = self.layers[0].weight
        whole = weight.new_empty((sum(self.widths), weight.shape[1]))
        for layer, part in zip(self.layers, torch.split(whole, self.widths), strict=True):
            torch.addmm(layer.weight, layer.b, layer.a, alpha=layer.scale, out=part)
        if self.keep:
            self._merged, self._versions = whole, versions
        return whole

    def low_rank(self, x: torch.Tensor, dy: torch.Tensor, xa: torch.Tensor | None = None) -> list[torch.Tensor]:
        """Gradients of each layer's a and b in turn. x: (n, in); dy: (n, sum of out); xa: x A', where it is known."""
        ranks, parts = [layer.a.shape[0] for layer in self.layers], torch.split(dy, self.widths, 1)
        if xa is None:
            xa = x @ torch.cat([layer.a for layer in self.layers]).t()
        low = torch.cat([part @ layer.b for part, layer in zip(parts, self.layers, strict=True)], 1)
        das = torch.split(low.t() @ x, ranks)
        dbs = [(narrow.t() @ part).t() for part, narrow in zip(parts, torch.split(xa, ranks, 1), strict=True)]
        pairs = zip(das, dbs, self.layers, strict=True)
        return [gradient * layer.scale for da, db, layer in pairs for gradient in (da, db)]


class MergedLinears(torch.autograd.Function):
    """x (n, in) and the layers that read it -> a (n, out) of each. `learned`: their a and b, for the gradients."""

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, group: Group, *_learned: torch.Tensor) -> tuple[torch.Tensor, ...]:
        ctx.group = group
        ctx.save_for_backward(x)
        parts = torch.split(x @ group.merged.t(), group.widths, 1)
        for layer, part in zip(group.layers, parts, strict=True):
            if layer.bias is not None:
                part += layer.bias
        return parts

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        (x,) = ctx.saved_tensors
        dy = torch.cat(gradients, 1) if len(gradients) > 1 else gradients[0]
        dx = dy @ ctx.group.merged if ctx.needs_input_grad[0] else None
        return dx, None, *ctx.group.low_rank(x, dy)


class MergedMlp(torch.autograd.Function):
    """down(silu(gate(x)) * up(x)), (n, in) -> (n, in), without bias (SwiGLU, Shazeer 2020)."""

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, both: Group, down: Group, *_learned: torch.Tensor) -> torch.Tensor:
        """both: gate and up."""
        wide = x @ both.merged.t()
        gate, up = wide.chunk(2, 1)
        middle = torch.empty(gate.shape, dtype=gate.dtype, device=gate.device)
        for start in range(0, len(x), BLOCK):
            rows = slice(start, start + BLOCK)
            torch.mul(torch.nn.functional.silu(gate[rows]), up[rows], out=middle[rows])
        ctx.groups = both, down
        ctx.save_for_backward(x, wide, middle @ down.layers[0].a.t())
        return middle @ down.merged.t()

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        (dy,), (both, down) = gradients, ctx.groups
        x, wide, narrow = ctx.saved_tensors
        middle = dy @ down.merged  # its gradient, which each block exchanges for the middle itself
        dwide = torch.empty_like(wide)
        for start in range(0, len(x), BLOCK):
            rows = slice(start, start + BLOCK)
            (gate, up), (dgate, dup) = wide[rows].chunk(2, 1), dwide[rows].chunk(2, 1)
            silu, dmiddle = torch.nn.functional.silu(gate), middle[rows]
            torch.mul(dmiddle, silu, out=dup)
            torch.ops.aten.silu_backward.grad_input(dmiddle * up, gate, grad_input=dgate)
            torch.mul(silu, up, out=middle[rows])
        dx = dwide @ both.merged if ctx.needs_input_grad[0] else None
        return dx, None, None, *both.low_rank(x, dwide), *down.low_rank(middle, dy, narrow)


def _apply(function: Any, x: torch.Tensor, *groups: Group) -> Any:
    learned = [matrix for group in groups for layer in group.layers for matrix in (layer.a, layer.b)]
    return function.apply(x.reshape(-1, x.shape[-1]), *groups, *learned)


def _reshaped(y: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    return y.view(*x.shape[:-1], y.shape[-1])


def kept_bytes(model: Any) -> int:
    """What merged weights take beside a 32-bit model's own on a CPU while it is trained; 0 where a quarter of the free
    memory does not hold them, and they are merged for each product."""
    head = model.get_output_embeddings()
    layers = [part for part in model.modules() if type(part) is torch.nn.Linear and part is not head]
    size = sum(layer.weight.numel() * layer.weight.element_size() for layer in layers)
    return size if 4 * size <= available_bytes() else 0


def fuse_merged(model: Any, fusible: frozenset[LoraLinear]) -> None:
    """Let these adapted layers of a 32-bit model work as above; what they are part of decides which way."""
    keep = kept_bytes(model) > 0
    left = set(fusible)
    for module in model.modules():
        queries, gated = _named(module, QUERIES, fusible), _named(module, GATED, fusible)
        if queries:
            _join(queries, keep=keep)
            left.difference_update(queries)
        if gated and _is_gated(module, gated):
            module.forward = _MlpForward(Group(gated[:2], keep=keep), Group(gated[2:], keep=keep))
            left.difference_update(gated)
    for layer in left:
        _join([layer], keep=keep)


def release(model: Any) -> None:
    """Give the MLPs back their own way; the adapted layers' went with them."""
    for module in model.modules():
        if isinstance(vars(module).get("forward"), _MlpForward):
            del module.forward


def _named(module: Any, names: Sequence[str], fusible: frozenset[LoraLinear]) -> list[LoraLinear]:
    """The layers of these names in a module, where all are there and may be fused."""
    found = [getattr(module, name, None) for name in names]
    return [layer for layer in found if layer in fusible] if all(layer in fusible for layer in found) else []


def _join(modules: Sequence[LoraLinear], *, keep: bool) -> None:
    alone = [partial(_first_of, Group([module], keep=False)) for module in modules]
    siblings = Siblings(partial(_all_of, Group(modules, keep=keep)), alone)
    for place, module in enumerate(modules):
        setattr(module, "forward", partial(siblings.call, place))  # noqa: B010  of this instance only


def _all_of(group: Group, x: torch.Tensor) -> list[torch.Tensor]:
    return [_reshaped(part, x) for part in _apply(MergedLinears, x, group)]


def _first_of(group: Group, x: torch.Tensor) -> torch.Tensor:
    return _all_of(group, x)[0]


@dataclass(frozen=True)
class _MlpForward:
    both: Group
    down: Group

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        return _reshaped(_apply(MergedMlp, x, self.both, self.down), x)


@torch.no_grad()
def _is_gated(module: Any, modules: Sequence[LoraLinear]) -> bool:
    """Whether the module is a SwiGLU MLP of these layers without bias: tried, not guessed from its name."""
    if any(layer.base_layer.bias is not None for layer in modules):
        return False
    weight = modules[0].base_layer.weight
    x = torch.linspace(-2, 3, 2 * weight.shape[1], device=weight.device, dtype=weight.dtype).view(2, -1)
    expected, found = module(x), _MlpForward(Group(modules[:2]), Group(modules[2:]))(x)
    return bool((expected - found).abs().max() <= 1e-4 * expected.abs().max())

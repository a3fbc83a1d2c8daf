"""Linear layers over weights in MKL's own order, which makes products of few rows a third faster on a CPU.

A plain product puts the weights in order every time, which takes as long as multiplying them with ten rows. PyTorch's
compiler packs them once in this way (`torch.ops.mkl`); MKL lets one packing serve any number of rows (oneMKL reference,
`cblas_?gemm_pack`).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import torch

from tutorsmith.core.memory import available_bytes
from tutorsmith.models.siblings import SIBLINGS, Layers, Siblings, are_siblings, plainly

MOST_ROWS = 64
"""The rows that weights are packed for. MKL chooses the order by it; measured, this one is as fast for fewer rows as
one packed for just those. More rows are multiplied with the plain weights."""
SHARE = 0.5
"""The part of the free memory that packed weights may take; keys and values need some too."""


@contextmanager
def prepacked(model: Any) -> Iterator[int]:
    """Within the block the model's linear layers compute with packed copies of their weights as they are now; those
    that read the same input (`models.siblings`) with one. Yields how many products were packed: none where the model
    is not on a CPU in float32, where PyTorch lacks MKL, or where memory is short.

    The layers must not change within the block, and nothing can be trained there.
    """
    layers = _layers(model)
    size = sum(layer.weight.numel() * layer.weight.element_size() for layer in layers)
    if not layers or not torch._C.has_mkl or size > SHARE * available_bytes():
        yield 0
        return
    changed: list[Any] = []
    try:
        with torch.no_grad():
            made = [*_groups(model, changed), *_singles(layers, changed)]
        yield len(made)
    finally:
        for layer in changed:
            del layer.forward


def _layers(model: Any) -> list[Any]:
    """The plain linear layers in float32 on the CPU that compute for themselves."""
    return [
        layer
        for layer in model.modules()
        if type(layer) is torch.nn.Linear
        and "forward" not in vars(layer)
        and layer.weight.dtype == torch.float32
        and layer.weight.device.type == "cpu"
    ]


def _groups(model: Any, changed: list[Any]) -> Iterator[Any]:
    usable = set(_layers(model))
    for module in model.modules():
        for names in SIBLINGS:
            layers: list[Any] = [getattr(module, name, None) for name in names]
            if are_siblings(layers) and usable.issuperset(layers):
                product = _Product(torch.cat([layer.weight for layer in layers]), None)
                group = Siblings(_split(product, [layer.out_features for layer in layers]), list(map(plainly, layers)))
                for place, layer in enumerate(layers):
                    layer.forward = _of_few_rows(partial(group.call, place), layer)
                    changed.append(layer)
                yield product


def _split(product: "_Product", sizes: list[int]) -> Layers:
    return lambda x: torch.split(product(x), sizes, -1)


def _singles(layers: list[Any], changed: list[Any]) -> Iterator[Any]:
    for layer in layers:
        if "forward" not in vars(layer):
            product = _Product(layer.weight, layer.bias)
            layer.forward = _of_few_rows(product, layer)
            changed.append(layer)
            yield product


class _Product:
    """x (..., in) -> x W' + b (..., out), W packed."""

    def __init__(self, weight: torch.Tensor, bias: torch.Tensor | None) -> None:
        self.packed = torch.ops.mkl._mkl_reorder_linear_weight(weight.detach(), MOST_ROWS)
        # Of the plain weight only the shape is read.
        self.shape = weight.new_empty(1).expand(weight.shape)
        self.bias = bias

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        out: torch.Tensor = torch.ops.mkl._mkl_linear(x, self.packed, self.shape, self.bias, rows_of(x))
        return out


def rows_of(x: torch.Tensor) -> int:
    return x.numel() // x.shape[-1]


def _of_few_rows(packed: Callable[[torch.Tensor], torch.Tensor], layer: Any) -> Callable[[torch.Tensor], torch.Tensor]:
    plain = plainly(layer)
    return lambda x: plain(x) if rows_of(x) > MOST_ROWS else packed(x)

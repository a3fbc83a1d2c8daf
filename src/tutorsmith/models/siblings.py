"""Linear layers that read the same input, computed as one product: queries, keys and values; gate and up.

On a GPU a short product takes as long as the start of its kernel, so that two products for five are worth it. The
weights move into one tensor of which each layer keeps its own part, so that nothing is stored twice and what changes a
layer's weight (merging an adapter) changes the whole.
"""

from collections.abc import Sequence
from typing import Any

import torch

SIBLINGS = (("q_proj", "k_proj", "v_proj"), ("gate_proj", "up_proj"))


def join_siblings(model: Any) -> int:
    """Join such layers where they are plain linear ones of one type without bias; returns how many groups were joined.

    The model must call the layers of a group one after the other, in this order and on the same input, as the attention
    and MLP modules of transformers' Llama-like models do; a layer that is called otherwise computes for itself.
    """
    joined = 0
    for module in model.modules():
        for names in SIBLINGS:
            layers = [getattr(module, name, None) for name in names]
            if all(_is_plain(layer) for layer in layers) and len({layer.weight.dtype for layer in layers}) == 1:  # type: ignore
                _join(layers)
                joined += 1
    return joined


def _is_plain(layer: Any) -> bool:
    return type(layer) is torch.nn.Linear and layer.bias is None


class _Group:
    """The joint weight, and the parts of the last product that were not yet asked for."""

    def __init__(self, layers: Sequence[Any]) -> None:
        self.sizes = [layer.out_features for layer in layers]
        self.weight = torch.cat([layer.weight.data for layer in layers])
        self.source: torch.Tensor | None = None
        self.parts: list[torch.Tensor] = []

    def call(self, place: int, layer: Any, x: torch.Tensor) -> torch.Tensor:
        if torch.is_grad_enabled():
            return torch.nn.functional.linear(x, layer.weight)
        if place == 0:
            self.source = x
            self.parts = list(torch.split(torch.nn.functional.linear(x, self.weight), self.sizes, -1))
        elif self.source is not x:
            return torch.nn.functional.linear(x, layer.weight)
        part = self.parts[place]
        if place == len(self.sizes) - 1:
            self.source, self.parts = None, []
        return part


def _join(layers: Sequence[Any]) -> None:
    group = _Group(layers)
    start = 0
    for place, layer in enumerate(layers):
        layer.weight.data = group.weight[start : start + layer.out_features]
        start += layer.out_features
        layer.forward = _forward_of(group, place, layer)


def _forward_of(group: _Group, place: int, layer: Any) -> Any:
    def forward(x: torch.Tensor) -> torch.Tensor:
        return group.call(place, layer, x)

    return forward

"""Linear layers that read the same input, computed as one product: queries, keys and values; gate and up.

On a GPU a short product takes as long as the start of its kernel, so that two products for five are worth it. The
weights move into one tensor of which each layer keeps its own part, so that nothing is stored twice and what changes a
layer's weight (merging an adapter) changes the whole.
"""

from collections.abc import Callable, Sequence
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
            if are_siblings(layers):
                _join(layers)
                joined += 1
    return joined


def are_siblings(layers: Sequence[Any]) -> bool:
    """Whether these can be one product: plain linear layers of one type without bias."""
    return all(_is_plain(layer) for layer in layers) and len({layer.weight.dtype for layer in layers}) == 1


def _is_plain(layer: Any) -> bool:
    return type(layer) is torch.nn.Linear and layer.bias is None


Layers = Callable[[torch.Tensor], Sequence[torch.Tensor]]
"""x (..., in) -> the (..., out) of each layer."""


class Siblings:
    """Layers that are called one after the other on one input: the first call computes all, the others fetch theirs.

    joint: all of them; alone: each, for a call out of that order.
    """

    def __init__(self, joint: Layers, alone: Sequence[Callable[[torch.Tensor], torch.Tensor]]) -> None:
        self.joint, self.alone = joint, alone
        self.source: torch.Tensor | None = None
        self.parts: Sequence[torch.Tensor] = ()

    def call(self, place: int, x: torch.Tensor) -> torch.Tensor:
        """What the layer at this place gives for x."""
        if place == 0:
            self.source, self.parts = x, self.joint(x)
        elif self.source is not x:
            return self.alone[place](x)
        part = self.parts[place]
        if place == len(self.alone) - 1:
            self.source, self.parts = None, ()
        return part


def plainly(layer: Any) -> Callable[[torch.Tensor], torch.Tensor]:
    """The layer with its weight as it is when it is called."""
    return lambda x: torch.nn.functional.linear(x, layer.weight, layer.bias)


def _join(layers: Sequence[Any]) -> None:
    sizes = [layer.out_features for layer in layers]
    weight = torch.cat([layer.weight.data for layer in layers])
    alone = [plainly(layer) for layer in layers]
    group = Siblings(lambda x: torch.split(torch.nn.functional.linear(x, weight), sizes, -1), alone)
    for place, (layer, part) in enumerate(zip(layers, torch.split(weight, sizes), strict=True)):
        layer.weight.data = part
        layer.forward = _forward_of(group, place)


def _forward_of(group: Siblings, place: int) -> Any:
    def forward(x: torch.Tensor) -> torch.Tensor:
        return group.alone[place](x) if torch.is_grad_enabled() else group.call(place, x)

    return forward

"""How many tokens one pass may hold, from the memory that is free; and when activations are recomputed instead."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from tutorsmith.core.memory import available_bytes
from tutorsmith.models.load import usable_memory
from tutorsmith.models.render import Rendered
from tutorsmith.training.merged_layers import kept_bytes

MOST_TOKENS = {"cpu": 2048, "cuda": 16384}
"""Longer rows gain nothing: the products are large enough, and on a CPU smaller activations stay nearer."""
SHARE = {"cpu": 0.5, "cuda": 0.85}
"""The part of the free memory that may be planned with; the rest is for what the plan does not see."""


@dataclass
class Room:
    """How many tokens one pass may hold; shrinks when memory turns out to be scarcer than planned."""

    tokens: int

    def passes(self, rows: Sequence[Rendered]) -> Iterator[list[Rendered]]:
        """The rows of a step in their order, cut where a pass is full. A row longer than that goes alone."""
        part: list[Rendered] = []
        held = 0
        for row in rows:
            if part and held + len(row.ids) > self.tokens:
                yield part
                part, held = [], 0
            part.append(row)
            held += len(row.ids)
        if part:
            yield part

    def halve(self, rows: Sequence[Rendered]) -> bool:
        """Make room for half as much; False when each pass over these rows holds a single one already."""
        parts = [part for part in self.passes(rows) if len(part) > 1]
        if not parts:
            return False
        self.tokens = max(sum(len(row.ids) for row in part) for part in parts) // 2
        return True


@dataclass(frozen=True)
class MemoryPlan:
    """tokens: most tokens of one pass; checkpointing: whether activations are recomputed in the backward pass."""

    tokens: int
    checkpointing: bool


def activation_bytes(config: Any, itemsize: int, *, checkpointing: bool) -> int:
    """Bytes that a token's activations take until its backward pass, for a Llama-like decoder.

    Kept in a layer: its input, both normed inputs, queries, keys, values (before and after rotation), the attention's
    output, the middle, gate, up, their product and its input to the activation.
    """
    hidden, inner = int(config.hidden_size), int(config.intermediate_size)
    heads = int(config.num_attention_heads)
    width = int(getattr(config, "head_dim", None) or hidden // heads)
    attention = width * (heads + 2 * int(getattr(config, "num_key_value_heads", None) or heads))
    layer = itemsize * (7 * hidden + 2 * attention + width * heads + 4 * inner)
    layers = int(config.num_hidden_layers)
    return layers * itemsize * hidden + 2 * layer if checkpointing else layers * layer


def free_bytes(device: torch.device) -> int:
    """Memory that may still be taken: on CUDA with what the allocator holds unused, else of the system."""
    if device.type == "cuda":
        reserved, used = torch.cuda.memory_reserved(device), torch.cuda.memory_allocated(device)
        return min(int(torch.cuda.mem_get_info(device)[0]), usable_memory(device) - reserved) + reserved - used
    return available_bytes()


def plan_memory(loaded: Any, longest: int, wanted: bool | str) -> MemoryPlan:
    """longest: tokens of the longest row. wanted: whether activations are recomputed; "auto": only if that row would
    not fit otherwise.

    The number of tokens is a power of two, so that a little more or less free memory changes nothing.
    """
    device = loaded.device
    merged = kept_bytes(loaded.model) if device.type == "cpu" and loaded.dtype == torch.float32 else 0
    room = SHARE[device.type] * (free_bytes(device) - merged)
    itemsize = loaded.dtype.itemsize
    kept = int(room / activation_bytes(loaded.model.config, itemsize, checkpointing=False))
    checkpointing = kept < longest if wanted == "auto" else bool(wanted)
    tokens = int(room / activation_bytes(loaded.model.config, itemsize, checkpointing=True)) if checkpointing else kept
    return MemoryPlan(max(min(_power_of_two(tokens), MOST_TOKENS[device.type]), longest), checkpointing)


def _power_of_two(number: int) -> int:
    return 1 << max(0, number.bit_length() - 1)

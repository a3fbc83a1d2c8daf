"""A key/value cache allocated once and written in place, and grouped-query attention that reads it without copies.

transformers' DynamicCache concatenates, which copies the whole cache at every token, and its attention repeats keys and
values for every query head. On a CPU both cost more than the layer's arithmetic.
"""

from typing import Any

import torch
from transformers import AttentionInterface
from transformers.cache_utils import Cache, CacheLayerMixin
from transformers.integrations.sdpa_attention import sdpa_attention_forward

ATTENTION = "tutorsmith_grouped"


class GrowingLayer(CacheLayerMixin):  # type: ignore[misc]  # transformers is untyped here
    """One layer's keys and values, (rows, kv_heads, capacity, head_dim); the first `length` positions are filled."""

    def __init__(self, capacity: int) -> None:
        super().__init__()
        self.capacity = capacity
        self.length = 0

    def lazy_initialization(self, key_states: torch.Tensor, value_states: torch.Tensor) -> None:
        rows, heads, _, width = key_states.shape
        self.keys = key_states.new_empty((rows, heads, self.capacity, width))
        self.values = value_states.new_empty((rows, heads, self.capacity, value_states.shape[-1]))
        self.is_initialized = True

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *_args: Any, **_options: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Append (rows, kv_heads, n, head_dim) and return views of all that is filled."""
        if not self.is_initialized:
            self.lazy_initialization(key_states, value_states)
        end = self.length + key_states.shape[2]
        self.keys[:, :, self.length : end] = key_states
        self.values[:, :, self.length : end] = value_states
        self.length = end
        return self.keys[:, :, :end], self.values[:, :, :end]

    def keep(self, rows: torch.Tensor) -> None:
        """Drop all rows but these."""
        self.keys, self.values = self.keys[rows], self.values[rows]

    def get_mask_sizes(self, query_length: int) -> tuple[int, int]:
        return self.length + query_length, 0

    def get_seq_length(self) -> int:
        return self.length

    def get_max_length(self) -> int:
        return self.capacity


def make_cache(layers: int, capacity: int) -> Cache:
    return Cache(layers=[GrowingLayer(capacity) for _ in range(layers)])


def keep_rows(cache: Cache, rows: torch.Tensor) -> None:
    for layer in cache.layers:
        layer.keep(rows)


def grouped_attention(
    module: torch.nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    **options: Any,
) -> tuple[torch.Tensor, None]:
    """Scaled dot-product attention; for one new token the query heads that share a key head become its query positions.

    query: (rows, heads, n, d); key, value: (rows, kv_heads, length, d); mask: (rows, 1, n, length).
    Returns (rows, n, heads, d), as transformers expects.
    """
    rows, heads, new, width = query.shape
    kv_heads = key.shape[1]
    if new != 1:
        out, _ = sdpa_attention_forward(module, query, key, value, attention_mask, **options)
        return out, None
    grouped = query.view(rows, kv_heads, heads // kv_heads, width)
    out = torch.nn.functional.scaled_dot_product_attention(
        grouped, key, value, attn_mask=attention_mask, scale=options.get("scaling")
    )
    return out.reshape(rows, 1, heads, width), None


AttentionInterface.register(ATTENTION, grouped_attention)

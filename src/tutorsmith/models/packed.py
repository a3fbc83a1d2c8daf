"""Several sequences in one row without padding: their layout, and the attention that keeps them apart.

A row is `prefix | rest 1 | rest 2 | ...`: what all its sequences start with stands there once, and each rest attends to
the prefix and to itself (positions go on after the prefix). transformers' models hand the layout down to the attention.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Any

import torch

from tutorsmith.models.lean import AttentionInterface

PACKED = "tutorsmith_packed"


@dataclass(frozen=True)
class Layout:
    """Where a packed row's sequences lie. prefix: tokens that all share; rests: the length of each one's own."""

    prefix: int
    rests: tuple[int, ...]
    device: torch.device

    @property
    def length(self) -> int:
        return self.prefix + sum(self.rests)

    @cached_property
    def starts(self) -> tuple[int, ...]:
        """The first position of each rest, and the end of the row."""
        return tuple(accumulate(self.rests, initial=self.prefix))

    @cached_property
    def positions(self) -> torch.Tensor:
        """(1, length): each token's place in its own sequence."""
        parts = [torch.arange(self.prefix), *(torch.arange(self.prefix, self.prefix + n) for n in self.rests)]
        return torch.cat(parts)[None].to(self.device)

    def with_prefix(self, keys: torch.Tensor) -> torch.Tensor:
        """(n, heads, d) of the row -> the keys of all sequences one after the other, the prefix repeated for each."""
        return _RepeatedPrefix.apply(keys, self.prefix, self.rests) if self.prefix else keys  # type: ignore

    @cached_property
    def bounds(self) -> tuple[torch.Tensor, torch.Tensor, int, int]:
        """Ends of queries and of keys (int32, from 0) for variable-length attention, and the longest of each."""
        queries = ([self.prefix] if self.prefix else []) + list(self.rests)
        keys = ([self.prefix] if self.prefix else []) + [self.prefix + n for n in self.rests]
        ends = [torch.tensor([0, *accumulate(n)], dtype=torch.int32, device=self.device) for n in (queries, keys)]
        return ends[0], ends[1], max(queries), max(keys)


class _RepeatedPrefix(torch.autograd.Function):
    """Repeats the first `prefix` places of dimension 0 before each rest; the gradient of indexing would sort first."""

    @staticmethod
    def forward(ctx: Any, keys: torch.Tensor, prefix: int, rests: tuple[int, ...]) -> torch.Tensor:
        ctx.prefix, ctx.rests = prefix, rests
        head, *parts = torch.split(keys, [prefix, *rests])
        return torch.cat([head, *(piece for part in parts for piece in (head, part))])

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        sizes = [ctx.prefix, *(size for rest in ctx.rests for size in (ctx.prefix, rest))]
        pieces = torch.split(gradients[0], sizes)
        head = torch.stack([pieces[0], *pieces[1::2]]).sum(0, dtype=torch.float32).to(gradients[0].dtype)
        return torch.cat([head, *pieces[2::2]]), None, None


def shared_prefix(sequences: Sequence[Sequence[int]], least: int = 16) -> int:
    """How many first tokens all sequences share, leaving each at least one of its own; 0 where it is under `least`."""
    if len(sequences) < 2:
        return 0
    limit = min(map(len, sequences)) - 1
    first = sequences[0]
    same = next((k for k in range(limit) if any(row[k] != first[k] for row in sequences)), limit)
    return same if same >= least else 0


def packed_attention(
    _module: torch.nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    _attention_mask: torch.Tensor | None,
    *,
    layout: Layout,
    scaling: float | None = None,
    **_options: Any,
) -> tuple[torch.Tensor, None]:
    """Causal attention within each sequence of a packed row.

    query: (1, heads, n, d); key, value: (1, kv_heads, n, d). Returns (1, n, heads, d), as transformers expects.
    """
    if query.device.type == "cuda":
        return _variable_length(query, key, value, layout, scaling), None
    return _one_by_one(query, key, value, layout, scaling), None


def _variable_length(
    query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, layout: Layout, scaling: float | None
) -> torch.Tensor:
    """FlashAttention over sequences of any length. With more keys than queries its causal mask is aligned at the end,
    which is what a rest behind its prefix needs (Dao, FlashAttention-2, arXiv:2307.08691)."""
    q, k, v = (part[0].transpose(0, 1) for part in (query, key, value))
    k, v = layout.with_prefix(k), layout.with_prefix(v)
    queries, keys, longest_query, longest_key = layout.bounds
    out = torch.ops.aten._flash_attention_forward(
        q, k, v, queries, keys, longest_query, longest_key, 0.0, True, False, scale=scaling
    )[0]
    return out[None]  # type: ignore[no-any-return]


def _one_by_one(
    query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, layout: Layout, scaling: float | None
) -> torch.Tensor:
    """Each sequence whole, with the prefix before it: computing the prefix's few answers anew is cheaper than a mask.

    Query heads that share a key head stand in a dimension of their own, along which keys and values are not copied.
    """
    groups, prefix = key.shape[1], layout.prefix
    q, k, v = query[0].view(groups, -1, *query.shape[2:]), key[0, :, None], value[0, :, None]
    sizes = [prefix, *layout.rests] if prefix else list(layout.rests)
    pieces = list(zip(*(torch.split(part, sizes, 2) for part in (q, k, v)), strict=True))
    head = pieces.pop(0) if prefix else None
    out: list[torch.Tensor] = []
    for piece in pieces:
        rows, keys, values = [torch.cat(pair, 2) for pair in zip(head, piece, strict=True)] if head else piece
        shape = (*rows.shape[:2], *keys.shape[2:])
        made = torch.nn.functional.scaled_dot_product_attention(
            rows, keys.expand(shape), values.expand(*shape[:-1], values.shape[-1]), is_causal=True, scale=scaling
        )
        if head:
            first, made = torch.split(made, [prefix, made.shape[2] - prefix], 2)
            out += [] if out else [first]
        out.append(made)
    return torch.cat(out, 2).flatten(0, 1).transpose(0, 1)[None]


AttentionInterface.register(PACKED, packed_attention)

"""Decoding on a GPU: rows of any length without padding, and one recorded graph of kernels for every further token.

Prompts are read as one packed row, with what all of them start with computed once (`models.packed`). Each row's keys
and values lie in its own stretch of one buffer; how much of it is filled stands in a tensor, so that the kernels of a
token are the same every time and CUDA can replay them without the host (Nguyen et al., CUDA graphs in PyTorch, 2021).
"""

from collections.abc import Sequence
from typing import Any

import torch
from transformers import AttentionInterface
from transformers.cache_utils import Cache, CacheLayerMixin

from tutorsmith.models.packed import PACKED, Layout, shared_prefix

RAGGED = "tutorsmith_ragged"


class Rows:
    """Where each row's tokens lie: `capacity` places a row, the first `lengths[r]` of them filled.

    lengths: (rows,) int32; offsets: (rows + 1,) int32, the start of each row's stretch; slots: (rows,) the place that
    the next token of each row takes.
    """

    def __init__(self, lengths: Sequence[int], capacity: int, device: torch.device) -> None:
        count = len(lengths)
        self.count, self.capacity = count, capacity
        self.lengths = torch.tensor(lengths, dtype=torch.int32, device=device)
        self.offsets = torch.arange(0, (count + 1) * capacity, capacity, dtype=torch.int32, device=device)
        self.queries = torch.arange(count + 1, dtype=torch.int32, device=device)

    @property
    def slots(self) -> torch.Tensor:
        return (self.offsets[:-1] + self.lengths).long()


class _Kept(CacheLayerMixin):  # type: ignore[misc]  # transformers is untyped here
    """One layer's keys and values: first those of the packed prompts, then the rows' buffer, (places, kv_heads, d)."""

    is_compileable = False

    def __init__(self) -> None:
        super().__init__()
        self.rows: Rows | None = None

    def lazy_initialization(self, key_states: torch.Tensor, value_states: torch.Tensor) -> None:
        self.keys, self.values = key_states, value_states
        self.is_initialized = True

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *_args: Any, **_options: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """The prompts' (1, kv_heads, n, d) are kept as they are; of one token a row, (rows, kv_heads, 1, d), each goes
        to its row's next place. Returns what the attention reads."""
        if self.rows is None:
            self.lazy_initialization(key_states, value_states)
            return key_states, value_states
        slots = self.rows.slots
        self.keys.index_copy_(0, slots, key_states[:, :, 0])
        self.values.index_copy_(0, slots, value_states[:, :, 0])
        return self.keys, self.values

    def spread(self, layout: Layout, rows: Rows) -> None:
        """Give each row its stretch: the prefix, then its own tokens."""
        self.keys, self.values = (
            self._spread(part[0].transpose(0, 1), layout, rows) for part in (self.keys, self.values)
        )
        self.rows = rows

    @staticmethod
    def _spread(packed: torch.Tensor, layout: Layout, rows: Rows) -> torch.Tensor:
        out = packed.new_zeros((rows.count, rows.capacity, *packed.shape[1:]))
        out[:, : layout.prefix] = packed[: layout.prefix]
        for row, (start, size) in enumerate(zip(layout.starts, layout.rests, strict=False)):
            out[row, layout.prefix : layout.prefix + size] = packed[start : start + size]
        return out.flatten(0, 1)

    def get_mask_sizes(self, query_length: int) -> tuple[int, int]:
        return query_length, 0

    def get_seq_length(self) -> int:
        return 0

    def get_max_length(self) -> int:
        return -1


def ragged_attention(
    _module: torch.nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    _attention_mask: torch.Tensor | None,
    *,
    rows: Rows,
    scaling: float | None = None,
    **_options: Any,
) -> tuple[torch.Tensor, None]:
    """Each row's one new token against its own stretch, itself included.

    query: (rows, heads, 1, d); key, value: (places, kv_heads, d). Returns (rows, 1, heads, d).
    """
    used = rows.lengths + 1
    q = query[:, :, 0]
    if query.device.type == "cuda":
        out = torch.ops.aten._flash_attention_forward(
            q,
            key,
            value,
            rows.queries,
            rows.offsets,
            1,
            rows.capacity,
            0.0,
            False,
            False,
            scale=scaling,
            seqused_k=used,
        )[0]
        return out[:, None], None
    kept = [part.view(rows.count, rows.capacity, *part.shape[1:]).transpose(1, 2) for part in (key, value)]
    grouped = q.view(rows.count, key.shape[1], -1, q.shape[-1])
    mask = torch.arange(rows.capacity, device=q.device) < used[:, None]
    out = torch.nn.functional.scaled_dot_product_attention(
        grouped, kept[0], kept[1], attn_mask=mask[:, None, None], scale=scaling
    )
    return out.reshape(rows.count, 1, *q.shape[1:]), None


AttentionInterface.register(RAGGED, ragged_attention)


class Decoder:
    """A batch of prompts and their growing answers. `logits`: (rows, vocabulary) after the last token of each row."""

    def __init__(self, model: Any, prompts: Sequence[Sequence[int]], room: int) -> None:
        """Read the prompts; `room` is how many tokens may follow each. Raises: torch.OutOfMemoryError."""
        self.model, device = model, model.device
        prefix = min(shared_prefix(prompts), min(map(len, prompts)) - 1)
        layout = Layout(prefix, tuple(len(prompt) - prefix for prompt in prompts), device)
        ids = [*prompts[0][:prefix], *(token for prompt in prompts for token in prompt[prefix:])]
        self.cache = Cache(layers=[_Kept() for _ in range(model.config.num_hidden_layers)])
        model.set_attn_implementation(PACKED)
        last = torch.tensor(layout.starts[1:], device=device) - 1
        self.logits: torch.Tensor = model(
            input_ids=torch.tensor([ids], device=device),
            position_ids=layout.positions,
            past_key_values=self.cache,
            use_cache=True,
            logits_to_keep=last,
            layout=layout,
        ).logits[0]
        capacity = -(-(max(map(len, prompts)) + room) // 64) * 64
        self.rows = Rows([len(prompt) for prompt in prompts], capacity, device)
        for layer in self.cache.layers:
            layer.spread(layout, self.rows)
        self.tokens = torch.zeros((len(prompts), 1), dtype=torch.long, device=device)
        self.graph: torch.cuda.CUDAGraph | None = None
        model.set_attn_implementation(RAGGED)

    def feed(self, tokens: torch.Tensor) -> torch.Tensor:
        """Append one token to each row, (rows,), and return the logits after it."""
        self.tokens.copy_(tokens[:, None])
        if self.tokens.device.type != "cuda":
            self.logits = self._forward()
        else:
            if self.graph is None:
                self._record()
            assert self.graph is not None
            self.graph.replay()
        self.rows.lengths += 1
        return self.logits

    def _forward(self) -> torch.Tensor:
        logits: torch.Tensor = self.model(
            input_ids=self.tokens,
            position_ids=self.rows.lengths[:, None].long(),
            past_key_values=self.cache,
            use_cache=True,
            rows=self.rows,
        ).logits[:, -1]
        return logits

    def _record(self) -> None:
        """Record the kernels of one token. Recording writes no row's length, so it may be run as often as it needs."""
        stream = torch.cuda.Stream()  # type: ignore[no-untyped-call]
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            for _ in range(2):
                self._forward()
        torch.cuda.current_stream().wait_stream(stream)
        self.graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self.graph):
            self.logits = self._forward()

"""Decoding rows of any length without padding.

Prompts are read as one packed row, with what all of them start with computed once (`models.packed`). Each row's keys
and values lie in its own stretch of one buffer, and further tokens of all rows are one packed row again.

On a GPU all that counts is how many kernels a token takes: how much of a stretch is filled stands in a tensor, so that
the kernels of a token are the same every time and CUDA can replay them without the host (Nguyen et al., CUDA graphs in
PyTorch, 2021). On a CPU it is the arithmetic: rows that have ended leave, only what is filled is read, and a row may
get several tokens at once (`generation.drafts`).
"""

from collections.abc import Sequence
from itertools import accumulate
from typing import Any

import torch
from transformers import AttentionInterface
from transformers.cache_utils import Cache, CacheLayerMixin

from tutorsmith.models.packed import PACKED, Layout, shared_prefix

RAGGED = "tutorsmith_ragged"
BLOCK = 64
"""Places by which the readable part of a CPU's buffer grows."""


class Rows:
    """Where each row's tokens lie: `capacity` places a row, the first `lengths[r]` of them filled.

    lengths: (rows,) int32; offsets: (rows + 1,) int32, the start of each row's stretch; slots: (tokens,) the place that
    each token of the current pass takes; positions: (1, tokens) its place in its own row.
    """

    def __init__(self, lengths: Sequence[int], capacity: int, device: torch.device) -> None:
        self.capacity = capacity
        self.lengths = torch.tensor(lengths, dtype=torch.int32, device=device)
        self._count(len(lengths))

    def _count(self, count: int) -> None:
        step, device = self.capacity, self.lengths.device
        self.count = count
        self.offsets = torch.arange(0, (count + 1) * step, step, dtype=torch.int32, device=device)
        self.queries = torch.arange(count + 1, dtype=torch.int32, device=device)

    @property
    def slots(self) -> torch.Tensor:
        return (self.offsets[:-1] + self.lengths).long()

    @property
    def positions(self) -> torch.Tensor:
        return self.lengths[None].long()

    def keep(self, rows: Sequence[int]) -> None:
        """Drop all rows but these."""
        self.lengths = self.lengths[list(rows)]
        self._count(len(rows))


class Several:
    """One pass over several tokens of each row, on the CPU. See `Rows`, which is a pass over one token of each.

    counts: tokens of each row. The attention computes as many for each row as the longest has (`width`): `spread`
    (rows, width) says which token stands where, and those that stand in for nothing are not read again (`gather`).
    """

    def __init__(self, rows: Rows, counts: Sequence[int], heads: int, dtype: torch.dtype) -> None:
        self.count, self.capacity = rows.count, rows.capacity
        self.width = max(counts)
        sizes, starts = torch.tensor(counts), torch.tensor([0, *accumulate(counts)][:-1])
        places = torch.arange(self.width).expand(self.count, -1)
        real = places < sizes[:, None]
        self.spread = (starts[:, None] + places).where(real, starts[:, None])
        self.even = bool(real.all())
        self.gather = (places + self.width * torch.arange(self.count)[:, None])[real]
        ends = rows.lengths.long()[:, None] + places
        self.positions = ends[real][None]
        self.slots = (ends + rows.offsets[:-1, None])[real]
        self.longest = int(self.positions.max()) + 1
        hidden = torch.arange(self.longest) > ends[:, :, None]
        mask = torch.zeros(hidden.shape, dtype=dtype).masked_fill_(hidden, float("-inf"))
        # (rows, 1, heads that share a key head x width, longest)
        self.mask = mask[:, None].expand(-1, heads, -1, -1).reshape(self.count, 1, heads * self.width, -1)


class _Kept(CacheLayerMixin):  # type: ignore[misc]  # transformers is untyped here
    """One layer's keys and values: first those of the packed prompts, then the rows' buffer, (places, kv_heads, d)."""

    is_compileable = False

    def __init__(self) -> None:
        super().__init__()
        self.step: Rows | Several | None = None

    def lazy_initialization(self, key_states: torch.Tensor, value_states: torch.Tensor) -> None:
        self.keys, self.values = key_states, value_states
        self.is_initialized = True

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *_args: Any, **_options: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """The prompts' (1, kv_heads, n, d) are kept as they are; later tokens go to their rows' next places. Returns
        what the attention reads."""
        if self.step is None:
            self.lazy_initialization(key_states, value_states)
            return key_states, value_states
        slots = self.step.slots
        self.keys.index_copy_(0, slots, key_states[0].transpose(0, 1))
        self.values.index_copy_(0, slots, value_states[0].transpose(0, 1))
        return self.keys, self.values

    def spread(self, layout: Layout, rows: Rows, readable: int) -> None:
        """Give each row its stretch: the prefix, then its own tokens, then zeros up to `readable` places."""
        self.keys, self.values = (
            self._spread(part[0].transpose(0, 1), layout, rows, readable) for part in (self.keys, self.values)
        )
        self.step = rows

    @staticmethod
    def _spread(packed: torch.Tensor, layout: Layout, rows: Rows, readable: int) -> torch.Tensor:
        out = packed.new_empty((rows.count, rows.capacity, *packed.shape[1:]))
        out[:, : layout.prefix] = packed[: layout.prefix]
        for row, (start, size) in enumerate(zip(layout.starts, layout.rests, strict=False)):
            out[row, layout.prefix : layout.prefix + size] = packed[start : start + size]
            out[row, layout.prefix + size : readable] = 0
        return out.flatten(0, 1)

    def clear(self, capacity: int, start: int, end: int) -> None:
        """Zeros in these places of all rows: what a longer row makes readable must be finite."""
        for part in (self.keys, self.values):
            _stretches(part, capacity)[:, start:end] = 0

    def keep(self, capacity: int, rows: Sequence[int], readable: int) -> None:
        """Let each row's stretch hold what row rows[r] >= r held. The buffer is not made smaller, only read less of."""
        for part in (self.keys, self.values):
            stretches = _stretches(part, capacity)[:, :readable]
            for row, old in enumerate(rows):
                if row != old:
                    stretches[row] = stretches[old]
        self.keys, self.values = (part[: len(rows) * capacity] for part in (self.keys, self.values))

    def get_mask_sizes(self, query_length: int) -> tuple[int, int]:
        return query_length, 0

    def get_seq_length(self) -> int:
        return 0

    def get_max_length(self) -> int:
        return -1


def _stretches(part: torch.Tensor, capacity: int) -> torch.Tensor:
    """(places, kv_heads, d) -> (rows, capacity, kv_heads, d), a view."""
    return part.view(-1, capacity, *part.shape[1:])


def ragged_attention(
    _module: torch.nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    _attention_mask: torch.Tensor | None,
    *,
    rows: Rows | Several,
    scaling: float | None = None,
    **_options: Any,
) -> tuple[torch.Tensor, None]:
    """Each row's new tokens against its own stretch, themselves included.

    query: (1, heads, tokens, d); key, value: (places, kv_heads, d). Returns (1, tokens, heads, d).
    """
    q = query[0].transpose(0, 1)
    if isinstance(rows, Several):
        return _with_few_keys(q, key, value, rows, scaling)[None], None
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
        seqused_k=rows.lengths + 1,
    )[0]
    return out[None], None


def _with_few_keys(
    q: torch.Tensor, key: torch.Tensor, value: torch.Tensor, step: Several, scaling: float | None
) -> torch.Tensor:
    """On the CPU: only places up to the longest row's are read, and the query heads that share a key head are that
    head's queries, so that nothing is copied. q: (tokens, heads, d), as is what it returns."""
    kv_heads, group, d = key.shape[1], q.shape[1] // key.shape[1], q.shape[2]
    kept = [_stretches(part, step.capacity)[:, : step.longest].transpose(1, 2) for part in (key, value)]
    tokens = q if step.even else q[step.spread]
    # (rows, width, kv_heads, group, d) -> (rows, kv_heads, group x width, d)
    grouped = tokens.reshape(-1, step.width, kv_heads, group, d).permute(0, 2, 3, 1, 4).flatten(2, 3)
    out = torch.nn.functional.scaled_dot_product_attention(
        grouped, kept[0], kept[1], attn_mask=step.mask, scale=scaling
    )
    by_token = out.view(-1, kv_heads, group, step.width, d).permute(0, 3, 1, 2, 4).reshape(-1, *q.shape[1:])
    return by_token if step.even else by_token[step.gather]


AttentionInterface.register(RAGGED, ragged_attention)


class Decoder:
    """A batch of prompts and their growing answers. `logits`: (rows, vocabulary) after the last token of each row."""

    def __init__(self, model: Any, prompts: Sequence[Sequence[int]], room: Sequence[int]) -> None:
        """Read the prompts; room: how many tokens may follow each. Raises: torch.OutOfMemoryError."""
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
        longest = max(len(prompt) + more for prompt, more in zip(prompts, room, strict=True))
        capacity = -(-longest // BLOCK) * BLOCK
        self.rows = Rows([len(prompt) for prompt in prompts], capacity, device)
        # Whatever is read, though masked, must be finite. A CPU reads up to the longest row's end.
        self.readable = max(map(len, prompts)) if device.type == "cpu" else capacity
        for layer in self.cache.layers:
            layer.spread(layout, self.rows, self.readable)
        self.tokens = torch.zeros((1, len(prompts)), dtype=torch.long, device=device)
        self.graph: torch.cuda.CUDAGraph | None = None
        model.set_attn_implementation(RAGGED)

    def feed(self, tokens: torch.Tensor) -> torch.Tensor:
        """Append one token to each row, (rows,), and return the logits after it, (rows, vocabulary)."""
        if tokens.device.type != "cuda":
            self.feed_several(tokens.tolist(), [1] * self.rows.count)
        else:
            self.tokens.copy_(tokens[None])
            if self.graph is None:
                self._record()
            assert self.graph is not None
            self.graph.replay()
        self.rows.lengths += 1
        return self.logits

    def feed_several(self, tokens: Sequence[int], counts: Sequence[int]) -> torch.Tensor:
        """Try counts[r] further tokens of each row, on a CPU; returns the logits after each, (tokens, vocabulary).

        tokens: those of all rows one after the other. `accept` says which were right; the others are overwritten.
        """
        step = Several(self.rows, counts, self._heads_a_key(), self.logits.dtype)
        self._reach(step.longest)
        for layer in self.cache.layers:
            layer.step = step
        self.logits = self._forward(torch.tensor([tokens]), step)
        return self.logits

    def accept(self, right: Sequence[int]) -> None:
        """How many of the tokens that each row tried belong to it."""
        self.rows.lengths += torch.tensor(right, dtype=torch.int32)

    def keep(self, rows: Sequence[int]) -> None:
        """Drop all rows but these, on a CPU; row r becomes what rows[r] >= r was."""
        for layer in self.cache.layers:
            layer.keep(self.rows.capacity, rows, self.readable)
        self.rows.keep(rows)

    def _reach(self, places: int) -> None:
        if places > self.readable:
            end = min(-(-places // BLOCK) * BLOCK, self.rows.capacity)
            for layer in self.cache.layers:
                layer.clear(self.rows.capacity, self.readable, end)
            self.readable = end

    def _heads_a_key(self) -> int:
        return int(self.model.config.num_attention_heads) // int(self.cache.layers[0].keys.shape[1])

    def _forward(self, tokens: torch.Tensor, step: Rows | Several) -> torch.Tensor:
        logits: torch.Tensor = self.model(
            input_ids=tokens,
            position_ids=step.positions,
            past_key_values=self.cache,
            use_cache=True,
            rows=step,
        ).logits[0]
        return logits

    def _record(self) -> None:
        """Record the kernels of one token. Recording writes no row's length, so it may be run as often as it needs."""
        stream = torch.cuda.Stream()  # type: ignore[no-untyped-call]
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            for _ in range(2):
                self._forward(self.tokens, self.rows)
        torch.cuda.current_stream().wait_stream(stream)
        self.graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self.graph):
            self.logits = self._forward(self.tokens, self.rows)

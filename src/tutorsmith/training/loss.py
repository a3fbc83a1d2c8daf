"""The loss of samples packed into one row: cross-entropy at the learned tokens only, summed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from tutorsmith.models.packed import Layout, shared_prefix
from tutorsmith.models.render import Rendered

CHUNK_BYTES = {"cpu": 64 << 20, "cuda": 128 << 20}
"""How much of the logits is held at once; all of them would be the largest tensor of a step."""
OWN_LOGITS = ("logits_scaling", "logit_scale", "final_logit_softcapping")
"""Where a model's config says that its logits are more than the product with the vocabulary's weight."""


@dataclass(frozen=True)
class Packed:
    """ids: (1, n); used: (t,) the positions whose next token is learned; targets: (t,) those tokens."""

    ids: torch.Tensor
    layout: Layout
    used: torch.Tensor
    targets: torch.Tensor


def pack(rows: Sequence[Rendered], device: torch.device) -> Packed:
    """Rows -> one row without padding. What all of them start with, and none learns, stands there once."""
    prefix = shared_prefix([row.ids for row in rows])
    prefix = min([prefix, *(row.mask.index(True) for row in rows if any(row.mask))])
    # The last token of the prefix would have several next tokens; each sequence keeps its own copy of it.
    prefix = max(0, prefix - 1)
    layout = Layout(prefix, tuple(len(row.ids) - prefix for row in rows), device)
    ids = [*rows[0].ids[:prefix], *(token for row in rows for token in row.ids[prefix:])]
    used, targets = [], []
    for start, row in zip(layout.starts, rows, strict=False):
        for place in range(1, len(row.ids)):
            if row.mask[place]:
                used.append(start - prefix + place - 1)
                targets.append(row.ids[place])
    whole, places, wanted = (torch.tensor(numbers, device=device) for numbers in ([ids], used, targets))
    return Packed(whole, layout, places, wanted)


def summed_loss(model: Any, rows: Sequence[Rendered], device: torch.device) -> torch.Tensor:
    """Sum over learned tokens of -log p(token | what came before), in nats, as a float32 scalar (float64 for such a
    model).

    The model's attention must be `models.packed.PACKED`. The vocabulary projection is computed only at positions that
    some row learns from: for a small model it is a fifth of all arithmetic.
    """
    packed = pack(rows, device)
    options = {"input_ids": packed.ids, "position_ids": packed.layout.positions, "layout": packed.layout}
    head = model.get_output_embeddings()
    plain = head.bias is None and not head.weight.requires_grad
    if not plain or any(getattr(model.config, name, None) for name in OWN_LOGITS):
        logits = model(**options, use_cache=False, logits_to_keep=packed.used).logits[0]
        kind = torch.promote_types(logits.dtype, torch.float32)
        return torch.nn.functional.cross_entropy(logits.to(kind), packed.targets, reduction="sum")
    hidden = model.get_decoder()(**options, use_cache=False).last_hidden_state[0]
    loss: torch.Tensor = _CrossEntropy.apply(  # type: ignore[no-untyped-call]
        hidden[packed.used], head.weight, packed.targets
    )
    return loss


class _CrossEntropy(torch.autograd.Function):
    """hidden (t, d), weight (v, d) without gradient, targets (t,) -> summed cross-entropy.

    The gradient of the hidden states is computed with the loss, chunk by chunk, so that no logits are kept (as Hsu et
    al., Liger Kernel, arXiv:2410.10989, do).
    """

    @staticmethod
    def forward(ctx: Any, hidden: torch.Tensor, weight: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        kind = torch.promote_types(hidden.dtype, torch.float32)
        size = max(32, CHUNK_BYTES[hidden.device.type] // (weight.shape[0] * kind.itemsize) // 32 * 32)
        total = torch.zeros((), dtype=kind, device=hidden.device)
        gradient = torch.empty_like(hidden) if ctx.needs_input_grad[0] else None
        room = hidden.new_empty((min(size, len(targets)), weight.shape[0]))
        for start in range(0, len(targets), size):
            part, wanted = hidden[start : start + size], targets[start : start + size, None]
            # Only this one tensor is as long as the vocabulary; all happens in its place.
            share = torch.mm(part, weight.t(), out=room[: len(part)]).to(kind)
            told = share.gather(-1, wanted)
            top = share.amax(-1, keepdim=True)
            norm = share.sub_(top).exp_().sum(-1, keepdim=True)
            total += (norm.log() + top - told).sum()
            if gradient is not None:
                share.div_(norm).scatter_add_(-1, wanted, torch.full_like(wanted, -1, dtype=kind))
                torch.mm(share.to(hidden.dtype), weight, out=gradient[start : start + size])
        if gradient is not None:
            ctx.save_for_backward(gradient)
        return total

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        (gradient,) = ctx.saved_tensors
        return gradient * gradients[0].to(gradient.dtype), None, None

"""The loss of a padded batch: cross-entropy at the learned tokens only, summed."""

from collections.abc import Sequence
from typing import Any

import torch

from tutorsmith.models.render import Rendered

IGNORED = -100


def collate(
    rows: Sequence[Rendered], pad: int, device: torch.device
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Rows -> (ids, attention mask, targets), each (rows, longest), padded on the right.

    targets[r, t] is the token after position t if that token is learned, else IGNORED.
    """
    width = max(len(row.ids) for row in rows)
    ids = torch.full((len(rows), width), pad)
    seen = torch.zeros((len(rows), width), dtype=torch.long)
    targets = torch.full((len(rows), width), IGNORED)
    for k, row in enumerate(rows):
        n = len(row.ids)
        ids[k, :n] = torch.tensor(row.ids)
        seen[k, :n] = 1
        learned = torch.tensor(row.mask[1:])
        targets[k, : n - 1][learned] = ids[k, 1:n][learned]
    return ids.to(device), seen.to(device), targets.to(device)


def summed_loss(model: Any, rows: Sequence[Rendered], pad: int, device: torch.device) -> torch.Tensor:
    """Sum over learned tokens of -log p(token | what came before), in nats, as a float32 scalar.

    The vocabulary projection is computed only at positions that some row learns from: for a small model it is a fifth
    of all arithmetic.
    """
    ids, seen, targets = collate(rows, pad, device)
    used = (targets != IGNORED).any(0).nonzero()[:, 0]
    mask = None if len(rows) == 1 else seen
    logits = model(input_ids=ids, attention_mask=mask, logits_to_keep=used, use_cache=False).logits
    return torch.nn.functional.cross_entropy(
        logits.float().flatten(0, 1), targets[:, used].flatten(), ignore_index=IGNORED, reduction="sum"
    )

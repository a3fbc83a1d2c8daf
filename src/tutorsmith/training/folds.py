"""Which samples are held out to watch the validation loss; cross-validation for sets too small to spare any."""

from collections.abc import Sequence
from typing import TypeVar

import torch

from tutorsmith.models.render import Rendered

MIN_FOR_VALIDATION = 8
"""Below this many samples none is held out: one sample's loss says nothing, and each is needed to learn from."""

T = TypeVar("T")


def split_validation(rows: Sequence[Rendered], share: float, seed: int) -> tuple[list[Rendered], list[Rendered]]:
    """(train, held out); all rows of one sample stay together, and at least one is held out if any may be."""
    names = list(dict.fromkeys(row.id for row in rows))
    if share == 0 or len(names) < MIN_FOR_VALIDATION:
        return list(rows), []
    count = max(1, round(share * len(names)))
    chosen = set(_shuffled(names, seed)[:count])
    return [r for r in rows if r.id not in chosen], [r for r in rows if r.id in chosen]


def folds(rows: Sequence[Rendered], count: int, seed: int) -> list[tuple[list[Rendered], list[Rendered]]]:
    """`count` pairs (train, held out); every sample is held out exactly once."""
    names = _shuffled(list(dict.fromkeys(row.id for row in rows)), seed)
    parts = [set(names[k::count]) for k in range(count)]
    return [([r for r in rows if r.id not in part], [r for r in rows if r.id in part]) for part in parts]


def _shuffled(names: list[T], seed: int) -> list[T]:
    generator = torch.Generator().manual_seed(seed)
    return [names[k] for k in torch.randperm(len(names), generator=generator).tolist()]

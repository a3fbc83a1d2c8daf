"""Which samples are held out to watch the validation loss; cross-validation for sets too small to spare any."""

from collections.abc import Sequence
from typing import TypeVar

import torch

MIN_FOR_VALIDATION = 8
"""Below this many samples none is held out: one sample's loss says nothing, and each is needed to learn from."""

T = TypeVar("T")


Places = tuple[list[int], list[int]]
"""Places of the rows to learn from, and of those held out."""


def split_validation(names: Sequence[str], share: float, seed: int) -> Places:
    """names: the sample of each row. All rows of one sample stay together; at least one sample is held out if any may
    be, and one is left."""
    samples = list(dict.fromkeys(names))
    if share == 0 or len(samples) < MIN_FOR_VALIDATION:
        return list(range(len(names))), []
    count = min(max(1, round(share * len(samples))), len(samples) - 1)
    return _parted(names, set(_shuffled(samples, seed)[:count]))


def folds(names: Sequence[str], count: int, seed: int) -> list[Places]:
    """names: the sample of each row. `count` pairs; every sample is held out exactly once."""
    samples = _shuffled(list(dict.fromkeys(names)), seed)
    return [_parted(names, set(samples[k::count])) for k in range(count)]


def _parted(names: Sequence[str], held_out: set[str]) -> Places:
    places = range(len(names))
    return [k for k in places if names[k] not in held_out], [k for k in places if names[k] in held_out]


def _shuffled(names: list[T], seed: int) -> list[T]:
    generator = torch.Generator().manual_seed(seed)
    return [names[k] for k in torch.randperm(len(names), generator=generator).tolist()]

"""Which token the model chooses: the likeliest, or one drawn from its shares."""

from collections.abc import Iterator, Sequence

import torch

from tutorsmith.generation.choosing import TRIES
from tutorsmith.generation.engine import Sampling


def choose(logits: torch.Tensor, sampling: Sampling, dice: list[torch.Generator]) -> torch.Tensor:
    """logits: (rows, vocabulary) -> token ids (rows,)."""
    if sampling.temperature == 0:
        return logits.argmax(-1)
    share, ids = _nucleus(logits, sampling)
    picks = [torch.multinomial(row, 1, generator=die) for row, die in zip(share, dice, strict=True)]
    return ids.gather(-1, torch.stack(picks))[:, 0]


def _nucleus(logits: torch.Tensor, sampling: Sampling) -> tuple[torch.Tensor, torch.Tensor]:
    """Shares of the tokens that may be drawn, the likeliest first (0: may not), and their ids; (..., vocabulary)."""
    share = torch.softmax(logits.float() / sampling.temperature, -1)
    ordered, ids = share.sort(-1, descending=True)
    # Nucleus sampling (Holtzman et al. 2020): the fewest tokens whose share reaches top_p; the first always stays.
    return ordered.masked_fill(ordered.cumsum(-1) - ordered >= sampling.top_p, 0.0), ids


def among(logits: torch.Tensor, fitting: Sequence[int], sampling: Sampling, die: torch.Generator) -> Iterator[int]:
    """The fitting tokens as the model would choose between them, each as if those before were not there.

    logits: (vocabulary,).
    """
    ids = torch.tensor(fitting, device=logits.device)
    own = logits[ids]
    if sampling.temperature > 0:
        share = torch.softmax(own.float() / sampling.temperature, -1)
        count = int((share > 0).sum())
        yield from ids[torch.multinomial(share, count, generator=die)].tolist()
    yield from ids[own.argsort(descending=True, stable=True)].tolist()


def others(logits: torch.Tensor, first: int, sampling: Sampling, die: torch.Generator) -> Iterator[int]:
    """What the model would choose were `first` not there, and so on. logits: (vocabulary,)."""
    if sampling.temperature > 0:
        share, ids = _nucleus(logits, sampling)
        share = share.masked_fill(ids == first, 0.0)
        count = min(TRIES, int((share > 0).sum()))
        if count:  # without replacement: each is drawn as if those before were not there
            yield from ids[torch.multinomial(share, count, generator=die)].tolist()
    yield from logits.topk(min(TRIES, len(logits))).indices.tolist()

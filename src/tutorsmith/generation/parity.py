"""Where two engines' greedy answers part, and how close the choice was there."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from tutorsmith.models.load import LoadedModel

END = "(end)"


@dataclass(frozen=True)
class Parting:
    """The first token in which two answers to one prompt differ.

    place: how many tokens they share; ours, theirs: the ids there, None where an answer had ended; texts: both as text;
    gap: the model's logit of ours minus that of theirs; best: its own first choice there.
    """

    place: int
    ours: int | None
    theirs: int | None
    texts: tuple[str, str]
    gap: float
    best: int

    def __str__(self) -> str:
        first, second = self.texts
        return f"token {self.place}: {first!r} or {second!r}, {self.gap:+.2g} between their logits"


def parting(
    loaded: LoadedModel, prompt: Sequence[int], ours: Sequence[int], theirs: Sequence[int], limit: int
) -> Parting | None:
    """None for equal answers. limit: the most tokens that either answer could have; a shorter one has ended.

    loaded: with its weights (and adapter). Of several end tokens the likeliest stands for an answer's end.
    """
    shared = next(
        (k for k, (a, b) in enumerate(zip(ours, theirs, strict=False)) if a != b), min(len(ours), len(theirs))
    )
    if len(ours) == len(theirs) == shared or shared == limit:
        return None
    with torch.inference_mode():
        ids = torch.tensor([[*prompt, *ours[:shared]]], device=loaded.device)
        logits = loaded.model(input_ids=ids, use_cache=False, logits_to_keep=1).logits[0, -1].float()
    end = max(loaded.ends, key=lambda token: float(logits[token]), default=None)
    tokens = [answer[shared] if shared < len(answer) else None for answer in (ours, theirs)]
    scores = [
        float(logits[end if token is None else token]) if (token, end) != (None, None) else 0.0 for token in tokens
    ]
    texts = [END if token is None else loaded.tokenizer.decode([token]) for token in tokens]
    return Parting(shared, tokens[0], tokens[1], (texts[0], texts[1]), scores[0] - scores[1], int(logits.argmax()))

"""The optimizer beside torch.optim.AdamW: the same numbers, bit for bit, and the same saved state."""

import pytest
import torch

from tutorsmith.training.adamw import AdamW


def parameters() -> list[torch.Tensor]:
    dice = torch.Generator().manual_seed(0)
    return [torch.nn.Parameter(torch.randn(size, generator=dice)) for size in ((3, 5), (7,), (2, 2))]


def give_gradients(ours: list[torch.Tensor], step: int) -> None:
    """The last parameter gets none in the first steps."""
    dice = torch.Generator().manual_seed(step)
    for k, parameter in enumerate(ours):
        gradient = torch.randn(parameter.shape, generator=dice)
        parameter.grad = None if k == 2 and step < 3 else gradient


@pytest.mark.parametrize("fused", [False, True])
@pytest.mark.parametrize("decay", [0.0, 0.1])
def test_it_steps_as_torchs_does(decay: float, fused: bool) -> None:
    ours, theirs = parameters(), parameters()
    mine = AdamW(ours, weight_decay=decay, fused=fused)
    other = torch.optim.AdamW(theirs, lr=1.0, weight_decay=decay, fused=fused)
    for step in range(6):
        rate = 0.1 / (step + 1)
        for given in (ours, theirs):
            give_gradients(given, step)
        other.param_groups[0]["lr"] = rate
        mine.step(rate)
        other.step()
        assert all(torch.equal(a, b) for a, b in zip(ours, theirs, strict=True))
    saved, known = mine.state_dict()["state"], other.state_dict()["state"]
    assert saved.keys() == known.keys() and all(
        torch.equal(saved[k][name], known[k][name]) for k in known for name in known[k]
    )
    again = AdamW(ours, weight_decay=decay, fused=fused)
    again.load_state_dict(other.state_dict())
    give_gradients(ours, 9)
    give_gradients(theirs, 9)
    again.step(0.01)
    other.param_groups[0]["lr"] = 0.01
    other.step()
    assert all(torch.equal(a, b) for a, b in zip(ours, theirs, strict=True))
    assert mine.state[0]["step"] == 6, "a loaded state is a copy"


def test_without_gradients_nothing_moves() -> None:
    ours = parameters()
    before = [p.detach().clone() for p in ours]
    optimizer = AdamW(ours, weight_decay=0.5)
    optimizer.step(0.1)
    assert all(torch.equal(a, b) for a, b in zip(ours, before, strict=True)) and optimizer.state == {}

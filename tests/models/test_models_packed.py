"""The layout of packed rows, and the gradient of a prefix that is repeated before each rest."""

from itertools import pairwise

import pytest
import torch

from tutorsmith.models.packed import Layout, packed_attention, shared_prefix

CPU = torch.device("cpu")


def test_the_keys_of_each_sequence_start_with_the_prefix() -> None:
    layout = Layout(2, (3, 1), CPU)
    keys = torch.arange(6.0)[:, None, None]
    assert layout.with_prefix(keys)[:, 0, 0].tolist() == [0, 1, 0, 1, 2, 3, 4, 0, 1, 5]
    queries, keyed, longest_query, longest_key = layout.bounds
    assert (queries.tolist(), keyed.tolist()) == ([0, 2, 5, 6], [0, 2, 7, 10])
    assert (longest_query, longest_key) == (3, 5)
    assert queries.dtype == keyed.dtype == torch.int32


def test_the_gradient_of_the_repeated_prefix() -> None:
    keys = torch.randn((9, 2, 3), dtype=torch.float64, generator=torch.Generator().manual_seed(0), requires_grad=True)
    layout = Layout(4, (2, 3), CPU)
    where = torch.tensor([0, 1, 2, 3, 0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 6, 7, 8])
    weights = torch.randn((17, 2, 3), dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    (layout.with_prefix(keys) * weights).sum().backward()
    found = keys.grad
    keys.grad = None
    (keys[where] * weights).sum().backward()
    assert found is not None and keys.grad is not None
    assert torch.allclose(found, keys.grad, atol=1e-6)


@pytest.mark.parametrize("prefix", [0, 3])
def test_packed_attention_is_that_of_each_sequence_alone(prefix: int) -> None:
    torch.manual_seed(0)
    layout = Layout(prefix, (4, 1, 6), CPU)
    parts = [torch.randn(1, heads, layout.length, 8, dtype=torch.float64, requires_grad=True) for heads in (6, 2, 2)]
    weights = torch.randn(1, layout.length, 6, 8, dtype=torch.float64)
    packed, _ = packed_attention(torch.nn.Module(), *parts, None, layout=layout, scaling=0.3)
    alone = torch.zeros_like(packed)
    for a, b in pairwise(layout.starts):
        places = [*range(prefix), *range(a, b)]
        q, k, v = (part[:, :, places] for part in parts)
        k, v = (part.repeat_interleave(3, 1) for part in (k, v))
        scores = (0.3 * q @ k.mT).masked_fill(torch.ones(len(places), len(places)).triu(1).bool(), float("-inf"))
        alone = alone.index_copy(1, torch.tensor(places), (scores.softmax(-1) @ v).transpose(1, 2))
    torch.testing.assert_close(packed, alone)
    found, expected = (torch.autograd.grad((out * weights).sum(), parts) for out in (packed, alone))
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one, other)


def test_without_a_prefix_nothing_is_repeated() -> None:
    layout = Layout(0, (3, 1), CPU)
    keys = torch.arange(4.0)[:, None, None]
    assert layout.with_prefix(keys) is keys
    assert layout.bounds[0].tolist() == layout.bounds[1].tolist() == [0, 3, 4]


def test_how_much_sequences_share() -> None:
    start = list(range(20))
    assert shared_prefix([[*start, 1, 2], [*start, 3]]) == 20
    assert shared_prefix([start, [*start, 3]]) == 19, "each keeps a token of its own"
    assert shared_prefix([start, start[:5]]) == 0, "too little to be worth it"
    assert shared_prefix([start]) == 0

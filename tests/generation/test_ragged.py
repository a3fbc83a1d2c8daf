"""Where tokens of several rows go."""

import torch

from tutorsmith.generation.ragged import Rows, Several


def test_one_token_a_row_is_the_same_pass_on_both_devices() -> None:
    rows = Rows([5, 2, 7], 64, torch.device("cpu"))
    step = Several(rows, [1, 1, 1], 3, torch.float32)
    assert rows.slots.tolist() == step.slots.tolist() == [5, 64 + 2, 128 + 7]
    assert rows.positions.tolist() == step.positions.tolist() == [[5, 2, 7]]
    assert step.even and step.longest == 8


def test_several_tokens_stand_one_after_the_other_and_see_what_is_before_them() -> None:
    rows = Rows([5, 2, 7], 64, torch.device("cpu"))
    step = Several(rows, [2, 3, 1], 1, torch.float32)
    assert step.slots.tolist() == [5, 6, 66, 67, 68, 135]
    assert step.positions.tolist() == [[5, 6, 2, 3, 4, 7]]
    packed = torch.arange(10, 16)
    assert packed[step.spread].tolist() == [[10, 11, 10], [12, 13, 14], [15, 15, 15]]
    assert packed[step.spread].flatten()[step.gather].tolist() == packed.tolist()
    seen = (step.mask[:, 0] == 0).sum(-1)
    assert seen[0, :2].tolist() == [6, 7] and seen[1].tolist() == [3, 4, 5] and seen[2, 0].item() == 8


def test_rows_that_stay_keep_their_lengths() -> None:
    rows = Rows([5, 2, 7, 9], 64, torch.device("cpu"))
    rows.keep([0, 3])
    assert rows.slots.tolist() == [5, 64 + 9]

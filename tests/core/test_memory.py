"""Main memory: what is free, what is kept, and how its end is told."""

import platform

import pytest
import torch

from tutorsmith.core.memory import available_bytes, freed_memory_kept, is_out_of_memory


def test_free_memory_is_a_number_of_bytes() -> None:
    assert available_bytes() > 1 << 20


def test_freed_memory_is_kept_within_the_block_where_glibc_is_there() -> None:
    with freed_memory_kept() as kept:
        assert kept == (platform.libc_ver()[0] == "glibc")
        assert torch.ones(1 << 22).sum() == 1 << 22
    with freed_memory_kept() as again:
        assert again == kept


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (torch.OutOfMemoryError("CUDA out of memory"), True),
        (
            RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate 8 bytes"),
            True,
        ),
        (RuntimeError("mat1 and mat2 shapes cannot be multiplied"), False),
    ],
)
def test_which_errors_mean_that_memory_has_run_out(error: RuntimeError, told: bool) -> None:
    assert is_out_of_memory(error) is told

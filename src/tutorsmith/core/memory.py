"""Main memory: how much may still be taken, and keeping what was taken."""

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

UNKNOWN = 4 << 30
"""What is counted on where the system does not tell."""


def available_bytes() -> int:
    """MemAvailable of the system: free memory and what it would give back (Linux, proc(5))."""
    lines = Path("/proc/meminfo")
    text = lines.read_text(encoding="ascii") if lines.is_file() else ""
    found = [int(line.split()[1]) * 1024 for line in text.splitlines() if line.startswith("MemAvailable")]
    return found[0] if found else UNKNOWN


def is_out_of_memory(error: RuntimeError) -> bool:
    """Whether PyTorch found no memory; a CPU's allocator has no exception of its own."""
    return type(error).__name__ == "OutOfMemoryError" or "DefaultCPUAllocator" in str(error)


# Parameters of mallopt(3) and their defaults.
_M_TRIM_THRESHOLD, _M_MMAP_MAX = -1, -4
_DEFAULTS = {_M_TRIM_THRESHOLD: 128 << 10, _M_MMAP_MAX: 65536}
_KEEPING = {_M_TRIM_THRESHOLD: -1, _M_MMAP_MAX: 0}


@contextmanager
def freed_memory_kept() -> Iterator[bool]:
    """Within the block this process keeps the memory that it frees for its next allocations, and gives it back
    afterwards. Yields whether the C library can (glibc).

    By default glibc maps each large block anew and gives it back at once, so that every tensor of a training step is
    cleared by the system page by page: a quarter of a step's time on a CPU.
    """
    library = ctypes.CDLL(None) if sys.platform == "linux" else None
    if library is None or not hasattr(library, "mallopt") or not hasattr(library, "malloc_trim"):
        yield False
        return
    try:
        yield all(library.mallopt(name, value) == 1 for name, value in _KEEPING.items())
    finally:
        for name, value in _DEFAULTS.items():
            library.mallopt(name, value)
        library.malloc_trim(0)

"""Main memory: how much may still be taken, and keeping what was taken."""

import ctypes
import sys
from pathlib import Path

UNKNOWN = 4 << 30
"""What is counted on where the system does not tell."""


def available_bytes() -> int:
    """MemAvailable of the system: free memory and what it would give back (Linux, proc(5))."""
    lines = Path("/proc/meminfo")
    text = lines.read_text(encoding="ascii") if lines.is_file() else ""
    found = [int(line.split()[1]) * 1024 for line in text.splitlines() if line.startswith("MemAvailable")]
    return found[0] if found else UNKNOWN


# Parameters of mallopt(3).
_M_TRIM_THRESHOLD, _M_MMAP_MAX = -1, -4


def keep_freed_memory() -> bool:
    """Let this process keep the memory that it frees for its next allocations; True where the C library can (glibc).

    By default glibc maps each large block anew and gives it back at once, so that every tensor of a training step is
    cleared by the system page by page: a quarter of a step's time on a CPU.
    """
    library = ctypes.CDLL(None) if sys.platform == "linux" else None
    if library is None or not hasattr(library, "mallopt"):
        return False
    return all(library.mallopt(name, value) == 1 for name, value in ((_M_MMAP_MAX, 0), (_M_TRIM_THRESHOLD, -1)))

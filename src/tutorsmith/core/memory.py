"""How much main memory may still be taken."""

from pathlib import Path

UNKNOWN = 4 << 30
"""What is counted on where the system does not tell."""


def available_bytes() -> int:
    """MemAvailable of the system: free memory and what it would give back (Linux, proc(5))."""
    lines = Path("/proc/meminfo")
    text = lines.read_text(encoding="ascii") if lines.is_file() else ""
    found = [int(line.split()[1]) * 1024 for line in text.splitlines() if line.startswith("MemAvailable")]
    return found[0] if found else UNKNOWN

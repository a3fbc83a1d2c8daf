"""Reads the scorers' data: `tables.txt` (word lists, pairs) and `patterns.txt` (regular expressions)."""

import re
from functools import lru_cache
from importlib.resources import files


@lru_cache(maxsize=4)
def _sections(file: str) -> dict[str, tuple[str, ...]]:
    """Lines of each [name] in the file; lines that begin with # and empty ones are left out."""
    found: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in files("tutorsmith.evaluation.metrics").joinpath(file).read_text(encoding="utf-8").splitlines():
        if head := re.match(r"\[([a-z_]+)\](?:  #|$)", line):
            lines = found.setdefault(head.group(1), [])
        elif line and not line.startswith("# "):
            lines.append(line)
    return {name: tuple(lines) for name, lines in found.items()}


def lines(name: str) -> tuple[str, ...]:
    """The lines of a table."""
    return _sections("tables.txt")[name]


def words(name: str) -> list[str]:
    """The words of a table."""
    return " ".join(lines(name)).split()


def pairs(name: str) -> dict[str, str]:
    """The key=value pairs of a table."""
    split = (word.rpartition("=") for word in words(name))
    return {key: value for key, _, value in split}


@lru_cache(maxsize=128)
def pattern(name: str, flags: int = re.IGNORECASE) -> re.Pattern[str]:
    """A pattern of `patterns.txt`, compiled."""
    return re.compile(alternatives(name), flags)


def alternatives(name: str) -> str:
    """The source of a pattern."""
    return "|".join(_sections("patterns.txt")[name])

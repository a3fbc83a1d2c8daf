"""`meta.calculations` of one record: what its answer rests on can be calculated, and comes out as the record says."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tutorsmith.data.checks.finding import Remark
from tutorsmith.data.checks.record import Record

CALCULATIONS = "calculations"
RESULT = "result"
"""The key of a calculation that is no argument: what should come out, "9.64" or "9.64 N"."""
TOLERANCE = 0.01
_PLAIN = re.compile(r"\s*[-−+]?[\d.]+(?:[eE][-−+]?\d+)?\s*")
Calculate = Callable[[Mapping[str, Any]], Mapping[str, Any]]


def arguments_of(calculation: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of the calculator: `expression`, `variables`, `unit`."""
    return {name: value for name, value in calculation.items() if name != RESULT}


def calculation(record: Record) -> Iterator[Remark]:
    """A calculation that fails, or whose result differs by more than TOLERANCE from the one it states.

    Needs the validator `calculate`, which takes the arguments and gives {"value", "unit"} or {"error", "mend"}.
    """
    given = record.meta.get(CALCULATIONS)
    calculate: Calculate | None = record.options.validators.get("calculate")
    if given is None or calculate is None:
        return
    if not isinstance(given, list):
        yield Remark("meta.calculations", "the calculations are no list", 'write [{"expression": "..."}]')
        return
    for number, one in enumerate(given):
        field = f"meta.calculations[{number}]"
        if not isinstance(one, dict):
            yield Remark(field, "the calculation is no object", 'write {"expression": "...", "variables": {...}}')
            continue
        found = calculate(arguments_of(one))
        if "error" in found:
            yield Remark(field, f"cannot be calculated: {found['error']}", str(found["mend"]))
        elif one.get(RESULT) is not None:
            yield from _against(f"{field}.{RESULT}", one[RESULT], found, calculate)


def _against(field: str, stated: object, found: Mapping[str, Any], calculate: Calculate) -> Iterator[Remark]:
    """A stated result that is unreadable or another; a plain number is meant in the unit that was calculated."""
    text = str(stated)
    asked: dict[str, Any] = {"expression": "x", "variables": {"x": text}}
    if found["unit"] and not _PLAIN.fullmatch(text):  # degrees and per cent are numbers to the calculator, too
        asked["unit"] = found["unit"]
    read = calculate(asked)
    if "error" in read:
        yield Remark(field, f"{text[:40]!r} cannot be read: {read['error']}", str(read["mend"]))
    elif abs(_number(read["value"]) - _number(found["value"])) > TOLERANCE * abs(_number(found["value"])):
        yield Remark(field, f"{text[:40]} is stated, {found['text']} comes out", "correct the result or the expression")


def _number(value: Any) -> complex:
    return complex(value["re"], value["im"]) if isinstance(value, Mapping) else complex(value)

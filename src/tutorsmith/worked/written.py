"""A step of a plan -> the call of the calculator that makes it, and its result in the unit that people write."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from tutorsmith.evidence.quantities import Dimension, dimension_of_unit
from tutorsmith.tools.evaluate import evaluate_expression
from tutorsmith.tools.failure import ToolFailure
from tutorsmith.tools.units import in_si, quantity, registry, written
from tutorsmith.worked.assign import Step
from tutorsmith.worked.dimensions import powers_of
from tutorsmith.worked.match import Known
from tutorsmith.worked.solve import expression
from tutorsmith.worked.typed import CONSTANT_SYMBOLS

_BASE = {"[length]": "m", "[mass]": "kg", "[time]": "s", "[current]": "A", "[temperature]": "K"}
_PREFIXES = {-15: "f", -12: "p", -9: "n", -6: "u", -3: "m", 0: "", 3: "k", 6: "M", 9: "G", 12: "T"}
_PREFIXED = re.compile(r"(?:[FHCAVWJNTSm]|ohm|Wb|Hz|Pa|s)(?:/m(?:\^[23])?)?|N\*m")
_NO_PREFIX = frozenset(["m/m", "m/m^2", "m/m^3", "s/m"])
_NUMBER = re.compile(r"[+-]?[\d.]+(?:[eE][+-]?\d+)?")
_LEVEL = re.compile(r"\s*[12]0\s*\\log")
_OTHER_WRITING = {"kg/s^2": "N/m", "kg/(m*s^2)": "Pa"}
_AGREES = 1e-3
_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Calculation:
    """One relation of the notes with numbers in it.

    symbol: what it gives, in LaTeX; latex: the relation as in the notes; chunk: its place in the index; assigned:
    symbol -> (number, unit); value in `unit`; tool_call: arguments of evaluate_expression that give the value; stands:
    whether the symbol stands alone on the left side of the relation; asked: a result that is asked for, and no step.
    """

    symbol: str
    latex: str
    chunk: int
    assigned: Mapping[str, tuple[float, str]]
    value: float
    unit: str
    tool_call: Mapping[str, object]
    stands: bool = True
    asked: bool = False


def calculations_of(step: Step, unit: str | None) -> tuple[Calculation, ...]:
    """The step and those before it; empty where the calculator refuses one, or gives another number."""
    out: dict[tuple[str, str], Calculation] = {}
    for one in (*step.earlier, step):
        made = _calculation(one, unit, asked=one is step)
        if made is None:
            return ()
        out.setdefault((made.symbol, made.latex), made)
    return tuple(out.values())


def _calculation(step: Step, unit: str | None, *, asked: bool) -> Calculation | None:
    equation = step.typed.equation
    names = {symbol: _name(symbol) for symbol in equation.symbols}
    variables = {names[symbol]: _text(known, step.typed.dimensions[symbol]) for symbol, known in step.known.items()}
    tree = expression(step.tree, {**names, **CONSTANT_SYMBOLS})
    dimension = step.typed.dimensions[step.symbol]
    if step.number < 0 and (dimension in _magnitudes() or equation.kind):
        tree = f"abs({tree})"
    call: dict[str, object] = {"expression": tree, "variables": variables}
    usual = _unit(abs(step.number), dimension, torque="torque" in step.typed.place.told)
    for wanted in dict.fromkeys((unit if asked else None, usual)):
        if wanted is None:
            continue
        try:
            found = evaluate_expression(tree, variables, wanted or None)
            value = found["value"]
            si = quantity(f"{value:.12g} {wanted}".strip(), "value") if isinstance(value, int | float) else None
        except ToolFailure:
            continue
        if si is not None and math.isclose(abs(si.magnitude), abs(step.number), rel_tol=_AGREES):
            call |= {"unit": wanted} if wanted else {}
            assigned = {name: _split(text) for name, text in variables.items()}
            stands = equation.left == ("sym", step.symbol)
            symbol = equation.names[step.symbol]
            shown = "dB" if not wanted and stands and _LEVEL.match(equation.latex.partition("=")[2]) else wanted
            return Calculation(
                symbol, equation.latex, equation.chunk, assigned, float(value), shown, call, stands, asked
            )
    return None


def _magnitudes() -> frozenset[Dimension]:
    """Of quantities whose sign is a direction, told in words."""
    return frozenset(map(dimension_of_unit, ("N", "V/m", "T", "A/m", "A/m^2", "A", "N/m")))


def _name(symbol: str) -> str:
    """As the calculator takes names: E', E_{cal} -> E_p, E_cal."""
    return re.sub(r"\W", "", symbol.replace("'", "_p"))


def _text(known: Known, dimension: Dimension) -> str:
    """A number with its unit that the calculator reads; as in the question where it can."""
    if known.text:
        try:
            if math.isclose(quantity(known.text, "value").magnitude, known.number, rel_tol=1e-9):
                return known.text
        except ToolFailure:
            pass
    return f"{known.number:.{_DIGITS}g} {_si(dimension)}".strip()


def _si(dimension: Dimension) -> str:
    """The SI unit in which a course would write it."""
    powers = powers_of(dimension)
    if not powers:
        return ""
    made = registry().Quantity(1.0, "")
    for name, power in powers.items():
        made = made * registry().Quantity(1.0, _BASE[name]) ** power
    unit = str(written(in_si(made).units))
    return _OTHER_WRITING.get(unit, unit)


def _unit(number: float, dimension: Dimension, *, torque: bool) -> str:
    """With a prefix so that the number is between 1 and 1000, where the unit takes one."""
    kinds = {name for name, _ in dimension}
    if dimension == (("angle", 1.0),):
        return "degree"
    unit = _si(dimension)
    if unit == "J" and torque:
        unit = "N*m"
    if unit == "1/s" and "cycle" in kinds:
        unit = "Hz"
    elif unit in ("1/s", "1/m") and "angle" in kinds:
        unit = unit.replace("1", "rad")
    if not _PREFIXED.fullmatch(unit) or unit in _NO_PREFIX or number == 0:
        return unit
    exponent = 3 * math.floor(math.log10(float(f"{number:.2e}")) / 3)
    return f"{_PREFIXES[exponent]}{unit}" if exponent in _PREFIXES else unit


def _split(text: str) -> tuple[float, str]:
    found = _NUMBER.match(text)
    return (float(found[0]), text[found.end() :].strip()) if found else (math.nan, text)

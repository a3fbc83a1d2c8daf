"""Units as text -> Pint units, and results -> the SI unit that a course would write.

Unit texts are read by a grammar of their own (names, * / ^, parentheses, small exponents); Pint only looks up single
names. Only units that are a factor times SI base units are known: no degC, no dB.
"""

import re
from functools import cache, lru_cache
from typing import Any

from tutorsmith.tools.failure import ToolFailure

LONGEST = 60
_LARGEST_EXPONENT = 9
_LARGEST_POWER_OF_TEN = 300
_NUMBER = re.compile(
    r"\s*(?P<mantissa>[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,4})?)"
    r"(?:\s*(?:\*|×|x|·)\s*10\s*(?:\^|\*\*)\s*[({]?(?P<power>[+-]?\d{1,4})[)}]?)?\s*"
)
_TOKEN = re.compile(
    r"\s*(?:(?P<name>[A-Za-zµμΩ]+|°[CF]|[°%])|(?P<power>(?:\^|\*\*)\s*[({]?\s*(?P<exponent>[+-]?\d{1,3}(?:\.5)?)\s*[)}]?)"
    r"|(?P<raised>⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹])|(?P<op>[*·⋅/()])|(?P<one>1(?=\s*/)))"
)
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_SPELLINGS = {
    "Ω": "ohm",
    "Ohm": "ohm",
    "kΩ": "kohm",
    "MΩ": "Mohm",
    "mΩ": "mohm",
    "°": "degree",
    "%": "percent",
    "mho": "siemens",
}
_REFUSED = {
    "dB": "a level is 20*log10(ratio) or 10*log10(power ratio); calculate with ratios",
    "dBm": "calculate with watts",
    "Np": "give attenuation in 1/m: 1 Np/m is 1/m",
    "degC": "give temperatures in K",
    "°C": "give temperatures in K",
    "degF": "give temperatures in K",
    "°F": "give temperatures in K",
}
# What a result is written in when no unit is asked for, by name; the first of a dimension wins.
_PREFERRED = """
V/m A/m T Wb V A ohm S F H C W J N Pa m s kg K C/m C/m^2 C/m^3 F/m H/m S/m ohm*m A/m^2 A/m^3 W/m^2 W/m^3 Wb/m C*m A*m^2
m^2 m^3 m/s m/s^2 1/m 1/m^2 1/m^3 1/s V*m V/m^2 V/m^3 A^2 V^2 m^2/s C^2 1/F 1/H kg/m^3 m^2/(V*s) A*m
"""


@cache
def registry() -> Any:
    """Pint's registry, made once a process (0.3 s)."""
    from pint import UnitRegistry

    return UnitRegistry(cache_folder=None)


def quantity(text: str, named: str) -> Any:
    """ "4.0 uC", "1.6 × 10^-19 C", "0.3" -> a Pint quantity in SI base units. named: how problems call the value.

    Raises: ToolFailure.
    """
    if len(text) > LONGEST:
        raise ToolFailure(f"{named} has {len(text)} characters, more than {LONGEST}", "give one number with its unit")
    found = _NUMBER.match(text.replace("−", "-"))
    if found is None:
        raise ToolFailure(
            f"{named} does not start with a number: {text[:30]!a}", "give a number and its unit, such as 4.0 uC"
        )
    power = int(found["power"] or 0)
    if abs(power) > _LARGEST_POWER_OF_TEN:
        raise ToolFailure(f"{named} is out of range", "give a number between 1e-300 and 1e300")
    number = float(found["mantissa"]) * 10.0**power
    if not abs(number) < float("inf"):
        raise ToolFailure(f"{named} is out of range", "give a number between 1e-300 and 1e300")
    rest = text.replace("−", "-")[found.end() :].strip()
    return registry().Quantity(number, unit(rest, named) if rest else "").to_base_units()


def unit(text: str, named: str) -> Any:
    """A Pint unit. Raises: ToolFailure for an unknown name or an unreadable text."""
    if len(text) > LONGEST:
        raise ToolFailure(f"{named} has {len(text)} characters, more than {LONGEST}", "give one unit, such as V/m")
    tokens = _tokens(text, named)
    found, rest = _product(tokens, 0, named, text)
    if rest < len(tokens):
        raise _unreadable(named, text)
    return found


def is_unit(name: str) -> bool:
    """Whether a name is a unit; only for better messages."""
    try:
        unit(name, "unit")
    except ToolFailure:
        return False
    return True


def in_si(value: Any) -> Any:
    """A quantity in the SI unit in which a course would write it, else in base units."""
    base = value.to_base_units()
    name = _preferred().get(_dimension(base))
    return base if name is None else base.to(unit(name, "unit"))


def written(units: Any) -> str:
    """A Pint unit in ASCII: V/m, C/m^2, 1/s."""
    if units.dimensionless and str(units) in ("", "dimensionless"):
        return ""
    return re.sub(r"\s+", "", f"{units:~C}".replace("**", "^")).replace("Ω", "ohm").replace("µ", "u")


@cache
def _preferred() -> dict[tuple[tuple[str, float], ...], str]:
    out: dict[tuple[tuple[str, float], ...], str] = {}
    for name in _PREFERRED.split():
        out.setdefault(_dimension(registry().Quantity(1.0, unit(name, "unit")).to_base_units()), name)
    return out


def _dimension(value: Any) -> tuple[tuple[str, float], ...]:
    return tuple(sorted((str(name), round(float(power), 6)) for name, power in value.dimensionality.items()))


def _tokens(text: str, named: str) -> list[tuple[str, str]]:
    out: list[tuple[str, str]] = []
    at = 0
    text = text.strip()
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise _unreadable(named, text)
        kind = str(next(k for k in ("name", "power", "raised", "op", "one") if found[k]))
        body = found["exponent"] if kind == "power" else found[kind]
        out.append(("power" if kind == "raised" else kind, body.translate(_RAISED) if kind == "raised" else body))
        at = found.end()
    return out


def _unreadable(named: str, text: str) -> ToolFailure:
    return ToolFailure(f"{named} has no readable unit: {text[:30]!a}", "write units such as uC, V/m, ohm*m or kg*m^2/s")


def _product(tokens: list[tuple[str, str]], at: int, named: str, text: str, depth: int = 0) -> tuple[Any, int]:
    """Factors in order; a slash divides by the next factor only."""
    total = registry().Unit("")
    sign, waiting = 1, True
    while at < len(tokens) and tokens[at] != ("op", ")"):
        kind, body = tokens[at]
        if kind == "op" and body in "*·⋅/":
            if waiting:
                raise _unreadable(named, text)
            sign, waiting, at = (-1 if body == "/" else 1), True, at + 1
            continue
        factor, at = _factor(tokens, at, named, text, depth)
        power = 1.0
        if at < len(tokens) and tokens[at][0] == "power":
            power, at = float(tokens[at][1]), at + 1
            if abs(power) > _LARGEST_EXPONENT:
                raise _unreadable(named, text)
        total = total * factor ** (sign * power)
        sign, waiting = 1, False
    if waiting:
        raise _unreadable(named, text)
    return total, at


def _factor(tokens: list[tuple[str, str]], at: int, named: str, text: str, depth: int) -> tuple[Any, int]:
    kind, body = tokens[at]
    if kind == "one":
        return registry().Unit(""), at + 1
    if kind == "name":
        return _named(body, named), at + 1
    if (kind, body) == ("op", "(") and depth < 3:
        inner, at = _product(tokens, at + 1, named, text, depth + 1)
        if at < len(tokens) and tokens[at] == ("op", ")"):
            return inner, at + 1
    raise _unreadable(named, text)


@lru_cache(maxsize=1024)
def _named(name: str, named: str) -> Any:
    from pint.errors import PintError

    if name in _REFUSED:
        raise ToolFailure(f"{named}: {name} is no unit to calculate with", _REFUSED[name])
    plain = _SPELLINGS.get(name, name).replace("μ", "µ").replace("Ω", "ohm")
    try:
        found = registry().Unit(plain)
        one, none = (registry().Quantity(number, found).to_base_units().magnitude for number in (1.0, 0.0))
    except (PintError, AttributeError, ValueError) as error:
        raise ToolFailure(f"{named}: unknown unit {name!r}", "use SI symbols such as m, uC, nF, kohm, MHz") from error
    if none != 0 or not one:
        raise ToolFailure(f"{named}: {name} is no unit to calculate with", "use an SI unit without an offset")
    return found

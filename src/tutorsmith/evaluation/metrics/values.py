"""Numbers with their units in a text, in all their spellings, brought to SI base units."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from tutorsmith.evaluation.metrics.number_words import spelled_numbers
from tutorsmith.evaluation.metrics.scope import scopes
from tutorsmith.evaluation.metrics.tables import pairs, pattern
from tutorsmith.evaluation.metrics.units import Unit, comparable, parse_unit, quotient
from tutorsmith.evaluation.metrics.units import pattern as unit_pattern

MAX_QUANTITIES = 600  # of one answer
_THIN = "\x01"  # stands for a separator of thousands in LaTeX
_SUPERSCRIPT = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-", strict=True))
_POWER = r"(?:\^\s*[{(]?\s*([-+]?\s?\d{1,4})\s*[})]?|([⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,4}))"
_NUMBER = re.compile(
    rf"(?P<sign>(?<![A-Za-z0-9_α-ωΑ-Ω.)\]}}⁰¹²³⁴⁵⁶⁷⁸⁹])[-+]\s?)?"
    rf"(?P<mantissa>\d{{1,3}}(?:(?:[,\u2009 ']|{_THIN}{{1,3}})\d{{3}})+(?:\.\d+)?(?!\d)|\d+(?:\.\d+)?|\.\d+)"
    rf"(?:[eE](?P<exp>[-+]?\d{{1,4}})(?![\w.])|\s*(?:[×*·x]|\\times|\\cdot)\s*10\s*{_POWER})?"
)
_BARE_POWER = re.compile(rf"(?P<sign>[-+]\s?)?(?<![\d.])10\s*{_POWER}")
_TIMES_TEN = rf"(?:\s{{0,8}}[×*·x]\s{{0,8}}10\s?{_POWER}|[eE](?P<exp>[-+]?\d{{1,4}})(?![\w.]))"
_SPREAD = re.compile(  # 5.21 ± 0.18, (5.21 ± 0.18) × 10^-3
    rf"(?<![A-Za-z0-9_.^])(?:\(\s{{0,4}})?(?P<sign>[-+]\s?)?(?P<value>\d+(?:\.\d+)?)\s{{0,8}}(?:±|\+\s?/\s?-|\+-)\s{{0,8}}"
    rf"(?P<spread>\d+(?:\.\d+)?)\s{{0,4}}\)?{_TIMES_TEN}?"
)
_CONCISE = re.compile(  # 5.21(18): the uncertainty in units of the last digits
    rf"(?<![A-Za-z0-9_.^])(?P<sign>[-+]\s?)?(?P<value>\d+\.(?P<decimals>\d+))\((?P<digits>\d{{1,3}})\){_TIMES_TEN}?"
)
_PLUS_MINUS = re.compile(r"(?:±|\+\s?/\s?-|\+-)\s{0,8}$")
_FRACTION_LATEX = re.compile(r"\\[cdt]?frac\s*(?:\{\s*(\d+(?:\.\d+)?)\s*\}|(\d))\s*(?:\{\s*(\d+(?:\.\d+)?)\s*\}|(\d))")
_UNIT_FRACTION = re.compile(  # \frac{\mathrm{V}}{\mathrm{m}}
    r"\\[cdt]?frac\s*\{((?:[^{}\d=]|\{[^{}\d=]{0,12}\}){1,30})\}\s*\{((?:[^{}\d=]|\{[^{}\d=]{0,12}\}){1,30})\}"
)
_PREFIX_MU = re.compile(
    r"\\(?:mu|upmu|micro)(?![A-Za-z])\s*(?:\\[,;! ]\s*)?(?:\\(?:mathrm|text|rm|textrm)\s*)?\{?\s*(?=[A-Za-zΩ\\])"
)
_MINUS_WORD = re.compile(r"(?:\bminus|\bnegative|负)\s?$", re.IGNORECASE)
_PER_BEFORE = re.compile(r"每\s?(?P<unit>[\u4e00-\u9fff]{1,4}?)\s?(?:上|内)?(?:约|为|有|是)?\s?$")
_WRAPPER = re.compile(
    r"\\(?:text|mathrm|rm|textrm|mathit|operatorname|unit|si|SI|qty|num)(?![A-Za-z])|\\[,;:! ]"
    r"|[{}$~*`]|\\(?:left|right|quad|qquad)(?![A-Za-z])"
)
_COMMANDS = {
    "times": "×",
    "cdot": "·",
    "mu": "μ",
    "Omega": "Ω",
    "degree": "°",
    "circ": "°",
    "ohm": "Ω",
    "pi": "π",
    "approx": "≈",
    "simeq": "≈",
    "pm": "±",
    "percent": "%",
    "sim": "~",
    "lt": "<",
    "gt": ">",
    "le": "≤",
    "leq": "≤",
    "ge": "≥",
    "geq": "≥",
}
_UNIT_COMMANDS = pairs("unit_commands")
_PREFIX_COMMANDS = pairs("prefix_words")
_RANGE = re.compile(r"^\s*\$?\s*(?:-|–|—|~|～|to|and|至|到|和|与|\.\.\.?)\s*\$?\s*(?=[\d.])", re.IGNORECASE)
_RANGE_WORD = re.compile(r"(?:between|from|介于|从|range|范围|在)[^.。]{0,30}$", re.IGNORECASE)
_EITHER = re.compile(r"\b(?:either|or)\b\s*\$?$|(?:或者?|要么)\s*$", re.IGNORECASE)
_AFTER_BOUND = re.compile(r"^\s*(?:or (?:more|less|higher|lower|above)|以上|以下|以内)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Value:
    """A number with a unit in an answer: in SI base units, with its place; `bound`: a limit, not the value;
    `spread`: the uncertainty of the value before it."""

    number: float
    unit: Unit
    start: int
    end: int
    bound: bool = False
    spread: bool = False


_UNIT_COMMAND = re.compile(r"\\(" + "|".join((*_PREFIX_COMMANDS, *_UNIT_COMMANDS)) + r")(?![A-Za-z])")


def _unit_command(found: re.Match[str]) -> str:
    """`\\milli\\ampere`: the prefix is pushed to the right, so that it touches its unit."""
    name = found.group(1)
    if name in _PREFIX_COMMANDS:
        return _PREFIX_COMMANDS[name].rjust(len(found.group()))
    return _UNIT_COMMANDS[name].ljust(len(found.group()))


def _flatten(text: str) -> str:
    """LaTeX commands and wrappers blanked or made signs; same length."""
    text = re.sub(r"\^\s?\{?\s?\\circ\s?\}?", lambda m: "°".ljust(len(m.group())), text)
    text = re.sub(r"(?<=\d)(?:\{,\}|\\[,;:! ])(?=\d{3}(?!\d))", lambda m: _THIN * len(m.group()), text)
    text = _UNIT_FRACTION.sub(lambda m: f" {m.group(1)}/{m.group(2)}".ljust(len(m.group())), text)
    text = _PREFIX_MU.sub(lambda m: "μ".rjust(len(m.group())), text)
    text = re.sub(
        r"\\([A-Za-z]+)",
        lambda m: (
            m.group()
            if m.group(1) not in _COMMANDS
            else _COMMANDS[m.group(1)].rjust(len(m.group()))
            if m.group(1) == "pi"
            else _COMMANDS[m.group(1)].ljust(len(m.group()))
        ),
        text,
    )
    text = _UNIT_COMMAND.sub(_unit_command, text)
    text = re.sub(r"\^\{\s*([-+]?\d+)\s*\}", lambda m: ("^" + m.group(1)).ljust(len(m.group())), text)
    text = text.replace("\\%", " %")
    return _WRAPPER.sub(lambda m: " " * len(m.group()), text)


def _exponent(found: re.Match[str]) -> int:
    groups = found.groupdict()
    if groups.get("exp"):
        return int(groups["exp"])
    raw = next((g for g in found.groups()[-2:] if g), "0")
    return int("".join(_SUPERSCRIPT.get(c, c) for c in raw if c != " "))


_NO_NUMBER = re.compile(r"\d{60,}")
"""Digits without end are no value, and cost the square of their number."""


@lru_cache(maxsize=64)
def values_of(text: str) -> tuple[Value, ...]:
    """All numbers with their units in a normalised text."""
    text = _NO_NUMBER.sub(lambda m: " " * len(m.group()), scopes(text).text)
    flat = _flatten(
        _FRACTION_LATEX.sub(lambda m: "{}/{}".format(*(g for g in m.groups() if g)).ljust(len(m.group())), text)
    )
    out: list[Value] = []
    position = 0
    power = _BARE_POWER.search(flat)
    measured = _measured(flat)
    reading = next(measured, None)
    while position < len(flat) and len(out) < MAX_QUANTITIES:
        found = _NUMBER.search(flat, position)
        while reading and reading.start() < position:
            reading = next(measured, None)
        if reading and found and reading.start() <= found.start() < reading.end():
            stated, position = _with_spread(flat, reading)
            out += stated
            continue
        if power and power.start() < position:
            power = _BARE_POWER.search(flat, position)
        if power and (found is None or power.start() <= found.start()):
            found = power
        if found is None:
            break
        value, position = _value(flat, found)
        if value is not None:
            out += [value, *_for_each(flat, value)]
    out = _with_pi(flat, out)
    out += _in_words(flat, out)
    return tuple(sorted(_with_ranges(flat, out), key=lambda v: v.start))


def _with_pi(flat: str, values: list[Value]) -> list[Value]:
    """Multiples of pi that no number stands before."""
    out = values
    for pi in re.finditer(
        r"(?<![\w.*·×/^(])(?<![\d*·×/^(]\s)(?P<sign>-\s?)?π(?:\s?/\s?([1-9]\d{0,5}))?(?![\w(])", flat
    ):
        unit, stop = _unit_after(flat, pi.end())
        out = [v for v in out if not pi.start() <= v.start < stop]
        number = math.pi / float(pi.group(2) or 1) * (-1 if pi["sign"] else 1)
        out.append(Value(number * unit.factor, unit, pi.start(), stop))
    return out


def _in_words(flat: str, values: list[Value]) -> list[Value]:
    out: list[Value] = []
    taken = bytearray(len(flat))
    for v in values:
        taken[v.start : v.end] = b"\x01" * (v.end - v.start)
    for spelled in spelled_numbers(flat):
        if len(out) >= MAX_QUANTITIES:
            break
        if any(taken[spelled.start : spelled.end]):
            continue
        if spelled.percent:
            out.append(Value(spelled.number / 100, Unit(1.0, ()), spelled.start, spelled.end))
            continue
        unit, stop = _unit_after(flat, spelled.end)
        if spelled.needs_unit and stop == spelled.end:
            continue
        unit = _per(flat, spelled.start, unit)
        out.append(Value(spelled.number * unit.factor, unit, spelled.start, stop))
    return out


def _per(flat: str, start: int, unit: Unit) -> Unit:
    """每平方米 1.33 瓦: the unit below the line stands before the number."""
    found = _PER_BEFORE.search(flat, max(0, start - 12), start)
    below = parse_unit(found["unit"]) if found and unit.dimensions else None
    return quotient(unit, below) if below is not None and below.dimensions else unit


def _for_each(flat: str, value: Value) -> list[Value]:
    """ "0.2 mN on every metre" is 0.2 mN/m as well."""
    if not value.unit.dimensions or value.spread:
        return []
    after = pattern("each_unit_after").match(flat, value.end)
    before = None if after else pattern("each_unit_before").search(flat[max(0, value.start - 80) : value.start])
    name = after["unit"] if after else (before["en"] or before["zh"]) if before else ""
    below = parse_unit(name) if name else None
    if below is None or not below.dimensions:
        return []
    unit = quotient(value.unit, below)
    return [replace(value, number=value.number / value.unit.factor * unit.factor, unit=unit)]


def _measured(flat: str) -> Iterator[re.Match[str]]:
    """Values that come with their uncertainty, in order."""
    found = [*_SPREAD.finditer(flat), *_CONCISE.finditer(flat)]
    yield from sorted(found, key=lambda m: m.start())


def _with_spread(flat: str, found: re.Match[str]) -> tuple[list[Value], int]:
    """The value and its uncertainty; both have the power of ten and the unit that stand behind them."""
    groups, end = found.groupdict(), found.end()
    raw = next((g for g in found.groups()[-3:-1] if g), "0")
    exponent = int(groups["exp"] or "".join(_SUPERSCRIPT.get(c, c) for c in raw if c not in " "))
    if abs(exponent) > 300:
        return [], end
    unit, stop = _unit_after(flat, end)
    scale = 10.0**exponent * unit.factor
    number = float(groups["value"]) * (-1 if (groups["sign"] or "").strip() == "-" else 1)
    digits = groups.get("digits")
    spread = float(digits) * 10.0 ** -len(groups["decimals"]) if digits else float(groups["spread"])
    after = found.start("digits") if digits else found.start("spread")
    value = Value(number * scale, unit, found.start(), stop)
    return [value, Value(spread * scale, unit, after, stop, spread=True)], max(stop, end)


def _value(flat: str, found: re.Match[str]) -> tuple[Value | None, int]:
    start, end = found.start(), found.end()
    if start and ((flat[start - 1].isalpha() and flat[start - 1].isascii()) or flat[start - 1] in "_^"):
        return None, end  # a subscript, an exponent, a name such as Q1
    if pattern("label_number").search(flat[max(0, start - 16) : start]):
        return None, end
    mantissa = found.groupdict().get("mantissa") or "1"
    exponent = _exponent(found)
    if abs(exponent) > 300:
        return None, end
    number = float(re.sub(rf"[,'\s{_THIN}]", "", mantissa)) * 10.0**exponent
    number *= -1 if (found.group("sign") or "").strip() == "-" else 1
    if number > 0 and _MINUS_WORD.search(flat, max(0, start - 9), start):
        number = -number
    number, end = _tail(flat, number, end)
    unit, stop = _unit_after(flat, end)
    unit = _per(flat, start, unit)
    spread = bool(_PLUS_MINUS.search(flat, max(0, start - 12), start))
    return Value(number * unit.factor, unit, start, stop, spread=spread), max(stop, end)


def _tail(flat: str, number: float, end: int) -> tuple[float, int]:
    """A division (1/3), a factor of pi, the Chinese 万 and 亿."""
    if (division := re.compile(r"\s?/\s?(\d+(?:\.\d+)?)(?!\d|\.\d|[eE]\d)").match(flat, end)) and float(
        division.group(1)
    ):
        number, end = number / float(division.group(1)), division.end()
    if pi := re.compile(
        rf"\s{{0,4}}[*·×]?\s{{0,4}}(?:π|pi\b)(?:\s?/\s?(0?[1-9]\d{{0,5}})(?![\d.]))?(?:\s*[×*·]\s*10\s*{_POWER})?"
    ).match(flat, end):
        number, end = number * math.pi / float(pi.group(1) or 1), pi.end()
        power = next((g for g in pi.groups()[1:] if g), "0")
        number *= 10.0 ** min(300, int("".join(_SUPERSCRIPT.get(c, c) for c in power if c != " ")))
    if large := re.compile(r"\s?([万亿])").match(flat, end):
        number, end = number * {"万": 1e4, "亿": 1e8}[large.group(1)], large.end()
    return number, end


def _unit_after(flat: str, end: int) -> tuple[Unit, int]:
    gap = re.compile(r"\s{0,24}(?:个)?").match(flat, end)
    at = gap.end() if gap else end
    if degrees := re.compile(r"°(?!\s?[CF]\b)").match(flat, at):
        return parse_unit("°") or Unit(1.0, ()), degrees.end()
    if re.compile(r"degrees? of freedom", re.IGNORECASE).match(flat, at):
        return Unit(1.0, ()), end
    found = unit_pattern().match(flat, at)
    while found is not None:
        text = found.group().rstrip(" ·*/-×(")
        while text:
            unit = parse_unit(text) if text.count("(") == text.count(")") else None
            if unit is not None:
                return unit, at + len(text)
            if text.endswith(")") and text.count(")") > text.count("("):
                text = text[:-1]  # "(5.8e7 S/m)"
                continue
            cut = max(text.rfind(c) for c in " ·*/-×每")
            text = text[:cut].rstrip(" ·*/-×") if cut > 0 else ""
        break
    return Unit(1.0, ()), end


def _with_ranges(flat: str, values: list[Value]) -> list[Value]:
    """Mark the ends of ranges and bounds; the first end of "1-3 um" has the unit of the second."""
    out: list[Value] = []
    values = sorted(values, key=lambda v: v.start)
    for i, value in enumerate(values):
        before, after = flat[max(0, value.start - 40) : value.start], flat[value.end : value.end + 16]
        following = values[i + 1] if i + 1 < len(values) else None
        opens = bool(
            following
            and _RANGE.match(after)
            and following.start - value.end < 10
            and (comparable(value.unit, following.unit) or not value.unit.dimensions)
        )
        if opens and re.match(r"\s*\$?\s*(?:and|和|与)", after) and not _RANGE_WORD.search(before):
            opens = False
        closes = bool(
            out
            and i
            and values[i - 1].end <= value.start
            and out[-1].bound
            and _RANGE.match(flat[values[i - 1].end : values[i - 1].end + 16])
            and value.start - values[i - 1].end < 10
        )
        bound = (
            opens
            or closes
            or bool(pattern("bound_before").search(before))
            or bool(_EITHER.search(before.rstrip()))
            or bool(_AFTER_BOUND.match(after))
        )
        if opens and not value.unit.dimensions and following:
            value = replace(value, number=value.number * following.unit.factor, unit=following.unit)
        out.append(replace(value, bound=bound))
    return out

"""Does the answer give this value? Numbers with units are read in all their spellings and compared in SI base units."""

import math
import re
from dataclasses import dataclass
from functools import lru_cache

from tutorsmith.evaluation.metrics.concepts import Token, credit_of, phrase_key, tokens_of
from tutorsmith.evaluation.metrics.phrases import THRESHOLD
from tutorsmith.evaluation.metrics.scope import Scopes, scopes
from tutorsmith.evaluation.metrics.tables import pairs, pattern
from tutorsmith.evaluation.metrics.units import Unit, comparable, parse_unit
from tutorsmith.evaluation.metrics.units import pattern as unit_pattern

DEFAULT_TOLERANCE = 0.02
MAX_QUANTITIES = 600  # of one answer
_SUPERSCRIPT = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-", strict=True))
_POWER = r"(?:\^\s*[{(]?\s*([-+]?\s?\d{1,4})\s*[})]?|([⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,4}))"
_NUMBER = re.compile(
    rf"(?P<sign>(?<![\w.)\]}}⁰¹²³⁴⁵⁶⁷⁸⁹])[-+]\s?)?"
    rf"(?P<mantissa>\d{{1,3}}(?:[,\u2009 ]\d{{3}})+(?:\.\d+)?(?!\d)|\d+(?:\.\d+)?|\.\d+)"
    rf"(?:[eE](?P<exp>[-+]?\d{{1,4}})(?![\w.])|\s*(?:[×*·x]|\\times|\\cdot)\s*10\s*{_POWER})?"
)
_BARE_POWER = re.compile(rf"(?P<sign>[-+]\s?)?(?<![\d.])10\s*{_POWER}")
_WORD_NUMBERS = {name.replace("_", " "): float(number) for name, number in pairs("word_numbers").items()}
_WORD_NUMBER = re.compile(
    r"\b(?:"
    + "|".join(sorted((w for w in _WORD_NUMBERS if w.isascii()), key=len, reverse=True))
    + r")\b|"
    + "|".join(w for w in _WORD_NUMBERS if not w.isascii()),
    re.IGNORECASE,
)
_PERCENT_ZH = re.compile(r"百分之\s*(\d+(?:\.\d+)?)")
_FRACTION_LATEX = re.compile(r"\\d?frac\s*\{\s*(\d+(?:\.\d+)?)\s*\}\s*\{\s*(\d+(?:\.\d+)?)\s*\}")
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
    "micro": "μ",
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
    """A number with a unit in an answer: in SI base units, with its place; `bound`: a limit, not the value."""

    number: float
    unit: Unit
    start: int
    end: int
    bound: bool = False


@dataclass(frozen=True, slots=True)
class QuantityKey:
    """`number` in SI base units; `name` is what the value belongs to, or empty."""

    text: str
    number: float
    unit: Unit
    tolerance: float
    name: str


@dataclass(frozen=True, slots=True)
class QuantityVerdict:
    """`state`: "covered", "contradicted" or "missing"."""

    state: str
    start: int = 0
    end: int = 0
    rule: str = ""


class QuantityError(ValueError):
    """No value, or no known unit."""


@lru_cache(maxsize=4096)
def quantity_key(text: str, tolerance: float = DEFAULT_TOLERANCE, name: str = "") -> QuantityKey:
    """Parse "2.09 um", "delta = 2.09 um" or "50 %". Raises: QuantityError."""
    label, sign, rest = text.rpartition("=")
    body = (rest if sign else text).strip().lstrip("≈~").strip()
    found = [v for v in _values(body) if not body[: v.start].strip()]
    if not found:
        raise QuantityError("no number stands there")
    first = found[0]
    if body[first.end :].strip(" .$"):
        raise QuantityError(f"the unit '{body[first.end :].strip()}' is not known")
    return QuantityKey(text, first.number, first.unit, tolerance, name or label.strip())


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
    text = re.sub(
        r"\\([A-Za-z]+)",
        lambda m: _COMMANDS[m.group(1)].ljust(len(m.group())) if m.group(1) in _COMMANDS else m.group(),
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


@lru_cache(maxsize=64)
def _values(text: str) -> tuple[Value, ...]:
    """All numbers with their units in a normalised text."""
    text = scopes(text).text
    flat = _flatten(_FRACTION_LATEX.sub(lambda m: f"{m.group(1)}/{m.group(2)}".ljust(len(m.group())), text))
    out: list[Value] = []
    position = 0
    power = _BARE_POWER.search(flat)
    while position < len(flat) and len(out) < MAX_QUANTITIES:
        found = _NUMBER.search(flat, position)
        if power and power.start() < position:
            power = _BARE_POWER.search(flat, position)
        if power and (found is None or power.start() <= found.start()):
            found = power
        if found is None:
            break
        value, position = _value(flat, found)
        if value is not None:
            out.append(value)
    for pi in re.finditer(r"(?<![\d.\s*·×])\s*(?<![\w.])π(?:\s?/\s?(\d+))?(?![\w(])", flat):
        unit, stop = _unit_after(flat, pi.end())
        out = [v for v in out if not pi.start() <= v.start < stop]
        out.append(Value(math.pi / float(pi.group(1) or 1) * unit.factor, unit, pi.start(), stop))
    for word in _WORD_NUMBER.finditer(flat):
        unit, stop = _unit_after(flat, word.end())
        out.append(Value(_WORD_NUMBERS[word.group().lower()] * unit.factor, unit, word.start(), stop))
    for percent in _PERCENT_ZH.finditer(flat):
        out.append(Value(float(percent.group(1)) / 100, Unit(1.0, ()), percent.start(), percent.end()))
    return tuple(sorted(_with_ranges(flat, out), key=lambda v: v.start))


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
    number = float(re.sub(r"[,\s]", "", mantissa)) * 10.0**exponent
    number *= -1 if (found.group("sign") or "").strip() == "-" else 1
    number, end = _tail(flat, number, end)
    unit, stop = _unit_after(flat, end)
    return Value(number * unit.factor, unit, start, stop), max(stop, end)


def _tail(flat: str, number: float, end: int) -> tuple[float, int]:
    """A division (1/3), a factor of pi, the Chinese 万 and 亿, a tolerance (± 0.1)."""
    if (division := re.compile(r"\s?/\s?(\d+(?:\.\d+)?)(?![\d.eE])").match(flat, end)) and float(division.group(1)):
        number, end = number / float(division.group(1)), division.end()
    if pi := re.compile(rf"\s?[*·×]?\s?(?:π|pi\b)(?:\s?/\s?(\d+))?(?:\s*[×*·]\s*10\s*{_POWER})?").match(flat, end):
        number, end = number * math.pi / float(pi.group(1) or 1), pi.end()
        power = next((g for g in pi.groups()[1:] if g), "0")
        number *= 10.0 ** min(300, int("".join(_SUPERSCRIPT.get(c, c) for c in power if c != " ")))
    if large := re.compile(r"\s?([万亿])").match(flat, end):
        number, end = number * {"万": 1e4, "亿": 1e8}[large.group(1)], large.end()
    if spread := re.compile(r"\s?±\s?\d+(?:\.\d+)?").match(flat, end):
        end = spread.end()
    return number, end


def _unit_after(flat: str, end: int) -> tuple[Unit, int]:
    gap = re.compile(r"\s{0,24}(?:个)?").match(flat, end)
    at = gap.end() if gap else end
    found = unit_pattern().match(flat, at)
    while found is not None:
        text = found.group().rstrip(" ·*/-×(")
        while text:
            unit = parse_unit(text) if text.count("(") == text.count(")") else None
            if unit is not None:
                return unit, at + len(text)
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
            value = Value(value.number * following.unit.factor, following.unit, value.start, value.end)
        out.append(Value(value.number, value.unit, value.start, value.end, bound))
    return out


def close(key: QuantityKey, value: Value) -> bool:
    """Within the relative tolerance; of a key value 0, exactly 0."""
    if not comparable(key.unit, value.unit):
        return False
    return abs(value.number - key.number) <= key.tolerance * abs(key.number) * (1 + 1e-9) + 1e-300


def judge_quantity(key: QuantityKey, answer: str) -> QuantityVerdict:
    """Whether the answer gives the value, another value for the same quantity, or none."""
    scope = scopes(answer)
    good: Value | None = None
    wrong: Value | None = None
    rule = "the value is not given"
    final = [m.start() for m in pattern("final").finditer(scope.text)]
    for value in _values(answer):
        if not comparable(key.unit, value.unit):
            continue
        reason = scope.discount(value.start) or ("a condition" if scope.conditional(value.start) else "")
        belongs = _belongs(key, value, answer, scope)
        if reason:
            rule = f"given only as {reason}" if close(key, value) else rule
        elif scope.negated(value.start) % 2:
            wrong = value if close(key, value) and belongs is not False else wrong
            rule = "the value is denied" if wrong is value else rule
        elif value.bound:
            rule = "only a range or a bound is given" if close(key, value) else rule
        elif close(key, value) and belongs is not False:
            good = value
        elif close(key, value):
            rule = "the value is given for another quantity"
        elif belongs or (final and value.start > final[-1] and not key.name) or (belongs is None and _slip(key, value)):
            wrong = wrong if wrong and wrong.start > value.start else value
    if good and wrong and final and wrong.start > final[-1] > good.start:
        return QuantityVerdict("contradicted", wrong.start, wrong.end, "the final answer is another value")
    if good:
        return QuantityVerdict("covered", good.start, good.end, "the value, within the tolerance")
    if wrong:
        return QuantityVerdict(
            "contradicted", wrong.start, wrong.end, rule if rule == "the value is denied" else "another value is given"
        )
    return QuantityVerdict("missing", rule=rule)


def _slip(key: QuantityKey, value: Value) -> bool:
    """The right digits with a wrong sign, factor 2 or power of ten; or another value with a dimension."""
    if not key.number or not value.number:
        return False
    return bool(key.unit.dimensions) or abs(value.number + key.number) < key.tolerance * abs(key.number)


def _belongs(key: QuantityKey, value: Value, answer: str, scope: Scopes) -> bool | None:
    """Whether the value is bound to the key's quantity: True, False, or None when neither names one."""
    if not key.name:
        return None
    wanted = phrase_key(key.name).tokens
    if not wanted:
        return _symbol_before(key.name, value, scope)
    sentence = scope.sentence_at(value.start)
    clause = next((c for c in scope.clauses[sentence] if c.start <= value.start < c.end), scope.sentences[sentence])
    near = [
        t for t in tokens_of(answer) if clause.start <= t.start < clause.end and not value.start <= t.start < value.end
    ]
    share = _share(wanted, near)
    others = [v for v in _values(answer) if clause.start <= v.start < clause.end and v is not value]
    if share >= THRESHOLD:
        if others:
            return _nearest(wanted, near, value, others)
        return True
    if any(
        _named_elsewhere(wanted, v, value, answer, scope) for v in _values(answer) if comparable(v.unit, value.unit)
    ):
        return False
    before = scope.sentences[max(0, sentence - 1)].start
    wide = [t for t in tokens_of(answer) if before <= t.start < scope.sentences[sentence].end]
    named = [t for t in near if "=" in t.flags]
    if named and not any(credit_of(w, t) for w in wanted for t in named):
        return False
    return True if _share(wanted, wide) >= THRESHOLD else (None if not named else False)


def _named_elsewhere(wanted: tuple[Token, ...], other: Value, value: Value, answer: str, scope: Scopes) -> bool:
    """Another clause of the same sentence gives the named quantity a value."""
    sentence = scope.sentence_at(value.start)
    if other is value or scope.sentence_at(other.start) != sentence:
        return False
    clause = next((c for c in scope.clauses[sentence] if c.start <= other.start < c.end), None)
    if clause is None or clause.start <= value.start < clause.end:
        return False
    return _share(wanted, [t for t in tokens_of(answer) if clause.start <= t.start < clause.end]) >= THRESHOLD


def _share(wanted: tuple[Token, ...], near: list[Token]) -> float:
    total = sum(t.weight for t in wanted)
    return sum(t.weight * max((credit_of(t, o) for o in near), default=0.0) for t in wanted) / total


def _nearest(wanted: tuple[Token, ...], near: list[Token], value: Value, others: list[Value]) -> bool:
    """Of several values in a clause, the name belongs to the one after it, or else the nearest."""
    places = [t for t in near if any(credit_of(w, t) for w in wanted)]
    if not places:
        return False
    place = max(places, key=lambda t: sum(credit_of(w, t) for w in wanted))

    def distance(v: Value) -> int:
        return v.start - place.end if v.start >= place.end else (place.start - v.end) + 4

    return all(distance(value) <= distance(o) for o in others if comparable(o.unit, value.unit))


def _symbol_before(name: str, value: Value, scope: Scopes) -> bool | None:
    """`delta = 2.09 um`: the symbol before the sign."""
    found = re.search(
        r"([A-Za-zα-ωΑ-Ω](?:_\{?\w+\}?)?)\s*(?:=|≈|is|为|是)\s*$",
        scope.prose[max(0, value.start - 30) : value.start].replace("$", " "),
    )
    if not found:
        return None
    return re.sub(r"[{}\s]", "", found.group(1)) == re.sub(r"[{}\s\\]", "", name) or None


def written_quantities(text: str) -> list[tuple[int, int]]:
    """Ranges of the values with a physical unit in a wording, the last one first; angles and percentages stay words."""
    found = [v for v in _values(text) if v.unit.dimensions and not v.bound and v.unit.dimensions[0][0] != "angle"]
    return [(v.start, v.end) for v in found][::-1]

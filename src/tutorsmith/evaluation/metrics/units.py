"""Unit names in English, Chinese and symbols, as Pint knows them: only what is listed here is a unit."""

import re
from dataclasses import dataclass
from functools import lru_cache

from tutorsmith.evaluation.metrics.tables import pairs

_PREFIXES = {
    "f": 1e-15,
    "p": 1e-12,
    "n": 1e-9,
    "u": 1e-6,
    "μ": 1e-6,
    "m": 1e-3,
    "c": 1e-2,
    "d": 1e-1,
    "k": 1e3,
    "K": 1e3,
    "M": 1e6,
    "G": 1e9,
    "T": 1e12,
}
_SYMBOLS = {name: (pint.rstrip("+"), pint.endswith("+")) for name, pint in pairs("unit_symbols").items()}
_WORDS = {name.replace("_", " "): symbol for name, symbol in pairs("unit_words").items()}
_CHINESE = pairs("unit_chinese")


@dataclass(frozen=True, slots=True)
class Unit:
    """`factor` to SI base units; `dimensions` as sorted (name, exponent); `bare`: no dimension besides angle."""

    factor: float
    dimensions: tuple[tuple[str, float], ...]


def _table() -> dict[str, str]:
    """Every spelling of a single unit, mapped to prefix + symbol."""
    out: dict[str, str] = {}
    prefix_words, prefix_chinese = pairs("prefix_words"), pairs("prefix_chinese")
    for symbol, (_, prefixed) in _SYMBOLS.items():
        out[symbol] = symbol
        if prefixed:
            out.update(
                {
                    p + symbol: p + symbol
                    for p in _PREFIXES
                    if p + symbol not in _SYMBOLS and not (p == "K" and symbol != "Hz" and symbol != "Ω")
                }
            )
    for word, symbol in _WORDS.items():
        for ending in ("", "s"):
            out[word + ending] = symbol
            if symbol in _SYMBOLS and _SYMBOLS[symbol][1]:
                out.update({p + word + ending: short + symbol for p, short in prefix_words.items()})
    for word, symbol in _CHINESE.items():
        out[word] = symbol
        if symbol in _SYMBOLS and _SYMBOLS[symbol][1]:
            out.update({p + word: short + symbol for p, short in prefix_chinese.items() if p + word not in _CHINESE})
    out.update({name.replace("_", " "): symbol for name, symbol in pairs("unit_spellings").items()})
    return out


@lru_cache(maxsize=1)
def spellings() -> dict[str, str]:
    return _table()


@lru_cache(maxsize=1)
def pattern() -> re.Pattern[str]:
    """A product of units after a number: V/m, A·m^-2, ohm meters, 伏每米, volts per metre."""
    names = sorted(spellings(), key=len, reverse=True)
    chinese = "|".join(re.escape(n) for n in names if n[0] > "\u3000")
    latin = "|".join(re.escape(n) for n in names if n[0] <= "\u3000")
    one = rf"(?:(?:{chinese})|(?:square |cubic )?(?:{latin})(?![A-Za-z](?!\^))(?: squared| cubed)?)"
    one += r"(?:\s*\^\s*\{?\(?[-+]?\d\)?\}?|[-+]?\d(?!\d)|[²³⁻⁺¹⁴]+|2(?!\d))?"
    return re.compile(rf"\(?{one}(?:\s*(?:/|·|⋅|\*|×|每| per |-(?=[A-Za-z])|\s)\s*\(?(?:{one})\)?){{0,4}}\)?")


_ONE = re.compile(
    r"(/|每|per\b)?[\s·⋅*×()-]*((?:square |cubic )?)([^\s\d^²³⁻⁺¹⁴/·⋅*×(){}每-]+(?:[ -](?:volt|cent)s?)?)"
    r"((?: squared| cubed)?)\s*\^?\s*[({]*([-+]?\d|[²³⁻⁺¹⁴]+)?[)}]*"
)
_SUPER = dict(zip("⁻⁺¹²³⁴", "-+1234", strict=True))


@lru_cache(maxsize=4096)
def parse_unit(text: str) -> Unit | None:
    """The unit written here, or None when a part of it is no unit."""
    text = text.strip().replace("Ω", "Ω").replace("µ", "μ").replace("μ", "μ").rstrip(".")
    if not text:
        return Unit(1.0, ())
    if text in spellings():
        return _single(text)
    dimensions: dict[str, float] = {}
    factor, position, below = 1.0, 0, False
    while position < len(text):
        found = _ONE.match(text, position)
        if found is None or found.end() == position:
            return None if text[position:].strip("() ") else _unit(factor, dimensions)
        divided = bool(found.group(1)) or (below and "(" in text)
        below = below or bool(found.group(1))
        written = "".join(_SUPER.get(c, c) for c in found.group(5) or "1")
        if not re.fullmatch(r"[-+]?\d+", written):
            return None
        power = int(written)
        power *= {"square": 2, "cubic": 3, "squared": 2, "cubed": 3}.get((found.group(2) or found.group(4)).strip(), 1)
        single = _single(found.group(3).strip())
        if single is None:
            return None
        sign = -power if divided else power
        factor *= single.factor**sign
        for name, exponent in single.dimensions:
            dimensions[name] = dimensions.get(name, 0.0) + exponent * sign
        position = found.end()
    return _unit(factor, dimensions)


def quotient(above: Unit, below: Unit) -> Unit:
    """One unit per another."""
    dimensions = dict(above.dimensions)
    for name, exponent in below.dimensions:
        dimensions[name] = dimensions.get(name, 0.0) - exponent
    return _unit(above.factor / below.factor, dimensions)


def _unit(factor: float, dimensions: dict[str, float]) -> Unit:
    return Unit(factor, tuple(sorted((k, round(v, 6)) for k, v in dimensions.items() if v)))


@lru_cache(maxsize=1024)
def _single(name: str) -> Unit | None:
    symbol = spellings().get(name) or spellings().get(name.lower() if len(name) > 3 else name)
    if symbol is None:
        return None
    if "^" in symbol:
        base, _, power = symbol.partition("^")
        unit = _single(base)
        return unit and Unit(unit.factor ** int(power), tuple((k, v * int(power)) for k, v in unit.dimensions))
    if symbol in _SYMBOLS:
        return _base(symbol)
    base_unit = _base(symbol[1:])
    return Unit(base_unit.factor * _PREFIXES[symbol[0]], base_unit.dimensions)


@lru_cache(maxsize=1)
def _registry() -> object:
    import pint

    return pint.UnitRegistry(cache_folder=None)


_OWN = {  # what Pint leaves without a dimension, or takes for logarithms, keeps one here, so that 3 dB is not 3
    "°": Unit(0.017453292519943295, (("angle", 1.0),)),
    "deg": Unit(0.017453292519943295, (("angle", 1.0),)),
    "rad": Unit(1.0, (("angle", 1.0),)),
    "sr": Unit(1.0, (("solid", 1.0),)),
    "%": Unit(0.01, ()),
    "ppm": Unit(1e-6, ()),
    "dB": Unit(1.0, (("level", 1.0),)),
    "Np": Unit(8.685889638, (("level", 1.0),)),
    "dBm": Unit(1.0, (("dBm", 1.0),)),
    "dBi": Unit(1.0, (("level", 1.0),)),
    "dBV": Unit(1.0, (("dBV", 1.0),)),
    "Hz": Unit(1.0, (("[time]", -1.0), ("cycle", 1.0))),
    "rpm": Unit(1 / 60, (("[time]", -1.0), ("cycle", 1.0))),
    "°C": Unit(1.0, (("celsius", 1.0),)),
    "G": Unit(1e-4, (("[current]", -1.0), ("[mass]", 1.0), ("[time]", -2.0))),
    "Gs": Unit(1e-4, (("[current]", -1.0), ("[mass]", 1.0), ("[time]", -2.0))),
    "Oe": Unit(79.57747154594767, (("[current]", 1.0), ("[length]", -1.0))),
    "word": Unit(1.0, (("word", 1.0),)),
    "char": Unit(1.0, (("character", 1.0),)),
    "page": Unit(1.0, (("page", 1.0),)),
    "paragraph": Unit(1.0, (("paragraph", 1.0),)),
    "sentence": Unit(1.0, (("sentence", 1.0),)),
    "turn": Unit(1.0, (("turn", 1.0),)),
    "pp": Unit(0.01, (("point", 1.0),)),
    "bit": Unit(1.0, (("bit", 1.0),)),
    "B": Unit(8.0, (("bit", 1.0),)),
}


def _base(symbol: str) -> Unit:
    """A unit without prefix in SI base units, from Pint, except for those in `_OWN`."""
    if symbol in _OWN:
        return _OWN[symbol]
    registry = _registry()
    quantity = registry.Quantity(1.0, registry.parse_units(_SYMBOLS[symbol][0])).to_base_units()  # type: ignore[attr-defined]
    dimensions = tuple(sorted((str(k), float(v)) for k, v in quantity.dimensionality.items()))
    return Unit(float(quantity.magnitude), dimensions)


def comparable(a: Unit, b: Unit) -> bool:
    """Same dimension; 1/s is both Hz and rad/s, but Hz is not rad/s; an angle in radians may be a bare number."""
    one, two = dict(a.dimensions), dict(b.dimensions)
    if one == two:
        return True
    soft = ("cycle", "angle")
    if any(k in one for k in soft) and any(k in two for k in soft):
        return False
    if not any(k in soft for k in (*one, *two)):
        return False
    return {k: v for k, v in one.items() if k not in soft} == {k: v for k, v in two.items() if k not in soft}

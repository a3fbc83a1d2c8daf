"""Unit names in English, Chinese and symbols, as Pint knows them: only what is listed here is a unit."""

import re
from dataclasses import dataclass
from functools import lru_cache

# symbol: (Pint's name, whether SI prefixes are allowed)
_SYMBOLS = {
    "m": ("meter", True), "s": ("second", True), "g": ("gram", True), "A": ("ampere", True), "K": ("kelvin", False), "V": ("volt", True), "W": ("watt", True),
    "J": ("joule", True), "N": ("newton", True), "C": ("coulomb", True), "F": ("farad", True), "H": ("henry", True), "T": ("tesla", True), "Wb": ("weber", True),
    "Ω": ("ohm", True), "S": ("siemens", True), "Hz": ("hertz", True), "Pa": ("pascal", True), "eV": ("electron_volt", True), "rad": ("radian", True), "sr": ("steradian", False),
    "G": ("gauss", False), "Oe": ("oersted", False), "L": ("liter", True), "mol": ("mole", False), "min": ("minute", False), "h": ("hour", False), "Gs": ("gauss", False),
    "°": ("degree", False), "deg": ("degree", False), "%": ("percent", False), "dB": ("decibel", False), "Np": ("neper", False), "dBm": ("dBm", False), "VA": ("volt*ampere", True),
    "Å": ("angstrom", False), "bar": ("bar", False), "cd": ("candela", False), "lx": ("lux", False), "lm": ("lumen", False), "ppm": ("ppm", False), "°C": ("degC", False), "mil": ("thou", False), "dBi": ("dBi", False),
    "bit": ("bit", True), "B": ("byte", False), "Ah": ("ampere*hour", True), "Wh": ("watt*hour", True), "inch": ("inch", False), "sec": ("second", False), "rpm": ("rpm", False), "dBV": ("dBV", False),
}  # fmt: skip
_PREFIXES = {"f": 1e-15, "p": 1e-12, "n": 1e-9, "u": 1e-6, "μ": 1e-6, "m": 1e-3, "c": 1e-2, "d": 1e-1, "k": 1e3, "K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}
_WORDS = {
    "meter": "m", "metre": "m", "second": "s", "gram": "g", "ampere": "A", "amp": "A", "kelvin": "K", "volt": "V", "watt": "W", "joule": "J", "newton": "N", "coulomb": "C", "farad": "F", "henry": "H", "henrie": "H",
    "tesla": "T", "weber": "Wb", "ohm": "Ω", "siemens": "S", "mho": "S", "hertz": "Hz", "pascal": "Pa", "electronvolt": "eV", "electron volt": "eV", "electron-volt": "eV", "radian": "rad", "gauss": "G", "oersted": "Oe", "degree": "°", "percent": "%",
    "per cent": "%", "decibel": "dB", "neper": "Np", "minute": "min", "hour": "h", "liter": "L", "litre": "L", "micron": "μm", "angstrom": "Å", "steradian": "sr", "inche": "inch", "lumen": "lm", "mole": "mol", "hr": "h",
}  # fmt: skip
_PREFIX_WORDS = {"femto": "f", "pico": "p", "nano": "n", "micro": "u", "milli": "m", "centi": "c", "deci": "d", "kilo": "k", "mega": "M", "giga": "G", "tera": "T", "deca": "da"}
_CHINESE = {
    "米": "m", "秒": "s", "克": "g", "千克": "kg", "公斤": "kg", "安培": "A", "安": "A", "开尔文": "K", "伏特": "V", "伏": "V", "瓦特": "W", "瓦": "W", "焦耳": "J", "焦": "J", "牛顿": "N", "牛": "N", "库仑": "C", "库": "C", "法拉": "F", "法": "F",
    "亨利": "H", "亨": "H", "特斯拉": "T", "特": "T", "韦伯": "Wb", "韦": "Wb", "欧姆": "Ω", "欧": "Ω", "西门子": "S", "西": "S", "赫兹": "Hz", "赫": "Hz", "帕": "Pa", "帕斯卡": "Pa", "电子伏特": "eV", "电子伏": "eV", "弧度": "rad", "高斯": "G", "奥斯特": "Oe", "度": "°",
    "分贝": "dB", "奈培": "Np", "分钟": "min", "小时": "h", "升": "L", "公里": "km", "厘米": "cm", "毫米": "mm", "微米": "um", "纳米": "nm", "埃": "Å", "平方米": "m^2", "立方米": "m^3", "平方厘米": "cm^2", "平方毫米": "mm^2", "立方厘米": "cm^3", "平方千米": "km^2", "百分之": "%", "摄氏度": "°C", "分": "min",
}  # fmt: skip
_CHINESE_PREFIXES = {"飞": "f", "皮": "p", "纳": "n", "微": "u", "毫": "m", "厘": "c", "分": "d", "千": "k", "兆": "M", "吉": "G", "太": "T"}
# ASCII names that would collide with variables or words when they follow a number with a space
_OHM = re.compile(r"Ω|Ω|\bohms?\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Unit:
    """`factor` to SI base units; `dimensions` as sorted (name, exponent); `bare`: no dimension besides angle."""

    factor: float
    dimensions: tuple[tuple[str, float], ...]


def _table() -> dict[str, str]:
    """Every spelling of a single unit, mapped to prefix + symbol."""
    out: dict[str, str] = {}
    for symbol, (_, prefixed) in _SYMBOLS.items():
        out[symbol] = symbol
        if prefixed:
            out.update({p + symbol: p + symbol for p in _PREFIXES if p + symbol not in _SYMBOLS and not (p == "K" and symbol != "Hz" and symbol != "Ω")})
    for word, symbol in _WORDS.items():
        for ending in ("", "s"):
            out[word + ending] = symbol
            if symbol in _SYMBOLS and _SYMBOLS[symbol][1]:
                out.update({p + word + ending: short + symbol for p, short in _PREFIX_WORDS.items()})
    for word, symbol in _CHINESE.items():
        out[word] = symbol
        if symbol in _SYMBOLS and _SYMBOLS[symbol][1]:
            out.update({p + word: short + symbol for p, short in _CHINESE_PREFIXES.items() if p + word not in _CHINESE})
    out.update({"kohm": "kΩ", "Kohm": "kΩ", "Mohm": "MΩ", "mohm": "mΩ", "Ohm": "Ω", "Ohms": "Ω", "kOhm": "kΩ", "MOhm": "MΩ", "uohm": "uΩ", "℃": "°C", "henries": "H", "inches": "inch", "kilohm": "kΩ", "megohm": "MΩ", "kilohms": "kΩ", "KHZ": "kHz", "MHZ": "MHz", "GHZ": "GHz", "Khz": "kHz", "Mhz": "MHz", "Ghz": "GHz", "hz": "Hz", "db": "dB", "DB": "dB"})
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
    one = rf"(?:(?:{chinese})|(?:square |cubic )?(?:{latin})(?![A-Za-z](?!\^))(?: squared| cubed)?)(?:\s*\^?\s*\{{?\(?[-+]?\d\)?\}}?|[²³⁻⁺¹⁴]+|2(?!\d))?"
    return re.compile(rf"\(?{one}(?:\s*(?:/|·|⋅|\*|×|每| per |-(?=[A-Za-z])|\s)\s*\(?(?:{one})\)?){{0,4}}\)?")


_ONE = re.compile(r"(/|每|per\b)?[\s·⋅*×()-]*((?:square |cubic )?)([^\s\d^²³⁻⁺¹⁴/·⋅*×(){}每-]+(?:[ -](?:volt|cent)s?)?)((?: squared| cubed)?)\s*\^?\s*[({]*([-+]?\d|[²³⁻⁺¹⁴]+)?[)}]*")
_SUPER = dict(zip("⁻⁺¹²³⁴", "-+1234", strict=True))


@lru_cache(maxsize=4096)
def parse_unit(text: str) -> Unit | None:
    """The unit written here, or None when a part of it is no unit."""
    text = text.strip().replace("Ω", "Ω").replace("µ", "μ").replace("μ", "μ").rstrip(".")
    if not text:
        return Unit(1.0, ())
    factor, dimensions, position, below = 1.0, {}, 0, False
    while position < len(text):
        found = _ONE.match(text, position)
        if found is None or found.end() == position:
            return None if text[position:].strip("() ") else _unit(factor, dimensions)
        divided = bool(found.group(1)) or (below and "(" in text)
        below = below or bool(found.group(1))
        power = int("".join(_SUPER.get(c, c) for c in found.group(5) or "1"))
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
    "°": Unit(0.017453292519943295, (("angle", 1.0),)), "deg": Unit(0.017453292519943295, (("angle", 1.0),)), "rad": Unit(1.0, (("angle", 1.0),)), "sr": Unit(1.0, (("solid", 1.0),)),
    "%": Unit(0.01, ()), "ppm": Unit(1e-6, ()), "dB": Unit(1.0, (("level", 1.0),)), "Np": Unit(8.685889638, (("level", 1.0),)), "dBm": Unit(1.0, (("dBm", 1.0),)), "dBi": Unit(1.0, (("level", 1.0),)), "dBV": Unit(1.0, (("dBV", 1.0),)),
    "Hz": Unit(1.0, (("[time]", -1.0), ("cycle", 1.0))), "rpm": Unit(1 / 60, (("[time]", -1.0), ("cycle", 1.0))), "°C": Unit(1.0, (("celsius", 1.0),)), "G": Unit(1e-4, (("[current]", -1.0), ("[mass]", 1.0), ("[time]", -2.0))),
    "Gs": Unit(1e-4, (("[current]", -1.0), ("[mass]", 1.0), ("[time]", -2.0))), "Oe": Unit(79.57747154594767, (("[current]", 1.0), ("[length]", -1.0))), "bit": Unit(1.0, (("bit", 1.0),)), "B": Unit(8.0, (("bit", 1.0),)),
}  # fmt: skip


def _base(symbol: str) -> Unit:
    """A unit without prefix in SI base units, from Pint; gauss and oersted, which SI and Gaussian systems measure apart, from `_OWN`."""
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

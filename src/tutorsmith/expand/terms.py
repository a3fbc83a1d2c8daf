"""Written arithmetic -> values with units: `\\frac{8.85\\times10^{-12}}{2\\ \\mathrm{mm}}`, `2 × 3.5 V / 4 m`.

A small reader of its own, apart from the scorers' formula parser: it must tell units from symbols, and give up (None)
rather than guess. `Value.si` is in SI base units, `raw` the same with every unit taken as 1, for sides written without.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from tutorsmith.evaluation.metrics.units import Unit, parse_unit

Dimensions = tuple[tuple[str, float], ...]

_SOFT = frozenset({"angle", "cycle", "turn", "level", "solid"})
"""What a product of numbers may gain or lose without a mistake: 2 pi f is written in rad/s and in 1/s."""
_NAMES = """
alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi rho sigma tau phi chi psi omega
Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi
"""
_LETTERS = dict(zip("αβγδεζηθικλμνξρστφχψωΓΔΘΛΞΠΣΦΨ", _NAMES.split(), strict=True))
_LETTERS |= {"ϵ": "epsilon", "µ": "mu", "π": "pi"}
GREEK = frozenset({*_NAMES.split(), "Omega"})
_FUNCTIONS: Mapping[str, Callable[[float], float]] = {
    "sqrt": math.sqrt,
    "sin": math.sin,
    "cos": math.cos,
    "tan": math.tan,
    "exp": math.exp,
    "ln": math.log,
    "lg": math.log10,
    "arctan": math.atan,
    "arcsin": math.asin,
    "arccos": math.acos,
    "sinh": math.sinh,
    "cosh": math.cosh,
    "tanh": math.tanh,
}
_SUPERSCRIPTS = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-", strict=True))
_GROUP = r"\{((?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*)\}"
_FRACTION = re.compile(rf"\\[cdt]?frac\s*(?:{_GROUP}|(\d))\s*(?:{_GROUP}|(\d))")
_ROOT = re.compile(rf"\\sqrt\s*(?:\[(\d)\])?\s*(?:{_GROUP}|(\w))")
_UPRIGHT = re.compile(rf"\\(?:mathrm|text|textrm|rm|si|unit|operatorname)(?![A-Za-z])\s*(?:{_GROUP}|([A-Za-zΩ]))")
_SUBSCRIPT = re.compile(rf"\s*_\s*(?:{_GROUP}|\\([A-Za-z]+)|([A-Za-z0-9]))")
_DRESS = re.compile(
    rf"\\(?:mathbf|boldsymbol|bm|vec|hat|bar|tilde|mathcal|mathit|underline|overline)(?![A-Za-z])\s*(?:{_GROUP})?"
)
_SPACE = re.compile(r"\\(?:left|right|big|Big|bigg|displaystyle|limits)(?![A-Za-z])|\\[,;:! ]|~")
_WORDS = (
    (re.compile(r"\\(?:times|cdot|ast)(?![A-Za-z])|[×·⋅∗∙]"), "*"),
    (re.compile(r"\\div(?![A-Za-z])|÷"), "/"),
    (re.compile(r"\\(?:approx|simeq|cong|doteq)(?![A-Za-z])|≃|≅"), "≈"),
    (
        re.compile(r"\\(?:to|rightarrow|Rightarrow|implies|leq?|geq?|ll|gg|neq?|propto|pm|mp|quad|qquad)(?![A-Za-z])"),
        ";",
    ),
    (re.compile(r"\\%"), "%"),
    (re.compile(r"\^\s*\{?\s*\\circ\s*\}?|\\degree(?![A-Za-z])"), "°"),
    (re.compile(r"[−–]"), "-"),
    (re.compile(r"\\(?:big|Big)?[lr]?([()\[\]])"), r"\1"),
)
_TOKEN = re.compile(
    r"\s*(?:(?P<num>\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|\.\d+)|⟦(?P<unit>[^⟧]*)⟧|(?P<name>[A-Za-z]+(?:_[A-Za-z0-9,]+)?)"
    r"|(?P<sign>[%°])|(?P<op>\*\*|[-+*/^()\[\]=≈])|(?P<other>\S))"
)


@dataclass(frozen=True, slots=True)
class Value:
    """step: half a unit of the last written digit, for a number that stands alone (0.0 otherwise); symbols: the names
    whose values were put in."""

    si: float
    raw: float
    dimensions: Dimensions = ()
    step: float = 0.0
    symbols: frozenset[str] = frozenset()
    loose: bool = False
    """Whether a unit in it is written like a symbol: `2 C` may be two coulombs or twice a capacitance."""

    @property
    def hard(self) -> Dimensions:
        """The dimensions without those that come and go."""
        return tuple((name, power) for name, power in self.dimensions if name not in _SOFT)


class NoValue(ValueError):
    """This is no arithmetic, or holds a symbol without value."""


def plain(text: str) -> str:
    """LaTeX and Unicode brought to one spelling: `*`, `/`, `^(...)`, names, and units between ⟦ and ⟧."""
    text = re.sub(r"(?<=\d)(?:\\,|\{,\}|\u2009)(?=\d{3}(?!\d))", "", text)
    text = re.sub(r"(?<=\d),(?=\d{3}(?![\d]))", "", text)
    text = re.sub(r"\\(?:begin|end)\s*\{[a-z*]+\}", " ", text)
    text = re.sub(r"\\mu\s*(?:\\,)?\s*\\(mathrm|text)\s*\{\s*(?=[A-Za-z])", r"\\\1{μ", text)
    text = re.sub(r"([kMGmnμµ]?)[ΩΩ]", r"⟦\1Ω⟧", text)
    text = re.sub(r"\\\\\s*&?\s*=", " = ", text).replace("\\\\", " ; ").replace("&", " ")
    text = _SPACE.sub(" ", _DRESS.sub(lambda m: m[1] or "", text))
    for pattern, sign in _WORDS:
        text = pattern.sub(sign, text)
    text = re.sub(r"[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻]+", lambda m: "^(" + "".join(_SUPERSCRIPTS[c] for c in m[0]) + ")", text)
    text = _SUBSCRIPT.sub(lambda m: "_" + (re.sub(r"\W|mathrm|text", "", m[1] or m[2] or m[3]) or "x"), text)
    text = re.sub(r"[₀-₉]+", lambda m: "_" + m[0].translate(str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")), text)
    text = _UPRIGHT.sub(_upright, text)
    for _ in range(4):
        text = _FRACTION.sub(lambda m: f"(({m[1] or m[2]})/({m[3] or m[4]}))", text)
        text = _ROOT.sub(lambda m: f"(({m[2] or m[3]})^(1/{m[1] or 2}))", text)
    text = re.sub(rf"\^\s*{_GROUP}", lambda m: f"^({m[1]})", text)
    text = re.sub(r"\\var(?=[a-z])", r"\\", text)
    text = re.sub(r"\\([A-Za-z]+)", r" \1", text)
    text = "".join(_named(part) for part in re.split(r"(⟦[^⟧]*⟧)", text))
    return text.replace("{", "(").replace("}", ")")


def _named(part: str) -> str:
    """Greek letters by their names; a unit keeps its sign."""
    return part if part.startswith("⟦") else "".join(f" {_LETTERS[c]}" if c in _LETTERS else c for c in part)


def _upright(found: re.Match[str]) -> str:
    """Upright letters are a unit if they can be one, else a name."""
    inner = (found[1] or found[2] or "").strip().replace("\\", "")
    inner = re.sub(r"Omega|ohm", "Ω", inner)
    inner = re.sub(r"^mu\s*(?=[A-Z])", "μ", inner)
    if inner and parse_unit(inner.replace("*", "·")) is not None:
        return f"⟦{inner}⟧"
    return f" {inner} " if inner.isalpha() else " ; "


@dataclass(frozen=True, slots=True)
class Token:
    kind: str
    text: str


def tokens(text: str) -> list[Token]:
    """The tokens of a text that `plain` has gone through."""
    out = []
    for found in _TOKEN.finditer(text):
        kind = str(found.lastgroup)
        out.append(Token("unit" if kind == "sign" else kind, found[kind]))
    return out


class Reader:
    """One side of an equation: `side()` reads as far as it makes sense.

    known: values of symbols. prose: whether letters after a number are a unit before they are symbols.
    """

    def __init__(self, listed: list[Token], known: Mapping[str, Value], *, prose: bool) -> None:
        self.tokens, self.known, self.prose = listed, known, prose
        self.at = 0

    def peek(self) -> Token:
        return self.tokens[self.at] if self.at < len(self.tokens) else Token("end", "")

    def take(self) -> Token:
        token = self.peek()
        self.at += 1
        return token

    def sum(self) -> Value:
        """Raises: NoValue; also ArithmeticError, OverflowError of the numbers."""
        negative = self.peek() == Token("op", "-")
        if negative or self.peek() == Token("op", "+"):
            self.take()
        total = self.product()
        if negative:
            total = replace(total, si=-total.si, raw=-total.raw)
        while self.peek() in (Token("op", "+"), Token("op", "-")):
            sign = -1.0 if self.take().text == "-" else 1.0
            other = self.product()
            if total.dimensions and other.dimensions and total.hard != other.hard:
                raise NoValue("a sum of different units")
            total = Value(
                total.si + sign * other.si,
                total.raw + sign * other.raw,
                total.dimensions or other.dimensions,
                symbols=total.symbols | other.symbols,
                loose=total.loose or other.loose,
            )
        return total

    def product(self) -> Value:
        total, after_unit = self.power(False)
        while True:
            token = self.peek()
            if token.kind == "op" and token.text in "*/":
                self.take()
                factor, after_unit = self.power(after_unit)
                total = _times(total, factor, -1 if token.text == "/" else 1)
            elif token.kind in ("num", "unit", "name") or token == Token("op", "("):
                before = self.at
                try:
                    factor, after_unit = self.power(True)
                except NoValue:
                    if not self.prose:
                        raise
                    self.at = before  # a word of the sentence: the value ends here
                    return total
                total = _times(total, factor, 1)
            else:
                return total

    def power(self, unit_allowed: bool) -> tuple[Value, bool]:
        """A factor with its exponent, and whether it was a unit."""
        base, is_unit = self.atom(unit_allowed)
        if self.peek().text in ("^", "**") and self.peek().kind == "op":
            self.take()
            sign = -1.0 if self.peek() == Token("op", "-") else 1.0
            if sign < 0:
                self.take()
            exponent, _ = self.atom(False)
            power = sign * exponent.si
            scaled = tuple((name, round(p * power, 6)) for name, p in base.dimensions)
            base = Value(base.si**power, base.raw**power, scaled, 0.0, base.symbols | exponent.symbols, base.loose)
            if isinstance(base.si, complex):
                raise NoValue("a complex number")
        return base, is_unit

    def atom(self, unit_allowed: bool) -> tuple[Value, bool]:
        token = self.take()
        if token.kind == "num":
            return self.measured(_number(token.text))
        if token.kind == "unit":
            return _unit(token.text), True
        if token.kind == "op" and token.text in "([":
            inner = self.sum()
            if self.take().text not in (")", "]"):
                raise NoValue("a bracket is not closed")
            return replace(inner, step=0.0), False
        if token.kind == "name":
            return self.name(token.text, unit_allowed)
        raise NoValue(f"'{token.text}' was not expected")

    def measured(self, number: Value) -> tuple[Value, bool]:
        """A number with the units right behind it, which bind closer than a division: 12 V / 4 Ω."""
        total, found = number, False
        while (unit := self.unit_here()) is not None:
            total, found = _times(total, unit, 1), True
        return total, found

    def unit_here(self) -> Value | None:
        """The unit that is written next, with its exponent; in prose also in plain letters."""
        token = self.peek()
        letters = token.kind == "name" and self.prose and "_" not in token.text and token.text not in _FUNCTIONS
        if token.kind != "unit" and not (letters and parse_unit(token.text) is not None):
            return None
        self.take()
        unit = replace(_unit(token.text), loose=letters)
        if self.peek() == Token("op", "^"):
            self.take()
            sign = -1 if self.peek() == Token("op", "-") else 1
            if sign < 0:
                self.take()
            power = sign * self.atom(False)[0].si
            scaled = tuple((name, round(p * power, 6)) for name, p in unit.dimensions)
            unit = Value(unit.si**power, 1.0, scaled, loose=unit.loose)
        return unit

    def argument(self) -> Value:
        """What a function is taken of: a bracket, or one number or symbol with its degree sign."""
        bracket = self.peek() == Token("op", "(")
        found, _ = self.power(False)
        if not bracket and self.peek().kind in ("num", "name"):
            raise NoValue("where the argument of a function ends is not clear")
        return found

    def name(self, name: str, unit_allowed: bool) -> tuple[Value, bool]:
        if name in _FUNCTIONS or name in ("log_10", "log10"):
            argument = self.argument()
            if argument.hard:
                raise NoValue("a function of something with a unit")
            done = _FUNCTIONS["lg" if name.startswith("log") else name](argument.si)
            return Value(done, done, symbols=argument.symbols), False
        if name == "pi":
            return Value(math.pi, math.pi), False
        if unit_allowed and name == "Omega" and name not in self.known:
            return _unit("Ω"), True
        if unit_allowed and self.prose and "_" not in name and parse_unit(name) is not None:
            return replace(_unit(name), loose=True), True
        if name in self.known:
            value = self.known[name]
            return replace(value, step=0.0, symbols=value.symbols | {name}), False
        if 1 < len(name.split("_")[0]) <= 4 and name.split("_")[0] not in GREEK and not self.prose:
            # In formulas letters that stand together are a product.
            self.tokens[self.at : self.at] = [Token("name", char) for char in name[1:]] if "_" not in name else []
            if "_" not in name:
                return self.name(name[0], False)
        raise NoValue(f"'{name}' has no value")


def _number(text: str) -> Value:
    """step: half a unit of the last digit."""
    mantissa, _, exponent = text.lower().partition("e")
    decimals = len(mantissa.partition(".")[2])
    number = float(text)
    return Value(number, number, step=0.5 * 10.0 ** (int(exponent or 0) - decimals))


def _unit(text: str) -> Value:
    unit: Unit | None = parse_unit(text.replace("*", "·"))
    if unit is None:
        raise NoValue(f"'{text}' is no unit")
    return Value(unit.factor, 1.0, unit.dimensions)


def _times(one: Value, other: Value, sign: int) -> Value:
    powers = dict(one.dimensions)
    for name, power in other.dimensions:
        powers[name] = round(powers.get(name, 0.0) + sign * power, 6)
    dimensions = tuple(sorted((name, power) for name, power in powers.items() if power))
    si, raw = (one.si * other.si, one.raw * other.raw) if sign > 0 else (one.si / other.si, one.raw / other.raw)
    # The last digit of 2.40 kN and of 3.5*10^6: a power of ten or a unit scales it; other factors make a product.
    scale = abs(si / one.si) if one.si else 0.0
    step = one.step * scale if one.step and sign > 0 and _is_scale(other) else 0.0
    return Value(si, raw, dimensions, step, one.symbols | other.symbols, one.loose or other.loose)


def _is_scale(factor: Value) -> bool:
    """A unit, or a power of ten."""
    if factor.dimensions:
        return factor.raw == 1.0
    size = math.log10(abs(factor.si)) if factor.si else 0.5
    return factor.raw == 1.0 or (abs(size - round(size)) < 1e-9 and not factor.step)

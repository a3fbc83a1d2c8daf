"""Reads the course notes for the tests: sections, formulas in a LaTeX subset (as SymPy) and quantities (as Pint).

The LaTeX subset covers sums, products (also implied), quotients, powers, roots, elementary functions, Greek and
subscripted names. What lies outside it (integrals, vectors, sums over an index) raises `NotInSubset`.
"""

import re
from pathlib import Path

import pint
import sympy as sp

NOTES = Path(__file__).parents[2] / "data" / "training" / "knowledge" / "em"
UREG: pint.UnitRegistry = pint.UnitRegistry()
Quantity = UREG.Quantity

_TOKEN = re.compile(r"\\[A-Za-z]+|\\[,;! ]|\d+(?:\.\d+)?|[A-Za-z]|[-+/^_{}()']|\S")
_MATH = re.compile(r"\$\$(.+?)\$\$|\$(.+?)\$")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:\\times10\^\{-?\d+\})?")
_ATOM = r"(?:cm|kg|degrees|[pnumkM]?(?:Wb|Hz|ohm|[CFVANJWTHmsS]))(?:\^-?\d)?"
_UNIT = re.compile(rf"\s?((?:1/)?{_ATOM}(?:/{_ATOM})*)(?![A-Za-z])")
_FUNCTIONS = {r"\ln": sp.log, r"\sin": sp.sin, r"\cos": sp.cos, r"\tan": sp.tan, r"\sinh": sp.sinh, r"\sqrt": sp.sqrt}
_FORBIDDEN = {r"\int", r"\oint", r"\sum", r"\nabla", r"\partial", r"\mathbf", r"\hat", r"\ldots", r"\approx", r"\infty"}

# the units in which the notes use these names, where a section does not say otherwise
LENGTHS = dict.fromkeys(["r", "R", "d", "D", "a", "b", "z", "h", "l", "L", "x", "w", "y", "d_1", "d_2", "r_0"], "m")
UNITS = LENGTHS | {
    "varepsilon_0": "F/m",
    "mu_0": "H/m",
    "sigma": "S/m",
    "rho": "C/m^3",
    "rho_s": "C/m^2",
    "rho_l": "C/m",
    "A": "m^2",
    "A_1": "m^2",
    "A_2": "m^2",
    "q": "C",
    "q_1": "C",
    "q_2": "C",
    "Q": "C",
    "p": "C*m",
    "I": "A",
    "I_1": "A",
    "I_2": "A",
    "E": "V/m",
    "E_0": "V/m",
    "V": "V",
    "V_0": "V",
    "B": "T",
    "H": "A/m",
    "v": "m/s",
    "m": "kg",
}


class NotInSubset(ValueError):
    """The formula uses notation outside the LaTeX subset."""


def sym(name: str) -> sp.Symbol:
    """The positive symbol that the parser makes for `name`, such as "rho_l" or "varepsilon_r1"."""
    return sp.Symbol(name, positive=True)


class _Parser:
    """Recursive descent over the tokens of one side of an equation."""

    def __init__(self, text: str) -> None:
        text = text.replace(r"\left", "").replace(r"\right", "").replace(r"\tfrac", r"\frac")
        self.tokens = [t for t in _TOKEN.findall(text) if t not in (r"\,", r"\;", r"\!", r"\ ", r"\quad")]
        self.at = 0

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self, wanted: str = "") -> str:
        token = self.peek()
        if not token or (wanted and token != wanted):
            raise NotInSubset(f"expected {wanted or 'a token'}, found {token!r} in {self.tokens}")
        self.at += 1
        return token

    def parse(self) -> sp.Expr:
        value = self.sum()
        if self.peek():
            raise NotInSubset(f"{self.peek()!r} left over in {self.tokens}")
        return value

    def sum(self) -> sp.Expr:
        value = sp.Integer(0)
        sign = self.take() if self.peek() in ("+", "-") else "+"
        while True:
            term = self.product()
            value = value + term if sign == "+" else value - term
            if self.peek() not in ("+", "-"):
                return value
            sign = self.take()

    def product(self) -> sp.Expr:
        value = self.power()
        while self.peek() not in ("", "+", "-", ")", "}"):
            operator = self.take() if self.peek() in ("/", r"\times", r"\cdot") else r"\times"
            factor = self.power()
            value = value / factor if operator == "/" else value * factor
        return value

    def power(self) -> sp.Expr:
        base = self.atom()
        if self.peek() != "^":
            return base
        self.take()
        return base ** (self.atom() if self.peek() == "{" else self.atom_of_one_token())

    def atom_of_one_token(self) -> sp.Expr:
        token = self.take()
        return sp.Integer(token) if token.isdigit() else sym(token.lstrip("\\"))

    def atom(self) -> sp.Expr:
        token = self.take()
        if token in "({":
            value = self.sum()
            self.take(")" if token == "(" else "}")
            return value
        if token == r"\frac":
            above = self.atom()
            return above / self.atom()
        if token in _FUNCTIONS:
            return _FUNCTIONS[token](self.power())
        if token[0].isdigit():
            return sp.Rational(token)
        if token == r"\pi":
            return sp.pi
        return self.name(token)

    def name(self, token: str) -> sp.Symbol:
        if token in _FORBIDDEN or not (token[0].isalpha() or re.fullmatch(r"\\[A-Za-z]+", token)):
            raise NotInSubset(f"{token!r} in {self.tokens}")
        text = token.lstrip("\\")
        if token == r"\mathcal":
            self.take("{")
            text = "cal" + self.take()
            self.take("}")
        while self.peek() in ("_", "'"):
            if self.take() == "'":
                text += "'"
                continue
            part = self.take()
            if part == "{":
                part = ""
                while self.peek() != "}":
                    part += self.take().lstrip("\\")
                self.take("}")
            text += "_" + part.lstrip("\\")
        return sym(text)


def parse_latex(text: str) -> sp.Expr:
    """One side of an equation as SymPy. Raises: NotInSubset."""
    return _Parser(text).parse()


def sections(chapter: str, level: str = "##") -> dict[str, str]:
    """Heading -> body of the chapter's sections, at exactly `level` ("##") or, for "###", at both levels."""
    text = (NOTES / f"{chapter}.md").read_text(encoding="utf-8")
    marks = r"##" if level == "##" else r"###?"
    parts = re.split(rf"(?m)^{marks} (.+)\n", text)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def equations(body: str) -> list[list[str]]:
    """Every equation in inline or display math, as the list of its sides, in order of appearance."""
    found = []
    for match in _MATH.finditer(body):
        for equation in re.split(r",\s*\\quad", match[1] or match[2]):
            sides = [side.strip() for side in equation.split("=")]
            if len(sides) > 1:
                found.append(sides)
    return found


def stated_sides(chapter: str, heading: str, left: str, nth: int = 0) -> list[sp.Expr]:
    """The note's own expressions for `left`: the nth equation of that section whose left side is written `left`.

    A chain `left = one = other` has several sides; those outside the subset are left out.
    """
    [body] = [text for title, text in sections(chapter).items() if title.startswith(heading)]
    matching = []
    for first, *others in equations(body):
        if first.replace(" ", "") != left.replace(" ", ""):
            continue
        parsed = []
        for side in others:
            try:
                value = parse_latex(side)
            except NotInSubset:
                continue
            if value.args:  # a bare number or name, such as the boundary value V = V_0, is no formula
                parsed.append(value)
        if parsed:
            matching.append(parsed)
    return matching[nth]


def stated(chapter: str, heading: str, left: str, nth: int = 0) -> sp.Expr:
    """The first side of `stated_sides`."""
    return stated_sides(chapter, heading, left, nth)[0]


def same(left: sp.Expr, right: sp.Expr) -> bool:
    """Equal at three rational points to 20 digits; decides also where simplify does not finish."""
    symbols = sorted((left.free_symbols | right.free_symbols), key=str)
    for seed in range(3):
        point = {
            s: sp.Rational(3 + ((7 * i + 11 * seed) % 13), 2 + ((5 * i + 3 * seed) % 7)) for i, s in enumerate(symbols)
        }
        one, other = (sp.N(side.subs(point), 30) for side in (left, right))
        if abs(one - other) > 1e-20 * (abs(one) + abs(other)):
            return False
    return True


def quantities(text: str) -> list[tuple[str, pint.Quantity, float]]:
    """Stated values `$name = number$ unit`: (name, quantity, half a unit of the last written digit)."""
    found = []
    for match in _MATH.finditer(text):
        sides = (match[1] or match[2]).split("=")
        if len(sides) != 2 or not _NUMBER.fullmatch(sides[1].strip()):
            continue
        try:
            name = parse_latex(sides[0])
        except NotInSubset:
            continue
        if not name.is_Symbol:
            continue
        mantissa, _, exponent = sides[1].strip().partition(r"\times10^")
        scale = 10.0 ** int(exponent.strip("{}") or 0)
        unit = _UNIT.match(text, match.end())
        quantity = Quantity(float(mantissa) * scale, unit[1].replace("degrees", "degree") if unit else "")
        half = 0.5 * 10.0 ** -len(mantissa.partition(".")[2]) * scale
        found.append((name.name, quantity, half))
    return found


def numeric_equations(text: str) -> list[tuple[str | None, float, float | None]]:
    """Substituted formulas `$name = expression of numbers$`: (name, value, None); `$numbers = number$`: both values."""
    found: list[tuple[str | None, float, float | None]] = []
    for sides in equations(text):
        if len(sides) != 2 or (_NUMBER.fullmatch(sides[1]) and sides[0].lstrip("\\")[0].isalpha()):
            continue
        try:
            left, right = (parse_latex(side) for side in sides)
        except NotInSubset:
            continue
        if right.free_symbols:
            continue
        if left.is_Symbol:
            found.append((left.name, float(right), None))
        elif not left.free_symbols:
            found.append((None, float(left), float(right)))
    return found


def dimension(expression: sp.Expr, units: dict[str, str]) -> pint.Quantity:
    """The expression with a size and unit for each symbol. Raises: DimensionalityError for a sum of unlike units."""
    if expression.is_Symbol:
        size = 1.5 + sum(map(ord, expression.name)) % 97 / 100  # unlike sizes, so that no difference is zero
        return Quantity(size, units.get(expression.name, ""))
    if expression.is_number:
        return Quantity(float(expression), "")
    values = [dimension(argument, units) for argument in expression.args]
    if expression.is_Add:
        return sum(values[1:], start=values[0])
    if expression.is_Mul:
        result = values[0]
        for value in values[1:]:
            result = result * value
        return result
    if expression.is_Pow and expression.exp.is_Rational:
        return values[0] ** float(expression.exp)
    plain = [value.to("").magnitude for value in values]
    return Quantity(float(expression.func(*plain)), "")

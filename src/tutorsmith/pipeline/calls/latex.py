"""Formulas as notes typeset them -> the calculator's spelling: `\\frac{q_1 q_2}{4\\pi R^2}` -> `q_1*q_2/(4*pi*R^2)`.

Only what a calculator can take: integrals, derivatives, vectors and relations are none.
"""

import re
from dataclasses import dataclass

_DRESS = re.compile(r"\\(?:left|right|big|Big|bigl|bigr|displaystyle|quad)(?![A-Za-z])|\\[,;:! ]|~|&")
_TOKEN = re.compile(
    r"\s+|(?P<number>\d+(?:\.\d+)?)|\\(?P<word>[A-Za-z]+)|(?P<letter>[A-Za-z])|(?P<sign>[-+*/^_(){}\[\]|=,])|(?P<prime>')"
)
_FUNCTIONS = frozenset("sin cos tan sinh cosh tanh arcsin arccos arctan exp ln log sqrt".split())  # noqa: SIM905
_GREEK = frozenset(
    """
    alpha beta gamma delta epsilon zeta eta theta kappa lambda mu nu xi pi rho sigma tau phi chi psi omega
    Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega
    """.split()  # noqa: SIM905
)
_TIMES = frozenset({"cdot", "times"})


class NoExpressionError(ValueError):
    """What stands there is nothing that a calculator takes."""


@dataclass
class _Part:
    """A factor as text. single: whether it needs no parentheses as a factor or divisor."""

    text: str
    single: bool = True


def to_expression(latex: str) -> str | None:
    """The formula in the calculator's spelling, None for one that has none."""
    try:
        reader = _Reader(
            _tokens(_DRESS.sub(" ", latex.replace("\\varepsilon", "\\epsilon").replace("\\varphi", "\\phi")))
        )
        text = reader.sum()
        return text if reader.ended() else None
    except NoExpressionError:
        return None


def _tokens(latex: str) -> list[str]:
    out, at = [], 0
    while at < len(latex):
        found = _TOKEN.match(latex, at)
        if found is None:
            raise NoExpressionError(latex)
        if found.lastgroup:
            out.append(("\\" if found.lastgroup == "word" else "") + str(found[found.lastgroup]))
        at = found.end()
    return out


class _Reader:
    """Recursive descent; every product is written out, every divisor of several factors is put in parentheses."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens, self.at = tokens, 0

    def ended(self) -> bool:
        return self.at == len(self.tokens)

    def _peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def _take(self, wanted: str = "") -> str:
        token = self._peek()
        if not token or (wanted and token != wanted):
            raise NoExpressionError(token)
        self.at += 1
        return token

    def sum(self) -> str:
        out = "-" if self._peek() == "-" else ""
        if out:
            self._take()
        out += self._product()
        while self._peek() in ("+", "-"):
            out += f" {self._take()} {self._product()}"
        return out

    def _product(self) -> str:
        out = self._factor().text
        while True:
            token = self._peek()
            if token.lstrip("\\") in _TIMES or token == "*":
                self._take()
                out += f"*{self._factor().text}"
            elif token == "/":
                self._take()
                out += f"/{self._divisor()}"
            elif self._starts_factor():
                out += f"*{self._factor().text}"
            else:
                return out

    def _divisor(self) -> str:
        """What follows a slash: all factors up to the next sign, as formulas in a line are meant."""
        factors = [self._factor()]
        while self._starts_factor():
            factors.append(self._factor())
        text = "*".join(factor.text for factor in factors)
        return text if len(factors) == 1 and factors[0].single else f"({text})"

    def _starts_factor(self) -> bool:
        token = self._peek()
        word = token.startswith("\\") and token[1:] in (_FUNCTIONS | _GREEK | {"frac", "dfrac", "tfrac", "mathcal"})
        return word or token[:1].isalnum() or token in ("(", "[", "{", "|")

    def _factor(self) -> _Part:
        base = self._base()
        if self._peek() != "^":
            return base
        self._take()
        if base.text == "e":
            return _Part(f"exp({self._raised().removeprefix('(').removesuffix(')')})")
        return _Part(f"{base.text if base.single else f'({base.text})'}^{self._raised()}")

    def _raised(self) -> str:
        if self._peek() != "{":
            return self._base().text
        inner = self._group()
        return inner if re.fullmatch(r"\w+", inner) else f"({inner})"

    def _base(self) -> _Part:
        token = self._take()
        if token[:1].isdigit():
            return _Part(token)
        if token in ("(", "[", "{"):
            inner = self.sum()
            self._take({"(": ")", "[": "]", "{": "}"}[token])
            return _Part(f"({inner})")
        if token == "|":
            inner = self.sum()
            self._take("|")
            return _Part(f"abs({inner})")
        if token.startswith("\\"):
            return self._word(token[1:])
        if token.isalpha():
            return _Part(self._with_index(token))
        raise NoExpressionError(token)

    def _word(self, word: str) -> _Part:
        if word in ("frac", "dfrac", "tfrac"):
            above, below = self._argument(), self._argument()
            above = above if re.fullmatch(r"[\w*^.]+|\w+\([^()]*\)", above) else f"({above})"
            below = below if re.fullmatch(r"[\w.]+", below) else f"({below})"
            return _Part(f"{above}/{below}", single=False)
        if word in _FUNCTIONS:
            return self._function(word)
        if word in ("mathcal", "mathrm"):
            if self._peek() == "{" and self.tokens[self.at + 2 : self.at + 3] != ["}"]:
                raise NoExpressionError(word)  # a word or a unit
            return _Part(self._with_index(self._argument()))
        if word in _GREEK:
            return _Part(self._with_index(word))
        raise NoExpressionError(word)

    def _function(self, name: str) -> _Part:
        power = ""
        if self._peek() == "^":
            self._take()
            power = f"^{self._raised()}"
        if self._peek() == "(":
            self._take()
            inner = self.sum()
            self._take(")")
        elif self._peek() == "{":
            inner = self._group()
        else:
            inner = "*".join(self._run())
        return _Part(f"{name}({inner}){power}")

    def _run(self) -> list[str]:
        """The factors that a function without parentheses takes."""
        out = [self._factor().text]
        while self._starts_factor() and self._peek().lstrip("\\") not in _FUNCTIONS and self._peek() not in ("(", "["):
            out.append(self._factor().text)
        return out

    def _argument(self) -> str:
        if self._peek() == "{":
            return self._group()
        token = self._peek()
        if len(token) > 1 and token.isdigit():  # \frac12
            self.tokens[self.at : self.at + 1] = list(token)
        return self._base().text

    def _group(self) -> str:
        self._take("{")
        inner = self.sum()
        self._take("}")
        return inner

    def _with_index(self, base: str) -> str:
        name = base
        while self._peek() in ("_", "'"):
            if self._take() == "'":
                raise NoExpressionError(base)
            index = self._index()
            name = f"{base}_{index}"
        return name

    def _index(self) -> str:
        if self._peek() != "{":
            return self._take().lstrip("\\")
        self._take()
        out = ""
        while self._peek() != "}":
            out += self._take().lstrip("\\")
        self._take()
        if not out.isalnum():
            raise NoExpressionError(out)
        return out

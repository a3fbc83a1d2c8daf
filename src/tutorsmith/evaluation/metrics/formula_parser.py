"""From tokens to an expression tree (see `formula_tree`), by recursive descent.

Differential operators and integrals become symbols that are linear in their argument.
"""

import cmath
from dataclasses import dataclass

from tutorsmith.evaluation.metrics.formula_lexer import FormulaError, Tok, lex
from tutorsmith.evaluation.metrics.formula_operators import OperatorParser
from tutorsmith.evaluation.metrics.formula_tree import Tree, cross, linear, mul, negate, symbols, text_of

RELATIONS = "=≈∝≠<>≤≥≪≫"
_MAX_DEPTH = 40
_CALL_ARGUMENTS = {"r", "t", "x", "y", "z", "θ", "φ", "ω", "f", "s", "ρ", "R", "d", "τ", "n", "l"}


@dataclass(frozen=True, slots=True)
class Reading:
    """How to take what notation leaves open. `loose`: a product without signs binds tighter than "/", as in Q/4πε₀r²;
    `wide`: a function takes all the factors after it, as in tan βl; `scalar`: × multiplies numbers."""

    loose: bool = False
    wide: bool = False
    scalar: bool = False


STRICT = Reading()


class _Parser(OperatorParser):
    """Recursive descent."""

    def __init__(self, tokens: list[Tok], reading: Reading) -> None:
        self.tokens, self.reading = tokens, reading
        self.at, self.depth, self.integrals, self.bars = 0, 0, 0, 0

    def expression(self) -> Tree:
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise FormulaError("the formula is nested too deeply")
        terms = [self.term()]
        while self.peek().kind in ("+", "-", "±"):
            sign = self.take().kind
            terms.append(negate(self.term()) if sign == "-" else self.term())
        self.depth -= 1
        return terms[0] if len(terms) == 1 else ("add", tuple(terms))

    def term(self) -> Tree:
        sign = 1
        while self.peek().kind in ("+", "-", "±"):
            sign = -sign if self.take().kind == "-" else sign
        factors = [self.factor()]
        while True:
            kind = self.peek().kind
            if kind in ("*", "·"):
                self.take()
                factors.append(self.signed())
            elif kind == "×":
                self.take()
                factors.append(self._times(factors.pop(), self.signed()))
            elif kind == "/":
                self.take()
                divisor = self.signed()
                if self.reading.loose:
                    while self._starts_factor() and divisor[0] != "diff":
                        divisor = mul(divisor, self.factor())
                self._divide(factors, divisor)
            elif self._starts_factor() and not (self.integrals and factors[-1][0] == "diff"):
                factors.append(self.factor())
            else:
                break
        product = self._product(factors)
        return negate(product) if sign < 0 else product

    def signed(self) -> Tree:
        if self.peek().kind in ("-", "+"):
            return negate(self.signed()) if self.take().kind == "-" else self.signed()
        return self.factor()

    def _product(self, factors: list[Tree]) -> Tree:
        """Multiply; an operator such as d/dt takes all that follows it."""
        for i, factor in enumerate(factors):
            if factor[0] == "operator":
                rest = self._product(factors[i + 1 :]) if factors[i + 1 :] else None
                if rest is None:
                    raise FormulaError("a derivative has nothing to act on")
                return mul(*factors[:i], linear(factor[1], rest))
        if any(f[0] == "diff" for f in factors) and not self.integrals:
            factors = [("sym", f"d{f[2]}") if f[0] == "diff" else f for f in factors]
        return factors[0] if len(factors) == 1 else mul(*factors)

    def _times(self, left: Tree, right: Tree) -> Tree:
        return mul(left, right) if self.reading.scalar or "num" in (left[0], right[0]) else cross(left, right)

    def _divide(self, factors: list[Tree], divisor: Tree) -> None:
        last = factors[-1]
        if divisor[0] == "diff":
            if last[0] == "diff":
                factors[-1] = linear(f"D[@|{divisor[2]}" + "]", last[3])
                return
            if last[0] in ("sym", "pow") and text_of(last)[0] in "d∂":
                factors[-1] = ("operator", f"D[@|{divisor[2]}]")
                return
            divisor = ("sym", f"d{divisor[2]}")
        if last[0] == "diff":
            factors[-1] = ("sym", f"d{last[2]}")
        factors.append(("pow", divisor, ("num", -1.0)))

    def _starts_factor(self) -> bool:
        token = self.peek()
        if token.kind == "|":
            return self.bars == 0
        return token.kind in (
            "num",
            "id",
            "fn",
            "op",
            "cmd",
            "(",
            "{",
            "[",
            "∇",
            "∂",
            "∮",
            "∯",
            "∫",
            "∬",
            "∭",
            "√",
            "∑",
        )

    def factor(self) -> Tree:
        base = self.primary()
        while self.peek().kind in ("^", "'", "°", "%"):
            mark = self.take().kind
            if mark in "'°%":
                base = base if mark == "'" else mul(base, ("num", cmath.pi / 180 if mark == "°" else 0.01))
                continue
            if self.peek().kind == "*" or (self.peek().kind == "{" and self.peek(1).kind == "*"):
                self.at += 1 if self.peek().kind == "*" else 3
                base = ("sym", f"conj[{base[1]}]") if base[0] == "sym" else base
                continue
            base = ("pow", base, self._group())
        return base

    def _group(self) -> Tree:
        """What follows ^ or stands in an argument: a braced group, a signed number or one letter."""
        if self.peek().kind in ("-", "+"):
            return negate(self._group()) if self.take().kind == "-" else self._group()
        return self.primary()

    def _braced(self) -> Tree:
        if self.peek().kind == "{":
            return self.primary()
        token = self.peek()
        if token.kind == "num" and len(token.text) > 1 and token.text.isdigit():
            # \frac12
            self.tokens[self.at : self.at + 1] = [Tok("num", c) for c in token.text]
        return self.primary()

    def primary(self) -> Tree:
        token = self.take()
        kind = token.kind
        if kind == "num":
            return ("num", float(token.text))
        if kind in ("(", "{", "["):
            return self._parenthesis(kind)
        if kind == "|":
            return self._magnitude()
        if kind == "id":
            return self._identifier(token)
        if kind == "fn":
            return self._function(token.text)
        if kind == "cmd":
            return self._command(token.text)
        if kind == "√":
            return ("pow", self.factor(), ("num", 0.5))
        return self._applied(token)

    def _applied(self, token: Tok) -> Tree:
        """What acts on something after it."""
        kind = token.kind
        if kind == "op":
            return linear(token.text, self._operand())
        if kind == "∇":
            return self._nabla()
        if kind == "∂":
            return self._differential()
        if kind in "∮∯∫∬∭":
            return self._integral(kind)
        if kind == "∑":
            return self._sum()
        raise FormulaError(f"'{token.text}' stands where a quantity should")

    def _sum(self) -> Tree:
        while self.peek().kind in ("_", "^"):
            self.take()
            self._limit()
        return linear("sum", self.term())

    def _magnitude(self) -> Tree:
        """|x| is taken for x: whether a symbol names the magnitude or the value, notation seldom tells."""
        self.bars += 1
        inner = self.expression()
        self.bars -= 1
        self.expect("|")
        return inner

    def _parenthesis(self, kind: str) -> Tree:
        held, self.integrals = self.integrals, 0
        bars, self.bars = self.bars, 0
        inner = self.expression() if not self._lone_differential() else self.factor()
        self.integrals, self.bars = held, bars
        self.expect({"(": ")", "{": "}", "[": "]"}[kind])
        return inner

    def _identifier(self, token: Tok) -> Tree:
        name = token.text
        if name == "d" and self._is_differential():
            return self._differential()
        if name == "π":
            return ("num", cmath.pi)
        if name == "e" and self.peek().kind == "^":
            self.take()
            return ("fn", "exp", self._exponent())
        if self.peek().kind == "(" and not self.peek().spaced and self._is_call():
            while self.take().kind != ")":
                pass
        return ("sym", name)

    def _is_call(self) -> bool:
        for ahead in range(1, 9):
            token = self.peek(ahead)
            if token.kind == ")":
                return ahead > 1
            if (token.kind == "id" and token.text in _CALL_ARGUMENTS) or token.kind in (",", "num"):
                continue
            return False
        return False

    def _exponent(self) -> Tree:
        """The exponent of e: `e^-jkz` is e^{-jkz}."""
        if self.peek().kind not in ("-", "+"):
            return self._group()
        exponent = self._group()
        while self.peek().kind in ("id", "num") and not self.peek().spaced:
            exponent = mul(exponent, self.primary())
        if self.peek().kind == "/" and not self.peek().spaced and not self.peek(1).spaced:
            self.take()
            exponent = mul(exponent, ("pow", self.primary(), ("num", -1.0)))
        return exponent

    def _function(self, name: str) -> Tree:
        power: Tree | None = None
        if self.peek().kind == "^":
            self.take()
            power = self._group()
        if power == ("mul", (("num", -1.0), ("num", 1.0))) or power == ("num", -1.0):
            name, power = {"sin": "arcsin", "cos": "arccos", "tan": "arctan"}.get(name, name), None
        argument = self.primary() if self.peek().kind in ("(", "{", "[") else self._bare_argument()
        if name == "sqrt":
            return ("pow", argument, ("num", 0.5))
        tree: Tree = argument if name == "abs" else ("fn", name, argument)
        if name in ("Re", "Im") and any("[" in s for s in symbols(argument)):
            tree = linear(name, argument)  # the real part of a field stays a symbol of its own
        return ("pow", tree, power) if power is not None else tree

    def _bare_argument(self) -> Tree:
        argument = self.signed()
        while self.peek().kind in ("id", "num") and (self.reading.wide or not self.peek().spaced):
            argument = mul(argument, self.factor())
        if self.reading.wide and self.peek().kind == "/" and not self.peek().spaced:
            self.take()
            argument = mul(argument, ("pow", self.factor(), ("num", -1.0)))
        return argument

    def _command(self, name: str) -> Tree:
        if name == "sqrt":
            degree: Tree = ("num", 2.0)
            if self.peek().kind == "[":
                self.take()
                degree = self.expression()
                self.expect("]")
            return ("pow", self._braced(), ("pow", degree, ("num", -1.0)))
        above, below = self._braced(), self._braced()
        factors = [above]
        self._divide(factors, below)
        if factors[0][0] == "operator":
            return factors[0]
        return mul(*factors)


def parse_sides(text: str, reading: Reading = STRICT) -> tuple[list[Tree], list[str]]:
    """The sides of a chain of relations and the signs between them. Raises: FormulaError."""
    parts, signs = _split(lex(text))
    return [_parse(part, reading) for part in parts], signs


def parse_chains(text: str, reading: Reading) -> list[tuple[tuple[Tree, ...], tuple[str, ...]]]:
    """As `parse_sides`, but a side that cannot be read cuts the chain instead of spoiling it."""
    chains: list[tuple[tuple[Tree, ...], tuple[str, ...]]] = []
    sides: list[Tree] = []
    between: list[str] = []
    parts, signs = _split(lex(text))
    for part, sign in zip(parts, [*signs, ""], strict=True):
        try:
            sides.append(_parse(part, reading))
            between.append(sign)
        except (FormulaError, RecursionError):
            chains.append((tuple(sides), tuple(between[:-1])))
            sides, between = [], []
    chains.append((tuple(sides), tuple(between[:-1])))
    return [c for c in chains if len(c[0]) > 1]


def _split(tokens: list[Tok]) -> tuple[list[list[Tok]], list[str]]:
    """Tokens cut at the relation signs that stand in no parentheses."""
    parts: list[list[Tok]] = [[]]
    signs: list[str] = []
    depth = 0
    for token in tokens:
        depth += (token.kind in "({[") - (token.kind in ")}]") if len(token.kind) == 1 else 0
        if len(token.kind) == 1 and token.kind in RELATIONS and depth == 0:
            signs.append(token.kind)
            parts.append([])
        else:
            parts[-1].append(token)
    return parts, signs


def _parse(tokens: list[Tok], reading: Reading) -> Tree:
    if not tokens:
        raise FormulaError("a side of the formula is empty")
    parser = _Parser(list(tokens), reading)
    tree = parser.expression()
    if parser.peek().kind != "end":
        raise FormulaError(f"'{parser.peek().text}' was not expected")
    if tree[0] in ("operator", "diff"):
        raise FormulaError("a derivative has nothing to act on")
    return tree

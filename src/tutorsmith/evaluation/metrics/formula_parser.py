"""From tokens to an expression tree (see `formula_tree`), by recursive descent.

Differential operators and integrals become symbols that are linear in their argument.
"""

import cmath

from tutorsmith.evaluation.metrics.formula_lexer import FormulaError, Tok, lex
from tutorsmith.evaluation.metrics.formula_tree import ONE, Tree, cross, linear, mul, negate, text_of

RELATIONS = "=≈∝≠<>≤≥"
_MAX_DEPTH = 40
_SURFACE, _VOLUME, _LINE = set("SAa"), set("Vvτ"), set("ls")
_CALL_ARGUMENTS = {"r", "t", "x", "y", "z", "θ", "φ", "ω", "f", "s", "ρ", "R", "d", "τ", "n", "l"}


class _Parser:
    """Recursive descent. `loose`: a product without signs binds tighter than "/", as in Q/4πε₀r²."""

    def __init__(self, tokens: list[Tok], loose: bool) -> None:
        self.tokens, self.loose, self.at, self.depth, self.integrals = tokens, loose, 0, 0, 0

    def peek(self, ahead: int = 0) -> Tok:
        index = self.at + ahead
        return self.tokens[index] if index < len(self.tokens) else Tok("end", "")

    def take(self) -> Tok:
        token = self.peek()
        self.at += 1
        return token

    def expect(self, kind: str) -> None:
        if self.take().kind != kind:
            raise FormulaError(f"'{kind}' is missing")

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
                if self.loose:
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

    @staticmethod
    def _times(left: Tree, right: Tree) -> Tree:
        return mul(left, right) if "num" in (left[0], right[0]) else cross(left, right)

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
        return token.kind in ("num", "id", "fn", "op", "cmd", "(", "{", "[", "∇", "∂", "∮", "∯", "∫", "∬", "∭", "√")

    def factor(self) -> Tree:
        base = self.primary()
        while self.peek().kind in ("^", "'"):
            if self.take().kind == "'":
                continue
            if self.peek().kind == "*":
                self.take()
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
            inner = self._parenthesis(kind)
            return inner
        if kind == "|":
            inner = self.expression()
            self.expect("|")
            return inner
        if kind == "id":
            return self._identifier(token)
        if kind == "fn":
            return self._function(token.text)
        if kind == "cmd":
            return self._command(token.text)
        if kind == "√":
            return ("pow", self.factor(), ("num", 0.5))
        if kind == "op":
            return linear(token.text, self._operand())
        if kind == "∇":
            return self._nabla()
        if kind == "∂":
            return self._differential()
        if kind in "∮∯∫∬∭":
            return self._integral(kind)
        raise FormulaError(f"'{token.text}' stands where a quantity should")

    def _parenthesis(self, kind: str) -> Tree:
        held, self.integrals = self.integrals, 0
        inner = self.expression() if not self._lone_differential() else self.factor()
        self.integrals = held
        self.expect({"(": ")", "{": "}", "[": "]"}[kind])
        return inner

    def _lone_differential(self) -> bool:
        """`{\\partial B}` or `{dt}`: the group is one differential and nothing else."""
        first = self.peek()
        if first.kind != "∂" and not (first.kind == "id" and first.text == "d"):
            return False
        depth = 0
        for ahead in range(1, 12):
            kind = self.peek(ahead).kind
            depth += kind in ("(", "{", "[")
            if kind in (")", "}", "]"):
                if depth == 0:
                    return True
                depth -= 1
            if kind in ("+", "-", "*", "/", "=", "end") and depth == 0:
                return False
        return False

    def _identifier(self, token: Tok) -> Tree:
        name = token.text
        if name == "d" and self._is_differential():
            return self._differential()
        if name == "π":
            return ("num", cmath.pi)
        if name == "e" and self.peek().kind == "^":
            self.take()
            return ("fn", "exp", self._group())
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

    def _is_differential(self) -> bool:
        following = self.peek()
        if following.kind == "^":
            return self.peek(2).kind in ("id", "(") and not self.peek(2).spaced and self.peek(1).kind == "num"
        if following.kind == "(" and not following.spaced:
            return self._over_differential()
        if following.kind in ("id", "{"):
            return not following.spaced or self.integrals > 0
        return False

    def _over_differential(self) -> bool:
        """d(...)/dt: behind the parenthesis stands a division by a differential."""
        depth = 0
        for ahead in range(40):
            kind = self.peek(ahead).kind
            depth += (kind == "(") - (kind == ")")
            if depth == 0:
                return self.peek(ahead + 1).kind == "/" and self.peek(ahead + 2).text in ("d", "∂")
        return False

    def _differential(self) -> Tree:
        """("diff", order, written, operand); `∂_t` and a bare ∂ are operators still to be applied."""
        order = ""
        if self.peek().kind == "^":
            self.take()
            order = text_of(self._group())
        if self.peek().kind == "_":
            self.take()
            return ("operator", f"D[@|{text_of(self._group())}]")
        if not self._starts_factor():
            return ("sym", "∂")
        operand = self.factor()
        if operand[0] == "pow" and operand[2][0] == "num":
            written = f"{text_of(operand[1])}" + ("" if operand[2][1] == 1 else f"^{operand[2][1]:g}")
        else:
            written = text_of(operand) if operand[0] in ("sym", "pow", "mul", "num", "add", "fn") else "?"
        return ("diff", order, written, operand)

    def _function(self, name: str) -> Tree:
        power: Tree | None = None
        if self.peek().kind == "^":
            self.take()
            power = self._group()
        if self.peek().kind == "(":
            argument = self.primary()
        else:
            argument = self.signed()
            while self.peek().kind in ("id", "num") and not self.peek().spaced:
                argument = mul(argument, self.factor())
        if name == "sqrt":
            return ("pow", argument, ("num", 0.5))
        tree: Tree = argument if name == "abs" else ("fn", name, argument)
        return ("pow", tree, power) if power is not None else tree

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

    def _nabla(self) -> Tree:
        kind = self.peek().kind
        if kind in ("×", "·"):
            self.take()
            return linear("curl" if kind == "×" else "div", self._operand())
        if kind == "^":
            self.take()
            if self._group() != ("num", 2.0):
                raise FormulaError("only the second power of nabla is known")
            return linear("lap", self._operand())
        return linear("grad", self._operand())

    def _operand(self) -> Tree:
        operand = self.signed()
        if operand[0] == "operator":
            raise FormulaError("an operator has nothing to act on")
        while self.peek().kind == "id" and not self.peek().spaced:
            operand = mul(operand, self.factor())
        return operand

    def _integral(self, kind: str) -> Tree:
        closed = kind in "∮∯"
        while self.peek().kind in ("∮", "∯", "∫", "∬", "∭"):
            closed = self.take().kind in "∮∯" or closed
        limits = {}
        while self.peek().kind in ("_", "^"):
            side = self.take().kind
            limits[side] = text_of(self._limit())
        self.integrals += 1
        factors: list[Tree] = []
        while not any(f[0] == "diff" for f in factors):
            if self.peek().kind in ("*", "·"):
                self.take()
            elif self.peek().kind == "×":
                self.take()
                factors.append(self._times(factors.pop(), self.factor()))
                continue
            elif (self.peek().kind in ("-", "+") and factors) or not (
                self._starts_factor() or self.peek().kind in "+-"
            ):
                raise FormulaError("an integral has no differential")
            factors.append(self.signed())
            if (self.peek().kind == "/" and factors[-1][0] != "diff") or (
                self.peek().kind == "/" and self.peek(1).text == "d"
            ):
                self.take()
                self._divide(factors, self.factor())
        self.integrals -= 1
        element = next(f for f in factors if f[0] == "diff")
        integrand = self._product([f for f in factors if f[0] != "diff"]) if len(factors) > 1 else ONE
        between = f"{limits['_']}..{limits['^']}" if len(limits) == 2 else ""
        return linear(f"int[{'o' if closed else ''}{between}|@|{_element(element[2], text_of(integrand))}]", integrand)

    def _limit(self) -> Tree:
        if self.peek().kind == "{":
            return self.primary()
        return self._group()


def _element(name: str, integrand: str) -> str:
    """dS, dA and da are surfaces, dl and ds lines, dV and dτ volumes."""
    if name == "s" and integrand[:1] in ("D", "B", "J"):
        return "dS"
    if name in _SURFACE:
        return "dS"
    if name in _VOLUME:
        return "dV"
    return "dl" if name in _LINE else f"d{name}"


def parse_sides(text: str, loose: bool = False) -> tuple[list[Tree], list[str]]:
    """The sides of a chain of relations and the signs between them. Raises: FormulaError."""
    sides: list[Tree] = []
    signs: list[str] = []
    tokens = lex(text)
    part: list[Tok] = []
    depth = 0
    for token in [*tokens, Tok("=", "end")]:
        depth += (token.kind in "({[") - (token.kind in ")}]") if len(token.kind) == 1 else 0
        if token.kind in RELATIONS and len(token.kind) == 1 and depth == 0:
            sides.append(_parse(part, loose))
            signs.append(token.kind)
            part = []
        else:
            part.append(token)
    return sides, signs[:-1]


def _parse(tokens: list[Tok], loose: bool) -> Tree:
    if not tokens:
        raise FormulaError("a side of the formula is empty")
    parser = _Parser(list(tokens), loose)
    tree = parser.expression()
    if parser.peek().kind != "end":
        raise FormulaError(f"'{parser.peek().text}' was not expected")
    if tree[0] in ("operator", "diff"):
        raise FormulaError("a derivative has nothing to act on")
    return tree

"""Parsing of what acts on a field: nabla, derivatives, integrals. They become symbols, linear in their argument."""

from abc import ABC, abstractmethod

from tutorsmith.evaluation.metrics.formula_lexer import FormulaError, Tok
from tutorsmith.evaluation.metrics.formula_tree import ONE, Tree, linear, mul, text_of

_SURFACE, _VOLUME, _LINE = set("SAa"), set("Vvτ"), set("ls")


class OperatorParser(ABC):
    """The part of the parser that reads operators; `formula_parser` adds sums, products and powers."""

    tokens: list[Tok]
    at: int
    integrals: int

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

    @abstractmethod
    def primary(self) -> Tree: ...

    @abstractmethod
    def factor(self) -> Tree: ...

    @abstractmethod
    def signed(self) -> Tree: ...

    @abstractmethod
    def _group(self) -> Tree: ...

    @abstractmethod
    def _starts_factor(self) -> bool: ...

    @abstractmethod
    def _times(self, left: Tree, right: Tree) -> Tree: ...

    @abstractmethod
    def _divide(self, factors: list[Tree], divisor: Tree) -> None: ...

    @abstractmethod
    def _product(self, factors: list[Tree]) -> Tree: ...

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

    def _is_differential(self) -> bool:
        following = self.peek()
        if following.kind == "^":
            return self.peek(2).kind in ("id", "(") and not self.peek(2).spaced and self.peek(1).kind == "num"
        if following.kind == "(" and not following.spaced:
            below = self.at >= 2 and self.tokens[self.at - 2].kind == "/"
            return below or self._over_differential()
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
                if self.peek(ahead + 1).kind == "}" and self.peek(ahead + 2).kind == "{":
                    return self.peek(ahead + 3).text in ("d", "∂")  # the numerator of a \\frac
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

    def _nabla(self) -> Tree:
        kind = self.peek().kind
        if kind == "·" and self.peek(1).kind == "∇" and self.peek(2).kind not in ("×", "·", "^"):
            self.at += 2
            return linear("lap", self._operand())
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
            limits[side] = self._limit()
        self.integrals += 1
        factors: list[Tree] = []
        while not any(f[0] == "diff" for f in factors):
            if self.peek().kind in ("*", "·"):
                self.take()
            elif self.peek().kind == "×" and factors:
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
        kept = [f for f in factors if f[0] != "diff" and not (f == ("sym", "n") and element[2] in _SURFACE)]
        integrand = self._product(kept) if kept else ONE
        between = f"{limits['_']}..{limits['^']}" if len(limits) == 2 else ""
        return linear(f"int[{'o' if closed else ''}{between}|@|{_element(element[2], text_of(integrand))}]", integrand)

    def _limit(self) -> str:
        """A limit of integration; a name such as ∂S says nothing that is compared."""
        start = self.at
        try:
            return text_of(self.primary() if self.peek().kind == "{" else self._group())
        except FormulaError:
            self.at = start
        if self.peek().kind != "{":
            raise FormulaError("a limit of integration cannot be read")
        while self.peek().kind not in ("}", "end"):
            self.take()
        self.expect("}")
        return ""


def _element(name: str, integrand: str) -> str:
    """dS, dA and da are surfaces, dl and ds lines, dV and dτ volumes."""
    if name == "s" and integrand[:1] in ("D", "B", "J"):
        return "dS"
    if name in _SURFACE:
        return "dS"
    if name in _VOLUME:
        return "dV"
    return "dl" if name in _LINE else f"d{name}"

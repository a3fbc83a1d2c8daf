"""Expressions as text -> a tree of numbers, names, + - * / ^ and calls of known functions. Nothing is evaluated here.

The only reader of expressions that come from a model or a student: no eval, no sympify. Length, depth and the number of
parts are bounded, so that a hostile text is refused in milliseconds. Written like calculators and Python write:
`2*x^2`, `2x**2`, `sqrt(a^2+b^2)`, `3.0e8`, `µ_0`, `√2`, `x²`. A few typographic signs are translated one by one; any
other character outside ASCII is refused, not normalised.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from tutorsmith.tools.failure import ToolFailure

LONGEST = 400
DEEPEST = 30
MOST_PARTS = 200
LONGEST_NUMBER = 40

_SIGNS = {
    "×": "*",
    "·": "*",
    "⋅": "*",
    "∙": "*",
    "÷": "/",
    "−": "-",
    "–": "-",
    "√": "sqrt",
    "∞": "oo",
    "π": "pi",
    "µ": "mu",
    "μ": "mu",
    "ε": "epsilon",
    "ϵ": "epsilon",
    "σ": "sigma",
    "ρ": "rho",
    "ω": "omega",
    "λ": "lambda",
    "α": "alpha",
    "β": "beta",
    "γ": "gamma",
    "δ": "delta",
    "η": "eta",
    "θ": "theta",
    "φ": "phi",
    "ϕ": "phi",
    "τ": "tau",
    "κ": "kappa",
    "χ": "chi",
    "ψ": "psi",
    "Φ": "Phi",
    "Ψ": "Psi",
    "Δ": "Delta",
    "Ω": "Omega",
    "Γ": "Gamma",
    "Λ": "Lambda",
}
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_RAISED_RUN = re.compile("[⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_LOWERED = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_LOWERED_RUN = re.compile("[₀₁₂₃₄₅₆₇₈₉]+")
_BARE_ROOT = re.compile(r"√\s*(\d+(?:\.\d+)?|[^\W\d_]\w*)")
_TOKEN = re.compile(
    r"(?P<blank>\s+)|(?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)|(?P<name>[A-Za-z][A-Za-z0-9_]*)"
    r"|(?P<op>\*\*|[-+*/^(),!])"
)


@dataclass(frozen=True, slots=True)
class Number:
    """`text` is kept, so that 0.1 can be read as one tenth."""

    text: str


@dataclass(frozen=True, slots=True)
class Name:
    id: str


@dataclass(frozen=True, slots=True)
class Negative:
    operand: "Node"


@dataclass(frozen=True, slots=True)
class Binary:
    """op: one of + - * / ^"""

    op: str
    left: "Node"
    right: "Node"


@dataclass(frozen=True, slots=True)
class Call:
    function: str
    arguments: tuple["Node", ...]


Node = Number | Name | Negative | Binary | Call


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    start: int


def parse(text: str, functions: Collection[str], *, argument: str = "expression") -> Node:
    """The tree of an expression.

    functions: names that may be called; argument: the name under which a problem is told.
    Raises: ToolFailure for what is no expression, or is too long or too deep.
    """
    if len(text) > LONGEST:
        told = f"{argument} has {len(text)} characters, more than {LONGEST}"
        raise ToolFailure(told, "split it into smaller steps")
    text = plain(text, argument)
    reader = _Reader(list(_tokens(text, argument)), frozenset(functions), argument)
    return reader.whole()


def names(node: Node) -> set[str]:
    """All symbols of a tree, functions left out."""
    if isinstance(node, Name):
        return {node.id}
    return set().union(*map(names, children(node)))


def children(node: Node) -> tuple[Node, ...]:
    """The parts of a node."""
    if isinstance(node, Negative):
        return (node.operand,)
    if isinstance(node, Binary):
        return (node.left, node.right)
    return node.arguments if isinstance(node, Call) else ()


def plain(text: str, argument: str) -> str:
    """The text in ASCII, from the few signs that are translated."""
    if text.isascii():
        return text
    text = _RAISED_RUN.sub(lambda run: f"^({run[0].translate(_RAISED)})", text)
    text = _LOWERED_RUN.sub(lambda run: f"_{run[0].translate(_LOWERED)}", text)
    text = _BARE_ROOT.sub(r"sqrt(\1)", text)
    out: list[str] = []
    for char in text:
        if char.isascii():
            out.append(char)
        elif char in _SIGNS:
            out.append(_SIGNS[char])
        else:
            told = f"{argument} has the character {char!a}, which no expression has"
            raise ToolFailure(told, "write it with ASCII letters, digits and + - * / ^ ( )")
    return "".join(out)


def _tokens(text: str, argument: str) -> Iterator[_Token]:
    at = count = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None or (found["name"] and "__" in found["name"]):
            told = f"{argument} cannot be read at {text[at : at + 12]!r} (character {at + 1})"
            raise ToolFailure(told, "use numbers, symbols, + - * / ^, parentheses and known functions only")
        kind = str(found.lastgroup)
        if kind == "number" and len(found[0]) > LONGEST_NUMBER:
            raise ToolFailure(f"{argument} has a number of {len(found[0])} characters", "round it")
        # 1e-999999999 is 0 as a float and a fraction of a billion digits as an exact number.
        if kind == "number" and float(found[0]) == 0 and found[0].lower().partition("e")[0].strip("0."):
            raise ToolFailure(f"{argument} has a number too near to 0", "use numbers from 1e-300 on, or symbols")
        if kind != "blank":
            count += 1
            if count > MOST_PARTS:
                raise ToolFailure(f"{argument} has more than {MOST_PARTS} parts", "split it into smaller steps")
            yield _Token(kind, "^" if found[0] == "**" else found[0], at)
        at = found.end()


class _Reader:
    """Recursive descent over the tokens; a depth counter bounds the recursion."""

    def __init__(self, tokens: list[_Token], functions: frozenset[str], argument: str) -> None:
        self._tokens = tokens
        self._functions = functions
        self._argument = argument
        self._at = 0
        self._depth = 0

    def whole(self) -> Node:
        if not self._tokens:
            raise ToolFailure(f"{self._argument} is empty", "write what is to be calculated")
        node = self._sum()
        if self._at < len(self._tokens):
            raise self._unexpected()
        return node

    def _peek(self) -> str:
        return self._tokens[self._at].text if self._at < len(self._tokens) else ""

    def _kind(self) -> str:
        return self._tokens[self._at].kind if self._at < len(self._tokens) else "end"

    def _take(self) -> _Token:
        token = self._tokens[self._at]
        self._at += 1
        return token

    def _unexpected(self) -> ToolFailure:
        if self._at >= len(self._tokens):
            return ToolFailure(f"{self._argument} ends too early", "complete it, and close every parenthesis")
        token = self._tokens[self._at]
        return ToolFailure(
            f"{self._argument} has {token.text!r} where it makes no sense (character {token.start + 1})",
            "check operators and parentheses",
        )

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise ToolFailure(f"{self._argument} is nested deeper than {DEEPEST}", "split it into smaller steps")

    def _sum(self) -> Node:
        self._deeper()
        node = self._product()
        while self._peek() in ("+", "-"):
            op = self._take().text
            node = Binary(op, node, self._product())
        self._depth -= 1
        return node

    def _product(self) -> Node:
        node = self._signed()
        divided = False
        while True:
            if self._peek() in ("*", "/"):
                op = self._take().text
                node, divided = Binary(op, node, self._signed()), op == "/"
            elif self._kind() in ("name", "number") or self._peek() == "(":
                self._implicit_allowed(divided)
                node = Binary("*", node, self._power())
            else:
                return node

    def _implicit_allowed(self, divided: bool) -> None:
        before, here = self._tokens[self._at - 1], self._tokens[self._at]
        if here.kind == "number" and before.text != ")":
            raise self._unexpected()
        if here.text == "(" and before.kind == "name":
            told = f"{before.text!r} is no known function"
            raise ToolFailure(told, f"write {before.text}*(...) for a product, or use a known function")
        if divided:
            told = f"a product without '*' after a division can be read in two ways (before {here.text!r})"
            raise ToolFailure(told, "write 1/(2*x) or (1/2)*x")

    def _signed(self) -> Node:
        negative = False
        while self._peek() in ("+", "-"):
            negative ^= self._take().text == "-"
        node = self._power()
        return Negative(node) if negative else node

    def _power(self) -> Node:
        self._deeper()
        base = self._atom()
        if self._peek() == "^":
            self._take()
            base = Binary("^", base, self._signed())
        self._depth -= 1
        return base

    def _atom(self) -> Node:
        kind = self._kind()
        node: Node
        if kind == "number":
            node = Number(self._take().text)
        elif kind == "name":
            token = self._take()
            known = token.text in self._functions
            node = self._call(token.text) if known and self._peek() == "(" else Name(token.text)
            if known and isinstance(node, Name):
                raise ToolFailure(f"the function {token.text} has no argument", f"write {token.text}(...)")
        elif self._peek() == "(":
            self._take()
            node = self._sum()
            self._close()
        else:
            raise self._unexpected()
        while self._peek() == "!":
            self._take()
            node = self._factorial(node)
        return node

    def _factorial(self, node: Node) -> Node:
        self._deeper()
        if "factorial" not in self._functions:
            raise ToolFailure("the factorial is not known here", "write it as a number")
        return Call("factorial", (node,))

    def _call(self, function: str) -> Node:
        self._take()
        arguments = [self._sum()]
        while self._peek() == ",":
            self._take()
            arguments.append(self._sum())
        self._close()
        return Call(function, tuple(arguments))

    def _close(self) -> None:
        if self._peek() != ")":
            raise self._unexpected()
        self._take()

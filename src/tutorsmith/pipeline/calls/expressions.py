"""Expressions that stand in a text, in the calculator's spelling."""

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from tutorsmith.pipeline.calls.latex import to_expression
from tutorsmith.tools.failure import ToolFailure
from tutorsmith.tools.parser import plain

_ATOM = re.compile(
    r"(?P<blank>[ ]+)|(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(?P<name>[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)*)"
    r"|(?P<sign>\*\*|[-+*/^()])"
)
_GREEK = frozenset(
    """
    alpha beta gamma delta epsilon zeta eta theta kappa lambda mu nu xi rho sigma tau phi chi psi omega Gamma Delta
    Theta Lambda Phi Psi Omega pi oo hbar
    """.split()  # noqa: SIM905
)
_MATH = re.compile(r"\$\$(?P<display>.+?)\$\$|\$(?P<inline>[^$\n]+?)\$", re.DOTALL)
_SIDES = re.compile(r"=|\\approx|\\propto|\\equiv|\\qquad|\\quad|;")
_BEFORE_SIGN = re.compile(r" +(?:\*\*|[-+*/^)])")
_BEFORE_MINUS = re.compile(r"(?:^|[(^*/=]\s*)$")
_WORDS = frozenset({"a", "A", "I"})
"""Letters that are words of English as often as symbols."""
Reads = Callable[[str], object]
"""Raises ToolFailure for what the tool cannot read."""


@dataclass(frozen=True)
class Found:
    """An expression and where it stands in its text; equals: whether it is the right side of an equation, whose left
    side is `symbol`."""

    text: str
    start: int
    end: int
    symbol: str = ""


def is_symbol(name: str, functions: Collection[str] = ()) -> bool:
    """Whether a name looks like a symbol and not like a word."""
    base = name.split("_")[0]
    return name not in functions and (len(base) == 1 or base in _GREEK or base.rstrip("0123456789") in _GREEK)


def in_ascii(text: str) -> str:
    """The text with Greek letters and raised digits as calculators write them; characters that none has are kept."""
    out = []
    for part in re.split(r"([^\x00-\x7f]+)", text):
        try:
            out.append(plain(part, "text"))
        except ToolFailure:
            out.append(part)
    return "".join(out)


def expressions_in(text: str, functions: Collection[str], reads: Reads, *, bare: bool = False) -> list[Found]:
    """The longest expressions, with an operator or a function in each, that `reads` takes. bare: single symbols and
    numbers too, as limits and places may be."""
    out: list[Found] = []
    at = 0
    while at < len(text):
        best = _Span(text, at, functions).best
        if best is None:
            at = _next(text, at)
            continue
        span, operators = best
        body = text[at:span].rstrip()
        if (bare or operators) and _readable(body, reads):
            left = _left_of(text, at)
            out.append(Found(_bare(body), at, at + len(body), left))
        at = max(span, _next(text, at))
    return [found for found in out if not re.match(r"\s*=(?!=)", text[found.end :])]


def _next(text: str, at: int) -> int:
    """The next place where an expression may begin."""
    found = re.compile(r"[A-Za-z0-9_.]+|.", re.DOTALL).match(text, at)
    return found.end() if found else at + 1


def _readable(body: str, reads: Reads) -> bool:
    try:
        reads(body)
    except ToolFailure:
        return False
    return True


def _bare(body: str) -> str:
    """Without parentheses around the whole."""
    if body.startswith("(") and body.endswith(")"):
        depth = 0
        for k, character in enumerate(body):
            depth += {"(": 1, ")": -1}.get(character, 0)
            if not depth:
                return _bare(body[1:-1]) if k == len(body) - 1 else body
    return body


def _left_of(text: str, at: int) -> str:
    """The symbol that the expression is equal to."""
    found = re.search(r"(?P<symbol>[A-Za-z][A-Za-z0-9_]*)(?:\([A-Za-z, ]+\))?\s*=\s*$", text[:at])
    return found["symbol"] if found else ""


class _Span:
    """The longest expression that begins at a place: (its end, operators and functions in it) as `best`."""

    def __init__(self, text: str, start: int, functions: Collection[str]) -> None:
        self.text, self.start, self.functions = text, start, functions
        self.at, self.depth, self.operators = start, 0, 0
        self.operand = True  # whether one is due
        self.best: tuple[int, int] | None = None
        steps = {"blank": self._blank, "number": self._part, "name": self._part, "sign": self._sign}
        while found := _ATOM.match(text, self.at):
            kind = str(found.lastgroup)
            if not steps[kind](found):
                break
            if not self.operand and not self.depth and kind != "blank":
                self.best = (self.at, self.operators)

    def _blank(self, found: re.Match[str]) -> bool:
        """Blanks stand beside operators only: what follows a word is a word."""
        if self.at == self.start or (not self.operand and not _BEFORE_SIGN.match(self.text, self.at)):
            return False
        self.at = found.end()
        return True

    def _part(self, found: re.Match[str]) -> bool:
        name = found["name"]
        if not self.operand and (not name or self._follows_word()):
            return False
        called = bool(name) and name in self.functions and self.text.startswith("(", found.end())
        if name and not called and not is_symbol(name, self.functions):
            return False
        self.operand, self.operators, self.depth = called, self.operators + called, self.depth + called
        self.at = found.end() + called
        return True

    def _sign(self, found: re.Match[str]) -> bool:
        sign = found[0]
        if sign == "(":
            if not self.operand and self._follows_word():
                return False
            self.operand, self.depth = True, self.depth + 1
        elif sign == ")":
            if self.operand or not self.depth:
                return False
            self.depth -= 1
        elif self.operand and not (sign == "-" and _BEFORE_MINUS.search(self.text[self.start : self.at])):
            return False
        else:
            self.operators += self.at > self.start
            self.operand = True
        self.at = found.end()
        return True

    def _follows_word(self) -> bool:
        before = self.text[self.at - 1]
        return before == " " or before.isalpha()


def formulas_in(text: str, reads: Reads) -> list[Found]:
    """The typeset formulas of a text: of each its sides that are expressions, in the calculator's spelling."""
    out: list[Found] = []
    for found in _MATH.finditer(text):
        sides = [side.strip().rstrip(".,") for side in _SIDES.split(found["display"] or found["inline"])]
        symbol = to_expression(sides[0]) if len(sides) > 1 else None
        for side in sides[1:] if len(sides) > 1 else sides:
            written = to_expression(side)
            if written and re.search(r"[-+*/^(]", written) and _readable(written, reads):
                out.append(Found(written, found.start(), found.end(), symbol or ""))
    return out


def symbols_in(text: str, functions: Collection[str]) -> Iterator[str]:
    """What looks like a symbol."""
    for found in re.finditer(r"(?<![\w\\])[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)*(?!\w)", text):
        if is_symbol(found[0], functions) and found[0] not in _WORDS:
            yield found[0]

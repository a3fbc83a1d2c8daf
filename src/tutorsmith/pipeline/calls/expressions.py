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
    alpha beta gamma delta epsilon zeta eta theta kappa lambda mu nu xi rho sigma tau phi chi psi omega Gamma Delta Theta
    Lambda Phi Psi Omega pi oo hbar
    """.split()  # noqa: SIM905
)
_MATH = re.compile(r"\$\$(?P<display>.+?)\$\$|\$(?P<inline>[^$\n]+?)\$", re.DOTALL)
_SIDES = re.compile(r"=|\\approx|\\propto|\\equiv|\\qquad|\\quad|;")
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
        found = _span(text, at, functions)
        if found is None:
            at = _next(text, at)
            continue
        span, operators = found
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


def _span(text: str, start: int, functions: Collection[str]) -> tuple[int, int] | None:
    """(end, operators and functions) of the longest expression that begins here."""
    at, depth, operand, operators = start, 0, True, 0
    best: tuple[int, int] | None = None
    while found := _ATOM.match(text, at):
        kind, token = str(found.lastgroup), found[0]
        if kind == "blank":
            if at == start or (not operand and not re.match(r" +(?:\*\*|[-+*/^)])", text[at:])):
                break
        elif kind in ("number", "name"):
            if not operand and (kind == "number" or text[at - 1] == " " or text[at - 1].isalpha()):
                break
            called = kind == "name" and token in functions and text[found.end() :].startswith("(")
            if kind == "name" and not called and not is_symbol(token, functions):
                break
            operand, operators = called, operators + called
            if called:
                depth, at = depth + 1, found.end() + 1
                continue
        elif token == "(":
            if not operand and (text[at - 1] == " " or text[at - 1].isalpha()):
                break
            operand, depth = True, depth + 1
        elif token == ")":
            if operand or not depth:
                break
            depth -= 1
        else:
            if operand and not (token == "-" and re.search(r"(?:^|[(^*/=]\s*)$", text[start:at])):
                break
            operand, operators = True, operators + (at > start)
        at = found.end()
        if not operand and not depth and kind != "blank":
            best = (at, operators)
    return best


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

"""differentiate and integrate: arguments are read and refused here, SymPy works in its own process (`worker`)."""

import math
from typing import Any

from tutorsmith.tools.failure import ToolFailure
from tutorsmith.tools.parser import Binary, Call, Name, Negative, Node, Number, children, names, parse

_FUNCTIONS = """
sqrt exp ln log log10 sin cos tan sinh cosh tanh asin acos atan arcsin arccos arctan asinh acosh atanh abs
"""
FUNCTIONS = frozenset(_FUNCTIONS.split())
INFINITY = frozenset({"oo", "inf", "infinity"})
LARGEST_EXPONENT = 40
"""Also of exponents that multiply: ((x^6)^6)^6 is refused."""
LARGEST_NUMBER = 1e30


def differentiate(expression: str, variable: str, order: int = 1, at: str | None = None) -> dict[str, Any]:
    """The derivative as ASCII and LaTeX, and its value at a place. Raises: ToolFailure."""
    from tutorsmith.tools.worker import WORKER

    _check_variable(variable)
    read(expression)
    if at is not None:
        _check_limit(at, "at", variable, infinite=False)
    return WORKER.call("differentiate", {"expression": expression, "variable": variable, "order": int(order), "at": at})


def integrate(expression: str, variable: str, lower: str | None = None, upper: str | None = None) -> dict[str, Any]:
    """The integral as ASCII and LaTeX, definite when both limits are given. Raises: ToolFailure."""
    from tutorsmith.tools.worker import WORKER

    _check_variable(variable)
    read(expression)
    if (lower is None) != (upper is None):
        raise ToolFailure("only one limit is given", "give both lower and upper, or none of them")
    for text, named in ((lower, "lower"), (upper, "upper")):
        if text is not None:
            _check_limit(text, named, variable, infinite=True)
    arguments = {"expression": expression, "variable": variable, "lower": lower, "upper": upper}
    return WORKER.call("integrate", arguments)


def read(text: str, argument: str = "expression") -> Node:
    """The tree of an expression whose numbers and powers a computer algebra system can bear. Raises: ToolFailure."""
    tree = parse(text, FUNCTIONS, argument=argument)
    _bear(tree, argument)
    return tree


def _check_variable(variable: str) -> None:
    if not isinstance(parse(variable, FUNCTIONS, argument="variable"), Name):
        raise ToolFailure("variable is no single symbol", "give one symbol, such as x")
    if variable in ("e", "j", "pi", *INFINITY):
        raise ToolFailure(f"{variable!r} cannot be the variable", "choose another letter")


def _check_limit(text: str, named: str, variable: str, *, infinite: bool) -> None:
    if text.strip().lstrip("+-−").lower() in (*INFINITY, "∞"):
        if not infinite:
            raise ToolFailure(f"{named} cannot be infinite", "give a number")
        return
    if variable in names(read(text, named)):
        raise ToolFailure(f"{named} contains the variable {variable!r}", "use another symbol there")


def _bear(node: Node, argument: str) -> float | None:
    """The value of a part without symbols, None of others. Raises: ToolFailure for numbers that grow out of hand."""
    if isinstance(node, Number):
        return _small(float(node.text), argument)
    if isinstance(node, Name):
        if node.id == "j" or node.id in INFINITY:
            told = "the imaginary unit j" if node.id == "j" else "infinity"
            raise ToolFailure(f"{argument} contains {told}", "use real symbols and numbers here")
        return {"pi": 3.141592653589793, "e": 2.718281828459045}.get(node.id)
    parts = [_bear(part, argument) for part in children(node)]
    if isinstance(node, Call):
        if len(parts) != 1:
            raise ToolFailure(f"{node.function} has {len(parts)} arguments", "give it one")
        return (
            None
            if parts[0] is None
            else _small(abs(parts[0]) + 1, argument)
            if node.function != "exp"
            else _exp(parts[0])
        )
    if isinstance(node, Binary) and node.op == "^" and _exponents(node) > LARGEST_EXPONENT:
        raise ToolFailure(f"{argument} has an exponent beyond {LARGEST_EXPONENT}", "keep exponents small")
    if None in parts:
        return None
    return _small(_folded(node, [part for part in parts if part is not None]), argument)


def _exp(value: float) -> float:
    if abs(value) > LARGEST_EXPONENT:
        raise ToolFailure(f"exp of {value:g}", f"stay within {LARGEST_EXPONENT}")
    return math.exp(value)


def _exponents(node: Node) -> float:
    """The product of the constant exponents of powers inside powers."""
    if isinstance(node, Binary) and node.op == "^":
        exponent = _constant(node.right)
        return max(1.0, abs(exponent)) * max(1.0, _exponents(node.left))
    return max((_exponents(part) for part in children(node)), default=1.0)


def _constant(node: Node) -> float:
    """The value of an exponent without symbols, 1 of others; what cannot be folded is infinite."""
    if names(node) - {"pi", "e"}:
        return 1.0
    if isinstance(node, Number):
        return float(node.text)
    if isinstance(node, Name):
        return 3.0
    if isinstance(node, Call):
        return abs(_constant(node.arguments[0])) + 1
    return _folded(node, [_constant(part) for part in children(node)])


def _folded(node: Node, parts: list[float]) -> float:
    if isinstance(node, Negative):
        return -parts[0]
    assert isinstance(node, Binary)
    one, two = parts
    try:
        if node.op == "^":
            return math.pow(abs(one), two)
        return {"+": one + two, "-": one - two, "*": one * two, "/": one / two if two else 0.0}[node.op]
    except (OverflowError, ZeroDivisionError):
        return float("inf")


def _small(number: float, argument: str) -> float:
    if not abs(number) <= LARGEST_NUMBER:
        raise ToolFailure(f"{argument} has a number beyond {LARGEST_NUMBER:g}", "use symbols or smaller numbers")
    return number

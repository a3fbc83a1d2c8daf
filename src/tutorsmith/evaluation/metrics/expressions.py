"""Do two texts write the same expression? Numbers, symbols and elementary functions, compared by value.

The expressions are the arguments of calculators: Python or calculator spelling ("2*x**2", "2x^2", "√2 × π"), not the
typeset formulas that `formula_parser` reads. Symbols get a few fixed values, at which both sides must agree.
"""

import ast
import cmath
import operator
import re
import unicodedata
import warnings
from collections.abc import Callable, Mapping

_OPERATORS: dict[type[ast.operator], Callable[[complex, complex], complex]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
_FUNCTIONS: dict[str, Callable[[complex], complex]] = {
    **{name: getattr(cmath, name) for name in ("sqrt", "exp", "sin", "cos", "tan", "sinh", "cosh", "tanh", "asin")},
    **{name: getattr(cmath, name) for name in ("acos", "atan", "asinh", "acosh", "atanh", "log10")},
    "arcsin": cmath.asin,
    "arccos": cmath.acos,
    "arctan": cmath.atan,
    "log": cmath.log,
    "ln": cmath.log,
    "lg": cmath.log10,
    "abs": abs,
}
_CONSTANTS = {"pi": cmath.pi, "e": cmath.e}
_SPELLINGS = str.maketrans({"×": "*", "·": "*", "⋅": "*", "÷": "/", "−": "-", "–": "-", "^": "**", "[": "(", "]": ")"})
_MODULE = re.compile(r"\b(?:math|np|numpy|cmath|sympy|sp)\.(?=[a-z])")
_ROOT = re.compile(r"√\s*(\d+(?:\.\d+)?|[^\W\d]\w{0,20})")
# "2x", "2(x+1)", "(a)(b)" are products; "1e-9", "x2" and "sin(x)" are not.
_IMPLICIT = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?)\s*(?=(?!e[-+]?\d)[^\W\d]|\()|(\))\s*(?=[\w(])", re.IGNORECASE)
_BLANKS = re.compile(r"(?<!\w) | (?!\w)")
_LONGEST = 200
_LARGEST_EXPONENT = 64
_POINTS = (0.37, 1.43, 2.71)
_CLOSE = 1e-9


def arithmetic_value(text: str) -> float | None:
    """The value of an expression of numbers, + - * / ** ^, parentheses and elementary functions; None for others."""
    tree = _parse(text)
    value = None if tree is None or _symbols(tree) else _value(tree, {})
    return None if value is None or abs(value.imag) > _CLOSE * abs(value) else value.real


def same_expression(one: str, other: str) -> bool:
    """Equal but for blanks, or in value at every point tried: side by side (or turned round) at an equals sign."""
    if _squeezed(one) == _squeezed(other):
        return True
    sides, others = one.replace("==", "=").split("="), other.replace("==", "=").split("=")
    if len(sides) != len(others):
        return False
    return any(all(map(_same_side, sides, turned)) for turned in (others, others[::-1]))


def _squeezed(text: str) -> str:
    """Without the blanks that separate no two words, signs in one spelling."""
    return _BLANKS.sub("", " ".join(unicodedata.normalize("NFKC", text).split())).translate(_SPELLINGS)


def _same_side(one: str, other: str) -> bool:
    a, b = _parse(one), _parse(other)
    if a is None or b is None or _symbols(a) != _symbols(b):
        return False
    names = sorted(_symbols(a))
    compared = 0
    for point in _POINTS:
        # No two symbols share a value, nor a simple ratio of values.
        at = {name: complex(point + 0.611 * i + 0.0973 * i * i) for i, name in enumerate(names)}
        x, y = _value(a, at), _value(b, at)
        if (x is None) != (y is None):
            return False
        if x is not None and y is not None:
            compared += 1
            if not cmath.isclose(x, y, rel_tol=_CLOSE, abs_tol=1e-300):
                return False
    return compared > 0


def _parse(text: str) -> ast.expr | None:
    text = unicodedata.normalize("NFKC", re.sub("[⁰¹²³⁴⁵-⁹⁻]+", _raised, text)).strip().translate(_SPELLINGS)
    if len(text) > _LONGEST:
        return None
    text = _MODULE.sub("", _ROOT.sub(r"sqrt(\1)", text).replace("√", "sqrt")).replace("π", "pi")
    try:
        with warnings.catch_warnings():  # "1or 2" is parsed with a warning
            warnings.simplefilter("ignore")
            return ast.parse(_IMPLICIT.sub(_times, text), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _times(found: re.Match[str]) -> str:
    return f"{found.group(0).strip()}*"


def _raised(found: re.Match[str]) -> str:
    return f"**({unicodedata.normalize('NFKC', found.group(0)).replace('−', '-')})"


def _symbols(tree: ast.expr) -> frozenset[str]:
    names = frozenset(node.id for node in ast.walk(tree) if isinstance(node, ast.Name))
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    return names - called - _CONSTANTS.keys()


def _value(tree: ast.expr, at: Mapping[str, complex]) -> complex | None:
    try:
        value = complex(_evaluate(tree, at))
    except (ValueError, ArithmeticError, RecursionError):
        return None
    return value if cmath.isfinite(value) else None


def _evaluate(node: ast.expr, at: Mapping[str, complex]) -> complex:
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return node.value  # type: ignore[return-value]
    if isinstance(node, ast.Name):
        if node.id in at or node.id in _CONSTANTS:
            return at[node.id] if node.id in at else _CONSTANTS[node.id]
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd)):
        value = _evaluate(node.operand, at)
        return -value if isinstance(node.op, ast.USub) else value
    elif isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        left, right = _evaluate(node.left, at), _evaluate(node.right, at)
        if isinstance(node.op, ast.Pow):
            if abs(right) > _LARGEST_EXPONENT:
                raise OverflowError("exponent out of reach")
            left = complex(left)
        return _OPERATORS[type(node.op)](left, right)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _FUNCTIONS:
        [argument] = node.args
        return _FUNCTIONS[node.func.id](complex(_evaluate(argument, at)))
    raise ValueError("no expression of numbers and elementary functions")

"""An equation -> one of its symbols as an expression of the others, by undoing one operation after the other.

Only a symbol that stands once can be isolated; of a square root the positive value is taken, of an arc function the
principal one.
"""

import math

from tutorsmith.evaluation.metrics.formula_tree import Tree, mul, negate

_INVERSE = {
    "sin": "arcsin",
    "cos": "arccos",
    "tan": "arctan",
    "arcsin": "sin",
    "arccos": "cos",
    "arctan": "tan",
    "exp": "ln",
    "ln": "exp",
    "log": "exp",
}
_MINUS_ONE: Tree = ("num", -1.0)
_CALLED = {"lg": "log10", "asin": "arcsin", "acos": "arccos", "atan": "arctan"}


class NotIsolated(ValueError):
    """The symbol does not stand once, or within what cannot be undone."""


def count(tree: Tree, symbol: str) -> int:
    """How often a symbol stands in a tree."""
    kind = tree[0]
    if kind == "sym":
        return int(tree[1] == symbol)
    if kind in ("add", "mul"):
        return sum(count(part, symbol) for part in tree[1])
    if kind == "pow":
        return count(tree[1], symbol) + count(tree[2], symbol)
    return count(tree[2], symbol) if kind == "fn" else 0


def isolated(left: Tree, right: Tree, symbol: str) -> Tree:
    """What the symbol equals. Raises: NotIsolated."""
    inside, outside = count(left, symbol), count(right, symbol)
    if inside + outside != 1:
        raise NotIsolated(symbol)
    tree, value = (left, right) if inside else (right, left)
    while tree[0] != "sym":
        tree, value = _undone(tree, value, symbol)
    return value


def _undone(tree: Tree, value: Tree, symbol: str) -> tuple[Tree, Tree]:
    kind = tree[0]
    if kind in ("add", "mul"):
        inner = next(part for part in tree[1] if count(part, symbol))
        rest = [part for part in tree[1] if part is not inner]
        if kind == "add":
            return inner, ("add", (value, *(negate(part) for part in rest)))
        return inner, mul(value, *(("pow", part, _MINUS_ONE) for part in rest))
    if kind == "pow":
        if count(tree[2], symbol):
            raise NotIsolated(symbol)
        return tree[1], _root(value, tree[2])
    if kind == "fn" and tree[1] == "lg":
        return tree[2], ("pow", ("num", 10.0), value)
    if kind == "fn" and tree[1] in _INVERSE:
        return tree[2], ("fn", _INVERSE[tree[1]], value)
    raise NotIsolated(symbol)


def _root(value: Tree, exponent: Tree) -> Tree:
    """Of positive values, so that exponents may be multiplied."""
    number = _number(exponent)
    if number is None or number == 0:
        return ("pow", value, ("pow", exponent, _MINUS_ONE))
    inner = _number(value[2]) if value[0] == "pow" else None
    base, power = (value[1], inner / number) if inner is not None else (value, 1 / number)
    return base if power == 1 else ("pow", base, ("num", power))


def expression(tree: Tree, names: dict[str, str]) -> str:
    """As the calculator reads it. names: those of the symbols there."""
    kind = tree[0]
    if kind == "num":
        return "pi" if tree[1] == math.pi else f"{tree[1]:.12g}" if tree[1] >= 0 else f"({tree[1]:.12g})"
    if kind == "sym":
        return names[tree[1]]
    if kind == "add":
        return "(" + " + ".join(expression(part, names) for part in tree[1]).replace("+ -", "- ") + ")"
    if kind == "mul":
        return _product(tree, names)
    if kind == "pow":
        return _power(tree[1], tree[2], names)
    argument = _bare(expression(tree[2], names))
    return f"(1/tan({argument}))" if tree[1] == "cot" else f"{_CALLED.get(tree[1], tree[1])}({argument})"


def _bare(text: str) -> str:
    """Without the parentheses around the whole."""
    if not text.startswith("("):
        return text
    depth = 0
    for at, char in enumerate(text):
        depth += (char == "(") - (char == ")")
        if depth == 0:
            return text[1:-1] if at == len(text) - 1 else text
    return text


def _power(base: Tree, exponent: Tree, names: dict[str, str]) -> str:
    number = _number(exponent)
    inner = expression(base, names)
    if number == 0.5:
        return f"sqrt({_bare(inner)})"
    if number is not None and number < 0:
        return f"1/{_factor(('pow', base, ('num', -number)) if number != -1 else base, names)}"
    plain = base[0] in ("sym", "fn") or _bare(inner) != inner or inner.replace(".", "").isdigit() or inner == "pi"
    inner = inner if plain else f"({inner})"
    shown = f"{number:.12g}" if number is not None else f"({_bare(expression(exponent, names))})"
    return f"{inner}^{shown if number is None or float(number).is_integer() else f'({shown})'}"


def _product(tree: Tree, names: dict[str, str]) -> str:
    above, below, sign = [], [], ""
    for part in tree[1]:
        number = _number(part[2]) if part[0] == "pow" else None
        if part == _MINUS_ONE:
            sign = "" if sign else "-"
        elif number is not None and number < 0:
            below.append(part[1] if number == -1 else ("pow", part[1], ("num", -number)))
        else:
            above.append(part)
    top = "*".join(_factor(part, names) for part in above) or "1"
    if not below:
        return sign + top
    bottom = "*".join(_factor(part, names) for part in below)
    return f"{sign}{top}/({_bare(bottom) if len(below) == 1 else bottom})"


def _factor(tree: Tree, names: dict[str, str]) -> str:
    text = expression(tree, names)
    plain = tree[0] in ("sym", "fn", "add") or (tree[0] == "num" and not text.startswith("-"))
    powered = tree[0] == "pow" and not text.startswith("1/")
    return text if plain or powered else f"({text})"


def _number(tree: Tree) -> float | None:
    """The value of a tree without symbols."""
    if tree[0] == "num":
        return float(tree[1])
    if tree[0] == "pow":
        base, exponent = _number(tree[1]), _number(tree[2])
        return base**exponent if base is not None and exponent is not None and base > 0 else None
    if tree[0] == "mul":
        out = 1.0
        for part in tree[1]:
            if (number := _number(part)) is None:
                return None
            out *= number
        return out
    return None

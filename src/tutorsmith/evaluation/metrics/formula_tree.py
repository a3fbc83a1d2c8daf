"""Expression trees: building, canonical text, linear operators, evaluation.

A tree is a nested tuple: ("num", value), ("sym", name), ("add", (..)), ("mul", (..)), ("pow", base, exponent) or
("fn", name, argument). Operators that are linear become symbols: `curl(mu*H - B)` is
mu*sym("curl[H]") - sym("curl[B]"), so that trees can be compared by probing with numbers.
"""

import cmath
import re
from collections.abc import Callable
from typing import Any

Tree = tuple[Any, ...]


_MAX_EXPANSION = 24


_CONSTANT_BASES = set("εμσNkqLCRMcnηπ")


ONE: Tree = ("num", 1.0)


def mul(*factors: Tree) -> Tree:
    flat: list[Tree] = []
    for factor in factors:
        flat += factor[1] if factor[0] == "mul" else [factor]
    kept = [f for f in flat if f != ONE]
    return kept[0] if len(kept) == 1 else ("mul", tuple(kept)) if kept else ONE


def negate(tree: Tree) -> Tree:
    return mul(("num", -1.0), tree)


def text_of(tree: Tree) -> str:
    """A canonical writing; factors and terms sorted."""
    kind = tree[0]
    if kind == "num":
        return f"{tree[1]:g}"
    if kind == "sym":
        return str(tree[1])
    if kind in ("add", "mul"):
        return "(" + {"add": "+", "mul": "*"}[kind].join(sorted(text_of(t) for t in tree[1])) + ")"
    if kind == "pow":
        return f"{text_of(tree[1])}^{text_of(tree[2])}"
    return f"{tree[1]}({text_of(tree[2])})" if kind == "fn" else "?"


def _terms(tree: Tree) -> list[tuple[list[Tree], list[Tree]]]:
    """A sum of (constant factors, varying factors), expanded as far as needed to pull constants out of an operator."""
    if tree[0] == "add":
        out = [t for part in tree[1] for t in _terms(part)]
        return out if len(out) <= _MAX_EXPANSION else [([], [tree])]
    if tree[0] == "mul":
        sums = [f for f in tree[1] if f[0] == "add"]
        if len(sums) == 1:
            rest = [f for f in tree[1] if f is not sums[0]]
            return [t for part in sums[0][1] for t in _terms(mul(*rest, part))]
        constant = [f for f in tree[1] if _is_constant(f)]
        return [(constant, [f for f in tree[1] if not _is_constant(f)])]
    return [([tree], [])] if tree[0] == "num" else [([], [tree])]


def _is_constant(tree: Tree) -> bool:
    if tree[0] == "num":
        return True
    if tree[0] == "sym":
        return tree[1].split("_")[0] in _CONSTANT_BASES
    return tree[0] == "pow" and _is_constant(tree[1]) and _is_constant(tree[2])


def linear(operator: str, argument: Tree) -> Tree:
    """Apply an operator that is linear: sums are split, constants are pulled out, the rest names a symbol."""
    parts = []
    for constant, varying in _terms(argument):
        if not varying and constant:
            varying, constant = [c for c in constant if c[0] != "num"] or [ONE], [c for c in constant if c[0] == "num"]
        inner = text_of(mul(*varying))
        if operator.startswith("int[") and inner.startswith("D[") and inner.endswith("|t]"):
            # the integral of a time derivative is the time derivative of the integral
            parts.append(mul(*constant, ("sym", f"D[{operator.replace('@', inner[2:-3])}|t]")))
            continue
        if operator == "div" and inner.startswith("grad[") and inner.endswith("]"):
            parts.append(mul(*constant, ("sym", f"lap[{inner[5:-1]}]")))
            continue
        name = operator.replace("@", inner) if "@" in operator else f"{operator}[{inner}]"
        parts.append(mul(*constant, ("sym", name)))
    return parts[0] if len(parts) == 1 else ("add", tuple(parts))


def cross(left: Tree, right: Tree) -> Tree:
    """The vector product: bilinear and antisymmetric."""
    parts = []
    for c1, a in _terms(left):
        for c2, b in _terms(right):
            one, two = text_of(mul(*a)), text_of(mul(*b))
            sign: tuple[Tree, ...] = () if one <= two else (("num", -1.0),)
            parts.append(mul(*sign, *c1, *c2, ("sym", f"cross[{min(one, two)}|{max(one, two)}]")))
    return parts[0] if len(parts) == 1 else ("add", tuple(parts))


def symbols(tree: Tree) -> set[str]:
    """Names of the symbols of a tree."""
    kind = tree[0]
    if kind == "sym":
        return {tree[1]}
    if kind in ("add", "mul"):
        return set().union(*(symbols(t) for t in tree[1]))
    if kind == "pow":
        return symbols(tree[1]) | symbols(tree[2])
    return symbols(tree[2]) if kind == "fn" else set()


_FUNCTIONS: dict[str, Callable[[complex], complex]] = {
    "sin": cmath.sin,
    "cos": cmath.cos,
    "tan": cmath.tan,
    "exp": cmath.exp,
    "ln": cmath.log,
    "log": cmath.log,
    "lg": cmath.log10,
    "sinh": cmath.sinh,
    "cosh": cmath.cosh,
    "tanh": cmath.tanh,
    "arctan": cmath.atan,
    "atan": cmath.atan,
    "arcsin": cmath.asin,
    "asin": cmath.asin,
    "arccos": cmath.acos,
    "acos": cmath.acos,
    "coth": lambda x: 1 / cmath.tanh(x),
    "cot": lambda x: 1 / cmath.tan(x),
    "sec": lambda x: 1 / cmath.cos(x),
    "csc": lambda x: 1 / cmath.sin(x),
    "Re": lambda x: complex(x.real),
    "Im": lambda x: complex(x.imag),
}


def value(tree: Tree, at: dict[str, complex]) -> complex:
    """The tree at a point. Raises: ArithmeticError, ValueError (outside a function's domain), KeyError."""
    kind = tree[0]
    if kind == "num":
        return complex(tree[1])
    if kind == "sym":
        return at[tree[1]]
    if kind == "add":
        return sum((value(t, at) for t in tree[1]), 0j)
    if kind == "mul":
        product = 1 + 0j
        for factor in tree[1]:
            product *= value(factor, at)
        return product
    if kind == "pow":
        exponent = value(tree[2], at)
        return complex(
            value(tree[1], at)
            ** (int(exponent.real) if exponent.imag == 0 and exponent.real == int(exponent.real) else exponent)
        )
    if kind == "fn":
        return complex(_FUNCTIONS[tree[1]](value(tree[2], at)))
    raise ValueError("no value")


def rename(tree: Tree, names: dict[str, str]) -> Tree:
    """The tree with other names for some symbols."""
    kind = tree[0]
    if kind == "sym":
        return ("sym", names.get(tree[1], tree[1]))
    if kind in ("add", "mul"):
        return (kind, tuple(rename(t, names) for t in tree[1]))
    if kind == "pow":
        return ("pow", rename(tree[1], names), rename(tree[2], names))
    return ("fn", tree[1], rename(tree[2], names)) if kind == "fn" else tree


_ATOM = re.compile(
    r"(?P<op>curl|div|grad|lap|conj|Re|Im)\[(?P<a>[^\[\]|]+)\]|D\[(?P<b>[^\[\]|]+)\|(?P<by>[^\[\]|]+)\]"
    r"|(?P<int>int\[[^|\[\]]*)\|(?P<c>[^\[\]|]+)\|(?P<el>d\w+)\]|cross\[(?P<d>[^\[\]|]+)\|(?P<e>[^\[\]|]+)\]"
)


def _inner(text: str) -> Tree | None:
    """The operand written in an operator's name, where it is a symbol or a product of symbols."""
    names = text[1:-1].split("*") if text.startswith("(") and text.endswith(")") else [text]
    if not all(re.fullmatch(r"[A-Za-zΑ-Ωα-ωℰħ]\w*", n) for n in names):
        return None
    return mul(*(("sym", n) for n in names))


def core_of(name: str) -> set[str]:
    """Symbols that an operator's name holds."""
    found = _ATOM.fullmatch(name)
    if found is None:
        return set()
    inner = [_inner(t) for t in (found["a"], found["b"], found["c"], found["d"], found["e"]) if t]
    return set().union(*(symbols(t) for t in inner if t is not None))


def _substitute_within(name: str, symbol: str, by: Tree) -> Tree:
    """div[D] with D = eps*E becomes eps*div[E]."""
    found = _ATOM.fullmatch(name)
    if found is None or symbol not in core_of(name):
        return ("sym", name)
    if found["d"]:
        one, two = _inner(found["d"]), _inner(found["e"])
        if one is None or two is None:
            return ("sym", name)
        return cross(substitute(one, symbol, by), substitute(two, symbol, by))
    inner = _inner(found["a"] or found["b"] or found["c"])
    if inner is None:
        return ("sym", name)
    operator = found["op"] or (f"D[@|{found['by']}]" if found["b"] else f"{found['int']}|@|{found['el']}]")
    return linear(operator, substitute(inner, symbol, by))


def substitute(tree: Tree, name: str, by: Tree) -> Tree:
    """The tree with another one in the place of a symbol."""
    kind = tree[0]
    if kind == "sym":
        return by if tree[1] == name else _substitute_within(tree[1], name, by) if "[" in tree[1] else tree
    if kind in ("add", "mul"):
        return (kind, tuple(substitute(t, name, by) for t in tree[1]))
    if kind == "pow":
        return ("pow", substitute(tree[1], name, by), substitute(tree[2], name, by))
    return ("fn", tree[1], substitute(tree[2], name, by)) if kind == "fn" else tree

"""Comparing equations by numbers: fixed random points, a solver, and what is wrong when they differ."""

import cmath
import random
import re
from collections.abc import Callable
from functools import lru_cache

from tutorsmith.evaluation.metrics.formula_tree import Tree, symbols, text_of, value

_POINTS = 3


_TOLERANCE = 1e-7


def points(names: frozenset[str]) -> list[dict[str, complex]]:
    """Fixed random points, so that a verdict never changes."""
    out = []
    for seed in range(_POINTS):
        generator = random.Random(f"{seed}-{sorted(names)}")
        point = {name: complex(generator.uniform(0.35, 1.45)) for name in sorted(names)}
        if "j" in names:
            point["j"] = 1j
        out.append(point)
    return out


_INVERSE: dict[str, Callable[[complex], complex]] = {
    "sin": cmath.asin,
    "cos": cmath.acos,
    "tan": cmath.atan,
    "exp": cmath.log,
    "ln": cmath.exp,
    "log": cmath.exp,
    "lg": lambda x: complex(10**x),
    "arcsin": cmath.sin,
    "arccos": cmath.cos,
    "arctan": cmath.tan,
    "asin": cmath.sin,
    "acos": cmath.cos,
    "atan": cmath.tan,
}


def _residual(sides: tuple[Tree, Tree], at: dict[str, complex]) -> tuple[complex, float]:
    left, right = value(sides[0], at), value(sides[1], at)
    return left - right, abs(left) + abs(right)


def probe(key: tuple[Tree, Tree], other: tuple[Tree, Tree]) -> str:
    wanted = symbols(key[0]) | symbols(key[1])
    if not wanted:
        return "other"
    names = wanted | symbols(other[0]) | symbols(other[1])
    if names != wanted and not _same_side(key, other):
        return "other"
    if _is_identity(key):
        return _same_identity(key, other)
    variable = _solvable(key)
    same = 0
    ratios: list[complex] = []
    try:
        for point in points(frozenset(names)):
            solved = _solve(key, variable, point)
            if solved is None:
                return "other"
            on = {**point, variable: solved}
            rest, scale = _residual(other, on)
            off, off_scale = _residual(other, point)
            if abs(off) <= _TOLERANCE * max(off_scale, 1e-9):
                return "other"  # an identity says nothing
            same += abs(rest) <= _TOLERANCE * max(scale, 1e-6)
            mine = _solve(other, variable, point)
            ratios.append(mine / solved if mine is not None and solved else complex("nan"))
    except (ArithmeticError, ValueError, KeyError, RecursionError):
        return "other"
    if same == _POINTS or (names == wanted and _contained(other, key)):
        return "same"
    return _how_wrong(ratios)


@lru_cache(maxsize=4096)
def _is_identity(sides: tuple[Tree, Tree]) -> bool:
    """Whether an equation holds for all values of its symbols."""
    try:
        residuals = [_residual(sides, p) for p in points(frozenset(symbols(sides[0]) | symbols(sides[1])))]
    except (ArithmeticError, ValueError, KeyError):
        return False
    return all(abs(rest) <= _TOLERANCE * max(scale, 1e-9) for rest, scale in residuals)


def _functions(tree: Tree) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z]{2,}(?=\()", text_of(tree)))


def _same_identity(key: tuple[Tree, Tree], other: tuple[Tree, Tree]) -> str:
    """An identity is stated by one between the same functions; a false one about the same side contradicts it."""
    if _is_identity(other):
        mine, theirs = [_functions(t) for t in other], [_functions(t) for t in key]
        return "same" if mine in (theirs, theirs[::-1]) and other[0] != other[1] else "other"
    return "the same quantities, related otherwise" if _same_side(key, other) else "other"


def _contained(other: tuple[Tree, Tree], key: tuple[Tree, Tree]) -> bool:
    """Whether the key formula holds wherever the other one does: for angles, solved by arcsin and the like."""
    isolated = next((s[1] for s, across in (other, other[::-1]) if s[0] == "sym" and s[1] not in symbols(across)), None)
    if isolated is None or not any(f"arc{f}(" in text_of(t) for t in other for f in ("sin", "cos", "tan")):
        return False
    for point in points(frozenset(symbols(key[0]) | symbols(key[1]))):
        solved = _solve(other, isolated, point)
        if solved is None:
            return False
        rest, scale = _residual(key, {**point, isolated: solved})
        if abs(rest) > _TOLERANCE * max(scale, 1e-6):
            return False
    return True


def _same_side(key: tuple[Tree, Tree], other: tuple[Tree, Tree]) -> bool:
    """Both formulas give the same thing, so that a constant too many makes the other one wrong."""
    return bool({text_of(t) for t in key} & {text_of(t) for t in other})


def _how_wrong(ratios: list[complex]) -> str:
    if any(r != r for r in ratios):
        return "the same quantities, related otherwise"
    first = ratios[0]
    if all(abs(r - first) < 1e-6 * abs(first) for r in ratios):
        return (
            "the sign is wrong"
            if abs(first + 1) < 1e-6
            else f"a factor {first.real:.4g} too much"
            if abs(first.imag) < 1e-9
            else "a complex factor too much"
        )
    return "the same quantities, related otherwise"


@lru_cache(maxsize=4096)
def _solvable(key: tuple[Tree, Tree]) -> str:
    """The symbol to solve for: one that stands alone on a side, else one that occurs once, else the first."""
    for side, across in (key, key[::-1]):
        if side[0] == "sym" and side[1] not in symbols(across) and side[1] not in ("j",):
            return str(side[1])
    names = sorted(symbols(key[0]) | symbols(key[1]))
    free = [n for n in names if n != "j"] or names
    return min(free, key=lambda n: (_count(key[0], n) + _count(key[1], n), n))


def _count(tree: Tree, name: str) -> int:
    """How often a symbol occurs."""
    kind = tree[0]
    if kind == "sym":
        return int(tree[1] == name)
    if kind in ("add", "mul"):
        return sum(_count(t, name) for t in tree[1])
    if kind == "pow":
        return _count(tree[1], name) + _count(tree[2], name)
    return _count(tree[2], name) if kind == "fn" else 0


def _inverted(tree: Tree, name: str, target: complex, point: dict[str, complex]) -> complex | None:
    """The value of a symbol that occurs once, for which the tree has the value `target`."""
    while tree[0] != "sym":
        kind = tree[0]
        if kind == "fn":
            if tree[1] not in _INVERSE:
                return None
            tree, target = tree[2], _INVERSE[tree[1]](target)
        elif kind == "pow":
            if _count(tree[2], name):
                tree, target = tree[2], cmath.log(target) / cmath.log(value(tree[1], point))
            else:
                tree, target = tree[1], target ** (1 / value(tree[2], point))
        else:
            holder = next(t for t in tree[1] if _count(t, name))
            for other in tree[1]:
                if other is not holder:
                    target = target - value(other, point) if kind == "add" else target / value(other, point)
            tree = holder
    return target


def _solve(sides: tuple[Tree, Tree], variable: str, point: dict[str, complex]) -> complex | None:
    """The value of one symbol that makes the sides equal: by inversion, linearity, or secant steps."""
    for side, across in (sides, sides[::-1]):
        if _count(across, variable) == 0 and _count(side, variable) == 1:
            found = _inverted(side, variable, value(across, point), point)
            if found is not None:
                rest, scale = _residual(sides, {**point, variable: found})
                if abs(rest) <= _TOLERANCE * max(scale, 1e-9):
                    return found

    def off(x: complex) -> complex:
        return _residual(sides, {**point, variable: x})[0]

    a, b = off(0.7), off(1.3)
    if a != b:
        linear = 0.7 - a * 0.6 / (b - a)
        if abs(off(linear)) < 1e-9 * (abs(a) + abs(b)):
            return linear
    x0, x1, f0, f1 = 0.7 + 0j, 1.3 + 0j, a, b
    for _ in range(60):
        if f1 == f0:
            return None
        x0, x1, f0 = x1, x1 - f1 * (x1 - x0) / (f1 - f0), f1
        f1 = off(x1)
        if abs(f1) < 1e-12 * (abs(a) + abs(b) + 1e-300):
            return x1
    return None


def proportional(key: tuple[Tree, Tree], pair: tuple[Tree, Tree, str]) -> str:
    """E ∝ 1/r²: the answer's own side, divided by the key's, does not depend on the key's symbols."""
    left, right, sign = pair
    if left[0] != "sym" or left != key[0] or sign not in "=≈∝":
        return "other"
    names = symbols(key[1])
    every = frozenset(symbols(right) | names)
    if not names <= symbols(right):
        return "other"
    at = points(every)
    try:
        ratios = [value(right, {**at[0], **{n: p[n] for n in names}}) / value(key[1], p) for p in at]
    except (ArithmeticError, ValueError, KeyError):
        return "other"
    if all(abs(r - ratios[0]) < 1e-7 * abs(ratios[0]) for r in ratios):
        return "same"
    return "the dependence is another"


def inequality(key: tuple[Tree, Tree, str], pair: tuple[Tree, Tree, str]) -> str:
    names = symbols(key[0]) | symbols(key[1])
    if names != symbols(pair[0]) | symbols(pair[1]) or not names:
        return "other"
    up = 1 if key[2] in ">≥" else -1
    up_other = 1 if pair[2] in ">≥" else -1
    try:
        ratios = [
            _residual(key[:2], p)[0] * up / (_residual(pair[:2], p)[0] * up_other) for p in points(frozenset(names))
        ]
    except (ArithmeticError, ValueError, KeyError):
        return "other"
    if any(abs(r - ratios[0]) > 1e-7 * abs(ratios[0]) for r in ratios):
        return "other"
    return "same" if ratios[0].real > 0 else "the inequality is turned round"


def much_less(key: tuple[Tree, Tree, str], pair: tuple[Tree, Tree, str]) -> str:
    """sigma >> omega*eps: the quotient of the sides is what is large."""
    names = symbols(key[0]) | symbols(key[1])
    if names != symbols(pair[0]) | symbols(pair[1]) or not names:
        return "other"
    try:
        mine, theirs = (
            [(value(left, p) / value(right, p)) ** (1 if sign == "≫" else -1) for p in points(frozenset(names))]
            for left, right, sign in (pair, key)
        )
    except (ArithmeticError, ValueError, KeyError):
        return "other"
    for exponent, state in ((1, "same"), (-1, "the inequality is turned round")):
        ratios = [a / b**exponent for a, b in zip(mine, theirs, strict=True)]
        if all(abs(r - ratios[0]) < 1e-7 * abs(ratios[0]) for r in ratios):
            return state
    return "other"

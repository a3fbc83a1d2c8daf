"""Bringing two equations to the same symbols: known relations, what the answer states, letters of the same meaning."""

import math
import re
from collections.abc import Iterator
from functools import lru_cache

from tutorsmith.evaluation.metrics.formula_meanings import (
    CONSTANTS,
    NO,
    SURE,
    definitions,
    letter_classes,
    stands_for,
)
from tutorsmith.evaluation.metrics.formula_parser import parse_sides
from tutorsmith.evaluation.metrics.formula_tree import Tree, core_of, rename, substitute, symbols
from tutorsmith.evaluation.metrics.tables import lines

_INVERSE = re.compile(r"D\[(?P<above>\w+)\|(?P<below>\w+)\]")
Equation = tuple[Tree, Tree]
Relation = tuple[str, Tree, frozenset[str]]  # a symbol, what it equals, the symbols of that

_DEPTH = 3
_MAX_VARIANTS = 8
_TOO_MANY = CONSTANTS | {"c", "N"}  # one of these too many is an error, not another formula
_NEEDED = frozenset(["ε_0", "μ_0"])  # ... and one of these too few
_SIDES = (
    {"i": "1", "t": "2"},
    {"i": "1", "r": "2"},
    {"in": "1", "out": "2"},
    {"p": "1", "s": "2"},
)  # of a boundary, a transformer


def variants(
    other: Equation, have: set[str], wanted: set[str], answer: str
) -> Iterator[tuple[Equation, set[str], bool]]:
    """The answer's equation as written, then with symbols renamed to the key point's where that is warranted.

    Yields (equation, its symbols, whether the renaming is sure: a merely likely one shows no formula to be wrong).
    """
    swapped = _redefined(answer, have & wanted)
    if swapped:
        yield _renamed(other, swapped), {swapped.get(n, n) for n in have}, True
        return
    yield other, have, True
    if "j" in wanted and "i" in have and not {"j"} & have:
        other, have = _renamed(other, {"i": "j"}), {"j" if n == "i" else n for n in have}
        yield other, have, True
    for sides in _SIDES:
        names = _indexed_names(have, wanted, sides)
        if names:
            yield _renamed(other, names), {names.get(n, n) for n in have}, True
    extra, lacking = sorted(have - wanted), sorted(wanted - have)
    if not extra or not lacking or len(extra) > 5 or len(lacking) > 5:
        return
    known = (frozenset(have), frozenset(wanted))
    score = {(a, k): stands_for(a, k, answer, known) for a in extra for k in lacking}
    found = sorted(
        _assignments(extra, lacking, score), key=lambda names: (-len(names), -sum(score[p] for p in names.items()))
    )
    for names in found[:_MAX_VARIANTS]:
        sure = all(score[p] == SURE for p in names.items())
        yield _renamed(other, names), {names.get(n, n) for n in have}, sure


def _renamed(equation: Equation, names: dict[str, str]) -> Equation:
    return rename(equation[0], names), rename(equation[1], names)


def _assignments(extra: list[str], lacking: list[str], score: dict[tuple[str, str], int]) -> list[dict[str, str]]:
    """All one-to-one assignments of the answer's symbols to the key's, the empty one left out."""
    out: list[dict[str, str]] = [{}]
    for name in extra:
        out += [
            {**names, name: k} for names in out for k in lacking if score[(name, k)] > NO and k not in names.values()
        ]
        out = out[:400]
    return out[1:]


def _indexed_names(have: set[str], wanted: set[str], sides: dict[str, str]) -> dict[str, str]:
    """n_i and n_t for n_1 and n_2, where the key formula has the numbers and the answer the letters."""
    names = {}
    for name in have - wanted:
        base, _, sub = name.partition("_")
        new = f"{base}_{sides.get(sub, '')}"
        if new in wanted and new not in have:
            names[name] = new
    return names


def _redefined(answer: str, shared: set[str]) -> dict[str, str]:
    """Letters of the key point that the answer uses in each other's meaning ("A is the separation and d the area")."""
    defined = definitions(answer)
    out = {}
    for name in shared:
        given = defined.get(name, "")
        if given and given not in letter_classes(name):
            target = next((o for o in shared if o != name and given in letter_classes(o)), None)
            if target:
                out[name] = target
    return out if set(out) == set(out.values()) else {}


@lru_cache(maxsize=1)
def _known() -> tuple[tuple[Relation, ...], tuple[Relation, ...]]:
    """(relations that are taken for granted, those taken for granted within an operator only)."""
    both: tuple[list[Relation], list[Relation]] = ([], [])
    for table, out in zip(("bridges", "constitutive"), both, strict=True):
        for line in lines(table):
            name, text = line.split(" -> ")
            symbol = name if "[" in name else next(iter(symbols(parse_sides(f"{name}=1")[0][0])))
            tree: Tree = ("sym", text) if "[" in text else parse_sides(f"x={text}")[0][1]
            out.append((symbol, tree, frozenset(symbols(tree))))
    return tuple(both[0]), tuple(both[1])


def bridge(
    other: Equation, have: set[str], key: Equation, wanted: set[str], stated: tuple[Relation, ...] = ()
) -> Iterator[tuple[Equation, Equation]]:
    """Pairs (answer's equation, key's equation) over the same symbols, by relations used on either side.

    stated: relations that the answer itself gives.
    """
    if have == wanted:
        yield other, key
        return
    if (wanted < have and not have - wanted <= CONSTANTS and have - wanted <= _TOO_MANY) or (
        have < wanted and wanted - have <= _NEEDED
    ):
        yield other, key
    yield from _bridged((other, have), (key, wanted), stated, _DEPTH)


def _bridged(
    mine: tuple[Equation, set[str]], theirs: tuple[Equation, set[str]], stated: tuple[Relation, ...], depth: int
) -> Iterator[tuple[Equation, Equation]]:
    (other, have), (key, wanted) = mine, theirs
    if have == wanted or (wanted < have and have - wanted <= CONSTANTS):  # the constant may cancel
        yield other, key
    if have == wanted:
        return
    odd = have ^ wanted
    if depth == 0 or len(odd) > 7:
        return
    for symbol, tree, inner in (*stated, *_within(odd, stated), *_known()[0], *_indexed(frozenset(odd))):
        if symbol in have - wanted and _leads(inner, have, wanted):
            yield from _bridged((_put(other, symbol, tree), (have - {symbol}) | inner), theirs, stated, depth - 1)
        if symbol in wanted - have and _leads(inner, wanted, have):
            yield from _bridged(mine, (_put(key, symbol, tree), (wanted - {symbol}) | inner), stated, depth - 1)


def _leads(inner: frozenset[str], side: set[str], across: set[str]) -> bool:
    """Whether a substitution brings a side nearer to the other one."""
    return inner <= across or (
        bool(inner & (across - side)) and (not inner & (side - across) or inner <= across | side)
    )


def _put(equation: Equation, symbol: str, tree: Tree) -> Equation:
    return substitute(equation[0], symbol, tree), substitute(equation[1], symbol, tree)


def _within(odd: set[str], stated: tuple[Relation, ...]) -> list[Relation]:
    """div[D] by D = eps*E: relations carried into operators."""
    out: list[Relation] = []
    for atom in odd:
        if inverse := _INVERSE.fullmatch(atom):  # dk/dω is one over dω/dk
            name = f"D[{inverse['below']}|{inverse['above']}]"
            out.append((atom, ("pow", ("sym", name), ("num", -1.0)), frozenset([name])))
        for core in core_of(atom):
            for symbol, tree, _ in (*stated, *_known()[1]):
                if symbol == core:
                    new = substitute(("sym", atom), core, tree)
                    out.append((atom, new, frozenset(symbols(new))))
    return out


@lru_cache(maxsize=512)
def _indexed(names: frozenset[str]) -> tuple[Relation, ...]:
    """omega_0 = 2 pi f_0 and the like, for the indices that occur; C_l is C/l."""
    out: list[Relation] = []
    for sub in {n.partition("_")[2] for n in names if "[" not in n} - {""}:
        for symbol, factor, other in (("ω", 2 * math.pi, "f"), ("f", 1 / (2 * math.pi), "ω")):
            tree: Tree = ("mul", (("num", factor), ("sym", f"{other}_{sub}")))
            out.append((f"{symbol}_{sub}", tree, frozenset({f"{other}_{sub}"})))
    for base in ("C", "L", "R", "G"):
        if f"{base}_l" in names:
            quotient: Tree = ("mul", (("sym", base), ("pow", ("sym", "l"), ("num", -1.0))))
            out.append((f"{base}_l", quotient, frozenset({base, "l"})))
    return tuple(out)

"""Bringing two equations to the same symbols: known relations, letters of the same meaning, definitions."""

import math
import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import permutations

from tutorsmith.evaluation.metrics.concepts import tokens_of
from tutorsmith.evaluation.metrics.formula_lexer import FormulaError, lex
from tutorsmith.evaluation.metrics.formula_parser import parse_sides
from tutorsmith.evaluation.metrics.formula_tree import Tree, rename, substitute, symbols
from tutorsmith.evaluation.metrics.scope import scopes
from tutorsmith.evaluation.metrics.tables import lines, pairs, pattern, words

_MEANINGS = {letter: frozenset(meant.split("+")) for letter, meant in pairs("meanings").items()}
_SAME = tuple(frozenset(group.split("~")) for group in words("same"))
_IGNORED_SUBSCRIPTS = frozenset(words("ignored_subscripts"))


_CONSTANTS = {"ε_0", "μ_0", "ε", "μ", "c", "N", "ε_r", "μ_r"}  # one of these too many is an error, not another formula


def variants(
    other: tuple[Tree, Tree], have: set[str], wanted: set[str], answer: str
) -> Iterator[tuple[tuple[Tree, Tree], set[str]]]:
    """The answer's equation as written, then with symbols renamed to the key point's where that is warranted."""
    swapped = _redefined(answer, have & wanted)
    if swapped:
        yield (rename(other[0], swapped), rename(other[1], swapped)), {swapped.get(n, n) for n in have}
        return
    yield other, have
    extra, lacking = sorted(have - wanted), sorted(wanted - have)
    if not extra or not lacking or len(extra) > 4 or len(lacking) > 4:
        return
    count = 0
    for size in range(min(len(extra), len(lacking)), 0, -1):
        for chosen in permutations(lacking, size):
            for ones in permutations(extra, size):
                if list(ones) != sorted(ones):
                    continue
                if all(_may_stand_for(a, k, answer) for a, k in zip(ones, chosen, strict=True)):
                    names = dict(zip(ones, chosen, strict=True))
                    yield (rename(other[0], names), rename(other[1], names)), {names.get(n, n) for n in have}
                    count += 1
                    if count >= 6:
                        return


def _may_stand_for(written: str, wanted: str, answer: str) -> bool:
    if "[" in written or "[" in wanted:
        return _atom_shape(written) == _atom_shape(wanted) and _may_stand_for(
            _atom_core(written), _atom_core(wanted), answer
        )
    base, _, sub = written.partition("_")
    key_base, _, key_sub = wanted.partition("_")
    if sub != key_sub and (sub not in _IGNORED_SUBSCRIPTS | {""} or key_sub not in _IGNORED_SUBSCRIPTS | {""}):
        defined = _definitions(answer).get(written)
        return bool(defined and defined & _MEANINGS.get(key_base, frozenset()))
    if base == key_base:
        return True
    defined = _definitions(answer).get(written)
    meaning = _MEANINGS.get(key_base, frozenset())
    if defined:
        return bool(defined & meaning) or not meaning
    return {base, key_base} in _SAME


def _atom_shape(name: str) -> str:
    return re.sub(r"(?<=\[)[A-Za-zΑ-Ωα-ωℰ]+(?:_\w+)?(?=[|\]])|(?<=\|)[A-Za-zΑ-Ωα-ωℰ]+(?:_\w+)?(?=\|)", "?", name)


def _atom_core(name: str) -> str:
    found = re.search(r"(?<=\[)[A-Za-zΑ-Ωα-ωℰ]+(?:_\w+)?(?=[|\]])|(?<=\|)[A-Za-zΑ-Ωα-ωℰ]+(?:_\w+)?(?=\|)", name)
    return found.group() if found else name


@lru_cache(maxsize=64)
def _definitions(answer: str) -> dict[str, frozenset[str]]:
    """Letters that the text gives a meaning: "where S is the plate area", "其中 S 为极板面积"."""
    prose = scopes(answer).prose
    tokens = tokens_of(answer)
    out: dict[str, frozenset[str]] = {}
    for found in list(pattern("defined").finditer(prose))[:80]:
        stop = re.compile(r"[,;.。;]|\band\b|\n").search(prose, found.end())
        end = min(stop.start() if stop else len(prose), found.end() + 50)
        meant = frozenset(t.concept for t in tokens if found.end() <= t.start < end)
        if not meant:
            continue
        try:
            lexed = lex(found.group(1))
        except FormulaError:
            continue
        if len(lexed) == 1 and lexed[0].kind == "id":
            out.setdefault(lexed[0].text, meant)
    return out


def _redefined(answer: str, shared: set[str]) -> dict[str, str]:
    """Letters of the key point that the answer uses in each other's meaning ("A is the separation and d the area")."""
    defined = _definitions(answer)
    out = {}
    for name in shared:
        base = name.split("_")[0]
        meanings = {m for ms in _MEANINGS.values() for m in ms}
        given = defined.get(name, frozenset()) & meanings
        if given and not given & _MEANINGS.get(base, frozenset()):
            target = next(
                (o for o in shared if o != name and given & _MEANINGS.get(o.split("_")[0], frozenset())), None
            )
            if target:
                out[name] = target
    return out if set(out) == set(out.values()) else {}


@lru_cache(maxsize=1)
def _bridges() -> tuple[tuple[str, Tree, frozenset[str]], ...]:
    out = []
    for line in lines("bridges"):
        name, text = line.split(" -> ")
        symbol = name if "[" in name else next(iter(symbols(parse_sides(f"{name}=1")[0][0])))
        tree: Tree = ("sym", text) if "[" in text else parse_sides(f"x={text}")[0][1]
        out.append((symbol, tree, frozenset(symbols(tree))))
    return tuple(out)


def bridge(
    other: tuple[Tree, Tree], have: set[str], key: tuple[Tree, Tree], wanted: set[str], depth: int = 3
) -> Iterator[tuple[tuple[Tree, Tree], tuple[Tree, Tree]]]:
    """Pairs (answer's equation, key's equation) over the same symbols, by known relations used on either side."""
    if have == wanted:
        yield other, key
        return
    if wanted < have and have - wanted <= _CONSTANTS and depth == 3:
        yield other, key
    if depth == 0 or len(have ^ wanted) > 6:
        return
    for symbol, tree, inner in (*_bridges(), *_indexed(frozenset(have ^ wanted))):
        for mine, theirs in ((have, wanted), (wanted, have)):
            if (
                symbol not in mine
                or symbol in theirs
                or not (inner <= theirs or inner & (theirs - mine))
                or (inner & mine - theirs and not inner <= theirs | mine)
            ):
                continue
            if mine is have:
                new = (substitute(other[0], symbol, tree), substitute(other[1], symbol, tree))
                yield from bridge(new, (have - {symbol}) | inner, key, wanted, depth - 1)
            else:
                new = (substitute(key[0], symbol, tree), substitute(key[1], symbol, tree))
                yield from bridge(other, have, new, (wanted - {symbol}) | inner, depth - 1)


@lru_cache(maxsize=512)
def _indexed(names: frozenset[str]) -> tuple[tuple[str, Tree, frozenset[str]], ...]:
    """omega_0 = 2 pi f_0 and the like, for the indices that occur."""
    out = []
    for sub in {n.partition("_")[2] for n in names} - {""}:
        for symbol, factor, other in (("ω", 2 * math.pi, "f"), ("f", 1 / (2 * math.pi), "ω")):
            tree: Tree = ("mul", (("num", factor), ("sym", f"{other}_{sub}")))
            out.append((f"{symbol}_{sub}", tree, frozenset({f"{other}_{sub}"})))
    return tuple(out)

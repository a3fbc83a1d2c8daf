"""Does the answer state this formula, in any algebraic form? Trees are compared by probing at random points.

A key formula L = R defines a surface; the answer's formula states the same when it vanishes on the surface and not elsewhere.
So a formula solved for another variable is the same, and one with another sign, factor or exponent is not. Symbols that only
one side has are bridged by known relations (k = 1/(4 pi eps0), omega = 2 pi f, ...) or by what the answer says they mean.
"""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import permutations

from tutorsmith.evaluation.metrics.formula_lexer import FormulaError
from tutorsmith.evaluation.metrics.formula_parser import Tree, parse_sides, symbols, text_of, value
from tutorsmith.evaluation.metrics.formula_regions import Candidate, candidates
from tutorsmith.evaluation.metrics.phrases import tokens_of
from tutorsmith.evaluation.metrics.scope import scopes

_POINTS = 3
_TOLERANCE = 1e-7
_NUMERIC_TOLERANCE = 0.012  # of a number that stands for a constant, such as 9e9 for k
_BRIDGES = (
    ("k", "1/(4*pi*eps_0)"), ("k_e", "1/(4*pi*eps_0)"), ("K", "1/(4*pi*eps_0)"), ("omega", "2*pi*f"), ("omega", "2*pi/T"), ("f", "1/T"), ("f", "omega/(2*pi)"),
    ("c", "1/sqrt(mu_0*eps_0)"), ("eta_0", "sqrt(mu_0/eps_0)"), ("Z_0", "sqrt(mu_0/eps_0)"), ("eta", "sqrt(mu/eps)"), ("eps", "eps_0*eps_r"), ("mu", "mu_0*mu_r"),
    ("eps", "eps_0*κ"), ("lambda", "c/f"), ("lambda", "v/f"), ("k", "2*pi/lambda"), ("beta", "2*pi/lambda"), ("k", "omega*sqrt(mu*eps)"), ("beta", "omega*sqrt(mu*eps)"),
    ("v", "1/sqrt(mu*eps)"), ("lambda", "2*pi/k"), ("mu", "mu_0"), ("eps", "eps_0"), ("k", "omega/c"), ("G", "1/R"), ("D[Φ|t]", "D[int[|B|dS]|t]"), ("Φ", "int[|B|dS]"), ("ℰ", "int[o|E|dl]"),
    ("Q", "int[|ρ|dV]"), ("I", "int[|J|dS]"), ("D", "eps*E"), ("eta_0", "120*pi"), ("W", "U"), ("Y", "1/Z"), ("c", "lambda*f"),
)  # fmt: skip
# What letters commonly mean, by the concepts of the lexicon; the same meaning lets one letter stand for another.
_MEANINGS = {
    "A": "area", "S": "area", "d": "distance", "r": "distance", "R": "resistance distance", "h": "distance length", "s": "distance", "x": "distance", "a": "distance length", "l": "length distance", "L": "inductance length",
    "Q": "charge", "q": "charge", "V": "voltage potential volume", "U": "voltage potential energy", "φ": "potential phase", "Φ": "magflux potential", "C": "capacitance", "I": "current", "i": "current", "v": "velocity phasev",
    "u": "velocity", "c": "lightspeed velocity", "f": "frequency", "ν": "frequency", "T": "period", "λ": "wavelength", "ε": "permittivity", "μ": "permeability", "σ": "conductivity", "κ": "conductivity", "γ": "conductivity",
    "δ": "skindepth", "E": "efield energy", "B": "bfield", "H": "bfield", "D": "dfield", "F": "force", "P": "power", "W": "energy work", "w": "energy", "Z": "impedance", "S_": "poynting", "ℰ": "emf", "t": "time", "b": "length distance",
    "m": "", "N": "",
}  # fmt: skip
_SAME = ({"A", "S"}, {"V", "U"}, {"Q", "q"}, {"l", "L"}, {"V", "φ"}, {"v", "u"}, {"W", "U"}, {"W", "E"}, {"I", "i"}, {"U", "u"}, {"f", "ν"}, {"Φ", "φ"}, {"ℰ", "ε"}, {"ℰ", "E"}, {"ℰ", "e"}, {"Φ", "Ψ"}, {"J", "j"}, {"C", "c_"}, {"Γ", "ρ"}, {"Γ", "r"}, {"V", "v"}, {"r", "R"}, {"θ", "φ"}, {"κ", "ε_r"}, {"W", "w"})  # fmt: skip
_CONSTANTS = {"ε_0", "μ_0", "ε", "μ", "c", "N", "ε_r", "μ_r"}  # one of these too many is an error, not another formula
_IGNORED_SUBSCRIPTS = {
    "enc",
    "in",
    "ind",
    "inside",
    "tot",
    "total",
    "net",
    "ext",
    "emf",
    "cond",
    "f",
    "free",
    "encl",
    "int",
    "s",
    "c",
    "B",
    "E",
    "m",
    "e",
    "d",
    "0",
    "v",
    "V",
    "p",
    "eff",
    "L",
    "C",
    "g",
    "ph",
}
_DEFINED = re.compile(
    r"(?:where|here|with|let|and|,|其中|式中|设|令|记|这里)?[\s,$]*(\\?[A-Za-zα-ωΑ-Ω]+(?:_\{?\w+\}?)?)[\s$*`]*(?:is|denotes|denote|stands for|represents|means|for|be|:|为|是|表示|代表|指)\s+?(?=\S)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class FormulaKey:
    """A key formula, parsed; `readings` as for a candidate."""

    text: str
    readings: tuple[tuple[Tree, Tree, str], ...]


@dataclass(frozen=True, slots=True)
class FormulaVerdict:
    """`state`: "covered", "contradicted", "missing" or "undecidable"."""

    state: str
    start: int = 0
    end: int = 0
    rule: str = ""


@lru_cache(maxsize=4096)
def formula_key(text: str) -> FormulaKey:
    """Parse a key formula. Raises: FormulaError when it is none."""
    readings: list[tuple[Tree, Tree, str]] = []
    for loose in (False, True):
        if loose and "/" not in text:
            continue
        try:
            sides, signs = parse_sides(text, loose)
        except RecursionError as error:
            raise FormulaError("the formula is nested too deeply") from error
        if len(sides) < 2:
            raise FormulaError("the formula has no '=' sign")
        if any(s == "≠" for s in signs):
            raise FormulaError("a key formula states what holds; put what does not hold under must_not")
        reading = (sides[0], sides[-1], next((s for s in signs if s != "="), "="))
        if reading not in readings:
            readings.append(reading)
    return FormulaKey(text, tuple(readings))


def judge_formula(key: FormulaKey, answer: str) -> FormulaVerdict:
    """Whether the answer states the formula, a wrong version of it, or neither."""
    found, too_many = candidates(answer)
    scope = scopes(answer)
    good = wrong = unsaid = None
    for candidate in found:
        state = compare(key, candidate, answer)
        if state == "other":
            continue
        denied = scope.negated(candidate.start) % 2 == 1
        reason = scope.discount(candidate.start)
        if reason or scope.conditional(candidate.start):
            unsaid = (
                FormulaVerdict("missing", candidate.start, candidate.end, f"stated only as {reason or 'a condition'}")
                if state == "same"
                else unsaid
            )
        elif state == "same" and not denied:
            good = FormulaVerdict("covered", candidate.start, candidate.end, "algebraically equal")
        elif state == "same":
            wrong = FormulaVerdict("contradicted", candidate.start, candidate.end, "the formula is denied")
        elif not denied:
            wrong = FormulaVerdict("contradicted", candidate.start, candidate.end, state)
    if good and wrong and wrong.start > good.end and wrong.rule != "the formula is denied" and not is_trivial(key):
        return wrong
    verdict = good or wrong or unsaid
    if verdict is None and too_many:
        return FormulaVerdict("undecidable", rule="more formulas than are compared")
    return verdict or FormulaVerdict("missing", rule="no formula of the answer says it")


def is_trivial(key: FormulaKey) -> bool:
    """A symbol and a number, such as E = 0, which says little without the words around it."""
    left, right, _ = key.readings[0]
    return len(symbols(left) | symbols(right)) < 2


def compare(key: FormulaKey, candidate: Candidate, answer: str) -> str:
    """ "same", "other", or how a formula of the same quantities is wrong."""
    best = "other"
    for sides, signs in candidate.readings:
        pairs = [(sides[i], sides[i + 1], signs[i]) for i in range(len(signs))]
        if len(signs) > 1:
            pairs.append((sides[0], sides[-1], next((s for s in signs if s not in "=≈"), "=")))
            pairs += [(sides[0], sides[i], "=") for i in range(2, len(signs)) if all(s in "=≈" for s in signs[:i])]
        for reading in key.readings:
            for pair in pairs[:10]:
                state = _compare_pair(reading, pair, answer)
                if state == "same":
                    return "same"
                if state != "other":
                    best = state
    return best


def _compare_pair(key: tuple[Tree, Tree, str], pair: tuple[Tree, Tree, str], answer: str) -> str:
    left, right, sign = pair
    if sign == "≠":
        return "the formula is denied" if _equation(key[:2], (left, right), answer) == "same" else "other"
    if key[2] == "∝":
        return _proportional(key[:2], pair)
    if (key[2] in "<>≤≥") != (sign in "<>≤≥") or sign == "∝":
        return "other"
    if sign in "<>≤≥":
        return _inequality(key, pair)
    return _equation(key[:2], (left, right), answer)


def _equation(key: tuple[Tree, Tree], other: tuple[Tree, Tree], answer: str) -> str:
    wanted = symbols(key[0]) | symbols(key[1])
    have = symbols(other[0]) | symbols(other[1])
    wrong = "other"
    for tree, names in _variants(other, have, wanted, answer):
        bridged = _bridge(tree, names, key, wanted)
        for mine, theirs in bridged:
            state = _probe(theirs, mine)
            if state == "same":
                return "same"
            if state != "other":
                wrong = state
    return wrong


def _variants(
    other: tuple[Tree, Tree], have: set[str], wanted: set[str], answer: str
) -> Iterator[tuple[tuple[Tree, Tree], set[str]]]:
    """The answer's equation as written, then with symbols renamed to the key point's where that is warranted."""
    swapped = _redefined(answer, have & wanted)
    if swapped:
        yield (_rename(other[0], swapped), _rename(other[1], swapped)), {swapped.get(n, n) for n in have}
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
                    yield (_rename(other[0], names), _rename(other[1], names)), {names.get(n, n) for n in have}
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
        return bool(defined and defined & set(_MEANINGS.get(key_base, "").split()))
    if base == key_base:
        return True
    defined = _definitions(answer).get(written)
    meaning = set(_MEANINGS.get(key_base, "").split())
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
    from tutorsmith.evaluation.metrics.formula_lexer import lex

    prose = scopes(answer).prose
    tokens = tokens_of(answer)
    out: dict[str, frozenset[str]] = {}
    for found in list(_DEFINED.finditer(prose))[:80]:
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
        meanings = {m for ms in _MEANINGS.values() for m in ms.split()}
        given = defined.get(name, frozenset()) & meanings
        if given and not given & set(_MEANINGS.get(base, "").split()):
            target = next(
                (o for o in shared if o != name and given & set(_MEANINGS.get(o.split("_")[0], "").split())), None
            )
            if target:
                out[name] = target
    return out if set(out) == set(out.values()) else {}


def _rename(tree: Tree, names: dict[str, str]) -> Tree:
    kind = tree[0]
    if kind == "sym":
        return ("sym", names.get(tree[1], tree[1]))
    if kind in ("add", "mul"):
        return (kind, tuple(_rename(t, names) for t in tree[1]))
    if kind == "pow":
        return ("pow", _rename(tree[1], names), _rename(tree[2], names))
    return ("fn", tree[1], _rename(tree[2], names)) if kind == "fn" else tree


def _substitute(tree: Tree, name: str, by: Tree) -> Tree:
    kind = tree[0]
    if kind == "sym":
        return by if tree[1] == name else tree
    if kind in ("add", "mul"):
        return (kind, tuple(_substitute(t, name, by) for t in tree[1]))
    if kind == "pow":
        return ("pow", _substitute(tree[1], name, by), _substitute(tree[2], name, by))
    return ("fn", tree[1], _substitute(tree[2], name, by)) if kind == "fn" else tree


@lru_cache(maxsize=1)
def _bridges() -> tuple[tuple[str, Tree, frozenset[str]], ...]:
    out = []
    for name, text in _BRIDGES:
        symbol = name if "[" in name else next(iter(symbols(parse_sides(f"{name}=1")[0][0])))
        tree: Tree = ("sym", text) if "[" in text else parse_sides(f"x={text}")[0][1]
        out.append((symbol, tree, frozenset(symbols(tree))))
    return tuple(out)


def _bridge(
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
    for symbol, tree, inner in _bridges():
        for mine, theirs in ((have, wanted), (wanted, have)):
            if (
                symbol not in mine
                or symbol in theirs
                or not (inner <= theirs or inner & (theirs - mine))
                or inner & mine - theirs
                and not inner <= theirs | mine
            ):
                continue
            if mine is have:
                new = (_substitute(other[0], symbol, tree), _substitute(other[1], symbol, tree))
                yield from _bridge(new, (have - {symbol}) | inner, key, wanted, depth - 1)
            else:
                new = (_substitute(key[0], symbol, tree), _substitute(key[1], symbol, tree))
                yield from _bridge(other, have, new, (wanted - {symbol}) | inner, depth - 1)


def _points(names: frozenset[str]) -> list[dict[str, complex]]:
    """Fixed random points, so that a verdict never changes."""
    out = []
    for seed in range(_POINTS):
        generator = random.Random(f"{seed}-{sorted(names)}")
        point = {name: complex(generator.uniform(0.4, 1.9)) for name in sorted(names)}
        if "j" in names:
            point["j"] = 1j
        out.append(point)
    return out


def _residual(sides: tuple[Tree, Tree], at: dict[str, complex]) -> tuple[complex, float]:
    left, right = value(sides[0], at), value(sides[1], at)
    return left - right, abs(left) + abs(right)


def _probe(key: tuple[Tree, Tree], other: tuple[Tree, Tree]) -> str:
    wanted = symbols(key[0]) | symbols(key[1])
    if not wanted:
        return "other"
    names = wanted | symbols(other[0]) | symbols(other[1])
    if names != wanted and not _same_side(key, other):
        return "other"
    variable = _solvable(key)
    same = 0
    ratios: list[complex] = []
    try:
        for point in _points(frozenset(names)):
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
    if same == _POINTS:
        return "same"
    return _how_wrong(ratios)


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
    """The symbol to solve for: one that stands alone on a side, else the first."""
    for side, across in (key, key[::-1]):
        if side[0] == "sym" and side[1] not in symbols(across) and side[1] not in ("j",):
            return str(side[1])
    return min(s for s in symbols(key[0]) | symbols(key[1]) if s != "j" or len(symbols(key[0]) | symbols(key[1])) == 1)


def _solve(sides: tuple[Tree, Tree], variable: str, point: dict[str, complex]) -> complex | None:
    """The value of one symbol that makes the sides equal: by substitution, linearity, or secant steps."""
    for side, across in (sides, sides[::-1]):
        if side == ("sym", variable) and variable not in symbols(across):
            return value(across, point)

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


def _proportional(key: tuple[Tree, Tree], pair: tuple[Tree, Tree, str]) -> str:
    """E ∝ 1/r²: the answer's own side, divided by the key's, does not depend on the key's symbols."""
    left, right, sign = pair
    if left[0] != "sym" or left != key[0] or sign not in "=≈∝":
        return "other"
    names = symbols(key[1])
    every = frozenset(symbols(right) | names)
    if not names <= symbols(right):
        return "other"
    points = _points(every)
    try:
        ratios = [value(right, {**points[0], **{n: p[n] for n in names}}) / value(key[1], p) for p in points]
    except (ArithmeticError, ValueError, KeyError):
        return "other"
    if all(abs(r - ratios[0]) < 1e-7 * abs(ratios[0]) for r in ratios):
        return "same"
    return "the dependence is another"


def _inequality(key: tuple[Tree, Tree, str], pair: tuple[Tree, Tree, str]) -> str:
    names = symbols(key[0]) | symbols(key[1])
    if names != symbols(pair[0]) | symbols(pair[1]) or not names:
        return "other"
    up = 1 if key[2] in ">≥" else -1
    up_other = 1 if pair[2] in ">≥" else -1
    try:
        ratios = [
            _residual(key[:2], p)[0] * up / (_residual(pair[:2], p)[0] * up_other) for p in _points(frozenset(names))
        ]
    except (ArithmeticError, ValueError, KeyError):
        return "other"
    if any(abs(r - ratios[0]) > 1e-7 * abs(ratios[0]) for r in ratios):
        return "other"
    return "same" if ratios[0].real > 0 else "the inequality is turned round"


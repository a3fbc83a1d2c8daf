"""Does the answer state this formula, in any algebraic form? Trees are compared by probing at random points.

A key formula L = R defines a surface; the answer's formula states the same when it vanishes on the surface and not
elsewhere. So a formula solved for another variable is the same, and one with another sign, factor or exponent is
not. Symbols that only one side has are bridged by known relations (k = 1/(4 pi eps0), omega = 2 pi f, ...) or by
what the answer says they mean.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from tutorsmith.evaluation.metrics.formula_bridges import bridge, variants
from tutorsmith.evaluation.metrics.formula_lexer import FUNCTIONS, GREEK, FormulaError
from tutorsmith.evaluation.metrics.formula_parser import parse_sides
from tutorsmith.evaluation.metrics.formula_probe import inequality, much_less, probe, proportional
from tutorsmith.evaluation.metrics.formula_regions import Candidate, candidates, readings_of, stated
from tutorsmith.evaluation.metrics.formula_tree import Tree, core_of, symbols, text_of
from tutorsmith.evaluation.metrics.scope import Scopes, scopes
from tutorsmith.evaluation.metrics.tables import pattern

_FARTHEST = 9  # symbols that two formulas do not share, at most, to be compared


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
    below = [m.group(1) for m in re.finditer(r"/\s?([A-Za-z]{2,})", text)]
    bound = any(w not in FUNCTIONS and w not in GREEK for w in below)  # Q/AB is meant as Q/(AB)
    for way in readings_of(text):
        if bound and not way.loose:
            continue
        try:
            sides, signs = parse_sides(text, way)
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
        denied = _is_denied(candidate, scope)
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


def _is_denied(candidate: Candidate, scope: Scopes) -> bool:
    """Whether a formula is denied; "no reflection when F" denies the reflection."""
    if scope.negated(candidate.start) % 2 == 0:
        return False
    reaching = [n for n in scope.negations if n.end <= candidate.start < n.until]
    between = [scope.prose[n.end : candidate.start] for n in reaching]
    return not all(n.absence for n in reaching) or not all(
        pattern("no_denial").search(b) and not pattern("denies_holding").search(b) for b in between
    )


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
                state = _compare_pair(reading, pair, answer, candidate.start)
                if state == "same":
                    return "same"
                if state != "other":
                    best = state
    return best


def _compare_pair(key: tuple[Tree, Tree, str], pair: tuple[Tree, Tree, str], answer: str, start: int) -> str:
    left, right, sign = pair
    if sign == "≠":
        return "the formula is denied" if _equation(key[:2], (left, right), answer, start) == "same" else "other"
    if key[2] == "∝":
        return _proportional(key, pair, answer)
    if key[2] in "≪≫" or sign in "≪≫":
        return much_less(key, pair) if key[2] in "≪≫" and sign in "≪≫" else "other"
    if (key[2] in "<>≤≥") != (sign in "<>≤≥") or sign == "∝":
        return "other"
    if sign in "<>≤≥":
        return inequality(key, pair)
    return _equation(key[:2], (left, right), answer, start)


def _proportional(key: tuple[Tree, Tree, str], pair: tuple[Tree, Tree, str], answer: str) -> str:
    wanted, have = symbols(key[0]) | symbols(key[1]), symbols(pair[0]) | symbols(pair[1])
    states = [
        proportional(key[:2], (*sides, pair[2])) for sides, _, sure in variants(pair[:2], have, wanted, answer) if sure
    ]
    return "same" if "same" in states else next((s for s in states if s != "other"), "other")


def _equation(key: tuple[Tree, Tree], other: tuple[Tree, Tree], answer: str, start: int) -> str:
    wanted = symbols(key[0]) | symbols(key[1])
    have = symbols(other[0]) | symbols(other[1])
    if "j" in have - wanted and any(f"{f}(" in text_of(t) for t in other for f in ("exp", "Re", "Im")):
        have.discard("j")  # the imaginary unit is no quantity
    if len(have ^ wanted) > _FARTHEST:
        return "other"
    relations = tuple(
        (s.symbol, s.tree, s.inner)
        for s in stated(answer)
        if s.start != start and s.symbol in have ^ wanted | _cores(have ^ wanted)
    )
    wrong = "other"
    for tree, names, sure in variants(other, have, wanted, answer):
        for mine, theirs in bridge(tree, names, key, wanted, relations):
            state = probe(theirs, mine)
            if state == "same":
                return "same"
            if state != "other" and sure:
                wrong = state
    return wrong


def _cores(names: set[str]) -> set[str]:
    return set().union(*(core_of(n) for n in names)) if names else set()

"""Why clauses that hold the concepts of a key point do not assert it: denial, rivals, trend, order, direction."""

import re
from itertools import pairwise

from tutorsmith.evaluation.metrics.concepts import PhraseKey, Token, agree, credit_of
from tutorsmith.evaluation.metrics.lexicon import lexicon
from tutorsmith.evaluation.metrics.phrase_order import direction, order, role, trend
from tutorsmith.evaluation.metrics.scope import Negation, Scopes, scopes
from tutorsmith.evaluation.metrics.tables import pattern

_POWERS = frozenset({"square", "cube", "root"})


_EXPONENT = re.compile(r"\s?(?:\^|\*\*)\s?\{?\s?-?\d|[²³]")
_NEAR = 40  # characters between a thing and the verb that takes it out
_TOO = re.compile(r"\b(?:too|overly|excessively|unnecessarily)\s\w*$|(?:太|过于|过分|过|有点)$", re.IGNORECASE)
_TOO_MUCH = re.compile(r"\b(?:too|overly|excessively|unnecessarily)\b|太|过于|过分", re.IGNORECASE)
_TOO_FAR = 14  # characters before what is too much
_BESIDE = 30  # characters between a law and its power
_STATES = frozenset(  # predicates that are said of one quantity
    {"zero", "vary", "up", "down", "infinite", "maximum", "minimum", "continuous", "negligible", "conserve", "equal"}
)


def conflict(key: PhraseKey, pairs: list[tuple[Token, Token]], inside: list[Token], scope: Scopes) -> str:
    """Why the clauses say the opposite ("": they do not; "else": they speak of something else)."""
    if _denied(key, pairs, inside, scope):
        return "denied"
    if _of_another(key, pairs, inside, scope) or _bound_elsewhere(key, pairs, inside):
        return "else"
    if rival := _rival(key, pairs, inside, scope):
        return "an opposite is said" if rival.predicate else "else"
    words = scope.prose[inside[0].start : inside[-1].end + 12]
    if _is_number(key, pairs, words):
        return "another value is said"
    if _another_power(key, pairs, inside, scope):
        return "another power is said"
    if any(role(key.text, k) * role(scope.prose, a) < 0 for k, a in pairs if a.negation is None):
        return "else"
    return trend(key, inside, words) or order(key, pairs, inside, scope) or direction(key, pairs, inside, scope)


def _denied(key: PhraseKey, pairs: list[tuple[Token, Token]], inside: list[Token], scope: Scopes) -> bool:
    """A verb is denied that the key point affirms, or the other way; or a thing is; or there is no need of it."""
    absent = [a.negation for _, a in pairs if a.negation is not None]
    absent += [n for _, a in pairs if a.concept == "missing" for n in scope.negations if n.start == a.start]
    predicates = [p for p in pairs if p[0].predicate or p[0].verb]
    told = contrasted(key, pairs)
    for wanted, token in predicates or _telling(key, pairs):
        if agree(wanted, token) or wanted.concept in ("up", "down") or _reached(token, absent):
            continue
        if (told and not wanted.polarity) or _criticised(key, wanted, token, scope):
            continue
        if carries_denial(key, pairs, wanted, token, inside):
            continue
        if not _second_denied(key, wanted, predicates) and not (token.polarity and _taken_out(token, inside)):
            return True
    for wanted, token in pairs:
        if carries_denial(key, pairs, wanted, token, inside):
            continue
        if not wanted.verb and wanted.polarity > token.polarity and _thing_denied(token, absent, pairs, inside, scope):
            return True
    return _needless(key, inside)


def _rival(key: PhraseKey, pairs: list[tuple[Token, Token]], inside: list[Token], scope: Scopes) -> Token | None:
    """The concept of the key point in whose place the clauses have one that excludes it."""
    siblings = lexicon().siblings
    matched = {id(a) for _, a in pairs}
    names = {k.concept for k in key.tokens}
    for wanted in key.tokens:
        rivals = siblings.get(wanted.concept, frozenset()) - names
        own = next((a for k, a in pairs if k is wanted), None)
        present = [
            t
            for t in inside
            if t.concept in rivals
            and t.polarity
            and id(t) not in matched
            and not (own is not None and _nought(key, t, inside))
        ]
        if present and (own is None or _nearer(present, own, pairs, scope)):
            return wanted
    return None


def contrasted(key: PhraseKey, pairs: list[tuple[Token, Token]]) -> bool:
    """Of "B rather than A", B is affirmed; what is said of A is then no matter."""
    return bool(pattern("rather").search(key.text)) and any(
        k.verb and k.polarity and agree(k, a) and not k.loose for k, a in pairs
    )


def _criticised(key: PhraseKey, wanted: Token, token: Token, scope: Scopes) -> bool:
    """ "The title is too vague" says that it should not be vague."""
    return (
        not agree(wanted, token)
        and _TOO.search(scope.prose, max(0, token.start - _TOO_FAR), token.start) is not None
        and _TOO_MUCH.search(key.text) is None
    )


def is_light(token: Token) -> bool:
    """A verb of having, being or belonging, which says little by itself."""
    return "^" in token.flags or token.concept in ("belong", "include")


def carries_denial(
    key: PhraseKey, pairs: list[tuple[Token, Token]], wanted: Token, token: Token, inside: list[Token]
) -> bool:
    """ "Keep the results free of interpretation", for "interpretation does not belong in the results": the light verb
    that the key point denies is not there, and what it is said of is denied or taken out instead."""
    own = {id(k) for k, _ in pairs}
    light = any(is_light(k) and not k.polarity and id(k) not in own for k in key.tokens)
    return light and wanted.polarity and (not token.polarity or _taken_out(token, inside))


def _second_denied(key: PhraseKey, wanted: Token, predicates: list[tuple[Token, Token]]) -> bool:
    """Of what one negation of the key point denies, the first verb decides ("not contain citations")."""
    denied = scopes(key.text).negated
    return denied(wanted.start) % 2 == 1 and any(
        k.start < wanted.start and denied(k.start) % 2 == 1 and agree(k, a) for k, a in predicates
    )


def _taken_out(token: Token, inside: list[Token]) -> bool:
    """ "Delete the citations" says that there should be none."""
    if token.concept in ("remove", "replace"):
        return False
    return any(t.concept == "remove" and t.polarity and abs(t.start - token.start) <= _NEAR for t in inside)


def _nought(key: PhraseKey, rival: Token, inside: list[Token]) -> bool:
    """ "The tangential component is zero" speaks for the normal one."""
    if any(k.concept in ("zero", "negligible") for k in key.tokens):
        return False
    after = next((t for t in inside if t.start >= rival.end and t.verb and not t.loose), None)
    return not rival.verb and after is not None and after.concept in ("zero", "negligible") and after.polarity


def _thing_denied(
    token: Token, absent: list[Negation], pairs: list[tuple[Token, Token]], inside: list[Token], scope: Scopes
) -> bool:
    """ "Not in the field", "without a load": the thing itself is denied, and nowhere affirmed."""
    if _reached(token, absent) or any(t.concept == token.concept and t.polarity for t in inside):
        return False
    for n in scope.negations:
        if n.start < n.end <= token.start < n.until:
            return not any((k.verb or not k.polarity) and n.start <= a.start < n.until for k, a in pairs)
    return False


def _needless(key: PhraseKey, inside: list[Token]) -> bool:
    """ "There is no need to", of what the key point asks for."""
    if any(t.concept == "necessary" and not t.polarity for t in key.tokens):
        return False
    return any(t.concept == "necessary" and not t.polarity and not t.loose for t in inside)


def _of_another(key: PhraseKey, pairs: list[tuple[Token, Token]], inside: list[Token], scope: Scopes) -> bool:
    """The predicate stands in a clause with a quantity of its own, and the key point's quantity in another clause."""
    topics = [k for k in key.tokens if "=" in k.flags]
    known = {k.concept for k in key.tokens} | {a.concept for _, a in pairs}
    if not topics:
        return False
    for wanted, token in pairs:
        if wanted.concept not in _STATES or token.implied:
            continue
        number = scope.sentence_at(token.start)
        clause = next((c for c in scope.clauses[number] if c.start <= token.start < c.end), scope.sentences[number])
        here = [t for t in inside if clause.start <= t.start < clause.end]
        if any(credit_of(k, t) for k in topics for t in here):
            continue
        own = [t for t in here if t.start < token.start and "=" in t.flags and t.concept not in known]
        if own:
            return True
    return False


def _bound_elsewhere(key: PhraseKey, pairs: list[tuple[Token, Token]], inside: list[Token]) -> bool:
    """ "The opposite sign" is not there, but "the opposite side"."""
    own = {id(k): a for k, a in pairs}
    for quality, thing in pairwise(key.tokens):
        if (
            not quality.predicate
            or thing.verb
            or "~" in thing.flags
            or thing.start - quality.end > 1
            or id(thing) in own
        ):
            continue
        found = own.get(id(quality))
        beside = [
            t for t in inside if found is not None and 0 <= t.start - found.end <= 1 and not t.verb and not t.loose
        ]
        if any("~" not in t.flags and not any(credit_of(k, t) for k in key.tokens) for t in beside):
            return True
    return False


def _telling(key: PhraseKey, pairs: list[tuple[Token, Token]]) -> list[tuple[Token, Token]]:
    """Of a key point without predicates: what it denies, if it denies anything, else all."""
    denied = [p for p in pairs if not p[0].polarity]
    if not any(not t.polarity for t in key.tokens):
        return pairs
    agreeing = [p for p in denied if agree(*p)]
    return agreeing if len(agreeing) * 2 >= len(denied) else denied


def _reached(token: Token, absent: list[Negation]) -> bool:
    return token.negation is None and any(n.start <= token.start < n.until for n in absent)


def _nearer(rivals: list[Token], own: Token, pairs: list[tuple[Token, Token]], scope: Scopes) -> bool:
    """A rival stands in the clause that says most of the key point, and the wanted concept does not."""
    clauses = [
        next((c for c in scope.clauses[scope.sentence_at(a.start)] if c.start <= a.start < c.end), None)
        for k, a in pairs
        if a is not own and (k.verb or not any(t.verb for t, _ in pairs)) and "~" not in k.flags
    ]
    said = [c for c in clauses if c is not None]
    if not said:
        return False
    clause = max(said, key=said.count)
    return not clause.start <= own.start < clause.end and any(clause.start <= r.start < clause.end for r in rivals)


def _is_number(key: PhraseKey, pairs: list[tuple[Token, Token]], words: str) -> bool:
    """The key point says zero, the clauses give a number."""
    zero = next((t for t in key.tokens if t.concept == "zero" and t.polarity), None)
    if zero is None or any(k is zero for k, _ in pairs):
        return False
    return bool(re.search(r"(?:\bis|\bequals|=|为|等于|是)\s*-?(?:[1-9]|0\.\d*[1-9])", words))


def _another_power(key: PhraseKey, pairs: list[tuple[Token, Token]], inside: list[Token], scope: Scopes) -> bool:
    """Inversely proportional to the distance is not so to its cube, nor 1/r to 1/r^3."""
    if any(k.concept in _POWERS or k.concept in ("invsq", "invroot") for k in key.tokens):
        return False
    for k, a in pairs:
        if not k.predicate and _EXPONENT.match(scope.prose, a.end) and not _EXPONENT.match(key.text, k.end):
            return True
    laws = [a for k, a in pairs if k.concept in ("proportional", "inverse") and not a.loose]
    powers = [t for t in inside if t.concept in _POWERS and t.polarity]
    return any(abs(t.start - a.start) <= _BESIDE for a in laws for t in powers)

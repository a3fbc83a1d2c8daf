"""Which quantity does a value belong to? By the symbol before it, the words around it, and lists with "respectively".

`bound` answers True (the key's quantity), False (another one) or None (the answer names neither).
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from functools import lru_cache

from tutorsmith.evaluation.metrics.concepts import Token, credit_of, phrase_key, tokens_of
from tutorsmith.evaluation.metrics.formula_meanings import class_of, definitions, letters_of
from tutorsmith.evaluation.metrics.phrases import THRESHOLD
from tutorsmith.evaluation.metrics.quantity_circumstances import circumstance, shares_letters
from tutorsmith.evaluation.metrics.quantity_kinds import (
    LABEL,
    conflicts,
    head_of,
    kinds_in,
    labels_in,
    modifiers_in,
    suits,
)
from tutorsmith.evaluation.metrics.scope import Scopes, scopes
from tutorsmith.evaluation.metrics.tables import lines, pattern
from tutorsmith.evaluation.metrics.units import comparable
from tutorsmith.evaluation.metrics.values import Value, values_of

_SYMBOL = r"[A-Za-zα-ωΑ-Ωℰ](?:\s?_\s?\{?\s?[\w,]{1,10}\s?\}?|[₀-₉ᵢₘₙₐₓᵥᵣₛₜ]{1,4}|\d)?"
_RELATION = re.compile(r"=|≈|≃")
_CHAIN_STOP = re.compile(
    r"[,;:。；，\n?!]|(?<=[a-z]{3})\s(?=[a-z]{3})|[\u4e00-\u9fff]|\b(?:is|are|the|so|of|that|and|we|gives?|or)\b"
)
_LEADING = re.compile(rf"(?:^|[\s(|<])(?P<symbol>{_SYMBOL})(?:\s?\([^()]{{1,8}}\))?\s*[|>]?\s*$")
_BOUNDARY = re.compile(
    r"[,;:。；，\n](?!\d)|\.\s|\b(?:and|but|while|whereas|so|hence|with|for|which|because|since)\b|而|但|则|因此|所以|故"
)
_COPULA_AFTER = re.compile(r"\s{0,4}(?:is|was|are|were|as|for|of|be|thus|across|through|on)\b|\s{0,4}(?:的|是|为|即)")
_RESPECTIVELY = re.compile(r"\brespectively\b|分别|依次", re.IGNORECASE)
_AND = re.compile(r"\s*(?:,\s*and\b|\band\b|,|、|和|与|及|以及)\s*")
_ADJECTIVE = re.compile(
    r"\s{0,3}-?(?:(?P<thickness>thick|厚)|(?P<length>long|长)|(?P<width>wide|宽)|(?P<height>high|tall|高)|(?P<depth>deep|深)"
    r"|(?P<spacing>apart|away)|in (?P<diameter>diameter)|in (?P<radius>radius))"
)
_ADJUNCT = re.compile(  # "After 2 ms the switch opens": a circumstance, no result
    r"^\s*(?:after|at|for|within|during|every|under|with|given|in|when|on|由|在|经过|当|经)\s*(?:about|an?|the|约)?\s*$",
    re.IGNORECASE,
)
_OPERATOR_AFTER = re.compile(r"\s{0,4}(?:[/·×*^√²³]|[+-]\s{0,4}(?:j\s?)?[\d.(√]|\)\s?(?:[/·×*^]|²))")
_OPERATOR_BEFORE = re.compile(
    r"(?:[/·×*√^]|(?:\d|\w\s|\))\s?[+-]|√\s?\(|(?:sin|cos|tan|ln|log|lg|exp|sqrt)\s?[({]?)[\s$({]{0,4}$"
)
_EQUALS_LATER = re.compile(r"[^,;:。，；\n!?\u4e00-\u9fff]{0,80}?[=≈]")
_OF_PLACE = frozenset(["spacing", "object_distance", "image_distance", "delay", "duration", "depth", "height"])
_OF_THOSE = re.compile(r"\s{0,3}of (?:the|those|all|its|your|our|these)\b")
_PLAIN_WORDS = frozenset(
    [
        "the",
        "a",
        "an",
        "total",
        "resulting",
        "corresponding",
        "required",
        "new",
        "final",
        "calculated",
        "measured",
        "same",
        "exact",
        "actual",
        "whole",
    ]
)


_GENERAL = frozenset(["angle", "impedance"])  # a phase is an angle, a characteristic impedance an impedance
_SENTENCES = 60  # of an answer that are searched for a task
_NEAR = 300  # characters around a value in which others are looked for
_EXTREMES = frozenset(["maximum", "minimum"])  # told by "at most" as well
_ANGLE_SIGN = re.compile(r"(?:∠|\\angle)\s{0,3}$")


def bound(name: str, value: Value, answer: str) -> bool | None:
    """Whether a value of the answer is one of the named quantity: True, False, or None when the answer names none."""
    scope = scopes(answer)
    listed = _listed(name, value, answer, scope)
    if listed is not None:
        return listed
    if _ANGLE_SIGN.search(scope.text, max(0, value.start - 12), value.start):
        return True if class_of(head_of(name)) == "angle" else None  # the angle of the phasor before it
    if said_after(name, value, answer, scope):
        return True
    symbol = _symbol_of(value, scope)
    if symbol is not None and (told := _by_symbol(name, symbol, answer)) is not None:
        return told
    before, after, wide = _windows(value, answer, scope)
    near = _describes(name, before, value, answer, scope)
    if near is not None:
        return near
    if adjective := _ADJECTIVE.match(scope.prose, value.end):
        return any(k.name == adjective.lastgroup for k in kinds_in(name))
    adjunct = bool(_ADJUNCT.match(scope.prose[slice(*before)]))
    if adjunct or _COPULA_AFTER.match(scope.prose, value.end) or scope.prose[value.end : value.end + 1] == ",":
        told = _describes(name, after, value, answer, scope)
        if told is not None:
            return told
    if circumstance(name, value, scope, before):
        return False
    if adjunct or _is_aside(name, value, scope) or said_of_another(name, (before, after), answer, scope):
        return False
    return _describes(name, wide, value, answer, scope)


def _is_aside(name: str, value: Value, scope: Scopes) -> bool:
    """ "10 minutes before the talk", "8 cm in front of the lens": where or when something is."""
    aside = pattern("aside").match(scope.prose, value.end)
    return bool(aside) and not any(k.name in _OF_PLACE for k in kinds_in(name))


def said_after(name: str, value: Value, answer: str, scope: Scopes) -> bool:
    """ "…, and this is the fringe spacing": the quantity is named after its value."""
    told = pattern("identified").match(scope.prose, value.end, value.end + 90)
    if told is None:
        return False
    stop = re.compile(r"[,;:.。]|$").search(scope.prose, told.end(), told.end() + 60)
    end = stop.start() if stop else told.end() + 60
    if any(comparable(v.unit, value.unit) for v in values_near(answer, value.end, end)):
        return False
    return not conflicts(name, scope.prose[told.end() : end]) and named(name, (told.end(), end), answer)


def named_later(name: str, value: Value, answer: str, scope: Scopes) -> bool:
    """ "The crate is pushed with 50 N. As for the tension, …": the value has a subject of its own, and the next
    sentence names the quantity, without a value and without a word that points back."""
    index = scope.sentence_at(value.start)
    if index + 1 >= len(scope.sentences):
        return False
    own, following = scope.sentences[index], scope.sentences[index + 1]
    subject = pattern("own_subject").match(scope.prose[own.start : value.start])
    if subject is None or pattern("generic_subject").search(subject.group()):
        return False
    if pattern("points_back").match(scope.prose[following.start : following.end]):
        return False
    return not values_near(answer, following.start, following.end) and named(
        name, (following.start, following.end), answer
    )


def retracted(value: Value, scope: Scopes) -> bool:
    """ "0.45, but this cannot be right": what follows takes the value back."""
    return bool(pattern("retracted").match(scope.prose, value.end, value.end + 140))


def is_operand(value: Value, answer: str) -> bool:
    """Whether a value is a part of a calculation: 400 kHz of "400 kHz/20 = 20 kHz"."""
    text = scopes(answer).text
    return bool(
        _OPERATOR_AFTER.match(text, value.end) or _OPERATOR_BEFORE.search(text, max(0, value.start - 14), value.start)
    )


def leads_on(value: Value, answer: str) -> bool:
    """Whether the calculation goes on to a result."""
    return bool(_EQUALS_LATER.match(scopes(answer).text, value.end))


@lru_cache(maxsize=64)
def _starts(answer: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """(where the values of an answer begin, where its words do)."""
    return tuple(v.start for v in values_of(answer)), tuple(t.start for t in tokens_of(answer))


def values_near(answer: str, start: int, end: int) -> tuple[Value, ...]:
    """The values that begin in a stretch of the answer."""
    places = _starts(answer)[0]
    return values_of(answer)[bisect_left(places, start) : bisect_left(places, end)]


def tokens_near(answer: str, start: int, end: int) -> tuple[Token, ...]:
    """The words that begin in a stretch of the answer."""
    places = _starts(answer)[1]
    return tokens_of(answer)[bisect_left(places, start) : bisect_left(places, end)]


def _around(value: Value, answer: str, scope: Scopes) -> tuple[Value, ...]:
    """The other values of the same sentence, as far as they are near."""
    sentence = scope.sentences[scope.sentence_at(value.start)]
    low, high = max(sentence.start, value.start - _NEAR), min(sentence.end, value.end + _NEAR)
    return tuple(v for v in values_near(answer, low, high) if v.start != value.start)


def _windows(value: Value, answer: str, scope: Scopes) -> tuple[tuple[int, int], tuple[int, int], tuple[int, int]]:
    """(the clause up to the value, what follows it, the sentence up to the value), none of them past another value."""
    sentence = scope.sentences[scope.sentence_at(value.start)]
    others = [v for v in _around(value, answer, scope) if not is_operand(v, answer)]
    left = max([sentence.start, *(v.end for v in others if v.end <= value.start)])
    right = min([sentence.end, value.end + 80, *(v.start for v in others if v.start >= value.end)])
    cuts = [m.end() for m in _BOUNDARY.finditer(scope.prose, left, value.start)]
    stop = _BOUNDARY.search(scope.prose, value.end, right)
    return (cuts[-1] if cuts else left, value.start), (value.end, stop.start() if stop else right), (left, value.start)


def _describes(name: str, span: tuple[int, int], value: Value, answer: str, scope: Scopes) -> bool | None:
    """Whether the words of a stretch name the quantity, another one of the same dimension, or none."""
    text = scope.prose[slice(*span)]
    if not text.strip():
        return None
    if conflicts(name, text):
        return False
    if named(name, span, answer):
        return True
    rivals = [k for k in kinds_in(text) if suits(k, value.unit) and k.name not in _GENERAL]
    mine = {k.name for k in kinds_in(name) if suits(k, value.unit)} or {k.name for k in kinds_in(head_of(name))}
    if rivals and rivals[-1].name in mine:
        whole = rivals[-1].wordings.fullmatch(name)  # "SNR" for the signal-to-noise ratio
        if not whole and modifiers_in(name) - modifiers_in(text) - _EXTREMES:
            return None
        return None if _named_by_another(name, value, answer, scope) else True
    if rivals:
        akin = _credited(name, span, answer) or (name.isascii() and shares_letters(name, text, 4))
        return False if mine or not akin else None
    return True if mine and modifiers_in(name) & modifiers_in(text) - _EXTREMES else None


def _credited(name: str, span: tuple[int, int], answer: str) -> bool:
    """Whether a stretch holds any word of the name."""
    return any(credit_of(w, t) for w in phrase_key(name).tokens for t in tokens_near(answer, *span))


def named(name: str, span: tuple[int, int], answer: str) -> bool:
    """Whether a stretch of the answer names the quantity in most of its words."""
    wanted = phrase_key(name).tokens
    return bool(wanted) and share_between(wanted, answer, *span) >= THRESHOLD


def share(wanted: tuple[Token, ...], near: Sequence[Token]) -> float:
    """The share of the name's words, by weight, that stand among the tokens."""
    total = sum(t.weight for t in wanted)
    return sum(t.weight * max((credit_of(t, o) for o in near), default=0.0) for t in wanted) / total


@lru_cache(maxsize=256)
def is_asked_for(name: str, answer: str) -> bool:
    """Whether the answer leaves the quantity to be found: "compare it with the skin depth", 截止频率请自行计算."""
    scope = scopes(answer)
    for index, clauses in enumerate(scope.clauses[:_SENTENCES]):
        for clause in clauses or (scope.sentences[index],):
            asked = pattern("to_find").search(scope.prose, clause.start, clause.end)
            if (
                asked
                and not values_near(answer, clause.start, clause.end)
                and named(name, (clause.start, clause.end), answer)
            ):
                return True
    return False


@lru_cache(maxsize=1024)
def share_between(wanted: tuple[Token, ...], answer: str, start: int, end: int) -> float:
    """The share of the name's words that stand in a stretch of the answer."""
    return share(wanted, tokens_near(answer, start, end))


def said_of_another(name: str, windows: tuple[tuple[int, int], tuple[int, int]], answer: str, scope: Scopes) -> bool:
    """ "The work function is 3.1 eV": the sentence has a subject, and it shares no word with the name.

    Only within one language: the words of the other one may mean the same.
    """
    before, after = (scope.prose[slice(*w)] for w in windows)
    if not _OF_THOSE.match(after) and not before.strip():
        return False
    subject = pattern("subject_said").search(before)
    if subject is None and _OF_THOSE.match(after) and not before.strip():
        return name.isascii() and not _credited(name, windows[1], answer) and not shares_letters(name, after, 4)
    if subject is None:
        return False
    noun = subject["en"] or subject["zh"]
    if name.isascii() != noun.isascii() or pattern("generic_subject").search(noun):
        return False
    if {k.name for k in kinds_in(noun)} & {k.name for k in kinds_in(name)}:
        return False
    span = (windows[0][0] + subject.start(), windows[0][1])
    if not _credited(name, span, answer):
        return not shares_letters(name, noun)
    return _other_compound(name, noun)


def _other_compound(name: str, noun: str) -> bool:
    """Object distance for image distance: the same head with another noun before it."""
    one, two = (
        head_of(name).lower().split(),
        re.split(r"\s(?:of|between|in|at|through|across|for|on)\s", noun.lower())[0].split(),
    )
    if len(one) < 2 or len(two) < 2 or one[-1] != two[-1]:
        return False
    mine, theirs = set(one[:-1]), {w for w in two[:-1] if w not in _PLAIN_WORDS}
    return bool(theirs) and not mine & theirs and not kinds_in(" ".join(two)) == kinds_in(" ".join(one)) != ()


def _named_by_another(name: str, value: Value, answer: str, scope: Scopes) -> bool:
    """Another value of the sentence has the whole name before it."""
    return any(
        named(name, _windows(other, answer, scope)[0], answer)
        for other in _around(value, answer, scope)
        if comparable(other.unit, value.unit) and not scope.negated(other.start) % 2
    )


def _symbol_of(value: Value, scope: Scopes) -> str | None:
    """The symbol at the head of the chain of equations that ends in the value: λ of "λ = c/f = 3e8/1e9 = 0.3 m"."""
    low = max(0, value.start - 160)
    text = scope.prose[low : value.start]
    stops = [m.end() for m in _CHAIN_STOP.finditer(text)]
    tail = text[stops[-1] if stops else 0 :]
    signs = [m.start() for m in _RELATION.finditer(tail)]
    if not signs:
        return None
    leading = _LEADING.search(" " + tail[: signs[0]])
    if leading is None or (len(signs) > 1 and not tail[: signs[0]].strip()):
        return None
    return re.sub(r"[{}\s]", "", leading["symbol"])


def _by_symbol(name: str, symbol: str, answer: str) -> bool | None:
    """What the letter before the sign tells."""
    base, _, sub = symbol.partition("_")
    plain = re.sub(r"[{}\s\\]", "", name)
    if symbol == plain:
        return True
    meant = definitions(answer).get(symbol)
    wanted = class_of(head_of(name))
    if meant and wanted:
        return meant == wanted or None
    letters = letters_of(wanted) if wanted else frozenset()
    if not letters:
        return None if len(plain) > 2 else False
    labels = LABEL.findall(name)
    if base in letters:
        return _subscript_fits(base, sub, labels)
    return False if _may_be(symbol, wanted) else None


def _subscript_fits(base: str, sub: str, labels: list[str]) -> bool | None:
    """Whether the subscript names the part that the key does; one that says nothing of it decides nothing."""
    if labels:
        return (
            None
            if not sub
            else any(sub.lower() == label.lower() or f"{base}{sub}" == label for label in labels) or None
        )
    return True


def _may_be(symbol: str, wanted: str) -> bool:
    """Whether the letter commonly names something else: then the value is of that."""
    return any(symbol.partition("_")[0] in letters_of(kind) for kind in known_kinds() if kind != wanted)


@lru_cache(maxsize=1)
def known_kinds() -> tuple[str, ...]:
    return tuple(line.partition(": ")[0] for line in lines("meaning_words"))


def _listed(name: str, value: Value, answer: str, scope: Scopes) -> bool | None:
    """ "R1 and R2 carry 3 A and 2 A, respectively": the place in the list of names and in that of values."""
    sentence = scope.sentences[scope.sentence_at(value.start)]
    if not _RESPECTIVELY.search(scope.prose, sentence.start, sentence.end):
        return None
    values = [v for v in values_near(answer, sentence.start, sentence.end) if comparable(v.unit, value.unit)]
    if len(values) < 2 or value not in values:
        return None
    head = scope.prose[sentence.start : values[0].start]
    items = [i for i in _AND.split(head) if i.strip()]
    if len(items) < len(values):
        return None
    items = items[-len(values) :]
    places = _places_of(name, items, sentence.start, answer, scope)
    return values.index(value) in places if len(places) == 1 else None


def _places_of(name: str, items: list[str], start: int, answer: str, scope: Scopes) -> set[int]:
    """Which items of the list the name tells of, by the words that not all of them share."""
    labels = labels_in(name)
    if labels:
        return {
            i
            for i, item in enumerate(items)
            if any(re.search(rf"(?<![A-Za-z]){re.escape(x)}(?!\w)", item) for x in labels)
        }
    spans, at = [], start
    for item in items:
        begin = scope.prose.index(item, at)
        spans.append((begin, begin + len(item)))
        at = begin + len(item)
    wanted = [t for t in phrase_key(name).tokens if "=" not in t.flags] or list(phrase_key(name).tokens)
    scores = [share(tuple(wanted), tokens_near(answer, a, b)) if wanted else 0.0 for a, b in spans]
    best = max(scores)
    return {i for i, s in enumerate(scores) if s == best} if best > 0 else set()

"""A key point that joins statements, what it speaks of, and whether an answer says all of it of the same thing."""

import re

from tutorsmith.evaluation.metrics.concepts import PhraseKey, Token
from tutorsmith.evaluation.metrics.phrase_pairs import Pairing
from tutorsmith.evaluation.metrics.scope import Scopes

_JOIN = re.compile(
    r"\b(?:and|as well as|but|while|whereas)\b|[;；,，]|并且|而且|以及|同时|[且并](?![非不])|和|及", re.IGNORECASE
)
_HALF = 0.5  # share of a joined statement that must be found
_VERBS = frozenset({"necessary", "possible", "statement", "include", "located"})


def half_missing(key: PhraseKey, found: Pairing) -> bool:
    """One of the statements that the key point joins is not there."""
    absent = {id(t) for t in found.absent}
    if not absent:
        return False
    bounds = [0, *(m.start() for m in _JOIN.finditer(key.text)), len(key.text)]
    for start, end in zip(bounds, bounds[1:], strict=False):
        here = [t for t in key.tokens if start <= t.start < end and "~" not in t.flags]
        if len(bounds) > 2 and here and sum(id(t) not in absent for t in here) <= _HALF * len(here):
            return True
    return False


def subject_of(key: PhraseKey) -> list[Token]:
    """What the key point speaks of: its things before the first verb."""
    out: list[Token] = []
    for token in key.tokens:
        if token.verb or token.predicate or token.concept in _VERBS:
            break
        out.append(token)
    return out if len(out) < len(key.tokens) else []


def spoken_of_later(key: PhraseKey, found: Pairing, scope: Scopes) -> bool:
    """A part of the subject is named only in a sentence after the statement: the statement was on something else.

    So it is, too, where the sentences hold the things of the key point, but none has the verb.
    """
    places = {id(k): scope.sentence_at(a.start) for k, a in found.pairs}
    if len(set(places.values())) < 2:
        return False
    if not any(k.verb or k.predicate for k, _ in found.pairs) and any(t.verb for t in found.absent):
        return True
    subject = {id(t) for t in subject_of(key)}
    verbs = [places[id(k)] for k, _ in found.pairs if (k.verb or k.predicate) and id(k) not in subject]
    rest = [places[id(k)] for k, _ in found.pairs if id(k) not in subject and "~" not in k.flags]
    said = max(verbs or rest, default=0)
    return any(places[id(k)] > said for k, _ in found.pairs if id(k) in subject)

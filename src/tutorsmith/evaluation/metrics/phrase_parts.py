"""A key point that joins statements, what it speaks of, and whether an answer says all of it of the same thing."""

import re
from itertools import pairwise

from tutorsmith.evaluation.metrics.concepts import PhraseKey, Token, credit_of, tokens_of
from tutorsmith.evaluation.metrics.phrase_pairs import Pairing
from tutorsmith.evaluation.metrics.scope import Scopes, Span

_JOIN = re.compile(
    r"\b(?:and|as well as|but|while|whereas|because|since)\b|[;；,，]|并且|因为|由于|而且|以及|同时|"
    r"[且并](?![非不])|和|及",
    re.IGNORECASE,
)
_FINITE = re.compile(
    r"\b(?:should|must|is|are|was|were|needs?|has|have|can(?:not)?|may|ought|does|do|will)\b|应|要|须|必|是|不|没|需|可|能|会",
    re.IGNORECASE,
)
_SAME = 0.9  # credit of a word that is the same or a synonym
_QUOTED = re.compile(r"(?<!\w)[\"'“‘「]([A-Za-z][^\"'”’」]{0,40})[\"'”’」](?!\w)")
_QUOTE_FAR = 120  # characters before the clauses where a quoted word may stand
_SHORT = 2  # a key point of so few words is to be found whole
_HALF = 0.5  # share of a joined statement that must be found
VERBS = frozenset({"necessary", "possible", "statement", "include", "located"})


def half_missing(key: PhraseKey, found: Pairing) -> bool:
    """One of the statements that the key point joins is not there."""
    absent = {id(t) for t in found.absent}
    if not absent:
        return False
    bounds = [0, *(m.start() for m in _JOIN.finditer(key.text)), len(key.text)]
    for start, end in pairwise(bounds):
        here = [t for t in key.tokens if start <= t.start < end and "~" not in t.flags]
        if len(bounds) > 2 and here and sum(id(t) not in absent for t in here) <= _HALF * len(here):
            return True
    return False


def other_things(key: PhraseKey, found: Pairing) -> bool:
    """Most of the things of the key point are not there, even if its verbs are."""
    absent = {id(t) for t in found.absent}
    for relation in (t for t in key.tokens if "*>" in t.flags and t.concept != "exceed"):
        for left in (True, False):
            related = [t for t in key.tokens if not t.verb and (t.start < relation.start) == left]
            if related and all(id(t) in absent for t in related):
                return True
    content = [t for t in key.tokens if "~" not in t.flags]
    if len(content) <= _SHORT and (found.firm < _HALF * key.total or any(id(t) in absent for t in content)):
        return True
    things = [t for t in key.tokens if not t.verb and "~" not in t.flags and ":" not in t.concept]
    return 2 * sum(id(t) in absent for t in things) > len(things) > 1


def quotes_stand(wording: str, scope: Scopes, core: Span) -> bool:
    """What the key point quotes, when it is idle words that no concept stands for, is in the clauses word for word."""
    said = scope.prose[max(0, core.start - _QUOTE_FAR) : core.end].lower()
    for quoted in _QUOTED.finditer(wording):
        phrase = re.escape(quoted.group(1).strip().lower())
        idle = not any(quoted.start() <= t.start < quoted.end() for t in tokens_of(wording) if "~" not in t.flags)
        if idle and not re.search(rf"(?<!\w){phrase}(?!\w)", said):
            return False
    return True


def subject_of(key: PhraseKey) -> list[Token]:
    """What the key point speaks of: its things before the first verb."""
    verb = _FINITE.search(key.text)
    limit = verb.start() if verb and verb.start() > 0 else len(key.text)
    out: list[Token] = []
    for token in key.tokens:
        if token.start >= limit or token.verb or token.predicate or token.concept in VERBS:
            break
        out.append(token)
    return out if len(out) < len(key.tokens) else []


def on_another_subject(key: PhraseKey, found: Pairing, sentence: list[Token], scope: Scopes) -> bool:
    """The sentence has a subject of its own, and the key point's stands elsewhere in the answer or nowhere."""
    subject = subject_of(key)
    if any("~" not in t.flags for t in subject):
        subject = [t for t in subject if "~" not in t.flags]
    own = {id(k): a for k, a in found.pairs}
    missing = [t for t in subject if id(t) not in own]
    said = [a.start for k, a in found.pairs if k not in subject and "~" not in k.flags]
    if not missing or not said:
        return False
    paired = {id(a) for _, a in found.pairs}
    start = scope.sentences[scope.sentence_at(min(said))].start
    things = [t for t in sentence if not t.verb and not t.loose and not t.implied and "~" not in t.flags]
    rivals = [
        t
        for t in things
        if start <= t.start < min(said) and id(t) not in paired and not any(credit_of(k, t) for k in key.tokens)
    ]
    named = [t for t in things if start <= t.start < min(said)]
    missing = [t for t in missing if not any(credit_of(t, o) >= _SAME for o in named)]
    if not rivals or not missing:
        return False
    elsewhere = any(credit_of(k, t) >= _SAME for k in missing for t in tokens_of(scope.original))
    known = len(missing) == len(subject) and all(":" not in t.concept for t in (*missing, *rivals[:1]))
    if not elsewhere and not known:
        return False
    beside = any(0 <= a.start - r.end <= 1 for k, a in found.pairs if k in subject for r in rivals)
    return beside or 2 * len(missing) >= len(subject)


def spoken_of_later(key: PhraseKey, found: Pairing, scope: Scopes) -> bool:
    """A part of the subject is named only in a sentence after the statement: the statement was on something else.

    So it is, too, where the sentences hold the things of the key point, but none has the verb.
    """
    places = {id(k): scope.sentence_at(a.start) for k, a in found.pairs}
    if len(set(places.values())) < 2:
        return False
    if not any(k.verb or k.predicate for k, _ in found.pairs) and any(t.verb for t in (*found.absent, *key.tokens)):
        return True
    subject = {id(t) for t in subject_of(key)}
    verbs = [places[id(k)] for k, _ in found.pairs if (k.verb or k.predicate) and id(k) not in subject]
    rest = [places[id(k)] for k, _ in found.pairs if id(k) not in subject and "~" not in k.flags]
    said = verbs[0] if verbs else max(rest, default=0)
    return any(places[id(k)] > said for k, _ in found.pairs if id(k) in subject)

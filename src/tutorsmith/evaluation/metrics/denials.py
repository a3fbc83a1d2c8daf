"""Does the answer say what a key point forbids?

To fall short of a key point costs one point; to be told that one has denied it is a charge, and must be proved. So a
forbidden wording is looked for much more strictly than a wanted one: one sentence holds all of its words (by concept
or, where the concept table is silent, by stem), each in a place of its own, affirmed or denied as in the wording,
close together and in the same order (or as the converse of the same relation), with nothing else spoken of and no
rival of any of them beside it, and as the answer's own claim.
"""

import re
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from tutorsmith.evaluation.metrics.concepts import PhraseKey, Token, agree, credit_of, tokens_of
from tutorsmith.evaluation.metrics.lexicon import WORD, lexicon, stem
from tutorsmith.evaluation.metrics.phrase_conflicts import conflict
from tutorsmith.evaluation.metrics.scope import Scopes, Span, scopes
from tutorsmith.evaluation.metrics.tables import pattern, words

_CREDIT = 0.8  # of each concept: the same or a more special one
_STRANGERS = 3  # concepts between the first and the last one that the wording does not have
_FEW = 1  # ... where the order is another one
_MAX_TRIES = 200  # sentences of an answer that are looked at closely
_COPULA = re.compile(r"\b(?:is|are|equals?)\b|=|为|是|等于", re.IGNORECASE)
_ROLE = re.compile(r"\b(by|from|to|into|before|after) (?:the |an? |its |your )?(\w+)", re.IGNORECASE)
_CHINESE = re.compile(r"[\u4e00-\u9fff]+")


@dataclass(frozen=True, slots=True)
class _Key:
    """concepts: of the wording, repeats kept; small: what the concept table leaves out of it; topics: how many
    quantities it speaks of; denies: whether it holds a negation."""

    phrase: PhraseKey
    concepts: tuple[Token, ...]
    small: tuple[str, ...]
    topics: int
    denies: bool


@lru_cache(maxsize=4096)
def _key(wording: str) -> _Key:
    scope = scopes(wording)
    tokens = tuple(t for t in tokens_of(wording) if t.negation is None and not t.implied)
    rest = list(scope.prose)
    for start, end in [(t.start, t.end) for t in tokens] + [(n.start, n.end) for n in scope.negations]:
        rest[start:end] = " " * (end - start)
    small = _small("".join(rest))
    return _Key(
        PhraseKey(wording, tokens, bool(scope.conditions)),
        tokens,
        small,
        sum("=" in t.flags for t in tokens),
        bool(scope.negations),
    )


def _small(text: str) -> tuple[str, ...]:
    """Stems and Chinese characters that carry meaning."""
    idle = set(words("idle"))
    english = [s for s in (stem(w) for w in WORD.findall(text)) if s.isalpha() and s.isascii() and s not in idle]
    return tuple(english + [c for run in _CHINESE.findall(text) for c in run if c not in idle])


def forbidden_phrase(wording: str, answer: str) -> tuple[int, int] | None:
    """Where the answer asserts the wording, clearly; None when it does not. Offsets in the answer."""
    key, scope = _key(wording), scopes(answer)
    if not key.concepts:
        return None
    everything = [t for t in tokens_of(answer) if not scope.discount(t.start) and t.negation is None]
    starts = [t.start for t in everything]
    tried = 0
    for number, sentence in enumerate(scope.sentences):
        if sentence.what == "heading" or tried >= _MAX_TRIES:
            continue
        inside = everything[bisect_left(starts, sentence.start) : bisect_left(starts, sentence.end)]
        if not all(_is_copula(k) or any(credit_of(k, t) >= _CREDIT for t in inside) for k in key.concepts):
            continue
        tried += 1
        for span, spare in _windows(scope, number):
            found = _asserted(key, [t for t in inside if span.start <= t.start < span.end], scope, span, spare)
            if found is not None:
                return found
    return None


def _windows(scope: Scopes, number: int) -> list[tuple[Span, int]]:
    """Single clauses, and neighbours that no turn or cause parts, with how many more things they may speak of."""
    clauses = scope.clauses[number]
    joined = [Span(a.start, b.end) for a, b in pairwise(clauses) if not pattern("break").match(scope.prose, b.start)]
    return [(c, 1) for c in clauses] + [(j, 0) for j in joined]


def _is_copula(token: Token) -> bool:
    return token.concept == "equal" and token.polarity


def _asserted(key: _Key, inside: list[Token], scope: Scopes, span: Span, spare: int) -> tuple[int, int] | None:
    prose = scope.prose[span.start : span.end]
    wanted = [k for k in key.concepts if not (_is_copula(k) and _COPULA.search(prose))]
    pairs = _assigned(wanted, inside, key.denies)
    if not pairs or not _small_words_stand(key, scope, span) or not _same_roles(key.phrase.text, prose):
        return None
    start, end = min(a.start for _, a in pairs), max(a.end for _, a in pairs)
    if not key.phrase.conditional and any(scope.conditional(a.start) for _, a in pairs):
        return None
    own = {id(a) for _, a in pairs}
    others = [t for t in inside if id(t) not in own and not t.implied]
    if sum("=" in t.flags for t in others) > spare + key.topics - sum("=" in a.flags for _, a in pairs):
        return None
    known = {k.concept for k in key.concepts}
    siblings = lexicon().siblings
    rivals = set().union(*(siblings.get(k.concept, frozenset()) for k in key.concepts)) - known
    if any(t.concept in rivals and t.polarity for t in others):
        return None
    between = {t.start for t in others if start <= t.start < end and t.concept not in known and "~" not in t.flags}
    in_order = [a.start for _, a in pairs] == sorted(a.start for _, a in pairs)
    within = [t for t in inside if start <= t.start < end]
    if len(between) > (_STRANGERS if in_order else _FEW) or conflict(key.phrase, pairs, within, scope):
        return None
    return start, end


def _assigned(wanted: list[Token], inside: list[Token], denies: bool) -> list[tuple[Token, Token]] | None:
    """A token of its own for each concept, the next one after the last found where there is a choice; else None.

    Where the wording holds a negation, its reach over the last words is a matter of style: what the answer has to
    deny as well are the first word denied and the predicates.
    """
    pairs: list[tuple[Token, Token]] = []
    used: set[int] = set()
    last, bound = -1, True
    for concept in wanted:
        strict = not denies or concept.predicate or concept.polarity or bound
        bound = bound and concept.polarity
        free = [
            t
            for t in inside
            if t.start not in used and credit_of(concept, t) >= _CREDIT and (not strict or agree(concept, t))
        ]
        if not free:
            return None
        token = min(free, key=lambda t: (-credit_of(concept, t), t.start < last, t.start))
        used.add(token.start)
        last = token.start
        pairs.append((concept, token))
    return pairs


def _small_words_stand(key: _Key, scope: Scopes, span: Span) -> bool:
    """The words that are no concepts stand in the clauses too, and are not denied there."""
    if not key.small:
        return True
    prose = scope.prose[span.start : span.end]
    found = [(stem(m.group()), span.start + m.start()) for m in WORD.finditer(prose)]
    found += [(c, span.start + i) for i, c in enumerate(prose) if "\u4e00" <= c <= "\u9fff"]
    present = Counter(s for s, at in found if key.denies or scope.negated(at) % 2 == 0)
    return all(present[s] >= n for s, n in Counter(key.small).items())


def _same_roles(wording: str, prose: str) -> bool:
    """What "by" or "from" introduces in the wording, the same preposition introduces in the clauses, if they use it."""
    roles = {(p.lower(), stem(w)) for p, w in _ROLE.findall(prose)}
    used = {p for p, _ in roles}
    return all(p.lower() not in used or (p.lower(), stem(w)) in roles for p, w in _ROLE.findall(wording))

"""Does the answer assert this phrase? Concepts are compared, not words, within clauses, with polarity and direction.

A key point becomes a list of concepts. A stretch of clauses of the answer covers it when it holds its predicates
and most of its things, when each predicate is affirmed (or denied) as in the key point, when nothing takes the
place of an exclusive concept (normal for tangential), and when directed relations (lags, exceeds, produces) run the
same way.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tutorsmith.evaluation.metrics.concepts import PhraseKey, Token, credit_of, readings_of, statement_key
from tutorsmith.evaluation.metrics.phrase_conflicts import carries_denial, conflict, contrasted, is_light
from tutorsmith.evaluation.metrics.phrase_pairs import Pairing, may_be_implied, pair
from tutorsmith.evaluation.metrics.phrase_parts import (
    VERBS,
    half_missing,
    on_another_subject,
    other_things,
    quotes_stand,
    spoken_of_later,
    subject_of,
)
from tutorsmith.evaluation.metrics.scope import Scopes, Span, scopes

THRESHOLD = 0.6  # share of a name that must be found
ASSERTED = 0.5  # share of a statement's weight that must be found
CORE = 0.35  # share that must be found in the clauses themselves, not in the sentences before
SURE = 0.6  # share that must be found where a predicate is left to be understood
CORE_BARE = 0.6  # ... where no verb of the key point is among it
REFERRED = 0.2  # ... where a pronoun refers to the sentences before
BARE = 0.7  # ... of a key point without predicates
_WORTH = 0.3  # share that the words of three sentences must hold to be read closely
_WORTH_CORE = 0.1  # ... that the clauses themselves must hold
_MAX_SENTENCES = 4_000  # sentences of an answer that are compared with a phrase
_PRONOUN = re.compile(r"\b(?:it|this|its|they|both|these)\b|它|其|此|这", re.IGNORECASE)

# All but one word of the statement is there, from so much of its weight on: of labelled pairs with this verdict one in
# three is covered after all. This is what a judge model may be asked about.
_NEARLY = 0.6


@dataclass(frozen=True, slots=True)
class PhraseVerdict:
    """`state`: "covered", "contradicted", "undecidable" or "missing"; offsets of the evidence; `score` 0 to 1."""

    state: str
    start: int = 0
    end: int = 0
    rule: str = ""
    score: float = 0.0


def judge_phrase(wording: str, answer: str) -> PhraseVerdict:
    """Whether the answer asserts the wording, denies it, or does neither."""
    key, scope = statement_key(wording), scopes(answer)
    if not key.tokens:
        return _verbatim(wording, scope)
    everything, weights = _of_use(key, readings_of(answer))
    best = PhraseVerdict("missing", rule="no sentence says it")
    against = PhraseVerdict("missing")
    for number in range(min(len(scope.sentences), _MAX_SENTENCES)):
        near = _slice(everything, scope.sentences[max(0, number - 2)].start, scope.sentences[number].end)
        if scope.sentences[number].what == "heading" or not _worth_reading(key, near, weights, _WORTH):
            continue
        for core in _cores(scope, number):
            if not _worth_reading(key, _slice(near, core.start, core.end), weights, _WORTH_CORE):
                continue
            verdict = _judge_core(key, scope, near, core)
            if verdict.state == "covered" and (best.state != "covered" or verdict.score > best.score + 1e-9):
                best = verdict
            if verdict.state == "contradicted" and verdict.score >= against.score:
                against = verdict
            if verdict.state == "missing" and best.state == "missing" and verdict.score > best.score:
                best = verdict
    if against.state == "contradicted" and (best.state != "covered" or against.score > best.score + 0.15):
        return against
    if best.state == "missing" and best.score >= _NEARLY and best.rule.startswith("nothing says"):
        return replace(best, state="undecidable", rule=f"uncertain: {best.rule}")
    return best


def _verbatim(wording: str, scope: Scopes) -> PhraseVerdict:
    at = scope.text.lower().find(wording.strip().lower())
    if at >= 0 and scope.negated(at) % 2 == 0 and not scope.discount(at):
        return PhraseVerdict("covered", at, at + len(wording.strip()), "verbatim", 1.0)
    return PhraseVerdict("missing", rule="no sentence says it")


def _slice(tokens: Sequence[Token], start: int, end: int) -> list[Token]:
    return list(
        tokens[bisect_left(tokens, start, key=lambda t: t.start) : bisect_left(tokens, end, key=lambda t: t.start)]
    )


def _of_use(key: PhraseKey, tokens: tuple[Token, ...]) -> tuple[tuple[Token, ...], dict[str, frozenset[int]]]:
    """(tokens without the second meanings that nobody asks for, which concepts of the key each concept stands for)."""
    stands: dict[str, frozenset[int]] = {}
    for token in tokens:
        if token.concept not in stands:
            stands[token.concept] = frozenset(i for i, k in enumerate(key.tokens) if credit_of(k, token))
    return tuple(t for t in tokens if not t.loose or stands[t.concept] or t.concept == "remove"), stands


def _worth_reading(key: PhraseKey, near: list[Token], stands: dict[str, frozenset[int]], share: float) -> bool:
    found = frozenset().union(*(stands[t.concept] for t in near))
    return sum(key.tokens[i].weight for i in found) >= share * key.total


def _cores(scope: Scopes, number: int) -> list[Span]:
    clauses = scope.clauses[number]
    spans = [
        Span(clauses[i].start, clauses[j].end)
        for width in range(1, min(4, len(clauses)) + 1)
        for i in range(len(clauses) - width + 1)
        for j in [i + width - 1]
    ][:40]
    if len(clauses) > 4:
        spans.append(scope.sentences[number])
    if number and scope.sentences[number - 1].what != "heading":
        spans.append(Span(scope.sentences[number - 1].start, scope.sentences[number].end, "two"))
    return spans


def _judge_core(key: PhraseKey, scope: Scopes, near: list[Token], core: Span) -> PhraseVerdict:
    inside = [t for t in near if core.start <= t.start < core.end and not scope.discount(t.start)]
    if not inside:
        return PhraseVerdict("missing")
    before = [t for t in near if t.start < core.start]  # what is spoken of may stand in what is not asserted
    found = pair(key, inside, before, scope)
    if not quotes_stand(key.text, scope, core):
        return PhraseVerdict("missing", rule="the words in quotation marks are not there")
    refers = bool(_PRONOUN.search(scope.prose[core.start : core.end]))
    score = found.found / key.total
    start = min((a.start for _, a in found.pairs), default=core.start)
    end = max((a.end for _, a in found.pairs), default=core.end)
    if _too_little(key, found, refers=refers):
        return PhraseVerdict("missing", start, end, "only part of it is said", score)
    if spoken_of_later(key, found, scope) or on_another_subject(key, found, near, scope):
        return PhraseVerdict("missing", start, end, "said of something else", score)
    lacking = [] if refers and _pronoun_stands(key, found, near) else found.lacking
    if contrasted(key, found.pairs):
        lacking = [t for t in lacking if t.polarity]
    if any(carries_denial(key, found.pairs, k, a, inside) for k, a in found.pairs):
        lacking = [t for t in lacking if not is_light(t)]
    matched = {id(a) for _, a in found.pairs}
    read = [t for t in inside if not t.loose or id(t) in matched or t.concept == "remove"]
    against = conflict(key, found.pairs, read, scope)
    absent = {id(t) for t in found.absent}
    if against == "else" or (against and any(id(t) in absent and "~" not in t.flags for t in subject_of(key))):
        return PhraseVerdict("missing", start, end, "said of something else", score)
    if against and lacking and against != "an opposite is said":
        return PhraseVerdict("missing")
    if against:
        return PhraseVerdict("contradicted", start, end, against, score)
    if half_missing(key, found) or other_things(key, found):
        return PhraseVerdict("missing", start, end, "only half of it is said", score)
    if lacking and (score < SURE or not may_be_implied(found)):
        return PhraseVerdict("missing", start, end, f"nothing says '{lacking[0].concept}'", score)
    return PhraseVerdict("covered", start, end, "asserted in these words or their synonyms", score)


def _too_little(key: PhraseKey, found: Pairing, *, refers: bool) -> bool:
    says = any(t.predicate for t in key.tokens)
    core = CORE if any(k.verb or k.concept in VERBS for k, _ in found.pairs) else CORE_BARE
    core = REFERRED if refers and says else core
    return found.found < (ASSERTED if says else BARE) * key.total or found.in_core < core * key.total


def _pronoun_stands(key: PhraseKey, found: Pairing, near: list[Token]) -> bool:
    """The one thing that is lacking is a quantity that "it" can stand for, as no other quantity is spoken of."""
    lacking = found.lacking
    return (
        len(lacking) == 1
        and "=" in lacking[0].flags
        and not any("=" in t.flags and not any(credit_of(k, t) for k in key.tokens) for t in near)
    )

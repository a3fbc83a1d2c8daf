"""An answer, or a key point, as a list of concepts with places and polarity."""

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from tutorsmith.evaluation.metrics.concept_words import loose_tokens, parted, raw_tokens
from tutorsmith.evaluation.metrics.lexicon import WORD, lexicon, stem
from tutorsmith.evaluation.metrics.scope import SENTENCE_LIMIT, Negation, scopes

_TURN = 6  # characters of a turn of phrase
_SYNONYM = 0.9  # credit of another word for the same
_WORDY = 3  # characters of a word that names a predicate once more
_NEAR = 24  # ... between a power and the word for growth
_SAME_SENTENCE = 90  # characters between two factors of one statement


_MINUS_PERCENT = re.compile(r"(?<![\d.)%] )(?<![\w.)%])-(?=\s?\d+(?:\.\d+)?[\s\\]{0,6}%)")
_MORE_THAN = re.compile(r"\bthan$|^比$", re.IGNORECASE)
_SCALING = {  # what doubles while the other quadruples, grows as its square
    ("double", "quadruple"): ("square", "proportional"),
    ("half", "quarter"): ("square", "proportional"),
    ("double", "quarter"): ("invsq", "inverse", "square"),
    ("half", "quadruple"): ("invsq", "inverse", "square"),
    ("triple", "ninth"): ("invsq", "inverse", "square"),
    ("double", "half"): ("inverse",),
    ("half", "half"): ("proportional",),
    ("double", "double"): ("proportional",),
}
_ATTRIBUTES = frozenset(
    {
        *("vary", "uniformdist", "infinite", "induce", "radiate", "rotate", "transmit", "reflect", "parallel", "store"),
        *("move", "polarized", "oscillate", "propagate", "accumulate", "distribute", "absorb", "finish", "couple"),
        *("closed", "located", "penetrate", "enter", "heat", "resonate", "conduct", "symmetric", "describe"),
    }
)
_BARE = re.compile(r"\s?(?:(?:is|are|was|were|be|of|the|to|in|by|at) ?|[会能了着过出得到就便也]){0,3}\s?")
_VERB = frozenset("*>^")
_NO = re.compile("no|none|没有|没|无|毫无", re.IGNORECASE)
_LACK = re.compile("without|(?:in the )?absence of|free (?:of|from)|devoid of", re.IGNORECASE)
_GERUND = 14  # characters between "without" and the verb that it denies
_NOUN_BEFORE = re.compile(r"\b(?:the|an?|this|these|its|your|their|any|of)\s(?:\w+\s)?$", re.IGNORECASE)
_DOINGS = frozenset({"work", "reflect", "transmit", "absorb", "radiate", "propagate", "lossy", "conduct"})
_CUT = re.compile(r"[,;:.。]")


@dataclass(frozen=True, slots=True)
class Token:
    """A concept at a place. `polarity`: affirmed or denied, after complements and negations."""

    concept: str
    start: int
    end: int
    flags: str
    polarity: bool = True
    converse: bool = False
    implied: bool = False  # said by another word, as "equipotential" says that the potential does not vary
    negation: Negation | None = None  # set for what "no X" says of X: that it is zero, that it does not exist
    also: tuple[str, ...] = ()  # further meanings of a word of the key point
    loose: bool = False  # a second meaning of the words: found when it is looked for, and no evidence otherwise

    @property
    def weight(self) -> float:
        return 0.35 if "~" in self.flags else 1.0

    @property
    def predicate(self) -> bool:
        return "*" in self.flags or self.concept.startswith("n:")

    @property
    def verb(self) -> bool:
        """It is what is affirmed or denied; a light verb need not be found, unless it is denied."""
        return bool(_VERB & set(self.flags))


def tokens_of(answer: str) -> tuple[Token, ...]:
    """All concepts of the answer in order, stop words left out, words in their first meaning."""
    return _by_first_meaning(answer)


@lru_cache(maxsize=64)
def _by_first_meaning(answer: str) -> tuple[Token, ...]:
    return tuple(t for t in readings_of(answer) if not t.loose)


@lru_cache(maxsize=64)
def readings_of(answer: str) -> tuple[Token, ...]:
    """`tokens_of`, and further tokens, marked as loose, for the second meanings of words."""
    scope = scopes(answer)
    raw = sorted(raw_tokens(scope.prose), key=lambda t: (t[1], t[2]))
    loose = loose_tokens(scope.prose)
    inner = [(start, end) for form, start, end in raw if "-" not in lexicon().flags.get(form.concept, "")]
    negations = sorted(
        (n for n in scope.negations if n.end <= n.start or not _within_token(n, inner, scope.prose)),
        key=lambda n: n.start,
    )
    flags = lexicon().flags
    turns = [(f, s, e) for f, s, e in loose if e - s > _TURN]
    reach = _Reach(negations, sorted((s, e, flags.get(f.concept, "")) for f, s, e in [*raw, *turns]), scope.prose)
    out: list[Token] = []
    for form, start, end, second in [(*r, False) for r in raw] + [(*r, True) for r in loose]:
        flag = flags.get(form.concept, "")
        if "-" in flag:
            continue
        prefixed = "*" in flag and scope.prose[max(0, start - 4) : start].lower() in ("non-", "non ")
        polarity = (not form.complement) ^ prefixed ^ (reach.count(start, end, verb=bool(_VERB & set(flag))) % 2 == 1)
        out.append(Token(form.concept, start, end, flag, polarity, form.converse, implied=second, loose=second))
        if second:
            continue
        if form.concept == "exceed" and _MORE_THAN.search(scope.prose, start, end):  # more than before is an increase
            trend = "down" if form.converse else "up"
            out.append(Token(trend, start, end, flags[trend], polarity, implied=True))
        for other in lexicon().implied.get(form.concept, ()):
            name = other.lstrip("!")
            out.append(
                Token(
                    name,
                    start,
                    end,
                    flags.get(name, ""),
                    polarity != other.startswith("!") if "*" in flags.get(name, "") else True,
                    implied=True,
                )
            )
    out += _scalings(out, flags)
    for lower in _MINUS_PERCENT.finditer(scope.prose):
        out.append(Token("down", lower.start(), lower.end(), flags["down"]))
    for n in negations:
        if n.absence:
            outer = sum(1 for o in negations if o is not n and o.end <= n.start < o.until) % 2 == 1
            out.append(Token("zero", n.start, n.end, "*", not outer, negation=n))
            out.append(Token("exist", n.start, n.end, "*", outer, negation=n))
    return tuple(_called_zero(sorted(out, key=lambda t: t.start), scope.prose))


def _called_zero(tokens: list[Token], prose: str) -> list[Token]:
    """ "The work done by it is zero" denies the work."""
    verb: int | None = None
    for index, token in enumerate(tokens):
        if token.loose or token.implied or not token.verb or token.negation is not None:
            continue
        if token.concept == "zero" and token.polarity and verb is not None:
            done = tokens[verb]
            if (
                done.concept in _DOINGS
                and token.start - done.end <= _SAME_SENTENCE
                and not _CUT.search(prose, done.end, token.start)
            ):
                tokens[verb] = replace(done, polarity=not done.polarity)
        verb = index
    return tokens


class _Reach:
    """How many negations deny what stands at a place.

    A negator denies the verbs in its reach, and of the things only those before the first verb: "does not reflect the
    wave" denies the reflection, not the wave. "Produces no field" denies the producing.
    """

    def __init__(self, negations: list[Negation], found: list[tuple[int, int, str]], prose: str) -> None:
        self.negations = negations
        self.prose = prose
        self.starts = [n.start for n in negations]
        verbs = [(start, end) for start, end, flag in found if _VERB & set(flag)]
        places = [start for start, _ in verbs]
        self.first_verb: dict[int, int] = {}
        self.turned: dict[int, int] = {}  # start of a verb -> start of the negator of its object
        for n in negations:
            after = bisect_left(places, n.end)
            self.first_verb[n.start] = verbs[after][1] - 1 if after < len(verbs) else len(prose)
            if after and n.end > n.start and _NO.fullmatch(prose, n.start, n.end):
                start, end = verbs[after - 1]
                if end <= n.start and _BARE.fullmatch(prose[end : n.start]):
                    self.turned[start] = n.start

    def nominal(self, start: int) -> bool:
        """A verb-like word that is a thing here: "does not take out the hedge"."""
        return _NOUN_BEFORE.search(self.prose, max(0, start - 24), start) is not None

    def count(self, start: int, end: int, *, verb: bool) -> int:
        # a negation reaches to the end of its sentence at most
        near = self.negations[bisect_left(self.starts, start - SENTENCE_LIMIT) : bisect_right(self.starts, start)]
        turning = set(self.turned.values())
        total = 1 if verb and start in self.turned else 0
        for n in near:
            if start >= n.until or _is_itself(n, start, end):
                continue
            if verb and start > self.first_verb[n.start] and n.end > n.start and self.nominal(start):
                continue
            if verb and _LACK.fullmatch(self.prose, n.start, n.end) and start - n.end > _GERUND:
                continue
            if n.end > n.start and not verb and (start > self.first_verb[n.start] or n.start in turning):
                continue
            total += 1
        return total


def _scalings(tokens: list[Token], flags: dict[str, str]) -> list[Token]:
    """Laws that are told by an example: "twice the field means four times the energy"."""
    factors = [t for t in tokens if t.polarity and t.concept in ("double", "half", "quadruple", "quarter")]
    out: list[Token] = []
    for one, two in pairwise(sorted(factors, key=lambda t: t.start)):
        law = _SCALING.get((one.concept, two.concept)) or _SCALING.get((two.concept, one.concept), ())
        if two.start - one.end <= _SAME_SENTENCE:
            out += [Token(name, two.start, two.end, flags[name], implied=True) for name in law]
    growing = [t for t in tokens if t.polarity and t.concept in ("up", "depend") and not t.loose]
    for power in (t for t in tokens if t.concept in ("square", "cube", "root") and not t.implied):
        if any(abs(t.start - power.start) <= _NEAR for t in growing):  # what grows as the square is proportional to it
            out.append(Token("proportional", power.start, power.end, flags["proportional"], implied=True))
    return out


def _within_token(negation: Negation, tokens: list[tuple[int, int]], prose: str) -> bool:
    """The negator is a part of a longer wording, such as "no curl" or 不变, and is spent there."""
    start, end = negation.start, negation.end
    no = prose[end - 2 : end].lower() == "no"
    near = tokens[bisect_left(tokens, (start - 60, 0)) : bisect_left(tokens, (end, 0))]
    return any((s <= start and end <= e and e - s > end - start) or (no and start < s < end < e) for s, e in near)


def _is_itself(negation: Negation, start: int, end: int) -> bool:
    """A token that is the negator ("impossible", "lacks") is not denied by itself."""
    return negation.end > negation.start and start <= negation.start and negation.end <= end


@dataclass(frozen=True, slots=True)
class PhraseKey:
    """A wording to be found: its concepts without those that say nothing."""

    text: str
    tokens: tuple[Token, ...]
    conditional: bool

    @property
    def total(self) -> float:
        return sum(t.weight for t in self.tokens)


@lru_cache(maxsize=4096)
def phrase_key(text: str) -> PhraseKey:
    """Parse a wording, words in their first meaning: what a quantity is called, what is forbidden."""
    return _key(text, list(tokens_of(text)))


@lru_cache(maxsize=4096)
def statement_key(text: str) -> PhraseKey:
    """Parse a wording that an answer may say in other words."""
    return _key(text, _read_as_known(text, readings_of(text)))


def _key(text: str, read: list[Token]) -> PhraseKey:
    scope = scopes(text)
    tokens = _without_attributes([t for t in read if t.negation is None and not t.implied])
    first = {(t.concept, t.start) for t in tokens_of(text) if t.end - t.start > _WORDY}
    seen: dict[tuple[str, bool, str], Token] = {}
    for token in tokens:
        twice = token.predicate and token.concept not in ("up", "down") and (token.concept, token.start) in first
        said = text[token.start : token.end].lower() if twice else ""
        seen.setdefault((token.concept, token.polarity, said), token)
    kept = list(seen.values())
    absences = [t for t in tokens_of(text) if t.negation is not None and t.concept == "zero"]
    if absences and not any(t.predicate for t in kept):
        kept = [absences[0], *(Token(t.concept, t.start, t.end, t.flags, True, t.converse) for t in kept)]
    return PhraseKey(text, tuple(sorted(kept, key=lambda t: t.start)), bool(scope.conditions))


def _read_as_known(text: str, tokens: tuple[Token, ...]) -> list[Token]:
    """A word that is no concept of its own stands for its second meaning, if it has one in the table of predicates."""
    second = [t for t in tokens if t.loose]
    out: list[Token] = []
    turns: list[tuple[int, int]] = []  # a turn of phrase stands for all of its words
    for token in tokens:
        width = token.end - token.start
        over = [t for t in second if t.start <= token.start and token.end <= t.end and not token.loose]
        if token.concept[:3] in ("en:", "zh:"):
            chief = [t for t in over if not t.concept.startswith("s_")]
            widest = max(chief, key=lambda t: t.end - t.start, default=None)
            if widest is not None:
                firm = widest.end - widest.start > token.end - token.start
                flag = widest.flags if firm else widest.flags.replace("*", "^")
                token = replace(widest, flags=flag, implied=False, loose=False, also=() if firm else (token.concept,))
                if firm:
                    turns.append((widest.start, widest.end))
        out.append(
            replace(
                token,
                also=(
                    *token.also,
                    *(t.concept for t in over if t.concept != token.concept and t.end - t.start <= width),
                ),
            )
        )
    taken = [(t.start, t.end) for t in tokens if not t.loose]
    parted = _parted_verbs(text)
    for token in second:  # "be kept": words that are idle one by one
        apart = (token.start, token.concept) in parted and "*" in token.flags
        if token.concept.startswith("s_") or (token.end - token.start < _TURN and not apart):
            continue
        if token.concept in {t.concept for t in out if not t.loose}:
            continue
        if not any(start < token.end and token.start < end for start, end in taken):
            out.append(replace(token, implied=False, loose=False))
            taken.append((token.start, token.end))
    kept = [t for t in out if (t.start, t.end) in turns or not any(s <= t.start and t.end <= e for s, e in turns)]
    return sorted(kept, key=lambda t: t.start)


def _parted_verbs(text: str) -> set[tuple[int, str]]:
    """(start, concept) of verbs that stand apart from their particles."""
    prose = scopes(text).prose
    words = [(m.start(), m.end()) for m in WORD.finditer(prose)]
    stems = [stem(prose[a:b]) for a, b in words]
    return {(words[i][0], form.concept) for i in range(len(words)) for form in parted(prose, words, stems, i)}


def _without_attributes(tokens: list[Token]) -> list[Token]:
    """What only describes a thing ("a uniformly charged shell") is no predicate, where something else is; and what is
    not to "appear" or "be there" is denied itself."""
    out: list[Token] = []
    for token, following in zip(tokens, [*tokens[1:], None][: len(tokens)], strict=True):
        others = any((t.verb or t.predicate) and t is not token for t in tokens)
        beside = following is not None and not following.predicate and following.start - token.end <= 1
        if token.concept in _ATTRIBUTES and others and beside:
            token = replace(token, flags="~")
        said = following is not None and following.predicate and following.polarity == token.polarity
        if token.concept == "exist" and (said if not token.polarity else out and out[-1].concept == "firstplace"):
            continue
        out.append(token)
    return out


def credit_of(wanted: Token, found: Token) -> float:
    """How well a concept of the answer stands for one of the key point, 0 to 1."""
    return _credit(wanted.concept, found.concept, wanted.also, "~" in wanted.flags)


@lru_cache(maxsize=200_000)
def _credit(wanted: str, found: str, also: tuple[str, ...], generic: bool) -> float:
    if wanted == found:
        return 1.0
    if found in also:
        return _SYNONYM
    general = lexicon().general
    wider = general.get(wanted, ())
    if found in wider or "!" + found in wider:
        return 0.7
    if wanted in general.get(found, ()):
        return 1.0 if generic else 0.8
    if {wanted, found} <= {"up", "down"}:
        return 1.0
    kind, _, word = wanted.partition(":")
    other_kind, _, other = found.partition(":")
    if kind != other_kind or not word or kind == "n":
        return 0.0
    if kind == "zh":
        return 0.8 if (word in other or other in word) else 0.0
    shorter = min(len(word), len(other))
    same = next((i for i, (a, b) in enumerate(zip(word, other, strict=False)) if a != b), shorter)
    return 0.9 if same >= 5 and same >= 0.7 * max(len(word), len(other)) else 0.0


def agree(wanted: Token, found: Token) -> bool:
    """Both affirmed or both denied; what is the same everywhere does not vary."""
    turned = "!" + found.concept in lexicon().general.get(wanted.concept, ())
    return (wanted.polarity == found.polarity) != turned

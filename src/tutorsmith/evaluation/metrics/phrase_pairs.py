"""Which concept of the answer stands for which concept of the key point, and how much of the key point that is."""

from dataclasses import dataclass, field

from tutorsmith.evaluation.metrics.concepts import PhraseKey, Token, agree, credit_of
from tutorsmith.evaluation.metrics.lexicon import lexicon
from tutorsmith.evaluation.metrics.scope import Scopes

_LOOSE = 0.85  # credit of a second meaning
_TELLING = 9  # characters of a turn of phrase that has one meaning only
_TELLS_APART = frozenset(
    {
        *(
            "square",
            "cube",
            "root",
            "invsq",
            "invroot",
            "negative",
            "positive",
            "zero",
            "infinite",
            "real",
            "imaginary",
        ),
        *("double", "half", "quadruple", "quarter", "triple", "third", "maximum", "minimum", "up", "down", "equal"),
        *("vary", "reflect", "transmit", "opposite", "reinforce", "split", "remove", "replace", "before_time"),
        *("unique", "significant", "closed", "perpendicular", "parallel", "inphase", "antiphase", "quadrature"),
    }
)  # predicates that another one cannot stand for
_FIRM = 0.75  # credit that is more than a general word for a special one
_FROM_BEFORE = 0.8  # credit of what was named in the sentences before


@dataclass(slots=True)
class Pairing:
    """pairs: concept of the key point and of the answer; found: weight found, of it `in_core` in the clauses
    themselves, and `firm` of it by the same concept or a synonym; lacking: concepts that may not be missing;
    absent: all that was not found."""

    pairs: list[tuple[Token, Token]] = field(default_factory=list)
    found: float = 0.0
    in_core: float = 0.0
    firm: float = 0.0
    lacking: list[Token] = field(default_factory=list)
    absent: list[Token] = field(default_factory=list)

    def add(self, wanted: Token, credit: float) -> None:
        """Count a concept that the clauses hold."""
        self.found += wanted.weight * credit
        self.in_core += wanted.weight * credit
        self.firm += wanted.weight if credit >= _FIRM else 0.0


def pair(key: PhraseKey, inside: list[Token], before: list[Token], scope: Scopes) -> Pairing:
    """Pair the key point with the clauses `inside`; `before` are the concepts of the sentences before."""
    out = Pairing()
    words = scope.prose[inside[0].start : inside[-1].end].lower()
    taken: set[int] = set()  # places of words that have found their concept
    spoken: set[int] = set()  # a quantity that is set against another one is not that other one as well
    near = [*before, *inside]
    bare = not any(t.predicate for t in key.tokens)
    for wanted in key.tokens:
        options = [
            (credit * (_LOOSE if t.loose else 1.0), t)
            for t in inside
            if (credit := credit_of(wanted, t)) > 0
            and id(t) not in spoken
            and not (t.implied and _unlikely(wanted, t, inside))
            and (credit == 1.0 or t.start not in taken)
            and not any(k.concept == wanted.concept and a is t for k, a in out.pairs)
            and _usable(key, wanted, t, inside, scope)
            and not _too_general(wanted, t, near)
        ]
        if options:
            credit, token = max(options, key=lambda o: (o[0], agree(wanted, o[1])))
            out.pairs.append((wanted, token))
            if not token.implied:
                taken.add(token.start)
            if "=" in wanted.flags:
                spoken.add(id(token))
            out.add(wanted, credit)
        elif (credit := _raw_credit(wanted, words)) > 0:
            out.add(wanted, credit)
        else:
            _missing(out, wanted, inside, before, bare)
    return out


def may_be_implied(found: Pairing) -> bool:
    """One verb may be left to be understood beside another that agrees; a power, a number, a quantity may not."""
    if len(found.lacking) != 1 or not any(not k.verb and not k.concept.startswith("n:") for k, _ in found.pairs):
        return False
    lacking = found.lacking[0]
    return (
        lacking.verb
        and lacking.polarity
        and lacking.concept not in _TELLS_APART
        and any(k.predicate and "*" in k.flags and not a.loose and agree(k, a) for k, a in found.pairs)
    )


def _missing(out: Pairing, wanted: Token, inside: list[Token], before: list[Token], bare: bool) -> None:
    siblings = lexicon().siblings.get(wanted.concept, frozenset())
    if any(t.concept in siblings and t.polarity and not t.loose for t in inside):
        out.add(wanted, 1.0)  # counted, for the conflict is judged next
        out.lacking.append(wanted)
        return
    credit = 0.0
    if not wanted.predicate and not (siblings and "=" not in wanted.flags):
        credit = max((credit_of(wanted, t) for t in before), default=0.0)
    out.found += _FROM_BEFORE * wanted.weight * credit
    if not credit:
        out.absent.append(wanted)
        known = (
            ":" not in wanted.concept and "~" not in wanted.flags
        )  # of a key point without predicates, all is wanted
        if wanted.predicate or "=" in wanted.flags or (wanted.verb and not wanted.polarity) or (bare and known):
            out.lacking.append(wanted)


def _unlikely(wanted: Token, found: Token, inside: list[Token]) -> bool:
    """What words say besides counts for nothing where they name a rival ("inverse square" for "inverse"); a second
    meaning is out of place beside any rival, and a single word's is no denial."""
    siblings = lexicon().siblings.get(wanted.concept, frozenset())
    rivals = [t for t in inside if t.concept in siblings and t.polarity and not t.loose]
    if any(t.start == found.start for t in rivals) or (found.loose and rivals):
        return True
    return found.loose and wanted.verb and found.end - found.start < _TELLING and not agree(wanted, found)


def _too_general(wanted: Token, found: Token, near: list[Token]) -> bool:
    """ "The velocity" for the group velocity: of two kinds of a quantity, only the one that is named nearby."""
    if found.concept == wanted.concept or "=" not in found.flags or "=" not in wanted.flags:
        return False
    kinds = lexicon().siblings.get(wanted.concept, frozenset())
    general = lexicon().general
    if not any(found.concept in general.get(kind, ()) for kind in kinds):
        return False
    return not any(t.concept == wanted.concept for t in near)


def _raw_credit(wanted: Token, words: str) -> float:
    """An unknown word that stands in the clauses as part of a longer wording ("equations" in "Maxwell's equations")."""
    kind, _, word = wanted.concept.partition(":")
    if kind == "en" and len(word) > 3:
        at = words.find(word)
        while at > 0 and words[at - 1].isalnum():
            at = words.find(word, at + 1)
        return 0.8 if at >= 0 else 0.0
    return 0.8 if kind == "zh" and word in words else 0.0


def _usable(key: PhraseKey, wanted: Token, token: Token, inside: list[Token], scope: Scopes) -> bool:
    if token.negation is not None:
        # "no field" says that the field is zero, and of nothing else
        follow = next((t for t in inside if t.start >= token.end and t.negation is None and not t.loose), None)
        own = next((k for k in key.tokens if k.start >= wanted.end), None) if wanted.negation is not None else None
        if own is not None and follow is not None and not own.verb:
            return credit_of(own, follow) > 0
        return follow is not None and any(credit_of(k, follow) > 0 for k in key.tokens if k is not wanted)
    return key.conditional or not wanted.predicate or not scope.conditional(token.start)

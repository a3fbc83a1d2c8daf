"""Trends, order and direction: whether what is related stands on the same sides as in the key point."""

import re

from tutorsmith.evaluation.metrics.concepts import PhraseKey, Token, agree, credit_of, tokens_of
from tutorsmith.evaluation.metrics.lexicon import lexicon
from tutorsmith.evaluation.metrics.scope import Scopes

_AND = re.compile(r"[\s$]*(?:and|or|&|/|,|、|和|与|及|或)?[\s$]*(?:the |a )?", re.IGNORECASE)
_FROM_TO = re.compile(
    r"(?P<from>\bfrom\b|\bout of\b|\b(?:start|begin|originat)\w* (?:on|at|in)\b|由|从|自|起于|始于)"
    r"|(?P<to>\b(?:to|into|towards?|onto)\b|\b(?:end|terminat)\w* (?:on|at|in)\b|指向|射向|进入|止于|终于|到|向|至|成)",
    re.IGNORECASE,
)
_REPLACED = re.compile(
    r"\b(?:replac|chang|swap|substitut|turn)\w*\b[^.;]{1,50}?\b(?P<by>with|by|into|to|for)\b"
    r"|[把将][^。;]{1,20}?(?P<by2>换成|改成|改为|替换为|写成)",
    re.IGNORECASE,
)
_WAS_REPLACED = re.compile(
    r"[^.;]{0,40}\b(?:be|is|are|was|were) (?:replaced|swapped|substituted|changed)\b", re.IGNORECASE
)
_WITH = re.compile(r"\bwith\b|\bin proportion\b|随|与", re.IGNORECASE)
_OPENING = re.compile(r"(?:^|[.;!?。]\s{0,2}|\b(?:only|and|but|just)\s)$")
_FALLING = frozenset({"down", "together"})
_POSTPOSED = re.compile("以上|以下")  # stand behind what is exceeded
_SYMMETRIC = frozenset(
    {"equal", "perpendicular", "parallel", "inphase", "opposite", "proportional", "couple", "confuse"}
)
_PASSIVE = re.compile(r"\b(?:is|are|was|were|be|been|being|gets?)\b[^,.;]{0,30}$", re.IGNORECASE)


def role(text: str, token: Token) -> int:
    """1 for what follows "from" or is replaced, -1 for what follows "to" or replaces it, 0 for neither."""
    for change in _REPLACED.finditer(text, max(0, token.start - 80), token.end + 50):
        if max(change.start("by"), change.start("by2")) > token.start > change.start():
            return 1
    if _WAS_REPLACED.match(text, token.end, token.end + 60):
        return 1
    for change in _REPLACED.finditer(text, max(0, token.start - 80), token.start):
        if not re.search(r"[.;。]", text[change.end() : token.start]) and token.start - change.end() < 30:
            return -1
    found = list(_FROM_TO.finditer(text, max(0, token.start - 14), token.start))
    if not found or re.search(r"[,;.。]", text[found[-1].end() : token.start]):
        return 0
    return 1 if found[-1].lastgroup == "from" else -1


def trend(key: PhraseKey, inside: list[Token], words: str) -> str:
    """Two quantities that rise and fall together or against each other: the product of the directions must agree."""
    if not any(t.concept in ("up", "down") for t in key.tokens):
        return ""
    wanted = _trends(list(key.tokens))
    found = _trends(inside)
    known = {t.concept for t in key.tokens}
    if any(t.concept in ("depend", "vary") and not t.polarity and t.concept not in known for t in inside):
        return "denied"
    if not found:
        return ""  # another word says it, as "decays" says that something falls
    affirmed = [t for t in found if t.polarity]
    if found and not affirmed and all(t.polarity for t in wanted):
        return "denied"
    found = affirmed if all(t.polarity for t in wanted) else found
    if len(wanted) > 1 and len(found) == 1 and not _WITH.search(words):
        return "else"
    own = [t for t in found if _of_key(key, t, inside)]
    want = sum(t.concept in _FALLING for t in wanted) % 2
    have = sum(t.concept in _FALLING for t in own or found) % 2
    return "" if want == have else "the trend is the opposite"


def _trends(tokens: list[Token]) -> list[Token]:
    """Words for a rise or fall; "closer together" is one word for the fall of a distance."""
    moved = {t.start for t in tokens if t.concept in ("together", "apart")}
    plain = [t for t in tokens if t.concept in ("up", "down") and not t.loose and t.start not in moved]
    first = plain + [t for t in tokens if t.concept in ("together", "apart")]
    return first + [
        t
        for t in tokens
        if t.concept in ("up", "down") and t.loose and not any(t.start < f.end and f.start < t.end for f in first)
    ]


def _of_key(key: PhraseKey, trend: Token, inside: list[Token]) -> bool:
    """What rises or falls, the thing next to the word, is one that the key point speaks of."""
    named = [t for t in inside if ":" not in t.concept and "~" not in t.flags]
    things = [t for t in named if not t.verb and not t.implied]
    things = [t for t in things if _gap(t, trend) >= 0]
    if not things:
        return True
    thing = min(things, key=lambda t: _gap(t, trend))
    return any(credit_of(k, thing) for k in tokens_of(key.text))


def order(key: PhraseKey, pairs: list[tuple[Token, Token]], inside: list[Token], scope: Scopes) -> str:
    """Rivals that both stand in the key point (from plus to minus) keep their order or their neighbours."""
    wanted = [t for t in key.tokens if t.concept == "replace"]
    siblings = lexicon().siblings
    own = {id(k): a for k, a in pairs if agree(k, a) or not k.verb}
    for i, one in enumerate(key.tokens):
        for two in key.tokens[i + 1 :]:
            if not (
                two.concept in siblings.get(one.concept, ())
                or (one.concept == two.concept and one.polarity != two.polarity)
            ):
                continue
            first = own.get(id(one)) or _mention(one, inside)
            second = own.get(id(two)) or _mention(two, inside)
            if first is None or second is None or _related(pairs, one, two):
                continue
            if any(
                role(key.text, k) and role(key.text, k) == role(scope.prose, a)
                for k, a in ((one, first), (two, second))
            ):
                continue
            if wanted and first.start > second.start:
                return "else"
            joined = key.text[min(one.end, two.end) : max(one.start, two.start)]  # "E and H" has no order
            if not wanted and not _AND.fullmatch(joined) and _swapped(key, one, two, first, second, inside):
                return "else"
    return ""


def _mention(wanted: Token, inside: list[Token]) -> Token | None:
    return next((t for t in inside if t.concept == wanted.concept and t.polarity == wanted.polarity), None)


def _related(pairs: list[tuple[Token, Token]], one: Token, two: Token) -> bool:
    """A directed relation stands between them: their sides are judged with its direction."""
    low, high = sorted((one.start, two.start))
    return any(low < k.start < high and ">" in k.flags and k.concept == a.concept and not a.loose for k, a in pairs)


def _gap(a: Token, b: Token) -> int:
    return max(a.start, b.start) - min(a.end, b.end)


def _swapped(key: PhraseKey, one: Token, two: Token, first: Token, second: Token, inside: list[Token]) -> bool:
    """Whether the neighbours of two rivals have changed places."""
    votes = 0
    for other in key.tokens:
        if other.concept in (one.concept, two.concept) or "~" in other.flags:
            continue
        places = [t for t in inside if t.concept == other.concept and t.polarity == other.polarity]
        if len(places) != 1:
            continue
        here = places[0]
        near_one = _gap(other, one) < _gap(other, two)
        now_one = _gap(here, first) < _gap(here, second)
        between = min(one.start, two.start) < other.start < max(one.start, two.start)
        if between:
            continue
        votes += 1 if near_one == now_one else -1
    if votes == 0 and not any(t.predicate and t.concept in _SYMMETRIC for t in key.tokens):
        said = any(one.end <= t.start < two.start for t in key.tokens if "~" not in t.flags)
        return said and first.start > second.start and one.start < two.start
    return votes < 0


def direction(key: PhraseKey, pairs: list[tuple[Token, Token]], inside: list[Token], scope: Scopes) -> str:
    for relation, token in pairs:
        if ">" not in relation.flags or relation.concept != token.concept or token.loose:
            continue
        flip = relation.converse ^ token.converse ^ _passive(key.text, relation) ^ _passive(scope.prose, token)
        evidence = 0
        sides = {_left(key.text, k.start, relation.start, relation) for k, _ in pairs if "=" in k.flags}
        pivot = _pivot(scope.prose, token)
        for wanted, found in pairs:
            if wanted is relation or wanted.predicate or "~" in wanted.flags:
                continue
            if len(sides) == 2 and "=" not in wanted.flags:
                continue  # where quantities stand on both sides, they are what is related
            if _POSTPOSED.match(key.text, relation.start) and wanted.start > relation.start:
                continue
            twice = sum(1 for t in inside if t.concept == found.concept) > 1
            same_side = _left(key.text, wanted.start, relation.start, relation) == _left(
                scope.prose, found.start, pivot, token
            )
            evidence += 0 if twice else (1 if same_side ^ flip else -1)
        if evidence < 0:
            return "the relation runs the other way" if relation.predicate else "else"
        if evidence == 0 and relation.converse != token.converse:
            return "else"
    return ""


def _left(text: str, place: int, pivot: int, relation: Token) -> bool:
    """Left of the relation; 高于截止频率的波: what is compared comes after 的."""
    if relation.concept == "before_time" and _OPENING.search(text, max(0, pivot - 12), pivot):
        turn = text.find(",", pivot)  # "After the consent, collect the data"
        return 0 <= turn < place
    if place < pivot or relation.concept not in ("exceed", "lag"):
        return place < pivot
    return "的" in text[relation.end : place] and not _POSTPOSED.match(text, relation.start)


def _pivot(text: str, token: Token) -> int:
    """What acts stands left of the verb, but after 由 or 被."""
    low = max(0, token.start - 22)
    found = re.search(r"(?:由|被)(?=[^,。;由被]{0,20}$)", text[low : token.start])
    return low + found.start() if found else token.start


def _passive(text: str, token: Token) -> bool:
    after = text[token.end : token.end + 12].lower()
    if re.match(r"\w*\s+by\b", after):
        return True
    return bool(re.search(r"(?:由|被)[^,。;]{0,20}$", text[max(0, token.start - 22) : token.start]))

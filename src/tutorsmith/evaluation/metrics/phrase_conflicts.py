"""Why clauses that hold the concepts of a key point do not assert it: denial, rivals, trend, order, direction."""

import re
from itertools import pairwise

from tutorsmith.evaluation.metrics.concepts import PhraseKey, Token, agree, credit_of, tokens_of
from tutorsmith.evaluation.metrics.lexicon import lexicon
from tutorsmith.evaluation.metrics.scope import Negation, Scopes, scopes
from tutorsmith.evaluation.metrics.tables import pattern

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
_POWERS = frozenset({"square", "cube", "root"})


_WITH = re.compile(r"\bwith\b|\bin proportion\b|随|与", re.IGNORECASE)


_OPENING = re.compile(r"(?:^|[.;!?。]\s{0,2}|\b(?:only|and|but|just)\s)$")
_EXPONENT = re.compile(r"\s?(?:\^|\*\*)\s?\{?\s?-?\d|[²³]")
_NEAR = 40  # characters between a thing and the verb that takes it out
_BESIDE = 30  # characters between a law and its power
_FALLING = frozenset({"down", "together"})
_POSTPOSED = re.compile("以上|以下")  # stand behind what is exceeded
_SYMMETRIC = frozenset(
    {"equal", "perpendicular", "parallel", "inphase", "opposite", "proportional", "couple", "confuse"}
)
_STATES = frozenset(  # predicates that are said of one quantity
    {"zero", "vary", "up", "down", "infinite", "maximum", "minimum", "continuous", "negligible", "conserve", "equal"}
)
_PASSIVE = re.compile(r"\b(?:is|are|was|were|be|been|being|gets?)\b[^,.;]{0,30}$", re.IGNORECASE)


def conflict(key: PhraseKey, pairs: list[tuple[Token, Token]], inside: list[Token], scope: Scopes) -> str:
    """Why the clauses say the opposite ("": they do not; "else": they speak of something else)."""
    absent = [a.negation for _, a in pairs if a.negation is not None]
    absent += [n for _, a in pairs if a.concept == "missing" for n in scope.negations if n.start == a.start]
    predicates = [p for p in pairs if p[0].predicate or p[0].verb]
    for wanted, token in predicates or _telling(key, pairs):
        if agree(wanted, token) or wanted.concept in ("up", "down") or _reached(token, absent):
            continue
        if not _second_denied(key, wanted, predicates) and not (token.polarity and _taken_out(token, inside)):
            return "denied"
    for wanted, token in pairs:
        if not wanted.verb and wanted.polarity > token.polarity and _thing_denied(token, absent, pairs, inside, scope):
            return "denied"
    if _needless(key, inside):
        return "denied"
    if _of_another(key, pairs, inside, scope) or _bound_elsewhere(key, pairs, inside):
        return "else"
    table = lexicon()
    matched = {id(a) for _, a in pairs}
    for wanted in key.tokens:
        rivals = table.siblings.get(wanted.concept, frozenset()) - {k.concept for k in key.tokens}
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
            return "an opposite is said" if wanted.predicate else "else"
    words = scope.prose[inside[0].start : inside[-1].end + 12]
    if _is_number(key, pairs, words):
        return "another value is said"
    if _another_power(key, pairs, inside, scope):
        return "another power is said"
    if any(_role(key.text, k) * _role(scope.prose, a) < 0 for k, a in pairs if a.negation is None):
        return "else"
    return _trend(key, inside, words) or _order(key, pairs, inside, scope) or _direction(key, pairs, inside, scope)


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
    """ "Not in the field", "without a load": the thing itself is denied, not what is said of it, and nowhere affirmed."""
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
    for k, a in pairs:
        if not k.predicate and _EXPONENT.match(scope.prose, a.end) and not _EXPONENT.match(key.text, k.end):
            return True
    if any(k.concept in _POWERS or k.concept in ("invsq", "invroot") for k in key.tokens):
        return False
    laws = [a for k, a in pairs if k.concept in ("proportional", "inverse") and not a.loose]
    powers = [t for t in inside if t.concept in _POWERS and t.polarity]
    return any(abs(t.start - a.start) <= _BESIDE for a in laws for t in powers)


def _role(text: str, token: Token) -> int:
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


def _trend(key: PhraseKey, inside: list[Token], words: str) -> str:
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
    things = [t for t in inside if not t.verb and not t.implied and "~" not in t.flags and _gap(t, trend) >= 0]
    if not things:
        return True
    thing = min(things, key=lambda t: _gap(t, trend))
    return any(credit_of(k, thing) for k in tokens_of(key.text) if not k.loose)


def _order(key: PhraseKey, pairs: list[tuple[Token, Token]], inside: list[Token], scope: Scopes) -> str:
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
                _role(key.text, k) and _role(key.text, k) == _role(scope.prose, a)
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


def _direction(key: PhraseKey, pairs: list[tuple[Token, Token]], inside: list[Token], scope: Scopes) -> str:
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

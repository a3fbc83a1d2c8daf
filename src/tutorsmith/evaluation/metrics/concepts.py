"""An answer, or a key point, as a list of concepts with places and polarity."""

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from tutorsmith.evaluation.metrics.lexicon import WORD, Form, lexicon, stem
from tutorsmith.evaluation.metrics.scope import SENTENCE_LIMIT, Negation, scopes

_LONGEST_FORM = 7
_TURN = 6  # characters of a turn of phrase
_SYNONYM = 0.9  # credit of another word for the same
_WORDY = 3  # characters of a word that names a predicate once more
_NEAR = 24  # ... between a power and the word for growth
_SAME_SENTENCE = 90  # characters between two factors of one statement


_MINUS_PERCENT = re.compile(r"(?<![\d.)%] )(?<![\w.)%])-(?=\s?\d+(?:\.\d+)?[\s\\]{0,6}%)")
_COMPARED = re.compile(r"比(?=[^,。;比]{1,12}?(?:(?P<more>[大高强多长快])|(?P<less>[小低弱少短慢]))(?:[,。;了得些]|$))")
_LATER = re.compile(r"比(?=[^,。;比]{1,12}?(?:晚|迟|(?P<early>早)))")
_MORE_THAN = re.compile(r"\bthan$|^比$", re.IGNORECASE)
_SCALING = {  # what doubles while the other quadruples, grows as its square
    ("double", "quadruple"): ("square", "proportional"),
    ("half", "quarter"): ("square", "proportional"),
    ("double", "quarter"): ("invsq", "inverse", "square"),
    ("half", "quadruple"): ("invsq", "inverse", "square"),
}
_APART = 7  # words from a verb to its particle
_PARTICLES = frozenset({"in", "out", "up", "down", "off", "away", "apart", "together"})
_OBJECTS = frozenset({"it", "them", "thi", "that", "these", "each", "both"})
_ATTRIBUTES = frozenset({"vary", "uniformdist", "infinite"})
_BARE = re.compile(r"\s?(?:(?:is|are|was|were|be|of|the|to|in|by|at) ?|[会能了着过出得到就便也]){0,3}\s?")
_VERB = frozenset("*>^")
_NO = re.compile("no|none|没有|没|无|毫无", re.IGNORECASE)
_DOINGS = frozenset({"work", "reflect", "transmit", "absorb", "radiate", "propagate", "lossy", "conduct"})
_CUT = re.compile(r"[,;:.。]")
_PAUSE = re.compile(r"[,;:.!?\n]\s")
_CHINESE_RUN = re.compile(r"[\u4e00-\u9fff]+")


_NUMBER_WORDS = dict(
    zip(["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"], range(1, 11), strict=True)
) | dict(zip("一二三四五六七八九十", range(1, 11), strict=True))


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
    raw = sorted(_raw_tokens(scope.prose), key=lambda t: (t[1], t[2]))
    loose = loose_tokens(scope.prose)
    inner = [(start, end) for form, start, end in raw if "-" not in lexicon().flags.get(form.concept, "")]
    negations = sorted(
        (n for n in scope.negations if n.end <= n.start or not _within_token(n, inner, scope.prose)),
        key=lambda n: n.start,
    )
    flags = lexicon().flags
    reach = _Reach(negations, [(s, e, flags.get(f.concept, "")) for f, s, e in raw], scope.prose)
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
        self.starts = [n.start for n in negations]
        verbs = [(start, end) for start, end, flag in found if _VERB & set(flag)]
        places = [start for start, _ in verbs]
        self.first_verb: dict[int, int] = {}
        self.turned: dict[int, int] = {}  # start of a verb -> start of the negator of its object
        for n in negations:
            after = bisect_left(places, n.end)
            self.first_verb[n.start] = places[after] if after < len(places) else len(prose)
            if after and n.end > n.start and _NO.fullmatch(prose, n.start, n.end):
                start, end = verbs[after - 1]
                if end <= n.start and _BARE.fullmatch(prose[end : n.start]):
                    self.turned[start] = n.start

    def count(self, start: int, end: int, *, verb: bool) -> int:
        # a negation reaches to the end of its sentence at most
        near = self.negations[bisect_left(self.starts, start - SENTENCE_LIMIT) : bisect_right(self.starts, start)]
        turning = set(self.turned.values())
        total = 1 if verb and start in self.turned else 0
        for n in near:
            if start >= n.until or _is_itself(n, start, end):
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


def _raw_tokens(prose: str) -> list[tuple[Form, int, int]]:
    table = lexicon()
    out: list[tuple[Form, int, int]] = []
    taken = bytearray(len(prose))
    for found in table.chinese_pattern.finditer(prose):
        out.append((table.chinese[found.group()], found.start(), found.end()))
        taken[found.start() : found.end()] = b"\x01" * (found.end() - found.start())
    for than in _COMPARED.finditer(prose):
        out.append((Form("exceed", converse=than.group("less") is not None), than.start(), than.end()))
    for than in _LATER.finditer(prose):
        out.append((Form("lag", converse=than.group("early") is not None), than.start(), than.end()))
    for run in _CHINESE_RUN.finditer(prose):
        out += _unknown_chinese(prose, run.start(), run.end(), taken)
    words = [(m.group(), m.start(), m.end()) for m in WORD.finditer(prose) if not taken[m.start()]]
    stems = [stem(re.sub(r"[\s{}]", "", w)) for w, _, _ in words]
    index = 0
    while index < len(words):
        if boundary := re.fullmatch(r"([EBDHJ])_\{?\d?([nt])\d?\}?", re.sub(r"\s", "", words[index][0])):
            out += _boundary(boundary, words, index, prose)
            index += 1
            continue
        step, form = _longest(words, stems, index, prose)
        if form is not None:
            out.append((form, words[index][1], words[index + step - 1][2]))
        index += step
    return out


def loose_tokens(prose: str) -> list[tuple[Form, int, int]]:
    """Second meanings: of the longest such wording at each place, whatever else its words are."""
    table = lexicon()
    out = [(f, m.start(), m.end()) for m in table.loose_pattern.finditer(prose) for f in table.loose_chinese[m.group()]]
    words = [(m.start(), m.end()) for m in WORD.finditer(prose)]
    stems = [stem(re.sub(r"[\s{}]", "", prose[a:b])) for a, b in words]
    for index, (start, _) in enumerate(words):
        for length in range(min(_LONGEST_FORM, len(words) - index), 0, -1):
            forms = table.loose_english.get(tuple(stems[index : index + length]), ())
            end = words[index + length - 1][1]
            if forms and (length == 1 or not _PAUSE.search(prose[start:end])):
                out += [(form, start, end) for form in forms]
                break
        out += [(form, start, words[index][1]) for form in _parted(prose, words, stems, index)]
    return out


def _parted(prose: str, words: list[tuple[int, int]], stems: list[str], index: int) -> tuple[Form, ...]:
    """The verb and the particle stand apart: "keeps the external field out"."""
    table = lexicon()
    for after in range(index + 2, min(index + _APART, len(words))):
        if stems[after] in _PARTICLES and not _PAUSE.search(prose[words[index][0] : words[after][1]]):
            pair = (stems[index], stems[after])
            return table.loose_english.get(pair, ()) or ((table.english[pair],) if pair in table.english else ())
    return ()


def _boundary(
    found: re.Match[str], words: list[tuple[str, int, int]], index: int, prose: str
) -> list[tuple[Form, int, int]]:
    """E_t is the tangential electric field; E_1t = E_2t says that it is continuous."""
    word, start, end = words[index]
    out = [(Form("tangential" if found.group(2) == "t" else "normal"), start, end)]
    if symbol := lexicon().symbols.get(found.group(1)):
        out.append((symbol, start, end))
    following = prose[end : end + 40].replace("}", " ").lstrip()
    if following.startswith("=") and re.match(rf"=\s*{word[0]}\s*_", following):
        out.append((Form("continuous"), start, end))
    return out


def _longest(words: list[tuple[str, int, int]], stems: list[str], index: int, prose: str) -> tuple[int, Form | None]:
    """The longest wording of the lexicon that starts here, else the word itself."""
    table = lexicon()
    for length in range(min(_LONGEST_FORM, len(words) - index), 0, -1):
        key = tuple(stems[index : index + length])
        gap = prose[words[index][1] : words[index + length - 1][2]]
        if length > 1 and (len(gap) > 60 or _PAUSE.search(gap)):
            continue
        if length == 1 and (form := _symbol(words[index][0])):
            return 1, form
        if key in table.english:
            return length, table.english[key]
        # "spell it out": the object stands within the verb
        if length == 3 and key[1] in _OBJECTS and key[2] in _PARTICLES and (key[0], key[2]) in table.english:
            return length, table.english[key[0], key[2]]
    word, first = stems[index], words[index][0]
    if word in _NUMBER_WORDS:
        return 1, Form(f"n:{float(_NUMBER_WORDS[word])}")
    if first[0].isdigit():
        return 1, Form(f"n:{float(re.match(r'[0-9.]+', first.rstrip('.')).group().rstrip('.'))}")  # type: ignore[union-attr]
    return 1, (Form(f"en:{word}") if len(word) > 1 and word[0].isalpha() else None)


def _symbol(word: str) -> Form | None:
    """Letters such as E or μ, with their case; of a subscripted one that is not in the table, the letter."""
    table = lexicon()
    bare = re.sub(r"[\s{}]", "", word)
    if indexed := re.fullmatch(r"([A-Za-z])_?(\d)", bare):
        return Form(f"id:{indexed.group(1)}{indexed.group(2)}")
    if bare in ("+", "-"):
        return Form("positive" if bare == "+" else "negative")
    if len(bare) == 1:
        return table.symbols.get(bare)
    if len(bare) > 2 and bare[1] == "_" and (stem(bare),) not in table.english:
        return table.symbols.get(bare[0])
    return None


def _unknown_chinese(prose: str, start: int, end: int, taken: bytearray) -> list[tuple[Form, int, int]]:
    """Words of what the lexicon left over, by the segmenter."""
    out = []
    for left in re.finditer(r"[^\x01]+", "".join("\x01" if taken[i] else prose[i] for i in range(start, end))):
        if len(left.group()) == 1 and left.group() not in _NUMBER_WORDS:
            continue
        position = start + left.start()
        for word in _segment(left.group()):
            if word in _NUMBER_WORDS:
                out.append((Form(f"n:{float(_NUMBER_WORDS[word])}"), position, position + len(word)))
            elif len(word) > 1:
                out.append((Form(f"zh:{word}"), position, position + len(word)))
            position += len(word)
    return out


def _segment(text: str) -> list[str]:
    if len(text) <= 2:
        return [text]
    import rjieba

    return list(rjieba.cut(text))


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
    return {(words[i][0], form.concept) for i in range(len(words)) for form in _parted(prose, words, stems, i)}


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

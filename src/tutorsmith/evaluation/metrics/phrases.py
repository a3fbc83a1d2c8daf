"""Does the answer assert this phrase? Concepts are compared, not words, within clauses, with polarity and direction.

A key point becomes a list of concepts. A stretch of clauses of the answer covers it when it holds its predicates and most of
its things, when each predicate is affirmed (or denied) as in the key point, when nothing takes the place of an exclusive
concept (normal for tangential), and when directed relations (lags, exceeds, produces) run the same way.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from tutorsmith.evaluation.metrics.lexicon import WORD, Form, lexicon, stem
from tutorsmith.evaluation.metrics.scope import Negation, Scopes, Span, scopes

THRESHOLD = 0.6  # share of the key point's weight that must be found
CORE = 0.45  # share that must be found in the clauses themselves, not in the sentences before
_LONGEST_FORM = 7
_MAX_SENTENCES = 400  # sentences of an answer that are compared with a phrase
_CHINESE_RUN = re.compile(r"[\u4e00-\u9fff]+")
_NUMBER_WORDS = dict(zip("one two three four five six seven eight nine ten".split(), range(1, 11), strict=True)) | dict(
    zip("一二三四五六七八九十", range(1, 11), strict=True)
)
_PRONOUN = re.compile(r"\b(?:it|this|its|they|both|which)\b|它|其|此|这", re.IGNORECASE)
_PASSIVE = re.compile(r"\b(?:is|are|was|were|be|been|being|gets?)\b[^,.;]{0,30}$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Token:
    """A concept at a place. `polarity`: affirmed or denied, after complements and negations."""

    concept: str
    start: int
    end: int
    flags: str
    polarity: bool = True
    converse: bool = False
    negation: Negation | None = None  # set for what "no X" says of X: that it is zero, that it does not exist

    @property
    def weight(self) -> float:
        return 0.35 if "~" in self.flags else 1.0

    @property
    def predicate(self) -> bool:
        return "*" in self.flags or self.concept.startswith("n:")


@dataclass(frozen=True, slots=True)
class PhraseKey:
    """A wording to be found: its concepts without those that say nothing."""

    text: str
    tokens: tuple[Token, ...]
    conditional: bool

    @property
    def total(self) -> float:
        return sum(t.weight for t in self.tokens)


@dataclass(frozen=True, slots=True)
class PhraseVerdict:
    """`state`: "covered", "contradicted" or "missing"; offsets of the evidence in the answer; `score` 0 to 1."""

    state: str
    start: int = 0
    end: int = 0
    rule: str = ""
    score: float = 0.0


@lru_cache(maxsize=64)
def tokens_of(answer: str) -> tuple[Token, ...]:
    """All concepts of the answer in order, stop words left out."""
    scope = scopes(answer)
    raw = sorted(_raw_tokens(scope.prose), key=lambda t: (t[1], t[2]))
    inner = [(start, end) for form, start, end in raw if form.complement]
    negations = [n for n in scope.negations if n.end <= n.start or not _within_complement(n, inner)]
    flags = lexicon().flags
    out: list[Token] = []
    for form, start, end in raw:
        flag = flags.get(form.concept, "")
        if "-" in flag:
            continue
        reached = sum(1 for n in negations if n.start <= start < n.until and not _is_itself(n, start, end))
        polarity = (not form.complement) ^ (reached % 2 == 1)
        out.append(Token(form.concept, start, end, flag, polarity, form.converse))
    for n in negations:
        if n.absence:
            out.append(Token("zero", n.start, n.end, "*", True, negation=n))
            out.append(Token("exist", n.start, n.end, "*", False, negation=n))
    return tuple(sorted(out, key=lambda t: t.start))


def _within_complement(negation: Negation, complements: list[tuple[int, int]]) -> bool:
    width = _width(negation)
    return any(s <= negation.start and negation.start + width <= e and e - s > width for s, e in complements)


def _width(negation: Negation) -> int:
    return max(1, negation.end - negation.start)


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
    for run in _CHINESE_RUN.finditer(prose):
        out += _unknown_chinese(prose, run.start(), run.end(), taken)
    words = [(m.group(), m.start(), m.end()) for m in WORD.finditer(prose) if not taken[m.start()]]
    stems = [stem(re.sub(r"[\s{}]", "", w)) for w, _, _ in words]
    index = 0
    while index < len(words):
        step, form = _longest(words, stems, index, prose)
        if form is not None:
            out.append((form, words[index][1], words[index + step - 1][2]))
        index += step
    return out


def _longest(words: list[tuple[str, int, int]], stems: list[str], index: int, prose: str) -> tuple[int, Form | None]:
    """The longest wording of the lexicon that starts here, else the word itself."""
    table = lexicon()
    for length in range(min(_LONGEST_FORM, len(words) - index), 0, -1):
        key = tuple(stems[index : index + length])
        gap = prose[words[index][1] : words[index + length - 1][2]]
        if length > 1 and (len(gap) > 60 or re.search(r"[,;:.!?\n]\s", gap)):
            continue
        if length == 1 and (form := _symbol(words[index][0])):
            return 1, form
        if key in table.english:
            return length, table.english[key]
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


@lru_cache(maxsize=4096)
def phrase_key(text: str) -> PhraseKey:
    """Parse a wording."""
    scope = scopes(text)
    tokens = [t for t in tokens_of(text) if t.negation is None]
    seen: dict[tuple[str, bool], Token] = {}
    for token in tokens:
        seen.setdefault((token.concept, token.polarity), token)
    kept = list(seen.values())
    absences = [t for t in tokens_of(text) if t.negation is not None and t.concept == "zero"]
    if absences and not any(t.predicate for t in kept):
        kept = [absences[0], *(Token(t.concept, t.start, t.end, t.flags, True, t.converse) for t in kept)]
    return PhraseKey(text, tuple(sorted(kept, key=lambda t: t.start)), bool(scope.conditions))


def judge_phrase(wording: str, answer: str) -> PhraseVerdict:
    """Whether the answer asserts the wording, denies it, or does neither."""
    key, scope = phrase_key(wording), scopes(answer)
    if not key.tokens:
        return _verbatim(wording, scope)
    everything = tokens_of(answer)
    best = PhraseVerdict("missing", rule="no sentence says it")
    against = PhraseVerdict("missing")
    for number in range(min(len(scope.sentences), _MAX_SENTENCES)):
        near = _slice(everything, scope.sentences[max(0, number - 2)].start, scope.sentences[number].end)
        if not _worth_reading(key, near):
            continue
        for core in _cores(scope, number):
            verdict = _judge_core(key, scope, near, core)
            if verdict.state == "covered" and (best.state != "covered" or verdict.score > best.score + 1e-9):
                best = verdict
            if verdict.state == "contradicted" and verdict.score >= against.score:
                against = verdict
            if verdict.state == "missing" and best.state == "missing" and verdict.score > best.score:
                best = verdict
    if against.state == "contradicted" and (best.state != "covered" or against.score > best.score + 0.15):
        return against
    return best


def _verbatim(wording: str, scope: Scopes) -> PhraseVerdict:
    at = scope.text.lower().find(wording.strip().lower())
    if at >= 0 and scope.negated(at) % 2 == 0 and not scope.discount(at):
        return PhraseVerdict("covered", at, at + len(wording.strip()), "verbatim", 1.0)
    return PhraseVerdict("missing", rule="no sentence says it")


def _slice(tokens: tuple[Token, ...], start: int, end: int) -> list[Token]:
    from bisect import bisect_left

    return list(
        tokens[bisect_left(tokens, start, key=lambda t: t.start) : bisect_left(tokens, end, key=lambda t: t.start)]
    )


def _worth_reading(key: PhraseKey, near: list[Token]) -> bool:
    found = sum(t.weight for t in key.tokens if any(_credit(t, other) for other in near))
    return found >= 0.4 * key.total


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
    if number:
        spans.append(Span(scope.sentences[number - 1].start, scope.sentences[number].end, "two"))
    return spans


def _credit(wanted: Token, found: Token) -> float:
    """How well a concept of the answer stands for one of the key point, 0 to 1."""
    if wanted.concept == found.concept:
        return 1.0
    general = lexicon().general
    wider = general.get(wanted.concept, ())
    if found.concept in wider or "!" + found.concept in wider:
        return 0.7
    if wanted.concept in general.get(found.concept, ()) and "~" in wanted.flags:
        return 1.0
    if {wanted.concept, found.concept} <= {"up", "down"}:
        return 1.0
    kind, _, word = wanted.concept.partition(":")
    other_kind, _, other = found.concept.partition(":")
    if kind != other_kind or not word or kind == "n":
        return 0.0
    if kind == "zh":
        return 0.8 if (word in other or other in word) else 0.0
    shorter = min(len(word), len(other))
    same = next((i for i, (a, b) in enumerate(zip(word, other, strict=False)) if a != b), shorter)
    return 0.9 if same >= 5 and same >= 0.7 * max(len(word), len(other)) else 0.0


def _agree(wanted: Token, found: Token) -> bool:
    """Both affirmed or both denied; what is the same everywhere does not vary."""
    turned = "!" + found.concept in lexicon().general.get(wanted.concept, ())
    return (wanted.polarity == found.polarity) != turned


def _judge_core(key: PhraseKey, scope: Scopes, near: list[Token], core: Span) -> PhraseVerdict:
    inside = [t for t in near if core.start <= t.start < core.end and not scope.discount(t.start)]
    if not inside:
        return PhraseVerdict("missing")
    before = [t for t in near if t.start < core.start and not scope.discount(t.start)]
    pairs, found, in_core, lacking = _pair(key, inside, before, scope)
    score = found / key.total
    start = min((a.start for _, a in pairs), default=core.start)
    end = max((a.end for _, a in pairs), default=core.end)
    if (
        lacking
        and _PRONOUN.search(scope.prose[core.start : core.end])
        and len(lacking) == 1
        and "=" in lacking[0].flags
    ):
        lacking = []
    threshold = THRESHOLD if any(t.predicate for t in key.tokens) else 0.75
    if score < threshold or in_core / key.total < CORE:
        return PhraseVerdict("missing", start, end, "only part of it is said", score)
    conflict = _conflict(key, pairs, inside, scope)
    if conflict == "else":
        return PhraseVerdict("missing", start, end, "said of something else", score)
    if conflict:
        return (
            PhraseVerdict("contradicted", start, end, conflict, score)
            if not lacking or conflict == "an opposite is said"
            else PhraseVerdict("missing")
        )
    if lacking:
        return PhraseVerdict("missing", start, end, f"nothing says '{lacking[0].concept}'", score)
    return PhraseVerdict("covered", start, end, "asserted in these words or their synonyms", score)


def _pair(
    key: PhraseKey, inside: list[Token], before: list[Token], scope: Scopes
) -> tuple[list[tuple[Token, Token]], float, float, list[Token]]:
    """(pairs of key and answer tokens, weight found, weight found in the core, what is lacking and may not be)."""
    pairs: list[tuple[Token, Token]] = []
    lacking: list[Token] = []
    found = in_core = 0.0
    for wanted in key.tokens:
        options = [(c, t) for t in inside if (c := _credit(wanted, t)) > 0 and _usable(key, wanted, t, inside, scope)]
        if options:
            credit, token = max(options, key=lambda o: (o[0], _agree(wanted, o[1])))
            pairs.append((wanted, token))
            found += wanted.weight * credit
            in_core += wanted.weight * credit
            continue
        siblings = lexicon().siblings.get(wanted.concept, frozenset())
        if any(t.concept in siblings and t.polarity for t in inside):
            found += wanted.weight  # counted, for the conflict is judged next
            in_core += wanted.weight
            lacking.append(wanted)
            continue
        credit = (
            0.0
            if wanted.predicate or siblings and "=" not in wanted.flags
            else max((_credit(wanted, t) for t in before), default=0.0)
        )
        found += 0.8 * wanted.weight * credit
        if not credit and (wanted.predicate or "=" in wanted.flags):
            lacking.append(wanted)
    return pairs, found, in_core, lacking


def _usable(key: PhraseKey, wanted: Token, token: Token, inside: list[Token], scope: Scopes) -> bool:
    if token.negation is not None:
        # "no field" says that the field is zero, and of nothing else
        follow = next((t for t in inside if t.start >= token.end and t.negation is None), None)
        return follow is not None and any(_credit(k, follow) > 0 for k in key.tokens if k is not wanted)
    return key.conditional or not wanted.predicate or not scope.conditional(token.start)


def _conflict(key: PhraseKey, pairs: list[tuple[Token, Token]], inside: list[Token], scope: Scopes) -> str:
    """Why the clauses say the opposite ("": they do not; "else": they speak of something else)."""
    absent = [a.negation for _, a in pairs if a.negation is not None]
    predicates = [p for p in pairs if p[0].predicate]
    for wanted, token in predicates or pairs:
        if not _agree(wanted, token) and wanted.concept not in ("up", "down") and not _reached(token, absent):
            return "denied"
    for wanted, token in pairs:
        if not wanted.predicate and wanted.polarity and not token.polarity and _denied_as_absent(token, absent, inside):
            return "denied"
    table = lexicon()
    matched = {id(a) for _, a in pairs}
    for wanted in key.tokens:
        rivals = table.siblings.get(wanted.concept, frozenset()) - {k.concept for k in key.tokens}
        present = [t for t in inside if t.concept in rivals and t.polarity and id(t) not in matched]
        own = next((a for k, a in pairs if k is wanted), None)
        if present and (own is None or _nearer(present, own, predicates, scope)):
            return "an opposite is said" if wanted.predicate else "else"
    return _trend(key, inside) or _direction(key, pairs, inside, scope)


def _reached(token: Token, absent: list[Negation]) -> bool:
    return token.negation is None and any(n.start <= token.start < n.until for n in absent)


def _denied_as_absent(token: Token, absent: list[Negation], inside: list[Token]) -> bool:
    """The noun is denied by "no", "without", and this is not what stands for the key point's own "zero"."""
    return any(
        t.negation is not None and t.negation not in absent and t.negation.end <= token.start < t.negation.until
        for t in inside
    )


def _nearer(rivals: list[Token], own: Token, predicates: list[tuple[Token, Token]], scope: Scopes) -> bool:
    """A rival stands in the clause of the predicate and the wanted concept does not."""
    anchors = [a for k, a in predicates if a is not own]
    if not anchors:
        return False
    anchor = anchors[0]
    clause = next((c for c in scope.clauses[scope.sentence_at(anchor.start)] if c.start <= anchor.start < c.end), None)
    if clause is None or clause.start <= own.start < clause.end:
        return False
    return any(clause.start <= r.start < clause.end for r in rivals)


def _trend(key: PhraseKey, inside: list[Token]) -> str:
    """Two quantities that rise and fall together or against each other: the product of the directions must agree."""
    wanted = [t for t in key.tokens if t.concept in ("up", "down")]
    if not wanted:
        return ""
    found = [t for t in inside if t.concept in ("up", "down")]
    affirmed = [t for t in found if t.polarity]
    if found and not affirmed and all(t.polarity for t in wanted):
        return "denied"
    found = affirmed if all(t.polarity for t in wanted) else found
    want = sum(t.concept == "down" for t in wanted) % 2
    have = sum(t.concept == "down" for t in found) % 2
    return "" if want == have else "the trend is the opposite"


def _direction(key: PhraseKey, pairs: list[tuple[Token, Token]], inside: list[Token], scope: Scopes) -> str:
    for relation, token in pairs:
        if ">" not in relation.flags or relation.concept != token.concept:
            continue
        flip = relation.converse ^ token.converse ^ _passive(key.text, relation) ^ _passive(scope.prose, token)
        evidence = 0
        for wanted, found in pairs:
            if wanted is relation or wanted.predicate or "~" in wanted.flags:
                continue
            twice = sum(1 for t in inside if t.concept == found.concept) > 1
            same_side = (wanted.start < relation.start) == (found.start < token.start)
            evidence += 0 if twice else (1 if same_side ^ flip else -1)
        if evidence < 0:
            return "the relation runs the other way" if relation.predicate else "else"
        if evidence == 0 and relation.converse != token.converse:
            return "else"
    return ""


def _passive(text: str, token: Token) -> bool:
    after = text[token.end : token.end + 12].lower()
    if re.match(r"\w*\s+by\b", after):
        return True
    return bool(re.search(r"(?:由|被)[^,。;]{0,20}$", text[max(0, token.start - 22) : token.start]))

"""Who says it, and is it said at all: sentences, clauses, and the scope of negation and of what is not asserted.

Works on `lexicon.normalise`d text, by offsets. English and Chinese rules stand side by side, for answers mix the two.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache

from tutorsmith.evaluation.metrics.lexicon import normalise, plain
from tutorsmith.evaluation.metrics.tables import alternatives, pattern

MAX_CHARACTERS = 15_000  # of an answer that are read: what stands beyond is in no answer of a tutor
SENTENCE_LIMIT = 1_200  # a longer "sentence" is cut, to keep every rule linear in practice

_ABBREVIATION = re.compile(r"\b(?:e\.g|i\.e|cf|vs|Eqs?|Figs?|approx|resp|etc|Dr|No|Sec|Ref|al|w\.r\.t)\.$")
_WHEN = re.compile(r"(?:没有|无|不|未|没)[^,。;]{1,15}?时(?![间刻候常变])")
_COMMA = re.compile(",")
_HEADING = re.compile(r"\s{0,8}#{1,6}\s[^\n]*\n")
_TOKEN = re.compile(f"(?P<innocent>{alternatives('innocent')})|(?P<negator>{alternatives('negator')})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Span:
    """Half-open range of offsets in the answer, with what is true of it."""

    start: int
    end: int
    what: str = ""


@dataclass(frozen=True, slots=True)
class Negation:
    """A negator and the range that it denies; `absence` for "no field", "没有电场", where the noun itself is denied."""

    start: int
    end: int
    until: int
    absence: bool


@dataclass(frozen=True, slots=True)
class Scopes:
    """An answer cut up: `text` is normalised, `prose` also has its markup blanked; offsets hold in all of them."""

    original: str
    text: str
    prose: str
    sentences: tuple[Span, ...]
    clauses: tuple[tuple[Span, ...], ...]
    negations: tuple[Negation, ...]
    unsaid: tuple[Span, ...]
    conditions: tuple[Span, ...]
    truncated: bool

    def sentence_at(self, position: int) -> int:
        """Index of the sentence that holds the offset."""
        return max(0, bisect_right(self.sentences, position, key=lambda s: s.start) - 1)

    def negated(self, position: int) -> int:
        """How many negations reach the offset; odd means denied."""
        return sum(1 for n in self.negations if n.end <= position < n.until)

    def discount(self, position: int) -> str:
        """Why what stands at the offset is not asserted by the answer, or the empty string."""
        return next((span.what for span in self.unsaid if span.start <= position < span.end), "")

    def conditional(self, position: int) -> bool:
        """Whether the offset lies in an if-clause."""
        return any(span.start <= position < span.end for span in self.conditions)


@lru_cache(maxsize=64)
def scopes(answer: str) -> Scopes:
    """Cut an answer into sentences and clauses and find what is denied and what is not asserted."""
    cut = (
        answer
        if len(answer) <= MAX_CHARACTERS
        else answer[: MAX_CHARACTERS // 2] + "\n\n" + answer[-MAX_CHARACTERS // 2 :]
    )
    text = normalise(cut)
    prose = plain(text)
    sentences = _sentences(text)
    clauses = tuple(_clauses(prose, s) for s in sentences)
    negations = [
        n for i, s in enumerate(sentences) for n in _negations(prose, s) if not _is_fault(prose, sentences, i, n)
    ]
    unsaid, refuted = _unsaid(prose, sentences)
    negations += [Negation(r.start, r.start, r.end, False) for r in refuted]
    conditions = tuple(
        Span(s.start + m.start(), s.start + m.end())
        for s in sentences
        for m in pattern("condition").finditer(prose[s.start : s.end])
    )
    return Scopes(
        cut, text, prose, sentences, clauses, tuple(negations), tuple(unsaid), conditions, len(answer) > MAX_CHARACTERS
    )


def _sentences(text: str) -> tuple[Span, ...]:
    spans, start = [], 0
    for found in pattern("sentence").finditer(text):
        if _ABBREVIATION.search(text[max(0, found.end() - 8) : found.end()].rstrip()):
            continue
        spans += _sections(text, start, found.end())
        start = found.end()
    return tuple(spans + _sections(text, start, len(text)))


def _sections(text: str, start: int, end: int) -> list[Span]:
    """A heading is no part of the sentence below it, and asserts nothing."""
    out: list[Span] = []
    while heading := _HEADING.match(text, start, end):
        out.append(Span(start, heading.end(), "heading"))
        start = heading.end()
    return out + _pieces(text, start, end)


def _pieces(text: str, start: int, end: int) -> list[Span]:
    return [
        Span(a, min(a + SENTENCE_LIMIT, end))
        for a in range(start, end, SENTENCE_LIMIT)
        if text[a : min(a + SENTENCE_LIMIT, end)].strip()
    ]


def _clauses(prose: str, sentence: Span) -> tuple[Span, ...]:
    spans, start = [], sentence.start
    for found in pattern("clause").finditer(prose, sentence.start, sentence.end):
        if found.start() > start and prose[start : found.start()].strip():
            spans.append(Span(start, found.start()))
            start = found.start()
    if prose[start : sentence.end].strip():
        spans.append(Span(start, sentence.end))
    return tuple(spans)


def _negations(prose: str, sentence: Span) -> list[Negation]:
    found: list[Negation] = []
    for match in _TOKEN.finditer(prose, sentence.start, sentence.end):
        if match.lastgroup == "innocent":
            continue
        word = match.group().lower()
        until = sentence.end
        for stop in pattern("clause").finditer(prose, match.end(), sentence.end):
            if stop.start() == match.end() and stop.group() == ",":
                continue
            if (
                pattern("long_reach").match(word)
                and stop.group() in ",、"
                and not pattern("new_advice").match(prose, stop.end())
            ):
                continue
            if word.startswith("neither") and stop.group() == ",":
                continue
            until = stop.start()
            break
        if when := _WHEN.match(prose, match.start(), until):
            until = when.end()  # "when there is no X" denies the X alone
        if word.startswith("neither"):
            nor = prose.lower().find(" nor ", match.end(), until)
            until = nor if nor >= 0 else until
        if (
            word == "without"
            and found
            and found[-1].until > match.start()
            and prose[found[-1].start : found[-1].start + 7].lower() != "without"
        ):
            found.pop()  # nothing ... without ...: the two cancel
            continue
        found.append(Negation(match.start(), match.end(), until, bool(pattern("absence").match(word))))
    return found


def _is_fault(prose: str, sentences: tuple[Span, ...], index: int, negation: Negation) -> bool:
    """ "The axes carry no labels; please add them" asks for the labels, and does not deny them."""
    sentence = sentences[index]
    fault = pattern("fault").search(prose, max(sentence.start, negation.start - 12), sentence.end)
    if (
        fault is None
        or not fault.start() - 2 <= negation.start <= fault.end()
        or pattern("modal").search(prose, sentence.start, fault.end())
    ):
        return False
    end = sentences[index + 1].end if index + 1 < len(sentences) else sentence.end
    return pattern("repair").search(prose, fault.end(), min(end, fault.end() + 200)) is not None


def _unsaid(prose: str, sentences: tuple[Span, ...]) -> tuple[list[Span], list[Span]]:
    """(what is not asserted, with the reason; what is said and then called wrong, which counts as denied)."""
    unsaid: list[Span] = []
    refuted: list[Span] = []
    for index, sentence in enumerate(sentences):
        text = prose[sentence.start : sentence.end]
        following = prose[sentences[index + 1].start : sentences[index + 1].end] if index + 1 < len(sentences) else ""
        judged = pattern("judged").match(following)
        wrong_next = bool(judged and pattern("refuted").search(following[: judged.end() + 20])) or bool(
            re.match(r"\s*(?:wrong|incorrect|false|错|不对)\b", following, re.I)
        )
        if text.rstrip(" *_\"'”)」\n").endswith("?") or re.search(r"[吗呢]\s*[?。]?\s*$", text):
            if pattern("no").match(following):
                refuted.append(sentence)
            elif not pattern("yes").match(following):
                unsaid.append(Span(sentence.start, sentence.end, "question"))
            continue
        _sentence_unsaid(text, sentence, wrong_next, unsaid, refuted)
    return unsaid, refuted


def _sentence_unsaid(text: str, sentence: Span, wrong_next: bool, unsaid: list[Span], refuted: list[Span]) -> None:
    start = sentence.start
    unsaid += [Span(start + m.start(), start + m.end(), "question") for m in pattern("whether").finditer(text)]
    if counterfactual := pattern("counterfactual").search(text):
        turn = re.search(r"[,;](?=\s*(?:but|however|in fact|但|然而|实际上|而实际))", text[counterfactual.end() :])
        stop = counterfactual.end() + turn.start() if turn else len(text)
        unsaid.append(Span(start + counterfactual.start(), start + stop, "hypothetical"))
    if claimed := pattern("postposed").search(text):
        unsaid.append(Span(start, start + claimed.start(), "someone else's claim"))
    if task := pattern("task").search(text):
        unsaid.append(Span(start + task.start(), start + len(text), "a task"))
    refutation = pattern("refuted").search(text)
    if refutation and not pattern("counterfactual").search(text):
        before = [m.end() for m in pattern("turn").finditer(text[: refutation.start()])]
        refuted.append(Span(start + (before[-1] if before else 0), start + refutation.start()))
    elif wrong_next:
        refuted.append(sentence)
    label = pattern("label").match(text)
    attribution = label or pattern("attribution").search(text)
    if (
        attribution
        and not pattern("endorsed").search(text)
        and not wrong_next
        and not (refutation and refutation.start() > attribution.start())
    ):
        ends = _COMMA if attribution.group().lower().startswith(("contrary", "与")) else pattern("turn")
        turn = ends.search(text, attribution.end())
        unsaid.append(
            Span(start + attribution.start(), start + (turn.start() if turn else len(text)), "someone else's claim")
        )

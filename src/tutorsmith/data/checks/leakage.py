"""Training records against benchmark items: does a question to be asked, or its answer, stand in what is learnt?

The benchmark is indexed once by its words; each training text then looks at the few items that share its rare words,
so that the cost grows with the training data and not with the product of the two. Candidates are verified on the texts'
own word pairs (resemblance and containment: Broder, 1997), not on sketches of them.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import Any

from tutorsmith.data.checks.finding import Remark
from tutorsmith.data.checks.leakage_words import SAME_TASK, STOP, ZH_STOP
from tutorsmith.data.checks.record import Record
from tutorsmith.data.words import normalise_symbols, stem, tokens_of

NEAR = 0.7
CONTAINED = 0.85
MIN_CONTAINED_PAIRS = 10
PARAPHRASE = 0.36
"""Weighted resemblance of the words that carry sense. Different questions of one course were found below 0.27, reworded
ones from 0.39 on; short ones, with fewer than MIN_SHARED_WORDS in common, must reach PARAPHRASE_SHORT."""
PARAPHRASE_SHORT = 0.55
PARAPHRASE_NUMBERS = 0.25
MIN_SAME_NUMBERS = 3
"""Exercises with this many numbers, all of them the same, are one exercise at a lower resemblance of their words."""
MIN_SHARED_WORDS = 6
MIN_WORDS = 4
"""A turn of fewer words ("And why?") says nothing alone; it is compared together with the turns before it."""
MIN_ANSWER_WORDS = 12
MAX_POSTINGS = 200
"""A word of more items than this belongs to the course and leads to no candidate by itself."""

_TOKEN = re.compile(r"[a-z]+(?:_[a-z0-9]+)?|\d+(?:\.\d+)?|[\u3400-\u4dbf\u4e00-\u9fff]")
_IS_CJK = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class Profile:
    """A text for comparison. tokens: all words; pairs: neighbouring words; content: stems that carry sense (single
    characters in Chinese); numbers: the numbers with their units, without exponents and subscripts; chinese: the
    Chinese words that carry sense."""

    tokens: tuple[str, ...]
    pairs: frozenset[tuple[str, str]]
    content: frozenset[str]
    numbers: tuple[str, ...]
    chinese: frozenset[str] = frozenset()

    @property
    def key(self) -> str:
        """Equal for texts that are equal up to case, punctuation and the spelling of symbols."""
        return " ".join(self.tokens)


def profile(text: str) -> Profile:
    """The profile of a text; symbols have one spelling in it."""
    chinese: frozenset[str] = frozenset()
    if not text.isascii():
        text = _SUBSCRIPT_END.sub(r"\1 ", text)
        if _IS_CJK.search(text):
            text = _simplified(text)
            chinese = _chinese_words(text)
    tokens = tuple(_TOKEN.findall(normalise_symbols(text).casefold()))
    content = set()
    for token in tokens:
        if _IS_CJK.match(token):
            if token not in ZH_STOP:
                content.add(token)
        elif not token[0].isdigit() and token not in STOP:
            word = stem(token)
            content.add(SAME_TASK.get(word, SAME_TASK.get(token, word)))
    numbers = tuple(sorted(found.replace(" ", "") for found in _QUANTITY.findall(_RAISED.sub(" ", text))))
    return Profile(tokens, frozenset(pairwise(tokens)), frozenset(content), numbers, chinese)


_SUBSCRIPT_END = re.compile(r"([₀-₉])(?=[A-Za-z])")
_RAISED = re.compile(r"[\^_]\s*\{?\s*[-−]?\d+\s*\}?")
_QUANTITY = re.compile(
    r"\d+(?:\.\d+)?(?: ?(?:[kMGTmuμµnp]?(?:Hz|V|A|W|F|H|C|T|J|N|s|g|eV|Pa|Ω|m)|cm|dB|%)(?![A-Za-z]))?"
)
_CHINESE_RUN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]+")
_ZH_TASK_WORDS = """
什么 怎样 怎么 如何 为什么 为何 多少 多大 计算 求出 试求 说明 解释 给出
写出 推导 证明 一个 原因 理由 请问 可以 我们 这个 那个 以及 并且 其中
"""
_ZH_TASK = frozenset(_ZH_TASK_WORDS.split())


@lru_cache(maxsize=1)
def _converter() -> Any:
    from opencc import OpenCC

    return OpenCC("t2s")


def _simplified(text: str) -> str:
    """Traditional characters in their simplified form."""
    out: str = _converter().convert(text)
    return out


def _chinese_words(text: str) -> frozenset[str]:
    """The words of Chinese text that carry sense: they tell 极化强度 from 磁化强度, whose characters are alike."""
    import rjieba

    found = {word for run in _CHINESE_RUN.findall(text) for word in rjieba.cut(run)}
    return frozenset(word for word in found if word not in _ZH_TASK and word not in ZH_STOP)


def questions(record: Record) -> list[str]:
    """The texts by which a record may leak or be leaked: every user turn, short ones with the turns before them."""
    turns = record.user_turns
    out = []
    for index, turn in enumerate(turns):
        start = index
        text = turn
        while start > 0 and len(_TOKEN.findall(text.casefold())) < MIN_WORDS:
            start -= 1
            text = f"{turns[start]}\n{text}"
        out.append(text)
    return out


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer for comparison; coarser than a Profile, since answers are long and every one of them is looked at."""

    key: str
    length: int
    pairs: frozenset[tuple[str, str]]


def answer_profile(text: str) -> Answer:
    """The words of an answer and their pairs, case and punctuation left out."""
    tokens = tokens_of(text)
    return Answer(" ".join(tokens), len(tokens), frozenset(pairwise(tokens)))


@dataclass(frozen=True, slots=True)
class Item:
    """What is kept of a benchmark item."""

    file: str
    line: int
    id: str
    question: Profile
    answer: Answer | None


@dataclass
class Leakage:
    """The indexed benchmark. `allowed` holds reviewed pairs (training id, benchmark id) that are reported no more."""

    allowed: Collection[tuple[str, str]] = frozenset()
    items: list[Item] = field(default_factory=list)
    by_text: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    by_key: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    by_answer: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    postings: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    answer_postings: dict[tuple[str, str], list[int]] = field(default_factory=lambda: defaultdict(list))

    def add(self, record: Record) -> None:
        """Index one benchmark item."""
        asked = questions(record)
        if not asked:
            return
        number = len(self.items)
        question = profile(asked[-1])
        answer = record.final_answer
        learnt = None if answer is None or record.is_refusal else answer_profile(answer.content)
        self.items.append(Item(record.file, record.line, record.id, question, learnt))
        self.by_text[asked[-1].strip()].append(number)
        self.by_key[question.key].append(number)
        for word in question.content:
            self.postings[word].append(number)
        if learnt is not None and learnt.length >= MIN_ANSWER_WORDS:
            self.by_answer[learnt.key].append(number)
            for pair in learnt.pairs:
                self.answer_postings[pair].append(number)

    def check(self, record: Record) -> Iterator[tuple[str, Remark]]:
        """(kind, remark) for one training record; each item is named once, with the gravest kind."""
        named: set[int] = set()
        for text in dict.fromkeys(questions(record)):
            for kind, number, how in self._question(text):
                if number not in named and (record.id, self.items[number].id) not in self.allowed:
                    named.add(number)
                    yield kind, self._remark("the question", number, how)
        if record.is_refusal:
            return
        for answer in record.answers:
            for number, how in self._answer(answer.content):
                if number not in named and (record.id, self.items[number].id) not in self.allowed:
                    named.add(number)
                    yield "answer-overlap", self._remark("the answer", number, how, answer.field)

    def alike(self, record: Record) -> set[int]:
        """Numbers of the items whose question, or reference, a record holds in the same or in other words."""
        found = {number for text in questions(record) for _, number, _ in self._question(text)}
        if not record.is_refusal:
            found |= {number for answer in record.answers for number, _ in self._answer(answer.content)}
        return found

    def _remark(self, what: str, number: int, how: str, field: str = "messages") -> Remark:
        item = self.items[number]
        told = f"{what} {how} of the benchmark item {item.id!r} ({item.file}:{item.line})"
        return Remark(field, told, "remove one of the two, or allow the pair after review")

    def _question(self, text: str) -> Iterator[tuple[str, int, str]]:
        exact = self.by_text.get(text.strip(), [])
        yield from (("question-overlap", number, "is the one") for number in exact)
        asked = profile(text)
        if not asked.tokens:
            return
        same = [number for number in self.by_key.get(asked.key, []) if number not in exact]
        yield from (("question-overlap", number, "is, up to case and punctuation, the one") for number in same)
        for number in self._candidates(asked):
            if number in exact or number in same:
                continue
            verdict = self._verdict(asked, self.items[number].question)
            if verdict:
                yield verdict[0], number, verdict[1]

    def _weight(self, word: str) -> float:
        """Inverse document frequency over the benchmark; a word that no item has weighs most."""
        return math.log(1 + (len(self.items) + 1) / (len(self.postings.get(word, ())) + 0.5))

    def _candidates(self, asked: Profile) -> list[int]:
        """Items that share at least a third of the weight of their own words, best first, at most 20."""
        shared: Counter[int] = Counter()
        for word in self.postings.keys() & asked.content:
            found = self.postings[word]
            if len(found) <= MAX_POSTINGS:
                shared.update(found)
        least = max(2, len(asked.content) // 4)
        return [number for number, count in shared.most_common(20) if count >= min(least, 5)]

    def _verdict(self, asked: Profile, item: Profile) -> tuple[str, str] | None:
        """(kind, how) of two questions that are alike, or None."""
        common = len(asked.pairs & item.pairs)
        smaller = min(len(asked.pairs), len(item.pairs))
        resemblance = common / max(1, len(asked.pairs | item.pairs))
        containment = common / max(1, smaller)
        if not _same_words(asked.chinese, item.chinese):
            return None
        near = resemblance >= NEAR or (containment >= CONTAINED and smaller >= MIN_CONTAINED_PAIRS)
        if near and asked.numbers == item.numbers:
            return "near-overlap", f"is nearly the one ({max(resemblance, containment):.0%} of the word pairs)"
        if near and containment >= CONTAINED and set(item.numbers) <= set(asked.numbers):
            return "near-overlap", f"holds nearly the one ({containment:.0%} of the word pairs)"
        both = asked.content & item.content
        either = asked.content | item.content
        if len(both) < 3 or not either:
            return None
        alike = sum(map(self._weight, both)) / sum(map(self._weight, either))
        least = PARAPHRASE if len(both) >= MIN_SHARED_WORDS else PARAPHRASE_SHORT
        if len(item.numbers) >= MIN_SAME_NUMBERS and asked.numbers == item.numbers:
            least = PARAPHRASE_NUMBERS
        if alike < least:
            return None
        if asked.numbers and item.numbers and not _share_numbers(set(asked.numbers), set(item.numbers)):
            # The same exercise with other numbers is practice, not leakage.
            return None
        return "paraphrase-overlap", f"may be a paraphrase ({alike:.0%} of the weighted words) of the one"

    def _answer(self, text: str) -> Iterator[tuple[int, str]]:
        said = answer_profile(text)
        if said.length < MIN_ANSWER_WORDS:
            return
        same = self.by_answer.get(said.key, [])
        yield from ((number, "is the reference") for number in same)
        shared: Counter[int] = Counter()
        for pair in self.answer_postings.keys() & said.pairs:
            found = self.answer_postings[pair]
            if len(found) <= MAX_POSTINGS:
                shared.update(found)
        for number, count in shared.most_common(5):
            answer = self.items[number].answer
            if answer is None or number in same:
                continue
            containment = count / max(1, min(len(said.pairs), len(answer.pairs)))
            if containment >= CONTAINED and min(len(said.pairs), len(answer.pairs)) >= 2 * MIN_CONTAINED_PAIRS:
                yield number, f"holds nearly the reference ({containment:.0%} of the word pairs)"


def _same_words(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two Chinese questions share words and not only characters; texts without Chinese always do."""
    if not one or not other:
        return True
    both = len(one & other)
    return both / len(one | other) >= CHINESE_WORDS or both / min(len(one), len(other)) >= CHINESE_HELD


CHINESE_WORDS = 0.3
CHINESE_HELD = 0.75
"""Chinese words that two questions must share: of all words of both, or of the shorter one's."""


def _share_numbers(one: set[str], other: set[str]) -> bool:
    """Half of the numbers, at least: one that is the same by chance makes no exercise the same."""
    return 2 * len(one & other) >= min(len(one), len(other)) and bool(one & other)


def build_leakage(records: Sequence[Record], allowed: Collection[tuple[str, str]] = frozenset()) -> Leakage:
    """Index all benchmark items."""
    out = Leakage(frozenset(allowed))
    for record in records:
        out.add(record)
    return out

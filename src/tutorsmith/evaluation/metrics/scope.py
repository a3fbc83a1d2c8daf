"""Who says it, and is it said at all: sentences, clauses, and the scope of negation and of what is not asserted.

Works on `lexicon.normalise`d text, by offsets. English and Chinese rules stand side by side, for answers mix the two.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache

from tutorsmith.evaluation.metrics.lexicon import normalise, plain

MAX_CHARACTERS = 60_000  # of an answer that are read: what stands beyond is in no answer of a tutor
_SENTENCE_LIMIT = 1_200  # a longer "sentence" is cut, to keep every rule linear in practice

_END = re.compile(
    r"(?:(?<![0-9A-Z])\.(?=[\s$*)\"'”」』]|$)|(?<=[0-9A-Z])\.(?=[\s$*)\"'”]+[A-Z\u4e00-\u9fff\\$*#-]|\s*$)|[!?。;])[\"'”」』)*$]*|\n(?=\s*(?:[-*+#>|]|\d+[.)]|\n|\$\$|\\\[))|\n{2,}"
)
_ABBREVIATION = re.compile(r"(?:\b(?:e\.g|i\.e|cf|vs|Eq|Eqs|Fig|Figs|approx|resp|etc|Dr|No|Sec|Ref|al|w\.r\.t)\.)$")
_CLAUSE = re.compile(
    r"[,;:、]|\s(?:but|whereas|while|because|since|so|although|though|unless|until|hence|therefore|which|even if|and (?=(?:is|it|so|thus|hence|therefore|has|the|"
    r"its|they|this|that|can|will|must|does|points|lags|leads)\b))(?=\s)|\n|而是|而(?!非|不)|但|却|因此|所以|因为|由于|从而|故(?!障)|其实|实际上"
)

# Words that hold a negative character or word without denying anything; they are consumed before the negators.
_INNOCENT = (
    r"\bnot only\b|\bnot just\b|\bnot merely\b|\bnot simply\b|\bno doubt\b|\bno matter\b|\bnothing but\b|\bno wonder\b|\bnot (?:in)?significantly different\b|"
    r"\b(?:it is |it's |is )?not (?:in)?correct to doubt\b|\bnot (?:only|least)\b|\bno less than\b|\bno\.\s?\d|\bwhether or not\b|\bcannot but\b|"
    r"\bnot (?:false|untrue|incorrect|wrong)\b|\bnot (?:quite )?unlike\b|\bwithout (?:doubt|loss of generality)\b|\bno sooner\b|"
    r"不仅|不但|不只|不光|不断|无论|不管|不论|不妨|不难|不得不|无非|不过|毫无疑问|无疑|不久|不同|不等式|非常|除非|无穷|无限|未来|未知|"
    r"不可避免|不错|没错|不约而同|莫不|无不|不外乎|不失一般性|并非不|不能不|不会不|不是不|无一例外|不一而足|非但|差别|特别|别的|级别|分别|区别|判别|识别|个别|类别|辨别|别人|未必不|是非|要不是|不言而喻|不可或缺|不可缺少"
)
_NEGATOR = (
    r"\bthere (?:is|are|was|were|exists?) (?:no|not)\b|\bit is (?:not true|not the case|false|untrue|incorrect|wrong|not right|not correct)(?: that| to)?\b|"
    r"\b(?:wrong|incorrect|false|mistaken|inaccurate) (?:to (?:say|claim|think|assume|believe|conclude|write|state|suppose)|that)\b|"
    r"\b(?:is|are|was|were|do|does|did|has|have|had|would|could|should|ca|wo|need|must|ai)n't\b|\bdont\b|\bdoesnt\b|\bisnt\b|\bcant\b|"
    r"\b(?:cannot|not|no longer|no|never|neither|nor|none|nothing|nowhere|nobody|hardly|scarcely|without|lacks?|lacking|devoid of|free of|free from|absence of|"
    r"in the absence of|avoid(?:s|ed|ing)?|refrain(?:s|ing)? from|fails? to|failed to|failing to|unable to|instead of|rather than|as opposed to|unlike|"
    r"by no means|anything but|far from|in no way|prevents?|omits?|omitted|omitting|leaves? out|left out|forgets?|forgot(?: to)?|neglects?|impossible(?: for)?|unnecessary to|den(?:y|ies|ied)|rules? out|refutes?|other than|never fails? to)\b|"
    r"并非|并不是|并不|而不是|而非|不是|不会|不能够|不能|不可能|不可以|不可|不得|不应该|不应当|不应|不该|不要|不必|不需要|不再|不存在|没有|没能|从未|从不|决不|绝不|绝非|毫无|毫不|未曾|未能|未必|无法|无须|无需|难以|"
    r"≠|避免|禁止|杜绝|切勿|切忌|请勿|勿|遗漏|漏掉|忽略|缺乏|缺少|否认|不等于|不为|不随|不|没|未|无(?!关|源|旋|散|耗|损|线|量纲)|非(?!零|线性|保守|均匀|常|0|正式|导|金属|磁)|别(?=[再用把说写在])"
)
_TOKEN = re.compile(f"(?P<innocent>{_INNOCENT})|(?P<negator>{_NEGATOR})", re.IGNORECASE)
# These say that the noun after them is absent, not that a verb after them is denied.
DETERMINER = re.compile(
    r"(?:there (?:is|are|was|were|exists?) (?:no|not)|no|without|none|absence of|in the absence of|free of|free from|devoid of|lacks?|lacking|没有|无|毫无|不存在|没|缺乏|缺少)$",
    re.I,
)
_LONG_REACH = re.compile(
    r"avoid|refrain|避免|禁止|杜绝|切勿|切忌|请勿|不要|勿|wrong|incorrect|false|not true|not the case|untrue|not right|not correct|neither",
    re.I,
)

_BELIEF = (
    r"(?:say|says|said|saying|claim|claims|claimed|claiming|writes?|wrote|written|thinks?|thought|believes?|believed|assumes?|assumed|argues?|argued|concludes?|concluded|states?|"
    r"stated|used|uses|gets?|got|obtained|takes?|took|puts?|answers?|answered|asserts?|asserted|suggests?|suggested|insists?|insisted|confus\w+|expects?|expected|forgot|has|had|made|makes|reasoned)"
)
_ATTRIBUTION = re.compile(
    r"\b(?:(?:the|this|that|a|your|one|another|my) )?(?:students?|learners?|classmates?|beginners?|novices?|someone|somebody|some people|some students|some textbooks|many people|"
    r"many students|most people|people|colleagues?|friends?|peers?|draft|submission)(?:'s?)?,?(?: (?:may|might|often|sometimes|also|first|then|has|have|had|mistakenly|wrongly|incorrectly|will|would|even|still|here))*"
    rf" {_BELIEF}\b|\byou (?:wrote|claimed|said|thought|assumed|used|stated|answered|got|concluded|put|took|have written)\b|\b(?:he|she|they) (?:wrote|claims?|claimed|says?|said|thinks?|thought|believes?|believed|assumed)\b|"
    r"\b(?:the student's|a student's|students'|your|the submitted|the draft's|the given) (?:\w+ )?(?:claim|statement|answer|assertion|belief|argument|solution|result|formula|expression|equation|reasoning|assumption|version|sentence|conclusion|value)\b|"
    r"\b(?:it is|it's) (?:often|sometimes|commonly|widely|frequently|popularly) (?:said|claimed|believed|thought|assumed|stated)\b|"
    r"\b(?:common|frequent|typical|popular|widespread|classic|usual) (?:\w+ )?(?:mistakes?|errors?|misconceptions?|pitfalls?|confusions?|fallac(?:y|ies)|myths?|misunderstandings?)\b|"
    r"\b(?:misconception|misbelief|myth|fallacy|misunderstanding|mistake)\b (?:is|that|of|here)|\b(?:mistakenly|erroneously|wrongly|falsely|incorrectly)\b|\bcontrary to\b|\btempting to\b|\bdespite the (?:claim|belief)\b|"
    r"(?:学生|同学|有人|有些人|很多人|许多人|不少人|初学者|某人|他|她|你|小[明红华李王张]|某同学|你们|人们)(?:们)?(?:常常|往往|经常|可能|容易|常|曾|还|会|就|在[^,。]{0,6})?(?:的(?:答案|说法|结论|结果|观点|公式|写法|解答|论述|推导)|认为|以为|说|写道|写的|写成|写了|写|声称|觉得|主张|得出|断言|答|把|将|误)|"
    r"误以为|误认为|误把|误将|错误地|常见(?:的)?(?:错误|误区|误解)|典型错误|一种误解|误区|错误(?:的)?(?:说法|观点|认识|结论|答案|写法|公式|理解)|有一种(?:说法|观点)|想当然|原(?:文|稿|句)(?:写|说|是|为|中)|与[^,。]{0,12}的看法相反",
    re.IGNORECASE,
)
_ENDORSED = re.compile(
    r"\b(?:correctly|rightly|is (?:quite |indeed |absolutely )?(?:right|correct|true|valid)|are (?:right|correct|true)|was right|which is (?:correct|true|right)|this is (?:correct|true|right))\b|正确地|说得对|是对的|是正确的|完全正确|没错|(?<!不)正确(?:[,。]|$)",
    re.IGNORECASE,
)
_REFUTED = re.compile(
    r"\b(?:(?:is|are|was|were|seems|looks|sounds) (?:\w+ )?(?:wrong|incorrect|false|mistaken|erroneous|untrue|a mistake|an error|a misconception|a myth|not (?:true|right|correct|so|valid|the case)|untenable|invalid|fallacious)\b(?! (?:to|that))|"
    r"(?:isn't|is not|aren't|wasn't) (?:true|right|correct|so|the case|valid)|does(?: not|n't) hold)\b|(?:是|都是|是完全|是不|完全|的说法|这|就|也|并)?(?:错误的|错的|错了|不对|不正确|有误|不成立|站不住脚|是误解|不准确|是错误|不符合事实)",
    re.IGNORECASE,
)
_TURN = re.compile(
    r"\b(?:but|however|whereas|in fact|in reality|actually|instead|should (?:be|read|have been)|the correct|correct(?:ed)?:|the right|in truth|when in fact|yet|the truth|must be|ought to be|it is really|correction|remember that|note that|nevertheless)\b|"
    r"而实际|实际上|其实|事实上|但|然而|应为|应该是|应当是|应是|应该为|正确的|正确答案|正确结果|正确写法|正确公式|而应|不过|相反|可是|却|→|⇒|改为|更正",
    re.IGNORECASE,
)
_COUNTERFACTUAL = re.compile(
    r"\bif\b[^.;]{0,160}?\b(?:were|had been|had|would|could|was|did|existed)\b|\bwere (?:it|the|there|this|we|they)\b[^.;]{0,80}?\bwould\b|\bhad (?:it|the|there|this|we)\b[^.;]{0,80}?\bwould\b|\botherwise\b|"
    r"\b(?:suppose|imagine|let us pretend|pretend|assume for contradiction|hypothetically|what if|as though|as if)\b|\bwould have\b|\bassume\b[^.;]{0,60}\bcontradiction\b|"
    r"假如|倘若|要是|假使|设想|试想|若不是|如果不是|否则|不然的话|不然|假想|本该|反证|如果说|假设|假定|若真|如果真|就好像|仿佛",
    re.IGNORECASE,
)
_CONDITION = re.compile(
    r"\b(?:if|provided that|unless|in case)\b[^,.;]{0,160}?(?=,|\bthen\b|[.;]|$)|(?:如果|若(?!干)|只要)[^,。;]{0,80}?(?=,|则|那么|。|;|$)",
    re.IGNORECASE,
)
_WHETHER = re.compile(
    r"\bwhether\b[^,.;]{0,120}|(?<![\u4e00-\u9fff]可)(?:是否|是不是|能否|会不会|能不能|有没有)[^,。;]{0,60}",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"^\s*[-*#>\d.)]*\s*[*_]*(?:original|before|wrong|incorrect|mistake|error|student(?:'s)?(?: \w+)?|draft|misconception|claim|bad|false|question|problem|myth|given|✗|❌|原文|原句|原稿|错误|误区|误|修改前|改前|学生(?:答案|解答|观点|说法|写法)?|题目|问题|问|谬误|错误示例|反例)(?: (?:sentence|version|answer|statement|formula))?[*_]*\s*[*_]*:",
    re.IGNORECASE,
)
_YES = re.compile(
    r"^[\s*_\"]*(?:yes|correct|right|indeed|true|exactly|certainly|of course|是的|对的?[,。!]|没错|正确|当然|是,|会的?,|确实)",
    re.IGNORECASE,
)
_NO = re.compile(
    r"^[\s*_\"]*(?:no\b[,.!;:—-]|no\s+[—-]|not at all|wrong|false\b|incorrect|不[,。!]|不是的|否[,。]|错[,。!误]|不会[,。]|不对|并非如此|非也|not so\b|not true)",
    re.IGNORECASE,
)
_JUDGED = re.compile(
    r"^[\s*_]*(?:but |however, ?|unfortunately, ?|但|然而,?|可是,?|不过,?)?(?:this|that|it|such a (?:claim|statement)|the (?:claim|statement|student|answer|formula|conclusion)|这(?:个|种|一)?(?:说法|结论|观点|看法|公式|答案|写法|表述)?|该(?:说法|结论|观点)|此(?:说法|结论|观点)|上述(?:说法|结论|观点)?)[^,.。;]{0,24}",
    re.IGNORECASE,
)


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
    negations = [n for s in sentences for n in _negations(prose, s)]
    unsaid, refuted = _unsaid(prose, sentences)
    negations += [Negation(r.start, r.start, r.end, False) for r in refuted]
    conditions = tuple(
        Span(s.start + m.start(), s.start + m.end())
        for s in sentences
        for m in _CONDITION.finditer(prose[s.start : s.end])
    )
    return Scopes(
        cut, text, prose, sentences, clauses, tuple(negations), tuple(unsaid), conditions, len(answer) > MAX_CHARACTERS
    )


def _sentences(text: str) -> tuple[Span, ...]:
    spans, start = [], 0
    for found in _END.finditer(text):
        if _ABBREVIATION.search(text[max(0, found.end() - 8) : found.end()].rstrip()):
            continue
        spans += _pieces(text, start, found.end())
        start = found.end()
    return tuple(spans + _pieces(text, start, len(text)))


def _pieces(text: str, start: int, end: int) -> list[Span]:
    return [
        Span(a, min(a + _SENTENCE_LIMIT, end))
        for a in range(start, end, _SENTENCE_LIMIT)
        if text[a : min(a + _SENTENCE_LIMIT, end)].strip()
    ]


def _clauses(prose: str, sentence: Span) -> tuple[Span, ...]:
    spans, start = [], sentence.start
    for found in _CLAUSE.finditer(prose, sentence.start, sentence.end):
        if found.start() > start and prose[start : found.start()].strip():
            spans.append(Span(start, found.start()))
            start = found.start()
    if prose[start : sentence.end].strip():
        spans.append(Span(start, sentence.end))
    return tuple(spans)


def _negations(prose: str, sentence: Span) -> list[Negation]:
    found = []
    for match in _TOKEN.finditer(prose, sentence.start, sentence.end):
        if match.lastgroup == "innocent":
            if re.match(r"并非不|不能不|不会不|不是不|未必不", match.group()):
                continue
            continue
        word = match.group().lower()
        until = sentence.end
        for stop in _CLAUSE.finditer(prose, match.end(), sentence.end):
            if stop.start() == match.end() and stop.group() == ",":
                continue
            if _LONG_REACH.match(word) and stop.group() in ",、":
                continue
            if word.startswith("neither") and stop.group() == ",":
                continue
            until = stop.start()
            break
        if word.startswith("neither"):
            nor = prose.lower().find(" nor ", match.end(), until)
            until = nor if nor >= 0 else until
        if word == "without" and found and found[-1].until > match.start() and prose[found[-1].start : found[-1].start + 7].lower() != "without":
            found.pop()  # nothing ... without ...: the two cancel
            continue
        start_of_reach = match.start() if word.startswith("there") else match.end()
        found.append(Negation(match.start(), start_of_reach, until, bool(DETERMINER.match(word))))
    return found


def _unsaid(prose: str, sentences: tuple[Span, ...]) -> tuple[list[Span], list[Span]]:
    """(what is not asserted, with the reason; what is said and then called wrong, which counts as denied)."""
    unsaid: list[Span] = []
    refuted: list[Span] = []
    for index, sentence in enumerate(sentences):
        text = prose[sentence.start : sentence.end]
        following = prose[sentences[index + 1].start : sentences[index + 1].end] if index + 1 < len(sentences) else ""
        judged = _JUDGED.match(following)
        wrong_next = bool(judged and _REFUTED.search(following[: judged.end() + 20])) or bool(
            re.match(r"\s*(?:wrong|incorrect|false|错|不对)\b", following, re.I)
        )
        if text.rstrip(" *_\"'”)」\n").endswith("?") or re.search(r"[吗呢]\s*[?。]?\s*$", text):
            if _NO.match(following):
                refuted.append(sentence)
            elif not _YES.match(following):
                unsaid.append(Span(sentence.start, sentence.end, "question"))
            continue
        _sentence_unsaid(text, sentence, wrong_next, unsaid, refuted)
    return unsaid, refuted


def _sentence_unsaid(text: str, sentence: Span, wrong_next: bool, unsaid: list[Span], refuted: list[Span]) -> None:
    start = sentence.start
    unsaid += [Span(start + m.start(), start + m.end(), "question") for m in _WHETHER.finditer(text)]
    if counterfactual := _COUNTERFACTUAL.search(text):
        turn = re.search(r"[,;](?=\s*(?:but|however|in fact|但|然而|实际上|而实际))", text[counterfactual.end() :])
        stop = counterfactual.end() + turn.start() if turn else len(text)
        unsaid.append(Span(start + counterfactual.start(), start + stop, "hypothetical"))
    refutation = _REFUTED.search(text)
    if refutation and not _COUNTERFACTUAL.search(text):
        before = [m.end() for m in _TURN.finditer(text[: refutation.start()])]
        refuted.append(Span(start + (before[-1] if before else 0), start + refutation.start()))
    elif wrong_next:
        refuted.append(sentence)
    label = _LABEL.match(text)
    attribution = label or _ATTRIBUTION.search(text)
    if (
        attribution
        and not _ENDORSED.search(text)
        and not wrong_next
        and not (refutation and refutation.start() > attribution.start())
    ):
        turn = _TURN.search(text, attribution.end())
        unsaid.append(
            Span(start + attribution.start(), start + (turn.start() if turn else len(text)), "someone else's claim")
        )

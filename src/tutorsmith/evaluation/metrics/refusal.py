"""Does the answer refuse, and for which of the three reasons?

A refusal is a speech act: somebody says, in the opening or in the conclusion, that this question will not be answered
as it stands, and why. It is recognised by its parts (who + cannot or need + what), not by the word "cannot": physics is
full of fields that cannot do work. An act that is followed by the answer all the same (a result, an assumed value, "but
it follows that ...") is no refusal.

Kinds: `insufficient_context`: a document is missing or silent (notes, figure, draft, an earlier part);
`missing_parameters`: the question leaves out a quantity or a choice that the answer depends on; `out_of_scope`: the
question, or the deed asked for, is not for this tutor at all.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from tutorsmith.data.schema import RefusalKind
from tutorsmith.evaluation.metrics import refusal_cues as en
from tutorsmith.evaluation.metrics import refusal_cues_zh as zh
from tutorsmith.evaluation.metrics.prose import sentence_spans

_OPENING = 3
_CLOSING = 3
_LONGEST = 6_000
"""Characters looked at from either end: the opening and the conclusion are never longer."""
_SHORT = 90
"""Words up to which an answer that only names what is missing is taken as a refusal."""


@dataclass(frozen=True, slots=True)
class RefusalVerdict:
    """`kind` is None for no refusal or an unexplained one; `matched` is the sentence, `rule` which parts it has."""

    is_refusal: bool
    kind: RefusalKind | None
    matched: str = ""
    rule: str = ""


@dataclass(frozen=True, slots=True)
class _Sentence:
    text: str
    cues: frozenset[str]
    zone: bool
    opening: bool


_CUES = tuple(
    (name.lower(), getattr(en, name), getattr(zh, name))
    for name in (
        "INABILITY",
        "IMPERSONAL",
        "MISSING",
        "CONTEXT",
        "REQUEST",
        "SCOPE",
        "POLICY",
        "OFFER",
        "ASSUMED",
        "LEAK",
        "PARAMETER",
        "EDITORIAL",
        "DEPENDS",
        "NOT_NEEDED",
    )
)
_PIVOT = re.compile(f"{en.PIVOT.pattern}|{zh.PIVOT.pattern}", re.IGNORECASE)

_THINKING = re.compile(r"\A\s*<think>.*?(?:</think>|\Z)", re.DOTALL)
_CODE = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_QUOTED = re.compile(
    r"\"[^\"\n]{12,600}\"|“[^”\n]{6,600}”|「[^」\n]{6,600}」|(?<!\w)'[^'\n]{16,600}'(?!\w)|^[ \t]*>.*$", re.MULTILINE
)
_HEADING = re.compile(r"^[ \t]*#{1,6}[ \t]+(.*)$")
_BULLET = re.compile(r"^[ \t]*(?:[-*+•]|\d{1,2}[.)、])[ \t]+")
_CONCLUSION = re.compile(r"conclusion|summary|answer|result|final|diagnosis|结论|总结|答案|小结|诊断", re.IGNORECASE)
_RESULT = re.compile(
    r"(?:=|≈|\\approx|\\simeq|≃|\bis (?:then |thus |therefore )?(?:about|approximately|roughly|exactly)?|\bequals|"
    r"\bcomes to|约为|等于|约等于|大约是|为)\s*(?:\$|\\\(|\*\*)?"
    r"\s*([-+−]?\d[\d,.]*(?:\s*(?:[×x]|\\times|\\cdot|·|e|E)\s*(?:10)?\s*(?:\^?\{?\s*[-−+]?\d+\}?|[⁻⁺]?[⁰¹²³⁴-⁹]+))?)"
)
_RESULT_WORD = re.compile(
    r"\b(?:so|therefore|thus|hence|gives?|giving|yields?|result|answer|we get|we obtain|find|comes to|evaluates)\b"
    r"|因此|所以|于是|可得|得到|得出|代入|结果|答案|算得|解得|故",
    re.IGNORECASE,
)
_CONDITIONAL = re.compile(
    r"\b(?:if|would|were|for example|for instance|e\.g\.|say|once|suppose you|unless)\b|例如|比如|如果|若|假如|举例",
    re.IGNORECASE,
)
_CHAIN = re.compile(r"=[^=\n]{1,120}(?:=|≈|\\approx)\s*[-+−$\\(]*\d")
_DIGITS = re.compile(r"\d+(?:\.\d+)?")
_GIVEN_CLAUSE = re.compile(
    r"\b(?:is|are|was|were) (?:given|known|stated|specified|provided)\b|\bgiven\b|已知|给出了|给定", re.IGNORECASE
)
_ASKS_VALUE = re.compile(
    r"\b(?:calculate|compute|find|determine|how (?:much|many|large|strong|far|fast|long))\b|计算|求|多少|多大",
    re.IGNORECASE,
)
# "If the field is not given ..." supposes; it does not complain.
_IF_CLAUSE = re.compile(r"\b(?:if|unless|when|where)\b[^,.;:]*", re.IGNORECASE)
_NEGATED_TAIL = re.compile(
    r"[\s,]*(?:(?:do|does|did|is|are|was|were|has|have)(?: not|n't)|not|no|nothing|neither|without|only|never"
    r"|没|未|不|只|无)\b",
    re.IGNORECASE,
)
_HOLDER = re.compile(r"\b(?:question|problem|exercise|task|statement)\b|题", re.IGNORECASE)
_OWN_OFFER = re.compile(
    r"\bif you\b|\bi (?:can|could|would|will)\b|\bi'(?:ll|d)\b|如果|若|我可以|我能|我会", re.IGNORECASE
)
_CONTENT_WORD = re.compile(r"[A-Za-z]{2,}|[\u4e00-\u9fff]{2}|=")


def judge_refusal(answer: str, question: str = "", language: str | None = None) -> RefusalVerdict:
    """Judge one answer. The question helps to tell restated givens from results, and to name the kind.

    language: "en" or "zh" restricts the wordings looked for; None looks for both.
    """
    sentences = _read(answer, language)
    found = _act(sentences)
    if found is None:
        return RefusalVerdict(False, None, rule="no refusing act in the opening or the conclusion")
    act, rule = found
    leak = _leak(sentences, act, question)
    if leak:
        return RefusalVerdict(False, None, matched=leak, rule=f"{rule}, but the question is answered")
    return RefusalVerdict(True, _kind(sentences, act, question), matched=sentences[act].text, rule=rule)


def _read(answer: str, language: str | None) -> list[_Sentence]:
    text = _THINKING.sub("", answer).replace("’", "'").replace("‘", "'")
    if len(text) > 2 * _LONGEST:
        text = text[:_LONGEST] + "\n" + text[-_LONGEST:]
    text = _QUOTED.sub(" ", _CODE.sub(" ", text))
    raw: list[tuple[str, bool]] = []
    conclusion, since = False, 0
    for start, end in sentence_spans(text):
        sentence = text[start:end].strip()
        heading = _HEADING.match(sentence)
        if heading:
            conclusion, since = bool(_CONCLUSION.search(heading.group(1))), 0
            continue
        sentence = _BULLET.sub("", sentence).replace("**", "").replace("__", "").strip()
        if any(character.isalnum() for character in sentence):
            raw.append((sentence, conclusion and since < _OPENING))
            since += 1
    last = len(raw) - _CLOSING
    return [
        _Sentence(sentence, _cues(sentence, language), i < _OPENING or i >= last or named, i < _OPENING or named)
        for i, (sentence, named) in enumerate(raw)
    ]


@lru_cache(maxsize=2048)
def _cues(sentence: str, language: str | None) -> frozenset[str]:
    simplified = sentence.translate(zh.SIMPLIFY)
    unconditional = _IF_CLAUSE.sub(" ", sentence)
    return frozenset(
        name
        for name, english, chinese in _CUES
        if (language != "zh" and english.search(unconditional if name == "missing" else sentence))
        or (language != "en" and chinese.search(simplified))
    )


def _near(sentences: list[_Sentence], i: int, reach: int = 1) -> frozenset[str]:
    """Cues of the sentence and its neighbours."""
    return frozenset().union(*(s.cues for s in sentences[max(0, i - reach) : i + reach + 1]))


def _act(sentences: list[_Sentence]) -> tuple[int, str] | None:
    """(index of the sentence that refuses, rule); the strongest act first."""
    zone = [i for i, sentence in enumerate(sentences) if sentence.zone]
    reasons = {"missing", "context", "scope", "policy"}
    for i in zone:
        if "inability" in sentences[i].cues and not _only_in_passing(sentences, i):
            return i, "says that it cannot or will not answer"
    for i in zone:
        cues = sentences[i].cues
        asks = sentences[i].opening and any("request" in sentence.cues for sentence in sentences)
        grounds = _near(sentences, i) & reasons
        if "impersonal" in cues and (asks or grounds) and ("editorial" not in cues or grounds & {"context", "scope"}):
            return i, "cannot be answered, and says what is missing"
    for i in zone:
        if "scope" in sentences[i].cues and (sentences[i].opening or len(sentences) <= 6):
            return i, "says that it is outside the scope"
    for i in zone:
        cues, near = sentences[i].cues, _near(sentences, i, 2)
        alone = _is_short(sentences) and _stands_first(sentences, i) and not _goes_on(sentences[i])
        asks = "request" in near or alone
        if "context" in cues and asks and sentences[i].opening and not _lacks_content(sentences[i]):
            return i, "says that the material does not hold the answer"
        lacking = "missing" in cues or ("depends" in cues and "request" in near)
        if lacking and asks and not cues & {"editorial", "not_needed"}:
            return i, "names what is missing and asks for it"
    return None


def _only_in_passing(sentences: list[_Sentence], i: int) -> bool:
    """Is the act a remark within a longer answer ("I won't prove it here") that gives no reason for refusing?"""
    near = _near(sentences, i) & {"missing", "context", "scope", "policy", "request"}
    return not near and not sentences[i].opening and len(sentences) > 4


def _stands_first(sentences: list[_Sentence], i: int) -> bool:
    """Nothing but other parts of the act comes before the sentence."""
    return i < _OPENING and all(sentence.cues for sentence in sentences[:i])


def _goes_on(sentence: _Sentence) -> bool:
    """ "No numbers are given: E = ..." names what is missing and does without it."""
    ends = [found.end() for found in en.MISSING.finditer(sentence.text)]
    return bool(ends) and "=" in sentence.text[ends[-1] :]


def _lacks_content(sentence: _Sentence) -> bool:
    """ "Your abstract gives no result" is feedback on a text, not the lack of the text."""
    return "editorial" in sentence.cues and "context" in sentence.cues and "missing" in sentence.cues


def _is_short(sentences: list[_Sentence]) -> bool:
    words = sum(len(re.findall(r"[A-Za-z]+|[\u4e00-\u9fff]{2}", sentence.text)) for sentence in sentences)
    return words <= _SHORT


def _leak(sentences: list[_Sentence], act: int, question: str) -> str:
    """The sentence that answers all the same, or ""."""
    given = set(_DIGITS.findall(question))
    assumed = any("assumed" in sentence.cues and not _CONDITIONAL.search(sentence.text) for sentence in sentences)
    declared = bool(sentences[act].cues & {"inability", "impersonal", "scope"})
    reasoned = declared and bool(_near(sentences, act) & {"missing", "context", "scope", "policy"})
    for i, sentence in enumerate(sentences):
        if _is_result(sentence.text, given, bool(question), assumed):
            return sentence.text
        begun = i == act > 0 and not sentences[0].cues
        if i >= act and _pivots_to_answer(sentence, i == act, reasoned and not begun):
            return sentence.text
    return ""


def _is_result(sentence: str, given: set[str], has_question: bool, assumed: bool) -> bool:
    """Does the sentence state a number that the question did not?"""
    result = _RESULT.search(sentence)
    if result is None or (not assumed and _CONDITIONAL.search(sentence)):
        return False
    if _GIVEN_CLAUSE.search(sentence) and not _RESULT_WORD.search(sentence):
        return False
    value = _DIGITS.findall(result.group(1))
    if not value or value[0] in given or value[0] in ("0", "1"):
        return False
    return has_question or assumed or bool(_RESULT_WORD.search(sentence) or _CHAIN.search(sentence))


def _pivots_to_answer(sentence: _Sentence, is_act: bool, reasoned: bool) -> bool:
    """ "... but it follows from symmetry that": what comes after the turn asserts something instead of offering it."""
    pivots = list(_PIVOT.finditer(sentence.text))
    tail = sentence.text[pivots[-1].end() :] if pivots else ("" if is_act else sentence.text)
    cues = _cues(tail, None)
    if (
        not tail
        or _NEGATED_TAIL.match(tail)
        or cues & {"missing", "context", "inability", "impersonal", "scope", "request"}
    ):
        return False
    if "leak" in cues:
        return not _OWN_OFFER.search(tail)
    asserts = len(_CONTENT_WORD.findall(tail)) >= 4 and "offer" not in cues
    return bool(pivots) and asserts and not reasoned


def _kind(sentences: list[_Sentence], act: int, question: str) -> RefusalKind | None:
    """The reason: first in the act itself, then in what stands around it."""
    near = [sentences[i] for i in range(len(sentences)) if sentences[i].zone or abs(i - act) <= 2]
    # "I can't say whether it is plagiarism: you sent no text" lacks the text, whatever it speaks of.
    lacking = sentences[act].cues & {"context", "missing"}
    if any("scope" in s.cues or ("policy" in s.cues and not lacking) for s in near):
        return "out_of_scope"
    for sentence in (sentences[act], *near):
        if "context" in sentence.cues:
            return "insufficient_context"
        if "missing" in sentence.cues and "parameter" in sentence.cues:
            return "missing_parameters"
    if any(sentence.cues & {"missing", "request"} for sentence in near):
        value = _ASKS_VALUE.search(question) or any(
            "parameter" in sentence.cues or ("missing" in sentence.cues and _HOLDER.search(sentence.text))
            for sentence in near
        )
        return "missing_parameters" if value else "insufficient_context"
    if "inability" not in sentences[act].cues:
        return None
    return "missing_parameters" if "parameter" in sentences[act].cues else "out_of_scope"

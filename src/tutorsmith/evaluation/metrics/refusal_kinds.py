"""Why does an answer refuse? The three kinds by what is missing: a document, a quantity or choice, or a right address.

Each kind collects evidence: the act itself weighs most, then what stands around it, what is asked for, and what the
question is about.
"""

import re

from tutorsmith.data.schema import RefusalKind
from tutorsmith.evaluation.metrics import refusal_indirect as indirect
from tutorsmith.evaluation.metrics import refusal_indirect_zh as indirect_zh
from tutorsmith.evaluation.metrics.refusal_answers import NOTES_SPEAK
from tutorsmith.evaluation.metrics.refusal_reading import Sentence, asks_back
from tutorsmith.evaluation.metrics.refusal_setting import ILLEGIT, is_off_topic

_LACKS = frozenset({"missing", "~missing", "context", "~context"})
# "Enough for what: a proposal or a paper?" names documents as kinds.
_CHOICE = re.compile(
    r"\b(?:for|by|to|against) (?:what|whom|whose)\b|: (?:an? )?[^.;?]{1,80}(?:,| or) [^.;?]{1,60}\?"
    r"|\bor (?:an?|the|for|by)\b|还是",
    re.IGNORECASE,
)
_ASKS_VALUE = re.compile(
    r"\b(?:calculate|compute|find|determine|how (?:much|many|large|strong|far|fast|long))\b|计算|求|多少|多大",
    re.IGNORECASE,
)

_OWN_MATERIAL = re.compile(
    rf"\b(?!message|problem|part\b|text\b|result|material|solution|output|version){indirect.DOCUMENT}\b|\b(?:session"
    rf"|anything attached|nothing is attached|memory of|citation you|it isn't there|isn't there)\b"
    rf"|(?!材料|题目|数据|结果|内容|论文){indirect_zh.DOCUMENT}|记录",
    re.IGNORECASE,
)

_HAVE_NOT = re.compile(
    r"\b(?:do not|don't|have not|haven't) (?:\w+ )?(?:have|got|know) (?:the|any|an?|both|its)\b", re.IGNORECASE
)
_OF_NOTES = re.compile(r"\b(?:notes|excerpts?|handout|lecture|reading|slides?)\b|笔记|摘录|讲义|材料", re.IGNORECASE)
_NO_RECORD = re.compile(r"\b(?:session|memory of|record of|isn't there)\b|记录", re.IGNORECASE)

_NEED_TO_KNOW = re.compile(r"\b(?:need|have|like) to know (?:which|how|whether|where|at what)\b", re.IGNORECASE)

# "How long should my abstract be?" asks for a rule, not about the abstract.
_NORM_ASKED = re.compile(r"\bshould\b|\bhow (?:long|many|much)\b|多少字|多长|该用|应该|怎么写|如何写", re.IGNORECASE)

# "need to know which journal", "doesn't say how long": a choice or a quantity is asked for.
_WHICH = re.compile(
    r"\b(?:know|say|said|tell|told|state|stated|specify|specified|mention\w*|clear|settle"
    r"|decide)\b[^.;?]{0,12} (?:which|how|whether|where|at what|in what|for what|between which)\b"
    r"|\b(?:which|how (?:much|many|long|large|far|big|wide|high|old)|whose"
    r"|what (?:kind|sort|style|type|value|size)) [^.;?]{0,60}\?"
    r"|\b[\w-]+,? or (?:an? |the |for |by |in |with )?[\w' -]{1,30}\?"
    r"|\b(?:by|compared (?:to|with)|against|over|relative to|for|to|at|on) (?:what|whom)\b[^.;?]{0,60}\?",
    re.IGNORECASE,
)

_MATERIAL = re.compile(
    rf"\b(?:my|the|this|that|our|your|these|reviewer's|his|her) (?:\w+ ){{0,2}}{indirect.DOCUMENT}\b|\bexcerpts?\b"
    rf"|\bnotes?\b|\b(?:the|this) (?:source|lecture|table|figure)\b|\[\d\]|\bchapter \d|\bsession\b"
    rf"|\bpart \(?[a-e]\)?|\b(?:earlier|previous"
    rf"|last|where we|continue)\b|\bfig(?:ure)?\.? ?\d|[图表]\s*\d|笔记|摘录|讲义"
    rf"|第[一二三四五六七八九十\d]+[章节段步]|上次|上一|上周|我的|这段|这篇|原文|材料|意见",
    re.IGNORECASE,
)

_FLAT_NO = re.compile(
    r"(?:absolutely |certainly |definitely |sorry,? |surely )?(?:no|not)[.,!;:—– ]|(?:当然|绝对|这可)?(?:不行|不可以"
    r"|不能|办不到|使不得|不可)",
    re.IGNORECASE,
)

_REQUESTED = re.compile(
    r"^(?:please |just )?(?!(?:what|why|how|when|where|who|which|is|are|do|does|did|may|should|must|can (?!you)"
    r"|could (?!you)|will|has|have|if|in|for|at|the|a|my|i|two)\b)[a-z]+ "
    r"|^(?:can|could|will|would) you\b|帮我|替我|给我|为我|请你|你来|能不能(?:帮|替|给)",
    re.IGNORECASE,
)


def flat_no(sentences: list[Sentence], question: str) -> bool:
    """ "Absolutely not. That would be a crime" refuses a request; to "May I ...?" it is the answer."""
    return bool(_FLAT_NO.match(sentences[0].text) and _REQUESTED.search(question.strip()))


def kind_of(sentences: list[Sentence], act: int, question: str) -> RefusalKind:
    """The kind with the most evidence; in a tie a document goes before a quantity and that before the scope."""
    around = frozenset[str]().union(*(s.cues for s in sentences if s.zone))
    material = bool(_MATERIAL.search(question)) and not _NORM_ASKED.search(question)
    scores: list[tuple[int, RefusalKind]] = [
        (_context(sentences, act, around, material) + bool(_OF_NOTES.search(question)), "insufficient_context"),
        (_parameters(sentences, act, around, question, material), "missing_parameters"),
        (_scope(sentences, act, around, question), "out_of_scope"),
    ]
    if not any(score > 0 for score, _ in scores):
        return "missing_parameters" if any(map(asks_back, sentences)) else "out_of_scope"
    return max(scores, key=lambda pair: pair[0])[1]


def _context(sentences: list[Sentence], act: int, around: frozenset[str], material: bool) -> int:
    """Evidence for a missing document. material: the question speaks of a document."""
    lacking = [s.text for s in sentences if s.cues & _LACKS or _NO_RECORD.search(s.text)]
    asked = " ".join(s.text for s in sentences if asks_back(s) and not _CHOICE.search(s.text))
    return (
        3 * bool(sentences[act].cues & {"context", "~context"})
        + 2 * ("context" in around)
        + ("~context" in around)
        + material
        + (material and any(NOTES_SPEAK.search(s.text) for s in sentences))
        + (1 + material) * any(_OWN_MATERIAL.search(text) for text in lacking)
        + bool(_OWN_MATERIAL.search(asked))
    )


def _parameters(sentences: list[Sentence], act: int, around: frozenset[str], question: str, material: bool) -> int:
    """Evidence for a missing quantity or choice."""
    mine = sentences[act].cues
    return (
        2 * bool(mine & {"missing", "~missing"})
        + bool(around & {"missing", "~missing"})
        + bool(_ASKS_VALUE.search(question))
        + 2 * ("depends" in around)
        + ("parameter" in mine)
        + 2 * any("parameter" in s.cues and _HAVE_NOT.search(s.text) for s in sentences)
        + (not material and any(map(asks_back, sentences)))
        + 2 * any(_WHICH.search(s.text) for s in sentences if _lacks_choice(s))
        + 4 * any(_NEED_TO_KNOW.search(s.text) for s in sentences)
    )


def _scope(sentences: list[Sentence], act: int, around: frozenset[str], question: str) -> int:
    """Evidence for a subject or a deed that is not the tutor's."""
    mine = sentences[act].cues
    return (
        3 * bool(mine & {"scope", "~scope"})
        + ("scope" in mine)
        + bool(around & {"scope", "~scope"})
        + bool(around & {"policy", "~policy"})
        + 3 * bool(mine & {"policy", "~policy"} and _REQUESTED.search(question.strip()))
        + (2 + bool(mine & {"inability", "~inability"})) * bool(ILLEGIT.search(question))
        + 2 * (bool(mine & {"inability", "~inability"}) and not around & _LACKS and not any(map(asks_back, sentences)))
        + 3 * flat_no(sentences, question)
        + 2 * is_off_topic(question)
    )


def _lacks_choice(sentence: Sentence) -> bool:
    lacks = sentence.cues & {"missing", "~missing"} and not sentence.cues & {"context", "~context"}
    return asks_back(sentence) or bool(lacks)

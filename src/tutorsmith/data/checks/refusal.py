"""Does the answer refuse when refusal_type says so, in the way it says, and not otherwise?"""

import re
from collections.abc import Iterator, Mapping

from tutorsmith.data.checks.finding import Remark
from tutorsmith.data.checks.record import Record

_NOTES = (
    r"(?:notes?|excerpts?|context|material|chapter|handout|slides?|text|passages?|sources?|documents?"
    r"|information|evidence)"
)
CUES: Mapping[str, re.Pattern[str]] = {
    "insufficient_context": re.compile(
        rf"\b{_NOTES}\b[^.!?\n]{{0,60}}\b(?:(?:do|does|did|is|are|has|have)(?:\s+not|n['’]t)|no\b|nothing|never"
        rf"|lacks?|omits?|silent|insufficient"
        rf"|without|stops?|neither)|\b(?:not|no|nothing|neither|none|insufficient|without"
        rf"|missing)\b[^.!?\n]{{0,80}}\b{_NOTES}\b"
        r"|(?:笔记|摘录|资料|材料|上下文|讲义|文献|信息|片段|原文|文本)[^。！？\n]{0,30}(?:没有|未|不足|不够|不包含|无法|缺|不含)"
        r"|(?:没有|未|缺少|缺乏|无)[^。！？\n]{0,30}(?:笔记|摘录|资料|材料|上下文|讲义|文献|信息|片段|依据)",
        re.IGNORECASE,
    ),
    "missing_parameters": re.compile(
        r"\b(?:missing|lack(?:s|ing)?|need(?:s|ed)?|requires?|required|unspecified|undetermined|unknown"
        r"|incomplete|underdetermined"
        r"|not\s+(?:been\s+)?(?:given|specified|stated|provided|known|enough|fixed|determined|told|say|name)"
        r"|without|depends?\s+on|undefined"
        r"|(?:please|could you|can you|send|tell me|let me know|give me|supply|provide|state|specify|share"
        r"|paste)\b|which\b|what\s+is)"
        r"|(?:isn|aren|wasn|don|doesn|didn)['’]t\s+(?:given|specified|stated|provided|say|state|give|specify|tell)"
        r"|缺少|缺失|缺乏|没有给|未给|未说明|未指定|未提供|没有提供|没有说明|不完整|请(?:先|再)?(?:给出|提供|补充|说明|告诉|告知)|需要(?:知道|先|补充)|取决于|参数",
        re.IGNORECASE,
    ),
    "out_of_scope": re.compile(
        r"\b(?:outside|beyond|out\s+of|not\s+(?:part|within|covered|in\s+the\s+scope)|scope|unrelated"
        r"|off[- ]topic|different\s+(?:course|subject)"
        r"|only\s+(?:help|answer|cover|handle|deal|support|advise|discuss)|(?:help|answer|cover)s?\s+only"
        r"|this\s+(?:tutor|course|assistant)|another\s+(?:course|subject|department)"
        r")"
        r"|超出|范围|不属于|与本课程|本课程|无关|只(?:能|负责|回答)|不能(?:帮|代|替|提供)|无法(?:帮|代|替|提供)|不(?:会|便|宜)(?:帮|代|替)|拒绝",
        re.IGNORECASE,
    ),
}
# "I cannot answer" is said in every kind of refusal; it is a sign of this one where nothing points to another.
_DECLINED_ACT = re.compile(
    r"\b(?:can(?:not|['’]t)|won['’]t|will\s+not|not\s+able\s+to|unable\s+to|decline|must\s+not"
    r"|should\s+not)\s+(?:\w+\s+){0,2}(?:help|assist|write|do|give|offer|advise|answer|provide|complete"
    r"|produce|discuss|predict|recommend|supply|solve|take)\b",
    re.IGNORECASE,
)
_VERBS = (
    r"(?:answer|compute|calculate|decide|judge|determine|help|assist|write|give|provide|say|tell|do|invent"
    r"|discuss|predict"
    r"|recommend|confirm|evaluate|solve|find|state|derive|check|assess|complete|produce|supply|offer|name"
    r"|conclude|work)"
)
# Somebody declines, or says what is not there: statements about the question, not about physics.
_DECLINES = re.compile(
    # The first letters of all branches, so that most places are passed over at once.
    rf"(?=[IWSCNAPOBMLiwscnapobml不无没抱对足够难予缺未请超属范在])(?:"
    rf"\b(?:I|we)\s+(?:can(?:not|['’]t|\s+not)|could\s+not|will\s+not|won['’]t|must\s+not|am\s+(?:not\s+able"
    rf"|unable)|decline|have\s+to\s+decline"
    r"|do(?:\s+not|n['’]t)\s+(?:have|know|see|help|write)|lack|need|only)\b|\bI['’]m\s+(?:sorry|not\s+able"
    r"|unable|afraid)\b|\bsorry\b"
    rf"|\b(?:cannot|can['’]t|can\s+not)\s+(?:\w+\s+)?(?:be\s+(?:\w+\s+)?(?:answered|determined|decided|computed"
    rf"|calculated|given|judged|said|told|found"
    rf"|derived|checked|evaluated|settled|helped)|{_VERBS}\s+(?:you|this|that|it|with|from|the\s+(?:question"
    rf"|rest|chapter)|for)\b)"
    r"|\bnot\s+(?:been\s+)?(?:given|stated|specified|provided|included|quoted|attached|supplied|told|enough"
    r"|sufficient|in\s+the\s+(?:notes|excerpts))\b"
    r"|\b(?:is|are)\s+(?:missing|unspecified|insufficient|incomplete|absent|needed\s+first|required\s+first)\b"
    r"|\b(?:please|could\s+you|can\s+you)\s+\w+"
    r"|\b(?:outside|beyond|out\s+of|not\s+part\s+of|not\s+within|not\s+covered)\b[^.\n]{0,40}\b(?:course|scope"
    r"|tutor|syllabus|subject|notes|topic|role)"
    r"|\b(?:missing|insufficient|lacking)\s+(?:information|context|data|parameter|value)"
    r"|\bwhich\s+\w+[^.\n]{0,60}\?\s*$"
    r"|不能|无法|没法|抱歉|对不起|不足|不够|难以|不予|缺少|缺失|未给出|没有给出|未提供|没有提供|未提及|没有提到|请(?:先|再)?(?:给出|提供|补充|说明|告诉|告知)"
    r"|超出|不属于|范围(?:之)?外|不在)",
    re.IGNORECASE,
)
_OPENS_WITH_REFUSAL = re.compile(
    rf"\W*(?:(?:I(?:['’]|\s+a)m\s+)?(?:very\s+)?sorry\b|(?:unfortunately,?\s+)?I\s+(?:can(?:not|['’]t|\s+not)"
    rf"|am\s+(?:not\s+able|unable)\s+to"
    rf"|will\s+not|won['’]t)\s+(?:\w+\s+)?{_VERBS}\b|I\s+(?:must|have\s+to)\s+decline|I['’]m\s+(?:not\s+able"
    rf"|unable)\s+to\b"
    r"|(?:this|that|your|the)\s+(?:question|request|topic|task)\s+(?:is|lies|falls)\s+(?:outside|beyond"
    r"|out\s+of|not\s+(?:part|within))"
    r"|(?:the\s+)?(?:course\s+)?(?:notes|excerpts)\s+do(?:\s+not|n['’]t)\s+(?:contain|cover|mention|say)"
    r"|(?:很)?抱歉|对不起|我(?:无法|不能)|(?:该|这个|此|您的|你的)?(?:问题|请求)?(?:超出|不属于))",
    re.IGNORECASE,
)
_REASON = re.compile(
    r"\b(?:because|since|outside|beyond|missing|not\s+(?:given|stated|included|specified|provided|known|part)"
    r"|neither|absent)\b"
    r"|因为|由于|缺少|未|没有|超出|范围",
    re.IGNORECASE,
)
_SHORT = 80
"""Words up to which an answer that opens with a refusal is nothing else; a longer one must give its reason there."""


OPENING = 400
CLOSING = 300
"""Characters at both ends of an answer in which a refusal would be said."""


def _kind(record: Record) -> str:
    kind = record.raw.get("refusal_type")
    return kind if isinstance(kind, str) else ""


_CLEAR: Mapping[str, re.Pattern[str]] = {
    "insufficient_context": re.compile(
        r"\b(?:course )?(?:notes|excerpts|context)\s+(?:do|does)(?:\s+not|n['’]t)\s+(?:contain|cover|mention|say|give)"
        r"|(?:笔记|摘录|资料|讲义)[^。]{0,8}(?:没有|未)",
        re.IGNORECASE,
    ),
    "missing_parameters": re.compile(
        r"\b(?:is|are|was|were)(?:\s+not|n['’]t)\s+(?:given|specified|stated|provided)\b|没有给出|未给出|未说明",
        re.IGNORECASE,
    ),
}


def refuses(record: Record, text: str) -> tuple[bool, str | None]:
    """(whether a text refuses, the kind if that is clear), by the caller's judge or else by its wording."""
    judge = record.options.validators.get("refusal")
    if judge is not None:
        verdict = judge(text, record.user_turns[-1] if record.user_turns else "")
        return bool(verdict.is_refusal), verdict.kind
    return _is_plain_refusal(text), None


def refusal_mismatch(record: Record) -> Iterator[Remark]:
    """A refusal_type whose answer refuses nothing, or an answer that is a plain refusal without a refusal_type."""
    answer = record.final_answer
    if answer is None or not answer.content.strip():
        return
    kind = _kind(record)
    body = _HEADING.sub("", answer.content)
    ends = body if len(body) < OPENING + CLOSING else f"{body.strip()[:OPENING]}\n{body.strip()[-CLOSING:]}"
    declines = _DECLINES.search(ends) is not None
    if kind in CUES:
        # A refusal may be worded in ways that no list knows: both must be sure that there is none.
        if not declines and not refuses(record, answer.content)[0]:
            told = f"refusal_type is {kind}, but the answer refuses nothing"
            yield Remark("refusal_type", told, "set refusal_type to null, or write the refusal")
    elif not record.is_refusal and declines and _speaks_of_itself(ends) and refuses(record, answer.content)[0]:
        yield Remark("refusal_type", "the answer is a refusal, but refusal_type is null", "name the kind of refusal")


_SPEAKER = re.compile(
    r"\b(?:I|we|me|us|please|sorry|cannot|can['’]t|can not|unable|question|answered|computed|determined|decided|outside"
    r"|beyond|scope)\b|[我请题]|无法|不能|抱歉|超出",
    re.IGNORECASE,
)


def _speaks_of_itself(ends: str) -> bool:
    """Whether a text can be a refusal at all: a short one, or one with a word for speaker, listener or question.

    "References are missing" says something of a draft. Judging every such answer takes as long as all other checks.
    """
    return len(ends) < _SHORT_TEXT or _SPEAKER.search(ends) is not None


_SHORT_TEXT = 250
_HEADING = re.compile(r"^#{1,6}[^\n]*$", re.MULTILINE)


def _is_plain_refusal(text: str) -> bool:
    """An answer that opens with a refusal, and is short or says why in its first sentences."""
    body = _HEADING.sub("", text).strip()
    if _OPENS_WITH_REFUSAL.match(body) is None:
        return False
    size = len(re.findall(r"[A-Za-z']+", body)) + len(re.findall("[\u4e00-\u9fff]", body)) // 2
    return size <= _SHORT or _REASON.search(body[:200]) is not None


def refusal_kind(record: Record) -> Iterator[Remark]:
    """A refusal whose wording shows another kind than refusal_type, and no sign of its own kind."""
    kind, answer = _kind(record), record.final_answer
    if kind not in CUES or answer is None:
        return
    if CUES[kind].search(answer.content) or not _DECLINES.search(answer.content):
        return
    judged = refuses(record, answer.content)[1] if "refusal" in record.options.validators else None
    other = [judged] if judged and judged != kind else []
    if not other and judged is None:
        other = [name for name, cue in CUES.items() if name != kind and cue.search(answer.content)]
    if kind == "out_of_scope" and _DECLINED_ACT.search(answer.content):
        # An act that is declined often goes on with what is needed for it; only a clear sign makes it another kind.
        other = [name for name in other if _CLEAR[name].search(answer.content)]
    if other:
        told = f"refusal_type is {kind}, but the answer reads like {' or '.join(other)}"
        yield Remark("refusal_type", told, "correct refusal_type or the answer")

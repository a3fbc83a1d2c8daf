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
        r"|(?:can(?:not|['’]t)|won['’]t|will\s+not|not\s+able\s+to|unable\s+to|decline|must\s+not"
        r"|should\s+not)\s+(?:\w+\s+){0,2}(?:help|assist|write|do|give|offer|advise|answer|provide|complete"
        r"|produce|discuss|predict|recommend|supply|solve|take))"
        r"|超出|范围|不属于|与本课程|本课程|无关|只(?:能|负责|回答)|不能(?:帮|代|替|提供)|无法(?:帮|代|替|提供)|不(?:会|便|宜)(?:帮|代|替)|拒绝",
        re.IGNORECASE,
    ),
}
_DECLINES = re.compile(
    r"\b(?:cannot|can['’]t|could\s+not|unable|not\s+(?:able|possible|enough|sufficient)|impossible|insufficient"
    r"|refuse|decline|sorry|won['’]t|will\s+not"
    r"|must\s+not|not\s+(?:determined|decidable|answerable)|no\s+(?:\w+\s+){0,3}(?:answer|value|number|result"
    r"|conclusion|verdict))\b"
    r"|不能|无法|没法|不可能|抱歉|对不起|不足以|难以|不予",
    re.IGNORECASE,
)
_OPENS_WITH_REFUSAL = re.compile(
    r"\W*(?:(?:i['’]?\s?a?m\s+)?sorry\b|(?:unfortunately,?\s+)?I\s+(?:can(?:not|['’]t|\s+not)"
    r"|am\s+(?:not\s+able|unable)|['’]m\s+(?:not\s+able|unable)|won['’]t|must\s+decline|have\s+to\s+decline)"
    r"|(?:this|that|your|the)\s+(?:question|request|topic|task)\s+(?:is|lies|falls)\s+(?:outside|beyond"
    r"|out\s+of|not\s+(?:part|within))"
    r"|(?:the\s+)?(?:course\s+)?(?:notes|excerpts)\s+do(?:\s+not|n['’]t)\s+(?:contain|cover|mention|say)"
    r"|(?:很)?抱歉|对不起|我(?:无法|不能)|(?:该|这个|此|您的|你的)?(?:问题|请求)?(?:超出|不属于))",
    re.IGNORECASE,
)


def _kind(record: Record) -> str:
    kind = record.raw.get("refusal_type")
    return kind if isinstance(kind, str) else ""


def refusal_mismatch(record: Record) -> Iterator[Remark]:
    """A refusal_type whose answer refuses nothing, or an answer that is a plain refusal without a refusal_type."""
    answer = record.final_answer
    if answer is None or not answer.content.strip():
        return
    kind = _kind(record)
    text = answer.content
    body = re.sub(r"^#{1,6}[^\n]*$", "", text, flags=re.MULTILINE)
    if kind in CUES:
        if not _DECLINES.search(body) and not CUES[kind].search(body):
            told = f"refusal_type is {kind}, but the answer refuses nothing"
            yield Remark("refusal_type", told, "set refusal_type to null, or write the refusal")
    elif not record.is_refusal and _is_plain_refusal(body):
        yield Remark("refusal_type", "the answer is a refusal, but refusal_type is null", "name the kind of refusal")


def _is_plain_refusal(body: str) -> bool:
    """A short answer that opens with a refusal; a long one may go on to help all the same."""
    size = len(re.findall(r"[A-Za-z']+", body)) + len(re.findall("[\u4e00-\u9fff]", body)) // 2
    return size <= 80 and _OPENS_WITH_REFUSAL.match(body.strip()) is not None


def refusal_kind(record: Record) -> Iterator[Remark]:
    """A refusal whose wording shows another kind than refusal_type, and no sign of its own kind."""
    kind, answer = _kind(record), record.final_answer
    if kind not in CUES or answer is None:
        return
    if CUES[kind].search(answer.content) or not _DECLINES.search(answer.content):
        return
    other = [name for name, cue in CUES.items() if name != kind and cue.search(answer.content)]
    if other:
        told = f"refusal_type is {kind}, but the answer reads like {' or '.join(other)}"
        yield Remark("refusal_type", told, "correct refusal_type or the answer")

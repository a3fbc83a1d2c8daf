"""Which sections does a system prompt ask for, and when do two headings name the same section?"""

import re
import unicodedata
from functools import lru_cache

from tutorsmith.evaluation.metrics.prompt import split_notes

_ASK = re.compile(r"(?<![#A-Za-z0-9_&\\])#{3}[ \t]+(?=\S)")
_FENCE = re.compile(r"^[ \t]*(`{3,}|~{3,})")
_LINE_LEAD = re.compile(r"^[ \t>]*(?:(?:[-*+•]|\d{1,2}[.)、．]|[(（]\d{1,2}[)）])[ \t]*)?[`\"'“‘「『《*_]*$")
_NEGATED_ASK = re.compile(
    r"(?:\b(?:do not|don['’]t|never|without|avoid|no|not)\b|不要|不得|不可|不用|不使用|避免|禁止|无需|勿)"
    r"[^.!?;:。！？；：\n#]{0,40}$",
    re.IGNORECASE,
)
_OPTIONAL = re.compile(
    r"\boptional(?:ly)?\b|\bif (?:needed|applicable|relevant|any|necessary)\b|可选|可省略|如有|若有|如果?需要",
    re.IGNORECASE,
)
_MARKS = re.compile(r"[`\"'”’」』》*_]+")
_HINT = re.compile(r"[ \t]*[(（][^()（）]*(?:[(（][^()（）]*[)）][^()（）]*)*[)）][ \t]*$")
_FIRST_HINT = re.compile(r"[(（][^()（）]*(?:[(（][^()（）]*[)）][^()（）]*)*[)）]")
_INLINE_END = re.compile(
    r"[`\"”’」』》,;，、；。:：!?！？\n]|\.(?=\s|$)|\s*(?:->|=>|→|⇒|/)\s*(?=[`\"'“‘「]*#{3})"
    r"|\s+(?:and|or|then|followed by)\s+(?=(?:then\s+|finally\s+)?(?:an?\s+|the\s+)?[`\"'“‘「*_]*#{3})"
    r"|\s*[和与及]\s*(?=[`\"'“‘「*_]*#{3})|\s+(?=#{3}[ \t])"
)
_INLINE_TAIL = re.compile(
    r"\s+(?:in|with|as|for|to|at|under|only|each|exactly|when|where|so|that|which|sections?|headings?)\b.*$"
    r"|\s*(?:这|三个|两个|四个|五个|几个|各|部分|小节|标题|章节|的).*$"
)
_DESCRIPTION = re.compile(r"(?:\s*[:：]|\s+[-–—]{1,2}\s|\s*——).*$")
# Headings that, above a text of their own, order the instructions; they are not asked of the answer.
_STRUCTURE = re.compile(
    r"(?:your )?(?:role|tasks?)|instructions?|rules?|(?:(?:output|answer|response) )?format|course(?: information)?"
    r"|context|background|constraints?|style|tone|guidelines|general|audience|important"
    r"|角色|任务|规则|要求|(?:输出|回答)?格式|背景|约束|风格|语气|说明|注意(?:事项)?|课程信息"
)
_NEAR = 400
"""Characters before and after a heading in running text that are looked at: more would cost the square of a line."""
_ENUMERATION = re.compile(
    r"^(?:\d{1,2}|[ivx]{1,4}|[一二三四五六七八九十]{1,2})[.)、．:：][ \t]*|^[(（]\d{1,2}[)）][ \t]*", re.IGNORECASE
)
_MARKUP = re.compile(r"[*_`~]+")
_SPACE = re.compile(r"\s+")


@lru_cache(maxsize=4096)
def required_headings(system_prompt: str) -> tuple[str, ...]:
    """The `### ` headings that the instructions ask for, in order, with their hints.

    A heading may stand on a line of its own or in running text. One that is forbidden ("don't use ### Notes") is not
    asked for; neither is one that orders the instructions ("### Role" above a paragraph).
    """
    instructions, _ = split_notes(system_prompt)
    outside, fenced = _without_fences(instructions)
    unique: dict[str, str] = {}
    for heading in _asked_in(outside) or _asked_in(fenced):
        unique.setdefault(plain_heading(heading), heading)
    return tuple(unique.values())


def is_optional(heading: str) -> bool:
    """Does the hint of a heading say that it may be left out altogether?"""
    return bool(_OPTIONAL.search(heading))


def plain_heading(text: str) -> str:
    """The loose form: width, case, markup, enumeration and a final colon don't matter."""
    text = _MARKUP.sub("", unicodedata.normalize("NFKC", text))
    return _SPACE.sub(" ", _ENUMERATION.sub("", text.strip())).strip(" :.。").casefold()


def bare_heading(heading: str) -> str:
    """The heading without the hint in parentheses at its end."""
    return _HINT.sub("", heading).strip() or heading


def without_description(heading: str) -> str:
    """The heading without its hint and without what follows a colon or a dash ("### Check: test a limit")."""
    return _DESCRIPTION.sub("", bare_heading(heading))


def _without_fences(text: str) -> tuple[str, str]:
    """(text outside code fences, text inside). A prompt may show its template in a fence."""
    outside: list[str] = []
    inside: list[str] = []
    fence = ""
    for line in text.splitlines():
        mark = _FENCE.match(line)
        if fence:
            if mark and mark.group(1).startswith(fence):
                fence = ""
            else:
                inside.append(line)
        elif mark:
            fence = mark.group(1)
        else:
            outside.append(line)
    return "\n".join(outside), "\n".join(inside)


def _asked_in(text: str) -> list[str]:
    out = []
    lines = [line for line in text.splitlines() if line.strip()]
    for line, following in zip(lines, [*lines[1:], "### "], strict=False):
        asks = list(_ASK.finditer(line))
        for ask in asks:
            before = line[max(0, ask.start() - _NEAR) : ask.start()]
            alone = len(asks) == 1 and bool(_LINE_LEAD.match(line[: ask.start()]))
            if not alone and _NEGATED_ASK.search(_MARKS.sub("", before)):
                continue
            heading = _own_line(line[ask.end() :]) if alone else _inline(line[ask.end() : ask.end() + _NEAR])
            if alone and not _ASK.search(following) and _orders_instructions(heading):
                continue
            if any(character.isalnum() for character in heading):
                out.append(heading)
    return out


def _orders_instructions(heading: str) -> bool:
    return bool(_STRUCTURE.fullmatch(plain_heading(without_description(heading))))


def _own_line(rest: str) -> str:
    rest = rest.strip()
    closing = re.match(r"([^`]+)`", rest)
    if closing:
        rest = closing.group(1)
    return re.sub(r"[ \t]+#+$", "", rest).strip("*_\"'“”‘’「」『』《》 \t")


def _inline(rest: str) -> str:
    """The heading at the start of running text: up to a separator, with a hint in parentheses if one follows."""
    end = _INLINE_END.search(rest)
    opening = re.search(r"[(（]", rest)
    if opening and (end is None or opening.start() < end.start()):
        hint = _FIRST_HINT.match(rest, opening.start())
        if hint and rest[: opening.start()].strip():
            return rest[: hint.end()].strip()
    name = rest[: end.start()] if end else rest
    return _INLINE_TAIL.sub("", name).strip().strip("*_'.")

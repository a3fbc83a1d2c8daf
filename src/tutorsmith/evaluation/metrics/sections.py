"""Which sections does a system prompt ask for, and when do two headings name the same section?"""

import re
import unicodedata
from functools import lru_cache
from itertools import pairwise

from tutorsmith.evaluation.metrics.asked import ASK, Wish, is_generic, named_in, wishes
from tutorsmith.evaluation.metrics.prompt import split_notes

_FENCE = re.compile(r"^[ \t]*(`{3,}|~{3,})")
_LINE_LEAD = re.compile(r"^[ \t>]*(?:(?:[-*+•]|\d{1,2}[.)、．]|[(（]\d{1,2}[)）])[ \t]*)?[`\"'“‘「『《*_]*$")
_OPTIONAL = re.compile(
    r"\boptional(?:ly)?\b|\bif (?:needed|applicable|relevant|any|necessary|asked)\b|\bonly (?:if|when)\b|\bas needed\b"
    r"|\b(?:may|can) be (?:omitted|left out|skipped|dropped)\b|可选|可以?省略|可以?不写|选填|如有|若有|如果?需要"
    r"|必要时|视情况|酌情",
    re.IGNORECASE,
)
_FORBIDDEN = re.compile(
    r"[(（][^()（）]*(?:\b(?:do not|don['’]?t|never) (?:write|use|include|add)|\bforbidden\b|\bnot (?:wanted|allowed)\b"
    r"|不要写|不写|禁止"
    r"|不用写)[^()（）]*[)）]",
    re.IGNORECASE,
)
_HINT = re.compile(r"[ \t]*[(（][^()（）]*(?:[(（][^()（）]*[)）][^()（）]*)*[)）][ \t]*$")
_DESCRIPTION = re.compile(r"(?:\s*[:：]|\s+[-–—]{1,2}\s|\s*——).*$")
# Headings that, above a text of their own, order the instructions; they are not asked of the answer.
_STRUCTURE = re.compile(
    r"(?:your )?(?:role|tasks?)|instructions?|rules?|(?:(?:output|answer|response) )?format|course(?: information)?"
    r"|context|background|constraints?|style|tone|guidelines|general|audience|important"
    r"|角色|任务|规则|要求|(?:输出|回答)?格式|背景|约束|风格|语气|说明|注意(?:事项)?|课程信息"
)
# "### Answer must be one line" speaks of a heading that was asked for before.
_MENTION = re.compile(
    r"\s+(?:must|should|is|are|has|have|may|can|will|contains?|states?|gives?|comes?|goes|needs?)\b|\s*(?:必须|应当?"
    r"|须|要"
    r"|需|可以|不得|不要|中|里)"
)
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


_MOST = 200
"""Headings of a prompt that are read; no answer has so many sections."""


def _asked_in(text: str) -> list[str]:
    out: list[str] = []
    raw = ["", *text.splitlines()]
    lines = [line for line in raw if line.strip()]
    if not lines:
        return out
    adjoining = [bool(before.strip()) for before, line in pairwise(raw) if line.strip()]
    listed = False
    for line, following, joins in zip(lines, [*lines[1:], ""], adjoining, strict=True):
        if len(out) >= _MOST:
            break
        if _is_heading_line(line):
            heading = _own_line(ASK.split(line)[1])
            # A heading within or at the end of a list of headings is asked for, whatever its name.
            ends_list = (listed and joins) or _is_heading_line(following) or not following
            asked = ends_list or not _orders_instructions(heading)
            if asked and not _FORBIDDEN.search(heading) and not _is_mention(heading, out):
                out.append(heading)
            listed = asked
            continue
        listed = False
        if ASK.search(line):
            out += _in_running_text(line)
    return [heading for heading in out if any(character.isalnum() for character in heading)]


def _is_heading_line(line: str) -> bool:
    asks = list(ASK.finditer(line))
    return len(asks) == 1 and bool(_LINE_LEAD.match(line[: asks[0].start()]))


def _in_running_text(line: str) -> list[str]:
    headings = named_in(line)
    return [
        f"{heading.name} (optional)" if wish is Wish.OPTIONAL and not is_optional(heading.name) else heading.name
        for heading, wish in zip(headings, wishes(headings), strict=True)
        if wish is not Wish.FORBIDDEN and not is_generic(heading.name)
    ]


def _is_mention(heading: str, earlier: list[str]) -> bool:
    plain = plain_heading(heading)
    return any(
        plain.startswith(known) and _MENTION.match(plain, len(known))
        for known in map(plain_heading, map(bare_heading, earlier))
    )


def _orders_instructions(heading: str) -> bool:
    return bool(_STRUCTURE.fullmatch(plain_heading(without_description(heading))))


def _own_line(rest: str) -> str:
    rest = rest.strip()
    closing = re.match(r"([^`]+)`", rest)
    if closing:
        rest = closing.group(1)
    return re.sub(r"[ \t]+#+$", "", rest).strip("*_\"'“”‘’「」『』《》 \t")

"""Headings in the running text of a prompt: where they end, and whether they are asked for.

A heading is forbidden by what stands before it in its clause ("don't use ### Notes", "no ### Notes") or after it
("### Notes is not wanted"); "don't forget ### Notes" and "nothing outside ### Notes" ask for it. Headings that are only
joined by a comma or a conjunction share one fate.
"""

import re
from dataclasses import dataclass
from enum import Enum

ASK = re.compile(r"(?<![#A-Za-z0-9_&\\])#{3}[ \t]+(?=\S)")


class Wish(Enum):
    """What a prompt wants of a heading."""

    ASKED = "asked"
    OPTIONAL = "optional"
    FORBIDDEN = "forbidden"


@dataclass(frozen=True, slots=True)
class Named:
    """A heading in running text: its name, what stands before it since the last one, and what after it."""

    name: str
    before: str
    after: str


_QUOTES = {'"': '"', "'": "'", "`": "`", "“": "”", "‘": "’", "「": "」", "『": "』", "《": "》", "【": "】"}
_HINT = re.compile(r"[(（][^()（）#]*(?:[(（][^()（）#]*[)）][^()（）#]*)*[)）]")
_NAME_END = re.compile(
    r"[`\"”’」』》】,;，、；。:：!?！？|\n]|\.(?=\s|$)|\s*(?:[-=]>|[→⇒⇨/+&>~]|\s[-–—]{1,2}|[-–—]{1,2}(?=$))\s*$"
    r"|\s+(?:and|or|then|plus|but)(?=,)"
    r"|\s+(?:and|or|then|next|but|plus|lastly|finally|followed by|as well as)\s*(?:then |also |finally |lastly |not "
    r"|an? |the |"
    r"optionally |no |if \w+ )*$"
    r"|\s*(?:以及|和|与|及|或|再|然后|最后|接着)\s*$|\s+[-–—]{1,2}\s|\s*——"
)
_NAME_TAIL = re.compile(
    r"(?<=\S)(?:\s+(?:in|with|as|for|to|at|under|only|each|exactly|when|where|so|that|which|sections?|headings?"
    r"|but|not"
    r"|rather|instead|without|before|after|followed|(?:is|are|must|should|may|can|shall|need|needs|cannot|has"
    r"|will)(?: \w+){1,4})"
    r"\b.*$"
    r"|\s*(?:这[几三两四五些样]|[一二两三四五六\d几][个节部]|各(?:部分|节)|部分|小节|标题|章节|的(?=结构|顺序|次序"
    r"|格式|形式|标题|小节|部分|框架|"
    r"模板|方式|[三两四]))(?:.*)$"
    r"|\s*(?:之外|以外|\s外|(?<=\s)外|不要|不用|不必|不写|不得|不需|无需|禁止|必须|可以?省略|可不写|可选|可略).*$"
    r"|(?:作答|组织|输出)$)"
)
_GENERIC = re.compile(
    r"(?:(?:third-)?level|headings?|headers?|titles?|sections?|markdown|format\w*|style|标题|小标题|三级标题|开头"
    r"|格式|级)\b.*",
    re.IGNORECASE,
)
_JOINER = re.compile(
    r"(?:[\s,，、;；/|+&>~→⇒⇨\-–—=()（）`\"'“”‘’「」『』《》【】*_]"
    r"|\b(?:and|or|nor|then|next|plus|also|finally|lastly|followed by|as well as|an?|the)\b"
    r"|以及|然后|最后|接着|[和与及或再并])*"
)
_NEGATION = re.compile(
    r"\b(?:do not|don['’]?t|never|without|avoid|no|not|nor|neither|omit|skip|leave out|leave away|drop|exclud\w+"
    r"|instead of"
    r"|rather than|forbid\w*|ban(?:ned)?|prohibit\w*|refrain from|must ?n['’]?t|cannot|dislike|hate)\b"
    r"|不要|不得|不可|不用|不使用|避免|禁止|无需|勿|不需要?|不必|不写|不能|不应|不许|别|省去|省略|略去|跳过|不含|不加"
    r"|而非|而不是|不宜"
    r"|严禁|去掉|无须",
    re.IGNORECASE,
)
# After a negation: what undoes it. "Don't forget", "nothing outside", "no headings but".
_UNDONE = re.compile(
    r"\b(?:before|after|outside|other than|except\w*|besides?|apart from|aside from|beyond|but(?! not)|only|omit|skip"
    r"|forget"
    r"|leave out|drop|miss|neglect|unless|until|without|than|ahead of|preced\w+|follow\w*)\b"
    r"|之外|以外|之前|之后|遗漏|省略|漏|忘|缺|跳过|除|只|少了?",
    re.IGNORECASE,
)
_OUTSIDE = re.compile(r"^\s*[`\"'”’」』》】*_]*\s*(?:之外|以外|外)")
_OPTIONAL_BEFORE = re.compile(
    r"\boptional(?:ly)?\b|\bif (?:needed|applicable|relevant|necessary|you like|you wish|helpful|useful)\b"
    r"|\byou may\b"
    r"|\bwhere (?:needed|useful|helpful)\b|\bas needed\b|可加|可以(?:再)?(?:加|写|有|附)|可另|可再|可选|必要时|需要时"
    r"|如有需要|酌情",
    re.IGNORECASE,
)
_AFTER_NOT = re.compile(
    r"\b(?:is|are|was) (?:not|n['’]?t) (?:wanted|needed|required|allowed|necessary|permitted|part|to be|asked"
    r"|welcome)"
    r"|\b(?:isn|aren)['’]?t (?:wanted|needed|required|allowed|necessary|permitted|asked|welcome)"
    r"|\b(?:must|should|may|shall|can|do)(?: ?not|n['’]?t) (?:be (?:used|included|written|added|present|given|there)"
    r"|appear|occur"
    r"|belong)|\b(?:is|are) (?:forbidden|banned|prohibited|unwanted|unnecessary|superfluous|excluded|to be (?:avoided"
    r"|omitted|left"
    r" out))|\b(?:leave|keep|drop|omit|skip) (?:it|this|that|them|these|those)(?: out)?\b|\bnever (?:appears?|use"
    r"|write)"
    r"|不要[写用出加]?|不用写?|不必写?|不写|不需要|无需|不得出现|不[应可许能]出现|禁止|免写|不许|去掉|略去|多余",
    re.IGNORECASE,
)
_AFTER_OPTIONAL = re.compile(
    r"\b(?:is|are) optional\b|\b(?:may|can|could|need not) be (?:omitted|left out|skipped|dropped|written|given"
    r"|included)\b"
    r"|\bif (?:needed|applicable|relevant|necessary|you like|you wish|helpful|useful)\b|可以?省略|可以?不写|可选"
    r"|可以?略|可有可无|视情况",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"[.!?;:。！？；：](?=\s|$|[\u4e00-\u9fff])|[。！？；：]|\n")
_PHRASE = re.compile(r"[,，]")
_LEADS_ON = re.compile(
    r"[`\"'”’」』》】*_]*\s*[,，]?\s*(?:\b(?:and|or|plus|then)\b|以及|和|再|然后)[^.;。；]*$", re.IGNORECASE
)
_DEED = re.compile(
    r"\b(?:use|write|answer|give|start|begin|end|finish|respond|reply|include|structure|put|with|add|provide"
    r"|follow)\b"
    r"|[用写以按分]|依次|包含|使用|输出|回答",
    re.IGNORECASE,
)


def named_in(line: str) -> list[Named]:
    """The headings of one line in order."""
    asks = list(ASK.finditer(line))
    out = []
    free = 0
    for i, ask in enumerate(asks):
        limit = asks[i + 1].start() if i + 1 < len(asks) else len(line)
        before = line[free : ask.start()]
        name, used = _name(line[ask.end() : limit], _QUOTES.get(before[-1:], ""))
        free = ask.end() + used
        out.append(Named(name, before, line[free:limit]))
    return out


def wishes(headings: list[Named]) -> list[Wish]:
    """What is wanted of each; joined headings share the wish of the first, or what is said after the last."""
    out: list[Wish] = []
    group = 0
    for i, heading in enumerate(headings):
        if i and _JOINER.fullmatch(heading.before):
            out.append(out[-1])
            group = i if ";" in heading.before or "；" in heading.before else group
        else:
            group = i
            out.append(_wish_before(heading.before))
        own = heading.after if i + 1 == len(headings) else _said_of_it(heading.after)
        after = _wish_after(own) if i + 1 == len(headings) or own.strip() else None
        if after is not None:
            out[group:] = [after] * (i + 1 - group)
    return out


def is_generic(name: str) -> bool:
    """ "Use ### headings" names none."""
    return bool(_GENERIC.fullmatch(name))


def _name(rest: str, closing: str) -> tuple[str, int]:
    """(the heading at the start of `rest`, how much of `rest` belongs to it)."""
    if closing and 0 < rest.find(closing) <= 80:
        end = rest.find(closing)
        return rest[:end].strip(), end
    end_match = _NAME_END.search(rest)
    opening = re.search(r"[(（]", rest)
    if opening and (end_match is None or opening.start() < end_match.start()):
        hint = _HINT.match(rest, opening.start())
        if hint and rest[: opening.start()].strip():
            return rest[: hint.end()].strip(), hint.end()
        end = opening.start()
    else:
        end = end_match.start() if end_match else len(rest)
    unmatched = re.search(r"[)）]", rest[:end])
    name = _NAME_TAIL.sub("", rest[: unmatched.start() if unmatched else end])
    return name.strip().strip("*_'."), len(name)


def _wish_before(text: str) -> Wish:
    clause = _CLAUSE.split(text)[-1]
    phrase = _PHRASE.split(clause)[-1]
    if _DEED.search(phrase):
        clause = phrase
    negations = list(_NEGATION.finditer(clause))
    if negations and len(clause) - negations[-1].end() <= 60:
        undone = _UNDONE.search(clause[negations[-1].end() :])
        # Two negations ("never leave out") ask.
        twice = len(negations) > 1 and _UNDONE.fullmatch(negations[-1].group(0))
        return Wish.ASKED if undone or twice else Wish.FORBIDDEN
    return Wish.OPTIONAL if _OPTIONAL_BEFORE.search(clause) else Wish.ASKED


def _said_of_it(text: str) -> str:
    """What stands between two headings, without the words that lead to the second ("and, if useful,", "，不要写")."""
    if _LEADS_ON.match(text):
        return ""
    phrases = list(_PHRASE.finditer(text))
    last = text[phrases[-1].end() :] if phrases else ""
    leads = _NEGATION.search(last) and not re.search(r"[.;!?。；！？]\s*$", last) and len(last.strip()) <= 12
    return text[: phrases[-1].start()] if leads else text


def _wish_after(text: str) -> Wish | None:
    sentence = re.split(r"[.;!?。；！？](?=\s|$|[\u4e00-\u9fff])|\b(?:but|and) (?=use|write|answer|add|give)", text)[0]
    if _OUTSIDE.match(sentence):
        return None
    if _AFTER_OPTIONAL.search(sentence):
        return Wish.OPTIONAL
    return Wish.FORBIDDEN if _AFTER_NOT.search(sentence) else None

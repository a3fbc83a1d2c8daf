"""Names of private people, in English and Chinese.

No model reads along (docs/decisions/0006): a name is found by what stands around it (a title, "my name is", a salutation,
同学, 老师, someone's homework or grade) and by lists of given names and surnames. Names of physics and of the literature
are nobody's secret.
"""

import re
from collections.abc import Iterator

from tutorsmith.data.personal.name_lists import (
    COMPOUND_ZH,
    GIVEN,
    KNOWN,
    KNOWN_ZH,
    NOBODY,
    SURE_SURNAMES_ZH,
    SURNAMES_ZH,
)
from tutorsmith.data.personal.spans import Personal, holds
from tutorsmith.data.words import tokens_of

_PART = r"(?:[A-ZÀ-ÖØ-Þ][a-zà-öø-ÿ]+(?:[-'’][A-ZÀ-ÖØ-Þ]?[a-zà-öø-ÿ]+)*|O['’][A-Z][a-z]+|Mc[A-Z][a-z]+)"
_NAME = rf"{_PART}(?: (?:[A-Z]\.|(?:van|von|de|der|den|da|di|del|la|bin|al)\b|{_PART}))*"
_FULL = rf"{_PART}(?: [A-Z]\.)?(?: (?:van|von|de|der|den|da|di|del|la|bin|al))*(?: {_PART}){{1,2}}"

AMBIGUOUS = frozenset(
    [
        "an",
        "art",
        "frank",
        "grace",
        "hall",
        "lea",
        "long",
        "mark",
        "max",
        "min",
        "na",
        "rich",
        "rose",
        "sam",
        "stone",
        "wood",
    ]
)
"""Parts of names that are common words, or symbols, with a capital at the start of a sentence."""


def parts_of_name(name: str) -> tuple[str, ...]:
    """What tells that a person who was named is spoken of again: the whole name, the given name, the surname. None for
    names that are also words: a short Chinese one (张力 is a tension too), or one of AMBIGUOUS."""
    words = re.findall(_PART, name)
    if not words:
        return (name,) if len(name) > 2 else ()
    ends = {word for word in (words[0], words[-1]) if len(word) > 2}
    alone = sorted(word for word in ends if word.lower() not in AMBIGUOUS | KNOWN | NOBODY)
    return (name, *alone) if len(words) > 1 else tuple(alone)


# A name stands here whatever it is: (one of these words is in every match, the pattern).
_INTRODUCED = (
    (
        "name Name",
        re.compile(
            rf"\b(?:[Mm]y|[Hh]is|[Hh]er|[Tt]heir|[Ss]tudent['’]?s?|[Ff]ull|[Ff]irst|[Ll]ast|[Ff]amily) "
            rf"name(?: is|:| was|’s|'s) (?P<name>{_NAME})"
        ),
    ),
    (
        "name Name",
        re.compile(
            r"(?:^|[\n(,;|]|[.!?] )[ \t*_-]*(?:[Ff]ull |[Ss]tudent(?:['’]s)? |[Ff]irst |[Ll]ast )?"
            rf"[Nn]ame[*_ \t]*[:：][*_ \t]*(?P<name>{_NAME})"
        ),
    ),
    (
        "student Student applicant Applicant candidate Candidate submitted Submitted supervisor Supervisor advisor Advisor "
        "contact Contact patient Patient assistant Assistant grader Grader parent Parent",
        re.compile(
            r"\b(?:[Ss]tudent|[Aa]pplicant|[Cc]andidate|[Ss]ubmitted [Bb]y|[Ss]upervisor|[Aa]dvisor|[Cc]ontact(?: [Pp]erson)?"
            r"|[Pp]atient|[Tt]eaching [Aa]ssistant|[Gg]rader|[Pp]arent|[Ee]mergency [Cc]ontact)[*_ \t]*[:：][*_ \t]*"
            rf"(?P<name>{_FULL})"
        ),
    ),
    (
        "Mr Mrs Ms Miss Mx Herr Frau Se Monsieur Madame",
        re.compile(rf"\b(?:Mr|Mrs|Ms|Miss|Mx|Herr|Frau|Señora?|Monsieur|Madame)\.? (?P<name>{_NAME})"),
    ),
    (
        "Dr Prof Professor Doctor",
        re.compile(rf"\b(?:Dr|Prof|Professor|Doctor)\.? (?:Dr\. )?(?P<name>{_NAME})"),
    ),
    (
        "Dear Hi Hello Hey",
        re.compile(
            r"(?:^|\n)[ \t>]*(?:Dear|Hi|Hello|Hey) (?:(?:Dr|Prof|Professor|Mr|Mrs|Ms|Miss)\.? )?"
            rf"(?P<name>{_NAME})(?=[,:!\n])"
        ),
    ),
    (
        "regards Regards sincerely Sincerely faithfully Faithfully wishes thank Thank thanks Thanks cheers Cheers yours Yours",
        re.compile(
            r"(?:[Rr]egards|[Ss]incerely|[Ff]aithfully|[Bb]est wishes|[Tt]hank you|[Tt]hanks|[Cc]heers|[Yy]ours(?: truly)?)"
            rf",?[ \t]*\n+[ \t]*(?P<name>{_NAME})[ \t]*(?=\n|$)"
        ),
    ),
)
_LABELLED = _INTRODUCED[2][1]
_LABELS = tuple(
    word + end
    for word in (
        *(
            "tudent",
            "pplicant",
            "andidate",
            "ed by",
            "ed By",
            "pervisor",
            "dvisor",
            "ontact",
            "erson",
            "atient",
            "ssistant",
        ),
        *("rader", "arent"),
    )
    for end in (":", "：", "*", " :")
)
_INTRODUCING = tuple((frozenset(words.lower().split()), pattern) for words, pattern in _INTRODUCED)
# "I am Anna", "this is Anna Berg": only a known given name tells it from any other word.
_SELF = re.compile(
    rf"\b(?:I am|I['’]m|[Tt]his is|[Mm]y (?:friend|classmate|roommate|colleague|student|partner|brother|sister|supervisor|advisor"
    rf"|teacher|professor|lab partner)(?: is)?,?|called|named|[Aa]sk|[Cc]ontact) (?P<name>{_NAME})"
)
_RUN = re.compile(rf"(?<!\w){_PART}(?: (?:[A-Z]\.|(?:van|von|de|der|den|da|di|del|la|bin|al)\b|{_PART}))+")
_PERSONAL = re.compile(
    r"\b(?:homework|assignment|submi(?:t|tted|ts|ssion)|handed in|hands in|grades?|graded|scor(?:e|ed|es)|marks?|failed|passed|fails"
    r"|absent|classmate|roommate|lab partner|lab report|student|pupil|his exam|her exam|midterm|transcript|e-?mail|phone"
    r"|lives (?:in|at)|born|told me|tells me|asked me|wrote to me|my (?:friend|supervisor|advisor|teacher|group|team)|dormitory|dorm"
    r"|scholarship|enrolled|disability|sick|ill\b|tutor group|office hours?|cheated|plagiari[sz]ed)\b",
    re.IGNORECASE,
)
_CITED = re.compile(
    r"\bet al\b|\(\s*(?:1[5-9]|20)\d\d[a-z]?\s*\)|\bpp?\. ?\d|\bvol\.|\b(?:Press|Journal|Proc|Phys|Rev|IEEE|Springer|Wiley)\b"
)
_SENTENCE_END = re.compile(r"[.!?。！？](?:\s|$)|\n")


def _is_private(name: str) -> bool:
    words = [word.strip("'’").lower() for word in re.split(r"[ .]+", name) if word]
    if not words or words[0] in NOBODY or all(word in NOBODY for word in words):
        return False
    return not any(re.split(r"['’]s$", word)[0] in KNOWN for word in words)


def _trimmed(name: str) -> str:
    """Without the words of the sentence that happen to be capitalised after it."""
    words = name.split(" ")
    while len(words) > 1 and words[-1].lower() in NOBODY:
        words.pop()
    return re.sub(r"['’]s$", "", " ".join(words))


def _sentence(text: str, start: int, end: int) -> str:
    begins = [found.end() for found in _SENTENCE_END.finditer(text, max(0, start - 300), start)]
    ends = _SENTENCE_END.search(text, end)
    return text[begins[-1] if begins else max(0, start - 300) : ends.start() if ends else len(text)]


def english_names(text: str) -> Iterator[Personal]:
    words = frozenset(tokens_of(text))
    for needed, pattern in _INTRODUCING:
        if words.isdisjoint(needed) or (pattern is _LABELLED and not holds(text, _LABELS)):
            continue
        for found in pattern.finditer(text):
            name = _trimmed(found["name"])
            if _is_private(name):
                yield Personal("person-name", found.start("name"), found.start("name") + len(name))
    if not holds(text, (word.title() for word in words & GIVEN)):
        return
    for found in _SELF.finditer(text):
        name = _trimmed(found["name"])
        if name.split(" ")[0].lower() in GIVEN and _is_private(name) and name.split(" ")[0].lower() not in KNOWN:
            yield Personal("person-name", found.start("name"), found.start("name") + len(name))
    for found in _RUN.finditer(text):
        yield from _pair(text, found)


def _pair(text: str, run: re.Match[str]) -> Iterator[Personal]:
    """A known given name and what follows it, in a sentence about somebody's work or life."""
    words = run[0].split(" ")
    for number, word in enumerate(words[:-1]):
        if word.lower() not in GIVEN:
            continue
        name = _trimmed(" ".join(words[number : number + 3]))
        around = _sentence(text, *run.span())
        if " " in name and _is_private(name) and _PERSONAL.search(around) and not _CITED.search(around):
            start = run.start() + len(" ".join(words[:number])) + bool(number)
            yield Personal("person-name", start, start + len(name))
        return


_HAN = "\u4e00-\u9fff"
_HAN_LETTER = re.compile(f"[{_HAN}]")
_SURNAME = rf"(?:{COMPOUND_ZH}|[{SURNAMES_ZH}])"
_ZH_NAME = rf"{_SURNAME}[{_HAN}]{{1,2}}"
# What may stand before a name without being part of a word that ends in it.
_BEFORE = rf"(?:(?<![{_HAN}])|(?<=[和与跟给对向由请问是及让叫帮、的了把被找谢让比替为到]))"
_AFTER = rf"(?![{_HAN}])|(?=[的说问答在是也又和与跟同老教学于从已没，。、])"
_ZH = (
    re.compile(
        rf"(?:姓名|学生名字|真实名字|联系人|收件人|考生)[\s：:是为叫]*(?P<name>(?:{COMPOUND_ZH}|[{SURNAMES_ZH}])[{_HAN}]{{1,2}}(?:·[{_HAN}]+)?)"
    ),
    re.compile(rf"(?:我叫|他叫|她叫|名叫|叫做|名字(?:是|叫))\s*(?P<name>{_ZH_NAME})(?:{_AFTER})"),
    re.compile(rf"(?:我是|这位是|这是)(?:[{_HAN}]{{2,8}}的)?(?P<name>{_ZH_NAME})(?=[，。,.！!；;\s（(]|同学|老师|$)"),
    re.compile(
        rf"{_BEFORE}(?P<name>{_ZH_NAME})(?=(?:同学|老师|教授|导师|学长|学姐|师兄|师姐|先生|女士|小姐|助教|院长|主任)(?!们))"
    ),
    re.compile(rf"{_BEFORE}(?P<name>[{SURE_SURNAMES_ZH}])(?=(?:同学|老师|教授|导师|先生|女士|助教|院长|主任)(?!们))"),
    re.compile(
        rf"(?:同学|老师|导师|班主任|辅导员|助教|学生|联系人|申请人|教授|任课教师|室友|同桌)[：:是为叫\s]{{0,2}}(?P<name>{_ZH_NAME})"
        rf"(?=[，。,.、；;！!？?（(\s]|[的说问在也没交提考得答发](?!到处)|$)"
    ),
    re.compile(
        rf"{_BEFORE}(?P<name>{_ZH_NAME})(?=的(?:作业|成绩|答卷|试卷|卷子|实验报告|学号|电话|手机|邮箱|分数|宿舍|毕业论文|课程论文|期末|期中|家长)"
        rf"|没有?交(?![代流换点付互叉谈通])|提交了|考了|得了\d|挂科|缺勤|缺席|缺课|迟到|不及格|旷课|抄袭|请假)"
    ),
    # 张伟 2021012345: a line of a class list.
    re.compile(
        rf"{_BEFORE}(?P<name>{_ZH_NAME})(?=[ \t]*[,，、(（:：]?[ \t]*20[012]\d{{5,9}}(?![\d.\u4e00-\u9fff]|\s?[A-Za-z]))"
    ),
)
_ZH_CUES = (
    *(
        "姓名",
        "名字",
        "叫",
        "我是",
        "这位是",
        "同学",
        "老师",
        "教授",
        "导师",
        "学长",
        "学姐",
        "师兄",
        "师姐",
        "先生",
        "女士",
        "小姐",
    ),
    *(
        "助教",
        "院长",
        "主任",
        "辅导员",
        "学生",
        "联系人",
        "收件人",
        "申请人",
        "考生",
        "室友",
        "同桌",
        "任课教师",
        "这是",
    ),
    *(
        "的作业",
        "的成绩",
        "报告",
        "的学号",
        "的电话",
        "的手机",
        "的邮箱",
        "的分数",
        "卷",
        "交",
        "考了",
        "得了",
        "挂科",
        "缺",
    ),
    *("20", "迟到", "不及格", "旷课", "抄袭", "请假", "论文", "的宿舍", "的期", "的家长"),
)
# Ends of words for kinds of people, places and things; no given name has them in this place.
_NO_NAME_END = re.compile(r"[生员者系班级组校院科课届们些个位名该其之]$|[年班级校院系届课题道]")


def chinese_names(text: str) -> Iterator[Personal]:
    if not _HAN_LETTER.search(text) or not holds(text, _ZH_CUES):
        return
    for pattern in _ZH:
        for found in pattern.finditer(text):
            name = found["name"]
            if len(name) > 1 and holds(name, KNOWN_ZH):
                continue
            if len(name) > 1 and _NO_NAME_END.search(name[1:]):
                continue
            yield Personal("person-name", *found.span("name"))

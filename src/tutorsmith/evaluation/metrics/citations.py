"""Do the citations of an answer point to the right excerpts of the notes?

A citation is the number of an excerpt in brackets: [1], [1][2], [1, 2], [1-3], ［1］, 【1】. Intervals ([0, L]),
indices (E[2]), vectors, footnotes ([^1]), links, code and formulas are none.

`valid`: every cited number is one of the excerpts of the prompt, and where excerpts are expected at least one is cited.
`precision` and `recall`: of the set of cited numbers against the expected ones. `support`: the share of citing
sentences whose numbers all stand in the excerpts they cite; `uncited`: the share of sentences with a claim that cite
nothing. These two explain and are no part of `valid`, since a worked value need not stand in the notes.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from tutorsmith.data.plain_text import blank_code_and_math
from tutorsmith.evaluation.metrics.prompt import numbered_excerpts
from tutorsmith.evaluation.metrics.prose import sentence_spans

_BRACKET = re.compile(r"\[([^\[\]\n]{1,60})\]|［([^［］\n]{1,60})］|【([^【】\n]{1,60})】|〔([^〔〕\n]{1,60})〕")
_SOURCE = (
    r"(?:(?:excerpts?|sources?|notes?|refs?\.?|references?|citations?|摘录|节选|资料|来源|笔记|文献)\s*[:：#]?\s*)?"
)
_RANGE = r"\d{1,3}(?:\s*[-–—~～至]\s*\d{1,3})?"
_CONTENT = re.compile(
    rf"\s*({_SOURCE}{_RANGE}(?:\s*(?:[,，、;；&和与及]|\band\b)\s*{_SOURCE}{_RANGE})*)"
    r"\s*(?:[†‡][^\]】]*|[,，:：]?\s*[^\s,，\[\]]{1,40}\.(?:md|txt|pdf))?\s*",
    re.IGNORECASE,
)
_PART = re.compile(r"(\d{1,3})(?:\s*[-–—~～至]\s*(\d{1,3}))?")
# What stands right before a bracket that makes it part of a formula.
_OPERATOR_BEFORE = re.compile(r"(?:[=∈<≤≥+/^×·∘⊂]|(?<=[\s\d)])\*|(?<![-=])>|\\in)\s*$")
# "see Figure [2]", "by equation [3]" number an object; "the wave equation [3]", "below the figure [2]" cite a note.
_NUMBERED = re.compile(
    r"(?:^|[.,;:(（。，；：\n]|\b(?:by|from|in|see|of|and|to|use|using|with|at|per|into|both|consider|apply|combine"
    r"|compare"
    r"|via|through|under|on|for|like|as|cf|that|than|between|substitute|solve|insert|recall))\s*"
    r"(?:eqs?|eqns?|equations?|figs?|figures?|tables?|steps?|items?|problems?|sections?|chapters?)\s*$"
    r"|\b(?:eqs?|eqns?|figs?|tabs?|secs?)\.?\s*$"
    r"|(?:^|[^\u4e00-\u9fff]|[由见如据按从在与和及用参看照式入将把的])(?:公式|方程|图|表|式|步骤|题)\s*$|第\s*$",
    re.IGNORECASE,
)
# Before two numbers or more: an interval, a vector or a list.
_LIST_BEFORE = re.compile(
    r"(?:\b(?:the|an?|this|each|every|open|closed|time|position|direction|column|row|unit|as|like)\s+|^|[.,;:(]\s*)"
    r"(?:intervals?|ranges?|domains?|vectors?|arrays?|lists?|tuples?|segments?|points?)\s*$|\bbetween\s*$"
    r"|(?:^|[\s(（])[A-Za-zα-ωΑ-Ω]\s+(?:(?:is|lies|runs|varies)\s+)?(?:in|on|within|over|from)\s*$"
    r"|(?:区间|范围|向量|矢量|数组|列表|定义域|坐标|属于|取自)\s*$",
    re.IGNORECASE,
)
_INDEXED = re.compile(r"(?:^|[^A-Za-z0-9_\u4e00-\u9fff])(\d*\s?)([A-Za-z_][A-Za-z0-9_₀-₉]?|\w*_\w+|\w*\d\w*)$")
_MARKED = re.compile("(?<![0-9\\s.][\\s\u2009])(?<![0-9])[\u0370-\u03ff]$|['′]$")
# "C=εS/d[4]。": a bracket after a whole formula, at the end of a Chinese clause.
_FORMULA_BEFORE = re.compile(r"[=≈∝/][^\s\u4e00-\u9fff]{1,40}$")
_CHINESE_AFTER = re.compile(r"[。，；、）\u4e00-\u9fff]")
_LINK = re.compile(r"\([^()\s]{1,300}(?:\s+\"[^\"\n]{0,100}\")?\)|\^(?!\s|$)|_(?=\w|\{)")
# Markup around a citation: HTML tags, bold, an escaped bracket, a raised bracket in a formula of its own.
_MARKUP = re.compile(
    r"</?[A-Za-z][^<>\n]{0,80}>|(?<!\*)\*{1,3}(?=[\[［【][^\[\]\n]{1,60}[\]］】]\*)|(?<=[\]］】])\*{1,3}"
    r"|(?<=\w)\*{2}(?=\s*\[)"
    r"|\\(?=\[\s*\d[\d\s,，-]{0,20}\\\])|(?<=\d)\\(?=\])"
)
_RAISED = re.compile(
    r"\$\s*\^\s*\{?\s*(\\?\[\s*\d[\d\s,，–-]{0,20}\\?\])\s*\}?\s*\$|\\textsuperscript\{(\[\d[\d,\s]{0,20}\])\}"
)
_HTML_CODE = re.compile(r"<(code|pre)\b[^>\n]{0,80}>.{0,2000}?</\1>", re.DOTALL | re.IGNORECASE)
_FROM_TO = re.compile(r"\s?(?:[-–—~～至到]|through)\s?")
_NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?:[eE][-+]?\d+)?(?![\w.]*\d)")
_LISTING = re.compile(r"^\s*[-*]?\s*$")


@dataclass(frozen=True, slots=True)
class CitationVerdict:
    """`cited`: numbers in order of first appearance; `matched`: the brackets as written; None: a share of nothing."""

    valid: bool
    precision: float | None
    recall: float | None
    problems: tuple[str, ...]
    cited: tuple[int, ...] = ()
    matched: tuple[str, ...] = ()
    support: float | None = None
    uncited: float | None = None


@dataclass(frozen=True, slots=True)
class Citation:
    """One bracket of an answer: its place, its text and the numbers it names."""

    start: int
    end: int
    text: str
    numbers: tuple[int, ...]


def judge_citations(system_prompt: str, answer: str, expected: Sequence[int]) -> CitationVerdict:
    """Judge the citations of one answer; `expected` are the excerpt numbers that a right answer cites."""
    excerpts = numbered_excerpts(system_prompt)
    found = find_citations(answer)
    cited = tuple(dict.fromkeys(number for citation in found for number in citation.numbers))
    gold = set(expected)
    unknown = [number for number in cited if number not in excerpts]
    problems = [f"[{number}] is no excerpt of the notes" for number in unknown]
    if gold and not cited:
        problems.append("nothing is cited; expected " + ", ".join(f"[{number}]" for number in sorted(gold)))
    valid = not problems
    if cited and gold:
        problems += [f"[{n}] should have been cited" for n in sorted(gold - set(cited))]
        problems += [f"[{n}] was not expected" for n in cited if n in excerpts and n not in gold]
    support, unsupported = _support(answer, found, excerpts)
    right = len(gold & set(cited))
    return CitationVerdict(
        valid=valid,
        precision=right / len(cited) if cited else None,
        recall=right / len(gold) if gold else None,
        problems=(*problems, *unsupported),
        cited=cited,
        matched=tuple(citation.text for citation in found),
        support=support,
        uncited=_uncited(answer, found),
    )


def find_citations(answer: str) -> list[Citation]:
    """All citations of a text in order."""
    prose = blank_code_and_math(_without_markup(answer))
    out: list[Citation] = []
    for bracket in _BRACKET.finditer(prose):
        content = _CONTENT.fullmatch(next(group for group in bracket.groups() if group is not None))
        numbers = _numbers(content.group(1)) if content else ()
        # A list with a 0 is an interval or a vector; excerpts are counted from 1. A lone [0] is a wrong citation.
        if not numbers or (0 in numbers and len(numbers) > 1) or not _stands_free(prose, bracket, len(numbers), out):
            continue
        if out and _FROM_TO.fullmatch(prose, out[-1].end, bracket.start()) and out[-1].numbers[-1] < numbers[0]:
            numbers = _numbers(f"{out[-1].numbers[-1] + 1}-{numbers[0]}") + numbers[1:]
        out.append(Citation(bracket.start(), bracket.end(), answer[bracket.start() : bracket.end()], numbers))
    return out


def _without_markup(answer: str) -> str:
    """The same length, with blanks for the markup that may stand around a bracket."""
    text = _HTML_CODE.sub(_blank, answer) if "</" in answer else answer
    return _MARKUP.sub(_blank, _RAISED.sub(_lowered, text))


def _blank(found: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", found.group(0))


def _lowered(found: re.Match[str]) -> str:
    bracket = found.group(1) or found.group(2)
    start = found.start(1 if found.group(1) else 2) - found.start()
    return (" " * start + bracket).ljust(len(found.group(0)))


def _numbers(content: str) -> tuple[int, ...]:
    numbers: list[int] = []
    for part in _PART.finditer(content):
        first, last = int(part.group(1)), int(part.group(2) or part.group(1))
        if last < first or last - first > 50:
            return ()
        numbers.extend(range(first, last + 1))
    return tuple(dict.fromkeys(numbers))


def _stands_free(prose: str, bracket: re.Match[str], count: int, earlier: list[Citation]) -> bool:
    """Is a bracketed number a citation where it stands, and not an index, an interval, a link or a definition?"""
    before, after = prose[max(0, bracket.start() - 40) : bracket.start()], prose[bracket.end() : bracket.end() + 1]
    if before.endswith("^") and after == "^":  # raised in Pandoc's way
        return True
    if _LINK.match(prose, bracket.end()) or (after == ":" and _LISTING.match(before.rpartition("\n")[2])):
        return False
    if (earlier and earlier[-1].end == bracket.start()) or bracket.group(0)[0] != "[":
        return True
    if before.endswith("[") or after == "]":  # "[[1]]" is a citation, "[[1, 2], [3, 4]]" a matrix
        return count == 1
    if before.endswith(("]", "\\", "!", "_", "^")) or _OPERATOR_BEFORE.search(before) or _NUMBERED.search(before):
        return False
    if count > 1 and _LIST_BEFORE.search(before):
        return False
    if _FORMULA_BEFORE.search(before) and _CHINESE_AFTER.match(after):
        return True
    # "E[2]" is an index; "5 V[2]" is a unit with a citation, "law[2]" a word with one.
    indexed = _INDEXED.search(before)
    quantity = indexed is None or (indexed.group(1).strip() and indexed.group(2)[0].isalpha())
    return bool(quantity) and not _MARKED.search(before)


def _support(answer: str, found: list[Citation], excerpts: dict[int, str]) -> tuple[float | None, list[str]]:
    """(share of citing sentences whose numbers stand in what they cite, one remark for each of the others)."""
    judged, remarks = 0, []
    for start, end in sentence_spans(answer):
        mine = _within(found, start, end)
        sources = [excerpts[number] for citation in mine for number in citation.numbers if number in excerpts]
        if not sources:
            continue
        judged += 1
        sentence = answer[start:end]
        for citation in reversed(mine):
            sentence = sentence[: citation.start - start] + sentence[citation.end - start :]
        known = set(_NUMBER.findall(" ".join(sources)))
        absent = [number for number in _NUMBER.findall(sentence) if len(number) > 1 and number not in known]
        if absent:
            remarks.append(f"{', '.join(dict.fromkeys(absent))} does not stand in the cited excerpt")
    return (None if judged == 0 else 1 - len(remarks) / judged), remarks


def _within(found: list[Citation], start: int, end: int) -> list[Citation]:
    """The citations, given in order, that begin in [start, end)."""
    return found[bisect_left(found, start, key=_place) : bisect_left(found, end, key=_place)]


def _place(citation: Citation) -> int:
    return citation.start


def _uncited(answer: str, found: list[Citation]) -> float | None:
    """Share of sentences of six words (or 12 Chinese characters) or more that carry no citation."""
    claims = [(start, end) for start, end in sentence_spans(answer) if _is_claim(answer[start:end])]
    if not claims:
        return None
    bare = sum(not _within(found, start, end) for start, end in claims)
    return bare / len(claims)


def _is_claim(sentence: str) -> bool:
    text = sentence.strip()
    if text.startswith("#") or text.endswith(("?", "？")):
        return False
    return len(re.findall(r"[A-Za-z]{2,}", text)) >= 6 or len(re.findall(r"[\u4e00-\u9fff]", text)) >= 12

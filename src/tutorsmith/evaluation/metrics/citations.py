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

_BRACKET = re.compile(r"\[([^\[\]\n]{1,60})\]|［([^［］\n]{1,60})］|【([^【】\n]{1,60})】")
_CONTENT = re.compile(
    r"\s*(?:(?:excerpts?|sources?|notes?|refs?\.?|references?|citations?|摘录|节选|资料|来源|笔记|文献)\s*[:：#]?\s*)?"
    r"(\d{1,3}(?:\s*[-–—~～至]\s*\d{1,3})?(?:\s*[,，、;；]\s*\d{1,3}(?:\s*[-–—~～至]\s*\d{1,3})?)*)\s*(?:[†‡][^\]】]*)?\s*",
    re.IGNORECASE,
)
_PART = re.compile(r"(\d{1,3})(?:\s*[-–—~～至]\s*(\d{1,3}))?")
# What stands right before a bracket that makes it part of a formula, a numbered object or an interval.
_NOT_BEFORE = re.compile(
    r"(?:[=∈<>≤≥+*/^×·∘⊂]|\\in)\s*$"
    r"|\b(?:eqs?|eqns?|equations?|figs?|figures?|tables?|steps?|items?|problems?|sections?|chapters?|intervals?|ranges?"
    r"|domains?|vectors?|arrays?|lists?|between)\b\.?\s*$"
    r"|(?:公式|方程|图|表|式|步骤|第|题|区间|范围|向量|矢量|数组|列表|定义域)\s*$",
    re.IGNORECASE,
)
_INDEXED = re.compile(r"(?:^|[^A-Za-z0-9_\u4e00-\u9fff])(\d*\s?)([A-Za-z_][A-Za-z0-9_]?|\w*_\w+|\w*\d\w*)$")
_MARKED = re.compile("[\u0370-\u03ff'′]$")
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
    prose = blank_code_and_math(answer)
    out: list[Citation] = []
    for bracket in _BRACKET.finditer(prose):
        content = _CONTENT.fullmatch(next(group for group in bracket.groups() if group is not None))
        if content is None or not _stands_free(prose, bracket, out):
            continue
        numbers = _numbers(content.group(1))
        # A list with a 0 is an interval or a vector; excerpts are counted from 1. A lone [0] is a wrong citation.
        if not numbers or (0 in numbers and len(numbers) > 1):
            continue
        out.append(Citation(bracket.start(), bracket.end(), bracket.group(0), numbers))
    return out


def _numbers(content: str) -> tuple[int, ...]:
    numbers: list[int] = []
    for part in _PART.finditer(content):
        first, last = int(part.group(1)), int(part.group(2) or part.group(1))
        if last < first or last - first > 50:
            return ()
        numbers.extend(range(first, last + 1))
    return tuple(dict.fromkeys(numbers))


def _stands_free(prose: str, bracket: re.Match[str], earlier: list[Citation]) -> bool:
    """Is a bracketed number a citation where it stands, and not an index, an interval, a link or a definition?"""
    before, after = prose[max(0, bracket.start() - 40) : bracket.start()], prose[bracket.end() : bracket.end() + 2]
    if after[:1] in ("(", "^", "_") or (after[:1] == ":" and _LISTING.match(before.rpartition("\n")[2])):
        return False
    if (earlier and earlier[-1].end == bracket.start()) or bracket.group(0)[0] != "[":
        return True
    if before.endswith(("]", "\\", "!", "_", "^", "[")) or _NOT_BEFORE.search(before) or _MARKED.search(before):
        return False
    indexed = _INDEXED.search(before)
    # "E[2]" is an index; "5 V[2]" is a unit with a citation, "law[2]" a word with one.
    return indexed is None or bool(indexed.group(1).strip() and indexed.group(2)[0].isalpha())


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

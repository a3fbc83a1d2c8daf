"""What a question asks for beside its formulas: by which symbol, from where to where, which bounds, which checks."""

import re
from collections.abc import Callable, Collection

from tutorsmith.pipeline.calls.expressions import Found, expressions_in, is_symbol

_FROM = re.compile(r"(?:\b(?:from|between)\b|从|由|自)\s*")
_TO = re.compile(r"\s*(?:\bto\b|\band\b|到|至)\s*")
_EQUAL = re.compile(r"[A-Za-z]\w*\s*=\s*")
_NEAR = 24
"""Characters that may stand before the equals sign of a range's end: `the surface z = b`."""
_ENDLESS = re.compile(r"(?P<minus>minus\s+|负|-\s*)?(?:plus\s+|正|\+\s*)?(?:infinity|∞|无穷大?)")
_BY = re.compile(
    r"\b(?:with respect to|as a function of|variable)\s+(?:the\s+)?(?P<by>[A-Za-z]\w*(?:\s+[A-Za-z]\w*)?)"
    r"|(?:关于|对)\s*(?P<zh>[A-Za-z]\w*)(?!\w|\s*[=(*/^+-])"
    r"|\b(?:integra\w+|integral)[^.?]*\bover\s+(?P<over>[A-Za-z]\w*)\b|\bd(?:\^\d)?\w*\s*/\s*"
    r"d(?P<d>[A-Za-z]\w*)"
    r"|\b(?!(?:sin|cos|tan|exp|ln|log|sqrt|abs)\()\w+\((?P<of>[a-zA-Z]\w*)\)\s*="
    r"|(?:\b(?:from|to)|从|由|到|至)\s*(?:the\s+\w+\s+)?(?P<end>[A-Za-z]\w*)\s*="
)
_ORDERED = re.compile(
    r"\bdifferentiat|derivative|\bslope|\bintegra|\bevaluate|\bcalculated? (?:as|it)|\bd\w*/d\w"
    r"|求导|导数|微分|积分|斜率|原函数",
    re.IGNORECASE,
)
_DIRECT = re.compile(
    r"(?:what is|what does|calculated?(?: it)?(?: as| from)?|compute|evaluate|work out|value of|use|using|say|"
    r"计算|求|用|公式)\s*(?:the\s+)?(?:formula\s+)?(?:[A-Za-z]\w*\s*=\s*)?[(]?$",
    re.IGNORECASE,
)
_SEVERAL = re.compile(r"\bboth\b(?! (?:sides|ends|plates|charges))|\brespectively\b|分别", re.IGNORECASE)
_ORDERS = (
    (2, re.compile(r"\bsecond (?:\w+ )?derivative|\btwice|\bd\^2|二阶|两次|second-order", re.IGNORECASE)),
    (3, re.compile(r"\bthird (?:\w+ )?derivative|\bthree times|\bd\^3|三阶|三次求导", re.IGNORECASE)),
    (4, re.compile(r"\bfourth (?:\w+ )?derivative|\bd\^4|四阶", re.IGNORECASE)),
)
_FIGURES = re.compile(
    r"\b(?:figures?|figs?|captions?|tables?(?! of contents))\b|图(?!书)|表(?!达|示|明)", re.IGNORECASE
)
_PARTS = re.compile(
    r"\b(?:chapters?|headings?|contents|outline|structure|sections?)\b|章|目录|标题|大纲|结构", re.IGNORECASE
)
_LENGTH = r"(?:words?|characters?|个?汉?字符?|词)"
_AMOUNT = r"(?P<{0}>\d{{1,3}}(?:,\d{{3}})+|\d+)"
_RANGE = re.compile(
    rf"{_AMOUNT.format('low')}\s*(?:to|and|[-–~]|至|到)\s*{_AMOUNT.format('high')}\s*-?{_LENGTH}", re.IGNORECASE
)
_LEAST = re.compile(
    rf"(?:at least|minimum(?: of| is)?|(?:not?|never) (?:fewer|less|shorter) than|至少|不少于|最少|不得少于)\s*"
    rf"{_AMOUNT.format('n')}"
    rf"|{_AMOUNT.format('m')}\s*{_LENGTH}\s*(?:or more|minimum|at least|以上)",
    re.IGNORECASE,
)
_MOST = re.compile(
    rf"(?:at most|maximum(?: of| is)?|\bmax\.?|exceed|(?:not?|never) (?:more|longer) than|up to|within|"
    rf"limit(?:ed to| of| is)?|under|fewer than|below|longer than|不超过|不得超过|至多|最多|限)\s*(?:the\s+)?"
    rf"(?:limit of\s+)?{_AMOUNT.format('n')}"
    rf"|{_AMOUNT.format('m')}\s*-?{_LENGTH}\s*(?:or (?:fewer|less)|at most|maximum|limit|are allowed|allowed|"
    r"以内|以下)",
    re.IGNORECASE,
)
_SHARE = re.compile(r"(?<![\w.])(?P<share>0?\.\d+)(?![\w.])|(?<![\w.])(?P<percent>\d{1,2})\s*(?:%|per ?cent)")
Parse = Callable[[str], object]


def limits(text: str, functions: Collection[str], parse: Parse) -> list[tuple[str, str]]:
    """Pairs of ends: `from a to b`, `from r = 0 to infinity`."""
    text = _ENDLESS.sub(lambda m: "-oo" if m["minus"] else "oo", text)
    out = []
    for start in _FROM.finditer(text):
        sentence = re.split(r"[?？。;；](?:\s|$)|\.\s", text[start.end() :], maxsplit=1)[0]
        for between in _TO.finditer(sentence):
            lower = _end(expressions_in, sentence[: between.start()], functions, parse, whole=True)
            upper = _end(expressions_in, sentence[between.end() :], functions, parse, whole=False)
            if lower and upper:
                out.append((lower, upper))
                break
    return out


def _end(find: Callable[..., list[Found]], text: str, functions: Collection[str], parse: Parse, *, whole: bool) -> str:
    """The end of a range, which the text begins with, or its part behind an equals sign. whole: and nothing else."""
    equal = _EQUAL.search(text)
    text = text[equal.end() :] if equal and (whole or equal.start() < _NEAR) else text
    found = find(text, functions, parse, bare=True)
    if not found or found[0].start > 0 or (whole and text[found[0].end :].strip(" ,")):
        return ""
    return found[0].text


def variables(text: str) -> list[str]:
    """Symbols that the question differentiates or integrates by."""
    told = (next(filter(None, m.groups()), "").split() for m in _BY.finditer(text))
    found = (next(filter(is_symbol, words), "") for words in told)  # "with respect to time t"
    return [name for name in dict.fromkeys(found) if name]


def is_ordered(text: str) -> bool:
    """Whether the question tells to differentiate, integrate or calculate what it writes."""
    return _ORDERED.search(text) is not None


def is_told(text: str, expression: str) -> bool:
    """Whether the question tells to calculate this very expression."""
    places = (found.start() for found in re.finditer(re.escape(expression), text))
    return any(_DIRECT.search(text[:place]) for place in places)


def asks_several(text: str) -> bool:
    """Whether more than one result is wanted."""
    return _SEVERAL.search(text) is not None


def order(text: str) -> int | None:
    """How often is to be differentiated, where it is not once."""
    return next((times for times, pattern in _ORDERS if pattern.search(text)), None)


def asks_figures(text: str) -> bool:
    return _FIGURES.search(text) is not None


def asks_parts(text: str) -> bool:
    """Whether it is about chapters or headings."""
    return _PARTS.search(text) is not None


def bounds(text: str) -> tuple[list[str], list[str]]:
    """The least and the most words that are told; where a number of words is neither, it is in both."""
    low = [m["low"] for m in _RANGE.finditer(text)] + [m["n"] or m["m"] for m in _LEAST.finditer(text)]
    high = [m["high"] for m in _RANGE.finditer(text)] + [m["n"] or m["m"] for m in _MOST.finditer(text)]
    if not low and not high:
        low = high = [m["n"] for m in re.finditer(rf"{_AMOUNT.format('n')}\s*-?{_LENGTH}", text, re.IGNORECASE)]
    return [number.replace(",", "") for number in low], [number.replace(",", "") for number in high]


def shares(text: str) -> list[str]:
    """Shares as numbers up to 1: `0.3`, `30 %`."""
    out = [m["share"] if m["share"] else f"{int(m['percent']) / 100:g}" for m in _SHARE.finditer(text)]
    return [f"0{text}" if text.startswith(".") else text for text in out]

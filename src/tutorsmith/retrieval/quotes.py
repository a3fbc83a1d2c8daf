"""What an answer quotes of its excerpts: their first passages, word for word, with the numbers of the excerpts.

    ### Conclusion
    From the notes: The field of an infinite line charge is radial, $E_r=\\frac{\\rho_l}{2\\pi\\varepsilon_0r}$. [1]

    (what the tutor has to say)

The search has put the excerpts in order, so the first passages are those that fit best; a small model that may choose
passages itself chooses worse (docs/guide/notes.md).
"""

import re
from collections.abc import Sequence
from itertools import groupby

from tutorsmith.data.words import word_count
from tutorsmith.retrieval.chunk import sentences
from tutorsmith.retrieval.search import Hit

OPENINGS = {"en": "From the notes:", "zh": "笔记原文："}
_EXAMPLE = re.compile(
    r"\bworked example\b|\bexample\s*\d|\b(?:given|substitution)\b[\s*_]{0,4}:|例题|例\s*\d|(?:已知|代入)\s*[:：]",
    re.IGNORECASE,
)
_BRACKETED = re.compile(r"\[\d+(?:\s*[,–-]\s*\d+)*\]")
_INITIAL = re.compile(r"(?:,|&|[A-Z]\.) [A-Z]\.$")
_NUMBERS = re.compile(r"(?:=|\\approx|≈)\s*-?\s*\d|^\W*(?:given|substitution|result|已知|代入|结果)\b", re.IGNORECASE)


def passages(text: str) -> list[str]:
    """The sentences of an excerpt in order, on one line each. Display formulas, and what goes on behind them in lower
    case, belong to the sentence before; so does what follows within quotation marks, parentheses or behind an initial.
    """
    out: list[str] = []
    for block in text.split("\n\n"):
        display = block.lstrip().startswith(("$$", "\\["))
        for place, sentence in enumerate([block] if display else sentences(block)):
            passage = _on_one_line(sentence)
            if out and passage and (display or passage[0].islower() or (place and _goes_on(out[-1]))):
                out[-1] += passage if out[-1][-1] in "。！？；" else f" {passage}"
            elif passage:
                out.append(passage)
    return out


def _goes_on(passage: str) -> bool:
    return (
        passage.count('"') % 2 == 1
        or any(passage.count(opened) > passage.count(closed) for opened, closed in ("()", "“”", "（）"))
        or _INITIAL.search(passage) is not None
    )


def _on_one_line(text: str) -> str:
    return " ".join(text.split())


def quoted(numbered: Sequence[tuple[int, Hit]], max_words: int) -> list[tuple[int, str]]:
    """(number of the excerpt, passage), of all passages in order those that have room within max_words.

    Left out are tables and code, the numbers of a worked example, which are another problem's, and numbers in brackets,
    which would be read as excerpts'.
    """
    out: dict[str, int] = {}
    left = max_words
    for number, hit in numbered:
        example = _EXAMPLE.search(f"{hit.heading}\n{hit.text}") is not None
        for passage in passages(hit.text):
            words = word_count(passage)
            if passage in out or words > left or passage.startswith(("|", "```")) or _BRACKETED.search(passage):
                continue
            if not (example and _NUMBERS.search(passage)):
                out[passage] = number
                left -= words
    return [(number, passage) for passage, number in out.items()]


def quotes_said(quotes: Sequence[tuple[int, str]], language: str) -> str:
    """The quotes as an answer says them, each excerpt's together before its number; empty without quotes."""
    if not quotes:
        return ""
    parts = [
        f"{' '.join(passage for _, passage in group)} [{number}]"
        for number, group in groupby(quotes, key=lambda quote: quote[0])
    ]
    return f"{OPENINGS[language]} {' '.join(parts)}"

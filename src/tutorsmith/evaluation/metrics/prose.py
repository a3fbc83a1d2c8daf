"""Sentences of an answer, with their places."""

import re

_ABBREVIATION = re.compile(r"\b(?:e\.g|i\.e|cf|vs|eqs?|figs?|refs?|approx|resp|dr|prof|et al)\.$", re.IGNORECASE)
_SENTENCE_END = re.compile(
    r"[.!?]+[\"'”’)\]]*(?:\s*\[\d[^\]\n]{0,20}\])*(?=\s|$)|[。！？；]+[”’」』）]*(?:\s*[\[［【]\d[^\]］】\n]{0,20}[\]］】])*|\n+"
)


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """(start, end) of each sentence that is not blank. Line breaks end sentences; a citation after the stop is part."""
    spans = []
    start = 0
    for end in _SENTENCE_END.finditer(text):
        if end.group(0)[0] == "." and _ABBREVIATION.search(text[max(start, end.start() - 8) : end.start() + 1]):
            continue
        if text[start : end.end()].strip():
            spans.append((start, end.end()))
        start = end.end()
    if text[start:].strip():
        spans.append((start, len(text)))
    return spans


def sentences(text: str) -> list[str]:
    """The sentences of a text, stripped."""
    return [text[start:end].strip() for start, end in sentence_spans(text)]

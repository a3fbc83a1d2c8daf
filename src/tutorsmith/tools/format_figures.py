"""Figures and tables: numbered without gaps, with a caption that says something, referred to by number."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tutorsmith.tools.format_parts import Parts, Problem

_NUMBER = r"(?P<number>[A-Z]\.\d+|\d+(?:[.-]\d+)?|[IVX]+)"
_CAPTION = re.compile(
    rf"^\s*[*_]{{0,2}}(?P<kind>Fig\.|Figure|Table|TABLE|图|表)\s*{_NUMBER}(?![A-Za-z0-9])\s*[.:：。]?[*_]{{0,2}}\s*(?P<text>.*)$"
)
_MENTION = re.compile(rf"(?P<kind>Figs?\.|Figures?|Tables?|TABLE|图|表)\s*{_NUMBER}(?![A-Za-z0-9])")
_AND_MORE = re.compile(r"\s*(?:,|and|to|–|-|、|和|至)\s*(?P<number>\d+(?:[.-]\d+)?)(?![\w%])")
_POINTING = re.compile(
    r"\b(?:figure|table|graph|diagram)s? (?:below|above)\b|[上下](?:图|表)(?!\d)"
    r"|\b(?:following|above|below) (?:figure|table|graph|diagram)s?\b",
    re.IGNORECASE,
)
_VERB = re.compile(
    r"^(?:shows?|is|are|gives?|lists?|compares?|presents?|illustrates?|displays?|was|were|所示|给出|显示|表明|中)\b|^(?:所示|给出|显示|表明|中|可)"
)
_FEWEST_WORDS = 3
_IMAGE = re.compile(r"^\s*!\[")
_ROW = re.compile(r"^\s*\|.*\|\s*$")


@dataclass(frozen=True, slots=True)
class Caption:
    """kind: "figure" or "table"; number as written; line: 1-based."""

    kind: str
    number: str
    text: str
    line: int

    @property
    def name(self) -> str:
        return f"{'Fig.' if self.kind == 'figure' else 'Table'} {self.number}"


def figure_problems(parts: Parts) -> Iterator[Problem]:
    """Problems of captions, numbers and mentions in the text."""
    captions = list(_captions(parts))
    for kind in ("figure", "table"):
        yield from _numbering([caption for caption in captions if caption.kind == kind])
    for caption in captions:
        yield from _caption_problems(caption, parts.raw)
    lines = {caption.line for caption in captions}
    body = [(number, line) for number, line in parts.lines if number not in lines]
    yield from _mention_problems(captions, body)
    for number, line in body:
        if found := _POINTING.search(line):
            yield Problem(f"line {number}", f"'{found[0]}' points by place", "name the number: pages move")


def _kind(word: str) -> str:
    return "figure" if word[0] in "Ff图" else "table"


def _captions(parts: Parts) -> Iterator[Caption]:
    """Lines that start with a label and number and are no sentence about it ("Fig. 4 shows ...")."""
    for number, line in parts.lines:
        found = _CAPTION.match(line)
        if found and not _VERB.match(found["text"]):
            yield Caption(_kind(found["kind"]), found["number"], found["text"].strip(" *_"), number)


def _numbering(captions: Sequence[Caption]) -> Iterator[Problem]:
    seen: dict[str, int] = {}
    last: dict[str, int] = {}
    for caption in captions:
        if caption.number in seen:
            yield Problem(f"line {caption.line}", f"{caption.name} stands twice", "give each its own number")
            continue
        seen[caption.number] = caption.line
        above, own = _split(caption.number)
        expected = last.get(above, 0) + 1
        if own != expected:
            told = (
                f"{caption.name} follows number {above}{last[above]}"
                if above in last
                else f"numbering starts with {caption.name}"
            )
            yield Problem(f"line {caption.line}", told, f"number it {above}{expected}")
        last[above] = max(own, last.get(above, 0))


def _split(number: str) -> tuple[str, int]:
    """("3.", 2) of 3.2; ("", 4) of 4 and of IV."""
    found = re.match(r"^(.*[.-])(\d+)$", number)
    if found:
        return found[1], int(found[2])
    if number.isdigit():
        return "", int(number)
    values = [{"I": 1, "V": 5, "X": 10}[char] for char in number]
    return "", sum(-v if any(v < w for w in values[i + 1 :]) else v for i, v in enumerate(values))


def _caption_problems(caption: Caption, raw: Sequence[str]) -> Iterator[Problem]:
    words = re.findall(r"[\u4e00-\u9fff]{2}|[^\W_\u4e00-\u9fff]+", caption.text)
    if len(words) < _FEWEST_WORDS:
        told = f"the caption of {caption.name} says too little" if words else f"{caption.name} has no caption"
        yield Problem(f"line {caption.line}", told, "name the quantity, what it depends on and the conditions")
    above, below = _neighbour(raw, caption.line, -1), _neighbour(raw, caption.line, 1)
    if caption.kind == "figure" and _IMAGE.match(below) and not _IMAGE.match(above):
        yield Problem(f"line {caption.line}", f"the caption of {caption.name} stands above the figure", "put it below")
    if caption.kind == "table" and _ROW.match(above) and not _ROW.match(below):
        yield Problem(f"line {caption.line}", f"the caption of {caption.name} stands below the table", "put it above")


def _neighbour(raw: Sequence[str], line: int, step: int) -> str:
    """The nearest line that is not blank, before or after a 1-based line."""
    at = line - 1 + step
    while 0 <= at < len(raw) and not raw[at].strip():
        at += step
    return raw[at] if 0 <= at < len(raw) else ""


def _mention_problems(captions: Sequence[Caption], body: Sequence[tuple[int, str]]) -> Iterator[Problem]:
    mentioned: dict[tuple[str, str], int] = {}
    for line, text in body:
        for found in _MENTION.finditer(text):
            kind, at = _kind(found["kind"]), found.end()
            mentioned.setdefault((kind, found["number"]), line)
            while more := _AND_MORE.match(text, at):
                mentioned.setdefault((kind, more["number"]), line)
                at = more.end()
    there = {(caption.kind, caption.number) for caption in captions}
    for caption in captions:
        line_of = mentioned.get((caption.kind, caption.number))
        if line_of is None:
            yield Problem(
                f"line {caption.line}",
                f"{caption.name} is not mentioned in the text",
                "refer to it by number, or delete it",
            )
        elif line_of > caption.line:
            yield Problem(
                f"line {caption.line}",
                f"{caption.name} stands before its first mention",
                "mention it in the text first",
            )
    for (kind, number), line in mentioned.items():
        if (kind, number) not in there:
            name = f"{'Fig.' if kind == 'figure' else 'Table'} {number}"
            yield Problem(f"line {line}", f"there is no {name}", "add it with a caption, or correct the number")

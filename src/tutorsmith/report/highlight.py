"""Cuts an answer into segments, so that a page can mark what each verdict rests on without touching the text."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tutorsmith.report.records import FORMAT, VerdictView

SHOWN_CHARACTERS = 20_000  # more of one answer is not read by anybody; the predictions file keeps it whole
LONGEST_MATCH = 2_000

# One letter a character says how it is marked; a later one in this order wins: hit, near (missed), contradiction.
_PRIORITY = " hnc"
_KINDS = {" ": "", "h": "hit", "n": "near", "c": "contra"}

_HEADING = re.compile(r"^#{1,6} [^\n]*$", re.MULTILINE)
_BOLD = re.compile(r"\*\*[^*\n]{1,400}\*\*")
_MATH = re.compile(
    r"\$\$[^$]{1,800}\$\$|\$[^$\n]{1,400}\$|\\\([^\n]{1,400}?\\\)|\\\[(?:[^\\]|\\(?!\])){1,800}\\\]"
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Segment:
    """kind: "" | "hit" | "near" | "contra"; style: "" | "heading" | "bold" | "math".

    numbers: of the verdicts that rest on it, the one that gives the mark its colour first; note: what these judged;
    first: whether a marked stretch begins here (a stretch is cut where its style changes).
    """

    text: str
    kind: str = ""
    style: str = ""
    numbers: tuple[int, ...] = ()
    note: str = ""
    first: bool = False


@dataclass(frozen=True, slots=True)
class _Mark:
    letter: str = " "
    numbers: tuple[int, ...] = ()

    def joined(self, letter: str, number: int) -> "_Mark":
        """With one more verdict: the graver one leads."""
        if number in self.numbers:
            return self
        if _PRIORITY.index(letter) > _PRIORITY.index(self.letter):
            return _Mark(letter, (number, *self.numbers))
        return _Mark(self.letter, (*self.numbers, number))


def segments(answer: str, verdicts: Sequence[VerdictView]) -> tuple[Segment, ...]:
    """The shown part of an answer in order. The texts joined give the answer back, up to SHOWN_CHARACTERS."""
    text = answer[:SHOWN_CHARACTERS]
    styles = _styles(text)
    marks = [_Mark()] * len(text)
    for verdict in verdicts:
        letter = _letter(verdict)
        if letter == " ":
            continue
        for start, end in find(verdict.matched, text):
            begin, stop = _whole_formulas(start, end, styles)
            # Equal marks share one object, so that a long stretch is joined once.
            joined = {mark: mark.joined(letter, verdict.number) for mark in set(marks[begin:stop])}
            marks[begin:stop] = [joined[mark] for mark in marks[begin:stop]]
    notes = {verdict.number: verdict.key_point or verdict.metric for verdict in verdicts}
    return tuple(_runs(text, list(zip(marks, styles, strict=True)), notes))


def marked_numbers(answer: str, verdicts: Sequence[VerdictView]) -> frozenset[int]:
    """The verdicts whose text is marked in the answer; the text of others has to be shown beside them."""
    return frozenset(number for segment in segments(answer, verdicts) for number in segment.numbers)


def clipped(answer: str) -> int:
    """How many characters of an answer are not shown."""
    return max(0, len(answer) - SHOWN_CHARACTERS)


def find(matched: str, text: str) -> list[tuple[int, int]]:
    """Where the matched text stands: as it is, or with other white space or case, or in pieces around an ellipsis."""
    wanted = matched.strip()
    if not wanted or len(wanted) > LONGEST_MATCH:
        return []
    at = text.find(wanted)
    if at >= 0:
        return [(at, at + len(wanted))]
    loose = re.compile(r"\s+".join(re.escape(word) for word in wanted.split()), re.IGNORECASE)
    if found := loose.search(text):
        return [found.span()]
    pieces = [piece for piece in re.split(r"…|\.{3}|⋯", wanted) if piece.strip()]
    return [place for piece in pieces for place in find(piece, text)] if len(pieces) > 1 else []


def _letter(verdict: VerdictView) -> str:
    if not verdict.matched:
        return " "
    if verdict.contradicted:
        return "c"
    if verdict.passed is False:
        return "n"
    # Headings that are rightly there need no mark on each answer.
    return "h" if verdict.passed and verdict.metric != FORMAT else " "


def _styles(text: str) -> list[str]:
    """One letter for each character: heading h, bold b, formula m; formulas win over the rest, each with its number."""
    styles = [""] * len(text)
    for letter, pattern in (("b", _BOLD), ("h", _HEADING), ("m", _MATH)):
        for number, found in enumerate(pattern.finditer(text)):
            for place in range(*found.span()):
                styles[place] = f"{letter}{number}"
    return styles


def _whole_formulas(start: int, end: int, styles: Sequence[str]) -> tuple[int, int]:
    """Widen a span to the edges of the formulas it cuts, since half a formula cannot be marked."""
    while start > 0 and styles[start].startswith("m") and styles[start - 1] == styles[start]:
        start -= 1
    while end < len(styles) and styles[end].startswith("m") and styles[end - 1] == styles[end]:
        end += 1
    return start, end


_STYLE_NAMES = {"": "", "b": "bold", "h": "heading", "m": "math"}


def _runs(text: str, states: Sequence[tuple[_Mark, str]], notes: Mapping[int, str]) -> Iterable[Segment]:
    start = 0
    for place in range(1, len(text) + 1):
        if place == len(text) or states[place] != states[start]:
            mark, style = states[start]
            first = bool(mark.numbers) and (start == 0 or states[start - 1][0] != mark)
            note = " · ".join(notes[number] for number in mark.numbers)
            yield Segment(text[start:place], _KINDS[mark.letter], _STYLE_NAMES[style[:1]], mark.numbers, note, first)
            start = place

"""Sheets of questions in running text -> records: tables, `Q:`/`A:`, numbered questions with answers, headings.

The first of these forms that a text has is taken for all of it; what is neither question nor answer is said.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from tutorsmith.core.errors import DataError
from tutorsmith.data.convert.rows import Bad, Good, Raw, Reading, Remark, assistant, user
from tutorsmith.data.documents.block import counted

QUESTION = re.compile(
    r"\s*(?:>\s*)?(?:#{1,6}\s+)?(?:[-*+]\s+)?(?:\*\*|__)?\s*"
    r"(?:Q|Question|问|问题|提问)\s*(\d{0,3})\s*(?:\*\*|__)?\s*[:：.、](?:\*\*|__)?\s*(.*)",
    re.IGNORECASE,
)
ANSWER = re.compile(
    r"\s*(?:>\s*)?(?:#{1,6}\s+)?(?:[-*+]\s+)?(?:\*\*|__)?\s*"
    r"(?:A|Answer|Solution|Model answer|答|答案|解|解答|回答|参考答案)\s*(\d{0,3})\s*(?:\*\*|__)?\s*"
    r"[:：](?:\*\*|__)?\s*(.*)",
    re.IGNORECASE,
)
NUMBERED = re.compile(
    r"\s*(?:\*\*)?(?:(?:Question|Problem|Exercise|题目?)\s*(\d{1,3})\s*[.:：)、]?|第\s*(\d{1,3})\s*题\s*[.:：、]?"
    r"|[(（](\d{1,3})[)）]|(\d{1,3})\s*[.)、．])(?:\*\*)?\s*(.*)",
    re.IGNORECASE,
)
KEY = re.compile(
    r"(?:answers?|answer key|solutions?|model answers|参考答案|答案|答案与解析|解答)\s*[:：]?", re.IGNORECASE
)


class TextLine(NamedTuple):
    """A line or paragraph of a sheet: where it stands, its text, its heading level (0: none)."""

    where: str
    text: str
    level: int = 0


@dataclass
class _Pair:
    where: str
    chapter: str
    question: list[str] = field(default_factory=list)
    answer: list[str] | None = None
    number: int = 0

    def read(self) -> Good | Bad:
        question = "\n".join(self.question).strip().strip("*").strip()
        answer = "\n".join(self.answer or ()).strip()
        if not question:
            return Bad(self.where, "the question is empty", "write it before its answer")
        if not answer:
            return Bad(self.where, f"no answer to {_short(question)!r}", "write one below it, after 'Answer:'")
        record: Raw = {"messages": [user(question), assistant(answer)]}
        if self.chapter:
            record["meta"] = {"chapter": self.chapter}
        return Good(self.where, record)


def _short(text: str) -> str:
    line = text.split("\n")[0]
    return line if len(line) <= 50 else line[:47] + "..."


def read_lines(lines: Sequence[TextLine], where: str) -> Reading:
    """Raises: DataError for a text without questions and answers in one of the known forms."""
    texts = [line.text for line in lines]
    asked = [number for line in texts if (number := _numbered(line)) is not None]
    if any(map(QUESTION.fullmatch, _heads(texts))) and any(map(ANSWER.fullmatch, _heads(texts))):
        yield from _pairs(lines, where, numbered=False)
    elif asked and (any(ANSWER.match(text) for text in texts) or any(KEY.fullmatch(text.strip()) for text in texts)):
        yield from _pairs(lines, where, numbered=True)
    elif any(line.level for line in lines):
        yield from _by_headings(lines, where)
    else:
        raise DataError(
            "no questions with answers were found",
            where=where,
            mend="write 'Q:' and 'A:' (问：/答：), number the questions and write 'Answer:' (答案：), or make"
            " headings of the questions",
        )


def _heads(texts: Sequence[str]) -> Iterator[str]:
    """First lines only: the patterns end where a line does."""
    return (text.split("\n")[0] for text in texts)


class _Number(NamedTuple):
    """A line that begins with a number: the number, how it is written, the text after it."""

    value: int
    style: str
    text: str


def _numbered(text: str) -> _Number | None:
    head, _, rest = text.partition("\n")
    found = NUMBERED.fullmatch(head)
    if found is None:
        return None
    place = next(k for k in range(4) if found[k + 1] is not None)
    # `1.` and `1)` are two styles; the lists inside an answer are often of another one than the questions.
    style = f"{place}{found[0][found.end(4) :].strip()[:1]}" if place == 3 else str(place)
    return _Number(int(found[place + 1]), style, "\n".join(part for part in (found[5], rest) if part))


def _pairs(lines: Sequence[TextLine], where: str, *, numbered: bool) -> Reading:
    """By markers. Numbered: a question begins with the number after the last one, or with 1 below a new heading,
    written in the same way, and is the last such line above its answer; so numbers inside an answer begin no question.
    A line such as `Answers` begins a key, whose numbers name the questions. A heading right above a question is its
    chapter, one inside an answer belongs to it."""
    sheet = _Sheet(numbered)
    path: list[tuple[int, str]] = []
    for position, line in enumerate(lines):
        title = line.text.strip().strip("*#").strip()
        if numbered and KEY.fullmatch(title) and sheet.waits_for_key():
            sheet.in_key = True
        elif sheet.in_key:
            sheet.key_line(line.text)
        elif line.level and sheet.starts_soon(lines[position + 1 :]) and not sheet.marks(line.text, ()):
            path = [*((depth, name) for depth, name in path if depth < line.level), (line.level, title)]
            sheet.restarts = True
        else:
            sheet.line(line, " > ".join(name for _, name in path), lines[position + 1 :])
    if sheet.outside:
        more = len(sheet.outside) - 1
        told = f"left out, neither question nor answer: {_short(sheet.outside[0])!r}" + (
            f" and {more} more" * bool(more)
        )
        yield Remark(where, told)
    yield from (pair.read() for pair in sheet.pairs)


@dataclass
class _Sheet:
    """The pairs read so far. restarts: a heading came, below which numbers may begin anew; in_key: within the list of
    answers at the end."""

    numbered: bool
    pairs: list[_Pair] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    restarts: bool = False
    style: str = ""
    in_key: bool = False

    def waits_for_key(self) -> bool:
        return len(self.pairs) > 1 and all(pair.answer is None for pair in self.pairs)

    def starts_soon(self, rest: Sequence[TextLine]) -> bool:
        """Whether a heading stands above questions: before all of them, or with one on the next line."""
        if not self.pairs:
            return True
        following = next((line for line in rest if line.text.strip() and not line.level), None)
        if following is None:
            return False
        if self.numbered:
            begun = _numbered(following.text)
            return begun is not None and begun.style == self.style and begun.value in (1, self.pairs[-1].number + 1)
        return QUESTION.fullmatch(following.text.split("\n")[0]) is not None

    def marks(self, text: str, rest: Sequence[TextLine]) -> _Number | str | None:
        """The question, or the answer, that begins with this line. rest: the lines after it."""
        head, _, more = text.partition("\n")
        if found := ANSWER.fullmatch(head):
            return "\n".join(part for part in (found[2], more) if part)
        if self.numbered:
            begun = _numbered(text)
            return begun if begun is not None and self._is_due(begun, rest) else None
        if found := QUESTION.fullmatch(head):
            return _Number(int(found[1] or 0), "", "\n".join(part for part in (found[2], more) if part))
        return None

    def _is_due(self, begun: _Number, rest: Sequence[TextLine]) -> bool:
        if self.pairs:
            due = begun.value == self.pairs[-1].number + 1 or (begun.value == 1 and self.restarts)
            if not due or begun.style != self.style:
                return False
        elif begun.value != 1 and any((other := _numbered(line.text)) and other.value == 1 for line in rest):
            return False
        for line in rest:
            if ANSWER.match(line.text) or KEY.fullmatch(line.text.strip().strip("*#").strip()):
                return True
            other = _numbered(line.text)
            if other is not None and (other.value, other.style) == (begun.value, begun.style):
                return False
        return True

    def line(self, line: TextLine, chapter: str, rest: Sequence[TextLine]) -> None:
        """One line that is no chapter heading."""
        begun = self.marks(line.text, rest)
        if isinstance(begun, _Number):
            self.pairs.append(_Pair(line.where, chapter, [begun.text], number=begun.value))
            self.restarts, self.style = False, begun.style
        elif not self.pairs:
            self.outside += [line.text] if line.text.strip() else []
        elif begun is not None:
            self.pairs[-1].answer = [*(self.pairs[-1].answer or ()), begun]
        else:
            last = self.pairs[-1]
            text = f"{'#' * line.level} {line.text}" if line.level else line.text
            (last.question if last.answer is None else last.answer).append(text)

    def key_line(self, text: str) -> None:
        """One line of the key: the answer to the next number, or more of the last one."""
        entry = _numbered(text)
        done = [pair for pair in self.pairs if pair.answer is not None]
        due = next((pair for pair in self.pairs if pair.answer is None), None)
        if entry is not None and due is not None and entry.value == due.number:
            found = ANSWER.fullmatch(entry.text)
            due.answer = [found[2] if found else entry.text]
        elif done:
            done[-1].answer = [*(done[-1].answer or ()), text]
        elif text.strip():
            self.outside.append(text)


def _by_headings(lines: Sequence[TextLine], where: str) -> Reading:
    level = _question_level(lines)
    pair: _Pair | None = None
    path: list[tuple[int, str]] = []
    outside = 0
    found: list[_Pair] = []
    for line in lines:
        if line.level and line.level <= level:
            pair = None
            title = line.text.strip()
            if line.level == level:
                chapter = " > ".join(name for _, name in path)
                number = _numbered(title)
                pair = _Pair(line.where, chapter, [number.text if number else title], [])
                found.append(pair)
            else:
                path = [*((depth, name) for depth, name in path if depth < line.level), (line.level, title)]
        elif pair is not None and pair.answer is not None:
            pair.answer.append(f"{'#' * line.level} {line.text}" if line.level else line.text)
        else:
            outside += bool(line.text.strip())
    if outside:
        yield Remark(where, f"{counted(outside, 'line', 'lines')} above the first question of a chapter left out")
    yield from (pair.read() for pair in found)


def _question_level(lines: Sequence[TextLine]) -> int:
    """The highest level whose headings are mostly questions; else the highest one with text right below most of its
    headings."""
    levels = sorted({line.level for line in lines if line.level})
    for level in levels:
        titles = [line.text.strip() for line in lines if line.level == level]
        if 2 * sum(title.endswith(("?", "？")) for title in titles) > len(titles):
            return level
    for level in levels:
        at = [k for k, line in enumerate(lines) if line.level == level]
        texts = [next((line for line in lines[k + 1 :] if line.text.strip()), None) for k in at]
        if 2 * sum(line is not None and not line.level for line in texts) > len(at):
            return level
    return levels[-1]

"""What the format rules look at: headings, body lines, the reference list, and the problems found."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

_HAN = "\u3400-\u4dbf\u4e00-\u9fff"
_MARKDOWN = re.compile(r"^(#{1,5})\s+(.*?)\s*#*$")
_CHAPTER = re.compile(rf"^(?:Chapter\s+(\d+|[IVX]+)|第\s*([\d{_HAN}]+)\s*章)(?![\w,])[.:：]?\s*(.*)$", re.IGNORECASE)
_NUMBERED = re.compile(r"^(\d+(?:\.\d+){0,3})[.、]?\s+(\S.*)$")
_ENDS_SENTENCE = re.compile(r"[.。;；,，:：]$")
_LONGEST_HEADING = 80
_ZH_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")}
_ROMAN = {"I": 1, "V": 5, "X": 10}
_SAME = (
    ("introduction", "general introduction"),
    ("method", "methodology", "materials and method", "method and material", "experimental method"),
    ("result", "experimental result"),
    ("result and discussion", "results and discussion"),
    ("conclusion", "conclusion and outlook", "summary and conclusion"),
    ("reference", "bibliography", "works cited", "reference list", "list of reference"),
    ("literature review", "related work", "state of the art"),
    ("绪论", "引言", "前言"),
    ("结论", "总结", "结语", "总结与展望", "结论与展望"),
    ("方法", "研究方法", "实验方法"),
    ("结果", "实验结果"),
)
_GROUPS = {name: group[0] for group in _SAME for name in group}
_REFERENCES = frozenset({"reference", "参考文献", "文献"})


@dataclass(frozen=True, slots=True)
class Problem:
    """place: where, as a reader would say it; mend: what to do."""

    place: str
    problem: str
    mend: str

    def as_dict(self) -> dict[str, str]:
        return {"place": self.place, "problem": self.problem, "mend": self.mend}


@dataclass(frozen=True, slots=True)
class Heading:
    """number: (3, 1) of 3.1, empty when there is none; line: 1-based, or place in a given list of headings."""

    level: int
    number: tuple[int, ...]
    title: str
    line: int

    @property
    def name(self) -> str:
        """What titles are compared by: no case, no plural s, common synonyms as one."""
        return same_name(self.title)


@dataclass(frozen=True)
class Parts:
    """A text taken apart. lines: (number, text) without headings and references; entries: (line, text)."""

    headings: tuple[Heading, ...] = ()
    lines: tuple[tuple[int, str], ...] = ()
    entries: tuple[tuple[int, str], ...] = ()
    has_list: bool = False
    from_text: bool = True
    raw: tuple[str, ...] = field(default=())

    @property
    def body(self) -> str:
        return "\n".join(line for _, line in self.lines)


def same_name(title: str) -> str:
    """A title without case, punctuation, plural s; synonyms of usual chapters under one name."""
    plain = re.sub(rf"[^\w{_HAN}]+", " ", title).strip().casefold()
    if plain in _GROUPS:
        return _GROUPS[plain]
    single = re.sub(r"(?<=[a-z]{3})(?<!s)s\b", "", plain)
    return _GROUPS.get(single, single)


def parts_of_text(text: str, expected: Sequence[str] = ()) -> Parts:
    """Take a text apart. expected: chapter titles that count as headings even when nothing marks them."""
    wanted = {same_name(title) for title in expected} | _REFERENCES
    headings: list[Heading] = []
    lines: list[tuple[int, str]] = []
    entries: list[tuple[int, str]] = []
    in_references = has_list = False
    raw = text.splitlines()
    for number, line in enumerate(raw, 1):
        heading = _heading(line.strip(), number, wanted)
        if heading is not None and not (in_references and not heading.number and heading.name not in wanted):
            headings.append(heading)
            in_references = heading.name in _REFERENCES
            has_list |= in_references
        elif in_references:
            _add_entry(entries, number, line)
        else:
            lines.append((number, line))
    if not has_list and (alone := _only_entries(lines)):
        return Parts(tuple(headings), (), alone, True, raw=tuple(raw))
    return Parts(tuple(headings), tuple(lines), tuple(entries), has_list, raw=tuple(raw))


def parts_of_headings(structure: Sequence[str]) -> Parts:
    """The headings of a table of contents, one a list entry; indents and numbers give the level."""
    out = []
    for number, line in enumerate(structure, 1):
        plain = line.strip()
        found = _heading(plain, number, {same_name(plain)})
        if found is not None:
            out.append(found)
    return Parts(headings=tuple(out), from_text=False)


def _heading(line: str, number: int, wanted: set[str]) -> Heading | None:
    if not line or len(line) > _LONGEST_HEADING:
        return None
    marked = _MARKDOWN.match(line)
    text = marked[2] if marked else line
    chapter = _CHAPTER.match(text)
    if chapter:
        return Heading(1, (_chapter_number(chapter[1] or chapter[2]),), chapter[3] or text, number)
    numbered = _NUMBERED.match(text)
    if numbered and (marked or not _ENDS_SENTENCE.search(text)) and (marked or _looks_titled(numbered[2])):
        parts = tuple(int(part) for part in numbered[1].split("."))
        return Heading(len(parts), parts, numbered[2], number)
    if marked:
        return Heading(len(marked[1]), (), text, number)
    plain = text.rstrip(":：")
    return Heading(1, (), plain, number) if same_name(plain) in wanted else None


def _looks_titled(text: str) -> bool:
    """ "3 Results" is a heading; "3 samples were used" and "12 V" are not."""
    return bool(re.match(rf"[A-Z{_HAN}]", text)) and len(text.split()) <= 10 and len(text) > 2


def _chapter_number(text: str) -> int:
    if text.isdigit():
        return int(text)
    if text[0].upper() in _ROMAN:
        values = [_ROMAN[char] for char in text.upper()]
        return sum(-v if any(v < later for later in values[i + 1 :]) else v for i, v in enumerate(values))
    tens, ten, ones = text.partition("十")
    high = (_ZH_DIGITS.get(tens, 1) if tens else 1) if ten else 0
    return 10 * high + _ZH_DIGITS.get(ones if ten else text, 0)


def _add_entry(entries: list[tuple[int, str]], number: int, line: str) -> None:
    if line.strip():
        entries.append((number, line.strip()))


def _only_entries(lines: Sequence[tuple[int, str]]) -> tuple[tuple[int, str], ...]:
    """Lines that are reference entries, when the text is nothing else."""
    found = tuple((number, line.strip()) for number, line in lines if line.strip())
    return found if found and all(_is_entry(line) for _, line in found) else ()


_ENTRY_MARKS = (
    re.compile(r"^(?:\[\d+\]|［\d+］)"),
    re.compile(r"\[(?:[A-Z]{1,2})(?:/[A-Z]{2})?\]"),
    re.compile(r"^[^\s,]+(?: [^\s,]+)?, [A-Z]\."),
    re.compile(r"\((?:(?:19|20)\d\d[a-z]?|n\.d\.)(?:, \w+)?\)\."),
    re.compile(r"\bdoi\b|https?://", re.IGNORECASE),
    re.compile(r"\d+\(\d+\)"),
)


def _is_entry(line: str) -> bool:
    return sum(bool(mark.search(line)) for mark in _ENTRY_MARKS) >= 2 or (
        len(re.findall(r"[.,:]", line)) >= 4 and re.search(r"\b(?:19|20)\d\d\b", line) is not None and len(line) < 300
    )


def count_words(text: str) -> tuple[str, int]:
    """("words", n) of an English text, ("characters", n) of a Chinese one."""
    han = len(re.findall(f"[{_HAN}]", text))
    words = len(re.findall(r"[^\W_]+(?:[-'’.][^\W_]+)*", re.sub(f"[{_HAN}]", " ", text)))
    return ("characters", han) if han > words else ("words", words)

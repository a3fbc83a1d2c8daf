"""Texts that a message brings along: quotations, blocks under a label, lists."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_QUOTES = {'"': '"', "“": "”", "「": "」", "『": "』", "‘": "’"}
_LABEL = re.compile(r"^\s*(?:\*\*)?(?P<label>[^\W\d_][^:：\"“\n]{0,60}?)(?:\*\*)?\s*[:：]\s*(?P<rest>.*)$")
_OWN = re.compile(
    r"\b(?:my|mine|our|text|paragraph|sentence|draft|abstract|passage|version|paraphrase|wording|caption|title|"
    r"highlight|summary)\b|我的|文本|段落|句子|论文|摘要|正文|这[段句]|改写|标题|原句",
    re.IGNORECASE,
)
_SOURCE = re.compile(
    r"^(?:the\s+|from\s+)?(?:sources?|original|reference|来源|原文|文献|参考|出处)\s*(?P<id>.*)$", re.IGNORECASE
)
_WORDS = 3
_SENTENCE_END = re.compile(r"[!！。]\s*|[.;]\s+(?=[A-Z\[\"“\u4e00-\u9fff])")
_TOLD = re.compile(r"[?？：]\s*|:\s+")
_LIST = re.compile(
    r"[:：]\s*|\b(?:wants?|requires?|needs?|required are|are required:?|are|exactly|chapters|expects?|"
    r"order(?: is)?)\b[:：]?\s+"
    r"|(?:要求|需要)?(?:包括|包含|依次为|依次是|顺序为|顺序是|有|为|是)[:：]?|(?:要求|需要)(?!包|有)[:：]?"
)
_ENTRY = re.compile(r"[^:：=\[\]\"“”]{2,60}")
_REQUEST = re.compile(r"请|检查|是否|看看|please\b|is\b|are\b|check\b", re.IGNORECASE)
_REFERENCE = re.compile(r"\b(?:19|20)\d\d\b|\[\d+\]|https?:|\[[JMCDR]\]")
_NO_HEADING = re.compile(rf"{_REFERENCE.pattern}|[.:：。!?？]$")


@dataclass(frozen=True)
class Labelled:
    """A text under a label. name: the label without `Source` and the like; source: whether it is one; own: whether it
    is the student's."""

    name: str
    text: str
    source: bool
    own: bool


def labelled(message: str) -> list[Labelled]:
    """`Paragraph: "..."`, `Source Haas: "..."`: lines, or blocks of lines up to the next label, with a label."""
    out: list[Labelled] = []
    lines = message.split("\n")
    k = 0
    while k < len(lines):
        found = _LABEL.match(lines[k])
        k += 1
        if found is None or (not found["rest"] and k == len(lines)) or (k == 1 and not _is_labelled_text(lines[0])):
            continue
        block = [found["rest"]] if found["rest"] else []
        while k < len(lines) and not _is_labelled_text(lines[k]) and not (block and _closes(block[0])):
            block.append(lines[k])
            k += 1
        text = unquoted("\n".join(block).strip())
        label = found["label"].strip()
        source = _SOURCE.match(label)
        if text and len(label.split()) <= 6:
            name = (source["id"].strip(" -#.") or label) if source else label
            own = source is None and _OWN.search(label) is not None
            out.append(Labelled(name, text, source is not None, own))
    return out


def _is_labelled_text(line: str) -> bool:
    found = _LABEL.match(line)
    return found is not None and (not found["rest"] or found["rest"][0] in _QUOTES)


def _closes(line: str) -> bool:
    return bool(line) and line[0] in _QUOTES and len(line) > 1 and line.rstrip().endswith(_QUOTES[line[0]])


def unquoted(text: str) -> str:
    """Without the quotation marks around the whole."""
    return text[1:-1] if len(text) > 1 and text[0] in _QUOTES and text.endswith(_QUOTES[text[0]]) else text


def quoted(message: str) -> list[str]:
    """Passages in quotation marks, of some words each: the longest of a line first, so that one may hold others."""
    out: dict[str, None] = {}
    for line in message.split("\n"):
        for opening, closing in _QUOTES.items():
            starts = [m.start() for m in re.finditer(rf"(?<![\w]){re.escape(opening)}", line)]
            ends = [m.start() for m in re.finditer(rf"{re.escape(closing)}(?!\w)", line)]
            if not starts or not ends or opening == "‘":
                continue
            if opening != closing or len(starts) == 1 or not ends:
                spans = [(starts[0], ends[-1])] + [(s, e) for s in starts for e in ends[:1] if e > s]
            else:
                spans = [(starts[0], ends[-1])] if _nested(line, starts[0], ends[-1]) else []
                spans += _pairs(line, opening)
            for start, end in spans:
                text = line[start + 1 : end]
                if end > start and _is_passage(text):
                    out.setdefault(text)
    return list(out)


def _nested(line: str, start: int, end: int) -> bool:
    """Whether the first mark of a line opens what its last closes: the line holds little beside."""
    return not line[end + 1 :].strip(" .?!") and (start == 0 or line[:start].rstrip()[-1:] in ":：?？.。")


def _pairs(line: str, mark: str) -> list[tuple[int, int]]:
    places = [k for k, character in enumerate(line) if character == mark]
    return list(zip(places[::2], places[1::2], strict=False))


def _is_passage(text: str) -> bool:
    return len(text.split()) >= _WORDS or len(re.findall(r"[\u4e00-\u9fff]", text)) > 2 * _WORDS


def blocks(message: str) -> list[str]:
    """What follows the first line of a message, or a question or a colon in its only line; else its later sentences."""
    lines = message.split("\n")
    starts = [k for k in range(1, len(lines)) if lines[k].strip()]
    out = ["\n".join(lines[starts[0] :]).strip()] if starts else []
    if starts and lines[starts[0]].rstrip().endswith((":", "：")):
        out += ["\n".join(lines[starts[0] + 1 :]).strip()]
    if not any(map(_is_passage, out)):
        rest = [message[found.end() :] for found in _TOLD.finditer(message)]
        first = next((text for text in rest if _is_passage(text)), None)
        others = [message[found.end() :] for found in _SENTENCE_END.finditer(message)]
        out = [first] if first else [text for text in others if _is_passage(text)]
    return list(dict.fromkeys(unquoted(text.strip()) for text in out if _is_passage(text)))


def lists_below(message: str) -> list[tuple[str, ...]]:
    """Short lines one below the other, none of them an entry of a list of references."""
    out: dict[tuple[str, ...], None] = {}
    run: list[str] = []
    for line in [*message.split("\n")[1:], ""]:
        if line.strip() and len(line.split()) <= 12 and not _NO_HEADING.search(line.strip()):
            run.append(line.strip())
            continue
        if len(run) > 1 and not (line.strip() and _REFERENCE.search(line)):
            out.setdefault(tuple(run))
        run = []
    return list(out)


def lists_between(message: str) -> list[tuple[str, ...]]:
    """Parts between commas behind a colon or a verb; those in capitals where there are such."""
    out: dict[tuple[str, ...], None] = {}
    for line in message.split("\n"):
        for found in _LIST.finditer(line):
            if entries := _entries(line[found.end() :]):
                out.setdefault(entries)
    titles = [entries for entries in out if not any(entry[:1].islower() for entry in entries)]
    return titles or list(out)


def _entries(text: str) -> tuple[str, ...]:
    """The parts of `Introduction, Methods, Results and Conclusion. ...`, up to the sentence's end."""
    sentence = re.split(r"[.。;；?？!！](?:\s|$)|[。；？！]|\s[-–(（]", text, maxsplit=1)[0]
    parts = re.split(r"\s*[,，、]\s*(?:and\s+|和|以及)?|\s+and\s+|[和及](?=[\u4e00-\u9fff]{2})", sentence.strip())
    parts = [unquoted(part.strip()) for part in parts if not _REQUEST.match(part)]
    good = len(parts) > 1 and all(part and len(part.split()) <= 5 and _ENTRY.fullmatch(part) for part in parts)
    return tuple(parts) if good else ()


def source_sets(texts: Sequence[Labelled]) -> list[list[Labelled]]:
    """What may be the sources among labelled texts: those called so, or else all that are not the student's own."""
    named = [text for text in texts if text.source]
    if named:
        return [named]
    others = [text for text in texts if not text.own]
    return [others] if others and len(others) < len(texts) else []

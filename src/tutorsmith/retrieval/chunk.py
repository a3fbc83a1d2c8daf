"""Notes (Markdown, plain text, or a document's blocks) -> chunks of one meaning each.

text ──► sections (one per heading, with the path of headings above it)
           └─► blocks (paragraph, list, table, code fence, display formula; none is ever cut inside a formula or fence)
                 └─► meanings (a definition, derivation or example with all that belongs to it)
                       └─► chunks of about equal size, at most `max_words` unless one block alone is longer
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from tutorsmith.data.documents import Block, Document
from tutorsmith.data.words import word_count

MAX_WORDS = 160
MIN_WORDS = 60
FORMULA_LINES = 200
"""A display formula that is longer was never closed: it ends at the next empty line."""

_HEADING = re.compile(r"^ {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$")
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
_SETEXT = re.compile(r"^ {0,3}(={3,}|-{3,})\s*$")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_ENVIRONMENT = re.compile(r"^\s*\\begin\{(equation|align|gather|multline|eqnarray)\*?\}")
_MEANING_STARTS = re.compile(
    r"[*_\s]{0,4}(?:definition|theorem|lemma|derivation|proof|(?:worked )?example|exercise|problem"
    r"|定义|定理|推导|证明|例题|例|习题)(?:[\s\d.]{0,6}(?:\([^)]*\))?\s*[*_]{0,2}\s*[:：.]|\s*\d)",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z$\\(\[*])|(?<=[。！？；])")


@dataclass(frozen=True, slots=True)
class Chunk:
    """One piece of notes.

    source: the notes file as the reader is shown it, with the page or slide where its kind has them
    ("lecture.pdf#page=3"); number: 0-based within its file; heading: the path of headings above it, "Section >
    Subsection"; title: the file's only level-1 heading, which is no part of the path then.
    """

    source: str
    number: int
    heading: str
    text: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class _Section:
    """places: where each block stands, for documents with pages; else empty."""

    path: tuple[tuple[int, str], ...]
    blocks: tuple[str, ...]
    places: tuple[str, ...] = ()


def _is_open_math(block: list[str]) -> bool:
    """Whether a `$$`, `\\[` or equation environment that starts in these lines still waits for its end."""
    text = "\n".join(block)
    return (
        text.count("$$") % 2 == 1
        or text.count("\\[") > text.count("\\]")
        or bool(_ENVIRONMENT.match(block[0]) and "\\end{" not in text)
    )


def _blocks(lines: Sequence[str]) -> Iterator[str]:
    """Paragraphs of a section. A fence or formula that is never closed ends with the section."""
    block: list[str] = []
    fence = ""
    for line in lines:
        opened = _FENCE.match(line)
        if fence:
            block.append(line)
            if opened and line.strip().startswith(fence) and not line.strip().strip(fence[0]):
                yield "\n".join(block)
                block, fence = [], ""
        elif opened:
            if block:
                yield "\n".join(block)
            block, fence = [line], opened[1]
        elif line.strip() or (block and len(block) < FORMULA_LINES and _is_open_math(block)):
            block.append(line.rstrip())
        elif block:
            yield "\n".join(block)
            block = []
    if block:
        yield "\n".join(block)


def _without_front_matter(text: str) -> str:
    if text.startswith("---\n"):
        end = re.search(r"^(?:---|\.\.\.)[ \t]*$", text[4:], re.MULTILINE)
        if end and re.match(r"[\w-]+:", text[4:]):
            return text[4 + end.end() :]
    return text


def _inside(lines: Sequence[str]) -> list[bool]:
    """For each line, whether it stands inside a code fence or a display formula, where `#` and `---` mean nothing."""
    out = []
    fence = ""
    math = False
    for line in lines:
        opened = _FENCE.match(line)
        out.append(bool(fence) or math)
        if fence:
            if opened and line.strip().startswith(fence) and not line.strip().strip(fence[0]):
                fence = ""
        elif opened and not math:
            fence = opened[1]
        elif line.count("$$") % 2:
            math = not math
    return out


def _sections(text: str) -> Iterator[_Section]:
    """Sections of a Markdown text in order; text above the first heading has an empty path."""
    lines = _COMMENT.sub("", _without_front_matter(text)).split("\n")
    inside = _inside(lines)
    path: list[tuple[int, str]] = []
    body: list[str] = []

    def closed() -> _Section:
        return _Section(tuple(path), tuple(_blocks(body)))

    for number, line in enumerate(lines):
        heading = None if inside[number] else _HEADING.match(line)
        level, title = (len(heading[1]), (heading[2] or "").strip()) if heading else (0, "")
        alone = bool(body) and bool(body[-1].strip()) and (len(body) < 2 or not body[-2].strip())
        underline = None if inside[number] or heading or not alone else _SETEXT.match(line)
        if underline and not body[-1].lstrip().startswith(("|", "-", "*", ">", "$")):
            level, title = (1 if underline[1][0] == "=" else 2), body.pop().strip()
        if not level:
            body.append(line)
            continue
        yield closed()
        path = [(depth, name) for depth, name in path if depth < level]
        path.append((level, re.sub(r"[*`]+", "", title)))
        body = []
    yield closed()


def sentences(block: str) -> list[str]:
    """Sentences of a paragraph; no cut falls inside `$...$`, `$$...$$`, `\\[...\\]` or a fence."""
    if _FENCE.match(block):
        return [block]
    return _closed_pieces([piece for piece in _SENTENCE_END.split(block) if piece.strip()], " ")


def _closed_pieces(pieces: Sequence[str], joint: str) -> list[str]:
    """The pieces, joined on where one ends inside a formula."""
    out: list[str] = []
    for piece in pieces:
        if out and _ends_in_formula(out[-1]):
            out[-1] = f"{out[-1]}{joint}{piece}"
        else:
            out.append(piece)
    return out


def _ends_in_formula(text: str) -> bool:
    display = text.count("$$")
    return bool(display % 2 or text.count("$") % 2 or text.count("\\[") > text.count("\\]"))


def _is_display(block: str) -> bool:
    return block.lstrip().startswith(("$$", "\\[", "\\begin{"))


def _units(blocks: Sequence[str], max_words: int) -> list[str]:
    """Blocks that must stay whole: a formula stays with the sentence before it, a block that is too long is cut between
    list items, table rows or sentences."""
    units: list[str] = []
    for block in blocks:
        if units and (_is_display(block) or units[-1].rstrip().endswith((":", "：", ","))):
            joined = f"{units[-1]}\n\n{block}"
            if word_count(joined) <= max_words:
                units[-1] = joined
                continue
        if word_count(block) <= max_words or _FENCE.match(block) or _is_display(block):
            units.append(block)
            continue
        if re.match(r"\s*(?:[-*+|]|\d+[.)])", block):
            units.extend(_packed(_closed_pieces(block.split("\n"), "\n"), max_words, "\n"))
        else:
            units.extend(_packed(sentences(block), max_words, " "))
    return units


def _meanings(units: Sequence[str], max_words: int) -> list[str]:
    """Units joined where they are one definition, derivation or example ("**Example 2.** ...", and the formulas and
    results below it), so that no chunk begins in the middle of one; one that is too long stays in its units."""
    groups: list[list[str]] = []
    for unit in units:
        if not groups or _MEANING_STARTS.match(unit):
            groups.append([])
        groups[-1].append(unit)
    whole = ["\n\n".join(group) for group in groups]
    return [
        part
        for group, text in zip(groups, whole, strict=True)
        for part in ([text] if word_count(text) <= max_words else group)
    ]


def _packed(pieces: Sequence[str], max_words: int, joint: str) -> list[str]:
    """Neighbouring pieces joined into groups of about equal size, none above max_words unless one piece is."""
    total = sum(map(word_count, pieces))
    groups = max(1, -(-total // max_words))
    target = total / groups
    out: list[list[str]] = []
    size = 0
    for piece in pieces:
        length = word_count(piece)
        full = size + length > max_words or (size >= MIN_WORDS and size + length / 2 > target)
        if not out or full:
            out.append([])
            size = 0
        out[-1].append(piece)
        size += length
    return [joint.join(group) for group in out]


def chunk_text(text: str, source: str, *, markdown: bool = True, max_words: int = MAX_WORDS) -> list[Chunk]:
    """The chunks of one file, in its order. Headings without a body give none; their titles live in the paths below."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n\n")
    sections = list(_sections(text)) if markdown else [_Section((), tuple(_blocks(text.split("\n"))))]
    return _chunks(sections, source, max_words)


def chunk_document(document: Document, source: str, *, max_words: int = MAX_WORDS) -> list[Chunk]:
    """The chunks of a document, each with the page or slide on which it starts in its source."""
    return _chunks(list(_document_sections(document.blocks)), source, max_words)


def _document_sections(blocks: Sequence[Block]) -> Iterator[_Section]:
    path: list[tuple[int, str]] = []
    body: list[Block] = []

    def closed() -> _Section:
        return _Section(tuple(path), tuple(b.text for b in body), tuple(b.place for b in body))

    for block in blocks:
        if block.kind == "heading":
            yield closed()
            path = [*((depth, name) for depth, name in path if depth < block.level), (block.level, block.text)]
            body = []
        elif block.kind == "list" and body and body[-1].kind == "list" and body[-1].place == block.place:
            body[-1] = replace(block, text=f"{body[-1].text}\n{block.text}")
        else:
            body.append(block)
    yield closed()


def _chunks(sections: Sequence[_Section], source: str, max_words: int) -> list[Chunk]:
    out: list[Chunk] = []
    titles = {section.path[0] for section in sections if section.path and section.path[0][0] == 1}
    untitled = any(section.blocks and (not section.path or section.path[0][0] > 1) for section in sections)
    title = titles.pop()[1] if len(titles) == 1 and not untitled else ""
    for section in sections:
        names = [name for _, name in section.path if name]
        heading = " > ".join(names[1:] if title else names)
        block = 0
        for body in _packed(_meanings(_units(section.blocks, max_words), max_words), max_words, "\n\n"):
            if body.strip():
                block = _block_of(body, section.blocks, block)
                place = section.places[block] if section.places else ""
                out.append(Chunk(f"{source}#{place}" if place else source, len(out), heading, body.strip(), title))
    return out


def _block_of(body: str, blocks: Sequence[str], start: int) -> int:
    """The block from `start` on in which a chunk begins: chunks come in order, cut at sentences and lines, so its first
    letters stand in one block."""
    head = "".join(body.split())[:24]
    for number in range(start, len(blocks)):
        text = "".join(blocks[number].split())
        if head in text or (text and head.startswith(text)):
            return number
    return start

"""An answer as it is written: its sections so far, and what its current line may still become."""

import re

from tutorsmith.generation.form import Form
from tutorsmith.generation.layout import HEADING, has_content, heading_text, inside_block, read
from tutorsmith.generation.spelling import Name, Spelling

CALL = b"<tool_call>"
LINE_END = re.compile(rb"[\r\n]")
MARKS = re.compile(rb"( {0,3})(#{1,%d})(?!#)(.?)" % HEADING, re.DOTALL)
"""The marks of a heading that ends a section: their indent, the marks, and what follows."""
_UNDECIDED = re.compile(rb" {0,3}(?:#*|-*[ \t]*|=*[ \t]*|`*|~*)")
_SENTENCE_END = re.compile(r"(?:(?:[^\W\d_]{2}|[)\]}$*])[.!?]|[。！？])[\"'”’)\]*]*\s*\Z|\n\Z")


class Written:
    """The text of an answer in a form. Raises: ValueError for a heading that the tokenizer cannot spell."""

    def __init__(self, form: Form, spelling: Spelling) -> None:
        self.form, self.spelling = form, spelling
        self.names = [[Name(line, spelling) for line in section.lines] for section in form.sections]
        self.said = bytearray()
        self.count = 0  # tokens
        self.section = -1
        self.body = 0  # where the section's text starts, in bytes
        self.headings: list[str] = []
        self.line = self.line_count = 0  # where the current line starts, in bytes and in tokens
        self.naming = True  # the line is, or may become, a heading
        self.plain = False  # the line can become no heading, nor change the one above
        self.left_alone = False  # a tool is called: it is no text in sections any more
        self._filled = False

    def add(self, token: int) -> None:
        """The next token."""
        piece = self.spelling.bytes_of(token)
        self.left_alone = self.left_alone or self.completes_call(piece)
        self.count += 1
        self.said += piece
        if self.left_alone:
            return
        ends = [(place.start(), place.end()) for place in LINE_END.finditer(self.said, self.line)]
        if ends and self.naming:
            self._begin(bytes(self.said[self.line : ends[0][0]]), ends[0][1])
        if ends:
            self.line, self.line_count, self.plain = ends[-1][1], self.count, False
        if not self.plain and self.section >= 0:
            self._look_at_line(bytes(self.said[self.line :]))

    def _begin(self, line: bytes, body: int) -> None:
        """A line that began as a heading is complete; if it is one, its section begins."""
        self.naming = False
        following = self.form.following(self.section)
        section = next((k for k in following for name in self.names[k] if name.line == line), None)
        if section is not None:
            self.section, self.body = section, body
            self.headings.append(heading_text(line.decode()))
            self._filled = False

    def _look_at_line(self, line: bytes) -> None:
        marks = MARKS.match(line)
        named = marks is not None and not marks[1] and (not marks[3] or self.name_from(line) is not None)
        self.naming = named and (self.naming or not inside_block(self.text(self.line)))
        self.plain = not self.naming and _UNDECIDED.fullmatch(line) is None

    def text(self, end: int | None = None) -> str:
        return decoded(self.said[:end])

    def has_text(self) -> bool:
        self._filled = self._filled or has_content(read(self.text()).body)
        return self._filled

    def at_an_end(self) -> bool:
        """Whether the text ends with a sentence or a line, and within no formula."""
        body = self.said[self.body :]
        closed = body.count(b"$$") % 2 == 0 and body.count(rb"\[") == body.count(rb"\]")
        return closed and _SENTENCE_END.search(decoded(body[-64:])) is not None

    def names_next(self) -> list[Name]:
        """The headings that may come next, the required one first."""
        return [name for section in reversed(self.form.following(self.section)) for name in self.names[section]]

    def name_from(self, line: bytes) -> Name | None:
        return next((name for name in self.names_next() if name.line.startswith(line)), None)

    def completes_call(self, piece: bytes) -> bool:
        return self.form.calls and CALL in self.said[1 - len(CALL) :] + piece

    def is_call(self, piece: bytes) -> bool:
        """Whether the piece completes a tool call's mark, or begins one where the answer begins."""
        begins = self.form.calls and self.section < 0 and CALL.startswith(self.said + piece)
        return begins or self.completes_call(piece)


def decoded(data: bytes | bytearray) -> str:
    return data.decode("utf-8", "replace")

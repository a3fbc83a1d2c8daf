"""Decoding that cannot miss a section: what may follow, token by token, so that an answer has its form.

The model says what it likes as long as the form can still be kept; where its choice would break it, something else is
said. An answer that has the form by itself, each section within its budget, comes out as it would without a guide.

- It begins with the first heading. A heading stands on a line of its own, in the tokens that spell it; behind it comes
  the section's opening, always or where the model begins the first of them.
- In a section, a line of one to three `#` and a space is the next heading, or else ends the section: the next heading
  is written, and behind the last section the answer ends. Deeper headings, and `#` in code fences, are text. Lines of
  dashes or `=` that would turn the paragraph above them into a heading are refused.
- A section without text does not end. One that has run into its budget does (`form.Budget`).
- An answer that may call a tool is left alone from the call on.

Headings count where a Markdown reader sees them (`layout`): a fence that is still open is closed first.
"""

import re
from collections import deque

from tutorsmith.generation.choosing import Choosing
from tutorsmith.generation.form import Form, budget, least_tokens
from tutorsmith.generation.layout import HEADING, LONGEST_FENCE, block_ends, closing, inside_block, read
from tutorsmith.generation.spelling import Spelling
from tutorsmith.generation.written import CALL, LINE_END, MARKS, Written, decoded

END = -1
"""No token: the guide ends the answer."""
STEP = 8
"""Tokens to ask for at once where more might be in vain: a heading is due, or a sentence's end ends the section."""
_EXTRA = 3
"""Tokens that a heading may take beyond its spelling: its marks, one by one."""

_BLANK = re.compile(rb"[\r\n]\s*")
_UNDERLINE = re.compile(rb" {0,3}(?:-+|=+)[ \t]*")
_LONG_FENCE = re.compile(rb" {0,3}(?:`{%d}|~{%d})" % (LONGEST_FENCE + 1, LONGEST_FENCE + 1))


def room_needed(form: Form, spelling: Spelling) -> int:
    """The fewest tokens that an answer in this form must be allowed.

    Raises: ValueError when the tokenizer cannot spell a heading.
    """
    return least_tokens(_sizes(form, spelling), _reserve(form, spelling)) + opening_size(form, spelling) + 1


def opening_size(form: Form, spelling: Spelling) -> int:
    """Tokens of all openings."""
    return sum(_openings(form, spelling))


def _openings(form: Form, spelling: Spelling) -> tuple[int, ...]:
    return tuple(len(spelling.ids_of(section.opening)) if section.opening else 0 for section in form.sections)


def limit_of(form: Form | None, spelling: Spelling, max_new_tokens: int, room: int) -> int:
    """The most tokens of an answer: openings are not counted among the model's. room: what the context leaves."""
    return min(max_new_tokens + (opening_size(form, spelling) if form else 0), room)


def _sizes(form: Form, spelling: Spelling) -> tuple[int, ...]:
    """The most tokens that each heading takes."""
    return tuple(
        _EXTRA + max(len(spelling.ids_of(f"\n\n{line}\n")) for line in section.lines) for section in form.sections
    )


def _word(line: str) -> str:
    """The first word of a heading."""
    return re.split(r"[\W_]+", re.sub(r"^[\W_]+", "", line))[0]


def _reserve(form: Form, spelling: Spelling) -> int:
    """The most tokens that ending a section takes: the end of what is open, and a word where it has none."""
    ends = [f"{end}\n\n" for mark in "`~" for end in block_ends(f"\n{LONGEST_FENCE * mark}")]
    words = [f" {_word(line)}" for section in form.sections for line in section.lines]
    return sum(max(len(spelling.ids_of(text)) for text in texts) for texts in (ends, words))


class Guide(Written, Choosing):
    """The way of one answer: `forced` says what must come, `judge` what becomes of the model's choice, `take` goes on.

    limit: the most tokens of the answer; ends: the model's end tokens. Once it has `ended`, the first `kept` tokens
    said are the answer; `cut`: a section had to end within a sentence.

    Raises: ValueError for a limit below `room_needed`, and for a heading that the tokenizer cannot spell.
    """

    def __init__(self, form: Form, spelling: Spelling, limit: int, ends: frozenset[int]) -> None:
        super().__init__(form, spelling)
        self.limit, self.ends = limit, ends
        openings = _openings(form, spelling)
        shared = budget(limit - 1 - sum(openings), _sizes(form, spelling), _reserve(form, spelling))
        self.budget = shared.with_openings(openings)
        self.queue: deque[int] = deque()
        self.opened = -1  # the last section whose opening was thought of
        self.opens = None if form.chosen else True  # whether sections begin with their openings; None: not known yet
        self.wordless = -1  # the section that had no text when it ran out, and gets a word
        self.leaving = self.ended = self.cut = False
        self.kept = 0

    @property
    def reason(self) -> str:
        """The finish reason of an answer that has ended."""
        return "length" if self.cut else "stop"

    def begin(self) -> list[int]:
        """Say what comes before the model is asked, if the first section has an opening: its heading, and that.

        An answer that may be a call instead begins as the model likes.
        """
        said: list[int] = []
        first = self.form.sections[0]
        if first.opening and not first.optional and not self.form.calls:
            self._say(f"{first.lines[0]}\n")
            while (token := self.forced()) is not None:
                self.take(token)
                said.append(token)
        return said

    def forced(self) -> int | None:
        """What comes whatever the model says; None where it is asked."""
        if self.ended or (self.leaving and not self.queue):
            return self._end()
        if self.queue:
            return self.queue[0]
        if self.left_alone or self.naming:
            return None
        if self.opens and self.opened < self.section and (opening := self._open()) is not None:
            return opening
        if self.count >= self.budget.hard[self.section]:
            return self._run_out()
        if self.count >= self.budget.soft[self.section] and self.at_an_end() and self.has_text():
            return self._leave()
        return None

    def fitting(self) -> list[int] | None:
        """The only tokens that may come next; None: they are not known beforehand."""
        return None

    def judge(self, token: int) -> int | None:
        """What is said where the model chooses this token: itself or another; None: let it choose another."""
        if self.left_alone:
            return token
        ends = token == END or token in self.ends
        if ends:
            return self._judge_end(token)
        piece = self.spelling.bytes_of(token)
        if self.is_call(piece):
            return token
        if self.naming:
            return self._judge_name(token, piece)
        if self.opens is None and (opening := self._chosen(piece)):
            return self._say(opening)
        if self.wordless == self.section:
            return token if _is_word(piece) else None
        return self._judge_text(token, piece)

    def spare(self) -> int:
        """The section's name as its text, where nothing that the model says fits."""
        return self._say(f" {_word(self.headings[-1])}")

    def room(self) -> int:
        """How many tokens may be asked for at once before a budget has to be looked at."""
        if self.left_alone:
            return self.limit - self.count
        if self.naming:
            return STEP
        soft, hard = (ends[self.section] - self.count for ends in (self.budget.soft, self.budget.hard))
        return soft if soft > 0 else max(1, min(STEP, hard))

    def take(self, token: int) -> None:
        """Go on behind this token."""
        if self.queue:
            self.queue.popleft()
        if token == END or token in self.ends:
            self._end()
            return
        self.add(token)

    # What is said

    def _say(self, text: str) -> int:
        self.queue = deque(self.spelling.ids_of(text))
        return self.queue[0]

    def _open(self) -> int | None:
        """The section's opening, unless the heading's last token went on into the text."""
        self.opened = self.section
        opening = self.form.sections[self.section].opening
        return self._say(opening) if opening and not self.said[self.body :].strip() else None

    def _chosen(self, piece: bytes) -> str:
        """What is left of the opening where the first section's text begins with the first word of it; else nothing."""
        said = bytes(self.said[self.body :]).lstrip()
        begun, opening = (said + piece).lstrip(), self.form.sections[0].opening.encode()
        word = opening.split(maxsplit=1)[0]
        if self.section == 0 and len(begun) < len(word) and word.startswith(begun):
            return ""
        self.opened = self.section
        self.opens = self.section == 0 and opening.startswith(begun)
        return opening[len(said) :].decode() if self.opens else ""

    def _end(self, kept: int | None = None) -> int:
        if not self.ended:
            self.ended, self.kept = True, self.count if kept is None else kept
        return END

    def _leave(self) -> int:
        """End the section: what is open is closed, then comes the next heading or the end."""
        text = self.text()
        added = closing(text, self.headings)
        following = self.form.required_after(self.section)
        if following is None:
            self.leaving = True
            return self._say(added) if added else self._end()
        text += added
        lead = "" if text.endswith("\n\n") else "\n" if text.endswith("\n") else "\n\n"
        return self._say(f"{added}{lead}{self.form.sections[following].lines[0]}\n")

    def _name_on(self) -> int:
        """Complete the heading that has begun. Behind the last section none may begin: the answer ends before it."""
        line = bytes(self.said[self.line :])
        name = self.name_from(line)
        if name is None:
            return self._say(CALL[len(line) :].decode()) if self.section < 0 else self._end(self.line_count)
        return self._say(f"{name.line[len(line) :].decode()}\n")

    def _run_out(self) -> int | None:
        if self.has_text():
            self.cut = self.cut or not self.at_an_end()
            return self._leave()
        if self.wordless == self.section:
            return None
        self.wordless = self.section
        return self._say(f"{closing(self.text(), self.headings)}\n\n")

    # What becomes of a choice

    def _judge_end(self, token: int) -> int | None:
        if self.naming:
            return self._name_on()
        if not self.has_text():
            return None
        if self.form.required_after(self.section) is None and len(read(self.text()).headings) == len(self.headings):
            return token
        return self._leave()

    def _judge_name(self, token: int, piece: bytes) -> int | None:
        line = bytes(self.said[self.line :])
        for name in self.names_next():
            rest = name.line[len(line) :]
            fits = token == name.token_at(len(line)) or (
                piece.startswith(rest) and _BLANK.fullmatch(piece[len(rest) :])
            )
            if fits and name.line.startswith(line):
                return token
        if self.section >= 0 and not line.strip(b"#"):
            marks = MARKS.match(line + piece)
            if marks and not marks[3]:
                return token
            if not marks or (len(marks[2]) < HEADING and not marks[3].isspace()):
                return self._judge_text(token, piece)
        return self._name_on()

    def _judge_text(self, token: int, piece: bytes) -> int | None:
        if self.plain and not LINE_END.search(piece):
            return token
        whole = bytes(self.said) + piece
        start = self.line
        while True:
            end = LINE_END.search(whole, start)
            line = whole[start : end.start() if end else len(whole)]
            marks = MARKS.match(line)
            if marks and start + len(marks[1]) >= len(self.said):
                said = self._judge_marks(token, whole[:start], marks)
                if said != token:
                    return said
            if _LONG_FENCE.match(line) or self._underlines(whole[:start], line, ended=end is not None):
                return None
            if end is None:
                return token
            start = end.end()

    def _judge_marks(self, token: int, before: bytes, marks: re.Match[bytes]) -> int | None:
        """A line, behind `before`, that begins with the marks of a heading of level 1 to 3."""
        indent, hashes, following = marks.groups()
        if following and not following.isspace() and (indent or len(hashes) < HEADING):
            return token  # "#1" is no heading
        text = decoded(before)
        if inside_block(text) and (len(hashes) < HEADING or inside_block(text + "\n")):
            return token
        if indent or not self.has_text():
            return None
        if inside_block(text):
            return self._leave()  # HTML that the blank line before a heading ends
        begins = len(before) == len(self.said)
        if begins and (not following or any(token == name.token_at(0) for name in self.names_next())):
            return token
        return self._leave()

    def _underlines(self, before: bytes, line: bytes, *, ended: bool) -> bool:
        """Whether the line makes a heading of the paragraph above. One or two characters may still become another."""
        if not _UNDERLINE.fullmatch(line) or not (ended or len(line.strip()) > 2):
            return False
        text = decoded(before)
        return len(read(f"{text}{line.decode()}\n").headings) > len(read(text).headings)


def _is_word(piece: bytes) -> bool:
    try:
        return piece.decode().strip(" ").isalnum()
    except UnicodeDecodeError:
        return False

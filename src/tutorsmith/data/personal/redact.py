"""A cleaned copy of a data file: what stands for a person becomes a placeholder, every other byte stays as it is.

The line is never parsed and written again. Its string literals are found, read with their escapes, and the stretches
that stand for a person are replaced in the raw bytes of the literal.
"""

import codecs
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from tutorsmith.data.lines import LineError, decode_line, strict_json
from tutorsmith.data.personal.find import KINDS, find_personal
from tutorsmith.data.personal.names import parts_of_name

_LITERAL = re.compile(r'"(?:[^"\\\n]|\\.)*"')
_UNIT = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.|[^\\]", re.DOTALL)
_ID_KEY = re.compile(r'"(?:id|tool_call_id)"\s*:\s*$')
_ROUNDS = 5
"""A placeholder may uncover another find ("Dear Anna" behind a removed title); this many rounds settle it."""


@dataclass
class Redactor:
    """Placeholders for all files of one call: the same value, up to case and spacing, has the same number everywhere.

    replaced: stretches replaced, by kind; distinct: values among them.
    """

    numbers: dict[tuple[str, str], int] = field(default_factory=dict)
    replaced: Counter[str] = field(default_factory=Counter)
    distinct: Counter[str] = field(default_factory=Counter)
    _named: dict[str, str] = field(default_factory=dict)

    def placeholder(self, kind: str, value: str) -> str:
        """`[EMAIL_1]` for the first address, and again for the same one."""
        known = (
            re.sub(r"[\s()–.-]", "", value.casefold()) if kind in ("phone", "national-id") else value.casefold().strip()
        )
        number = self.numbers.get((kind, known))
        if number is None:
            self.distinct[kind] += 1
            number = self.numbers[kind, known] = self.distinct[kind]
        return f"[{KINDS[kind]}_{number}]"

    def line(self, line: bytes) -> bytes:
        """The cleaned line. One that is no JSON is cleaned as plain text, since its values cannot be told apart."""
        mark = codecs.BOM_UTF8 if line.startswith(codecs.BOM_UTF8) else b""
        try:
            text = decode_line(line.removeprefix(mark))
        except LineError:
            return self._text(line.decode("latin-1")).encode("latin-1", "replace")
        self._named = {}
        clean = _LITERAL.sub(lambda found: self._literal(text, found), text)
        if self._named:
            clean = self._all_called_again(clean)
        try:
            strict_json(text)
        except LineError:
            clean = self._text(clean)
        return mark + clean.encode("utf-8")

    def _text(self, text: str) -> str:
        for _ in range(_ROUNDS):
            found = find_personal(text)
            if not found:
                break
            for span in reversed(found):
                text = text[: span.start] + self._taken(span.kind, text[span.start : span.end]) + text[span.end :]
        return text

    def _taken(self, kind: str, value: str) -> str:
        self.replaced[kind] += 1
        if kind == "person-name" and value in self._named:
            return self._named[value]
        made = self.placeholder(kind, value)
        if kind == "person-name":
            self._named |= {part: made for part in parts_of_name(value) if part not in self._named}
        return made

    def _all_called_again(self, line: str) -> str:
        return _LITERAL.sub(lambda found: self._called_again(line, found), line)

    def _called_again(self, line: str, found: re.Match[str]) -> str:
        """Whoever is named in full in a line is the same person wherever a part of the name stands in it."""
        raw = found[0][1:-1]
        if not _is_value(line, found):
            return found[0]
        text = _decoded(raw)
        parts = sorted(self._named, key=len, reverse=True)
        again = list(re.finditer(rf"(?<![A-Za-zÀ-ÿ])(?:{'|'.join(map(re.escape, parts))})(?![A-Za-zÀ-ÿ])", text))
        places = [*_places(raw), len(raw)] if len(text) != len(raw) else range(len(raw) + 1)
        for one in reversed(again):
            self.replaced["person-name"] += 1
            raw = raw[: places[one.start()]] + self._named[one[0]] + raw[places[one.end()] :]
        return f'"{raw}"'

    def _literal(self, line: str, found: re.Match[str]) -> str:
        raw = found[0][1:-1]
        if not find_personal(_decoded(raw)) or not _is_value(line, found):
            return found[0]
        for _ in range(_ROUNDS):
            text = _decoded(raw)
            spans = find_personal(text)
            if not spans:
                break
            places = [*_places(raw), len(raw)] if len(text) != len(raw) else range(len(raw) + 1)
            for span in reversed(spans):
                value = self._taken(span.kind, text[span.start : span.end])
                raw = raw[: places[span.start]] + value + raw[places[span.end] :]
        return f'"{raw}"'


def _is_value(line: str, literal: re.Match[str]) -> bool:
    """Whether a string is a value that people read: no key, no id."""
    before = line[max(0, literal.start() - 40) : literal.start()]
    is_key = line[literal.end() : literal.end() + 20].lstrip().startswith(":")
    return not is_key and not _ID_KEY.search(before)


def _decoded(raw: str) -> str:
    """The text of a literal; as it stands where its escapes are none of JSON's."""
    try:
        text: str = json.loads(f'"{raw}"', strict=False)
    except ValueError:
        return raw
    return text


def _places(raw: str) -> Iterator[int]:
    """Where each character of the decoded text begins in the raw one."""
    return (found.start() for found in _UNIT.finditer(raw))

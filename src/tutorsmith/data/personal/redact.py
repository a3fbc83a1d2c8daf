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
        clean = _LITERAL.sub(lambda found: self._literal(text, found), text)
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
        return self.placeholder(kind, value)

    def _literal(self, line: str, found: re.Match[str]) -> str:
        raw = found[0][1:-1]
        before = line[max(0, found.start() - 40) : found.start()]
        if not find_personal(_decoded(raw)) or _ID_KEY.search(before) or _is_key(line, found.end()):
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


def _is_key(line: str, end: int) -> bool:
    return line[end : end + 20].lstrip().startswith(":")


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

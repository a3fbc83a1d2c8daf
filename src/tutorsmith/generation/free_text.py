"""Values that the model writes by itself, byte by byte: what may follow, whether it may end, how it ends soonest."""

import re
from dataclasses import dataclass
from typing import Protocol

from tutorsmith.generation.call_form import Expression, Number, Text


class Rule(Protocol):
    """What a value may be. All three take what is written so far, without quotation marks."""

    def begins(self, said: bytes) -> bool:
        """Whether it may be the beginning of a value, or a whole one."""
        ...

    def complete(self, said: bytes) -> bool: ...

    def rest(self, said: bytes) -> bytes:
        """What is short and makes it complete. said: one that `begins`."""
        ...


# UTF-8 as RFC 3629 has it: no overlong forms, no surrogates; and no bare control characters.
_CHARACTER = (
    rb"[\x20\x21\x23-\x5b\x5d-\x7e]|\\[\"\\/bfnrt]|[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]"
    rb"|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}"
    rb"|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2}"
)
_WHOLE = re.compile(rb"(?:" + _CHARACTER + rb")*")
_MARK = b"tool_call>"
"""What no text in a call may hold: it would end it for its reader."""
# The beginnings of a character, each with what makes it whole.
_STARTS: tuple[tuple[re.Pattern[bytes], bytes], ...] = (
    (re.compile(rb"\\"), b"n"),
    (re.compile(rb"[\xc2-\xdf]|\xe0[\xa0-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]|\xed[\x80-\x9f]"), b"\x80"),
    (re.compile(rb"\xf0[\x90-\xbf][\x80-\xbf]|[\xf1-\xf3][\x80-\xbf]{2}|\xf4[\x80-\x8f][\x80-\xbf]"), b"\x80"),
    (re.compile(rb"\xe0"), b"\xa0\x80"),
    (re.compile(rb"[\xe1-\xef]|\xf0[\x90-\xbf]|[\xf1-\xf3][\x80-\xbf]|\xf4[\x80-\x8f]"), b"\x80\x80"),
    (re.compile(rb"\xf0"), b"\x90\x80\x80"),
    (re.compile(rb"[\xf1-\xf4]"), b"\x80\x80\x80"),
)


@dataclass(frozen=True)
class StringRule:
    """The inside of a JSON string."""

    text: Text

    def begins(self, said: bytes) -> bool:
        left = self._open(said)
        return left is not None and len(said) + len(left) <= self.text.most and _MARK not in said

    def complete(self, said: bytes) -> bool:
        return len(said) >= self.text.least and self._open(said) == b""

    def rest(self, said: bytes) -> bytes:
        whole = said + (self._open(said) or b"")
        return whole[len(said) :] + b"x" * max(0, self.text.least - len(whole))

    def _open(self, said: bytes) -> bytes | None:
        """What the last character lacks; None for no text."""
        found = _WHOLE.match(said)
        tail = said[found.end() if found else 0 :]
        return b"" if not tail else next((rest for start, rest in _STARTS if start.fullmatch(tail)), None)


_NUMBER = re.compile(rb"(?:0|-?[1-9]\d{0,14})(?:\.\d{1,8})?|-0\.\d{1,8}")
_NUMBER_BEGINS = re.compile(rb"-?(?:(?:0|[1-9]\d{0,14})(?:\.\d{0,8})?)?")
_INTEGER = re.compile(rb"0|-?[1-9]\d{0,14}")
_INTEGER_BEGINS = re.compile(rb"0|-?(?:[1-9]\d{0,14})?")


@dataclass(frozen=True)
class NumberRule:
    """A JSON number without an exponent, within its bounds.

    What has begun can be completed: a number out of bounds is refused as soon as no more digits could bring it back.
    """

    number: Number

    def begins(self, said: bytes) -> bool:
        pattern = _INTEGER_BEGINS if self.number.whole else _NUMBER_BEGINS
        return pattern.fullmatch(said) is not None and self._completed(said) is not None

    def complete(self, said: bytes) -> bool:
        pattern = _INTEGER if self.number.whole else _NUMBER
        return pattern.fullmatch(said) is not None and self._inside(said)

    def rest(self, said: bytes) -> bytes:
        return (self._completed(said) or said)[len(said) :]

    def _inside(self, said: bytes) -> bool:
        value, low, high = float(said), self.number.low, self.number.high
        return (low is None or value >= low) and (high is None or value <= high)

    def _completed(self, said: bytes) -> bytes | None:
        """The shortest number that begins so, of those that are tried: more digits of one kind, or a bound itself."""
        bounds = [b"%d" % bound for bound in (self.number.low, self.number.high) if bound is not None]
        if not self.number.whole:
            bounds += [f"{b:.8f}".rstrip("0").encode() for b in (self.number.low, self.number.high) if b is not None]
        digits = [said + digit * count for count in range(16) for digit in (b"0", b"1", b"5", b"9")]
        tried = [*digits, *(bound for bound in bounds if bound.startswith(said))]
        return min((text for text in tried if self.complete(text)), key=len, default=None)


_PART = re.compile(
    rb"(?P<blank> )|(?P<number>(?:\d+(?:\.\d*)?)(?:[eE][+-]?\d*)?)|(?P<name>[A-Za-z][A-Za-z0-9_]*)|(?P<sign>[-+*/^()])"
)
_WHOLE_NUMBER = re.compile(rb"\d+(?:\.\d+)?(?:[eE][+-]?\d{1,2})?")
_NUMBER_STARTS = re.compile(rb"\d+(?:\.(?:\d+(?:[eE][+-]?\d{0,2})?)?|[eE][+-]?\d{0,2})?")
_LOOP = re.compile(rb"([\w.]+ ?[-+*/^] ?)\1\1")
"""The same part three times over, as a model that goes round in circles writes it."""
_LONGEST_NAME, _LONGEST_NUMBER, _DEEPEST = 16, 12, 8


@dataclass(frozen=True)
class _Read:
    """How far an expression is. open: parentheses; operand: whether one is due; called: a function waits for its
    parenthesis; part: the name or number that it ends with, which may go on."""

    open: int
    operand: bool
    called: bool
    part: bytes


@dataclass(frozen=True)
class ExpressionRule:
    """An expression as `tutorsmith.tools.parser` reads it, with every product written out."""

    expression: Expression

    def begins(self, said: bytes) -> bool:
        read = None if _LOOP.search(said) else self._read(said)
        return read is not None and len(said) + len(self._ending(read)) <= self.expression.most

    def complete(self, said: bytes) -> bool:
        read = self._read(said)
        return read is not None and not said.endswith(b" ") and self._ending(read) == b""

    def rest(self, said: bytes) -> bytes:
        read = self._read(said)
        ending = b"" if read is None else self._ending(read)
        return b"*1" if said.endswith(b" ") and not ending else ending

    def _known(self, name: bytes) -> bool:
        names = self.expression.names
        return names is None or name.decode() in names

    def _function(self, name: bytes) -> bool:
        return name.decode() in self.expression.functions

    def _read(self, said: bytes) -> _Read | None:
        """None for what no expression begins with."""
        depth, operand, called, part = 0, True, False, b""
        at, last = 0, ""
        while at < len(said):
            found = _PART.match(said, at)
            if found is None:
                return None
            kind, text, ends = str(found.lastgroup), found[0], found.end() == len(said)
            at = found.end()
            part = text if ends and kind in ("name", "number") else b""
            if kind == "blank":
                if last in ("blank", "") or called:
                    return None
            elif kind in ("name", "number"):
                if not operand or not (self._part_begins(kind, text) if ends else self._part_whole(kind, text)):
                    return None
                operand, called = False, kind == "name" and self._function(text)
            else:
                step = self._sign(text, depth, operand, called, last)
                if step is None:
                    return None
                depth, operand, called = *step, False
            last = text.decode() if kind == "sign" else kind
        return _Read(depth, operand, called, part)

    def _sign(self, sign: bytes, depth: int, operand: bool, called: bool, last: str) -> tuple[int, bool] | None:
        """(depth, whether an operand is due) behind the sign, None where it makes no sense."""
        if sign == b"(":
            return (depth + 1, True) if (operand or called) and depth < _DEEPEST else None
        if called:
            return None
        if sign == b")":
            return (depth - 1, False) if depth and not operand else None
        if operand:
            return (depth, True) if sign == b"-" and last in ("", "(", "^") else None
        return depth, True

    def _part_whole(self, kind: str, text: bytes) -> bool:
        if kind == "number":
            return _WHOLE_NUMBER.fullmatch(text) is not None and len(text) <= _LONGEST_NUMBER
        return self._function(text) or (self._known(text) and len(text) <= _LONGEST_NAME and b"__" not in text)

    def _part_begins(self, kind: str, text: bytes) -> bool:
        if kind == "number":
            return len(text) <= _LONGEST_NUMBER and _NUMBER_STARTS.fullmatch(text) is not None
        return bool(self._names_from(text)) or self._part_whole(kind, text)

    def _names_from(self, text: bytes) -> list[bytes]:
        known = [*(self.expression.names or ()), *self.expression.functions]
        return sorted((name.encode() for name in known if name.encode().startswith(text)), key=len)

    def _ending(self, read: _Read) -> bytes:
        """What makes the expression complete."""
        ending = b""
        called = read.called
        if read.part[:1].isdigit():
            if not self._part_whole("number", read.part):
                ending = b"0"
        elif read.part and not self._part_whole("name", read.part):
            name = self._names_from(read.part)[0]
            ending, called = name[len(read.part) :], self._function(name)
        if called:
            ending += b"(1)"
        if read.operand:
            ending += b"1"
        return ending + b")" * read.open

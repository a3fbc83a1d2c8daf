"""Lines that are not the JSON object they should be: which mistake is it, and what can still be read of it?

`parse` gives the findings of a line and, where the mistake can be seen through, the object all the same, so that one
stray comma does not hide the rest of the record from the other checks.
"""

import json
import re
from collections.abc import Callable
from typing import Any, NamedTuple

from tutorsmith.data.checks.finding import Remark
from tutorsmith.data.lines import LineError, decode_line, json_type, strict_json

_STRING = r'"(?:[^"\\]|\\.)*"'
_TRAILING_COMMA = re.compile(rf"({_STRING})|,(\s*[}}\]])", re.DOTALL)
_WORD = re.compile(rf"{_STRING}|\b(None|True|False|undefined)\b", re.DOTALL)
_SINGLE_QUOTED = re.compile(r"[{\[,:]\s*'(?:[^'\\]|\\.)*'\s*[:,}\]]")
_RAW_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_LENIENT = json.JSONDecoder(strict=False)


class Parsed(NamedTuple):
    """remarks: (kind, remark); value: the object, or None when nothing can be read."""

    remarks: list[tuple[str, Remark]]
    value: dict[str, Any] | None


def _load(text: str) -> Any:
    """The value of a text, NaN and doubled keys allowed, or None.

    A value of None ("null") is no record either, so that the two need not be told apart.
    """
    try:
        return _LENIENT.decode(text)
    except (ValueError, RecursionError):
        return None


def several_objects(text: str) -> Remark | None:
    """Two or more whole objects on one line."""
    try:
        _, end = _LENIENT.raw_decode(text.strip())
    except (ValueError, RecursionError):
        return None
    rest = text.strip()[end:].lstrip(" ,\t")
    if rest.startswith("{"):
        return Remark("", "more than one object stands on this line", "put each object on a line of its own")
    return None


def trailing_comma(text: str) -> Remark | None:
    """A comma before a closing bracket, or at the end of the line as in an array."""
    if _load(_TRAILING_COMMA.sub(_without_comma, text)) is not None:
        return Remark("", "a comma stands before a closing bracket", "remove the comma")
    if _load(text.rstrip().removesuffix(",")) is not None:
        return Remark("", "a comma stands after the object, as in an array", "remove the comma at the end of the line")
    return None


def _without_comma(match: re.Match[str]) -> str:
    return match[1] if match[1] is not None else match[2]


def python_literal(text: str) -> Remark | None:
    """None, True, False or single quotes: printed by Python, not written by json.dumps."""
    words = sorted({found[1] for found in _WORD.finditer(text) if found[1]})
    if words:
        fixed = {"None": "null", "True": "true", "False": "false", "undefined": "null"}
        mend = "write " + ", ".join(f"{fixed[word]} for {word}" for word in words)
        return Remark("", f"holds {', '.join(words)}, which is not JSON", mend)
    if _SINGLE_QUOTED.search(text):
        return Remark("", "holds strings in single quotes", "use double quotes; in Python write it with json.dumps")
    return None


def control_character(text: str) -> Remark | None:
    """A raw control character inside a string, line break and tab apart."""
    if _RAW_CONTROL.search(text) is None or _load(text) is None:
        return None
    return Remark("", "a raw control character stands inside a string", "remove it")


def line_break(text: str) -> Remark | None:
    """A raw line break or tab inside a string."""
    if _load(text) is None:
        return None
    return Remark("", "a raw line break or tab stands inside a string", "write \\n (or \\t) instead")


def truncated(text: str) -> Remark | None:
    """The line ends inside a string or before the last bracket is closed."""
    unquoted = re.sub(_STRING, "", text, flags=re.DOTALL)
    opened = unquoted.count("{") + unquoted.count("[") - unquoted.count("}") - unquoted.count("]")
    if opened > 0 and text.lstrip()[:1] in ("{", "["):
        return Remark("", "the object is cut off: it is not closed at the end of the line", "write the rest of it")
    return None


# Tried in this order; the first that knows the mistake names it.
RECOGNISERS: tuple[tuple[str, Callable[[str], Remark | None]], ...] = (
    ("several-objects", several_objects),
    ("control-character", control_character),
    ("line-break", line_break),
    ("trailing-comma", trailing_comma),
    ("truncated-json", truncated),
    ("python-literal", python_literal),
)


def parse(line: bytes) -> Parsed:
    """The findings of one line (or of one object that goes over several lines) and its object if it can be read."""
    try:
        text = decode_line(line)
    except LineError as error:
        remark = Remark("", error.message, error.mend)
        return Parsed([(error.kind, remark)], _as_object(line.decode("latin-1")) if error.kind == "encoding" else None)
    try:
        value = strict_json(text)
    except LineError as error:
        if error.kind == "deep-nesting":
            return Parsed([(error.kind, Remark("", error.message, error.mend))], None)
        if error.kind != "json":
            value = _load(text)
            remarks = [(error.kind, Remark("", error.message, error.mend))]
            return Parsed(remarks, value if isinstance(value, dict) else None)
        return _recognised(text, error)
    if isinstance(value, dict):
        return Parsed([], value)
    if isinstance(value, list):
        remark = Remark("", "an array stands here instead of an object", "write one object on each line, without [ ]")
        return Parsed([("json-array", remark)], None)
    remark = Remark("", f"an object is needed, this is {json_type(value)}", "write one object on each line")
    return Parsed([("not-object", remark)], None)


def _recognised(text: str, error: LineError) -> Parsed:
    for kind, recognise in RECOGNISERS:
        remark = recognise(text)
        if remark:
            mended = _TRAILING_COMMA.sub(_without_comma, text).rstrip().removesuffix(",")
            return Parsed([(kind, remark)], _as_object(mended))
    return Parsed([("json", Remark("", error.message, error.mend))], None)


def _as_object(text: str) -> dict[str, Any] | None:
    value = _load(text)
    return value if isinstance(value, dict) else None

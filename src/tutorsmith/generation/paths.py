"""A call as it may be written: the ways on from where it is, followed byte by byte.

A way is a text that comes for certain and what may follow it, or a value that the model writes by itself. Ways are made
as they are needed: which variables are asked for depends on the expression that was chosen.
"""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from tutorsmith.generation.call_form import (
    Bound,
    Calls,
    Entries,
    Expression,
    Field,
    Fields,
    Items,
    Number,
    Options,
    Symbol,
    Text,
    Value,
)
from tutorsmith.generation.free_text import ExpressionRule, NumberRule, Rule, StringRule

Ways = tuple["Path | Writing", ...]
Then = Callable[[str], Ways]
"""What follows; it is told the expression of the object that is being written, "" where there is none."""

CLOSE = b"\n</tool_call>"
AGAIN = b"\n<tool_call>"
_NAME = re.compile(r"(?<![A-Za-z0-9_.])[A-Za-z][A-Za-z0-9_]*(?!\w*\s*\()")


@dataclass(frozen=True, slots=True)
class Path:
    """A text that comes for certain; `then` what may follow it, None where the answer may end."""

    text: bytes
    then: Callable[[], Ways] | None


@dataclass(frozen=True, slots=True)
class Writing:
    """A value that the model writes. then: told the value, what follows it once it is complete."""

    rule: Rule
    said: bytes
    then: Callable[[bytes], Ways]


def call_ways(calls: Calls, made: int = 0) -> Ways:
    """From behind the mark of a call to the answer's end."""
    return tuple(
        Path(
            f'\n{{"name": {_json(name)}, "arguments": '.encode(),
            partial(_object, fields, "", partial(_end, calls, made)),
        )
        for name, fields in calls.tools
    )


def _end(calls: Calls, made: int, _: str) -> Ways:
    ends: Ways = (Path(b"", None),)
    again: Ways = (Path(AGAIN, partial(call_ways, calls, made + 1)),) if made + 1 < calls.most else ()
    return (Path(b"}" + CLOSE, lambda: (*ends, *again)),)


def advance(ways: Ways, piece: bytes) -> Ways:
    """The ways on behind the piece; none where it fits none of them."""
    return tuple(on for way in ways for on in _follow(way, piece))


def _follow(way: "Path | Writing", piece: bytes) -> Iterator["Path | Writing"]:
    if isinstance(way, Writing):
        yield from _write(way, piece)
    elif len(piece) < len(way.text):
        if way.text.startswith(piece):
            yield Path(way.text[len(piece) :], way.then)
    elif piece.startswith(way.text):
        if way.then is not None:
            for on in way.then():
                yield from _follow(on, piece[len(way.text) :])
        elif len(piece) == len(way.text):
            yield Path(b"", None)


def _write(way: Writing, piece: bytes) -> Iterator["Path | Writing"]:
    for k in range(len(piece) + 1):
        said = way.said + piece[:k]
        if k and not way.rule.begins(said):
            return
        if k < len(piece) and way.rule.complete(said):
            for on in way.then(said):
                yield from _follow(on, piece[k:])
    yield Writing(way.rule, way.said + piece, way.then)


def shortest(ways: Ways) -> bytes:
    """A short text that ends the answer; at each turn the shortest way on."""
    out = b""
    while True:
        text, following = nearest(ways)
        out += text
        if following is None:
            return out
        ways = following


def nearest(ways: Ways) -> tuple[bytes, Ways | None]:
    """The shortest way on as far as it is certain, and what may follow it."""
    made: list[tuple[bytes, Ways | None]] = []
    for way in ways:
        if isinstance(way, Path):
            made.append((way.text, way.then() if way.then else None))
        else:
            rest = way.rule.rest(way.said)
            made.append((rest, way.then(way.said + rest)))
    return min(made, key=lambda pair: (len(pair[0]), pair[1] is not None))


# How values are written


def _json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _values(values: Sequence[Value], context: str, then: Then) -> Ways:
    return tuple(way for value in values for way in _value(value, context, then))


def _value(value: Value, context: str, then: Then) -> Ways:
    """The ways to write a value. context: the expression of the object that it stands in."""
    match value:
        case Options():
            return tuple(
                Path(text.encode(), partial(then, json.loads(text) if value.expression else context))
                for text in value.texts
            )
        case Text():
            return _quoted(StringRule(value), lambda _: then(context))
        case Expression():
            return _quoted(ExpressionRule(value), lambda said: then(said.decode()))
        case Number():
            return (Writing(NumberRule(value), b"", lambda _: then(context)),)
        case Bound():
            return _object(Fields(bound_fields(value, context)), context, lambda _: then(context))
        case Symbol():
            return _value(Options(tuple(map(_json, symbols_for(value, context)))), context, then)
        case Items():
            return (Path(b"[", partial(_items, value, 0, lambda: then(context))),)
        case Entries():
            return (Path(b"{", partial(_entries, value, 0, lambda: then(context))),)
        case Fields():
            return _object(value, "", lambda _: then(context))


def _quoted(rule: Rule, then: Callable[[bytes], Ways]) -> Ways:
    def inside() -> Ways:
        return (Writing(rule, b"", lambda said: (Path(b'"', partial(then, said)),)),)

    return (Path(b'"', inside),)


def _items(value: Items, count: int, then: Callable[[], Ways]) -> Ways:
    ends: Ways = (Path(b"]", then),) if count >= value.least else ()
    if count == value.most:
        return ends
    following = _values(value.values, "", lambda _: _items(value, count + 1, then))
    return (*ends, Path(b", ", lambda: following)) if count else (*ends, *following)


def _entries(value: Entries, count: int, then: Callable[[], Ways]) -> Ways:
    def entry() -> Ways:
        return _values(value.values, "", lambda _: _entries(value, count + 1, then))

    ends: Ways = (Path(b"}", then),)
    if count == value.most:
        return ends
    key = _quoted(StringRule(Text(40, 1)), lambda _: (Path(b": ", entry),))
    return (*ends, Path(b", ", lambda: key)) if count else (*ends, *key)


def _object(fields: Fields, context: str, then: Then) -> Ways:
    return tuple(Path(b"{" + way.text, way.then) for way in _fields(fields, 0, (False, 0), context, then))


def _fields(fields: Fields, at: int, before: tuple[bool, int], context: str, then: Then) -> Iterator[Path]:
    """The next key, or the end of the object. before: whether the last field is there, and how many are."""
    previous, count = before
    for k in range(at, len(fields.fields)):
        field = fields.fields[k]
        there = _there(field, previous, context)
        if there != "never":
            key = f"{', ' if count else ''}{_json(field.name)}: ".encode()
            yield Path(key, partial(_field, fields, k, count, context, then))
        if there == "always":
            return
        previous = False
    if count >= fields.least:
        yield Path(b"}", partial(then, context))


def _there(field: Field, previous: bool, context: str) -> str:
    if not field.values or (isinstance(field.values[0], Bound) and not bound_fields(field.values[0], context)):
        return "never"
    if field.there in ("with", "without"):
        return "always" if previous == (field.there == "with") else "never"
    return field.there


def _field(fields: Fields, k: int, count: int, context: str, then: Then) -> Ways:
    def on(known: str) -> Ways:
        return tuple(_fields(fields, k + 1, (True, count + 1), known, then))

    return _values(fields.fields[k].values, context, on)


def names_in(expression: str) -> list[str]:
    """The symbols of an expression in their order, functions left out."""
    return list(dict.fromkeys(found[0] for found in _NAME.finditer(expression)))


def bound_fields(bound: Bound, expression: str) -> tuple[Field, ...]:
    """The symbols that get a value."""
    given = dict(bound.given)
    out = []
    for name in names_in(expression):
        texts = given.get(name) or (() if name in bound.known else bound.others)
        if texts:
            out.append(Field(name, (Options(texts),), "always"))
    return tuple(out)


def symbols_for(symbol: Symbol, expression: str) -> list[str]:
    """The symbols that may be the variable; all where none is left."""
    names = names_in(expression)
    free = [name for name in names if name not in symbol.known] or names or ["x"]
    return [name for name in symbol.preferred if name in free] or free

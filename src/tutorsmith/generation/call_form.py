"""What calls an answer may hold: the tools' names and, of each argument, what may be written as its value.

Calls                     tools and their arguments
  Fields                  an object of known keys, in the order in which they are written
    Field -> Value, ...   a key, and the kinds of values that it may have
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Options:
    """JSON texts of which one is written. expression: what is chosen is the expression that `Bound` and `Symbol` of the
    same object look at."""

    texts: tuple[str, ...]
    expression: bool = False


@dataclass(frozen=True)
class Text:
    """A string of the model's own, of at least and at most so many bytes."""

    most: int = 400
    least: int = 0


@dataclass(frozen=True)
class Number:
    """A number of the model's own; whole: without a fraction. Bounds are included."""

    whole: bool = False
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Expression:
    """A string of the model's own that a calculator can read. names: the symbols that it may use, None: any; functions:
    what may be called."""

    names: tuple[str, ...] | None
    functions: tuple[str, ...]
    most: int = 160


@dataclass(frozen=True)
class Bound:
    """An object of the symbols of the expression, each with its value; the key is left out where there are none.

    given: (symbol, JSON texts of its values); others: JSON texts of values for a symbol that none is given of; a symbol
    without a value is left out, as are those `known` and the functions.
    """

    given: tuple[tuple[str, tuple[str, ...]], ...]
    others: tuple[str, ...] = ()
    known: tuple[str, ...] = ()


@dataclass(frozen=True)
class Symbol:
    """A symbol of the expression. preferred: one of these where the expression has it; known: never one of these."""

    preferred: tuple[str, ...] = ()
    known: tuple[str, ...] = ()


@dataclass(frozen=True)
class Items:
    """An array."""

    values: "tuple[Value, ...]"
    least: int = 0
    most: int = 20


@dataclass(frozen=True)
class Entries:
    """An object whose keys are the model's own."""

    values: "tuple[Value, ...]"
    most: int = 20


@dataclass(frozen=True)
class Field:
    """A key and what may be its value. there: always, as the model likes (may), exactly if the field before it is there
    (with), exactly if that is not (without)."""

    name: str
    values: "tuple[Value, ...]"
    there: Literal["always", "may", "with", "without"] = "may"


@dataclass(frozen=True)
class Fields:
    """An object of known keys, `least` of them at least."""

    fields: tuple[Field, ...]
    least: int = 0


Value = Options | Text | Number | Expression | Bound | Symbol | Items | Entries | Fields


@dataclass(frozen=True)
class Calls:
    """tools: (name, its arguments), those that may be called; at most so many calls in one answer."""

    tools: tuple[tuple[str, Fields], ...]
    most: int = 4

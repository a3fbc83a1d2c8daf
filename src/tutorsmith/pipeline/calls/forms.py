"""Declared tools and a conversation -> what calls of them may be (`generation.call_form`).

Arguments are held to what the conversation has of their kind (`tools.table.HOLDS`). Where it has nothing, or a call has
just failed, the model writes the value by itself, as its type allows.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from tutorsmith.data.schema import Message
from tutorsmith.generation.call_form import Bound, Calls, Expression, Field, Fields, Options, Symbol, Value
from tutorsmith.generation.paths import names_in
from tutorsmith.pipeline.calls import asked
from tutorsmith.pipeline.calls.conversation import KNOWN, Conversation, as_json
from tutorsmith.pipeline.calls.expressions import Found
from tutorsmith.pipeline.calls.fitting import fitting_formulas
from tutorsmith.pipeline.calls.free import free_values
from tutorsmith.tools.constants import CONSTANTS
from tutorsmith.tools.evaluate import FUNCTIONS
from tutorsmith.tools.table import HOLDS, TOOLS

_MOST_OPTIONS = 40


def calls_of(tools: Sequence[Mapping[str, Any]], messages: Sequence[Message]) -> Calls | None:
    """What the tutor's next calls may be, of tools that the conversation gives cause to call; None without tools."""
    conversation = Conversation(messages)
    made = [_Tool(conversation, function) for tool in tools if (function := _function(tool)).get("name")]
    return Calls(tuple((tool.name, tool.arguments()) for tool in made if tool.has_cause)) if made else None


def _function(tool: Mapping[str, Any]) -> Mapping[str, Any]:
    inner = tool.get("function")
    return inner if isinstance(inner, Mapping) else tool


@dataclass
class _Tool:
    """One declared tool and the conversation."""

    conversation: Conversation
    function: Mapping[str, Any]

    def __post_init__(self) -> None:
        self.name = str(self.function["name"])
        self.row = TOOLS.get(self.name)
        self.functions: frozenset[str] = FUNCTIONS
        if self.row and self.row.functions:
            module, _, name = self.row.functions.partition(":")
            self.functions = getattr(import_module(f"tutorsmith.tools.{module}"), name)

    @property
    def has_cause(self) -> bool:
        """Whether the conversation has what the tool works on: a number, a formula, a text. Of others it has."""
        kinds = set(self.row.holds.values()) if self.row else set()
        talk = self.conversation
        if talk.failed or not kinds:
            return True
        if "values" in kinds:
            plain = any(not names_in(found.text) for found in talk.written(self.functions))
            return bool(plain or talk.values or talk.unnamed)
        if "expression" in kinds:
            told = talk.written(self.functions) or talk.told_earlier(self.functions)
            return bool(told or talk.by or talk.values)
        return "passage" not in kinds or talk.brings_text

    def arguments(self) -> Fields:
        return self._fields(self.function.get("parameters") or {}, "")

    def _fields(self, schema: Mapping[str, Any], path: str) -> Fields:
        """The object's known keys, in the order of the schema."""
        required = set(schema.get("required") or ())
        fields = [
            self._field(name, part if isinstance(part, Mapping) else {}, path, name in required)
            for name, part in (schema.get("properties") or {}).items()
        ]
        if any(made.held for made in fields):
            fields = [made for made in fields if made.held or made.kind != "named"]
        joined = tuple(_joined(fields))
        # Rules without a rule are none.
        return Fields(joined, least=min(len(joined), 1) if path and not required else 0)

    def _field(self, name: str, schema: Mapping[str, Any], path: str, required: bool) -> "_Made":
        where = f"{path}.{name}" if path else name
        kind = str(schema.get(HOLDS) or (self.row.holds.get(where) if self.row else "") or "")
        held = self._held(kind, name, schema)
        failed = self.conversation.failed
        free: tuple[Value, ...] = ()
        open_ = required or kind in _OPEN
        if held is None or (failed and kind in _FREE_AFTER_FAILURE) or (not held and open_):
            own = kind in ("expression", "place", *_ENDS)
            free = self._own_expression() if own else free_values(schema, where, self._fields)
        values = tuple(dict.fromkeys((*(held or ()), *free)))
        sure = required or kind == "values" or (bool(held) and not failed and self._is_sure(kind))
        return _Made(Field(name, values, "always" if sure else "may"), kind, bool(held))

    def _is_sure(self, kind: str) -> bool:
        """Whether what the question tells of this kind is surely meant, so that the model need not be asked."""
        talk = self.conversation
        if kind == "place":
            return len(talk.by) == 1
        if kind in ("titles", "headings"):
            return asked.asks_parts(talk.own_words)
        if kind == "count":
            low, high = asked.bounds(talk.own_words)
            return low != high
        return kind in _SURE

    def _held(self, kind: str, name: str, schema: Mapping[str, Any]) -> tuple[Value, ...] | None:
        """What the conversation has of a kind; () for nothing, None for a kind that is none."""
        if kind in ("expression", "values", "variable", "place", "order", "unit", *_ENDS):
            return self._mathematics(kind)
        talk = self.conversation
        match kind:
            case "passage":
                return _options(map(as_json, talk.passages()))
            case "sources":
                return _options(talk.source_lists())
            case "headings":
                return _options(talk.headings())
            case "titles":
                return _options(talk.titles())
            case "count":
                low, high = asked.bounds(talk.own_words)
                return _options(high if name.startswith("max") else low if name.startswith("min") else [*low, *high])
            case "share":
                return _options(asked.shares(talk.own_words))
            case "named":
                return _options(talk.names(schema.get("enum") or ()))
            case "figures":
                return _options(["true"] if asked.asks_figures(talk.own_words) else [])
        return None

    def _mathematics(self, kind: str) -> tuple[Value, ...]:
        talk = self.conversation
        match kind:
            case "expression":
                return self._expressions()
            case "values":
                values = talk.bare_values if talk.failed else talk.values
                return (Bound(tuple(values.items()), talk.unnamed, KNOWN),)
            case "variable":
                ends = {name for pair in talk.limits(self.functions) for end in pair for name in names_in(end)}
                by = talk.by or [symbol for symbol, _ in talk.places(self.functions)]
                return (Symbol(tuple(by), (*KNOWN, *sorted(ends))),)
            case "place":
                return _options(map(as_json, self._places()))
            case "order":
                times = asked.order(talk.plain)
                return _options([str(times)] if times else [])
            case "unit":
                return _options(map(as_json, talk.units()))
        return _options(as_json(pair[_ENDS.index(kind)]) for pair in talk.limits(self.functions))

    def _expressions(self) -> tuple[Value, ...]:
        """Those that are surely meant; else those of the question and the model's own."""
        talk = self.conversation
        written = talk.written(self.functions)
        if self._calculates:
            written = [found for found in written if self._all_given(found.text)]
        sure = self._sure_of(written) or ([] if written else self._told_before())
        held = _options((as_json(text) for text in sure or [found.text for found in written]), expression=True)
        return held if sure and not talk.failed else (*held, *self._own_expression())

    def _sure_of(self, written: Sequence[Found]) -> list[str]:
        """Expressions of the question that it tells to use, or that take all of its values."""
        talk = self.conversation
        if not self._calculates:
            return [found.text for found in written] if asked.is_ordered(talk.plain) else []
        told = [found.text for found in written if asked.is_told(talk.plain, found.text)]
        return told or [found.text for found in written if talk.named_now <= set(names_in(found.text))]

    def _told_before(self) -> list[str]:
        """Expressions of earlier turns, else of the excerpts, that the question means: it tells to differentiate or to
        integrate without an expression, or gives the values of one."""
        talk = self.conversation
        if talk.failed:
            return []
        earlier, excerpts = talk.told_earlier(self.functions), talk.told_by_excerpts()
        if not self._calculates:
            if not asked.is_ordered(talk.plain):
                return []
            return earlier or [text for text in excerpts if set(talk.by) & set(names_in(text))]
        fitting = [text for text in earlier if self._all_given(text)]
        now = talk.named_now
        given = [text for text in fitting if now and now <= set(names_in(text))]
        return given or fitting_formulas(excerpts, talk, self.name)

    @property
    def _calculates(self) -> bool:
        return self.row is not None and "values" in self.row.holds.values()

    def _own_expression(self) -> tuple[Value, ...]:
        """Of the symbols that have a value; of any where values are told without symbols, or none are needed."""
        talk = self.conversation
        told = (name for text in talk.told_by_excerpts() for name in names_in(text))
        names: tuple[str, ...] | None = (*talk.symbols(self.functions), *KNOWN, *_USUAL, *told)
        if self._calculates:
            names = (*talk.values, *CONSTANTS, "j") if talk.values and not talk.unnamed else None
        functions = tuple(sorted(self.functions - _UNUSUAL))
        return (Expression(None if names is None else tuple(dict.fromkeys(names)), functions),)

    def _all_given(self, expression: str) -> bool:
        return all(name in self.conversation.values or name in KNOWN for name in names_in(expression))

    def _places(self) -> list[str]:
        """Values of the variable, or of a symbol of the question's expressions."""
        talk = self.conversation
        written = talk.written(self.functions)
        used = {name for found in written for name in names_in(found.text)}
        wanted = set(talk.by) or used
        whole = {found.text for found in written}
        return list(dict.fromkeys(t for s, t in talk.places(self.functions) if s in wanted and t not in whole))


_ENDS = ("lower", "upper")
_OPEN = frozenset({"named", *_ENDS})
"""What a call may hold although the conversation does not tell it."""
_SURE = frozenset({"unit", "sources", "share", "named", "figures", "order", *_ENDS})
_FREE_AFTER_FAILURE = frozenset({"expression", "place", "count", *_ENDS})
_USUAL = ("x", "y", "z", "r", "t", "theta", "phi", "a", "A", "I")
"""Symbols that an integrand may have although nobody told them, or that were taken for words."""
_UNUSUAL = frozenset({"real", "imag", "conj", "phase", "factorial", "cbrt"})
"""Functions that no formula of a course needs; a symbol that begins like one is not completed to it."""
_EITHER = ("passage", "headings")
"""Of a text and a list of headings a call has one."""


@dataclass
class _Made:
    """A field, what it holds, and whether the conversation has it."""

    field: Field
    kind: str
    held: bool


def _joined(made: Sequence[_Made]) -> list[Field]:
    """Fields that depend on each other: two ends come together, of a text and a list of headings one."""
    kinds = [part.kind for part in made]
    kept: list[_Made] = []
    out: list[Field] = []
    for k, part in enumerate(made):
        field, there = part.field, part.field.there
        if part.kind == _ENDS[1] and _ENDS[0] in kinds[:k]:
            there = "with"
        elif part.kind == _EITHER[1] and _EITHER[0] in kinds[:k]:
            there = "without" if any(part.kind == _EITHER[0] for part in kept) else "always"
        elif part.kind == _EITHER[0] and _EITHER[1] in kinds[k:]:
            other = made[kinds.index(_EITHER[1])]
            if other.held and other.field.there == "always":
                continue
            there = "may" if other.held else "always"
        if field.values:
            kept.append(part)
            out.append(Field(field.name, field.values, there))
    return out


def _options(texts: Iterable[str], *, expression: bool = False) -> tuple[Value, ...]:
    kept = tuple(text for text in dict.fromkeys(texts) if not re.search("tool_call>", text))[:_MOST_OPTIONS]
    return (Options(kept, expression),) if kept else ()

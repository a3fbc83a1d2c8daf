"""A conversation as the source of arguments: what each kind of argument (`tools.table.HOLDS`) may be, as JSON texts."""

import json
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

from tutorsmith.data.schema import Message
from tutorsmith.generation.paths import names_in
from tutorsmith.pipeline.calls.asked import is_ordered, limits, variables
from tutorsmith.pipeline.calls.expressions import Found, expressions_in, formulas_in, in_ascii, symbols_in
from tutorsmith.pipeline.calls.passages import (
    Labelled,
    blocks,
    labelled,
    lists_below,
    lists_between,
    quoted,
    source_sets,
)
from tutorsmith.pipeline.calls.quantities import asked_units, given_values, is_unit, unit_at, unnamed_values
from tutorsmith.tools.calculus import INFINITY, read
from tutorsmith.tools.constants import CONSTANTS
from tutorsmith.tools.parser import parse

KNOWN = (*CONSTANTS, "e", "j", "oo")
"""Names that an expression may have without a value."""


_QUESTION = 40
"""Words of a message that is no more than a question."""


def as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


@dataclass(frozen=True)
class Conversation:
    """messages: up to where the tutor is to answer, excerpts in the system prompt included."""

    messages: Sequence[Message]

    @cached_property
    def question(self) -> str:
        return next((m.content or "" for m in reversed(self.messages) if m.role == "user"), "")

    @cached_property
    def earlier(self) -> list[str]:
        """What was said before the last question, the last first."""
        said = [m.content for m in self.messages if m.role in ("user", "assistant") and m.content]
        return [text for text in reversed(said) if text != self.question]

    @property
    def excerpts(self) -> str:
        return next((m.content or "" for m in self.messages if m.role == "system"), "")

    @cached_property
    def failed(self) -> bool:
        """Whether the last call brought an error: then it is to be made otherwise."""
        last = self.messages[-1] if self.messages else None
        return last is not None and last.role == "tool" and '"error"' in (last.content or "")

    # Expressions

    def written(self, functions: Collection[str]) -> list[Found]:
        """Expressions of the question, without those that are a place or an end of others."""
        found = self._expressions(self.question, functions)
        ends = {end for pair in self.limits(functions) for end in pair}
        formulas = [e for e in found if names_in(e.text) and e.text not in ends] or found
        used = {name for e in formulas for name in names_in(e.text)}
        return [e for e in formulas if e.symbol not in self.by and (e.symbol not in used or len(formulas) == 1)]

    def told_by_excerpts(self) -> list[str]:
        """Formulas of the excerpts, their right sides."""
        return list(dict.fromkeys(e.text for e in formulas_in(self.excerpts, read) if e.symbol and names_in(e.text)))

    def told_earlier(self, functions: Collection[str]) -> list[str]:
        """Expressions of earlier turns, the last first."""
        found = [e.text for text in self.earlier for e in self._expressions(text, functions)]
        return list(dict.fromkeys(text for text in found if names_in(text)))

    @property
    def named_now(self) -> frozenset[str]:
        """Symbols that the question itself gives values for."""
        return frozenset(given_values([Message("user", self.question)]))

    def _expressions(self, text: str, functions: Collection[str]) -> list[Found]:
        typeset = formulas_in(text, read)
        plain = in_ascii(re.sub(r"\$[^$]*\$", lambda math: " " * len(math[0]), text))
        found = [
            e for e in expressions_in(plain, functions, lambda t: parse(t, functions)) if self._is_formula(plain, e)
        ]
        return [*typeset, *found]

    def _is_formula(self, text: str, found: Found) -> bool:
        """No unit, range of pages or date."""
        if is_unit(found.text) and re.search(r"(?:\d|\b(?:in|of|to|per))\s*$", text[: found.start]):
            return False
        if not re.search(r"[A-Za-z]", found.text):
            return bool(re.search(r"[*/^(]| [-+] ", found.text)) and not re.search(r"\w$", text[: found.start])
        return True

    @cached_property
    def values(self) -> dict[str, tuple[str, ...]]:
        """Symbols with the JSON texts of their values."""
        return {name: tuple(map(as_json, texts)) for name, texts in given_values(self.messages).items()}

    @cached_property
    def bare_values(self) -> dict[str, tuple[str, ...]]:
        """The same with their numbers alone, too: what is to be tried where a unit was refused."""
        return {
            name: (*texts, *(as_json(json.loads(t).split(" ")[0]) for t in texts))
            for name, texts in self.values.items()
        }

    @cached_property
    def unnamed(self) -> tuple[str, ...]:
        named = {text for texts in self.values.values() for text in texts}
        return tuple(text for text in map(as_json, unnamed_values(self.messages)) if text not in named)

    def symbols(self, functions: Collection[str]) -> list[str]:
        """What is written as a symbol by students and tutors."""
        texts = [self.question, *self.earlier]
        return list(dict.fromkeys(name for text in texts for name in symbols_in(in_ascii(text), functions)))

    @property
    def plain(self) -> str:
        """The question in ASCII as far as it is mathematics, without the marks of typeset formulas."""
        return in_ascii(self.question).replace("$", "")

    @cached_property
    def by(self) -> list[str]:
        """Symbols that the question differentiates or integrates by."""
        return variables(self.plain)

    def limits(self, functions: Collection[str]) -> list[tuple[str, str]]:
        return limits(self.plain, functions, lambda t: parse(t, functions))

    def places(self, functions: Collection[str]) -> list[tuple[str, str]]:
        """(symbol, value) as the question writes them, without units: `at x = d`, `R_L = R_i`."""
        text = self.plain
        found = expressions_in(text, functions, lambda t: parse(t, functions), bare=True)
        return [(e.symbol, e.text) for e in found if e.symbol and e.text not in INFINITY and not unit_at(text, e.end)]

    def units(self) -> list[str]:
        return asked_units(self.own_words)

    # Texts

    @cached_property
    def _labelled(self) -> list[Labelled]:
        return next((found for text in [self.question, *self.earlier] if (found := labelled(text))), [])

    def passages(self) -> list[str]:
        """Texts that the question brings along; else those of earlier turns."""
        sources = [text.text for found in source_sets(self._labelled)[:1] for text in found]
        own = [text.text for text in self._labelled if text.own]
        if sources:
            own = own or [text.text for text in self._labelled if not text.source]
        if own:
            return [text for text in dict.fromkeys(own) if text not in sources]
        for message in [self.question, *self.earlier]:
            found = [text for text in quoted(message) if text not in sources]
            if found or (found := blocks(message)):
                return list(dict.fromkeys(found))
        return []

    @property
    def brings_text(self) -> bool:
        """Whether a text stands in what students wrote: one that is found, or much more than a question."""
        students = [m.content or "" for m in self.messages if m.role == "user"]
        long = any(
            "\n" in text.strip() or len(text.split()) > _QUESTION or len(text) > 8 * _QUESTION for text in students
        )
        if long or self._labelled or quoted(self.question) or self.headings():
            return True
        calculates = is_ordered(self.plain) or bool(self.values)
        return bool(self.passages()) and not calculates

    def source_lists(self) -> list[str]:
        out = []
        for found in source_sets(self._labelled):
            out.append(as_json([{"id": text.name, "text": text.text} for text in found]))
        if out:
            return out
        texts = quoted(self.question)
        return [as_json([{"id": "source", "text": text}]) for text in texts] if len(texts) > 1 else []

    def headings(self) -> list[str]:
        """Lists that stand one below the other; else those between commas."""
        below = [list(entries) for entries in lists_below(self.question)]
        return [as_json(entries) for entries in below or map(list, lists_between(self.question))]

    def titles(self) -> list[str]:
        """Lists between commas; else those one below the other."""
        between = [list(entries) for entries in lists_between(self.question)]
        return [as_json(entries) for entries in between or map(list, lists_below(self.question))]

    @cached_property
    def own_words(self) -> str:
        """The question without the passages that it brings along."""
        text = self.question
        shown = [*quoted(text), *(t.text for t in self._labelled), "\n".join(text.split("\n")[1:])]
        for passage in sorted(shown, key=len, reverse=True):
            text = text.replace(passage, " ") if passage else text
        return text

    def names(self, choices: Sequence[str]) -> list[str]:
        """The choices whose names the question has."""
        said = re.sub(r"[\W_]+", "", self.question.lower())
        return [as_json(name) for name in choices if re.sub(r"[\W_]+", "", str(name).lower()) in said]

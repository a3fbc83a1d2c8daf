"""One parsed line as the checks see it: any shape is tolerated, so that a broken record still gets all its findings."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from tutorsmith.data.personal import find_personal
from tutorsmith.data.shape import Problem, item_problems, sample_problems

NOTES_LINE = re.compile(
    r"^[ \t>*_#]*(?:course notes[ \t]*\([ \t]*numbered excerpts|课程笔记[ \t]*[(（][ \t]*编号摘录)"
    r"[ \t]*[)）][ \t]*[:：]?",
    re.IGNORECASE | re.MULTILINE,
)
_QUESTION_LABEL = re.compile(r"^[ \t*#]*(?:question|问题|题目)[ \t*]*[:：][ \t*]*", re.IGNORECASE | re.MULTILINE)
_EXCERPT = re.compile(r"^[ \t]*\[\d{1,3}\].*(?:\n(?!\s*\n).*)*", re.MULTILINE)


DEFAULT_CONTEXT = 8192
"""Context of the embedded model, in tokens."""


@dataclass(frozen=True)
class Text:
    """One string of a record that a person or model reads. `trained` is false for turns kept out of the loss."""

    field: str
    role: str
    content: str
    trained: bool = True


@dataclass(frozen=True)
class Options:
    """What the caller gives to the checks.

    validators: functions from outside this layer by name: `key_points` takes one key point of a benchmark item and
    raises ValueError for one that cannot be scored; `count_tokens` takes a list of message objects and gives their
    length; `refusal` takes an answer and its question and gives a verdict with `is_refusal` and `kind`; `calculate`
    takes the arguments of a calculation and gives its `value`, `unit` and `text`, or `error` and `mend`.
    context: the longest sample in tokens (0: not checked).
    """

    validators: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    context: int = DEFAULT_CONTEXT


@dataclass(frozen=True)
class Record:
    """raw: the object of the line; benchmark: whether it is an item to be answered and not a sample to learn from."""

    file: str
    line: int
    raw: Mapping[str, Any]
    benchmark: bool
    options: Options = field(default_factory=Options)

    @cached_property
    def problems(self) -> tuple[Problem, ...]:
        """Problems of shape, each with its kind."""
        return tuple(item_problems(self.raw) if self.benchmark else sample_problems(self.raw))

    @cached_property
    def messages(self) -> list[tuple[int, Mapping[str, Any]]]:
        """(position, message) of those messages that are objects."""
        messages = self.raw.get("messages")
        return [(i, m) for i, m in enumerate(messages) if isinstance(m, dict)] if isinstance(messages, list) else []

    @cached_property
    def well_formed(self) -> bool:
        """Whether the roles and messages can be talked about as a dialogue."""
        known = {"system", "user", "assistant", "tool"}
        total = len(self.raw.get("messages") or ()) if isinstance(self.raw.get("messages"), list) else 0
        return bool(self.messages) and total == len(self.messages) and all(m.get("role") in known for m in self.roles())

    def roles(self) -> Iterator[Mapping[str, Any]]:
        for _, message in self.messages:
            yield message if isinstance(message.get("role"), str) else {}

    @cached_property
    def meta(self) -> Mapping[str, Any]:
        meta = self.raw.get("meta")
        return meta if isinstance(meta, dict) else {}

    @cached_property
    def id(self) -> str:
        value = self.raw.get("id")
        return value if isinstance(value, str) else ""

    @cached_property
    def texts(self) -> list[Text]:
        """All message texts, then the reference, then the strings inside key points."""
        out = []
        for index, message in self.messages:
            content, role = message.get("content"), message.get("role")
            if isinstance(content, str):
                trained = message.get("train", True) is not False
                out.append(Text(f"messages[{index}].content", role if isinstance(role, str) else "", content, trained))
        reference = self.raw.get("reference")
        if isinstance(reference, str):
            out.append(Text("reference", "assistant", reference))
        points = self.raw.get("key_points")
        for index, point in enumerate(points if isinstance(points, list) else []):
            out.extend(Text(f"key_points[{index}]", "key_point", text) for text in _strings(point))
        return out

    @cached_property
    def answers(self) -> list[Text]:
        """Texts that the model learns or that stand as a reference."""
        return [text for text in self.texts if text.role == "assistant" and text.trained]

    @cached_property
    def system(self) -> str:
        return "\n".join(text.content for text in self.texts if text.role == "system")

    @cached_property
    def instructions(self) -> str:
        """The system prompt without the notes that were appended to it."""
        found = NOTES_LINE.search(self.system)
        return self.system[: found.start()] if found else self.system

    @cached_property
    def user_turns(self) -> list[str]:
        """The user's questions in order, without excerpts that were put before them."""
        return [bare_question(text.content) for text in self.texts if text.role == "user"]

    @cached_property
    def final_answer(self) -> Text | None:
        """The last answer that is learnt, or the reference."""
        return self.answers[-1] if self.answers else None

    @cached_property
    def personal(self) -> list[tuple[str, str, str]]:
        """(field, kind, text) of all that stands for a person in any string but the ids."""
        return [
            (field, span.kind, text[span.start : span.end])
            for field, text in strings_of(self.raw)
            for span in find_personal(text)
        ]

    @property
    def is_refusal(self) -> bool:
        return self.raw.get("refusal_type") is not None


def bare_question(content: str) -> str:
    """A user turn without the numbered excerpts and the label ("Question:") that retrieval puts around it."""
    labels = list(_QUESTION_LABEL.finditer(content))
    if labels and content[labels[-1].end() :].strip():
        content = content[labels[-1].end() :]
    if "[1]" in content:
        rest = _EXCERPT.sub("", content)
        content = rest if rest.strip() else content
    return content.strip()


ID_KEYS = frozenset({"id", "tool_call_id"})


def strings_of(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    """(path, string) of all strings in a JSON value, except under ID_KEYS."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, part in value.items():
            if key not in ID_KEYS:
                yield from strings_of(part, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from strings_of(part, f"{path}[{index}]")


def _strings(value: object, depth: int = 0) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif depth < 4 and isinstance(value, dict):
        for part in value.values():
            yield from _strings(part, depth + 1)
    elif depth < 4 and isinstance(value, list):
        for part in value:
            yield from _strings(part, depth + 1)

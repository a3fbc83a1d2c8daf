"""What the notes are searched with: the words of a dialogue, weighted by what they tell about the question."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tutorsmith.data.schema import Message
from tutorsmith.data.words import words
from tutorsmith.retrieval.fields import families
from tutorsmith.retrieval.quantities import quantities, units

EARLIER = 0.4
"""Weight of the user's earlier turns: "And in vacuum?" is about what was asked before."""
ANSWER = 0.3
"""Weight of the answer before the question: the question goes on from it."""
QUOTED = 0.5
"""Weight of a passage that the student quotes: what is asked about a text is not what the text is about."""
ASKED = 1.5
"""Weight of a sentence that ends with a question mark; the others tell the circumstances."""
FAMILY_WEIGHT = 0.5
UNIT = 0.4
"""Weight of a unit and of each word of the quantities measured in it."""
WEIGHTS = (EARLIER, ANSWER, QUOTED, ASKED, FAMILY_WEIGHT, UNIT)
_PASSAGE = re.compile(r'"[^"]{25,}"|“[^”]{25,}”|「[^」]{12,}」|^> .*$', re.MULTILINE)
_SENTENCE = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])")


@dataclass(frozen=True, slots=True)
class Query:
    """Texts with their weights, the question itself last."""

    parts: tuple[tuple[str, float], ...]

    def __str__(self) -> str:
        """The question itself."""
        return self.parts[-1][0] if self.parts else ""

    def text(self) -> str:
        """The user's turns, for a model that reads whole texts."""
        return "\n".join(text for text, weight in self.parts if weight >= EARLIER)


def query_of(messages: Sequence[Message]) -> Query:
    """The last user turn, the user's turns before it, and the answer to which it replies."""
    turns = [message.content or "" for message in messages if message.role == "user"]
    if not turns:
        return Query(())
    asked = max(number for number, message in enumerate(messages) if message.role == "user")
    answers = [message.content for message in messages[:asked] if message.role == "assistant" and message.content]
    return Query(
        (*((answer, ANSWER) for answer in answers[-1:]), *((turn, EARLIER) for turn in turns[:-1]), (turns[-1], 1.0))
    )


def _weighed(text: str) -> Iterator[tuple[str, float]]:
    for passage in _PASSAGE.findall(text):
        yield passage, QUOTED
    for sentence in _SENTENCE.split(_PASSAGE.sub(" ", text)):
        yield sentence, ASKED if sentence.rstrip().endswith(("?", "？")) else 1.0


def terms(query: Query | str) -> dict[str, float]:
    """Word -> its weight, a repeated word counting by the square root of its weights' sum."""
    parts = query.parts if isinstance(query, Query) else ((query, 1.0),)
    plain: Counter[str] = Counter()
    measured: Counter[str] = Counter()
    for text, part in parts:
        for piece, weight in _weighed(text):
            for word in words(piece):
                plain[word] += part * weight  # type: ignore[assignment]
        for unit in dict.fromkeys(units(text)):
            for word in (unit, *words(quantities(unit))):
                measured[word] += part  # type: ignore[assignment]
    related: Counter[str] = Counter()
    for word, weight in plain.items():
        for family in families([word]):
            related[family] += weight
    out = {word: weight**0.5 for word, weight in plain.items()}
    out |= {family: FAMILY_WEIGHT * weight**0.5 for family, weight in related.items()}
    for word, weight in measured.items():
        out[word] = out.get(word, 0.0) + UNIT * weight
    return out

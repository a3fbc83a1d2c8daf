"""What a course knows: the words of its notes and of the questions that it answers, and its relations."""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from tutorsmith.data.words import words
from tutorsmith.evidence.cues import subject_words, text_words
from tutorsmith.evidence.formulas import Formulary, formulary
from tutorsmith.retrieval.index import Index
from tutorsmith.retrieval.search import ranking

_NOTES_ONLY = ("counts", "formulary", "calculates", "writes", "of_fields", "headings")
_TWICE = 2
"""A word of one question only may be what makes it strange; of two it belongs to the course."""


@dataclass(frozen=True)
class Course:
    """index: the notes. asked: words of questions that the course answers, besides those of the notes."""

    index: Index
    asked: frozenset[str] = frozenset()

    @cached_property
    def counts(self) -> Counter[str]:
        """In how many chunks each word stands."""
        return Counter(
            word for chunk in self.index.chunks for word in set(words(f"{chunk.title} {chunk.heading} {chunk.text}"))
        )

    @cached_property
    def formulary(self) -> Formulary:
        return formulary(self.index.chunks)

    @cached_property
    def calculates(self) -> bool:
        """Whether the notes hold relations enough to see what a calculation needs."""
        return sum(map(len, self.formulary.relations.values())) >= len(self.index.chunks) / 2

    @cached_property
    def writes(self) -> bool:
        """Whether it teaches writing: a third of its chunks speak of sentences, citations, captions and the like."""
        return self._speaks_of(text_words("parts and acts"))

    @cached_property
    def of_fields(self) -> bool:
        """Whether it teaches electromagnetic fields: a third of its chunks speak of flux, voltage, waveguides."""
        return self._speaks_of(subject_words("strong"))

    @cached_property
    def headings(self) -> frozenset[str]:
        """Words of the notes' headings that stand in one chunk of eight at most: "trough", not "example"."""
        most = len(self.index.chunks) / 8
        heard = {word for chunk in self.index.chunks for word in words(f"{chunk.title} {chunk.heading}")}
        return frozenset(word for word in heard if len(word) > 1 and self.counts[word] <= most)

    def _speaks_of(self, named: frozenset[str]) -> bool:
        chunks = self.index.chunks
        speak = sum(
            any(word in named for word in words(f"{chunk.title} {chunk.heading} {chunk.text}")) for chunk in chunks
        )
        return speak >= len(chunks) / 3

    def with_asked(self, asked: Iterable[str]) -> "Course":
        """The same notes, read once, with other words of answered questions."""
        made = Course(self.index, frozenset(asked))
        made.__dict__.update({k: v for k, v in self.__dict__.items() if k in _NOTES_ONLY})
        return made

    def weight(self, word: str) -> float:
        """Inverse document frequency; the greatest for a word that no chunk has."""
        return math.log1p(len(self.index.chunks) / (1 + self.counts.get(word, 0)))

    def unknown(self, text: str) -> float:
        """The share of the text's weight that lies in words unknown to the course."""
        content = [w for w in dict.fromkeys(words(text)) if not w[0].isdigit()]
        strange = [w for w in content if w not in self.counts and w not in self.asked]
        total = sum(map(self.weight, content))
        return sum(map(self.weight, strange)) / total if total else 0.0

    def search(self, text: str, k: int) -> list[tuple[int, float]]:
        """(position, score) of the best k chunks that share a word with the text."""
        return [entry for entry in ranking(self.index, text, k) if entry[1] > 0]


def asked_words(questions: Iterable[str]) -> frozenset[str]:
    """Words that two or more of the questions have."""
    seen = Counter(word for text in questions for word in set(words(text)))
    return frozenset(word for word, count in seen.items() if count >= _TWICE)

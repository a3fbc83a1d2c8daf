"""Question -> the chunks that fit it best, always in the same order."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tutorsmith.data.schema import Message
from tutorsmith.data.words import words
from tutorsmith.retrieval.chunk import Chunk
from tutorsmith.retrieval.index import Index

_SHORT_QUESTION = 6


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk as found: `chunk` is its number in `source`; `score` is BM25, comparable within one search only."""

    source: str
    chunk: int
    heading: str
    text: str
    score: float

    def as_dict(self) -> dict[str, Any]:
        """What a prediction keeps of it."""
        return {"source": self.source, "chunk": self.chunk, "score": round(self.score, 4)}


def hit_of(chunk: Chunk, score: float) -> Hit:
    return Hit(chunk.source, chunk.number, chunk.heading, chunk.text, score)


def ranking(index: Index, query: str) -> list[tuple[int, float]]:
    """(position in index.chunks, score) of all chunks, best first; ties stand in the order of the notes."""
    import numpy as np

    known = [word for word in words(query) if word in index.bm25.vocab_dict]
    if not known:
        return [(position, 0.0) for position in range(len(index.chunks))]
    scores = index.bm25.get_scores(known)
    order = np.argsort(-scores, kind="stable")
    return [(int(position), float(scores[position])) for position in order]


def search(index: Index, query: str, k: int) -> list[Hit]:
    """At most k chunks that share a word with the query, best first; none when no word is known."""
    return [hit_of(index.chunks[position], score) for position, score in ranking(index, query)[:k] if score > 0]


def query_of(messages: Sequence[Message]) -> str:
    """What to search with: the last user turn, with the one before it when it is too short to stand alone
    ("And in vacuum?")."""
    turns = [message.content or "" for message in messages if message.role == "user"]
    if len(turns) > 1 and len(words(turns[-1])) < _SHORT_QUESTION:
        return f"{turns[-2]}\n{turns[-1]}"
    return turns[-1] if turns else ""

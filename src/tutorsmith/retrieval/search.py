"""Question -> the chunks that fit it best, always in the same order."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tutorsmith.retrieval.chunk import Chunk
from tutorsmith.retrieval.dense import fused
from tutorsmith.retrieval.index import NEIGHBOUR, Index
from tutorsmith.retrieval.query import Query, query_of, terms

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Hit", "Query", "hit_of", "query_of", "ranking", "search"]

FUSED = 1000
"""Depth to which the rankings by words and by meaning are fused."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk as found: `chunk` is its number in `source`; `score` is comparable within one search only."""

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


def _by_words(index: Index, query: Query | str) -> "NDArray[np.float32]":
    """BM25F of all chunks; those that share no word with the query stay at 0."""
    own = index.bm25.score(terms(query))
    out = own.copy()
    out[1:] += NEIGHBOUR * own[:-1] * index.joined
    out[:-1] += NEIGHBOUR * own[1:] * index.joined
    out[own == 0] = 0
    return out


def _scores(index: Index, query: Query | str) -> "NDArray[np.float32]":
    """BM25F alone, or fused with the ranking by meaning where the index has vectors."""
    scores = _by_words(index, query)
    if index.dense is None:
        return scores
    words = _best(scores, FUSED)
    text = query.text() if isinstance(query, Query) else query
    meaning = _best(index.dense.cosines(text), FUSED)
    return fused(words[scores[words] > 0], meaning, len(scores))


def _best(scores: "NDArray[np.float32]", limit: int | None) -> "NDArray[np.int64]":
    """Positions by falling score, ties in order, at most `limit`."""
    import numpy as np

    if limit is None or limit >= len(scores):
        return np.argsort(-scores, kind="stable")
    least = np.partition(scores, len(scores) - limit)[len(scores) - limit]
    above = np.flatnonzero(scores > least)
    ties = np.flatnonzero(scores == least)[: limit - len(above)]
    near = np.sort(np.concatenate([above, ties]))
    return near[np.argsort(-scores[near], kind="stable")]


def ranking(index: Index, query: Query | str, limit: int | None = None) -> list[tuple[int, float]]:
    """(position in index.chunks, score) of all chunks or the best `limit`; ties stand in the order of the notes."""
    scores = _scores(index, query)
    return [(int(position), float(scores[position])) for position in _best(scores, limit)]


def search(index: Index, query: Query | str, k: int) -> list[Hit]:
    """At most k chunks that share a word with the query, best first; none when no word is known."""
    return [hit_of(index.chunks[position], score) for position, score in ranking(index, query, k) if score > 0]

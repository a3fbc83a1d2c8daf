"""BM25F: one score from several fields of a document, each with its own weight and length.

tf(t, d)    = sum over fields f of  weight_f * count_f(t, d) / (1 - b + b * length_f(d) / mean length_f)
score(q, d) = sum over t in q of  weight_q(t) * idf(t) * tf / (k1 + tf),   idf = ln(1 + (N - n + 0.5) / (n + 0.5))

Robertson, Zaragoza & Taylor, "Simple BM25 Extension to Multiple Weighted Fields" (2004); the idf is Lucene's, never
negative. Everything but the query's weights is computed when the index is built, so that a search only adds columns.

postings of term t: documents[starts[t]:starts[t+1]], scores[starts[t]:starts[t+1]]
"""

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_FILE = "bm25.npz"


@dataclass(frozen=True, slots=True)
class Field:
    """weight: how much one word of the field counts; b: from 0, length plays no part, to 1, only the density counts."""

    weight: float
    b: float


@dataclass(frozen=True)
class Bm25F:
    """The postings. terms: word -> its number; size: count of documents."""

    terms: Mapping[str, int]
    starts: "NDArray[np.int64]"
    documents: "NDArray[np.int32]"
    scores: "NDArray[np.float32]"
    size: int

    def score(self, query: Mapping[str, float]) -> "NDArray[np.float32]":
        """Scores of all documents, shape (size,), for the weighted words of a query; unknown words count nothing."""
        import numpy as np

        out = np.zeros(self.size, dtype=np.float32)
        for word, weight in query.items():
            number = self.terms.get(word)
            if number is not None:
                span = slice(self.starts[number], self.starts[number + 1])
                out[self.documents[span]] += np.float32(weight) * self.scores[span]
        return out


def build(documents: Iterable[Mapping[str, Sequence[str]]], fields: Mapping[str, Field], k1: float) -> Bm25F:
    """documents: of each the words of each field; fields that are not in `fields` are left out."""
    import numpy as np

    terms: dict[str, int] = {}
    columns: dict[str, tuple[Any, Any, Any]] = {name: (array("i"), array("i"), array("f")) for name in fields}
    lengths: dict[str, Any] = {name: array("i") for name in fields}
    for position, document in enumerate(documents):
        for name, (word_column, document_column, count_column) in columns.items():
            words = document.get(name, ())
            lengths[name].append(len(words))
            for word, count in Counter(words).items():
                word_column.append(terms.setdefault(word, len(terms)))
                document_column.append(position)
                count_column.append(count)
    size = len(next(iter(lengths.values())))
    keys, frequencies = _frequencies(columns, lengths, fields, size)
    numbers, places = np.divmod(keys, max(1, size))
    starts = np.searchsorted(numbers, np.arange(len(terms) + 1))
    holders = np.diff(starts)
    idf = np.log1p((size - holders + 0.5) / (holders + 0.5))
    scores = frequencies / (k1 + frequencies) * np.repeat(idf, holders)
    return Bm25F(terms, starts.astype(np.int64), places.astype(np.int32), scores.astype(np.float32), size)


def _frequencies(
    columns: Mapping[str, tuple[Any, Any, Any]], lengths: Mapping[str, Any], fields: Mapping[str, Field], size: int
) -> tuple[Any, Any]:
    """(term * size + document, in order; the weighted frequency tf of each such pair)."""
    import numpy as np

    all_keys, all_counts = [], []
    for name, (word_column, document_column, count_column) in columns.items():
        field, length = fields[name], np.asarray(lengths[name], dtype=np.float64)
        norm = 1 - field.b + field.b * length / max(length.mean() if size else 1.0, 1e-9)
        places = np.asarray(document_column, dtype=np.int64)
        all_keys.append(np.asarray(word_column, dtype=np.int64) * size + places)
        all_counts.append(field.weight * np.asarray(count_column, dtype=np.float64) / norm[places])
    keys, inverse = np.unique(np.concatenate(all_keys), return_inverse=True)
    return keys, np.bincount(inverse, weights=np.concatenate(all_counts), minlength=len(keys))


def save(bm25: Bm25F, folder: Path) -> None:
    """Write the postings into a folder. Raises: OSError."""
    import numpy as np

    words = np.frombuffer("\n".join(bm25.terms).encode("utf-8"), dtype=np.uint8)
    np.savez(
        folder / _FILE, words=words, starts=bm25.starts, documents=bm25.documents, scores=bm25.scores, size=bm25.size
    )


def load(folder: Path) -> Bm25F:
    """Read saved postings. Raises: OSError, ValueError, KeyError or EOFError when they are missing or damaged."""
    import numpy as np

    with np.load(folder / _FILE, allow_pickle=False) as saved:
        words = saved["words"].tobytes().decode("utf-8").split("\n")
        bm25 = Bm25F(
            {word: number for number, word in enumerate(words)},
            saved["starts"],
            saved["documents"],
            saved["scores"],
            int(saved["size"]),
        )
    if len(bm25.terms) + 1 != len(bm25.starts) or bm25.starts[-1] != len(bm25.scores):
        raise ValueError("its parts do not belong together")
    return bm25

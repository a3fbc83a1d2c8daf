"""Optional search by meaning: chunks and questions as vectors of a sentence-transformers model, fused with BM25F.

chunks ──► encoder ──► vectors (chunks, d), unit length, kept in the cache by the hash of model and texts, a file each
question ──► encoder ──► vector (d,) ──► cosines ──► ranks ──► reciprocal rank fusion

fused(d) = sum over rankings of weight / (60 + rank of d): Cormack, Clarke & Buettcher, "Reciprocal Rank Fusion
outperforms Condorcet and individual Rank Learning Methods" (2009), with their constant.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tutorsmith.core.artifacts import hash_value, writing_to
from tutorsmith.core.cache import kept_folder
from tutorsmith.core.errors import ModelError, UsageError
from tutorsmith.retrieval.chunk import Chunk

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FUSION = 60
MEANING = 0.3
"""Weight of the ranking by meaning beside that by words. At 1 the answers' formulas are found less often: small models
read the beginning of a chunk only, and formulas badly."""
_FILE = "vectors.npy"


@dataclass(frozen=True)
class Dense:
    """vectors: of the chunks, shape (chunks, d), float32, each of length 1; model: a name or folder."""

    model: str
    vectors: "NDArray[np.float32]"

    def cosines(self, question: str) -> "NDArray[np.float32]":
        """Of the question with every chunk, shape (chunks,). Raises: as `encoder`."""
        found: NDArray[np.float32] = self.vectors @ _encoded(self.model, [question])[0]
        return found


@lru_cache(maxsize=2)
def encoder(model: str) -> Any:
    """The sentence-transformers model of this name or folder, on the CPU.

    Raises: UsageError when sentence-transformers is not installed; ModelError when the model cannot be loaded.
    """
    try:
        from sentence_transformers import SentenceTransformer
    except ModuleNotFoundError as error:
        raise UsageError(
            "search by meaning needs sentence-transformers",
            where="dense_model",
            mend="pip install 'tutorsmith[dense]', or leave dense_model empty",
        ) from error
    try:
        return SentenceTransformer(model, device="cpu")
    except (OSError, ValueError, KeyError) as error:
        raise ModelError(
            f"no sentence-transformers model can be loaded ({error})",
            where=f"dense_model={model}",
            mend="give the folder of such a model, or a name on the hub",
        ) from error


def _encoded(model: str, texts: Sequence[str]) -> "NDArray[np.float32]":
    import numpy as np

    found = encoder(model).encode(
        list(texts), batch_size=16, normalize_embeddings=True, convert_to_numpy=True, show_progress_bar=False
    )
    return np.asarray(found, dtype=np.float32)


def identity(model: str) -> list[object]:
    """What tells a model from others: its name, and of a folder the files with their sizes."""
    folder = Path(model)
    files = sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else []
    return [model, [[path.relative_to(folder).as_posix(), path.stat().st_size] for path in files]]


def _text(chunk: Chunk) -> str:
    return ". ".join(part for part in (chunk.title, chunk.heading, chunk.text) if part)


def embed(chunks: Sequence[Chunk], model: str, cache: Path | None) -> Dense:
    """The vectors of all chunks; those of files that did not change come from the cache.

    Raises: as `encoder`; ResourceError when the cache cannot be written.
    """
    import numpy as np

    parts = [
        _kept([_text(chunk) for chunk in group], model, cache)
        for _, group in groupby(chunks, key=lambda chunk: chunk.source.partition("#")[0])
    ]
    return Dense(model, np.concatenate(parts))


def _kept(texts: Sequence[str], model: str, cache: Path | None) -> "NDArray[np.float32]":
    import numpy as np

    if cache is None:
        return _encoded(model, texts)

    def make(place: Path) -> None:
        vectors = _encoded(model, texts)
        with writing_to(place):
            np.save(place / _FILE, vectors)

    name = hash_value([identity(model), list(texts)]).removeprefix("sha256:")[:32]
    loaded: NDArray[np.float32] = np.load(kept_folder(cache / f"dense-{name}", make) / _FILE, allow_pickle=False)
    return loaded


def cut_short(chunks: Iterable[Chunk], model: str) -> int:
    """How many chunks are longer than the model reads: of those it knows the beginning only."""
    known = encoder(model)
    longest = known.max_seq_length
    if not longest:
        return 0
    tokens = known.tokenizer([_text(chunk) for chunk in chunks], truncation=False, verbose=False)["input_ids"]
    return sum(len(ids) > longest for ids in tokens)


def fused(words: "NDArray[np.int64]", meaning: "NDArray[np.int64]", size: int) -> "NDArray[np.float32]":
    """Scores of reciprocal rank fusion, shape (size,), from two rankings of positions, best first, of any length."""
    import numpy as np

    out = np.zeros(size, dtype=np.float32)
    for ranked, weight in ((words, 1.0), (meaning, MEANING)):
        out[ranked] += weight / (FUSION + 1 + np.arange(len(ranked), dtype=np.float32))
    return out

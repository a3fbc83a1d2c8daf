"""Search by meaning, with a stand-in for the model: texts are vectors of the topics that they name."""

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

import numpy as np
import pytest

from tutorsmith.core.errors import ModelError, UsageError
from tutorsmith.retrieval import dense
from tutorsmith.retrieval.index import open_index
from tutorsmith.retrieval.search import search

TOPICS = (("hoop", "ring"), ("ball", "sphere"), ("pipe", "waveguide"))


class Model:
    """max_seq_length counts words here."""

    max_seq_length = 6
    encoded: ClassVar[list[str]] = []

    def __init__(self, name: str, device: str) -> None:
        assert device == "cpu"
        if name == "none":
            raise OSError("no such model")
        self.tokenizer = lambda texts, **_: {"input_ids": [text.split() for text in texts]}

    def encode(self, texts: list[str], **_: Any) -> Any:
        Model.encoded += texts
        rows = np.array([[1e-3 + sum(word in text.lower() for word in topic) for topic in TOPICS] for text in texts])
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.fixture
def notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    module = ModuleType("sentence_transformers")
    module.SentenceTransformer = Model  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "sentence_transformers", module)
    monkeypatch.setattr(Model, "encoded", [])
    dense.encoder.cache_clear()
    folder = tmp_path / "notes"
    folder.mkdir()
    for name, text in {
        "a": "A ring of charge.",
        "b": "A sphere of charge.",
        "c": "A waveguide has modes of its own.",
    }.items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    yield folder
    dense.encoder.cache_clear()


def test_another_word_for_it_is_found(notes: Path) -> None:
    assert search(open_index([notes]), "hoop", 1) == []
    assert search(open_index([notes], None, "m"), "hoop", 1)[0].source == "a.md"
    assert search(open_index([notes], None, "m"), "What of a sphere?", 1)[0].source == "b.md"


def test_vectors_are_kept_until_their_file_changes(notes: Path, tmp_path: Path) -> None:
    first = open_index([notes], tmp_path / "cache", "m")
    assert len(Model.encoded) == 3
    assert open_index([notes], tmp_path / "cache", "m").content_hash == first.content_hash
    assert len(Model.encoded) == 3
    (notes / "b.md").write_text("A ball of charge.", encoding="utf-8")
    changed = open_index([notes], tmp_path / "cache", "m")
    assert Model.encoded[3:] == ["A ball of charge."] and changed.content_hash != first.content_hash


def test_the_model_is_part_of_the_hash_and_what_it_cannot_read_is_said(notes: Path) -> None:
    plain, one, other = (open_index([notes], None, name) for name in ("", "m", "n"))
    assert len({plain.content_hash, one.content_hash, other.content_hash}) == 3
    assert one.remarks == ("m reads only the beginning of 1 of 3 chunks; words count whole",) and plain.remarks == ()


def test_a_missing_library_or_model_is_an_error_with_a_mend(notes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ModelError, match="none"):
        open_index([notes], None, "none")
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(UsageError, match="sentence-transformers") as caught:
        open_index([notes], None, "another")
    assert "tutorsmith[dense]" in str(caught.value.mend)


def test_a_folder_is_known_by_its_files(tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(b"12")
    before = dense.identity(str(tmp_path))
    (tmp_path / "model.bin").write_bytes(b"123")
    assert dense.identity(str(tmp_path)) != before


def test_fusion_by_hand() -> None:
    words, meaning = np.array([2, 0]), np.array([1, 2, 0])
    found = dense.fused(words, meaning, 4)
    weight = dense.MEANING
    assert found.tolist() == pytest.approx([1 / 62 + weight / 63, weight / 61, 1 / 61 + weight / 62, 0])

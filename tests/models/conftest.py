"""Tiny models on disk, one of each architecture in use; no test reaches a network or the user's own caches."""

from pathlib import Path
from typing import Any

import pytest
from tiny_models import TEMPLATES, make_model, make_tokenizer


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every test has its own empty cache, and no hub settings but its own."""
    monkeypatch.setenv("TUTORSMITH_CACHE", str(tmp_path / "cache"))
    for name in ("USE_MODELSCOPE", "HF_TOKEN", "HF_ENDPOINT", "MODELSCOPE_ENDPOINT", "MODELSCOPE_API_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    return tmp_path / "cache"


@pytest.fixture(scope="session")
def model_folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Folders of tiny random models by kind. Tests must not write into them."""
    root = tmp_path_factory.mktemp("tiny-models")
    return {kind: make_model(root / kind, kind) for kind in TEMPLATES}


@pytest.fixture(scope="session")
def tokenizers() -> dict[str, Any]:
    """Tokenizers by the kind of their chat template."""
    return {kind: make_tokenizer(template) for kind, template in TEMPLATES.items()}

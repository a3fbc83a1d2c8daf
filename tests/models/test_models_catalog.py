"""The catalogue's rows say only what the rest of the program and the hubs can use."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from pydantic import TypeAdapter

from tutorsmith.models.catalog import CATALOG, EMBEDDED_SHA256, ModelRow, find_row
from tutorsmith.pipeline.settings import STEP_SETTINGS, gather

FIELDS = {name: field for cls in STEP_SETTINGS for name, field in cls.model_fields.items()}


@pytest.mark.parametrize("row", CATALOG.values(), ids=lambda row: row.name)
def test_recommended_settings_are_real_and_valid(row: ModelRow) -> None:
    assert set(row.recommended) <= set(FIELDS)
    assert "model_name_or_path" not in row.recommended
    resolved: Mapping[str, Mapping[str, Any]] = gather(None, None, [f"model_name_or_path={row.name}"]).as_dict()
    for key, value in row.recommended.items():
        assert resolved[key] == {"value": value, "source": f"recommended for {row.name}"}


@pytest.mark.parametrize("row", CATALOG.values(), ids=lambda row: row.name)
def test_a_row_is_plausible(row: ModelRow) -> None:
    assert row.name == row.name.lower()
    assert CATALOG[row.name] is row
    assert set(row.sources) == {"huggingface", "modelscope"}
    assert all(repository.count("/") == 1 for repository in row.sources.values())
    assert row.context in (8192, 32768, 40960)
    assert row.licence in ("Apache-2.0", "Qwen Research")
    # The size in a name is rounded: 0.494 billion parameters are called 0.5b.
    size = row.name.rpartition("-")[2]
    named = float(size[:-1]) / (1000 if size.endswith("m") else 1)
    assert abs(row.parameters - named) <= 0.1 * named
    assert all(size.lower() in repository.lower() for repository in row.sources.values())
    TypeAdapter(dict[str, int | float]).validate_python(dict(row.recommended))
    json.dumps(dict(row.recommended))


def test_every_model_of_the_family_is_there() -> None:
    qwen25 = {f"qwen2.5-{size}" for size in ("0.5b", "1.5b", "3b", "7b")}
    qwen3 = {f"qwen3-{size}" for size in ("0.6b", "1.7b", "4b", "8b")}
    assert set(CATALOG) == {"smollm2-135m"} | qwen25 | qwen3
    assert [row.name for row in CATALOG.values() if row.embedded] == ["smollm2-135m"]
    assert len(EMBEDDED_SHA256) == len("sha256:") + 64


@pytest.mark.parametrize("name", ["qwen3-8b", "Qwen3-8B", "Qwen/Qwen3-8B", "qwen/qwen3-8b"])
def test_a_row_is_found_by_name_and_hub_id(name: str) -> None:
    assert find_row(name) is CATALOG["qwen3-8b"]


@pytest.mark.parametrize("name", ["", "qwen3", "Qwen/Qwen3-8B-Base", "someone/Qwen3-8B", "./qwen3-8b"])
def test_other_names_are_outside_the_catalogue(name: str) -> None:
    assert find_row(name) is None

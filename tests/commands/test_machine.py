"""What doctor recommends and says, the catalogue's listing, and where init refuses to write."""

import json
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from tutorsmith.commands import machine
from tutorsmith.core.errors import ModelError, ResourceError, UsageError
from tutorsmith.models.catalog import CATALOG
from tutorsmith.models.load import ROOMY


@pytest.mark.parametrize(
    ("gpu_gib", "model", "quantization"),
    [
        (0.0, "smollm2-135m", "none"),
        (1.0, "smollm2-135m", "none"),
        (1.5, "qwen3-0.6b", "4bit"),
        (3.0, "qwen3-1.7b", "4bit"),
        (6.0, "qwen3-4b", "4bit"),
        (8.0, "qwen3-8b", "4bit"),
        (24.0, "qwen3-8b", "4bit"),
        (79.2, "qwen3-8b", "none"),
    ],
)
def test_the_recommended_model_is_the_largest_that_fits(gpu_gib: float, model: str, quantization: str) -> None:
    choice = machine.recommend(gpu_gib)
    assert (choice["model"], choice["quantization"]) == (model, quantization)
    if gpu_gib:
        assert f"{gpu_gib:g} GiB" in choice["why"]


def test_the_recommended_quantization_is_what_auto_would_be() -> None:
    assert machine.ROOMY == ROOMY


def test_recommending_more_memory_never_gives_a_smaller_model() -> None:
    sizes = [CATALOG[machine.recommend(gib / 4)["model"]].parameters for gib in range(400)]
    assert sizes == sorted(sizes)
    assert sizes[0] < sizes[-1]


def _torch(cards: list[tuple[str, int]]) -> ModuleType:
    """A torch that sees these cards: (name, GiB)."""
    fake = ModuleType("torch")
    fake.__version__ = "2.99+cpu"
    properties = [SimpleNamespace(name=name, total_memory=gib * 2**30) for name, gib in cards]
    fake.cuda = SimpleNamespace(device_count=lambda: len(cards), get_device_properties=properties.__getitem__)  # type: ignore[attr-defined]
    fake.version = SimpleNamespace(cuda=None)  # type: ignore[attr-defined]
    return fake


def _examined(monkeypatch: pytest.MonkeyPatch, cards: list[tuple[str, int]]) -> dict[str, object]:
    monkeypatch.setitem(sys.modules, "torch", _torch(cards))
    monkeypatch.setattr(machine, "at_hand", lambda row: row.embedded)
    return machine.examine()


def test_the_largest_of_several_cards_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    found = _examined(monkeypatch, [("small", 4), ("large", 12)])
    assert found["gpus"] == [{"name": "small", "memory_gib": 4.0}, {"name": "large", "memory_gib": 12.0}]
    assert found["choice"]["model"] == "qwen3-8b"  # type: ignore[index]
    assert "qwen3-8b is not here yet: the first run fetches it" in found["advice"]  # type: ignore[operator]


def test_four_bits_without_bitsandbytes_is_told_with_the_mend(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine.importlib.util, "find_spec", lambda _name: None)
    advice = _examined(monkeypatch, [("card", 8)])["advice"]
    assert any("pip install 'tutorsmith[qlora]'" in line for line in advice)  # type: ignore[attr-defined]


def test_a_driver_that_torch_cannot_use_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine.shutil, "which", lambda name: f"/bin/{name}")
    found = _examined(monkeypatch, [])
    assert found["gpus"] == []
    assert found["advice"] == ["there is an NVIDIA driver, but torch 2.99+cpu (built without CUDA) sees no card"]


def test_a_torch_that_cannot_be_imported_is_a_finding_not_a_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.setattr(machine, "at_hand", lambda row: row.embedded)
    found = machine.examine()
    assert found["choice"]["model"] == "smollm2-135m"
    assert found["advice"][0].startswith("torch cannot be imported")


def test_a_missing_embedded_model_is_told_with_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(_name: str) -> None:
        raise ModelError("the embedded model is not installed")

    monkeypatch.setattr(machine, "resolve_model", absent)
    monkeypatch.setitem(sys.modules, "torch", _torch([]))
    monkeypatch.setattr(machine.shutil, "which", lambda _name: None)
    monkeypatch.setattr(machine.hub, "cached", lambda _name, _row: iter(()))
    found = machine.examine()
    assert not any(found["models"].values())
    assert found["advice"] == [f"the embedded model is not installed: {machine.INSTALL_EMBEDDED}"]


def test_half_a_model_in_a_hubs_cache_is_not_at_hand(
    monkeypatch: pytest.MonkeyPatch, tiny_model: Path, tmp_path: Path
) -> None:
    row = CATALOG["qwen3-0.6b"]
    monkeypatch.setattr(machine.hub, "cached", lambda _name, _row: iter([(tmp_path, "a hub")]))
    (tmp_path / "config.json").write_bytes((tiny_model / "config.json").read_bytes())
    assert not machine.at_hand(row)
    monkeypatch.setattr(machine.hub, "cached", lambda _name, _row: iter([(tmp_path, "a hub"), (tiny_model, "other")]))
    assert machine.at_hand(row)


def test_memory_is_the_containers_where_it_has_a_limit(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    limit = tmp_path / "memory.max"
    monkeypatch.setattr(machine, "_LIMIT", limit)
    whole = machine._memory()
    limit.write_text("max\n")
    assert machine._memory() == whole
    limit.write_text(f"{2**20}\n")
    assert machine._memory() == 2**20
    limit.write_text(f"{2 * whole}\n")
    assert machine._memory() == whole


def test_doctor_prints_the_same_as_a_table_and_as_json(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "torch", _torch([("Card [X]", 8)]))
    monkeypatch.setattr(machine, "at_hand", lambda row: row.embedded)
    monkeypatch.setenv("COLUMNS", "200")
    machine.doctor_command(True)
    found = json.loads(capsys.readouterr().out)
    machine.doctor_command(False)
    shown = capsys.readouterr().out
    assert "Card [X] (8.0 GiB)" in shown
    assert f"{found['cpu']['cores']} cores, {found['cpu']['memory_gib']} GiB" in shown
    assert found["choice"]["why"] in shown
    assert "tutorsmith run STAGE --model qwen3-8b" in shown
    assert "qlora" in found["extras"]
    assert "dev" not in found["extras"]


def test_models_lists_every_row_of_the_catalogue(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(machine, "at_hand", lambda row: row.embedded)
    machine.models_command(True)
    listed = {row["name"]: row for row in json.loads(capsys.readouterr().out)}
    assert list(listed) == list(CATALOG)
    assert listed["smollm2-135m"]["here"]
    assert listed["smollm2-135m"]["recommended"] == dict(CATALOG["smollm2-135m"].recommended)
    assert listed["qwen3-8b"]["sources"]["modelscope"] == "Qwen/Qwen3-8B"
    machine.models_command(False)
    shown = capsys.readouterr().out
    lines = {line.split()[0]: line for line in shown.splitlines() if line.split()[:1] and line.split()[0] in CATALOG}
    assert list(lines) == list(CATALOG)
    assert "yes" in lines["smollm2-135m"].split()
    assert "no" in lines["qwen3-8b"].split()
    assert "num_train_epochs=6" in shown


def test_init_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / "notes.md").write_text("mine")
    with pytest.raises(UsageError, match="not empty"):
        machine.init_command(tmp_path)
    with pytest.raises(UsageError, match="is a file"):
        machine.init_command(tmp_path / "notes.md")
    with pytest.raises(ResourceError, match="Not a directory"):
        machine.init_command(tmp_path / "notes.md" / "course")
    assert [path.name for path in tmp_path.iterdir()] == ["notes.md"]
    assert (tmp_path / "notes.md").read_text() == "mine"


def test_a_copying_that_was_cut_short_leaves_no_project_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    written: list[str] = []

    def full_disk(path: Path, _data: bytes) -> None:
        written.append(path.name)
        if path.name == machine.PROJECT_FILE:
            raise ResourceError("cannot write: No space left on device")

    monkeypatch.setattr(machine, "write_bytes", full_disk)
    with pytest.raises(ResourceError):
        machine.init_command(tmp_path / "course")
    assert written.count(machine.PROJECT_FILE) == 1
    assert written[-1] == machine.PROJECT_FILE
    assert len(written) > 5

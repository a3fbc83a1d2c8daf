"""Save and resume a run exactly: adapter, best adapter, optimizer, random states, place in the data."""

import io
import json
import os
import pickle
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save

from tutorsmith.core.artifacts import make_folder, read_json, writing_to
from tutorsmith.core.errors import DataError


@dataclass
class Place:
    """Where a run stands. `step` counts optimizer steps, `index` those done in this `epoch` (both 0-based counts)."""

    step: int = 0
    epoch: int = 0
    index: int = 0
    best_loss: float | None = None
    best_step: int = 0
    worse: int = 0
    history: list[dict[str, float]] = field(default_factory=list)


@dataclass
class Snapshot:
    """All that a run needs to go on as if it had never stopped."""

    place: Place
    adapter: dict[str, torch.Tensor]
    best: dict[str, torch.Tensor] | None
    optimizer: dict[str, Any]
    rng: dict[str, Any]


def rng_state() -> dict[str, Any]:
    """The random states that dropout draws from; the order of the data follows from the seed and the epoch."""
    state: dict[str, Any] = {"torch": torch.get_rng_state()}
    if torch.cuda.is_available():
        state["cuda"] = torch.cuda.get_rng_state_all()
    return state


def restore_rng(state: Mapping[str, Any]) -> None:
    torch.set_rng_state(state["torch"])
    if "cuda" in state and torch.cuda.is_available():
        torch.cuda.set_rng_state_all(state["cuda"])


def save_checkpoint(folder: Path, snapshot: Snapshot, identity: Mapping[str, str]) -> Path:
    """Write `folder/step-N` and remove older ones; a kill leaves one of them whole. Raises: ResourceError."""
    make_folder(folder)
    target = _unused(folder / f"step-{snapshot.place.step:06d}")
    with writing_to(folder):
        scratch = Path(tempfile.mkdtemp(prefix=".writing-", dir=folder))
        try:
            # In memory first: on a full disk torch and safetensors raise errors of their own kinds.
            (scratch / "adapter.safetensors").write_bytes(save(snapshot.adapter))
            if snapshot.best is not None:
                (scratch / "best.safetensors").write_bytes(save(snapshot.best))
            optimizer = io.BytesIO()
            torch.save({"optimizer": snapshot.optimizer, "rng": snapshot.rng}, optimizer)
            (scratch / "optimizer.pt").write_bytes(optimizer.getbuffer())
            state = {"identity": dict(identity), "place": asdict(snapshot.place)}
            (scratch / "state.json").write_text(json.dumps(state), encoding="utf-8")
            for file in (*scratch.iterdir(), scratch):
                _flush(file)
            os.replace(scratch, target)
        except BaseException:
            shutil.rmtree(scratch, ignore_errors=True)
            raise
        for old in folder.iterdir():
            if old != target:
                shutil.rmtree(old, ignore_errors=True)
    return target


def _unused(path: Path) -> Path:
    """A step is saved twice when a signal comes right behind its epoch: the first stays until the second is whole."""
    number = 0
    while (found := path.with_name(f"{path.name}.{number}")).exists():
        number += 1
    return found


def _flush(path: Path) -> None:
    """Have the system write a file or a folder's entries to the disk before the checkpoint gets its name."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def identity_of(path: Path) -> dict[str, str]:
    """What a checkpoint belongs to. Raises: DataError when it is damaged."""
    state = read_json(path / "state.json")
    if not isinstance(state, dict) or not isinstance(state.get("identity"), dict) or "place" not in state:
        raise _damaged(path, "state.json lacks its parts")
    return dict(state["identity"])


def _damaged(path: Path, why: object) -> DataError:
    return DataError(f"the checkpoint is damaged: {why}", where=str(path), mend="start anew with --fresh")


def find_checkpoint(folder: Path) -> Path | None:
    """The newest whole checkpoint, or None."""
    if not folder.is_dir():
        return None
    found = [p for p in folder.glob("step-*") if (p / "state.json").is_file()]
    return max(found, key=lambda p: (p.stat().st_mtime_ns, p.name), default=None)


def load_checkpoint(path: Path, identity: Mapping[str, str]) -> Snapshot:
    """Raises: DataError when the checkpoint belongs to other data, another model or other settings, or is damaged."""
    known = identity_of(path)
    differing = [name for name, value in identity.items() if known.get(name) != value]
    if differing:
        raise DataError(
            f"the checkpoint belongs to a run with other {' and '.join(differing)}",
            where=str(path),
            mend="restore what it was started with, give another --output-dir, or start anew with --fresh",
        )
    best = path / "best.safetensors"
    try:
        saved = torch.load(path / "optimizer.pt", weights_only=True)
        return Snapshot(
            place=Place(**read_json(path / "state.json")["place"]),
            adapter=load_file(path / "adapter.safetensors"),
            best=load_file(best) if best.is_file() else None,
            optimizer=saved["optimizer"],
            rng=saved["rng"],
        )
    except (SafetensorError, pickle.UnpicklingError, RuntimeError, OSError, EOFError, KeyError, TypeError) as error:
        raise _damaged(path, error) from error


def drop_checkpoints(folder: Path) -> None:
    if folder.is_dir():
        shutil.rmtree(folder)

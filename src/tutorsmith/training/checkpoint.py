"""Save and resume a run exactly: adapter, best adapter, optimizer, random states, place in the data."""

import io
import json
import os
import random
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
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
    """The random states that dropout and shuffling draw from."""
    state: dict[str, Any] = {"torch": torch.get_rng_state(), "python": repr(random.getstate())}
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
    target = folder / f"step-{snapshot.place.step:06d}"
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
            if target.exists():
                shutil.rmtree(target)
            os.replace(scratch, target)
        except BaseException:
            shutil.rmtree(scratch, ignore_errors=True)
            raise
        for old in folder.iterdir():
            if old != target:
                shutil.rmtree(old, ignore_errors=True)
    return target


def find_checkpoint(folder: Path) -> Path | None:
    """The newest whole checkpoint, or None."""
    if not folder.is_dir():
        return None
    found = sorted(p for p in folder.glob("step-*") if (p / "state.json").is_file())
    return found[-1] if found else None


def load_checkpoint(path: Path, identity: Mapping[str, str]) -> Snapshot:
    """Raises: DataError when the checkpoint belongs to other data, another model or other settings, naming which."""
    state = read_json(path / "state.json")
    differing = [name for name, value in identity.items() if state["identity"].get(name) != value]
    if differing:
        raise DataError(
            f"the checkpoint belongs to a run with other {' and '.join(differing)}",
            where=str(path),
            mend="restore what it was started with, give another --output-dir, or start anew with --fresh",
        )
    saved = torch.load(path / "optimizer.pt", weights_only=True)
    best = path / "best.safetensors"
    return Snapshot(
        place=Place(**state["place"]),
        adapter=load_file(path / "adapter.safetensors"),
        best=load_file(best) if best.is_file() else None,
        optimizer=saved["optimizer"],
        rng=saved["rng"],
    )


def drop_checkpoints(folder: Path) -> None:
    if folder.is_dir():
        shutil.rmtree(folder)

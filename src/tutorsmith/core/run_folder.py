"""A finished run's folder: whose stage it is, and whether its parts belong together."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tutorsmith.core.artifacts import (
    ADAPTER_WEIGHTS,
    MANIFEST,
    hash_file,
    hash_value,
    predictions_name,
    probe_name,
    read_json,
    report_name,
)
from tutorsmith.core.errors import DataError

_AGAIN = "run `tutorsmith run` for this stage again"
_PARTS = frozenset({"stage", "data", "model", "settings", "seeds", "predictions"})


class Mismatch(DataError):
    """The files of a folder come from different runs."""


def stage_of(folder: Path) -> str:
    """The stage whose report a run folder holds. Raises: DataError when there is none, or more than one."""
    if not folder.is_dir():
        raise DataError("no such run folder", where=str(folder), mend="give the folder that a run wrote")
    found = sorted(folder.glob("eval_report_*.json"))
    if len(found) != 1:
        count = "no" if not found else "more than one"
        raise DataError(f"{count} eval_report_STAGE.json here", where=str(folder), mend="give the folder of one run")
    return found[0].stem.removeprefix("eval_report_")


def read_manifest(folder: Path) -> dict[str, Any]:
    """Raises: DataError when there is none, or when it is not what a run writes."""
    file = folder / MANIFEST
    manifest = read_json(file)
    whole = isinstance(manifest, dict) and set(manifest) >= _PARTS
    if not whole or not all(isinstance(manifest[key], Mapping) for key in ("data", "model", "predictions")):
        raise DataError("not the manifest of a run", where=str(file), mend=_AGAIN)
    return dict(manifest)


def predictions_file(folder: Path, stage: str, system: str) -> Path:
    """Where a system's answers stand; those of the run's product bear no system's name."""
    named = folder / predictions_name(stage, system)
    return named if named.is_file() else folder / predictions_name(stage)


def verify_manifest(folder: Path, stage: str) -> None:
    """Raises: Mismatch (a DataError) when the report, the predictions or the adapter in a folder come from different
    runs; DataError when one cannot be read."""
    manifest = read_manifest(folder)
    _prove_report(folder, stage, manifest)
    _prove_predictions(folder, stage, manifest)
    _prove_adapter(folder, manifest)


def verify_kept(folder: Path, stage: str) -> None:
    """As `verify_manifest`, of a folder whose report or whose adapter's weights need not have been kept.

    Raises: Mismatch, DataError.
    """
    manifest = read_manifest(folder)
    if (folder / report_name(stage, "json")).is_file():
        _prove_report(folder, stage, manifest)
    _prove_predictions(folder, stage, manifest)
    if (folder / ADAPTER_WEIGHTS).is_file():
        _prove_adapter(folder, manifest)


def _prove_report(folder: Path, stage: str, manifest: Mapping[str, Any]) -> None:
    report = read_json(folder / report_name(stage, "json"))
    if report.get("manifest") != hash_value(manifest):
        raise Mismatch("the report was made from another manifest", where=str(folder), mend=_AGAIN)


def _prove_predictions(folder: Path, stage: str, manifest: Mapping[str, Any]) -> None:
    scored = [(predictions_file(folder, stage, name), digest) for name, digest in manifest["predictions"].items()]
    probed = manifest.get("probe", {}).get("predictions", {})
    scored += [(folder / probe_name(stage, name), digest) for name, digest in probed.items()]
    for file, digest in scored:
        if not file.is_file() or hash_file(file) != digest:
            raise Mismatch("these predictions are not the ones that were scored", where=str(file), mend=_AGAIN)


def _prove_adapter(folder: Path, manifest: Mapping[str, Any]) -> None:
    adapter = folder / ADAPTER_WEIGHTS
    expected = manifest.get("adapter")
    if expected and (not adapter.is_file() or hash_file(adapter) != expected):
        raise Mismatch("the adapter is not the one that gave these answers", where=str(adapter), mend=_AGAIN)

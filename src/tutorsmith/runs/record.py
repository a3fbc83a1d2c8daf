"""A run folder -> RunRecord: what the index keeps of it, or why it cannot be used."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from tutorsmith.core.artifacts import MANIFEST, TRAINING_CONFIG, hash_value, read_json, report_name
from tutorsmith.core.errors import DataError
from tutorsmith.core.run_folder import read_manifest, verify_manifest
from tutorsmith.evaluation.saved import product_of, questions_of, read_report

GATE = "gate.json"

Metrics = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One run. `path`: its folder, relative to the root of the index; made: when it was evaluated (UTC, ISO 8601).

    damage: why the folder cannot be read, all other fields but path then being empty; mismatch: why its files do not
    belong together. group: hash of all but the seed, so that equal ones differ in their seed only. settings: name ->
    value, the seed included. systems: name -> metric -> {value, low, high, n, items}. gate: the outcome in gate.json,
    "" when there is none, "stale" when it is of an earlier state of the run.
    """

    path: str
    damage: str = ""
    stage: str = ""
    made: str = ""
    model: str = ""
    seed: int | None = None
    code: str = ""
    mismatch: str = ""
    product: str = ""
    degenerate: bool = False
    benchmark: str = ""
    group: str = ""
    gate: str = ""
    hashes: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    systems: Mapping[str, Metrics] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return PurePosixPath(self.path).name or "."

    @property
    def metrics(self) -> Metrics:
        """Those of the product."""
        return self.systems.get(self.product, {})

    @property
    def usable(self) -> bool:
        return not self.damage and not self.mismatch

    @property
    def manifest_state(self) -> str:
        return "damaged" if self.damage else "mixed" if self.mismatch else "ok"

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def record_of(folder: Path, path: str) -> RunRecord:
    """Read and prove a run folder. What is wrong with it is told in the record, never raised.

    Raises: ResourceError only, when the system refuses to read.
    """
    try:
        return _read(folder, path)
    except DataError as error:
        return RunRecord(path=path, damage=_told(error, folder))


def _read(folder: Path, path: str) -> RunRecord:
    manifest = read_manifest(folder)
    stage = str(manifest["stage"])
    file = folder / report_name(stage, "json")
    report = read_report(file)
    config = read_config(folder)
    settings = {name: entry["value"] for name, entry in config.get("settings", {}).items()}
    product = product_of(report)
    seeds = manifest["seeds"]
    return RunRecord(
        path=path,
        stage=stage,
        made=datetime.fromtimestamp(int(file.stat().st_mtime), UTC).isoformat(),
        model=str(manifest["model"].get("name", "")),
        seed=int(seeds[0]) if isinstance(seeds, list) and seeds else None,
        code=str(manifest.get("code", "")),
        mismatch=mismatch_of(folder, stage),
        product=product,
        degenerate=bool(report["systems"][product]["health"]["degenerate"]),
        benchmark=benchmark_hash(manifest, config),
        group=_group(manifest, settings),
        gate=_gate(folder, str(report.get("manifest"))),
        hashes=_hashes(manifest, config),
        settings=settings,
        systems={name: _kept(system["metrics"]) for name, system in report["systems"].items()},
    )


def read_config(folder: Path) -> dict[str, Any]:
    """training_config.json. Raises: DataError when it is missing or not what training writes."""
    file = folder / TRAINING_CONFIG
    config = read_json(file)
    settings = config.get("settings") if isinstance(config, dict) else None
    whole = isinstance(settings, dict) and all(isinstance(e, dict) and "value" in e for e in settings.values())
    if not whole or not isinstance(config.get("train_files"), list):
        raise DataError("not a training_config.json of a run", where=str(file), mend="run the stage again")
    return dict(config)


def mismatch_of(folder: Path, stage: str) -> str:
    """Why the files of a run do not belong together, empty when they do."""
    try:
        verify_manifest(folder, stage)
    except DataError as error:
        return _told(error, folder)
    return ""


def benchmark_hash(manifest: Mapping[str, Any], config: Mapping[str, Any]) -> str:
    """Of the benchmark files alone: metrics of runs with different ones cannot be compared."""
    return hash_value(sorted(digest for name, digest in manifest["data"].items() if name not in config["train_files"]))


def _hashes(manifest: Mapping[str, Any], config: Mapping[str, Any]) -> dict[str, str]:
    """What a run was made from, part by part."""
    train = sorted(digest for name, digest in manifest["data"].items() if name in config["train_files"])
    notes = manifest.get("notes")
    return {
        "training data": hash_value(train),
        "benchmark": benchmark_hash(manifest, config),
        "notes": str(notes["sha256"]) if isinstance(notes, Mapping) and "sha256" in notes else "none",
        "model": str(manifest["model"].get("fingerprint", "")),
        "adapter": str(manifest.get("adapter") or "none"),
        "code": str(manifest.get("code", "")),
    }


def _group(manifest: Mapping[str, Any], settings: Mapping[str, Any]) -> str:
    """The manifest's own hash of the settings holds the seed, and where each value came from; this one does not."""
    same = {name: value for name, value in settings.items() if name != "seed"}
    data = sorted(manifest["data"].values())
    return hash_value([manifest["stage"], data, manifest.get("notes"), manifest["model"].get("fingerprint"), same])


def _gate(folder: Path, manifest: str) -> str:
    file = folder / GATE
    if not file.is_file():
        return ""
    try:
        decision = read_json(file)
    except DataError:
        return "unreadable"
    if not isinstance(decision, Mapping) or not isinstance(decision.get("outcome"), str):
        return "unreadable"
    return str(decision["outcome"]) if decision.get("manifest") == manifest else "stale"


def _kept(metrics: Metrics) -> dict[str, dict[str, Any]]:
    return {
        name: {**{key: entry[key] for key in ("value", "low", "high", "n")}, "items": questions_of(entry)}
        for name, entry in metrics.items()
    }


def _told(error: DataError, folder: Path) -> str:
    """What and where, the folder itself left out: the record names it already."""
    where = Path(error.where).name if error.where and Path(error.where) != folder else ""
    return f"{where}: {error.what}" if where else error.what


def is_candidate(names: list[str]) -> bool:
    """Whether a folder with these files is, or was meant to be, one of a finished run."""
    return MANIFEST in names or any(name.startswith("eval_report_") and name.endswith(".json") for name in names)

"""Run folders -> stages: all seeds of one configuration together, and nothing else with them.

Runs belong together when they differ in their seed only: `RunRecord.group` holds stage, data, notes, model, settings.
Two configurations under one stage name stay two, #1 and #2, and `differences` says in what they differ.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tutorsmith.core.artifacts import (
    MANIFEST,
    SECONDS,
    TRAINING_LOG,
    hash_value,
    read_json,
    report_name,
)
from tutorsmith.core.errors import DataError
from tutorsmith.core.run_folder import read_manifest, verify_kept
from tutorsmith.evaluation.saved import item_scores, product_of, read_report
from tutorsmith.evaluation.score import ItemScore
from tutorsmith.runs.compare import side_by_side
from tutorsmith.runs.index import run_folders
from tutorsmith.runs.record import RunRecord, read_config, record_of

Report = Mapping[str, Any]

_DEVICE = re.compile(r"INFO model .+ on (\S+), (?:torch\.)?(\S+), quantization (\S+)")
OPPONENTS = {"tuned_notes": "base_notes", "tuned": "base"}
"""The fair opponent of a product: the same without tuning."""


@dataclass(frozen=True, slots=True)
class SeedRun:
    """One run of a stage. device: such as "cuda, bfloat16", as the training log says; "" where there is none."""

    record: RunRecord
    report: Report
    manifest: Mapping[str, Any]
    config: Mapping[str, Any]
    seconds: Mapping[str, float]
    device: str


@dataclass(frozen=True, slots=True)
class StageRuns:
    """All seeds of one configuration of a stage, in the order of their seeds.

    mark: "" or, where several configurations bear the stage's name, what tells them apart: @MODEL, and #1, #2, ... in
    the order in which they were made.
    """

    stage: str
    language: str
    model: str
    runs: tuple[SeedRun, ...]
    mark: str = ""

    @property
    def key(self) -> tuple[str, str]:
        return self.stage, self.language

    @property
    def id(self) -> str:
        """What a page calls it: such as "style", "style.zh" or "style#2"."""
        language = f".{self.language}" if self.language not in ("", "en") else ""
        return f"{self.stage}{language}{self.mark}"

    @property
    def seeds(self) -> tuple[int | None, ...]:
        return tuple(run.record.seed for run in self.runs)

    @property
    def product(self) -> str:
        return product_of(self.runs[0].report)

    @property
    def opponent(self) -> str | None:
        """What the product is compared with; None where the run has no such system."""
        name = OPPONENTS.get(self.product)
        return name if name in self.systems else None

    @property
    def systems(self) -> tuple[str, ...]:
        """Those that every run has."""
        return tuple(
            name for name in self.runs[0].report["systems"] if all(name in r.report["systems"] for r in self.runs)
        )

    @property
    def tasks(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(str(entry.get("task") or "") for entry in self.runs[0].report["items"]))

    @property
    def benchmarks(self) -> dict[str, str]:
        """Task -> hash of its benchmark file."""
        first = self.runs[0]
        trained_on = first.config["train_files"]
        return {Path(name).stem: digest for name, digest in first.manifest["data"].items() if name not in trained_on}

    def scores(self, system: str, task: str | None = None) -> list[list[ItemScore]]:
        """The items of each seed, all or those of one task."""
        whole = [item_scores(run.report, system) for run in self.runs]
        return [[score for score in scores if task is None or score.task == task] for scores in whole]


@dataclass(frozen=True, slots=True)
class Collected:
    """stages: in the order in which their first runs were made; left_out: (run, why)."""

    stages: tuple[StageRuns, ...]
    left_out: tuple[tuple[str, str], ...]


def collect(folders: Sequence[Path]) -> Collected:
    """All runs in and below the folders.

    A run whose adapter's weights were not kept still counts: its report and its answers prove each other. Of two runs
    of one configuration and one seed the newer one counts.

    Raises: DataError for a folder that is not there, ResourceError when the system refuses to read.
    """
    left_out: list[tuple[str, str]] = []
    groups: dict[str, dict[int | None, SeedRun]] = {}
    found = sorted(_found(folders), key=lambda pair: (pair[1].made, pair[1].path))
    for folder, record in found:
        why = _trouble(folder, record)
        if why:
            left_out.append((record.path, why))
            continue
        run = _read(folder, record)
        language = str(run.config.get("language") or "")
        group = groups.setdefault(hash_value([record.group, language]), {})
        older = group.get(record.seed)
        if older is not None:
            left_out.append((older.record.path, f"the same configuration and seed as {record.path}, which is newer"))
        group[record.seed] = run
    return Collected(_marked([_stage(list(group.values())) for group in groups.values()]), tuple(left_out))


def differences(stages: Sequence[StageRuns]) -> list[tuple[str, str, tuple[str, ...]]]:
    """(kind, name, value of each) in which configurations of one stage differ, the adapters themselves left out."""
    compared = side_by_side([stage.runs[0].record for stage in stages])
    made = (("hash", "adapter"), ("setting", "seed"))
    return [row for row in compared.differences if row[:2] not in made]


def changed_settings(config: Mapping[str, Any]) -> dict[str, Any]:
    """Name -> {value, source} of the settings that are neither the default nor what is recommended for the model.

    config: the object of training_config.json.
    """
    return {
        name: entry
        for name, entry in config["settings"].items()
        if name != "seed" and not str(entry.get("source", "")).startswith(("default", "recommended"))
    }


def _found(folders: Sequence[Path]) -> list[tuple[Path, RunRecord]]:
    """Each run once, with its path below the folder that was named; the folder's own name where it is a run itself."""
    found: dict[Path, tuple[Path, RunRecord]] = {}
    for root in folders:
        if not root.is_dir():
            raise DataError("no such folder", where=str(root), mend="give the folder above the runs")
        for folder in run_folders(root):
            below = folder.relative_to(root).as_posix()
            path = root.resolve().name if below == "." else below
            found.setdefault(folder.resolve(), (folder, record_of(folder, path)))
    return list(found.values())


def _trouble(folder: Path, record: RunRecord) -> str:
    """Why a run cannot be counted, with the mend where there is one; empty when it can."""
    if record.damage and (folder / MANIFEST).is_file() and not list(folder.glob(report_name("*", "json"))):
        return f"{record.damage}; `tutorsmith evaluate --run RUN` makes it from the answers"
    if record.damage or not record.mismatch:
        return record.damage
    try:
        verify_kept(folder, record.stage)
    except DataError:
        return record.mismatch
    return ""


def _read(folder: Path, record: RunRecord) -> SeedRun:
    seconds = read_json(folder / SECONDS) if (folder / SECONDS).is_file() else {}
    log = folder / TRAINING_LOG
    told = _DEVICE.search(log.read_text(encoding="utf-8", errors="replace")) if log.is_file() else None
    return SeedRun(
        record=record,
        report=read_report(folder / report_name(record.stage, "json")),
        manifest=read_manifest(folder),
        config=read_config(folder),
        seconds={str(name): float(value) for name, value in seconds.items()},
        device=f"{told[1]}, {told[2]}" if told else "",
    )


def _stage(runs: list[SeedRun]) -> StageRuns:
    runs.sort(key=lambda run: (run.record.seed is None, run.record.seed or 0))
    first = runs[0]
    return StageRuns(first.record.stage, str(first.config.get("language") or ""), first.record.model, tuple(runs))


def _marked(stages: Sequence[StageRuns]) -> tuple[StageRuns, ...]:
    models: dict[tuple[str, str], set[str]] = {}
    for stage in stages:
        models.setdefault(stage.key, set()).add(stage.model)
    names = [(*stage.key, stage.model) for stage in stages]
    marks = []
    for place, stage in enumerate(stages):
        model = f"@{Path(stage.model).name}" if len(models[stage.key]) > 1 else ""
        number = f"#{names[:place].count(names[place]) + 1}" if names.count(names[place]) > 1 else ""
        marks.append(model + number)
    return tuple(replace(stage, mark=mark) for stage, mark in zip(stages, marks, strict=True))

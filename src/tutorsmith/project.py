"""`tutorsmith.toml` -> Project and Stage. Unknown keys are errors that suggest the nearest known one."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tutorsmith.core.errors import DataError, UsageError, suggest

PROJECT_FILE = "tutorsmith.toml"
TARGETS = (
    "key_point_coverage",
    "format_compliance",
    "refusal_accuracy",
    "refusal_balanced_accuracy",
    "refusal_kind_accuracy",
    "citation_validity",
    "tool_call_accuracy",
)
"""Metrics that a stage may set a target for: those of eval_report.json."""

LANGUAGES = ("en", "zh")
COURSE_LANGUAGE = "COURSE_LANGUAGE"
"""Environment variable that chooses a course's language; LANGUAGE belongs to the locale."""

_TOP_KEYS = ("project", "settings", "stages")
_PROJECT_KEYS = ("name", "language", "output")
_STAGE_KEYS = ("description", "train", "eval", "notes", "probe", "allow", "output", "targets", "settings")
_FILE_KEYS = ("train", "eval", "notes")
_PROBE = "probe"


@dataclass(frozen=True)
class Stage:
    """What one run trains on, is evaluated on and writes. All paths are absolute or relative to the project's root.

    languages: the same stage in other languages than the project's, by language.
    probe: benchmarks of what has nothing to do with the course: does the tutor still know it?
    allow: the reviewed list of pairs that may stand in training and benchmark alike, if there is one; it holds for the
    other languages too.
    """

    name: str
    train: tuple[Path, ...]
    eval: tuple[Path, ...]
    notes: tuple[Path, ...]
    output: Path
    description: str = ""
    targets: Mapping[str, float] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    languages: Mapping[str, "Stage"] = field(default_factory=dict)
    allow: Path | None = None
    probe: tuple[Path, ...] = ()

    def in_language(self, language: str) -> "Stage":
        """The stage with the files of that language, or itself where the project has no others."""
        return self.languages.get(language, self)


@dataclass(frozen=True)
class Project:
    """A course: its stages and the settings that all of them share. `root` is the folder of the project file."""

    root: Path
    file: Path
    name: str
    language: str
    settings: Mapping[str, Any]
    stages: Mapping[str, Stage]

    def stage(self, name: str) -> Stage:
        """Raises: UsageError that suggests the nearest stage."""
        if name not in self.stages:
            raise UsageError(f"unknown stage '{name}'", where=str(self.file), mend=suggest(name, list(self.stages)))
        return self.stages[name]


def course_language(flag: str | None, project: Project | None) -> str:
    """The language of a run: flag, else COURSE_LANGUAGE, else the project's, else English.

    Raises: UsageError for a language that is not supported.
    """
    given = flag or os.environ.get(COURSE_LANGUAGE) or None
    if given is not None and given not in LANGUAGES:
        raise UsageError(
            f"language '{given}' is not supported",
            where="--language" if flag else COURSE_LANGUAGE,
            mend=f"one of {', '.join(LANGUAGES)}",
        )
    return given or (project.language if project is not None else "en")


def find_project_file(start: Path) -> Path:
    """The project file in `start` or the nearest folder above it.

    Raises: UsageError when there is none.
    """
    found = _project_file_above(start)
    if found is not None:
        return found
    raise UsageError(
        f"no {PROJECT_FILE} here or above",
        where=str(start),
        mend="run `tutorsmith init DIR` to make a course, or give --config FILE",
    )


def _project_file_above(start: Path) -> Path | None:
    files = (folder / PROJECT_FILE for folder in (start, *start.parents))
    return next((file for file in files if file.is_file()), None)


def project_if_any(config: Path | None) -> Project | None:
    """The project of `config`, or of the working folder; None where a command can do without.

    Raises: UsageError when there is a project file and it cannot be used.
    """
    file = config or _project_file_above(Path.cwd())
    return None if file is None else load_project(file)


def load_project(file: Path) -> Project:
    """Read and validate a project file.

    Raises: UsageError for a missing file, TOML that does not parse, unknown keys or wrong types.
    """
    try:
        raw = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise UsageError(
            "project file not found", where=str(file), mend="give --config FILE or run `tutorsmith init DIR`"
        ) from error
    except OSError as error:
        raise UsageError(
            f"project file cannot be read: {error.strerror}", where=str(file), mend="give --config FILE"
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(
            f"not valid TOML: {error}", where=str(file), mend="see the shipped tutorsmith.toml for the form"
        ) from error
    _refuse_unknown(raw, _TOP_KEYS, file, "")
    head = _table(raw, "project", file)
    _refuse_unknown(head, _PROJECT_KEYS, file, "project.")
    root = file.resolve().parent
    language = _text(head, "language", "en", file, "project.")
    if language not in LANGUAGES:
        raise UsageError(
            f"language '{language}' is not supported",
            where=f"{file}: project.language",
            mend=f"one of {', '.join(LANGUAGES)}",
        )
    base = root / (os.environ.get("OUT_BASE") or _text(head, "output", "outputs/adapter", file, "project."))
    stages = _table(raw, "stages", file)
    return Project(
        root=root,
        file=file,
        name=_text(head, "name", root.name, file, "project."),
        language=language,
        settings=_table(raw, "settings", file),
        stages={name: _stage(name, table, root, base, file) for name, table in stages.items()},
    )


def with_environment(stage: Stage, root: Path) -> Stage:
    """The stage with `TRAIN_FILES`, `EVAL_FILE`, `NOTES_DIR` and `OUT_DIR` applied (comma-separated where several)."""

    def paths(name: str) -> tuple[Path, ...] | None:
        value = os.environ.get(name, "")
        return tuple(root / part.strip() for part in value.split(",") if part.strip()) or None

    out = os.environ.get("OUT_DIR")
    return replace(
        stage,
        train=paths("TRAIN_FILES") or stage.train,
        eval=paths("EVAL_FILE") or stage.eval,
        notes=paths("NOTES_DIR") or stage.notes,
        output=root / out if out else stage.output,
    )


def _stage(name: str, table: Any, root: Path, base: Path, file: Path) -> Stage:
    where = f"stages.{name}."
    if not isinstance(table, dict):
        raise UsageError(f"stages.{name} is not a table", where=str(file), mend=f"write [stages.{name}]")
    _refuse_unknown(table, (*_STAGE_KEYS, *LANGUAGES), file, where)
    lists = _files(table, name, root, file)
    for key in ("train", "eval"):
        if not lists[key]:
            raise UsageError(f"stage '{name}' names no {key} file", where=str(file), mend=f'add {key} = ["..."]')
    allow = _text(table, "allow", "", file, where)
    stage = Stage(
        name=name,
        allow=root / allow if allow else None,
        description=_text(table, "description", "", file, where),
        output=base / _text(table, "output", f"adapter_{name}", file, where),
        targets=_targets(_table(table, "targets", file, where), file, where),
        settings=_table(table, "settings", file, where),
        train=lists["train"],
        eval=lists["eval"],
        notes=lists["notes"],
        probe=lists[_PROBE],
    )
    languages = {code: _translated(stage, code, table[code], root, file) for code in LANGUAGES if code in table}
    return replace(stage, languages=languages)


def _translated(stage: Stage, language: str, table: Any, root: Path, file: Path) -> Stage:
    """The stage with the files that `[stages.NAME.LANGUAGE]` names, and its settings over the stage's own; the name of
    its folder ends in `_LANGUAGE`. A probe that it does not name is the stage's."""
    name = f"{stage.name}.{language}"
    if not isinstance(table, dict):
        raise UsageError(f"stages.{name} is not a table", where=str(file), mend=f"write [stages.{name}]")
    _refuse_unknown(table, (*_FILE_KEYS, _PROBE, "settings"), file, f"stages.{name}.")
    lists = _files(table, name, root, file)
    for key in _FILE_KEYS:
        if getattr(stage, key) and not lists[key]:
            raise UsageError(f"stage '{name}' names no {key}", where=str(file), mend=f'add {key} = ["..."]')
    return replace(
        stage,
        output=stage.output.with_name(f"{stage.output.name}_{language}"),
        train=lists["train"],
        eval=lists["eval"],
        notes=lists["notes"],
        probe=lists[_PROBE] or stage.probe,
        settings={**stage.settings, **_table(table, "settings", file, f"stages.{name}.")},
    )


def _files(table: Mapping[str, Any], name: str, root: Path, file: Path) -> dict[str, tuple[Path, ...]]:
    """train, eval, notes and probe of a stage's table; empty where a key is not there."""
    lists = {}
    for key in (*_FILE_KEYS, _PROBE):
        value = table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(part, str) and part for part in value):
            raise UsageError(
                f"stages.{name}.{key} must be a list of paths", where=str(file), mend=f'write {key} = ["..."]'
            )
        lists[key] = tuple(root / part for part in value)
    return lists


def _table(raw: Mapping[str, Any], key: str, file: Path, prefix: str = "") -> dict[str, Any]:
    value = raw.get(key, {})
    if not isinstance(value, dict):
        raise UsageError(f"'{prefix}{key}' must be a table", where=str(file), mend=f"write [{prefix}{key}]")
    return value


def _text(table: Mapping[str, Any], key: str, default: str, file: Path, prefix: str) -> str:
    value = table.get(key, default)
    if not isinstance(value, str):
        raise UsageError(f"{prefix}{key} must be text, not {value!r}", where=str(file), mend=f'write {key} = "..."')
    return value


def _targets(table: Mapping[str, Any], file: Path, prefix: str) -> dict[str, float]:
    """Metric -> share to be exceeded."""
    for key, value in table.items():
        if key not in TARGETS:
            raise UsageError(
                f"unknown target '{prefix}targets.{key}'", where=str(file), mend=suggest(key, list(TARGETS))
            )
        # `not 0 <= value <= 1` also refuses nan.
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
            raise UsageError(
                f"{prefix}targets.{key} must be a share between 0 and 1, not {value!r}",
                where=str(file),
                mend=f"write for example {key} = 0.9",
            )
    return {key: float(value) for key, value in table.items()}


def _refuse_unknown(table: Mapping[str, Any], known: tuple[str, ...], file: Path, prefix: str) -> None:
    for key in table:
        if key not in known:
            raise UsageError(f"unknown key '{prefix}{key}'", where=str(file), mend=suggest(key, list(known)))


def existing(paths: tuple[Path, ...], what: str) -> tuple[Path, ...]:
    """Raises: DataError for the first path that is not there."""
    for path in paths:
        if not path.exists():
            raise DataError(
                f"{what} not found", where=str(path), mend="check the path in tutorsmith.toml or the flag that named it"
            )
    return paths

"""Writes docs/reference/ from the code itself: `python docs/build_reference.py [FOLDER]`. A test compares the pages."""

import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from tutorsmith.core import errors
from tutorsmith.core.settings import ALIASES, StepSettings, environment_layer
from tutorsmith.models.catalog import CATALOG

HERE = Path(__file__).resolve().parent
WIDTH = 100
STEPS = {
    "ModelSettings": "The model",
    "NotesSettings": "Notes",
    "ToolSettings": "Tools",
    "TrainSettings": "Training",
    "GenerateSettings": "Answering",
}
SCOPES = {
    "file": "A whole file",
    "syntax": "A line that is no plain JSON object",
    "record": "One record",
    "repeats": "Records of one file against each other",
    "leakage": "Training records against the benchmark",
}
# Variables that are no settings: files, folders and the hubs' own.
VARIABLES = {
    "COURSE_LANGUAGE": "en or zh: which language's files and report (the project's own otherwise)",
    "TRAIN_FILES": "training files of the stage, comma-separated",
    "EVAL_FILE": "benchmarks of the stage, comma-separated",
    "NOTES_DIR": "folders of notes of the stage, comma-separated",
    "OUT_DIR": "the run's folder",
    "OUT_BASE": "the folder in which each stage gets its own (`project.output`)",
    "LOG_DIR": "where `training.log` and TensorBoard's `runs/` go (default: the run's folder)",
    "TUTORSMITH_CACHE": "answers, converted models and note indexes (default: `~/.cache/tutorsmith`)",
    "TUTORSMITH_INDEX": "the run index (default: `runs.sqlite` in the folder of the runs)",
    "USE_MODELSCOPE": "`1`: fetch models from ModelScope instead of the Hugging Face Hub",
    "JUDGE_API_KEY": "the key of a judge model's endpoint (`tutorsmith evaluate --judge-url`); none when unset",
    "OPENAI_API_KEY": "the key of the endpoint that `predict --engine openai` asks; none when unset",
    "HF_TOKEN": "the token for gated models on the Hugging Face Hub",
    "HF_ENDPOINT": "another address of the Hugging Face Hub, such as a mirror",
    "HF_HUB_OFFLINE": "`1`: never ask the hub, use what is in its cache",
}


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; bars in cells are escaped."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def commands() -> str:
    """Every command with what its --help says."""
    import typer
    from typer.core import TyperGroup

    from tutorsmith.cli import app

    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    parts = [
        "# Commands",
        "What each command says of itself with `--help`. The scripts in `code/ai_service/training/` take the same "
        "options with underscores, and every [setting](settings.md) as a flag of its own. "
        "[Exit codes](exit-codes.md) are the same for all but `gate`.",
    ]
    for name, command in _leaves(group):
        context = command.context_class(command, info_name=f"tutorsmith {name}", terminal_width=WIDTH)
        text = "\n".join(line.rstrip() for line in command.get_help(context).splitlines())
        parts += [f"## tutorsmith {name}", f"```text\n{text}\n```"]
    return "\n\n".join(parts)


def _leaves(group: Any, prefix: str = "") -> Iterable[tuple[str, Any]]:
    """Each command with its whole name, those of a group of commands after the group."""
    for name, command in group.commands.items():
        yield f"{prefix}{name}", command
        if hasattr(command, "commands"):
            yield from _leaves(command, f"{prefix}{name} ")


def settings() -> str:
    """Every setting of every step."""
    from tutorsmith.pipeline.settings import STEP_SETTINGS

    shown = ", ".join(f"`{other}` for `{name}`" for other, name in ALIASES.items())
    silent = [f"`{other.upper()}`" for other in ALIASES if other not in environment_names(STEP_SETTINGS)]
    parts = [
        "# Settings",
        "A setting is given in `tutorsmith.toml` (`[settings]` for all stages, `[stages.NAME.settings]` for one), as "
        "an environment variable, or as a flag `--set name=value`, these two with commas between the parts of a list. "
        "A flag wins over the environment, the environment over the stage, the stage over the project, the project "
        "over what is recommended for the model, and that over the default. `training_config.json` says for each value "
        "where it came from. An unknown name is an error.",
        f"Other names that are understood: {shown}; in the environment, in capitals, all but {' and '.join(silent)}.",
    ]
    for cls in STEP_SETTINGS:
        told = [_setting(name, field) for name, field in cls.model_fields.items()]
        parts += [f"## {STEPS[cls.__name__]}", table(("name", "environment", "type", "default", "meaning"), told)]
    parts += [
        "## Recommended for a model",
        "Learning rate, epochs, rows a step and early stopping were studied (`docs/LOG.md`); the length of answers is "
        "that of the studies, the excerpts were chosen for time on a CPU. Anything you set wins.",
    ]
    names = {name: None for row in CATALOG.values() for name in row.recommended}
    models = [row for row in CATALOG.values() if row.recommended]
    default = {name: _shown(field.default) for cls in STEP_SETTINGS for name, field in cls.model_fields.items()}
    rows = [[f"`{name}`", default[name], *(_shown(row.recommended.get(name, "")) for row in models)] for name in names]
    parts.append(table(("name", "default", *(row.name for row in models)), rows))
    parts += [
        "## Other environment variables",
        table(("name", "meaning"), [(f"`{k}`", v) for k, v in VARIABLES.items()]),
    ]
    return "\n\n".join(parts)


def environment_names(classes: Sequence[type[StepSettings]]) -> set[str]:
    """Which aliases the environment layer reads, found by setting each."""
    import os

    before = dict(os.environ)
    try:
        os.environ.update({alias.upper(): "x" for alias in ALIASES})
        return set(environment_layer(classes).values)
    finally:
        os.environ.clear()
        os.environ.update(before)


def _setting(name: str, field: Any) -> tuple[str, ...]:
    if not field.description:
        raise SystemExit(f"the setting {name} has no description")
    return f"`{name}`", f"`{name.upper()}`", _type(field), _shown(field.default), field.description


def _type(field: Any) -> str:
    """Such as "integer, from 1 to 1000", "number, above 0, below 1" or "`auto`, `none` or `4bit`"."""
    values = [f"`{value}`" for value in _values(field.annotation)]
    if values:
        return ", ".join(values[:-1]) + f" or {values[-1]}"
    name = {int: "integer", float: "number", str: "text", tuple[str, ...]: "list"}[field.annotation]
    limits = {kind: getattr(m, kind) for m in field.metadata for kind in ("ge", "gt", "le", "lt") if hasattr(m, kind)}
    words = {"ge": "from {:g}", "gt": "above {:g}", "le": "to {:g}", "lt": "below {:g}"}
    return ", ".join([name, *(words[kind].format(limit) for kind, limit in limits.items())]).replace(", to", " to")


def _values(annotation: Any) -> list[str]:
    """The few values that a choice can have; empty for numbers and text."""
    if annotation is bool:
        return ["true", "false"]
    if get_origin(annotation) is Literal:
        return list(get_args(annotation))
    return [value for part in get_args(annotation) for value in _values(part)]


def _shown(value: object) -> str:
    if value in ("", ()):
        return ""
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def exit_codes() -> str:
    """The exit codes, with the errors that have them, from the tree in the errors' own docstring."""
    told = dict(re.findall(r"(\w+) \(\d+\) {2,}(\S.*)", errors.__doc__ or ""))
    classes = [
        cls
        for cls in vars(errors).values()
        if isinstance(cls, type) and issubclass(cls, errors.TutorsmithError) and cls is not errors.TutorsmithError
    ]
    rows = [("0", "", "done"), ("1", "", "the work was done and says no: `check` found errors")]
    rows += [(str(cls.exit_code), f"`{cls.__name__}`", told[cls.__name__]) for cls in classes]
    return "\n\n".join(
        [
            "# Exit codes",
            "An error is told on standard error: where it is, what is wrong, and after `mend:` what to do about it.",
            table(("code", "error", "when"), rows),
            "After 130 finished answers and checkpoints are kept: the same command goes on where it was.",
            "`tutorsmith gate` says its outcome with its exit code: 0 ship, 1 hold, 2 insufficient evidence. There, "
            "and only there, wrong usage (a flag or a policy that does not fit) is 64.",
        ]
    )


def checks() -> str:
    """Every kind of finding of `tutorsmith check`."""
    from tutorsmith.data.checks import CHECKS

    parts = [
        "# Checks",
        "What `tutorsmith check` finds, and what each run looks for before it trains. An error stops a run and makes "
        "`check` end with exit code 1; a warning is counted and shown. Each finding names file, line, field and mend.",
    ]
    for scope, title in SCOPES.items():
        rows = [(f"`{kind}`", row.severity, row.about) for kind, row in CHECKS.items() if row.scope == scope]
        parts += [f"## {title}", table(("kind", "severity", "finds"), rows)]
    return "\n\n".join(parts)


def models() -> str:
    """The catalogue."""
    from tutorsmith.commands.machine import qlora_gib

    head = ("name", "parameters", "context", "licence", "QLoRA needs", "Hugging Face", "ModelScope")
    rows = [
        (
            f"`{row.name}`",
            f"{row.parameters:g} billion",
            f"{row.context} tokens",
            row.licence,
            f"{qlora_gib(row):.1f} GiB",
            f"`{row.sources['huggingface']}`",
            f"`{row.sources['modelscope']}`",
        )
        for row in CATALOG.values()
    ]
    embedded = next(row.name for row in CATALOG.values() if row.embedded)
    return "\n\n".join(
        [
            "# Models",
            "`--model` (or `model_name_or_path`) takes one of these names, any hub id, the folder of a transformers "
            "model or a GGUF file. A name is looked for as a path, in the embedded package and in the hubs' caches, "
            "then fetched: from ModelScope with `USE_MODELSCOPE=1`, else from the Hugging Face Hub.",
            table(head, rows),
            f'`{embedded}` is installed with the package and is the default. "QLoRA needs" is an estimate of GPU '
            "memory for training in 4 bits on samples of about 1,000 tokens. "
            "Models that can think aloud, such as Qwen3, do not: training and answering both turn it off. "
            "[Recommended settings](settings.md#recommended-for-a-model) belong to a row.",
        ]
    )


PAGES: Mapping[str, Callable[[], str]] = {
    "commands.md": commands,
    "settings.md": settings,
    "exit-codes.md": exit_codes,
    "checks.md": checks,
    "models.md": models,
}


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, page in PAGES.items():
        (folder / name).write_text(page() + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "reference")

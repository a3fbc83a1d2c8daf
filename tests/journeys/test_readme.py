"""What the documents tell a reader to type exists: make targets, commands, flags, scripts, settings and stages."""

import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.core import TyperGroup

from tutorsmith.cli import app
from tutorsmith.core.settings import ALIASES, known_keys
from tutorsmith.pipeline.settings import STEP_SETTINGS

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = "code/ai_service/training/"
DOCUMENTS = sorted(
    path
    for pattern in ("README.md", "CONTRIBUTING.md", "code/**/*.md", "docs/**/*.md", "src/tutorsmith/starter/*.md")
    for path in ROOT.glob(pattern)
)
SETTINGS = {*known_keys(STEP_SETTINGS), *ALIASES}
BLOCK = re.compile(r"^```([^\n]*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
SHELLS = ("", "bash", "sh", "shell", "console")
INLINE = re.compile(r"`((?:tutorsmith|make|bash code/|python3? code/|python3? benchmarks/)[^`\n]*)`")
ASSIGNMENT = re.compile(r"([A-Z][A-Z_]*)=\S*")


def commands_in(text: str) -> list[str]:
    """A document's command lines: lines of unmarked and shell code blocks, then inline code that starts like one."""
    lines = [line for kind, block in BLOCK.findall(text) if kind.strip() in SHELLS for line in _joined(block)]
    return [*lines, *INLINE.findall(BLOCK.sub("", text))]


def _joined(block: str) -> Iterator[str]:
    for line in block.replace("\\\n", " ").splitlines():
        plain = line.strip().removeprefix("$ ")
        yield from (part.strip() for part in plain.split("&&") if part.strip())


def trouble(command: str) -> str | None:
    """What is wrong with a command of ours, or None; commands of others (git, cd) are none of our business."""
    words = shlex.split(command, comments=True)
    while words and (match := ASSIGNMENT.fullmatch(words[0])):
        if match[1].lower() not in SETTINGS and match[1] not in _variables():
            return f"no variable {match[1]}"
        words = words[1:]
    if words[:1] == ["make"]:
        return next((f"no target {word}" for word in words[1:] if word not in _targets() and "=" not in word), None)
    if words[:1] == ["bash"] and len(words) > 1 and words[1].startswith(SCRIPTS):
        missing = None if (ROOT / words[1]).is_file() else f"no script {words[1]}"
        return missing or _command_trouble("run", words[2:])
    if words[:1] in (["python"], ["python3"]) and len(words) > 1 and words[1].startswith((SCRIPTS, "benchmarks/")):
        return _script_trouble(words[1], words[2:])
    return _command_trouble(words[1], words[2:]) if words[:1] == ["tutorsmith"] and len(words) > 1 else None


def _variables() -> set[str]:
    page = (ROOT / "docs/reference/settings.md").read_text(encoding="utf-8")
    return set(re.findall(r"^\| `([A-Z_]+)`", page, re.MULTILINE)) | {"PYTHON", "STAGES"}


def _targets() -> set[str]:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z-]+):(?!=)", makefile, re.MULTILINE))


def _stages() -> set[str]:
    return set(tomllib.loads((ROOT / "tutorsmith.toml").read_text(encoding="utf-8"))["stages"])


def _command_trouble(name: str, rest: list[str]) -> str | None:
    """rest: the words after `tutorsmith NAME`."""
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    if name.startswith("-"):
        return None if name in ("--help", "--version") else f"no flag {name}"
    if name not in group.commands:
        return f"no command {name}"
    command = group.commands[name]
    if isinstance(command, TyperGroup) and rest and not rest[0].startswith("-"):
        if rest[0] not in command.commands:
            return f"no command {name} {rest[0]}"
        command, rest = command.commands[rest[0]], rest[1:]
    flags = {flag for parameter in command.params for flag in parameter.opts} | {"--help"}
    for number, word in enumerate(rest):
        flag, _, value = word.partition("=")
        if flag.startswith("--") and flag not in flags:
            return f"no flag {flag}"
        if flag == "--set":
            setting = (value or "".join(rest[number + 1 : number + 2])).partition("=")[0]
            if setting not in SETTINGS:
                return f"no setting {setting}"
    first = rest[0] if rest else ""
    if name in ("run", "train") and re.fullmatch(r"[a-z]+", first) and first not in _stages():
        return f"no stage {first}"
    return None


def _script_trouble(script: str, rest: list[str]) -> str | None:
    if not (ROOT / script).is_file():
        return f"no script {script}"
    places = [ROOT / script, ROOT / "src/tutorsmith/commands/requested.py"]
    text = "".join(place.read_text(encoding="utf-8") for place in places)
    flags = {word.partition("=")[0] for word in rest if word.startswith("--")}
    return next((f"no flag {flag}" for flag in flags if f'"{flag}"' not in text and flag[2:] not in SETTINGS), None)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_in_a_document_is_real(document: Path) -> None:
    found = {command: trouble(command) for command in commands_in(document.read_text(encoding="utf-8"))}
    assert {command: what for command, what in found.items() if what} == {}


def test_the_readme_opens_with_the_two_commands() -> None:
    commands = commands_in((ROOT / "README.md").read_text(encoding="utf-8"))
    ours = [command for command in commands if command.startswith(("make ", "tutorsmith "))]
    assert [shlex.split(command, comments=True) for command in ours[:2]] == [["make", "sample"], ["make", "test"]]


@pytest.mark.parametrize(
    "command",
    [
        "make sample",
        "make test   # everything that CI runs",
        "PYTHON=python3.12 make setup",
        "STAGES='sample style' make nightly",
        "git clone somewhere",
        "tutorsmith gate RUN --policy course --json",
        "tutorsmith runs best --metric format_compliance",
        "tutorsmith --help",
        "tutorsmith run style --set learning_rate=1e-4 --seed 1",
        "tutorsmith run STAGE --set name=value --no-notes".replace("name=value", "lora_rank=8"),
        "tutorsmith predict --eval-file b.jsonl --output-file p.jsonl --adapter-path a",
        "NUM_TRAIN_EPOCHS=4 OUT_DIR=x bash code/ai_service/training/run_train.sh style",
        "python3 code/ai_service/training/train_lora.py --stage style --learning_rate 1e-4",
        "python benchmarks/run.py --cases sample --peers trl",
    ],
)
def test_a_real_command_passes(command: str) -> None:
    assert trouble(command) is None


@pytest.mark.parametrize(
    ("command", "what"),
    [
        ("make samples", "no target samples"),
        ("tutorsmith rum style", "no command rum"),
        ("tutorsmith run stile", "no stage stile"),
        ("tutorsmith run style --learning-rate 1e-4", "no flag --learning-rate"),
        ("tutorsmith run style --set learning_rat=1e-4", "no setting learning_rat"),
        ("tutorsmith --versio", "no flag --versio"),
        ("tutorsmith runs first", "no command runs first"),
        ("tutorsmith runs list --metrics x", "no flag --metrics"),
        ("EPOCHS=4 tutorsmith run style", "no variable EPOCHS"),
        ("bash code/ai_service/training/train.sh style", "no script code/ai_service/training/train.sh"),
        ("bash code/ai_service/training/run_train.sh style --fast", "no flag --fast"),
        ("python3 code/ai_service/training/train_lora.py --stages style", "no flag --stages"),
        ("python benchmarks/runs.py", "no script benchmarks/runs.py"),
    ],
)
def test_a_command_that_does_not_exist_is_found(command: str, what: str) -> None:
    assert trouble(command) == what


def test_commands_are_read_from_blocks_and_from_running_text() -> None:
    text = (
        "Type `make sample`, not `sample`.\n\n```bash\n$ cd x && tutorsmith run style \\\n  --seed 1\n```\n"
        "```python\nmake = 1\n```\n\n```\nmake test\n```\n"
    )
    assert [" ".join(command.split()) for command in commands_in(text)] == [
        "cd x",
        "tutorsmith run style --seed 1",
        "make test",
        "make sample",
    ]

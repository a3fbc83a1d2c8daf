"""docs/reference/ is what the code says, and says all of it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tutorsmith.core.settings import known_keys
from tutorsmith.data.checks import CHECKS
from tutorsmith.models.catalog import CATALOG
from tutorsmith.pipeline.settings import STEP_SETTINGS

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "docs/reference"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reference")
    command = [sys.executable, str(ROOT / "docs/build_reference.py"), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


def test_the_generator_writes_exactly_the_committed_pages(built: Path) -> None:
    assert {page.name for page in REFERENCE.iterdir()} == {page.name for page in built.iterdir()}


@pytest.mark.parametrize("name", ["commands.md", "settings.md", "exit-codes.md", "checks.md", "models.md"])
def test_no_page_has_drifted_from_the_code(built: Path, name: str) -> None:
    fresh, committed = (folder.joinpath(name).read_text(encoding="utf-8") for folder in (built, REFERENCE))
    assert fresh == committed, f"{name} is out of date: run `make docs`"


@pytest.mark.parametrize(
    ("page", "wanted"),
    [
        ("settings.md", known_keys(STEP_SETTINGS)),
        ("checks.md", list(CHECKS)),
        ("models.md", list(CATALOG)),
    ],
)
def test_a_page_names_everything_once(built: Path, page: str, wanted: list[str]) -> None:
    text = (built / page).read_text(encoding="utf-8").partition("## Recommended for a model")[0]
    assert sorted(re.findall(r"^\| `([^`]+)`", text, re.MULTILINE)) == sorted(wanted)


def test_every_other_variable_is_read_somewhere(built: Path) -> None:
    text = (built / "settings.md").read_text(encoding="utf-8").partition("## Other environment variables")[2]
    names = re.findall(r"^\| `([A-Z_]+)`", text, re.MULTILINE)
    assert len(names) > 5
    source = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "src").rglob("*.py"))
    # The hub's own client reads these.
    for name in set(names) - {"HF_TOKEN", "HF_ENDPOINT", "HF_HUB_OFFLINE"}:
        assert f'"{name}"' in source, name


def test_every_limit_and_choice_of_a_setting_is_told(built: Path) -> None:
    lines = (built / "settings.md").read_text(encoding="utf-8").splitlines()
    types = {line.split("`")[1]: line.split(" | ")[2] for line in lines if line.count(" | ") == 4 and "`" in line}
    assert types["num_train_epochs"] == "integer, from 1 to 1000"
    assert types["learning_rate"] == "number, above 0, below 1"
    assert types["quantization"] == "`auto`, `none` or `4bit`"
    assert types["use_notes"] == "`true` or `false`"


def test_every_exit_code_of_the_tree_is_told(built: Path) -> None:
    text = (built / "exit-codes.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| (\d+) ", text, re.MULTILINE) == ["0", "1", "2", "3", "4", "4", "4", "5", "130"]

"""What the documents show and link to: links lead somewhere, and the examples of data-format.md are valid data."""

import json
import re
from pathlib import Path

import pytest

from tutorsmith.data.health import FLAGS
from tutorsmith.data.read import read_benchmark, read_predictions, read_samples
from tutorsmith.data.schema import CATEGORIES, KNOWN_MODES, REFUSAL_KINDS, ROLES
from tutorsmith.evaluation.evaluate import evaluate
from tutorsmith.pipeline.check import check

ROOT = Path(__file__).resolve().parents[2]
FORMAT = (ROOT / "docs/data-format.md").read_text(encoding="utf-8")
DOCUMENTS = sorted(
    path for pattern in ("*.md", "code/**/*.md", "docs/**/*.md") for path in ROOT.glob(pattern) if path.is_file()
)
LINK = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]*))?\)")


def _anchors(file: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(document: Path) -> None:
    dead = []
    for name, anchor in LINK.findall(document.read_text(encoding="utf-8")):
        target = document.parent / name if name else document
        if not target.exists() or (anchor and anchor not in _anchors(target)):
            dead.append(f"{name}#{anchor}" if anchor else name)
    assert dead == []


@pytest.fixture
def examples(tmp_path: Path) -> dict[str, Path]:
    """The three examples of data-format.md, a file each."""
    blocks = re.findall(r"^```json\n(.*?)^```", FORMAT, re.MULTILINE | re.DOTALL)
    names = ("sample", "item", "prediction")
    assert len(blocks) == len(names)
    files = {name: tmp_path / f"{name}.jsonl" for name in names}
    for name, block in zip(names, blocks, strict=True):
        files[name].write_text(block, encoding="utf-8")
    return files


def test_the_examples_are_what_the_readers_take(examples: dict[str, Path]) -> None:
    assert len(read_samples(examples["sample"])) == 1
    (item,) = read_benchmark(examples["item"])
    (prediction,) = read_predictions(examples["prediction"])
    assert len(item.key_points) == 3
    assert prediction.id == item.id


def test_the_examples_pass_every_check(examples: dict[str, Path]) -> None:
    result = check([examples["sample"]], [examples["item"]])
    assert result.findings == ()


def test_the_example_reference_covers_its_own_key_points(examples: dict[str, Path], tmp_path: Path) -> None:
    (item,) = read_benchmark(examples["item"])
    answers = tmp_path / "answers.jsonl"
    answers.write_text(json.dumps({"id": item.id, "prediction": item.reference}) + "\n", encoding="utf-8")
    report = evaluate([examples["item"]], {"predictions": answers}, stage="example")
    metrics = report["systems"]["predictions"]["metrics"]
    assert metrics["key_point_coverage"]["value"] == 1.0
    assert metrics["format_compliance"]["value"] == 1.0


@pytest.mark.parametrize("names", [ROLES, REFUSAL_KINDS, KNOWN_MODES, CATEGORIES, FLAGS], ids=lambda names: names[0])
def test_every_name_of_the_schema_is_documented(names: tuple[str, ...]) -> None:
    assert [name for name in names if f"`{name}`" not in FORMAT] == []


def test_the_architecture_page_shows_the_layers_that_are_held() -> None:
    layers = re.search(
        r"```text\n(cli\n.*?)```", (ROOT / "docs/architecture.md").read_text(encoding="utf-8"), re.DOTALL
    )
    assert layers is not None
    held = re.search(r"layers = \[(.*?)\]", (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.DOTALL)
    assert held is not None
    assert layers[1].split("\n")[:-1] == re.findall(r'"([^"]+)"', held[1].replace("tutorsmith.", ""))

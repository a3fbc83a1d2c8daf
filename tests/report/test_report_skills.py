"""Tool calls and citations stand in every form of a report: in all, by task, compared, and on the terminal."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from small_course import write_rows
from tutorsmith.core.artifacts import write_json
from tutorsmith.evaluation.evaluate import evaluate
from tutorsmith.report import headline, write_report

EVAL = Path(__file__).resolve().parents[2] / "data/training/eval"


def rows_of(name: str, count: int) -> list[dict[str, Any]]:
    rows = [json.loads(line) for line in (EVAL / name).read_text(encoding="utf-8").splitlines()]
    return [row for row in rows if row.get("tool_calls") or row.get("citations")][:count]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Mapping[str, Any]]:
    """Eight items each of the tool and the excerpt benchmark: the base is silent, the tuned model gets half right."""
    folder = tmp_path_factory.mktemp("skills")
    files, answers = [], {"base": [], "tuned": []}
    for name in ("tool_benchmark.jsonl", "rag_benchmark.jsonl"):
        rows = rows_of(name, 8)
        files.append(write_rows(folder / name, rows))
        for number, row in enumerate(rows):
            right = {"prediction": row["reference"], "tool_calls": row.get("tool_calls") or []}
            wrong = {"prediction": "I do not know.", "tool_calls": []}
            answers["base"].append({"id": row["id"], **wrong})
            answers["tuned"].append({"id": row["id"], **(right if number % 2 else wrong)})
    systems = {name: write_rows(folder / f"{name}.jsonl", made) for name, made in answers.items()}
    report = evaluate(files, systems, stage="all_extended")
    write_json(folder / "eval_report_all_extended.json", report)
    return folder, report


@pytest.mark.parametrize(
    ("metric", "label", "task"),
    [
        ("tool_call_accuracy", "Tool calls", "tool_benchmark"),
        ("citation_validity", "Citations", "rag_benchmark"),
    ],
)
def test_a_skill_is_told_in_all_and_by_task(
    run: tuple[Path, Mapping[str, Any]], metric: str, label: str, task: str
) -> None:
    folder, report = run
    tuned = report["systems"]["tuned"]
    assert tuned["metrics"][metric]["value"] == tuned["slices"]["task"][task][metric]["value"] > 0
    files = write_report(folder, "all_extended")
    markdown, page = files.markdown.read_text(encoding="utf-8"), files.html.read_text(encoding="utf-8")
    assert f"| {label} | Tuned model | " in markdown
    tables = markdown.split("### ")
    by_task = next(table for table in tables if table.startswith("By task, and together"))
    slices = next(table for table in tables if table.startswith("By task\n"))
    for table in (by_task, slices):
        head = next(line for line in table.splitlines() if line.startswith("|"))
        assert label in head
    name = {"tool_benchmark": "tool", "rag_benchmark": "notes"}[task]
    row = next(line for line in by_task.splitlines() if line.startswith(f"| {name} | Tuned model |"))
    column = [cell.strip() for cell in next(filter(lambda x: x.startswith("|"), by_task.splitlines())).split("|")]
    assert row.split("|")[column.index(label)].strip().startswith("50 %")
    assert page.count(f'<th scope="col" class="num">{label}</th>') >= 2
    assert f"{label.lower()} 50 % [" in headline(report)


def test_a_run_without_them_does_not_speak_of_them(run: tuple[Path, Mapping[str, Any]]) -> None:
    _, report = run
    metrics = {"format_compliance": report["systems"]["tuned"]["metrics"]["tool_call_accuracy"]}
    assert "tool calls" not in headline({"systems": {"tuned": {"metrics": metrics}}})

"""Judge, review and seeds at the real command line."""

import csv
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from small_course import command, write_rows

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "evaluation"))

from evaluation_rows import GOOD, REFUSING, item, prediction, refusal
from judge_server import JudgeServer, verdict

KEY = "sk-never-written"
WEATHER = "The weather was fine that day. " * 700
LONG = f"{WEATHER}So there is no field left inside. {WEATHER}"
"""Longer than the rules read, so that they leave open what stands in the middle."""


@pytest.fixture
def files(tmp_path: Path) -> Path:
    write_rows(tmp_path / "bench.jsonl", [item("a"), item("b"), refusal("r")])
    answers = [prediction("a", GOOD), prediction("b", LONG), prediction("r", REFUSING)]
    write_rows(tmp_path / "p.jsonl", answers)
    write_rows(tmp_path / "p1.jsonl", [{**row, "seed": 1} for row in answers[:2]])
    write_rows(tmp_path / "p2.jsonl", [{**row, "seed": 2, "prediction": ""} for row in answers])
    return tmp_path


def evaluate(root: Path, *words: str, **environment: str) -> Any:
    told = ("evaluate", "--eval-file", "bench.jsonl", "--predictions", "p.jsonl", "--output-dir", "scores", *words)
    return command(root, *told, TUTORSMITH_CACHE=str(root / "cache"), **environment)


def report_of(root: Path) -> dict[str, Any]:
    return json.loads((root / "scores/eval_report.json").read_text(encoding="utf-8"))


def test_a_judge_decides_what_the_rules_leave_open(files: Path) -> None:
    with JudgeServer(verdict("covered", "there is no field left inside")) as server:
        asked = ("--judge-url", server.url, "--judge-model", "judge-1")
        done = evaluate(files, *asked, JUDGE_API_KEY=KEY)
        assert done.returncode == 0, done.stderr
        assert server.asked[0][1]["Authorization"] == f"Bearer {KEY}"
        again = evaluate(files, *asked, JUDGE_API_KEY=KEY)
        assert len(server.asked) == 1
    assert "judge judge-1: asked about 1 verdicts (0 known already): 1 covered" in done.stdout
    assert "(1 known already)" in again.stdout
    assert "key_point_coverage 100 % with the judge, 50 % without" in done.stdout
    report = report_of(files)
    assert report["judge"]["url_host"] in server.url
    assert report["systems"]["predictions"]["metrics"]["key_point_coverage"]["undecided"] == 1
    written = [path for path in files.rglob("*") if path.is_file() and KEY.encode() in path.read_bytes()]
    assert written == [] and KEY not in done.stdout + done.stderr


def test_a_judge_that_fails_leaves_the_earlier_report(files: Path) -> None:
    assert evaluate(files).returncode == 0
    before = report_of(files)
    with JudgeServer((401, {})) as server:
        asked = ("--judge-url", server.url, "--judge-model", "judge-1")
        done = evaluate(files, *asked, JUDGE_API_KEY=KEY)
        assert done.returncode == 4
        assert done.stderr.startswith("error: ") and "JUDGE_API_KEY" in done.stderr and KEY not in done.stderr
        assert report_of(files) == before
        optional = evaluate(files, *asked, "--judge-optional", JUDGE_API_KEY=KEY)
    assert optional.returncode == 0, optional.stderr
    assert "warning: judge model judge-1: 1 of 1 questions failed" in optional.stdout
    assert report_of(files)["judge"]["failed"] == 1


@pytest.mark.parametrize(
    "words",
    [("--judge-url", "http://127.0.0.1:1/v1"), ("--judge-model", "m"), ("--judge-optional",),
     ("--judge-url", "nowhere", "--judge-model", "m")],
)  # fmt: skip
def test_half_a_judge_is_a_usage_error(files: Path, words: tuple[str, ...]) -> None:
    done = evaluate(files, *words)
    assert done.returncode == 2
    assert "--judge-" in done.stderr and "\n  mend: " in done.stderr


def test_a_teacher_fills_in_the_sheet(files: Path) -> None:
    done = evaluate(files, "--write-review", "sheet.csv")
    assert done.returncode == 0, done.stderr
    assert "review sheet: sheet.csv" in done.stdout
    rows = list(csv.DictReader(io.StringIO((files / "sheet.csv").read_text(encoding="utf-8-sig"), newline="")))
    for row in rows:
        if row["metric"] == "key_point_coverage":
            row.update(verdict="covered", reviewer="AB", note="says it in the middle")
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), delimiter=";")
    writer.writeheader()
    writer.writerows(rows)
    (files / "filled.csv").write_text(text.getvalue(), encoding="utf-8-sig", newline="")
    done = evaluate(files, "--review", "filled.csv")
    assert done.returncode == 0, done.stderr
    assert "review: 2 verdicts by a teacher; the rules agree in 50 %" in done.stdout
    report = report_of(files)
    assert report["systems"]["predictions"]["metrics"]["key_point_coverage"]["value"] == 1.0
    # the sheet is never written over
    refused = evaluate(files, "--write-review", "sheet.csv")
    assert refused.returncode == 2 and "another name" in refused.stderr


def test_a_review_line_that_fits_nothing(files: Path) -> None:
    (files / "review.csv").write_text("id,verdict\nc,covered\n", encoding="utf-8")
    done = evaluate(files, "--review", "review.csv")
    assert done.returncode == 3
    assert "review.csv:2" in done.stderr and not (files / "scores/eval_report.json").exists()


def test_several_seeds(files: Path) -> None:
    done = evaluate(files, "--predictions", "p1.jsonl", "--predictions", "p2.jsonl")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "error: p2.jsonl: most answers are unusable"
    assert "error: p1.jsonl: 1 item without a prediction: r" in lines
    assert "seeds: 3 files, seeds 0, 1, 2" in lines
    assert any(line.startswith("  key_point_coverage: mean 33.3 %") and "unstable" in line for line in lines)
    assert report_of(files)["seeds"]["n"] == 3


@pytest.mark.parametrize("module", ["scores", "data"])
def test_scoring_and_checking_load_no_model_framework(module: str) -> None:
    look = "[name for name in ('torch', 'transformers', 'peft') if name in sys.modules]"
    code = f"import sys, tutorsmith.commands.{module}; print({look})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

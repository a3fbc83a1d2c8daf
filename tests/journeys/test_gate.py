"""A run at the gate, through the real command line: each outcome, wrong usage, bad input, seeds from the index."""

import json
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from run_folders import LOOP, WRONG, Made, change_json, make_run
from small_course import command
from tutorsmith.cli import main

GOOD = Made(questions=80, refusals=40)
DAY = 86_400


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three good seeds, a run with every second answer wrong, one on few questions, a looping one. Not changed."""
    root = tmp_path_factory.mktemp("gate")
    for seed in range(3):
        make_run(root / f"outputs/good{seed}", GOOD.but(seed=seed, made=GOOD.made + seed * DAY))
    half = GOOD.but(answer=lambda k: WRONG if k % 2 else GOOD.answer(k), settings={"lora_r": 2})
    make_run(root / "outputs/half", half)
    make_run(root / "outputs/few", GOOD.but(questions=8, refusals=3))
    make_run(root / "outputs/loop", GOOD.but(answer=lambda _: LOOP, settings={"lora_r": 3}))
    return root


def here(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """`tutorsmith WORDS...` in the folder `root`, in this process: the same entry point, without the start-up."""
    out, err, code = StringIO(), StringIO(), 0
    with pytest.MonkeyPatch.context() as patched, redirect_stdout(out), redirect_stderr(err):
        patched.chdir(root)
        patched.setattr(sys, "argv", ["tutorsmith", *words])
        try:
            main()
        except SystemExit as left:
            code = int(left.code or 0)
    return subprocess.CompletedProcess(words, code, out.getvalue(), err.getvalue())


def gate(course: Path, run: str, *words: str, policy: str = "course") -> subprocess.CompletedProcess[str]:
    return here(course, "gate", f"outputs/{run}", "--policy", policy, *words)


def decision(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(done.stdout)
    return value


def test_ship(course: Path) -> None:
    done = command(course, "gate", "outputs/good0", "--policy", "course")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0] == "ship"
    assert lines[1] == "outputs/good0: stage style, system tuned_notes, policy course"
    assert all(line.startswith("  ok  ") for line in lines[2:])
    assert any("key_point_coverage > 90 % on low" in line and "100 % [95.4–100 %], n 80" in line for line in lines)
    assert any("3 (0, 1, 2)" in line for line in lines), "the index knows the other seeds"


def test_hold(course: Path) -> None:
    done = command(course, "gate", "outputs/half", "--policy", "course", "--json")
    assert done.returncode == 1
    said = decision(done)
    assert (said["outcome"], said["exit_code"], said["stage"]) == ("hold", 1, "style")
    assert said["reasons"] == ["key_point_coverage: the whole interval 39.3 % to 60.7 % is below 90 %"]
    written = json.loads((course / "outputs/half/gate.json").read_text(encoding="utf-8"))
    assert written == said
    report = json.loads((course / "outputs/half/eval_report_style.json").read_text(encoding="utf-8"))
    assert said["manifest"] == report["manifest"]
    assert said["policy"]["hash"].startswith("sha256:")


def test_insufficient_evidence(course: Path) -> None:
    done = command(course, "gate", "outputs/few", "--policy", "course")
    assert done.returncode == 2
    assert done.stdout.splitlines()[0] == "insufficient evidence"
    assert "with 8 questions not even all right would do, it takes at least 35" in done.stdout


def test_degenerate_answers_are_held_by_the_most_lenient_policy(course: Path, tmp_path: Path) -> None:
    policy = tmp_path / "lenient.toml"
    policy.write_text('[[require]]\nmetric = "refusal_accuracy"\ndirection = ">="\nthreshold = 0\n', encoding="utf-8")
    done = gate(course, "loop", policy=str(policy))
    assert done.returncode == 1
    assert "degenerate: tuned_notes (80 looping of 120)" in done.stdout
    assert gate(course, "good0", policy=str(policy)).returncode == 0


def test_a_named_seed_must_differ_in_its_seed_only(course: Path) -> None:
    named = gate(course, "good0", "--seeds", "outputs/good1", "--runs", "outputs/good2", "--json")
    assert decision(named)["seeds"] == [0, 1, 2]
    other = gate(course, "good0", "--seeds", "outputs/half")
    assert other.returncode == 3
    assert "differs in more than its seed: lora_r" in other.stderr
    twice = gate(course, "good0", "--seeds", "outputs/good1", "--seeds", "outputs/good1")
    assert twice.returncode == 3 and "the seed 1 is also that of outputs/good1" in twice.stderr


def test_no_worse_than_a_named_run(course: Path, tmp_path: Path) -> None:
    policy = tmp_path / "regression.toml"
    policy.write_text(f'[regression]\nrun = "{course}/outputs/good0"\nmargin = 0.05\n', encoding="utf-8")
    worse = gate(course, "half", policy=str(policy))
    assert worse.returncode == 1 and "difference -50 points" in worse.stdout
    assert gate(course, "good1", policy=str(policy)).returncode == 0
    elsewhere = gate(course, "few", policy=str(policy))
    assert elsewhere.returncode == 2 and "another benchmark: not comparable" in elsewhere.stdout
    itself = gate(course, "good0", policy=str(policy))
    assert itself.returncode == 64 and "with itself" in itself.stderr
    assert gate(course, "good0", "--against", "outputs/good2", policy=str(policy)).returncode == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["outputs/good0"], "policy"),
        (["outputs/good0", "--policy", "coarse"], "did you mean 'course'"),
        (["outputs/good0", "--polcy", "course"], "did you mean '--policy'"),
        ([], "gate --help"),
        (["outputs/good0", "--policy", "course", "--against", "outputs/good1"], "compares with no run"),
    ],
)
def test_wrong_usage_is_64(course: Path, words: list[str], told: str) -> None:
    done = here(course, "gate", *words)
    assert done.returncode == 64, done.stderr
    assert told in done.stderr and "Traceback" not in done.stderr


def test_a_wrong_policy_is_64_and_names_every_mistake(course: Path, tmp_path: Path) -> None:
    policy = tmp_path / "p.toml"
    policy.write_text(
        '[[require]]\nmetric = "coverage"\ndirection = ">"\nthreshold = 0.9\non = "lwo"\n', encoding="utf-8"
    )
    done = gate(course, "good0", policy=str(policy))
    assert done.returncode == 64
    assert "did you mean 'key_point_coverage'" in done.stderr and "did you mean 'low'" in done.stderr


def test_wrong_usage_elsewhere_is_still_2(course: Path) -> None:
    assert here(course, "runs", "lst").returncode == 2
    assert here(course, "runs", "show", "absent").returncode == 2


@pytest.mark.parametrize(
    ("spoil", "code", "told"),
    [
        ("no folder", 3, "no such run folder"),
        ("no manifest", 3, "manifest.json: file not found"),
        ("other predictions", 1, "these predictions are not the ones that were scored"),
        ("better numbers", 1, "is not what the report's own items give"),
        ("no check", 2, "the data was not checked"),
        ("missing answers", 1, "2 are missing"),
    ],
)
def test_folders_that_cannot_be_trusted(course: Path, tmp_path: Path, spoil: str, code: int, told: str) -> None:
    run = tmp_path / "run"
    if spoil == "missing answers":
        make_run(run, GOOD.but(answer=lambda k: "" if k < 2 else GOOD.answer(k)))
    elif spoil != "no folder":
        make_run(run, GOOD)
    if spoil == "no manifest":
        (run / "manifest.json").unlink()
    elif spoil == "other predictions":
        (run / "predictions_style.jsonl").write_text("{}\n", encoding="utf-8")
    elif spoil == "better numbers":
        change_json(run / "eval_report_style.json", better)
    elif spoil == "no check":
        (run / "check.json").unlink()
    done = here(course, "gate", str(run), "--policy", "course")
    assert done.returncode == code
    assert told in done.stdout + done.stderr


def better(report: dict[str, Any]) -> None:
    report["systems"]["tuned_notes"]["metrics"]["format_compliance"]["value"] = 0.99


def test_the_index_shows_what_the_gate_said(course: Path) -> None:
    gate(course, "few")
    done = here(course, "runs", "list", "--json")
    assert done.returncode == 0
    runs = {run["path"]: run for run in json.loads(done.stdout)["runs"]}
    assert runs["few"]["gate"] == "insufficient evidence"
    assert set(runs) == {"good0", "good1", "good2", "half", "few", "loop"}
    best = here(course, "runs", "best", "--metric", "key_point_coverage", "--lower-bound", "--json")
    (large,) = [group for group in json.loads(best.stdout)["groups"] if group["best"][0]["items"] == 80]
    assert {row["path"] for row in large["best"]} == {"good0", "good1", "good2"}
    assert [(row["path"], row["told_apart"]) for row in large["others"]] == [("half", True)]


def test_the_other_commands_of_the_index(course: Path) -> None:
    shown = here(course, "runs", "show", "good0", "--json")
    assert [other["seed"] for other in json.loads(shown.stdout)["seeds"]] == [1, 2]
    compared = here(course, "runs", "compare", "good0", "half", "few", "--json")
    assert json.loads(compared.stdout)["comparable"] is False
    trend = here(course, "runs", "trend", "--out", "pages", "--json")
    assert json.loads(trend.stdout)["series"][0]["stage"] == "style"
    assert (course / "pages/trend.svg").stat().st_size > 5000
    damaged = here(course, "runs", "list")
    (course / "outputs/runs.sqlite").write_bytes(b"garbage" * 1000)
    mended = here(course, "runs", "list")
    assert mended.returncode == 0 and mended.stdout == damaged.stdout
    assert "the index was damaged" in mended.stderr

"""From notes to a training file: `expand`, `review`, `--accept-into`, `check`, at the command line."""

import io
import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from expand_servers import recorded
from expand_tools import STARTER
from judge_server import JudgeServer

from tutorsmith import cli
from tutorsmith.core.errors import DataError, UsageError
from tutorsmith.expand.queue import open_queue

QUEUE = "outputs/expand/style_sample.en.jsonl"


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "course"
    shutil.copytree(STARTER, folder)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("COLUMNS", "120")
    return folder


def tutorsmith(*words: str) -> int:
    return cli.app(args=list(words), standalone_mode=False, prog_name="tutorsmith") or 0


def test_from_notes_to_a_training_file(
    course: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with recorded() as server:
        asked = ("--endpoint", server.url, "--model", "recorded", "--parallel", "1")
        monkeypatch.setenv("EXPAND_API_KEY", "sk-never-written")
        assert tutorsmith("expand", "style", "--count", "10", *asked) == 0
        assert len(server.asked) == 12
        assert server.asked[0][1]["Authorization"] == "Bearer sk-never-written"
    told = capsys.readouterr().out
    assert "10 asked for: 6 passed all checks and wait for review, 3 rejected by rule, 1 without" in told
    assert "sk-never-written" not in (course / QUEUE).read_text(encoding="utf-8")

    monkeypatch.setattr(sys, "stdin", io.StringIO("a\na\nr says too little\ns\na\n"))
    assert tutorsmith("review", QUEUE, "--reviewer", "AB") == 0
    assert "3 accepted, 1 rejected, 2 waiting" in capsys.readouterr().out

    file = "data/training/processed/style_more.jsonl"
    assert tutorsmith("review", QUEUE, "--accept-into", file) == 0
    assert "3 appended" in capsys.readouterr().out
    assert tutorsmith("review", QUEUE, "--accept-into", file) == 0
    assert "0 appended" in capsys.readouterr().out
    rows = [json.loads(line) for line in (course / file).read_text(encoding="utf-8").splitlines()]
    assert len({row["id"] for row in rows}) == 3
    assert all(row["meta"]["provenance"]["reviewer"] == "AB" for row in rows)
    assert tutorsmith("check", file, "--against", "data/training/eval/style_benchmark.jsonl") == 0
    assert tutorsmith("review", QUEUE, "--status") == 0
    assert "what failed" in capsys.readouterr().out


def test_a_sheet_at_the_command_line(
    course: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with recorded() as server:
        tutorsmith("expand", "style", "--count", "3", "--endpoint", server.url, "--model", "m", "--parallel", "1")
    monkeypatch.chdir(course / "data")  # paths of the queue are given, the project is found above
    queue = f"../{QUEUE}"
    assert tutorsmith("review", queue, "--export", "drafts.csv") == 0
    assert "2 drafts -> drafts.csv" in capsys.readouterr().out
    sheet = course / "data/drafts.csv"
    head, *rest = sheet.read_text(encoding="utf-8-sig").split("\r\n")
    assert head.startswith("id,kind,chapter,question,answer")
    sheet.write_text(
        "\r\n".join([head, *rest]).replace(",,,,,", ",accept,,,,CD,".replace("CD,", ""), 1), encoding="utf-8"
    )
    assert tutorsmith("review", queue, "--import", "drafts.csv", "--reviewer", "CD") == 0
    assert "1 accepted (0 of them edited), 0 rejected" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("expand", "style"), "say who writes"),
        (("expand", "style", "--endpoint", "http://h/v1"), "has no name"),
        (("expand", "style", "--endpoint", "http://h/v1", "--engine", "torch", "--model", "m"), "say who writes"),
        (("expand", "style", "--endpoint", "h:1", "--model", "m"), "no http"),
        (("expand", "style", "--engine", "tarch"), "unknown engine"),
        (("expand", "stile", "--dry-run"), "unknown stage"),
        (("review", QUEUE), "no such file"),
        (("review", "data/training/eval/style_benchmark.jsonl", "--status"), "not a review queue"),
        (("review", QUEUE, "--status", "--export", "a.csv"), "exclude each other"),
    ],
)
def test_wrong_usage(course: Path, words: tuple[str, ...], told: str) -> None:
    del course
    with pytest.raises((UsageError, DataError), match=told):
        tutorsmith(*words)


def test_a_dry_run_asks_and_writes_nothing(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert tutorsmith("expand", "style", "--dry-run", "--count", "4") == 0
    told = capsys.readouterr().out
    assert "8 there, 4 planned" in told and "Write it about excerpt" in told
    assert not (course / "outputs").exists()


def test_a_queue_of_another_kind_is_not_mixed(course: Path) -> None:
    with recorded() as server:
        asked = ("--endpoint", server.url, "--model", "m", "--queue", "q.jsonl", "--parallel", "1")
        tutorsmith("expand", "style", "--count", "1", *asked)
        with pytest.raises(DataError, match="this queue is for form 'sample', not 'benchmark'"):
            tutorsmith("expand", "style", "--count", "1", "--kind", "benchmark", *asked)
    assert len(open_queue(course / "q.jsonl").entries) == 1


def test_a_kill_loses_nothing(course: Path) -> None:
    """Killed while the third reply is awaited; the same command asks for what is missing and for nothing else."""
    with recorded() as server, JudgeServer("hang") as silent:
        answer, asked = server.answer, server.asked
        assert answer is not None
        server.answer = lambda body: answer(body) if len(asked) < 3 else silent.next_entry(body, {})
        words = ["expand", "style", "--count", "4", "--endpoint", server.url, "--model", "m", "--parallel", "1"]
        run = subprocess.Popen([sys.executable, "-m", "tutorsmith.cli", *words], cwd=course, stdout=subprocess.DEVNULL)
        ends = time.monotonic() + 180
        while len(asked) < 3 and run.poll() is None and time.monotonic() < ends:
            time.sleep(0.02)
        run.send_signal(signal.SIGKILL)
        run.wait()
        kept = list(open_queue(course / QUEUE).entries)
        assert len(kept) == 2
        server.over.set()
        server.answer = answer
        del asked[:]
        tutorsmith(*words)
        assert len(asked) == 2
    entries = open_queue(course / QUEUE).entries
    assert list(entries)[:2] == kept and len(entries) == 4
    assert all(entry.state != "drafted" for entry in entries.values())


def test_the_local_engine_with_a_model_that_is_too_small(course: Path, tiny_model: Path) -> None:
    """A byte-level tokenizer makes more tokens of the prompt than the tiny model's context holds."""
    with pytest.raises(DataError, match=r"the prompt of a draft has \d+ tokens, the model's context 4096"):
        tutorsmith("expand", "style", "--count", "1", "--engine", "torch", "--model", str(tiny_model))
    assert open_queue(course / QUEUE).entries == {}

"""`tutorsmith check` and `tutorsmith stats` as they are called, on right and on broken files."""

import json
from pathlib import Path
from typing import Any

import pytest

from tutorsmith.cli import app

ROOT = Path(__file__).parents[2]
STYLE = ROOT / "data" / "training" / "processed" / "style_sft.jsonl"
BENCHMARK = ROOT / "data" / "training" / "eval" / "style_benchmark.jsonl"


def call(*args: Any) -> int:
    code = app(args=[str(arg) for arg in args], standalone_mode=False)
    return int(code or 0)


def leaking(folder: Path) -> tuple[Path, str, str]:
    """A sample that asks a question of the benchmark, and the ids of the two."""
    item = json.loads(BENCHMARK.read_text(encoding="utf-8").splitlines()[0])
    question = [m for m in item["messages"] if m["role"] == "user"]
    row = {"id": "leak", "messages": [*question, {"role": "assistant", "content": "By symmetry the field is radial."}]}
    file = folder / "train.jsonl"
    file.write_text(json.dumps(row) + "\n", encoding="utf-8")
    return file, "leak", item["id"]


def test_check_says_what_is_wrong_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, _, _ = leaking(tmp_path)
    assert call("check", file, "--against", BENCHMARK, "--format", "json") == 1
    result = json.loads(capsys.readouterr().out)
    assert set(result) == {"files", "findings", "counts"}
    (finding,) = result["findings"]
    assert list(finding) == ["file", "line", "field", "kind", "severity", "message", "mend"]
    assert (finding["kind"], finding["severity"], finding["line"]) == ("question-overlap", "error", 1)


def test_a_reviewed_pair_is_no_leak(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, train, item = leaking(tmp_path)
    allow = tmp_path / "allow.jsonl"
    allow.write_text(json.dumps({"train": train, "benchmark": item, "reason": "kept for the example"}) + "\n")
    assert call("check", file, "--against", BENCHMARK, "--allow", allow) == 0
    assert "0 errors" in capsys.readouterr().out


def test_redact_writes_a_copy_that_passes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    row = {
        "id": "a",
        "messages": [{"role": "user", "content": "I am Anna Lindqvist (a.l@uni-kassel.de). Why is B zero?"}],
    }
    row["messages"].append({"role": "assistant", "content": "Dear Anna Lindqvist, by symmetry."})
    file, copy = tmp_path / "a.jsonl", tmp_path / "clean" / "a.jsonl"
    file.write_bytes(json.dumps(row).encode() + b"\r\n")
    assert call("check", file, "--redact", copy) == 0
    out = capsys.readouterr()
    assert "1 record" in out.out
    assert "0 warnings" in out.out
    assert "email 1, person-name 2" in out.err
    assert copy.read_bytes().endswith(b"\r\n")
    text = json.loads(copy.read_bytes())["messages"]
    assert text[0]["content"] == "I am [NAME_1] ([EMAIL_1]). Why is B zero?"
    assert text[1]["content"] == "Dear [NAME_1], by symmetry."


def test_redact_never_writes_over_its_input(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text("{}\n")
    (tmp_path / "link.jsonl").symlink_to(file)
    for out in (file, tmp_path, tmp_path / "link.jsonl"):
        with pytest.raises(Exception, match="replace its input"):
            call("check", file, "--redact", out)
    assert file.read_text() == "{}\n"


def test_several_files_are_cleaned_into_a_folder(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("a.jsonl", "b.jsonl")]
    for file in files:
        file.write_text(json.dumps({"id": file.stem, "x": "mail a.l@uni-kassel.de"}) + "\n")
    call("check", *files, "--redact", tmp_path / "out")
    assert "[EMAIL_1]" in (tmp_path / "out" / "b.jsonl").read_text()


def test_stats_count_and_say_what_was_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text(STYLE.read_text(encoding="utf-8") + '{"id": "cut", \n[1]\n', encoding="utf-8")
    assert call("stats", file, "--format", "json", "--plot", tmp_path / "a.svg") == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["records"], found["left_out"]) == (28, 2)
    assert found["files"][0]["left_out_lines"] == [29, 30]
    assert sum(found["balance"]["chapter"].values()) == 28
    for part in ("question", "answer", "sample"):
        lengths = found["lengths"][part]
        assert 0 < lengths["min"] <= lengths["median"] <= lengths["p95"] <= lengths["max"]
    drawing = (tmp_path / "a.svg").read_text(encoding="utf-8")
    assert "By chapter" in drawing
    assert call("stats", file) == 0
    assert "29, 30" in capsys.readouterr().out


def test_stats_without_the_embedded_model_is_an_estimate(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tutorsmith.commands.stats.can_count", lambda: False)
    call("stats", STYLE)
    assert "words (an estimate" in capsys.readouterr().out

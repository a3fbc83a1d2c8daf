"""The commands for files as a user calls them: what they print, what they leave, how they end."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tutorsmith.cli import app

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "data/training/processed/all_sft.jsonl"
RUNNER = CliRunner()


def call(*words: object, code: int = 0) -> str:
    result = RUNNER.invoke(app, list(map(str, words)), catch_exceptions=False)
    assert result.exit_code == code, result.output
    return result.output


def test_convert_says_what_it_read_lost_and_wrote(tmp_path: Path) -> None:
    out = tmp_path / "a.json"
    text = call("convert", SHIPPED, "--to", "alpaca", "--out", out)
    assert "read as tutorsmith" in text
    assert "refusal_type (11)" in text
    assert f"40 records -> {out}" in text
    told = json.loads(call("convert", out, "--to", "tutorsmith", "--out", tmp_path / "b.jsonl", "--format", "json"))
    assert (told["written"], told["restored"], told["bad"], told["lost"]) == (40, 40, [], {})


def test_bad_rows_end_with_3_and_are_listed(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("question,answer\nWhat is E?,V/m\nWhat is B?,\n", encoding="utf-8")
    words = ("convert", tmp_path / "a.csv", "--to", "tutorsmith", "--out", tmp_path / "b.jsonl")
    text = call(*words, code=3)
    assert f"{tmp_path / 'a.csv'}:3: the answer is empty" in text
    assert "nothing written: 1 row cannot be converted" in text
    assert not (tmp_path / "b.jsonl").exists()
    assert "1 record ->" in call(*words, "--skip-bad")


def test_a_system_prompt_and_columns(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("Frage,Antwort\nWas ist E?,V/m\n", encoding="utf-8")
    (tmp_path / "prompt.txt").write_text("Be a tutor.\n", encoding="utf-8")
    words = ("convert", tmp_path / "a.csv", "--to", "openai", "--out", tmp_path / "b.jsonl", "--no-kept")
    call(*words, "--system", tmp_path / "prompt.txt", "--column", "question=Frage", "--column", "answer=B")
    row = json.loads((tmp_path / "b.jsonl").read_text(encoding="utf-8"))
    assert [message["content"] for message in row["messages"]] == ["Be a tutor.", "Was ist E?", "V/m"]
    assert not (tmp_path / "b.jsonl.kept").exists()


def test_split_prints_its_counts(tmp_path: Path) -> None:
    text = call("split", SHIPPED, "--out-dir", tmp_path, "--by", "refusal_type")
    assert "refusal_type" in text.splitlines()[0]
    told = json.loads(call("split", SHIPPED, "--out-dir", tmp_path, "--folds", 3, "--format", "json"))
    assert sorted(told["parts"].values()) == [13, 13, 14]
    assert len(told["files"]) == 6


def test_merge_and_sample(tmp_path: Path) -> None:
    style, writing = (SHIPPED.with_name(f"{name}_sft.jsonl") for name in ("style", "writing"))
    text = call("merge", f"{style}=1", f"{writing}=2", "--out", tmp_path / "m.jsonl")
    assert "40 records, 84 rows an epoch" in text
    assert len(call("sample", tmp_path / "m.jsonl", "-n", 5).splitlines()) == 5


@pytest.mark.parametrize(
    "words",
    [
        ("split", SHIPPED),
        ("split", SHIPPED, "--folds", "3", "--train", "a", "--eval", "b"),
        ("split", SHIPPED, "--train", SHIPPED, "--eval", "b.jsonl"),
        ("merge", SHIPPED, "--out", SHIPPED),
        ("sample", SHIPPED, "-n", "2", "--out", SHIPPED),
        ("convert", SHIPPED, "--to", "alpaca", "--out", "x.json", "--column", "question"),
    ],
)
def test_wrong_usage(words: tuple[object, ...]) -> None:
    from tutorsmith.core.errors import UsageError

    with pytest.raises(UsageError):
        call(*words)

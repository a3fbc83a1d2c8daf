"""Two runs side by side."""

import json
from pathlib import Path
from typing import Any

import pytest
from report_runs import MANIFEST, MakeRun, all_report, style_report, verdict

from tutorsmith.core.errors import DataError
from tutorsmith.report import compare_runs


def compared(a: Path, b: Path, out: Path, language: str = "en") -> tuple[dict[str, Any], str, str]:
    files = compare_runs(a, b, out, language)
    return (
        json.loads(files.json.read_text(encoding="utf-8")),
        files.markdown.read_text(encoding="utf-8"),
        files.html.read_text(encoding="utf-8"),
    )


def run_with_passes(passes: list[bool]) -> dict[str, Any]:
    """A style run whose tuned_notes answer to question i passes its one key point or not."""
    report = style_report()
    template = next(i for i in report["items"] if i["system"] == "tuned_notes")
    report["items"] = [
        template | {"id": f"q{i}", "question": f"Question {i}?", "verdicts": [verdict("point", passed)]}
        for i, passed in enumerate(passes)
    ]
    return report


def test_a_run_against_itself_shows_no_difference(make_run: MakeRun, tmp_path: Path) -> None:
    a, b = make_run(name="a"), make_run(name="b")
    numbers, markdown, page = compared(a, b, tmp_path / "out")
    stage = numbers["stages"][0]
    assert (stage["shared_questions"], stage["b_won"], stage["b_lost"], stage["sign_test_p"]) == (4, 0, 0, 1.0)
    assert stage["differences"] == []
    assert "No difference in settings, data or model." in markdown
    assert "<script" not in page


def test_six_wins_and_no_loss_are_shown_and_five_are_not(make_run: MakeRun, tmp_path: Path) -> None:
    a = make_run(run_with_passes([False] * 6), name="a")
    numbers, markdown, _ = compared(a, make_run(run_with_passes([True] * 6), name="b"), tmp_path / "six")
    assert numbers["stages"][0]["sign_test_p"] == pytest.approx(2 / 2**6)
    assert "B answers more questions better than A" in markdown
    _, markdown, _ = compared(a, make_run(run_with_passes([True] * 5 + [False]), name="c"), tmp_path / "five")
    assert "No difference is shown: B is better in 5 questions, A in 0" in markdown


def test_the_same_id_with_another_question_is_not_shared(make_run: MakeRun, tmp_path: Path) -> None:
    other = run_with_passes([True, True])
    other["items"][1]["question"] = "Something else?"
    a, b = make_run(run_with_passes([False, False]), name="a"), make_run(other, name="b")
    numbers, markdown, _ = compared(a, b, tmp_path / "out")
    stage = numbers["stages"][0]
    assert (stage["shared_questions"], stage["only_a"], stage["only_b"]) == (1, 1, 1)
    assert "1 questions are in both runs; 1 only in A, 1 only in B" in markdown


def test_what_differs_is_listed(make_run: MakeRun, tmp_path: Path) -> None:
    changed = {
        "manifest.json": MANIFEST | {"code": "0.2.0", "seeds": [7]},
        "training_config.json": {"settings": {"learning_rate": {"value": 0.001, "source": "default"}}},
    }
    numbers, _, _ = compared(make_run(name="a"), make_run(name="b", change=changed), tmp_path / "out")
    rows = {(kind, name): (a, b) for kind, name, a, b in numbers["stages"][0]["differences"]}
    assert rows["code", ""] == ("0.1.0", "0.2.0")
    assert rows["settings", "learning_rate"] == ("0.002", "0.001")
    assert rows["settings", "lora_rank"] == ("16", "")
    assert rows["seeds", ""] == ("42", "7")
    assert not any(kind == "data" for kind, _ in rows)


def test_runs_of_different_stages_share_their_common_questions(make_run: MakeRun, tmp_path: Path) -> None:
    numbers, _, page = compared(make_run(name="a"), make_run(all_report(), name="b"), tmp_path / "out", "zh")
    assert numbers["stages"][0]["shared_questions"] == 4
    assert "两次运行共有 4 题" in page


def test_a_broken_run_is_named_in_red(make_run: MakeRun, tmp_path: Path) -> None:
    report = style_report()
    for item in report["items"]:
        if item["system"] == "tuned_notes":
            item |= {"answer": "", "flags": ["empty"]}
    _, markdown, page = compared(make_run(name="a"), make_run(report, name="b"), tmp_path / "out")
    assert "🔴 **B: The tuned model is broken" in markdown
    assert "B: The tuned model is broken" in page


def test_a_folder_without_report_is_a_data_error(make_run: MakeRun, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no evaluation in this folder"):
        compare_runs(make_run(name="a"), tmp_path / "nowhere", tmp_path / "out")

"""Findings are kept for the very same files, lists and context, and found anew for others."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from small_course import samples, write_rows
from tutorsmith.core.artifacts import cache_folder
from tutorsmith.pipeline.check import check, kept_check

CHECKED = "tutorsmith.data.checks.check_files"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TUTORSMITH_CACHE", str(tmp_path / "cache"))
    rows = samples()
    rows.append({**rows[0], "id": "odd", "refusal_type": "no such kind"})
    write_rows(tmp_path / "a.jsonl", rows)
    return tmp_path / "a.jsonl"


def test_findings_are_kept_as_they_were(file: Path, forbid: Callable[[str], None]) -> None:
    wanted = check([file], context=512)
    assert not wanted.ok
    assert kept_check([file], [], allowed=(), context=512).as_dict() == wanted.as_dict()
    forbid(CHECKED)
    again = kept_check([file], [], allowed=(), context=512)
    assert (again.as_dict(), again.findings, again.files) == (wanted.as_dict(), wanted.findings, wanted.files)


@pytest.mark.parametrize("change", ["file", "context", "allowed", "against", "damage"])
def test_another_check_is_made_anew(file: Path, forbid: Callable[[str], None], change: str) -> None:
    kept_check([file], [], allowed=(), context=512)
    if change == "file":
        file.write_text(file.read_text(encoding="utf-8") + json.dumps(samples()[0]) + "\n", encoding="utf-8")
    if change == "damage":
        (entry,) = (cache_folder() / "checks").iterdir()
        entry.write_text(entry.read_text(encoding="utf-8")[:-9], encoding="utf-8")
    forbid(CHECKED)
    with pytest.raises(AssertionError, match="was called"):
        kept_check(
            [file],
            [file] if change == "against" else [],
            allowed=[("a", "b")] if change == "allowed" else (),
            context=256 if change == "context" else 512,
        )

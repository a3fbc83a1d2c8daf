"""A leak stops a run before it writes anything, unless the stage's reviewed list names the pair."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tutorsmith.core.errors import DataError
from tutorsmith.pipeline.steps import check_step
from tutorsmith.project import load_project

QUESTION = "Why is the electric field inside a hollow conductor zero when no charge is in its cavity?"


def run_in(folder: Path, allow: str) -> Any:
    sample = {
        "id": "t-1",
        "messages": [{"role": "user", "content": QUESTION}, {"role": "assistant", "content": "By Gauss."}],
    }
    item = {"id": "b-1", "messages": [{"role": "user", "content": QUESTION}], "key_points": ["the field is zero"]}
    (folder / "train.jsonl").write_text(json.dumps(sample) + "\n")
    (folder / "bench.jsonl").write_text(json.dumps(item) + "\n")
    text = f'[stages.style]\ntrain = ["train.jsonl"]\neval = ["bench.jsonl"]\n{allow}'
    (folder / "tutorsmith.toml").write_text(text)
    stage = load_project(folder / "tutorsmith.toml").stage("style")
    model = SimpleNamespace(settings=SimpleNamespace(model_name_or_path="smollm2-135m"))
    (folder / "out").mkdir()
    return SimpleNamespace(stage=stage, settings=SimpleNamespace(model=model), folder=folder / "out", samples=[])


def test_a_leak_stops_the_run(tmp_path: Path) -> None:
    run = run_in(tmp_path, "")
    with pytest.raises(DataError, match="question-overlap"):
        check_step(run)
    assert list(run.folder.iterdir()) == []


def test_a_reviewed_pair_does_not(tmp_path: Path) -> None:
    run = run_in(tmp_path, 'allow = "allow.jsonl"\n')
    pair = {"train": "t-1", "benchmark": "b-1", "reason": "asked in class"}
    (tmp_path / "allow.jsonl").write_text(json.dumps(pair) + "\n")
    assert check_step(run).ok
    assert (run.folder / "check.json").is_file()


def test_a_list_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file"):
        check_step(run_in(tmp_path, 'allow = "allow.jsonl"\n'))

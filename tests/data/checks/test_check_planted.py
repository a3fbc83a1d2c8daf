"""A small version of benchmarks/planted.py: some plants of each kind are found, and right files are silent."""

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

BENCHMARKS = str(Path(__file__).parents[3] / "benchmarks")


@pytest.fixture(scope="module")
def planted() -> Iterator[Any]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(BENCHMARKS)
        # Words are counted for the context: reading the embedded tokenizer takes longer than all plants.
        patch.setattr("tutorsmith.pipeline.check.can_count", lambda: False)
        yield importlib.import_module("planted")


def test_unusual_but_right_files_are_silent(planted: Any, tmp_path: Path) -> None:
    for about, data in planted.UNUSUAL:
        assert (about, planted.kinds_of(data, tmp_path, item=False)) == (about, set())


def test_pairs_that_are_no_repeats_and_no_leaks_are_silent(planted: Any, tmp_path: Path) -> None:
    for about, first, second in planted.NO_REPEATS:
        assert (about, planted.kinds_of(planted.repeat_file(first, second), tmp_path, item=False)) == (about, set())
    for about, train, bench in planted.NO_LEAKS:
        found = planted.check(*planted.pair_files(train, bench, tmp_path)).findings
        assert (about, found) == (about, ())


def test_the_first_plant_of_each_kind_is_found(planted: Any, tmp_path: Path) -> None:
    sample = next(row for row in planted.rows(planted.SAMPLES) if row["refusal_type"] is None)
    item = next(row for row in planted.rows(planted.ITEMS) if row["refusal_type"] is None)
    for kind, plants in planted.PLANTS.items():
        data = planted.planted(plants[0], item if plants[0].item else sample) + b"\n"
        assert kind in planted.kinds_of(data, tmp_path, item=plants[0].item), plants[0].about


def test_planted_leaks_are_found_in_english_and_chinese(planted: Any, tmp_path: Path) -> None:
    for kind, about, train, bench in planted.LEAKS:
        found = planted.check(*planted.pair_files(train, bench, tmp_path)).findings
        assert kind in {finding.kind for finding in found}, about


def test_every_kind_is_planted(planted: Any) -> None:
    lists = (planted.FILE_PLANTS, planted.REPEATS, planted.LEAKS)
    assert {*planted.PLANTS, *(row[0] for rows in lists for row in rows)} == set(planted.CHECKS)

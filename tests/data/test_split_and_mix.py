"""Files taken apart and put together: seeded, in proportion, with what is alike on one side."""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutorsmith.core.errors import DataError, UsageError
from tutorsmith.data.checks import check_files
from tutorsmith.data.groups import groups_of
from tutorsmith.data.mix import mix, parse_weights, pick, repeats_of, shares
from tutorsmith.data.read import read_samples
from tutorsmith.data.split import assign, split_file, write_folds, write_parts
from tutorsmith.data.strata import strata

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "data/training/processed/all_sft.jsonl"
TOPICS = ("capacitor", "solenoid", "antenna", "waveguide", "dipole", "magnet", "resistor", "plasma", "laser", "cable")


def record(name: str, question: str, **meta: Any) -> dict[str, Any]:
    messages = [{"role": "user", "content": question}, {"role": "assistant", "content": f"The answer of {name}."}]
    return {"id": name, "messages": messages, "meta": meta}


def write(path: Path, records: Sequence[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(r) + "\n" for r in records), encoding="utf-8")
    return path


LONG = "How large is the capacitance of two parallel plates of 2 cm2 at a distance of 1 mm in a vacuum chamber?"
OTHER_NUMBERS = LONG.replace("2 cm2", "7 cm2").replace("1 mm", "5 mm")
REWORDED = "Two parallel plates of 2 cm2 in a vacuum chamber at a distance of 1 mm: how large is the capacitance?"


@pytest.mark.parametrize("second", [LONG, LONG.upper() + "!", OTHER_NUMBERS, REWORDED])
def test_alike_questions_are_one_group(second: str) -> None:
    others = [record(topic, f"What does a {topic} do, and why?") for topic in TOPICS]
    groups = groups_of([record("a", LONG), *others, record("b", second)])
    assert [0, 11] in groups
    assert len(groups) == 11


def test_near_miss_pairs_are_one_group() -> None:
    records = [
        record("a", "What is E here?", pair="p"),
        record("b", "Where is the door?", pair="p"),
        record("c", "Why?"),
    ]
    assert groups_of(records) == [[0, 1], [2]]
    by_id = [record("x", "What is E here?", pair="y"), record("z", "Why?"), record("y", "Where is the door?", pair="x")]
    assert groups_of(by_id) == [[0, 2], [1]]


def test_no_shipped_pair_is_split_apart() -> None:
    file = SHIPPED.with_name("style_sft_extended.jsonl")
    split = split_file(file, ["chapter"], share=0.2, folds=0, seed=1)
    side = {split.records[k]["id"]: name for name, part in split.parts.items() for k in part}
    pairs = [(raw["id"], raw["meta"]["pair"]) for raw in split.records if "pair" in raw["meta"]]
    assert len(pairs) == 54
    assert [pair for pair in pairs if side[pair[0]] != side[pair[1]]] == []


def test_the_shipped_file_is_split_by_refusals(tmp_path: Path) -> None:
    split = split_file(SHIPPED, ["refusal_type"], share=0.2, folds=0, seed=3)
    assert {name: len(part) for name, part in split.parts.items()} == {"train": 32, "eval": 8}
    assert split.alike == 0
    for counts in split.counts().values():
        assert abs(counts["eval"] - 0.2 * (counts["eval"] + counts["train"])) < 1
    train, held = tmp_path / "train.jsonl", tmp_path / "eval.jsonl"
    write_parts(split, train, held)
    assert [finding for finding in check_files([train], [held]).findings if "overlap" in finding.kind] == []
    first = train.read_bytes()
    write_parts(split_file(SHIPPED, ["refusal_type"], share=0.2, folds=0, seed=3), train, held)
    assert train.read_bytes() == first
    assert split_file(SHIPPED, ["refusal_type"], share=0.2, folds=0, seed=4).parts != split.parts


def test_folds_hold_each_record_once(tmp_path: Path) -> None:
    split = split_file(SHIPPED, ["refusal_type"], share=0.2, folds=4, seed=0)
    files = write_folds(split, tmp_path)
    held = [sample.id for file in files if file.name == "eval.jsonl" for sample in read_samples(file)]
    assert Counter(held) == Counter(sample.id for sample in read_samples(SHIPPED))
    for fold in range(1, 5):
        parts = [
            {s.id for s in read_samples(tmp_path / f"fold-{fold}" / f"{name}.jsonl")} for name in ("train", "eval")
        ]
        assert not parts[0] & parts[1]
        assert len(parts[0] | parts[1]) == 40


@settings(max_examples=60, deadline=None)
@given(
    sizes=st.lists(st.integers(1, 3), min_size=4, max_size=30),
    kinds=st.data(),
    share=st.sampled_from([0.1, 0.2, 0.5]),
    seed=st.integers(0, 5),
)
def test_groups_stay_whole_and_sums_are_near_their_share(
    sizes: list[int], kinds: st.DataObject, share: float, seed: int
) -> None:
    total = sum(sizes)
    starts = [sum(sizes[:k]) for k in range(len(sizes))]
    groups = [list(range(start, start + size)) for start, size in zip(starts, sizes, strict=True)]
    own = [(kinds.draw(st.sampled_from("abc")),) for _ in range(total)]
    parts = assign(groups, own, {"train": 1 - share, "eval": share}, seed)
    assert sorted(parts["train"] + parts["eval"]) == list(range(total))
    assert all(len({k in parts["eval"] for k in group}) == 1 for group in groups)
    if max(sizes) == 1:
        assert abs(len(parts["eval"]) - share * total) <= 0.5 + 1e-9


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        ({"share": 1.0}, "the share is 1.0"),
        ({"folds": 1}, "1 folds"),
        ({"by": ["chaptre"]}, "no record has a 'chaptre'"),
    ],
)
def test_flags_that_do_not_fit(flags: dict[str, Any], told: str) -> None:
    with pytest.raises(UsageError, match=told):
        split_file(SHIPPED, **{"by": [], "share": 0.2, "folds": 0, "seed": 0, **flags})


def test_files_that_cannot_be_split(tmp_path: Path) -> None:
    alike = write(tmp_path / "a.jsonl", [record(str(k), LONG, pair="p") for k in range(4)])
    with pytest.raises(DataError, match="nothing is left for"):
        split_file(alike, [], share=0.5, folds=0, seed=0)
    doubled = write(tmp_path / "b.jsonl", [record("x", "Q"), record("x", "R")])
    with pytest.raises(DataError, match="stands already on line 1"):
        split_file(doubled, [], share=0.5, folds=0, seed=0)


def files(folder: Path, *counts: int) -> list[Path]:
    return [
        write(folder / f"{n}.jsonl", [record(f"{n}-{k}", f"Question {k} of file {n}?") for k in range(count)])
        for n, count in enumerate(counts)
    ]


def test_weights_are_shares_of_what_an_epoch_learns(tmp_path: Path) -> None:
    one, two = files(tmp_path, 28, 12)
    mixed = mix([(one, 1.0), (two, 2.0)], seed=0)
    assert [(part.samples, part.rows, part.least, part.most) for part in mixed.parts] == [
        (28, 28, 1, 1),
        (12, 56, 4, 5),
    ]
    out = write(tmp_path / "out.jsonl", mixed.records)
    samples = read_samples(out)
    assert len(samples) == 40
    assert sum(map(repeats_of, samples)) == 84
    assert "repeats" not in samples[0].meta
    assert mix([(one, 1.0), (two, 2.0)], seed=0) == mixed
    assert mix([(one, 1.0), (two, 2.0)], seed=1) != mixed


def test_a_smaller_mix_leaves_samples_out(tmp_path: Path) -> None:
    one, two = files(tmp_path, 28, 12)
    mixed = mix([(one, 1.0), (two, 1.0)], seed=0, size=20)
    assert [(part.rows, part.least, part.most) for part in mixed.parts] == [(10, 0, 1), (10, 0, 1)]
    assert len(mixed.records) == 20


def test_equal_shares_of_what_there_is_repeat_nothing(tmp_path: Path) -> None:
    mixed = mix([(path, weight) for path, weight in zip(files(tmp_path, 3, 6), (0.1, 0.2), strict=True)], seed=0)
    assert [part.rows for part in mixed.parts] == [3, 6]


def test_mixes_that_are_refused(tmp_path: Path) -> None:
    one, two = files(tmp_path, 300, 1)
    with pytest.raises(DataError, match="repeat each sample 300 times"):
        mix([(one, 1.0), (two, 1.0)], seed=0)
    with pytest.raises(DataError, match="stands in"):
        mix([(two, 1.0), (write(tmp_path / "c.jsonl", [record("1-0", "Q")]), 1.0)], seed=0)
    for text in ("a.jsonl=0", "a.jsonl=-1", "a.jsonl=much", "a.jsonl=nan"):
        with pytest.raises(UsageError, match="the weight of"):
            parse_weights([text])
    assert parse_weights(["a.jsonl", "b=c.jsonl=2"]) == [(Path("a.jsonl"), 1.0), (Path("b=c.jsonl"), 2.0)]


@pytest.mark.parametrize("repeats", [0, -1, 2.0, "2", True, 101, None])
def test_repeats_that_are_no_number_stop_the_training(repeats: Any, tmp_path: Path) -> None:
    (sample,) = read_samples(write(tmp_path / "a.jsonl", [record("a", "Q", repeats=repeats)]))
    with pytest.raises(DataError, match=r"meta\.repeats is") as caught:
        repeats_of(sample)
    assert str(caught.value.where).endswith("a.jsonl:1")


@given(weights=st.lists(st.integers(1, 9), min_size=1, max_size=6), size=st.integers(0, 50))
def test_shares_sum_up(weights: list[int], size: int) -> None:
    found = shares(weights, size)
    assert sum(found) == size
    assert all(abs(n - size * w / sum(weights)) < 1 for n, w in zip(found, weights, strict=True))


def test_a_sample_stands_for_its_file() -> None:
    rows = pick(SHIPPED, 20, ["refusal_type"], seed=0)
    assert Counter(row["refusal_type"] is None for row in rows) == {True: 15, False: 5}
    order = [sample.id for sample in read_samples(SHIPPED)]
    assert [row["id"] for row in rows] == [name for name in order if name in {row["id"] for row in rows}]
    assert pick(SHIPPED, 20, ["refusal_type"], seed=0) == rows
    with pytest.raises(UsageError, match="41 of 40"):
        pick(SHIPPED, 41, [], seed=0)


def test_strata_are_of_top_fields_and_meta() -> None:
    rows = [{"mode": "tutor", "refusal_type": None, "meta": {"chapter": "ch1"}}, {"mode": "polish", "meta": {}}]
    assert strata(rows, ["mode", "chapter"]) == [("tutor", "ch1"), ("polish", "(none)")]


def test_training_learns_a_sample_as_often_as_it_is_repeated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tutorsmith.pipeline import prompts

    samples = read_samples(write(tmp_path / "a.jsonl", [record("a", "Q"), record("b", "R", repeats=3)]))
    monkeypatch.setattr(prompts.Prompter, "_rows", lambda _self, sample, _hits, _line: [sample.id])
    prompter = prompts.Prompter(None, None, None, "en")  # type: ignore[arg-type]
    assert list(prompter.rendered(samples, seed=0, max_length=8)) == [(["a"], 0), (["b", "b", "b"], 0)]

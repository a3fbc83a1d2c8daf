"""The index says what the folders say: new, changed and gone ones, damaged ones, and after damage of its own."""

import json
import shutil
import sqlite3
from pathlib import Path

import pytest

from run_folders import Made, change_json, make_run
from tutorsmith.core.errors import DataError, ResourceError, UsageError
from tutorsmith.runs import index
from tutorsmith.runs.index import INDEX_NAME, open_index
from tutorsmith.runs.migrations import MIGRATIONS

ALL = ["seed0", "seed1", "seed2", "group/slow", "group/loop", "small"]


def paths(root: Path) -> list[str]:
    return [record.path for record in open_index(root).records]


def test_all_runs_in_the_order_in_which_they_were_made(root: Path) -> None:
    runs = open_index(root)
    assert [record.path for record in runs.records] == ALL
    assert runs.notice == ""
    first = runs.find("seed0")
    assert (first.stage, first.model, first.seed, first.product) == ("style", "tiny", 0, "tuned_notes")
    assert first.made == "2025-10-09T08:53:20+00:00"
    assert first.metrics["key_point_coverage"]["value"] == 1.0
    assert first.metrics["key_point_coverage"]["items"] == 12
    assert set(first.systems) == {"base_notes", "tuned_notes"}
    assert first.usable and first.gate == ""
    assert [record.degenerate for record in runs.records] == [False] * 4 + [True, False]


def test_a_second_look_reads_nothing_again(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = open_index(root).records
    monkeypatch.setattr(index, "record_of", lambda *_: pytest.fail("an unchanged folder was read again"))
    assert open_index(root).records == before


def test_new_gone_and_changed_folders(root: Path) -> None:
    open_index(root)
    make_run(root / "late", Made(questions=2, refusals=1, made=1_800_000_000))
    shutil.rmtree(root / "small")
    change_json(root / "seed0" / "manifest.json", lambda manifest: manifest.update(code="9"))
    runs = open_index(root)
    assert [record.path for record in runs.records] == [*ALL[:-1], "late"]
    changed = runs.find("seed0")
    assert changed.code == "9"
    assert changed.mismatch == "the report was made from another manifest"
    assert (changed.manifest_state, changed.usable) == ("mixed", False)


@pytest.mark.parametrize(
    ("file", "content", "told"),
    [
        ("manifest.json", "{", "manifest.json: not valid JSON"),
        ("manifest.json", "[]", "manifest.json: not the manifest of a run"),
        ("manifest.json", None, "manifest.json: file not found"),
        ("eval_report_style.json", None, "eval_report_style.json: file not found"),
        ("eval_report_style.json", '{"systems": {}}', "it has no systems"),
        ("training_config.json", None, "training_config.json: file not found"),
        ("training_config.json", '{"settings": 3}', "not a training_config.json"),
    ],
)
def test_a_damaged_folder_is_listed_with_the_reason(root: Path, file: str, content: str | None, told: str) -> None:
    (root / "seed1" / file).unlink()
    if content is not None:
        (root / "seed1" / file).write_text(content, encoding="utf-8")
    runs = open_index(root)
    assert sorted(record.path for record in runs.records) == sorted(ALL)
    record = runs.find("seed1")
    assert told in record.damage
    assert (record.manifest_state, record.usable) == ("damaged", False)


@pytest.mark.parametrize(
    "file", ["predictions_style.jsonl", "predictions_style.base_notes.jsonl", "adapter_model.safetensors"]
)
def test_a_folder_of_mixed_files_is_listed_with_the_reason(root: Path, file: str) -> None:
    open_index(root)
    with (root / "seed1" / file).open("a", encoding="utf-8") as stream:
        stream.write("\n")
    record = open_index(root).find("seed1")
    assert file in record.mismatch and not record.damage


def test_what_is_no_run_is_not_listed(root: Path) -> None:
    for name in ("seed0/checkpoints/step-2", ".hidden/run", "seed0/runs"):
        (root / name).mkdir(parents=True)
        (root / name / "manifest.json").write_text("{}", encoding="utf-8")
    (root / "scores").mkdir()
    (root / "scores" / "eval_report.json").write_text("{}", encoding="utf-8")
    assert paths(root) == ALL


@pytest.mark.parametrize("spoil", ["garbage", "half", "record", "newer"])
def test_a_damaged_index_is_made_anew_and_says_so(root: Path, spoil: str) -> None:
    before = open_index(root).records
    file = root / INDEX_NAME
    if spoil == "garbage":
        file.write_bytes(b"no database at all, but long enough to look like something" * 100)
    elif spoil == "half":
        file.write_bytes(file.read_bytes()[:5000])
    else:
        statement = (
            "UPDATE runs SET record = '{'" if spoil == "record" else f"PRAGMA user_version = {len(MIGRATIONS) + 1}"
        )
        connection = sqlite3.connect(file)
        connection.execute(statement)
        connection.commit()
        connection.close()
    runs = open_index(root)
    assert runs.records == before
    assert "the index was damaged" in runs.notice and "runs.sqlite.damaged" in runs.notice
    assert (root / "runs.sqlite.damaged").is_file()
    assert open_index(root).notice == ""


def test_two_damaged_indexes_are_both_kept(root: Path) -> None:
    for content in (b"one", b"two"):
        (root / INDEX_NAME).write_bytes(content * 500)
        open_index(root)
    assert (root / "runs.sqlite.damaged").read_bytes() == b"one" * 500
    assert (root / "runs.sqlite.damaged-2").read_bytes() == b"two" * 500


def test_a_lost_index_is_made_again(root: Path) -> None:
    before = open_index(root).records
    (root / INDEX_NAME).unlink()
    assert open_index(root).records == before


def test_the_database_of_another_program_is_not_touched(root: Path, tmp_path: Path) -> None:
    file = tmp_path / "other.sqlite"
    connection = sqlite3.connect(file)
    connection.execute("CREATE TABLE runs (a)")
    connection.commit()
    connection.close()
    content = file.read_bytes()
    with pytest.raises(UsageError, match="another program"):
        open_index(root, file)
    assert file.read_bytes() == content


def test_where_the_index_lies(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUTORSMITH_INDEX", str(tmp_path / "by_variable.sqlite"))
    open_index(root)
    open_index(root, tmp_path / "deep" / "by_flag.sqlite")
    assert (tmp_path / "by_variable.sqlite").is_file() and (tmp_path / "deep" / "by_flag.sqlite").is_file()
    assert not (root / INDEX_NAME).exists()


def test_a_root_that_is_not_there_and_an_index_that_is_a_folder(root: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such folder"):
        open_index(tmp_path / "absent")
    with pytest.raises(ResourceError, match="the index cannot be used"):
        open_index(root, root / "seed0")


def test_an_old_schema_is_brought_up_to_date(root: Path) -> None:
    """The first release's file: only the first migration."""
    file = root / INDEX_NAME
    connection = sqlite3.connect(file)
    connection.execute(MIGRATIONS[0])
    connection.execute("PRAGMA user_version = 1")
    connection.execute(f"PRAGMA application_id = {index.APPLICATION_ID}")
    connection.commit()
    connection.close()
    assert paths(root) == ALL
    connection = sqlite3.connect(file)
    (count,) = connection.execute("SELECT count(*) FROM metrics WHERE path = 'seed0'").fetchone()
    connection.close()
    assert count > 4


def test_runs_are_found_by_path_name_and_folder(root: Path) -> None:
    runs = open_index(root)
    for name in ("group/slow", "slow", "group/slow/", str(root / "group/slow")):
        assert runs.find(name).path == "group/slow"
    with pytest.raises(UsageError, match=r"no run 'seed9'") as caught:
        runs.find("seed9")
    assert "did you mean 'seed" in str(caught.value)
    shutil.copytree(root / "group/slow", root / "other/slow")
    with pytest.raises(UsageError, match="'slow' names 2 runs"):
        open_index(root).find("slow")


def test_runs_that_differ_in_their_seed_only_are_siblings(root: Path) -> None:
    runs = open_index(root)
    assert [other.path for other in runs.siblings(runs.find("seed0"))] == ["seed1", "seed2"]
    assert runs.siblings(runs.find("slow")) == []
    assert runs.siblings(runs.find("small")) == []


def test_siblings_leave_out_mixed_runs_and_count_a_seed_once(root: Path) -> None:
    shutil.copytree(root / "seed1", root / "again")
    (root / "seed2" / "adapter_model.safetensors").write_text("other", encoding="utf-8")
    runs = open_index(root)
    assert len(runs.siblings(runs.find("seed0"))) == 1


@pytest.mark.parametrize(
    ("gate", "wanted"),
    [
        ({"outcome": "hold", "manifest": "right"}, "hold"),
        ({"outcome": "ship", "manifest": "of an earlier state"}, "stale"),
        ({"outcome": 3}, "unreadable"),
        ("{", "unreadable"),
    ],
)
def test_the_outcome_at_the_gate_is_kept_and_grows_stale(root: Path, gate: object, wanted: str) -> None:
    open_index(root)
    manifest = json.loads((root / "seed0/eval_report_style.json").read_text(encoding="utf-8"))["manifest"]
    text = gate if isinstance(gate, str) else json.dumps(gate).replace('"right"', json.dumps(manifest))
    (root / "seed0/gate.json").write_text(text, encoding="utf-8")
    assert open_index(root).find("seed0").gate == wanted

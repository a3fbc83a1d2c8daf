"""The shared cache: damaged entries are found and made again, the bound holds, two runs do not collide."""

import json
import multiprocessing
import os
import time
from pathlib import Path

import pytest

from tutorsmith.core import cache
from tutorsmith.core.artifacts import cache_folder
from tutorsmith.core.cache import (
    chosen_rooms,
    clear,
    damage_of,
    entries,
    kept_folder,
    limit_bytes,
    read_value,
    trim,
    verify,
    write_value,
)
from tutorsmith.core.errors import UsageError


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TUTORSMITH_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("TUTORSMITH_CACHE_GIB", raising=False)
    return tmp_path / "cache"


def write_two(place: Path) -> None:
    (place / "a.bin").write_bytes(b"0123456789")
    (place / "sub").mkdir()
    (place / "sub" / "b.bin").write_bytes(b"abc")


def set_age(path: Path, seconds: float) -> None:
    os.utime(path, (time.time() - seconds,) * 2)


def test_a_value_is_kept_and_a_damaged_one_is_taken_away() -> None:
    file = cache_folder() / "answers" / "ab" / "c.json"
    assert read_value(file) is None
    write_value(file, {"ids": [1, 2], "text": "µ₀"})
    assert read_value(file) == {"ids": [1, 2], "text": "µ₀"}
    whole = file.read_text(encoding="utf-8")
    for damaged in (whole[:-5], whole.replace("[1, 2]", "[1, 3]"), "[]", "{}", ""):
        file.write_text(damaged, encoding="utf-8")
        assert read_value(file) is None
        assert not file.exists()


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        ("missing", "a.bin is missing"),
        ("short", "a.bin has 3 bytes instead of 10"),
        ("changed", "a.bin has other content"),
        ("foreign", "c.bin is foreign"),
        ("seal", "cannot be read"),
    ],
)
def test_a_damaged_folder_is_made_again(damage: str, says: str) -> None:
    folder = cache_folder() / "models" / "m"
    assert kept_folder(folder, write_two) == folder
    file = folder / "a.bin"
    if damage == "missing":
        file.unlink()
    elif damage == "short":
        file.write_bytes(b"012")
    elif damage == "changed":
        file.write_bytes(b"0123456780")
        set_age(file, 5)
    elif damage == "foreign":
        (folder / "c.bin").write_bytes(b"")
    else:
        (folder / cache.SEAL).write_text("{", encoding="utf-8")
    assert says in str(damage_of(folder))
    kept_folder(folder, write_two)
    assert damage_of(folder, thorough=True) is None and file.read_bytes() == b"0123456789"
    assert [path.name for path in folder.parent.iterdir()] == ["m"]


def test_a_whole_folder_is_not_made_twice_and_one_that_does_not_fit_is() -> None:
    folder = cache_folder() / "models" / "m"
    kept_folder(folder, write_two)

    def never(_place: Path) -> None:
        raise AssertionError

    kept_folder(folder, never)
    set_age(folder / "a.bin", 99)  # copied elsewhere: times differ, contents do not
    kept_folder(folder, never, lambda place: (place / "sub" / "b.bin").is_file())
    with pytest.raises(AssertionError):
        kept_folder(folder, never, lambda _place: False)
    assert damage_of(folder) is None, "the old one stays until its replacement is ready"


def test_what_fails_while_it_is_made_leaves_nothing() -> None:
    folder = cache_folder() / "models" / "m"

    def fail(place: Path) -> None:
        write_two(place)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        kept_folder(folder, fail)
    assert list(folder.parent.iterdir()) == []


def test_verify_hashes_everything_and_removes_what_is_damaged() -> None:
    folder, file = cache_folder() / "models" / "m", cache_folder() / "judge" / "q.json"
    kept_folder(folder, write_two)
    write_value(file, "whole")
    assert verify() == []
    state = (folder / "a.bin").stat()
    (folder / "a.bin").write_bytes(b"9876543210")
    os.utime(folder / "a.bin", ns=(state.st_atime_ns, state.st_mtime_ns))
    assert damage_of(folder) is None, "neither size nor time tell: only a thorough look does"
    assert [(entry.path, damage) for entry, damage in verify()] == [(folder, "a.bin has other content")]
    assert not folder.exists() and file.exists() and verify() == []


def test_the_longest_unused_go_first_and_none_in_use() -> None:
    files = [cache_folder() / "answers" / "ab" / f"{k}.json" for k in range(4)]
    for k, file in enumerate(files):
        write_value(file, "x" * 1000)
        set_age(file, 10_000 - 1000 * k)
    size = files[0].stat().st_size
    assert read_value(files[0]) is not None, "to be read is to be used"
    assert [entry.path for entry in trim(2 * size)] == [files[1], files[2]]
    assert [entry.path for entry in trim(0)] == [files[3]], "the first was used just now"
    (left,) = entries()
    assert (left.room, left.path, left.size) == ("answers", files[0], size)
    assert left.used > time.time() - 60 > files[0].stat().st_mtime, "its own time still tells when it was written"
    assert [entry.path for entry in trim(0, spare_seconds=0)] == [files[0]]


def test_the_bound_is_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    assert limit_bytes() == 20 * 2**30
    monkeypatch.setenv("TUTORSMITH_CACHE_GIB", "0.5")
    assert limit_bytes() == 2**29
    for wrong in ("much", "-1", "nan", "inf"):
        monkeypatch.setenv("TUTORSMITH_CACHE_GIB", wrong)
        with pytest.raises(UsageError, match="not a size"):
            limit_bytes()


def test_an_entry_too_much_makes_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUTORSMITH_CACHE_GIB", str(300 / 2**30))
    old, new = cache_folder() / "models" / "old", cache_folder() / "models" / "new"
    kept_folder(old, write_two)
    set_age(old, 2 * cache.IN_USE_SECONDS)
    kept_folder(new, write_two)
    assert new.is_dir() and not old.exists()


def test_clear_takes_the_rooms_that_are_named() -> None:
    kept_folder(cache_folder() / "models" / "m", write_two)
    write_value(cache_folder() / "judge" / "q.json", 1)
    (cache_folder() / "models" / ".making-x").mkdir()
    assert [entry.room for entry in clear(chosen_rooms(["models"]))] == ["models"]
    assert [entry.room for entry in entries()] == ["judge"]
    assert list((cache_folder() / "models").iterdir()) == []
    with pytest.raises(UsageError, match="no such part") as caught:
        chosen_rooms(["model"])
    assert "models" in str(caught.value.mend)


def make_slowly(folder: Path, log: Path) -> None:
    def make(place: Path) -> None:
        with log.open("a") as handle:
            handle.write("made\n")
        time.sleep(0.2)
        write_two(place)

    kept_folder(folder, make)


def test_two_runs_that_want_the_same_make_it_once(tmp_path: Path) -> None:
    folder, log = cache_folder() / "models" / "m", tmp_path / "log"
    fork = multiprocessing.get_context("fork")
    runs = [fork.Process(target=make_slowly, args=(folder, log)) for _ in range(3)]
    for run in runs:
        run.start()
    for run in runs:
        run.join(20)
    assert [run.exitcode for run in runs] == [0, 0, 0]
    assert log.read_text(encoding="utf-8") == "made\n" and damage_of(folder, thorough=True) is None


def test_the_command_tells_and_verifies(capsys: pytest.CaptureFixture[str]) -> None:
    from tutorsmith.commands.cache import clear_command, list_command, size_command, verify_command

    kept_folder(cache_folder() / "models" / "m", write_two)
    file = cache_folder() / "answers" / "ab" / "c.json"
    write_value(file, 1)
    size_command(as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert told["rooms"]["models"]["entries"] == told["rooms"]["answers"]["entries"] == 1
    list_command(["answers"], as_json=True)
    assert [row["name"] for row in json.loads(capsys.readouterr().out)["entries"]] == ["answers/ab/c.json"]
    size_command(as_json=False)
    list_command([], as_json=False)
    assert "20.0 GiB" in (out := capsys.readouterr().out) and "models/m" in out and "in 2 entries" in out
    assert verify_command(as_json=False) == 0
    file.write_text("{", encoding="utf-8")
    assert verify_command(as_json=True) == 1
    assert json.loads(capsys.readouterr().out.partition("\n")[2])["damaged"][0]["name"] == "answers/ab/c.json"
    clear_command([], None)
    assert "removed 1 entry" in capsys.readouterr().out and entries() == []
    with pytest.raises(UsageError):
        clear_command(["models"], 1.0)

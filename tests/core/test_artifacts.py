"""Writing: whole or not at all, and every refusal of the system an error with its mend."""

import errno
import os
import resource
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from small_course import leftovers
from tutorsmith.core.artifacts import (
    drop_unfinished,
    hash_file,
    hash_folder,
    hash_value,
    make_folder,
    read_json,
    write_bytes,
    write_json,
    write_jsonl,
    write_text,
    writing,
    writing_to,
)
from tutorsmith.core.errors import DataError, ResourceError


def refusing(number: int) -> Callable[..., Any]:
    def refuse(*_arguments: Any, **_named: Any) -> Any:
        raise OSError(number, os.strerror(number))

    return refuse


def test_what_is_written_can_be_read(tmp_path: Path) -> None:
    value = {"θ": [1.5, None, "中"], "empty": {}}
    write_json(tmp_path / "deep" / "a.json", value)
    assert read_json(tmp_path / "deep" / "a.json") == value
    write_jsonl(tmp_path / "rows.jsonl", [{"a": "x\ny"}, {"b": 2}])
    assert (tmp_path / "rows.jsonl").read_text(encoding="utf-8") == '{"a": "x\\ny"}\n{"b": 2}\n'
    assert leftovers(tmp_path) == []


def test_artifacts_are_as_readable_as_the_umask_says(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        write_text(tmp_path / "a", "x")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o644


@pytest.mark.parametrize("place", ["tempfile.mkstemp", "os.fsync", "os.replace"])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EFBIG, errno.EIO])
def test_a_refused_write_leaves_the_old_file(
    place: str, number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.json"
    write_text(file, "old")
    with monkeypatch.context() as patched:
        patched.setattr(place, refusing(number))
        with pytest.raises(ResourceError) as caught:
            write_text(file, "new")
    assert caught.value.exit_code == 5
    assert caught.value.where == str(file)
    assert os.strerror(number) in caught.value.what
    assert caught.value.mend
    assert file.read_text() == "old"
    assert leftovers(tmp_path) == []


def test_a_file_written_in_pieces_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    write_text(file, "old")
    with pytest.raises(ConnectionError), writing(file) as write:
        write(b"new")
        raise ConnectionError(errno.ECONNRESET, "of something else: no fault of the file")
    assert file.read_text() == "old"
    with writing(file) as write:
        write(b"one\n")
        assert file.read_text() == "old"
        write(b"two\n")
    assert file.read_text() == "one\ntwo\n"
    assert leftovers(tmp_path) == []


@pytest.mark.parametrize("size", [10, 100_000], ids=["at the end", "in a piece"])
def test_a_disk_that_is_full_after_some_pieces_leaves_the_old_file(tmp_path: Path, size: int) -> None:
    file = tmp_path / "a.jsonl"
    write_text(file, "old")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    with pytest.raises(ResourceError, match="cannot write") as caught:
        resource.setrlimit(resource.RLIMIT_FSIZE, (15, limits[1]))
        try:
            with writing(file) as write:
                for _ in range(2):
                    write(b"x" * size)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert caught.value.where == str(file)
    assert file.read_text() == "old" and leftovers(tmp_path) == []


def test_what_a_killed_write_left_is_dropped(tmp_path: Path) -> None:
    file, other = tmp_path / "a[1].jsonl", tmp_path / ".a1.jsonl.kept"
    write_text(file, "old")
    other.write_text("another's", encoding="utf-8")
    code = (
        "import os, signal, sys; from pathlib import Path; from tutorsmith.core.artifacts import writing\n"
        "with writing(Path(sys.argv[1])) as write:\n"
        "    write(b'new'); os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    assert subprocess.run([sys.executable, "-c", code, str(file)], check=False).returncode == -signal.SIGKILL
    assert len(list(tmp_path.iterdir())) == 3, "the kill leaves its piece"
    drop_unfinished(file)
    assert {path.name for path in tmp_path.iterdir()} == {file.name, other.name}
    assert file.read_text(encoding="utf-8") == "old"


def test_interrupted_in_the_middle_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_text(tmp_path / "a", "old")

    def interrupt(_handle: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("os.fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_bytes(tmp_path / "a", b"new")
    assert (tmp_path / "a").read_text() == "old"
    assert leftovers(tmp_path) == []


def test_file_in_place_of_a_folder_and_the_other_way_round(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "folder").mkdir()
    for wrong in (
        lambda: make_folder(tmp_path / "file"),
        lambda: make_folder(tmp_path / "file" / "below"),
        lambda: write_text(tmp_path / "file" / "below", "y"),
        lambda: write_text(tmp_path / "folder", "y"),
        lambda: write_text(tmp_path / ("n" * 300), "y"),
    ):
        with pytest.raises(ResourceError, match="cannot write") as caught:
            wrong()
        assert caught.value.exit_code == 5
    assert (tmp_path / "file").read_text() == "x"
    assert leftovers(tmp_path) == []


def test_the_mend_names_what_chooses_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUTORSMITH_CACHE", str(tmp_path / "cache"))
    mends = []
    for path in (tmp_path / "cache" / "a", tmp_path / "run" / "a"):
        with pytest.raises(ResourceError) as caught, writing_to(path):
            raise OSError(errno.ENOSPC, "full")
        mends.append(caught.value.mend or "")
    assert "TUTORSMITH_CACHE" in mends[0]
    assert "--output-dir" in mends[1]


def test_our_own_errors_pass_through(tmp_path: Path) -> None:
    with pytest.raises(ResourceError, match="inner"), writing_to(tmp_path):
        raise ResourceError("inner")


@pytest.mark.parametrize("content", [b"{", b"", b'{"a": NaN', b'"\xff"'])
def test_json_that_is_none_names_the_file(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(content)
    with pytest.raises(DataError) as caught:
        read_json(tmp_path / "a.json")
    assert caught.value.where == str(tmp_path / "a.json")


def test_missing_or_unreadable_files_are_data_errors(tmp_path: Path) -> None:
    for read in (read_json, hash_file):
        for path in (tmp_path / "none", tmp_path):
            with pytest.raises(DataError) as caught:
                read(path)
            assert caught.value.where == str(path)


def test_hashes_depend_on_content_alone(tmp_path: Path) -> None:
    assert hash_value({"a": 1, "b": 2}) == hash_value({"b": 2, "a": 1})
    assert hash_value([1, 2]) != hash_value([2, 1])
    for name in ("one", "two"):
        write_text(tmp_path / name / "sub" / "f", "x")
    assert hash_folder(tmp_path / "one") == hash_folder(tmp_path / "two")
    write_text(tmp_path / "two" / "sub" / "f", "y")
    assert hash_folder(tmp_path / "one") != hash_folder(tmp_path / "two")
    # printf x | sha256sum
    assert hash_file(tmp_path / "one" / "sub" / "f") == (
        "sha256:2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
    )

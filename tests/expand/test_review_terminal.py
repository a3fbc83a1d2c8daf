"""`tutorsmith review` with keys from a pipe and an editor that is a script; accepting into files."""

import io
import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from expand_tools import GOOD, drafted, reply
from rich.console import Console

from tutorsmith.commands.review import Sitting
from tutorsmith.core.errors import DataError, UsageError
from tutorsmith.data.checks import check_files
from tutorsmith.data.read import read_benchmark
from tutorsmith.evaluation.metrics.key_points import parse_key_point
from tutorsmith.expand.accept import accept_into
from tutorsmith.expand.decide import Desk
from tutorsmith.expand.form import FormError, form_of, read_form
from tutorsmith.expand.queue import Queue, create_queue, open_queue
from tutorsmith.expand.screen import status_table
from tutorsmith.expand.setting import Setting, read_setting

ID = "0badcafe"


def sit(queue: Queue, setting: Setting, monkeypatch: pytest.MonkeyPatch, keys: str, *, rejected: bool = False) -> str:
    console = Console(file=io.StringIO(), width=110)
    monkeypatch.setattr(sys, "stdin", io.StringIO(keys))
    Sitting(Desk(queue, setting, "AB"), console, rejected=rejected).run()
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str, code: int = 0) -> None:
    """An $EDITOR that replaces a text."""
    script = tmp_path / "edit.py"
    body = f"p = pathlib.Path(sys.argv[1]); p.write_text(p.read_text().replace({old!r}, {new!r})); sys.exit({code})"
    script.write_text(f"import pathlib, sys\n{body}\n", encoding="utf-8")
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", f"{sys.executable} {script}")


@pytest.fixture
def one(queue: Queue, setting: Setting) -> Queue:
    drafted(queue, setting, reply())
    return queue


def test_the_screen_shows_all_that_is_needed(one: Queue, setting: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = sit(one, setting, monkeypatch, "q\n")
    for text in (
        "Draft 1 of 1",
        "A coil rests in a strong",
        "### Conclusion",
        "key points",
        "[1] 10-faraday-induction.md",
    ):
        assert text in shown, text
    for text in (
        "2 points, 2 found",
        "13 compared",
        "scripted at here",
        "a accept",
        "0 accepted, 0 rejected, 1 waiting",
    ):
        assert text in shown, text


def test_accept_undo_reject_and_quit(one: Queue, setting: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = sit(one, setting, monkeypatch, "x\nr\nr  wrong   sign \n")
    assert "keys: a accept" in shown and "refused: give a reason" in shown
    assert (one.entries[ID].state, one.entries[ID].reason, one.entries[ID].by) == ("rejected", "wrong sign", "AB")
    assert "no draft waits" in sit(one, setting, monkeypatch, "a\n")
    assert "0 accepted, 1 rejected" in shown


def test_skip_and_the_end_of_the_input(one: Queue, setting: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    before = one.path.read_bytes()
    sit(one, setting, monkeypatch, "s\n")
    sit(one, setting, monkeypatch, "")
    sit(one, setting, monkeypatch, "u\n")
    assert one.path.read_bytes() == before


def test_undo_brings_the_draft_back(queue: Queue, setting: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    drafted(queue, setting, reply())
    shown = sit(queue, setting, monkeypatch, "a\n")
    assert "1 accepted" in shown
    console = Console(file=io.StringIO(), width=100)
    sitting = Sitting(Desk(queue, setting, "AB", [ID]), console)
    assert sitting._act("u", "", queue.entries[ID], [queue.entries[ID]])
    assert open_queue(queue.path).entries[ID].waits


def test_an_edit_is_checked_again(
    one: Queue, setting: Setting, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    editor(tmp_path, monkeypatch, "A coil rests in a strong", "A flat coil rests in a strong")
    shown = sit(one, setting, monkeypatch, "e\na\n")
    assert "checked, edited" in shown
    entry = open_queue(one.path).entries[ID]
    assert entry.state == "accepted" and entry.draft is not None and entry.draft.question.startswith("A flat coil")


def test_a_broken_edit_is_refused_and_kept(
    one: Queue, setting: Setting, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    editor(tmp_path, monkeypatch, "induces no emf", "induces an emf of $3.0\\times4.0 = 13.0$ V")
    shown = " ".join(sit(one, setting, monkeypatch, "e\ne\na\n").split())
    assert "refused:" in shown and "12 is not 13" in shown and "your version is kept" in shown
    # the second e opens the kept version, in which nothing is left to replace: still refused; a takes the old draft
    assert open_queue(one.path).entries[ID].draft == GOOD


@pytest.mark.parametrize(
    ("command", "told"), [("", "no editor"), ("/no/such/editor", "cannot be used"), ("'", "cannot be used")]
)
def test_editors_that_do_not_work(
    one: Queue, setting: Setting, monkeypatch: pytest.MonkeyPatch, command: str, told: str
) -> None:
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", command)
    assert told in sit(one, setting, monkeypatch, "e\n")


def test_an_editor_that_changes_nothing_or_fails(
    one: Queue, setting: Setting, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    editor(tmp_path, monkeypatch, "never there", "x")
    assert "nothing was changed" in sit(one, setting, monkeypatch, "e\n")
    editor(tmp_path, monkeypatch, "coil", "wire", code=3)
    assert "ended with 3" in sit(one, setting, monkeypatch, "e\n")


def test_a_draft_that_the_rules_rejected_can_be_mended(
    queue: Queue, setting: Setting, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    drafted(queue, setting, reply(key_points=["the emf is twelve volts"]))
    assert "no draft waits" in sit(queue, setting, monkeypatch, "a\n")
    editor(tmp_path, monkeypatch, "- the emf is twelve volts", "- a constant flux induces no emf")
    shown = sit(queue, setting, monkeypatch, "a\ne\na\n", rejected=True)
    assert "refused: it failed its checks, edit it first" in shown and "rejected by rule" in shown
    assert queue.entries[ID].state == "accepted"


def test_forms_come_back_as_they_were() -> None:
    assert read_form(form_of(GOOD, "A note.")) == GOOD
    refusal = replace(GOOD, key_points=(), cited=None, refusal_type="out_of_scope", difficulty="hard")
    assert read_form(form_of(refusal).replace("\n", "\r\n")) == refusal
    wrapped = form_of(GOOD).replace("- a constant flux induces no emf", "- a constant flux\n  induces no emf")
    assert read_form(wrapped) == GOOD


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("==== answer ====", "==== the answer ====", "==== answer ===="),
        ("==== answer ====", "==== answer ====\n==== answer ====", "once, not 2"),
        ("- {", "- {{", "not valid JSON"),
        ("- a constant", "a constant", "does not begin with a dash"),
        ("\n1\n", "\none\n", "no number"),
        ("\nmedium\n", "\ntricky\n", "tricky"),
    ],
)
def test_forms_that_are_broken(old: str, new: str, told: str) -> None:
    with pytest.raises(FormError, match=told):
        read_form(form_of(GOOD).replace(old, new))


def test_accepting_into_a_file(one: Queue, setting: Setting, tmp_path: Path) -> None:
    file = tmp_path / "more.jsonl"
    assert accept_into(one, setting, file).added == () and not file.exists()
    Desk(one, setting, "AB").accept(one.entries[ID])
    assert accept_into(one, setting, file).added == (f"style-x-{ID}",)
    (row,) = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    told = row["meta"]["provenance"]
    assert (told["draft"], told["reviewer"], told["edited"], told["model"]) == (ID, "AB", False, "scripted")
    assert told["checks"]["key points"] == {"state": "passed", "points": 2, "found": 2}
    assert open_queue(one.path).entries[ID].appended == [str(file)]


def test_accepting_twice_appends_once(one: Queue, setting: Setting, tmp_path: Path) -> None:
    """Also when a kill came between the file and the queue: the file knows the draft by its provenance."""
    file = tmp_path / "more.jsonl"
    file.write_text(
        '{"id": "x", "messages": [{"role": "user", "content": "Hm?"}, {"role": "assistant", "content": "So."}]}'
    )
    Desk(one, setting, "AB").accept(one.entries[ID])
    before = one.path.read_bytes()
    accept_into(one, setting, file)
    whole = file.read_bytes()
    assert whole.count(b"\n") == 2
    one.path.write_bytes(before)
    again = accept_into(open_queue(one.path), setting, file)
    assert (again.added, again.known) == ((), (f"style-x-{ID}",)) and file.read_bytes() == whole


def test_benchmark_items_are_items(setting: Setting, tmp_path: Path) -> None:
    """Drafted, accepted and appended as benchmark items, which the checks then find nothing wrong with."""
    items = read_setting(setting.stage, "benchmark", "en")
    queue = create_queue(tmp_path / "items.jsonl", stage="style", form="benchmark", language="en", notes=[])
    drafted(queue, items, reply())
    Desk(queue, items, "AB").accept(queue.entries[ID])
    file = tmp_path / "bench.jsonl"
    assert accept_into(queue, items, file).added == (f"style-bx-{ID}",)
    result = check_files([*setting.stage.train], [file], validators={"key_points": parse_key_point})
    assert result.ok, result.findings
    (item,) = read_benchmark(file)
    assert (item.reference, item.key_points, item.meta["category"]) == (GOOD.answer, GOOD.key_points, "concept")


def test_what_is_not_appended(one: Queue, setting: Setting, tmp_path: Path) -> None:
    Desk(one, setting, "AB").accept(one.entries[ID])
    same = tmp_path / "same.jsonl"
    row = {"id": "x", "messages": [{"role": "user", "content": GOOD.question}, {"role": "assistant", "content": "So."}]}
    same.write_text(json.dumps(row) + "\n", encoding="utf-8")
    with_file = read_setting(setting.stage, "sample", "en", (), [same])
    done = accept_into(one, with_file, same)
    assert done.added == () and "question-overlap" in done.refused[0][1]
    taken = tmp_path / "taken.jsonl"
    taken.write_text(json.dumps({**row, "id": f"style-x-{ID}"}) + "\n", encoding="utf-8")
    assert "another record of this id" in accept_into(one, setting, taken).refused[0][1]
    with pytest.raises(UsageError, match="benchmark items"):
        accept_into(one, setting, setting.stage.eval[0])
    broken = tmp_path / "broken.jsonl"
    broken.write_text("{\n", encoding="utf-8")
    with pytest.raises(DataError):
        accept_into(one, setting, broken)


def test_a_decision_cannot_be_taken_back_once_it_is_in_a_file(one: Queue, setting: Setting, tmp_path: Path) -> None:
    desk = Desk(one, setting, "AB")
    desk.accept(one.entries[ID])
    accept_into(one, setting, tmp_path / "more.jsonl")
    with pytest.raises(ValueError, match="take it out there"):
        desk.undo()
    with pytest.raises(ValueError, match="take it out there"):
        desk.reject(one.entries[ID], "after all")


def test_the_status_table(one: Queue, setting: Setting) -> None:
    del setting
    console = Console(file=io.StringIO(), width=140)
    console.print(status_table(one))
    assert isinstance(console.file, io.StringIO)
    shown = console.file.getvalue()
    assert "1 drafts for style (sample)" in shown and "the latest plan is done" in shown

"""There and back: nothing is lost, or it is said and kept beside the file."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tutorsmith.core.errors import DataError
from tutorsmith.data.convert.losses import changes, lost_fields, patched

ROOT = Path(__file__).resolve().parents[3]
TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=12).filter(
    lambda t: bool(t.strip())
)
META = st.dictionaries(st.sampled_from(["chapter", "difficulty", "own"]), TEXT | st.integers() | st.none(), max_size=3)
SCHEMA = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}


@st.composite
def dialogues(draw: st.DrawFn, tools: bool) -> dict[str, Any]:
    """A valid sample with its own system prompt, several turns, calls, train flags and meta."""
    messages: list[dict[str, Any]] = []
    if draw(st.booleans()):
        messages.append({"role": "system", "content": draw(TEXT)})
    for turn in range(draw(st.integers(1, 3))):
        messages.append({"role": "user", "content": draw(TEXT)})
        calls = [
            {
                "id": f"t{turn}{k}",
                "type": "function",
                "function": {"name": "f", "arguments": json.dumps({"x": draw(TEXT)})},
            }
            for k in range(draw(st.integers(0, 2 if tools else 0)))
        ]
        if calls:
            messages.append({"role": "assistant", "content": None, "tool_calls": calls})
            messages += [{"role": "tool", "tool_call_id": call["id"], "content": draw(TEXT)} for call in calls]
        answer: dict[str, Any] = {"role": "assistant", "content": draw(TEXT)}
        messages.append({**answer, "train": False} if draw(st.booleans()) else answer)
    record: dict[str, Any] = {"id": draw(TEXT).strip(), "mode": draw(st.sampled_from(["tutor", "polish"]))}
    record |= {"messages": messages, "refusal_type": draw(st.sampled_from([None, "out_of_scope"])), "meta": draw(META)}
    return {**record, "tools": [SCHEMA]} if tools and draw(st.booleans()) else record


@pytest.mark.parametrize(("form", "out"), [("alpaca", "x.json"), ("sharegpt", "x.json"), ("openai", "x.jsonl")])
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_nothing_is_lost(form: str, out: str, workshop: Any, data: st.DataObject) -> None:
    records = data.draw(st.lists(dialogues(form != "alpaca"), min_size=1, max_size=3, unique_by=lambda r: r["id"]))
    result = workshop.convert(workshop.write("own.jsonl", records), to=form, out=out)
    assert result.written == len(records)
    assert workshop.convert(workshop.folder / out, out="back.jsonl").bad == ()
    assert workshop.rows("back.jsonl") == records
    # Without what was kept, what is said to be lost is all that is lost.
    workshop.convert(workshop.folder / "own.jsonl", to=form, out=out, keep=False)
    workshop.convert(workshop.folder / out, out="back.jsonl")
    pairs = zip(records, workshop.rows("back.jsonl"), strict=True)
    assert set[str]().union(*(lost_fields(list(changes(*pair))) for pair in pairs)) == set(result.lost)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=40, deadline=None)
@given(before=JSON, after=JSON)
def test_the_patch_gives_back_what_was(before: Any, after: Any) -> None:
    patch = [(list(path), value) for path, value in changes(before, after)]
    assert patched(after, json.loads(json.dumps(patch))) == before


@pytest.mark.parametrize(
    "name", ["processed/all_sft.jsonl", "eval/style_benchmark.jsonl", "eval/writing_benchmark.jsonl"]
)
@pytest.mark.parametrize(("form", "out"), [("alpaca", "x.json"), ("sharegpt", "x.jsonl"), ("openai", "x.jsonl")])
def test_the_shipped_files_come_back_whole(name: str, form: str, out: str, workshop: Any) -> None:
    path = ROOT / "data/training" / name
    result = workshop.convert(path, to=form, out=out)
    assert result.kept is not None
    assert "meta.chapter" in result.lost
    workshop.convert(workshop.folder / out, out="back.jsonl")
    assert workshop.rows("back.jsonl") == [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


RECORD = {
    "id": "a-1",
    "mode": "polish",
    "messages": [
        {"role": "user", "content": "Q1"},
        {"role": "assistant", "content": "A1", "train": False},
        {"role": "user", "content": "Q2"},
        {"role": "assistant", "content": "A2"},
    ],
    "refusal_type": "out_of_scope",
    "meta": {"chapter": "ch1"},
}


def _alpaca(workshop: Any) -> Mapping[str, Any]:
    result = workshop.convert(workshop.write("own.jsonl", [RECORD]), to="alpaca", out="x.json")
    assert result.lost == {"messages.train": 1, "meta.chapter": 1, "mode": 1, "refusal_type": 1}
    (row,) = workshop.rows("x.json")
    assert row == {"id": "a-1", "instruction": "Q2", "input": "", "output": "A2", "history": [["Q1", "A1"]]}
    return dict(row)


def test_an_answer_that_a_colleague_corrected_wins(workshop: Any) -> None:
    row = _alpaca(workshop)
    workshop.write("x.json", [{**row, "output": "Better."}])
    result = workshop.convert(workshop.folder / "x.json")
    assert (result.restored, result.restored_in_part) == (1, 1)
    (back,) = workshop.rows()
    assert back["messages"][3] == {"role": "assistant", "content": "Better."}
    assert (back["refusal_type"], back["meta"], back["mode"]) == ("out_of_scope", {"chapter": "ch1"}, "polish")


def test_another_question_gets_nothing_back(workshop: Any) -> None:
    workshop.write("x.json", [{**_alpaca(workshop), "instruction": "Quite another question?"}])
    assert workshop.convert(workshop.folder / "x.json").restored == 0
    assert workshop.rows()[0]["refusal_type"] is None


def test_what_was_kept_does_not_outlive_its_file(workshop: Any) -> None:
    _alpaca(workshop)
    plain = {**RECORD, "mode": "tutor", "refusal_type": None, "meta": {}}
    plain["messages"] = plain["messages"][2:]
    result = workshop.convert(workshop.write("own.jsonl", [plain]), to="alpaca", out="x.json")
    assert (result.lost, result.kept) == ({}, None)
    assert not (workshop.folder / "x.json.kept").exists()


def test_tool_dialogues_do_not_fit_alpaca(workshop: Any) -> None:
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    messages = [
        {"role": "user", "content": "Q"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c", "content": "1"},
        {"role": "assistant", "content": "A"},
    ]
    path = workshop.write("own.jsonl", [{"id": "a", "messages": messages}, RECORD])
    assert "tool calls" in workshop.convert(path, to="alpaca", out="x.json").bad[0].why
    assert workshop.convert(path, to="alpaca", out="x.json", skip_bad=True).written == 1


def test_text_beside_a_call_is_said_to_be_lost_in_sharegpt(workshop: Any) -> None:
    call = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    messages = [
        {"role": "user", "content": "Q"},
        {"role": "assistant", "content": "Let me compute.", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "call_1", "content": "1"},
        {"role": "assistant", "content": "A"},
    ]
    path = workshop.write("own.jsonl", [{"id": "a", "messages": messages}])
    assert workshop.convert(path, to="sharegpt", out="x.json").lost == {"messages.content": 1}
    workshop.convert(workshop.folder / "x.json")
    assert workshop.rows()[0]["messages"] == messages


def test_a_file_of_losses_that_is_none(workshop: Any) -> None:
    _alpaca(workshop)
    workshop.write("x.json.kept", '{"some": "thing"}\n')
    with pytest.raises(DataError, match="no row of kept fields"):
        workshop.convert(workshop.folder / "x.json")

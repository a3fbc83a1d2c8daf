"""Rows of the formats of other tools -> our records: what each means, and what it refuses."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tutorsmith.core.errors import DataError, UsageError
from tutorsmith.data.convert import FORMATS
from tutorsmith.data.convert.columns import HEADERS
from tutorsmith.data.convert.detect import candidates
from tutorsmith.data.read import read_benchmark, read_samples

Said = Callable[[dict[str, Any]], list[tuple[str, Any]]]
CALL = {"id": "c9", "type": "function", "function": {"name": "integrate", "arguments": '{"f": "x"}'}}


@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
def test_alpaca(name: str, workshop: Any, said: Said) -> None:
    rows = [
        {"instruction": "Name the unit.", "input": "of flux", "output": "Weber.", "topic": "units", "chapter": "ch1"},
        {"instruction": "And of E?", "output": "V/m.", "system": "Be brief.", "history": [["Unit of B?", "Tesla."]]},
    ]
    first, second = workshop.read(name, rows)
    assert said(first) == [("user", "Name the unit.\nof flux"), ("assistant", "Weber.")]
    assert first["meta"] == {"topic": "units", "chapter": "ch1"}
    assert [role for role, _ in said(second)] == ["system", "user", "assistant", "user", "assistant"]
    assert said(second)[1:3] == [("user", "Unit of B?"), ("assistant", "Tesla.")]
    assert len(read_samples(workshop.folder / "out.jsonl")) == 2


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"instruction": "Q", "output": ""}, "answer is empty"),
        ({"instruction": " ", "input": "", "output": "A"}, "question is empty"),
        ({"instruction": "Q", "output": ["good", "bad"]}, "preference"),
        ({"instruction": "Q", "output": "A", "chosen": "B"}, "preference"),
        ({"instruction": "Q", "output": "A", "images": ["a.png"]}, "text only"),
        ({"instruction": "Q", "output": "A", "history": [["only a question"]]}, "history"),
        ({"instruction": 3, "output": "A"}, "a number"),
        ({"instruction": "Q", "output": "A", "refusal_type": "rude"}, "unknown refusal kind"),
    ],
)
def test_alpaca_rows_that_are_bad(row: dict[str, Any], told: str, workshop: Any) -> None:
    assert told in workshop.why("a.json", [row])


def test_sharegpt_with_tools(workshop: Any, said: Said) -> None:
    turns = [
        {"from": "human", "value": "Integrate x and x^2."},
        {"from": "function_call", "value": '[{"name": "integrate", "arguments": {"f": "x"}}, {"name": "integrate"}]'},
        {"from": "observation", "value": '["x^2/2", "x^3/3"]'},
        {"from": "gpt", "value": "x^2/2 and x^3/3."},
    ]
    tools = json.dumps([{"name": "integrate", "parameters": {"type": "object"}}])
    (record,) = workshop.read("a.json", [{"conversations": turns, "system": "S", "tools": tools}])
    assert [role for role, _ in said(record)] == ["system", "user", "assistant", "tool", "tool", "assistant"]
    calls = record["messages"][2]["tool_calls"]
    assert [call["id"] for call in calls] == [m["tool_call_id"] for m in record["messages"][3:5]]
    assert [message["content"] for message in record["messages"][3:5]] == ["x^2/2", "x^3/3"]
    assert json.loads(calls[0]["function"]["arguments"]) == {"f": "x"}
    assert record["tools"] == [
        {"type": "function", "function": {"name": "integrate", "parameters": {"type": "object"}}}
    ]


@pytest.mark.parametrize(
    ("turns", "told"),
    [
        ([{"from": "gpt", "value": "A"}, {"from": "human", "value": "Q"}], "assistant stands at the start"),
        ([{"from": "human", "value": "Q"}], "no message of role assistant"),
        ([{"from": "narrator", "value": "Q"}], "unknown role 'narrator'"),
        ([{"from": "human", "value": "Q"}, {"from": "gpt"}], "turn 2 lacks"),
        ([{"from": "human", "value": "Q"}, {"from": "observation", "value": "5"}], "without a call"),
        ([{"from": "human", "value": "Q"}, {"from": "function_call", "value": "call it"}], "no JSON"),
        (
            [
                {"from": "human", "value": "Q"},
                {"from": "function_call", "value": '[{"name": "f"}, {"name": "g"}]'},
                {"from": "observation", "value": "one"},
                {"from": "gpt", "value": "A"},
            ],
            "1 of the calls before it got no result",
        ),
        ([], "no list of turns"),
    ],
)
def test_sharegpt_rows_that_are_bad(turns: list[dict[str, Any]], told: str, workshop: Any) -> None:
    assert told in workshop.why("a.json", [{"conversations": turns}])


def test_openai_weights_and_parallel_calls(workshop: Any) -> None:
    messages = [
        {"role": "developer", "content": "S"},
        {"role": "user", "content": [{"type": "text", "text": "Both "}, {"type": "text", "text": "please."}]},
        {"role": "assistant", "content": None, "tool_calls": [CALL, {**CALL, "id": "c10"}], "weight": 0},
        {"role": "tool", "tool_call_id": "c9", "content": "1"},
        {"role": "tool", "tool_call_id": "c10", "content": "2"},
        {"role": "assistant", "content": "1 and 2.", "weight": 1},
    ]
    (record,) = workshop.read("a.jsonl", [{"messages": messages, "parallel_tool_calls": True}])
    assert record["messages"][:2] == [{"role": "system", "content": "S"}, {"role": "user", "content": "Both please."}]
    assert record["messages"][2]["train"] is False
    assert "train" not in record["messages"][5]
    assert record["meta"] == {"parallel_tool_calls": True}
    sample = read_samples(workshop.folder / "out.jsonl")[0]
    assert [message.tool_call_id for message in sample.messages[3:5]] == ["c9", "c10"]


def test_openai_functions_of_old_and_roles_of_swift(workshop: Any) -> None:
    old = [
        {"role": "user", "content": "Q"},
        {"role": "assistant", "content": None, "function_call": {"name": "f", "arguments": "{}"}},
        {"role": "function", "name": "f", "content": "5"},
        {"role": "assistant", "content": "5."},
    ]
    swift = [
        {"role": "user", "content": "Q2"},
        {"role": "tool_call", "content": '{"name": "f", "arguments": {}}'},
        {"role": "tool_response", "content": "6"},
        {"role": "assistant", "content": "6.", "loss": False},
    ]
    rows = [{"messages": old, "functions": [{"name": "f"}]}, {"messages": swift}]
    first, second = workshop.read("a.jsonl", rows)
    for record in (first, second):
        call, result = record["messages"][1]["tool_calls"][0], record["messages"][2]
        assert call["function"]["name"] == "f"
        assert (result["role"], result["tool_call_id"]) == ("tool", call["id"])
    assert first["tools"] == [{"type": "function", "function": {"name": "f"}}]
    assert second["messages"][3]["train"] is False


def test_openai_pictures_are_refused(workshop: Any) -> None:
    picture = [{"type": "image_url", "image_url": {"url": "x"}}]
    row = {"messages": [{"role": "user", "content": picture}, {"role": "assistant", "content": "A"}]}
    assert "not text alone" in workshop.why("a.jsonl", [row])


def test_prompt_and_completion(workshop: Any, said: Said) -> None:
    rows = [
        {"prompt": "The unit of B is", "completion": " the tesla."},
        {
            "prompt": [
                {"role": "user", "content": "Q1"},
                {"role": "assistant", "content": "A1"},
                {"role": "user", "content": "Q2"},
            ],
            "completion": [{"role": "assistant", "content": "A2"}],
        },
    ]
    first, second = workshop.read("a.jsonl", rows)
    assert said(first) == [("user", "The unit of B is"), ("assistant", "the tesla.")]
    assert [message.get("train", True) for message in second["messages"]] == [True, False, True, True]
    assert "two kinds" in workshop.why("b.jsonl", [{"prompt": "Q", "completion": rows[1]["completion"]}])


def test_query_and_response(workshop: Any, said: Said) -> None:
    row = {"query": "Q2", "response": "A2", "history": [["Q1", "A1"]], "system": "S", "id": 7}
    (record,) = workshop.read("a.jsonl", [row])
    assert [content for _, content in said(record)] == ["S", "Q1", "A1", "Q2", "A2"]
    assert record["id"] == "7"
    assert "preference" in workshop.why("b.jsonl", [{"query": "Q", "response": "A", "rejected_response": "B"}])


def _llamafactory(workshop: Any, info: dict[str, Any]) -> Any:
    workshop.write("qa.json", [{"ask": "Q", "say": "A", "level": "easy"}])
    talk = [{"role": "student", "text": "Q2"}, {"role": "tutor", "text": "A2"}]
    workshop.write("talk.jsonl", [{"chat": talk, "sys": "S"}])
    return workshop.write("dataset_info.json", info)


QA = {"file_name": "qa.json", "columns": {"prompt": "ask", "query": "", "response": "say"}}
TALK = {
    "file_name": "talk.jsonl",
    "formatting": "sharegpt",
    "columns": {"messages": "chat", "system": "sys"},
    "tags": {"role_tag": "role", "content_tag": "text", "user_tag": "student", "assistant_tag": "tutor"},
}
REMOTE = {"hf_hub_url": "someone/something"}


def test_llamafactory(workshop: Any, said: Said) -> None:
    info = _llamafactory(workshop, {"qa": QA, "talk": TALK, "far": REMOTE})
    result = workshop.convert(info, datasets=("qa", "talk"))
    assert (result.bad, result.formats) == ((), {str(info): "llamafactory"})
    first, second = workshop.rows()
    assert (said(first), first["meta"]) == ([("user", "Q"), ("assistant", "A")], {"level": "easy"})
    assert said(second) == [("system", "S"), ("user", "Q2"), ("assistant", "A2")]


def test_llamafactory_uses_a_system_prompt_only_where_columns_name_it(workshop: Any, said: Said) -> None:
    workshop.write("own.json", [{"instruction": "Q", "output": "A", "system": "S", "history": [["Q0", "A0"]]}])
    named = {"file_name": "own.json", "columns": {"system": "system", "history": "history"}}
    info = workshop.write("dataset_info.json", {"bare": {"file_name": "own.json"}, "named": named})
    remarks = workshop.convert(info, datasets=("bare",)).remarks
    assert [remark.what.split(" is not among")[0] for remark in remarks] == ["'history'", "'system'"]
    (bare,) = workshop.rows()
    assert (said(bare), bare["meta"]["system"]) == ([("user", "Q"), ("assistant", "A")], "S")
    workshop.convert(info, datasets=("named",))
    assert [content for _, content in said(workshop.rows()[0])] == ["S", "Q0", "A0", "Q", "A"]


def test_llamafactory_pictures_under_another_name_are_refused(workshop: Any) -> None:
    workshop.write("own.json", [{"instruction": "Q", "output": "A", "pic": ["a.png"]}])
    entry = {"file_name": "own.json", "columns": {"images": "pic"}, "hf_hub_url": "someone/own"}
    result = workshop.convert(workshop.write("dataset_info.json", {"own": entry}))
    assert "text only" in result.bad[0].why
    assert "hf_hub_url was not used" in result.remarks[0].what


def test_swift_pairs_of_turns(workshop: Any, said: Said) -> None:
    turns = [{"human": "Q1", "assistant": "A1"}, {"human": "Q2", "assistant": "A2"}]
    (record,) = workshop.read("a.jsonl", [{"system": "S", "conversation": turns}])
    assert [content for _, content in said(record)] == ["S", "Q1", "A1", "Q2", "A2"]


@pytest.mark.parametrize(
    ("info", "told"),
    [
        ({"qa": {**QA, "columns": {"prompt": "ask", "kto_tag": "liked"}}}, "preference"),
        ({"qa": QA, "far": REMOTE}, "not on this machine"),
        ({"qa": {**QA, "ranking": True}}, "preference"),
        ({"qa": {**QA, "formatting": "xml"}}, "unknown formatting"),
        ({"qa": {**QA, "file_name": "gone.json"}}, "there is no file"),
        ({"qa": {**QA, "file_name": "qa.parquet"}}, "there is no file"),
        ({"qa": {**QA, "columns": ["ask"]}}, "no object of names"),
        ({"qa": {"columns": {}}}, "no file_name"),
        ({"qa": "qa.json"}, "no object"),
        ([], "no data set"),
    ],
)
def test_descriptions_that_are_broken(info: Any, told: str, workshop: Any) -> None:
    with pytest.raises(DataError, match=told) as caught:
        workshop.convert(_llamafactory(workshop, info), form="llamafactory")
    assert caught.value.mend


def test_a_data_set_that_is_not_described(workshop: Any) -> None:
    with pytest.raises(UsageError, match="no data set 'qaa'"):
        workshop.convert(_llamafactory(workshop, {"qa": QA}), datasets=("qaa",))


def test_tags_that_do_not_fit_are_bad_rows(workshop: Any) -> None:
    info = _llamafactory(workshop, {"talk": {**TALK, "tags": {}}})
    assert "lacks 'from'" in workshop.convert(info).bad[0].why


def test_old_benchmarks_of_messages_only(workshop: Any) -> None:
    rows = [{"messages": [{"role": "user", "content": "Q"}, {"role": "assistant", "content": "A"}]}]
    path = workshop.write("old.jsonl", rows)
    workshop.convert(path, benchmark=True)
    (item,) = read_benchmark(workshop.folder / "out.jsonl")
    assert (item.question, item.reference, len(item.messages)) == ("Q", "A", 1)
    two = [{**rows[0], "id": "1", "reference": "B"}]
    assert "another answer" in workshop.why("two.jsonl", two, benchmark=True)


@pytest.mark.parametrize(
    ("row", "names"),
    [
        ({"id": "a", "messages": []}, ["tutorsmith"]),
        ({"messages": []}, ["openai"]),
        ({"id": "a", "messages": [{"role": "assistant", "weight": 0}]}, ["openai"]),
        ({"conversations": []}, ["sharegpt"]),
        ({"instruction": "", "output": ""}, ["alpaca"]),
        ({"prompt": "", "completion": ""}, ["prompt-completion"]),
        ({"query": "", "response": ""}, ["query-response"]),
        ({"instruction": "", "output": "", "query": "", "response": ""}, ["alpaca", "query-response"]),
        ({"text": "only"}, []),
    ],
)
def test_formats_are_found_by_content(row: dict[str, Any], names: list[str]) -> None:
    assert candidates(row) == names


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        (
            "a.jsonl",
            [{"instruction": "Q", "output": "A", "query": "Q", "response": "A"}],
            "may be alpaca or query-resp",
        ),
        ("a.jsonl", [{"instruction": "Q", "output": "A"}, {"query": "Q", "response": "A"}], "several formats"),
        ("a.jsonl", [{"text": "only"}], "no known format"),
        ("a.json", "", "empty"),
        ("a.json", "[]", "empty"),
        ("a.json", '[{"instruction": "Q"', "no JSON"),
        ("a.jsonl", "1\n2\n", "no row is a JSON object"),
        ("a.parquet", b"PAR1", "not known"),
        ("a.xls", b"x", "not read"),
    ],
)
def test_doubt_is_an_error(name: str, content: Any, told: str, workshop: Any) -> None:
    with pytest.raises(DataError, match=told) as caught:
        workshop.convert(workshop.write(name, content))
    assert caught.value.mend


def test_bad_rows_stop_it_unless_they_are_to_be_skipped(workshop: Any) -> None:
    rows = [{"instruction": f"Q{k}", "output": "A" if k else ""} for k in range(3)]
    path = workshop.write("a.jsonl", rows)
    stopped = workshop.convert(path)
    assert (stopped.written, stopped.out) == (0, None)
    assert not (workshop.folder / "out.jsonl").exists()
    assert stopped.bad[0].where == f"{path}:1"
    passed = workshop.convert(path, skip_bad=True)
    assert (passed.written, len(passed.bad), len(workshop.rows())) == (2, 1, 2)


def test_lines_that_are_no_json_are_bad_rows(workshop: Any) -> None:
    path = workshop.write("a.jsonl", '{"instruction": "Q", "output": "A"}\n{"instruction": "Q", "outp\n')
    assert [row.where for row in workshop.convert(path).bad] == [f"{path}:2"]


def test_ids_are_made_of_the_content_and_are_unique(workshop: Any) -> None:
    rows = [
        {"instruction": "Q1", "output": "A"},
        {"instruction": "Q2", "output": "A"},
        {"instruction": "Q1", "output": "A"},
    ]
    first, second, third = (record["id"] for record in workshop.read("a.json", rows))
    assert (workshop.read("b.json", rows[1:])[0]["id"], third) == (second, f"{first}-2")
    assert "stands already" in workshop.why("c.json", [{**row, "id": "x"} for row in rows[:2]])


def test_a_system_prompt_for_records_without_one(workshop: Any, said: Said) -> None:
    rows = [{"instruction": "Q", "output": "A"}, {"instruction": "Q2", "output": "A", "system": "Own."}]
    first, second = workshop.read("a.json", rows, system="Be a tutor.")
    assert (said(first)[0], said(second)[0]) == (("system", "Be a tutor."), ("system", "Own."))


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        ({"to": "csv"}, "read, not written"),
        ({"to": "alpacca"}, "no format"),
        ({"form": "alpacca"}, "no format"),
        ({"to": "openai", "out": "out.json"}, "one object a line"),
        ({"out": "a.json"}, "one of the inputs"),
    ],
)
def test_flags_that_do_not_fit(flags: dict[str, Any], told: str, workshop: Any) -> None:
    path = workshop.write("a.json", [{"instruction": "Q", "output": "A"}])
    with pytest.raises(UsageError, match=told):
        workshop.convert(path, **flags)


def test_items_are_made_of_records_only(workshop: Any) -> None:
    messages = [{"role": "user", "content": "Q"}, {"role": "assistant", "content": "A", "tool_calls": "call it"}]
    assert "must be a list" in workshop.why("a.jsonl", [{"id": "a", "messages": messages}], benchmark=True)


def test_the_guide_names_every_format_and_header() -> None:
    guide = (Path(__file__).resolve().parents[3] / "docs/guide/data.md").read_text(encoding="utf-8")
    for name, row in FORMATS.items():
        assert f"`{name}`" in guide
        assert all(f"`{suffix}`" in guide for suffix in row.suffixes[:2])
    for field, names in HEADERS.items():
        assert f"| {field} | {', '.join(names)}" in guide

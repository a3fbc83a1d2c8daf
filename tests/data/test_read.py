"""JSONL files to records and back."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tutorsmith.core.errors import DataError
from tutorsmith.data.prepare import join, subset
from tutorsmith.data.read import (
    prediction_to_dict,
    read_benchmark,
    read_predictions,
    read_samples,
    sample_to_dict,
    write_jsonl,
)
from tutorsmith.data.schema import Prediction


def sample(identity: str = "s-1", **more: Any) -> dict[str, Any]:
    messages = [
        {"role": "system", "content": "You are a tutor."},
        {"role": "user", "content": "What is charge?"},
        {"role": "assistant", "content": "A property.", "train": False},
        {"role": "user", "content": "Of what?"},
        {"role": "assistant", "content": "Of matter."},
    ]
    return {"id": identity, "mode": "tutor", "messages": messages, "refusal_type": None, "meta": {"own": [1]}, **more}


def test_sample_keeps_its_parts_its_place_and_unknown_meta(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "a.jsonl", [sample(), sample("s-2", refusal_type="out_of_scope", unknown=3)])
    first, second = read_samples(path)
    assert (first.id, first.line, second.line, second.file) == ("s-1", 1, 2, str(path))
    assert first.meta == {"own": [1]}
    assert [message.train for message in first.messages] == [True, True, False, True, True]
    assert (first.system, first.question, second.refusal_type) == ("You are a tutor.", "Of what?", "out_of_scope")


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf%s\n%s\n",
        b"%s\r\n%s\r\n",
        b"%s\n%s",
        b"\n%s\n\n\n%s\n \n",
    ],
    ids=["mark", "CRLF", "no final newline", "blank lines"],
)
def test_harmless_forms_of_a_file(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(data % (json.dumps(sample("a")).encode(), json.dumps(sample("b")).encode()))
    assert [record.id for record in read_samples(path)] == ["a", "b"]


def test_line_separator_inside_a_string_ends_no_line(tmp_path: Path) -> None:
    messages = [{"role": "user", "content": "one\u2028two\x85three"}, {"role": "assistant", "content": "yes"}]
    path = tmp_path / "a"
    path.write_text(json.dumps(sample(messages=messages), ensure_ascii=False), encoding="utf-8")
    assert read_samples(path)[0].question == "one\u2028two\x85three"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (b"", "empty"),
        (b"[1]", "a list"),
        (b'{"id": "a"', "not JSON"),
        (b'{"id": NaN}', "NaN"),
        (b'{"id": "a", "id": "b"}', "stands twice"),
        (b'{"id": "\xe9"}', "not UTF-8"),
        (b'{"id": "a\\ud800"}', "surrogate"),
        (b'{"a":' * 5000, "nested"),
        (b'{"id": "a"}', "'messages' is missing"),
        (json.dumps(sample(messages=[{"role": "bot", "content": "x"}])).encode(), "messages[0].role: unknown role"),
        (json.dumps(sample(messages=[{"role": "user", "content": "x"}])).encode(), "no message of role assistant"),
        (json.dumps(sample(refusal_type="rude")).encode(), "refusal_type: unknown refusal kind 'rude'"),
        (json.dumps(sample(id=" ")).encode(), "id: there is no id"),
    ],
)
def test_what_is_no_sample_stops_with_place_and_mend(line: bytes, told: str, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\n" * (2 if line else 0) + line)
    with pytest.raises(DataError) as caught:
        read_samples(path)
    assert told in str(caught.value)
    assert caught.value.mend
    assert caught.value.where == (f"{path}:3" if line else str(path))


def test_doubled_id_and_missing_file(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "a", [sample("x"), sample("y"), sample("x")])
    with pytest.raises(DataError, match=r"a:3: id: the id 'x' stands already on line 1"):
        read_samples(path)
    with pytest.raises(DataError, match="no such file"):
        read_samples(tmp_path / "none")
    with pytest.raises(DataError, match="folder"):
        read_samples(tmp_path)


def test_item_that_ends_with_the_assistant_has_its_reference_there(tmp_path: Path) -> None:
    (item,) = read_benchmark(write_jsonl(tmp_path / "a", [sample(key_points=["matter", {"formula": "a=b"}])]))
    assert item.reference == "Of matter."
    assert (item.messages[-1].role, item.question) == ("user", "Of what?")
    assert item.key_points == ("matter", {"formula": "a=b"})
    assert item.tool_calls is None


def test_item_with_its_own_reference_keeps_it(tmp_path: Path) -> None:
    (item,) = read_benchmark(write_jsonl(tmp_path / "a", [sample(reference="Better.", tool_calls=[])]))
    assert (item.reference, item.tool_calls, item.messages[-1].role) == ("Better.", (), "user")


TEXT = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=30).filter(lambda text: text.strip())


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    identity=TEXT, question=TEXT, answer=TEXT, meta=st.dictionaries(TEXT, TEXT | st.integers() | st.none(), max_size=3)
)
def test_what_is_written_is_read_back(
    identity: str, question: str, answer: str, meta: dict[str, Any], tmp_path: Path
) -> None:
    messages = [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
    raw = sample(identity, messages=messages, meta=meta)
    (once,) = read_samples(write_jsonl(tmp_path / "a", [raw]))
    assert sample_to_dict(once) == raw
    (item,) = read_benchmark(write_jsonl(tmp_path / "a", [raw]))
    (again,) = read_benchmark(write_jsonl(tmp_path / "a", [sample_to_dict(item)]))
    assert again == item


def test_predictions_are_read_back(tmp_path: Path) -> None:
    hit = {"source": "a.md", "chunk": 3, "score": 1.5}
    prediction = Prediction(
        id="a", prediction="", finish_reason="length", latency_s=0.5, retrieved=(hit,), flags=("empty",)
    )
    path = write_jsonl(
        tmp_path / "p", [prediction_to_dict(prediction), {"id": "b", "prediction": "x", "adapter": None}]
    )
    assert read_predictions(path) == [prediction, Prediction(id="b", prediction="x")]
    write_jsonl(path, [{"id": "b"}])
    with pytest.raises(DataError, match="prediction"):
        read_predictions(path)


def test_what_came_of_calls_is_kept_where_some_were_run(tmp_path: Path) -> None:
    plain = Prediction(id="a", prediction="x")
    results = ({"name": "integrate", "result": {"error": "e", "mend": "m"}},)
    called = Prediction(id="b", prediction="x", tool_calls=({"name": "integrate"},), rounds=2, tool_results=results)
    path = write_jsonl(tmp_path / "p", [prediction_to_dict(plain), prediction_to_dict(called)])
    assert not {"rounds", "tool_results"} & set(prediction_to_dict(plain))
    assert read_predictions(path) == [plain, called]
    for wrong in ({"rounds": "2"}, {"rounds": True}, {"tool_results": {}}):
        write_jsonl(path, [{"id": "a", "prediction": "x", **wrong}])
        with pytest.raises(DataError, match=next(iter(wrong))):
            read_predictions(path)


@pytest.mark.parametrize(("calls", "rounds", "expected"), [((), 0, False), (({},), 0, True), (({},), 1, False)])
def test_only_calls_before_results_may_be_without_words(calls: Any, rounds: int, expected: bool) -> None:
    assert Prediction("a", "", tool_calls=calls, rounds=rounds).only_calls is expected


def test_join_keeps_order_and_lines_and_refuses_clashing_ids(tmp_path: Path) -> None:
    one = write_jsonl(tmp_path / "1", [sample("b", unknown={"kept": True}), sample("a")])
    two = write_jsonl(tmp_path / "2", [sample("c")])
    assert join([one, two], tmp_path / "all") == 3
    assert (tmp_path / "all").read_bytes() == one.read_bytes() + two.read_bytes()
    with pytest.raises(DataError, match=r"1:2: id: the id 'a' stands already at .*all:2"):
        join([tmp_path / "all", write_jsonl(tmp_path / "1", [sample("x"), sample("a")])], tmp_path / "other")
    assert not (tmp_path / "other").exists()


def test_subset_keeps_the_order_of_the_file_and_names_what_is_not_there(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "a", [sample("s-1"), sample("s-2"), sample("s-3")])
    assert subset(path, ["s-3", "s-1"], tmp_path / "few") == 2
    assert [record.id for record in read_samples(tmp_path / "few")] == ["s-1", "s-3"]
    with pytest.raises(DataError, match="did you mean 's-1'"):
        subset(path, ["s-11"], tmp_path / "none")

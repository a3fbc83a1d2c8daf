"""The run as a whole: unusual files are right, every defect is found at its line, and the outputs keep their shape."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutorsmith.core.errors import DataError
from tutorsmith.data.checks import CHECKS, as_json, as_sarif, as_text, check_files, read_allowed
from tutorsmith.data.checks.lines import Block
from tutorsmith.data.checks.run import Job, inspect

UNUSUAL: list[dict[str, Any]] = [
    {
        "id": "dialogue",
        "mode": "own_mode",
        "messages": [
            {"role": "user", "content": "Why is the sky blue? 🌈👩\u200d🔬"},
            {"role": "assistant", "content": "Scattering grows with $\\omega^4$.", "train": False},
            {"role": "user", "content": "And red?"},
            {"role": "assistant", "content": "Yes: at sunset the path is long."},
        ],
        "meta": {"chapter": "ch2", "own": {"nested": [1, 2]}},
    },
    {
        "id": "tool",
        "messages": [
            {"role": "system", "content": "Use the tools."},
            {"role": "user", "content": "Integrate 2*x from 0 to 3."},
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [
                    {
                        "id": "1",
                        "type": "function",
                        "function": {"name": "integrate", "arguments": '{"expression": "2*x"}'},
                    }
                ],
            },
            {"role": "tool", "tool_call_id": "1", "content": "9"},
            {"role": "assistant", "content": "The integral is 9."},
        ],
        "tools": [{"type": "function", "function": {"name": "integrate", "parameters": {"type": "object"}}}],
        "meta": {"has_tool_call": True},
    },
    {
        "id": "rag",
        "messages": [
            {
                "role": "system",
                "content": "From the notes.\n\nCourse notes (numbered excerpts):\n[1] a.md\nCost: $5, 3 < 4.",
            },
            {"role": "user", "content": "What does it cost\u2028per month?"},
            {"role": "assistant", "content": "It costs $5 [1].\r\n\r\n| a | b |\r\n|---|---|\r\n| 1 | 2 |"},
        ],
        "meta": {"has_rag_context": True, "language": "en"},
    },
    {
        "id": "look-alikes",
        "messages": [
            {"role": "user", "content": "Is <|x|> a norm, and what does `<|im_start|` do?"},
            {
                "role": "assistant",
                "content": "Write $|x|$, or <a|b>; ``a[7]`` is an index.\n\n```html\n<p>None</p>\n```\nNaN is \\$0.",
            },
        ],
    },
]


def write(path: Path, rows: list[dict[str, Any]], end: str = "\n") -> Path:
    path.write_bytes(end.join(json.dumps(row, ensure_ascii=False) for row in rows).encode())
    return path


@pytest.mark.parametrize("end", ["\n", "\r\n", "\n\n"])
def test_unusual_but_right_files_have_no_finding(end: str, tmp_path: Path) -> None:
    assert check_files([write(tmp_path / "a.jsonl", UNUSUAL, end)]).findings == ()


def test_every_defect_of_a_file_is_found_at_its_own_line(tmp_path: Path) -> None:
    good = json.dumps(UNUSUAL[0])
    lines = [
        good,
        '{"id": "cut", "messages": [{"role": "user", "content": "What',
        json.dumps({**UNUSUAL[1], "id": "dialogue"}),
        "{'id': 'x'}",
        "",
        json.dumps(
            {"id": "a", "messages": [{"role": "user", "content": "Why so?"}, {"role": "assistant", "content": " "}]}
        ),
        json.dumps({"id": "b", "messages": [{"role": "bot", "content": "q"}, {"role": "assistant", "content": "x"}]}),
    ]
    file = tmp_path / "a.jsonl"
    file.write_text("\n".join(lines), encoding="utf-8")
    found = [(finding.line, finding.kind) for finding in check_files([file]).findings]
    assert found[:4] == [(2, "truncated-json"), (3, "duplicate-id"), (4, "python-literal"), (6, "empty-answer")]
    assert {line for line, _ in found[4:]} == {7}


def test_missing_file_is_an_error_of_its_own(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file"):
        check_files([tmp_path / "none.jsonl"])


def test_key_points_go_through_the_validator_that_the_caller_gives(tmp_path: Path) -> None:
    def refuse(point: object) -> None:
        if isinstance(point, dict):
            raise DataError("no formula")

    item = {"id": "b", "messages": [{"role": "user", "content": "q?"}], "key_points": ["a", {"formula": "((("}]}
    result = check_files([], [write(tmp_path / "b", [item])], validators={"key_points": refuse})
    assert [(f.kind, f.field) for f in result.findings] == [("key-point", "key_points[1]")]
    assert "no formula" in result.findings[0].message


def test_refusals_are_judged_by_the_judge_that_the_caller_gives(tmp_path: Path) -> None:
    def judge(text: str, question: str) -> SimpleNamespace:
        return SimpleNamespace(is_refusal=(text, question) == ("Nay, quoth the raven.", "Why so?"), kind="out_of_scope")

    messages = [{"role": "user", "content": "Why so?"}, {"role": "assistant", "content": "Nay, quoth the raven."}]
    file = write(tmp_path / "a", [{"id": "a", "messages": messages, "refusal_type": "out_of_scope"}])
    assert [f.kind for f in check_files([file]).findings] == ["refusal-mismatch"]
    assert check_files([file], validators={"refusal": judge}).findings == ()


def test_without_a_tokenizer_words_are_counted_for_the_context(tmp_path: Path) -> None:
    messages = [{"role": "user", "content": "Why? " * 40}, {"role": "assistant", "content": "So. " * 40}]
    file = write(tmp_path / "a", [{"id": "a", "messages": messages}])
    (finding,) = check_files([file], context=79).findings
    assert (finding.kind, finding.message[:19]) == ("too-long", "at least 80 tokens,")
    assert check_files([file], context=80).ok
    assert check_files([file], context=0).ok


def test_reviewed_pairs_are_read_with_their_reasons(tmp_path: Path) -> None:
    pair = {"train": "a", "benchmark": "b", "reason": "one is about H, one about B"}
    assert read_allowed(write(tmp_path / "allow", [pair])) == {("a", "b")}
    with pytest.raises(DataError, match="allow:2: reason"):
        read_allowed(write(tmp_path / "allow", [pair, {**pair, "reason": " "}]))


def test_deep_nesting_of_any_depth_is_a_finding_and_no_crash(tmp_path: Path) -> None:
    file = tmp_path / "deep"
    file.write_text('{"a":' * 100_000 + "\n" + json.dumps(UNUSUAL[0]) + "\n")
    assert [(f.line, f.kind) for f in check_files([file]).findings] == [(1, "deep-nesting")]


def test_outputs(tmp_path: Path) -> None:
    file = write(tmp_path / "a.jsonl", [{**UNUSUAL[0], "id": ""}])
    result = check_files([file])
    value = json.loads(as_json(result))
    assert value["files"] == [str(file)]
    assert set(value["findings"][0]) == {"file", "line", "field", "kind", "severity", "message", "mend"}
    assert (value["counts"]["records"], value["counts"]["errors"], value["counts"]["warnings"]) == (1, 1, 0)
    text = as_text(result).splitlines()
    assert text[0].startswith(f"{file}:1: error[missing-id] id: ")
    assert text[-1] == "1 records in 1 file: 1 error, 0 warnings"
    log = json.loads(as_sarif(result))
    run = log["runs"][0]
    found = run["results"][0]
    assert log["version"] == "2.1.0"
    assert run["tool"]["driver"]["rules"][found["ruleIndex"]]["id"] == found["ruleId"] == "missing-id"
    assert found["locations"][0]["physicalLocation"]["region"]["startLine"] == 1


def test_every_kind_has_a_function_where_its_scope_asks_for_one() -> None:
    for row in CHECKS.values():
        assert (row.scope == "record") == bool(row.function)
        if row.function:
            assert (row.load().__doc__ or "").strip()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)
FIELDS = (
    "id",
    "mode",
    "messages",
    "refusal_type",
    "meta",
    "tools",
    "reference",
    "key_points",
    "tool_calls",
    "citations",
)
MESSAGE = st.dictionaries(
    st.sampled_from(("role", "content", "tool_calls", "tool_call_id", "train")),
    JSON | st.sampled_from(("system", "user", "assistant", "tool", "### A\n$x [1]")),
)
RECORD = st.fixed_dictionaries({}, optional={name: JSON for name in FIELDS} | {"messages": JSON | st.lists(MESSAGE)})


@settings(max_examples=150, deadline=None)
@given(record=RECORD, benchmark=st.booleans())
def test_no_record_whatever_its_shape_breaks_a_check(record: dict[str, Any], benchmark: bool) -> None:
    result = inspect(Job("f", benchmark), [Block(1, json.dumps(record).encode())])
    assert all(finding.kind in CHECKS for finding in result.findings)


@settings(max_examples=150, deadline=None)
@given(
    line=st.binary(max_size=60)
    | st.text(alphabet="{}[]\",:\\ 'aNTn0\t\ud83d", max_size=40).map(lambda t: t.encode("utf-8", "surrogatepass"))
)
def test_no_line_whatever_its_bytes_breaks_the_parser(line: bytes) -> None:
    result = inspect(Job("f", False), [Block(1, line)])
    assert result.findings or len(result.prints.line)

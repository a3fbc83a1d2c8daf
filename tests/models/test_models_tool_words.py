"""Calls in an answer, as the models of the Qwen family write them."""

import pytest

from tutorsmith.models.tool_words import UNREADABLE, read_calls

CALL = '<tool_call>\n{"name": "integrate", "arguments": {"expression": "x**2"}}\n</tool_call>'
READ = {"name": "integrate", "arguments": {"expression": "x**2"}}


@pytest.mark.parametrize(
    ("answer", "said", "calls"),
    [
        (CALL, "", [READ]),
        (f"First I integrate.\n{CALL}", "First I integrate.", [READ]),
        (f"{CALL}\n{CALL}", "", [READ, READ]),
        (CALL.removesuffix("</tool_call>"), "", [READ]),
        ("No call is needed.", "No call is needed.", []),
        ("<tool_call>\n{broken\n</tool_call>", "", [{"name": UNREADABLE, "arguments": "{broken"}]),
        ("<tool_call>[1]</tool_call>", "", [{"name": UNREADABLE, "arguments": "[1]"}]),
        ('<tool_call>{"arguments": {}}</tool_call>', "", [{"name": UNREADABLE, "arguments": '{"arguments": {}}'}]),
        ('<tool_call>{"name": " "}</tool_call>', "", [{"name": UNREADABLE, "arguments": '{"name": " "}'}]),
        ('<tool_call>{"name": "now"}</tool_call>', "", [{"name": "now", "arguments": {}}]),
    ],
)
def test_calls_are_read_and_taken_out(answer: str, said: str, calls: list[object]) -> None:
    assert read_calls(answer) == (said, calls)

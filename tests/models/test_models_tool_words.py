"""Calls in an answer, as the models of the Qwen family write them."""

import pytest

from tutorsmith.models.tool_words import UNREADABLE, decoded_calls, read_calls

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
        ("<tool_call>" + "[" * 100_000, "", [{"name": UNREADABLE, "arguments": "[" * 100_000}]),
        (
            '<tool_call>{"name": "a", "arguments": "\\ud800"}</tool_call>',
            "",
            [{"name": UNREADABLE, "arguments": '{"name": "a", "arguments": "\\ud800"}'}],
        ),
    ],
)
def test_calls_are_read_and_taken_out(answer: str, said: str, calls: list[object]) -> None:
    assert read_calls(answer) == (said, calls)


def test_arguments_that_no_text_can_hold_or_too_deep_are_shown_as_they_stand() -> None:
    for arguments in ('"\\ud800"', "[" * 100_000, '{"a":' * 40 + "1" + "}" * 40, "{"):
        (call,) = decoded_calls([{"function": {"name": "a", "arguments": arguments}}])
        assert call["function"]["arguments"] == arguments
    (call,) = decoded_calls([{"function": {"name": "a", "arguments": '{"x": [{"y": "1"}]}'}}])
    assert call["function"]["arguments"] == {"x": [{"y": "1"}]}

"""A cleaned copy: consistent placeholders, nothing left to find, every other byte as it was."""

import json
import re

import pytest

from tutorsmith.data.personal import KINDS, find_personal
from tutorsmith.data.personal.redact import Redactor

TEXTS = (
    "I am Anna Lindqvist, write to anna.l@uni-kassel.de or Anna.L@uni-kassel.de; phone: +49 561 8041234.",
    '我叫赵子涵，学号：2021012345，手机13812345678，"密码：Kp9#tez7Q"。',
    "Ms. Okafor has 536-90-4399 and key sk-proj-Ab12Cd34Ef56Gh78Ij90Kl12 \\ $E=\\frac{Q}{\\varepsilon_0}$ 😀\t[1]",
)


def line(text: str, ascii_only: bool = False) -> bytes:
    value = {"id": "s", "messages": [{"role": "user", "content": text}], "meta": {"own": [1.50, text]}}
    return json.dumps(value, ensure_ascii=ascii_only).encode()


@pytest.mark.parametrize("ascii_only", [True, False])
@pytest.mark.parametrize("text", TEXTS)
def test_only_what_stands_for_a_person_changes(text: str, ascii_only: bool) -> None:
    before = line(text, ascii_only)
    after = Redactor().line(before)
    clean = json.loads(after)["messages"][0]["content"]
    assert find_personal(text)
    assert not find_personal(clean)
    # What is left of the line stands in the old one, in order.
    places = re.split(rb"\[(?:EMAIL|PHONE|ID|STUDENT_NUMBER|NAME|SECRET)_\d+\]", after)
    assert len(places) > 2
    at = 0
    for part in places:
        found = before.find(part, at)
        assert found >= 0
        at = found + len(part)
    assert json.loads(after)["meta"]["own"] == [1.50, clean]


def test_one_person_has_one_placeholder_in_all_lines() -> None:
    redactor = Redactor()
    first, second = (json.loads(redactor.line(line(TEXTS[0])))["meta"]["own"][1] for _ in range(2))
    assert first == second
    assert first.count("[EMAIL_1]") == 2
    assert redactor.replaced["email"] == 8
    assert "[EMAIL_2]" in redactor.line(line("Or to b.z@uni-kassel.de?")).decode()


@pytest.mark.parametrize("ascii_only", [True, False])
def test_who_is_named_in_full_is_the_same_person_in_the_whole_line(ascii_only: bool) -> None:
    value = {
        "id": "Johannes-1",
        "messages": [
            {"role": "user", "content": "Johannes asks again."},
            {"role": "user", "content": "My name is Johannes Müller. Why is E zero?"},
            {
                "role": "assistant",
                "content": "Johannes, Mr. Müller's field \\ is zero; ask Müllerin or Johannesburg. 😀 Müller",
            },
        ],
    }
    redactor = Redactor()
    clean = json.loads(redactor.line(json.dumps(value, ensure_ascii=ascii_only).encode()))
    said = [message["content"] for message in clean["messages"]]
    assert said[:2] == ["[NAME_1] asks again.", "My name is [NAME_1]. Why is E zero?"]
    assert said[2] == "[NAME_1], Mr. [NAME_1]'s field \\ is zero; ask Müllerin or Johannesburg. 😀 [NAME_1]"
    assert clean["id"] == "Johannes-1"
    assert redactor.replaced["person-name"] == 5
    # Another line is another person's.
    assert b"Johannes" in redactor.line(line("Johannes Kepler and Johannes."))


@pytest.mark.parametrize(
    ("named", "kept"),
    [
        ("My name is Mark Berger.", "Mark the axis; Maxwell did."),
        ("My name is Clara Long.", "Long wires have a field of 1/r."),
        ("我叫张力，学号：2021012345。", "绳子的张力为零。"),
    ],
)
def test_a_name_that_is_also_a_word_is_left_elsewhere(named: str, kept: str) -> None:
    clean = json.loads(Redactor().line(json.dumps({"a": named, "b": kept}).encode()))
    assert clean["a"] != named
    assert clean["b"] == kept


def test_a_line_without_personal_data_is_the_same_bytes() -> None:
    for raw in (
        line("Why is $\\nabla\\times E=0$ (Maxwell)?"),
        b"{'id': None}",
        b"\xff\xfe",
        b"",
        b'\xef\xbb\xbf{"a": "b"}',
    ):
        assert Redactor().line(raw) == raw


def test_a_broken_line_is_cleaned_all_the_same() -> None:
    broken = line(TEXTS[0], ascii_only=True)[:-1] + b', "more": "b.z@uni-kassel.de'
    assert b"@" not in Redactor().line(broken)


def test_ids_and_keys_stay() -> None:
    raw = b'{"id": "a.l@uni-kassel.de", "a.l@uni-kassel.de": "a.l@uni-kassel.de"}'
    assert Redactor().line(raw) == raw[:-20] + b'"[EMAIL_1]"}'


def test_placeholders_are_no_finds() -> None:
    for kind, word in KINDS.items():
        text = f"password: [{word}_1], 姓名：[{word}_2], my name is [{word}_3], phone [{word}_1234567]"
        assert not [span for span in find_personal(text) if span.kind == kind]

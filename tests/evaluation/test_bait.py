"""Text made to hang, overflow or mislead: every scorer and the health flags end in time, whoever wrote the text.

Time is that of the process, in seconds of a core that counts to three million in a tenth of one, so that neither a busy
nor a slow machine fails a test.
"""

import time
from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tutorsmith.core.errors import DataError
from tutorsmith.data.health import health_flags
from tutorsmith.evaluation import (
    judge_citations,
    judge_format,
    judge_key_point,
    judge_refusal,
    judge_tool_calls,
    parse_key_point,
)
from tutorsmith.evaluation.metrics.key_points import LONGEST

SECONDS = 2.0
N = 100_000
LONG = 30_000
"""Characters of a bait, but for those that are there for their length."""
NOTES = "Course notes (numbered excerpts):\n[1] a\nThe field is zero."
SYSTEM = "Answer with\n### Conclusion\n### Check"
TOOLS = [{"name": "calculator", "parameters": {"type": "object", "properties": {"expression": {"type": "string"}}}}]
KEY_POINTS = (
    "the field inside the conductor is zero",
    {"formula": "E = Q/(4*pi*epsilon_0*r^2)"},
    {"quantity": "5 V", "text": "voltage"},
    {"any_of": ["E = 0 inside"], "must_not": ["the field doubles inside the conductor"]},
)

BAIT = {
    "open parentheses": "(" * N,
    "nested parentheses": "(" * 5000 + "x" + ")" * 5000 + " = 1",
    "open brackets": "[" * N,
    "open braces": "{" * N,
    "all kinds": "([{" * 30_000,
    "fractions": "\\frac{" * 20_000 + "1" + "}" * 20_000,
    "roots": "$" + "\\sqrt{" * 20_000 + "$",
    "left": "\\left(" * 20_000,
    "towers": "x" + "^{2" * 20_000,
    "subscripts": "x_{" * 30_000,
    "text commands": "\\text{" * 20_000,
    "matrices": "\\begin{pmatrix}" * 10_000,
    "quotation marks of Markdown": ">" * N + " x",
    "deep quotations": "> " * 20_000 + "x",
    "deep lists": "\n".join(" " * i + "- a" for i in range(1500)),
    "lists on one line": "- " * 20_000 + "x",
    "numbered lists on one line": "1. " * 20_000 + "x",
    "fences": "```\n" * 20_000,
    "back ticks": "`" * N,
    "stars": "*" * N + "a" + "*" * N,
    "emphasis": "*a _b " * 20_000,
    "open links": "[a](" * 20_000,
    "links": "[a](b)" * 20_000,
    "open images": "![" * N,
    "open tags": "<a " * 20_000,
    "open comments": "<!--" * 20_000,
    "tables": "|a" * 50_000 + "\n" + "|-" * 50_000,
    "headings": "### A\n" * 20_000,
    "headings in running text": "### Conclusion " * 20_000,
    "underlined headings": "a\n===\n" * 20_000,
    "dollars": "$" * N,
    "citations": "[1]" * 50_000,
    "open citations": "[1, " * 50_000,
    "a citation of very many": "[" + "1," * N + "]",
    "a range of very many": "[1-999999999]",
    "open ranges": "[1-" * 50_000,
    "negations": "not " * N,
    "refusals": "I cannot answer, " * 50_000,
    "requests": "please provide the " * 40_000,
    "refusals in Chinese": "无法回答" * 50_000,
    "conditions": "if x then " * 30_000,
    "quotations": '"a" ' * 50_000,
    "typographic quotations": "“" * N,
    "equal signs": "= " * 50_000,
    "sums": "a+" * 50_000 + "a=1",
    "powers": "2^" * 20_000 + "2",
    "numbers": "1e5 V, " * N,
    "units": "7 " + "m·" * 50_000,
    "quotients of units": "5 " + "m/" * 50_000,
    "uncertainties": "5 ± " * 50_000,
    "digits": "1" * 1_000_000,
    "one word of a million letters": "x" * 1_000_000,
    "a million characters": "The field is zero inside the conductor. " * 26_000,
    "a million Chinese characters": "导体内部电场为零。" * 110_000,
    "blanks": " " * 1_000_000,
    "line ends": "\n" * 1_000_000,
    "accents": "e" + "\u0301" * N,
    "joiners": "\u200d" * N,
    "zero bytes": "\0" * N,
    "half surrogates": "\ud800" * 1000,
}


def bait(name: str) -> str:
    return BAIT[name] if "million" in name else BAIT[name][:LONG]


def pace() -> float:
    """How much slower than the core of the docstring this one is just now; at least 1."""
    started = time.process_time()
    for _ in range(3_000_000):
        pass
    return max(1.0, (time.process_time() - started) / 0.1)


def scorers(text: str) -> Iterator[tuple[str, Callable[[], object]]]:
    """Each scorer with the text in each of its places."""
    for number, point in enumerate(KEY_POINTS):
        yield f"key point {number}", lambda point=point: judge_key_point(point, text)  # type: ignore[misc]
    yield "format, answer", lambda: judge_format(SYSTEM, text)
    yield "format, prompt", lambda: judge_format(text, "### Conclusion\nx")
    yield "refusal, answer", lambda: judge_refusal(text, "What?")
    yield "refusal, question", lambda: judge_refusal("I cannot answer.", text)
    yield "citations, answer", lambda: judge_citations(NOTES, text, [1])
    yield "citations, prompt", lambda: judge_citations(text, "It is zero [1].", [1])
    made = [{"name": "calculator", "arguments": {"expression": text}}]
    yield (
        "tool calls",
        lambda: judge_tool_calls(TOOLS, made, [{"name": "calculator", "arguments": {"expression": "1"}}]),
    )
    yield "tool calls, text", lambda: judge_tool_calls(TOOLS, [{"name": "calculator", "arguments": text}], made)
    yield "health, answer", lambda: health_flags(text, finish_reason="stop", prompt="What is it?")
    yield "health, prompt", lambda: health_flags("It is zero.", finish_reason="stop", prompt=text)


@pytest.fixture(scope="module", autouse=True)
def warm() -> None:
    """Tables and dictionaries are read once a process; that is no part of a scorer's time."""
    for text in ("The field is 5 V, E = 0.", "导体内部电场为零。"):
        for _, score in scorers(text):
            score()


@pytest.mark.parametrize("name", BAIT)
def test_bait_is_judged_in_time(name: str) -> None:
    slow, limit = {}, SECONDS * pace()
    for label, score in scorers(bait(name)):
        started = time.process_time()
        score()
        spent = time.process_time() - started
        if spent > limit:
            slow[label] = round(spent, 2)
    assert slow == {}


@pytest.mark.parametrize("name", BAIT)
def test_key_points_made_of_bait_are_refused_or_judged_in_time(name: str) -> None:
    """A key point of more than so many characters is refused when it is read; what is shorter ends in time."""
    for point in (bait(name), {"formula": bait(name)}, {"quantity": bait(name)}, {"any_of": [bait(name)]}):
        if len(bait(name)) > LONGEST:
            with pytest.raises(DataError) as error:
                parse_key_point(point, where="bench.jsonl:3")
            assert error.value.where == "bench.jsonl:3"
    short = bait(name)[:LONGEST]
    for point in (short, {"formula": short}, {"quantity": short}, {"any_of": [short]}):
        started = time.process_time()
        try:
            judge_key_point(point, "The field inside the conductor is zero, E = 0, at 5 V.")
        except DataError as error:
            assert error.what
        assert time.process_time() - started < SECONDS * pace()


WORDS = "( ) [ ] { } [1] \\frac{ ^{ _{ $ $$ ``` ### * _ < | = == not cannot if the field is zero E ∇× ∫ 5 V 1e9 ± %"
CHINESE = "不 没有 电场 为零 。 “ ? \\text{ \\left( - / ² µ"
PIECES = st.sampled_from(
    [*WORDS.split(), *CHINESE.split(), "\n", " ", "> ", "- ", "1. ", '"', "\u0301", "\u200d", "\0"]
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(PIECES, max_size=60).map("".join), st.sampled_from([1, 50]))
def test_any_mixture_is_judged(piece: str, times: int) -> None:
    text = piece * times
    for label, score in scorers(text):
        started = time.process_time()
        score()
        assert time.process_time() - started < SECONDS * 2, label


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(PIECES, max_size=40).map("".join))
def test_any_key_point_is_judged_or_refused(text: str) -> None:
    for point in (text, {"formula": text}, {"quantity": text}, {"any_of": [text]}):
        try:
            verdict = judge_key_point(point, f"{text} The field is zero.")
        except DataError:
            continue
        assert verdict.rule and verdict.matched in f"{text} The field is zero."

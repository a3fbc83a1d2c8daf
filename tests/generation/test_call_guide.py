"""The guide of calls: whatever a model would choose, its calls are JSON that their schemas allow."""

import json
import random
from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from transformers import AutoTokenizer, PreTrainedTokenizerFast

from tutorsmith.generation.call_form import (
    Bound,
    Calls,
    Entries,
    Expression,
    Field,
    Fields,
    Items,
    Number,
    Options,
    Symbol,
    Text,
)
from tutorsmith.generation.call_guide import CallGuide
from tutorsmith.generation.form import Form, Section
from tutorsmith.generation.guide import Guide
from tutorsmith.generation.paths import advance, call_ways, shortest
from tutorsmith.generation.spelling import Spelling
from tutorsmith.generation.vocabulary import Vocabulary
from tutorsmith.models import count
from tutorsmith.models.tool_words import UNREADABLE, read_calls
from tutorsmith.tools.parser import names, parse

PASSAGE = 'He said: "a\\b",\nthen\t{"x": 1} </tool>; 电容为 C、“好” – é\u2028.'
OTHER = 'He said: "a" and left.'
LONG = "The field decays within a few micrometres. " * 6
FUNCTIONS = ("ln", "sin", "sqrt")
TEXTS = Options(tuple(json.dumps(text, ensure_ascii=False) for text in (PASSAGE, OTHER, LONG)))
RULES = Fields((Field("least", (Number(True, 0, 300),)), Field("style", (Options(('"apa7"',)),))), least=1)
CALCULATE = Fields(
    (
        Field("expression", (Options(('"x^2/y"',), expression=True), Expression(("x", "y"), FUNCTIONS)), "always"),
        Field("variables", (Bound((("x", ('"1 m"', '"2 m"')), ("y", ('"3.0e8 m/s"',)))),), "always"),
        Field("by", (Symbol(("y",)),)),
        Field("unit", (Options(('"V/m"', '"%"')),)),
    )
)
CHECK = Fields(
    (
        Field("text", (TEXTS,)),
        Field("parts", (Items((Text(20, 2),), 1, 3),), "without"),
        Field("rules", (RULES,), "always"),
        Field("share", (Number(False, 0, 1),)),
        Field("more", (Entries((Options(("true", "false")),), 2),)),
    )
)
CALLS = Calls((("calculate", CALCULATE), ("check", CHECK)))
FORM = Form((Section(("Answer",)), Section(("检验",))), calls=True, held=CALLS)


@pytest.fixture(scope="module")
def letters(tiny_model: Path) -> Vocabulary:
    """A token a byte."""
    return Vocabulary(Spelling(AutoTokenizer.from_pretrained(tiny_model)))


@pytest.fixture(scope="module")
def words() -> Vocabulary:
    """The embedded model's: tokens that reach across quotation marks, commas and braces."""
    if not count.can_count():
        pytest.skip("the embedded model is not installed")
    ends = {"eos_token": "<|im_end|>"}
    return Vocabulary(Spelling(PreTrainedTokenizerFast(tokenizer_object=count._tokenizer(), **ends)))


def guide_of(vocabulary: Vocabulary, limit: int = 600, calls: Calls = CALLS, inner: Guide | None = None) -> CallGuide:
    return CallGuide(calls, vocabulary, limit, frozenset({end_of(vocabulary)}), inner)


def end_of(vocabulary: Vocabulary) -> int:
    return int(vocabulary.spelling.tokenizer.eos_token_id)


def text_of(vocabulary: Vocabulary, tokens: Iterable[int]) -> str:
    return vocabulary.spelling.joined(tokens).decode("utf-8", "replace")


def answered(
    guide: CallGuide, choices: Callable[[list[int] | None], Iterable[int]], said: Iterable[int] = ()
) -> list[int]:
    """The tokens of an answer that begins with `said`. choices: told what fits, the model's choices, the best first."""
    out: list[int] = []
    for token in said:
        out.append(guide.choose([token]))
        assert out[-1] == token
    while True:
        token = guide.choose(choices(guide.fitting()))
        if guide.ended:
            return out[: guide.kept]
        out.append(token)
        assert len(out) < guide.limit, text_of(guide.vocabulary, out)


def follow(vocabulary: Vocabulary, text: str, limit: int = 600) -> str:
    """What becomes of a model that would write the text and end, going on behind what is said instead where it can."""
    wanted, tokens = text.encode(), vocabulary.ids_of(text.encode())
    places = dict(
        zip(accumulate((len(vocabulary.spelling.bytes_of(t)) for t in tokens), initial=0), tokens, strict=False)
    )
    guide = guide_of(vocabulary, limit)

    def next_of(fitting: list[int] | None) -> Iterator[int]:
        said = bytes(guide.said)
        if said != wanted and wanted.startswith(said):
            yield places[len(said)] if len(said) in places else vocabulary.ids_of(wanted[len(said) :])[0]
        yield from (end_of(vocabulary), *(fitting or ()))

    return text_of(vocabulary, answered(guide, next_of))


def assert_allowed(text: str) -> None:
    """Every call is written as templates write them, with arguments that its tool's description allows."""
    said, calls = read_calls(text)
    assert calls and UNREADABLE not in [call["name"] for call in calls], text
    for call in calls:
        arguments = call["arguments"]
        if call["name"] == "calculate":
            names = read_names(arguments["expression"])
            assert set(arguments.get("variables", {})) == names
            assert all(value in ("1 m", "2 m", "3.0e8 m/s") for value in arguments.get("variables", {}).values())
            assert set(arguments) <= {"expression", "variables", "by", "unit"}
        else:
            assert call["name"] == "check"
            assert ("text" in arguments) != ("parts" in arguments)
            assert arguments.get("text", LONG) in (PASSAGE, OTHER, LONG)
            assert 1 <= len(arguments.get("parts", ["x"])) <= 3
            rules = arguments["rules"]
            assert rules and set(rules) <= {"least", "style"} and 0 <= rules.get("least", 0) <= 300
            assert isinstance(rules.get("least", 0), int) and 0 <= arguments.get("share", 0) <= 1
            assert all(isinstance(value, bool) for value in arguments.get("more", {}).values())
    assert not said


def read_names(expression: str) -> set[str]:
    """Reads it as the calculator does, which refuses what is no expression."""
    return names(parse(expression, FUNCTIONS))


@pytest.mark.parametrize("name", ["letters", "words"])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), wild=st.sampled_from((0.0, 0.5, 1.0)), spare=st.sampled_from((0, 1, 7, 200)))
def test_a_call_of_a_random_model_is_allowed(
    name: str, seed: int, wild: float, spare: int, request: pytest.FixtureRequest
) -> None:
    """wild: how often its choices are any tokens, else those that fit; spare: tokens beyond what the call needs."""
    vocabulary: Vocabulary = request.getfixturevalue(name)
    dice, size = random.Random(seed), len(vocabulary.spelling.tokenizer)
    mark = vocabulary.ids_of(b"<tool_call>")
    least = len(mark) + len(vocabulary.ids_of(shortest(call_ways(CALLS)))) + 6
    guide = guide_of(vocabulary, least + spare)

    def choices(fitting: list[int] | None) -> list[int]:
        loose = [dice.randrange(size) for _ in range(64)]
        if fitting is None or dice.random() < wild:
            return loose
        return dice.sample(fitting, len(fitting))

    assert_allowed(text_of(vocabulary, answered(guide, choices, mark)))
    assert guide.reason == "stop"


@pytest.mark.parametrize("name", ["letters", "words"])
@pytest.mark.parametrize(
    "arguments",
    [
        {"expression": "x^2/y", "variables": {"x": "2 m", "y": "3.0e8 m/s"}, "unit": "%"},
        {"expression": "sqrt(-x + 2*y)^(-1.5)", "variables": {"x": "1 m", "y": "3.0e8 m/s"}, "by": "y"},
        {"expression": "(4 - 2)/3e-2", "by": "x"},
        {"text": PASSAGE, "rules": {"least": 120, "style": "apa7"}},
        {"text": LONG, "rules": {"style": "apa7"}, "share": 0.25, "more": {"键": True, "b": False}},
        {"parts": ["1 引言", 'a "b" \\ \n'], "rules": {"least": 0}},
    ],
)
def test_a_good_call_comes_out_as_the_model_writes_it(
    name: str, arguments: dict[str, object], request: pytest.FixtureRequest
) -> None:
    vocabulary: Vocabulary = request.getfixturevalue(name)
    tool = "calculate" if "expression" in arguments else "check"
    call = json.dumps({"name": tool, "arguments": arguments}, ensure_ascii=False)
    text = f"I look.\n<tool_call>\n{call}\n</tool_call>"
    assert follow(vocabulary, text, 3000) == text


@pytest.mark.parametrize(
    ("arguments", "kept"),
    [
        ('{"expression": "x^2/y", "lower": "0"}', {"x": "2 m", "y": "3.0e8 m/s"}),
        ('{"expression": "x^2/(', {"x": "2 m"}),
        ('{"expression": "2*x", "variables": {"x": "2 m", "q": "7"}}', {"x": "2 m"}),
        ('{"expression": "lambda + y', {"y": "3.0e8 m/s"}),
    ],
)
def test_what_no_tool_takes_is_not_written(letters: Vocabulary, arguments: str, kept: dict[str, str]) -> None:
    said = follow(letters, f'<tool_call>\n{{"name": "calculate", "arguments": {arguments}')
    (call,) = read_calls(said)[1]
    assert call["arguments"].get("variables", {}).keys() <= kept.keys()
    assert_allowed(said)


def test_an_answer_without_a_call_is_left_alone(letters: Vocabulary) -> None:
    text = 'Tools: <tool_calls> are <tool_ call> no {"name"} of mine.\n</tool_call>'
    assert follow(letters, text) == text


def test_a_call_that_was_made_is_not_made_again(letters: Vocabulary) -> None:
    call = (
        '<tool_call>\n{"name": "check", "arguments": {"text": "x", "rules": {"style": "apa7"}}}\n</tool_call>'.replace(
            '"x"', json.dumps(OTHER)
        )
    )
    other = call.replace('apa7"', 'apa7", "least": 1').replace('"style": "apa7", "least": 1', '"least": 1')
    assert follow(letters, f"{call}\n{other}\n{call}\n{other}") == f"{call}\n{other}"


def test_a_long_text_that_has_no_room_gives_way_to_a_short_one(letters: Vocabulary) -> None:
    call = json.dumps({"name": "check", "arguments": {"text": LONG, "rules": {"style": "apa7"}}}, ensure_ascii=False)
    said = follow(letters, f"<tool_call>\n{call}\n</tool_call>", limit=200)
    assert_allowed(said)
    assert LONG not in said


def test_sections_or_a_call(words: Vocabulary) -> None:
    """A form with both: the call is held to its tools, an answer without one has its sections."""
    ends = frozenset({end_of(words)})
    for wanted in (b'<tool_call>\n{"name": "check", "nonsense', b"It holds."):
        guide = guide_of(words, 400, inner=Guide(FORM, words.spelling, 400, ends))
        place = iter(words.ids_of(wanted))

        def next_of(fitting: list[int] | None, place: Iterator[int] = place) -> Iterator[int]:
            yield next(place, end_of(words))
            yield from (*(fitting or ()), *words.ids_of(b" so"))

        said = text_of(words, answered(guide, next_of))
        if wanted.startswith(b"<tool_call>"):
            assert_allowed(said)
        else:
            assert said.startswith("### Answer\n") and " holds.\n\n### 检验\n" in said


def test_ways_are_told_from_the_beginning_on() -> None:
    """What is asked for depends on the expression that was written."""
    start = b'\n{"name": "calculate", "arguments": {"expression": "'
    assert advance(call_ways(CALLS), start + b'ln(y)", "variables": {"y": "')
    assert not advance(call_ways(CALLS), start + b'ln(y)", "variables": {"x": "')
    assert not advance(call_ways(CALLS), start + b"ln(z")
    assert not advance(call_ways(CALLS), start + b"ln(y))")
    assert advance(call_ways(CALLS), start + b'2", "unit": "%"}}\n</tool_call>')


def test_where_nothing_can_be_called_no_call_is_begun(letters: Vocabulary, words: Vocabulary) -> None:
    """The model goes on with what it would have said next best."""
    for vocabulary in (letters, words):
        guide = guide_of(vocabulary, 300, Calls(()))
        place = iter([*vocabulary.ids_of(b"Well <tool_call>\n{}"), end_of(vocabulary)])
        assert guide.judge(vocabulary.ids_of(b"<")[0]) is None, "nor is an answer begun as one"
        said = answered(guide, lambda _, place=place, v=vocabulary: [next(place), *v.ids_of(b"x")])
        text = text_of(vocabulary, said)
        assert text.startswith("Well <") and "<tool" not in text and guide.fitting() is None


def test_an_expression_does_not_go_round_in_circles(letters: Vocabulary) -> None:
    said = follow(letters, f'<tool_call>\n{{"name": "calculate", "arguments": {{"expression": "{"x*" * 60}')
    assert "x*x" in said and "x*x*x*x" not in said
    assert_allowed(said)

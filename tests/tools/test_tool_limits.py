"""What hostile or hopeless calls may cost, and what the worker process is allowed."""

import json
import os
import random
import signal
import time
from pathlib import Path

import pytest

from tutorsmith.core.errors import UsageError
from tutorsmith.tools import TOOLS, call_tool, schemas
from tutorsmith.tools.arguments import check_arguments
from tutorsmith.tools.failure import ToolFailure
from tutorsmith.tools.fingerprints import document, resemblance
from tutorsmith.tools.worker import MEMORY, Worker

HOSTILE = [
    "9**9**9**9",
    "2^(3^(4^5))",
    "factorial(factorial(99))",
    "1e308**9",
    "(" * 199 + "1" + ")" * 199,
    "-" * 399,
    "__import__('os').system('id')",
    "[x for x in ().__class__.__bases__]",
    "x" * 400,
    "1" * 400,
    "\ufeff1",
    "١+٢",
    "x^(y^(z^(w^999)))",
    "((((((x^9)^9)^9)^9)^9)^9)^9",
    "1e-999999999",
    "x + 1e-400",
    "10^100^100",
    "exp(exp(exp(exp(exp(9)))))" + "!" * 99,
    "sin(" * 60 + "x" + ")" * 60,
    "^".join(["9"] * 150),
    "lambda: x",
    "eval('x')",
    "x.__class__",
    "x; import os",
]
HOSTILE_VALUES = [
    "1e999 m",
    "1 m^99999999",
    "1 m^-99^99",
    "1e" + "9" * 40,
    "9" * 61,
    "1 " + "(" * 9 + "m" + ")" * 9,
    "1 __import__",
    "nan",
    "inf m",
    "\ud800",
]


@pytest.mark.parametrize("tool", ["evaluate_expression", "differentiate", "integrate"])
def test_hostile_expressions_are_refused_without_the_algebra_system(tool: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("the worker was asked")

    monkeypatch.setattr(Worker, "call", never)
    for expression in HOSTILE:
        more = {} if tool == "evaluate_expression" else {"variable": "y9"}
        if expression == "x" * 400 and more:
            continue  # one long symbol, which a derivative may have
        result = call_tool(tool, {"expression": expression, **more})
        assert "error" in result, expression


@pytest.mark.parametrize("value", HOSTILE_VALUES, ids=ascii)
def test_hostile_values_and_units_are_refused(value: str) -> None:
    assert "error" in call_tool("evaluate_expression", {"expression": "x", "variables": {"x": value}})
    assert "error" in call_tool("evaluate_expression", {"expression": "1", "unit": value})


@pytest.mark.parametrize("arguments", [None, 5, 0.5, True, [], [["expression", "1"]], "5", {1: 2}, ()], ids=repr)
def test_arguments_that_are_no_object_are_refused(arguments: object) -> None:
    for name in TOOLS:
        assert set(call_tool(name, arguments)) == {"error", "mend"}


def test_arguments_are_bounded_before_they_are_looked_into() -> None:
    many = {"expression": "1", "variables": {f"v{k}": "1" for k in range(10_000)}}
    deep = json.loads('{"a":' * 300 + "1" + "}" * 300)
    private = {"expression": "1", "variables": {"__class__": "1"}}
    for arguments in (many, deep, private, {"expression": "1" * 10_000_000}, {"expression": ["1"]}):
        assert "error" in call_tool("evaluate_expression", arguments)


def test_any_json_is_answered_by_a_result() -> None:
    for arguments in ("", "{", "[]", "null", "5", '"x"', "[" * 100_000, '{"expression": null}', "{}", " " * 300_000):
        for name in (*TOOLS, "no_such_tool", ""):
            assert "error" in call_tool(name, arguments), (name, arguments[:20])


def test_no_combination_of_parts_raises() -> None:
    draw = random.Random(5)
    atoms = [
        "x",
        "pi",
        "e",
        "j",
        "sin(",
        "sqrt(",
        "(",
        ")",
        "^",
        "*",
        "/",
        "+",
        "-",
        "!",
        "1",
        "2.5",
        "1e9",
        "0",
        "√",
        "²",
    ]
    units = [
        "m",
        "s",
        "*",
        "/",
        "^",
        "2",
        "-",
        "(",
        ")",
        " ",
        "V",
        "%",
        "°",
        "Ω",
        "µ",
        "k",
        "dB",
        "²",
        "c",
        "degC",
        "C",
        "1",
    ]
    values = ["2", "3 m", "-1 s", "0", "1e200"]
    results = []
    for _ in range(1500):
        expression = "".join(draw.choices(atoms, k=draw.randint(1, 12)))
        arguments = {"expression": expression, "variables": {"x": draw.choice(values)}}
        results.append(call_tool("evaluate_expression", arguments))
        value = "3 " + "".join(draw.choices(units, k=draw.randint(1, 8)))
        results.append(call_tool("evaluate_expression", {"expression": "a", "variables": {"a": value}}))
        json.dumps(results[-2:], allow_nan=False)
    assert 100 < sum("error" not in result for result in results) < 2000


def test_a_hopeless_integral_is_ended_and_the_next_call_works() -> None:
    worker = Worker()
    try:
        started = time.monotonic()
        with pytest.raises(ToolFailure, match=r"not solved within 0\.3 s"):
            worker.call("integrate", {"expression": "1/(x^5+x+1)", "variable": "x"}, seconds=0.3)
        assert worker._process is None
        result = worker.call("integrate", {"expression": "x", "variable": "x"}, seconds=30)
        assert result["result"] == "x^2/2"
        assert time.monotonic() - started < 60
    finally:
        worker.stop()


def test_the_worker_is_bounded_and_survives_being_killed() -> None:
    worker = Worker()
    try:
        worker.call("differentiate", {"expression": "x", "variable": "x"}, seconds=30)
        process = worker._process
        assert process is not None
        limits = Path(f"/proc/{process.pid}/limits").read_text(encoding="utf-8")
        assert f"{MEMORY}" in limits.split("Max address space")[1].splitlines()[0]
        assert limits.split("Max cpu time")[1].split()[0].isdigit()
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        again = worker.call("differentiate", {"expression": "x^2", "variable": "x"}, seconds=30)
        assert again["result"] == "2*x"
    finally:
        worker.stop()


def test_a_worker_that_dies_in_a_call_is_an_error_for_the_model() -> None:
    worker = Worker()
    try:
        worker._running()
        with pytest.raises(ToolFailure, match="broke off"):
            worker.call("no_such_function", {}, seconds=30)
    finally:
        worker.stop()


def test_repetitive_texts_cost_no_more_than_their_length() -> None:
    words = "the loss rises sharply once " * 400
    result = call_tool("check_plagiarism", {"text": words, "sources": [{"id": "a", "text": words}]})
    assert result["copied_share"] == 1.0


def test_notes_are_sources_when_the_call_brings_none() -> None:
    note = {"id": "notes/06", "text": "A citation does not excuse patchwriting, since it claims the wording as yours."}
    text = "I read: a citation does not excuse patchwriting, since it claims the wording as yours. True."
    assert "error" in call_tool("check_plagiarism", {"text": text})
    (passage,) = call_tool("check_plagiarism", {"text": text}, sources=[note])["passages"]
    assert passage["source"] == "notes/06"
    assert text[passage["start"] : passage["end"]].startswith("a citation does not")
    assert note["text"][passage["source_start"] : passage["source_end"]].endswith("as yours")
    own = [{"id": "other", "text": "Something else entirely, of which the text has no part at all."}]
    assert call_tool("check_plagiarism", {"text": text, "sources": own}, sources=[note])["passages"] == []


def test_resemblance_is_exact_for_short_texts_and_near_for_long_ones() -> None:
    one = document(" ".join(f"w{i}" for i in range(3000)))
    other = document(" ".join(f"w{i}" for i in range(1000, 4000)))
    short = document(" ".join(f"w{i}" for i in range(100)))
    assert resemblance(short, document(" ".join(f"w{i}" for i in range(50, 150)), short.k)) == pytest.approx(46 / 146)
    assert resemblance(one, other) == pytest.approx(1996 / 3996, abs=0.1)
    assert resemblance(one, document("nothing in common with it at all here")) == 0.0


def test_schemas_are_what_a_model_is_shown() -> None:
    for schema in schemas():
        assert set(schema) == {"type", "function"}
        assert set(schema["function"]) == {"name", "description", "parameters"}
        properties = schema["function"]["parameters"]["properties"]
        assert set(schema["function"]["parameters"]["required"]) <= set(properties)
    assert [schema["function"]["name"] for schema in schemas(["integrate", "differentiate"])] == [
        "integrate",
        "differentiate",
    ]
    with pytest.raises(UsageError, match="did you mean 'integrate'"):
        schemas(["integral"])
    shown = json.dumps(schemas())
    assert "max" not in shown.replace("maximum", "").replace("max_words", "")  # they stand in every prompt
    assert len(shown) < 3200


def test_a_schema_given_away_cannot_change_the_table() -> None:
    schemas()[0]["function"]["parameters"]["properties"].clear()
    assert "expression" in TOOLS["evaluate_expression"].parameters["properties"]
    with pytest.raises(ToolFailure, match="expression is missing"):
        check_arguments({}, TOOLS["evaluate_expression"].parameters)

"""The tool samples and benchmark: every result is what the tool returns, and every number said is found or given."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import sympy as sp
from content_tools import DATA, Item, answer, load, parsed
from style_numbers import U
from tool_numbers import CENTRAL, PLACES, SAID, VALUES

from tutorsmith.data.read import read_benchmark
from tutorsmith.data.schema import Prediction
from tutorsmith.evaluation.metrics.tool_calls import judge_tool_calls
from tutorsmith.evaluation.score import COVERAGE, score_item
from tutorsmith.models.tool_words import decoded_calls, written_out
from tutorsmith.tools import TOOLS as TABLE
from tutorsmith.tools import call_tool, schemas

TRAIN, BENCH = load("processed/tool_sft.jsonl"), load("eval/tool_benchmark.jsonl")
ITEMS = {item["id"]: item for item in TRAIN + BENCH}
SCORED = read_benchmark(DATA / "eval" / "tool_benchmark.jsonl")
ENDS_IN_NUMBER = re.compile(r"=\s*(-?[\d.]+(?:\\times10\^\{-?\d+\})?)$")
NAMES = re.compile(r"\b(?:GB/T 7714|APA 7|TE10)\b")
NUMBER = re.compile(r"(?<![\w.^_{\\/])(-?\d+(?:\.(\d+))?)(?:\\times10\^\{(-?\d+)\})?(?![\w.]*\w)")


@cache
def _run(name: str, arguments: str) -> str:
    """The result of a call as JSON; each call is made once."""
    return json.dumps(call_tool(name, arguments), ensure_ascii=False)


def _expected(item: Item) -> list[dict[str, Any]]:
    """Results of the calls that a benchmark item expects."""
    return [json.loads(_run(call["name"], json.dumps(call["arguments"]))) for call in item.get("tool_calls", [])]


def _rounds(item: Item) -> Iterator[tuple[dict[str, Any], str]]:
    """(call, content of its result) in order."""
    results = {m["tool_call_id"]: m["content"] for m in item["messages"] if m["role"] == "tool"}
    for message in item["messages"]:
        for call in message.get("tool_calls") or ():
            yield call["function"], results[call["id"]]


def _results(item: Item, *names: str) -> list[dict[str, Any]]:
    """Successful results of the calls of some tools, those that a benchmark expects among them."""
    out = [json.loads(content) for call, content in _rounds(item) if call["name"] in names]
    made = zip(item.get("tool_calls", []), _expected(item), strict=True)
    out += [result for call, result in made if call["name"] in names]
    return [result for result in out if "error" not in result]


def _numbers(item: Item) -> list[str]:
    """What the calculations that a benchmark item expects come to, those with a complex result aside."""
    made = zip(item["tool_calls"], _expected(item), strict=True)
    found = [result for call, result in made if call["name"] == "evaluate_expression"]
    return [str(result["text"]) for result in found if not isinstance(result["value"], dict)]


def _calls(item: Item) -> list[str]:
    return [call["name"] for call, _ in _rounds(item)]


def test_counts_and_kinds() -> None:
    assert [item["id"] for item in TRAIN] == [f"tool-{n:04d}" for n in range(1, len(TRAIN) + 1)]
    assert [item["id"] for item in BENCH] == [f"tool-b-{n:03d}" for n in range(1, 41)]
    assert len(TRAIN) >= 60
    called = Counter(name for item in TRAIN for name in set(_calls(item)))
    assert set(called) == set(TABLE)
    assert min(called.values()) >= 7
    silent = [item for item in TRAIN if not _calls(item)]
    assert sum(item["refusal_type"] is None for item in silent) >= 10
    assert sum(item["refusal_type"] is not None for item in silent) >= 10
    first = [m for item in TRAIN for m in item["messages"][:3] if m.get("tool_calls")]
    assert sum(message["content"] is not None for message in first) >= 8  # explains, then calls
    errors = [item["id"] for item in TRAIN if any("error" in json.loads(content) for _, content in _rounds(item))]
    assert len(errors) >= 8
    assert {len(item["tools"]) for item in TRAIN} >= {1, 2, 3, 5}
    assert {len(item["tools"]) for item in BENCH} >= {1, 2, 3, 5}


def test_benchmark_expects_all_tools_and_none() -> None:
    expected = Counter(call["name"] for item in BENCH for call in item["tool_calls"])
    assert set(expected) == set(TABLE)
    assert min(expected.values()) >= 4
    assert sum(not item["tool_calls"] for item in BENCH) >= 10
    assert Counter(item["refusal_type"] for item in BENCH if item["refusal_type"]) == {
        "missing_parameters": 2,
        "insufficient_context": 1,
        "out_of_scope": 1,
    }
    for item in BENCH:
        assert item["messages"][-1]["role"] == "user"
        assert item["meta"]["has_tool_call"] is bool(item["tool_calls"])
        answered = not item["tool_calls"] and item["refusal_type"] is None
        assert bool(item.get("key_points")) is (answered or bool(_numbers(item))), item["id"]


@pytest.mark.parametrize("item", ITEMS.values(), ids=ITEMS)
def test_form(item: Item) -> None:
    assert item["mode"] == "tutor_tool"
    assert item["tools"] == schemas(tool["function"]["name"] for tool in item["tools"])
    prompts = {other["messages"][0]["content"] for other in TRAIN if other["meta"]["course"] == item["meta"]["course"]}
    assert prompts == {item["messages"][0]["content"]}
    said = answer(item)
    assert 10 <= len(said.split()) <= 110
    assert said == said.strip()
    assert said.count("$") % 2 == 0
    assert said.count("{") == said.count("}")
    assert item["meta"]["course"] in ("em", "writing")
    assert item["meta"]["difficulty"] in ("easy", "medium", "hard")
    if "reference" not in item:
        assert item["meta"]["has_tool_call"] is bool(_calls(item))


@pytest.mark.parametrize("item", [i for i in ITEMS.values() if _calls(i)], ids=lambda item: item["id"])
def test_results_are_what_the_tools_return(item: Item) -> None:
    for call, content in _rounds(item):
        assert _run(call["name"], call["arguments"]) == content


@pytest.mark.parametrize("item", BENCH, ids=lambda item: item["id"])
def test_expected_calls_succeed_and_are_judged_right(item: Item) -> None:
    assert [result for result in _expected(item) if "error" in result] == []
    verdict = judge_tool_calls(item["tools"], item["tool_calls"], item["tool_calls"])
    assert verdict.correct, verdict.problems


NUMBERS = [item for item in BENCH if _numbers(item)]


@pytest.mark.parametrize("item", NUMBERS, ids=lambda item: item["id"])
def test_the_answer_after_a_calculation_is_known_by_what_the_call_returns(item: Item) -> None:
    """Of a relative change the size counts: a fall by 21.6 % is said with and without a sign."""
    texts = [text.removeprefix("-") if text.endswith("%") else text for text in _numbers(item)]
    assert item["key_points"] == [{"quantity": text, "rel_tol": 0.01} for text in texts]
    scored = next(known for known in SCORED if known.id == item["id"])
    for said, coverage in (
        (item["reference"], 1.0),
        (" and ".join(texts), 1.0),
        ("I cannot say how large it is.", 0.0),
    ):
        assert score_item("tool", scored, Prediction(item["id"], said)).scores[COVERAGE] == coverage


@pytest.mark.parametrize("item", TRAIN, ids=lambda item: item["id"])
def test_samples_can_be_written_out_for_a_model_whose_template_knows_no_tools(item: Item) -> None:
    decoded = [
        {**m, "tool_calls": decoded_calls(m["tool_calls"])} if "tool_calls" in m else m for m in item["messages"]
    ]
    written = written_out(decoded, item["tools"])
    roles = [message["role"] for message in written]
    assert roles == ["system", *["user", "assistant"] * (len(roles) // 2)]
    learned = "".join(message["content"] for message in written if message["role"] == "assistant")
    blocks = [json.loads(block) for block in re.findall(r"<tool_call>\n(.*?)\n</tool_call>", learned)]
    assert blocks == [{"name": c["name"], "arguments": json.loads(c["arguments"])} for c, _ in _rounds(item)]


def test_pairs_are_an_answer_and_a_refusal() -> None:
    pairs = {item["id"]: item["meta"]["pair"] for item in TRAIN if "pair" in item["meta"]}
    assert len(pairs) >= 8
    for one, other in pairs.items():
        assert pairs[other] == one
        assert (ITEMS[one]["refusal_type"] is None) != (ITEMS[other]["refusal_type"] is None)


def test_every_calculation_is_worked_out_again() -> None:
    assert {key for key, item in ITEMS.items() if _results(item, "evaluate_expression")} == set(VALUES)


@pytest.mark.parametrize("key", VALUES)
def test_values_follow_from_the_laws(key: str) -> None:
    found = _results(ITEMS[key], "evaluate_expression")
    assert len(found) == len(VALUES[key])
    for result, wanted in zip(found, VALUES[key], strict=True):
        number = result["value"]
        value = complex(number["re"], number["im"]) if isinstance(number, dict) else number
        si = (U.Quantity(value, result["unit"].replace("%", "percent"))).to_base_units().magnitude
        assert abs(si - wanted) <= 2e-3 * abs(wanted)  # the notes' constants have four digits


def test_every_derivative_and_integral_has_its_formula() -> None:
    found = {key for key, item in ITEMS.items() if _results(item, "differentiate", "integrate")}
    assert found == set(CENTRAL)


@pytest.mark.parametrize("key", CENTRAL)
def test_the_formula_said_is_the_one_found(key: str) -> None:
    results = _results(ITEMS[key], "differentiate", "integrate")
    names = set().union(*(re.findall(r"[A-Za-z]\w*", ascii_form) for _, ascii_form in CENTRAL[key]))
    symbols = {n: sp.Symbol(n, positive=True) for n in names - {"exp", "sin", "cos", "log", "sqrt", "sign", "pi"}}
    assert len(results) == len(CENTRAL[key])
    for result, (latex, ascii_form) in zip(results, CENTRAL[key], strict=True):
        assert latex in answer(ITEMS[key])
        assert sp.simplify(parsed(result["result"], symbols) - parsed(ascii_form, symbols)) == 0
    assert [result["value"] for result in results if "value" in result and key in PLACES] == PLACES.get(key, [])


@pytest.mark.parametrize("key", ITEMS)
def test_numbers_said_are_given_or_found(key: str) -> None:
    """Outside formulas, and after an equals sign: in the dialogue, in a result to the digits printed, or in SAID."""
    item = ITEMS[key]
    before = item["messages"] if "reference" in item else item["messages"][:-1]
    known = " ".join(message["content"] or "" for message in before[1:]) + json.dumps(_expected(item))
    pool = [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?(?:e-?\d+)?", known)]
    pool += [100 * number for number in pool if abs(number) < 1]  # a share said in per cent
    unknown = set()
    for mantissa, decimals, power in NUMBER.findall(_said(item)):
        scale = 10.0 ** int(power or 0)
        half = 0.501 * scale * 10.0 ** -len(decimals)
        if not any(abs(abs(float(mantissa) * scale) - abs(other)) <= half for other in pool):
            unknown.add(mantissa)
    assert unknown == set(SAID.get(key, ()))


def _said(item: Item) -> str:
    """The answer without formulas; of `$x = 5$` the 5 stays."""
    parts = answer(item).split("$")
    parts[1::2] = [found[1] if (found := ENDS_IN_NUMBER.search(formula)) else " " for formula in parts[1::2]]
    return NAMES.sub(" ", "".join(parts))


@pytest.mark.parametrize("item", [i for i in SCORED if i.key_points], ids=lambda item: item.id)
def test_the_references_of_other_items_are_no_answer(item: Any) -> None:
    others = [other for other in SCORED if other.id != item.id and not other.refusal_type]
    scores = [score_item("tool", item, Prediction(item.id, other.reference)).scores[COVERAGE] for other in others]
    assert sum(scores) / len(scores) <= 0.1

"""Calls held to a conversation: the right call can be written, and what is not told cannot."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tutorsmith.data.read import read_samples
from tutorsmith.data.schema import Message
from tutorsmith.generation.call_form import Calls
from tutorsmith.generation.paths import advance, call_ways
from tutorsmith.pipeline.calls.canonical import in_order
from tutorsmith.pipeline.calls.forms import calls_of
from tutorsmith.tools import schemas

SAMPLES = Path(__file__).parents[2] / "data" / "training" / "processed" / "tool_sft.jsonl"
E, D, I, P, V = "evaluate_expression", "differentiate", "integrate", "check_plagiarism", "validate_format"  # noqa: E741
NOTES = (
    "Excerpts:\n[1] The energy is $$W=\\frac{1}{2}CV^2$$ and the charge $Q=CV$. [2] The skin depth is "
    "$\\delta=\\frac{1}{\\sqrt{\\pi f\\mu_0\\sigma}}$, the wave falls as $e^{-z/\\delta}$."
)
COMPARED = 'Close?\nMy version: "Foils shield "well" at high frequencies."\nVega (2020): "Foils work well at these."'


def held(*turns: str, system: str = "You are a tutor.") -> Calls:
    said = [Message("user" if k % 2 == 0 else "assistant", turn) for k, turn in enumerate(turns)]
    calls = calls_of(schemas(), [Message("system", system), *said])
    assert calls is not None
    return calls


def allows(calls: Calls, name: str, arguments: Mapping[str, Any]) -> bool:
    body = json.dumps({"name": name, "arguments": arguments}, ensure_ascii=False)
    return bool(advance(call_ways(calls), f"\n{body}\n</tool_call>".encode()))


@pytest.mark.parametrize(
    ("turns", "name", "arguments"),
    [
        (
            ["From air, n_1 = 1.0, into glass, n_2 = 1.49: what is ((n_1 - n_2)/(n_1 + n_2))^2 in %?"],
            E,
            {"expression": "((n_1 - n_2)/(n_1 + n_2))^2", "variables": {"n_1": "1.0", "n_2": "1.49"}, "unit": "%"},
        ),
        (
            ["Use F = q*v*B with q = 1.6e-19 C, v = 2.0×10^6 m/s and B = 50 mT. What is the force in fN?"],
            E,
            {
                "expression": "q*v*B",
                "variables": {"q": "1.6e-19 C", "v": "2.0×10^6 m/s", "B": "50 mT"},
                "unit": "fN",
            },
        ),
        (
            ["What is Γ for Z_L = 100 ohm on Z_0 = 50 ohm?", "It is $\\frac{Z_L-Z_0}{Z_L+Z_0}$.", "And Z_L = 25 ohm?"],
            E,
            {"expression": "(Z_L - Z_0)/(Z_L + Z_0)", "variables": {"Z_L": "25 ohm", "Z_0": "50 ohm"}},
        ),
        (
            ["平行板电容器极板面积 A = 100 cm^2，间距 d = 1.0 mm，求电容，单位用 pF。"],
            E,
            {"expression": "epsilon_0*A/d", "variables": {"A": "100 cm^2", "d": "1.0 mm"}, "unit": "pF"},
        ),
        (
            ["The current is 2.0 A and the voltage 12 V. What power is that?"],
            E,
            {"expression": "U*I", "variables": {"U": "12 V", "I": "2.0 A"}},
        ),
        (
            ["Differentiate $V(r)=\\frac{Q}{4\\pi\\varepsilon_0 r}$ with respect to r, with its value at r = a."],
            D,
            {"expression": "Q/(4*pi*epsilon_0*r)", "variable": "r", "at": "a"},
        ),
        (
            ["In a guide beta = sqrt(omega^2 - omega_c^2)/c. Differentiate it with respect to omega to see more."],
            D,
            {"expression": "sqrt(omega^2 - omega_c^2)/c", "variable": "omega"},
        ),
        (["对 V = k*q/r^2 关于 r 求二阶导数"], D, {"expression": "k*q/r^2", "variable": "r", "order": 2}),
        (
            ["The flux is Phi = B_0*A*cos(ω*t).", "Yes.", "Differentiate it with respect to time t, at t = pi/(2*ω)."],
            D,
            {"expression": "B_0*A*cos(omega*t)", "variable": "t", "at": "pi/(2*omega)"},
        ),
        (
            ["Integrate E_0*exp(-x/L) from x = 0 to infinity."],
            I,
            {"expression": "E_0*exp(-x/L)", "variable": "x", "lower": "0", "upper": "oo"},
        ),
        (
            ["求 rho_0*r^2 从 r=0 到 r=a 的积分"],
            I,
            {"expression": "rho_0*r^2", "variable": "r", "lower": "0", "upper": "a"},
        ),
        (
            [COMPARED],
            P,
            {
                "text": 'Foils shield "well" at high frequencies.',
                "sources": [{"id": "Vega (2020)", "text": "Foils work well at these."}],
            },
        ),
        (
            ["请帮我查重。\n我的段落：“趋肤深度随频率升高而减小。”\n来源A：“趋肤深度随频率的升高而减小。”"],
            P,
            {
                "text": "趋肤深度随频率升高而减小。",
                "sources": [{"id": "A", "text": "趋肤深度随频率的升高而减小。"}],
            },
        ),
        (
            ["All chapters? Needed: Introduction, Theory, Results.\nIntroduction\nResults\n\nThanks!"],
            V,
            {"rules": {"chapters": ["Introduction", "Theory", "Results"]}, "structure": ["Introduction", "Results"]},
        ),
        (
            ["摘要要求 200 到 300 字，请检查：“本文研究了电感。结果良好。”"],
            V,
            {"rules": {"min_words": 200, "max_words": 300}, "text": "本文研究了电感。结果良好。"},
        ),
        (
            ["GB/T 7714, and not longer than 5,000 words?\n[1] LIN A B. Losses[J]. Letters, 2021.\n[2] MO C."],
            V,
            {
                "rules": {"max_words": 5000, "citation_style": "gbt7714"},
                "text": "[1] LIN A B. Losses[J]. Letters, 2021.\n[2] MO C.",
            },
        ),
    ],
)  # fmt: skip
def test_what_a_question_tells_can_be_called(turns: list[str], name: str, arguments: dict[str, Any]) -> None:
    assert allows(held(*turns), name, arguments)


@pytest.mark.parametrize(
    ("question", "name", "arguments"),
    [
        # A factor lost, a value of another symbol, a symbol left out, a made-up one, a made-up unit.
        ("Say C*V^2/2 for C = 2 F, V = 3 V.", E, {"expression": "C*V^2", "variables": {"C": "2 F", "V": "3 V"}}),
        ("Say C*V^2/2 for C = 2 F, V = 3 V.", E, {"expression": "C*V^2/2", "variables": {"C": "3 V", "V": "2 F"}}),
        ("Say C*V^2/2 for C = 2 F, V = 3 V.", E, {"expression": "C*V^2/2", "variables": {"C": "2 F"}}),
        ("Energy for C = 2 F and V = 3 V?", E, {"expression": "Q*V", "variables": {"Q": "2 F", "V": "3 V"}}),
        ("Energy in mJ for V = 3 V?", E, {"expression": "V", "variables": {"V": "3 V"}, "unit": "J"}),
        # Keys of another tool, half a range, a symbol that is none.
        ("Differentiate x^2*a.", D, {"expression": "x^2*a", "variable": "x", "lower": "0", "upper": "1"}),
        ("Integrate x^2*a from 0 to b.", I, {"expression": "x^2*a", "variable": "x", "lower": "0"}),
        ("Differentiate x^2*a.", D, {"expression": "x^2*a", "variable": "y"}),
        ("Differentiate x^2*a with respect to x so that I see.", D, {"expression": "x^2*a", "variable": "a"}),
        ("Differentiate x^2*a.", D, {"variable": "x", "expression": "x^2*a"}),
        # Made-up rules, a cut text, a list in another order.
        ('At most 9 words: "It was so late."', V, {"rules": {"words": 9}, "text": "It was so late."}),
        ('At most 9 words: "It was so late."', V, {"rules": {"min_words": 9}, "text": "It was so late."}),
        ('At most 9 words: "It was so late."', V, {"rules": {"max_words": 9}, "text": "It was so"}),
        (COMPARED, P, {"text": 'Foils shield "well" at high frequencies.'}),
    ],
)  # fmt: skip
def test_what_it_does_not_tell_cannot(question: str, name: str, arguments: dict[str, Any]) -> None:
    assert not allows(held(question), name, arguments)


def test_a_formula_of_the_excerpts_is_taken_where_it_gives_the_unit_asked_for() -> None:
    calls = held("How much energy do C = 47 uF hold at V = 12 V, in mJ?", system=NOTES)
    variables = {"C": "47 uF", "V": "12 V"}
    assert allows(calls, E, {"expression": "1/2*C*V^2", "variables": variables, "unit": "mJ"})
    assert not allows(calls, E, {"expression": "C*V", "variables": variables, "unit": "mJ"})
    charge = held("How much charge do C = 47 uF hold at V = 12 V, in uC?", system=NOTES)
    assert allows(charge, E, {"expression": "C*V", "variables": variables, "unit": "uC"})
    both = held("Which charge and which energy do C = 47 uF hold at V = 12 V?", system=NOTES)
    assert allows(both, E, {"expression": "V*C", "variables": {"V": "12 V", "C": "47 uF"}}), "or its own"


def test_a_formula_of_the_excerpts_is_written_with_what_the_question_gives() -> None:
    """For any medium, with omega and the length L; the question has air, a frequency and the length l."""
    notes = (
        "[1] $B=\\mu\\frac{NI}{L}$ with $L$ in m. [2] $\\delta=\\sqrt{\\frac{2}{\\omega\\mu\\sigma}}$. "
        "[3] $X=\\omega\\mu_0\\mu_rN$, $C=\\varepsilon_0\\varepsilon_r\\frac{A}{d}$"
    )
    coil = held("Flux density of a coil with N = 100, I = 2.0 A and l = 20 cm, in mT?", system=notes)
    variables = {"N": "100", "I": "2.0 A", "l": "20 cm"}
    assert allows(coil, E, {"expression": "mu_0*N*I/l", "variables": variables, "unit": "mT"})
    assert not allows(coil, E, {"expression": "mu_0*N/l", "variables": {"N": "100", "l": "20 cm"}, "unit": "mT"})
    depth = held("Which skin depth has sigma = 5.8e7 S/m at f = 1 MHz, in um?", system=notes)
    variables = {"f": "1 MHz", "sigma": "5.8e7 S/m"}
    assert allows(depth, E, {"expression": "sqrt(2/((2*pi*f)*mu_0*sigma))", "variables": variables, "unit": "um"})
    plates = held("What capacitance have plates with A = 1 m^2 and d = 1 mm?", system=notes)
    assert allows(plates, E, {"expression": "epsilon_0*A/d", "variables": {"A": "1 m^2", "d": "1 mm"}})
    assert not allows(plates, E, {"expression": "A/d", "variables": {"A": "1 m^2", "d": "1 mm"}})


def test_after_an_error_a_call_may_be_another() -> None:
    question = Message("user", "What is V_0*10^(-A/20) for V_0 = 2.0 V and A = 3.0 dB?")
    call = {"function": {"name": E, "arguments": "{}"}}
    wrong = {"expression": "V_0*10^(-A/20)", "variables": {"V_0": "2.0 V", "A": "3.0 dB"}}
    right = {"expression": "V_0*10^(-A/20)", "variables": {"V_0": "2.0 V", "A": "3.0"}}
    first = calls_of(schemas([E]), [question])
    failed = [question, Message("assistant", None, tool_calls=(call,)), Message("tool", '{"error": "no unit"}')]
    again = calls_of(schemas([E]), failed)
    assert first and again
    assert allows(first, E, wrong) and not allows(first, E, right)
    assert allows(again, E, right)


def test_tools_of_another_course_are_held_to_their_schemas() -> None:
    """`x-holds` names what an argument holds; without it the type decides."""
    properties = {
        "molecule": {"type": "string", "minLength": 1},
        "temperature": {"type": "number", "minimum": 0},
        "phase": {"enum": ["gas", "liquid"]},
        "ions": {"type": "array", "items": {"type": "object", "properties": {"n": {"type": "integer"}}}},
        "passage": {"type": "string", "x-holds": "passage"},
    }
    function = {"name": "molar", "parameters": {"type": "object", "properties": properties, "required": ["molecule"]}}
    calls = calls_of([{"type": "function", "function": function}], [Message("user", 'Read "The gas is hot." first.')])
    assert calls is not None
    assert allows(
        calls, "molar", {"molecule": 'H"2', "temperature": 3.5, "phase": "gas", "ions": [{"n": -1}, {"n": 2}]}
    )
    assert allows(calls, "molar", {"molecule": "x", "passage": "The gas is hot."})
    for wrong in (
        {"phase": "gas"},
        {"molecule": ""},
        {"molecule": "x", "temperature": -1},
        {"molecule": "x", "phase": "solid"},
        {"molecule": "x", "passage": "The gas is"},
        {"molecule": "x", "ions": [{"m": 1}]},
    ):
        assert not allows(calls, "molar", wrong), wrong


def test_calls_of_dialogues_are_put_in_the_order_of_guided_ones() -> None:
    arguments = {"unit": "J", "variables": {"V": "3 V", "C": "2 F"}, "expression": "C*V^2"}
    call = {"id": "1", "function": {"name": E, "arguments": json.dumps(arguments)}}
    other = {"id": "2", "function": {"name": "theirs", "arguments": '{"b": 1, "a": 2}'}}
    broken = {"id": "3", "function": {"name": E, "arguments": '{"unit": '}}
    messages = [Message("user", "q"), Message("assistant", None, tool_calls=(call, other, broken))]
    asked, made = in_order(messages, schemas([E]))
    assert asked is messages[0]
    ordered = '{"expression": "C*V^2", "variables": {"C": "2 F", "V": "3 V"}, "unit": "J"}'
    assert made.tool_calls[0] == {"id": "1", "function": {"name": E, "arguments": ordered}}
    assert made.tool_calls[1:] == (other, broken)
    assert arguments["unit"] == "J" and next(iter(arguments)) == "unit", "the sample itself stays as it is"


def test_nearly_all_calls_of_the_shipped_samples_can_be_written() -> None:
    """All but those that show what an error is: a style that the schema has not, the same source twice."""
    missed = []
    for sample in read_samples(SAMPLES):
        for k, message in enumerate(in_order(sample.messages, sample.tools)):
            calls = calls_of(sample.tools, sample.messages[:k])
            for call in message.tool_calls:
                function = call["function"]
                if not allows(calls, function["name"], json.loads(function["arguments"])):
                    missed.append(sample.id)
    assert missed == ["tool-0075", "tool-0076"]


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("I only need the formula for the inductance of a solenoid.", set()),
        ("Please check my reference list for APA style.", set()),
        ("Please differentiate the potential from the problem sheet.", set()),
        ("In a guide b = sqrt(w^2 - v^2)/c. Differentiate it with respect to w so that I get the velocity.", {D, I}),
        ("What is 3 + 4?", {E, D, I}),
        ("What is the derivative of the potential with respect to r?", {D, I}),
        ("Differentiate a*x^2.", {D, I}),
        ("Energy of a charge of 3 nC?", {E}),
        ('Is this fine? "The field is confined to a thin layer."', {P, V}),
    ],
)
def test_a_tool_is_called_only_where_there_is_something_for_it(question: str, names: set[str]) -> None:
    assert {name for name, _ in held(question).tools} == names

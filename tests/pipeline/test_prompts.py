"""What prompts and rows hold: the stage's tools, calculations as calls, and a history cut to the context."""

import json
import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from small_course import NOTES, SYSTEM
from tutorsmith.core.errors import DataError
from tutorsmith.data.schema import BenchmarkItem, Message, Sample
from tutorsmith.models.load import LoadedModel, load_model
from tutorsmith.models.render import Rendered, describe
from tutorsmith.pipeline.prompts import LeftOut, Prompter, without_oldest_turn
from tutorsmith.retrieval.index import Index, build_index
from tutorsmith.retrieval.notes import load_notes
from tutorsmith.retrieval.settings import NotesSettings
from tutorsmith.tools import schemas

FORCE = {"expression": "q_1*q_2/(4*pi*epsilon_0*R^2)", "variables": {"q_1": "4.0 uC", "q_2": "6.0 uC", "R": "0.30 m"}}
ANSWER = "The force is 2.4 N."


@pytest.fixture(scope="module")
def loaded(tiny_model: Path) -> LoadedModel:
    return load_model(str(tiny_model), device="cpu")


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    folder = tmp_path_factory.mktemp("notes")
    for name, text in NOTES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return build_index(load_notes([folder]).chunks)


def prompter(loaded: LoadedModel, index: Index | None = None, tools: Sequence[str] = ()) -> Prompter:
    return Prompter(loaded, index, NotesSettings(), "en", tuple(schemas(tools)))


def sample(calculations: Any = None, **changes: Any) -> Sample:
    messages = (Message("system", SYSTEM), Message("user", "How large is the force?"), Message("assistant", ANSWER))
    meta = {} if calculations is None else {"calculations": calculations}
    return replace(Sample("s1", "tutor", messages, meta=meta, file="a.jsonl", line=7), **changes)


def row(given: Sample, loaded: LoadedModel, tools: Sequence[str]) -> Rendered:
    ((rows, _),) = prompter(loaded, tools=tools).rendered([given], seed=0, max_length=4000)
    return rows[0]


def learned(rendered: Rendered, loaded: LoadedModel) -> list[str]:
    text = describe(rendered, loaded.tokenizer, width=100_000)
    return [part.partition("»")[0] for part in text.split("«")[1:]]


def test_calculations_are_learned_as_calls_before_the_answer(loaded: LoadedModel) -> None:
    second = {"expression": "2^10", "result": "1024"}
    made = row(sample([FORCE, second]), loaded, ["evaluate_expression"])
    calls, answer = learned(made, loaded)
    assert answer == f"{ANSWER}<|im_end|>"
    bodies = [json.loads(part.split("\n</tool_call>")[0]) for part in calls.split("<tool_call>\n")[1:]]
    assert bodies == [
        {"name": "evaluate_expression", "arguments": FORCE},
        {"name": "evaluate_expression", "arguments": {"expression": "2^10"}},
    ]
    text = loaded.tokenizer.decode(made.ids, skip_special_tokens=False)
    assert '<tool_response>\n{"value": 2.39668, "unit": "N", "text": "2.397 N"}\n</tool_response>' in text
    assert '"name": "evaluate_expression", "description"' in text


def test_a_sample_without_calculations_learns_to_answer_with_tools_declared(loaded: LoadedModel) -> None:
    made = row(sample(), loaded, ["evaluate_expression"])
    assert learned(made, loaded) == [f"{ANSWER}<|im_end|>"]
    assert "<tools>" in loaded.tokenizer.decode(made.ids, skip_special_tokens=False)


@pytest.mark.parametrize("tools", [[], ["integrate"]])
def test_calculations_wait_for_a_run_with_the_calculator(loaded: LoadedModel, tools: list[str]) -> None:
    assert row(sample([FORCE]), loaded, tools) == row(sample(), loaded, tools)


def test_samples_with_tools_of_their_own_stay_as_they_are(loaded: LoadedModel) -> None:
    own = sample([FORCE], tools=tuple(schemas(["integrate"])))
    assert row(own, loaded, ["evaluate_expression"]) == row(own, loaded, [])


def test_calls_of_a_dialogue_stand_before_its_last_answer_and_are_learned_as_it_is(loaded: LoadedModel) -> None:
    before = (Message("user", "What is a charge?"), Message("assistant", "A source of field."))
    base = sample([FORCE])
    dialogue = replace(base, messages=(base.messages[0], *before, *base.messages[1:]))
    first, calls, last = learned(row(dialogue, loaded, ["evaluate_expression"]), loaded)
    assert first.startswith("A source of field.") and "<tool_call>" in calls and last.startswith(ANSWER)
    unlearned = replace(dialogue, messages=(*dialogue.messages[:-1], Message("assistant", ANSWER, train=False)))
    assert len(learned(row(unlearned, loaded, ["evaluate_expression"]), loaded)) == 1


@pytest.mark.parametrize(
    ("calculations", "what"),
    [
        ([FORCE, {"expression": "1/0"}], r"meta\.calculations\[1\] cannot be calculated: division by zero"),
        ([{"expression": "q_1"}], "the value of 'q_1' is not given"),
        ({"expression": "1"}, "no list of objects"),
        (["1+1"], "no list of objects"),
    ],
)
def test_a_calculation_that_fails_names_its_line(loaded: LoadedModel, calculations: Any, what: str) -> None:
    with pytest.raises(DataError, match=what) as caught:
        row(sample(calculations), loaded, ["evaluate_expression"])
    assert caught.value.where == "a.jsonl:7" and caught.value.mend


def dialogue(turns: int, last: str = "What is the energy density of a field?") -> BenchmarkItem:
    """Turns that are each about 300 tokens long; every second one has a call and its result."""
    messages = [Message("system", SYSTEM)]
    for k in range(turns):
        messages.append(Message("user", f"Question {k}: {'u' * 150}"))
        if k % 2:
            function = {"name": "evaluate_expression", "arguments": "{}"}
            messages.append(Message("assistant", None, tool_calls=({"id": f"c{k}", "function": function},)))
            messages.append(Message("tool", f"result {k}", tool_call_id=f"c{k}"))
        messages.append(Message("assistant", f"Answer {k}: {'a' * 100}"))
    return BenchmarkItem("d1", "tutor", (*messages, Message("user", last)))


def asked(given: BenchmarkItem, of: Prompter, limit: int = 400) -> tuple[str, LeftOut, int]:
    request, left_out = of.request(given, max_new_tokens=limit)
    text = of.loaded.tokenizer.decode(request.prompt, skip_special_tokens=False)
    return text, left_out, len(request.prompt)


def test_the_oldest_turns_go_first_and_whole(loaded: LoadedModel, index: Index) -> None:
    whole, left_out, length = asked(dialogue(4), prompter(loaded, index))
    assert left_out == LeftOut() and "Question 0" in whole and length < 3600
    text, left_out, length = asked(dialogue(20), prompter(loaded, index))
    assert left_out.turns > 0 and left_out.excerpts == 0 and length + 400 <= loaded.context
    kept = [k for k in range(20) if f"Question {k}:" in text]
    assert kept == list(range(left_out.turns, 20)), "the latest are kept, without a gap"
    assert [k for k in range(20) if f"Answer {k}:" in text] == kept
    assert [k for k in range(20) if f"result {k}\n" in text] == [k for k in kept if k % 2]
    assert text.count("<tool_call>") == text.count("<tool_response>")
    assert SYSTEM in text and "Course notes (numbered excerpts):" in text and "energy density of a field?" in text
    one_less = dialogue(20)
    one_less = replace(one_less, messages=without_oldest_turn(one_less.messages))
    again, fewer, _ = asked(one_less, prompter(loaded, index))
    assert again == text and fewer.turns == left_out.turns - 1, "no more is left out than needed"


def test_excerpts_go_when_no_turn_is_left(loaded: LoadedModel, index: Index) -> None:
    long = dialogue(3, last=f"What is the energy density of a field? {'x' * 3250}")
    text, left_out, length = asked(long, prompter(loaded, index))
    assert left_out.turns == 3 and left_out.excerpts >= 1 and length + 400 <= loaded.context
    assert "x" * 3250 in text and SYSTEM in text


def test_what_has_no_room_at_all_is_left_whole(loaded: LoadedModel) -> None:
    text, left_out, length = asked(dialogue(2, last="y" * 4000), prompter(loaded))
    assert left_out == LeftOut(2, 0) and length + 400 > loaded.context and "y" * 4000 in text and SYSTEM in text


def test_results_of_the_last_question_are_never_left_out() -> None:
    item = dialogue(1)
    asking = Message("assistant", None, tool_calls=({"id": "c", "function": {"name": "f", "arguments": "{}"}},))
    going_on = (*item.messages, asking, Message("tool", "5", tool_call_id="c"))
    shorter = without_oldest_turn(going_on)
    assert [m.role for m in shorter] == ["system", "user", "assistant", "tool"]
    assert without_oldest_turn(shorter) == ()
    assert [m.role for m in without_oldest_turn(going_on[1:])] == ["user", "assistant", "tool"]


def test_what_was_left_out_is_counted_and_said(loaded: LoadedModel, caplog: pytest.LogCaptureFixture) -> None:
    of = prompter(loaded)
    with caplog.at_level(logging.WARNING, "tutorsmith"):
        of.requests([dialogue(2), dialogue(3)], max_new_tokens=400)
        assert not caplog.text
        of.requests([dialogue(20), dialogue(21)], max_new_tokens=400)
    counts = [asked(dialogue(n), of)[1].turns for n in (20, 21)]
    assert f"left out {sum(counts)} earlier turns of dialogues to stay within the context of 4096 tokens" in caplog.text

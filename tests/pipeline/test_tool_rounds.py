"""The loop of tool calls, with an engine that answers by a script: what runs, what the tutor sees, when it ends."""

import json
import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from small_course import SYSTEM, record, samples, write_rows
from small_runs import Course
from tutorsmith.commands.predict import PredictOptions, predict_command, predict_context
from tutorsmith.core.errors import DataError
from tutorsmith.data.health import health_flags
from tutorsmith.data.read import read_predictions
from tutorsmith.data.schema import Message, Prediction
from tutorsmith.evaluation.evaluate import evaluate
from tutorsmith.generation.engine import ENGINES, Completion, EngineOptions, EngineRow, Sampling
from tutorsmith.generation.form import Form
from tutorsmith.models.load import LoadedModel
from tutorsmith.models.render import render_prompt
from tutorsmith.models.tool_words import UNREADABLE
from tutorsmith.pipeline.calculations import call_messages
from tutorsmith.pipeline.prompts import Prompter
from tutorsmith.pipeline.rows import training_rows
from tutorsmith.pipeline.run import run_stage
from tutorsmith.pipeline.tool_rounds import NO_CALLS
from tutorsmith.tools import schemas

FORCE = {"expression": "q_1*q_2/(4*pi*epsilon_0*R^2)", "variables": {"q_1": "4.0 uC", "q_2": "6.0 uC", "R": "0.30 m"}}
QUESTION = "How large is the force between 4.0 uC and 6.0 uC at 0.30 m?"
Script = Callable[[str], str]


def call(name: str, arguments: object, said: str = "") -> str:
    return f"{said}<tool_call>\n{json.dumps({'name': name, 'arguments': arguments})}\n</tool_call>"


class Scripted:
    """An engine whose answers follow from the text of their prompts. asked: those texts, one list a batch."""

    identity: tuple[str, ...] = ()

    def __init__(self, loaded: LoadedModel, script: Script, reason: str = "stop") -> None:
        self.loaded, self.script, self.reason = loaded, script, reason
        self.asked: list[list[str]] = []
        self.forms: list[list[Form | None]] = []

    def generate(
        self,
        prompts: Sequence[Sequence[int]],
        sampling: Sampling,
        done: Callable[[int, Completion], None],
        forms: Sequence[Form | None] | None = None,
    ) -> None:
        self.forms.append(list(forms or []))
        tokenizer = self.loaded.tokenizer
        self.asked.append([tokenizer.decode(prompt, skip_special_tokens=False) for prompt in prompts])
        for k, text in enumerate(self.asked[-1]):
            ids = tokenizer.encode(self.script(text), add_special_tokens=False)
            done(k, Completion(tuple(ids[: sampling.max_new_tokens]), self.reason, 0.25))


@pytest.fixture
def scripted(course: Course, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[list[Prediction], Scripted]]:
    """Answer items by a script, with `tutorsmith predict`."""

    def run(script: Script, items: Sequence[dict[str, Any]], reason: str = "stop", **options: Any) -> Any:
        made: list[Scripted] = []

        def make(loaded: LoadedModel, _options: EngineOptions) -> Scripted:
            made.append(Scripted(loaded, script, reason))
            return made[-1]

        monkeypatch.setattr("tutorsmith.generation.torch_engine.make", make)
        monkeypatch.setitem(ENGINES, "torch", EngineRow("tutorsmith.generation.torch_engine:make", weights=False))  # type: ignore[index]
        file, out = write_rows(course.root / "asked.jsonl", items), course.root / "said" / "answers.jsonl"
        pairs = ("max_new_tokens=400", *options.pop("pairs", ("tools=evaluate_expression",)))
        given: dict[str, Any] = {"config": course.root / "tutorsmith.toml", "no_notes": True, "fresh": True, **options}
        predict_command(PredictOptions(file, out, pairs=pairs, **given))
        return read_predictions(out), made[-1]

    return run


def questions(count: int = 1) -> list[dict[str, Any]]:
    return [record(f"q{k}", SYSTEM, f"{QUESTION} ({k})", key_points=["force"], meta={}) for k in range(count)]


def last(prompt: str) -> str:
    """The user turn that waits for an answer."""
    return prompt.rpartition("<|im_start|>user\n")[2]


def test_calls_run_and_the_answer_after_them_stands(scripted: Any) -> None:
    def script(prompt: str) -> str:
        if "<tool_response>" not in last(prompt):
            return call("evaluate_expression", FORCE, "Coulomb's law. ")
        value = json.loads(last(prompt).split("<tool_response>\n")[1].split("\n</tool_response>")[0])
        return f"The force is {value['text']}."

    (answer,), engine = scripted(script, questions())
    assert answer.prediction == "The force is 2.397 N." and answer.flags == () and answer.finish_reason == "stop"
    assert answer.tool_calls == ({"name": "evaluate_expression", "arguments": FORCE},)
    result = {"value": 2.39668, "unit": "N", "text": "2.397 N"}
    assert answer.tool_results == ({"name": "evaluate_expression", "result": result},) and answer.rounds == 1
    first, second = (batch[0] for batch in engine.asked)
    tokens = [len(engine.loaded.tokenizer.encode(text, add_special_tokens=False)) for text in (first, second)]
    assert answer.prompt_tokens == sum(tokens) and answer.latency_s == 0.5
    said = [call("evaluate_expression", FORCE, "Coulomb's law. "), answer.prediction]
    assert answer.completion_tokens == sum(len(text.encode()) for text in said)


def test_the_second_prompt_is_the_one_that_training_would_render(scripted: Any) -> None:
    """Call and result stand as messages: the renderer, given them, makes the very prompt that the engine was asked."""
    made = call("evaluate_expression", FORCE)
    _, engine = scripted(lambda prompt: "Done." if "<tool_response>" in prompt else made, questions())
    result = {"value": 2.39668, "unit": "N", "text": "2.397 N"}
    asking, answering = call_messages([("evaluate_expression", FORCE)], [result], first=0)
    messages = [Message("system", SYSTEM), Message("user", f"{QUESTION} (0)"), asking, *answering]
    ids = render_prompt(messages, engine.loaded.tokenizer, schemas(["evaluate_expression"]))
    assert engine.asked[1] == [engine.loaded.tokenizer.decode(ids, skip_special_tokens=False)]


def test_a_round_is_one_batch_and_dialogues_end_apart(scripted: Any) -> None:
    """Three items: no call, one round, two rounds."""

    def script(prompt: str) -> str:
        wanted = next(k for k in range(3) if f"({k})" in prompt)
        done = prompt.count("<tool_response>")
        return f"End of {wanted}." if done >= wanted else call("evaluate_expression", {"expression": f"{done}+1"})

    answers, engine = scripted(script, questions(3))
    assert [len(batch) for batch in engine.asked] == [3, 2, 1]
    assert [(a.prediction, a.rounds) for a in answers] == [("End of 0.", 0), ("End of 1.", 1), ("End of 2.", 2)]
    assert [call["arguments"]["expression"] for call in answers[2].tool_calls] == ["0+1", "1+1"]
    assert [result["result"]["value"] for result in answers[2].tool_results] == [1, 2]


@pytest.mark.parametrize(("rounds", "asked"), [(0, 1), (1, 2), (3, 4)])
def test_rounds_are_bounded_and_the_last_text_stands(scripted: Any, rounds: int, asked: int) -> None:
    def script(prompt: str) -> str:
        return call("evaluate_expression", {"expression": f"{prompt.count('<tool_response>')} + 1"}, "Still at it.")

    pairs = ("tools=evaluate_expression", f"tool_rounds={rounds}")
    (answer,), engine = scripted(script, questions(), pairs=pairs)
    assert len(engine.asked) == asked and answer.rounds == rounds
    assert len(answer.tool_calls) == asked and len(answer.tool_results) == rounds
    assert answer.prediction == "Still at it."


def test_the_same_call_again_is_not_run_and_the_answer_asked_for_without_calls(scripted: Any) -> None:
    """Once; a tutor that cannot be held to it says nothing, which is told."""
    (answer,), engine = scripted(lambda _: call("evaluate_expression", FORCE), questions())
    assert len(engine.asked) == 3 and answer.rounds == 2 and len(answer.tool_results) == 1
    assert answer.prediction == "" and answer.flags == ("empty",)
    assert [form.held for forms in engine.forms[2:] for form in forms] == [NO_CALLS]


def test_a_tutor_held_to_no_calls_answers(scripted: Any) -> None:
    said: list[str] = []

    def script(_: str) -> str:
        said.append("")
        return "It is 2.4 N." if len(said) == 3 else call("evaluate_expression", FORCE)

    (answer,), _ = scripted(script, questions())
    assert answer.prediction == "It is 2.4 N." and len(answer.tool_calls) == 1 and answer.rounds == 2


def test_a_new_call_after_a_text_is_no_repetition(scripted: Any) -> None:
    (answer,), engine = scripted(lambda _: call("evaluate_expression", FORCE, "It is 2.4 N."), questions())
    assert len(engine.asked) == 2 and answer.prediction == "It is 2.4 N."


def test_a_first_call_alone_is_no_empty_answer(scripted: Any) -> None:
    pairs = ("tools=evaluate_expression", "tool_rounds=0")
    (answer,), _ = scripted(lambda _: call("evaluate_expression", FORCE), questions(), pairs=pairs)
    assert answer.prediction == "" and answer.flags == () and health_flags("", finish_reason="stop") == ("empty",)


@pytest.mark.parametrize(
    ("made", "error"),
    [
        (call("evaluate_expression", {"expression": "1/0"}), "division by zero"),
        (call("evaluate_expression", {"expression": "9**9**9**9"}), "exponent"),
        (call("evaluate_expression", {}), "expression is missing"),
        (call("evaluate_expression", [1, 2]), "the arguments are no object"),
        (call("evaluate_expression", None), "the arguments are no object"),
        (call("no_such_tool", {}), "there is no tool 'no_such_tool'"),
        (call("integrate", {"expression": "x", "variable": "x"}), "there is no tool 'integrate'"),
        ("<tool_call>\n{'name': 'evaluate_expression'}\n</tool_call>", "the call cannot be read"),
        ("<tool_call>\n" + "[" * 300 + "\n</tool_call>", "the call cannot be read"),
        (call("evaluate_expression", {"expression": "\ud800"}), "the call cannot be read"),
    ],
    ids=["zero", "huge", "missing", "list", "null", "unknown", "undeclared", "quotes", "nested", "surrogate"],
)
def test_bad_calls_are_errors_that_the_tutor_reads(scripted: Any, made: str, error: str) -> None:
    seen: list[str] = []

    def script(prompt: str) -> str:
        if "<tool_response>" not in last(prompt):
            return made
        seen.append(last(prompt))
        return "I could not calculate it."

    (answer,), _ = scripted(script, questions())
    assert answer.prediction == "I could not calculate it." and answer.rounds == 1
    assert error in answer.tool_results[0]["result"]["error"] and answer.tool_results[0]["result"]["mend"]
    assert "error" in seen[0]
    if "read" in error:
        assert answer.tool_calls[0]["name"] == UNREADABLE


def test_an_answer_that_was_cut_off_is_not_gone_on_with(scripted: Any) -> None:
    (answer,), engine = scripted(lambda _: call("evaluate_expression", FORCE), questions(), reason="length")
    assert len(engine.asked) == 1 and answer.rounds == 0 and "truncated" in answer.flags


def test_calls_of_the_users_own_tools_stand_for_the_user_to_run(scripted: Any) -> None:
    own = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}
    (answer,), engine = scripted(lambda _: call("weather", {}), [{**questions()[0], "tools": [own]}])
    assert len(engine.asked) == 1 and answer.rounds == 0
    assert answer.tool_calls == ({"name": "weather", "arguments": {}},)


def test_items_keep_their_own_tools_and_others_get_the_stages(scripted: Any) -> None:
    own = [{**questions(2)[0], "tools": schemas(["integrate"])}, questions(2)[1]]
    _, engine = scripted(lambda _: "No call.", own, pairs=("tools=evaluate_expression,differentiate",))
    first, second = engine.asked[0]
    assert '"integrate"' in first and '"evaluate_expression"' not in first
    assert '"evaluate_expression"' in second and '"differentiate"' in second and '"integrate"' not in second
    _, engine = scripted(lambda _: call("evaluate_expression", FORCE), questions(), pairs=())
    assert "<tools>" not in engine.asked[0][0] and len(engine.asked) == 1


def test_the_notes_are_the_sources_of_a_plagiarism_check(scripted: Any, course: Course) -> None:
    text = "As is well known, the energy density of an electric field is half eps E squared."

    def script(prompt: str) -> str:
        return "Copied." if "<tool_response>" in prompt else call("check_plagiarism", {"text": text})

    options = {"no_notes": False, "notes": (course.root / "notes",), "pairs": ("tools=check_plagiarism",)}
    energy = record("q0", SYSTEM, "Is my text on the energy density of a field my own?", key_points=["no"], meta={})
    (answer,), engine = scripted(script, [energy], **options)
    (passage,) = answer.tool_results[0]["result"]["passages"]
    assert passage["source"] == "energy.md" and answer.prediction == "Copied."
    assert all("Course notes (numbered excerpts):" in batch[0] for batch in engine.asked)
    (answer,), _ = scripted(script, questions(), pairs=("tools=check_plagiarism",))
    assert "no source" in answer.tool_results[0]["result"]["error"]


def test_results_without_room_in_the_context_leave_the_answer_as_it_is(
    scripted: Any, caplog: pytest.LogCaptureFixture
) -> None:
    long = [{**questions()[0], "messages": [{"role": "user", "content": QUESTION + " " + "x" * 2900}]}]
    with caplog.at_level(logging.WARNING, "tutorsmith"):
        (answer,), engine = scripted(lambda _: call("evaluate_expression", FORCE, "y" * 200), long)
    assert len(engine.asked) == 1 and answer.rounds == 0 and answer.tool_results == ()
    assert answer.prediction == "y" * 200
    assert "1 answers stand with calls whose results have no place" in caplog.text


def test_a_template_that_refuses_calls_leaves_the_answer_as_it_is(
    scripted: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Such as one that knows a single call a message, and is given two."""
    request = Prompter.request

    def picky(self: Prompter, item: Any, **given: Any) -> Any:
        if any(len(message.tool_calls) > 1 for message in item.messages):
            raise DataError("this model only supports single tool-calls at once")
        return request(self, item, **given)

    monkeypatch.setattr(Prompter, "request", picky)
    one = call("evaluate_expression", {"expression": "1+1"})

    def script(prompt: str) -> str:
        return "Two." if "<tool_response>" in prompt else one if "(0)" in prompt else one + one.replace("1+1", "2+2")

    with caplog.at_level(logging.WARNING, "tutorsmith"):
        answers, _ = scripted(script, questions(2))
    assert [(a.prediction, a.rounds, len(a.tool_calls)) for a in answers] == [("Two.", 1, 1), ("", 0, 2)]
    assert answers[1].flags == () and "1 answers stand with calls" in caplog.text


def test_rounds_are_taken_from_the_cache(scripted: Any) -> None:
    def script(prompt: str) -> str:
        return "Done." if "<tool_response>" in prompt else call("evaluate_expression", FORCE)

    before, engine = scripted(script, questions(2), fresh=False)
    assert len(engine.asked) == 2
    after, engine = scripted(script, questions(2), fresh=False)
    assert engine.asked == [] and after == before


def test_the_final_answer_is_scored_and_calls_are_counted(scripted: Any, course: Course) -> None:
    def script(prompt: str) -> str:
        if "<tool_response>" in prompt:
            return "The force is 2.397 N."
        wrong = {"expression": "q_1*q_2"}
        return call("evaluate_expression", wrong if "(1)" in prompt else FORCE)

    expected = [{"name": "evaluate_expression", "arguments": FORCE}]
    more = {"key_points": [{"quantity": "2.397 N", "rel_tol": 0.01}], "tools": schemas(["evaluate_expression"])}
    scripted(script, [{**item, **more, "tool_calls": expected} for item in questions(2)], pairs=())
    report = evaluate([course.root / "asked.jsonl"], {"p": course.root / "said" / "answers.jsonl"}, stage="x")
    metrics = report["systems"]["p"]["metrics"]
    assert metrics["key_point_coverage"]["value"] == 1.0 and metrics["tool_call_accuracy"]["value"] == 0.5
    assert report["systems"]["p"]["tools"] == {"answers": 2, "calls": 2, "failed": 1, "rounds": 2}


def test_a_run_trains_and_answers_with_its_tools(course: Course) -> None:
    rows = samples()
    rows[0]["meta"]["calculations"] = [FORCE]
    write_rows(course.root / "style.jsonl", rows)
    run = course.context(pairs=("tools=evaluate_expression",))
    run_stage(run)
    config = json.loads((run.folder / "training_config.json").read_text(encoding="utf-8"))
    assert config["settings"]["tools"] == {"value": ["evaluate_expression"], "source": "flag"}
    texts = [run.loaded.tokenizer.decode(row.ids, skip_special_tokens=False) for row in training_rows(run)]
    assert all('"name": "evaluate_expression", "description"' in text for text in texts)
    assert ["2.39668" in text for text in texts] == [True] + [False] * (len(texts) - 1)
    options = PredictOptions(course.root / "style_bench.jsonl", Path("x.jsonl"), run.folder)
    assert predict_context(options).settings.tools.settings.tools == ("evaluate_expression",)


def test_an_adapter_answers_with_the_tools_that_it_was_trained_with(course: Course) -> None:
    folder = course.root / "outputs/adapter/style"
    options = PredictOptions(course.root / "style_bench.jsonl", Path("x.jsonl"), folder)
    assert predict_context(options).settings.tools.settings.tools == ()
    file = folder / "training_config.json"
    config = json.loads(file.read_text(encoding="utf-8"))
    config["settings"]["tools"]["value"] = ["integrate"]
    file.write_text(json.dumps(config), encoding="utf-8")
    assert predict_context(options).settings.tools.settings.tools == ("integrate",)
    del config["settings"]["tools"], config["settings"]["tool_rounds"]
    file.write_text(json.dumps(config), encoding="utf-8")
    assert predict_context(options).settings.tools.settings.tools == ()

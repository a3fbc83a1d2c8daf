"""`tutorsmith predict` and `run` with engines other than torch."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from completions_server import Reply, Server
from small_runs import Course
from tutorsmith.commands.predict import PredictOptions, predict_command
from tutorsmith.core.errors import ModelError, UsageError
from tutorsmith.evaluation.metrics.format import judge_format


def said(course: Course, name: str, **options: object) -> list[tuple[str, str]]:
    out = course.root / "predicted" / f"{name}.jsonl"
    given = {"config": course.root / "tutorsmith.toml", "flags": {"max_new_tokens": 6}, "no_notes": True, **options}
    predict_command(PredictOptions(course.root / "style_bench.jsonl", out, **given))  # type: ignore[arg-type]
    rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    return [(row["id"], row["prediction"]) for row in rows]


def test_llamacpp_predicts_without_the_torch_weights(course: Course, forbid: Callable[[str], None]) -> None:
    pytest.importorskip("xllamacpp")
    adapter = next(course.root.rglob("adapter_model.safetensors")).parent
    expected = said(course, "torch", adapter_path=adapter)
    base = said(course, "base")
    assert expected != base
    forbid("tutorsmith.models.load.read_weights")
    forbid("tutorsmith.generation.torch_engine.TorchEngine.generate")
    assert said(course, "llamacpp", adapter_path=adapter, engine="llamacpp") == expected
    assert said(course, "setting", pairs=("engine=llamacpp",)) == base


def test_answers_of_one_engine_are_not_taken_for_those_of_another(
    course: Course, forbid: Callable[[str], None]
) -> None:
    pytest.importorskip("xllamacpp")
    said(course, "torch")
    said(course, "once", engine="llamacpp")
    forbid("tutorsmith.generation.llamacpp_engine.LlamaCppEngine.generate")
    said(course, "again", engine="llamacpp")
    with pytest.raises(AssertionError):
        said(course, "other", engine="llamacpp", pairs=("gguf_weights=f16",))


def test_a_run_may_answer_with_llamacpp(course: Course, forbid: Callable[[str], None]) -> None:
    pytest.importorskip("xllamacpp")
    forbid("tutorsmith.generation.torch_engine.TorchEngine.generate")
    report = course.run(pairs=("engine=llamacpp",)).report
    assert set(report["systems"]) == {"base", "base_notes", "tuned", "tuned_notes"}


def test_an_unknown_engine_is_named_before_anything_is_loaded(course: Course) -> None:
    with pytest.raises(UsageError, match="lamacpp") as raised:
        said(course, "none", engine="lamacpp")
    assert "'llamacpp'" in (raised.value.mend or "")
    with pytest.raises(UsageError, match="engine"):
        said(course, "none", pairs=("engine=vlm",))


@pytest.mark.parametrize("prompts", ["ids", "messages"])
def test_an_endpoint_predicts(course: Course, forbid: Callable[[str], None], prompts: str) -> None:
    def reply(_: str, body: dict[str, Any]) -> Reply:
        text = "ids" if "prompt" in body else body["messages"][-1]["content"][:5]
        return 200, {"choices": [{"message": {"content": text}, "text": text, "finish_reason": "stop"}]}

    forbid("tutorsmith.models.load.read_weights")
    with Server(reply) as server:
        pairs = (f"endpoint_url={server.url}", "endpoint_model=tutor", f"endpoint_prompts={prompts}")
        found = said(course, "endpoint", engine="openai", pairs=pairs)
        asked = len(server.asked)
        assert said(course, "endpoint", engine="openai", pairs=pairs) == found
        assert len(server.asked) == asked == len(found)
    assert [text for _, text in found] == (["ids"] * 4 if prompts == "ids" else ["State", "How i", "Expla", "Is my"])
    with pytest.raises(UsageError, match="engine"):
        course.context(pairs=("engine=openai",))


def test_an_endpoint_is_shown_what_its_calls_came_to(course: Course) -> None:
    decode = course.context().loaded.tokenizer.decode
    call = '<tool_call>\n{"name": "evaluate_expression", "arguments": {"expression": "2*3"}}\n</tool_call>'

    def reply(_: str, body: dict[str, Any]) -> Reply:
        text = "It is 6." if '{"value": 6,' in decode(body["prompt"]) else call
        return 200, {"choices": [{"text": text, "finish_reason": "stop"}]}

    with Server(reply) as server:
        pairs = (f"endpoint_url={server.url}", "endpoint_model=tutor", "tools=evaluate_expression")
        pairs += ("sections=off", "tool_guide=off")
        found = said(course, "endpoint", engine="openai", pairs=pairs, flags={"max_new_tokens": 120})
        assert [text for _, text in found] == ["It is 6."] * 4
        assert len(server.asked) == 8
        with pytest.raises(ModelError, match="tools cannot be sent as messages"):
            said(course, "messages", engine="openai", pairs=(*pairs, "endpoint_prompts=messages"))


@pytest.mark.parametrize("engine", ["torch", "llamacpp"])
def test_every_answer_has_its_sections_unless_that_is_off(course: Course, engine: str) -> None:
    if engine == "llamacpp":
        pytest.importorskip("xllamacpp")
    lines = (course.root / "style_bench.jsonl").read_text(encoding="utf-8").splitlines()
    systems = {row["id"]: row["messages"][0]["content"] for row in map(json.loads, lines)}
    for sections, right in (("auto", True), ("off", False)):
        found = said(course, sections, engine=engine, flags={"max_new_tokens": 300}, pairs=(f"sections={sections}",))
        assert [judge_format(systems[name], text).strict for name, text in found] == [right] * len(systems)

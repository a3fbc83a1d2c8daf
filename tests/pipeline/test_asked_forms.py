"""Which form a system prompt asks for: answers in it satisfy the format metric."""

import json
from pathlib import Path

import pytest
from transformers import AutoTokenizer

from tutorsmith.evaluation.metrics.format import judge_format
from tutorsmith.generation.call_form import Calls, Fields
from tutorsmith.generation.form import Form, Section
from tutorsmith.generation.guide import Guide
from tutorsmith.generation.predict import Request
from tutorsmith.generation.spelling import Spelling
from tutorsmith.pipeline.forms import form_of

DATA = Path(__file__).resolve().parents[2] / "data/training"


def form(instructions: str, *, uses_tools: bool = False) -> Form | None:
    request = Request("q", (1,), "q", instructions=instructions, uses_tools=uses_tools)
    return form_of(request, sections=True, calls=True)


@pytest.mark.parametrize(
    ("prompt", "headings"),
    [
        ("Use these sections:\n### Conclusion\n### Check (units / limits)", ["Conclusion", "Check"]),
        ("Use these sections:\n### Result: one line\n### Check - a limit", ["Result", "Check"]),
        ("Use these sections:\n### Step: one\n### Step: two", ["Step: one", "Step: two"]),
        ("请按以下结构回答：\n### 结论\n### 检验（量纲）", ["结论", "检验"]),
    ],
)
def test_headings_are_written_without_hints_where_that_names_them(prompt: str, headings: list[str]) -> None:
    found = form(prompt)
    assert found is not None and [section.wordings[0] for section in found.sections] == headings
    for pick in (0, -1):
        answer = "\n\n".join(f"### {section.wordings[pick]}\nText." for section in found.sections)
        assert judge_format(prompt, answer).strict, answer


def test_no_sections_no_form() -> None:
    assert form("") is None
    assert form("Answer in one sentence. Do not use ### Notes.") is None
    assert form("Use this section:\n### Notes (optional)") is None


def test_what_is_optional_and_what_may_be_a_call() -> None:
    prompt = "Use these sections:\n### Answer\n### Sources (optional)\n### Check"
    found = form(prompt, uses_tools=True)
    assert found is not None and found.calls
    assert [section.optional for section in found.sections] == [False, True, False]
    assert form("Use this section:\n### Answer") == Form((Section(("Answer",)),))


@pytest.mark.parametrize("file", ["processed/all_sft.jsonl", "zh/processed/all_sft.jsonl"])
def test_a_tutor_that_answers_as_its_samples_do_is_not_corrected(tiny_model: Path, file: str) -> None:
    spelling = Spelling(AutoTokenizer.from_pretrained(tiny_model))
    for line in (DATA / file).read_text(encoding="utf-8").splitlines():
        messages = json.loads(line)["messages"]
        asked = form(messages[0]["content"])
        assert asked is not None
        tokens = spelling.ids_of(messages[-1]["content"])
        guide = Guide(asked, spelling, 3 * len(tokens), frozenset({-2}))
        assert [guide.choose([token]) for token in (*tokens, -2)] == [*tokens, -2]
        assert guide.ended and guide.reason == "stop"


def test_calls_are_held_where_tools_are_declared() -> None:
    """With sections or without; not where the setting says off."""
    calls = Calls((("look", Fields(())),))
    for instructions in ("Be short.", "Use these sections:\n### Answer"):
        request = Request("q", (1,), "q", instructions=instructions, uses_tools=True, calls=calls)
        held = form_of(request, sections=True, calls=True)
        assert held is not None and held.held == calls and held.calls
        assert bool(held.sections) == ("###" in instructions)
        off = form_of(request, sections=True, calls=False)
        assert (off is None) == ("###" not in instructions) and (off is None or off.held is None)
        alone = form_of(request, sections=False, calls=True)
        assert alone == Form((), calls=True, held=calls)

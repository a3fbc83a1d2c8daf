"""The line of evidence in rows, prompts and predictions, and the weights beside the adapter."""

import json
import re
from pathlib import Path

import pytest

from small_runs import Course
from tutorsmith.core.errors import DataError
from tutorsmith.data.read import read_predictions
from tutorsmith.evaluation import judge_format
from tutorsmith.evidence.decide import Decider, Decision
from tutorsmith.pipeline.answering import answer
from tutorsmith.pipeline.context import Context
from tutorsmith.pipeline.run import RunResult

EVIDENCE = "evidence.json"


def prompts(run: Context, adapter: Path | None = None) -> list[str]:
    prompter = run.prompter(decider=run.decider_of(adapter))
    return [run.loaded.tokenizer.decode(r.prompt) for r in prompter.requests(list(run.items), max_new_tokens=8)]


def test_every_prompt_with_notes_tells_it(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Decider, "decide", lambda *_: Decision(None))
    for prompt in prompts(course.context()):
        system = prompt.split("<|im_end|>")[0]
        assert system.rstrip().splitlines()[-1].startswith("Evidence: ")


def test_it_can_be_turned_off(course: Course) -> None:
    run = course.context(pairs=("evidence=off",))
    assert not any("Evidence:" in prompt for prompt in prompts(run))
    assert run.decider is None


def test_without_notes_nothing_is_told(course: Course) -> None:
    run = course.context(no_notes=True)
    assert run.decider is None
    assert not any("Evidence:" in prompt for prompt in prompts(run))


def test_rows_tell_what_is_true_of_the_sample(course: Course) -> None:
    run = course.context()
    made = run.prompter().rendered(run.samples, seed=0, max_length=4096)
    texts = [run.loaded.tokenizer.decode(row.ids) for rows, _ in made for row in rows]
    kinds = [sample.refusal_type for sample in run.samples]
    for text, kind in zip(texts, kinds, strict=True):
        if "Evidence:" in text:
            assert ("can be answered" in text) is (kind is None)
    assert sum("Evidence:" in text for text in texts) > len(texts) / 2


def test_predictions_keep_the_decision(first_run: tuple[Course, RunResult]) -> None:
    folder = first_run[0].root / "outputs/adapter/style"
    noted = read_predictions(folder / "predictions_style.jsonl")
    assert all(p.evidence is not None and set(p.evidence) == {"kind", "why", "refuses"} for p in noted)
    assert all(p.evidence is None for p in read_predictions(folder / "predictions_style.tuned.jsonl"))


def test_the_weights_beside_the_adapter_decide(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = course.root / "outputs/adapter/style"
    told = json.loads((folder / EVIDENCE).read_text(encoding="utf-8"))
    told["weights"]["out_of_scope"]["bias"] = 100.0
    (folder / EVIDENCE).write_text(json.dumps(told), encoding="utf-8")
    run = course.context()
    assert all("out of scope" in prompt for prompt in prompts(run, folder))
    assert not all("out of scope" in prompt for prompt in prompts(run))
    monkeypatch.setattr(Decider, "decide", lambda *_: Decision(None))
    assert all("can be answered" in prompt for prompt in prompts(run, folder))


def test_damaged_weights_stop_the_prediction(course: Course) -> None:
    folder = course.root / "outputs/adapter/style"
    (folder / EVIDENCE).write_text("{}", encoding="utf-8")
    with pytest.raises(DataError, match="train again"):
        course.context().decider_of(folder)


def test_training_without_it_takes_away_old_weights(course: Course) -> None:
    course.run(pairs=("evidence=off",))
    assert not (course.root / "outputs/adapter/style" / EVIDENCE).exists()


def openings(course: Course, *pairs: str) -> set[str]:
    run = course.context(pairs=pairs)
    requests = run.prompter(decider=run.decider).requests(list(run.items), max_new_tokens=8)
    return {opening for request in requests for opening in request.openings or ("",)}


@pytest.mark.parametrize(
    ("refuses", "evidence", "chosen"),
    [(0.1, "auto", False), (0.49, "auto", False), (0.1, "line", True), (0.1, "off", True)],
)
def test_the_tutor_chooses_quotes_where_nothing_is_decided(
    course: Course, monkeypatch: pytest.MonkeyPatch, refuses: float, evidence: str, chosen: bool
) -> None:
    monkeypatch.setattr(Decider, "decide", lambda *_: Decision(None, "", refuses))
    run = course.context(pairs=("quote_words=30", f"evidence={evidence}"))
    requests = run.prompter(decider=run.decider).requests(list(run.items), max_new_tokens=8)
    quoting = [request for request in requests if any(request.openings)]
    assert quoting and {request.chosen for request in quoting} == {chosen}


def test_answers_begin_by_the_decision(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Decider, "decide", lambda *_: Decision("missing_parameters", "the angle", 0.9))
    (opening,) = openings(course)
    assert opening == "I cannot answer this, because the question does not give the angle."
    assert openings(course, "evidence=line") == openings(course, "evidence=off") == {""}
    monkeypatch.setattr(Decider, "decide", lambda *_: Decision(None, "", 0.1))
    quoting = openings(course, "quote_words=30")
    assert "" in quoting, "where no excerpt was found"
    assert any(quoting) and all(re.fullmatch(r"From the notes: .+ \[\d\]\n\n|", opening) for opening in quoting)
    assert openings(course, "quote_words=0") == {""}


@pytest.mark.parametrize("engine", ["torch", "llamacpp"])
def test_the_tutor_says_what_was_decided(course: Course, monkeypatch: pytest.MonkeyPatch, engine: str) -> None:
    if engine == "llamacpp":
        pytest.importorskip("xllamacpp")
    monkeypatch.setattr(Decider, "decide", lambda *_: Decision("out_of_scope", "", 0.9))
    run = course.context(pairs=("max_new_tokens=300", f"engine={engine}"))
    (answers,) = next(answer(run, run.items, None, [True]))
    for item, made in zip(run.items, answers, strict=True):
        assert judge_format(item.system, made.prediction).strict
        assert made.prediction.splitlines()[1].startswith("I cannot help with this, because it is outside the scope")

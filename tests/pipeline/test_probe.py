"""The forgetting probe of a stage: asked without notes, reported apart, part of the run's manifest."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from small_course import record, write_rows
from small_runs import Course
from tutorsmith.commands.scores import EvaluateOptions, rescore_command
from tutorsmith.core.errors import DataError
from tutorsmith.core.run_folder import verify_manifest
from tutorsmith.pipeline import run as pipeline_run
from tutorsmith.report import write_report

ASKED = (
    ("What is 7 times 8?", {"quantity": "56"}),
    ("What is the capital of France?", "Paris"),
    ("Name a gas.", "air"),
)


@pytest.fixture
def probed(course: Course) -> Course:
    items = [
        record(f"q{k}", "You are a helpful assistant.", question, key_points=[point], refusal_type=None, meta={})
        for k, (question, point) in enumerate(ASKED)
    ]
    write_rows(course.root / "probe.jsonl", items)
    file = course.root / "tutorsmith.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('output = "style"\n', 'output = "style"\nprobe = ["probe.jsonl"]\n'), encoding="utf-8")
    return course


def folder(course: Course) -> Path:
    return course.root / "outputs/adapter/style"


def report(course: Course) -> dict[str, Any]:
    return dict(json.loads((folder(course) / "eval_report_style.json").read_text(encoding="utf-8")))


def test_base_and_tuned_are_asked_without_notes_and_reported_apart(probed: Course) -> None:
    before = report(probed)
    probed.run()
    after = report(probed)
    found = after["probe"]
    assert list(found["systems"]) == ["base", "tuned"] and found["files"] == ["probe.jsonl"]
    assert all(system["metrics"]["key_point_coverage"]["n"] == 3 for system in found["systems"].values())
    row = found["comparison"]
    assert (row["a"], row["b"], row["metric"], row["n"]) == ("base", "tuned", "key_point_coverage", 3)
    assert row["low"] <= row["difference"] <= row["high"]
    assert {name: system["metrics"] for name, system in after["systems"].items()} == {
        name: system["metrics"] for name, system in before["systems"].items()
    }
    assert not {"q0", "q1", "q2"} & {item["id"] for item in after["items"]}
    for system in ("base", "tuned"):
        lines = (folder(probed) / f"probe_style.{system}.jsonl").read_text(encoding="utf-8").splitlines()
        answers = [json.loads(line) for line in lines]
        assert [answer["id"] for answer in answers] == ["q0", "q1", "q2"]
        assert not any(answer["retrieved"] for answer in answers)


def test_what_was_forgotten_and_learned_is_named_in_every_form(probed: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    said = {"base": ["It is 56.", "Paris", "None."], "tuned": ["It is 50.", "Paris", "air"]}
    asked = pipeline_run.steps.probe_step

    def told(run: Any) -> dict[str, Path]:
        files = asked(run)
        for name, file in files.items():
            rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
            write_rows(file, [{**row, "prediction": text} for row, text in zip(rows, said[name], strict=True)])
        return files

    monkeypatch.setattr(pipeline_run.steps, "probe_step", told)
    probed.run()
    found = report(probed)["probe"]
    assert found["forgotten"] == ["q0"] and found["learned"] == ["q2"]
    assert found["comparison"]["difference"] == 0 and found["comparison"]["wins"] == found["comparison"]["losses"] == 1
    for form in ("md", "html"):
        text = (folder(probed) / f"eval_report_style.{form}").read_text(encoding="utf-8")
        assert "Forgetting probe" in text and "Answered worse after tuning: q0. Answered better: q2." in text
        assert "3 general questions" in text
    files = write_report(folder(probed), "style", language="zh")
    assert "遗忘检测" in files.html.read_text(encoding="utf-8") and "q0" in files.markdown.read_text(encoding="utf-8")


def test_a_run_without_a_probe_has_no_trace_of_one(course: Course) -> None:
    assert "probe" not in report(course)
    assert "Forgetting" not in (folder(course) / "eval_report_style.html").read_text(encoding="utf-8")
    assert "probe" not in json.loads((folder(course) / "seconds.json").read_text(encoding="utf-8"))


def test_answers_of_another_run_are_noticed(probed: Course) -> None:
    probed.run()
    verify_manifest(folder(probed), "style")
    with (folder(probed) / "probe_style.tuned.jsonl").open("a", encoding="utf-8") as file:
        file.write("\n")
    with pytest.raises(DataError, match="not the ones that were scored"):
        verify_manifest(folder(probed), "style")


def test_a_probe_that_a_stage_no_longer_has_leaves_nothing(probed: Course) -> None:
    probed.run()
    file = probed.root / "tutorsmith.toml"
    file.write_text(file.read_text(encoding="utf-8").replace('probe = ["probe.jsonl"]\n', ""), encoding="utf-8")
    probed.run()
    assert not list(folder(probed).glob("probe_*")) and "probe" not in report(probed)


def test_training_on_the_probe_is_refused(probed: Course) -> None:
    rows = [json.loads(line) for line in (probed.root / "style.jsonl").read_text(encoding="utf-8").splitlines()]
    leak = json.loads((probed.root / "probe.jsonl").read_text(encoding="utf-8").splitlines()[1])
    rows[0]["messages"][1] = leak["messages"][1]
    write_rows(probed.root / "style.jsonl", rows)
    with pytest.raises(DataError, match=r"probe\.jsonl"):
        probed.run()


def test_scoring_again_keeps_the_probe(
    probed: Course, capsys: pytest.CaptureFixture[str], forbid: Callable[[str], None]
) -> None:
    probed.run()
    first = report(probed)["probe"]
    options = EvaluateOptions([], [], None)
    rescore_command(folder(probed), options, None)
    assert report(probed)["probe"] == first
    shutil.move(probed.root / "probe.jsonl", probed.root / "elsewhere.jsonl")
    forbid("tutorsmith.commands.scores.probe_report")
    rescore_command(folder(probed), options, None)
    assert report(probed)["probe"] == first and "what the report said of it stays" in capsys.readouterr().out

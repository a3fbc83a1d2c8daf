"""All seeds of a stage against its targets: what is taken together and what is not, verdicts, page and JSON."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

import pytest

from run_folders import LOOP, RIGHT, WRONG, Made, change_json, make_run
from tutorsmith.commands.targets import TargetsOptions, targets_command
from tutorsmith.core.errors import DataError, UsageError
from tutorsmith.evaluation.policy import Policy, load_policy
from tutorsmith.evaluation.pooled import Pooled
from tutorsmith.report.words import Words
from tutorsmith.report.words_results import GLOSSARY, RESULTS
from tutorsmith.runs.stages import collect
from tutorsmith.runs.targets import ABSENT, MISSED, REACHED, SHOWN, UNSURE, Results, results_of, verdict_on
from tutorsmith.runs.targets_json import results_dict
from tutorsmith.runs.targets_page import targets_page

COVERAGE, FORMAT, REFUSAL, CITATION = (
    "key_point_coverage",
    "format_compliance",
    "refusal_accuracy",
    "citation_validity",
)
STYLE = Made(questions=12, refusals=4)
WRITING = STYLE.but(stage="writing", tasks=("writing_benchmark",))
TASKS = ("style_benchmark", "writing_benchmark")
TARGETS = {
    "style": {COVERAGE: 0.90, FORMAT: 0.6, CITATION: 0.5},
    "writing": {COVERAGE: 0.99},
    "all": {COVERAGE: 0.2},
}
DAY = 86_400


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """style: seeds 0, 1, 2 that answer 12, 11 and 10 of 12 questions; writing: one seed; all: one, half of it wrong."""
    root = tmp_path_factory.mktemp("targets")
    for seed in (2, 0, 1):
        answer = lambda k, s=seed: WRONG if k < s else RIGHT  # noqa: E731
        make_run(root / f"style-{seed}", STYLE.but(seed=seed, made=STYLE.made + seed * DAY, answer=answer))
    make_run(root / "writing-0", WRITING)
    half = STYLE.but(stage="all", tasks=TASKS, answer=lambda k: RIGHT if k % 2 else WRONG)
    make_run(root / "deep" / "all-0", half)
    return root


@pytest.fixture
def root(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path / "runs")
    return tmp_path / "runs"


def results(root: Path, policy: Policy | None = None) -> Results:
    return results_of(collect([root]), TARGETS, policy)


def policy(tmp_path: Path, text: str) -> Policy:
    file = tmp_path / "strict.toml"
    file.write_text(text, encoding="utf-8")
    return load_policy(file)


def page(found: Results, language: str = "en") -> str:
    return targets_page(found, Words(language))


def rows(text: str) -> list[list[str]]:
    return [
        [cell.strip() for cell in line.strip("|").split(" | ")] for line in text.splitlines() if line.startswith("|")
    ]


def test_the_seeds_of_a_stage_are_taken_together_in_the_order_of_the_targets(root: Path) -> None:
    found = results(root)
    assert [(r.runs.id, r.runs.seeds) for r in found.stages] == [("style", (0, 1, 2)), ("writing", (0,)), ("all", (0,))]
    coverage = found.stages[0].systems["tuned_notes"].metrics[COVERAGE]
    assert coverage.values == (1.0, pytest.approx(11 / 12), pytest.approx(10 / 12))
    assert coverage.value == pytest.approx(fmean(coverage.values))
    assert coverage.deviation == pytest.approx(stdev(coverage.values))
    assert (coverage.questions, coverage.judgements) == (12, 36)
    assert found.left_out == () and found.apart == ()


def test_one_seed_has_the_numbers_of_its_own_report(root: Path) -> None:
    writing = results(root).stages[1]
    (run,) = writing.runs.runs
    for name, system in writing.systems.items():
        own = run.report["systems"][name]["metrics"]
        assert list(system.metrics) == list(own)
        for metric, found in system.metrics.items():
            expected = [own[metric][key] for key in ("value", "low", "high", "n")]
            assert [found.value, found.low, found.high, found.judgements] == pytest.approx(expected)
            assert found.deviation is None


@pytest.mark.parametrize(
    ("value", "low", "high", "verdict"),
    [
        (0.95, 0.90, 0.99, SHOWN),
        (0.90, 0.85, 0.94, REACHED),
        (0.3 + 0.6, 0.85, 0.94, REACHED),  # 0.8999999999999999
        (0.89, 0.80, 0.90, UNSURE),
        (0.80, 0.70, 0.89, MISSED),
    ],
)
def test_a_verdict_rests_on_mean_and_interval(value: float, low: float, high: float, verdict: str) -> None:
    assert verdict_on(0.9, Pooled(value, low, high, (value,), None, 10, 10)) == verdict
    assert verdict_on(0.9, None) == ABSENT


def test_targets_reached_missed_and_not_measured(root: Path) -> None:
    style, writing, whole = results(root).stages
    assert [(row.metric, row.verdict) for row in style.targets] == [
        (COVERAGE, REACHED), (FORMAT, SHOWN), (CITATION, ABSENT),
    ]  # fmt: skip
    assert [row.verdict for row in writing.targets] == [REACHED]
    assert [row.verdict for row in whole.targets] == [SHOWN]
    text = page(results(root))
    assert (
        "Of 5 targets, 2 are reached and shown, 2 reached and not shown, 0 missed though not for certain, 0 missed."
        in text
    )
    assert "1 could not be measured." in text
    assert "at most 5 points in 1 of the 2 measured with several seeds" in text


def test_the_headline_has_a_row_a_target(root: Path) -> None:
    table = [row for row in rows(page(results(root)).partition("## Stage")[0])]
    assert table[0] == ["Stage", "Metric", "Target", "Measured", "95 % interval", "SD", "Verdict"]
    assert table[2][:4] == ["`style`, 3 seeds", "Key-point coverage", "90 %", "91.7 %"]
    assert table[2][5:] == ["8.3, over 5", "reached, not shown"]
    assert table[3] == ["", "Format", "60 %", "100.0 %", table[3][4], "0.0", "**reached, shown**"]
    assert table[4] == ["", "Citations", "50 %", "–", "–", "–", "not measured"]
    assert table[5][0] == "`writing`, 1 seed" and table[5][5] == "–"


def test_the_page_of_one_seed_has_no_word_of_several(root: Path) -> None:
    text = page(results(root / "writing-0"))
    assert "1 seed (0), 16 questions." in text
    assert "standard deviation over seeds is" not in text


def test_a_policy_sets_stricter_targets(root: Path, tmp_path: Path) -> None:
    strict = policy(
        tmp_path,
        """
        seeds = { least = 3, largest_deviation = 0.09 }
        [[require]]
        stage = "style"
        metric = "key_point_coverage"
        direction = ">="
        threshold = 0.90
        [[require]]
        stage = ["style", "all"]
        metric = "format_compliance"
        direction = ">"
        threshold = 0.99
        [[require]]
        stage = "all"
        metric = "key_point_coverage"
        slice = "task:writing_benchmark"
        direction = ">="
        threshold = 0.95
        [[require]]
        metric = "key_point_coverage"
        gap_between = "task"
        direction = "<"
        threshold = 0.1
        """,
    )
    found = results(root, strict)
    style, _, whole = found.stages
    assert [(row.metric, row.target, row.by) for row in style.targets] == [
        (COVERAGE, 0.90, ("course", "strict")),
        (FORMAT, 0.6, ("course",)),
        (FORMAT, 0.99, ("strict",)),
        (CITATION, 0.5, ("course",)),
    ]
    sliced = whole.targets[-1]
    assert (sliced.task, sliced.verdict) == ("writing_benchmark", MISSED)
    assert sliced.measured is not None and (sliced.measured.value, sliced.measured.questions) == (0.5, 12)
    text = page(found)
    assert "| 99 % (strict) |" in text and "Key-point coverage, task writing_benchmark" in text
    assert "| 8.3 | reached" in text  # within the policy's own limit
    assert "Fewer than the 3 seeds that the policy asks for: `writing`, `all`." in text
    assert "`key_point_coverage < 0.1`" in text.partition("## Not on this page")[2]


def test_the_shipped_ambition_is_understood_whole() -> None:
    ambition = load_policy(Path(__file__).resolve().parents[2] / "policies/ambition.toml")
    assert results_of(collect([]), {}, ambition).unused == ()
    assert (ambition.deviation, ambition.least_seeds) == (0.05, 3)


def other_data(root: Path) -> None:
    make_run(root / "other-0", STYLE.but(wording="What becomes of the current of coil", made=STYLE.made + 9 * DAY))


def other_settings(root: Path) -> None:
    make_run(root / "other-0", STYLE.but(settings={"lora_r": 4}, made=STYLE.made + 9 * DAY))


@pytest.mark.parametrize(("change", "told"), [(other_data, "benchmark ("), (other_settings, "lora_r (, 4)")])
def test_other_data_or_settings_are_not_pooled(root: Path, change: Callable[[Path], None], told: str) -> None:
    change(root)
    found = results(root)
    ids = [(result.runs.id, result.runs.seeds) for result in found.stages]
    assert ids[:2] == [("style#1", (0, 1, 2)), ("style#2", (0,))]
    (apart,) = found.apart
    assert apart.stages == (0, 1)
    notes = page(found).partition("## Not on this page")[2]
    assert "`style#1`, `style#2` bear one name and were not taken together" in notes and told in notes


def test_a_folder_without_report_is_named_with_the_mend(root: Path) -> None:
    (root / "style-1" / "eval_report_style.json").unlink()
    found = results(root)
    assert found.stages[0].runs.seeds == (0, 2)
    opening = page(found).partition("## Targets")[0]
    assert "**Run folders that are not counted: 1** (see “Not on this page”)." in opening
    told = (
        "`style-1`: eval_report_style.json: file not found; `tutorsmith evaluate --run RUN` makes it from the answers"
    )
    assert f"- {told}" in page(found).partition("## Not on this page")[2]


def test_weights_may_be_gone_but_not_be_others(root: Path) -> None:
    (root / "style-0" / "adapter_model.safetensors").unlink()
    (root / "style-1" / "adapter_model.safetensors").write_text("others", encoding="utf-8")
    (root / "style-2" / "adapter_model.safetensors").unlink()
    (root / "style-2" / "predictions_style.jsonl").write_text("", encoding="utf-8")
    found = results(root)
    assert found.stages[0].runs.seeds == (0,)
    assert [path for path, _ in found.left_out] == ["style-1", "style-2"]
    assert "adapter_model.safetensors: the adapter is not the one" in found.left_out[0][1]
    assert "predictions_style.jsonl" in found.left_out[1][1]


def test_of_two_runs_of_one_seed_the_newer_counts(root: Path) -> None:
    make_run(root / "again", STYLE.but(seed=1, made=STYLE.made + 9 * DAY))
    found = results(root)
    assert [run.record.path for run in found.stages[0].runs.runs] == ["style-0", "again", "style-2"]
    assert found.left_out == (("style-1", "the same configuration and seed as again, which is newer"),)


def test_folders_are_read_once_and_must_be_there(root: Path) -> None:
    once = collect([root, root / "style-0", root / "deep"])
    assert sorted(len(stage.runs) for stage in once.stages) == [1, 1, 3]
    with pytest.raises(DataError, match="no such folder"):
        collect([root / "absent"])


def test_answers_that_are_none_are_told_beside_every_target(tmp_path: Path) -> None:
    make_run(tmp_path / "loop", STYLE.but(answer=lambda _: LOOP, refuse=lambda _: LOOP))
    text = page(results(tmp_path))
    assert text.count("**answers mostly unusable**") == len(TARGETS["style"])
    assert "no value means anything, for: tuned model + notes.**" in text
    assert "| Unhealthy answers, of 16 | none | 16 looping |" in text


def test_product_and_opponent_are_compared_question_by_question(root: Path) -> None:
    style = results(root).stages[0]
    assert (style.runs.product, style.runs.opponent) == ("tuned_notes", "base_notes")
    (row,) = (row for row in style.comparison if row.metric == COVERAGE)
    assert (row.a, row.b, row.n, row.verdict) == ("base_notes", "tuned_notes", 12, "better")
    assert row.difference == pytest.approx(11 / 12)
    assert (row.wins, row.ties) == (12, 0)  # question 0 is won by one seed of three, and so a third


def test_one_adapter_for_all_tasks_stands_beside_each_single_one(root: Path) -> None:
    found = results(root)
    coverage = [row for row in found.balance if row.metric == COVERAGE]
    assert [(row.stage, row.single, row.task) for row in coverage] == [(2, 0, TASKS[0]), (2, 1, TASKS[1])]
    style, writing = coverage
    assert (style.single_value, style.value) == (pytest.approx(11 / 12), 0.5)
    assert style.difference == pytest.approx(0.5 - 11 / 12)
    assert (writing.within, writing.verdict) == (False, "worse")
    refusals = [row for row in found.balance if row.metric == REFUSAL]
    assert [(row.difference, row.within, row.verdict) for row in refusals] == [(0, True, "within 0.03, not shown")] * 2
    make_run(root / "writing-0", WRITING.but(wording="How short is"))
    assert {row.single for row in results(root).balance} == {0}  # other questions are not compared


def test_probe_seconds_devices_and_settings(root: Path) -> None:
    def probed(report: dict[str, Any]) -> None:
        metrics = {name: {"metrics": {COVERAGE: {"value": v}}} for name, v in (("base", 0.5), ("tuned", 0.4))}
        row = {
            "metric": COVERAGE,
            "a": "base",
            "b": "tuned",
            "difference": -0.1,
            "low": -0.2,
            "high": 0.0,
            "p": 0.04,
            "n": 40,
        }
        report["probe"] = {"systems": metrics, "comparison": row, "forgotten": ["a", "b"], "learned": []}

    change_json(root / "style-0/eval_report_style.json", probed)
    for seed, spent in ((0, 10.0), (1, 20.0)):
        (root / f"style-{seed}/seconds.json").write_text(json.dumps({"train": spent}), encoding="utf-8")
    log = "x INFO model tiny on cuda, torch.bfloat16, quantization none\n"
    (root / "style-0/training.log").write_text(log, encoding="utf-8")
    text = page(results(root))
    assert "| `style` | 0 | 50.0 % | 40.0 % | −10.0 | −20.0 … 0.0 | 0.040 | 2 / 0 |" in text
    assert "| `style` | 15.0 | 15 |" in text
    assert "The runs of `style` were made on different devices: cuda, bfloat16; not recorded." in text
    assert "`learning_rate = 0.001`" in text and "`seed = " not in text


def test_recommended_settings_are_not_told(root: Path) -> None:
    def recommended(config: dict[str, Any]) -> None:
        config["settings"]["learning_rate"]["source"] = "recommended for tiny"
        config["settings"]["max_new_tokens"]["source"] = "default"

    change_json(root / "writing-0/training_config.json", recommended)
    assert "| `writing` | 0 | `tiny` | not recorded | 0.1.0 | none |" in page(results(root))


def test_the_json_has_every_number_of_the_headline(root: Path) -> None:
    (root / "deep/all-0/eval_report_all.json").unlink()
    value = json.loads(json.dumps(results_dict(results(root))))
    assert set(value) == {
        "schema_version", "policy", "largest_deviation", "least_seeds", "targets", "stages", "balance", "apart",
        "left_out", "unused_policy_rows", "without_runs",
    }  # fmt: skip
    assert value["schema_version"] == 1
    coverage, _, citations, _ = value["targets"]
    assert {key: value for key, value in coverage.items() if key != "measured"} == {
        "stage": "style", "metric": COVERAGE, "task": None, "target": 0.9, "by": ["course"], "stable": False,
        "system": "tuned_notes", "unusable": False, "verdict": "reached",
    }  # fmt: skip
    assert set(coverage["measured"]) == {"value", "low", "high", "values", "deviation", "questions", "judgements"}
    assert (citations["measured"], citations["stable"]) == (None, None)
    style = value["stages"][0]
    assert (style["id"], style["seeds"], style["runs"]) == ("style", [0, 1, 2], ["style-0", "style-1", "style-2"])
    assert set(style["systems"]) == {"base_notes", "tuned_notes"}
    assert style["systems"]["tuned_notes"]["refusals"]["to_refuse"] == 12
    assert style["made"]["code"] == ["0.1.0"]
    assert [entry["path"] for entry in value["left_out"]] == ["deep/all-0"]


def test_the_page_in_chinese_says_everything_in_chinese(root: Path) -> None:
    other_settings(root)
    text = page(results(root), "zh")
    assert text.startswith("# 结果\n") and "## 目标" in text and "**达到，已证实**" in text
    spoken = re.sub(r"`[^`]*`|SHA-256|Holm|McNemar|Wilson|lora_r|\bp\b", "", text.replace("cuda", ""))
    assert set(re.findall(r"[A-Za-z]{2,}", spoken)) <= {"notes"}
    assert " %" not in text


@pytest.mark.parametrize("language", ["en", "zh"])
def test_all_rows_of_a_table_are_as_wide_as_its_head(root: Path, language: str) -> None:
    for block in page(results(root), language).split("\n\n"):
        widths = {line.count(" | ") for line in block.splitlines() if line.startswith("|")}
        assert len(widths) <= 1, block


def test_no_wording_is_idle() -> None:
    package = Path(__file__).resolve().parents[2] / "src/tutorsmith/runs"
    code = "".join(file.read_text(encoding="utf-8") for file in package.glob("targets*.py"))
    terms = {f"res_g_{term}{end}" for term in GLOSSARY for end in ("", "_is")}
    idle = {key for key in RESULTS if not re.search(rf"['\"]{key}['\"]", code) and "." not in key} - terms
    assert idle == set()


def test_the_command_writes_page_and_json(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "tutorsmith.toml"
    config.write_text(
        '[stages.style]\ntrain = ["a"]\neval = ["b"]\ntargets = { key_point_coverage = 0.5 }\n', encoding="utf-8"
    )
    (root / "writing-0/eval_report_writing.json").unlink()
    output, data = tmp_path / "out/results.md", tmp_path / "out/results.json"
    targets_command(TargetsOptions([root], output, data, config=config))
    said = capsys.readouterr().out
    assert f"results: {output}\n" in said and "left out: writing-0: " in said
    assert "| `style`, 3 seeds | Key-point coverage | 50 % |" in output.read_text(encoding="utf-8")
    assert [row["target"] for row in json.loads(data.read_text(encoding="utf-8"))["targets"]] == [0.5]
    targets_command(TargetsOptions([root], config=config))
    assert capsys.readouterr().out == output.read_text(encoding="utf-8")
    with pytest.raises(UsageError, match="no such policy"):
        targets_command(TargetsOptions([root], policy="ambitious", config=config))


def test_no_runs_and_no_targets_are_said(root: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    text = page(results(tmp_path / "empty"))
    assert text.startswith("# Results\n\nThere is no run to tell of.\n")
    assert "- Stages that have targets and no run here: `style`, `writing`, `all`." in text
    assert "No target is known for these stages" in page(results_of(collect([root]), {}))

"""The sentences at the top follow from the numbers, by rule."""

import re
import string
from importlib.resources import files
from typing import Any

import pytest
from report_runs import NO_FINDINGS, MakeRun, all_report, style_report, value, verdict

from tutorsmith.core.artifacts import hash_bytes
from tutorsmith.report.build import build
from tutorsmith.report.records import COVERAGE, FORMAT, Difference
from tutorsmith.report.slices import slice_tables
from tutorsmith.report.targets import DEFAULT_TARGETS, target_rows
from tutorsmith.report.trouble import paired_scores, question_outcome, worst
from tutorsmith.report.verdicts import answers, change
from tutorsmith.report.words import SENTENCES, TEXTS, Words
from tutorsmith.report.words_answers import ANSWERS
from tutorsmith.report.words_labels import LABELS
from tutorsmith.report.words_results import RESULTS

EN = Words("en")
WITHOUT_CHINESE = {
    "n",
    "p",
    "kappa",
    "none_dash",
    "fact_p",
    "score_change",
    "flag_count",
    "kind_count",
    "reviewer_note",
    "res_by",
    "res_other_n",
    "res_stage_seeds",
    "res_term",
}


def top(make_run: MakeRun, report: dict[str, Any] | None = None, **more: Any) -> dict[str, tuple[str, str, str]]:
    """key -> (tone, chip, the sentence and the further ones)."""
    report = report or style_report()
    data = build(make_run(report, **more), report["stage"])
    return {a.key: (a.tone, a.chip, " ".join((a.text, *a.details))) for a in answers(data, DEFAULT_TARGETS, EN)}


def with_coverage_row(**fields: Any) -> dict[str, Any]:
    report = style_report()
    report["comparison"][0] |= fields
    return report


def difference(low: float | None, high: float | None, p: float | None) -> Difference:
    return Difference(COVERAGE, "a", "b", 0.1, low=low, high=high, p=p)


@pytest.mark.parametrize(
    ("low", "high", "p", "expected"),
    [
        (0.01, 0.2, 0.04, "better"),
        (-0.2, -0.01, 0.04, "worse"),
        (-0.01, 0.2, 0.04, "unsure"),
        (0.01, 0.2, 0.06, "unsure"),
        (0.0, 0.2, 0.01, "unsure"),
        (-0.06, 0.09, 0.7, "same"),
        (-0.11, 0.09, 0.7, "unsure"),
        (0.01, 0.2, None, "better"),
        (None, None, 0.001, "unsure"),
    ],
)
def test_a_change_is_shown_only_by_interval_and_p(
    low: float | None, high: float | None, p: float | None, expected: str
) -> None:
    assert change(difference(low, high, p)) == expected


def test_p_after_holm_counts_where_there_is_one() -> None:
    assert change(Difference(COVERAGE, "a", "b", 0.1, low=0.01, high=0.2, p=0.03, p_holm=0.09)) == "unsure"


def test_better_and_worse_are_said_in_a_plain_sentence(make_run: MakeRun) -> None:
    tone, chip, text = top(make_run, name="r1")["better"]
    assert (tone, chip) == ("good", "Yes")
    assert text.startswith("Yes: key-point coverage rose from 32 % to 71 %, more than chance explains.")
    fell = top(make_run, with_coverage_row(difference=-0.3, low=-0.5, high=-0.1), name="r3")["better"]
    assert fell[:2] == ("bad", "No")
    assert fell[2].startswith("No: key-point coverage fell from 32 % to 71 %")
    report = style_report()
    report["comparison"][1] |= {"difference": -0.4, "low": -0.6, "high": -0.2}
    mixed = top(make_run, report, name="r4")["better"]
    assert mixed[:2] == ("unsure", "In part")
    assert "but format fell" in mixed[2]


def test_what_cannot_be_told_says_so_and_what_could_be_seen(make_run: MakeRun) -> None:
    report = with_coverage_row(low=-0.1, p_holm=0.2, smallest_difference=0.31)
    tone, chip, text = top(make_run, report, name="better")["better"]
    assert (tone, chip) == ("unsure", "In part")
    assert text.startswith(
        "In part: format rose for certain; key-point coverage went from 32 % to 71 %, but 11 questions"
    )
    assert "A true difference below about 31 points would probably go unseen" in text
    report["comparison"][1] |= {"low": -0.2, "p_holm": 0.3}
    tone, chip, text = top(make_run, report, name="alone")["better"]
    assert (tone, chip) == ("unsure", "Too few questions to tell")
    assert text.startswith(
        "Too few questions to tell: key-point coverage went from 32 % to 71 %, but with 11 questions"
    )
    report["comparison"][1] |= {"difference": -0.4, "low": -0.6, "high": -0.2, "p_holm": 0.01}
    tone, _, text = top(make_run, report, name="worse")["better"]
    assert tone == "bad"
    assert "format fell for certain" in text
    report["comparison"][0] |= {"difference": 0.01, "low": -0.05, "high": 0.07}
    assert top(make_run, report, name="same")["better"][:2] == ("unsure", "About the same")


def test_without_comparison_nothing_is_claimed(make_run: MakeRun) -> None:
    assert top(make_run, style_report() | {"comparison": []})["better"][:2] == ("none", "Not measured")


def test_without_notes_the_baseline_is_named(make_run: MakeRun) -> None:
    report = style_report()
    report["systems"] = {k: report["systems"][k] for k in ("base", "tuned")}
    report["comparison"] = [report["comparison"][0] | {"a": "base", "b": "tuned"}]
    assert "There is no run of the base model with notes" in top(make_run, report)["better"][2]


@pytest.mark.parametrize(
    ("share", "low", "high", "state"),
    [
        (0.97, 0.91, 0.99, "met"),
        (0.95, 0.80, 0.99, "value"),
        (0.90, 0.70, 0.97, "below"),  # the target has to be exceeded
        (0.85, 0.70, 0.95, "below"),
        (0.60, 0.45, 0.90, "missed"),
    ],
)
def test_target_states(make_run: MakeRun, share: float, low: float, high: float, state: str) -> None:
    report = style_report()
    report["systems"]["tuned_notes"]["metrics"][COVERAGE] = value(share, 33, low, high)
    rows = target_rows(build(make_run(report), "style"), DEFAULT_TARGETS)
    assert {row.metric: row.state for row in rows}[COVERAGE] == state


def test_default_targets_are_the_requested_ones() -> None:
    assert {k: tuple(v.values()) for k, v in DEFAULT_TARGETS.items()} == {
        "style": (0.90, 0.95, 0.85),
        "writing": (0.85, 0.90, 0.80),
        "all": (0.88, 0.92),
    }


def test_targets_of_all_are_for_the_total_and_for_each_task(make_run: MakeRun) -> None:
    rows = target_rows(build(make_run(all_report()), "all"), DEFAULT_TARGETS)
    assert [(r.task, r.target) for r in rows if r.metric == COVERAGE] == [
        ("", 0.88),
        ("style", 0.90),
        ("writing", 0.85),
    ]
    assert [r.state for r in rows if r.task == "writing" and r.metric == FORMAT] == ["absent"]


def test_own_targets_by_short_name_replace_the_defaults(make_run: MakeRun) -> None:
    rows = target_rows(build(make_run(), "style"), {"style": {"coverage": 0.4}})
    assert [(r.metric, r.target, r.state) for r in rows] == [(COVERAGE, 0.4, "met")]


def test_the_sample_stage_takes_the_targets_of_its_task(make_run: MakeRun) -> None:
    data = build(make_run(style_report() | {"stage": "sample"}), "sample")
    assert [row.target for row in target_rows(data, DEFAULT_TARGETS)] == [0.90, 0.95, 0.85]


def test_good_enough_says_what_few_questions_cannot_show(make_run: MakeRun) -> None:
    report = style_report()
    for name in (COVERAGE, FORMAT, "refusal_accuracy"):
        report["systems"]["tuned_notes"]["metrics"][name] = value(1.0, 11, 0.74, 1.0)
    tone, chip, text = top(make_run, report)["enough"]
    assert (tone, chip) == ("unsure", "Too few questions to tell")
    assert text.startswith(
        "Too few questions to tell: the values exceed the targets, but the intervals reach below them."
    )
    assert "“> 90 %” cannot be shown: that takes at least 29" in text


def test_each_target_says_how_many_questions_it_takes(make_run: MakeRun) -> None:
    report = style_report()
    report["systems"]["tuned_notes"]["metrics"][COVERAGE] = value(0.9, 33, 0.7, 0.95) | {"items": 11}
    rows = {row.metric: row for row in target_rows(build(make_run(report), "style"), DEFAULT_TARGETS)}
    assert rows[COVERAGE].questions == 11  # not the 33 key points
    assert [(m, row.needed, row.can_be_shown) for m, row in rows.items()] == [
        (COVERAGE, 29, False),
        (FORMAT, 59, False),
        ("refusal_accuracy", 19, False),
    ]
    assert rows[COVERAGE].tolerated == ((60, 59), (100, 96), (200, 188))


def test_a_task_named_after_its_benchmark_file_has_the_targets_of_the_task(make_run: MakeRun) -> None:
    report = style_report() | {"stage": "sample"}
    for item in report["items"]:
        item["task"] = "style_benchmark"
    assert [row.target for row in target_rows(build(make_run(report), "sample"), DEFAULT_TARGETS)] == [0.90, 0.95, 0.85]


def many(count: int) -> dict[str, Any]:
    report = style_report()
    template = report["items"][:4]
    report["items"] = [item | {"id": f"q{i}"} for i in range(count) for item in template]
    for name in (COVERAGE, FORMAT, "refusal_accuracy"):
        report["systems"]["tuned_notes"]["metrics"][name] = value(1.0, 120, 0.97, 1.0)
    return report


def test_enough_questions_and_intervals_above_the_targets(make_run: MakeRun) -> None:
    assert "cannot be shown" in top(make_run, many(28), name="few")["enough"][2]
    tone, chip, text = top(make_run, many(29), name="enough")["enough"]
    assert (tone, chip) == ("good", "Yes")
    assert "cannot be shown" not in text


def test_trust_needs_everything(make_run: MakeRun) -> None:
    full = {"manifest.json": {"seeds": [1, 2, 3]}, "check.json": NO_FINDINGS}
    report = many(29)
    report["manifest"] = ""
    assert top(make_run, report, name="a", change=full)["trust"][:2] == ("good", "Yes")
    one_seed = full | {"manifest.json": {"seeds": [1]}}
    assert "one seed" in top(make_run, report, name="b", change=one_seed)["trust"][2]
    errors = full | {"check.json": NO_FINDINGS | {"counts": {"records": 1, "errors": 1, "warnings": 0}}}
    assert top(make_run, report, name="c", change=errors)["trust"][:2] == ("bad", "No")
    foreign = report | {"manifest": "sha256:" + "0" * 64}
    tone, _, text = top(make_run, foreign, name="d", change=full)["trust"]
    assert tone == "bad"
    assert "another manifest" in text


def test_manifest_is_recognised_by_value_and_by_file(make_run: MakeRun) -> None:
    folder = make_run()
    assert build(folder, "style").manifest_agrees is True
    report = style_report() | {"manifest": hash_bytes((folder / "manifest.json").read_bytes())}
    assert build(make_run(report, name="by_file"), "style").manifest_agrees is True
    assert build(make_run(report, name="none", without=("manifest.json",)), "style").manifest_agrees is None


def test_outcome_of_each_question_and_worst_first(make_run: MakeRun) -> None:
    data = build(make_run(), "style")
    assert {q.id: question_outcome(data, q) for q in data.questions} == {
        "sb-01": "won",
        "sb-02": "won",
        "sb-03": "won",
        "sb-04": "lost",
    }
    assert [t.question.id for t in worst(data)] == ["sb-04", "sb-02"]
    assert [(name, round(d, 2)) for name, d in paired_scores(data, COVERAGE)] == [
        ("sb-04", -1.0),
        ("sb-02", 0.0),
        ("sb-01", 0.67),
    ]


def test_better_in_one_metric_and_worse_in_another_is_neither_won_nor_lost(make_run: MakeRun) -> None:
    report = style_report()
    for item in report["items"]:
        if item["id"] == "sb-01" and item["system"] == "base_notes":
            item["verdicts"] = [verdict("x", False), verdict("s", True, metric=FORMAT)]
        if item["id"] == "sb-01" and item["system"] == "tuned_notes":
            item["verdicts"] = [verdict("x", True), verdict("s", False, metric=FORMAT)]
    data = build(make_run(report), "style")
    assert question_outcome(data, data.questions[0]) == "both_ways"


def test_an_undecided_verdict_counts_neither_way(make_run: MakeRun) -> None:
    report = style_report()
    for item in report["items"]:
        item["verdicts"] = [verdict("a", None), verdict("b", True)]
    data = build(make_run(report), "style")
    assert all(a.scores == {COVERAGE: 1.0} for q in data.questions for a in q.answers)
    assert worst(data) == []


def test_nan_and_booleans_are_not_numbers(make_run: MakeRun) -> None:
    report = style_report()
    report["systems"]["base"]["metrics"][COVERAGE] = {"value": float("nan"), "n": 3}
    report["systems"]["base"]["metrics"][FORMAT] = {"value": True, "n": 3}
    base = build(make_run(report), "style").system("base")
    assert base is not None
    assert set(base.metrics) == {"refusal_accuracy"}


@pytest.mark.parametrize(("unusable", "expected"), [(2, False), (3, True)])
def test_degenerate_means_more_than_half(make_run: MakeRun, unusable: int, expected: bool) -> None:
    report = style_report()
    own = [item for item in report["items"] if item["system"] == "tuned_notes"]
    for item in own[:unusable]:
        item["flags"] = ["looping"]
    subject = build(make_run(report), "style").subject
    assert subject is not None
    assert subject.degenerate is expected


def test_doubts_name_failed_predictions_leaks_judge_and_review(make_run: MakeRun) -> None:
    report = style_report() | {
        "judge": {"model": "m", "asked": 3, "covered": 1, "failed": 2},
        "review": {"file": "r.csv", "n": 20, "agreement": 0.7, "low": 0.5, "high": 0.85, "kappa": 0.4},
    }
    report["systems"]["base"]["failed"] = 2
    report["systems"]["tuned_notes"]["health"]["stop_audit"] = [{"severity": "warning", "what": "w", "mend": "m"}]
    tone, _, text = top(make_run, report)["trust"]
    assert tone == "bad"
    for said in (
        "predictions of “Base model” failed: 2",
        "benchmark questions seem to stand in the training data: 1",
        "the judge model failed to answer: 2",
        "the rules agree with the teacher in only 70 % of the reviewed verdicts",
        "the audit of the stop tokens has remarks: 1",
    ):
        assert said in text


def test_a_named_baseline_is_what_predictions_are_measured_against(make_run: MakeRun) -> None:
    report = style_report()
    report["systems"] = {"baseline": report["systems"]["base"], "predictions": report["systems"]["tuned"]}
    data = build(make_run(report), "style")
    assert data.subject is not None
    assert data.baseline is not None
    assert (data.subject.name, data.baseline.name) == ("predictions", "baseline")


def test_slices_count_questions_and_name_those_with_too_few(make_run: MakeRun) -> None:
    tables = {table.kind: table for table in slice_tables(build(make_run(), "style"))}
    assert list(tables) == ["chapter", "category", "difficulty"]  # one task is no slice
    assert [(row.part, row.questions, row.too_few) for row in tables["category"].rows] == [
        ("calculation", 1, True),
        ("derivation", 1, True),
    ]
    enough = {table.kind: table for table in slice_tables(build(make_run(many(5), name="many"), "style"))}
    assert [(row.part, row.questions, row.too_few) for row in enough["category"].rows][-1] == ("derivation", 5, False)


def test_every_wording_has_both_languages_with_the_same_blanks() -> None:
    for key, (english, chinese) in TEXTS.items():
        blanks = [
            {name for _, name, _, _ in string.Formatter().parse(t) if name is not None} for t in (english, chinese)
        ]
        assert english, key
        assert chinese, key
        assert blanks[0] == blanks[1], key
        assert re.search("[\u4e00-\u9fff]", chinese) or key in WITHOUT_CHINESE, key
    assert len(TEXTS) == len(SENTENCES) + len(ANSWERS) + len(LABELS) + len(RESULTS)


def test_every_key_that_a_template_uses_has_wording() -> None:
    used = {
        key
        for file in (files("tutorsmith.report") / "templates").iterdir()
        for key in re.findall(r"""\bw\("([a-z_]+)"[,)]""", file.read_text(encoding="utf-8"))
    }
    assert len(used) > 80
    assert used <= set(TEXTS)

"""The decision itself, on reports that say what each case needs."""

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tutorsmith.core.errors import DataError, UsageError
from tutorsmith.evaluation.gate import Decision, Facts, Reference, SeedRun, decide
from tutorsmith.evaluation.gate_rows import HOLD, INSUFFICIENT, SHIP, judge, required
from tutorsmith.evaluation.policy import Policy, Requirement, parse_policy
from tutorsmith.evaluation.saved import item_scores, product_of, read_report
from tutorsmith.evaluation.statistics import Interval, wilson

CLEAN: Mapping[str, Any] = {"findings": [], "counts": {"errors": 0}}
ROW = {"metric": "format_compliance", "direction": ">", "threshold": 0.8}


def entry(share: float, n: int, effective: float | None = None, **more: Any) -> dict[str, Any]:
    size = n if effective is None else effective
    interval = wilson(share, size)
    return {"value": share, "low": interval.low, "high": interval.high, "n": n, "n_effective": size, **more}


def items(values: list[float], system: str = "tuned_notes", metric: str = "format_compliance") -> list[dict[str, Any]]:
    return [
        {"id": f"q{k}", "task": "style", "system": system, "question": f"{k}?", "scores": {metric: value}}
        for k, value in enumerate(values)
    ]


def system(metrics: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    health = {"n": 40, "empty": 0, "truncated": 0, "looping": 0, "degenerate": False}
    return {"metrics": dict(metrics), "missing": 0, "failed": 0, "health": health, "slices": {}, **more}


def report(right: int = 40, n: int = 40, **more: Any) -> dict[str, Any]:
    values = [1.0] * right + [0.0] * (n - right)
    return {
        "manifest": "sha256:1",
        "systems": {"base": system({}), "tuned_notes": system({"format_compliance": entry(right / n, n)}, **more)},
        "items": items(values),
    }


def policy(*rows: Mapping[str, Any], **more: Any) -> Policy:
    raw = {"require": list(rows) or [ROW], **more}
    return parse_policy(raw, name="p", digest="sha256:2", where="p.toml", folder=Path())


def outcome(made: Mapping[str, Any], asked: Policy, **facts: Any) -> Decision:
    return decide(asked, Facts(**{"run": "r", "stage": "style", "report": made, "check": CLEAN, **facts}))


def verdict_of(decision: Decision, about: str) -> tuple[str, str]:
    (row,) = [row for row in decision.rows if row.about.startswith(about)]
    return row.verdict, row.why


@pytest.mark.parametrize(
    ("direction", "on", "interval", "wanted"),
    [
        # value, with the interval never asked
        (">", "value", (0.85, 0.1, 0.95), SHIP),
        (">", "value", (0.80, 0.7, 0.95), HOLD),
        (">=", "value", (0.80, 0.7, 0.95), SHIP),
        ("<", "value", (0.80, 0.7, 0.95), HOLD),
        ("<=", "value", (0.80, 0.7, 0.95), SHIP),
        # the bound that has to show it
        (">", "low", (0.90, 0.81, 0.95), SHIP),
        (">", "low", (0.90, 0.80, 0.95), INSUFFICIENT),
        (">=", "low", (0.90, 0.80, 0.95), SHIP),
        (">", "low", (0.70, 0.60, 0.81), INSUFFICIENT),
        (">", "low", (0.70, 0.60, 0.80), HOLD),
        (">=", "low", (0.70, 0.60, 0.80), INSUFFICIENT),
        ("<", "high", (0.70, 0.60, 0.79), SHIP),
        ("<", "high", (0.70, 0.60, 0.81), INSUFFICIENT),
        ("<", "high", (0.90, 0.80, 0.95), HOLD),
        # the bound that only rules out the opposite
        (">", "high", (0.70, 0.60, 0.81), SHIP),
        (">", "high", (0.70, 0.60, 0.79), HOLD),
        ("<", "low", (0.90, 0.79, 0.95), SHIP),
        ("<", "low", (0.90, 0.81, 0.95), HOLD),
    ],
)
def test_value_and_interval_against_a_threshold(
    direction: str, on: str, interval: tuple[float, float, float], wanted: str
) -> None:
    row = Requirement("format_compliance", direction, 0.8, on)
    assert judge(row, interval[0], Interval(*interval[1:]))[0] == wanted


@pytest.mark.parametrize(("n", "fewest"), [(11, 35), (34, 35)])
def test_a_claim_that_so_few_items_cannot_show_says_how_many_could(n: int, fewest: int) -> None:
    row = required(Requirement("format_compliance", ">", 0.9, "low"), "tuned", {"format_compliance": entry(1.0, n)})
    assert row.verdict == INSUFFICIENT
    assert f"with {n} questions not even all right would do, it takes at least {fewest}" in row.why
    assert wilson(1.0, fewest).low > 0.9 >= wilson(1.0, fewest - 1).low


def test_a_claim_short_of_items_says_how_many_at_this_share() -> None:
    row = required(Requirement("format_compliance", ">", 0.9, "low"), "tuned", {"format_compliance": entry(0.95, 60)})
    assert row.verdict == INSUFFICIENT
    number = int(row.why.split("about ")[1].split()[0])
    assert wilson(0.95, number).low > 0.9 >= wilson(0.95, number - 1).low


def test_questions_of_coverage_are_items_and_not_key_points() -> None:
    metrics = {"key_point_coverage": entry(1.0, 32, effective=16.0, items=8)}
    row = required(Requirement("key_point_coverage", ">", 0.9, "low"), "tuned", metrics)
    assert row.n == 8
    assert "at least 18" in row.why  # 35 effective points, two of them a question
    few = required(Requirement("key_point_coverage", ">", 0.5, least_items=9), "tuned", metrics)
    assert (few.verdict, few.why) == (INSUFFICIENT, "8 questions, the policy asks for 9")


@pytest.mark.parametrize(
    ("right", "n", "told"),
    [(28, 28, "28 questions cannot show it, it takes 29 all right"), (58, 60, "not shown: it takes 59 of 60")],
)
def test_a_value_that_passes_says_when_it_is_not_shown(right: int, n: int, told: str) -> None:
    row = required(Requirement("format_compliance", ">", 0.9), "tuned", {"format_compliance": entry(right / n, n)})
    assert row.verdict == SHIP and told in row.why
    shown = required(Requirement("format_compliance", ">", 0.9), "tuned", {"format_compliance": entry(1.0, 29)})
    assert shown.verdict == SHIP and "show" not in shown.why


def test_hold_beats_insufficient_beats_ship() -> None:
    missed = {**ROW, "metric": "format_compliance", "threshold": 0.9999, "direction": ">="}
    unknown = {**ROW, "metric": "citation_validity"}
    assert outcome(report(), policy()).outcome == SHIP
    assert outcome(report(), policy(ROW, unknown)).outcome == INSUFFICIENT
    assert outcome(report(39), policy(ROW, unknown, missed)).outcome == HOLD
    assert verdict_of(outcome(report(), policy(unknown)), "citation")[1] == "applies to no item of the benchmark"


@pytest.mark.parametrize("name", ["tuned_notes", "tuned"])
def test_a_degenerate_tuned_system_is_held_whatever_the_policy_says(name: str) -> None:
    made = report()
    made["systems"].setdefault(name, system({}))
    made["systems"][name]["health"] |= {"degenerate": True, "looping": 30}
    decision = outcome(made, policy())
    assert decision.outcome == HOLD
    assert verdict_of(decision, "health") == (HOLD, f"degenerate: {name} (30 looping of 40)")


def test_a_degenerate_base_model_is_no_fault_of_the_run() -> None:
    made = report()
    made["systems"]["base"]["health"]["degenerate"] = True
    assert outcome(made, policy()).outcome == SHIP


def test_limits_on_unhealthy_answers() -> None:
    made = report()
    made["systems"]["tuned_notes"]["health"]["truncated"] = 4
    assert outcome(made, policy(health={"truncated": 0.1})).outcome == SHIP
    assert outcome(made, policy(health={"truncated": 0.09})).outcome == HOLD


@pytest.mark.parametrize("what", ["missing", "failed"])
def test_missing_and_failed_predictions(what: str) -> None:
    made = report(**{what: 1})
    assert verdict_of(outcome(made, policy()), f"predictions {what}") == (HOLD, f"1 are {what}")
    assert outcome(made, policy(predictions={what: 1})).outcome == SHIP


def test_files_of_different_runs_and_numbers_that_do_not_follow_are_held() -> None:
    assert outcome(report(), policy(), mismatch="other adapter").outcome == HOLD
    made = report(30)
    made["systems"]["tuned_notes"]["metrics"]["format_compliance"] = entry(1.0, 40)
    decision = outcome(made, policy())
    assert verdict_of(decision, "manifest")[0] == HOLD
    assert "75 %" in decision.reasons[0]


def test_the_data_check() -> None:
    assert outcome(report(), policy(), check=None).outcome == INSUFFICIENT
    finding = {"kind": "question-overlap", "severity": "error", "file": "a.jsonl", "line": 3}
    leak = outcome(report(), policy(), check={"findings": [finding], "counts": {"errors": 1}})
    assert verdict_of(leak, "data check") == (HOLD, "1 errors, the first: question-overlap at a.jsonl:3")
    perhaps = {"kind": "paraphrase-overlap", "severity": "warning"}
    warned = outcome(report(), policy(), check={"findings": [perhaps], "counts": {"errors": 0}})
    assert verdict_of(warned, "data check") == (SHIP, "no errors, 1 warnings, 1 of them perhaps leakage")


def test_the_size_of_the_benchmark() -> None:
    assert outcome(report(), policy(benchmark={"least_items": 40})).outcome == SHIP
    small = outcome(report(), policy(benchmark={"least_items": 41}))
    assert verdict_of(small, "benchmark size") == (INSUFFICIENT, "40 questions, 1 too few")


def sliced() -> dict[str, Any]:
    parts = {"a": {"format_compliance": entry(0.95, 40)}, "b": {"format_compliance": entry(0.80, 40)}}
    return report(35, slices={"task": parts, "difficulty": {"hard": {"format_compliance": entry(0.5, 10)}}})


def test_a_slice_is_judged_alone() -> None:
    decision = outcome(sliced(), policy({**ROW, "slice": "difficulty:hard"}))
    assert verdict_of(decision, "format_compliance in difficulty:hard")[0] == HOLD
    with pytest.raises(UsageError, match=r"no slice 'task:aa'") as caught:
        outcome(sliced(), policy({**ROW, "slice": "task:aa"}))
    assert "did you mean 'a'" in str(caught.value)


@pytest.mark.parametrize(
    ("threshold", "on", "wanted"),
    [(0.2, "value", SHIP), (0.15, "value", HOLD), (0.2, "high", INSUFFICIENT), (0.4, "high", SHIP)],
)
def test_the_gap_between_slices(threshold: float, on: str, wanted: str) -> None:
    row = {"metric": "format_compliance", "gap_between": "task", "direction": "<", "threshold": threshold, "on": on}
    found = verdict_of(outcome(sliced(), policy(row)), "format_compliance, gap between tasks")
    assert found[0] == wanted
    assert "(a 95 %, b 80 %)" in found[1]


def test_a_gap_that_is_wholly_too_large() -> None:
    parts = {"a": {"format_compliance": entry(0.95, 400)}, "b": {"format_compliance": entry(0.5, 400)}}
    row = {"metric": "format_compliance", "gap_between": "task", "direction": "<", "threshold": 0.1, "on": "high"}
    assert verdict_of(outcome(report(slices={"task": parts}), policy(row)), "format_compliance, gap")[0] == HOLD


def test_a_gap_needs_two_slices() -> None:
    row = {"metric": "format_compliance", "gap_between": "chapter", "direction": "<", "threshold": 0.1}
    assert outcome(sliced(), policy(row)).outcome == INSUFFICIENT


def test_a_system_that_the_run_lacks_and_a_stage_without_rows() -> None:
    with pytest.raises(UsageError, match="the run has no system 'base_notes'"):
        outcome(report(), policy({**ROW, "system": "base_notes"}))
    with pytest.raises(UsageError, match="demands nothing of the stage 'style'") as caught:
        outcome(report(), policy({**ROW, "stage": "styl"}))
    assert "did you mean 'styl'" in str(caught.value)


def seeds(*rights: int) -> list[SeedRun]:
    return [SeedRun(f"run{k}", k, report(right)) for k, right in enumerate(rights)]


@pytest.mark.parametrize(
    ("rights", "wanted"),
    [((40,), INSUFFICIENT), ((40, 40), INSUFFICIENT), ((40, 40, 39), SHIP), ((40, 40, 34), HOLD), ((40, 30), HOLD)],
)
def test_seeds_number_and_spread(rights: tuple[int, ...], wanted: str) -> None:
    asked = policy(seeds={"least": 3, "largest_deviation": 0.05})
    assert outcome(report(), asked, seeds=seeds(*rights)).outcome == wanted


def test_a_seed_that_was_left_out_or_is_degenerate_is_told() -> None:
    runs = seeds(40, 40)
    runs[1].report["systems"]["tuned_notes"]["health"]["degenerate"] = True
    decision = outcome(report(), policy(seeds={"least": 2}), seeds=runs, unusable_seeds=["old (mixed)"])
    assert verdict_of(decision, "health") == (HOLD, "degenerate: seed 1")
    assert "left out: old (mixed)" in verdict_of(decision, "seeds")[1]


def against(right: int, comparable: bool = True, **table: Any) -> Decision:
    asked = parse_policy(
        {"require": [{**ROW, "threshold": 0.1}], "regression": table}, name="p", digest="", where="p", folder=Path()
    )
    return outcome(report(right), asked, reference=Reference("old", report(38), comparable))


@pytest.mark.parametrize(
    ("right", "table", "wanted"),
    [
        (38, {}, SHIP),
        (36, {}, SHIP),  # two fewer of 40: not shown to be worse
        (30, {}, HOLD),  # eight fewer, none gained: p 0.008
        (36, {"margin": 0.04}, HOLD),  # 5 points down
        (36, {"margin": 0.06}, SHIP),
        (36, {"margin": 0.06, "prove": True}, INSUFFICIENT),
        (38, {"margin": 0.2, "prove": True}, SHIP),
        (38, {"metrics": ["citation_validity"]}, INSUFFICIENT),
    ],
)
def test_no_worse_than_another_run(right: int, table: Mapping[str, Any], wanted: str) -> None:
    assert against(right, **table).outcome == wanted


def test_a_reference_on_another_benchmark_or_none_at_all() -> None:
    decision = against(40, comparable=False)
    assert decision.outcome == INSUFFICIENT
    assert "not comparable" in decision.reasons[0]
    with pytest.raises(UsageError, match="a run to compare with"):
        outcome(report(), policy(regression={}))


def test_the_product_is_the_tuned_model_with_notes_else_without_else_the_last() -> None:
    assert product_of({"systems": ["base", "tuned", "tuned_notes"]}) == "tuned_notes"
    assert product_of({"systems": ["tuned", "base"]}) == "tuned"
    assert product_of({"systems": ["baseline", "predictions"]}) == "predictions"


def test_saved_items_are_scores_again() -> None:
    made = report(3, 4)
    assert [score.scores["format_compliance"] for score in item_scores(made, "tuned_notes")] == [1, 1, 1, 0]
    assert item_scores(made, "base") == []


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda r: r.pop("systems"), "no systems"),
        (lambda r: r.pop("items"), "no items"),
        (lambda r: r["systems"]["base"].pop("metrics"), "the system base has no metrics"),
        (lambda r: r["systems"]["tuned_notes"]["metrics"]["format_compliance"].pop("low"), "format_compliance of the"),
        (
            lambda r: r["systems"]["tuned_notes"]["metrics"]["format_compliance"].update(n_effective=0),
            "rests on nothing",
        ),
        (lambda r: r["systems"]["base"]["health"].pop("degenerate"), "the system base has no health"),
        (lambda r: r["systems"]["base"].pop("missing"), "does not say what is missing"),
    ],
)
def test_a_report_that_is_not_whole(tmp_path: Path, spoil: Any, told: str) -> None:
    import json

    made = copy.deepcopy(report())
    file = tmp_path / "eval_report_style.json"
    file.write_text(json.dumps(made), encoding="utf-8")
    assert read_report(file)["systems"].keys() == made["systems"].keys()
    spoil(made)
    file.write_text(json.dumps(made), encoding="utf-8")
    with pytest.raises(DataError, match=told):
        read_report(file)

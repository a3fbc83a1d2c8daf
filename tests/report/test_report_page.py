"""The page for the teacher: four questions, verdicts with their text, review controls, both languages whole."""

import json
import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from report_pages import EXTRAS, Page, visible, without_script, written
from report_runs import MANIFEST, MakeRun, all_report, entry, question, style_report, verdict

from tutorsmith.report.html import page_script
from tutorsmith.report.words import Words
from tutorsmith.report.words_rules import is_known


def test_the_script_is_named_by_its_hash_so_that_no_other_one_runs(make_run: MakeRun) -> None:
    _, page = written(make_run())
    digest = b64encode(sha256(page_script().encode("utf-8")).digest()).decode("ascii")
    assert f"script-src 'sha256-{digest}'" in page
    assert "default-src 'none'" in page
    assert "<script>" + page_script() + "</script>" in page
    assert not re.search(r"\bon[a-z]+=", re.sub(r"&[a-z]+;", "", re.sub(r">[^<]*<", "><", without_script(page))))


def test_without_the_script_filters_and_review_are_hidden_and_all_questions_are_there(make_run: MakeRun) -> None:
    _, page = written(make_run())
    tags = Page(page).tags
    hidden = {a.get("id") for _, a in tags if "hidden" in a}
    assert hidden == {"filter", "review"}
    cards = [a for tag, a in tags if tag == "details" and a.get("class") == "card"]
    assert len(cards) == 4
    assert all("hidden" not in card for card in cards)
    # Lost and failing ones can be told apart by the filters.
    assert [(c["data-failing"], c["data-outcome"]) for c in cards] == [
        ("yes", "lost"),
        ("yes", "won"),
        ("no", "won"),
        ("no", "won"),
    ]


def test_every_verdict_says_how_a_review_file_names_it(make_run: MakeRun) -> None:
    report = style_report()
    doubled = [verdict("same", True), verdict("same", False), verdict("7", True), verdict("", True)]
    doubled[3]["key_point"] = {"any_of": ["first wording", "second"]}
    report["items"][0]["verdicts"] = [verdict("", True, metric="format_compliance"), *doubled]
    _, page = written(make_run(report))
    # The page of a run leaves the system out: the hash says which answer is meant.
    answer = sha256(report["items"][0]["answer"].encode("utf-8")).hexdigest()
    block = re.search(rf'(?s)data-id="sb-01" data-system="" data-sha="{answer}">(.*?)</ol>', page)
    assert block
    keys = re.findall(r'data-metric="([^"]*)" data-key="([^"]*)"', block[1])
    coverage = "key_point_coverage"
    assert keys == [(coverage, "1"), (coverage, "2"), (coverage, "3"), (coverage, "4"), ("format_compliance", "")]
    assert "first wording" in block[1]
    assert re.search('data-metric="key_point_coverage" data-key="field is radial"', page)


@pytest.mark.parametrize(
    ("language", "titles"),
    [
        (
            "en",
            (
                "Is it better than the base model with notes?",
                "Is it good enough?",
                "Where does it fail, and why?",
                "Can I trust this?",
            ),
        ),
        ("zh", ("是否优于带讲义的基座模型？", "是否达到要求？", "错在哪里，为什么？", "结果可信吗？")),
    ],
)
def test_the_four_questions_are_the_sections_in_their_order(
    make_run: MakeRun, language: str, titles: tuple[str, ...]
) -> None:
    markdown, page = written(make_run(), language=language)
    heads = re.findall(r"(?m)^## (.*)$", re.sub(r"(?s)<pre>.*?</pre>", "", markdown))
    assert heads == [f"{number}. {title}" for number, title in enumerate(titles, start=1)]
    shown = [" ".join(visible(f"<p>{head}</p>").split()[1:]) for head in re.findall(r"(?s)<h2[^>]*>(.*?)</h2>", page)]
    assert shown == list(titles)


def test_each_question_is_answered_by_a_sentence_with_numbers_beside_it(make_run: MakeRun) -> None:
    for text in (written(make_run())[0], visible(written(make_run(name="again"))[1]).replace("\u00a0", " ")):
        start = text.index("Yes: key-point coverage rose from 32 % to 71 %")
        beside = text[start : start + 1500]
        for number in ("49–86 %", "n 33, effective 23.8", "shows ≥ 31 points", "+12 … +63", "p = 0.018", "3 / 1 / 0"):
            assert number in beside, number


def everything() -> dict[str, Any]:
    """A report with every optional part: review, judge model, seeds, stop audit, gaps, a broken model, all rules."""
    report = all_report()
    report["items"] = [
        entry(
            question("甲", "问题", "参考", category="concept", task=t),
            s,
            "回答" * 900,
            [
                verdict("要点", True, "回答", rule="algebraically equal"),
                verdict("要点二", None, rule="uncertain: only part of it is said"),
                verdict("要点三", False, "回答", contradicted=True, rule="the sign is wrong"),
                verdict("", False, metric="format_compliance", rule="sections missing or wrong; 'Check' is missing"),
                verdict("", True, metric="refusal_kind_accuracy", rule="read as out_of_scope, expected out_of_scope"),
            ],
            flags=["truncated"],
        )
        for t in ("style", "writing")
        for s in ("base", "base_notes", "tuned", "tuned_notes")
    ]
    own = report["items"][0]["verdicts"]
    own[0] |= {"by": "teacher", "review": {"was": "not_covered", "now": "covered", "note": "对", "reviewer": "林"}}
    own[1] |= {"by": "judge", "judge": {"model": "模型", "answer": "covered", "reason": "有"}}
    agreement = {"n": 20, "agreement": 0.8, "low": 0.6, "high": 0.9, "kappa": 0.6}
    report["review"] = {"file": "复核", **agreement, "by_metric": {"key_point_coverage": agreement}}
    report["judge"] = {"model": "模型", "asked": 4, "covered": 1, "not_covered": 2, "failed": 1}
    report["seeds"] = {"tuned_notes": {"key_point_coverage": {"n": 3, "mean": 0.5, "deviation": 0.02, "stable": True}}}
    for system in report["systems"].values():
        system |= {"failed": 1, "missing": 2, "missing_ids": ["甲"], "metrics_with_judge": dict(system["metrics"])}
    report["systems"]["tuned_notes"]["health"] |= {
        "degenerate": True,
        "stop_audit": [{"severity": "warning", "what": "填充", "mend": "改"}],
    }
    for item in report["items"]:
        item["retrieved"] = []
    return report


def test_chinese_report_has_no_english_wording_of_ours(make_run: MakeRun) -> None:
    markdown, page = written(make_run(everything(), without=EXTRAS), "all", "zh")
    for text in (visible(page), re.sub(r"(?s)```.*?```|<[^>]+>|\]\([^)]*\)", " ", markdown)):
        left = set(re.findall(r"[A-Za-z]{3,}", text.replace("\\", ""))) - {"Tutorsmith", "Holm", "CAUTION", "json"}
        # file names, the command to type, and the heading that the prompt asked for
        assert left <= {"manifest", "trainer", "state", "training", "config", "seconds", "check", "review", "FILE",
                        "Check", "tutorsmith", "evaluate"}  # fmt: skip
    titles = re.findall(r'(?:title|aria-label)="([^"]*)"', page)
    assert titles
    assert not [title for title in titles if re.search(r"[A-Za-z]{3,}", title)]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_optional_parts_are_shown_where_they_belong(make_run: MakeRun, language: str) -> None:
    markdown, page = written(make_run(everything()), "all", language)
    Page(page)
    words = Words(language)
    trust = words("q_trust")
    for text in (markdown, visible(page)):
        after = text[text.rindex(trust) :]
        for part in (
            words("h_review"),
            words("h_judge"),
            words("h_seeds"),
            words("h_audit"),
            words("review_summary", n=20, file="复核", value="80 %", span="60–90 %", kappa="0.6"),
            words("judge_summary", model="模型", asked=4, covered=1, not_covered=2, failed=1),
            words("stability.stable"),
        ):
            assert part in after, part
        assert "→ " + words.name("said", "covered") in text
        assert words("by_teacher_was", was=words.name("said", "not_covered")) in text
        assert words.plain("uncertain: only part of it is said") in text.replace(
            words.opening(words.plain("uncertain: only part of it is said")),
            words.plain("uncertain: only part of it is said"),
        )


def test_settings_hashes_and_audit_are_told_in_chinese(make_run: MakeRun) -> None:
    report = style_report()
    for system in report["systems"].values():
        system["health"]["stop_audit"] = [
            {
                "severity": "warning",
                "what": "the padding token '<pad>' (id 2) is among the end tokens: an answer may end early",
                "mend": "take it out of eos_token_id in generation_config.json",
            }
        ]
    manifest = MANIFEST | {"predictions": {"tuned_notes": "sha256:" + "9a" * 32}}
    markdown, page = written(make_run(report, change={"manifest.json": manifest}), language="zh")
    for text in (markdown.replace("\\", ""), visible(page)):
        assert text.replace("&lt;", "<").count("填充词元 '<pad>' (id 2) 被列为结束词元") == 1
        assert "把它从 generation_config.json 的 eos_token_id 中去掉" in text
        assert "环境变量 LEARNING_RATE" in text
        assert "sha256:" + "9a" * 32 in text
        assert "训练数据中可能有改写的评测题" in text


@pytest.mark.parametrize("ran", [True, False])
def test_tool_calls_are_told_where_some_ran(make_run: MakeRun, ran: bool) -> None:
    report = style_report()
    if ran:
        report["systems"]["base"]["tools"] = {"answers": 4, "calls": 7, "failed": 2, "rounds": 5}
    folder = make_run(report)
    markdown, page = written(folder)
    told = "Tool calls of “Base model”: 7 run in 5 rounds for 4 answers, 2 of them failed."
    assert (told in markdown, told in visible(page), "Tool calls of" in markdown) == (ran, ran, ran)
    assert ("执行 7 次，其中 2 次失败" in written(folder, language="zh")[0]) == ran


def test_numbers_that_stand_alone_have_n_and_interval_in_every_slice(make_run: MakeRun) -> None:
    markdown, page = written(make_run())
    assert "| calculation (too few) | 1 | 50 % (25–75 %; n 12 (8.64); Δ 31) |" in markdown
    assert "50 % 25–75 % · n 12 (8.64) · Δ 31" in visible(page)


def test_missing_and_failed_predictions_stand_in_a_box_with_their_ids(make_run: MakeRun) -> None:
    report = style_report()
    for item in report["items"]:
        if item["system"] == "tuned_notes" and item["id"] == "sb-02":
            item |= {"answer": "", "flags": ["failed"], "finish_reason": "error"}
    report["systems"]["tuned_notes"] |= {"failed": 1, "missing": 2, "missing_ids": ["sb-08", "sb-09"]}
    markdown, page = written(make_run(report))
    for text in (markdown, visible(page)):
        box = text[: text.index("Evaluation report", text.index("Predictions are missing"))].replace(" :", ":")
        assert "“Tuned model + notes”: 2 missing: sb-08, sb-09" in box
        assert "“Tuned model + notes”: 1 failed: sb-02" in box
        assert "The prediction failed; there is no answer." in text


def test_a_page_long_answer_is_folded_and_a_short_one_is_not(make_run: MakeRun) -> None:
    report = style_report()
    report["items"][3]["answer"] = "A sentence about fields. " * 100
    _, page = written(make_run(report))
    assert page.count('<div class="folding">') == 1
    assert "Show the whole answer (2500 characters)" in page
    boxes = [a for tag, a in Page(page).tags if tag == "input" and a.get("type") == "checkbox"]
    labels = {a.get("for") for tag, a in Page(page).tags if tag == "label"}
    assert {box["id"] for box in boxes} <= labels


def test_every_rule_of_the_labelled_cases_has_plain_words() -> None:
    from tutorsmith.evaluation import judge_citations, judge_format, judge_key_point, judge_refusal

    cases = Path(__file__).parents[1] / "cases"

    def load(name: str) -> list[dict[str, Any]]:
        return list(json.loads((cases / name).read_text(encoding="utf-8")))

    rules = {judge_key_point(case["key_point"], case["answer"]).rule for case in load("key_points.json")[::3]}
    rules |= {judge_refusal(case["answer"], case["question"]).rule for case in load("refusals.json")}
    for case in load("formats.json"):
        judged = judge_format(case["system"], case["answer"])
        rules.add("; ".join((judged.rule, *judged.problems)))
    for case in load("citations.json"):
        rules.add("; ".join(judge_citations(case["system"], case["answer"], case.get("expected", [])).problems))
    unknown = sorted(rule for rule in rules if not is_known(rule))
    assert not unknown, "give these rules plain words in report/words_rules.py"
    assert len(rules) > 40

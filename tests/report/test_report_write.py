"""What the written pages say, and that they say it safely."""

import copy
import html
import json
import re
import xml.etree.ElementTree as ElementTree
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from report_runs import MakeRun, all_report, entry, question, style_report, value, verdict

from tutorsmith.core.errors import DataError, ResourceError, UsageError
from tutorsmith.report import headline, write_report
from tutorsmith.report.html import page_script
from tutorsmith.report.words import Words
from tutorsmith.report.words_rules import is_known

EXTRAS = ("manifest.json", "trainer_state.json", "training_config.json", "seconds.json", "check.json")
VOID = {"meta", "br", "link", "img", "input", "hr"}


class Page(HTMLParser):
    """Collects tags with attributes and checks that every element is closed where it should be."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open[-1] == tag, f"</{tag}> closes {self.open[-3:]}"
        self.open.pop()


def visible(text: str) -> str:
    """The text of a page without tags, style, script and formulas."""
    shown = re.sub(r"(?s)<(style|script|math)\b[^>]*>.*?</\1>", "", text)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", shown)).split())


def without_script(page: str) -> str:
    """The page with its own script cut out: everything else in it comes from templates and data."""
    assert page.count(page_script()) == 1
    return page.replace(page_script(), "")


def written(folder: Path, stage: str = "style", language: str = "en") -> tuple[str, str]:
    files = write_report(folder, stage, language=language)
    return files.markdown.read_text(encoding="utf-8"), files.html.read_text(encoding="utf-8")


def test_all_files_are_there_and_no_temporary_one_is_left(make_run: MakeRun) -> None:
    folder = make_run()
    before = {p.name for p in folder.iterdir()}
    files = write_report(folder, "style")
    assert {p.name for p in folder.iterdir()} - before == {"eval_report_style.md", "eval_report_style.html", "plots"}
    assert {p.name for p in files.plots} >= {"loss.svg", "loss.png"}
    assert {p.name for p in (folder / "plots").iterdir()} == {p.name for p in files.plots}
    assert (folder / "plots" / "loss.png").read_bytes().startswith(b"\x89PNG")
    assert ElementTree.fromstring((folder / "plots" / "loss.svg").read_text(encoding="utf-8")).tag.endswith("svg")


def test_the_same_run_gives_the_same_bytes(make_run: MakeRun) -> None:
    folder = make_run()
    contents = []
    for _ in range(2):
        files = write_report(folder, "style")
        contents.append([path.read_bytes() for path in (*files.plots, files.markdown, files.html)])
    assert contents[0] == contents[1]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("stage", ["style", "all"])
def test_page_is_well_formed_and_needs_nothing_from_outside(make_run: MakeRun, language: str, stage: str) -> None:
    _, page = written(make_run(all_report() if stage == "all" else style_report()), stage, language)
    tags = Page(page).tags
    assert not {"link", "img", "iframe", "object"} & {tag for tag, _ in tags}
    assert [attributes for tag, attributes in tags if tag == "script"] == [{}]
    for _, attributes in tags:
        for name in ("src", "href", "xlink:href", "data", "srcset"):
            assert (attributes.get(name) or "#").startswith("#")
    assert "@import" not in page
    assert not re.search(r"url\((?!#)", page)
    assert sum(tag == "svg" for tag, _ in tags) == 3
    assert all(a.get("aria-label") for tag, a in tags if tag == "svg")
    ids = [a["id"] for _, a in tags if a.get("id")]
    assert len(ids) == len(set(ids))
    targets = {str(a["href"])[1:] for tag, a in tags if tag == "a"}
    assert targets <= set(ids)


def test_every_table_has_scoped_heads(make_run: MakeRun) -> None:
    tags = Page(written(make_run())[1]).tags
    heads = [attributes for tag, attributes in tags if tag == "th"]
    assert heads
    assert all(attributes.get("scope") in ("col", "row", "rowgroup") for attributes in heads)


def test_markup_in_an_answer_is_shown_and_not_run(make_run: MakeRun) -> None:
    markdown, page = written(make_run())
    assert "<script>" not in without_script(page).replace("<script></script>", "")
    assert "&lt;script&gt;alert(" in page
    assert "<pre>&lt;script&gt;alert('x')&lt;/script&gt; &amp; &lt;b&gt;bold&lt;/b&gt; | pipe `tick`" in markdown
    assert "<script" not in markdown


def test_an_answer_cannot_leave_its_block_in_markdown(make_run: MakeRun) -> None:
    report = style_report()
    report["items"][0] |= {"answer": "a\n\n</pre>\n\n# heading ```\n\n<img src=x>"}
    markdown, _ = written(make_run(report))
    assert "<pre>a\n\n&lt;/pre&gt;\n\n# heading ```\n\n&lt;img src=x&gt;</pre>" in markdown


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
    block = re.search(r'(?s)<ol class="verdicts"[^>]*data-id="sb-01" data-system="base">(.*?)</ol>', page)
    assert block
    keys = re.findall(r'data-metric="([^"]*)" data-key="([^"]*)"', block[1])
    coverage = "key_point_coverage"
    assert keys == [(coverage, "1"), (coverage, "2"), (coverage, "3"), (coverage, "4"), ("format_compliance", "")]
    assert "first wording" in block[1]
    assert re.search('data-metric="key_point_coverage" data-key="field is radial"', page)


def test_markup_in_names_of_the_run_is_escaped_everywhere(make_run: MakeRun) -> None:
    bait = "<img src=x onerror=alert(1)>|$\\frac{$`"
    report = style_report()
    for item in report["items"]:
        item |= {"id": item["id"] + bait, "category": bait, "chapter": bait, "question": bait}
        for one in item["verdicts"]:
            one |= {"key_point": bait, "rule": bait}
    report["systems"][bait] = report["systems"].pop("tuned")
    report["systems"]["base"]["metrics"][bait] = value(0.5, 2, 0.1, 0.9)
    markdown, page = written(make_run(report))
    assert "img" not in {tag for tag, _ in Page(page).tags}
    outside_blocks = re.sub(r"(?ms)^(`{3,})text\n.*?^\1$", "", markdown)
    assert "<img" not in outside_blocks


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


def test_a_contradiction_is_marked_in_the_answer(make_run: MakeRun) -> None:
    _, page = written(make_run())
    assert re.search(
        r'<mark class="contra k1" data-no="1" title="[^"]*falls with frequency">skin depth grows with frequency</mark>',
        page,
    )
    assert re.search(r'<mark class="hit k2" data-no="2"[^>]*>2\.09e-6 m</mark>', page)
    assert re.search(r'(?s)<span class="no k1"[^>]*>1</span>\s*<div><span class="state">≠ contradicted', page)
    markdown, _ = written(make_run(name="again"))
    assert "<mark><b>[1] skin depth grows with frequency</b></mark>" in markdown
    assert "| 1 | ≠ contradicted | falls with frequency |" in markdown


def test_a_matched_formula_is_marked_whole(make_run: MakeRun) -> None:
    _, page = written(make_run())
    marked = re.findall(r'<mark class="hit k\d"[^>]*><math>.*?</math></mark>', page)
    assert any("∮" in one for one in marked)


def test_broken_model_is_said_first_and_in_red(make_run: MakeRun) -> None:
    report = style_report()
    for item in report["items"]:
        if item["system"] == "tuned_notes":
            item |= {"answer": " \n", "flags": ["whitespace"], "verdicts": [verdict("p", False)]}
    report["systems"]["tuned_notes"]["health"] = {"empty": 4}
    markdown, page = written(make_run(report))
    alarm = "The tuned model is broken"
    assert visible(page.partition("<body>")[2]).startswith(f"⚠ {alarm}")
    assert markdown.startswith("> [!CAUTION]\n> 🔴 **The tuned model is broken")
    answers = re.findall(r"(?m)^(🔴|🟡|🟢|⚪) \*\*(\w+)", markdown)
    assert answers == [("🔴", "No"), ("🔴", "No"), ("🟡", "In"), ("🔴", "No")]


def test_healthy_model_raises_no_alarm(make_run: MakeRun) -> None:
    markdown, page = written(make_run())
    assert "broken" not in markdown
    assert 'role="alert"' not in page


def test_every_missing_file_is_named_and_nothing_made_up_for_it(make_run: MakeRun) -> None:
    folder = make_run(without=EXTRAS)
    for text in written(folder):
        assert [name for name in EXTRAS if f"{name} is not in the run folder" in text.replace("\\_", "_")] == list(
            EXTRAS
        )
        assert "tokens/s" not in text
    assert not (folder / "plots" / "loss.svg").exists()


def test_a_damaged_file_is_named_and_does_not_stop_the_report(make_run: MakeRun) -> None:
    folder = make_run()
    (folder / "seconds.json").write_text('{"load": 1.', encoding="utf-8")
    markdown, page = written(folder)
    assert "seconds.json cannot be read" in markdown
    assert "seconds.json cannot be read" in visible(page)


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
        assert words("by_judge_named", model="模型", answer=words.name("said", "covered")) in text
        assert words("by_teacher_was", was=words.name("said", "not_covered")) in text
        assert words.rule("uncertain: only part of it is said") in text.replace(
            words.opening(words.rule("uncertain: only part of it is said")),
            words.rule("uncertain: only part of it is said"),
        )


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


def test_two_tasks_are_shown_apart_and_together_with_their_balance(make_run: MakeRun) -> None:
    markdown, _ = written(make_run(all_report()), "all")
    assert "key-point coverage is 75 % in writing and 65 % in style, 10 points apart" in markdown
    rows = [line for line in markdown.splitlines() if "| Tuned model + notes |" in line]
    assert [
        line.split("|")[1].strip() for line in rows if line.split("|")[1].strip() in ("style", "writing", "together")
    ] == [
        "style",
        "writing",
        "together",
    ]


def test_one_task_has_no_balance(make_run: MakeRun) -> None:
    assert "Balance" not in written(make_run())[0]


def test_a_missing_answer_is_not_an_empty_one(make_run: MakeRun) -> None:
    report = style_report()
    for item in report["items"]:
        if item["system"] == "tuned_notes" and item["id"] == "sb-03":
            item |= {"answer": None, "verdicts": []}
    report["systems"]["tuned_notes"]["missing"] = 1
    markdown, _ = written(make_run(report))
    assert "predictions of “Tuned model + notes” are missing: 1" in markdown
    worst = markdown[markdown.index("### Question by question") :]
    assert worst.index("sb-03") < worst.index("No answer was recorded.") < worst.index("sb-04")


def test_a_very_long_answer_is_cut_and_says_so(make_run: MakeRun) -> None:
    report = style_report()
    report["items"][0]["answer"] = "$" * 10 + "a \\( b " * 100_000
    markdown, page = written(make_run(report))
    assert "680010 more characters" in markdown
    assert "680010 more characters" in page
    assert len(page) < 500_000


def test_half_a_surrogate_pair_can_be_written(make_run: MakeRun) -> None:
    report = style_report()
    report["items"][0]["answer"] = "broken \ud83d emoji"
    folder = make_run()
    (folder / "eval_report_style.json").write_text(json.dumps(report), encoding="utf-8")
    assert "broken " in written(folder)[0]


def test_headline_names_three_numbers_with_intervals() -> None:
    text = headline(style_report())
    assert text == (
        "Tuned model + notes: key-point coverage 71 % [49–86 %, n 33], format 100 % [74–100 %, n 11], "
        "refusals 91 % [62–98 %, n 11]"
    )


def test_headline_takes_the_last_system_and_says_what_is_not_measured() -> None:
    report = copy.deepcopy(style_report())
    report["systems"] = {"predictions": {"metrics": {"format_compliance": value(0.5, 4, 0.2, 0.8)}}}
    assert headline(report) == (
        "Predictions: key-point coverage not measured, format 50 % [20–80 %, n 4], refusals not measured"
    )
    assert headline({"systems": {}}) == "no system was evaluated"


def test_headline_of_a_broken_model_says_so_first() -> None:
    report = style_report()
    report["systems"]["tuned_notes"]["health"]["degenerate"] = True
    assert headline(report).startswith("BROKEN: most answers of “Tuned model + notes” are empty, looping")


def test_unknown_language_is_a_usage_error(make_run: MakeRun) -> None:
    with pytest.raises(UsageError, match="known: en, zh"):
        write_report(make_run(), "style", language="fr")


def test_no_report_is_a_data_error_that_names_what_is_there(make_run: MakeRun) -> None:
    with pytest.raises(DataError, match=r"eval_report_style\.json"):
        write_report(make_run(), "writing")


def test_a_report_of_another_stage_is_refused(make_run: MakeRun) -> None:
    folder = make_run()
    (folder / "eval_report_style.json").rename(folder / "eval_report_writing.json")
    with pytest.raises(DataError, match="says stage 'style'"):
        write_report(folder, "writing")


@pytest.mark.parametrize("content", ["", "[1]", '{"a": ', '{"schema_version": 99}', "[" * 100_000])
def test_a_report_that_cannot_be_read_is_a_data_error(make_run: MakeRun, content: str) -> None:
    folder = make_run()
    (folder / "eval_report_style.json").write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match=r"eval_report_style\.json"):
        write_report(folder, "style")


def test_a_file_in_the_way_is_a_resource_error_and_leaves_old_pages(make_run: MakeRun) -> None:
    folder = make_run()
    (folder / "plots").write_text("in the way", encoding="utf-8")
    (folder / "eval_report_style.md").write_text("old", encoding="utf-8")
    with pytest.raises(ResourceError, match="plots"):
        write_report(folder, "style")
    assert (folder / "eval_report_style.md").read_text(encoding="utf-8") == "old"


@pytest.mark.parametrize(
    "report", [{"stage": "style"}, {"stage": "style", "systems": {}, "items": [], "comparison": []}]
)
def test_an_evaluation_without_anything_makes_an_honest_page(make_run: MakeRun, report: dict[str, object]) -> None:
    markdown, page = written(make_run(report, without=EXTRAS))
    Page(page)
    assert "The evaluation holds no system." in markdown
    assert "🟢" not in markdown

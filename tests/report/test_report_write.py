"""What the written pages say, and that they say it safely."""

import copy
import json
import re
import xml.etree.ElementTree as ElementTree

import pytest
from report_pages import EXTRAS, Page, visible, without_script, written
from report_runs import MakeRun, all_report, style_report, value, verdict

from tutorsmith.core.errors import DataError, ResourceError, UsageError
from tutorsmith.report import headline, write_report


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

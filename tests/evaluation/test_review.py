"""Review files: what spreadsheets make of them, what they correct, and what is refused."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from evaluation_rows import GOOD, REFUSING, item, prediction, refusal

from tutorsmith.core.errors import DataError, UsageError
from tutorsmith.core.sheets import disarmed, rearmed
from tutorsmith.evaluation.agreement import kappa
from tutorsmith.evaluation.evaluate import evaluate
from tutorsmith.evaluation.opinions import Opinions
from tutorsmith.evaluation.review_file import read_review

POINT = "the field inside the conductor is zero"
OTHER = {"text": "shielding", "any_of": ["surface charges shield the inside", "=SUM(A1) is no physics"]}
Report = Callable[..., dict[str, Any]]


@pytest.fixture
def run(tmp_path: Path) -> Report:
    """Evaluates two systems on four items under the review whose text is given."""
    rows = [item("i0", key_points=[POINT, OTHER]), item("i1"), refusal("r0"), refusal("r1")]
    files = {
        "bench.jsonl": rows,
        "base.jsonl": [prediction("i0", "No."), prediction("i1", GOOD), prediction("r0", GOOD), prediction("r1", GOOD)],
        "tuned.jsonl": [
            prediction("i0", GOOD),
            prediction("i1", GOOD),
            prediction("r0", REFUSING),
            prediction("r1", REFUSING),
        ],
    }
    for name, lines in files.items():
        (tmp_path / name).write_text("\n".join(map(json.dumps, lines)) + "\n", encoding="utf-8")

    def evaluated(
        review: str | bytes | None = None, name: str = "review.csv", sheet: Path | None = None
    ) -> dict[str, Any]:
        path = None
        if review is not None:
            path = tmp_path / name
            path.write_bytes(review if isinstance(review, bytes) else review.encode("utf-8"))
        systems = {"base": tmp_path / "base.jsonl", "tuned": tmp_path / "tuned.jsonl"}
        return evaluate([tmp_path / "bench.jsonl"], systems, stage="style", opinions=Opinions(review=path, sheet=sheet))

    return evaluated


def verdicts(report: dict[str, Any], identity: str, system: str, metric: str) -> list[dict[str, Any]]:
    (entry,) = [e for e in report["items"] if (e["id"], e["system"]) == (identity, system)]
    return [verdict for verdict in entry["verdicts"] if verdict["metric"] == metric]


def test_a_corrected_verdict_changes_the_score_and_says_so(run: Report) -> None:
    before = run()
    assert before["systems"]["tuned"]["metrics"]["key_point_coverage"]["value"] == 0.75
    assert "review" not in before
    lines = ("id,system,key_point,verdict,note,reviewer", "i0,tuned,shielding,covered,says it,AB")
    report = run("\n".join([*lines, f"i0,tuned,{POINT},covered,,AB"]) + "\n")
    assert report["systems"]["tuned"]["metrics"]["key_point_coverage"]["value"] == 1.0
    assert report["systems"]["base"]["metrics"] == before["systems"]["base"]["metrics"]
    first, second = verdicts(report, "i0", "tuned", "key_point_coverage")
    assert second["passed"] is True and second["by"] == "teacher"
    assert second["review"] == {"was": "not_covered", "now": "covered", "note": "says it", "reviewer": "AB"}
    # confirmed ones count too
    assert first["by"] == "teacher" and first["review"]["was"] == first["review"]["now"] == "covered"
    review = report["review"]
    assert (review["file"], review["n"], review["agreement"]) == ("review.csv", 2, 0.5)
    assert review["sha256"].startswith("sha256:")
    assert review["low"] < 0.5 < review["high"]
    assert review["by_metric"]["key_point_coverage"]["n"] == 2
    (line,) = review["disagreements"]
    assert (line["id"], line["system"], line["was"], line["now"]) == ("i0", "tuned", "not_covered", "covered")
    row = next(r for r in report["comparison"] if r["metric"] == "key_point_coverage")
    assert row["difference"] != next(r for r in before["comparison"] if r["metric"] == row["metric"])["difference"]
    json.dumps(report, allow_nan=False)


SAME = [
    b"id,system,metric,key_point,verdict\ni0,tuned,key_point_coverage,2,contradicted\n",
    "\ufeffid;system;metric;key_point;verdict;note;reviewer\r\ni0;tuned;;shielding;Contradicted;;\r\n;;;;;;\r\n".encode(),
    b'sep=;\r\n"ID";"System";"Metric";"Key point";"Verdict"\r\n"i0";"tuned";"coverage";"shielding";"contradicted"\r\n',
    "id\tsystem\tkey_point\tverdict\r\ni0\ttuned\tshielding\tcontradicted\r\n".encode("utf-16"),
    b'id,system,key_point,verdict,note\ri0,tuned,2,contradicted,"two\nlines, ""quoted"""\r',
    b"id,system,key_point,verdict,,\ni0,tuned,surface charges shield the inside,contradicted,,\n\n",
]


@pytest.mark.parametrize("data", SAME)
def test_what_spreadsheets_write_is_read(run: Report, data: bytes) -> None:
    report = run(data)
    verdict = verdicts(report, "i0", "tuned", "key_point_coverage")[1]
    assert (verdict["passed"], verdict["contradicted"], verdict["by"]) == (False, True, "teacher")
    assert report["review"]["n"] == 1


def test_json_lines(run: Report) -> None:
    line = {"id": "i0", "system": "tuned", "key_point": 2, "verdict": "covered", "note": None}
    report = run(json.dumps(line) + "\n", name="review.jsonl")
    assert verdicts(report, "i0", "tuned", "key_point_coverage")[1]["by"] == "teacher"


def test_rows_without_a_verdict_are_not_reviewed(run: Report) -> None:
    report = run("id,system,key_point,verdict\ni0,tuned,1,\ni0,tuned,2,covered\nunknown,,,\n")
    assert report["review"]["n"] == 1
    with pytest.raises(DataError, match="no verdict is filled in"):
        run("id,verdict\ni0,\n")


def test_refusals_and_their_kinds(run: Report) -> None:
    report = run("id,system,metric,verdict\nr0,tuned,refusal_kind,out_of_scope\nr1,tuned,refusal_accuracy,fail\n")
    (kind,) = verdicts(report, "r0", "tuned", "refusal_kind_accuracy")
    assert (kind["passed"], kind["review"]["now"]) == (False, "out_of_scope")
    # no refusal by the teacher's word: it has no kind either
    assert verdicts(report, "r1", "tuned", "refusal_kind_accuracy") == []
    assert report["systems"]["tuned"]["metrics"]["refusal_accuracy"]["value"] == 0.5
    assert report["systems"]["tuned"]["metrics"]["refusal_kind_accuracy"]["n"] == 1
    assert report["systems"]["tuned"]["refusals"]["refused"] == 1


def test_a_refusal_that_the_rules_did_not_see(run: Report) -> None:
    report = run("id,system,metric,verdict\nr0,base,refusal,pass\nr0,base,refusal_kind,missing_parameters\n")
    (kind,) = verdicts(report, "r0", "base", "refusal_kind_accuracy")
    assert (kind["passed"], kind["by"]) == (True, "teacher")
    assert report["systems"]["base"]["metrics"]["refusal_kind_accuracy"]["value"] == 1.0
    with pytest.raises(DataError, match="does not count as refused") as error:
        run("id,system,metric,verdict\nr0,base,refusal_kind,missing_parameters\n")
    assert str(error.value.where).endswith("review.csv:2")


def test_an_answer_that_refuses_by_the_teachers_word(run: Report) -> None:
    report = run("id,system,metric,verdict\ni1,tuned,refusal_balanced_accuracy,fail\ni0,tuned,format,fail\n")
    assert report["systems"]["tuned"]["refusals"]["over_refused"] == 1
    assert report["systems"]["tuned"]["metrics"]["refusal_balanced_accuracy"]["value"] == 0.75
    assert report["systems"]["tuned"]["metrics"]["format_compliance"]["value"] == 0.75


def test_a_line_without_a_system_is_about_all_that_answer_alike(run: Report) -> None:
    report = run("id,verdict\ni1,not_covered\n")
    assert [verdicts(report, "i1", s, "key_point_coverage")[0]["by"] for s in ("base", "tuned")] == ["teacher"] * 2
    # the same answer of two systems is one verdict
    assert report["review"]["n"] == 1
    with pytest.raises(DataError, match="differently") as error:
        run("id,key_point,verdict\ni0,1,covered\n")
    assert "base, tuned" in str(error.value.mend)


def test_a_stale_review_is_refused(run: Report) -> None:
    import hashlib

    digest = hashlib.sha256(GOOD.encode()).hexdigest()
    report = run(f"id,key_point,verdict,answer_sha256\ni0,1,covered,{digest}\n")
    assert verdicts(report, "i0", "tuned", "key_point_coverage")[0]["by"] == "teacher"
    assert verdicts(report, "i0", "base", "key_point_coverage")[0]["by"] == "rules"
    for system in ("base", ""):
        wrong = digest if system else "0" * 64
        with pytest.raises(DataError, match="has changed since") as error:
            run(f"id,system,key_point,verdict,answer_sha256\ni0,{system},1,covered,sha256:{wrong}\n")
        assert str(error.value.where).endswith("review.csv:2")


@pytest.mark.parametrize(
    ("lines", "what", "line", "mend"),
    [
        ("id,verdict\ni9,covered", "'i9' is no item", 2, "did you mean 'i0'|'i1'"),
        ("id,system,verdict\ni1,tunde,covered", "no system 'tunde'", 2, "did you mean 'tuned'"),
        ("id,system,key_point,verdict\ni0,tuned,sheilding,covered", "no key point of", 2, "did you mean 'shielding'"),
        ("id,system,key_point,verdict\ni0,tuned,3,covered", "'3' is no key point", 2, "shielding"),
        ("id,system,key_point,verdict\ni0,tuned,,covered", "names none of the 2 key points", 2, "key_point"),
        ("id,metric,verdict\ni1,formt,pass", "unknown metric 'formt'", 2, "format_compliance"),
        ("id,verdict\ni1,\n\ni1,coverd", "unknown verdict 'coverd'", 4, "did you mean 'covered'"),
        ("id,metric,verdict\ni1,format,covered", "unknown verdict 'covered' for format", 2, "pass"),
        ("id,metric,verdict\ni1,tool_calls,pass", "not judged by tool_call_accuracy", 2, "key_point_coverage"),
        ("id,metric,key_point,verdict\ni1,format,x,pass", "a key point is named", 2, "empty"),
        ("id,verdict\ni1,covered\ni1,not_covered", "contradicts 'covered'", 3, "keep one"),
        ("id,verdict\n,covered", "without an id", 2, "which item"),
        ("id,verdikt\ni1,covered", "unknown column 'verdikt'", 1, "did you mean 'verdict'"),
        ("id,note\ni1,covered", "no column 'verdict'", 1, "known columns"),
        ("id,verdict,id\ni1,covered,i1", "stands twice", 1, "keep one"),
        ("id,verdict\ni1,covered,extra", "3 cells under 2", 2, "quotation"),
        ('id,verdict\n"i1,covered', "not CSV", 2, "double"),
    ],
)  # fmt: skip
def test_what_fits_nothing_is_an_error_with_its_line(run: Report, lines: str, what: str, line: int, mend: str) -> None:
    with pytest.raises(DataError, match=what) as error:
        run(lines + "\n")
    assert str(error.value.where).endswith(f"review.csv:{line}")
    assert any(part in str(error.value.mend) for part in mend.split("|"))


def test_files_that_cannot_be_read(run: Report, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="empty"):
        run("")
    with pytest.raises(DataError, match="UTF-8") as error:
        run("id,verdict,note\ni1,covered,导体\n".encode("gb18030"))
    assert str(error.value.where).endswith("review.csv:2")
    with pytest.raises(DataError, match="no such file"):
        read_review(tmp_path / "none.csv")
    with pytest.raises(DataError, match=r"must be a string"):
        run('{"id": "i1", "verdict": ["covered"]}\n', name="r.jsonl")


def test_two_equal_lines_are_one(run: Report) -> None:
    assert run("id,verdict\ni1,covered\ni1,covered\n")["review"]["n"] == 1


def test_the_sheet_is_filled_in_and_read_back(run: Report, tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.csv"
    report = run(sheet=sheet)
    data = sheet.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf") and b"\r\n" in data
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert len(rows) == sum(len(entry["verdicts"]) for entry in report["items"])
    assert all(row["verdict"] == "" and len(row["answer_sha256"]) == 64 for row in rows)
    first = rows[0]
    assert (first["id"], first["key_point"], first["rules_verdict"]) == ("i0", POINT, "not_covered")
    assert (first["question"], first["answer"]) == ("What is the field? (i0)", "No.")
    # an empty sheet says nothing
    with pytest.raises(DataError, match="no verdict is filled in"):
        run(data)
    words = {"key_point_coverage": "not_covered", "refusal_kind_accuracy": "missing_parameters"}
    for row in rows:
        row["verdict"] = words.get(row["metric"], "pass")
        row["reviewer"] = "AB"
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), delimiter=";")
    writer.writeheader()
    writer.writerows(rows)
    reviewed = run("\ufeff" + text.getvalue())
    assert all(verdict["by"] == "teacher" for entry in reviewed["items"] for verdict in entry["verdicts"])
    assert reviewed["systems"]["tuned"]["metrics"]["key_point_coverage"]["value"] == 0.0


def test_a_sheet_never_replaces_a_file(run: Report, tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.csv"
    sheet.write_text("a teacher's work", encoding="utf-8")
    with pytest.raises(UsageError, match="exists"):
        run(sheet=sheet)
    assert sheet.read_text(encoding="utf-8") == "a teacher's work"
    with pytest.raises(UsageError, match=r"\.csv"):
        run(sheet=tmp_path / "sheet.xlsx")


def test_a_second_sheet_keeps_what_was_reviewed(run: Report, tmp_path: Path) -> None:
    sheet = tmp_path / "second.csv"
    run("id,verdict,note\ni1,not_covered,no\n", sheet=sheet)
    rows = list(csv.DictReader(io.StringIO(sheet.read_text(encoding="utf-8-sig"), newline="")))
    filled = [(row["system"], row["verdict"], row["note"], row["rules_verdict"]) for row in rows if row["verdict"]]
    assert filled == [("base", "not_covered", "no", "covered"), ("tuned", "not_covered", "no", "covered")]


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1", "-1", "@x", "\tx", "'=1", "''+2", "＝1", "plain", "'plain", "", "a=1", "-"]
)
def test_formulas_are_disarmed_and_rearmed(cell: str) -> None:
    assert rearmed(disarmed(cell)) == cell
    assert disarmed(cell)[:1] not in ("=", "+", "-", "@", "\t", "＝")


def test_kappa() -> None:
    # 20 + 15 of 50 agree; by chance 0.5
    table = [(True, True)] * 20 + [(False, True)] * 10 + [(True, False)] * 5 + [(False, False)] * 15
    assert kappa(table) == pytest.approx(0.4)
    assert kappa([(True, True)] * 3) is None
    assert kappa([]) is None
    assert kappa([(True, False), (False, True)]) == -1.0

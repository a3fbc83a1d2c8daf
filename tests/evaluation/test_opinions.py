"""What judge and teacher change in a report, and what they leave alone."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from evaluation_rows import GOOD, REFUSING, item, prediction, refusal
from judge_server import JudgeServer, verdict

from tutorsmith.core.errors import NetworkError, UsageError
from tutorsmith.evaluation.alerts import alerts
from tutorsmith.evaluation.evaluate import evaluate
from tutorsmith.evaluation.judge import Judge
from tutorsmith.evaluation.judge_endpoint import judge_endpoint
from tutorsmith.evaluation.metrics import key_points
from tutorsmith.evaluation.opinions import Opinions
from tutorsmith.evaluation.seeds import seeds_report

Files = Callable[..., Path]


@pytest.fixture
def files(tmp_path: Path) -> Files:
    def write(name: str, rows: list[dict[str, Any]]) -> Path:
        (tmp_path / name).write_text("\n".join(map(json.dumps, rows)) + "\n", encoding="utf-8")
        return tmp_path / name

    return write


@pytest.fixture(autouse=True)
def unsure(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rules that leave every key point open which mentions shielding."""
    real = key_points.judge_key_point

    def judged(point: Any, answer: str, *rest: Any) -> key_points.KeyPointVerdict:
        if "shield" in str(point) and answer:
            return key_points.KeyPointVerdict(None, False, "", "uncertain: most of its words are there")
        return real(point, answer, *rest)

    monkeypatch.setattr(key_points, "judge_key_point", judged)


@pytest.fixture
def bench(files: Files) -> tuple[Path, dict[str, Path]]:
    points = ["the field inside the conductor is zero", "charges shield it"]
    rows = [item("a", key_points=points), item("b", key_points=points), item("c", key_points=points)]
    base = [prediction("a", "No."), prediction("b", GOOD)]
    tuned = [prediction(name, GOOD) for name in "ab"] + [prediction("c", GOOD, finish_reason="error")]
    return files("bench.jsonl", rows), {"base": files("base.jsonl", base), "tuned": files("tuned.jsonl", tuned)}


def run(bench: tuple[Path, dict[str, Path]], **opinions: Any) -> dict[str, Any]:
    return evaluate([bench[0]], bench[1], stage="s", opinions=Opinions(**opinions))


def judge(server: JudgeServer, folder: Path, **changes: Any) -> Judge:
    return Judge(judge_endpoint(server.url, "judge-1", tries=1, first_pause=0.01), folder=folder, **changes)


def test_the_judge_is_asked_about_open_points_only_and_reported_apart(bench: Any, tmp_path: Path) -> None:
    def answer(body: dict[str, Any]) -> str:
        covered = "conductor is zero" in body["messages"][1]["content"].split("<answer-")[1]
        return verdict("covered", "conductor is zero") if covered else verdict("not_covered")

    with JudgeServer(answer=answer) as server:
        report = run(bench, judge=judge(server, tmp_path / "cache"))
        # both systems answer b alike, so that it is asked about once
        assert len(server.asked) == 3
        again = run(bench, judge=judge(server, tmp_path / "cache"))
        assert len(server.asked) == 3
    rules = run(bench)
    for name in ("base", "tuned"):
        assert report["systems"][name]["metrics"] == rules["systems"][name]["metrics"]
        assert "metrics_with_judge" not in rules["systems"][name]
    assert report["comparison"] == rules["comparison"]
    assert report["systems"]["tuned"]["metrics"]["key_point_coverage"]["value"] == pytest.approx(1 / 3)
    heard = report["systems"]["tuned"]["metrics_with_judge"]["key_point_coverage"]
    assert heard["value"] == pytest.approx(2 / 3)
    assert heard["low"] < heard["value"] < heard["high"] and heard["undecided"] == 0
    counts = {"asked": 4, "covered": 3, "not_covered": 1, "failed": 0}
    assert report["judge"] == {"model": "judge-1", "url_host": server.url.split("/")[2], **counts, "cached": 1}
    assert again["judge"]["cached"] == 4
    (entry,) = [e for e in report["items"] if (e["id"], e["system"]) == ("a", "tuned")]
    decided, ruled = entry["verdicts"][1], entry["verdicts"][0]
    assert (decided["by"], decided["passed"], decided["matched"]) == ("judge", None, "conductor is zero")
    assert decided["judge"] == {
        "model": "judge-1",
        "answer": "covered",
        "reason": "because",
        "evidence": "conductor is zero",
    }
    assert ruled["by"] == "rules" and "judge" not in ruled
    # nobody is asked about an answer that is not there
    (failed,) = [e for e in report["items"] if (e["id"], e["system"]) == ("c", "tuned")]
    assert all(v["by"] == "rules" for v in failed["verdicts"])
    json.dumps(report, allow_nan=False)


def test_a_failing_judge_stops_or_is_counted(bench: Any, tmp_path: Path) -> None:
    with JudgeServer(500) as server:
        with pytest.raises(NetworkError):
            run(bench, judge=judge(server, tmp_path / "cache"))
        report = run(bench, judge=judge(server, tmp_path / "cache", optional=True))
    assert (report["judge"]["asked"], report["judge"]["failed"]) == (4, 4)
    tuned = report["systems"]["tuned"]
    assert tuned["metrics_with_judge"]["key_point_coverage"]["value"] == tuned["metrics"]["key_point_coverage"]["value"]
    assert tuned["metrics_with_judge"]["key_point_coverage"]["undecided"] == 2
    (entry,) = [e for e in report["items"] if (e["id"], e["system"]) == ("a", "tuned")]
    assert entry["verdicts"][1]["by"] == "rules" and entry["verdicts"][1]["judge"]["answer"] == "failed"
    assert any("4 of 4 questions failed" in alert.text for alert in alerts(report))


def test_a_judge_with_nothing_to_decide_asks_nothing(files: Files, tmp_path: Path) -> None:
    one = (files("b.jsonl", [item("a")]), {"s": files("p.jsonl", [prediction("a", GOOD)])})
    with JudgeServer(500) as server:
        report = run(one, judge=judge(server, tmp_path))
    assert report["judge"]["asked"] == 0 and server.asked == []


def test_what_the_teacher_decided_is_not_asked(bench: Any, tmp_path: Path) -> None:
    review = tmp_path / "review.csv"
    review.write_text("id,system,key_point,verdict\na,tuned,2,covered\na,base,2,not_covered\n", encoding="utf-8")
    with JudgeServer(verdict("not_covered")) as server:
        report = run(bench, judge=judge(server, tmp_path / "cache"), review=review)
    assert report["judge"]["asked"] == 2
    # an open verdict counts as not covered, so one of the two was right
    assert (report["review"]["n"], report["review"]["agreement"]) == (2, 0.5)
    assert [line["was"] for line in report["review"]["disagreements"]] == ["undecided"]
    assert report["systems"]["tuned"]["metrics"]["key_point_coverage"]["value"] == pytest.approx(0.5)
    assert report["systems"]["tuned"]["metrics_with_judge"]["key_point_coverage"]["value"] == pytest.approx(0.5)


class TestAlerts:
    def test_a_broken_model_comes_first_then_what_is_missing(self, files: Files) -> None:
        rows = [item(f"i{n}") for n in range(14)] + [refusal("r")]
        broken = [prediction(f"i{n}", "the the the the " * 8) for n in range(12)]
        broken.append(prediction("r", REFUSING, finish_reason="error"))
        systems = {
            "base": files("base.jsonl", [prediction("i0", GOOD)]),
            "tuned": files("tuned.jsonl", broken),
        }
        report = evaluate([files("bench.jsonl", rows)], systems, stage="s")
        told = [alert.text for alert in alerts(report)]
        assert told[0].startswith("tuned: DEGENERATE: most of its 12 answers are unusable (12 looping)")
        assert all(alert.severity == "error" for alert in alerts(report))
        assert "tuned: 2 items without a prediction: i12, i13" in told
        assert "tuned: 1 item whose prediction failed: r" in told
        assert "base: 14 items without a prediction: i1, i2, i3, i4, i5, i6, i7, i8, i9, i10 and 4 more" in told
        assert report["systems"]["tuned"]["failed_ids"] == ["r"]

    def test_no_answer_at_all(self, files: Files) -> None:
        report = evaluate(
            [files("b.jsonl", [item("a")])],
            {"s": files("p.jsonl", [prediction("a", GOOD, finish_reason="error")])},
            stage="s",
        )
        assert alerts(report)[0].text == "s: DEGENERATE: there is no answer at all"

    def test_a_healthy_report_has_none(self, files: Files) -> None:
        report = evaluate([files("b.jsonl", [item("a")])], {"s": files("p.jsonl", [prediction("a", GOOD)])}, stage="s")
        assert alerts(report) == []


FINDING = {"severity": "warning", "what": "the padding token is the end token", "mend": "give it its own"}


class TestStopAudit:
    def report(self, files: Files) -> dict[str, Any]:
        return evaluate([files("b.jsonl", [item("a")])], {"s": files("p.jsonl", [prediction("a", GOOD)])}, stage="s")

    def test_from_the_note_beside_the_predictions(self, files: Files, tmp_path: Path) -> None:
        from tutorsmith.core.artifacts import hash_file

        assert "stop_audit" not in self.report(files)["systems"]["s"]["health"]
        note = {"predictions": hash_file(tmp_path / "p.jsonl"), "stops": [], "findings": [FINDING]}
        (tmp_path / "p.generation_audit.json").write_text(json.dumps(note), encoding="utf-8")
        report = self.report(files)
        assert report["systems"]["s"]["health"]["stop_audit"] == [FINDING]
        assert [alert.text for alert in alerts(report)] == [
            "stop tokens (s): the padding token is the end token; mend: give it its own"
        ]
        # a note about other predictions says nothing about these
        note["predictions"] = "sha256:0"
        (tmp_path / "p.generation_audit.json").write_text(json.dumps(note), encoding="utf-8")
        assert "stop_audit" not in self.report(files)["systems"]["s"]["health"]

    def test_from_the_manifest_of_the_run(self, files: Files, tmp_path: Path) -> None:
        from tutorsmith.core.artifacts import hash_file

        self.report(files)
        manifest = {"predictions": {"tuned": hash_file(tmp_path / "p.jsonl")}, "generation_audit": {"findings": []}}
        (tmp_path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
        assert self.report(files)["systems"]["s"]["health"]["stop_audit"] == []


class TestSeeds:
    def test_mean_deviation_and_verdict(self, files: Files) -> None:
        rows = [item(f"i{n}") for n in range(4)]
        runs = [
            files(f"s{seed}.jsonl", [prediction(f"i{n}", GOOD if n < right else "No.", seed=seed) for n in range(4)])
            for seed, right in enumerate((4, 3, 3))
        ]
        seeds = seeds_report([files("b.jsonl", rows)], runs)
        assert [run["seed"] for run in seeds["runs"]] == [0, 1, 2]
        entry = seeds["metrics"]["key_point_coverage"]
        assert entry["values"] == [1.0, 0.75, 0.75]
        assert entry["mean"] == pytest.approx(5 / 6)
        assert entry["deviation"] == pytest.approx(0.1443, abs=1e-4)
        assert (entry["stable"], entry["verdict"]) == (False, "unstable")
        assert entry["low"] < entry["mean"] < entry["high"] == 1.0

    def test_missing_answers_of_any_seed_are_told(self, files: Files) -> None:
        one = files("s0.jsonl", [prediction("a", GOOD)])
        two = files("s1.jsonl", [prediction("b", GOOD, finish_reason="error", seed=1)])
        bench = files("b.jsonl", [item("a"), item("b")])
        report = evaluate([bench], {"predictions": one}, stage="") | {"seeds": seeds_report([bench], [one, two])}
        assert report["seeds"]["runs"][1]["missing_ids"] == ["a"]
        told = [alert.text for alert in alerts(report)]
        assert "s1.jsonl: 1 item without a prediction: a" in told
        assert "s1.jsonl: most answers are unusable" in told

    def test_a_file_named_twice(self, files: Files, tmp_path: Path) -> None:
        one = files("s0.jsonl", [prediction("a", GOOD)])
        bench = files("b.jsonl", [item("a")])
        with pytest.raises(UsageError, match="named twice"):
            seeds_report([bench], [one, tmp_path / "." / "s0.jsonl"])
        with pytest.raises(UsageError, match="several"):
            seeds_report([bench], [one])

"""Records compared with each other, and training data compared with benchmarks."""

import json
from pathlib import Path
from typing import Any

import pytest

from tutorsmith.data.checks import CheckResult, check_files

QUESTION = (
    "A parallel-plate capacitor has plates of 100 square centimetres, 2 mm apart, and is charged to 50 volts. "
    "Which force pulls the plates together?"
)
ANSWER = (
    "The force is the energy density times the area: one half of epsilon_0 times the square of the field, times the "
    "area of one plate. With the numbers given this is about 28 micronewtons, and it does not depend on the sign."
)


def sample(identity: str, question: str, answer: str, **more: Any) -> dict[str, Any]:
    messages = [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
    return {"id": identity, "mode": "tutor", "messages": messages, "refusal_type": None, "meta": {}, **more}


def item(identity: str, question: str, reference: str = "A good answer.") -> dict[str, Any]:
    messages = [{"role": "user", "content": question}]
    return {"id": identity, "mode": "tutor", "messages": messages, "reference": reference, "key_points": ["x"]}


def write(path: Path, *rows: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def kinds(result: CheckResult) -> list[tuple[int, str]]:
    return [(finding.line, finding.kind) for finding in result.findings]


def leaks(folder: Path, train: str, bench: str, answer: str = ANSWER, reference: str = "A good answer.") -> list[str]:
    training = write(folder / "train.jsonl", sample("t-1", train, answer))
    benchmark = write(folder / "bench.jsonl", item("b-1", bench, reference))
    return [finding.kind for finding in check_files([training], [benchmark]).findings]


def test_the_second_of_two_ids_is_reported_with_the_line_of_the_first(tmp_path: Path) -> None:
    file = write(tmp_path / "a.jsonl", sample("s", "What is charge?", "One."), sample("s", "What is flux?", "Two."))
    (finding,) = check_files([file]).findings
    assert (finding.line, finding.kind, finding.field) == (2, "duplicate-id", "id")
    assert "line 1" in finding.message


def test_a_joined_file_beside_its_parts_is_no_duplicate(tmp_path: Path) -> None:
    one, two = sample("a", "What is charge?", "A property."), sample("b", "What is flux?", "Field through an area.")
    files = [write(tmp_path / "1", one), write(tmp_path / "2", two), write(tmp_path / "all", one, two)]
    assert check_files(files).findings == ()


def test_exact_duplicate_under_another_id(tmp_path: Path) -> None:
    file = write(tmp_path / "a", sample("a", QUESTION, ANSWER), sample("b", QUESTION, ANSWER))
    assert kinds(check_files([file])) == [(2, "duplicate")]


def test_two_answers_to_one_prompt(tmp_path: Path) -> None:
    file = write(tmp_path / "a", sample("a", QUESTION, ANSWER), sample("b", QUESTION, ANSWER.replace("28", "82")))
    assert kinds(check_files([file])) == [(2, "contradictory-answers")]


def test_one_question_with_and_without_notes_may_have_two_answers(tmp_path: Path) -> None:
    grounded = sample("b", QUESTION, "The notes do not say it, so I cannot tell.", refusal_type="insufficient_context")
    grounded["messages"].insert(0, {"role": "system", "content": "Answer from the notes only."})
    assert check_files([write(tmp_path / "a", sample("a", QUESTION, ANSWER), grounded)]).findings == ()


def test_near_duplicate_is_a_warning_and_other_numbers_are_another_exercise(tmp_path: Path) -> None:
    near = sample("b", QUESTION.replace("pulls", "draws"), ANSWER)
    exercise = sample("c", QUESTION.replace("50", "70"), ANSWER.replace("28", "55"))
    result = check_files([write(tmp_path / "a", sample("a", QUESTION, ANSWER), near, exercise)])
    assert kinds(result) == [(2, "near-duplicate")]
    assert result.ok


def test_different_questions_with_the_same_frame_are_no_near_duplicates(tmp_path: Path) -> None:
    frame = "Please explain to a second-year student what {} means, and name its unit and one everyday example."
    words = ["charge", "current", "flux", "capacitance", "inductance", "permittivity", "resistance", "impedance"]
    rows = [
        sample(w, frame.format(w), f"The idea of {w} is best seen in this: {w * 3} and nothing else.") for w in words
    ]
    assert check_files([write(tmp_path / "a", *rows)]).findings == ()


@pytest.mark.parametrize(
    ("train", "bench", "kind"),
    [
        (QUESTION, QUESTION, "question-overlap"),
        (QUESTION.upper().replace(",", " "), QUESTION, "question-overlap"),
        ("What is ε₀ in SI units, please?", r"What is $\varepsilon_0$ in SI units, please?", "question-overlap"),
        (QUESTION.replace("Which force pulls", "What force pulls"), QUESTION, "near-overlap"),
        ("Good morning! " + QUESTION + " Thank you very much in advance for it.", QUESTION, "near-overlap"),
        (
            "Derive the capacitance of a coaxial cable with inner radius a and outer radius b.",
            "For a coaxial cable of inner radius a and outer radius b, derive what its capacitance is.",
            "paraphrase-overlap",
        ),
        (
            "计算平行板电容器的电容，极板面积为A，间距为d。",
            "计算平行板电容器的电容，极板面积为A，间距为d。",
            "question-overlap",
        ),
        (
            "计算平行板电容器的电容，极板面积为A，间距为d。",
            "请计算平行板电容器的电容，极板面积为A、间距为d。",
            "near-overlap",
        ),
    ],
)
def test_leaked_question(train: str, bench: str, kind: str, tmp_path: Path) -> None:
    assert leaks(tmp_path, train, bench) == [kind]


@pytest.mark.parametrize(
    ("train", "bench"),
    [
        ("What is the unit of electric charge?", "What is the unit of magnetic flux?"),
        ("Derive the capacitance of a spherical capacitor.", "Derive the inductance of a toroidal coil."),
        (QUESTION, "A coaxial cable has radii of 1 mm and 4 mm. What is its capacitance for each metre of length?"),
        ("计算同轴电缆单位长度的电容。", "说明麦克斯韦方程组中位移电流的物理意义。"),
        (
            "Polish this sentence: The experiment were done two times and result is good.",
            "Polish this sentence: In this paper we proposes a new antenna that have wide band.",
        ),
    ],
)
def test_other_question_of_the_same_course_does_not_leak(train: str, bench: str, tmp_path: Path) -> None:
    assert leaks(tmp_path, train, bench) == []


def test_same_exercise_with_all_numbers_changed_is_practice(tmp_path: Path) -> None:
    other = QUESTION.replace("100", "30").replace("2 mm", "5 mm").replace("50", "80")
    assert leaks(tmp_path, other, QUESTION) == []


def test_question_in_an_earlier_turn_leaks(tmp_path: Path) -> None:
    train = sample("t", QUESTION, ANSWER)
    train["messages"] += [{"role": "user", "content": "And why?"}, {"role": "assistant", "content": "By energy."}]
    files = write(tmp_path / "t", train), write(tmp_path / "b", item("b", QUESTION))
    assert [f.kind for f in check_files(files[:1], files[1:]).findings] == ["question-overlap"]


def test_short_follow_up_is_no_overlap(tmp_path: Path) -> None:
    train, bench = sample("t", "What is charge made of?", "Of electrons."), item("b", "How do antennas radiate?")
    for record in (train, bench):
        record["messages"] += [{"role": "assistant", "content": "So."}] if record is bench else []
        record["messages"].append({"role": "user", "content": "And why?"})
    train["messages"].append({"role": "assistant", "content": "Because."})
    files = write(tmp_path / "t", train), write(tmp_path / "b", bench)
    assert check_files(files[:1], files[1:]).findings == ()


def test_shared_answer_leaks_and_a_shared_phrase_does_not(tmp_path: Path) -> None:
    other = "Why do charged plates attract?"
    assert leaks(tmp_path, other, QUESTION, ANSWER, ANSWER) == ["answer-overlap"]
    assert leaks(tmp_path, other, QUESTION, ANSWER + " Try it at home.", ANSWER) == ["answer-overlap"]
    assert leaks(tmp_path, other, QUESTION, ANSWER, "The force is the energy density times the area.") == []


def test_reviewed_pair_is_allowed(tmp_path: Path) -> None:
    train = write(tmp_path / "t", sample("t-1", QUESTION, ANSWER))
    bench = write(tmp_path / "b", item("b-1", QUESTION))
    assert not check_files([train], [bench]).ok
    assert check_files([train], [bench], allowed={("t-1", "b-1")}).ok
    assert not check_files([train], [bench], allowed={("t-1", "b-2")}).ok


def test_benchmark_among_the_files_is_known_by_its_content(tmp_path: Path) -> None:
    train, bench = write(tmp_path / "t", sample("t", QUESTION, ANSWER)), write(tmp_path / "b", item("b", QUESTION))
    result = check_files([train, bench])
    assert [(f.file, f.kind) for f in result.findings] == [(str(train), "question-overlap")]


def test_several_workers_find_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [sample(f"s{i % 900}", f"What is number {i} plus {i}?", f"It is {2 * i}." * (i % 7)) for i in range(1200)]
    file, bench = write(tmp_path / "t", *rows), write(tmp_path / "b", item("b", "What is number 7 plus 7?"))
    alone = check_files([file], [bench], workers=1)
    monkeypatch.setattr("tutorsmith.data.checks.run.PARALLEL_FROM_BYTES", 0)
    assert check_files([file], [bench], workers=2) == alone
    assert alone.counts["kinds"]["duplicate-id"] == 300
    assert alone.counts["kinds"]["question-overlap"] == 1

"""Every kind of finding with its accept and reject cases (tests/cases/checks.json)."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tutorsmith.data.checks import CHECKS, check_files
from tutorsmith.pipeline.calculations import calculate

CASES = json.loads((Path(__file__).parents[2] / "cases" / "checks.json").read_text(encoding="utf-8"))["kinds"]
ACROSS_RECORDS = {kind for kind, row in CHECKS.items() if row.scope in ("repeats", "leakage")}


def good_sample(identity: str = "s-1") -> dict[str, Any]:
    return {
        "id": identity,
        "mode": "tutor",
        "messages": [
            {"role": "user", "content": f"Why is the field zero inside a conductor in case {identity}?"},
            {"role": "assistant", "content": "Because charge moves until no field is left."},
        ],
        "refusal_type": None,
        "meta": {},
    }


def good_item() -> dict[str, Any]:
    sample = good_sample("b-1")
    answer = sample["messages"].pop()["content"]
    return {**sample, "reference": answer, "key_points": ["charge moves until no field is left"]}


def content_of(case: dict[str, Any]) -> bytes:
    if "text" in case:
        pretty = json.dumps(good_sample("s-3"), indent=2)
        text = case["text"].replace("{ok}", json.dumps(good_sample())).replace("{ok2}", json.dumps(good_sample("s-2")))
        return text.replace("{pretty}", pretty).encode(case.get("encoding", "utf-8"), "surrogatepass")
    raw = good_item() if case.get("item") else good_sample()
    messages = raw["messages"]
    if "dialogue" in case:
        messages[:] = [
            {"role": role, "content": text}
            for turn in case["dialogue"]
            for role, text in zip(("user", "assistant"), turn, strict=True)
        ]
    if "question" in case:
        messages[0]["content"] = case["question"]
    if "answer" in case:
        messages[1]["content"] = case["answer"]
    if "system" in case:
        messages.insert(0, {"role": "system", "content": case["system"]})
    raw.update(case.get("set", {}))
    for name in case.get("drop", ()):
        del raw[name]
    return (json.dumps(raw) + "\n").encode()


def found_kinds(case: dict[str, Any], folder: Path) -> set[str]:
    file = folder / "file.jsonl"
    file.write_bytes(content_of(case))
    given: dict[str, Callable[..., Any]] = {"calculate": calculate}
    if "context" in case:
        given["count_tokens"] = lambda messages: sum(len(str(m["content"]).split()) for m in messages)
    result = check_files(
        [] if case.get("item") else [file],
        [file] if case.get("item") else [],
        validators=given,
        context=case.get("context", 0),
    )
    return {finding.kind for finding in result.findings}


def params(side: str) -> list[Any]:
    return [pytest.param(kind, case, id=f"{kind}: {case['about']}") for kind in CASES for case in CASES[kind][side]]


@pytest.mark.parametrize(("kind", "case"), params("reject"))
def test_defect_is_reported_under_its_kind(kind: str, case: dict[str, Any], tmp_path: Path) -> None:
    assert kind in found_kinds(case, tmp_path)


@pytest.mark.parametrize(("kind", "case"), params("accept"))
def test_right_record_is_not_reported(kind: str, case: dict[str, Any], tmp_path: Path) -> None:
    assert kind not in found_kinds(case, tmp_path)


def test_every_kind_that_looks_at_one_record_has_cases_of_both_sides() -> None:
    assert set(CASES) == set(CHECKS) - ACROSS_RECORDS
    assert all(CASES[kind]["accept"] and CASES[kind]["reject"] for kind in CASES)

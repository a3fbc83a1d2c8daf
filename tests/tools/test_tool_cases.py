"""Every tool on calls that it must accept and calls that it must refuse."""

import json
from pathlib import Path
from typing import Any

import pytest

from tutorsmith.tools import TOOLS, call_tool

CASES = json.loads((Path(__file__).parents[1] / "cases" / "tools.json").read_text(encoding="utf-8"))
ACCEPT = [(name, case) for name in TOOLS for case in CASES[name]["accept"]]
REJECT = [(name, case) for name in TOOLS for case in CASES[name]["reject"]]


def _filled(value: Any) -> Any:
    """The arguments with "REPEAT:text:n" written out."""
    if isinstance(value, dict):
        return {name: _filled(part) for name, part in value.items()}
    if isinstance(value, str) and value.startswith("REPEAT:"):
        _, text, times = value.split(":")
        return text * int(times)
    return value


def _holds(result: Any, wanted: Any) -> bool:
    if isinstance(wanted, dict):
        return isinstance(result, dict) and all(_holds(result.get(name), part) for name, part in wanted.items())
    if isinstance(wanted, (int, float)) and not isinstance(wanted, bool):
        return result == pytest.approx(wanted, rel=1e-5, abs=1e-300)
    return bool(result == wanted)


@pytest.mark.parametrize(("name", "case"), ACCEPT, ids=[f"{name}: {case['why']}" for name, case in ACCEPT])
def test_accepted_calls(name: str, case: dict[str, Any]) -> None:
    result = call_tool(name, _filled(case["arguments"]))
    assert "error" not in result, result
    assert _holds(result, case.get("result", {})), result
    if "problems" in case:
        assert [problem["problem"] for problem in result["problems"]] == case["problems"]
        assert result["ok"] is (case["problems"] == [])
        assert all(problem["place"] and problem["mend"] for problem in result["problems"])
    if "passages" in case:
        assert len(result["passages"]) == len(case["passages"]), result
        for found, wanted in zip(result["passages"], case["passages"], strict=True):
            assert _holds(found, wanted), found
    json.dumps(result, allow_nan=False)


@pytest.mark.parametrize(("name", "case"), REJECT, ids=[f"{name}: {case['why']}" for name, case in REJECT])
def test_refused_calls(name: str, case: dict[str, Any]) -> None:
    result = call_tool(name, _filled(case["arguments"]))
    assert set(result) == {"error", "mend"}, result
    assert case["error"] in result["error"]
    assert result["mend"]


def test_every_tool_has_cases_of_both_kinds() -> None:
    assert set(CASES) == {"about", *TOOLS}
    assert all(CASES[name]["accept"] and CASES[name]["reject"] for name in TOOLS)

"""`tutorsmith mcp` in a process of its own, asked by a client of the protocol over stdio."""

import json
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from tutorsmith.core.errors import UsageError
from tutorsmith.tools import TOOLS

anyio = pytest.importorskip("anyio")
pytest.importorskip("mcp")
NOTE = "A citation does not excuse patchwriting, since it claims the wording as yours."
FORCE = {"expression": "q_1*q_2/(4*pi*epsilon_0*R^2)", "variables": {"q_1": "4.0 uC", "q_2": "6.0 uC", "R": "0.30 m"}}


def session(words: list[str], ask: Callable[[Any, Any], Awaitable[None]], told: Path) -> None:
    """One client session: start the server, shake hands, ask, and let it end."""
    from mcp import ClientSession, StdioServerParameters, stdio_client

    server = StdioServerParameters(
        command=sys.executable, args=["-m", "tutorsmith.cli", "mcp", *words], env=dict(os.environ)
    )

    async def run() -> None:
        with told.open("w") as errors, anyio.fail_after(120):
            async with (
                stdio_client(server, errlog=errors) as (reading, writing),
                ClientSession(reading, writing) as client,
            ):
                await ask(client, await client.initialize())

    anyio.run(run)


def test_a_client_lists_and_calls_the_tools(tmp_path: Path) -> None:
    async def ask(client: Any, hello: Any) -> None:
        assert hello.server_info.name == "tutorsmith" and hello.capabilities.tools is not None
        listed = (await client.list_tools()).tools
        assert {tool.name: tool.input_schema for tool in listed} == {n: t.parameters for n, t in TOOLS.items()}
        assert all(tool.description for tool in listed)
        good = await client.call_tool("evaluate_expression", FORCE)
        assert (good.is_error, good.structured_content["text"]) == (False, "2.397 N")
        assert json.loads(good.content[0].text) == good.structured_content
        slope = await client.call_tool("differentiate", {"expression": "x^2", "variable": "x"})
        assert slope.structured_content["result"] == "2*x"

    session([], ask, tmp_path / "errors")
    assert (tmp_path / "errors").read_text() == ""


BAD = (
    ("evaluate_expression", {"expression": "1/0"}, "division by zero"),
    ("evaluate_expression", {"expression": "__import__('os').system('id')"}, "__import__"),
    ("evaluate_expression", {"formula": "1"}, "expression is missing"),
    ("evaluate_expression", None, "expression is missing"),
    ("no_such_tool", {}, "there is no tool"),
    ("check_plagiarism", {"text": NOTE}, "no source"),
)


def test_bad_calls_are_errors_that_the_client_reads_and_the_next_one_works(tmp_path: Path) -> None:
    async def ask(client: Any, _hello: Any) -> None:
        for name, arguments, error in BAD:
            bad = await client.call_tool(name, arguments)
            assert bad.is_error and error in json.loads(bad.content[0].text)["error"], name
            assert not (await client.call_tool("evaluate_expression", {"expression": "1+1"})).is_error

    session([], ask, tmp_path / "errors")


def test_notes_are_the_sources_of_a_plagiarism_check(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "citing.md").write_text(f"# Citing\n\n{NOTE}\n", encoding="utf-8")

    async def ask(client: Any, _hello: Any) -> None:
        found = (await client.call_tool("check_plagiarism", {"text": NOTE})).structured_content
        assert [passage["source"] for passage in found["passages"]] == ["citing.md"]

    session(["--notes", str(tmp_path / "notes")], ask, tmp_path / "errors")


def test_without_the_package_the_mend_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    from tutorsmith.commands import mcp

    monkeypatch.setattr(mcp, "find_spec", lambda _name: None)
    with pytest.raises(UsageError) as caught:
        mcp.mcp_command([])
    assert "tutorsmith[mcp]" in (caught.value.mend or "")

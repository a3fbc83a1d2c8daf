"""The table of tools for other programs: a server of the Model Context Protocol over standard input and output."""

import json
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import anyio
import mcp_types as types
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server

from tutorsmith import __version__
from tutorsmith.tools.table import TOOLS, call_tool

INSTRUCTIONS = (
    "Exact calculations with units, derivatives, integrals, and checks of academic texts. A result with `error` says "
    "in `mend` what to call instead."
)


def make_server(sources: Sequence[Mapping[str, str]] = ()) -> Server[Any]:
    """A server with all rows of TOOLS. sources: [{"id", "text"}] for tools that compare with sources, when a call
    brings none."""
    one_at_a_time = anyio.CapacityLimiter(1)

    async def list_tools(_context: Any, _params: types.PaginatedRequestParams | None) -> types.ListToolsResult:
        rows = TOOLS.values()
        return types.ListToolsResult(
            tools=[types.Tool(name=t.name, description=t.description, input_schema=dict(t.parameters)) for t in rows]
        )

    async def call(_context: Any, params: types.CallToolRequestParams) -> types.CallToolResult:
        """A failed call is a result too, marked as an error, so that the model behind the client reads it."""
        run = partial(call_tool, params.name, params.arguments or {}, sources=sources)
        result = await anyio.to_thread.run_sync(run, limiter=one_at_a_time)
        text = types.TextContent(type="text", text=json.dumps(result, ensure_ascii=False))
        return types.CallToolResult(content=[text], structured_content=result, is_error="error" in result)

    return Server(
        "tutorsmith", version=__version__, instructions=INSTRUCTIONS, on_list_tools=list_tools, on_call_tool=call
    )


def serve(sources: Sequence[Mapping[str, str]] = ()) -> None:
    """Answer one client over standard input and output until it closes them."""

    async def session() -> None:
        server = make_server(sources)
        async with stdio_server() as (reading, writing):
            await server.run(reading, writing, server.create_initialization_options())

    anyio.run(session)

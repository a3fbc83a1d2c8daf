"""The command line of `tutorsmith mcp`. As thin as `cli`."""

from pathlib import Path
from typing import Annotated

import typer

tools_app = typer.Typer(no_args_is_help=True)


@tools_app.command()
def mcp(
    notes: Annotated[
        list[Path] | None,
        typer.Option("--notes", help="Folder of course notes to check texts against; may be repeated."),
    ] = None,
) -> None:
    """Serve the tools (calculator, calculus, plagiarism and format checks) to a program that speaks MCP, over stdio.

    Example: tutorsmith mcp --notes data/training/knowledge/writing
    """
    from tutorsmith.commands.mcp import mcp_command

    mcp_command(notes or [])

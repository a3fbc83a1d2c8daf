"""The command line of `tutorsmith cache`. As thin as `cli`."""

from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Machine-readable.")]
Rooms = Annotated[list[str] | None, typer.Argument(help="Parts: models, notes, rows, answers, ... (default: all).")]

cache_app = typer.Typer(
    name="cache",
    help="What is kept between runs (TUTORSMITH_CACHE), and how much of it (TUTORSMITH_CACHE_GIB, 20).",
    add_completion=False,
    rich_markup_mode=None,
)


@cache_app.command("list")
def list_(rooms: Rooms = None, as_json: Json = False) -> None:
    """List all entries, the longest unused first.

    Example: tutorsmith cache list models
    """
    from tutorsmith.commands.cache import list_command

    list_command(rooms or [], as_json)


@cache_app.command()
def size(as_json: Json = False) -> None:
    """Say how large each part is, and the bound of all.

    Example: tutorsmith cache size
    """
    from tutorsmith.commands.cache import size_command

    size_command(as_json)


@cache_app.command()
def clear(
    rooms: Rooms = None,
    to_gib: Annotated[
        float | None, typer.Option("--to-gib", min=0, help="Only the entries longest unused, down to this size.")
    ] = None,
) -> None:
    """Remove entries; what is needed again is made again.

    Example: tutorsmith cache clear answers
    """
    from tutorsmith.commands.cache import clear_command

    clear_command(rooms or [], to_gib)


@cache_app.command()
def verify(as_json: Json = False) -> None:
    """Hash every entry and remove the damaged ones. Exit code 0: none was damaged, 1: some were.

    Example: tutorsmith cache verify
    """
    from tutorsmith.commands.cache import verify_command

    raise typer.Exit(verify_command(as_json))

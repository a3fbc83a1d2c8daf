"""`tutorsmith expand` and `tutorsmith review`: drafts of new samples, and the person who decides about them."""

from pathlib import Path
from typing import Annotated, Literal

import typer

expand_app = typer.Typer(no_args_is_help=True)

_Config = Annotated[
    Path | None, typer.Option("--config", help="Project file (default: tutorsmith.toml here or above).")
]


@expand_app.command()
def expand(
    stage: Annotated[str, typer.Argument(help="A stage of tutorsmith.toml with notes.")],
    count: Annotated[int, typer.Option("--count", min=1, max=10000, help="How many drafts.")] = 10,
    kind: Annotated[
        Literal["sample", "benchmark"], typer.Option("--kind", help="Training samples, or benchmark items.")
    ] = "sample",
    endpoint: Annotated[
        str | None,
        typer.Option("--endpoint", help="OpenAI-compatible endpoint that writes; its key is read from EXPAND_API_KEY."),
    ] = None,
    engine: Annotated[
        str | None, typer.Option("--engine", help="Write with a model on this machine instead: torch.")
    ] = None,
    model: Annotated[
        str | None, typer.Option("--model", help="The endpoint's model; with --engine a catalogue name, id or path.")
    ] = None,
    notes: Annotated[
        list[Path] | None, typer.Option("--notes", help="Folder of notes; may be repeated. Default: the stage's.")
    ] = None,
    queue: Annotated[
        Path | None, typer.Option("--queue", help="Review queue (default: outputs/expand/STAGE_KIND.LANGUAGE.jsonl).")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Decides the plan's ties and the sampling.")] = 0,
    temperature: Annotated[float, typer.Option("--temperature", min=0, max=2, help="0: always the likeliest.")] = 0.7,
    max_new_tokens: Annotated[int, typer.Option("--max-new-tokens", min=16, help="Longest reply.")] = 1200,
    parallel: Annotated[int, typer.Option("--parallel", min=1, max=32, help="Requests to the endpoint at once.")] = 2,
    timeout: Annotated[float, typer.Option("--timeout", min=1, help="Seconds for one reply of the endpoint.")] = 120.0,
    language: Annotated[
        Literal["en", "zh"] | None, typer.Option("--language", help="Language of the drafts (default: the course's).")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the plan and a prompt; ask nothing.")] = False,
    config: _Config = None,
) -> None:
    """Draft new samples or benchmark items from the course notes, check them, and queue them for review.

    A run that is stopped goes on where it was when the same command is given again.

    Example: tutorsmith expand style --count 40 --endpoint http://localhost:8080/v1 --model qwen3-8b
    """
    from tutorsmith.commands.expand import ExpandOptions, expand_command
    from tutorsmith.expand.writers import Style

    expand_command(
        ExpandOptions(
            stage=stage,
            form=kind,
            count=count,
            endpoint=endpoint,
            model=model,
            engine=engine,
            notes=tuple(notes or ()),
            queue=queue,
            style=Style(temperature, max_new_tokens, seed),
            parallel=parallel,
            timeout=timeout,
            language=language,
            config=config,
            dry_run=dry_run,
        )
    )


@expand_app.command()
def review(
    queue: Annotated[Path, typer.Argument(help="A review queue that `tutorsmith expand` wrote.")],
    reviewer: Annotated[
        str | None, typer.Option("--reviewer", help="Who decides (default: the account's name).")
    ] = None,
    status: Annotated[bool, typer.Option("--status", help="Show how far the queue is, and what was rejected.")] = False,
    export: Annotated[
        Path | None, typer.Option("--export", help="Write the drafts that wait as a sheet: .csv or .xlsx.")
    ] = None,
    import_: Annotated[Path | None, typer.Option("--import", help="Take a sheet that was filled in.")] = None,
    accept_into: Annotated[
        Path | None, typer.Option("--accept-into", help="Append the accepted drafts to this JSONL file.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="With --export: also drafts that are decided.")] = False,
    rejected: Annotated[
        bool, typer.Option("--rejected", help="Look at the drafts that the rules rejected, to mend them.")
    ] = False,
    config: _Config = None,
) -> None:
    """Decide about drafts: a accept, e edit, r reject, s skip, u undo, q quit. Exit code 1: something was not taken.

    Example: tutorsmith review outputs/expand/style_sample.en.jsonl --reviewer AB
    Example: tutorsmith review outputs/expand/style_sample.en.jsonl --export drafts.xlsx
    """
    from tutorsmith.commands.review import ReviewOptions, review_command

    raise typer.Exit(
        review_command(
            ReviewOptions(
                queue=queue,
                reviewer=reviewer,
                status=status,
                export=export,
                import_=import_,
                accept_into=accept_into,
                everything=everything,
                rejected=rejected,
                config=config,
            )
        )
    )

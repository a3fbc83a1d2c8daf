"""The command line of `tutorsmith runs`, and the flags that it shares with `gate`. As thin as `cli`."""

from pathlib import Path
from typing import Annotated, Literal

import typer

Root = Annotated[Path, typer.Option("--root", help="Folder below which the runs are.")]
IndexFile = Annotated[
    Path | None, typer.Option("--index", help="The run index (default: TUTORSMITH_INDEX, else ROOT/runs.sqlite).")
]
Json = Annotated[bool, typer.Option("--json", help="Machine-readable.")]
OneStage = Annotated[str | None, typer.Option("--stage", help="Only runs of this stage.")]

_OUTPUTS = Path("outputs")

runs_app = typer.Typer(
    name="runs",
    help="All runs below a folder: list, show, compare, choose, follow. The index refreshes itself.",
    add_completion=False,
    rich_markup_mode=None,
)


@runs_app.command("list")
def list_(root: Root = _OUTPUTS, index: IndexFile = None, as_json: Json = False) -> None:
    """List all runs, damaged ones included.

    Example: tutorsmith runs list --root outputs
    """
    from tutorsmith.commands.runs import list_command

    list_command(root, index, as_json)


@runs_app.command()
def show(
    run: Annotated[str, typer.Argument(help="A run: its folder, or its path or name as listed.")],
    root: Root = _OUTPUTS,
    index: IndexFile = None,
    as_json: Json = False,
) -> None:
    """Show one run: metrics of all systems, hashes, spread over seeds.

    Example: tutorsmith runs show adapter_style
    """
    from tutorsmith.commands.runs import show_command

    show_command(root, index, run, as_json)


@runs_app.command()
def compare(
    runs: Annotated[list[str], typer.Argument(help="Two runs or more, as listed.")],
    root: Root = _OUTPUTS,
    index: IndexFile = None,
    as_json: Json = False,
) -> None:
    """Set runs side by side, with what differs in data, model and settings.

    Example: tutorsmith runs compare adapter_style adapter_multitask
    """
    from tutorsmith.commands.runs import compare_runs_command

    compare_runs_command(root, index, runs, as_json)


@runs_app.command()
def best(
    metric: Annotated[str, typer.Option("--metric", help="A metric of eval_report.json, such as key_point_coverage.")],
    stage: OneStage = None,
    lower_bound: Annotated[bool, typer.Option("--lower-bound", help="By the lower end of the 95 % interval.")] = False,
    root: Root = _OUTPUTS,
    index: IndexFile = None,
    as_json: Json = False,
) -> None:
    """Choose the best run of each stage; say which ones cannot be told from it.

    Example: tutorsmith runs best --metric key_point_coverage --stage style
    """
    from tutorsmith.commands.runs import best_command

    on: Literal["low", "value"] = "low" if lower_bound else "value"
    best_command(root, index, metric, stage, on, as_json)


@runs_app.command()
def trend(
    metric: Annotated[
        list[str] | None, typer.Option("--metric", help="May be repeated (default: coverage, format, refusals).")
    ] = None,
    stage: OneStage = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for trend.md and .svg (default: ROOT/trend).")
    ] = None,
    root: Root = _OUTPUTS,
    index: IndexFile = None,
    as_json: Json = False,
) -> None:
    """Write metrics over time, with intervals, as Markdown and SVG.

    Example: tutorsmith runs trend --stage style --out docs
    """
    from tutorsmith.commands.runs import trend_command

    trend_command(root, index, metric or [], stage, out, as_json)


@runs_app.command()
def cross(
    runs: Annotated[
        list[str] | None, typer.Argument(help="Runs as listed (default: the newest of each adapter).")
    ] = None,
    eval_file: Annotated[
        list[Path] | None, typer.Option("--eval-file", help="Benchmark; may be repeated (default: the stages').")
    ] = None,
    root: Root = _OUTPUTS,
    index: IndexFile = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for cross.md and .json (default: ROOT/cross).")
    ] = None,
    engine: Annotated[
        str | None, typer.Option("--engine", help="What generates (default: as the settings say).")
    ] = None,
    max_new_tokens: Annotated[
        int | None, typer.Option("--max-new-tokens", min=1, help="Longest answer (default: as the run was scored).")
    ] = None,
    config: Annotated[Path | None, typer.Option("--config", help="Project file.")] = None,
    as_json: Json = False,
) -> None:
    """Tabulate every adapter on every benchmark; what is missing is predicted.

    Example: tutorsmith runs cross adapter_style adapter_writing --eval-file data/training/eval/style_benchmark.jsonl
    """
    from tutorsmith.commands.cross import CrossOptions, cross_command

    cross_command(
        CrossOptions(
            runs=tuple(runs or ()),
            eval_files=tuple(eval_file or ()),
            root=root,
            index=index,
            out=out,
            engine=engine,
            max_new_tokens=max_new_tokens,
            config=config,
            as_json=as_json,
        )
    )


@runs_app.command()
def targets(
    folders: Annotated[
        list[Path] | None, typer.Argument(help="Folders below which the runs are (default: outputs).")
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", help="Markdown page (default: printed).")] = None,
    data: Annotated[Path | None, typer.Option("--json", help="The same numbers as JSON.")] = None,
    policy: Annotated[
        str | None, typer.Option("--targets", help="Policy with further, stricter targets (its [[require]] rows).")
    ] = None,
    language: Annotated[
        str | None, typer.Option("--language", metavar="en|zh", help="Language of the page (default: the project's).")
    ] = None,
    config: Annotated[Path | None, typer.Option("--config", help="Project file: its stages' targets.")] = None,
) -> None:
    """Set all seeds of each stage against its targets, with intervals.

    Example: tutorsmith runs targets outputs --targets policies/ambition.toml --output docs/results.md
    """
    from tutorsmith.commands.targets import TargetsOptions, targets_command

    targets_command(TargetsOptions(tuple(folders or (_OUTPUTS,)), output, data, policy, language, config))

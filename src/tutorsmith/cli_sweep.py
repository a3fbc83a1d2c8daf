"""The command line of `tutorsmith sweep`. As thin as `cli`."""

from pathlib import Path
from typing import Annotated, Literal

import typer

sweep_app = typer.Typer(add_completion=False, rich_markup_mode=None)


@sweep_app.command()
def sweep(
    stage: Annotated[str, typer.Argument(help="A stage of tutorsmith.toml.")],
    trials: Annotated[int, typer.Option("--trials", min=1, help="Finished trials that the study is to have.")] = 20,
    over: Annotated[
        list[str] | None,
        typer.Option(
            "--over",
            metavar="NAME=VALUES",
            help="A setting to search, LOW..HIGH[:log] or A,B,C; may be repeated. Default: learning_rate, "
            "num_train_epochs (or max_steps), lora_r, gradient_accumulation_steps, around the present values.",
        ),
    ] = None,
    objective: Annotated[
        Literal["loss", "format+chrf"],
        typer.Option(
            "--objective",
            help="loss: on held-out samples. format+chrf: of the answers to them, with the sections asked for and like "
            "the teacher's; slower.",
        ),
    ] = "loss",
    folds: Annotated[
        int | None,
        typer.Option("--folds", min=1, help="Folds of cross-validation; 1: validation_share (default: 4 below 100)."),
    ] = None,
    seeds: Annotated[int, typer.Option("--seeds", min=1, help="Seeds that each trial is trained with.")] = 1,
    pruner: Annotated[
        Literal["median", "hyperband", "none"], typer.Option("--pruner", help="What gives bad trials up early.")
    ] = "median",
    study: Annotated[
        str | None, typer.Option("--study", help="Name of the study; the same name goes on with it.")
    ] = None,
    storage: Annotated[
        str | None,
        typer.Option("--storage", help="Where studies are kept, an SQLAlchemy URL (default: a file in --report)."),
    ] = None,
    report: Annotated[
        Path | None, typer.Option("--report", help="Folder of report and trials (default: sweep_STAGE).")
    ] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Keep each trial's folder, adapters included.")] = False,
    config: Annotated[Path | None, typer.Option("--config", help="Project file.")] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="A setting of all trials; may be repeated."),
    ] = None,
    notes: Annotated[
        list[Path] | None, typer.Option("--notes", help="Folder of course notes; may be repeated.")
    ] = None,
    no_notes: Annotated[bool, typer.Option("--no-notes", help="Train without course notes.")] = False,
    seed: Annotated[int | None, typer.Option("--seed", help="First seed; decides folds and what is tried.")] = None,
    language: Annotated[Literal["en", "zh"] | None, typer.Option("--language", help="Language of the files.")] = None,
    model: Annotated[
        str | None, typer.Option("--model", "--model-name-or-path", help="Catalogue name, hub id, folder or GGUF file.")
    ] = None,
    train_files: Annotated[
        str | None, typer.Option("--train-files", help="JSONL files of samples, comma-separated.")
    ] = None,
    quantization: Annotated[
        Literal["auto", "none", "4bit"] | None, typer.Option("--quantization", help="As in `tutorsmith run`.")
    ] = None,
) -> None:
    """Search for a stage's settings on held-out training samples; the benchmark is not opened.

    The same command goes on with a stopped sweep; started several times, with one --storage, they share the work.

    Example: tutorsmith sweep style --trials 30 --over learning_rate=1e-4..3e-3:log --over lora_r=8,16,32
    Example: tutorsmith sweep style --over notes_k=1..4 --over num_train_epochs=2..8 --folds 4 --seeds 2
    Example: tutorsmith sweep all --objective format+chrf --storage postgresql://me@host/studies --study all-1
    """
    from tutorsmith.commands.stage import StageOptions
    from tutorsmith.commands.sweep import SweepOptions, sweep_command

    of_stage = StageOptions(
        stage=stage,
        config=config,
        pairs=tuple(set_ or ()),
        notes=notes,
        no_notes=no_notes,
        seed=seed,
        language=language,
        model=model,
        train_files=train_files,
        quantization=quantization,
    )
    sweep_command(
        SweepOptions(
            stage=of_stage,
            trials=trials,
            over=tuple(over or ()),
            objective=objective,
            folds=folds,
            seeds=seeds,
            pruner=pruner,
            study=study,
            storage=storage,
            report=report,
            keep=keep,
        )
    )

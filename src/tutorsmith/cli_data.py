"""`tutorsmith convert`, `split`, `merge`, `sample`, `stats`: files of samples in, out and looked at."""

from pathlib import Path
from typing import Annotated, Literal

import typer

data_app = typer.Typer(no_args_is_help=True)

Form = Annotated[Literal["text", "json"], typer.Option("--format", help="Form of what is printed.")]
By = Annotated[str, typer.Option("--by", help="Fields, comma-separated: mode, refusal_type, or keys of meta.")]
FileSeed = Annotated[int, typer.Option("--seed", help="Same seed, same bytes.")]


@data_app.command()
def convert(
    inputs: Annotated[list[Path], typer.Argument(metavar="IN...", help="Files to read, joined into one.")],
    to: Annotated[str, typer.Option("--to", help="tutorsmith, alpaca, sharegpt or openai.")],
    out: Annotated[Path, typer.Option("--out", help="The file to write; .json makes one array, .jsonl lines.")],
    form: Annotated[
        str | None, typer.Option("--from", help="Format of IN (default: found out); see docs/guide/data.md.")
    ] = None,
    dataset: Annotated[
        list[str] | None, typer.Option("--dataset", help="Of a dataset_info.json; may be repeated (default: all).")
    ] = None,
    sheet: Annotated[
        str | None, typer.Option("--sheet", help="Of a workbook (default: all that are understood).")
    ] = None,
    column: Annotated[
        list[str] | None,
        typer.Option("--column", metavar="FIELD=HEADER", help="question=F: a header or a letter; may be repeated."),
    ] = None,
    encoding: Annotated[str | None, typer.Option("--encoding", help="Of text files (default: found out).")] = None,
    system: Annotated[
        Path | None, typer.Option("--system", help="Text file: the system prompt of records without one.")
    ] = None,
    benchmark: Annotated[
        bool, typer.Option("--benchmark", help="Make benchmark items: the last answer becomes the reference.")
    ] = False,
    skip_bad: Annotated[bool, typer.Option("--skip-bad", help="Write the good rows, list the bad ones.")] = False,
    no_kept: Annotated[bool, typer.Option("--no-kept", help="Do not keep what the format cannot hold.")] = False,
    format_: Form = "text",
) -> None:
    """Read samples in any known format and write them in another. A bad row stops it, unless --skip-bad is given.

    Example: tutorsmith convert questions.xlsx --to tutorsmith --out questions.jsonl --system prompt.txt
    Example: tutorsmith convert style_sft.jsonl --to alpaca --out alpaca.json
    """
    from tutorsmith.commands.convert import ConvertFlags, convert_command

    flags = ConvertFlags(
        inputs=inputs,
        to=to,
        out=out,
        form=form,
        datasets=dataset or [],
        sheet=sheet,
        columns=column or [],
        encoding=encoding,
        system=system,
        benchmark=benchmark,
        skip_bad=skip_bad,
        keep=not no_kept,
        as_json=format_ == "json",
    )
    raise typer.Exit(convert_command(flags))


@data_app.command()
def split(
    file: Annotated[Path, typer.Argument(help="JSONL file of samples.")],
    out_dir: Annotated[Path | None, typer.Option("--out-dir", help="Folder for train.jsonl and eval.jsonl.")] = None,
    train: Annotated[Path | None, typer.Option("--train", help="File for the part to learn from.")] = None,
    eval_: Annotated[Path | None, typer.Option("--eval", help="File for the part to be asked.")] = None,
    eval_share: Annotated[float, typer.Option("--eval-share", help="Share of the samples to be asked.")] = 0.2,
    folds: Annotated[int, typer.Option("--folds", help="Above 1: fold-1/train.jsonl, fold-1/eval.jsonl, ...")] = 0,
    seed: FileSeed = 0,
    by: By = "",
    format_: Form = "text",
) -> None:
    """Split samples in two, or into folds: stratified, and what is alike stays together.

    Example: tutorsmith split style_sft.jsonl --out-dir split --eval-share 0.2 --by chapter,refusal_type
    """
    from tutorsmith.commands.convert import SplitFlags, split_command

    split_command(SplitFlags(file, out_dir, train, eval_, eval_share, folds, seed, by, format_ == "json"))


@data_app.command()
def merge(
    files: Annotated[list[str], typer.Argument(metavar="FILE[=WEIGHT]...", help="JSONL files; weight 1 if not said.")],
    out: Annotated[Path, typer.Option("--out", help="The merged file.")],
    size: Annotated[
        int | None, typer.Option("--size", min=1, help="Rows an epoch learns (default: so that none is left out).")
    ] = None,
    seed: FileSeed = 0,
    format_: Form = "text",
) -> None:
    """Put files together so that an epoch learns from each in proportion to its weight (meta.repeats).

    Example: tutorsmith merge style_sft.jsonl=2 writing_sft.jsonl=1 --out mixed.jsonl
    """
    from tutorsmith.commands.convert import merge_command

    merge_command(files, out, seed, size, format_ == "json")


@data_app.command()
def sample(
    file: Annotated[Path, typer.Argument(help="JSONL file of samples or benchmark items.")],
    count: Annotated[int, typer.Option("-n", "--count", help="How many.")] = 20,
    seed: FileSeed = 0,
    by: By = "",
    out: Annotated[Path | None, typer.Option("--out", help="The file to write (default: print).")] = None,
) -> None:
    """Take a few samples of a file, of each stratum in proportion. (The stage is `tutorsmith run sample`.)

    Example: tutorsmith sample style_sft.jsonl -n 8 --by chapter --out few.jsonl
    """
    from tutorsmith.commands.convert import sample_command

    sample_command(file, count, seed, by, out)


@data_app.command()
def stats(
    files: Annotated[list[Path], typer.Argument(help="JSONL files of samples or benchmark items.")],
    format_: Annotated[Literal["text", "json"], typer.Option("--format", help="Tables, or one JSON object.")] = "text",
    plot: Annotated[Path | None, typer.Option("--plot", help="Also draw it into this .svg or .png file.")] = None,
) -> None:
    """Show how many samples, how long, and how evenly spread over chapters, difficulties, refusals and modes.

    Lines that hold no sample are left out, and named.

    Example: tutorsmith stats data/training/processed/style_sft.jsonl --plot style.svg
    """
    from tutorsmith.commands.stats import stats_command

    stats_command(files, format_, plot)

"""The command line. Thin: parse, call one function of `tutorsmith.commands`, print. Imports nothing heavy."""

import sys
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from tutorsmith.cli_cache import cache_app
from tutorsmith.cli_data import data_app
from tutorsmith.cli_expand import expand_app
from tutorsmith.cli_runs import IndexFile, Json, Root, runs_app
from tutorsmith.cli_sweep import sweep_app
from tutorsmith.cli_tools import tools_app
from tutorsmith.core.errors import UsageError, nearest

app = typer.Typer(
    name="tutorsmith",
    help="Forge a course tutor from worked answers and course notes, and measure whether it is good enough.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

Config = Annotated[Path | None, typer.Option("--config", help="Project file (default: tutorsmith.toml here or above).")]
Set = Annotated[list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Any setting; may be repeated.")]
Notes = Annotated[
    list[Path] | None, typer.Option("--notes", help="Folder of course notes; may be repeated. Default: the stage's.")
]
NoNotes = Annotated[bool, typer.Option("--no-notes", help="Neither train on nor answer from course notes.")]
OutputDir = Annotated[Path | None, typer.Option("--output-dir", help="The run's folder (default: the stage's).")]
Seed = Annotated[int | None, typer.Option("--seed", help="Decides data order, initial weights and sampling.")]
Language = Annotated[
    Literal["en", "zh"] | None,
    typer.Option(
        "--language",
        help="Language of the course's files and of the report (default: COURSE_LANGUAGE, else the project's).",
    ),
]
Model = Annotated[
    str | None, typer.Option("--model", "--model-name-or-path", help="Catalogue name, hub id, folder or GGUF file.")
]
TrainFiles = Annotated[
    str | None, typer.Option("--train-files", help="JSONL files of samples, comma-separated (default: the stage's).")
]
Quantization = Annotated[
    Literal["auto", "none", "4bit"] | None, typer.Option("--quantization", help="auto: 4bit on CUDA, none on a CPU.")
]
Resume = Annotated[bool, typer.Option("--resume", help="Insist on going on with a stopped run; refuse other data.")]
Fresh = Annotated[
    bool, typer.Option("--fresh", help="Train and answer anew; a run keeps the cached answers of the base model.")
]
# A command whose own outcome is 2 leaves a wrong flag another code (EX_USAGE of sysexits.h).
_USAGE_CODES = {"gate": 64}


def main() -> None:
    """Entry point: runs a command and turns errors into a message and an exit code (docs/reference/exit-codes.md)."""
    from tutorsmith.core.program import program

    with program(_USAGE_CODES.get(" ".join(sys.argv[1:2]), UsageError.exit_code)):
        try:
            code = app(args=sys.argv[1:] or ["--help"], standalone_mode=False, prog_name="tutorsmith")
        except typer.Abort:
            raise KeyboardInterrupt from None
        except _USAGE_ERROR as error:
            raise _explained(error) from error
        if code == 130:  # Typer's answer to Ctrl-C
            raise KeyboardInterrupt
        sys.exit(code or 0)


# Typer's own usage error; older versions take it from Click, newer ones carry their own.
_USAGE_ERROR: Any = typer.BadParameter.__base__


def _explained(error: Any) -> UsageError:
    """A flag or argument that does not fit, in our words; a setting written as a flag is shown with --set."""
    command = error.ctx.command_path if error.ctx else "tutorsmith"
    flag = getattr(error, "option_name", None)
    if flag is None or not isinstance(flag, str) or not hasattr(error, "possibilities"):
        return UsageError(error.format_message(), mend=f"see `{command} --help`")
    known = [name for parameter in error.ctx.command.params for name in parameter.opts if name.startswith("--")]
    if any(parameter.name == "set_" for parameter in error.ctx.command.params):
        from tutorsmith.core.settings import ALIASES, known_keys
        from tutorsmith.pipeline.settings import STEP_SETTINGS

        known += [f"--set {name}=VALUE" for name in (*known_keys(STEP_SETTINGS), *ALIASES)]
    near = nearest(flag, known)
    mend = f"did you mean '{near}'? See" if near else "see"
    return UsageError(f"no such flag '{flag}'", mend=f"{mend} `{command} --help`")


@app.command()
def run(
    stage: Annotated[str, typer.Argument(help="A stage: sample, style, writing, tool, rag, all, ...")],
    config: Config = None,
    set_: Set = None,
    notes: Notes = None,
    no_notes: NoNotes = False,
    output_dir: OutputDir = None,
    seed: Seed = None,
    language: Language = None,
    model: Model = None,
    train_files: TrainFiles = None,
    eval_file: Annotated[str | None, typer.Option("--eval-file", help="Benchmarks, comma-separated.")] = None,
    quantization: Quantization = None,
    resume: Resume = False,
    fresh: Fresh = False,
) -> None:
    """One whole run: check, base answers, train, tuned answers, score, compare, report.

    Example: tutorsmith run style --set num_train_epochs=4 --seed 1
    """
    from tutorsmith.commands.stage import StageOptions, run_command

    run_command(StageOptions(**_stage_options(locals())))


@app.command()
def train(
    stage: Annotated[str, typer.Argument(help="A stage of tutorsmith.toml.")],
    config: Config = None,
    set_: Set = None,
    notes: Notes = None,
    no_notes: NoNotes = False,
    output_dir: OutputDir = None,
    seed: Seed = None,
    language: Language = None,
    model: Model = None,
    train_files: TrainFiles = None,
    quantization: Quantization = None,
    resume: Resume = False,
    fresh: Fresh = False,
) -> None:
    """Check the data and train the stage's adapter, nothing else.

    Example: tutorsmith train writing --train-files a.jsonl,b.jsonl --output-dir out/w
    """
    from tutorsmith.commands.stage import StageOptions, train_command

    train_command(StageOptions(**_stage_options(locals())))


def _stage_options(given: dict[str, Any]) -> dict[str, Any]:
    """A command's parameters as StageOptions takes them (the imported names among the locals left out)."""
    names = set(given) - {"StageOptions", "run_command", "train_command", "set_"}
    return {name: given[name] for name in names} | {"pairs": tuple(given["set_"] or ())}


@app.command()
def predict(
    eval_file: Annotated[Path, typer.Option("--eval-file", help="Benchmark to answer.")],
    output_file: Annotated[Path, typer.Option("--output-file", help="Where the predictions go (JSONL).")],
    model: Model = None,
    adapter_path: Annotated[Path | None, typer.Option("--adapter-path", help="Adapter folder (default: none).")] = None,
    notes: Notes = None,
    no_notes: NoNotes = False,
    engine: Annotated[
        str | None,
        typer.Option("--engine", help="What generates: torch, llamacpp or openai (default: as the settings say)."),
    ] = None,
    max_new_tokens: Annotated[int | None, typer.Option("--max-new-tokens", min=1, help="Longest answer.")] = None,
    seed: Seed = None,
    language: Language = None,
    quantization: Quantization = None,
    set_: Set = None,
    config: Config = None,
    fresh: Fresh = False,
) -> None:
    """Answer a benchmark with the base model or an adapter.

    Notes: --notes DIR, else those of the stage that the adapter was trained for, else those of the stage for this file.

    Example: tutorsmith predict --eval-file bench.jsonl --output-file p.jsonl --adapter-path outputs/adapter_style
    """
    from tutorsmith.commands.predict import PredictOptions, predict_command

    flags = {"max_new_tokens": max_new_tokens, "seed": seed, "quantization": quantization, "model_name_or_path": model}
    predict_command(
        PredictOptions(
            eval_file=eval_file,
            output_file=output_file,
            adapter_path=adapter_path,
            notes=tuple(notes or ()),
            no_notes=no_notes,
            engine=engine,
            language=language,
            pairs=tuple(set_ or ()),
            flags=flags,
            config=config,
            fresh=fresh,
        )
    )


@app.command()
def check(
    files: Annotated[list[Path], typer.Argument(help="JSONL files of samples or benchmark items.")],
    against: Annotated[
        list[Path] | None, typer.Option("--against", help="Benchmarks that must not leak into FILES; may be repeated.")
    ] = None,
    format_: Annotated[
        Literal["text", "json", "sarif"], typer.Option("--format", help="Form of the findings.")
    ] = "text",
    allow: Annotated[
        Path | None,
        typer.Option("--allow", help="JSONL of reviewed pairs (train, benchmark, reason) that are no leak."),
    ] = None,
    redact: Annotated[
        Path | None,
        typer.Option("--redact", help="Write a copy without personal data here (a folder for several), and check it."),
    ] = None,
) -> None:
    """Look for errors in data files. Exit code 0: none, 1: errors, 2: wrong usage.

    Example: tutorsmith check data/training/processed/style_sft.jsonl --against data/training/eval/style_benchmark.jsonl
    Example: tutorsmith check letters.jsonl --redact letters.clean.jsonl
    """
    from tutorsmith.commands.check import CheckOptions, check_command

    raise typer.Exit(check_command(CheckOptions(files, against or [], format_, allow, redact)))


@app.command()
def prepare(
    out: Annotated[Path, typer.Option("--out", help="The joined file.")],
    files: Annotated[list[Path], typer.Argument(help="JSONL files of samples, joined in this order.")],
    ids: Annotated[str | None, typer.Option("--ids", help="Keep only these samples, comma-separated.")] = None,
) -> None:
    """Join sample files into one, refusing doubled ids; with --ids, take a subset.

    Example: tutorsmith prepare --out all_sft.jsonl style_sft.jsonl writing_sft.jsonl
    """
    from tutorsmith.commands.data import prepare_command

    prepare_command(files, out, ids)


@app.command()
def evaluate(
    eval_file: Annotated[list[Path] | None, typer.Option("--eval-file", help="Benchmark; may be repeated.")] = None,
    predictions: Annotated[
        list[Path] | None,
        typer.Option("--predictions", help="Predictions to score; repeated: the same system with several seeds."),
    ] = None,
    output_dir: Annotated[
        Path | None, typer.Option("--output-dir", help="Where eval_report.json, .md and .html go.")
    ] = None,
    run_folder: Annotated[
        Path | None, typer.Option("--run", help="Score the answers of this run folder again and write its report anew.")
    ] = None,
    baseline: Annotated[
        Path | None, typer.Option("--baseline", help="Predictions to compare with, on the same items.")
    ] = None,
    review: Annotated[
        Path | None, typer.Option("--review", help="A teacher's verdicts (CSV or JSONL); they replace the rules'.")
    ] = None,
    write_review: Annotated[
        Path | None, typer.Option("--write-review", help="Write a CSV sheet of all verdicts for a teacher to fill in.")
    ] = None,
    judge_url: Annotated[
        str | None,
        typer.Option("--judge-url", help="OpenAI-compatible endpoint that decides what the rules leave open."),
    ] = None,
    judge_model: Annotated[
        str | None, typer.Option("--judge-model", help="The model there; its key is read from JUDGE_API_KEY.")
    ] = None,
    judge_optional: Annotated[
        bool, typer.Option("--judge-optional", help="Go on without the judge where its endpoint fails.")
    ] = False,
    language: Language = None,
    config: Config = None,
) -> None:
    """Score predictions by rules. A judge model is asked only if you name one, and is reported apart.

    Example: tutorsmith evaluate --eval-file bench.jsonl --predictions p.jsonl --baseline base.jsonl --output-dir scores
    Example: tutorsmith evaluate --run outputs/adapter/adapter_style --review review_style.csv
    """
    from tutorsmith.commands.scores import EvaluateOptions, evaluate_command, rescore_command

    options = EvaluateOptions(
        benchmarks=eval_file or [],
        predictions=predictions or [],
        folder=output_dir,
        baseline=baseline,
        language=language,
        review=review,
        sheet=write_review,
        judge_url=judge_url,
        judge_model=judge_model,
        judge_optional=judge_optional,
    )
    if run_folder is not None:
        rescore_command(run_folder, options, config)
    else:
        evaluate_command(options)


@app.command()
def compare(
    run_a: Annotated[Path, typer.Argument(help="A run folder.")],
    run_b: Annotated[Path, typer.Argument(help="Another run folder, on the same benchmark.")],
    output_dir: OutputDir = None,
    language: Language = None,
) -> None:
    """Compare two runs question by question.

    Example: tutorsmith compare outputs/adapter/adapter_style outputs/adapter/adapter_multitask
    """
    from tutorsmith.commands.scores import compare_command

    compare_command(run_a, run_b, output_dir, language)


@app.command()
def report(
    run_folder: Annotated[Path, typer.Argument(help="A run folder.")],
    language: Language = None,
    config: Config = None,
) -> None:
    """Write a run's Markdown and HTML report again from its files.

    Example: tutorsmith report outputs/adapter/adapter_style --language zh
    """
    from tutorsmith.commands.scores import report_command

    report_command(run_folder, language, config)


@app.command()
def init(directory: Annotated[Path, typer.Argument(help="Folder to make; must be empty or new.")]) -> None:
    """Make a new course that runs at once: project file, sample data, notes.

    Example: tutorsmith init my-course && cd my-course && tutorsmith run sample
    """
    from tutorsmith.commands.machine import init_command

    init_command(directory)


@app.command()
def doctor(as_json: Annotated[bool, typer.Option("--json", help="Machine-readable.")] = False) -> None:
    """Say what this machine can do, and which model and quantization fit it.

    Example: tutorsmith doctor
    """
    from tutorsmith.commands.machine import doctor_command

    doctor_command(as_json)


@app.command()
def models(as_json: Annotated[bool, typer.Option("--json", help="Machine-readable.")] = False) -> None:
    """List the catalogue of models.

    Example: tutorsmith models
    """
    from tutorsmith.commands.machine import models_command

    models_command(as_json)


@app.command()
def gate(
    run_folder: Annotated[Path, typer.Argument(help="A run folder.")],
    policy: Annotated[str, typer.Option("--policy", help="TOML file, or the name of a shipped policy: course.")],
    seeds: Annotated[
        list[Path] | None,
        typer.Option("--seeds", "--runs", help="Run of another seed; may be repeated. Default: the index's."),
    ] = None,
    against: Annotated[
        Path | None, typer.Option("--against", help="Run not to fall behind, instead of the policy's.")
    ] = None,
    root: Root = Path("outputs"),
    index: IndexFile = None,
    as_json: Json = False,
) -> None:
    """Decide by a policy whether a run may ship. Exit code 0: ship, 1: hold, 2: insufficient evidence, 64: usage.

    Example: tutorsmith gate outputs/adapter/adapter_style --policy policies/course.toml --json
    """
    from tutorsmith.commands.gate import GateOptions, gate_command

    options = GateOptions(run_folder, policy, tuple(seeds or ()), against, root, index, as_json)
    raise typer.Exit(gate_command(options))


app.add_typer(cache_app)
app.add_typer(data_app)
app.add_typer(expand_app)
app.add_typer(runs_app)
app.add_typer(tools_app)
app.add_typer(sweep_app)


if __name__ == "__main__":
    main()

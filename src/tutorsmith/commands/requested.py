"""The commands under `code/ai_service/training/`: underscore flags over the same functions as `tutorsmith ...`.

Heavy modules are imported after the flags have been read.
"""

import argparse
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NoReturn

from tutorsmith.core.errors import UsageError, nearest
from tutorsmith.core.program import program
from tutorsmith.core.settings import known_keys
from tutorsmith.pipeline.settings import STEP_SETTINGS
from tutorsmith.project import LANGUAGES

_LANGUAGE_HELP = "language of the course's files and reports (default: COURSE_LANGUAGE, else the project's)"


class _Parser(argparse.ArgumentParser):
    """Unknown flags suggest the nearest known one."""

    def parse(self, arguments: list[str] | None = None) -> dict[str, Any]:
        """The flags' values. Raises: UsageError."""
        words = sys.argv[1:] if arguments is None else arguments
        flags = [option for action in self._actions for option in action.option_strings]
        # Before argparse, which would only complain of the required flag that the mistyped one was meant to be.
        wrong = [word for word in words if word.startswith("--") and word.split("=")[0] not in flags]
        wrong = wrong or self.parse_known_args(words)[1]
        if wrong:
            near = nearest(wrong[0].split("=")[0], flags)
            mend = f"did you mean '{near}'? See" if near else "see"
            raise UsageError(f"no such flag '{wrong[0]}'", mend=f"{mend} `{self.prog} --help`")
        return vars(self.parse_args(words))

    def error(self, message: str) -> NoReturn:
        """Raises: UsageError; argparse would print its own form."""
        raise UsageError(message, mend=f"see `{self.prog} --help`")

    def add_settings(self) -> None:
        """Every setting under its own name, such as --learning_rate."""
        group = self.add_argument_group("settings (docs/reference/settings.md)")
        for name in known_keys(STEP_SETTINGS):
            group.add_argument(f"--{name}", default=None)


def _pairs(given: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(f"{name}={given[name]}" for name in known_keys(STEP_SETTINGS) if given.get(name) is not None)


def _paths(value: str | None) -> list[Path]:
    return [Path(part.strip()) for part in (value or "").split(",") if part.strip()]


def train_lora() -> None:
    """`train_lora.py --stage style [--train_files A,B] [--output_dir D] [--any_setting value]`"""
    parser = _Parser(prog="train_lora.py", description="Train one stage's LoRA or QLoRA adapter.")
    parser.add_argument("--stage", default="style", help="a stage of tutorsmith.toml (default: style)")
    parser.add_argument("--train_files", help="JSONL files, comma-separated (default: the stage's)")
    parser.add_argument("--notes", help="folders of course notes, comma-separated (default: the stage's)")
    parser.add_argument("--output_dir", type=Path, help="adapter folder (default: the stage's)")
    parser.add_argument("--language", choices=LANGUAGES, help=_LANGUAGE_HELP)
    parser.add_argument("--resume", action="store_true", help="insist on going on with a stopped run")
    parser.add_argument("--fresh", action="store_true", help="train anew")
    parser.add_settings()
    given = parser.parse()
    from tutorsmith.commands.stage import StageOptions, train_command

    options = StageOptions(
        stage=given["stage"],
        pairs=_pairs(given),
        notes=_paths(given["notes"]) or None,
        output_dir=given["output_dir"],
        train_files=given["train_files"],
        language=given["language"],
        resume=given["resume"],
        fresh=given["fresh"],
    )
    train_command(options)


def generate_predictions() -> None:
    """`generate_predictions.py --adapter_path A --eval_file E --output_file O [--any_setting value]`"""
    parser = _Parser(
        prog="generate_predictions.py", description="Answer a benchmark with the base model or an adapter."
    )
    parser.add_argument("--adapter_path", type=Path, help="adapter folder (default: none, the base model)")
    parser.add_argument("--eval_file", type=Path, required=True, help="benchmark to answer (JSONL)")
    parser.add_argument("--output_file", type=Path, required=True, help="where the predictions go (JSONL)")
    parser.add_argument("--notes", help="folders of course notes, comma-separated (default: the adapter's own)")
    parser.add_argument("--no_notes", action="store_true", help="answer without course notes")
    parser.add_argument("--language", choices=LANGUAGES, help=_LANGUAGE_HELP)
    parser.add_settings()
    given = parser.parse()
    from tutorsmith.commands.predict import PredictOptions, predict_command

    predict_command(
        PredictOptions(
            eval_file=given["eval_file"],
            output_file=given["output_file"],
            adapter_path=given["adapter_path"],
            notes=tuple(_paths(given["notes"])),
            no_notes=given["no_notes"],
            language=given["language"],
            pairs=_pairs(given),
        )
    )


def eval_metrics() -> None:
    """`eval_metrics.py --eval_file E --predictions P [--baseline P0] --output_dir D`"""
    parser = _Parser(prog="eval_metrics.py", description="Score predictions without a judge model.")
    parser.add_argument("--eval_file", required=True, help="benchmarks, comma-separated")
    parser.add_argument("--predictions", "--predictions_file", type=Path, required=True, help="predictions to score")
    parser.add_argument("--baseline", type=Path, help="predictions to compare with")
    parser.add_argument("--output_dir", type=Path, required=True, help="where eval_report.json, .md and .html go")
    parser.add_argument("--language", choices=LANGUAGES, help=_LANGUAGE_HELP)
    given = parser.parse()
    from tutorsmith.commands.scores import EvaluateOptions, evaluate_command

    evaluate_command(
        EvaluateOptions(
            benchmarks=_paths(given["eval_file"]),
            predictions=[given["predictions"]],
            folder=given["output_dir"],
            baseline=given["baseline"],
            language=given["language"],
        )
    )


def prepare_training_data() -> None:
    """`prepare_training_data.py [--style_file S --writing_file W --output_file O]`: the union, and the small sample."""
    folder = Path("data/training/processed")
    parser = _Parser(prog="prepare_training_data.py", description="Build all_sft.jsonl from the stages' own files.")
    parser.add_argument("--style_file", type=Path, default=folder / "style_sft.jsonl")
    parser.add_argument("--writing_file", type=Path, default=folder / "writing_sft.jsonl")
    parser.add_argument("--output_file", type=Path, default=folder / "all_sft.jsonl")
    parser.add_argument("--sample_ids", help="also write these samples of style_file, comma-separated, to sample_file")
    parser.add_argument("--sample_file", type=Path, default=folder / "style_sft_sample.jsonl")
    given = parser.parse()
    from tutorsmith.commands.data import prepare_command

    prepare_command([given["style_file"], given["writing_file"]], given["output_file"], None)
    if given["sample_ids"]:
        prepare_command([given["style_file"]], given["sample_file"], given["sample_ids"])


def script(command: Callable[[], None]) -> None:
    """Run one of the above as a program: our errors become a message and an exit code."""
    with program():
        command()

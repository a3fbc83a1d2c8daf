"""What the numbers of `runs targets` rest on, as Markdown: seconds, settings, versions, files, what was left out."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from tutorsmith.report.figures import DASH
from tutorsmith.report.words import Words
from tutorsmith.runs.stages import changed_settings
from tutorsmith.runs.targets import Apart, Results, StageResult

_STEPS = ("check", "index", "load", "predict_base", "train", "predict_tuned", "probe", "evaluate", "report")
_SHOWN_DIGITS = 12


def name_of(result: StageResult) -> str:
    """The stage as it is called on the command line."""
    return f"`{result.runs.id}`"


def table(head: Sequence[str], lines: Iterable[Sequence[str]], align: str) -> str:
    """A Markdown table. align: a letter a column, l or r."""
    rules = ["---:" if letter == "r" else "---" for letter in align]
    rows = [head, rules, *lines]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows)


def seconds_section(results: Results, words: Words) -> list[str]:
    steps = [step for step in _STEPS if any(step in result.seconds for result in results.stages)]
    if not steps:
        return []
    head = [words("res_stage"), *(words(f"res_step.{step}") for step in steps), words("res_all")]
    lines = []
    for result in results.stages:
        spent = result.seconds
        cells = [f"{spent[step]:.1f}" if step in spent else DASH for step in steps]
        lines.append([name_of(result), *cells, f"{sum(spent.values()):.0f}"])
    return [f"## {words('res_h_seconds')}", words("res_seconds_note"), table(head, lines, "l" + "r" * (len(steps) + 1))]


def made_section(results: Results, words: Words) -> list[str]:
    """A table of the stages, then one of the files with their hashes."""
    keys = ("res_stage", "seeds", "fact.model", "res_device", "res_version", "res_settings")
    lines = [_made(result, words) for result in results.stages]
    files: dict[tuple[str, str], list[str]] = {}
    for result in results.stages:
        for file, digest in _files(result, words):
            files.setdefault((file, digest), []).append(name_of(result))
    rows = [[file, f"`{_short(digest)}`", ", ".join(used)] for (file, digest), used in files.items()]
    return [
        f"## {words('res_h_made')}",
        table([words.opening(words(key)) for key in keys], lines, "llllll"),
        table([words(key) for key in ("res_file", "res_hash", "res_used_in")], rows, "lll"),
    ]


def _made(result: StageResult, words: Words) -> list[str]:
    runs = result.runs
    changed = changed_settings(runs.runs[0].config)
    settings = [f"`{name} = {_value(entry['value'])}`" for name, entry in changed.items()]
    devices = dict.fromkeys(run.device or words("res_not_recorded") for run in runs.runs)
    codes = dict.fromkeys(run.record.code for run in runs.runs)
    return [
        name_of(result),
        ", ".join("?" if seed is None else str(seed) for seed in runs.seeds),
        f"`{runs.model}`",
        "; ".join(devices),
        ", ".join(codes),
        ", ".join(settings) or words("res_none"),
    ]


def _value(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _files(result: StageResult, words: Words) -> list[tuple[str, str]]:
    """Training files and benchmarks as the run named them, and its notes."""
    manifest = result.runs.runs[0].manifest
    named = [
        (Path(name).name if Path(name).is_absolute() else name, digest) for name, digest in manifest["data"].items()
    ]
    files = [(f"`{name}`", str(digest)) for name, digest in named]
    notes = manifest.get("notes")
    if notes:
        files.append((words("res_notes", n=notes.get("chunks", DASH)), str(notes.get("sha256", ""))))
    return files


def _short(digest: str) -> str:
    return digest.removeprefix("sha256:")[:_SHOWN_DIGITS]


def notes_section(results: Results, words: Words) -> list[str]:
    """What was left out, not taken together, or is not alike within a stage. Nothing of it may be passed over."""
    lines = [f"`{path}`: {why}" for path, why in results.left_out]
    lines += [_apart(apart, results, words) for apart in results.apart]
    for result in results.stages:
        codes = sorted({run.record.code for run in result.runs.runs})
        devices = sorted({run.device or words("res_not_recorded") for run in result.runs.runs})
        if len(codes) > 1:
            lines.append(words("res_codes", stage=name_of(result), codes=", ".join(codes)))
        if len(devices) > 1:
            lines.append(words("res_devices", stage=name_of(result), devices="; ".join(devices)))
    if results.without_runs:
        lines.append(words("res_without_runs", stages=words.listed([f"`{stage}`" for stage in results.without_runs])))
    if results.unused:
        lines.append(words("res_unused", rows=words.listed([f"`{row}`" for row in results.unused])))
    return [f"## {words('res_h_left_out')}", "\n".join(f"- {line}" for line in lines)] if lines else []


def _apart(apart: Apart, results: Results, words: Words) -> str:
    stages = words.listed([name_of(results.stages[place]) for place in apart.stages])
    told = [f"{name} ({', '.join(values)})" for _, name, values in apart.differences]
    return words("res_apart", stages=stages, what=words.listed(told) or words("res_apart_unknown"))

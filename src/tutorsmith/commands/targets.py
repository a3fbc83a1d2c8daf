"""`tutorsmith runs targets`: all seeds of every stage against their targets, as one page and as JSON."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tutorsmith.commands.gate import find_policy
from tutorsmith.core.artifacts import write_json, write_text
from tutorsmith.evaluation.policy import load_policy
from tutorsmith.project import course_language, project_if_any
from tutorsmith.report.words import Words
from tutorsmith.runs.stages import collect
from tutorsmith.runs.targets import results_of
from tutorsmith.runs.targets_json import results_dict
from tutorsmith.runs.targets_page import targets_page


@dataclass(frozen=True)
class TargetsOptions:
    """The command's flags, as parsed. policy: a file, or the name of a shipped policy."""

    folders: Sequence[Path]
    output: Path | None = None
    data: Path | None = None
    policy: str | None = None
    language: str | None = None
    config: Path | None = None


def targets_command(options: TargetsOptions) -> None:
    """Without an output file the page is printed; with one, its place and what was left out.

    Raises: UsageError (policy, project, language), DataError (a folder that is not there), ResourceError.
    """
    project = project_if_any(options.config)
    targets = {name: stage.targets for name, stage in project.stages.items()} if project else {}
    policy = load_policy(find_policy(options.policy)) if options.policy else None
    words = Words(course_language(options.language, project))
    results = results_of(collect(options.folders), targets, policy)
    page = targets_page(results, words)
    if options.data:
        write_json(options.data, results_dict(results))
    if options.output is None:
        print(page, end="")
        return
    write_text(options.output, page)
    print(f"results: {options.output}")
    if options.data:
        print(f"         {options.data}")
    for path, why in results.left_out:
        print(f"left out: {path}: {why}")

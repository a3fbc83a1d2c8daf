"""The checks of data as commands and runs call them: with the scorers' eyes and the model's tokenizer.

Kept apart from the steps of a run, so that checking a file loads no model framework.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from tutorsmith.data.checks import CheckResult, check_files
from tutorsmith.data.checks.record import DEFAULT_CONTEXT
from tutorsmith.evaluation.metrics.key_points import parse_key_point
from tutorsmith.evaluation.metrics.refusal import judge_refusal
from tutorsmith.models.catalog import find_row
from tutorsmith.models.count import can_count, count_tokens


def check(
    files: Sequence[Path],
    against: Sequence[Path] = (),
    *,
    allowed: Collection[tuple[str, str]] = (),
    context: int = DEFAULT_CONTEXT,
) -> CheckResult:
    """All checks over samples and benchmarks.

    allowed: reviewed pairs (training id, benchmark id) that may be alike. context: the longest sample in tokens of the
    embedded model (in words, where that is not installed).
    Raises: DataError for a file that cannot be read.
    """
    validators: Mapping[str, Callable[..., Any]] = {"key_points": parse_key_point, "refusal": judge_refusal}
    if can_count():
        validators = {**validators, "count_tokens": count_tokens}
    return check_files(files, against, validators=validators, allowed=allowed, context=context)


def context_of(model: str) -> int:
    """The context of a model of the catalogue; that of the embedded one for others, whose own is not known here."""
    row = find_row(model)
    return row.context if row else DEFAULT_CONTEXT

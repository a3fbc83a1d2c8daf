"""The data checks with the eyes of the scorers; apart from the other steps, so that no model code is loaded."""

from collections.abc import Sequence
from pathlib import Path

from tutorsmith.data.checks import CheckResult, check_files
from tutorsmith.evaluation.metrics.key_points import parse_key_point
from tutorsmith.evaluation.metrics.refusal import judge_refusal


def check(files: Sequence[Path], against: Sequence[Path]) -> CheckResult:
    """All checks over samples and benchmarks, with the scorers' own eyes for key points and refusals."""
    return check_files(files, against, validators={"key_points": parse_key_point, "refusal": judge_refusal})

"""The checks of data as commands and runs call them: with the scorers' eyes and the model's tokenizer.

Kept apart from the steps of a run, so that checking a file loads no model framework.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tutorsmith.core.artifacts import cache_folder, hash_code, hash_file, hash_value
from tutorsmith.core.cache import read_value, write_value
from tutorsmith.data.checks.finding import CheckResult, Finding
from tutorsmith.data.checks.record import DEFAULT_CONTEXT
from tutorsmith.models.catalog import find_row
from tutorsmith.models.count import can_count, count_tokens
from tutorsmith.pipeline.calculations import calculate

_CODE = ("data", "evaluation/metrics", "tools", "models/count.py", "pipeline/calculations.py")
_LIBRARIES = ("pint", "sympy", "rapidfuzz")


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
    from tutorsmith.data.checks import check_files
    from tutorsmith.evaluation.metrics.key_points import parse_key_point
    from tutorsmith.evaluation.metrics.refusal import judge_refusal

    validators: Mapping[str, Callable[..., Any]] = {
        "key_points": parse_key_point,
        "refusal": judge_refusal,
        "calculate": calculate,
    }
    if can_count():
        validators = {**validators, "count_tokens": count_tokens}
    return check_files(files, against, validators=validators, allowed=allowed, context=context)


def kept_check(
    files: Sequence[Path], against: Sequence[Path], *, allowed: Collection[tuple[str, str]], context: int
) -> CheckResult:
    """`check`, from the cache when these very files were checked by this code before: the scorers' units alone take
    half a second to set up.

    Raises: DataError for a file that cannot be read; ResourceError when the cache cannot be written.
    """
    parts = [
        hash_code(Path(__file__).parents[1], _CODE),
        [version(name) for name in _LIBRARIES],
        [[str(file), hash_file(file)] for file in files],
        [[str(file), hash_file(file)] for file in against],
        sorted(allowed),
        context,
        can_count(),
    ]
    place = cache_folder() / "checks" / f"{hash_value(parts).removeprefix('sha256:')[:32]}.json"
    if (known := read_value(place)) is not None:
        found = tuple(Finding(**finding) for finding in known["findings"])
        return CheckResult(tuple(known["files"]), found, known["counts"])
    result = check(files, against, allowed=allowed, context=context)
    kept = {"files": result.files, "findings": [finding.as_dict() for finding in result.findings]}
    write_value(place, {**kept, "counts": dict(result.counts)})
    return result


def context_of(model: str) -> int:
    """The context of a model of the catalogue; that of the embedded one for others, whose own is not known here."""
    row = find_row(model)
    return row.context if row else DEFAULT_CONTEXT

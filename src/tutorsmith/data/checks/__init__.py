"""Checks of sample and benchmark files: `check_files` runs them, `table.CHECKS` lists them, `output` writes them."""

from tutorsmith.data.checks.allow import read_allowed
from tutorsmith.data.checks.finding import CheckResult, Finding
from tutorsmith.data.checks.output import FORMATS, as_json, as_sarif, as_text, render
from tutorsmith.data.checks.run import check_files, merge_results
from tutorsmith.data.checks.table import CHECKS

__all__ = [
    "CHECKS",
    "FORMATS",
    "CheckResult",
    "Finding",
    "as_json",
    "as_sarif",
    "as_text",
    "check_files",
    "merge_results",
    "read_allowed",
    "render",
]

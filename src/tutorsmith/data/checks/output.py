"""The result of the checks as text, JSON or SARIF 2.1.0 (OASIS standard, 27 March 2020)."""

import json
from pathlib import PurePath
from typing import Any

from tutorsmith.data.checks.finding import CheckResult, Finding
from tutorsmith.data.checks.table import CHECKS

FORMATS = ("text", "json", "sarif")


def as_text(result: CheckResult) -> str:
    """One line a finding, `file:line: severity[kind] message  (mend: ...)`, and a line that counts them."""
    lines = [_line(finding) for finding in result.findings]
    counts = result.counts
    files = len(result.files)
    total = f"{counts['records']} records in {files} file{'s' if files != 1 else ''}"
    lines.append(f"{total}: {_plural(counts['errors'], 'error')}, {_plural(counts['warnings'], 'warning')}")
    return "\n".join(lines)


def _plural(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _line(finding: Finding) -> str:
    place = f"{finding.field}: " if finding.field else ""
    where = f"{finding.file}:{finding.line}"
    return f"{where}: {finding.severity}[{finding.kind}] {place}{finding.message}  (mend: {finding.mend})"


def as_json(result: CheckResult) -> str:
    """`{"files": [...], "findings": [...], "counts": {...}}`; file names that are no UTF-8 are escaped."""
    return (
        json.dumps(result.as_dict(), ensure_ascii=False, indent=2).encode("utf-8", "backslashreplace").decode("utf-8")
    )


def as_sarif(result: CheckResult) -> str:
    """A SARIF log with one run; each kind of the table is a rule."""
    rules = list(CHECKS)
    driver = {
        "name": "tutorsmith check",
        "rules": [
            {
                "id": kind,
                "shortDescription": {"text": row.about},
                "defaultConfiguration": {"level": row.severity},
            }
            for kind, row in CHECKS.items()
        ],
    }
    log: dict[str, Any] = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "results": [_sarif_result(f, rules) for f in result.findings]}],
    }
    return json.dumps(log, ensure_ascii=False, indent=2).encode("utf-8", "backslashreplace").decode("utf-8")


def _sarif_result(finding: Finding, rules: list[str]) -> dict[str, Any]:
    place = f"{finding.field}: " if finding.field else ""
    location = {
        "artifactLocation": {"uri": PurePath(finding.file).as_posix()},
        "region": {"startLine": max(1, finding.line)},
    }
    return {
        "ruleId": finding.kind,
        "ruleIndex": rules.index(finding.kind),
        "level": finding.severity,
        "message": {"text": f"{place}{finding.message} (mend: {finding.mend})"},
        "locations": [{"physicalLocation": location}],
    }


def render(result: CheckResult, form: str) -> str:
    """The result in one of FORMATS. Raises: KeyError for another one."""
    return {"text": as_text, "json": as_json, "sarif": as_sarif}[form](result)

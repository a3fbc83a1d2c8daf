"""What a check says, and what a whole run of the checks comes to."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, NamedTuple

Severity = Literal["error", "warning"]


class Remark(NamedTuple):
    """What one check function says of one place; the table adds the kind and the severity, the run file and line."""

    field: str
    message: str
    mend: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One defect: file, 1-based line (0: the whole file), field such as `messages[1].content` ("" for the line)."""

    file: str
    line: int
    field: str
    kind: str
    severity: Severity
    message: str
    mend: str

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class CheckResult:
    """files: all files that were checked, in order; findings: by file and line; counts: records, errors, warnings and
    the findings of each kind."""

    files: tuple[str, ...]
    findings: tuple[Finding, ...]
    counts: Mapping[str, Any]

    @property
    def ok(self) -> bool:
        """No errors; warnings do not count."""
        return not any(finding.severity == "error" for finding in self.findings)

    def as_dict(self) -> dict[str, Any]:
        """The JSON form of the `check` command."""
        return {
            "files": list(self.files),
            "findings": [finding.as_dict() for finding in self.findings],
            "counts": dict(self.counts),
        }

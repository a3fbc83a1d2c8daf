"""The Markdown look: tables and folded answers, with the plots beside it as files."""

from collections.abc import Mapping

from tutorsmith.report.environment import markdown_environment
from tutorsmith.report.records import ReportData
from tutorsmith.report.targets import Targets
from tutorsmith.report.view import context
from tutorsmith.report.words import Words


def render_markdown(data: ReportData, words: Words, targets: Targets, pictures: Mapping[str, str]) -> str:
    """The report as Markdown. pictures: plot name (loss, metrics, paired) -> path relative to the run folder."""
    text = markdown_environment().get_template("report.md.j2").render(
        **context(data, words, targets), pictures=pictures
    )  # fmt: skip
    return tidy(text)


def tidy(text: str) -> str:
    """At most one empty line in a row outside fenced and <pre> blocks; templates leave more."""
    lines: list[str] = []
    fence = ""
    for line in text.splitlines():
        ticks = len(line) - len(line.lstrip("`"))
        if not fence and line.startswith("<pre>"):
            fence = "" if line.endswith("</pre>") else "</pre>"
        elif not fence and ticks >= 3:
            fence = "`" * ticks
        elif fence and (line == fence or (fence == "</pre>" and line.endswith(fence))):
            fence = ""
        elif not fence and not line.strip() and lines and not lines[-1].strip():
            continue
        lines.append(line.rstrip() if not fence else line)
    return "\n".join(lines).strip() + "\n"

"""The Jinja2 environments over the templates that ship in the package."""

import re
from typing import TYPE_CHECKING

from tutorsmith.report.mathml import to_mathml

if TYPE_CHECKING:
    from jinja2 import Environment


def html_environment() -> "Environment":
    """Autoescape is on: every value is escaped unless a template says otherwise (formulas and plots, made here)."""
    from markupsafe import Markup

    environment = _environment(autoescape=True)

    def formula(text: str) -> str:
        """A formula as MathML, or as it was written where it cannot be read."""
        made = to_mathml(text)
        return text if made is None else Markup(made)

    environment.filters |= {"formula": formula, "firm": firm}
    return environment


def markdown_environment() -> "Environment":
    """Markdown has no autoescape; text of others goes through `cell`, `plain` or `fenced`."""
    environment = _environment(autoescape=False)
    environment.filters |= {"cell": cell, "plain": plain, "fenced": fenced, "raw_text": raw_text}
    return environment


def _environment(autoescape: bool) -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("tutorsmith.report", "templates"),
        autoescape=autoescape,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def plain(text: object) -> str:
    """Text on one line that Markdown shows as it is: no HTML, links, pictures or emphasis of its own."""
    line = " ".join(str(text).split()).replace("&", "&amp;").replace("<", "&lt;")
    return re.sub(r"([\\`*_\[\]!#$~])", r"\\\1", line)


def cell(text: object, limit: int = 200) -> str:
    """Text in a table cell."""
    line = " ".join(str(text).split())
    line = line if len(line) <= limit else line[: limit - 1] + "…"
    return plain(line).replace("|", "\\|")


def firm(text: str) -> str:
    """A sentence in which no line breaks between a number and its sign."""
    return text.replace(" %", "\u00a0%").replace("> ", ">\u00a0")


def raw_text(text: object) -> str:
    """Text inside a `<pre>` block, which ends at `</pre>` only and has no Markdown of its own."""
    return str(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def fenced(text: str) -> str:
    """A block that holds any text unchanged: its fence is longer than every run of backticks inside."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text}\n{fence}"

"""The HTML look: one file that needs nothing else. Its one script stands in the page and is named there by its hash."""

from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from importlib.resources import files

from tutorsmith.report import plots
from tutorsmith.report.environment import html_environment
from tutorsmith.report.records import ReportData
from tutorsmith.report.targets import Targets
from tutorsmith.report.view import context
from tutorsmith.report.words import Words


def render_html(data: ReportData, words: Words, targets: Targets, drawings: Mapping[str, str]) -> str:
    """The whole page as text. drawings: plot name -> SVG, as `plots.drawings` makes them."""
    from markupsafe import Markup

    pair = {key: words.name("system", s.name) if s else "" for key, s in (("a", data.baseline), ("b", data.subject))}
    # matplotlib escapes the text in its SVG, so these may stand in the page as they are.
    pictures = {name: Markup(plots.for_page(svg, name, words(f"alt_{name}", **pair))) for name, svg in drawings.items()}
    pictures = dict.fromkeys(("loss", "metrics", "paired"), Markup("")) | pictures
    script = page_script()
    view = context(data, words, targets) | {"script": Markup(script), "script_hash": _hash(script)}
    return html_environment().get_template("report.html.j2").render(**view, plots=pictures)


def page_script() -> str:
    """The script of the page: filters, opening and closing all questions, and the review file."""
    return (files("tutorsmith.report") / "templates" / "report.js").read_text(encoding="utf-8")


def _hash(script: str) -> str:
    """As a Content-Security-Policy names a script: no other script, and no changed one, runs in the page."""
    return "sha256-" + b64encode(sha256(script.encode("utf-8")).digest()).decode("ascii")

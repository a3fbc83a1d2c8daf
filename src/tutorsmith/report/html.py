"""The HTML look: one file that needs nothing else, no script and no fetch."""

from collections.abc import Mapping

from tutorsmith.report import plots
from tutorsmith.report.environment import html_environment
from tutorsmith.report.records import ReportData
from tutorsmith.report.verdicts import Targets
from tutorsmith.report.view import context
from tutorsmith.report.words import Words


def render_html(data: ReportData, words: Words, targets: Targets, drawings: Mapping[str, str]) -> str:
    """The whole page as text. drawings: plot name -> SVG, as `plots.drawings` makes them."""
    from markupsafe import Markup

    pair = {key: words.name("system", s.name) if s else "" for key, s in (("a", data.baseline), ("b", data.subject))}
    # matplotlib escapes the text in its SVG, so these may stand in the page as they are.
    pictures = {name: Markup(plots.for_page(svg, name, words(f"alt_{name}", **pair))) for name, svg in drawings.items()}
    pictures = dict.fromkeys(("loss", "metrics", "paired"), Markup("")) | pictures
    view = context(data, words, targets)
    return html_environment().get_template("report.html.j2").render(**view, plots=pictures)

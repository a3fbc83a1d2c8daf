"""How a report's alerts and headline are told on the terminal."""

from collections.abc import Mapping
from typing import Any

import typer

from tutorsmith.evaluation.alerts import ERROR, alerts
from tutorsmith.report import headline


def tell(report: Mapping[str, Any]) -> None:
    """Print the errors, in red, before the headline numbers, and the warnings after them."""
    found = alerts(report)
    for alert in found:
        if alert.severity == ERROR:
            typer.secho(f"error: {alert.text}", fg=typer.colors.RED, bold=True)
    print(headline(report))
    for alert in found:
        if alert.severity != ERROR:
            typer.secho(f"{alert.severity}: {alert.text}", fg=typer.colors.YELLOW)

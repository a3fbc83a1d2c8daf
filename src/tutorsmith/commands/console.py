"""How a report's alerts and headline are told on the terminal."""

from collections.abc import Mapping
from typing import Any

import typer

from tutorsmith.evaluation.alerts import ERROR, alerts
from tutorsmith.report import headline


def tell(report: Mapping[str, Any]) -> None:
    """Print what must be known first (errors in red), then the headline numbers."""
    for alert in alerts(report):
        colour = typer.colors.RED if alert.severity == ERROR else typer.colors.YELLOW
        typer.secho(f"{alert.severity}: {alert.text}", fg=colour, bold=alert.severity == ERROR)
    print(headline(report))

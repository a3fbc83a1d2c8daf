"""`tutorsmith expand` and `tutorsmith review`: drafts of new samples, and the person who decides about them."""

import typer

expand_app = typer.Typer(no_args_is_help=True)

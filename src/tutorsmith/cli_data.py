"""`tutorsmith convert`, `split`, `merge`, `sample`, `stats`: files of samples in, out and looked at."""

import typer

data_app = typer.Typer(no_args_is_help=True)

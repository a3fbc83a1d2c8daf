"""The small course's run, made once for this folder."""

from small_runs import course, first_run, forbid

__all__ = ["course", "first_run", "forbid"]

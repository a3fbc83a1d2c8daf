"""`tutorsmith prepare`."""

from collections.abc import Sequence
from pathlib import Path

from tutorsmith.core.errors import UsageError
from tutorsmith.data.prepare import join, subset


def prepare_command(files: Sequence[Path], out: Path, ids: str | None) -> None:
    if ids and len(files) > 1:
        raise UsageError("--ids takes a subset of one file", where="--ids", mend="join the files first, then take ids")
    if ids:
        wanted = [name.strip() for name in ids.split(",") if name.strip()]
        count = subset(files[0], wanted, out)
    else:
        count = join(files, out)
    print(f"{count} samples -> {out}")

"""Imported first by the scripts here: continue in the project's own `.venv` when this Python has no Tutorsmith."""

import importlib.util
import os
import sys
from pathlib import Path

if importlib.util.find_spec("tutorsmith") is None:
    python = Path(__file__).resolve().parents[3] / ".venv" / "bin" / "python"
    if not python.exists() or Path(sys.prefix) == python.parents[1]:
        sys.exit("error: Tutorsmith is not installed\n  mend: run `make setup` in the project's folder")
    os.execv(python, [str(python), *sys.argv])

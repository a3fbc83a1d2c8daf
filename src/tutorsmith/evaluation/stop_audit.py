"""What the run that made a predictions file noted about the tokens at which its answers end."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tutorsmith.core.artifacts import MANIFEST, audit_name, hash_file, read_json


def stop_audit_beside(predictions: Path) -> list[dict[str, str]] | None:
    """The findings (`severity`, `what`, `mend`) for a predictions file: from the file that `tutorsmith predict` wrote
    beside it, or from the manifest of its run folder, if that names this very file. None when neither tells.

    Raises: DataError when one of them is no JSON.
    """
    note = predictions.with_name(audit_name(predictions.name))
    if note.is_file():
        audit = read_json(note)
        if isinstance(audit, Mapping) and audit.get("predictions") == hash_file(predictions):
            return _findings(audit)
    manifest = predictions.with_name(MANIFEST)
    if manifest.is_file():
        told = read_json(manifest)
        files = told.get("predictions") if isinstance(told, Mapping) else None
        if isinstance(files, Mapping) and hash_file(predictions) in files.values():
            return _findings(told.get("generation_audit"))
    return None


def _findings(audit: Any) -> list[dict[str, str]] | None:
    if not isinstance(audit, Mapping) or not isinstance(audit.get("findings"), list):
        return None
    fields = ("severity", "what", "mend")
    return [{name: str(row.get(name, "")) for name in fields} for row in audit["findings"] if isinstance(row, Mapping)]

"""`tutorsmith mcp`."""

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from tutorsmith.core.artifacts import cache_folder
from tutorsmith.core.errors import UsageError
from tutorsmith.pipeline.tool_rounds import sources_of
from tutorsmith.retrieval.index import open_index


def mcp_command(notes: Sequence[Path]) -> None:
    """Serve the table of tools to one client over standard input and output.

    notes: folders whose files are the sources of `check_plagiarism` when a call brings none.
    Raises: UsageError without the extra `mcp`; DataError for notes that cannot be read.
    """
    if find_spec("mcp") is None:
        raise UsageError("serving tools needs the package mcp", mend="pip install 'tutorsmith[mcp]'")
    sources = sources_of(open_index(tuple(notes), cache_folder() / "notes")) if notes else []
    from tutorsmith.tools.mcp_server import serve

    serve(sources)

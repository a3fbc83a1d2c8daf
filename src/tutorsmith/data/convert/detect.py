"""Which format a file has: by its suffix, and for JSON by the keys of its rows. A doubt is an error, never a guess."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tutorsmith.core.errors import DataError
from tutorsmith.data.convert.objects import sample_of_rows
from tutorsmith.data.convert.table import FORMATS
from tutorsmith.data.documents.table import OLD_FORMATS

SAMPLE = 50
"""So many rows are looked at."""
_REMOTE_OR_FILE = frozenset({"file_name", "hf_hub_url", "ms_hub_url", "om_hub_url", "script_url", "cloud_file_name"})


def detect(path: Path, encoding: str | None = None) -> str:
    """The name of the format.

    Raises: DataError for a file that cannot be read, or whose rows fit no format, several, or not all the same.
    """
    suffix = path.suffix.lower()
    if not path.exists():
        raise DataError("there is no such file", where=str(path), mend="check the path")
    if suffix in OLD_FORMATS:
        raise DataError(f"files of the kind {suffix} are not read", where=str(path), mend=OLD_FORMATS[suffix])
    fits = [name for name, row in FORMATS.items() if suffix in row.suffixes]
    if len(fits) == 1:
        return fits[0]
    if not fits:
        known = ", ".join(dict.fromkeys(end for row in FORMATS.values() for end in row.suffixes))
        raise DataError(
            f"files of the kind {suffix or '(none)'} are not known",
            where=str(path),
            mend=f"known: {known}; --from FORMAT names the format of another",
        )
    return _of_rows(path, encoding)


def _of_rows(path: Path, encoding: str | None) -> str:
    rows = sample_of_rows(path, SAMPLE, encoding)
    if len(rows) == 1 and path.suffix.lower() == ".json" and is_dataset_info(rows[0]):
        return "llamafactory"
    votes = Counter(tuple(candidates(row)) for row in rows)
    if not votes:
        raise DataError("no row is a JSON object", where=str(path), mend="see the known formats in docs/guide/data.md")
    possible = set.intersection(*(set(names) for names in votes))
    if len(possible) == 1:
        return possible.pop()
    if possible:
        raise DataError(
            f"this may be {' or '.join(sorted(possible))}", where=str(path), mend="say which with --from FORMAT"
        )
    kinds = {name for names in votes for name in names}
    if not kinds:
        keys = ", ".join(list(rows[0])[:8]) or "none"
        raise DataError(
            f"the rows are of no known format (keys: {keys})",
            where=str(path),
            mend=f"say which with --from FORMAT; known: {', '.join(FORMATS)}",
        )
    raise DataError(
        f"its rows are of several formats: {', '.join(sorted(kinds))}",
        where=str(path),
        mend="split the file, or say with --from FORMAT which one is meant; rows of another are then bad rows",
    )


def is_dataset_info(row: Mapping[str, Any]) -> bool:
    """Whether an object describes data sets as LLaMA-Factory's dataset_info.json does."""
    return bool(row) and all(isinstance(entry, dict) and _REMOTE_OR_FILE & entry.keys() for entry in row.values())


def candidates(row: Mapping[str, Any]) -> list[str]:
    """The formats that a row may have, by its keys."""
    out = []
    if isinstance(row.get("messages"), list):
        out.append("tutorsmith" if _is_ours(row) else "openai")
    if isinstance(row.get("conversations", row.get("conversation")), list):
        out.append("sharegpt")
    if "instruction" in row and ("output" in row or "input" in row):
        out.append("alpaca")
    if "prompt" in row and "completion" in row:
        out.append("prompt-completion")
    if "query" in row and "response" in row:
        out.append("query-response")
    return out


_OUR_KEYS = frozenset({"id", "mode", "refusal_type", "meta", "key_points", "reference", "citations"})


def _is_ours(row: Mapping[str, Any]) -> bool:
    """Ours have an id or one of our keys; `weight` and `loss` on a message are OpenAI's and ms-swift's. Rows of nothing
    but messages read alike both ways, and OpenAI's reading knows more of them."""
    messages = [message for message in row["messages"] if isinstance(message, dict)]
    foreign = any({"weight", "loss", "function_call", "name"} & message.keys() for message in messages)
    roles = {"function", "developer", "tool_call", "tool_response"}
    foreign = foreign or any(message.get("role") in roles for message in messages)
    return not foreign and bool(_OUR_KEYS & row.keys())

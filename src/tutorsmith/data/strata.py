"""Records by what they are about: the value of each by the fields that `--by` names."""

from collections.abc import Sequence
from typing import Any

from tutorsmith.core.errors import UsageError, suggest

NONE = "(none)"
Stratum = tuple[str, ...]
_TOP = ("mode", "refusal_type")


def strata(records: Sequence[dict[str, Any]], by: Sequence[str]) -> list[Stratum]:
    """For each record its values of the fields: `mode`, `refusal_type`, or a key of `meta`. Without a field all records
    are one stratum.

    Raises: UsageError for a field that no record has.
    """
    known = set(_TOP)
    for record in records:
        known |= {key for key, value in _meta(record).items() if not isinstance(value, dict | list)}
    for field in by:
        if field not in known:
            raise UsageError(f"no record has a {field!r}", where="--by", mend=suggest(field, known))
    return [tuple(_value(record, field) for field in by) for record in records]


def _meta(record: dict[str, Any]) -> dict[str, Any]:
    meta = record.get("meta")
    return meta if isinstance(meta, dict) else {}


def _value(record: dict[str, Any], field: str) -> str:
    value = record.get(field) if field in _TOP else _meta(record).get(field)
    return NONE if value is None or value == "" else str(value)


def shown(stratum: Stratum) -> str:
    """`ch02 / missing_parameters`; `all` where records were not told apart."""
    return " / ".join(stratum) if stratum else "all"

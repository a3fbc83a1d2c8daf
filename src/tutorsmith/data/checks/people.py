"""What in a record stands for one person (`tutorsmith.data.personal`)."""

from collections.abc import Iterator

from tutorsmith.data.checks.finding import Remark
from tutorsmith.data.checks.record import Record

_MEND = "remove it, or write a cleaned copy with `tutorsmith check FILE --redact OUT`"


def _of_kind(record: Record, kind: str, what: str) -> Iterator[Remark]:
    """One remark for each field; a finding goes into logs, so it shows only how the value begins."""
    told: dict[str, list[str]] = {}
    for field, found, value in record.personal:
        if found == kind:
            told.setdefault(field, []).append(value)
    for field, values in told.items():
        more = f", and {len(values) - 1} more" if len(values) > 1 else ""
        yield Remark(field, f"{what}: {_masked(values[0])}{more}", _MEND)


def _masked(value: str) -> str:
    shown = " ".join(value[:2].split())
    return f"'{shown}…' ({len(value)} characters)"


def secret(record: Record) -> Iterator[Remark]:
    """A password, key or token."""
    yield from _of_kind(record, "secret", "a password, key or token")


def email(record: Record) -> Iterator[Remark]:
    """An e-mail address of somebody; addresses of example.com are nobody's."""
    yield from _of_kind(record, "email", "an e-mail address")


def phone(record: Record) -> Iterator[Remark]:
    """A phone number, or the account of a messenger."""
    yield from _of_kind(record, "phone", "a phone number or messenger account")


def national_id(record: Record) -> Iterator[Remark]:
    """A national id, passport or bank account."""
    yield from _of_kind(record, "national-id", "the number of an id or bank account")


def student_number(record: Record) -> Iterator[Remark]:
    """A student number."""
    yield from _of_kind(record, "student-number", "a student number")


def person_name(record: Record) -> Iterator[Remark]:
    """The name of a private person; those of physicists and authors are not reported."""
    yield from _of_kind(record, "person-name", "a person's name")

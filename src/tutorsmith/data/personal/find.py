"""All finders over one text. Each looks only at texts that hold what it needs, so that most texts cost little."""

import re
from collections.abc import Mapping
from functools import lru_cache

from tutorsmith.data.personal.contact import accounts, emails, phones
from tutorsmith.data.personal.names import chinese_names, english_names
from tutorsmith.data.personal.numbers import cued_ids, national_ids, student_numbers
from tutorsmith.data.personal.secrets import secrets
from tutorsmith.data.personal.spans import Personal, blank_formulas

KINDS: Mapping[str, str] = {
    "secret": "SECRET",
    "email": "EMAIL",
    "national-id": "ID",
    "student-number": "STUDENT_NUMBER",
    "phone": "PHONE",
    "person-name": "NAME",
}
"""Kind -> the word of its placeholder. Where two overlap, the one that stands first here wins."""

_SHORTEST = 4
"""Characters; nothing shorter is found."""
_MANY_DIGITS = re.compile(r"\d(?:[ ./()–-]{0,2}\d){5}")
_SOME_DIGITS = re.compile(r"\d{4}")
_DIGIT = re.compile(r"\d")
_CAPITAL = re.compile(r"[A-Z][a-z]")


@lru_cache(maxsize=64)
def find_personal(text: str) -> tuple[Personal, ...]:
    """The stretches of a text that stand for a person, in order, none over another.

    Names of physics, citations, ISBNs, DOIs, quantities and addresses of example.com are not reported.
    """
    if len(text) < _SHORTEST:
        return ()
    found = [*secrets(text), *emails(text)]
    if not text.isascii():
        found += chinese_names(text)
    named = any(span.kind == "person-name" for span in found)
    if _MANY_DIGITS.search(text):
        bare = blank_formulas(text)
        found += [*national_ids(bare), *phones(bare)]
    if _DIGIT.search(text):
        found += cued_ids(text)
    if _SOME_DIGITS.search(text):
        found += student_numbers(text, named)
    if "QQ" in text or "微信" in text or "echat" in text.lower():
        found += accounts(text)
    if _CAPITAL.search(text):
        found += english_names(text)
    return _without_overlaps(found)


def _without_overlaps(found: list[Personal]) -> tuple[Personal, ...]:
    order = list(KINDS)
    kept: list[Personal] = []
    for span in sorted(set(found), key=lambda span: (order.index(span.kind), span.start - span.end)):
        if all(span.end <= other.start or span.start >= other.end for other in kept):
            kept.append(span)
    return tuple(sorted(kept, key=lambda span: span.start))

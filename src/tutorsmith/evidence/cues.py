"""Signs in the wording of a question, by a table of wordings: counted, never judged here."""

import json
import re
from functools import cache
from importlib.resources import files
from typing import Any

from tutorsmith.data.words import stem


@cache
def _groups() -> dict[str, tuple[re.Pattern[str], ...]]:
    table = json.loads(files(__package__).joinpath("cues.json").read_text(encoding="utf-8"))
    return {
        name: tuple(re.compile(wording, re.IGNORECASE) for wording in wordings)
        for name, wordings in table.items()
        if not name.startswith("_")
    }


def signs(group: str, text: str) -> list[str]:
    """What in the text is a sign of the group, one finding a wording."""
    return [found.group(0).strip() for pattern in _groups()[group] if (found := pattern.search(text))]


def kinds(group: str, text: str) -> set[str]:
    """The different words of the group that stand in the text."""
    return {found.group(0).lower() for pattern in _groups()[group] for found in pattern.finditer(text)}


@cache
def _fields() -> dict[str, Any]:
    table: dict[str, Any] = json.loads(files(__package__).joinpath("fields.json").read_text(encoding="utf-8"))
    return table


@cache
def field_words() -> dict[str, str]:
    """Stem -> "far" or "near", as the field whose word it is stands to a course."""
    return {
        stem(word): distance
        for distance in ("near", "far")
        for listed in _fields()[distance].values()
        for word in listed.split()
    }


@cache
def text_words(group: str) -> frozenset[str]:
    """Stems of the words with which one speaks of texts: "parts and acts" of writing, or "works and studies"."""
    return frozenset(stem(word) for word in _fields()["texts"][group].split())


@cache
def words_of(listed: str) -> frozenset[str]:
    """Stems of the words of several fields: of "settings", which are often only where a question takes place (a car, a
    kitchen, a mountain), or of "sciences", whose words are what is asked about."""
    table = _fields()
    near_and_far = {**table["near"], **table["far"]}
    return frozenset(stem(word) for name in table[listed] for word in near_and_far[name].split())


@cache
def subject_words(how: str) -> frozenset[str]:
    """Stems with which one speaks of fields, currents and waves: "strong" ones of nothing else, "weak" ones also."""
    return frozenset(stem(word) for word in _fields()["subjects"][how].split())

"""A model's reply -> a draft. What can be mended in one way only is mended and noted; the rest is refused with why."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tutorsmith.core.errors import DataError
from tutorsmith.data.schema import REFUSAL_KINDS
from tutorsmith.evaluation.metrics.key_points import parse_key_point
from tutorsmith.expand.draft import DIFFICULTIES, Draft, cleaned

LONGEST = 200_000
"""Characters of a reply that are looked at."""
_THINKING = re.compile(r"\A\s*<think>.*?</think>", re.DOTALL)
_FENCE = re.compile(r"```[a-zA-Z]*[ \t]*\n(.*?)\n?[ \t]*```", re.DOTALL)
# LaTeX commands that JSON would read as an escape: \theta is a tab and "heta".
_LOST_WORDS = """
bar beta begin bf big bigl bigr binom bm boldsymbol bot bullet flat forall frac nabla natural ne neg neq ni not nu
rangle rho right rightarrow rm tan tanh tau tbinom text textbf textit textrm tfrac theta tilde times to top triangle
"""
_SINGLE_COMMAND = re.compile(rf"(?<!\\)((?:\\\\)*)\\(?=(?:{'|'.join(_LOST_WORDS.split())})(?![A-Za-z]))")
_BAD_ESCAPE = re.compile(r'(?<!\\)((?:\\\\)*)\\(?=[^"\\/bfnrtu]|u(?![0-9a-fA-F]{4}))')
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")
_FIELDS = frozenset({"question", "answer", "key_points", "cited", "refusal_type", "difficulty"})
_OTHER_NAMES = {"cited_chunk": "cited", "citation": "cited", "excerpt": "cited", "keypoints": "key_points"}
_NOTHING = frozenset({"", "null", "none", "no", "false"})


class Unusable(ValueError):
    """A reply that holds no draft; the text says why, in words that a model can act on."""


@dataclass(frozen=True, slots=True)
class Read:
    """mended: what was put right on the way, in words."""

    draft: Draft
    mended: tuple[str, ...] = ()


def read_reply(text: str, excerpts: int) -> Read:
    """excerpts: how many the prompt showed. Raises: Unusable."""
    mended: list[str] = []
    raw = _object(text[:LONGEST], mended)
    raw = {_OTHER_NAMES.get(str(key).lower(), str(key).lower()): value for key, value in raw.items()}
    if extra := sorted(set(raw) - _FIELDS):
        mended.append(f"fields left out: {', '.join(extra)[:80]}")
    question, answer = _text(raw, "question"), _answer(raw, mended)
    refusal = _refusal(raw.get("refusal_type"))
    difficulty = str(raw.get("difficulty") or "medium").lower()
    if difficulty not in DIFFICULTIES:
        mended.append(f"difficulty {difficulty[:20]!r} became medium")
        difficulty = "medium"
    draft = Draft(question, answer, _key_points(raw, mended), _cited(raw.get("cited"), excerpts), refusal, difficulty)
    return Read(cleaned(draft), tuple(mended))


def _object(text: str, mended: list[str]) -> dict[str, Any]:
    """The one JSON object of a reply. Raises: Unusable."""
    stripped = _THINKING.sub("", text).strip()
    if stripped != text.strip():
        mended.append("thinking taken off")
    fenced = _FENCE.findall(stripped)
    if len(fenced) == 1 and "{" in fenced[0]:
        if stripped != fenced[0].strip():
            mended.append("code fence taken off")
        stripped = fenced[0].strip()
    start = stripped.find("{")
    if start < 0:
        raise Unusable("there is no JSON object in it")
    if start:
        mended.append("text before the object taken off")
    body = stripped[start:]
    escaped = _SINGLE_COMMAND.sub(r"\1\\\\", body)
    escaped = _BAD_ESCAPE.sub(r"\1\\\\", escaped)
    if escaped != body:
        mended.append("single backslashes doubled")
    try:
        value, end = json.JSONDecoder(strict=False).raw_decode(escaped)
    except (ValueError, RecursionError) as error:
        value, end, escaped = _without_commas(escaped, error)
        mended.append("trailing commas taken out")
    if not isinstance(value, dict):
        raise Unusable("the JSON is no object")
    if escaped[end:].strip(" \n\t`"):
        if "{" in escaped[end:] and '"question"' in escaped[end:]:
            raise Unusable("there is more than one object; give one")
        mended.append("text behind the object taken off")
    return value


def _without_commas(text: str, first: Exception) -> tuple[Any, int, str]:
    tried = _TRAILING_COMMA.sub(r"\1", text)
    if tried != text:
        try:
            value, end = json.JSONDecoder(strict=False).raw_decode(tried)
            return value, end, tried
        except (ValueError, RecursionError):
            pass  # the first error is the one to tell
    raise Unusable(f"it is not valid JSON: {first}") from first


def _text(raw: Mapping[str, Any], field: str) -> str:
    value = raw.get(field)
    if not isinstance(value, str) or not value.strip():
        raise Unusable(f"'{field}' must be a text that is not empty")
    return value


def _answer(raw: Mapping[str, Any], mended: list[str]) -> str:
    """Sections given as an object or a list become headings and bodies."""
    value = raw.get("answer")
    if isinstance(value, dict) and value and all(isinstance(part, str) for part in value.values()):
        mended.append("sections of the answer joined")
        return "\n\n".join(f"### {str(name).lstrip('# ')}\n{body.strip()}" for name, body in value.items())
    return _text(raw, "answer")


def _refusal(value: Any) -> str | None:
    if value is None or (isinstance(value, str) and value.strip().lower() in _NOTHING) or value is False:
        return None
    if value not in REFUSAL_KINDS:
        raise Unusable(f"'refusal_type' must be null or one of {', '.join(REFUSAL_KINDS)}")
    return str(value)


def _key_points(raw: Mapping[str, Any], mended: list[str]) -> tuple[str | Mapping[str, Any], ...]:
    value = raw.get("key_points")
    listed = [value] if isinstance(value, str) and value.strip() else value or []
    if not isinstance(listed, list):
        raise Unusable("'key_points' must be a list")
    for number, point in enumerate(listed):
        if not isinstance(point, str | dict):
            raise Unusable(f"key_points[{number}] must be a sentence or an object")
        try:
            parse_key_point(point)
        except DataError as error:
            raise Unusable(f"key_points[{number}]: {error.what}; {error.mend}") from error
    if isinstance(value, str):
        mended.append("one key point made a list")
    return tuple(listed)


def _cited(value: Any, excerpts: int) -> int | None:
    """1, "1", "[1]" and [1] are one citation. Raises: Unusable for an excerpt that was not shown."""
    if isinstance(value, list) and value:
        value = value[0]
    if value is None or value is False or (isinstance(value, str) and value.strip().lower() in _NOTHING):
        return None
    digits = re.fullmatch(r"\[?(\d{1,2})\]?", str(value).strip())
    if isinstance(value, bool) or digits is None or not 1 <= int(digits[1]) <= excerpts:
        raise Unusable(f"'cited' must be the number of an excerpt, 1 to {excerpts}")
    return int(digits[1])

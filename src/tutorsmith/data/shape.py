"""What a JSON object must have to be a sample, a benchmark item or a prediction.

One definition for two users: the reader stops at the first problem, the check reports them all.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tutorsmith.data.lines import json_type
from tutorsmith.data.schema import REFUSAL_KINDS, ROLES


@dataclass(frozen=True, slots=True)
class Problem:
    """kind: name of the finding; field: path inside the record, such as `messages[2].role`."""

    kind: str
    field: str
    message: str
    mend: str


def _missing(raw: Mapping[str, Any], field: str) -> Problem | None:
    return None if field in raw else Problem("schema", field, f"'{field}' is missing", f"add '{field}'")


def _wrong(field: str, value: object, needed: str) -> Problem:
    return Problem("schema", field, f"'{field}' must be {needed}, this is {json_type(value)}", f"make it {needed}")


def identity_problems(raw: Mapping[str, Any]) -> Iterator[Problem]:
    """`id` must be a string that is not blank."""
    value = raw.get("id")
    if value is None or (isinstance(value, str) and not value.strip()):
        yield Problem("missing-id", "id", "there is no id", "give it an id that no other record of the file has")
    elif not isinstance(value, str):
        yield _wrong("id", value, "a string")


def _calls_problems(field: str, calls: object) -> Iterator[Problem]:
    if calls is None:
        return
    if not isinstance(calls, list):
        yield _wrong(field, calls, "a list")
        return
    for index, call in enumerate(calls):
        where = f"{field}[{index}]"
        if not isinstance(call, dict):
            yield _wrong(where, call, "an object")
            continue
        # OpenAI nests name and arguments under "function"; the flat form is accepted too.
        inner = call.get("function", call)
        if not isinstance(inner, dict):
            yield _wrong(f"{where}.function", inner, "an object")
        elif not isinstance(inner.get("name"), str) or not inner["name"]:
            yield Problem("schema", f"{where}.name", "the tool call has no name", "name the tool that is called")


def message_problems(where: str, message: object) -> Iterator[Problem]:
    """Problems of one message that stand on their own, without its neighbours."""
    if not isinstance(message, dict):
        yield _wrong(where, message, "an object")
        return
    role = message.get("role")
    if role not in ROLES:
        named = "there is no role" if role is None else f"unknown role {role!r}"
        yield Problem("unknown-role", f"{where}.role", named, "use one of: " + ", ".join(ROLES))
    content = message.get("content")
    calls = message.get("tool_calls")
    if content is not None and not isinstance(content, str):
        yield _wrong(f"{where}.content", content, "a string")
    elif content is None and not (role == "assistant" and calls):
        yield Problem("null-content", f"{where}.content", "the message has no content", "write the text of the message")
    yield from _calls_problems(f"{where}.tool_calls", calls)
    call_id = message.get("tool_call_id")
    if call_id is not None and not isinstance(call_id, str):
        yield _wrong(f"{where}.tool_call_id", call_id, "a string")
    if not isinstance(message.get("train", True), bool):
        yield _wrong(f"{where}.train", message["train"], "true or false")


def _common_problems(raw: Mapping[str, Any]) -> Iterator[Problem]:
    yield from identity_problems(raw)
    if not isinstance(raw.get("mode", ""), str):
        yield _wrong("mode", raw["mode"], "a string")
    refusal = raw.get("refusal_type")
    if refusal is not None and refusal not in REFUSAL_KINDS:
        mend = "use null or one of: " + ", ".join(REFUSAL_KINDS)
        yield Problem("unknown-refusal", "refusal_type", f"unknown refusal kind {refusal!r}", mend)
    if not isinstance(raw.get("meta") or {}, dict):
        yield _wrong("meta", raw["meta"], "an object")
    tools = raw.get("tools") or []
    if not isinstance(tools, list):
        yield _wrong("tools", tools, "a list of function schemas")
    else:
        for index, tool in enumerate(tools):
            if not isinstance(tool, dict):
                yield _wrong(f"tools[{index}]", tool, "an object")
    messages = raw.get("messages")
    missing = _missing(raw, "messages")
    if missing:
        yield missing
    elif not isinstance(messages, list):
        yield _wrong("messages", messages, "a list")
    elif not messages:
        yield Problem("schema", "messages", "'messages' is empty", "add the question and its answer")
    else:
        for index, message in enumerate(messages):
            yield from message_problems(f"messages[{index}]", message)


def _has_role(raw: Mapping[str, Any], role: str) -> bool:
    messages = raw.get("messages")
    return isinstance(messages, list) and any(isinstance(m, dict) and m.get("role") == role for m in messages)


def _question_problems(raw: Mapping[str, Any], needed: str, mend: str) -> Iterator[Problem]:
    if isinstance(raw.get("messages"), list) and raw["messages"] and not _has_role(raw, needed):
        yield Problem("schema", "messages", f"there is no message of role {needed}", mend)


def sample_problems(raw: Mapping[str, Any]) -> Iterator[Problem]:
    """All problems of a training sample."""
    yield from _common_problems(raw)
    yield from _question_problems(raw, "user", "add the question")
    yield from _question_problems(raw, "assistant", "add the answer; a benchmark item belongs into the benchmark file")


def _key_point_problems(raw: Mapping[str, Any]) -> Iterator[Problem]:
    points = raw.get("key_points")
    if points is None:
        return
    if not isinstance(points, list):
        yield _wrong("key_points", points, "a list")
        return
    for index, point in enumerate(points):
        where = f"key_points[{index}]"
        if isinstance(point, str):
            if not point.strip():
                yield Problem("key-point", where, "the key point is empty", "write what the answer must say")
        elif not isinstance(point, dict):
            told = f"a key point must be a string or an object, this is {json_type(point)}"
            yield Problem("key-point", where, told, "write what the answer must say")


def item_problems(raw: Mapping[str, Any]) -> Iterator[Problem]:
    """All problems of a benchmark item."""
    yield from _common_problems(raw)
    yield from _question_problems(raw, "user", "add the question")
    if not isinstance(raw.get("reference") or "", str):
        yield _wrong("reference", raw["reference"], "a string")
    yield from _key_point_problems(raw)
    yield from _calls_problems("tool_calls", raw.get("tool_calls"))
    cited = raw.get("citations")
    if cited is None:
        return
    if not isinstance(cited, list):
        yield _wrong("citations", cited, "a list of excerpt numbers")
    elif any(isinstance(number, bool) or not isinstance(number, int) or number < 1 for number in cited):
        yield Problem("schema", "citations", "excerpt numbers are whole and start at 1", "write numbers such as [1, 3]")


_PREDICTION_TYPES: tuple[tuple[str, type | tuple[type, ...], str], ...] = (
    ("prediction", str, "a string"),
    ("finish_reason", str, "a string"),
    ("prompt_tokens", int, "a whole number"),
    ("completion_tokens", int, "a whole number"),
    ("latency_s", (int, float), "a number"),
    ("retrieved", list, "a list"),
    ("model", str, "a string"),
    ("adapter", str, "a string"),
    ("seed", int, "a whole number"),
    ("flags", list, "a list"),
    ("rounds", int, "a whole number"),
    ("tool_results", list, "a list"),
)


def prediction_problems(raw: Mapping[str, Any]) -> Iterator[Problem]:
    """All problems of a prediction; every field but `id` and `prediction` may be absent or null."""
    yield from identity_problems(raw)
    if raw.get("prediction") is None:
        yield Problem("schema", "prediction", "'prediction' is missing", "write the answer, or an empty string")
    for field, kind, needed in _PREDICTION_TYPES:
        value = raw.get(field)
        if value is not None and (not isinstance(value, kind) or (isinstance(value, bool) and kind is not str)):
            yield _wrong(field, value, needed)
    yield from _calls_problems("tool_calls", raw.get("tool_calls"))

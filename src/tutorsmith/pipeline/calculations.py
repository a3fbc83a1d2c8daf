"""`meta.calculations` of a sample as the calls that a tutor learns to make before its answer.

question | calls (learned) | results, calculated here | answer (learned)
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from tutorsmith.core.errors import DataError
from tutorsmith.data.checks.calculations import CALCULATIONS, arguments_of
from tutorsmith.data.schema import Message, Sample
from tutorsmith.tools import call_tool

CALCULATOR = "evaluate_expression"


def calculate(arguments: object) -> dict[str, Any]:
    """The result of one calculation, or {"error", "mend"}; what the check of `meta.calculations` goes by."""
    return call_tool(CALCULATOR, arguments)


def with_calculations(sample: Sample, messages: Sequence[Message], tools: Sequence[Mapping[str, Any]]) -> list[Message]:
    """The messages with the sample's calculations as calls and results before its last answer, where `tools` has the
    calculator; else, and for a sample without calculations, the messages as they are.

    The calls are learned as the answer is. Raises: DataError for a calculation that fails.
    """
    calculations = sample.meta.get(CALCULATIONS)
    if not calculations or CALCULATOR not in [tool["function"]["name"] for tool in tools]:
        return list(messages)
    where = f"{sample.file}:{sample.line}"
    if not isinstance(calculations, list) or not all(isinstance(part, Mapping) for part in calculations):
        raise DataError("meta.calculations is no list of objects", where=where, mend='write [{"expression": "..."}]')
    answer = max(k for k, message in enumerate(messages) if message.role == "assistant")
    made, results = [], []
    for number, calculation in enumerate(calculations):
        arguments = arguments_of(calculation)
        result = calculate(arguments)
        if "error" in result:
            what = f"meta.calculations[{number}] cannot be calculated: {result['error']}"
            raise DataError(what, where=where, mend=result["mend"])
        made.append((CALCULATOR, arguments))
        results.append(result)
    asking, answering = call_messages(made, results, first=0)
    return [*messages[:answer], replace(asking, train=messages[answer].train), *answering, *messages[answer:]]


def call_messages(
    calls: Sequence[tuple[str, object]], results: Sequence[Mapping[str, Any]], *, first: int, said: str = ""
) -> tuple[Message, list[Message]]:
    """The tutor's message that makes these calls (name, arguments), and the messages with their results.

    first: how many calls the dialogue holds already. Ids have nine characters, as some chat templates insist on. said:
    what the tutor wrote beside its calls.
    """
    ids = [f"call{first + number:05d}" for number in range(1, len(calls) + 1)]
    asked = tuple(
        {"id": name_of, "type": "function", "function": {"name": name, "arguments": as_json(arguments)}}
        for name_of, (name, arguments) in zip(ids, calls, strict=True)
    )
    answers = [
        Message("tool", as_json(result), tool_call_id=name_of) for name_of, result in zip(ids, results, strict=True)
    ]
    return Message("assistant", said or None, tool_calls=asked), answers


def as_json(value: object) -> str:
    """As arguments and results stand in messages; a text stays as it is."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

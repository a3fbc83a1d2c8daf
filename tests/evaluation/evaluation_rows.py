"""Benchmark and prediction rows for the tests of the evaluation."""

from typing import Any

SYSTEM = "Answer with\n### Conclusion\n### Check (units)"
GOOD = "### Conclusion\nThe field inside the conductor is zero.\n### Check\nThe unit is V/m."
REFUSING = "### Conclusion\nI cannot compute it: the plate area is not given.\n### Check\nPlease send the area."

Row = dict[str, Any]


def item(identity: str, **changes: Any) -> Row:
    return {
        "id": identity,
        "mode": "tutor",
        "messages": [
            {"role": "system", "content": SYSTEM},
            {"role": "user", "content": f"What is the field? ({identity})"},
        ],
        "refusal_type": None,
        "reference": "It is zero.",
        "key_points": ["the field inside the conductor is zero"],
        "meta": {"category": "concept", "difficulty": "easy", "chapter": "ch1", "language": "en"},
        **changes,
    }


def refusal(identity: str, **changes: Any) -> Row:
    meta = {"category": "refusal", "difficulty": "easy", "chapter": "ch2", "language": "en"}
    return item(identity, refusal_type="missing_parameters", key_points=[], meta=meta, **changes)


def prediction(identity: str, text: str, **changes: Any) -> Row:
    return {
        "id": identity,
        "prediction": text,
        "tool_calls": [],
        "finish_reason": "stop",
        "prompt_tokens": 10,
        "completion_tokens": 5,
        "latency_s": 0.5,
        "retrieved": [],
        "model": "m",
        "adapter": None,
        "seed": 0,
        **changes,
    }

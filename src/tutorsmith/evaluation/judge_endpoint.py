"""The endpoint of a judge model: `tutorsmith.core.endpoint` under the names of `tutorsmith evaluate`."""

from typing import Any

from tutorsmith.core.endpoint import Endpoint, Names

KEY_VARIABLE = "JUDGE_API_KEY"
JUDGE = Names(
    model="the judge model",
    url_flag="--judge-url",
    model_flag="--judge-model",
    key_variable=KEY_VARIABLE,
    again="run the same command again (verdicts so far are kept), or add --judge-optional to do without it",
)


def judge_endpoint(url: str, model: str, key: str = "", **limits: Any) -> Endpoint:
    """limits: timeout, tries and first_pause of `Endpoint`. Raises: UsageError."""
    return Endpoint(url, model, key, names=JUDGE, **limits)

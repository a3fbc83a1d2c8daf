"""Audit of the tokens at which a model's answers end, on plain ids and strings.

A model that ends too early answers nothing; one that never ends runs into the token limit and loops. Both come from
saved generation settings more often than from training, and no metric tells the difference.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

ERROR, WARNING = "error", "warning"


@dataclass(frozen=True, slots=True)
class StopFinding:
    """severity: "error" (no answer can end) or "warning"; what is wrong with the saved settings; mend."""

    severity: str
    what: str
    mend: str


@dataclass(frozen=True, slots=True)
class StopTokens:
    """What is saved with a model. Ids, None where nothing is saved.

    end: the tokenizer's end token; pad: its padding token; saved: the end tokens of the generation config; closing: the
    special token with which the chat template closes a turn; names: their texts by id.
    """

    end: int | None
    pad: int | None
    saved: tuple[int, ...]
    closing: int | None
    names: Mapping[int, str]

    def shown(self, token: int) -> str:
        return f"'{self.names[token]}' (id {token})" if token in self.names else f"id {token}"


def saved_ids(value: int | Sequence[int] | None) -> tuple[int, ...]:
    """The end tokens as a generation config saves them: one id, a list, or none."""
    if value is None:
        return ()
    return (value,) if isinstance(value, int) else tuple(value)


def audit_stops(stops: StopTokens) -> tuple[StopFinding, ...]:
    """What is wrong with the saved settings; empty when nothing is.

    Tutorsmith itself ends answers at the tokenizer's, the model's and the template's end tokens together and leaves a
    mere padding token out. The findings matter wherever the model is used with its saved settings as they are.
    """
    if not stops.saved and stops.end is None and stops.closing is None:
        what = "no end token is saved at all: every answer runs into the token limit"
        return (StopFinding(ERROR, what, "set eos_token_id in generation_config.json and eos_token of the tokenizer"),)
    found = [_pad_among_ends(stops), _none_saved(stops), _closing_left_out(stops), _pad_is_end(stops)]
    return tuple(finding for finding in found if finding is not None)


def _pad_among_ends(stops: StopTokens) -> StopFinding | None:
    if stops.pad is None or stops.pad not in stops.saved or stops.pad in (stops.end, stops.closing):
        return None
    return StopFinding(
        WARNING,
        f"the padding token {stops.shown(stops.pad)} is among the end tokens: an answer in a padded batch may end "
        "before it begins",
        "take it out of eos_token_id in generation_config.json",
    )


def _none_saved(stops: StopTokens) -> StopFinding | None:
    if stops.saved:
        return None
    end = stops.closing if stops.closing is not None else stops.end
    named = stops.shown(end) if end is not None else "the end token"
    return StopFinding(
        WARNING,
        "the generation config names no end token: a program that goes by it never stops",
        f"set eos_token_id in generation_config.json to {named}",
    )


def _closing_left_out(stops: StopTokens) -> StopFinding | None:
    if stops.closing is None or not stops.saved or stops.closing in stops.saved:
        return None
    return StopFinding(
        WARNING,
        f"the chat template closes a turn with {stops.shown(stops.closing)}, which is not among the end tokens of the "
        "generation config: a tuned model would speak on for the student",
        "add it to eos_token_id in generation_config.json",
    )


def _pad_is_end(stops: StopTokens) -> StopFinding | None:
    if stops.pad is None or stops.pad not in (stops.end, stops.closing):
        return None
    return StopFinding(
        WARNING,
        f"the padding token is the end token, {stops.shown(stops.pad)}: a trainer that leaves padding out of the loss "
        "by its id leaves the end out too, and the model does not learn to stop (Tutorsmith masks by place)",
        "give the tokenizer a padding token of its own",
    )


def audit_record(stops: StopTokens, used: Sequence[int]) -> dict[str, Any]:
    """The audit as artifacts keep it. used: the ids at which answers really ended."""
    return {
        "stops": [{"id": token, "text": stops.names.get(token, "")} for token in sorted(used)],
        "findings": [asdict(finding) for finding in audit_stops(stops)],
    }

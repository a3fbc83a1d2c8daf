"""The audit of stop tokens, on the settings that real models were published with."""

import pytest
from tiny_models import make_tokenizer

from tutorsmith.models.render import stop_tokens
from tutorsmith.models.stop_tokens import StopTokens, audit_record, audit_stops, saved_ids

NAMES = {0: "<pad>", 1: "<eos>", 2: "<|im_end|>"}


def stops(end: int | None, pad: int | None, saved: tuple[int, ...], closing: int | None) -> StopTokens:
    return StopTokens(end, pad, saved, closing, NAMES)


def told(*settings: object) -> list[str]:
    return [finding.what for finding in audit_stops(stops(*settings))]  # type: ignore[arg-type]


def test_sound_settings_have_no_finding() -> None:
    assert audit_stops(stops(2, 0, (1, 2), 2)) == ()
    assert audit_stops(stops(1, None, (1,), None)) == ()


def test_the_padding_token_among_the_end_tokens() -> None:
    """transformers#48016: a generation config that lists the padding token as one of several end tokens."""
    (finding,) = audit_stops(stops(2, 0, (2, 0), 2))
    assert "'<pad>' (id 0)" in finding.what and "among the end tokens" in finding.what
    assert finding.severity == "warning" and "generation_config.json" in finding.mend


def test_no_end_token_in_the_generation_config() -> None:
    (finding,) = audit_stops(stops(1, 0, (), 2))
    assert "names no end token" in finding.what
    assert "'<|im_end|>' (id 2)" in finding.mend


def test_the_end_of_turn_is_not_among_the_stop_tokens() -> None:
    """A ChatML template over a model whose config knows its end of text only."""
    (finding,) = audit_stops(stops(1, 0, (1,), 2))
    assert "'<|im_end|>' (id 2)" in finding.what and "not among the end tokens" in finding.what


@pytest.mark.parametrize("saved", [(2,), (1, 2)])
def test_the_padding_token_is_the_end_token(saved: tuple[int, ...]) -> None:
    (finding,) = audit_stops(stops(2, 2, saved, 2))
    assert "the padding token is the end token" in finding.what


def test_several_findings_and_a_token_without_a_name() -> None:
    assert len(told(1, 1, (1,), 2)) == 2
    assert "id 9" in told(2, 9, (2, 9), 2)[0]


def test_nothing_that_ends_an_answer_is_an_error() -> None:
    (finding,) = audit_stops(stops(None, 0, (), None))
    assert finding.severity == "error"


def test_end_tokens_as_configs_save_them() -> None:
    assert (saved_ids(None), saved_ids(3), saved_ids([3, 4]), saved_ids(0)) == ((), (3,), (3, 4), (0,))


def test_the_settings_are_read_from_a_tokenizer() -> None:
    tokenizer = make_tokenizer(None, marks=["<pad>", "<s>", "</s>"], end="</s>")
    tokenizer.pad_token = "<pad>"
    found = stop_tokens(tokenizer, [2, 0])
    assert (found.end, found.pad, found.saved) == (2, 0, (2, 0))
    assert found.names[0] == "<pad>"
    record = audit_record(found, [2])
    assert record["stops"] == [{"id": 2, "text": "</s>"}]
    assert any("'<pad>'" in row["what"] for row in record["findings"])

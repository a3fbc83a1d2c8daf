"""Replies of models: what is mended, and what is refused with why."""

import json

import pytest
from expand_tools import GOOD, reply

from tutorsmith.expand.draft import Draft
from tutorsmith.expand.reply import Unusable, read_reply

RAW = reply()
SECTIONS = {"Conclusion": "It is zero.", "Derivation": "Nothing changes.", "Check": "1 V."}


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        (RAW, ()),
        (f"```json\n{RAW}\n```", ("code fence taken off",)),
        (f"Sure!\n```\n{RAW}\n```\nHope it helps.", ("code fence taken off",)),
        (f"<think>hm {{}}</think>{RAW}", ("thinking taken off",)),
        (f"Here: {RAW}", ("text before the object taken off",)),
        (f"{RAW}\nThat is all.", ("text behind the object taken off",)),
        (RAW[:-1] + ",}", ("trailing commas taken out",)),
        (RAW.replace("\\\\", "\\"), ("single backslashes doubled",)),
        (RAW.replace("\\n", "\n"), ()),
        (reply(cited="[1]"), ()),
        (reply(cited=[1]), ()),
        (reply(refusal_type="none"), ()),
        (reply(difficulty="tricky"), ("difficulty 'tricky' became medium",)),
        (reply(score=5), ("fields left out: score",)),
    ],
)
def test_what_is_mended(text: str, mended: tuple[str, ...]) -> None:
    found = read_reply(text, 3)
    assert found.draft == GOOD
    assert found.mended == mended


def test_latex_that_json_would_take_for_escapes() -> None:
    """\\theta, \\frac, \\nabla and \\rho, each with one backslash, and a real line break between them."""
    answer = "$\\theta=\\frac{1}{2}$\\nSo $\\nabla\\rho=\\times$."
    text = f'{{"question": "Why?", "answer": "{answer}", "key_points": ["a b c"], "cited": 1}}'
    assert read_reply(text, 1).draft.answer == "$\\theta=\\frac{1}{2}$\nSo $\\nabla\\rho=\\times$."


def test_sections_as_an_object_are_joined() -> None:
    found = read_reply(reply(answer=SECTIONS), 3)
    assert found.draft.answer.startswith("### Conclusion\nIt is zero.\n\n### Derivation")
    assert found.mended == ("sections of the answer joined",)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("I cannot do that.", "no JSON object"),
        (RAW[:200], "not valid JSON"),
        ("[1, 2]", "no JSON object"),
        ("{" * 100_000, "not valid JSON"),
        (f"{RAW}\n{RAW}", "more than one object"),
        (reply(question=" "), "'question' must be"),
        (reply(answer=3), "'answer' must be"),
        (reply(cited=4), "1 to 3"),
        (reply(cited="the first"), "1 to 3"),
        (reply(cited=True), "1 to 3"),
        (reply(refusal_type="lazy"), "'refusal_type' must be"),
        (reply(key_points={"a": 1}), "must be a list"),
        (reply(key_points=[3]), "sentence or an object"),
        (reply(key_points=[{"quantity": "3 zorkmids"}]), "zorkmids"),
        (reply(key_points=[{"formula": "E = ("}]), "formula"),
    ],
)
def test_what_is_refused(text: str, why: str) -> None:
    with pytest.raises(Unusable, match=why):
        read_reply(text, 3)


def test_a_draft_survives_the_file() -> None:
    from tutorsmith.expand.draft import draft_from_dict

    assert draft_from_dict(json.loads(json.dumps(GOOD.as_dict()))) == GOOD
    with pytest.raises(ValueError, match="unknown refusal_type"):
        draft_from_dict({**Draft("q", "a").as_dict(), "refusal_type": "lazy"})

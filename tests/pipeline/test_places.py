"""In which section of an answer the notes are quoted."""

import pytest

from tutorsmith.core.errors import DataError
from tutorsmith.data.schema import Message, Sample
from tutorsmith.pipeline.forms import bodies_of, open_sections, sections_of
from tutorsmith.pipeline.places import NOWHERE, Places, fit_places

PROMPT = "Answer with exactly these sections:\n### Conclusion\n### Derivation\n### Check (units / limiting cases)"
SECTIONS = sections_of(PROMPT)
CHECK = "### Check (units / limiting cases)\n"
ANSWER = f"### Conclusion\nThe field is {{n}} V/m.\n\n### Derivation\n1. Insert the charge.\n\n{CHECK}Units: V/m."


def sample(n: int, answer: str = ANSWER, refusal: str | None = None) -> Sample:
    messages = (Message("system", PROMPT), Message("user", "How large?"), Message("assistant", answer.format(n=n)))
    return Sample(f"s{n}", "tutor", messages, refusal)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def places() -> Places:
    return fit_places([sample(n) for n in range(3)])


@pytest.mark.parametrize(
    ("passage", "section"),
    [("Insert the current.", 1), ("The units agree.", 2), ("The field of a wire is known.", 0), ("Bonjour.", 0)],
)
def test_a_passage_stands_where_answers_speak_like_it(places: Places, passage: str, section: int) -> None:
    assert places.of(passage, SECTIONS) == section


def test_without_answers_all_stands_in_the_first_section(places: Places) -> None:
    assert NOWHERE.of("The units agree.", SECTIONS) == 0
    assert places.of("The units agree.", sections_of("Use these sections:\n### Summary\n### Outlook")) == 0


def test_only_what_several_answers_say_counts_and_refusals_do_not() -> None:
    assert fit_places([sample(1)]) == NOWHERE
    assert fit_places([sample(n, refusal="out_of_scope") for n in range(3)]) == NOWHERE
    assert "charg" in fit_places([sample(1), sample(2)]).counts["derivation"]


def test_it_is_kept(places: Places) -> None:
    assert Places.from_dict(places.as_dict(), "places.json") == places
    for damaged in (
        {},
        {"sections": []},
        {"sections": {"check": {"units": -1}}},
        {"sections": {"check": {"a": True}}},
        3,
    ):
        with pytest.raises(DataError, match="train again"):
            Places.from_dict(damaged, "places.json")


def test_sections_open_and_what_was_put_in_is_told() -> None:
    openings = ("A [1]\n\n", "", "C [2]\n\n")
    opened, given = open_sections(ANSWER, SECTIONS, openings)
    heads = ("### Conclusion\n", CHECK)
    assert opened == ANSWER.replace(heads[0], f"{heads[0]}A [1]\n\n").replace(heads[1], f"{heads[1]}C [2]\n\n")
    assert [opened[start:end] for start, end in given] == [f"{heads[0]}A [1]\n\n", "C [2]\n\n"]
    assert open_sections("No sections.", SECTIONS, openings) == ("No sections.", ())


def test_answers_without_sections_have_no_bodies() -> None:
    assert bodies_of("It is 5 V.", SECTIONS) == bodies_of("### Conclusion\nYes.", ()) == []
    assert fit_places([sample(n, "It is 5 V.") for n in range(3)]) == NOWHERE


def test_bodies_are_those_of_the_sections_asked_for() -> None:
    text = "Hm.\n\n### Conclusion\nYes.\n\n### Aside\nNo.\n### Check\nUnits."
    assert bodies_of(text, SECTIONS) == [(0, "Yes.\n\n### Aside\nNo.\n"), (2, "Units.")]

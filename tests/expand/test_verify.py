"""Each check on a good draft and on one with a planted defect."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from expand_tools import CHECK, GOOD, case

from tutorsmith.expand.decide import notes_changed
from tutorsmith.expand.draft import Draft, record_of
from tutorsmith.expand.grounding import THRESHOLD, grounding
from tutorsmith.expand.neighbours import read_neighbours
from tutorsmith.expand.queue import Entry
from tutorsmith.expand.setting import Setting
from tutorsmith.expand.verify import Check, reasons, verify

REFUSAL = Draft(
    "The notes give the emf of a coil. Which wire gauge does my coil need so that it does not overheat?",
    "### Conclusion\nThe course notes do not say which wire gauge a coil needs, so I cannot name one.\n\n"
    "### Derivation\nThey hold Faraday's law, which gives the emf of a coil; they do not contain limits of heating.\n\n"
    f"{CHECK}\nIf you send me the permitted current density, we can go on from there.",
    cited=1,
    refusal_type="insufficient_context",
)


def checks(setting: Setting, draft: Draft = GOOD, kind: str = "concept") -> Mapping[str, Check]:
    return {check.name: check for check in verify(case(setting, draft, kind), setting.neighbours)}


def test_a_good_draft_passes_everything(setting: Setting) -> None:
    found = checks(setting)
    assert {name: check.state for name, check in found.items() if check.state not in ("passed", "not applicable")} == {}
    assert found["key points"].numbers == {"points": 2, "found": 2}
    assert found["neighbours"].numbers["compared"] == 13
    assert found["grounding"].numbers["share"] > 0.5
    assert found["formulas"].numbers == {"verified": 1, "stated otherwise": 0, "not checkable": 0}


def test_a_good_refusal_passes_everything(setting: Setting) -> None:
    found = checks(setting, REFUSAL, "insufficient_context")
    assert not [check for check in found.values() if check.state == "failed"]
    assert found["key points"].detail == "a refusal has none"


@pytest.mark.parametrize(
    ("changes", "name", "told"),
    [
        ({"key_points": ()}, "shape", "no key points"),
        ({"cited": None}, "shape", "no excerpt is cited"),
        ({"refusal_type": "out_of_scope"}, "shape", "refusal_type is out_of_scope"),
        ({"answer": GOOD.answer.replace("### Derivation\n", "")}, "shape", "sections"),
        ({"answer": GOOD.answer.replace("1 Wb/s is 1 V", "<|im_end|> 1 V")}, "data", "template-token"),
        ({"answer": GOOD.answer.replace("1 Wb/s", "\x0crac 1 Wb/s")}, "data", "control-character|broken-escape"),
        (
            {"question": "Why is the iron core of a mains transformer built from thin insulated sheets, not a block?"},
            "neighbours",
            "style-b-007",
        ),
        (
            {"question": "Two point charges of 4.0 uC and 6.0 uC are held 0.30 m apart in free space. Find the force."},
            "neighbours",
            "training record 'style-0003'",
        ),
        ({"key_points": ("the emf is twelve volts",)}, "key points", "twelve volts"),
        ({"key_points": ({"formula": "E = -N*dPhi/dt^2"},)}, "key points", "dt"),
        ({"answer": GOOD.answer + " With $N = 3.0$: $3.0\\times4.0 = 13.0$."}, "arithmetic", "12 is not 13"),
        (
            {"answer": f"### Conclusion\nWrite short words.\n\n### Derivation\nReaders tire.\n\n{CHECK}\nRead aloud."},
            "grounding",
            "are needed",
        ),
        ({"answer": GOOD.question}, "health", "answer echo"),
        ({"answer": "感应电动势为零，因为磁通量不随时间变化，所以没有电动势。"}, "health", "wrong_language"),
        ({"question": ""}, "shape", "empty"),
    ],
)
def test_planted_defects(setting: Setting, changes: dict[str, Any], name: str, told: str) -> None:
    import re

    found = checks(setting, replace(GOOD, **changes))
    assert found[name].state == "failed", found
    assert re.search(told, found[name].detail), found[name]
    assert f"{name}: " in reasons([check.as_dict() for check in found.values()])


def test_values_are_verified_or_said_to_be_open(setting: Setting) -> None:
    point = {"quantity": "12 V", "text": "the emf"}
    stated = replace(GOOD, answer=GOOD.answer + " The emf is $12$ V.", key_points=(point,))
    found = checks(setting, stated)["quantities"]
    assert found.state == "noted" and found.numbers == {"verified": 0, "not checkable": 1}
    reckoned = replace(stated, answer=stated.answer + " Insert: $3.0\\times4.0 = 12$ V.")
    assert checks(setting, reckoned)["quantities"].numbers == {"verified": 1, "not checkable": 0}


def test_formulas_against_the_excerpt(setting: Setting) -> None:
    wrong = {"formula": "E = N*dPhi/dt"}
    answer = GOOD.answer.replace("-N\\frac", "N\\frac")
    found = checks(setting, replace(GOOD, answer=answer, key_points=(wrong,)))["formulas"]
    assert (found.state, found.numbers["stated otherwise"]) == ("noted", 1) and "sign" in found.detail
    elsewhere = {"formula": "C = Q/V"}
    other = replace(GOOD, answer=GOOD.answer + " $C=Q/V$.", key_points=(elsewhere,))
    assert checks(setting, other)["formulas"].state == "noted"


def test_a_benchmark_item_may_not_come_from_the_training_data(setting: Setting) -> None:
    """A paraphrase within one side is noted; across the border between training and benchmark it rejects."""
    stage = setting.stage
    again = "With the method of images one guesses charges instead of solving the differential equation. Is that right?"
    for form, state in (("sample", "noted"), ("benchmark", "failed")):
        neighbours = read_neighbours(form, stage.train, stage.eval)  # type: ignore[arg-type]
        drafted = replace(case(setting, replace(GOOD, question=again)), mold=replace(setting.mold, form=form))
        found = {check.name: check for check in verify(drafted, neighbours)}["neighbours"]
        assert (found.state, "style-0009" in found.detail) == (state, True), found


def test_records_of_both_forms(setting: Setting) -> None:
    sample = record_of(GOOD, setting.mold, "a", kind="concept", chapter="ch10")
    item = record_of(GOOD, replace(setting.mold, form="benchmark"), "a", kind="concept", chapter="ch10")
    assert [m["role"] for m in sample["messages"]] == ["system", "user", "assistant"] and "key_points" not in sample
    assert [m["role"] for m in item["messages"]] == ["system", "user"] and item["reference"] == GOOD.answer
    assert item["key_points"] == list(GOOD.key_points) and item["meta"]["category"] == "concept"
    refused = record_of(
        REFUSAL, replace(setting.mold, form="benchmark"), "a", kind="insufficient_context", chapter="ch10"
    )
    assert refused["key_points"] == [] and refused["meta"]["category"] == "refusal"


def test_grounding_counts_terms_and_formulas() -> None:
    excerpt = "Ohm's law\nThe current density is proportional to the field, $J=\\sigma E$."
    own = grounding("The current density is $J=\\sigma E$, proportional to the field.", excerpt)
    other = grounding("A paragraph begins with its topic; $F=ma$ moves nothing here.", excerpt)
    assert own.share == 1.0 and (own.formulas, own.stated) == (1, 1)
    assert other.share < THRESHOLD and (other.formulas, other.stated) == (1, 0)
    assert grounding("$J=2\\sigma E$ is the current density.", excerpt).against
    assert grounding("", excerpt).share == 0.0


def test_notes_that_changed_since_the_draft(setting: Setting) -> None:
    from expand_tools import faraday

    task = faraday(setting)
    assert notes_changed(Entry("a", task), setting) == ""
    assert notes_changed(Entry("a", replace(task, chunk=40)), setting) == ""  # it moved, and says the same
    assert "does not say this any more" in notes_changed(Entry("a", replace(task, chunk_hash="sha256:0")), setting)

"""Key points in words of the electromagnetics benchmarks: what must cover them covers, what is right is not charged."""

import pytest
from content_tools import load

from tutorsmith.evaluation.metrics.key_points import judge_key_point

COURSE = "You are a teaching assistant for a university electromagnetics course."
ITEMS = {
    item["id"]: item
    for name in ("style_benchmark_extended", "rag_benchmark", "tool_benchmark")
    for item in load(f"eval/{name}.jsonl")
    if item["messages"][0]["content"].startswith(COURSE)
}
WORDED = {
    key: points for key, item in ITEMS.items() if (points := [p for p in item.get("key_points", []) if "any_of" in p])
}
CHARGE = "asserts what it must not"

RIGHT = {
    "style-bx-001": "Only the Cartesian unit vectors may be taken out of the integral.",
    "style-bx-007": "The perpendicular components of opposite elements cancel, only the axial components remain.",
    "style-bx-010": "If the ring carries no charge, no work is needed.",
    "style-bx-012": "For a real, finite wire the potential is zero at infinity.",
    "style-bx-026": "At the poles the field is three times the applied field.",
    "style-bx-036": "If the currents had the same direction, the bars would attract each other.",
    "style-bx-038": "Without a gap most of the energy is in the iron.",
    "style-bx-043": "Only while the ring is pushed in does the induced field point against the magnet's field.",
    "style-bx-048": "If psi does not depend on time, the scalar potential stays the same.",
    "style-bx-071": "On an ordinary line the attenuation grows with frequency. There the pulse spreads.",
    "style-bx-073": "The reflected share of the power is the square of |Gamma|.",
    "rag-b-008": "If the layers lie side by side, both layers have the same E.",
    "rag-b-015": "With a steady current no emf is induced in the ring.",
    "rag-b-024": "A ray inside the diamond that meets the face beyond the critical angle is totally reflected.",
}
"""Sentences of right answers that lie near a forbidden wording."""


@pytest.mark.parametrize("key", WORDED)
def test_every_wording_covers_its_own_point_and_raises_no_charge(key: str) -> None:
    for point in WORDED[key]:
        for wording in point["any_of"]:
            said = f"{wording[0].upper()}{wording[1:]}."
            assert judge_key_point(point, said).covered, wording
            charges = [other for other in WORDED[key] if judge_key_point(other, said).rule.startswith(CHARGE)]
            assert charges == [], wording


@pytest.mark.parametrize("key", RIGHT)
def test_a_right_sentence_raises_no_charge(key: str) -> None:
    for point in WORDED[key]:
        assert not judge_key_point(point, RIGHT[key]).rule.startswith(CHARGE), point


def test_every_forbidden_wording_is_charged() -> None:
    for points in WORDED.values():
        for point in points:
            for wording in point.get("must_not", []):
                assert judge_key_point(point, f"{wording[0].upper()}{wording[1:]}.").contradicted, wording

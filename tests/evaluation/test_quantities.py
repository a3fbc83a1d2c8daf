"""Values with an uncertainty, changes with a direction, and values that the question gives."""

from itertools import product

import pytest

from tutorsmith.evaluation import judge_key_point

WRITTEN = [
    "(5.21 ± 0.18) ms",
    "$(5.21 \\pm 0.18)$ ms",
    "5.21 ± 0.18 ms",
    "5.21(18) ms",
    "$5.21\\pm0.18\\,\\mathrm{ms}$",
    "5.21 +/- 0.18 ms",
    "\\SI{5.21(18)}{ms}",
    "5.21 ms ± 0.18 ms",
    "（5.21±0.18）ms",
    "\\qty{5.21 \\pm 0.18}{\\milli\\second}",
    "(5.21 ± 0.18) × 10^-3 s",
    "5.21(18) × 10⁻³ s",
]
AROUND = ["{}", "The delay is {}.", "Write the delay as {} and give the number of runs.", "延迟为{}。"]


@pytest.mark.parametrize(("written", "around"), list(product(WRITTEN, AROUND)))
def test_value_and_uncertainty_are_both_stated(written: str, around: str) -> None:
    for quantity in ("5.21 ms", "0.18 ms", "5.21 ± 0.18 ms"):
        verdict = judge_key_point({"quantity": quantity, "rel_tol": 0.01}, around.format(written))
        assert (verdict.covered, verdict.contradicted) == (True, False), (quantity, verdict)


@pytest.mark.parametrize(
    ("quantity", "answer"),
    [
        ("0.18 ms", "(5.21 ± 0.25) ms"),
        ("5.21 ms", "(4.90 ± 0.18) ms"),
        ("5.21 ms", "5.21(18) s"),
        ("5.21 ± 0.18 ms", "5.21 ms"),
        ("5.21 ± 0.18 ms", "5.21 ± 0.35 ms"),
        ("0.18 ms", "5.21(19) ms"),
    ],
)
def test_another_value_or_uncertainty_does_not_cover(quantity: str, answer: str) -> None:
    assert judge_key_point({"quantity": quantity, "rel_tol": 0.01}, answer).covered is False


DECREASE = {"quantity": "15 %", "text": "reduction of the delay"}
INCREASE = {"quantity": "15 %", "text": "increase of the delay"}


@pytest.mark.parametrize(
    ("key_point", "answer", "covered", "contradicted"),
    [
        (DECREASE, "The delay changed by -15 %.", True, False),
        (DECREASE, "The relative change is $-15\\,\\%$.", True, False),
        (DECREASE, "The delay is 15 % lower than before.", True, False),
        (DECREASE, "The delay increases by 15 %.", False, True),
        (INCREASE, "The change of the delay is -15 %.", False, True),
        (INCREASE, "The delay grows by 15 %.", True, False),
        ({"quantity": "-15 %"}, "a decrease of 15 %", True, False),
        ({"quantity": "-15 %"}, "延迟降低了15%。", True, False),
        ({"quantity": "-15 %"}, "The delay rises by 15 %.", False, True),
        ({"quantity": "15 %"}, "The change is -15 %.", True, False),
        ({"quantity": "-3 dB"}, "The level drops by 3 dB.", True, False),
        ({"quantity": "-3 dB"}, "The gain is 3 dB.", False, True),
        ({"quantity": "-5 V"}, "The voltage is 5 V.", False, True),
        ("a reduction of 15 %", "The relative change is −15 %.", True, False),
        ("a reduction of 15 %", "an increase of 15 %", False, True),
        ({"quantity": "15 %", "text": "延迟的减小"}, "相对变化为-15%。", True, False),
    ],
)
def test_a_change_has_a_direction(key_point: object, answer: str, covered: bool, contradicted: bool) -> None:
    verdict = judge_key_point(key_point, answer)  # type: ignore[arg-type]
    assert (verdict.covered, verdict.contradicted) == (covered, contradicted), verdict


def test_what_the_question_gives_is_no_wrong_result() -> None:
    key_point = {"quantity": "39.7 mm"}
    answer = "The guide is 22.86 mm wide."
    assert judge_key_point(key_point, answer).contradicted
    verdict = judge_key_point(key_point, answer, question="A guide of 22.86 mm by 10.16 mm: find the wavelength.")
    assert (verdict.covered, verdict.contradicted) == (False, False)

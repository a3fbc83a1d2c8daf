"""Notation, relations an answer states, and damaged input of the formula judge."""

import random

import pytest

from tutorsmith.evaluation import judge_key_point
from tutorsmith.evaluation.metrics.formula_meanings import definitions
from tutorsmith.evaluation.metrics.formula_spoken import proportionalities, without_nouns
from tutorsmith.evaluation.metrics.formulas import formula_key

FARADAY = [
    r"$\nabla\times\mathbf{E}=-\frac{\partial\mathbf{B}}{\partial t}$",
    r"\(\operatorname{curl}\vec E=-\dot{\vec B}\)",
    r"$\operatorname{rot}\boldsymbol{E}=-\partial_t\boldsymbol{B}$",
    "∇ × 𝐄 = −∂𝐁/∂t",
    "∇×**E** = −Ḃ",
    r"$$\nabla\times\vec{E}(\vec r,t)+\dot{\vec B}=\mathbf 0\tag{3}$$",
]


@pytest.mark.parametrize("answer", FARADAY)
def test_one_law_in_many_notations(answer: str) -> None:
    assert judge_key_point({"formula": "curl E = -dB/dt"}, answer).covered is True
    wrong = judge_key_point({"formula": "curl E = dB/dt"}, answer)
    assert (wrong.covered, wrong.contradicted) == (False, True)


@pytest.mark.parametrize(
    ("answer", "letter", "meant"),
    [
        ("Here $S$ is the plate area.", "S", "area"),
        ("Call $h$ the gap between them.", "h", "length"),
        ("其中 S 为极板面积，h 为间距。", "h", "length"),
        ("The area of the plates written as F is large.", "F", "area"),
        ("a、b 分别为内外导体半径。", "a", "length"),
        ("a loop of radius R, with the current I", "R", "length"),
    ],
)
def test_letters_mean_what_the_text_says(answer: str, letter: str, meant: str) -> None:
    assert definitions(answer).get(letter) == meant


def test_an_article_is_no_letter() -> None:
    assert "a" not in definitions("This is a distance, and a is short for nothing else.")


@pytest.mark.parametrize(
    ("text", "formula"),
    [
        ("F is inversely proportional to r^2.", "F ∝ 1/((r^2))"),
        ("P 与 V 的平方成正比。", "P ∝ (V)^2"),
        ("E varies as 1/r here", "E ∝ (1/r)"),
    ],
)
def test_proportionality_in_words(text: str, formula: str) -> None:
    assert [told for _, _, told in proportionalities(text)] == [formula]


def test_names_between_signs_are_blanked_in_place() -> None:
    text = "C equals k times the area A divided by the distance d"
    blanked = without_nouns(text)
    assert len(blanked) == len(text)
    assert blanked.replace("\u2060", "") == "C equals k times A divided by d"


def test_a_law_beside_another_is_not_taken_together() -> None:
    """What an answer defines is used; that it names a second law does not say that it draws the conclusion."""
    key = {"formula": "W = C*U^2/2"}
    assert judge_key_point(key, "The energy is W = QU/2, where Q = CU.").covered is True
    assert judge_key_point(key, "The energy is W = QU/2. Besides, Q = CU.").covered is False


def test_a_likely_letter_shows_no_formula_to_be_wrong() -> None:
    verdict = judge_key_point({"formula": "B = mu_0*I/(2*pi*r)"}, "At the centre of a loop of radius R, B = μ₀I/(2R).")
    assert (verdict.covered, verdict.contradicted) == (False, False)


def test_an_identity_is_stated_by_an_identity() -> None:
    key = {"formula": "cos(2*theta) = 1 - 2*sin(theta)^2"}
    assert judge_key_point(key, r"$\cos 2\theta = 1-2\sin^2\theta$").covered is True
    assert judge_key_point(key, r"$\cos 2\theta = 1-\sin^2\theta$").contradicted
    assert judge_key_point(key, r"$\cos 2\theta = \cos 2\theta$").covered is False


def test_a_product_below_a_slash_belongs_together() -> None:
    assert formula_key("E = Q/AB").readings == formula_key("E = Q/(A*B)").readings


def test_damaged_answers_are_judged_without_an_error() -> None:
    draw = random.Random(7)
    signs = "={}()[]$\\_^/*·×∂∇∮∫∑dtE1.|'+≈∝°%，是每千Āŷẋ"
    for base in [*FARADAY, r"$\oint_{\partial S}\mathbf H\cdot d\boldsymbol\ell=\sum_k I_k$", "λ = c/f = 3×10⁸ m⁻¹"]:
        for _ in range(60):
            text = list(base)
            for _ in range(draw.randint(1, 8)):
                text[draw.randrange(len(text))] = draw.choice(signs)
            answer = "".join(text)
            for key in ({"formula": "curl E = -dB/dt"}, {"quantity": "0.3 m", "text": "wavelength"}):
                assert judge_key_point(key, answer).matched in answer

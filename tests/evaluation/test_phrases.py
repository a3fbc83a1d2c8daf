"""Phrases: who says it, what is denied, what is related to what. English and Chinese side by side."""

import pytest

from tutorsmith.evaluation import judge_key_point
from tutorsmith.evaluation.metrics.concepts import readings_of, statement_key, tokens_of
from tutorsmith.evaluation.metrics.lexicon import lexicon

NO_WORK = "The magnetic force does no work"
NO_WORK_ZH = "磁力不做功"

SAID = [
    (NO_WORK, "Remember that the magnetic force does no work."),
    (NO_WORK, "You are right that the magnetic force does no work."),
    (NO_WORK, "Does the magnetic force do work? No, it doesn't do any work."),
    (NO_WORK, "Although many believe otherwise, the magnetic force does no work."),
    (NO_WORK, "Contrary to what you wrote, the magnetic force does no work."),
    (NO_WORK, "It is wrong to say that the magnetic force does work."),
    (NO_WORK, "The work done by the magnetic force is zero."),
    (NO_WORK_ZH, "你说得对，磁力不做功。"),
    (NO_WORK_ZH, "不要以为磁力做功，它其实不做功。"),
    (NO_WORK_ZH, "磁力做功的说法是错误的。"),
    (
        "The figure needs axis labels",
        "The axes carry no labels; please add axis labels to the figure.",
    ),
    ("Abbreviations should not appear in the title", "Keep abbreviations out of the title."),
    ("The abstract should not contain citations", "Please delete the citations from the abstract."),
    ("The energy is proportional to the square of the voltage", "Twice the voltage means four times the energy."),
    ("电容器的储能与电压的平方成正比", "电压加倍，电容器里存的能量就变成原来的四倍。"),
    ("E leads H by 45 degrees", "H lags behind E by 45 degrees."),
    ("校对前应先修改结构", "应先修改结构，再校对。"),
    ("没有面电流时磁场的切向分量连续", "没有面电流时，磁场的切向分量在分界面上连续。"),
]
NOT_SAID = [
    (NO_WORK, "The magnetic force does no work, you might object."),
    (NO_WORK, "You have been told that the magnetic force does no work. Check it."),
    (NO_WORK, "Your draft says that the magnetic force does no work. Is this so?"),
    (NO_WORK, "Show that the magnetic force does no work."),
    (NO_WORK, "According to your classmate, the magnetic force does no work."),
    (NO_WORK, "It would be a mistake to say that the magnetic force does no work."),
    (NO_WORK, "The magnetic force does no work. That's false."),
    (NO_WORK, "The statement 'the magnetic force does no work' needs to be proved."),
    (NO_WORK, "Suppose the magnetic force did no work."),
    (NO_WORK_ZH, "有同学认为磁力不做功。"),
    (NO_WORK_ZH, "请证明磁力不做功。"),
    (NO_WORK_ZH, "很多书上写磁力不做功，但没有给出理由。"),
    (NO_WORK_ZH, "说磁力不做功是不对的。"),
    ("The sample size should be reported in the methods section", "There is no need to report the sample size."),
    ("Equations should be numbered at the right margin", "Pages are numbered at the right margin. Equations too?"),
    ("Table captions are placed above the table", "Figure captions are placed above the figure. Tables have none yet."),
    ("The energy grows with the voltage and the frequency", "The energy grows with the voltage."),
    ("The field is inversely proportional to the distance", "The field falls inversely with the cube of the distance."),
    ("The radiated field falls off as 1/r", "The radiated field falls off as 1/r^3."),
    ("The image charge has the opposite sign", "The image charge lies on the opposite side."),
    ("E leads H by 45 degrees", "E lags behind H by 45 degrees."),
    ("校对前应先修改结构", "应先校对，再修改结构。"),
    ("电场线从正电荷出发，终止于负电荷", "电场线从负电荷出发，终止于正电荷。"),
    ("频率越高，趋肤深度越小", "频率越高，趋肤深度越大。"),
]  # fmt: skip


@pytest.mark.parametrize(("key_point", "answer"), SAID)
def test_said(key_point: str, answer: str) -> None:
    verdict = judge_key_point(key_point, answer)
    assert verdict.covered is True, verdict
    assert verdict.matched and verdict.matched in answer


@pytest.mark.parametrize(("key_point", "answer"), NOT_SAID)
def test_not_said(key_point: str, answer: str) -> None:
    assert judge_key_point(key_point, answer).covered is False


def test_a_contradiction_is_of_the_same_subject() -> None:
    key_point = "A matched load does not reflect the wave"
    assert judge_key_point(key_point, "A matched load reflects the wave.").contradicted
    assert not judge_key_point(key_point, "An open circuit reflects the wave.").contradicted


def test_a_second_meaning_is_found_and_is_no_evidence_otherwise() -> None:
    assert judge_key_point("The last sentence should be removed", "Drop the closing sentence.").covered is True
    loose = [t.concept for t in readings_of("Drop the sentence.") if t.loose]
    assert "remove" in loose
    assert not any(t.loose for t in tokens_of("Drop the sentence."))


def test_a_turn_of_phrase_stands_for_its_idle_words() -> None:
    tokens = statement_key("the hedge should be kept").tokens
    assert any(t.concept == "keep" and t.polarity for t in tokens)


def test_no_relation_names_a_concept_for_itself() -> None:
    table = lexicon()
    assert all(name not in others for name, others in table.siblings.items())
    assert all(name not in others for name, others in table.general.items())

"""A question taken apart, and the signs in its wording."""

import pytest

from tutorsmith.evidence.cues import field_words, signs
from tutorsmith.evidence.question import Question
from tutorsmith.evidence.textneeds import lacking


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('Is this right? "The sample was heated for an hour."', True),
        ('What does "significant" mean?', False),
        ("Please check:\n1 Introduction\n2 Methods", True),
        ("Which is better? (a) We dried it. (b) It was dried.", True),
        ("Is this APA? Lin, A. B. (2021). Losses of coils. Power Letters, 12(3), 45-52.", True),
        ("Is my abstract good?", False),
        ("这句话对吗？“通过实验，使我们发现误差来自温度。”", True),
    ],
)
def test_what_a_question_brings_along(text: str, shown: bool) -> None:
    question = Question(text)
    assert bool(question.shown) is shown
    assert question.own.strip()


def test_own_words_are_those_outside_of_quotations() -> None:
    question = Question('Is "see the figure below for all values" a good sentence?')
    assert signs("picture", question.text) and not signs("picture", question.own)


def test_only_the_asking_sentences_ask() -> None:
    question = Question("My landlord has 3 dogs. A wire carries 2 A. Find its field.")
    assert question.asking == "Find its field."


def test_labels_and_words_are_no_measured_values() -> None:
    question = Question("In Fig. 4 and Table 2, chapter 3, one metre of wire of APA 7 carries 5.0 A.")
    assert [v.number for v in question.measured] == [5.0]
    assert question.physical
    assert not Question("My abstract has 230 words.").physical


@pytest.mark.parametrize(
    ("group", "text"),
    [
        ("picture", "In which direction does the current in the figure flow?"),
        ("picture", "What is V at points A to D?"),
        ("sheet", "Please explain exercise 4."),
        ("sheet", "Why does part (b) have a minus sign?"),
        ("before", "Is the value right that you sent yesterday?"),
        ("service", "Please write my whole discussion chapter."),
        ("service", "Invent ten readings, nobody checks that."),
        ("advice", "Which cable should I buy?"),
        ("picture", "如图所示，电流沿什么方向？"),
        ("service", "请替我写完第五章。"),
    ],
)
def test_a_sign_is_found(group: str, text: str) -> None:
    assert signs(group, text)


@pytest.mark.parametrize(
    ("group", "text"),
    [
        ("picture", "I draw a circle around the wire."),
        ("sheet", "A bar slides at 4.0 m/s on rails."),
        ("sheet", "A plastic sheet carries 2.0 uC/m^2."),
        ("before", "Someone told me that glass breaks down at 10 MV/m."),
        ("service", "How do I write a good discussion?"),
        ("advice", "Which boundary condition should I use?"),
    ],
)
def test_no_sign_is_found(group: str, text: str) -> None:
    assert not signs(group, text)


def test_fields_are_near_or_far() -> None:
    assert field_words()["photon"] == "far"
    assert field_words()["microcontroller"] == "near"


@pytest.mark.parametrize(
    ("text", "lacks"),
    [
        ('Is this entry in the right form? "Lin A. Coils. Power Letters 2019; 8: 1-9."', "the citation style"),
        ('Is this entry in the right form for IEEE? "Lin A. Coils. Power Letters 2019; 8: 1-9."', None),
        ("The program now needs 12 ms. By what percentage did I improve it?", "the value before the change"),
        ("The program needs 12 ms instead of 15 ms. By what percentage did I improve it?", None),
        ("How many digits of 4.7312 V do I print?", "the uncertainty of the value"),
        ("How many digits of 4.7312 V do I print? The uncertainty is 0.03 V.", None),
        ("May I write significantly faster? It was 52 ms and 61 ms.", "the result of the test"),
        ("May I write significantly faster? It was 52 ms and 61 ms, p = .031.", None),
        ('Is "significantly better" fine?', None),
        ("My abstract has 231 words. Is that too many for the conference?", "the limit that holds"),
        ("My abstract has 231 words, the conference allows 200. Is that too many?", None),
        ("What is the difference between mass and weight?", None),
    ],
)
def test_what_a_judgement_needs(text: str, lacks: str | None) -> None:
    assert lacking(Question(text)) == lacks

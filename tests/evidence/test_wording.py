"""A question taken apart, and the signs in its wording."""

import pytest

from tutorsmith.evidence.cues import field_words, signs
from tutorsmith.evidence.question import Question
from tutorsmith.evidence.references import advised, looked_at, remark_untold
from tutorsmith.evidence.textneeds import describes, lacking, tasks


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


@pytest.mark.parametrize(
    ("text", "lacks"),
    [
        ("Could you suggest a title for my thesis?", "the topic of the work"),
        ("Could you suggest a title for my thesis on the ageing of wooden bridges?", None),
        ("How do I find a good title?", None),
        ("Please phrase a hypothesis for my study.", "the topic of the work"),
        ("Which journal suits my manuscript?", "the topic of the work"),
        ("How many people do I need to interview for my study?", "the effect and the scatter that are expected"),
        ("What does the size of a sample depend on?", None),
        ("Make me a timetable for my thesis.", "the date by which it must be finished"),
        ("Make me a timetable for my thesis, which is due in eight weeks.", None),
        ("Which test should I use to compare my groups?", "what the data are and which groups are compared"),
        ("Build me the APA entry for Sato's book on rice.", "the year"),
        ("Of all my letters, 34 came back. Which response rate is that?", "the whole of which it is a part"),
        ("My review has 14 pages. Must I shorten it?", "the limit that holds"),
        ("How many digits does one usually give?", None),
        ("帮我给论文起个题目。", "the topic of the work"),
        ("误差降到了 3 毫米，降低了百分之几？", "the value before the change"),
    ],
)
def test_what_a_task_needs(text: str, lacks: str | None) -> None:
    assert lacking(Question(text)) == lacks


def test_every_detector_that_a_task_names_is_there() -> None:
    seen = {"text", "topic", "two values"}
    for task in tasks().rows:
        assert {*task.given, *task.unless, *filter(None, [task.shows])} <= seen | set(tasks().detectors), task.name


@pytest.mark.parametrize(
    ("text", "described"),
    [
        ("My thesis is on the noise of strain gauges.", True),
        ("My bachelor thesis needs a good title.", False),
        ("我的论文研究短视频对睡眠的影响。", True),
        ("请给我的论文起个题目。", False),
    ],
)
def test_a_matter_is_described(text: str, described: bool) -> None:
    assert describes(Question(text)) is described


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("Is my abstract clear?", "my abstract"),
        ("Does the hypothesis fit the question in my proposal?", "my proposal"),
        ("Please translate the passage below.", "the passage below"),
        ("Are there any typos in the poster I sent you?", "the poster I sent you"),
        ("Which of my paragraphs is the weakest?", "my paragraphs"),
        ("Does my abstract need a number?", ""),
        ("How do I shorten my introduction?", ""),
        ("Does a table need vertical lines?", ""),
        ("My figure shows three curves. What belongs into its caption?", ""),
    ],
)
def test_what_is_to_be_looked_at(text: str, seen: str) -> None:
    assert looked_at(Question(text)).endswith(seen)
    assert bool(looked_at(Question(text))) is bool(seen)


@pytest.mark.parametrize(
    ("text", "untold"),
    [
        ("What does my reviewer mean with the second comment?", True),
        ("How should I reply to the editor?", True),
        ('My reviewer wrote "too long". What does he mean?', False),
        ("How do I answer a reviewer who wants an experiment that I cannot do?", False),
        ("What is a reviewer?", False),
    ],
)
def test_a_remark_that_is_not_told(text: str, untold: bool) -> None:
    assert bool(remark_untold(Question(text))) is untold


def test_advice_is_asked_for() -> None:
    assert advised(Question("Table 3 and Figure 5 give the same numbers. Can both stay?"))
    assert not advised(Question("Can you tell me what Figure 5 shows?"))

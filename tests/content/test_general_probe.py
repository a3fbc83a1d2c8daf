"""The forgetting probe: each reference is right, each wrong answer is not, and other wordings of right ones are."""

from pathlib import Path

import pytest

from tutorsmith.data.read import read_benchmark
from tutorsmith.data.schema import BenchmarkItem, Prediction
from tutorsmith.evaluation.score import score_item

ROOT = Path(__file__).resolve().parents[2]
ITEMS = read_benchmark(ROOT / "data/training/eval/general_probe.jsonl")
SKILLS = {"arithmetic": 8, "knowledge": 10, "reasoning": 7, "instruction": 7, "language": 8}
# a wrong answer to each question, in their order
WRONG = (
    '7 times 8 is 54.',
    '125 + 378 = 493.',
    '144 divided by 9 is 14.',
    '15 percent of 200 is 15.',
    '20 minus 5 is 25.',
    'The square of 9 is 18.',
    'Half of 90 is 40.',
    '5 plus 4 is 8.',
    'The capital of France is London.',
    'Charles Dickens wrote Romeo and Juliet.',
    'Saturn is the largest planet.',
    'The formula is CO2.',
    'Water boils at 212 degrees Celsius.',
    'Plants take in oxygen.',
    'The Pacific Ocean.',
    'The sun rises in the west.',
    'The lungs pump blood.',
    'It ended in 1918.',
    'There are 10 eggs.',
    'Tom is the shortest.',
    'It is Wednesday.',
    'No, Felix is not an animal.',
    'You have 8 apples left.',
    'The next number is 9.',
    "It arrives at 12 o'clock.",
    'Pink, blue and black.',
    'Monday and Friday.',
    'January, March, May and July.',
    'Grey.',
    'The cat, the dog and the hen.',
    'An umbrella is a kind of hat for cooking.',
    'People should eat vegetables.',
    'The opposite of hot is warm.',
    'The plural of child is childs.',
    'The past tense of go is goed.',
    'Sad means nearly the same as happy.',
    'The wife of a king is called a princess.',
    'In French, thank you is bonjour.',
    'Such a person is a farmer.',
    'An apple a day keeps the dentist busy.',
)  # fmt: skip
# right answers in other words, by number
ALSO_RIGHT = {
    1: "56",
    2: "The sum of 125 and 378 is 503",
    3: "16",
    9: "Paris",
    10: "Romeo and Juliet was written by William Shakespeare.",
    12: "H2O",
    13: "100°C",
    20: "The shortest of the three is Ben.",
    21: "Thursday.",
    22: "Yes, Felix is an animal, since all cats are animals.",
    25: "1:00 PM",
    26: "1. Red\n2. Yellow\n3. Green",
    27: "The two days of the weekend are Saturday and Sunday.",
    28: "The four seasons are spring, summer, fall, and winter.",
    31: "An umbrella is used to protect oneself from rain or sun.",
    32: "1. To rest the body and restore energy.\n2. To improve memory and concentration.",
    36: "Joyful",
    40: "doctor away.",
}


def coverage(item: BenchmarkItem, text: str) -> float:
    made = Prediction(item.id, text)
    return score_item("general_probe", item, made).scores["key_point_coverage"]


def test_each_skill_has_its_questions() -> None:
    assert {skill: sum(item.meta["skill"] == skill for item in ITEMS) for skill in SKILLS} == SKILLS
    assert len({item.question for item in ITEMS}) == len(ITEMS) == len(WRONG) == 40


@pytest.mark.parametrize(("item", "wrong"), list(zip(ITEMS, WRONG, strict=True)), ids=[item.id for item in ITEMS])
def test_a_reference_is_right_and_a_wrong_answer_is_not(item: BenchmarkItem, wrong: str) -> None:
    assert coverage(item, item.reference) == 1
    assert coverage(item, wrong) == 0


@pytest.mark.parametrize(("number", "text"), sorted(ALSO_RIGHT.items()))
def test_right_answers_in_other_words_count(number: int, text: str) -> None:
    assert coverage(ITEMS[number - 1], text) == 1

"""Wordings of the writing benchmarks, tried on short answers: right ones are not forbidden, wrong ones do not count.

A right answer often says first what the draft does: "the decimal has no leading zero". So a forbidden wording must be
advice that only a wrong answer gives, not the fault as it stands in the draft. And the scorer reads "shows" and "show",
"a" and "an" alike, so no wording may hang on them.
"""

import re
from typing import Any

import pytest
from content_tools import DATA

from tutorsmith.data.read import read_benchmark
from tutorsmith.data.schema import Prediction
from tutorsmith.evaluation.score import score_item

FILES = ["writing_benchmark_extended", "rag_benchmark", "tool_benchmark"]
ITEMS = {item.id: item for name in FILES for item in read_benchmark(DATA / "eval" / f"{name}.jsonl")}
ITEMS |= {item.id: item for item in read_benchmark(DATA / "zh" / "eval" / "writing_benchmark.jsonl")}

RIGHT = [
    ("writing-bx-004", "You think that raw data belong in the results chapter, but they do not."),
    ("writing-bx-011", "Your abstract contains a citation and points to a figure."),
    ("writing-bx-013", "You treat interviewing families as a result."),
    ("writing-bx-017", "One keyword is a whole sentence."),
    ("writing-bx-022", "Each of your paragraphs is a single sentence."),
    ("writing-bx-023", '"Which" seems to refer to the whole clause before it.'),
    ("writing-bx-024", 'You use "therefore" as a conjunction.'),
    ("writing-bx-027", "In your draft new information comes first in each sentence."),
    ("writing-bx-028", "At school you learned that repetition of a key term is bad style."),
    ("writing-bx-033", 'In informal use "data" takes a singular verb, in formal use a plural one.'),
    ("writing-bx-044", "It is better by 13 percentage points, and it would be wrong to say 13 % better."),
    ("writing-bx-047", 'In everyday language "significant" means large, but in a paper it does not.'),
    ("writing-bx-048", "The reasoning is there, the evidence is missing."),
    ("writing-bx-049", "In your draft the fact is hedged."),
    ("writing-bx-063", 'The decimal in ".5 t" has no leading zero.'),
    ("writing-bx-065", 'In your draft the equation has no punctuation, and "Where" begins with a capital letter.'),
    ("writing-bx-068", "If the units are italic, the reader takes them for variables."),
    ("writing-bx-069", 'You write "the following table", which points to a place.'),
    ("writing-bx-074", "Leaving out a negative result is falsification."),
    ("writing-bx-082", "Beyond 20 % whole statements have to go, but 13 % is less."),
    ("rag-b-033", "The lab tips say that a p-value below 0.05 proves the claim, but the notes disagree."),
    ("rag-b-034", "You think that your own text needs no citation, but it does."),
    ("rag-b-035", 'In your line a full stop stands before "Where", and the subscript max is italic.'),
    ("rag-b-036", "The template says that results are written in the present tense, but the notes disagree."),
    ("rag-b-038", "In your draft the abbreviation comes first and the full term in parentheses."),
    ("rag-b-040", "The members of your list have different forms."),
    ("writing-zh-b-001", "图题排在图的上方，应当移到下方。"),
]
"""Item -> what a right answer may say."""

WRONG = [
    ("writing-bx-009", "past for one named study", 'Write "Petersen has tracked".'),
    ("writing-bx-033", "data takes a plural verb", '"The data shows" is right.'),
    ("writing-bx-033", "a number of takes the plural", '"A number of patients was examined" is correct.'),
    ("writing-bx-033", "each takes the singular", '"Each of the wards have a kitchen" is fine.'),
    ("writing-bx-036", "an before a vowel sound, not a vowel letter", 'Write "an European" and "a hour".'),
    ("writing-bx-036", "no article before Fig. 3", "The Fig. 3 is correct."),
    ("writing-bx-044", "13 percentage points", "The biochar filter is 13 % better."),
    ("writing-bx-078", "because and probably mark discussion", "Each of them points to a sentence for the discussion."),
    ("writing-bx-079", "[4] is cited before [3]", "IEEE numbers sources in the order of first appearance."),
    ("writing-bx-083", "the article follows the sound", 'Write "a MRI scan".'),
]
"""Item, key point, and a sentence that must not cover it."""

AGAINST = [
    ("writing-bx-004", "Leave the raw spectra in the results chapter."),
    ("writing-bx-011", "The citation may stay in the abstract."),
    ("writing-bx-022", "Paragraphs of one sentence are a matter of taste."),
    ("writing-bx-027", "Put the new information first and the known information last."),
    ("writing-bx-044", "The biochar filter is 13 % better."),
    ("writing-bx-048", 'The clause with "because" is the evidence.'),
    ("writing-bx-063", "The decimal without a zero is correct."),
    ("writing-bx-065", "An equation needs no punctuation."),
    ("writing-bx-074", "A negative result is not worth reporting."),
    ("writing-bx-082", "13 % is more than the sentences can yield."),
    ("rag-b-033", "The lab tips are right."),
    ("rag-b-040", "The list is already parallel."),
    ("writing-zh-b-001", "图题的位置没有问题。"),
]
"""Item -> wrong advice that a forbidden wording catches."""


def verdicts(key: str, said: str) -> list[dict[str, Any]]:
    """The verdicts on an answer that says one thing under the first heading of the prompt."""
    headings = re.findall(r"^### .+$", ITEMS[key].messages[0].content or "", flags=re.MULTILINE) or ["### Answer"]
    text = "\n".join([headings[0], said, *headings[1:]])
    return list(score_item("writing", ITEMS[key], Prediction(key, text)).verdicts)


def forbidden(key: str, said: str) -> list[str]:
    return [v["rule"] for v in verdicts(key, said) if v["rule"].startswith("asserts what it must not")]


@pytest.mark.parametrize(("key", "said"), RIGHT)
def test_what_a_right_answer_says_is_not_forbidden(key: str, said: str) -> None:
    assert forbidden(key, said) == []


@pytest.mark.parametrize(("key", "text", "said"), WRONG)
def test_a_wrong_answer_does_not_cover_the_point(key: str, text: str, said: str) -> None:
    [verdict] = [
        v for v in verdicts(key, said) if isinstance(v.get("key_point"), dict) and v["key_point"].get("text") == text
    ]
    assert not verdict["passed"]


@pytest.mark.parametrize(("key", "said"), AGAINST)
def test_wrong_advice_is_forbidden(key: str, said: str) -> None:
    assert len(forbidden(key, said)) == 1

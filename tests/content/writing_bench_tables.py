"""What the extended writing benchmark says about drafts and numbers, computed again from the questions.

`COMPUTED` maps an item to a function of its question that returns the statements its reference has to hold, word for
word. `INSTANCES` backs a counted claim ("six marks") with the passages that are counted. `QUANTITIES` gives the values
of the quantity key points, with the wrong values that must not pass. `TAUGHT` holds the numbers that are rules of the
notes. Nothing here reads a reference.
"""

import re
from collections.abc import Callable
from itertools import pairwise
from math import ceil

from writing_extended_claims import p_of_t
from writing_extended_drafts import NAMES, U, numbers, passages, percent, rounded, words

ROMAN = ["", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x"]


def whole(text: str) -> list[int]:
    return [int(number) for number in numbers(text)]


def pages(q: str) -> list[str]:
    front, page = whole(q)
    return [
        f"The {front} pages of front matter are counted apart, so the last of them is {ROMAN[front]}",
        f"sheet ${front} + {page} = {front + page}$ of the PDF",
    ]


def objectives(q: str) -> list[str]:
    asked, sections, conclusion = passages(q)
    subjects = ["respiration", "sunny", "night"]
    assert len(re.findall(r"\(\d\)", asked)) == len(subjects)
    assert [subject in asked.lower() for subject in subjects] == [True] * 3
    assert [subject in sections.lower() for subject in subjects] == [True, True, False]
    met = [subject for subject in subjects if subject in conclusion.lower()]
    return [
        "The third objective has no result",
        f"The conclusion names {NAMES[len(met)]} of the {NAMES[len(subjects)]} objectives",
    ]


def streets(q: str) -> list[str]:
    _, one, other = whole(q)
    return [f"the difference is {one - other} percentage points"]


def abstract_length(q: str) -> list[str]:
    counts, (low, high) = whole(q)[:5], whole(q.replace("-", " "))[5:]
    total = sum(counts)
    assert low < total < high
    assert max(counts) == counts[3]
    assert 44 < total / 5 < 45
    return [
        f"${' + '.join(map(str, counts))} = {total}$ words",
        f"you may add {high - total} words",
        f"with {counts[3]} words, is the longest part",
        f"about {percent(counts[3], total)} % of the text",
        "the average is close to 45 words",
        f"the {NAMES[sum(count > 40 for count in counts)]} sentences of more than 40 words",
    ]


def keywords(q: str) -> list[str]:
    heading, listed = passages(q)
    terms = listed.split(", ")
    inside = [term for term in terms if term.lower() in heading.lower()]
    assert inside == ["swifts", "nesting success"]
    return [f"{NAMES[len(terms)].capitalize()} keywords", f"one of the {NAMES[len(inside)]} terms from the title"]


def heavy(q: str) -> list[str]:
    all_words, count, longest = whole(q)
    average = all_words // count
    assert average * count == all_words
    return [
        f"With {all_words} words and {count} sentences",
        f"${all_words}/{count} = {average}$ words, which is {average - 25} more than the upper end",
        f"the longest is {longest - 40} words above the limit",
        f"the other {NAMES[count - 1]} sentences",
        f"With six sentences the same words would give an average of ${all_words}/6 = {all_words // 6}$",
    ]


def farmers(q: str) -> list[str]:
    old, new = map(words, passages(q))
    return [
        f"The first version has {old} words, the second {new}",
        f"You saved {old - new} words",
        f"$r = ({new} - {old})/{old} = {(new - old) / old:.2f}$, a reduction of {percent(old - new, old)} %",
    ]


def filters(q: str) -> list[str]:
    ours, sand = whole(q)
    return [
        f"${ours} - {sand} = {ours - sand}$ percentage points",
        f"$r = ({ours} - {sand})/{sand} = {(ours - sand) / sand:.2f}$, about {percent(ours - sand, sand)} %",
        f'so "{ours - sand} % better" would be wrong',
    ]


def bees(q: str) -> list[str]:
    source, copy = [re.sub(r"[^\w\s]| \[7\]", "", text).split() for text in passages(q)]
    copy = [word for word in copy if not word.isdigit()]
    assert len(source) == len(copy)
    changed = [new for old, new in zip(source, copy, strict=True) if old != new]
    quoted = ", ".join(f'"{word}"' for word in changed[:-1]) + f' and "{changed[-1]}"'
    return [f"Of the {len(source)} words of the source {NAMES[len(changed)]} were exchanged for synonyms, {quoted}"]


def block(q: str) -> list[str]:
    _, length, year, page = whole(q)
    return [f"yours has {length - 40} words more than that", f"(Lindgren, {year}, p. {page})"]


def bracket_order(q: str) -> list[str]:
    first, second, third = re.findall(r"\[\d\]", passages(q)[0])
    assert first == third
    assert re.search(rf"\. {re.escape(first)}", passages(q)[0])
    return [
        f"your first one is {first} and the second {second}",
        f'"As shown in {third}" is correct',
        "the source on mosses becomes [1], the one on lichens [2]",
    ]


def authors(q: str) -> list[str]:
    listed = re.search(r"\((Ruiz.+), \d{4}\)", q)[1]  # type: ignore[index]
    return [f"are {NAMES[len(re.split(', | & ', listed))]} authors"]


def retold(q: str) -> list[str]:
    assert NAMES.index("five") + NAMES.index("two") == NAMES.index("seven")
    assert all(f"{name} " in q.lower() for name in ("five", "two", "seven"))
    return ["Ask whether five sentences are needed"]


def label_size(q: str) -> list[str]:
    drawn, size, printed = numbers(q)
    factor = printed / drawn
    needed = 8 / factor
    assert size * factor < 8
    return [
        f"$8.4/24 = {factor:.2f}$",
        f"$12 \\times {factor:.2f} = {size * factor:.1f}$ pt",
        f"$8/{factor:.2f} = {needed:.1f}$ pt, say {ceil(needed)} pt",
    ]


def table_number(q: str) -> list[str]:
    number = re.search(r"Table (\d)", q)[1]  # type: ignore[index]
    return [f"TABLE {ROMAN[int(number)].upper()}"]


def shops(q: str) -> list[str]:
    prices = numbers(passages(q)[0])
    usual = sorted(prices)[:-1]
    assert prices.index(max(prices)) == 3
    return [
        f"repeats all {NAMES[len(prices)]} numbers of the table",
        f"{NAMES[len(usual)]} shops lie between {min(usual)} and {max(usual)} euros per kilogram",
        f"its value, {max(prices)} euros per kilogram",
    ]


def readmission(q: str) -> list[str]:
    claimed, old, new = whole(q)
    assert percent(old - new, old) == claimed
    return [
        f"$r = ({new} - {old})/{old} = {(new - old) / old:.2f}$, a reduction of {claimed} %",
        f"the difference of the two percentages is {old - new} percentage points",
    ]


def wind(q: str) -> list[str]:
    value, error = re.search(r"([\d.]+)m/s \+- ([\d.]+)\.", q).groups()  # type: ignore[union-attr]
    kept, small = rounded(value, error, 1)
    decimals = len(small.split(".")[1])
    return [
        f"the standard error {error} m/s becomes {small} m/s. It has {NAMES[decimals]} decimals",
        f"{value} m/s becomes {kept} m/s",
        f"({kept} ± {small}) m/s",
    ]


def fertiliser(q: str) -> list[str]:
    assert p_value(q) > 0.05
    return [f"*p* = {f'{p_value(q):.3f}'.removeprefix('0')} lies above 0.05"]


def p_value(q: str) -> float:
    """The two-sided p-value of the t statistic that a question states."""
    df, t = re.search(r"\*t\*\((\d+)\) = ([\d.]+)", q).groups()  # type: ignore[union-attr]
    return p_of_t(float(t), int(df))


def final_check(q: str) -> list[str]:
    cited, listed, mentioned, present = [whole(re.sub(r"[\[\]]|Fig\. ", "", text)) for text in passages(q)]
    late = [(a, b) for a, b in pairwise(cited) if a > b]
    early = [(a, b) for a, b in pairwise(mentioned) if a > b]
    uncited = set(range(listed[0], listed[1] + 1)) - set(cited)
    unmentioned = set(range(present[0], present[1] + 1)) - set(mentioned)
    faults = len(late) + len(early) + len(uncited) + len(unmentioned)
    return [
        f"Yes, {NAMES[faults]}.",
        f"[{late[0][0]}] is cited before [{late[0][1]}]",
        f"[{uncited.pop()}] stands in the list but is never cited",
        f"Fig. {early[0][0]} is mentioned before Fig. {early[0][1]}",
        f"Fig. {unmentioned.pop()} is not mentioned at all",
    ]


def congress(q: str) -> list[str]:
    now, limit = whole(q)
    share = (now - limit) / now
    assert share < 0.2
    return [
        f"${now} - {limit} = {now - limit}$",
        f"{now - limit}/{now} = {share:.2f}$, about {percent(now - limit, now)} %",
        f"when {now - limit} words are gone",
    ]


COMPUTED: dict[str, Callable[[str], list[str]]] = {
    "005": pages,
    "006": objectives,
    "012": streets,
    "014": abstract_length,
    "017": keywords,
    "025": heavy,
    "040": farmers,
    "044": filters,
    "051": bees,
    "053": block,
    "056": bracket_order,
    "058": authors,
    "059": retold,
    "061": label_size,
    "067": table_number,
    "069": shops,
    "070": readmission,
    "071": wind,
    "074": fertiliser,
    "079": final_check,
    "082": congress,
}

INSTANCES: dict[str, list[tuple[str, list[str]]]] = {
    "003": [
        ("all five verbs are in the imperative", ["Fill the", "Heat it", "and stir", "Take several", "and measure"]),
        ("the two vague amounts", ["for a while", "several samples"]),
    ],
    "008": [("Not one of the four", ["above", "section 3.2", "The chapter before the last one", "Appendix 1"])],
    "009": [("All three tenses", ["groups investigate", "Petersen has tracked", "nobody studied"])],
    "013": [("each of the three things", ["screen time", "sleep quality", "pupils"])],
    "023": [("fits three nouns", ["pump", "filter", "temperature"])],
    "024": [
        ("three complete sentences", ["The soil was dry,", "the roots grew deeper,", "the shoots stayed short"]),
        ("Two, and both are comma splices", ["dry, therefore", "deeper, the shoots"]),
    ],
    "028": [("three kinds of hills", ["dune", "sand hill", "mound"])],
    "036": [
        (
            "There are six",
            ["We sent questionnaire", ". Questionnaire had", "an European", "a hour", "The Fig. 3", "shows answers"],
        )
    ],
    "039": [("six marks", ["What did we find?", "Amazingly", "really well", "you can", "it's", "safe!"])],
    "058": [("Three things", ["2019) [6]", "(Berg and Tan", "Ruiz, Lind, Sato & Wu"])],
    "063": [("There are four", ["12.5km", "60km/h", " .5 t", "4 °"])],
    "084": [("all three are still wrong", ["less cows", "protein respectively", "wood etc."])],
}

TAUGHT: dict[str, str] = {
    "about 8 to 15 words": "about 8 to 15 words",
    "IEEE journals ask for 150-250 words": "IEEE journals ask for 150-250 words",
    "3 to 8 noun phrases": "Keywords are the 3 to 8 terms",
    "in academic English is 15-25 words": "The average sentence length in academic English is 15-25 words",
    "more than 40 words": "A sentence of more than 40 words is split",
    "of 40 words or more": "40 words or more form an indented block",
    "about 100-200 words": "about 100-200 words",
    "usually shrinks by 10-20 %": "usually shrinks by 10-20 %",
    "the 20 % which can usually be found": "Up to 20 % can be found",
    "at least 8 pt": "at least 8 pt",
    "300 dpi": "300 dpi",
    "The usual level is 0.05": "usually 0.05",
    "Fig. A.1": "Fig. A.1",
    "(A.1)": "(A.1)",
    "Arabic 1": "the body starts with Arabic 1",
    "is page 1, because": "the body starts with Arabic 1",
    '"Section 3.2"': 'In mid-sentence "Section 3.2" keeps its capital',
    '"Fig. 3 shows"': '"Fig. 3 shows"',
    '"Fig. 2", "Section 3" or "Equation (4)"': '"Fig. 2", "Section 3", "Equation (4)"',
    '"Equation (3) gives"': '"Equation (3) gives"',
    '"(1)" alone, and "Equation (1)" at': '"(1)" alone, and "Equation (1)" at',
    "three or more are shortened": "Three or more authors are shortened",
    "A good limitation has three parts": "A good limitation has three parts",
    "APA 7": "APA 7",
    "GB/T 7714": "GB/T 7714",
}
"""Wording of a reference -> wording of the notes."""


def relative(old: float, new: float) -> float:
    return float((U.Quantity(new - old) / U.Quantity(old)).to("percent").magnitude)


QUANTITIES: dict[str, Callable[[str], list[tuple[float, str, list[float]]]]] = {
    "005": lambda q: [(sum(whole(q)), "", [sum(whole(q)) - 1, sum(whole(q)) + 1])],
    "040": lambda q: [(-relative(*map(words, passages(q))), "percent", [relative(*map(words, passages(q)[::-1]))])],
    "070": lambda q: [(relative(whole(q)[1], whole(q)[2]), "percent", [relative(whole(q)[2], whole(q)[1]), -3.0])],
    "071": lambda q: [
        (float(kept), "m/s", [float(raw)])
        for kept, raw in zip(rounded("18.4276", "0.0862", 1), ("18.4276", "0.0862"), strict=True)
        if raw in q
    ],
    "082": lambda q: [(-relative(*whole(q)), "percent", [relative(*whole(q)[::-1])])],
}
"""Item -> value, unit and wrong values of each quantity key point."""
